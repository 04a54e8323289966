# SPDX-License-Identifier: EUPL-1.2
"""What the demonstration says when it is ready: the address, who can sign in, what to try first. At most 100 columns."""

from __future__ import annotations

import textwrap

from bierger.simulators.country import country

WIDTH = 100
LABEL = 22  # columns of the names

TRY = (
    (
        "Sign in as Léa Beispill and ask Mersch for a residence certificate. The register confirms her address: seconds "
        "later the sealed PDF is in her mailbox. Give it to {base}/verify."
    ),
    (
        "Ask again as Emma Primjer, whose address the register does not know: the request waits for an officer. Sign in "
        "as Claire Muster, choose Mersch, and decide at {base}/desk."
    ),
    (
        "Ask for a building permit as Nina Esempio, for herself or for her firm. Tom Beispill checks the file, Marc "
        "Esempio and Laura Exemplo give opinions, Nora Beispiel, the mayor, decides."
    ),
    "Report a problem without signing in (“my bin was not emptied”) and follow it by its private link.",
)

CITIZENS = (
    ("lea.beispill", "lives in Mersch, as the register says"),
    ("hugo.exemplo", "moved from Mersch to Diekirch: Mersch cannot certify his residence at once"),
    ("emma.primjer", "has no known address: an officer looks into it"),
    ("nina.esempio", "lives in Mersch and manages a firm: two spaces"),
    ("jonas.muster", "lives in Esch-sur-Alzette"),
    ("alice.exemple", "lives in Echternach"),
)

OFFICERS = (
    ("claire.muster", "Mersch, citizens’ office"),
    ("tom.beispill", "Mersch, building and planning: checks the files"),
    ("marc.esempio", "Mersch, building and planning: gives opinions"),
    ("laura.exemplo", "Mersch, technical service: gives opinions"),
    ("nora.beispiel", "Mersch, mayor: decides"),
    ("pol.sample", "Mersch, waste, lighting, roads and green spaces"),
    ("sonia.exemplo", "Esch-sur-Alzette, citizens’ office"),
    ("frank.beispill", "Echternach, citizens’ office"),
    ("gilles.voorbeeld", "Nature and forests: checks what is built outside the building zones"),
    ("kevin.esimerkki", "Water management: checks works near water"),
    ("tessy.primjer", "Architectural heritage: checks works on protected buildings"),
    ("tessy.beispill", "ADEM: employers, people with a disability"),
    ("corinne.exemple", "ADEM: decides"),
    ("fernand.primjer", "CCSS: takes note of who is hired"),
    ("manon.sample", "Ministry of the Economy: checks business permits"),
    ("raoul.beispiel", "Customs and excise: checks drinks licences"),
    ("norbert.voorbeeld", "ALVA: registers places that serve food"),
)


def welcome(base_url: str) -> str:
    """The whole text, ending with a newline."""
    lines = [
        f"Bierger is ready:  {base_url}",
        "",
        "Everybody and everything in it is made up. To sign in, pick somebody: the password, “moien”, is",
        "already filled in. The pages speak French, German, English and Luxembourgish.",
        "",
        "Try first",
        *(line for number, what in enumerate(TRY, 1) for line in _numbered(number, what.format(base=base_url))),
        "",
        "Citizens",
        *_people(CITIZENS),
        "",
        "Officers (after signing in, choose the administration)",
        *_people(OFFICERS),
        "",
        f"and {len(country().people) - len(CITIZENS) - len(OFFICERS)} more. Stop with Ctrl-C.",
    ]
    return "\n".join(line.rstrip() for line in lines) + "\n"


def _numbered(number: int, what: str) -> list[str]:
    first, *others = textwrap.wrap(what, WIDTH - 5, break_long_words=False, break_on_hyphens=False)
    return [f"  {number}  {first}", *(f"     {other}" for other in others)]


def _people(rows: tuple[tuple[str, str], ...]) -> list[str]:
    return [f"  {country().by_handle[handle].name:<{LABEL}}{what}" for handle, what in rows]
