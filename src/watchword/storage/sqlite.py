"""One thread's connection to a Region's SQLite database: its settings, its transaction, its fair lock.

  - WAL with `synchronous=FULL`: with NORMAL a power cut loses acknowledged writes.
  - Writers queue at `flock` on a file beside the database. SQLite's own busy handler sleeps and tries again,
    which starved a waiting writer for up to 4.4 s; behind the lock the longest wait was 10 to 170 ms.
  - After an I/O error at COMMIT nobody knows what the disk holds, and the kernel may have dropped the dirty
    pages, so a second try could lie: the process ends, its supervisor starts another, and that one reads what
    is durable.
  - What is deleted is overwritten (`secure_delete`). Copies that SQLite left where a page was split, and those in
    the log, go when the file is rewritten and the log emptied (`SQLiteStores.scrub`).
  - Nothing here opens the database's own files: closing any descriptor of them would drop SQLite's POSIX
    locks.

Source: design section 4; sqlite.org, "Write-Ahead Logging", "How To Corrupt An SQLite Database File" (2.2).
"""

from __future__ import annotations

import fcntl
import os
import sqlite3
from collections.abc import Callable
from io import FileIO
from pathlib import Path
from typing import TypeVar
from urllib.parse import quote

from watchword.api.unit import StoreUnavailable
from watchword.storage.cache import RowCache

T = TypeVar("T")

# Behind the lock nobody of ours meets a busy database; a backup tool or a shell may hold it for a moment.
BUSY_MS_MAX = 5_000
ALONE_BUSY_MS_MAX = 200
"""Writers of ours wait meanwhile, so whoever reads for longer than this is not waited for."""
STATEMENTS_CACHED_MAX = 256
WAL_BYTES_KEPT_MAX = 64 * 1024 * 1024

EXIT_IO_ERROR = 74
"""EX_IOERR of sysexits.h."""

# These mean a mistake of ours, not a store that is out of reach: they pass through as faults.
_BUGS = (sqlite3.IntegrityError, sqlite3.ProgrammingError, sqlite3.NotSupportedError, sqlite3.DataError)


def end_process(sentence: str) -> None:
    """End this process at once: no buffers flushed, no handlers run, nothing else written to the store."""
    os.write(2, f"{sentence}\n".encode())
    os._exit(EXIT_IO_ERROR)


def lock_path(path: Path) -> Path:
    return path.with_name(f"{path.name}.lock")


def turn_path(path: Path) -> Path:
    return path.with_name(f"{path.name}.turn")


def connect(path: Path) -> sqlite3.Connection:
    """Open an existing database in the mode that every writer must share.

    Raises:
        sqlite3.DatabaseError: there is none, it can't be read, or it is no database.
    """
    raw = sqlite3.connect(
        f"file:{quote(str(path.absolute()))}?mode=rw",
        uri=True,
        timeout=BUSY_MS_MAX / 1000,
        isolation_level=None,
        cached_statements=STATEMENTS_CACHED_MAX,
    )
    try:
        mode = raw.execute("PRAGMA journal_mode = WAL").fetchone()[0]
        if mode != "wal":
            raise sqlite3.OperationalError("the file system does not let SQLite keep a write-ahead log")
        raw.execute("PRAGMA synchronous = FULL")
        # Links outlive their secrets and tombstones their replicas: rows refer to each other by rule, not by
        # the engine.
        raw.execute("PRAGMA foreign_keys = OFF")
        raw.execute("PRAGMA trusted_schema = OFF")
        raw.execute("PRAGMA temp_store = MEMORY")
        raw.execute(f"PRAGMA journal_size_limit = {WAL_BYTES_KEPT_MAX}")
        # What is deleted is overwritten with zeros, free pages too: FAST would leave those as they are.
        raw.execute("PRAGMA secure_delete = ON")
    except BaseException:
        raw.close()
        raise
    return raw


def unavailable(error: sqlite3.Error) -> StoreUnavailable:
    """Name what went wrong for the operator; SQLite's code only, for its texts may quote a statement."""
    name = getattr(error, "sqlite_errorname", None) or type(error).__name__
    return StoreUnavailable(f"the store does not answer: `{name}`")


class Lock:
    """A queue, of the writers or of those who take turns: `flock` on a file of its own description, so it excludes threads
    as well as processes.

    Waiting has no deadline here: who holds the writers' lock does nothing but SQLite's own work, and who has its turn
    asks the custodian at most, which has a deadline. A process that stops in the middle of it misses its heartbeat and is
    ended by its supervisor, which releases the lock.
    """

    __slots__ = ("_file",)

    def __init__(self, path: Path) -> None:
        # A file object, so that the descriptor goes with the thread that held it.
        self._file = FileIO(os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600), "r+")

    def __enter__(self) -> None:
        fcntl.flock(self._file, fcntl.LOCK_EX)

    def __exit__(self, *_: object) -> None:
        fcntl.flock(self._file, fcntl.LOCK_UN)

    def close(self) -> None:
        self._file.close()


class Connection:
    """A connection, its row cache and its place in the writers' queue; used by one thread of one process."""

    __slots__ = (
        "_data_version",
        "_halt",
        "_lock",
        "_raw",
        "_rows",
        "commits",
        "process_id",
        "turn",
        "usable",
    )

    def __init__(self, path: Path, *, halt: Callable[[str], None]) -> None:
        """Open the database.

        Raises:
            StoreUnavailable: there is none at that path, or it can't be opened.
        """
        try:
            self._lock = Lock(lock_path(path))
            self.turn = Lock(turn_path(path))
        except OSError as error:
            raise StoreUnavailable(f"the store's lock can't be opened: {error.strerror}") from error
        try:
            self._raw = connect(path)
        except sqlite3.Error as error:
            self._lock.close()
            self.turn.close()
            raise unavailable(error) from error
        self._halt = halt
        self._rows = RowCache()
        self._data_version: int | None = None
        self.commits = 0
        """Commits of this connection, which its own change counter does not count."""
        self.process_id = os.getpid()
        self.usable = True
        """False once a transaction could not be rolled back."""

    def close(self) -> None:
        self.usable = False
        self._raw.close()
        self._lock.close()
        self.turn.close()

    def fresh_rows(self) -> tuple[RowCache, int]:
        """The row cache, emptied if anybody has committed since it was filled, and the change counter.

        Source: sqlite.org, PRAGMA data_version: differs if another connection has committed; never by one's
        own commits, after which `tx` empties the cache.
        """
        try:
            version: int = self._raw.execute("PRAGMA data_version").fetchone()[0]
        except sqlite3.DatabaseError as error:
            raise unavailable(error) from error
        if version != self._data_version:
            self._rows.clear()
            self._data_version = version
        return self._rows, version

    def snapshot(self, read: Callable[[sqlite3.Connection], T]) -> T:
        """Run reads that all see the same commit.

        Raises:
            StoreUnavailable: the database can't be read.
        """
        try:
            self._raw.execute("BEGIN")
            try:
                return read(self._raw)
            finally:
                self._roll_back()
        except _BUGS:
            raise
        except sqlite3.DatabaseError as error:
            raise unavailable(error) from error

    def tx(self, write: Callable[[sqlite3.Connection], T]) -> T:
        """Run reads and writes as one transaction; what it wrote is durable when this returns.

        Whatever `write` raises rolls back and passes through.

        Raises:
            StoreUnavailable: nothing was written (the disk is full, the database is locked by a stranger).
        """
        try:
            with self._lock:
                self._raw.execute("BEGIN IMMEDIATE")
                try:
                    result = write(self._raw)
                except BaseException:
                    self._roll_back()
                    raise
                self._commit()
                return result
        except _BUGS:
            raise
        except sqlite3.DatabaseError as error:
            raise unavailable(error) from error
        except OSError as error:
            raise StoreUnavailable(f"the store's lock can't be taken: {error.strerror}") from error

    def alone(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """Run what can't be part of a transaction (VACUUM, a checkpoint), with no writer of ours beside it.

        Raises:
            StoreUnavailable: the disk is full, or a stranger holds the database.
        """
        try:
            with self._lock:
                self._raw.execute(f"PRAGMA busy_timeout = {ALONE_BUSY_MS_MAX}")
                try:
                    return work(self._raw)
                finally:
                    self._raw.execute(f"PRAGMA busy_timeout = {BUSY_MS_MAX}")
                    self.commits += 1
                    self._rows.clear()
        except _BUGS:
            raise
        except sqlite3.DatabaseError as error:
            self._halt_if_lost(error)
            raise unavailable(error) from error
        except OSError as error:
            raise StoreUnavailable(f"the store's lock can't be taken: {error.strerror}") from error

    def _halt_if_lost(self, error: sqlite3.DatabaseError) -> None:
        if error.sqlite_errorcode & 0xFF == sqlite3.SQLITE_IOERR:
            self._halt(f"watchword: the store failed at commit ({error.sqlite_errorname}); this process ends")

    def _commit(self) -> None:
        try:
            self._raw.execute("COMMIT")
        except sqlite3.DatabaseError as error:
            self._halt_if_lost(error)
            # Anything else leaves the transaction open and the log without its commit mark: nothing was
            # written.
            self._roll_back()
            raise
        self.commits += 1
        self._rows.clear()

    def _roll_back(self) -> None:
        """End the transaction, if SQLite has not done so itself (it does when the disk is full)."""
        if not self._raw.in_transaction:
            return
        try:
            self._raw.execute("ROLLBACK")
        except sqlite3.Error:
            # The next unit of this thread opens a new connection, which recovers from the log.
            self.usable = False
