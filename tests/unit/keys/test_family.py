"""What the Regions of a multi-Region key share is merged: in any order, any number of times, and nothing is lost by it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.keys.made import NOW, key, material

from watchword.keys import family, life, rotation
from watchword.keys.family import Conflict, Told
from watchword.keys.model import Family, KeyState, KMSKey, Material, Origin, RotationType

DAY_MS = 86_400_000
ONE, TWO, THREE = "us-east-1", "us-east-2", "eu-west-1"
NAMES = (ONE, TWO, THREE)


def shared(region: str = ONE, **changed: Any) -> KMSKey:
    """A key of two Regions, as one of them has it."""
    said: dict[str, Any] = {"revision": 1, "primary_region": ONE, "members": {ONE: 1, TWO: 1}}
    return replace(key(), region=region, family=Family(**(said | changed)))


def told(held: KMSKey) -> Told:
    return family.told_of(held)


def merged(held: KMSKey, other: Told) -> KMSKey:
    return family.merged(held, other, adopted=dict.fromkeys(other.materials, b"adopted"), now=NOW)


# Merging is a join


def drawn_material(version: int) -> Material:
    return Material(material_id=f"{version:064x}", wrapped=b"w")


@st.composite
def keys(draw: st.DrawFn) -> KMSKey:
    """A key as some Region might have it, with material that is the same in all of them by version."""
    versions = draw(st.sets(st.integers(2, 6), max_size=3)) | {1}
    current = draw(st.sampled_from(sorted(versions)))
    materials = {}
    for version in versions:
        begun = version <= current and draw(st.booleans())
        materials[version] = replace(drawn_material(version), rotated_ms=NOW if begun else None)
    days = draw(st.sampled_from([None, 90, 365]))
    return replace(
        key(),
        region=draw(st.sampled_from(NAMES)),
        materials=materials,
        current_version=current,
        rotation_days=days,
        rotates_ms=None if days is None else NOW + draw(st.integers(0, 3)),
        family=Family(
            revision=draw(st.integers(1, 9)),
            primary_region=draw(st.sampled_from(NAMES)),
            term=draw(st.integers(1, 3)),
            handed_by=draw(st.sampled_from(["", *NAMES])),
            schedule=(draw(st.integers(1, 2)), draw(st.integers(0, 2))),
            members=draw(st.dictionaries(st.sampled_from(NAMES), st.integers(1, 4))),
        ),
    )


def state(held: KMSKey) -> Told:
    """What is told, but for the Region's own count of its changes."""
    said = told(held)
    return replace(said, family=replace(said.family, revision=0))


@given(one=keys(), other=keys())
def test_two_regions_that_have_heard_each_other_have_the_same(one: KMSKey, other: KMSKey) -> None:
    assert state(merged(one, told(other))) == state(merged(other, told(one)))


@given(one=keys(), other=keys(), third=keys())
def test_it_does_not_matter_who_is_heard_first(one: KMSKey, other: KMSKey, third: KMSKey) -> None:
    first = merged(merged(one, told(other)), told(third))
    by_way = merged(one, told(merged(other, told(third))))

    assert state(first) == state(merged(merged(one, told(third)), told(other))) == state(by_way)


@given(one=keys(), other=keys())
def test_what_was_heard_is_not_heard_again(one: KMSKey, other: KMSKey) -> None:
    after = merged(one, told(other))

    assert merged(after, told(other)) is after
    assert merged(after, told(one)) is after
    assert merged(one, told(one)) is one


@given(one=keys(), other=keys())
def test_nothing_that_either_knew_is_lost(one: KMSKey, other: KMSKey) -> None:
    after = merged(one, told(other))

    assert after.materials.keys() == one.materials.keys() | other.materials.keys()
    assert after.current_version == max(one.current_version, other.current_version)
    assert all(after.materials[version].wrapped == held.wrapped for version, held in one.materials.items())
    assert after.family is not None
    assert one.family is not None
    assert after.family.term >= one.family.term
    assert all(after.family.members[name] >= count for name, count in one.family.members.items())


@given(
    held=st.lists(keys(), min_size=2, max_size=4),
    order=st.lists(st.integers(0, 11), min_size=24, max_size=24),
)
@settings(max_examples=50)
def test_regions_that_talk_in_any_order_agree_on_one_primary(held: list[KMSKey], order: list[int]) -> None:
    for drawn in order:
        source, target = held[drawn % len(held)], drawn // len(held) % len(held)
        held[target] = merged(held[target], told(source))
    for _ in held:
        for source in list(held):
            held = [merged(one, told(source)) for one in held]

    assert 1 == len({state(one).family.primary_region for one in held})
    assert 1 == len({family.digest_of(one) for one in held})


def test_two_materials_of_one_version_are_never_settled_by_leaving_one_out() -> None:
    other = replace(shared(TWO), materials={1: material("b")})

    with pytest.raises(Conflict):
        merged(shared(), told(other))


def test_a_merge_that_ignores_terms_is_seen() -> None:
    """A planted fault: the search above must see a rule that is no join."""
    one, other = shared(term=1, primary_region=TWO), shared(TWO, term=2, primary_region=ONE)

    def last_heard(held: KMSKey, said: Told) -> KMSKey:
        return replace(held, family=said.family)

    assert state(last_heard(one, told(other))) != state(last_heard(other, told(one)))


# What is told


UNTOLD: dict[str, dict[str, Any]] = {
    "its description": {"description": "mine"},
    "its policy": {"policy": "{}"},
    "its tags": {"tags": {"a": "b"}},
    "its state": {"state": KeyState.DISABLED},
    "its deletion": {"state": KeyState.PENDING_DELETION, "deletion_ms": NOW},
    "how its material is wrapped": {"materials": {1: replace(material("a"), wrapped=b"otherwise")}},
}


@pytest.mark.parametrize("own", UNTOLD.values(), ids=UNTOLD)
def test_what_is_a_region_s_own_is_not_told(own: dict[str, Any]) -> None:
    before = shared()
    after = replace(before, **own, stamp=before.stamp + 1)

    assert family.changed(before, after) is after
    assert family.digest_of(before) == family.digest_of(after)


TOLD: dict[str, dict[str, Any]] = {
    "material": {"materials": {1: material("a"), 2: material("b")}},
    "which material seals": {"current_version": 0},
    "its schedule": {"rotation_days": 90, "rotates_ms": NOW},
}


@pytest.mark.parametrize("change", TOLD.values(), ids=TOLD)
def test_what_is_shared_raises_the_revision(change: dict[str, Any]) -> None:
    before = shared()
    after = family.changed(before, replace(before, **change, stamp=before.stamp + 1))

    assert after.family is not None
    assert after.family.revision == 2
    assert family.digest_of(before) != family.digest_of(after)


def test_new_material_is_stamped_with_the_revision_and_a_schedule_with_its_number() -> None:
    before = shared()
    rotated = replace(before, materials={1: material("a"), 2: material("b")}, stamp=2)
    scheduled = rotation.enabled(before, period_days=90, now=NOW)

    after = family.changed(before, rotated)
    assert (after.materials[1].learned, after.materials[2].learned) == (0, 2)
    numbered = family.changed(before, scheduled)
    assert numbered.family is not None
    assert numbered.family.schedule == (1, 1)


def test_a_key_of_one_region_tells_nothing() -> None:
    alone = key()

    assert family.changed(alone, replace(alone, rotation_days=90, rotates_ms=NOW)).family is None
    assert family.replicas(alone) == ()
    assert family.relatives(alone) == {}


# The primary


def test_the_primary_goes_and_comes_back_in_later_terms() -> None:
    held = shared()

    gone = family.handed_over(held, TWO)
    assert (gone.is_primary, gone.state) == (False, KeyState.UPDATING)
    back = family.taken_back(gone, now=NOW)

    assert (back.is_primary, back.state) == (True, KeyState.ENABLED)
    assert back.family is not None
    assert back.family.term == 3


def test_a_primary_is_asked_for_once_and_may_be_declined() -> None:
    former, other = shared(), shared(TWO)
    asked = told(family.handed_over(former, TWO))

    assert family.asks_to_be_primary(other, asked)
    assert not family.asks_to_be_primary(merged(other, asked), asked)
    assert not family.asks_to_be_primary(former, asked)
    declined = merged(other, family.declined(other, asked))
    heard = merged(family.handed_over(former, TWO), told(declined))

    assert not declined.is_primary
    assert (heard.is_primary, heard.state) == (True, KeyState.ENABLED)


def test_a_former_primary_whose_successor_is_destroyed_is_primary_again() -> None:
    gone = family.handed_over(shared(), TWO)

    after = family.left(gone, TWO, count=1, now=NOW)

    assert (after.is_primary, after.state, family.replicas(after)) == (True, KeyState.ENABLED, ())


# Replicas come and go


def test_an_end_that_is_heard_late_does_not_end_the_replica_after_it() -> None:
    held = shared(members={ONE: 1, TWO: 3})

    assert family.left(held, TWO, count=1, now=NOW) is held
    assert family.replicas(family.left(held, TWO, count=3, now=NOW)) == ()


def test_a_replica_made_again_has_the_next_number() -> None:
    gone = family.left(shared(), TWO, count=1, now=NOW)
    again = family.with_replica(gone, TWO)

    assert family.relatives(again) == {TWO: 3}


def test_a_primary_waits_for_its_replicas_and_then_for_its_window() -> None:
    waiting = life.scheduled_for_deletion(shared(), window_days=10, now=NOW)
    assert (waiting.state, waiting.deletion_ms, waiting.window_days) == (
        KeyState.PENDING_REPLICA_DELETION,
        None,
        10,
    )

    after = family.left(waiting, TWO, count=1, now=NOW)

    assert (after.state, after.deletion_ms, after.window_days) == (
        KeyState.PENDING_DELETION,
        NOW + 10 * DAY_MS,
        None,
    )


def test_a_replica_waits_for_nobody() -> None:
    after = life.scheduled_for_deletion(shared(TWO), window_days=7, now=NOW)

    assert (after.state, after.deletion_ms) == (KeyState.PENDING_DELETION, NOW + 7 * DAY_MS)


def test_a_replica_that_is_pending_deletion_and_turns_out_to_be_primary_waits_for_the_others() -> None:
    """A store was set back: it is never destroyed before its replicas."""
    pending = life.scheduled_for_deletion(shared(TWO), window_days=7, now=NOW)
    later = shared(term=2, primary_region=TWO)

    after = family.merged(pending, told(later), adopted={}, now=NOW + DAY_MS)

    assert (after.state, after.window_days) == (KeyState.PENDING_REPLICA_DELETION, 6)
    assert not life.is_to_be_destroyed(after, now=NOW + 100 * DAY_MS)


# Rotation


def test_new_material_waits_until_it_is_begun() -> None:
    waiting = rotation.rotated(
        shared(), material("b"), kind=RotationType.ON_DEMAND, now=NOW, version=9, waits=True
    )
    assert rotation.is_under_way(waiting)
    assert (waiting.current_version, waiting.materials[9].rotated_ms) == (1, None)

    begun = rotation.begun(waiting, now=NOW + 1)

    assert not rotation.is_under_way(begun)
    assert (begun.current_version, begun.materials[9].rotated_ms) == (9, NOW + 1)


def test_only_the_primary_rotates_by_itself_and_one_rotation_at_a_time() -> None:
    due: dict[str, Any] = {"rotation_days": 90, "rotates_ms": NOW}
    primary, other = replace(shared(), **due), replace(shared(TWO), **due)
    under_way = replace(primary, materials={1: material("a"), 2: material("b")})

    for held, rotates in ((primary, True), (other, False), (under_way, False)):
        assert rotates == rotation.is_due(held, now=NOW)
        assert rotates == (held.due_ms == NOW)


def test_a_multi_region_key_leaves_a_gap_between_versions_and_another_key_none() -> None:
    assert rotation.next_version(key(), lambda size: b"\xff" * size) == 2
    assert rotation.next_version(shared(), lambda size: bytes(size)) == 2
    most = rotation.next_version(shared(), lambda size: b"\xff" * size)
    assert 2 < most <= 1 + rotation.GAP_MAX


def test_imported_material_that_is_heard_of_is_waited_for() -> None:
    here = replace(shared(), origin=Origin.EXTERNAL)
    there = replace(shared(TWO), origin=Origin.EXTERNAL, materials={}, current_version=0)

    after = family.merged(there, told(here), adopted={}, now=NOW)

    assert after.materials[1].wrapped is None
    assert after.materials[1].material_id == here.materials[1].material_id
