# SPDX-License-Identifier: EUPL-1.2
# ruff: noqa: T201 - a small program that prints
"""Writes 2D-Docs with tddoc's header and tddoc's encodings of fields: doc2d_write.py VERSION KEY; prints them and their fields as JSON.

tddoc writes headers and values; that fields of variable length end with GS, and the signature, are these few lines. Every field that
tddoc can encode is in one of the codes. KEY: a private key on P-256 (PEM).
"""

import base64
import json
from datetime import date, datetime, time
from pathlib import Path

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from tddoc import data_definition as known
from tddoc.header import Header

MANY = 20
VALUES = {
    known.Date4: date(2026, 11, 20),
    known.JJMMAAAA: date(2026, 11, 20),
    known.JJMMAAAAHHMM: datetime(2026, 11, 20, 9, 30),  # noqa: DTZ001 - the format has no zone
    known.Time6: time(9, 30, 15),
    known.HHMM: time(9, 30),
    known.Boolean: True,
    known.HexInt: 10,
    known.StringBase32: b"https://bierger.example",
    known.EORI: "FR123456789012345",
}


def encoded(definition):
    encoding = definition.encoding
    if type(encoding) in VALUES:
        value = VALUES[type(encoding)]
    elif isinstance(encoding, known.String):
        length = definition.fixed or max(encoding.size_min, 3)
        value = next(one * length for one in "A7" if encoding.allowed_format.fullmatch(one * length))
    else:
        return None
    written = encoding.serialize(value)
    return written.decode().rstrip("=") if isinstance(written, bytes) else written


def signed(text, key):
    r, s = decode_dss_signature(key.sign(text.encode("ascii"), ec.ECDSA(hashes.SHA256())))
    return f"{text}\x1f{base64.b32encode(r.to_bytes(32, 'big') + s.to_bytes(32, 'big')).decode().rstrip('=')}"


def main(version, key):
    private = serialization.load_pem_private_key(Path(key).read_bytes(), None)
    definitions = [definition for _, definition in known.c40.perimeters[1].datatypes.values()]
    fields = [(one, encoded(one)) for one in definitions]
    fields = [(one, text) for one, text in fields if text is not None and (one.fixed is None or len(text) == one.fixed)]
    header = Header(int(version), "FR00", "0001", date(2026, 11, 19), date(2026, 11, 20), "12", perimeter_id=1).to_code()
    codes = []
    for start in range(0, len(fields), MANY):
        some = fields[start : start + MANY]
        message = "".join(one.id + text + ("" if one.fixed is not None else "\x1d") for one, text in some)
        codes.append({"code": signed(header + message, private), "fields": [[one.id, text] for one, text in some]})
    print(json.dumps(codes))
