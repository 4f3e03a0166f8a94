"""What the store promises when many use it at once: no blend of two commits, one writer at a time, each in its turn."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from tests.contract import storage_values as values
from tests.contract.storage_values import ACCOUNT, Engine, RegionStores, engine_of

from watchword.api.unit import Moved
from watchword.secrets.model import Secret
from watchword.secrets.store import LinkAdded, SecretSaved
from watchword.storage.sqlite import Connection, Lock, lock_path
from watchword.storage.stores import SQLiteStores

ROOT = Path(__file__).parents[2]
CROWD_S = 1.0
PROCESS_S_MAX = 30


@pytest.fixture(params=["sqlite"])
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    engine = engine_of(request.param, tmp_path)
    yield engine
    engine.close()


def at_revision(before: Secret, revision: int) -> SecretSaved:
    """A state of the secret in which every row says the revision: what differs between them is of two commits."""
    version_id = f"version-{revision % 3}"
    versions = {
        held.id: replace(held, created_ms=revision, revision=revision)
        for held in before.versions.values()
        if held.id != version_id
    }
    versions[version_id] = replace(
        values.version(version_id, revision=revision), created_ms=revision, content_id=f"c{revision}"
    )
    after = replace(
        before,
        description=str(revision),
        tags={"revision": str(revision)},
        versions=versions,
        revision=revision,
        stamp=before.stamp + 1,
        changed_ms=revision,
    )
    return SecretSaved(
        before=before,
        after=after,
        values={version_id: values.sealed(version_id, f"c{revision}".encode())},
    )


def assert_of_one_commit(secret: Secret) -> None:
    said = {secret.revision, int(secret.description or ""), secret.changed_ms}
    said |= {int((secret.tags or {})["revision"])}
    said |= {version.revision for version in secret.versions.values()}
    said |= {version.created_ms for version in secret.versions.values()}
    said |= {link.written for link in secret.links}
    assert len(said) == 1


def prepared(stores: RegionStores) -> Secret:
    secret = replace(
        values.secret(), description="1", tags={"revision": "1"}, versions={}, created_ms=1, changed_ms=1
    )
    unit = stores.unit()
    unit.stage(values.made(secret))
    unit.stage(LinkAdded(secret=secret, link=values.link_to("us-east-2")))
    unit.commit([])
    held = stores.unit().secret(ACCOUNT, secret.sid)
    assert held is not None
    _write(stores, held)
    return held


def _write(stores: RegionStores, secret: Secret) -> bool:
    unit = stores.unit()
    held = unit.secret_named(ACCOUNT, secret.name)
    assert held is not None
    unit.stage(at_revision(held, held.revision + 1))
    try:
        unit.commit([])
    except Moved:
        return False
    return True


def _read(stores: RegionStores, secret: Secret) -> None:
    unit = stores.unit()
    held = unit.secret_named(ACCOUNT, secret.name)
    assert held is not None
    assert_of_one_commit(held)
    newest = max(held.versions.values(), key=lambda version: version.content_id or "")
    try:
        value = unit.sealed_value(held, newest.id)
    except Moved:
        return
    assert value.sealed.decode() == newest.content_id


def _crowd(
    stores: RegionStores, secret: Secret, work: Callable[[RegionStores, Secret], object]
) -> Callable[[], int]:
    """Repeat some work in a thread of its own for a second; call the answer for how often, or its failure."""
    done, failed = 0, list[BaseException]()

    def run() -> None:
        nonlocal done
        end = time.monotonic() + CROWD_S
        try:
            while time.monotonic() < end:
                work(stores, secret)
                done += 1
        except BaseException as error:  # noqa: BLE001 - raised again in the test's own thread
            failed.append(error)
        finally:
            stores.close()

    thread = threading.Thread(target=run)
    thread.start()

    def ended() -> int:
        thread.join(timeout=PROCESS_S_MAX)
        if failed:
            raise failed[0]
        return done

    return ended


def test_what_is_read_is_of_one_commit_while_two_write(engine: Engine) -> None:
    """I3: never a blend of two states; two threads write and two read one secret, each on its own connection."""
    stores = engine.stores()
    secret = prepared(stores)
    writers = [_crowd(stores, secret, _write) for _ in range(2)]
    readers = [_crowd(stores, secret, _read) for _ in range(2)]

    assert all(ended() > 20 for ended in readers)
    assert all(ended() > 20 for ended in writers)
    last = stores.unit().secret(ACCOUNT, secret.sid)
    assert last is not None
    assert_of_one_commit(last)


def _blends(engine: Engine) -> None:
    """Commit from another connection in the middle of a read, exactly between its statements."""
    writer, reader = engine.stores(), engine.stores()
    secret = prepared(writer)
    assert isinstance(reader, SQLiteStores)
    raw = reader._connection()._raw
    middle = ("FROM secret_version", "FROM link", "FROM data_key")
    armed = [True]

    def between(statement: str) -> None:
        if armed and any(table in statement for table in middle):
            armed.clear()
            assert _write(writer, secret)

    raw.set_trace_callback(between)
    _read(reader, secret)
    assert not armed


def test_a_commit_in_the_middle_of_a_read_is_not_seen_by_it(engine: Engine) -> None:
    _blends(engine)


def test_a_read_without_a_snapshot_would_be_found_out(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The check above catches a planted bug: statements that each see the last commit."""
    monkeypatch.setattr(Connection, "snapshot", lambda self, read: read(self._raw))

    with pytest.raises(AssertionError):
        _blends(engine)


def test_no_write_of_two_threads_is_lost(engine: Engine) -> None:
    """Every commit that was not refused is one revision more."""
    stores = engine.stores()
    secret = prepared(stores)
    first = stores.unit().secret(ACCOUNT, secret.sid)
    assert first is not None
    won = [0, 0]

    def count(index: int) -> Callable[[RegionStores, Secret], object]:
        def work(stores: RegionStores, secret: Secret) -> None:
            won[index] += _write(stores, secret)

        return work

    for ended in [_crowd(stores, secret, count(index)) for index in range(2)]:
        ended()

    last = stores.unit().secret(ACCOUNT, secret.sid)
    assert last is not None
    assert first.revision + sum(won) == last.revision


def test_the_writers_lock_excludes_threads_and_processes(tmp_path: Path) -> None:
    path = tmp_path / "store.sqlite3"
    order: list[str] = []
    held = Lock(lock_path(path))

    def wait_in_thread() -> None:
        with Lock(lock_path(path)):
            order.append("thread")

    with held:
        thread = threading.Thread(target=wait_in_thread)
        thread.start()
        script = (
            "import sys; from pathlib import Path; from watchword.storage.sqlite import Lock\n"
            "with Lock(Path(sys.argv[1])): pass"
        )
        other = subprocess.Popen([sys.executable, "-c", script, str(lock_path(path))])
        time.sleep(0.3)
        assert other.poll() is None
        order.append("holder")
    thread.join(timeout=PROCESS_S_MAX)

    assert other.wait(timeout=PROCESS_S_MAX) == 0
    assert order == ["holder", "thread"]


WRITER = """
import sys, time
from pathlib import Path
from watchword.storage.sqlite import Connection, Lock, end_process
if sys.argv[2] == "unfair":
    Lock.__enter__ = lambda self: None
    Lock.__exit__ = lambda self, *_: None
connection = Connection(Path(sys.argv[1]), halt=end_process)
connection._raw.execute("PRAGMA busy_timeout = 20000")
sys.stdin.readline()
end, longest, count = time.monotonic() + 1.2, 0.0, 0
while time.monotonic() < end:
    begun = time.monotonic()
    connection.tx(lambda raw: raw.execute("INSERT INTO event VALUES (hex(randomblob(16)), 1, x'00')"))
    longest, count = max(longest, time.monotonic() - begun), count + 1
print(longest, count)
"""


def _queue(folder: Path, manner: str) -> tuple[float, float]:
    """Let three processes write as fast as they can: the longest wait, and the least share against the largest."""
    engine_of("sqlite", folder).close()
    command = [sys.executable, "-c", WRITER, str(folder / "store.sqlite3"), manner]
    writers = [
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) for _ in range(3)
    ]
    for writer in writers:
        assert writer.stdin is not None
        writer.stdin.write("go\n")
        writer.stdin.flush()
    said = [writer.communicate(timeout=PROCESS_S_MAX)[0].split() for writer in writers]
    counts = [int(count) for _, count in said]
    return max(float(longest) for longest, _ in said), min(counts) / max(counts)


def test_writers_of_several_processes_wait_their_turn(tmp_path: Path) -> None:
    """Design 4: behind the lock the longest wait was 10 to 170 ms; without it a writer starved for seconds."""
    assert _took_turns(_queue(tmp_path, "fair"))


def test_writers_without_the_lock_would_be_found_out(tmp_path: Path) -> None:
    """The check above catches a planted bug: SQLite's own busy handler, which lets one writer keep the lock."""
    assert not _took_turns(_queue(tmp_path, "unfair"))


def _took_turns(measured: tuple[float, float]) -> bool:
    longest_s, least_share = measured
    return longest_s < 0.75 and least_share > 0.05


FORK = """
import os, sys
from pathlib import Path
from watchword.storage.stores import SQLiteStores
stores = SQLiteStores(Path(sys.argv[1]), partition="aws", region="us-east-1")
first = stores.new_incarnation(os.urandom)
before = stores._connection()
child = os.fork()
if child == 0:
    assert stores._connection() is not before
    assert stores.unit().incarnation() == first
    stores.new_incarnation(lambda count: b"c" * count)
    os._exit(0)
assert os.waitpid(child, 0)[1] == 0
assert stores.unit().incarnation() == (b"c" * 16).hex()
second = stores.new_incarnation(os.urandom)
assert stores.unit().incarnation() == second
"""


def test_a_forked_process_opens_a_connection_of_its_own(tmp_path: Path) -> None:
    """A connection carried over a fork would damage the database (sqlite.org, howtocorrupt 2.6)."""
    engine_of("sqlite", tmp_path).close()
    subprocess.run(
        [sys.executable, "-c", FORK, str(tmp_path / "store.sqlite3")], check=True, timeout=PROCESS_S_MAX
    )

    raw = sqlite3.connect(tmp_path / "store.sqlite3")
    assert raw.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    raw.close()


def test_a_unit_without_changes_does_not_wait_for_the_writers(tmp_path: Path) -> None:
    """A unit that staged nothing never opens a write transaction."""
    engine = engine_of("sqlite", tmp_path)
    stores = engine.stores()
    ended = [threading.Event(), threading.Event()]

    def run(index: int) -> None:
        unit = stores.unit()
        unit.secret_named(ACCOUNT, "none")
        unit.commit([] if index == 0 else [values.event()])
        stores.close()
        ended[index].set()

    threads = [threading.Thread(target=run, args=(index,)) for index in (0, 1)]
    with Lock(lock_path(tmp_path / "store.sqlite3")):
        for thread in threads:
            thread.start()
        assert ended[0].wait(timeout=PROCESS_S_MAX)
        # The other has an event to write: it shows that the lock does hold up whoever writes.
        assert not ended[1].wait(timeout=0.2)
    assert ended[1].wait(timeout=PROCESS_S_MAX)
    engine.close()
