# SPDX-License-Identifier: EUPL-1.2
"""A verifier that was not heard fails the run where CI=true, whatever kept it silent. Needs no verifier: runs with the quick tests."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.outside.verdicts import NAMED, Answer, Verifier, silent, table

BOTH = [(name, word) for name in NAMED for word in ("yes", "no")]
ROOT = Path(__file__).resolve().parents[2]
# A suite in which all are heard but those named in SILENT.
SUITE = """
import os
from tests.outside.verdicts import NAMED, Answer, Verifier
def test_them(request):
    for name in NAMED:
        one = Verifier(name, lambda holds: Answer(holds, ""), request.node.user_properties)
        one.accepts(True)
        if name not in os.environ["SILENT"].split(","):
            one.refuses(False)
"""


def test_both_words_of_everybody_are_wanted():
    assert silent(BOTH) == []
    for missing in BOTH:
        rest = [one for one in BOTH if one != missing]
        assert silent(rest) == [missing[0]]
        assert table(rest)[-1] == f"NOT HEARD: {missing[0]}"
    assert silent([]) == list(NAMED)


@pytest.mark.parametrize(("ci", "missing", "workers", "status"), [("true", "", 0, 0), ("true", "veraPDF", 1, 1), ("", "veraPDF", 0, 0)])
def test_a_run_without_one_of_them_fails(tmp_path, ci, missing, workers, status):
    (tmp_path / "test_suite.py").write_text(SUITE)
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "xdist", "-n", str(workers), "-c", os.devnull, "--noconftest", "-p", "tests.outside.verdicts", "--rootdir", tmp_path, tmp_path],
        env={**os.environ, "CI": ci, "SILENT": missing, "PYTHONPATH": f"{ROOT}", "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}, cwd=tmp_path,
        capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert done.returncode == status, done.stdout + done.stderr
    assert f"NOT HEARD: {missing}".strip() in done.stdout if missing else "NOT HEARD" not in done.stdout


def test_a_verifier_must_mean_what_it_says():
    properties: list[tuple[str, object]] = []
    yes, no = Answer(holds=True, words="fine"), Answer(holds=False, words="bad hash")
    one = Verifier("qpdf", lambda answer: answer, properties)
    with pytest.raises(AssertionError):
        one.accepts(no)
    with pytest.raises(AssertionError):
        one.refuses(yes)
    with pytest.raises(AssertionError):
        one.refuses(no, because="bad signature")
    assert properties == []
    assert (one.accepts(yes), one.refuses(no, because="hash")) == ("fine", "bad hash")
    with pytest.raises(AssertionError):
        Verifier("nobody", lambda answer: answer, properties)


def test_everybody_whom_the_decision_names_is_named_here():
    page = (ROOT / "docs" / "decisions" / "0015-outside-verifiers.md").read_text()
    assert [name for name in NAMED if name not in page] == []
