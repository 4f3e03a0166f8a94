"""Replication into a Region that the account has not enabled: the entry is Failed and says why, and heals by itself.

Source: Secrets Manager user guide, troubleshooting replication; Enable or disable AWS Regions in your account.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import msgspec
import pytest
from tests.contract.people import change, directory
from tests.contract.region import CANARY, CONTROL, Region
from tests.contract.several_regions import Regions, several

from watchword.api.shapes import watchword
from watchword.identity import distribution_sending
from watchword.identity.model import OptStatus
from watchword.replication.link import RETRY_MS_MAX, RETRY_RARE_MS

OTHER, OPT_IN = "us-east-2", "af-south-1"
HEALED_MS = RETRY_MS_MAX + 1_000
NOBODY_KNOWN = (
    "DELETE FROM identity",
    "DELETE FROM identity_item",
    "DELETE FROM access_key",
    "DELETE FROM sealed_credential",
)
FAILED = {
    "Region": OPT_IN,
    "KmsKeyId": "alias/aws/secretsmanager",
    "Status": "Failed",
    "StatusMessage": "Replication failed: Region af-south-1 is not enabled for this account.",
}
IN_SYNC = {**FAILED, "Status": "InSync", "StatusMessage": "Replication succeeded"}


@pytest.fixture
def regions() -> Iterator[Regions]:
    """Three Regions, of which one has to be enabled, and has never heard of the account's identity."""
    with several(CONTROL, OTHER, OPT_IN) as made:
        for emptied in NOBODY_KNOWN:
            made[OPT_IN].tamper(emptied)
        for region in made.held.values():
            region.hosted = (CONTROL, OTHER, OPT_IN)
            region.compose()
        run(made)
        yield made


def run(regions: Regions, *, ms: int = 0) -> None:
    """What the registrar and the couriers do, until nothing is left to do for this long."""
    for _ in range(4):
        for region in regions.held.values():
            region.gate.perform(
                watchword.TEND_IDENTITY, watchword.TendIdentityRequest(), principal=region.itself
            )
        regions.settle(ms=0)
    end = regions.clock.now + ms
    while regions.clock.now < end:
        regions.clock.forward(1_000)
        for source in regions.held:
            for target in regions.held:
                if source != target:
                    regions.carry(source, target)


def opt(regions: Regions, status: OptStatus) -> None:
    """What EnableRegion and DisableRegion stage, and all that follows at once."""
    settings = directory(regions[CONTROL]).settings
    changed = {**settings.regions, OPT_IN: status}
    change(regions[CONTROL], msgspec.structs.replace(settings, regions=changed))
    run(regions)


def create(region: Region, value: str = CANARY) -> None:
    region.call("CreateSecret", Name="db", SecretString=value, AddReplicaRegions=[{"Region": OPT_IN}])


def entry(region: Region) -> dict[str, Any]:
    (only,) = region.call("DescribeSecret", SecretId="db")["ReplicationStatus"]
    return {name: value for name, value in only.items() if name != "LastAccessedDate"}


def values_sent(regions: Regions) -> list[bytes]:
    return [sent.body for sent in regions.sent if sent.operation is watchword.APPLY_REPLICA]


@pytest.mark.parametrize("primary", [CONTROL, OTHER])
def test_replication_into_a_region_that_is_not_enabled_fails_and_says_why(
    regions: Regions, primary: str
) -> None:
    create(regions[primary])
    run(regions, ms=HEALED_MS)

    assert entry(regions[primary]) == FAILED
    assert values_sent(regions) == []
    assert regions[OPT_IN].stores.counts().secrets == 0


@pytest.mark.parametrize("primary", [CONTROL, OTHER])
def test_what_failed_heals_as_soon_as_the_region_is_enabled(regions: Regions, primary: str) -> None:
    create(regions[primary])
    run(regions, ms=HEALED_MS)
    assert entry(regions[primary]) == FAILED

    before = regions.clock.now
    opt(regions, OptStatus.ENABLING)

    assert regions.clock.now - before < 1_000
    assert entry(regions[primary]) == IN_SYNC
    assert regions[OPT_IN].call("GetSecretValue", SecretId="db")["SecretString"] == CANARY


def test_what_waits_for_a_region_to_be_enabled_is_seldom_tried(regions: Regions) -> None:
    """Thousands of links may wait like this for months; a change of their secrets hurries none of them."""
    create(regions[CONTROL])
    run(regions, ms=HEALED_MS)
    commits = regions[CONTROL].commits

    regions[CONTROL].call("PutSecretValue", SecretId="db", SecretString="second")
    run(regions, ms=RETRY_RARE_MS // 4)

    assert entry(regions[CONTROL]) == FAILED
    assert regions[CONTROL].commits == commits + 1


def test_more_than_one_commit_takes_heal_too(regions: Regions, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(distribution_sending, "HASTENED_MAX", 2)
    names = [f"s{number}" for number in range(5)]
    for name in names:
        added = [{"Region": OPT_IN}]
        regions[CONTROL].call("CreateSecret", Name=name, SecretString=CANARY, AddReplicaRegions=added)
    run(regions, ms=HEALED_MS)

    opt(regions, OptStatus.ENABLING)
    run(regions)

    assert regions[OPT_IN].stores.counts().secrets == 5


def test_a_force_that_waited_is_still_a_force(regions: Regions) -> None:
    opt(regions, OptStatus.ENABLING)
    regions[OPT_IN].call("CreateSecret", Name="db", SecretString="in the way")
    opt(regions, OptStatus.DISABLING)
    added = [{"Region": OPT_IN}]
    regions[CONTROL].call(
        "CreateSecret",
        Name="db",
        SecretString=CANARY,
        AddReplicaRegions=added,
        ForceOverwriteReplicaSecret=True,
    )
    run(regions, ms=HEALED_MS)

    opt(regions, OptStatus.ENABLING)

    assert regions[OPT_IN].call("GetSecretValue", SecretId="db")["SecretString"] == CANARY


def test_a_secret_that_replicates_to_two_regions_reaches_the_one_that_is_enabled(regions: Regions) -> None:
    added = [{"Region": OPT_IN}, {"Region": OTHER}]
    regions[CONTROL].call("CreateSecret", Name="db", SecretString=CANARY, AddReplicaRegions=added)
    run(regions, ms=HEALED_MS)

    statuses = regions[CONTROL].call("DescribeSecret", SecretId="db")["ReplicationStatus"]
    assert [one["Status"] for one in statuses] == ["Failed", "InSync"]


def test_a_region_that_is_disabled_deletes_nothing_and_takes_nothing(regions: Regions) -> None:
    opt(regions, OptStatus.ENABLING)
    create(regions[CONTROL])
    run(regions, ms=HEALED_MS)
    assert entry(regions[CONTROL]) == IN_SYNC

    opt(regions, OptStatus.DISABLING)
    assert directory(regions[CONTROL]).settings.regions[OPT_IN] is OptStatus.DISABLED
    regions.sent.clear()
    regions[CONTROL].call("PutSecretValue", SecretId="db", SecretString="second")
    run(regions, ms=HEALED_MS)

    assert entry(regions[CONTROL]) == FAILED
    assert values_sent(regions) == []
    assert regions[OPT_IN].refused("GetSecretValue", SecretId="db")[0] == "UnrecognizedClientException"
    assert regions[OPT_IN].stores.counts().secrets == 1

    opt(regions, OptStatus.ENABLING)
    assert entry(regions[CONTROL]) == IN_SYNC
    assert regions[OPT_IN].call("GetSecretValue", SecretId="db")["SecretString"] == "second"


def test_what_a_region_held_when_it_was_disabled_is_readable_when_it_is_enabled_again(
    regions: Regions,
) -> None:
    """Its primary is gone: it is what the Region kept."""
    opt(regions, OptStatus.ENABLING)
    create(regions[OTHER])
    run(regions, ms=HEALED_MS)
    opt(regions, OptStatus.DISABLING)
    regions.down.add(OTHER)
    opt(regions, OptStatus.ENABLING)

    assert regions[OPT_IN].call("GetSecretValue", SecretId="db")["SecretString"] == CANARY


@pytest.mark.parametrize("ever", [False, True], ids=["never enabled", "disabled again"])
def test_the_region_itself_takes_nothing_whatever_the_other_believes(regions: Regions, ever: bool) -> None:
    if ever:
        opt(regions, OptStatus.ENABLING)
        opt(regions, OptStatus.DISABLING)
    # To the other Region it is enabled: it has not heard yet, or was set back.
    settings = directory(regions[OTHER]).settings
    believed = {**settings.regions, OPT_IN: OptStatus.ENABLED}
    change(regions[OTHER], msgspec.structs.replace(settings, regions=believed))

    create(regions[OTHER])
    regions.carry(OTHER, OPT_IN)
    regions.clock.forward(HEALED_MS)
    regions.carry(OTHER, OPT_IN)

    assert values_sent(regions) != []
    assert entry(regions[OTHER]) == FAILED
    assert regions[OPT_IN].stores.counts().secrets == 0


def test_a_replica_in_a_region_that_is_disabled_can_be_removed(regions: Regions) -> None:
    opt(regions, OptStatus.ENABLING)
    create(regions[CONTROL])
    run(regions, ms=HEALED_MS)
    opt(regions, OptStatus.DISABLING)

    regions[CONTROL].call("RemoveRegionsFromReplication", SecretId="db", RemoveReplicaRegions=[OPT_IN])
    run(regions, ms=HEALED_MS)

    assert "ReplicationStatus" not in regions[CONTROL].call("DescribeSecret", SecretId="db")
    assert regions[OPT_IN].stores.counts().secrets == 0


def test_the_failure_is_told_once(regions: Regions) -> None:
    create(regions[CONTROL])
    run(regions, ms=60_000)

    told = [event for event in regions[CONTROL].events() if event["eventName"] == "ReplicationFailed"]
    assert [event["errorMessage"] for event in told] == [FAILED["StatusMessage"]]
    assert CANARY not in json.dumps(regions[CONTROL].events())


def test_a_key_is_not_replicated_into_a_region_that_is_not_enabled(regions: Regions) -> None:
    key_id = regions[CONTROL].call("CreateKey", MultiRegion=True)["KeyMetadata"]["KeyId"]
    regions[CONTROL].call("ReplicateKey", KeyId=key_id, ReplicaRegion=OPT_IN)
    run(regions, ms=HEALED_MS)
    assert watchword.APPLY_KEY not in [sent.operation for sent in regions.sent]

    opt(regions, OptStatus.ENABLING)
    run(regions, ms=HEALED_MS)

    assert regions[OPT_IN].call("DescribeKey", KeyId=key_id)["KeyMetadata"]["KeyState"] == "Enabled"
