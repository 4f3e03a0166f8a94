"""The trail: what each request leaves, what never gets into it, and that nothing is answered without it."""

from __future__ import annotations

import base64
import json
import logging
from typing import Any

import pytest
from msgspec.structs import replace
from tests.contract.region import (
    ACCESS_KEY_ID,
    ACCOUNT,
    CANARY,
    ROOT_ARN,
    SECRET_ACCESS_KEY,
    Region,
    peer_uri,
    token,
)

from watchword.api.shapes import watchword

HIDDEN = "HIDDEN_DUE_TO_SECURITY_REASONS"


def last(region: Region) -> dict[str, Any]:
    return region.events()[-1]


def test_a_read_leaves_its_event_and_that_of_the_key(region: Region) -> None:
    """Services meet as AWS's do: the same caller, through the calling service."""
    arn = region.call("CreateSecret", Name="db", SecretString="v")["ARN"]
    region.forget_events()

    answer = region.ask("GetSecretValue", SecretId="db")

    decrypt, read = region.events()
    assert (decrypt["eventSource"], decrypt["eventName"]) == ("kms.amazonaws.com", "Decrypt")
    assert decrypt["userIdentity"]["invokedBy"] == "secretsmanager.amazonaws.com"
    assert decrypt["userIdentity"]["arn"] == ROOT_ARN
    assert decrypt["sourceIPAddress"] == "secretsmanager.amazonaws.com"
    assert (read["eventSource"], read["eventName"]) == ("secretsmanager.amazonaws.com", "GetSecretValue")
    assert read["userIdentity"] == {
        "type": "Root",
        "principalId": ACCOUNT,
        "arn": ROOT_ARN,
        "accountId": ACCOUNT,
        "accessKeyId": ACCESS_KEY_ID,
    }
    assert read["requestParameters"] == {"secretId": "db"}
    assert read["responseElements"] is None
    assert read["readOnly"] is True
    assert read["resources"] == [{"ARN": arn, "accountId": ACCOUNT, "type": "AWS::SecretsManager::Secret"}]
    assert read["requestID"] == decrypt["requestID"] == answer.header("x-amzn-RequestId")
    assert read["sourceIPAddress"] == "192.0.2.7"
    assert read["awsRegion"] == "us-east-1"
    # A read's events are in the segment, not in the database.
    assert len(region.trail.lines) == 2
    assert region.stores.events(limit=10) == []


def test_a_change_leaves_its_events_in_its_own_commit(region: Region) -> None:
    version_id = token()

    made = region.call("CreateSecret", Name="db", SecretString=CANARY, ClientRequestToken=version_id)

    assert region.trail.lines == []
    generate, create = region.events()
    assert generate["eventName"] == "GenerateDataKey"
    assert create["eventName"] == "CreateSecret"
    assert create["requestParameters"] == {
        "name": "db",
        "clientRequestToken": version_id,
        "secretString": HIDDEN,
    }
    assert create["responseElements"] == {"arn": made["ARN"], "name": "db", "versionId": version_id}
    assert create["readOnly"] is False


def test_a_commit_that_fails_leaves_neither_the_change_nor_its_event(region: Region) -> None:
    region.call("CreateSecret", Name="db", SecretString="old")
    region.tamper("ALTER TABLE event RENAME TO event_away")
    region.compose()

    answer = region.ask("PutSecretValue", SecretId="db", SecretString=CANARY)

    assert answer.refusal[:2] == (503, "ServiceUnavailable")
    region.tamper("ALTER TABLE event_away RENAME TO event")
    assert region.call("GetSecretValue", SecretId="db")["SecretString"] == "old"
    assert "PutSecretValue" not in region.event_names()


def test_a_refusal_leaves_its_event(region: Region) -> None:
    region.refused("GetSecretValue", SecretId="none")

    event = last(region)
    assert (event["eventName"], event["errorCode"]) == ("GetSecretValue", "ResourceNotFoundException")
    assert event["errorMessage"] == "Secrets Manager can't find the specified secret."
    assert event["requestParameters"] == {"secretId": "none"}


def test_a_refused_change_leaves_the_events_of_the_keys_it_used(region: Region) -> None:
    version_id = token()
    region.call("CreateSecret", Name="db", SecretString="v", ClientRequestToken=version_id)
    region.forget_events()

    region.refused("PutSecretValue", SecretId="db", SecretString="w", ClientRequestToken=version_id)

    assert region.event_names() == ["Decrypt", "PutSecretValue"]
    assert last(region)["errorCode"] == "ResourceExistsException"


def test_a_key_that_was_used_leaves_its_event_even_if_the_change_could_not_be_made(region: Region) -> None:
    region.call("CreateSecret", Name="db", SecretString="old")
    region.forget_events()
    region.tamper("ALTER TABLE event RENAME TO event_away")

    region.ask("PutSecretValue", SecretId="db", SecretString="new")

    region.tamper("ALTER TABLE event_away RENAME TO event")
    assert region.event_names() == ["GenerateDataKey"]


def test_a_denial_says_why_to_the_trail_and_not_to_the_caller(region: Region) -> None:
    arn = "arn:aws:secretsmanager:us-east-1:210987654321:secret:db-AbCdEf"

    _, text = region.refused("GetSecretValue", SecretId=arn)

    event = last(region)
    assert event["errorCode"] == "AccessDeniedException"
    assert event["additionalEventData"] == {"decision": "no resource-based policy allows it"}
    assert "decision" not in text


def test_a_body_that_could_not_be_read_leaves_an_event_without_it(region: Region) -> None:
    region.send(region.request("CreateSecret", b'{"Name": "db", "SecretString": "' + CANARY.encode() + b'"'))

    event = last(region)
    assert (event["eventName"], event["errorCode"]) == ("CreateSecret", "SerializationException")
    assert event["requestParameters"] is None


def test_a_wrong_signature_leaves_an_event_of_nobody(region: Region) -> None:
    region.send(region.request("GetSecretValue", b"{}", secret_access_key="wrong"))

    event = last(region)
    assert (event["eventName"], event["errorCode"]) == ("GetSecretValue", "InvalidSignatureException")
    assert event["requestParameters"] is None


def test_of_unknown_callers_ten_a_second_leave_an_event(region: Region) -> None:
    for _ in range(25):
        region.send(region.request("GetSecretValue", b"{}", access_key_id="AKIAI44QH8DHBEXAMPLE"))
    assert len(region.events()) == 10

    region.clock.forward(1_000)
    region.send(region.request("GetSecretValue", b"{}", access_key_id="AKIAI44QH8DHBEXAMPLE"))
    assert len(region.events()) == 11
    assert last(region)["userIdentity"] == {"type": "Unknown", "accessKeyId": "AKIAI44QH8DHBEXAMPLE"}


def test_every_event_has_its_own_id_and_number(region: Region) -> None:
    region.call("CreateSecret", Name="db", SecretString="v")
    region.call("GetSecretValue", SecretId="db")
    region.refused("GetSecretValue", SecretId="none")

    events = region.events()

    assert len({event["eventID"] for event in events}) == len(events) == 5
    assert [event["watchword"]["sequence"] for event in events] == [1, 2, 3, 4, 5]


def test_a_region_s_request_leaves_an_event_of_that_region(region: Region) -> None:
    principal = replace(region.itself, arn=peer_uri("us-east-2"), user_id="us-east-2")
    request = watchword.ShakeHandsRequest(incarnation="theirs", link_ids=())

    region.gate.perform(watchword.SHAKE_HANDS, request, principal=principal)

    event = last(region)
    assert (event["eventName"], event["eventType"]) == ("ShakeHands", "AwsServiceEvent")
    assert event["userIdentity"]["principalId"] == "us-east-2"


# The trail can't be written


def test_without_a_trail_nothing_is_read(region: Region) -> None:
    region.call("CreateSecret", Name="db", SecretString=CANARY)
    region.trail.writable = False

    answer = region.ask("GetSecretValue", SecretId="db")

    assert answer.refusal[:2] == (503, "ServiceUnavailable")
    assert CANARY.encode() not in answer.body


def test_without_a_trail_no_refusal_is_told(region: Region) -> None:
    """Whoever fills the disk must not be able to look around unseen."""
    region.trail.writable = False

    for answer in (
        region.ask("GetSecretValue", SecretId="none"),
        region.ask("GetSecretValue"),
        region.send(region.request("GetSecretValue", b"{")),
        region.send(region.request("GetSecretValue", b"{}", secret_access_key="wrong")),
        region.send(region.request("GetSecretValue", b"{}", access_key_id="AKIAI44QH8DHBEXAMPLE")),
    ):
        assert answer.refusal[:2] == (503, "ServiceUnavailable")


def test_when_the_trail_can_be_written_again_so_can_everything(region: Region) -> None:
    region.call("CreateSecret", Name="db", SecretString="v")
    region.trail.writable = False
    region.ask("GetSecretValue", SecretId="db")
    region.trail.writable = True

    assert region.call("GetSecretValue", SecretId="db")["SecretString"] == "v"


# The canary


def test_a_value_is_in_no_event_no_log_no_refusal_and_not_in_the_clear_on_disk(
    region: Region, caplog: pytest.LogCaptureFixture
) -> None:
    """One value through every way in and every way of being refused."""
    caplog.set_level(logging.DEBUG)
    binary = base64.b64encode(CANARY.encode()).decode()
    version_id = token()
    key = region.call("CreateKey")["KeyMetadata"]["KeyId"]
    region.call("CreateSecret", Name="db", SecretString=CANARY, ClientRequestToken=version_id, KmsKeyId=key)
    region.call("CreateSecret", Name="binary", SecretBinary=binary)
    region.call("PutSecretValue", SecretId="db", SecretString=CANARY + "2")
    read = region.call("GetSecretValue", SecretId="db", VersionId=version_id)
    region.call("GetSecretValue", SecretId="binary")
    region.call("Encrypt", KeyId=key, Plaintext=binary)
    answers = [
        region.ask("CreateSecret", Name="db", SecretString=CANARY),
        region.ask("CreateSecret", Name="a b", SecretString=CANARY),
        region.ask("CreateSecret", Name="x", SecretString=CANARY, SecretBinary=binary),
        region.ask("CreateSecret", Name="x", SecretString=CANARY, ClientRequestToken="short"),
        region.ask("CreateSecret", Name="x", SecretString=CANARY * 4_000),
        region.ask("CreateSecret", Name="x", SecretString=[CANARY]),
        region.ask("CreateSecret", Name="x", SecretString={CANARY: CANARY}),
        region.ask("CreateSecret", Name="x", SecretBinary=CANARY + "!"),
        region.ask("PutSecretValue", SecretId="db", SecretString=CANARY + "3", ClientRequestToken=version_id),
        region.ask("PutSecretValue", SecretId="none", SecretString=CANARY),
        region.ask("Encrypt", KeyId="none", Plaintext=binary),
        region.ask("Encrypt", KeyId=key, Plaintext=base64.b64encode(CANARY.encode() * 400).decode()),
        region.send(region.request("CreateSecret", CANARY.encode())),
        region.send(
            region.request("CreateSecret", json.dumps({"Name": "x", "SecretString": CANARY})[:-1].encode())
        ),
        region.send(region.request("CreateSecret", b"{}", secret_access_key=CANARY)),
        region.send(region.request("CreateSecret", b"{}", access_key_id=CANARY)),
    ]
    region.call("DisableKey", KeyId=key)
    answers.append(region.ask("GetSecretValue", SecretId="db"))
    answers.append(region.ask("PutSecretValue", SecretId="db", SecretString=CANARY))

    assert read["SecretString"] == CANARY
    assert all(answer.status == 400 for answer in answers), [answer.refusal for answer in answers]
    lines = b"\n".join(json.dumps(event).encode() for event in region.events())
    places = {
        "answers": b"\n".join(answer.body for answer in answers),
        "events": lines,
        "log": caplog.text.encode(),
        "disk": region.everything_on_disk(),
    }
    for secret in (CANARY.encode(), binary.encode()[:-4], SECRET_ACCESS_KEY.encode()):
        assert [place for place, held in places.items() if secret in held] == []
    # Events were written at all, and each request of a value hides it.
    assert lines.count(HIDDEN.encode()) >= 10
