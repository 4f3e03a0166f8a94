"""Step 1 of the gate: what a request names, and how it is told when it names nothing."""

from __future__ import annotations

import pytest

from watchword.api.http import HTTPRequest
from watchword.api.operation import Operation, Protocol, Service
from watchword.api.shapes import account, ec2, iam, kms, sts, watchword
from watchword.api.shapes import secretsmanager as sm
from watchword.gate.route import Unroutable, route

FORM = "application/x-www-form-urlencoded; charset=utf-8"
WHO = b"Action=GetCallerIdentity&Version=2011-06-15"


def asked(
    target: str | None = None,
    *,
    method: str = "POST",
    url: str = "/",
    content_type: str | None = None,
    body: bytes = b"",
    signed_for: str | None = None,
) -> HTTPRequest:
    headers = [("host", "localhost")]
    if signed_for is not None:
        scope = f"AKIAIOSFODNN7EXAMPLE/20261122/us-east-1/{signed_for}/aws4_request"
        headers.append(
            ("authorization", f"AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host, Signature=0")
        )
    if target is not None:
        headers.append(("x-amz-target", target))
    if content_type is not None:
        headers.append(("content-type", content_type))
    return HTTPRequest(method=method, target=url, headers=tuple(headers), body=body, source="127.0.0.1")


ROUTES: dict[str, tuple[HTTPRequest, Operation]] = {
    "Secrets Manager": (asked("secretsmanager.GetSecretValue"), sm.GET_SECRET_VALUE),
    "KMS": (asked("TrentService.Decrypt"), kms.DECRYPT),
    "STS, in a form": (asked(content_type=FORM, body=WHO), sts.GET_CALLER_IDENTITY),
    "STS, in a form without charset": (
        asked(content_type="application/x-www-form-urlencoded", body=WHO),
        sts.GET_CALLER_IDENTITY,
    ),
    "STS, in the URL of a GET": (
        asked(method="GET", url=f"/?{WHO.decode()}&X-Amz-Signature=0"),
        sts.GET_CALLER_IDENTITY,
    ),
    "IAM, in a form": (
        asked(content_type=FORM, body=b"Action=ListUsers&Version=2010-05-08"),
        iam.LIST_USERS,
    ),
    "EC2, in a form": (
        asked(content_type=FORM, body=b"Action=DescribeRegions&Version=2016-11-15"),
        ec2.DESCRIBE_REGIONS,
    ),
    "Account, by its path": (
        asked(url="/listRegions", content_type="application/json"),
        account.LIST_REGIONS,
    ),
    "a content type is no part of a path's operation": (
        asked(url="/listRegions", content_type=FORM),
        account.LIST_REGIONS,
    ),
    "a content type is no part of a JSON operation's name": (
        asked("secretsmanager.ListSecrets", content_type=FORM),
        sm.LIST_SECRETS,
    ),
}


@pytest.mark.parametrize(("request_", "operation"), ROUTES.values(), ids=ROUTES)
def test_a_request_names_an_operation(request_: HTTPRequest, operation: Operation) -> None:
    assert route(request_) is operation


Asked = Service | Protocol | None
NOTHING: dict[str, tuple[HTTPRequest, Asked, str]] = {
    "an unknown operation of a known service": (
        asked("secretsmanager.Nonsense"),
        sm.SERVICE,
        "UnknownOperationException",
    ),
    "a known operation of another service": (
        asked("secretsmanager.Decrypt"),
        sm.SERVICE,
        "UnknownOperationException",
    ),
    "case counts": (asked("secretsmanager.getSecretValue"), sm.SERVICE, "UnknownOperationException"),
    "an unknown service": (asked("AmazonSSM.GetParameter"), Protocol.JSON, "UnknownOperationException"),
    "no dot": (asked("GetSecretValue"), Protocol.JSON, "UnknownOperationException"),
    "an empty target": (asked(""), Protocol.JSON, "UnknownOperationException"),
    "a method that no JSON service takes": (
        asked("secretsmanager.GetSecretValue", method="GET"),
        sm.SERVICE,
        "UnknownOperationException",
    ),
    "a path that no JSON service takes": (
        asked("secretsmanager.GetSecretValue", url="/secrets"),
        sm.SERVICE,
        "UnknownOperationException",
    ),
    "a query that no JSON service takes": (
        asked("secretsmanager.GetSecretValue", url="/?a=b"),
        sm.SERVICE,
        "UnknownOperationException",
    ),
    "a path and a target": (
        asked("secretsmanager.GetSecretValue", url="/listRegions"),
        sm.SERVICE,
        "UnknownOperationException",
    ),
    "a method that no path takes": (
        asked(method="GET", url="/listRegions"),
        account.SERVICE,
        "UnknownOperationException",
    ),
    "a query that no path takes": (
        asked(url="/listRegions?a=b", content_type="application/json"),
        account.SERVICE,
        "UnknownOperationException",
    ),
    "an unknown path": (
        asked(url="/getAlternateContact", content_type="application/json"),
        Protocol.REST_JSON,
        "UnknownOperationException",
    ),
    "an action of another service": (
        asked(content_type=FORM, body=b"Action=GetCallerIdentity&Version=2010-05-08"),
        iam.SERVICE,
        "UnknownOperationException",
    ),
    "an unknown action of EC2": (
        asked(content_type=FORM, body=b"Action=RunInstances&Version=2016-11-15"),
        ec2.SERVICE,
        "UnknownOperationException",
    ),
    "an unknown version, signed for EC2": (
        asked(content_type=FORM, body=b"Action=DescribeRegions&Version=1", signed_for="ec2"),
        Protocol.EC2,
        "UnknownOperationException",
    ),
    "no form, signed for EC2": (
        asked(content_type=FORM, body=b"%ff", signed_for="ec2"),
        Protocol.EC2,
        "SerializationException",
    ),
    "an unknown path, signed for Account": (
        asked(url="/nowhere", signed_for="account"),
        Protocol.REST_JSON,
        "UnknownOperationException",
    ),
    "our own operations": (asked("Watchword.ApplyReplica"), Protocol.JSON, "UnknownOperationException"),
    "our own agent's operations": (
        asked("Watchword.ReadReplica"),
        Protocol.JSON,
        "UnknownOperationException",
    ),
    "nothing at all": (asked(), Protocol.JSON, "UnknownOperationException"),
    "a body of JSON without a target": (
        asked(content_type="application/x-amz-json-1.1", body=b"{}"),
        Protocol.JSON,
        "UnknownOperationException",
    ),
    "an unknown action": (
        asked(content_type=FORM, body=b"Action=Nonsense&Version=2011-06-15"),
        sts.SERVICE,
        "UnknownOperationException",
    ),
    "an unknown version": (
        asked(content_type=FORM, body=b"Action=GetCallerIdentity&Version=2011-06-16"),
        Protocol.QUERY,
        "UnknownOperationException",
    ),
    "no action": (
        asked(content_type=FORM, body=b"Version=2011-06-15"),
        sts.SERVICE,
        "UnknownOperationException",
    ),
    "a GET of a page": (asked(method="GET", url="/index.html"), Protocol.QUERY, "UnknownOperationException"),
    "a GET of nothing": (asked(method="GET"), Protocol.QUERY, "UnknownOperationException"),
    "a GET reads no body": (asked(method="GET", body=WHO), Protocol.QUERY, "UnknownOperationException"),
    "a POST reads no URL": (
        asked(url=f"/?{WHO.decode()}", content_type=FORM),
        Protocol.QUERY,
        "UnknownOperationException",
    ),
    "a form that is none": (
        asked(content_type=FORM, body=b"Action=%ff%fe"),
        Protocol.QUERY,
        "SerializationException",
    ),
    "an action twice": (
        asked(content_type=FORM, body=b"Action=GetCallerIdentity&" + WHO),
        Protocol.QUERY,
        "SerializationException",
    ),
}


@pytest.mark.parametrize(("request_", "in_words_of", "code"), NOTHING.values(), ids=NOTHING)
def test_a_request_that_names_nothing(request_: HTTPRequest, in_words_of: Asked, code: str) -> None:
    """Never HTML, never 5xx; told in the words of the service or protocol that it comes nearest to."""
    with pytest.raises(Unroutable) as refused:
        route(request_)

    assert refused.value.asked is in_words_of
    assert refused.value.error.code == code
    assert refused.value.error.status == 400


def test_what_a_caller_invented_is_not_repeated() -> None:
    with pytest.raises(Unroutable) as refused:
        route(asked(content_type=FORM, body=b"Action=<script>&Version=2011-06-15"))

    assert "<script>" not in refused.value.error.message


def test_the_peer_port_knows_our_own_operations_and_no_others() -> None:
    assert route(asked("Watchword.ApplyReplica"), internal=True) is watchword.APPLY_REPLICA
    with pytest.raises(Unroutable):
        route(asked("secretsmanager.GetSecretValue"), internal=True)
