"""The verifier: what is refused, with which words, and on which side of each border."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import structs
from msgspec.structs import replace

from watchword.api.errors import (
    ApiError,
    IncompleteSignatureException,
    InvalidSignatureException,
    MissingAuthenticationTokenException,
    UnrecognizedClientException,
)
from watchword.api.http import HTTPRequest
from watchword.sigv4.canonical import body_hash, canonical_request, string_to_sign
from watchword.sigv4.key import SigningKey, derive
from watchword.sigv4.sign import presign, sign
from watchword.sigv4.verify import (
    MISMATCH,
    Presented,
    check_scope,
    check_signature,
    check_time,
    present,
)

SECRET = "an example of forty characters, no more."
KEY_ID = "AKIAEXAMPLE000000001"
NOW = 1_428_734_467_000
"""2015-04-11T06:41:07Z"""
STAMP = "20150411T064107Z"
SCOPE = "20150411/us-east-1/kms/aws4_request"
KEY = SigningKey(derive(SECRET, day="20150411", region="us-east-1", service="kms"))

TYPE = ("content-type", "application/x-amz-json-1.1")
HEADERS = (
    ("host", "kms.us-east-1.example:7701"),
    TYPE,
    ("x-amz-target", "TrentService.ListKeys"),
    ("x-free", "a   b"),
    ("x-many", "1"),
    ("x-many", "2"),
    ("user-agent", "test"),
)

Change = Callable[[HTTPRequest], HTTPRequest]


def plain(
    method: str = "POST", target: str = "/", body: bytes = b'{"Limit": 5}', *, secure: bool = False
) -> HTTPRequest:
    return HTTPRequest(
        method=method, target=target, headers=HEADERS, body=body, source="127.0.0.1", secure=secure
    )


def signed(request: HTTPRequest, *, token: str | None = None) -> HTTPRequest:
    return sign(
        request,
        access_key_id=KEY_ID,
        secret_access_key=SECRET,
        region="us-east-1",
        service="kms",
        now=NOW,
        session_token=token,
    )


def presigned(request: HTTPRequest, *, expires_seconds: int = 600, token: str | None = None) -> HTTPRequest:
    return presign(
        request,
        access_key_id=KEY_ID,
        secret_access_key=SECRET,
        region="us-east-1",
        service="kms",
        now=NOW,
        expires_seconds=expires_seconds,
        session_token=token,
    )


def verify(request: HTTPRequest, *, now: int = NOW, key: SigningKey = KEY) -> Presented:
    """All four steps, as the gate takes them."""
    presented = present(request)
    check_scope(presented, region="us-east-1", service="kms")
    check_time(presented, now=now)
    check_signature(presented, request, key=key)
    return presented


def with_header(name: str, value: str) -> Change:
    """Add a header at the end."""
    return lambda request: replace(request, headers=(*request.headers, (name, value)))


def without_header(name: str) -> Change:
    return lambda request: replace(
        request, headers=tuple(pair for pair in request.headers if pair[0] != name)
    )


def header_as(name: str, change: Callable[[str], str]) -> Change:
    """Change the value of each header of that name."""
    return lambda request: replace(
        request,
        headers=tuple((held, change(value) if held == name else value) for held, value in request.headers),
    )


def claims_as(old: str, new: str) -> Change:
    """Change a piece of text in the `Authorization` header; it must be there."""

    def change(request: HTTPRequest) -> HTTPRequest:
        assert old in (request.header("authorization") or "")
        return header_as("authorization", lambda value: value.replace(old, new))(request)

    return change


def target_as(old: str, new: str) -> Change:
    """Change a piece of text in the target; it must be there."""

    def change(request: HTTPRequest) -> HTTPRequest:
        assert old in request.target
        return replace(request, target=request.target.replace(old, new, 1))

    return change


# --- what is accepted

METHODS = ("GET", "POST", "PUT", "DELETE")
TARGETS = (
    "/",
    "/listRegions",
    "/a//b/../c/",
    "/%2F%20~",
    "/?Action=GetCallerIdentity&Version=2011-06-15",
    "/?b=2&a=1&a=0&A&=&c=%2f+%2B",
    "/100%?%",
)
BODIES = {"empty": b"", "short": b'{"Limit": 5}', "binary": bytes(range(256))}
ACCEPTED = {
    f"{form} {method} {target} {body}": (form, method, target, BODIES[body])
    for form in ("header", "query")
    for method in METHODS
    for target in TARGETS
    for body in BODIES
}


@pytest.mark.parametrize(("form", "method", "target", "body"), ACCEPTED.values(), ids=ACCEPTED)
def test_a_good_signature_is_accepted(form: str, method: str, target: str, body: bytes) -> None:
    request = plain(method, target, body)

    presented = verify(signed(request) if form == "header" else presigned(request))

    assert presented.access_key_id == KEY_ID
    assert (presented.day, presented.region, presented.service) == ("20150411", "us-east-1", "kms")
    assert presented.time_ms == NOW
    assert presented.expires_seconds == (None if form == "header" else 600)


HARMLESS: dict[str, Change] = {
    "an unsigned header that nobody reads": with_header("via", "1.1 proxy"),
    "a trace id written by a load balancer": with_header("x-amzn-trace-id", "Root=1-5759e988"),
    "a browser SDK's user agent": with_header("x-amz-user-agent", "aws-sdk-js/3"),
    "a CDN's request id": with_header("x-amz-cf-id", "abc"),
    "another user agent": header_as("user-agent", lambda value: "other"),
    "a session token added after signing": with_header("x-amz-security-token", "token"),
    "more blanks in a signed header": header_as("x-free", lambda value: "  a \t b "),
    "another order of headers": lambda request: replace(
        request, headers=tuple(sorted(request.headers, key=lambda pair: (pair[0] != "user-agent", pair[0])))
    ),
    "no blanks between the claims": claims_as(", ", ","),
    "more blanks between the claims": claims_as(", ", " ,  "),
    "claims in another order": lambda request: header_as(
        "authorization",
        lambda value: "AWS4-HMAC-SHA256 " + ", ".join(reversed(value.partition(" ")[2].split(", "))),
    )(request),
    "a query in another order": target_as("a=1&b=2", "b=2&a=1"),
    "a query with another spelling": target_as("a=1", "%61=%31"),
    "a path with another spelling of the same": target_as("/p", "/./x/..//p"),
}


@pytest.mark.parametrize("change", HARMLESS.values(), ids=HARMLESS)
def test_what_changes_no_meaning_changes_no_signature(change: Change) -> None:
    verify(change(signed(plain(target="/p?a=1&b=2"))))


def test_a_session_token_is_presented() -> None:
    assert verify(signed(plain(), token="a token")).session_token == "a token"
    assert verify(presigned(plain(), token="a token")).session_token == "a token"
    assert (
        verify(with_header("x-amz-security-token", "a token")(presigned(plain()))).session_token == "a token"
    )
    assert verify(signed(plain())).session_token is None


def test_the_date_header_counts_where_no_amz_date_is() -> None:
    """IAM User Guide: "AWS looks first for the x-amz-date header … then for the date header"."""
    for date in ("Sat, 11 Apr 2015 06:41:07 GMT", "Sat, 11 Apr 2015 06:41:07 -0000", STAMP):
        amz_dated = signed(with_header("date", date)(plain()))

        presented = present(without_header("x-amz-date")(amz_dated))

        assert (presented.timestamp, presented.time_ms) == (STAMP, NOW)
    both = signed(with_header("date", "Sun, 12 Apr 2015 06:41:07 GMT")(plain()))
    assert present(both).timestamp == STAMP


def test_a_declared_body_hash_is_compared() -> None:
    good = "5d8f6cc44f7ffd1ba7a7d4a0b9f1d0b0" * 2
    unsigned = replace(plain(body=b""), headers=(*HEADERS, ("x-amz-content-sha256", good)))

    with pytest.raises(InvalidSignatureException) as refusal:
        verify(signed(unsigned))

    assert refusal.value.message == MISMATCH
    empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    verify(signed(header_as("x-amz-content-sha256", lambda _: empty)(unsigned)))


def test_a_declared_body_hash_is_compared_even_where_the_right_one_was_signed() -> None:
    """The header says one body, the signature another: whoever believes the header later is deceived."""
    headers = (("host", "h"), ("x-amz-content-sha256", "0" * 64), ("x-amz-date", STAMP))
    names = tuple(name for name, _ in headers)
    request = replace(plain(body=b""), headers=headers)
    canonical = canonical_request(request, signed_headers=names, payload_hash=body_hash(b""))
    signature = KEY.sign(
        string_to_sign(canonical, timestamp=STAMP, day="20150411", region="us-east-1", service="kms")
    )
    claims = f"Credential={KEY_ID}/{SCOPE}, SignedHeaders={';'.join(names)}, Signature={signature}"

    with pytest.raises(InvalidSignatureException) as refusal:
        verify(with_header("authorization", f"AWS4-HMAC-SHA256 {claims}")(request))

    assert refusal.value.message == MISMATCH


@pytest.mark.parametrize("sign_it", [signed, presigned])
def test_an_unsigned_payload_is_accepted_over_tls_only(sign_it: Change) -> None:
    unsigned = plain(secure=True)
    unsigned = replace(unsigned, headers=(*HEADERS, ("x-amz-content-sha256", "UNSIGNED-PAYLOAD")))

    request = sign_it(unsigned)

    verify(replace(request, body=b"any other"))
    with pytest.raises(InvalidSignatureException, match="over TLS only"):
        verify(replace(request, secure=False))


# --- what is refused: any change of a signed part

TAMPERED: dict[str, Change] = {
    "method": lambda request: replace(request, method="GET"),
    "method in another case": lambda request: replace(request, method="post"),
    "path": target_as("/p", "/q"),
    "path longer": target_as("/p", "/p/"),
    "path decoded": target_as("%2F", "/"),
    "path in another case of hexadecimal digits": target_as("%2F", "%2f"),
    "parameter's value": target_as("a=1", "a=2"),
    "parameter's name": target_as("a=1", "A=1"),
    "parameter removed": target_as("a=1&", ""),
    "parameter added": target_as("a=1", "a=1&c=3"),
    "parameter repeated": target_as("a=1", "a=1&a=1"),
    "blank to plus sign": target_as("b=+", "b=%2B"),
    "body": lambda request: replace(request, body=request.body + b" "),
    "body emptied": lambda request: replace(request, body=b""),
    "host": header_as("host", lambda value: "kms.us-west-2.example:7701"),
    "target header": header_as("x-amz-target", lambda value: "TrentService.Decrypt"),
    "content type": header_as("content-type", lambda value: "text/plain"),
    "a header's case": header_as("x-free", lambda value: "A b"),
    "a header's blank removed": header_as("x-free", lambda value: "ab"),
    "a header removed": without_header("x-free"),
    "a header emptied": header_as("x-free", lambda value: ""),
    "a repeated header once more": with_header("x-many", "3"),
    "repeated headers in another order": lambda request: replace(
        request,
        headers=tuple(reversed([pair for pair in request.headers if pair[0] == "x-many"]))
        + tuple(pair for pair in request.headers if pair[0] != "x-many"),
    ),
    "repeated headers as one of another text": lambda request: with_header("x-many", "1, 2")(
        without_header("x-many")(request)
    ),
}
SIGNED_CLAIMS: dict[str, Change] = {
    "time": header_as("x-amz-date", lambda value: "20150411T064108Z"),
    "a header taken out of the list": claims_as(
        "host;x-amz-date;x-amz-target;x-free", "host;x-amz-date;x-amz-target"
    ),
    "a header put into the list": claims_as("host;", "host;user-agent;"),
    "a header that is not there put into the list": claims_as("host;", "host;if-match;"),
    "signature in upper case": lambda request: header_as(
        "authorization", lambda value: value[:-64] + value[-64:].upper()
    )(request),
    "signature emptied": lambda request: header_as("authorization", lambda value: value[:-64])(request),
    "signature longer": header_as("authorization", lambda value: value + "0"),
    "signature shorter": header_as("authorization", lambda value: value[:-1]),
    "signature not ASCII": header_as("authorization", lambda value: value[:-1] + "\xe9"),
    "signature that is no text at all": header_as("authorization", lambda value: value[:-1] + "\udc80"),
    "signature that is no latin-1": header_as("authorization", lambda value: value[:-1] + "\u20ac"),
}


def another_digit(place: int) -> Change:
    """Change one character of the signature, the last 64 of the header."""

    def change(value: str) -> str:
        start = len(value) - 64 + place
        return value[:start] + ("0" if value[start] != "0" else "1") + value[start + 1 :]

    return header_as("authorization", change)


SIGNED_CLAIMS |= {f"signature's character {place}": another_digit(place) for place in range(64)}
REFUSED = {
    f"{form} {name}": (form, change)
    for form, changes in (
        ("header", TAMPERED | SIGNED_CLAIMS),
        ("query", TAMPERED),
    )
    for name, change in changes.items()
}


@pytest.mark.parametrize(("form", "change"), REFUSED.values(), ids=REFUSED)
def test_any_change_of_a_signed_part_is_refused(form: str, change: Change) -> None:
    request = plain(target="/p%2Fx?a=1&b=+")
    good = signed(request) if form == "header" else presigned(request)
    verify(good)

    bad = change(good)

    assert bad != good
    with pytest.raises(InvalidSignatureException) as refusal:
        verify(bad)
    assert refusal.value.message == MISMATCH


QUERY_CLAIMS: dict[str, Change] = {
    "time": target_as(STAMP, "20150411T064108Z"),
    "lifetime": target_as("X-Amz-Expires=600", "X-Amz-Expires=601"),
    "access key": target_as(KEY_ID, KEY_ID[:-1] + "2"),
    "a header taken out of the list": target_as("x-amz-target%3Bx-free", "x-amz-target"),
    "token": target_as("Security-Token=one", "Security-Token=two"),
    "token removed": target_as("&X-Amz-Security-Token=one", ""),
    "no lifetime": target_as("&X-Amz-Expires=600", ""),
    "the algorithm in another spelling, twice as long": target_as("X-Amz-Signature=", "X-Amz-Signature=00"),
}


@pytest.mark.parametrize("change", QUERY_CLAIMS.values(), ids=QUERY_CLAIMS)
def test_any_change_of_a_presigned_claim_is_refused(change: Change) -> None:
    good = presigned(plain(), token="one")
    verify(good)

    with pytest.raises(InvalidSignatureException) as refusal:
        verify(change(good))

    assert refusal.value.message == MISMATCH


OTHER_KEYS = {
    "secret": derive("another", day="20150411", region="us-east-1", service="kms"),
    "day": derive(SECRET, day="20150412", region="us-east-1", service="kms"),
    "Region": derive(SECRET, day="20150411", region="us-east-2", service="kms"),
    "service": derive(SECRET, day="20150411", region="us-east-1", service="sts"),
}


@pytest.mark.parametrize("derived", OTHER_KEYS.values(), ids=OTHER_KEYS)
@pytest.mark.parametrize("sign_it", [signed, presigned])
def test_the_key_of_another_scope_verifies_nothing(sign_it: Change, derived: bytes) -> None:
    with pytest.raises(InvalidSignatureException) as refusal:
        verify(sign_it(plain()), key=SigningKey(derived))

    assert refusal.value.message == MISMATCH


# --- what is refused: the error table

INCOMPLETE = IncompleteSignatureException
INVALID = InvalidSignatureException
MISSING = MissingAuthenticationTokenException

NO_AUTH = without_header("authorization")


def authorization(value: str) -> Change:
    return header_as("authorization", lambda _: value)


HEADER_ERRORS: dict[str, tuple[Change, type[ApiError], str]] = {
    "no authentication at all": (NO_AUTH, MISSING, "Request is missing Authentication Token"),
    "nothing in the header": (
        authorization(""),
        INCOMPLETE,
        "Authorization header requires 'Credential' parameter. Authorization header requires "
        "'Signature' parameter. "
        "Authorization header requires 'SignedHeaders' parameter. (Hashed with SHA-256 and encoded "
        "with Base64) "
        "Authorization=47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=",
    ),
    "only the algorithm, and no date": (
        lambda request: authorization("AWS4-HMAC-SHA256")(without_header("x-amz-date")(request)),
        INCOMPLETE,
        "Authorization header requires 'Credential' parameter. Authorization header requires "
        "'Signature' parameter. "
        "Authorization header requires 'SignedHeaders' parameter. Authorization header requires "
        "existence of either a "
        "'X-Amz-Date' or a 'Date' header. (Hashed with SHA-256 and encoded with Base64) "
        "Authorization=",
    ),
    "no credential": (
        lambda request: claims_as(f"Credential={KEY_ID}/{SCOPE}, ", "")(request),
        INCOMPLETE,
        "Authorization header requires 'Credential' parameter. (Hashed",
    ),
    "no list of headers": (
        lambda request: header_as("authorization", lambda value: value.replace("SignedHeaders=", "Signed="))(
            request
        ),
        INCOMPLETE,
        "Authorization header requires 'SignedHeaders' parameter. (Hashed",
    ),
    "no signature": (
        claims_as("Signature=", "Sig="),
        INCOMPLETE,
        "Authorization header requires 'Signature' parameter. (Hashed",
    ),
    "a name in another case": (
        claims_as("Credential=", "credential="),
        INCOMPLETE,
        "Authorization header requires 'Credential' parameter. (Hashed",
    ),
    "no date": (
        without_header("x-amz-date"),
        INCOMPLETE,
        "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header. (Hashed",
    ),
    "a bearer token": (
        authorization("Bearer abcdef"),
        INCOMPLETE,
        "Invalid key=value pair (missing equal-sign) in Authorization header (hashed with SHA-256 "
        "and encoded with "
        "Base64): '",
    ),
    "a password": (
        authorization("Basic dXNlcjpwYXNz"),
        INCOMPLETE,
        "Invalid key=value pair (missing equal-sign)",
    ),
    "a password with an equal sign": (
        authorization("Basic dXNlcjpwYXNzd29yZA=="),
        INCOMPLETE,
        "Authorization header requires 'Credential' parameter.",
    ),
    "a credential with a blank": (
        claims_as("Credential=", "Credential, "),
        INCOMPLETE,
        "Invalid key=value pair (missing equal-sign)",
    ),
    "four elements": (
        claims_as("/us-east-1/", "/"),
        INCOMPLETE,
        "Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term",
    ),
    "six elements": (
        claims_as(KEY_ID, "a/b"),
        INCOMPLETE,
        "Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term",
    ),
    "an empty element": (
        claims_as("/us-east-1/", "//"),
        INCOMPLETE,
        "Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term",
    ),
    "another terminator": (
        claims_as("aws4_request", "aws5_request"),
        INVALID,
        "Credential should be scoped with a valid terminator: 'aws4_request'.",
    ),
    "another Region": (
        claims_as("us-east-1", "us-west-2"),
        INVALID,
        "Credential should be scoped to a valid region.",
    ),
    "another service": (
        claims_as("/kms/", "/sts/"),
        INVALID,
        "Credential should be scoped to correct service: 'kms'.",
    ),
    "another day": (
        claims_as("/20150411/", "/20150412/"),
        INVALID,
        "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: "
        "'20150412' != "
        "'20150411', from '20150411T064107Z'.",
    ),
    "no day": (
        claims_as("/20150411/", "/today/"),
        INVALID,
        "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '…' != ",
    ),
    "asymmetric signature": (
        authorization(
            f"AWS4-ECDSA-P256-SHA256 Credential={KEY_ID}/20150411/kms/aws4_request, "
            "SignedHeaders=host, Signature=30"
        ),
        INCOMPLETE,
        "the algorithm must be `AWS4-HMAC-SHA256`",
    ),
    "another hash": (
        claims_as("AWS4-HMAC-SHA256", "AWS4-HMAC-SHA512"),
        INCOMPLETE,
        "the algorithm must be `AWS4-HMAC-SHA256`",
    ),
    "the algorithm in another case": (
        claims_as("AWS4-HMAC-SHA256", "aws4-hmac-sha256"),
        INCOMPLETE,
        "the algorithm must be `AWS4-HMAC-SHA256`",
    ),
    "host unsigned": (
        claims_as(";host;", ";"),
        INVALID,
        "'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization.",
    ),
    "date unsigned": (
        claims_as(";x-amz-date;", ";"),
        INVALID,
        "'x-amz-date' must be a 'SignedHeader' in the AWS Authorization.",
    ),
    "target unsigned": (
        claims_as(";x-amz-target;", ";"),
        INVALID,
        "'x-amz-target' must be a 'SignedHeader' in the AWS Authorization.",
    ),
    "a body hash added": (
        with_header("x-amz-content-sha256", "UNSIGNED-PAYLOAD"),
        INVALID,
        "'x-amz-content-sha256' must be a 'SignedHeader' in the AWS Authorization.",
    ),
    "any other such header added": (
        with_header("x-amz-future", "1"),
        INVALID,
        "'x-amz-future' must be a 'SignedHeader' in the AWS Authorization.",
    ),
    "headers unsorted": (
        claims_as("content-type;host", "host;content-type"),
        INCOMPLETE,
        "`SignedHeaders` must",
    ),
    "a header twice in the list": (claims_as(";host;", ";host;host;"), INCOMPLETE, "`SignedHeaders` must"),
    "the list in upper case": (
        claims_as("content-type;", "Content-type;"),
        INCOMPLETE,
        "`SignedHeaders` must",
    ),
    "an empty name in the list": (claims_as(";host;", ";;host;"), INCOMPLETE, "`SignedHeaders` must"),
    "authorization twice": (
        with_header("authorization", "x"),
        INCOMPLETE,
        "header `authorization` occurs more than once",
    ),
    "time twice": (with_header("x-amz-date", STAMP), INCOMPLETE, "header `x-amz-date` occurs more than once"),
    "host twice": (with_header("host", "h"), INCOMPLETE, "header `host` occurs more than once"),
    "target twice": (
        with_header("x-amz-target", "t"),
        INCOMPLETE,
        "header `x-amz-target` occurs more than once",
    ),
    "type twice": (with_header(*TYPE), INCOMPLETE, "header `content-type` occurs more than once"),
    "a claim twice": (
        claims_as("Signature=", "Signature=0, Signature="),
        INCOMPLETE,
        "parameter `Signature` occurs more than once in the Authorization header",
    ),
    "header and query at once": (
        target_as("/", "/?X-Amz-Signature=0"),
        INCOMPLETE,
        "only one of the `Authorization` header and the `X-Amz-…` query parameters may be used",
    ),
    "a token in the query": (target_as("/", "/?X-Amz-Security-Token=0"), INCOMPLETE, "only one of the"),
}
BAD_TIMES = (
    "",
    "2015-04-11T06:41:07Z",
    "20150411T064107",
    "20150411 064107Z",
    "20150411T064107Z ",
    "20150411T064107z",
    "20151311T064107Z",
    "20150431T064107Z",
    "20150411T244107Z",
    "20150411T064160Z",
    "00000411T064107Z",
    "1428734467",
    "\u0662\u0660150411T064107Z",
    "Sat, 11 Apr 2015 06:41:07 GMT",
    "9" * 5000,
)


def amz_date(text: str) -> Change:
    return header_as("x-amz-date", lambda _: text)


HEADER_ERRORS |= {
    f"time {text[:20]!r}": (amz_date(text), INCOMPLETE, "Date must be in ISO-8601 'basic format'. Got '")
    for text in BAD_TIMES
}


@pytest.mark.parametrize(("change", "error", "message"), HEADER_ERRORS.values(), ids=HEADER_ERRORS)
def test_a_wrong_header_is_refused_in_aws_words(change: Change, error: type[ApiError], message: str) -> None:
    """IAM User Guide, "Troubleshoot signed requests for AWS APIs", and what callers have reported."""
    good = signed(plain())
    verify(good)

    with pytest.raises(ApiError) as refusal:
        verify(change(good))

    assert type(refusal.value) is error
    assert refusal.value.message.startswith(message)


QUERY_ERRORS: dict[str, tuple[Change, type[ApiError], str]] = {
    "no algorithm": (
        target_as("X-Amz-Algorithm=AWS4-HMAC-SHA256&", ""),
        INCOMPLETE,
        "AWS query-string parameters must include 'X-Amz-Algorithm'. Re-examine the query-string parameters.",
    ),
    "no credential": (
        target_as("X-Amz-Credential=", "Credential="),
        INCOMPLETE,
        "AWS query-string parameters must include 'X-Amz-Credential'. Re-examine the query-string "
        "parameters.",
    ),
    "no list of headers": (
        target_as("X-Amz-SignedHeaders=", "SignedHeaders="),
        INCOMPLETE,
        "AWS query-string parameters must include 'X-Amz-SignedHeaders'. Re-examine",
    ),
    "no signature": (
        target_as("X-Amz-Signature=", "Signature="),
        INCOMPLETE,
        "AWS query-string parameters must include 'X-Amz-Signature'. Re-examine the query-string parameters.",
    ),
    "no date": (
        target_as("X-Amz-Date=", "Date="),
        INCOMPLETE,
        "AWS query-string parameters must include existence of either a 'X-Amz-Date' or a 'Date' "
        "header. Re-examine",
    ),
    "nothing but an expiry": (
        lambda request: replace(request, target="/?X-Amz-Expires=60"),
        INCOMPLETE,
        "AWS query-string parameters must include 'X-Amz-Algorithm'. AWS query-string parameters "
        "must include "
        "'X-Amz-Credential'. AWS query-string parameters must include 'X-Amz-Signature'. AWS "
        "query-string parameters "
        "must include 'X-Amz-SignedHeaders'. AWS query-string parameters must include existence of either a "
        "'X-Amz-Date' or a 'Date' header. Re-examine the query-string parameters.",
    ),
    "names in another case are no claims": (
        lambda request: replace(request, target=request.target.replace("X-Amz-", "x-amz-")),
        MISSING,
        "Request is missing Authentication Token",
    ),
    "another algorithm": (
        target_as("AWS4-HMAC-SHA256", "AWS4-ECDSA-P256-SHA256"),
        INCOMPLETE,
        "the algorithm must be `AWS4-HMAC-SHA256`",
    ),
    "host unsigned": (
        target_as("%3Bhost%3B", "%3B"),
        INVALID,
        "'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization.",
    ),
    "target unsigned": (
        target_as("%3Bx-amz-target%3B", "%3B"),
        INVALID,
        "'x-amz-target' must be a 'SignedHeader' in the AWS Authorization.",
    ),
    "another Region": (
        target_as("us-east-1", "us-west-2"),
        INVALID,
        "Credential should be scoped to a valid region.",
    ),
    "another service": (
        target_as("%2Fkms%2F", "%2Fsts%2F"),
        INVALID,
        "Credential should be scoped to correct service",
    ),
    "another day": (
        target_as("%2F20150411%2F", "%2F20150410%2F"),
        INVALID,
        "Date in Credential scope does not match",
    ),
    "another terminator": (
        target_as("aws4_request", "x"),
        INVALID,
        "Credential should be scoped with a valid term",
    ),
    "four elements": (
        target_as("%2Fkms%2F", "%2F"),
        INCOMPLETE,
        "Credential must have exactly 5 slash-delimited",
    ),
    "token in the query and in a header": (
        with_header("x-amz-security-token", "two"),
        INCOMPLETE,
        "`X-Amz-Security-Token` occurs in the query and in a header",
    ),
    "an authorization header too": (with_header("authorization", "x"), INCOMPLETE, "only one of the"),
    "no latin-1": (target_as("/", "/?\u20ac&"), INCOMPLETE, "the query must be percent-encoded"),
}


def once_more(name: str) -> Change:
    """Repeat a query parameter, its name spelled in another way."""
    return lambda request: replace(request, target=f"{request.target}&{name.replace('-', '%2D')}=1")


QUERY_ERRORS |= {
    f"{name} twice": (once_more(name), INCOMPLETE, f"query parameter `{name}` occurs more than once")
    for name in (
        "X-Amz-Algorithm",
        "X-Amz-Credential",
        "X-Amz-Date",
        "X-Amz-Expires",
        "X-Amz-SignedHeaders",
        "X-Amz-Signature",
        "X-Amz-Security-Token",
    )
}
QUERY_ERRORS |= {
    f"lifetime {text!r}": (
        target_as("X-Amz-Expires=600", f"X-Amz-Expires={text}"),
        INCOMPLETE,
        "`X-Amz-Expires` must be a number of seconds from 1 to 604800",
    )
    for text in (
        "",
        "0",
        "-1",
        "%2B60",
        "604801",
        "1000000",
        "9" * 5000,
        "6e2",
        "6_0",
        "60.0",
        "%D9%A1",
        "%B2",
        "ten",
    )
}


@pytest.mark.parametrize(("change", "error", "message"), QUERY_ERRORS.values(), ids=QUERY_ERRORS)
def test_a_wrong_query_is_refused_in_aws_words(change: Change, error: type[ApiError], message: str) -> None:
    good = presigned(plain(), token="one")
    verify(good)

    with pytest.raises(ApiError) as refusal:
        verify(change(good))

    assert type(refusal.value) is error
    assert refusal.value.message.startswith(message)


@pytest.mark.parametrize("change", [*HEADER_ERRORS.values()], ids=HEADER_ERRORS)
def test_no_refusal_quotes_what_was_sent_as_a_credential(change: tuple[Change, type[ApiError], str]) -> None:
    """A secret access key in the place of the access key id must not reach logs or the trail."""
    good = signed(plain())
    secret = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"
    misplaced = claims_as(KEY_ID, secret)(good)

    try:
        broken = change[0](misplaced)
    except AssertionError:
        broken = misplaced
    with pytest.raises(ApiError) as refusal:
        verify(broken)

    for piece in (secret, *secret.split("/")):
        assert piece not in refusal.value.message


# --- scope and time


def test_any_region_is_accepted_where_the_service_says_so() -> None:
    presented = present(signed(plain()))

    check_scope(presented, region=None, service="kms")
    with pytest.raises(InvalidSignatureException, match="correct service: 'sts'"):
        check_scope(presented, region=None, service="sts")


SECOND = 1000
TIMES = {
    "the same second": (0, None),
    "five minutes later": (300 * SECOND, None),
    "a part of the next second": (301 * SECOND - 1, None),
    "five minutes and a second later": (
        301 * SECOND,
        "Signature expired: 20150411T064107Z is now earlier than 20150411T064108Z (20150411T064608Z "
        "- 5 min.)",
    ),
    "as reported": (
        328 * SECOND,
        "Signature expired: 20150411T064107Z is now earlier than 20150411T064135Z (20150411T064635Z "
        "- 5 min.)",
    ),
    "a year later": (365 * 86_400 * SECOND, "Signature expired: 20150411T064107Z is now earlier than 2016"),
    "five minutes earlier": (-300 * SECOND, None),
    "less than a second more": (
        -300 * SECOND - 1,
        "Signature not yet current: 20150411T064107Z is still later than 20150411T064106Z "
        "(20150411T063606Z + 5 min.)",
    ),
    "five minutes and a second earlier": (
        -301 * SECOND,
        "Signature not yet current: 20150411T064107Z is still later than 20150411T064106Z "
        "(20150411T063606Z + 5 min.)",
    ),
}


@pytest.mark.parametrize(("later", "message"), TIMES.values(), ids=TIMES)
def test_the_window_is_five_minutes_to_either_side(later: int, message: str | None) -> None:
    check_at(present(signed(plain())), now=NOW + later, message=message)


LIVES = {
    "its first second": (1, 0, None),
    "its last second": (1, SECOND, None),
    "one more": (
        1,
        2 * SECOND,
        "Signature expired: 20150411T064107Z is now earlier than 20150411T064108Z (20150411T064109Z "
        "- 1 sec.)",
    ),
    "a minute": (60, 60 * SECOND, None),
    "more than a minute": (
        60,
        61 * SECOND,
        "Signature expired: 20150411T064107Z is now earlier than 20150411T064108Z (20150411T064208Z "
        "- 1 min.)",
    ),
    "a week": (604_800, 604_800 * SECOND, None),
    "more than a week": (
        604_800,
        604_801 * SECOND,
        "Signature expired: 20150411T064107Z is now earlier than 2015",
    ),
    "five minutes before its time": (60, -300 * SECOND, None),
    "six minutes before its time": (
        604_800,
        -360 * SECOND,
        "Signature not yet current: 20150411T064107Z is still",
    ),
}


@pytest.mark.parametrize(("expires", "later", "message"), LIVES.values(), ids=LIVES)
def test_a_presigned_request_lives_as_long_as_it_says(expires: int, later: int, message: str | None) -> None:
    check_at(present(presigned(plain(), expires_seconds=expires)), now=NOW + later, message=message)


def test_a_presigned_request_without_a_lifetime_lives_five_minutes() -> None:
    presented = structs.replace(present(presigned(plain())), expires_seconds=None)

    check_at(presented, now=NOW + 300 * SECOND, message=None)
    check_at(presented, now=NOW + 301 * SECOND, message="Signature expired: ")


def check_at(presented: Presented, *, now: int, message: str | None) -> None:
    if message is None:
        check_time(presented, now=now)
        return
    with pytest.raises(InvalidSignatureException) as refusal:
        check_time(presented, now=now)
    assert refusal.value.message.startswith(message)


def test_midnight_belongs_to_the_day_of_the_timestamp() -> None:
    presented = structs.replace(
        present(signed(plain())), timestamp="20150412T000000Z", time_ms=1_428_796_800_000
    )

    check_time(structs.replace(presented, day="20150412"), now=1_428_796_799_000)
    with pytest.raises(InvalidSignatureException, match="'20150411' != '20150412'"):
        check_time(presented, now=1_428_796_799_000)


def test_a_claim_never_shows_its_credentials() -> None:
    presented = present(signed(plain(), token="a session token"))

    for hidden in (presented.signature, "a session token", KEY_ID):
        assert hidden not in repr(presented)
        assert hidden not in f"{presented}"


# --- anything at all

REFUSALS = (
    IncompleteSignatureException,
    InvalidSignatureException,
    MissingAuthenticationTokenException,
    UnrecognizedClientException,
)
PIECES = st.sampled_from(
    [
        "AWS4-HMAC-SHA256",
        "AWS4-ECDSA-P256-SHA256",
        " ",
        ",",
        ", ",
        "=",
        "/",
        ";",
        "Credential",
        "Credential=",
        "SignedHeaders=",
        "Signature=",
        f"{KEY_ID}/{SCOPE}",
        "aws4_request",
        "host;x-amz-date;x-amz-target",
        "host",
        "0" * 64,
        STAMP,
        "X-Amz-Credential=",
        "X-Amz-Signature=0",
        "X-Amz-Expires=",
        "&",
        "?",
        "%",
        "%2",
        "%00",
        "+",
        "X-Amz-Algorithm=AWS4-HMAC-SHA256",
        "X-Amz-Date=",
        "X-Amz-SignedHeaders=host",
        "\x00",
        "\xa0",
        "\xff",
        "\u20ac",
    ]
)
ANYTHING = st.one_of(
    st.lists(PIECES, max_size=16).map("".join),
    st.text(max_size=60),
    st.text(st.characters(max_codepoint=255), max_size=60),
)


def verify_known(request: HTTPRequest) -> None:
    """The header form doesn't sign the access key id: it says whose key is looked up; one is known."""
    if verify(request).access_key_id != KEY_ID:
        raise UnrecognizedClientException("The security token included in the request is invalid.")


def refused(request: HTTPRequest) -> None:
    """Nobody writes a right signature by accident, and nothing but the four refusals comes out."""
    with pytest.raises(REFUSALS) as refusal:
        verify_known(request)

    assert refusal.value.message


@settings(max_examples=300, deadline=None)
@given(value=ANYTHING)
def test_any_authorization_header_is_refused_cleanly(value: str) -> None:
    refused(authorization(value)(signed(plain())))


@settings(max_examples=300, deadline=None)
@given(target=ANYTHING, date=ANYTHING)
def test_any_target_and_date_are_refused_cleanly(target: str, date: str) -> None:
    bare = without_header("x-amz-date")(NO_AUTH(signed(plain())))

    refused(with_header("date", date)(replace(bare, target="/?" + target)))


@settings(max_examples=200, deadline=None)
@given(place=st.integers(0, 10_000), new=st.text(max_size=3))
def test_any_change_of_the_authorization_header_is_refused_cleanly(place: int, new: str) -> None:
    good = signed(plain())
    value = good.header("authorization") or ""
    place %= len(value)
    changed = value[:place] + new + value[place + 1 :]
    if changed.split() == value.split() or new.strip(" \t") in ("", ",") or value[place] == new:
        return  # blanks and empty pieces between the claims are no part of them

    refused(authorization(changed)(good))
