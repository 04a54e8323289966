# SPDX-License-Identifier: EUPL-1.2
"""Keys rotated, lost, stolen, retired: what is still good, what is refused, what every keeper of a list sees."""

from __future__ import annotations

import argparse
from datetime import timedelta
from itertools import pairwise

import pytest

from bierger.administrations.selectors import administrations
from bierger.documents import selectors as documents
from bierger.documents.models import Act
from bierger.documents.selectors.document_types import seal_of
from bierger.infra import clock
from bierger.infra.principal import ANONYMOUS, acting_as
from bierger.ledger import selectors, services
from bierger.ledger.errors import KeyFileExposed, KeyRefused
from bierger.ledger.models import Key, KeyListVersion
from bierger.ledger.plugins import key_files
from bierger.ledger.services import changes
from bierger.site.commands import keys
from bierger_core.merkle import log_key
from bierger_core.seals import load_key_list, seal
from tests.apps.documents.story import decide
from tests.apps.ledger.codes import codes, refused_by, verdict, working
from tests.apps.ledger.conftest import NOON


def lists() -> list:
    """Every version of the key list, oldest first."""
    return [load_key_list(bytes(row.body)) for row in KeyListVersion.objects.order_by("id")]


def active(owner: str) -> Key:
    return Key.objects.get(owner=owner, status="active")


def test_a_key_revoked_in_the_minute_before_its_successor_begins(commune, as_worker, run_jobs, at):
    """Rotated, then known to be stolen: what is decided before the successor begins is signed by a key that may sign then."""
    at(-1)
    with as_worker():
        decide(commune, None, once="before")
    run_jobs()
    at(0)
    with working(as_worker):
        old = bytes(active(commune.code).kid)
        begins = services.rotate_key(owner=commune.code).since
        at(0.2)
        assert services.revoke_key(kid=old, since=at(0.1), reason="stolen").successor not in {None, old}
    acts = []
    for minute, once in ((0.3, "meanwhile"), ((begins - NOON) / timedelta(minutes=1), "at its instant"), (5, "later")):
        at(minute)
        with as_worker():
            acts.append(decide(commune, None, once=once))
        run_jobs()
    assert [refused_by(code) for code in codes(acts, as_worker)] == ["", "", ""]
    for before, after in pairwise(lists()):
        after.check_follows(before)


def test_a_rotation_begins_in_a_minute_and_earlier_acts_stay_good(commune, as_worker, run_jobs, at):
    with as_worker():
        acts = [decide(commune, None)]
    with working(as_worker):
        old = bytes(active(commune.code).kid)
        done = services.rotate_key(owner=commune.code)
        assert (done.kid, done.since) == (old, at(0) + changes.AHEAD + timedelta(seconds=1))
        with pytest.raises(KeyRefused, match="wait for it"):
            services.rotate_key(owner=commune.code)
        assert services.signer_for(administration_id=commune.id).kid == old
        # Whichever transaction commits first: an act gets the key of its own second.
        assert services.signer_for(administration_id=commune.id, at=done.since).kid == done.successor
        assert services.signer_for(administration_id=commune.id, at=done.since - timedelta(seconds=1)).kid == old
    for minute, once in ((0.9, "old"), (2, "new")):
        at(minute)
        with as_worker():
            acts.append(decide(commune, None, once=once))
    run_jobs()
    assert [verdict(code).authentic for code in codes(acts, as_worker)] == ["facts-only"] * 3
    for newer, older in zip(lists()[1:], lists(), strict=False):
        newer.check_follows(older)
    # Its private file goes a day later, and nothing else does.
    with working(as_worker):
        assert services.sweep_keys() == 0
    at(24 * 60 + 3)
    with working(as_worker):
        assert services.sweep_keys() == 1
        assert [key.file for key in services.all_keys() if key.owner == commune.code] == ["gone", "here"]
        services.publish_note(name="revocations", text="x\n")


def test_a_rotated_log_key_is_believed_by_who_keeps_the_list_from_before(commune, as_worker, run_jobs, at):
    with as_worker():
        act = decide(commune, None)
    run_jobs()
    kept = lists()[-1]
    with working(as_worker):
        services.rotate_key(owner=selectors.origin())
    at(2)
    with as_worker():
        later = decide(commune, None, once="later")
    run_jobs()
    believed = [log_key(entry.owner, entry.public_key) for entry in kept.entries if entry.purpose == "log"]
    newest = load_key_list(selectors.key_list_json(), believed)  # the predecessor signed it too
    newest.check_follows(kept)
    assert len(selectors.log_keys()) == len(selectors.policy().logs) == 2
    assert [verdict(code).authentic for code in codes([act, later], as_worker)] == ["facts-only"] * 2
    with working(as_worker):
        assert services.sweep_keys() == 0


def test_of_a_stolen_key_only_what_the_log_dates_before_stays_good(commune, as_worker, run_jobs, at):
    with as_worker():
        before = decide(commune, None, once="before")
    run_jobs()
    since = at(10)
    with as_worker():
        after = decide(commune, None, once="after")
    run_jobs()
    with working(as_worker):
        thief = services.signer_for(administration_id=commune.id)
        size = selectors.checkpoint().size
    at(20)
    with working(as_worker):
        done = services.revoke_key(kid=thief.kid, since=since, reason="The laptop was stolen.")
        assert done.log_size < size
        numbers = documents.numbers_refused(kid=done.kid, issuer=done.owner, since=done.since, size=done.log_size)
        assert numbers == (Act.objects.get(id=after).number,)
        assert bytes(active(commune.code).kid) == done.successor != thief.kid
        assert services.sweep_keys() == 1
    with as_worker():
        again = decide(commune, None, once="again")
    run_jobs()
    good, late, new = codes([before, after, again], as_worker)
    assert [refused_by(code) for code in (good, late, new)] == ["", "key-revoked", ""]
    # The thief dates a seal of ours back to before the theft; it was in no log then.
    with acting_as(ANONYMOUS):
        read = documents.type_registry().types[0]
        honest = verdict(good)
    with working(as_worker):
        claims = seal_of(good).claims
    back = seal(claims, document_type=read, salt=bytes(range(32)), log_origin=selectors.origin(), signer=thief, status=0)
    assert refused_by(back) == "key-revoked"
    assert honest.authentic == "facts-only"
    for newer, older in zip(lists()[1:], lists(), strict=False):
        newer.check_follows(older)


def test_a_clock_that_fell_back_after_the_theft_puts_nothing_before_it(commune, as_worker, run_jobs, at):
    """Leaves are dated by the clock of the machine. What was logged after an entry from after the theft came after the theft."""
    with as_worker():
        before = decide(commune, None, once="before")
    run_jobs()
    with acting_as(ANONYMOUS):
        safe = selectors.checkpoint().size
    since = at(10)
    with as_worker():
        after = decide(commune, None, once="after")
    run_jobs()
    at(5)  # back, by ten minutes or by a year
    with as_worker():
        behind = decide(commune, None, once="behind")
    run_jobs()
    at(20)
    with working(as_worker):
        kid = bytes(active(commune.code).kid)
        done = services.revoke_key(kid=kid, since=since, reason="The laptop was stolen.")
        assert done.log_size == safe
        assert len(documents.numbers_refused(kid=kid, issuer=done.owner, since=since, size=safe)) == 2
    run_jobs()
    assert [refused_by(code) for code in codes([before, after, behind], as_worker)] == ["", "key-revoked", "key-revoked"]


def test_where_the_clock_was_wrong_the_operator_says_how_much_of_the_log_was_before_the_theft(commune, as_worker, run_jobs, at, capsys):
    """It ran ahead for a while: by the clock alone, acts of well before the theft would be refused."""
    acts, sizes = [], []
    for minute, once in ((0, "first"), (60, "ahead"), (10, "mended")):
        at(minute)
        with as_worker():
            acts.append(decide(commune, None, once=once))
        run_jobs()
        with acting_as(ANONYMOUS):
            sizes.append(selectors.checkpoint().size)
    at(30)
    with working(as_worker):
        kid = bytes(active(commune.code).kid)

    def revoke(size: int | None) -> tuple[int, str]:
        parser = argparse.ArgumentParser()
        keys.add_arguments(parser)
        words = ["revoke", kid.hex(), "--from", "2026-11-22T12:20:00Z", "--reason", "x", *([] if size is None else ["--size", str(size)])]
        with as_worker():
            found = keys.run(parser.parse_args(words))
        said = capsys.readouterr()
        return found, said.out + said.err

    for wrong in (-1, sizes[-1] + 1):
        assert "(key-size)" in revoke(wrong)[1]
    assert f"the first {sizes[2]} entries of the log stay good" in revoke(sizes[2])[1]
    run_jobs()
    assert [refused_by(code) for code in codes(acts, as_worker)] == ["", "key-revoked", ""]  # `ahead` bears a time after the theft
    # Fewer may be learnt later, more never.
    assert f"the first {sizes[0]} entries" in revoke(sizes[0])[1]
    for again in (sizes[0], sizes[2], None):
        found, said = revoke(again)
        assert (found, "(key-revoked-already)" in said) == (1, True)
    for newer, older in zip(lists()[1:], lists(), strict=False):
        newer.check_follows(older)


def test_an_earlier_theft_may_be_learnt_later_and_never_taken_back(commune, as_worker, at):
    at(30)
    with as_worker():
        decide(commune, None)
    with working(as_worker):
        kid = bytes(active(commune.code).kid)
        services.revoke_key(kid=kid, since=NOON + timedelta(minutes=20), reason="x")
        services.revoke_key(kid=kid, since=NOON + timedelta(minutes=10), reason="earlier")
        for since, code in ((15, "key-revoked-already"), (60, "key-future")):
            with pytest.raises(KeyRefused) as refused:
                services.revoke_key(kid=kid, since=NOON + timedelta(minutes=since), reason="x")
            assert refused.value.code == code
        with pytest.raises(KeyRefused, match="no such key"):
            services.revoke_key(kid=bytes(8), since=NOON, reason="x")
    assert Key.objects.get(kid=kid).revoked_from == NOON + timedelta(minutes=10)
    for newer, older in zip(lists()[1:], lists(), strict=False):
        newer.check_follows(older)


@pytest.mark.parametrize("which", ["seal", "log"])
def test_a_lost_key_is_said_to_be_lost_before_another_takes_over(commune, as_worker, run_jobs, at, which):
    with as_worker():
        act = decide(commune, None)
    run_jobs()
    at(1)
    with working(as_worker):
        owner = commune.code if which == "seal" else selectors.origin()
        old = bytes(active(owner).kid)
        key_files.destroy(old)
        key_files._load.cache_clear()
        with pytest.raises(KeyRefused, match="--lost"):
            services.rotate_key(owner=owner)
        done = services.rotate_key(owner=owner, is_lost=True)
        assert done.since == clock.now()
    at(2)
    with as_worker():
        later = decide(commune, None, once="later")
    run_jobs()
    assert [verdict(code).authentic for code in codes([act, later], as_worker)] == ["facts-only"] * 2


def test_a_file_that_others_may_read_is_not_signed_with(commune, as_worker, data_folder):
    with working(as_worker):
        kid = services.signer_for(administration_id=commune.id).kid
        path = data_folder / "keys" / f"{kid.hex()}.pem"
        path.chmod(0o640)
        key_files._load.cache_clear()
        assert "exposed" in {key.file for key in services.all_keys()}
        with pytest.raises(KeyFileExposed, match=path.name):
            services.signer_for(administration_id=commune.id)
        path.chmod(0o600)
        assert services.signer_for(administration_id=commune.id).kid == kid


def test_a_key_is_retired_only_when_its_owner_issues_nothing_here(commune, as_worker, at):
    with working(as_worker):
        served = next(view for view in administrations(on=clock.today()) if view.served)
        for owner in (served.id, commune.id):
            services.signer_for(administration_id=owner)
        in_use, unused = active(served.code), active(commune.code)
        for key in (in_use, active(selectors.origin())):
            with pytest.raises(KeyRefused, match="rotate it"):
                services.retire_key(kid=bytes(key.kid))
        assert services.retire_key(kid=bytes(unused.kid)).successor is None
    assert Key.objects.get(kid=unused.kid).status == "retired"


def test_a_list_that_rewrites_the_last_one_is_not_published(commune, as_worker):
    from bierger_core.seals import KeyListError

    with working(as_worker):
        services.signer_for(administration_id=commune.id)
        Key.objects.filter(owner=commune.code).update(owner="another")
        with pytest.raises(KeyListError) as refused:
            services.rotate_key(owner="another")
        assert refused.value.code == "key-list-rewritten"
