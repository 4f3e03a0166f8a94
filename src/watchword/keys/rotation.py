"""Rotation: when it is due, and what it makes of a key. Pure.

A rotated key seals with new material; all older material keeps opening what it sealed. Automatic rotation comes at the end
of each period, on schedule; a rotation on demand leaves the schedule as it is. While a key is disabled or pending deletion
it is not rotated; what fell due meanwhile is done when it is enabled again.

Source: KMS Developer Guide, Rotate KMS keys; KMS API, EnableKeyRotation, RotateKeyOnDemand; facts A.2.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from watchword.api.errors import ValidationException
from watchword.api.shapes import kms
from watchword.keys import refusals
from watchword.keys.model import KeyState, KMSKey, Material, Origin, RotationType

DAY_MS = 86_400_000
PERIOD_DAYS_DEFAULT = 365
PERIOD_DAYS_MIN = 90
PERIOD_DAYS_MAX = 2_560
GAP_BYTES = 3
GAP_MAX = 2**20
"""With 32 bits for a version there is room for 4,000 rotations at least: a thousand years, at four a year."""
IMMINENT_MS = 20 * 60_000
"""So long before an automatic rotation none is done on demand. Source: ConflictException."""


def enabled(key: KMSKey, *, period_days: int | None, now: int) -> KMSKey:
    """The key with automatic rotation, first at the end of one period from now; with the same period it stays as it is.

    Raises:
        ValidationException: the period is not one of 90 to 2,560 days.
    """
    days = PERIOD_DAYS_DEFAULT if period_days is None else period_days
    if not PERIOD_DAYS_MIN <= days <= PERIOD_DAYS_MAX:
        text = refusals.out_of_range(
            days, "rotationPeriodInDays", least=PERIOD_DAYS_MIN, most=PERIOD_DAYS_MAX
        )
        raise ValidationException(text)
    if key.rotation_days == days:
        return key
    return replace(key, rotation_days=days, rotates_ms=now + days * DAY_MS, stamp=key.stamp + 1)


def disabled(key: KMSKey) -> KMSKey:
    if key.rotation_days is None:
        return key
    return replace(key, rotation_days=None, rotates_ms=None, stamp=key.stamp + 1)


def is_due(key: KMSKey, *, now: int) -> bool:
    """Only the primary key of several Regions rotates; the others follow."""
    due = key.rotates_ms is not None and key.rotates_ms <= now
    return due and key.state is KeyState.ENABLED and key.is_primary and not is_under_way(key)


def next_version(key: KMSKey, entropy: Callable[[int], bytes]) -> int:
    """The version that the key's next material is.

    A multi-Region key leaves a random gap: if its primary's store is set back, or two Regions believe themselves primary
    for a while, both may rotate, and a ciphertext says which material it is under by its version alone.
    """
    gap = 0 if key.family is None else int.from_bytes(entropy(GAP_BYTES), "big") % GAP_MAX
    return key.current_version + 1 + gap


def rotated(
    key: KMSKey,
    material: Material,
    *,
    kind: RotationType,
    now: int,
    version: int | None = None,
    waits: bool = False,
) -> KMSKey:
    """The key with new material that seals from now on, as that `version`; as the next, unless it is said.

    With `waits` it is here and does not seal yet: `begun` says when it does.
    """
    version = key.current_version + 1 if version is None else version
    assert version > key.current_version
    assert version not in key.materials or key.origin is Origin.EXTERNAL
    rotates_ms = key.rotates_ms
    if kind is RotationType.AUTOMATIC:
        assert key.rotation_days is not None
        assert rotates_ms is not None
        # On schedule: were this Region stopped for years, one rotation makes up for all of them.
        periods = (now - rotates_ms) // (key.rotation_days * DAY_MS) + 1
        rotates_ms += periods * key.rotation_days * DAY_MS
    after = replace(
        key,
        materials={**key.materials, version: replace(material, rotation=kind)},
        rotates_ms=rotates_ms,
        stamp=key.stamp + 1,
    )
    return after if waits else begun(after, now=now)


def begun(key: KMSKey, *, now: int) -> KMSKey:
    """The key that seals with its last material, in the place of the one before."""
    version = max(key.materials)
    assert version > key.current_version
    current = replace(key.materials[version], rotated_ms=now)
    materials = {**key.materials, version: current}
    return replace(key, materials=materials, current_version=version, stamp=key.stamp + 1)


def is_under_way(key: KMSKey) -> bool:
    """Whether new material waits until all Regions of the key have it; until then none of them seals with it.

    Source: KMS Developer Guide, Rotating multi-Region keys.
    """
    return key.origin is Origin.AWS_KMS and max(key.materials, default=0) > key.current_version


def check_on_demand(key: KMSKey, *, now: int, rotations_max: int) -> None:
    """Refuse a rotation on demand.

    Raises:
        LimitExceededException: as many as a key can have. ConflictException: one is imminent or under way.
        KMSInvalidStateException: the material that is to be next has not been imported.
    """
    done = sum(one.rotation is RotationType.ON_DEMAND for one in key.materials.values())
    if done >= rotations_max:
        raise kms.LimitExceededException(refusals.ROTATIONS_USED_UP.format(arn=key.arn))
    if is_under_way(key):
        raise kms.ConflictException(f"a rotation of {key.arn} is under way")
    if key.rotates_ms is not None and key.rotates_ms - now <= IMMINENT_MS:
        raise kms.ConflictException(f"an automatic rotation of {key.arn} is about to begin")
    if key.origin is Origin.EXTERNAL:
        waiting = key.materials.get(key.current_version + 1)
        if waiting is None or waiting.wrapped is None:
            raise kms.KMSInvalidStateException(f"{key.arn} has no key material that is pending rotation.")
