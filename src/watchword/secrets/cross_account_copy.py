"""Copying a secret's values to its replica in another account of this Region.

The agent asks for it when a primary is ahead of its replica (`Secret.across_due_ms`). Both are in this Region's store: what
the primary has is copied in one commit, so that nobody sees half of it, and a value that is written meanwhile voids the
commit. Values and labels alone are copied; all else of the replica is its account's own (facts 5.14). Keys are used in the
name of the link's principal; without their rights the entry is Failed, and is tried again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from watchword.api.call import Bound, Call
from watchword.api.errors import AccessDeniedException, ApiError
from watchword.api.shapes import watchword
from watchword.secrets import cross_account, find, replicas
from watchword.secrets.model import AcrossState, ReplicaAcross, SealedValue, Secret, Version
from watchword.secrets.sealing import acting, kms_reason, seal_across
from watchword.secrets.store import SecretSaved, SecretStore
from watchword.secrets.versions import labelled, trimmed

RETRY_MS = 1_000
RETRY_MS_MAX = 60_000


def tend(
    _request: watchword.TendCrossAccountRequest, _found: None, call: Call[SecretStore]
) -> watchword.TendCrossAccountResponse:
    """Copy to the replica that has waited longest: one in a commit, so that a busy primary holds up nobody else's."""
    due = call.store.due_across(now=call.now, limit=1)
    for primary in due:
        if primary.replica_across is not None:
            _tend(primary, primary.replica_across, call)
    return watchword.TendCrossAccountResponse(tended=len(due))


def bindings() -> tuple[Bound, ...]:
    """What the agent asks for."""
    return (Bound(operation=watchword.TEND_CROSS_ACCOUNT, find=find.find_nothing, run=tend),)


def _tend(primary: Secret, link: ReplicaAcross, call: Call[SecretStore]) -> None:
    replica = cross_account.secret_at(link.arn, call.store)
    held = None if replica is None else replica.primary_across
    if replica is None or held is None or held.arn != primary.arn or held.state is not AcrossState.LINKED:
        # It was ended, or is gone: nobody tells this entry of it but what is there.
        _save(primary, replace(link, detached=True, message=None), call)
        return
    try:
        for account in (primary.account, replica.account):
            if not call.store.is_enabled(account, primary.region, place=call.place):
                raise AccessDeniedException(f"Region {primary.region} is not enabled for both accounts")
        values = _copied(primary, link, replica, call)
    except ApiError as error:
        _fail(primary, link, replicas.key_unusable(kms_reason(error)), call)
        return
    after = _applied(primary, replica, values, now=call.now)
    if after is not replica:
        dropped = frozenset(replica.versions) - frozenset(after.versions)
        call.stage(SecretSaved(before=replica, after=after, values=values, dropped=dropped))
    _save(primary, replace(link, acked=primary.revision, tried=0, message=None, failures=0, retry_ms=0), call)
    if link.acked == 0 or link.message is not None:
        call.occurred(
            "ReplicationSucceeded",
            account=primary.account,
            arn=primary.arn,
            details={"replicaSecretArn": link.arn},
        )


def _copied(
    primary: Secret, link: ReplicaAcross, replica: Secret, call: Call[SecretStore]
) -> dict[str, SealedValue]:
    """The values that the replica has not, sealed for it. Raises ApiError: a key can't be used."""
    principal = acting(link.principal, primary.account, call.names)
    values = {}
    for version in labelled(primary):
        known = replica.versions.get(version.id)
        if version.content_id is None or (known is not None and known.content_id == version.content_id):
            continue
        values[version.id] = seal_across(primary, version, replica, principal=principal, call=call)
    return values


def _applied(primary: Secret, replica: Secret, values: Mapping[str, SealedValue], *, now: int) -> Secret:
    """The replica with the primary's labelled versions; one that has no label any more stays for a while, as it does there.

    The same replica, if it has all of that.
    """
    revision = replica.revision + 1
    alive = {version.id: version for version in labelled(primary)}
    versions: dict[str, Version] = {}
    for version_id, held in replica.versions.items():
        labels = alive[version_id].labels if version_id in alive else frozenset[str]()
        versions[version_id] = (
            held if held.labels == labels else replace(held, labels=labels, revision=revision)
        )
    for version_id, version in alive.items():
        if version_id in values:
            under = tuple(values[version_id].data_keys)
            versions[version_id] = replace(version, revision=revision, key_arns=under, accessed_day=None)
        elif version_id not in versions:
            versions[version_id] = replace(version, revision=revision, key_arns=(), accessed_day=None)
    if versions == replica.versions:
        return replica
    return replace(
        replica,
        versions=trimmed(versions, now=now),
        revision=revision,
        stamp=replica.stamp + 1,
        changed_ms=now,
    )


def _fail(primary: Secret, link: ReplicaAcross, reason: str, call: Call[SecretStore]) -> None:
    """The entry says why; it is tried again, ever more rarely, and at once when the primary is written."""
    rest = min(RETRY_MS_MAX, RETRY_MS * 2 ** min(link.failures, 6))
    failed = replace(
        link,
        tried=primary.revision,
        message=reason,
        failures=link.failures + 1,
        retry_ms=call.now + rest,
    )
    _save(primary, failed, call)
    if link.message is None:
        call.occurred(
            "ReplicationFailed",
            account=primary.account,
            arn=primary.arn,
            details={"replicaSecretArn": link.arn},
            reason=reason,
        )


def _save(primary: Secret, link: ReplicaAcross, call: Call[SecretStore]) -> None:
    after = replace(primary, replica_across=link, stamp=primary.stamp + 1)
    call.stage(SecretSaved(before=primary, after=after))
