# SPDX-License-Identifier: EUPL-1.2
"""Parts of flows without tables."""
