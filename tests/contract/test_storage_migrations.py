"""What a migration promises: all of it or nothing, a copy before, and a clear sentence when it can't."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path

import pytest

from watchword.storage.migrate import (
    Migration,
    SchemaDamaged,
    SchemaError,
    SchemaMissing,
    SchemaNewer,
    SchemaOlder,
    check,
    copy_path,
    migrate,
    migration,
    shipped,
)
from watchword.storage.stores import SQLiteStores

COMMAND = "watchword migrate us-east-1"

FIRST = migration(1, "-- The first; with a semicolon.\nCREATE TABLE thing (\n    name TEXT NOT NULL\n);\n")
SECOND = migration(2, "ALTER TABLE thing ADD COLUMN size BIGINT;\nUPDATE thing SET size = 7;\n")
BROKEN = migration(2, "ALTER TABLE thing ADD COLUMN size BIGINT;\nUPDATE nothing SET size = 7;\n")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "store.sqlite3"


def ask(path: Path, statement: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(path)) as raw:
        rows = raw.execute(statement).fetchall()
        raw.commit()
        return rows


def test_a_fresh_database_gets_every_migration_and_no_copy(path: Path) -> None:
    assert migrate(path) == len(shipped())

    check(path, command=COMMAND)
    assert ask(path, "SELECT version, checksum FROM schema_migration") == [
        (each.version, each.checksum) for each in shipped()
    ]
    assert not list(path.parent.glob("*.before-*"))
    assert path.stat().st_mode & 0o777 == 0o600
    assert ask(path, "PRAGMA journal_mode") == [("wal",)]


def test_a_migrated_database_is_left_alone(path: Path) -> None:
    migrate(path)
    before = path.read_bytes()

    assert migrate(path) == 0
    assert before == path.read_bytes()


def test_an_older_database_is_copied_and_upgraded(path: Path) -> None:
    migrate(path, migrations=[FIRST])
    ask(path, "INSERT INTO thing VALUES ('kept')")

    with pytest.raises(SchemaOlder, match=COMMAND):
        check(path, command=COMMAND, migrations=[FIRST, SECOND])
    assert migrate(path, migrations=[FIRST, SECOND]) == 1

    check(path, command=COMMAND, migrations=[FIRST, SECOND])
    assert ask(path, "SELECT name, size FROM thing") == [("kept", 7)]
    copy = copy_path(path, 2)
    assert copy.name == "store.sqlite3.before-0002"
    assert copy.stat().st_mode & 0o777 == 0o600
    assert ask(copy, "SELECT * FROM thing") == [("kept",)]
    check(copy, command=COMMAND, migrations=[FIRST])


def test_the_copy_holds_what_is_still_in_the_log(path: Path) -> None:
    """A copy of the file alone would miss commits that no checkpoint has moved yet."""
    migrate(path, migrations=[FIRST])
    with closing(sqlite3.connect(path, isolation_level=None)) as open_elsewhere:
        open_elsewhere.execute("INSERT INTO thing VALUES ('in the log')")
        migrate(path, migrations=[FIRST, SECOND])

    assert ask(copy_path(path, 2), "SELECT name FROM thing") == [("in the log",)]


def test_a_migration_that_fails_leaves_the_database_as_it_was(path: Path) -> None:
    migrate(path, migrations=[FIRST])
    ask(path, "INSERT INTO thing VALUES ('kept')")

    with pytest.raises(SchemaError):
        migrate(path, migrations=[FIRST, BROKEN])

    check(path, command=COMMAND, migrations=[FIRST])
    assert ask(path, "SELECT * FROM thing") == [("kept",)]
    assert migrate(path, migrations=[FIRST, SECOND]) == 1


def _newer(path: Path) -> None:
    migrate(path, migrations=[FIRST, SECOND])


def _changed(path: Path) -> None:
    migrate(path, migrations=[migration(1, FIRST.sql + "\n-- changed\n")])


def _foreign(path: Path) -> None:
    ask(path, "CREATE TABLE somebody (name TEXT)")


def _no_database(path: Path) -> None:
    path.write_bytes(b"this is a text and not a database" * 100)


REFUSED: dict[str, tuple[Callable[[Path], None], type[SchemaError]]] = {
    "a newer schema": (_newer, SchemaNewer),
    "a changed checksum": (_changed, SchemaDamaged),
    "the tables of something else": (_foreign, SchemaDamaged),
    "no database": (_no_database, SchemaDamaged),
}


@pytest.mark.parametrize(("plant", "refusal"), REFUSED.values(), ids=REFUSED)
def test_a_database_that_is_not_this_releases_is_refused_in_one_sentence(
    path: Path, plant: Callable[[Path], None], refusal: type[SchemaError]
) -> None:
    plant(path)
    known: Sequence[Migration] = [FIRST]
    before = path.read_bytes()

    for attempt in (
        lambda: migrate(path, migrations=known),
        lambda: check(path, command=COMMAND, migrations=known),
    ):
        with pytest.raises(refusal) as refused:
            attempt()
        assert str(path) in str(refused.value)
        assert "\n" not in str(refused.value)
    if plant is not _foreign:
        assert before == path.read_bytes()


def test_a_missing_or_empty_database_names_the_command(path: Path) -> None:
    with pytest.raises(SchemaMissing, match=COMMAND):
        check(path, command=COMMAND)
    assert not path.exists()
    path.touch()
    with pytest.raises(SchemaMissing, match=COMMAND):
        check(path, command=COMMAND)


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(SchemaError, match="none"):
        migrate(tmp_path / "none" / "store.sqlite3")


def test_of_several_that_migrate_at_once_one_does_the_work(path: Path) -> None:
    script = (
        "import sys; from pathlib import Path; from watchword.storage.migrate import migrate\n"
        "print(migrate(Path(sys.argv[1])))"
    )
    processes = [
        subprocess.Popen([sys.executable, "-c", script, str(path)], stdout=subprocess.PIPE, text=True)
        for _ in range(4)
    ]
    ran = [int(process.communicate(timeout=30)[0]) for process in processes]

    assert sorted(ran) == [0, 0, 0, len(shipped())]
    check(path, command=COMMAND)


def test_a_database_in_use_can_be_checked(path: Path) -> None:
    """Starting a second process must not disturb the first: no lock of it is dropped."""
    migrate(path)
    stores = SQLiteStores(path, partition="aws", region="us-east-1")
    stores.add_account("111111111111", now=1)
    check(path, command=COMMAND)
    migrate(path)
    stores.add_account("222222222222", now=1)

    assert stores.accounts() == ["111111111111", "222222222222"]
    stores.close()
