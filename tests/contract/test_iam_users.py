"""IAM's users, asked with real requests: made, shown, renamed, tagged, bounded, deleted, and what is refused."""

from __future__ import annotations

import pytest
from tests.contract.people import directory
from tests.contract.region import ACCOUNT, Region

BOUNDARY = "arn:aws:iam::aws:policy/ReadOnlyAccess"


def make(region: Region, name: str, **fields: str) -> str:
    answer = region.iam("CreateUser", {"UserName": name, **fields})
    assert answer.status == 200, answer.query_refusal
    return answer.text(".//UserId")


def test_a_user_is_shown_as_it_was_made(region: Region) -> None:
    user_id = make(
        region,
        "Ann",
        Path="/ops/",
        PermissionsBoundary=BOUNDARY,
        **{"Tags.member.1.Key": "team", "Tags.member.1.Value": "red"},
    )

    shown = region.iam("GetUser", {"UserName": "ann"})
    assert shown.text(".//Arn") == f"arn:aws:iam::{ACCOUNT}:user/ops/Ann"
    assert shown.text(".//UserId") == user_id
    assert user_id.startswith("AIDA")
    assert shown.text(".//Tags/member/Value") == "red"
    assert shown.text(".//PermissionsBoundaryArn") == BOUNDARY
    assert shown.text(".//CreateDate").endswith("Z")


def test_a_name_is_taken_in_any_case(region: Region) -> None:
    make(region, "ann")

    assert region.iam("CreateUser", {"UserName": "ANN"}).query_refusal == (
        409,
        "EntityAlreadyExists",
        "User with name ANN already exists.",
    )


def test_a_user_that_is_not_there_is_refused(region: Region) -> None:
    for action in ("GetUser", "DeleteUser", "ListUserTags", "DeleteUserPermissionsBoundary"):
        assert region.iam(action, {"UserName": "none"}).query_refusal == (
            404,
            "NoSuchEntity",
            "The user with name none cannot be found.",
        )


def test_the_root_user_sees_itself(region: Region) -> None:
    shown = region.iam("GetUser")

    assert shown.text(".//Arn") == f"arn:aws:iam::{ACCOUNT}:root"
    assert shown.text(".//UserId") == ACCOUNT


def test_a_renamed_user_keeps_its_id(region: Region) -> None:
    user_id = make(region, "ann")

    assert region.iam("UpdateUser", {"UserName": "ann", "NewUserName": "bea", "NewPath": "/x/"}).status == 200

    assert region.iam("GetUser", {"UserName": "bea"}).text(".//UserId") == user_id
    assert directory(region).id_of_arn(f"arn:aws:iam::{ACCOUNT}:user/x/bea") == user_id


def test_pages_of_users_miss_nobody(region: Region) -> None:
    names = [f"user{number}" for number in range(7)]
    for name in names:
        make(region, name)

    seen: list[str] = []
    fields: dict[str, str] = {"MaxItems": "3"}
    while True:
        answer = region.iam("ListUsers", fields)
        seen += [element.text or "" for element in answer.xml.iterfind(".//Users/member/UserName")]
        if answer.text(".//IsTruncated") == "false":
            break
        fields = {"MaxItems": "3", "Marker": answer.text(".//Marker")}

    assert seen == names


@pytest.mark.parametrize("marker", ["!", "Zg", "////"])
def test_a_marker_that_is_none_is_refused(region: Region, marker: str) -> None:
    assert region.iam("ListUsers", {"Marker": marker}).query_refusal[:2] == (400, "ValidationError")


def test_tags_are_laid_over_and_taken_away(region: Region) -> None:
    make(region, "ann", **{"Tags.member.1.Key": "Team", "Tags.member.1.Value": "red"})
    region.iam("TagUser", {"UserName": "ann", "Tags.member.1.Key": "team", "Tags.member.1.Value": "blue"})
    assert region.iam("ListUserTags", {"UserName": "ann"}).text(".//Tags/member/Value") == "blue"

    region.iam("UntagUser", {"UserName": "ann", "TagKeys.member.1": "TEAM"})
    assert region.iam("ListUserTags", {"UserName": "ann"}).xml.find(".//Tags/member") is None


def test_a_user_is_deleted_once_nothing_hangs_on_it(region: Region) -> None:
    make(region, "ann")

    assert region.iam("DeleteUser", {"UserName": "ann"}).status == 200
    assert region.iam("GetUser", {"UserName": "ann"}).status == 404
