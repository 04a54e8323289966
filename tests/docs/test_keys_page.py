# SPDX-License-Identifier: EUPL-1.2
"""The page about keys does what it says: its commands follow each other on one installation, and their output is compared.

Keys are drawn at random; on the page each is four letters and `…`, and stands for the same key from one block to the next.
"""

from __future__ import annotations

import re
import shlex
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bierger.documents.models import Act
from bierger.infra.principal import SYSTEM, acting_as
from bierger.ledger import selectors, services
from bierger.ledger.models import Key
from bierger.ledger.plugins import key_files
from bierger.site.commands import keys
from tests.apps.documents.fixtures import commune, data_folder
from tests.apps.documents.story import decide

__all__ = ["commune", "data_folder"]

PAGE = Path(__file__).parents[2] / "docs" / "howto" / "keys.md"
BLOCKS = re.findall(r"^<!-- run: (\d) -->\n```console\n\$ (.+?)\n(.*?)^```$", PAGE.read_text(), re.MULTILINE | re.DOTALL)
SHORT, LONG = re.compile(r"\b([0-9a-f]{4})…"), re.compile(r"\b[0-9a-f]{16}\b")
OTHERS = re.compile(r"^[0-9a-f]{16}  \w+ +seal  (?!probe )")
ORIGIN_OF_THE_PAGE = "localhost:8000/log"


class Reader:
    """Follows the page with a key of ours for each of its own."""

    def __init__(self) -> None:
        self.named: dict[str, str] = {}

    def said(self, line: str) -> list[str]:
        """The words of a command, with our keys in them."""
        return shlex.split(SHORT.sub(lambda found: self.named[found[1]], line))

    def compare(self, printed: str, expected: str) -> None:
        """Line by line; a key that the page shows for the first time is learnt."""
        for ours, line in zip(printed.splitlines(), expected.splitlines(), strict=True):
            for kid, short in zip(LONG.findall(ours), SHORT.findall(line), strict=True):
                self.named.setdefault(short, kid)
            assert [self.named[short] for short in SHORT.findall(line)] == LONG.findall(ours), (ours, line)
            assert LONG.sub("KEY", ours) == SHORT.sub("KEY", line)


@pytest.fixture
def noon(frozen):
    def minutes(count: int) -> None:
        frozen(datetime(2026, 11, 22, 12, count, tzinfo=UTC))

    minutes(0)
    return minutes


def run(reader: Reader, as_worker, capsys, block: tuple[str, str, str]) -> None:
    status, line, expected = block
    command, _, word = line.partition(" | grep ")
    parser = keys.argparse.ArgumentParser()
    keys.add_arguments(parser)
    with as_worker():
        found = keys.run(parser.parse_args(reader.said(command)[2:]))
    said = capsys.readouterr()
    lines = (said.out + said.err).splitlines(keepends=True)
    # The suite's country has other administrations; the page's installation has one.
    printed = "".join(line for line in lines if word in line and not line.startswith("{") and not OTHERS.search(line))
    assert found == int(status), printed
    reader.compare(printed.replace(selectors.origin(), ORIGIN_OF_THE_PAGE), expected)


def issue(commune, as_worker, run_jobs, once: str) -> None:
    with as_worker():
        decide(commune, None, once=once)
    run_jobs()


def file_of(owner: str) -> Path:
    return key_files._path(bytes(Key.objects.get(owner=owner, status="active").kid))


def test_the_commands_of_the_page_answer_as_printed(commune, as_worker, run_jobs, noon, capsys):
    reader, blocks = Reader(), iter(BLOCKS)
    with as_worker(), acting_as(SYSTEM):
        services.ensure_keys(administration_ids=[commune.id])
    issue(commune, as_worker, run_jobs, "before")
    capsys.readouterr()
    for _ in range(3):  # the list, and two rotations
        run(reader, as_worker, capsys, next(blocks))
    noon(2)
    run_jobs()
    noon(15)
    issue(commune, as_worker, run_jobs, "after")
    noon(20)
    capsys.readouterr()
    for _ in range(2):  # stolen
        run(reader, as_worker, capsys, next(blocks))
    noon(30)
    file_of(commune.code).unlink()
    for _ in range(2):  # lost
        run(reader, as_worker, capsys, next(blocks))
    file_of(commune.code).chmod(0o644)
    run(reader, as_worker, capsys, next(blocks))
    assert next(blocks, None) is None
    with as_worker(), acting_as(SYSTEM):
        assert Act.objects.filter(issuer=commune.code).count() == 2


def test_every_block_of_the_page_is_run():
    assert PAGE.read_text().count("```") == 2 * len(BLOCKS)
