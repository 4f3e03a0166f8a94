"""What every store promises its services: what is saved is read, whole, and two that decide on one thing do not both win."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import fields, replace
from functools import partial
from pathlib import Path
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.contract import storage_values as values
from tests.contract.storage_values import ACCOUNT, Engine, RegionStores, Unit, engine_of

from watchword.api.call import Change
from watchword.api.unit import Moved
from watchword.identity.model import AccessKey
from watchword.keys.model import Alias, Family, Grant, KeyState, KMSKey, Material, ReplicaWanted
from watchword.keys.store import KeySaved
from watchword.replication import incoming as incoming_rules
from watchword.replication.link import step
from watchword.replication.model import (
    Answered,
    Asked,
    Claimed,
    Incoming,
    Kind,
    Lifecycle,
    Link,
    Removed,
    Role,
    Stand,
    Status,
    Verdict,
)
from watchword.replication.store import IncomingSaved, LinkClaimed, LinkMade, LinkRow, LinkStepped
from watchword.secrets.model import (
    PrimaryAcross,
    ReplicaAcross,
    Rotation,
    RotationRules,
    SealedValue,
    Secret,
    Version,
)
from watchword.secrets.store import (
    Glance,
    LinkAdded,
    Place,
    SecretListing,
    SecretPurged,
    SecretSaved,
)
from watchword.storage.cache import RowCache
from watchword.storage.stores import Access

OHIO = "us-east-2"
OREGON = "us-west-2"
LINKS_MAX = 100


@pytest.fixture(params=["sqlite"])
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    engine = engine_of(request.param, tmp_path)
    yield engine
    engine.close()


@pytest.fixture
def stores(engine: Engine) -> RegionStores:
    return engine.stores()


@pytest.fixture
def others(engine: Engine) -> RegionStores:
    """The same database, as another process has it."""
    return engine.stores()


def commit(stores: RegionStores, *changes: Change) -> None:
    unit = stores.unit()
    for change in changes:
        unit.stage(change)
    unit.commit([])


def held(stores: RegionStores, secret: Secret) -> Secret:
    found = stores.unit().secret(secret.account, secret.sid)
    assert found is not None
    return found


def created(stores: RegionStores, *links: Link) -> Secret:
    secret = values.secret()
    commit(stores, values.made(secret), *(LinkAdded(secret=secret, link=link) for link in links))
    return held(stores, secret)


# What is saved is read


STORED = {
    "Secret": (Secret, values.SECRET_FIELDS),
    "Rotation": (Rotation, values.ROTATION_FIELDS),
    "RotationRules": (RotationRules, values.ROTATION_RULES_FIELDS),
    "PrimaryAcross": (PrimaryAcross, values.PRIMARY_ACROSS_FIELDS),
    "ReplicaAcross": (ReplicaAcross, values.REPLICA_ACROSS_FIELDS),
    "Version": (Version, values.VERSION_FIELDS),
    "Link": (Link, values.LINK_FIELDS),
    "Incoming": (Incoming, values.INCOMING_FIELDS),
    "KMSKey": (KMSKey, values.KEY_FIELDS),
    "Material": (Material, values.MATERIAL_FIELDS),
    "Family": (Family, values.FAMILY_FIELDS),
    "ReplicaWanted": (ReplicaWanted, values.REPLICA_WANTED_FIELDS),
    "Grant": (Grant, values.GRANT_FIELDS),
    "Alias": (Alias, values.ALIAS_FIELDS),
    "AccessKey": (AccessKey, values.ACCESS_KEY_FIELDS),
}


@pytest.mark.parametrize(("kind", "drawn"), STORED.values(), ids=STORED)
def test_the_round_trips_below_cover_every_field(kind: type, drawn: dict[str, object]) -> None:
    assert {field.name for field in fields(kind) if field.init} == drawn.keys()


many = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@many
@given(secret=values.secrets)
def test_a_secret_is_read_as_it_was_made(stores: RegionStores, others: RegionStores, secret: Secret) -> None:
    saved = values.made(secret)
    commit(stores, saved)

    for reader in (stores, others):
        unit = reader.unit()
        assert secret == unit.secret_named(secret.account, secret.name)
        assert secret == unit.secret(secret.account, secret.sid)
        for version_id, value in saved.values.items():
            assert value == unit.sealed_value(secret, version_id)
            assert list(value.data_keys) == list(unit.sealed_value(secret, version_id).data_keys)


@many
@given(before=values.secrets, drawn=values.secrets)
def test_a_secret_is_read_as_it_was_changed(
    stores: RegionStores, others: RegionStores, before: Secret, drawn: Secret
) -> None:
    """Its new versions bring values; a version that stays keeps the day of access, which is written elsewhere."""
    commit(stores, values.made(before))
    kept = {
        version_id: replace(
            version,
            accessed_day=before.versions[version_id].accessed_day
            if version_id in before.versions
            else version.accessed_day,
        )
        for version_id, version in drawn.versions.items()
    }
    kept = {
        version_id: version
        for version_id, version in kept.items()
        if version.content_id is not None or version_id not in before.versions
    }
    arriving = drawn.incoming
    if before.incoming is not None and arriving is not None:
        arriving = replace(arriving, link_id=before.incoming.link_id)
    after = replace(drawn, sid=before.sid, stamp=before.stamp + 1, versions=kept, incoming=arriving)
    commit(others, replace(values.made(after), before=before))

    for reader in (stores, others):
        assert after == held(reader, before)


@many
@given(first=values.links, drawn=values.links)
def test_a_link_is_read_as_it_was_added_and_as_it_was_claimed(
    stores: RegionStores, others: RegionStores, first: Link, drawn: Link
) -> None:
    secret = created(stores)
    link = replace(first, link_id=values.fresh("link"))
    after = replace(drawn, link_id=link.link_id, region=link.region)
    commit(stores, LinkAdded(secret=secret, link=link))

    added = others.unit().link(link.link_id)
    assert added is not None
    assert (ACCOUNT, secret.sid, secret.arn, link) == (added.account, added.sid, added.arn, added.link)
    assert (link,) == held(others, secret).links

    commit(others, LinkClaimed(before=link, after=after))

    claimed = stores.unit().link(link.link_id)
    assert claimed is not None
    assert after == claimed.link
    assert (after,) == held(stores, secret).links


def test_a_link_of_another_kind_is_read_as_such_and_is_no_secret_s(
    stores: RegionStores, others: RegionStores
) -> None:
    link = replace(values.link_to(OHIO), lifecycle=Lifecycle.LEAVING)
    row = LinkRow(account=ACCOUNT, sid="mrk-1", arn="arn:aws:kms:1", link=link, kind=Kind.KEYS)
    promoted = replace(values.incoming(), role=Role.PROMOTED)
    unit = stores.unit()
    unit.stage(LinkMade(row=row))
    assert row == unit.link(link.link_id)
    unit.stage(IncomingSaved(before=None, after=promoted, account=ACCOUNT, kind=Kind.KEYS))
    unit.commit(())

    assert row == others.unit().link(link.link_id)
    assert [row] == others.links_to_shake(OHIO, "", 10)
    assert list(others.unit().leaving_links(ACCOUNT, OHIO)) == []
    untold = [each for each in others.untold_promotions(10) if each.incoming == promoted]
    assert [Kind.KEYS] == [each.kind for each in untold]
    with pytest.raises(Moved):
        commit(
            stores,
            LinkMade(row=replace(row, link=replace(link, link_id="x", lifecycle=Lifecycle.ACTIVE))),
            LinkMade(row=replace(row, link=replace(link, link_id="y", lifecycle=Lifecycle.ACTIVE))),
        )


@many
@given(before=values.incomings, drawn=values.incomings)
def test_an_incoming_link_is_read_as_it_was_saved(
    stores: RegionStores, others: RegionStores, before: Incoming, drawn: Incoming
) -> None:
    before = replace(before, link_id=values.fresh("link"))
    after = replace(drawn, link_id=before.link_id)
    commit(stores, IncomingSaved(before=None, after=before, account=ACCOUNT))

    assert before == others.unit().incoming(before.link_id)

    commit(others, IncomingSaved(before=before, after=after, account=ACCOUNT))

    assert after == stores.unit().incoming(before.link_id)


@many
@given(key=values.keys, drawn=values.keys)
def test_a_key_is_read_as_it_was_made_and_changed(
    stores: RegionStores, others: RegionStores, key: KMSKey, drawn: KMSKey
) -> None:
    alias = values.fresh("alias")
    commit(stores, KeySaved(before=None, after=key, alias=alias))

    assert key == others.unit().key(ACCOUNT, key.key_id)
    assert key == others.unit().key_of_alias(ACCOUNT, alias)

    # A version's bytes may go and come back; it never becomes another material.
    kept = {
        version: replace(drawn.materials.get(version, one), material_id=one.material_id)
        for version, one in key.materials.items()
    }
    after = replace(drawn, key_id=key.key_id, stamp=key.stamp + 1, materials={**drawn.materials, **kept})
    commit(others, KeySaved(before=key, after=after))

    assert after == stores.unit().key(ACCOUNT, key.key_id)
    assert after == stores.unit().key_of_alias(ACCOUNT, alias)


@many
@given(key=values.access_keys)
def test_an_access_key_is_read_as_it_was_added(
    stores: RegionStores, others: RegionStores, key: AccessKey
) -> None:
    stores.add_access_key(key)
    assert key == others.unit().access_key(key.access_key_id)

    replaced = replace(key, active=not key.active)
    others.add_access_key(replaced)
    assert replaced == stores.unit().access_key(key.access_key_id)


def test_what_is_not_there_is_none(stores: RegionStores) -> None:
    unit = stores.unit()

    assert unit.secret_named(ACCOUNT, "no") is None
    assert unit.secret(ACCOUNT, "no") is None
    assert unit.link("no") is None
    assert unit.incoming("no") is None
    assert unit.secret_of_incoming("no") is None
    assert unit.key(ACCOUNT, "no") is None
    assert unit.key_of_alias(ACCOUNT, "no") is None
    assert unit.access_key("no") is None
    assert list(unit.leaving_links(ACCOUNT, OHIO)) == []


def test_names_and_aliases_belong_to_their_account(stores: RegionStores) -> None:
    secret = created(stores)
    commit(stores, KeySaved(before=None, after=values.key(), alias="alias/a"))

    unit = stores.unit()

    assert unit.secret_named("999999999999", secret.name) is None
    assert unit.secret("999999999999", secret.sid) is None
    assert unit.key_of_alias("999999999999", "alias/a") is None


def test_a_version_that_is_dropped_goes_with_its_value(stores: RegionStores, others: RegionStores) -> None:
    secret = created(stores)
    change = values.valued(secret, "version-2")
    left = {"version-2": change.after.versions["version-2"]}
    commit(
        stores, replace(change, after=replace(change.after, versions=left), dropped=frozenset({"version-1"}))
    )

    assert {"version-2"} == held(others, secret).versions.keys()
    with pytest.raises(Moved):
        others.unit().sealed_value(secret, "version-1")


def test_a_value_is_never_taken_for_another_content(stores: RegionStores, others: RegionStores) -> None:
    """The version was dropped and its id used again, between the read of the secret and that of the value."""
    secret = created(stores)
    unit = stores.unit()
    read = unit.secret(ACCOUNT, secret.sid)
    assert read is not None
    after = replace(read, versions={}, stamp=read.stamp + 1)
    commit(others, SecretSaved(before=read, after=after, dropped=frozenset({"version-1"})))
    again = replace(values.version("version-1", revision=3), content_id="another")
    commit(
        others,
        SecretSaved(
            before=after,
            after=replace(after, versions={"version-1": again}, stamp=after.stamp + 1),
            values={"version-1": values.sealed("version-1")},
        ),
    )

    with pytest.raises(Moved):
        unit.sealed_value(read, "version-1")


# Two that decide on one thing do not both win


def _read_secret(unit: Unit, secret: Secret, _key: KMSKey) -> None:
    unit.secret_named(ACCOUNT, secret.name)


def _read_secret_by_sid(unit: Unit, secret: Secret, _key: KMSKey) -> None:
    unit.secret(ACCOUNT, secret.sid)


def _read_page(unit: Unit, _secret: Secret, _key: KMSKey) -> None:
    listing = SecretListing(account=ACCOUNT, order="name", descending=False, after=None, limit=10)
    unit.list_secrets(listing, _everything)


def _read_key(unit: Unit, _secret: Secret, key: KMSKey) -> None:
    unit.key(ACCOUNT, key.key_id)


def _read_alias(unit: Unit, _secret: Secret, _key: KMSKey) -> None:
    unit.key_of_alias(ACCOUNT, "alias/read")


def _change_secret(stores: RegionStores, secret: Secret, _key: KMSKey) -> None:
    commit(stores, values.described(held(stores, secret), "other"))


def _purge_secret(stores: RegionStores, secret: Secret, _key: KMSKey) -> None:
    commit(stores, SecretPurged(secret=held(stores, secret)))


def _add_link(stores: RegionStores, secret: Secret, _key: KMSKey) -> None:
    commit(stores, LinkAdded(secret=held(stores, secret), link=values.link_to(OHIO)))


def _disable_key(stores: RegionStores, _secret: Secret, key: KMSKey) -> None:
    commit(stores, values.disabled(key))


READS_THAT_MOVE = {
    "a secret read by name was changed": (_read_secret, _change_secret),
    "a secret read by name was purged": (_read_secret, _purge_secret),
    "a secret read by name got a replica": (_read_secret, _add_link),
    "a secret read by id was changed": (_read_secret_by_sid, _change_secret),
    "a secret of a page was changed": (_read_page, _change_secret),
    "a key read by id was disabled": (_read_key, _disable_key),
    "a key read by alias was disabled": (_read_alias, _disable_key),
}


@pytest.mark.parametrize("where", ["same connection", "another connection"])
@pytest.mark.parametrize(("read", "move"), READS_THAT_MOVE.values(), ids=READS_THAT_MOVE)
def test_a_commit_is_refused_when_something_that_was_read_has_moved(
    stores: RegionStores,
    others: RegionStores,
    read: Callable[[Unit, Secret, KMSKey], None],
    move: Callable[[RegionStores, Secret, KMSKey], None],
    where: str,
) -> None:
    """Gate, step 7: what the unit writes is another secret, so only its reads are in conflict."""
    secret, key, written = created(stores), values.key(), values.secret()
    commit(stores, KeySaved(before=None, after=key, alias="alias/read"))
    unit = stores.unit()
    read(unit, secret, key)
    move(stores if where == "same connection" else others, secret, key)
    unit.stage(values.made(written))

    with pytest.raises(Moved):
        unit.commit([values.event("lost")])

    assert others.unit().secret(ACCOUNT, written.sid) is None
    assert "lost" not in [event.event_id for event in others.events(LINKS_MAX)]


def _absent_name(unit: Unit) -> None:
    assert unit.secret_named(ACCOUNT, "late") is None


def _absent_alias(unit: Unit) -> None:
    assert unit.key_of_alias(ACCOUNT, "alias/late") is None


def _absent_incoming(unit: Unit) -> None:
    assert unit.incoming("late") is None
    assert unit.secret_of_incoming("late") is None


def _absent_access_key(unit: Unit) -> None:
    assert unit.access_key("late") is None


def _incarnation(unit: Unit) -> None:
    unit.incarnation()


ABSENCES = {
    "a name": (_absent_name, lambda stores: commit(stores, values.made(values.secret("late")))),
    "an alias": (
        _absent_alias,
        lambda stores: commit(stores, KeySaved(before=None, after=values.key(), alias="alias/late")),
    ),
    "an incoming link": (
        _absent_incoming,
        lambda stores: commit(
            stores, IncomingSaved(before=None, after=values.incoming("late"), account=ACCOUNT)
        ),
    ),
    "an access key": (_absent_access_key, lambda stores: stores.add_access_key(values.access_key("late"))),
    "another incarnation": (_incarnation, lambda stores: stores.new_incarnation(os.urandom)),
}


@pytest.mark.parametrize(("read", "come"), ABSENCES.values(), ids=ABSENCES)
def test_a_commit_is_refused_when_something_came_that_was_not_there(
    stores: RegionStores,
    others: RegionStores,
    read: Callable[[Unit], None],
    come: Callable[[RegionStores], None],
) -> None:
    unit = stores.unit()
    read(unit)
    come(others)
    unit.stage(values.made(values.secret()))

    with pytest.raises(Moved):
        unit.commit([])


def test_a_second_read_does_not_hide_that_the_first_has_moved(
    stores: RegionStores, others: RegionStores
) -> None:
    secret = created(stores)
    unit = stores.unit()
    unit.secret(ACCOUNT, secret.sid)
    commit(others, values.described(secret, "other"))
    stores.unit().secret(ACCOUNT, secret.sid)
    unit.secret(ACCOUNT, secret.sid)
    unit.stage(values.made(values.secret()))

    with pytest.raises(Moved):
        unit.commit([])


def test_nothing_moved_when_others_changed_something_else(stores: RegionStores, others: RegionStores) -> None:
    secret, other = created(stores), created(stores)
    unit = stores.unit()
    read = unit.secret_named(ACCOUNT, secret.name)
    assert read is not None
    unit.key_of_alias(ACCOUNT, "none")
    commit(others, values.described(other, "other"))
    unit.stage(values.described(read, "mine"))
    unit.commit([])

    assert held(others, secret).description == "mine"


CHANGES_OF_ONE_ROW: dict[str, Callable[[Secret, KMSKey, Incoming, Link], Change]] = {
    "a secret saved twice": lambda secret, _k, _i, _l: values.described(secret, "mine"),
    "a secret purged twice": lambda secret, _k, _i, _l: SecretPurged(secret=secret),
    "a key saved twice": lambda _s, key, _i, _l: values.disabled(key),
    "an incoming link saved twice": lambda _s, _k, incoming, _l: IncomingSaved(
        before=incoming, after=incoming_rules.promote(incoming), account=ACCOUNT
    ),
    "a link claimed twice": lambda _s, _k, _i, link: LinkClaimed(
        before=link, after=replace(link, attempts=link.attempts + 1)
    ),
    "a name taken twice": lambda _s, _k, _i, _l: values.made(values.secret("wanted")),
    "an alias taken twice": lambda _s, _k, _i, _l: KeySaved(
        before=None, after=values.key(), alias="alias/wanted"
    ),
    "a Region added twice": lambda secret, _k, _i, _l: LinkAdded(secret=secret, link=values.link_to(OREGON)),
}


@pytest.mark.parametrize("change", CHANGES_OF_ONE_ROW.values(), ids=CHANGES_OF_ONE_ROW)
def test_of_two_changes_decided_on_the_same_row_the_first_wins(
    stores: RegionStores,
    others: RegionStores,
    change: Callable[[Secret, KMSKey, Incoming, Link], Change],
) -> None:
    """Also for a unit that has not read what it changes: each change carries what it was decided on."""
    link, key, incoming = values.link_to(OHIO), values.key(), values.incoming()
    secret = created(stores, link)
    commit(stores, KeySaved(before=None, after=key))
    commit(stores, IncomingSaved(before=None, after=incoming, account=ACCOUNT))
    commit(others, change(secret, key, incoming, link))

    with pytest.raises(Moved):
        commit(stores, change(secret, key, incoming, link))


def test_deleting_a_secret_and_replicating_it_do_not_both_commit(
    stores: RegionStores, others: RegionStores
) -> None:
    """I17: a secret that is scheduled for deletion has no active link, whichever comes first."""
    for deletion_first in (True, False):
        secret = created(stores)
        deleted = replace(secret, deleted_ms=5, purge_ms=9, stamp=secret.stamp + 1)
        deletion = SecretSaved(before=secret, after=deleted)
        addition = LinkAdded(secret=secret, link=values.link_to(OHIO))
        first, second = (deletion, addition) if deletion_first else (addition, deletion)
        commit(stores, first)

        with pytest.raises(Moved):
            commit(others, second)


def test_a_removal_shows_in_the_stamp(stores: RegionStores, others: RegionStores) -> None:
    """Stamp: raised by every write to a secret, links added or removed too."""
    link = values.link_to(OHIO)
    secret = created(stores, link)
    commit(others, LinkStepped(link_id=link.link_id, event=Removed(), now=3_000))

    assert held(stores, secret).stamp > secret.stamp
    with pytest.raises(Moved):
        commit(stores, values.described(secret, "late"))


# Later reads of a unit see what it staged; the commit leaves exactly that


def _seen_and_left(stores: RegionStores, others: RegionStores, unit: Unit, secret: Secret) -> None:
    seen = unit.secret(ACCOUNT, secret.sid)
    by_name = unit.secret_named(ACCOUNT, secret.name)
    unit.commit([])

    assert seen == by_name
    for reader in (stores, others):
        assert seen == reader.unit().secret(ACCOUNT, secret.sid)


def _stage_new(unit: Unit, secret: Secret) -> None:
    unit.stage(values.made(secret))


def _stage_new_with_links(unit: Unit, secret: Secret) -> None:
    unit.stage(values.made(secret))
    for ordinal, region in enumerate((OREGON, OHIO)):
        unit.stage(LinkAdded(secret=secret, link=values.link_to(region, ordinal=ordinal)))


OF_A_NEW_SECRET = {"made": _stage_new, "made with links": _stage_new_with_links}


@pytest.mark.parametrize("stage", OF_A_NEW_SECRET.values(), ids=OF_A_NEW_SECRET)
def test_a_unit_sees_the_secret_it_makes(
    stores: RegionStores, others: RegionStores, stage: Callable[[Unit, Secret], None]
) -> None:
    secret = values.secret()
    unit = stores.unit()
    assert unit.secret_named(ACCOUNT, secret.name) is None
    stage(unit, secret)

    assert unit.has_changes
    assert values.made(secret).values["version-1"] == unit.sealed_value(secret, "version-1")
    _seen_and_left(stores, others, unit, secret)


def _changed_twice(unit: Unit, secret: Secret) -> None:
    first = values.described(secret, "once")
    unit.stage(first)
    again = unit.secret(ACCOUNT, secret.sid)
    assert again is not None
    assert again.description == "once"
    unit.stage(values.valued(again, "version-2"))


def _replicated_and_changed(unit: Unit, secret: Secret) -> None:
    unit.stage(LinkAdded(secret=secret, link=values.link_to(OREGON, ordinal=5)))
    unit.stage(values.described(secret, "and replicated"))


def _asked_again_twice(unit: Unit, secret: Secret) -> None:
    asked = Asked(kms_key_id="alias/other", overwrite=True, principal_arn=values.PRINCIPAL)
    for _ in range(2):
        unit.stage(LinkStepped(link_id=secret.links[0].link_id, event=asked, now=4_000))
        read = unit.secret(ACCOUNT, secret.sid)
        assert read is not None
        unit.stage(SecretSaved(before=read, after=replace(read, stamp=read.stamp + 1)))


def _removed_and_added_again(unit: Unit, secret: Secret) -> None:
    unit.stage(LinkStepped(link_id=secret.links[0].link_id, event=Removed(), now=4_000))
    unit.stage(LinkAdded(secret=secret, link=values.link_to(OHIO, ordinal=7)))
    unit.stage(SecretSaved(before=secret, after=replace(secret, stamp=secret.stamp + 1)))


OF_A_HELD_SECRET = {
    "changed twice": _changed_twice,
    "replicated and changed": _replicated_and_changed,
    "asked for a Region again, twice": _asked_again_twice,
    "a Region removed and added again": _removed_and_added_again,
}


@pytest.mark.parametrize("stage", OF_A_HELD_SECRET.values(), ids=OF_A_HELD_SECRET)
def test_a_unit_sees_the_secret_it_changes(
    stores: RegionStores, others: RegionStores, stage: Callable[[Unit, Secret], None]
) -> None:
    secret = created(stores, values.link_to(OHIO))
    unit = stores.unit()
    read = unit.secret_named(ACCOUNT, secret.name)
    assert read is not None
    stage(unit, read)

    _seen_and_left(stores, others, unit, secret)


def test_a_unit_sees_a_name_change_hands(stores: RegionStores, others: RegionStores) -> None:
    """ForceOverwriteReplicaSecret: the old secret goes and the new one comes in one commit (I10)."""
    old = created(stores)
    new = replace(values.secret(old.name), incoming=values.incoming())
    unit = stores.unit()
    unit.stage(SecretPurged(secret=old))
    assert unit.secret_named(ACCOUNT, old.name) is None
    unit.stage(values.made(new))
    assert new.incoming is not None
    unit.stage(IncomingSaved(before=None, after=new.incoming, account=ACCOUNT))
    assert unit.secret_of_incoming(new.incoming.link_id) == new
    assert unit.secret(ACCOUNT, old.sid) is None
    unit.commit([])

    assert new == others.unit().secret_named(ACCOUNT, old.name)
    assert new == others.unit().secret_of_incoming(new.incoming.link_id)
    assert others.unit().secret(ACCOUNT, old.sid) is None


def test_a_promotion_is_one_write_of_secret_and_link(stores: RegionStores, others: RegionStores) -> None:
    secret = replace(values.secret(), incoming=values.incoming())
    assert secret.incoming is not None
    commit(stores, values.made(secret), IncomingSaved(before=None, after=secret.incoming, account=ACCOUNT))
    promoted = incoming_rules.promote(secret.incoming)
    after = replace(secret, incoming=promoted, stamp=secret.stamp + 1)
    commit(
        others,
        SecretSaved(before=secret, after=after),
        IncomingSaved(before=secret.incoming, after=promoted, account=ACCOUNT),
    )

    assert after == held(stores, secret)
    assert promoted == stores.unit().incoming(promoted.link_id)
    told = incoming_rules.heard(promoted)
    commit(stores, IncomingSaved(before=promoted, after=told, account=""))
    assert replace(after, incoming=told) == held(others, secret)


def test_a_unit_sees_the_key_it_makes(stores: RegionStores, others: RegionStores) -> None:
    """The account's default key is made at first use, in the request that uses it."""
    key = values.key()
    unit = stores.unit()
    assert unit.key_of_alias(ACCOUNT, "alias/new") is None
    unit.stage(KeySaved(before=None, after=key, alias="alias/new"))

    assert key == unit.key(ACCOUNT, key.key_id)
    assert key == unit.key_of_alias(ACCOUNT, "alias/new")
    unit.commit([])
    assert key == others.unit().key_of_alias(ACCOUNT, "alias/new")


def test_a_unit_sees_a_key_it_changes_by_alias_too(stores: RegionStores) -> None:
    key = values.key()
    commit(stores, KeySaved(before=None, after=key, alias="alias/changed"))
    unit = stores.unit()
    unit.stage(values.disabled(key))

    found = unit.key_of_alias(ACCOUNT, "alias/changed")
    assert found is not None
    assert found.state is KeyState.DISABLED


def test_a_unit_sees_its_links_and_incoming_links(stores: RegionStores) -> None:
    link, arriving = values.link_to(OHIO), values.incoming()
    secret = created(stores)
    unit = stores.unit()
    unit.stage(LinkAdded(secret=secret, link=link))
    unit.stage(LinkStepped(link_id=link.link_id, event=Removed(), now=2_000))
    unit.stage(IncomingSaved(before=None, after=arriving, account=ACCOUNT))

    row = unit.link(link.link_id)
    assert row is not None
    assert row.link == step(link, Removed(), now=2_000)[0]
    assert arriving == unit.incoming(arriving.link_id)
    read = unit.secret(ACCOUNT, secret.sid)
    assert read is not None
    assert (row.link,) == read.links


def test_a_unit_is_new_after_its_commit(stores: RegionStores, others: RegionStores) -> None:
    secret = created(stores)
    unit = stores.unit()
    unit.stage(values.described(secret, "mine"))
    unit.commit([])
    read = held(others, secret)
    commit(others, values.described(read, "theirs"))

    assert not unit.has_changes
    again = unit.secret(ACCOUNT, secret.sid)
    assert again is not None
    assert again.description == "theirs"


# Links


def test_a_change_marks_the_links_of_its_secret_in_the_same_commit(
    stores: RegionStores, others: RegionStores
) -> None:
    """I2: change and mark are durable together or not at all."""
    link = values.link_to(OHIO)
    secret = created(stores, link)
    settled = replace(link, status=Status.IN_SYNC, next_attempt_ms=None, dirty_since_ms=None)
    commit(stores, LinkClaimed(before=link, after=settled))
    secret = held(stores, secret)
    commit(stores, values.described(secret, "two", now=7_000))

    row = others.unit().link(link.link_id)
    assert row is not None
    assert (row.link.written, row.link.status, row.link.dirty_since_ms) == (2, Status.IN_PROGRESS, 7_000)

    with pytest.raises(Moved):
        commit(others, values.described(secret, "lost", now=8_000))
    assert row == others.unit().link(link.link_id)


def test_a_write_that_replicas_need_not_see_marks_no_link(stores: RegionStores) -> None:
    link = values.link_to(OHIO)
    secret = created(stores, link)
    commit(stores, SecretSaved(before=secret, after=replace(secret, stamp=secret.stamp + 1)))

    row = stores.unit().link(link.link_id)
    assert row is not None
    assert link == row.link


def test_a_leaving_link_is_not_marked(stores: RegionStores) -> None:
    link = values.link_to(OHIO)
    secret = created(stores, link)
    commit(stores, LinkStepped(link_id=link.link_id, event=Removed(), now=2_000))
    leaving = stores.unit().link(link.link_id)
    commit(stores, values.described(held(stores, secret), "two"))

    assert leaving == stores.unit().link(link.link_id)


def _claimed(stores: RegionStores, link: Link, *, revision: int, now: int) -> Link:
    """Claim as the courier does, after the hands were shaken."""
    shaken = replace(link, shaken=("ours", "theirs"))
    commit(stores, LinkClaimed(before=link, after=shaken))
    claim = Claimed(ours="ours", theirs="theirs", revision=revision, digest=f"d{revision}", jitter=0.0)
    after, sends = step(shaken, claim, now=now)
    assert sends
    commit(stores, LinkClaimed(before=shaken, after=after))
    return after


def _applied(link: Link, *, revision: int) -> Answered:
    return Answered(
        epoch=link.epoch,
        theirs="theirs",
        verdict=Verdict.APPLIED,
        stand=Stand(incarnation="ours", revision=revision, digest=f"d{revision}"),
        their_epoch=link.epoch,
        message=None,
        accessed_day=None,
        jitter=0.0,
    )


def test_an_acknowledgement_that_comes_after_the_next_change_leaves_the_link_dirty(
    stores: RegionStores, others: RegionStores
) -> None:
    """reliability.md 3, interleaving 3: the step is taken on the link as it stands in the commit."""
    link = values.link_to(OHIO)
    secret = created(stores, link)
    claimed = _claimed(stores, link, revision=1, now=2_000)
    ack = stores.unit()
    ack.link(link.link_id)
    commit(others, values.described(held(others, secret), "two", now=3_000))
    ack.stage(LinkStepped(link_id=link.link_id, event=_applied(claimed, revision=1), now=4_000))
    ack.commit([])

    row = others.unit().link(link.link_id)
    assert row is not None
    assert row.link.acked == Stand(incarnation="ours", revision=1, digest="d1")
    assert (row.link.written, row.link.status) == (2, Status.IN_PROGRESS)


def test_a_claim_is_refused_when_an_acknowledgement_came_between(
    stores: RegionStores, others: RegionStores
) -> None:
    link = values.link_to(OHIO)
    created(stores, link)
    claimed = _claimed(stores, link, revision=1, now=2_000)
    commit(others, LinkStepped(link_id=link.link_id, event=_applied(claimed, revision=1), now=3_000))

    with pytest.raises(Moved):
        commit(stores, LinkClaimed(before=claimed, after=replace(claimed, attempts=9)))
    row = stores.unit().link(link.link_id)
    assert row is not None
    assert row.link.status is Status.IN_SYNC


def test_a_step_is_no_conflict_for_whoever_changes_the_secret(
    stores: RegionStores, others: RegionStores
) -> None:
    link = values.link_to(OHIO)
    secret = created(stores, link)
    _claimed(others, link, revision=1, now=2_000)
    commit(stores, values.described(secret, "two"))

    row = others.unit().link(link.link_id)
    assert row is not None
    assert (2, Stand(incarnation="ours", revision=1, digest="d1")) == (row.link.written, row.link.sent)


def test_a_removed_link_outlives_its_secret_until_it_is_acknowledged(
    stores: RegionStores, others: RegionStores
) -> None:
    """I17: a removal that is under way is finished whatever happens to the secret."""
    link = values.link_to(OHIO)
    secret = created(stores, link)
    commit(stores, LinkStepped(link_id=link.link_id, event=Removed(), now=2_000))
    commit(stores, SecretPurged(secret=held(stores, secret)))

    assert [link.link_id] == [row.link.link_id for row in others.due_links(region=OHIO, now=9_000, limit=9)]
    assert [link.link_id] == [row.link.link_id for row in others.unit().leaving_links(ACCOUNT, OHIO)]
    row = others.unit().link(link.link_id)
    assert row is not None
    assert (secret.arn, Lifecycle.LEAVING) == (row.arn, row.link.lifecycle)
    acknowledged = Answered(
        epoch=row.link.epoch,
        theirs=None,
        verdict=Verdict.REMOVED,
        stand=None,
        their_epoch=row.link.epoch,
        message=None,
        accessed_day=None,
        jitter=0.0,
    )
    commit(others, LinkStepped(link_id=link.link_id, event=acknowledged, now=3_000))

    assert stores.unit().link(link.link_id) is None
    commit(stores, LinkStepped(link_id=link.link_id, event=acknowledged, now=4_000))
    assert stores.next_due_ms(region=OHIO, after=0) is None


def test_a_region_is_added_once_even_by_who_knows_of_the_first(
    stores: RegionStores, others: RegionStores
) -> None:
    """At most one active link for a secret and Region; the stamp alone would not refuse these."""
    secret = created(stores, values.link_to(OHIO))
    again = LinkAdded(secret=secret, link=values.link_to(OHIO, ordinal=1))
    for changes in ([again], [again, values.described(secret, "and changed")]):
        with pytest.raises(Moved):
            commit(others, *changes)

    assert len(held(stores, secret).links) == 1


def test_a_secret_is_purged_in_the_commit_that_removes_its_replica(
    stores: RegionStores, others: RegionStores
) -> None:
    link = values.link_to(OHIO)
    secret = created(stores, link)
    commit(
        stores,
        LinkStepped(link_id=link.link_id, event=Removed(), now=2_000),
        SecretPurged(secret=secret),
    )

    assert others.unit().secret(ACCOUNT, secret.sid) is None
    assert [row.link.link_id for row in others.unit().leaving_links(ACCOUNT, OHIO)] == [link.link_id]


def test_a_region_is_added_again_beside_its_leaving_link(stores: RegionStores) -> None:
    first, second = values.link_to(OHIO), values.link_to(OHIO, ordinal=1)
    secret = created(stores, first)
    commit(stores, LinkStepped(link_id=first.link_id, event=Removed(), now=2_000))
    commit(stores, LinkAdded(secret=held(stores, secret), link=second))

    assert [first.link_id, second.link_id] == [each.link_id for each in held(stores, secret).links]


def test_links_come_in_the_order_in_which_regions_were_added(
    stores: RegionStores, others: RegionStores
) -> None:
    added = [values.link_to(f"r{ordinal}", ordinal=ordinal) for ordinal in (3, 0, 2, 1)]
    secret = created(stores, *added)

    assert [link.region for link in held(others, secret).links] == ["r0", "r1", "r2", "r3"]


# What the agent and status ask


def test_due_links_come_the_longest_overdue_first(stores: RegionStores) -> None:
    """A Region's courier sees its own links alone, so that one dead Region delays no other (I18)."""
    for due in (300, None, 100, 900, 200):
        created(
            stores,
            replace(values.link_to(OHIO), next_attempt_ms=due),
            replace(values.link_to(OREGON, ordinal=1), next_attempt_ms=50),
        )

    def due_at(now: int, limit: int) -> list[int | None]:
        return [row.link.next_attempt_ms for row in stores.due_links(region=OHIO, now=now, limit=limit)]

    assert due_at(300, 9) == [100, 200, 300]
    assert due_at(300, 2) == [100, 200]
    assert stores.next_due_ms(region=OHIO, after=0) == 100
    assert stores.next_due_ms(region=OHIO, after=300) == 900
    assert stores.next_due_ms(region=OHIO, after=900) is None


def test_links_to_shake_are_all_links_to_a_region_page_by_page(stores: RegionStores) -> None:
    wanted = set()
    for _ in range(7):
        link = replace(values.link_to(OHIO), next_attempt_ms=None)
        created(stores, link, values.link_to(OREGON, ordinal=1))
        wanted.add(link.link_id)
    seen: list[str] = []
    for _ in range(LINKS_MAX):
        page = stores.links_to_shake(OHIO, seen[-1] if seen else "", 3)
        if not page:
            break
        seen += [row.link.link_id for row in page]

    assert sorted(wanted) == seen


def test_counts_say_how_much_there_is_and_how_far_behind(stores: RegionStores) -> None:
    assert _counted(stores) == (0, {}, 0, None)
    link, leaving = values.link_to(OHIO, now=500), values.link_to(OREGON, ordinal=1, now=400)
    secret = created(stores, link, leaving)
    created(stores)
    settled = replace(values.link_to("r3"), status=Status.IN_SYNC, dirty_since_ms=None)
    commit(stores, LinkAdded(secret=held(stores, secret), link=settled))
    commit(stores, LinkStepped(link_id=leaving.link_id, event=Removed(), now=2_000))

    assert _counted(stores) == (2, {"InProgress": 1, "InSync": 1}, 1, 500)


def _counted(stores: RegionStores) -> tuple[int, dict[str, int], int, int | None]:
    counts = stores.counts()
    assert counts.links[Kind.IDENTITY] == {}
    of_secrets = dict(counts.links[Kind.SECRETS])
    return counts.secrets, of_secrets, counts.leaving, counts.dirty_since_ms.get(Kind.SECRETS)


def test_promotions_are_told_until_the_primary_has_heard(stores: RegionStores) -> None:
    waiting = values.incoming()
    promoted = replace(values.incoming(), role=Role.PROMOTED, stand=None)
    heard = replace(promoted, link_id=values.fresh("link"), told=True)
    for each in (waiting, promoted, heard):
        commit(stores, IncomingSaved(before=None, after=each, account=ACCOUNT))

    assert [(ACCOUNT, promoted)] == [(row.account, row.incoming) for row in stores.untold_promotions(9)]
    assert [promoted] == [row.incoming for row in stores.untold_promotions(9, region=OHIO)]
    assert stores.untold_promotions(9, region=OREGON) == []


def test_events_are_committed_with_their_change_and_kept_until_dropped(
    stores: RegionStores, others: RegionStores
) -> None:
    unit = stores.unit()
    unit.stage(values.made(values.secret()))
    unit.commit([values.event("later", at_ms=20), values.event("b", at_ms=10), values.event("a", at_ms=10)])

    assert [event.event_id for event in others.events(9)] == ["a", "b", "later"]
    assert [event.event_id for event in others.events(2)] == ["a", "b"]
    assert values.event("a", at_ms=10) == others.events(1)[0]
    others.drop_events(["a", "later", "unknown"])
    assert [event.event_id for event in stores.events(9)] == ["b"]


def test_events_are_committed_without_a_change_too(stores: RegionStores) -> None:
    """A key that was really used leaves its event though the request was abandoned."""
    unit = stores.unit()
    unit.commit([values.event("used")])

    assert [event.event_id for event in stores.events(9)] == ["used"]


def test_the_day_of_access_is_no_change_of_the_secret(stores: RegionStores, others: RegionStores) -> None:
    """Design 5: written outside the revision, and never back."""

    def access(sid: str, day: int) -> Access:
        return Access(account=ACCOUNT, sid=sid, version_id="version-1", day=day)

    secret = created(stores)
    unit = stores.unit()
    read = unit.secret(ACCOUNT, secret.sid)
    assert read is not None
    others.record_access([access(secret.sid, 20_000), access("gone", 1)])
    others.record_access([access(secret.sid, 19_000)])
    unit.stage(values.valued(read, "version-2"))
    unit.commit([])

    left = held(stores, secret)
    assert 20_000 == left.versions["version-1"].accessed_day == left.accessed_day
    assert (left.revision, left.stamp) == (2, 2)


def test_an_incarnation_is_new_each_time(stores: RegionStores, others: RegionStores) -> None:
    first = stores.new_incarnation(os.urandom)
    assert first == others.unit().incarnation()

    second = others.new_incarnation(os.urandom)
    assert first != second == stores.unit().incarnation()


def test_accounts_are_added_once(stores: RegionStores) -> None:
    for account in ("222222222222", "111111111111", "222222222222"):
        stores.add_account(account, now=5)

    assert stores.accounts() == ["111111111111", "222222222222"]
    assert stores.readable()


def test_secrets_are_due_for_purge_when_their_window_is_over(stores: RegionStores) -> None:
    secrets = [replace(values.secret(), deleted_ms=1, purge_ms=purge_ms) for purge_ms in (300, 100, 200, 400)]
    commit(stores, *(values.made(secret) for secret in [*secrets, values.secret()]))

    due = stores.unit().due_for_purge(now=300, limit=9)

    assert [secret.purge_ms for secret in due] == [100, 200, 300]
    assert [secret.purge_ms for secret in stores.unit().due_for_purge(now=300, limit=1)] == [100]


# Pages


def _everything(rows: Iterable[Glance]) -> Sequence[str]:
    return [row.sid for row in rows]


def _position(secret: Secret, order: str) -> tuple[int | str, str]:
    by: dict[str, int | str] = {
        "name": secret.name,
        "created": secret.created_ms,
        "changed": secret.changed_ms,
        "accessed": -1 if secret.accessed_day is None else secret.accessed_day,
    }
    return by[order], secret.sid


def _pages(
    stores: RegionStores, order: str, *, descending: bool, limit: int, between: Callable[[], None]
) -> list[Secret]:
    seen: list[Secret] = []
    after = None
    for _ in range(10_000):
        listing = SecretListing(account=ACCOUNT, order=order, descending=descending, after=after, limit=limit)
        places: list[Place] = []

        def choose(rows: Iterable[Glance], *, places: list[Place] = places) -> Sequence[str]:
            looked = list(rows)
            places += (row.place for row in looked)
            return [row.sid for row in looked if not row.is_deleted]

        page = stores.unit().list_secrets(listing, choose)
        if not places:
            return seen
        assert len(places) <= limit
        assert {_position(secret, order) for secret in page} <= set(places)
        seen += page
        after = places[-1]
        between()
    raise AssertionError("the pages do not end")


@pytest.mark.parametrize("descending", [False, True], ids=["ascending", "descending"])
@pytest.mark.parametrize("order", ["created", "changed", "accessed", "name"])
def test_pages_hold_every_secret_once_in_order(
    stores: RegionStores, others: RegionStores, order: str, descending: bool
) -> None:
    """While others come and go between the pages; those scheduled for deletion stay out."""
    stay = []
    for number in range(40):
        secret = values.secret()
        day = None if number % 3 == 0 else number // 4
        version = replace(secret.versions["version-1"], accessed_day=day)
        stay.append(
            replace(
                secret,
                versions={version.id: version},
                created_ms=number // 5,
                changed_ms=50 - number // 7,
            )
        )
    go = [values.secret() for _ in range(20)]
    hidden = replace(values.secret(), deleted_ms=4)
    foreign = replace(values.secret(), account="999999999999")
    commit(stores, *(values.made(secret) for secret in [*stay, *go, hidden, foreign]))

    come = [values.secret() for _ in range(20)]

    def between() -> None:
        if come:
            commit(others, values.made(come.pop()))
        if go:
            commit(others, SecretPurged(secret=go.pop()))

    seen = _pages(stores, order, descending=descending, limit=3, between=between)

    positions = [_position(secret, order) for secret in seen]
    assert positions == sorted(set(positions), reverse=descending)
    assert {secret.sid for secret in stay} <= {secret.sid for secret in seen}
    assert not {hidden.sid, foreign.sid} & {secret.sid for secret in seen}


def test_ten_thousand_secrets_are_listed_page_by_page(stores: RegionStores) -> None:
    secrets = [values.secret(created_ms=number // 10) for number in range(10_000)]
    commit(stores, *(values.made(secret) for secret in secrets))

    seen = _pages(stores, "created", descending=False, limit=501, between=lambda: None)

    assert len(secrets) == len(seen)
    assert {secret.sid for secret in secrets} == {secret.sid for secret in seen}


def test_a_page_may_hold_those_scheduled_for_deletion(stores: RegionStores) -> None:
    hidden = replace(values.secret(), deleted_ms=4)
    commit(stores, values.made(hidden))
    listing = SecretListing(account=ACCOUNT, order="created", descending=False, after=None, limit=9)

    assert [hidden] == list(stores.unit().list_secrets(listing, _everything))


GLANCED: dict[str, tuple[Secret, Link | None]] = {
    "alone": (values.secret(), None),
    "described and tagged": (replace(values.secret(), description="a ☃", tags={"k": "v"}), None),
    "no description and no tag, but there were some": (
        replace(values.secret(), description="", tags={}),
        None,
    ),
    "scheduled for deletion": (replace(values.secret(), deleted_ms=4), None),
    "a primary": (values.secret(), values.link_to(OHIO)),
    "a primary whose last replica is leaving": (
        values.secret(),
        replace(values.link_to(OHIO), lifecycle=Lifecycle.LEAVING),
    ),
    "a replica": (replace(values.secret(), incoming=values.incoming()), None),
    "a replica that was promoted": (
        replace(values.secret(), incoming=replace(values.incoming(), role=Role.PROMOTED)),
        None,
    ),
}


@pytest.mark.parametrize(("secret", "link"), GLANCED.values(), ids=GLANCED)
def test_what_filters_look_at_is_what_the_secret_says(
    stores: RegionStores, secret: Secret, link: Link | None
) -> None:
    links = [] if link is None else [LinkAdded(secret=secret, link=link)]
    commit(stores, values.made(secret), *links)
    listing = SecretListing(account=ACCOUNT, order="name", descending=False, after=None, limit=9)
    looked: list[tuple[object, ...]] = []

    def choose(rows: Iterable[Glance]) -> Sequence[str]:
        looked.extend(
            (row.sid, row.place, row.name, row.description, row.tags, row.primary_region, row.is_deleted)
            for row in rows
        )
        return [secret.sid]

    (read,) = stores.unit().list_secrets(listing, choose)

    place = (read.name, read.sid)
    is_deleted = read.deleted_ms is not None
    assert read == held(stores, secret)
    assert looked == [
        (read.sid, place, read.name, read.description, read.tags, read.primary_region, is_deleted)
    ]


def test_only_the_chosen_are_read_in_the_order_in_which_they_stand(stores: RegionStores) -> None:
    """Some from memory, some together, some of them with links, and none that is not there."""
    made = [created(stores, *([values.link_to(OHIO)] if number % 3 else [])) for number in range(60)]
    unit = stores.unit()
    for secret in made[::7]:
        unit.secret(ACCOUNT, secret.sid)
    listing = SecretListing(account=ACCOUNT, order="name", descending=False, after=None, limit=99)

    page = unit.list_secrets(listing, lambda rows: [row.sid for row in rows][5:])
    nobody = unit.list_secrets(listing, lambda _rows: ["no-such-sid"])

    assert made[5:] == list(page)
    assert [] == list(nobody)


@given(data=st.data())
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_what_a_connection_remembers_is_never_older_than_the_last_commit(
    engine: Engine, data: st.DataObject
) -> None:
    """A cached row is used only after its validity was checked in this unit."""
    _assert_never_stale(engine, lambda most: data.draw(st.integers(0, most)))


def test_a_cache_that_forgets_nothing_would_be_found_out(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The check above catches a planted bug."""
    monkeypatch.setattr(RowCache, "clear", lambda _self: None)

    def search() -> None:
        for seed in range(20):
            _assert_never_stale(engine, partial(Random(seed).randint, 0))

    with pytest.raises((AssertionError, Moved)):
        search()


def _assert_never_stale(engine: Engine, pick: Callable[[int], int]) -> None:
    readers = [engine.stores() for _ in range(3)]
    secret, key = values.secret(), values.key()
    commit(readers[0], values.made(secret), KeySaved(before=None, after=key, alias=key.key_id))
    link = values.link_to(OHIO)
    commit(readers[0], LinkAdded(secret=secret, link=link))
    secret = replace(secret, links=(link,), stamp=secret.stamp + 1)
    for _ in range(12):
        where = readers[pick(2)]
        match pick(5):
            case 0:
                change = values.described(secret, values.fresh("text"))
                commit(where, change)
                stepped = where.unit().link(link.link_id)
                assert stepped is not None
                secret = replace(change.after, links=(stepped.link,))
            case 1:
                toggled = KeyState.DISABLED if key.state is KeyState.ENABLED else KeyState.ENABLED
                changed = replace(key, state=toggled, stamp=key.stamp + 1)
                commit(where, KeySaved(before=key, after=changed))
                key = changed
            case _:
                unit = where.unit()
                assert secret == unit.secret_named(ACCOUNT, secret.name)
                assert secret == unit.secret(ACCOUNT, secret.sid)
                assert key == unit.key(ACCOUNT, key.key_id) == unit.key_of_alias(ACCOUNT, key.key_id)
                assert isinstance(unit.sealed_value(secret, "version-1"), SealedValue)
    for reader in readers:
        reader.close()
