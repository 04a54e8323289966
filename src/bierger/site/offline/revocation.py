# SPDX-License-Identifier: EUPL-1.2
"""Whether an act still holds, by all that its reader has: the log's list of revocations, status lists kept as files.

Each knows what was so at its own date. Revoked is what one of them calls so; not revoked is as good as the newest of them.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from bierger.site.offline.trust import Trust
from bierger_core.seals import (
    KeyOfOtherOwnerError,
    Revocation,
    RevocationLookup,
    RevocationUnavailableError,
    Seal,
    StatusListToken,
    open_seal,
    open_status_list,
)
from bierger_core.values import CoreError


@dataclass(frozen=True)
class Known:
    """lookup: what the core asks. as_of: the newest list that was asked. problem: why a status list that was given was not."""

    lookup: RevocationLookup
    as_of: dt.datetime | None = None
    problem: str = ""


def known_about(code: str, trust: Trust, now: dt.datetime) -> Known:
    """What this reader can know about this code."""
    try:
        seal = open_seal(code, trust.types)
    except CoreError:
        return Known(trust.revoked)  # the numbered steps say what is wrong with it
    token, problem = _list_of(seal, trust, now)
    dates = [trust.revocations.at] if trust.revocations is not None else []

    def ask(leaf: bytes) -> Revocation | None:
        found = None if trust.revocations is None else trust.revocations.revoked.get(leaf)
        if found is not None:
            return found
        if token is not None:
            return token.lookup(seal)(leaf)
        if trust.revocations is None:
            raise RevocationUnavailableError("No list at hand says anything about this act.")
        return None

    newest = max([*dates, *([] if token is None else [token.issued_at])], default=None)
    # A list that is dated ahead knows nothing of what is to come: the clock that signed it was wrong.
    return Known(ask, None if newest is None else min(newest, now), problem)


def _list_of(seal: Seal, trust: Trust, now: dt.datetime) -> tuple[StatusListToken | None, str]:
    """The newest status list of the act's issuer among those given; None and why."""
    if not trust.status_lists:
        return None, ""
    if seal.status is None:
        return None, "the act has no place in a status list"
    found, problem = None, "no status list of its issuer was given"
    for data in trust.status_lists:
        try:
            token = open_status_list(data, trust.key_list, owner=seal.claims.issuer, uri=None, now=now)
        except KeyOfOtherOwnerError:
            continue
        except CoreError as refused:  # out of date, or signed by a key that is not believed: it says nothing, and stops nothing
            problem = str(refused)
            continue
        if token.statuses.status(seal.status) is None:
            problem = "the status list is older than the act"
        elif found is None or token.issued_at > found.issued_at:
            found = token
    return found, "" if found is not None else problem
