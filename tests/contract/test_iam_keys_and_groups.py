"""IAM's access keys and groups: what a key lets in, and what a group gives."""

from __future__ import annotations

import json

import msgspec
import pytest
from tests.contract.people import SECRET_OF_KEY, Lent, add_user, change, directory, statement
from tests.contract.region import ACCESS_KEY_ID, ACCOUNT, ROOT_ARN, Answer, Region

from watchword.identity.model import AccessKeyUse, Group


def user(region: Region, name: str) -> None:
    assert region.iam("CreateUser", {"UserName": name}).status == 200


def new_key(region: Region, name: str) -> tuple[str, str]:
    made = region.iam("CreateAccessKey", {"UserName": name})
    assert made.status == 200, made.query_refusal
    return made.text(".//AccessKeyId"), made.text(".//SecretAccessKey")


def as_key(region: Region, key: tuple[str, str], operation: str = "ListSecrets") -> Answer:
    return region.send(region.request(operation, b"{}", access_key_id=key[0], secret_access_key=key[1]))


def test_a_new_key_signs_for_its_user(region: Region) -> None:
    user(region, "ann")
    key = new_key(region, "ann")

    assert key[0].startswith("AKIA")
    assert len(key[1]) == 40
    code, text = as_key(region, key).refusal[1:]
    assert code == "AccessDeniedException"
    assert ":user/ann is not authorized" in text


def test_the_secret_is_shown_once(region: Region) -> None:
    user(region, "ann")
    key = new_key(region, "ann")

    listed = region.iam("ListAccessKeys", {"UserName": "ann"})
    assert listed.text(".//AccessKeyId") == key[0]
    assert key[1].encode() not in listed.body
    assert key[1].encode() not in region.everything_on_disk()
    assert not any(key[1] in json.dumps(event) for event in region.events())


def test_a_key_is_switched_off_and_on_and_deleted(region: Region) -> None:
    user(region, "ann")
    key = new_key(region, "ann")

    def status(to: str) -> None:
        fields = {"UserName": "ann", "AccessKeyId": key[0], "Status": to}
        assert region.iam("UpdateAccessKey", fields).status == 200

    status("Inactive")
    assert as_key(region, key).refusal[1] == "UnrecognizedClientException"
    status("Active")
    assert as_key(region, key).refusal[1] == "AccessDeniedException"
    assert region.iam("DeleteAccessKey", {"UserName": "ann", "AccessKeyId": key[0]}).status == 200
    assert as_key(region, key).refusal[1] == "UnrecognizedClientException"


def test_a_user_has_two_keys_at_most(region: Region) -> None:
    user(region, "ann")
    new_key(region, "ann")
    new_key(region, "ann")

    assert region.iam("CreateAccessKey", {"UserName": "ann"}).query_refusal == (
        409,
        "LimitExceeded",
        "Cannot exceed quota for AccessKeysPerUser: 2",
    )


def test_a_key_of_another_user_is_not_found(region: Region) -> None:
    user(region, "ann")
    user(region, "bea")
    key = new_key(region, "ann")

    refused = region.iam("DeleteAccessKey", {"UserName": "bea", "AccessKeyId": key[0]})
    assert refused.query_refusal[:2] == (404, "NoSuchEntity")


def test_a_user_rotates_its_own_key_where_its_policy_lets_it(region: Region) -> None:
    user(region, "ann")
    key = new_key(region, "ann")
    ann = directory(region).user_named("ann")
    assert ann is not None
    own = {
        "Version": "2012-10-17",
        "Statement": {
            "Effect": "Allow",
            "Action": "iam:*AccessKey*",
            "Resource": "arn:aws:iam::*:user/${aws:username}",
        },
    }
    change(
        region,
        type(ann)(
            **{**{f: getattr(ann, f) for f in ann.__struct_fields__}, "inline": {"own": json.dumps(own)}}
        ),
    )

    made = region.iam("CreateAccessKey", access_key_id=key[0], secret_access_key=key[1])
    assert made.status == 200, made.query_refusal
    other = region.iam("CreateAccessKey", {"UserName": "bea"}, access_key_id=key[0], secret_access_key=key[1])
    assert other.query_refusal[:2] == (403, "AccessDenied")


def test_a_group_gives_its_policies_to_its_members_and_to_nobody_else(region: Region) -> None:
    user(region, "ann")
    key = new_key(region, "ann")
    assert region.iam("CreateGroup", {"GroupName": "Readers", "Path": "/x/"}).status == 200
    group = directory(region).group_named("readers")
    assert group is not None
    reading = {
        "Version": "2012-10-17",
        "Statement": {"Effect": "Allow", "Action": "secretsmanager:List*", "Resource": "*"},
    }
    change(
        region,
        Group(
            group_id=group.group_id,
            name=group.name,
            path=group.path,
            created_ms=0,
            inline={"reading": json.dumps(reading)},
        ),
    )
    assert as_key(region, key).status == 400

    assert region.iam("AddUserToGroup", {"GroupName": "Readers", "UserName": "ann"}).status == 200
    assert as_key(region, key).status == 200
    assert region.iam("GetGroup", {"GroupName": "Readers"}).text(".//Users/member/UserName") == "ann"
    assert region.iam("ListGroupsForUser", {"UserName": "ann"}).text(".//GroupName") == "Readers"
    assert region.iam("DeleteUser", {"UserName": "ann"}).query_refusal[:2] == (409, "DeleteConflict")

    assert region.iam("RemoveUserFromGroup", {"GroupName": "Readers", "UserName": "ann"}).status == 200
    assert as_key(region, key).status == 400


# Access keys: whose, and when they were used


def test_the_root_user_makes_keys_of_its_own(region: Region) -> None:
    made = region.iam("CreateAccessKey")
    key = made.text(".//AccessKeyId"), made.text(".//SecretAccessKey")

    assert made.xml.find(".//UserName") is None
    assert as_key(region, key).status == 200
    assert region.iam("CreateAccessKey").query_refusal[:2] == (409, "LimitExceeded")
    assert region.iam("UpdateAccessKey", {"AccessKeyId": key[0], "Status": "Inactive"}).status == 200
    assert region.iam("DeleteAccessKey", {"AccessKeyId": key[0]}).status == 200
    listed = region.iam("ListAccessKeys")
    assert [one.text for one in listed.xml.iterfind(".//AccessKeyId")] == [ACCESS_KEY_ID]


def test_keys_are_listed_in_pages(region: Region) -> None:
    user(region, "ann")
    made = {new_key(region, "ann")[0], new_key(region, "ann")[0]}

    first = region.iam("ListAccessKeys", {"UserName": "ann", "MaxItems": "1"})
    assert first.text(".//IsTruncated") == "true"
    fields = {"UserName": "ann", "MaxItems": "1", "Marker": first.text(".//Marker")}
    second = region.iam("ListAccessKeys", fields)

    assert {first.text(".//AccessKeyId"), second.text(".//AccessKeyId")} == made
    assert second.text(".//IsTruncated") == "false"


def test_no_request_makes_a_key_expire(region: Region) -> None:
    user(region, "ann")
    key = new_key(region, "ann")

    fields = {"UserName": "ann", "AccessKeyId": key[0], "Status": "Expired"}
    assert region.iam("UpdateAccessKey", fields).query_refusal[:2] == (400, "InvalidInput")


NO_KEY = "AKIAAAAAAAAAAAAAAAAA"


@pytest.mark.parametrize(
    ("action", "fields"),
    [("UpdateAccessKey", {"Status": "Active"}), ("DeleteAccessKey", {})],
    ids=["update", "delete"],
)
def test_a_key_that_is_not_there_is_not_found(region: Region, action: str, fields: dict[str, str]) -> None:
    user(region, "ann")

    refused = region.iam(action, {"UserName": "ann", "AccessKeyId": NO_KEY, **fields})
    assert refused.query_refusal == (
        404,
        "NoSuchEntity",
        f"The Access Key with id {NO_KEY} cannot be found.",
    )


@pytest.mark.parametrize("action", ["CreateAccessKey", "ListAccessKeys"])
def test_nobody_s_keys_are_not_found(region: Region, action: str) -> None:
    assert region.iam(action, {"UserName": "none"}).query_refusal[:2] == (404, "NoSuchEntity")


def last_used(region: Region, key_id: str) -> tuple[str, str, str | None]:
    """Service, Region and time."""
    answer = region.iam("GetAccessKeyLastUsed", {"AccessKeyId": key_id})
    assert answer.status == 200, answer.query_refusal
    at = answer.xml.find(".//LastUsedDate")
    return answer.text(".//ServiceName"), answer.text(".//Region"), None if at is None else at.text


def test_the_last_use_of_an_access_key_is_known_within_a_minute(region: Region) -> None:
    user(region, "ann")
    key = new_key(region, "ann")
    assert last_used(region, key[0]) == ("N/A", "N/A", None)

    as_key(region, key)
    region.access_key_uses.flush(region.stores)
    region.clock.forward(60_000)

    assert last_used(region, key[0]) == ("secretsmanager", region.name, "2026-11-21T22:00:00Z")
    assert region.iam("GetAccessKeyLastUsed", {"AccessKeyId": key[0]}).text(".//UserName") == "ann"


def test_a_signature_that_is_refused_is_no_use(region: Region) -> None:
    user(region, "ann")
    key = new_key(region, "ann")

    assert as_key(region, (key[0], "wrong")).status == 400
    region.access_key_uses.flush(region.stores)

    assert last_used(region, key[0]) == ("N/A", "N/A", None)


def test_the_use_of_a_deleted_key_is_forgotten(region: Region) -> None:
    user(region, "ann")
    key = new_key(region, "ann")
    as_key(region, key)
    region.access_key_uses.flush(region.stores)
    as_key(region, key)

    region.iam("DeleteAccessKey", {"UserName": "ann", "AccessKeyId": key[0]})
    region.access_key_uses.flush(region.stores)

    assert region.stores.unit().access_key_use(ACCOUNT, key[0]) is None


def test_an_earlier_use_that_is_written_later_changes_nothing(region: Region) -> None:
    """Each process writes its own uses when it comes to it."""
    user(region, "ann")
    key = new_key(region, "ann")
    here = (ACCOUNT, key[0])
    region.stores.record_access_key_uses({here: AccessKeyUse(service="kms", at_ms=region.clock.now)})
    region.stores.record_access_key_uses({here: AccessKeyUse(service="sts", at_ms=region.clock.now - 1)})

    assert last_used(region, key[0])[0] == "kms"


def test_a_session_s_key_is_none_of_the_account_s(region: Region) -> None:
    user(region, "ann")
    key = new_key(region, "ann")
    as_ann = {"access_key_id": key[0], "secret_access_key": key[1]}
    lent = Lent.of(region.iam("GetSessionToken", {}, service="sts", **as_ann))
    region.clock.forward(1_000)
    assert lent.call(region, "GetCallerIdentity").status == 200
    region.access_key_uses.flush(region.stores)

    assert last_used(region, key[0]) == ("sts", region.name, "2026-11-21T22:00:00Z")
    refused = region.iam("GetAccessKeyLastUsed", {"AccessKeyId": lent.access_key_id})
    assert refused.query_refusal[:2] == (403, "AccessDenied")


def test_of_a_key_that_is_another_s_nothing_is_said(region: Region) -> None:
    refused = region.iam("GetAccessKeyLastUsed", {"AccessKeyId": NO_KEY})

    assert refused.query_refusal == (
        403,
        "AccessDenied",
        f"User: {ROOT_ARN} is not authorized to perform: iam:GetAccessKeyLastUsed"
        f" on resource: access key {NO_KEY}",
    )


# Groups


def group(region: Region, name: str, **fields: str) -> str:
    answer = region.iam("CreateGroup", {"GroupName": name, **fields})
    assert answer.status == 200, answer.query_refusal
    return answer.text(".//GroupId")


def test_a_group_is_shown_as_it_was_made(region: Region) -> None:
    group_id = group(region, "Ops", Path="/x/")

    shown = region.iam("GetGroup", {"GroupName": "ops"})
    assert group_id.startswith("AGPA")
    assert shown.text(".//GroupId") == group_id
    assert shown.text(".//Arn") == f"arn:aws:iam::{ACCOUNT}:group/x/Ops"
    assert shown.xml.find(".//Users/member") is None
    assert region.iam("CreateGroup", {"GroupName": "OPS"}).query_refusal == (
        409,
        "EntityAlreadyExists",
        "Group with name OPS already exists.",
    )


def test_an_account_has_300_groups_at_most(region: Region) -> None:
    change(
        region, *(Group(group_id=f"AGPA{number}", name=f"g{number}", created_ms=0) for number in range(299))
    )
    group(region, "last")

    assert region.iam("CreateGroup", {"GroupName": "one-more"}).query_refusal == (
        409,
        "LimitExceeded",
        "Cannot exceed quota for GroupsPerAccount: 300",
    )


def test_a_user_is_in_ten_groups_at_most(region: Region) -> None:
    user(region, "ann")
    for number in range(11):
        group(region, f"g{number}")

    def join(number: int) -> Answer:
        return region.iam("AddUserToGroup", {"GroupName": f"g{number}", "UserName": "ann"})

    assert [join(number).status for number in range(10)] == [200] * 10
    assert join(9).status == 200
    assert join(10).query_refusal == (409, "LimitExceeded", "Cannot exceed quota for GroupsPerUser: 10")


@pytest.mark.parametrize(
    ("action", "fields"),
    [
        ("GetGroup", {}),
        ("UpdateGroup", {"NewGroupName": "other"}),
        ("DeleteGroup", {}),
        ("AddUserToGroup", {"UserName": "ann"}),
        ("RemoveUserFromGroup", {"UserName": "ann"}),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_group_that_is_not_there_is_not_found(region: Region, action: str, fields: dict[str, str]) -> None:
    user(region, "ann")

    assert region.iam(action, {"GroupName": "none", **fields}).query_refusal == (
        404,
        "NoSuchEntity",
        "The group with name none cannot be found.",
    )


def test_who_is_not_there_is_in_no_group(region: Region) -> None:
    user(region, "ann")
    group(region, "ops")

    absent = "The user with name none cannot be found."
    for action in ("AddUserToGroup", "RemoveUserFromGroup"):
        refused = region.iam(action, {"GroupName": "ops", "UserName": "none"})
        assert refused.query_refusal == (404, "NoSuchEntity", absent)
    assert region.iam("ListGroupsForUser", {"UserName": "none"}).query_refusal[2] == absent
    outside = region.iam("RemoveUserFromGroup", {"GroupName": "ops", "UserName": "ann"})
    assert outside.query_refusal[:2] == (404, "NoSuchEntity")


def test_a_group_is_renamed_with_its_members(region: Region) -> None:
    user(region, "ann")
    group(region, "ops")
    group(region, "dev")
    region.iam("AddUserToGroup", {"GroupName": "ops", "UserName": "ann"})

    taken = region.iam("UpdateGroup", {"GroupName": "ops", "NewGroupName": "DEV"})
    assert taken.query_refusal[:2] == (409, "EntityAlreadyExists")
    fields = {"GroupName": "ops", "NewGroupName": "crew", "NewPath": "/x/"}
    assert region.iam("UpdateGroup", fields).status == 200
    listed = region.iam("ListGroupsForUser", {"UserName": "ann"})
    assert listed.text(".//Arn") == f"arn:aws:iam::{ACCOUNT}:group/x/crew"


def test_renaming_a_group_takes_the_permission_on_both_names(region: Region) -> None:
    allowed = {"Effect": "Allow", "Action": "iam:*", "Resource": f"arn:aws:iam::{ACCOUNT}:group/t-*"}
    add_user(region, "ops", policy=statement(allowed))
    group(region, "t-one")

    def rename(name: str) -> Answer:
        fields = {"GroupName": "t-one", "NewGroupName": name}
        return region.iam("UpdateGroup", fields, access_key_id="AKIAOPS", secret_access_key=SECRET_OF_KEY)

    assert rename("admins").query_refusal[:2] == (403, "AccessDenied")
    assert rename("t-two").status == 200


def test_a_group_is_deleted_when_it_is_empty(region: Region) -> None:
    user(region, "ann")
    group(region, "ops")
    region.iam("AddUserToGroup", {"GroupName": "ops", "UserName": "ann"})

    def refusal() -> str:
        status, code, text = region.iam("DeleteGroup", {"GroupName": "ops"}).query_refusal
        assert (status, code) == (409, "DeleteConflict")
        return text

    assert refusal() == "Cannot delete entity, must remove users from group first."
    region.iam("RemoveUserFromGroup", {"GroupName": "ops", "UserName": "ann"})
    held = directory(region).group_named("ops")
    assert held is not None
    change(region, msgspec.structs.replace(held, inline={"p": "{}"}))
    assert refusal() == "Cannot delete entity, must delete policies first."
    change(region, msgspec.structs.replace(held, attached=("arn:aws:iam::aws:policy/ReadOnlyAccess",)))
    assert refusal() == "Cannot delete entity, must detach all policies first."
    change(region, held)
    assert region.iam("DeleteGroup", {"GroupName": "ops"}).status == 200


def test_groups_are_listed_in_pages_and_below_a_path(region: Region) -> None:
    for name in ("b", "A", "c"):
        group(region, name, Path="/x/")
    group(region, "z")

    first = region.iam("ListGroups", {"PathPrefix": "/x/", "MaxItems": "2"})
    rest = region.iam("ListGroups", {"PathPrefix": "/x/", "Marker": first.text(".//Marker")})

    named = [element.text for page in (first, rest) for element in page.xml.iterfind(".//GroupName")]
    assert named == ["A", "b", "c"]
    assert rest.text(".//IsTruncated") == "false"


def test_the_members_of_a_group_are_shown_in_pages(region: Region) -> None:
    group(region, "ops")
    for name in ("ann", "bea"):
        user(region, name)
        region.iam("AddUserToGroup", {"GroupName": "ops", "UserName": name})

    first = region.iam("GetGroup", {"GroupName": "ops", "MaxItems": "1"})
    rest = region.iam("GetGroup", {"GroupName": "ops", "Marker": first.text(".//Marker")})

    assert (first.text(".//UserName"), rest.text(".//UserName")) == ("ann", "bea")
    assert rest.text(".//Group/GroupName") == "ops"
