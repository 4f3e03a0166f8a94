"""Written by tools/generate_api.py from botocore 1.44.5; do not edit.

AWS Key Management Service, 2014-11-01.
"""

from __future__ import annotations

from typing import ClassVar

import msgspec

from watchword.api.errors import ApiError
from watchword.api.operation import AccessLevel, ConditionKey, Operation, Protocol, Service
from watchword.api.shape import Instant, Integer, Member, Shape

SERVICE = Service(
    name="kms",
    signing_name="kms",
    protocol=Protocol.JSON,
    target_prefix="TrentService",
    api_version="2014-11-01",
    error_message_member="message",
    event_source="kms.amazonaws.com",
)


class MalformedPolicyDocumentException(ApiError):
    code = "MalformedPolicyDocumentException"


class DependencyTimeoutException(ApiError):
    code = "DependencyTimeoutException"
    status = 500


class InvalidArnException(ApiError):
    code = "InvalidArnException"


class UnsupportedOperationException(ApiError):
    code = "UnsupportedOperationException"


class KMSInternalException(ApiError):
    code = "KMSInternalException"
    status = 500


class LimitExceededException(ApiError):
    code = "LimitExceededException"


class TagException(ApiError):
    code = "TagException"


class CustomKeyStoreNotFoundException(ApiError):
    code = "CustomKeyStoreNotFoundException"


class CustomKeyStoreInvalidStateException(ApiError):
    code = "CustomKeyStoreInvalidStateException"


class CloudHsmClusterInvalidConfigurationException(ApiError):
    code = "CloudHsmClusterInvalidConfigurationException"


class XksKeyInvalidConfigurationException(ApiError):
    code = "XksKeyInvalidConfigurationException"


class XksKeyAlreadyInUseException(ApiError):
    code = "XksKeyAlreadyInUseException"


class XksKeyNotFoundException(ApiError):
    code = "XksKeyNotFoundException"


class NotFoundException(ApiError):
    code = "NotFoundException"


class KMSInvalidStateException(ApiError):
    code = "KMSInvalidStateException"


class DisabledException(ApiError):
    code = "DisabledException"


class KeyUnavailableException(ApiError):
    code = "KeyUnavailableException"
    status = 500


class InvalidKeyUsageException(ApiError):
    code = "InvalidKeyUsageException"


class InvalidGrantTokenException(ApiError):
    code = "InvalidGrantTokenException"


class DryRunOperationException(ApiError):
    code = "DryRunOperationException"


class InvalidCiphertextException(ApiError):
    code = "InvalidCiphertextException"


class IncorrectKeyException(ApiError):
    code = "IncorrectKeyException"


class Tag(Shape, frozen=True, kw_only=True):
    tag_key: str | None = msgspec.field(name="TagKey", default=None)
    tag_value: str | None = msgspec.field(name="TagValue", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {
        "tag_key": Member(name="TagKey", required=True, minimum=1, maximum=128),
        "tag_value": Member(name="TagValue", required=True, minimum=0, maximum=256),
    }


class CreateKeyRequest(Shape, frozen=True, kw_only=True):
    policy: str | None = msgspec.field(name="Policy", default=None)
    description: str | None = msgspec.field(name="Description", default=None)
    key_usage: str | None = msgspec.field(name="KeyUsage", default=None)
    customer_master_key_spec: str | None = msgspec.field(name="CustomerMasterKeySpec", default=None)
    key_spec: str | None = msgspec.field(name="KeySpec", default=None)
    origin: str | None = msgspec.field(name="Origin", default=None)
    custom_key_store_id: str | None = msgspec.field(name="CustomKeyStoreId", default=None)
    bypass_policy_lockout_safety_check: bool | None = msgspec.field(
        name="BypassPolicyLockoutSafetyCheck", default=None
    )
    tags: tuple[Tag, ...] | None = msgspec.field(name="Tags", default=None)
    multi_region: bool | None = msgspec.field(name="MultiRegion", default=None)
    xks_key_id: str | None = msgspec.field(name="XksKeyId", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {
        "policy": Member(
            name="Policy", minimum=1, maximum=131072, pattern="[\\u0009\\u000A\\u000D\\u0020-\\u00FF]+"
        ),
        "description": Member(name="Description", minimum=0, maximum=8192),
        "key_usage": Member(
            name="KeyUsage",
            values=(
                "SIGN_VERIFY",
                "ENCRYPT_DECRYPT",
                "GENERATE_VERIFY_MAC",
                "KEY_AGREEMENT",
                "ENCAPSULATE_DECAPSULATE",
            ),
        ),
        "customer_master_key_spec": Member(
            name="CustomerMasterKeySpec",
            values=(
                "RSA_2048",
                "RSA_3072",
                "RSA_4096",
                "ECC_NIST_P256",
                "ECC_NIST_P384",
                "ECC_NIST_P521",
                "ECC_SECG_P256K1",
                "SYMMETRIC_DEFAULT",
                "HMAC_224",
                "HMAC_256",
                "HMAC_384",
                "HMAC_512",
                "SM2",
            ),
        ),
        "key_spec": Member(
            name="KeySpec",
            values=(
                "RSA_2048",
                "RSA_3072",
                "RSA_4096",
                "ECC_NIST_P256",
                "ECC_NIST_P384",
                "ECC_NIST_P521",
                "ECC_SECG_P256K1",
                "SYMMETRIC_DEFAULT",
                "HMAC_224",
                "HMAC_256",
                "HMAC_384",
                "HMAC_512",
                "SM2",
                "ML_DSA_44",
                "ML_DSA_65",
                "ML_DSA_87",
                "ECC_NIST_EDWARDS25519",
                "ML_KEM_512",
                "ML_KEM_768",
                "ML_KEM_1024",
            ),
        ),
        "origin": Member(name="Origin", values=("AWS_KMS", "EXTERNAL", "AWS_CLOUDHSM", "EXTERNAL_KEY_STORE")),
        "custom_key_store_id": Member(name="CustomKeyStoreId", minimum=1, maximum=64),
        "bypass_policy_lockout_safety_check": Member(name="BypassPolicyLockoutSafetyCheck"),
        "tags": Member(name="Tags", item=Member(name="member")),
        "multi_region": Member(name="MultiRegion"),
        "xks_key_id": Member(name="XksKeyId", minimum=1, maximum=128, pattern="^[a-zA-Z0-9-_.]+$"),
    }


class MultiRegionKey(Shape, frozen=True, kw_only=True):
    arn: str | None = msgspec.field(name="Arn", default=None)
    region: str | None = msgspec.field(name="Region", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {
        "arn": Member(name="Arn", minimum=20, maximum=2048),
        "region": Member(name="Region", minimum=1, maximum=32, pattern="^([a-z]+-){2,3}\\d+$"),
    }


class MultiRegionConfiguration(Shape, frozen=True, kw_only=True):
    multi_region_key_type: str | None = msgspec.field(name="MultiRegionKeyType", default=None)
    primary_key: MultiRegionKey | None = msgspec.field(name="PrimaryKey", default=None)
    replica_keys: tuple[MultiRegionKey, ...] | None = msgspec.field(name="ReplicaKeys", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {
        "multi_region_key_type": Member(name="MultiRegionKeyType", values=("PRIMARY", "REPLICA")),
        "primary_key": Member(name="PrimaryKey"),
        "replica_keys": Member(name="ReplicaKeys", item=Member(name="member")),
    }


class XksKeyConfigurationType(Shape, frozen=True, kw_only=True):
    id: str | None = msgspec.field(name="Id", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {
        "id": Member(name="Id", minimum=1, maximum=128, pattern="^[a-zA-Z0-9-_.]+$"),
    }


class KeyMetadata(Shape, frozen=True, kw_only=True):
    aws_account_id: str | None = msgspec.field(name="AWSAccountId", default=None)
    key_id: str | None = msgspec.field(name="KeyId", default=None)
    arn: str | None = msgspec.field(name="Arn", default=None)
    creation_date: Instant | None = msgspec.field(name="CreationDate", default=None)
    enabled: bool | None = msgspec.field(name="Enabled", default=None)
    description: str | None = msgspec.field(name="Description", default=None)
    key_usage: str | None = msgspec.field(name="KeyUsage", default=None)
    key_state: str | None = msgspec.field(name="KeyState", default=None)
    deletion_date: Instant | None = msgspec.field(name="DeletionDate", default=None)
    valid_to: Instant | None = msgspec.field(name="ValidTo", default=None)
    origin: str | None = msgspec.field(name="Origin", default=None)
    custom_key_store_id: str | None = msgspec.field(name="CustomKeyStoreId", default=None)
    cloud_hsm_cluster_id: str | None = msgspec.field(name="CloudHsmClusterId", default=None)
    expiration_model: str | None = msgspec.field(name="ExpirationModel", default=None)
    key_manager: str | None = msgspec.field(name="KeyManager", default=None)
    customer_master_key_spec: str | None = msgspec.field(name="CustomerMasterKeySpec", default=None)
    key_spec: str | None = msgspec.field(name="KeySpec", default=None)
    encryption_algorithms: tuple[str, ...] | None = msgspec.field(name="EncryptionAlgorithms", default=None)
    signing_algorithms: tuple[str, ...] | None = msgspec.field(name="SigningAlgorithms", default=None)
    key_agreement_algorithms: tuple[str, ...] | None = msgspec.field(
        name="KeyAgreementAlgorithms", default=None
    )
    encapsulation_algorithms: tuple[str, ...] | None = msgspec.field(
        name="EncapsulationAlgorithms", default=None
    )
    multi_region: bool | None = msgspec.field(name="MultiRegion", default=None)
    multi_region_configuration: MultiRegionConfiguration | None = msgspec.field(
        name="MultiRegionConfiguration", default=None
    )
    pending_deletion_window_in_days: Integer | None = msgspec.field(
        name="PendingDeletionWindowInDays", default=None
    )
    mac_algorithms: tuple[str, ...] | None = msgspec.field(name="MacAlgorithms", default=None)
    xks_key_configuration: XksKeyConfigurationType | None = msgspec.field(
        name="XksKeyConfiguration", default=None
    )
    current_key_material_id: str | None = msgspec.field(name="CurrentKeyMaterialId", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {
        "aws_account_id": Member(name="AWSAccountId"),
        "key_id": Member(name="KeyId", required=True, minimum=1, maximum=2048),
        "arn": Member(name="Arn", minimum=20, maximum=2048),
        "creation_date": Member(name="CreationDate"),
        "enabled": Member(name="Enabled"),
        "description": Member(name="Description", minimum=0, maximum=8192),
        "key_usage": Member(
            name="KeyUsage",
            values=(
                "SIGN_VERIFY",
                "ENCRYPT_DECRYPT",
                "GENERATE_VERIFY_MAC",
                "KEY_AGREEMENT",
                "ENCAPSULATE_DECAPSULATE",
            ),
        ),
        "key_state": Member(
            name="KeyState",
            values=(
                "Creating",
                "Enabled",
                "Disabled",
                "PendingDeletion",
                "PendingImport",
                "PendingReplicaDeletion",
                "Unavailable",
                "Updating",
            ),
        ),
        "deletion_date": Member(name="DeletionDate"),
        "valid_to": Member(name="ValidTo"),
        "origin": Member(name="Origin", values=("AWS_KMS", "EXTERNAL", "AWS_CLOUDHSM", "EXTERNAL_KEY_STORE")),
        "custom_key_store_id": Member(name="CustomKeyStoreId", minimum=1, maximum=64),
        "cloud_hsm_cluster_id": Member(
            name="CloudHsmClusterId", minimum=19, maximum=24, pattern="cluster-[2-7a-zA-Z]{11,16}"
        ),
        "expiration_model": Member(
            name="ExpirationModel", values=("KEY_MATERIAL_EXPIRES", "KEY_MATERIAL_DOES_NOT_EXPIRE")
        ),
        "key_manager": Member(name="KeyManager", values=("AWS", "CUSTOMER")),
        "customer_master_key_spec": Member(
            name="CustomerMasterKeySpec",
            values=(
                "RSA_2048",
                "RSA_3072",
                "RSA_4096",
                "ECC_NIST_P256",
                "ECC_NIST_P384",
                "ECC_NIST_P521",
                "ECC_SECG_P256K1",
                "SYMMETRIC_DEFAULT",
                "HMAC_224",
                "HMAC_256",
                "HMAC_384",
                "HMAC_512",
                "SM2",
            ),
        ),
        "key_spec": Member(
            name="KeySpec",
            values=(
                "RSA_2048",
                "RSA_3072",
                "RSA_4096",
                "ECC_NIST_P256",
                "ECC_NIST_P384",
                "ECC_NIST_P521",
                "ECC_SECG_P256K1",
                "SYMMETRIC_DEFAULT",
                "HMAC_224",
                "HMAC_256",
                "HMAC_384",
                "HMAC_512",
                "SM2",
                "ML_DSA_44",
                "ML_DSA_65",
                "ML_DSA_87",
                "ECC_NIST_EDWARDS25519",
                "ML_KEM_512",
                "ML_KEM_768",
                "ML_KEM_1024",
            ),
        ),
        "encryption_algorithms": Member(
            name="EncryptionAlgorithms",
            item=Member(
                name="member",
                values=("SYMMETRIC_DEFAULT", "RSAES_OAEP_SHA_1", "RSAES_OAEP_SHA_256", "SM2PKE"),
            ),
        ),
        "signing_algorithms": Member(
            name="SigningAlgorithms",
            item=Member(
                name="member",
                values=(
                    "RSASSA_PSS_SHA_256",
                    "RSASSA_PSS_SHA_384",
                    "RSASSA_PSS_SHA_512",
                    "RSASSA_PKCS1_V1_5_SHA_256",
                    "RSASSA_PKCS1_V1_5_SHA_384",
                    "RSASSA_PKCS1_V1_5_SHA_512",
                    "ECDSA_SHA_256",
                    "ECDSA_SHA_384",
                    "ECDSA_SHA_512",
                    "SM2DSA",
                    "ML_DSA_SHAKE_256",
                    "ED25519_SHA_512",
                    "ED25519_PH_SHA_512",
                ),
            ),
        ),
        "key_agreement_algorithms": Member(
            name="KeyAgreementAlgorithms", item=Member(name="member", values=("ECDH",))
        ),
        "encapsulation_algorithms": Member(
            name="EncapsulationAlgorithms", item=Member(name="member", values=("ML_KEM",))
        ),
        "multi_region": Member(name="MultiRegion"),
        "multi_region_configuration": Member(name="MultiRegionConfiguration"),
        "pending_deletion_window_in_days": Member(name="PendingDeletionWindowInDays", minimum=1, maximum=365),
        "mac_algorithms": Member(
            name="MacAlgorithms",
            item=Member(
                name="member", values=("HMAC_SHA_224", "HMAC_SHA_256", "HMAC_SHA_384", "HMAC_SHA_512")
            ),
        ),
        "xks_key_configuration": Member(name="XksKeyConfiguration"),
        "current_key_material_id": Member(
            name="CurrentKeyMaterialId", minimum=64, maximum=64, pattern="^[a-f0-9]+$"
        ),
    }


class CreateKeyResponse(Shape, frozen=True, kw_only=True):
    key_metadata: KeyMetadata | None = msgspec.field(name="KeyMetadata", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {
        "key_metadata": Member(name="KeyMetadata"),
    }


class DescribeKeyRequest(Shape, frozen=True, kw_only=True):
    key_id: str | None = msgspec.field(name="KeyId", default=None)
    grant_tokens: tuple[str, ...] | None = msgspec.field(name="GrantTokens", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {
        "key_id": Member(name="KeyId", required=True, minimum=1, maximum=2048),
        "grant_tokens": Member(
            name="GrantTokens", minimum=0, maximum=10, item=Member(name="member", minimum=1, maximum=8192)
        ),
    }


class DescribeKeyResponse(Shape, frozen=True, kw_only=True):
    key_metadata: KeyMetadata | None = msgspec.field(name="KeyMetadata", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {
        "key_metadata": Member(name="KeyMetadata"),
    }


class EnableKeyRequest(Shape, frozen=True, kw_only=True):
    key_id: str | None = msgspec.field(name="KeyId", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {
        "key_id": Member(name="KeyId", required=True, minimum=1, maximum=2048),
    }


class DisableKeyRequest(Shape, frozen=True, kw_only=True):
    key_id: str | None = msgspec.field(name="KeyId", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {
        "key_id": Member(name="KeyId", required=True, minimum=1, maximum=2048),
    }


class RecipientInfo(Shape, frozen=True, kw_only=True):
    key_encryption_algorithm: str | None = msgspec.field(name="KeyEncryptionAlgorithm", default=None)
    attestation_document: bytes | None = msgspec.field(name="AttestationDocument", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {
        "key_encryption_algorithm": Member(name="KeyEncryptionAlgorithm", values=("RSAES_OAEP_SHA_256",)),
        "attestation_document": Member(name="AttestationDocument", minimum=1, maximum=262144),
    }


class GenerateDataKeyRequest(Shape, frozen=True, kw_only=True):
    key_id: str | None = msgspec.field(name="KeyId", default=None)
    encryption_context: dict[str, str] | None = msgspec.field(name="EncryptionContext", default=None)
    number_of_bytes: Integer | None = msgspec.field(name="NumberOfBytes", default=None)
    key_spec: str | None = msgspec.field(name="KeySpec", default=None)
    grant_tokens: tuple[str, ...] | None = msgspec.field(name="GrantTokens", default=None)
    recipient: RecipientInfo | None = msgspec.field(name="Recipient", default=None)
    dry_run: bool | None = msgspec.field(name="DryRun", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {
        "key_id": Member(name="KeyId", required=True, minimum=1, maximum=2048),
        "encryption_context": Member(
            name="EncryptionContext", key=Member(name="key"), item=Member(name="value")
        ),
        "number_of_bytes": Member(name="NumberOfBytes", minimum=1, maximum=1024),
        "key_spec": Member(name="KeySpec", values=("AES_256", "AES_128")),
        "grant_tokens": Member(
            name="GrantTokens", minimum=0, maximum=10, item=Member(name="member", minimum=1, maximum=8192)
        ),
        "recipient": Member(name="Recipient"),
        "dry_run": Member(name="DryRun"),
    }


class GenerateDataKeyResponse(Shape, frozen=True, kw_only=True):
    ciphertext_blob: bytes | None = msgspec.field(name="CiphertextBlob", default=None)
    plaintext: bytes | None = msgspec.field(name="Plaintext", default=None)
    key_id: str | None = msgspec.field(name="KeyId", default=None)
    ciphertext_for_recipient: bytes | None = msgspec.field(name="CiphertextForRecipient", default=None)
    key_material_id: str | None = msgspec.field(name="KeyMaterialId", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {
        "ciphertext_blob": Member(name="CiphertextBlob", minimum=1, maximum=6144),
        "plaintext": Member(name="Plaintext", minimum=1, maximum=4096, sensitive=True),
        "key_id": Member(name="KeyId", minimum=1, maximum=2048),
        "ciphertext_for_recipient": Member(name="CiphertextForRecipient", minimum=1, maximum=6144),
        "key_material_id": Member(name="KeyMaterialId", minimum=64, maximum=64, pattern="^[a-f0-9]+$"),
    }


class DecryptRequest(Shape, frozen=True, kw_only=True):
    ciphertext_blob: bytes | None = msgspec.field(name="CiphertextBlob", default=None)
    encryption_context: dict[str, str] | None = msgspec.field(name="EncryptionContext", default=None)
    grant_tokens: tuple[str, ...] | None = msgspec.field(name="GrantTokens", default=None)
    key_id: str | None = msgspec.field(name="KeyId", default=None)
    encryption_algorithm: str | None = msgspec.field(name="EncryptionAlgorithm", default=None)
    recipient: RecipientInfo | None = msgspec.field(name="Recipient", default=None)
    dry_run: bool | None = msgspec.field(name="DryRun", default=None)
    dry_run_modifiers: tuple[str, ...] | None = msgspec.field(name="DryRunModifiers", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {
        "ciphertext_blob": Member(name="CiphertextBlob", minimum=1, maximum=6144),
        "encryption_context": Member(
            name="EncryptionContext", key=Member(name="key"), item=Member(name="value")
        ),
        "grant_tokens": Member(
            name="GrantTokens", minimum=0, maximum=10, item=Member(name="member", minimum=1, maximum=8192)
        ),
        "key_id": Member(name="KeyId", minimum=1, maximum=2048),
        "encryption_algorithm": Member(
            name="EncryptionAlgorithm",
            values=("SYMMETRIC_DEFAULT", "RSAES_OAEP_SHA_1", "RSAES_OAEP_SHA_256", "SM2PKE"),
        ),
        "recipient": Member(name="Recipient"),
        "dry_run": Member(name="DryRun"),
        "dry_run_modifiers": Member(
            name="DryRunModifiers", item=Member(name="member", values=("IGNORE_CIPHERTEXT",))
        ),
    }


class DecryptResponse(Shape, frozen=True, kw_only=True):
    key_id: str | None = msgspec.field(name="KeyId", default=None)
    plaintext: bytes | None = msgspec.field(name="Plaintext", default=None)
    encryption_algorithm: str | None = msgspec.field(name="EncryptionAlgorithm", default=None)
    ciphertext_for_recipient: bytes | None = msgspec.field(name="CiphertextForRecipient", default=None)
    key_material_id: str | None = msgspec.field(name="KeyMaterialId", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {
        "key_id": Member(name="KeyId", minimum=1, maximum=2048),
        "plaintext": Member(name="Plaintext", minimum=1, maximum=4096, sensitive=True),
        "encryption_algorithm": Member(
            name="EncryptionAlgorithm",
            values=("SYMMETRIC_DEFAULT", "RSAES_OAEP_SHA_1", "RSAES_OAEP_SHA_256", "SM2PKE"),
        ),
        "ciphertext_for_recipient": Member(name="CiphertextForRecipient", minimum=1, maximum=6144),
        "key_material_id": Member(name="KeyMaterialId", minimum=64, maximum=64, pattern="^[a-f0-9]+$"),
    }


class EncryptRequest(Shape, frozen=True, kw_only=True):
    key_id: str | None = msgspec.field(name="KeyId", default=None)
    plaintext: bytes | None = msgspec.field(name="Plaintext", default=None)
    encryption_context: dict[str, str] | None = msgspec.field(name="EncryptionContext", default=None)
    grant_tokens: tuple[str, ...] | None = msgspec.field(name="GrantTokens", default=None)
    encryption_algorithm: str | None = msgspec.field(name="EncryptionAlgorithm", default=None)
    dry_run: bool | None = msgspec.field(name="DryRun", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {
        "key_id": Member(name="KeyId", required=True, minimum=1, maximum=2048),
        "plaintext": Member(name="Plaintext", required=True, minimum=1, maximum=4096, sensitive=True),
        "encryption_context": Member(
            name="EncryptionContext", key=Member(name="key"), item=Member(name="value")
        ),
        "grant_tokens": Member(
            name="GrantTokens", minimum=0, maximum=10, item=Member(name="member", minimum=1, maximum=8192)
        ),
        "encryption_algorithm": Member(
            name="EncryptionAlgorithm",
            values=("SYMMETRIC_DEFAULT", "RSAES_OAEP_SHA_1", "RSAES_OAEP_SHA_256", "SM2PKE"),
        ),
        "dry_run": Member(name="DryRun"),
    }


class EncryptResponse(Shape, frozen=True, kw_only=True):
    ciphertext_blob: bytes | None = msgspec.field(name="CiphertextBlob", default=None)
    key_id: str | None = msgspec.field(name="KeyId", default=None)
    encryption_algorithm: str | None = msgspec.field(name="EncryptionAlgorithm", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {
        "ciphertext_blob": Member(name="CiphertextBlob", minimum=1, maximum=6144),
        "key_id": Member(name="KeyId", minimum=1, maximum=2048),
        "encryption_algorithm": Member(
            name="EncryptionAlgorithm",
            values=("SYMMETRIC_DEFAULT", "RSAES_OAEP_SHA_1", "RSAES_OAEP_SHA_256", "SM2PKE"),
        ),
    }


CREATE_KEY = Operation(
    service=SERVICE,
    name="CreateKey",
    request=CreateKeyRequest,
    response=CreateKeyResponse,
    errors=(
        MalformedPolicyDocumentException,
        DependencyTimeoutException,
        InvalidArnException,
        UnsupportedOperationException,
        KMSInternalException,
        LimitExceededException,
        TagException,
        CustomKeyStoreNotFoundException,
        CustomKeyStoreInvalidStateException,
        CloudHsmClusterInvalidConfigurationException,
        XksKeyInvalidConfigurationException,
        XksKeyAlreadyInUseException,
        XksKeyNotFoundException,
    ),
    action="kms:CreateKey",
    access=AccessLevel.WRITE,
    condition_keys=(
        ConditionKey(name="kms:CallerAccount"),
        ConditionKey(name="kms:ViaService"),
        ConditionKey(name="kms:BypassPolicyLockoutSafetyCheck", member="bypass_policy_lockout_safety_check"),
        ConditionKey(name="kms:KeyOrigin", member="origin"),
        ConditionKey(name="kms:KeySpec", member="key_spec"),
        ConditionKey(name="kms:KeyUsage", member="key_usage"),
        ConditionKey(name="kms:MultiRegion", member="multi_region"),
        ConditionKey(name="kms:MultiRegionKeyType"),
        ConditionKey(name="aws:RequestTag/${TagKey}", member="tags"),
        ConditionKey(name="aws:TagKeys", member="tags"),
    ),
)


DESCRIBE_KEY = Operation(
    service=SERVICE,
    name="DescribeKey",
    request=DescribeKeyRequest,
    response=DescribeKeyResponse,
    errors=(
        NotFoundException,
        InvalidArnException,
        DependencyTimeoutException,
        KMSInternalException,
    ),
    action="kms:DescribeKey",
    access=AccessLevel.READ,
    resource_member="key_id",
    condition_keys=(
        ConditionKey(name="kms:CallerAccount"),
        ConditionKey(name="kms:ViaService"),
        ConditionKey(name="kms:KeyOrigin"),
        ConditionKey(name="kms:KeySpec"),
        ConditionKey(name="kms:KeyUsage"),
        ConditionKey(name="kms:MultiRegion"),
        ConditionKey(name="kms:MultiRegionKeyType"),
        ConditionKey(name="kms:ResourceAliases"),
        ConditionKey(name="aws:ResourceTag/${TagKey}"),
        ConditionKey(name="kms:RequestAlias", member="key_id"),
    ),
)


ENABLE_KEY = Operation(
    service=SERVICE,
    name="EnableKey",
    request=EnableKeyRequest,
    response=None,
    errors=(
        NotFoundException,
        InvalidArnException,
        DependencyTimeoutException,
        KMSInternalException,
        LimitExceededException,
        KMSInvalidStateException,
    ),
    action="kms:EnableKey",
    access=AccessLevel.WRITE,
    resource_member="key_id",
    condition_keys=(
        ConditionKey(name="kms:CallerAccount"),
        ConditionKey(name="kms:ViaService"),
        ConditionKey(name="kms:KeyOrigin"),
        ConditionKey(name="kms:KeySpec"),
        ConditionKey(name="kms:KeyUsage"),
        ConditionKey(name="kms:MultiRegion"),
        ConditionKey(name="kms:MultiRegionKeyType"),
        ConditionKey(name="kms:ResourceAliases"),
        ConditionKey(name="aws:ResourceTag/${TagKey}"),
    ),
)


DISABLE_KEY = Operation(
    service=SERVICE,
    name="DisableKey",
    request=DisableKeyRequest,
    response=None,
    errors=(
        NotFoundException,
        InvalidArnException,
        DependencyTimeoutException,
        KMSInternalException,
        KMSInvalidStateException,
    ),
    action="kms:DisableKey",
    access=AccessLevel.WRITE,
    resource_member="key_id",
    condition_keys=(
        ConditionKey(name="kms:CallerAccount"),
        ConditionKey(name="kms:ViaService"),
        ConditionKey(name="kms:KeyOrigin"),
        ConditionKey(name="kms:KeySpec"),
        ConditionKey(name="kms:KeyUsage"),
        ConditionKey(name="kms:MultiRegion"),
        ConditionKey(name="kms:MultiRegionKeyType"),
        ConditionKey(name="kms:ResourceAliases"),
        ConditionKey(name="aws:ResourceTag/${TagKey}"),
    ),
)


GENERATE_DATA_KEY = Operation(
    service=SERVICE,
    name="GenerateDataKey",
    request=GenerateDataKeyRequest,
    response=GenerateDataKeyResponse,
    errors=(
        NotFoundException,
        DisabledException,
        KeyUnavailableException,
        DependencyTimeoutException,
        InvalidKeyUsageException,
        InvalidGrantTokenException,
        KMSInternalException,
        KMSInvalidStateException,
        DryRunOperationException,
    ),
    action="kms:GenerateDataKey",
    access=AccessLevel.WRITE,
    changes_nothing=True,
    resource_member="key_id",
    condition_keys=(
        ConditionKey(name="kms:CallerAccount"),
        ConditionKey(name="kms:ViaService"),
        ConditionKey(name="kms:KeyOrigin"),
        ConditionKey(name="kms:KeySpec"),
        ConditionKey(name="kms:KeyUsage"),
        ConditionKey(name="kms:MultiRegion"),
        ConditionKey(name="kms:MultiRegionKeyType"),
        ConditionKey(name="kms:ResourceAliases"),
        ConditionKey(name="aws:ResourceTag/${TagKey}"),
        ConditionKey(name="kms:RequestAlias", member="key_id"),
        ConditionKey(name="kms:EncryptionContext:${EncryptionContextKey}", member="encryption_context"),
        ConditionKey(name="kms:EncryptionContextKeys", member="encryption_context"),
        ConditionKey(name="kms:EncryptionAlgorithm"),
    ),
)


DECRYPT = Operation(
    service=SERVICE,
    name="Decrypt",
    request=DecryptRequest,
    response=DecryptResponse,
    errors=(
        NotFoundException,
        DisabledException,
        InvalidCiphertextException,
        KeyUnavailableException,
        IncorrectKeyException,
        InvalidKeyUsageException,
        DependencyTimeoutException,
        InvalidGrantTokenException,
        KMSInternalException,
        KMSInvalidStateException,
        DryRunOperationException,
    ),
    action="kms:Decrypt",
    access=AccessLevel.WRITE,
    changes_nothing=True,
    resource_member="key_id",
    condition_keys=(
        ConditionKey(name="kms:CallerAccount"),
        ConditionKey(name="kms:ViaService"),
        ConditionKey(name="kms:KeyOrigin"),
        ConditionKey(name="kms:KeySpec"),
        ConditionKey(name="kms:KeyUsage"),
        ConditionKey(name="kms:MultiRegion"),
        ConditionKey(name="kms:MultiRegionKeyType"),
        ConditionKey(name="kms:ResourceAliases"),
        ConditionKey(name="aws:ResourceTag/${TagKey}"),
        ConditionKey(name="kms:RequestAlias", member="key_id"),
        ConditionKey(name="kms:EncryptionContext:${EncryptionContextKey}", member="encryption_context"),
        ConditionKey(name="kms:EncryptionContextKeys", member="encryption_context"),
        ConditionKey(name="kms:EncryptionAlgorithm", member="encryption_algorithm"),
    ),
)


ENCRYPT = Operation(
    service=SERVICE,
    name="Encrypt",
    request=EncryptRequest,
    response=EncryptResponse,
    errors=(
        NotFoundException,
        DisabledException,
        KeyUnavailableException,
        DependencyTimeoutException,
        InvalidKeyUsageException,
        InvalidGrantTokenException,
        KMSInternalException,
        KMSInvalidStateException,
        DryRunOperationException,
    ),
    action="kms:Encrypt",
    access=AccessLevel.WRITE,
    changes_nothing=True,
    resource_member="key_id",
    condition_keys=(
        ConditionKey(name="kms:CallerAccount"),
        ConditionKey(name="kms:ViaService"),
        ConditionKey(name="kms:KeyOrigin"),
        ConditionKey(name="kms:KeySpec"),
        ConditionKey(name="kms:KeyUsage"),
        ConditionKey(name="kms:MultiRegion"),
        ConditionKey(name="kms:MultiRegionKeyType"),
        ConditionKey(name="kms:ResourceAliases"),
        ConditionKey(name="aws:ResourceTag/${TagKey}"),
        ConditionKey(name="kms:RequestAlias", member="key_id"),
        ConditionKey(name="kms:EncryptionContext:${EncryptionContextKey}", member="encryption_context"),
        ConditionKey(name="kms:EncryptionContextKeys", member="encryption_context"),
        ConditionKey(name="kms:EncryptionAlgorithm", member="encryption_algorithm"),
    ),
)


OPERATIONS: dict[str, Operation] = {
    operation.name: operation
    for operation in (
        CREATE_KEY,
        DESCRIBE_KEY,
        ENABLE_KEY,
        DISABLE_KEY,
        GENERATE_DATA_KEY,
        DECRYPT,
        ENCRYPT,
    )
}
