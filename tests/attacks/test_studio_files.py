# SPDX-License-Identifier: EUPL-1.2
"""Files for the studio that are made to be expensive to show, or to leave the process in which they are read."""

from __future__ import annotations

import time

from django.test import Client

from bierger.studio import views
from bierger.studio.plugins import bench
from tests.apps.studio.test_rules import HEAD, SOUND, again, author, send

__all__ = ["author"]
SECONDS = 3.0  # of the web process, for whatever a file of the largest size asks to be drawn


def literal(text: str) -> str:
    return (
        HEAD + '<inputData id="a" name="a"><variable name="a"/></inputData><decision id="x" name="x"><variable name="x"/>'
        f'<informationRequirement><requiredInput href="#a"/></informationRequirement><literalExpression><text>{text}</text></literalExpression>'
        "</decision></definitions>"
    )


LARGE = {
    "inputs": HEAD + "".join(f'<inputData id="i{n}" name="i{n}"><variable name="i{n}"/></inputData>' for n in range(6000))
    + '<decision id="x" name="x"><variable name="x"/><literalExpression><text>1</text></literalExpression></decision></definitions>',
    "decisions": HEAD + "".join(f'<decision id="d{n}" name="d{n}"/>' for n in range(12_000)) + "</definitions>",
}  # fmt: skip


def test_what_is_large_is_drawn_in_time(author):
    send(author, SOUND)  # the process is there
    for kind in LARGE:
        in_time(author, kind)


def in_time(author: Client, kind: str) -> None:
    began = time.process_time()
    page = send(author, LARGE[kind])
    spent = time.process_time() - began
    assert page.status_code == 200
    assert "the first 200 are shown" in page.content.decode()
    assert spent < SECONDS, kind


def test_a_long_result_is_shown_in_short(author):
    page = send(author, literal('for i in 1..90000 return "aaaaaaaaaaaaaaaaaaaaaaaaaaaa"'))
    said = again(author, page, decision="x", in__a="1")
    assert said.status_code == 200
    assert len(said.content) < 1_000_000


HOSTILE = ("\0", "\ud800", "NaN", "1e999999999", "9" * 2000, "[" * 1900, '"\\u0000"', "{" * 900, "<script>alert(1)</script>", "%(x)s%n", "2026-02-31")


def test_whatever_is_typed_is_answered(author):
    page = send(author, literal("a"))
    for text in HOSTILE:
        if text == "\ud800":
            continue  # no form can send it
        said = again(author, page, decision="x", in__a=text)
        assert said.status_code in (200, 422), text[:20]
        assert "<script>alert" not in said.content.decode()
    for day in ("0001-01-01", "9999-12-31", "2026-02-31", "x" * 5000, "\0"):
        assert again(author, page, decision="x", in__a="1", day=day).status_code == 200
    assert again(author, page, decision="x" * 5000, in__a="1").status_code == 200
    assert again(author, page, name="../../etc/passwd\0" * 50).status_code == 200


ENDLESS = (
    "matches(a, &quot;(a+)+$&quot;)", "some i in 1..100000, j in 1..100000 satisfies i + j &lt; 0",
    "function(x) external {java: {class: &quot;java.lang.Runtime&quot;, method signature: &quot;exit(int)&quot;}}",
)  # fmt: skip


def test_what_never_ends_ends(author):
    for text in ENDLESS:
        began = time.monotonic()
        page = send(author, literal(text))
        assert again(author, page, decision="x", in__a="a" * 1900 + "!").status_code == 200
        assert time.monotonic() - began < 2 * bench.LIMITS.seconds, text


def test_a_file_reaches_for_nothing(author):
    page = send(author, HEAD + '<import namespace="urn:x" name="y" importType="https://www.omg.org/spec/DMN/20191111/MODEL/" locationURI="file:///etc/passwd"/></definitions>')
    html = page.content.decode()
    assert page.status_code == 200
    assert "root:" not in html
    for word in ("/src/", "Traceback", "site-packages", str(bench.__file__)):
        assert word not in html


def test_more_than_a_few_at_once_are_asked_to_come_back(author, monkeypatch):
    """A third author waits for nobody: the threads of the web are not the studio's."""
    author.raise_request_exception = False  # as outside of tests: the error has a page
    pool = bench._sandbox.pool("rules")
    assert pool.room is not None
    for _ in range(bench.AT_ONCE):
        assert pool.room.acquire(blocking=False)
    try:
        began = time.monotonic()
        page = send(author, SOUND)
        assert page.status_code == 503
        assert time.monotonic() - began < 2
    finally:
        for _ in range(bench.AT_ONCE):
            pool.room.release()
    monkeypatch.setattr(views, "TRIALS", 1)
    assert [send(author, SOUND).status_code for _ in range(3)][-1] == 429


def test_somebody_without_a_desk_sends_nothing(transactional):
    assert Client().post("/studio/rules", {"source": "eA=="}).status_code == 302
