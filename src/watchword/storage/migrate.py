"""Numbered schemas: bring a database to this release's, or say why not.

Each file of `migrations/` is one transaction, in the order of its number, and leaves a row with its checksum:
a file that was changed after it ran is found. The whole run holds the writers' lock, so of two that start at
once one does the work and the other finds it done. An existing database is copied first, beside itself, as
NAME.before-000N.
"""

from __future__ import annotations

import hashlib
import os
import re
import sqlite3
from collections.abc import Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass
from importlib import resources
from pathlib import Path

from watchword.storage.sqlite import Lock, connect, lock_path

FILE_NAME = re.compile(r"(\d{4})_[a-z0-9_]+\.sql")

_TABLE = (
    "CREATE TABLE schema_migration (version BIGINT NOT NULL, checksum TEXT NOT NULL, PRIMARY KEY (version))"
)


class SchemaError(Exception):
    """The database can't be used by this release; the text is one sentence for the operator."""


class SchemaMissing(SchemaError):
    """There is no database, or an empty one."""


class SchemaOlder(SchemaError):
    """The database must be migrated first."""


class SchemaNewer(SchemaError):
    """A later release has migrated the database."""


class SchemaDamaged(SchemaError):
    """The database is none of ours, can't be read, or was migrated by files that are not this release's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Migration:
    version: int
    """From 1, without gaps."""
    sql: str
    checksum: str
    """SHA-256 of the file in hex."""


def migration(version: int, sql: str) -> Migration:
    return Migration(version=version, sql=sql, checksum=hashlib.sha256(sql.encode()).hexdigest())


def shipped() -> Sequence[Migration]:
    """The migrations of this release, in order."""
    folder = resources.files("watchword.storage") / "migrations"
    found = [
        migration(int(named[1]), file.read_text(encoding="utf-8"))
        for file in folder.iterdir()
        if (named := FILE_NAME.fullmatch(file.name)) is not None
    ]
    found.sort(key=lambda each: each.version)
    assert [each.version for each in found] == list(range(1, len(found) + 1))
    return found


def migrate(path: Path, *, migrations: Sequence[Migration] | None = None) -> int:
    """Bring a database to this release's schema, making it if there is none; return how many migrations ran.

    Raises:
        SchemaNewer, SchemaDamaged: nothing was changed.
        SchemaError: the folder or the disk does not take it; run it again.
    """
    known = shipped() if migrations is None else migrations
    try:
        lock = Lock(lock_path(path))
        try:
            with lock:
                _make_file(path)
                with closing(_open(path)) as raw:
                    return _migrate(raw, path, known)
        finally:
            lock.close()
    except sqlite3.DatabaseError as error:
        raise _unusable(path, error) from error
    except OSError as error:
        raise SchemaError(f"the database `{path}` can't be written: {error.strerror}") from error


def check(path: Path, *, command: str, migrations: Sequence[Migration] | None = None) -> None:
    """See that a database has exactly this release's schema; changes nothing.

    Raises:
        SchemaMissing, SchemaOlder: the sentence names `command`, which the operator runs.
        SchemaNewer, SchemaDamaged: this release can't use the database.
    """
    known = shipped() if migrations is None else migrations
    if not path.exists():
        raise SchemaMissing(f"there is no database at `{path}`; run `{command}`")
    try:
        with closing(_open(path)) as raw:
            applied = _applied(raw)
    except sqlite3.DatabaseError as error:
        raise _unusable(path, error) from error
    _compare(path, applied, known)
    if not applied:
        raise SchemaMissing(f"the database `{path}` is empty; run `{command}`")
    if len(applied) < len(known):
        raise SchemaOlder(
            f"the database `{path}` has schema {len(applied)} and this release needs {len(known)}; "
            f"run `{command}`"
        )


def copy_path(path: Path, version: int) -> Path:
    """Where the copy goes that is made before migration `version`."""
    return path.with_name(f"{path.name}.before-{version:04d}")


def _migrate(raw: sqlite3.Connection, path: Path, known: Sequence[Migration]) -> int:
    applied = _applied(raw)
    _compare(path, applied, known)
    pending = known[len(applied) :]
    if applied and pending:
        _copy(raw, copy_path(path, pending[0].version))
    for each in pending:
        raw.execute("BEGIN IMMEDIATE")
        try:
            if each.version == 1:
                raw.execute(_TABLE)
            for statement in statements_of(each.sql):
                raw.execute(statement)
            raw.execute(
                "INSERT INTO schema_migration (version, checksum) VALUES (?, ?)",
                (each.version, each.checksum),
            )
            raw.execute("COMMIT")
        except BaseException:
            if raw.in_transaction:
                raw.execute("ROLLBACK")
            raise
    return len(pending)


def _applied(raw: sqlite3.Connection) -> Sequence[tuple[int, str]]:
    """Version and checksum of every migration that has run, in order; empty for a new file."""
    tables = {name for (name,) in raw.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    if "schema_migration" not in tables:
        if tables:
            raise sqlite3.DatabaseError("it holds tables of something else")
        return []
    return raw.execute("SELECT version, checksum FROM schema_migration ORDER BY version").fetchall()


def _compare(path: Path, applied: Sequence[tuple[int, str]], known: Sequence[Migration]) -> None:
    if len(applied) > len(known):
        raise SchemaNewer(
            f"the database `{path}` has schema {applied[-1][0]} and this release knows {len(known)}; "
            f"run the release that migrated it, or a later one"
        )
    for (version, checksum), each in zip(applied, known, strict=False):
        if (version, checksum) != (each.version, each.checksum):
            raise SchemaDamaged(
                f"the database `{path}` was migrated by another migration {each.version:04d} "
                f"than this release's"
            )


def statements_of(sql: str) -> Iterable[str]:
    """Take a file apart into statements, to run them in one transaction (executescript would commit)."""
    pending = ""
    for line in sql.splitlines(keepends=True):
        pending += line
        if sqlite3.complete_statement(pending):
            yield pending
            pending = ""
    rest = [line for line in pending.splitlines() if line.strip() and not line.startswith("--")]
    assert not rest, "a migration ends inside a statement"


def _make_file(path: Path) -> None:
    """Create the file readable by its owner alone; its log takes the same mode."""
    try:
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    except FileExistsError:
        # Not even opened: closing a descriptor of a database drops the locks of this process on it.
        return


def _open(path: Path) -> sqlite3.Connection:
    try:
        return connect(path)
    except sqlite3.DatabaseError as error:
        raise _unusable(path, error) from error


def _unusable(path: Path, error: sqlite3.DatabaseError) -> SchemaError:
    """A full disk or a missing right is no damage: it goes away, and the database is as it was."""
    kind = SchemaError if isinstance(error, sqlite3.OperationalError) else SchemaDamaged
    return kind(f"the database `{path}` can't be used: {error}")


def _copy(raw: sqlite3.Connection, target: Path) -> None:
    """Copy a database that may be in use, whole or not at all."""
    part = target.with_name(f"{target.name}.part")
    part.unlink(missing_ok=True)
    _make_file(part)
    try:
        with closing(sqlite3.connect(part)) as copy:
            raw.backup(copy)
        os.replace(part, target)
    except BaseException:
        part.unlink(missing_ok=True)
        raise
    folder = os.open(target.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
