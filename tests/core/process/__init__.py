# SPDX-License-Identifier: EUPL-1.2
"""Tests of processes: reading, running, proving."""
