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
from bierger_core.merkle import NoteSignatureError, parse_proof, verify_proof
from bierger_core.seals import load_key_list, opening_of
from bierger_core.values import check_signature, commitment


def test_two_workers_that_start_together_make_one_key(commune, as_worker):
    meet = threading.Barrier(2, timeout=20)

    def work() -> None:
        with as_worker(), acting_as(SYSTEM):
            meet.wait()
            services.ensure_keys(administration_ids=[commune.id])
        connection.close()

    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert Key.objects.filter(owner=commune.code, purpose="seal").count() == 1
    assert Key.objects.filter(purpose="log", status="active").count() == 1


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
        body, keys = selectors.key_list_json(), selectors.log_keys()
        assert load_key_list(body, keys).entries == selectors.key_list().entries
        with pytest.raises(NoteSignatureError):
            load_key_list(body.replace(b'"status": "active"', b'"status": "retired"', 1), keys)
        proof = parse_proof(selectors.key_list_proof())
        opening = opening_of(proof)
        verify_proof(proof, commitment(opening.kind, opening.salt, body), selectors.policy())
    assert (data_folder / "log" / "keys.json").read_bytes() == body
    assert KeyListVersion.objects.count() >= 1
