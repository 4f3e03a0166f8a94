"""Replicas in another account, end to end: how they are made, what arrives, what stops it, and how each side ends it.

The primary is this account's; the replica is the other's. Source: Secrets Manager API, AssociateCrossAccountReplica,
DisassociateCrossAccountReplica, CreateSecret (CrossAccountPrimaryARN), StopReplicationToReplica, DeleteSecret; facts 1.12,
5.14. The words of refusals are ours (DIVERGENCES.md).
"""

from __future__ import annotations

import json
from typing import Any

import pytest
from tests.contract.people import SECRET_OF_KEY, add_role, add_user, ask, remove_user, role_arn, statement
from tests.contract.region import ACCOUNT, ROOT_ARN, Answer, Region, found_account, token

from watchword.api.shapes import watchword

OTHER = "210987654321"
THEIR_ROOT = f"arn:aws:iam::{OTHER}:root"
ON_REPLICA = (
    400,
    "InvalidParameterException",
    "Operation not permitted on a replica of another account's secret. "
    "Its values come from its primary until StopReplicationToReplica is called.",
)
ACCEPT = "secretsmanager:AcceptCrossAccountReplication"
EVERYTHING = statement({"Effect": "Allow", "Action": "*", "Resource": "*"})
MANAGED = {
    "Sid": "CrossAccountReplication",
    "Effect": "Allow",
    "Principal": {"AWS": ROOT_ARN},
    "Action": ACCEPT,
    "Resource": "*",
}


@pytest.fixture
def two(region: Region) -> Region:
    """A Region with another account."""
    found_account(region, OTHER, access_key_id="AKIATHEIRROOT", secret_access_key=SECRET_OF_KEY)
    return region


def theirs(region: Region, operation: str, /, **members: object) -> Answer:
    """Ask as the replica's account."""
    if operation in ("CreateSecret", "PutSecretValue", "UpdateSecret"):
        members = {"ClientRequestToken": token(), **members}
    body = json.dumps(members).encode()
    return region.send(
        region.request(operation, body, access_key_id="AKIATHEIRROOT", secret_access_key=SECRET_OF_KEY)
    )


def done(answer: Answer) -> dict[str, Any]:
    assert answer.status == 200, answer.refusal
    return answer.members


def their_key(region: Region, *actions: str) -> str:
    """A key of the replica's account that lets the primary's in."""
    own = {"Effect": "Allow", "Principal": {"AWS": THEIR_ROOT}, "Action": "kms:*", "Resource": "*"}
    said = [own]
    if actions:
        said.append(own | {"Principal": {"AWS": ROOT_ARN}, "Action": list(actions)})
    made: str = done(theirs(region, "CreateKey", Policy=statement(*said)))["KeyMetadata"]["Arn"]
    return made


def put_key_policy(region: Region, key: str, *actions: str) -> None:
    own = {"Effect": "Allow", "Principal": {"AWS": THEIR_ROOT}, "Action": "kms:*", "Resource": "*"}
    said = [own, *([own | {"Principal": {"AWS": ROOT_ARN}, "Action": list(actions)}] if actions else [])]
    done(theirs(region, "PutKeyPolicy", KeyId=key, PolicyName="default", Policy=statement(*said)))


def primary(region: Region, name: str = "db") -> str:
    arn: str = region.call("CreateSecret", Name=name, SecretString="one")["ARN"]
    return arn


def replica_of(region: Region, arn: str, *, key: str | None = None, name: str = "copy") -> str:
    made = theirs(
        region,
        "CreateSecret",
        Name=name,
        KmsKeyId=key or their_key(region, "kms:Encrypt"),
        CrossAccountPrimaryARN=arn,
    )
    theirs_: str = done(made)["ARN"]
    return theirs_


def associate(region: Region, replica: str, **members: object) -> dict[str, Any]:
    return {
        "SecretId": "db",
        "CrossAccountReplicaARN": replica,
        "ReplicaRestriction": "NoRestriction",
        **members,
    }


def tend(region: Region) -> int:
    """Copy as the agent does; how many were tried."""
    tried = 0
    while region.stores.is_due_across(now=region.clock.now):
        answer: watchword.TendCrossAccountResponse = region.gate.perform(
            watchword.TEND_CROSS_ACCOUNT, watchword.TendCrossAccountRequest(), principal=region.itself
        )
        tried += answer.tended or 0
        assert tried < 20
    return tried


def linked(region: Region) -> tuple[str, str]:
    """A primary with a replica that has everything."""
    arn = primary(region)
    replica = replica_of(region, arn)
    region.call("AssociateCrossAccountReplica", **associate(region, replica))
    assert tend(region) == 1
    assert statuses(region, replica) == ("InSync", "InSync")
    return arn, replica


def statuses(region: Region, replica: str) -> tuple[str | None, str | None]:
    """Of the primary's entry, and of the replica."""
    entries = region.call("DescribeSecret", SecretId="db").get("CrossAccountReplicas", [{}])
    held = done(theirs(region, "DescribeSecret", SecretId=replica)).get("CrossAccountPrimary", {})
    return entries[0].get("ReplicationStatus"), held.get("ReplicationStatus")


def read(region: Region, replica: str, **members: object) -> str:
    text: str = done(theirs(region, "GetSecretValue", SecretId=replica, **members))["SecretString"]
    return text


def encrypted_by(region: Region) -> dict[str, Any]:
    """Who used the replica's key last, as the primary's account has it in its trail."""
    held = [one for one in region.events() if one["eventName"] == "Encrypt"]
    used: dict[str, Any] = [one for one in held if one["recipientAccountId"] == ACCOUNT][-1]["userIdentity"]
    return used


def test_values_and_labels_arrive_and_nothing_else(two: Region) -> None:
    arn = primary(two)
    first = two.call("GetSecretValue", SecretId="db")["VersionId"]
    key = their_key(two, "kms:Encrypt")
    replica = replica_of(two, arn, key=key)
    assert statuses(two, replica) == (None, "Pending")
    assert theirs(two, "GetSecretValue", SecretId=replica).refusal[1] == "ResourceNotFoundException"

    answer = two.call("AssociateCrossAccountReplica", **associate(two, replica))

    assert answer == {
        "ARN": arn,
        "CrossAccountReplicaARN": replica,
        "ReplicationStatus": "InProgress",
    }
    assert statuses(two, replica) == ("InProgress", "InProgress")
    assert tend(two) == 1
    assert read(two, replica) == "one"
    second = two.call("PutSecretValue", SecretId="db", SecretString="two", VersionStages=["AWSCURRENT", "b"])
    assert statuses(two, replica) == ("InProgress", "InProgress")
    two.call("TagResource", SecretId="db", Tags=[{"Key": "k", "Value": "v"}])
    two.call("UpdateSecret", SecretId="db", Description="of the primary")
    tend(two)
    assert tend(two) == 0
    assert statuses(two, replica) == ("InSync", "InSync")
    assert read(two, replica) == "two"
    assert read(two, replica, VersionStage="AWSPREVIOUS") == "one"
    assert read(two, replica, VersionId=second["VersionId"]) == "two"
    described = done(theirs(two, "DescribeSecret", SecretId=replica))
    assert described["VersionIdsToStages"] == {
        first: ["AWSPREVIOUS"],
        second["VersionId"]: ["AWSCURRENT", "b"],
    }
    assert described["KmsKeyId"] == key
    assert not {"Tags", "Description", "PrimaryRegion"} & described.keys()
    assert described["CrossAccountPrimary"] == {"PrimarySecretARN": arn, "ReplicationStatus": "InSync"}
    (entry,) = two.call("DescribeSecret", SecretId="db")["CrossAccountReplicas"]
    assert entry == {"ReplicaSecretARN": replica, "ReplicationStatus": "InSync"}


def test_moved_labels_arrive_without_another_copy_of_a_value(two: Region) -> None:
    _, replica = linked(two)
    one = two.call("GetSecretValue", SecretId="db")["VersionId"]
    two.call("PutSecretValue", SecretId="db", SecretString="two")
    tend(two)
    two.forget_events()

    two.call(
        "UpdateSecretVersionStage",
        SecretId="db",
        VersionStage="AWSCURRENT",
        MoveToVersionId=one,
        RemoveFromVersionId=two.call("GetSecretValue", SecretId="db")["VersionId"],
    )
    two.forget_events()
    tend(two)

    assert read(two, replica) == "one"
    assert "Encrypt" not in two.event_names()


def test_a_binary_value_arrives_as_one(two: Region) -> None:
    _, replica = linked(two)

    two.call("PutSecretValue", SecretId="db", SecretBinary="AAEC")
    tend(two)

    assert done(theirs(two, "GetSecretValue", SecretId=replica))["SecretBinary"] == "AAEC"


def test_the_copy_goes_on_in_a_new_process(two: Region) -> None:
    _, replica = linked(two)
    two.call("PutSecretValue", SecretId="db", SecretString="two")

    two.stores = two.open_stores()
    two.compose()

    assert statuses(two, replica) == ("InProgress", "InProgress")
    assert tend(two) == 1
    assert read(two, replica) == "two"
    assert statuses(two, replica) == ("InSync", "InSync")


def test_a_key_that_is_taken_away_fails_and_heals(two: Region) -> None:
    arn = primary(two)
    key = their_key(two, "kms:Encrypt")
    replica = replica_of(two, arn, key=key)
    two.call("AssociateCrossAccountReplica", **associate(two, replica))
    tend(two)
    put_key_policy(two, key)
    two.call("PutSecretValue", SecretId="db", SecretString="two")

    assert tend(two) == 1

    (entry,) = two.call("DescribeSecret", SecretId="db")["CrossAccountReplicas"]
    assert entry["ReplicationStatus"] == "Failed"
    assert entry["StatusMessage"].startswith("Replication failed: ")
    assert "AccessDeniedException" in entry["StatusMessage"]
    shown = done(theirs(two, "DescribeSecret", SecretId=replica))["CrossAccountPrimary"]
    assert shown["StatusMessage"] == entry["StatusMessage"]
    assert read(two, replica) == "one"
    assert tend(two) == 0
    two.clock.forward(1_000)
    assert tend(two) == 1
    two.clock.forward(1_000)
    assert tend(two) == 0
    put_key_policy(two, key, "kms:Encrypt")
    two.clock.forward(1_000)
    assert tend(two) == 1
    assert statuses(two, replica) == ("InSync", "InSync")
    assert read(two, replica) == "two"
    names = two.event_names()
    assert names.count("ReplicationFailed") == 1
    assert names.count("ReplicationSucceeded") == 2


def test_a_write_tries_again_at_once_and_so_does_whoever_associates_again(two: Region) -> None:
    arn = primary(two)
    key = their_key(two, "kms:Encrypt")
    replica = replica_of(two, arn, key=key)
    two.call("AssociateCrossAccountReplica", **associate(two, replica))
    tend(two)
    put_key_policy(two, key)
    two.call("PutSecretValue", SecretId="db", SecretString="two")
    tend(two)

    two.call("PutSecretValue", SecretId="db", SecretString="three")
    assert tend(two) == 1
    assert statuses(two, replica) == ("Failed", "Failed")
    put_key_policy(two, key, "kms:Encrypt")
    two.call("AssociateCrossAccountReplica", **associate(two, replica))
    assert statuses(two, replica) == ("InProgress", "InProgress")
    assert tend(two) == 1

    assert read(two, replica) == "three"


def test_keys_are_used_in_the_name_of_whoever_associated_until_it_is_gone(two: Region) -> None:
    add = add_user(two, "deploy", policy=EVERYTHING)
    replica = replica_of(two, primary(two))
    done(ask(two, "deploy", "AssociateCrossAccountReplica", **associate(two, replica)))
    tend(two)
    assert encrypted_by(two)["arn"] == f"arn:aws:iam::{ACCOUNT}:user/deploy"

    remove_user(two, add)
    two.call("PutSecretValue", SecretId="db", SecretString="two")
    tend(two)

    (entry,) = two.call("DescribeSecret", SecretId="db")["CrossAccountReplicas"]
    assert entry["ReplicationStatus"] == "Failed"
    assert "is gone: ask for the replica again" in entry["StatusMessage"]


def test_a_role_replicates_if_whoever_associates_may_pass_it(two: Region) -> None:
    add_role(two, "copier", policy=EVERYTHING)
    pass_role = {"Effect": "Deny", "Action": "iam:PassRole", "Resource": "*"}
    add_user(two, "passes", policy=EVERYTHING)
    add_user(
        two,
        "keeps",
        policy=statement({"Effect": "Allow", "Action": "*", "Resource": "*"}, pass_role),
    )
    replica = replica_of(two, primary(two))
    asked = associate(two, replica, ReplicationRoleARN=role_arn("copier"))

    status, code, text = ask(two, "keeps", "AssociateCrossAccountReplica", **asked).refusal
    assert (status, code) == (400, "AccessDeniedException")
    assert "iam:PassRole" in text
    done(ask(two, "passes", "AssociateCrossAccountReplica", **asked))
    tend(two)

    (entry,) = two.call("DescribeSecret", SecretId="db")["CrossAccountReplicas"]
    assert entry == {
        "ReplicaSecretARN": replica,
        "ReplicationRoleARN": role_arn("copier"),
        "ReplicationStatus": "InSync",
    }
    assert encrypted_by(two)["arn"].startswith(f"arn:aws:sts::{ACCOUNT}:assumed-role/copier/")
    absent = associate(two, replica, ReplicationRoleARN=role_arn("nobody"))
    assert two.refused("AssociateCrossAccountReplica", **absent) == (
        "InvalidParameterException",
        "ReplicationRoleARN must be the ARN of an IAM role in this account.",
    )


@pytest.mark.parametrize("missing", ["secretsmanager:GetSecretValue", ACCEPT, "kms:Decrypt", "kms:Encrypt"])
def test_each_permission_is_needed_and_without_one_neither_side_changes(two: Region, missing: str) -> None:
    deny = {"Effect": "Deny", "Action": missing, "Resource": "*"}
    add_user(two, "deploy", policy=statement({"Effect": "Allow", "Action": "*", "Resource": "*"}, deny))
    replica = replica_of(two, primary(two))

    status, code, text = ask(two, "deploy", "AssociateCrossAccountReplica", **associate(two, replica)).refusal

    assert (status, code) == (400, "AccessDeniedException")
    assert missing in text or text == "Access to KMS is not allowed"
    assert statuses(two, replica) == (None, "Pending")
    assert tend(two) == 0


def test_the_replica_s_own_policy_may_keep_the_primary_s_account_out(two: Region) -> None:
    replica = replica_of(two, primary(two))
    out = {"Effect": "Deny", "Principal": {"AWS": ROOT_ARN}, "Action": ACCEPT, "Resource": "*"}
    done(theirs(two, "PutResourcePolicy", SecretId=replica, ResourcePolicy=statement(out)))

    code, text = two.refused("AssociateCrossAccountReplica", **associate(two, replica))

    assert code == "AccessDeniedException"
    assert ACCEPT in text
    done(theirs(two, "DeleteResourcePolicy", SecretId=replica))
    two.call("AssociateCrossAccountReplica", **associate(two, replica))


def test_what_is_not_there_and_what_is_no_replica_read_alike(two: Region) -> None:
    arn = primary(two)
    standing = done(theirs(two, "CreateSecret", Name="own", SecretString="v"))["ARN"]
    absent = standing.replace(":own-", ":none-")

    said = [two.refused("AssociateCrossAccountReplica", **associate(two, one)) for one in (standing, absent)]

    assert said[0][0] == said[1][0] == "AccessDeniedException"
    assert said[0][1].replace(standing, "") == said[1][1].replace(absent, "")
    assert arn not in said[0][1]


def test_a_replica_is_its_own_primary_s_alone(two: Region) -> None:
    primary(two)
    replica = replica_of(two, primary(two, "another"))

    code, text = two.refused("AssociateCrossAccountReplica", **associate(two, replica))

    assert code == "InvalidRequestException"
    assert text.startswith(f"Secret {replica} is not a cross-account replica of secret ")


def test_a_primary_has_one_replica_and_no_organization(two: Region) -> None:
    arn, _ = linked(two)
    second = replica_of(two, arn, name="second")

    assert two.refused("AssociateCrossAccountReplica", **associate(two, second)) == (
        "LimitExceededException",
        "A secret can't have more than one cross-account replica.",
    )
    for restriction in ("SameOrg", None):
        asked = associate(two, second, ReplicaRestriction=restriction)
        assert two.refused("AssociateCrossAccountReplica", **asked) == (
            "InvalidRequestException",
            "The replica's account is not in the same organization. "
            "Specify NoRestriction in ReplicaRestriction to replicate to it.",
        )


def test_the_managed_policy_is_there_as_long_as_the_replica_is_one(two: Region) -> None:
    _, replica = linked(two)
    own = statement({"Effect": "Deny", "Principal": "*", "Action": "kms:None", "Resource": "*"})
    own = own.replace("kms:None", "secretsmanager:CancelRotateSecret")
    done(theirs(two, "PutResourcePolicy", SecretId=replica, ResourcePolicy=own))
    managed = "cross-account-replication"

    page = done(theirs(two, "ListResourcePolicies", SecretId=replica, MaxResults=1))
    rest = done(theirs(two, "ListResourcePolicies", SecretId=replica, NextToken=page["NextToken"]))
    got = done(theirs(two, "GetResourcePolicy", SecretId=replica, PolicyName=managed))

    assert page["ResourcePolicies"] == [{"PolicyName": "default"}]
    assert rest == {"ResourcePolicies": [{"PolicyName": managed}]}
    assert got["PolicyName"] == managed
    assert json.loads(got["ResourcePolicy"])["Statement"] == [MANAGED]
    assert done(theirs(two, "GetResourcePolicy", SecretId=replica))["ResourcePolicy"] == own
    for operation in ("PutResourcePolicy", "DeleteResourcePolicy"):
        members = {"ResourcePolicy": own} if operation == "PutResourcePolicy" else {}
        refused = theirs(two, operation, SecretId=replica, PolicyName=managed, **members).refusal
        assert refused[1] == "InvalidParameterException"
    done(theirs(two, "StopReplicationToReplica", SecretId=replica))
    assert done(theirs(two, "ListResourcePolicies", SecretId=replica)) == {
        "ResourcePolicies": [{"PolicyName": "default"}]
    }
    refused = theirs(two, "GetResourcePolicy", SecretId=replica, PolicyName=managed).refusal
    assert refused[1] == "ResourceNotFoundException"


READ_ONLY: dict[str, dict[str, object]] = {
    "PutSecretValue": {"SecretString": "mine"},
    "UpdateSecret": {"SecretString": "mine"},
    "UpdateSecretVersionStage": {"VersionStage": "x", "MoveToVersionId": "1" * 32},
    "RotateSecret": {"ClientRequestToken": "2" * 32},
    "CancelRotateSecret": {},
    "ReplicateSecretToRegions": {"AddReplicaRegions": [{"Region": "us-east-2"}]},
    "RemoveRegionsFromReplication": {"RemoveReplicaRegions": ["us-east-2"]},
}


def test_a_replica_is_read_only_but_for_what_is_its_account_s(two: Region) -> None:
    _, replica = linked(two)

    for operation, members in READ_ONLY.items():
        assert theirs(two, operation, SecretId=replica, **members).refusal == ON_REPLICA, operation

    done(theirs(two, "TagResource", SecretId=replica, Tags=[{"Key": "k", "Value": "v"}]))
    done(theirs(two, "UpdateSecret", SecretId=replica, Description="ours"))
    other = their_key(two, "kms:Encrypt")
    done(theirs(two, "UpdateSecret", SecretId=replica, KmsKeyId=other))
    refused = theirs(two, "UpdateSecret", SecretId=replica, KmsKeyId="alias/aws/secretsmanager").refusal
    assert refused[1] == "InvalidParameterException"
    two.call("PutSecretValue", SecretId="db", SecretString="two")
    tend(two)
    assert read(two, replica) == "two"
    described = done(theirs(two, "DescribeSecret", SecretId=replica))
    assert (described["Description"], described["KmsKeyId"]) == ("ours", other)
    listed = done(theirs(two, "ListSecretVersionIds", SecretId=replica))["Versions"]
    assert [other] in [one["KmsKeyIds"] for one in listed]


def test_the_primary_detaches_its_replica_which_keeps_what_it_has(two: Region) -> None:
    arn, replica = linked(two)

    answer = two.call("DisassociateCrossAccountReplica", SecretId="db", CrossAccountReplicaARN=replica)

    assert answer == {"ARN": arn, "CrossAccountReplicaARN": replica}
    assert statuses(two, replica) == (None, "Detached")
    two.call("PutSecretValue", SecretId="db", SecretString="two")
    assert tend(two) == 0
    assert read(two, replica) == "one"
    assert theirs(two, "PutSecretValue", SecretId=replica, SecretString="w").refusal == ON_REPLICA
    again = two.refused("DisassociateCrossAccountReplica", SecretId="db", CrossAccountReplicaARN=replica)
    assert again[0] == "InvalidRequestException"
    two.call("AssociateCrossAccountReplica", **associate(two, replica))
    tend(two)
    assert read(two, replica) == "two"


def test_the_replica_stops_and_stands_alone(two: Region) -> None:
    arn, replica = linked(two)

    assert done(theirs(two, "StopReplicationToReplica", SecretId=replica)) == {"ARN": replica}

    assert statuses(two, replica) == ("Detached", None)
    done(theirs(two, "PutSecretValue", SecretId=replica, SecretString="mine"))
    two.call("PutSecretValue", SecretId="db", SecretString="two")
    assert tend(two) == 0
    assert read(two, replica) == "mine"
    refused = theirs(two, "StopReplicationToReplica", SecretId=replica).refusal
    assert refused[1] == "InvalidRequestException"
    second = replica_of(two, arn, name="second")
    two.call("AssociateCrossAccountReplica", **associate(two, second))
    tend(two)
    assert read(two, second) == "two"


@pytest.mark.parametrize("force", [False, True])
def test_neither_side_is_deleted_before_it_is_freed(two: Region, force: bool) -> None:
    arn, replica = linked(two)
    how = {"ForceDeleteWithoutRecovery": True} if force else {}

    assert two.refused("DeleteSecret", SecretId="db", **how) == (
        "InvalidParameterException",
        f"You can't delete secret {arn} that still has the cross-account replica {replica}.",
    )
    of_replica = (
        400,
        "InvalidParameterException",
        "You can't delete a cross-account replica secret. Call StopReplicationToReplica on it first.",
    )
    assert theirs(two, "DeleteSecret", SecretId=replica, **how).refusal == of_replica
    two.call("DisassociateCrossAccountReplica", SecretId="db", CrossAccountReplicaARN=replica)
    two.call("DeleteSecret", SecretId="db", **how)
    assert theirs(two, "DeleteSecret", SecretId=replica, **how).refusal == of_replica
    done(theirs(two, "StopReplicationToReplica", SecretId=replica))
    done(theirs(two, "DeleteSecret", SecretId=replica, **how))


def test_a_primary_without_a_value_is_in_sync_when_the_replica_has_none(two: Region) -> None:
    arn = two.call("CreateSecret", Name="db")["ARN"]
    replica = replica_of(two, arn)

    two.call("AssociateCrossAccountReplica", **associate(two, replica))
    tend(two)

    assert statuses(two, replica) == ("InSync", "InSync")
    two.call("PutSecretValue", SecretId="db", SecretString="first")
    tend(two)
    assert read(two, replica) == "first"


def test_stopping_needs_the_right_to_take_the_policy_away(two: Region) -> None:
    """The other way round: this account's is the replica, whose user may not delete policies."""
    made = done(theirs(two, "CreateSecret", Name="far", SecretString="v"))["ARN"]
    key = two.call("CreateKey")["KeyMetadata"]["Arn"]
    everything = {"Effect": "Allow", "Action": "*", "Resource": "*"}
    for name, action in (("deletes", "DeleteResourcePolicy"), ("makes", "PutResourcePolicy")):
        deny = {"Effect": "Deny", "Action": f"secretsmanager:{action}", "Resource": "*"}
        add_user(two, name, policy=statement(everything, deny))
    asked = {"ClientRequestToken": token(), "KmsKeyId": key, "CrossAccountPrimaryARN": made}

    refused = ask(two, "makes", "CreateSecret", Name="near", **asked).refusal
    assert refused[1] == "AccessDeniedException"
    assert "PutResourcePolicy" in refused[2]
    done(ask(two, "deletes", "CreateSecret", Name="near", **asked))
    refused = ask(two, "deletes", "StopReplicationToReplica", SecretId="near").refusal

    assert refused[1] == "AccessDeniedException"
    assert "DeleteResourcePolicy" in refused[2]
    done(ask(two, "makes", "StopReplicationToReplica", SecretId="near"))
