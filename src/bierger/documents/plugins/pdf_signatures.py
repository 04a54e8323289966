# SPDX-License-Identifier: EUPL-1.2
"""What the signature of a PDF says (PAdES), for the page, the sandbox and `./bierger verify` alike: plain JSON values.

It stands beside the verdict and is no part of it: seal and log need no certificate.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm

from bierger_core.signatures import SignaturesError, check_file_signature

if TYPE_CHECKING:
    from bierger.documents.types import SignatureView

_LONGEST_NAME = 200
# What reading certificates of anybody's making may raise besides.
_DAMAGE = (ValueError, TypeError, OverflowError, UnsupportedAlgorithm)


def said_by(pdf: bytes, *, now: datetime, anchors: bytes = b"") -> dict[str, object] | None:
    """The last signature, checked; None where there is none. anchors: PEM of the certificates that are believed.

    valid, and if so: by, vouched_by (names as the certificates have them), time_stamp (ISO 8601, or None), dated_by (`stamp`,
    `certificate` or `nothing`), certificate_from and certificate_until (ISO 8601) and, with anchors, believed; if not: code, of
    `bierger_core.signatures.errors`.
    """
    believed = x509.load_pem_x509_certificates(anchors) if anchors else []
    try:
        found = check_file_signature(pdf, now=now, anchors=believed)
    except SignaturesError as error:
        return {"valid": False, "code": error.code}
    except _DAMAGE:
        return {"valid": False, "code": SignaturesError.default_code}
    if found is None:
        return None
    at = None if found.at is None else found.at.isoformat()
    names = {"by": _printable(found.name), "vouched_by": _printable(found.issuer)}
    one = found.certificate
    dated = {
        "time_stamp": at, "dated_by": found.dated,
        "certificate_from": one.not_valid_before_utc.isoformat(), "certificate_until": one.not_valid_after_utc.isoformat(),
    }  # fmt: skip
    return {"valid": True, **names, **dated, **({"believed": found.trusted} if believed else {})}


def view_of(said: object) -> SignatureView | None:
    """The same, as `said_by` said it, for screens."""
    # Imported here: `./bierger verify` reads signatures and knows no framework; what screens show stands on one.
    from bierger.documents.types import SignatureView

    if not isinstance(said, dict):
        return None
    if not said.get("valid"):
        return SignatureView(code=str(said.get("code") or SignaturesError.default_code))
    at, believed = said.get("time_stamp"), said.get("believed")
    return SignatureView(
        code="ok", by=str(said.get("by")), vouched_by=str(said.get("vouched_by")),
        at=datetime.fromisoformat(str(at)) if at else None, is_ours=believed if isinstance(believed, bool) else None,
        dated_by=str(said.get("dated_by")), valid_from=datetime.fromisoformat(str(said.get("certificate_from"))),
        valid_until=datetime.fromisoformat(str(said.get("certificate_until"))),
    )  # fmt: skip


def _printable(name: str) -> str:
    """A name out of anybody's certificate, as a terminal may show it."""
    return "".join(sign if sign.isprintable() else "?" for sign in name[:_LONGEST_NAME])
