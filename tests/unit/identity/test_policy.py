"""The policy decision: who may do what, and what a refusal says."""

from __future__ import annotations

import json
from collections.abc import Mapping

import pytest

from watchword.api.call import Found, Principal, PrincipalKind, root_of
from watchword.api.operation import Operation
from watchword.api.shape import Shape
from watchword.api.shapes import kms, sts, watchword
from watchword.api.shapes import secretsmanager as sm
from watchword.identity.decision import PoliciesOfPrincipal
from watchword.identity.policy import Decision, decide, refusal

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


def decided(
    operation: Operation,
    *,
    principal: Principal,
    resource: str,
    policy: str | None = None,
    request: Shape | None = None,
    context: Mapping[str, tuple[str, ...]] | None = None,
) -> Decision:
    """Decide on something that was found, or not, under this ARN."""
    found: Found[None] = Found(resource=None, arn=resource, policy=policy, decides_itself=":kms:" in resource)
    return decide(
        operation,
        operation.request() if request is None else request,
        principal=principal,
        found=found,
        context=lambda: context or {},
        identity=PoliciesOfPrincipal,
    )


@pytest.mark.parametrize(("operation", "principal", "resource", "allowed"), DECISIONS.values(), ids=DECISIONS)
def test_policy_decides(operation: Operation, principal: Principal, resource: str, allowed: bool) -> None:
    decision = decided(operation, principal=principal, resource=resource)

    assert decision.allowed is allowed
    assert decision.because


def test_every_operation_between_regions_is_closed_to_the_root_user() -> None:
    """All but KMS's parts in replication, which are decided like any use or change of a key."""
    open_to_root = {
        operation.name
        for operation in watchword.OPERATIONS.values()
        if decided(operation, principal=ROOT, resource="*").allowed
    }

    assert open_to_root == {"SealForRegion", "OpenFromRegion", "TakePrimacy"}


def test_every_operation_of_aws_s_is_closed_to_a_region() -> None:
    for module in (sm, kms, sts):
        for operation in module.OPERATIONS.values():
            assert not decided(operation, principal=REGION, resource="*").allowed, operation


def document(*statements: dict[str, object]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def denying(action: str, **condition: object) -> str:
    statement: dict[str, object] = {
        "Sid": "Never", "Effect": "Deny", "Principal": "*", "Action": action, "Resource": "*"
    }  # fmt: skip
    return document({**statement, "Condition": condition} if condition else statement)


def letting_in(principal: object, action: str = "*") -> str:
    return document({"Effect": "Allow", "Principal": principal, "Action": action, "Resource": "*"})


NEVER_GET = denying("secretsmanager:GetSecretValue")
ONLY_TLS = denying("secretsmanager:*", Bool={"aws:SecureTransport": "false"})
ON_POLICIES: dict[str, tuple[Operation, str, str, bool]] = {
    "a secret's deny binds the root user": (sm.GET_SECRET_VALUE, SECRET, NEVER_GET, False),
    "a deny of something else": (sm.DESCRIBE_SECRET, SECRET, NEVER_GET, True),
    "a deny whose condition holds": (sm.GET_SECRET_VALUE, SECRET, ONLY_TLS, False),
    "an allow of somebody else takes nothing away": (
        sm.GET_SECRET_VALUE,
        SECRET,
        letting_in({"AWS": f"arn:aws:iam::{ACCOUNT}:user/ann"}),
        True,
    ),
    "the root user may always take a secret's policy away": (
        sm.DELETE_RESOURCE_POLICY,
        SECRET,
        denying("secretsmanager:*"),
        True,
    ),
    "but not put another": (sm.PUT_RESOURCE_POLICY, SECRET, denying("secretsmanager:*"), False),
    "a key that lets the account in": (kms.DECRYPT, KEY, letting_in({"AWS": ROOT.arn}), True),
    "a key that lets only somebody else in": (
        kms.DECRYPT,
        KEY,
        letting_in({"AWS": f"arn:aws:iam::{ACCOUNT}:user/ann"}),
        False,
    ),
    "a policy that can't be read": (sm.DESCRIBE_SECRET, SECRET, "no policy", False),
}


@pytest.mark.parametrize(
    ("operation", "resource", "policy", "allowed"), ON_POLICIES.values(), ids=ON_POLICIES
)
def test_policies_bind_the_root_user(operation: Operation, resource: str, policy: str, allowed: bool) -> None:
    context = {"aws:securetransport": ("false",)}

    decision = decided(operation, principal=ROOT, resource=resource, policy=policy, context=context)

    assert decision.allowed is allowed
    assert decision.because


def test_a_member_of_a_request_can_need_a_permission_of_its_own() -> None:
    """Facts 8.2: CreateSecret needs TagResource for its tags, and ReplicateSecretToRegions for its Regions."""
    policy = denying("secretsmanager:TagResource")
    plain = sm.CreateSecretRequest(name="db")
    tagged = sm.CreateSecretRequest(name="db", tags=(sm.Tag(key="team", value="a"),))

    def allowed(request: Shape) -> Decision:
        return decided(sm.CREATE_SECRET, principal=ROOT, resource=SECRET, policy=policy, request=request)

    assert allowed(plain).allowed
    assert allowed(tagged).refusal == (
        f"User: {ROOT.arn} is not authorized to perform: secretsmanager:TagResource on resource: {SECRET}"
        " with an explicit deny in a resource-based policy"
    )


def test_the_trail_learns_which_statement_decided_and_the_caller_does_not() -> None:
    context = {"aws:securetransport": ("false",)}
    decision = decided(sm.GET_SECRET_VALUE, principal=ROOT, resource=SECRET, policy=ONLY_TLS, context=context)

    assert decision.because == (
        "explicit deny by resource-based policy `default`, statement 1 `Never`:"
        " Bool aws:SecureTransport `false`, the request has `false`"
    )
    assert "Never" not in decision.refusal


REFUSALS = {
    "a deny in the account": (
        SECRET,
        NEVER_GET,
        f"User: {ROOT.arn} is not authorized to perform: secretsmanager:GetSecretValue on resource: {SECRET}"
        " with an explicit deny in a resource-based policy",
    ),
    "across accounts": (
        THEIRS,
        None,
        f"User: {ROOT.arn} is not authorized to perform: secretsmanager:GetSecretValue on resource: {THEIRS}"
        " because no resource-based policy allows the secretsmanager:GetSecretValue action",
    ),
}


@pytest.mark.parametrize(("resource", "policy", "text"), REFUSALS.values(), ids=REFUSALS)
def test_a_refusal_is_told_in_aws_s_words(resource: str, policy: str | None, text: str) -> None:
    """Facts 0.2: IAM deny, and IAM deny across accounts. What was decided, and why, is not in it."""
    decision = decided(sm.GET_SECRET_VALUE, principal=ROOT, resource=resource, policy=policy)

    assert refusal(decision).message == text
