"""Rotation: when it is due, and what it makes of a key. Pure.

A rotated key seals with new material; all older material keeps opening what it sealed. Automatic rotation comes at the end
of each period, on schedule; a rotation on demand leaves the schedule as it is. While a key is disabled or pending deletion
it is not rotated; what fell due meanwhile is done when it is enabled again.

Source: KMS Developer Guide, Rotate KMS keys; KMS API, EnableKeyRotation, RotateKeyOnDemand; facts A.2.
"""

from __future__ import annotations

from dataclasses import replace

from watchword.api.errors import ValidationException
from watchword.api.shapes import kms
from watchword.keys import refusals
from watchword.keys.model import KeyState, KMSKey, Material, Origin, RotationType

DAY_MS = 86_400_000
PERIOD_DAYS_DEFAULT = 365
PERIOD_DAYS_MIN = 90
PERIOD_DAYS_MAX = 2_560
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
    return key.state is KeyState.ENABLED and key.rotates_ms is not None and key.rotates_ms <= now


def rotated(key: KMSKey, material: Material, *, kind: RotationType, now: int) -> KMSKey:
    """The key with new material that seals from now on; `material` is that of the next version."""
    version = key.current_version + 1
    assert version not in key.materials or key.origin is Origin.EXTERNAL
    rotates_ms = key.rotates_ms
    if kind is RotationType.AUTOMATIC:
        assert key.rotation_days is not None
        assert rotates_ms is not None
        # On schedule: were this Region stopped for years, one rotation makes up for all of them.
        periods = (now - rotates_ms) // (key.rotation_days * DAY_MS) + 1
        rotates_ms += periods * key.rotation_days * DAY_MS
    current = replace(material, rotated_ms=now, rotation=kind)
    return replace(
        key,
        materials={**key.materials, version: current},
        current_version=version,
        rotates_ms=rotates_ms,
        stamp=key.stamp + 1,
    )


def check_on_demand(key: KMSKey, *, now: int, rotations_max: int) -> None:
    """Refuse a rotation on demand.

    Raises:
        LimitExceededException: as many as a key can have. ConflictException: an automatic one is imminent.
        KMSInvalidStateException: the material that is to be next has not been imported.
    """
    done = sum(one.rotation is RotationType.ON_DEMAND for one in key.materials.values())
    if done >= rotations_max:
        raise kms.LimitExceededException(refusals.ROTATIONS_USED_UP.format(arn=key.arn))
    if key.rotates_ms is not None and key.rotates_ms - now <= IMMINENT_MS:
        raise kms.ConflictException(f"an automatic rotation of {key.arn} is about to begin")
    if key.origin is Origin.EXTERNAL:
        waiting = key.materials.get(key.current_version + 1)
        if waiting is None or waiting.wrapped is None:
            raise kms.KMSInvalidStateException(f"{key.arn} has no key material that is pending rotation.")
