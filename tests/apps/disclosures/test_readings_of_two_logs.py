# SPDX-License-Identifier: EUPL-1.2
"""A log ended and another began: the export spans both, each batch is checked in its own, and nothing is hidden in between."""

from __future__ import annotations

import copy
import json
import shutil
from pathlib import Path

from bierger.infra.principal import ANONYMOUS, acting_as
from bierger.ledger import selectors
from tests.apps.disclosures.exports import check, copy_log, export, write
from tests.apps.disclosures.town import read, seal
from tests.apps.ledger.test_new_log import NEW, begin, renamed
from tests.clients import client_of
from tests.people import officer, person


def test_an_export_spans_a_log_that_ended_and_the_next(transactional: None, as_worker, run_jobs, tmp_path: Path):
    lea, claire = person("lea.beispill"), officer("claire.muster")
    run_jobs()
    young = copy_log(tmp_path / "young")
    read(claire, lea)
    seal(as_worker)
    run_jobs()
    before = export(lea)
    with acting_as(ANONYMOUS):
        old = selectors.origin()
    with renamed():
        begin(as_worker)
        run_jobs()
        early = export(lea)  # all its batches stand in the log that ended
        read(claire, lea)
        seal(as_worker)
        run_jobs()
        mine, public = export(lea), copy_log(tmp_path / "log")
        page = client_of(lea).get("/readings").content.decode()
    assert [batch["origin"] for batch in mine["batches"]] == [old, NEW]
    keys = [f"--key={key}" for key in mine["log_keys"]]
    assert all(f"--key '{one}'" in page for one in mine["log_keys"]), "the page names a key of each"
    file, kept = write(tmp_path, "mine.json", mine), write(tmp_path, "kept.json", before)
    status, said = check(file, "--log", str(public), "--older", str(kept), *keys)
    assert status == 0, said
    for words in (f"1 batches are in the log {old}", f"1 batches are in the log {NEW}", "in the 2 batches of the published log there is nothing"):
        assert words in said
    assert check(file)[0] == 0
    # Made before the new log began, as the form was then; or after it, and before anybody read again.
    first = before | {"format": "bierger-readings-1", "batches": [{**one} for one in before["batches"]]}
    for one in first["batches"]:
        del one["origin"]
    for older in (before, first, early):
        file = write(tmp_path, "older.json", older)
        assert check(file)[0] == 0
        status, said = check(file, "--log", str(public), *keys)
        assert (status, said.splitlines()[-1]) == (3, "EXPORT AGAIN: the log has 1 newer batch about you"), said
    attacked(tmp_path, mine, (public, young), keys, old)


def attacked(tmp_path: Path, mine: dict, logs: tuple[Path, Path], keys: list[str], old: str) -> None:
    """Who believes one key does not believe the other log; a batch is in no log but its own; no log begins from nothing."""
    file = write(tmp_path, "mine.json", mine)
    alone = [key for key in keys if key.startswith(f"--key={NEW}+")]
    status, said = check(file, *alone)
    assert (status, f"no key of the log {old} is known" in said) == (2, True), said
    moved = copy.deepcopy(mine)
    moved["batches"][0]["origin"] = NEW
    assert "of another log" in check(write(tmp_path, "moved.json", moved), *keys)[1]

    def told(change) -> str:
        place = tmp_path / "changed"
        shutil.rmtree(place, ignore_errors=True)
        shutil.copytree(logs[0], place)
        change(place)
        status, said = check(file, "--log", str(place), *keys)
        assert status == 1, said
        return said

    def otherwise(place: Path) -> None:
        (said,) = json.loads((place / "earlier.json").read_text())
        body = json.loads(said["body"]) | {"reason": "None at all."}
        (place / "earlier.json").write_text(json.dumps([said | {"body": json.dumps(body)}]))

    def shorter(place: Path) -> None:
        """The old log as it was signed before the batch: nothing in it is wrong, but it did not end there."""
        shutil.rmtree(place / "earlier" / "1")
        shutil.copytree(logs[1], place / "earlier" / "1")

    assert "does not begin with how the one before it ended" in told(lambda place: (place / "earlier.json").unlink())
    assert "does not begin with how the one before it ended" in told(otherwise)
    assert "did not end as the next one says" in told(shorter)
