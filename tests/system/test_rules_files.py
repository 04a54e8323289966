# SPDX-License-Identifier: EUPL-1.2
"""What `./bierger rules eval` is pointed at may be anything: each ends with one sentence, and waits for nobody."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from bierger.site.rule_files import MAX_BESIDE

ROOT = Path(__file__).resolve().parents[2]
MODEL = """<definitions xmlns="https://www.omg.org/spec/DMN/20230324/MODEL/" id="d" name="m" namespace="urn:m">{}
<inputData id="n" name="n"><variable name="n"/></inputData>
<decision id="x" name="x"><variable name="x"/><informationRequirement><requiredInput href="#n"/></informationRequirement>
<literalExpression><text>n</text></literalExpression></decision></definitions>"""
IMPORT = '<import namespace="urn:base" name="base" importType="https://www.omg.org/spec/DMN/20230324/MODEL/"/>'
BASE = '<definitions xmlns="https://www.omg.org/spec/DMN/20230324/MODEL/" id="b" name="base" namespace="urn:base"/>'

START = "import sys; from bierger.site.cli import main; sys.exit(main(sys.argv[1:]))"


def evaluate(file, given="{}", *more):
    command = [sys.executable, "-c", START, "rules", "eval", str(file), "--decision", "x", "--input", given, *more]
    environment = {"PYTHONPATH": str(ROOT / "src"), "PATH": os.environ["PATH"], "LANG": "C.UTF-8"}
    return subprocess.run(command, capture_output=True, text=True, timeout=60, env=environment, cwd=ROOT, check=False)


@pytest.fixture
def model(tmp_path):
    file = tmp_path / "m.dmn"
    file.write_text(MODEL.format(""))
    return file


@pytest.mark.parametrize("more", [(), ("--unknown",)])
@pytest.mark.parametrize(
    ("given", "status", "said"),
    [
        ('{"n": 1e999999999}', 1, "number-overflow: "),
        ('{"n": -1e999999999}', 1, "number-overflow: "),
        ('{"n": 1' + "0" * 7000 + "}", 1, "number-overflow: "),
        ('{"n": NaN}', 1, "input-refused: input"),
        ('{"n": "\\ud800"}', 1, "input-refused: input"),
        ('{"\\ud800": 1}', 1, "input-refused: input"),
        ("[" * 100_000, 1, "input-refused: input"),
        ('{"n": ' + "[" * 500 + "]" * 500 + "}", 1, "input-refused: "),
        ("@/dev/zero", 1, "input-refused: input"),
        ("@/", 2, "/ cannot be read: Is a directory."),
        ("@gone.json", 2, "gone.json cannot be read: No such file or directory."),
        ("@latin", 2, "latin is not UTF-8."),
    ],
)
def test_a_strange_input_ends_with_one_sentence(model, more, given, status, said):
    if given == "@latin":
        (model.parent / "latin").write_bytes(b'{"n": "\xe9"}')
        given = f"@{model.parent / 'latin'}"
    done = evaluate(model, given, *more)
    assert (done.returncode, done.stdout) == (status, "")
    assert said in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1


def test_half_a_character_on_the_command_line_is_refused_too(model):
    done = evaluate(model, os.fsdecode(b'{"n": "\xff"}'))
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("input-refused: input")


def test_a_pipe_may_carry_the_input(model):
    read, write = os.pipe()
    os.write(write, b'{"n": 7}')
    os.close(write)
    command = [sys.executable, "-c", START, "rules", "eval", str(model), "--decision", "x", "--input", f"@/dev/fd/{read}"]
    done = subprocess.run(
        command, capture_output=True, text=True, timeout=60, env={"PYTHONPATH": str(ROOT / "src")}, pass_fds=[read], cwd=ROOT, check=False
    )
    os.close(read)
    assert done.stdout == "7\n", done.stderr


@pytest.mark.parametrize("more", [(), ("--unknown",)])
@pytest.mark.parametrize("kind", ["pipe", "folder", "device", "gone"])
def test_only_a_regular_file_is_a_model(tmp_path, kind, more):
    file = {"device": Path("/dev/zero")}.get(kind, tmp_path / "x.dmn")
    if kind == "pipe":
        os.mkfifo(file)
    if kind == "folder":
        file.mkdir()
    done = evaluate(file, "{}", *more)
    assert (done.returncode, done.stdout) == (2, "")
    reason = "cannot be read: No such file or directory." if kind == "gone" else "is not a regular file."
    assert done.stderr == f"{file} {reason}\n"


def strange(folder):
    os.mkfifo(folder / "a.dmn")
    (folder / "b.dmn").mkdir()
    (folder / "c.dmn").symlink_to("/dev/zero")
    (folder / "d.dmn").symlink_to(folder / "nowhere")
    (folder / "e.dmn").symlink_to("e.dmn")


def test_what_stands_beside_a_model_is_looked_at_only_for_an_import(model):
    strange(model.parent)
    (model.parent / "f.dmn").write_bytes(b"\0" * 7_000_000)
    for number in range(MAX_BESIDE + 1):
        (model.parent / f"z{number}.dmn").write_text("<a")
    done = evaluate(model, '{"n": 7}')
    assert (done.returncode, done.stdout, done.stderr) == (0, "7\n", "")
    model.write_text(MODEL.format(IMPORT))
    done = evaluate(model, '{"n": 7}')
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "Beside m.dmn stand more than 49 DMN files or 20000000 bytes of them: take some away.\n"


def test_an_import_is_found_among_what_cannot_be_read(model):
    strange(model.parent)
    model.write_text(MODEL.format(IMPORT))
    (model.parent / "base.dmn").write_text(BASE)
    done = evaluate(model, '{"n": 7}')
    assert (done.returncode, done.stdout, done.stderr) == (0, "7\n", "")
