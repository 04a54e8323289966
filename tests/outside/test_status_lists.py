# SPDX-License-Identifier: EUPL-1.2
"""A status list as an installation publishes it, judged by cwt and read bit by bit by a program that is not ours."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from bierger_core.merkle import log_key
from bierger_core.seals import INVALID, StatusList, StatusListToken, dump_key_list, open_seal, room_for, sign_status_list
from tests.core.seals.acts import ISSUED, KEYS, LOG_SIGNER, ORIGIN, SIGNER
from tests.outside import programs
from tests.outside.changes import flipped
from tests.outside.files import RELEASES, attached, types_of
from tests.outside.verdicts import OUTSIDE

pytestmark = OUTSIDE
ASK = programs.python("status.py")


@pytest.mark.parametrize("revoked", [(), (0,), (3, 4, 131_071)])
def test_cwt_verifies_a_list_and_finds_the_same_places(verifier, tmp_path, revoked):
    cwt = verifier("cwt", ASK)
    address = "https://mersch.example/log/status/mersch"
    statuses = StatusList.of(room_for(5), dict.fromkeys(revoked, INVALID))
    token = StatusListToken(address, ISSUED, ISSUED + timedelta(days=7300), timedelta(hours=1), statuses)
    listed, keys = tmp_path / "status", tmp_path / "keys.json"
    listed.write_bytes(sign_status_list(token, SIGNER))
    keys.write_bytes(dump_key_list(KEYS, log_key(ORIGIN, LOG_SIGNER.public_key), LOG_SIGNER))
    said = json.loads(cwt.accepts(listed, keys))
    assert said == {"address": address, "size": 131_072, "places": list(revoked), "keep": 3600}
    listed.write_bytes(flipped(listed.read_bytes(), len(listed.read_bytes()) - 1))
    cwt.refuses(listed, keys)


def test_the_lists_of_every_release_are_read_again(verifier):
    """Release 0.1 had none. Revoked is there whatever the list of revocations names."""
    cwt = verifier("cwt", ASK)
    for release in RELEASES:
        types, named = types_of(release.log), (release.log / "revocations").read_text()
        seals = [open_seal(attached(act)["seal.txt"], types) for act in release.acts]
        lists = sorted((release.log / "status").glob("*"))
        assert bool(lists) is (release.folder.name != "v0.1")
        for listed in lists:
            said = json.loads(cwt.accepts(listed, release.log / "keys.json"))
            assert said["places"] == [seal.status for seal in seals if seal.claims.issuer == listed.name and seal.commitment.hex() in named]
