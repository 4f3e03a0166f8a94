"""IAM's inline and managed policies, asked with real requests: the same of users, groups and roles."""

from __future__ import annotations

import json
from dataclasses import dataclass

import pytest
from tests.contract.iam_requests import (
    AWS_READ_ONLY,
    READ,
    document,
    done,
    of_length,
    pages,
    policy,
    refused,
    role,
    tags,
    texts,
)
from tests.contract.people import add_user, ask, change, directory
from tests.contract.region import ACCOUNT, Region

from watchword.identity.model import ManagedPolicy, PolicyVersion

OTHER = READ.replace("GetSecretValue", "DescribeSecret")
ABSENT = f"arn:aws:iam::{ACCOUNT}:policy/none"
NO_ARN = f"arn:aws:iam::{ACCOUNT}:user/not-a-policy"


@dataclass(frozen=True, slots=True, kw_only=True)
class Holder:
    """One kind of what policies are in or on."""

    kind: str
    characters_max: int

    @property
    def named(self) -> dict[str, str]:
        return {f"{self.kind}Name": "it"}

    def make(self, region: Region) -> None:
        if self.kind == "Role":
            role(region, "it")
        else:
            done(region, f"Create{self.kind}", **self.named)


HOLDERS = (
    Holder(kind="User", characters_max=2_048),
    Holder(kind="Group", characters_max=5_120),
    Holder(kind="Role", characters_max=10_240),
)
of_each_holder = pytest.mark.parametrize("holder", HOLDERS, ids=lambda holder: holder.kind)


# In it


@of_each_holder
def test_an_inline_policy_is_put_shown_listed_and_deleted(region: Region, holder: Holder) -> None:
    holder.make(region)
    for name in ("b", "a", "c"):
        done(region, f"Put{holder.kind}Policy", **holder.named, PolicyName=name, PolicyDocument=READ)
    done(region, f"Put{holder.kind}Policy", **holder.named, PolicyName="a", PolicyDocument=OTHER)

    shown = done(region, f"Get{holder.kind}Policy", **holder.named, PolicyName="a")
    assert document(shown, ".//PolicyDocument") == json.loads(OTHER)
    assert shown.text(f".//{holder.kind}Name") == "it"
    lists = pages(region, f"List{holder.kind}Policies", ".//PolicyNames/member", **holder.named, MaxItems="2")
    assert list(lists) == [["a", "b"], ["c"]]

    done(region, f"Delete{holder.kind}Policy", **holder.named, PolicyName="a")
    for action in ("Get", "Delete"):
        assert refused(region, f"{action}{holder.kind}Policy", **holder.named, PolicyName="a") == (
            404,
            "NoSuchEntity",
            f"The {holder.kind.lower()} policy with name a cannot be found.",
        )


@of_each_holder
def test_inline_policies_have_room_together_without_blanks(region: Region, holder: Holder) -> None:
    holder.make(region)
    put = f"Put{holder.kind}Policy"
    done(region, put, **holder.named, PolicyName="a", PolicyDocument=of_length(1_000))

    rest = holder.characters_max - 1_000
    too_much = {"PolicyName": "b", "PolicyDocument": of_length(rest + 1)}
    assert refused(region, put, **holder.named, **too_much) == (
        409,
        "LimitExceeded",
        f"Maximum policy size of {holder.characters_max} bytes exceeded for {holder.kind.lower()} it",
    )
    done(region, put, **holder.named, PolicyName="b", PolicyDocument=of_length(rest))


@of_each_holder
def test_what_is_no_policy_is_not_put(region: Region, holder: Holder) -> None:
    holder.make(region)
    put = f"Put{holder.kind}Policy"

    assert refused(region, put, **holder.named, PolicyName="a", PolicyDocument="{") == (
        400,
        "MalformedPolicyDocument",
        "This policy contains invalid Json",
    )
    assert refused(region, put, **holder.named, PolicyName="a", PolicyDocument='{"Statement":[]}') == (
        400,
        "MalformedPolicyDocument",
        "Syntax errors in policy.",
    )


@of_each_holder
def test_who_is_not_there_has_no_policies(region: Region, holder: Holder) -> None:
    named = {f"{holder.kind}Name": "none"}
    inline, managed = {"PolicyName": "a"}, {"PolicyArn": AWS_READ_ONLY}
    asked: dict[str, dict[str, str]] = {
        f"Put{holder.kind}Policy": {**inline, "PolicyDocument": READ},
        f"Get{holder.kind}Policy": inline,
        f"Delete{holder.kind}Policy": inline,
        f"List{holder.kind}Policies": {},
        f"Attach{holder.kind}Policy": managed,
        f"Detach{holder.kind}Policy": managed,
        f"ListAttached{holder.kind}Policies": {},
    }

    for action, fields in asked.items():
        text = f"The {holder.kind.lower()} with name none cannot be found."
        assert refused(region, action, **named, **fields) == (404, "NoSuchEntity", text)


# On it


@of_each_holder
def test_a_managed_policy_is_attached_listed_and_detached(region: Region, holder: Holder) -> None:
    holder.make(region)
    own = policy(region, "own")
    for arn in (own, AWS_READ_ONLY, own):
        done(region, f"Attach{holder.kind}Policy", **holder.named, PolicyArn=arn)

    attached = f"ListAttached{holder.kind}Policies"
    listed = list(
        pages(region, attached, ".//AttachedPolicies/member/PolicyArn", **holder.named, MaxItems="1")
    )
    assert sorted(listed) == sorted([[own], [AWS_READ_ONLY]])
    at = done(region, attached, **holder.named, PathPrefix="/none/")
    assert texts(at, ".//PolicyArn") == []
    assert done(region, "GetPolicy", PolicyArn=own).text(".//AttachmentCount") == "1"
    entities = done(region, "ListEntitiesForPolicy", PolicyArn=own)
    assert texts(entities, f".//{holder.kind}Name") == ["it"]

    done(region, f"Detach{holder.kind}Policy", **holder.named, PolicyArn=own)
    gone = (404, "NoSuchEntity", f"Policy {own} was not found.")
    assert refused(region, f"Detach{holder.kind}Policy", **holder.named, PolicyArn=own) == gone


@of_each_holder
def test_ten_managed_policies_are_attached_at_most(region: Region, holder: Holder) -> None:
    holder.make(region)
    attach = f"Attach{holder.kind}Policy"
    for number in range(10):
        done(region, attach, **holder.named, PolicyArn=policy(region, f"p{number}"))

    assert refused(region, attach, **holder.named, PolicyArn=AWS_READ_ONLY) == (
        409,
        "LimitExceeded",
        f"Cannot exceed quota for PoliciesPer{holder.kind}: 10",
    )


@of_each_holder
def test_what_is_no_managed_policy_is_not_attached(region: Region, holder: Holder) -> None:
    holder.make(region)
    attach, detach = f"Attach{holder.kind}Policy", f"Detach{holder.kind}Policy"

    absent = (404, "NoSuchEntity", f"Policy {ABSENT} does not exist or is not attachable.")
    assert refused(region, attach, **holder.named, PolicyArn=ABSENT) == absent
    no_policy = (400, "InvalidInput", f"ARN {NO_ARN} is not valid.")
    assert refused(region, attach, **holder.named, PolicyArn=NO_ARN) == no_policy
    assert refused(region, detach, **holder.named, PolicyArn=NO_ARN) == no_policy


def test_a_policy_decides_from_the_next_request_on(region: Region) -> None:
    add_user(region, "ann")
    arn = policy(region, "own", READ.replace("GetSecretValue", "ListSecrets"))
    assert ask(region, "ann", "ListSecrets").status == 400

    done(region, "AttachUserPolicy", UserName="ann", PolicyArn=arn)
    assert ask(region, "ann", "ListSecrets").status == 200
    done(region, "CreatePolicyVersion", PolicyArn=arn, PolicyDocument=READ, SetAsDefault="true")
    assert ask(region, "ann", "ListSecrets").status == 400
    done(region, "SetDefaultPolicyVersion", PolicyArn=arn, VersionId="v1")
    assert ask(region, "ann", "ListSecrets").status == 200
    done(region, "DetachUserPolicy", UserName="ann", PolicyArn=arn)
    assert ask(region, "ann", "ListSecrets").status == 400


# Managed policies


def test_a_policy_is_shown_as_it_was_made(region: Region) -> None:
    fields = {"PolicyName": "Own", "PolicyDocument": READ, "Path": "/x/", "Description": "reads"}
    made = done(region, "CreatePolicy", **fields, **tags(team="red"))
    arn = made.text(".//Arn")
    assert arn == f"arn:aws:iam::{ACCOUNT}:policy/x/Own"
    assert made.text(".//PolicyId").startswith("ANPA")

    shown = done(region, "GetPolicy", PolicyArn=arn)
    said = {name: shown.text(f".//{name}") for name in ("Path", "Description", "DefaultVersionId")}
    assert said == {"Path": "/x/", "Description": "reads", "DefaultVersionId": "v1"}
    assert shown.text(".//IsAttachable") == "true"
    assert shown.text(".//Tags/member/Value") == "red"
    version = done(region, "GetPolicyVersion", PolicyArn=arn, VersionId="v1")
    assert document(version, ".//Document") == json.loads(READ)


def test_a_name_is_taken_in_any_case(region: Region) -> None:
    policy(region, "own")

    assert refused(region, "CreatePolicy", PolicyName="OWN", PolicyDocument=READ) == (
        409,
        "EntityAlreadyExists",
        "A policy called OWN already exists. Duplicate names are not allowed.",
    )


def test_a_policy_has_6144_characters_at_most_without_blanks(region: Region) -> None:
    arn = policy(region, "own", of_length(6_144))
    too_long = (409, "LimitExceeded", "Cannot exceed quota for PolicySize: 6144")

    assert refused(region, "CreatePolicy", PolicyName="b", PolicyDocument=of_length(6_145)) == too_long
    assert refused(region, "CreatePolicyVersion", PolicyArn=arn, PolicyDocument=of_length(6_145)) == too_long


def test_what_is_no_policy_is_not_made(region: Region) -> None:
    arn = policy(region, "own")
    no_json = (400, "MalformedPolicyDocument", "This policy contains invalid Json")

    assert refused(region, "CreatePolicy", PolicyName="b", PolicyDocument="[") == no_json
    assert refused(region, "CreatePolicyVersion", PolicyArn=arn, PolicyDocument="[") == no_json
    twice = tags(a="1", A="2")
    asked = {"PolicyName": "b", "PolicyDocument": READ}
    assert refused(region, "CreatePolicy", **asked, **twice)[:2] == (400, "InvalidInput")


def test_an_account_has_1500_policies(region: Region) -> None:
    version = PolicyVersion(version_id="v1", document=READ, created_ms=0)
    change(
        region,
        *(
            ManagedPolicy(
                policy_id=f"ANPA{n}",
                name=f"p{n}",
                created_ms=0,
                updated_ms=0,
                versions=(version,),
                default_version="v1",
                last_version=1,
            )
            for n in range(1_499)
        ),
    )

    policy(region, "last")
    text = "Cannot exceed quota for PoliciesPerAccount: 1500"
    assert refused(region, "CreatePolicy", PolicyName="more", PolicyDocument=READ) == (
        409,
        "LimitExceeded",
        text,
    )


def test_a_policy_has_five_versions_and_a_number_is_never_given_again(region: Region) -> None:
    arn = policy(region, "own")
    for _ in range(4):
        done(region, "CreatePolicyVersion", PolicyArn=arn, PolicyDocument=OTHER)
    more = {"PolicyArn": arn, "PolicyDocument": OTHER}
    assert refused(region, "CreatePolicyVersion", **more)[:2] == (409, "LimitExceeded")

    done(region, "DeletePolicyVersion", PolicyArn=arn, VersionId="v5")
    assert done(region, "CreatePolicyVersion", **more).text(".//VersionId") == "v6"
    listed = pages(region, "ListPolicyVersions", ".//Versions/member/VersionId", PolicyArn=arn, MaxItems="3")
    assert list(listed) == [["v6", "v4", "v3"], ["v2", "v1"]]


def test_the_default_version_is_not_deleted(region: Region) -> None:
    arn = policy(region, "own")

    assert refused(region, "DeletePolicyVersion", PolicyArn=arn, VersionId="v1") == (
        409,
        "DeleteConflict",
        "Cannot delete the default version of a policy.",
    )


def test_a_version_that_is_not_there_is_not_found(region: Region) -> None:
    arn = policy(region, "own")
    text = f"Policy {arn} version v9 does not exist or is not attachable."

    for action in ("GetPolicyVersion", "SetDefaultPolicyVersion", "DeletePolicyVersion"):
        assert refused(region, action, PolicyArn=arn, VersionId="v9") == (404, "NoSuchEntity", text)


OF_A_POLICY: dict[str, dict[str, str]] = {
    "GetPolicy": {},
    "DeletePolicy": {},
    "CreatePolicyVersion": {"PolicyDocument": READ},
    "GetPolicyVersion": {"VersionId": "v1"},
    "ListPolicyVersions": {},
    "SetDefaultPolicyVersion": {"VersionId": "v1"},
    "DeletePolicyVersion": {"VersionId": "v1"},
    "TagPolicy": tags(a="b"),
    "UntagPolicy": {"TagKeys.member.1": "a"},
    "ListPolicyTags": {},
    "ListEntitiesForPolicy": {},
}
CHANGES = {
    "DeletePolicy",
    "CreatePolicyVersion",
    "SetDefaultPolicyVersion",
    "DeletePolicyVersion",
    "TagPolicy",
    "UntagPolicy",
}


@pytest.mark.parametrize(("action", "fields"), OF_A_POLICY.items(), ids=OF_A_POLICY)
def test_a_policy_that_is_not_there_is_not_found_and_one_of_aws_never_changed(
    region: Region, action: str, fields: dict[str, str]
) -> None:
    absent = (404, "NoSuchEntity", f"Policy {ABSENT} was not found.")
    assert refused(region, action, PolicyArn=ABSENT, **fields) == absent
    no_policy = (400, "InvalidInput", f"ARN {NO_ARN} is not valid.")
    assert refused(region, action, PolicyArn=NO_ARN, **fields) == no_policy
    if action in CHANGES:
        assert refused(region, action, PolicyArn=AWS_READ_ONLY, **fields)[:2] == (400, "InvalidInput")
    else:
        done(region, action, PolicyArn=AWS_READ_ONLY, **fields)


def test_a_policy_is_deleted_once_it_is_on_nobody_and_has_one_version(region: Region) -> None:
    arn = policy(region, "own")
    role(region, "job", PermissionsBoundary=arn)
    done(region, "CreateUser", UserName="ann")
    done(region, "AttachUserPolicy", UserName="ann", PolicyArn=arn)
    done(region, "CreatePolicyVersion", PolicyArn=arn, PolicyDocument=OTHER)
    on = "Cannot delete a policy attached to entities."

    assert refused(region, "DeletePolicy", PolicyArn=arn) == (409, "DeleteConflict", on)
    done(region, "DetachUserPolicy", UserName="ann", PolicyArn=arn)
    assert refused(region, "DeletePolicy", PolicyArn=arn) == (409, "DeleteConflict", on)
    done(region, "DeleteRolePermissionsBoundary", RoleName="job")
    assert "more than one version" in refused(region, "DeletePolicy", PolicyArn=arn)[2]
    done(region, "DeletePolicyVersion", PolicyArn=arn, VersionId="v2")
    done(region, "DeletePolicy", PolicyArn=arn)
    assert directory(region).policy_named("own") is None


def test_policies_are_listed_by_scope_path_and_use(region: Region) -> None:
    attached, bounding = policy(region, "attached"), policy(region, "bounding")
    done(region, "CreatePolicy", PolicyName="placed", PolicyDocument=READ, Path="/x/")
    role(region, "job", PermissionsBoundary=bounding)
    done(region, "AttachRolePolicy", RoleName="job", PolicyArn=attached)

    def names(**fields: str) -> list[str]:
        return texts(done(region, "ListPolicies", **fields), ".//PolicyName")

    assert names(Scope="Local") == ["attached", "bounding", "placed"]
    assert "ReadOnlyAccess" in names(Scope="AWS")
    assert set(names()) == {*names(Scope="Local"), *names(Scope="AWS")}
    assert names(OnlyAttached="true") == ["attached"]
    assert names(PolicyUsageFilter="PermissionsBoundary") == ["bounding"]
    assert names(PolicyUsageFilter="PermissionsPolicy") == ["attached"]
    assert names(PathPrefix="/x/") == ["placed"]
    paged = list(pages(region, "ListPolicies", ".//PolicyName", Scope="Local", MaxItems="2"))
    assert paged == [["attached", "bounding"], ["placed"]]


def test_those_whom_a_policy_is_on_are_listed_in_pages(region: Region) -> None:
    arn = policy(region, "own")
    for holder in HOLDERS:
        holder.make(region)
        done(region, f"Attach{holder.kind}Policy", **holder.named, PolicyArn=arn)
    role(region, "bounded", PermissionsBoundary=arn)
    asked = "ListEntitiesForPolicy"

    assert sum(len(one) for one in pages(region, asked, ".//RoleName", PolicyArn=arn, MaxItems="1")) == 2
    assert texts(done(region, asked, PolicyArn=arn, EntityFilter="User"), ".//RoleName") == []
    bounded = done(region, asked, PolicyArn=arn, PolicyUsageFilter="PermissionsBoundary")
    assert texts(bounded, ".//RoleName") == ["bounded"]
    attached = done(region, asked, PolicyArn=arn, PolicyUsageFilter="PermissionsPolicy")
    assert texts(attached, ".//RoleName") == ["it"]


def test_tags_of_a_policy_are_laid_over_and_taken_away(region: Region) -> None:
    arn = policy(region, "own")
    done(region, "TagPolicy", PolicyArn=arn, **tags(team="red", stage="x"))
    done(region, "TagPolicy", PolicyArn=arn, **tags(TEAM="blue"))
    done(region, "UntagPolicy", PolicyArn=arn, **{"TagKeys.member.1": "stage"})

    assert texts(done(region, "ListPolicyTags", PolicyArn=arn), ".//Tags/member/Value") == ["blue"]
    many = {f"k{number}": "v" for number in range(50)}
    assert refused(region, "TagPolicy", PolicyArn=arn, **tags(**many))[:2] == (409, "LimitExceeded")
