# SPDX-License-Identifier: EUPL-1.2
"""Where an answer can be known before it is asked: the fixed list of sources a question may declare.

A package cannot reach data by naming them: what is not in this list does not exist for it.
"""

from collections.abc import Mapping
from types import MappingProxyType

from .types import Type

SOURCES: Mapping[str, Type] = MappingProxyType(
    {
        "person.given_name": Type.TEXT,
        "person.family_name": Type.TEXT,
        "person.birth_date": Type.DATE,
        "person.matricule": Type.MATRICULE,
        "person.email": Type.EMAIL,
        "person.phone": Type.PHONE,
        "organisation.name": Type.TEXT,
        "organisation.number": Type.ORGANISATION_NUMBER,
        "administration.code": Type.COMMUNE,
        "register.population.address": Type.TEXT,
        "register.population.postal_code": Type.POSTAL_CODE,
        "register.population.locality": Type.TEXT,
        "register.population.since": Type.DATE,
    }
)
