# SPDX-License-Identifier: EUPL-1.2
"""Reading BPMN: the subset, everything else refused by name with the line and the mend."""

import pytest

from bierger_core.process import BpmnRefused, Kind, read_bpmn
from bierger_core.rules import XmlRefused
from tests.core.process.samples import PERMIT, bpmn, flow, node, timer

LINE = [node("start", "s"), flow("s", "t"), node("user", "t"), flow("t", "e"), node("end", "e")]


def refusals(data: bytes) -> list[tuple[str, int, str]]:
    with pytest.raises(BpmnRefused) as caught:
        read_bpmn(data, path="p.bpmn")
    assert all(finding.mend and finding.path == "p.bpmn" for finding in caught.value.findings)
    return [(finding.code, finding.line, finding.message) for finding in caught.value.findings]


def test_a_process_is_read_with_its_attributes():
    definition = read_bpmn(PERMIT, path="p.bpmn")
    assert definition.start == "s"
    assert definition.nodes["check"].kind is Kind.USER
    assert definition.nodes["check"].role == "clerk"
    assert definition.nodes["check"].due.days == 5
    assert definition.nodes["check"].service_expression.names() == {"office"}
    assert definition.timers["check"] == ("late",)
    assert definition.nodes["late"].interrupting is False
    assert definition.nodes["issue"].action == "issue-act"
    assert definition.flows["g-fork"].condition.names() == {"complete"}
    assert definition.nodes["fee"].outputs == ("fee",)


@pytest.mark.parametrize(
    ("extra", "word"),
    [
        ('<bpmn:scriptTask id="x"/>', "scriptTask"),
        ('<bpmn:task id="x"/>', "task"),
        ('<bpmn:manualTask id="x"/>', "manualTask"),
        ('<bpmn:sendTask id="x"/>', "sendTask"),
        ('<bpmn:subProcess id="x"/>', "subProcess"),
        ('<bpmn:callActivity id="x"/>', "callActivity"),
        ('<bpmn:inclusiveGateway id="x"/>', "inclusiveGateway"),
        ('<bpmn:eventBasedGateway id="x"/>', "eventBasedGateway"),
        ('<bpmn:intermediateCatchEvent id="x"/>', "intermediateCatchEvent"),
        ('<bpmn:laneSet id="x"/>', "laneSet"),
        ('<bpmn:dataObject id="x"/>', "dataObject"),
    ],
)
def test_other_elements_are_refused_by_name(extra, word):
    found = refusals(bpmn(*LINE, extra))
    assert ("bpmn-not-in-subset", 9, f"{word} in the process is not in the BPMN subset.") in found


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (
            ('<bpmn:startEvent id="s"/>', '<bpmn:startEvent id="s"><bpmn:messageEventDefinition/></bpmn:startEvent>'),
            "bpmn-not-in-subset",
        ),
        (('bierger:role="clerk"', 'bierger:rolle="clerk"'), "bpmn-attribute"),
        (('bierger:due="P5D"', 'bierger:due="five days"'), "bpmn-duration"),
        (('bierger:due="P5D"', 'bierger:calendar="moon"'), "bpmn-attribute"),
        (('bierger:due="P5D"', 'bierger:outputs="a-b"'), "bpmn-name"),
        (('bierger:due="P5D"', 'bierger:service="=sum(1)"'), "feel-not-in-subset"),
        (('bierger:due="P5D"', 'isForCompensation="true"'), "bpmn-not-in-subset"),
        (('bierger:due="P5D"', 'default="t-e"'), "bpmn-not-in-subset"),
        (('targetRef="e"', 'targetRef="nowhere"'), "bpmn-flow"),
        (('id="e"', 'id="t"'), "bpmn-id"),
        (('<bpmn:endEvent id="e"/>', '<bpmn:endEvent id="e"/>' + flow("e", "t")), "bpmn-flow"),
        (('<bpmn:endEvent id="e"/>', '<bpmn:endEvent id="e"/>' + flow("t", "s")), "bpmn-flow"),
        (('<bpmn:endEvent id="e"/>', '<bpmn:endEvent id="e"/>' + flow("t", "e", identifier="f")), "bpmn-implicit-split"),
        ((flow("t", "e"), ""), "bpmn-dead-end"),
        ((flow("t", "e"), flow("t", "e", "true")), "bpmn-not-in-subset"),
        ((node("start", "s"), ""), "bpmn-start"),
        (("</bpmn:process>", '</bpmn:process><bpmn:process id="q"/>'), "bpmn-process-count"),
        (("</bpmn:process>", '</bpmn:process><bpmn:collaboration id="q"/>'), "bpmn-not-in-subset"),
        (("20100524", "19990101"), "bpmn-namespace"),
        (('<bpmn:endEvent id="e"/>', '<bpmn:endEvent id="e"/>' + timer("b", "e") + flow("b", "e")), "bpmn-timer"),
        (
            ('<bpmn:endEvent id="e"/>', '<bpmn:endEvent id="e"/>' + timer("b", "t", after="R/P1D") + flow("b", "e")),
            "bpmn-duration",
        ),
    ],
)
def test_what_the_engine_could_not_run_is_refused(change, code):
    data = bpmn(*LINE).decode()
    assert change[0] in data
    assert code in [found for found, _, _ in refusals(data.replace(*change).encode())]


def test_conditions_are_refused_at_their_own_line_and_column():
    data = bpmn(
        node("start", "s"),
        flow("s", "g"),
        node("xor", "g", default="g-e"),
        flow("g", "e"),
        node("end", "e"),
        flow("g", "e", "\n  amount &gt;".replace("&gt;", ">") + " min(1)", identifier="f"),
    )
    found = refusals(data)
    assert found == [("feel-not-in-subset", 10, "column 12: function min() is not in the FEEL subset.")]


def test_all_findings_come_at_once_in_the_order_of_lines():
    found = refusals(bpmn(*LINE, '<bpmn:task id="x"/>\n', '<bpmn:laneSet id="y"/>\n').replace(b"P5D", b"soon"))
    assert [line for _, line, _ in found] == [6, 9, 10]


def test_diagrams_annotations_and_other_vendors_are_passed_over():
    extra = (
        '<bpmn:textAnnotation id="n"><bpmn:text>remember</bpmn:text></bpmn:textAnnotation>'
        '<bpmn:association id="a" sourceRef="t" targetRef="n"/>'
        '<v:thing xmlns:v="urn:vendor"/><bpmn:extensionElements><v:x xmlns:v="urn:vendor"/></bpmn:extensionElements>'
    )
    data = bpmn(*LINE, extra).replace(b"</bpmn:definitions>", b'<di:D xmlns:di="urn:di"/></bpmn:definitions>')
    assert set(read_bpmn(data, path="p.bpmn").nodes) == {"s", "t", "e"}


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b'<!DOCTYPE d [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><d>&b;</d>', "xml-dtd"),
        (b'<!DOCTYPE d SYSTEM "file:///etc/passwd"><d/>', "xml-dtd"),
        (b"<d>" * 100 + b"</d>" * 100, "xml-limit"),
        (b'<d a="' + b"x" * 2_100_000 + b'"/>', "xml-limit"),
        (b"<d>" + b"<e/>" * 70_000 + b"</d>", "xml-limit"),
        (b"<d " + b" ".join(b'a%d="1"' % n for n in range(100)) + b"/>", "xml-limit"),
        (b"<d>", "xml-malformed"),
        (b"", "xml-malformed"),
        (b"<d>&undefined;</d>", "xml-malformed"),
        (b'<?xml version="1.0" encoding="no-such"?><d/>', "xml-encoding"),
        (b"\xff\xfe\x00", "xml-malformed"),
    ],
)
def test_hostile_files_are_refused_by_name(data, code):
    with pytest.raises(XmlRefused) as caught:
        read_bpmn(data, path="p.bpmn")
    assert caught.value.code == code
    assert caught.value.findings[0].path == "p.bpmn"


def test_a_process_beyond_the_limit_is_refused():
    many = [node("end", f"n{number}") for number in range(501)]
    assert "bpmn-limit" in [code for code, _, _ in refusals(bpmn(*many))]
