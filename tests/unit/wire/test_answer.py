"""Requests, answers and refusals, in the protocol of the service that was asked."""

from __future__ import annotations

import json

import pytest

from watchword.api import errors
from watchword.api.errors import ApiError
from watchword.api.http import HTTPRequest
from watchword.api.operation import Protocol, Service
from watchword.api.shapes import kms, sts, watchword
from watchword.api.shapes import secretsmanager as sm
from watchword.wire import answer, question

JSON = ("Content-Type", "application/x-amz-json-1.1")
XML = ("Content-Type", "text/xml")
REQUEST_ID = ("x-amzn-RequestId", "r-1")


def request(method: str = "POST", target: str = "/", body: bytes = b"") -> HTTPRequest:
    return HTTPRequest(method=method, target=target, headers=(), body=body, source="127.0.0.1")


def test_a_json_service_reads_the_body() -> None:
    asked = request(target="/?SecretId=other", body=b'{"SecretId": "s"}')

    assert sm.GetSecretValueRequest(secret_id="s") == question.decode(sm.GET_SECRET_VALUE, asked)


def test_a_query_service_reads_the_body_of_a_post_and_the_url_of_a_get() -> None:
    """One of them and never both: what was routed is what is decoded."""
    form = "Action=GetCallerIdentity&Version=2011-06-15"

    assert form.encode() == question.form_of(request(target="/?Action=Other", body=form.encode()))
    assert form == question.form_of(request("GET", f"/?{form}", body=b"Action=Other"))
    for asked in (request(body=form.encode()), request("GET", f"/?{form}")):
        assert sts.GetCallerIdentityRequest() == question.decode(sts.GET_CALLER_IDENTITY, asked)


def test_an_answer_of_a_json_service() -> None:
    written = answer.answer(sm.PUT_SECRET_VALUE, sm.PutSecretValueResponse(name="s"), "r-1")

    assert (written.status, written.headers, written.body) == (200, (JSON, REQUEST_ID), b'{"Name":"s"}')


def test_an_answer_without_shape_is_empty() -> None:
    written = answer.answer(kms.DISABLE_KEY, None, "r-1")

    assert (written.status, written.headers, written.body) == (200, (JSON, REQUEST_ID), b"")


def test_an_answer_of_a_query_service() -> None:
    written = answer.answer(sts.GET_CALLER_IDENTITY, sts.GetCallerIdentityResponse(account="1"), "r-1")

    assert (written.status, written.headers) == (200, (XML, REQUEST_ID))
    assert b"<Account>1</Account>" in written.body


class OurKindOfMissing(sm.ResourceNotFoundException):
    """A rule may refine an error of the model; callers see the model's."""


JSON_REFUSALS = {
    "of Secrets Manager's model": (sm.SERVICE, sm.ResourceNotFoundException("no"), 400, {"Message": "no"}),
    "refined from it": (sm.SERVICE, OurKindOfMissing("no"), 400, {"Message": "no"}),
    "of KMS's model": (kms.SERVICE, kms.NotFoundException("no"), 400, {"message": "no"}),
    "without text": (kms.SERVICE, kms.InvalidCiphertextException(), 400, {}),
    "a fault of the model": (sm.SERVICE, sm.InternalServiceError("ref"), 500, {"Message": "ref"}),
    "common to all services": (
        sm.SERVICE,
        errors.AccessDeniedException("no"),
        400,
        {"Message": "no", "message": "no"},
    ),
    "common, of KMS": (
        kms.SERVICE,
        errors.ValidationException("no"),
        400,
        {"Message": "no", "message": "no"},
    ),
    "of our own service": (
        watchword.SERVICE,
        errors.UnknownOperationException("no"),
        400,
        {"Message": "no", "message": "no"},
    ),
    "before the service is known": (
        None,
        errors.UnknownOperationException("no"),
        400,
        {"Message": "no", "message": "no"},
    ),
    "degraded": (
        Protocol.JSON,
        errors.ServiceUnavailable("later"),
        503,
        {"Message": "later", "message": "later"},
    ),
}


@pytest.mark.parametrize(("asked", "error", "status", "texts"), JSON_REFUSALS.values(), ids=JSON_REFUSALS)
def test_a_refusal_in_json(
    asked: Service | Protocol | None, error: ApiError, status: int, texts: dict[str, str]
) -> None:
    written = answer.refusal(asked, error, "r-1")

    assert (status, (JSON, REQUEST_ID)) == (written.status, written.headers)
    assert {"__type": error.code, **texts} == json.loads(written.body)


XML_REFUSALS = {
    "AccessDenied": (errors.AccessDeniedException("no"), 403),
    "SignatureDoesNotMatch": (errors.InvalidSignatureException("no"), 403),
    "InvalidClientTokenId": (errors.UnrecognizedClientException("no"), 403),
    "MissingAuthenticationToken": (errors.MissingAuthenticationTokenException("no"), 403),
    "ExpiredToken": (errors.ExpiredTokenException("no"), 403),
    "IncompleteSignature": (errors.IncompleteSignatureException("no"), 400),
    "InvalidAction": (errors.UnknownOperationException("no"), 400),
    "ValidationError": (errors.ValidationException("no"), 400),
    "MalformedInput": (errors.SerializationException("no"), 400),
    "Throttling": (errors.ThrottlingException("no"), 400),
    "InternalFailure": (errors.InternalFailure("no"), 500),
    "ServiceUnavailable": (errors.ServiceUnavailable("no"), 503),
}


@pytest.mark.parametrize(("code", "refused"), XML_REFUSALS.items())
def test_a_refusal_in_xml_has_the_query_protocols_code_and_status(
    code: str, refused: tuple[ApiError, int]
) -> None:
    error, status = refused

    written = answer.refusal(sts.SERVICE, error, "r-1")

    assert (status, (XML, REQUEST_ID)) == (written.status, written.headers)
    assert f"<Code>{code}</Code><Message>no</Message>".encode() in written.body
    assert b'xmlns="https://sts.amazonaws.com/doc/2011-06-15/"' in written.body
    assert b"<RequestId>r-1</RequestId>" in written.body


def test_a_refusal_in_xml_before_the_service_is_known_has_no_namespace() -> None:
    written = answer.refusal(Protocol.QUERY, errors.UnknownOperationException("no"), "r-1")

    assert written.body.startswith(b"<ErrorResponse><Error>")


FORM = ("content-type", "application/x-www-form-urlencoded")
HEADERS = {
    "none": ((), JSON),
    "a target": ((("x-amz-target", "secretsmanager.GetSecretValue"),), JSON),
    "a form": ((FORM,), XML),
    "a form with its encoding": (
        (("Content-Type", "Application/x-www-form-urlencoded; charset=utf-8"),),
        XML,
    ),
    "a target and a form": ((FORM, ("X-Amz-Target", "secretsmanager.GetSecretValue")), JSON),
    "JSON": ((("content-type", "application/x-amz-json-1.1"),), JSON),
    "another": ((("content-type", "text/html"), ("accept", FORM[1])), JSON),
}
CODES = {
    400: "MalformedHttpRequestException",
    408: "RequestTimeoutException",
    413: "RequestEntityTooLargeException",
    414: "MalformedHttpRequestException",
    431: "MalformedHttpRequestException",
    418: "MalformedHttpRequestException",
    500: "InternalFailure",
    503: "ServiceUnavailable",
    504: "InternalFailure",
}


@pytest.mark.parametrize(("headers", "content_type"), HEADERS.values(), ids=HEADERS)
@pytest.mark.parametrize(("status", "code"), CODES.items())
def test_a_refusal_of_the_edge_speaks_as_the_headers_so_far_reveal(
    headers: tuple[tuple[str, str], ...], content_type: tuple[str, str], status: int, code: str
) -> None:
    written = answer.edge_refusal(headers, status, "the <header> is too long")

    assert (status, (content_type,)) == (written.status, written.headers)
    if content_type == JSON:
        text = "the <header> is too long"
        assert {"__type": code, "Message": text, "message": text} == json.loads(written.body)
    else:
        assert f"<Code>{code}</Code>".encode() in written.body
        assert b"the &lt;header&gt; is too long" in written.body


@pytest.mark.parametrize("headers", [(), (FORM,)], ids=["json", "query"])
def test_a_refusal_of_the_edge_bears_an_id_if_there_is_one(headers: tuple[tuple[str, str], ...]) -> None:
    written = answer.edge_refusal(headers, 400, "no", request_id="r-1")

    assert REQUEST_ID in written.headers
