"""What a key's own policy decides, and what it can ask of a request (KMS Developer Guide, Key policies, Condition keys).

The root user needs no Allow of another policy, so each rule here is a Deny: it refuses what its condition describes, and
nothing beside it.
"""

from __future__ import annotations

import json
from typing import Any

import pytest
from tests.contract.kms_values import ALICE, ROOT, in_base64, make_key
from tests.contract.people import add_user
from tests.contract.region import Region

from watchword.api.shapes import kms

PLAINTEXT = in_base64(b"plain")
CONTEXT = {"Department": "finance"}
OPEN = {"Effect": "Allow", "Principal": {"AWS": ROOT}, "Action": "kms:*", "Resource": "*"}


@pytest.fixture(autouse=True)
def _alice(region: Region) -> None:
    add_user(region, "alice")


def deny(action: str, condition: object | None = None) -> str:
    statement = {"Effect": "Deny", "Principal": "*", "Action": action, "Resource": "*"}
    if condition is not None:
        statement["Condition"] = condition  # type: ignore[assignment]  # a statement is JSON
    return json.dumps({"Version": "2012-10-17", "Statement": [OPEN, statement]})


def key_under(region: Region, policy: str, **members: object) -> str:
    return make_key(region, Policy=policy, **members)


def ask(region: Region, operation: str, members: dict[str, object]) -> tuple[int, str]:
    service = "kms" if operation in kms.OPERATIONS else "secretsmanager"
    request = region.request(operation, json.dumps(members).encode(), service=service)
    return region.send(request).refusal[:2]


DENIED = (400, "AccessDeniedException")

GRANT: dict[str, object] = {"GranteePrincipal": ALICE, "Operations": ["Decrypt"]}
SUBSET = {"EncryptionContextSubset": CONTEXT}
CONDITIONS: dict[str, tuple[str, dict[str, Any], dict[str, object], dict[str, object]]] = {
    "the value of a context": (
        "Encrypt",
        {"StringEquals": {"kms:EncryptionContext:department": "finance"}},
        {"Plaintext": PLAINTEXT, "EncryptionContext": CONTEXT},
        {"Plaintext": PLAINTEXT, "EncryptionContext": {"Department": "other"}},
    ),
    "the names in a context": (
        "Encrypt",
        {"ForAnyValue:StringEquals": {"kms:EncryptionContextKeys": "Department"}},
        {"Plaintext": PLAINTEXT, "EncryptionContext": CONTEXT},
        {"Plaintext": PLAINTEXT, "EncryptionContext": {"other": "finance"}},
    ),
    "the period of rotation": (
        "EnableKeyRotation",
        {"NumericLessThan": {"kms:RotationPeriodInDays": "180"}},
        {"RotationPeriodInDays": 90},
        {"RotationPeriodInDays": 180},
    ),
    "the window of deletion": (
        "ScheduleKeyDeletion",
        {"NumericLessThan": {"kms:ScheduleKeyDeletionPendingWindowInDays": "30"}},
        {"PendingWindowInDays": 7},
        {"PendingWindowInDays": 30},
    ),
    "the operations of a grant": (
        "CreateGrant",
        {"ForAnyValue:StringEquals": {"kms:GrantOperations": "Decrypt"}},
        GRANT,
        {**GRANT, "Operations": ["Encrypt"]},
    ),
    "the grantee of a grant": (
        "CreateGrant",
        {"StringEquals": {"kms:GranteePrincipal": ALICE}},
        GRANT,
        {**GRANT, "GranteePrincipal": ROOT},
    ),
    "the constraint of a grant": (
        "CreateGrant",
        {"StringEquals": {"kms:GrantConstraintType": "EncryptionContextSubset"}},
        {**GRANT, "Constraints": SUBSET},
        {**GRANT, "Constraints": {"EncryptionContextEquals": CONTEXT}},
    ),
    "the context of a grant": (
        "CreateGrant",
        {"StringEquals": {"kms:EncryptionContext:Department": "finance"}},
        {**GRANT, "Constraints": SUBSET},
        GRANT,
    ),
    "the tags of a request": (
        "TagResource",
        {"StringEquals": {"aws:RequestTag/team": "red"}},
        {"Tags": [{"TagKey": "team", "TagValue": "red"}]},
        {"Tags": [{"TagKey": "team", "TagValue": "blue"}]},
    ),
}


def test_a_key_policy_sees_the_algorithm_that_is_used_said_or_not(region: Region) -> None:
    algorithm = {"kms:EncryptionAlgorithm": "SYMMETRIC_DEFAULT"}
    arn = key_under(region, deny("kms:Encrypt", {"StringEquals": algorithm}))
    other = key_under(region, deny("kms:Encrypt", {"StringNotEquals": algorithm}))

    for said in ({}, {"EncryptionAlgorithm": "SYMMETRIC_DEFAULT"}):
        assert ask(region, "Encrypt", {"KeyId": arn, "Plaintext": PLAINTEXT, **said}) == DENIED
        assert ask(region, "Encrypt", {"KeyId": other, "Plaintext": PLAINTEXT, **said})[0] == 200


@pytest.mark.parametrize(("operation", "condition", "denied", "allowed"), CONDITIONS.values(), ids=CONDITIONS)
def test_a_key_policy_asks_for(
    region: Region,
    operation: str,
    condition: dict[str, Any],
    denied: dict[str, object],
    allowed: dict[str, object],
) -> None:
    arn = key_under(region, deny(f"kms:{operation}", condition))

    assert ask(region, operation, {"KeyId": arn, **denied}) == DENIED
    assert ask(region, operation, {"KeyId": arn, **allowed})[0] == 200


OF_THE_KEY = {
    "its spec": ("kms:KeySpec", "SYMMETRIC_DEFAULT", "HMAC_256"),
    "its usage": ("kms:KeyUsage", "ENCRYPT_DECRYPT", "SIGN_VERIFY"),
    "its origin": ("kms:KeyOrigin", "AWS_KMS", "EXTERNAL"),
    "whether it is multi-Region": ("kms:MultiRegion", "false", "true"),
    "its tags": ("aws:ResourceTag/team", "red", "blue"),
    "who calls": ("kms:CallerAccount", "123456789012", "210987654321"),
}


@pytest.mark.parametrize(("name", "held", "other"), OF_THE_KEY.values(), ids=OF_THE_KEY)
def test_a_key_policy_asks_for_what_the_key_is(region: Region, name: str, held: str, other: str) -> None:
    tags = [{"TagKey": "team", "TagValue": "red"}]
    is_so = key_under(region, deny("kms:Encrypt", {"StringEquals": {name: held}}), Tags=tags)
    is_not = key_under(region, deny("kms:Encrypt", {"StringEquals": {name: other}}), Tags=tags)

    assert ask(region, "Encrypt", {"KeyId": is_so, "Plaintext": PLAINTEXT}) == DENIED
    assert ask(region, "Encrypt", {"KeyId": is_not, "Plaintext": PLAINTEXT})[0] == 200


def test_a_key_policy_asks_by_which_alias_it_was_named_and_which_it_has(region: Region) -> None:
    by_alias = deny("kms:Encrypt", {"StringEquals": {"kms:RequestAlias": "alias/mine"}})
    arn = key_under(region, by_alias)
    region.call("CreateAlias", AliasName="alias/mine", TargetKeyId=arn)

    assert ask(region, "Encrypt", {"KeyId": "alias/mine", "Plaintext": PLAINTEXT}) == DENIED
    assert ask(region, "Encrypt", {"KeyId": arn, "Plaintext": PLAINTEXT})[0] == 200

    has_alias = deny("kms:Encrypt", {"ForAnyValue:StringEquals": {"kms:ResourceAliases": "alias/mine"}})
    region.call("PutKeyPolicy", KeyId=arn, Policy=has_alias)
    assert ask(region, "Encrypt", {"KeyId": arn, "Plaintext": PLAINTEXT}) == DENIED
    region.call("DeleteAlias", AliasName="alias/mine")
    assert ask(region, "Encrypt", {"KeyId": arn, "Plaintext": PLAINTEXT})[0] == 200


@pytest.mark.parametrize("operation", ["CreateAlias", "UpdateAlias", "DeleteAlias"])
def test_a_change_of_an_alias_takes_the_right_to_each_key(region: Region, operation: str) -> None:
    """Facts A.2: permission on the alias and on both keys."""
    open_, closed = make_key(region), key_under(region, deny(f"kms:{operation}"))
    if operation == "CreateAlias":
        asked = [{"AliasName": "alias/new", "TargetKeyId": closed}]
    else:
        region.call("CreateAlias", AliasName="alias/of-open", TargetKeyId=open_)
        region.call("CreateAlias", AliasName="alias/of-closed", TargetKeyId=closed)
        asked = [{"AliasName": "alias/of-closed"}]
    if operation == "UpdateAlias":
        asked = [
            {"AliasName": "alias/of-closed", "TargetKeyId": open_},
            {"AliasName": "alias/of-open", "TargetKeyId": closed},
        ]

    for members in asked:
        assert ask(region, operation, dict(members)) == DENIED, members


@pytest.mark.parametrize("action", ["kms:ReEncryptFrom", "kms:ReEncryptTo"])
def test_a_re_encryption_takes_a_right_to_each_key(region: Region, action: str) -> None:
    """KMS API, ReEncrypt: kms:ReEncryptFrom on the source, kms:ReEncryptTo on the destination."""
    open_, closed = make_key(region), key_under(region, deny(action))
    blobs = {
        arn: region.call("Encrypt", KeyId=arn, Plaintext=PLAINTEXT)["CiphertextBlob"]
        for arn in (open_, closed)
    }

    from_closed = ask(region, "ReEncrypt", {"CiphertextBlob": blobs[closed], "DestinationKeyId": open_})
    to_closed = ask(region, "ReEncrypt", {"CiphertextBlob": blobs[open_], "DestinationKeyId": closed})

    denied, allowed = (from_closed, to_closed) if action.endswith("From") else (to_closed, from_closed)
    assert (denied, allowed[0]) == (DENIED, 200)


def test_a_key_policy_asks_whether_a_re_encryption_stays_on_the_key(region: Region) -> None:
    policy = deny("kms:ReEncrypt*", {"Bool": {"kms:ReEncryptOnSameKey": "true"}})
    arn, other = key_under(region, policy), make_key(region)
    blob = region.call("Encrypt", KeyId=arn, Plaintext=PLAINTEXT)["CiphertextBlob"]

    assert ask(region, "ReEncrypt", {"CiphertextBlob": blob, "DestinationKeyId": arn}) == DENIED
    assert ask(region, "ReEncrypt", {"CiphertextBlob": blob, "DestinationKeyId": other})[0] == 200


def test_a_key_that_serves_secrets_manager_alone_serves_nobody_directly(region: Region) -> None:
    """Facts 6.3: `kms:ViaService` restricts a customer key to one service, and the context to one secret."""
    only = {"StringNotEquals": {"kms:ViaService": "secretsmanager.us-east-1.amazonaws.com"}}
    arn = key_under(region, deny("kms:GenerateDataKey", only))
    region.call("CreateSecret", Name="db", SecretString="v", KmsKeyId=arn)

    assert region.call("GetSecretValue", SecretId="db")["SecretString"] == "v"
    assert ask(region, "GenerateDataKey", {"KeyId": arn, "KeySpec": "AES_256"}) == DENIED


def test_a_key_policy_that_denies_secrets_manager_is_told_in_its_words(region: Region) -> None:
    """Facts 6.5: KMS's denial becomes one text."""
    arn = make_key(region)
    region.call("CreateSecret", Name="db", SecretString="v", KmsKeyId=arn)
    region.call("PutKeyPolicy", KeyId=arn, Policy=deny("kms:Decrypt"))
    denied = ("AccessDeniedException", "Access to KMS is not allowed")

    assert region.refused("GetSecretValue", SecretId="db") == denied
    region.compose()
    assert region.refused("GetSecretValue", SecretId="db") == denied
