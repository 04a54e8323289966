# SPDX-License-Identifier: EUPL-1.2
"""Accounts that nobody uses and offices that ended: told before, erased on their day, proved; never while anything keeps them."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Callable
from uuid import UUID

import pytest
from django.test import override_settings

from bierger.administrations import selectors as administrations
from bierger.administrations.models import Administration, Officer
from bierger.delivery import selectors as delivery
from bierger.disclosures.models import Chain
from bierger.disclosures.services import purpose_of_case, record
from bierger.filings import services
from bierger.filings.models import Deletion
from bierger.filings.selectors import deletion_certificate, not_ended
from bierger.identity import selectors as identity
from bierger.identity import services as accounts
from bierger.identity.models import Person
from bierger.infra import clock
from bierger.infra.erasures import Erasure, registered
from bierger.infra.principal import SYSTEM, Principal, acting_as
from bierger.ledger import selectors as log
from bierger_core.seals import verify_deletion
from bierger_core.values import add_months
from tests import story
from tests.apps.cases.test_erasure import tables_with
from tests.apps.disclosures.town import seal
from tests.laws import SOME_LAW
from tests.people import officer, person
from tests.registers import register, simulators
from tests.system.test_retention_command import said

__all__ = ["register", "simulators"]
pytestmark = pytest.mark.usefixtures("transactional", "register")
NOTICE = dt.timedelta(days=90)
START = dt.datetime(2027, 3, 1, 9, tzinfo=dt.UTC)
DUE = add_months(START.date(), 60)


@pytest.fixture
def on(frozen, as_worker) -> Callable[[dt.date], int]:
    """The worker's round on a day; how many were erased."""
    frozen(START)

    def round_(day: dt.date) -> int:
        frozen(dt.datetime.combine(day, dt.time(9), dt.UTC))
        with as_worker():
            return services.end_accounts()

    return round_


def is_there(who: Principal, as_worker) -> bool:
    with as_worker(), acting_as(SYSTEM):
        return Person.objects.filter(id=who.person).exists()


def test_told_erased_on_the_day_and_proved(on, run_jobs, as_worker) -> None:
    lea = person("lea.beispill")
    with acting_as(lea):
        account = identity.my_account()
    assert account is not None
    assert (account.ends_on, account.told) == (DUE, False)
    assert on(DUE - NOTICE - dt.timedelta(days=1)) == 0
    with acting_as(lea):
        assert delivery.mailbox() == ()
    assert on(DUE - NOTICE) == 0
    with acting_as(lea):
        (letter,) = delivery.mailbox()
        told = identity.my_account()
    assert (letter.subject_code, letter.params["day"]) == ("account-ends", DUE.isoformat())
    assert told is not None
    assert (told.ends_on, told.told) == (DUE, True)
    assert on(DUE - dt.timedelta(days=1)) == 0
    assert tables_with(["Beispill", "lea.beispill"])
    assert (on(DUE), on(DUE)) == (1, 0)
    assert not is_there(lea, as_worker)
    left = tables_with(["lea.beispill", str(lea.space)])
    assert not set(left) & {"identity_person", "identity_login", "identity_space", "delivery_message"}, left
    run_jobs()
    with as_worker(), acting_as(SYSTEM):
        proof = deletion_certificate(lea.person)
        assert deletion_certificate(UUID(int=1)) is None
    record_ = verify_deletion(proof, log.policy()).record
    assert (record_["account"], record_["due_on"]) == (str(lea.person), DUE.isoformat())
    assert record_["destroyed"] == {"accounts": 1, "logins": 1, "messages": 1}
    assert "Beispill" not in proof.decode()
    assert Erasure(DUE, "account", lea.person) in registered()
    # Whoever comes back is somebody new.
    assert person("lea.beispill").person != lea.person


def draft(who: Principal) -> UUID:
    with acting_as(who):
        return services.start_draft(owner="commune", name="residence-certificate", administration="mersch", language="fr").id


def request_open(who: Principal) -> None:
    story.request(who, "building-permit", story.PERMIT)


def request_kept(who: Principal) -> None:
    case = story.request(who, "problem-report", story.REPORT).cases[0]
    story.do(officer("pol.sample"), case, "handle", handling="done", answer="Emptied.")


def mandate_given(who: Principal) -> None:
    with acting_as(person("emma.primjer")):
        emma = identity.me()
    with acting_as(who):
        accounts.grant_mandate(
            to_matricule=emma.matricule, family_name=emma.family_name, scope="*", valid_from=clock.today(), valid_to=None
        )


def reading(who: Principal) -> None:
    with acting_as(officer("tom.beispill")):
        record(purpose=purpose_of_case(None, legal_basis=SOME_LAW), subjects=[who.person], facts=["name"])


@pytest.mark.parametrize("when", ["before", "after it was told"])
def test_whoever_has_anything_open_or_kept_is_never_dormant(on, as_worker, when: str) -> None:
    everybody = [person(one, level="high") for one in ("lea.beispill", "hugo.exemplo", "jonas.muster", "alice.exemple", "nina.esempio")]
    if when == "after it was told":
        on(DUE - NOTICE)
    for who, begin in zip(everybody, (draft, request_open, request_kept, mandate_given, reading), strict=True):
        begin(who)
    on(DUE - NOTICE)
    on(DUE)
    for who in everybody:
        assert is_there(who, as_worker), who
        with acting_as(who):  # or it is true no longer
            assert "account-ends" not in {one.subject_code for one in delivery.mailbox()}
            account = identity.my_account()
        assert account is not None
        assert not account.told


def test_a_sign_in_keeps_it(on, as_worker) -> None:
    lea = person("lea.beispill")
    on(DUE - NOTICE)
    on(DUE - dt.timedelta(days=1))
    lea = person("lea.beispill")
    assert on(DUE + NOTICE) == 0
    with acting_as(lea):
        account = identity.my_account()
    assert account is not None
    assert (account.told, account.ends_on) == (False, add_months(DUE - dt.timedelta(days=1), 60))


def test_an_installation_that_slept_tells_first(on, as_worker) -> None:
    lea, late = person("lea.beispill"), DUE + dt.timedelta(days=700)
    assert on(late) == 0
    assert is_there(lea, as_worker)
    assert on(late + NOTICE - dt.timedelta(days=1)) == 0
    assert on(late + NOTICE) == 1


def test_what_cannot_be_erased_is_told_until_it_can(on, as_worker, tmp_path) -> None:
    """The register of erasures lies on a disk that is not there: nothing is erased, and the operator sees whom it concerns."""
    lea = person("lea.beispill")
    on(DUE - NOTICE)
    (tmp_path / "erasures").symlink_to(tmp_path / "disk" / "erasures")
    line = f"account {lea.person}: FileNotFoundError"
    with override_settings(BIERGER_BACKUP_KEYS=str(tmp_path)):
        assert on(DUE) == 0
        assert is_there(lea, as_worker)
        with as_worker():
            status, text = said("status")
            assert (status, f"late  {DUE}  {line}" in text, "0 held, 1 late" in text) == (1, True, True)
            status, text = said("run")
            assert (status, f"failed  {line}" in text, "0 erased, 1 failed" in text) == (1, True, True)
        (tmp_path / "disk").mkdir()
        assert on(DUE) == 1
        with as_worker():
            assert said("status")[0] == 0


def test_what_failed_and_is_kept_after_all_is_told_no_more(on, as_worker, tmp_path) -> None:
    person("lea.beispill")
    on(DUE - NOTICE)
    (tmp_path / "erasures").symlink_to(tmp_path / "disk" / "erasures")
    with override_settings(BIERGER_BACKUP_KEYS=str(tmp_path)):
        on(DUE)
        person("lea.beispill")
        on(DUE)
    with as_worker(), acting_as(SYSTEM):
        assert not_ended(most=9) == ()


def test_never_is_never(on, as_worker) -> None:
    lea = person("lea.beispill")
    with override_settings(BIERGER_ACCOUNT_YEARS=0, BIERGER_OFFICE_YEARS=0):
        assert on(DUE + dt.timedelta(days=9000)) == 0
        with acting_as(lea):
            assert identity.my_account() is None


def test_a_backup_brings_nobody_back(on, as_worker) -> None:
    lea = person("lea.beispill")
    with as_worker():
        assert services.erase_again((Erasure(DUE, "account", lea.person), Erasure(DUE, "account", UUID(int=7)))) == 1
    assert not is_there(lea, as_worker)


def test_at_random(on, as_worker) -> None:
    """Sign-ins, drafts and rounds over some twelve years: whoever goes had nothing, was told in time, and had not come back."""
    chance, day = random.Random(7), START.date()
    who = {one: person(one) for one in ("lea.beispill", "emma.primjer", "hugo.exemplo", "alice.exemple")}
    used, told, drafts, gone = dict.fromkeys(who, day), {}, {}, set()
    for _ in range(24):
        day += dt.timedelta(days=chance.randint(20, 400))
        erased = on(day)
        for one in set(who) - gone:
            if not is_there(who[one], as_worker):
                assert used[one] <= add_months(day, -60)
                assert told[one] <= day - NOTICE
                assert one not in drafts
                gone.add(one)
                erased -= 1
                continue
            with acting_as(who[one]):
                account = identity.my_account()
                assert account is not None
                if account.told:
                    told.setdefault(one, day)
                else:
                    told.pop(one, None)
                match chance.randint(0, 20):
                    case 0 if one not in drafts:
                        drafts[one] = draft(who[one])
                    case 1 | 2 | 3 if one in drafts:
                        services.discard(draft_id=drafts.pop(one))
                    case 4:
                        used[one] = day
            if used[one] == day:
                who[one] = person(one)
                told.pop(one, None)
        assert erased == 0
    assert gone


def test_the_key_to_its_readings_goes_and_everything_else_is_proved(on, run_jobs, as_worker, as_owner, frozen) -> None:
    lea, emma = person("lea.beispill"), person("emma.primjer")
    for one in (lea, emma):
        reading(one)
    seal(as_worker)
    run_jobs()
    later = DUE + dt.timedelta(days=9)
    frozen(dt.datetime.combine(later, dt.time(8), dt.UTC))
    with as_worker():
        assert services.end_readings() > 0
    person("emma.primjer")
    on(later)
    assert on(later + NOTICE) == 1
    with as_worker(), acting_as(SYSTEM):
        assert set(Chain.objects.values_list("subject", flat=True)) == {emma.person}
    run_jobs()
    from bierger.site.commands.restore import verify

    with as_owner():
        assert [sentence.split(":")[0].split()[0] for sentence in verify()] == ["Attachments", "Log", "Cases"]


def test_an_office_goes_when_nothing_names_it(on, run_jobs, as_worker, as_owner) -> None:
    reading(person("lea.beispill"))  # by Tom, who is named as long as it is kept
    tom, laura = officer("tom.beispill"), officer("laura.exemplo")
    with as_owner():
        ended = START.date()
        for one in (tom, laura):
            Officer.objects.filter(id=one.officer).update(active=False)
            assert Officer.objects.get(id=one.officer).ended_on is not None
        Officer.objects.filter(id__in=[tom.officer, laura.officer]).update(ended_on=ended)
    assert on(add_months(ended, 60) - dt.timedelta(days=1)) == 0
    assert on(add_months(ended, 60)) == 1
    with as_worker(), acting_as(SYSTEM):
        assert set(Officer.objects.filter(id__in=[tom.officer, laura.officer]).values_list("id", flat=True)) == {tom.officer}
        assert administrations.officer(laura.officer) is None
        (one,) = Deletion.objects.filter(id=laura.officer)
    assert one.record["destroyed"] == {"offices": 1, "roles": 2}
    with as_worker():
        assert services.erase_again((Erasure(DUE, "office", tom.officer), Erasure(DUE, "office", laura.officer))) == 1
    run_jobs()
    with as_worker(), acting_as(SYSTEM):
        assert verify_deletion(deletion_certificate(laura.officer), log.policy()).record["office"] == str(laura.officer)


def test_a_closed_administration_ends_its_offices_and_stays(on, as_worker, as_owner) -> None:
    dan = officer("dan.muster")
    with as_owner():
        house = Officer.objects.get(id=dan.officer).administration_id
        Administration.objects.filter(id=house).update(valid_to=START.date())
    assert on(add_months(START.date(), 60)) >= 1
    with as_worker(), acting_as(SYSTEM):
        assert not Officer.objects.filter(id=dan.officer).exists()
        administrations.forget()
        assert administrations.administration(id=house).valid_to == START.date()
