"""IAM's account: what it counts, its alias, and everybody in one list."""

from __future__ import annotations

import json
from urllib.parse import unquote

import pytest
from tests.contract.people import change, directory
from tests.contract.region import ACCOUNT, Answer, Region, found_account

from watchword.api.shapes import iam
from watchword.identity.model import InstanceProfile

OTHER = {
    "access_key_id": "AKIAOTHEREXAMPLE0000",
    "secret_access_key": "another-account-s-root-user-s-secret-key",
}
OTHER_ACCOUNT = "210987654321"
READ_ONLY = "arn:aws:iam::aws:policy/ReadOnlyAccess"
NOBODY = "arn:aws:iam::aws:policy/AdministratorAccess"
READING = json.dumps(
    {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:Get*", "Resource": "*"}]}
)
TRUST = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [
            {"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}
        ],
    }
)


def do(region: Region, action: str, **fields: str) -> Answer:
    answer = region.iam(action, fields)
    assert answer.status == 200, answer.query_refusal
    return answer


def settle(region: Region) -> None:
    """Two users, a group, a role in an instance profile, a policy of two versions, and who has what."""
    own = f"arn:aws:iam::{ACCOUNT}:policy/x/reading"
    do(region, "CreatePolicy", PolicyName="reading", Path="/x/", PolicyDocument=READING)
    do(region, "CreatePolicyVersion", PolicyArn=own, PolicyDocument=READING, SetAsDefault="true")
    do(region, "CreateGroup", GroupName="ops")
    do(region, "PutGroupPolicy", GroupName="ops", PolicyName="inline", PolicyDocument=READING)
    do(region, "CreateUser", UserName="ann", PermissionsBoundary=own)
    do(region, "TagUser", UserName="ann", **{"Tags.member.1.Key": "team", "Tags.member.1.Value": "red"})
    do(region, "AddUserToGroup", GroupName="ops", UserName="ann")
    do(region, "AttachUserPolicy", UserName="ann", PolicyArn=READ_ONLY)
    do(region, "CreateUser", UserName="Bea")
    role_id = do(region, "CreateRole", RoleName="app", AssumeRolePolicyDocument=TRUST).text(".//RoleId")
    do(region, "AttachRolePolicy", RoleName="app", PolicyArn=own)
    change(region, InstanceProfile(profile_id="AIPA1", name="machines", created_ms=0, role_id=role_id))


# The summary


def summary(region: Region) -> dict[str, int]:
    entries = do(region, "GetAccountSummary").xml.iterfind(".//SummaryMap/entry")
    return {entry.findtext("key") or "": int(entry.findtext("value") or "") for entry in entries}


def test_the_summary_counts_what_there_is(region: Region) -> None:
    settle(region)

    counted = summary(region)
    held = {
        "Users": 2,
        "Groups": 1,
        "Roles": 1,
        "Policies": 1,
        "PolicyVersionsInUse": 2,
        "InstanceProfiles": 1,
        "Providers": 0,
        "MFADevices": 0,
        "AccountAccessKeysPresent": 1,
    }
    assert {name: counted[name] for name in held} == held
    assert counted["UsersQuota"] == 5000
    assert counted["AccessKeysPerUserQuota"] == 2


def test_the_summary_has_every_key_of_iam_s(region: Region) -> None:
    key = iam.GetAccountSummaryResponse.MEMBERS["summary_map"].key
    assert key is not None

    assert set(summary(region)) == set(key.values)


# The alias


def test_an_account_is_called_by_one_alias(region: Region) -> None:
    def listed() -> list[str | None]:
        answer = do(region, "ListAccountAliases")
        return [element.text for element in answer.xml.iterfind(".//AccountAliases/member")]

    assert listed() == []
    do(region, "CreateAccountAlias", AccountAlias="red-team")
    assert do(region, "GetUser").text(".//UserName") == "red-team"
    do(region, "CreateAccountAlias", AccountAlias="blue-team")
    assert listed() == ["blue-team"]
    do(region, "DeleteAccountAlias", AccountAlias="blue-team")
    assert listed() == []


def test_an_alias_is_one_account_s(region: Region) -> None:
    found_account(region, OTHER_ACCOUNT, **OTHER)
    do(region, "CreateAccountAlias", AccountAlias="red-team")
    taken = (409, "EntityAlreadyExists", "The account alias red-team already exists.")

    named = {"AccountAlias": "red-team"}
    assert region.iam("CreateAccountAlias", named, **OTHER).query_refusal == taken
    assert region.iam("CreateAccountAlias", named).query_refusal == taken
    do(region, "DeleteAccountAlias", AccountAlias="red-team")
    assert region.iam("CreateAccountAlias", named, **OTHER).status == 200
    assert directory(region, OTHER_ACCOUNT).settings.alias == "red-team"


def test_an_alias_that_the_account_has_not_is_not_found(region: Region) -> None:
    do(region, "CreateAccountAlias", AccountAlias="red-team")

    assert region.iam("DeleteAccountAlias", {"AccountAlias": "blue-team"}).query_refusal == (
        404,
        "NoSuchEntity",
        "The Account Alias with name blue-team cannot be found.",
    )


@pytest.mark.parametrize("alias", ["ab", "a" * 64, "Red", "-red", "red-", "red--team", "red_team"])
def test_an_alias_obeys_iam_s_rules(region: Region, alias: str) -> None:
    refused = region.iam("CreateAccountAlias", {"AccountAlias": alias})

    assert refused.query_refusal[:2] == (400, "ValidationError")


# Everybody


def details(region: Region, **fields: str) -> Answer:
    return do(region, "GetAccountAuthorizationDetails", **fields)


def texts(answer: Answer, path: str) -> list[str]:
    return [element.text or "" for element in answer.xml.iterfind(path)]


def test_everybody_is_shown_with_all_that_they_may_do(region: Region) -> None:
    settle(region)

    shown = details(region)
    assert texts(shown, ".//UserDetailList/member/UserName") == ["ann", "Bea"]
    ann = ".//UserDetailList/member[1]"
    assert texts(shown, f"{ann}/GroupList/member") == ["ops"]
    assert texts(shown, f"{ann}/AttachedManagedPolicies/member/PolicyName") == ["ReadOnlyAccess"]
    assert texts(shown, f"{ann}/Tags/member/Value") == ["red"]
    own = f"arn:aws:iam::{ACCOUNT}:policy/x/reading"
    assert texts(shown, f"{ann}/PermissionsBoundary/PermissionsBoundaryArn") == [own]
    group = ".//GroupDetailList/member"
    assert texts(shown, f"{group}/GroupPolicyList/member/PolicyName") == ["inline"]
    document = texts(shown, f"{group}/GroupPolicyList/member/PolicyDocument")[0]
    assert (document[:1], json.loads(unquote(document))) == ("%", json.loads(READING))
    role = ".//RoleDetailList/member"
    assert json.loads(unquote(texts(shown, f"{role}/AssumeRolePolicyDocument")[0])) == json.loads(TRUST)
    assert texts(shown, f"{role}/InstanceProfileList/member/Roles/member/RoleName") == ["app"]


def test_of_policies_those_in_use_are_shown_and_all_of_the_account_s_own(region: Region) -> None:
    settle(region)
    do(region, "CreatePolicy", PolicyName="unused", PolicyDocument=READING)

    shown = details(region)
    assert texts(shown, ".//Policies/member/PolicyName") == ["reading", "unused", "ReadOnlyAccess"]
    reading = ".//Policies/member[1]"
    assert texts(shown, f"{reading}/PolicyVersionList/member/VersionId") == ["v2", "v1"]
    assert texts(shown, f"{reading}/PolicyVersionList/member/IsDefaultVersion") == ["true", "false"]
    assert texts(shown, f"{reading}/AttachmentCount") == ["1"]
    assert texts(shown, f"{reading}/PermissionsBoundaryUsageCount") == ["1"]


@pytest.mark.parametrize(
    ("kinds", "expected"),
    [
        (("User",), ["ann", "Bea"]),
        (("Role", "Group"), ["ops", "app"]),
        (("LocalManagedPolicy",), ["reading"]),
        (("AWSManagedPolicy",), ["ReadOnlyAccess"]),
    ],
    ids=lambda value: "",
)
def test_what_is_asked_for_is_shown_alone(
    region: Region, kinds: tuple[str, ...], expected: list[str]
) -> None:
    settle(region)

    shown = details(region, **{f"Filter.member.{number}": kind for number, kind in enumerate(kinds, 1)})
    names = [
        name
        for path in (
            "UserDetailList/member/UserName",
            "GroupDetailList/member/GroupName",
            "RoleDetailList/member/RoleName",
            "Policies/member/PolicyName",
        )
        for name in texts(shown, f".//{path}")
    ]
    assert names == expected


def test_pages_of_everybody_miss_nobody(region: Region) -> None:
    settle(region)
    arns: list[str] = []
    fields: dict[str, str] = {}
    while True:
        answer = details(region, MaxItems="1", **fields)
        lists = ("UserDetailList", "GroupDetailList", "RoleDetailList", "Policies")
        found = [arn for name in lists for arn in texts(answer, f".//{name}/member/Arn")]
        assert len(found) == 1
        arns += found
        if answer.text(".//IsTruncated") == "false":
            break
        fields = {"Marker": answer.text(".//Marker")}

    of_account = f"arn:aws:iam::{ACCOUNT}:"
    assert arns == [
        f"{of_account}user/ann",
        f"{of_account}user/Bea",
        f"{of_account}group/ops",
        f"{of_account}role/app",
        f"{of_account}policy/x/reading",
        READ_ONLY,
    ]
    assert NOBODY not in arns
