"""boto3's IAM client against two running Regions: users with their groups, keys and passwords, and the account.

All is asked of the Region that is not the control Region, so that each change is forwarded to that and read again at home.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import partial
from typing import Any

import boto3
import pytest
from tests.integration.deployment import OHIO, VIRGINIA, Deployment, deployed, until
from tests.integration.identity import Person, allow, is_known, is_unknown, person, policy, refused

AT_ONCE = {"Delay": 1, "MaxAttempts": 5}
TWO = {"PageSize": 2}
PASSWORD, ANOTHER = "First-password-1", "Second-password-2"
FLUSHED_S = 60.0
"""A use of a key is written twice a minute."""


@pytest.fixture(scope="module")
def deployment() -> Iterator[Deployment]:
    with deployed(workers=1) as running:
        yield running


@pytest.fixture
def iam(deployment: Deployment) -> Any:
    """The root user's client of the Region where nothing of IAM's is written."""
    return client_of(deployment, OHIO, key=root_key(deployment))


Key = tuple[str, str]


def root_key(deployment: Deployment) -> Key:
    return deployment.env["access_key_id"], deployment.env["secret_access_key"]


def client_of(deployment: Deployment, region: str, *, key: Key, service: str = "iam") -> Any:
    return boto3.client(
        service,
        endpoint_url=deployment.endpoint(region, door=False),
        region_name=region,
        aws_access_key_id=key[0],
        aws_secret_access_key=key[1],
    )


def new_key(iam: Any, name: str) -> Key:
    made = iam.create_access_key(UserName=name)["AccessKey"]
    return made["AccessKeyId"], made["SecretAccessKey"]


def test_a_user_comes_and_goes_as_tools_do_it(deployment: Deployment, iam: Any) -> None:
    made = iam.create_user(UserName="ann", Path="/ops/", Tags=[{"Key": "team", "Value": "red"}])["User"]
    iam.get_waiter("user_exists").wait(UserName="ann", WaiterConfig=AT_ONCE)
    iam.create_group(GroupName="readers")
    document = policy(allow("secretsmanager:ListSecrets"))
    iam.put_group_policy(GroupName="readers", PolicyName="list", PolicyDocument=document)
    iam.add_user_to_group(GroupName="readers", UserName="ann")
    key = new_key(iam, "ann")
    secrets = client_of(deployment, OHIO, key=key, service="secretsmanager")
    until(lambda: refused(secrets.list_secrets) == "", what="the new key in force")

    assert iam.get_user(UserName="ann")["User"]["Arn"] == made["Arn"]
    assert iam.list_user_tags(UserName="ann")["Tags"] == [{"Key": "team", "Value": "red"}]
    assert [one["UserName"] for one in iam.get_group(GroupName="readers")["Users"]] == ["ann"]
    details = iam.get_account_authorization_details(Filter=["Group"])["GroupDetailList"]
    assert details[0]["GroupPolicyList"] == [{"PolicyName": "list", "PolicyDocument": json.loads(document)}]
    # The control Region has what was forwarded to it.
    control = client_of(deployment, VIRGINIA, key=root_key(deployment))
    assert control.get_user(UserName="ann")["User"]["UserId"] == made["UserId"]

    assert refused(iam.delete_user, UserName="ann") == "DeleteConflict"
    iam.remove_user_from_group(GroupName="readers", UserName="ann")
    iam.delete_access_key(UserName="ann", AccessKeyId=key[0])
    iam.delete_user(UserName="ann")
    iam.delete_group_policy(GroupName="readers", PolicyName="list")
    iam.delete_group(GroupName="readers")
    assert refused(iam.get_user, UserName="ann") == "NoSuchEntity"
    assert refused(secrets.list_secrets) == "UnrecognizedClientException"


def test_a_password_is_changed_in_one_region_and_known_in_all(deployment: Deployment, iam: Any) -> None:
    iam.create_user(UserName="bea")
    iam.put_user_policy(UserName="bea", PolicyName="own", PolicyDocument=policy(allow("iam:ChangePassword")))
    login = iam.create_login_profile(UserName="bea", Password=PASSWORD, PasswordResetRequired=True)
    assert login["LoginProfile"]["PasswordResetRequired"] is True
    iam.get_waiter("user_exists").wait(UserName="bea", WaiterConfig=AT_ONCE)
    key = new_key(iam, "bea")
    here, control = (client_of(deployment, region, key=key) for region in (OHIO, VIRGINIA))
    change = partial(here.change_password, OldPassword=PASSWORD, NewPassword=ANOTHER)
    until(lambda: refused(change) == "", what="the password changed")

    assert refused(control.change_password, OldPassword=PASSWORD, NewPassword=ANOTHER) == "AccessDenied"
    control.change_password(OldPassword=ANOTHER, NewPassword=PASSWORD)
    assert iam.get_login_profile(UserName="bea")["LoginProfile"]["PasswordResetRequired"] is False
    iam.update_account_password_policy(MinimumPasswordLength=40)
    weak = partial(iam.update_login_profile, UserName="bea", Password=ANOTHER)
    assert refused(weak) == "PasswordPolicyViolation"
    assert iam.get_account_password_policy()["PasswordPolicy"]["MinimumPasswordLength"] == 40
    iam.delete_account_password_policy()
    iam.delete_login_profile(UserName="bea")
    assert refused(iam.get_login_profile, UserName="bea") == "NoSuchEntity"


def test_every_list_comes_whole_in_pages(iam: Any) -> None:
    for number in range(5):
        iam.create_user(UserName=f"paged-{number}", Path="/paged/")
        iam.create_group(GroupName=f"paged-{number}", Path="/paged/")

    def names(operation: str, member: str, name: str, **request: Any) -> list[str]:
        pages = iam.get_paginator(operation).paginate(PaginationConfig=TWO, **request)
        return [one[name] for page in pages for one in page[member]]

    expected = [f"paged-{number}" for number in range(5)]
    assert names("list_users", "Users", "UserName", PathPrefix="/paged/") == expected
    assert names("list_groups", "Groups", "GroupName", PathPrefix="/paged/") == expected
    details = "get_account_authorization_details"
    shown = names(details, "UserDetailList", "UserName", Filter=["User", "Group"])
    assert [name for name in shown if name.startswith("paged-")] == expected
    whole = iam.get_account_authorization_details(Filter=["User"])["UserDetailList"]
    assert shown == [one["UserName"] for one in whole]


def test_what_a_user_has_comes_whole_in_pages(iam: Any) -> None:
    names = [f"many-{number}" for number in range(3)]
    iam.create_user(UserName="many", Tags=[{"Key": name, "Value": "x"} for name in names])
    for name in names:
        iam.create_user(UserName=name)
        iam.create_group(GroupName=name)
        iam.add_user_to_group(GroupName=name, UserName="many")
        iam.add_user_to_group(GroupName="many-0", UserName=name)
    keys = [new_key(iam, "many")[0] for _ in range(2)]

    def pages(operation: str, member: str, name: str, **request: str) -> list[str]:
        """In pages of one."""
        paginator = iam.get_paginator(operation).paginate(PaginationConfig={"PageSize": 1}, **request)
        return [one[name] for page in paginator for one in page[member]]

    assert pages("list_groups_for_user", "Groups", "GroupName", UserName="many") == names
    assert pages("get_group", "Users", "UserName", GroupName="many-0") == ["many", *names]
    assert pages("list_user_tags", "Tags", "Key", UserName="many") == names
    assert pages("list_access_keys", "AccessKeyMetadata", "AccessKeyId", UserName="many") == sorted(keys)


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


def test_a_group_gives_and_takes_in_every_region(deployment: Deployment, iam: Any) -> None:
    cem = person(deployment, "cem")
    iam.create_group(GroupName="listers")
    document = policy(allow("secretsmanager:ListSecrets"))
    iam.put_group_policy(GroupName="listers", PolicyName="list", PolicyDocument=document)

    def may_list(region: str) -> bool:
        return refused(cem.client(region).list_secrets) == ""

    def may_not_list(region: str) -> bool:
        return not may_list(region)

    assert not any(may_list(region) for region in deployment.regions)
    iam.add_user_to_group(GroupName="listers", UserName="cem")
    for region in deployment.regions:
        until(partial(may_list, region), what=f"the group's policy in {region}")
    iam.remove_user_from_group(GroupName="listers", UserName="cem")
    for region in deployment.regions:
        until(partial(may_not_list, region), what=f"the group's policy gone in {region}")


def test_the_account_has_an_alias_and_a_summary(iam: Any) -> None:
    users = iam.get_account_summary()["SummaryMap"]["Users"]
    iam.create_user(UserName="counted")
    iam.create_account_alias(AccountAlias="example-of-ours")

    assert iam.get_account_summary()["SummaryMap"]["Users"] == users + 1
    pages = iam.get_paginator("list_account_aliases").paginate()
    assert [alias for page in pages for alias in page["AccountAliases"]] == ["example-of-ours"]
    iam.delete_account_alias(AccountAlias="example-of-ours")
    assert iam.list_account_aliases()["AccountAliases"] == []


def test_the_last_use_of_a_key_is_known_within_a_minute(deployment: Deployment, iam: Any) -> None:
    iam.create_user(UserName="used")
    key = new_key(iam, "used")
    assert iam.get_access_key_last_used(AccessKeyId=key[0])["AccessKeyLastUsed"]["ServiceName"] == "N/A"
    caller = client_of(deployment, OHIO, key=key, service="sts")
    until(lambda: refused(caller.get_caller_identity) == "", what="the new key in force")

    def last() -> dict[str, Any]:
        answer: dict[str, Any] = iam.get_access_key_last_used(AccessKeyId=key[0])
        assert answer["UserName"] == "used"
        found: dict[str, Any] = answer["AccessKeyLastUsed"]
        return found

    until(lambda: last()["ServiceName"] == "sts", what="the use written down", seconds_max=FLUSHED_S)
    assert last()["Region"] == OHIO
