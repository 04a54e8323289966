# SPDX-License-Identifier: EUPL-1.2
"""Library processes: every way through them, what their letters say, and that a published package keeps its version of them."""

import pytest

from bierger_core.procedures import PackageRefused, load, prove, prove_scenarios, run_scenarios
from bierger_core.process import Kind
from tests.core.situations.small import VOCABULARY, package_files

GIVEN = 'answers: {commune: mersch, given_name: Anne, family_name: Weber, place: street, days: "2"}\n'
HEAD = f'about: A way.\nclock: "2026-03-02T09:00:00Z"\napplicant: {{kind: person, level: low}}\n{GIVEN}'
MISSING = "  - {task: check, outcome: missing-piece, answers: {piece_wanted: A plan}}\n"
SUPPLIED = "  - {task: supply, answers: {piece_note: Here it is.}}\n"
REVIEW = {
    "granted": "moves:\n  - {task: check, outcome: complete}\n  - {task: decide, outcome: granted, answers: {conditions: Until ten.}}\n"
    "expect:\n  documents: [acceptance]\n  notified: []\n  end: granted\n  facts:\n    acceptance: {applicant.name: Anne Weber, "
    'request.subject: "A fair · Street", request.date: "2026-03-02"}\n',
    "refused": f"moves:\n{MISSING}{SUPPLIED}  - {{task: check, outcome: complete}}\n"
    "  - {task: decide, outcome: refused, refused: {decision_reasons: required}}\n"
    "  - {task: decide, outcome: refused, answers: {decision_reasons: No room.}}\nexpect: {documents: [refusal], end: refused}\n",
    "lapsed": f"moves:\n{MISSING}  - wait: P4M\nexpect: {{notified: [remind-supply, tell-lapsed], documents: [], end: lapsed}}\n",
    "slow": "moves:\n  - wait: P13D\n  - {task: check, outcome: complete}\n  - wait: P13D\n"
    "expect: {notified: [remind-check, remind-decide], open: [decide]}\n",
}
NOTICE = {
    "noted": f"moves:\n{MISSING}{SUPPLIED}  - {{task: check, outcome: noted, answers: {{remark: Thank you.}}}}\n"
    "expect: {documents: [acknowledgement], notified: [], end: noted}\n",
    "lapsed": f"moves:\n  - wait: P7D\n{MISSING}  - wait: P4M\n"
    "expect: {notified: [remind-check, remind-supply, tell-lapsed], documents: [], end: lapsed}\n",
}


def files(process: str, ways: dict[str, str]) -> dict[str, bytes]:
    found = package_files("fair", process)
    found["procedure.yaml"] += b"subject: [place]\nservices: [events]\n"
    for language in ("fr", "de", "en", "lb"):
        found[f"texts/{language}.yaml"] += b"  service: {events: Events}\n  end: {lapsed: Nothing came.}\n"
    del found["scenarios/first.yaml"]
    return {**found, **{f"scenarios/{name}.yaml": (HEAD + "language: en\n" + way).encode() for name, way in ways.items()}}


@pytest.mark.parametrize(("process", "ways"), [("review", REVIEW), ("notice", NOTICE)])
def test_every_task_and_end_is_reached(process: str, ways: dict[str, str]) -> None:
    package = load(files(process, ways), vocabulary=VOCABULARY)
    assert prove(package) == ()
    results = run_scenarios(package)
    assert prove_scenarios(package, results) == ()
    reached = frozenset().union(*(one.visited for one in results))
    nodes = package.process.nodes.values()
    assert {node.id for node in nodes if node.kind in {Kind.USER, Kind.SERVICE}} <= reached
    assert {node.id for node in nodes if node.kind is Kind.END and node.name} <= reached  # others end a reminder alone
    assert package.text("end.lapsed", "en") == "Nothing came."  # its own words go before those of the library
    assert {node.service for node in package.process.nodes.values() if node.role in {"clerk", "decider"}} == {"events"}
    assert {document.type.partition("-")[0] for document in package.documents.values()} == {"fair"}


def test_the_digest_covers_the_library() -> None:
    before = package_files("fair")
    after = {**before, "library/texts/en.yaml": before["library/texts/en.yaml"].replace(b"Request granted", b"Granted")}
    one, other = (load(given, vocabulary=VOCABULARY) for given in (before, after))
    assert one.digest != other.digest
    assert [package.text("document.acceptance.title", "en") for package in (one, other)] == ["Request granted", "Granted"]


FAULTS = {
    "unknown-library": lambda given: {path: one for path, one in given.items() if not path.startswith("library/")},
    "library-brings": lambda given: {**given, "process.bpmn": given["library/process.bpmn"]},
    "unknown-file": lambda given: {**given, "procedure.yaml": given["procedure.yaml"].replace(b"process: review\n", b"")},
    "unknown-name": lambda given: {**given, "procedure.yaml": given["procedure.yaml"] + b"subject: [plaice]\n"},
    "no-applicant-name": lambda given: {
        **given, "procedure.yaml": given["procedure.yaml"].replace(b", name: [given_name, family_name]", b""),
    },
    "no-scenario": lambda given: {path: one for path, one in given.items() if not path.startswith("scenarios/")},
}  # fmt: skip


@pytest.mark.parametrize("code", FAULTS)
def test_a_planted_fault_is_found(code: str) -> None:
    given = FAULTS[code](package_files("fair"))
    try:
        package = load(given, vocabulary=VOCABULARY)
    except PackageRefused as refused:
        found = refused.findings
    else:
        found = prove(package) or prove_scenarios(package, run_scenarios(package))
    assert code in {one.code for one in found}
    assert all(one.mend for one in found)
