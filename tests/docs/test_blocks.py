# SPDX-License-Identifier: EUPL-1.2
"""Every code block of the pages is run: here, in the test of its own page, or not at all with the reason beside it."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from bierger.site.environment import ConfigurationError, read
from tests.docs.blocks import INDENTED, ROOT, Block, block, blocks_of, shell
from tests.docs.test_rules_page import CASES, FEES
from tests.journeys.demonstration import Demonstration, clean_environment, running

OPERATE, BACKUP = "docs/howto/operate.md", "docs/howto/backup.md"
# Pages whose blocks are all run by a test of their own, which counts them.
ELSEWHERE = {
    "docs/howto/check-who-looked.md": "test_readings_page.py",
    "docs/howto/keys.md": "test_keys_page.py",
    "docs/howto/sign-pdfs.md": "test_sign_page.py",
    "docs/howto/verify.md": "test_verify_page.py",
    "docs/learn/attack-the-log.md": "test_attack_page.py",
    "docs/learn/first-procedure.md": "test_first_procedure.py",
    "docs/learn/rules-and-interviews.md": "test_author_guide.py",
    "docs/reference/rules.md": "test_rules_page.py",
    "docs/reference/situations.md": "test_situations_page.py",
    OPERATE: "test_installation.py",
}
# Run here or, what belongs to an installation, in test_installation.py.
RUN = {
    "README.md: make demo", "README.md: make test", "README.md: ./bierger check procedures/            # prove packages and run their scenarios",
    "README.md: ./bierger rules tck DIR --csv tck_results.csv      # level 2, level 3, and what failed with its reason",
    "CONTRIBUTING.md: make test        # what you run before you propose a change",
    f"{BACKUP}: ./bierger backup /safe/place/bierger-2026-11-22.tar.age",
    f"{BACKUP}: createdb --owner bierger_owner bierger_new        # as PostgreSQL's administrator",
    "ARCHITECTURE.md: src/bierger_core/     THE LAW. Plain Python: no Django, no I/O, no clock, no randomness",
    "ARCHITECTURE.md: catalogue   a procedure is published: an immutable version, named by the digest of its files",
    "ARCHITECTURE.md: site                                        settings, addresses, worker, command line: the only room that names every app",
}  # fmt: skip
# Block -> why it is not run.
NOT_RUN = {
    "docs/reference/retention.md: retention: {period: P10Y, until: year-end}": (
        "A line of a package; tests/core/procedures/test_retention.py reads it in one."
    ),
    'docs/howto/log-faults.md: $ ./bierger log begin --reason "The disk died, and the newest backup was of the day before."': (
        "Needs an installation whose log is over; tests/apps/ledger/test_new_log.py gives the command one, and the codes of the page."
    ),
    "docs/reference/retention.md: ./bierger retention verify erased.json --keys keys.json": (
        "Needs an erasure; tests/system/test_retention_command.py gives the command one."
    ),
}
# What a measurement printed is no command. tests/system/test_benchmarks.py runs what measures.
MEASURED = "docs/explain/performance.md"


def pages() -> list[str]:
    found = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]
    return sorted(str(path.relative_to(ROOT)) for path in found)


def unheard_of(blocks: list[Block]) -> list[str]:
    """Blocks that nobody runs and no reason excuses."""
    return [one.name for one in blocks if one.page not in ELSEWHERE and one.name not in RUN and one.name not in NOT_RUN]


def of_pages() -> list[Block]:
    return [one for page in pages() for one in blocks_of(page) if (page, one.language) != (MEASURED, "text")]


def test_every_block_is_run_or_says_why_not():
    blocks = of_pages()
    assert unheard_of(blocks) == []
    assert (RUN | set(NOT_RUN)) - {one.name for one in blocks} == set()
    assert all((Path(__file__).parent / test).exists() for test in ELSEWHERE.values())
    # What stands indented would be code without a word that says which.
    assert [page for page in pages() if INDENTED.search(re.sub(r"```.*?```", "", (ROOT / page).read_text(), flags=re.DOTALL))] == []


def test_a_planted_block_is_found():
    planted = "Text.\n\n```sh\n./bierger list\n```\n"
    assert unheard_of(blocks_of("README.md", planted)) == ["README.md: ./bierger list"]
    assert INDENTED.search("Text.\n\n    ./bierger list\n")


# -- README and CONTRIBUTING ----------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def demonstration() -> Iterator[Demonstration]:
    with running() as started:
        yield started


@pytest.mark.slow
def test_what_the_readme_does_beside_a_demonstration(demonstration: Demonstration, tmp_path: Path) -> None:
    environment = {**clean_environment(), "BIERGER_DATA": str(demonstration.data)}
    said = {}
    for line in block("README.md", "./bierger check").commands:
        command = line.partition("#")[0].split()
        said[command[1]] = shell(line, environment, **{"bierger.tar.age": str(tmp_path / "bierger.tar.age")})
    assert set(said) == {"check", "publish", "list", "verify", "rules", "backup", "help"}
    assert "commune/residence-certificate" in said["list"]
    assert "AUTHENTIC" in said["verify"]
    assert said["rules"].strip() == '"lighting"'
    assert (tmp_path / "bierger.tar.age").stat().st_mode & 0o777 == 0o600
    assert all(name in said["help"] for name in said if name != "help")


def test_rules_are_tried_from_the_readme(tmp_path: Path) -> None:
    kit, environment = tmp_path / "DIR", {**clean_environment(), "BIERGER_ENV": "test"}
    folder = kit / "compliance-level-2" / "fees"
    folder.mkdir(parents=True)
    (folder / "fees.dmn").write_text(FEES)
    (folder / "fees-test-01.xml").write_text(CASES)
    kits, *measured = block("README.md", "./bierger rules tck").commands
    said = shell(kits, environment, DIR=str(kit), **{"tck_results.csv": str(tmp_path / "tck_results.csv")})
    assert "level 2: 1/1" in said
    assert "SUCCESS" in (tmp_path / "tck_results.csv").read_text()
    modules = [re.findall(r"-m (benchmarks\.\w+) --quick", shell(line.partition("#")[0], environment)) for line in measured]
    assert modules == [["benchmarks.interview"], ["benchmarks.rules"]]


def test_make_does_what_the_pages_say_and_what_continuous_integration_does(demonstration: Demonstration) -> None:
    environment = {**clean_environment(), "PORT": "9000"}
    asked = {
        line.split()[1]: shell(line, environment).splitlines()
        for page, first in (("README.md", "make demo"), ("README.md", "make test"), ("CONTRIBUTING.md", "make test"))
        for line in block(page, first).commands
    }
    assert set(asked) == {"demo", "test", "check", "test-slow", "bench"}
    # The last line of `make demo` is what this test started; the line before it was run when this clone was installed.
    assert asked["demo"][-1].replace("'", "") == "./bierger demo --port 9000 --host 127.0.0.1"
    assert demonstration.url.startswith("http://localhost:")
    integration = (ROOT / ".ci/run").read_text()
    assert {"test", "test-slow"} <= set(re.findall(r"^make ([a-z-]+)$", integration, re.MULTILINE))
    assert set(asked["check"]) - {"make: Nothing to be done for 'check'."} <= set(asked["test"])
    assert any("-m benchmarks" in line for line in asked["bench"])


# -- ARCHITECTURE ---------------------------------------------------------------------------------------------------------


def test_the_rooms_that_the_architecture_names_are_there() -> None:
    two, way, layers = blocks_of("ARCHITECTURE.md")
    assert all((ROOT / line.split()[0]).is_dir() for line in two.text.splitlines())
    apps = {path.name for path in (ROOT / "src/bierger").iterdir() if (path / "__init__.py").exists()}
    assert {line.split()[0] for line in way.text.splitlines()} <= apps
    assert set(re.findall(r"(?:->|<-|;) (?:the )?([a-z]+)[:.]", way.text)) <= apps | {"core"}
    above, core = layers.text.split("-" * 20, 1)
    # A row names apps, and then says something about them; `.importlinter` has the same rows.
    named = [set(re.findall(r"\w+", line)) & apps for line in above.splitlines() if line.strip()]
    contract = contract_layers("app-layers")
    assert [row & mentioned for row, mentioned in zip(contract, named, strict=True)] == contract
    assert [set(re.findall(r"[a-z]+", part)) for part in core.partition("core: ")[2].split(">")] == contract_layers("core-layers")


def contract_layers(contract: str) -> list[set[str]]:
    """The rows of a contract of .importlinter, without the rooms that are not built (in brackets)."""
    text = (ROOT / ".importlinter").read_text().partition(f"[importlinter:contract:{contract}]")[2]
    rows = re.search(r"^layers =\n((?:    .+\n)+)", text, re.MULTILINE)
    assert rows
    return [{name for name in re.split(r"[\s|]+", row) if name and "(" not in name} for row in rows[1].splitlines()]


# -- environments ---------------------------------------------------------------------------------------------------------


def test_the_environments_of_the_page_are_accepted() -> None:
    web, s3 = ([line.partition("=")[::2] for line in one.commands] for one in blocks_of(OPERATE) if one.language == "env")
    given = {name: value.replace("…", "x" * 50) for name, value in web}
    assert read(given)["BIERGER_ENV"] == "production"
    for name in dict(web):
        if name not in {"BIERGER_ENV", "BIERGER_TRUSTED_PROXIES"}:  # all others are required: the page names no more than it must
            with pytest.raises(ConfigurationError, match=name):
                read({key: value for key, value in given.items() if key != name})
    assert read({**given, **dict(s3)})["BIERGER_BLOBS"] == "s3://attachments/bierger"


def test_what_s3_needs_is_what_is_locked() -> None:
    """Offline and dry: the tests' own packages hold these very versions."""
    (line,) = block(OPERATE, ".venv/bin/uv").commands
    said = subprocess.run(
        ["/bin/sh", "-c", line.replace("pip install", "pip install --dry-run --offline")],
        cwd=ROOT, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert (said.returncode, "Would make no changes" in said.stderr) == (0, True), said.stderr
