# SPDX-License-Identifier: EUPL-1.2
"""Many codes and files in one request: each gets its own answer; limits end the request before anything is opened."""

from __future__ import annotations

import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client, override_settings
from django.utils import translation

from bierger.documents import selectors
from bierger.documents.models import Act
from bierger.gateway.contrib import verifying
from bierger.infra.principal import ANONYMOUS, SYSTEM, acting_as
from bierger.portal.selectors import verdict_of
from bierger_core.seals import base45
from tests.apps.documents.fixtures import applicant, commune, data_folder
from tests.apps.documents.story import FACTS, decide, typed

__all__ = ["applicant", "commune", "data_folder"]


def post(codes: object) -> tuple[int, dict]:
    answer = Client().post("/api/verify", json.dumps(codes), content_type="application/json")
    return answer.status_code, answer.json()


@pytest.fixture
def issued(commune, applicant, as_worker, run_jobs) -> tuple[str, bytes]:
    """The code and the PDF of an act."""
    with as_worker():
        act = decide(commune, applicant, document_type=typed(FACTS, valid_for="P3M"))
    run_jobs()
    with acting_as(applicant.principal):
        pdf = selectors.act_pdf(act)
    with as_worker(), acting_as(SYSTEM):
        return Act.objects.get(id=act).seal, pdf.data


def test_codes_and_files_are_answered_one_by_one(issued, commune):
    code, pdf = issued
    wrong = code[:-2] + ("A" if code[-2] != "A" else "B") + code[-1]
    files = [SimpleUploadedFile(name, data) for name, data in (("a.pdf", pdf), ("b.pdf", pdf[:-1] + b"x"), ("c.txt", b"hello"))]
    answer = Client(enforce_csrf_checks=True).post("/api/verify", {"code": [code, wrong], "file": files})
    assert answer.status_code == 200
    results = answer.json()["results"]
    assert [result["authentic"] for result in results] == ["facts-only", "no", "yes", "no", "unknown"]
    assert [result.get("file") for result in results] == [None, None, "a.pdf", "b.pdf", "c.txt"]
    good = results[0]
    assert (good["issuer"], good["document_type"], good["is_over"]) == (commune.code, "residence-certificate", False)
    assert good["facts"]["locality"] == "Mersch"
    assert good["valid_until"] > good["issued_at"][:10]
    assert good["log"]["index"] < good["log"]["size"]
    failed = [step["code"] for result in results for step in result["steps"][:7] if step["outcome"] == "failed"]
    assert failed[1:] == ["file-proof-missing", "verify-not-a-code"]
    signed, changed, text = (result["pdf_signature"] for result in results[2:])
    assert (signed["valid"], signed["by"], signed["believed"], signed["dated_by"]) == (True, "Commune d’essai", True, "stamp")
    assert signed["certificate_from"] < signed["time_stamp"] < signed["certificate_until"]
    assert (changed, text) == ({"valid": False, "code": "signature-digest"}, None)
    assert "pdf_signature" not in good, "A code is no file."


def test_of_what_nobody_signed_neither_place_nor_revocation_is_told(issued):
    """The same words as in the core, on the page and in the browser."""
    content = base45.decode(issued[0][5:])
    forged = issued[0][:5] + base45.encode(content.replace(b"Mersch", b"Kahler"))
    (result,) = post({"codes": [forged]})[1]["results"]
    said = {step["name"]: (step["outcome"], step["code"]) for step in result["steps"]}
    unasked = dict.fromkeys(("key-valid", "facts-in-log", "file-in-log", "revocation"), ("not_checked", "earlier-step-failed"))
    assert {name: one for name, one in said.items() if one[0] != "ok"} == {"signature": ("failed", "signature-wrong"), **unasked}
    assert (result["authentic"], result["log"]) == ("no", None)
    with translation.override("en"), acting_as(ANONYMOUS):
        rows = verdict_of(selectors.verify_text(forged), "", "en").steps
    assert [row.answer for row in rows if row.outcome == "not_checked"] == ["Not checked, because an earlier step failed."] * 4
    # The same facts with the signature of others: the log knows them, but whoever wrote this code is not whom it says.
    other = issued[0][:5] + base45.encode(content[:-1] + bytes([content[-1] ^ 1]))
    (result,) = post({"codes": [other]})[1]["results"]
    assert (result["authentic"], result["log"]) == ("no", None)


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"codes": []}, 400, "nothing-to-verify"),
        ({"codes": [1]}, 400, "request-format"),
        (["BRG2:X"], 400, "request-format"),
        ({"codes": ["x"] * (verifying.MOST_CODES + 1)}, 413, "request-limit"),
    ],
)
def test_what_is_wrong_with_a_request_is_said_by_code(db, body, status, code):
    found, answer = post(body)
    assert (found, answer["error"]["code"]) == (status, code)


def test_broken_json_and_other_methods_are_refused(db):
    assert Client().post("/api/verify", "{", content_type="application/json").json()["error"]["code"] == "request-format"
    assert Client().get("/api/verify").status_code == 405


def test_whoever_asks_too_often_waits(transactional):
    with override_settings(BIERGER_VERIFY_LIMIT=5):
        assert post({"codes": ["x"] * 5})[0] == 200
        answer = Client().post("/api/verify", json.dumps({"codes": ["x"]}), content_type="application/json")
    assert (answer.status_code, answer.json()["error"]["code"]) == (429, "too-many-requests")
    assert int(answer["Retry-After"]) > 0
