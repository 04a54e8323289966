# SPDX-License-Identifier: EUPL-1.2
"""Blobs: encrypted under a key of their own, unreadable once it is gone, seen by their holders alone."""

from __future__ import annotations

import time
from uuid import UUID, uuid4

import pytest
from django.db import DatabaseError

from bierger.disclosures.services import purpose_of_case
from bierger.documents import selectors, services
from bierger.documents.errors import BlobErased, BlobNotFound
from bierger.documents.models import Blob, BlobHolder
from bierger.infra.principal import ANONYMOUS, SYSTEM, Principal, acting_as, worker_on
from tests.apps.documents.story import make_applicant
from tests.laws import SOME_LAW

CONTENT = b"%PDF-1.7 a plan of a house that nobody else shall see"
PLACE = uuid4()


def keep(applicant) -> UUID:
    with acting_as(applicant.principal):
        return services.store_blob(
            administration_id=PLACE, data=CONTENT, media_type="application/pdf", file_name="plan.pdf", space=applicant.space
        )


def files(kept) -> list:
    return [path for path in kept.rglob("*") if path.is_file()]


def test_what_lies_on_disk_is_not_what_was_given(db, kept, applicant):
    blob = keep(applicant)
    (path,) = files(kept)
    assert CONTENT not in path.read_bytes()
    assert path.parent.parent.name == str(PLACE)
    with acting_as(applicant.principal):
        assert selectors.read_blob(blob).data == CONTENT


def test_nobody_else_reads_it(db, kept, applicant):
    blob = keep(applicant)
    for stranger in (ANONYMOUS, make_applicant().principal):
        with acting_as(stranger), pytest.raises(BlobNotFound):
            selectors.read_blob(blob)
    with acting_as(Principal(kind="officer", administration=PLACE, officer=uuid4())), pytest.raises(BlobNotFound):
        selectors.read_attachment(blob, purpose=purpose_of_case(uuid4(), legal_basis=SOME_LAW), subjects=[applicant.person])


def test_nobody_takes_a_blob_by_naming_it(transactional, kept, applicant):
    blob, thief = keep(applicant), make_applicant()
    with pytest.raises(DatabaseError), acting_as(thief.principal):
        services.hold_blob(blob=blob, space=thief.space)
    with acting_as(thief.principal), pytest.raises(BlobNotFound):
        selectors.read_blob(blob)


def test_a_case_holds_what_its_applicant_can_no_longer_erase(transactional, kept, applicant, as_worker):
    blob, case = keep(applicant), uuid4()
    with acting_as(applicant.principal):
        services.hold_blob(blob=blob, administration=PLACE, case_id=case)
    with acting_as(applicant.principal):
        assert services.erase_blob(blob=blob) is False
        services.release_blob(blob=blob, space=applicant.space)
    with acting_as(applicant.principal), pytest.raises(BlobNotFound):
        selectors.read_blob(blob)
    colleague = Principal(kind="officer", administration=PLACE, officer=uuid4())
    with acting_as(colleague), pytest.raises(BlobNotFound):  # of the house, but not of the case
        selectors.read_attachment(blob, purpose=purpose_of_case(case, legal_basis=SOME_LAW), subjects=[applicant.person])
    with as_worker(), acting_as(worker_on(case)):
        assert selectors.read_blob(blob).data == CONTENT
    with as_worker(), acting_as(worker_on(uuid4())), pytest.raises(BlobNotFound):
        selectors.read_blob(blob)


def test_erased_is_unreadable_with_the_file_still_there(transactional, kept, applicant, as_worker):
    blob = keep(applicant)
    (path,) = files(kept)
    ciphertext = path.read_bytes()
    with acting_as(applicant.principal):
        assert services.erase_blob(blob=blob) is True
    assert files(kept) == []
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(ciphertext)  # as if it came back from a backup of the files
    with acting_as(applicant.principal), pytest.raises(BlobNotFound):
        selectors.read_blob(blob)
    with as_worker(), acting_as(SYSTEM):
        assert not Blob.objects.exists()
        assert not BlobHolder.objects.exists()


def test_a_damaged_or_swapped_file_does_not_open(transactional, kept, applicant, as_owner):
    first, second = keep(applicant), keep(applicant)
    with as_owner():
        other = Blob.objects.get(id=second)
        Blob.objects.filter(id=first).update(name=other.name, key=bytes(other.key))
    with acting_as(applicant.principal), pytest.raises(BlobErased):
        selectors.read_blob(first)
    for path in files(kept):
        data = path.read_bytes()
        path.write_bytes(data[:-1] + bytes([data[-1] ^ 1]))  # another byte for certain, whatever the cipher gave
    with acting_as(applicant.principal), pytest.raises(BlobErased):
        selectors.read_blob(second)


def store_and_die(applicant) -> None:
    with acting_as(applicant.principal):
        services.store_blob(administration_id=PLACE, data=b"x", media_type="image/png", file_name="x.png", space=applicant.space)
        raise RuntimeError("the process dies before the commit")


def test_orphans_are_swept_after_an_hour_and_not_before(transactional, kept, applicant, as_worker):
    blob = keep(applicant)
    with pytest.raises(RuntimeError):
        store_and_die(applicant)
    assert len(files(kept)) == 2
    with as_worker():
        with acting_as(SYSTEM):
            assert services.sweep_orphans() == 0
        with acting_as(SYSTEM):
            assert services.sweep_orphans(now=time.time() + 4000) == 1
    with acting_as(applicant.principal):
        assert selectors.read_blob(blob).data == CONTENT
