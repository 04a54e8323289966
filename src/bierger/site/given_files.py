# SPDX-License-Identifier: EUPL-1.2
"""Files that somebody names to a command: regular, of bounded size, read once, and waited for by nobody."""

import os
import stat
from pathlib import Path

MAX_FILE = 50_000_000  # larger than any act, proof, policy or list


class FileRefused(Exception):
    """A file (.path) that is not read, in one sentence; `code` is stable: file-unreadable or file-too-large."""

    def __init__(self, code: str, path: Path, message: str) -> None:
        super().__init__(message)
        self.code, self.path = code, path


def read_whole(path: Path, *, most: int = MAX_FILE) -> bytes:
    """A file's bytes. Raises FileRefused, for what is larger too."""
    data = read_beginning(path, most=most + 1)  # what is read is counted, not what the file was said to have: it may grow
    if len(data) > most:
        raise FileRefused("file-too-large", path, f"{path} is too large: {most} bytes are read at most.")
    return data


def read_beginning(path: Path, *, most: int) -> bytes:
    """Read a file, at most so much of it; raises FileRefused for what is none, and waits for nobody: a pipe is none."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except (OSError, ValueError) as error:
        raise refusal(path, error) from None
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise FileRefused("file-unreadable", path, f"{path} is not a regular file.")
    with os.fdopen(descriptor, "rb") as stream:
        try:
            return stream.read(most)
        except OSError as error:
            raise refusal(path, error) from None


def refusal(path: Path, error: OSError | ValueError) -> FileRefused:
    """What to say of a file that the system does not open, or that is no text."""
    if isinstance(error, UnicodeDecodeError):
        said = f"{path} is not UTF-8."
    elif isinstance(error, OSError):
        said = f"{path} cannot be read: {error.strerror or error}."
    else:
        said = f"{path!r} is no file name."
    return FileRefused("file-unreadable", path, said)
