"""Answers on the loop's own thread: the same answers as elsewhere, or none; and then nothing was done."""

from __future__ import annotations

import json

import pytest
from tests.contract.loops import LoopCustody
from tests.contract.region import Answer, Region

from watchword.api.http import HTTPRequest, HTTPResponse
from watchword.gate.gate import Waiting
from watchword.keys.custody import KeyUnavailable
from watchword.keys.data_keys import NOTHING_KEPT, CacheLimits


@pytest.fixture
def custody(region: Region) -> LoopCustody:
    """The Region's custodian from now on; a secret `db` is there, and nothing is remembered of it."""
    region.call("CreateSecret", Name="db", SecretString="v")
    custody = LoopCustody(region.master)
    region.custody = custody
    region.compose()
    region.forget_events()
    return custody


def reading(region: Region, operation: str = "GetSecretValue", secret_id: str | None = None) -> HTTPRequest:
    return region.request(operation, json.dumps({"SecretId": secret_id or "db"}).encode())


def at_once(region: Region, custody: LoopCustody, request: HTTPRequest) -> Answer | None:
    (response,) = custody.at_once(region, [request])
    return Answer(response=response) if isinstance(response, HTTPResponse) else None


def stopped(region: Region, custody: LoopCustody, *secret_ids: str) -> list[Waiting]:
    """Reads of these secrets, each of which has to wait for its data key."""
    said = custody.at_once(region, [reading(region, secret_id=one) for one in secret_ids])
    waiting = [one for one in said if isinstance(one, Waiting)]
    assert len(waiting) == len(secret_ids)
    return waiting


def answered_at_once(region: Region, custody: LoopCustody, requests: list[HTTPRequest]) -> list[Answer]:
    said = custody.at_once(region, requests)
    return [Answer(response=one) for one in said if isinstance(one, HTTPResponse)]


def answered(said: list[HTTPResponse | None]) -> list[Answer]:
    assert None not in said
    return [Answer(response=one) for one in said if one is not None]


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
    answers = answered_at_once(region, custody, requests)

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

    cold, warm = custody.at_once(region, [reading(region, secret_id="cold"), reading(region)])

    assert isinstance(cold, Waiting)
    assert isinstance(warm, HTTPResponse)
    assert warm.status == 200
    assert region.event_names() == ["Decrypt", "GetSecretValue"]


def test_without_a_trail_no_answer_of_all_gets_out(region: Region, custody: LoopCustody) -> None:
    region.send(reading(region))
    region.trail.writable = False

    requests = [reading(region), reading(region, secret_id="none")]
    answers = answered_at_once(region, custody, requests)

    assert [answer.refusal[:2] for answer in answers] == [(503, "ServiceUnavailable")] * 2


def test_a_change_before_they_are_answered_is_seen_by_all_of_them(
    region: Region, custody: LoopCustody
) -> None:
    requests = [reading(region), reading(region, "DescribeSecret")]
    region.call("DeleteSecret", SecretId="db")

    value, description = answered_at_once(region, custody, requests)

    assert value.refusal[1] == "InvalidRequestException"
    assert "DeletedDate" in description.members


@pytest.mark.parametrize("cache", [CacheLimits(), NOTHING_KEPT], ids=["kept", "not kept"])
def test_reads_that_stopped_go_on_together_when_custody_has_answered(
    region: Region, custody: LoopCustody, cache: CacheLimits
) -> None:
    region.cache = cache
    region.compose()
    region.call("CreateSecret", Name="other", SecretString="w")
    region.forget_events()
    written = region.trail.writes
    waiting = stopped(region, custody, "db", "other", "db")

    first, second, third = answered(custody.go_on(region, waiting))

    values = [answer.members["SecretString"] for answer in (first, second, third)]
    assert values == ["v", "w", "v"]
    assert region.event_names() == ["Decrypt", "GetSecretValue"] * 3
    assert region.trail.writes == written + 1
    assert custody.opened == 3


def test_where_nothing_is_kept_every_read_stops(region: Region, custody: LoopCustody) -> None:
    region.cache = NOTHING_KEPT
    region.compose()
    for _ in range(3):
        custody.go_on(region, stopped(region, custody, "db"))

    assert custody.opened == 3


def test_what_was_opened_is_given_once_and_only_while_they_go_on(
    region: Region, custody: LoopCustody
) -> None:
    region.cache = NOTHING_KEPT
    region.compose()
    (waiting,) = stopped(region, custody, "db")
    (other,) = stopped(region, custody, "db")

    (answer,) = answered(custody.go_on(region, [waiting]))
    (refused,) = answered(custody.go_on(region, [other], answers=[KeyUnavailable("gone")]))

    assert [answer.status, refused.status] == [200, 503]
    assert at_once(region, custody, reading(region)) is None


def test_each_that_stopped_gets_its_own_answer_or_refusal(region: Region, custody: LoopCustody) -> None:
    region.call("CreateSecret", Name="other", SecretString="w")
    waiting = stopped(region, custody, "db", "other")
    key = custody._open(waiting[1].opening)
    region.forget_events()

    lost, kept = answered(custody.go_on(region, waiting, answers=[KeyUnavailable("gone"), key]))

    assert lost.refusal[:2] == (503, "ServiceUnavailable")
    assert kept.members["SecretString"] == "w"
    assert region.event_names() == ["Decrypt", "GetSecretValue"]


def test_a_change_while_custody_was_asked_is_seen(region: Region, custody: LoopCustody) -> None:
    """What was decided before is decided again: the key that was opened is of no use to a caller who may not have it."""
    key = region.call("CreateKey", service="kms")["KeyMetadata"]["KeyId"]
    region.call("CreateSecret", Name="keyed", SecretString="w", KmsKeyId=key)
    region.compose()
    waiting = stopped(region, custody, "db", "keyed")
    region.call("DeleteSecret", SecretId="db")
    region.call("DisableKey", service="kms", KeyId=key)

    deleted, disabled = answered(custody.go_on(region, waiting))

    assert deleted.refusal[1] == "InvalidRequestException"
    assert disabled.refusal[1] == "DecryptionFailure"
    assert "is disabled" in disabled.refusal[2]


def test_a_new_value_while_custody_was_asked_takes_the_long_way(region: Region, custody: LoopCustody) -> None:
    """Its data key is another one: what was opened is not given for it."""
    region.cache = NOTHING_KEPT
    region.compose()
    waiting = stopped(region, custody, "db")
    region.call("PutSecretValue", SecretId="db", SecretString="new")
    region.forget_events()

    said = custody.go_on(region, waiting)

    assert said == [None]
    assert region.events() == []
    assert region.call("GetSecretValue", SecretId="db")["SecretString"] == "new"


def test_without_a_trail_what_stopped_is_not_answered_either(region: Region, custody: LoopCustody) -> None:
    waiting = stopped(region, custody, "db")
    region.trail.writable = False

    (answer,) = answered(custody.go_on(region, waiting))

    assert answer.refusal[:2] == (503, "ServiceUnavailable")
    assert b"SecretString" not in answer.body
