# SPDX-License-Identifier: EUPL-1.2
"""Random models whose tables have any hit policy and aggregation of DMN."""

from fractions import Fraction
from itertools import combinations
from xml.etree import ElementTree as ET

from tests.core.rules.partial.models import Generator, Operand, added, frozen

POLICIES = ("UNIQUE", "FIRST", "ANY", "PRIORITY", "OUTPUT ORDER", "RULE ORDER", "COLLECT", "COLLECT")
AGGREGATIONS = ("", "SUM", "MIN", "MAX", "COUNT")
KNOWN_BEFORE = ("ANY", "PRIORITY", "OUTPUT ORDER")  # what reads outputs takes constants alone
RANKED = ("PRIORITY", "OUTPUT ORDER")
MOST_ADDED = 3  # rules of one COLLECT SUM that add inputs: each set of them is a sum of its own


class EveryPolicy(Generator):
    """Draws a table as before, then gives it another policy."""

    constants_only = False

    def result(self, names: list[str], kind: str, results: list[Operand]) -> str:
        return super().result([] if self.constants_only else names, kind, results)

    def table(self, names: list[str], kind: str, results: list[Operand]) -> str:
        policy = self.random.choice(POLICIES)
        aggregation = self.random.choice(AGGREGATIONS) if policy == "COLLECT" else ""
        if aggregation == "SUM" and kind != "number":
            aggregation = "COUNT"
        self.constants_only = policy in KNOWN_BEFORE or self.random.random() < 0.5
        one_output = policy in RANKED or aggregation in ("SUM", "MIN", "MAX")
        while True:
            drawn: list[Operand] = []
            table = ET.fromstring(super().table(names, kind, drawn))
            if not (one_output and len(table.findall("output")) > 1):
                break
        self.constants_only = False
        table.set("hitPolicy", policy)
        if aggregation:
            table.set("aggregation", aggregation)
        if policy in RANKED:
            self.rank(table)
        results += self.made_of(table, drawn, aggregation)
        if policy in ("RULE ORDER", "OUTPUT ORDER", "COLLECT"):
            default = table.find("output/defaultOutputEntry")
            self.made = {"": "list", "COUNT": "number"}.get(aggregation, "")
            if aggregation == "COUNT" and default is not None and (kind != "number" or len(table.findall("output")) > 1):
                self.made = "list"  # a count, or a text or a context: nobody compares it
        text = ET.tostring(table, encoding="unicode")
        return text if self.made else text.replace('<output name="second" />', '<output name="second"/>')

    def rank(self, table: ET.Element) -> None:
        """List the outputs in some order."""
        texts = sorted({one.findtext("text") or "" for one in (*table.iter("outputEntry"), *table.iter("defaultOutputEntry"))})
        self.random.shuffle(texts)
        values = ET.Element("outputValues")
        ET.SubElement(values, "text").text = ", ".join(texts)
        table.findall("output")[0].insert(0, values)

    def made_of(self, table: ET.Element, drawn: list[Operand], aggregation: str) -> list[Operand]:
        """Give what the result may be: one of the outputs, or what they make together."""
        if aggregation == "COUNT":
            numbers = range(len(table.findall("rule")) + 1)
            return [*drawn, Operand("", "number", tuple(frozen({"": Fraction(number)}) for number in numbers))]
        if aggregation != "SUM":
            return drawn
        by_text = {operand.text: operand for operand in drawn}
        if any(one.sources or any(name for name, _ in form if name) for one in drawn for form in one.sums):
            for rule in table.findall("rule")[MOST_ADDED:]:
                table.remove(rule)
        forms = [by_text[one.findtext("text") or ""].sums for one in table.iter("outputEntry")]
        sums = set()
        for length in range(1, len(forms) + 1):
            for chosen in combinations(forms, length):
                totals: list[dict[str, Fraction]] = [{}]
                for one in chosen:
                    totals = [added(total, dict(form), 1) for total in totals for form in one]
                sums |= {frozen(total) for total in totals}
        return [*drawn, Operand("", "number", tuple(sorted(sums)))]
