"""Users of an account: their policies decide, in each Region on its own copy of the account's identity."""

from __future__ import annotations

import json

from tests.contract.people import add_user, ask, change, directory, statement
from tests.contract.region import ACCOUNT, Region, token

from watchword.identity.model import AccessKeyItem

BY_TAG = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": {
            "Effect": "Allow",
            "Action": "secretsmanager:GetSecretValue",
            "Resource": "*",
            "Condition": {"StringEquals": {"secretsmanager:ResourceTag/team": "${aws:PrincipalTag/team}"}},
        },
    }
)


def secret_of(region: Region, team: str) -> str:
    made = region.call(
        "CreateSecret",
        Name=f"of-{team}",
        SecretString="value",
        ClientRequestToken=token(),
        Tags=[{"Key": "team", "Value": team}],
    )
    arn: str = made["ARN"]
    return arn


def test_one_policy_by_tag_gives_access_to_what_has_the_users_tag(region: Region) -> None:
    red, blue = secret_of(region, "red"), secret_of(region, "blue")
    add_user(region, "ann", policy=BY_TAG, tags={"team": "red"})

    assert ask(region, "ann", "GetSecretValue", SecretId=red).members["SecretString"] == "value"
    status, code, text = ask(region, "ann", "GetSecretValue", SecretId=blue).refusal
    assert (status, code) == (400, "AccessDeniedException")
    assert text == (
        f"User: arn:aws:iam::{ACCOUNT}:user/ann is not authorized to perform: secretsmanager:GetSecretValue"
        f" on resource: {blue} because no identity-based policy allows the secretsmanager:GetSecretValue action"
    )


def test_who_may_not_read_learns_nothing_of_what_is_there(region: Region) -> None:
    secret_of(region, "blue")
    add_user(region, "ann", policy=BY_TAG, tags={"team": "red"})

    there = ask(region, "ann", "GetSecretValue", SecretId="of-blue")
    not_there = ask(region, "ann", "GetSecretValue", SecretId="of-none")

    assert there.status == not_there.status == 400
    assert there.body.replace(b"of-blue", b"of-none") == not_there.body


def test_a_change_of_the_account_is_in_force_at_the_next_request(region: Region) -> None:
    red = secret_of(region, "red")
    user = add_user(region, "ann", policy=BY_TAG, tags={"team": "red"})
    assert ask(region, "ann", "GetSecretValue", SecretId=red).status == 200

    key = directory(region).access_keys["AKIAANN"]
    change(
        region,
        AccessKeyItem(access_key_id=key.access_key_id, owner_id=user.user_id, created_ms=0, active=False),
    )
    assert ask(region, "ann", "GetSecretValue", SecretId=red).refusal[1] == "UnrecognizedClientException"

    change(region, key)
    assert ask(region, "ann", "GetSecretValue", SecretId=red).status == 200
    change(region, remove=(user, key))
    assert ask(region, "ann", "GetSecretValue", SecretId=red).refusal[1] == "UnrecognizedClientException"


def test_an_account_reads_back_as_it_was_written(region: Region) -> None:
    add_user(region, "ann", policy=BY_TAG, tags={"team": "red"})

    fresh = region.open_stores()
    read = fresh.unit().directory(ACCOUNT)
    fresh.close()

    assert read is not None
    held = directory(region)
    assert (read.revision, read.content_id, read.digest) == (held.revision, held.content_id, held.digest)
    assert read.items == held.items


def test_the_first_secret_of_a_region_need_not_be_the_root_users(region: Region) -> None:
    """The account's default key is made with it, and its policy lets in whoever may use Secrets Manager."""
    rule = {"Effect": "Allow", "Action": "secretsmanager:*", "Resource": "*"}
    add_user(region, "ann", policy=statement(rule))

    made = ask(region, "ann", "CreateSecret", Name="first", SecretString="v", ClientRequestToken=token())

    assert made.status == 200, made.refusal
    assert ask(region, "ann", "GetSecretValue", SecretId="first").members["SecretString"] == "v"
