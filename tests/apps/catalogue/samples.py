# SPDX-License-Identifier: EUPL-1.2
"""A small complete package: a stall on the market, two opinions, one decision. Tests change what they need."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

VOCABULARY = (Path(__file__).resolve().parents[3] / "procedures" / "vocabulary.yaml").read_bytes()

PROCEDURE = """# SPDX-License-Identifier: EUPL-1.2
procedure: {name}
owner: {owner}
version: {version}
languages: [fr, de, en, lb]
themes: [{theme}]
keywords:
  fr: [{fr}]
  de: [{de}]
  en: [{en}]
  lb: [{lb}]
audience: [anybody]
anonymous: true
level: none
legal_basis:
  - title: Loi communale modifiée du 13 décembre 1988
    eli: http://legilux.public.lu/eli/etat/leg/loi/1988/12/13/n1/jo
    articles: []
    verified: false
delay: {{period: P10D, days: working}}
retention: {{period: P1Y}}
needed: [plan]
administration: {{kind: commune, question: commune}}
services: [technical, urbanism]
parties:
  applicant: {{space: true, name: [stall]}}
"""

FORM = """# SPDX-License-Identifier: EUPL-1.2
steps:
  - id: commune
    questions:
      - {name: commune, fact: competent.commune, source: administration.code}
  - id: stall
    questions:
      - {name: stall, type: text, max_length: 80}
  - id: plan
    questions:
      - {name: plan, type: file, required: false, accept: [application/pdf, image/png]}
tasks:
  check:
    shows: [stall]
    outcome: checked
    outcomes:
      - code: complete
      - code: hopeless
    questions:
      - {name: remark, type: longtext, required: false, max_length: 500}
  opinion-technical:
    shows: [stall, remark]
    outcome: technical
    outcomes:
      - code: favourable
      - code: unfavourable
    questions:
      - {name: technical_reasons, type: longtext, max_length: 500}
  opinion-fire:
    shows: [stall]
    outcome: fire
    outcomes:
      - code: favourable
      - code: unfavourable
    questions:
      - {name: fire_reasons, type: longtext, max_length: 500}
  decide:
    shows: [stall, plan, technical, technical_reasons, fire, fire_reasons]
    outcome: decision
    outcomes:
      - code: grant
      - code: refuse
    questions:
      - {name: reasons, type: longtext, max_length: 500, for: officer}
"""

PROCESS = """<?xml version="1.0" encoding="UTF-8"?>
<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:bierger="https://bierger.eu/bpmn" id="d" targetNamespace="https://bierger.eu/t">
 <bpmn:process id="p" isExecutable="true">
  <bpmn:startEvent id="s"/><bpmn:sequenceFlow id="f1" sourceRef="s" targetRef="check"/>
  <bpmn:userTask id="check" name="Check" bierger:role="clerk" bierger:service="technical" bierger:due="P5D" bierger:outputs="checked remark"/>
  <bpmn:sequenceFlow id="f2" sourceRef="check" targetRef="g"/>
  <bpmn:exclusiveGateway id="g" default="go"/>
  <bpmn:sequenceFlow id="stop" sourceRef="g" targetRef="stopped"><bpmn:conditionExpression>checked = "hopeless"</bpmn:conditionExpression></bpmn:sequenceFlow>
  <bpmn:endEvent id="stopped" name="Stopped"/>
  <bpmn:sequenceFlow id="go" sourceRef="g" targetRef="split"/>
  <bpmn:parallelGateway id="split"/>
  <bpmn:sequenceFlow id="f3" sourceRef="split" targetRef="opinion-technical"/>
  <bpmn:sequenceFlow id="f4" sourceRef="split" targetRef="opinion-fire"/>
  <bpmn:userTask id="opinion-technical" name="Opinion" bierger:role="adviser" bierger:service="technical" bierger:due="P14D" bierger:outputs="technical technical_reasons"/>
  <bpmn:userTask id="opinion-fire" name="Opinion" bierger:role="adviser" bierger:service="urbanism" bierger:due="P14D" bierger:outputs="fire fire_reasons"/>
  <bpmn:sequenceFlow id="f5" sourceRef="opinion-technical" targetRef="join"/>
  <bpmn:sequenceFlow id="f6" sourceRef="opinion-fire" targetRef="join"/>
  <bpmn:parallelGateway id="join"/><bpmn:sequenceFlow id="f7" sourceRef="join" targetRef="decide"/>
  <bpmn:userTask id="decide" name="Decide" bierger:role="decider" bierger:due="P7D" bierger:outputs="decision reasons"/>
  <bpmn:sequenceFlow id="f8" sourceRef="decide" targetRef="h"/>
  <bpmn:exclusiveGateway id="h" default="no"/>
  <bpmn:sequenceFlow id="yes" sourceRef="h" targetRef="granted"><bpmn:conditionExpression>decision = "grant"</bpmn:conditionExpression></bpmn:sequenceFlow>
  <bpmn:sequenceFlow id="no" sourceRef="h" targetRef="refused"/>
  <bpmn:endEvent id="granted" name="Granted"/><bpmn:endEvent id="refused" name="Refused"/>
 </bpmn:process>
</bpmn:definitions>
"""

TEXTS = """# SPDX-License-Identifier: EUPL-1.2
standard:
  title: {title}
  summary: {summary}
  who: Anybody ({language})
  needed: {{plan: A plan ({language})}}
  step:
    commune: {{title: Commune ({language})}}
    stall: {{title: Your stall ({language})}}
    plan: {{title: Plan ({language})}}
  question:
    commune: {{label: "Which commune? ({language})"}}
    stall: {{label: "What do you sell? ({language})"}}
    plan: {{label: Plan of the stall ({language})}}
    remark: {{label: Remark ({language})}}
    technical_reasons: {{label: Technical reasons ({language})}}
    fire_reasons: {{label: Fire reasons ({language})}}
    reasons: {{label: Reasons of the decision ({language})}}
  shown: {{technical: Opinion of the technical service ({language}), fire: Opinion on fire safety ({language})}}
  task:
    check: {{title: Check the request ({language}), outcome: {{complete: Complete ({language}), hopeless: Hopeless ({language})}}}}
    opinion-technical: {{title: Technical opinion ({language}), outcome: {{favourable: Favourable ({language}), unfavourable: Unfavourable ({language})}}}}
    opinion-fire: {{title: Fire opinion ({language}), outcome: {{favourable: Favourable ({language}), unfavourable: Unfavourable ({language})}}}}
    decide: {{title: Decision ({language}), outcome: {{grant: Grant ({language}), refuse: Refuse ({language})}}}}
  state: {{check: Being checked ({language}), opinion-technical: Services give their opinion ({language}), opinion-fire: Services give their opinion ({language}), decide: Being decided ({language})}}
  end: {{stopped: Stopped ({language}), granted: Granted ({language}), refused: Refused ({language})}}
  service: {{technical: Technical service ({language}), urbanism: Building and planning ({language})}}
"""

TITLES = {
    "fr": ("Emplacement sur le marché", "Demander un emplacement pour vendre au marché."),
    "de": ("Standplatz auf dem Markt", "Einen Standplatz auf dem Wochenmarkt beantragen."),
    "en": ("Market stall", "Ask for a stall at the weekly market."),
    "lb": ("Stand um Maart", "Eng Plaz um Wochemaart ufroen."),
}
KEYWORDS = {"fr": "marché, vendre", "de": "Markt, verkaufen", "en": "market, sell", "lb": "Maart, verkafen"}


def sample(
    *,
    name: str = "market-stall",
    owner: str = "commune",
    version: int = 1,
    theme: str = "business",
    titles: Mapping[str, tuple[str, str]] = TITLES,
    keywords: Mapping[str, str] = KEYWORDS,
) -> dict[str, bytes]:
    """Path in the package -> bytes."""
    files = {
        "procedure.yaml": PROCEDURE.format(name=name, owner=owner, version=version, theme=theme, **keywords),
        "form.yaml": FORM,
        "process.bpmn": PROCESS,
        "scenarios/granted.yaml": SCENARIO,
        "scenarios/hopeless.yaml": HOPELESS,
        "scenarios/refused.yaml": REFUSED,
    }
    for language, (title, summary) in titles.items():
        files[f"texts/{language}.yaml"] = TEXTS.format(language=language, title=title, summary=summary)
    return {path: text.encode() for path, text in files.items()}


SCENARIO = """# SPDX-License-Identifier: EUPL-1.2
about: Both services agree, the stall is granted.
clock: "2026-03-02T09:00:00Z"
applicant: {kind: anonymous, level: none}
administration: mersch
answers: {commune: mersch, stall: Vegetables}
moves:
  - {task: check, outcome: complete}
  - {task: opinion-technical, outcome: favourable, answers: {technical_reasons: There is room.}}
  - {task: opinion-fire, outcome: favourable, answers: {fire_reasons: The way stays free.}}
  - {task: decide, outcome: grant, answers: {reasons: Both services agree.}}
expect: {end: granted, documents: []}
"""

HOPELESS = """# SPDX-License-Identifier: EUPL-1.2
about: What cannot work is stopped at once.
clock: "2026-03-02T09:00:00Z"
applicant: {kind: anonymous, level: none}
administration: mersch
answers: {commune: mersch, stall: Dragons}
moves:
  - {task: check, outcome: hopeless, answers: {remark: No dragons.}}
expect: {end: stopped}
"""

REFUSED = """# SPDX-License-Identifier: EUPL-1.2
about: One service is against it, the stall is refused.
clock: "2026-03-02T09:00:00Z"
applicant: {kind: anonymous, level: none}
administration: mersch
answers: {commune: mersch, stall: Fireworks}
moves:
  - {task: check, outcome: complete}
  - {task: opinion-technical, outcome: favourable, answers: {technical_reasons: There is room.}}
  - {task: opinion-fire, outcome: unfavourable, answers: {fire_reasons: It burns.}}
  - {task: decide, outcome: refuse, answers: {reasons: It burns.}}
expect: {end: refused}
"""
