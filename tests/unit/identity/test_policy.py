"""The policy decision: who may do what, and what a refusal says."""

from __future__ import annotations

import pytest

from watchword.api.call import Principal, PrincipalKind, root_of
from watchword.api.operation import Operation
from watchword.api.shapes import kms, sts, watchword
from watchword.api.shapes import secretsmanager as sm
from watchword.identity.policy import decide, refusal

ACCOUNT, STRANGER = "123456789012", "210987654321"
ROOT = root_of(ACCOUNT, partition="aws")
REGION = Principal(kind=PrincipalKind.REGION, arn="watchword://d/us-east-2", account="", user_id="us-east-2")
SECRET = f"arn:aws:secretsmanager:us-east-1:{ACCOUNT}:secret:db-AbCdEf"
KEY = f"arn:aws:kms:us-east-1:{ACCOUNT}:key/11111111-1111-4111-8111-111111111111"
THEIRS = SECRET.replace(ACCOUNT, STRANGER)

DECISIONS: dict[str, tuple[Operation, Principal, str, bool]] = {
    "root in its own account": (sm.GET_SECRET_VALUE, ROOT, SECRET, True),
    "root, a name where nothing was found": (sm.GET_SECRET_VALUE, ROOT, "db", True),
    "root, an operation on everything": (sm.LIST_SECRETS, ROOT, "*", True),
    "root, a key": (kms.DECRYPT, ROOT, KEY, True),
    "root, a secret of another account": (sm.GET_SECRET_VALUE, ROOT, THEIRS, False),
    "root, a key of another account": (kms.DECRYPT, ROOT, KEY.replace(ACCOUNT, STRANGER), False),
    "root, an ARN that names no account": (sm.GET_SECRET_VALUE, ROOT, "arn:aws:s3:::bucket", True),
    "everybody may ask who they are": (sts.GET_CALLER_IDENTITY, ROOT, "*", True),
    "a Region, between Regions": (watchword.APPLY_REPLICA, REGION, "*", True),
    "a Region, its own agent's": (watchword.READ_REPLICA, REGION, SECRET, True),
    "root, between Regions": (watchword.APPLY_REPLICA, ROOT, "*", False),
    "root, an agent's": (watchword.PURGE_SECRETS, ROOT, "*", False),
    "a Region reads no secret": (sm.GET_SECRET_VALUE, REGION, SECRET, False),
    "a Region uses no key in its own name": (kms.DECRYPT, REGION, KEY, False),
    "a Region seals nothing in its own name": (watchword.SEAL_FOR_REGION, REGION, KEY, False),
    "a Region asks not even who it is": (sts.GET_CALLER_IDENTITY, REGION, "*", False),
    "root, KMS's part in replication": (watchword.SEAL_FOR_REGION, ROOT, KEY, True),
    "root, KMS's other part in replication": (watchword.OPEN_FROM_REGION, ROOT, KEY, True),
}


@pytest.mark.parametrize(("operation", "principal", "resource", "allowed"), DECISIONS.values(), ids=DECISIONS)
def test_policy_decides(operation: Operation, principal: Principal, resource: str, allowed: bool) -> None:
    decision = decide(operation, principal=principal, resource=resource)

    assert decision.allowed is allowed
    assert decision.because


def test_every_operation_between_regions_is_closed_to_the_root_user() -> None:
    """All but KMS's two parts in replication, which are decided like any use of a key."""
    open_to_root = {
        operation.name
        for operation in watchword.OPERATIONS.values()
        if decide(operation, principal=ROOT, resource="*").allowed
    }

    assert open_to_root == {"SealForRegion", "OpenFromRegion"}


def test_every_operation_of_aws_s_is_closed_to_a_region() -> None:
    for module in (sm, kms, sts):
        for operation in module.OPERATIONS.values():
            assert not decide(operation, principal=REGION, resource="*").allowed, operation


REFUSALS = {
    "in the account": (
        SECRET,
        f"User: {ROOT.arn} is not authorized to perform: secretsmanager:GetSecretValue on resource: {SECRET}"
        " because no identity-based policy allows the secretsmanager:GetSecretValue action",
    ),
    "by name": (
        "db",
        f"User: {ROOT.arn} is not authorized to perform: secretsmanager:GetSecretValue on resource: db"
        " because no identity-based policy allows the secretsmanager:GetSecretValue action",
    ),
    "on everything": (
        "*",
        f"User: {ROOT.arn} is not authorized to perform: secretsmanager:GetSecretValue"
        " because no identity-based policy allows the secretsmanager:GetSecretValue action",
    ),
    "across accounts": (
        THEIRS,
        f"User: {ROOT.arn} is not authorized to perform: secretsmanager:GetSecretValue on resource: {THEIRS}"
        " because no resource-based policy allows the secretsmanager:GetSecretValue action",
    ),
}


@pytest.mark.parametrize(("resource", "text"), REFUSALS.values(), ids=REFUSALS)
def test_a_refusal_is_told_in_aws_s_words(resource: str, text: str) -> None:
    """Facts 0.2: IAM deny, and IAM deny across accounts. What was decided, and why, is not in it."""
    assert refusal(sm.GET_SECRET_VALUE, principal=ROOT, resource=resource).message == text
