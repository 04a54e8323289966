# SPDX-License-Identifier: EUPL-1.2
"""`python -m benchmarks.photographs [--page]`: which share of printed codes is read, by resolution and by what was done to them.

1. Acts of the packages that come with Bierger are sealed and set as letters, with the code where the letter has it.
2. Their pages are drawn at 100 to 300 dots per inch, as a scanner or a telephone at some distance sees them.
3. Each picture is turned, blurred, compressed, seen from the side, and all of it at once.
4. The readers of `/verify` read it: the server's, and the browser's in a real Chromium. Read is a picture whose text is exactly
   the seal.
Nothing is kept but the shares; with --page they go into docs/explain/photographs.json and the table of docs/howto/verify.md.
"""

from __future__ import annotations

import argparse
import io
import json
import re
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from PIL import Image, ImageFilter

from benchmarks import photographs_browser
from bierger.documents.plugins.codes import draw_svg
from bierger.documents.plugins.sandbox.images import read_codes
from bierger.site.commands.check import read_package
from bierger_core.procedures import Package, load, registered_type
from bierger_core.seals import Claims, LocalSigner, RegisteredFact, RegisteredType, seal

CLONE = Path(__file__).resolve().parents[1]
PROCEDURES = CLONE / "procedures"
RENDER = CLONE / "tests" / "procedures" / "render.py"
FIGURES = CLONE / "docs" / "explain" / "photographs.json"
PAGE = CLONE / "docs" / "howto" / "verify.md"
LETTERS = (
    ("commune/residence-certificate", "certificate"),
    ("commune/residence-certificate", "refusal"),
    ("commune/building-permit", "permit"),
    ("commune/building-permit", "refusal"),
    ("commune/building-permit", "red-dot"),
)
RESOLUTIONS = (100, 150, 200, 300)
VALUES = {
    "number": "2026-000123", "family-name": "Muller-Schmit", "given-name": "Marie-Thérèse", "street": "12, rue de l’Alzette",
    "postal-code": "L-4277", "locality": "Esch-sur-Alzette", "reference": "A 1234/5678", "site": "12, rue de l’Alzette",
    "kind": "Agrandir un bâtiment", "permit-number": "2026-000122",
}  # fmt: skip
SURROUNDINGS = {
    "qr": "/qr.svg", "administration": "Esch-sur-Alzette", "number": "2026-000123", "language": "fr", "date": "22 novembre 2026",
    "verify_url": "https://guichet.esch.lu/verify", "accent": "#b3122a", "title": "Acte",
}  # fmt: skip
MAX_PIXELS = 60_000_000
NO_BROWSER = "the reader of the browser needs Chromium (Debian package chromium; `make system-packages` installs it where it can)"
Change = Callable[[Image.Image], Image.Image]
Reader = Callable[[bytes], list[str]]


def _compressed(picture: Image.Image, quality: int) -> Image.Image:
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=quality)
    return Image.open(out)


def _turned(picture: Image.Image, angle: float) -> Image.Image:
    return picture.rotate(angle, resample=Image.Resampling.BICUBIC, expand=True, fillcolor=128)


def _from_the_side(picture: Image.Image) -> Image.Image:
    """The top of the page an eighth narrower than its foot, and leaning."""
    wide, high = picture.size
    corners = [(wide * 0.07, high * 0.05), (wide * 0.95, 0), (wide, high), (0, high * 0.97)]
    plane = [(0, 0), (wide, 0), (wide, high), (0, high)]
    seen = _plane(corners, plane)
    return picture.transform((wide, high), Image.Transform.PERSPECTIVE, seen, Image.Resampling.BICUBIC, fillcolor=128)


def _plane(seen: Sequence[tuple[float, float]], flat: Sequence[tuple[float, float]]) -> list[float]:
    """The eight numbers with which Pillow finds, for a point of the picture, the point of the page that is seen there."""
    rows = []
    for (x, y), (u, v) in zip(seen, flat, strict=True):
        rows.append([x, y, 1.0, 0.0, 0.0, 0.0, -u * x, -u * y, u])
        rows.append([0.0, 0.0, 0.0, x, y, 1.0, -v * x, -v * y, v])
    for column in range(8):
        pivot = max(range(column, 8), key=lambda row, at=column: abs(rows[row][at]))
        rows[column], rows[pivot] = rows[pivot], rows[column]
        for row in range(8):
            if row != column:
                factor = rows[row][column] / rows[column][column]
                rows[row] = [a - factor * b for a, b in zip(rows[row], rows[column], strict=True)]
    return [rows[at][8] / rows[at][at] for at in range(8)]


def _blurred(picture: Image.Image) -> Image.Image:
    return picture.filter(ImageFilter.GaussianBlur(1.0))


CHANGES: Mapping[str, Change] = {
    "as printed": lambda picture: picture,
    "turned by 7°": lambda picture: _turned(picture, 7),
    "turned by 33°": lambda picture: _turned(picture, 33),
    "upside down": lambda picture: _turned(picture, 180),
    "blurred by a dot": _blurred,
    "JPEG of quality 30": lambda picture: _compressed(picture, 30),
    "seen from the side": _from_the_side,
    "side, turned, blurred, JPEG 30": lambda picture: _compressed(_blurred(_turned(_from_the_side(picture), 7)), 30),
}


@dataclass(frozen=True)
class Letter:
    """A sealed letter. code: the text of its seal."""

    code: str
    pdf: Path
    kind: RegisteredType


def _value(fact: RegisteredFact) -> str:
    if fact.kind == "date":
        return "2026-11-22"
    return next(iter(fact.options), "") or VALUES[fact.name]


def _sealed(kind: RegisteredType, facts: Mapping[str, str]) -> str:
    signer = LocalSigner.of(ec.generate_private_key(ec.SECP256R1()))
    claims = Claims("esch-sur-alzette", datetime(2026, 11, 22, 17, tzinfo=UTC), kind.code, facts)
    salt = bytes(range(32))
    return seal(claims, document_type=kind, salt=salt, log_origin="guichet.esch.lu/log", signer=signer, status=123_456)


def letters(
    folder: Path, names: Sequence[tuple[str, str]] = LETTERS, sealed: Callable[[RegisteredType, Mapping[str, str]], str] = _sealed
) -> list[Letter]:
    """Each act once, in French; set by a process of its own."""
    jobs, made = [], []
    for name, document in names:
        package = load(read_package(PROCEDURES / name), vocabulary=(PROCEDURES / "vocabulary.yaml").read_bytes())
        kind = registered_type(package, document)
        facts = {fact.name: _value(fact) for fact in kind.facts}
        code = sealed(kind, facts)
        out = folder / f"{package.name}-{document}.pdf"
        source = package.template(document).decode()
        inputs = {**_words(package, document, source), **SURROUNDINGS, "seal_text": code}
        jobs.append({"source": source, "inputs": inputs, "out": str(out), "qr": draw_svg(code).decode()})
        made.append(Letter(code, out, kind))
    subprocess.run([sys.executable, str(RENDER)], input=json.dumps(jobs), text=True, check=True, timeout=120)
    return made


def _words(package: Package, document: str, source: str) -> dict[str, str]:
    """The letter's own texts, and something in the place of each field."""
    fields = dict.fromkeys(package.documents[document].fields, "Marie-Thérèse Muller-Schmit")
    for kind, group in (("text", f"document.{document}"), ("letter", "letter")):
        for key in re.findall(rf'field\(\s*"{kind}_([a-z0-9_]+)"', source):
            fields[f"{kind}_{key}"] = package.text(f"{group}.{key}", "fr")
    return fields


def pages(letter: Letter, dots: int) -> Iterator[Image.Image]:
    """Its pages in grey, as poppler draws them."""
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(["pdftoppm", "-gray", "-r", str(dots), str(letter.pdf), f"{folder}/page"], check=True, timeout=60)
        for file in sorted(Path(folder).iterdir()):
            with Image.open(file) as page:
                yield page.convert("L")


def png_of(picture: Image.Image) -> bytes:
    """What is handed to a reader: not a dot of it is lost."""
    out = io.BytesIO()
    picture.save(out, "PNG")
    return out.getvalue()


def read_by_the_server(png: bytes) -> list[str]:
    """The texts that the server's form at /verify finds in it."""
    return read_codes(png, max_pixels=MAX_PIXELS)


@contextmanager
def readers() -> Iterator[dict[str, Reader]]:
    """The server's reader, and the browser's where there is a Chromium; that there is none is said by whoever calls."""
    if photographs_browser.program() is None:
        yield {"server": read_by_the_server}
        return
    with photographs_browser.reader() as in_the_browser:
        yield {"server": read_by_the_server, "browser": in_the_browser}


def measure(
    by: Mapping[str, Reader], resolutions: Sequence[int] = RESOLUTIONS, changes: Mapping[str, Change] = CHANGES
) -> dict[str, dict[str, dict[str, float]]]:
    """Share of the letters whose code was read, by reader, change and resolution; each reader is given the very same pictures."""
    found: dict[str, dict[str, dict[str, float]]] = {who: {name: {} for name in changes} for who in by}
    with tempfile.TemporaryDirectory() as folder:
        made = letters(Path(folder))
        for dots in resolutions:
            drawn = [(letter.code, list(pages(letter, dots))) for letter in made]
            for name, change in changes.items():
                pictures = [(code, [png_of(change(page)) for page in shown]) for code, shown in drawn]
                for who, read in by.items():
                    hits = sum(any(code in read(png) for png in shown) for code, shown in pictures)
                    found[who][name][str(dots)] = hits / len(made)
    return found


def measured(resolutions: Sequence[int] = RESOLUTIONS) -> dict[str, Any]:
    """What is published: the server's shares as `read`, the browser's as `browser`, or in `missing_browser` why not."""
    with readers() as by:
        found = measure(by, resolutions)
    said: dict[str, Any] = {"letters": len(LETTERS), "read": found["server"]}
    return said | ({"browser": found["browser"]} if "browser" in found else {"missing_browser": NO_BROWSER})


def table(found: Mapping[str, Mapping[str, float]]) -> str:
    """The shares as rows of Markdown."""
    heads = list(next(iter(found.values())))
    rows = [["", *(f"{dots} dpi" for dots in heads)], ["---", *("---:" for _ in heads)]]
    rows += [[name, *(f"{share[dots]:.0%}" for dots in heads)] for name, share in found.items()]
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def publish(said: Mapping[str, Any]) -> None:
    """Write the shares where they are read: both readers' or nothing, since the page says that they saw the same pictures."""
    if "browser" not in said:
        raise SystemExit(f"THE PHOTOGRAPHS ARE NOT PUBLISHED: {said['missing_browser']}")
    kept = {name: said[name] for name in ("letters", "read", "browser")}
    FIGURES.write_text(json.dumps(kept, indent=1, ensure_ascii=False) + "\n", "utf-8")
    page = PAGE.read_text("utf-8")
    for mark, shares in (("photographs", said["read"]), ("photographs-browser", said["browser"])):
        page = re.sub(rf"(?<=<!-- {mark} -->\n)(?:\|.*\n)*", table(shares) + "\n", page)
    PAGE.write_text(page, "utf-8")


def main() -> int:
    """Print both tables; with --page also write them where they are read."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--page", action="store_true", help="write the shares into docs/explain and docs/howto/verify.md")
    arguments = parser.parse_args()
    said = measured()
    print("The server's reader:", table(said["read"]), sep="\n")
    in_browser = table(said["browser"]) if "browser" in said else f"NOT MEASURED: {said['missing_browser']}"
    print("The browser's reader:", in_browser, sep="\n")
    if arguments.page:
        publish(said)
    return 0


if __name__ == "__main__":
    sys.exit(main())
