"""The main job as a story in chapters, told by any client: boto3, and the AWS CLI as a person types it.

A chapter asks through a `Teller` and states what AWS would answer. It makes secrets of its own names and leaves every
Region running, so that chapters may be told in any order.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from typing import Any, Protocol

import pytest
from tests.integration.deployment import OHIO, VIRGINIA, Deployment, Refused, until

ON_REPLICA = "Operation not permitted on a replica secret. Call must be made in primary secret's region."
CANT_FIND = "Secrets Manager can't find the specified secret."
MARKED = "You can't perform this operation on the secret because it was marked for deletion."
BINARY = bytes(range(256))


class Teller(Protocol):
    """A client of the AWS API."""

    name: str
    """Tells this teller's secrets from another's."""

    def ask(
        self, operation: str, *, region: str, service: str = "secretsmanager", **parameters: object
    ) -> dict[str, Any]:
        """Carry out an operation; Refused with AWS's code and words when it is refused."""


Chapter = Callable[[Teller, Deployment], None]


@contextmanager
def refused(code: str, message: str | None = None) -> Iterator[None]:
    """Expect a refusal with AWS's code, and with these words where they are known."""
    with pytest.raises(Refused) as caught:
        yield
    assert (caught.value.code, caught.value.message) == (code, message or caught.value.message)


def a_replica_is_a_full_copy(teller: Teller, deployment: Deployment) -> None:
    """CreateSecret with AddReplicaRegions; the replica's ARN differs in the Region alone (facts 5.1)."""
    name = f"{teller.name}/copy"
    created = teller.ask(
        "CreateSecret",
        region=VIRGINIA,
        Name=name,
        Description="for the database",
        SecretString="first",
        AddReplicaRegions=[{"Region": OHIO}],
        Tags=[{"Key": "team", "Value": "blue"}],
    )
    deployment.until_in_sync(name)

    primary = teller.ask("DescribeSecret", region=VIRGINIA, SecretId=name)
    replica = teller.ask("DescribeSecret", region=OHIO, SecretId=name)
    value = teller.ask("GetSecretValue", region=OHIO, SecretId=replica["ARN"])

    assert [{"Region": OHIO, "KmsKeyId": "alias/aws/secretsmanager", "Status": "InProgress"}] == created[
        "ReplicationStatus"
    ]
    assert [
        {
            "Region": OHIO,
            "KmsKeyId": "alias/aws/secretsmanager",
            "Status": "InSync",
            "StatusMessage": "Replication succeeded",
        }
    ] == primary["ReplicationStatus"]
    assert created["ARN"].replace(VIRGINIA, OHIO) == replica["ARN"] == value["ARN"]
    assert VIRGINIA == primary["PrimaryRegion"] == replica["PrimaryRegion"]
    assert "ReplicationStatus" not in replica
    assert ("for the database", [{"Key": "team", "Value": "blue"}]) == (
        replica["Description"],
        replica["Tags"],
    )
    assert ("first", created["VersionId"], ["AWSCURRENT"]) == (
        value["SecretString"],
        value["VersionId"],
        value["VersionStages"],
    )


def changes_arrive_and_the_replica_takes_none(teller: Teller, deployment: Deployment) -> None:
    """Values, labels and tags travel (facts 5.1); a replica refuses what would change it (facts 5.9)."""
    name = f"{teller.name}/changes"
    teller.ask(
        "CreateSecret",
        region=VIRGINIA,
        Name=name,
        SecretString="first",
        AddReplicaRegions=[{"Region": OHIO}],
        Tags=[{"Key": "old", "Value": "tag"}],
    )
    second = teller.ask("PutSecretValue", region=VIRGINIA, SecretId=name, SecretString="second")
    third = teller.ask(
        "PutSecretValue", region=VIRGINIA, SecretId=name, SecretString="third", VersionStages=["blue"]
    )
    teller.ask("TagResource", region=VIRGINIA, SecretId=name, Tags=[{"Key": "new", "Value": "tag"}])
    teller.ask("UntagResource", region=VIRGINIA, SecretId=name, TagKeys=["old"])
    deployment.until_in_sync(name)

    replica = teller.ask("DescribeSecret", region=OHIO, SecretId=name)
    values = {
        label: teller.ask("GetSecretValue", region=OHIO, SecretId=name, VersionStage=label)["SecretString"]
        for label in ("AWSCURRENT", "AWSPREVIOUS", "blue")
    }
    with refused("InvalidParameterException", ON_REPLICA):
        teller.ask("PutSecretValue", region=OHIO, SecretId=name, SecretString="wrong")
    with refused("InvalidParameterException", ON_REPLICA):
        teller.ask("TagResource", region=OHIO, SecretId=name, Tags=[{"Key": "k", "Value": "v"}])
    with refused("InvalidParameterException", ON_REPLICA):
        teller.ask("DeleteSecret", region=OHIO, SecretId=name)

    assert {"AWSCURRENT": "second", "AWSPREVIOUS": "first", "blue": "third"} == values
    assert [{"Key": "new", "Value": "tag"}] == replica["Tags"]
    assert (["AWSCURRENT"], ["blue"]) == (
        replica["VersionIdsToStages"][second["VersionId"]],
        replica["VersionIdsToStages"][third["VersionId"]],
    )


def a_region_is_lost_and_its_replica_promoted(teller: Teller, deployment: Deployment) -> None:
    """StopReplicationToReplica with the primary Region down, which is what it is for (facts 5.6)."""
    name = f"{teller.name}/lost"
    teller.ask(
        "CreateSecret", region=VIRGINIA, Name=name, SecretString="kept", AddReplicaRegions=[{"Region": OHIO}]
    )
    deployment.until_in_sync(name)

    deployment.stop(VIRGINIA)
    try:
        read = teller.ask("GetSecretValue", region=OHIO, SecretId=name)
        promoted = teller.ask("StopReplicationToReplica", region=OHIO, SecretId=name)
        teller.ask("PutSecretValue", region=OHIO, SecretId=name, SecretString="written alone")
    finally:
        deployment.start(VIRGINIA)
    until(lambda: not deployment.replication(name), what="the old primary to learn of the promotion")
    teller.ask("PutSecretValue", region=VIRGINIA, SecretId=name, SecretString="by the old primary")
    described = {
        region: teller.ask("DescribeSecret", region=region, SecretId=name) for region in (VIRGINIA, OHIO)
    }
    values = {
        region: teller.ask("GetSecretValue", region=region, SecretId=name)["SecretString"]
        for region in (VIRGINIA, OHIO)
    }

    assert "kept" == read["SecretString"]
    assert {"ARN": described[OHIO]["ARN"]} == promoted
    assert {VIRGINIA: "by the old primary", OHIO: "written alone"} == values
    assert [] == [region for region, said in described.items() if "ReplicationStatus" in said]


def a_deleted_secret_comes_back(teller: Teller, deployment: Deployment) -> None:
    """DeleteSecret with a recovery window, and RestoreSecret; a primary with replicas is not deleted (facts 5.10)."""
    name = f"{teller.name}/deleted"
    created = teller.ask(
        "CreateSecret", region=VIRGINIA, Name=name, SecretString="back", AddReplicaRegions=[{"Region": OHIO}]
    )
    deployment.until_in_sync(name)

    with refused(
        "InvalidParameterException",
        f"You can't delete secret {created['ARN']} that still has replica regions [{OHIO}].",
    ):
        teller.ask("DeleteSecret", region=VIRGINIA, SecretId=name)
    teller.ask("RemoveRegionsFromReplication", region=VIRGINIA, SecretId=name, RemoveReplicaRegions=[OHIO])
    until(lambda: _is_gone(deployment, name, region=OHIO), what="the replica to be removed")
    teller.ask("DeleteSecret", region=VIRGINIA, SecretId=name, RecoveryWindowInDays=7)
    with refused("InvalidRequestException", MARKED):
        teller.ask("GetSecretValue", region=VIRGINIA, SecretId=name)
    with refused("ResourceNotFoundException", CANT_FIND):
        teller.ask("GetSecretValue", region=OHIO, SecretId=name)
    teller.ask("RestoreSecret", region=VIRGINIA, SecretId=name)

    assert "back" == teller.ask("GetSecretValue", region=VIRGINIA, SecretId=name)["SecretString"]
    teller.ask("DeleteSecret", region=VIRGINIA, SecretId=name, ForceDeleteWithoutRecovery=True)
    with refused("ResourceNotFoundException", CANT_FIND):
        teller.ask("DescribeSecret", region=VIRGINIA, SecretId=name)


def _is_gone(deployment: Deployment, name: str, *, region: str) -> bool:
    with closing(deployment.caller(region)) as caller:
        try:
            caller.ask("DescribeSecret", SecretId=name)
        except Refused as refusal:
            return refusal.code == "ResourceNotFoundException"
    return False


def a_key_is_disabled(teller: Teller, deployment: Deployment) -> None:
    """Reading under a disabled key is DecryptionFailure, a 400 (facts 6.5); enabled again, it is read again."""
    name = f"{teller.name}/key"
    key = teller.ask("CreateKey", service="kms", region=VIRGINIA)["KeyMetadata"]
    teller.ask("CreateSecret", region=VIRGINIA, Name=name, SecretString="sealed", KmsKeyId=key["KeyId"])

    teller.ask("DisableKey", service="kms", region=VIRGINIA, KeyId=key["KeyId"])
    with refused(
        "DecryptionFailure",
        f"Secrets Manager can't decrypt the secret value: {key['Arn']} is disabled. "
        "(Service: AWSKMS; Status Code: 400; Error Code: DisabledException)",
    ):
        teller.ask("GetSecretValue", region=VIRGINIA, SecretId=name)
    with refused("EncryptionFailure"):
        teller.ask("PutSecretValue", region=VIRGINIA, SecretId=name, SecretString="more")
    with refused("NotFoundException"):
        teller.ask("DescribeKey", service="kms", region=OHIO, KeyId=key["KeyId"])
    teller.ask("EnableKey", service="kms", region=VIRGINIA, KeyId=key["KeyId"])

    assert "sealed" == teller.ask("GetSecretValue", region=VIRGINIA, SecretId=name)["SecretString"]


def bytes_stay_bytes(teller: Teller, deployment: Deployment) -> None:
    """SecretBinary is base64 on the wire, and the same 256 different bytes in the replica."""
    name = f"{teller.name}/binary"
    teller.ask(
        "CreateSecret", region=VIRGINIA, Name=name, SecretBinary=BINARY, AddReplicaRegions=[{"Region": OHIO}]
    )
    deployment.until_in_sync(name)

    read = teller.ask("GetSecretValue", region=OHIO, SecretId=name)

    found = read["SecretBinary"]
    assert BINARY == (found if isinstance(found, bytes) else base64.b64decode(found))
    assert "SecretString" not in read


def the_caller_is_the_account_s_root(teller: Teller, deployment: Deployment) -> None:
    """GetCallerIdentity, the query protocol (STS API reference)."""
    account = deployment.env["account_id"]

    said = teller.ask("GetCallerIdentity", service="sts", region=OHIO)

    assert (account, f"arn:aws:iam::{account}:root") == (said["Account"], said["Arn"])


CHAPTERS: Mapping[str, Chapter] = {
    chapter.__name__: chapter
    for chapter in (
        a_replica_is_a_full_copy,
        changes_arrive_and_the_replica_takes_none,
        a_region_is_lost_and_its_replica_promoted,
        a_deleted_secret_comes_back,
        a_key_is_disabled,
        bytes_stay_bytes,
        the_caller_is_the_account_s_root,
    )
}
