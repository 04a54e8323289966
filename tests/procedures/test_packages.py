# SPDX-License-Identifier: EUPL-1.2
"""The packages that come with Bierger: proved, tried, and their letters rendered in all languages."""

import json
import subprocess
import sys
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from pypdf import PdfReader

from bierger.catalogue.plugins.folder import with_library
from bierger.site.commands.check import check, find_packages, read_package
from bierger_core.procedures import Package, document_inputs, evidence_value, library_of, load, read_vocabulary, show_date

PROCEDURES = Path(__file__).parents[2] / "procedures"
FOLDERS = [folder.relative_to(PROCEDURES).as_posix() for folder in find_packages(PROCEDURES)]
LENT = [folder for folder in FOLDERS if library_of(read_package(PROCEDURES / folder))]  # their process, tasks and letters come from the library
OWN = [folder for folder in FOLDERS if folder not in LENT]
LETTERS = [*OWN, "commune/terrace-permit", "food/establishment-registration"]  # one of each library process stands for all
LANGUAGES = ("fr", "de", "en", "lb")
REGISTER = {
    "given_name": "Jeanne",
    "family_name": "Weber",
    "birth_date": "1985-06-14",
    "street": "12, rue de l’Alzette",
    "postal_code": "4010",
    "locality": "Esch-sur-Alzette",
    "since": "2019-05-12",
}
VARIABLES = {
    "register": evidence_value("population.residence", found=True, facts=REGISTER),
    "case": {
        "number": "2026-0001",
        "administration": "esch",
        "language": "fr",
        "opened_on": date(2026, 3, 2),
        "subject": "Terrasse · Café du Pont",
        "law": "Loi communale modifiée du 13 décembre 1988",
    },
    "applicant": {"kind": "organisation", "level": "substantial", "name": "Café Wagner s.à r.l."},
    "remark": None,
    "permit": {"number": "2026-A-0001", "issued_on": date(2026, 3, 2)},
    "given_name": "Jeanne",
    "family_name": 'Weber <script> #import "@preview/x:1" $ \\ *',  # text is text, whatever it holds
    "birth_date": date(1985, 6, 14),
    "purpose": "bank",
    "confirmed_street": "12, rue de l’Alzette",
    "confirmed_postal_code": "4010",
    "confirmed_locality": "Esch-sur-Alzette",
    "confirmed_since": date(2019, 5, 12),
    "reasons": "Première ligne\nDeuxième ligne",
    "question": "Pourquoi le service a-t-il consulté mon adresse le 2 mars ?",
    "answer": "Première ligne\nDeuxième ligne",
    "parcel": {"section": "A", "number": "123/4567"},
    "site": "7, rue du Moulin",
    "works_kind": "extension",
    "works_description": "Une véranda de 18 m². " * 60,  # runs over a page
    "works_cost": Decimal(48500),
    "conditions": None,
    "decision_reasons": "Conforme.",
}


def package(folder: str) -> Package:
    files = with_library(PROCEDURES / folder, read_package(PROCEDURES / folder))
    return load(files, vocabulary=(PROCEDURES / "vocabulary.yaml").read_bytes())


def test_some_packages_have_a_process_of_their_own_and_most_borrow_one():
    assert {"commune/building-permit", "commune/data-question", "commune/problem-report", "commune/residence-certificate"} <= set(OWN)
    assert {"economy/business-permit", "ccss/hiring-declaration", "adem/vacancy"} <= set(LENT)


@pytest.mark.parametrize("folder", FOLDERS)
def test_a_package_is_proved_and_its_scenarios_are_green(folder):
    checked = check(PROCEDURES / folder)
    assert [str(finding) for finding in checked.findings] == []
    assert checked.scenarios >= (2 if folder in LENT else 4)


@pytest.mark.parametrize("folder", FOLDERS)
def test_a_package_speaks_four_languages_in_words_of_its_own(folder):
    read = package(folder)
    assert read.languages == LANGUAGES
    assert len({read.title(language) for language in LANGUAGES}) == 4
    assert all(read.text("title", language, "easy") != read.title(language) for language in LANGUAGES)
    assert all(read.keywords[language] for language in LANGUAGES)


def test_what_was_not_read_in_the_source_is_marked():
    permit = package("commune/building-permit")
    assert not permit.timers["appeal-period"].verified
    assert not permit.fee.verified
    assert not package("commune/problem-report").legal_basis[0].verified


def test_only_the_report_may_be_anonymous():
    anonymous = {folder: package(folder).level for folder in FOLDERS if package(folder).anonymous}
    assert anonymous == {"commune/problem-report": "none"}
    assert {package(folder).level for folder in FOLDERS if folder not in anonymous} == {"low", "substantial"}


def test_every_fact_has_a_label_in_every_language():
    vocabulary, findings = read_vocabulary((PROCEDURES / "vocabulary.yaml").read_bytes())
    assert findings == ()
    assert all(vocabulary.label(name, language) != name for name in vocabulary.facts for language in LANGUAGES)


@pytest.fixture(scope="module")
def letters(tmp_path_factory) -> dict[tuple[str, str], Path]:
    """Every document of every package in every language, rendered by one process."""
    folder = tmp_path_factory.mktemp("letters")
    jobs, paths = [], {}
    for name in LETTERS:
        read = package(name)
        for code in read.documents:
            for language in LANGUAGES:
                inputs = document_inputs(read, code, VARIABLES, language=language)
                out = folder / f"{read.name}-{code}-{language}.pdf"
                paths[f"{read.name} {code}", language] = out
                surroundings = {
                    "qr": "/qr.svg",
                    "seal_text": "BRG1:TEST",
                    "verify_url": "https://bierger.example/verify",
                    "administration": "Esch-sur-Alzette",
                    "number": "2026-A-000123",
                    "date": show_date(date(2026, 3, 2), language),
                    "valid_until": f"{show_date(date(2026, 3, 3), language)}, 10:30" if read.documents[code].valid else "",
                    "language": language,
                    "accent": "#b3122a",
                }
                jobs.append({"source": inputs.template.decode(), "inputs": {**inputs.fields, **surroundings}, "out": str(out)})
    program = Path(__file__).with_name("render.py")
    done = subprocess.run(
        [sys.executable, str(program)], input=json.dumps(jobs), text=True, capture_output=True, timeout=300, check=False
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return paths


def test_letters_are_accessible_archives(letters):
    assert len(letters) == len(LANGUAGES) * sum(len(package(folder).documents) for folder in LETTERS)
    for (name, language), path in letters.items():
        reader = PdfReader(path)
        root = reader.trailer["/Root"]
        metadata = root["/Metadata"].get_object().get_data().decode()
        assert "pdfaid:part>3<" in metadata, name
        assert "pdfaid:conformance>A<" in metadata, name
        assert "pdfuaid:part>1<" in metadata, name
        assert root["/Lang"] == language
        assert root["/MarkInfo"]["/Marked"]
        assert "2026-A-000123" in reader.metadata.title
        assert "Esch-sur-Alzette" in reader.pages[0].extract_text()
        assert ("10:30" in reader.pages[0].extract_text()) == name.startswith(("residence-certificate certificate", "residence-proof"))


def test_what_people_typed_stays_text(letters):
    words = PdfReader(letters["residence-certificate refusal", "fr"]).pages[0].extract_text()
    assert '#import "@preview/x:1" $ \\ *' in words
    assert "Première ligne" in words
    assert "Deuxième ligne" in words


def test_rows_without_value_are_left_out(letters):
    permit = PdfReader(letters["building-permit permit", "fr"])
    words = " ".join(page.extract_text() for page in permit.pages)
    assert len(permit.pages) == 2
    assert "Conditions" not in words
    assert "Motifs" in words
