"""JSON 1.1: what is read, what is ignored, and what is refused without being repeated."""

from __future__ import annotations

import json
from typing import ClassVar

import msgspec
import pytest

from watchword.api.errors import SerializationException
from watchword.api.operation import Operation
from watchword.api.shape import Instant, Integer, IsoInstant, Long, Member, Shape
from watchword.api.shapes import kms
from watchword.api.shapes import secretsmanager as sm
from watchword.wire import json11

CANARY = "hunter2"


class Probe(Shape, frozen=True, kw_only=True):
    number: Integer | None = msgspec.field(name="Number", default=None)
    big: Long | None = msgspec.field(name="Big", default=None)
    fraction: float | None = msgspec.field(name="Fraction", default=None)
    moment: Instant | None = msgspec.field(name="Moment", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {}


READ = {
    "no body": (sm.LIST_SECRETS, b"", sm.ListSecretsRequest()),
    "an empty object": (sm.LIST_SECRETS, b"{}", sm.ListSecretsRequest()),
    "a member": (
        sm.GET_SECRET_VALUE,
        b'{"SecretId": "prod/db"}',
        sm.GetSecretValueRequest(secret_id="prod/db"),
    ),
    "null is absent": (
        sm.GET_SECRET_VALUE,
        b'{"SecretId": null, "VersionId": "v"}',
        sm.GetSecretValueRequest(version_id="v"),
    ),
    "unknown members are ignored": (
        sm.GET_SECRET_VALUE,
        b'{"SecretId": "s", "secretid": 5, "Unknown": {"a": [null]}}',
        sm.GetSecretValueRequest(secret_id="s"),
    ),
    "an empty list is there": (
        sm.TAG_RESOURCE,
        b'{"SecretId": "s", "Tags": []}',
        sm.TagResourceRequest(secret_id="s", tags=()),
    ),
    "bytes are base64": (
        sm.PUT_SECRET_VALUE,
        b'{"SecretBinary": "AP8="}',
        sm.PutSecretValueRequest(secret_binary=b"\x00\xff"),
    ),
    "a map": (
        kms.DECRYPT,
        b'{"EncryptionContext": {"": "a", "b": ""}}',
        kms.DecryptRequest(encryption_context={"": "a", "b": ""}),
    ),
    "the widest number": (
        sm.DELETE_SECRET,
        b'{"RecoveryWindowInDays": -9223372036854775808}',
        sm.DeleteSecretRequest(recovery_window_in_days=-(2**63)),
    ),
}


@pytest.mark.parametrize(("operation", "body", "request_"), READ.values(), ids=READ)
def test_a_body_reads_as_its_request(operation: Operation, body: bytes, request_: Shape) -> None:
    assert request_ == json11.decode(operation, body)


WRONG = {
    "a number for text": (sm.GET_SECRET_VALUE, b'{"SecretId": 5}'),
    "a list for text": (sm.GET_SECRET_VALUE, b'{"SecretId": ["hunter2"]}'),
    "an object for text": (sm.GET_SECRET_VALUE, b'{"SecretId": {"hunter2": 1}}'),
    "text for a number": (sm.LIST_SECRETS, b'{"MaxResults": "hunter2"}'),
    "a fraction for a whole number": (sm.LIST_SECRETS, b'{"MaxResults": 1.0}'),
    "a number of 33 bits": (sm.LIST_SECRETS, b'{"MaxResults": 2147483648}'),
    "a number of 64 bits and a sign": (sm.DELETE_SECRET, b'{"RecoveryWindowInDays": 9223372036854775808}'),
    "a number beyond all width": (sm.DELETE_SECRET, b'{"RecoveryWindowInDays": 1' + b"0" * 400 + b"}"),
    "true for a number": (sm.LIST_SECRETS, b'{"MaxResults": true}'),
    "a number for true": (sm.LIST_SECRETS, b'{"IncludePlannedDeletion": 1}'),
    "text for true": (sm.LIST_SECRETS, b'{"IncludePlannedDeletion": "hunter2"}'),
    "text that is no base64": (sm.PUT_SECRET_VALUE, b'{"SecretBinary": "hunter2!"}'),
    "base64 without padding": (sm.PUT_SECRET_VALUE, b'{"SecretBinary": "AP8"}'),
    "base64 for URLs": (sm.PUT_SECRET_VALUE, b'{"SecretBinary": "__8="}'),
    "letters beyond base64": (sm.PUT_SECRET_VALUE, '{"SecretBinary": "é"}'.encode()),
    "text for a list": (sm.TAG_RESOURCE, b'{"Tags": "hunter2"}'),
    "an object for a list": (sm.TAG_RESOURCE, b'{"Tags": {"hunter2": 1}}'),
    "text for a structure": (sm.TAG_RESOURCE, b'{"Tags": ["hunter2"]}'),
    "null in a list": (sm.UNTAG_RESOURCE, b'{"TagKeys": ["hunter2", null]}'),
    "a number in a list of text": (sm.UNTAG_RESOURCE, b'{"TagKeys": ["hunter2", 5]}'),
    "a number in a map of text": (kms.DECRYPT, b'{"EncryptionContext": {"hunter2": 5}}'),
    "null in a map": (kms.DECRYPT, b'{"EncryptionContext": {"hunter2": null}}'),
    "no object": (sm.GET_SECRET_VALUE, b'["hunter2"]'),
    "no JSON": (sm.GET_SECRET_VALUE, b"hunter2"),
    "a member twice": (sm.GET_SECRET_VALUE, b'{"SecretId": "hunter2", "SecretId": "b"}'),
    "no UTF-8": (sm.GET_SECRET_VALUE, b'{"SecretId": "hunter2\xff"}'),
}


@pytest.mark.parametrize(("operation", "body"), WRONG.values(), ids=WRONG)
def test_a_wrong_type_is_refused_and_not_repeated(operation: Operation, body: bytes) -> None:
    with pytest.raises(SerializationException) as refused:
        json11.decode(operation, body)

    assert refused.value.message.startswith("the body ")
    assert CANARY not in refused.value.message
    # No cause and no context is shown: a traceback in a log repeats nothing either.
    assert refused.value.__suppress_context__


def test_a_refusal_says_where() -> None:
    with pytest.raises(SerializationException, match=r"\$\.AddReplicaRegions\[1\]\.Region"):
        json11.decode(sm.CREATE_SECRET, b'{"AddReplicaRegions": [{"Region": "us-east-2"}, {"Region": 5}]}')


MOMENTS = {
    "whole seconds": (b'{"Moment": 1523477145}', 1_523_477_145_000),
    "milliseconds": (b'{"Moment": 1523477145.713}', 1_523_477_145_713),
    "an exponent": (b'{"Moment": 1.700591229801E9}', 1_700_591_229_801),
    "the beginning": (b'{"Moment": 0}', 0),
}


@pytest.mark.parametrize(("body", "ms"), MOMENTS.values(), ids=MOMENTS)
def test_a_moment_is_epoch_seconds(body: bytes, ms: int) -> None:
    assert Probe(moment=Instant(ms)) == json11.read(Probe, body)


@pytest.mark.parametrize("value", [b"true", b'"2026-01-01T00:00:00Z"', b"-1", b"1e300", b"[1]"])
def test_what_is_no_moment_is_refused(value: bytes) -> None:
    with pytest.raises(SerializationException):
        json11.read(Probe, b'{"Moment": ' + value + b"}")


class WithDate(Shape, frozen=True, kw_only=True):
    date: IsoInstant | None = msgspec.field(name="Date", default=None)


def test_a_moment_is_iso_8601_where_the_model_says_so() -> None:
    held = WithDate(date=IsoInstant(1_700_000_000_000))

    assert json11.encode(held) == b'{"Date":"2023-11-14T22:13:20Z"}'
    assert held == json11.read(WithDate, json11.encode(held))


@pytest.mark.parametrize(
    "value", [b"1700000000", b'"1700000000"', b'"2023-11-14"', b'"2023-02-30T00:00:00Z"', b"true"]
)
def test_what_is_no_iso_8601_is_refused(value: bytes) -> None:
    with pytest.raises(SerializationException):
        json11.read(WithDate, b'{"Date": ' + value + b"}")


def test_widths_end_where_the_model_says() -> None:
    widest = Probe(number=2**31 - 1, big=2**63 - 1)

    assert widest == json11.read(Probe, b'{"Number": 2147483647, "Big": 9223372036854775807}')
    for body in (b'{"Number": -2147483649}', b'{"Big": -9223372036854775809}'):
        with pytest.raises(SerializationException):
            json11.read(Probe, body)


def test_an_answer_omits_what_is_absent_and_keeps_what_is_empty() -> None:
    """Recorded from AWS: absent members are omitted, `Tags: []` is said when all tags were removed."""
    written = json11.encode(sm.DescribeSecretResponse(name="s", tags=(), version_ids_to_stages={}))

    assert json.loads(written) == {"Name": "s", "Tags": [], "VersionIdsToStages": {}}


def test_an_answer_writes_moments_and_bytes_as_json_1_1_wants_them() -> None:
    written = json11.encode(
        sm.GetSecretValueResponse(arn="a", secret_binary=b"\x00\xff", created_date=Instant(1_523_477_145_713))
    )

    assert written == b'{"ARN":"a","SecretBinary":"AP8=","CreatedDate":1523477145.713}'


def test_no_answer_is_an_empty_body() -> None:
    assert json11.encode(None) == b""


def test_a_value_of_control_characters_survives() -> None:
    text = "".join(map(chr, range(32))) + '"\\/\x7f\u2028'

    written = json11.encode(sm.GetSecretValueResponse(secret_string=text))

    assert json.loads(written) == {"SecretString": text}
    assert sm.GetSecretValueResponse(secret_string=text) == json11.read(sm.GetSecretValueResponse, written)


ERRORS = {
    "under the service's spelling": (("Message",), "no", b'{"__type":"X","Message":"no"}'),
    "under both": (("Message", "message"), "no", b'{"__type":"X","Message":"no","message":"no"}'),
    "without text": (("message",), "", b'{"__type":"X"}'),
}


@pytest.mark.parametrize(("members", "message", "body"), ERRORS.values(), ids=ERRORS)
def test_a_refusal_has_its_text(members: tuple[str, ...], message: str, body: bytes) -> None:
    assert body == json11.error("X", message, members=members)
