# SPDX-License-Identifier: EUPL-1.2
"""Who read my data: recorded with the reading, shown to me, to nobody else, changed by nobody."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime

import pytest
from django.db import connection, transaction
from django.db.utils import ProgrammingError

from bierger.disclosures.errors import NoLegalBasis, NotOwnData
from bierger.disclosures.models import Disclosure
from bierger.disclosures.selectors import readings, readings_page
from bierger.disclosures.services import purpose_of_case, record
from bierger.disclosures.types import Law, Purpose
from bierger.infra import clock
from bierger.infra.pages import Turn
from bierger.infra.principal import ANONYMOUS, Principal, acting_as, worker_on
from bierger_core.procedures import LegalBasis
from tests.laws import SOME_LAW
from tests.mandates import representative
from tests.people import officer, person

TWO_LAWS = (*SOME_LAW, LegalBasis("Règlement grand-ducal du 29 mars 2016", "", (), verified=True))


def read(reader: Principal, *subjects: Principal, **changed: object) -> None:
    with acting_as(reader):
        purpose = purpose_of_case(uuid.uuid4(), legal_basis=TWO_LAWS)
        record(purpose=purpose, subjects=[subject.person for subject in subjects if subject.person], facts=["name", "answers"])


def test_both_people_of_one_query_read_about_it(db: None):
    lea, hugo, claire = person("lea.beispill"), person("hugo.exemplo"), officer("claire.muster")
    read(claire, lea, hugo)
    for one in (lea, hugo):
        with acting_as(one):
            (reading,) = readings()
            assert (reading.actor_kind, reading.purpose, reading.facts) == ("officer", "case-handling", ("answers", "name"))
            assert reading.administration_names["lb"] == "Miersch"
            assert reading.service_names["en"] == "Citizens’ office"
            assert reading.legal_basis == tuple(Law(law.title, law.eli, law.articles) for law in TWO_LAWS)


def test_what_names_no_law_is_not_read(db: None):
    lea = person("lea.beispill")
    with acting_as(officer("claire.muster")):
        for subjects in ([lea.person], []):
            with pytest.raises(NoLegalBasis):
                record(purpose=purpose_of_case(uuid.uuid4()), subjects=subjects, facts=["name"])


def test_nobody_else_does(db: None):
    lea, claire = person("lea.beispill"), officer("claire.muster")
    read(claire, lea)
    for other in (person("hugo.exemplo"), ANONYMOUS, Principal(kind="link", link="0" * 64)):
        with acting_as(other):
            assert readings() == ()
            assert not Disclosure.objects.exists()
    with acting_as(claire):
        assert not Disclosure.objects.exists()
        with pytest.raises(NotOwnData):
            readings()


def test_pages_by_key_newest_first(db: None):
    lea, claire = person("lea.beispill"), officer("claire.muster")
    for _ in range(5):
        read(claire, lea)
    with acting_as(lea):
        first = readings_page(size=3)
        second = readings_page(Turn(after=first.after), size=3)
        assert [reading.id for reading in first.rows + second.rows] == [reading.id for reading in readings()]
        assert (len(first.rows), len(second.rows), first.count, first.before, second.after) == (3, 2, 5, "", "")
        assert readings_page(Turn(before=second.before), size=2).rows == first.rows[1:]


def test_without_a_person_there_is_nobody_to_tell(db: None):
    with acting_as(officer("claire.muster")):
        record(purpose=purpose_of_case(None, legal_basis=SOME_LAW), subjects=[], facts=["name"])
    with acting_as(person("lea.beispill")):
        assert readings() == ()


@pytest.mark.parametrize("changed", ["officer", "administration"])
def test_an_officer_reads_in_their_own_name(db: None, changed: str):
    lea, claire, sonia = person("lea.beispill"), officer("claire.muster"), officer("sonia.exemplo")
    actor = sonia.officer if changed == "officer" else claire.officer
    administration = sonia.administration if changed == "administration" else claire.administration
    with acting_as(claire), pytest.raises(ProgrammingError, match="row-level security"), transaction.atomic():
        record(purpose=Purpose(actor, administration, SOME_LAW, "case-handling"), subjects=[lea.person], facts=["name"])


def test_a_reading_that_cannot_be_recorded_does_not_happen(db: None):
    with acting_as(ANONYMOUS), pytest.raises(ProgrammingError), transaction.atomic():
        record(purpose=Purpose(None, None, SOME_LAW, "curiosity"), subjects=[uuid.uuid4()], facts=["name"])


def test_nobody_changes_or_deletes_a_reading(db: None):
    lea = person("lea.beispill")
    read(officer("claire.muster"), lea)
    for statement in ("UPDATE disclosures_disclosure SET purpose = 'x'", "DELETE FROM disclosures_disclosure"):
        with acting_as(lea), pytest.raises(ProgrammingError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)


def test_the_worker_records_but_cannot_change(transactional: None, as_worker):
    lea = person("lea.beispill")
    with as_worker(), acting_as(worker_on(uuid.uuid4())):
        record(purpose=purpose_of_case(uuid.uuid4(), legal_basis=SOME_LAW, purpose="register-check"), subjects=[lea.person], facts=["address"])
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM disclosures_disclosure")
            assert cursor.rowcount == 0
    with acting_as(lea):
        assert [reading.purpose for reading in readings()] == ["register-check"]


def test_the_finder_uses_its_index(transactional: None, as_owner):
    lea = person("lea.beispill")
    with as_owner(), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO disclosures_disclosure (at, subjects, actor_kind, legal_basis, purpose, facts)"
            " SELECT now(), ARRAY[gen_random_uuid()], 'worker', '[]', 'x', '{}' FROM generate_series(1, 20000)"
        )
        cursor.execute("ANALYZE disclosures_disclosure")
        cursor.execute("EXPLAIN SELECT id FROM disclosures_disclosure WHERE subjects @> ARRAY[%s::uuid]", [lea.person])
        assert "disclosures_subjects" in str(cursor.fetchall())


def recorded_by(who: Principal, about: Principal, **changed: object) -> None:
    """As the product records it, but for what is changed."""
    said = {
        "at": clock.now(), "subjects": [about.person], "actor": who.person, "salt": None, "kind": "person", "administration": None, "service": None,
        "laws": '[{"title": "Loi"}]', "purpose": "representation", "case": None, "facts": ["name"],
        "on_behalf_of": who.space if who.mandate else None, "mandate": who.mandate,
    } | changed  # fmt: skip
    with acting_as(who), connection.cursor() as cursor:
        cursor.execute(f"SELECT disclosures_record({', '.join(['%s'] * len(said))})", list(said.values()))


WRITTEN_FALSELY = [
    {"administration": uuid.UUID(int=1)}, {"service": uuid.UUID(int=1)}, {"on_behalf_of": uuid.UUID(int=1)}, {"mandate": uuid.UUID(int=1)},
    {"actor": uuid.UUID(int=1)}, {"at": datetime(2023, 1, 1, tzinfo=UTC)}, {"at": datetime(2099, 1, 1, tzinfo=UTC)},
]  # fmt: skip


@pytest.mark.parametrize("changed", WRITTEN_FALSELY, ids=lambda one: next(iter(one)))
def test_a_person_writes_readings_as_they_are(db: None, changed: dict[str, object]):
    """Not in the name of an administration, of nobody they act for, and not as of another day."""
    lea, hugo = person("lea.beispill"), person("hugo.exemplo")
    with pytest.raises(ProgrammingError, match="row-level security"), transaction.atomic():
        recorded_by(lea, hugo, **changed)
    recorded_by(lea, hugo)
    represents = representative(hugo, "lea.beispill")
    with pytest.raises(ProgrammingError, match="row-level security"), transaction.atomic():
        recorded_by(represents, hugo, **{"on_behalf_of": None, **changed})
    recorded_by(represents, hugo)
    with acting_as(hugo):
        assert [one.on_behalf_of for one in readings()] == [hugo.space, None]
