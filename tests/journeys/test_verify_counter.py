# SPDX-License-Identifier: EUPL-1.2
"""The verification page at a counter and with many papers: today's letters, small and askew; several at once; the counter's mode."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from benchmarks.photographs import letters
from benchmarks.photographs import png_of as png
from PIL import Image, ImageEnhance
from playwright.sync_api import Browser, Page, expect

from bierger_core.seals import Claims, RegisteredType, seal
from tests.core.seals.acts import LOG_KEY, ORIGIN, SALT, SIGNER
from tests.journeys.printed import jpeg, page_of, photographed, sheet_with, video, video_frame
from tests.journeys.verify_site import Site
from tests.journeys.verify_visit import (
    ISSUED,
    RESULT,
    SAMPLES,
    VOICE,
    again,
    camera,
    choose,
    code_of,
    cut,
    drawn,
    examine,
    forged,
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

__all__ = ["drawn", "site"]  # pytest takes them from here
pytestmark = pytest.mark.browser


def sealed(kind: RegisteredType, facts: Mapping[str, str]) -> str:
    return seal(Claims("bettborn", ISSUED, kind.code, facts), document_type=kind, salt=SALT, log_origin=ORIGIN, signer=SIGNER, status=412)


@pytest.fixture(scope="module")
def today(tmp_path_factory: pytest.TempPathFactory) -> tuple[Image.Image, RegisteredType]:
    """The residence certificate as the package sets it now, and its type."""
    folder = tmp_path_factory.mktemp("today")
    (letter,) = letters(folder, [("commune/residence-certificate", "certificate")], sealed)
    return page_of(letter.pdf, folder), letter.kind


def held(page_image: Image.Image) -> Image.Image:
    """Its middle, where the code is, in front of a camera."""
    return video_frame(page_image, top=int(page_image.height * 0.35), scale=0.8)


def kinds(page: Page, count: int) -> list[str]:
    expect(page.locator(RESULT)).to_have_count(count)
    return [one.get_attribute("data-kind") or "" for one in page.locator(RESULT).all()]


def answers(page: Page, count: int, *files: Path | tuple[str, str, bytes]) -> list[str]:
    choose(page, *files)
    return kinds(page, count)


# Width of the sheet, its angle, the picture: more table around the same paper, and papers that lie askew.
SHOTS = [
    (900, 0, (1400, 1800)), (1000, 33, (1400, 1800)), (1000, 45, (1400, 1800)), (900, 20, (2300, 3100)), (1100, 33, (2400, 3300)),
]  # fmt: skip


def test_todays_certificate_is_read_from_photographs_small_and_askew(browser: Browser, site: Site, today: tuple[Image.Image, RegisteredType]) -> None:
    page_image, of_today = today
    put_log(site, kinds=(of_today,))
    shots = [(f"{width}-{angle}-{size[1]}.jpg", "image/jpeg", jpeg(photographed(page_image, width=width, angle=angle, size=size), 85)) for width, angle, size in SHOTS]
    with somebody(browser, site) as page:
        opened(page)
        shots += [("faint.png", "image/png", png(ImageEnhance.Contrast(photographed(page_image, width=1000, angle=9)).enhance(0.06)))]
        found = dict(zip([name for name, _, _ in shots], answers(page, len(shots), *shots), strict=True))
        assert found == dict.fromkeys(found, "facts")
        assert [line.split(":")[0] for line in page.locator(".answers li a").all_text_contents()] == ["File"] * len(shots)


SAID = """
addEventListener("DOMContentLoaded", () => {
  const says = document.getElementById("verify-says");
  window.said = [];
  new MutationObserver(() => setTimeout(() => said.push(says.textContent))).observe(says, { childList: true });
});
"""
"""What the page says, noted when it next has time: of a page that is busy until its answer, nothing but the end."""


def without_code() -> tuple[str, str, bytes]:
    return "wall.jpg", "image/jpeg", jpeg(photographed(Image.new("RGB", (1654, 2339), "white"), size=(2300, 3100)))


def threads(page: Page) -> list[str]:
    return [urlsplit(one.url).path for one in page.workers]


def test_while_a_picture_is_searched_the_page_says_so_and_answers_what_is_asked_meanwhile(browser: Browser, site: Site) -> None:
    put_log(site)
    with somebody(browser, site) as page:
        page.add_init_script(SAID)
        opened(page)
        assert answers(page, 1, without_code()) == ["unread"]
        assert page.locator(RESULT).get_attribute("data-code") == "verify-no-code"
        assert "No code at first sight: looking closer…" in page.evaluate("said")
        assert threads(page) == ["/verify/reader.js"]
        again(page)
        # Both at once: the text is answered, and the picture's answer does not take its place.
        page.locator("#verify-text").fill(code_of())
        page.evaluate("""() => {
          const submit = () => document.querySelector("#verify-form button").click();
          document.getElementById("verify-file").addEventListener("change", () => setTimeout(submit), { once: true });
        }""")
        page.locator("#verify-file").set_input_files([{"name": name, "mimeType": media, "buffer": data} for name, media, data in [without_code()]])
        assert kind(page) == "facts"
        # The thread takes one picture after the other: when it has answered this one, the one before was answered as well.
        page.evaluate("async (path) => (await import('/static/js/verify/scan.js')).readPhoto(await (await fetch(path)).blob())", "/static/img/icon-192.png")
        assert kinds(page, 1) == ["facts"]


@pytest.mark.parametrize("lack", ["no-drawing", "no-thread"])
def test_a_browser_without_threads_reads_in_the_page(browser: Browser, site: Site, lack: str) -> None:
    put_samples(site)
    with somebody(browser, site) as page:
        if lack == "no-drawing":
            page.add_init_script("delete window.OffscreenCanvas")
        else:
            del site.answers["/verify/reader.js"]
        opened(page)
        assert answers(page, 1, SAMPLES / "photo.jpg") == ["facts"]
        assert threads(page) == []


def test_several_documents_are_answered_each_by_its_name(browser: Browser, site: Site, tmp_path: Path) -> None:
    put_samples(site)
    good, revoked = SAMPLES / "certificate.pdf", SAMPLES / "revoked.pdf"
    with somebody(browser, site, wide=True) as page:
        opened(page)
        assert answers(page, 3, revoked, good, SAMPLES / "certificate.pdf.tlog-proof", SAMPLES / "photo.jpg") == ["revoked", "yes", "facts"]
        assert page.locator(".verdict-file").all_text_contents() == ["File: revoked.pdf", "File: certificate.pdf", "File: photo.jpg"]
        expect(page.locator(".answers")).to_contain_text("File: revoked.pdf – Revoked")
        expect(page.locator("#answers-title")).to_be_focused()
        examine(page)
        large = tmp_path / "large.pdf"
        large.write_bytes(b"%PDF-" + bytes(24_999_996))
        assert answers(page, 3, good, revoked, SAMPLES / "certificate.pdf.tlog-proof", large) == ["yes", "revoked", "unread"]
        assert page.locator(RESULT).nth(2).get_attribute("data-code") == "upload-too-large"
        assert answers(page, 1, large) == ["unread"]
        large.write_bytes(b"%PDF-" + bytes(24_999_995))
        answers(page, 1, large)
        assert page.locator(RESULT).get_attribute("data-code") == "verify-no-seal"
        stray = ("other.tlog-proof", "text/plain", (SAMPLES / "certificate.pdf.tlog-proof").read_bytes())
        named = [(path.name, "application/pdf", path.read_bytes()) for path in (good, revoked)]
        assert answers(page, 3, *named, stray) == ["facts", "revoked", "unread"]
        expect(page.locator(RESULT).nth(2)).to_contain_text("This proof belongs to none of the files")


def test_two_codes_in_one_picture_are_both_answered(browser: Browser, site: Site) -> None:
    put_log(site)
    both = Image.new("RGB", (1654, 2339), "white")
    for at, code in enumerate((forged(code_of()), code_of())):
        both.paste(sheet_with(code).crop((150, 300, 550, 700)), (100 + 600 * at, 300))
    with somebody(browser, site) as page:
        opened(page)
        assert sorted(answers(page, 2, ("both.jpg", "image/jpeg", jpeg(both)))) == ["facts", "no"]
        assert page.locator(".verdict-file").all_text_contents() == ["File: both.jpg, code 1 of 2", "File: both.jpg, code 2 of 2"]
        examine(page)


def test_what_is_kept_stands_there_with_its_dates(browser: Browser, site: Site) -> None:
    put_log(site, status={7: 1})
    site.put("/log/policy", f"log {LOG_KEY.text}\nquorum none\n".encode())
    with somebody(browser, site) as page:
        opened(page)
        rows = page.evaluate("Object.fromEntries([...document.querySelectorAll('#verify-kept-list > div')].map((one) => [one.children[0].textContent, one.children[1].textContent]))")
        day = r"\d{1,2} \w+ 20\d\d, \d\d:\d\d"
        for name, words in {"Rules whom to trust": f"fetched on {day}", "Status lists": f".+: as of {day}", "Document types": f"3, fetched on {day}", "Revocations as of": day}.items():
            assert re.fullmatch(words, rows[name]), (name, rows)


SHOWN = """
window.table = document.createElement("canvas");
table.width = 1280; table.height = 720;
window.lay = async (path) => {
  const picture = path && await createImageBitmap(await (await fetch(path)).blob()), context = table.getContext("2d");
  clearInterval(window.painting);
  window.painting = setInterval(() => { context.fillStyle = "#605448"; context.fillRect(0, 0, 1280, 720); if (picture) context.drawImage(picture, 0, 0); }, 50);
};
navigator.mediaDevices.getUserMedia = async () => table.captureStream(20);
"""


def test_a_paper_left_under_the_counters_camera_is_answered_once(browser: Browser, site: Site, today: tuple[Image.Image, RegisteredType]) -> None:
    page_image, of_today = today
    put_log(site, kinds=(of_today,))
    site.put("/paper.jpg", jpeg(held(page_image), 80))
    is_on = "document.getElementById('verify-video').srcObject !== null"
    with somebody(browser, site, wide=True) as page:
        page.add_init_script(SHOWN)
        opened(page, "/verify/app/en?kiosk=1&seconds=5")
        until(page, is_on)  # it was allowed before: nobody presses a button
        page.evaluate("lay('/paper.jpg')")
        assert kind(page) == "facts"
        page.locator(RESULT).wait_for(state="detached")
        until(page, is_on)
        expect(page.locator("#verify-says")).to_contain_text("This document was answered. Take it away")
        assert page.locator(RESULT).count() == 0
        page.evaluate("lay('')")
        expect(page.locator("#verify-says")).to_contain_text("The camera is on")
        page.evaluate("lay('/paper.jpg')")
        assert kind(page) == "facts"


@pytest.mark.parametrize("wide", [True, False])
def test_at_a_counter_the_way_on_is_in_view_and_an_answer_waits_until_it_was_read(browser: Browser, site: Site, wide: bool) -> None:
    put_log(site)
    with somebody(browser, site, wide=wide) as page:
        page.add_init_script(VOICE + "navigator.mediaDevices.getUserMedia = undefined; Element.prototype.requestFullscreen = async function () { window.whole = this.tagName; };")
        opened(page, "/verify/app/en?kiosk=1&seconds=5")
        page.clock.install()
        assert type_in(page, code_of()) == "facts"
        assert page.evaluate("window.whole") == "HTML"
        for name in ("Next document", "Keep this answer on the screen"):
            box = page.get_by_role("button", name=name).bounding_box()
            assert box is not None
            assert box["y"] + box["height"] <= page.evaluate("innerHeight"), name
        examine(page)
        page.get_by_role("button", name="Read aloud").click()
        page.clock.run_for(20_000)
        assert kind(page) == "facts"
        assert page.evaluate("speechSynthesis.speaking") is True
        page.evaluate("said.dispatchEvent(new Event('end'))")
        page.clock.run_for(7_000)
        page.locator(RESULT).wait_for(state="detached")
        page.locator("#verify-text").fill("BRG2:OF SOMEBODY WHO WENT AWAY")
        page.clock.run_for(4_000)
        assert page.locator("#verify-text").input_value() != ""
        page.clock.run_for(2_000)
        assert page.locator("#verify-text").input_value() == ""


def test_nothing_stays_in_the_page_that_the_browser_keeps_for_going_back(browser: Browser, site: Site) -> None:
    put_log(site)
    with somebody(browser, site) as page:
        opened(page)
        assert type_in(page, code_of()) == "facts"
        page.evaluate("dispatchEvent(new PageTransitionEvent('pagehide', { persisted: true }))")
        assert page.locator(RESULT).count() == 0
        assert page.locator("#verify-text").input_value() == ""
        assert "Weber" not in page.content()


def test_todays_certificate_before_the_camera_with_the_network_cut(browser: Browser, site: Site, tmp_path: Path, today: tuple[Image.Image, RegisteredType]) -> None:
    page_image, of_today = today
    put_log(site, kinds=(of_today,))
    film = video(held(page_image), tmp_path / "act.mjpeg")
    with camera(browser, film) as seeing, somebody(seeing, site) as page:
        installed(opened(page))
        cut(page, site)
        opened(page)
        page.locator("#verify-start").click()
        assert kind(page) == "facts"
        assert threads(page) == ["/verify/reader.js"]
        expect(page.locator(".sealed-facts")).to_contain_text("12, rue de l’Alzette")
