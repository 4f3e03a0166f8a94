"""Rotation, deletion and imported material as rules (KMS Developer Guide; facts A.2)."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.unit.keys.made import ARN, DAY_MS, NOW, key, material

from watchword.api.errors import ApiError, ValidationException
from watchword.api.shapes import kms
from watchword.keys import imports, life, rotation
from watchword.keys.imports import EXISTING, EXPIRES, LASTS, NEW, Wish
from watchword.keys.model import KeyState, KeyUsage, KMSKey, Material, Origin, RotationType

EXTERNAL = key(origin=Origin.EXTERNAL)
EMPTY = key(origin=Origin.EXTERNAL, state=KeyState.PENDING_IMPORT, materials={}, current_version=0)
ROTATING = key(rotation_days=90, rotates_ms=NOW + 90 * DAY_MS)


def wish(kind: str = NEW, *, material_id: str | None = None, expires_ms: int | None = None) -> Wish:
    return Wish(expires_ms=expires_ms, kind=kind, material_id=material_id, description=None)


# Deletion


@pytest.mark.parametrize(("days", "expected"), [(None, 30), (7, 7), (30, 30)])
def test_a_key_is_scheduled_for_deletion_in(days: int | None, expected: int) -> None:
    after = life.scheduled_for_deletion(key(), window_days=days, now=NOW)

    assert (after.state, after.deletion_ms) == (KeyState.PENDING_DELETION, NOW + expected * DAY_MS)
    assert after.due_ms == after.deletion_ms


@pytest.mark.parametrize(
    ("days", "bound"), [(6, "greater than or equal to 7"), (31, "less than or equal to 30")]
)
def test_a_window_is_of_7_to_30_days(days: int, bound: str) -> None:
    """The model says 1 to 365, so no client checks it (facts A.2)."""
    with pytest.raises(ValidationException) as refused:
        life.scheduled_for_deletion(key(), window_days=days, now=NOW)

    assert refused.value.message == (
        f"1 validation error detected: Value '{days}' at 'pendingWindowInDays' failed to satisfy constraint: "
        f"Member must have value {bound}"
    )


def test_a_key_is_destroyed_at_the_end_of_its_window_and_not_before() -> None:
    scheduled = life.scheduled_for_deletion(key(), window_days=7, now=NOW)
    end = NOW + 7 * DAY_MS

    assert not life.is_to_be_destroyed(scheduled, now=end - 1)
    assert life.is_to_be_destroyed(scheduled, now=end)
    assert not life.is_to_be_destroyed(life.deletion_cancelled(scheduled), now=end)


def test_a_deletion_that_is_cancelled_leaves_the_key_disabled() -> None:
    scheduled = life.scheduled_for_deletion(key(), window_days=None, now=NOW)

    after = life.deletion_cancelled(scheduled)

    assert (after.state, after.deletion_ms, after.due_ms) == (KeyState.DISABLED, None, None)


def test_a_cancelled_key_without_its_material_waits_for_it() -> None:
    scheduled = life.scheduled_for_deletion(EMPTY, window_days=None, now=NOW)

    assert life.deletion_cancelled(scheduled).state is KeyState.PENDING_IMPORT


def test_a_key_that_is_so_already_is_not_changed() -> None:
    enabled = key()

    assert life.switched(enabled, KeyState.ENABLED) is enabled
    assert rotation.disabled(enabled) is enabled
    assert rotation.enabled(ROTATING, period_days=90, now=NOW + 5) is ROTATING


# Rotation


@pytest.mark.parametrize(("days", "expected"), [(None, 365), (90, 90), (2_560, 2_560)])
def test_a_key_rotates_every(days: int | None, expected: int) -> None:
    after = rotation.enabled(key(), period_days=days, now=NOW)

    assert (after.rotation_days, after.rotates_ms) == (expected, NOW + expected * DAY_MS)


@pytest.mark.parametrize("days", [89, 2_561])
def test_a_period_is_of_90_to_2560_days(days: int) -> None:
    with pytest.raises(ValidationException):
        rotation.enabled(key(), period_days=days, now=NOW)


def test_another_period_counts_from_now() -> None:
    after = rotation.enabled(ROTATING, period_days=100, now=NOW + DAY_MS)

    assert (after.rotation_days, after.rotates_ms) == (100, NOW + 101 * DAY_MS)


DUE = {
    "on its day": (ROTATING, 0, True),
    "not before": (ROTATING, -1, False),
    "not while it is disabled": (replace(ROTATING, state=KeyState.DISABLED), DAY_MS, False),
    "not while it is pending deletion": (replace(ROTATING, state=KeyState.PENDING_DELETION), DAY_MS, False),
    "not without a period": (key(), DAY_MS, False),
}


@pytest.mark.parametrize(("held", "late_ms", "due"), DUE.values(), ids=DUE)
def test_a_rotation_is_due(held: KMSKey, late_ms: int, due: bool) -> None:
    assert rotation.is_due(held, now=NOW + 90 * DAY_MS + late_ms) is due


def test_a_disabled_key_has_nothing_due_and_all_of_it_when_it_is_enabled() -> None:
    disabled = life.switched(ROTATING, KeyState.DISABLED)

    assert disabled.due_ms is None
    assert life.switched(disabled, KeyState.ENABLED).due_ms == ROTATING.rotates_ms


@pytest.mark.parametrize(
    ("late_ms", "next_days"), [(0, 180), (5 * DAY_MS, 180), (90 * DAY_MS, 270), (400 * DAY_MS, 540)]
)
def test_an_automatic_rotation_keeps_to_the_schedule(late_ms: int, next_days: int) -> None:
    """One rotation makes up for all that a stopped Region has missed."""
    now = NOW + 90 * DAY_MS + late_ms

    after = rotation.rotated(ROTATING, material("b"), kind=RotationType.AUTOMATIC, now=now)

    assert after.rotates_ms == NOW + next_days * DAY_MS
    assert after.current_version == 2
    assert after.materials[1] == ROTATING.materials[1]
    assert after.materials[2] == replace(material("b"), rotated_ms=now, rotation=RotationType.AUTOMATIC)


def test_a_rotation_on_demand_leaves_the_schedule_alone() -> None:
    """KMS API, RotateKeyOnDemand."""
    after = rotation.rotated(ROTATING, material("b"), kind=RotationType.ON_DEMAND, now=NOW)

    assert after.rotates_ms == ROTATING.rotates_ms


def test_the_twenty_sixth_rotation_on_demand_is_refused() -> None:
    held = key()
    for number in range(25):
        rotation.check_on_demand(held, now=NOW, rotations_max=25)
        held = rotation.rotated(held, material(f"{number % 10}"), kind=RotationType.ON_DEMAND, now=NOW)

    with pytest.raises(kms.LimitExceededException) as refused:
        rotation.check_on_demand(held, now=NOW, rotations_max=25)

    assert refused.value.message == (
        "The on-demand rotations limit has been reached for the given keyId. "
        f"No more on-demand rotations can be performed for this key: {ARN}"
    )


def test_shortly_before_an_automatic_rotation_none_is_done_on_demand() -> None:
    """ConflictException: within the next 20 minutes."""
    assert ROTATING.rotates_ms is not None
    early = ROTATING.rotates_ms - rotation.IMMINENT_MS

    rotation.check_on_demand(ROTATING, now=early - 1, rotations_max=25)
    with pytest.raises(kms.ConflictException):
        rotation.check_on_demand(ROTATING, now=early, rotations_max=25)


# Imported material


def put(held: KMSKey, name: str, *, kind: str = NEW, expires_ms: int | None = None) -> KMSKey:
    asked = wish(kind, expires_ms=expires_ms)
    version = imports.version_for(held, name * 64, asked)
    return imports.imported(held, version, wrapped=b"wrapped", material_id=name * 64, wish=asked)


def test_the_first_material_makes_the_key_usable() -> None:
    after = put(EMPTY, "a")

    assert (after.state, after.current_version, set(after.materials)) == (KeyState.ENABLED, 1, {1})


def test_more_material_waits_for_its_rotation_and_one_at_a_time() -> None:
    after = put(put(EMPTY, "a"), "b")

    assert (after.current_version, set(after.materials)) == (1, {1, 2})
    rotation.check_on_demand(after, now=NOW, rotations_max=25)
    with pytest.raises(kms.KMSInvalidStateException):
        put(after, "c")
    rotated = rotation.rotated(after, after.materials[2], kind=RotationType.ON_DEMAND, now=NOW)
    assert (rotated.current_version, set(rotated.materials)) == (2, {1, 2})
    assert set(put(rotated, "c").materials) == {1, 2, 3}


def test_without_waiting_material_an_imported_key_is_not_rotated() -> None:
    with pytest.raises(kms.KMSInvalidStateException):
        rotation.check_on_demand(put(EMPTY, "a"), now=NOW, rotations_max=25)
    gone = imports.without(put(put(EMPTY, "a"), "b"), frozenset({2}))
    with pytest.raises(kms.KMSInvalidStateException):
        rotation.check_on_demand(gone, now=NOW, rotations_max=25)


def test_deleted_material_comes_back_and_no_other_takes_its_place() -> None:
    held = put(EMPTY, "a")
    gone = imports.without(held, frozenset({1}))

    assert (gone.state, gone.materials[1].wrapped) == (KeyState.PENDING_IMPORT, None)
    with pytest.raises(kms.IncorrectKeyMaterialException):
        put(gone, "b", kind=EXISTING)
    assert put(gone, "a", kind=EXISTING).state is KeyState.ENABLED


def test_known_material_is_not_new() -> None:
    with pytest.raises(kms.IncorrectKeyMaterialException):
        put(put(EMPTY, "a"), "a", kind=NEW)


def test_a_material_id_has_to_be_the_material_s() -> None:
    held = put(EMPTY, "a")

    assert imports.version_for(held, "a" * 64, wish(EXISTING, material_id="a" * 64)) == 1
    with pytest.raises(kms.IncorrectKeyMaterialException):
        imports.version_for(held, "a" * 64, wish(EXISTING, material_id="b" * 64))


def test_all_material_that_has_sealed_must_be_here() -> None:
    held = put(put(EMPTY, "a"), "b")
    rotated = rotation.rotated(held, held.materials[2], kind=RotationType.ON_DEMAND, now=NOW)

    gone = imports.without(rotated, frozenset({1}))

    assert gone.state is KeyState.PENDING_IMPORT
    assert put(gone, "a", kind=EXISTING).state is KeyState.ENABLED
    # What only waits is not missed.
    assert imports.without(held, frozenset({2})).state is KeyState.ENABLED


def test_material_that_goes_leaves_a_key_that_is_pending_deletion_as_it_is() -> None:
    """KMS API, DeleteImportedKeyMaterial."""
    scheduled = life.scheduled_for_deletion(put(EMPTY, "a"), window_days=7, now=NOW)

    assert imports.without(scheduled, frozenset({1})).state is KeyState.PENDING_DELETION


def test_material_expires_at_its_moment_and_not_before() -> None:
    held = put(EMPTY, "a", expires_ms=NOW + 5)

    assert held.due_ms == held.expires_ms == NOW + 5
    assert imports.expired(held, now=NOW + 4) == frozenset()
    assert imports.expired(held, now=NOW + 5) == {1}
    assert imports.without(held, frozenset({1})).due_ms is None


def test_a_description_stays_until_another_one_is_given() -> None:
    held = put(EMPTY, "a")
    described = replace(held, materials={1: replace(held.materials[1], description="mine")})

    assert put(described, "a", kind=EXISTING).materials[1].description == "mine"


MOMENTS: dict[str, tuple[str | None, int | None, int | type[ApiError] | None]] = {
    "for ever": (LASTS, None, None),
    "for ever, until": (LASTS, NOW + 1, ValidationException),
    "until": (EXPIRES, NOW + 1, NOW + 1),
    "until, unless said otherwise": (None, NOW + 1, NOW + 1),
    "until no moment": (None, None, ValidationException),
    "until now": (EXPIRES, NOW, ValidationException),
    "for a year": (EXPIRES, NOW + 365 * DAY_MS, NOW + 365 * DAY_MS),
    "for longer": (EXPIRES, NOW + 365 * DAY_MS + 1, ValidationException),
}


@pytest.mark.parametrize(("model", "valid_to_ms", "expected"), MOMENTS.values(), ids=MOMENTS)
def test_material_is_imported(
    model: str | None, valid_to_ms: int | None, expected: int | type[ApiError] | None
) -> None:
    """KMS API, ImportKeyMaterial: ExpirationModel and ValidTo."""
    if isinstance(expected, type):
        with pytest.raises(expected):
            imports.expiry(model=model, valid_to_ms=valid_to_ms, now=NOW)
    else:
        assert imports.expiry(model=model, valid_to_ms=valid_to_ms, now=NOW) == expected


def test_an_import_is_new_the_first_time_unless_it_says_otherwise() -> None:
    none: dict[str, str | None] = {"material_id": None, "description": None}
    mac = replace(EXTERNAL, usage=KeyUsage.GENERATE_VERIFY_MAC, spec="HMAC_256")

    assert imports.kind_of(EMPTY, asked=None, **none) == NEW
    assert imports.kind_of(EXTERNAL, asked=None, **none) == EXISTING
    assert imports.kind_of(EXTERNAL, asked=NEW, **none) == NEW
    assert imports.kind_of(mac, asked=None, **none) == EXISTING
    with pytest.raises(ValidationException):
        imports.kind_of(EXTERNAL, asked=NEW, material_id="a" * 64, description=None)
    for said in ({"asked": NEW}, {"material_id": "a" * 64}, {"description": "mine"}):
        with pytest.raises(ValidationException):
            imports.kind_of(mac, **{"asked": None, **none, **said})


def test_a_key_that_is_not_imported_never_expires() -> None:
    assert key(materials={1: Material(material_id="a" * 64, wrapped=b"w", expires_ms=1)}).expires_ms is None
