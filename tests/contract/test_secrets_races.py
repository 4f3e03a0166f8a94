"""Several requests at once on one secret: real threads, each with its own connection to one real store."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Mapping

import pytest
from tests.contract.region import ACCOUNT, Answer, Region, token

from watchword.api.unit import Moved
from watchword.secrets.model import Secret
from watchword.secrets.store import SecretPurged
from watchword.storage.stores import SQLiteStores
from watchword.storage.unit import SQLiteUnit

WAIT_S = 20.0


def at_once(region: Region, *asked: tuple[str, Mapping[str, object]]) -> list[Answer]:
    """Send each request in a thread of its own, all let go together; answers in the order of the requests."""
    requests = [region.request(operation, json.dumps(members).encode()) for operation, members in asked]
    answers: list[Answer | None] = [None] * len(requests)
    start = threading.Barrier(len(requests))

    def send(number: int) -> None:
        start.wait(WAIT_S)
        answers[number] = region.send(requests[number])
        region.stores.close()

    threads = [threading.Thread(target=send, args=(number,)) for number in range(len(requests))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(WAIT_S)
    assert all(answer is not None for answer in answers)
    return [answer for answer in answers if answer is not None]


def put(version_id: str, value: str) -> tuple[str, Mapping[str, object]]:
    return "PutSecretValue", {"SecretId": "db", "SecretString": value, "ClientRequestToken": version_id}


@pytest.mark.parametrize("round_", range(5))
def test_two_puts_at_once_both_succeed_and_no_label_is_lost(region: Region, round_: int) -> None:
    first, one, two = token(), token(), token()
    region.call("CreateSecret", Name="db", SecretString="0", ClientRequestToken=first)

    answers = at_once(region, put(one, "1"), put(two, "2"))

    assert [answer.status for answer in answers] == [200, 200]
    stages = region.call("DescribeSecret", SecretId="db")["VersionIdsToStages"]
    assert sorted(label for labels in stages.values() for label in labels) == ["AWSCURRENT", "AWSPREVIOUS"]
    assert set(stages) == {one, two}
    for version_id, value in ((first, "0"), (one, "1"), (two, "2")):
        read = region.call("GetSecretValue", SecretId="db", VersionId=version_id)
        assert read["SecretString"] == value


def test_the_same_put_twice_at_once_is_one(region: Region) -> None:
    """A client that gave up waiting and sent the request again, while the first is still on its way."""
    region.call("CreateSecret", Name="db", SecretString="0")
    version_id = token()

    answers = at_once(region, put(version_id, "1"), put(version_id, "1"))

    assert [answer.refusal for answer in answers] == [(200, "", "")] * 2
    assert answers[0].members == answers[1].members


def test_of_two_values_for_one_token_one_is_refused(region: Region) -> None:
    region.call("CreateSecret", Name="db", SecretString="0")
    version_id = token()

    answers = at_once(region, put(version_id, "1"), put(version_id, "2"))

    assert sorted(answer.refusal[1] for answer in answers) == ["", "ResourceExistsException"]
    winner = "1" if answers[0].status == 200 else "2"
    assert region.call("GetSecretValue", SecretId="db")["SecretString"] == winner


@pytest.mark.parametrize("round_", range(3))
def test_of_four_creates_of_one_name_exactly_one_wins(region: Region, round_: int) -> None:
    asked = [
        ("CreateSecret", {"Name": "db", "SecretString": str(number), "ClientRequestToken": token()})
        for number in range(4)
    ]

    answers = at_once(region, *asked)

    assert sorted(answer.refusal[1] for answer in answers) == ["", *["ResourceExistsException"] * 3]
    (winner,) = (number for number, answer in enumerate(answers) if answer.status == 200)
    assert region.call("GetSecretValue", SecretId="db")["SecretString"] == str(winner)
    assert answers[winner].members["ARN"] == region.call("DescribeSecret", SecretId="db")["ARN"]


def test_a_repeated_create_at_once_is_one_secret(region: Region) -> None:
    asked = ("CreateSecret", {"Name": "db", "SecretString": "v", "ClientRequestToken": token()})

    answers = at_once(region, asked, asked)

    assert [answer.status for answer in answers] == [200, 200]
    assert answers[0].members == answers[1].members


def test_two_first_uses_at_once_make_one_default_key(region: Region) -> None:
    asked = [
        ("CreateSecret", {"Name": name, "SecretString": name, "ClientRequestToken": token()})
        for name in "abc"
    ]

    answers = at_once(region, *asked)

    assert [answer.status for answer in answers] == [200, 200, 200]
    arn = region.call("DescribeKey", KeyId="alias/aws/secretsmanager")["KeyMetadata"]["Arn"]
    region.forget_events()
    for name in "abc":
        assert region.call("GetSecretValue", SecretId=name)["SecretString"] == name
    used = {event["resources"][0]["ARN"] for event in region.events() if event["eventName"] == "Decrypt"}
    assert used == {arn}


def test_a_replica_is_not_added_beside_a_deletion(region: Region) -> None:
    """Whichever commits first, the other sees it: no secret in its recovery window has replicas."""
    region.call("CreateSecret", Name="db", SecretString="v")

    deleted, replicated = at_once(
        region,
        ("DeleteSecret", {"SecretId": "db"}),
        ("ReplicateSecretToRegions", {"SecretId": "db", "AddReplicaRegions": [{"Region": "us-east-2"}]}),
    )

    assert sorted([deleted.status, replicated.status]) == [200, 400]
    described = region.call("DescribeSecret", SecretId="db")
    assert ("DeletedDate" in described) != ("ReplicationStatus" in described)


def test_tags_put_at_once_are_all_there(region: Region) -> None:
    region.call("CreateSecret", Name="db")
    asked = [("TagResource", {"SecretId": "db", "Tags": [{"Key": key, "Value": "v"}]}) for key in "abc"]

    answers = at_once(region, *asked)

    assert [answer.status for answer in answers] == [200, 200, 200]
    assert {tag["Key"] for tag in region.call("DescribeSecret", SecretId="db")["Tags"]} == set("abc")


class BesideUnit(SQLiteUnit):
    """A unit of work beside which something happens between the reading of a secret and the commit."""

    __slots__ = ("_beside",)

    def __init__(self, unit: SQLiteUnit, beside: Callable[[], None]) -> None:
        for name in SQLiteUnit.__slots__:
            setattr(self, name, getattr(unit, name))
        self._beside = beside

    def secret_named(self, account: str, name: str) -> Secret | None:
        held = super().secret_named(account, name)
        self._beside()
        return held


class BesideStores(SQLiteStores):
    """Stores whose every unit has something happen beside it."""

    beside: Callable[[], None] = staticmethod(lambda: None)

    def unit(self) -> SQLiteUnit:
        return BesideUnit(super().unit(), self.beside)


def moving(region: Region, times: int) -> list[str]:
    """Have another process change the secret beside the next `times` readings of it; returns what it put."""
    other = Region(name=region.name, path=region.path, clock=region.clock, master=region.master)
    stores = BesideStores(region.path, partition="aws", region=region.name)
    done: list[str] = []

    def beside() -> None:
        if len(done) < times:
            done.append(token())
            in_thread(
                lambda: other.call(
                    "PutSecretValue", SecretId="db", SecretString="x", ClientRequestToken=done[-1]
                )
            )

    def in_thread(work: Callable[[], object]) -> None:
        # A process of its own has its own connection: here, a thread.
        def run() -> None:
            work()
            other.stores.close()

        thread = threading.Thread(target=run)
        thread.start()
        thread.join(WAIT_S)

    stores.beside = beside
    region.stores.close()
    region.stores = stores
    region.compose()
    return done


@pytest.mark.parametrize("times", [1, 3])
def test_a_request_whose_secret_moved_is_decided_again_from_nothing(region: Region, times: int) -> None:
    region.call("CreateSecret", Name="db", SecretString="0")
    done = moving(region, times)
    version_id = token()

    put_ = region.call("PutSecretValue", SecretId="db", SecretString="mine", ClientRequestToken=version_id)

    assert len(done) == times
    assert put_["VersionStages"] == ["AWSCURRENT"]
    stages = region.call("DescribeSecret", SecretId="db")["VersionIdsToStages"]
    assert stages == {version_id: ["AWSCURRENT"], done[-1]: ["AWSPREVIOUS"]}


def test_a_request_that_never_comes_to_its_turn_is_given_up(region: Region) -> None:
    """At most three times again; then it is a fault of ours, and nothing of it is in the store."""
    region.call("CreateSecret", Name="db", SecretString="0")
    done = moving(region, 4)
    version_id = token()

    answer = region.ask("PutSecretValue", SecretId="db", SecretString="mine", ClientRequestToken=version_id)

    assert answer.refusal[:2] == (500, "InternalServiceError")
    assert len(done) == 4
    assert version_id not in region.call("DescribeSecret", SecretId="db")["VersionIdsToStages"]


def test_events_of_an_abandoned_round_are_those_of_the_keys_it_used(region: Region) -> None:
    region.call("CreateSecret", Name="db", SecretString="0")
    moving(region, 1)
    region.forget_events()

    answer = region.ask("PutSecretValue", SecretId="db", SecretString="mine", ClientRequestToken=token())

    mine = [
        event["eventName"]
        for event in region.events()
        if event["requestID"] == answer.header("x-amzn-RequestId")
    ]
    assert mine == ["GenerateDataKey", "GenerateDataKey", "PutSecretValue"]


def test_moved_is_what_a_store_says_of_it(region: Region) -> None:
    """The harness catches what it is for: without a second round the change would be lost or refused."""
    region.call("CreateSecret", Name="db", SecretString="0")
    moving(region, 1)
    unit = region.stores.unit()
    held = unit.secret_named(ACCOUNT, "db")
    assert held is not None

    unit.stage(SecretPurged(secret=held))
    with pytest.raises(Moved):
        unit.commit(())
