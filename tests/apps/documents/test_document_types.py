# SPDX-License-Identifier: EUPL-1.2
"""New acts are sealed compactly: their type is registered once, read by everybody, and the code stays small."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
import zxingcpp
from cryptography.hazmat.primitives.asymmetric import ec
from django.db import IntegrityError, connection
from django.test import Client
from hypothesis import given, settings
from hypothesis import strategies as st

from bierger.documents import selectors, services, tasks
from bierger.documents.models import Act, DocumentType, StatusCounter
from bierger.documents.plugins.codes import LEVEL, draw_svg
from bierger.infra.principal import ANONYMOUS, SYSTEM, acting_as
from bierger.ledger.plugins.folder import log_folder
from bierger.site.commands.check import find_packages, read_package
from bierger_core.procedures import load, registered_type
from bierger_core.seals import (
    Claims,
    LocalSigner,
    RegisteredFact,
    RegisteredType,
    fitted,
    load_registry,
    open_seal,
    seal,
    text_room,
)
from bierger_core.values import Text
from tests.apps.documents.story import FACTS, decide, typed

PROCEDURES = Path(__file__).parents[3] / "procedures"
LARGEST_VERSION = 13
TEXT = Text.of(fr="A", de="B", en="C", lb="D")
ORIGIN = "guichet.esch.lu/log"
VALUES = {
    "number": "2026-000123", "family-name": "Muller-Schmit", "given-name": "Marie-Thérèse", "street": "12, rue de l’Alzette",
    "postal-code": "L-4277", "locality": "Esch-sur-Alzette", "reference": "A 1234/5678", "site": "12, rue de l’Alzette",
    "kind": "Construire un nouveau bâtiment", "permit-number": "2026-000122",
}  # fmt: skip


def version_of(code: str) -> int:
    """The version of the QR code as printed: 17 modules and 4 for each version."""
    drawn = zxingcpp.create_barcode(code, zxingcpp.BarcodeFormat.QRCode, ec_level=LEVEL).to_image(scale=1, add_quiet_zones=False)
    modules = memoryview(drawn).shape[0]
    assert f'viewBox="0 0 {modules + 8} ' in draw_svg(code).decode()
    return (modules - 17) // 4


def sealed(act: object) -> str:
    with acting_as(SYSTEM):
        return Act.objects.get(id=act).seal


def test_an_act_names_its_type_and_its_place_and_brings_all_words(commune, applicant, as_worker, run_jobs):
    with as_worker():
        first, second = (decide(commune, applicant, once=once) for once in ("1", "2"))
        with acting_as(SYSTEM):
            rows = [Act.objects.get(id=act) for act in (first, second)]
            assert [row.status_place for row in rows] == [0, 1]
            assert StatusCounter.objects.get(issuer=commune.code).places == 2
            assert [(kind.code, kind.version) for kind in selectors.type_registry().types] == [("residence-certificate", 1)]
    run_jobs()
    with as_worker():
        code = sealed(first)
    assert code.startswith("BRG2:")
    with acting_as(ANONYMOUS):
        seen = selectors.verify_text(code)
    assert (seen.authentic, seen.document_names["lb"], seen.valid_until) == ("facts-only", "Residenzcertificat", None)
    assert [(fact.code, fact.value) for fact in seen.facts][1:4] == [("family-name", "Beispill"), ("given-name", "Marie"), ("birth-date", "1985-03-14")]
    assert seen.facts[3].labels["de"] == "Geburtsdatum"


def test_the_registry_is_published_beside_the_log_and_by_address(commune, applicant, as_worker, run_jobs):
    with as_worker():
        act = decide(commune, applicant)
    run_jobs()
    served = Client().get("/log/types.json")
    assert (served.status_code, served["Access-Control-Allow-Origin"]) == (200, "*")
    assert served.content == (log_folder() / "types.json").read_bytes()
    with as_worker():
        assert tasks.publish_types() == 0  # it is there
        assert open_seal(sealed(act), load_registry(served.content)).claims.facts["locality"] == "Mersch"


def test_the_same_words_are_registered_once_and_others_are_the_next_version(commune, as_worker):
    kind = typed(FACTS)
    reworded = replace(kind, title=TEXT)
    with as_worker(), acting_as(SYSTEM):
        versions = [services.register_type(one).version for one in (kind, reworded, kind, reworded, replace(kind, version=7))]
        assert versions == [1, 2, 1, 2, 1]
        assert {bytes(row.digest) for row in DocumentType.objects.all()} == {kind.digest, replace(reworded, version=2).digest}


def test_a_date_that_is_none_is_sealed_as_text(commune, applicant, as_worker, run_jobs):
    with as_worker():
        act = decide(commune, applicant, facts={**FACTS, "residence.since": "", "person.birth_date": "1985"})
    with as_worker():
        code = sealed(act)
    with acting_as(ANONYMOUS):
        seen = selectors.verify_text(code)
    assert {fact.code: fact.value for fact in seen.facts} | {"since": "", "birth-date": "1985"} == {fact.code: fact.value for fact in seen.facts}


def test_the_period_of_validity_ends_and_the_act_stays_authentic(commune, applicant, as_worker, run_jobs, frozen):
    frozen(datetime(2026, 11, 30, 12, tzinfo=UTC))
    with as_worker():
        act = decide(commune, applicant, document_type=typed(FACTS, valid_for="P3M"))
        with acting_as(SYSTEM):
            assert str(Act.objects.get(id=act).valid_until) == "2027-02-28"
        code = sealed(act)
    run_jobs()
    for now, is_over in ((datetime(2027, 2, 28, 12, tzinfo=UTC), False), (datetime(2027, 3, 1, 12, tzinfo=UTC), True)):
        frozen(now)
        with acting_as(ANONYMOUS):
            seen = selectors.verify_text(code)
        assert (seen.authentic, str(seen.valid_until), seen.is_over) == ("facts-only", "2027-02-28", is_over)


@pytest.mark.parametrize("change", ["UPDATE documents_type SET code = 'x'", "DELETE FROM documents_type"])
def test_a_registered_type_never_changes(commune, applicant, as_worker, as_owner, change):
    with as_worker():
        decide(commune, applicant)
    with as_owner(), pytest.raises(IntegrityError, match="never changes"), connection.cursor() as cursor:
        cursor.execute(change)


def test_two_acts_never_share_a_place(commune, applicant, as_worker):
    with as_worker():
        decide(commune, applicant)
        with acting_as(SYSTEM):
            StatusCounter.objects.update(places=0)
        with pytest.raises(IntegrityError, match="documents_act_place"):
            decide(commune, applicant, once="2")


def printed(kind: RegisteredType, facts: Mapping[str, str]) -> int:
    """The version of the code of an act with these facts, sealed by a commune with a long name."""
    claims = Claims("esch-sur-alzette", datetime(2026, 11, 22, 17, tzinfo=UTC), kind.code, facts)
    signer = LocalSigner.of(ec.generate_private_key(ec.SECP256R1()))
    code = seal(claims, document_type=kind, salt=bytes(range(32)), log_origin=ORIGIN, signer=signer, status=None if kind.is_short_lived else 1_234_567)
    return version_of(code)


@pytest.mark.parametrize("folder", list(find_packages(PROCEDURES)), ids=lambda folder: folder.name)
def test_every_act_of_the_packages_fits_a_small_code(folder):
    package = load(read_package(folder), vocabulary=(PROCEDURES / "vocabulary.yaml").read_bytes())
    for code in package.documents:
        kind = registered_type(package, code)
        facts = {fact.name: "2026-11-22" if fact.kind == "date" else VALUES.get(fact.name, "Muller-Schmit") for fact in kind.facts}
        facts |= {fact.name: next(iter(fact.options)) for fact in kind.facts if fact.kind == "choice"}
        assert len(facts) <= 8
        assert printed(kind, facts) <= LARGEST_VERSION, code


def printed_whole(kind: RegisteredType, facts: Mapping[str, str]) -> int:
    """As `printed`, of facts that were made to fit."""
    room = text_room(kind, issuer="esch-sur-alzette", log_origin=ORIGIN)
    return printed(kind, fitted(facts, room=room, kept=[fact.name for fact in kind.facts if fact.kind != "text"]))


@pytest.mark.parametrize("folder", list(find_packages(PROCEDURES)), ids=lambda folder: folder.name)
def test_the_longest_of_every_fact_still_fits_a_small_code(folder):
    package = load(read_package(folder), vocabulary=(PROCEDURES / "vocabulary.yaml").read_bytes())
    for code in package.documents:
        kind = registered_type(package, code)
        longest = {"number": "2026-000123", "postal-code": "L-4277", "reference": "A 12345/67890"}
        for text in ("w" * 200, "é" * 200, "\U0001f600" * 50):
            facts = {fact.name: "9998-12-31" if fact.kind == "date" else longest.get(fact.name, text) for fact in kind.facts}
            facts |= {fact.name: max(fact.options, key=len) for fact in kind.facts if fact.kind == "choice"}
            assert printed_whole(kind, facts) <= LARGEST_VERSION, code


def test_what_fits_is_not_shortened(commune, applicant, as_worker):
    facts = {**FACTS, "person.family_name": "Muller-Schmit", "person.given_name": "Marie-Thérèse Joséphine", "address.locality": "Esch-sur-Alzette"}
    with as_worker():
        act = decide(commune, applicant, facts=facts)
        with acting_as(SYSTEM):
            assert {name: value for name, value in Act.objects.get(id=act).facts if value.endswith("…")} == {}


@given(
    st.lists(st.sampled_from(["text", "date"]), min_size=8, max_size=8),
    st.lists(st.text("abcdefghijklmnopqrstuvwxyzéèüß -'", min_size=1, max_size=15), min_size=8, max_size=8),
)
@settings(max_examples=30)
def test_eight_facts_of_any_names_fit_a_small_code(kinds, values):
    facts = tuple(RegisteredFact(f"a-name-of-a-fact-that-is-long-{at}", kind, TEXT) for at, kind in enumerate(kinds))
    stated = {fact.name: "2026-11-22" if fact.kind == "date" else value for fact, value in zip(facts, values, strict=True)}
    assert printed(RegisteredType("a-document-type-with-a-long-name", 1, TEXT, facts), stated) <= LARGEST_VERSION


@pytest.mark.parametrize("body", [{}, {"code": 1}, {"code": "x", "version": "y", "facts": 3}])
def test_a_row_that_is_no_type_keeps_nobody_from_reading_the_others(commune, applicant, as_worker, run_jobs, body):
    """The web registers types, so it may insert: a row that is not what its digest names is passed over."""
    with acting_as(ANONYMOUS):
        DocumentType.objects.create(
            digest=bytes(32), code="residence-certificate", version=99, body=body, registered_at=datetime(2026, 1, 1, tzinfo=UTC)
        )
    with as_worker():
        act = decide(commune, applicant)
    run_jobs()
    with as_worker():
        code = sealed(act)
    with acting_as(ANONYMOUS):
        assert selectors.verify_text(code).authentic == "facts-only"
        assert bytes(32) not in {one.digest for one in selectors.type_registry().types}
