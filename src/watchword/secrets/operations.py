"""Secrets Manager: one short function per operation. Each reads, decides, stages and answers; the gate commits.

Source: Secrets Manager API reference; facts 1.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from watchword.api.call import Bound, Call
from watchword.api.shape import Instant
from watchword.api.shapes import secretsmanager as sm
from watchword.api.shapes import watchword
from watchword.api.shapes.secretsmanager import (
    InvalidRequestException,
    LimitExceededException,
    ResourceExistsException,
)
from watchword.replication import link as links
from watchword.replication.incoming import promote
from watchword.replication.store import IncomingSaved, LinkStepped
from watchword.secrets import (
    cross_account,
    deletion,
    find,
    listing,
    names,
    passwords,
    refusals,
    replicas,
    rotation,
    versions,
)
from watchword.secrets import tags as tag_rules
from watchword.secrets.batch import batch_get_secret_value
from watchword.secrets.model import CURRENT, PENDING, PREVIOUS, SealedValue, Secret
from watchword.secrets.sealing import Openers, Value, open_version, reseal, seal_version, try_key, value_of
from watchword.secrets.store import (
    LinkAdded,
    SecretPurged,
    SecretSaved,
    SecretStore,
)


def create_secret(
    request: sm.CreateSecretRequest,
    holder: Secret | None,
    call: Call[SecretStore],
    *,
    openers: Openers,
    secrets_max: int,
) -> sm.CreateSecretResponse:
    """Make a secret, with its first version if a value is given, and its links if Regions are.

    Raises:
        ResourceExistsException: the name is taken, or the token by another value.
        InvalidRequestException: no token, or the name is in its recovery window.
        InvalidParameterException: both kinds of value, a wrong replica Region, wrong tags.
        LimitExceededException: the account has as many secrets here as it may have.
        EncryptionFailure, AccessDeniedException: the KMS key can't be used.
    """
    token = _token(request.client_request_token)
    value = value_of(string=request.secret_string, binary=request.secret_binary)
    across = None
    if request.cross_account_primary_arn is not None:
        across = cross_account.primary_wanted(request, call)
    tags = tag_rules.tagged(None, request.tags) if request.tags is not None else None
    regions = replicas.wanted(request.add_replica_regions or (), place=call.place)
    if holder is not None:
        return _create_again(request, holder, token, value, call, openers)
    if not call.store.has_room(call.account, secrets_max=secrets_max):
        raise LimitExceededException(refusals.TOO_MANY_SECRETS.format(maximum=secrets_max))

    secret = replace(_new_secret(request, call, tags=tags), primary_across=across)
    if secret.kms_key_id is not None:
        try_key(secret, call)
    sealed: dict[str, SealedValue] = {}
    version_id = None
    if value is not None:
        version_id = token
        new, sealed[token] = seal_version(
            secret, value, version_id=token, labels=frozenset({CURRENT}), call=call
        )
        secret = replace(secret, versions={token: replace(new, revision=secret.revision)})
    call.stage(SecretSaved(before=None, after=secret, values=sealed))
    added = replicas.new_links(
        secret,
        regions,
        overwrite=bool(request.force_overwrite_replica_secret),
        principal_arn=call.principal.acts_as,
        now=call.now,
        entropy=call.entropy,
    )
    for link in added:
        call.stage(LinkAdded(secret=secret, link=link))
    return sm.CreateSecretResponse(
        arn=secret.arn,
        name=secret.name,
        version_id=version_id,
        replication_status=replicas.statuses(added),
    )


def get_secret_value(
    request: sm.GetSecretValueRequest, secret: Secret, call: Call[SecretStore], *, openers: Openers
) -> sm.GetSecretValueResponse:
    """Open one version's value; the day of last access follows within a minute."""
    refusals.check_live(secret)
    version = versions.chosen(secret, version_id=request.version_id, label=request.version_stage)
    value = open_version(secret, version, call, openers=openers)
    call.accessed(secret.account, secret.sid, version.id)
    return sm.GetSecretValueResponse(
        arn=secret.arn,
        name=secret.name,
        version_id=version.id,
        secret_string=value.content.decode() if value.kind == "string" else None,
        secret_binary=value.content if value.kind == "binary" else None,
        version_stages=tuple(sorted(version.labels)) or None,
        created_date=Instant(version.created_ms),
    )


def put_secret_value(
    request: sm.PutSecretValueRequest, secret: Secret, call: Call[SecretStore], *, openers: Openers
) -> sm.PutSecretValueResponse:
    """Add a version and move its labels to it. Repeating a call with the same token and value changes nothing.

    Raises:
        ResourceExistsException: the token already names a version with another value.
        LimitExceededException: as `versions.put_value`.
    """
    token = _token(request.client_request_token)
    value = value_of(string=request.secret_string, binary=request.secret_binary)
    if value is None:
        raise InvalidRequestException(refusals.NO_VALUE)
    refusals.check_live(secret)
    refusals.check_writable(secret)
    if _holds(secret, token, value, call, openers):
        return _put_answer(secret, token)

    # RotationToken says that the rotation's own function calls, in a role; until there are roles it decides nothing.
    labels = frozenset(request.version_stages or (CURRENT,))
    new, sealed = seal_version(secret, value, version_id=token, labels=labels, call=call)
    after = _revalued(secret, versions.put_value(secret, new=new, now=call.now), token, call)
    dropped = frozenset(secret.versions) - frozenset(after.versions)
    call.stage(SecretSaved(before=secret, after=after, values={token: sealed}, dropped=dropped))
    return _put_answer(after, token)


def update_secret(
    request: sm.UpdateSecretRequest, secret: Secret, call: Call[SecretStore], *, openers: Openers
) -> sm.UpdateSecretResponse:
    """Change description, type, key, or value, which makes a version as PutSecretValue does; the rest stays.

    Another key seals the data keys of the versions that are current, previous and pending too. It is this Region's
    affair: no replica sees it, and it is the one change that a replica accepts (design section 9).

    Raises:
        ResourceExistsException: the token already names a version with another value.
        EncryptionFailure, AccessDeniedException: the KMS key can't be used.
        LimitExceededException: as `versions.put_value`.
    """
    token = _token(request.client_request_token)
    value = value_of(string=request.secret_string, binary=request.secret_binary)
    refusals.check_live(secret)
    only_key = value is None and request.description is None and request.type is None
    if request.kms_key_id is None or not only_key:
        refusals.check_head_writable(secret)
    if value is not None or request.type is not None:
        refusals.check_writable(secret)
    if secret.primary_across is not None and request.kms_key_id is not None:
        cross_account.check_key(request.kms_key_id)
    after, values = secret, dict[str, SealedValue]()
    key_arn = None
    if request.kms_key_id is not None:
        after = replace(after, kms_key_id=replicas.key_of(request.kms_key_id))
        key_arn = try_key(after, call)
    if request.description is not None and request.description != (secret.description or ""):
        after = replace(after, description=request.description or None)
    if request.type is not None:
        after = replace(after, type=request.type or None)
    if value is not None and not _holds(secret, token, value, call, openers):
        labels = frozenset({CURRENT})
        new, values[token] = seal_version(after, value, version_id=token, labels=labels, call=call)
        after = _revalued(secret, versions.put_value(after, new=new, now=call.now), token, call)
    if key_arn is not None:
        after, resealed = _resealed(after, key_arn, call, fresh=frozenset(values))
        values |= resealed
    _stage_update(secret, after, values, call)
    return sm.UpdateSecretResponse(
        arn=secret.arn, name=secret.name, version_id=None if value is None else token
    )


def update_secret_version_stage(
    request: sm.UpdateSecretVersionStageRequest, secret: Secret, call: Call[SecretStore]
) -> sm.UpdateSecretVersionStageResponse:
    refusals.check_live(secret)
    refusals.check_writable(secret)
    after = versions.move_label(
        secret,
        request.version_stage or "",
        to_version=request.move_to_version_id,
        from_version=request.remove_from_version_id,
        now=call.now,
    )
    if after is not secret:
        call.stage(SecretSaved(before=secret, after=after))
    return sm.UpdateSecretVersionStageResponse(arn=secret.arn, name=secret.name)


def list_secret_version_ids(
    request: sm.ListSecretVersionIdsRequest,
    secret: Secret,
    call: Call[SecretStore],
    *,
    token_key: listing.TokenKey,
) -> sm.ListSecretVersionIdsResponse:
    """Also in the recovery window: no error for it is declared (facts 4)."""
    return listing.version_page(request, secret, call, token_key=token_key)


def get_random_password(
    request: sm.GetRandomPasswordRequest, _found: None, call: Call[SecretStore]
) -> sm.GetRandomPasswordResponse:
    drawn = passwords.password(request, entropy=call.entropy)
    return sm.GetRandomPasswordResponse(random_password=drawn)


def describe_secret(
    _request: sm.DescribeSecretRequest, secret: Secret, call: Call[SecretStore]
) -> sm.DescribeSecretResponse:
    """All but the value; also in the recovery window. A replica names its primary's Region and lists no statuses."""
    stages = {version.id: tuple(sorted(version.labels)) for version in versions.labelled(secret)}
    rotated = rotation.shown(secret)
    return sm.DescribeSecretResponse(
        arn=secret.arn,
        name=secret.name,
        type=secret.type,
        description=secret.description or None,
        kms_key_id=secret.kms_key_id,
        rotation_enabled=rotated.enabled,
        rotation_lambda_arn=rotated.lambda_arn,
        rotation_rules=listing.rules_shape(rotated.rules),
        external_secret_rotation_metadata=listing.metadata_shape(rotated.metadata),
        external_secret_rotation_role_arn=rotated.role_arn,
        last_rotated_date=listing.instant(rotated.rotated_ms),
        last_changed_date=Instant(secret.changed_ms),
        last_accessed_date=listing.day(secret.accessed_day),
        deleted_date=listing.instant(secret.purge_ms),
        next_rotation_date=listing.instant(rotated.due_ms),
        tags=tag_rules.as_shapes(secret.tags),
        version_ids_to_stages=stages or None,
        created_date=Instant(secret.created_ms),
        primary_region=secret.primary_region,
        replication_status=replicas.statuses(secret.active_links),
        cross_account_primary=cross_account.primary_shown(secret, call),
        cross_account_replicas=cross_account.replicas_shown(secret, call),
    )


def list_secrets(
    request: sm.ListSecretsRequest, _found: None, call: Call[SecretStore], *, token_key: listing.TokenKey
) -> sm.ListSecretsResponse:
    return listing.page(request, call, token_key=token_key)


def delete_secret(
    request: sm.DeleteSecretRequest, secret: Secret | None, call: Call[SecretStore]
) -> sm.DeleteSecretResponse:
    """Schedule deletion, or purge at once; forcing what is not there succeeds. Source: facts 1.6."""
    force = bool(request.force_delete_without_recovery)
    days = deletion.window_days(asked=request.recovery_window_in_days, force=force)
    if secret is None:
        meant = names.parse(request.secret_id or "")
        arn = _arn_meant(meant, call)
        return sm.DeleteSecretResponse(arn=arn, name=meant.name, deletion_date=Instant(call.now))
    deletion.check_deletable(secret, force=force)
    if force:
        call.stage(SecretPurged(secret=secret))
        return sm.DeleteSecretResponse(arn=secret.arn, name=secret.name, deletion_date=Instant(call.now))
    after = deletion.schedule_deletion(secret, days=days, now=call.now)
    call.stage(SecretSaved(before=secret, after=after))
    return sm.DeleteSecretResponse(
        arn=secret.arn, name=secret.name, deletion_date=Instant(after.purge_ms or call.now)
    )


def restore_secret(
    _request: sm.RestoreSecretRequest, secret: Secret, call: Call[SecretStore]
) -> sm.RestoreSecretResponse:
    refusals.check_head_writable(secret)
    after = deletion.restore(secret, now=call.now)
    if after is not secret:
        call.stage(SecretSaved(before=secret, after=after))
    return sm.RestoreSecretResponse(arn=secret.arn, name=secret.name)


def purge_secrets(
    request: watchword.PurgeSecretsRequest, _found: None, call: Call[SecretStore]
) -> watchword.PurgeSecretsResponse:
    """Purge what is past its recovery window; also what fell due while this Region was stopped."""
    due = call.store.due_for_purge(now=call.now, limit=request.limit or 1)
    for secret in due:
        call.stage(SecretPurged(secret=secret))
    return watchword.PurgeSecretsResponse(purged=len(due))


def tag_resource(request: sm.TagResourceRequest, secret: Secret, call: Call[SecretStore]) -> None:
    _retag(secret, tag_rules.tagged(secret.tags, request.tags or ()), call)


def untag_resource(request: sm.UntagResourceRequest, secret: Secret, call: Call[SecretStore]) -> None:
    _retag(secret, tag_rules.untagged(secret.tags, request.tag_keys or ()), call)


def replicate_secret_to_regions(
    request: sm.ReplicateSecretToRegionsRequest, secret: Secret, call: Call[SecretStore]
) -> sm.ReplicateSecretToRegionsResponse:
    """Add replicas; for a Region that has one already, try again.

    The call succeeds whatever awaits it in the other Region; that shows as the entry's status.
    """
    refusals.check_live(secret)
    refusals.check_writable(secret)
    regions = replicas.wanted(request.add_replica_regions or (), place=call.place)
    overwrite = bool(request.force_overwrite_replica_secret)
    held = {link.region: link for link in secret.active_links}
    for one in regions:
        if one.region in held:
            asked = links.Asked(
                kms_key_id=one.kms_key_id, overwrite=overwrite, principal_arn=call.principal.acts_as
            )
            link = held[one.region]
            call.stage(LinkStepped(link_id=link.link_id, event=asked, now=call.now))
            held[one.region] = links.step(link, asked, now=call.now)[0]
    added = replicas.new_links(
        secret,
        [one for one in regions if one.region not in held],
        overwrite=overwrite,
        principal_arn=call.principal.acts_as,
        now=call.now,
        entropy=call.entropy,
    )
    for link in added:
        call.stage(LinkAdded(secret=secret, link=link))
    if added:
        # Whoever decided meanwhile that there is no replica (DeleteSecret) must see that there is one now.
        call.stage(SecretSaved(before=secret, after=replace(secret, stamp=secret.stamp + 1)))
    return sm.ReplicateSecretToRegionsResponse(
        arn=secret.arn, replication_status=replicas.statuses([*held.values(), *added])
    )


def remove_regions_from_replication(
    request: sm.RemoveRegionsFromReplicationRequest, secret: Secret, call: Call[SecretStore]
) -> sm.RemoveRegionsFromReplicationResponse:
    """Take replicas away: their entries at once, the replica secrets as soon as their Region acknowledges.

    A Region without a replica is passed over. The removal is finished whatever happens to this secret meanwhile.
    """
    refusals.check_live(secret)
    refusals.check_writable(secret)
    removed = set(request.remove_replica_regions or ())
    remaining = [link for link in secret.active_links if link.region not in removed]
    for link in secret.active_links:
        if link.region in removed:
            call.stage(LinkStepped(link_id=link.link_id, event=links.Removed(), now=call.now))
    if len(remaining) != len(secret.active_links):
        call.stage(SecretSaved(before=secret, after=replace(secret, stamp=secret.stamp + 1)))
    return sm.RemoveRegionsFromReplicationResponse(
        arn=secret.arn, replication_status=replicas.statuses(remaining)
    )


def stop_replication_to_replica(
    _request: sm.StopReplicationToReplicaRequest, secret: Secret, call: Call[SecretStore]
) -> sm.StopReplicationToReplicaResponse:
    """Promote this replica to a standalone secret. Touches this Region alone, and works with the primary gone.

    From the commit on, no message of the old primary changes the secret, for ever (invariant I5). What rotates is the
    primary's function: the promoted secret has no rotation until one of this Region is named (facts 5.6).
    """
    if secret.primary_across is not None:
        cross_account.stop_replication(secret, secret.primary_across, call)
        return sm.StopReplicationToReplicaResponse(arn=secret.arn)
    if not secret.is_replica or secret.incoming is None:
        raise InvalidRequestException(refusals.NOT_REPLICA)
    incoming = promote(secret.incoming)
    after = replace(secret, incoming=incoming, rotation=None, changed_ms=call.now, stamp=secret.stamp + 1)
    call.stage(SecretSaved(before=secret, after=after))
    call.stage(IncomingSaved(before=secret.incoming, after=incoming, account=secret.account))
    return sm.StopReplicationToReplicaResponse(arn=secret.arn)


def bindings(
    *, openers: Openers, token_key: listing.TokenKey, secrets_max: int = names.SECRETS_MAX
) -> tuple[Bound, ...]:
    """The operations of Secrets Manager but for those on policies and rotation, and the purge, which the agent asks for."""
    by_id = find.find_secret
    return (
        Bound(
            operation=sm.CREATE_SECRET,
            find=find.find_name,
            run=partial(create_secret, openers=openers, secrets_max=secrets_max),
        ),
        Bound(operation=sm.GET_SECRET_VALUE, find=by_id, run=partial(get_secret_value, openers=openers)),
        Bound(
            operation=sm.PUT_SECRET_VALUE,
            find=find.find_secret_to_put,
            run=partial(put_secret_value, openers=openers),
        ),
        Bound(
            operation=sm.UPDATE_SECRET,
            find=find.find_secret_to_update,
            run=partial(update_secret, openers=openers),
        ),
        Bound(operation=sm.UPDATE_SECRET_VERSION_STAGE, find=by_id, run=update_secret_version_stage),
        Bound(
            operation=sm.LIST_SECRET_VERSION_IDS,
            find=by_id,
            run=partial(list_secret_version_ids, token_key=token_key),
        ),
        Bound(
            operation=sm.BATCH_GET_SECRET_VALUE,
            find=find.find_nothing,
            run=partial(batch_get_secret_value, token_key=token_key),
        ),
        Bound(operation=sm.GET_RANDOM_PASSWORD, find=find.find_nothing, run=get_random_password),
        Bound(operation=sm.DESCRIBE_SECRET, find=by_id, run=describe_secret),
        Bound(
            operation=sm.LIST_SECRETS,
            find=find.find_nothing,
            run=partial(list_secrets, token_key=token_key),
        ),
        Bound(operation=sm.DELETE_SECRET, find=find.find_secret_or_none, run=delete_secret),
        Bound(operation=sm.RESTORE_SECRET, find=by_id, run=restore_secret),
        Bound(operation=watchword.PURGE_SECRETS, find=find.find_nothing, run=purge_secrets),
        Bound(operation=sm.TAG_RESOURCE, find=by_id, run=tag_resource),
        Bound(operation=sm.UNTAG_RESOURCE, find=by_id, run=untag_resource),
        Bound(operation=sm.REPLICATE_SECRET_TO_REGIONS, find=by_id, run=replicate_secret_to_regions),
        Bound(operation=sm.REMOVE_REGIONS_FROM_REPLICATION, find=by_id, run=remove_regions_from_replication),
        Bound(
            operation=sm.STOP_REPLICATION_TO_REPLICA,
            find=cross_account.find_to_stop,
            run=stop_replication_to_replica,
        ),
    )


def _token(token: str | None) -> str:
    """Raises InvalidRequestException: SDKs fill the token in, so a raw request without one is a mistake."""
    if token is None:
        raise InvalidRequestException(refusals.NEED_TOKEN)
    return token


def _new_secret(
    request: sm.CreateSecretRequest, call: Call[SecretStore], *, tags: dict[str, str] | None
) -> Secret:
    return Secret(
        account=call.account,
        sid=call.entropy(16).hex(),
        partition=call.place.partition,
        region=call.place.region,
        name=request.name or "",
        suffix=names.new_suffix(call.entropy),
        description=request.description,
        kms_key_id=replicas.key_of(request.kms_key_id),
        policy=None,
        tags=tags,
        versions={},
        revision=1,
        head_revision=1,
        stamp=1,
        created_ms=call.now,
        changed_ms=call.now,
        type=request.type or None,
    )


def _arn_meant(meant: names.SecretId, call: Call[SecretStore]) -> str:
    """The ARN of what is not there: as it was asked for, so that none of another Region reads like one of this one's."""
    place = call.place
    partition = meant.partition or place.partition
    region = meant.region or place.region
    suffix = meant.suffix or names.new_suffix(call.entropy)
    return f"arn:{partition}:secretsmanager:{region}:{meant.account or call.account}:secret:{meant.name}-{suffix}"


def _create_again(
    request: sm.CreateSecretRequest,
    holder: Secret,
    token: str,
    value: Value | None,
    call: Call[SecretStore],
    openers: Openers,
) -> sm.CreateSecretResponse:
    """The name is held: a repeated call is answered as the first was, anything else is refused."""
    if holder.deleted_ms is not None:
        raise InvalidRequestException(refusals.NAME_SCHEDULED)
    version = holder.versions.get(token)
    if version is None or version.content_id is None or holder.is_replica or holder.primary_across:
        raise ResourceExistsException(refusals.NAME_TAKEN.format(name=request.name))
    if value is None or open_version(holder, version, call, openers=openers) != value:
        raise ResourceExistsException(refusals.TOKEN_IN_USE.format(token=token, arn=holder.arn))
    shown = replicas.statuses(holder.active_links) if request.add_replica_regions else None
    return sm.CreateSecretResponse(
        arn=holder.arn, name=holder.name, version_id=token, replication_status=shown
    )


def _holds(secret: Secret, token: str, value: Value, call: Call[SecretStore], openers: Openers) -> bool:
    """Whether the token names a version with this very value: then the call is repeated, and makes nothing.

    Raises:
        ResourceExistsException: it names one with another value.
    """
    held = secret.versions.get(token)
    if held is None or held.content_id is None:
        return False
    if open_version(secret, held, call, openers=openers) != value:
        raise ResourceExistsException(refusals.TOKEN_IN_USE.format(token=token, arn=secret.arn))
    return True


def _resealed(
    secret: Secret, key_arn: str, call: Call[SecretStore], *, fresh: frozenset[str]
) -> tuple[Secret, dict[str, SealedValue]]:
    """Seal the data keys of the versions in use under this key too; what is `fresh` is under it alone."""
    held = dict(secret.versions)
    values = {}
    for version in secret.versions.values():
        in_use = version.labels & {CURRENT, PREVIOUS, PENDING}
        if not in_use or version.content_id is None or version.id in fresh:
            continue
        value = reseal(secret, version, key_arn=key_arn, call=call)
        if value is not None:
            values[version.id] = value
            # The keys of a version are this Region's: its revision, which says what travels, stays.
            held[version.id] = replace(version, key_arns=tuple(value.data_keys))
    return (replace(secret, versions=held) if values else secret), values


def _stage_update(
    before: Secret, after: Secret, values: dict[str, SealedValue], call: Call[SecretStore]
) -> None:
    """Stage what UpdateSecret made of a secret, as one revision; nothing, if that is what it was."""
    if after == before:
        return
    redescribed = (after.description, after.type) != (before.description, before.type)
    revision = before.revision + 1 if redescribed else after.revision
    after = replace(
        after,
        revision=revision,
        # A value may have ended or moved a rotation, which has raised it.
        head_revision=revision if redescribed else after.head_revision,
        stamp=before.stamp + 1,
        changed_ms=call.now,
    )
    dropped = frozenset(before.versions) - frozenset(after.versions)
    call.stage(SecretSaved(before=before, after=after, values=values, dropped=dropped))


def _revalued(before: Secret, after: Secret, version_id: str, call: Call[SecretStore]) -> Secret:
    """A secret with a new value, and what that means to its rotation; an event tells of one that it ended."""
    after = rotation.revalued(after, version_id=version_id, now=call.now)
    if rotation.is_abandoned(before, after):
        call.occurred("RotationAbandoned", account=after.account, arn=after.arn, details={})
    return after


def _put_answer(secret: Secret, token: str) -> sm.PutSecretValueResponse:
    return sm.PutSecretValueResponse(
        arn=secret.arn,
        name=secret.name,
        version_id=token,
        version_stages=tuple(sorted(secret.versions[token].labels)) or None,
    )


def _retag(secret: Secret, after: dict[str, str] | None, call: Call[SecretStore]) -> None:
    refusals.check_live(secret)
    refusals.check_head_writable(secret)
    if after == secret.tags:
        return
    revision = secret.revision + 1
    call.stage(
        SecretSaved(
            before=secret,
            after=replace(
                secret,
                tags=after,
                revision=revision,
                head_revision=revision,
                changed_ms=call.now,
                stamp=secret.stamp + 1,
            ),
        )
    )
