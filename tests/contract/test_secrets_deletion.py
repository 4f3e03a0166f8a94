"""Deletion to its end: what every operation says in the recovery window, names that come free, replicas that follow.

Source: Secrets Manager API, DeleteSecret, RestoreSecret, RemoveRegionsFromReplication; facts 2.4, 4, 5.8, 5.10.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from tests.contract.region import ACCOUNT, DAY_MS, ROOT_ARN, Region, token
from tests.contract.several_regions import Regions, several

from watchword.api.shapes import secretsmanager as sm
from watchword.api.shapes import watchword

ONE, TWO, THREE = "us-east-1", "us-east-2", "eu-west-1"
LAMBDA = f"arn:aws:lambda:us-east-1:{ACCOUNT}:function:rotator"
THEIRS = "arn:aws:secretsmanager:us-east-1:210987654321:secret:db-AbCdEf"
POLICY = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"AWS": ROOT_ARN},
                "Action": "secretsmanager:GetSecretValue",
                "Resource": "*",
            }
        ],
    }
)
MARKED = (
    "InvalidRequestException",
    "You can't perform this operation on the secret because it was marked for deletion.",
)
NOT_FOUND = ("ResourceNotFoundException", "Secrets Manager can't find the specified secret.")
SCHEDULED = (
    "InvalidRequestException",
    "You can't create this secret because a secret with this name is already scheduled for deletion.",
)
NOT_REPLICA = (
    "InvalidRequestException",
    "You can't stop replication of this secret because it is not a replica secret.",
)
EXISTS = ("ResourceExistsException", "The operation failed because the secret db already exists.")
ON_REPLICA = (
    "InvalidParameterException",
    "Operation not permitted on a replica secret. Call must be made in primary secret's region.",
)


# In the recovery window

Said = tuple[str, str] | Callable[[dict[str, Any]], object]
"""A refusal, or what must be true of the answer."""

IN_THE_WINDOW: dict[str, tuple[dict[str, object], Said]] = {
    "AssociateCrossAccountReplica": ({"SecretId": "db", "CrossAccountReplicaARN": THEIRS}, MARKED),
    "BatchGetSecretValue": (
        {"SecretIdList": ["db"]},
        lambda said: [(one["ErrorCode"], one["Message"]) for one in said["Errors"]] == [MARKED],
    ),
    "CancelRotateSecret": ({"SecretId": "db"}, MARKED),
    "CreateSecret": ({"Name": "db", "SecretString": "w"}, SCHEDULED),
    "DeleteResourcePolicy": ({"SecretId": "db"}, MARKED),
    "DeleteSecret": ({"SecretId": "db"}, MARKED),
    "DescribeSecret": ({"SecretId": "db"}, lambda said: "DeletedDate" in said),
    "DisassociateCrossAccountReplica": ({"SecretId": "db", "CrossAccountReplicaARN": THEIRS}, MARKED),
    "GetRandomPassword": ({}, lambda said: said["RandomPassword"]),
    "GetResourcePolicy": ({"SecretId": "db"}, MARKED),
    "GetSecretValue": ({"SecretId": "db"}, MARKED),
    "ListResourcePolicies": ({"SecretId": "db"}, MARKED),
    "ListSecretVersionIds": ({"SecretId": "db"}, lambda said: len(said["Versions"]) == 1),
    "ListSecrets": ({}, lambda said: said["SecretList"] == []),
    "PutResourcePolicy": ({"SecretId": "db", "ResourcePolicy": POLICY}, MARKED),
    "PutSecretValue": ({"SecretId": "db", "SecretString": "w"}, MARKED),
    "RemoveRegionsFromReplication": ({"SecretId": "db", "RemoveReplicaRegions": [TWO]}, MARKED),
    "ReplicateSecretToRegions": ({"SecretId": "db", "AddReplicaRegions": [{"Region": TWO}]}, MARKED),
    "RestoreSecret": ({"SecretId": "db"}, lambda said: said["Name"] == "db"),
    "RotateSecret": ({"SecretId": "db", "RotationLambdaARN": LAMBDA}, MARKED),
    # A replica is never in a recovery window, so what is in one is no replica.
    "StopReplicationToReplica": ({"SecretId": "db"}, NOT_REPLICA),
    "TagResource": ({"SecretId": "db", "Tags": [{"Key": "k", "Value": "v"}]}, MARKED),
    "UntagResource": ({"SecretId": "db", "TagKeys": ["k"]}, MARKED),
    "UpdateSecret": ({"SecretId": "db", "Description": "d"}, MARKED),
    "UpdateSecretVersionStage": (
        {"SecretId": "db", "VersionStage": "LABEL", "MoveToVersionId": "v" * 32},
        MARKED,
    ),
    "ValidateResourcePolicy": ({"SecretId": "db", "ResourcePolicy": POLICY}, MARKED),
}
MAKES_ITS_OWN_COMMIT = {"RestoreSecret"}


def test_every_operation_has_a_row() -> None:
    assert set(IN_THE_WINDOW) == set(sm.OPERATIONS)


@pytest.mark.parametrize("operation", IN_THE_WINDOW)
def test_what_an_operation_says_of_a_secret_in_its_recovery_window(region: Region, operation: str) -> None:
    members, said = IN_THE_WINDOW[operation]
    region.call("CreateSecret", Name="db", SecretString="v", Tags=[{"Key": "k", "Value": "w"}])
    region.call("DeleteSecret", SecretId="db")
    before, commits = region.call("DescribeSecret", SecretId="db"), region.commits

    if callable(said):
        assert said(region.call(operation, **members))
    else:
        assert region.refused(operation, **members) == said

    if operation not in MAKES_ITS_OWN_COMMIT:
        assert (region.call("DescribeSecret", SecretId="db"), region.commits) == (before, commits)


def test_only_a_forced_deletion_shortens_a_window(region: Region) -> None:
    region.call("CreateSecret", Name="db", SecretString="v")
    region.call("DeleteSecret", SecretId="db", RecoveryWindowInDays=30)

    assert region.refused("DeleteSecret", SecretId="db", RecoveryWindowInDays=7) == MARKED
    region.call("DeleteSecret", SecretId="db", ForceDeleteWithoutRecovery=True)

    assert region.refused("DescribeSecret", SecretId="db") == NOT_FOUND


# Restore


def test_all_of_a_secret_is_restored(region: Region) -> None:
    first, second = token(), token()
    region.call(
        "CreateSecret",
        Name="db",
        Description="d",
        SecretString="v",
        ClientRequestToken=first,
        Tags=[{"Key": "k", "Value": "t"}],
    )
    region.call("PutSecretValue", SecretId="db", SecretString="w", ClientRequestToken=second)
    region.call("PutResourcePolicy", SecretId="db", ResourcePolicy=POLICY)
    described = region.call("DescribeSecret", SecretId="db")
    region.call("DeleteSecret", SecretId="db", RecoveryWindowInDays=7)
    region.clock.forward(7 * DAY_MS + 1)

    # The window is over, but nobody has purged it yet: restore still works (facts 1.19).
    region.call("RestoreSecret", SecretId="db")

    restored = region.call("DescribeSecret", SecretId="db")
    assert restored.pop("LastChangedDate") > described.pop("LastChangedDate")
    assert restored == described
    assert region.call("GetResourcePolicy", SecretId="db")["ResourcePolicy"] == POLICY
    for version_id, value in ((first, "v"), (second, "w")):
        assert region.call("GetSecretValue", SecretId="db", VersionId=version_id)["SecretString"] == value


def purge_due(region: Region) -> int:
    answer: watchword.PurgeSecretsResponse = region.gate.perform(
        watchword.PURGE_SECRETS, watchword.PurgeSecretsRequest(limit=100), principal=region.itself
    )
    return answer.purged or 0


# Names


def forced(region: Region) -> None:
    region.call("DeleteSecret", SecretId="db", ForceDeleteWithoutRecovery=True)


def scheduled(region: Region) -> None:
    region.call("DeleteSecret", SecretId="db")


def purged(region: Region) -> None:
    region.call("DeleteSecret", SecretId="db", RecoveryWindowInDays=7)
    region.clock.forward(7 * DAY_MS)
    assert purge_due(region) == 1


def scheduled_and_forced(region: Region) -> None:
    scheduled(region)
    forced(region)


def scheduled_and_restored(region: Region) -> None:
    scheduled(region)
    region.call("RestoreSecret", SecretId="db")


def forced_twice(region: Region) -> None:
    forced(region)
    forced(region)


DELETIONS: dict[str, tuple[Callable[[Region], None], tuple[str, str] | None]] = {
    "scheduled": (scheduled, SCHEDULED),
    "scheduled and restored": (scheduled_and_restored, EXISTS),
    "forced": (forced, None),
    "forced twice": (forced_twice, None),
    "forced in its window": (scheduled_and_forced, None),
    "purged after its window": (purged, None),
}


@pytest.mark.parametrize(("delete", "refusal"), DELETIONS.values(), ids=DELETIONS)
def test_a_name_after_each_kind_of_deletion(
    region: Region, delete: Callable[[Region], None], refusal: tuple[str, str] | None
) -> None:
    """Facts 2.4. A new secret has another suffix, and nothing of the old one: the old ARN finds nobody."""
    old = region.call("CreateSecret", Name="db", SecretString="old", Tags=[{"Key": "k", "Value": "v"}])
    delete(region)

    if refusal is not None:
        assert region.refused("CreateSecret", Name="db", SecretString="new") == refusal
        return

    new = region.call("CreateSecret", Name="db", SecretString="new")
    assert new["ARN"] != old["ARN"]
    assert region.refused("GetSecretValue", SecretId=old["ARN"]) == NOT_FOUND
    assert region.call("GetSecretValue", SecretId=new["ARN"])["SecretString"] == "new"
    assert "Tags" not in region.call("DescribeSecret", SecretId="db")
    assert len(region.call("ListSecretVersionIds", SecretId="db", IncludeDeprecated=True)["Versions"]) == 1


def test_a_token_of_a_secret_that_is_gone_is_free(region: Region) -> None:
    """It names a version of a secret, and both are gone: to create again is to create."""
    asked = {"Name": "db", "SecretString": "v", "ClientRequestToken": token()}
    old = region.call("CreateSecret", **asked)
    forced(region)

    assert region.call("CreateSecret", **asked)["ARN"] != old["ARN"]


# Two Regions


@pytest.fixture
def regions() -> Iterator[Regions]:
    with several(ONE, TWO) as made:
        yield made


def replicated(regions: Regions) -> str:
    arn: str = regions[ONE].call(
        "CreateSecret", Name="db", SecretString="v", AddReplicaRegions=[{"Region": TWO}]
    )["ARN"]
    regions.settle()
    assert regions[TWO].call("GetSecretValue", SecretId="db")["SecretString"] == "v"
    return arn


def remove(regions: Regions) -> None:
    regions[ONE].call("RemoveRegionsFromReplication", SecretId="db", RemoveReplicaRegions=[TWO])


@pytest.mark.parametrize("how", [{}, {"RecoveryWindowInDays": 7}, {"ForceDeleteWithoutRecovery": True}])
def test_a_primary_with_replicas_is_not_deleted_and_its_regions_are_named(how: dict[str, object]) -> None:
    with several(ONE, TWO, THREE) as regions:
        both = [{"Region": TWO}, {"Region": THREE}]
        arn = regions[ONE].call("CreateSecret", Name="db", SecretString="v", AddReplicaRegions=both)["ARN"]
        refused = regions[ONE].refused("DeleteSecret", SecretId="db", **how)
        regions.settle()

        text = f"You can't delete secret {arn} that still has replica regions [{THREE}, {TWO}]."
        assert refused == ("InvalidParameterException", text)
        assert regions[ONE].refused("DeleteSecret", SecretId="db", **how) == refused
        assert regions[TWO].refused("DeleteSecret", SecretId="db", **how) == ON_REPLICA
        remove(regions)
        assert regions[ONE].refused("DeleteSecret", SecretId="db", **how)[1].endswith(f"[{THREE}].")


def restart_primary(regions: Regions) -> None:
    regions.restart(ONE)


def restart_replica(regions: Regions) -> None:
    regions.restart(TWO)


def lose_replica(regions: Regions) -> None:
    regions.down.add(TWO)


def let_time_pass(regions: Regions) -> None:
    """Days with nobody at the other end: the removal is tried, and fails, many times."""
    regions.settle(ms=3 * DAY_MS)


def lose_an_answer(regions: Regions) -> None:
    """The replica is removed, and the primary does not hear of it."""
    regions.answers_lost = 1
    regions.carry(ONE, TWO)
    regions.answers_lost = 0


def find_replica(regions: Regions) -> None:
    regions.down.clear()


STRANDING: dict[str, tuple[tuple[Callable[[Regions], None], ...], tuple[Callable[[Regions], None], ...]]] = {
    "at once": ((), ()),
    "the replica's Region is down": ((lose_replica,), (let_time_pass, find_replica)),
    "it goes down in between": ((), (lose_replica, let_time_pass, find_replica)),
    "the primary is restarted in between": ((), (restart_primary,)),
    "the primary is restarted before": ((restart_primary,), ()),
    "both": ((lose_replica,), (restart_primary, let_time_pass, restart_primary, find_replica)),
    "the replica's Region is restarted": ((), (restart_replica,)),
    "an answer is lost": ((lose_an_answer,), (restart_primary,)),
}
"""What happens between the removal and the forced deletion, and after that."""


def require_nothing_stranded(regions: Regions) -> None:
    """Nothing of the secret is left on either side, and its name is free on both."""
    for name in (ONE, TWO):
        assert regions[name].refused("DescribeSecret", SecretId="db") == NOT_FOUND, name
        regions[name].call("CreateSecret", Name="db", SecretString=f"new in {name}")
    assert regions.link_ids(ONE, TWO) == []


@pytest.mark.parametrize(("between", "after"), STRANDING.values(), ids=STRANDING)
def test_a_forced_deletion_right_after_a_removal_strands_no_replica(
    regions: Regions,
    between: tuple[Callable[[Regions], None], ...],
    after: tuple[Callable[[Regions], None], ...],
) -> None:
    """AWS's known defect (facts 5.8). The leaving link outlives the secret and finishes the removal (I17)."""
    replicated(regions)
    remove(regions)
    for step in between:
        step(regions)

    regions[ONE].call("DeleteSecret", SecretId="db", ForceDeleteWithoutRecovery=True)

    for step in after:
        step(regions)
    regions.settle()
    require_nothing_stranded(regions)


def test_a_replica_that_was_stranded_would_be_found_out(regions: Regions) -> None:
    """Planted: the link goes with its secret, as elsewhere."""
    replicated(regions)
    remove(regions)
    regions[ONE].call("DeleteSecret", SecretId="db", ForceDeleteWithoutRecovery=True)
    regions[ONE].tamper("DELETE FROM link")
    regions.settle()

    with pytest.raises(AssertionError):
        require_nothing_stranded(regions)


def test_a_removal_outlives_the_window_and_the_purge_of_its_secret(regions: Regions) -> None:
    replicated(regions)
    regions.down.add(TWO)
    remove(regions)
    regions[ONE].call("DeleteSecret", SecretId="db", RecoveryWindowInDays=7)
    regions.clock.forward(8 * DAY_MS)
    assert purge_due(regions[ONE]) == 1
    regions.restart(ONE)

    regions.down.clear()
    regions.settle()

    require_nothing_stranded(regions)


def test_a_secret_made_again_under_the_name_is_not_touched_by_the_old_removal(regions: Regions) -> None:
    """Its replica waits until the old one is gone, and then is the new secret's."""
    replicated(regions)
    regions.down.add(TWO)
    remove(regions)
    regions[ONE].call("DeleteSecret", SecretId="db", ForceDeleteWithoutRecovery=True)
    new = regions[ONE].call(
        "CreateSecret", Name="db", SecretString="new", AddReplicaRegions=[{"Region": TWO}]
    )
    regions.settle(ms=DAY_MS)

    regions.down.clear()
    regions.settle()

    read = regions[TWO].call("GetSecretValue", SecretId="db")
    assert (read["SecretString"], read["ARN"]) == ("new", new["ARN"].replace(ONE, TWO))
    (entry,) = regions[ONE].call("DescribeSecret", SecretId="db")["ReplicationStatus"]
    assert entry["Status"] == "InSync"


def test_names_in_the_replica_s_region(regions: Regions) -> None:
    """A replica has its name like any other secret; removed, or promoted and deleted, it gives it back."""
    replicated(regions)
    assert regions[TWO].refused("CreateSecret", Name="db", SecretString="w") == EXISTS

    regions[TWO].call("StopReplicationToReplica", SecretId="db")
    scheduled(regions[TWO])
    assert regions[TWO].refused("CreateSecret", Name="db", SecretString="w") == SCHEDULED
    forced(regions[TWO])

    regions[TWO].call("CreateSecret", Name="db", SecretString="w")
    regions.settle()
    assert regions[TWO].call("GetSecretValue", SecretId="db")["SecretString"] == "w"
    assert regions[ONE].call("GetSecretValue", SecretId="db")["SecretString"] == "v"
