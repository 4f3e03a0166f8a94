"""Signing: the documentation's own example, and that what is signed here is accepted here."""

from __future__ import annotations

import pytest

from watchword.api.http import HTTPRequest
from watchword.sigv4.key import SigningKey, derive
from watchword.sigv4.sign import presign, sign
from watchword.sigv4.verify import check_scope, check_signature, check_time, present

EXAMPLE_SECRET = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"
NOW = 1_440_938_160_000
"""2015-08-30T12:36:00Z"""


def request(*, method: str = "POST", target: str = "/", body: bytes = b"{}") -> HTTPRequest:
    headers = (("host", "127.0.0.1:7700"), ("x-amz-target", "secretsmanager.ListSecrets"))
    return HTTPRequest(method=method, target=target, headers=headers, body=body, source="127.0.0.1")


def test_the_example_of_the_documentation_is_signed_as_there() -> None:
    """AWS General Reference, "Task 3: Calculate the signature": IAM ListUsers on 2015-08-30."""
    example = HTTPRequest(
        method="GET",
        target="/?Action=ListUsers&Version=2010-05-08",
        headers=(
            ("host", "iam.amazonaws.com"),
            ("content-type", "application/x-www-form-urlencoded; charset=utf-8"),
        ),
        body=b"",
        source="127.0.0.1",
    )

    signed = sign(
        example,
        access_key_id="AKIDEXAMPLE",
        secret_access_key=EXAMPLE_SECRET,
        region="us-east-1",
        service="iam",
        now=NOW,
    )

    assert signed.header("authorization") == (
        "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/iam/aws4_request, "
        "SignedHeaders=content-type;host;x-amz-date, "
        "Signature=5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7"
    )


@pytest.mark.parametrize("token", [None, "a/session+token=="])
@pytest.mark.parametrize("target", ["/", "/?", "/?a=1", "/a/../b?c=%2F&c=+", "/%C3%A9"])
@pytest.mark.parametrize("form", ["header", "query"])
def test_what_is_signed_is_accepted(form: str, target: str, token: str | None) -> None:
    names = {"region": "eu-west-1", "service": "sts"}
    unsigned = request(target=target)
    secret = {"access_key_id": "AKIDEXAMPLE", "secret_access_key": EXAMPLE_SECRET}

    if form == "header":
        signed = sign(unsigned, **secret, **names, now=NOW, session_token=token)
    else:
        signed = presign(unsigned, **secret, **names, now=NOW, expires_seconds=60, session_token=token)

    presented = present(signed)
    check_scope(presented, region="eu-west-1", service="sts")
    check_time(presented, now=NOW)
    check_signature(
        presented,
        signed,
        key=SigningKey(derive(EXAMPLE_SECRET, day="20150830", region="eu-west-1", service="sts")),
    )
    assert presented.session_token == token
    assert presented.expires_seconds == (None if form == "header" else 60)
    assert (signed.method, signed.body, signed.source) == ("POST", b"{}", "127.0.0.1")


def test_what_proxies_rewrite_is_not_signed() -> None:
    unsigned = request()
    rewritten = (("user-agent", "a"), ("x-amzn-trace-id", "b"), ("connection", "close"), ("te", "trailers"))
    signed = sign(
        HTTPRequest(
            method="POST",
            target="/",
            headers=(*unsigned.headers, *rewritten),
            body=b"",
            source="127.0.0.1",
        ),
        access_key_id="AKIDEXAMPLE",
        secret_access_key=EXAMPLE_SECRET,
        region="us-east-1",
        service="iam",
        now=NOW,
    )

    assert present(signed).signed_headers == ("host", "x-amz-date", "x-amz-target")
