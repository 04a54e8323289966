# SPDX-License-Identifier: EUPL-1.2
"""`make bench-proofs`, `python -m benchmarks.proofs [--quick | --page]`: log, seals, letters and photographs, in one run.

Needs a folder on a real disk (--folder; a temporary one beside this clone otherwise); a database, which it brings, for the
campaign of letters alone; a network only once, for Tessera's packages, where Go is at hand. What each figure is beside stands in
its line: an append beside the mere writing and syncing of its bytes on the same disk. Exits with 1 when the p99 of a signature is
over its gate.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Any  # JSON of our own making: an edge

import zxingcpp
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from benchmarks import letters, machine, node, photographs, proofs_page
from bierger.ledger.plugins.node.disk import FolderDisk
from bierger.ledger.plugins.node.files import FolderLog
from bierger_core.merkle import (
    EMPTY_EDGE,
    AddCheckpoint,
    Checkpoint,
    LogWriter,
    TileReader,
    audit,
    build_proof,
    cosign,
    decide,
    fetch_from,
    format_add_checkpoint,
    format_proof,
    grow,
    leaf_hash,
    log_key,
    parse_policy,
    parse_proof,
    sign_checkpoint,
    verify_inclusion,
    verify_proof,
    witness_key,
)
from bierger_core.seals import (
    Claims,
    KeyEntry,
    KeyList,
    RegisteredFact,
    RegisteredType,
    TypeRegistry,
    facts_commitment,
    seal,
    verify_seal,
)
from bierger_core.values import Kind, LocalSigner, Text, check_signature, commitment

RESULTS = Path(__file__).parent / "results"
ORIGIN = "log.example.lu"
AT = datetime(2026, 11, 22, 12, tzinfo=UTC)
LOG = LocalSigner.of(Ed25519PrivateKey.from_private_bytes(bytes([1]) * 32))
LOG_KEY = log_key(ORIGIN, LOG.public_key)
WITNESSES = [LocalSigner.of(Ed25519PrivateKey.from_private_bytes(bytes([n]) * 32)) for n in range(10, 14)]
WITNESS_KEYS = [witness_key(f"w{n}.example.lu", signer.public_key) for n, signer in enumerate(WITNESSES)]
SEALER = LocalSigner.of(ec.derive_private_key(7, ec.SECP256R1()))
_WITNESS_LINES = [f"witness w{n} {key.text}" for n, key in enumerate(WITNESS_KEYS)]
POLICY = parse_policy("\n".join([f"log {LOG_KEY.text}", *_WITNESS_LINES, "group g 3 w0 w1 w2 w3", "quorum g"]))


@dataclass(frozen=True)
class Size:
    """name: as the page says it; batches: how many of each size; seconds: of each rate; entries: of the log that is proved and
    audited; http: seconds.
    """

    name: str
    batches: dict[int, int]
    seconds: float
    entries: int
    http: float


USUAL = Size("whole", {1: 300, 100: 300, 1_000: 100, 5_000: 40}, 3.0, 200_000, 10.0)
QUICK = Size("quick", {1: 60, 100: 60, 1_000: 20, 5_000: 8}, 0.7, 30_000, 4.0)
TINY = Size("tiny", {1: 2, 100: 2, 1_000: 1, 5_000: 1}, 0.02, 600, 0.1)  # for the test: that it runs, not how fast


def entries_of(number: int, batch: int) -> list[bytes]:
    return [commitment(Kind.FILE, number.to_bytes(16, "big") + at.to_bytes(16, "big"), b"") for at in range(batch)]


def append(folder: Path, batch: int, times: int) -> dict[str, float]:
    """Durable appends through the nine steps, and beside each the bare writing and syncing of as many bytes."""
    log = FolderLog(FolderDisk(folder))
    writer = LogWriter(log, log, LOG_KEY, LOG)
    spent, bare = [], []
    processor = 0.0
    with (folder / "bare").open("ab") as file:
        for number in range(times):
            entries = entries_of(number, batch)
            began, began_processor = time.perf_counter(), time.process_time()
            writer.append(entries)
            spent.append(time.perf_counter() - began)
            processor += time.process_time() - began_processor
            began = time.perf_counter()
            file.write(b"".join(entries))
            file.flush()
            os.fsync(file.fileno())
            bare.append(time.perf_counter() - began)
    return {
        "batch": batch,
        "per_second": batch * times / sum(spent),
        "p50_ms": 1000 * statistics.median(spent),
        "p99_ms": 1000 * sorted(spent)[int(0.99 * len(spent))],
        "processor_us": 1e6 * processor / (batch * times),
        "bare_p50_ms": 1000 * statistics.median(bare),
        "bare_per_second": batch * times / sum(bare),
        "best_per_second": batch / min(spent),
    }


def rate(seconds: float, once: Callable[[int], object]) -> float:
    """How often a second; `once` is told how many times it ran before."""
    began, times = time.perf_counter(), 0
    while times < 1 or time.perf_counter() - began < seconds:
        once(times)
        times += 1
    return times / (time.perf_counter() - began)


def prove(folder: Path, size: Size) -> dict[str, float]:
    """Proofs out of tiles on the disk, checked; the whole log derived again; what it takes on the disk."""
    log = FolderLog(FolderDisk(folder))
    writer = LogWriter(log, log, LOG_KEY, LOG)
    for number in range(0, size.entries, 5_000):
        appended = writer.append(entries_of(number, min(5_000, size.entries - number)))
    note = appended.note
    for key, signer in zip(WITNESS_KEYS, WITNESSES, strict=True):
        note = cosign(note, key, signer, AT)
    total, root = appended.checkpoint.size, appended.checkpoint.root
    place = [step * 7_919 % total for step in range(997)]  # all over the log
    warm = TileReader(log.fetch, total, root)
    for index in place:
        warm.inclusion(index)
    proof = format_proof(build_proof(place[0], warm.read, note))
    entry = warm.entry(place[0])
    path = warm.inclusion(place[0])
    signed = LOG.sign(bytes(100))
    began = time.perf_counter()
    found = audit(log.fetch, note, POLICY)
    spent = time.perf_counter() - began
    if not found.is_healthy:
        raise RuntimeError(f"The log is damaged: {found.damages}")
    files = [file for file in folder.glob("tile/**/*") if file.is_file()]
    last = [file for file in files if file.parent.suffix != ".p"] + [folder / tile for tile in _partial(total)]
    return {
        "entries": total,
        "proofs_cold": rate(size.seconds, lambda at: TileReader(log.fetch, total, root).inclusion(place[at % len(place)])),
        "proofs_warm": rate(size.seconds, lambda at: warm.inclusion(place[at % len(place)])),
        "bare_path": rate(size.seconds, lambda _: _hashed(entry, path)),
        "bare_signatures": rate(size.seconds, lambda _: [_is_signed("EdDSA", LOG, signed) for _ in range(5)]),
        "paths_checked": rate(size.seconds, lambda _: verify_inclusion(leaf_hash(entry), place[0], total, path, root)),
        "proofs_checked": rate(size.seconds, lambda _: verify_proof(parse_proof(proof), entry, POLICY)),
        "proof_bytes": len(proof),
        "audited": total / spent,
        "bytes_per_entry": sum(file.stat().st_size for file in files) / total,
        "bytes_per_entry_swept": sum(file.stat().st_size for file in last) / total,
    }


def _is_signed(alg: str, signer: LocalSigner, signature: bytes) -> bool:
    return check_signature(alg, signer.public_key, bytes(100), signature)


def _hashed(entry: bytes, path: Sequence[bytes]) -> bytes:
    node = leaf_hash(entry)
    for step in path:
        node = hashlib.sha256(b"\x01" + step + node).digest()
    return node


def _partial(size: int) -> Iterator[str]:
    return (path for path in grow(EMPTY_EDGE, [b"\0"] * size).files if ".p/" in path)


def witness(size: Size) -> float:
    """Requests decided a second: each one grows the log by one entry, proves it and is cosigned."""
    growth = grow(EMPTY_EDGE, entries_of(0, 1))
    state, requests = {}, []
    reader_files = dict(growth.files)
    for total in range(1, 301):
        root = growth.edge.root()
        note = sign_checkpoint(Checkpoint(ORIGIN, total, root), LOG_KEY, LOG)
        steps = TileReader(fetch_from(reader_files), total, root).consistency(total - 1)
        requests.append(format_add_checkpoint(AddCheckpoint(total - 1, steps, note)))
        growth = grow(growth.edge, entries_of(total, 1))
        reader_files |= growth.files
    cosigners = [(WITNESS_KEYS[0], WITNESSES[0])]
    began, decided = time.perf_counter(), 0
    while time.perf_counter() - began < size.seconds:
        state = {}
        for request in requests:
            decision = decide(state, request, logs=[LOG_KEY], cosigners=cosigners, at=AT)
            if decision.status != 200:
                raise RuntimeError(decision.code)
            state, decided = decision.state, decided + 1
    return decided / (time.perf_counter() - began)


def registered() -> RegisteredType:
    def fact(name: str, kind: str) -> RegisteredFact:
        return RegisteredFact(name, kind, Text.of(fr=name, de=name, en=name, lb=name))  # type: ignore[arg-type]  # a kind is a literal, here a plain text

    kinds = {"number": "text", "family-name": "text", "given-name": "text", "birth-date": "date", "street": "text"}
    kinds |= {"postal-code": "text", "locality": "text", "since": "date"}
    title = Text.of(fr="Certificat", de="Bescheinigung", en="Certificate", lb="Certificat")
    return RegisteredType("residence-certificate", 1, title, tuple(fact(name, kind) for name, kind in kinds.items()))


FACTS = {
    "number": "2026-000001", "family-name": "Weber", "given-name": "Marie", "birth-date": "1985-03-14",
    "street": "12, rue de la Gare", "postal-code": "L-7535", "locality": "Mersch", "since": "2019-06-01",
}  # fmt: skip


def seals(size: Size) -> dict[str, float]:
    """Sealing, drawing, photographing (a clean picture) and verifying, one after the other in one thread."""
    kind = registered()
    claims = Claims("mersch", AT, kind.code, FACTS)
    keys = KeyList(AT, (KeyEntry(SEALER.kid, "mersch", "seal", "ES256", SEALER.public_key, AT),))
    types = TypeRegistry((kind,))
    numbers = count()

    def sign(_: int) -> str:
        salt = next(numbers).to_bytes(32, "big")
        return seal(claims, document_type=kind, salt=salt, log_origin=ORIGIN, signer=SEALER)

    def draw(_: int) -> zxingcpp.Barcode:
        return zxingcpp.create_barcode(code, zxingcpp.BarcodeFormat.QRCode, ec_level="M")

    code = sign(0)
    drawn = draw(0)
    picture = drawn.to_image(scale=4)
    signed = SEALER.sign(bytes(100))
    plain = seal(claims, document_type=kind.document_type, salt=bytes(32), log_origin=ORIGIN, signer=SEALER)
    return {
        "signed": rate(size.seconds, sign),
        "bare_signed": rate(size.seconds, lambda _: SEALER.sign(bytes(100))),
        "committed": rate(size.seconds, lambda at: facts_commitment(claims, at.to_bytes(32, "big"), registered=kind)),
        "drawn": rate(size.seconds, lambda at: draw(at).to_image()),
        "read": rate(size.seconds, lambda _: zxingcpp.read_barcode(picture).text),
        "verified": rate(size.seconds, lambda _: verify_seal(code, keys, types=types)),
        "bare_verified": rate(size.seconds, lambda _: _is_signed("ES256", SEALER, signed)),
        "signs": len(code),
        "modules": drawn.to_image(scale=1, add_quiet_zones=False).shape[0],
        "signs_plain": len(plain),
    }


def about_lines(about: Mapping[str, Any]) -> list[str]:
    return [
        f"{about['date']} · commit {about['commit']} · Python {about['python']}",
        (
            f"{about['processor']}, {about['cores']} cores, {about['memory_gib']} GiB, {about['file_system']};"
            f" load average before: {about['load_before']}; a {about['size']} run"
        ),
    ]


def append_lines(appends: Sequence[Mapping[str, float]]) -> list[str]:
    lines = [
        "Durable appends in one process, signed; beside them the bare write and sync of the same bytes into one file",
        "  batch   entries/s  best batch   p50 ms   p99 ms   processor µs/entry   bare p50 ms",
    ]
    for one in appends:
        goal = proofs_page.APPENDS.get(int(one["batch"]))
        lines.append(
            f"{one['batch']:7,d} {one['per_second']:11,.0f} {one['best_per_second']:11,.0f} {one['p50_ms']:8.2f}"
            f" {one['p99_ms']:8.2f} {one['processor_us']:20.1f} {one['bare_p50_ms']:13.2f}"
            + (f"   (goal {goal:,d}/s)" if goal else "")
        )
    return lines


def http_lines(said: Mapping[str, float]) -> list[str]:
    return [
        f"Over HTTP, a node with batches of one second, acknowledged entries/s (goal {proofs_page.HTTP:,d}/s)",
        (
            f"  1,000 a request {said['per_second_of_1000']:,.0f} · 100 a request {said['per_second_of_100']:,.0f}"
            f" · single {said['per_second_single']:,.0f} over {said['connections_single']:,.0f} connections,"
            " each of which waits for its second"
        ),
    ]


def tessera_lines(said: Mapping[str, Any]) -> list[str]:
    if "missing" in said:
        return [f"TESSERA IS NOT MEASURED: {said['missing']}"]
    rates = " · ".join(f"batch {int(batch):,d} {rate:,.0f}" for batch, rate in said["appends"].items())
    return [
        "Tessera's POSIX driver on the same disk, in its own process (Go), entries/s",
        f"  integrated, the checkpoint following within 100 ms: {rates}",
        f"  checkpoints of one second, each sender waiting for its own: {said['second']:,.0f}",
    ]


def proof_lines(proofs: Mapping[str, float]) -> list[str]:
    return [
        f"A log of {proofs['entries']:,d} entries; checkpoint with four cosignatures, quorum three",
        f"  proofs made from tiles: cold {proofs['proofs_cold']:,.0f}/s · warm {proofs['proofs_warm']:,.0f}/s",
        (
            f"  paths checked {proofs['paths_checked']:,.0f}/s · whole .tlog-proof ({proofs['proof_bytes']:,d} bytes) with policy"
            f" {proofs['proofs_checked']:,.0f}/s"
        ),
        f"  audited (whole tree derived again, every file compared) {proofs['audited']:,.0f} entries/s",
        (
            f"  bytes per entry {proofs['bytes_per_entry']:.1f}; without partial files of earlier sizes"
            f" {proofs['bytes_per_entry_swept']:.1f} (floor 67.1)"
        ),
    ]


def witness_lines(rate: float) -> list[str]:
    return [f"Witness: {rate:,.0f} requests decided and cosigned/s"]


def seal_lines(codes: Mapping[str, float]) -> list[str]:
    return [
        f"Seals of eight facts: {codes['signs']} signs, {codes['modules']} modules (release 0.1: {codes['signs_plain']} signs)",
        (
            f"  signed {codes['signed']:,.0f}/s · committed {codes['committed']:,.0f}/s · drawn {codes['drawn']:,.0f}/s"
            f" · read from a picture {codes['read']:,.0f}/s · verified {codes['verified']:,.0f}/s"
        ),
    ]


def photographed(size: Size) -> dict[str, Any]:
    """The share of printed codes that is read, by what was done to the picture and by resolution."""
    if size is TINY:
        return {"missing": "not with --tiny"}
    if shutil.which("pdftoppm") is None:
        return {"missing": "pdftoppm is not installed"}
    resolutions = photographs.RESOLUTIONS if size is USUAL else (150,)
    return photographs.measured(resolutions)


def photograph_lines(said: Mapping[str, Any]) -> list[str]:
    if "missing" in said:
        return [f"NO PHOTOGRAPHS ARE MEASURED: {said['missing']}"]
    head = f"Codes read from printed pages of {said['letters']} letters, as drawn at so many dots per inch and then spoilt"
    lines = [head]
    for who, key in (("the server's reader", "read"), ("the browser's reader", "browser")):
        lines.append(f"  {who}" if key in said else f"  {who} IS NOT MEASURED: {said['missing_browser']}")
        for name, one in said.get(key, {}).items():
            lines.append(f"    {' · '.join(f'{dots} dpi {share:.0%}' for dots, share in one.items())}  {name}")
    return lines


def appends(root: Path, size: Size) -> list[dict[str, float]]:
    return [append(_folder(root, f"appends-{batch}"), batch, times) for batch, times in size.batches.items()]


def _folder(root: Path, name: str) -> Path:
    (root / name).mkdir()
    return root / name


# One part a line: its name in the JSON, what measures it, and its lines in the table.
PARTS: tuple[tuple[str, Callable[[Path, Size], Any], Callable[[Any], list[str]]], ...] = (
    ("appends", appends, append_lines),
    ("http", lambda root, size: node.over_http(root / "http", size.http), http_lines),
    ("tessera", lambda root, size: node.tessera(root / "tessera", size.seconds, tuple(size.batches)), tessera_lines),
    ("proofs", lambda root, size: prove(_folder(root, "proofs"), size), proof_lines),
    ("witness", lambda _root, size: witness(size), witness_lines),
    ("seals", lambda _root, size: seals(size), seal_lines),
    ("letters", letters.measure, lambda said: list(letters.lines(said))),
    ("photographs", lambda _root, size: photographed(size), photograph_lines),
)


def main() -> int:
    parser = argparse.ArgumentParser(prog="benchmarks.proofs", description="Measure the log and the seals; one run, one table.")
    parser.set_defaults(size=USUAL)
    parser.add_argument("--quick", dest="size", action="store_const", const=QUICK, help="rougher, in a quarter of the time")
    parser.add_argument("--tiny", dest="size", action="store_const", const=TINY, help="only to see that it runs")
    parser.add_argument("--only", action="append", choices=[name for name, _, _ in PARTS], help="this part; may be repeated")
    parser.add_argument("--folder", type=Path, default=RESULTS.parent, help="on the disk to be measured")
    parser.add_argument("--json", type=Path, default=None, help="where to write the same as JSON")
    parser.add_argument("--page", action="store_true", help="measure all, and put it into docs/explain/performance-proofs.md")
    told = parser.parse_args()
    if told.page and (told.only or told.size is not USUAL):
        parser.error("the page shows a whole run: neither a part nor a quick one")
    began = time.perf_counter()
    with tempfile.TemporaryDirectory(dir=told.folder) as place:
        root = Path(place)
        said: dict[str, Any] = {"machine": {**machine.here(root), "size": told.size.name}}
        print(*about_lines(said["machine"]), sep="\n")
        for name, measure, lines in PARTS:
            if not told.only or name in told.only:
                is_left_out = name == "tessera" and told.size is TINY and not told.only
                said[name] = {"missing": "not with --tiny, unless asked for"} if is_left_out else measure(root, told.size)
                print("", *lines(said[name]), sep="\n", flush=True)
    said["machine"] |= {"load_after": round(os.getloadavg()[0], 2), "seconds": time.perf_counter() - began}
    if told.json:
        told.json.write_text(json.dumps(said, indent=1, ensure_ascii=False) + "\n", "utf-8")
    if told.page:
        proofs_page.publish(said)
        if "read" in said["photographs"]:
            photographs.publish(said["photographs"])
    return 1 if said.get("letters", {}).get("over") else 0


if __name__ == "__main__":
    sys.exit(main())
