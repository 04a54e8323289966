# SPDX-License-Identifier: EUPL-1.2
"""Small processes written as Python and given out as BPMN, so that tests read as drawings."""

from xml.sax.saxutils import escape, quoteattr

HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?>\n'
    '<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:bierger="https://bierger.eu/bpmn"'
    ' targetNamespace="https://bierger.eu/test" id="d">\n<bpmn:process id="p" name="Test" isExecutable="true">\n'
)
FOOT = "</bpmn:process>\n</bpmn:definitions>\n"
TAGS = {
    "start": "startEvent",
    "end": "endEvent",
    "user": "userTask",
    "service": "serviceTask",
    "rule": "businessRuleTask",
    "xor": "exclusiveGateway",
    "and": "parallelGateway",
}


def node(kind: str, identifier: str, **attributes: str) -> str:
    """One node; `default` and `name` are BPMN's, everything else Bierger's."""
    given = {"role": "clerk", "due": "P5D"} if kind == "user" else {"action": "notify"} if kind == "service" else {}
    written = "".join(
        f" {name if name in ('default', 'name') else f'bierger:{name}'}={quoteattr(value)}"
        for name, value in {**given, **attributes}.items()
        if value
    )
    return f'<bpmn:{TAGS[kind]} id="{identifier}"{written}/>\n'


def flow(source: str, target: str, condition: str = "", identifier: str = "") -> str:
    inner = f"<bpmn:conditionExpression>{escape(condition)}</bpmn:conditionExpression>" if condition else ""
    identifier = identifier or f"{source}-{target}"
    return f'<bpmn:sequenceFlow id="{identifier}" sourceRef="{source}" targetRef="{target}">{inner}</bpmn:sequenceFlow>\n'


def timer(identifier: str, task: str, *, interrupting: bool = True, after: str = "P4D") -> str:
    cancel = "" if interrupting else ' cancelActivity="false"'
    return (
        f'<bpmn:boundaryEvent id="{identifier}" attachedToRef="{task}"{cancel}><bpmn:timerEventDefinition>'
        f"<bpmn:timeDuration>{after}</bpmn:timeDuration></bpmn:timerEventDefinition></bpmn:boundaryEvent>\n"
    )


def bpmn(*parts: str) -> bytes:
    return (HEAD + "".join(parts) + FOOT).encode()


PERMIT = bpmn(
    node("start", "s"),
    flow("s", "check"),
    node("user", "check", name="Check the request", outputs="complete", service="=office"),
    timer("late", "check", interrupting=False),
    flow("late", "remind"),
    node("service", "remind"),
    flow("remind", "e0"),
    node("end", "e0"),
    flow("check", "g"),
    node("xor", "g", default="g-ask"),
    flow("g", "fork", "complete"),
    flow("g", "ask"),
    node("user", "ask", role="applicant", due="P1M"),
    timer("silent", "ask", after="P1M"),
    flow("silent", "closed"),
    node("end", "closed", name="closed"),
    flow("ask", "check"),
    node("and", "fork"),
    flow("fork", "fire"),
    flow("fork", "roads"),
    node("user", "fire", role="adviser", outputs="fire.opinion"),
    node("user", "roads", role="adviser", outputs="roads.opinion"),
    flow("fire", "join"),
    flow("roads", "join"),
    node("and", "join"),
    flow("join", "fee"),
    node("rule", "fee", decision="fee", result="fee"),
    flow("fee", "decide"),
    node("user", "decide", role="decider", outputs="granted"),
    flow("decide", "g2"),
    node("xor", "g2", default="g2-refused"),
    flow("g2", "issue", "granted and fire.opinion and fee < 500"),
    flow("g2", "refused"),
    node("service", "issue", action="issue-act", document="permit"),
    flow("issue", "issued"),
    node("end", "issued", name="issued"),
    node("end", "refused", name="refused"),
)
