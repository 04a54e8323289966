# SPDX-License-Identifier: EUPL-1.2
"""A question of any type draws itself, with its label, hint, error and what was typed."""

import re
from decimal import Decimal
from html.parser import HTMLParser

import pytest
from django.template import Context, Template
from django.utils.translation import override

from bierger.ui.fields import error_links, field_of, shown_answer
from bierger.ui.parts import Attached, Choice
from bierger_core.interview import AnswerError, Question, Type, field_names, show_raw


class Texts:
    """Every text of the question `q`, saying its own key."""

    optional = frozenset({"question.q.hint"})

    def has_text(self, key):
        return key.endswith(".label") or ".option." in key or key in self.optional

    def text(self, key, language):
        return f"[{key}]"


ANSWERS = {
    Type.TEXT: "Lëtzebuerg <b>", Type.LONGTEXT: "one\ntwo", Type.NUMBER: "12.5", Type.MONEY: "12.50", Type.DATE: "2026-01-31",
    Type.BOOLEAN: True, Type.CHOICE: "b", Type.CHOICES: ["a", "c"], Type.EMAIL: "a@b.lu", Type.PHONE: "621123456",
    Type.MATRICULE: "1980092290083", Type.ORGANISATION_NUMBER: "19990000123", Type.IBAN: "LU280019400644750000",
    Type.POSTAL_CODE: "7520", Type.COMMUNE: "mersch", Type.PARCEL: {"section": "A", "number": "12/3"},
    Type.PLACE: {"text": "Op der Bréck", "lat": "49.75", "lon": "6.1"},
    Type.FILE: [{"id": "1", "file_name": "plan.pdf", "media_type": "application/pdf", "size": 10}],
}  # fmt: skip
COMMUNES = (Choice("esch", "Esch"), Choice("mersch", "Mersch"))


def question(kind, **more):
    given = {"options": ("a", "b", "c"), "accept": ("application/pdf",), "decimals": 1, "max": Decimal(99), "max_files": 2, **more}
    return Question("q", kind, **given)


def draw(kind, *, error=None, raw=None, **more):
    asked = question(kind, **more)
    field = field_of(
        asked, Texts(), raw=show_raw(asked, ANSWERS[kind]) if raw is None else raw, language="en", error=error, communes=COMMUNES,
        files=(Attached("1", "plan.pdf", "10 bytes"),) if kind is Type.FILE else (),
    )
    with override("en"):
        return field, Template("{% load ui %}{% field f %}").render(Context({"f": field}))


@pytest.mark.parametrize("kind", list(Type))
def test_every_type_is_drawn_with_its_own_html_names(kind):
    _field, drawn = draw(kind)
    names = set(re.findall(r'name="([^"]+)"', drawn))
    assert names == ({"q", "attach", "remove"} if kind is Type.FILE else set(field_names(question(kind))))
    assert "[question.q.label]" in drawn


def test_of_a_full_field_of_files_one_can_only_be_taken_out():
    _field, drawn = draw(Type.FILE, max_files=1)
    assert set(re.findall(r'name="([^"]+)"', drawn)) == {"remove"}


@pytest.mark.parametrize("kind", [kind for kind in Type if kind is not Type.FILE])
def test_what_was_typed_stands_in_the_field_again(kind):
    field, drawn = draw(kind)
    filled = fields_of(drawn)
    typed = show_raw(question(kind), ANSWERS[kind])
    # A box or an option that was not chosen has its value too, and is not sent.
    assert {name: values for name, values in filled.items() if values} == {name: list(values) for name, values in typed.items()}
    assert set(filled) == set(field_names(question(kind))), field.id


class Filled(HTMLParser):
    """What a browser would send of the fields that were drawn: name -> values."""

    def __init__(self):
        super().__init__()
        self.values, self.area, self.select = {}, None, None

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        if tag in ("input", "textarea", "select"):
            values = self.values.setdefault(given["name"], [])
            if given.get("type") in ("radio", "checkbox"):
                values += [given["value"]] if "checked" in given else []
            elif tag == "input":
                values.append(given.get("value", ""))
            self.area, self.select = (given["name"] if tag == "textarea" else None), (given["name"] if tag == "select" else self.select)
        elif tag == "option" and "selected" in given:
            self.values[self.select].append(given["value"])

    def handle_data(self, data):
        if self.area:
            self.values[self.area].append(data.removeprefix("\n"))

    def handle_endtag(self, tag):
        self.area = None if tag == "textarea" else self.area


def fields_of(drawn):
    parser = Filled()
    parser.feed(drawn)
    parser.close()
    return parser.values


@pytest.mark.parametrize("kind", list(Type))
def test_an_error_is_tied_to_its_field(kind):
    field, drawn = draw(kind, error=AnswerError("required"), raw={})
    assert f'id="{field.error_id}"' in drawn
    assert re.search(rf'aria-describedby="[^"]*{field.error_id}', drawn)
    (link,) = error_links([field])
    assert link.target == field.id
    assert f'id="{field.id}"' in drawn


@pytest.mark.parametrize("kind", list(Type))
def test_every_label_belongs_to_an_input_and_ids_are_unique(kind):
    _field, drawn = draw(kind)
    ids = re.findall(r'\bid="([^"]+)"', drawn)
    labels = re.findall(r'\bfor="([^"]+)"', drawn)
    assert labels
    assert len(ids) == len(set(ids))
    assert set(labels) <= set(ids)


def test_typed_text_is_never_markup():
    _field, drawn = draw(Type.TEXT, raw={"q": ['"><script>alert(1)</script>']})
    assert "<script>" not in drawn


def test_what_is_about_the_person_says_so_to_the_browser():
    _field, drawn = draw(Type.DATE, source="person.birth_date")
    assert re.findall(r'autocomplete="([^"]+)"', drawn) == ["bday-day", "bday-month", "bday-year"]
    _field, drawn = draw(Type.EMAIL)
    assert 'autocomplete="email"' in drawn


def test_a_known_answer_is_shown_and_not_asked():
    field = field_of(question(Type.TEXT), Texts(), raw={}, language="en", known="Claire")
    drawn = Template("{% load ui %}{% field f %}").render(Context({"f": field}))
    assert "Claire" in drawn
    assert "<input" not in drawn


def test_the_summary_names_the_field_on_a_page_of_several():
    one, _ = draw(Type.TEXT, error=AnswerError("required"))
    assert error_links([one])[0].message == one.error
    with override("en"):  # French has a space before the colon
        assert error_links([one, one])[0].message == f"{one.label}: {one.error}"


@pytest.mark.parametrize(
    ("kind", "wanted"),
    [
        (Type.DATE, ("31 January 2026",)), (Type.MONEY, ("€12.50",)), (Type.BOOLEAN, ("Yes",)),
        (Type.CHOICES, ("[question.q.option.a]", "[question.q.option.c]")), (Type.COMMUNE, ("Mersch",)),
        (Type.PARCEL, ("Section A, parcel 12/3",)), (Type.PLACE, ("Op der Bréck", "49.75, 6.1")), (Type.FILE, ("plan.pdf",)),
        (Type.LONGTEXT, ("one", "two")), (Type.NUMBER, ("12.5",)),
    ],
)  # fmt: skip
def test_answers_in_words(kind, wanted):
    with override("en"):
        assert shown_answer(question(kind), ANSWERS[kind], Texts(), language="en", communes={"mersch": "Mersch"}) == wanted
    assert shown_answer(question(kind), None, Texts(), language="en") == ()
