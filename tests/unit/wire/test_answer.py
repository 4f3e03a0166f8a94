"""Requests, answers and refusals, in the protocol of the service that was asked."""

from __future__ import annotations

import json

import pytest

from watchword.api import errors
from watchword.api.errors import ApiError
from watchword.api.http import HTTPRequest
from watchword.api.operation import Protocol, Service
from watchword.api.shape import Instant, IsoInstant
from watchword.api.shapes import account, ec2, iam, kms, sts, watchword
from watchword.api.shapes import secretsmanager as sm
from watchword.wire import answer, question

JSON = ("Content-Type", "application/x-amz-json-1.1")
REST = ("Content-Type", "application/json")
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


def test_a_rest_service_reads_the_body() -> None:
    asked = request(target="/enableRegion", body=b'{"RegionName": "af-south-1"}')

    assert account.EnableRegionRequest(region_name="af-south-1") == question.decode(
        account.ENABLE_REGION, asked
    )


def test_ec2_reads_flat_lists() -> None:
    form = (
        "Action=DescribeRegions&Version=2016-11-15&RegionName.1=us-east-1&RegionName.2=us-east-2&AllRegions=true"
        "&Filter.1.Name=opt-in-status&Filter.1.Value.1=opted-in&Filter.1.Value.2=not-opted-in"
    )
    wanted = ec2.DescribeRegionsRequest(
        region_names=("us-east-1", "us-east-2"),
        all_regions=True,
        filters=(ec2.Filter(name="opt-in-status", values=("opted-in", "not-opted-in")),),
    )

    assert wanted == question.decode(ec2.DESCRIBE_REGIONS, request(body=form.encode()))


@pytest.mark.parametrize(
    "form", ["RegionName=us-east-1", "RegionName.2=a", "RegionName.member.1=a", "Filter.1=a"]
)
def test_what_is_no_list_of_ec2_s_is_refused(form: str) -> None:
    with pytest.raises(errors.SerializationException):
        question.decode(ec2.DESCRIBE_REGIONS, request(body=form.encode()))


def test_an_answer_of_ec2_has_items_and_no_wrapper() -> None:
    regions = (ec2.Region(region_name="us-east-1", endpoint="ec2.us-east-1.amazonaws.com"),)

    written = answer.answer(ec2.DESCRIBE_REGIONS, ec2.DescribeRegionsResult(regions=regions), "r-1")

    assert (written.status, written.headers) == (200, (XML, REQUEST_ID))
    assert written.body == (
        b'<DescribeRegionsResponse xmlns="http://ec2.amazonaws.com/doc/2016-11-15"><requestId>r-1</requestId>'
        b"<regionInfo><item><regionName>us-east-1</regionName>"
        b"<regionEndpoint>ec2.us-east-1.amazonaws.com</regionEndpoint></item></regionInfo></DescribeRegionsResponse>\n"
    )


def test_an_answer_of_a_rest_service() -> None:
    """The one moment of these services that JSON writes as ISO 8601."""
    shape = account.GetAccountInformationResponse(account_created_date=IsoInstant(1_700_000_000_500))

    written = answer.answer(account.GET_ACCOUNT_INFORMATION, shape, "r-1")

    assert (written.status, written.headers) == (200, (REST, REQUEST_ID))
    assert written.body == b'{"AccountCreatedDate":"2023-11-14T22:13:20.500Z"}'


def test_iam_s_moments_are_whole_seconds() -> None:
    user = iam.User(user_name="a", create_date=Instant(1_700_000_000_000))

    written = answer.answer(iam.GET_USER, iam.GetUserResponse(user=user), "r-1")

    assert b"<CreateDate>2023-11-14T22:13:20Z</CreateDate>" in written.body


def test_a_map_of_iam_s_has_entries() -> None:
    written = answer.answer(
        iam.GET_ACCOUNT_SUMMARY, iam.GetAccountSummaryResponse(summary_map={"Users": 1}), "r-1"
    )

    assert b"<SummaryMap><entry><key>Users</key><value>1</value></entry></SummaryMap>" in written.body


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


REST_REFUSALS = {
    "of its model": (account.SERVICE, account.ConflictException("no"), 409, {"message": "no"}),
    "a fault of its model": (account.SERVICE, account.InternalServerException("no"), 500, {"message": "no"}),
    "of who may": (
        account.SERVICE,
        errors.AccessDeniedException("no"),
        403,
        {"Message": "no", "message": "no"},
    ),
    "of who it is": (
        account.SERVICE,
        errors.InvalidSignatureException("no"),
        403,
        {"Message": "no", "message": "no"},
    ),
    "without text": (account.SERVICE, errors.SerializationException(), 400, {}),
    "of a path that nobody has": (Protocol.REST_JSON, errors.UnknownOperationException(), 404, {}),
}


@pytest.mark.parametrize(("asked", "error", "status", "texts"), REST_REFUSALS.values(), ids=REST_REFUSALS)
def test_a_refusal_of_a_rest_service_has_its_code_in_a_header(
    asked: Service | Protocol, error: ApiError, status: int, texts: dict[str, str]
) -> None:
    written = answer.refusal(asked, error, "r-1")

    code = ("x-amzn-ErrorType", error.code)
    assert (written.status, written.headers) == (status, (REST, REQUEST_ID, code))
    assert json.loads(written.body) == texts


NOT_VALIDATED = "AWS was not able to validate the provided access credentials"
EC2_REFUSALS = {
    "who may": (errors.AccessDeniedException("no"), "UnauthorizedOperation", 403),
    "nobody knows who": (errors.UnrecognizedClientException("no"), "AuthFailure", 401),
    "not who it says": (errors.InvalidSignatureException("no"), "AuthFailure", 401),
    "no longer who": (errors.ExpiredTokenException("no"), "RequestExpired", 400),
    "too often": (errors.ThrottlingException("no"), "RequestLimitExceeded", 503),
    "nobody at all": (errors.MissingAuthenticationTokenException("no"), "MissingAuthenticationToken", 403),
    "what nobody does": (errors.UnknownOperationException("no"), "InvalidAction", 400),
    "a fault": (errors.InternalFailure("no"), "InternalFailure", 500),
}
EC2_TEXTS = {
    "UnauthorizedOperation": "You are not authorized to perform this operation. no",
    "AuthFailure": NOT_VALIDATED,
}


@pytest.mark.parametrize(("error", "code", "status"), EC2_REFUSALS.values(), ids=EC2_REFUSALS)
def test_a_refusal_of_ec2_has_a_form_of_its_own(error: ApiError, code: str, status: int) -> None:
    written = answer.refusal(ec2.SERVICE, error, "r-1")

    said = f"<Code>{code}</Code><Message>{EC2_TEXTS.get(code, 'no')}</Message>"
    assert (written.status, written.headers) == (status, (XML, REQUEST_ID))
    assert written.body.decode() == (
        f"<Response><Errors><Error>{said}</Error></Errors><RequestID>r-1</RequestID></Response>\n"
    )


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


def signed_for(service: str) -> tuple[str, str]:
    scope = f"AKIAIOSFODNN7EXAMPLE/20261122/us-east-1/{service}/aws4_request"
    return "Authorization", f"AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host, Signature=0"


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
    "JSON without a target": ((("content-type", "application/json"),), REST),
    "a signature for a REST service": ((signed_for("account"),), REST),
    "a signature for EC2": ((FORM, signed_for("ec2")), XML),
    "a signature for nobody": ((FORM, signed_for("nobody")), XML),
    "a target and a signature": (
        (signed_for("account"), ("x-amz-target", "secretsmanager.GetSecretValue")),
        JSON,
    ),
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

    marks = (("x-amzn-ErrorType", code),) if content_type == REST else ()
    assert (status, (content_type, *marks)) == (written.status, written.headers)
    if content_type == REST:
        text = "the <header> is too long"
        assert {"Message": text, "message": text} == json.loads(written.body)
    elif content_type == JSON:
        text = "the <header> is too long"
        assert {"__type": code, "Message": text, "message": text} == json.loads(written.body)
    else:
        assert f"<Code>{code}</Code>".encode() in written.body
        assert b"the &lt;header&gt; is too long" in written.body


def test_a_refusal_of_the_edge_has_ec2_s_form_if_it_was_signed_for_ec2() -> None:
    written = answer.edge_refusal((FORM, signed_for("ec2")), 413, "no", request_id="r-1")

    assert written.body == (
        b"<Response><Errors><Error><Code>RequestEntityTooLargeException</Code><Message>no</Message></Error></Errors>"
        b"<RequestID>r-1</RequestID></Response>\n"
    )


def test_a_header_that_says_a_hundred_times_that_it_is_signed_costs_no_time() -> None:
    """Quadratic, this would take minutes."""
    header = ("authorization", "Credential=" * 100_000 + "a/" * 100_000)

    assert answer.edge_refusal((header,), 400, "no").headers == (JSON,)


@pytest.mark.parametrize("headers", [(), (FORM,)], ids=["json", "query"])
def test_a_refusal_of_the_edge_bears_an_id_if_there_is_one(headers: tuple[tuple[str, str], ...]) -> None:
    written = answer.edge_refusal(headers, 400, "no", request_id="r-1")

    assert REQUEST_ID in written.headers
