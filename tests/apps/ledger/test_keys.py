# SPDX-License-Identifier: EUPL-1.2
"""Keys are made once, lie where only their owner reads them, and stand on a signed, logged list."""

from __future__ import annotations

import threading

import pytest
from django.db import connection

from bierger.infra.principal import ANONYMOUS, SYSTEM, acting_as
from bierger.ledger import selectors, services
from bierger.ledger.errors import KeyFileMissing, KeyMissing
from bierger.ledger.models import Key, KeyListVersion
from bierger.ledger.plugins import key_files
from bierger.ledger.services import keys
from bierger_core.merkle import NoteSignatureError, parse_proof, verify_proof
from bierger_core.seals import load_key_list, opening_of
from bierger_core.values import check_signature, commitment
from tests.attacks.together import PATIENCE, at_once, behind


def two_workers(commune, as_worker, monkeypatch, *, guarded: bool) -> list[object]:
    """Both make the keys of a commune. Guard off: without the lock they meet when each has seen that there is none."""
    real, met, meet = keys.make_key, threading.local(), threading.Barrier(2, timeout=PATIENCE)

    def make_key(purpose: str) -> object:
        if not getattr(met, "already", False):
            met.already = True
            meet.wait()
        return real(purpose)

    def work() -> int:
        with as_worker(), acting_as(SYSTEM):
            return services.ensure_keys(administration_ids=[commune.id])

    if guarded:
        return behind(monkeypatch, keys, "make_key", work, work)
    with monkeypatch.context() as patch:
        patch.setattr(keys, "hold", lambda _lock: None)
        patch.setattr(keys, "make_key", make_key)
        return at_once([work, work])


def keys_of(commune) -> tuple[int, int]:
    """Active keys of the commune and of the log."""
    active = Key.objects.filter(status="active")
    return active.filter(owner=commune.code, purpose="seal").count(), active.filter(purpose="log").count()


def test_without_lock_and_index_two_workers_make_two_keys(commune, as_worker, as_owner, monkeypatch):
    with as_owner(), connection.cursor() as cursor:
        cursor.execute("DROP INDEX ledger_key_one_active")
    assert two_workers(commune, as_worker, monkeypatch, guarded=False) == [2, 2]
    assert keys_of(commune) == (2, 2)


def test_without_the_lock_the_index_alone_refuses_the_second(commune, as_worker, monkeypatch):
    results = two_workers(commune, as_worker, monkeypatch, guarded=False)
    assert sorted(type(result).__name__ for result in results) == ["IntegrityError", "int"], results
    assert keys_of(commune) == (1, 1)


def test_two_workers_that_start_together_make_one_key(commune, as_worker, monkeypatch):
    assert two_workers(commune, as_worker, monkeypatch, guarded=True) == [2, 0]
    assert keys_of(commune) == (1, 1)


def test_private_keys_are_readable_by_their_owner_alone(commune, data_folder, as_worker):
    with as_worker(), acting_as(SYSTEM):
        signer = services.signer_for(administration_id=commune.id)
    path = data_folder / "keys" / f"{signer.kid.hex()}.pem"
    assert path.stat().st_mode & 0o777 == 0o600
    assert check_signature("ES256", signer.public_key, b"x", signer.sign(b"x"))


def test_the_web_makes_no_keys(commune):
    with acting_as(ANONYMOUS), pytest.raises(KeyMissing):
        services.signer_for(administration_id=commune.id)


def test_a_listed_key_without_its_file_is_said_by_name(commune, data_folder, as_worker):
    with as_worker(), acting_as(SYSTEM):
        signer = services.signer_for(administration_id=commune.id)
        (data_folder / "keys" / f"{signer.kid.hex()}.pem").unlink()
        key_files._load.cache_clear()
        with pytest.raises(KeyFileMissing):
            services.signer_for(administration_id=commune.id)


def test_the_list_is_signed_and_each_version_logged(commune, data_folder, as_worker):
    with as_worker():
        with acting_as(SYSTEM):
            services.ensure_keys(administration_ids=[commune.id])
        services.sequence()
    with acting_as(ANONYMOUS):
        body, log_keys = selectors.key_list_json(), selectors.log_keys()
        assert load_key_list(body, log_keys).entries == selectors.key_list().entries
        with pytest.raises(NoteSignatureError):
            load_key_list(body.replace(b'"status": "active"', b'"status": "retired"', 1), log_keys)
        proof = parse_proof(selectors.key_list_proof())
        opening = opening_of(proof)
        verify_proof(proof, commitment(opening.kind, opening.salt, body), selectors.policy())
    assert (data_folder / "log" / "keys.json").read_bytes() == body
    assert KeyListVersion.objects.count() >= 1
