# SPDX-License-Identifier: EUPL-1.2
"""Helper rooms: what a reading says, as it is committed to."""
