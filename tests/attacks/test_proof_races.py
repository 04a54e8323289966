# SPDX-License-Identifier: EUPL-1.2
"""Two at once where proofs are made: keys, revocations, status lists, orders of delay, what is erased while it is worked on."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from itertools import pairwise
from uuid import uuid4

import pytest
from django.conf import settings

from bierger.disclosures import services as disclosures
from bierger.disclosures.errors import DelayRefused
from bierger.disclosures.services import delays
from bierger.disclosures.services import notarise as notariser
from bierger.documents import services
from bierger.documents.errors import ActNotFound, AlreadyRevoked
from bierger.documents.models import Act, StatusListing
from bierger.documents.services import revocations, statuses
from bierger.documents.services.erasure import forget_acts
from bierger.infra import clock
from bierger.infra.principal import SYSTEM, acting_as
from bierger.ledger import services as ledger
from bierger.ledger.errors import KeyRefused
from bierger.ledger.models import Key, KeyListVersion
from bierger.ledger.services import changes
from bierger_core.seals import INVALID, load_key_list, open_status_list
from tests.apps.disclosures.town import chain_in_order, read, seal
from tests.apps.documents.story import FACTS, TEMPLATE, decide, officer_of
from tests.attacks.together import behind, count, race
from tests.laws import SOME_LAW
from tests.people import officer, person


def working(as_worker, work):
    """The work as the worker's, in a transaction; to be run in a thread."""

    def run() -> object:
        with as_worker(), acting_as(SYSTEM):
            return work()

    return run


def test_a_revocation_and_a_correction_at_once_are_one_of_the_two(commune, as_worker, monkeypatch):
    with as_worker():
        act = decide(commune, None)
    deciders = [officer_of(commune, "decider") for _ in range(2)]

    def revoke() -> str:
        with acting_as(deciders[0]):
            services.revoke_act(act=act, reason="fraud")
        return "fraud"

    def correct() -> str:
        with acting_as(deciders[1]):
            services.replace_act(act=act, facts=FACTS | {"person.family_name": "Beispiel"}, fields={"body": "x"}, template=TEMPLATE, title="x")
        return "replaced"

    results = race(monkeypatch, revocations, "_take_back", [revoke, correct], guarded=True)
    (done,) = [one for one in results if isinstance(one, str)]
    assert [type(one) for one in results if one != done] == [AlreadyRevoked]
    assert count("SELECT count(*) FROM documents_revocation WHERE reason = %s", done) == count("SELECT count(*) FROM documents_revocation") == 1
    assert count("SELECT count(*) FROM documents_act WHERE replaces = %s", act) == (done == "replaced")


def test_what_was_erased_while_somebody_corrected_it_is_not_issued_again(commune, as_worker):
    """The officer's page was read before the act was erased; what it says must not come back as another act."""
    with as_worker():
        act = decide(commune, None)
        with acting_as(SYSTEM):
            forget_acts(acts=[act])
    with acting_as(officer_of(commune, "decider")), pytest.raises(ActNotFound):
        services.replace_act(act=act, facts=FACTS, fields={"body": "x"}, template=TEMPLATE, title="x")
    assert count("SELECT count(*) FROM documents_act WHERE replaces = %s", act) == 0


@pytest.mark.parametrize("second", ["rotate", "revoke"])
def test_a_key_is_rotated_once_and_every_list_follows(commune, as_worker, monkeypatch, second):
    with as_worker():
        decide(commune, None)
    with as_worker(), acting_as(SYSTEM):
        old = bytes(Key.objects.get(owner=commune.code, status="active").kid)
    rotate = working(as_worker, lambda: ledger.rotate_key(owner=commune.code))
    revoke = working(as_worker, lambda: ledger.revoke_key(kid=old, since=clock.now(), reason="stolen"))
    results = behind(monkeypatch, changes, "add_key", rotate, {"rotate": rotate, "revoke": revoke}[second])
    assert isinstance(results[0], changes.KeyChange), results[0]
    assert getattr(results[1], "code", "done") == {"rotate": "key-pending", "revoke": "done"}[second], results[1]
    assert isinstance(results[1], KeyRefused) is (second == "rotate")
    with as_worker(), acting_as(SYSTEM):
        assert Counter(Key.objects.filter(owner=commune.code).values_list("status", flat=True))["active"] == 1
        lists = [load_key_list(bytes(row.body)) for row in KeyListVersion.objects.order_by("id")]
        signer = ledger.signer_for(administration_id=commune.id)
        assert (signer.kid == old) is (second == "rotate")
    for older, newer in pairwise(lists):
        newer.check_follows(older)


def test_a_status_list_published_twice_at_once_is_one_and_says_the_newest(commune, as_worker, monkeypatch, run_jobs):
    with as_worker():
        acts = [decide(commune, None, once=str(number)) for number in range(2)]
    run_jobs()
    with acting_as(officer_of(commune, "decider")):
        services.revoke_act(act=acts[1], reason="error")
    publish = working(as_worker, services.publish_status_lists)
    assert behind(monkeypatch, statuses, "_publish", publish, publish) == [1, 0]
    with as_worker(), acting_as(SYSTEM):
        listed = load_key_list(bytes(KeyListVersion.objects.latest("id").body))
        body = bytes(StatusListing.objects.get(issuer=commune.code).body)
        places = dict(Act.objects.filter(id__in=acts).values_list("id", "status_place"))
    token = open_status_list(body, listed, owner=commune.code, uri=None, now=clock.now())
    assert [token.statuses.status(places[act]) for act in acts] == [0, INVALID]


def test_two_orders_of_delay_at_once_are_one(transactional, monkeypatch):
    """Of two in force, one would go on after the other was ended, and everything was said to be told."""
    case, nora = uuid4(), officer("nora.beispiel")

    def order() -> object:
        with acting_as(nora):
            return disclosures.order_delay(case=case, until=clock.today() + timedelta(days=30), reason="Fraud.", legal_basis=SOME_LAW)

    results = race(monkeypatch, delays, "_insert", [order, order], guarded=True)
    assert [one.code for one in results if isinstance(one, DelayRefused)] == ["delay-exists"]
    assert count("SELECT count(*) FROM disclosures_delay WHERE case_id = %s", case) == 1


def test_readings_of_a_case_erased_while_they_are_sealed_stay_provable_and_go_later(transactional, as_worker, monkeypatch, frozen):
    later = timedelta(days=settings.BIERGER_READINGS_DAYS + 2)
    start = clock.real_now() - later  # the clock of the two threads is not stopped
    lea, claire, case = person("lea.beispill"), officer("claire.muster"), uuid4()
    frozen(start)
    read(claire, lea, case=case)
    seal(as_worker)
    read(claire, lea, case=case)
    frozen(start + later)
    first, second = working(as_worker, notariser.seal_batch), working(as_worker, lambda: disclosures.forget_case(case=case).counts)
    assert behind(monkeypatch, notariser, "_mark", first, second, passes=True) == [1, {"readings": 1}]
    assert len(chain_in_order(lea.person)) == 2
    frozen(start + 2 * later + timedelta(days=1))  # its batch was made late, and is kept from then on
    assert working(as_worker, lambda: disclosures.erase_readings(record=uuid4()).counts)() == {"readings": 1}
    assert count("SELECT count(*) FROM disclosures_disclosure") == count("SELECT count(*) FROM disclosures_gone") == 0
    assert len(chain_in_order(lea.person)) == 2
