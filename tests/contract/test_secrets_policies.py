"""Resource policies through the gate, in one Region and in two (facts 1.5, 1.10, 1.12, 1.15, 1.26, 8.4, 8.5)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from tests.contract.region import ACCOUNT, Region
from tests.contract.several_regions import Regions, several

VIRGINIA, OHIO = "us-east-1", "us-east-2"
MARKED = (
    "InvalidRequestException",
    "You can't perform this operation on the secret because it was marked for deletion.",
)
NOT_FOUND = ("ResourceNotFoundException", "Secrets Manager can't find the specified secret.")
ON_REPLICA = (
    "InvalidParameterException",
    "Operation not permitted on a replica secret. Call must be made in primary secret's region.",
)
MALFORMED = "MalformedPolicyDocumentException"
SYNTAX = "This resource policy contains a syntax error."
PRINCIPAL = "This resource policy contains an unsupported principal."
SERVICE = "This resource policy contains an invalid service principal."
BROAD = (
    "This resource policy grants broad access to your secret. "
    "Secrets Manager does not allow creating and applying such policies in the console."
)


def policy(principal: object, *, effect: str = "Allow") -> str:
    statement = {
        "Effect": effect,
        "Principal": principal,
        "Action": "secretsmanager:GetSecretValue",
        "Resource": "*",
    }
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]}, indent=1)


MINE = policy({"AWS": f"arn:aws:iam::{ACCOUNT}:root"})
OPEN = policy("*")
GROUP = policy({"AWS": f"arn:aws:iam::{ACCOUNT}:group/readers"})
NO_SERVICE = policy({"Service": "lambda.example.com"})
DENIED = policy("*", effect="Deny")
"""A Deny of everything to everybody, root user included."""

OPERATIONS: dict[str, dict[str, object]] = {
    "PutResourcePolicy": {"ResourcePolicy": MINE},
    "GetResourcePolicy": {},
    "DeleteResourcePolicy": {},
    "ValidateResourcePolicy": {"ResourcePolicy": MINE},
    "ListResourcePolicies": {},
}


@pytest.fixture
def db(region: Region) -> dict[str, Any]:
    """What names the secret `db`, which is there and has a value."""
    made = region.call("CreateSecret", Name="db", SecretString="v")
    return {"ARN": made["ARN"], "Name": "db"}


# Attach, read, list, delete


def test_a_policy_is_read_as_it_was_written(region: Region, db: dict[str, Any]) -> None:
    put = region.call("PutResourcePolicy", SecretId="db", ResourcePolicy=MINE)

    assert put == {**db, "PolicyName": "default"}
    assert region.call("GetResourcePolicy", SecretId="db") == {
        **db,
        "ResourcePolicy": MINE,
        "PolicyName": "default",
    }
    assert region.call("ListResourcePolicies", SecretId="db") == {
        "ResourcePolicies": [{"PolicyName": "default"}]
    }


def test_of_a_secret_without_a_policy_arn_and_name_are_said(region: Region, db: dict[str, Any]) -> None:
    """Facts 1.10 (recorded)."""
    assert region.call("GetResourcePolicy", SecretId="db") == db
    assert region.call("GetResourcePolicy", SecretId="db", PolicyName="default") == db
    assert region.call("ListResourcePolicies", SecretId="db") == {"ResourcePolicies": []}


def test_a_policy_is_replaced_whole(region: Region, db: dict[str, Any]) -> None:
    region.call("PutResourcePolicy", SecretId="db", ResourcePolicy=OPEN)

    region.call("PutResourcePolicy", SecretId="db", ResourcePolicy=MINE, PolicyName="default")

    assert region.call("GetResourcePolicy", SecretId=db["ARN"])["ResourcePolicy"] == MINE


def test_a_policy_is_deleted_once_and_again(region: Region, db: dict[str, Any]) -> None:
    region.call("PutResourcePolicy", SecretId="db", ResourcePolicy=MINE)

    for _ in range(2):
        assert region.call("DeleteResourcePolicy", SecretId="db") == {**db, "PolicyName": "default"}
        assert region.call("GetResourcePolicy", SecretId="db") == db


@pytest.mark.parametrize("changed", ["put again", "put another", "deleted", "deleted though there is none"])
def test_a_change_of_a_policy_is_a_change_of_the_secret(
    region: Region, db: dict[str, Any], changed: str
) -> None:
    if changed != "deleted though there is none":
        region.call("PutResourcePolicy", SecretId="db", ResourcePolicy=MINE)
    before = region.call("DescribeSecret", SecretId="db")["LastChangedDate"]
    region.clock.forward(1_000)

    match changed:
        case "put again":
            region.call("PutResourcePolicy", SecretId="db", ResourcePolicy=MINE)
        case "put another":
            region.call("PutResourcePolicy", SecretId="db", ResourcePolicy=OPEN)
        case _:
            region.call("DeleteResourcePolicy", SecretId="db")

    moved = region.call("DescribeSecret", SecretId="db")["LastChangedDate"] - before
    assert moved == (1 if changed in ("put another", "deleted") else 0)


def test_a_policy_survives_a_restart_and_a_new_value(region: Region, db: dict[str, Any]) -> None:
    region.call("PutResourcePolicy", SecretId="db", ResourcePolicy=MINE)
    region.call("PutSecretValue", SecretId="db", SecretString="w")

    region.compose()

    assert region.call("GetResourcePolicy", SecretId="db")["ResourcePolicy"] == MINE


def test_a_secret_that_is_made_again_has_no_policy(region: Region, db: dict[str, Any]) -> None:
    region.call("PutResourcePolicy", SecretId="db", ResourcePolicy=MINE)
    region.call("DeleteSecret", SecretId="db", ForceDeleteWithoutRecovery=True)

    made = region.call("CreateSecret", Name="db")

    assert made["ARN"] != db["ARN"]
    assert "ResourcePolicy" not in region.call("GetResourcePolicy", SecretId="db")


# What is refused


REFUSED: dict[str, tuple[str, str, str]] = {
    "no JSON": ("no policy", MALFORMED, SYNTAX),
    "an old text of a version": (MINE.replace("2012-10-17", "2019-10-19"), MALFORMED, SYNTAX),
    "no statement": ('{"Version": "2012-10-17", "Statement": []}', MALFORMED, SYNTAX),
    "an unknown element": (MINE.replace('"Effect"', '"Note": "", "Effect"'), MALFORMED, SYNTAX),
    "an effect twice": (MINE.replace('"Effect"', '"Effect": "Deny", "Effect"'), MALFORMED, SYNTAX),
    "no principal": (MINE.replace('"Principal"', '"NoPrincipal"'), MALFORMED, SYNTAX),
    "a group": (GROUP, MALFORMED, PRINCIPAL),
    "a wildcard in an ARN": (policy({"AWS": f"arn:aws:iam::{ACCOUNT}:user/*"}), MALFORMED, PRINCIPAL),
    "an identity provider": (policy({"Federated": "accounts.google.com"}), MALFORMED, PRINCIPAL),
    "a service that is none": (NO_SERVICE, MALFORMED, SERVICE),
    "a wildcard for all services": (policy({"Service": "*"}), MALFORMED, SERVICE),
}


@pytest.mark.parametrize(("document", "code", "text"), REFUSED.values(), ids=REFUSED)
def test_a_document_that_is_no_policy_of_a_secret(
    region: Region, db: dict[str, Any], document: str, code: str, text: str
) -> None:
    region.call("PutResourcePolicy", SecretId="db", ResourcePolicy=MINE)

    assert region.refused("PutResourcePolicy", SecretId="db", ResourcePolicy=document) == (code, text)
    assert region.call("GetResourcePolicy", SecretId="db") == {
        **db,
        "ResourcePolicy": MINE,
        "PolicyName": "default",
    }


@pytest.mark.usefixtures("db")
@pytest.mark.parametrize("block", [None, False])
def test_a_public_policy_is_attached_unless_it_is_to_be_blocked(region: Region, block: bool | None) -> None:
    """Facts 1.15 (recorded): Principal "*" is accepted without BlockPublicPolicy."""
    region.call("PutResourcePolicy", SecretId="db", ResourcePolicy=OPEN, BlockPublicPolicy=block)

    assert region.call("GetResourcePolicy", SecretId="db")["ResourcePolicy"] == OPEN


@pytest.mark.usefixtures("db")
def test_a_public_policy_is_blocked_and_one_that_is_not_public_is_not(region: Region) -> None:
    region.call("PutResourcePolicy", SecretId="db", ResourcePolicy=MINE, BlockPublicPolicy=True)

    refused = region.refused("PutResourcePolicy", SecretId="db", ResourcePolicy=OPEN, BlockPublicPolicy=True)

    assert refused == (
        "PublicPolicyException",
        "You can't attach a resource-based policy that allows broad access to the secret.",
    )
    assert region.call("GetResourcePolicy", SecretId="db")["ResourcePolicy"] == MINE


@pytest.mark.usefixtures("db")
def test_there_is_no_policy_but_the_default_one(region: Region) -> None:
    """The codes are those of the model's pages, the texts ours."""
    changing = ("InvalidParameterException", "You can only attach or delete the default resource policy.")
    reading = ("ResourceNotFoundException", "Secrets Manager can't find the specified resource policy.")

    for operation, expected in (
        ("PutResourcePolicy", changing),
        ("DeleteResourcePolicy", changing),
        ("GetResourcePolicy", reading),
    ):
        members = OPERATIONS[operation]
        assert region.refused(operation, SecretId="db", PolicyName="other", **members) == expected


@pytest.mark.parametrize(("operation", "members"), OPERATIONS.items(), ids=OPERATIONS)
def test_policies_of_a_secret_that_is_not_there(
    region: Region, operation: str, members: dict[str, object]
) -> None:
    assert region.refused(operation, SecretId="none", **members) == NOT_FOUND
    code, text = region.refused(operation, SecretId="no name", **members)
    assert (code, text[:13]) == ("ValidationException", "Invalid name.")


@pytest.mark.usefixtures("db")
@pytest.mark.parametrize(("operation", "members"), OPERATIONS.items(), ids=OPERATIONS)
def test_policies_of_a_secret_that_is_marked_for_deletion(
    region: Region, operation: str, members: dict[str, object]
) -> None:
    region.call("PutResourcePolicy", SecretId="db", ResourcePolicy=OPEN)
    region.call("DeleteSecret", SecretId="db")

    assert region.refused(operation, SecretId="db", **members) == MARKED

    region.call("RestoreSecret", SecretId="db")
    assert region.call("GetResourcePolicy", SecretId="db")["ResourcePolicy"] == OPEN


@pytest.mark.usefixtures("db")
def test_the_longest_policy_is_attached_and_a_longer_one_is_not(region: Region) -> None:
    longest = MINE.ljust(20_480)
    region.call("PutResourcePolicy", SecretId="db", ResourcePolicy=longest)

    code, text = region.refused("PutResourcePolicy", SecretId="db", ResourcePolicy=longest + " ")

    assert code == "ValidationException"
    assert text.endswith("Member must have length less than or equal to 20480")
    assert region.call("GetResourcePolicy", SecretId="db")["ResourcePolicy"] == longest


# Validation


VALIDATED: dict[str, tuple[str, list[tuple[str, str]]]] = {
    "a good one": (MINE, []),
    "a syntax error": ("no policy", [("Syntax", SYNTAX)]),
    "a public one": (OPEN, [("BroadAccess", BROAD)]),
    "several errors": (
        policy({"AWS": ["*", "nobody"], "Service": "nobody"}),
        [("Principal", PRINCIPAL), ("ServicePrincipal", SERVICE), ("BroadAccess", BROAD)],
    ),
    "one that locks its author out": (DENIED, []),
}


@pytest.mark.parametrize("secret_id", ["db", None])
@pytest.mark.parametrize(("document", "errors"), VALIDATED.values(), ids=VALIDATED)
def test_a_validation_says_all_that_is_wrong_and_changes_nothing(
    region: Region, db: dict[str, Any], document: str, errors: list[tuple[str, str]], secret_id: str | None
) -> None:
    commits = region.commits

    answer = region.call("ValidateResourcePolicy", SecretId=secret_id, ResourcePolicy=document)

    assert answer == {
        "PolicyValidationPassed": not errors,
        "ValidationErrors": [{"CheckName": check, "ErrorMessage": text} for check, text in errors],
    }
    assert region.commits == commits
    assert region.call("GetResourcePolicy", SecretId="db") == db


# Pages


@pytest.mark.usefixtures("db")
def test_one_policy_fits_in_every_page(region: Region) -> None:
    region.call("PutResourcePolicy", SecretId="db", ResourcePolicy=MINE)

    assert region.call("ListResourcePolicies", SecretId="db", MaxResults=1) == {
        "ResourcePolicies": [{"PolicyName": "default"}]
    }


@pytest.mark.usefixtures("db")
def test_no_token_is_one_of_a_list_of_policies(region: Region) -> None:
    region.call("CreateSecret", Name="another")
    token = region.call("ListSecrets", MaxResults=1)["NextToken"]

    for foreign in ("token", token):
        refused = region.refused("ListResourcePolicies", SecretId="db", NextToken=foreign)
        assert refused == ("InvalidNextTokenException", "The NextToken value is not valid.")


# The trail


@pytest.mark.usefixtures("db")
def test_who_changed_a_policy_is_recorded_with_the_change(region: Region) -> None:
    region.forget_events()

    region.call("PutResourcePolicy", SecretId="db", ResourcePolicy=MINE, BlockPublicPolicy=True)
    region.refused("PutResourcePolicy", SecretId="db", ResourcePolicy="no policy")
    region.call("GetResourcePolicy", SecretId="db")

    put, refused, read = region.events()
    assert put["requestParameters"] == {
        "secretId": "db",
        "resourcePolicy": MINE,
        "blockPublicPolicy": True,
    }
    assert (refused["errorCode"], refused["errorMessage"]) == (MALFORMED, SYNTAX)
    assert [event["readOnly"] for event in (put, refused, read)] == [False, False, True]


# Two Regions


@pytest.fixture
def regions() -> Iterator[Regions]:
    with several(VIRGINIA, OHIO) as made:
        yield made


@pytest.fixture
def primary(regions: Regions) -> Region:
    """The Region of a secret with a policy and a replica, in sync."""
    region = regions[VIRGINIA]
    region.call("CreateSecret", Name="db", SecretString="v")
    region.call("PutResourcePolicy", SecretId="db", ResourcePolicy=MINE)
    region.call("ReplicateSecretToRegions", SecretId="db", AddReplicaRegions=[{"Region": OHIO}])
    regions.settle()
    return region


def test_a_policy_is_read_and_validated_at_a_replica(regions: Regions, primary: Region) -> None:
    replica = regions[OHIO]

    assert replica.call("GetResourcePolicy", SecretId="db") == {
        "ARN": primary.call("DescribeSecret", SecretId="db")["ARN"].replace(VIRGINIA, OHIO),
        "Name": "db",
        "ResourcePolicy": MINE,
        "PolicyName": "default",
    }
    assert replica.call("ListResourcePolicies", SecretId="db")["ResourcePolicies"]
    assert replica.call("ValidateResourcePolicy", SecretId="db", ResourcePolicy=MINE)[
        "PolicyValidationPassed"
    ]


def status(primary: Region) -> str:
    entry: dict[str, str] = primary.call("DescribeSecret", SecretId="db")["ReplicationStatus"][0]
    return entry["Status"]


def test_a_changed_policy_travels_and_a_deleted_one_goes(regions: Regions, primary: Region) -> None:
    replica = regions[OHIO]
    for operation, members, expected in (
        ("PutResourcePolicy", {"ResourcePolicy": OPEN}, OPEN),
        ("DeleteResourcePolicy", {}, None),
    ):
        primary.call(operation, SecretId="db", **members)
        assert status(primary) == "InProgress"

        regions.settle()

        assert status(primary) == "InSync"
        assert replica.call("GetResourcePolicy", SecretId="db").get("ResourcePolicy") == expected
        assert replica.call("GetSecretValue", SecretId="db")["SecretString"] == "v"


def test_the_same_policy_again_is_nothing_to_send(regions: Regions, primary: Region) -> None:
    regions.sent.clear()

    primary.call("PutResourcePolicy", SecretId="db", ResourcePolicy=MINE)
    regions.settle()

    assert status(primary) == "InSync"
    assert [sent for sent in regions.sent if sent.operation.name == "ApplyReplica"] == []


@pytest.mark.usefixtures("primary")
def test_a_replica_s_policy_is_changed_at_its_primary_alone(regions: Regions) -> None:
    replica = regions[OHIO]

    assert replica.refused("PutResourcePolicy", SecretId="db", ResourcePolicy=OPEN) == ON_REPLICA
    assert replica.refused("DeleteResourcePolicy", SecretId="db") == ON_REPLICA
    assert replica.call("GetResourcePolicy", SecretId="db")["ResourcePolicy"] == MINE


def test_a_promoted_replica_keeps_its_policy_and_may_change_it(regions: Regions, primary: Region) -> None:
    replica = regions[OHIO]
    regions.down.add(VIRGINIA)
    replica.call("StopReplicationToReplica", SecretId="db")
    assert replica.call("GetResourcePolicy", SecretId="db")["ResourcePolicy"] == MINE

    replica.call("PutResourcePolicy", SecretId="db", ResourcePolicy=OPEN)

    regions.down.clear()
    regions.settle()
    assert replica.call("GetResourcePolicy", SecretId="db")["ResourcePolicy"] == OPEN
    assert primary.call("GetResourcePolicy", SecretId="db")["ResourcePolicy"] == MINE
