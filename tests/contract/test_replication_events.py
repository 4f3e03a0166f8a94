"""What replication leaves in the trail by itself, and what it does not make in a Region that lacks the account."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from tests.contract.several_regions import Regions, Sent, several

from watchword.api.shapes import watchword
from watchword.wire import json11

ONE, TWO = "us-east-1", "us-east-2"
OWN = ("ReplicationStarted", "ReplicationSucceeded", "ReplicationFailed")


@pytest.fixture
def regions() -> Iterator[Regions]:
    with several(ONE, TWO) as made:
        yield made


def occurrences(regions: Regions) -> list[dict[str, Any]]:
    return [event for event in regions[ONE].events() if event["eventName"] in OWN]


def create(regions: Regions, value: str = "v") -> str:
    made = regions[ONE].call(
        "CreateSecret", Name="db", SecretString=value, AddReplicaRegions=[{"Region": TWO}]
    )
    return str(made["ARN"])


def test_a_replica_that_comes_to_be_leaves_the_events_that_aws_leaves(regions: Regions) -> None:
    """CloudTrail service events of Secrets Manager: ReplicationStarted, ReplicationSucceeded."""
    arn = create(regions)
    regions.settle()

    events = occurrences(regions)

    assert ["ReplicationStarted", "ReplicationSucceeded"] == [event["eventName"] for event in events]
    assert {"AwsServiceEvent"} == {event["eventType"] for event in events}
    assert {"secretsmanager.amazonaws.com"} == {event["eventSource"] for event in events}
    assert all(event["serviceEventDetails"] == {"replicaRegion": TWO} for event in events)
    assert all(event["resources"][0]["ARN"] == arn for event in events)


def test_a_replica_that_fails_says_why_once(regions: Regions) -> None:
    """Source: facts 5.4; the status repeats nothing while nothing changes."""
    regions[TWO].call("CreateSecret", Name="db", SecretString="another")
    create(regions)
    regions.settle()

    failed = [event for event in occurrences(regions) if event["eventName"] == "ReplicationFailed"]

    assert 1 == len(failed)
    assert f"Replication failed: Secret name db already exists in region {TWO}." == failed[0]["errorMessage"]


def test_a_message_for_an_account_that_a_region_lacks_makes_nothing_there(regions: Regions) -> None:
    """A peer may not bring an account into being by naming it."""
    create(regions)
    (link_id,) = regions.link_ids(ONE, TWO)
    regions.settle()
    regions[ONE].call("TagResource", SecretId="db", Tags=[{"Key": "k", "Value": "v"}])
    message = regions.read(ONE, TWO, link_id).message
    assert message is not None
    foreign = {field: getattr(message, field) for field in message.__struct_fields__}
    foreign["account"] = "999999999999"

    sent = Sent(
        source=ONE,
        target=TWO,
        operation=watchword.APPLY_REPLICA,
        body=json11.encode(watchword.Message(**foreign)),
    )

    answer = regions.deliver(sent)

    assert 400 == answer.status
    assert "AccessDeniedException" == answer.members["__type"]
