# SPDX-License-Identifier: EUPL-1.2
"""A plan that several procedures of a bundle ask for: given once, shown in all with its source, in the end a file of each case."""

from __future__ import annotations

from datetime import timedelta
from io import BytesIO
from uuid import UUID

import pytest
from PIL import Image

from bierger.cases import services as case_services
from bierger.documents import selectors as documents
from bierger.documents.errors import BlobNotFound
from bierger.filings import selectors, services
from bierger.filings.services import retention
from bierger.filings.types import DraftView
from bierger.infra import clock
from bierger.infra.principal import SYSTEM, Principal, acting_as, worker_on
from tests import story
from tests.attacks.together import superuser
from tests.clients import client_of
from tests.filling import fill_bundle
from tests.people import officer, person

WATER, MONUMENTS, PERMIT = "water/works-permit", "monuments/works-permit", "commune/building-permit"
ALL = (WATER, MONUMENTS, PERMIT)


@pytest.fixture
def lea(transactional) -> Principal:
    return person("lea.beispill")


@pytest.fixture
def bundle(lea) -> UUID:
    """Begun for Mersch, without files."""
    with acting_as(lea):
        found = services.begin_bundle(procedures=ALL, language="en").bundle
        assert found is not None
        services.save_step(draft=drafts(lea, found)[0].id, step="commune", raw={"commune": ["mersch"]})
    return found


def drafts(who: Principal, bundle: UUID) -> tuple[DraftView, ...]:
    with acting_as(who):
        return selectors.bundle(bundle).drafts


def attach(who: Principal, draft: UUID, name: str = "plan.pdf", data: bytes = story.PDF):
    with acting_as(who):
        return services.attach(draft=draft, question="plans", file_name=name, data=data)


def remove(who: Principal, draft: UUID, file: str) -> None:
    with acting_as(who):
        services.remove_file(draft=draft, question="plans", file=file)


def plans(who: Principal, bundle: UUID) -> list[list[str] | None]:
    """The names of the files of each draft; None: it was not answered."""
    found = [draft.answers.get("plans") for draft in drafts(who, bundle)]
    return [None if files is None else [file["file_name"] for file in files] for files in found]


def sources(who: Principal, bundle: UUID) -> list[str | None]:
    return [draft.copied.get("plans") for draft in drafts(who, bundle)]


def blobs() -> int:
    with superuser() as seen:
        return seen.execute("SELECT count(*) FROM documents_blob").fetchone()[0]


# -- while it is prepared -----------------------------------------------------------------------------------------------------


def test_a_plan_is_given_once_and_shown_in_the_others_with_its_source(lea, bundle):
    first, _second, third = drafts(lea, bundle)
    assert attach(lea, first.id) is None
    assert plans(lea, bundle) == [["plan.pdf"]] * 3
    assert sources(lea, bundle) == [None, WATER, WATER]
    assert {step.id: step.state for step in drafts(lea, bundle)[2].steps}["plans"] == "done"
    assert blobs() == 1
    with acting_as(lea):  # the page is sent as it is shown: without the file
        assert not services.save_step(draft=third.id, step="plans", raw={}).errors
    assert sources(lea, bundle) == [None, WATER, WATER]


def test_whoever_takes_it_out_takes_it_out_of_all_that_follow(lea, bundle):
    first, second, _third = drafts(lea, bundle)
    attach(lea, first.id)
    attach(lea, first.id, "facade.pdf")
    (plan, _facade) = drafts(lea, bundle)[0].answers["plans"]
    remove(lea, first.id, plan["id"])
    assert plans(lea, bundle) == [["facade.pdf"]] * 3
    assert blobs() == 1
    remove(lea, first.id, plan["id"])  # pressed again
    attach(lea, second.id, "north.pdf")  # what follows is the first's, with one more: from now on the second's own
    assert plans(lea, bundle) == [["facade.pdf"], ["facade.pdf", "north.pdf"], ["facade.pdf"]]
    assert sources(lea, bundle) == [None, None, WATER]
    facade = drafts(lea, bundle)[0].answers["plans"][0]["id"]
    remove(lea, first.id, facade)
    assert plans(lea, bundle) == [[], ["facade.pdf", "north.pdf"], ["facade.pdf", "north.pdf"]]
    assert sources(lea, bundle) == [None, None, MONUMENTS]
    assert blobs() == 2  # the second still has both
    remove(lea, second.id, facade)
    assert (plans(lea, bundle), blobs()) == ([[], ["north.pdf"], ["north.pdf"]], 1)


def test_a_file_that_the_other_procedure_does_not_take_is_asked_there(lea, bundle):
    first, _second, third = drafts(lea, bundle)
    attach(lea, first.id)
    assert attach(lea, first.id, "photo.png", a_photo()) is None
    assert plans(lea, bundle) == [["plan.pdf", "photo.png"], ["plan.pdf", "photo.png"], None]  # the permit takes PDF only
    assert attach(lea, third.id, "plan.pdf") is None
    assert sources(lea, bundle) == [None, WATER, None]


def a_photo() -> bytes:
    out = BytesIO()
    Image.new("RGB", (8, 8), "red").save(out, "PNG")
    return out.getvalue()


def test_the_draft_that_had_it_first_may_be_taken_out(lea, bundle):
    first, second, third = drafts(lea, bundle)
    attach(lea, first.id)
    with acting_as(lea):
        services.take_out(draft=first.id)
    assert plans(lea, bundle) == [["plan.pdf"]] * 2
    assert sources(lea, bundle) == [None, None]
    with acting_as(lea):
        assert services.take_out(draft=second.id) is None  # one is left, alone
        assert [file["file_name"] for file in selectors.draft(third.id).answers["plans"]] == ["plan.pdf"]
        assert blobs() == 1
        services.discard(draft=third.id)
    assert blobs() == 0


@pytest.mark.parametrize("ends", ["deleted", "expired"])
def test_with_the_bundle_the_file_goes_too(lea, bundle, frozen, as_worker, ends):
    attach(lea, drafts(lea, bundle)[0].id)
    if ends == "deleted":
        with acting_as(lea):
            services.discard_bundle(bundle=bundle)
    else:
        frozen(clock.now() + timedelta(days=61))
        with as_worker():
            assert services.expire_drafts() == 3
    assert blobs() == 0


# -- when it is filed -----------------------------------------------------------------------------------------------------------


@pytest.fixture
def filed(lea, bundle):
    attach(lea, drafts(lea, bundle)[1].id)  # given to the second: the others follow, the first too
    fill_bundle(lea, bundle)
    assert sources(lea, bundle) == [MONUMENTS, None, MONUMENTS]
    assert blobs() == 1
    with acting_as(lea):
        return services.submit_bundle(bundle=bundle, declaration=True).cases


def files_of(case: UUID) -> list[UUID]:
    with superuser() as seen:
        return [blob for (blob,) in seen.execute("SELECT blob_id FROM documents_blob_holder WHERE case_id = %s", [case]).fetchall()]


def test_each_case_has_a_file_of_its_own_under_a_key_of_its_own(filed, lea, as_worker):
    blob_of = {case: files_of(case) for case in filed}
    assert [len(found) for found in blob_of.values()] == [1, 1, 1]
    assert len({found[0] for found in blob_of.values()}) == blobs() == 3
    with superuser() as seen:
        rows = seen.execute("SELECT count(DISTINCT key), count(DISTINCT name), count(DISTINCT administration), count(DISTINCT sha256) FROM documents_blob").fetchone()
    assert rows == (3, 3, 3, 1)
    for case in filed:
        with as_worker(), acting_as(worker_on(case)):
            assert documents.read_blob(blob_of[case][0]).data == story.PDF
            for other in set(filed) - {case}:
                with pytest.raises(BlobNotFound):
                    documents.read_blob(blob_of[other][0])
    # Its officers are told of the commune's case alone: the others are the State's.
    desk = client_of(officer("tom.beispill")).get(f"/desk/cases/{filed[2]}")
    assert desk.status_code == 200
    assert "Sent together with" not in desk.content.decode()


def test_erasing_one_case_leaves_the_files_of_the_others(filed, lea, as_worker):
    first, *others = filed
    (gone,) = files_of(first)
    with as_worker(), acting_as(SYSTEM):
        case_services.erase_case(case=first, job="test", above=retention.forget_filing, again=clock.today())
    assert files_of(first) == []
    assert blobs() == 2
    with superuser() as seen:
        assert seen.execute("SELECT count(*) FROM documents_blob WHERE id = %s", [gone]).fetchone()[0] == 0
    for case in others:
        with as_worker(), acting_as(worker_on(case)):
            assert documents.read_blob(files_of(case)[0]).data == story.PDF
