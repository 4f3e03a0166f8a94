"""KMS's operations on keys as such, by signed requests (KMS API reference; facts A.2)."""

from __future__ import annotations

import json

import pytest
from tests.contract.kms_values import (
    ABSENT_ID,
    DAY_MS,
    HERE,
    ROOT,
    described,
    in_base64,
    mac_key,
    make_key,
    state_of,
    tend,
)
from tests.contract.region import ACCOUNT, START_MS, Answer, Region

from watchword.keys.model import Quotas

PLAINTEXT = in_base64(b"plain")


# Kinds of keys


@pytest.mark.parametrize("bits", [224, 256, 384, 512])
def test_a_key_for_macs_says_what_it_is(region: Region, bits: int) -> None:
    made = described(region, mac_key(region, bits))

    assert (made["KeyUsage"], made["KeySpec"]) == ("GENERATE_VERIFY_MAC", f"HMAC_{bits}")
    assert made["MacAlgorithms"] == [f"HMAC_SHA_{bits}"]
    assert not {"EncryptionAlgorithms", "CurrentKeyMaterialId"} & made.keys()


WRONG_KINDS: dict[str, tuple[dict[str, object], str]] = {
    "a MAC key without its usage": (
        {"KeySpec": "HMAC_256"},
        "You must specify a KeyUsage value for all KMS keys except for symmetric encryption keys.",
    ),
    "a MAC key that encrypts": (
        {"KeySpec": "HMAC_256", "KeyUsage": "ENCRYPT_DECRYPT"},
        "KeyUsage ENCRYPT_DECRYPT is not compatible with KeySpec HMAC_256",
    ),
    "a symmetric key that signs": (
        {"KeyUsage": "SIGN_VERIFY"},
        "KeyUsage SIGN_VERIFY is not compatible with KeySpec SYMMETRIC_DEFAULT",
    ),
    "the spec by both names": (
        {"KeySpec": "SYMMETRIC_DEFAULT", "CustomerMasterKeySpec": "SYMMETRIC_DEFAULT"},
        "You cannot specify KeySpec and CustomerMasterKeySpec in the same request. CustomerMasterKeySpec is deprecated.",
    ),
}


@pytest.mark.parametrize(("members", "text"), WRONG_KINDS.values(), ids=WRONG_KINDS)
def test_a_key_that_can_not_be(region: Region, members: dict[str, object], text: str) -> None:
    assert region.refused("CreateKey", **members) == ("ValidationException", text)


def test_an_account_has_so_many_keys_and_not_one_more(region: Region) -> None:
    region.key_quotas = Quotas(keys_max=2)
    region.compose()
    make_key(region)
    make_key(region)

    assert region.refused("CreateKey")[0] == "LimitExceededException"


def test_keys_are_listed_each_once(region: Region) -> None:
    made = {make_key(region) for _ in range(5)}

    pages = [region.call("ListKeys", Limit=2)]
    while pages[-1]["Truncated"]:
        pages.append(region.call("ListKeys", Limit=2, Marker=pages[-1]["NextMarker"]))

    assert [len(page["Keys"]) for page in pages] == [2, 2, 1]
    listed = [key for page in pages for key in page["Keys"]]
    assert sorted(key["KeyArn"] for key in listed) == sorted(made)
    assert all(key["KeyArn"] == f"{HERE}key/{key['KeyId']}" for key in listed)
    assert "NextMarker" not in pages[-1]
    assert region.call("ListKeys", ResourceOwners=["OTHER_ACCOUNTS_VIA_RAM"])["Keys"] == []


def test_a_marker_is_of_one_list(region: Region) -> None:
    arn = make_key(region)
    for name in ("alias/a", "alias/b"):
        region.call("CreateAlias", AliasName=name, TargetKeyId=arn)
    marker = region.call("ListAliases", Limit=1)["NextMarker"]

    expected = ("InvalidMarkerException", "the marker is not valid for this request")
    assert region.refused("ListKeys", Marker=marker) == expected
    assert region.refused("ListAliases", KeyId=arn, Marker=marker) == expected
    assert region.refused("ListAliases", Marker=marker[:-1]) == expected
    assert region.refused("ListGrants", KeyId=arn, Marker=marker) == expected
    assert region.refused("ListRetirableGrants", RetiringPrincipal=ROOT, Marker=marker) == expected
    assert region.refused("ListResourceTags", KeyId=arn, Marker=marker) == expected
    assert region.refused("ListKeyRotations", KeyId=arn, Marker=marker) == expected
    assert region.refused("ListKeyPolicies", KeyId=arn, Marker=marker)[0] == "ValidationException"


def test_a_description_is_changed(region: Region) -> None:
    arn = make_key(region, Description="before")

    region.call("UpdateKeyDescription", KeyId=arn, Description="after")

    assert described(region, arn)["Description"] == "after"


# Deletion


def test_a_key_is_gone_at_the_end_of_its_window(region: Region) -> None:
    """Final deletion shreds what only the key could open: nobody has its material any more."""
    arn = make_key(region)
    region.call("CreateAlias", AliasName="alias/mine", TargetKeyId=arn)
    region.call("CreateGrant", KeyId=arn, GranteePrincipal=ROOT, Operations=["Decrypt"])
    sealed = region.call("Encrypt", KeyId=arn, Plaintext=PLAINTEXT)["CiphertextBlob"]
    answer = region.call("ScheduleKeyDeletion", KeyId=arn, PendingWindowInDays=7)
    assert answer == {
        "KeyId": arn,
        "DeletionDate": (START_MS + 7 * DAY_MS) / 1000,
        "KeyState": "PendingDeletion",
        "PendingWindowInDays": 7,
    }
    assert described(region, arn)["DeletionDate"] == answer["DeletionDate"]
    assert region.refused("Decrypt", CiphertextBlob=sealed) == (
        "KMSInvalidStateException",
        f"{arn} is pending deletion.",
    )
    key_id = arn.rpartition("/")[2]
    held = region.stores.unit().key(ACCOUNT, key_id)
    assert held is not None
    material = held.materials[1].wrapped
    assert material is not None

    region.clock.forward(7 * DAY_MS - 1)
    assert (tend(region), state_of(region, arn)) == (0, "PendingDeletion")
    region.clock.forward(1)
    assert (tend(region), tend(region)) == (1, 0)

    assert region.refused("DescribeKey", KeyId=arn)[0] == "NotFoundException"
    assert region.refused("Decrypt", CiphertextBlob=sealed)[0] == "NotFoundException"
    assert region.call("ListAliases")["Aliases"] == []
    assert region.call("ListKeys")["Keys"] == []
    assert region.stores.unit().grants(ACCOUNT, key_id, limit=10) == []
    deleted = next(event for event in region.events() if event["eventName"] == "DeleteKey")
    assert deleted["eventSource"] == "kms.amazonaws.com"
    assert deleted["serviceEventDetails"] == {"keyId": key_id}
    region.stores.drop_events([row.event_id for row in region.stores.events(limit=10_000)])
    assert region.stores.scrub()
    assert material not in region.everything_on_disk()


def test_a_deletion_that_is_cancelled_leaves_a_disabled_key(region: Region) -> None:
    arn = make_key(region)
    sealed = region.call("Encrypt", KeyId=arn, Plaintext=PLAINTEXT)["CiphertextBlob"]
    region.call("ScheduleKeyDeletion", KeyId=arn)

    assert region.call("CancelKeyDeletion", KeyId=arn) == {"KeyId": arn}

    assert state_of(region, arn) == "Disabled"
    region.clock.forward(31 * DAY_MS)
    assert tend(region) == 0
    region.call("EnableKey", KeyId=arn)
    assert region.call("Decrypt", CiphertextBlob=sealed)["Plaintext"] == PLAINTEXT


@pytest.mark.parametrize("days", [1, 6, 31, 365])
def test_a_window_that_the_model_allows_and_kms_does_not(region: Region, days: int) -> None:
    arn = make_key(region)

    code, text = region.refused("ScheduleKeyDeletion", KeyId=arn, PendingWindowInDays=days)

    assert code == "ValidationException"
    assert f"Value '{days}' at 'pendingWindowInDays'" in text
    assert state_of(region, arn) == "Enabled"


# Tags


def test_tags_come_and_go(region: Region) -> None:
    arn = make_key(region, Tags=[{"TagKey": "a", "TagValue": "1"}])

    ask_kms(region, "TagResource", KeyId=arn, Tags=[tag("b", "2"), tag("a", "3")])
    assert region.call("ListResourceTags", KeyId=arn) == {
        "Tags": [tag("a", "3"), tag("b", "2")],
        "Truncated": False,
    }
    ask_kms(region, "UntagResource", KeyId=arn, TagKeys=["a", "none"])
    assert region.call("ListResourceTags", KeyId=arn)["Tags"] == [tag("b", "2")]


def test_tags_are_listed_page_by_page(region: Region) -> None:
    arn = make_key(region, Tags=[tag(f"k{number}", "v") for number in range(3)])

    first = region.call("ListResourceTags", KeyId=arn, Limit=2)
    rest = region.call("ListResourceTags", KeyId=arn, Marker=first["NextMarker"])

    assert [one["TagKey"] for one in first["Tags"] + rest["Tags"]] == ["k0", "k1", "k2"]
    assert (first["Truncated"], rest["Truncated"]) == (True, False)


def test_tags_are_refused(region: Region) -> None:
    arn = make_key(region, Tags=[tag(f"k{number}", "v") for number in range(50)])

    for operation, members, text in (
        ("TagResource", {"Tags": [tag("more", "v")]}, "Too many tags"),
        ("TagResource", {"Tags": [tag("k0", "1"), tag("k0", "2")]}, "Duplicate tag keys"),
        ("TagResource", {"Tags": [tag("AWS:k", "1")]}, "Tags beginning with aws: are reserved"),
        ("UntagResource", {"TagKeys": ["aws:k"]}, "Tags beginning with aws: are reserved"),
    ):
        answer = send_kms(region, operation, KeyId=arn, **members)
        assert answer.refusal == (400, "TagException", text)
    ask_kms(region, "TagResource", KeyId=arn, Tags=[tag("k0", "again")])


def tag(key: str, value: str) -> dict[str, str]:
    return {"TagKey": key, "TagValue": value}


def send_kms(region: Region, operation: str, **members: object) -> Answer:
    return region.send(region.request(operation, json.dumps(members).encode(), service="kms"))


def ask_kms(region: Region, operation: str, **members: object) -> None:
    answer = send_kms(region, operation, **members)
    assert answer.status == 200, answer.refusal


# Policies

OPEN = {"Sid": "Enable", "Effect": "Allow", "Principal": {"AWS": ROOT}, "Action": "kms:*", "Resource": "*"}
CLOSED = {**OPEN, "Sid": "Only", "Action": "kms:Decrypt"}


def document(*statements: object) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": statements})


def test_a_key_has_the_default_policy_until_it_has_its_own(region: Region) -> None:
    arn = make_key(region)

    default = region.call("GetKeyPolicy", KeyId=arn)
    assert default["PolicyName"] == "default"
    assert json.loads(default["Policy"]) == {
        "Version": "2012-10-17",
        "Id": "key-default-1",
        "Statement": [{**OPEN, "Sid": "Enable IAM User Permissions"}],
    }
    assert region.call("ListKeyPolicies", KeyId=arn) == {"PolicyNames": ["default"], "Truncated": False}

    region.call("PutKeyPolicy", KeyId=arn, Policy=document(OPEN))
    assert region.call("GetKeyPolicy", KeyId=arn, PolicyName="default")["Policy"] == document(OPEN)


def test_the_policy_of_the_default_key_lets_everybody_through_secrets_manager(region: Region) -> None:
    region.call("CreateSecret", Name="db", SecretString="v")
    key_id = described(region, "alias/aws/secretsmanager")["KeyId"]

    policy = json.loads(region.call("GetKeyPolicy", KeyId=key_id)["Policy"])

    assert policy["Id"] == "auto-secretsmanager-2"
    assert policy["Statement"][0]["Condition"]["StringEquals"] == {
        "kms:CallerAccount": ACCOUNT,
        "kms:ViaService": "secretsmanager.us-east-1.amazonaws.com",
    }
    assert region.refused("PutKeyPolicy", KeyId=key_id, Policy=document(OPEN))[0] == "AccessDeniedException"


BAD_POLICIES: dict[str, tuple[str, str, str]] = {
    "no JSON": ("{", "MalformedPolicyDocumentException", "This key policy contains a syntax error."),
    "nobody": (
        document({**OPEN, "Principal": {"AWS": "alice"}}),
        "MalformedPolicyDocumentException",
        "Policy contains a statement with one or more invalid principals.",
    ),
    "no way back": (
        document(CLOSED),
        "MalformedPolicyDocumentException",
        "The new key policy will not allow you to update the key policy in the future.",
    ),
    "too long": (
        document({**OPEN, "Sid": "x" * 32_768}),
        "LimitExceededException",
        "a key policy has at most 32768 bytes",
    ),
}


@pytest.mark.parametrize(("policy", "code", "text"), BAD_POLICIES.values(), ids=BAD_POLICIES)
def test_a_policy_is_refused(region: Region, policy: str, code: str, text: str) -> None:
    arn = make_key(region)

    assert region.refused("PutKeyPolicy", KeyId=arn, Policy=policy) == (code, text)
    assert region.refused("CreateKey", Policy=policy) == (code, text)


def test_who_means_to_lock_itself_out_may(region: Region) -> None:
    arn = make_key(region)

    region.call("PutKeyPolicy", KeyId=arn, Policy=document(CLOSED), BypassPolicyLockoutSafetyCheck=True)

    assert region.refused("PutKeyPolicy", KeyId=arn, Policy=document(OPEN))[0] == "AccessDeniedException"
    made = make_key(region, Policy=document(CLOSED), BypassPolicyLockoutSafetyCheck=True)
    assert region.refused("DescribeKey", KeyId=made)[0] == "AccessDeniedException"


def test_there_is_no_other_policy(region: Region) -> None:
    arn = make_key(region)
    expected = ("NotFoundException", "No such policy exists")

    assert region.refused("GetKeyPolicy", KeyId=arn, PolicyName="other") == expected
    assert region.refused("PutKeyPolicy", KeyId=arn, PolicyName="other", Policy=document(OPEN)) == expected


# The last use


def test_the_last_use_of_a_key_is_known_within_a_minute(region: Region) -> None:
    arn = make_key(region)
    created = START_MS / 1000
    never = {
        "KeyId": arn.rpartition("/")[2],
        "KeyLastUsage": {},
        "TrackingStartDate": created,
        "KeyCreationDate": created,
    }
    assert region.call("GetKeyLastUsage", KeyId=arn) == never

    region.clock.forward(5_000)
    region.call("GenerateDataKey", KeyId=arn, KeySpec="AES_256")
    region.clock.forward(5_000)
    region.call("Encrypt", KeyId=arn, Plaintext=PLAINTEXT)
    region.refused("Encrypt", KeyId=arn, Plaintext=PLAINTEXT, DryRun=True)
    region.key_uses.flush(region.stores)

    last = region.call("GetKeyLastUsage", KeyId=arn)["KeyLastUsage"]
    assert last == {"Operation": "Encrypt", "Timestamp": (START_MS + 10_000) / 1000}


def test_an_earlier_use_that_is_written_later_changes_nothing(region: Region) -> None:
    """Two workers flush in any order."""
    arn = make_key(region)
    held = region.stores.unit().key(ACCOUNT, arn.rpartition("/")[2])
    assert held is not None
    region.key_uses.note(held, "Decrypt", 2_000)
    region.key_uses.flush(region.stores)
    region.key_uses.note(held, "Encrypt", 1_000)
    region.key_uses.flush(region.stores)

    assert region.call("GetKeyLastUsage", KeyId=arn)["KeyLastUsage"]["Operation"] == "Decrypt"


def test_a_use_of_a_key_that_is_gone_is_not_written(region: Region) -> None:
    arn = make_key(region)
    region.call("Encrypt", KeyId=arn, Plaintext=PLAINTEXT)
    region.call("ScheduleKeyDeletion", KeyId=arn, PendingWindowInDays=7)
    region.clock.forward(7 * DAY_MS)
    tend(region)

    region.key_uses.flush(region.stores)

    assert region.stores.unit().last_use(ACCOUNT, arn.rpartition("/")[2]) is None


# The AWS managed key

CHANGES: dict[str, dict[str, object]] = {
    "ScheduleKeyDeletion": {},
    "CancelKeyDeletion": {},
    "UpdateKeyDescription": {"Description": "mine"},
    "EnableKeyRotation": {},
    "DisableKeyRotation": {},
    "RotateKeyOnDemand": {},
    "CreateGrant": {"GranteePrincipal": ROOT, "Operations": ["Decrypt"]},
    "GetParametersForImport": {"WrappingAlgorithm": "RSAES_OAEP_SHA_256", "WrappingKeySpec": "RSA_2048"},
}


@pytest.mark.parametrize(("operation", "members"), CHANGES.items(), ids=CHANGES)
def test_nobody_changes_the_aws_managed_key(
    region: Region, operation: str, members: dict[str, object]
) -> None:
    region.call("CreateSecret", Name="db", SecretString="v")
    arn = described(region, "alias/aws/secretsmanager")["Arn"]

    assert region.refused(operation, KeyId=arn, **members) == (
        "AccessDeniedException",
        f"User: {ROOT} is not authorized to change the AWS managed key {arn}",
    )


def test_the_aws_managed_key_is_rotated_every_year(region: Region) -> None:
    region.call("CreateSecret", Name="db", SecretString="v")
    key_id = described(region, "alias/aws/secretsmanager")["KeyId"]
    status = region.call("GetKeyRotationStatus", KeyId=key_id)
    assert (status["KeyRotationEnabled"], status["RotationPeriodInDays"]) == (True, 365)

    region.clock.forward(365 * DAY_MS)
    assert tend(region) == 1

    assert region.call("GetSecretValue", SecretId="db")["SecretString"] == "v"
    (entry,) = region.call("ListKeyRotations", KeyId=key_id)["Rotations"]
    assert (entry["RotationType"], entry["KeyMaterialState"]) == ("AUTOMATIC", "CURRENT")


def test_an_absent_key_is_not_found_by_any_operation(region: Region) -> None:
    """Each with its smallest good request."""
    members: dict[str, dict[str, object]] = {
        "CancelKeyDeletion": {},
        "CreateGrant": {"GranteePrincipal": ROOT, "Operations": ["Decrypt"]},
        "DeleteImportedKeyMaterial": {},
        "DisableKey": {},
        "DisableKeyRotation": {},
        "EnableKey": {},
        "EnableKeyRotation": {},
        "GenerateDataKeyWithoutPlaintext": {"KeySpec": "AES_256"},
        "GenerateMac": {"Message": PLAINTEXT, "MacAlgorithm": "HMAC_SHA_256"},
        "GetKeyLastUsage": {},
        "GetKeyPolicy": {},
        "GetKeyRotationStatus": {},
        "GetParametersForImport": CHANGES["GetParametersForImport"],
        "ImportKeyMaterial": {"ImportToken": PLAINTEXT, "EncryptedKeyMaterial": PLAINTEXT},
        "ListAliases": {},
        "ListGrants": {},
        "ListKeyPolicies": {},
        "ListKeyRotations": {},
        "ListResourceTags": {},
        "PutKeyPolicy": {"Policy": document(OPEN)},
        "RetireGrant": {"GrantId": "f" * 64},
        "RevokeGrant": {"GrantId": "f" * 64},
        "RotateKeyOnDemand": {},
        "ScheduleKeyDeletion": {},
        "TagResource": {"Tags": [tag("k", "v")]},
        "UntagResource": {"TagKeys": ["k"]},
        "UpdateKeyDescription": {"Description": "d"},
        "VerifyMac": {"Message": PLAINTEXT, "MacAlgorithm": "HMAC_SHA_256", "Mac": PLAINTEXT},
    }
    for operation, rest in members.items():
        answer = send_kms(region, operation, KeyId=ABSENT_ID, **rest)
        expected = (400, "NotFoundException", f"Key '{HERE}key/{ABSENT_ID}' does not exist")
        assert answer.refusal == expected, operation


def test_aliases_name_keys_where_the_api_says_so_and_nowhere_else(region: Region) -> None:
    """KMS developer guide, key identifiers."""
    region.call("CreateAlias", AliasName="alias/mine", TargetKeyId=make_key(region))

    region.call("DescribeKey", KeyId="alias/mine")
    region.call("GenerateDataKeyWithoutPlaintext", KeyId="alias/mine", KeySpec="AES_256")
    for operation in ("EnableKey", "ScheduleKeyDeletion", "GetKeyPolicy", "ListGrants", "RotateKeyOnDemand"):
        assert region.refused(operation, KeyId="alias/mine") == (
            "NotFoundException",
            "Invalid keyId 'alias/mine'",
        )
