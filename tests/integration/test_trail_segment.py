"""Segments on a real file system: what is on the disk after each way in which writing can go wrong.

Faults are the kernel's own: a limit on file size, `/dev/full` and pipes put under the writer's descriptor,
files taken away, processes killed.
"""

from __future__ import annotations

import fcntl
import os
import re
import signal
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from watchword.trail.segment import SegmentWriter, TrailUnavailable, prune

NOW = 1_763_760_570_123
"""2025-11-21T21:29:30.123Z"""
BOOT = "0f1e2d3c4b5a6978"
DAY_MS = 86_400_000
linux_only = pytest.mark.skipif(sys.platform != "linux", reason="needs /proc/self/fd")


def writer(
    folder: Path,
    *,
    bytes_max: int = 1 << 20,
    sync_ms: int = 5,
    clock: Callable[[], int] = lambda: NOW,
    boot: str = BOOT,
) -> SegmentWriter:
    return SegmentWriter(folder, "api-0", boot_id=boot, clock=clock, bytes_max=bytes_max, sync_ms=sync_ms)


def segments(folder: Path) -> list[Path]:
    return sorted(folder.iterdir())


def lines(folder: Path) -> list[bytes]:
    """Every whole line of every segment, in order; fails on a torn one."""
    found = []
    for path in segments(folder):
        content = path.read_bytes()
        assert content == b"" or content.endswith(b"\n")
        found += content.split(b"\n")[:-1]
    return found


def until(true: Callable[[], bool], *, seconds: float = 5.0) -> None:
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.002)


def descriptor_of(path: Path) -> int:
    """The descriptor under which this process writes the file."""
    for entry in os.listdir("/proc/self/fd"):
        try:
            if os.readlink(f"/proc/self/fd/{entry}") == str(path):
                return int(entry)
        except FileNotFoundError:
            continue  # the descriptor of the listing itself
    raise AssertionError("nobody writes it")


def put_under(path: Path, device: str) -> None:
    """Put a device in the place of an open segment."""
    opened = os.open(device, os.O_WRONLY)
    os.dup2(opened, descriptor_of(path), inheritable=False)
    os.close(opened)


@contextmanager
def pipe_under(path: Path) -> Iterator[int]:
    """Put a pipe in the place of an open segment: it takes what is written and can't be synced.

    Gives the pipe's other end.
    """
    reading, writing = os.pipe()
    try:
        os.dup2(writing, descriptor_of(path), inheritable=False)
        yield reading
    finally:
        os.close(writing)
        os.close(reading)


# --- the good path


def test_a_line_is_in_the_file_when_append_returns(tmp_path: Path) -> None:
    with writer(tmp_path) as trail:
        for number in range(20):
            trail.append(b'{"n":%d}' % number)

            assert lines(tmp_path)[-1] == b'{"n":%d}' % number

    assert len(lines(tmp_path)) == 20


def test_events_that_are_joined_stay_together(tmp_path: Path) -> None:
    with writer(tmp_path, bytes_max=10) as trail:
        trail.append(b"one")
        trail.append(b"two\nthree\nfour")

    assert [path.read_bytes() for path in segments(tmp_path)] == [b"one\n", b"two\nthree\nfour\n"]


def test_a_segment_is_named_after_time_process_and_boot_and_is_private(tmp_path: Path) -> None:
    with writer(tmp_path) as trail:
        assert segments(tmp_path) == []
        trail.append(b"{}")

        (path,) = segments(tmp_path)
        assert path.name == f"20251121T212930.123Z-api-0-{BOOT}-000001.jsonl"
        assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_each_start_has_a_file_of_its_own(tmp_path: Path) -> None:
    for boot in ("a" * 16, "b" * 16):
        with writer(tmp_path, boot=boot) as trail:
            trail.append(boot.encode())

    assert [path.read_bytes() for path in segments(tmp_path)] == [b"a" * 16 + b"\n", b"b" * 16 + b"\n"]


def test_nothing_is_ever_written_into_a_file_that_was_there(tmp_path: Path) -> None:
    taken = tmp_path / f"20251121T212930.123Z-api-0-{BOOT}-000001.jsonl"
    taken.write_bytes(b"older\n")

    with writer(tmp_path) as trail:
        with pytest.raises(TrailUnavailable):
            trail.append(b"first")
        trail.append(b"second")

    assert taken.read_bytes() == b"older\n"
    assert lines(tmp_path) == [b"older", b"second"]


def test_a_segment_ends_before_it_would_be_too_large(tmp_path: Path) -> None:
    with writer(tmp_path, bytes_max=100) as trail:
        for number in range(10):
            trail.append(b"%019d" % number)
        trail.append(b"x" * 500)
        trail.append(b"last")

    sizes = [path.stat().st_size for path in segments(tmp_path)]
    # Five lines of twenty bytes fill one exactly; a line longer than the limit has a segment to itself.
    assert sizes == [100, 100, 501, 5]
    assert lines(tmp_path) == [*(b"%019d" % number for number in range(10)), b"x" * 500, b"last"]


def test_threads_do_not_tear_each_others_lines(tmp_path: Path) -> None:
    with writer(tmp_path, bytes_max=4000) as trail:

        def write(name: int) -> None:
            for number in range(100):
                trail.append(b"%d:%d:" % (name, number) + b"x" * 50)

        threads = [threading.Thread(target=write, args=(name,)) for name in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(timeout=20)

    found = lines(tmp_path)
    assert all(re.fullmatch(rb"[0-3]:[0-9]+:x{50}", line) for line in found)
    for name in range(4):
        own = [int(line.split(b":")[1]) for line in found if line.startswith(b"%d:" % name)]
        assert own == list(range(100))


def test_a_closed_writer_takes_nothing(tmp_path: Path) -> None:
    trail = writer(tmp_path)
    trail.append(b"one")
    trail.close()
    trail.close()

    with pytest.raises(TrailUnavailable, match="closed"):
        trail.append(b"two")

    assert lines(tmp_path) == [b"one"]


@pytest.mark.parametrize(
    ("process", "boot"), [("../x", BOOT), ("", BOOT), ("api 0", BOOT), ("api", "short"), ("api", "x/" * 8)]
)
def test_a_name_that_is_no_name_is_refused(tmp_path: Path, process: str, boot: str) -> None:
    with pytest.raises(ValueError, match="process name"):
        SegmentWriter(tmp_path, process, boot_id=boot, clock=lambda: NOW)


# --- a process that ends

CHILD = """
import sys
from pathlib import Path
from watchword.trail.segment import SegmentWriter

trail = SegmentWriter(
    Path(sys.argv[1]), "api-0", boot_id="0f1e2d3c4b5a6978", clock=lambda: 1763760570123, sync_ms=10_000
)
for number in range(1_000_000):
    trail.append(b"%d" % number)
    print(number, flush=True)
"""


def test_a_killed_process_loses_no_line_that_it_had_answered_for(tmp_path: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", CHILD, str(tmp_path)], stdout=subprocess.PIPE) as child:
        assert child.stdout is not None
        for _ in range(500):
            child.stdout.readline()
        # While it lives, its segment is held; once it is gone, nobody holds it.
        assert prune(tmp_path, now=NOW * 2, bytes_max=0) == ()
        child.send_signal(signal.SIGKILL)
        answered = 500 + child.stdout.read().count(b"\n")
        child.wait(timeout=10)

    found = lines(tmp_path)
    assert len(found) >= answered
    assert found == [b"%d" % number for number in range(len(found))]
    assert len(prune(tmp_path, now=NOW * 2, bytes_max=0)) == 1


# --- a disk that is full

LIMITED = """
import resource
import sys
from pathlib import Path
from watchword.trail.segment import SegmentWriter, TrailUnavailable

resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
folder, sync_ms, digits = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
trail = SegmentWriter(
    folder, "api-0", boot_id="0f1e2d3c4b5a6978", clock=lambda: 1763760570123, sync_ms=sync_ms
)
for number in range(24):
    try:
        trail.append(b"%0*d" % (digits, number))
        print("written", number)
    except TrailUnavailable:
        print("refused", number, sum(path.stat().st_size for path in folder.iterdir()))
trail.close()
"""


def limited(folder: Path, *, sync_ms: int, digits: int) -> list[str]:
    """What a process says that writes 24 lines where a file may have 1,000 bytes."""
    command = [sys.executable, "-c", LIMITED, str(folder), str(sync_ms), str(digits)]
    done = subprocess.run(command, capture_output=True, timeout=30, check=True)
    return done.stdout.decode().splitlines()


@pytest.mark.parametrize("sync_ms", [0, 5])
def test_a_short_write_leaves_no_torn_line(tmp_path: Path, sync_ms: int) -> None:
    """The kernel takes what fits of a line, then refuses: the part is cut off, the next file has room."""
    said = limited(tmp_path, sync_ms=sync_ms, digits=100)

    # Lines of 101 bytes: nine fit, 91 bytes of the tenth are taken and cut off.
    assert said[8:11] == ["written 8", "refused 9 909", "written 10"]
    assert said[18:21] == ["written 18", "refused 19 1818", "written 20"]
    assert [path.stat().st_size for path in segments(tmp_path)] == [909, 909, 404]
    assert lines(tmp_path) == [b"%0100d" % n for n in range(24) if n not in (9, 19)]


def test_a_limit_met_exactly_is_no_short_write(tmp_path: Path) -> None:
    said = limited(tmp_path, sync_ms=5, digits=99)

    assert said[9:12] == ["written 9", "refused 10 1000", "written 11"]


@linux_only
def test_a_full_disk_refuses_and_what_was_written_stays(tmp_path: Path) -> None:
    """ENOSPC, and the file can't be cut back either: it is given up with its lines, and a new one begun."""
    with writer(tmp_path) as trail:
        trail.append(b"one")
        (first,) = segments(tmp_path)
        put_under(first, "/dev/full")

        with pytest.raises(TrailUnavailable) as refusal:
            trail.append(b"two")
        assert isinstance(refusal.value.__cause__, OSError)
        until(lambda: appended(trail, b"three"))

    assert lines(tmp_path) == [b"one", b"three"]
    assert len(segments(tmp_path)) == 2


def appended(trail: SegmentWriter, line: bytes) -> bool:
    try:
        trail.append(line)
    except TrailUnavailable:
        return False
    return True


FOLDERS: dict[str, Callable[[Path], object]] = {
    "missing": lambda path: None,
    "a file": lambda path: path.write_bytes(b""),
    "a link to nowhere": lambda path: path.symlink_to("/nonexistent/folder"),
}


@pytest.mark.parametrize("spoil", FOLDERS.values(), ids=FOLDERS)
def test_without_its_folder_the_trail_refuses_until_it_is_back(
    tmp_path: Path, spoil: Callable[[Path], object]
) -> None:
    folder = tmp_path / "trail"
    spoil(folder)
    with writer(folder) as trail:
        for _ in range(3):
            with pytest.raises(TrailUnavailable):
                trail.append(b"one")
        if os.path.lexists(folder):
            folder.unlink()
        folder.mkdir()
        trail.append(b"two")

    assert lines(folder) == [b"two"]


# --- a disk that does not sync


@linux_only
def test_a_failed_sync_refuses_the_next_line_and_gives_the_file_up(tmp_path: Path) -> None:
    with writer(tmp_path) as trail:
        trail.append(b"one")
        (first,) = segments(tmp_path)
        time.sleep(0.05)
        with pipe_under(first):
            trail.append(b"lost")
            until(lambda: not appended(trail, b"perhaps lost"))
            trail.append(b"two")

    assert lines(tmp_path) == [b"one", b"two"]
    assert len(segments(tmp_path)) == 2


@linux_only
def test_with_sync_first_a_failed_sync_refuses_its_own_line(tmp_path: Path) -> None:
    with writer(tmp_path, sync_ms=0) as trail:
        trail.append(b"one")
        (first,) = segments(tmp_path)
        with pipe_under(first):
            with pytest.raises(TrailUnavailable):
                trail.append(b"lost")
            trail.append(b"two")

    assert lines(tmp_path) == [b"one", b"two"]


@linux_only
def test_after_a_fault_lines_are_synced_first_until_one_was(tmp_path: Path) -> None:
    """A disk that takes files and no data would else be believed for 50 ms after each failure."""
    now = NOW
    # No sync in the background for a minute: only lines that were synced first are not late after two
    # seconds.
    trail = writer(tmp_path, sync_ms=60_000, clock=lambda: now)
    trail.append(b"one")
    put_under(segments(tmp_path)[0], "/dev/full")
    with pytest.raises(TrailUnavailable):
        trail.append(b"no room")

    # `one` was not synced for so long, but it was in the segment that is given up.
    now += 2001
    trail.append(b"two, synced first")
    now += 2001
    trail.append(b"three, not synced")
    now += 2001
    with pytest.raises(TrailUnavailable, match="not synced in time"):
        trail.append(b"four")
    trail.close()

    assert lines(tmp_path) == [b"one", b"two, synced first", b"three, not synced"]


@linux_only
def test_a_segment_that_is_taken_away_is_noticed(tmp_path: Path) -> None:
    with writer(tmp_path) as trail:
        trail.append(b"one")
        (first,) = segments(tmp_path)
        first.unlink()

        until(lambda: not appended(trail, b"into the void"))
        trail.append(b"two")

    assert lines(tmp_path) == [b"two"]


@linux_only
def test_a_write_that_hangs_refuses_the_others(tmp_path: Path) -> None:
    """A full pipe takes nothing and says nothing, like a disk that has gone away."""
    trail = writer(tmp_path, sync_ms=60_000)
    trail.append(b"one")
    (first,) = segments(tmp_path)
    with pipe_under(first) as reading:
        hung = threading.Thread(target=appended, args=(trail, b"x" * 1_000_000), daemon=True)
        hung.start()
        time.sleep(0.05)
        before = time.monotonic()

        with pytest.raises(TrailUnavailable, match="hangs"):
            trail.append(b"two")

        assert 0.4 < time.monotonic() - before < 2
        while hung.is_alive():
            os.read(reading, 1 << 20)
            hung.join(timeout=0.01)


def test_lines_that_stay_unsynced_too_long_stop_the_trail(tmp_path: Path) -> None:
    now = NOW
    # The sync comes in a minute: as good as one that hangs.
    trail = writer(tmp_path, sync_ms=60_000, clock=lambda: now)
    trail.append(b"one")
    now += 2000
    trail.append(b"two")
    now += 1

    with pytest.raises(TrailUnavailable, match="not synced in time"):
        trail.append(b"three")
    trail.close()

    assert lines(tmp_path) == [b"one", b"two"]


def test_an_idle_trail_is_never_too_late(tmp_path: Path) -> None:
    now = NOW
    with writer(tmp_path, clock=lambda: now) as trail:
        trail.append(b"one")
        time.sleep(0.1)
        now += 3_600_000
        trail.append(b"two")

    assert lines(tmp_path) == [b"one", b"two"]


# --- removal


def old_segment(folder: Path, *, days: float, size: int, number: int = 1) -> Path:
    path = folder / f"20250101T000000.000Z-api-1-{BOOT}-{number:06}.jsonl"
    path.write_bytes(b"x" * size)
    last_ns = int((NOW - days * DAY_MS) * 1_000_000)
    os.utime(path, ns=(last_ns, last_ns))
    return path


def test_segments_are_removed_by_age(tmp_path: Path) -> None:
    old = old_segment(tmp_path, days=90.001, size=10, number=1)
    young = old_segment(tmp_path, days=89.999, size=10, number=2)

    assert prune(tmp_path, now=NOW) == (old.name,)
    assert segments(tmp_path) == [young]
    assert prune(tmp_path, now=NOW) == ()


def test_the_oldest_are_removed_until_the_rest_fits(tmp_path: Path) -> None:
    names = [old_segment(tmp_path, days=10 - n, size=100, number=9 - n).name for n in range(5)]

    assert prune(tmp_path, now=NOW, bytes_max=500) == ()
    assert prune(tmp_path, now=NOW, bytes_max=499) == (names[0],)
    assert prune(tmp_path, now=NOW, bytes_max=200) == (names[1], names[2])
    assert prune(tmp_path, now=NOW, bytes_max=0) == (names[3], names[4])


def test_what_is_no_segment_is_not_touched(tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    target = old_segment(elsewhere, days=500, size=10)
    folder = tmp_path / "trail"
    folder.mkdir()
    old = old_segment(folder, days=500, size=10, number=7)
    (folder / "notes.txt").write_bytes(b"mine")
    (folder / (old.name + ".bak")).write_bytes(b"mine")
    (folder / old.name.replace("000007", "000008")).symlink_to(target)
    (folder / old.name.replace("000007", "000009")).mkdir()

    assert prune(folder, now=NOW * 2, days_max=0, bytes_max=0) == (old.name,)
    assert target.exists()
    assert len(segments(folder)) == 4


def test_a_segment_that_is_written_is_never_removed(tmp_path: Path) -> None:
    old = old_segment(tmp_path, days=500, size=10)
    with writer(tmp_path, bytes_max=10) as trail:
        trail.append(b"full" * 3)
        trail.append(b"open")
        full, written = segments(tmp_path)[1:]

        removed = prune(tmp_path, now=NOW * 2, bytes_max=0)

        assert removed == (old.name, full.name)
        trail.append(b"!")
        assert written.read_bytes() == b"open\n!\n"
    assert prune(tmp_path, now=NOW * 2, bytes_max=0) == (written.name,)


def test_two_that_prune_at_once_do_not_disturb_each_other(tmp_path: Path) -> None:
    held = old_segment(tmp_path, days=500, size=10)
    other = os.open(held, os.O_RDONLY)
    fcntl.flock(other, fcntl.LOCK_EX)

    assert prune(tmp_path, now=NOW) == ()
    os.close(other)
    assert prune(tmp_path, now=NOW) == (held.name,)
