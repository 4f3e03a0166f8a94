"""A purge is final in every backup that is taken later: raw bytes of a copy of the database, searched for canaries.

A copy is what an operator takes: the database's file and its log, every page of them, free ones too. What is searched
for is a purged secret's name, and of each of its versions the sealed value and the wrapped data keys.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest
from tests.contract.region import ACCOUNT, DAY_MS, Region, make_region, scratch
from tests.contract.several_regions import several

from watchword.api.shapes import watchword
from watchword.storage import stores

ONE, TWO = "us-east-1", "us-east-2"
SECRETS = 300
"""Enough for pages to be split while they are made, and joined while they go."""
LENGTHS = (1, 40, 400, 5_000)
"""Values in the row, and values in pages of their own."""
PIECE_BYTES = 24
PIECES_APART_BYTES = 500
PURGED_MAX = 100


@dataclass(frozen=True, kw_only=True)
class Remains:
    """What would tell of a secret, wherever it lay."""

    name: bytes
    sealed: tuple[bytes, ...]
    wrapped: tuple[bytes, ...]

    def kinds_in(self, copy: bytes) -> set[str]:
        """Which of them are in a copy."""
        kinds = {"sealed": self.sealed, "wrapped": self.wrapped}
        found = {
            kind
            for kind, held in kinds.items()
            if any(piece in copy for one in held for piece in pieces_of(one))
        }
        return found | ({"name"} if self.name in copy else set())


def pieces_of(sealed: bytes) -> tuple[bytes, ...]:
    """Enough to know it by, from several of its pages; not its head, which names the key and is in others too."""
    steps = range(len(sealed) // 2, len(sealed) - PIECE_BYTES, PIECES_APART_BYTES)
    return (sealed[-PIECE_BYTES:], *(sealed[at : at + PIECE_BYTES] for at in steps))


def remains_of(region: Region, name: str) -> Remains:
    with closing(sqlite3.connect(region.path)) as stranger:
        ((sid,),) = stranger.execute("SELECT sid FROM secret WHERE name = ?", (name,))
        sealed = stranger.execute("SELECT sealed FROM secret_version WHERE sid = ?", (sid,)).fetchall()
        wrapped = stranger.execute("SELECT wrapped FROM data_key WHERE sid = ?", (sid,)).fetchall()
    assert sealed
    assert wrapped
    return Remains(
        name=name.encode(),
        sealed=tuple(row[0] for row in sealed),
        wrapped=tuple(row[0] for row in wrapped),
    )


def backup(region: Region) -> bytes:
    """A copy of the database as it lies on the disk, with its log, as bytes."""
    with scratch() as folder:
        return b"".join(
            Path(shutil.copy(file, folder)).read_bytes() for file in (region.path, log_of(region))
        )


def log_of(region: Region) -> Path:
    return region.path.with_name(f"{region.path.name}-wal")


def found_in(copy: bytes, remains: Iterable[Remains]) -> set[str]:
    return set().union(*(one.kinds_in(copy) for one in remains))


def canary() -> str:
    return f"canary/{os.urandom(12).hex()}"


def keep_trail(region: Region) -> None:
    """As the agent does each second: events go to a segment of the trail, which may name what is gone."""
    region.forget_events()


def made(region: Region, *, secrets: int = SECRETS) -> list[str]:
    """Secrets in the order of chance, some with a second version."""
    names = [canary() for _ in range(secrets)]
    for number, name in enumerate(names):
        region.call("CreateSecret", Name=name, SecretString="v" * LENGTHS[number % 4], Description=name)
        if number % 3 == 0:
            region.call("PutSecretValue", SecretId=name, SecretString="w" * LENGTHS[number % 4])
        if number % 50 == 0:
            keep_trail(region)
    keep_trail(region)
    return names


def force(region: Region, names: Sequence[str]) -> None:
    for name in names:
        region.call("DeleteSecret", SecretId=name, ForceDeleteWithoutRecovery=True)
    keep_trail(region)


def test_what_is_purged_is_in_no_later_copy_and_what_is_not_is_whole(region: Region) -> None:
    names = made(region)
    gone, kept = names[::2], names[1::2]
    purged = [remains_of(region, name) for name in gone]
    force(region, gone)

    assert region.stores.scrub()

    assert found_in(backup(region), purged) == set()
    for name in kept:
        assert remains_of(region, name).kinds_in(backup(region)) == {"name", "sealed", "wrapped"}
    assert region.call("GetSecretValue", SecretId=kept[0])["SecretString"] == "v" * LENGTHS[1]


def test_what_was_not_scrubbed_is_found_by_the_search(region: Region) -> None:
    """The harness catches what it is there for: the log still holds the rows as they were."""
    names = made(region, secrets=20)
    purged = [remains_of(region, name) for name in names]
    force(region, names)

    assert found_in(backup(region), purged) == {"name", "sealed", "wrapped"}


def test_a_store_that_does_not_overwrite_is_found_by_the_search(region: Region) -> None:
    """Planted: deleted rows are only unlinked, and the file is not rewritten."""
    names = made(region)
    purged = [remains_of(region, name) for name in names[::2]]
    with closing(sqlite3.connect(region.path, isolation_level=None)) as careless:
        careless.execute("PRAGMA secure_delete = OFF")
        (sid,) = careless.execute("SELECT sid FROM secret WHERE name = ?", (names[0],)).fetchone()
        careless.execute("DELETE FROM data_key WHERE sid = ?", (sid,))
        careless.execute("DELETE FROM secret_version WHERE sid = ?", (sid,))
        careless.execute("DELETE FROM secret WHERE sid = ?", (sid,))
        careless.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    assert found_in(backup(region), purged[:1]) == {"name", "sealed", "wrapped"}


def test_every_way_in_which_a_secret_goes_for_good_is_marked_for_scrubbing(region: Region) -> None:
    forced, due = made(region, secrets=2)
    purged = [remains_of(region, forced), remains_of(region, due)]
    force(region, [forced])
    region.call("DeleteSecret", SecretId=due, RecoveryWindowInDays=7)
    region.clock.forward(7 * DAY_MS)
    purge_due(region)
    keep_trail(region)

    assert region.stores.scrub()

    assert found_in(backup(region), purged) == set()


def test_a_replica_that_was_removed_is_in_no_later_copy_on_either_side() -> None:
    """The link outlives its secret and has its name, until the removal is acknowledged."""
    with several(ONE, TWO) as regions:
        name = canary()
        regions[ONE].call("CreateSecret", Name=name, SecretString="v", AddReplicaRegions=[{"Region": TWO}])
        regions.settle()
        purged = {one: remains_of(regions[one], name) for one in (ONE, TWO)}
        regions.down.add(TWO)
        regions[ONE].call("RemoveRegionsFromReplication", SecretId=name, RemoveReplicaRegions=[TWO])
        force(regions[ONE], [name])
        assert regions[ONE].stores.scrub()
        assert purged[ONE].kinds_in(backup(regions[ONE])) == {"name"}

        regions.down.clear()
        regions.settle()
        for one in (ONE, TWO):
            keep_trail(regions[one])
            assert regions[one].stores.scrub()

        assert [purged[one].kinds_in(backup(regions[one])) for one in (ONE, TWO)] == [set(), set()]


def test_a_replica_that_was_overwritten_by_force_is_in_no_later_copy() -> None:
    with several(ONE, TWO) as regions:
        name = canary()
        regions[TWO].call("CreateSecret", Name=name, SecretString="its own")
        before = remains_of(regions[TWO], name)
        regions[ONE].call(
            "CreateSecret",
            Name=name,
            SecretString="v",
            AddReplicaRegions=[{"Region": TWO}],
            ForceOverwriteReplicaSecret=True,
        )
        regions.settle()
        keep_trail(regions[TWO])

        assert regions[TWO].stores.scrub()

        assert before.kinds_in(backup(regions[TWO])) == {"name"}


def free_pages(region: Region) -> int:
    """What was deleted and is not given back: none, once the file was rewritten."""
    with closing(sqlite3.connect(region.path)) as stranger:
        ((pages,),) = stranger.execute("PRAGMA freelist_count").fetchall()
    return int(pages)


def test_while_secrets_are_purged_all_the_time_the_file_is_rewritten_all_the_same(region: Region) -> None:
    """There is always an event then that names the last one."""
    (name,) = made(region, secrets=1)
    region.call("PutSecretValue", SecretId=name, SecretString="v" * 20_000)
    region.call("DeleteSecret", SecretId=name, ForceDeleteWithoutRecovery=True)
    assert free_pages(region) > 0

    assert not region.stores.scrub()

    assert free_pages(region) == 0


def test_the_later_of_two_events_is_waited_for_whichever_was_committed_first(region: Region) -> None:
    """A process decides on a moment before it waits for its turn to write; and clocks are set back."""
    later, earlier = made(region, secrets=2)
    purged = [remains_of(region, later), remains_of(region, earlier)]
    region.clock.forward(DAY_MS)
    region.call("DeleteSecret", SecretId=later, ForceDeleteWithoutRecovery=True)
    events = {row.event_id for row in region.stores.events(limit=10)}
    region.clock.forward(-DAY_MS)
    region.call("DeleteSecret", SecretId=earlier, ForceDeleteWithoutRecovery=True)
    region.stores.drop_events(
        [row.event_id for row in region.stores.events(limit=10) if row.event_id not in events]
    )

    assert not region.stores.scrub()

    keep_trail(region)
    assert region.stores.scrub()
    assert found_in(backup(region), purged) == set()


def test_while_an_event_names_it_the_scrubbing_is_not_over(region: Region) -> None:
    (name,) = made(region, secrets=1)
    purged = remains_of(region, name)
    region.call("DeleteSecret", SecretId=name, ForceDeleteWithoutRecovery=True)

    assert not region.stores.scrub()
    assert purged.kinds_in(backup(region)) == {"name"}

    keep_trail(region)
    assert region.stores.scrub()
    assert purged.kinds_in(backup(region)) == set()


def test_while_somebody_reads_an_older_state_the_scrubbing_is_not_over(region: Region) -> None:
    """A backup tool or a shell: the log can't be emptied under it, and nobody waits for it."""
    (name,) = made(region, secrets=1)
    purged = remains_of(region, name)
    with closing(sqlite3.connect(region.path, isolation_level=None)) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT COUNT(*) FROM secret").fetchone()
        force(region, [name])
        log_bytes = log_of(region).stat().st_size

        assert not region.stores.scrub()

        # Nor is the file rewritten in vain, into a log that can't be emptied.
        assert log_of(region).stat().st_size == log_bytes
        assert region.call("CreateSecret", Name="live")
        keep_trail(region)
    assert region.stores.scrub()
    assert purged.kinds_in(backup(region)) == set()


def test_a_file_that_is_too_long_to_be_rewritten_is_overwritten_all_the_same(
    region: Region, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stores, "SCRUBBED_BYTES_MAX", 0)
    (name,) = made(region, secrets=1)
    purged = remains_of(region, name)
    force(region, [name])

    assert region.stores.scrub()

    assert purged.kinds_in(backup(region)) == set()


def test_with_nothing_purged_nothing_is_written(region: Region) -> None:
    region.call("CreateSecret", Name="db", SecretString="v")
    before = backup(region)

    assert region.stores.scrub()

    assert backup(region) == before


def test_a_mark_outlives_the_process_that_made_it(region: Region) -> None:
    (name,) = made(region, secrets=1)
    purged = remains_of(region, name)
    force(region, [name])
    region.stores.close()
    region.stores = region.open_stores()
    region.compose()

    assert region.stores.scrub()

    assert purged.kinds_in(backup(region)) == set()


def test_others_read_and_write_on_after_a_scrubbing(region: Region) -> None:
    """Another process' connection sees a new file behind its back, with its cache filled from the old one."""
    kept, gone = made(region, secrets=2)
    other = region.open_stores()
    assert other.unit().secret_named(ACCOUNT, kept) is not None
    assert other.unit().secret_named(ACCOUNT, gone) is not None
    force(region, [gone])

    assert region.stores.scrub()

    assert other.unit().secret_named(ACCOUNT, gone) is None
    assert other.unit().secret_named(ACCOUNT, kept) is not None
    region.call("PutSecretValue", SecretId=kept, SecretString="x")
    assert region.call("GetSecretValue", SecretId=kept)["SecretString"] == "x"
    other.close()


# The reaper


def purge_due(region: Region) -> int:
    """As the agent does twice a minute, a batch at a time until one is not full."""
    purged, batch = 0, PURGED_MAX
    while batch == PURGED_MAX:
        answer: watchword.PurgeSecretsResponse = region.gate.perform(
            watchword.PURGE_SECRETS,
            watchword.PurgeSecretsRequest(limit=PURGED_MAX),
            principal=region.itself,
        )
        batch = answer.purged or 0
        purged += batch
    return purged


@pytest.fixture
def stopped() -> Iterator[Region]:
    """A Region that was stopped with secrets in their windows of 7 to 30 days, and one that is live."""
    with scratch() as folder:
        region = make_region(folder, ONE)
        for days in range(7, 31):
            region.call("CreateSecret", Name=f"due/{days}", SecretString="v")
            region.call("DeleteSecret", SecretId=f"due/{days}", RecoveryWindowInDays=days)
        region.call("CreateSecret", Name="live", SecretString="v")
        region.stores.close()
        yield region
        region.stores.close()


DAYS_STOPPED = {
    "not long enough": (6, 0),
    "until the first": (7, 1),
    "some of them": (20, 14),
    "all": (400, 24),
}


@pytest.mark.parametrize(("days", "expected"), DAYS_STOPPED.values(), ids=DAYS_STOPPED)
def test_what_fell_due_while_a_region_was_stopped_is_purged_when_it_starts(
    stopped: Region, days: int, expected: int
) -> None:
    stopped.clock.forward(days * DAY_MS)
    stopped.stores = stopped.open_stores()
    stopped.compose()

    assert purge_due(stopped) == expected

    listed = stopped.call("ListSecrets", IncludePlannedDeletion=True, MaxResults=100)["SecretList"]
    assert {entry["Name"] for entry in listed} == {"live", *(f"due/{n}" for n in range(7 + expected, 31))}


def test_more_than_one_batch_is_purged(region: Region) -> None:
    for number in range(PURGED_MAX + 1):
        region.call("CreateSecret", Name=f"due/{number}")
        region.call("DeleteSecret", SecretId=f"due/{number}", RecoveryWindowInDays=7)
    region.clock.forward(7 * DAY_MS)

    assert purge_due(region) == PURGED_MAX + 1


def test_a_secret_that_was_restored_while_due_is_not_purged(region: Region) -> None:
    """Restore works until the purge has really run (facts 1.19)."""
    region.call("CreateSecret", Name="db", SecretString="v")
    region.call("DeleteSecret", SecretId="db", RecoveryWindowInDays=7)
    region.clock.forward(8 * DAY_MS)

    region.call("RestoreSecret", SecretId="db")

    assert purge_due(region) == 0
    assert region.call("GetSecretValue", SecretId="db")["SecretString"] == "v"
