# SPDX-License-Identifier: EUPL-1.2
"""The letters of a campaign: thousands of acts of one type, decided, logged and rendered beside the counter's own work.

For each PART of the letters, which is all of them unless there are more than one batch of the log takes:
1. Decide them in one transaction. Who was decided before (the same campaign and recipient) is not decided again: a campaign that
   was interrupted is begun again with the same list.
2. Append to the log: one batch for all their leaves. Move the acts on without telling anybody, for they are rendered here.
3. Read what CHUNK of them need, in one transaction. Threads render, sign, encrypt and write the files, several at a time: Typst,
   QR code and the PDF's place for a signature in as many spawned processes as there are cores, keys in this one, rows in neither.
4. Meanwhile, as files come, insert their rows and swap the states, KEPT at a time in one transaction: the files are on the disk
   by then. What fails is counted by its code and left to the worker, which tries acts that stand still again.
5. When all are done append the files' leaves, unless the worker's sequencer was faster.
Then each act goes its usual way: the worker delivers it. Killed anywhere, nothing is lost and nothing is done twice; what is done
anew are the files that were rendered and not kept yet.

A part is what is in memory at once. While one is being decided, some seconds for 5,000 letters, the administration's next number
is not given to anybody else.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import islice
from threading import Barrier
from uuid import UUID

from django.db import connection

from bierger.documents.errors import RenderError
from bierger.documents.models import Act
from bierger.documents.plugins.sandbox.pool import LANES
from bierger.documents.services.acts import Wanted, decide_acts
from bierger.documents.services.steps import Begun, Made, begun, keep, made, note_problem
from bierger.infra.blobs import BlobFileError
from bierger.infra.errors import SandboxBusy
from bierger.infra.principal import SYSTEM, acting_as
from bierger.ledger import selectors as log
from bierger.ledger import services as ledger
from bierger_core.seals import RegisteredType

PART = 5_000  # letters; as many as one batch of the log has entries (ledger.services.sequencer.BATCH)
CHUNK = 250  # letters read at once; some ten megabytes of their files wait at most
KEPT = 20  # files whose rows share a transaction
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
    at_once   threads that render; one more than there are processes keeps these busy while files are signed and written
    Raises FactsRefused: the part in which a letter's facts are not those of the type is not decided at all.
    """
    progress, rest = Progress(), iter(letters)
    while part := list(islice(rest, PART)):
        acts = _decided(campaign, part)
        _logged()
        _moved(acts)
        for first in range(0, len(acts), CHUNK):
            chunk = acts[first : first + CHUNK]
            progress.failed += _rendered(begun(chunk), at_once)
            progress.decided += len(chunk)
            progress.rendered += _standing(chunk)
            if first + CHUNK >= len(acts):
                _logged()
            yield progress


def _decided(campaign: Campaign, letters: list[Letter]) -> list[UUID]:
    with acting_as(SYSTEM):
        wanted = [
            Wanted(
                case_id=one.case, administration_id=campaign.administration, document_type=campaign.document_type,
                facts=one.facts, fields=one.fields, template=campaign.template, language=one.language, title=one.title,
                holder_space=one.space, holder_link=one.link, package_digest=campaign.package_digest,
                once=f"{campaign.name}/{one.recipient}",
            )
            for one in letters
        ]  # fmt: skip
        # One lock, not one for each letter: a database has room for some thousands of locks in all.
        return decide_acts(wanted=wanted, lock=f"{campaign.administration}/{campaign.name}")


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


def _rendered(some: Sequence[Begun], at_once: int) -> Counter[str]:
    """Render in threads, keep in this one; how many failed, by their code."""
    failed: Counter[str] = Counter()
    files: list[Made] = []
    with ThreadPoolExecutor(at_once, thread_name_prefix="letters") as threads:
        for one, done in zip(some, threads.map(_made, some), strict=True):
            if isinstance(done, str):
                failed[done] += 1
                note_problem(one.row.id, done)
                continue
            files.append(done)
            if len(files) == KEPT:
                keep(files)
                files = []
        all_here = Barrier(at_once)  # who asked the demonstration's clock has a connection, and closes it
        for _ in range(at_once):
            threads.submit(_hang_up, all_here)
    if files:
        keep(files)
    return failed


def _made(one: Begun) -> Made | str:
    """The file, or the code of what went wrong."""
    for _ in range(PATIENCE):
        try:
            return made(one)
        except SandboxBusy:
            continue  # it has waited for its turn already
        except (RenderError, BlobFileError) as error:
            return error.code
    return SandboxBusy.code


def _hang_up(all_here: Barrier) -> None:
    all_here.wait(60)
    connection.close()
