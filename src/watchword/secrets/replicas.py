"""Replicas: which Regions may be added, what the API shows of a link, and what a message makes of a replica. Pure.

Source: Secrets Manager user guide, "Replicate secrets across Regions"; facts 5; design section 5 and 9.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from watchword.api.call import Place
from watchword.api.shape import Instant
from watchword.api.shapes import secretsmanager as sm
from watchword.api.shapes import watchword
from watchword.api.shapes.secretsmanager import InvalidParameterException
from watchword.replication import link as links
from watchword.replication.digest import Plain, digest
from watchword.replication.model import Incoming, Link, Occupant, Status
from watchword.secrets import refusals
from watchword.secrets.model import DEFAULT_KEY_ALIAS, Rotation, RotationRules, Secret, Version
from watchword.secrets.versions import labelled, trimmed

DAY_MS = 86_400_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """One Region that a caller wants a replica in."""

    region: str
    kms_key_id: str | None


def wanted(asked: Sequence[sm.ReplicaRegionType], *, place: Place) -> tuple[Wanted, ...]:
    """Check the Regions of a request.

    Raises:
        InvalidParameterException: the secret's own Region, one that this deployment does not host in this partition, or
            one Region twice. AWS's text is known for the first alone (facts 5.11); the rest is design section 9.
    """
    regions = tuple(Wanted(region=one.region or "", kms_key_id=key_of(one.kms_key_id)) for one in asked)
    named = [one.region for one in regions]
    if len(set(named)) != len(named):
        raise InvalidParameterException(refusals.INVALID_REGION)
    if any(region == place.region or region not in place.hosted_regions for region in named):
        raise InvalidParameterException(refusals.INVALID_REGION)
    return regions


def key_of(kms_key_id: str | None) -> str | None:
    """A KmsKeyId as the model keeps it: absent, empty and the default key's alias all mean the default key."""
    return None if kms_key_id in (None, "", DEFAULT_KEY_ALIAS) else kms_key_id


def key_of_replica(held: Secret | None, message: watchword.Message, *, epoch: int | None) -> str | None:
    """The key that a replica has after a message: its own, unless the primary asks for one.

    UpdateSecret may have changed it here, and it stays local (facts 5.1, 5.7). Whoever asks for another key, or
    overwrites, at the primary raises the link's epoch; `epoch` is the one that this Region knew before the message.
    """
    if held is None or epoch is None or (message.epoch or 0) > epoch:
        return message.kms_key_id
    return held.kms_key_id


def new_links(
    secret: Secret,
    regions: Sequence[Wanted],
    *,
    overwrite: bool,
    principal_arn: str,
    now: int,
    entropy: Callable[[int], bytes],
) -> tuple[Link, ...]:
    """A link for each Region, after those that the secret has."""
    first = max((link.ordinal for link in secret.links), default=-1) + 1
    return tuple(
        links.new_link(
            link_id=entropy(16).hex(),
            region=one.region,
            ordinal=first + index,
            principal_arn=principal_arn,
            kms_key_id=one.kms_key_id,
            overwrite=overwrite,
            revision=secret.revision,
            now=now,
        )
        for index, one in enumerate(regions)
    )


def statuses(active: Sequence[Link]) -> tuple[sm.ReplicationStatusType, ...] | None:
    """ReplicationStatus, in the order in which Regions were added; absent when there is none."""
    if not active:
        return None
    return tuple(
        sm.ReplicationStatusType(
            region=link.region,
            kms_key_id=link.kms_key_id or DEFAULT_KEY_ALIAS,
            status=link.status.value,
            status_message=None if link.status is Status.IN_PROGRESS else link.message,
            last_accessed_date=None if link.accessed_day is None else Instant(link.accessed_day * DAY_MS),
        )
        for link in sorted(active, key=lambda link: link.ordinal)
    )


def digest_of(secret: Secret) -> str:
    """The digest of everything that travels, at the secret's present revision.

    What a secret does not have, type or rotation, is not in it: such a secret's digest is what it was before there were any.
    """
    tags = None if secret.tags is None else dict(secret.tags)
    head: dict[str, Plain] = {"description": secret.description, "policy": secret.policy, "tags": tags}
    if secret.type is not None:
        head["type"] = secret.type
    if secret.rotation is not None:
        head["rotation"] = _plain(secret.rotation)
    items = [(version.id, version.content_id or "", sorted(version.labels)) for version in labelled(secret)]
    return digest(head, items)


def head_of(secret: Secret) -> watchword.Head:
    tags = None
    if secret.tags is not None:
        tags = tuple(watchword.Tag(key=key, value=value) for key, value in secret.tags.items())
    return watchword.Head(
        description=secret.description,
        policy=secret.policy,
        tags=tags,
        type=secret.type,
        rotation=None if secret.rotation is None else rotation_shape(secret.rotation),
    )


def rotation_shape(rotation: Rotation) -> watchword.Rotation:
    """What replicas are told of rotation: all but what is under way, which is the primary's affair."""
    rules = rotation.rules or RotationRules()
    return watchword.Rotation(
        enabled=rotation.enabled,
        lambda_arn=rotation.lambda_arn,
        automatically_after_days=rules.automatically_after_days,
        schedule_expression=rules.schedule_expression,
        duration=rules.duration,
        role_arn=rotation.role_arn,
        metadata=tuple(watchword.RotationMetadata(key=key, value=value) for key, value in rotation.metadata),
        rotated_ms=rotation.rotated_ms,
        due_ms=rotation.due_ms,
    )


def rotation_of(shape: watchword.Rotation | None) -> Rotation | None:
    if shape is None:
        return None
    rules = RotationRules(
        automatically_after_days=shape.automatically_after_days,
        schedule_expression=shape.schedule_expression,
        duration=shape.duration,
    )
    return Rotation(
        enabled=bool(shape.enabled),
        lambda_arn=shape.lambda_arn,
        rules=None if rules == RotationRules() else rules,
        role_arn=shape.role_arn,
        metadata=tuple((item.key or "", item.value or "") for item in shape.metadata or ()),
        rotated_ms=shape.rotated_ms,
        due_ms=shape.due_ms,
    )


def _plain(rotation: Rotation) -> Plain:
    rules = rotation.rules or RotationRules()
    return {
        "enabled": rotation.enabled,
        "lambda_arn": rotation.lambda_arn,
        "rules": [rules.automatically_after_days, rules.schedule_expression, rules.duration],
        "role_arn": rotation.role_arn,
        "metadata": [list(item) for item in rotation.metadata],
        "rotated_ms": rotation.rotated_ms,
        "due_ms": rotation.due_ms,
    }


def item_of(version: Version, *, sealed: bytes | None) -> watchword.Item:
    return watchword.Item(
        version_id=version.id,
        content_id=version.content_id,
        kind=version.kind,
        labels=tuple(sorted(version.labels)),
        created_ms=version.created_ms,
        sealed=sealed,
    )


def binding_of(secret: Secret, *, version_id: str, item: Version | watchword.Item) -> watchword.ValueBinding:
    """What a version's value is bound to in this secret's Region; a custodian opens it nowhere else."""
    return watchword.ValueBinding(
        partition=secret.partition,
        region=secret.region,
        account=secret.account,
        secret_arn=secret.arn,
        version_id=version_id,
        content_id=item.content_id,
        kind=item.kind,
    )


def occupant_of(holder: Secret | None, *, suffix: str) -> Occupant | None:
    """What holds the name in the replica Region, as far as the decision needs it."""
    if holder is None:
        return None
    return Occupant(
        link_id=holder.incoming.link_id if holder.is_replica and holder.incoming else None,
        has_links=bool(holder.active_links) or holder.has_replica_across or holder.primary_across is not None,
        same_arn=holder.suffix == suffix,
        scheduled_for_deletion=holder.deleted_ms is not None,
    )


def name_taken(name: str, *, region: str, occupant: Occupant) -> str:
    """AWS's StatusMessage for a name that is taken in the target Region. Source: facts 5.4."""
    if occupant.link_id is not None and not occupant.same_arn:
        return (
            f"Replication failed: Secret name {name} is currently replicated to {region} with a different arn"
        )
    return f"Replication failed: Secret name {name} already exists in region {region}."


def key_unusable(reason: str) -> str:
    """StatusMessage for a KMS key that can't be used; AWS's text is unknown (DIVERGENCES.md)."""
    return f"Replication failed: {reason}"


def not_enabled(region: str) -> str:
    """StatusMessage for a Region that the account has not enabled; AWS's text is unknown (DIVERGENCES.md)."""
    return f"Replication failed: Region {region} is not enabled for this account."


def applied(
    held: Secret | None,
    message: watchword.Message,
    *,
    place: Place,
    incoming: Incoming,
    sealed_under: Mapping[str, str],
    now: int,
    sid: str,
) -> Secret:
    """The replica after a message: whole, at the message's revision.

    `sealed_under` names, for each version whose value was sealed anew here, the KMS key of this Region that holds it.
    A version that the message no longer names keeps its value and has no label; such versions go as they go at the
    primary, whose quotas were judged there.
    """
    revision = message.revision or 0
    before = held or empty(message, place=place, now=now, sid=sid)
    head = message.head or head_of(before)
    tags = None if head.tags is None else {tag.key or "": tag.value or "" for tag in head.tags}
    alive = set(message.version_ids or ())
    versions = {
        version_id: version if version_id in alive else version.without(version.labels, revision=revision)
        for version_id, version in before.versions.items()
    }
    for item in message.items or ():
        version_id = item.version_id or ""
        known = versions.get(version_id)
        under = sealed_under.get(version_id)
        versions[version_id] = Version(
            id=version_id,
            content_id=item.content_id,
            kind="binary" if item.kind == "binary" else "string" if item.kind == "string" else None,
            labels=frozenset(item.labels or ()),
            created_ms=item.created_ms or now,
            revision=revision,
            key_arns=(under,) if under else known.key_arns if known else (),
            accessed_day=known.accessed_day if known else None,
        )
    return replace(
        before,
        description=head.description,
        policy=head.policy,
        tags=tags,
        type=head.type,
        rotation=rotation_of(head.rotation),
        kms_key_id=message.kms_key_id,
        versions=trimmed(versions, now=now),
        revision=revision,
        head_revision=revision if message.head is not None else before.head_revision,
        stamp=before.stamp + 1,
        changed_ms=now,
        incoming=incoming,
    )


def empty(message: watchword.Message, *, place: Place, now: int, sid: str) -> Secret:
    """A replica carries its own CreatedDate (facts 5.8)."""
    return Secret(
        account=message.account or "",
        sid=sid,
        partition=place.partition,
        region=place.region,
        name=message.name or "",
        suffix=message.suffix or "",
        description=None,
        kms_key_id=message.kms_key_id,
        policy=None,
        tags=None,
        versions={},
        revision=0,
        head_revision=0,
        stamp=0,
        created_ms=now,
        changed_ms=now,
    )
