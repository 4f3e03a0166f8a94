"""Segments: the files that events are appended to before their answers are sent.

One writer per process, one file per writer and start. What is true of a segment, and why:

  1. A line is in the kernel's hands when `append` returns: a killed process loses no event, and a power cut
     at most those of the last 50 ms and what the disk takes to sync (with `sync_ms=0`: none).
  2. Nothing follows a torn line. When a line fits in part, the file is cut back to its last whole line; where
     that fails, the file is left as it is and the next line opens a new one. So only the last line of a
     segment can be torn, and a line without its end is no event.
  3. An event that can't be written is never lost in silence: `append` raises, and the gate answers 503
     without the secret. So does the next `append` after a sync that failed, for the kernel forgets a failed
     page: that file is given up, and until a sync has succeeded again, each line is synced before its answer.
  4. A disk that hangs stops answers, not threads: who waits too long for another's write, or finds events
     unsynced for too long, is refused.
  5. A file that is taken away under the writer (an operator's `rm`) is noticed by the next sync and treated
     like a failed one.

The file is held with `flock` while it is written, so that `prune`, in another process, never removes it; the
kernel drops the lock with the process. Segments are removed by age of their last line, then by the folder's
size, oldest first.

Forking: open a writer after the fork; its thread does not survive one.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import re
import stat
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

from watchword.trail.moment import iso_milliseconds

SEGMENT_BYTES_MAX = 64 * 1024 * 1024
SYNC_MS = 50
WAIT_MS_MAX = 500
"""How long one thread waits for another's append."""
UNSYNCED_MS_MAX = 2_000
"""How long a line may stay unsynced before the trail counts as broken; a busy disk stalls for a second."""
DAYS_MAX = 90
FOLDER_BYTES_MAX = 10 * 1024 * 1024 * 1024
_DAY_MS = 86_400_000

_PROCESS_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")
_BOOT_ID = re.compile(r"[a-z0-9]{8,64}")
# time, process, boot id, number: `20261121T212930.123Z-api-0-3f9c2a7b-000001.jsonl`.
_SEGMENT_NAME = re.compile(r"[0-9]{8}T[0-9]{6}\.[0-9]{3}Z-[a-z0-9-]+-[a-z0-9]{8,64}-[0-9]{6,}\.jsonl")


class TrailUnavailable(Exception):
    """An event is not written, or not known to be safe: its call must not be answered with success."""


class SegmentWriter:
    """Appends events to this process's segments. Its methods may be called from any thread."""

    def __init__(
        self,
        folder: Path,
        process_name: str,
        *,
        boot_id: str,
        clock: Callable[[], int],
        bytes_max: int = SEGMENT_BYTES_MAX,
        sync_ms: int = SYNC_MS,
    ) -> None:
        """Prepare to write; the first file is made with the first line, so that an idle process leaves none.

        `boot_id` is new for each start of a process (random, lower case hexadecimal). `clock` gives
        milliseconds since 1970 UTC. `sync_ms=0` syncs each line before `append` returns.
        """
        if not _PROCESS_NAME.fullmatch(process_name) or not _BOOT_ID.fullmatch(boot_id):
            raise ValueError("a process name is of a-z, 0-9 and -, a boot id of 8 or more of a-z and 0-9")
        self._folder = folder
        self._process_name = process_name
        self._boot_id = boot_id
        self._clock = clock
        self._bytes_max = bytes_max
        self._sync_ms = sync_ms
        self._lock = threading.Lock()
        # All below is read and written under the lock.
        self._segment: int | None = None
        """Descriptor of the open segment."""
        self._bytes = 0
        """Length of its whole lines; a torn line lies beyond."""
        self._number = 0
        self._unsynced_since: int | None = None
        self._fault: OSError | None = None
        """A sync in the background failed and nobody has been told yet."""
        self._doubtful = False
        """No sync has succeeded since one failed."""
        self._closed = False
        self._written = threading.Event()
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None
        if sync_ms > 0:
            self._thread = threading.Thread(target=self._sync_forever, name="trail-sync", daemon=True)
            self._thread.start()

    def append(self, line: bytes) -> None:
        """Write one event; `line` has no line's end. On return it survives this process.

        Several events may be joined by line ends: they are written and synced as one, all or none of them.

        Raises:
            TrailUnavailable: it may not be there, or an earlier one may be lost; the segment stays whole.
        """
        # An empty line is no event, and the last line's end is ours.
        assert line
        assert not line.endswith(b"\n")
        if not self._lock.acquire(timeout=WAIT_MS_MAX / 1000):
            raise TrailUnavailable("the trail is busy: a write hangs")
        try:
            self._append(line + b"\n")
        except OSError as error:
            raise TrailUnavailable("the trail can't be written") from error
        finally:
            self._lock.release()

    def check(self) -> None:
        """Make sure that the next line has a segment to go to; for a health check, which must not wait for a request.

        Raises:
            TrailUnavailable: it has none, or earlier lines wait too long for the disk.
        """
        if not self._lock.acquire(timeout=WAIT_MS_MAX / 1000):
            raise TrailUnavailable("the trail is busy: a write hangs")
        try:
            if self._closed:
                raise TrailUnavailable("the trail is closed")
            self._check_synced()
            if self._segment is None:
                self._open()
        except OSError as error:
            raise TrailUnavailable("the trail can't be written") from error
        finally:
            self._lock.release()

    def close(self) -> None:
        """Sync and close the segment; no more lines are taken.

        Raises:
            TrailUnavailable: the last lines may not be on the disk.
        """
        self._stopping.set()
        self._written.set()
        if self._thread is not None:
            self._thread.join(timeout=UNSYNCED_MS_MAX / 1000)
            if self._thread.is_alive():
                # Another sync would hang as well, and with it the end of the process; the thread is a daemon.
                raise TrailUnavailable("the trail could not be synced at its end: a sync hangs")
        if not self._lock.acquire(timeout=WAIT_MS_MAX / 1000):
            raise TrailUnavailable("the trail could not be synced at its end: a write hangs")
        try:
            self._closed = True
            fault, self._fault = self._fault, None
            if self._segment is not None:
                self._rotate()
            if fault is not None:
                raise fault
        except OSError as error:
            raise TrailUnavailable("the trail could not be synced at its end") from error
        finally:
            self._lock.release()

    def __enter__(self) -> SegmentWriter:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _append(self, line: bytes) -> None:
        if self._closed:
            raise TrailUnavailable("the trail is closed")
        if self._fault is not None:
            fault, self._fault = self._fault, None
            raise TrailUnavailable("earlier events could not be synced") from fault
        self._check_synced()
        if self._segment is not None and self._bytes > 0 and self._bytes + len(line) > self._bytes_max:
            self._rotate()
        segment = self._open() if self._segment is None else self._segment
        self._write_whole(segment, line)
        if self._sync_ms == 0 or self._doubtful:
            self._sync_now()
        elif self._unsynced_since is None:
            self._unsynced_since = self._clock()
            self._written.set()

    def _check_synced(self) -> None:
        if self._unsynced_since is not None and self._clock() - self._unsynced_since > UNSYNCED_MS_MAX:
            raise TrailUnavailable("the trail is not synced in time")

    def _write_whole(self, segment: int, line: bytes) -> None:
        """Write the line in one call, or leave the segment as it was."""
        try:
            written = os.write(segment, line)
            while written < len(line):
                # A full disk or a limit takes a part, and says why with the next write: without its reason,
                # the line would be tried in the same file for ever.
                written += os.write(segment, line[written:])
        except OSError as error:
            self._cut_back(segment)
            if error.errno == errno.EFBIG and self._segment is not None and self._bytes > 0:
                # The system's limit for a file is below ours: a new file has room.
                self._rotate()
            raise
        self._bytes += len(line)

    def _cut_back(self, segment: int) -> None:
        """Remove what is beyond the last whole line, or give the segment up with its torn line."""
        try:
            if os.fstat(segment).st_size != self._bytes:
                os.ftruncate(segment, self._bytes)
        except OSError:
            with contextlib.suppress(OSError):
                # For the whole lines before it; the caller is told of the failure anyhow.
                _sync_segment(segment)
            self._doubtful = True
            self._let_go()

    def _open(self) -> int:
        """Make the next segment: new, ours alone, locked, and entered in its folder for good."""
        self._number += 1
        stamp = iso_milliseconds(self._clock()).replace("-", "").replace(":", "")
        path = self._folder / f"{stamp}-{self._process_name}-{self._boot_id}-{self._number:06}.jsonl"
        flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC | os.O_NOFOLLOW
        segment = os.open(path, flags, 0o600)
        try:
            fcntl.flock(segment, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if os.fstat(segment).st_nlink == 0:
                # Pruned between the two calls above: possible only where the folder's limit is tiny.
                raise OSError(errno.ENOENT, "the new segment was removed")
            # Without this, a power cut can leave the lines on the disk and no name to find them by.
            _sync_folder(self._folder)
        except OSError:
            os.close(segment)
            with contextlib.suppress(OSError):
                # Each call would leave another empty file.
                os.unlink(path)
            raise
        self._segment = segment
        self._bytes = 0
        return segment

    def _rotate(self) -> None:
        """End the full segment: everything in it is synced before the next one has a line."""
        self._sync_now()
        self._let_go()

    def _let_go(self) -> None:
        """Close the segment, if one is open, as it stands."""
        if self._segment is not None:
            os.close(self._segment)
            self._segment = None
        self._bytes = 0
        self._unsynced_since = None

    def _sync_now(self) -> None:
        """Sync the open segment; when that fails, give it up."""
        assert self._segment is not None
        try:
            _sync_segment(self._segment)
        except OSError:
            self._let_go()
            self._doubtful = True
            raise
        self._doubtful = False
        self._unsynced_since = None

    def _sync_forever(self) -> None:
        """Sync what was written, at most `sync_ms` after its first line; sleep while nothing is."""
        # Asked after each round too, for a round clears the `_written` by which `close` wakes this thread.
        while not self._stopping.is_set():
            self._written.wait()
            # `close` syncs what is left.
            if not self._stopping.wait(self._sync_ms / 1000):
                self._sync_behind()

    def _sync_behind(self) -> None:
        """Sync the open segment without keeping writers waiting."""
        with self._lock:
            self._written.clear()
            number = self._number
            if self._segment is None:
                return
            try:
                # A descriptor of our own: the segment may be rotated and closed during the sync.
                segment = os.dup(self._segment)
            except OSError as error:
                self._sync_failed(error, number=number)
                return
            self._unsynced_since = None
        try:
            _sync_segment(segment)
        except OSError as error:
            with self._lock:
                self._sync_failed(error, number=number)
        finally:
            os.close(segment)

    def _sync_failed(self, error: OSError, *, number: int) -> None:
        """Keep the failure for the next `append`, and give the segment up if it is still the open one."""
        self._fault = error
        self._doubtful = True
        if self._number == number:
            self._let_go()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Held:
    """A segment as the folder shows it."""

    name: str
    bytes: int
    last_ms: int
    """When its last line was written."""


def prune(
    folder: Path, *, now: int, days_max: int = DAYS_MAX, bytes_max: int = FOLDER_BYTES_MAX
) -> tuple[str, ...]:
    """Remove segments older than `days_max` days, then the oldest until the rest fits in `bytes_max`.

    Returns the names of those removed, oldest first, for the trail to say so. A segment that is being written
    is never removed, but it counts; a file of another name is neither. Safe beside writers and beside another
    `prune`.
    """
    held = sorted(_segments(folder), key=lambda segment: (segment.last_ms, segment.name))
    total = sum(segment.bytes for segment in held)
    removed = []
    for segment in held:
        too_old = segment.last_ms < now - days_max * _DAY_MS
        if (too_old or total > bytes_max) and _remove(folder / segment.name):
            total -= segment.bytes
            removed.append(segment.name)
    return tuple(removed)


def _segments(folder: Path) -> list[_Held]:
    held = []
    for name in os.listdir(folder):
        if not _SEGMENT_NAME.fullmatch(name):
            continue
        try:
            status = os.lstat(folder / name)
        except FileNotFoundError:
            continue  # another `prune` was quicker
        if stat.S_ISREG(status.st_mode):
            held.append(_Held(name=name, bytes=status.st_size, last_ms=status.st_mtime_ns // 1_000_000))
    return held


def _remove(path: Path) -> bool:
    """Remove a segment unless somebody writes it; say whether it was removed."""
    try:
        segment = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW)
    except FileNotFoundError:
        return False
    try:
        fcntl.flock(segment, fcntl.LOCK_EX | fcntl.LOCK_NB)
        os.unlink(path)
    except (BlockingIOError, FileNotFoundError):
        return False
    finally:
        os.close(segment)
    return True


def _sync_segment(segment: int) -> None:
    # macOS has no fdatasync.
    getattr(os, "fdatasync", os.fsync)(segment)
    if os.fstat(segment).st_nlink == 0:
        raise OSError(errno.ENOENT, "the segment was removed while it was written")


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
