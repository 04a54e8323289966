# SPDX-License-Identifier: EUPL-1.2
"""The verification page remembers the log that it saw: one that only grew, one that did not prove it, one with two histories."""

from __future__ import annotations

import base64
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from bierger.documents.plugins.revocations import RevocationList, format_revocations
from bierger_core.merkle import EMPTY_EDGE, Checkpoint, Growth, grow, sign_checkpoint
from bierger_core.seals import INVALID, Revocation, StatusList, StatusListToken, sign_status_list
from tests.core.seals.acts import ISSUED, LOG_KEY, LOG_SIGNER, ORIGIN, SIGNER
from tests.journeys.test_verify_offline import BASE_URL, drawn, examine, opened, put_log, signed, site, somebody
from tests.journeys.verify_site import Site

__all__ = ["drawn", "site"]  # pytest takes them from here
pytestmark = pytest.mark.browser

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


def put(site: Site, growth: Growth) -> bytes:
    note = sign_checkpoint(Checkpoint(ORIGIN, growth.edge.size, growth.edge.root()), LOG_KEY, LOG_SIGNER)
    site.put("/log/checkpoint", note)
    for path, data in growth.files.items():
        site.put(f"/log/{path}", data)
    return note


def problem(page: Page) -> str:
    page.reload()
    page.wait_for_selector('#verifier[data-ready="renewed"]', state="attached")
    return page.evaluate("document.getElementById('verify-kept-list').textContent") or ""


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
