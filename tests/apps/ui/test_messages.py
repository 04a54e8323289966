# SPDX-License-Identifier: EUPL-1.2
"""Every refusal says something, in every language."""

import pytest
from django.utils.translation import override

from bierger.ui import messages
from bierger.ui.context import LANGUAGES
from bierger_core.interview import ERROR_CODES, AnswerError

CODES = [code for code, _name in LANGUAGES]
PARAMS = {"max": "2026-01-31", "min": "2026-01-31", "accept": "image/png application/pdf", "code": "x"}


@pytest.mark.parametrize("code", sorted(ERROR_CODES))
@pytest.mark.parametrize("language", CODES)
def test_every_answer_error_has_a_sentence(code, language):
    params = dict(PARAMS, max="10", min="3") if code not in ("date-too-early", "date-too-late") else PARAMS
    with override(language):
        says = messages.answer_message(AnswerError(code, params), language=language)
        assert says != messages.answer_message(AnswerError("unheard-of", {}))
    assert "%(" not in says


@pytest.mark.parametrize("code", sorted(messages.REFUSALS))
def test_every_refusal_is_translated(code):
    said = set()
    for language in CODES:
        with override(language):
            said.add(messages.refusal(code))
    assert len(said) == len(CODES)


def test_every_refused_upload_has_a_sentence():
    from bierger.documents import errors

    source = errors.__file__
    import re
    from pathlib import Path

    codes = set(re.findall(r'"(upload-[a-z-]+)"', Path(source).read_text())) - {"upload-refused"}
    for plugin in Path(source).parent.glob("plugins/**/*.py"):
        codes |= set(re.findall(r'"(upload-[a-z-]+)"', plugin.read_text()))
    codes.discard("upload-refused")
    assert codes
    assert codes <= set(messages.REFUSALS)


def test_a_package_speaks_for_its_own_conditions():
    class Texts:
        def has_text(self, key):
            return key == "require.too-many-rooms"

        def text(self, key, language):
            return f"{key} in {language}"

    failure = AnswerError("require", {"code": "too-many-rooms"})
    assert messages.answer_message(failure, Texts(), "lb") == "require.too-many-rooms in lb"


def test_limits_are_written_for_people():
    with override("fr"):
        assert "10\xa0Mo" in messages.answer_message(AnswerError("file-too-large", {"max": "10000000"})).replace(" Mo", "\xa0Mo")
        assert "31 janvier 2026" in messages.answer_message(AnswerError("date-too-late", {"max": "2026-01-31"}))
    with override("de"):
        assert "PDF, PNG" in messages.answer_message(AnswerError("bad-media-type", {"accept": "application/pdf image/png"}))


@pytest.mark.parametrize("status", sorted(messages.REFUSED_REQUESTS))
def test_error_pages_say_what_to_do(status):
    advice = set()
    for language in CODES:
        with override(language):
            advice.add(messages.refusal_of(status).advice)
    assert len(advice) == len(CODES)
