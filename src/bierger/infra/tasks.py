# SPDX-License-Identifier: EUPL-1.2
"""Periodic work of infra."""

from bierger.infra.backup_keys import destroy_old_keys
from bierger.infra.jobs import try_failed_again

PERIODIC = {"failed-jobs": (600.0, try_failed_again), "backup-keys": (3600.0, destroy_old_keys)}
