# SPDX-License-Identifier: EUPL-1.2
"""The DMN conformance kit on the whole engine, by the command people use; and that the engine knows nothing of its cases."""

import csv
import os
import re
from pathlib import Path

import pytest

from bierger.site.commands.rules import EXTERNAL, run_kit, totals, write_csv
from bierger_core.rules import load_model, read_cases, read_xml
from bierger_core.rules.feel.library import BUILTINS
from tests.tools import not_run

SOURCE = Path(__file__).resolve().parents[3] / "src"


@pytest.fixture(scope="module")
def kit():
    folder = Path(os.environ.get("BIERGER_TEST_DATA", "")) / "dmn-tck"
    if not (folder / "compliance-level-3").is_dir():
        not_run(f"the DMN TCK: BIERGER_TEST_DATA names no folder with dmn-tck/compliance-level-3 ({folder})")
    return folder


def test_every_case_passes_but_external_functions(kit, capsys, tmp_path):
    outcomes = list(run_kit(kit))
    with capsys.disabled():  # the count is part of the result: it must be seen in every run
        print("\nDMN TCK", *totals(outcomes), sep="\n  ")  # noqa: T201 - the result itself
    assert [one for one in outcomes if one.result.outcome == "ERROR"] == []
    assert sum(one.level == "compliance-level-2" for one in outcomes) == 116
    assert len(outcomes) >= 2359
    ignored = [one.result.message for one in outcomes if one.result.outcome == "IGNORED"]
    assert all("external function" in message for message in ignored)
    write_csv(tmp_path / "results.csv", outcomes)
    rows = list(csv.reader((tmp_path / "results.csv").read_text().splitlines()))
    assert len(rows) == len(outcomes)
    assert {row[3] for row in rows} <= {"SUCCESS", "ERROR", "IGNORED"}
    assert rows[0][0].startswith("compliance-level-2/0001-")


def test_nothing_that_the_kit_expects_is_refused_without_a_name(kit):
    codes = set()
    for folder in sorted((kit / "compliance-level-3").iterdir()):
        files = {path.name: path.read_bytes() for path in folder.glob("*.dmn")}
        for name in files:
            codes |= {finding.code for finding in load_model(files, main=name).findings}
    assert codes <= {"feel-syntax", "feel-type-unknown", "dmn-expression-missing", "dmn-import", "dmn-requirement", *EXTERNAL}


def test_no_name_and_no_value_of_the_kit_stands_in_the_source(kit):
    names, values = set(), set()
    for path in kit.rglob("*.xml"):
        names |= {path.parent.name, path.stem}
        model, cases = read_cases(path.read_bytes(), path=path.name)
        names |= {model, *(case.id for case in cases), *(name for case in cases for name, _ in case.expected)}
        texts = [element.text for element in _below(read_xml(path.read_bytes(), path=path.name)) if element.tag == "value"]
        values |= {text for text in texts if len(text) >= 10}
    for path in kit.rglob("*.dmn"):
        names |= {element.get("name") for element in _below(read_xml(path.read_bytes(), path=path.name))}
    # What is long enough to be nobody's but the kit's: words of the language itself are common property.
    telling = {name for name in names if len(name) >= 12 or re.search(r"\d{3}", name)} - set(BUILTINS)
    telling |= {value for value in values if not re.fullmatch(r"[A-Z][a-z]+|[a-z ]+", value)}
    language = {"days and time duration", "years and months duration", "start position", "grouping separator", "decimal separator"}
    language |= {"1970-01-01", "the description"}  # the epoch, from which days are counted, and a plain word
    source = "\n".join(path.read_text() for path in (SOURCE / "bierger_core" / "rules").rglob("*.py"))
    source += (SOURCE / "bierger" / "site" / "commands" / "rules.py").read_text()
    found = {one for one in telling - language if one in source and re.search(rf"(?<!\w){re.escape(one)}(?!\w)", source)}
    assert found == set()
    assert len(telling) > 1000


def _below(element):
    yield element
    for child in element.children:
        yield from _below(child)
