# SPDX-License-Identifier: EUPL-1.2
"""The list of revoked acts as a text to be signed as a note: public, and it names nobody.

bierger/revocations@v1
<log origin>
<instant of this list>
<commitment of the facts, hex> <instant> <reason>
...
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from bierger_core.seals import Revocation
from bierger_core.values import CoreError, format_instant, parse_instant

FORMAT = "bierger/revocations@v1"


class RevocationsUnreadable(Exception):
    """The text is no list of revocations."""

    code = "revocations-format"


@dataclass(frozen=True)
class RevocationList:
    """What was revoked, as known at `at`."""

    origin: str
    at: datetime
    revoked: Mapping[bytes, Revocation]


def format_revocations(listed: RevocationList) -> str:
    lines = [FORMAT, listed.origin, format_instant(listed.at)]
    for commitment, mark in sorted(listed.revoked.items()):
        lines.append(f"{commitment.hex()} {format_instant(mark.revoked_at)} {mark.reason}")
    return "\n".join(lines) + "\n"


def parse_revocations(text: str) -> RevocationList:
    """Read the text of a verified note. Raises RevocationsUnreadable."""
    lines = text.split("\n")
    try:
        if lines[0] != FORMAT:
            raise RevocationsUnreadable("This is not a list of revocations.")
        revoked = {}
        for line in lines[3:]:
            if line:
                commitment, at, reason = line.split(" ")
                revoked[bytes.fromhex(commitment)] = Revocation(parse_instant(at), reason)
        return RevocationList(lines[1], parse_instant(lines[2]), revoked)
    except (ValueError, IndexError, CoreError) as error:
        raise RevocationsUnreadable("This is not a list of revocations.") from error
