# SPDX-License-Identifier: EUPL-1.2
"""A disk whose every operation is counted, and at any of which the process can be killed; a file may be left half written."""

from __future__ import annotations

from pathlib import Path

from bierger.ledger.plugins.node.disk import FolderDisk
from bierger.ledger.plugins.node.files import FolderLog


class CountedDisk(FolderDisk):
    """step: called with the name of each operation before it happens."""

    def __init__(self, root, step):
        super().__init__(root)
        self._step = step

    def make_folder(self, path):
        self._step(f"mkdir {path}")
        return super().make_folder(path)

    def create(self, path, data):
        self._step(f"create {path}")
        if len(data) > 1 and super().create(path, data[: len(data) // 2]):
            self._step(f"half {path}")
            super().overwrite(path, data)
            return True
        return super().create(path, data)

    def overwrite(self, path, data):
        if self.create(path, data):
            return True
        self._step(f"overwrite {path}")
        with Path(self._root + path).open("r+b") as file:
            file.write(data[: len(data) // 2])
        self._step(f"half {path}")
        return super().overwrite(path, data)

    def sync(self, path):
        self._step(f"sync {path}")
        super().sync(path)

    def rename(self, old, new):
        self._step(f"rename {new}")
        super().rename(old, new)

    def sync_folder(self, path):
        self._step(f"sync {path}")
        super().sync_folder(path)

    def sync_soon(self, path):
        self._step(f"sync {path}")
        super().sync_folder(path)

    def sync_all(self, files, folders):
        for path in files:
            self.sync(path)
        for path in folders:
            self.sync_folder(path)


def counted(folder, step):
    """The log of `folder / "log"`, whose key is `key.pem` beside it, on counted disks."""
    (vkey,) = (folder / "key.pem.seen").glob("*/vkey")
    return FolderLog(CountedDisk(folder / "log", step), heads=CountedDisk(vkey.parent, step))
