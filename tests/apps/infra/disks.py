# SPDX-License-Identifier: EUPL-1.2
"""A disk that is really full, or really cannot be written: the kernel refuses, nothing is pretended.

Root mounts a file system of one megabyte. Whoever may not mount (in many containers not even root) lowers the limit that the kernel
keeps for the size of this process's files (EFBIG instead of ENOSPC), and takes the right to write away from the folder and, from
root, the right to pass that by.
"""

from __future__ import annotations

import ctypes
import os
import resource
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

SIZE = 2**20  # bytes


@contextmanager
def small_disk(folder: Path) -> Iterator[Path]:
    """`folder` is a file system of its own for a while, where this account may mount one."""
    folder.mkdir(parents=True, exist_ok=True)
    mount = ["mount", "-t", "tmpfs", "-o", f"size={SIZE}", "tmpfs", str(folder)]
    mounted = os.geteuid() == 0 and subprocess.run(mount, stderr=subprocess.DEVNULL, check=False).returncode == 0
    try:
        yield folder
    finally:
        if mounted:
            subprocess.run(["umount", str(folder)], check=True)


@contextmanager
def full(folder: Path) -> Iterator[None]:
    """No byte more fits."""
    if os.path.ismount(folder):
        filler = folder / "filler"
        with filler.open("wb", buffering=0) as file:
            try:
                while True:
                    file.write(b"x" * 4096)
            except OSError as error:
                assert "No space left" in str(error)  # noqa: PT017 - the loop ends by nothing else
        try:
            yield
        finally:
            filler.unlink()
        return
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@contextmanager
def read_only(folder: Path) -> Iterator[None]:
    """Nothing below can be written."""
    if os.path.ismount(folder):
        subprocess.run(["mount", "-o", "remount,ro", str(folder)], check=True)
        try:
            yield
        finally:
            subprocess.run(["mount", "-o", "remount,rw", str(folder)], check=True)
        return
    folders = [folder, *(path for path in folder.rglob("*") if path.is_dir())]
    for path in folders:
        path.chmod(0o500)
    try:
        with _rights_count():
            yield
    finally:
        for path in folders:
            path.chmod(0o750)


class _Thread(ctypes.Structure):
    _fields_ = (("version", ctypes.c_uint32), ("pid", ctypes.c_int))


@contextmanager
def _rights_count() -> Iterator[None]:
    """This thread obeys the modes of files, root too: CAP_DAC_OVERRIDE (bit 1) is not effective for a while. See capset(2)."""
    libc, thread = ctypes.CDLL(None, use_errno=True), _Thread(0x20080522, 0)
    words = (ctypes.c_uint32 * 6)()  # effective, permitted, inheritable; twice
    assert libc.capget(ctypes.byref(thread), words) == 0
    before = words[0]
    words[0] = before & ~0b10
    assert libc.capset(ctypes.byref(thread), words) == 0
    try:
        yield
    finally:
        words[0] = before
        assert libc.capset(ctypes.byref(thread), words) == 0
