# SPDX-License-Identifier: EUPL-1.2
"""Makes the forked log of docs/howto/verify.md, once: `PYTHONPATH=src:. .venv/bin/python tests/samples/make_fork.py`.

Two histories under one key, each faultless by itself. The key is thrown away: nobody can make a third.
"""

import shutil
import tempfile
from pathlib import Path

from tests.outside.logs import FreshLog, new_signer

PLACE = Path(__file__).resolve().parent / "forked"
SIZES = {"yours": (3,), "theirs": (3,)}


def main() -> None:
    signer = new_signer()
    PLACE.mkdir()
    for name, sizes in SIZES.items():
        with tempfile.TemporaryDirectory() as folder:
            log = FreshLog(Path(folder), signer).write(sizes)
            shutil.copytree(Path(folder) / "tile", PLACE / name / "tile")
            shutil.copy(Path(folder) / "checkpoint", PLACE / name / "checkpoint")
            (PLACE / "policy").write_text(f"log {log.key.text}\nquorum none\n")


if __name__ == "__main__":
    main()
