"""Replicas in another account: every check of a request, and AWS's denial of whom the other account does not let in.

What they do is told in `test_cross_account_replicas.py`.

Source: Secrets Manager API, AssociateCrossAccountReplica, DisassociateCrossAccountReplica, CreateSecret; facts 1.1, 1.4,
1.8, 5.14. The words of each InvalidParameterException but the replica's are ours (DIVERGENCES.md).
"""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from tests.contract.region import ACCOUNT, ROOT_ARN, Region
from tests.contract.several_regions import Regions, several

from watchword.api.shapes import secretsmanager as sm
from watchword.wire import json11

OTHER = "210987654321"
THEIRS = f"arn:aws:secretsmanager:us-east-1:{OTHER}:secret:db-AbCdEf"
KEY = f"arn:aws:kms:us-east-1:{ACCOUNT}:key/11111111-1111-4111-8111-111111111111"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/replication"
NOT_FOUND = ("ResourceNotFoundException", "Secrets Manager can't find the specified secret.")
MARKED = (
    "InvalidRequestException",
    "You can't perform this operation on the secret because it was marked for deletion.",
)
ON_REPLICA = (
    "InvalidParameterException",
    "Operation not permitted on a replica secret. Call must be made in primary secret's region.",
)
AT_THE_PRIMARY = ("AssociateCrossAccountReplica", "DisassociateCrossAccountReplica")


def denied(action: str) -> tuple[str, str]:
    return (
        "AccessDeniedException",
        f"User: {ROOT_ARN} is not authorized to perform: {action} on resource: {THEIRS}"
        f" because no resource-based policy allows the {action} action",
    )


def not_across(member: str) -> tuple[str, str]:
    text = f"{member} must be the full ARN of a secret in this Region and in another account."
    return "InvalidParameterException", text


DENIED: dict[str, tuple[str, dict[str, object], str]] = {
    "associate": (
        "AssociateCrossAccountReplica",
        {"SecretId": "db", "CrossAccountReplicaARN": THEIRS},
        "secretsmanager:AcceptCrossAccountReplication",
    ),
    "associate, with every member": (
        "AssociateCrossAccountReplica",
        {
            "SecretId": "db",
            "CrossAccountReplicaARN": THEIRS,
            "ReplicaRestriction": "NoRestriction",
            "ReplicationRoleARN": ROLE,
        },
        "secretsmanager:AcceptCrossAccountReplication",
    ),
}


@pytest.mark.parametrize(("operation", "members", "action"), DENIED.values(), ids=DENIED)
def test_nobody_is_let_in_by_an_account_that_is_not_there(
    region: Region, operation: str, members: dict[str, object], action: str
) -> None:
    region.call("CreateSecret", Name="db", SecretString="v")
    before, commits = region.call("ListSecrets"), region.commits

    assert region.refused(operation, **members) == denied(action)

    assert (region.call("ListSecrets"), region.commits) == (before, commits)
    event = next(one for one in reversed(region.events()) if one["eventName"] == operation)
    assert event["errorCode"] == "AccessDeniedException"


NOT_FOREIGN = {
    "a name": "another-name-of-a-secret",
    "this account": THEIRS.replace(OTHER, ACCOUNT),
    "another Region": THEIRS.replace("us-east-1", "us-east-2"),
    "another partition": THEIRS.replace("arn:aws:", "arn:aws-cn:"),
    "another service": THEIRS.replace("secretsmanager", "ssm"),
    "no suffix": THEIRS.removesuffix("-AbCdEf"),
    "no account": THEIRS.replace(OTHER, ""),
    "AWS's own account": THEIRS.replace(OTHER, "aws"),
    "a letter in the account": THEIRS.replace(OTHER, "21098765432x"),
    "a character that no name has": THEIRS.replace("db-", "d*b-"),
}


@pytest.mark.parametrize("arn", NOT_FOREIGN.values(), ids=NOT_FOREIGN)
def test_what_is_no_secret_of_another_account_here_is_refused(region: Region, arn: str) -> None:
    region.call("CreateSecret", Name="db", SecretString="v")

    for operation in AT_THE_PRIMARY:
        refused = region.refused(operation, SecretId="db", CrossAccountReplicaARN=arn)
        assert refused == not_across("CrossAccountReplicaARN")
    assert region.refused("CreateSecret", Name="new", CrossAccountPrimaryARN=arn, KmsKeyId=KEY) == not_across(
        "CrossAccountPrimaryARN"
    )


NO_ROLES = {
    "no ARN": "replication-of-ours-is-a-role",
    "another account's": ROLE.replace(ACCOUNT, OTHER),
    "a user": ROLE.replace("role/", "user/"),
    "another service": ROLE.replace(":iam:", ":sts:"),
    "another partition": ROLE.replace("arn:aws:", "arn:aws-cn:"),
}


@pytest.mark.parametrize("role", NO_ROLES.values(), ids=NO_ROLES)
def test_what_is_no_role_of_this_account_is_refused(region: Region, role: str) -> None:
    region.call("CreateSecret", Name="db", SecretString="v")

    refused = region.refused(
        "AssociateCrossAccountReplica",
        SecretId="db",
        CrossAccountReplicaARN=THEIRS,
        ReplicationRoleARN=role,
    )

    assert refused == (
        "InvalidParameterException",
        "ReplicationRoleARN must be the ARN of an IAM role in this account.",
    )


NOT_WITH_PRIMARY: dict[str, object] = {
    "AddReplicaRegions": [{"Region": "us-east-2"}],
    "Description": "",
    "SecretBinary": "dg==",
    "SecretString": "v",
    "Type": "Salesforce",
}


@pytest.mark.parametrize(("member", "given"), NOT_WITH_PRIMARY.items(), ids=NOT_WITH_PRIMARY)
def test_a_replica_of_another_account_s_secret_starts_empty(
    region: Region, member: str, given: object
) -> None:
    asked = {"Name": "new", "CrossAccountPrimaryARN": THEIRS, "KmsKeyId": KEY, member: given}

    assert region.refused("CreateSecret", **asked) == (
        "InvalidParameterException",
        f"You can't specify {member} together with CrossAccountPrimaryARN.",
    )


AWS_MANAGED = {
    "none": None,
    "empty": "",
    "the default key": "alias/aws/secretsmanager",
    "another of AWS's": "alias/aws/s3",
    "by its ARN": f"arn:aws:kms:us-east-1:{ACCOUNT}:alias/aws/secretsmanager",
}


@pytest.mark.parametrize("key", AWS_MANAGED.values(), ids=AWS_MANAGED)
def test_such_a_replica_needs_a_key_of_the_customer_s(region: Region, key: str | None) -> None:
    asked = {"Name": "new", "CrossAccountPrimaryARN": THEIRS, "KmsKeyId": key}

    assert region.refused("CreateSecret", **asked) == (
        "InvalidParameterException",
        "You must specify a customer managed key in KmsKeyId to create a replica of a secret in another account.",
    )


CONSTRAINTS: dict[str, tuple[dict[str, object], str]] = {
    "no replica": (
        {},
        "Value null at 'crossAccountReplicaARN' failed to satisfy constraint: Member must not be null",
    ),
    "an ARN too short": (
        {"CrossAccountReplicaARN": "a" * 19},
        f"Value '{'a' * 19}' at 'crossAccountReplicaARN' failed to satisfy constraint: "
        "Member must have length greater than or equal to 20",
    ),
    "an ARN too long": (
        {"CrossAccountReplicaARN": "a" * 2_049},
        f"Value '{'a' * 2_049}' at 'crossAccountReplicaARN' failed to satisfy constraint: "
        "Member must have length less than or equal to 2048",
    ),
    "a restriction that is none": (
        {"CrossAccountReplicaARN": THEIRS, "ReplicaRestriction": "Anybody"},
        "Value 'Anybody' at 'replicaRestriction' failed to satisfy constraint: "
        "Member must satisfy enum value set: [SameOrg, NoRestriction]",
    ),
}


@pytest.mark.parametrize(("members", "text"), CONSTRAINTS.values(), ids=CONSTRAINTS)
def test_a_constraint_of_the_model_is_told_first(
    region: Region, members: dict[str, object], text: str
) -> None:
    code, said = region.refused("AssociateCrossAccountReplica", SecretId="none", **members)

    assert (code, said) == ("ValidationException", f"1 validation error detected: {text}")


@pytest.mark.parametrize("operation", AT_THE_PRIMARY)
def test_the_secret_must_be_there_and_live(region: Region, operation: str) -> None:
    assert region.refused(operation, SecretId="none", CrossAccountReplicaARN=THEIRS) == NOT_FOUND
    region.call("CreateSecret", Name="db", SecretString="v")
    region.call("DeleteSecret", SecretId="db")

    assert region.refused(operation, SecretId="db", CrossAccountReplicaARN=THEIRS) == MARKED


@pytest.fixture
def regions() -> Iterator[Regions]:
    with several("us-east-1", "us-east-2") as made:
        yield made


@pytest.mark.parametrize("operation", AT_THE_PRIMARY)
def test_a_replica_has_no_replica_in_another_account(regions: Regions, operation: str) -> None:
    replica = regions["us-east-2"]
    regions["us-east-1"].call(
        "CreateSecret", Name="db", SecretString="v", AddReplicaRegions=[{"Region": "us-east-2"}]
    )
    regions.settle()

    assert replica.refused(operation, SecretId="db", CrossAccountReplicaARN=THEIRS) == ON_REPLICA


def test_a_secret_shows_no_primary_and_no_replica_in_another_account(region: Region) -> None:
    region.call("CreateSecret", Name="db", SecretString="v")

    described = region.call("DescribeSecret", SecretId="db")

    assert not {"CrossAccountPrimary", "CrossAccountReplicas"} & described.keys()


@pytest.mark.parametrize("status", ["InSync", "Failed", "InProgress", "Pending", "Detached"])
def test_the_answer_has_the_members_that_clients_will_read(status: str) -> None:
    """Every status is written as the model has it."""
    answer = sm.DescribeSecretResponse(
        cross_account_primary=sm.CrossAccountPrimaryType(
            primary_secret_arn=THEIRS, replication_status=status, status_message="m"
        ),
        cross_account_replicas=(
            sm.CrossAccountReplicaEntry(
                replica_secret_arn=THEIRS,
                replication_role_arn=ROLE,
                replication_status=status,
                status_message="m",
            ),
        ),
    )

    assert json.loads(json11.encode(answer)) == {
        "CrossAccountPrimary": {
            "PrimarySecretARN": THEIRS,
            "ReplicationStatus": status,
            "StatusMessage": "m",
        },
        "CrossAccountReplicas": [
            {
                "ReplicaSecretARN": THEIRS,
                "ReplicationRoleARN": ROLE,
                "ReplicationStatus": status,
                "StatusMessage": "m",
            }
        ],
    }
