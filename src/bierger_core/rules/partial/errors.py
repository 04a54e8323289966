# SPDX-License-Identifier: EUPL-1.2
"""Inside the partial evaluator only: callers get an answer that says it is not exact."""


class TooLarge(Exception):
    """A diagram, a sum or a search grew beyond its bound."""
