# SPDX-License-Identifier: EUPL-1.2
"""The whole answer in the browser, with the lists it fetched and the log it asked or not: step by step what `./bierger verify` says."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser

from bierger.documents.plugins.opening import Brought
from bierger.documents.plugins.revocations import RevocationList, format_revocations
from bierger.site.offline.checking import _Check
from bierger.site.offline.revocation import known_about
from bierger.site.offline.trust import load_trust
from bierger_core.merkle import EMPTY_EDGE, Checkpoint, grow, log_key, sign_checkpoint
from bierger_core.seals import (
    INVALID,
    Claims,
    KeyList,
    Revocation,
    StatusList,
    StatusListToken,
    TypeRegistry,
    base45,
    dump_key_list,
    dump_registry,
    file_commitment,
    open_seal,
    seal,
    sign_status_list,
)
from tests.core.merkle.logs import signer_of
from tests.core.seals.acts import FILE_SALT, LOG_KEY, LOG_SIGNER, ORIGIN, OTHER_SIGNER, PDF, SALT, SIGNER, entry_of
from tests.core.seals.residence import HOLDER
from tests.journeys.test_verify_vectors import b64
from tests.journeys.verify_site import Site, serving
from tests.journeys.verify_visit import FOR_EVER, LOG_ENTRY, PASS, SHORT, signed

pytestmark = pytest.mark.browser
NOW = datetime.now(UTC).replace(microsecond=0)  # noqa: TID251 - the browser's clock is the real one
BEFORE, DAY = NOW - timedelta(hours=2), timedelta(days=1)
TYPES = TypeRegistry((FOR_EVER, SHORT, PASS))
STATUS_BASE = "http://localhost:8000/log/status/"
OTHER_LOG = signer_of(40)
ELSEWHERE = log_key("log.redange.lu", OTHER_LOG.public_key)
RUN = """async ({ log, statusBase, asked, ask }) => {
  const [{ answer }, { Trust }, { readBase64 }] = await Promise.all(["checking", "trust", "bytes"].map((name) => import(`/static/js/verify/${name}.js`)));
  const trust = new Trust({ at: log, statusBase }), read = (text) => text && readBase64(text);
  await trust.refresh();
  await trust.refreshStatuses();
  const { code, pdf, ...more } = asked, given = Object.fromEntries(Object.entries(more).map(([name, text]) => [name, read(text)]));
  const found = await answer({ code, ...(pdf ? { pdf: read(pdf), ...given } : {}) }, trust, { log: ask });
  await trust.forget();
  return {
    kind: found.kind, result: found.verdict.result, steps: found.steps.map(({ name, outcome, code }) => [name, outcome, code]), why: found.revocation?.reason ?? null,
    asOf: found.steps.at(-1).outcome === "not_checked" ? found.asOf : found.asOf <= new Date() ? "by now" : "ahead",
  };
}"""


def sealed(origin: str = ORIGIN, at: datetime = BEFORE, place: int | None = 412, kind: Any = FOR_EVER, issuer: str = "bettborn") -> str:
    claims = Claims(issuer, at, "residence-certificate", HOLDER)
    return seal(claims, document_type=kind, salt=SALT, log_origin=origin, signer=SIGNER, status=place)


def changed(code: str, *, signature: bool = False) -> str:
    content = base45.decode(code[5:])
    other = content[:-1] + bytes([content[-1] ^ 1]) if signature else content.replace(b"Weber", b"Gates")
    return code[:5] + base45.encode(other)


CODE = sealed()
KEY = entry_of(valid_from=NOW - 400 * DAY, valid_to=None)


@dataclass(frozen=True)
class Situation:
    """An act, what stands in the log, what the lists say, and whether the log may be asked."""

    kind: str
    code: str = CODE
    ask: bool = False
    key: Any = KEY
    more: tuple[Any, ...] = ()  # entries of the key list
    types: TypeRegistry = TYPES
    logged: bool = True
    revoked: bool = False
    status: dict[int, int] | None = None
    status_until: datetime = NOW + DAY
    is_pdf: bool = False
    file_logged: bool = True
    salt: bytes | None = FILE_SALT
    dated: datetime = NOW


REVOKED_KEY = replace(KEY, status="revoked", revoked_from=NOW, revoked_at_log=(ORIGIN, 2))
ENDED = (entry_of(OTHER_LOG, owner=ELSEWHERE.name, purpose="log", status="revoked"),)
FORGED, RESIGNED = changed(CODE), changed(CODE, signature=True)
SITUATIONS = {
    "a good code": Situation("facts"),
    "asked for": Situation("facts", ask=True),
    "asked for in vain": Situation("no", ask=True, logged=False),
    "revoked": Situation("revoked", revoked=True),
    "revoked by its place": Situation("revoked", status={412: INVALID}),
    "a place in a stale list": Situation("facts", status={412: INVALID}, status_until=NOW - timedelta(minutes=1)),
    "a place beyond the list": Situation("facts", code=sealed(place=5000), status={412: INVALID}),
    "a list dated ahead": Situation("facts", dated=NOW + timedelta(minutes=20)),
    "other facts": Situation("no", code=FORGED, status={}),
    "other facts, asked for": Situation("no", code=FORGED, ask=True, revoked=True, status={412: INVALID}),
    "another signature on facts that were revoked": Situation("no", code=RESIGNED, revoked=True),
    "another signature, asked for": Situation("no", code=RESIGNED, ask=True),
    "an unknown key": Situation("no", key=entry_of(OTHER_SIGNER), revoked=True),
    "the key of another issuer": Situation("no", code=sealed(issuer="redange"), revoked=True),
    "a key that ended": Situation("no", key=replace(KEY, valid_to=BEFORE), revoked=True),
    "a revoked key": Situation("no", key=REVOKED_KEY),
    "a revoked key, dated by the log": Situation("facts", key=REVOKED_KEY, ask=True),
    "a date to come": Situation("no", code=sealed(at=NOW + DAY), status={}),
    "an unknown type": Situation("no", types=TypeRegistry((SHORT,)), revoked=True),
    "a term that ended": Situation("outdated", code=sealed(at=NOW - 3 * DAY, kind=SHORT)),
    "short-lived": Situation("outdated", code=sealed(at=NOW - 3 * DAY, kind=PASS, place=None)),
    "short-lived, forged": Situation("no", code=changed(sealed(kind=PASS, place=None))),
    "a log that nobody knows": Situation("elsewhere", code=sealed("log.example.lu/mine"), status={412: INVALID}),
    "a log that nobody knows, forged": Situation("no", code=changed(sealed("log.example.lu/mine"))),
    "a log whose key was revoked": Situation("facts", code=sealed(ELSEWHERE.name), more=ENDED),
    "a file": Situation("facts", is_pdf=True),
    "a file, asked for": Situation("yes", is_pdf=True, ask=True),
    "a file that the log does not have": Situation("no", is_pdf=True, ask=True, file_logged=False, revoked=True),
    "a file whose facts it does not have": Situation("no", is_pdf=True, ask=True, logged=False, revoked=True),
    "a file without salt": Situation("no", is_pdf=True, ask=True, salt=None),
    "a file with a forged code": Situation("no", code=FORGED, is_pdf=True, ask=True, revoked=True),
}


def log_of(one: Situation) -> dict[str, bytes]:
    """The files of its log."""
    leaf = open_seal(one.code, TYPES).commitment
    leaves = [file_commitment(b"another", bytes(32)), *([leaf] if one.logged and one.code != FORGED else [])]
    leaves += [file_commitment(PDF, FILE_SALT)] if one.file_logged else []
    grown = grow(EMPTY_EDGE, leaves)
    marks = {leaf: Revocation(BEFORE, "error")} if one.revoked else {}
    files = {
        **grown.files,
        "checkpoint": sign_checkpoint(Checkpoint(ORIGIN, len(leaves), grown.edge.root()), LOG_KEY, LOG_SIGNER),
        "keys.json": dump_key_list(KeyList(BEFORE, (one.key, LOG_ENTRY, *one.more)), LOG_KEY, LOG_SIGNER),
        "types.json": dump_registry(one.types),
        "revocations": signed(format_revocations(RevocationList(ORIGIN, one.dated, marks))),
    }
    if one.status is not None:
        token = StatusListToken(f"{STATUS_BASE}bettborn", BEFORE, one.status_until, DAY, StatusList.of(1000, one.status))
        files["status/bettborn"] = sign_status_list(token, SIGNER)
    return files


def said_offline(one: Situation, folder: Path) -> tuple[dict[str, Any], dict[str, bytes]]:
    """What the command says, and the proofs that this log would answer with."""
    status = folder / "status" / "bettborn"
    trust = load_trust(str(folder), None, statuses=[status] if status.exists() else [])
    leaves = [file_commitment(PDF, FILE_SALT)]
    leaves += [open_seal(one.code, trust.types).commitment] if one.types is TYPES else []
    proofs = {f"proof/{leaf.hex()}.tlog-proof": found for leaf in leaves if (found := trust.proof(leaf)) is not None}
    if not one.ask:
        trust = replace(trust, log=None, head=None, asked=())
    check = _Check(trust, known_about(one.code, trust, NOW).lookup, NOW)
    brought = Brought(code=one.code, is_pdf=True, file_salt=one.salt)
    verdict = check.act(folder / "none.pdf", PDF, brought) if one.is_pdf else check.code(one.code)
    told = {
        "kind": one.kind, "result": verdict.result, "steps": [[step.name, step.outcome, step.code] for step in verdict.steps],
        "why": verdict.revocation.reason if verdict.revocation else None, "asOf": None if verdict.steps[-1].outcome == "not_checked" else "by now",
    }  # fmt: skip
    return told, proofs


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    with serving() as served:
        served.put("/", b"<!doctype html><title>-</title>", Content_Type="text/html", Content_Security_Policy="default-src 'self'")
        yield served


def test_the_browser_answers_as_the_command_does(browser: Browser, site: Site, tmp_path: Path) -> None:
    page = browser.new_context(base_url=site.url).new_page()
    page.goto("/")
    for number, (name, one) in enumerate(SITUATIONS.items()):
        folder, files = tmp_path / str(number), log_of(one)
        for path, data in files.items():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_bytes(data)
        expected, proofs = said_offline(one, folder)
        for path, data in {**files, **proofs}.items():
            site.put(f"/log-{number}/{path}", data)
        asked = {"code": one.code, **({"pdf": b64(PDF), "fileSalt": b64(one.salt), "fileProof": None, "factsProof": None} if one.is_pdf else {})}
        given = {"log": f"/log-{number}/", "statusBase": STATUS_BASE, "asked": asked, "ask": one.ask}
        assert page.evaluate(RUN, given) == expected, name
        shutil.rmtree(folder)
    page.context.close()
