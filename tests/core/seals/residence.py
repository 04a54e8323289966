# SPDX-License-Identifier: EUPL-1.2
"""The residence certificate as a registered document type, with the facts that the package of release 0.1 seals."""

from datetime import UTC, datetime

from bierger_core.seals import Claims, RegisteredFact, RegisteredType, TypeRegistry, facts_commitment, seal
from bierger_core.values import Term, Text

from .acts import ORIGIN, SALT, SIGNER


def fact(name, kind, fr, de, en, lb):
    return RegisteredFact(name, kind, Text.of(fr=fr, de=de, en=en, lb=lb))


TITLE = Text.of(
    fr="Certificat de résidence", de="Wohnsitzbescheinigung", en="Certificate of residence", lb="Residenzcertificat"
)
RESIDENCE_1 = RegisteredType(
    "residence-certificate",
    1,
    TITLE,
    (
        fact("number", "text", "Numéro", "Nummer", "Number", "Nummer"),
        fact("family-name", "text", "Nom", "Name", "Family name", "Numm"),
        fact("given-name", "text", "Prénoms", "Vornamen", "Given names", "Virnimm"),
        fact("birth-date", "date", "Né(e) le", "Geboren am", "Born on", "Gebuer den"),
        fact("street", "text", "Rue", "Straße", "Street", "Strooss"),
        fact("postal-code", "text", "Code postal", "Postleitzahl", "Postal code", "Postleetzuel"),
        fact("locality", "text", "Localité", "Ort", "Locality", "Uertschaft"),
        fact("since", "date", "Depuis le", "Seit dem", "Since", "Zënter dem"),
    ),
    Term(3, "months"),
)
REGISTRY = TypeRegistry((RESIDENCE_1,))
HOLDER = {
    "number": "2026-000001",
    "family-name": "Weber",
    "given-name": "Marie",
    "birth-date": "1985-03-14",
    "street": "12, rue de la Gare",
    "postal-code": "L-7535",
    "locality": "Mersch",
    "since": "2019-06-01",
}
CLAIMED = Claims("bettborn", datetime(2026, 11, 30, 9, 30, tzinfo=UTC), "residence-certificate", HOLDER)
COMPACT = seal(CLAIMED, document_type=RESIDENCE_1, salt=SALT, log_origin=ORIGIN, signer=SIGNER, status=412)
LEAF = facts_commitment(CLAIMED, SALT, registered=RESIDENCE_1, status=412)
