# SPDX-License-Identifier: EUPL-1.2
"""The letters of a campaign: thousands of acts of one type, decided, logged and rendered beside the counter's own work.

For each CHUNK of letters:
1. Decide them in one transaction, so that one batch of the log takes all their leaves. Who was decided before (the same campaign
   and recipient) is not decided again: a campaign that was interrupted is begun again with the same list.
2. Append to the log; move the acts on without telling anybody, for they are rendered here.
3. Render and sign, several at a time: Typst and the PDF's signature field in as many spawned processes as there are cores, keys
   and rows in this one. What fails is counted by its code and left to the worker, which tries acts that stand still again.
4. Append the files' leaves, in one batch.
Then each act goes its usual way: the worker delivers it. Killed anywhere, nothing is lost and nothing is done twice.

A chunk is what is in memory at once. While one is being decided, the administration's next number is not given to anybody else.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import islice
from threading import Barrier
from uuid import UUID

from django.db import connection

from bierger.documents.errors import RenderError, SandboxBusy
from bierger.documents.models import Act
from bierger.documents.plugins.sandbox.pool import LANES
from bierger.documents.services.acts import decide_act
from bierger.documents.services.steps import render_act
from bierger.infra.blobs import BlobFileError
from bierger.infra.principal import SYSTEM, acting_as
from bierger.ledger import selectors as log
from bierger.ledger import services as ledger
from bierger_core.seals import RegisteredType

CHUNK = 250  # a second or two of deciding; a few megabytes
PATIENCE = 20  # times that a letter waits for a process, some seconds each: a minute in all


@dataclass(frozen=True)
class Campaign:
    """What all its letters have in common. name: unique for ever within the cases it writes to."""

    name: str
    administration: UUID
    document_type: RegisteredType
    template: bytes
    package_digest: str


@dataclass(frozen=True)
class Letter:
    """One recipient's. recipient: tells the letters of one case apart; facts, fields, title: as `decide_act` takes them."""

    recipient: str
    case: UUID
    facts: Mapping[str, str]
    fields: Mapping[str, str]
    language: str
    title: str
    space: UUID | None = None
    link: str | None = None


@dataclass
class Progress:
    """How many were decided (or had been before), rendered, and refused by which code."""

    decided: int = 0
    rendered: int = 0
    failed: Counter[str] = field(default_factory=Counter)


def issue_letters(*, campaign: Campaign, letters: Iterable[Letter], at_once: int = LANES + 1) -> Iterator[Progress]:
    """Issue all letters; after each chunk, how far it is. Worker only; opens its own transactions.

    letters   read as it goes along, never all at once
    at_once   threads that render; one more than there are processes keeps these busy while rows are written
    Raises FactsRefused: the chunk in which a letter's facts are not those of the type is not decided at all.
    """
    progress, rest = Progress(), iter(letters)
    while chunk := list(islice(rest, CHUNK)):
        acts = _decided(campaign, chunk)
        progress.decided += len(acts)
        _logged()
        _moved(acts)
        with ThreadPoolExecutor(at_once, thread_name_prefix="letters") as threads:
            for code in threads.map(_rendered, acts):
                progress.failed.update([code] if code else [])
            all_here = Barrier(at_once)  # each thread has a connection of its own, and each closes it
            for _ in range(at_once):
                threads.submit(_hang_up, all_here)
        _logged()
        progress.rendered += _standing(acts)
        yield progress


def _decided(campaign: Campaign, letters: list[Letter]) -> list[UUID]:
    with acting_as(SYSTEM):
        return [
            decide_act(
                case_id=one.case, administration_id=campaign.administration, document_type=campaign.document_type,
                facts=one.facts, fields=one.fields, template=campaign.template, language=one.language, title=one.title,
                holder_space=one.space, holder_link=one.link, package_digest=campaign.package_digest,
                once=f"{campaign.name}/{one.recipient}",
            )
            for one in letters
        ]  # fmt: skip


def _logged() -> None:
    """Everything that waits, ours among it. Beside a worker whose sequencer was faster this finds nothing, and that is fine."""
    while ledger.sequence():
        pass


def _moved(acts: list[UUID]) -> None:
    """From decided to logged, silently: no job is made for an act that is rendered in a moment."""
    with acting_as(SYSTEM):
        waiting = dict(Act.objects.filter(id__in=acts, state="decided").values_list("facts_commitment", "id"))
        there = [bytes(one.commitment) for one in log.logged_among([bytes(leaf) for leaf in waiting])]
        Act.objects.filter(id__in=acts, state="decided", facts_commitment__in=there).update(state="logged")


def _standing(acts: list[UUID]) -> int:
    """How many have their file, whoever made it."""
    with acting_as(SYSTEM):
        return Act.objects.filter(id__in=acts, file__isnull=False).count()


def _rendered(act: UUID) -> str:
    """The code of what went wrong, or ''."""
    for _ in range(PATIENCE):
        try:
            render_act(act=act)
        except SandboxBusy:
            continue  # it has waited for its turn already
        except (RenderError, BlobFileError) as error:
            return error.code
        return ""
    return SandboxBusy.code


def _hang_up(all_here: Barrier) -> None:
    all_here.wait(60)
    connection.close()
