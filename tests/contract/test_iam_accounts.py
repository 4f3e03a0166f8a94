"""The account as a whole, asked with real requests: its summary, all of its details, its alias."""

from __future__ import annotations

import json
from urllib.parse import unquote

import pytest
from tests.contract.people import change, directory, statement
from tests.contract.region import ACCOUNT, Answer, Region, found_account

from watchword.api.shapes import iam
from watchword.identity import iam_quotas as quotas
from watchword.identity.model import InstanceProfile

READING = "arn:aws:iam::aws:policy/ReadOnlyAccess"
ADMIN = "arn:aws:iam::aws:policy/AdministratorAccess"
ALLOW = {"Effect": "Allow", "Action": "secretsmanager:List*", "Resource": "*"}
TRUST = statement(
    {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}}
)
OTHER, OTHER_KEY, OTHER_SECRET = "210987654321", "AKIAOTHERACCOUNT1234", "s" * 40


def ask(region: Region, action: str, **fields: str) -> Answer:
    answer = region.iam(action, fields)
    assert answer.status == 200, answer.query_refusal
    return answer


def summary(region: Region) -> dict[str, int]:
    entries = ask(region, "GetAccountSummary").xml.iterfind(".//SummaryMap/entry")
    return {entry.findtext("key") or "": int(entry.findtext("value") or "-1") for entry in entries}


def populate(region: Region) -> None:
    ask(region, "CreateUser", UserName="ann", Path="/ops/", PermissionsBoundary=READING)
    ask(region, "PutUserPolicy", UserName="ann", PolicyName="own", PolicyDocument=statement(ALLOW))
    ask(region, "CreateGroup", GroupName="readers")
    ask(region, "AddUserToGroup", GroupName="readers", UserName="ann")
    ask(region, "AttachGroupPolicy", GroupName="readers", PolicyArn=ADMIN)
    ask(region, "CreatePolicy", PolicyName="listing", PolicyDocument=statement(ALLOW))
    ask(region, "CreateRole", RoleName="deployer", AssumeRolePolicyDocument=TRUST)
    ask(region, "AttachRolePolicy", RoleName="deployer", PolicyArn=f"arn:aws:iam::{ACCOUNT}:policy/listing")


# Summary


def test_the_summary_counts_what_there_is(region: Region) -> None:
    before = summary(region)
    populate(region)
    after = summary(region)

    changed = {name: after[name] - before[name] for name in after if after[name] != before[name]}
    assert changed == {"Users": 1, "Groups": 1, "Roles": 1, "Policies": 1, "PolicyVersionsInUse": 1}
    assert after["AccountAccessKeysPresent"] == 1
    assert after["UsersQuota"] == quotas.USERS
    assert after["AccountMFAEnabled"] == 0


def test_the_summary_has_every_key_of_iam_s(region: Region) -> None:
    key = iam.GetAccountSummaryResponse.MEMBERS["summary_map"].key
    assert key is not None

    assert set(summary(region)) == set(key.values)


# Details


def names_of(answer: Answer) -> list[str]:
    kinds = (
        "UserDetailList/member/UserName",
        "GroupDetailList/member/GroupName",
        "RoleDetailList/member/RoleName",
        "Policies/member/PolicyName",
    )
    return [element.text or "" for kind in kinds for element in answer.xml.iterfind(f".//{kind}")]


def test_the_details_show_everything_with_its_policies(region: Region) -> None:
    populate(region)
    role = directory(region).role_named("deployer")
    assert role is not None
    change(
        region, InstanceProfile(profile_id="AIPA" + "A" * 16, name="box", created_ms=0, role_id=role.role_id)
    )

    shown = ask(region, "GetAccountAuthorizationDetails")
    assert names_of(shown) == [
        "ann",
        "readers",
        "deployer",
        "listing",
        "AdministratorAccess",
        "ReadOnlyAccess",
    ]
    assert shown.text(".//UserDetailList/member/GroupList/member") == "readers"
    assert shown.text(".//UserDetailList/member/PermissionsBoundary/PermissionsBoundaryArn") == READING
    document = shown.text(".//UserPolicyList/member/PolicyDocument")
    assert json.loads(unquote(document))["Statement"] == [ALLOW]
    assert shown.text(".//GroupDetailList//AttachedManagedPolicies/member/PolicyArn") == ADMIN
    trust = json.loads(unquote(shown.text(".//RoleDetailList/member/AssumeRolePolicyDocument")))
    assert trust["Statement"][0]["Action"] == "sts:AssumeRole"
    assert shown.text(".//InstanceProfileList/member/InstanceProfileName") == "box"
    assert shown.text(".//Policies/member/PolicyVersionList/member/IsDefaultVersion") == "true"
    assert shown.text(".//Policies/member/AttachmentCount") == "1"


@pytest.mark.parametrize(
    ("kind", "names"),
    [
        ("User", ["ann"]),
        ("Group", ["readers"]),
        ("Role", ["deployer"]),
        ("LocalManagedPolicy", ["listing"]),
        ("AWSManagedPolicy", ["AdministratorAccess", "ReadOnlyAccess"]),
    ],
)
def test_a_filter_leaves_one_kind(region: Region, kind: str, names: list[str]) -> None:
    populate(region)

    assert names_of(ask(region, "GetAccountAuthorizationDetails", **{"Filter.member.1": kind})) == names


def test_pages_of_the_details_miss_nothing_and_repeat_nothing(region: Region) -> None:
    populate(region)

    seen: list[str] = []
    fields = {"MaxItems": "1"}
    while True:
        answer = ask(region, "GetAccountAuthorizationDetails", **fields)
        seen += names_of(answer)
        if answer.text(".//IsTruncated") == "false":
            break
        fields = {"MaxItems": "1", "Marker": answer.text(".//Marker")}

    assert seen == names_of(ask(region, "GetAccountAuthorizationDetails"))


# Alias


def aliases(region: Region) -> list[str]:
    found = ask(region, "ListAccountAliases").xml.iterfind(".//AccountAliases/member")
    return [element.text or "" for element in found]


def test_an_account_has_one_alias_and_a_new_one_takes_its_place(region: Region) -> None:
    assert aliases(region) == []
    ask(region, "CreateAccountAlias", AccountAlias="first")
    ask(region, "CreateAccountAlias", AccountAlias="second")
    assert aliases(region) == ["second"]
    assert ask(region, "GetUser").text(".//UserName") == "second"

    ask(region, "DeleteAccountAlias", AccountAlias="second")
    assert aliases(region) == []


def test_an_alias_that_the_account_has_not_is_not_deleted(region: Region) -> None:
    ask(region, "CreateAccountAlias", AccountAlias="first")

    assert region.iam("DeleteAccountAlias", {"AccountAlias": "other"}).query_refusal == (
        404,
        "NoSuchEntity",
        "The Account Alias other cannot be found.",
    )
    assert aliases(region) == ["first"]


def test_an_alias_is_one_accounts_alone(region: Region) -> None:
    found_account(region, OTHER, access_key_id=OTHER_KEY, secret_access_key=OTHER_SECRET)
    ask(region, "CreateAccountAlias", AccountAlias="example")

    def asked() -> Answer:
        return region.iam(
            "CreateAccountAlias",
            {"AccountAlias": "example"},
            access_key_id=OTHER_KEY,
            secret_access_key=OTHER_SECRET,
        )

    assert asked().query_refusal == (
        409,
        "EntityAlreadyExists",
        "The account alias example already exists.",
    )
    ask(region, "DeleteAccountAlias", AccountAlias="example")
    assert asked().status == 200


@pytest.mark.parametrize("alias", ["123456789013", "-a-b", "Capital", "a--b", "ab"])
def test_what_is_no_alias_is_refused(region: Region, alias: str) -> None:
    assert region.iam("CreateAccountAlias", {"AccountAlias": alias}).query_refusal[:2] == (
        400,
        "ValidationError",
    )
