"""KMS through the gate, and how Secrets Manager meets it: key states, refusals, the default key (facts A.2, 6)."""

from __future__ import annotations

import base64
from typing import Any

import pytest
from tests.contract.region import ACCOUNT, ROOT_ARN, START_MS, Region, token

HERE = f"arn:aws:kms:us-east-1:{ACCOUNT}:"
ABSENT_ID = "99999999-9999-4999-8999-999999999999"
PLAINTEXT = base64.b64encode(b"plain").decode()
CONTEXT = {"purpose": "test"}


def create_key(region: Region, **members: object) -> dict[str, Any]:
    made: dict[str, Any] = region.call("CreateKey", **members)["KeyMetadata"]
    return made


def default_key_arn(region: Region) -> str:
    arn: str = region.call("DescribeKey", KeyId="alias/aws/secretsmanager")["KeyMetadata"]["Arn"]
    return arn


def quoted(reason: str, code: str) -> str:
    return f"{reason} (Service: AWSKMS; Status Code: 400; Error Code: {code})"


# Keys


def test_a_key_is_made_enabled_and_symmetric(region: Region) -> None:
    made = create_key(region, Description="mine", Tags=[{"TagKey": "team", "TagValue": "red"}])

    assert made == {
        "AWSAccountId": ACCOUNT,
        "KeyId": made["KeyId"],
        "Arn": f"{HERE}key/{made['KeyId']}",
        "CreationDate": START_MS / 1000,
        "Enabled": True,
        "Description": "mine",
        "KeyUsage": "ENCRYPT_DECRYPT",
        "KeyState": "Enabled",
        "Origin": "AWS_KMS",
        "KeyManager": "CUSTOMER",
        "CustomerMasterKeySpec": "SYMMETRIC_DEFAULT",
        "KeySpec": "SYMMETRIC_DEFAULT",
        "EncryptionAlgorithms": ["SYMMETRIC_DEFAULT"],
        "MultiRegion": False,
        "CurrentKeyMaterialId": made["CurrentKeyMaterialId"],
    }
    for key_id in (made["KeyId"], made["Arn"]):
        assert region.call("DescribeKey", KeyId=key_id) == {"KeyMetadata": made}


UNSUPPORTED: dict[str, dict[str, object]] = {
    "an asymmetric key": {"KeySpec": "RSA_2048", "KeyUsage": "ENCRYPT_DECRYPT"},
    "by the old name": {"CustomerMasterKeySpec": "ECC_NIST_P256", "KeyUsage": "SIGN_VERIFY"},
    "a key store": {"Origin": "AWS_CLOUDHSM", "CustomKeyStoreId": "cks-1"},
}


@pytest.mark.parametrize("members", UNSUPPORTED.values(), ids=UNSUPPORTED)
def test_a_key_of_another_kind_is_not_supported(region: Region, members: dict[str, object]) -> None:
    assert region.refused("CreateKey", **members)[0] == "UnsupportedOperationException"


TAGS = {
    "a key twice": (
        [{"TagKey": "a", "TagValue": "1"}, {"TagKey": "a", "TagValue": "2"}],
        "Duplicate tag keys",
    ),
    "a reserved key": ([{"TagKey": "aws:a", "TagValue": "1"}], "Tags beginning with aws: are reserved"),
}


@pytest.mark.parametrize(("tags", "text"), TAGS.values(), ids=TAGS)
def test_tags_of_a_key_are_refused(region: Region, tags: object, text: str) -> None:
    assert region.refused("CreateKey", Tags=tags) == ("TagException", text)


def test_a_key_is_switched_off_and_on(region: Region) -> None:
    key_id = create_key(region)["KeyId"]

    for operation, enabled, state in (
        ("DisableKey", False, "Disabled"),
        ("DisableKey", False, "Disabled"),
        ("EnableKey", True, "Enabled"),
    ):
        answer = region.ask(operation, KeyId=key_id)
        assert (answer.status, answer.body) == (200, b"")
        described = region.call("DescribeKey", KeyId=key_id)["KeyMetadata"]
        assert (described["Enabled"], described["KeyState"]) == (enabled, state)


MISSING = {
    "an id that is none": ("fake-key-id", "Invalid keyId 'fake-key-id'"),
    "an absent id": (ABSENT_ID, f"Key '{HERE}key/{ABSENT_ID}' does not exist"),
    "an absent ARN": (f"{HERE}key/{ABSENT_ID}", f"Key '{HERE}key/{ABSENT_ID}' does not exist"),
    "an absent alias": ("alias/none", f"Alias {HERE}alias/none is not found."),
    "another Region": (f"arn:aws:kms:us-east-2:{ACCOUNT}:key/{ABSENT_ID}", "Invalid arn us-east-2"),
}


@pytest.mark.parametrize("operation", ["DescribeKey", "GenerateDataKey", "Encrypt"])
@pytest.mark.parametrize(("key_id", "text"), MISSING.values(), ids=MISSING)
def test_a_key_that_is_not_there_is_not_found(region: Region, operation: str, key_id: str, text: str) -> None:
    members = {"GenerateDataKey": {"KeySpec": "AES_256"}, "Encrypt": {"Plaintext": PLAINTEXT}}

    assert region.refused(operation, KeyId=key_id, **members.get(operation, {})) == (
        "NotFoundException",
        text,
    )


def test_another_account_s_key_is_not_this_caller_s_to_use(region: Region) -> None:
    arn = f"arn:aws:kms:us-east-1:210987654321:key/{ABSENT_ID}"

    code, text = region.refused("DescribeKey", KeyId=arn)

    assert code == "AccessDeniedException"
    assert text == (
        f"User: {ROOT_ARN} is not authorized to perform: kms:DescribeKey on resource: {arn}"
        " because no resource-based policy allows the kms:DescribeKey action"
    )


# Cryptographic operations


def test_what_is_encrypted_is_decrypted_without_naming_the_key(region: Region) -> None:
    arn = create_key(region)["Arn"]
    sealed = region.call("Encrypt", KeyId=arn, Plaintext=PLAINTEXT, EncryptionContext=CONTEXT)

    opened = region.call("Decrypt", CiphertextBlob=sealed["CiphertextBlob"], EncryptionContext=CONTEXT)

    material_id = region.call("DescribeKey", KeyId=arn)["KeyMetadata"]["CurrentKeyMaterialId"]
    assert opened == {
        "KeyId": arn,
        "Plaintext": PLAINTEXT,
        "EncryptionAlgorithm": "SYMMETRIC_DEFAULT",
        "KeyMaterialId": material_id,
    }
    assert sealed["KeyId"] == arn


@pytest.mark.parametrize(
    ("asked", "size"),
    [({"KeySpec": "AES_128"}, 16), ({"KeySpec": "AES_256"}, 32), ({"NumberOfBytes": 1_024}, 1_024)],
)
def test_a_data_key_comes_in_the_clear_and_sealed(
    region: Region, asked: dict[str, object], size: int
) -> None:
    arn = create_key(region)["Arn"]

    made = region.call("GenerateDataKey", KeyId=arn, EncryptionContext=CONTEXT, **asked)

    assert len(base64.b64decode(made["Plaintext"])) == size
    opened = region.call("Decrypt", CiphertextBlob=made["CiphertextBlob"], EncryptionContext=CONTEXT)
    assert opened["Plaintext"] == made["Plaintext"]


@pytest.mark.parametrize("asked", [{}, {"KeySpec": "AES_256", "NumberOfBytes": 32}])
def test_a_data_key_has_one_size(region: Region, asked: dict[str, object]) -> None:
    arn = create_key(region)["Arn"]

    code, text = region.refused("GenerateDataKey", KeyId=arn, **asked)

    assert (code, text) == ("ValidationException", "Please specify either number of bytes or key spec.")


CONTEXTS: dict[str, object] = {
    "none": {},
    "another value": {"purpose": "other"},
    "a pair more": {"purpose": "test", "more": "1"},
    "another case": {"Purpose": "test"},
}


@pytest.mark.parametrize("context", CONTEXTS.values(), ids=CONTEXTS)
def test_another_context_opens_nothing(region: Region, context: object) -> None:
    """Facts A.2: InvalidCiphertextException without a message."""
    arn = create_key(region)["Arn"]
    sealed = region.call("Encrypt", KeyId=arn, Plaintext=PLAINTEXT, EncryptionContext=CONTEXT)

    answer = region.ask("Decrypt", CiphertextBlob=sealed["CiphertextBlob"], EncryptionContext=context)

    assert answer.refusal == (400, "InvalidCiphertextException", "")
    assert set(answer.members) == {"__type"}


def test_a_changed_ciphertext_opens_nothing(region: Region) -> None:
    arn = create_key(region)["Arn"]
    sealed = base64.b64decode(region.call("Encrypt", KeyId=arn, Plaintext=PLAINTEXT)["CiphertextBlob"])

    for at in (0, 1, -1, len(sealed) // 2):
        changed = bytearray(sealed)
        changed[at] ^= 1
        code, _ = region.refused("Decrypt", CiphertextBlob=base64.b64encode(changed).decode())
        assert code in ("InvalidCiphertextException", "NotFoundException"), at
    assert region.refused("Decrypt", CiphertextBlob=base64.b64encode(sealed[:-1]).decode()) == (
        "InvalidCiphertextException",
        "",
    )


def test_a_ciphertext_of_another_key_is_told_apart(region: Region) -> None:
    mine, other = create_key(region)["Arn"], create_key(region)["Arn"]
    sealed = region.call("Encrypt", KeyId=mine, Plaintext=PLAINTEXT)

    assert region.refused("Decrypt", CiphertextBlob=sealed["CiphertextBlob"], KeyId=other) == (
        "IncorrectKeyException",
        "The key ID in the request does not identify a CMK that can perform this operation.",
    )


def test_a_disabled_key_does_nothing(region: Region) -> None:
    arn = create_key(region)["Arn"]
    sealed = region.call("Encrypt", KeyId=arn, Plaintext=PLAINTEXT)["CiphertextBlob"]
    region.call("DisableKey", KeyId=arn)
    disabled = ("DisabledException", f"{arn} is disabled.")

    assert region.refused("Encrypt", KeyId=arn, Plaintext=PLAINTEXT) == disabled
    assert region.refused("GenerateDataKey", KeyId=arn, KeySpec="AES_256") == disabled
    assert region.refused("Decrypt", CiphertextBlob=sealed) == disabled

    region.call("EnableKey", KeyId=arn)
    assert region.call("Decrypt", CiphertextBlob=sealed)["Plaintext"] == PLAINTEXT


def test_a_dry_run_says_what_would_have_been_and_does_nothing(region: Region) -> None:
    arn = create_key(region)["Arn"]
    sealed = region.call("Encrypt", KeyId=arn, Plaintext=PLAINTEXT)["CiphertextBlob"]
    dry = (
        "DryRunOperationException",
        "The request would have succeeded, but the DryRun option is set.",
    )

    assert region.refused("Encrypt", KeyId=arn, Plaintext=PLAINTEXT, DryRun=True) == dry
    assert region.refused("GenerateDataKey", KeyId=arn, KeySpec="AES_256", DryRun=True) == dry
    assert region.refused("Decrypt", CiphertextBlob=sealed, DryRun=True) == dry
    region.call("DisableKey", KeyId=arn)
    assert region.refused("Encrypt", KeyId=arn, Plaintext=PLAINTEXT, DryRun=True)[0] == "DisabledException"


def test_a_plaintext_for_an_enclave_is_shown_to_nobody_else(region: Region) -> None:
    arn = create_key(region)["Arn"]
    sealed = region.call("Encrypt", KeyId=arn, Plaintext=PLAINTEXT)["CiphertextBlob"]
    recipient = {"KeyEncryptionAlgorithm": "RSAES_OAEP_SHA_256", "AttestationDocument": "YQ=="}

    for operation, members in (
        ("GenerateDataKey", {"KeyId": arn, "KeySpec": "AES_256"}),
        ("Decrypt", {"CiphertextBlob": sealed}),
    ):
        answer = region.ask(operation, **members, Recipient=recipient)
        assert answer.refusal[:2] == (400, "ValidationException")
        assert "Plaintext" not in answer.members


# The AWS managed key


def test_the_default_key_is_made_at_its_first_use_and_once(region: Region) -> None:
    region.call("CreateSecret", Name="a", SecretString="v")
    first = default_key_arn(region)
    region.call("CreateSecret", Name="b", SecretString="v")

    described = region.call("DescribeKey", KeyId="alias/aws/secretsmanager")["KeyMetadata"]
    assert described["Arn"] == first
    assert (described["KeyManager"], described["KeyState"]) == ("AWS", "Enabled")
    assert described["Description"] == (
        "Default key that protects my Secrets Manager data when no other key is defined"
    )


def test_the_default_key_serves_secrets_manager_and_nobody_directly(region: Region) -> None:
    region.call("CreateSecret", Name="db", SecretString="v")
    arn = default_key_arn(region)

    for operation, members in (
        ("GenerateDataKey", {"KeyId": arn, "KeySpec": "AES_256"}),
        ("Encrypt", {"KeyId": arn, "Plaintext": PLAINTEXT}),
        ("DisableKey", {"KeyId": arn}),
        ("EnableKey", {"KeyId": arn}),
    ):
        assert region.refused(operation, **members)[0] == "AccessDeniedException", operation
    assert region.call("GetSecretValue", SecretId="db")["SecretString"] == "v"


@pytest.mark.parametrize("operation", ["GenerateDataKey", "Encrypt"])
def test_nobody_makes_the_default_key_by_using_it(region: Region, operation: str) -> None:
    members = {"GenerateDataKey": {"KeySpec": "AES_256"}, "Encrypt": {"Plaintext": PLAINTEXT}}[operation]

    code, _ = region.refused(operation, KeyId="alias/aws/secretsmanager", **members)

    assert code == "NotFoundException"
    assert region.refused("DescribeKey", KeyId="alias/aws/secretsmanager")[0] == "NotFoundException"


def test_a_create_that_is_refused_leaves_no_default_key_behind(region: Region) -> None:
    region.call("CreateSecret", Name="db")
    version_id = token()

    # Twenty-one labels: the key was made and used by the time they are counted.
    code, _ = region.refused(
        "PutSecretValue",
        SecretId="db",
        SecretString="v",
        ClientRequestToken=version_id,
        VersionStages=[f"l{number}" for number in range(20)],
    )

    assert code == "LimitExceededException"
    assert region.refused("DescribeKey", KeyId="alias/aws/secretsmanager")[0] == "NotFoundException"


# Secrets under keys of the customer's


@pytest.mark.parametrize("spelled", ["KeyId", "Arn"])
def test_a_secret_under_a_key_of_the_customer_s_shows_the_key_as_it_was_given(
    region: Region, spelled: str
) -> None:
    key = create_key(region)[spelled]

    region.call("CreateSecret", Name="db", SecretString="v", KmsKeyId=key)

    assert region.call("DescribeSecret", SecretId="db")["KmsKeyId"] == key
    assert region.call("GetSecretValue", SecretId="db")["SecretString"] == "v"
    assert region.refused("DescribeKey", KeyId="alias/aws/secretsmanager")[0] == "NotFoundException"


@pytest.mark.parametrize("cached", [False, True], ids=["nothing remembered", "the data key remembered"])
def test_under_a_disabled_key_nothing_is_read(region: Region, cached: bool) -> None:
    """Facts 6.5; a data key in memory opens nothing once its KMS key is disabled."""
    arn = create_key(region)["Arn"]
    region.call("CreateSecret", Name="db", SecretString="v", KmsKeyId=arn)
    region.call("GetSecretValue", SecretId="db")
    region.call("DisableKey", KeyId=arn)
    if not cached:
        region.compose()

    assert region.refused("GetSecretValue", SecretId="db") == (
        "DecryptionFailure",
        "Secrets Manager can't decrypt the secret value: "
        + quoted(f"{arn} is disabled.", "DisabledException"),
    )

    region.call("EnableKey", KeyId=arn)
    assert region.call("GetSecretValue", SecretId="db")["SecretString"] == "v"


def test_under_a_disabled_key_nothing_is_written(region: Region) -> None:
    arn = create_key(region)["Arn"]
    region.call("CreateSecret", Name="db", SecretString="v", KmsKeyId=arn)
    region.call("DisableKey", KeyId=arn)
    expected = (
        "EncryptionFailure",
        "Secrets Manager can't encrypt the secret value: "
        + quoted(f"{arn} is disabled.", "DisabledException"),
    )

    assert region.refused("PutSecretValue", SecretId="db", SecretString="w") == expected
    assert region.refused("CreateSecret", Name="other", SecretString="w", KmsKeyId=arn) == expected
    assert region.refused("CreateSecret", Name="other", KmsKeyId=arn) == expected


def test_a_retry_under_a_disabled_key_can_not_be_compared(region: Region) -> None:
    """Facts 3.2: the idempotency compare decrypts the stored version."""
    arn = create_key(region)["Arn"]
    version_id = token()
    asked = {"SecretString": "v", "ClientRequestToken": version_id}
    region.call("CreateSecret", Name="db", KmsKeyId=arn, **asked)
    region.call("DisableKey", KeyId=arn)

    assert region.refused("PutSecretValue", SecretId="db", **asked)[0] == "DecryptionFailure"


def test_what_needs_no_key_works_under_a_disabled_key(region: Region) -> None:
    arn = create_key(region)["Arn"]
    region.call("CreateSecret", Name="db", SecretString="v", KmsKeyId=arn)
    region.call("DisableKey", KeyId=arn)

    region.call("DescribeSecret", SecretId="db")
    region.call("TagResource", SecretId="db", Tags=[{"Key": "k", "Value": "v"}])
    region.call("DeleteSecret", SecretId="db")
    region.call("RestoreSecret", SecretId="db")


def test_a_key_that_does_not_exist_is_refused_at_the_call(region: Region) -> None:
    arn = f"{HERE}key/{ABSENT_ID}"
    expected = (
        "EncryptionFailure",
        "Secrets Manager can't encrypt the secret value: "
        + quoted(f"Key '{arn}' does not exist", "NotFoundException"),
    )

    assert region.refused("CreateSecret", Name="db", SecretString="v", KmsKeyId=ABSENT_ID) == expected
    assert region.refused("CreateSecret", Name="db", KmsKeyId=arn) == expected
    assert region.call("ListSecrets") == {"SecretList": []}


def test_a_key_of_another_account_is_denied_as_secrets_manager_says_it(region: Region) -> None:
    """Facts 6.5: KMS's denial becomes one text."""
    arn = f"arn:aws:kms:us-east-1:210987654321:key/{ABSENT_ID}"

    assert region.refused("CreateSecret", Name="db", SecretString="v", KmsKeyId=arn) == (
        "AccessDeniedException",
        "Access to KMS is not allowed",
    )


def test_a_key_that_is_set_is_tried_first(region: Region) -> None:
    """Facts 6.1, 6.2: GenerateDataKey and Decrypt with RequestToValidateKeyAccess; results thrown away."""
    arn = create_key(region)["Arn"]
    region.forget_events()

    made = region.call("CreateSecret", Name="db", SecretString="v", KmsKeyId=arn, ClientRequestToken="t" * 32)

    tried = [
        (event["eventName"], event["requestParameters"]["encryptionContext"]["SecretVersionId"])
        for event in region.events()
        if event["eventSource"] == "kms.amazonaws.com"
    ]
    probe = "RequestToValidateKeyAccess"
    assert tried == [("GenerateDataKey", probe), ("Decrypt", probe), ("GenerateDataKey", "t" * 32)]
    contexts = {
        event["requestParameters"]["encryptionContext"]["SecretARN"]
        for event in region.events()
        if event["eventSource"] == "kms.amazonaws.com"
    }
    assert contexts == {made["ARN"]}


def test_a_key_is_tried_even_when_there_is_no_value_yet(region: Region) -> None:
    arn = create_key(region)["Arn"]
    region.forget_events()

    region.call("CreateSecret", Name="db", KmsKeyId=arn)

    assert region.event_names() == ["GenerateDataKey", "Decrypt", "CreateSecret"]
