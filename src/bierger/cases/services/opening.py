# SPDX-License-Identifier: EUPL-1.2
"""Opening a case."""

from __future__ import annotations

from uuid import uuid4

from bierger.cases.models import Case, Party
from bierger.cases.services.conduct import absorb
from bierger.cases.services.writer import CaseWriter
from bierger.cases.types import Opened, Opening
from bierger.catalogue import selectors as catalogue
from bierger.flows import services as flows
from bierger.infra import clock
from bierger.infra.numbers import running_number
from bierger.infra.rows import insert
from bierger_core.procedures import ApplicantFacts, CaseFacts, start_variables

FIRST_EVENT = "case-opened"


def open_case(*, opening: Opening) -> Opened:
    """Open one case of one administration, in the caller's transaction.

    1. The parties: from here on the applicant may see what is written of the case.
    2. The opening event holds every answer that concerns the case, so that it stands alone.
    3. The process starts; its first tasks become rows of worklists.
    4. The case's row and its events are written, once, as they are after all this.
    """
    package = catalogue.package(opening.digest)
    now = clock.now()
    row = Case(
        id=uuid4(), number=running_number("cases_number"), administration_id=opening.administration, digest=opening.digest,
        owner=package.owner, name=package.name, language=opening.language, opened_at=now,
    )  # fmt: skip
    insert(
        Party(
            case=row,
            kind=party.kind,
            space=party.space,
            link=party.link,
            name=party.name,
            subjects=list(party.subjects),
        )
        for party in opening.parties
    )
    writer = CaseWriter(row, fresh=True)
    first = writer.add(
        FIRST_EVENT,
        {
            "answers": dict(opening.answers),
            "files": [str(blob) for blob in opening.files],
            "applicant": {"kind": opening.applicant_kind, "level": opening.level},
            "case": {"number": row.number, "administration": opening.administration_code, "language": row.language,
                     "opened_on": clock.today().isoformat()},
        },
        audience="all",
    )  # fmt: skip
    variables = start_variables(
        package,
        opening.answers,
        case=CaseFacts(row.number, opening.administration_code, row.language, clock.today()),
        applicant=ApplicantFacts(opening.applicant_kind, opening.level),
    )
    moved = flows.start(subject=row.id, administration=opening.administration, digest=opening.digest, variables=variables)
    absorb(writer, moved, parties=opening.parties)
    writer.save()
    return Opened(row.id, row.number, bytes(first.hash))
