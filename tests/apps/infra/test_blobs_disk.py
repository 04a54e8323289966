# SPDX-License-Identifier: EUPL-1.2
"""Attachments on a real disk: full, not writable; and what is synced before a name is given back."""

from __future__ import annotations

import io
import json
import logging
import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from bierger.filings import selectors as filings
from bierger.infra import blobs
from bierger.infra.blobs import BlobFileError
from bierger.infra.principal import acting_as
from bierger.site.logs import JsonFormatter
from tests import story
from tests.apps.documents.test_uploads import pdf
from tests.apps.infra import disks
from tests.clients import client_of

REFUSALS = [(disks.full, "blob-store-full"), (disks.read_only, "blob-store-refused")]


@pytest.fixture
def folder(_data: Path) -> Path:
    """BIERGER_DATA of this test alone."""
    return _data.resolve()


@pytest.fixture
def disk(_data: Path) -> Iterator[Path]:
    with disks.small_disk(_data / "blobs") as folder:
        yield folder


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(JsonFormatter())
    logging.getLogger().addHandler(handler)
    yield stream
    logging.getLogger().removeHandler(handler)


def files_in(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file() and path.name != "filler"]


@pytest.mark.parametrize(("trouble", "code"), REFUSALS)
def test_what_the_disk_refuses_has_a_name_and_leaves_no_half_file(disk: Path, log: io.StringIO, trouble, code: str) -> None:
    kept = blobs.put("a", b"kept before")
    with trouble(disk):
        with pytest.raises(BlobFileError) as refused:
            blobs.put("a", os.urandom(20_000))
        assert refused.value.code == code
        assert blobs.read("a", kept) == b"kept before"
    assert [path.name for path in files_in(disk)] == [kept]
    said = [json.loads(line) for line in log.getvalue().splitlines()]
    told = next(line for line in said if line["logger"] == "bierger.blobs")
    assert told["code"] == code
    assert str(disk) in told["message"], "The operator is told which folder it is."
    assert blobs.read("a", blobs.put("a", b"and after")) == b"and after"


def test_a_folder_that_cannot_be_written_deletes_nothing_and_says_so(disk: Path) -> None:
    kept = blobs.put("a", b"kept before")
    with disks.read_only(disk):
        with pytest.raises(BlobFileError) as refused:
            blobs.delete("a", kept)
        assert refused.value.code == "blob-store-refused"
        with pytest.raises(BlobFileError) as refused:
            blobs.configured().answers()
        assert refused.value.code == "blob-store-refused"
    assert blobs.read("a", kept) == b"kept before"


@pytest.mark.parametrize("trouble", [disks.full, disks.read_only])
def test_an_upload_is_answered_with_a_sentence_and_may_be_sent_again(transactional: None, disk: Path, trouble) -> None:
    from tests.story_people import town as make_town

    town = make_town()
    draft = story.begin(town.applicant, "building-permit")
    browser: Client = client_of(town.applicant, language="en")
    browser.raise_request_exception = False

    def send():
        return browser.post(f"/drafts/{draft}/plans", {"plans": SimpleUploadedFile("plans.pdf", pdf(), content_type="application/pdf")})

    with trouble(disk):
        answer = send()
    assert answer.status_code == 503
    assert answer["Retry-After"]
    assert "What you sent last was not registered" in answer.content.decode()
    with acting_as(town.applicant):
        assert not filings.draft(draft).answers.get("plans")
    assert files_in(disk) == []
    assert send().status_code == 302
    with acting_as(town.applicant):
        assert [file["file_name"] for file in filings.draft(draft).answers["plans"]] == ["plans.pdf"]


def synced(monkeypatch: pytest.MonkeyPatch) -> list[tuple[Path, set[str] | bytes]]:
    """Every fsync from here on, done and noted: a folder with the names it had at that moment, a file with its bytes."""
    real, seen = os.fsync, []

    def fsync(descriptor: int) -> None:
        real(descriptor)
        path = Path(f"/proc/self/fd/{descriptor}").readlink()
        is_folder = stat.S_ISDIR(os.fstat(descriptor).st_mode)
        seen.append((path, set(os.listdir(descriptor)) if is_folder else path.read_bytes()))

    monkeypatch.setattr(os, "fsync", fsync)
    return seen


def test_bytes_are_synced_before_their_name_and_the_name_before_it_is_given_back(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The last sync is the folder's, when the file already has its name; each folder just made was synced into its parent."""
    root = folder / "blobs"
    seen = synced(monkeypatch)
    name = blobs.put("a", b"bytes")
    shard = root / "a" / name[:2]
    (file, content), (last, names) = seen[-2:]
    assert (file.parent, content) == (shard, b"bytes")
    assert file.name != name, "It was synced under its name: a power cut would have shown half of it."
    assert (last, names) == (shard, {name})
    for parent, child in ((shard.parent, name[:2]), (root, "a"), (root.parent, "blobs")):
        assert any(path == parent and child in found for path, found in seen[:-2]), f"{child} is not synced into {parent}."


def test_a_deleted_name_is_synced_away(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    name = blobs.put("a", b"bytes")
    seen = synced(monkeypatch)
    blobs.delete("a", name)
    assert seen == [(folder / "blobs" / "a" / name[:2], set())]
