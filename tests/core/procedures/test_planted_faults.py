# SPDX-License-Identifier: EUPL-1.2
"""One fault planted at a time: each is found by its code, in its file, on its line, with a way to mend it."""

import pytest

from tests.core.procedures.small import DECISIONS, findings, line_of

# (what is planted, the file, the code, a text on the line that must be named (None: the file as a whole), words of the mend)
FAULTS = {
    "yaml error": (
        {"form.yaml": ("  - id: who\n", "  - id: who\n   bad: x\n")},
        "form.yaml",
        "yaml-syntax",
        "   bad: x",
        "indentation",
    ),
    "tab": (
        {"form.yaml": ("    questions:\n      - {name: commune", "\tquestions:\n      - {name: commune")},
        "form.yaml",
        "yaml-syntax",
        "\tquestions",
        "spaces",
    ),
    "duplicate key": (
        {"procedure.yaml": ("version: 1\n", "version: 1\nversion: 2\n")},
        "procedure.yaml",
        "yaml-duplicate-key",
        "version: 2",
        "one of the two",
    ),
    "alias bomb": ({"form.yaml": ("steps:", "bomb: &a [x]\nsteps:")}, "form.yaml", "yaml-alias", "bomb:", "anchor"),
    "python tag": (
        {"form.yaml": ("steps:", "bomb: !!python/object:os.system x\nsteps:")},
        "form.yaml",
        "yaml-tag",
        "bomb:",
        "tag",
    ),
    "not utf-8": ({"form.yaml": b"steps:\n  - \xff\n"}, "form.yaml", "yaml-encoding", None, "UTF-8"),
    "unknown field": (
        {"form.yaml": ("type: commune", "typ: commune")},
        "form.yaml",
        "unknown-field",
        "typ: commune",
        "Did you mean `type`?",
    ),
    "unknown field type": (
        {"form.yaml": ("type: number", "type: nummer")},
        "form.yaml",
        "unknown-type",
        "type: nummer",
        "Did you mean `number`?",
    ),
    "more facts than a printed code has room for": (
        {
            "procedure.yaml": (
                "      person.name: name\n    fields",
                "".join(f"      person.name{n}: name\n" for n in range(12)) + "    fields",
            )
        },
        "procedure.yaml",
        "too-many-facts",
        "  receipt:",
        "at most 11 facts beside the number",
    ),
    "acts without words for everybody": (
        {"procedure.yaml": ("languages: [fr, de, en, lb]", "languages: [fr, en]"), "texts/de.yaml": None, "texts/lb.yaml": None},
        "procedure.yaml",
        "document-languages",
        "  receipt:",
        "all texts in de, lb too",
    ),
    "validity in working days": (
        {"procedure.yaml": ("    template: documents/receipt.typ", "    template: documents/receipt.typ\n    valid: {period: P3D, days: working}")},
        "procedure.yaml",
        "document-type",
        "  receipt:",
        "one unit of calendar time",
    ),
    "validity of two units": (
        {"procedure.yaml": ("    template: documents/receipt.typ", "    template: documents/receipt.typ\n    valid: {period: P1Y6M}")},
        "procedure.yaml",
        "document-type",
        "  receipt:",
        "one unit of calendar time",
    ),
    "a type with two meanings": (
        {
            "procedure.yaml": (
                "documents:\n",
                """documents:
  early:
    template: documents/receipt.typ
    type: receipt
    valid: {period: P1M}
    facts: {person.name: name}
    fields: {name: name, weight: weight}
""",
            ),
            **{
                f"texts/{language}.yaml": ("    receipt:\n", "    early: {title: Receipt, intro: Dog., alt: Code}\n    receipt:\n")
                for language in ("fr", "de", "en", "lb")
            },
        },
        "procedure.yaml",
        "type-differs",
        "  receipt:",
        "a type of its own",
    ),
    "unknown fact": (
        {"form.yaml": ("fact: person.name", "fact: person.nam")},
        "form.yaml",
        "unknown-fact",
        "person.nam}",
        "Did you mean `person.name`?",
    ),
    "type against fact": (
        {"form.yaml": ("fact: person.name", "fact: person.name, type: date")},
        "form.yaml",
        "type-of-fact",
        "type: date",
        "Remove",
    ),
    "unknown source": (
        {"form.yaml": ("fact: person.name", "fact: person.name, source: person.gvien_name")},
        "form.yaml",
        "unknown-source",
        "gvien",
        "Did you mean `person.given_name`?",
    ),
    "source that nothing fills": (
        {"form.yaml": ("fact: person.name", "fact: person.name, source: register.population.address")},
        "form.yaml",
        "unknown-source",
        "register.population.address",
        "Remove `source:`",
    ),
    "locked without source": (
        {"form.yaml": ("fact: person.name", "fact: person.name, locked: true")},
        "form.yaml",
        "locked-without-source",
        "locked",
        "source",
    ),
    "misplaced field": (
        {"form.yaml": ("type: commune", "type: commune, max_files: 3")},
        "form.yaml",
        "misplaced-field",
        "max_files",
        "file",
    ),
    "name taken": ({"form.yaml": ("name: weight,", "name: kind,")}, "form.yaml", "name-taken", "{name: kind,", "choose another"),
    "one option": ({"form.yaml": ("[small, large]", "[small]")}, "form.yaml", "missing-options", "- name: kind", "at least two"),
    "broken feel": ({"form.yaml": ('when: kind = "large"', "when: kind = ")}, "form.yaml", None, "when: kind = ", ""),
    "unknown name": (
        {"form.yaml": ('kind = "large"', 'kinnd = "large"')},
        "form.yaml",
        "unknown-name",
        "- id: weight",
        "Did you mean `kind`?",
    ),
    "same page": (
        {
            "form.yaml": (
                "fact: person.name}",
                'fact: person.name}\n      - {name: alias, type: text, when: name = "Rex", for: officer}',
            )
        },
        "form.yaml",
        "same-page-dependency",
        "{name: alias",
        "earlier step",
    ),
    "asked later": (
        {"form.yaml": ("  - id: who\n", '  - id: who\n    when: kind = "small"\n')},
        "form.yaml",
        "asked-later",
        "- id: who",
        "before",
    ),
    "unknown option": (
        {"form.yaml": ('kind = "large"', 'kind = "huge"')},
        "form.yaml",
        "unknown-option",
        "- id: weight",
        "large",
    ),
    "unreachable step": (
        {"form.yaml": ('kind = "large"', 'kind = "large" and kind = "small"')},
        "form.yaml",
        "unreachable-step",
        "- id: weight",
        "Correct `when:`",
    ),
    "unreachable question": (
        {
            "form.yaml": (
                "{name: weight, type: number,",
                '{name: size, type: text, for: officer}\n      - {name: weight, when: kind = "small", type: number,',
            )
        },
        "form.yaml",
        "unreachable-question",
        "{name: weight",
        "Correct `when:`",
    ),
    "useless question": (
        {
            "form.yaml": (
                "{name: commune, type: commune}",
                "{name: commune, type: commune}\n      - {name: shoe_size, type: number}",
            )
        },
        "form.yaml",
        "useless-question",
        "shoe_size",
        "for: officer",
    ),
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
