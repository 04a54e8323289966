# SPDX-License-Identifier: EUPL-1.2
"""The small program that checks an export: over changed files, and over a database that its operator changed."""

from __future__ import annotations

import ast
import copy
import json
import secrets
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from bierger.disclosures import selectors
from bierger.filings.services import end_readings
from bierger.infra.principal import SYSTEM, acting_as
from bierger.ledger import services as log
from bierger_core.merkle import ReadingBatch, ReadingEntry, reading_commitment, reading_tag, split_leaves
from bierger_core.values import Kind, format_instant, parse_instant
from tests.apps.disclosures.exports import PROGRAM, check, copy_log, export, write
from tests.apps.disclosures.town import read, seal
from tests.attacks.together import superuser
from tests.people import officer, person

Export = dict[str, Any]


@pytest.fixture
def story(transactional: None, as_worker, run_jobs) -> tuple[Export, Export]:
    """Léa's export after two batches, and Hugo's."""
    lea, hugo, claire = person("lea.beispill"), person("hugo.exemplo"), officer("claire.muster")
    for readers in ((lea,), (lea, hugo)):
        read(claire, *readers)
        read(claire, lea)
        seal(as_worker)
    run_jobs()
    return export(lea), export(hugo)


def test_one_file_that_imports_nothing_of_ours():
    tree = ast.parse(PROGRAM.read_text(encoding="utf-8"))
    imported = {name.name for node in ast.walk(tree) if isinstance(node, ast.Import) for name in node.names}
    imported |= {str(node.module) for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    roots = {name.split(".")[0] for name in imported}
    assert roots == {
        "__future__", "argparse", "base64", "hashlib", "hmac", "json", "sys", "urllib", "datetime", "pathlib", "typing", "cryptography", "http",
    }  # fmt: skip


# -- changes to the file: each a function that spoils it, and what the program then says -----------------------------------------


def removed(said: Export) -> None:
    del said["entries"][1]


def changed(said: Export) -> None:
    said["entries"][1]["reading"]["facts"] = ["nothing"]


def reordered(said: Export) -> None:
    said["entries"][1], said["entries"][2] = said["entries"][2], said["entries"][1]


def added(said: Export) -> None:
    said["entries"].append(copy.deepcopy(said["entries"][-1]) | {"sequence": len(said["entries"]) + 1})


def another_hash(said: Export) -> None:
    said["entries"][0]["hash"] = "00" * 32


def invented_at_the_end(said: Export) -> None:
    """A good entry, well chained, of the last batch: the log knows another end."""
    last = said["entries"][-1]
    salt, reading = secrets.token_bytes(32), last["reading"] | {"reading": 999}
    made = ReadingEntry(said["subject"], last["sequence"] + 1, bytes.fromhex(last["hash"]), reading_commitment(salt, reading))
    said["entries"].append(
        {"sequence": made.sequence, "number": 999, "previous": last["hash"], "commitment": made.commitment.hex(), "hash": made.digest().hex(),
         "batch": last["batch"], "salt": salt.hex(), "reading": reading}
    )  # fmt: skip


def half_erased(said: Export) -> None:
    said["entries"][0]["reading"] = None


def called_erased(said: Export) -> None:
    """As the database leaves an entry whose time is over."""
    said["entries"][1] |= {"reading": None, "salt": None}


def called_erased_in_the_future(said: Export) -> None:
    called_erased(said)
    said["made_at"] = "2199-01-01T00:00:00Z"


def called_erased_and_promised_less(said: Export) -> None:
    called_erased(said)
    said["batches"][0]["kept_days"] = 0


def called_erased_and_never_promised(said: Export) -> None:
    """As if its batch were of a release whose batches promised nothing in the log."""
    called_erased_and_promised_less(said)
    said["batches"][0]["v"] = 1


def promised_nothing(said: Export) -> None:
    del said["batches"][0]["kept_days"]


def called_erased_of_an_old_batch(said: Export) -> None:
    called_erased(said)
    said["batches"][0]["at"] = "2020-01-01T00:00:00Z"


def called_erased_without_a_proof(said: Export) -> None:
    called_erased(said)
    for batch in said["batches"]:
        batch["proof"] = None


def without_a_key(said: Export) -> None:
    said["key"] = None


def without_a_batch(said: Export) -> None:
    del said["batches"][0]


def without_a_proof(said: Export) -> None:
    said["batches"][0]["proof"] = None


def another_date(said: Export) -> None:
    said["batches"][0]["at"] = "2020-01-01T00:00:00Z"


def another_key(said: Export) -> None:
    said["key"] = "11" * 32


def another_log(said: Export) -> None:
    said["batches"][0]["origin"] = "example.org/log"


def spoiled_signature(said: Export) -> None:
    lines = said["batches"][0]["proof"].split("\n")
    lines[-2] = lines[-2][:-12] + ("A" * 10 + "==" if lines[-2].endswith("==") else "A" * 11 + "=")
    said["batches"][0]["proof"] = "\n".join(lines)


SPOILED = {
    removed: "entry 2 is missing or out of order", changed: "was changed after it was sealed", reordered: "missing or out of order",
    added: "does not follow", another_hash: "its hash does not fit", invented_at_the_end: "the chain is another's, or was rewritten",
    half_erased: "was not erased as it should be", without_a_batch: "batch 1 is missing", without_a_proof: "batch 1 is not in the log",
    another_date: "does not lead to the log's signed root", another_key: "the chain is another's", another_log: "of another log",
    spoiled_signature: "signature on a checkpoint is wrong", called_erased: "entry 2 was erased before its time: it was sealed on",
    called_erased_in_the_future: "is kept for 730 days at least, until", promised_nothing: "the export is not complete",
    called_erased_and_promised_less: "does not lead to the log's signed root",
    called_erased_and_never_promised: "does not lead to the log's signed root", called_erased_of_an_old_batch: "does not lead to the log's signed root",
    called_erased_without_a_proof: "nothing shows that its time was over", without_a_key: "a value is not hexadecimal",
}  # fmt: skip


def test_a_good_export_holds_and_a_spoiled_one_does_not(story: tuple[Export, Export], tmp_path: Path):
    mine, hugos = story
    status, said = check(write(tmp_path, "good.json", mine))
    assert (status, said.splitlines()[-1]) == (0, "HOLDS"), said
    assert "4 entries follow each other without a gap" in said
    for spoil, expected in SPOILED.items():
        bad = copy.deepcopy(mine)
        spoil(bad)
        status, said = check(write(tmp_path, "bad.json", bad))
        assert status == 1, spoil.__name__
        assert expected in said, (spoil.__name__, said)
    # Another person's export: its own chain is fine, and it is not mine.
    file = write(tmp_path, "hugo.json", hugos)
    assert check(file)[0] == 0
    for option in (("--subject", mine["subject"]), ("--older", str(write(tmp_path, "mine.json", mine)))):
        assert check(file, *option)[0] == 1
    # Signed by a log that I do not believe.
    foreign = "example.org/log+" + mine["log_keys"][0].split("+", 1)[1]
    assert check(tmp_path / "good.json", "--key", foreign)[0] == 2, "its number does not fit its name"
    assert check(tmp_path / "good.json", "--key", mine["log_keys"][0])[0] == 0
    assert check(tmp_path / "nowhere.json")[0] == 2


@pytest.fixture
def strange() -> Iterator[str]:
    """The address of a server that is no log: it answers with a page, or breaks off in the middle."""

    class Strange(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = b"<html>Welcome</html>"
            self.send_response(200)
            self.send_header("Content-Length", str(len(body) + (100 if "/broken/" in self.path else 0)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_arguments: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Strange) as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()
        thread.join()


def test_what_was_mistyped_or_is_no_log_proves_nothing_either_way(story: tuple[Export, Export], tmp_path: Path, strange: str):
    mine, _ = story
    file, key = write(tmp_path, "mine.json", mine), mine["log_keys"][0]
    name, number, base64 = key.split("+", 2)
    for wrong in ("", "localhost/log", f"{name}+{number}", f"{name}+xyz+{base64}", f"{name}+{number}+{base64[:-2]}", f"{name}+{number}+{base64[:-2]}!!",
                  f"{name}+{number}+\u00e9"):  # fmt: skip
        status, said = check(file, "--key", wrong)
        assert (status, said.splitlines()[-1].startswith("UNREADABLE: ")) == (2, True), (wrong, said)
    nowhere = ("http://exa mple.org/log", "http://localhost:port/log", "http://[::1/log", "ftp://localhost/log", "http:///log", strange,
               f"{strange}/broken", str(tmp_path), str(file))  # fmt: skip
    for wrong in nowhere:
        status, said = check(file, "--log", wrong)
        assert (status, said.splitlines()[-1].startswith("UNREADABLE: ")) == (2, True), (wrong, said)


def test_a_first_file_before_anything_was_sealed_is_good_and_protects(transactional: None, as_worker, run_jobs, tmp_path: Path):
    lea, claire = person("lea.beispill"), officer("claire.muster")
    empty = write(tmp_path, "empty.json", export(lea))
    before = write(tmp_path, "before.json", export(lea) | {"subject": None})  # as an earlier release wrote it
    read(claire, lea)
    said = export(lea)
    assert (len(said["waiting"]), said["subject"], said["key"], said["entries"]) == (1, str(lea.person), None, [])
    first = write(tmp_path, "first.json", said)
    for file in (empty, before, first):
        status, text = check(file)
        assert (status, "nothing was sealed about this person yet" in text) == (0, True), text
    assert "1 readings are recorded and not sealed yet" in check(first)[1]
    seal(as_worker)
    run_jobs()
    public, now = str(copy_log(tmp_path / "log")), write(tmp_path, "now.json", export(lea))
    for file in (empty, before, first):
        status, text = check(now, "--older", str(file), "--log", public)
        assert (status, "everything that the older export showed is still there" in text) == (0, True), text
    # Without a key nothing can be looked for in the log, and who had one does not lose it.
    assert check(first, "--log", public)[0] == 2
    assert "all entries were cut off" in check(empty, "--older", str(now))[1]
    # What the first file showed cannot vanish.
    hugo = person("hugo.exemplo")
    assert "another person's" in check(write(tmp_path, "hugo.json", export(hugo)), "--older", str(first))[1]
    taken_out = {**export(lea), "entries": [], "batches": []}
    assert "has been taken out" in check(write(tmp_path, "cut.json", taken_out), "--older", str(first))[1]


def test_a_promise_of_an_earlier_release_is_the_word_of_the_file(transactional: None, as_worker, run_jobs, tmp_path: Path):
    """Then the log did not hold for how long. An older file remembers it, and who knows a number gives it."""
    lea = person("lea.beispill")
    read(officer("claire.muster"), lea)
    read(officer("claire.muster"), lea)
    seal(as_worker)
    with superuser() as db:
        db.execute("SET session_replication_role = replica")
        at, salt, leaves = db.execute("SELECT at, salt, leaves FROM disclosures_batch").fetchone()
        first = ReadingBatch(1, at, split_leaves(leaves), None)
        db.execute("UPDATE disclosures_batch SET v = 1, commitment = %s", [first.commitment(salt)])
    run_jobs()
    mine = export(lea)
    older, now = write(tmp_path, "older.json", mine), copy.deepcopy(mine)
    called_erased(now)
    now["batches"][0]["kept_days"] = 0
    file = write(tmp_path, "now.json", now)
    status, said = check(file)
    assert (status, "1 of them were erased when their time was over, 0 days or more after they were sealed" in said) == (0, True), said
    assert "for how many days they are kept was taken from the export itself" in said
    assert "batch 1 is kept for 730 days, said the older export: now it says less" in check(file, "--older", str(older))[1]
    assert "is kept for 730 days at least" in check(file, "--days", "730")[1]
    now["batches"][0]["kept_days"] = 10**12
    assert "is kept for 36500 days" in check(write(tmp_path, "wild.json", now))[1]
    del now["batches"][0]["kept_days"]
    assert "is kept for 730 days at least" in check(write(tmp_path, "silent.json", now))[1], "it is what was documented then"
    published = json.loads((copy_log(tmp_path / "log") / "readings" / "1.json").read_text())
    assert (published["v"], published["kept_days"]) == (1, 730)


def test_a_batch_that_was_dated_back_lets_nothing_go(transactional: None, frozen, as_worker, run_jobs, tmp_path: Path):
    """Who turns the clock back while somebody reads could erase that at once: by its dates it is old."""
    lea, claire, hugo = person("lea.beispill"), officer("claire.muster"), person("hugo.exemplo")
    now = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
    frozen(now)
    read(claire, hugo)
    seal(as_worker)
    frozen(now - timedelta(days=731))
    read(claire, lea, purpose="worklist")
    seal(as_worker)
    frozen(now)
    run_jobs()
    with as_worker(), acting_as(SYSTEM):
        end_readings()
    # The file alone cannot tell it, for it has the second batch only; the published log does.
    mine = export(lea)
    assert mine["entries"][0]["salt"], "the days of the second batch count from the date of the first"
    mine["entries"][0] |= {"reading": None, "salt": None}
    file, public = write(tmp_path, "mine.json", mine), str(copy_log(tmp_path / "log"))
    assert check(file, "--on", str(now.date()))[0] == 0
    status, said = check(file, "--on", str(now.date()), "--log", public)
    assert (status, "entry 1 was erased before its time: it was sealed on 2026-03-02" in said) == (1, True), said


def test_a_cut_tail_is_found_by_an_older_export_and_by_the_log(story: tuple[Export, Export], tmp_path: Path):
    mine, _ = story
    public = copy_log(tmp_path / "log")
    older = write(tmp_path, "older.json", mine)
    status, said = check(older, "--log", str(public), "--older", str(older))
    assert status == 0, said
    assert "in the 2 batches of the published log there is nothing of this chain that the export lacks" in said
    cut = copy.deepcopy(mine)
    del cut["entries"][2:], cut["batches"][1:]
    cut["made_at"] = later(mine["made_at"], hours=1)
    file = write(tmp_path, "cut.json", cut)
    assert check(file)[0] == 0, "on its own, a file that ends earlier cannot be told from an older one"
    assert "the end was cut off: the older export has entry 3" in check(file, "--older", str(older))[1]
    assert "the end was cut off: the log has an entry of this chain in batch 2" in check(file, "--log", str(public))[1]


def test_a_date_that_the_operator_wrote_excuses_nothing(story: tuple[Export, Export], tmp_path: Path):
    """A cut file with an early date looks like an honest older one. Neither holds: both are told of what is newer, and of their date."""
    mine, _ = story
    public, cut = copy_log(tmp_path / "log"), copy.deepcopy(mine)
    del cut["entries"][2:], cut["batches"][1:]
    # The last is honest: a file made in the instant in which the batch was sealed.
    for made_at in ("2000-01-01T00:00:00Z", later(mine["batches"][1]["at"], seconds=-1), later(mine["batches"][1]["at"], seconds=1)):
        cut["made_at"] = made_at
        status, said = check(write(tmp_path, "cut.json", cut), "--log", str(public))
        assert (status, "nothing of this chain" in said, "HOLDS" in said) == (3, False, False), said
        assert said.splitlines()[0] == f"- made at {made_at[:19].replace('T', ' ')} UTC, says the export itself"
        assert said.splitlines()[-1] == "EXPORT AGAIN: the log has 1 newer batch about you"
    del cut["entries"][:], cut["batches"][:]  # nothing at all is left
    status, said = check(write(tmp_path, "cut.json", cut), "--log", str(public))
    assert (status, "the log has 2 newer batches about you" in said) == (3, True), said


def later(instant: str, **by: int) -> str:
    return format_instant(parse_instant(instant) + timedelta(**by))


def test_a_log_with_two_histories_or_a_batch_kept_back(story: tuple[Export, Export], tmp_path: Path):
    mine, _ = story
    public, file = copy_log(tmp_path / "log"), write(tmp_path, "mine.json", mine)
    batch = public / "readings" / "2.json"
    said = json.loads(batch.read_text())
    batch.unlink()
    assert "batch 2 is not published" in check(file, "--log", str(public))[1]
    batch.write_text(json.dumps(said | {"leaves": said["leaves"][::-1]}))
    assert "published otherwise than it was sealed" in check(file, "--log", str(public))[1]
    bundle = next((public / "tile" / "entries").rglob("*.p/*"))
    data = bundle.read_bytes()
    bundle.write_bytes(data[:-1] + bytes([data[-1] ^ 1]))
    assert "do not make the tree that it signed" in check(file, "--log", str(public))[1]


def test_what_was_shown_before_it_was_sealed_cannot_vanish(story: tuple[Export, Export], tmp_path: Path, as_worker, run_jobs):
    lea, claire = person("lea.beispill"), officer("claire.muster")
    read(claire, lea)
    older = write(tmp_path, "older.json", export(lea))
    with superuser() as operator:
        operator.execute("DELETE FROM disclosures_disclosure WHERE batch IS NULL")
    read(claire, lea)
    seal(as_worker)
    run_jobs()
    now = write(tmp_path, "now.json", export(lea))
    assert check(now)[0] == 0
    assert "has been taken out" in check(now, "--older", str(older))[1]


# -- the operator as the attacker: whoever owns the database and runs the log ---------------------------------------------------


def operator(*statements: str) -> None:
    with superuser() as db:
        db.execute("SET session_replication_role = replica")  # no trigger stops the owner of the server
        for statement in statements:
            db.execute(statement)


def test_a_reading_erased_too_early_is_found_even_where_nothing_refuses_it(story: tuple[Export, Export], tmp_path: Path):
    lea, entry = person("lea.beispill"), story[0]["entries"][1]
    operator(
        f"UPDATE disclosures_entry SET salt = NULL WHERE reading = {entry['number']}",
        f"DELETE FROM disclosures_disclosure WHERE id = {entry['number']}",
    )
    status, said = check(write(tmp_path, "now.json", export(lea)), "--log", str(copy_log(tmp_path / "log")))
    assert (status, "entry 2 was erased before its time" in said) == (1, True), said


def test_the_operator_changes_or_removes_rows(story: tuple[Export, Export], tmp_path: Path):
    lea = person("lea.beispill")
    reading = story[0]["entries"][1]["number"]
    operator(f"UPDATE disclosures_disclosure SET purpose = 'audit' WHERE id = {reading}")
    assert "changed after it was sealed" in check(write(tmp_path, "1.json", export(lea)))[1]
    operator(f"DELETE FROM disclosures_disclosure WHERE id = {reading}")
    assert "was not erased as it should be" in check(write(tmp_path, "2.json", export(lea)))[1]
    operator(f"DELETE FROM disclosures_entry WHERE reading = {reading} AND subject = '{lea.person}'")
    assert "entry 2 is missing" in check(write(tmp_path, "3.json", export(lea)))[1]


def rewritten(subject: str, dropped: int) -> bytes:
    """The chain without one entry, hashes, batches and roots made anew, as only the operator can. Gives the batch's new commitment."""
    with superuser() as db:
        db.execute("SET session_replication_role = replica")
        key = db.execute("SELECT key FROM disclosures_chain WHERE subject = %s", [subject]).fetchone()[0]
        db.execute("DELETE FROM disclosures_entry WHERE subject = %s AND sequence = %s", [subject, dropped])
        rows = db.execute("SELECT id, commitment, batch_id FROM disclosures_entry WHERE subject = %s ORDER BY sequence", [subject]).fetchall()
        previous, ends = bytes(32), {}
        for place, (row, commitment, batch) in enumerate(rows, start=1):
            entry = ReadingEntry(subject, place, previous, commitment)
            db.execute(
                "UPDATE disclosures_entry SET sequence = %s, previous = %s, hash = %s WHERE id = %s", [place, previous, entry.digest(), row]
            )
            previous = entry.digest()
            ends[batch] = previous
        db.execute("UPDATE disclosures_chain SET sequence = %s, head = %s WHERE subject = %s", [len(rows), previous, subject])
        new = b""
        for number, head in ends.items():
            at, salt, leaves, kept = db.execute(
                "SELECT at, salt, leaves, kept FROM disclosures_batch WHERE number = %s", [number]
            ).fetchone()
            tag, parts = reading_tag(key, number), [leaves[at : at + 64] for at in range(0, len(leaves), 64)]
            batch = ReadingBatch(number, at, tuple(tag + head if one.startswith(tag) else one for one in parts), kept)
            new = batch.commitment(salt)
            db.execute(
                "UPDATE disclosures_batch SET leaves = %s, root = %s, commitment = %s WHERE number = %s",
                [b"".join(batch.leaves), batch.root, new, number],
            )
            with acting_as(SYSTEM):
                log.queue(commitment=new, kind=Kind.DISCLOSURES)
    return new


def test_the_operator_rewrites_the_chain_and_logs_the_new_one(story: tuple[Export, Export], tmp_path: Path, as_worker, run_jobs):
    """The file alone holds: its proofs are of the same log, only younger. What the person kept, and the public log, do not fit."""
    lea = person("lea.beispill")
    older = write(tmp_path, "older.json", story[0])
    with as_worker():
        new = rewritten(str(lea.person), dropped=2)
    run_jobs()
    with acting_as(lea):
        assert selectors.batch_commitment(2) == new
    now = write(tmp_path, "now.json", export(lea))
    assert check(now)[0] == 0
    assert "is not the one of the older export" in check(now, "--older", str(older))[1]
    public = copy_log(tmp_path / "log")
    assert "batch 3 is not published" in check(now, "--log", str(public))[1], "two leaves of the log are opened by no batch"
