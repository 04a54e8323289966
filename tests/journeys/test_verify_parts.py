# SPDX-License-Identifier: EUPL-1.2
"""Parts of the browser's verifier and the core's, asked one by one: what zlib packs, key lists, days, old browsers' signatures."""

from __future__ import annotations

import json
import random
import zlib
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from playwright.sync_api import Page

from bierger_core.seals import KeyList, RegisteredType, TypeRegistry, dump_key_list, dump_registry, load_key_list
from bierger_core.values import CoreError, Term, low_s
from tests.core.seals.acts import ISSUED, KEYS, LOG_KEY, LOG_SIGNER, ORIGIN, OTHER_SIGNER, SIGNER, entry_of
from tests.core.seals.residence import CLAIMED, RESIDENCE_1
from tests.journeys.test_verify_vectors import b64, page

__all__ = ["page"]
pytestmark = pytest.mark.browser
INFLATE = """async (streams) => {
  const [{ inflate }, { readBase64, base64 }] = await Promise.all([import("/static/js/verify/inflate.js"), import("/static/js/verify/bytes.js")]);
  return streams.map((one) => base64(inflate(readBase64(one), 1000000)));
}"""


def test_what_zlib_packs_is_unpacked(page: Page) -> None:
    chance = random.Random(11)
    contents = [b"", b"a", bytes(70_000), chance.randbytes(70_000), b"ab" * 5000 + chance.randbytes(300), json.dumps(list(range(4000))).encode(), b"abc" * 3]
    packed = [zlib.compress(content, level) for content in contents for level in (0, 1, 6, 9)]
    fixed = zlib.compressobj(9, zlib.DEFLATED, 15, 9, zlib.Z_FIXED)
    packed.append(fixed.compress(contents[5]) + fixed.flush())
    expected = [b64(content) for content in contents for _ in range(4)] + [b64(contents[5])]
    assert page.evaluate(INFLATE, [b64(one) for one in packed]) == expected


KEY_LISTS = """async ({ lists, pairs, logs }) => {
  const [keys, bytes, notes] = await Promise.all(["keys", "bytes", "notes"].map((name) => import(`/static/js/verify/${name}.js`)));
  const attempt = async (work) => { try { await work(); return ""; } catch (refused) { return refused.code ?? String(refused); } };
  const trusted = await Promise.all(logs.map(notes.readVkey)), opened = [];
  for (const list of lists) opened.push(await attempt(() => keys.openKeyList(bytes.readBase64(list), trusted)));
  const list = (text) => keys.readKeyList(bytes.readBase64(text)).list, followed = [];
  for (const [newer, older] of pairs) followed.push(await attempt(() => keys.checkFollows(list(newer), list(older))));
  return [opened, followed];
}"""


def refusal(work: Any) -> str:
    try:
        work()
    except CoreError as refused:
        return refused.code
    return ""


def test_key_lists_and_which_may_follow(page: Page) -> None:
    signed = dump_key_list(KEYS, LOG_KEY, LOG_SIGNER)
    plain = json.loads(signed)
    changes: list[dict[str, object]] = [
        {"kid": "00"}, {"owner": ""}, {"purpose": "other"}, {"alg": "RS256"}, {"public_key": "AA=="}, {"public_key": 5}, {"valid_to": "2020-01-01T00:00:00Z"},
        {"valid_to": []}, {"revoked_from": 5}, {"kid": f"{SIGNER.kid.hex()} "}, {"kid": f" {SIGNER.kid.hex()}"},
        {"valid_from": "2026-02-30T00:00:00Z"}, {"status": "gone"}, {"revoked_from": "2026-05-01T00:00:00Z"}, {"revoked_at_log": ["x", 1]}, {"revoked_at_log": 5},
    ]  # fmt: skip
    lists = [signed, b"", b"[]", b"{}", b"null", dump_key_list(KEYS), signed.replace(b"bettborn", b"bettbron"), b" " * 4_194_305]
    lists += [b"\xef\xbb\xbf" + signed, signed.decode().encode("utf-16"), b"\xff" + signed]
    lists += [json.dumps({**plain, "keys": [{**plain["keys"][0], **change}]}).encode() for change in changes]
    lists += [json.dumps({**plain, name: 5}).encode() for name in plain] + [json.dumps({**plain, "keys": plain["keys"] * 2}).encode()]
    later = ISSUED + timedelta(days=1)
    places = [None, (ORIGIN, 5), (ORIGIN, 4), ("other", 1)]
    entries = [entry_of(), entry_of(status="retired"), entry_of(valid_to=None), entry_of(valid_to=ISSUED + timedelta(days=3)), entry_of(owner="redange"), entry_of(OTHER_SIGNER)]
    entries += [entry_of(status="revoked")] + [
        entry_of(status="revoked", revoked_from=since, revoked_at_log=place) for since in (ISSUED, later) for place in places
    ]
    known = [KeyList(ISSUED, (entry,)) for entry in entries]
    pairs = [(newer, older) for newer in known for older in known] + [(KeyList(at, known[0].entries), KeyList(later, known[0].entries)) for at in (ISSUED, later)]
    opened, followed = page.evaluate(
        KEY_LISTS,
        {"lists": [b64(one) for one in lists], "pairs": [[b64(dump_key_list(newer)), b64(dump_key_list(older))] for newer, older in pairs], "logs": [LOG_KEY.text]},
    )
    assert opened == [refusal(lambda one=one: load_key_list(one, [LOG_KEY])) for one in lists]
    assert followed == [refusal(lambda newer=newer, older=older: newer.check_follows(older)) for newer, older in pairs]
    assert {"", "key-list-rewritten"} == set(followed)


DAYS = """async ([types, issued]) => {
  const [{ readTypes, lastDay, endOf }, { readBase64, readInstant }] = await Promise.all([import("/static/js/verify/types.js"), import("/static/js/verify/bytes.js")]);
  const known = [...(await readTypes(readBase64(types))).values()];
  return issued.map((at) => known.map((type) => [lastDay(type, readInstant(at)), endOf(type, readInstant(at))?.toISOString() ?? null]));
}"""


def ends(kind: RegisteredType, at: datetime) -> tuple[str | None, str | None]:
    """The last day, and the instant of a short-lived one."""
    day, end = kind.last_day(at), kind.ends_at(at) if kind.is_short_lived else None
    return day and day.isoformat(), end and f"{end:%Y-%m-%dT%H:%M:%S}.000Z"


def test_how_long_an_act_may_be_relied_on(page: Page) -> None:
    terms = (Term(3, "months"), Term(1, "years"), Term(2, "weeks"), Term(10, "days"), None, Term(1, "months"), Term(24, "hours"), Term(1, "hours"), Term(9999, "years"))
    types: list[RegisteredType] = [replace(RESIDENCE_1, version=number, valid_for=term) for number, term in enumerate(terms, 1)]
    issued = [CLAIMED.issued_at, datetime(2026, 11, 30, 23, 30, tzinfo=UTC), datetime(2027, 12, 31, 22, 59, tzinfo=UTC), datetime(2028, 1, 31, 12, tzinfo=UTC)]
    # Around the nights in which clocks change, and at the seconds around midnight.
    issued += [datetime(2026, 10, day, hour, minute, second, tzinfo=UTC) for day, hour, minute, second in (
        (24, 1, 30, 0), (24, 21, 59, 59), (24, 22, 0, 0), (25, 0, 30, 0), (25, 1, 30, 0), (25, 22, 59, 59), (25, 23, 0, 0))]  # fmt: skip
    issued += [datetime(2026, 3, day, hour, 0, second, tzinfo=UTC) for day, hour, second in ((28, 22, 59), (28, 23, 0), (29, 0, 59), (29, 1, 0), (29, 22, 0))]
    shown = page.evaluate(DAYS, [b64(dump_registry(TypeRegistry(tuple(types)))), [f"{at:%Y-%m-%dT%H:%M:%SZ}" for at in issued]])
    expected = [[list(ends(one, at)) for one in types] for at in issued]
    assert shown == expected


NOBLE = """async ([key, message, signatures]) => {
  const [{ isSigned, isSignedByNoble }, { readBase64 }] = await Promise.all([import("/static/js/verify/signing.js"), import("/static/js/verify/bytes.js")]);
  const answers = [];
  for (const one of signatures) {
    const given = [readBase64(key), readBase64(message), readBase64(one)];
    answers.push([await isSigned("EdDSA", ...given), await isSignedByNoble(...given)]);
  }
  return answers;
}"""


def test_old_browsers_check_ed25519_as_new_ones_do(page: Page) -> None:
    note = b"some note\n"
    good = LOG_SIGNER.sign(note)
    order = 2**252 + 27742317777372353535851937790883648493
    long = good[:32] + (int.from_bytes(good[32:], "little") + order).to_bytes(32, "little")  # the same s, once more around
    wrong = [bytes([good[0] ^ 1]) + good[1:], good[:-1] + bytes([good[-1] ^ 1]), bytes(64), long]
    answers = page.evaluate(NOBLE, [b64(LOG_SIGNER.public_key), b64(note), [b64(one) for one in (good, *wrong)]])
    assert answers == [[True, True], *[[False, False]] * len(wrong)]
    assert low_s(good)
