# SPDX-License-Identifier: EUPL-1.2
"""Letters: each part of a sealed, logged, signed letter alone, then whole campaigns as the product issues them, with a database.

The signature's p99 is gated. A library under pyHanko may spend seconds on a length that ends in 0x80 (docs/decisions/0021); so
the certificates here have many lengths, and a p99 over the gate fails the run.
"""

from __future__ import annotations

import hashlib
import os
import secrets
import statistics
import time
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, Protocol  # JSON of our own making: an edge

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from bierger.documents.plugins import sandbox
from bierger.documents.plugins.codes import draw_svg
from bierger.documents.plugins.sandbox.holes import with_hole
from bierger.documents.plugins.signing import own_authority
from bierger.site.commands.check import read_package
from bierger_core.procedures import DocumentInputs, Package, document_inputs, evidence_value, load
from bierger_core.signatures import (
    Authority,
    Chain,
    answer_stamp,
    check_file_signature,
    embed,
    find_hole,
    open_answer,
    raw_signer,
    signed_attributes,
    signed_data,
    stamp_request,
)
from bierger_core.signatures.cms import Sign
from bierger_core.signatures.files import digest_of
from bierger_core.values import LocalSigner

GOAL = 20  # letters/s on 2 cores
GATE_MS = 200.0  # of processor, the p99 of a signature: some forty times what one takes, a fifth of the mildest stall seen
PROCEDURES = Path(__file__).resolve().parents[1] / "procedures"
HOLE = {"room": 4_000, "at": 0, "label": "Signature"}
PARTS = {
    "decided": "decided and sealed", "logged": "appended to the log", "read": "act and proof read", "place": "certificate found",
    "set": "QR, Typst, place of the signature", "signed": "CMS and time stamp", "written": "encrypted and synced",
    "kept": "rows and state",
}  # fmt: skip
LENGTHS = 26  # certificates, each of another length
REGISTER = {
    "given_name": "Marie", "family_name": "Weber", "birth_date": "1985-06-14", "street": "12, rue de la Gare",
    "postal_code": "7535", "locality": "Mersch", "since": "2019-06-01",
}  # fmt: skip
VARIABLES: Mapping[str, Any] = {
    "register": evidence_value("population.residence", found=True, facts=REGISTER),
    "case": {"number": "2026-0001", "administration": "mersch", "language": "fr", "opened_on": date(2026, 3, 2)},
    "given_name": "Marie", "family_name": "Weber", "birth_date": date(1985, 6, 14), "purpose": "bank",
    "confirmed_street": "12, rue de la Gare", "confirmed_postal_code": "7535", "confirmed_locality": "Mersch",
    "confirmed_since": date(2019, 6, 1),
}  # fmt: skip
SEAL = "BRG2:" + "6BF+70790T9WJWG.FKY*4GO0.O1CV2" * 9  # as long as a seal of eight facts


class Size(Protocol):
    """Of `benchmarks.proofs`. seconds: of each rate."""

    @property
    def seconds(self) -> float: ...


def certificate_letter() -> tuple[Package, str, DocumentInputs]:
    folder = PROCEDURES / "commune" / "residence-certificate"
    package = load(read_package(folder), vocabulary=(PROCEDURES / "vocabulary.yaml").read_bytes())
    code = next(iter(package.documents))
    return package, code, document_inputs(package, code, VARIABLES, language="fr")


def measure(root: Path, size: Size) -> dict[str, Any]:
    """Parts in milliseconds; the campaign where there is time for a database (not with --tiny)."""
    count = max(LENGTHS, int(100 * size.seconds))
    said: dict[str, Any] = {"parts": _parts(root, size.seconds), **_signatures(root, count)}
    said["over"] = said["sign_p99_ms"] > GATE_MS
    if size.seconds >= 0.5:
        from benchmarks.system import System  # needs PostgreSQL's programs

        os.environ["BIERGER_ENV"] = "demo"
        with System.temporary() as system:
            said["campaign"] = system.inside("letters", "worker", count=int(130 * size.seconds))
    return said


def _prepared() -> tuple[dict[str, object], dict[str, bytes]]:
    """Body and parts of what the sandbox renders."""
    _, _, letter = certificate_letter()
    around = {
        "qr": "qr.svg", "seal_text": SEAL, "verify_url": "https://example.lu/verify", "administration": "Mersch",
        "number": "2026-000001", "date": "22 novembre 2026", "accent": "#b3122a", "language": "fr", "title": letter.title,
    }  # fmt: skip
    body: dict[str, object] = {
        "inputs": {**letter.fields, **around}, "epoch": 0, "attachments": [{"name": "seal.txt", "media_type": "text/plain"}],
    }  # fmt: skip
    return body, {"letter.typ": letter.template, "qr.svg": draw_svg(SEAL), "seal.txt": SEAL.encode()}


def _rendered(body: Mapping[str, object], parts: Mapping[str, bytes]) -> bytes:
    answer = sandbox.run("render", body, parts)
    if answer.outcome != "ok":
        raise RuntimeError(str(answer.body))
    return answer.parts["pdf"]


def _parts(root: Path, seconds: float) -> dict[str, float]:
    """Milliseconds of each, the median, in one process and without a database."""
    chain, sign = _identity(root, "Commune", own_authority.DOCUMENTS)
    stampers = _identity(root, "Clock", own_authority.STAMPS)
    body, files = _prepared()
    pdf = _rendered(body, files)
    hollow = with_hole(pdf, HOLE)
    token = _stamp(stampers, b"signature")

    def cms(_: int) -> bytes:
        hole = find_hole(hollow)
        assert hole is not None
        attributes = signed_attributes(digest_of(hollow, hole), chain[0])
        return embed(hollow, hole, signed_data(attributes, sign(attributes), chain, token=token))

    return {
        "qr": _median(seconds, lambda _: draw_svg(SEAL)), "typst": _median(seconds, lambda _: _rendered(body, files)),
        "pades_pdf": _median(seconds, lambda _: with_hole(pdf, HOLE)), "pades_cms": _median(seconds, cms),
        "stamp": _median(seconds, lambda _: _stamp(stampers, b"signature")),
    }  # fmt: skip


def _signatures(root: Path, count: int) -> dict[str, float]:
    """Signatures with time stamps in this process, by certificates of LENGTHS lengths: the usual one, and the worst hundredth."""
    pdf, spent = _rendered(*_prepared()), []
    signers = [_identity(root, "C" * (n + 1), own_authority.DOCUMENTS) for n in range(LENGTHS)]
    stampers = _identity(root, "Clock", own_authority.STAMPS)
    for number in range(count):
        chain, sign = signers[number % LENGTHS]
        began = time.process_time()  # of the processor: what a stall takes, and a neighbour on this machine does not
        hollow = with_hole(pdf, HOLE)
        hole = find_hole(hollow)
        assert hole is not None
        attributes = signed_attributes(digest_of(hollow, hole), chain[0])
        signature = sign(attributes)
        made = embed(hollow, hole, signed_data(attributes, signature, chain, token=_stamp(stampers, signature)))
        spent.append(1000 * (time.process_time() - began))
    if check_file_signature(made, now=datetime.fromtimestamp(time.time(), UTC)) is None:
        raise RuntimeError("no signature was made")
    return {"signatures": count, "sign_p50_ms": statistics.median(spent), "sign_p99_ms": sorted(spent)[int(0.99 * len(spent))]}


def _identity(root: Path, name: str, purpose: own_authority.Purpose) -> tuple[Chain, Sign]:
    path = own_authority.identity(root / "letters", f"{name}-{len(name)}", name, purpose, datetime.now(UTC))  # noqa: TID251 - no product here
    key = load_pem_private_key(path.read_bytes(), password=None)
    assert isinstance(key, ec.EllipticCurvePrivateKey)
    return tuple(x509.load_pem_x509_certificates(path.read_bytes())), raw_signer(LocalSigner.of(key))


def _stamp(stampers: tuple[Chain, Sign], signature: bytes) -> bytes:
    digest = hashlib.sha256(signature).digest()
    at = datetime.now(UTC)  # noqa: TID251 - no product here
    said = answer_stamp(Authority(*stampers), stamp_request(digest, 1), at=at, serial=secrets.token_bytes(16))
    return open_answer(said, digest=digest, nonce=1)[0]


def _median(seconds: float, once: Callable[[int], object]) -> float:
    once(0)  # warm
    spent: list[float] = []
    while sum(spent) < 1000 * seconds or len(spent) < 3:
        began = time.perf_counter()
        once(len(spent))
        spent.append(1000 * (time.perf_counter() - began))
    return statistics.median(spent)


def lines(said: Mapping[str, Any]) -> Iterator[str]:
    parts, campaign = said["parts"], said.get("campaign")
    yield "Letters: a residence certificate, its seal, its signature (PAdES B-T), milliseconds of each part alone"
    yield (
        f"  QR {parts['qr']:.1f} · Typst {parts['typst']:.1f}"
        f" · signature: PDF {parts['pades_pdf']:.1f} + CMS {parts['pades_cms']:.2f} · time stamp {parts['stamp']:.2f}"
    )
    verdict = "OVER THE GATE" if said["over"] else "within the gate"
    yield (
        f"  {said['signatures']} signatures by certificates of {LENGTHS} lengths, of the processor:"
        f" p50 {said['sign_p50_ms']:.1f} ms, p99 {said['sign_p99_ms']:.1f} ms ({verdict} of {GATE_MS:.0f} ms)"
    )
    if campaign is None:
        yield "  NO CAMPAIGN IS MEASURED: not with --tiny"
        return
    yield (
        f"  A campaign of {campaign['letters']} letters, sealed, logged, signed, stored: {campaign['per_second']:.1f}/s on"
        f" {campaign['cores']} cores (goal {GOAL}/s), {campaign['checkpoints']} checkpoints"
    )
    used = campaign["processor_ms"]
    yield (
        f"  processor of each letter, ms: {used['here']:.1f} in the process that decides, signs and stores,"
        f" {used['spawned']:.1f} in those that set the letter, {used['postgres']:.1f} in PostgreSQL:"
        f" room for {campaign['possible_per_second']:.1f}/s"
    )
    yield "  its parts, ms by the clock (of the processor, in this process):"
    yield from (f"    {PARTS[name]} {one['wall_ms']:.2f} ({one['here_ms']:.2f})" for name, one in campaign["parts"].items())
