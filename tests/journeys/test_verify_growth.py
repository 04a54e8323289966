# SPDX-License-Identifier: EUPL-1.2
"""The verification page remembers what it saw: a log that only grew, did not prove it, has two histories, ended; whom to trust."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import override_settings
from playwright.sync_api import Browser, Page, expect

from bierger.documents.plugins.revocations import RevocationList, format_revocations
from bierger.ledger.services.beginning import _statement
from bierger_core.merkle import (
    EMPTY_EDGE,
    Checkpoint,
    Growth,
    Policy,
    TileReader,
    build_proof,
    cosign,
    fetch_from,
    format_policy,
    format_proof,
    grow,
    log_key,
    policy_of_logs,
    sign_checkpoint,
    witness_key,
)
from bierger_core.seals import INVALID, KeyList, Revocation, StatusList, StatusListToken, dump_key_list, sign_status_list
from bierger_core.values import Kind, commitment
from tests.core.merkle.logs import signer_of
from tests.core.seals.acts import ISSUED, LOG_KEY, LOG_SIGNER, ORIGIN, SALT, SIGNER, entry_of
from tests.journeys.verify_site import Site
from tests.journeys.verify_visit import BASE_URL, KEYS, drawn, examine, opened, put_log, signed, site, somebody

__all__ = ["drawn", "site"]  # pytest takes them from here
pytestmark = pytest.mark.browser
SECOND, THIRD = "log.bettborn.lu/second", "log.bettborn.lu/third"
SIGNERS = {ORIGIN: LOG_SIGNER, SECOND: signer_of(21), THIRD: signer_of(22)}

GROWS = """async (cases) => {
  const { checkGrowth } = await import("/static/js/verify/growth.js");
  const bytes = (text) => Uint8Array.from(atob(text), (sign) => sign.charCodeAt(0));
  const answers = [];
  for (const { old, oldRoot, size, root, files } of cases) {
    const fetch = async (name) => (files[name] === undefined ? null : bytes(files[name]));
    try {
      await checkGrowth(BigInt(old), bytes(oldRoot), BigInt(size), bytes(root), fetch);
      answers.push("grew");
    } catch (refused) {
      answers.push(refused.code ?? String(refused));
    }
  }
  return answers;
}"""


def log_of(size: int, changed: int | None = None) -> Growth:
    return grow(EMPTY_EDGE, [b"another" if n == changed else b"entry %d" % n for n in range(size)])


def text(data: bytes) -> str:
    return base64.b64encode(data).decode()


def case(old: Growth, new: Growth, files: dict[str, bytes] | None = None) -> dict[str, Any]:
    return {
        "old": old.edge.size, "oldRoot": text(old.edge.root()), "size": new.edge.size, "root": text(new.edge.root()),
        "files": {name: text(data) for name, data in (new.files if files is None else files).items() if "entries" not in name},
    }  # fmt: skip


def note_of(growth: Growth, origin: str = ORIGIN) -> bytes:
    signer = SIGNERS[origin]
    return sign_checkpoint(Checkpoint(origin, growth.edge.size, growth.edge.root()), log_key(origin, signer.public_key), signer)


def put(site: Site, growth: Growth, origin: str = ORIGIN, place: str = "/log") -> bytes:
    note = note_of(growth, origin)
    site.put(f"{place}/checkpoint", note)
    for path, data in growth.files.items():
        site.put(f"{place}/{path}", data)
    return note


def kept(page: Page) -> str:
    return page.evaluate("document.getElementById('verify-kept-list').textContent") or ""


def problem(page: Page) -> str:
    page.reload()
    page.wait_for_selector('#verifier[data-ready="renewed"]', state="attached")
    return kept(page)


def test_growth_is_judged_as_by_the_core(browser: Browser, site: Site) -> None:
    sizes = [1, 2, 3, 7, 8, 255, 256, 257, 300, 512, 513, 600]
    logs = {size: log_of(size) for size in sizes}
    good = [case(logs[old], logs[new]) for new in sizes for old in sizes if old < new]
    forks = [case(log_of(old, changed=old - 1), logs[new]) for new in (3, 257, 600) for old in sizes if old < new]
    bent = {**logs[600].files, "tile/0/001": bytes(8192), "tile/0/002.p/88": bytes(88 * 32), "tile/1/000.p/2": bytes(64)}
    cut = {name: data[:-1] for name, data in logs[600].files.items()}
    fuller = log_of(1024).files  # where the partial tile has gone, the full one has it
    swept = {**logs[600].files, "tile/0/002": fuller["tile/0/002"], "tile/1/000.p/2": logs[600].files["tile/1/000.p/2"]}
    del swept["tile/0/002.p/88"]
    lies = [case(logs[300], logs[600], files) for files in (bent, cut, {})]
    with somebody(browser, site) as page:
        page.goto("/verify/app/en")
        answers = page.evaluate(GROWS, [*good, *forks, *lies, case(logs[300], logs[600], swept)])
    assert answers == ["grew"] * len(good) + ["fork"] * len(forks) + ["consistency-unproven"] * 3 + ["grew"]


def test_a_log_with_two_histories_is_shown_with_both_of_its_signed_states(browser: Browser, site: Site) -> None:
    put_log(site)
    first = put(site, log_of(300))
    with somebody(browser, site) as page:
        opened(page)
        assert "300 entries" in page.evaluate("document.getElementById('verify-kept-list').textContent")
        second = put(site, log_of(600))
        assert "600 entries" in problem(page)
        assert any(path.startswith("/log/tile/") for path in site.asked)
        put(site, log_of(700))
        del site.answers["/log/tile/0/002.p/188"]
        assert "did not prove that it only grew" in problem(page)
        put(site, log_of(300))
        assert "older state" in problem(page)
        assert page.locator("#verify-fork").count() == 0
        third = put(site, log_of(700, changed=5))
        assert "600 entries" in problem(page)  # what is remembered stays
        alarm = page.locator("#verify-fork")
        expect(alarm).to_contain_text("The log has two histories")
        assert [one.strip() for one in alarm.locator("pre").all_text_contents()] == [second.decode().strip(), third.decode().strip()]
        examine(page)
        put(site, log_of(700))  # the log shows the old history again: what it signed, it signed
        problem(page)
        expect(page.locator("#verify-fork pre").nth(1)).to_have_text(third.decode())
        for language, title in (("fr", "Le journal a deux histoires"), ("de", "Das Protokoll hat zwei Geschichten"), ("lb", "De Log huet zwou Geschichten")):
            opened(page, f"/verify/app/{language}")
            expect(page.locator("#fork-title")).to_have_text(title)
    assert first != second


KEEPS = """async (statusBase) => {
  const { Trust } = await import("/static/js/verify/trust.js");
  const trust = new Trust({ at: "/log/", statusBase });
  await trust.load();
  await trust.refresh();
  await trust.refreshStatus("bettborn");
  const { issuedAt, expiresAt } = trust.statuses.get("bettborn"), seconds = (instant) => Number(instant / 1000000n);
  return {
    problems: Object.fromEntries(trust.problems), revoked: trust.revocations.revoked.size, ends: seconds(expiresAt) - seconds(issuedAt),
    dates: [trust.revocations.at, issuedAt].map(seconds),
  };
}"""


def put_lists(site: Site, at: datetime, *, revoked: int = 0) -> None:
    marks = {bytes([33, number]) + bytes(31): Revocation(ISSUED, "error") for number in range(revoked)}
    site.put("/log/revocations", signed(format_revocations(RevocationList(ORIGIN, at, marks))))
    statuses = StatusList.of(1000, dict.fromkeys(range(revoked), INVALID))
    token = StatusListToken(f"{BASE_URL}/log/status/bettborn", at, at + timedelta(days=7), timedelta(hours=1), statuses)
    site.put("/log/status/bettborn", sign_status_list(token, SIGNER))


def test_lists_signed_by_a_clock_that_was_a_year_ahead_do_not_stay_for_a_year(browser: Browser, site: Site) -> None:
    """They say what was so when they came, and no later; those from after the clock was mended take their place. An older one does not."""
    now = datetime.now(UTC).replace(microsecond=0)  # noqa: TID251 - the browser's clock is the real one
    put_log(site)
    put_lists(site, now + timedelta(days=365))
    week, base = 7 * 86400, f"{BASE_URL}/log/status/"
    with somebody(browser, site) as page:
        page.goto("/verify")
        ahead = page.evaluate(KEEPS, base)
        assert max(ahead["dates"]) < (now + timedelta(hours=1)).timestamp()
        assert (ahead["problems"], ahead["ends"]) == ({}, week)
        put_lists(site, now + timedelta(minutes=5), revoked=2)
        mended = page.evaluate(KEEPS, base)
        assert (mended["problems"], mended["revoked"], mended["ends"]) == ({}, 2, week)
        put_lists(site, now - timedelta(days=1))
        replayed = page.evaluate(KEEPS, base)
    assert (replayed["revoked"], replayed["dates"]) == (2, mended["dates"])
    assert replayed["problems"] == dict.fromkeys(["revocations", "status/bettborn"], "revocations-older")


ALL_LOGS = KeyList(ISSUED, (*KEYS.entries, *(entry_of(SIGNERS[one], owner=one, purpose="log", valid_to=None) for one in (SECOND, THIRD))))


def told(origin: str, ending: Growth, after: str, *, number: int = 1) -> tuple[dict[str, Any], bytes]:
    """What is told of a log that ended, as `./bierger log begin` writes it, and the leaf of the next log that stands for it."""
    note = note_of(ending, origin)
    with override_settings(BIERGER_LOG_ORIGIN=after):
        body = _statement(origin, note, "Its disk is lost.", ISSUED, [])
    entry = {
        "number": number, "origin": origin, "ended_at": "2026-11-22T09:30:00Z", "checkpoint": note.decode(), "body": body.decode(),
        "salt": SALT.hex(), "at": f"{BASE_URL}/log/earlier/{number}",
    }  # fmt: skip
    return entry, commitment(Kind.EARLIER_LOG, SALT, body)


def begun(site: Site, origin: str, *entries: bytes, leaf: bytes, index: int = 0) -> Growth:
    """Another log is published, and its proof of one of its leaves."""
    growth = grow(EMPTY_EDGE, entries)
    note = put(site, growth, origin)
    reader = TileReader(fetch_from(growth.files), growth.edge.size, growth.edge.root())
    site.put(f"/log/proof/{leaf.hex()}.tlog-proof", format_proof(build_proof(index, reader.read, note)))
    return growth


def put_ended(site: Site, ending: Growth, number: int = 1, origin: str = ORIGIN) -> Growth:
    put(site, ending, origin, f"/log/earlier/{number}")
    return ending


def tell(site: Site, *ends: dict[str, Any]) -> None:
    site.put("/log/earlier.json", json.dumps(ends).encode())


@pytest.mark.slow
def test_a_log_under_another_name_tells_how_the_one_that_was_seen_ended(browser: Browser, site: Site) -> None:
    put_log(site, keys=ALL_LOGS)
    put(site, log_of(300))
    unproven = "Another log took the place of the one that this device knows, and did not prove how that one ended"
    with somebody(browser, site) as page:
        opened(page)
        grown, leaf = told(ORIGIN, put_ended(site, log_of(310)), SECOND)
        begun(site, SECOND, leaf, b"one", leaf=leaf)
        assert unproven in problem(page)  # it tells nothing
        assert "300 entries" in kept(page)
        examine(page)
        for language, words in (("fr", "Un autre journal a pris la place"), ("de", "Ein anderes Protokoll ist an die Stelle"), ("lb", "En anere Log ass un d’Plaz")):
            expect(opened(page, f"/verify/app/{language}").locator("#verify-kept-list")).to_contain_text(words)
        opened(page)
        for wrong in ({**grown, "salt": "00" * 32}, {**grown, "number": 0}, told(THIRD, log_of(310), SECOND)[0], told(ORIGIN, log_of(310), THIRD)[0], {}):
            tell(site, wrong)
            assert unproven in problem(page)
        tell(site, grown)
        begun(site, SECOND, b"another", leaf, leaf=leaf, index=1)
        assert unproven in problem(page)  # said, but not from the beginning
        behind, leaf_behind = told(ORIGIN, log_of(299), SECOND)
        tell(site, behind)
        begun(site, SECOND, leaf_behind, leaf=leaf_behind)
        assert "ended with fewer entries than were seen here" in problem(page)
        assert "300 entries" in kept(page)
        tell(site, grown)
        begun(site, SECOND, leaf, b"one", leaf=leaf)
        assert "Not taken over" not in problem(page)
        assert f"{ORIGIN} ended with 310 entries" in kept(page)
        assert "The log2 entries" in kept(page)
        put(site, log_of(320))  # the first one again, as if nothing had been
        assert unproven in problem(page)
        assert "The log2 entries" in kept(page)
        put(site, grow(EMPTY_EDGE, [leaf, b"another"]), SECOND)
        assert page.locator("#verify-fork").count() == 0
        problem(page)
        expect(page.locator("#verify-fork")).to_contain_text("The log has two histories")


def test_a_log_that_ended_otherwise_than_it_was_seen_has_two_histories(browser: Browser, site: Site) -> None:
    put_log(site, keys=ALL_LOGS)
    seen = put(site, log_of(300))
    with somebody(browser, site) as page:
        opened(page)
        other = put_ended(site, log_of(310, changed=5))
        end, leaf = told(ORIGIN, other, SECOND)
        tell(site, end)
        begun(site, SECOND, leaf, leaf=leaf)
        problem(page)
        notes = [one.strip() for one in page.locator("#verify-fork pre").all_text_contents()]
        assert notes == [seen.decode().strip(), note_of(other).decode().strip()]
        assert "300 entries" in kept(page)


def test_who_stayed_away_while_two_logs_ended_goes_along(browser: Browser, site: Site) -> None:
    """One after the other; and the key of the first was revoked meanwhile: what was seen under it was seen."""
    put_log(site, keys=ALL_LOGS)
    put(site, log_of(3))
    with somebody(browser, site) as page:
        opened(page)
        first, leaf = told(ORIGIN, put_ended(site, log_of(4)), SECOND)
        second = put_ended(site, begun(site, SECOND, leaf, b"one", leaf=leaf), 2, SECOND)
        last, leaf_of_third = told(SECOND, second, THIRD, number=2)
        begun(site, THIRD, leaf_of_third, leaf=leaf_of_third)
        tell(site, last)
        assert "did not prove how" in problem(page)
        tell(site, first, last)
        revoked = entry_of(LOG_SIGNER, owner=ORIGIN, purpose="log", valid_to=None, status="revoked", revoked_from=ISSUED)
        keys = KeyList(ISSUED, (*KEYS.entries[:2], revoked, *ALL_LOGS.entries[3:]))
        site.put("/log/keys.json", dump_key_list(keys, log_key(SECOND, SIGNERS[SECOND].public_key), SIGNERS[SECOND]))
        del site.answers["/log/revocations"]  # which nobody believes any more
        assert "ended with 4 entries" in problem(page)
        assert f"{SECOND} ended with 2 entries" in kept(page)
        assert "The log1 entries" in kept(page)
        assert "ended with 4 entries" in problem(page)  # and what the shelf says of them is read again
        assert "Not taken over" not in kept(page)


POLICY = """async () => {
  const { Trust } = await import("/static/js/verify/trust.js");
  const trust = new Trust({ at: "/log/", statusBase: "" });
  await trust.load();
  return [[...trust.policy.witnesses.keys()], trust.policy.quorum, Number(trust.checkpoint.size)];
}"""
WITNESSES = {name: (witness_key(f"{name}.example.lu", signer_of(n).public_key), signer_of(n)) for n, name in enumerate(("one", "two"), start=31)}


def put_policy(site: Site, *names: str, quorum: str | None) -> None:
    witnesses = {name: WITNESSES[name][0] for name in names}
    site.put("/log/policy", format_policy(Policy((LOG_KEY,), witnesses, {}, quorum)).encode())


def test_the_rules_whom_to_trust_may_grow_and_nothing_of_them_goes(browser: Browser, site: Site) -> None:
    put_log(site)
    with somebody(browser, site) as page:
        put_policy(site, "one", quorum="one")
        site.put("/log/checkpoint", cosign(put(site, log_of(3)), *WITNESSES["one"], ISSUED))
        opened(page)
        assert page.evaluate(POLICY) == [["one"], "one", 3]
        put_policy(site, "one", "two", quorum="one")  # it grows
        assert "Not taken over" not in problem(page)
        assert page.evaluate(POLICY) == [["one", "two"], "one", 3]
        for names, quorum in ((("two",), None), (("one", "two"), "two")):
            put_policy(site, *names, quorum=quorum)
            assert "policy: The rules whom to trust were changed; those that are kept stay." in problem(page)
            assert page.evaluate(POLICY) == [["one", "two"], "one", 3]
        site.put("/log/policy", format_policy(policy_of_logs([LOG_KEY])).encode())
        put(site, log_of(5))  # which the witness did not see
        said = problem(page)
        assert "policy: The rules whom to trust were changed" in said
        assert "checkpoint: Too few witnesses" in said
        assert page.evaluate(POLICY) == [["one", "two"], "one", 3]
        examine(page)
        del site.answers["/log/policy"]
        site.put("/log/checkpoint", cosign(put(site, log_of(5)), *WITNESSES["one"], ISSUED))
        assert "Too few witnesses" not in problem(page)
        assert page.evaluate(POLICY) == [["one", "two"], "one", 5]
        for language, words in (("fr", "Les règles de confiance ont été changées"), ("de", "Die Regeln, wem vertraut wird"), ("lb", "D’Reegelen, wiem vertraut gëtt")):
            put_policy(site, "two", quorum=None)
            expect(opened(page, f"/verify/app/{language}").locator("#verify-kept-list")).to_contain_text(words)
