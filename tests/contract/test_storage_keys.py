"""What the store promises KMS: keys, aliases, grants and uses are read as they were saved; a destroyed key goes whole."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from tests.contract import storage_values as values
from tests.contract.storage_values import ACCOUNT, REGION

from watchword.api.call import Change
from watchword.api.unit import Moved
from watchword.keys.model import (
    SYMMETRIC,
    Alias,
    Family,
    Grant,
    KeyState,
    KeyUsage,
    KMSKey,
    Material,
    Origin,
    ReplicaWanted,
    Use,
)
from watchword.keys.store import (
    AliasSaved,
    GrantEnded,
    GrantMade,
    KeyDestroyed,
    KeySaved,
    ReplicaAsked,
)
from watchword.replication.model import Kind, Status
from watchword.replication.store import IncomingSaved, LinkClaimed, LinkMade, LinkRow
from watchword.storage.migrate import migrate
from watchword.storage.stores import KeyUse, SQLiteStores

many = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "region.db"
    migrate(path)
    return path


@pytest.fixture
def stores(path: Path) -> Iterator[SQLiteStores]:
    stores = SQLiteStores(path, partition="aws", region=REGION)
    yield stores
    stores.close()


@pytest.fixture
def others(path: Path) -> Iterator[SQLiteStores]:
    """The same database, as another process has it."""
    stores = SQLiteStores(path, partition="aws", region=REGION)
    yield stores
    stores.close()


def commit(stores: SQLiteStores, *changes: Change) -> None:
    unit = stores.unit()
    for change in changes:
        unit.stage(change)
    unit.commit([])


def made(stores: SQLiteStores, *, alias: str | None = None) -> KMSKey:
    key = values.key()
    commit(stores, KeySaved(before=None, after=key, alias=alias))
    return key


def grant_on(key: KMSKey, grant_id: str, *, grantee: str = "g", retiring: str = "", name: str = "") -> Grant:
    return Grant(
        account=key.account,
        key_id=key.key_id,
        grant_id=grant_id,
        name=name,
        grantee=grantee,
        retiring=retiring,
        operations=("Decrypt",),
        context_equals=None,
        context_subset=None,
        issuing_account=ACCOUNT,
        created_ms=1,
    )


@many
@given(grant=values.grants)
def test_a_grant_is_read_as_it_was_made_and_is_gone_when_it_ended(
    stores: SQLiteStores, others: SQLiteStores, grant: Grant
) -> None:
    commit(stores, GrantMade(grant=grant))

    assert others.unit().grant(*grant.address) == grant
    assert others.unit().grants_named(ACCOUNT, grant.key_id, grant.name) == [grant]

    commit(others, GrantEnded(grant=grant))
    commit(others, GrantEnded(grant=grant))

    assert stores.unit().grant(*grant.address) is None


@many
@given(alias=values.aliases)
def test_an_alias_is_read_as_it_was_made_and_moved(
    stores: SQLiteStores, others: SQLiteStores, alias: Alias
) -> None:
    keys = [made(stores), made(stores)]
    alias = replace(alias, key_id=keys[0].key_id, updated_ms=alias.created_ms)
    commit(stores, AliasSaved(before=None, after=alias))
    assert others.unit().alias(ACCOUNT, alias.name) == alias
    assert others.unit().key_of_alias(ACCOUNT, alias.name) == keys[0]

    moved = replace(alias, key_id=keys[1].key_id, updated_ms=alias.updated_ms + 1)
    commit(others, AliasSaved(before=alias, after=moved))

    assert stores.unit().alias(ACCOUNT, alias.name) == moved
    assert stores.unit().key_of_alias(ACCOUNT, alias.name) == keys[1]
    commit(stores, AliasSaved(before=moved, after=None))
    assert others.unit().alias(ACCOUNT, alias.name) is None
    assert others.unit().key_of_alias(ACCOUNT, alias.name) is None


def test_a_unit_sees_its_own_keys_and_aliases(stores: SQLiteStores) -> None:
    key = made(stores, alias="alias/a")
    held = stores.unit().alias(ACCOUNT, "alias/a")
    assert held is not None
    unit = stores.unit()
    unit.stage(AliasSaved(before=held, after=None))
    unit.stage(AliasSaved(before=None, after=replace(held, name="alias/b")))

    assert unit.key_of_alias(ACCOUNT, "alias/a") is None
    assert unit.key_of_alias(ACCOUNT, "alias/b") == key
    unit.stage(KeyDestroyed(key=key))
    assert unit.key(ACCOUNT, key.key_id) is None
    assert unit.key_of_alias(ACCOUNT, "alias/b") is None


def wanted_of(key: KMSKey) -> ReplicaWanted:
    return ReplicaWanted(
        account=ACCOUNT, key_id=key.key_id, region="us-east-2", count=1, description="", policy=None, tags={}
    )


def link_of(key: KMSKey) -> LinkRow:
    link = values.link_to("us-east-2")
    return LinkRow(account=ACCOUNT, sid=key.key_id, arn=key.arn, link=link, kind=Kind.KEYS)


def shared(stores: SQLiteStores) -> KMSKey:
    """A multi-Region key with one link."""
    key = replace(values.key(), family=Family(revision=1, primary_region="us-east-1"))
    commit(stores, KeySaved(before=None, after=key), LinkMade(row=link_of(key)))
    return key


def test_what_other_regions_must_hear_marks_the_links_in_the_same_commit(stores: SQLiteStores) -> None:
    """I2, for keys: the links want the revision that the key has, or neither is written."""
    key = shared(stores)
    assert key.family is not None
    told = replace(key, family=replace(key.family, revision=2), stamp=key.stamp + 1)
    silent = replace(told, description="own", stamp=told.stamp + 1)

    commit(stores, KeySaved(before=key, after=told, now=5_000))
    assert [2] == [row.link.written for row in stores.unit().links_of(ACCOUNT, key.key_id)]
    commit(stores, KeySaved(before=told, after=silent, now=6_000))
    assert [2] == [row.link.written for row in stores.unit().links_of(ACCOUNT, key.key_id)]
    with pytest.raises(Moved):
        commit(stores, KeySaved(before=key, after=told, now=7_000))


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(wanted=values.replicas_wanted, again=values.replicas_wanted)
def test_what_a_replica_was_asked_to_be_is_read_as_it_was_asked(
    stores: SQLiteStores, others: SQLiteStores, wanted: ReplicaWanted, again: ReplicaWanted
) -> None:
    again = replace(again, key_id=wanted.key_id, region=wanted.region)
    for asked in (wanted, again):
        commit(stores, ReplicaAsked(wanted=asked))

        assert asked == others.unit().replica_wanted(ACCOUNT, asked.key_id, asked.region)
    assert others.unit().replica_wanted(ACCOUNT, "none", wanted.region) is None


def test_the_links_that_tell_of_a_key_are_found_by_it(stores: SQLiteStores, others: SQLiteStores) -> None:
    key = shared(stores)
    told, other = values.incoming(), values.incoming()
    for incoming, sid in ((told, key.key_id), (other, "another")):
        commit(stores, IncomingSaved(before=None, after=incoming, account=ACCOUNT, kind=Kind.KEYS, sid=sid))

    assert [told] == others.unit().incomings_of(ACCOUNT, key.key_id)


def test_links_of_keys_that_have_stopped_are_found(stores: SQLiteStores) -> None:
    key = shared(stores)
    (row,) = stores.unit().links_of(ACCOUNT, key.key_id)
    assert list(stores.unit().stuck_links(limit=10)) == []

    stopped = replace(row.link, status=Status.FAILED, next_attempt_ms=None)
    commit(stores, LinkClaimed(before=row.link, after=stopped))

    assert [stopped] == [each.link for each in stores.unit().stuck_links(limit=10)]


def test_a_destroyed_key_leaves_nothing_behind(stores: SQLiteStores, path: Path) -> None:
    key, kept = made(stores, alias="alias/a"), made(stores, alias="alias/b")
    commit(stores, GrantMade(grant=grant_on(key, "1")), GrantMade(grant=grant_on(kept, "1")))
    use = Use(operation="Decrypt", at_ms=1)
    stores.record_key_uses([KeyUse(account=ACCOUNT, key_id=one.key_id, use=use) for one in (key, kept)])
    commit(stores, *(ReplicaAsked(wanted=wanted_of(one)) for one in (key, kept)))
    commit(stores, *(LinkMade(row=link_of(one)) for one in (key, kept)))

    commit(stores, KeyDestroyed(key=key))

    assert not stores.unit().links_of(ACCOUNT, key.key_id)
    assert stores.unit().links_of(ACCOUNT, kept.key_id)

    with closing(sqlite3.connect(path)) as raw:
        for table in ("kms_key", "kms_material", "kms_alias", "kms_grant", "kms_use", "kms_replica_wanted"):
            ids = [row[0] for row in raw.execute(f"SELECT key_id FROM {table}")]  # noqa: S608 - our own names
            assert ids == [kept.key_id], table
        assert raw.execute("SELECT 1 FROM meta WHERE name = 'unscrubbed'").fetchone()


@pytest.mark.parametrize("first", ["changed", "destroyed"])
def test_of_two_who_decide_on_one_key_the_first_wins(
    stores: SQLiteStores, others: SQLiteStores, first: str
) -> None:
    key = made(stores)
    change: Change = values.disabled(key) if first == "changed" else KeyDestroyed(key=key)
    commit(others, change)

    for late in (values.disabled(key), KeyDestroyed(key=key)):
        with pytest.raises(Moved):
            commit(stores, late)


def test_material_that_goes_marks_the_files_for_scrubbing(stores: SQLiteStores, path: Path) -> None:
    key = made(stores)
    gone = replace(key, materials={1: replace(key.materials[1], wrapped=None)}, stamp=key.stamp + 1)

    commit(stores, KeySaved(before=key, after=gone))

    with closing(sqlite3.connect(path)) as raw:
        assert raw.execute("SELECT 1 FROM meta WHERE name = 'unscrubbed'").fetchone()
        assert raw.execute("SELECT wrapped FROM kms_material").fetchone() == (b"",)


def test_a_version_never_becomes_another_material(stores: SQLiteStores) -> None:
    key = made(stores)
    other = replace(key, materials={1: Material(material_id="9" * 64, wrapped=b"other")}, stamp=2)

    with pytest.raises(AssertionError):
        commit(stores, KeySaved(before=key, after=other))


def test_keys_are_due_in_order_and_only_those_that_have_something_to_do(stores: SQLiteStores) -> None:
    deleted = replace(values.key(), state=KeyState.PENDING_DELETION, deletion_ms=30)
    rotating = replace(values.key(), rotation_days=90, rotates_ms=20)
    disabled = replace(values.key(), state=KeyState.DISABLED, rotation_days=90, rotates_ms=10)
    expiring = replace(
        values.key(),
        origin=Origin.EXTERNAL,
        materials={1: Material(material_id="0" * 64, wrapped=b"w", expires_ms=40)},
    )
    for key in (deleted, rotating, disabled, expiring, values.key()):
        commit(stores, KeySaved(before=None, after=key))

    assert stores.unit().due_keys(now=19, limit=9) == []
    assert stores.unit().due_keys(now=40, limit=9) == [rotating, deleted, expiring]
    assert stores.unit().due_keys(now=40, limit=1) == [rotating]


def test_grants_are_found_by_whom_they_concern(stores: SQLiteStores) -> None:
    key, other = made(stores), made(stores)
    grants = [
        grant_on(key, "1", grantee="a", retiring="r"),
        grant_on(key, "2", grantee="b"),
        grant_on(key, "3", grantee="a", retiring="r"),
    ]
    elsewhere = grant_on(other, "1", grantee="a", retiring="r")
    commit(stores, *(GrantMade(grant=grant) for grant in (*grants, elsewhere)))
    unit = stores.unit()

    assert unit.grants(ACCOUNT, key.key_id, limit=9) == grants
    assert unit.grants(ACCOUNT, key.key_id, after="1", limit=1) == grants[1:2]
    assert unit.grants(ACCOUNT, key.key_id, grantee="a", limit=9) == [grants[0], grants[2]]
    retirable = sorted((*grants[::2], elsewhere), key=lambda grant: (grant.key_id, grant.grant_id))
    assert unit.retirable_grants(ACCOUNT, "r", after=("", ""), limit=9) == retirable
    first = (retirable[0].key_id, retirable[0].grant_id)
    assert unit.retirable_grants(ACCOUNT, "r", after=first, limit=9) == retirable[1:]
    assert not unit.has_room_for_grant(ACCOUNT, key.key_id, grants_max=3)
    assert unit.has_room_for_grant(ACCOUNT, key.key_id, grants_max=4)
    assert not unit.has_room_for_key(ACCOUNT, keys_max=2)
    assert unit.has_room_for_key(ACCOUNT, keys_max=3)


# The release before


def test_a_key_of_the_release_before_is_what_it_was(stores: SQLiteStores, path: Path) -> None:
    """Its rows lack the new columns; so do those that it writes while both run."""
    with closing(sqlite3.connect(path, isolation_level=None)) as before:
        before.execute(
            "INSERT INTO kms_key (description, manager, state, tags, policy, created_ms, stamp, account, key_id)"
            " VALUES ('', 'CUSTOMER', 'Enabled', '{}', NULL, 7, 1, ?, 'k')",
            (ACCOUNT,),
        )
        for version in (1, 2):
            before.execute(
                "INSERT INTO kms_material (account, key_id, version, wrapped) VALUES (?, 'k', ?, x'01')",
                (ACCOUNT, version),
            )
        before.execute(
            "INSERT INTO kms_alias (account, alias, key_id) VALUES (?, 'alias/a', 'k')", (ACCOUNT,)
        )

    key = stores.unit().key(ACCOUNT, "k")
    assert key is not None
    assert (key.spec, key.usage, key.origin) == (SYMMETRIC, KeyUsage.ENCRYPT_DECRYPT, Origin.AWS_KMS)
    assert (key.current_version, key.due_ms) == (2, None)
    ids = [one.material_id for one in key.materials.values()]
    assert len(set(ids)) == 2
    assert {len(one) for one in ids} == {64}
    alias = stores.unit().alias(ACCOUNT, "alias/a")
    assert alias == Alias(account=ACCOUNT, name="alias/a", key_id="k", created_ms=7, updated_ms=7)

    commit(stores, values.disabled(key))
    again = stores.unit().key(ACCOUNT, "k")
    assert again is not None
    assert (again.materials, again.state) == (key.materials, KeyState.DISABLED)
