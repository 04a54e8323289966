# SPDX-License-Identifier: EUPL-1.2
"""Law with dates: from when to when a rule of a table holds, and the periods into which the rules of a file cut time.

An author writes the days in annotation columns of a table, where any DMN modeler keeps them: `valid from` is the first
day, `valid to` the last one; an empty cell has no end. The other columns that mean something here are `law` (the
article, in words), `eli` (its European Legislation Identifier; it may also stand in the words) and `confirmed`: `false`
says that nobody has read the article in the source yet, in a cell that every language tells in its own words.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from bierger_core.rules.errors import DmnRefused
from bierger_core.rules.xmltree import Element
from bierger_core.values.findings import Finding

FROM, TO, LAW, ELI, CONFIRMED = "valid from", "valid to", "law", "eli", "confirmed"
BIERGER = "https://bierger.eu/dmn"  # the namespace of what no DMN attribute says
MAX_DATES = 100  # days on which rules of one file begin or end; each period between two is proved for itself
IDENTIFIER = re.compile(r"https?://[^\s<>\"]*/eli/[^\s<>\"]*[^\s<>\".,;:)\]]")
ISO_DAY = re.compile(r"\d{4}-\d\d-\d\d")
DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Period:
    """Days from `first` to `last`, both included; None: without beginning, without end."""

    first: date | None = None
    last: date | None = None

    def holds(self, day: date) -> bool:
        """Tell whether a day lies in the period."""
        return (self.first is None or self.first <= day) and (self.last is None or day <= self.last)

    def covers(self, other: "Period") -> bool:
        """Tell whether all of another period lies in this one."""
        first = self.first is None or (other.first is not None and self.first <= other.first)
        return first and (self.last is None or (other.last is not None and other.last <= self.last))

    def __str__(self) -> str:
        """Write it for a message: always, from .., until .., from .. to .."""
        if self.first is None:
            return "always" if self.last is None else f"until {self.last}"
        return f"from {self.first}" if self.last is None else f"from {self.first} to {self.last}"


ALWAYS = Period()


@dataclass(frozen=True, slots=True)
class Law:
    """An article of law: its words, and its European Legislation Identifier ("" where the author gave none).

    `confirmed` False: it was not read in the source.
    """

    text: str
    eli: str = ""
    confirmed: bool = True


def law_of(texts: Iterable[str], identifiers: Iterable[str], *, confirmed: bool = True) -> tuple[Law, ...]:
    """Pair words with identifiers in their order; an identifier among the words is taken out of them."""
    elis = list(identifiers)
    found: list[Law] = []
    for text in texts:
        inside = IDENTIFIER.search(text)
        if inside is not None:
            words = " ".join((text[: inside.start()] + text[inside.end() :]).split()).strip(" ,;()[]")
            found.append(Law(words or inside[0], inside[0], confirmed))
        else:
            found.append(Law(text, elis.pop(0) if elis else "", confirmed))
    return (*found, *(Law(eli, eli, confirmed) for eli in elis))


def period_of(cells: Iterable[tuple[str, str]]) -> Period:
    """Read the annotations of a rule, by name of the column; ValueError says in words what is wrong."""
    days: dict[str, date] = {}
    for name, text in cells:
        column = named(name)
        if column not in (FROM, TO) or not text:
            continue
        if column in days:
            raise ValueError(f"there are two columns `{column}`")
        try:
            days[column] = date.fromisoformat(text if ISO_DAY.fullmatch(text) else "")
        except ValueError:
            raise ValueError(f"`{column}` is no day: {text[:40]!r}") from None
    period = Period(days.get(FROM), days.get(TO))
    if period.first is not None and period.last is not None and period.last < period.first:
        raise ValueError(f"the rule ends ({period.last}) before it begins ({period.first})")
    return period


def confirmed_of(cells: Iterable[tuple[str, str]]) -> bool:
    """Read whether a rule's articles were read in the source; ValueError says in words what is wrong."""
    said = [text for name, text in cells if named(name) == CONFIRMED and text]
    if any(text not in ("true", "false") for text in said):
        raise ValueError(f"`{CONFIRMED}` is neither true nor false: {said[0][:40]!r}")
    return "false" not in said


def named(column: str) -> str:
    """Give the name of an annotation column as it is compared: small letters, single blanks."""
    return " ".join(column.split()).casefold()


def cut(periods: Iterable[Period]) -> tuple[Period, ...]:
    """Cut all of time at the beginnings and ends of periods: between two cuts the same ones hold. At least one."""
    starts: set[date] = set()
    for one in periods:
        if one.first is not None and one.first > date.min:
            starts.add(one.first)
        if one.last is not None and one.last < date.max:
            starts.add(one.last + DAY)
    days = sorted(starts)
    return tuple(
        Period(low, None if high is None else high - DAY) for low, high in zip([None, *days], [*days, None], strict=True)
    )


def place(periods: Sequence[Period], day: date) -> int:
    """Find the period of `cut` in which a day lies."""
    return next(index for index, one in enumerate(periods) if one.holds(day))


def runs(places: Iterable[int], periods: Sequence[Period]) -> list[Period]:
    """Join periods that follow each other, given by their places in rising order."""
    found: list[list[int]] = []
    for index in places:
        if found and found[-1][1] == index - 1:
            found[-1][1] = index
        else:
            found.append([index, index])
    return [Period(periods[low].first, periods[high].last) for low, high in found]


# -- any DMN file ----------------------------------------------------------------------------------------------------


def in_force(root: Element, day: date, *, path: str) -> None:
    """Take the rules that do not hold on a day out of all tables of a file; DmnRefused for a day that is none.

    A table that loses every rule is marked: it decides nothing on that day, not even its default.
    """
    findings: list[Finding] = []
    for table in _tables(root):
        columns = [child.get("name") for child in table.children if child.tag == "annotation" and child.uri == root.uri]
        rules = [child for child in table.children if child.tag == "rule" and child.uri == root.uri]
        gone: set[int] = set()
        for rule in rules:
            try:
                holds = period_of(zip(columns, _annotations(rule), strict=False)).holds(day)
            except ValueError as error:
                findings.append(Finding("dmn-validity", path, rule.line, f"{error}.", "Write days as 2027-01-31, or nothing."))
                continue
            if not holds:
                gone.add(id(rule))
        table.children = [child for child in table.children if id(child) not in gone]
        if rules and len(gone) == len(rules):
            table.attributes[BIERGER, "out-of-force"] = day.isoformat()
    if findings:
        raise DmnRefused(tuple(findings))


def _annotations(rule: Element) -> list[str]:
    entries = [child for child in rule.children if child.tag == "annotationEntry" and child.uri == rule.uri]
    return ["".join(child.text for child in entry.children if child.tag == "text") for entry in entries]


def _tables(element: Element) -> Iterator[Element]:
    if element.tag == "decisionTable":
        yield element
    for child in element.children:
        yield from _tables(child)
