# SPDX-License-Identifier: EUPL-1.2
"""A country in which something has happened: rows in every protected table, each with the name of whose it is.

Seven requests stand for all that a policy tells apart:

    certificate   Léa's, issued by Mersch at once        permit   Léa's, two services of Mersch are asked for their opinion
    nina          Nina's, issued by Mersch at once       firm     of the firm that Nina manages, at Mersch's urbanism service
    review        Emma's, at Mersch's citizens' office   esch     Emma's, at Esch's urbanism service
    report        of nobody known, by a private link, at Mersch
"""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from uuid import UUID, uuid4

from django.db import connection
from PIL import Image

from bierger.administrations import selectors as administrations
from bierger.cases import selectors as cases
from bierger.cases import services as case_services
from bierger.cases.types import of_question, of_task
from bierger.disclosures.services import order_delay, purpose_of_case
from bierger.documents import selectors as documents
from bierger.documents import services as document_services
from bierger.documents.types import Upload
from bierger.filings import services as filings
from bierger.filings.types import Receipt
from bierger.identity import services as identity
from bierger.infra import clock
from bierger.infra.principal import ANONYMOUS, SYSTEM, Principal, acting_as, worker_on
from bierger.simulators.country import country
from tests import story
from tests.attacks.together import superuser
from tests.laws import SOME_LAW
from tests.people import officer, person

# What a row is called by: an expression over the table `t`, as the superuser reads it, that gives an identifier in `names`.
CASE, OWNER = "t.case_id::text", "coalesce(t.space::text, t.link)"
HEARD = "t.case_id::text || CASE t.audience WHEN 'all' THEN '' ELSE ' inside' END"
PLACE = "coalesce(t.administration_id::text, '')"
CALLED = {
    "administrations_administration": "t.id::text",
    "administrations_officer": PLACE,
    "administrations_officer_role": "(SELECT o.administration_id::text FROM administrations_officer o WHERE o.id = t.officer_id)",
    "administrations_service": PLACE,
    "cases_case": "t.id::text",
    "cases_case_grant": f"{CASE} || ' ' || coalesce((SELECT s.code FROM administrations_service s WHERE s.id = t.service_id), '') || ' ' || t.role",
    "cases_deletion": CASE,
    "cases_erasure_failure": CASE,
    "cases_event": HEARD,
    "cases_event_payload": HEARD,
    "cases_party": CASE,
    "cases_service_job": CASE,
    "cases_work": f"{CASE} || ' ' || t.node",
    "delivery_message": "t.space::text",
    "disclosures_aside": (
        "(SELECT d.subjects[1]::text || CASE WHEN d.delay IS NULL THEN '' ELSE ' later' END FROM disclosures_disclosure d WHERE d.id = t.reading)"
    ),
    "disclosures_batch": "'batch'",
    "disclosures_chain": "t.subject::text",
    "disclosures_delay": "t.administration::text",
    "disclosures_disclosure": "t.subjects[1]::text || CASE WHEN t.delay IS NULL THEN '' ELSE ' later' END",
    "disclosures_entry": "t.subject::text",
    "disclosures_gone": "t.case_id::text",
    "disclosures_held": "t.subject::text",
    "documents_act": CASE,
    "documents_act_counter": "t.administration::text",
    "documents_blob": "(SELECT coalesce(max(h.case_id::text), max(coalesce(h.space::text, h.link, h.officer::text))"
    " || CASE WHEN EXISTS (SELECT FROM documents_waiting w WHERE w.blob_id = t.id) THEN ' waiting' ELSE ' draft' END)"
    " FROM documents_blob_holder h WHERE h.blob_id = t.id)",
    "documents_blob_holder": (
        "CASE WHEN t.administration IS NULL THEN coalesce(t.case_id::text || ' held', t.space::text, t.link, t.officer::text)"
        " ELSE (SELECT h.case_id::text FROM documents_blob_holder h WHERE h.blob_id = t.blob_id AND h.case_id IS NOT NULL) || ' shared' END"
    ),
    "documents_revocation": "(SELECT a.case_id::text FROM documents_act a WHERE a.facts_commitment = t.commitment)",
    "documents_status_counter": "t.administration::text",
    "documents_submission": "(SELECT coalesce(f.space::text, f.link) FROM filings_filing f WHERE f.number = t.number)",
    "documents_waiting": "coalesce(t.space::text, t.link, t.officer::text)",
    "filings_deletion": "t.id::text",
    "filings_erasure_failure": "t.id::text",
    "filings_draft": OWNER,
    "filings_filing": OWNER,
    "filings_filing_case": CASE,
    "flows_instance": "t.subject::text",
    "flows_task": "t.subject::text",
    "flows_timer": "t.subject::text",
    "flows_token": "t.subject::text",
    "flows_variables": "t.subject::text",
    "identity_login": "t.person_id::text",
    "identity_mandate": "t.space_id::text || ' for ' || t.holder_name",
    "identity_membership": "t.person_id::text",
    "identity_organisation": "(SELECT s.id::text FROM identity_space s WHERE s.organisation_id = t.id)",
    "identity_person": "t.id::text",
    "identity_space": "t.id::text",
}


@dataclass(frozen=True)
class Populated:
    """people: who looks, by name. names: what identifiers stand for. rows: name of each row of each table, by its address."""

    people: dict[str, Principal]
    names: dict[str, str]
    rows: dict[str, dict[str, str]]

    def all(self, table: str) -> frozenset[str]:
        return frozenset(self.rows[table].values())


def _write_erasures(of: Mapping[str, UUID], who: Principal) -> None:
    """Records of erasures: nothing of these cases and nobody is gone."""
    with superuser() as erased:
        erased.execute("INSERT INTO cases_erasure_failure VALUES (%s, now(), 'act-under-way')", [of["certificate"]])
        erased.execute(  # one reading of each kind that there is
            "INSERT INTO disclosures_aside SELECT min(id), now(), now(), 'KeyError' FROM disclosures_disclosure"
            " GROUP BY subjects[1], delay IS NULL"
        )
        erased.execute("INSERT INTO disclosures_gone VALUES (%s, current_date + 9)", [of["certificate"]])
        erased.execute("INSERT INTO filings_deletion VALUES (%s, now(), '{}', 's', 'c')", [who.person])
        erased.execute("INSERT INTO filings_erasure_failure VALUES (%s, 'account', current_date, 'account-still-kept')", [who.person])
        for name in ("certificate", "permit"):
            erased.execute(
                "INSERT INTO cases_deletion (id, case_id, at, record, salt, commitment) VALUES (gen_random_uuid(), %s, now(), '{}', 's', %s)",
                [of[name], name.encode()],
            )


def populate(run_jobs: Callable[[], None]) -> Populated:
    """Needs the register to answer."""
    lea, emma, nina = person("lea.beispill"), person("emma.primjer"), person("nina.esempio")
    firm = _firm(nina)
    token = filings.new_token()
    link = Principal(kind="link", link=filings.link_of(token))
    made = {
        "certificate": story.request(lea, "residence-certificate", story.RESIDENCE),
        "nina": story.request(nina, "residence-certificate", story.RESIDENCE),
        "review": story.request(emma, "residence-certificate", story.RESIDENCE),
        "permit": story.request(lea, "building-permit", story.PERMIT),
        "firm": _filed(firm, "building-permit", {**story.PERMIT, **_PERSON}),
        "esch": _filed(emma, "building-permit", story.PERMIT, commune="esch-sur-alzette"),
        "report": _filed(link, "problem-report", story.REPORT, token=token, photo=True),
    }
    of = {name: receipt.cases[0] for name, receipt in made.items()}
    run_jobs()
    mersch = {name: officer(handle) for name, handle in _MERSCH.items()}
    story.do(mersch["urbanism"], of["permit"], "check", completeness="complete")
    esch = officer(_ESCH)
    for who, case in ((mersch["urbanism"], of["permit"]), (esch, of["esch"])):
        with acting_as(who):
            cases.case_view(case, purpose=purpose_of_case(case))
    with acting_as(mersch["mayor"]):  # from now on, readings of this case are told later
        order_delay(case=of["permit"], until=clock.today() + dt.timedelta(days=30), reason="A fraud.", legal_basis=SOME_LAW)
    with acting_as(mersch["urbanism"]):
        cases.case_view(of["permit"], purpose=purpose_of_case(of["permit"]))
    run_jobs()
    for who, case in ((esch, of["esch"]), (mersch["urbanism"], of["firm"])):
        with acting_as(who):
            case_services.add_note(case=case, text="For colleagues alone.")
    with acting_as(nina):
        act = documents.my_acts()[0].id
    with acting_as(mersch["mayor"]):
        document_services.revoke_act(act=act, reason="error")
    _write_erasures(of, lea)
    for who in (lea, emma):
        _attach(who, story.begin(who, "building-permit"))
    _give(firm, of_question(of["firm"], 1))
    _give(mersch["adviser"], of_task(story.open_task(mersch["adviser"], of["permit"], "opinion-urbanism")))
    story.begin(firm, "building-permit")
    story.begin(link, "problem-report", token=token)
    with acting_as(firm):
        for handle in ("emma.primjer", "lea.beispill"):
            to = country().by_handle[handle]
            identity.grant_mandate(to_matricule=str(to.matricule), family_name=to.family_name, scope="*", valid_from=clock.today() - dt.timedelta(days=1), valid_to=None)
    with acting_as(emma):
        represents = identity.enter_space(space=_space(firm))[0]
    people = {
        "anonymous": ANONYMOUS, "link": link, "another link": Principal(kind="link", link="0" * 64), "Léa": lea, "Emma": emma,
        "Nina": nina, "firm": firm, "representative": represents, **mersch, "esch": esch,
        "no officer": replace(mersch["mayor"], officer=uuid4()), "worker on permit": worker_on(of["permit"]), "worker on esch": worker_on(of["esch"]), "system": SYSTEM,
    }  # fmt: skip
    spaces = {"Léa": lea, "Emma": emma, "Nina": nina}
    names = {str(case): name for name, case in of.items()}
    names |= {str(who.space): name for name, who in spaces.items()} | {str(who.person): name for name, who in spaces.items()}
    names |= {str(firm.space): "firm", str(link.link): "link"}
    names |= {str(mersch["adviser"].officer): "adviser", "batch": "batch"}
    names |= {str(mersch["mayor"].administration): "Mersch", str(esch.administration): "Esch"}
    return Populated(people, names, _rows(names))


_MERSCH = {
    "citizens": "claire.muster", "urbanism": "tom.beispill", "adviser": "marc.esempio", "technical": "laura.exemplo",
    "mayor": "nora.beispiel",
}  # fmt: skip
_ESCH = "dan.muster"
_PERSON = {"family_name": "Esempio", "given_name": "Nina", "birth_date": "1980-02-01", "email": "nina@example.org"}


def _firm(nina: Principal) -> Principal:
    with acting_as(nina):
        from bierger.identity.selectors import my_spaces

        space = next(space.id for space in my_spaces() if space.kind == "professional")
        return identity.enter_space(space=space)[0]


def _space(who: Principal) -> UUID:
    assert who.space is not None
    return who.space


def _filed(
    who: Principal, name: str, answers: dict[str, object], *, commune: str = "mersch", token: str = "", photo: bool = False
) -> Receipt:
    draft = story.begin(who, name, commune=commune, token=token)
    if photo:
        with acting_as(who):
            assert filings.attach(draft=draft, question="photo", file_name="bin.png", data=_png()) is None
    story.fill(who, draft, answers)
    return story.submit(who, draft)


def _attach(who: Principal, draft: UUID) -> None:
    with acting_as(who):
        # Different bytes, so that each draft has a file of its own.
        assert filings.attach(draft=draft, question="plans", file_name="plan.pdf", data=story.PDF + str(draft).encode()) is None


def _give(who: Principal, about: str) -> None:
    """A file for an answer or a task that is not sent yet."""
    with acting_as(who):
        administration = administrations.administration(code="mersch").id
        upload = Upload(data=story.PDF, media_type="application/pdf", file_name="plan.pdf", size=len(story.PDF))
        document_services.keep_waiting(
            about=about, question="files", procedure="commune/building-permit", administration=administration, upload=upload
        )


def _png() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (40, 20), "red").save(out, "PNG")
    return out.getvalue()


def _rows(names: dict[str, str]) -> dict[str, dict[str, str]]:
    """By table: the address of each row (ctid, which the owner and the web role read alike) and what the row is called."""
    found: dict[str, dict[str, str]] = {}
    with superuser() as seen:
        for table, called in CALLED.items():
            rows = seen.execute(f"SELECT t.ctid::text, {called} FROM {table} t").fetchall()
            found[table] = {ctid: _name(str(key), names) for ctid, key in rows}
    return found


def _name(key: str, names: dict[str, str]) -> str:
    first, _, rest = key.partition(" ")
    return f"{names.get(first, 'elsewhere')} {rest}".strip()


def seen_rows(table: str) -> set[str] | None:
    """The addresses of the rows that who acts sees; None where their role may not even ask."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT has_table_privilege(%s, 'SELECT')", [table])
        if cursor.fetchone() == (False,):
            return None
        cursor.execute(f"SELECT ctid::text FROM {table}")
        return {ctid for (ctid,) in cursor.fetchall()}
