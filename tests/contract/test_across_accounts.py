"""Two accounts in one Region: what each may do with the other's secrets and keys, and that nobody learns what is there.

Source: IAM User Guide, Cross-account policy evaluation logic; Secrets Manager User Guide, "Access Secrets Manager secrets
from a different account"; KMS API, "Cross-account use" of each operation; facts 0.2, 2.3, 6.3, 8.4; decision 0008.
"""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest
from tests.contract.people import statement
from tests.contract.region import ACCOUNT, Answer, Region, found_account, token

from watchword.identity.model import AccessKeyItem, User
from watchword.identity.store import IdentityChanged

OTHER = "210987654321"
THEIR_ROOT = f"arn:aws:iam::{OTHER}:root"
ANN = f"arn:aws:iam::{OTHER}:user/ann"
SECRET_OF_KEY = base64.b64encode(bytes(range(30))).decode()
GET = "secretsmanager:GetSecretValue"
TEAM_TAG = [{"Key": "team", "Value": "blue"}]
DEFAULT_KEY = (
    "InvalidRequestException",
    "You can't access a secret from a different AWS account if you encrypt the secret"
    " with the default KMS service key.",
)


@pytest.fixture
def two(region: Region) -> Region:
    """A Region with another account, in which there is a user, ann, without any policy."""
    found_account(region, OTHER, access_key_id="AKIATHEIRROOT", secret_access_key=SECRET_OF_KEY)
    allow(region, None)
    return region


def allow(region: Region, *statements: dict[str, Any] | None) -> None:
    """Give ann this policy and no other."""
    before = region.stores.unit().directory(OTHER)
    assert before is not None
    said = [one for one in statements if one is not None]
    ann = User(user_id="AIDAANN", name="ann", created_ms=0, inline={"p": statement(*said)} if said else {})
    key = AccessKeyItem(access_key_id="AKIAANN", owner_id="AIDAANN", created_ms=0)
    sealed = region.custody.seal_access_key(access_key_id="AKIAANN", secret_access_key=SECRET_OF_KEY)
    after = before.changed(
        save=(ann, key), now=region.clock.now, entropy=lambda count: token().encode()[:count]
    )
    unit = region.stores.unit()
    unit.stage(IdentityChanged(before=before, after=after, secrets={"AKIAANN": sealed}))
    unit.commit(())


def as_ann(region: Region, operation: str, /, *, key: str = "AKIAANN", **members: object) -> Answer:
    body = json.dumps(members).encode()
    return region.send(region.request(operation, body, access_key_id=key, secret_access_key=SECRET_OF_KEY))


def everything(action: str = "*") -> dict[str, Any]:
    return {"Effect": "Allow", "Action": action, "Resource": "*"}


def to(principal: str, action: str | list[str], **more: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Principal": {"AWS": principal}, "Action": action, "Resource": "*", **more}


def key_for(region: Region, *statements: dict[str, Any]) -> str:
    own = to(f"arn:aws:iam::{ACCOUNT}:root", "kms:*")
    made = region.call("CreateKey", Policy=statement(own, *statements))
    arn: str = made["KeyMetadata"]["Arn"]
    return arn


def secret_with(
    region: Region, *, policy: list[dict[str, Any]] | None, key: str | None, name: str = "db"
) -> str:
    made = region.call("CreateSecret", Name=name, SecretString="theirs", KmsKeyId=key, Tags=TEAM_TAG)
    if policy is not None:
        region.call("PutResourcePolicy", SecretId=name, ResourcePolicy=statement(*policy))
    arn: str = made["ARN"]
    return arn


def denied(answer: Answer, action: str, arn: str, *, by: str = "resource") -> None:
    assert answer.refusal == (
        400,
        "AccessDeniedException",
        f"User: {ANN} is not authorized to perform: {action} on resource: {arn}"
        f" because no {by}-based policy allows the {action} action",
    )


USE_KEY = ["kms:Decrypt", "kms:GenerateDataKey", "kms:DescribeKey"]


def test_a_secret_is_read_across_accounts_if_all_three_policies_allow_it(two: Region) -> None:
    key = key_for(two, to(ANN, "kms:Decrypt"))
    arn = secret_with(two, policy=[to(ANN, GET)], key=key)
    allow(two, everything(GET), everything("kms:Decrypt"))

    assert as_ann(two, "GetSecretValue", SecretId=arn).members["SecretString"] == "theirs"
    assert as_ann(two, "GetSecretValue", SecretId=arn[:-7]).members["ARN"] == arn


MISSING: dict[str, tuple[list[dict[str, Any]], list[dict[str, Any]], list[dict[str, Any]], str]] = {
    "the secret's policy": ([], [to(ANN, "kms:Decrypt")], [everything()], "resource"),
    "the caller's own policy": ([to(ANN, GET)], [to(ANN, "kms:Decrypt")], [everything("kms:*")], "identity"),
    "the key's policy": ([to(ANN, GET)], [], [everything()], "key"),
    "the caller's right to the key": ([to(ANN, GET)], [to(ANN, "kms:Decrypt")], [everything(GET)], "key"),
    "the account alone is let in, and its policy says nothing": (
        [to(THEIR_ROOT, GET)],
        [to(THEIR_ROOT, "kms:Decrypt")],
        [],
        "identity",
    ),
}


@pytest.mark.parametrize(("policy", "keys", "own", "side"), MISSING.values(), ids=MISSING)
def test_one_side_that_is_missing_is_enough_to_be_refused(
    two: Region,
    policy: list[dict[str, Any]],
    keys: list[dict[str, Any]],
    own: list[dict[str, Any]],
    side: str,
) -> None:
    arn = secret_with(two, policy=policy or None, key=key_for(two, *keys))
    allow(two, *own)

    answer = as_ann(two, "GetSecretValue", SecretId=arn)

    if side == "key":
        assert answer.refusal == (400, "AccessDeniedException", "Access to KMS is not allowed")
    else:
        denied(answer, GET, arn, by=side)


KEEPING_OUT: dict[str, list[dict[str, Any]] | None] = {
    "no policy": None,
    "a policy for others": [to(f"arn:aws:iam::{ACCOUNT}:root", GET)],
    "an explicit deny": [{"Effect": "Deny", "Principal": "*", "Action": GET, "Resource": "*"}],
}
OWN: dict[str, list[dict[str, Any]]] = {
    "nothing": [],
    "everything": [everything()],
    "a deny of what has a tag": [
        everything(),
        {
            "Effect": "Deny",
            "Action": "*",
            "Resource": "*",
            "Condition": {"StringEquals": {"aws:ResourceTag/team": "blue"}},
        },
    ],
}


@pytest.mark.parametrize("own", OWN.values(), ids=OWN)
@pytest.mark.parametrize("policy", KEEPING_OUT.values(), ids=KEEPING_OUT)
@pytest.mark.parametrize("operation", ["GetSecretValue", "DescribeSecret", "DeleteSecret", "TagResource"])
def test_who_is_not_let_in_does_not_learn_what_is_there(
    two: Region, operation: str, policy: list[dict[str, Any]] | None, own: list[dict[str, Any]]
) -> None:
    if policy is not None:
        policy = [{**one, "Action": "*"} for one in policy]
    arn = secret_with(two, policy=policy, key=None)
    allow(two, *own)
    more: dict[str, Any] = {"Tags": TEAM_TAG} if operation == "TagResource" else {}

    there = as_ann(two, operation, SecretId=arn, **more)
    wrong = arn[:-6] + ("AAAAAA" if not arn.endswith("AAAAAA") else "BBBBBB")
    not_there = as_ann(two, operation, SecretId=wrong, **more)
    no_account = as_ann(two, operation, SecretId=arn.replace(ACCOUNT, "345678901234"), **more)

    denied(there, f"secretsmanager:{operation}", arn)
    assert there.body.replace(arn.encode(), wrong.encode()) == not_there.body
    assert no_account.body.replace(b"345678901234", ACCOUNT.encode()) == there.body


def test_the_root_user_of_another_account_is_a_stranger_too(two: Region) -> None:
    arn = secret_with(two, policy=None, key=None)

    answer = as_ann(two, "DescribeSecret", key="AKIATHEIRROOT", SecretId=arn)

    assert answer.refusal[1] == "AccessDeniedException"
    assert "because no resource-based policy" in answer.refusal[2]


def test_the_default_key_is_not_shared_and_what_needs_no_key_is(two: Region) -> None:
    arn = secret_with(two, policy=[to(ANN, "secretsmanager:*")], key=None)
    allow(two, everything())

    def refused(operation: str, **members: str) -> tuple[str, str]:
        _, code, text = as_ann(two, operation, SecretId=arn, **members).refusal
        return code, text

    assert refused("GetSecretValue") == DEFAULT_KEY
    assert refused("PutSecretValue", SecretString="x", ClientRequestToken=token()) == DEFAULT_KEY
    for operation in ("DescribeSecret", "ListSecretVersionIds", "GetResourcePolicy"):
        assert as_ann(two, operation, SecretId=arn).members["ARN"] == arn
    assert as_ann(two, "TagResource", SecretId=arn, Tags=[{"Key": "a", "Value": "b"}]).status == 200
    assert as_ann(two, "DeleteSecret", SecretId=arn).members["ARN"] == arn
    assert as_ann(two, "RestoreSecret", SecretId=arn).status == 200


@pytest.mark.parametrize("spelling", ["arn", "id", "alias"])
def test_a_value_that_another_account_puts_is_under_the_owner_s_key(two: Region, spelling: str) -> None:
    """A key that is named without an account is one of the secret's account, whoever writes."""
    key = key_for(two, to(ANN, ["kms:Decrypt", "kms:GenerateDataKey"]))
    two.call("CreateAlias", AliasName="alias/shared", TargetKeyId=key)
    named = {"arn": key, "id": key.rpartition("/")[2], "alias": "alias/shared"}[spelling]
    arn = secret_with(two, policy=[to(ANN, "secretsmanager:*")], key=named)
    allow(two, everything())

    as_ann(two, "PutSecretValue", SecretId=arn, SecretString="by ann", ClientRequestToken=token())

    assert two.call("GetSecretValue", SecretId=arn)["SecretString"] == "by ann"
    listed = two.call("ListSecretVersionIds", SecretId=arn)["Versions"]
    assert {tuple(version["KmsKeyIds"]) for version in listed} == {(key,)}


def test_a_batch_reads_what_each_policy_allows(two: Region) -> None:
    key = key_for(two, to(ANN, "kms:Decrypt"))
    shared = secret_with(two, policy=[to(ANN, GET)], key=key)
    kept = secret_with(two, policy=None, key=key, name="kept")
    allow(two, everything())

    read = as_ann(two, "BatchGetSecretValue", SecretIdList=[shared, kept]).members

    assert [one["ARN"] for one in read["SecretValues"]] == [shared]
    assert [(one["SecretId"], one["ErrorCode"]) for one in read["Errors"]] == [
        (kept, "AccessDeniedException")
    ]


def test_a_list_shows_no_secret_and_no_key_of_another_account(two: Region) -> None:
    key = key_for(two, to(ANN, "kms:*"))
    secret_with(two, policy=[to(ANN, "secretsmanager:*")], key=key)
    allow(two, everything())

    assert as_ann(two, "ListSecrets").members["SecretList"] == []
    assert as_ann(two, "ListKeys").members["Keys"] == []
    assert as_ann(two, "GetSecretValue", SecretId="db").refusal[1] == "ResourceNotFoundException"


CONDITIONS: dict[str, tuple[dict[str, Any], bool]] = {
    "the caller's account": ({"StringEquals": {"aws:PrincipalAccount": OTHER}}, True),
    "another caller's account": ({"StringEquals": {"aws:PrincipalAccount": ACCOUNT}}, False),
    "the owner's account": ({"StringEquals": {"aws:ResourceAccount": ACCOUNT}}, True),
    "another owner's account": ({"StringEquals": {"aws:ResourceAccount": OTHER}}, False),
}


@pytest.mark.parametrize(("condition", "allowed"), CONDITIONS.values(), ids=CONDITIONS)
def test_policies_may_ask_for_both_accounts(two: Region, condition: dict[str, Any], *, allowed: bool) -> None:
    arn = secret_with(two, policy=[to(ANN, "secretsmanager:*", Condition=condition)], key=None)
    allow(two, everything())

    assert as_ann(two, "DescribeSecret", SecretId=arn).status == (200 if allowed else 400)


@pytest.mark.parametrize(("account", "allowed"), [(OTHER, True), (ACCOUNT, False)])
def test_a_key_sees_the_caller_s_account(two: Region, account: str, *, allowed: bool) -> None:
    condition = {
        "StringEquals": {
            "kms:CallerAccount": account,
            "kms:ViaService": "secretsmanager.us-east-1.amazonaws.com",
        }
    }
    key = key_for(two, to(ANN, "kms:Decrypt", Condition=condition))
    arn = secret_with(two, policy=[to(ANN, GET)], key=key)
    allow(two, everything())

    assert as_ann(two, "GetSecretValue", SecretId=arn).status == (200 if allowed else 400)


# Keys

ACROSS: dict[str, dict[str, Any]] = {
    "DescribeKey": {},
    "Encrypt": {"Plaintext": "aGk="},
    "GenerateDataKey": {"KeySpec": "AES_256"},
    "GenerateDataKeyWithoutPlaintext": {"KeySpec": "AES_256"},
    "GetKeyRotationStatus": {},
    "ListGrants": {},
    "CreateGrant": {"GranteePrincipal": ANN, "Operations": ["Decrypt"]},
}
"""Operations with "Cross-account use: Yes" and what they need besides KeyId."""
WITHIN: dict[str, dict[str, Any]] = {
    "EnableKey": {},
    "DisableKey": {},
    "GetKeyPolicy": {},
    "ListKeyPolicies": {},
    "ScheduleKeyDeletion": {},
    "UpdateKeyDescription": {"Description": "d"},
    "EnableKeyRotation": {},
    "ListKeyRotations": {},
    "RotateKeyOnDemand": {},
}
"""Operations with "Cross-account use: No"."""


@pytest.mark.parametrize(("operation", "members"), ACROSS.items(), ids=ACROSS)
def test_an_operation_that_kms_shares_needs_both_accounts(
    two: Region, operation: str, members: dict[str, Any]
) -> None:
    shared, kept = key_for(two, to(ANN, "kms:*")), key_for(two)
    allow(two, everything())

    assert as_ann(two, operation, KeyId=shared, **members).status == 200
    denied(as_ann(two, operation, KeyId=kept, **members), f"kms:{operation}", kept)
    allow(two)
    denied(as_ann(two, operation, KeyId=shared, **members), f"kms:{operation}", shared, by="identity")


@pytest.mark.parametrize(("operation", "members"), WITHIN.items(), ids=WITHIN)
def test_an_operation_that_kms_does_not_share_is_denied_whatever_policies_say(
    two: Region, operation: str, members: dict[str, Any]
) -> None:
    shared = key_for(two, to(ANN, "kms:*"))
    allow(two, everything())

    denied(as_ann(two, operation, KeyId=shared, **members), f"kms:{operation}", shared)
    none = shared[:-12] + "0" * 12
    denied(as_ann(two, operation, KeyId=none, **members), f"kms:{operation}", none)


def test_an_alias_of_another_account_is_named_by_its_arn(two: Region) -> None:
    shared = key_for(two, to(ANN, "kms:*"))
    two.call("CreateAlias", AliasName="alias/shared", TargetKeyId=shared)
    allow(two, everything())
    alias = f"arn:aws:kms:us-east-1:{ACCOUNT}:alias/shared"

    sealed = as_ann(two, "Encrypt", KeyId=alias, Plaintext="aGk=").members

    assert sealed["KeyId"] == shared
    assert as_ann(two, "Decrypt", CiphertextBlob=sealed["CiphertextBlob"]).members["Plaintext"] == "aGk="
    assert as_ann(two, "Encrypt", KeyId="alias/shared", Plaintext="aGk=").refusal[1] == "NotFoundException"
    none = alias + "-none"
    denied(as_ann(two, "Encrypt", KeyId=none, Plaintext="aGk="), "kms:Encrypt", none)


def test_re_encryption_goes_from_one_account_s_key_to_another_s(two: Region) -> None:
    shared = key_for(two, to(ANN, "kms:*"))
    allow(two, everything())
    own = as_ann(two, "CreateKey").members["KeyMetadata"]["Arn"]
    sealed = two.call("Encrypt", KeyId=shared, Plaintext="aGk=")["CiphertextBlob"]

    there = as_ann(two, "ReEncrypt", CiphertextBlob=sealed, DestinationKeyId=own)
    back = as_ann(two, "ReEncrypt", CiphertextBlob=there.members["CiphertextBlob"], DestinationKeyId=shared)

    assert (there.members["SourceKeyId"], there.members["KeyId"]) == (shared, own)
    assert back.members["KeyId"] == shared


def test_a_grant_to_another_account_s_user_is_enough_on_the_owner_s_side(two: Region) -> None:
    key = key_for(two)
    made = two.call("CreateGrant", KeyId=key, GranteePrincipal=ANN, Operations=["Encrypt", "RetireGrant"])
    allow(two)

    assert as_ann(two, "Encrypt", KeyId=key, Plaintext="aGk=").status == 200
    assert as_ann(two, "RetireGrant", GrantToken=made["GrantToken"]).status == 200
    denied(as_ann(two, "Encrypt", KeyId=key, Plaintext="aGk="), "kms:Encrypt", key)


def test_the_default_key_of_another_account_is_used_by_nobody(two: Region) -> None:
    secret_with(two, policy=None, key=None)
    alias = f"arn:aws:kms:us-east-1:{ACCOUNT}:alias/aws/secretsmanager"
    allow(two, everything())

    for key in ("AKIAANN", "AKIATHEIRROOT"):
        answer = as_ann(two, "Encrypt", key=key, KeyId=alias, Plaintext="aGk=")
        assert answer.refusal[1] == "AccessDeniedException"


# The trail


def test_both_accounts_have_an_event_of_what_was_allowed(two: Region) -> None:
    key = key_for(two, to(ANN, "kms:Decrypt"))
    arn = secret_with(two, policy=[to(ANN, GET)], key=key)
    allow(two, everything())
    two.forget_events()

    as_ann(two, "GetSecretValue", SecretId=arn)

    events = two.events()
    assert [(one["eventName"], one["recipientAccountId"]) for one in events] == [
        ("Decrypt", OTHER),
        ("Decrypt", ACCOUNT),
        ("GetSecretValue", OTHER),
        ("GetSecretValue", ACCOUNT),
    ]
    ours, theirs = events[2], events[3]
    assert ours["sharedEventID"] == theirs["sharedEventID"] != events[0]["sharedEventID"]
    assert ours["eventID"] != theirs["eventID"]
    assert ours["userIdentity"]["arn"] == ANN
    assert theirs["userIdentity"] == {"type": "AWSAccount", "principalId": "AIDAANN", "accountId": OTHER}


def test_what_was_refused_is_in_the_caller_s_trail_alone(two: Region) -> None:
    arn = secret_with(two, policy=None, key=None)
    two.forget_events()

    as_ann(two, "GetSecretValue", SecretId=arn)

    (event,) = two.events()
    assert event["recipientAccountId"] == OTHER
    assert "sharedEventID" not in event


def test_grants_on_another_account_s_key_are_not_listed_as_retirable(two: Region) -> None:
    """AWS lists them; here they are retired by their token or id, as the grant that is listed with its key says."""
    key = key_for(two)
    made = two.call(
        "CreateGrant", KeyId=key, GranteePrincipal=ANN, RetiringPrincipal=ANN, Operations=["Encrypt"]
    )
    allow(two, everything())

    assert as_ann(two, "ListRetirableGrants", RetiringPrincipal=ANN).members["Grants"] == []
    assert as_ann(two, "RetireGrant", KeyId=key, GrantId=made["GrantId"]).status == 200
    assert two.call("ListGrants", KeyId=key)["Grants"] == []
