# SPDX-License-Identifier: EUPL-1.2
"""Prepared drafts are numbered: the number, twelve digits, ends every identifier that belongs to one of them.

So a load client, and pgbench with its variable `:n`, know the identifiers without asking anybody.
"""

FIRST = 100_000_000_000
_DRAFT, _SESSION, _LINK = "dddddddd-bbbb-4bbb-8bbb-", "benchmarksession0000", "be" * 26


def draft_id(number: int) -> str:
    return f"{_DRAFT}{number:012d}"


def session_key(number: int) -> str:
    """32 characters, as Django's."""
    return f"{_SESSION}{number:012d}"


def link(number: int) -> str:
    """64 hexadecimal digits, as the hash of a private link's token."""
    return f"{_LINK}{number:012d}"
