"""What KMS keys compute, by signed requests: ciphertexts, data keys, MACs, random bytes (KMS API reference; facts A.2)."""

from __future__ import annotations

import base64
import hashlib
import hmac

import pytest
from tests.contract.kms_values import ABSENT_ID, import_material, in_base64, mac_key, make_key
from tests.contract.region import Region

PLAINTEXT = in_base64(b"plain")
CONTEXT, OTHER = {"purpose": "test"}, {"purpose": "other"}
DRY = ("DryRunOperationException", "The request would have succeeded, but the DryRun option is set.")


def encrypted(region: Region, arn: str, **members: object) -> str:
    blob: str = region.call("Encrypt", KeyId=arn, Plaintext=PLAINTEXT, **members)["CiphertextBlob"]
    return blob


# Ciphertexts


def test_what_is_re_encrypted_opens_under_the_other_key_and_context(region: Region) -> None:
    source, destination = make_key(region), make_key(region)
    blob = encrypted(region, source, EncryptionContext=CONTEXT)
    ids = [
        region.call("DescribeKey", KeyId=arn)["KeyMetadata"]["CurrentKeyMaterialId"]
        for arn in (source, destination)
    ]

    moved = region.call(
        "ReEncrypt",
        CiphertextBlob=blob,
        SourceEncryptionContext=CONTEXT,
        DestinationKeyId=destination,
        DestinationEncryptionContext=OTHER,
    )

    resealed = moved.pop("CiphertextBlob")
    assert moved == {
        "SourceKeyId": source,
        "KeyId": destination,
        "SourceEncryptionAlgorithm": "SYMMETRIC_DEFAULT",
        "DestinationEncryptionAlgorithm": "SYMMETRIC_DEFAULT",
        "SourceKeyMaterialId": ids[0],
        "DestinationKeyMaterialId": ids[1],
    }
    opened = region.call("Decrypt", CiphertextBlob=resealed, EncryptionContext=OTHER)
    assert (opened["KeyId"], opened["Plaintext"]) == (destination, PLAINTEXT)
    assert region.refused("Decrypt", CiphertextBlob=resealed, EncryptionContext=CONTEXT)[0] == (
        "InvalidCiphertextException"
    )


def test_a_re_encryption_shows_no_plaintext_to_anybody(region: Region) -> None:
    source, destination = make_key(region), make_key(region)
    canary = in_base64(b"canary-5b0e-never-seen")
    blob = region.call("Encrypt", KeyId=source, Plaintext=canary)["CiphertextBlob"]
    region.forget_events()

    answer = region.ask("ReEncrypt", CiphertextBlob=blob, DestinationKeyId=destination)

    assert b"canary-5b0e" not in base64.b64decode(answer.members["CiphertextBlob"])
    assert region.event_names() == ["ReEncrypt"]


def test_a_re_encryption_that_is_refused(region: Region) -> None:
    source, destination = make_key(region), make_key(region)
    blob = encrypted(region, source, EncryptionContext=CONTEXT)
    good = {"CiphertextBlob": blob, "SourceEncryptionContext": CONTEXT, "DestinationKeyId": destination}
    mac = mac_key(region)

    for members, code in (
        ({"SourceEncryptionContext": OTHER}, "InvalidCiphertextException"),
        ({"CiphertextBlob": PLAINTEXT}, "InvalidCiphertextException"),
        ({"SourceKeyId": destination}, "IncorrectKeyException"),
        ({"DestinationKeyId": ABSENT_ID}, "NotFoundException"),
        ({"DestinationKeyId": mac}, "InvalidKeyUsageException"),
        ({"DestinationKeyId": "alias/aws/secretsmanager"}, "NotFoundException"),
        ({"SourceEncryptionAlgorithm": "RSAES_OAEP_SHA_256"}, "InvalidKeyUsageException"),
        ({"DryRun": True}, "DryRunOperationException"),
    ):
        assert region.refused("ReEncrypt", **{**good, **members})[0] == code, members
    region.call("ReEncrypt", **good, SourceKeyId=source)


@pytest.mark.parametrize("disabled", [0, 1], ids=["the source", "the destination"])
def test_a_re_encryption_takes_two_keys_that_can_be_used(region: Region, disabled: int) -> None:
    arns = [make_key(region), make_key(region)]
    blob = encrypted(region, arns[0])
    region.call("DisableKey", KeyId=arns[disabled])

    refused = region.refused("ReEncrypt", CiphertextBlob=blob, DestinationKeyId=arns[1])

    assert refused == ("DisabledException", f"{arns[disabled]} is disabled.")
    region.call("EnableKey", KeyId=arns[disabled])
    region.call("ScheduleKeyDeletion", KeyId=arns[disabled])
    refused = region.refused("ReEncrypt", CiphertextBlob=blob, DestinationKeyId=arns[1])
    assert refused[0] == "KMSInvalidStateException"


def test_a_dry_run_may_leave_the_ciphertext_out(region: Region) -> None:
    """Decrypt, DryRunModifiers: IGNORE_CIPHERTEXT; then the key has to be named."""
    arn = make_key(region)
    ignoring = {"DryRun": True, "DryRunModifiers": ["IGNORE_CIPHERTEXT"]}

    assert region.refused("Decrypt", KeyId=arn, **ignoring) == DRY
    assert region.refused("ReEncrypt", SourceKeyId=arn, DestinationKeyId=arn, **ignoring) == DRY
    assert region.refused("Decrypt", **ignoring)[0] == "NotFoundException"
    assert region.refused("Decrypt", KeyId=arn, DryRun=True)[0] == "InvalidCiphertextException"
    region.call("DisableKey", KeyId=arn)
    assert region.refused("Decrypt", KeyId=arn, **ignoring)[0] == "DisabledException"


def test_a_plaintext_of_4096_bytes_is_the_longest(region: Region) -> None:
    arn = make_key(region)
    longest = in_base64(b"x" * 4_096)

    blob = region.call("Encrypt", KeyId=arn, Plaintext=longest)["CiphertextBlob"]

    assert region.call("Decrypt", CiphertextBlob=blob)["Plaintext"] == longest
    assert region.refused("Encrypt", KeyId=arn, Plaintext=in_base64(b"x" * 4_097)) == (
        "ValidationException",
        "1 validation error detected: Value at 'plaintext' failed to satisfy constraint: "
        "Member must have length less than or equal to 4096",
    )


@pytest.mark.parametrize(
    ("asked", "size"),
    [({"KeySpec": "AES_128"}, 16), ({"KeySpec": "AES_256"}, 32), ({"NumberOfBytes": 1_024}, 1_024)],
)
def test_a_data_key_without_plaintext_is_seen_when_it_is_decrypted(
    region: Region, asked: dict[str, object], size: int
) -> None:
    arn = make_key(region)

    made = region.call("GenerateDataKeyWithoutPlaintext", KeyId=arn, EncryptionContext=CONTEXT, **asked)

    assert made.keys() == {"CiphertextBlob", "KeyId", "KeyMaterialId"}
    opened = region.call("Decrypt", CiphertextBlob=made["CiphertextBlob"], EncryptionContext=CONTEXT)
    assert len(base64.b64decode(opened["Plaintext"])) == size
    for wrong in ({}, {"KeySpec": "AES_256", "NumberOfBytes": 32}):
        refused = region.refused("GenerateDataKeyWithoutPlaintext", KeyId=arn, **wrong)
        assert refused == ("ValidationException", "Please specify either number of bytes or key spec.")
    assert region.refused("GenerateDataKeyWithoutPlaintext", KeyId=arn, DryRun=True, **asked) == DRY


# MACs


@pytest.mark.parametrize("bits", [224, 256, 384, 512])
def test_a_mac_is_verified_and_no_other(region: Region, bits: int) -> None:
    arn = mac_key(region, bits)
    said = {"KeyId": arn, "MacAlgorithm": f"HMAC_SHA_{bits}", "Message": PLAINTEXT}

    made = region.call("GenerateMac", **said)

    assert (made["KeyId"], made["MacAlgorithm"]) == (arn, f"HMAC_SHA_{bits}")
    mac = base64.b64decode(made["Mac"])
    assert len(mac) == bits // 8
    assert region.call("VerifyMac", Mac=made["Mac"], **said) == {
        "KeyId": arn,
        "MacValid": True,
        "MacAlgorithm": f"HMAC_SHA_{bits}",
    }
    for wrong in (mac[:-1] + bytes([mac[-1] ^ 1]), mac[:-1], mac + b"x"):
        assert region.refused("VerifyMac", Mac=in_base64(wrong), **said) == ("KMSInvalidMacException", "")
    other = {**said, "Message": in_base64(b"other")}
    assert region.refused("VerifyMac", Mac=made["Mac"], **other)[0] == "KMSInvalidMacException"


def test_a_mac_is_the_hmac_of_the_key_s_material(region: Region) -> None:
    """RFC 2104, with material that is known because it was imported."""
    arn = make_key(region, KeySpec="HMAC_256", KeyUsage="GENERATE_VERIFY_MAC", Origin="EXTERNAL")
    material = bytes(range(48))
    import_material(region, arn, material)

    made = region.call("GenerateMac", KeyId=arn, MacAlgorithm="HMAC_SHA_256", Message=PLAINTEXT)

    assert base64.b64decode(made["Mac"]) == hmac.digest(material, b"plain", hashlib.sha256)


MISUSES: dict[str, tuple[str, dict[str, object], str]] = {
    "Encrypt": ("mac", {"Plaintext": PLAINTEXT}, "GENERATE_VERIFY_MAC"),
    "GenerateDataKey": ("mac", {"KeySpec": "AES_256"}, "GENERATE_VERIFY_MAC"),
    "GenerateDataKeyWithoutPlaintext": ("mac", {"KeySpec": "AES_256"}, "GENERATE_VERIFY_MAC"),
    "GenerateMac": (
        "symmetric",
        {"Message": PLAINTEXT, "MacAlgorithm": "HMAC_SHA_256"},
        "ENCRYPT_DECRYPT",
    ),
    "VerifyMac": (
        "symmetric",
        {"Message": PLAINTEXT, "MacAlgorithm": "HMAC_SHA_256", "Mac": PLAINTEXT},
        "ENCRYPT_DECRYPT",
    ),
}


@pytest.mark.parametrize(("operation", "said"), MISUSES.items(), ids=MISUSES)
def test_a_key_has_one_usage(
    region: Region, operation: str, said: tuple[str, dict[str, object], str]
) -> None:
    kind, members, usage = said
    arn = mac_key(region) if kind == "mac" else make_key(region)

    assert region.refused(operation, KeyId=arn, **members) == (
        "InvalidKeyUsageException",
        f"{arn} key usage is {usage} which is not valid for {operation}.",
    )


def test_a_key_for_macs_has_one_algorithm(region: Region) -> None:
    arn = mac_key(region)
    said = {"KeyId": arn, "MacAlgorithm": "HMAC_SHA_512", "Message": PLAINTEXT}
    expected = (
        "InvalidKeyUsageException",
        "Algorithm HMAC_SHA_512 is incompatible with key spec HMAC_256.",
    )

    assert region.refused("GenerateMac", **said) == expected
    assert region.refused("VerifyMac", Mac=PLAINTEXT, **said) == expected


def test_macs_obey_state_tokens_and_dry_runs(region: Region) -> None:
    arn = mac_key(region)
    said = {"KeyId": arn, "MacAlgorithm": "HMAC_SHA_256", "Message": PLAINTEXT}
    mac = region.call("GenerateMac", **said)["Mac"]

    for operation, members in (("GenerateMac", said), ("VerifyMac", {**said, "Mac": mac})):
        assert region.refused(operation, DryRun=True, **members) == DRY
        refused = region.refused(operation, GrantTokens=["t"], **members)
        assert refused[0] == "InvalidGrantTokenException"
        region.call("DisableKey", KeyId=arn)
        assert region.refused(operation, **members) == ("DisabledException", f"{arn} is disabled.")
        region.call("EnableKey", KeyId=arn)
        region.call("ScheduleKeyDeletion", KeyId=arn)
        assert region.refused(operation, **members)[0] == "KMSInvalidStateException"
        region.call("CancelKeyDeletion", KeyId=arn)
        region.call("EnableKey", KeyId=arn)


# Random bytes


def test_random_bytes_are_as_many_as_were_asked_for(region: Region) -> None:
    drawn = [base64.b64decode(region.call("GenerateRandom", NumberOfBytes=32)["Plaintext"]) for _ in range(3)]

    assert [len(one) for one in drawn] == [32, 32, 32]
    assert len(set(drawn)) == 3
    most = region.call("GenerateRandom", NumberOfBytes=1_024)["Plaintext"]
    assert len(base64.b64decode(most)) == 1_024


def test_random_bytes_are_refused(region: Region) -> None:
    enclave = {"KeyEncryptionAlgorithm": "RSAES_OAEP_SHA_256", "AttestationDocument": "YQ=="}

    assert region.refused("GenerateRandom") == ("ValidationException", "NumberOfBytes is required.")
    assert region.refused("GenerateRandom", NumberOfBytes=0) == (
        "ValidationException",
        "1 validation error detected: Value '0' at 'numberOfBytes' failed to satisfy constraint: "
        "Member must have value greater than or equal to 1",
    )
    for members, code in (
        ({"Recipient": enclave}, "ValidationException"),
        ({"CustomKeyStoreId": "cks-1"}, "UnsupportedOperationException"),
    ):
        assert region.refused("GenerateRandom", NumberOfBytes=1, **members)[0] == code


# What is not here

LEFT_OUT: dict[str, dict[str, object]] = {
    "GenerateDataKeyPair": {"KeyId": ABSENT_ID, "KeyPairSpec": "RSA_2048"},
    "GenerateDataKeyPairWithoutPlaintext": {"KeyId": ABSENT_ID, "KeyPairSpec": "RSA_2048"},
    "GetPublicKey": {"KeyId": ABSENT_ID},
    "Sign": {"KeyId": ABSENT_ID, "Message": PLAINTEXT, "SigningAlgorithm": "ECDSA_SHA_256"},
    "Verify": {
        "KeyId": ABSENT_ID,
        "Message": PLAINTEXT,
        "Signature": PLAINTEXT,
        "SigningAlgorithm": "ECDSA_SHA_256",
    },
    "DeriveSharedSecret": {"KeyId": ABSENT_ID, "KeyAgreementAlgorithm": "ECDH", "PublicKey": PLAINTEXT},
    "Encapsulate": {"KeyId": ABSENT_ID, "EncapsulationAlgorithm": "ML_KEM"},
    "Decapsulate": {
        "KeyId": ABSENT_ID,
        "EncapsulationAlgorithm": "ML_KEM",
        "SharedSecretCiphertextBlob": PLAINTEXT,
    },
    "ConnectCustomKeyStore": {"CustomKeyStoreId": "cks-1"},
    "CreateCustomKeyStore": {"CustomKeyStoreName": "mine"},
    "DeleteCustomKeyStore": {"CustomKeyStoreId": "cks-1"},
    "DescribeCustomKeyStores": {},
    "DisconnectCustomKeyStore": {"CustomKeyStoreId": "cks-1"},
    "UpdateCustomKeyStore": {"CustomKeyStoreId": "cks-1"},
}


@pytest.mark.parametrize(("operation", "members"), LEFT_OUT.items(), ids=LEFT_OUT)
def test_what_is_not_here_says_so_by_name(region: Region, operation: str, members: dict[str, object]) -> None:
    assert region.refused(operation, **members) == (
        "UnsupportedOperationException",
        "this operation is not supported",
    )


def test_without_custody_no_key_computes_anything(region: Region) -> None:
    """The custodian alone computes; 503, for clients to try again or elsewhere."""
    arn, mac = make_key(region), mac_key(region)
    external = make_key(region, Origin="EXTERNAL")
    blob = encrypted(region, arn)
    region.lose_custody()

    for operation, members in (
        ("CreateKey", {}),
        ("GenerateRandom", {"NumberOfBytes": 1}),
        ("GenerateMac", {"KeyId": mac, "MacAlgorithm": "HMAC_SHA_256", "Message": PLAINTEXT}),
        ("ReEncrypt", {"CiphertextBlob": blob, "DestinationKeyId": arn}),
        ("GenerateDataKeyWithoutPlaintext", {"KeyId": arn, "KeySpec": "AES_256"}),
        ("RotateKeyOnDemand", {"KeyId": arn}),
        (
            "GetParametersForImport",
            {"KeyId": external, "WrappingAlgorithm": "RSAES_OAEP_SHA_256", "WrappingKeySpec": "RSA_2048"},
        ),
    ):
        assert region.ask(operation, **members).status == 503, operation
    assert region.call("DescribeKey", KeyId=arn)["KeyMetadata"]["Arn"] == arn
    assert region.refused("GenerateRandom", NumberOfBytes=0)[0] == "ValidationException"
