"""The quotas that protect the service, on both sides of their edges, through the gate (facts 3.4, 9.5, 9.6).

Elsewhere: 20 labels, 100 versions and the bytes of a value (`test_secrets_values.py`), 50 tags (`test_secrets_life.py`),
lengths of single members (every constraint of the model).
"""

from __future__ import annotations

import base64
import json
from functools import partial

import pytest
from tests.contract.region import ACCOUNT, DAY_MS, ROOT_ARN, Region, make_region, scratch
from tests.contract.several_regions import SETTLED_MS, several

from watchword.api.call import Bound
from watchword.api.shapes import secretsmanager as sm
from watchword.api.shapes import watchword
from watchword.replication import hands
from watchword.replication.met import Met
from watchword.secrets import find, replica_receiving
from watchword.secrets.names import SECRETS_MAX
from watchword.secrets.operations import create_secret
from watchword.secrets.sealing import Openers

ONE, TWO = "us-east-1", "us-east-2"
FEW = 3
FULL = ("LimitExceededException", f"You can't have more than {FEW} secrets in this Region.")


def limit(region: Region) -> None:
    """The quota of a Region becomes FEW: half a million secrets would take an hour to make."""
    met = Met()
    region.faults = (
        Bound(
            operation=sm.CREATE_SECRET,
            find=find.find_name,
            run=partial(create_secret, openers=Openers(), secrets_max=FEW),
        ),
        *(
            bound
            for bound in (
                *replica_receiving.bindings(met=met, secrets_max=FEW),
                *hands.bindings(met=met),
            )
            if bound.operation in (watchword.APPLY_REPLICA, watchword.SHAKE_HANDS)
        ),
    )
    region.compose()


def fill(region: Region) -> None:
    for number in range(FEW):
        region.call("CreateSecret", Name=f"s{number}", SecretString="v")


def test_a_region_takes_half_a_million_secrets_of_an_account() -> None:
    assert SECRETS_MAX == 500_000


def test_as_many_secrets_as_the_quota_and_not_one_more(region: Region) -> None:
    limit(region)
    fill(region)

    assert region.refused("CreateSecret", Name="more") == FULL
    assert len(region.call("ListSecrets")["SecretList"]) == FEW


def test_a_name_that_is_taken_is_told_before_the_quota(region: Region) -> None:
    limit(region)
    fill(region)

    assert region.refused("CreateSecret", Name="s0")[0] == "ResourceExistsException"


def test_a_secret_in_its_recovery_window_counts_and_a_purged_one_does_not(region: Region) -> None:
    limit(region)
    fill(region)

    region.call("DeleteSecret", SecretId="s0")
    assert region.refused("CreateSecret", Name="more") == FULL

    region.call("DeleteSecret", SecretId="s0", ForceDeleteWithoutRecovery=True)
    region.call("CreateSecret", Name="more")
    assert region.refused("CreateSecret", Name="still-more") == FULL


def test_another_account_s_secrets_do_not_count(region: Region) -> None:
    limit(region)
    fill(region)
    region.tamper("UPDATE secret SET account = '210987654321'")
    region.compose()

    region.call("CreateSecret", Name="mine")


def test_a_secret_that_is_changed_in_a_full_region_needs_no_room(region: Region) -> None:
    limit(region)
    fill(region)

    region.call("PutSecretValue", SecretId="s0", SecretString="w")
    region.call("DeleteSecret", SecretId="s0")
    region.call("RestoreSecret", SecretId="s0")
    assert region.call("GetSecretValue", SecretId="s0")["SecretString"] == "w"


def test_after_many_have_come_and_gone_there_is_room_for_as_many_again(region: Region) -> None:
    """The highest row number has grown beyond the quota: the rows themselves count."""
    limit(region)
    region.call("CreateSecret", Name="stays")
    for number in range(3 * FEW):
        region.call("CreateSecret", Name=f"new-{number}")
        region.call("CreateSecret", Name=f"newer-{number}")
        region.call("DeleteSecret", SecretId=f"new-{number}", ForceDeleteWithoutRecovery=True)
        assert not region.stores.unit().has_room(ACCOUNT, secrets_max=2)
        assert region.stores.unit().has_room(ACCOUNT, secrets_max=3)
        region.call("DeleteSecret", SecretId=f"newer-{number}", ForceDeleteWithoutRecovery=True)


def test_a_replica_that_finds_no_room_fails_and_heals_when_there_is() -> None:
    with several(ONE, TWO) as regions:
        limit(regions[TWO])
        fill(regions[TWO])
        regions[ONE].call("CreateSecret", Name="db", SecretString="v", AddReplicaRegions=[{"Region": TWO}])
        regions.settle(ms=1)

        (entry,) = regions[ONE].call("DescribeSecret", SecretId="db")["ReplicationStatus"]
        assert (entry["Status"], entry["StatusMessage"]) == ("Failed", f"Replication failed: {FULL[1]}")
        assert len(regions[TWO].call("ListSecrets")["SecretList"]) == FEW

        regions[TWO].call("DeleteSecret", SecretId="s0", ForceDeleteWithoutRecovery=True)
        regions.settle(ms=DAY_MS)

        (entry,) = regions[ONE].call("DescribeSecret", SecretId="db")["ReplicationStatus"]
        assert entry["Status"] == "InSync"
        assert regions[TWO].call("GetSecretValue", SecretId="db")["SecretString"] == "v"


def test_a_replica_is_changed_and_overwrites_in_a_full_region() -> None:
    with several(ONE, TWO) as regions:
        limit(regions[TWO])
        regions[ONE].call("CreateSecret", Name="db", SecretString="v", AddReplicaRegions=[{"Region": TWO}])
        regions.settle()
        for number in range(1, FEW):
            regions[TWO].call("CreateSecret", Name=f"s{number}", SecretString="its own")

        regions[ONE].call("PutSecretValue", SecretId="db", SecretString="w")
        regions[ONE].call(
            "CreateSecret",
            Name="s1",
            SecretString="theirs",
            AddReplicaRegions=[{"Region": TWO}],
            ForceOverwriteReplicaSecret=True,
        )
        regions.settle(ms=SETTLED_MS)

        assert regions[TWO].call("GetSecretValue", SecretId="db")["SecretString"] == "w"
        assert regions[TWO].call("GetSecretValue", SecretId="s1")["SecretString"] == "theirs"


# Sizes


def policy_of(characters: int) -> str:
    """A policy of exactly so many characters."""
    statement = {
        "Effect": "Allow",
        "Principal": {"AWS": ROOT_ARN},
        "Action": "secretsmanager:GetSecretValue",
        "Resource": "*",
    }
    document = {"Version": "2012-10-17", "Id": "", "Statement": [statement]}
    return json.dumps(document | {"Id": "i" * (characters - len(json.dumps(document)))})


def test_a_policy_has_as_many_characters_as_the_quota_and_not_one_more(region: Region) -> None:
    region.call("CreateSecret", Name="db")

    region.call("PutResourcePolicy", SecretId="db", ResourcePolicy=policy_of(20_480))
    for operation in ("PutResourcePolicy", "ValidateResourcePolicy"):
        code, text = region.refused(operation, SecretId="db", ResourcePolicy=policy_of(20_481))
        assert code == "ValidationException"
        assert text.endswith("Member must have length less than or equal to 20480")


@pytest.mark.parametrize("member", ["SecretString", "SecretBinary"])
def test_a_value_has_as_many_bytes_as_the_quota_and_not_one_more(region: Region, member: str) -> None:
    def value(size: int) -> str:
        return "v" * size if member == "SecretString" else base64.b64encode(b"v" * size).decode()

    region.call("CreateSecret", Name="db", **{member: value(65_536)})

    code, _ = region.refused("CreateSecret", Name="more", **{member: value(65_537)})
    assert code == "ValidationException"
    code, _ = region.refused("PutSecretValue", SecretId="db", **{member: value(65_537)})
    assert code == "ValidationException"


def test_fifty_tags_at_creation_and_not_one_more(region: Region) -> None:
    tags = [{"Key": f"k{number}", "Value": "v"} for number in range(51)]

    region.call("CreateSecret", Name="db", Tags=tags[:50])

    assert region.refused("CreateSecret", Name="more", Tags=tags) == (
        "InvalidParameterException",
        "You can't have more than 50 tags on a secret.",
    )


def test_every_hosted_region_but_its_own_takes_a_replica_and_none_takes_two() -> None:
    """AWS documents no quota of replicas; the Regions themselves are the bound."""
    with scratch() as folder:
        region = make_region(folder, ONE)
        both = [{"Region": TWO}, {"Region": "eu-west-1"}]

        region.call("CreateSecret", Name="db", AddReplicaRegions=both)

        invalid = ("InvalidParameterException", "Invalid replica region.")
        for more in ([*both, {"Region": TWO}], [{"Region": ONE}], [{"Region": "eu-west-2"}]):
            refused = region.refused("ReplicateSecretToRegions", SecretId="db", AddReplicaRegions=more)
            assert refused == invalid
        region.stores.close()
