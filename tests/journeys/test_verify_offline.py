# SPDX-License-Identifier: EUPL-1.2
"""The verification page with the network cut: a printed act in front of a camera, photos, files, texts, and what is kept."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from bierger_core.seals import (
    INVALID,
    Claims,
    KeyList,
    base45,
    dump_key_list,
    seal,
)
from bierger_core.values import local
from tests.core.seals.acts import ORIGIN, OTHER_SIGNER, SALT, SIGNER, entry_of
from tests.core.seals.residence import HOLDER, RESIDENCE_1
from tests.journeys.printed import jpeg, page_of, photographed, sheet_with, video, video_frame
from tests.journeys.verify_site import Answer, Site
from tests.journeys.verify_visit import (
    FOR_EVER,
    ISSUED,
    KEYS,
    LOG_ENTRY,
    NEWEST,
    PASS,
    RESULT,
    SAMPLES,
    SHORT,
    VOICE,
    camera,
    code_of,
    cut,
    drawn,
    examine,
    forged,
    give,
    installed,
    kind,
    opened,
    put_log,
    put_samples,
    site,
    somebody,
    type_in,
    until,
)
from tests.journeys.visitor import PHONE

__all__ = ["drawn", "site"]  # pytest takes them from here
pytestmark = pytest.mark.browser

PRINTED = [
    pytest.param(NEWEST, "20 November 2026, 10:30", id="v0.2"),
    pytest.param(SAMPLES, "22 November 2026, 07:35", id="v0.1", marks=pytest.mark.slow),
]


@pytest.mark.parametrize(("samples", "as_of"), PRINTED)
def test_a_printed_act_before_the_camera_is_verified_with_the_network_cut(browser: Browser, site: Site, tmp_path: Path, samples: Path, as_of: str) -> None:
    page_image = page_of(samples / "certificate.pdf", tmp_path)
    film = video(video_frame(page_image), tmp_path / "act.mjpeg")
    put_samples(site, samples)
    with camera(browser, film) as seeing, somebody(seeing, site) as page:
        installed(opened(page))
        cut(page, site)
        opened(page, "/verify")  # the browser was closed and opened again: the installed page stands in
        assert page.url.endswith("/verify/app/en")
        expect(page.locator("#verify-kept summary")).to_contain_text(f"revocations as of {as_of}")
        page.locator("#verify-start").click()
        assert kind(page) == "facts"
        expect(page.locator(".sealed h3")).to_have_text("Compare these facts with the paper")
        expect(page.locator(".sealed-facts")).to_contain_text("12, rue de la Gare")
        expect(page.locator(".verdict")).to_contain_text("Checked without a network")
        expect(page.locator(".verdict")).to_contain_text(f"Revocations as of {as_of}.")
        expect(page.locator('[data-step="revocation"]')).to_contain_text(f"As of {as_of}.")
        assert page.evaluate("document.activeElement.id") == "result-title"
        assert page.evaluate("document.getElementById('verify-video').srcObject") is None  # the camera is off
        examine(page)
        photo = ("photo.jpg", "image/jpeg", jpeg(photographed(page_image)))
        assert give(page, photo) == "facts"
        assert give(page, samples / "photo.jpg") == "facts"
        assert give(page, ("revoked.jpg", "image/jpeg", jpeg(photographed(page_of(samples / "revoked.pdf", tmp_path), angle=-170)))) == "revoked"
        expect(page.locator(RESULT)).to_contain_text("issued in error")
        code = (samples / "code.txt").read_text().rstrip("\n")
        other = base45.encode(base45.decode(code[5:]).replace(b"Beispill", b"Gespillt"))
        assert give(page, ("forged.jpg", "image/jpeg", jpeg(photographed(sheet_with(code[:5] + other))))) == "no"
        assert page.locator(RESULT).get_attribute("data-code") == "signature-wrong"
        examine(page)


def test_files_and_texts_with_the_network_cut(browser: Browser, site: Site) -> None:
    put_samples(site)
    with somebody(browser, site, wide=True) as page:
        installed(opened(page))
        cut(page, site)
        pdf = (SAMPLES / "certificate.pdf").read_bytes()
        assert give(page, SAMPLES / "certificate.pdf") == "facts"  # its facts; the file's own proof did not come along
        expect(page.locator('[data-step="facts-in-log"]')).to_contain_text("entered in a log")
        expect(page.locator('[data-step="file-in-log"]')).to_contain_text("The file itself was not compared")
        expect(page.locator('[data-step="pdf-signature"]')).to_have_count(0)
        assert give(page, ("signed.pdf", "application/pdf", pdf + b"\n/ByteRange [0 1 2 3]\n")) == "facts"
        expect(page.locator('[data-step="pdf-signature"]')).to_contain_text("Not checked here: this page knows no certificates")
        assert give(page, SAMPLES / "certificate.pdf", SAMPLES / "certificate.pdf.tlog-proof") == "yes"
        examine(page)
        changed = pdf.replace(b"%%EOF", b"%%eof")
        proof = ("act.tlog-proof", "text/plain", (SAMPLES / "certificate.pdf.tlog-proof").read_bytes())
        assert give(page, ("act.pdf", "application/pdf", changed), proof) == "no"
        assert page.locator(RESULT).get_attribute("data-code") == "inclusion-proof-invalid"
        assert give(page, SAMPLES / "revoked.pdf", SAMPLES / "revoked.pdf.tlog-proof") == "revoked"
        code = (SAMPLES / "code.txt").read_text()
        assert type_in(page, code) == "facts"
        assert type_in(page, "\n".join([code[:200], code[200:]])) == "facts"  # broken into lines, as letters are
        assert type_in(page, code.replace("BRG1", "BRG2")) == "no"
        assert type_in(page, "not a code") == "unread"
        assert give(page, ("code.txt", "text/plain", code.encode())) == "facts"
        assert give(page, ("program", "text/plain", code.encode() + b"\0")) == "unread"  # as on the command line
        assert give(page, ("plain.pdf", "application/pdf", b"%PDF-1.7\n%%EOF")) == "unread"
        assert give(page, ("broken.png", "image/png", b"\x89PNG")) == "unread"
        assert give(page, SAMPLES / "receipt.pdf") == "receipt-unasked"
        examine(page)


def test_compact_seals_their_status_and_their_end(browser: Browser, site: Site) -> None:
    put_log(site, revoked=(code_of(7),), status={9: INVALID})
    with somebody(browser, site) as page:
        installed(opened(page))
        asked = len(site.asked)
        assert type_in(page, code_of()) == "facts"
        expect(page.locator(".sealed-facts")).to_contain_text("14 March 1985")
        assert type_in(page, code_of(7)) == "revoked"
        assert type_in(page, code_of(9)) == "revoked"
        expect(page.locator(RESULT)).to_contain_text("the administration has taken it back")
        assert type_in(page, code_of(kind=SHORT)) == "outdated"
        expect(page.locator(RESULT)).to_contain_text("21 November 2026")
        assert type_in(page, forged(code_of())) == "no"
        assert page.locator(".sealed-doubtful").get_attribute("open") is None
        examine(page)
        assert site.asked[asked:] == []  # nothing that was checked was told to anybody
        cut(page, site)
        opened(page)
        expect(page.locator("#verify-online")).to_contain_text("Network: no")
        assert type_in(page, code_of()) == "facts"
        assert type_in(page, code_of(9)) == "revoked"
        unknown = seal(Claims("bettborn", ISSUED, "residence-certificate", HOLDER), document_type=RESIDENCE_1, salt=SALT, log_origin=ORIGIN, signer=SIGNER)
        assert type_in(page, unknown) == "stale"  # of a type registered later: no forgery, and no answer either
        examine(page)


def test_what_no_list_can_know_is_not_called_false(browser: Browser, site: Site) -> None:
    """A list that did not arrive or was refused, an act of another installation: with a network as without."""
    put_log(site, keys=KeyList(ISSUED, (KEYS.entries[0], LOG_ENTRY)))
    types = site.answers.pop("/log/types.json")
    newer = seal(Claims("redange", ISSUED, "residence-certificate", HOLDER), document_type=FOR_EVER, salt=SALT, log_origin=ORIGIN, signer=OTHER_SIGNER)
    with somebody(browser, site) as page:
        opened(page)
        assert type_in(page, code_of()) == "stale"  # this log has no types at all
        site.answers["/log/types.json"] = Answer(b"busy", status=503)
        assert type_in(page, code_of()) == "stale"
        assert page.locator(RESULT).get_attribute("data-code") == "document-type-unknown"
        expect(page.locator(RESULT)).to_contain_text("the newest lists did not arrive here, or were not taken over")
        expect(page.locator("#verify-kept-list")).to_contain_text("Did not arrivetypes.json")
        examine(page)
        site.answers["/log/types.json"] = types
        assert type_in(page, code_of()) == "facts"
        expect(page.locator("#verify-kept-list")).not_to_contain_text("Did not arrive")
        assert type_in(page, newer) == "no"  # the newest list does not name the key
        keys = site.answers["/log/keys.json"]
        site.put("/log/keys.json", dump_key_list(KEYS))  # signed by nobody: refused
        assert type_in(page, newer) == "stale"
        site.answers["/log/keys.json"] = Answer(b"busy", status=503)
        assert type_in(page, newer) == "stale"
        site.answers["/log/keys.json"] = keys
        assert type_in(page, newer) == "no"
        invented = seal(Claims("bettborn", ISSUED, "residence-certificate", HOLDER), document_type=FOR_EVER, salt=SALT, log_origin="log.example.lu/mine", signer=SIGNER)
        assert type_in(page, invented) == "elsewhere"  # a key that the list knows: stolen, it names a log that cannot be asked
        assert page.locator(RESULT).get_attribute("data-code") == "log-unknown"
        expect(page.locator('[data-step="revocation"]')).to_contain_text("Not checked, because an earlier step failed.")
        assert page.get_by_role("button", name="Ask the public log too").count() == 0
        assert give(page, NEWEST / "certificate.pdf") == give(page, SAMPLES / "photo.jpg") == "elsewhere"
        expect(page.locator(RESULT)).to_contain_text("It names the log localhost/log, which this page does not know")
        examine(page)
        cut(page, site)
        assert type_in(page, newer) == "stale"
        assert give(page, NEWEST / "certificate.pdf") == give(page, SAMPLES / "photo.jpg") == "elsewhere"


def test_a_status_list_without_the_acts_place_leaves_it_to_the_list_of_the_log(browser: Browser, site: Site) -> None:
    put_log(site, status={9: INVALID})
    beyond = code_of(500_000)
    with somebody(browser, site) as page:
        opened(page)
        assert type_in(page, beyond) == "facts"
        expect(page.locator('[data-step="revocation"]')).to_contain_text("As of ")
        put_log(site, revoked=(beyond,), status={9: INVALID})
        opened(page)
        assert type_in(page, beyond) == "revoked"
    del site.answers["/log/revocations"]
    with somebody(browser, site) as page:
        opened(page)
        assert type_in(page, beyond) == "facts"
        expect(page.locator('[data-step="revocation"]')).to_contain_text("no list of revocations is kept on this device")
        expect(page.locator(RESULT)).not_to_contain_text("Revocations as of")


def test_a_short_lived_act_says_until_when_it_is_good_and_expires_without_a_list(browser: Browser, site: Site) -> None:
    put_log(site)
    fresh = datetime.now(UTC).replace(microsecond=0) - timedelta(hours=1)  # noqa: TID251 - the browser's clock is the real one
    with somebody(browser, site) as page:
        installed(opened(page))
        cut(page, site)
        assert type_in(page, code_of(None, PASS, fresh)) == "facts"
        good = page.locator(RESULT)
        expect(good).to_contain_text(f"{local(fresh + timedelta(days=1)):%H:%M} (time in Luxembourg). It is short-lived: it cannot be revoked before then.")
        expect(good).not_to_contain_text("Revocations as of")
        expect(page.locator('[data-step="revocation"]')).to_contain_text("Nothing to check: it ends by itself")
        examine(page)
        assert type_in(page, code_of(None, PASS)) == "outdated"
        expect(good).to_contain_text("expired on 21 November 2026, 10:30 (time in Luxembourg)")
        page.clock.install(time=fresh + timedelta(hours=24, seconds=5))  # the same code a day later, on the same device
        opened(page)
        page.clock.run_for(2_000)
        assert type_in(page, code_of(None, PASS, fresh)) == "outdated"


def test_the_first_visit_without_the_log_says_so(browser: Browser, site: Site) -> None:
    with somebody(browser, site) as page:
        opened(page)
        expect(page.locator("#verify-kept summary")).to_contain_text("Nothing is kept on this device yet")
        assert type_in(page, code_of()) == "unread"
        expect(page.locator(RESULT)).to_contain_text("has no list of keys yet")
        examine(page)


def test_the_log_is_asked_only_when_somebody_says_so(browser: Browser, site: Site) -> None:
    put_samples(site)
    with somebody(browser, site, wide=True) as page:
        installed(opened(page, "/verify"))
        asked = len(site.asked)
        assert give(page, SAMPLES / "certificate.pdf") == "facts"
        assert site.asked[asked:] == []
        page.get_by_role("button", name="Check the exact file too").click()
        page.wait_for_selector('.verdict[data-kind="no"]')  # this log knows nothing of it
        assert page.locator(RESULT).get_attribute("data-code") == "file-proof-missing"
        (path,) = site.asked[asked:]
        site.put(path, (SAMPLES / "certificate.pdf.tlog-proof").read_bytes())
        assert give(page, SAMPLES / "certificate.pdf") == "facts"
        page.get_by_role("button", name="Check the exact file too").click()
        page.wait_for_selector('.verdict[data-kind="yes"]')
        assert "POST" not in "".join(site.asked)


def test_a_key_list_that_rewrites_what_was_is_not_taken(browser: Browser, site: Site) -> None:
    put_log(site)
    with somebody(browser, site) as page:
        opened(page)
        assert type_in(page, code_of()) == "facts"
        print_of = page.locator("[data-print]").get_attribute("data-print")
        stranger = entry_of(OTHER_SIGNER, owner="bettborn", valid_to=None)
        put_log(site, keys=KeyList(ISSUED + timedelta(days=1), (stranger, LOG_ENTRY)))
        opened(page)
        expect(page.locator("#verify-kept-list")).to_contain_text("contradicts the one that is kept")
        assert type_in(page, code_of()) == "facts"
        grown = KeyList(ISSUED + timedelta(days=2), (*KEYS.entries, entry_of(SIGNER, kid=b"another!", valid_to=None)))
        put_log(site, keys=grown)
        opened(page)
        assert page.locator("#verify-kept-list").inner_text().count("Not taken over") == 0
        site.put("/log/keys.json", dump_key_list(grown))  # signed by nobody
        opened(page)
        expect(page.locator("#verify-kept-list")).to_contain_text("not signed by the log")
        assert page.locator("[data-print]").get_attribute("data-print") == print_of
        page.locator("#verify-kept summary").click()
        examine(page)


def test_at_a_counter_nothing_of_one_person_is_left_for_the_next(browser: Browser, site: Site) -> None:
    put_log(site)
    with somebody(browser, site, wide=True) as page:
        page.add_init_script("navigator.mediaDevices.getUserMedia = undefined")
        opened(page, "/verify/app/en?kiosk=1&seconds=5")
        before = page.evaluate("history.length")
        page.clock.install()
        assert type_in(page, code_of()) == "facts"
        assert page.locator("header a[href], footer a[href]").count() == 0
        examine(page)
        page.clock.fast_forward(3_000)
        expect(page.locator(".sealed-facts")).to_contain_text("Weber")
        page.clock.run_for(4_000)
        page.locator(RESULT).wait_for(state="detached")
        assert page.locator("#verify-text").input_value() == ""
        assert "Weber" not in page.content()
        assert type_in(page, code_of()) == "facts"
        page.get_by_role("button", name="Keep this answer on the screen").click()
        page.clock.run_for(20_000)
        assert kind(page) == "facts"
        assert page.evaluate("history.length") == before


def test_an_answer_is_read_aloud_in_the_language_of_the_page(browser: Browser, site: Site) -> None:
    put_log(site)
    with somebody(browser, site) as page:
        page.add_init_script(VOICE)
        opened(page)
        type_in(page, code_of())
        page.get_by_role("button", name="Read aloud").click()
        ((language, text),) = page.evaluate("window.spoken")
        assert language == "en-GB"
        assert text.startswith("The facts are genuine. The document in front of you was not checked.")
        assert re.search(r"Revocations as of \d", text)
        assert "Family name: Weber. " in text
        assert "What is not listed here is not vouched for." in text
        assert "What was not checked, and why: " in text
        assert "a code on paper carries no proof" in text
        assert ".." not in text
        page.get_by_role("button", name="Stop reading").click()
        assert page.evaluate("window.speechSynthesis.speaking") is False
        opened(page, "/verify/app/lb")  # nobody speaks it here: no button that would not be understood
        type_in(page, code_of())
        assert page.locator(".read-aloud").count() == 0


def test_it_can_be_installed_in_every_language(browser: Browser, site: Site, drawn: dict[str, tuple[bytes, dict[str, str]]]) -> None:
    names = set()
    for language in ("fr", "de", "en", "lb"):
        manifest = json.loads(drawn[f"/verify/app/{language}.webmanifest"][0])
        names.add(manifest["name"])
        assert (manifest["scope"], manifest["display"], manifest["start_url"]) == ("/verify", "standalone", f"/verify/app/{language}")
        assert all(site.answer(icon["src"]) for icon in manifest["icons"])
    assert len(names) == 4
    put_log(site)
    with somebody(browser, site) as page:
        installed(opened(page))
        kept = page.evaluate("(async () => { const [name] = await caches.keys(); return (await (await caches.open(name)).keys()).map((one) => new URL(one.url).pathname); })()")
        assert {path for path in kept if not path.startswith("/static/")} == {f"/verify/app/{code}{ending}" for code in ("fr", "de", "en", "lb") for ending in ("", ".json")} | {"/verify/reader.js"}
        imported = [path for path in site.asked if path.startswith("/static/js/")]
        assert set(imported) <= set(kept)
        cut(page, site)
        for language in ("fr", "de", "lb"):
            opened(page, f"/verify/app/{language}")
            assert page.evaluate("document.documentElement.lang") == language


def test_a_new_release_takes_the_place_of_the_old_one_as_a_whole(browser: Browser, site: Site) -> None:
    put_log(site)
    worker = site.answers["/verify/worker.js"]
    with somebody(browser, site) as page:
        installed(opened(page))
        (before,) = page.evaluate("caches.keys()")
        version = before.removeprefix("bierger-verify-")
        site.put("/verify/worker.js", worker.body.replace(version.encode(), b"next"), **worker.headers)
        page.evaluate("navigator.serviceWorker.getRegistration('/verify').then((one) => one.update())")
        until(page, "caches.keys().then((names) => names.join() === 'bierger-verify-next')")
        wrong = worker.body.replace(version.encode(), b"later").replace(b'page.js": "', b'page.js": "00')
        site.put("/verify/worker.js", wrong, **worker.headers)
        page.evaluate("navigator.serviceWorker.getRegistration('/verify').then((one) => one.update()).catch(() => {})")
        until(page, "navigator.serviceWorker.getRegistration('/verify').then((one) => !one.installing && !one.waiting)")
        until(page, "caches.keys().then((names) => names.join() === 'bierger-verify-next')")


def test_without_javascript_there_is_the_servers_form_and_nothing_else(browser: Browser, site: Site) -> None:
    context = browser.new_context(base_url=site.url, java_script_enabled=False, viewport=PHONE)
    page = context.new_page()
    page.goto("/verify")
    assert page.locator("#verify-server form").count() == 2
    assert page.locator("#verify-server").is_visible()
    assert not page.locator("#verifier").is_visible()
    context.close()


@pytest.mark.parametrize(("sheet", "expected"), [("revoked", "revoked"), ("forged", "no"), ("compact", "facts"), ("foreign", "")])
def test_other_papers_before_the_camera(browser: Browser, site: Site, tmp_path: Path, sheet: str, expected: str) -> None:
    code = (SAMPLES / "code.txt").read_text().rstrip("\n")
    other = code[:5] + base45.encode(base45.decode(code[5:]).replace(b"Beispill", b"Gespillt"))
    papers: dict[str, Callable[[], object]] = {
        "revoked": lambda: page_of(SAMPLES / "revoked.pdf", tmp_path), "forged": lambda: sheet_with(other),
        "compact": lambda: sheet_with(code_of()), "foreign": lambda: sheet_with("https://example.org/menu"),
    }  # fmt: skip
    (put_log if sheet == "compact" else put_samples)(site)
    film = video(video_frame(papers[sheet]()), tmp_path / "paper.mjpeg")  # type: ignore[arg-type]  # each is a picture
    with camera(browser, film) as seeing, somebody(seeing, site) as page:
        installed(opened(page))
        cut(page, site)
        opened(page)
        page.locator("#verify-start").click()
        if not expected:
            expect(page.locator("#verify-says")).to_contain_text("not one of ours")
            page.locator("#verify-stop").click()
            assert page.locator(RESULT).count() == 0
            return
        assert kind(page) == expected
