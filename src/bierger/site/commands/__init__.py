# SPDX-License-Identifier: EUPL-1.2
"""The commands of `./bierger`: each module has `add_arguments(parser)` and `run(args) -> int` (exit status)."""
