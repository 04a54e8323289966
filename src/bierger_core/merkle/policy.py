# SPDX-License-Identifier: EUPL-1.2
"""Whom a verifier trusts (C2SP tlog-policy): logs by key, and which witnesses must have cosigned."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from bierger_core.merkle.checkpoints import Checkpoint, parse_checkpoint_text
from bierger_core.merkle.errors import LogUnknownError, NoteError, NoteUnverifiedError, PolicyError, QuorumError
from bierger_core.merkle.notes import Note, cosigned_times, parse_note, verify_note
from bierger_core.merkle.vkeys import KeyKind, VerifierKey, parse_vkey

LARGEST_POLICY = 65_536
"""Bytes. With it goes a limit of 64 logs, 64 witnesses and 64 groups (the specification asks for 32)."""
_MOST = 64
_FORBIDDEN = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
_WHITE = re.compile(r"[ \t]+")
_DECIMAL = re.compile(r"[1-9][0-9]{0,3}")
_NONE = "none"


@dataclass(frozen=True)
class Group:
    """Counts as having witnessed when `threshold` of its `members` (witnesses or earlier groups) have."""

    threshold: int
    members: tuple[str, ...]


@dataclass(frozen=True)
class Endorsed:
    """A checkpoint that satisfies a policy: its `log`, and which witnesses cosigned it when."""

    checkpoint: Checkpoint
    note: Note
    log: VerifierKey
    witnesses: Mapping[str, datetime]


@dataclass(frozen=True)
class Policy:
    """Trusted `logs`, named `witnesses`, `groups` of them, and the `quorum`: a name, or None for no cosignatures."""

    logs: tuple[VerifierKey, ...]
    witnesses: Mapping[str, VerifierKey] = field(default_factory=dict)
    groups: Mapping[str, Group] = field(default_factory=dict)
    quorum: str | None = None
    urls: Mapping[str, str] = field(default_factory=dict)
    """Where to reach a log (by origin) or a witness (by name), as far as the file says."""

    def judge(self, data: bytes) -> Endorsed:
        """Verify a checkpoint note against the policy.

        Raises `NoteError` or `CheckpointError` (malformed), `LogUnknownError`, `NoteUnverifiedError` (the log did not
        sign), `NoteSignatureError` (a known key's signature is wrong; `name`), `QuorumError` (too few witnesses).
        """
        note = parse_note(data)
        checkpoint = parse_checkpoint_text(note.text)
        candidates = [key for key in self.logs if key.name == checkpoint.origin]
        if not candidates:
            raise LogUnknownError("No trusted log has this origin.", origin=checkpoint.origin)
        log = verify_note(note, candidates)[0]
        witnesses = self._witnesses(note)
        if not self.is_quorum(witnesses):
            raise QuorumError("Too few witnesses cosigned.", quorum=self.quorum, cosigned=tuple(sorted(witnesses)))
        return Endorsed(checkpoint, note, log, witnesses)

    def is_quorum(self, witnesses: Iterable[str]) -> bool:
        """Whether cosignatures of these witnesses (names of the policy file) are enough."""
        return self.quorum is None or self._witnessed(self.quorum, set(witnesses))

    def without_quorum(self) -> "Policy":
        """The same logs and witnesses, asking for no cosignature: to read a checkpoint that lacks its quorum."""
        return replace(self, quorum=None)

    def _witnesses(self, note: Note) -> dict[str, datetime]:
        try:
            cosigned = set(verify_note(note, self.witnesses.values()))
        except NoteUnverifiedError:
            return {}
        # Every line of these keys is verified now: their times need not be verified again.
        return {name: cosigned_times(note, key)[-1] for name, key in self.witnesses.items() if key in cosigned}

    def _witnessed(self, name: str, cosigned: set[str]) -> bool:
        group = self.groups.get(name)
        if group is None:
            return name in cosigned
        return sum(self._witnessed(member, cosigned) for member in group.members) >= group.threshold


def policy_of_logs(logs: Iterable[VerifierKey]) -> Policy:
    """Trust these logs without asking for witnesses (`quorum none`)."""
    return Policy(tuple(logs))


def format_policy(policy: Policy) -> str:
    """A policy file; `parse_policy` reads it back. Keys that repeat are left out: the form knows each once.

    Raises `PolicyError` when what comes out could not be read: a name with a space, a group before its members.
    """
    lines = [
        *(["log", key.text, *_url(policy, key.name)] for key in dict.fromkeys(policy.logs)),
        *(["witness", name, key.text, *_url(policy, name)] for name, key in policy.witnesses.items()),
        *(["group", name, str(group.threshold), *group.members] for name, group in policy.groups.items()),
        ["quorum", _NONE if policy.quorum is None else policy.quorum],
    ]
    text = "\n".join(map(" ".join, lines)) + "\n"
    parse_policy(text)
    return text


def _url(policy: Policy, name: str) -> list[str]:
    return [policy.urls[name]] if name in policy.urls else []


class _Reader:
    """Collects the lines of one policy file."""

    def __init__(self) -> None:
        self.logs: list[VerifierKey] = []
        self.witnesses: dict[str, VerifierKey] = {}
        self.groups: dict[str, Group] = {}
        self.urls: dict[str, str] = {}
        self.quorums: list[str] = []
        self._listed: set[str] = set()

    def line(self, keyword: str, words: list[str]) -> None:
        match keyword, words:
            case "log", [vkey, *url] if len(url) <= 1:
                self.log(vkey, url)
            case "witness", [name, vkey, *url] if len(url) <= 1:
                self.witness(name, vkey, url)
            case "group", [name, threshold, *members] if members:
                self.group(name, threshold, members)
            case "quorum", [name]:
                if name != _NONE:
                    self._known(name)
                self.quorums.append(name)
            case _:
                raise PolicyError("A line is a log, a witness, a group or the quorum.")

    def log(self, vkey: str, url: list[str]) -> None:
        key = self._key(vkey, KeyKind.ED25519, self.logs)
        self.logs.append(key)
        self.urls.update(dict.fromkeys([key.name], url[0]) if url else {})

    def witness(self, name: str, vkey: str, url: list[str]) -> None:
        self.witnesses[self._new(name)] = self._key(vkey, KeyKind.COSIGNATURE, self.witnesses.values())
        self.urls.update({name: url[0]} if url else {})

    def group(self, name: str, threshold: str, members: list[str]) -> None:
        for member in members:
            self._known(member)
            if member in self._listed:
                raise PolicyError("A name is a member only once: nobody counts twice.", name=member)
            self._listed.add(member)
        words = {"all": len(members), "any": 1}
        if threshold not in words and not _DECIMAL.fullmatch(threshold):
            raise PolicyError("A group asks for `all`, `any` or a number.", name=name)
        needed = words[threshold] if threshold in words else int(threshold)
        if needed > len(members):
            raise PolicyError("A group asks for more members than it has.", name=name)
        self.groups[self._new(name)] = Group(needed, tuple(members))

    def _key(self, vkey: str, kind: KeyKind, others: Iterable[VerifierKey]) -> VerifierKey:
        key = parse_vkey(vkey)
        if key.kind is not kind:
            raise PolicyError("A log signs with kind 1, a witness with kind 4.", name=key.name)
        if any(other.public_key == key.public_key for other in others):
            raise PolicyError("The same key is listed twice.", name=key.name)
        return key

    def _new(self, name: str) -> str:
        if name == _NONE or name in self.witnesses or name in self.groups:
            raise PolicyError("This name is already taken.", name=name)
        return name

    def _known(self, name: str) -> None:
        if name not in self.witnesses and name not in self.groups:
            raise PolicyError("A name is defined before it is used.", name=name)


def parse_policy(text: str | bytes) -> Policy:
    """Read a policy file. Raises `PolicyError` (policy-format) with the number of the `line`.

    It is a file of octets: what is not UTF-8 may stand in names and comments, and two names differ when their octets do.
    """
    if isinstance(text, bytes):
        text = text.decode("utf-8", "surrogateescape")
    if len(text) > LARGEST_POLICY or _FORBIDDEN.search(text):
        raise PolicyError("A policy is a short text without control characters.", line=0)
    reader = _Reader()
    for number, line in enumerate(text.split("\n"), start=1):
        words = [word for word in _WHITE.split(line) if word]
        if not words or words[0].startswith("#"):
            continue
        try:
            reader.line(words[0], words[1:])
        except (PolicyError, NoteError) as refused:
            raise PolicyError(str(refused), line=number, cause=refused.code, name=refused.data.get("name")) from None
    if len(reader.quorums) != 1 or max(len(reader.logs), len(reader.witnesses), len(reader.groups)) > _MOST:
        raise PolicyError("A policy has exactly one quorum line and at most 64 logs, witnesses and groups.", line=0)
    quorum = None if reader.quorums[0] == _NONE else reader.quorums[0]
    return Policy(tuple(reader.logs), reader.witnesses, reader.groups, quorum, reader.urls)
