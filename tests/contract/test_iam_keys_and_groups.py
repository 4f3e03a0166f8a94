"""IAM's access keys and groups: what a key lets in, and what a group gives."""

from __future__ import annotations

import json

from tests.contract.people import change, directory
from tests.contract.region import Answer, Region

from watchword.identity.model import Group


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
