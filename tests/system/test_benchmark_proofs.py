# SPDX-License-Identifier: EUPL-1.2
"""`make bench-proofs` runs and prints its table. How fast is nobody's test: only that every number was measured, and that the one
gate, the processor time of a signature, holds and closes.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
from benchmarks import letters, proofs, proofs_page
from cryptography import x509
from cryptography.x509.oid import NameOID

ROOT = Path(__file__).resolve().parents[2]


def test_the_bench_of_proofs_runs_alone_and_prints_one_table(tmp_path: Path):
    result = tmp_path / "result.json"
    command = [sys.executable, "-m", "benchmarks.proofs", "--tiny", "--folder", str(tmp_path), "--json", str(result)]
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": f"{ROOT / 'src'}{os.pathsep}{ROOT}"}  # no database is configured
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    for said in ("Durable appends", "Over HTTP", "proofs made from tiles", "audited", "bytes per entry", "Witness", "Seals of eight facts", "within the gate", "NO PHOTOGRAPHS"):
        assert said in done.stdout
    measured = json.loads(result.read_text())
    assert [one["batch"] for one in measured["appends"]] == [1, 100, 1_000, 5_000]
    rates = [one["per_second"] for one in measured["appends"]] + [measured["witness"], *measured["proofs"].values(), *measured["seals"].values()]
    rates += measured["http"].values()
    assert all(rate > 0 for rate in rates)
    assert "TESSERA IS NOT MEASURED: not with --tiny" in done.stdout
    assert "NO CAMPAIGN IS MEASURED: not with --tiny" in done.stdout
    assert measured["machine"]["size"] == "tiny"
    assert all(measured["letters"]["parts"][name] > 0 for name in ("qr", "typst", "pades_pdf", "pades_cms", "stamp"))
    assert measured["proofs"]["bytes_per_entry_swept"] <= measured["proofs"]["bytes_per_entry"]


def test_the_page_shows_the_committed_run():
    text, run = proofs_page.PAGE.read_text("utf-8"), json.loads(proofs_page.RUN.read_text("utf-8"))
    assert "minutes" not in text.partition("\n## ")[0]  # how long a run takes is measured, and said once
    assert "; a whole run, which took " in text
    assert proofs_page.written(text, run) == text
    for what in ("entries appended, 5,000 a batch", "over HTTP", "inclusion proofs made", "on the disk for an entry", "seals of eight facts signed",
                 "letters sealed, logged, signed", "photographed codes"):  # fmt: skip
        assert what in text
    assert f"a {run['machine']['size']} run" in text
    run["witness"] += 100
    assert proofs_page.written(text, run) != text
    with pytest.raises(ValueError, match="one place"):
        proofs_page.written("no place", run)


@pytest.mark.parametrize("partly", [["--quick"], ["--tiny"], ["--only", "seals"]])
def test_a_run_that_is_not_whole_is_never_the_page(monkeypatch, capsys, partly):
    """Refused before anything is measured."""
    monkeypatch.setattr(sys, "argv", ["proofs", "--page", *partly])
    monkeypatch.setattr(proofs, "PARTS", [(name, lambda *_: pytest.fail("measured"), lines) for name, _, lines in proofs.PARTS])
    monkeypatch.setattr(proofs_page, "publish", lambda _: pytest.fail("published"))
    with pytest.raises(SystemExit) as ended:
        proofs.main()
    assert ended.value.code == 2
    assert "the page shows a whole run" in capsys.readouterr().err


def test_what_is_missing_is_said_and_not_drawn():
    run = json.loads(proofs_page.RUN.read_text("utf-8"))
    drawn = proofs_page.text({**run, "tessera": {"missing": "Go is not installed"}, "photographs": {"missing": "pdftoppm is not installed"}})
    assert "Not measured: tessera (Go is not installed)." in drawn
    assert "Not measured: photographs (pdftoppm is not installed)." in drawn
    assert "Tessera, POSIX:" not in drawn


def test_a_stall_of_one_certificate_fails_the_run(monkeypatch, capsys, tmp_path):
    """Planted: the signatures of one certificate among many take a little longer than the gate."""
    real = letters.signed_data

    def stalling(attributes, signature, chain, **named):
        if chain[0].subject == unlucky:
            until = time.process_time() + 1.3 * letters.GATE_MS / 1000
            while time.process_time() < until:
                pass
        return real(attributes, signature, chain, **named)

    unlucky = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "C" * 10)])
    monkeypatch.setattr(letters, "signed_data", stalling)
    monkeypatch.setattr(sys, "argv", ["proofs", "--tiny", "--only", "letters", "--folder", str(tmp_path)])
    assert proofs.main() == 1
    assert "OVER THE GATE" in capsys.readouterr().out


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
