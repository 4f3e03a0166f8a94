"""What the store promises when a process, a disk or a file fails: acknowledged is durable, refused is not written."""

from __future__ import annotations

import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from tests.contract import storage_values as values
from tests.contract.storage_values import ACCOUNT, engine_of

from watchword.api.unit import StoreUnavailable
from watchword.secrets.store import SecretSaved
from watchword.storage.sqlite import EXIT_IO_ERROR
from watchword.storage.stores import SQLiteStores

PROCESS_S_MAX = 30


@pytest.fixture
def path(tmp_path: Path) -> Path:
    engine_of("sqlite", tmp_path).close()
    return tmp_path / "store.sqlite3"


@pytest.fixture
def stores(path: Path) -> Iterator[SQLiteStores]:
    stores = SQLiteStores(path, partition=values.PARTITION, region=values.REGION)
    yield stores
    stores.close()


def write(stores: SQLiteStores, name: str, *, value: bytes = b"sealed") -> None:
    """Make a secret and its event; nothing of it depends on which process does so."""
    secret = replace(values.secret(name), sid=f"sid of {name}")
    held = {version_id: values.sealed(version_id, value) for version_id in secret.versions}
    unit = stores.unit()
    unit.stage(SecretSaved(before=None, after=secret, values=held))
    unit.commit([values.event(f"event of {name}")])


def assert_whole(path: Path) -> None:
    raw = sqlite3.connect(path)
    assert raw.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    assert raw.execute("SELECT COUNT(*) FROM secret").fetchone() == (
        *raw.execute("SELECT COUNT(*) FROM secret_version").fetchone(),
    )
    raw.close()


WRITER = """
import sys, time
from pathlib import Path
from tests.contract.test_storage_faults import write
from watchword.storage.stores import SQLiteStores
stores = SQLiteStores(Path(sys.argv[1]), partition="aws", region="us-east-1")
for number in range(100_000):
    name = f"{sys.argv[2]}-{number}"
    if sys.argv[3] == "early":
        print(name, flush=True)
        time.sleep(0.003)
    write(stores, name)
    if sys.argv[3] == "honest":
        print(name, flush=True)
"""


def lost_after_kill(path: Path, *, round_: int, manner: str) -> list[str]:
    """Kill a writing process at a moment of chance; return what it acknowledged and the store does not have."""
    command = [sys.executable, "-c", WRITER, str(path), f"r{round_}", manner]
    root = Path(__file__).parents[2]
    writer = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=root)
    assert writer.stdout is not None
    acknowledged = [writer.stdout.readline().strip()]
    time.sleep(0.05 + 0.03 * round_)
    writer.send_signal(signal.SIGKILL)
    acknowledged += writer.stdout.read().split()
    writer.stdout.close()
    writer.wait(timeout=PROCESS_S_MAX)

    stores = SQLiteStores(path, partition=values.PARTITION, region=values.REGION)
    lost = [name for name in acknowledged if stores.unit().secret_named(ACCOUNT, name) is None]
    stores.close()
    assert acknowledged[0]
    return lost


def test_a_killed_process_loses_nothing_that_it_acknowledged(path: Path) -> None:
    """I1, for the death of a process; what a power cut does is shown with simulated disks."""
    for round_ in range(3):
        assert lost_after_kill(path, round_=round_, manner="honest") == []
        assert_whole(path)


def test_an_acknowledgement_before_the_commit_would_be_found_out(path: Path) -> None:
    """The check above catches a planted bug."""
    assert any(lost_after_kill(path, round_=round_, manner="early") for round_ in range(8))


def test_every_connection_syncs_before_it_answers(stores: SQLiteStores) -> None:
    """Killing a process cannot tell FULL from less: with NORMAL a power cut loses what was acknowledged."""
    full = 2
    raw = stores._connection()._raw

    assert raw.execute("PRAGMA synchronous").fetchone() == (full,)
    assert raw.execute("PRAGMA journal_mode").fetchone() == ("wal",)


def test_a_full_disk_refuses_writes_and_goes_on_when_there_is_room_again(
    path: Path, stores: SQLiteStores
) -> None:
    write(stores, "before")
    raw = stores._connection()._raw
    pages = raw.execute("PRAGMA page_count").fetchone()[0]
    raw.execute(f"PRAGMA max_page_count = {pages + 4}")

    with pytest.raises(StoreUnavailable, match="SQLITE_FULL"):
        write(stores, "too much", value=b"x" * 200_000)

    unit = stores.unit()
    assert unit.secret_named(ACCOUNT, "before") is not None
    assert unit.secret_named(ACCOUNT, "too much") is None
    raw.execute(f"PRAGMA max_page_count = {pages + 4_000}")
    write(stores, "too much", value=b"x" * 200_000)
    assert stores.unit().secret_named(ACCOUNT, "too much") is not None
    assert_whole(path)


LIMITED = """
import resource, sys
from pathlib import Path
from tests.contract.test_storage_faults import write
from watchword.storage.stores import SQLiteStores
stores = SQLiteStores(Path(sys.argv[1]), partition="aws", region="us-east-1")
write(stores, "before")
print("before", flush=True)
size = Path(sys.argv[1] + "-wal").stat().st_size
resource.setrlimit(resource.RLIMIT_FSIZE, (size + 8192, resource.RLIM_INFINITY))
write(stores, "after", value=b"mark-of-the-value" * 4000)
print("after", flush=True)
"""


def test_an_io_error_at_commit_ends_the_process_and_nothing_acknowledged_is_lost(path: Path) -> None:
    """reliability.md 3, interleaving 19: never try again what the kernel may have dropped."""
    ended = subprocess.run(
        [sys.executable, "-c", LIMITED, str(path)],
        capture_output=True,
        text=True,
        cwd=Path(__file__).parents[2],
        timeout=PROCESS_S_MAX,
    )

    assert (EXIT_IO_ERROR, "before\n") == (ended.returncode, ended.stdout)
    assert len(ended.stderr.splitlines()) == 1
    assert "SQLITE_IOERR" in ended.stderr
    assert "mark-of-the-value" not in ended.stderr
    stores = SQLiteStores(path, partition=values.PARTITION, region=values.REGION)
    assert stores.unit().secret_named(ACCOUNT, "before") is not None
    assert stores.unit().secret_named(ACCOUNT, "after") is None
    write(stores, "after")
    stores.close()
    assert_whole(path)


def test_a_database_that_a_stranger_holds_is_unavailable_and_nothing_is_written(
    path: Path, stores: SQLiteStores
) -> None:
    stores._connection()._raw.execute("PRAGMA busy_timeout = 50")
    stranger = sqlite3.connect(path, isolation_level=None)
    stranger.execute("BEGIN IMMEDIATE")

    with pytest.raises(StoreUnavailable, match="SQLITE_BUSY"):
        write(stores, "waiting")

    assert stores.readable()
    stranger.execute("ROLLBACK")
    stranger.close()
    write(stores, "waiting")
    assert stores.unit().secret_named(ACCOUNT, "waiting") is not None


def test_a_missing_database_is_unavailable_and_is_not_made(tmp_path: Path) -> None:
    stores = SQLiteStores(
        tmp_path / "none" / "store.sqlite3", partition=values.PARTITION, region=values.REGION
    )
    with pytest.raises(StoreUnavailable):
        stores.unit()
    assert not stores.readable()

    (tmp_path / "none").mkdir()
    with pytest.raises(StoreUnavailable):
        stores.unit()
    assert not (tmp_path / "none" / "store.sqlite3").exists()


def test_a_damaged_database_is_unavailable(path: Path) -> None:
    path.write_bytes(b"\0" * 8192)
    stores = SQLiteStores(path, partition=values.PARTITION, region=values.REGION)

    assert not stores.readable()
    with pytest.raises(StoreUnavailable):
        stores.unit().secret_named(ACCOUNT, "any")


def test_a_change_that_fails_half_way_leaves_nothing(stores: SQLiteStores) -> None:
    """A fault of ours inside the transaction: rolled back, the connection usable, the lock free."""
    key = values.key()
    unit = stores.unit()
    unit.stage(values.made(values.secret("half")))
    # The same event twice: its key refuses the second, after the secret was written.
    with pytest.raises(sqlite3.IntegrityError):
        unit.commit([values.event("same"), values.event("same")])

    assert stores.unit().secret_named(ACCOUNT, "half") is None
    assert stores.events(9) == []
    write(stores, "half")
    assert stores.unit().key(ACCOUNT, key.key_id) is None


def test_the_files_are_their_owners_alone(path: Path, stores: SQLiteStores) -> None:
    write(stores, "any")

    for file in path.parent.iterdir():
        assert file.stat().st_mode & 0o777 == 0o600, file.name


def test_no_error_of_the_store_shows_a_value(path: Path, stores: SQLiteStores) -> None:
    raw = stores._connection()._raw
    pages = raw.execute("PRAGMA page_count").fetchone()[0]
    raw.execute(f"PRAGMA max_page_count = {pages}")

    with pytest.raises(StoreUnavailable) as refused:
        write(stores, "any", value=b"mark-of-the-value" * 9000)

    chain: list[str] = []
    error: BaseException | None = refused.value
    while error is not None:
        chain.append(repr(error))
        error = error.__cause__ or error.__context__
    assert "mark-of-the-value" not in " ".join(chain)
