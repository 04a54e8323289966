# SPDX-License-Identifier: EUPL-1.2
"""DMN files of anybody, read and tried in a process of their own."""
