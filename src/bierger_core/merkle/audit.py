# SPDX-License-Identifier: EUPL-1.2
"""Watching a log from outside, without believing it.

`audit` reads everything and `follow` only what proves that the log grew; a watcher follows every minute and audits
every night. Both go

1. checkpoint     its log signed it, the policy's quorum cosigned it, no cosignature is from the future or too old
2. memory         against the checkpoint seen last time: the same, newer, older, or a fork
3. files          `audit`: the whole tree is derived again, every file compared (see `survey`)
4. consistency    the first entries make the root seen last time

and answer with damages by name, a fork as its two signed checkpoints, and what to remember next time. What is
remembered moves forward only when nothing contradicts it. `bierger log audit` and `bierger log watch` call them.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bierger_core.merkle.checkpoints import Checkpoint
from bierger_core.merkle.errors import MerkleError, ProofInvalidError, QuorumError
from bierger_core.merkle.policy import Endorsed, Policy
from bierger_core.merkle.seen import Fork, Seen
from bierger_core.merkle.survey import Damage, Progress, survey
from bierger_core.merkle.tiles import Fetch, TileReader
from bierger_core.merkle.tree import verify_consistency

CLOCK_TOLERANCE = timedelta(minutes=5)
"""How far ahead of the watcher's clock a witness's clock may be."""


@dataclass(frozen=True)
class Audit:
    """What one look at a log found. `seen` is what to keep for the next look (None: nothing could be believed yet)."""

    checkpoint: Checkpoint | None
    damages: tuple[Damage, ...]
    fork: Fork | None
    seen: Seen | None
    witnesses: Mapping[str, datetime] = field(default_factory=dict)

    @property
    def is_healthy(self) -> bool:
        """Whether nothing at all was found."""
        return not self.damages


class _Look:
    """Steps 1 and 2, and what the steps found so far."""

    def __init__(self, note: bytes, policy: Policy, seen: Seen | None) -> None:
        self.note = note
        self.seen = seen
        self.damages: list[Damage] = []
        self.fork: Fork | None = None
        self.checkpoint: Checkpoint | None = None
        self.witnesses: Mapping[str, datetime] = {}
        self.is_refused = False
        self._policy = policy

    def damage(self, code: str, message: str, **data: object) -> None:
        self.damages.append(Damage(code, "", message, data))

    def judge(self, now: datetime | None, oldest: timedelta | None) -> None:
        """Step 1. A quorum is judged apart: a checkpoint without it is still the log's own word."""
        try:
            endorsed = self._endorsed()
        except MerkleError as refused:
            self.damage("checkpoint-refused", str(refused), **{**refused.data, "cause": refused.code})
            return
        self.checkpoint = endorsed.checkpoint
        timely = {
            name: at for name, at in endorsed.witnesses.items() if now is None or self._is_timely(name, at, now, oldest)
        }
        self.witnesses = timely
        self.is_refused = not self._policy.is_quorum(timely)
        if self.is_refused:
            cosigned = tuple(sorted(timely))
            self.damage("quorum-missing", "Too few witnesses cosigned.", quorum=self._policy.quorum, cosigned=cosigned)

    def _endorsed(self) -> Endorsed:
        try:
            return self._policy.judge(self.note)
        except QuorumError:
            return self._policy.without_quorum().judge(self.note)

    def _is_timely(self, name: str, at: datetime, now: datetime, oldest: timedelta | None) -> bool:
        if at > now + CLOCK_TOLERANCE:
            self.damage("cosignature-future", "A witness cosigned in the future.", witness=name, at=at)
            return False
        if oldest is not None and at < now - oldest:
            self.damage("cosignature-stale", "A witness cosigned too long ago.", witness=name, at=at)
            return False
        return True

    def compare(self) -> None:
        """Step 2. Raises `SeenError` when the caller holds the memory of one log against another."""
        if self.checkpoint is None or self.seen is None:
            return
        size, seen = self.checkpoint.size, self.seen
        relation = seen.relation(self.checkpoint)
        if relation == "fork":
            self.forked("The log signed two trees of one size.")
        elif relation == "older":
            self.damage("checkpoint-smaller", "The log is smaller than it was.", size=size, seen=seen.size)

    def forked(self, message: str) -> None:
        if self.seen is not None:
            self.fork = Fork(self.seen.note, self.note)
            self.damage("fork", message, seen=self.seen.size, size=self.checkpoint.size if self.checkpoint else None)

    def answer(self, *, is_proved: bool) -> Audit:
        seen, checkpoint = self.seen, self.checkpoint
        is_older = seen is not None and checkpoint is not None and checkpoint.size < seen.size
        # What is not believed is not remembered: whoever signs any number would be held against the log for ever.
        if checkpoint is not None and is_proved and self.fork is None and not is_older and not self.is_refused:
            seen = Seen.of(self.note)
        return Audit(checkpoint, tuple(self.damages), self.fork, seen, self.witnesses)


def audit(
    fetch: Fetch,
    note: bytes,
    policy: Policy,
    *,
    seen: Seen | None = None,
    now: datetime | None = None,
    oldest: timedelta | None = None,
    progress: Progress = lambda _files, _damages: None,
) -> Audit:
    """Read the whole log whose checkpoint is `note`, believing only the keys of `policy`.

    seen     what the last look remembered; the log must contain it
    now      the watcher's clock: cosignatures later than this (five minutes tolerated) are damages
    oldest   how old a cosignature may be; None: any age
    progress is told how far the reading is: a log may be long, or say that it is

    Raises `SeenError` (seen-other-origin), and what `fetch` raises other than `TileMissingError`: an unreachable log is
    no damage. For `bierger log audit`.
    """
    look = _Look(note, policy, seen)
    look.judge(now, oldest)
    look.compare()
    checkpoint = look.checkpoint
    if checkpoint is None:
        return look.answer(is_proved=False)
    is_newer = seen is not None and seen.size < checkpoint.size
    earlier = seen.size if seen is not None and is_newer else 0
    found = survey(fetch, checkpoint.size, checkpoint.root, earlier, progress)
    look.damages += found.damages
    if seen is not None and is_newer:
        if found.earlier_root is None:
            look.damage("consistency-unproven", "The files do not tell what the first entries are.", seen=seen.size)
        elif found.earlier_root != seen.root:
            look.forked("The log's first entries are not those it had before.")
    return look.answer(is_proved=found.is_of_root and found.earlier_root is not None)


def follow(
    fetch: Fetch,
    note: bytes,
    policy: Policy,
    *,
    seen: Seen | None = None,
    now: datetime | None = None,
    oldest: timedelta | None = None,
) -> Audit:
    """Read only the few tiles that prove consistency with `seen`: arguments, answer and errors as `audit`.

    The first time, without `seen`, the checkpoint is remembered unaudited. For `bierger log watch`.
    """
    look = _Look(note, policy, seen)
    look.judge(now, oldest)
    look.compare()
    checkpoint = look.checkpoint
    if checkpoint is None or seen is None or seen.size >= checkpoint.size:
        return look.answer(is_proved=checkpoint is not None)
    try:
        larger = reconcile(fetch, seen, Seen.of(note))
    except MerkleError as refused:
        look.damage("consistency-unproven", str(refused), **{**refused.data, "cause": refused.code, "seen": seen.size})
        return look.answer(is_proved=False)
    if isinstance(larger, Fork):
        look.forked("The log's first entries are not those it had before.")
    return look.answer(is_proved=True)


def reconcile(fetch: Fetch, first: Seen, second: Seen) -> Seen | Fork:
    """Two checkpoints that were seen of one log: the larger one, when the files prove that it begins with the smaller.

    Raises `SeenError` (seen-other-origin), `TileError` when the files do not tell, and what `fetch` raises.
    """
    small, large = (first, second) if first.size <= second.size else (second, first)
    stated = Checkpoint(large.origin, large.size, large.root)
    relation = small.relation(stated)
    if relation == "newer":
        proof = TileReader(fetch, large.size, large.root).consistency(small.size)
        try:
            verify_consistency(small.size, small.root, large.size, large.root, proof)
        except ProofInvalidError:
            # Every hash of the proof is verified against the larger root, so it is not the tiles that lie.
            relation = "fork"
    if relation == "fork":
        return Fork(first.note, second.note)
    return first if relation == "same" else large
