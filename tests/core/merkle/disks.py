# SPDX-License-Identifier: EUPL-1.2
"""A disk that forgets: what was not synced may be lost in a crash, in any order, a file half; and a hand that kills."""

from contextlib import contextmanager
from pathlib import PurePosixPath


class KilledError(BaseException):
    """The process is dead. No `except Exception` catches it, as nothing would."""


class FullError(OSError):
    """No space left on the device."""


class ForgetfulDisk:
    """Names and contents as processes see them, and beside them as they would be found after a power cut.

    `.` is the root of everything, and cannot be lost; a folder below it can, with all that lies in it (`below`).

    before   called with the number of each writing operation, before it happens, unless the lock is held: raises, or
             lets somebody else work
    lies     a disk that confirms a sync without doing it: the control of the tests
    """

    def __init__(self, *, lies=False):
        self.contents, self.durable_contents = {}, {}  # by number of the file
        self.names_seen, self.durable_names = {".": None}, {".": None}  # path -> number of the file; None: a folder
        self.before = lambda _step: None
        self.lies = lies
        self.steps = 0
        self.is_locked = False
        self._files = 0

    def _step(self):
        # Death comes to the holder of the lock too; anybody else has to wait for it.
        if not self.is_locked or getattr(self.before, "kills", False):
            self.before(self.steps)
        self.steps += 1

    def read(self, path):
        if self.names_seen.get(path) is None:
            raise FileNotFoundError(path)
        return self.contents[self.names_seen[path]]

    def make_folder(self, path):
        if path in self.names_seen:
            return False
        self._needs_folder(path)
        self._step()
        self.names_seen[path] = None
        return True

    def below(self, folder):
        """The same disk, as whoever opens this folder of it sees it."""
        return BelowDisk(self, folder)

    def _needs_folder(self, path):
        if str(PurePosixPath(path).parent) not in self.names_seen:
            raise FileNotFoundError(path)

    def create(self, path, data):
        if path in self.names_seen:
            return False
        self._needs_folder(path)
        self._step()
        self._files += 1
        number = self.names_seen[path] = self._files
        self.contents[number], self.durable_contents[number] = data[: len(data) // 2], b""
        self._step()  # half of it is there
        self.contents[number] = data
        return True

    def overwrite(self, path, data):
        if self.create(path, data):
            return True
        self._step()
        number = self.names_seen[path]
        old = self.contents[number]
        self.contents[number] = data[: len(data) // 2] + old[len(data) // 2 :]
        self._step()
        self.contents[number] = data
        return False

    def sync(self, path):
        self._step()
        if not self.lies:
            self.durable_contents[self.names_seen[path]] = self.contents[self.names_seen[path]]

    def rename(self, old, new):
        self._step()
        self.names_seen[new] = self.names_seen.pop(old)

    def remove(self, path):
        self._step()
        del self.names_seen[path]

    def names(self):
        return sorted(name for name in self.names_seen if name != "." and "/" not in name)

    def sync_folder(self, path):
        if path not in self.names_seen:
            raise FileNotFoundError(path)
        self._step()
        if not self.lies:
            for name in {*self.names_seen, *self.durable_names}:
                if name != "." and str(PurePosixPath(name).parent) == path:
                    self._settle(name)

    def sync_soon(self, path):
        """Not in time, as far as a power cut is concerned."""

    def sync_all(self, files, folders):
        for path in files:
            self.sync(path)
        for path in folders:
            self.sync_folder(path)

    def _settle(self, name):
        if name in self.names_seen:
            self.durable_names[name] = self.names_seen[name]
        else:
            self.durable_names.pop(name, None)

    @contextmanager
    def lock(self):
        self._step()
        assert not self.is_locked
        self.is_locked = True
        try:
            yield
        finally:
            self.is_locked = False

    def lose_power(self, random):
        """What was synced is there; of the rest any part, each name and each content for itself."""
        for name in sorted({*self.names_seen, *self.durable_names}):
            if random.random() < 0.5:
                self._settle(name)
        found = {}
        for name, number in sorted(self.durable_names.items()):
            if name == "." or str(PurePosixPath(name).parent) in found:  # without its folder it is lost
                found[name] = number
        for number, written in self.contents.items():
            kept = self.durable_contents[number]
            if kept != written:
                cut = random.randint(0, len(written))
                self.durable_contents[number] = random.choice(
                    [kept, written, written[:cut], written[:cut] + bytes(len(written) - cut), written[:cut] + kept[cut:]]
                )
        self.durable_names, self.names_seen = found, dict(found)
        self.contents = dict(self.durable_contents)
        self.is_locked = False

    def copy(self):
        """A backup, made while nobody writes."""
        other = ForgetfulDisk()
        other.contents, other.durable_contents = dict(self.contents), dict(self.contents)
        other.names_seen, other.durable_names = dict(self.names_seen), dict(self.names_seen)
        other._files = self._files
        return other


class BelowDisk:
    """A folder of a forgetful disk: to whoever opened it `.` is this folder, to the power cut one name among others."""

    def __init__(self, disk, folder):
        self._disk, self._folder = disk, folder

    def _at(self, path):
        return str(PurePosixPath(self._folder) / path)

    def names(self):
        return sorted(PurePosixPath(name).name for name in self._disk.names_seen if str(PurePosixPath(name).parent) == self._folder)

    def rename(self, old, new):
        self._disk.rename(self._at(old), self._at(new))

    def sync_all(self, files, folders):
        self._disk.sync_all([self._at(path) for path in files], [self._at(path) for path in folders])

    def lock(self):
        return self._disk.lock()

    def __getattr__(self, name):
        """Everything else is about one path, the first argument."""
        does = getattr(self._disk, name)
        return lambda path, *rest: does(self._at(path), *rest)
