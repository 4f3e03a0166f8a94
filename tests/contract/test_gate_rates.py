"""Rates at the gate: who is counted, what is told, and that nothing is limited that nobody has limited."""

from __future__ import annotations

import json

import pytest
from tests.contract.loops import LoopCustody
from tests.contract.region import SECRET_ACCESS_KEY, Answer, Region

from watchword.api.http import HTTPResponse
from watchword.api.operation import Operation
from watchword.api.shapes import kms, sts, watchword
from watchword.api.shapes import secretsmanager as sm
from watchword.gate.gate import Waiting
from watchword.gate.rates import Rate, Rates

EXCEEDED = (400, "ThrottlingException", "Rate exceeded")


@pytest.fixture
def limited(region: Region) -> Region:
    """Two reads a second, and two questions who one is; the secret `db` is there."""
    region.call("CreateSecret", Name="db", SecretString="v")
    limit(region, sm.GET_SECRET_VALUE, sts.GET_CALLER_IDENTITY)
    return region


def limit(region: Region, *operations: Operation, per_second: int = 2) -> None:
    region.rates = Rates(Rate(operations=(one,), per_second=per_second) for one in operations)
    region.compose()


def read(region: Region) -> Answer:
    return region.ask("GetSecretValue", SecretId="db")


def test_one_request_too_many_is_throttled_and_the_next_second_s_are_not(limited: Region) -> None:
    assert [read(limited).status for _ in range(2)] == [200, 200]
    assert read(limited).refusal == EXCEEDED

    limited.clock.forward(1_000)

    assert [read(limited).status for _ in range(3)] == [200, 200, 400]


def test_a_throttled_request_leaves_an_event_and_does_nothing_else(limited: Region) -> None:
    for _ in range(2):
        read(limited)
    limited.forget_events()
    limited.accessed.clear()

    read(limited)

    (event,) = limited.events()
    assert (event["eventName"], event["errorCode"]) == ("GetSecretValue", "ThrottlingException")
    assert limited.accessed == []


def test_a_query_service_throttles_in_its_own_words(limited: Region) -> None:
    asked = {"Action": "GetCallerIdentity", "Version": "2011-06-15"}
    answers = [limited.send(limited.form(asked)) for _ in range(3)]

    assert [answer.status for answer in answers] == [200, 200, 400]
    assert b"<Code>Throttling</Code>" in answers[2].body
    assert b"<Message>Rate exceeded</Message>" in answers[2].body


def test_what_nobody_limits_is_not_limited(limited: Region) -> None:
    for _ in range(2):
        read(limited)

    assert all(limited.ask("DescribeSecret", SecretId="db").status == 200 for _ in range(20))


def test_whoever_proves_nobody_uses_up_nobody_s_rate(limited: Region) -> None:
    body = json.dumps({"SecretId": "db"}).encode()
    for _ in range(10):
        forged = limited.request("GetSecretValue", body, secret_access_key=SECRET_ACCESS_KEY[::-1])
        assert limited.send(forged).refusal[1] == "InvalidSignatureException"

    assert read(limited).status == 200


def test_a_request_that_is_refused_counts(limited: Region) -> None:
    """Else whoever asks for what is not there could ask without end."""
    for _ in range(2):
        assert limited.ask("GetSecretValue", SecretId="none").refusal[1] == "ResourceNotFoundException"

    assert read(limited).refusal == EXCEEDED


def test_a_malformed_request_counts(limited: Region) -> None:
    for _ in range(2):
        limited.send(limited.request("GetSecretValue", b"{"))

    assert read(limited).refusal == EXCEEDED


def test_what_a_service_asks_of_another_is_not_counted(region: Region) -> None:
    region.call("CreateSecret", Name="db", SecretString="v")
    limit(region, kms.DECRYPT, kms.GENERATE_DATA_KEY, per_second=1)

    for _ in range(5):
        assert read(region).status == 200
        region.call("PutSecretValue", SecretId="db", SecretString="w")


def test_the_agent_is_not_limited(region: Region) -> None:
    limit(region, watchword.PURGE_SECRETS, per_second=1)

    for _ in range(5):
        region.gate.perform(
            watchword.PURGE_SECRETS, watchword.PurgeSecretsRequest(limit=1), principal=region.itself
        )


def test_a_read_that_is_begun_again_in_a_thread_counts_once(limited: Region) -> None:
    custody = limited.custody = LoopCustody(limited.master)
    limited.compose()
    request = limited.request("GetSecretValue", json.dumps({"SecretId": "db"}).encode())

    stopped = custody.at_once(limited, [request] * 10)

    assert all(isinstance(one, Waiting) for one in stopped)
    assert [read(limited).status for _ in range(3)] == [200, 200, 400]


def test_reads_that_are_answered_together_are_counted_each(limited: Region) -> None:
    read(limited)
    request = limited.request("GetSecretValue", json.dumps({"SecretId": "db"}).encode())

    answers = limited.gate.answer_at_once([request] * 3)

    assert [isinstance(answer, HTTPResponse) and answer.status for answer in answers] == [200, 400, 400]


def test_a_read_that_stops_for_its_key_and_goes_on_counts_once(limited: Region) -> None:
    custody = limited.custody = LoopCustody(limited.master)
    limited.compose()
    request = limited.request("GetSecretValue", json.dumps({"SecretId": "db"}).encode())
    stopped = [one for one in custody.at_once(limited, [request]) if isinstance(one, Waiting)]

    answers = custody.go_on(limited, stopped)

    assert [answer and answer.status for answer in answers] == [200]
    assert [read(limited).status for _ in range(2)] == [200, 400]
