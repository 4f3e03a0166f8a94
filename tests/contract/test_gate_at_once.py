"""Answers on the loop's own thread: the same answers as elsewhere, or none; and then nothing was done."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping

import pytest
from tests.contract.region import Answer, Region

from watchword.api.http import HTTPRequest
from watchword.custody.core import Keyring
from watchword.keys.custody import WouldWait


class LoopCustody(Keyring):
    """A custodian as the loop's thread meets it: to ask it would be to wait."""

    on_loop = False

    def decrypt(self, *, material: bytes, key_arn: str, context: Mapping[str, str], blob: bytes) -> bytes:
        if self.on_loop:
            raise WouldWait
        return super().decrypt(material=material, key_arn=key_arn, context=context, blob=blob)


@pytest.fixture
def custody(region: Region) -> LoopCustody:
    """The Region's custodian from now on; a secret `db` is there, and nothing is remembered of it."""
    region.call("CreateSecret", Name="db", SecretString="v")
    custody = LoopCustody(region.master, entropy=os.urandom)
    region.custody = custody
    region.compose()
    region.forget_events()
    return custody


def reading(region: Region, operation: str = "GetSecretValue", secret_id: str | None = None) -> HTTPRequest:
    return region.request(operation, json.dumps({"SecretId": secret_id or "db"}).encode())


def at_once(region: Region, custody: LoopCustody, request: HTTPRequest) -> Answer | None:
    custody.on_loop = True
    (response,) = region.gate.answer_at_once([request])
    custody.on_loop = False
    return None if response is None else Answer(response=response)


def test_a_value_whose_key_is_not_in_memory_has_to_wait_and_nothing_is_done(
    region: Region, custody: LoopCustody
) -> None:
    assert at_once(region, custody, reading(region)) is None
    assert region.events() == []
    assert region.accessed == []


def test_a_value_whose_key_is_in_memory_is_answered_at_once(region: Region, custody: LoopCustody) -> None:
    slow = region.send(reading(region))
    region.forget_events()

    answer = at_once(region, custody, reading(region))

    assert answer is not None
    assert answer.members == slow.members
    assert region.event_names() == ["Decrypt", "GetSecretValue"]
    assert len(region.accessed) == 2


def test_what_needs_no_key_is_answered_at_once(region: Region, custody: LoopCustody) -> None:
    answer = at_once(region, custody, reading(region, "DescribeSecret"))

    assert answer is not None
    assert answer.status == 200


def test_a_refusal_is_told_at_once_and_leaves_its_event(region: Region, custody: LoopCustody) -> None:
    answer = at_once(region, custody, reading(region, secret_id="none"))

    assert answer is not None
    assert answer.refusal[1] == "ResourceNotFoundException"
    assert region.event_names() == ["GetSecretValue"]


def test_without_a_trail_nothing_is_answered_at_once_either(region: Region, custody: LoopCustody) -> None:
    region.send(reading(region))
    region.trail.writable = False

    answer = at_once(region, custody, reading(region))

    assert answer is not None
    assert answer.refusal[:2] == (503, "ServiceUnavailable")


@pytest.mark.parametrize("operation", ["ListSecrets", "PutSecretValue", "CreateSecret", "DeleteSecret"])
def test_what_writes_or_may_take_long_is_not_begun(
    region: Region, custody: LoopCustody, operation: str
) -> None:
    assert at_once(region, custody, reading(region, operation)) is None
    assert region.events() == []


def test_requests_answered_together_ask_the_store_and_write_to_the_trail_once(
    region: Region, custody: LoopCustody
) -> None:
    region.call("CreateSecret", Name="other", SecretString="w")
    for name in ("db", "other"):
        region.send(reading(region, secret_id=name))
    region.forget_events()
    written = region.trail.writes

    requests = [reading(region), reading(region, secret_id="none"), reading(region, secret_id="other")]
    answers = [
        Answer(response=response) for response in region.gate.answer_at_once(requests) if response is not None
    ]

    assert [answer.status for answer in answers] == [200, 400, 200]
    assert [answers[0].members["SecretString"], answers[2].members["SecretString"]] == ["v", "w"]
    names = ["Decrypt", "GetSecretValue", "GetSecretValue", "Decrypt", "GetSecretValue"]
    assert region.event_names() == names
    assert region.trail.writes == written + 1


def test_one_that_has_to_wait_holds_up_none_of_the_others(region: Region, custody: LoopCustody) -> None:
    region.call("CreateSecret", Name="cold", SecretString="w")
    region.send(reading(region))
    region.compose()
    region.send(reading(region))
    region.forget_events()
    custody.on_loop = True

    cold, warm = region.gate.answer_at_once([reading(region, secret_id="cold"), reading(region)])

    assert cold is None
    assert warm is not None
    assert warm.status == 200
    assert region.event_names() == ["Decrypt", "GetSecretValue"]


def test_without_a_trail_no_answer_of_all_gets_out(region: Region, custody: LoopCustody) -> None:
    region.send(reading(region))
    region.trail.writable = False

    requests = [reading(region), reading(region, secret_id="none")]
    answers = [
        Answer(response=response) for response in region.gate.answer_at_once(requests) if response is not None
    ]

    assert [answer.refusal[:2] for answer in answers] == [(503, "ServiceUnavailable")] * 2


def test_a_change_before_they_are_answered_is_seen_by_all_of_them(
    region: Region, custody: LoopCustody
) -> None:
    requests = [reading(region), reading(region, "DescribeSecret")]
    region.call("DeleteSecret", SecretId="db")

    value, description = region.gate.answer_at_once(requests)

    assert value is not None
    assert Answer(response=value).refusal[1] == "InvalidRequestException"
    assert description is not None
    assert "DeletedDate" in Answer(response=description).members
