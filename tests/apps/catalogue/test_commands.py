# SPDX-License-Identifier: EUPL-1.2
"""publish, activate, withdraw and list, as an operator types them."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import AbstractContextManager, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from io import StringIO
from pathlib import Path

import pytest

from tests.apps.catalogue.samples import VOCABULARY, sample


@dataclass(frozen=True)
class Done:
    returncode: int
    stdout: str
    stderr: str


Bierger = Callable[..., Done]


@pytest.fixture
def bierger(as_owner: Callable[[], AbstractContextManager[None]]) -> Bierger:
    """The command line, in this process: the dispatcher, the arguments, the role, the status and both streams."""
    from bierger.site.cli import main

    def call(*words: str) -> Done:
        out, err = StringIO(), StringIO()
        with as_owner(), redirect_stdout(out), redirect_stderr(err):
            try:
                status = main(words)
            except SystemExit as left:  # argparse, on a wrong word
                status = int(left.code or 0)
        return Done(status, out.getvalue(), err.getvalue())

    return call


@pytest.fixture
def folder(transactional: None, tmp_path: Path) -> Path:
    """procedures/ as an author has it: a vocabulary and one package."""
    (tmp_path / "vocabulary.yaml").write_bytes(VOCABULARY)
    for path, data in sample().items():
        file = tmp_path / "commune" / "market-stall" / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(data)
    return tmp_path


def test_from_a_folder_to_what_is_offered_and_back(bierger: Bierger, folder: Path) -> None:
    published = bierger("publish", str(folder))
    assert published.returncode == 0, published.stderr
    digest = published.stdout.strip().rpartition(" ")[2]
    assert "commune/market-stall version 1 published" in published.stdout
    assert "was published before" in bierger("publish", str(folder / "commune" / "market-stall")).stdout
    listed = bierger("list", "commune/market-stall").stdout
    assert digest[:16] in listed
    assert listed.rstrip().endswith("no")
    assert "in force, mersch" in bierger("activate", "commune/market-stall", "--for", "mersch", "--digest", digest[:8]).stdout
    assert "mersch from" in bierger("list", "commune/market-stall").stdout
    assert bierger("activate", "commune/market-stall", "--from", "2027-01-01").returncode == 0
    (row,) = json.loads(bierger("list", "commune/market-stall", "--json").stdout)
    assert row["digest"] == digest
    assert sorted(period["starts"][:16] for period in row["periods"])[1] == "2026-12-31 23:00"  # midnight in Luxembourg
    assert "takes no new request" in bierger("withdraw", "commune/market-stall", "--for", "mersch").stdout
    again = bierger("withdraw", "commune/market-stall", "--for", "mersch")
    assert again.returncode == 1
    assert "No version of commune/market-stall is in force there" in again.stderr


def test_publish_and_check_agree_on_the_digest(bierger: Bierger, folder: Path) -> None:
    checked = json.loads(bierger("check", str(folder), "--json").stdout)["packages"][0]
    published = bierger("publish", str(folder), "--activate")
    assert published.stdout.strip().endswith(checked["digest"])
    assert "in force" in published.stdout


def test_what_is_wrong_is_said_with_file_and_line(bierger: Bierger, folder: Path) -> None:
    form = folder / "commune" / "market-stall" / "form.yaml"
    form.write_text(form.read_text().replace("type: longtext", "type: novel", 1))
    refused = bierger("publish", str(folder))
    assert refused.returncode == 1
    line = next(line for line in refused.stderr.splitlines() if "form.yaml:" in line)
    assert line.startswith(str(form) + ":")
    assert line.split(":")[1].isdigit()
    assert "not published" in refused.stderr
    assert bierger("list", "commune/market-stall").stdout.startswith("Nothing is published")


def test_a_folder_that_reaches_outside_is_refused(bierger: Bierger, folder: Path, tmp_path: Path) -> None:
    (folder / "commune" / "market-stall" / "documents").mkdir()
    (folder / "commune" / "market-stall" / "documents" / "x.typ").symlink_to("/etc/passwd")
    refused = bierger("publish", str(folder))
    assert refused.returncode == 1
    assert "it is a link" in refused.stderr
    nothing = bierger("publish", str(tmp_path / "commune" / "market-stall" / "texts"))
    assert nothing.returncode == 1
    assert "there is no procedure.yaml" in nothing.stderr


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("activate", "commune/no-such-thing"), "No published version"),
        (("activate", "commune/market-stall", "--for", "atlantis"), "atlantis"),
        (("activate", "commune/market-stall", "--from", "soon"), "is no date"),
        (("withdraw", "commune/market-stall", "--for", "atlantis"), "atlantis"),
    ],
)
def test_a_wrong_word_gets_a_sentence(bierger: Bierger, folder: Path, words: tuple[str, ...], sentence: str) -> None:
    bierger("publish", str(folder))
    done = bierger(*words)
    assert done.returncode != 0
    assert sentence in done.stderr
    assert "Traceback" not in done.stderr
