"""A data folder that is damaged, newer or out of reach: one sentence, exit status 2, and nothing is changed or left half."""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from tests.integration.deployment import OHIO, VIRGINIA, base_port, scratch, watchword

from watchword.storage.migrate import shipped


@pytest.fixture(scope="module")
def made() -> Iterator[Path]:
    """A folder with a deployment in `data`; to be copied, not changed."""
    with scratch() as folder:
        ended = watchword("init", "--home", str(folder / "data"), "--port", str(base_port()))
        assert ended.returncode == 0, ended.stderr
        yield folder / "data"


def replaced(path: str, content: bytes) -> Callable[[Path], None]:
    def do(home: Path) -> None:
        (home / path).write_bytes(content)

    return do


def cut(path: str, size: int) -> Callable[[Path], None]:
    def do(home: Path) -> None:
        os.truncate(home / path, size)

    return do


def gone(path: str) -> Callable[[Path], None]:
    return lambda home: (home / path).unlink()


def open_to_all(path: str) -> Callable[[Path], None]:
    return lambda home: (home / path).chmod(0o644)


def told(statement: str) -> Callable[[Path], None]:
    def do(home: Path) -> None:
        with closing(sqlite3.connect(home / STORE)) as raw:
            raw.execute(statement)
            raw.commit()
            raw.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    return do


def swapped_keys(home: Path) -> None:
    shutil.copyfile(home / f"unseal/{VIRGINIA}.key", home / f"unseal/{OHIO}.key")


STORE = f"regions/{OHIO}/store.sqlite3"
FOLDER = f"regions/{OHIO}"

DAMAGE: dict[str, tuple[Callable[[Path], None], str]] = {
    "the database is garbage": (replaced(STORE, os.urandom(8_192)), "can't be used: file is not a database"),
    "the database is cut off": (cut(STORE, 5_000), "can't be used: "),
    "the database is empty": (cut(STORE, 0), "is empty: put it back from a backup"),
    "the database is missing": (gone(STORE), "is missing"),
    "the database is another's": (
        told("DROP TABLE schema_migration"),
        "can't be used: it holds tables of something else",
    ),
    "the database is newer": (
        told("INSERT INTO schema_migration (version, checksum) VALUES (99, 'x')"),
        f"and this release knows {len(shipped())}; run the release that migrated it, or a later one",
    ),
    "the database was migrated by other files": (
        told("UPDATE schema_migration SET checksum = 'x'"),
        "was migrated by another migration 0001 than this release's",
    ),
    "the root is cut off": (cut(f"{FOLDER}/root.sealed", 10), "is damaged: put it back from a backup"),
    "the root is missing": (gone(f"{FOLDER}/root.sealed"), "is missing"),
    "the key file is another Region's": (swapped_keys, f"Region `{OHIO}`: "),
    "the key file is missing": (gone(f"unseal/{OHIO}.key"), "is missing"),
    "the key file may be read by others": (open_to_all(f"unseal/{OHIO}.key"), "`chmod 600` it"),
    "the certificate is damaged": (replaced(f"{FOLDER}/peer.crt", b"x"), "is damaged or does not fit"),
    "the authority's certificate is damaged": (
        replaced(f"{FOLDER}/ca.crt", b"x"),
        "is damaged or does not fit",
    ),
    "the certificate's key is missing": (gone(f"{FOLDER}/peer.key"), "is missing"),
    "the settings are cut off": (cut("watchword.toml", 100), "is damaged"),
    "the settings are no text": (replaced("watchword.toml", b"\xff\xfe\x00"), "is damaged"),
}


def content_of(home: Path) -> dict[str, bytes]:
    """Every file but locks, with its content."""
    return {
        str(path.relative_to(home)): path.read_bytes()
        for path in home.rglob("*")
        if path.is_file() and "lock" not in path.name
    }


@pytest.mark.parametrize("command", ["up", pytest.param(f"serve {OHIO}", marks=pytest.mark.deep)])
@pytest.mark.parametrize(("damage", "sentence"), DAMAGE.values(), ids=DAMAGE)
def test_damage_is_one_sentence_and_is_left_as_it_is(
    made: Path, damage: Callable[[Path], None], sentence: str, command: str
) -> None:
    with scratch() as folder:
        home = folder / "data"
        shutil.copytree(made, home)
        damage(home)
        before = content_of(home)

        ended = watchword(*command.split(), "--home", str(home))

        assert (2, "") == (ended.returncode, ended.stdout)
        assert ended.stderr.startswith("watchword: ")
        assert sentence in ended.stderr
        assert 1 == ended.stderr.count("\n"), ended.stderr
        # SQLite's own files beside the database come and go, and an empty file takes a header by being looked at.
        mine = {name for name in before if not name.startswith(STORE) or before[name]}
        after = content_of(home)
        assert {name: before[name] for name in mine} == {name: after[name] for name in mine}


@pytest.mark.parametrize("command", ["init", "up"])
def test_a_folder_that_takes_no_files_is_one_sentence(command: str) -> None:
    """/proc takes no folders, not even from root, whom permissions do not bind."""
    ended = watchword(command, "--home", "/proc/watchword")

    assert (2, "") == (ended.returncode, ended.stdout)
    assert "watchword: `/proc/watchword` can't be written: No such file or directory\n" == ended.stderr


@pytest.mark.skipif(os.geteuid() == 0, reason="permissions do not bind root")
def test_a_folder_without_the_right_to_write_is_one_sentence() -> None:
    with scratch() as folder:
        folder.chmod(0o500)

        ended = watchword("init", "--home", str(folder / "data"))

        folder.chmod(0o700)
        assert (2, "") == (ended.returncode, ended.stdout)
        assert ended.stderr.endswith("can't be written: Permission denied\n")
        assert [] == list(folder.iterdir())


def test_credentials_that_are_damaged_are_never_quoted(made: Path) -> None:
    with scratch() as folder:
        home = folder / "data"
        shutil.copytree(made, home)
        file = home / "credentials"
        key = file.read_text().split()[-1]
        file.write_text(f"[default\naws_secret_access_key = {key}\n")

        ended = watchword("env", "--home", str(home))

        assert (2, "", f"watchword: `{file}` is damaged\n") == (
            ended.returncode,
            ended.stdout,
            ended.stderr,
        )
