# SPDX-License-Identifier: EUPL-1.2
"""Checking acts on the reader's side: no settings, no database, nothing believed but what the reader chose."""

from bierger.site.offline.checking import Checked, check_file
from bierger.site.offline.foreign import CheckedForeign, check_foreign, load_trusted_files
from bierger.site.offline.trust import CannotCheck, Trust, load_trust

__all__ = [
    "CannotCheck",
    "Checked",
    "CheckedForeign",
    "Trust",
    "check_file",
    "check_foreign",
    "load_trust",
    "load_trusted_files",
]
