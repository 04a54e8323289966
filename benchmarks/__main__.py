# SPDX-License-Identifier: EUPL-1.2
"""`make bench`, `python -m benchmarks [--quick] [--profile]`: one run, one table; the same as JSON in benchmarks/results/."""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path

os.environ.setdefault("BIERGER_ENV", "demo")

from benchmarks import machine, memory, recovery, replay, report
from benchmarks.system import CLONE, System
from bierger.site.demo import pieces

RESULTS = Path(__file__).parent / "results"


@dataclass(frozen=True)
class Size:
    """How much is measured. seconds: of each load; drafts_per_second: how many are prepared for it."""

    clients: tuple[int, ...]
    seconds: float
    replay_seconds: int
    page_seconds: float
    drafts_per_second: int
    replays_per_second: int
    acts: int
    log_entries: int
    work: int
    mine: int
    profile_rounds: int
    recoveries: int


USUAL = Size((1, 8, 32), 12.0, 6, 6.0, 400, 3_000, 40, 20_000, 10_000, 60, 40, 5)
QUICK = Size((1, 8, 32), 3.0, 2, 1.5, 400, 3_000, 6, 4_000, 10_000, 60, 10, 2)
TINY = Size((1, 2), 0.4, 1, 0.3, 200, 1_500, 1, 50, 60, 20, 3, 1)  # for the test: that it runs, not how fast


def main() -> int:
    arguments = _arguments()
    size = {"usual": USUAL, "quick": QUICK, "tiny": TINY}[arguments.size]
    began = time.monotonic()
    with System.temporary(web_processes=arguments.web_processes) as system:
        said: dict[str, object] = {"size": asdict(size), "web_processes": arguments.web_processes}
        said |= {"machine": machine.describe(system.server, system.place.data)}
        said |= _measure(system, size, with_profile=arguments.profile)
    _tell("Starts, and kill -9 of one piece after the other.")
    said["recovery"], said["demonstration_pss"] = recovery.measure(size.recoveries)
    said["seconds"] = time.monotonic() - began
    RESULTS.mkdir(exist_ok=True)
    file = arguments.json or RESULTS / f"{time.strftime('%Y-%m-%dT%H%M%S')}.json"
    file.write_text(json.dumps(said, indent=1, ensure_ascii=False) + "\n", "utf-8")
    print(report.table(said))
    print(f"\nThe same as JSON: {file}")
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="benchmarks", description="Measure the whole system; one run, one table.")
    parser.set_defaults(size="usual")
    parser.add_argument("--quick", dest="size", action="store_const", const="quick", help="about a minute, rougher")
    parser.add_argument("--tiny", dest="size", action="store_const", const="tiny", help="only to see that it runs")
    parser.add_argument("--profile", action="store_true", help="also profile the submission, statement by statement")
    parser.add_argument("--web-processes", type=int, default=pieces.WEB_PROCESSES, help="default: as the demonstration has")
    parser.add_argument("--json", type=Path, default=None, help="where to write the JSON")
    return parser.parse_args()


def _measure(system: System, size: Size, *, with_profile: bool) -> dict[str, object]:
    """The order matters: nothing runs that its measurement does not name."""
    levels = len(size.clients)
    per_level = int(size.drafts_per_second * size.seconds)
    per_replay = size.replays_per_second * size.replay_seconds
    _tell("Preparing drafts, sessions and a worklist.")
    own = 20 + 2 * size.profile_rounds  # for capture and profile, before those of the load
    seeded = system.inside(
        "seed", "owner", http=own * 2 + levels * per_level, replay=levels * per_replay, work=size.work, mine=size.mine
    )
    first = int(str(seeded["http_first"]))
    said: dict[str, object] = {}
    if with_profile:
        _tell("Profiling submissions.")
        said["profile"] = system.inside("profile", "web", first=first + own, rounds=size.profile_rounds)
    _tell("Replaying the SQL of a submission with pgbench: the limit.")
    captured = system.inside("capture", "web", first=first)
    said["messages"] = len(captured["statements"][0])  # type: ignore[index]  # JSON of our own process
    said["limit"] = _limit(system, size, captured["statements"], int(str(seeded["replay_first"])), per_replay)
    system.start("simulators")
    system.start("web")
    used = int(str(captured["used"]))
    _warm(system, first + used, min(own - used, 14))
    system.start("worker")
    _tell("Submitting over HTTP.")
    said["submissions"] = [
        _with_processor(
            system, job="submit", clients=clients, seconds=size.seconds,
            first=first + own * 2 + level * per_level, last=first + own * 2 + (level + 1) * per_level - 1,
        )
        for level, clients in enumerate(size.clients)
    ]  # fmt: skip
    _tell("Pages.")
    said["pages"] = {name: _page(system, size, path, cookies) for name, path, cookies in _pages(str(seeded["officer_session"]))}
    said["memory"] = memory.pss_by_session(system.sessions())
    system.stop("worker")
    _tell("The worklist with and without its recording.")
    said["readings"] = system.inside("readings", "web", session=str(seeded["officer_session"]), rounds=size.profile_rounds * 25)
    _tell("The log.")
    said["log"] = system.inside("log", "worker", entries=size.log_entries)
    _tell("Acts.")
    system.inside("acts-ask", "web", count=size.acts)
    system.start("worker")
    said["acts"] = system.inside("acts-wait", "worker", count=size.acts, seconds=30 + 3 * size.acts)
    said["memory_after_acts"] = memory.pss_by_session(system.sessions())
    return said


def _pages(officer: str) -> list[tuple[str, str, str]]:
    desk = f"bierger_session={officer}; bierger_language=en"
    return [
        ("catalogue", "/catalogue", "bierger_language=en"),
        ("catalogue, searched", "/catalogue?q=certificate", "bierger_language=en"),
        ("worklist", "/desk", desk),
        ("worklist, mine", "/desk?show=mine", desk),
    ]


def _with_processor(system: System, **told: object) -> dict[str, object]:
    """A load, with the processor time that each answer cost in each piece, in ms."""
    before = memory.seconds_by_session(system.sessions())
    answer = _load(system, **told)
    after = memory.seconds_by_session(system.sessions())
    each = {name: 1000 * (after[name] - before[name]) / int(str(answer["answers"])) for name in after}
    return answer | {"processor_ms": each}


def _page(system: System, size: Size, path: str, cookies: str) -> dict[str, object]:
    _load(system, job="get", clients=4, seconds=0.5, path=path, cookies=cookies)  # every thread has seen it once
    return _load(system, job="get", clients=4, seconds=size.page_seconds, path=path, cookies=cookies)


def _limit(system: System, size: Size, statements: object, first: int, each: int) -> list[dict[str, float]]:
    one, other = statements  # type: ignore[misc]  # JSON: two lists of statements
    file = system.place.data / "submission.sql"
    file.write_text(replay.script(one, other), "utf-8")
    binary = system.server.binary("pgbench")
    found = []
    for level, clients in enumerate(size.clients):
        before = memory.seconds_by_session(system.sessions())["postgres"]
        ran = replay.run(
            binary, system.server.url("web"), file, clients=clients, seconds=size.replay_seconds, base=first + level * each
        )
        spent = memory.seconds_by_session(system.sessions())["postgres"] - before
        found.append(ran | {"postgres_ms": 1000 * spent / (ran["per_second"] * size.replay_seconds)})
    return found


def _warm(system: System, first: int, count: int) -> None:
    """Fill the caches of the web process: packages, templates, directory."""
    _load(system, job="submit", clients=2, seconds=20.0, first=first, last=first + count - 1)


def _load(system: System, **told: object) -> dict[str, object]:
    command = [sys.executable, "-m", "benchmarks.load", json.dumps({"port": system.place.port, **told})]
    environment = {**os.environ, "PYTHONPATH": f"{CLONE / 'src'}{os.pathsep}{CLONE}"}
    done = subprocess.run(command, capture_output=True, text=True, cwd=CLONE, env=environment, check=False)
    if done.returncode:
        raise RuntimeError(f"The load client failed:\n{done.stderr[-3000:]}")
    answer: dict[str, object] = json.loads(done.stdout)
    if answer["wrong"]:
        raise RuntimeError(f"{answer['wrong']} of {answer['answers']} answers were wrong, the first: {answer['first_wrong']}")
    return answer


def _tell(sentence: str) -> None:
    print(sentence, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
