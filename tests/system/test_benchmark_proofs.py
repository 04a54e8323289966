# SPDX-License-Identifier: EUPL-1.2
"""`make bench-proofs` runs and prints its table. How fast is nobody's test: only that every number was measured."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def test_the_bench_of_proofs_runs_alone_and_prints_one_table(tmp_path: Path):
    result = tmp_path / "result.json"
    command = [sys.executable, "-m", "benchmarks.proofs", "--tiny", "--folder", str(tmp_path), "--json", str(result)]
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": f"{ROOT / 'src'}{os.pathsep}{ROOT}"}  # no database is configured
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    for said in ("Durable appends", "Over HTTP", "proofs made from tiles", "audited", "bytes per entry", "Witness", "Seals of eight facts", "within the gate"):
        assert said in done.stdout
    measured = json.loads(result.read_text())
    assert [one["batch"] for one in measured["appends"]] == [1, 100, 1_000, 5_000]
    rates = [one["per_second"] for one in measured["appends"]] + [measured["witness"], *measured["proofs"].values(), *measured["seals"].values()]
    rates += measured["http"].values()
    assert all(rate > 0 for rate in rates)
    assert "TESSERA IS NOT MEASURED: not with --tiny" in done.stdout
    assert "NO CAMPAIGN IS MEASURED: not with --tiny" in done.stdout
    assert all(measured["letters"]["parts"][name] > 0 for name in ("qr", "typst", "pades_pdf", "pades_cms", "stamp"))
    assert measured["proofs"]["bytes_per_entry_swept"] <= measured["proofs"]["bytes_per_entry"]


@pytest.mark.slow
def test_tessera_is_measured_beside_it_where_go_is_at_hand_and_missed_loudly_elsewhere(tmp_path: Path):
    result = tmp_path / "result.json"
    command = [sys.executable, "-m", "benchmarks.proofs", "--tiny", "--only", "tessera", "--folder", str(tmp_path), "--json", str(result)]
    done = subprocess.run(command, cwd=ROOT, env={**os.environ, "PYTHONPATH": f"{ROOT / 'src'}{os.pathsep}{ROOT}"}, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    measured = json.loads(result.read_text())["tessera"]
    if "missing" in measured:
        assert f"TESSERA IS NOT MEASURED: {measured['missing']}" in done.stdout
        assert os.environ.get("CI") != "true", measured["missing"]
    else:
        assert set(measured["appends"]) == {"1", "100", "1000", "5000"}
        assert all(rate > 0 for rate in measured["appends"].values())
        assert "Tessera's POSIX driver" in done.stdout
