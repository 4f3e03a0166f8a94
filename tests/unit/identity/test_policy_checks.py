"""Which resource policies are public, and what is said of one that is wrong in several ways (facts B.9, 8.5)."""

from __future__ import annotations

import json

import pytest

from watchword.identity.policy_checks import Findings, examine

ACCOUNT = "123456789012"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/reader"


def statement(**elements: object) -> dict[str, object]:
    made = {
        "Effect": "Allow",
        "Principal": "*",
        "Action": "secretsmanager:GetSecretValue",
        "Resource": "*",
        **elements,
    }
    return {name: value for name, value in made.items() if value is not None}


def document(*statements: dict[str, object]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": statements})


def open_if(operator: str, key: str, *values: str) -> str:
    """Open to everybody under one condition."""
    return document(statement(Condition={operator: {key: list(values)}}))


PUBLIC = {
    "everybody": document(statement()),
    "everybody among others": document(statement(Principal={"AWS": [ACCOUNT, "*"]})),
    "everybody but": document(statement(Principal=None, NotPrincipal={"AWS": ROLE})),
    "everybody but, under a condition": document(
        statement(
            Principal=None,
            NotPrincipal={"AWS": ROLE},
            Condition={"StringEquals": {"aws:PrincipalOrgID": "o-example"}},
        )
    ),
    "one open statement among closed ones": document(statement(Principal={"AWS": ROLE}), statement()),
    "a Deny beside it": document(statement(), statement(Effect="Deny")),
    "a condition that says not who": open_if("Bool", "aws:SecureTransport", "true"),
    "a condition on what the caller chooses": open_if("StringEquals", "aws:UserAgent", "curl"),
    "any organization": open_if("StringLike", "aws:PrincipalOrgID", "o-*"),
    "one organization or any": open_if("StringLike", "aws:PrincipalOrgID", "o-example", "*"),
    "no organization": open_if("StringEquals", "aws:PrincipalOrgID", ""),
    "any but one organization": open_if("StringNotEquals", "aws:PrincipalOrgID", "o-example"),
    "an organization, if there is one": open_if("StringEqualsIfExists", "aws:PrincipalOrgID", "o-example"),
    "none but an organization's paths": open_if(
        "ForAllValues:StringLike", "aws:PrincipalOrgPaths", "o-example/*"
    ),
    "a path of any organization": open_if("ForAnyValue:StringLike", "aws:PrincipalOrgPaths", "o-*/r-1/*"),
    "a path without an organization": open_if("ForAnyValue:StringLike", "aws:PrincipalOrgPaths", "*"),
    "one's own account, whichever it is": open_if(
        "StringEquals", "aws:PrincipalAccount", "${aws:PrincipalAccount}"
    ),
    "a role of any account": open_if("ArnLike", "aws:PrincipalArn", "arn:aws:iam::*:role/reader"),
    "a role of some accounts": open_if(
        "ArnLike", "aws:PrincipalArn", "arn:aws:iam::12345678901?:role/reader"
    ),
    "any ARN": open_if("ArnLike", "aws:PrincipalArn", "*"),
    "an ARN whose account a wildcard may skip": open_if(
        "StringLike", "aws:PrincipalArn", f"arn:*:iam::{ACCOUNT}:role/reader"
    ),
    "one's own ARN": open_if("StringEquals", "aws:PrincipalArn", "arn:aws:iam::${aws:PrincipalAccount}:root"),
    "an account under an operator of ARNs": open_if("ArnLike", "aws:PrincipalAccount", ACCOUNT),
    "all addresses": open_if("IpAddress", "aws:SourceIp", "0.0.0.0/0"),
    "half of all addresses": open_if("IpAddress", "aws:SourceIp", "192.0.2.0/24", "128.0.0.0/1"),
    "an address range that is just too wide": open_if("IpAddress", "aws:SourceIp", "10.0.0.0/7"),
    "an IPv6 range that is just too wide": open_if("IpAddress", "aws:SourceIp", "2001:db8::/31"),
    "any but a range": open_if("NotIpAddress", "aws:SourceIp", "192.0.2.0/24"),
    "an address as text": open_if("StringLike", "aws:SourceIp", "192.0.2.1"),
    "whoever says who they are": open_if("Null", "aws:PrincipalOrgID", "false"),
    "a user id with a wildcard": open_if("StringLike", "aws:userid", "AROAEXAMPLE:*"),
}
CLOSED = {
    "a role": document(statement(Principal={"AWS": ROLE})),
    "an account": document(statement(Principal={"AWS": ACCOUNT})),
    "a service": document(statement(Principal={"Service": "lambda.amazonaws.com"})),
    "nobody": document(statement(Effect="Deny")),
    "all but one are denied": document(statement(Effect="Deny", Principal=None, NotPrincipal={"AWS": ROLE})),
    "one organization": open_if("StringEquals", "aws:PrincipalOrgID", "o-example"),
    "one of two organizations": open_if("StringEquals", "aws:PrincipalOrgID", "o-example", "o-sample"),
    "the key in another case": open_if("StringEquals", "AWS:principalorgid", "o-example"),
    "an organization's units": open_if(
        "ForAnyValue:StringLike", "aws:PrincipalOrgPaths", "o-example/r-1/ou-1/*"
    ),
    "an account of the caller": open_if("StringEquals", "aws:PrincipalAccount", ACCOUNT),
    "an account of the source": open_if("StringEqualsIgnoreCase", "aws:SourceAccount", ACCOUNT),
    "one ARN": open_if("ArnEquals", "aws:PrincipalArn", ROLE),
    "an account's roles": open_if("ArnLike", "aws:PrincipalArn", f"arn:aws:iam::{ACCOUNT}:role/*"),
    "an account's roles, as text": open_if(
        "StringLike", "aws:PrincipalArn", f"arn:aws:iam::{ACCOUNT}:role/*"
    ),
    "an account's functions in any Region": open_if(
        "ArnLike", "aws:SourceArn", f"arn:aws:lambda:*:{ACCOUNT}:function:rotate"
    ),
    "a thing whose ARN has no account": open_if("ArnEquals", "aws:SourceArn", "arn:aws:s3:::a-bucket"),
    "a VPC": open_if("StringEquals", "aws:SourceVpc", "vpc-1"),
    "an endpoint": open_if("StringLike", "aws:SourceVpce", "vpce-1"),
    "an address": open_if("IpAddress", "aws:SourceIp", "192.0.2.1"),
    "the widest range": open_if("IpAddress", "aws:SourceIp", "10.0.0.0/8"),
    "the widest IPv6 range": open_if("IpAddress", "aws:SourceIp", "2001:db8::/32"),
    "a user id": open_if("StringEquals", "aws:userid", "AIDAEXAMPLE"),
    "two conditions, of which one pins": document(
        statement(
            Condition={
                "Bool": {"aws:SecureTransport": "true"},
                "StringLike": {"aws:PrincipalOrgID": "o-*", "aws:SourceVpc": "vpc-1"},
            }
        )
    ),
}


@pytest.mark.parametrize("text", PUBLIC.values(), ids=PUBLIC)
def test_a_policy_that_is_public(text: str) -> None:
    assert examine(text) == Findings(public=True)


@pytest.mark.parametrize("text", CLOSED.values(), ids=CLOSED)
def test_a_policy_that_is_not_public(text: str) -> None:
    assert examine(text) == Findings()


def test_everything_that_is_wrong_is_found_at_once() -> None:
    text = document(
        statement(), statement(Principal={"AWS": "arn:aws:iam::123456789012:group/g", "Service": "x"})
    )

    assert examine(text) == Findings(unsupported_principal=True, invalid_service_principal=True, public=True)


def test_of_a_malformed_policy_nothing_else_is_said() -> None:
    assert examine(document(statement(), statement(Effect="allow"))) == Findings(malformed=True)
