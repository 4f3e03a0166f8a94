"""Keys and grants as tests of rules want them."""

from __future__ import annotations

from collections.abc import Mapping

from watchword.keys.model import Grant, KeyManager, KeyState, KMSKey, Material, Origin

ACCOUNT = "123456789012"
KEY_ID = "11111111-1111-4111-8111-111111111111"
ARN = f"arn:aws:kms:us-east-1:{ACCOUNT}:key/{KEY_ID}"
ROOT = f"arn:aws:iam::{ACCOUNT}:root"
ALICE = f"arn:aws:iam::{ACCOUNT}:user/alice"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/app"
NOW = 1_795_298_400_000
DAY_MS = 86_400_000


def material(name: str, *, expires_ms: int | None = None, wrapped: bytes | None = b"wrapped") -> Material:
    return Material(material_id=name * 64, wrapped=wrapped, expires_ms=expires_ms)


def key(
    *,
    state: KeyState = KeyState.ENABLED,
    origin: Origin = Origin.AWS_KMS,
    manager: KeyManager = KeyManager.CUSTOMER,
    materials: Mapping[int, Material] | None = None,
    current_version: int = 1,
    rotation_days: int | None = None,
    rotates_ms: int | None = None,
    deletion_ms: int | None = None,
) -> KMSKey:
    return KMSKey(
        account=ACCOUNT,
        key_id=KEY_ID,
        partition="aws",
        region="us-east-1",
        description="",
        manager=manager,
        state=state,
        tags={},
        policy=None,
        materials={1: material("a")} if materials is None else materials,
        current_version=current_version,
        created_ms=NOW,
        stamp=1,
        origin=origin,
        rotation_days=rotation_days,
        rotates_ms=rotates_ms,
        deletion_ms=deletion_ms,
    )


def grant(
    *operations: str,
    grantee: str = ALICE,
    retiring: str = "",
    name: str = "",
    equals: Mapping[str, str] | None = None,
    subset: Mapping[str, str] | None = None,
    grant_id: str = "f" * 64,
) -> Grant:
    return Grant(
        account=ACCOUNT,
        key_id=KEY_ID,
        grant_id=grant_id,
        name=name,
        grantee=grantee,
        retiring=retiring,
        operations=tuple(sorted(operations)),
        context_equals=equals,
        context_subset=subset,
        issuing_account=ACCOUNT,
        created_ms=NOW,
    )
