# SPDX-License-Identifier: EUPL-1.2
"""Put the demonstration country into the database: twice gives the same as once. Runs as the owner.

Identifiers are derived from codes (UUIDv5), so that a second load finds the rows again and two machines agree.
"""

from __future__ import annotations

import csv
import datetime as dt
import unicodedata
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import yaml
from django.db import transaction

from bierger.administrations.models import Administration, Officer, OfficerRole, Service
from bierger.administrations.selectors import forget
from bierger.simulators.country import Person, country

_HERE = Path(__file__).parent
_NAMESPACE = uuid.uuid5(uuid.NAMESPACE_URL, "https://bierger.eu/demonstration")
FILES = ("communes.csv", "names.csv", "served.yaml", "loader.py")


@dataclass(frozen=True)
class Loaded:
    """How many rows the country has."""

    administrations: int
    services: int
    officers: int


def identifier(kind: str, *parts: str) -> uuid.UUID:
    """The stable id of a row of the demonstration: kind `administration`, `service` or `officer`."""
    return uuid.uuid5(_NAMESPACE, "/".join((kind, *parts)))


@transaction.atomic
def load_country(*, issuer: str) -> Loaded:
    """Communes, State bodies, services, officers (who sign in at `issuer`)."""
    served = yaml.safe_load((_HERE / "served.yaml").read_text("utf-8"))
    administrations = [*_communes(served["communes"]), *_state(served["state"])]
    alone = [row for row in administrations if not row.successor_id]
    merged = [row for row in administrations if row.successor_id]
    # The retired communes name their successors: those have to be there first.
    for batch in (alone, merged):
        Administration.objects.bulk_create(
            batch,
            update_conflicts=True,
            unique_fields=["id"],
            update_fields=["code", "kind", "lau2", "names", "sort_name", "canton", "valid_from", "valid_to", "successor",
                           "colours", "postal_address", "email"],
        )  # fmt: skip
    services = list(_services(served))
    Service.objects.bulk_create(services, update_conflicts=True, unique_fields=["id"], update_fields=["names"])
    officers = _officers(issuer)
    forget()
    return Loaded(len(administrations), len(services), officers)


def _communes(served: Mapping[str, Mapping[str, object]]) -> Iterator[Administration]:
    codes: dict[str, str] = {}
    rows = _table("communes.csv")
    for row in rows:
        codes[row["lau2"]] = slug(row["commune"])
    others = {row["lau2"]: row for row in _table("names.csv")}
    for row in rows:
        lau2, given = row["lau2"], row["commune"]
        other = others[lau2]
        names = {"fr": given, "de": other["de"] or given, "en": given, "lb": other["lb"]}
        extra = served.get(lau2, {})
        yield Administration(
            id=identifier("administration", codes[lau2]),
            code=codes[lau2],
            kind="commune",
            lau2=lau2,
            names=names,
            sort_name=_plain(given),
            canton=row["canton"],
            valid_from=_day(row["valid_from"]),
            valid_to=_day(row["valid_to"]),
            successor_id=identifier("administration", codes[row["successor"]]) if row["successor"] else None,
            colours=extra.get("colours", {}),
            postal_address=str(extra.get("postal_address", "")),
            email=str(extra.get("email", "")),
        )


def _state(bodies: Mapping[str, Mapping[str, object]]) -> Iterator[Administration]:
    for code, body in bodies.items():
        names = body["names"]
        assert isinstance(names, dict)
        yield Administration(
            id=identifier("administration", code),
            code=code,
            kind="state",
            names=names,
            sort_name=_plain(names["fr"]),
            colours=body["colours"],
            postal_address=str(body["postal_address"]),
            email=str(body["email"]),
        )


def _services(served: Mapping[str, Mapping[str, Mapping[str, object]]]) -> Iterator[Service]:
    codes = {row["lau2"]: slug(row["commune"]) for row in _table("communes.csv")}
    wanted = [(codes[lau2], code, names) for lau2 in served["communes"] for code, names in served["services"].items()]
    for body, said in served["state"].items():
        of_body = said["services"]
        assert isinstance(of_body, dict)
        wanted += [(body, code, names) for code, names in {**of_body, **served["state_services"]}.items()]
    for administration, code, names in wanted:
        yield Service(
            id=identifier("service", administration, code),
            administration_id=identifier("administration", administration),
            code=code,
            names=names,
        )


def _officers(issuer: str) -> int:
    people = country().officers
    rows = [_officer(person, issuer) for person in people]
    # Another port of the identity provider is another issuer: the officers move with it.
    Officer.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["id"],
        update_fields=["issuer", "subject", "given_name", "family_name", "active"],
    )
    OfficerRole.objects.filter(officer__in=[row.id for row in rows]).delete()
    OfficerRole.objects.bulk_create([role for person in people for role in _roles(person)])
    return len(rows)


def _officer(person: Person, issuer: str) -> Officer:
    assert person.employment is not None
    return Officer(
        id=identifier("officer", person.employment.administration, person.handle),
        administration_id=identifier("administration", person.employment.administration),
        issuer=issuer,
        subject=person.subject,
        given_name=person.given_name,
        family_name=person.family_name,
    )


def _roles(person: Person) -> Iterator[OfficerRole]:
    assert person.employment is not None
    administration = person.employment.administration
    for office in person.employment.offices:
        yield OfficerRole(
            officer_id=identifier("officer", administration, person.handle),
            service_id=identifier("service", administration, office.service) if office.service else None,
            role=office.role,
        )


def slug(name: str) -> str:
    """`Käerjeng` -> `kaerjeng`, `Vallée de l'Ernz` -> `vallee-de-l-ernz`."""
    return "-".join("".join(letter if letter.isalnum() else " " for letter in _plain(name)).split())


def _plain(name: str) -> str:
    return unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode("ascii").lower()


def _day(text: str) -> dt.date | None:
    return dt.date.fromisoformat(text) if text else None


def _table(name: str) -> list[dict[str, str]]:
    with (_HERE / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
