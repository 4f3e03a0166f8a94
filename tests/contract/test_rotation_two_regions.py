"""Rotation where a secret has a replica: what travels, what is refused, what a promotion leaves (facts 5.1, 5.6, 5.12)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from tests.contract.region import ACCOUNT, DAY_MS, Region
from tests.contract.rotators import Registry
from tests.contract.several_regions import Regions, several

from watchword.api.shapes import watchword

ON_REPLICA = (
    "InvalidParameterException",
    "Operation not permitted on a replica secret. Call must be made in primary secret's region.",
)
HERE, THERE = "us-east-1", "us-east-2"
FUNCTION = f"arn:aws:lambda:{HERE}:{ACCOUNT}:function:rotate"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/partner"
RULES = {"ScheduleExpression": "rate(30 days)", "Duration": "3h"}


@pytest.fixture
def regions() -> Iterator[Regions]:
    with several(HERE, THERE) as made:
        for region in made.held.values():
            region.rotators = Registry(functions={FUNCTION}, roles={ROLE})
            region.compose()
        yield made


def replicated(regions: Regions, **members: object) -> str:
    """The secret `db` with one version and a replica that is InSync; the version's id."""
    made: str = regions[HERE].call(
        "CreateSecret", Name="db", SecretString="one", AddReplicaRegions=[{"Region": THERE}], **members
    )["VersionId"]
    settle(regions)
    return made


def settle(regions: Regions) -> None:
    regions.settle()
    assert described(regions[HERE])["ReplicationStatus"][0]["Status"] == "InSync"


def described(region: Region) -> dict[str, Any]:
    return region.call("DescribeSecret", SecretId="db")


def rotation_of(members: dict[str, Any]) -> dict[str, Any]:
    """The members that concern rotation."""
    named = ("Rotat", "ExternalSecret", "NextRotationDate", "LastRotatedDate", "Type")
    return {name: value for name, value in members.items() if name.startswith(named)}


def applied(regions: Regions) -> int:
    return sum(message.operation is watchword.APPLY_REPLICA for message in regions.sent)


def rotate(regions: Regions, **members: object) -> str:
    asked = {"SecretId": "db", "RotationLambdaARN": FUNCTION, "RotationRules": RULES, **members}
    made: str = regions[HERE].call("RotateSecret", **asked)["VersionId"]
    return made


@pytest.mark.parametrize(
    ("operation", "members"),
    [("RotateSecret", {"RotationLambdaARN": FUNCTION}), ("CancelRotateSecret", {})],
)
def test_a_replica_is_not_rotated(regions: Regions, operation: str, members: dict[str, str]) -> None:
    replicated(regions)

    assert regions[THERE].refused(operation, SecretId="db", **members) == ON_REPLICA


@pytest.mark.parametrize("kind", ["SalesforceClientSecret", ""])
def test_a_replica_s_type_is_not_changed(regions: Regions, kind: str) -> None:
    replicated(regions)

    assert regions[THERE].refused("UpdateSecret", SecretId="db", Type=kind) == ON_REPLICA
    # A key alone may be changed there, but not together with it.
    key = regions[THERE].call("CreateKey")["KeyMetadata"]["KeyId"]
    assert regions[THERE].refused("UpdateSecret", SecretId="db", Type=kind, KmsKeyId=key) == ON_REPLICA


def test_a_replica_shows_the_rotation_of_its_primary(regions: Regions) -> None:
    first = replicated(regions)

    made = rotate(regions)
    settle(regions)

    here, there = described(regions[HERE]), described(regions[THERE])
    assert rotation_of(here).keys() >= {"RotationEnabled", "RotationLambdaARN", "RotationRules"}
    assert rotation_of(there) == rotation_of(here)
    assert there["VersionIdsToStages"] == {first: ["AWSCURRENT"], made: ["AWSPENDING"]}


def test_what_the_function_makes_arrives(regions: Regions) -> None:
    first = replicated(regions)
    made = rotate(regions)
    settle(regions)

    regions[HERE].call(
        "PutSecretValue",
        SecretId="db",
        ClientRequestToken=made,
        SecretString="two",
        VersionStages=["AWSPENDING"],
    )
    settle(regions)
    regions[HERE].call(
        "UpdateSecretVersionStage",
        SecretId="db",
        VersionStage="AWSCURRENT",
        MoveToVersionId=made,
        RemoveFromVersionId=first,
    )
    settle(regions)

    read = regions[THERE].call("GetSecretValue", SecretId="db")
    assert (read["VersionId"], read["SecretString"]) == (made, "two")


def test_a_test_s_copy_arrives_with_its_label(regions: Regions) -> None:
    replicated(regions)

    trial = rotate(regions, RotateImmediately=False)
    settle(regions)

    read = regions[THERE].call("GetSecretValue", SecretId="db", VersionStage="AWSPENDING")
    assert (read["VersionId"], read["SecretString"]) == (trial, "one")


def test_a_cancelled_rotation_arrives_as_that(regions: Regions) -> None:
    replicated(regions)
    rotate(regions)
    settle(regions)

    regions[HERE].call("CancelRotateSecret", SecretId="db")
    settle(regions)

    there = rotation_of(described(regions[THERE]))
    assert there["RotationEnabled"] is False
    assert there == rotation_of(described(regions[HERE]))


@pytest.mark.parametrize("operation", ["PutSecretValue", "UpdateSecret"])
def test_a_new_value_moves_the_date_there_too(regions: Regions, operation: str) -> None:
    replicated(regions)
    rotate(regions, RotationRules={"AutomaticallyAfterDays": 30})
    settle(regions)
    due = described(regions[THERE])["NextRotationDate"]
    regions.clock.forward(3 * DAY_MS)
    before = applied(regions)

    regions[HERE].call(operation, SecretId="db", SecretString="by hand")
    settle(regions)

    assert described(regions[THERE])["NextRotationDate"] == due + 3 * 86_400
    # At the first message: a head that was left out would be asked for, and hide that it was.
    assert applied(regions) == before + 1


def test_a_partner_s_secret_arrives_with_its_type_and_how_it_is_rotated(regions: Regions) -> None:
    replicated(regions, Type="SalesforceClientSecret")

    regions[HERE].call(
        "RotateSecret",
        SecretId="db",
        ExternalSecretRotationRoleArn=ROLE,
        ExternalSecretRotationMetadata=[{"Key": "apiVersion", "Value": "v65.0"}],
    )
    settle(regions)

    here, there = described(regions[HERE]), described(regions[THERE])
    assert there["Type"] == "SalesforceClientSecret"
    assert there["ExternalSecretRotationMetadata"] == [{"Key": "apiVersion", "Value": "v65.0"}]
    assert rotation_of(there) == rotation_of(here)


def test_a_type_that_is_taken_away_is_taken_away_there(regions: Regions) -> None:
    replicated(regions, Type="SalesforceClientSecret")

    regions[HERE].call("UpdateSecret", SecretId="db", Type="")
    settle(regions)

    assert "Type" not in described(regions[THERE])


def test_a_promoted_secret_has_no_rotation_until_it_is_given_one(regions: Regions) -> None:
    """What rotated it is a function of the other Region (facts 5.6)."""
    replicated(regions)
    made = rotate(regions)
    settle(regions)

    regions[THERE].call("StopReplicationToReplica", SecretId="db")

    members = described(regions[THERE])
    assert rotation_of(members) == {}
    assert members["VersionIdsToStages"][made] == ["AWSPENDING"]
    assert regions[THERE].refused("CancelRotateSecret", SecretId="db") == (
        "InvalidRequestException",
        "No Lambda rotation function ARN is associated with this secret.",
    )


def test_a_rotation_that_was_under_way_before_there_were_replicas_travels_whole(regions: Regions) -> None:
    regions[HERE].call("CreateSecret", Name="db", SecretString="one")
    made = rotate(regions)

    regions[HERE].call("ReplicateSecretToRegions", SecretId="db", AddReplicaRegions=[{"Region": THERE}])
    settle(regions)

    there = described(regions[THERE])
    assert rotation_of(there) == rotation_of(described(regions[HERE]))
    assert there["VersionIdsToStages"][made] == ["AWSPENDING"]
