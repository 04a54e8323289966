# SPDX-License-Identifier: EUPL-1.2
"""One fault planted at a time: each is found by its code, in its file, on its line, with a way to mend it."""

import pytest

from tests.core.procedures.form_faults import OF_FORMS
from tests.core.procedures.small import DECISIONS, findings, line_of

FAULTS = OF_FORMS | {
    "condition in a task": (
        {"form.yaml": ("name: reasons, type", 'name: reasons, when: kind = "small", type')},
        "form.yaml",
        "same-page-dependency",
        "{name: reasons",
        "needs:",
    ),
    "outcome needs nobody": (
        {"form.yaml": ("needs: [reasons]", "needs: [reason]")},
        "form.yaml",
        "unknown-name",
        "needs: [reason]",
        "Did you mean `reasons`?",
    ),
    "task of no node": ({"form.yaml": ("  look:\n", "  loook:\n")}, "form.yaml", "unknown-task", "loook", "Did you mean `look`?"),
    "shows unknown": (
        {"form.yaml": ("shows: [name, kind]", "shows: [name, colour]")},
        "form.yaml",
        "undefined-variable",
        "look:",
        "kind",
    ),
    "gap in the table": (
        {
            "decisions.dmn": DECISIONS.replace(
                '<rule id="r_large"><inputEntry><text>"large"</text></inputEntry><outputEntry><text>"look"</text></outputEntry></rule>\n',
                "",
            )
        },
        "decisions.dmn",
        None,
        None,
        "",
    ),
    "overlap": (
        {"decisions.dmn": ('<inputEntry><text>"large"</text>', "<inputEntry><text>-</text>")},
        "decisions.dmn",
        None,
        None,
        "",
    ),
    "unknown decision": (
        {"process.bpmn": ('bierger:decision="route"', 'bierger:decision="rute"')},
        "process.bpmn",
        "unknown-decision",
        'bierger:decision="rute"',
        "Did you mean `route`?",
    ),
    "dead end": (
        {"process.bpmn": ('<bpmn:sequenceFlow id="f5" sourceRef="tell" targetRef="refused"/><bpmn:endEvent id="refused"/>', "")},
        "process.bpmn",
        None,
        None,
        "",
    ),
    "no owner": ({"process.bpmn": (' bierger:role="clerk"', "")}, "process.bpmn", None, 'id="look"', ""),
    "no due": ({"process.bpmn": (' bierger:due="P5D"', "")}, "process.bpmn", None, 'id="look"', ""),
    "unknown role": (
        {"process.bpmn": ('role="clerk"', 'role="cleric"')},
        "process.bpmn",
        "unknown-role",
        'id="look"',
        "Did you mean `clerk`?",
    ),
    "unknown service": (
        {"process.bpmn": ('service="population"', 'service="populace"')},
        "process.bpmn",
        "unknown-service",
        'id="look"',
        "population",
    ),
    "wrong outputs": (
        {"process.bpmn": ('outputs="verdict reasons"', 'outputs="verdict"')},
        "process.bpmn",
        None,
        'id="look"',
        "",
    ),
    "unknown action": (
        {"process.bpmn": ('action="notify"', 'action="notfy"')},
        "process.bpmn",
        "unknown-action",
        'id="tell"',
        "Did you mean `notify`?",
    ),
    "unknown document": (
        {"process.bpmn": ('document="receipt"', 'document="reciept"')},
        "process.bpmn",
        "unknown-document",
        'id="issue"',
        "Did you mean `receipt`?",
    ),
    "unknown outcome in the process": (
        {"process.bpmn": ('verdict = "accept"', 'verdict = "acept"')},
        "process.bpmn",
        "unknown-option",
        'id="yes"',
        "Did you mean `accept`?",
    ),
    "variable before its task": (
        {"procedure.yaml": ("      weight: weight", "      weight: reasons")},
        "procedure.yaml",
        "undefined-variable",
        "weight: reasons",
        "Known there",
    ),
    "fact not in the vocabulary": (
        {"procedure.yaml": ("      person.name: name", "      person.nmae: name")},
        "procedure.yaml",
        "unknown-fact",
        "person.nmae",
        "Did you mean `person.name`?",
    ),
    "unknown level": (
        {"procedure.yaml": ("level: low", "level: substancial")},
        "procedure.yaml",
        "unknown-value",
        "level:",
        "Did you mean `substantial`?",
    ),
    "bad eli": (
        {"procedure.yaml": ("http://legilux.public.lu/eli/", "http://example.com/")},
        "procedure.yaml",
        "bad-eli",
        "eli: http",
        "legilux",
    ),
    "bad period": (
        {"procedure.yaml": ("period: P1Y", "period: one year")},
        "procedure.yaml",
        "bad-period",
        "retention",
        "ISO 8601",
    ),
    "fee from more to less": (
        {"procedure.yaml": ("retention: {", "fee: {euros: 9.00, to: 5.00}\nretention: {")},
        "procedure.yaml",
        "wrong-type",
        "fee: {",
        "highest under `to`",
    ),
    "period neither read nor not": (
        {"procedure.yaml": ("retention: {", "delay: {period: P5D, verified: perhaps}\nretention: {")},
        "procedure.yaml",
        "wrong-type",
        "delay: {",
        "`true` or `false`",
    ),
    "retention by the hour": (
        {"procedure.yaml": ("period: P1Y", "period: PT36H")},
        "procedure.yaml",
        "bad-period",
        "retention",
        "P90D",
    ),
    "retention until some day": (
        {"procedure.yaml": ("{period: P1Y}", "{period: P1Y, until: year_end}")},
        "procedure.yaml",
        "unknown-value",
        "retention",
        "Did you mean `year-end`?",
    ),
    "competent nobody": (
        {"procedure.yaml": ("question: commune", "question: comune")},
        "procedure.yaml",
        "unknown-name",
        "administration:",
        "Did you mean `commune`?",
    ),
    "missing text": (
        {"texts/fr.yaml": ("    weight: {label: Weight}\n", "")},
        "texts/fr.yaml",
        "missing-text",
        "  question:",
        "Add `label:` below `question.weight`",
    ),
    "unused text": (
        {"texts/en.yaml": ("  summary: Register a dog.", "  summary: Register a dog.\n  summry: x")},
        "texts/en.yaml",
        "unused-text",
        "summry",
        "Correct the key",
    ),
    "empty text": ({"texts/en.yaml": ("title: Dog", 'title: ""')}, "texts/en.yaml", "empty-text", 'title: ""', "Write the words"),
    "missing language": ({"texts/en.yaml": None}, "texts/en.yaml", "missing-file", None, "Write the file"),
    "unknown placeholder in a letter": (
        {"texts/en.yaml": ("dog of {name}", "dog of {owner}")},
        "texts/en.yaml",
        "unknown-field",
        "dog of",
        "Known: name",
    ),
    "unknown placeholder in a message": (
        {"texts/fr.yaml": ("{reasons}", "{reason}")},
        "texts/fr.yaml",
        "undefined-variable",
        "Because",
        "reasons",
    ),
    "package import": (
        {"documents/receipt.typ": ("#set document", '#import "@preview/cetz:0.2.0": *\n#set document')},
        "documents/receipt.typ",
        "template-import",
        "@preview",
        "documents/ folder",
    ),
    "import outside": (
        {"documents/receipt.typ": ("#set document", '#import "../../secret.typ": *\n#set document')},
        "documents/receipt.typ",
        "template-import",
        "secret",
        "documents/ folder",
    ),
    "import in code": (
        {"documents/receipt.typ": ("#set document", '#{ import "/etc/x.typ" }\n#set document')},
        "documents/receipt.typ",
        "template-import",
        "/etc/x",
        "documents/ folder",
    ),
    "template reads": (
        {"documents/receipt.typ": ("#set document", '#read("/etc/passwd")\n#set document')},
        "documents/receipt.typ",
        "template-reads",
        "/etc/passwd",
        "field",
    ),
    "template reads by another name": (
        {"documents/receipt.typ": ("#set document", "#let r = read\n#set document")},
        "documents/receipt.typ",
        "template-reads",
        "let r",
        "field",
    ),
    "template includes": (
        {"documents/receipt.typ": ("#set document", '#include "a.typ"\n#set document')},
        "documents/receipt.typ",
        "template-reads",
        "a.typ",
        "Write the text here",
    ),
    "template picture": (
        {"documents/receipt.typ": ('image(field("qr")', 'image("/logo.png"')},
        "documents/receipt.typ",
        "template-reads",
        "logo",
        "only picture",
    ),
    "template alt": (
        {"documents/receipt.typ": (', alt: field("text_alt")', "")},
        "documents/receipt.typ",
        "template-alt",
        "#image",
        "alt:",
    ),
    "template field": (
        {"documents/receipt.typ": ('field("weight")', 'field("wieght")')},
        "documents/receipt.typ",
        "template-field",
        "wieght",
        "Did you mean `weight`?",
    ),
    "template takes data otherwise": (
        {"documents/receipt.typ": ("#set document", "#let all = sys.inputs\n#set document")},
        "documents/receipt.typ",
        "template-data",
        "let all",
        'field("name")',
    ),
    "template missing": ({"documents/receipt.typ": None}, "documents/receipt.typ", "missing-file", None, "template"),
    "strange file": ({"setup.py": "print(1)"}, "setup.py", "unknown-file", None, "A package holds"),
    "scenario not green": (
        {"scenarios/small.yaml": ("end: done", "end: refused")},
        "scenarios/small.yaml",
        "scenario",
        "expect:",
        "Correct",
    ),
    "scenario of an unasked question": (
        {"scenarios/small.yaml": ("kind: small}", "kind: small, weight: 3}")},
        "scenarios/small.yaml",
        "scenario",
        "answers:",
        "Remove the answer",
    ),
    "untried end": ({"scenarios/refused.yaml": None}, "process.bpmn", "untried-node", 'id="refused"', "Write a scenario"),
}


def test_the_small_package_is_right():
    assert findings({}) == []


@pytest.mark.parametrize("name", FAULTS)
def test_a_planted_fault_is_found_where_it_is(name):
    plant, path, code, on_line, mend = FAULTS[name]
    found = [
        finding
        for finding in findings(plant)
        if finding.path == path and code in {None, finding.code} and finding.level == "error"
    ]
    assert found, f"{name}: {[str(one) for one in findings(plant)]}"
    if on_line is not None:
        line = line_of(path, on_line, plant)
        found = [finding for finding in found if finding.line == line]
        assert found, f"{name}: not on line {line}: {[str(one) for one in findings(plant)]}"
    assert any(mend in finding.mend for finding in found), [str(one) for one in found]
    assert all(finding.message and finding.mend for finding in found)
