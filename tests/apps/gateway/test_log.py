# SPDX-License-Identifier: EUPL-1.2
"""The log over HTTP, as an outsider reads it."""

from __future__ import annotations

import secrets

import pytest
from django.test import Client

from bierger.documents import services as documents
from bierger.infra.principal import ANONYMOUS, SYSTEM, acting_as
from bierger.ledger import selectors, services
from bierger.ledger.plugins import folder
from bierger.ledger.plugins.node.files import TileFolder
from bierger_core.merkle import (
    TileMissingError,
    TileReader,
    open_checkpoint,
    parse_note,
    parse_policy,
    parse_proof,
    verify_note,
    verify_proof,
)
from bierger_core.seals import load_key_list
from bierger_core.values import Kind

LEAF = bytes([Kind.ACCESS]) + secrets.token_bytes(32)


@pytest.fixture
def log(data_folder, as_worker):
    with acting_as(ANONYMOUS):
        services.queue(commitment=LEAF, kind=Kind.ACCESS)
    with as_worker():
        services.sequence()
        with acting_as(SYSTEM):
            documents.publish_revocations()
    return Client()


def test_an_outsider_rebuilds_the_tree(log):
    with acting_as(ANONYMOUS):
        keys, policy = selectors.log_keys(), selectors.policy()
    answer = log.get("/log/checkpoint")
    assert answer["Content-Type"] == "text/plain; charset=utf-8"
    assert answer["Cache-Control"] == "no-cache"
    assert not answer.cookies
    head = open_checkpoint(answer.content, keys).checkpoint

    def fetch(path: str) -> bytes:
        tile = log.get(f"/log/{path}")
        if tile.status_code == 404:
            raise TileMissingError("none", path=path)
        assert "immutable" in tile["Cache-Control"]
        assert tile["Access-Control-Allow-Origin"] == "*"
        return tile.content

    reader = TileReader(fetch, head.size, head.root)
    assert LEAF in [reader.entry(index) for index in range(head.size)]
    proof = log.get(f"/log/proof/{LEAF.hex()}.tlog-proof")
    assert verify_proof(parse_proof(proof.content), LEAF, policy).checkpoint.size == head.size
    assert load_key_list(log.get("/log/keys.json").content, keys).entries
    assert verify_note(parse_note(log.get("/log/revocations").content), keys) == keys
    assert log.get("/log/keys.tlog-proof").status_code == 200


def test_the_policy_is_one_and_believes_this_log(log):
    answer = log.get("/log/policy")
    assert (answer.status_code, answer["Content-Type"]) == (200, "text/plain; charset=utf-8")
    read = parse_policy(answer.content.decode())
    assert (read.quorum, read.urls) == (None, {"localhost/log": "http://localhost:8000/log"})
    assert read.judge(log.get("/log/checkpoint").content).checkpoint.origin == "localhost/log"


@pytest.mark.parametrize(
    "path",
    [
        "proof/00.tlog-proof",
        "proof/not-hex.tlog-proof",
        f"proof/{'ab' * 33}.tlog-proof",
        "tile/0/001",
        "tile/9/000",
        "tile/0/000.p/0",
        "tile/0/x000/000",
        "tile/../checkpoint",
        "tile/entries/999",
        "nothing",
    ],
)
def test_what_is_not_there_is_404(log, path):
    assert log.get(f"/log/{path}").status_code == 404


def test_only_reading(log):
    assert log.post("/log/checkpoint").status_code == 405


def test_an_empty_log_has_no_checkpoint(data_folder, transactional, as_owner):
    from django.db import connection

    with as_owner(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM ledger_shown")
    assert Client().get("/log/checkpoint").status_code == 404


def test_a_tile_that_no_checkpoint_mentions_is_not_served(log):
    """A batch that died before its commit left files; the next may write others under the same name."""
    with acting_as(ANONYMOUS):
        size = selectors.checkpoint().size
    path = f"tile/0/000.p/{size + 1}"
    TileFolder(folder.disk_of(folder.log_folder())).write({path: b"x" * 32 * (size + 1)})
    assert log.get(f"/log/{path}").status_code == 404
