"""Secrets Manager on KMS (facts 6): what secrets do when their keys rotate, wait, go, and are granted.

That keys are tried when set, the encryption context, and disabled keys are in `test_gate_keys.py`; a change of the key is in
`test_secrets_updates.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from tests.contract.kms_values import (
    DAY_MS,
    HERE,
    LASTS,
    import_material,
    in_base64,
    mac_key,
    make_key,
    parameters,
    tend,
    wrapped,
)
from tests.contract.region import Region
from tests.contract.several_regions import Regions, several

DECRYPT = "Secrets Manager can't decrypt the secret value: "
ENCRYPT = "Secrets Manager can't encrypt the secret value: "
MATERIAL = bytes(range(32))
UNTIL_MS = 60_000


@pytest.fixture
def regions() -> Iterator[Regions]:
    with several("us-east-1", "us-east-2") as made:
        yield made


def quoted(reason: str, code: str) -> str:
    return f"{reason} (Service: AWSKMS; Status Code: 400; Error Code: {code})"


def kms_calls(region: Region) -> list[tuple[str, str]]:
    return [
        (event["eventName"], event["requestParameters"]["encryptionContext"]["SecretVersionId"])
        for event in region.events()
        if event["eventSource"] == "kms.amazonaws.com"
    ]


def until_a_minute(region: Region) -> str:
    """A key whose imported material expires in a minute."""
    arn = make_key(region, Origin="EXTERNAL")
    valid_to = (region.clock.now + UNTIL_MS) / 1000
    import_material(region, arn, MATERIAL, ExpirationModel="KEY_MATERIAL_EXPIRES", ValidTo=valid_to)
    return arn


def pending_deletion(region: Region, arn: str) -> tuple[str, str]:
    region.call("ScheduleKeyDeletion", KeyId=arn)
    return "KMSInvalidStateException", f"{arn} is pending deletion."


def disabled(region: Region, arn: str) -> tuple[str, str]:
    region.call("DisableKey", KeyId=arn)
    return "DisabledException", f"{arn} is disabled."


def without_material(region: Region, arn: str) -> tuple[str, str]:
    region.call("DeleteImportedKeyMaterial", KeyId=arn)
    return "KMSInvalidStateException", f"{arn} is pending import."


def expired(region: Region, arn: str) -> tuple[str, str]:
    """Before the agent has come by."""
    region.clock.forward(UNTIL_MS)
    return "KMSInvalidStateException", f"{arn} is pending import."


def destroyed(region: Region, arn: str) -> tuple[str, str]:
    region.call("ScheduleKeyDeletion", KeyId=arn, PendingWindowInDays=7)
    region.clock.forward(7 * DAY_MS)
    tend(region)
    return "NotFoundException", f"Key '{arn}' does not exist"


TROUBLES: dict[str, tuple[Callable[[Region], str], Callable[[Region, str], tuple[str, str]]]] = {
    "disabled": (make_key, disabled),
    "pending deletion": (make_key, pending_deletion),
    "pending import": (until_a_minute, without_material),
    "expired": (until_a_minute, expired),
    "destroyed": (make_key, destroyed),
}


@pytest.mark.parametrize("kept", [False, True], ids=["nothing remembered", "the data key remembered"])
@pytest.mark.parametrize(("make", "trouble"), TROUBLES.values(), ids=TROUBLES)
def test_a_secret_under_a_key_in_trouble_says_so_and_why(
    region: Region,
    make: Callable[[Region], str],
    trouble: Callable[[Region, str], tuple[str, str]],
    kept: bool,
) -> None:
    """Facts 6.5; what was in memory opens nothing with the next request."""
    arn = make(region)
    region.call("CreateSecret", Name="db", SecretString="v", KmsKeyId=arn)
    region.call("GetSecretValue", SecretId="db")
    code, text = trouble(region, arn)
    if not kept:
        region.compose()

    reason = quoted(text, code)
    assert region.refused("GetSecretValue", SecretId="db") == ("DecryptionFailure", DECRYPT + reason)
    assert region.refused("PutSecretValue", SecretId="db", SecretString="w") == (
        "EncryptionFailure",
        ENCRYPT + reason,
    )
    region.call("DescribeSecret", SecretId="db")
    region.call("DeleteSecret", SecretId="db")
    region.call("RestoreSecret", SecretId="db")


def test_a_secret_is_read_again_when_its_key_is_well_again(region: Region) -> None:
    arn = until_a_minute(region)
    region.call("CreateSecret", Name="db", SecretString="v", KmsKeyId=arn)
    region.clock.forward(UNTIL_MS)
    tend(region)
    region.refused("GetSecretValue", SecretId="db")
    given = parameters(region, arn)

    region.call(
        "ImportKeyMaterial",
        KeyId=arn,
        ImportToken=given["ImportToken"],
        EncryptedKeyMaterial=wrapped(MATERIAL, given["PublicKey"]),
        **LASTS,
    )

    assert region.call("GetSecretValue", SecretId="db")["SecretString"] == "v"
    region.call("ScheduleKeyDeletion", KeyId=arn)
    region.refused("GetSecretValue", SecretId="db")
    region.call("CancelKeyDeletion", KeyId=arn)
    region.call("EnableKey", KeyId=arn)
    assert region.call("GetSecretValue", SecretId="db")["SecretString"] == "v"


def test_a_rotated_key_opens_old_versions_and_seals_new_ones(region: Region) -> None:
    arn = make_key(region)
    first = region.call("CreateSecret", Name="db", SecretString="one", KmsKeyId=arn)["VersionId"]
    region.call("RotateKeyOnDemand", KeyId=arn)
    region.call("PutSecretValue", SecretId="db", SecretString="two")
    region.compose()

    assert region.call("GetSecretValue", SecretId="db", VersionId=first)["SecretString"] == "one"
    assert region.call("GetSecretValue", SecretId="db")["SecretString"] == "two"


def test_a_destroyed_key_takes_every_value_with_it_and_no_secret(region: Region) -> None:
    """Shredding: what only it could open nobody opens; a version that was sealed again opens under the other."""
    doomed, kept = make_key(region), make_key(region)
    region.call("CreateSecret", Name="lost", SecretString="v", KmsKeyId=doomed)
    region.call("CreateSecret", Name="saved", SecretString="v", KmsKeyId=doomed)
    region.call("UpdateSecret", SecretId="saved", KmsKeyId=kept)

    destroyed(region, doomed)
    region.compose()

    assert region.refused("GetSecretValue", SecretId="lost")[0] == "DecryptionFailure"
    assert region.call("GetSecretValue", SecretId="saved")["SecretString"] == "v"
    assert {entry["Name"] for entry in region.call("ListSecrets")["SecretList"]} == {"lost", "saved"}
    region.call("UpdateSecret", SecretId="lost", KmsKeyId=kept)
    region.call("PutSecretValue", SecretId="lost", SecretString="new")
    assert region.call("GetSecretValue", SecretId="lost")["SecretString"] == "new"


def test_replicas_under_their_own_keys_outlive_the_primary_s_key(regions: Regions) -> None:
    """Facts 2: a replica has a key of its own Region; SECURITY.md says what that means for shredding."""
    primary, replica = regions["us-east-1"], regions["us-east-2"]
    arn = make_key(primary)
    primary.call(
        "CreateSecret",
        Name="db",
        SecretString="v",
        KmsKeyId=arn,
        AddReplicaRegions=[{"Region": "us-east-2"}],
    )
    regions.settle()

    destroyed(primary, arn)

    assert primary.refused("GetSecretValue", SecretId="db")[0] == "DecryptionFailure"
    assert replica.call("GetSecretValue", SecretId="db")["SecretString"] == "v"
    replica.call("StopReplicationToReplica", SecretId="db")
    assert replica.call("GetSecretValue", SecretId="db")["SecretString"] == "v"


def test_a_key_for_macs_is_no_key_for_secrets(region: Region) -> None:
    arn = mac_key(region)
    text = f"{arn} key usage is GENERATE_VERIFY_MAC which is not valid for GenerateDataKey."

    refused = region.refused("CreateSecret", Name="db", SecretString="v", KmsKeyId=arn)

    assert refused == ("EncryptionFailure", ENCRYPT + quoted(text, "InvalidKeyUsageException"))


@pytest.mark.parametrize("spelled", ["alias/mine", f"{HERE}alias/mine"])
def test_a_key_that_is_named_by_an_alias_is_shown_as_it_was_given(region: Region, spelled: str) -> None:
    """Facts 6.3; where the alias moves to, new versions go."""
    first, second = make_key(region), make_key(region)
    region.call("CreateAlias", AliasName="alias/mine", TargetKeyId=first)
    region.call("CreateSecret", Name="db", SecretString="one", KmsKeyId=spelled)
    assert region.call("DescribeSecret", SecretId="db")["KmsKeyId"] == spelled

    region.call("UpdateAlias", AliasName="alias/mine", TargetKeyId=second)
    region.call("PutSecretValue", SecretId="db", SecretString="two")

    listed = region.call("ListSecretVersionIds", SecretId="db")["Versions"]
    by_label = {version["VersionStages"][0]: version["KmsKeyIds"] for version in listed}
    assert by_label == {"AWSCURRENT": [second], "AWSPREVIOUS": [first]}
    assert region.call("GetSecretValue", SecretId="db")["SecretString"] == "two"


def test_every_call_of_kms_carries_the_secret_and_the_version(region: Region) -> None:
    """Facts 6.1, 6.2: which operation asks KMS what, and with which context."""
    arn, other = make_key(region), make_key(region)
    first, second = "1" * 32, "2" * 32
    probe = "RequestToValidateKeyAccess"
    tried = [("GenerateDataKey", probe), ("Decrypt", probe)]
    asked: list[tuple[str, dict[str, object], list[tuple[str, str]]]] = [
        (
            "CreateSecret",
            {"Name": "db", "SecretString": "v", "KmsKeyId": arn, "ClientRequestToken": first},
            [*tried, ("GenerateDataKey", first)],
        ),
        ("GetSecretValue", {"SecretId": "db"}, [("Decrypt", first)]),
        (
            "PutSecretValue",
            {"SecretId": "db", "SecretString": "v", "ClientRequestToken": first},
            [("Decrypt", first)],
        ),
        (
            "PutSecretValue",
            {"SecretId": "db", "SecretString": "w", "ClientRequestToken": second},
            [("GenerateDataKey", second)],
        ),
        (
            "UpdateSecret",
            {"SecretId": "db", "KmsKeyId": other},
            [*tried, ("Decrypt", first), ("Encrypt", first), ("Decrypt", second), ("Encrypt", second)],
        ),
        ("DescribeSecret", {"SecretId": "db"}, []),
        ("ListSecrets", {}, []),
        ("ListSecretVersionIds", {"SecretId": "db"}, []),
    ]
    for operation, members, expected in asked:
        region.forget_events()
        region.call(operation, **members)
        assert sorted(kms_calls(region)) == sorted(expected), operation


def test_a_ciphertext_of_secrets_manager_s_opens_with_its_context_alone(region: Region) -> None:
    """The context is what a customer's key policy can ask for (facts 6.3)."""
    arn = make_key(region)
    made = region.call("CreateSecret", Name="db", SecretString="v", KmsKeyId=arn)
    blob = region.stores.unit().secret_named(made["ARN"].split(":")[4], "db")
    assert blob is not None
    (version,) = blob.versions.values()
    held = region.stores.unit().sealed_value(blob, version.id).data_keys[arn]
    context = {"SecretARN": made["ARN"], "SecretVersionId": made["VersionId"]}

    region.call("Decrypt", CiphertextBlob=in_base64(held), EncryptionContext=context)
    for wrong in ({}, {**context, "SecretVersionId": "other"}, {"SecretARN": made["ARN"]}):
        refused = region.refused("Decrypt", CiphertextBlob=in_base64(held), EncryptionContext=wrong)
        assert refused[0] == "InvalidCiphertextException"
