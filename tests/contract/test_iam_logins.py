"""Users' passwords and the account's password policy, asked with real requests; every hash is a real one."""

from __future__ import annotations

import json

import msgspec
import pytest
from tests.contract.people import SECRET_OF_KEY, Lent, add_role, add_user, directory, statement, trusting
from tests.contract.people import change as put
from tests.contract.region import ACCOUNT, Answer, Region

from watchword.identity.model import Login

# What no line, row or event may hold.
FIRST, SECOND, THIRD = "Canary-first-1", "Canary-second-2", "Canary-third-3"
CHANGING = statement({"Effect": "Allow", "Action": "iam:ChangePassword", "Resource": "*"})


def ask(region: Region, action: str, **fields: str) -> Answer:
    answer = region.iam(action, fields)
    assert answer.status == 200, answer.query_refusal
    return answer


def refused(region: Region, action: str, **fields: str) -> tuple[int, str, str]:
    return region.iam(action, fields).query_refusal


def as_user(region: Region, name: str, action: str, **fields: str) -> Answer:
    return region.iam(action, fields, access_key_id=f"AKIA{name.upper()}", secret_access_key=SECRET_OF_KEY)


def change(region: Region, name: str, old: str, new: str) -> Answer:
    return as_user(region, name, "ChangePassword", OldPassword=old, NewPassword=new)


def login_of(region: Region, name: str) -> Login:
    user = directory(region).user_named(name)
    assert user is not None
    assert user.login is not None
    return user.login


def is_password(region: Region, name: str, password: str) -> bool:
    user, held = directory(region).user_named(name), directory(region)
    assert user is not None
    key_id = held.settings.password_keys[0].key_id
    sealed = region.stores.unit().sealed_credential(ACCOUNT, "password-key", key_id)
    assert sealed is not None
    found: bool = region.identity_custody.check_password(
        sealed,
        account=ACCOUNT,
        user_id=user.user_id,
        password=password,
        hashed=login_of(region, name).password_hash,
    )
    return found


# Login profiles


def test_a_login_profile_is_made_shown_changed_and_deleted(region: Region) -> None:
    add_user(region, "ann")
    made = ask(region, "CreateLoginProfile", UserName="ann", Password=FIRST, PasswordResetRequired="true")
    assert made.text(".//LoginProfile/UserName") == "ann"
    assert made.text(".//PasswordResetRequired") == "true"
    assert is_password(region, "ann", FIRST)
    assert not is_password(region, "ann", SECOND)

    ask(region, "UpdateLoginProfile", UserName="ann", PasswordResetRequired="false")
    assert is_password(region, "ann", FIRST)
    ask(region, "UpdateLoginProfile", UserName="ann", Password=SECOND)
    assert is_password(region, "ann", SECOND)
    shown = ask(region, "GetLoginProfile", UserName="ann")
    assert shown.text(".//PasswordResetRequired") == "false"
    assert shown.text(".//CreateDate") == made.text(".//CreateDate")

    ask(region, "DeleteLoginProfile", UserName="ann")
    assert refused(region, "GetLoginProfile", UserName="ann") == (
        404,
        "NoSuchEntity",
        "Login Profile for User ann cannot be found.",
    )


def test_a_password_is_in_no_row_and_no_event(region: Region) -> None:
    add_user(region, "ann", policy=CHANGING)
    ask(region, "CreateLoginProfile", UserName="ann", Password=FIRST)
    ask(region, "UpdateLoginProfile", UserName="ann", Password=SECOND)
    assert change(region, "ann", SECOND, THIRD).status == 200
    assert change(region, "ann", FIRST, "short").status == 403

    told = json.dumps(region.events())
    assert "UpdateLoginProfile" in told
    for password in (FIRST, SECOND, THIRD):
        assert password.encode() not in region.everything_on_disk()
        assert password not in told


def test_a_user_with_a_password_is_not_deleted(region: Region) -> None:
    ask(region, "CreateUser", UserName="ann")
    ask(region, "CreateLoginProfile", UserName="ann", Password=FIRST)

    assert refused(region, "DeleteUser", UserName="ann") == (
        409,
        "DeleteConflict",
        "Cannot delete entity, must delete login profile first.",
    )


def test_a_user_has_one_login_profile(region: Region) -> None:
    add_user(region, "ann")
    ask(region, "CreateLoginProfile", UserName="ann", Password=FIRST)

    assert refused(region, "CreateLoginProfile", UserName="ann", Password=SECOND) == (
        409,
        "EntityAlreadyExists",
        "Login Profile for user ann already exists.",
    )
    assert is_password(region, "ann", FIRST)


@pytest.mark.parametrize(
    "action", ["CreateLoginProfile", "GetLoginProfile", "UpdateLoginProfile", "DeleteLoginProfile"]
)
def test_nobody_has_no_login_profile(region: Region, action: str) -> None:
    fields = {"Password": FIRST} if action in ("CreateLoginProfile", "UpdateLoginProfile") else {}

    assert refused(region, action, UserName="none", **fields)[:2] == (404, "NoSuchEntity")


@pytest.mark.parametrize("action", ["GetLoginProfile", "UpdateLoginProfile", "DeleteLoginProfile"])
def test_a_user_without_a_password_has_no_login_profile(region: Region, action: str) -> None:
    add_user(region, "ann")

    assert refused(region, action, UserName="ann")[:2] == (404, "NoSuchEntity")


def test_a_login_profile_needs_a_password_and_a_user(region: Region) -> None:
    add_user(region, "ann")

    assert refused(region, "CreateLoginProfile", UserName="ann")[:2] == (400, "ValidationError")
    for action, fields in (
        ("CreateLoginProfile", {"Password": FIRST}),
        ("GetLoginProfile", {}),
        ("DeleteLoginProfile", {}),
    ):
        assert refused(region, action, **fields) == (
            400,
            "ValidationError",
            "Must specify userName when calling with non-User credentials",
        )


def test_a_user_that_may_manages_its_own_login_profile(region: Region) -> None:
    own = {
        "Effect": "Allow",
        "Action": "iam:*LoginProfile",
        "Resource": "arn:aws:iam::*:user/${aws:username}",
    }
    add_user(region, "ann", policy=statement(own))
    add_user(region, "bea")

    assert as_user(region, "ann", "CreateLoginProfile", Password=FIRST).status == 200
    assert as_user(region, "ann", "GetLoginProfile").text(".//UserName") == "ann"
    others = as_user(region, "ann", "CreateLoginProfile", UserName="bea", Password=FIRST)
    assert others.query_refusal[:2] == (403, "AccessDenied")
    assert as_user(region, "ann", "DeleteLoginProfile").status == 200


# One's own password


def test_a_user_changes_its_own_password(region: Region) -> None:
    add_user(region, "ann", policy=CHANGING)
    ask(region, "CreateLoginProfile", UserName="ann", Password=FIRST, PasswordResetRequired="true")

    assert change(region, "ann", FIRST, SECOND).status == 200
    assert is_password(region, "ann", SECOND)
    assert not login_of(region, "ann").reset_required


def test_whoever_knows_not_the_password_changes_nothing(region: Region) -> None:
    add_user(region, "ann", policy=CHANGING)
    ask(region, "CreateLoginProfile", UserName="ann", Password=FIRST)

    answer = change(region, "ann", SECOND, THIRD)
    assert answer.query_refusal == (403, "AccessDenied", "The old password was incorrect.")
    assert is_password(region, "ann", FIRST)


def test_who_is_no_user_or_has_no_password_has_none_to_change(region: Region) -> None:
    add_user(region, "ann", policy=CHANGING)

    assert change(region, "ann", FIRST, SECOND).query_refusal[:2] == (404, "NoSuchEntity")
    assert refused(region, "ChangePassword", OldPassword=FIRST, NewPassword=SECOND)[:2] == (
        400,
        "InvalidUserType",
    )


def test_a_role_s_session_has_no_password_to_change(region: Region) -> None:
    everything = statement({"Effect": "Allow", "Action": "*", "Resource": "*"})
    add_role(region, "app", trust=trusting(ACCOUNT), policy=everything)
    add_user(region, "ann", policy=everything)
    assumed = {"RoleArn": f"arn:aws:iam::{ACCOUNT}:role/app", "RoleSessionName": "here"}
    key = {"access_key_id": "AKIAANN", "secret_access_key": SECRET_OF_KEY}
    lent = Lent.of(region.iam("AssumeRole", assumed, service="sts", **key))

    answer = lent.call(region, "ChangePassword", service="iam", OldPassword=FIRST, NewPassword=SECOND)
    assert answer.query_refusal[:2] == (400, "InvalidUserType")


def test_policy_or_the_password_policy_lets_users_change_their_own_password(region: Region) -> None:
    add_user(region, "ann")
    add_user(
        region,
        "bea",
        policy=statement({"Effect": "Deny", "Action": "iam:ChangePassword", "Resource": "*"}),
    )
    for name in ("ann", "bea"):
        ask(region, "CreateLoginProfile", UserName=name, Password=FIRST)
    assert change(region, "ann", FIRST, SECOND).query_refusal[:2] == (403, "AccessDenied")
    assert as_user(region, "ann", "GetAccountPasswordPolicy").query_refusal[1] == "AccessDenied"

    ask(region, "UpdateAccountPasswordPolicy", AllowUsersToChangePassword="true")
    assert change(region, "ann", FIRST, SECOND).status == 200
    assert as_user(region, "ann", "GetAccountPasswordPolicy").status == 200
    assert change(region, "bea", FIRST, SECOND).query_refusal[:2] == (403, "AccessDenied")
    # One action, and no more than that.
    assert as_user(region, "ann", "GetLoginProfile").query_refusal[1] == "AccessDenied"
    assert as_user(region, "ann", "DeleteAccountPasswordPolicy").query_refusal[1] == "AccessDenied"


# The password policy


def test_without_a_policy_a_password_is_as_aws_asks_by_default(region: Region) -> None:
    add_user(region, "ann")

    for weak in ("Abc-123", "abcdefgh", "abcdefgh1"):
        code = refused(region, "CreateLoginProfile", UserName="ann", Password=weak)[:2]
        assert code == (400, "PasswordPolicyViolation"), weak
    ask(region, "CreateLoginProfile", UserName="ann", Password="Abcdefg1")


@pytest.mark.parametrize(
    ("asked", "weak", "good"),
    [
        ({"MinimumPasswordLength": "12"}, "abcdefghijk", "abcdefghijkl"),
        ({"RequireUppercaseCharacters": "true"}, "abcdef", "Abcdef"),
        ({"RequireLowercaseCharacters": "true"}, "ABCDEF", "aBCDEF"),
        ({"RequireNumbers": "true"}, "abcdef", "abcde1"),
        ({"RequireSymbols": "true"}, "abcd ef.", "abcdef'"),
        ({}, "abcde", "abcdef"),
    ],
)
def test_a_password_is_as_the_policy_asks(
    region: Region, asked: dict[str, str], weak: str, good: str
) -> None:
    add_user(region, "ann", policy=CHANGING)
    ask(region, "CreateLoginProfile", UserName="ann", Password=FIRST)
    ask(region, "UpdateAccountPasswordPolicy", **asked)
    violation = (400, "PasswordPolicyViolation")

    assert refused(region, "UpdateLoginProfile", UserName="ann", Password=weak)[:2] == violation
    assert change(region, "ann", FIRST, weak).query_refusal[:2] == violation
    assert is_password(region, "ann", FIRST)
    ask(region, "UpdateLoginProfile", UserName="ann", Password=good)
    assert is_password(region, "ann", good)


def test_a_password_is_not_used_again_as_long_as_the_policy_says(region: Region) -> None:
    add_user(region, "ann", policy=CHANGING)
    ask(region, "UpdateAccountPasswordPolicy", PasswordReusePrevention="2")
    ask(region, "CreateLoginProfile", UserName="ann", Password=FIRST)

    assert change(region, "ann", FIRST, FIRST).query_refusal[1] == "PasswordPolicyViolation"
    assert change(region, "ann", FIRST, SECOND).status == 200
    assert change(region, "ann", SECOND, FIRST).query_refusal[1] == "PasswordPolicyViolation"
    assert change(region, "ann", SECOND, THIRD).status == 200
    assert change(region, "ann", THIRD, FIRST).status == 200
    assert len(login_of(region, "ann").former_hashes) == 1


def test_the_name_of_the_account_is_no_password(region: Region) -> None:
    add_user(region, "ann")
    settings = directory(region).settings
    put(region, msgspec.structs.replace(settings, name="Ops-team-7"))

    weak = refused(region, "CreateLoginProfile", UserName="ann", Password="Ops-team-7")
    assert weak[:2] == (400, "PasswordPolicyViolation")
    ask(region, "CreateLoginProfile", UserName="ann", Password="Ops-team-8")


@pytest.mark.parametrize(
    ("member", "least", "most"),
    [
        ("MinimumPasswordLength", 6, 128),
        ("MaxPasswordAge", 1, 1095),
        ("PasswordReusePrevention", 1, 24),
    ],
)
def test_a_policy_keeps_within_iam_s_limits(region: Region, member: str, least: int, most: int) -> None:
    for good in (least, most):
        ask(region, "UpdateAccountPasswordPolicy", **{member: str(good)})
    for bad in (least - 1, most + 1):
        code = refused(region, "UpdateAccountPasswordPolicy", **{member: str(bad)})[:2]
        assert code == (400, "ValidationError")


def test_an_update_of_the_policy_replaces_it_whole(region: Region) -> None:
    ask(
        region,
        "UpdateAccountPasswordPolicy",
        MinimumPasswordLength="14",
        RequireSymbols="true",
        MaxPasswordAge="90",
        PasswordReusePrevention="5",
        HardExpiry="true",
    )
    shown = ask(region, "GetAccountPasswordPolicy")
    assert shown.text(".//MinimumPasswordLength") == "14"
    assert shown.text(".//ExpirePasswords") == "true"
    assert shown.text(".//MaxPasswordAge") == "90"
    assert shown.text(".//PasswordReusePrevention") == "5"
    assert shown.text(".//HardExpiry") == "true"

    ask(region, "UpdateAccountPasswordPolicy", RequireNumbers="true")
    shown = ask(region, "GetAccountPasswordPolicy")
    assert shown.text(".//MinimumPasswordLength") == "6"
    assert shown.text(".//RequireSymbols") == "false"
    assert shown.text(".//RequireNumbers") == "true"
    assert shown.text(".//ExpirePasswords") == "false"
    assert shown.xml.find(".//MaxPasswordAge") is None


def test_a_policy_that_is_not_there_is_neither_shown_nor_deleted(region: Region) -> None:
    ask(region, "UpdateAccountPasswordPolicy")
    ask(region, "DeleteAccountPasswordPolicy")

    assert refused(region, "GetAccountPasswordPolicy") == (
        404,
        "NoSuchEntity",
        f"The Password Policy with domain name {ACCOUNT} cannot be found.",
    )
    assert refused(region, "DeleteAccountPasswordPolicy")[:2] == (404, "NoSuchEntity")


def test_without_a_custodian_no_password_is_set_and_the_rest_goes_on(region: Region) -> None:
    add_user(region, "ann")
    ask(region, "CreateLoginProfile", UserName="ann", Password=FIRST)
    region.lose_custody()

    assert region.iam("UpdateLoginProfile", {"UserName": "ann", "Password": SECOND}).status == 503
    ask(region, "GetLoginProfile", UserName="ann")
    region.restore_custody()
    assert is_password(region, "ann", FIRST)
