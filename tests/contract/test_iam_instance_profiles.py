"""IAM's instance profiles, asked with real requests: one role in each, and whoever puts it there may hand it on."""

from __future__ import annotations

import pytest
from tests.contract.iam_requests import done, pages, refused, role, tags, texts
from tests.contract.people import SECRET_OF_KEY, add_user, change, directory, statement
from tests.contract.region import ACCOUNT, Region

from watchword.identity.model import InstanceProfile

BOX = {"InstanceProfileName": "box"}
NONE = {"InstanceProfileName": "none"}


def profile(region: Region, name: str = "box", **fields: str) -> str:
    made = done(region, "CreateInstanceProfile", InstanceProfileName=name, **fields)
    profile_id: str = made.text(".//InstanceProfileId")
    return profile_id


def test_a_profile_is_shown_as_it_was_made_with_its_role(region: Region) -> None:
    profile_id = profile(region, Path="/x/", **tags(team="red"))
    role(region, "job")
    done(region, "AddRoleToInstanceProfile", **BOX, RoleName="job")

    shown = done(region, "GetInstanceProfile", **BOX)
    assert profile_id.startswith("AIPA")
    assert shown.text("./GetInstanceProfileResult/InstanceProfile/Arn") == (
        f"arn:aws:iam::{ACCOUNT}:instance-profile/x/box"
    )
    assert texts(shown, ".//Roles/member/RoleName") == ["job"]
    assert shown.text(".//InstanceProfile/Tags/member/Value") == "red"
    assert texts(done(region, "ListInstanceProfiles"), ".//Tags") == []


def test_a_name_is_taken_in_any_case(region: Region) -> None:
    profile(region)

    assert refused(region, "CreateInstanceProfile", InstanceProfileName="BOX") == (
        409,
        "EntityAlreadyExists",
        "Instance Profile BOX already exists.",
    )


OF_NONE: dict[str, dict[str, str]] = {
    "GetInstanceProfile": {},
    "DeleteInstanceProfile": {},
    "AddRoleToInstanceProfile": {"RoleName": "job"},
    "RemoveRoleFromInstanceProfile": {"RoleName": "job"},
    "TagInstanceProfile": tags(a="b"),
    "UntagInstanceProfile": {"TagKeys.member.1": "a"},
    "ListInstanceProfileTags": {},
}


@pytest.mark.parametrize(("action", "fields"), OF_NONE.items(), ids=OF_NONE)
def test_a_profile_that_is_not_there_is_not_found(
    region: Region, action: str, fields: dict[str, str]
) -> None:
    text = "Instance Profile none cannot be found."
    assert refused(region, action, **NONE, **fields) == (404, "NoSuchEntity", text)


def test_a_role_that_is_not_there_goes_into_no_profile(region: Region) -> None:
    profile(region)
    absent = (404, "NoSuchEntity", "The role with name none cannot be found.")

    assert refused(region, "AddRoleToInstanceProfile", **BOX, RoleName="none") == absent
    assert refused(region, "RemoveRoleFromInstanceProfile", **BOX, RoleName="none") == absent
    assert refused(region, "ListInstanceProfilesForRole", RoleName="none") == absent


def test_a_profile_has_one_role(region: Region) -> None:
    profile(region)
    role(region, "job")
    role(region, "other")
    done(region, "AddRoleToInstanceProfile", **BOX, RoleName="job")

    text = "Cannot exceed quota for InstanceSessionsPerInstanceProfile: 1"
    for name in ("other", "job"):
        full = refused(region, "AddRoleToInstanceProfile", **BOX, RoleName=name)
        assert full == (409, "LimitExceeded", text)
    not_in_it = refused(region, "RemoveRoleFromInstanceProfile", **BOX, RoleName="other")
    assert not_in_it[:2] == (404, "NoSuchEntity")

    done(region, "RemoveRoleFromInstanceProfile", **BOX, RoleName="job")
    done(region, "AddRoleToInstanceProfile", **BOX, RoleName="other")


def test_a_profile_is_deleted_without_a_role(region: Region) -> None:
    profile(region)
    role(region, "job")
    done(region, "AddRoleToInstanceProfile", **BOX, RoleName="job")
    text = "Cannot delete entity, must remove roles from instance profile first."
    assert refused(region, "DeleteInstanceProfile", **BOX) == (409, "DeleteConflict", text)

    done(region, "RemoveRoleFromInstanceProfile", **BOX, RoleName="job")
    done(region, "DeleteInstanceProfile", **BOX)
    assert directory(region).instance_profile_named("box") is None


def test_profiles_are_listed_in_pages_by_path_and_by_role(region: Region) -> None:
    role(region, "job")
    for name in "abc":
        profile(region, name, Path="/x/")
        done(region, "AddRoleToInstanceProfile", InstanceProfileName=name, RoleName="job")
    profile(region, "other")
    path = ".//InstanceProfiles/member/InstanceProfileName"

    placed = pages(region, "ListInstanceProfiles", path, PathPrefix="/x/", MaxItems="2")
    assert list(placed) == [["a", "b"], ["c"]]
    of_role = pages(region, "ListInstanceProfilesForRole", path, RoleName="job", MaxItems="2")
    assert list(of_role) == [["a", "b"], ["c"]]


def test_an_account_has_1000_profiles(region: Region) -> None:
    change(region, *(InstanceProfile(profile_id=f"AIPA{n}", name=f"p{n}", created_ms=0) for n in range(999)))

    profile(region, "last")
    text = "Cannot exceed quota for InstanceProfilesPerAccount: 1000"
    assert refused(region, "CreateInstanceProfile", InstanceProfileName="more") == (
        409,
        "LimitExceeded",
        text,
    )


def test_tags_are_laid_over_and_taken_away(region: Region) -> None:
    profile(region, **tags(Team="red"))
    done(region, "TagInstanceProfile", **BOX, **tags(team="blue", stage="x"))
    done(region, "UntagInstanceProfile", **BOX, **{"TagKeys.member.1": "STAGE"})
    assert texts(done(region, "ListInstanceProfileTags", **BOX), ".//Tags/member/Value") == ["blue"]

    twice = tags(a="1", A="2")
    assert refused(region, "TagInstanceProfile", **BOX, **twice)[:2] == (400, "InvalidInput")
    new = {"InstanceProfileName": "new"}
    assert refused(region, "CreateInstanceProfile", **new, **twice)[:2] == (400, "InvalidInput")
    many = tags(**{f"k{number}": "v" for number in range(50)})
    assert refused(region, "TagInstanceProfile", **BOX, **many)[:2] == (409, "LimitExceeded")


def test_a_service_s_role_goes_into_no_profile(region: Region) -> None:
    profile(region)
    linked = done(region, "CreateServiceLinkedRole", AWSServiceName="lambda.amazonaws.com")
    name = linked.text(".//RoleName")

    for action in ("AddRoleToInstanceProfile", "RemoveRoleFromInstanceProfile"):
        assert refused(region, action, **BOX, RoleName=name)[:2] == (400, "UnmodifiableEntity")


PASSING = {
    "nothing said": ({}, 403),
    "the role": ({"Resource": f"arn:aws:iam::{ACCOUNT}:role/job"}, 200),
    "another role": ({"Resource": f"arn:aws:iam::{ACCOUNT}:role/other"}, 403),
    "to machines": (
        {"Resource": "*", "Condition": {"StringEquals": {"iam:PassedToService": "ec2.amazonaws.com"}}},
        200,
    ),
    "to functions": (
        {"Resource": "*", "Condition": {"StringEquals": {"iam:PassedToService": "lambda.amazonaws.com"}}},
        403,
    ),
    "to the account's machines": (
        {
            "Resource": "*",
            "Condition": {"ArnLike": {"iam:AssociatedResourceArn": f"arn:aws:ec2:*:{ACCOUNT}:instance/*"}},
        },
        200,
    ),
}


@pytest.mark.parametrize(("rule", "status"), PASSING.values(), ids=PASSING)
def test_a_role_goes_into_a_profile_by_whoever_may_pass_it(
    region: Region, rule: dict[str, object], status: int
) -> None:
    profile(region)
    role(region, "job")
    profiles = {"Effect": "Allow", "Action": "iam:AddRoleToInstanceProfile", "Resource": "*"}
    passing = {"Effect": "Allow", "Action": "iam:PassRole", **rule}
    add_user(region, "ann", policy=statement(profiles, *([passing] if rule else [])))

    answer = region.iam(
        "AddRoleToInstanceProfile",
        {**BOX, "RoleName": "job"},
        access_key_id="AKIAANN",
        secret_access_key=SECRET_OF_KEY,
    )
    assert answer.status == status
    if status == 403:
        assert "is not authorized to perform: iam:PassRole on resource: " in answer.query_refusal[2]
