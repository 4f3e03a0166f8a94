"""Replicas in another account: what is checked of each request, and that nobody is let in yet.

A cross-account replica needs the other account's consent: a resource policy there lets the caller in (AWS's action
`AcceptCrossAccountReplication`). Nobody can give that consent here yet, so each of the three requests is checked as far
as it can be and then denied, as AWS denies it where that policy is missing. No secret ever has such a replica or primary,
and DescribeSecret shows none.

Source: Secrets Manager API, AssociateCrossAccountReplica, DisassociateCrossAccountReplica and CreateSecret
(CrossAccountPrimaryARN); facts 5.14. AWS's words for what is wrong with a request are unknown; these are ours.
"""

from __future__ import annotations

from typing import NoReturn

from watchword.api.call import Bound, Call, Place
from watchword.api.errors import AccessDeniedException, ValidationException
from watchword.api.shapes import secretsmanager as sm
from watchword.api.shapes.secretsmanager import InvalidParameterException
from watchword.regions.arn import ARN
from watchword.secrets import find, names, refusals
from watchword.secrets.model import Secret
from watchword.secrets.replicas import key_of
from watchword.secrets.store import SecretStore

ACCEPT_ACTION = "secretsmanager:AcceptCrossAccountReplication"
"""What the replica's account has to allow; no operation of the API."""

NOT_ACROSS = "{member} must be the full ARN of a secret in this Region and in another account."
NO_ROLE = "ReplicationRoleARN must be the ARN of an IAM role in this account."
NEED_KEY = (
    "You must specify a customer managed key in KmsKeyId to create a replica of a secret in another account."
)
NOT_WITH_PRIMARY = "You can't specify {member} together with CrossAccountPrimaryARN."

_NOT_WITH_PRIMARY = {
    "AddReplicaRegions": "add_replica_regions",
    "Description": "description",
    "SecretBinary": "secret_binary",
    "SecretString": "secret_string",
    "Type": "type",
}
"""The replica starts empty, and what it holds comes from its primary."""
_AWS_MANAGED = "alias/aws/"


def associate_cross_account_replica(
    request: sm.AssociateCrossAccountReplicaRequest, secret: Secret, call: Call[SecretStore]
) -> NoReturn:
    """Check a request for a replica in another account, and deny it.

    Raises:
        InvalidRequestException: the secret is in its recovery window.
        InvalidParameterException: a replica, an ARN that is no secret's across accounts, or a role that is none here.
        AccessDeniedException: the replica's account does not let the caller in.
    """
    refusals.check_live(secret)
    refusals.check_writable(secret)
    replica_arn = _across("CrossAccountReplicaARN", request.cross_account_replica_arn, call)
    if request.replication_role_arn is not None:
        _check_role(request.replication_role_arn, place=call.place, account=call.account)
    raise _denied(call, action=ACCEPT_ACTION, arn=replica_arn)


def disassociate_cross_account_replica(
    request: sm.DisassociateCrossAccountReplicaRequest, secret: Secret, call: Call[SecretStore]
) -> NoReturn:
    """Check a request to end such a replica, and deny it. Raises as `associate_cross_account_replica`."""
    refusals.check_live(secret)
    refusals.check_writable(secret)
    replica_arn = _across("CrossAccountReplicaARN", request.cross_account_replica_arn, call)
    raise _denied(call, action=sm.DISASSOCIATE_CROSS_ACCOUNT_REPLICA.action or "", arn=replica_arn)


def refuse_creation(request: sm.CreateSecretRequest, call: Call[SecretStore]) -> NoReturn:
    """Refuse to make a replica of another account's secret.

    Raises:
        InvalidParameterException: a member that such a replica can't have, no customer managed key, or an ARN that is
            no secret's across accounts.
        AccessDeniedException: the primary's account does not let the caller in.
    """
    for member, field in _NOT_WITH_PRIMARY.items():
        if getattr(request, field) is not None:
            raise InvalidParameterException(NOT_WITH_PRIMARY.format(member=member))
    primary_arn = _across("CrossAccountPrimaryARN", request.cross_account_primary_arn, call)
    kms_key_id = key_of(request.kms_key_id)
    if kms_key_id is None or kms_key_id.rpartition(":")[2].startswith(_AWS_MANAGED):
        raise InvalidParameterException(NEED_KEY)
    raise _denied(call, action=sm.CREATE_SECRET.action or "", arn=primary_arn)


def bindings() -> tuple[Bound, ...]:
    """The two operations at the primary; the replica's is CreateSecret."""
    by_id = find.find_own_secret
    return (
        Bound(operation=sm.ASSOCIATE_CROSS_ACCOUNT_REPLICA, find=by_id, run=associate_cross_account_replica),
        Bound(
            operation=sm.DISASSOCIATE_CROSS_ACCOUNT_REPLICA,
            find=by_id,
            run=disassociate_cross_account_replica,
        ),
    )


def _across(member: str, arn: str | None, call: Call[SecretStore]) -> str:
    """The ARN, if it is the whole ARN of a secret of this Region in another account."""
    arn = arn or ""
    place = call.place
    try:
        meant = names.parse(arn)
        account = ARN.parse(arn).account
    except (ValidationException, ValueError):
        raise InvalidParameterException(NOT_ACROSS.format(member=member)) from None
    here = (meant.partition, meant.region) == (place.partition, place.region)
    if not here or meant.suffix is None or not account.isdigit() or account == call.account:
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


def _denied(call: Call[SecretStore], *, action: str, arn: str) -> AccessDeniedException:
    """AWS's wording of a denial across accounts. Source: facts 0.2."""
    return AccessDeniedException(
        f"User: {call.principal.arn} is not authorized to perform: {action} on resource: {arn}"
        f" because no resource-based policy allows the {action} action"
    )
