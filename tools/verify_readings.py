#!/usr/bin/env python3
# SPDX-License-Identifier: EUPL-1.2
"""Check an export of "Who looked at my data": that no entry was removed, changed, put in between, cut off or erased too early.

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
import http.client
import json
import sys
import urllib.request
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

Json = dict[str, Any]
Key = tuple[str, bytes, Ed25519PublicKey]
FORMATS = ("bierger-readings-1", "bierger-readings-2", "bierger-readings-3")  # the first is of one log for all its batches
READINGS_LEAF, EARLIER_LEAF = 9, 12  # kinds of the log's leaves: a batch of readings, and how the log before this one ended
ED25519_NOTE, TILE = 1, 256  # kind of signature of a C2SP signed note; entries of a full bundle of the log
KEPT_DAYS = 730  # for which readings are kept at least, where an export of an earlier release does not say it
LONGEST_DAYS = 36_500
SEALING = timedelta(minutes=1)  # a batch is dated before it is committed: an export of that moment honestly lacks it


class WrongError(Exception):
    """Something does not hold. The text says what, in a sentence."""


class UnreadableError(Exception):
    """A file or address could not be read, so nothing is proved either way."""


def need(holds: object, text: str) -> None:
    """A rule: what has to hold, and what is said when it does not."""
    if not holds:
        raise WrongError(text)


# -- hashes and signatures, as the specifications write them -------------------------------------------------------------------


def sha256(*parts: bytes) -> bytes:
    return hashlib.sha256(b"".join(parts)).digest()


def canonical(value: object) -> bytes:
    """RFC 8785 for texts, whole numbers, lists, objects with ASCII keys, true, false and null: all that an export holds."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False).encode()


def commitment_of(salt: bytes, reading: Json) -> bytes:
    return sha256(b"bierger/reading/v1", salt, canonical(reading))


def tag_of(key: bytes, batch: int) -> bytes:
    return hmac.new(key, b"bierger/reading-tag/v1" + batch.to_bytes(8, "big"), hashlib.sha256).digest()


def logged_as(batch: Json) -> bytes:
    """The 33 bytes that the log holds of a batch."""
    said = ("number", "at", "size", "root", *(("kept_days",) if batch.get("v", 1) != 1 else ()))
    return leaf_of(READINGS_LEAF, batch["salt"], canonical({"v": batch.get("v", 1), **{name: batch[name] for name in said}}))


def leaf_of(kind: int, salt: str, content: bytes) -> bytes:
    return bytes([kind]) + sha256(b"bierger/commit/v1", bytes([kind]), unhex(salt, 32), content)


def leaf_hash(leaf: bytes) -> bytes:
    return sha256(b"\x00", leaf)


def root_of_path(leaf: bytes, index: int, size: int, path: list[bytes]) -> bytes:
    """RFC 9162 section 2.1.3.2: the root to which an inclusion proof leads."""
    need(0 <= index < size, "a proof names a place outside its tree")
    node, place, last = leaf_hash(leaf), index, size - 1
    for step in path:
        need(last != 0, "a proof is too long")
        if place & 1 or place == last:
            node = sha256(b"\x01", step, node)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            node = sha256(b"\x01", node, step)
        place, last = place >> 1, last >> 1
    need(not last, "a proof is too short")
    return node


def root_of_leaves(leaves: list[bytes]) -> bytes:
    """RFC 6962 section 2.1: the root over these leaves."""
    if len(leaves) < 2:
        return leaf_hash(leaves[0]) if leaves else sha256()
    half = 1 << ((len(leaves) - 1).bit_length() - 1)
    return sha256(b"\x01", root_of_leaves(leaves[:half]), root_of_leaves(leaves[half:]))


def unhex(text: str, length: int | None = None) -> bytes:
    try:
        data = bytes.fromhex(text)
    except (TypeError, ValueError):
        raise WrongError("a value is not hexadecimal") from None
    need(length in (None, len(data)), f"a value should have {length} bytes")
    return data


def unbase64(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except ValueError:
        raise WrongError("a value is not Base 64") from None


def read_key(text: str) -> Key:
    """`name+id+key` (C2SP signed-note) -> name, id, public key."""
    try:
        name, key_id, key = text.strip().split("+", 2)
        key_id, key = bytes.fromhex(key_id), base64.b64decode(key, validate=True)
    except ValueError:
        raise UnreadableError(f"a key is written name+id+key, and this is none: {text[:100]}") from None
    if len(key) != 33 or key[0] != ED25519_NOTE or sha256(name.encode(), b"\n", key)[:4] != key_id:
        raise UnreadableError(f"this is not an Ed25519 key of a log: {text[:60]}")
    return name, key_id, Ed25519PublicKey.from_public_bytes(key[1:])


def open_checkpoint(note: str, keys: list[Key], origin: str) -> tuple[int, bytes]:
    """The size and root of a checkpoint, once a key of this log that we believe has signed it."""
    text, _, signatures = note.partition("\n\n")
    lines = text.split("\n")
    need(len(lines) >= 3 and lines[0] == origin, f"a checkpoint is of another log: {lines[0][:80]!r} instead of {origin!r}")
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
                key.verify(raw[4:], text.encode() + b"\n")
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
    need(lines[0] == "c2sp.org/tlog-proof@v1", "a proof has an unknown form")
    lines = [one for one in lines[1:] if not one.startswith("extra ")]
    index = int(lines[0].split(" ", 1)[1])
    size, root = open_checkpoint(note, keys, log_of(export, batch))
    if root_of_path(logged_as(batch), index, size, [unbase64(one) for one in lines[1:]]) != root:
        raise WrongError("a proof does not lead to the log's signed root")
    return index, size, root


# -- the export itself ------------------------------------------------------------------------------------------------------


def check_chain(export: Json) -> None:
    """Rule 1: every entry follows the one before; its hash and its content are what they say. What is erased says nothing."""
    subject, previous = export["subject"], bytes(32).hex()
    for place, entry in enumerate(export["entries"], start=1):
        number, reading, salt, name = entry["sequence"], entry["reading"], entry["salt"], f"entry {entry['sequence']}"
        need(number == place, f"entry {place} is missing or out of order: entry {number} stands in its place")
        need(entry["previous"] == previous, f"{name} does not follow entry {number - 1}: something was removed, added or changed")
        header = {"subject": subject, **{name: entry[name] for name in ("sequence", "previous", "commitment")}}
        previous = sha256(b"bierger/reading-entry/v1", canonical(header)).hex()
        need(previous == entry["hash"], f"entry {number} was changed: its hash does not fit")
        if reading is None and salt is None:
            continue
        need(reading is not None and salt is not None, f"the reading of {name} is gone, but it was not erased as it should be")
        fits = commitment_of(unhex(salt, 32), reading).hex() == entry["commitment"]
        need(fits, f"the reading of entry {number} was changed after it was sealed")
        need(reading["subject"] == subject, f"entry {number} is about somebody else")


def key_of(export: Json) -> bytes:
    """What opens this person's tags. Before the first reading was sealed there is none, and nothing that it would open."""
    if export["key"] is None and not export["entries"] and not export["batches"]:
        return b""
    return unhex(export["key"], 32)


def check_batches(export: Json, keys: list[Key]) -> list[int]:
    """Rule 2: the last entry of each batch is a leaf of it, and the batch is in the log. Gives batches without a proof yet."""
    batches = {batch["number"]: batch for batch in export["batches"]}
    waiting, before, ends = [], 0, {}
    for entry in export["entries"]:
        need(entry["batch"] >= before, f"entry {entry['sequence']} says it was sealed before the entry in front of it")
        before = entry["batch"]
        ends[before] = entry["hash"]
    key = key_of(export)
    for number, head in ends.items():
        need(number in batches, f"batch {number} is missing from the export")
        batch = batches[number]
        check_leaf(batch, tag_of(key, number) + unhex(head, 32), batch["leaf"])
        if batch.get("proof"):
            check_log_proof(export, batch, keys)
        else:
            waiting.append(number)
    is_last = waiting == sorted(ends)[len(ends) - len(waiting) :]
    need(is_last, f"batch {min(waiting, default=0)} is not in the log, but later ones are")
    for entry in filter(lambda one: one.get("early"), export["entries"]):
        check_early(export, entry, batches, keys)
    return waiting


def check_leaf(batch: Json, leaf: bytes, proof: Json) -> None:
    found = root_of_path(leaf, proof["place"], batch["size"], [unhex(step, 32) for step in proof["path"]]).hex()
    name = f"batch {batch['number']}"
    need(found == batch["root"], f"{name} does not hold what the export says: the chain is another's, or was rewritten")


def check_early(export: Json, entry: Json, batches: dict[int, Json], keys: list[Key]) -> None:
    """Rule 3: a reading that was told later had been committed to when it happened, word for word."""
    early, number = entry["early"], entry["sequence"]
    batch = batches.get(early["batch"])
    need(batch and batch.get("proof"), f"entry {number} was told later, and the proof of its day is missing")
    told = {name: value for name, value in (entry["reading"] or {}).items() if name != "delay"}
    need(told == early["reading"], f"entry {number} was told later, and differently from how it was recorded")
    leaf = unhex(early["tag"], 32) + commitment_of(unhex(early["salt"], 32), early["reading"])
    proof = next((one for one in batch["early"] if one["tag"] == early["tag"]), None)
    need(proof is not None, f"entry {number} was told later, and its place in batch {early['batch']} is missing")
    check_leaf(batch, leaf, proof)
    check_log_proof(export, batch, keys)


def check_erased(export: Json, dates: dict[int, datetime], days: int, today: datetime) -> list[str]:
    """Rule 7: what was erased was old enough, by the time of its batch, which is in the log. Gives what to say about it.

    dates: of all known batches; days count from no date before that of an earlier batch. `made_at` is believed up to today.
    """
    batches, since, latest = {batch["number"]: batch for batch in export["batches"]}, {}, None
    for number, at in sorted(dates.items()):
        since[number] = latest = max(at, latest or at)
    now, erased, known = min(instant(export["made_at"]), today), [], True
    for entry in filter(lambda one: one["salt"] is None, export["entries"]):
        name, batch = f"entry {entry['sequence']}", batches[entry["batch"]]
        need(batch.get("proof"), f"{name} was erased, and nothing shows that its time was over: its batch is not in the log")
        erased.append(max(kept_days(batch), days))
        known = known and batch.get("v", 1) != 1  # of an earlier release, the log does not say it
        sealed, until = since[batch["number"]], since[batch["number"]] + timedelta(days=erased[-1])
        kept = f"it was sealed on {sealed:%Y-%m-%d} and is kept for {erased[-1]} days at least, until {until:%Y-%m-%d}"
        need(until <= now, f"{name} was erased before its time: {kept}")
    over = f"{len(erased)} of them were erased when their time was over, {min(erased or [0])} days or more after they were sealed"
    word = "for how many days they are kept was taken from the export itself: give --days with what was published elsewhere"
    return [over, "the log holds for how many days" if known else word][: 1 if days else 2] if erased else []


def kept_days(batch: Json) -> int:
    """For how many days its readings are kept at least."""
    return min(max(int(batch.get("kept_days", KEPT_DAYS)), 0), LONGEST_DAYS)


def check_opening(export: Json, opening: str) -> str:
    """Rule 6: the account that the auditors named is the one whose mark was sealed. opening: `reading:account:salt`."""
    number, account, salt = [*opening.split(":", 2), "", ""][:3]
    reading = next((one["reading"] for one in export["entries"] if str(one["number"]) == number), None)
    need(reading is not None, f"reading {number} is not in the export, or was erased")
    mark = sha256(b"bierger/reading-actor/v1", unhex(salt, 32), unhex(account.replace("-", ""), 16)).hex()
    need(mark == reading.get("actor"), f"reading {number} was not made by the account {account}")
    return f"reading {number} was made by the account {account}"


# -- against what was kept, and the public log -----------------------------------------------------------------------------


def check_older(export: Json, older: Json) -> None:
    """Rule 4: what an older export showed is still there, in the same place."""
    # Before the first reading was sealed there was no key yet; in an export of an earlier release no subject either.
    if older["subject"] not in (None, export["subject"]) or (older["key"] and export["key"] and older["key"] != export["key"]):
        raise WrongError("the older export is another person's")
    need(export["key"] or not older["key"], "the older export has a key and this one has none: all entries were cut off")
    now, batches = export["entries"], {batch["number"]: batch for batch in export["batches"]}
    for batch in older["batches"]:
        number = batch["number"]
        is_kept = "kept_days" not in batch or number not in batches or kept_days(batches[number]) >= kept_days(batch)
        need(is_kept, f"batch {number} is kept for {kept_days(batch)} days, said the older export: now it says less")
    for entry in older["entries"]:
        place = entry["sequence"]
        need(place <= len(now), f"the end was cut off: the older export has entry {place}, this one ends with {len(now)}")
        is_same = now[place - 1]["hash"] == entry["hash"]
        need(is_same, f"entry {place} is not the one of the older export: the chain was rewritten")
    known = {entry["number"] for entry in now} | {one["reading"] for one in export["waiting"]}
    for one in older["waiting"]:
        need(one["reading"] in known, f"reading {one['reading']} was shown before it was sealed, and has been taken out")


def fetch(base: str, path: str) -> bytes | None:
    """Bytes below an address or in a folder; None when they are not there."""
    if "://" in base and not base.startswith(("https://", "http://")):
        raise UnreadableError("an address begins with https:// or http://")
    try:
        if "://" not in base:
            file = Path(base) / path
            return file.read_bytes() if file.is_file() else None
        with urllib.request.urlopen(f"{base.rstrip('/')}/{path}", timeout=30) as answer:  # noqa: S310 - checked above
            return answer.read()
    except (OSError, ValueError, http.client.HTTPException) as error:
        if getattr(error, "code", 0) == 404:
            return None
        raise UnreadableError(f"{path}: {error or type(error).__name__}") from None


def leaves_of_log(base: str, size: int) -> list[bytes]:
    leaves = []
    for number in range(-(-size // TILE)):
        path, above, width, at = f"{number % 1000:03d}", number // 1000, min(TILE, size - number * TILE), 0
        while above:
            path, above = f"x{above % 1000:03d}/{path}", above // 1000
        data = fetch(base, f"tile/entries/{path}" + (f".p/{width}" if width < TILE else ""))
        need(data is not None, f"the log does not publish its entries from {number * TILE} on")
        while at < len(data):
            length = int.from_bytes(data[at : at + 2], "big")
            leaves.append(data[at + 2 : at + 2 + length])
            at += 2 + length
    return leaves


def check_against_log(export: Json, base: str, keys: list[Key]) -> tuple[dict[int, datetime], int]:
    """Rule 5: the logs are those that proved the export, every batch in it is published, and nothing of ours is missing.

    Gives the dates of all batches, and how many of them the export lacks because they are newer.
    """
    if not export["key"]:
        raise UnreadableError("the export has no key yet to look for in the log: export again when an entry is sealed")
    logs = published_logs(base, keys)
    for name in {export["origin"], *(log_of(export, batch) for batch in export["batches"])}:
        need(name in logs, f"this is another log: {list(logs)[-1]!r}, which does not go back to {name!r}")
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
        need(len(leaves) == size and root_of_leaves(leaves) == root, "the log's entries do not make the tree that it signed")
        first = leaves[0] if leaves and leaves[0][:1] == bytes([EARLIER_LEAF]) else b""
        need(origin not in logs and first == begin, f"the log {origin} does not begin with how the one before it ended")
        logs[origin] = leaves
        if ended:
            begin = leaf_of(EARLIER_LEAF, ended["salt"], ended["body"].encode())
            need(json.loads(ended["body"])["checkpoint"] == note, f"the log {origin} did not end as the next one says")
    return logs


def check_tags(export: Json, base: str, logged: list[bytes]) -> tuple[dict[int, datetime], int]:
    key, number, newer, opened, dates = key_of(export), 0, 0, set(), {}
    ends = {entry["batch"]: entry["hash"] for entry in export["entries"]}  # of each batch the last
    last = max(ends, default=0)
    while len(opened) < len(logged):
        number += 1
        data = fetch(base, f"readings/{number}.json")
        need(data is not None, f"the log holds {len(logged)} batches of readings, and batch {number} is not published")
        batch = json.loads(data)
        leaves = [unhex(one, 64) for one in batch["leaves"]]
        if batch["number"] != number or root_of_leaves(leaves).hex() != batch["root"] or len(leaves) != batch["size"]:
            raise WrongError(f"batch {number} is published otherwise than it was sealed")
        need(logged_as(batch) in logged, f"batch {number} is published, and the log does not hold it: it was rewritten")
        opened.add(logged_as(batch))
        dates[number] = instant(batch["at"])
        tag = tag_of(key, number)
        found = next((leaf[32:].hex() for leaf in leaves if leaf[:32] == tag), None)
        if found == ends.get(number):
            continue
        if found is None or number <= last:
            raise WrongError(f"batch {number} in the log says otherwise about this chain than the export: it was rewritten")
        # Whoever made the file wrote its date: it can accuse, and never excuse. What is newer is counted and told.
        if dates[number] + SEALING <= instant(export["made_at"]):
            raise WrongError(f"the end was cut off: the log has an entry of this chain in batch {number}")
        newer += 1
    return dates, newer


def instant(text: str) -> datetime:
    return datetime.fromisoformat(text.replace("Z", "+00:00"))  # noqa: FURB162 - Python 3.9 and 3.10 read no Z


def load(path: str) -> Json:
    try:
        export = json.loads(Path(path).read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise UnreadableError(f"{path}: {error}") from None
    if not isinstance(export, dict) or export.get("format") not in FORMATS:
        raise UnreadableError(f"{path} is not an export of a form that this program knows: {', '.join(FORMATS)}")
    return export


def verify(export: Json, options: argparse.Namespace) -> tuple[list[str], int]:
    """All rules; gives what was found, line by line, and how many newer batches the log has. Raises both errors."""
    given = options.key or []
    keys = [read_key(one) for one in given or export["log_keys"]]
    lines, newer, dates = [], 0, {batch["number"]: instant(batch["at"]) for batch in export["batches"]}
    need(options.subject in (None, export["subject"]), f"this export is of chain {export['subject']}")
    check_chain(export)
    lines.append(f"{len(export['entries'])} entries follow each other without a gap; chain {export['subject']}")
    lines += ["nothing was sealed about this person yet, says the export itself"] if not export["key"] else []
    waiting = check_batches(export, keys)
    of = [log_of(export, one) for one in export["batches"] if one["number"] not in waiting]
    lines += [f"{of.count(name)} batches are in the log {name}" for name in dict.fromkeys(of)]
    lines += [f"{len(waiting)} batches are on their way into the log: export again in a few minutes"] if waiting else []
    if export["waiting"]:
        lines.append(f"{len(export['waiting'])} readings are recorded and not sealed yet: nothing is proved about them")
    if options.older:
        older = load(options.older)
        check_chain(older)
        check_older(export, older)
        lines.append("everything that the older export showed is still there")
    if options.log:
        try:
            dates, newer = check_against_log(export, options.log, keys)
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise UnreadableError(f"{options.log} does not answer as a log does ({type(error).__name__}: {error})") from None
        if not newer:
            lines.append(f"in the {len(dates)} batches of the published log there is nothing of this chain that the export lacks")
    now = instant(f"{options.on}T23:59:59Z") if options.on else datetime.now(timezone.utc)  # noqa: UP017, TID251 - alone, on 3.9
    lines += check_erased(export, dates, options.days, now)
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
    parser.add_argument("--days", type=int, default=0, help="for how many days readings are kept at least, as you know it")
    parser.add_argument("--on", help="today, as year-month-day, where the clock of this computer is wrong")
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
    except (KeyError, TypeError, ValueError, IndexError, AttributeError, OverflowError) as error:
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
