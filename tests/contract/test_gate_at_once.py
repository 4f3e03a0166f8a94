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
    response = region.gate.answer_at_once(request)
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
