# SPDX-License-Identifier: EUPL-1.2
"""Who judged, and how: each verifier named here has said yes and no, or with CI=true the run has failed.

Loaded by `make test-slow` and `make test-outside` with `-p tests.outside.verdicts`. A test that is skipped, forgotten or taken out
leaves its verifier without verdicts, and that is noticed here, whatever the reason.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import pytest

NAMED = (
    "x/mod/sumdb/note", "x/mod/sumdb/tlog", "tlog-scales", "scitt-cose", "zxing-cpp", "cwt", "py2ddoc", "tddoc", "openssl", "openssl cms",
    "openssl ts", "openssl ts in acts", "pdfsig", "qpdf", "veraPDF",
)  # fmt: skip
"""One name for each thing that is judged: a program that went on judging another one would be no sign of this one."""
PROPERTY = "outside-verdict"
OUTSIDE = [pytest.mark.slow, pytest.mark.outside]


@dataclass(frozen=True)
class Answer:
    """What a verifier said: whether it agrees, and its words."""

    holds: bool
    words: str


Ask = Callable[..., Answer]


class Verifier:
    """One of NAMED in one test; keeps its verdicts where the run collects them."""

    def __init__(self, name: str, ask: Ask, properties: list[tuple[str, object]]) -> None:
        assert name in NAMED
        self.name = name
        self._ask = ask
        self._properties = properties

    def accepts(self, *what: object) -> str:
        """It agrees; what it said."""
        answer = self._ask(*what)
        assert answer.holds, f"{self.name} refuses {what}:\n{answer.words}"
        self._properties.append((PROPERTY, [self.name, "yes"]))
        return answer.words

    def refuses(self, *what: object, because: str = "") -> str:
        """It does not agree, and says why; what it said."""
        answer = self._ask(*what)
        assert not answer.holds, f"{self.name} accepts {what}:\n{answer.words}"
        assert because in answer.words, f"{self.name} refuses {what} for another reason than {because!r}:\n{answer.words}"
        self._properties.append((PROPERTY, [self.name, "no"]))
        return answer.words


def silent(verdicts: Iterable[tuple[str, str]]) -> list[str]:
    """Those of NAMED that did not say both yes and no."""
    said = set(verdicts)
    return [name for name in NAMED if not {(name, "yes"), (name, "no")} <= said]


def table(verdicts: Sequence[tuple[str, str]]) -> list[str]:
    counted = Counter(verdicts)
    lines = [f"{name:<18} {counted[name, 'yes']:>5} yes {counted[name, 'no']:>5} no" for name in NAMED]
    return [*lines, *(f"NOT HEARD: {name}" for name in silent(verdicts))]


_heard: list[tuple[str, str]] = []


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    if report.when == "call" and report.passed:
        _heard.extend((name, word) for key, (name, word) in _verdicts(report))


def _verdicts(report: pytest.TestReport) -> list[tuple[str, tuple[str, str]]]:
    return [(key, tuple(value)) for key, value in report.user_properties if key == PROPERTY]  # type: ignore[arg-type, misc]  # as Verifier wrote it


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    terminalreporter.section("outside verifiers")
    for line in table(_heard):
        terminalreporter.line(line)


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    is_controller = not hasattr(session.config, "workerinput")
    if is_controller and os.environ.get("CI") == "true" and silent(_heard) and session.exitstatus == pytest.ExitCode.OK:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
