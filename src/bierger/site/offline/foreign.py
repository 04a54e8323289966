# SPDX-License-Identifier: EUPL-1.2
"""A code of somebody else's system, 2D-Doc or HCERT, against the certificates that its reader trusts; what a person reads of it.

The signature is examined, and the time of the certificate. Whether certificate or document was revoked stands on lists that
nothing here knows, and the answer says so.
"""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from bierger.documents.plugins.opening import NotOpened, foreign_text, texts_in_picture
from bierger.infra.errors import SandboxBusy
from bierger.site.given_files import read_whole
from bierger.site.offline.checking import MAX_PIXELS, SECONDS
from bierger.site.offline.trust import CannotCheck
from bierger_core.seals.foreign import Examined, ForeignCode, TrustedKey, examine, is_foreign, load_trusted, read_foreign

_AHEAD = dt.timedelta(days=1)  # a day of signing has no zone
_NAMES = {"2d-doc": "2D-Doc", "hcert": "HCERT (health certificate)"}
_WHY = {
    "key-unknown": "no certificate or key of its signer was given; see --trust.",
    "signature-wrong": "the signer's key did not sign this text.",
    "key-expired": "the signer's certificate had ended when it was signed.",
    "key-not-yet-valid": "the signer's certificate had not begun when it was signed.",
    "key-of-other-owner": "the certificate belongs to another country than the issuer.",
    "issued-in-future": "it was signed in the future.",
}


@dataclass(frozen=True)
class CheckedForeign:
    """What came out. is_over: it says itself that it ended."""

    code: ForeignCode
    examined: Examined
    is_over: bool = False

    @property
    def status(self) -> int:
        """2 a good signature, with nothing said about the paper; 3 so, but ended; 4 not examined; 1 not good."""
        if self.examined.signature != "good":
            return 4 if self.examined.signature == "not-examined" else 1
        return 3 if self.is_over else 2

    @property
    def line(self) -> str:
        """One file among several; between the two words stands its name."""
        over = f"  was valid until {_iso(self.code.valid_until)}" if self.is_over else ""
        return f"{self.code.issuer} {self.code.signer}  {self.examined.code}".strip() + over

    def plain(self) -> dict[str, object]:
        """For programs."""
        code, said = self.code, self.examined
        return {
            "authentic": {"good": "facts-only", "not-examined": "unknown"}.get(said.signature, "no"),
            "subject": code.kind,
            "version": code.version,
            "issuer": code.issuer,
            "signer": code.signer,
            "document_type": code.document_type,
            "issued_on": _iso(code.issued_on),
            "signed_on": _iso(code.signed_on),
            "valid_until": _iso(code.valid_until),
            "is_over": self.is_over,
            "fields": [{"code": one.code, "value": one.value, "is_cut": one.is_cut} for one in code.fields],
            "signature": said.signature,
            "code": said.code,
            "signed_by": said.by,
            "revocation": "unknown",
        }

    def words(self) -> Iterator[str]:
        """For a person, line by line."""
        code, said = self.code, self.examined
        yield f"{_NAMES[code.kind]}, version {code.version}: a code of another system, no act of Bierger."
        if said.signature == "good":
            yield f"SIGNATURE GOOD, by {said.by}. Compare what follows with the paper: nothing was said about the rest of it."
        elif said.signature == "wrong":
            yield f"SIGNATURE NOT GOOD ({said.code}): {_WHY[said.code]}"
        else:
            yield f"SIGNATURE NOT EXAMINED ({said.code}): {_WHY[said.code]} Anybody may have written what follows."
        if self.is_over:
            yield f"IT ENDED AT {_iso(code.valid_until)}: by its own words not to be relied on any more."
        yield f"It names as its issuer {code.issuer or 'nobody'}, as the signer's certificate {code.signer or 'none'}."
        days = [("document of", code.issued_on), ("signed", code.signed_on), ("valid until", code.valid_until)]
        told = [f"{word} {_iso(day)}" for word, day in days if day is not None]
        kind = [f"type {code.document_type}"] if code.document_type else []
        if kind or told:
            yield "; ".join([*kind, *told])
        for one in code.fields:
            yield f"   {one.code}: {one.value}{'…' if one.is_cut else ''}"
        if code.unsigned:
            yield f"Left out: {len(code.unsigned)} signs behind the signature, which nobody signed."
        yield "Revoked: Bierger cannot say, neither of the document nor of the certificate."


def load_trusted_files(files: Sequence[Path]) -> tuple[TrustedKey, ...]:
    """Whom the reader trusts. Raises FileRefused, TrustError."""
    return tuple(key for file in files for key in load_trusted(read_whole(file)))


def check_foreign(data: bytes, trusted: tuple[TrustedKey, ...], *, look_at_pictures: bool) -> CheckedForeign | None:
    """Check it if it is such a code, as a text or in a picture; None otherwise. Raises CannotCheck, ForeignCodeError."""
    text = foreign_text(data)
    if text is None and look_at_pictures:
        try:
            found = texts_in_picture(data, seconds=SECONDS, max_pixels=MAX_PIXELS)
        except (NotOpened, SandboxBusy) as refused:
            raise CannotCheck(refused.code, str(refused)) from refused
        text = next(filter(is_foreign, found), None)
    if text is None:
        return None
    code = read_foreign(text)
    now = dt.datetime.fromtimestamp(time.time(), dt.UTC)
    said = examine(code, trusted)
    day = code.signed_on.date() if isinstance(code.signed_on, dt.datetime) else code.signed_on
    if said.signature == "good" and day is not None and day > (now + _AHEAD).date():
        said = replace(said, signature="wrong", code="issued-in-future")
    return CheckedForeign(code, said, code.valid_until is not None and code.valid_until < now)


def _iso(day: dt.date | None) -> str | None:
    return None if day is None else day.isoformat()
