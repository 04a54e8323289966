# SPDX-License-Identifier: EUPL-1.2
"""The page of what proofs cost: one run of `benchmarks.proofs` as a table of what was measured, beside what, and the ratio.

`python -m benchmarks.proofs --page` measures and writes; `python -m benchmarks.proofs_page` writes the page of the kept run anew.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any  # JSON of our own making: an edge

from benchmarks import letters

PAGE = Path(__file__).resolve().parents[1] / "docs" / "explain" / "performance-proofs.md"
RUN = PAGE.with_suffix(".json")
FLOOR = 67.1  # bytes per entry: itself with its length, its hash, and its share of the hashes above
APPENDS, HTTP = {100: 20_000, 5_000: 100_000}, 10_000  # entries/s to be reached
_BLOCK = re.compile(r"(<!-- proofs -->\n).*?(<!-- /proofs -->)", re.DOTALL)


@dataclass(frozen=True)
class Row:
    """One line. measured and other in the same unit; is_less: less is better. other 0: stands beside nothing."""

    what: str
    measured: float
    unit: str = "/s"
    beside: str = ""
    other: float = 0.0
    goal: float = 0.0
    is_less: bool = False

    @property
    def cells(self) -> tuple[str, ...]:
        ratio = f"{self.measured / self.other:.2f}" if self.other else ""
        reach = f"{'at most' if self.is_less else 'at least'} {_number(self.goal)}{self.unit}" if self.goal else ""
        beside = f"{self.beside}: {_number(self.other)}{self.unit}" if self.other else self.beside
        return self.what, f"{_number(self.measured)}{self.unit}", beside, ratio, reach


def written(page: str, run: Mapping[str, Any]) -> str:
    """The page with this run in its place. Raises ValueError when it has none."""
    if len(_BLOCK.findall(page)) != 1:
        raise ValueError("The page has one place for the run.")
    return _BLOCK.sub(lambda found: found[1] + text(run) + found[2], page)


def publish(run: Mapping[str, Any]) -> None:
    """Keep the run, and put it into the page."""
    RUN.write_text(json.dumps(run, indent=1, ensure_ascii=False) + "\n", "utf-8")
    PAGE.write_text(written(PAGE.read_text("utf-8"), run), "utf-8")


def text(run: Mapping[str, Any]) -> str:
    """The whole block: the machine, the table, the parts of a letter."""
    here = run["machine"]
    machine = (
        f"{here['date']} · commit {here['commit']}; {here['processor']}, {here['cores']} cores, {here['memory_gib']} GiB,"
        f" {here['file_system']}; load average before {here['load_before']}, after {here['load_after']};"
        f" Python {here['python']}; a {here['size']} run, which took {here['seconds']:.0f} s."
    )
    head = ("what", "measured", "beside what", "ratio", "to be reached")
    rows = [one.cells for one in (*_appends(run), *_proofs(run), *_seals(run), *_letters(run), *_photographs(run))]
    return f"{machine}\n\n{_table(head, rows, '-:-::')}\n{_missing(run)}{_parts(run['letters'].get('campaign'))}"


def _appends(run: Mapping[str, Any]) -> Iterator[Row]:
    peer = run["tessera"].get("appends", {})
    for one in run["appends"]:
        batch = int(one["batch"])
        what = f"entries appended, {batch:,d} a batch, durable and signed"
        yield Row(what, one["per_second"], beside="the same bytes written and synced", other=one["bare_per_second"],
                  goal=APPENDS.get(batch, 0.0))  # fmt: skip
        if str(batch) in peer:
            yield Row(what, one["per_second"], beside="Tessera, POSIX", other=peer[str(batch)])
        yield Row(f"processor of an entry, {batch:,d} a batch", one["processor_us"], " µs", is_less=True)
    http = run["http"]
    what = "entries acknowledged over HTTP, batches of a second, 1,000 a request"
    yield Row(what, http["per_second_of_1000"], beside="Tessera, POSIX, checkpoints of a second, no HTTP",
              other=run["tessera"].get("second", 0.0), goal=HTTP)  # fmt: skip
    yield Row("the same, 100 a request", http["per_second_of_100"], goal=HTTP)
    yield Row(f"the same, single, over {http['connections_single']:,.0f} connections", http["per_second_single"],
              beside="each connection once a second", other=http["connections_single"])  # fmt: skip


def _proofs(run: Mapping[str, Any]) -> Iterator[Row]:
    proofs = run["proofs"]
    log = f"of a log of {proofs['entries']:,d}"
    yield Row(f"inclusion proofs made from tiles, {log}, cold", proofs["proofs_cold"], beside="with the tiles in memory",
              other=proofs["proofs_warm"])  # fmt: skip
    yield Row("paths checked", proofs["paths_checked"], beside="their hashes alone", other=proofs["bare_path"])
    yield Row("whole proofs checked: text, path, five signatures, policy", proofs["proofs_checked"],
              beside="the signatures alone", other=proofs["bare_signatures"])  # fmt: skip
    yield Row("entries audited: every file, the whole tree", proofs["audited"])
    least = "what cannot be less"
    yield Row("on the disk for an entry", proofs["bytes_per_entry"], " bytes", beside=least, other=FLOOR, is_less=True)
    yield Row("the same, partial files of earlier sizes removed", proofs["bytes_per_entry_swept"], " bytes",
              beside=least, other=FLOOR, is_less=True)  # fmt: skip
    yield Row("requests of other logs decided and cosigned", run["witness"])


def _seals(run: Mapping[str, Any]) -> Iterator[Row]:
    seals = run["seals"]
    yield Row(f"seals of eight facts signed, {seals['signs']} signs", seals["signed"], beside="their ES256 signature alone",
              other=seals["bare_signed"])  # fmt: skip
    yield Row("seals verified", seals["verified"], beside="their ES256 verification alone", other=seals["bare_verified"])
    yield Row(f"QR codes drawn, {seals['modules']} modules", seals["drawn"])
    yield Row("QR codes read from a clean picture", seals["read"])


def _letters(run: Mapping[str, Any]) -> Iterator[Row]:
    said = run["letters"]
    yield Row("signature with time stamp, p99, of the processor", said["sign_p99_ms"], " ms", beside="its median",
              other=said["sign_p50_ms"], goal=letters.GATE_MS, is_less=True)  # fmt: skip
    campaign = said.get("campaign")
    if campaign is not None:
        yield Row(f"letters sealed, logged, signed, stored; a campaign of {campaign['letters']}", campaign["per_second"],
                  beside=f"what their processor time leaves on {campaign['cores']} cores", other=campaign["possible_per_second"],
                  goal=letters.GOAL)  # fmt: skip
        yield Row("checkpoints for the whole campaign", campaign["checkpoints"], "", is_less=True)


def _photographs(run: Mapping[str, Any]) -> Iterator[Row]:
    read = run["photographs"].get("read", {})
    for dots in next(iter(read.values()), {}):
        shares = [one[dots] for one in read.values()]
        yield Row(f"photographed codes read at {dots} dpi, {len(shares)} kinds of damage", 100 * sum(shares) / len(shares), " %")


def _missing(run: Mapping[str, Any]) -> str:
    said = {name: run[name]["missing"] for name in ("tessera", "photographs") if "missing" in run[name]}
    return "".join(f"\nNot measured: {name} ({why}).\n" for name, why in said.items())


def _parts(campaign: Mapping[str, Any] | None) -> str:
    """What a letter of the campaign costs, part by part."""
    if campaign is None:
        return ""
    used = campaign["processor_ms"]
    rows = [
        (letters.PARTS[name], f"{one['wall_ms']:.2f}", f"{one['here_ms']:.2f}", f"{one['here_ms'] / sum(used.values()):.0%}")
        for name, one in campaign["parts"].items()
    ]
    rows += [
        ("processes that set the letter", "", f"{used['spawned']:.2f}", f"{used['spawned'] / sum(used.values()):.0%}"),
        ("PostgreSQL", "", f"{used['postgres']:.2f}", f"{used['postgres'] / sum(used.values()):.0%}"),
        ("all", "", f"{sum(used.values()):.2f}", "100%"),
    ]
    head = ("part of a letter", "by the clock, ms", "of the processor, ms", "share")
    return f"\n{_table(head, rows, '-:::')}"


def _number(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 or value == int(value) else f"{value:,.1f}"


def _table(head: tuple[str, ...], rows: Sequence[tuple[str, ...]], sides: str) -> str:
    """sides: for each column `:` to the right, `-` to the left."""
    marks = ["---:" if side == ":" else "---" for side in sides]
    return "".join(f"| {' | '.join(line)} |\n" for line in (head, tuple(marks), *rows))


if __name__ == "__main__":
    PAGE.write_text(written(PAGE.read_text("utf-8"), json.loads(RUN.read_text("utf-8"))), "utf-8")
    sys.exit(0)
