# SPDX-License-Identifier: EUPL-1.2
"""Files that wait for an answer or a task: with whoever gave them until they are sent, and really erased if they are not."""

from __future__ import annotations

import sys
from datetime import timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from django.db import DatabaseError

from bierger.documents import selectors, services, tasks
from bierger.documents.errors import UploadRefused
from bierger.documents.models import Blob, BlobHolder, WaitingFile
from bierger.documents.services import waiting
from bierger.documents.types import Upload
from bierger.infra import clock
from bierger.infra.principal import SYSTEM, Principal, acting_as, worker_on
from tests.apps.documents.story import make_applicant
from tests.attacks.together import behind, count, without_trigger
from tests.mandates import representative
from tests.people import person

CONTENT = b"%PDF-1.7 what nobody of the case shall see before it is sent"
PLACE, CASE = uuid4(), uuid4()
ABOUT, PROCEDURE = "question:one", "commune/building-permit"


def upload(data: bytes = CONTENT) -> Upload:
    return Upload(data=data, media_type="application/pdf", file_name="plan.pdf", size=len(data))


def give(who: Principal, *, about: str = ABOUT, data: bytes = CONTENT) -> UUID:
    with acting_as(who):
        return services.keep_waiting(about=about, question="files", procedure=PROCEDURE, administration=PLACE, upload=upload(data))


def send(who: Principal, *, about: str = ABOUT) -> None:
    with acting_as(who):
        services.send_waiting(about=about, case=CASE, administration=PLACE)


def waits(who: Principal, about: str = ABOUT) -> list[str]:
    with acting_as(who):
        return [str(file["id"]) for files in selectors.waiting_files(about).values() for file in files]


def opens(who: Principal, blob: UUID) -> bool:
    with acting_as(who):
        return Blob.objects.filter(id=blob).exists()


def link() -> Principal:
    return Principal(kind="link", link=uuid4().hex * 2)


def officer(administration: UUID = PLACE) -> Principal:
    return Principal(kind="officer", administration=administration, officer=uuid4())


def on_disk(kept) -> int:
    return sum(1 for path in kept.rglob("*") if path.is_file())


def left() -> tuple[int, int, int]:
    return tuple(count(f"SELECT count(*) FROM documents_{table}") for table in ("blob", "blob_holder", "waiting"))


@pytest.fixture
def kept(_data: Path) -> Path:
    """Where the files lie; the bucket's store is tested with the blobs."""
    return _data / "blobs"


@pytest.fixture(params=["person", "link", "officer"])
def giver(request, transactional, kept) -> Principal:
    return {"person": lambda: make_applicant().principal, "link": link, "officer": officer}[request.param]()


def test_it_is_seen_by_whoever_gave_it_and_by_nobody_else(giver, as_worker):
    blob = give(giver)
    assert waits(giver) == [str(blob)]
    assert waits(giver, "question:another") == []
    colleague, neighbour, stranger = officer(), make_applicant().principal, link()
    for other in (colleague, neighbour, stranger):
        assert waits(other) == []
        assert not opens(other, blob)
        with acting_as(other):
            assert services.drop_waiting(about=ABOUT, file=str(blob)) == 0
    with as_worker():
        assert not opens(worker_on(CASE), blob)
    assert opens(giver, blob)


def test_it_is_part_of_the_case_once_it_is_sent(giver, as_worker):
    blob = give(giver)
    send(giver)
    assert waits(giver) == []
    with as_worker(), acting_as(worker_on(CASE)):
        assert selectors.read_blob(blob).data == CONTENT
    with acting_as(giver):
        assert services.erase_blob(blob=blob) is False
    send(giver)  # a replay sends nothing twice
    with as_worker(), acting_as(SYSTEM):
        holders = BlobHolder.objects.filter(blob_id=blob)
        assert holders.filter(case_id=CASE).count() == holders.filter(administration=PLACE).count() == 1
        assert not holders.filter(officer__isnull=False).exists()  # it is the office's now


def test_taken_out_it_is_gone_key_and_bytes(giver, kept):
    blob, other = give(giver), give(giver, about="question:two")
    assert on_disk(kept) == 2
    with acting_as(giver):
        assert services.drop_waiting(about=ABOUT, file=str(blob)) == 1
    with acting_as(giver):
        assert services.drop_waiting(about=ABOUT, file=str(blob)) == 0  # a second click
    assert left() == (1, 1, 1)
    assert on_disk(kept) == 1
    with acting_as(giver):
        assert services.drop_waiting(about="question:two") == 1
    assert not opens(giver, other)
    assert left() == (0, 0, 0)
    assert on_disk(kept) == 0


def test_a_rollback_sends_nothing(giver):
    blob = give(giver)

    def fails() -> None:
        with acting_as(giver):
            services.send_waiting(about=ABOUT, case=CASE, administration=PLACE)
            raise RuntimeError("the rest of the answer is wrong")

    with pytest.raises(RuntimeError):
        fails()
    assert waits(giver) == [str(blob)]
    assert count("SELECT count(*) FROM documents_blob_holder WHERE case_id IS NOT NULL") == 0


def test_nobody_makes_anothers_file_wait_or_binds_it_to_a_case(giver):
    blob, thief = give(giver), make_applicant().principal
    row = {"blob_id": blob, "space": thief.space, "procedure": PROCEDURE, "about": ABOUT, "question": "files", "since": clock.now()}
    with pytest.raises(DatabaseError), acting_as(thief):
        WaitingFile.objects.create(**row)
    with pytest.raises(DatabaseError), acting_as(thief):
        services.hold_blob(blob=blob, case_id=uuid4())
    with pytest.raises(DatabaseError), acting_as(thief):  # nor in the name of its giver
        WaitingFile.objects.create(**{**row, "blob_id": give_own(thief), "space": uuid4()})
    send(thief)
    assert waits(giver) == [str(blob)]
    assert count("SELECT count(*) FROM documents_blob_holder WHERE case_id IS NOT NULL") == 0


def give_own(who: Principal) -> UUID:
    return services.store_blob(
        administration_id=PLACE, data=CONTENT, media_type="application/pdf", file_name="plan.pdf", space=who.space
    )


def test_what_a_case_holds_does_not_wait_again(giver):
    """Otherwise a row would have the sweeper erase what was sent."""
    blob = give(giver)
    send(giver)
    field = {"person": "space", "link": "link", "officer": "officer"}[giver.kind]
    with pytest.raises(DatabaseError), acting_as(giver):
        WaitingFile.objects.create(
            blob_id=blob, procedure=PROCEDURE, about=ABOUT, question="files", since=clock.now(), **{field: getattr(giver, field)}
        )


def test_a_mandate_for_another_procedure_shows_none(transactional, kept):
    represented = person("lea.beispill")
    acting = representative(represented, "emma.primjer", scope="commune/residence-certificate")
    blob = give(represented)
    assert waits(acting) == []
    assert not opens(acting, blob)
    with acting_as(represented):
        services.drop_waiting(about=ABOUT)
    with acting_as(represented):
        blob = services.keep_waiting(
            about=ABOUT, question="files", procedure="commune/residence-certificate", administration=PLACE, upload=upload()
        )
    assert waits(acting) == [str(blob)]
    assert opens(acting, blob)


def test_one_limit_for_all_that_somebody_has_waiting(giver, monkeypatch):
    monkeypatch.setattr(waiting, "MOST_FILES", 3)
    first = [give(giver, about=about) for about in ("question:one", "task:two", "task:three")]
    with pytest.raises(UploadRefused) as refused:
        give(giver, about="task:four")
    assert refused.value.code == "upload-waiting-full"
    give(make_applicant().principal)  # others have room of their own
    send(giver, about="question:one")
    give(giver, about="task:four")  # what was sent waits no more
    with acting_as(giver):
        services.drop_waiting(about="task:two")
    monkeypatch.setattr(waiting, "MOST_BYTES", 3 * len(CONTENT) - 1)
    with pytest.raises(UploadRefused):
        give(giver)
    give(giver, data=CONTENT[:-1])
    assert first


# -- two at once ----------------------------------------------------------------------------------------------------------


def between() -> None:
    """Where who sends stands: all is written, nothing committed; the rest of the answer follows."""


def send_slowly(who: Principal) -> str:
    with acting_as(who):
        services.send_waiting(about=ABOUT, case=CASE, administration=PLACE)
        between()
    return "sent"


def walls(monkeypatch: pytest.MonkeyPatch, *, locked: bool, walled: bool) -> None:
    """Take away the giver's lock, and what makes the database refuse."""
    if not locked:
        monkeypatch.setattr(waiting, "_lock", lambda _name, _value: None)
    if not walled:
        without_trigger("documents_blob", "documents_held_stays")


WALLS = pytest.mark.parametrize(("locked", "walled"), [(False, False), (False, True), (True, False), (True, True)])


@pytest.mark.parametrize("locked", [False, True])
def test_two_at_once_do_not_both_find_the_last_place(transactional, kept, monkeypatch, locked):
    monkeypatch.setattr(waiting, "MOST_FILES", 1)
    walls(monkeypatch, locked=locked, walled=True)
    one = make_applicant().principal
    results = behind(monkeypatch, waiting, "store_blob", lambda: give(one), lambda: give(one), guarded=locked)
    assert [type(result).__name__ for result in results] == ["UUID", "UploadRefused" if locked else "UUID"], results
    assert len(waits(one)) == (1 if locked else 2)


@WALLS
def test_a_file_is_sent_or_taken_out_never_both(transactional, kept, monkeypatch, locked, walled):
    """Without both it is acknowledged as sent, and erased."""
    walls(monkeypatch, locked=locked, walled=walled)
    one = make_applicant().principal
    blob = give(one)

    def take_out() -> int:
        with acting_as(one):
            return services.drop_waiting(about=ABOUT, file=str(blob))

    taken_out = 0 if locked or walled else 1
    assert behind(monkeypatch, sys.modules[__name__], "between", lambda: send_slowly(one), take_out) == ["sent", taken_out]
    assert count("SELECT count(*) FROM documents_blob WHERE id = %s", blob) == 1 - taken_out


@pytest.fixture
def sweep(as_worker, monkeypatch):
    """The sweep, once, as the worker; all that waits has waited for too long."""

    def once() -> int:
        with as_worker(), acting_as(SYSTEM):
            return services.sweep_waiting()

    monkeypatch.setattr(waiting, "KEPT", timedelta(days=-1))
    return once


@WALLS
def test_what_is_swept_while_it_is_sent_stays(transactional, kept, monkeypatch, sweep, locked, walled):
    """The sweep begins when all is written. Under the lock it waits, and looks again."""
    walls(monkeypatch, locked=locked, walled=walled)
    one = make_applicant().principal
    blob = give(one)
    swept = 0 if locked or walled else 1
    assert behind(monkeypatch, sys.modules[__name__], "between", lambda: send_slowly(one), sweep) == ["sent", swept]
    assert count("SELECT count(*) FROM documents_blob WHERE id = %s", blob) == 1 - swept


@pytest.mark.parametrize(("looks", "walled"), [(False, False), (False, True), (True, False), (True, True)])
def test_what_was_sent_before_the_sweep_had_its_lock_stays(transactional, kept, monkeypatch, sweep, looks, walled):
    """It has read what waits for too long, and stands before the giver's lock while that is sent and committed."""
    walls(monkeypatch, locked=True, walled=walled)
    one = make_applicant().principal
    blob = give(one)
    if not looks:
        monkeypatch.setattr(waiting, "_unsent", list)
    swept = 0 if looks or walled else 1
    assert behind(monkeypatch, waiting, "_lock", sweep, lambda: send_slowly(one), passes=True) == [swept, "sent"]
    assert count("SELECT count(*) FROM documents_blob WHERE id = %s", blob) == 1 - swept


def test_sending_what_is_being_swept_sends_nothing(transactional, kept, monkeypatch, sweep):
    one = make_applicant().principal
    give(one)
    assert behind(monkeypatch, waiting, "erase_blob", sweep, lambda: send_slowly(one)) == [1, "sent"]
    assert left() == (0, 0, 0)


def test_what_is_never_sent_is_swept_after_a_week_and_not_before(giver, kept, as_worker, frozen):
    start = clock.now()
    frozen(start)
    old = give(giver)
    sent = give(giver, about="task:sent")
    send(giver, about="task:sent")
    frozen(start + timedelta(days=3))
    young = give(giver, about="task:young")
    frozen(start + waiting.KEPT)
    with as_worker():
        assert tasks.sweep_waiting() == 0
    frozen(start + waiting.KEPT + timedelta(seconds=1))
    with as_worker():
        assert tasks.sweep_waiting() == 1
    assert not opens(giver, old)
    assert waits(giver, "task:young") == [str(young)]
    assert on_disk(kept) == 2
    with as_worker():
        assert opens(worker_on(CASE), sent)


def test_who_can_give_nothing(transactional, kept):
    with acting_as(Principal()), pytest.raises(ValueError, match="anonymous"):
        services.keep_waiting(about=ABOUT, question="files", procedure=PROCEDURE, administration=PLACE, upload=upload())
