"""A secret's policy decides: told through signed requests, in the Region that is asked and on its own copy.

An account has its root user alone, so these are stories of what a policy takes away.
"""

from __future__ import annotations

import json
from typing import Any

import pytest
from tests.contract.region import ACCOUNT, Region
from tests.contract.several_regions import several

ROOT = f"arn:aws:iam::{ACCOUNT}:root"
DENIED = "AccessDeniedException"


def denying(action: str | list[str], **condition: Any) -> str:
    statement = {"Sid": "Never", "Effect": "Deny", "Principal": "*", "Action": action, "Resource": "*"}
    return json.dumps(
        {
            "Version": "2012-10-17",
            "Statement": {**statement, "Condition": condition} if condition else statement,
        }
    )


@pytest.fixture
def db(region: Region) -> str:
    """The ARN of a secret `db`, whose value is `v`."""
    arn: str = region.call(
        "CreateSecret", Name="db", SecretString="v", Tags=[{"Key": "team", "Value": "blue"}]
    )["ARN"]
    return arn


def put(region: Region, policy: str) -> None:
    region.call("PutResourcePolicy", SecretId="db", ResourcePolicy=policy)


def test_a_denied_read_says_who_what_and_by_which_kind_of_policy(region: Region, db: str) -> None:
    put(region, denying("secretsmanager:GetSecretValue"))

    assert region.refused("GetSecretValue", SecretId="db") == (
        DENIED,
        f"User: {ROOT} is not authorized to perform: secretsmanager:GetSecretValue on resource: db"
        " with an explicit deny in a resource-based policy",
    )
    assert region.call("DescribeSecret", SecretId="db")["Name"] == "db"


def test_the_trail_says_which_statement_it_was(region: Region, db: str) -> None:
    put(region, denying("secretsmanager:GetSecretValue"))
    region.forget_events()

    region.refused("GetSecretValue", SecretId="db")

    (event,) = region.events()
    assert event["errorCode"] == DENIED
    assert event["additionalEventData"]["decision"] == (
        "explicit deny by resource-based policy `default`, statement 1 `Never`"
    )


HOLDS: dict[str, tuple[dict[str, Any], bool]] = {
    "another stage": ({"StringEquals": {"secretsmanager:VersionStage": "AWSPREVIOUS"}}, False),
    "the stage is not named": ({"Null": {"secretsmanager:VersionStage": "true"}}, True),
    "its tag": ({"StringEquals": {"secretsmanager:ResourceTag/team": "blue"}}, True),
    "its tag, the global key": ({"StringEquals": {"aws:ResourceTag/Team": "blue"}}, True),
    "another value of its tag": ({"StringEquals": {"aws:ResourceTag/team": "red"}}, False),
    "no TLS": ({"Bool": {"aws:SecureTransport": "false"}}, True),
    "not from here": ({"NotIpAddress": {"aws:SourceIp": "203.0.113.0/24"}}, True),
    "from here": ({"IpAddress": {"aws:SourceIp": "203.0.113.0/24"}}, False),
    "its primary Region": ({"StringEquals": {"secretsmanager:SecretPrimaryRegion": "us-east-1"}}, True),
    "another primary Region": ({"StringEquals": {"secretsmanager:SecretPrimaryRegion": "us-east-2"}}, False),
    "this Region": ({"StringEquals": {"aws:RequestedRegion": "us-east-1"}}, True),
    "the root user": ({"ArnEquals": {"aws:PrincipalArn": ROOT}}, True),
    "somebody else": ({"ArnEquals": {"aws:PrincipalArn": f"arn:aws:iam::{ACCOUNT}:user/ann"}}, False),
}


@pytest.mark.usefixtures("db")
@pytest.mark.parametrize(("condition", "denied"), HOLDS.values(), ids=HOLDS)
def test_a_condition_is_asked_of_the_request(region: Region, condition: dict[str, Any], denied: bool) -> None:
    put(region, denying("secretsmanager:GetSecretValue", **condition))

    answer = region.ask("GetSecretValue", SecretId="db")

    assert (answer.status == 400) is denied


ASKED: dict[str, tuple[str, dict[str, Any], dict[str, Any]]] = {
    "a tag that is to be set": (
        "TagResource",
        {"StringEquals": {"aws:RequestTag/team": "red"}},
        {"Tags": [{"Key": "team", "Value": "red"}]},
    ),
    "a tag that is to go": (
        "UntagResource",
        {"ForAnyValue:StringEquals": {"aws:TagKeys": "team"}},
        {"TagKeys": ["team"]},
    ),
    "a Region that is to be added": (
        "ReplicateSecretToRegions",
        {"ForAnyValue:StringEquals": {"secretsmanager:AddReplicaRegions": "us-east-2"}},
        {"AddReplicaRegions": [{"Region": "us-east-2"}]},
    ),
    "a force": (
        "ReplicateSecretToRegions",
        {"Bool": {"secretsmanager:ForceOverwriteReplicaSecret": "true"}},
        {"AddReplicaRegions": [{"Region": "us-east-2"}], "ForceOverwriteReplicaSecret": True},
    ),
    "a short window": (
        "DeleteSecret",
        {"NumericLessThan": {"secretsmanager:RecoveryWindowInDays": "30"}},
        {"RecoveryWindowInDays": 7},
    ),
    "no window at all": (
        "DeleteSecret",
        {"Bool": {"secretsmanager:ForceDeleteWithoutRecovery": "true"}},
        {"ForceDeleteWithoutRecovery": True},
    ),
    "a key, by its alias": (
        "UpdateSecret",
        {"Null": {"secretsmanager:KmsKeyArn": "false"}},
        {"KmsKeyId": "alias/aws/secretsmanager"},
    ),
    "the default key, by no name": (
        "UpdateSecret",
        {"StringLike": {"secretsmanager:KmsKeyArn": "arn:aws:kms:us-east-1:*:key/????????-*"}},
        {"KmsKeyId": ""},
    ),
}


@pytest.mark.usefixtures("db")
@pytest.mark.parametrize(("operation", "condition", "members"), ASKED.values(), ids=ASKED)
def test_a_condition_is_asked_of_the_request_s_members(
    region: Region, operation: str, condition: dict[str, Any], members: dict[str, Any]
) -> None:
    put(region, denying(f"secretsmanager:{operation}", **condition))

    assert region.refused(operation, SecretId="db", **members)[0] == DENIED

    put(region, denying(f"secretsmanager:{operation}", **_negated(condition)))

    assert region.ask(operation, SecretId="db", **members).status == 200


def _negated(condition: dict[str, Any]) -> dict[str, Any]:
    """The same question with an answer that this request does not give."""
    ((operator, asked),) = condition.items()
    ((key, value),) = asked.items()
    other = {"true": "false", "false": "true", "30": "7"}.get(value, "another")
    return {operator: {key: other}}


@pytest.mark.usefixtures("db")
def test_whoever_locks_everybody_out_can_still_take_the_policy_away(region: Region) -> None:
    put(region, denying("secretsmanager:*"))

    assert region.refused("DescribeSecret", SecretId="db")[0] == DENIED
    assert region.refused("PutResourcePolicy", SecretId="db", ResourcePolicy=denying("*"))[0] == DENIED

    region.call("DeleteResourcePolicy", SecretId="db")
    assert region.call("GetSecretValue", SecretId="db")["SecretString"] == "v"


@pytest.mark.usefixtures("db")
@pytest.mark.parametrize(
    ("policy", "checks"),
    [
        (denying("secretsmanager:*"), ["LockOut"]),
        (denying("secretsmanager:GetSecretValue"), []),
        (denying("secretsmanager:PutResourcePolicy", Bool={"aws:SecureTransport": "true"}), []),
    ],
    ids=["everything", "reading", "under another condition"],
)
def test_a_validation_says_that_a_policy_locks_its_author_out(
    region: Region, policy: str, checks: list[str]
) -> None:
    """Facts 8.5."""
    answer = region.call("ValidateResourcePolicy", SecretId="db", ResourcePolicy=policy)

    errors = answer.get("ValidationErrors", [])
    assert [error["CheckName"] for error in errors] == checks
    if checks:
        assert errors[0]["ErrorMessage"] == (
            "Your requested changes will not allow you to manage this secret in the future."
        )


def test_a_batch_reports_what_a_policy_denies_and_returns_the_rest(region: Region, db: str) -> None:
    region.call("CreateSecret", Name="open", SecretString="w")
    put(region, denying("secretsmanager:GetSecretValue"))

    answer = region.call("BatchGetSecretValue", SecretIdList=["db", "open"])

    assert [value["Name"] for value in answer["SecretValues"]] == ["open"]
    assert [error["ErrorCode"] for error in answer["Errors"]] == [DENIED]


def test_a_replica_decides_on_its_own_copy_and_replication_is_bound_by_no_policy() -> None:
    """Design 5: the link authorises a message; a Deny on everybody must still arrive, and so must what follows it."""
    with several("us-east-1", "us-east-2") as regions:
        virginia, ohio = regions["us-east-1"], regions["us-east-2"]
        virginia.call(
            "CreateSecret", Name="db", SecretString="v", AddReplicaRegions=[{"Region": "us-east-2"}]
        )
        regions.settle()
        put(virginia, denying("secretsmanager:GetSecretValue"))
        regions.settle()

        assert ohio.refused("GetSecretValue", SecretId="db")[0] == DENIED

        virginia.call("PutSecretValue", SecretId="db", SecretString="w")
        regions.settle()
        virginia.call("DeleteResourcePolicy", SecretId="db")
        regions.settle()
        assert ohio.call("GetSecretValue", SecretId="db")["SecretString"] == "w"
