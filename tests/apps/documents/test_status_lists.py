# SPDX-License-Identifier: EUPL-1.2
"""The status list of an issuer: what it says, when it is made anew, who serves it, what of it stands in the log."""

from __future__ import annotations

from datetime import timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from django.test import Client, override_settings

from bierger.documents import selectors, services
from bierger.documents.models import Act, StatusListing
from bierger.infra import clock
from bierger.infra.principal import ANONYMOUS, SYSTEM, acting_as
from bierger.ledger import selectors as log
from bierger.ledger.plugins.folder import log_folder
from bierger_core.seals import (
    INVALID,
    VALID,
    StatusListError,
    StatusListToken,
    load_key_list,
    open_status_list,
    sign_status_list,
    status_list_commitment,
)
from bierger_core.seals.statuses import LEAST_ROOM
from bierger_core.values import LocalSigner
from tests.apps.documents.story import Commune, decide, officer_of


def served(commune: Commune, **changes: object) -> StatusListToken:
    answer = Client().get(f"/log/status/{commune.code}")
    assert (answer["Content-Type"], answer["Access-Control-Allow-Origin"]) == ("application/statuslist+cwt", "*")
    with acting_as(ANONYMOUS):
        keys = log.key_list()
    return open_status_list(answer.content, keys, **{"owner": commune.code, "uri": f"http://localhost:8000/log/status/{commune.code}", "now": clock.now(), **changes})


def publish(as_worker) -> int:
    with as_worker(), acting_as(SYSTEM):
        return services.publish_status_lists()


def places(*acts) -> list[int]:
    with acting_as(SYSTEM):
        return [Act.objects.get(id=act).status_place for act in acts]


@override_settings(BIERGER_BASE_URL="http://localhost:8000")
def test_a_revoked_act_is_invalid_at_its_place_and_the_log_knows_what_the_list_says(commune, applicant, as_worker, run_jobs, frozen):
    with as_worker():
        acts = [decide(commune, applicant, once=str(number)) for number in range(3)]
        taken = places(*acts)
    run_jobs()
    before = served(commune)
    assert taken == [0, 1, 2]
    assert len(before.statuses.data) * 8 == LEAST_ROOM
    assert not any(before.statuses.data)
    with acting_as(officer_of(commune, "decider")):
        services.revoke_act(act=acts[1], reason="error", note="x")
    run_jobs()
    after = served(commune)
    assert [after.statuses.status(place) for place in taken] == [VALID, INVALID, VALID]
    assert (after.expires_at - after.issued_at, after.keep) == (timedelta(days=7), timedelta(hours=1))
    for token in (before, after):
        with acting_as(ANONYMOUS):
            assert log.logged(status_list_commitment(token)) is not None
    assert (log_folder() / "status" / commune.code).read_bytes() == Client().get(f"/log/status/{commune.code}").content
    assert publish(as_worker) == 0, "Nothing is new and it is fresh."
    with as_worker(), acting_as(SYSTEM):
        StatusListing.objects.filter(issuer=commune.code).update(body=b"damaged")
    assert publish(as_worker) == 1
    leaves = log.waiting
    frozen(clock.now() + timedelta(minutes=11))
    with as_worker(), acting_as(SYSTEM):
        waiting = leaves()
    assert publish(as_worker) == 1, "Its date is half of what it says."
    with as_worker(), acting_as(SYSTEM):
        assert leaves() == waiting, "Nothing new to say, no new leaf."
    assert served(commune).statuses == after.statuses
    with pytest.raises(StatusListError, match="out of date"):
        served(commune, now=clock.now() + timedelta(days=8))


def test_there_is_no_list_of_nobody(commune, data_folder):
    assert [Client().get(f"/log/status/{name}").status_code for name in (commune.code, "..", "%2e%2e%2fkeys.json", "x" * 300, "%00")] == [404] * 5
    with acting_as(ANONYMOUS):
        assert selectors.status_list("nobody") is None


def test_a_list_is_signed_with_the_key_of_the_day(commune, applicant, as_worker, run_jobs, as_owner):
    from bierger.ledger.models import Key

    with as_worker():
        decide(commune, applicant)
    run_jobs()
    first = Client().get(f"/log/status/{commune.code}").content
    with as_owner(), acting_as(SYSTEM):
        Key.objects.filter(owner=commune.code, purpose="seal").update(status="retired", valid_to=clock.now())
    assert publish(as_worker) == 1
    second = Client().get(f"/log/status/{commune.code}").content
    assert first != second
    with acting_as(ANONYMOUS):
        kids = [open_status_list(one, log.key_list(), owner=commune.code, uri=None, now=clock.now()).uri for one in (first, second)]
    assert kids[0] == kids[1]


def test_a_kept_list_says_offline_whether_an_act_holds_and_as_of_when(commune, applicant, as_worker, run_jobs, tmp_path, capsys, frozen):
    from bierger.site import cli

    with as_worker():
        acts = [decide(commune, applicant, once=str(number)) for number in range(2)]
    run_jobs()
    for number, act in enumerate(acts):
        with acting_as(applicant.principal):
            (tmp_path / f"{number}.pdf").write_bytes(selectors.act_pdf(act).data)
            (tmp_path / f"{number}.pdf.tlog-proof").write_bytes(selectors.act_proof(act))
    keep = {"keys": "/log/keys.json", "types": "/log/types.json", "before": f"/log/status/{commune.code}"}
    with acting_as(officer_of(commune, "decider")):
        services.revoke_act(act=acts[1], reason="error", note="x")
    for name, address in keep.items():
        (tmp_path / name).write_bytes(Client().get(address).content)
    run_jobs()
    (tmp_path / "after").write_bytes(Client().get(keep["before"]).content)

    def verify(number: int, *status: str) -> tuple[int, str]:
        given = [one for name in status for one in ("--status", str(tmp_path / name))]
        code = cli.main(["verify", str(tmp_path / f"{number}.pdf"), "--keys", str(tmp_path / "keys"), "--types", str(tmp_path / "types"), *given])
        return code, capsys.readouterr().out

    assert [verify(number, "before")[0] for number in (0, 1)] == [0, 0]
    code, said = verify(0, "before", "after")
    assert (code, "Revoked: no, as of 20" in said) == (0, True)
    code, said = verify(1, "after", "before")
    assert (code, "REVOKED" in said, "says the issuer's status list of 20" in said) == (1, True, True)
    assert "no log and no status list was given" in verify(0)[1]
    (tmp_path / "broken").write_bytes(b"x")
    assert "Revoked: not checked (" in verify(0, "broken")[1]
    told = open_status_list((tmp_path / "after").read_bytes(), load_key_list((tmp_path / "keys").read_bytes()), owner=commune.code, uri=None, now=clock.now())
    (tmp_path / "theirs").write_bytes(sign_status_list(told, LocalSigner.of(ec.generate_private_key(ec.SECP256R1()))))
    code, said = verify(1, "theirs")  # nobody whom the key list knows signed it: it says nothing, and keeps no act from being checked
    assert (code, "Revoked: not checked (The key list has no such key.)" in said) == (0, True)
    assert verify(1, "theirs", "after")[0] == 1
