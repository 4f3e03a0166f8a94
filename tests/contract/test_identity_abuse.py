"""What a tenant tries who has some rights over identity and wants more: refused, and nothing of it is kept.

Source: reliability 2.2, a malicious tenant; IAM User Guide, Permissions boundaries, Delegating responsibility to others.
"""

from __future__ import annotations

import pytest
from tests.contract.people import (
    Lent,
    add_user,
    ask,
    call_as,
    directory,
    role_arn,
    statement,
    trusting,
)
from tests.contract.region import ACCOUNT, Region

EVERYTHING = statement({"Effect": "Allow", "Action": "*", "Resource": "*"})
NARROW = "arn:aws:iam::aws:policy/IAMReadOnlyAccess"
IAM = f"arn:aws:iam::{ACCOUNT}"


@pytest.fixture(autouse=True)
def _secret(region: Region) -> None:
    region.call("CreateSecret", Name="db", SecretString="v")


def test_the_path_of_service_linked_roles_does_not_free_a_role_of_its_boundary(region: Region) -> None:
    """No boundary limits a service-linked role; so nobody makes one that only looks like it."""
    delegated = statement(
        {
            "Effect": "Allow",
            "Action": ["iam:CreateRole", "iam:PutRolePolicy"],
            "Resource": "*",
            "Condition": {"StringEquals": {"iam:PermissionsBoundary": NARROW}},
        }
    )
    eve = add_user(region, "eve", policy=delegated)
    for path in ("/aws-service-role/", "/aws-service-role/x/", "/AWS-service-role/x/"):
        refused = call_as(
            region,
            "eve",
            "CreateRole",
            service="iam",
            RoleName="free",
            Path=path,
            PermissionsBoundary=NARROW,
            AssumeRolePolicyDocument=trusting(f"{IAM}:user/eve"),
        )
        assert refused.query_refusal[:2] == (400, "InvalidInput"), path
    assert directory(region).role_named("free") is None

    bounded = call_as(
        region,
        "eve",
        "CreateRole",
        service="iam",
        RoleName="bounded",
        PermissionsBoundary=NARROW,
        AssumeRolePolicyDocument=trusting(f"{IAM}:user/eve"),
    )
    assert bounded.status == 200, bounded.query_refusal
    put = call_as(
        region,
        "eve",
        "PutRolePolicy",
        service="iam",
        RoleName="bounded",
        PolicyName="all",
        PolicyDocument=EVERYTHING,
    )
    assert put.status == 200, put.query_refusal
    lent = Lent.of(
        call_as(region, eve.name, "AssumeRole", RoleArn=role_arn("bounded"), RoleSessionName="job")
    )
    assert lent.ask(region, "GetSecretValue", SecretId="db").refusal[1] == "AccessDeniedException"


@pytest.mark.parametrize(
    ("action", "fields", "ours", "theirs"),
    [
        ("UpdateUser", {"UserName": "bob"}, "user/dev/bob", "user/admin/bob"),
        ("UpdateGroup", {"GroupName": "crew"}, "group/dev/crew", "group/admin/crew"),
    ],
)
def test_who_moves_something_needs_permission_on_where_it_goes_too(
    region: Region, action: str, fields: dict[str, str], ours: str, theirs: str
) -> None:
    """Paths carry permissions. Source: IAM API, UpdateUser and UpdateGroup: on the source and on the target."""
    kind = ours.partition("/")[0].capitalize()
    assert region.iam(f"Create{kind}", {**fields, "Path": "/dev/"}).status == 200
    add_user(
        region,
        "eve",
        policy=statement({"Effect": "Allow", "Action": f"iam:{action}", "Resource": f"{IAM}:*/dev/*"}),
    )

    moved = call_as(region, "eve", action, service="iam", NewPath="/admin/", **fields)
    assert moved.query_refusal[:2] == (403, "AccessDenied")

    within = call_as(region, "eve", action, service="iam", NewPath="/dev/new/", **fields)
    assert within.status == 200, within.query_refusal


def test_a_rename_needs_permission_on_the_new_name_too(region: Region) -> None:
    assert region.iam("CreateUser", {"UserName": "bob"}).status == 200
    add_user(
        region,
        "eve",
        policy=statement({"Effect": "Allow", "Action": "iam:UpdateUser", "Resource": f"{IAM}:user/bob"}),
    )

    renamed = call_as(region, "eve", "UpdateUser", service="iam", UserName="bob", NewUserName="admin")

    assert renamed.query_refusal[:2] == (403, "AccessDenied")
    assert ask(region, "eve", "GetSecretValue", SecretId="db").refusal[1] == "AccessDeniedException"
