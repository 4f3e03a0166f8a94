"""Replicas in another account, of the same Region: how they are made, associated, shown and ended.

Each side keeps what it knows of the other in its own record, and both are changed in one commit, for both accounts are in
this Region's store. Values are copied later (`cross_account_copy.py`). The replica's account consents twice: it makes the
replica for this very primary, and the managed policy that comes with that lets the primary's account in (AWS's action
`AcceptCrossAccountReplication`); its other policy may say more.

Source: Secrets Manager API, AssociateCrossAccountReplica, DisassociateCrossAccountReplica, CreateSecret
(CrossAccountPrimaryARN) and StopReplicationToReplica; facts 5.14. AWS's words for what is wrong with a request are
unknown; these are ours.
"""

from __future__ import annotations

from dataclasses import replace

import msgspec

from watchword.api.call import Bound, Call, Found, Place, Scope, UnknownPrincipal
from watchword.api.errors import ValidationException
from watchword.api.operation import AccessLevel, ConditionKey, Operation
from watchword.api.shapes import iam
from watchword.api.shapes import secretsmanager as sm
from watchword.api.shapes.secretsmanager import (
    InvalidParameterException,
    InvalidRequestException,
    LimitExceededException,
)
from watchword.regions.arn import ARN
from watchword.secrets import find, names, refusals
from watchword.secrets.model import CURRENT, AcrossState, PrimaryAcross, ReplicaAcross, Secret
from watchword.secrets.policies import ACCEPT_ACTION
from watchword.secrets.replicas import key_of
from watchword.secrets.sealing import acting, try_keys_across
from watchword.secrets.store import SecretSaved, SecretStore

NOT_ACROSS = "{member} must be the full ARN of a secret in this Region and in another account."
NO_ROLE = "ReplicationRoleARN must be the ARN of an IAM role in this account."
NEED_KEY = (
    "You must specify a customer managed key in KmsKeyId to create a replica of a secret in another account."
)
NOT_WITH_PRIMARY = "You can't specify {member} together with CrossAccountPrimaryARN."
NO_ORGANIZATION = (
    "The replica's account is not in the same organization. "
    "Specify NoRestriction in ReplicaRestriction to replicate to it."
)
NOT_ITS_REPLICA = "Secret {replica} is not a cross-account replica of secret {primary}."
ONE_ALONE = "A secret can't have more than one cross-account replica."

IN_SYNC, IN_PROGRESS, FAILED, DETACHED = "InSync", "InProgress", "Failed", "Detached"

_NOT_WITH_PRIMARY = {
    "AddReplicaRegions": "add_replica_regions",
    "Description": "description",
    "SecretBinary": "secret_binary",
    "SecretString": "secret_string",
    "Type": "type",
}
"""The replica starts empty, and what it holds comes from its primary."""
_AWS_MANAGED = "alias/aws/"
_RESTRICTED = "NoRestriction"


def _permission(action: str, *, names_by: str = "secret_id") -> Operation:
    """What is decided besides the operation itself: of its condition keys those that every request fills."""
    return Operation(
        service=sm.SERVICE,
        name=action.partition(":")[2],
        request=sm.AssociateCrossAccountReplicaRequest,
        response=None,
        action=action,
        access=AccessLevel.WRITE,
        condition_keys=(
            ConditionKey(name="secretsmanager:SecretId", member=names_by),
            ConditionKey(name="secretsmanager:SecretPrimaryRegion"),
            ConditionKey(name="secretsmanager:resource/AllowRotationLambdaArn"),
            ConditionKey(name="secretsmanager:resource/Type"),
            ConditionKey(name="secretsmanager:ResourceTag/tag-key"),
            ConditionKey(name="aws:ResourceTag/${TagKey}"),
        ),
    )


ACCEPT = _permission(ACCEPT_ACTION, names_by="cross_account_replica_arn")
_READ = _permission("secretsmanager:GetSecretValue")
_DELETE_POLICY = _permission("secretsmanager:DeleteResourcePolicy")


def find_to_associate(
    request: sm.AssociateCrossAccountReplicaRequest, scope: Scope, store: SecretStore
) -> Found[Secret | None]:
    """The primary, and what has to be allowed besides: to read it, to replicate to the other secret, to pass the role.

    Whether that other secret is there shows in nothing: nobody is let in to what is not.

    Raises:
        InvalidParameterException: an ARN that is no secret's across accounts, or a role that is none of this account.
    """
    found = find.find_own_secret(request, scope, store)
    secret = found.resource
    if secret is None or secret.deleted_ms is not None or secret.is_replica:
        return found
    arn = _across("CrossAccountReplicaARN", request.cross_account_replica_arn, scope)
    by_replica = sm.DescribeSecretRequest(secret_id=arn)
    also = [(_READ, found), (ACCEPT, find.find_secret(by_replica, scope, store))]
    role_arn = request.replication_role_arn
    if role_arn is not None:
        _check_role(role_arn, place=scope.place, account=scope.account)
        facts = {
            "iam:passedtoservice": (f"secretsmanager.{scope.place.dns_suffix}",),
            "iam:associatedresourcearn": (secret.arn,),
        }
        also.append((iam.PASS_ROLE, Found(resource=None, arn=role_arn, facts=lambda: facts)))
    return msgspec.structs.replace(found, also=tuple(also))


def find_to_stop(
    request: sm.StopReplicationToReplicaRequest, scope: Scope, store: SecretStore
) -> Found[Secret | None]:
    """A replica of another account's secret loses a policy too, which needs DeleteResourcePolicy (facts 1.23)."""
    found = find.find_secret(request, scope, store)
    if found.resource is None or found.resource.primary_across is None:
        return found
    return msgspec.structs.replace(found, also=((_DELETE_POLICY, found),))


def associate_cross_account_replica(
    request: sm.AssociateCrossAccountReplicaRequest, secret: Secret, call: Call[SecretStore]
) -> sm.AssociateCrossAccountReplicaResponse:
    """Begin to replicate, or begin again: whatever failed is tried at once, in the name of whoever asks now.

    Raises:
        InvalidRequestException: marked for deletion, no replica of this secret, a key that can't be used, or accounts of
            no common organization: there are none here, so that only `NoRestriction` lets any account be replicated to.
        InvalidParameterException: a replica, or a role that does not exist.
        LimitExceededException: it has another replica.
        AccessDeniedException: KMS does not let the caller or the role.
    """
    refusals.check_live(secret)
    refusals.check_writable(secret)
    if request.replica_restriction != _RESTRICTED:
        raise InvalidRequestException(NO_ORGANIZATION)
    arn = request.cross_account_replica_arn or ""
    if secret.replica_across is not None and secret.has_replica_across and secret.replica_across.arn != arn:
        raise LimitExceededException(ONE_ALONE)
    replica = secret_at(arn, call.store)
    if replica is None or replica.primary_across is None or replica.primary_across.arn != secret.arn:
        raise InvalidRequestException(NOT_ITS_REPLICA.format(replica=arn, primary=secret.arn))
    role, principal = None, call.principal
    if request.replication_role_arn is not None:
        try:
            role = call.names.remembered(request.replication_role_arn)
        except UnknownPrincipal as unknown:
            raise InvalidParameterException(NO_ROLE) from unknown
        principal = acting(role, secret.account, call.names)
    try_keys_across(secret, secret.holder_of(CURRENT), replica, principal=principal, call=call)
    link = ReplicaAcross(arn=arn, principal=role or call.principal.acts_as, role=role)
    linked = PrimaryAcross(arn=secret.arn, state=AcrossState.LINKED)
    _save(secret, replace(secret, replica_across=link), call)
    _save(replica, replace(replica, primary_across=linked), call)
    call.occurred(
        "ReplicationStarted", account=secret.account, arn=secret.arn, details={"replicaSecretArn": arn}
    )
    return sm.AssociateCrossAccountReplicaResponse(
        arn=secret.arn, cross_account_replica_arn=arn, replication_status=IN_PROGRESS
    )


def disassociate_cross_account_replica(
    request: sm.DisassociateCrossAccountReplicaRequest, secret: Secret, call: Call[SecretStore]
) -> sm.DisassociateCrossAccountReplicaResponse:
    """End it from the primary: the entry goes, and the replica is Detached, with what it has.

    Raises:
        InvalidRequestException: marked for deletion, or no replica of this secret.
        InvalidParameterException: a replica, or an ARN that is no secret's across accounts.
    """
    refusals.check_live(secret)
    refusals.check_writable(secret)
    arn = request.cross_account_replica_arn or ""
    _across("CrossAccountReplicaARN", arn, Scope(principal=call.principal, place=call.place))
    if secret.replica_across is None or secret.replica_across.arn != arn:
        raise InvalidRequestException(NOT_ITS_REPLICA.format(replica=arn, primary=secret.arn))
    _save(secret, replace(secret, replica_across=None), call)
    replica = secret_at(arn, call.store)
    if (
        replica is not None
        and replica.primary_across is not None
        and replica.primary_across.arn == secret.arn
    ):
        detached = PrimaryAcross(arn=secret.arn, state=AcrossState.DETACHED)
        _save(replica, replace(replica, primary_across=detached), call)
    return sm.DisassociateCrossAccountReplicaResponse(arn=secret.arn, cross_account_replica_arn=arn)


def stop_replication(replica: Secret, link: PrimaryAcross, call: Call[SecretStore]) -> None:
    """End it from the replica, which stands alone from this commit on; the primary's entry is Detached."""
    refusals.check_live(replica)
    _save(replica, replace(replica, primary_across=None, changed_ms=call.now), call)
    primary = secret_at(link.arn, call.store)
    if primary is None or primary.replica_across is None or primary.replica_across.arn != replica.arn:
        return
    detached = replace(primary.replica_across, detached=True, message=None)
    _save(primary, replace(primary, replica_across=detached), call)


def primary_wanted(request: sm.CreateSecretRequest, call: Call[SecretStore]) -> PrimaryAcross:
    """Check a request for a replica of another account's secret; whether that is there is not looked at.

    Raises:
        InvalidParameterException: a member that such a replica can't have, no customer managed key, or an ARN that is
            no secret's across accounts.
    """
    for member, field in _NOT_WITH_PRIMARY.items():
        if getattr(request, field) is not None:
            raise InvalidParameterException(NOT_WITH_PRIMARY.format(member=member))
    scope = Scope(principal=call.principal, place=call.place)
    arn = _across("CrossAccountPrimaryARN", request.cross_account_primary_arn, scope)
    check_key(request.kms_key_id)
    return PrimaryAcross(arn=arn)


def check_key(kms_key_id: str | None) -> None:
    """Refuse a key of AWS's, which no other account can use. Raises InvalidParameterException."""
    named = key_of(kms_key_id)
    if named is None or named.rpartition(":")[2].startswith(_AWS_MANAGED):
        raise InvalidParameterException(NEED_KEY)


def primary_shown(replica: Secret, call: Call[SecretStore]) -> sm.CrossAccountPrimaryType | None:
    """Of a replica: its primary, and how far the values are."""
    held = replica.primary_across
    if held is None:
        return None
    status, message = held.state.value, None
    if held.state is AcrossState.LINKED:
        primary = secret_at(held.arn, call.store)
        linked = primary is not None and primary.has_replica_across
        status, message = _status(primary) if primary is not None and linked else (DETACHED, None)
    return sm.CrossAccountPrimaryType(
        primary_secret_arn=held.arn, replication_status=status, status_message=message
    )


def replicas_shown(
    primary: Secret, call: Call[SecretStore]
) -> tuple[sm.CrossAccountReplicaEntry, ...] | None:
    """Of a primary: its one replica."""
    link = primary.replica_across
    if link is None:
        return None
    status, message = _status(primary)
    entry = sm.CrossAccountReplicaEntry(
        replica_secret_arn=link.arn,
        replication_role_arn=None if link.role is None else call.names.shown(link.role),
        replication_status=status,
        status_message=message,
    )
    return (entry,)


def secret_at(arn: str, store: SecretStore) -> Secret | None:
    """The secret with this whole ARN, of any account of this Region."""
    meant = names.parse(arn)
    secret = store.secret_named(meant.account or "", meant.name)
    return secret if secret is not None and secret.arn == arn else None


def bindings() -> tuple[Bound, ...]:
    """The two operations at the primary; the replica's are CreateSecret and StopReplicationToReplica."""
    return (
        Bound(
            operation=sm.ASSOCIATE_CROSS_ACCOUNT_REPLICA,
            find=find_to_associate,
            run=associate_cross_account_replica,
        ),
        Bound(
            operation=sm.DISASSOCIATE_CROSS_ACCOUNT_REPLICA,
            find=find.find_own_secret,
            run=disassociate_cross_account_replica,
        ),
    )


def _save(before: Secret, after: Secret, call: Call[SecretStore]) -> None:
    """What the link is travels nowhere, so no revision tells of it."""
    call.stage(SecretSaved(before=before, after=replace(after, stamp=before.stamp + 1)))


def _status(primary: Secret) -> tuple[str, str | None]:
    """Of a primary with a replica. What failed is Failed until it succeeds, whatever is written meanwhile."""
    link = primary.replica_across
    if link is None or link.detached:
        return DETACHED, None
    if link.message is not None:
        return FAILED, link.message
    return (IN_SYNC if link.acked == primary.revision else IN_PROGRESS), None


def _across(member: str, arn: str | None, scope: Scope) -> str:
    """The ARN, if it is the whole ARN of a secret of this Region in another account."""
    arn = arn or ""
    place = scope.place
    try:
        meant = names.parse(arn)
        account = ARN.parse(arn).account
    except (ValidationException, ValueError):
        raise InvalidParameterException(NOT_ACROSS.format(member=member)) from None
    here = (meant.partition, meant.region) == (place.partition, place.region)
    if not here or meant.suffix is None or not account.isdigit() or account == scope.account:
        raise InvalidParameterException(NOT_ACROSS.format(member=member))
    return arn


def _check_role(role_arn: str, *, place: Place, account: str) -> None:
    try:
        role = ARN.parse(role_arn)
    except ValueError:
        raise InvalidParameterException(NO_ROLE) from None
    owner = (role.partition, role.service, role.region, role.account)
    if owner != (place.partition, "iam", "", account) or not role.resource.startswith("role/"):
        raise InvalidParameterException(NO_ROLE)
