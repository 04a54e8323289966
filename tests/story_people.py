# SPDX-License-Identifier: EUPL-1.2
"""Who takes part in the stories."""

from __future__ import annotations

from dataclasses import dataclass

from bierger.infra.principal import Principal
from tests.people import officer, person


@dataclass(frozen=True)
class Town:
    """Officers of Mersch, one of Esch (`stranger`), and two people who live in Mersch."""

    applicant: Principal
    neighbour: Principal
    clerk: Principal
    other_clerk: Principal
    urbanism: Principal
    technical: Principal
    mayor: Principal
    population: Principal
    stranger: Principal


def town() -> Town:
    return Town(
        applicant=person("lea.beispill"),
        neighbour=person("emma.primjer"),
        clerk=officer("tom.beispill"),
        other_clerk=officer("marc.esempio"),
        urbanism=officer("marc.esempio"),
        technical=officer("laura.exemplo"),
        mayor=officer("nora.beispiel"),
        population=officer("claire.muster"),
        stranger=officer("dan.muster"),
    )
