# SPDX-License-Identifier: EUPL-1.2
"""A letter that no font of ours draws stops no document: it is a box on the paper, and itself in the seal."""

import io
import unicodedata
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pypdf import PdfReader

from bierger.documents.errors import LettersMissing, TemplateError
from bierger.documents.plugins.letters import BOX, drawable
from bierger.documents.services import render_pdf

AT = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
TEMPLATE = b'#set text(font: "Inter")\n= #sys.inputs.title\n#sys.inputs.body\n'


def text_of(body: str, template: bytes = TEMPLATE) -> str:
    pdf = render_pdf(template=template, inputs={"body": body}, title="Letter", language="fr", at=AT)
    return PdfReader(io.BytesIO(pdf)).pages[0].extract_text()


@pytest.mark.parametrize("typed", ["王", "😀", "ก", "\ue000", "\u0378", "𒀀"])
def test_what_no_font_draws_is_a_box(typed):
    assert f"Muster {BOX} Anne" in text_of(f"Muster {typed} Anne")


def test_what_is_drawn_stays_as_it_is():
    plain = "Müller-Lëtzebuerg, «Œuvre» Škoda Łódź Ђорђе Αθήνα n° 12–14 €"
    assert drawable(plain) == plain
    assert plain in text_of(plain)


def test_of_a_compound_sign_only_boxes_are_left():
    assert drawable("a👩\u200d🚀b\ufe0f") == f"a{BOX}{BOX}b"


def test_letters_of_the_template_itself_are_its_authors_to_mend():
    with pytest.raises(LettersMissing) as refused:
        text_of("x", TEMPLATE + "王\n".encode())
    assert refused.value.code == "render-letters"


def test_another_fault_is_told_as_before():
    with pytest.raises(TemplateError):
        text_of("王", TEMPLATE + b"#nothing()\n")


@settings(max_examples=40)
@given(st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=60))
def test_whatever_was_typed_can_be_rendered(typed):
    assert render_pdf(template=TEMPLATE, inputs={"body": typed}, title="Letter", language="fr", at=AT).startswith(b"%PDF")
    assert all(not unicodedata.category(char).startswith("Co") for char in drawable(typed))
