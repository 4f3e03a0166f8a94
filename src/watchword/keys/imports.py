"""Imported material: which is accepted, when it expires, and what is left of a key without it. Pure.

A key of EXTERNAL origin is made without material. The first that is imported seals; more may be imported into a symmetric
encryption key, one at a time, and waits until the key is rotated on demand. Imported material can be deleted or expire, and
the same imported again. A key of whose material something is missing is PendingImport, whatever else it has.

Source: KMS Developer Guide, Importing key material; KMS API, ImportKeyMaterial, DeleteImportedKeyMaterial.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from watchword.api.errors import ValidationException
from watchword.api.shapes import kms
from watchword.keys.model import KeyState, KeyUsage, KMSKey, Material, Origin
from watchword.keys.rotation import DAY_MS

PARAMETERS_VALID_MS = DAY_MS
"""How long a wrapping key and its import token can be used. Source: GetParametersForImport, 24 hours."""
EXPIRES_DAYS_MAX = 365

NEW, EXISTING = "NEW_KEY_MATERIAL", "EXISTING_KEY_MATERIAL"
EXPIRES, LASTS = "KEY_MATERIAL_EXPIRES", "KEY_MATERIAL_DOES_NOT_EXPIRE"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What an import asks for beside its material."""

    expires_ms: int | None
    kind: str
    """`NEW` or `EXISTING`."""
    material_id: str | None
    description: str | None


def expiry(*, model: str | None, valid_to_ms: int | None, now: int) -> int | None:
    """When material expires that is imported so; `None`: never.

    Raises:
        ValidationException: no moment where one is due, one where none is, or not within the next 365 days.
    """
    if model == LASTS:
        if valid_to_ms is not None:
            raise ValidationException(f"ValidTo must not be specified with {LASTS}")
        return None
    if valid_to_ms is None:
        raise ValidationException(f"ValidTo must be specified with {EXPIRES}")
    if not now < valid_to_ms <= now + EXPIRES_DAYS_MAX * DAY_MS:
        raise ValidationException(f"ValidTo must be within the next {EXPIRES_DAYS_MAX} days")
    return valid_to_ms


def check_of_family(key: KMSKey, *, asked: str | None) -> None:
    """Refuse new material that a multi-Region key can't have: of a replica, and a second one, which nothing would rotate to.

    Source: ImportKeyMaterial ("you must first import new key material into the primary Region key"); RotateKeyOnDemand.

    Raises:
        UnsupportedOperationException: new material of a replica, or beside the first.
    """
    if key.family is None:
        return
    if not key.is_primary and (asked == NEW or not key.materials):
        raise kms.UnsupportedOperationException(f"{key.arn} is not a multi-region primary key.")
    if asked == NEW and key.materials:
        raise kms.UnsupportedOperationException(
            "new material for a multi-Region key that has imported material is not supported"
        )


def kind_of(key: KMSKey, *, asked: str | None, material_id: str | None, description: str | None) -> str:
    """Whether an import brings new material or the same again; unless it says so, only the first is new.

    Raises:
        ValidationException: members that are for symmetric encryption keys, or a material id for new material.
    """
    said = any(member is not None for member in (asked, material_id, description))
    if said and key.usage is not KeyUsage.ENCRYPT_DECRYPT:
        raise ValidationException(
            "ImportType, KeyMaterialId and KeyMaterialDescription are for symmetric encryption keys"
        )
    kind = asked or (EXISTING if key.materials else NEW)
    if kind == NEW and material_id is not None:
        raise ValidationException(f"KeyMaterialId must not be specified with {NEW}")
    return kind


def version_for(key: KMSKey, material_id: str, wish: Wish) -> int:
    """Which version imported material becomes.

    Raises:
        IncorrectKeyMaterialException: new material that the key knows, or known material that it does not.
        KMSInvalidStateException: new material while other new material waits for its rotation.
    """
    known = next((version for version, one in key.materials.items() if one.material_id == material_id), None)
    if wish.kind == NEW:
        if known is not None:
            raise kms.IncorrectKeyMaterialException("the key material is associated with this key already")
        if len(key.materials) > key.current_version:
            raise kms.KMSInvalidStateException(f"{key.arn} has key material that is pending rotation.")
        return len(key.materials) + 1
    if known is None or wish.material_id not in (None, material_id):
        raise kms.IncorrectKeyMaterialException("the key material is not what was imported before")
    return known


def imported(key: KMSKey, version: int, *, wrapped: bytes, material_id: str, wish: Wish) -> KMSKey:
    """The key with the material in place; enabled, if that was all that was missing."""
    held = key.materials.get(version)
    kept = held.description if held is not None else None
    material = Material(
        material_id=material_id,
        wrapped=wrapped,
        rotated_ms=None if held is None else held.rotated_ms,
        rotation=None if held is None else held.rotation,
        description=kept if wish.description is None else wish.description,
        expires_ms=wish.expires_ms,
    )
    after = replace(
        key,
        materials={**key.materials, version: material},
        current_version=max(key.current_version, 1),
        stamp=key.stamp + 1,
    )
    if after.state is KeyState.PENDING_IMPORT and is_complete(after):
        after = replace(after, state=KeyState.ENABLED)
    return after


def without(key: KMSKey, versions: frozenset[int]) -> KMSKey:
    """The key without the bytes of these materials; what they were, it keeps, so that they can be imported again."""
    gone = {
        version: replace(one, wrapped=None, expires_ms=None) if version in versions else one
        for version, one in key.materials.items()
    }
    if gone == key.materials:
        return key
    after = replace(key, materials=gone, stamp=key.stamp + 1)
    deleted = (KeyState.PENDING_DELETION, KeyState.PENDING_REPLICA_DELETION)
    if after.state not in deleted and not is_complete(after):
        after = replace(after, state=KeyState.PENDING_IMPORT)
    return after


def expired(key: KMSKey, *, now: int) -> frozenset[int]:
    """The versions whose material has to go."""
    if key.origin is not Origin.EXTERNAL:
        return frozenset()
    return frozenset(
        version
        for version, one in key.materials.items()
        if one.wrapped is not None and one.expires_ms is not None and one.expires_ms <= now
    )


def is_complete(key: KMSKey) -> bool:
    """Whether all material is here that seals now or has sealed; what waits for its rotation is not missed."""
    return key.current_version > 0 and all(
        one.wrapped is not None for version, one in key.materials.items() if version <= key.current_version
    )
