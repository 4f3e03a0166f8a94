"""Replication uses keys in the name of whoever asked for the replica; each Region decides on its own copy of identity."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from tests.contract.people import add_user, ask, change, directory, remove_user, statement
from tests.contract.region import CONTROL, token
from tests.contract.several_regions import Regions, several
from tests.contract.test_identity_distribution import distribute

OTHER = "us-east-2"
SECRETS = {"Effect": "Allow", "Action": "secretsmanager:*", "Resource": "*"}
DECRYPT = {"Effect": "Allow", "Action": ["kms:Decrypt", "kms:GenerateDataKey"], "Resource": "*"}


@pytest.fixture
def regions() -> Iterator[Regions]:
    with several(CONTROL, OTHER) as made:
        for region in made.held.values():
            region.hosted = (CONTROL, OTHER)
            region.compose()
        distribute(made)
        yield made


def entry(regions: Regions) -> dict[str, Any]:
    (found,) = regions[CONTROL].call("DescribeSecret", SecretId="db")["ReplicationStatus"]
    status: dict[str, Any] = found
    return status


def replicated(regions: Regions, *statements: dict[str, Any], kms_key_id: str | None = None) -> None:
    """A user makes a secret with a replica, and everything is carried."""
    add_user(regions[CONTROL], "ann", policy=statement(*statements))
    distribute(regions)
    replica = {"Region": OTHER} | ({} if kms_key_id is None else {"KmsKeyId": kms_key_id})
    made = ask(
        regions[CONTROL],
        "ann",
        "CreateSecret",
        Name="db",
        SecretString="v",
        ClientRequestToken=token(),
        AddReplicaRegions=[replica],
    )
    assert made.status == 200, made.refusal
    distribute(regions)


def test_a_user_with_rights_to_secrets_alone_replicates_under_the_default_keys(regions: Regions) -> None:
    replicated(regions, SECRETS)

    assert entry(regions)["Status"] == "InSync"
    assert regions[OTHER].call("GetSecretValue", SecretId="db")["SecretString"] == "v"


def test_a_user_without_a_right_to_the_replicas_key_fails_there_and_heals_with_it(regions: Regions) -> None:
    key = regions[OTHER].call("CreateKey")["KeyMetadata"]["Arn"]
    replicated(regions, SECRETS, kms_key_id=key)

    assert entry(regions)["Status"] == "Failed"
    assert "is not authorized to perform: kms:GenerateDataKey" in entry(regions)["StatusMessage"]
    assert ":user/ann" in entry(regions)["StatusMessage"]

    ann = directory(regions[CONTROL]).users["AIDAANN"]
    changed = type(ann)(
        user_id=ann.user_id, name=ann.name, created_ms=0, inline={"p": statement(SECRETS, DECRYPT)}
    )
    change(regions[CONTROL], changed)
    distribute(regions)
    regions.settle()
    assert entry(regions)["Status"] == "InSync"


def test_who_is_gone_replicates_no_more_until_somebody_asks_again(regions: Regions) -> None:
    replicated(regions, SECRETS)
    remove_user(regions[CONTROL], directory(regions[CONTROL]).users["AIDAANN"])
    distribute(regions)

    regions[CONTROL].call("PutSecretValue", SecretId="db", SecretString="w")
    regions.settle()
    assert entry(regions)["Status"] == "Failed"
    assert "is gone: ask for the replica again" in entry(regions)["StatusMessage"]
    assert regions[OTHER].call("GetSecretValue", SecretId="db")["SecretString"] == "v"

    regions[CONTROL].call("ReplicateSecretToRegions", SecretId="db", AddReplicaRegions=[{"Region": OTHER}])
    regions.settle()
    assert entry(regions)["Status"] == "InSync"
    assert regions[OTHER].call("GetSecretValue", SecretId="db")["SecretString"] == "w"
