# SPDX-License-Identifier: EUPL-1.2
"""One module per command of the command line; the table stands in bierger.site.cli."""
