# SPDX-License-Identifier: EUPL-1.2
"""Killed at every operation, robbed of what was not synced, restored from backups, two at once: one history."""

import base64
import random

import pytest

from bierger.ledger.plugins.node.disk import FolderDisk
from bierger.ledger.plugins.node.files import FolderLog
from bierger_core.merkle import (
    EMPTY_ROOT,
    AnotherWriterError,
    Commit,
    HistoryError,
    LogWriter,
    MerkleError,
    NoteUnverifiedError,
    Seen,
    SeenError,
    TileError,
    TileReader,
    audit,
    follow,
    log_key,
)

from .disks import ForgetfulDisk, FullError, KilledError
from .logs import LOG, LOG_KEY, policy_of, signed, signer_of

POLICY = policy_of()
BATCHES = [[b"first"], [b"a", b"b", b"c"], [b"many %d" % n for n in range(260)], [b"last", b"but one"]]


def writer_on(disk):
    log = FolderLog(disk)
    return LogWriter(log, log, LOG_KEY, LOG)


class Story:
    """What happened to a log on a disk: what was promised to callers and what readers saw."""

    def __init__(self, disk):
        self.disk = disk
        self.promised = {}
        self.shown = []

    def append(self, writer, entries):
        appended = writer.append(entries)
        self.promised |= dict(enumerate(entries, start=appended.first))
        self.shown.append(appended.note)

    def look(self):
        note = FolderLog(self.disk).published()
        if note is not None:
            self.shown.append(note)

    def check(self):
        """One history, all of it there, every file right, nothing promised is lost, nothing shown was another tree."""
        log = FolderLog(self.disk)
        note = log.published()
        found = audit(log.fetch, note, POLICY)
        assert found.is_healthy, found.damages
        assert note == log.latest().note
        reader = TileReader(log.fetch, found.checkpoint.size, found.checkpoint.root)
        for index, entry in self.promised.items():
            assert reader.entry(index) == entry
        for seen in self.shown:
            assert follow(log.fetch, note, POLICY, seen=Seen.of(seen)).is_healthy


def steps_of(batches):
    disk = ForgetfulDisk()
    writer = writer_on(disk)
    for entries in batches:
        writer.append(entries)
    return disk.steps


STEPS = steps_of(BATCHES)


def kill_at(step):
    def before(now):
        if now >= step:
            raise KilledError(step)

    before.kills = True
    return before


def inherit_and_die(deadly_step, next_deadly_step, chance):
    """One process is killed; the next one builds on what it finds, is killed too; only then the power fails."""
    disk = ForgetfulDisk()
    story = Story(disk)
    disk.before = kill_at(deadly_step)
    for entries in ([b"first"], [b"second"]):
        try:
            story.append(writer_on(disk), entries)
        except KilledError:
            break
    disk.before = kill_at(disk.steps + next_deadly_step)
    try:
        story.append(writer_on(disk), [b"of the heir"])
    except KilledError:
        story.look()
    disk.lose_power(chance)
    disk.before = lambda _step: None
    story.append(writer_on(disk), [b"another one"])
    return story


def test_nobody_builds_on_a_head_that_the_disk_may_still_lose():
    for step in range(steps_of([[b"first"], [b"second"]])):
        for heir in range(20, 28):
            inherit_and_die(step, heir, random.Random(100 * step + heir)).check()


def live_and_die(disk, deadly_step, chance):
    """Append until killed, be killed once more while recovering, each time with or without a power cut, then live on.

    Without one, the next process sees what the dead one wrote and did not sync; readers see what it makes of that.
    """
    story = Story(disk)
    disk.before = kill_at(deadly_step)
    try:
        writer = writer_on(disk)
        for entries in BATCHES:
            story.append(writer, entries)
    except KilledError:
        story.look()
        if chance.random() < 0.5:
            disk.lose_power(chance)
    disk.before = kill_at(disk.steps + chance.randint(0, 30))
    try:
        story.append(writer_on(disk), [b"after the first death"])
    except KilledError:
        story.look()
        disk.lose_power(chance)
    disk.before = lambda _step: None
    story.append(writer_on(disk), [b"in the end"])
    return story


@pytest.mark.parametrize("seed", range(2))
def test_killed_at_every_operation_there_is_one_history_and_no_promise_is_broken(seed):
    assert STEPS > 80
    for step in range(STEPS + 1):
        live_and_die(ForgetfulDisk(), step, random.Random(1000 * seed + step)).check()


def test_on_a_disk_that_confirms_without_writing_the_same_test_fails():
    # The control: were nothing ever lost, the test above would prove nothing.
    broken = 0
    for step in range(STEPS + 1):
        try:
            live_and_die(ForgetfulDisk(lies=True), step, random.Random(step)).check()
        except (AssertionError, MerkleError, ValueError):
            broken += 1
    assert broken > STEPS / 4


class Publishing(FolderLog):
    """Forgets the swap: whoever writes last wins."""

    def advance(self, expected, new):
        while not super().advance(self.latest().note, new):
            pass
        return True


def two_at_once(step, make=FolderLog, *, slow_one_dies=False):
    """While the first writer stands still before one of its operations, the second one works through."""
    disk = ForgetfulDisk()
    story = Story(disk)
    story.append(writer_on(disk), [b"before"])
    first_log = make(disk)
    first, second = LogWriter(first_log, first_log, LOG_KEY, LOG), LogWriter(make(disk), make(disk), LOG_KEY, LOG)
    start, met = disk.steps, []

    def before(now):
        if now == start + step and not met:
            met.append(now)
            disk.before = lambda _step: None
            story.append(second, [b"second"])
            story.append(second, [b"second again"])
            if slow_one_dies:
                raise KilledError(now)

    disk.before = before
    try:
        story.append(first, [b"first", b"of two"])
    except AnotherWriterError:
        story.look()
    except KilledError:
        story.look()
        disk.lose_power(random.Random(step))
    disk.before = lambda _step: None
    story.append(writer_on(disk), [b"after both"])
    return story, bool(met)


@pytest.mark.parametrize("slow_one_dies", [False, True])
def test_two_writers_at_once_make_one_history(slow_one_dies):
    meetings = 0
    for step in range(40):
        story, met = two_at_once(step, slow_one_dies=slow_one_dies)
        story.check()
        meetings += met
    assert 8 < meetings < 40  # they met everywhere outside the lock, and some steps lie behind the end


def test_without_the_swap_two_writers_make_two_histories():
    broken = 0
    for step in range(30):
        try:
            two_at_once(step, Publishing)[0].check()
        except (AssertionError, MerkleError):
            broken += 1
    assert broken


class Overtaken(FolderLog):
    """While the head is being read, another writer works through."""

    def latest(self):
        commit = super().latest()
        if not self._disk.is_locked:
            writer_on(self._disk).append([b"faster"])
        return commit


def test_a_writer_that_was_overtaken_is_not_taken_for_a_restored_backup():
    disk = grown([b"before"]).disk
    overtaken = Overtaken(disk)
    slow = LogWriter(overtaken, overtaken, LOG_KEY, LOG)
    with pytest.raises(AnotherWriterError):
        slow.append([b"slower"])


def test_two_writers_with_the_same_batch_do_not_rob_each_other():
    for step in range(40):
        disk = ForgetfulDisk()
        story = Story(disk)

        def before(now, step=step, disk=disk, story=story):
            if now == step:
                # The second one is killed right after its swap; the first one then fails to swap the same batch in.
                disk.before = kill_after_swap(disk)
                try:
                    story.append(writer_on(disk), [b"the same"])
                except KilledError:
                    disk.before = lambda _step: None

        disk.before = before
        try:
            story.append(writer_on(disk), [b"the same"])
        except AnotherWriterError:
            story.look()
        disk.before = lambda _step: None
        writer_on(disk).recover()
        story.check()


def kill_after_swap(disk):
    def before(now):
        if FolderLog(disk)._heads():
            raise KilledError(now)

    return before


def test_a_full_disk_stops_one_batch_and_not_the_log():
    for step in range(60):
        disk = ForgetfulDisk()
        story = Story(disk)
        writer = writer_on(disk)
        story.append(writer, [b"before"])
        start = disk.steps

        def before(now, at=start + step):
            if now == at:
                raise FullError(now)

        disk.before = before
        try:
            story.append(writer, [b"too much"])
        except FullError:
            story.look()
        disk.before = lambda _step: None
        story.append(writer, [b"after somebody made room"])
        story.check()


SMALLER = b"bierger/batch@v1\n0\n%s\n1\n\0\1z" % base64.b64encode(EMPTY_ROOT)


def grown(*batches):
    disk = ForgetfulDisk()
    story = Story(disk)
    writer = writer_on(disk)
    for entries in batches:
        story.append(writer, entries)
    return story


def test_a_restored_backup_does_not_continue_behind_what_a_witness_saw():
    story = grown([b"one"], [b"two"])
    backup = story.disk.copy()
    story.append(writer_on(story.disk), [b"three"])
    witness = Seen.of(story.shown[-1])
    with pytest.raises(HistoryError) as refused:
        writer_on(backup).append([b"another three"], marks=[witness])
    assert (refused.value.code, refused.value.data["seen"]) == ("history-behind", 3)
    with pytest.raises(HistoryError):
        writer_on(backup).recover(marks=[witness])
    # Nobody showed it the witness's note, and it went on; from the next look on it is stopped for good.
    forked = writer_on(backup)
    forked.append([b"another three"])
    with pytest.raises(HistoryError) as refused:
        forked.append([b"four"], marks=[witness])
    assert refused.value.code == "history-forked"
    forked.append([b"four"])
    with pytest.raises(HistoryError) as refused:
        forked.append([b"five"], marks=[witness])
    assert refused.value.code == "history-forked"
    with pytest.raises(HistoryError):
        writer_on(backup).recover(marks=[witness])


def test_a_restored_store_beside_the_newer_folder_notices_it_by_itself():
    story = grown([b"one"])
    old = story.disk.copy()
    story.append(writer_on(story.disk), [b"two"])
    backup, folder = FolderLog(old), FolderLog(story.disk)
    restored = LogWriter(backup, folder, LOG_KEY, LOG)
    with pytest.raises(HistoryError) as refused:
        restored.append([b"another two"])
    assert refused.value.code == "history-behind"


def test_marks_that_fit_are_no_obstacle():
    story = grown([b"one"], [b"two"], [b"three"])
    marks = [Seen.of(note) for note in story.shown]
    assert writer_on(story.disk).recover(marks).size == 3
    assert writer_on(story.disk).append([b"four"], marks=marks).first == 3
    with pytest.raises(SeenError):
        writer_on(story.disk).append([b"five"], marks=[Seen.of(signed(1, bytes(32), key=log_key("other.lu", LOG.public_key)))])


def test_what_is_not_this_logs_own_is_refused():
    story = grown([b"one"])
    stranger = signer_of(99)
    log = FolderLog(story.disk)
    thief = LogWriter(log, log, log_key(LOG_KEY.name, stranger.public_key), stranger)
    with pytest.raises(NoteUnverifiedError):
        thief.append([b"x"])
    with pytest.raises(HistoryError) as refused:
        writer_on(story.disk).append([])
    assert refused.value.code == "history-empty"
    assert writer_on(ForgetfulDisk()).recover().size == 0


@pytest.mark.parametrize("batch", [b"", b"bierger/batch@v1\n0\nx\n1\n", b"bierger/batch@v1\n0\nAAAA\n1\n\0\1z", SMALLER])
def test_a_damaged_batch_is_never_taken_for_one(batch):
    log = FolderLog(ForgetfulDisk())
    log.advance(None, Commit(signed(2, bytes(32)), batch))
    with pytest.raises(TileError):
        writer_on(log._disk).append([b"two"])


def test_the_same_procedure_on_a_real_folder(tmp_path):
    disk = FolderDisk(tmp_path)
    story = Story(disk)
    for entries in BATCHES:
        story.append(writer_on(disk), entries)
    story.check()
