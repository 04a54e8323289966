# SPDX-License-Identifier: EUPL-1.2
"""Compile locale/*/LC_MESSAGES/*.po whose .mo is older; exit 1 with the file's name when one cannot be read."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import PoFileError, read_po

LOCALE = Path(__file__).resolve().parents[1] / "locale"


def main() -> int:
    failures = 0
    for source in sorted(LOCALE.glob("*/LC_MESSAGES/*.po")):
        target = source.with_suffix(".mo")
        if target.exists() and target.stat().st_mtime_ns >= source.stat().st_mtime_ns:
            continue
        try:
            with source.open("rb") as stream:
                catalogue = read_po(stream, locale=source.parts[-3], abort_invalid=True)
        except (PoFileError, UnicodeDecodeError) as error:
            print(f"{source}: {error}", file=sys.stderr)
            failures += 1
            continue
        part = target.with_suffix(f".mo.{os.getpid()}")
        with part.open("wb") as stream:
            write_mo(stream, catalogue)
        part.replace(target)  # a running process never reads half a file
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
