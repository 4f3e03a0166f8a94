"""UpdateSecret, UpdateSecretVersionStage and lists of versions where a secret has a replica (facts 5.1, 5.7, 5.9)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from tests.contract.region import Region, token
from tests.contract.several_regions import Regions, several

from watchword.api.shapes import watchword

ON_REPLICA = (
    "InvalidParameterException",
    "Operation not permitted on a replica secret. Call must be made in primary secret's region.",
)
DEFAULT = "DefaultEncryptionKey"
HERE, THERE = "us-east-1", "us-east-2"


@pytest.fixture
def regions() -> Iterator[Regions]:
    with several(HERE, THERE) as made:
        yield made


def replicated(regions: Regions, **members: object) -> str:
    """The secret `db` with one version and a replica that is InSync; the version's id."""
    made: str = regions[HERE].call(
        "CreateSecret", Name="db", SecretString="one", AddReplicaRegions=[{"Region": THERE}], **members
    )["VersionId"]
    regions.settle()
    assert status(regions) == "InSync"
    return made


def described(region: Region) -> dict[str, Any]:
    return region.call("DescribeSecret", SecretId="db")


def status(regions: Regions) -> Any:
    return described(regions[HERE])["ReplicationStatus"][0]["Status"]


def value(region: Region, **asked: object) -> Any:
    return region.call("GetSecretValue", **{"SecretId": "db", **asked})["SecretString"]


def keys(region: Region, version_id: str) -> Any:
    listed = region.call("ListSecretVersionIds", SecretId="db", IncludeDeprecated=True)["Versions"]
    return {version["VersionId"]: version["KmsKeyIds"] for version in listed}[version_id]


def create_key(region: Region) -> str:
    arn: str = region.call("CreateKey")["KeyMetadata"]["Arn"]
    return arn


def applied(regions: Regions) -> int:
    return sum(message.operation is watchword.APPLY_REPLICA for message in regions.sent)


# What travels


def test_an_update_arrives_as_one_change(regions: Regions) -> None:
    first = replicated(regions, Description="old")
    before = applied(regions)

    second = regions[HERE].call("UpdateSecret", SecretId="db", SecretString="two", Description="new")[
        "VersionId"
    ]

    assert status(regions) == "InProgress"
    regions.settle()
    assert (status(regions), applied(regions)) == ("InSync", before + 1)
    there = described(regions[THERE])
    assert there["Description"] == "new"
    assert there["VersionIdsToStages"] == {first: ["AWSPREVIOUS"], second: ["AWSCURRENT"]}
    assert value(regions[THERE]) == "two"


def test_a_cleared_description_arrives(regions: Regions) -> None:
    replicated(regions, Description="old")

    regions[HERE].call("UpdateSecret", SecretId="db", Description="")
    regions.settle()

    assert "Description" not in described(regions[THERE])


def test_labels_that_were_moved_arrive(regions: Regions) -> None:
    first = replicated(regions)
    second = regions[HERE].call("PutSecretValue", SecretId="db", SecretString="two")["VersionId"]
    regions.settle()

    regions[HERE].call(
        "UpdateSecretVersionStage",
        SecretId="db",
        VersionStage="AWSCURRENT",
        MoveToVersionId=first,
        RemoveFromVersionId=second,
    )
    regions.settle()

    assert status(regions) == "InSync"
    assert described(regions[THERE])["VersionIdsToStages"] == {first: ["AWSCURRENT"], second: ["AWSPREVIOUS"]}
    assert value(regions[THERE]) == "one"


def test_a_label_on_a_version_that_had_none_brings_its_value(regions: Regions) -> None:
    """Versions without a label do not travel; this one was never there."""
    regions[HERE].call("CreateSecret", Name="db", SecretString="zero")
    oldest = next(iter(described(regions[HERE])["VersionIdsToStages"]))
    for put in ("one", "two"):
        regions[HERE].call("PutSecretValue", SecretId="db", SecretString=put)
    regions[HERE].call("ReplicateSecretToRegions", SecretId="db", AddReplicaRegions=[{"Region": THERE}])
    regions.settle()

    regions[HERE].call("UpdateSecretVersionStage", SecretId="db", VersionStage="mine", MoveToVersionId=oldest)
    regions.settle()

    assert status(regions) == "InSync"
    assert value(regions[THERE], VersionStage="mine") == "zero"


def test_another_key_of_the_primary_is_no_affair_of_its_replicas(regions: Regions) -> None:
    version_id = replicated(regions)
    before = applied(regions)

    regions[HERE].call("UpdateSecret", SecretId="db", KmsKeyId=create_key(regions[HERE]))

    assert status(regions) == "InSync"
    regions.settle()
    assert applied(regions) == before
    assert "KmsKeyId" not in described(regions[THERE])
    assert keys(regions[THERE], version_id) == [DEFAULT]


def test_a_primary_sends_what_either_of_its_keys_opens(regions: Regions) -> None:
    """Facts 6.4: the version opens with either key."""
    old = create_key(regions[HERE])
    version_id = regions[HERE].call("CreateSecret", Name="db", SecretString="one", KmsKeyId=old)["VersionId"]
    new = create_key(regions[HERE])
    regions[HERE].call("UpdateSecret", SecretId="db", KmsKeyId=new)
    regions[HERE].call("DisableKey", KeyId=new)

    regions[HERE].call("ReplicateSecretToRegions", SecretId="db", AddReplicaRegions=[{"Region": THERE}])
    regions.settle()

    assert status(regions) == "InSync"
    assert value(regions[THERE], VersionId=version_id) == "one"


# What a replica accepts


NOT_WRITTEN: dict[str, tuple[str, dict[str, object]]] = {
    "a value": ("UpdateSecret", {"SecretString": "v"}),
    "a description": ("UpdateSecret", {"Description": "d"}),
    "an empty description": ("UpdateSecret", {"Description": ""}),
    "a key and a description": ("UpdateSecret", {"KmsKeyId": "", "Description": "d"}),
    "a key and a value": ("UpdateSecret", {"KmsKeyId": "", "SecretString": "v"}),
    "nothing": ("UpdateSecret", {}),
    "a label": ("UpdateSecretVersionStage", {"VersionStage": "X", "MoveToVersionId": token()}),
}


@pytest.mark.parametrize(("operation", "members"), NOT_WRITTEN.values(), ids=NOT_WRITTEN)
def test_a_replica_is_not_updated(regions: Regions, operation: str, members: dict[str, object]) -> None:
    replicated(regions)
    before = described(regions[THERE])

    assert regions[THERE].refused(operation, SecretId="db", **members) == ON_REPLICA
    assert described(regions[THERE]) == before


def test_a_replica_s_versions_and_value_are_read_like_any_other(regions: Regions) -> None:
    version_id = replicated(regions)

    listed = regions[THERE].call("ListSecretVersionIds", SecretId="db")
    batch = regions[THERE].call("BatchGetSecretValue", SecretIdList=["db"])

    assert f":{THERE}:" in listed["ARN"]
    assert [version["VersionId"] for version in listed["Versions"]] == [version_id]
    assert [read["SecretString"] for read in batch["SecretValues"]] == ["one"]


def test_a_replica_accepts_a_key_of_its_own_region_and_keeps_it(regions: Regions) -> None:
    """Design section 9; facts 5.1: the key stays local, whatever the primary sends afterwards."""
    first = replicated(regions)
    key = create_key(regions[THERE])

    regions[THERE].call("UpdateSecret", SecretId="db", KmsKeyId=key)
    second = regions[HERE].call("UpdateSecret", SecretId="db", SecretString="two", Description="d")[
        "VersionId"
    ]
    regions.settle()

    assert status(regions) == "InSync"
    assert described(regions[THERE])["KmsKeyId"] == key
    assert (keys(regions[THERE], first), keys(regions[THERE], second)) == ([key, DEFAULT], [key])
    assert (value(regions[THERE], VersionId=first), value(regions[THERE])) == ("one", "two")


def test_a_replica_keeps_its_key_when_everything_is_sent_again(regions: Regions) -> None:
    """The replica's store was set back, so it asks for all there is."""
    version_id = replicated(regions)
    copy = regions.back_up(THERE)
    regions[HERE].call("TagResource", SecretId="db", Tags=[{"Key": "a", "Value": "b"}])
    regions.settle()
    regions.put_back(THERE, copy)
    key = create_key(regions[THERE])
    regions[THERE].call("UpdateSecret", SecretId="db", KmsKeyId=key)

    regions[HERE].call("TagResource", SecretId="db", Tags=[{"Key": "a", "Value": "c"}])
    regions.settle()

    last = [message for message in regions.sent if message.operation is watchword.APPLY_REPLICA][-1]
    assert json.loads(last.body)["Since"] == 0
    assert status(regions) == "InSync"
    assert described(regions[THERE])["KmsKeyId"] == key
    assert keys(regions[THERE], version_id) == [key, DEFAULT]


def test_the_primary_that_asks_for_another_key_afterwards_has_the_last_word(regions: Regions) -> None:
    version_id = replicated(regions)
    own, asked = create_key(regions[THERE]), create_key(regions[THERE])
    regions[THERE].call("UpdateSecret", SecretId="db", KmsKeyId=own)

    regions[HERE].call(
        "ReplicateSecretToRegions", SecretId="db", AddReplicaRegions=[{"Region": THERE, "KmsKeyId": asked}]
    )
    regions.settle()

    assert status(regions) == "InSync"
    assert described(regions[THERE])["KmsKeyId"] == asked
    assert keys(regions[THERE], version_id) == [asked]


def test_the_primary_s_entry_shows_the_key_that_was_asked_for_there(regions: Regions) -> None:
    replicated(regions)
    regions[THERE].call("UpdateSecret", SecretId="db", KmsKeyId=create_key(regions[THERE]))
    regions.settle()

    assert described(regions[HERE])["ReplicationStatus"][0]["KmsKeyId"] == "alias/aws/secretsmanager"


def test_a_replica_s_disabled_key_is_left_behind_by_another(regions: Regions) -> None:
    """The way out when a replica's key is lost: what the primary sends next is sealed under the new one."""
    replicated(regions)
    first, second = create_key(regions[THERE]), create_key(regions[THERE])
    regions[THERE].call("UpdateSecret", SecretId="db", KmsKeyId=first)
    regions[THERE].call("DisableKey", KeyId=first)
    regions[HERE].call("PutSecretValue", SecretId="db", SecretString="two")
    regions.settle()
    assert status(regions) == "Failed"

    regions[THERE].call("UpdateSecret", SecretId="db", KmsKeyId=second)
    regions.settle()

    assert status(regions) == "InSync"
    assert value(regions[THERE]) == "two"


def test_a_promoted_replica_is_updated_like_any_secret(regions: Regions) -> None:
    version_id = replicated(regions)
    regions[THERE].call("StopReplicationToReplica", SecretId="db")

    regions[THERE].call("UpdateSecret", SecretId="db", SecretString="two", Description="d")
    regions[THERE].call(
        "UpdateSecretVersionStage", SecretId="db", VersionStage="mine", MoveToVersionId=version_id
    )

    assert value(regions[THERE]) == "two"
    assert value(regions[THERE], VersionStage="mine") == "one"
