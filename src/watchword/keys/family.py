"""Multi-Region keys: what the Regions of one share, and what becomes of it when two of them meet. Pure.

Each Region that has the key has all that is shared, and tells every other one of it; nothing is ever asked across Regions
to use the key. What a message tells is merged, and merging is a join: in whatever order, however often and from wherever
messages come, Regions that have heard the same have the same. So a store that was set back loses nothing that any other
Region still has, and two Regions that believe themselves primary agree as soon as they meet:

  1. Material is only ever added. A version is the same material everywhere, for ever (`rotation.next_version`). New
     material seals when the primary says so, which it does when all Regions have it: what is sealed in one opens in all.
  2. The primary Region is the one of the latest term; a term is raised by UpdatePrimaryRegion. Of two claims of one term,
     which takes a store that was set back, the greater name holds.
  3. When the key is rotated is what the latest term's latest change says.
  4. A Region is counted up when the key is made there and when it is destroyed there; the greater number holds.

All else (state, policy, grants, aliases, tags, description) is each Region's own and never told.

Source: KMS Developer Guide, Multi-Region keys in AWS KMS; KMS API, ReplicateKey, UpdatePrimaryRegion; decision 0010.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from watchword.keys import imports
from watchword.keys.model import Family, KeyState, KeyUsage, KMSKey, Material, Origin
from watchword.keys.rotation import DAY_MS
from watchword.replication.digest import Plain, digest


class Conflict(Exception):
    """Two materials of one version: as good as impossible, and never to be settled by leaving one out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What a Region tells of a key: all that is shared, and of material what it is, never its bytes."""

    spec: str
    usage: KeyUsage
    origin: Origin
    family: Family
    rotation_days: int | None
    rotates_ms: int | None
    current_version: int
    materials: Mapping[int, Material]
    """By version, without bytes and without what is a Region's own."""


def told_of(key: KMSKey) -> Told:
    """What this Region tells of a key of its own."""
    assert key.family is not None
    return Told(
        spec=key.spec,
        usage=key.usage,
        origin=key.origin,
        family=key.family,
        rotation_days=key.rotation_days,
        rotates_ms=key.rotates_ms,
        current_version=key.current_version,
        materials={version: _shared(one) for version, one in key.materials.items()},
    )


def digest_of(key: KMSKey) -> str:
    """The digest of everything that is told, at the present revision. Material is told apart by its id."""
    told = told_of(key)
    family = told.family
    head: dict[str, Plain] = {
        "primary": [family.term, family.primary_region, family.handed_by],
        "schedule": [*family.schedule, told.rotation_days, told.rotates_ms],
        "members": [[region, count] for region, count in sorted(family.members.items())],
        "kind": [told.spec, told.usage.value, told.origin.value],
        "rotations": [
            told.current_version,
            [[version, one.rotated_ms] for version, one in sorted(told.materials.items())],
        ],
    }
    return digest(head, [(str(version), one.material_id, ()) for version, one in told.materials.items()])


def founded(region: str) -> Family:
    """Of a new key: primary in its only Region."""
    return Family(revision=1, primary_region=region, members={region: 1})


def is_there(family: Family, region: str) -> bool:
    return family.members.get(region, 0) % 2 == 1


def replicas(key: KMSKey) -> tuple[str, ...]:
    """The Regions of its replicas, by name; those of a key of one Region are none."""
    family = key.family
    if family is None:
        return ()
    regions = {region for region in family.members if is_there(family, region)} | {key.region}
    return tuple(sorted(regions - {family.primary_region}))


def relatives(key: KMSKey) -> Mapping[str, int]:
    """The other Regions that have the key, each with its number."""
    if key.family is None or not is_there(key.family, key.region):
        return {}
    members = key.family.members.items()
    return {region: count for region, count in members if count % 2 == 1 and region != key.region}


def changed(before: KMSKey, after: KMSKey) -> KMSKey:
    """`after`, a revision higher if it tells something else than `before` did; every change of a key goes through here."""
    family = after.family
    if family is None or before.family is None or told_of(before) == told_of(after):
        return after
    revision = before.family.revision + 1
    schedule = family.schedule
    rotates = (after.rotation_days, after.rotates_ms) != (before.rotation_days, before.rotates_ms)
    if rotates and schedule == before.family.schedule:
        schedule = (family.term, schedule[1] + 1)
    materials = {
        version: one if version in before.materials else replace(one, learned=revision)
        for version, one in after.materials.items()
    }
    return replace(after, materials=materials, family=replace(family, revision=revision, schedule=schedule))


def with_replica(key: KMSKey, region: str) -> KMSKey:
    """The key with a replica in one more Region, which is still to be made there."""
    family = key.family
    assert family is not None
    assert not is_there(family, region)
    members = {**family.members, region: family.members.get(region, 0) + 1}
    return replace(key, family=replace(family, members=members), stamp=key.stamp + 1)


def handed_over(key: KMSKey, region: str) -> KMSKey:
    """The key, a replica from now on, whose primary is to be in another Region; updating until that one has heard."""
    family = key.family
    assert family is not None
    claim = replace(family, term=family.term + 1, primary_region=region, handed_by=key.region)
    return replace(key, family=claim, state=KeyState.UPDATING, stamp=key.stamp + 1)


def taken_back(key: KMSKey, *, now: int) -> KMSKey:
    """The key, primary again: whoever else was to be, or declined to be, hears of a later term."""
    family = key.family
    assert family is not None
    claim = replace(family, term=family.term + 1, primary_region=key.region, handed_by="")
    return settled(replace(key, family=claim, stamp=key.stamp + 1), now=now)


def declined(key: KMSKey, told: Told) -> Told:
    """What is told, as if the Region that gave the primary away had it again, in a later term."""
    family = told.family
    claim = replace(family, term=family.term + 1, primary_region=family.handed_by, handed_by="")
    assert key.region != claim.primary_region
    return replace(told, family=claim)


def asks_to_be_primary(key: KMSKey, told: Told) -> bool:
    """Whether what is told would make this Region's key the primary, which it may decline."""
    family = key.family
    assert family is not None
    later = _claim(told.family) > _claim(family)
    return later and told.family.primary_region == key.region and bool(told.family.handed_by)


def left(key: KMSKey, region: str, *, count: int, now: int) -> KMSKey:
    """The key after a Region said that it destroyed the replica which had this number; an earlier one changes nothing."""
    family = key.family
    if family is None or family.members.get(region, 0) > count:
        return key
    after = replace(
        key, family=replace(family, members={**family.members, region: count + 1}), stamp=key.stamp + 1
    )
    if after.state is KeyState.UPDATING and family.primary_region == region:
        # It was destroyed before it heard that it was to be primary.
        return taken_back(after, now=now)
    return settled(after, now=now)


def merged(key: KMSKey, told: Told, *, adopted: Mapping[int, bytes], now: int) -> KMSKey:
    """The key with all that it knew and all that is told; `adopted` has the bytes of material that is new here.

    Raises:
        Conflict: a version of its material is another one there.
    """
    family = key.family
    assert family is not None
    theirs = told.family
    claim = max(_claim(family), _claim(theirs))
    days, rotates_ms, schedule = key.rotation_days, key.rotates_ms, family.schedule
    if _schedule(theirs.schedule, told.rotation_days, told.rotates_ms) > _schedule(
        schedule, days, rotates_ms
    ):
        days, rotates_ms, schedule = told.rotation_days, told.rotates_ms, theirs.schedule
    regions = family.members.keys() | theirs.members.keys()
    members = {one: max(family.members.get(one, 0), theirs.members.get(one, 0)) for one in regions}
    materials = dict(key.materials)
    for version, one in told.materials.items():
        held = materials.get(version)
        if held is None:
            materials[version] = replace(one, wrapped=adopted.get(version))
        elif held.material_id != one.material_id:
            raise Conflict
        elif held.rotated_ms is None and one.rotated_ms is not None:
            materials[version] = replace(held, rotated_ms=one.rotated_ms)
        assert key.origin is Origin.EXTERNAL or materials[version].wrapped is not None
    term, primary_region, handed_by = claim
    after = replace(
        key,
        materials=materials,
        current_version=max(key.current_version, told.current_version),
        rotation_days=days,
        rotates_ms=rotates_ms,
        family=replace(
            family,
            term=term,
            primary_region=primary_region,
            handed_by=handed_by,
            schedule=schedule,
            members=members,
        ),
        stamp=key.stamp + 1,
    )
    if told_of(after) == told_of(key):
        return key
    return settled(after, now=now)


def unknown(key: KMSKey, told: Told) -> Mapping[int, Material]:
    """The material that is told of and not here, by version."""
    return {version: one for version, one in told.materials.items() if version not in key.materials}


def settled(key: KMSKey, *, now: int) -> KMSKey:
    """The key, out of its update if it is primary after all, and pending deletion as its role asks.

    A primary waits for its replicas to be gone, and nobody else waits for anybody. Which of the two a key is changes with
    what it hears: its last replica went, or a store that was set back took it for what it was.
    """
    if key.is_primary:
        key = update_ended(key)
    waits = key.is_primary and bool(replicas(key))
    if key.state is KeyState.PENDING_REPLICA_DELETION and not waits:
        assert key.window_days is not None
        deletion_ms = now + key.window_days * DAY_MS
        state = KeyState.PENDING_DELETION
        return replace(key, state=state, deletion_ms=deletion_ms, window_days=None, stamp=key.stamp + 1)
    if key.state is KeyState.PENDING_DELETION and waits:
        assert key.deletion_ms is not None
        days = max(1, -((now - key.deletion_ms) // DAY_MS))
        state = KeyState.PENDING_REPLICA_DELETION
        return replace(key, state=state, deletion_ms=None, window_days=days, stamp=key.stamp + 1)
    return key


def update_ended(key: KMSKey) -> KMSKey:
    """The key as it was before its update: UpdatePrimaryRegion asks for an enabled one."""
    if key.state is not KeyState.UPDATING:
        return key
    state = KeyState.ENABLED if imports.is_complete(key) else KeyState.PENDING_IMPORT
    return replace(key, state=state, stamp=key.stamp + 1)


def _claim(family: Family) -> tuple[int, str, str]:
    return family.term, family.primary_region, family.handed_by


def _schedule(
    schedule: tuple[int, int], days: int | None, rotates_ms: int | None
) -> tuple[tuple[int, int], int, int]:
    # Of one number two Regions may say two things only after a store was set back: any order does, as long as it is one.
    return schedule, days or 0, rotates_ms or 0


def _shared(material: Material) -> Material:
    return Material(
        material_id=material.material_id,
        wrapped=None,
        rotated_ms=material.rotated_ms,
        rotation=material.rotation,
    )
