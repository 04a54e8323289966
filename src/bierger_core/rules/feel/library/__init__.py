# SPDX-License-Identifier: EUPL-1.2
"""The built-in functions of FEEL (DMN 1.5 section 10.3.4), by topic; importing this package fills BUILTINS."""

from bierger_core.rules.feel.library import contexts, lists, numbers, ranges, rangetexts, strings, temporal
from bierger_core.rules.feel.library.registry import BUILTIN_NAMES, BUILTINS

TOPICS = (contexts, lists, numbers, ranges, rangetexts, strings, temporal)

__all__ = ["BUILTINS", "BUILTIN_NAMES", "TOPICS"]
