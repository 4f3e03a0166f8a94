"""Events: CloudTrail's form, member by member, and nothing of a secret in them."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from msgspec.structs import replace

from watchword.api.call import Place, Principal, PrincipalKind
from watchword.api.errors import AccessDeniedException, UnrecognizedClientException
from watchword.api.operation import Operation
from watchword.api.shapes import kms, secretsmanager, sts, watchword
from watchword.trail.event import EVENT_BYTES_MAX, Entry, Occurrence, event, service_event
from watchword.trail.redaction import HIDDEN

CANARY = "canary-7f3a9c"
ACCOUNT = "123456789012"
ARN = f"arn:aws:secretsmanager:us-east-1:{ACCOUNT}:secret:db-AbCdEf"
PLACE = Place(
    partition="aws", region="us-east-1", dns_suffix="amazonaws.com", hosted_regions=("us-east-1", "us-east-2")
)
ROOT = Principal(
    kind=PrincipalKind.ROOT,
    arn=f"arn:aws:iam::{ACCOUNT}:root",
    account=ACCOUNT,
    user_id=ACCOUNT,
    access_key_id="AKIAEXAMPLE000000001",
)
READ = Entry(
    operation=secretsmanager.GET_SECRET_VALUE,
    request=secretsmanager.GetSecretValueRequest(secret_id="db"),
    response=secretsmanager.GetSecretValueResponse(arn=ARN, secret_string=CANARY),
    principal=ROOT,
    place=PLACE,
    now=1_763_760_570_999,
    request_id="11111111-2222-3333-4444-555555555555",
    event_id="66666666-7777-8888-9999-000000000000",
    source="192.0.2.7",
    user_agent="Boto3/1.44.5",
    resources=(ARN,),
)
CHANGE = replace(
    READ,
    operation=secretsmanager.CREATE_SECRET,
    request=secretsmanager.CreateSecretRequest(
        name="db", secret_string=CANARY, secret_binary=CANARY.encode()
    ),
    response=secretsmanager.CreateSecretResponse(arn=ARN, name="db", version_id="v"),
)


def document_of(line: bytes) -> dict[str, Any]:
    assert b"\n" not in line
    decoded: dict[str, Any] = msgspec.json.decode(line)
    return decoded


def recorded(entry: Entry) -> dict[str, Any]:
    line = event(entry, process="api-0", sequence=7)
    assert CANARY.encode() not in line
    return document_of(line)


def test_a_read_is_recorded_whole() -> None:
    """CloudTrail User Guide, "CloudTrail record contents"."""
    assert recorded(READ) == {
        "eventVersion": "1.11",
        "userIdentity": {
            "type": "Root",
            "principalId": ACCOUNT,
            "arn": f"arn:aws:iam::{ACCOUNT}:root",
            "accountId": ACCOUNT,
            "accessKeyId": "AKIAEXAMPLE000000001",
        },
        "eventTime": "2025-11-21T21:29:30Z",
        "eventSource": "secretsmanager.amazonaws.com",
        "eventName": "GetSecretValue",
        "awsRegion": "us-east-1",
        "sourceIPAddress": "192.0.2.7",
        "userAgent": "Boto3/1.44.5",
        "requestParameters": {"secretId": "db"},
        "responseElements": None,
        "requestID": "11111111-2222-3333-4444-555555555555",
        "eventID": "66666666-7777-8888-9999-000000000000",
        "readOnly": True,
        "resources": [{"ARN": ARN, "accountId": ACCOUNT, "type": "AWS::SecretsManager::Secret"}],
        "eventType": "AwsApiCall",
        "managementEvent": True,
        "recipientAccountId": ACCOUNT,
        "eventCategory": "Management",
        "watchword": {"process": "api-0", "sequence": 7},
    }


def test_a_change_shows_its_answer_and_hides_the_value() -> None:
    document = recorded(CHANGE)

    assert document["readOnly"] is False
    assert document["requestParameters"] == {"name": "db", "secretBinary": HIDDEN, "secretString": HIDDEN}
    assert document["responseElements"] == {"arn": ARN, "name": "db", "versionId": "v"}


def test_a_data_key_is_hidden_in_the_answer_too() -> None:
    entry = replace(
        READ,
        operation=kms.GENERATE_DATA_KEY,
        request=kms.GenerateDataKeyRequest(key_id="alias/a", encryption_context={"SecretARN": ARN}),
        response=kms.GenerateDataKeyResponse(
            key_id="arn", plaintext=CANARY.encode(), ciphertext_blob=CANARY.encode()
        ),
    )

    document = recorded(entry)

    assert document["requestParameters"] == {"keyId": "alias/a", "encryptionContext": {"SecretARN": ARN}}
    # Secrets never show, whether or not the table calls this operation a read.
    assert document["responseElements"] in (
        None,
        {"keyId": "arn", "plaintext": HIDDEN, "ciphertextBlob": HIDDEN},
    )


def test_a_refusal_shows_its_code_and_no_answer() -> None:
    refused = replace(CHANGE, error=AccessDeniedException("not you"))

    document = recorded(refused)

    assert (document["errorCode"], document["errorMessage"]) == ("AccessDeniedException", "not you")
    assert document["responseElements"] is None


def test_a_query_service_has_its_own_code() -> None:
    refused = replace(
        READ,
        operation=sts.GET_CALLER_IDENTITY,
        request=None,
        error=AccessDeniedException("not you"),
    )

    document = recorded(refused)

    assert document["errorCode"] == "AccessDenied"
    assert document["requestParameters"] is None


def test_a_service_that_calls_for_somebody_is_named() -> None:
    """A forwarded call: CloudTrail shows the service where else the caller's address and agent stand."""
    document = recorded(replace(READ, via="secretsmanager.us-east-1.amazonaws.com"))

    assert document["userIdentity"]["invokedBy"] == "secretsmanager.amazonaws.com"
    assert document["sourceIPAddress"] == document["userAgent"] == "secretsmanager.amazonaws.com"
    assert "invokedBy" not in recorded(READ)["userIdentity"]


UNPROVEN = {
    "nobody": (None, {"type": "Unknown"}),
    "an unknown key": ("AKIAUNKNOWN000000002", {"type": "Unknown", "accessKeyId": "AKIAUNKNOWN000000002"}),
    "a secret in the place of the id": ("wJalrXUtnFEMIK7MDENGbPxRfiCYEXAMPLEKEY12", {"type": "Unknown"}),
    "a longer text": ("A" * 129, {"type": "Unknown"}),
}


@pytest.mark.parametrize(("access_key_id", "identity"), UNPROVEN.values(), ids=UNPROVEN)
def test_an_unproven_caller_is_unknown(access_key_id: str | None, identity: dict[str, str]) -> None:
    entry = replace(
        READ, principal=None, access_key_id=access_key_id, error=UnrecognizedClientException("no")
    )

    document = recorded(entry)

    assert document["userIdentity"] == identity
    assert "recipientAccountId" not in document


def test_a_region_that_calls_is_a_service() -> None:
    region = Principal(
        kind=PrincipalKind.REGION, arn="watchword://home/us-east-2", account=ACCOUNT, user_id="us-east-2"
    )

    document = recorded(replace(READ, operation=internal_operation(), request=None, principal=region))

    assert document["userIdentity"] == {
        "type": "AWSService",
        "principalId": "us-east-2",
        "arn": "watchword://home/us-east-2",
        "accountId": ACCOUNT,
    }
    assert document["eventType"] == "AwsServiceEvent"
    assert document["eventSource"] == "watchword.amazonaws.com"


def internal_operation() -> Operation:
    return next(iter(watchword.OPERATIONS.values()))


def test_a_note_is_shown() -> None:
    assert recorded(replace(READ, note={"because": "root"}))["additionalEventData"] == {"because": "root"}
    assert "additionalEventData" not in recorded(READ)


def test_long_texts_of_a_caller_are_cut() -> None:
    entry = replace(
        READ,
        user_agent="u" * 2000,
        note={"n": "x" * 2000},
        error=AccessDeniedException("m" * 2000),
        resources=("r" * 5000,),
    )

    document = recorded(entry)

    assert document["userAgent"] == "u" * 1024 + "…"
    assert document["additionalEventData"]["n"] == "x" * 1024 + "…"
    assert document["errorMessage"] == "m" * 1024 + "…"
    assert document["resources"] == [{"ARN": "r" * 1024 + "…"}]


def test_an_event_is_never_larger_than_its_limit() -> None:
    """The most that a request of 1 MiB can hold: a hundred members of a kilobyte, on several levels."""
    key = "€" * 1023
    tags = tuple(secretsmanager.Tag(key=key, value=key) for _ in range(100))
    entry = replace(CHANGE, request=secretsmanager.CreateSecretRequest(name="db", tags=tags))

    line = event(entry, process="api-0", sequence=7)

    assert len(line) <= EVENT_BYTES_MAX
    document = document_of(line)
    assert document["requestParameters"]["omitted"] is True
    assert document["requestParameters"]["originalSize"] > EVENT_BYTES_MAX
    assert document["eventName"] == "CreateSecret"
    assert document["userIdentity"]["arn"] == ROOT.arn


def test_texts_that_json_must_escape_keep_the_line_one_line() -> None:
    entry = replace(
        READ, user_agent='a"b\\c\nd\x00é', request=secretsmanager.GetSecretValueRequest(secret_id="\n")
    )

    document = recorded(entry)

    assert document["userAgent"] == 'a"b\\c\nd\x00é'
    assert document["requestParameters"] == {"secretId": "\n"}


def test_what_a_region_did_by_itself_is_a_service_event() -> None:
    """Secrets Manager logs ReplicationSucceeded and its like as AwsServiceEvent."""
    occurrence = Occurrence(
        name="ReplicationFailed",
        event_source="secretsmanager.amazonaws.com",
        place=PLACE,
        account=ACCOUNT,
        now=READ.now,
        event_id=READ.event_id,
        error_code="AccessDeniedException",
        error_message="no key",
        details={"replicaRegion": "us-east-2"},
        resources=(ARN,),
    )

    document = document_of(service_event(occurrence, process="agent", sequence=1))

    assert document == {
        "eventVersion": "1.11",
        "userIdentity": {"accountId": ACCOUNT, "invokedBy": "secretsmanager.amazonaws.com"},
        "eventTime": "2025-11-21T21:29:30Z",
        "eventSource": "secretsmanager.amazonaws.com",
        "eventName": "ReplicationFailed",
        "awsRegion": "us-east-1",
        "sourceIPAddress": "secretsmanager.amazonaws.com",
        "userAgent": "secretsmanager.amazonaws.com",
        "errorCode": "AccessDeniedException",
        "errorMessage": "no key",
        "requestParameters": None,
        "responseElements": None,
        "requestID": None,
        "eventID": READ.event_id,
        "readOnly": False,
        "resources": [{"ARN": ARN, "accountId": ACCOUNT, "type": "AWS::SecretsManager::Secret"}],
        "eventType": "AwsServiceEvent",
        "managementEvent": True,
        "recipientAccountId": ACCOUNT,
        "eventCategory": "Management",
        "serviceEventDetails": {"replicaRegion": "us-east-2"},
        "watchword": {"process": "agent", "sequence": 1},
    }
