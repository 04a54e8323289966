# SPDX-License-Identifier: EUPL-1.2
"""A log ends and another begins under a new name: what is still good, what goes on, what no kill leaves half done."""

from __future__ import annotations

import argparse
import errno
import json
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path

import pytest
from django.test import Client, override_settings

from bierger.documents import selectors as documents
from bierger.documents.models import Act
from bierger.infra.principal import ANONYMOUS, SYSTEM, acting_as
from bierger.ledger import selectors, services
from bierger.ledger.errors import KeyRefused, LogNotBegun, LogObstacle
from bierger.ledger.models import EarlierLog, Key, KeyListVersion, QueueEntry
from bierger.ledger.plugins import folder, key_files
from bierger.ledger.plugins.outside import LogFolder, fetch_of
from bierger.ledger.services import beginning, sequencer
from bierger.site.commands import log_begin
from bierger_core.merkle import (
    NoteUnverifiedError,
    Seen,
    SeenError,
    audit,
    format_proof,
    log_key,
    parse_policy,
    parse_proof,
    verify_proof,
)
from bierger_core.seals import load_key_list
from bierger_core.values import Kind, commitment
from tests.apps.documents.story import decide
from tests.apps.ledger.codes import codes, verdict
from tests.apps.ledger.conftest import NOON
from tests.apps.ledger.killing import CountedDisk
from tests.apps.ledger.test_restored import Installation

NEW = "log.example.lu/second"


@contextmanager
def renamed(name: str = NEW):
    """Another process, which read another name."""
    sequencer._looked.clear()
    with override_settings(BIERGER_LOG_ORIGIN=name):
        yield
    sequencer._looked.clear()


def begin(as_worker, **given):
    with as_worker():
        return services.begin_log(reason="Its key signed two histories.", **given)


def proof_of(act, as_worker) -> bytes:
    with as_worker(), acting_as(SYSTEM):
        return format_proof(selectors.proof(bytes(Act.objects.get(id=act).facts_commitment)))


def leaf_of(act, as_worker) -> bytes:
    with as_worker(), acting_as(SYSTEM):
        return bytes(Act.objects.get(id=act).facts_commitment)


def test_acts_of_both_logs_are_good_each_in_its_own(commune, as_worker, run_jobs, at, data_folder):
    with as_worker():
        acts = [decide(commune, None, once="first")]
    run_jobs()
    kept = proof_of(acts[0], as_worker)
    with acting_as(ANONYMOUS):
        old, last, before = selectors.origin(), selectors.checkpoint(), load_key_list(selectors.key_list_json())
    at(10)
    with renamed():
        begun = begin(as_worker)
        assert (begun.ended.origin, begun.ended.until, Seen.of(begun.ended.note).root) == (old, last.size, last.root)
        at(20)
        with as_worker():
            acts.append(decide(commune, None, once="second"))
        run_jobs()
        found = [verdict(code) for code in codes(acts, as_worker)]
        assert [(one.authentic, one.log_origin) for one in found] == [("facts-only", old), ("facts-only", NEW)]
        # The key list names both and follows the one from before, for who keeps that one.
        with acting_as(ANONYMOUS):
            believed = [log_key(entry.owner, entry.public_key) for entry in before.entries if entry.purpose == "log"]
            newest = load_key_list(selectors.key_list_json(), believed)
            policy = parse_policy(selectors.policy_text())
        newest.check_follows(before)
        assert {entry.owner for entry in newest.entries if entry.purpose == "log"} == {old, NEW}
        # A proof of before, and one of the log that ended as it is told now, and one of the new log.
        for act, proof, origin in ((0, kept, old), (0, proof_of(acts[0], as_worker), old), (1, proof_of(acts[1], as_worker), NEW)):
            assert verify_proof(parse_proof(proof), leaf_of(acts[act], as_worker), policy).checkpoint.origin == origin
        # No key signed for both.
        with as_worker(), acting_as(SYSTEM):
            kids = {bytes(key.kid) for key in Key.objects.filter(status="active")}
        assert not kids & {entry.kid for entry in before.entries}
        for place in ("log", "log/earlier/1"):
            source = LogFolder(data_folder / place)
            assert audit(fetch_of(source), source.get("checkpoint"), policy).is_healthy, place
        for act in acts:
            assert LogFolder(data_folder / "log").proof(leaf_of(act, as_worker), policy.logs) is not None


def test_the_first_leaf_of_the_new_log_says_how_the_old_one_ended(commune, as_worker, run_jobs):
    run_jobs()
    with acting_as(ANONYMOUS):
        last = selectors.checkpoint()
    with renamed():
        begin(as_worker)
        run_jobs()
        client = Client()
        (told,) = json.loads(client.get("/log/earlier.json").content)
        leaf = commitment(Kind.EARLIER_LOG, bytes.fromhex(told["salt"]), told["body"].encode())
        said = json.loads(told["body"])
        assert (said["checkpoint"].encode(), said["next"], said["reason"]) == (last.note, NEW, "Its key signed two histories.")
        proof = parse_proof(client.get(f"/log/proof/{leaf.hex()}.tlog-proof").content)
        policy = parse_policy(client.get("/log/policy").content)
        assert verify_proof(proof, leaf, policy).index == 0
        assert policy.urls[said["origin"]] == told["at"]
        assert client.get("/log/earlier/1/checkpoint").content == last.note
        assert client.get(f"/log/earlier/1/tile/0/000.p/{last.size}").status_code == 200
        for path in ("/log/earlier/2/checkpoint", "/log/earlier/1/tile/0/999", "/log/earlier/1/tile/../../keys", "/log/earlier/2/tile/0/000"):
            assert client.get(path).status_code == 404, path


@pytest.mark.slow
def test_what_goes_on_goes_on(commune, as_worker, as_owner, run_jobs, at):
    """Figures, readiness, a lost folder, a third log; a key stolen later, whose acts stand in the log that ended."""
    with as_worker():
        act = decide(commune, None, once="first")
    run_jobs()
    with acting_as(ANONYMOUS):
        old_size = selectors.checkpoint().size
    with as_worker(), acting_as(SYSTEM):
        thief = bytes(Key.objects.get(owner=commune.code, status="active").kid)
    at(10)
    with renamed():
        begin(as_worker)
        run_jobs()
        with acting_as(ANONYMOUS):
            head = selectors.checkpoint()
        assert f"bierger_log_leaves {head.size}.0" in Client().get("/metrics").content.decode()
        assert json.loads(Client().get("/readyz").content)["checks"]["log"]["detail"].startswith(f"{head.size} leaves")
        at(20)
        with as_worker(), acting_as(SYSTEM):
            done = services.revoke_key(kid=thief, since=at(15), reason="The old disk was sold.")
            assert done.log_size == old_size
            assert documents.numbers_refused(kid=thief, issuer=commune.code, since=at(15), size=done.log_size) == ()
        at(21)
        run_jobs()
        (code,) = codes([act], as_worker)
        assert verdict(code).authentic == "facts-only"
        for path in (folder.log_folder() / "tile", folder.log_folder() / "earlier" / "1" / "tile"):
            path.rename(path.with_name("gone"))
        with as_owner():
            assert services.rebuild_files() > 0
        assert verdict(code).authentic == "facts-only"
    at(30)
    with renamed("log.example.lu/third"):
        begin(as_worker)
        run_jobs()
        assert verdict(code).authentic == "facts-only"
        with acting_as(ANONYMOUS):
            assert [one.origin for one in selectors.earlier_logs()][1:] == [NEW]
            assert len(selectors.policy().logs) == 3
    with renamed(), pytest.raises(LogNotBegun) as again:
        begin(as_worker)
    assert again.value.code == "log-origin-used"


@pytest.mark.slow
def test_after_the_logs_key_was_stolen_the_last_tree_is_signed_by_its_successor(commune, as_worker, run_jobs, at):
    with as_worker():
        act = decide(commune, None)
    run_jobs()
    kept, leaf = proof_of(act, as_worker), leaf_of(act, as_worker)
    with as_worker(), acting_as(SYSTEM):
        old = selectors.origin()
        stolen = bytes(Key.objects.get(owner=old, status="active").kid)
    since = at(1)
    at(10)
    with as_worker(), acting_as(SYSTEM):
        services.revoke_key(kid=stolen, since=since, reason="Copied from a backup.")
        successor = Key.objects.get(owner=old, status="active")
    at(11)
    with renamed(), pytest.raises(LogNotBegun) as refused:
        begin(as_worker)  # the new list waits for the log
    assert refused.value.code == "log-waiting"
    run_jobs()
    at(12)
    with renamed():
        begun = begin(as_worker)
        run_jobs()
        with acting_as(ANONYMOUS):
            policy = selectors.policy()
        assert bytes(successor.public_key) in {key.public_key for key in policy.logs}
        assert Seen.of(begun.ended.note).origin == old
        with pytest.raises(NoteUnverifiedError):
            verify_proof(parse_proof(kept), leaf, policy)  # whose signature a thief can make too
        assert verify_proof(parse_proof(proof_of(act, as_worker)), leaf, policy).checkpoint.origin == old
        (code,) = codes([act], as_worker)
        assert verdict(code).authentic == "facts-only"


@pytest.mark.slow
def test_the_last_tree_is_signed_anew_when_its_key_was_revoked_meanwhile(commune, as_worker, run_jobs, at):
    run_jobs()
    with acting_as(ANONYMOUS):
        last, old = selectors.checkpoint(), selectors.origin()
    with as_worker(), acting_as(SYSTEM):
        since = at(1)
        services.revoke_key(kid=bytes(Key.objects.get(owner=old, status="active").kid), since=since, reason="Copied.")
    at(5)
    with renamed():
        begun = begin(as_worker, is_over=True)  # the list of keys that waits goes to the new log
        run_jobs()
        assert begun.ended.note != last.note
        assert (Seen.of(begun.ended.note).size, Seen.of(begun.ended.note).root) == (last.size, last.root)


def test_a_log_behind_what_was_seen_ends_and_says_what_was_seen(commune, as_worker, as_owner, run_jobs, data_folder):
    place = Installation(data_folder, as_worker, as_owner)
    old = place.grow()
    place.grow()
    newer = folder.published()
    place.older_database(old)
    place.refuses()
    with as_worker():
        act = decide(commune, None)  # sealed for a log that cannot take it
    with renamed():
        with pytest.raises(LogNotBegun) as refused:
            begin(as_worker)
        assert refused.value.code == "log-waiting"
        with as_worker():
            assert log_begin._begin(argparse.Namespace(reason="The backup was older.", over=True)) == 0
        place.grow(2)
        with acting_as(ANONYMOUS):
            (ended,) = selectors.earlier_logs()
        assert json.loads(ended.body)["seen"] == [newer.decode()]
        assert (folder.log_folder() / "earlier" / "1" / "found" / "checkpoint").read_bytes() == newer
        (code,) = codes([act], as_worker)
        failed = verdict(code).failed
        assert failed is not None
        assert failed.code == "log-other-origin"
        run_jobs()  # nobody has had it yet: it is issued again, for the log of now
        with as_worker(), acting_as(SYSTEM):
            first, again = Act.objects.get(id=act), Act.objects.get(replaces=act)
            assert (first.state, first.revocation_reason, again.state, again.revoked_at) == ("logged", "replaced", "delivered", None)
            assert first.facts[1:] == again.facts[1:]
            assert (first.fields, first.number < again.number) == (again.fields, True)
        assert [verdict(one).authentic for one in codes([act, again.id], as_worker)] == ["no", "facts-only"]


@pytest.mark.slow
def test_the_command_names_the_acts_that_were_sealed_for_the_old_log(commune, as_worker, as_owner, run_jobs, data_folder, capsys):
    run_jobs()
    with as_worker():
        act = decide(commune, None)
    with renamed():
        with as_worker():
            assert log_begin._begin(argparse.Namespace(reason="Over.", over=False)) == 1
        assert "(log-waiting)" in capsys.readouterr().err
        with as_worker():
            assert log_begin._begin(argparse.Namespace(reason="Over.", over=True)) == 0
    with as_worker(), acting_as(SYSTEM):
        number = Act.objects.get(id=act).number
    said = capsys.readouterr().out
    assert f"{commune.code} {number}" in said
    assert f"{NEW}+" in said


def test_a_name_in_the_settings_alone_begins_nothing(commune, as_worker, run_jobs):
    run_jobs()
    with acting_as(ANONYMOUS):
        before = folder.published(), selectors.key_list_json(), KeyListVersion.objects.count()
    with renamed():
        with acting_as(ANONYMOUS):
            services.queue(commitment=bytes([Kind.ACCESS]) + bytes(32), kind=Kind.ACCESS)
        with as_worker(), pytest.raises(LogObstacle) as refused:
            services.sequence()
        assert refused.value.code == "log-renamed"
        with as_worker(), acting_as(SYSTEM), pytest.raises(LogObstacle):
            services.ensure_keys()
        check = json.loads(Client().get("/readyz").content)["checks"]["log"]
        assert (check["ok"], check["detail"].split(":")[0]) == (False, "log-renamed")
    with acting_as(ANONYMOUS):
        assert (folder.published(), selectors.key_list_json(), KeyListVersion.objects.count()) == before
    with as_worker():
        assert services.sequence() == 1  # its name put back


def test_a_row_that_stands_in_front_holds_up_nothing(commune, as_worker, run_jobs):
    run_jobs()
    with as_worker(), acting_as(SYSTEM):  # as the web could write it before migration 0005
        QueueEntry.objects.create(
            id=-1, commitment=bytes([Kind.ACCESS]) + bytes(32), kind=Kind.ACCESS, queued_at=NOON
        )
    with renamed():
        begin(as_worker, is_over=True)
        run_jobs()
        with acting_as(ANONYMOUS):
            first = EarlierLog.objects.get().until
            assert selectors.logged_between(first, first)[0].kind == Kind.EARLIER_LOG


@pytest.mark.parametrize("step", ["write_earlier", "publish_key_list"])
def test_stopped_before_the_commit_nothing_has_happened(commune, as_worker, run_jobs, monkeypatch, step):
    run_jobs()
    with acting_as(ANONYMOUS):
        before = folder.published(), selectors.key_list_json()

    def full(*_args: object, **_named: object) -> None:
        raise OSError(28, "No space left on device")

    with renamed(), monkeypatch.context() as patched:
        patched.setattr(beginning, step, full)
        with pytest.raises(OSError, match="No space"):
            begin(as_worker)
    with acting_as(ANONYMOUS):
        assert (folder.published(), selectors.key_list_json()) == before
        assert not EarlierLog.objects.exists()
        assert not QueueEntry.objects.filter(id__lt=0).exists()
    with as_worker(), acting_as(SYSTEM):
        services.queue(commitment=bytes([Kind.ACCESS]) + bytes(32), kind=Kind.ACCESS)
    with as_worker():
        assert services.sequence() == 1
    with renamed():
        begin(as_worker)
        run_jobs()
        with acting_as(ANONYMOUS):
            assert selectors.checkpoint().size > 0


def test_killed_after_the_commit_the_same_command_finishes(commune, as_worker, run_jobs, monkeypatch):
    run_jobs()

    def killed(_number: int) -> None:
        raise SystemExit

    with renamed():
        with monkeypatch.context() as patched:
            patched.setattr(folder, "set_aside", killed)
            with pytest.raises(SystemExit):
                begin(as_worker)
        with as_worker(), pytest.raises(SeenError):
            services.sequence()  # it does not write over what it does not know
        begun = begin(as_worker)
        assert begun.key.startswith(f"{NEW}+")
        run_jobs()
        with acting_as(ANONYMOUS):
            assert selectors.logged_between(begun.ended.until, begun.ended.until)[0].kind == Kind.EARLIER_LOG


def counted(monkeypatch, step):
    """Every operation on a disk that a beginning makes is told to `step` before it happens."""

    def told(name, real):
        def one(*args, **named):
            step(name)
            return real(*args, **named)

        return one

    monkeypatch.setattr(folder, "_disk", lru_cache(lambda place: CountedDisk(Path(place), step)))
    monkeypatch.setattr(folder, "make_folder", told("folder", folder.make_folder))
    monkeypatch.setattr(key_files, "write_durably", told("key", key_files.write_durably))
    monkeypatch.setattr(Path, "rename", told("aside", Path.rename))


@pytest.mark.slow
def test_the_disk_is_full_at_each_step_of_a_beginning(commune, as_worker, run_jobs, monkeypatch, at, data_folder):
    """Full from that step on. Nothing happened and the old log goes on, or it has ended and the same command finishes: never both."""
    run_jobs()
    with acting_as(ANONYMOUS):
        old = selectors.origin()
    before_commit, after_commit, number, said = set(), set(), 0, 0
    while True:
        with acting_as(ANONYMOUS):
            before, logs = (folder.published(), KeyListVersion.objects.count()), EarlierLog.objects.count()
        steps, new = [], f"log.example.lu/{len(after_commit)}"

        def step(name, steps=steps, room=number):
            steps.append(name)
            if len(steps) > room:
                raise OSError(errno.ENOSPC, "No space left on device")

        with renamed(new), monkeypatch.context() as full:
            counted(full, step)
            try:
                begin(as_worker)
                break
            except OSError:
                number += 1
        met = steps[-1].split()[0]
        with acting_as(ANONYMOUS):
            services.queue(commitment=bytes([Kind.ACCESS]) + said.to_bytes(32), kind=Kind.ACCESS)
            said += 1
            has_ended = EarlierLog.objects.count() > logs
            assert has_ended or (folder.published(), KeyListVersion.objects.count()) == before
        if has_ended:
            after_commit.add(f"{met} {number}")
            with renamed(new):
                begin(as_worker)
                run_jobs()
            old = new
            at(10 * len(after_commit))
        else:
            assert not after_commit  # there is one step at which it happens
            before_commit.add(met)
            with renamed(old), as_worker():
                services.sequence()
    assert before_commit >= {"folder", "mkdir", "create", "half", "sync", "rename", "key"}
    assert {one.split()[0] for one in after_commit} == {"folder", "aside", "sync"}
    with renamed(new):
        run_jobs()
        with acting_as(ANONYMOUS):
            policy = selectors.policy()
            assert [one.origin for one in selectors.earlier_logs()][1:] == [f"log.example.lu/{one}" for one in range(len(after_commit))]
            # What was said in any of them is in one of them, once, and each is one history to its end.
            leaves = QueueEntry.objects.filter(kind=Kind.ACCESS).order_by("leaf_index").values_list("commitment", flat=True)
            assert [int.from_bytes(bytes(one)[1:]) for one in leaves] == list(range(said))
        for place in ("log", *(f"log/earlier/{one}" for one in range(1, len(after_commit) + 2))):
            source = LogFolder(data_folder / place)
            assert audit(fetch_of(source), source.get("checkpoint"), policy).is_healthy, place


def test_there_has_to_be_a_log_and_another_name(commune, as_worker, run_jobs):
    with renamed(), pytest.raises(LogNotBegun) as empty:
        begin(as_worker)
    assert empty.value.code == "log-empty"
    run_jobs()
    with pytest.raises(LogNotBegun) as same:
        begin(as_worker)
    assert same.value.code == "log-same-origin"


def test_a_rotation_under_way_is_waited_for(commune, as_worker, run_jobs, at):
    run_jobs()
    at(5)
    with as_worker(), acting_as(SYSTEM):
        services.rotate_key(owner=selectors.origin())
    run_jobs()
    with renamed():
        with pytest.raises(KeyRefused) as refused:
            begin(as_worker)
        assert refused.value.code == "key-pending"
        at(10)
        begin(as_worker)
        with acting_as(ANONYMOUS):
            assert EarlierLog.objects.count() == 1
