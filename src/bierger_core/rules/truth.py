# SPDX-License-Identifier: EUPL-1.2
"""Three-valued logic (DMN 1.5 section 10.3.2, tables 48 and 49), one for every reader of FEEL."""

from collections.abc import Sequence

Truth = bool | None


def all_of(results: Sequence[Truth]) -> Truth:
    """Conjunction: one false decides, else one null leaves it open."""
    if False in results:
        return False
    return None if None in results else True


def any_of(results: Sequence[Truth]) -> Truth:
    """Disjunction: one true decides, else one null leaves it open."""
    if True in results:
        return True
    return None if None in results else False
