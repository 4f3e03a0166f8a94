"""boto3's IAM client against two running Regions: users, their keys, groups and passwords, as tools manage them.

Changes are asked of the Region that forwards them.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import WaiterError
from tests.integration.deployment import OHIO, VIRGINIA, Deployment, deployed, until
from tests.integration.identity import Person, allow, is_known, is_unknown, person, policy, refused

AT_ONCE = {"Delay": 1, "MaxAttempts": 3}
PASSWORD, OTHER = "Correct-horse-7", "Battery-staple-8"
USES_ARE_WRITTEN_S_MAX = 60.0
"""Uses are written twice a minute."""


@pytest.fixture(scope="module")
def deployment() -> Iterator[Deployment]:
    with deployed(workers=1) as running:
        yield running


@pytest.fixture
def iam(deployment: Deployment) -> Any:
    """A client of the Region where nothing of IAM's is written."""
    return client_of(deployment, OHIO)


def client_of(deployment: Deployment, region: str) -> Any:
    return boto3.client(
        "iam",
        endpoint_url=deployment.endpoint(region, door=False),
        region_name=region,
        aws_access_key_id=deployment.env["access_key_id"],
        aws_secret_access_key=deployment.env["secret_access_key"],
        config=Config(retries={"mode": "standard", "total_max_attempts": 2}),
    )


def test_a_user_is_made_found_and_taken_down_as_tools_do(deployment: Deployment, iam: Any) -> None:
    with pytest.raises(WaiterError):
        iam.get_waiter("user_exists").wait(UserName="ann", WaiterConfig=AT_ONCE)
    made = iam.create_user(UserName="ann", Path="/ops/", Tags=[{"Key": "team", "Value": "red"}])["User"]
    iam.get_waiter("user_exists").wait(UserName="ann", WaiterConfig=AT_ONCE)
    iam.create_group(GroupName="ops")
    iam.add_user_to_group(GroupName="ops", UserName="ann")
    iam.create_login_profile(UserName="ann", Password=PASSWORD)
    key_id = iam.create_access_key(UserName="ann")["AccessKey"]["AccessKeyId"]

    shown = client_of(deployment, VIRGINIA).get_user(UserName="ANN")["User"]
    assert (shown["UserId"], shown["Arn"], shown["Tags"]) == (made["UserId"], made["Arn"], made["Tags"])
    assert iam.list_groups_for_user(UserName="ann")["Groups"][0]["GroupName"] == "ops"

    taken_down = (
        partial(iam.delete_access_key, UserName="ann", AccessKeyId=key_id),
        partial(iam.delete_login_profile, UserName="ann"),
        partial(iam.remove_user_from_group, GroupName="ops", UserName="ann"),
    )
    for take_down in taken_down:
        assert refused(iam.delete_user, UserName="ann") == "DeleteConflict"
        take_down()
    iam.delete_user(UserName="ann")
    iam.delete_group(GroupName="ops")
    assert refused(iam.get_user, UserName="ann") == "NoSuchEntity"


LISTS: dict[str, tuple[str, str | None]] = {
    "list_users": ("Users", "UserName"),
    "list_groups": ("Groups", "GroupName"),
    "get_group": ("Users", "UserName"),
    "list_groups_for_user": ("Groups", "GroupName"),
    "list_access_keys": ("AccessKeyMetadata", "AccessKeyId"),
    "list_user_tags": ("Tags", "Key"),
    "get_account_authorization_details": ("UserDetailList", "UserName"),
    "list_account_aliases": ("AccountAliases", None),
}
NAMED = {
    "get_group": {"GroupName": "paged-0"},
    "list_groups_for_user": {"UserName": "paged-0"},
    "list_access_keys": {"UserName": "paged-0"},
    "list_user_tags": {"UserName": "paged-0"},
}


def test_every_list_comes_whole_in_pages(iam: Any) -> None:
    names = [f"paged-{number}" for number in range(5)]
    tags = [{"Key": name, "Value": "x"} for name in names]
    for name in names:
        iam.create_user(UserName=name, Tags=tags)
        iam.create_group(GroupName=name)
        iam.add_user_to_group(GroupName=name, UserName="paged-0")
        if name != "paged-0":
            iam.add_user_to_group(GroupName="paged-0", UserName=name)
    iam.create_access_key(UserName="paged-0")
    iam.create_access_key(UserName="paged-0")
    iam.create_account_alias(AccountAlias="paged")

    for operation, (member, shown_by) in LISTS.items():
        asked = NAMED.get(operation, {})
        pages = iam.get_paginator(operation).paginate(**asked, PaginationConfig={"PageSize": 1})
        seen = [one if shown_by is None else one[shown_by] for page in pages for one in page[member]]
        whole = getattr(iam, operation)(**asked)[member]
        assert seen == [one if shown_by is None else one[shown_by] for one in whole], operation
        assert seen, operation
        assert len(set(seen)) == len(seen), operation


def test_a_key_is_rotated_without_a_refused_request(deployment: Deployment) -> None:
    """A second key, in force everywhere, before the first one is switched off and deleted."""
    own = allow("iam:*AccessKey*", "arn:aws:iam::*:user/${aws:username}")
    old = person(deployment, "rotating", own)
    with_old = old.client(OHIO, "iam")
    made = with_old.create_access_key()["AccessKey"]
    new = Person(
        deployment=deployment,
        name="rotating",
        access_key_id=made["AccessKeyId"],
        secret_access_key=made["SecretAccessKey"],
    )
    assert refused(with_old.create_access_key) == "LimitExceeded"
    for region in deployment.regions:
        until(partial(is_known, new, region), what=f"the new key known in {region}")

    with_new = new.client(OHIO, "iam")
    with_new.update_access_key(AccessKeyId=old.access_key_id, Status="Inactive")
    for region in deployment.regions:
        until(partial(is_unknown, old, region), what=f"the old key refused in {region}")
    with_new.delete_access_key(AccessKeyId=old.access_key_id)
    listed = with_new.list_access_keys()["AccessKeyMetadata"]
    assert [key["AccessKeyId"] for key in listed] == [new.access_key_id]


def test_a_user_changes_its_password_where_it_may(deployment: Deployment, iam: Any) -> None:
    iam.update_account_password_policy(MinimumPasswordLength=10, AllowUsersToChangePassword=True)
    bea = person(deployment, "bea")
    iam.create_login_profile(UserName="bea", Password=PASSWORD, PasswordResetRequired=True)
    own = bea.client(OHIO, "iam")

    assert own.get_account_password_policy()["PasswordPolicy"]["MinimumPasswordLength"] == 10
    change = own.change_password
    assert refused(change, OldPassword=OTHER, NewPassword=OTHER) == "AccessDenied"
    assert refused(change, OldPassword=PASSWORD, NewPassword="short") == "PasswordPolicyViolation"
    change(OldPassword=PASSWORD, NewPassword=OTHER)
    assert refused(change, OldPassword=PASSWORD, NewPassword=OTHER) == "AccessDenied"
    assert not iam.get_login_profile(UserName="bea")["LoginProfile"]["PasswordResetRequired"]


def test_a_group_gives_and_takes_in_every_region(deployment: Deployment, iam: Any) -> None:
    cem = person(deployment, "cem")
    iam.create_group(GroupName="readers")
    iam.put_group_policy(
        GroupName="readers",
        PolicyName="list",
        PolicyDocument=policy(allow("secretsmanager:ListSecrets")),
    )

    def may_list(region: str) -> bool:
        return refused(cem.client(region).list_secrets) == ""

    def may_not_list(region: str) -> bool:
        return not may_list(region)

    assert not any(may_list(region) for region in deployment.regions)
    iam.add_user_to_group(GroupName="readers", UserName="cem")
    for region in deployment.regions:
        until(partial(may_list, region), what=f"the group's policy in {region}")
    iam.remove_user_from_group(GroupName="readers", UserName="cem")
    for region in deployment.regions:
        until(partial(may_not_list, region), what=f"the group's policy gone in {region}")


def test_a_key_was_last_used_where_it_was_used(deployment: Deployment) -> None:
    dan = person(deployment, "dan", allow("secretsmanager:ListSecrets"))
    in_ohio = client_of(deployment, OHIO)
    dan.client(OHIO).list_secrets()

    def last_used() -> dict[str, Any]:
        answer = in_ohio.get_access_key_last_used(AccessKeyId=dan.access_key_id)
        assert answer["UserName"] == "dan"
        used: dict[str, Any] = answer["AccessKeyLastUsed"]
        return used

    until(
        lambda: last_used()["ServiceName"] == "secretsmanager",
        what="the use is written",
        seconds_max=USES_ARE_WRITTEN_S_MAX,
    )
    assert last_used()["Region"] == OHIO
