# SPDX-License-Identifier: EUPL-1.2
"""The byte store: one suite for files and S3; then what only files, and only a server, can do wrong."""

from __future__ import annotations

import hashlib
import os
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bierger.infra import blobs
from bierger.infra.blobs import BlobFileError

PATIENCE = 60  # seconds; only a failure takes as long
AREA = "6f1f5b3e-6a1e-4a7c-9b1d-0123456789ab"


@pytest.fixture
def folder(_data: Path) -> Path:
    """BIERGER_DATA of this test alone; the store is the usual one."""
    return _data


def code_of(refused: pytest.ExceptionInfo[BlobFileError]) -> str:
    return refused.value.code


def ages(now: float) -> dict[str, float]:
    return {file.name: file.age for file in blobs.stored(now=now)}


# -- the promises of both -----------------------------------------------------------------------------------------------


@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.binary(max_size=5000), area=st.from_regex(r"[a-z0-9][a-z0-9-]{0,63}", fullmatch=True))
def test_what_was_put_is_read_under_the_hash_of_its_bytes(kept: Path, data: bytes, area: str) -> None:
    name = blobs.put(area, data)
    assert name == hashlib.sha256(data).hexdigest()
    assert blobs.read(area, name) == data
    assert (kept / area / name[:2] / name).read_bytes() == data


def test_the_largest_attachment_passes_whole(kept: Path) -> None:
    data = os.urandom(2**20) * 25
    assert blobs.read(AREA, blobs.put(AREA, data)) == data


def test_put_twice_is_put_once_and_young_again(kept: Path) -> None:
    now = time.time() + 100
    name = blobs.put(AREA, b"twice")
    before = ages(now)
    assert before.keys() == {name}
    until, after = time.monotonic() + PATIENCE, before
    while after[name] > before[name] - 1:  # the resolution of LastModified is a second
        assert time.monotonic() < until, "What is put again does not become young again."
        assert blobs.put(AREA, b"twice") == name
        after = ages(now)
        assert after.keys() == {name}


def test_put_by_many_at_once_is_one_whole_file(kept: Path) -> None:
    data = os.urandom(300_000)
    with ThreadPoolExecutor(8) as pool:
        (name,) = set(pool.map(lambda _: blobs.put(AREA, data), range(24)))
    assert blobs.read(AREA, name) == data
    assert list(ages(time.time())) == [name]


def test_what_was_deleted_is_missing_and_may_be_deleted_again(kept: Path) -> None:
    name = blobs.put(AREA, b"short of life")
    blobs.delete(AREA, name)
    with pytest.raises(BlobFileError) as refused:
        blobs.read(AREA, name)
    assert code_of(refused) == "blob-missing"
    blobs.delete(AREA, name)
    assert ages(time.time()) == {}


def test_other_bytes_under_a_name_are_refused(kept: Path) -> None:
    name = blobs.put(AREA, b"what was written")
    path = kept / AREA / name[:2] / name
    path.write_bytes(b"what was writteN")
    with pytest.raises(BlobFileError) as refused:
        blobs.read(AREA, name)
    assert code_of(refused) == "blob-damaged"


@pytest.mark.parametrize(("area", "name"), [("..", "0" * 64), ("a/b", "0" * 64), ("a", "../../etc/passwd"), ("", "0" * 64), ("a", "A" * 64)])
def test_no_path_is_a_name(kept: Path, area: str, name: str) -> None:
    for call in (blobs.read, blobs.delete):
        with pytest.raises(BlobFileError) as refused:
            call(area, name)
        assert code_of(refused) == "blob-name"
    if area not in ("a", ""):
        with pytest.raises(BlobFileError):
            blobs.put(area, b"x")


def test_the_list_names_ours_in_every_area_and_nothing_else(kept: Path) -> None:
    names = {(area, blobs.put(area, bytes([number]))) for area in ("one", "two") for number in range(30)}
    (kept / "one" / "00").mkdir(exist_ok=True)
    (kept / "one" / "00" / "note.txt").write_text("somebody's")
    (kept / "note.txt").write_text("somebody's")
    found = list(blobs.stored(now=time.time()))
    assert {(file.area, file.name) for file in found} == names
    assert len(found) == len(names)
    assert all(-5 < file.age < 60 for file in found)
    assert (kept / "note.txt").exists()


def test_it_says_that_it_answers(kept: Path) -> None:
    assert blobs.configured().answers()


# -- files --------------------------------------------------------------------------------------------------------------


def test_leftovers_of_a_crash_go_after_an_hour(folder: Path) -> None:
    name = blobs.put("a", b"bytes")
    leftover = folder / "blobs" / "a" / name[:2] / f".{name}.0123456789ab"
    leftover.write_bytes(b"byt")
    assert [file.name for file in blobs.stored(now=time.time())] == [name]
    assert leftover.exists()
    assert [file.name for file in blobs.stored(now=time.time() + 4000)] == [name]
    assert not leftover.exists()


def test_without_room_it_says_so(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    room = os.statvfs(folder)
    full = os.statvfs_result((*room[:3], 0, 0, *room[5:]))
    monkeypatch.setattr(os, "statvfs", lambda _path: full)
    with pytest.raises(BlobFileError, match="0 MiB") as refused:
        blobs.configured().answers()
    assert code_of(refused) == "blob-store-full"
