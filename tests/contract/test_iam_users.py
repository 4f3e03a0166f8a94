"""IAM's users, asked with real requests: made, shown, renamed, tagged, bounded, deleted, and what is refused."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from tests.contract.people import (
    SECRET_OF_KEY,
    Lent,
    add_role,
    add_user,
    change,
    directory,
    statement,
    trusting,
)
from tests.contract.region import ACCOUNT, Answer, Region

from watchword.identity import iam_quotas as quotas
from watchword.identity.model import Login, User

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


# What is refused


def some_users(count: int) -> list[User]:
    return [User(user_id=f"AIDA{number:05}", name=f"filler{number}", created_ms=0) for number in range(count)]


def test_an_account_has_5000_users_at_most(region: Region) -> None:
    # At once, behind the operations: it would take minutes.
    change(region, *some_users(quotas.USERS - 1))
    make(region, "last")

    assert region.iam("CreateUser", {"UserName": "one-more"}).query_refusal == (
        409,
        "LimitExceeded",
        "Cannot exceed quota for UsersPerAccount: 5000",
    )


def test_a_user_has_50_tags_at_most(region: Region) -> None:
    tags = {f"Tags.member.{number}.Key": f"k{number}" for number in range(1, 50)}
    values = {name.replace("Key", "Value"): "v" for name in tags}
    make(region, "ann", **tags, **values)

    def tag(key: str) -> Answer:
        fields = {"UserName": "ann", "Tags.member.1.Key": key, "Tags.member.1.Value": "w"}
        return region.iam("TagUser", fields)

    assert tag("fiftieth").status == 200
    assert tag("FIFTIETH").status == 200
    assert tag("one-more").query_refusal[:2] == (409, "LimitExceeded")


@pytest.mark.parametrize("keys", [("team", "Team"), ("aws:team",)], ids=["twice", "AWS's own"])
@pytest.mark.parametrize("action", ["CreateUser", "TagUser"])
def test_a_tag_that_can_not_be_given_is_invalid(region: Region, action: str, keys: tuple[str, ...]) -> None:
    if action == "TagUser":
        make(region, "ann")
    fields = {"UserName": "ann"}
    for number, key in enumerate(keys, 1):
        fields |= {f"Tags.member.{number}.Key": key, f"Tags.member.{number}.Value": "v"}

    assert region.iam(action, fields).query_refusal[:2] == (400, "InvalidInput")


NO_POLICY = f"arn:aws:iam::{ACCOUNT}:policy/none"


@pytest.mark.parametrize(
    ("boundary", "refusal"),
    [
        (NO_POLICY, (404, "NoSuchEntity", f"Scope ARN: {NO_POLICY} does not exist or is not attachable.")),
        (
            f"arn:aws:iam::{ACCOUNT}:user/ann",
            (400, "InvalidInput", f"ARN arn:aws:iam::{ACCOUNT}:user/ann is not valid."),
        ),
    ],
    ids=["gone", "no policy"],
)
@pytest.mark.parametrize("action", ["CreateUser", "PutUserPermissionsBoundary"])
def test_a_boundary_is_a_policy_that_is_there(
    region: Region, action: str, boundary: str, refusal: tuple[int, str, str]
) -> None:
    if action == "PutUserPermissionsBoundary":
        make(region, "ann")

    asked = region.iam(action, {"UserName": "ann", "PermissionsBoundary": boundary})

    assert asked.query_refusal == refusal


def test_a_boundary_is_set_and_taken_away(region: Region) -> None:
    make(region, "ann")
    bounded = region.iam("PutUserPermissionsBoundary", {"UserName": "ann", "PermissionsBoundary": BOUNDARY})
    assert bounded.status == 200
    assert region.iam("GetUser", {"UserName": "ann"}).text(".//PermissionsBoundaryArn") == BOUNDARY

    assert region.iam("DeleteUserPermissionsBoundary", {"UserName": "ann"}).status == 200
    assert region.iam("GetUser", {"UserName": "ann"}).xml.find(".//PermissionsBoundary") is None
    assert region.iam("DeleteUserPermissionsBoundary", {"UserName": "ann"}).query_refusal == (
        404,
        "NoSuchEntity",
        "User ann does not have a permissions boundary.",
    )


@pytest.mark.parametrize(
    ("action", "fields"),
    [
        ("UpdateUser", {"NewUserName": "bea"}),
        ("TagUser", {"Tags.member.1.Key": "k", "Tags.member.1.Value": "v"}),
        ("UntagUser", {"TagKeys.member.1": "k"}),
        ("PutUserPermissionsBoundary", {"PermissionsBoundary": BOUNDARY}),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_nobody_is_changed_who_is_not_there(region: Region, action: str, fields: dict[str, str]) -> None:
    assert region.iam(action, {"UserName": "none", **fields}).query_refusal[:2] == (404, "NoSuchEntity")


def test_a_user_is_not_renamed_to_another_s_name(region: Region) -> None:
    make(region, "ann")
    make(region, "bea")

    refused = region.iam("UpdateUser", {"UserName": "ann", "NewUserName": "BEA"})
    assert refused.query_refusal == (409, "EntityAlreadyExists", "User with name BEA already exists.")
    assert region.iam("UpdateUser", {"UserName": "ann", "NewUserName": "Ann"}).status == 200
    assert region.iam("GetUser", {"UserName": "ann"}).text(".//UserName") == "Ann"


def test_renaming_takes_the_permission_on_both_names(region: Region) -> None:
    add_user(
        region,
        "ops",
        policy=statement(
            {"Effect": "Allow", "Action": "iam:UpdateUser", "Resource": f"arn:aws:iam::{ACCOUNT}:user/t-*"}
        ),
    )
    make(region, "t-ann")

    def rename(**fields: str) -> Answer:
        as_ops = {"access_key_id": "AKIAOPS", "secret_access_key": SECRET_OF_KEY}
        return region.iam("UpdateUser", {"UserName": "t-ann", **fields}, **as_ops)

    for fields in ({"NewUserName": "ann"}, {"NewPath": "/x/"}):
        assert rename(**fields).query_refusal[:2] == (403, "AccessDenied")
    assert rename(NewUserName="t-bea").status == 200


@pytest.mark.parametrize(
    ("hanging", "what"),
    [
        ({"inline": {"p": "{}"}}, "delete policies"),
        ({"attached": (BOUNDARY,)}, "detach all policies"),
        ({"groups": ("AGPA1",)}, "remove users from group"),
        ({"login": Login(password_hash="h", created_ms=0)}, "delete login profile"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_user_that_something_hangs_on_is_not_deleted(
    region: Region, hanging: dict[str, Any], what: str
) -> None:
    make(region, "ann")
    ann = directory(region).user_named("ann")
    assert ann is not None
    change(region, msgspec.structs.replace(ann, **hanging))

    assert region.iam("DeleteUser", {"UserName": "ann"}).query_refusal == (
        409,
        "DeleteConflict",
        f"Cannot delete entity, must {what} first.",
    )


def test_a_user_with_access_keys_is_not_deleted(region: Region) -> None:
    make(region, "ann")
    region.iam("CreateAccessKey", {"UserName": "ann"})

    assert region.iam("DeleteUser", {"UserName": "ann"}).query_refusal == (
        409,
        "DeleteConflict",
        "Cannot delete entity, must delete access keys first.",
    )


def test_a_role_s_session_is_no_user(region: Region) -> None:
    """GetUser without a name means whoever calls."""
    add_role(
        region,
        "app",
        trust=trusting(ACCOUNT),
        policy=statement({"Effect": "Allow", "Action": "iam:*", "Resource": "*"}),
    )
    add_user(
        region, "ann", policy=statement({"Effect": "Allow", "Action": "sts:AssumeRole", "Resource": "*"})
    )
    fields = {"RoleArn": f"arn:aws:iam::{ACCOUNT}:role/app", "RoleSessionName": "here"}
    lent = Lent.of(
        region.iam(
            "AssumeRole",
            fields,
            service="sts",
            access_key_id="AKIAANN",
            secret_access_key=SECRET_OF_KEY,
        )
    )

    for action in ("GetUser", "CreateAccessKey", "ListAccessKeys"):
        assert lent.call(region, action, service="iam").query_refusal == (
            400,
            "ValidationError",
            "Must specify userName when calling with non-User credentials",
        )


def test_a_path_prefix_finds_what_lies_below_it(region: Region) -> None:
    make(region, "ann", Path="/ops/db/")
    make(region, "bea", Path="/ops/")
    make(region, "cem")

    def below(prefix: str) -> list[str | None]:
        listed = region.iam("ListUsers", {"PathPrefix": prefix})
        return [element.text for element in listed.xml.iterfind(".//UserName")]

    assert below("/ops/") == ["ann", "bea"]
    assert below("/ops/db") == ["ann"]
    assert below("/none/") == []
