"""Rows to values and back. A function's parameters are a statement's columns, in order.

Sets, maps and structured fields become JSON text or several columns here and nowhere else.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict

import msgspec

from watchword.envelope.value import ValueKind
from watchword.identity.model import AccessKey
from watchword.keys.model import (
    SYMMETRIC,
    Alias,
    Family,
    Grant,
    KeyManager,
    KeyState,
    KeyUsage,
    KMSKey,
    Material,
    Origin,
    ReplicaWanted,
    RotationType,
)
from watchword.replication.model import Incoming, Kind, Lifecycle, Link, Role, Stand, Status
from watchword.replication.store import LinkRow
from watchword.secrets.model import PrimaryAcross, ReplicaAcross, Rotation, Secret, Version

Column = str | int | bytes | None

# Four times as fast as the standard library, and lists decode these for every row.
_TAGS = msgspec.json.Decoder(dict[str, str])
_LABELS = msgspec.json.Decoder(frozenset[str])
_OPERATIONS = msgspec.json.Decoder(tuple[str, ...])


def json_of(value: Mapping[str, str] | list[str]) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def tags_of(text: str) -> Mapping[str, str]:
    return _TAGS.decode(text)


def stand_of(incarnation: str | None, revision: int | None, digest: str | None) -> Stand | None:
    if incarnation is None or revision is None or digest is None:
        return None
    return Stand(incarnation=incarnation, revision=revision, digest=digest)


def stand_columns(stand: Stand | None) -> tuple[Column, Column, Column]:
    return (None, None, None) if stand is None else (stand.incarnation, stand.revision, stand.digest)


def incoming_of(
    link_id: str,
    primary_region: str,
    epoch: int,
    role: str,
    stand_incarnation: str | None,
    stand_revision: int | None,
    stand_digest: str | None,
    told: int,
) -> Incoming:
    return Incoming(
        link_id=link_id,
        primary_region=primary_region,
        epoch=epoch,
        role=Role(role),
        stand=stand_of(stand_incarnation, stand_revision, stand_digest),
        told=bool(told),
    )


def kind_of(kind: str | None) -> Kind:
    """NULL stands in rows of before, when every link was a secret's, and in those of secrets since."""
    return Kind.SECRETS if kind is None else Kind(kind)


def kind_column(kind: Kind) -> Column:
    return None if kind is Kind.SECRETS else kind.value


def incoming_columns(incoming: Incoming, *, account: str, kind: Kind, sid: str | None) -> tuple[Column, ...]:
    """The parameters of `save_incoming`."""
    return (
        incoming.primary_region,
        incoming.epoch,
        incoming.role.value,
        *stand_columns(incoming.stand),
        int(incoming.told),
        incoming.link_id,
        account,
        kind_column(kind),
        sid,
    )


def link_row_of(
    account: str,
    sid: str,
    arn: str,
    link_id: str,
    region: str,
    epoch: int,
    ordinal: int,
    principal_arn: str,
    kms_key_id: str | None,
    overwrite: int,
    lifecycle: str,
    status: str,
    message: str | None,
    written: int,
    sent_incarnation: str | None,
    sent_revision: int | None,
    sent_digest: str | None,
    acked_incarnation: str | None,
    acked_revision: int | None,
    acked_digest: str | None,
    shaken_ours: str | None,
    shaken_theirs: str | None,
    whole: int,
    dirty_since_ms: int | None,
    dirty_after_send_ms: int | None,
    attempts: int,
    next_attempt_ms: int | None,
    accessed_day: int | None,
    kind: str | None,
) -> LinkRow:
    link = Link(
        link_id=link_id,
        region=region,
        epoch=epoch,
        ordinal=ordinal,
        principal_arn=principal_arn,
        kms_key_id=kms_key_id,
        overwrite=bool(overwrite),
        lifecycle=Lifecycle(lifecycle),
        status=Status(status),
        message=message,
        written=written,
        sent=stand_of(sent_incarnation, sent_revision, sent_digest),
        acked=stand_of(acked_incarnation, acked_revision, acked_digest),
        shaken=None if shaken_ours is None or shaken_theirs is None else (shaken_ours, shaken_theirs),
        whole=bool(whole),
        dirty_since_ms=dirty_since_ms,
        dirty_after_send_ms=dirty_after_send_ms,
        attempts=attempts,
        next_attempt_ms=next_attempt_ms,
        accessed_day=accessed_day,
    )
    return LinkRow(account=account, sid=sid, arn=arn, link=link, kind=kind_of(kind))


def link_columns(link: Link) -> tuple[Column, ...]:
    """What a step may change: the parameters of `update_link`, and the first ones of `insert_link`."""
    ours, theirs = link.shaken if link.shaken is not None else (None, None)
    return (
        link.epoch,
        link.ordinal,
        link.principal_arn,
        link.kms_key_id,
        int(link.overwrite),
        link.lifecycle.value,
        link.status.value,
        link.message,
        link.written,
        *stand_columns(link.sent),
        *stand_columns(link.acked),
        ours,
        theirs,
        int(link.whole),
        link.dirty_since_ms,
        link.dirty_after_send_ms,
        link.attempts,
        link.next_attempt_ms,
        link.accessed_day,
        link.link_id,
    )


def secret_columns(secret: Secret) -> tuple[Column, ...]:
    """The parameters that `insert_secret` and `update_secret` share."""
    return (
        secret.name,
        secret.suffix,
        secret.description,
        secret.kms_key_id,
        secret.policy,
        None if secret.tags is None else json_of(dict(secret.tags)),
        secret.revision,
        secret.head_revision,
        secret.stamp,
        secret.created_ms,
        secret.changed_ms,
        secret.deleted_ms,
        secret.purge_ms,
        secret.type,
        None if secret.rotation is None else rotation_text(secret.rotation),
        None if secret.primary_across is None else across_text(secret.primary_across),
        None if secret.replica_across is None else across_text(secret.replica_across),
        secret.across_due_ms,
        None if secret.incoming is None else secret.incoming.link_id,
        secret.account,
        secret.sid,
    )


def across_text(link: PrimaryAcross | ReplicaAcross) -> str:
    return json.dumps(asdict(link), ensure_ascii=False, separators=(",", ":"))


def primary_across_of(text: str) -> PrimaryAcross:
    return msgspec.json.decode(text, type=PrimaryAcross)


def replica_across_of(text: str) -> ReplicaAcross:
    return msgspec.json.decode(text, type=ReplicaAcross)


def rotation_text(rotation: Rotation) -> str:
    return json.dumps(asdict(rotation), ensure_ascii=False, separators=(",", ":"))


def rotation_of(text: str) -> Rotation:
    """What a later release has added to the object is passed over."""
    return msgspec.json.decode(text, type=Rotation)


def version_of(
    version_id: str,
    content_id: str | None,
    kind: ValueKind | None,
    labels: str,
    created_ms: int,
    revision: int,
    accessed_day: int | None,
    key_arns: tuple[str, ...],
) -> Version:
    return Version(
        id=version_id,
        content_id=content_id,
        kind=kind,
        labels=_LABELS.decode(labels),
        created_ms=created_ms,
        revision=revision,
        key_arns=key_arns,
        accessed_day=accessed_day,
    )


def version_columns(version: Version) -> tuple[Column, ...]:
    """The first parameters of `insert_version` and `update_version`."""
    return (
        version.content_id,
        version.kind,
        json_of(sorted(version.labels)),
        version.created_ms,
        version.revision,
    )


def key_columns(key: KMSKey) -> tuple[Column, ...]:
    """The parameters that `insert_key` and `update_key` share."""
    return (
        key.description,
        key.manager.value,
        key.state.value,
        json_of(dict(key.tags)),
        key.policy,
        key.created_ms,
        key.stamp,
        key.spec,
        key.usage.value,
        key.origin.value,
        key.current_version,
        key.deletion_ms,
        key.rotation_days,
        key.rotates_ms,
        key.window_days,
        None if key.family is None else family_text(key.family),
        key.due_ms,
        key.account,
        key.key_id,
    )


def family_text(family: Family) -> str:
    return json.dumps(asdict(family), ensure_ascii=False, separators=(",", ":"))


def family_of(text: str) -> Family:
    """What a later release has added to the object is passed over."""
    return msgspec.json.decode(text, type=Family)


def replica_wanted_of(
    account: str, key_id: str, region: str, count: int, description: str, policy: str | None, tags: str
) -> ReplicaWanted:
    return ReplicaWanted(
        account=account,
        key_id=key_id,
        region=region,
        count=count,
        description=description,
        policy=policy,
        tags=tags_of(tags),
    )


def replica_wanted_columns(wanted: ReplicaWanted) -> tuple[Column, ...]:
    """The parameters of `save_replica_wanted`."""
    return (
        wanted.account,
        wanted.key_id,
        wanted.region,
        wanted.count,
        wanted.description,
        wanted.policy,
        json_of(dict(wanted.tags)),
    )


def key_of(
    account: str,
    key_id: str,
    description: str,
    manager: str,
    state: str,
    tags: str,
    policy: str | None,
    created_ms: int,
    stamp: int,
    spec: str | None,
    usage: str | None,
    origin: str | None,
    current_version: int | None,
    deletion_ms: int | None,
    rotation_days: int | None,
    rotates_ms: int | None,
    window_days: int | None,
    family: str | None,
    *,
    partition: str,
    region: str,
    materials: Mapping[int, Material],
) -> KMSKey:
    return KMSKey(
        account=account,
        key_id=key_id,
        partition=partition,
        region=region,
        description=description,
        manager=KeyManager(manager),
        state=KeyState(state),
        tags=tags_of(tags),
        policy=policy,
        materials=materials,
        current_version=max(materials) if current_version is None else current_version,
        created_ms=created_ms,
        stamp=stamp,
        spec=SYMMETRIC if spec is None else spec,
        usage=KeyUsage.ENCRYPT_DECRYPT if usage is None else KeyUsage(usage),
        origin=Origin.AWS_KMS if origin is None else Origin(origin),
        deletion_ms=deletion_ms,
        rotation_days=rotation_days,
        rotates_ms=rotates_ms,
        window_days=window_days,
        family=None if family is None else family_of(family),
    )


def material_of(
    key_id: str,
    version: int,
    wrapped: bytes,
    material_id: str | None,
    rotated_ms: int | None,
    rotation: str | None,
    description: str | None,
    expires_ms: int | None,
    learned: int | None,
) -> Material:
    if material_id is None:
        material_id = hashlib.sha256(f"{key_id}/{version}".encode()).hexdigest()
    return Material(
        material_id=material_id,
        wrapped=wrapped or None,
        rotated_ms=rotated_ms,
        rotation=None if rotation is None else RotationType(rotation),
        description=description,
        expires_ms=expires_ms,
        learned=learned or 0,
    )


def material_columns(key: KMSKey, version: int) -> tuple[Column, ...]:
    """The parameters of `save_material`."""
    material = key.materials[version]
    return (
        material.wrapped or b"",
        material.material_id,
        material.rotated_ms,
        None if material.rotation is None else material.rotation.value,
        material.description,
        material.expires_ms,
        material.learned,
        key.account,
        key.key_id,
        version,
    )


def alias_of(account: str, name: str, key_id: str, created_ms: int, updated_ms: int) -> Alias:
    return Alias(account=account, name=name, key_id=key_id, created_ms=created_ms, updated_ms=updated_ms)


def grant_of(
    account: str,
    key_id: str,
    grant_id: str,
    name: str,
    grantee: str,
    retiring: str,
    operations: str,
    context_equals: str | None,
    context_subset: str | None,
    issuing_account: str,
    created_ms: int,
) -> Grant:
    return Grant(
        account=account,
        key_id=key_id,
        grant_id=grant_id,
        name=name,
        grantee=grantee,
        retiring=retiring,
        operations=_OPERATIONS.decode(operations),
        context_equals=None if context_equals is None else tags_of(context_equals),
        context_subset=None if context_subset is None else tags_of(context_subset),
        issuing_account=issuing_account,
        created_ms=created_ms,
    )


def grant_columns(grant: Grant) -> tuple[Column, ...]:
    """The parameters of `insert_grant`."""
    equals, subset = grant.context_equals, grant.context_subset
    return (
        *grant.address,
        grant.name,
        grant.grantee,
        grant.retiring,
        json_of(list(grant.operations)),
        None if equals is None else json_of(dict(equals)),
        None if subset is None else json_of(dict(subset)),
        grant.issuing_account,
        grant.created_ms,
    )


def access_key_of(
    access_key_id: str, account: str, principal_arn: str, user_id: str, sealed_secret: bytes, active: int
) -> AccessKey:
    return AccessKey(
        access_key_id=access_key_id,
        account=account,
        principal_arn=principal_arn,
        user_id=user_id,
        sealed_secret=sealed_secret,
        active=bool(active),
    )
