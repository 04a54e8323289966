# SPDX-License-Identifier: EUPL-1.2
"""Population register and register of organisations.

GET /register/population/<matricule>    Authorization: Bearer <secret>
200 {"matricule", "given_name", "family_name", "birth_date", "status", "since", "address": {...} | null}
404 {"error": "not-found"}   401 {"error": "unauthorized"}   503 when faults.json says so
"""

from __future__ import annotations

import hmac

from django.http import HttpRequest, HttpResponse, JsonResponse

from bierger.simulators import faults, settings
from bierger.simulators.country import Address, country


def population(request: HttpRequest, matricule: str) -> HttpResponse:
    refused = _refused(request, "population")
    if refused is not None:
        return refused
    person = country().by_matricule.get(matricule)
    if person is None:
        return JsonResponse({"error": "not-found"}, status=404)
    return JsonResponse(
        {
            "matricule": person.matricule,
            "given_name": person.given_name,
            "family_name": person.family_name,
            "birth_date": person.birth_date.isoformat(),
            "status": person.residence,
            "since": person.since.isoformat(),
            "address": _address(person.address),
        }
    )


def organisation(request: HttpRequest, number: str) -> HttpResponse:
    refused = _refused(request, "organisations")
    if refused is not None:
        return refused
    found = country().by_number.get(number)
    if found is None:
        return JsonResponse({"error": "not-found"}, status=404)
    managers = [
        person.matricule
        for person in country().people
        if any(membership.organisation == number and membership.role == "manager" for membership in person.memberships)
    ]
    return JsonResponse(
        {"number": found.number, "vat": found.vat, "name": found.name, "address": _address(found.address), "managers": managers}
    )


def _refused(request: HttpRequest, register: str) -> HttpResponse | None:
    given = request.headers.get("Authorization", "")
    if not hmac.compare_digest(given.encode(), f"Bearer {settings.SIMULATORS_REGISTER_SECRET}".encode()):
        return JsonResponse({"error": "unauthorized"}, status=401)
    if request.method != "GET":
        return JsonResponse({"error": "method-not-allowed"}, status=405)
    status = faults.suffer(register)
    return JsonResponse({"error": "fault"}, status=status) if status else None


def _address(address: Address | None) -> dict[str, str] | None:
    if address is None:
        return None
    return {
        "street": address.street,
        "postal_code": address.postal_code,
        "locality": address.locality,
        "commune": address.commune,
    }
