"""GetSessionToken, GetFederationToken and what says who somebody is, asked with real requests."""

from __future__ import annotations

import os

import pytest
from tests.contract.people import Lent, add_role, add_user, call_as, change, remove_user, statement, trusting
from tests.contract.region import ACCESS_KEY_ID, ACCOUNT, CANARY, ROOT_ARN, Region

from watchword.api.http import HTTPRequest
from watchword.identity.messages import seal_message
from watchword.sigv4.sign import presign

ANY = statement({"Effect": "Allow", "Action": "*", "Resource": "*"})
MAY_READ = statement({"Effect": "Allow", "Action": "secretsmanager:GetSecretValue", "Resource": "*"})
INVALID = (403, "InvalidClientTokenId", "The security token included in the request is invalid.")


def federate(region: Region, user: str, **fields: str) -> Lent:
    return Lent.of(call_as(region, user, "GetFederationToken", Name="bob", **fields))


def secret(region: Region) -> None:
    region.call("CreateSecret", Name="db", SecretString=CANARY)


def test_a_user_s_own_session_is_the_user(region: Region) -> None:
    secret(region)
    user = add_user(region, "ann", policy=ANY)
    answer = call_as(region, "ann", "GetSessionToken")
    session = Lent.of(answer)

    assert answer.text(".//Expiration") == "2026-11-22T10:00:00Z"
    who = session.call(region, "GetCallerIdentity")
    assert who.text(".//Arn") == f"arn:aws:iam::{ACCOUNT}:user/ann"
    assert who.text(".//UserId") == "AIDAANN"
    assert session.ask(region, "GetSecretValue", SecretId="db").status == 200

    remove_user(region, user)

    assert session.call(region, "GetCallerIdentity").query_refusal == INVALID


def test_the_root_user_s_own_session_is_the_root_user_for_an_hour(region: Region) -> None:
    secret(region)

    answer = region.iam("GetSessionToken", {"DurationSeconds": "129600"}, service="sts")

    assert answer.text(".//Expiration") == "2026-11-21T23:00:00Z"
    session = Lent.of(answer)
    assert session.call(region, "GetCallerIdentity").text(".//Arn") == ROOT_ARN
    assert session.ask(region, "GetSecretValue", SecretId="db").status == 200


def test_what_needs_no_permission_can_t_be_denied(region: Region) -> None:
    add_user(region, "ann", policy=statement({"Effect": "Deny", "Action": "*", "Resource": "*"}))

    assert call_as(region, "ann", "GetSessionToken").status == 200
    assert call_as(region, "ann", "GetCallerIdentity").status == 200
    assert call_as(region, "ann", "GetFederationToken", Name="bob").query_refusal == (
        403,
        "AccessDenied",
        f"User: arn:aws:iam::{ACCOUNT}:user/ann is not authorized to perform: sts:GetFederationToken"
        f" on resource: arn:aws:sts::{ACCOUNT}:federated-user/bob with an explicit deny in an"
        " identity-based policy",
    )


def test_iam_takes_neither_own_nor_federated_sessions_and_takes_a_role_s(region: Region) -> None:
    add_user(region, "ann", policy=ANY)
    add_role(region, "admin", policy=ANY, trust=trusting("AIDAANN"))
    asked = {"RoleArn": f"arn:aws:iam::{ACCOUNT}:role/admin", "RoleSessionName": "job"}
    own = Lent.of(call_as(region, "ann", "GetSessionToken"))
    federated = federate(region, "ann", Policy=ANY)
    role = Lent.of(call_as(region, "ann", "AssumeRole", **asked))

    assert own.call(region, "ListUsers", service="iam").query_refusal == INVALID
    assert federated.call(region, "ListUsers", service="iam").query_refusal == INVALID
    assert role.call(region, "ListUsers", service="iam").status == 200
    assert own.call(region, "AssumeRole", **asked).status == 200


def test_sessions_get_no_sessions_of_their_own(region: Region) -> None:
    add_user(region, "ann", policy=ANY)
    own = Lent.of(call_as(region, "ann", "GetSessionToken"))
    federated = federate(region, "ann", Policy=ANY)
    asked = {"RoleArn": f"arn:aws:iam::{ACCOUNT}:role/admin", "RoleSessionName": "job"}

    refused = {
        own.call(region, "GetSessionToken").query_refusal,
        own.call(region, "GetFederationToken", Name="x1").query_refusal,
        federated.call(region, "AssumeRole", **asked).query_refusal,
    }

    assert refused == {
        (403, "AccessDenied", "Cannot call GetSessionToken with session credentials"),
        (403, "AccessDenied", "Cannot call GetFederationToken with session credentials"),
        (403, "AccessDenied", "Cannot call AssumeRole with federated credentials"),
    }


FEDERATED: dict[str, tuple[str | None, bool, str | None]] = {
    "both": (ANY, True, MAY_READ),
    "no session policy": (ANY, False, None),
    "the session's alone": (
        statement({"Effect": "Allow", "Action": "sts:*", "Resource": "*"}),
        False,
        MAY_READ,
    ),
}


@pytest.mark.parametrize(("users", "reads", "sessions"), FEDERATED.values(), ids=FEDERATED)
def test_a_federated_user_may_what_both_allow(
    region: Region, users: str | None, reads: bool, sessions: str | None
) -> None:
    secret(region)
    add_user(region, "ann", policy=users)
    bob = federate(region, "ann", **({"Policy": sessions} if sessions else {}))

    who = bob.call(region, "GetCallerIdentity")

    assert who.text(".//Arn") == f"arn:aws:sts::{ACCOUNT}:federated-user/bob"
    assert who.text(".//UserId") == f"{ACCOUNT}:bob"
    assert (bob.ask(region, "GetSecretValue", SecretId="db").status == 200) is reads


def test_the_root_user_vouches_within_the_session_s_policy(region: Region) -> None:
    secret(region)
    bob = Lent.of(region.iam("GetFederationToken", {"Name": "bob", "Policy": MAY_READ}, service="sts"))
    nobody = Lent.of(region.iam("GetFederationToken", {"Name": "bob"}, service="sts"))

    assert bob.ask(region, "GetSecretValue", SecretId="db").status == 200
    assert bob.ask(region, "DescribeSecret", SecretId="db").status == 400
    assert nobody.ask(region, "GetSecretValue", SecretId="db").status == 400


def test_a_federated_user_has_the_tags_that_were_passed_and_no_others(region: Region) -> None:
    secret(region)
    by_tag = statement(
        {
            "Effect": "Allow",
            "Action": "secretsmanager:GetSecretValue",
            "Resource": "*",
            "Condition": {"StringEquals": {"aws:PrincipalTag/team": "red"}},
        }
    )
    add_user(region, "ann", policy=ANY, tags={"team": "red"})
    tagged = {"Tags.member.1.Key": "team", "Tags.member.1.Value": "red"}

    assert (
        federate(region, "ann", Policy=by_tag, **tagged).ask(region, "GetSecretValue", SecretId="db").status
        == 200
    )
    assert federate(region, "ann", Policy=by_tag).ask(region, "GetSecretValue", SecretId="db").status == 400


MANY_TAGS = {
    f"Tags.member.{n}.{part}": value
    for n in range(1, 51)
    for part, value in (("Key", f"{n:03}".ljust(100, "k")), ("Value", "v" * 200))
}


@pytest.mark.parametrize(
    ("fields", "code"),
    [({"Policy": "{"}, "MalformedPolicyDocument"), (MANY_TAGS, "PackedPolicyTooLarge")],
)
def test_what_can_t_be_passed_to_a_federated_user_is_refused(
    region: Region, fields: dict[str, str], code: str
) -> None:
    add_user(region, "ann", policy=ANY)

    answer = call_as(region, "ann", "GetFederationToken", Name="bob", **fields)

    assert answer.query_refusal[:2] == (400, code)


def test_a_presigned_url_says_who_signed_it_with_a_session(region: Region) -> None:
    """How Kubernetes clusters and others let a third party see who somebody is."""
    session = Lent.of(region.iam("GetSessionToken", service="sts"))
    url = HTTPRequest(
        method="GET",
        target="/?Action=GetCallerIdentity&Version=2011-06-15",
        headers=(("host", f"sts.{region.name}.amazonaws.com"),),
        body=b"",
        source="192.0.2.7",
    )
    signed = presign(
        url,
        access_key_id=session.access_key_id,
        secret_access_key=session.secret_access_key,
        region=region.name,
        service="sts",
        now=region.clock.now,
        expires_seconds=60,
        session_token=session.token,
    )

    assert region.send(signed).text(".//Arn") == ROOT_ARN


def test_an_access_key_id_says_whose_account_it_is(region: Region) -> None:
    session = Lent.of(region.iam("GetSessionToken", service="sts"))
    for access_key_id in (ACCESS_KEY_ID, session.access_key_id):
        answer = region.iam("GetAccessKeyInfo", {"AccessKeyId": access_key_id}, service="sts")
        assert answer.text(".//Account") == ACCOUNT

    for access_key_id in ("AKIAI44QH8DHBEXAMPLE", "ASIA0000000000000001"):
        answer = region.iam("GetAccessKeyInfo", {"AccessKeyId": access_key_id}, service="sts")
        assert answer.query_refusal == (
            400,
            "ValidationError",
            "The access key ID is none that this deployment knows.",
        )


def test_an_encoded_message_is_decoded_for_its_account_alone(region: Region) -> None:
    key = region.custody.token_key()
    ours = seal_message(key, b'{"allowed":false}', account=ACCOUNT, entropy=os.urandom)
    theirs = seal_message(key, b'{"allowed":false}', account="210987654321", entropy=os.urandom)

    answer = region.iam("DecodeAuthorizationMessage", {"EncodedMessage": ours}, service="sts")
    assert answer.text(".//DecodedMessage") == '{"allowed":false}'
    for message in (theirs, "x", ours[:-4]):
        answer = region.iam("DecodeAuthorizationMessage", {"EncodedMessage": message}, service="sts")
        assert answer.query_refusal == (
            400,
            "InvalidAuthorizationMessageException",
            "The message is none that was encoded here, for this account.",
        )


def test_a_second_factor_that_nobody_has_is_refused(region: Region) -> None:
    asked = {"SerialNumber": "arn:aws:iam::123456789012:mfa/ann", "TokenCode": "123456"}

    status, code, _ = region.iam("GetSessionToken", asked, service="sts").query_refusal

    assert (status, code) == (403, "AccessDenied")


def test_a_user_without_session_policy_named_by_a_resource_is_let_in_as_federated(region: Region) -> None:
    """A resource's policy that names the federated user itself is final. Source: IAM User Guide, session policies."""
    secret(region)
    add_user(region, "ann", policy=ANY)
    region.call(
        "PutResourcePolicy",
        SecretId="db",
        ResourcePolicy=statement(
            {
                "Effect": "Allow",
                "Principal": {"AWS": f"arn:aws:sts::{ACCOUNT}:federated-user/bob"},
                "Action": "secretsmanager:GetSecretValue",
                "Resource": "*",
            }
        ),
    )

    assert federate(region, "ann").ask(region, "GetSecretValue", SecretId="db").status == 200


def test_a_federated_user_goes_with_the_user_who_vouched(region: Region) -> None:
    user = add_user(region, "ann", policy=ANY)
    bob = federate(region, "ann", Policy=ANY)

    change(region, remove=(user,))

    assert bob.call(region, "GetCallerIdentity").query_refusal == INVALID
