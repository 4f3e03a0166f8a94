"""What a caller sees first: the operation, then the signature, then the shape, then the resource, then its state.

The order is part of the API; each test sends a request that is wrong in two ways at once.
"""

from __future__ import annotations

import json
import re

import pytest
from msgspec.structs import replace
from tests.contract.region import (
    ACCESS_KEY_ID,
    ACCOUNT,
    ROOT_ARN,
    Answer,
    Region,
    peer_uri,
    token,
)

from watchword.api.http import HTTPRequest

MISMATCH = (
    "The request signature we calculated does not match the signature you provided. "
    "Check your AWS Secret Access Key and signing method. Consult the service documentation for details."
)
MISSING = "Request is missing Authentication Token"
INVALID_TOKEN = "The security token included in the request is invalid."
NOT_JSON = b"{"
NO_MEMBERS = b"{}"


def wrong_secret(region: Region, body: bytes, operation: str = "GetSecretValue") -> HTTPRequest:
    return region.request(operation, body, secret_access_key="not the secret access key")


def unsigned(request: HTTPRequest) -> HTTPRequest:
    return replace(request, headers=tuple(pair for pair in request.headers if pair[0] != "authorization"))


def renamed(request: HTTPRequest, operation: str) -> HTTPRequest:
    """The request with another target, which its signature does not cover any more."""
    headers = tuple((n, operation if n == "x-amz-target" else v) for n, v in request.headers)
    return replace(request, headers=headers)


# (1) before (2)


@pytest.mark.parametrize(
    "target", ["secretsmanager.Nonsense", "AmazonSSM.GetParameter", "Watchword.ApplyReplica"]
)
def test_an_unknown_operation_is_told_before_the_signature(region: Region, target: str) -> None:
    answer = region.send(renamed(wrong_secret(region, NOT_JSON), target))

    assert answer.refusal[:2] == (400, "UnknownOperationException")
    assert answer.header("Content-Type") == "application/x-amz-json-1.1"


def test_every_answer_carries_a_request_id(region: Region) -> None:
    answers = [
        region.ask("ListSecrets"),
        region.ask("GetSecretValue", SecretId="none"),
        region.send(renamed(region.request("ListSecrets", b"{}"), "secretsmanager.Nonsense")),
    ]

    ids = {answer.header("x-amzn-RequestId") for answer in answers}
    assert len(ids) == 3
    assert all(re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", one) for one in ids)


# (2) before (3)


def signature_refusals(region: Region, body: bytes) -> dict[str, tuple[HTTPRequest, str, str]]:
    day_ms, now = 86_400_000, region.clock.now
    return {
        "no authentication": (
            unsigned(region.request("GetSecretValue", body)),
            "MissingAuthenticationTokenException",
            MISSING,
        ),
        "a wrong signature": (wrong_secret(region, body), "InvalidSignatureException", MISMATCH),
        "an unknown access key": (
            region.request("GetSecretValue", body, access_key_id="AKIAI44QH8DHBEXAMPLE"),
            "UnrecognizedClientException",
            INVALID_TOKEN,
        ),
        "another Region in the scope": (
            region.request("GetSecretValue", body, region="us-east-2"),
            "InvalidSignatureException",
            "Credential should be scoped to a valid region.",
        ),
        "another service in the scope": (
            renamed(region.request("DescribeKey", body), "secretsmanager.GetSecretValue"),
            "InvalidSignatureException",
            "Credential should be scoped to correct service: 'secretsmanager'.",
        ),
        "expired": (
            region.request("GetSecretValue", body, now=now - 301_000),
            "InvalidSignatureException",
            "Signature expired: ",
        ),
        "not yet valid": (
            region.request("GetSecretValue", body, now=now + 301_000),
            "InvalidSignatureException",
            "Signature not yet current: ",
        ),
        "of yesterday": (
            region.request("GetSecretValue", body, now=now - day_ms),
            "InvalidSignatureException",
            "Signature expired: ",
        ),
        "the body was changed on the way": (
            replace(region.request("GetSecretValue", b'{"SecretId":"db"}'), body=body),
            "InvalidSignatureException",
            MISMATCH,
        ),
        "the operation was changed on the way": (
            renamed(region.request("GetSecretValue", body), "secretsmanager.DeleteSecret"),
            "InvalidSignatureException",
            MISMATCH,
        ),
    }


@pytest.mark.parametrize("body", [NOT_JSON, NO_MEMBERS], ids=["no JSON", "a member missing"])
@pytest.mark.parametrize(
    "case",
    [
        "no authentication",
        "a wrong signature",
        "an unknown access key",
        "another Region in the scope",
        "another service in the scope",
        "expired",
        "not yet valid",
        "of yesterday",
        "the body was changed on the way",
        "the operation was changed on the way",
    ],
)
def test_a_signature_is_judged_before_the_body_is_read(region: Region, case: str, body: bytes) -> None:
    """Facts A.1: the codes of JSON services, all with status 400."""
    request, code, text = signature_refusals(region, body)[case]

    status, said, message = region.send(request).refusal

    assert (status, said) == (400, code)
    assert message.startswith(text)


def test_five_minutes_to_either_side_are_accepted(region: Region) -> None:
    for offset_ms in (-300_000, 300_000):
        request = region.request("ListSecrets", b"{}", now=region.clock.now + offset_ms)
        assert region.send(request).status == 200


# (3) before (4)

MALFORMED = {
    "no JSON": b"{",
    "nothing but a word": b"secret",
    "an array": b"[]",
    "a number": b"1",
    "null": b"null",
    "two documents": b"{}{}",
    "a key twice": b'{"SecretId": "db", "SecretId": "other"}',
    "NaN": b'{"SecretId": NaN}',
    "a lone surrogate": b'{"SecretId": "\\ud800"}',
    "bad UTF-8": b'{"SecretId": "\xff"}',
    "a byte order mark": b'\xef\xbb\xbf{"SecretId": "db"}',
    "a thousand brackets": b"[" * 1_000 + b"]" * 1_000,
    "a number where text belongs": b'{"SecretId": 1}',
    "a list where text belongs": b'{"SecretId": ["db"]}',
    "text where truth belongs": b'{"SecretId": "db", "ForceOverwriteReplicaSecret": "yes"}',
}


@pytest.mark.parametrize("body", MALFORMED.values(), ids=MALFORMED)
def test_a_body_that_is_no_request_is_a_serialization_error(region: Region, body: bytes) -> None:
    operation = "ReplicateSecretToRegions" if b"Force" in body else "GetSecretValue"

    answer = region.send(region.request(operation, body))

    assert answer.refusal[:2] == (400, "SerializationException")


@pytest.mark.parametrize("operation", ["CreateSecret", "PutSecretValue"])
def test_a_value_with_a_lone_surrogate_is_no_text(region: Region, operation: str) -> None:
    body = b'{"Name": "db", "SecretId": "db", "SecretString": "a\\udfff", "ClientRequestToken": "%s"}'

    answer = region.send(region.request(operation, body % token().encode()))

    assert answer.refusal[:2] == (400, "SerializationException")


def test_an_empty_body_is_a_request_without_members(region: Region) -> None:
    assert region.send(region.request("ListSecrets", b"")).status == 200


def test_members_that_nobody_knows_are_ignored(region: Region) -> None:
    region.call("CreateSecret", Name="db", SecretString="v", Novelty={"a": [1]})

    assert region.call("GetSecretValue", SecretId="db")["SecretString"] == "v"


def test_all_violations_are_told_at_once_in_the_model_s_order(region: Region) -> None:
    code, text = region.refused(
        "ListSecrets",
        MaxResults=0,
        NextToken="",
        SortOrder="up",
        Filters=[{"Key": "nothing", "Values": ["a"]}],
    )

    assert code == "ValidationException"
    assert text.startswith("4 validation errors detected: ")
    assert [
        text.find(member) for member in ("maxResults", "nextToken", "filters.1.member.key", "sortOrder")
    ] == sorted(
        text.find(member) for member in ("maxResults", "nextToken", "filters.1.member.key", "sortOrder")
    )
    assert all(member in text for member in ("maxResults", "nextToken", "filters.1.member.key", "sortOrder"))


def test_violations_of_a_create_name_each_member(region: Region) -> None:
    code, text = region.refused(
        "CreateSecret",
        Name="",
        SecretString="",
        ClientRequestToken="short",
        AddReplicaRegions=[{"Region": "US EAST"}],
    )

    assert code == "ValidationException"
    assert text.startswith("4 validation errors detected: ")
    for said in (
        "Value '' at 'name' failed to satisfy constraint: Member must have length greater than or equal to 1",
        "Value 'short' at 'clientRequestToken' failed to satisfy constraint: "
        "Member must have length greater than or equal to 32",
        "Value at 'secretString' failed to satisfy constraint: Member must have length greater than or equal to 1",
        "Value 'US EAST' at 'addReplicaRegions.1.member.region' failed to satisfy constraint: "
        "Member must satisfy regular expression pattern: ^([a-z]+-)+\\d+$",
    ):
        assert said in text


def test_the_shape_is_judged_before_the_resource(region: Region) -> None:
    code, _ = region.refused("GetSecretValue", SecretId="not there", VersionId="short")

    assert code == "ValidationException"


# (4) before (6): the resource before its state


def test_a_secret_is_looked_for_before_its_state_is_judged(region: Region) -> None:
    assert (
        region.refused("DeleteSecret", SecretId="none", RecoveryWindowInDays=1)[0]
        == "ResourceNotFoundException"
    )
    assert region.refused("PutSecretValue", SecretId="none")[0] == "ResourceNotFoundException"


def test_what_is_wrong_with_the_request_is_told_before_the_state_of_the_secret(region: Region) -> None:
    region.call("CreateSecret", Name="db", SecretString="v")
    region.call("DeleteSecret", SecretId="db")

    assert region.refused("PutSecretValue", SecretId="db") == (
        "InvalidRequestException",
        "You must provide either SecretString or SecretBinary.",
    )


# (5) before what (4) found is told


def test_a_caller_from_another_account_learns_not_whether_a_secret_is_there(region: Region) -> None:
    made = region.call("CreateSecret", Name="db", SecretString="v")["ARN"]
    stranger = "210987654321"

    there, absent = (
        region.refused("DescribeSecret", SecretId=secret_id.replace(ACCOUNT, stranger))
        for secret_id in (made, made.replace("secret:db", "secret:xy"))
    )

    assert there[0] == absent[0] == "AccessDeniedException"
    assert there[1] == absent[1].replace("secret:xy", "secret:db")


# STS, in the query protocol

WHO = {"Action": "GetCallerIdentity", "Version": "2011-06-15"}


@pytest.mark.parametrize("method", ["POST", "GET"])
@pytest.mark.parametrize("scope", ["us-east-1", "eu-west-1"])
def test_everybody_may_ask_who_they_are(region: Region, method: str, scope: str) -> None:
    """In the body of a POST, or presigned in a URL; with a signature for any Region of the partition."""
    answer = region.send(region.form(WHO, method=method, region=scope))

    assert answer.status == 200
    assert answer.header("Content-Type") == "text/xml"
    text = answer.body.decode()
    for element in (
        '<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">',
        f"<UserId>{ACCOUNT}</UserId>",
        f"<Account>{ACCOUNT}</Account>",
        f"<Arn>{ROOT_ARN}</Arn>",
        f"<RequestId>{answer.header('x-amzn-RequestId')}</RequestId>",
    ):
        assert element in text


def xml_refusal(answer: Answer) -> tuple[int, str]:
    matched = re.search(rb"<Code>(\w+)</Code>", answer.body)
    assert matched is not None, answer.body
    return answer.status, matched[1].decode()


def test_a_scope_of_an_invented_region_is_none(region: Region) -> None:
    """Each new Region would cost the custodian a derived key, and whoever knows an access key id may ask."""
    answer = region.send(region.form(WHO, region="moon-base-1"))

    assert xml_refusal(answer) == (403, "SignatureDoesNotMatch")


def test_a_presigned_request_expires(region: Region) -> None:
    request = region.form(WHO, method="GET")
    region.clock.forward(60_000)
    assert region.send(request).status == 200

    region.clock.forward(1_000)

    assert xml_refusal(region.send(request)) == (403, "SignatureDoesNotMatch")


def test_a_presigned_request_that_was_touched_is_refused(region: Region) -> None:
    request = region.form({**WHO, "Extra": "1"}, method="GET")

    touched = replace(request, target=request.target.replace("Extra=1", "Extra=2"))

    assert xml_refusal(region.send(touched)) == (403, "SignatureDoesNotMatch")


def test_a_query_service_refuses_in_its_own_spelling(region: Region) -> None:
    unknown_key = region.form(WHO)
    headers = tuple((n, v.replace(ACCESS_KEY_ID, "AKIAI44QH8DHBEXAMPLE")) for n, v in unknown_key.headers)

    assert xml_refusal(region.send(unsigned(region.form(WHO)))) == (403, "MissingAuthenticationToken")
    assert xml_refusal(region.send(replace(unknown_key, headers=headers))) == (403, "InvalidClientTokenId")
    assert xml_refusal(region.send(region.form({**WHO, "Action": "Nonsense"}))) == (400, "InvalidAction")


# The peer port


def peer_request(operation: str, body: bytes = b"{}", *, peer: str | None) -> HTTPRequest:
    return HTTPRequest(
        method="POST",
        target="/",
        headers=(("host", "peer"), ("x-amz-target", operation)),
        body=body,
        source="192.0.2.9",
        secure=True,
        peer=peer,
    )


def at_peer_port(region: Region, request: HTTPRequest) -> Answer:
    return Answer(response=region.gate.answer_peer(request))


def test_the_peer_port_answers_a_region_of_the_deployment(region: Region) -> None:
    request = peer_request("Watchword.ShakeHands", b'{"Incarnation": "i"}', peer=peer_uri("us-east-2"))

    answer = at_peer_port(region, request)

    assert answer.status == 200
    assert answer.members["Incarnation"] == region.stores.unit().incarnation()


STRANGERS = {
    "no certificate": ("Watchword.ShakeHands", None),
    "a Region that is not of this deployment": ("Watchword.ShakeHands", peer_uri("ap-south-1")),
    "this Region itself": ("Watchword.ShakeHands", peer_uri("us-east-1")),
    "an empty name": ("Watchword.ShakeHands", "watchword://deployment/"),
    "what only this Region's own agent may ask": ("Watchword.ReadReplica", peer_uri("us-east-2")),
    "what only a caller's keys may be asked for": ("Watchword.SealForRegion", peer_uri("us-east-2")),
    "to open what was sealed": ("Watchword.OpenFromRegion", peer_uri("us-east-2")),
    "to purge": ("Watchword.PurgeSecrets", peer_uri("us-east-2")),
}


@pytest.mark.parametrize(("operation", "peer"), STRANGERS.values(), ids=STRANGERS)
def test_the_peer_port_refuses(region: Region, operation: str, peer: str | None) -> None:
    assert at_peer_port(region, peer_request(operation, peer=peer)).refusal[:2] == (
        400,
        "AccessDeniedException",
    )


def test_the_peer_port_knows_no_operation_of_clients(region: Region) -> None:
    signed = region.request("GetSecretValue", json.dumps({"SecretId": "db"}).encode())

    answer = at_peer_port(region, replace(signed, peer=peer_uri("us-east-2")))

    assert answer.refusal[:2] == (400, "UnknownOperationException")


def test_a_client_s_port_believes_no_certificate(region: Region) -> None:
    request = peer_request("Watchword.ShakeHands", b'{"Incarnation": "i"}', peer=peer_uri("us-east-2"))

    assert region.send(request).refusal[:2] == (400, "UnknownOperationException")
