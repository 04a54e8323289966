# SPDX-License-Identifier: EUPL-1.2
"""`./bierger check` as an author meets it: lines to click, an exit status, JSON for machines, no Django."""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from bierger.site.commands.check import find_packages

ROOT = Path(__file__).parents[2]
PROGRAM = "import argparse, sys; from bierger.site.commands import check; p = argparse.ArgumentParser(); check.add_arguments(p); code = check.run(p.parse_args()); assert 'django' not in sys.modules; sys.exit(code)"


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {"PYTHONPATH": str(ROOT / "src"), "PATH": "/usr/bin:/bin"}
    return subprocess.run(
        [sys.executable, "-c", PROGRAM, *arguments],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


@pytest.fixture
def report(tmp_path) -> Path:
    """A copy of the problem report that a test may break."""
    shutil.copy(ROOT / "procedures" / "vocabulary.yaml", tmp_path)
    return Path(shutil.copytree(ROOT / "procedures" / "commune" / "problem-report", tmp_path / "problem-report"))


def test_good_packages_end_well():
    done = run("procedures/")
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"{len(list(find_packages(ROOT / 'procedures')))} packages checked, all good." in done.stdout


def test_a_fault_is_a_line_to_click_with_its_mend(report):
    form = report / "form.yaml"
    form.write_text(form.read_text().replace("fact: report.category", "fact: report.categry"))
    line = form.read_text().splitlines().index("        fact: report.categry") + 1
    done = run(str(report))
    assert done.returncode == 1
    assert f"{form}:{line}: The vocabulary has no fact `report.categry`. (Did you mean `report.category`?)" in done.stdout
    assert all(re.match(r".+:\d+: .+ \(.+\)$", one) for one in done.stdout.splitlines()[:-2])


def test_a_scenario_that_is_not_green_stops_it(report):
    scenario = report / "scenarios" / "not-ours.yaml"
    scenario.write_text(scenario.read_text().replace("end: forwarded", "end: solved"))
    done = run(str(report))
    assert done.returncode == 1
    assert "end: got forwarded, expected solved." in done.stdout


def test_machines_read_json(report):
    (report / "texts" / "lb.yaml").unlink()
    done = run("--json", str(report))
    package = json.loads(done.stdout)["packages"][0]
    assert (done.returncode, package["errors"]) == (1, 1)
    assert package["findings"][0]["code"] == "missing-file"
    assert package["findings"][0]["path"].endswith("texts/lb.yaml")


def test_a_link_does_not_lead_outside(report, tmp_path):
    (tmp_path / "secret.typ").write_text("secret")
    (report / "documents").mkdir()
    (report / "documents" / "secret.typ").symlink_to(tmp_path / "secret.typ")
    assert run(str(report)).returncode == 0  # not followed, so not part of the package


def test_no_package_is_said_plainly(tmp_path):
    done = run(str(tmp_path))
    assert done.returncode == 2
    assert "a package is a folder with a procedure.yaml" in done.stderr
