# SPDX-License-Identifier: EUPL-1.2
"""Every kind of act, every template in every language, decided, sealed, logged and rendered as the worker does it, and receipts; as files.

`acts/*.pdf` with their `.tlog-proof`, signed by the installation's own authority, whose certificates are `anchors.pem`; `unsigned/*.pdf`,
the same acts without a signature and one that was never to have any (`plain.pdf`); `receipts/*.pdf`, and `log/` as the installation
publishes it.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

from django.test import override_settings

from bierger.documents import selectors, services
from bierger.documents.types import ReceiptData, SubmissionCode
from bierger.infra.principal import SYSTEM, acting_as
from bierger_core.procedures import document_inputs, registered_type
from tests.apps.documents.story import Applicant, Commune, decide, make_applicant, make_commune
from tests.conftest import _as_role, _copy_template
from tests.jobs import drain
from tests.outside.files import KINDS, plain_of
from tests.procedures.test_packages import FOLDERS, LANGUAGES, VARIABLES, package

# Letters that no font of ours draws, one for private use, and an address too long for a printed code: none of it may make a file that a
# validator refuses.
ODD = {**VARIABLES, "family_name": "Ngô 漢字 🐕 \ue000 עברית", "site": "12, " + "rue de la très longue adresse, " * 8}
RECEIPT_WORDS = {
    "fr": ("Récépissé", "Numéro", "Reçu le", "Chacun peut vérifier ce récépissé.", "Conservez ce récépissé."),
    "de": ("Empfangsbestätigung", "Nummer", "Eingegangen am", "Jeder kann diese Bestätigung prüfen.", "Bewahren Sie sie auf."),
    "en": ("Receipt", "Number", "Received on", "Anybody can check this receipt.", "Keep this receipt."),
    "lb": ("Empfangsbestätegung", "Nummer", "Ukomm den", "Jidderee kann dës Bestätegung iwwerpréiwen.", "Haalt se op."),
}


def issue(folder: Path, template: Path) -> None:
    """Needs this process's database; leaves it as it was."""
    data = folder / "data"
    shutil.copytree(template, data)
    try:
        with override_settings(BIERGER_DATA=data):
            _issue(folder)
        shutil.copytree(data / "log", folder / "log")
    finally:
        _copy_template()
    shutil.rmtree(data)


def _issue(folder: Path) -> None:
    with _as_role("owner"):
        commune = make_commune("outside")
    applicant = make_applicant()
    with _as_role("worker"):
        acts = dict(_decided(commune, applicant))
    with acting_as(applicant.principal):
        submissions = {
            language: services.register_submission(number=f"F-2026-00000{n}", event_hash=bytes([n]) * 32)
            for n, language in enumerate(LANGUAGES)
        }
    for kind in KINDS:
        (folder / kind).mkdir()
    with _as_role("worker"):
        drain()
        with acting_as(SYSTEM):
            services.publish_revocations()
            for name, act in acts.items():
                data = selectors.act_pdf(act).data
                (folder / "acts" / f"{name}.pdf").write_bytes(data)
                (folder / "unsigned" / f"{name}.pdf").write_bytes(plain_of(data))
        (folder / "anchors.pem").write_bytes(services.anchors())
        with override_settings(BIERGER_PDF_SIGNING="off"):
            plain = decide(commune, applicant)
            drain()
        with acting_as(SYSTEM):
            (folder / "unsigned" / "plain.pdf").write_bytes(selectors.act_pdf(plain).data)
            for name, act in acts.items():  # last: proofs are of the newest checkpoint
                (folder / "acts" / f"{name}.pdf.tlog-proof").write_bytes(selectors.act_proof(act))
        for language, submission in submissions.items():
            (folder / "receipts" / f"receipt-{language}.pdf").write_bytes(_receipt(language, submission))


def _decided(commune: Commune, applicant: Applicant) -> Iterator[tuple[str, UUID]]:
    drawn: set[str] = set()
    for number, name in enumerate(FOLDERS):
        read = package(name)
        for code in read.documents:
            # A template that many procedures share is drawn in all languages once, then in one of them for each procedure.
            one = LANGUAGES[number % len(LANGUAGES)]
            template = document_inputs(read, code, VARIABLES, language=one).template
            kinds = [(language, language, VARIABLES) for language in ((one,) if template in drawn else LANGUAGES)]
            drawn.add(template)
            for kind, language, variables in [*kinds, *([("odd", "lb", ODD)] if name == "commune/building-permit" and code == "permit" else [])]:
                made = document_inputs(read, code, variables, language=language)
                act = decide(
                    commune, applicant, document_type=registered_type(read, code), facts=made.facts, fields=made.fields, template=made.template,
                    language=made.language, title=made.title,
                )  # fmt: skip
                yield f"{read.name}-{code}-{kind}", act


def _receipt(language: str, submission: SubmissionCode) -> bytes:
    title, number, received, verify, footer = RECEIPT_WORDS[language]
    return services.render_receipt(
        ReceiptData(
            language=language, title=title, administration="Gemeng Betebuerg", number=submission.number,
            submitted_at="2026-11-22", event_hash=submission.event_hash.hex(), code=submission.code,
            rows=((number, submission.number), (received, "2026-11-22")), labels={"verify": verify, "footer": footer},
            at=datetime(2026, 11, 22, tzinfo=UTC),
        )
    )  # fmt: skip
