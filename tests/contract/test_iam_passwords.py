"""IAM's passwords: who has one, what it has to be, who may change it, and that nobody ever sees it again."""

from __future__ import annotations

import json

import pytest
from tests.contract.people import (
    SECRET_OF_KEY,
    Lent,
    add_role,
    add_user,
    directory,
    statement,
    trusting,
)
from tests.contract.region import ACCOUNT, Answer, Region

from watchword.envelope.transport import CredentialKind
from watchword.identity.model import User

GOOD = "Correct-horse-7"
OTHER = "Battery-staple-8"
ANN = {"access_key_id": "AKIAANN", "secret_access_key": SECRET_OF_KEY}


def create(region: Region, password: str = GOOD, **fields: str) -> Answer:
    return region.iam("CreateLoginProfile", {"UserName": "ann", "Password": password, **fields})


def with_password(region: Region, *, policy: str | None = None) -> None:
    add_user(region, "ann", policy=policy)
    assert create(region).status == 200


def own(*actions: str) -> str:
    arn = "arn:aws:iam::*:user/${aws:username}"
    return statement({"Effect": "Allow", "Action": list(actions), "Resource": arn})


def ask_for_policy(region: Region, **fields: str) -> None:
    assert region.iam("UpdateAccountPasswordPolicy", fields).status == 200


def change(region: Region, old: str, new: str) -> Answer:
    return region.iam("ChangePassword", {"OldPassword": old, "NewPassword": new}, **ANN)


def ann(region: Region) -> User:
    found = directory(region).user_named("ann")
    assert found is not None
    return found


def is_password(region: Region, password: str) -> bool:
    user = ann(region)
    assert user.login is not None
    key_id = directory(region).settings.password_keys[0].key_id
    sealed = region.stores.unit().sealed_credential(ACCOUNT, CredentialKind.PASSWORD_KEY, key_id)
    right: bool = region.identity_custody.check_password(
        sealed,
        account=ACCOUNT,
        user_id=user.user_id,
        password=password,
        hashed=user.login.password_hash,
    )
    return right


# Login profiles


def test_a_login_profile_is_shown_as_it_was_made(region: Region) -> None:
    add_user(region, "ann")
    made = create(region, PasswordResetRequired="true")

    shown = region.iam("GetLoginProfile", {"UserName": "ann"})
    assert made.text(".//UserName") == shown.text(".//UserName") == "ann"
    assert shown.text(".//PasswordResetRequired") == "true"
    assert shown.text(".//CreateDate") == "2026-11-21T22:00:00Z"
    assert is_password(region, GOOD)
    assert not is_password(region, OTHER)


def test_a_password_is_in_no_answer_no_event_and_on_no_disk(region: Region) -> None:
    with_password(region, policy=own("iam:ChangePassword"))
    answers = [
        region.iam("GetLoginProfile", {"UserName": "ann"}),
        region.iam("UpdateLoginProfile", {"UserName": "ann", "Password": OTHER}),
        change(region, OTHER, GOOD),
    ]

    for password in (GOOD, OTHER):
        assert not any(password.encode() in answer.body for answer in answers)
        assert password not in json.dumps(region.events())
        assert password.encode() not in region.everything_on_disk()


def test_a_user_has_one_login_profile(region: Region) -> None:
    with_password(region)

    text = "Login Profile for User ann already exists."
    assert create(region).query_refusal == (409, "EntityAlreadyExists", text)


def test_a_login_profile_needs_a_password(region: Region) -> None:
    add_user(region, "ann")

    refused = region.iam("CreateLoginProfile", {"UserName": "ann"})
    assert refused.query_refusal[:2] == (400, "ValidationError")


@pytest.mark.parametrize("action", ["GetLoginProfile", "UpdateLoginProfile", "DeleteLoginProfile"])
def test_a_user_without_a_password_has_no_login_profile(region: Region, action: str) -> None:
    add_user(region, "ann")

    assert region.iam(action, {"UserName": "ann"}).query_refusal == (
        404,
        "NoSuchEntity",
        "Login Profile for User ann cannot be found.",
    )


def test_nobody_who_is_not_there_gets_a_password(region: Region) -> None:
    assert create(region).query_refusal == (404, "NoSuchEntity", "The user with name ann cannot be found.")


@pytest.mark.parametrize("action", ["CreateLoginProfile", "GetLoginProfile", "DeleteLoginProfile"])
def test_the_root_user_has_no_login_profile(region: Region, action: str) -> None:
    fields = {"Password": GOOD} if action == "CreateLoginProfile" else {}

    assert region.iam(action, fields).query_refusal == (
        400,
        "ValidationError",
        "Must specify userName when calling with non-User credentials",
    )


def test_an_update_changes_what_it_says(region: Region) -> None:
    with_password(region)

    assert region.iam("UpdateLoginProfile", {"UserName": "ann", "Password": OTHER}).status == 200
    assert is_password(region, OTHER)
    assert region.iam("GetLoginProfile", {"UserName": "ann"}).text(".//PasswordResetRequired") == "false"
    fields = {"UserName": "ann", "PasswordResetRequired": "true"}
    assert region.iam("UpdateLoginProfile", fields).status == 200
    assert is_password(region, OTHER)
    assert region.iam("GetLoginProfile", {"UserName": "ann"}).text(".//PasswordResetRequired") == "true"


def test_a_deleted_login_profile_leaves_the_access_keys(region: Region) -> None:
    with_password(region)

    assert region.iam("DeleteUser", {"UserName": "ann"}).query_refusal[:2] == (409, "DeleteConflict")
    assert region.iam("DeleteLoginProfile", {"UserName": "ann"}).status == 200
    assert region.iam("GetLoginProfile", {"UserName": "ann"}).status == 404
    assert region.iam("GetCallerIdentity", {}, service="sts", **ANN).status == 200


def test_one_who_may_manages_its_own_login_profile(region: Region) -> None:
    add_user(region, "ann", policy=own("iam:*LoginProfile"))

    assert region.iam("CreateLoginProfile", {"Password": GOOD}, **ANN).status == 200
    assert region.iam("GetLoginProfile", {}, **ANN).text(".//UserName") == "ann"
    assert region.iam("DeleteLoginProfile", {}, **ANN).status == 200


def test_a_password_is_hashed_only_where_custody_answers(region: Region) -> None:
    add_user(region, "ann")
    region.lose_custody()

    assert create(region).query_refusal[:2] == (503, "ServiceUnavailable")
    assert ann(region).login is None


# What a password has to be


@pytest.mark.parametrize(
    ("password", "fault"),
    [
        ("Abcde-7", "Password should have a minimum length of 8"),
        (
            "abcdefg8",
            "Password should have at least 3 of: uppercase letter, lowercase letter, number, symbol",
        ),
    ],
    ids=["short", "plain"],
)
@pytest.mark.parametrize("action", ["CreateLoginProfile", "UpdateLoginProfile", "ChangePassword"])
def test_without_a_policy_a_password_is_what_iam_asks_for(
    region: Region, action: str, password: str, fault: str
) -> None:
    add_user(region, "ann", policy=own("iam:ChangePassword"))
    if action != "CreateLoginProfile":
        create(region)
    if action == "ChangePassword":
        refused = change(region, GOOD, password)
    else:
        refused = region.iam(action, {"UserName": "ann", "Password": password})

    assert refused.query_refusal == (400, "PasswordPolicyViolation", fault)


@pytest.mark.parametrize(
    ("asked", "bad", "good", "fault"),
    [
        ("MinimumPasswordLength=10", "aaaaaaaaa", "aaaaaaaaaa", "a minimum length of 10"),
        ("RequireSymbols=true", "aaaaaa", "aaaaa'", "at least one symbol"),
        ("RequireNumbers=true", "aaaaaa", "aaaaa0", "at least one number"),
        ("RequireUppercaseCharacters=true", "aaaaaÄ", "aaaaaA", "at least one uppercase letter"),
        ("RequireLowercaseCharacters=true", "AAAAAä", "AAAAAa", "at least one lowercase letter"),
    ],
    ids=lambda value: value.partition("=")[0] if "=" in value else "",
)
def test_a_password_is_what_the_account_s_policy_asks_for(
    region: Region, asked: str, bad: str, good: str, fault: str
) -> None:
    add_user(region, "ann")
    ask_for_policy(region, **dict([asked.split("=")]))

    refused = (400, "PasswordPolicyViolation", f"Password should have {fault}")
    assert create(region, bad).query_refusal == refused
    assert create(region, good).status == 200


def test_a_password_is_not_used_again(region: Region) -> None:
    ask_for_policy(region, PasswordReusePrevention="2")
    with_password(region, policy=own("iam:ChangePassword"))

    assert change(region, GOOD, GOOD).query_refusal[:2] == (400, "PasswordPolicyViolation")
    assert change(region, GOOD, OTHER).status == 200
    assert change(region, OTHER, GOOD).query_refusal[:2] == (400, "PasswordPolicyViolation")
    assert change(region, OTHER, "Third-one-9").status == 200
    assert change(region, "Third-one-9", GOOD).status == 200


# Changing one's own


def test_a_user_changes_its_own_password(region: Region) -> None:
    add_user(region, "ann", policy=own("iam:ChangePassword"))
    create(region, PasswordResetRequired="true")

    assert change(region, GOOD, OTHER).status == 200
    assert is_password(region, OTHER)
    assert region.iam("GetLoginProfile", {"UserName": "ann"}).text(".//PasswordResetRequired") == "false"


def test_whoever_does_not_know_the_old_password_changes_nothing(region: Region) -> None:
    with_password(region, policy=own("iam:ChangePassword"))

    # Whether the new one would do is not told either.
    for new in (OTHER, "x", GOOD):
        assert change(region, "Wrong-guess-1", new).query_refusal == (
            403,
            "AccessDenied",
            "The old password was incorrect.",
        )
    assert is_password(region, GOOD)


def test_there_is_nothing_to_change_without_a_password(region: Region) -> None:
    add_user(region, "ann", policy=own("iam:ChangePassword"))

    text = "Login Profile for User ann cannot be found."
    assert change(region, GOOD, OTHER).query_refusal == (404, "NoSuchEntity", text)


def test_only_users_have_a_password_to_change(region: Region) -> None:
    fields = {"OldPassword": GOOD, "NewPassword": OTHER}
    text = "Only IAM Users can change their own password"
    assert region.iam("ChangePassword", fields).query_refusal == (400, "InvalidUserType", text)

    everything = statement({"Effect": "Allow", "Action": "*", "Resource": "*"})
    add_role(region, "app", trust=trusting(ACCOUNT), policy=everything)
    add_user(region, "ann", policy=everything)
    assumed = {"RoleArn": f"arn:aws:iam::{ACCOUNT}:role/app", "RoleSessionName": "here"}
    lent = Lent.of(region.iam("AssumeRole", assumed, service="sts", **ANN))
    refused = lent.call(region, "ChangePassword", service="iam", **fields)
    assert refused.query_refusal == (400, "InvalidUserType", text)


def test_the_account_lets_its_users_change_their_passwords(region: Region) -> None:
    """AllowUsersToChangePassword stands for a policy of the user's own password, and no more."""
    with_password(region)
    add_user(region, "bea")
    assert change(region, GOOD, OTHER).query_refusal[:2] == (403, "AccessDenied")
    assert region.iam("GetAccountPasswordPolicy", {}, **ANN).query_refusal[:2] == (403, "AccessDenied")

    ask_for_policy(region, AllowUsersToChangePassword="true")

    assert change(region, GOOD, OTHER).status == 200
    shown = region.iam("GetAccountPasswordPolicy", {}, **ANN)
    assert shown.text(".//AllowUsersToChangePassword") == "true"
    for action in ("GetLoginProfile", "UpdateLoginProfile"):
        assert region.iam(action, {"UserName": "bea"}, **ANN).query_refusal[:2] == (403, "AccessDenied")


def test_a_deny_stands_over_what_the_account_lets_its_users_do(region: Region) -> None:
    with_password(
        region, policy=statement({"Effect": "Deny", "Action": "iam:ChangePassword", "Resource": "*"})
    )
    ask_for_policy(region, AllowUsersToChangePassword="true")

    assert change(region, GOOD, OTHER).query_refusal[:2] == (403, "AccessDenied")


# The account's password policy


def test_the_policy_is_shown_as_it_was_set(region: Region) -> None:
    ask_for_policy(
        region,
        MinimumPasswordLength="14",
        RequireSymbols="true",
        MaxPasswordAge="90",
        PasswordReusePrevention="24",
        HardExpiry="true",
    )

    shown = region.iam("GetAccountPasswordPolicy")
    assert {element.tag: element.text for element in shown.xml.iterfind(".//PasswordPolicy/*")} == {
        "MinimumPasswordLength": "14",
        "RequireSymbols": "true",
        "RequireNumbers": "false",
        "RequireUppercaseCharacters": "false",
        "RequireLowercaseCharacters": "false",
        "AllowUsersToChangePassword": "false",
        "ExpirePasswords": "true",
        "MaxPasswordAge": "90",
        "PasswordReusePrevention": "24",
        "HardExpiry": "true",
    }


def test_what_an_update_does_not_say_is_as_by_default(region: Region) -> None:
    ask_for_policy(region, MinimumPasswordLength="14", MaxPasswordAge="90")
    ask_for_policy(region, RequireNumbers="true")

    shown = region.iam("GetAccountPasswordPolicy")
    assert shown.text(".//MinimumPasswordLength") == "6"
    assert shown.text(".//ExpirePasswords") == "false"
    assert shown.xml.find(".//MaxPasswordAge") is None


@pytest.mark.parametrize(
    ("member", "good", "bad"),
    [
        ("MinimumPasswordLength", ("6", "128"), ("5", "129")),
        ("MaxPasswordAge", ("1", "1095"), ("0", "1096")),
        ("PasswordReusePrevention", ("1", "24"), ("0", "25")),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_policy_keeps_within_iam_s_limits(
    region: Region, member: str, good: tuple[str, ...], bad: tuple[str, ...]
) -> None:
    for value in good:
        ask_for_policy(region, **{member: value})
    for value in bad:
        refused = region.iam("UpdateAccountPasswordPolicy", {member: value})
        assert refused.query_refusal[:2] == (400, "ValidationError")


def test_a_policy_that_was_never_set_is_not_found(region: Region) -> None:
    missing = (
        404,
        "NoSuchEntity",
        f"The Password Policy with domain name {ACCOUNT} cannot be found.",
    )
    assert region.iam("GetAccountPasswordPolicy").query_refusal == missing
    assert region.iam("DeleteAccountPasswordPolicy").query_refusal == missing

    ask_for_policy(region)
    assert region.iam("GetAccountPasswordPolicy").status == 200
    assert region.iam("DeleteAccountPasswordPolicy").status == 200
    assert region.iam("GetAccountPasswordPolicy").query_refusal == missing
