# SPDX-License-Identifier: EUPL-1.2
"""Key lists: who may sign for whom and when, and lists that were changed on the way."""

import json
from datetime import UTC, datetime

import pytest

from bierger_core.merkle import NoteSignatureError, NoteUnverifiedError, log_key
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
)

from .acts import ISSUED, KEYS, LOG_KEY, LOG_SIGNER, OTHER_SIGNER, SIGNER, entry_of


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
    "data",
    [
        b"",
        b"[]",
        b"{}",
        b"null",
        b'{"signatures":[]}',
        b'{"signatures":[1],"format":"bierger/key-list@v1","keys":[],"issued_at":"2026-01-01T00:00:00Z"}',
        b'{"signatures":[],"format":"bierger/key-list@v1","keys":[{}],"issued_at":"2026-01-01T00:00:00Z"}',
        b'{"signatures":[],"format":"bierger/key-list@v1","keys":[],"issued_at":"yesterday"}',
        b'{"signatures":[],"format":"bierger/key-list@v2","keys":[],"issued_at":"2026-01-01T00:00:00Z"}',
        b"[" * 100_000,
        bytes(5_000_000),
    ],
)
def test_what_is_no_key_list_is_refused(data):
    with pytest.raises(KeyListError) as refused:
        load_key_list(data)
    assert refused.value.code in {"key-list-format", "key-list-limit", "key-entry"}


def test_an_identifier_stands_once_in_a_list():
    with pytest.raises(KeyListError):
        KeyList(ISSUED, (entry_of(), entry_of(owner="redange")))
