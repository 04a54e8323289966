# SPDX-License-Identifier: EUPL-1.2
"""A law for readings in tests that have no procedure at hand: nobody reads without one."""

from bierger_core.procedures import LegalBasis

ELI = "http://legilux.public.lu/eli/etat/leg/loi/2013/06/19/n1/jo"
SOME_LAW = (LegalBasis("Loi du 19 juin 2013 relative à l’identification des personnes physiques", ELI, ("1", "4"), verified=False),)
