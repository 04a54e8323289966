# SPDX-License-Identifier: EUPL-1.2
"""Every reading of somebody's data: recorded in the reader's transaction, read by that person."""
