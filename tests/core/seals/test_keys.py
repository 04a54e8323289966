# SPDX-License-Identifier: EUPL-1.2
"""Key lists: who may sign for whom and when, and lists that were changed on the way."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bierger_core.merkle import NoteSignatureError, NoteUnverifiedError, format_proof, log_key
from bierger_core.seals import (
    KeyExpiredError,
    KeyList,
    KeyListError,
    KeyNotYetValidError,
    KeyOfOtherOwnerError,
    KeyRevokedError,
    UnknownKeyError,
    dump_key_list,
    load_key_list,
    verify_seal,
)

from .acts import CODE, FACTS_PROOF, ISSUED, KEYS, LOG_KEY, LOG_SIGNER, ORIGIN, OTHER_SIGNER, POLICY, SIGNER, entry_of, proof_of


def test_a_key_list_reads_what_it_writes():
    revoked = entry_of(status="revoked", revoked_from=ISSUED, valid_to=None)
    for key_list in (KEYS, KeyList(ISSUED, (revoked,)), KeyList(ISSUED, ())):
        assert load_key_list(dump_key_list(key_list)) == key_list
        assert load_key_list(dump_key_list(key_list, LOG_KEY, LOG_SIGNER), [LOG_KEY]) == key_list


def test_an_unsigned_or_changed_list_is_refused():
    with pytest.raises(NoteUnverifiedError):
        load_key_list(dump_key_list(KEYS), [LOG_KEY])
    signed = dump_key_list(KEYS, LOG_KEY, LOG_SIGNER)
    with pytest.raises(NoteUnverifiedError):
        load_key_list(signed, [log_key("stranger.example", LOG_SIGNER.public_key)])
    with pytest.raises(NoteSignatureError):
        load_key_list(signed.replace(b"redange", b"bissen"), [LOG_KEY])
    # Laid out differently it is the same list.
    assert load_key_list(json.dumps(json.loads(signed)).encode(), [LOG_KEY]) == KEYS


@pytest.mark.parametrize(
    ("entry", "owner", "purpose", "error"),
    [
        (entry_of(OTHER_SIGNER), "bettborn", "seal", UnknownKeyError),
        (entry_of(), "bettborn", "log", UnknownKeyError),
        (entry_of(owner="redange"), "bettborn", "seal", KeyOfOtherOwnerError),
        (entry_of(valid_from=datetime(2027, 1, 1, tzinfo=UTC)), "bettborn", "seal", KeyNotYetValidError),
        (entry_of(valid_to=ISSUED), "bettborn", "seal", KeyExpiredError),
        (entry_of(status="revoked"), "bettborn", "seal", KeyRevokedError),
        (entry_of(status="revoked", revoked_from=ISSUED), "bettborn", "seal", KeyRevokedError),
    ],
)
def test_a_key_is_refused_by_name(entry, owner, purpose, error):
    with pytest.raises(error) as refused:
        KeyList(ISSUED, (entry,)).find(SIGNER.kid, owner=owner, purpose=purpose, at=ISSUED)
    assert refused.value.code == error.default_code


@pytest.mark.parametrize(
    "entry",
    [
        entry_of(),
        entry_of(status="retired"),
        entry_of(status="revoked", revoked_from=datetime(2026, 12, 1, tzinfo=UTC)),
        entry_of(valid_to=None),
        entry_of(valid_from=ISSUED),
    ],
)
def test_what_a_key_signed_in_its_time_stays_good(entry):
    assert KeyList(ISSUED, (entry,)).find(SIGNER.kid, owner="bettborn", purpose="seal", at=ISSUED) == entry


@pytest.mark.parametrize(
    "changes",
    [
        {"kid": b"short"},
        {"public_key": b"short"},
        {"status": "lost"},
        {"purpose": "fun"},
        {"alg": "RS256"},
        {"owner": ""},
        {"valid_to": datetime(2025, 1, 1, tzinfo=UTC)},
        {"revoked_from": ISSUED},
    ],
)
def test_a_malformed_entry_is_refused(changes):
    with pytest.raises(KeyListError) as refused:
        entry_of(**changes)
    assert refused.value.code == "key-entry"


@pytest.mark.parametrize(
    ("code", "data"),
    [
        ("key-list-format", b""),
        ("key-list-format", b"[]"),
        ("key-list-format", b"{}"),
        ("key-list-format", b"null"),
        ("key-list-format", b'{"signatures":[]}'),
        ("key-list-format", b'{"signatures":[1],"format":"bierger/key-list@v1","keys":[],"issued_at":"2026-01-01T00:00:00Z"}'),
        ("key-list-format", b'{"signatures":[],"format":"bierger/key-list@v1","keys":[{}],"issued_at":"2026-01-01T00:00:00Z"}'),
        ("key-list-format", b'{"signatures":[],"format":"bierger/key-list@v1","keys":[],"issued_at":"yesterday"}'),
        ("key-list-format", b'{"signatures":[],"format":"bierger/key-list@v2","keys":[],"issued_at":"2026-01-01T00:00:00Z"}'),
        ("key-list-format", b"[" * 100_000),
        ("key-list-limit", bytes(5_000_000)),
    ],
)
def test_what_is_no_key_list_is_refused(code, data):
    with pytest.raises(KeyListError) as refused:
        load_key_list(data)
    assert refused.value.code == code


def test_an_identifier_stands_once_in_a_list():
    with pytest.raises(KeyListError):
        KeyList(ISSUED, (entry_of(), entry_of(owner="redange")))


LATER = ISSUED + timedelta(days=30)
ONE = KeyList(ISSUED, (entry_of(),))


@pytest.mark.parametrize(
    "attempt",
    [
        lambda: ONE.revoked(OTHER_SIGNER.kid, ISSUED, (ORIGIN, 2), LATER),
        lambda: ONE.revoked(SIGNER.kid, ISSUED, (ORIGIN, 2), LATER).revoked(SIGNER.kid, ISSUED, (ORIGIN, 2), LATER),
    ],
)
def test_a_wrong_revocation_is_refused(attempt):
    with pytest.raises(KeyListError) as refused:
        attempt()
    assert refused.value.code == "key-rotation"


AFTER = ISSUED + timedelta(minutes=1)  # the key was stolen a minute after it sealed CODE, whose leaf has the index 1


def stolen(size, origin=ORIGIN):
    return KEYS.revoked(SIGNER.kid, AFTER, (origin, size), LATER)


def test_what_the_log_held_before_the_theft_stays_good():
    for keys in (stolen(2), load_key_list(dump_key_list(stolen(2), LOG_KEY, LOG_SIGNER), [LOG_KEY])):
        assert verify_seal(CODE, keys, policy=POLICY, facts_proof=FACTS_PROOF).accepted


@pytest.mark.parametrize(
    ("keys", "proof"),
    [(stolen(2), None), (stolen(1), FACTS_PROOF), (stolen(2, "log.other.lu"), FACTS_PROOF), (stolen(2), proof_of(0))],
)
def test_a_seal_dated_back_by_a_thief_is_refused(keys, proof):
    given = proof if proof is None or isinstance(proof, bytes) else format_proof(proof)
    verdict = verify_seal(CODE, keys, policy=POLICY, facts_proof=given)
    assert verdict.result == "refused"
    assert verdict.step("key-valid").code == "key-revoked"


def test_a_list_may_take_the_place_of_an_older_one_and_never_rewrite_it():
    revoked = stolen(2)
    revoked.check_follows(KEYS)
    KEYS.check_follows(KEYS)
    stolen(1).check_follows(revoked)  # it was stolen earlier than was thought
    ever = KeyList(LATER, (replace(revoked.entries[0], revoked_from=None, revoked_at_log=None), *revoked.entries[1:]))
    ever.check_follows(revoked)
    for older, newer in (
        (revoked, KEYS),
        (revoked, KeyList(LATER, KEYS.entries)),
        (revoked, stolen(3)),
        (revoked, stolen(2, "log.other.lu")),
        (ever, KeyList(LATER, revoked.entries)),
        (KEYS, KeyList(LATER, KEYS.entries[1:])),
        (KEYS, KeyList(LATER, (entry_of(owner="redange"), *KEYS.entries[1:]))),
        (KEYS, KeyList(LATER, (entry_of(valid_to=None), *KEYS.entries[1:]))),
        (KEYS, KeyList(LATER, (entry_of(valid_to=datetime(2029, 1, 1, tzinfo=UTC)), *KEYS.entries[1:]))),
        (KEYS, KeyList(LATER, (entry_of(valid_from=datetime(2025, 1, 1, tzinfo=UTC)), *KEYS.entries[1:]))),
        (KeyList(LATER, KEYS.entries), KEYS),
        (KeyList(ISSUED, (entry_of(status="retired"),)), ONE),
    ):
        with pytest.raises(KeyListError) as refused:
            newer.check_follows(older)
        assert refused.value.code == "key-list-rewritten"


@pytest.mark.parametrize("place", [5, ["x"], ["x", "y"], ["x", True], ["x", -1], [1, 2]])
def test_a_malformed_place_in_the_log_is_refused(place):
    plain = json.loads(dump_key_list(stolen(2)))
    plain["keys"][0]["revoked_at_log"] = place
    with pytest.raises(KeyListError):
        load_key_list(json.dumps(plain).encode())


def test_lists_of_earlier_releases_keep_their_bytes():
    assert b"revoked_at_log" not in dump_key_list(KEYS, LOG_KEY, LOG_SIGNER)
