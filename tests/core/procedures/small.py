# SPDX-License-Identifier: EUPL-1.2
"""A small right package, into which the tests plant one fault at a time."""

from bierger_core.procedures import PackageRefused, load, prove, prove_scenarios, run_scenarios

VOCABULARY = b"""facts:
  person.name:
    type: text
    term: http://xmlns.com/foaf/0.1/name
    label: {fr: Nom, de: Name, en: Name, lb: Numm}
"""
PROCEDURE = """procedure: dog
owner: commune
version: 1
languages: [fr, de, en, lb]
audience: [citizen]
level: low
legal_basis:
  - title: Loi du 9 mai 2008 relative aux chiens
    eli: http://legilux.public.lu/eli/etat/leg/loi/2008/05/09/n1/jo
    verified: false
retention: {period: P1Y}
administration: {kind: commune, question: commune}
parties:
  applicant: {space: true, name: [name]}
services: [population]
actions:
  tell: {to: applicant}
documents:
  receipt:
    template: documents/receipt.typ
    facts:
      person.name: name
    fields:
      name: name
      weight: weight
"""
FORM = """steps:
  - id: where
    questions:
      - {name: commune, type: commune}
  - id: who
    questions:
      - {name: name, fact: person.name}
  - id: size
    questions:
      - name: kind
        type: choice
        options: [small, large]
  - id: weight
    when: kind = "large"
    questions:
      - {name: weight, type: number, min: 0, max: 120}
tasks:
  look:
    shows: [name, kind]
    outcome: verdict
    outcomes:
      - {code: accept}
      - {code: refuse, needs: [reasons]}
    questions:
      - {name: reasons, type: longtext, required: false}
"""
DECISIONS = """<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="d" name="d" namespace="https://bierger.eu/dog">
<inputData id="i" name="kind"><variable name="kind" typeRef="string"/></inputData>
<decision id="route" name="route"><variable name="route" typeRef="string"/>
<informationRequirement id="r"><requiredInput href="#i"/></informationRequirement>
<decisionTable id="t" hitPolicy="UNIQUE">
<input id="c"><inputExpression typeRef="string"><text>kind</text></inputExpression><inputValues><text>"small","large"</text></inputValues></input>
<output id="o" name="route" typeRef="string"/>
<rule id="r_small"><inputEntry><text>"small"</text></inputEntry><outputEntry><text>"at-once"</text></outputEntry></rule>
<rule id="r_large"><inputEntry><text>"large"</text></inputEntry><outputEntry><text>"look"</text></outputEntry></rule>
</decisionTable></decision></definitions>
"""
PROCESS = """<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:bierger="https://bierger.eu/bpmn" targetNamespace="https://bierger.eu/dog" id="d">
<bpmn:process id="dog" isExecutable="true">
<bpmn:startEvent id="s"/><bpmn:sequenceFlow id="f1" sourceRef="s" targetRef="route"/>
<bpmn:businessRuleTask id="route" bierger:decision="route" bierger:result="route"/><bpmn:sequenceFlow id="f2" sourceRef="route" targetRef="g"/>
<bpmn:exclusiveGateway id="g" default="slow"/>
<bpmn:sequenceFlow id="fast" sourceRef="g" targetRef="issue"><bpmn:conditionExpression>route = "at-once"</bpmn:conditionExpression></bpmn:sequenceFlow>
<bpmn:sequenceFlow id="slow" sourceRef="g" targetRef="look"/>
<bpmn:userTask id="look" name="Look" bierger:role="clerk" bierger:service="population" bierger:due="P5D" bierger:outputs="verdict reasons"/>
<bpmn:sequenceFlow id="f3" sourceRef="look" targetRef="g2"/><bpmn:exclusiveGateway id="g2" default="no"/>
<bpmn:sequenceFlow id="yes" sourceRef="g2" targetRef="issue"><bpmn:conditionExpression>verdict = "accept"</bpmn:conditionExpression></bpmn:sequenceFlow>
<bpmn:sequenceFlow id="no" sourceRef="g2" targetRef="tell"/>
<bpmn:serviceTask id="issue" bierger:action="issue-act" bierger:document="receipt"/><bpmn:sequenceFlow id="f4" sourceRef="issue" targetRef="done"/><bpmn:endEvent id="done"/>
<bpmn:serviceTask id="tell" bierger:action="notify"/><bpmn:sequenceFlow id="f5" sourceRef="tell" targetRef="refused"/><bpmn:endEvent id="refused"/>
</bpmn:process></bpmn:definitions>
"""
TEMPLATE = """#let field(name) = sys.inputs.at(name, default: "")
#set document(title: field("title"))
= #field("title")
#field("text_intro") #field("weight")
#image(field("qr"), width: 3cm, alt: field("text_alt"))
"""
TEXTS = """standard:
  title: Dog
  summary: Register a dog.
  who: Anybody.
  step:
    where: {title: Where}
    who: {title: Who}
    size: {title: Size}
    weight: {title: Weight}
  question:
    commune: {label: Commune}
    name: {label: Name}
    kind:
      label: Kind
      option: {small: Small, large: Large}
    weight: {label: Weight}
    reasons: {label: Reasons}
  task:
    look:
      title: Look
      outcome: {accept: Accept, refuse: Refuse}
  state: {look: Somebody looks.}
  document:
    receipt:
      title: Receipt
      intro: "The dog of {name}."
      alt: Code
  message:
    tell: {title: Refused, body: "Because: {reasons}"}
  end: {done: Done, refused: Refused}
  service: {population: Office}
"""
SCENARIO = """about: A large dog is refused.
clock: "2026-03-02T09:00:00Z"
answers: {commune: esch, name: Rex, kind: large, weight: 40}
moves:
  - {task: look, outcome: refuse, answers: {reasons: Too loud}}
expect:
  decisions: {route: look}
  notified: [tell]
  end: refused
"""
SMALL_DOG = """about: A small dog is registered at once.
clock: "2026-03-02T09:00:00Z"
answers: {commune: esch, name: Rex, kind: small}
expect: {documents: [receipt], facts: {receipt: {person.name: Rex}}, end: done}
"""


def files(**changes):
    """The small package as bytes by path; `changes`: path with __ for / and without suffix -> (old, new) or content."""
    texts = {
        "procedure.yaml": PROCEDURE,
        "form.yaml": FORM,
        "decisions.dmn": DECISIONS,
        "process.bpmn": PROCESS,
        "documents/receipt.typ": TEMPLATE,
        **{f"texts/{language}.yaml": TEXTS for language in ("fr", "de", "en", "lb")},
        "scenarios/refused.yaml": SCENARIO,
        "scenarios/small.yaml": SMALL_DOG,
    }
    for path, change in changes.get("plant", {}).items():
        if change is None:
            del texts[path]
        elif isinstance(change, tuple):
            old, new = change
            assert old in texts[path], f"nothing to plant into: {old}"
            texts[path] = texts[path].replace(old, new, 1)
        else:
            texts[path] = change
    return {path: text.encode() if isinstance(text, str) else text for path, text in texts.items()}


def findings(plant):
    """Everything `check` would say of the small package with these changes."""
    try:
        package = load(files(plant=plant), vocabulary=VOCABULARY)
    except PackageRefused as refusal:
        return list(refusal.findings)
    found = list(prove(package))
    if not [finding for finding in found if finding.level == "error"]:
        found += prove_scenarios(package, run_scenarios(package))
    return found


def line_of(path, text, plant):
    """The line on which a text stands in the planted file."""
    content = files(plant=plant)[path].decode()
    return content[: content.index(text)].count("\n") + 1
