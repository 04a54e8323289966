# SPDX-License-Identifier: EUPL-1.2
"""Files that somebody names to a command: whatever they are, and whatever becomes of them meanwhile, each ends with a sentence."""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from bierger.site.cli import COMMANDS, main
from bierger.site.commands import log
from bierger.site.given_files import MAX_FILE, FileRefused, read_beginning, read_whole
from bierger.site.sentences import sentence

ROOT = Path(__file__).resolve().parents[2]
SAMPLE = ROOT / "tests" / "samples" / "v0.1"
REPORT = ROOT / "procedures" / "commune" / "problem-report"
# Python tells a hook before it lists a folder or opens a file: there others may be quicker, and what is opened can be counted.
HOOKED = """
import shutil, sys
from bierger.site.cli import main
opened = []
def hook(event, args):
    if event == "os.scandir" and str(args[0]).endswith("gone"):
        shutil.rmtree(args[0], ignore_errors=True)
    if event == "open" and str(args[0]).endswith(".pdf"):
        opened.append(args[0])
sys.addaudithook(hook)
status = main(sys.argv[1:])
print("opened", len(opened))
sys.exit(status)
"""


def hooked(*words: str) -> tuple[int, list[str]]:
    environment = {"PYTHONPATH": str(ROOT / "src"), "PATH": "/usr/bin:/bin"}
    done = subprocess.run([sys.executable, "-c", HOOKED, *words], env=environment, capture_output=True, text=True, check=False, timeout=120)
    assert "Traceback" not in done.stderr, done.stderr
    return done.returncode, done.stdout.splitlines()


@pytest.fixture(params=["gone", "folder", "pipe", "device", "no name"])
def strange(request, tmp_path: Path) -> Path:
    place = {"device": Path("/dev/zero"), "no name": Path("a\0b")}.get(request.param, tmp_path / "strange")
    if request.param == "folder":
        place.mkdir()
    if request.param == "pipe":
        os.mkfifo(place)
    return place


def test_only_a_regular_file_is_read_and_nobody_waits(strange: Path) -> None:
    for read in (lambda: read_whole(strange), lambda: read_beginning(strange, most=1)):
        with pytest.raises(FileRefused) as refused:
            read()
        assert (refused.value.code, refused.value.path) == ("file-unreadable", strange)


def test_what_is_too_large_is_refused_or_read_in_part(tmp_path: Path) -> None:
    file = tmp_path / "x"
    file.write_bytes(b"12345")
    assert (read_whole(file, most=5), read_beginning(file, most=4)) == (b"12345", b"1234")
    with pytest.raises(FileRefused) as refused:
        read_whole(file, most=4)
    assert refused.value.code == "file-too-large"
    os.truncate(file, MAX_FILE + 1)  # a hole: nothing of it is on the disk
    with pytest.raises(FileRefused):
        read_whole(file)


def test_a_vocabulary_that_is_none_is_a_finding(strange: Path, tmp_path: Path, capsys) -> None:
    large = tmp_path / "large.yaml"
    large.write_bytes(b" " * 1_000_001)
    for folder in (REPORT, next((ROOT / "situations").rglob("situation.yaml")).parent):
        for file, code in ((strange, "file-unreadable"), (large, "file-too-large")):
            assert main(["check", str(folder), "--vocabulary", str(file), "--json"]) == 1
            (checked,) = json.loads(capsys.readouterr().out)["packages"]
            assert [(one["code"], one["path"]) for one in checked["findings"]] == [(code, str(file))]


@pytest.mark.parametrize("option", ["--policy", "--keys"])
def test_what_a_proof_is_checked_with_may_be_anything(option: str, strange: Path, tmp_path: Path, capsys) -> None:
    binary = tmp_path / "binary"
    binary.write_bytes(bytes(range(256)))
    proof = SAMPLE / "certificate.pdf"  # is none, and is not come to
    assert main(["retention", "verify", str(proof), option, str(binary)]) == 1
    said = capsys.readouterr()
    assert said.out.startswith("NOT PROVED (")
    assert main(["retention", "verify", str(proof), option, str(strange)]) == 1
    assert "(file-unreadable)" in capsys.readouterr().err
    assert main(["log", "verify", str(proof), option, str(strange), "--entry", "00"]) == 3
    assert "(file-unreadable)" in capsys.readouterr().err


def test_a_folder_in_which_something_vanishes_is_checked_all_the_same(tmp_path: Path) -> None:
    (tmp_path / "a" / "gone").mkdir(parents=True)
    (tmp_path / "a" / "gone" / "x.pdf").write_bytes(b"%PDF-")
    (tmp_path / "b.pdf").write_bytes((SAMPLE / "certificate.pdf").read_bytes())
    status, lines = hooked("verify", str(tmp_path), "--log", str(SAMPLE / "log"))
    assert not (tmp_path / "a" / "gone").exists()
    assert (status, len(lines)) == (0, 2)
    assert lines[0].startswith(f"AUTHENTIC  {tmp_path / 'b.pdf'}")


def test_what_is_said_of_a_signature_is_said_of_the_bytes_that_were_judged() -> None:
    status, lines = hooked("verify", str(SAMPLE / "certificate.pdf"), "--log", str(SAMPLE / "log"), "--json")
    assert (status, lines[-1]) == (0, "opened 1")


def test_a_newer_list_that_cannot_be_kept_is_said(tmp_path: Path) -> None:
    from bierger.site.commands.verify import _keep
    from bierger.site.offline import CannotCheck

    with pytest.raises(CannotCheck) as refused:
        _keep(b"{}", tmp_path)
    assert refused.value.code == "keys-unwritable"


def test_a_command_says_what_it_does_in_a_sentence(capsys) -> None:
    assert sentence("take a decision of a DMN file") == "Take a decision of a DMN file."
    for name, command in COMMANDS.items():
        if command.passes_on:
            continue
        with pytest.raises(SystemExit):
            main([name, "--help"])
        assert sentence(command.help) in " ".join(capsys.readouterr().out.split())


def test_the_overview_names_every_action_of_a_log() -> None:
    parser = argparse.ArgumentParser()
    log.add_arguments(parser)
    actions = next(one.choices for one in parser._actions if isinstance(one, argparse._SubParsersAction))
    assert [one for one in actions if one not in COMMANDS["log"].help] == []
