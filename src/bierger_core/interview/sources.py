# SPDX-License-Identifier: EUPL-1.2
"""Where an answer can be known before it is asked: the fixed list of sources a question may declare.

A package cannot reach data by naming them: what is not in this list does not exist for it. `person.*` and `organisation.*` are
what sign-in told; `administration.code` is the administration chosen on the procedure's sheet. What a register says is asked by
a task of the process, when the case runs.

A yes/no question of a situation may have `act.<owner>.<procedure>.<document>`: whoever is signed in and holds such an act, in
force, need not say so.
"""

import re
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
        "organisation.name": Type.TEXT,
        "organisation.number": Type.ORGANISATION_NUMBER,
        "administration.code": Type.COMMUNE,
    }
)
_ACT = re.compile(r"act\.([a-z][a-z0-9-]{0,60})\.([a-z][a-z0-9-]{0,60})\.([a-z][a-z0-9-]{0,60})")


def act_of(source: str) -> tuple[str, str] | None:
    """Give the procedure (`owner/name`) and the document of a source that is an act; None for any other source."""
    found = _ACT.fullmatch(source)
    return (f"{found[1]}/{found[2]}", found[3]) if found else None


# Once in the list, although nothing ever filled them. Versions published then are read as they were, and ask the question;
# `check` refuses a new one by the name.
RETIRED: Mapping[str, Type] = MappingProxyType(
    {
        "person.phone": Type.PHONE,
        "register.population.address": Type.TEXT,
        "register.population.postal_code": Type.POSTAL_CODE,
        "register.population.locality": Type.TEXT,
        "register.population.since": Type.DATE,
    }
)
