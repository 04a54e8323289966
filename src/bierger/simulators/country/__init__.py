# SPDX-License-Identifier: EUPL-1.2
"""The people, organisations and officers of the demonstration country: synthetic, deterministic, pure.

    people = country().people

Every family name is the word *example* in one of the languages spoken in Luxembourg: nobody can take these people for
real ones. Their identification numbers pass the legal check digits and use sequences from 900 upwards.
"""

from bierger.simulators.country.generate import country
from bierger.simulators.country.model import (
    Address,
    Country,
    Employment,
    Membership,
    Office,
    Organisation,
    Person,
    Residence,
)

__all__ = ["Address", "Country", "Employment", "Membership", "Office", "Organisation", "Person", "Residence", "country"]
