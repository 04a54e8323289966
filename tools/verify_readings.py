#!/usr/bin/env python3
# SPDX-License-Identifier: EUPL-1.2
"""Check an export of "Who looked at my data": that no entry was removed, changed, put in between or cut off.

    python3 verify_readings.py readings.json
    python3 verify_readings.py readings.json --key 'name+hash+key' --older last-year.json --log https://example.org/log

One file, for people who do not trust the administration's own programs. It needs Python 3.9 or newer and the package
`cryptography`; nothing of Bierger. The format is described in docs/reference/readings.md; each rule is named where it is checked.

Exit status: 0 everything holds, 1 something is wrong, 2 a file or key is missing, 3 what is there holds, but the log has newer
batches about this person: export again. If a fresh export says so again, its end was cut off and its date written back.
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import hmac
import json
import sys
import urllib.request
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

Json = dict[str, Any]
Key = tuple[str, bytes, Ed25519PublicKey]
FORMATS = ("bierger-readings-1", "bierger-readings-2")  # the first is of one log: its batches do not name theirs
READINGS_LEAF, EARLIER_LEAF = 9, 12  # kinds of the log's leaves: a batch of readings, and how the log before this one ended
ED25519_NOTE = 1  # kind of signature of a C2SP signed note
TILE = 256
SEALING = timedelta(minutes=1)  # a batch is dated before it is committed: an export of that moment honestly lacks it


class WrongError(Exception):
    """Something does not hold. The text says what, in a sentence."""


class UnreadableError(Exception):
    """A file or address could not be read, so nothing is proved either way."""


# -- hashes and signatures, as the specifications write them -------------------------------------------------------------------


def sha256(*parts: bytes) -> bytes:
    return hashlib.sha256(b"".join(parts)).digest()


def canonical(value: object) -> bytes:
    """RFC 8785 for texts, whole numbers, lists, objects with ASCII keys, true, false and null: all that an export holds."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False).encode()


def commitment_of(salt: bytes, reading: Json) -> bytes:
    return sha256(b"bierger/reading/v1", salt, canonical(reading))


def hash_of(subject: str, entry: Json) -> bytes:
    header = {name: entry[name] for name in ("sequence", "previous", "commitment")}
    return sha256(b"bierger/reading-entry/v1", canonical({**header, "subject": subject}))


def tag_of(key: bytes, batch: int) -> bytes:
    return hmac.new(key, b"bierger/reading-tag/v1" + batch.to_bytes(8, "big"), hashlib.sha256).digest()


def logged_as(batch: Json) -> bytes:
    """The 33 bytes that the log holds of a batch."""
    content = canonical({"v": 1, **{name: batch[name] for name in ("number", "at", "size", "root")}})
    return leaf_of(READINGS_LEAF, batch["salt"], content)


def leaf_of(kind: int, salt: str, content: bytes) -> bytes:
    return bytes([kind]) + sha256(b"bierger/commit/v1", bytes([kind]), unhex(salt, 32), content)


def leaf_hash(leaf: bytes) -> bytes:
    return sha256(b"\x00", leaf)


def root_of_path(leaf: bytes, index: int, size: int, path: list[bytes]) -> bytes:
    """RFC 9162 section 2.1.3.2: the root to which an inclusion proof leads."""
    if not 0 <= index < size:
        raise WrongError("a proof names a place outside its tree")
    node, place, last = leaf_hash(leaf), index, size - 1
    for step in path:
        if last == 0:
            raise WrongError("a proof is too long")
        if place & 1 or place == last:
            node = sha256(b"\x01", step, node)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            node = sha256(b"\x01", node, step)
        place, last = place >> 1, last >> 1
    if last:
        raise WrongError("a proof is too short")
    return node


def root_of_leaves(leaves: list[bytes]) -> bytes:
    """RFC 6962 section 2.1: the root over these leaves."""
    row, peaks = [leaf_hash(one) for one in leaves], []
    while row:
        if len(row) % 2:
            peaks.append(row.pop())
        row = [sha256(b"\x01", row[at], row[at + 1]) for at in range(0, len(row), 2)]
    root = peaks.pop(0) if peaks else hashlib.sha256(b"").digest()
    for peak in peaks:
        root = sha256(b"\x01", peak, root)
    return root


def unhex(text: str, length: int | None = None) -> bytes:
    try:
        data = bytes.fromhex(text)
    except (TypeError, ValueError):
        raise WrongError("a value is not hexadecimal") from None
    if length is not None and len(data) != length:
        raise WrongError(f"a value should have {length} bytes")
    return data


def unbase64(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except ValueError:
        raise WrongError("a value is not Base 64") from None


def read_key(text: str) -> Key:
    """`name+id+key` (C2SP signed-note) -> name, id, public key."""
    parts = text.strip().split("+", 2)
    if len(parts) != 3:
        raise UnreadableError("a key is written name+id+key")
    name, key_id, key = parts[0], bytes.fromhex(parts[1]), base64.b64decode(parts[2])
    if len(key) != 33 or key[0] != ED25519_NOTE or sha256(name.encode(), b"\n", key)[:4] != key_id:
        raise UnreadableError(f"this is not an Ed25519 key of a log: {text[:60]}")
    return name, key_id, Ed25519PublicKey.from_public_bytes(key[1:])


def open_checkpoint(note: str, keys: list[Key], origin: str) -> tuple[int, bytes]:
    """The size and root of a checkpoint, once a key of this log that we believe has signed it."""
    text, _, signatures = note.partition("\n\n")
    text += "\n"
    lines = text.split("\n")
    if len(lines) < 4 or lines[0] != origin:
        raise WrongError(f"a checkpoint is of another log: {lines[0][:80]!r} instead of {origin!r}")
    if not any(known == origin for known, _, _ in keys):
        raise UnreadableError(f"no key of the log {origin} is known: give it with --key, beside those of the other logs")
    for line in signatures.splitlines():
        mark, _, rest = line.partition(" ")
        name, _, value = rest.rpartition(" ")
        if mark != "\N{EM DASH}" or name != origin:
            continue
        raw = unbase64(value)
        for known, key_id, key in keys:
            if (known, key_id) != (name, raw[:4]):
                continue
            try:
                key.verify(raw[4:], text.encode())
            except InvalidSignature:
                raise WrongError("the log's signature on a checkpoint is wrong") from None
            return int(lines[1]), unbase64(lines[2])
    raise WrongError("no key that we believe has signed a checkpoint")


def log_of(export: Json, batch: Json) -> str:
    """The name of the log that holds a batch: not the one of now, when another had begun since."""
    return batch.get("origin") or export["origin"]


def check_log_proof(export: Json, batch: Json, keys: list[Key]) -> tuple[int, int, bytes]:
    """C2SP tlog-proof: the batch is in its log. Gives its index, and size and root of the checkpoint."""
    head, _, note = batch["proof"].partition("\n\n")
    lines = head.split("\n")
    if lines[0] != "c2sp.org/tlog-proof@v1":
        raise WrongError("a proof has an unknown form")
    lines = [one for one in lines[1:] if not one.startswith("extra ")]
    index = int(lines[0].split(" ", 1)[1])
    size, root = open_checkpoint(note, keys, log_of(export, batch))
    if root_of_path(logged_as(batch), index, size, [unbase64(one) for one in lines[1:]]) != root:
        raise WrongError("a proof does not lead to the log's signed root")
    return index, size, root


# -- the export itself ------------------------------------------------------------------------------------------------------


def check_chain(export: Json) -> int:
    """Rule 1: every entry follows the one before; its hash and its content are what they say. Gives the number of erased ones."""
    subject, previous, erased = export["subject"], bytes(32).hex(), 0
    for place, entry in enumerate(export["entries"], start=1):
        number = entry["sequence"]
        if number != place:
            raise WrongError(f"entry {place} is missing or out of order: entry {number} stands in its place")
        if entry["previous"] != previous:
            raise WrongError(f"entry {number} does not follow entry {number - 1}: something was removed, added or changed")
        if hash_of(subject, entry).hex() != entry["hash"]:
            raise WrongError(f"entry {number} was changed: its hash does not fit")
        previous = entry["hash"]
        erased += check_content(subject, entry)
    return erased


def check_content(subject: str, entry: Json) -> int:
    number, reading, salt = entry["sequence"], entry["reading"], entry["salt"]
    if reading is None and salt is None:
        return 1
    if reading is None or salt is None:
        raise WrongError(f"the reading of entry {number} is gone, but it was not erased as it should be")
    if commitment_of(unhex(salt, 32), reading).hex() != entry["commitment"]:
        raise WrongError(f"the reading of entry {number} was changed after it was sealed")
    if reading["subject"] != subject:
        raise WrongError(f"entry {number} is about somebody else")
    return 0


def check_batches(export: Json, keys: list[Key]) -> list[int]:
    """Rule 2: the last entry of each batch is a leaf of it, and the batch is in the log. Gives batches without a proof yet."""
    batches = {batch["number"]: batch for batch in export["batches"]}
    waiting, before = [], 0
    ends = {}
    for entry in export["entries"]:
        if entry["batch"] < before:
            raise WrongError(f"entry {entry['sequence']} says it was sealed before the entry in front of it")
        before = entry["batch"]
        ends[before] = entry["hash"]
    key = unhex(export["key"], 32)
    for number, head in ends.items():
        batch = batches.get(number)
        if batch is None:
            raise WrongError(f"batch {number} is missing from the export")
        tag = tag_of(key, number)
        check_leaf(batch, tag + unhex(head, 32), batch["leaf"])
        if batch.get("proof"):
            check_log_proof(export, batch, keys)
        else:
            waiting.append(number)
    if waiting and waiting != sorted(ends)[-len(waiting) :]:
        raise WrongError(f"batch {waiting[0]} is not in the log, but later ones are")
    for entry in export["entries"]:
        if entry.get("early"):
            check_early(export, entry, batches, keys)
    return waiting


def check_leaf(batch: Json, leaf: bytes, proof: Json) -> None:
    found = root_of_path(leaf, proof["place"], batch["size"], [unhex(step, 32) for step in proof["path"]])
    if found.hex() != batch["root"]:
        raise WrongError(f"batch {batch['number']} does not hold what the export says: the chain is another's, or was rewritten")


def check_early(export: Json, entry: Json, batches: dict[int, Json], keys: list[Key]) -> None:
    """Rule 3: a reading that was told later had been committed to when it happened, word for word."""
    early, number = entry["early"], entry["sequence"]
    batch = batches.get(early["batch"])
    if batch is None or not batch.get("proof"):
        raise WrongError(f"entry {number} was told later, and the proof of its day is missing")
    told = {name: value for name, value in (entry["reading"] or {}).items() if name != "delay"}
    if told != early["reading"]:
        raise WrongError(f"entry {number} was told later, and differently from how it was recorded")
    made = commitment_of(unhex(early["salt"], 32), early["reading"])
    leaf = unhex(early["tag"], 32) + made
    proof = next((one for one in batch["early"] if one["tag"] == early["tag"]), None)
    if proof is None:
        raise WrongError(f"entry {number} was told later, and its place in batch {early['batch']} is missing")
    check_leaf(batch, leaf, proof)
    check_log_proof(export, batch, keys)


def check_opening(export: Json, opening: str) -> str:
    """Rule 6: the account that the auditors named is the one whose mark was sealed. opening: `reading:account:salt`."""
    number, _, rest = opening.partition(":")
    account, _, salt = rest.partition(":")
    reading = next((one["reading"] for one in export["entries"] if str(one["number"]) == number), None)
    if reading is None:
        raise WrongError(f"reading {number} is not in the export, or was erased")
    mark = sha256(b"bierger/reading-actor/v1", unhex(salt, 32), unhex(account.replace("-", ""), 16)).hex()
    if mark != reading.get("actor"):
        raise WrongError(f"reading {number} was not made by the account {account}")
    return f"reading {number} was made by the account {account}"


# -- against what was kept, and the public log -----------------------------------------------------------------------------


def check_older(export: Json, older: Json) -> None:
    """Rule 4: what an older export showed is still there, in the same place."""
    if older["subject"] != export["subject"] or older["key"] != export["key"]:
        raise WrongError("the older export is another person's")
    now = export["entries"]
    for entry in older["entries"]:
        place = entry["sequence"]
        if place > len(now):
            raise WrongError(f"the end was cut off: the older export has entry {place}, this one ends with {len(now)}")
        if now[place - 1]["hash"] != entry["hash"]:
            raise WrongError(f"entry {place} is not the one of the older export: the chain was rewritten")
    known = {entry["number"] for entry in now} | {one["reading"] for one in export["waiting"]}
    for one in older["waiting"]:
        if one["reading"] not in known:
            raise WrongError(f"reading {one['reading']} of {one['at']} was shown before it was sealed, and has been taken out")


def fetch(base: str, path: str) -> bytes | None:
    """Bytes below an address or in a folder; None when they are not there."""
    if "://" not in base:
        file = Path(base) / path
        return file.read_bytes() if file.is_file() else None
    if not base.startswith(("https://", "http://")):
        raise UnreadableError("an address begins with https:// or http://")
    try:
        with urllib.request.urlopen(f"{base.rstrip('/')}/{path}", timeout=30) as answer:  # noqa: S310 - checked above
            return answer.read()
    except OSError as error:
        if getattr(error, "code", 0) == 404:
            return None
        raise UnreadableError(f"{path}: {error}") from None


def bundle_path(number: int, width: int) -> str:
    text = f"{number % 1000:03d}"
    while number >= 1000:
        number //= 1000
        text = f"x{number % 1000:03d}/{text}"
    return f"tile/entries/{text}" + (f".p/{width}" if width < TILE else "")


def leaves_of_log(base: str, size: int) -> list[bytes]:
    leaves = []
    for number in range(-(-size // TILE)):
        data = fetch(base, bundle_path(number, min(TILE, size - number * TILE)))
        if data is None:
            raise WrongError(f"the log does not publish its entries from {number * TILE} on")
        at = 0
        while at < len(data):
            length = int.from_bytes(data[at : at + 2], "big")
            leaves.append(data[at + 2 : at + 2 + length])
            at += 2 + length
    return leaves


def check_against_log(export: Json, base: str, keys: list[Key]) -> tuple[int, int]:
    """Rule 5: the logs are those that proved the export, every batch in it is published, and nothing of ours is missing.

    Gives how many batches there are, and how many of them the export lacks because they are newer.
    """
    logs = published_logs(base, keys)
    for name in {export["origin"], *(log_of(export, batch) for batch in export["batches"])}:
        if name not in logs:
            raise WrongError(f"this is another log: {list(logs)[-1]!r}, which does not go back to {name!r}")
    for batch in filter(lambda one: one.get("proof"), export["batches"]):
        (index, then, before), leaves = check_log_proof(export, batch, keys), logs[log_of(export, batch)]
        if then > len(leaves) or root_of_leaves(leaves[:then]) != before or leaves[index] != logged_as(batch):
            raise WrongError("the log that this export was proved by is not the one that is published: there are two histories")
    return check_tags(export, base, [leaf for leaves in logs.values() for leaf in leaves if leaf[:1] == bytes([READINGS_LEAF])])


def published_logs(base: str, keys: list[Key]) -> dict[str, list[bytes]]:
    """The entries of each log by its name: those that ended, each as the next one's first entry says, and the one of now."""
    logs, begin = {}, b""
    for ended in [*json.loads(fetch(base, "earlier.json") or b"[]"), None]:
        place = base if ended is None else f"{base.rstrip('/')}/earlier/{int(ended['number'])}"
        note = (fetch(place, "checkpoint") or b"").decode()
        if not note:
            raise UnreadableError(f"there is no checkpoint at {place}")
        origin = note.partition("\n")[0]
        size, root = open_checkpoint(note, keys, origin)
        leaves = leaves_of_log(place, size)
        if len(leaves) != size or root_of_leaves(leaves) != root:
            raise WrongError("the log's entries do not make the tree that it signed")
        first = leaves[0] if leaves and leaves[0][:1] == bytes([EARLIER_LEAF]) else b""
        if origin in logs or first != begin:
            raise WrongError(f"the log {origin} does not begin with how the one before it ended")
        logs[origin] = leaves
        if ended:
            begin = leaf_of(EARLIER_LEAF, ended["salt"], ended["body"].encode())
            if json.loads(ended["body"])["checkpoint"] != note:
                raise WrongError(f"the log {origin} did not end as the next one says")
    return logs


def check_tags(export: Json, base: str, logged: list[bytes]) -> tuple[int, int]:
    key, ends, number, newer, opened = unhex(export["key"], 32), {}, 0, 0, set()
    for entry in export["entries"]:
        ends[entry["batch"]] = entry["hash"]
    last = max(ends, default=0)
    while len(opened) < len(logged):
        number += 1
        data = fetch(base, f"readings/{number}.json")
        if data is None:
            raise WrongError(f"the log holds {len(logged)} batches of readings, and batch {number} is not published")
        batch = json.loads(data)
        leaves = [unhex(one, 64) for one in batch["leaves"]]
        if batch["number"] != number or root_of_leaves(leaves).hex() != batch["root"] or len(leaves) != batch["size"]:
            raise WrongError(f"batch {number} is published otherwise than it was sealed")
        if logged_as(batch) not in logged:
            raise WrongError(f"batch {number} is published, and the log does not hold it: it was rewritten")
        opened.add(logged_as(batch))
        tag = tag_of(key, number)
        found = next((leaf[32:].hex() for leaf in leaves if leaf[:32] == tag), None)
        if found == ends.get(number):
            continue
        if found is None or number <= last:
            raise WrongError(f"batch {number} in the log says otherwise about this chain than the export: it was rewritten")
        # Whoever made the file wrote its date: it can accuse, and never excuse. What is newer is counted and told.
        if instant(batch["at"]) + SEALING <= instant(export["made_at"]):
            raise WrongError(f"the end was cut off: the log has an entry of this chain in batch {number}")
        newer += 1
    return len(opened), newer


def instant(text: str) -> datetime:
    return datetime.fromisoformat(text.replace("Z", "+00:00"))  # noqa: FURB162 - Python 3.9 and 3.10 read no Z


def load(path: str) -> Json:
    try:
        export = json.loads(Path(path).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise UnreadableError(f"{path}: {error}") from None
    if not isinstance(export, dict) or export.get("format") not in FORMATS:
        raise UnreadableError(f"{path} is not an export of a form that this program knows: {', '.join(FORMATS)}")
    return export


def verify(export: Json, options: argparse.Namespace) -> tuple[list[str], int]:
    """All rules; gives what was found, line by line, and how many newer batches the log has. Raises both errors."""
    given = options.key or []
    keys = [read_key(one) for one in given or export["log_keys"]]
    lines, newer = [], 0
    if options.subject and options.subject != export["subject"]:
        raise WrongError(f"this export is of chain {export['subject']}")
    erased = check_chain(export)
    lines.append(f"{len(export['entries'])} entries follow each other without a gap; chain {export['subject']}")
    if erased:
        lines.append(f"{erased} of them were erased when their time was over: place and hash are still there")
    waiting = check_batches(export, keys)
    of = [log_of(export, one) for one in export["batches"] if one["number"] not in waiting]
    lines += [f"{of.count(name)} batches are in the log {name}" for name in dict.fromkeys(of)]
    if waiting:
        lines.append(f"{len(waiting)} batches are on their way into the log: export again in a few minutes")
    if export["waiting"]:
        lines.append(f"{len(export['waiting'])} readings are recorded and not sealed yet: nothing is proved about them")
    if options.older:
        older = load(options.older)
        check_chain(older)
        check_older(export, older)
        lines.append("everything that the older export showed is still there")
    if options.log:
        seen, newer = check_against_log(export, options.log, keys)
        if not newer:
            lines.append(f"in the {seen} batches of the published log there is nothing of this chain that the export lacks")
    lines += [check_opening(export, one) for one in options.opening or []]
    if not given:
        lines.append("the log's key was taken from the export itself: give --key with the one that was published elsewhere")
    if not options.older and not options.log:
        lines.append("that nothing was cut off at the end shows only with --older or --log")
    return lines, newer


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Check an export of “Who looked at my data”.")
    parser.add_argument("export", help="the file readings.json")
    parser.add_argument("--older", help="an export that you kept")
    parser.add_argument("--log", help="address or folder of the public log, for example https://example.org/log")
    parser.add_argument("--key", action="append", help="key of the log, name+id+key; again for a log before it")
    parser.add_argument("--opening", action="append", help="who made a reading, as the auditors say it: reading:account:salt")
    parser.add_argument("--subject", help="number of your chain, as the page shows it")
    options = parser.parse_args(arguments)
    try:
        export = load(options.export)
        print(f"- made at {instant(export['made_at']):%Y-%m-%d %H:%M:%S} UTC, says the export itself")
        lines, newer = verify(export, options)
    except UnreadableError as error:
        print(f"UNREADABLE: {error}")
        return 2
    except WrongError as error:
        print(f"WRONG: {error}")
        return 1
    except (KeyError, TypeError, ValueError, IndexError, AttributeError) as error:
        print(f"WRONG: the export is not complete ({type(error).__name__}: {error})")
        return 1
    for line in lines:
        print(f"- {line}")
    if newer:
        print(f"EXPORT AGAIN: the log has {newer} newer {'batches' if newer > 1 else 'batch'} about you")
        return 3
    print("HOLDS")
    return 0


if __name__ == "__main__":
    sys.exit(main())
