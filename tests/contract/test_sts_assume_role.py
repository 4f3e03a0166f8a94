"""AssumeRole, asked with real requests: who is let in, what a session is and may do, and what is refused."""

from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest
from tests.contract.people import (
    Lent,
    add_role,
    add_user,
    call_as,
    change,
    directory,
    remove_user,
    role_arn,
    statement,
    trusting,
)
from tests.contract.region import (
    ACCOUNT,
    CANARY,
    SECRET_ACCESS_KEY,
    Region,
    found_account,
)

from watchword.identity.store import IdentityChanged

OTHER_ACCOUNT = "210987654321"
MAY_ASSUME = statement({"Effect": "Allow", "Action": "sts:*", "Resource": "*"})
MAY_READ = statement({"Effect": "Allow", "Action": "secretsmanager:GetSecretValue", "Resource": "*"})
ROOT_ARN = f"arn:aws:iam::{ACCOUNT}:root"
HOUR_MS = 3_600_000


def assume(region: Region, user: str, role: str, /, session: str = "job", **fields: str) -> Lent:
    fields = {"RoleArn": role_arn(role), "RoleSessionName": session, **fields}
    return Lent.of(call_as(region, user, "AssumeRole", **fields))


def assume_refused(region: Region, user: str, role: str, /, **fields: str) -> tuple[int, str, str]:
    fields = {"RoleArn": role_arn(role), "RoleSessionName": "job", **fields}
    return call_as(region, user, "AssumeRole", **fields).query_refusal


def secret(region: Region, name: str = "db", **members: object) -> str:
    arn: str = region.call("CreateSecret", Name=name, SecretString=CANARY, **members)["ARN"]
    return arn


@pytest.fixture
def ann(region: Region) -> None:
    add_user(region, "ann")


def test_a_session_is_its_role_by_the_session_s_name(region: Region, ann: None) -> None:
    add_role(region, "reader", trust=trusting("AIDAANN"))

    answer = call_as(region, "ann", "AssumeRole", RoleArn=role_arn("reader"), RoleSessionName="job-7")

    who = Lent.of(answer).call(region, "GetCallerIdentity")
    arn = f"arn:aws:sts::{ACCOUNT}:assumed-role/reader/job-7"
    assert answer.text(".//AssumedRoleUser/Arn") == who.text(".//Arn") == arn
    assert answer.text(".//AssumedRoleUser/AssumedRoleId") == who.text(".//UserId") == "AROAREADER:job-7"
    assert who.text(".//Account") == ACCOUNT
    assert answer.text(".//Expiration") == "2026-11-21T23:00:00Z"
    assert answer.xml.find(".//PackedPolicySize") is None


def test_a_session_may_do_what_its_role_may(region: Region, ann: None) -> None:
    secret(region)
    add_role(region, "reader", trust=trusting("AIDAANN"), policy=MAY_READ)
    session = assume(region, "ann", "reader")

    assert session.ask(region, "GetSecretValue", SecretId="db").members["SecretString"] == CANARY
    status, code, text = session.ask(region, "DescribeSecret", SecretId="db").refusal
    assert (status, code) == (400, "AccessDeniedException")
    assert text.startswith(f"User: arn:aws:sts::{ACCOUNT}:assumed-role/reader/job is not authorized")


def test_a_role_that_is_not_there_refuses_as_one_that_does_not_trust(region: Region, ann: None) -> None:
    add_user(region, "eve", policy=MAY_ASSUME)
    add_role(region, "reader", trust=trusting("AIDAANN"))
    add_role(region, "denier", trust=statement({"Effect": "Deny", "Principal": "*", "Action": "*"}))

    refused = {role: assume_refused(region, "eve", role) for role in ("reader", "denier", "none")}

    for role, (status, code, text) in refused.items():
        assert (status, code) == (403, "AccessDenied")
        assert text == (
            f"User: arn:aws:iam::{ACCOUNT}:user/eve is not authorized to perform: sts:AssumeRole"
            f" on resource: {role_arn(role)}"
        )


TRUSTS: dict[str, tuple[str, str | None, bool]] = {
    "the user itself": (trusting("AIDAANN"), None, True),
    "the account, and the user may": (trusting(ACCOUNT), MAY_ASSUME, True),
    "the account, and the user may not": (trusting(ROOT_ARN), None, False),
    "everybody": (statement({"Effect": "Allow", "Principal": "*", "Action": "sts:AssumeRole"}), None, True),
    "nobody": (statement(), MAY_ASSUME, False),
    "another action": (trusting("AIDAANN", actions=("sts:TagSession",)), MAY_ASSUME, False),
    "the user by the name it was kept under": (
        trusting(f"arn:aws:iam::{ACCOUNT}:user/ann"),
        MAY_ASSUME,
        False,
    ),
}


@pytest.mark.parametrize(("trust", "policy", "let_in"), TRUSTS.values(), ids=TRUSTS)
def test_the_trust_policy_decides(region: Region, trust: str, policy: str | None, let_in: bool) -> None:
    add_user(region, "ann", policy=policy)
    add_role(region, "reader", trust=trust)

    answer = call_as(region, "ann", "AssumeRole", RoleArn=role_arn("reader"), RoleSessionName="job")

    assert answer.status == (200 if let_in else 403)


CONDITIONS: dict[str, tuple[dict[str, Any], dict[str, str], dict[str, str]]] = {
    "sts:ExternalId": (
        {"StringEquals": {"sts:ExternalId": "e-1"}},
        {"ExternalId": "e-1"},
        {"ExternalId": "e-2"},
    ),
    "sts:RoleSessionName": (
        {"StringLike": {"sts:RoleSessionName": "${aws:username}-*"}},
        {"RoleSessionName": "ann-1"},
        {"RoleSessionName": "bea-1"},
    ),
    "sts:SourceIdentity": (
        {"StringEquals": {"sts:SourceIdentity": "ann"}},
        {"SourceIdentity": "ann"},
        {"SourceIdentity": "bea"},
    ),
    "aws:RequestTag": (
        {"StringEquals": {"aws:RequestTag/team": "red"}},
        {"Tags.member.1.Key": "team", "Tags.member.1.Value": "red"},
        {"Tags.member.1.Key": "team", "Tags.member.1.Value": "blue"},
    ),
    "sts:TransitiveTagKeys": (
        {"ForAnyValue:StringEquals": {"sts:TransitiveTagKeys": "team"}},
        {
            "Tags.member.1.Key": "team",
            "Tags.member.1.Value": "red",
            "TransitiveTagKeys.member.1": "team",
        },
        {"Tags.member.1.Key": "team", "Tags.member.1.Value": "red"},
    ),
    "aws:ResourceTag": (
        {"StringEquals": {"aws:ResourceTag/stage": "prod"}},
        {},
        {"RoleArn": role_arn("other")},
    ),
}


@pytest.mark.parametrize(("condition", "good", "bad"), CONDITIONS.values(), ids=CONDITIONS)
def test_a_trust_policy_s_conditions_hold(
    region: Region, ann: None, condition: dict[str, Any], good: dict[str, str], bad: dict[str, str]
) -> None:
    trust = trusting("AIDAANN", actions=("sts:*",), **condition)
    add_role(region, "reader", trust=trust, tags={"stage": "prod"})
    add_role(region, "other", trust=trust, tags={"stage": "test"})

    assume(region, "ann", "reader", **good)

    assert assume_refused(region, "ann", "reader", **bad)[1] == "AccessDenied"
    assert assume_refused(region, "ann", "other")[1] == "AccessDenied"


@pytest.mark.parametrize(
    ("action", "fields"),
    [
        ("sts:TagSession", {"Tags.member.1.Key": "team", "Tags.member.1.Value": "red"}),
        ("sts:SetSourceIdentity", {"SourceIdentity": "ann"}),
    ],
)
def test_tags_and_a_source_identity_need_permissions_of_their_own(
    region: Region, ann: None, action: str, fields: dict[str, str]
) -> None:
    add_role(region, "plain", trust=trusting("AIDAANN"))
    add_role(region, "full", trust=trusting("AIDAANN", actions=("sts:AssumeRole", action)))

    assume(region, "ann", "full", **fields)

    assert assume_refused(region, "ann", "plain", **fields) == (
        403,
        "AccessDenied",
        f"User: arn:aws:iam::{ACCOUNT}:user/ann is not authorized to perform: {action}"
        f" on resource: {role_arn('plain')}",
    )


def test_session_tags_stand_before_the_role_s(region: Region, ann: None) -> None:
    secret(region, Tags=[{"Key": "team", "Value": "red"}])
    by_tag = statement(
        {
            "Effect": "Allow",
            "Action": "secretsmanager:GetSecretValue",
            "Resource": "*",
            "Condition": {"StringEquals": {"aws:ResourceTag/team": "${aws:PrincipalTag/team}"}},
        }
    )
    add_role(
        region, "reader", trust=trusting("AIDAANN", actions=("sts:*",)), policy=by_tag, tags={"team": "red"}
    )
    plain = assume(region, "ann", "reader")
    tagged = assume(region, "ann", "reader", **{"Tags.member.1.Key": "Team", "Tags.member.1.Value": "blue"})

    assert plain.ask(region, "GetSecretValue", SecretId="db").status == 200
    assert tagged.ask(region, "GetSecretValue", SecretId="db").status == 400


def test_a_session_policy_limits_and_never_adds(region: Region, ann: None) -> None:
    secret(region)
    add_role(region, "reader", trust=trusting("AIDAANN"), policy=MAY_READ)
    describe = statement({"Effect": "Allow", "Action": "secretsmanager:DescribeSecret", "Resource": "*"})
    read = statement({"Effect": "Allow", "Action": "secretsmanager:Get*", "Resource": "*"})
    for policy, status in ((describe, 400), (read, 200)):
        session = assume(region, "ann", "reader", Policy=policy)

        assert session.ask(region, "GetSecretValue", SecretId="db").status == status
        assert session.ask(region, "DescribeSecret", SecretId="db").status == 400


def test_managed_session_policies_limit_as_they_are_now(region: Region, ann: None) -> None:
    secret(region)
    add_role(region, "reader", trust=trusting("AIDAANN"), policy=MAY_READ)
    arn = "arn:aws:iam::aws:policy/SecretsManagerReadWrite"
    session = assume(region, "ann", "reader", **{"PolicyArns.member.1.arn": arn})

    assert session.ask(region, "GetSecretValue", SecretId="db").status == 200
    assert session.ask(region, "DescribeSecret", SecretId="db").status == 400


def test_a_session_ends_when_it_expires(region: Region, ann: None) -> None:
    add_role(region, "reader", trust=trusting("AIDAANN"), policy=MAY_READ)
    session = assume(region, "ann", "reader", DurationSeconds="900")
    region.clock.forward(899_999)
    assert session.call(region, "GetCallerIdentity").status == 200

    region.clock.forward(1)

    text = "The security token included in the request is expired"
    assert session.call(region, "GetCallerIdentity").query_refusal == (403, "ExpiredToken", text)
    assert session.ask(region, "ListSecrets").refusal == (400, "ExpiredTokenException", text)


INVALID = (403, "InvalidClientTokenId", "The security token included in the request is invalid.")


def test_a_deleted_role_ends_its_sessions_and_a_namesake_inherits_none(region: Region, ann: None) -> None:
    role = add_role(region, "reader", trust=trusting("AIDAANN"))
    session = assume(region, "ann", "reader")

    change(region, remove=(role,))
    gone = session.call(region, "GetCallerIdentity").query_refusal
    add_role(region, "reader", role_id="AROANEW", trust=trusting("AIDAANN"))
    again = session.call(region, "GetCallerIdentity").query_refusal

    assert gone == again == INVALID


def test_a_user_made_again_under_the_same_name_is_not_trusted(region: Region) -> None:
    user = add_user(region, "ann")
    add_role(region, "reader", trust=trusting("AIDAANN"))
    remove_user(region, user)
    add_user(region, "ann", user_id="AIDANEW")

    assert assume_refused(region, "ann", "reader")[1] == "AccessDenied"


def test_sessions_are_revoked_by_the_time_of_their_issue(region: Region, ann: None) -> None:
    secret(region)
    revoke = json.loads(MAY_READ)["Statement"][0]
    until = {
        "Effect": "Deny",
        "Action": "*",
        "Resource": "*",
        "Condition": {"DateLessThan": {"aws:TokenIssueTime": "2026-11-21T22:10:00Z"}},
    }
    role = add_role(region, "reader", trust=trusting("AIDAANN"), policy=statement(revoke, until))
    before = assume(region, "ann", "reader")
    region.clock.forward(600_000)
    after = assume(region, "ann", "reader")

    assert role.role_id == "AROAREADER"
    assert before.ask(region, "GetSecretValue", SecretId="db").status == 400
    assert after.ask(region, "GetSecretValue", SecretId="db").status == 200


def test_a_chain_lasts_an_hour_at_most_and_hands_tags_and_identity_on(region: Region, ann: None) -> None:
    secret(region)
    team = {"StringEquals": {"aws:PrincipalTag/team": "red", "aws:SourceIdentity": "ann"}}
    may_read = statement(
        {"Effect": "Allow", "Action": "secretsmanager:GetSecretValue", "Resource": "*", "Condition": team}
    )
    add_role(region, "first", trust=trusting("AIDAANN", actions=("sts:*",)), max_session_s=43_200)
    add_role(
        region,
        "second",
        trust=trusting("AROAFIRST", actions=("sts:*",)),
        policy=may_read,
        max_session_s=43_200,
    )
    add_role(region, "untagged", trust=trusting("AROAFIRST"))
    first = assume(
        region,
        "ann",
        "first",
        DurationSeconds="43200",
        SourceIdentity="ann",
        **{
            "Tags.member.1.Key": "team",
            "Tags.member.1.Value": "red",
            "Tags.member.2.Key": "lost",
            "Tags.member.2.Value": "x",
            "TransitiveTagKeys.member.1": "team",
        },
    )
    chained = {"RoleArn": role_arn("second"), "RoleSessionName": "two"}

    answer = first.call(region, "AssumeRole", **chained)

    assert Lent.of(answer).ask(region, "GetSecretValue", SecretId="db").status == 200
    assert answer.text(".//SourceIdentity") == "ann"
    refusals = {
        "longer": first.call(region, "AssumeRole", **chained, DurationSeconds="3601"),
        "identity": first.call(region, "AssumeRole", **chained, SourceIdentity="bea"),
        "tag": first.call(
            region,
            "AssumeRole",
            **chained,
            **{
                "Tags.member.1.Key": "Team",
                "Tags.member.1.Value": "blue",
                "TransitiveTagKeys.member.1": "Team",
            },
        ),
        "untagged": first.call(region, "AssumeRole", RoleArn=role_arn("untagged"), RoleSessionName="two"),
    }
    assert {name: one.query_refusal[1:] for name, one in refusals.items()} == {
        "longer": (
            "ValidationError",
            "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining",
        ),
        "identity": ("AccessDenied", "The source identity of the calling session can't be changed."),
        "tag": (
            "InvalidParameterValue",
            "One of the specified transitive tag keys can't be set because it conflicts with a transitive tag "
            "key from the calling session.",
        ),
        "untagged": (
            "AccessDenied",
            f"User: arn:aws:sts::{ACCOUNT}:assumed-role/first/job is not authorized to perform: sts:TagSession"
            f" on resource: {role_arn('untagged')}",
        ),
    }


REFUSED: dict[str, tuple[dict[str, str], int, str, str]] = {
    "no ARN": (
        {"RoleArn": "nothing-valid-in-here"},
        400,
        "ValidationError",
        "nothing-valid-in-here is invalid",
    ),
    "longer than the role's": (
        {"DurationSeconds": "3601"},
        400,
        "ValidationError",
        "The requested DurationSeconds exceeds the MaxSessionDuration set for this role.",
    ),
    "no policy": ({"Policy": "{"}, 400, "MalformedPolicyDocument", "Syntax errors in policy."),
    "a managed policy that is not there": (
        {"PolicyArns.member.1.arn": "arn:aws:iam::aws:policy/None"},
        400,
        "MalformedPolicyDocument",
        "The session policy arn:aws:iam::aws:policy/None does not exist in the account of the session.",
    ),
    "eleven managed policies": (
        {f"PolicyArns.member.{n}.arn": f"arn:aws:iam::aws:policy/P{n}" for n in range(1, 12)},
        400,
        "ValidationError",
        "1 validation error detected: Value at 'policyArns' failed to satisfy constraint: "
        "Member must have length less than or equal to 10",
    ),
    "a policy of 2,049 characters": (
        {"Policy": statement({"Effect": "Allow", "Action": "*", "Resource": "*"}).ljust(2_049)},
        400,
        "ValidationError",
        "1 validation error detected: Value at 'policy' failed to satisfy constraint: "
        "Member must have length less than or equal to 2048",
    ),
    "a tag twice": (
        {
            "Tags.member.1.Key": "team",
            "Tags.member.1.Value": "a",
            "Tags.member.2.Key": "TEAM",
            "Tags.member.2.Value": "b",
        },
        400,
        "InvalidParameterValue",
        "Duplicate tag keys found. Please note that Tag keys are case insensitive.",
    ),
    "a transitive tag that is not passed": (
        {"TransitiveTagKeys.member.1": "team"},
        400,
        "InvalidParameterValue",
        "The specified transitive tag key must be included in the requested tags.",
    ),
    "a reserved tag": (
        {"Tags.member.1.Key": "aws:x", "Tags.member.1.Value": "a"},
        400,
        "InvalidParameterValue",
        "Tag keys and source identities that begin with aws: are reserved for internal use.",
    ),
    "more tags than a token holds": (
        {
            f"Tags.member.{n}.{part}": value
            for n in range(1, 51)
            for part, value in (("Key", f"{n:03}".ljust(100, "k")), ("Value", "v" * 200))
        },
        400,
        "PackedPolicyTooLarge",
        "The session policies and session tags that are passed take 213% of the room that a session token has "
        "for them.",
    ),
    "a second factor": (
        {"SerialNumber": f"arn:aws:iam::{ACCOUNT}:mfa/ann", "TokenCode": "123456"},
        403,
        "AccessDenied",
        "MultiFactorAuthentication failed, unable to validate MFA code.  "
        "Please verify your MFA serial number is valid and associated with this user.",
    ),
}


@pytest.mark.parametrize(("fields", "status", "code", "text"), REFUSED.values(), ids=REFUSED)
def test_what_can_t_be_asked_of_a_session_is_refused(
    region: Region, ann: None, fields: dict[str, str], status: int, code: str, text: str
) -> None:
    add_role(region, "reader", trust=trusting("AIDAANN", actions=("sts:*",)))

    assert assume_refused(region, "ann", "reader", **fields) == (status, code, text)


def test_packed_policy_size_is_a_percentage_and_tokens_grow_as_asked(region: Region, ann: None) -> None:
    add_role(region, "reader", trust=trusting("AIDAANN", actions=("sts:*",)))
    asked = {"RoleArn": role_arn("reader"), "RoleSessionName": "job", "MinimumSessionTokenSize": "3000"}

    answer = call_as(region, "ann", "AssumeRole", **asked, Policy=MAY_READ.ljust(2_048))

    size = int(answer.text(".//SessionTokenSize"))
    assert answer.text(".//PackedPolicySize") == "29"
    assert len(answer.text(".//SessionToken")) == size
    assert 3_000 <= size <= 3_600
    plain = call_as(region, "ann", "AssumeRole", **asked)
    assert 3_000 <= len(plain.text(".//SessionToken")) <= 3_024
    assert Lent.of(plain).call(region, "GetCallerIdentity").status == 200


def test_the_root_user_assumes_no_role(region: Region) -> None:
    add_role(region, "reader", trust=trusting(ACCOUNT))

    refused = region.iam(
        "AssumeRole", {"RoleArn": role_arn("reader"), "RoleSessionName": "job"}, service="sts"
    )

    assert refused.query_refusal == (403, "AccessDenied", "Roles may not be assumed by root accounts.")


@pytest.mark.parametrize("both", [True, False])
def test_across_accounts_both_sides_must_allow(region: Region, both: bool) -> None:
    found_account(
        region, OTHER_ACCOUNT, access_key_id="AKIAI44QH8DHBEXAMPLE", secret_access_key=SECRET_ACCESS_KEY
    )
    other = region.stores.unit().directory(OTHER_ACCOUNT)
    assert other is not None
    add_user(region, "ann", policy=MAY_ASSUME if both else None)
    role = add_role(region, "reader", trust=trusting("AIDAANN"))
    change(region, remove=(role,))
    change(region, role, account=OTHER_ACCOUNT)
    asked = {"RoleArn": role_arn("reader", account=OTHER_ACCOUNT), "RoleSessionName": "job"}

    answer = call_as(region, "ann", "AssumeRole", **asked)

    if both:
        assert Lent.of(answer).call(region, "GetCallerIdentity").text(".//Account") == OTHER_ACCOUNT
    else:
        assert answer.query_refusal[1] == "AccessDenied"


def test_a_region_that_the_role_s_account_has_not_enabled_is_said_to_whom_the_role_trusts(
    region: Region,
) -> None:
    found_account(
        region, OTHER_ACCOUNT, access_key_id="AKIAI44QH8DHBEXAMPLE", secret_access_key=SECRET_ACCESS_KEY
    )
    for name in ("ann", "eve"):
        add_user(region, name, policy=MAY_ASSUME)
    role = add_role(region, "reader", trust=trusting("AIDAANN"))
    change(region, role, account=OTHER_ACCOUNT)
    before = directory(region, OTHER_ACCOUNT)
    unit = region.stores.unit()
    unit.stage(IdentityChanged(before=before, after=before.out_of_force()))
    unit.commit(())
    asked = {"RoleArn": role_arn("reader", account=OTHER_ACCOUNT)}

    assert assume_refused(region, "ann", "reader", **asked) == (
        403,
        "RegionDisabledException",
        f"STS is not activated in this region for account:{OTHER_ACCOUNT}. "
        "Your account administrator can activate STS in this region using the IAM Console.",
    )
    assert assume_refused(region, "eve", "reader", **asked)[1] == "AccessDenied"


FOREIGN = {
    "another session's token": lambda one, two: Lent(
        access_key_id=one.access_key_id, secret_access_key=one.secret_access_key, token=two.token
    ),
    "a changed token": lambda one, _: Lent(
        access_key_id=one.access_key_id,
        secret_access_key=one.secret_access_key,
        token=one.token[:-5] + ("A" if one.token[-5] != "A" else "B") + one.token[-4:],
    ),
    "a token cut short": lambda one, _: Lent(
        access_key_id=one.access_key_id, secret_access_key=one.secret_access_key, token=one.token[:100]
    ),
    "an empty token": lambda one, _: Lent(
        access_key_id=one.access_key_id, secret_access_key=one.secret_access_key, token=""
    ),
    "a token of no alphabet": lambda one, _: Lent(
        access_key_id=one.access_key_id, secret_access_key=one.secret_access_key, token="*" * 600
    ),
    "an access key id that names no account": lambda one, _: Lent(
        access_key_id="ASIA1", secret_access_key=one.secret_access_key, token=one.token
    ),
}


@pytest.mark.parametrize("made", FOREIGN.values(), ids=FOREIGN)
def test_a_token_goes_with_its_own_access_key_id(region: Region, ann: None, made: Any) -> None:
    add_role(region, "reader", trust=trusting("AIDAANN"))
    one, two = assume(region, "ann", "reader"), assume(region, "ann", "reader")

    assert made(one, two).call(region, "GetCallerIdentity").query_refusal == INVALID


def test_a_session_key_that_was_dropped_ends_its_sessions(region: Region, ann: None) -> None:
    add_role(region, "reader", trust=trusting("AIDAANN"))
    session = assume(region, "ann", "reader")
    settings = directory(region).settings

    change(region, msgspec.structs.replace(settings, session_keys=()))

    assert session.call(region, "GetCallerIdentity").query_refusal == INVALID


def test_neither_secret_nor_token_is_left_anywhere(region: Region, ann: None) -> None:
    add_role(region, "reader", trust=trusting("AIDAANN"))
    session = assume(region, "ann", "reader", ExternalId="e-1")
    session.call(region, "GetCallerIdentity")
    session.ask(region, "GetSecretValue", SecretId="none")

    left = json.dumps(region.events()).encode() + region.everything_on_disk()

    assert session.secret_access_key.encode() not in left
    assert session.token.encode() not in left
    event = next(one for one in region.events() if one["eventName"] == "AssumeRole")
    assert event["requestParameters"]["externalId"] == "e-1"
    assert event["responseElements"]["credentials"]["accessKeyId"] == session.access_key_id
    assert event["responseElements"]["credentials"]["sessionToken"] == "HIDDEN_DUE_TO_SECURITY_REASONS"
    used = next(one for one in region.events() if one["eventName"] == "GetCallerIdentity")
    assert used["userIdentity"]["sessionContext"]["sessionIssuer"]["userName"] == "reader"
    assert used["userIdentity"]["accessKeyId"] == session.access_key_id


def test_the_trail_says_why_and_the_caller_hears_nothing_of_it(region: Region, ann: None) -> None:
    assume_refused(region, "ann", "none")

    event = region.events()[-1]
    assert "NoSuchRole" in event["additionalEventData"]["decision"]
