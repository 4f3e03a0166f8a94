"""Replication between real Regions: gates, stores and custodians of their own, and messages as bytes between them.

Source: facts 5; reliability invariants I1-I10.
"""

from __future__ import annotations

import base64
import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
from tests.contract.region import ACCOUNT, CANARY, DAY_MS, Answer, Region, token
from tests.contract.several_regions import Regions, Sent, several

from watchword.api.errors import ServiceUnavailable
from watchword.api.shapes import watchword
from watchword.replication.link import DIVERGED_MESSAGE
from watchword.secrets.model import Secret
from watchword.storage.stores import Access, SQLiteStores
from watchword.storage.unit import SQLiteUnit
from watchword.wire import json11

ONE, TWO, THREE = "us-east-1", "us-east-2", "eu-west-1"
DEFAULT = "alias/aws/secretsmanager"
IN_SYNC = {"Region": TWO, "KmsKeyId": DEFAULT, "Status": "InSync", "StatusMessage": "Replication succeeded"}
IN_PROGRESS = {"Region": TWO, "KmsKeyId": DEFAULT, "Status": "InProgress"}
NOT_FOUND = ("ResourceNotFoundException", "Secrets Manager can't find the specified secret.")


@pytest.fixture
def regions() -> Iterator[Regions]:
    with several(ONE, TWO) as made:
        yield made


def failed(message: str, key: str = DEFAULT) -> dict[str, str]:
    return {
        "Region": TWO,
        "KmsKeyId": key,
        "Status": "Failed",
        "StatusMessage": f"Replication failed: {message}",
    }


def replicated(regions: Regions, value: str = "v", **members: object) -> dict[str, Any]:
    """A secret in the first Region with a replica in the second, in sync."""
    made = regions[ONE].call(
        "CreateSecret",
        **{"Name": "db", "SecretString": value, "AddReplicaRegions": [{"Region": TWO}], **members},
    )
    regions.settle()
    assert status(regions) == [IN_SYNC]
    return made


def described(region: Region) -> dict[str, Any]:
    return region.call("DescribeSecret", SecretId="db")


def status(regions: Regions) -> Any:
    return described(regions[ONE]).get("ReplicationStatus")


def value(region: Region, **asked: object) -> Any:
    return region.call("GetSecretValue", **{"SecretId": "db", **asked})["SecretString"]


def applies(regions: Regions) -> list[Sent]:
    return [sent for sent in regions.sent if sent.operation is watchword.APPLY_REPLICA]


def verdict(regions: Regions, message: Sent) -> str:
    """Deliver a message again, as a network may that kept it back."""
    answer = regions.deliver(message)
    assert answer.status == 200, answer.refusal
    said: str = answer.members["Verdict"]
    return said


# A replica comes to be


def test_a_new_replica_is_in_progress_and_then_in_sync(regions: Regions) -> None:
    made = regions[ONE].call("CreateSecret", Name="db", SecretString="v", AddReplicaRegions=[{"Region": TWO}])

    assert made["ReplicationStatus"] == [IN_PROGRESS]
    assert status(regions) == [IN_PROGRESS]
    assert regions[TWO].refused("DescribeSecret", SecretId="db") == NOT_FOUND

    regions.settle()

    assert status(regions) == [IN_SYNC]


def test_a_replica_is_read_in_its_own_region_under_its_own_arn(regions: Regions) -> None:
    version_id = token()
    made = replicated(
        regions, Description="d", Tags=[{"Key": "k", "Value": "v"}], ClientRequestToken=version_id
    )
    arn = made["ARN"].replace(ONE, TWO)

    read = regions[TWO].call("GetSecretValue", SecretId="db")

    assert (read["ARN"], read["Name"], read["VersionId"], read["SecretString"]) == (
        arn,
        "db",
        version_id,
        "v",
    )
    assert value(regions[TWO], SecretId=arn) == "v"
    assert regions[TWO].refused("GetSecretValue", SecretId=made["ARN"]) == NOT_FOUND
    replica = described(regions[TWO])
    assert replica["ARN"] == arn
    assert (replica["Description"], replica["Tags"]) == ("d", [{"Key": "k", "Value": "v"}])
    assert replica["VersionIdsToStages"] == {version_id: ["AWSCURRENT"]}
    assert replica["PrimaryRegion"] == ONE
    assert "ReplicationStatus" not in replica
    assert "KmsKeyId" not in replica
    assert regions[TWO].call("ListSecrets")["SecretList"][0]["PrimaryRegion"] == ONE
    assert described(regions[ONE])["PrimaryRegion"] == ONE


def test_a_replica_is_read_with_its_primary_gone(regions: Regions) -> None:
    replicated(regions)
    regions.down.add(ONE)
    regions[ONE].lose_custody()

    assert value(regions[TWO]) == "v"


def test_a_binary_value_arrives_as_it_was(regions: Regions) -> None:
    content = base64.b64encode(bytes(range(256))).decode()
    replicated(regions, SecretString=None, SecretBinary=content)

    assert regions[TWO].call("GetSecretValue", SecretId="db")["SecretBinary"] == content


def test_a_secret_without_a_value_is_replicated_too(regions: Regions) -> None:
    regions[ONE].call("CreateSecret", Name="db", AddReplicaRegions=[{"Region": TWO}])

    regions.settle()

    assert status(regions) == [IN_SYNC]
    assert "VersionIdsToStages" not in described(regions[TWO])


def test_a_standalone_secret_becomes_a_primary(regions: Regions) -> None:
    made = regions[ONE].call("CreateSecret", Name="db", SecretString="v")
    assert "PrimaryRegion" not in described(regions[ONE])

    answer = regions[ONE].call("ReplicateSecretToRegions", SecretId="db", AddReplicaRegions=[{"Region": TWO}])

    assert answer == {"ARN": made["ARN"], "ReplicationStatus": [IN_PROGRESS]}
    regions.settle()
    assert status(regions) == [IN_SYNC]
    assert value(regions[TWO]) == "v"


def test_every_labelled_version_travels_and_no_other(regions: Regions) -> None:
    first, previous, current, mine = (token() for _ in range(4))
    region = regions[ONE]
    region.call("CreateSecret", Name="db", SecretString="1", ClientRequestToken=first)
    region.call("PutSecretValue", SecretId="db", SecretString="2", ClientRequestToken=previous)
    region.call("PutSecretValue", SecretId="db", SecretString="3", ClientRequestToken=current)
    region.call(
        "PutSecretValue", SecretId="db", SecretString="4", ClientRequestToken=mine, VersionStages=["mine"]
    )
    region.call("ReplicateSecretToRegions", SecretId="db", AddReplicaRegions=[{"Region": TWO}])

    regions.settle()

    assert described(regions[TWO])["VersionIdsToStages"] == described(region)["VersionIdsToStages"]
    for version_id, held in ((previous, "2"), (current, "3"), (mine, "4")):
        assert value(regions[TWO], VersionId=version_id) == held
    assert regions[TWO].refused("GetSecretValue", SecretId="db", VersionId=first)[0] == NOT_FOUND[0]


# Changes arrive

CHANGES: dict[str, tuple[str, dict[str, object]]] = {
    "a new value": ("PutSecretValue", {"SecretString": "new"}),
    "a value with a label of its own": ("PutSecretValue", {"SecretString": "new", "VersionStages": ["mine"]}),
    "a label that moves": ("PutSecretValue", {"SecretString": "new", "VersionStages": ["AWSPENDING"]}),
    "a tag": ("TagResource", {"Tags": [{"Key": "stage", "Value": "prod"}]}),
    "another value of a tag": ("TagResource", {"Tags": [{"Key": "team", "Value": "blue"}]}),
    "all tags removed": ("UntagResource", {"TagKeys": ["team"]}),
}
TRAVELS = ("Name", "Description", "Tags", "VersionIdsToStages")


@pytest.mark.parametrize(("operation", "members"), CHANGES.values(), ids=CHANGES)
def test_a_change_arrives(regions: Regions, operation: str, members: dict[str, object]) -> None:
    replicated(regions, Tags=[{"Key": "team", "Value": "red"}])
    regions[ONE].call("PutSecretValue", SecretId="db", SecretString="p", VersionStages=["AWSPENDING"])
    regions.settle()
    regions.clock.forward(1)

    regions[ONE].call(operation, SecretId="db", **members)
    assert status(regions) == [IN_PROGRESS]
    regions.settle()

    assert status(regions) == [IN_SYNC]
    here, there = described(regions[ONE]), described(regions[TWO])
    assert {name: there.get(name) for name in TRAVELS} == {name: here.get(name) for name in TRAVELS}
    for version_id in here["VersionIdsToStages"]:
        assert value(regions[TWO], VersionId=version_id) == value(regions[ONE], VersionId=version_id)


def test_a_change_carries_what_changed_and_nothing_else(regions: Regions) -> None:
    replicated(regions)
    regions[ONE].call("TagResource", SecretId="db", Tags=[{"Key": "k", "Value": "v"}])
    regions.settle()

    message = json.loads(applies(regions)[-1].body)

    assert "Items" not in message or message["Items"] == []
    assert message["Head"]["Tags"] == [{"Key": "k", "Value": "v"}]

    regions[ONE].call("PutSecretValue", SecretId="db", SecretString="w", VersionStages=["mine"])
    regions.settle()
    message = json.loads(applies(regions)[-1].body)
    assert "Head" not in message
    assert len(message["Items"]) == 1


def test_many_changes_while_a_region_is_down_are_one_message(regions: Regions) -> None:
    replicated(regions)
    regions.down.add(TWO)
    for number in range(60):
        regions.clock.forward(10)
        regions[ONE].call("PutSecretValue", SecretId="db", SecretString=str(number))
    regions.settle()
    assert status(regions) == [IN_PROGRESS]
    assert value(regions[TWO]) == "v"
    before = len(applies(regions))

    regions.down.clear()
    start = regions.clock.now
    regions.settle()

    assert status(regions) == [IN_SYNC]
    assert value(regions[TWO]) == "59"
    assert value(regions[TWO], VersionStage="AWSPREVIOUS") == "58"
    assert len(applies(regions)) - before <= 2
    assert regions.clock.now - start <= 10_000


def test_a_replica_keeps_no_more_versions_than_its_primary(regions: Regions) -> None:
    first = token()
    replicated(regions, ClientRequestToken=first)
    for number in range(110):
        regions.clock.forward(DAY_MS // 20)
        regions[ONE].call("PutSecretValue", SecretId="db", SecretString=str(number))
        regions.settle()

    unit = regions[TWO].stores.unit()
    replica = unit.secret_named(ACCOUNT, "db")

    assert replica is not None
    assert len(replica.versions) == 100
    assert regions[TWO].refused("GetSecretValue", SecretId="db", VersionId=first)[0] == NOT_FOUND[0]
    assert value(regions[TWO], VersionStage="AWSPREVIOUS") == "108"


def test_an_answer_that_was_lost_is_no_second_change(regions: Regions) -> None:
    replicated(regions)
    regions[ONE].call("PutSecretValue", SecretId="db", SecretString="w")
    regions.answers_lost = 3

    regions.settle()

    assert status(regions) == [IN_SYNC]
    assert value(regions[TWO]) == "w"
    assert described(regions[TWO])["VersionIdsToStages"] == described(regions[ONE])["VersionIdsToStages"]


def test_a_message_delivered_twice_is_applied_once(regions: Regions) -> None:
    replicated(regions)
    regions[ONE].call("PutSecretValue", SecretId="db", SecretString="w")
    regions.settle()
    before = described(regions[TWO])
    regions.clock.forward(1)

    assert verdict(regions, applies(regions)[-1]) == "Already"
    assert verdict(regions, applies(regions)[0]) == "Already"
    assert described(regions[TWO]) == before


def test_a_read_here_shows_as_a_day_there(regions: Regions) -> None:
    replicated(regions)
    value(regions[TWO])
    ((account, sid, version_id),) = regions[TWO].accessed
    today = regions.clock.now // DAY_MS
    regions[TWO].stores.record_access([Access(account=account, sid=sid, version_id=version_id, day=today)])
    revision = json.loads(applies(regions)[-1].body)["Revision"]

    regions[ONE].call("TagResource", SecretId="db", Tags=[{"Key": "k", "Value": "v"}])
    regions.settle()

    assert status(regions) == [{**IN_SYNC, "LastAccessedDate": today * 86_400}]
    assert "LastAccessedDate" not in described(regions[ONE])
    # A day is no change of the secret.
    assert json.loads(applies(regions)[-1].body)["Revision"] == revision + 1


# A replica refuses

ON_REPLICA = (
    "InvalidParameterException",
    "Operation not permitted on a replica secret. Call must be made in primary secret's region.",
)
WRITES: dict[str, tuple[str, dict[str, object]]] = {
    "PutSecretValue": ("PutSecretValue", {"SecretString": "w"}),
    "DeleteSecret": ("DeleteSecret", {}),
    "DeleteSecret by force": ("DeleteSecret", {"ForceDeleteWithoutRecovery": True}),
    "RestoreSecret": ("RestoreSecret", {}),
    "TagResource": ("TagResource", {"Tags": [{"Key": "k", "Value": "v"}]}),
    "UntagResource": ("UntagResource", {"TagKeys": ["k"]}),
    "ReplicateSecretToRegions": ("ReplicateSecretToRegions", {"AddReplicaRegions": [{"Region": THREE}]}),
    "RemoveRegionsFromReplication": ("RemoveRegionsFromReplication", {"RemoveReplicaRegions": [THREE]}),
}


@pytest.mark.parametrize(("operation", "members"), WRITES.values(), ids=WRITES)
def test_a_replica_is_not_written(regions: Regions, operation: str, members: dict[str, object]) -> None:
    """Facts 5.9."""
    replicated(regions)
    before = described(regions[TWO])

    assert regions[TWO].refused(operation, SecretId="db", **members) == ON_REPLICA
    assert described(regions[TWO]) == before


def test_a_replica_has_its_name(regions: Regions) -> None:
    version_id = token()
    replicated(regions, ClientRequestToken=version_id)

    for asked in (token(), version_id):
        assert regions[TWO].refused(
            "CreateSecret", Name="db", SecretString="v", ClientRequestToken=asked
        ) == ("ResourceExistsException", "The operation failed because the secret db already exists.")


def test_a_primary_is_not_promoted(regions: Regions) -> None:
    replicated(regions)

    assert regions[ONE].refused("StopReplicationToReplica", SecretId="db")[0] == "InvalidRequestException"


# A name that is taken


def test_a_taken_name_fails_that_entry_and_not_the_call(regions: Regions) -> None:
    regions[TWO].call("CreateSecret", Name="db", SecretString="theirs")

    regions[ONE].call("CreateSecret", Name="db", SecretString="v", AddReplicaRegions=[{"Region": TWO}])
    regions.settle()

    assert status(regions) == [failed(f"Secret name db already exists in region {TWO}.")]
    assert value(regions[TWO]) == "theirs"


def test_other_regions_go_on_beside_one_that_failed() -> None:
    with several(ONE, TWO, THREE) as regions:
        regions[TWO].call("CreateSecret", Name="db", SecretString="theirs")
        regions[ONE].call(
            "CreateSecret",
            Name="db",
            SecretString="v",
            AddReplicaRegions=[{"Region": TWO}, {"Region": THREE}],
        )

        regions.settle()

        assert [(one["Region"], one["Status"]) for one in status(regions)] == [
            (TWO, "Failed"),
            (THREE, "InSync"),
        ]
        assert value(regions[THREE]) == "v"


def test_a_failed_entry_is_tried_again_when_asked(regions: Regions) -> None:
    regions[TWO].call("CreateSecret", Name="db", SecretString="theirs")
    regions[ONE].call("CreateSecret", Name="db", SecretString="v", AddReplicaRegions=[{"Region": TWO}])
    regions.settle()
    regions[TWO].call("DeleteSecret", SecretId="db", ForceDeleteWithoutRecovery=True)

    again = regions[ONE].call("ReplicateSecretToRegions", SecretId="db", AddReplicaRegions=[{"Region": TWO}])
    assert again["ReplicationStatus"] == [IN_PROGRESS]
    regions.settle()

    assert status(regions) == [IN_SYNC]


@pytest.mark.parametrize("at_create", [True, False])
def test_force_replaces_a_secret_that_stands_alone(regions: Regions, at_create: bool) -> None:
    """Facts 5.5: its values and its suffix are lost."""
    theirs = regions[TWO].call("CreateSecret", Name="db", SecretString="theirs")["ARN"]
    asked = {"AddReplicaRegions": [{"Region": TWO}], "ForceOverwriteReplicaSecret": True}
    if at_create:
        made = regions[ONE].call("CreateSecret", Name="db", SecretString="v", **asked)
    else:
        made = regions[ONE].call(
            "CreateSecret", Name="db", SecretString="v", AddReplicaRegions=[{"Region": TWO}]
        )
        regions.settle()
        regions[ONE].call("ReplicateSecretToRegions", SecretId="db", **asked)

    regions.settle()

    assert status(regions) == [IN_SYNC]
    assert described(regions[TWO])["ARN"] == made["ARN"].replace(ONE, TWO) != theirs
    assert value(regions[TWO]) == "v"


@pytest.mark.parametrize("force", [False, True])
def test_a_secret_in_its_recovery_window_has_its_name(regions: Regions, force: bool) -> None:
    regions[TWO].call("CreateSecret", Name="db", SecretString="theirs")
    regions[TWO].call("DeleteSecret", SecretId="db")

    regions[ONE].call(
        "CreateSecret",
        Name="db",
        SecretString="v",
        AddReplicaRegions=[{"Region": TWO}],
        ForceOverwriteReplicaSecret=force,
    )
    regions.settle()

    if force:
        assert status(regions) == [IN_SYNC]
        assert value(regions[TWO]) == "v"
    else:
        assert status(regions) == [failed(f"Secret name db already exists in region {TWO}.")]
        regions[TWO].call("RestoreSecret", SecretId="db")


def test_force_does_not_take_the_name_of_a_primary_with_replicas() -> None:
    """Who forces in one Region must not cut the links of another (I10)."""
    with several(ONE, TWO, THREE) as regions:
        regions[TWO].call(
            "CreateSecret", Name="db", SecretString="theirs", AddReplicaRegions=[{"Region": THREE}]
        )
        regions.settle()
        regions[ONE].call(
            "CreateSecret",
            Name="db",
            SecretString="v",
            AddReplicaRegions=[{"Region": TWO}],
            ForceOverwriteReplicaSecret=True,
        )

        regions.settle()

        assert status(regions) == [failed(f"Secret name db already exists in region {TWO}.")]
        assert value(regions[TWO]) == value(regions[THREE]) == "theirs"


def test_force_does_not_take_a_replica_from_another_primary() -> None:
    """Facts 5.5: with another ARN it fails in these words, forced or not."""
    with several(ONE, TWO, THREE) as regions:
        regions[THREE].call(
            "CreateSecret", Name="db", SecretString="theirs", AddReplicaRegions=[{"Region": TWO}]
        )
        regions.settle()

        regions[ONE].call(
            "CreateSecret",
            Name="db",
            SecretString="v",
            AddReplicaRegions=[{"Region": TWO}],
            ForceOverwriteReplicaSecret=True,
        )
        regions.settle()

        assert status(regions) == [
            failed(f"Secret name db is currently replicated to {TWO} with a different arn")
        ]
        assert value(regions[TWO]) == "theirs"


# Keys


def key_in(region: Region) -> str:
    arn: str = region.call("CreateKey")["KeyMetadata"]["Arn"]
    return arn


def test_a_replica_has_a_key_of_its_own_region(regions: Regions) -> None:
    key = key_in(regions[TWO])

    regions[ONE].call(
        "CreateSecret", Name="db", SecretString="v", AddReplicaRegions=[{"Region": TWO, "KmsKeyId": key}]
    )
    regions.settle()

    assert status(regions) == [{**IN_SYNC, "KmsKeyId": key}]
    assert described(regions[TWO])["KmsKeyId"] == key
    assert "KmsKeyId" not in described(regions[ONE])
    regions[TWO].call("DisableKey", KeyId=key)
    assert regions[TWO].refused("GetSecretValue", SecretId="db")[0] == "DecryptionFailure"
    assert value(regions[ONE]) == "v"


def test_a_key_of_the_primary_s_region_fails_in_the_replica_s(regions: Regions) -> None:
    """Facts 5.2: accepted at the call, judged where it would be used."""
    key = key_in(regions[ONE])

    regions[ONE].call(
        "CreateSecret", Name="db", SecretString="v", AddReplicaRegions=[{"Region": TWO, "KmsKeyId": key}]
    )
    regions.settle()

    quoted = f"Invalid arn {ONE} (Service: AWSKMS; Status Code: 400; Error Code: NotFoundException)"
    assert status(regions) == [failed(quoted, key=key)]
    assert regions[TWO].refused("DescribeSecret", SecretId="db") == NOT_FOUND


def test_a_replica_s_disabled_key_fails_and_heals(regions: Regions) -> None:
    key = key_in(regions[TWO])
    regions[TWO].call("DisableKey", KeyId=key)
    regions[ONE].call(
        "CreateSecret", Name="db", SecretString="v", AddReplicaRegions=[{"Region": TWO, "KmsKeyId": key}]
    )
    regions.settle(ms=2_000)

    quoted = f"{key} is disabled. (Service: AWSKMS; Status Code: 400; Error Code: DisabledException)"
    assert status(regions) == [failed(quoted, key=key)]

    regions[TWO].call("EnableKey", KeyId=key)
    start = regions.clock.now
    regions.settle()

    assert status(regions) == [{**IN_SYNC, "KmsKeyId": key}]
    assert value(regions[TWO]) == "v"
    assert regions.clock.now - start <= 10_000


def test_a_primary_s_disabled_key_fails_and_heals(regions: Regions) -> None:
    key = key_in(regions[ONE])
    regions[ONE].call("CreateSecret", Name="db", SecretString="v", KmsKeyId=key)
    regions[ONE].call("DisableKey", KeyId=key)
    regions[ONE].call("ReplicateSecretToRegions", SecretId="db", AddReplicaRegions=[{"Region": TWO}])
    regions.settle(ms=2_000)

    quoted = f"{key} is disabled. (Service: AWSKMS; Status Code: 400; Error Code: DisabledException)"
    assert status(regions) == [failed(quoted)]
    assert regions[TWO].refused("DescribeSecret", SecretId="db") == NOT_FOUND

    regions[ONE].call("EnableKey", KeyId=key)
    regions.settle()

    assert status(regions) == [IN_SYNC]
    assert value(regions[TWO]) == "v"


def test_another_key_seals_every_value_again(regions: Regions) -> None:
    """Design 9: replicating to a Region that is InSync re-encrypts if the key is another one."""
    old, new = key_in(regions[TWO]), key_in(regions[TWO])
    first = token()
    regions[ONE].call(
        "CreateSecret",
        Name="db",
        SecretString="1",
        ClientRequestToken=first,
        AddReplicaRegions=[{"Region": TWO, "KmsKeyId": old}],
    )
    regions[ONE].call("PutSecretValue", SecretId="db", SecretString="2")
    regions.settle()

    regions[ONE].call(
        "ReplicateSecretToRegions", SecretId="db", AddReplicaRegions=[{"Region": TWO, "KmsKeyId": new}]
    )
    regions.settle()
    regions[TWO].call("DisableKey", KeyId=old)

    assert status(regions) == [{**IN_SYNC, "KmsKeyId": new}]
    assert value(regions[TWO]) == "2"
    assert value(regions[TWO], VersionId=first) == "1"


def test_the_same_key_again_does_nothing(regions: Regions) -> None:
    replicated(regions)
    before = len(regions.sent)

    again = regions[ONE].call("ReplicateSecretToRegions", SecretId="db", AddReplicaRegions=[{"Region": TWO}])
    regions.settle()

    assert again["ReplicationStatus"] == [IN_SYNC]
    assert len(regions.sent) == before


# Removal


def remove(regions: Regions) -> dict[str, Any]:
    return regions[ONE].call("RemoveRegionsFromReplication", SecretId="db", RemoveReplicaRegions=[TWO])


def test_a_removed_replica_leaves_the_list_at_once_and_is_deleted(regions: Regions) -> None:
    made = replicated(regions)

    assert remove(regions) == {"ARN": made["ARN"]}
    assert status(regions) is None
    assert "PrimaryRegion" not in described(regions[ONE])

    regions.settle()
    assert regions[TWO].refused("DescribeSecret", SecretId="db") == NOT_FOUND
    regions[TWO].call("CreateSecret", Name="db", SecretString="mine")


def test_late_messages_never_bring_a_removed_replica_back(regions: Regions) -> None:
    """I6."""
    replicated(regions)
    regions[ONE].call("PutSecretValue", SecretId="db", SecretString="w")
    regions.settle()
    remove(regions)
    regions.settle()

    for message in applies(regions):
        assert verdict(regions, message) == "Fenced"
    assert regions[TWO].refused("DescribeSecret", SecretId="db") == NOT_FOUND


def test_a_removal_is_finished_though_the_primary_was_deleted_meanwhile(regions: Regions) -> None:
    """Facts 5.8: no stranded replica."""
    replicated(regions)
    regions.down.add(TWO)
    remove(regions)
    regions[ONE].call("DeleteSecret", SecretId="db", ForceDeleteWithoutRecovery=True)
    regions.settle()
    assert value(regions[TWO]) == "v"

    regions.down.clear()
    regions.settle()

    assert regions[TWO].refused("DescribeSecret", SecretId="db") == NOT_FOUND


@pytest.mark.parametrize("acknowledged", [True, False], ids=["after the removal", "while it is on its way"])
def test_a_removed_region_can_be_added_again(regions: Regions, acknowledged: bool) -> None:
    replicated(regions)
    remove(regions)
    if acknowledged:
        regions.settle()

    regions[ONE].call("ReplicateSecretToRegions", SecretId="db", AddReplicaRegions=[{"Region": TWO}])
    regions[ONE].call("PutSecretValue", SecretId="db", SecretString="w")
    regions.settle()

    assert status(regions) == [IN_SYNC]
    assert value(regions[TWO]) == "w"
    assert regions[TWO].refused("PutSecretValue", SecretId="db", SecretString="x") == ON_REPLICA


def test_a_region_that_is_added_again_waits_until_its_old_replica_is_gone(regions: Regions) -> None:
    """Whatever is carried first: the old replica's name is not somebody else's."""
    replicated(regions)
    remove(regions)
    regions[ONE].call("ReplicateSecretToRegions", SecretId="db", AddReplicaRegions=[{"Region": TWO}])
    _, new = regions.link_ids(ONE, TWO)

    for _ in range(5):
        regions.carry_link(ONE, TWO, new)
        regions.clock.forward(1_000)

    assert status(regions) == [IN_PROGRESS]
    regions.settle()
    assert status(regions) == [IN_SYNC]


def test_removing_a_region_that_has_no_replica_changes_nothing(regions: Regions) -> None:
    replicated(regions)

    answer = regions[ONE].call("RemoveRegionsFromReplication", SecretId="db", RemoveReplicaRegions=[THREE])

    assert answer["ReplicationStatus"] == [IN_SYNC]


def test_removing_a_failed_entry_leaves_the_other_s_secret_alone(regions: Regions) -> None:
    """Facts 5.4."""
    regions[TWO].call("CreateSecret", Name="db", SecretString="theirs")
    regions[ONE].call("CreateSecret", Name="db", SecretString="v", AddReplicaRegions=[{"Region": TWO}])
    regions.settle()

    remove(regions)
    regions.settle()

    assert status(regions) is None
    assert value(regions[TWO]) == "theirs"


def test_a_primary_with_replicas_is_not_deleted() -> None:
    with several(ONE, TWO, THREE) as regions:
        made = regions[ONE].call(
            "CreateSecret",
            Name="db",
            SecretString="v",
            AddReplicaRegions=[{"Region": TWO}, {"Region": THREE}],
        )
        regions.settle()
        expected = (
            "InvalidParameterException",
            f"You can't delete secret {made['ARN']} that still has replica regions [{THREE}, {TWO}].",
        )

        assert regions[ONE].refused("DeleteSecret", SecretId="db") == expected
        assert (
            regions[ONE].refused("DeleteSecret", SecretId="db", ForceDeleteWithoutRecovery=True) == expected
        )


# Promotion


def test_a_promoted_replica_is_a_secret_of_its_own(regions: Regions) -> None:
    made = replicated(regions, Tags=[{"Key": "k", "Value": "v"}])
    arn = made["ARN"].replace(ONE, TWO)
    before = described(regions[TWO])

    assert regions[TWO].call("StopReplicationToReplica", SecretId="db") == {"ARN": arn}

    after = described(regions[TWO])
    assert {k: v for k, v in after.items() if k != "LastChangedDate"} == {
        k: v for k, v in before.items() if k not in ("LastChangedDate", "PrimaryRegion")
    }
    regions[TWO].call("PutSecretValue", SecretId="db", SecretString="mine")
    assert value(regions[TWO]) == "mine"
    assert value(regions[ONE]) == "v"
    assert regions[TWO].refused("StopReplicationToReplica", SecretId="db")[0] == "InvalidRequestException"


def test_a_promotion_needs_nobody_else(regions: Regions) -> None:
    replicated(regions)
    regions.down.add(ONE)
    sent = len(regions.sent)

    regions[TWO].call("StopReplicationToReplica", SecretId="db")

    assert len(regions.sent) == sent
    regions[TWO].call("PutSecretValue", SecretId="db", SecretString="mine")


def test_the_primary_drops_the_entry_of_a_promoted_replica(regions: Regions) -> None:
    replicated(regions)
    regions[TWO].call("StopReplicationToReplica", SecretId="db")

    regions.settle()

    assert status(regions) is None
    regions[ONE].call("DeleteSecret", SecretId="db")


def test_old_messages_change_nothing_of_a_promoted_secret_for_ever(regions: Regions) -> None:
    """I5; also what the primary writes on, not knowing."""
    replicated(regions)
    regions[TWO].call("StopReplicationToReplica", SecretId="db")
    regions[TWO].call("PutSecretValue", SecretId="db", SecretString="mine")
    before = described(regions[TWO])
    regions[ONE].call("PutSecretValue", SecretId="db", SecretString="theirs")
    # Told by nobody but by the answer to its own message.
    regions.carry(ONE, TWO)
    regions.settle()

    assert all(verdict(regions, message) == "Promoted" for message in applies(regions))
    assert described(regions[TWO]) == before
    assert value(regions[TWO]) == "mine"
    assert status(regions) is None


def test_old_messages_do_not_make_a_promoted_and_deleted_secret_again(regions: Regions) -> None:
    replicated(regions)
    regions[TWO].call("StopReplicationToReplica", SecretId="db")
    regions[TWO].call("DeleteSecret", SecretId="db", ForceDeleteWithoutRecovery=True)

    assert all(verdict(regions, message) == "Promoted" for message in applies(regions))
    assert regions[TWO].refused("DescribeSecret", SecretId="db") == NOT_FOUND
    regions.settle()
    assert status(regions) is None


def test_a_removal_that_comes_after_a_promotion_deletes_nothing(regions: Regions) -> None:
    replicated(regions)
    regions[TWO].call("StopReplicationToReplica", SecretId="db")

    remove(regions)
    regions.carry(ONE, TWO)
    regions.settle()

    assert value(regions[TWO]) == "v"


def test_the_story_of_a_lost_region(regions: Regions) -> None:
    """Promote while the primary is gone, write, and when it is back replicate to it with force: a fail-back."""
    replicated(regions)
    regions.down.add(ONE)
    regions[TWO].call("StopReplicationToReplica", SecretId="db")
    regions[TWO].call("PutSecretValue", SecretId="db", SecretString="after")
    regions.down.clear()
    regions.restart(ONE)
    regions.settle()
    assert value(regions[ONE]) == "v"

    regions[TWO].call(
        "ReplicateSecretToRegions",
        SecretId="db",
        AddReplicaRegions=[{"Region": ONE}],
        ForceOverwriteReplicaSecret=True,
    )
    regions.settle()

    assert value(regions[ONE]) == "after"
    assert described(regions[ONE])["PrimaryRegion"] == TWO
    assert regions[ONE].refused("PutSecretValue", SecretId="db", SecretString="x") == ON_REPLICA


@pytest.mark.parametrize("round_", range(4))
def test_a_message_that_comes_with_the_promotion_is_before_or_after_it(regions: Regions, round_: int) -> None:
    """Each commits whole: nothing is applied to a promoted secret, and no promotion is undone."""
    replicated(regions)
    regions[ONE].call("PutSecretValue", SecretId="db", SecretString="w")
    (link_id,) = regions.link_ids(ONE, TWO)
    message = regions.read(ONE, TWO, link_id).message
    assert message is not None
    sent = Sent(source=ONE, target=TWO, operation=watchword.APPLY_REPLICA, body=json11.encode(message))
    verdicts: list[str] = []
    start = threading.Barrier(2)

    def deliver() -> None:
        start.wait(20.0)
        verdicts.append(verdict(regions, sent))
        regions[TWO].stores.close()

    courier = threading.Thread(target=deliver)
    courier.start()
    start.wait(20.0)
    regions[TWO].call("StopReplicationToReplica", SecretId="db")
    courier.join(20.0)

    assert value(regions[TWO]) == {"Applied": "w", "Promoted": "v"}[verdicts[0]]
    assert verdict(regions, sent) == "Promoted"
    regions[TWO].call("PutSecretValue", SecretId="db", SecretString="mine")


# Degraded


def test_a_region_without_custody_is_no_failure_and_heals(regions: Regions) -> None:
    """Custody out of reach is no unusable key: the entry stays InProgress (5xx, never a verdict)."""
    replicated(regions)
    regions[ONE].call("PutSecretValue", SecretId="db", SecretString="w")
    regions[TWO].lose_custody()
    regions.met[ONE, TWO] = None

    regions.carry(ONE, TWO)

    assert status(regions) == [IN_PROGRESS]
    assert described(regions[TWO])["VersionIdsToStages"] != described(regions[ONE])["VersionIdsToStages"]
    regions[TWO].restore_custody()
    regions.settle()
    assert status(regions) == [IN_SYNC]
    assert value(regions[TWO]) == "w"


def test_a_primary_without_custody_sends_nothing_and_fails_nothing(regions: Regions) -> None:
    replicated(regions)
    regions[ONE].call("PutSecretValue", SecretId="db", SecretString="w")
    (link_id,) = regions.link_ids(ONE, TWO)
    regions[ONE].lose_custody()

    with pytest.raises(ServiceUnavailable):
        regions.read(ONE, TWO, link_id)

    assert status(regions) == [IN_PROGRESS]
    regions[ONE].restore_custody()
    regions.settle()
    assert status(regions) == [IN_SYNC]


def test_of_two_couriers_one_carries_a_link(regions: Regions) -> None:
    """An agent that was replaced and is still alive finds the link claimed."""
    replicated(regions)
    regions[ONE].call("PutSecretValue", SecretId="db", SecretString="w")
    (link_id,) = regions.link_ids(ONE, TWO)

    first, second = regions.read(ONE, TWO, link_id), regions.read(ONE, TWO, link_id)

    assert first.message is not None
    assert second == watchword.ReadReplicaResponse()
    # Its courier dies: another takes the link up when the claim has run out.
    regions.settle()
    assert status(regions) == [IN_SYNC]
    assert value(regions[TWO]) == "w"


# Who may speak


def test_a_message_from_another_region_s_certificate_is_refused(regions: Regions) -> None:
    replicated(regions)
    regions[ONE].call("PutSecretValue", SecretId="db", SecretString="w")
    before = described(regions[TWO])
    message = applies(regions)[-1]

    answer = regions.deliver(replace(message, source=THREE))

    assert answer.refusal[:2] == (400, "AccessDeniedException")
    # Nor when it says that it comes from the Region that the certificate names.
    forged = json.loads(message.body) | {"PrimaryRegion": THREE}
    answer = regions.deliver(replace(message, source=THREE, body=json.dumps(forged).encode()))
    assert answer.members["Verdict"] in ("Shake", "Fenced")
    assert described(regions[TWO]) == before


def test_another_region_learns_nothing_of_a_link_and_ends_none(regions: Regions) -> None:
    replicated(regions)
    link_id = json.loads(applies(regions)[-1].body)["LinkId"]
    asked = {"Incarnation": "i", "LinkIds": [link_id]}
    shake = Sent(source=THREE, target=TWO, operation=watchword.SHAKE_HANDS, body=json.dumps(asked).encode())
    removal = {"LinkId": link_id, "Epoch": 99, "Account": ACCOUNT, "PrimaryRegion": ONE}
    remove_ = Sent(
        source=THREE, target=TWO, operation=watchword.REMOVE_REPLICA, body=json.dumps(removal).encode()
    )
    note = Sent(
        source=THREE,
        target=ONE,
        operation=watchword.NOTE_PROMOTION,
        body=json.dumps({"LinkId": link_id, "Epoch": 99}).encode(),
    )

    (held,) = regions.deliver(shake).members["Holds"]
    assert (held["Role"], held["Epoch"]) == ("unknown", 0)
    assert regions.deliver(remove_).members["Verdict"] == "Fenced"
    assert regions.deliver(note).refusal[:2] == (400, "AccessDeniedException")
    assert value(regions[TWO]) == "v"
    assert status(regions) == [IN_SYNC]


def test_a_value_sealed_for_one_version_opens_for_no_other(regions: Regions) -> None:
    """Somebody with the primary Region's certificate and its messages, but not its keys."""
    replicated(regions)
    regions[ONE].call("PutSecretValue", SecretId="db", SecretString="w")
    link = regions[ONE].stores.due_links(region=TWO, now=regions.clock.now, limit=1)[0].link
    read = regions.read(ONE, TWO, link.link_id)
    assert read.message is not None
    body = json.loads(json11.encode(read.message))
    sealed = [item for item in body["Items"] if "Sealed" in item]
    assert len(sealed) == 2
    sealed[0]["Sealed"], sealed[1]["Sealed"] = sealed[1]["Sealed"], sealed[0]["Sealed"]
    before = described(regions[TWO])

    answer = regions.deliver(
        Sent(source=ONE, target=TWO, operation=watchword.APPLY_REPLICA, body=json.dumps(body).encode())
    )

    assert answer.members["Verdict"] == "KeyUnusable"
    assert described(regions[TWO]) == before


# A Region whose host was taken over: its certificate is right, and what it says is not


def next_message(regions: Regions) -> dict[str, Any]:
    """A message that would be applied, as its primary wrote it."""
    (link_id,) = regions.link_ids(ONE, TWO)
    message = regions.read(ONE, TWO, link_id).message
    assert message is not None
    body: dict[str, Any] = json.loads(json11.encode(message))
    return body


def apply(regions: Regions, body: dict[str, Any]) -> Answer:
    return regions.deliver(
        Sent(source=ONE, target=TWO, operation=watchword.APPLY_REPLICA, body=json.dumps(body).encode())
    )


Alter = Callable[[dict[str, Any]], object]
NONSENSE: dict[str, Alter] = {
    "another secret's name": lambda body: body.update(Name="other"),
    "another suffix": lambda body: body.update(Suffix="Zzzzzz"),
    "another account": lambda body: body.update(Account="210987654321"),
    "an account that is none": lambda body: body.update(Account="root"),
    "a name that is none": lambda body: body.update(Name="my name"),
    "a revision below none": lambda body: body.update(Revision=-1),
    "a revision beyond every number": lambda body: body.update(Revision=2**60),
    "no link": lambda body: body.pop("LinkId"),
    "a description of megabytes": lambda body: body.update(Head={"Description": "d" * 1_000_000}),
    "thousands of versions": lambda body: body.update(Items=body["Items"] * 1_000),
    "a kind that nobody knows": lambda body: body["Items"][0].update(Kind="picture"),
    "a version that loses its value": lambda body: [
        (item.pop("ContentId"), item.pop("Kind"), item.pop("Sealed")) for item in body["Items"]
    ],
    "a version that changes its kind": lambda body: [item.update(Kind="binary") for item in body["Items"]],
    "a value that is noise": lambda body: [item.update(Sealed="bm9pc2U=") for item in body["Items"]],
    "a digest of something else": lambda body: body.update(Digest="0" * 64),
    "labels that the digest does not know": lambda body: body["Items"][0].update(Labels=["mine"]),
}


@pytest.mark.parametrize("alter", NONSENSE.values(), ids=NONSENSE)
def test_a_message_that_no_primary_sends_changes_nothing(regions: Regions, alter: Alter) -> None:
    replicated(regions)
    regions[ONE].call("PutSecretValue", SecretId="db", SecretString="w")
    before, secrets = described(regions[TWO]), regions[TWO].call("ListSecrets")
    body = next_message(regions)
    good = json.loads(json.dumps(body))
    alter(body)

    answer = apply(regions, body)

    assert answer.status == 400 or answer.members["Verdict"] in ("NeedAll", "KeyUnusable"), answer.members
    assert described(regions[TWO]) == before
    assert regions[TWO].call("ListSecrets") == secrets
    assert value(regions[TWO]) == "v"
    # The message itself was good.
    assert apply(regions, good).members["Verdict"] == "Applied"


@pytest.mark.parametrize(
    "answer",
    [
        watchword.ReplicaVerdict(verdict="Nonsense"),
        watchword.ReplicaVerdict(verdict="Applied"),
        watchword.ReplicaVerdict(),
    ],
)
def test_an_answer_that_makes_no_sense_is_as_good_as_none(
    regions: Regions, answer: watchword.ReplicaVerdict
) -> None:
    replicated(regions)
    regions[ONE].call("PutSecretValue", SecretId="db", SecretString="w")
    body = next_message(regions)

    regions.take_back(ONE, body["LinkId"], body["Epoch"], body["Theirs"], answer)

    assert status(regions) == [IN_PROGRESS]
    regions.settle()
    assert status(regions) == [IN_SYNC]
    assert value(regions[TWO]) == "w"


def test_what_an_overwrite_replaced_is_in_the_trail(regions: Regions) -> None:
    """I10: it is in no answer, and gone."""
    theirs = regions[TWO].call("CreateSecret", Name="db", SecretString="theirs")["ARN"]

    regions[ONE].call(
        "CreateSecret",
        Name="db",
        SecretString="v",
        AddReplicaRegions=[{"Region": TWO}],
        ForceOverwriteReplicaSecret=True,
    )
    regions.settle()

    applied = [event for event in regions[TWO].events() if event["eventName"] == "ApplyReplica"]
    assert [one["ARN"] for one in applied[-1]["resources"]] == [theirs]


# Stores that were set back


def test_a_restarted_region_goes_on(regions: Regions) -> None:
    replicated(regions)
    for name, put in ((ONE, "a"), (TWO, "b")):
        regions.restart(name)
        regions[ONE].call("PutSecretValue", SecretId="db", SecretString=put)
        regions.settle()
        assert status(regions) == [IN_SYNC]
        assert value(regions[TWO]) == put


def test_a_primary_that_was_set_back_is_found_and_overwrites_nothing(regions: Regions) -> None:
    """I9: the replica holds a history that the primary has forgotten."""
    replicated(regions)
    copy = regions.back_up(ONE)
    regions[ONE].call("PutSecretValue", SecretId="db", SecretString="forgotten")
    regions.settle()
    regions.put_back(ONE, copy)
    regions[ONE].call("PutSecretValue", SecretId="db", SecretString="other")

    regions.settle()

    assert status(regions) == [
        {
            "Region": TWO,
            "KmsKeyId": DEFAULT,
            "Status": "Failed",
            "StatusMessage": DIVERGED_MESSAGE.format(region=TWO),
        }
    ]
    assert value(regions[TWO]) == "forgotten"


def test_a_primary_that_was_set_back_may_overwrite_when_a_person_says_so(regions: Regions) -> None:
    replicated(regions)
    copy = regions.back_up(ONE)
    regions[ONE].call("PutSecretValue", SecretId="db", SecretString="forgotten")
    regions.settle()
    regions.put_back(ONE, copy)
    regions[ONE].call("PutSecretValue", SecretId="db", SecretString="other")
    regions.settle()

    regions[ONE].call(
        "ReplicateSecretToRegions",
        SecretId="db",
        AddReplicaRegions=[{"Region": TWO}],
        ForceOverwriteReplicaSecret=True,
    )
    regions.settle()

    assert status(regions) == [IN_SYNC]
    assert value(regions[TWO]) == "other"
    assert described(regions[TWO])["VersionIdsToStages"] == described(regions[ONE])["VersionIdsToStages"]


@pytest.mark.parametrize("changed", [True, False], ids=["with changes since", "with nothing changed since"])
def test_a_replica_that_was_set_back_gets_everything_again(regions: Regions, changed: bool) -> None:
    replicated(regions)
    copy = regions.back_up(TWO)
    regions[ONE].call("PutSecretValue", SecretId="db", SecretString="w")
    regions.settle()
    regions.put_back(TWO, copy)
    assert value(regions[TWO]) == "v"
    if changed:
        regions[ONE].call("PutSecretValue", SecretId="db", SecretString="x")
    else:
        # The hourly handshake, or the next start, looks in on an idle link.
        regions.met.clear()

    regions.settle()

    assert status(regions) == [IN_SYNC]
    assert value(regions[TWO]) == ("x" if changed else "w")
    assert described(regions[TWO])["VersionIdsToStages"] == described(regions[ONE])["VersionIdsToStages"]


# Nothing in the clear


def test_no_value_is_in_a_message_an_event_or_on_disk(regions: Regions) -> None:
    binary = base64.b64encode(CANARY.encode()).decode()
    replicated(regions, value=CANARY)
    regions[ONE].call("PutSecretValue", SecretId="db", SecretBinary=binary)
    regions.settle()

    assert value(regions[TWO], VersionStage="AWSPREVIOUS") == CANARY
    held = b"".join(sent.body for sent in regions.sent)
    assert b'"Sealed"' in held
    for name in (ONE, TWO):
        held += regions[name].everything_on_disk()
        held += json.dumps(regions[name].events()).encode()
    for secret in (CANARY.encode(), binary.encode()[:-4]):
        assert secret not in held


def test_keys_are_used_in_the_name_of_the_account_on_either_side(regions: Regions) -> None:
    replicated(regions)
    used = {
        (region, event["eventName"], event["userIdentity"]["arn"])
        for region in (ONE, TWO)
        for event in regions[region].events()
        if event["eventName"] in ("SealForRegion", "OpenFromRegion")
    }
    root = f"arn:aws:iam::{ACCOUNT}:root"

    assert used == {(ONE, "SealForRegion", root), (TWO, "OpenFromRegion", root)}


# A change beside the courier


class BesideUnit(SQLiteUnit):
    """A unit of work in which a change is committed between the reading of a link and that of its secret."""

    __slots__ = ("_stores",)

    def __init__(self, unit: SQLiteUnit, stores: BesideStores) -> None:
        for name in SQLiteUnit.__slots__:
            setattr(self, name, getattr(unit, name))
        self._stores = stores

    def secret(self, account: str, sid: str) -> Secret | None:
        self._stores.beside()
        return super().secret(account, sid)


class BesideStores(SQLiteStores):
    change: Any = None

    def beside(self) -> None:
        change, self.change = self.change, None
        if change is not None:
            change()

    def unit(self) -> SQLiteUnit:
        return BesideUnit(super().unit(), self)


def test_a_change_committed_while_a_link_is_read_is_sent_and_is_no_fault(regions: Regions) -> None:
    """Link and secret are two reads: a commit in between is no broken invariant, but a reason to read again."""
    replicated(regions)
    regions[ONE].call("PutSecretValue", SecretId="db", SecretString="w")
    region = regions[ONE]
    other = Region(name=region.name, path=region.path, clock=region.clock, master=region.master)
    stores = BesideStores(region.path, partition="aws", region=ONE)
    stores.change = lambda: other.call("PutSecretValue", SecretId="db", SecretString="x")
    region.stores.close()
    region.stores = stores
    region.compose()

    regions.settle()

    assert stores.change is None
    assert status(regions) == [IN_SYNC]
    assert value(regions[TWO]) == "x"
    other.stores.close()
