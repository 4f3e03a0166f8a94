"""Written by tools/generate_api.py from botocore 1.44.5; do not edit.

AWS Key Management Service, 2014-11-01.
"""

from __future__ import annotations

from typing import ClassVar

import msgspec

from watchword.api.errors import ApiError
from watchword.api.operation import AccessLevel, Also, ConditionKey, Operation, Protocol, Service
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


class InvalidMarkerException(ApiError):
    code = "InvalidMarkerException"


class KMSInvalidStateException(ApiError):
    code = "KMSInvalidStateException"


class AlreadyExistsException(ApiError):
    code = "AlreadyExistsException"


class InvalidAliasNameException(ApiError):
    code = "InvalidAliasNameException"


class DisabledException(ApiError):
    code = "DisabledException"


class InvalidGrantTokenException(ApiError):
    code = "InvalidGrantTokenException"


class DryRunOperationException(ApiError):
    code = "DryRunOperationException"


class InvalidGrantIdException(ApiError):
    code = "InvalidGrantIdException"


class KeyUnavailableException(ApiError):
    code = "KeyUnavailableException"
    status = 500


class InvalidKeyUsageException(ApiError):
    code = "InvalidKeyUsageException"


class InvalidCiphertextException(ApiError):
    code = "InvalidCiphertextException"


class IncorrectKeyException(ApiError):
    code = "IncorrectKeyException"


class KMSInvalidMacException(ApiError):
    code = "KMSInvalidMacException"


class ConflictException(ApiError):
    code = "ConflictException"


class IncorrectKeyMaterialException(ApiError):
    code = "IncorrectKeyMaterialException"


class ExpiredImportTokenException(ApiError):
    code = "ExpiredImportTokenException"


class InvalidImportTokenException(ApiError):
    code = "InvalidImportTokenException"


class KMSInvalidSignatureException(ApiError):
    code = "KMSInvalidSignatureException"


class CloudHsmClusterNotActiveException(ApiError):
    code = "CloudHsmClusterNotActiveException"


class CloudHsmClusterInUseException(ApiError):
    code = "CloudHsmClusterInUseException"


class CustomKeyStoreNameInUseException(ApiError):
    code = "CustomKeyStoreNameInUseException"


class CloudHsmClusterNotFoundException(ApiError):
    code = "CloudHsmClusterNotFoundException"


class IncorrectTrustAnchorException(ApiError):
    code = "IncorrectTrustAnchorException"


class XksProxyUriInUseException(ApiError):
    code = "XksProxyUriInUseException"


class XksProxyUriEndpointInUseException(ApiError):
    code = "XksProxyUriEndpointInUseException"


class XksProxyUriUnreachableException(ApiError):
    code = "XksProxyUriUnreachableException"


class XksProxyIncorrectAuthenticationCredentialException(ApiError):
    code = "XksProxyIncorrectAuthenticationCredentialException"


class XksProxyVpcEndpointServiceInUseException(ApiError):
    code = "XksProxyVpcEndpointServiceInUseException"


class XksProxyVpcEndpointServiceNotFoundException(ApiError):
    code = "XksProxyVpcEndpointServiceNotFoundException"


class XksProxyVpcEndpointServiceInvalidConfigurationException(ApiError):
    code = "XksProxyVpcEndpointServiceInvalidConfigurationException"


class XksProxyInvalidResponseException(ApiError):
    code = "XksProxyInvalidResponseException"


class XksProxyInvalidConfigurationException(ApiError):
    code = "XksProxyInvalidConfigurationException"


class CustomKeyStoreHasCMKsException(ApiError):
    code = "CustomKeyStoreHasCMKsException"


class CloudHsmClusterNotRelatedException(ApiError):
    code = "CloudHsmClusterNotRelatedException"


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


class ListKeysRequest(Shape, frozen=True, kw_only=True):
    limit: Integer | None = msgspec.field(name="Limit", default=None)
    marker: str | None = msgspec.field(name="Marker", default=None)
    resource_owners: tuple[str, ...] | None = msgspec.field(name="ResourceOwners", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {
        "limit": Member(name="Limit", minimum=1, maximum=1000),
        "marker": Member(name="Marker", minimum=1, maximum=1024, pattern="[\\u0020-\\u00FF]*"),
        "resource_owners": Member(
            name="ResourceOwners",
            minimum=1,
            maximum=2,
            item=Member(name="member", values=("SELF", "OTHER_ACCOUNTS_VIA_RAM")),
        ),
    }


class KeyListEntry(Shape, frozen=True, kw_only=True):
    key_id: str | None = msgspec.field(name="KeyId", default=None)
    key_arn: str | None = msgspec.field(name="KeyArn", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {
        "key_id": Member(name="KeyId", minimum=1, maximum=2048),
        "key_arn": Member(name="KeyArn", minimum=20, maximum=2048),
    }


class ListKeysResponse(Shape, frozen=True, kw_only=True):
    keys: tuple[KeyListEntry, ...] | None = msgspec.field(name="Keys", default=None)
    next_marker: str | None = msgspec.field(name="NextMarker", default=None)
    truncated: bool | None = msgspec.field(name="Truncated", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {
        "keys": Member(name="Keys", item=Member(name="member")),
        "next_marker": Member(name="NextMarker", minimum=1, maximum=1024, pattern="[\\u0020-\\u00FF]*"),
        "truncated": Member(name="Truncated"),
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


class ScheduleKeyDeletionRequest(Shape, frozen=True, kw_only=True):
    key_id: str | None = msgspec.field(name="KeyId", default=None)
    pending_window_in_days: Integer | None = msgspec.field(name="PendingWindowInDays", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {
        "key_id": Member(name="KeyId", required=True, minimum=1, maximum=2048),
        "pending_window_in_days": Member(name="PendingWindowInDays", minimum=1, maximum=365),
    }


class ScheduleKeyDeletionResponse(Shape, frozen=True, kw_only=True):
    key_id: str | None = msgspec.field(name="KeyId", default=None)
    deletion_date: Instant | None = msgspec.field(name="DeletionDate", default=None)
    key_state: str | None = msgspec.field(name="KeyState", default=None)
    pending_window_in_days: Integer | None = msgspec.field(name="PendingWindowInDays", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {
        "key_id": Member(name="KeyId", minimum=1, maximum=2048),
        "deletion_date": Member(name="DeletionDate"),
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
        "pending_window_in_days": Member(name="PendingWindowInDays", minimum=1, maximum=365),
    }


class CancelKeyDeletionRequest(Shape, frozen=True, kw_only=True):
    key_id: str | None = msgspec.field(name="KeyId", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {
        "key_id": Member(name="KeyId", required=True, minimum=1, maximum=2048),
    }


class CancelKeyDeletionResponse(Shape, frozen=True, kw_only=True):
    key_id: str | None = msgspec.field(name="KeyId", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {
        "key_id": Member(name="KeyId", minimum=1, maximum=2048),
    }


class UpdateKeyDescriptionRequest(Shape, frozen=True, kw_only=True):
    key_id: str | None = msgspec.field(name="KeyId", default=None)
    description: str | None = msgspec.field(name="Description", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {
        "key_id": Member(name="KeyId", required=True, minimum=1, maximum=2048),
        "description": Member(name="Description", required=True, minimum=0, maximum=8192),
    }


class GetKeyLastUsageRequest(Shape, frozen=True, kw_only=True):
    key_id: str | None = msgspec.field(name="KeyId", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {
        "key_id": Member(name="KeyId", required=True, minimum=1, maximum=2048),
    }


class KeyLastUsageData(Shape, frozen=True, kw_only=True):
    operation: str | None = msgspec.field(name="Operation", default=None)
    timestamp: Instant | None = msgspec.field(name="Timestamp", default=None)
    cloud_trail_event_id: str | None = msgspec.field(name="CloudTrailEventId", default=None)
    kms_request_id: str | None = msgspec.field(name="KmsRequestId", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {
        "operation": Member(
            name="Operation",
            values=(
                "Decrypt",
                "DeriveSharedSecret",
                "Encrypt",
                "GenerateDataKey",
                "GenerateDataKeyPair",
                "GenerateDataKeyPairWithoutPlaintext",
                "GenerateDataKeyWithoutPlaintext",
                "GenerateMac",
                "ReEncrypt",
                "Sign",
                "Verify",
                "VerifyMac",
                "Encapsulate",
                "Decapsulate",
            ),
        ),
        "timestamp": Member(name="Timestamp"),
        "cloud_trail_event_id": Member(name="CloudTrailEventId"),
        "kms_request_id": Member(name="KmsRequestId"),
    }


class GetKeyLastUsageResponse(Shape, frozen=True, kw_only=True):
    key_id: str | None = msgspec.field(name="KeyId", default=None)
    key_last_usage: KeyLastUsageData | None = msgspec.field(name="KeyLastUsage", default=None)
    tracking_start_date: Instant | None = msgspec.field(name="TrackingStartDate", default=None)
    key_creation_date: Instant | None = msgspec.field(name="KeyCreationDate", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {
        "key_id": Member(name="KeyId", minimum=1, maximum=2048),
        "key_last_usage": Member(name="KeyLastUsage"),
        "tracking_start_date": Member(name="TrackingStartDate"),
        "key_creation_date": Member(name="KeyCreationDate"),
    }


class CreateAliasRequest(Shape, frozen=True, kw_only=True):
    alias_name: str | None = msgspec.field(name="AliasName", default=None)
    target_key_id: str | None = msgspec.field(name="TargetKeyId", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {
        "alias_name": Member(
            name="AliasName", required=True, minimum=1, maximum=256, pattern="^[a-zA-Z0-9:/_-]+$"
        ),
        "target_key_id": Member(name="TargetKeyId", required=True, minimum=1, maximum=2048),
    }


class UpdateAliasRequest(Shape, frozen=True, kw_only=True):
    alias_name: str | None = msgspec.field(name="AliasName", default=None)
    target_key_id: str | None = msgspec.field(name="TargetKeyId", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {
        "alias_name": Member(
            name="AliasName", required=True, minimum=1, maximum=256, pattern="^[a-zA-Z0-9:/_-]+$"
        ),
        "target_key_id": Member(name="TargetKeyId", required=True, minimum=1, maximum=2048),
    }


class DeleteAliasRequest(Shape, frozen=True, kw_only=True):
    alias_name: str | None = msgspec.field(name="AliasName", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {
        "alias_name": Member(
            name="AliasName", required=True, minimum=1, maximum=256, pattern="^[a-zA-Z0-9:/_-]+$"
        ),
    }


class ListAliasesRequest(Shape, frozen=True, kw_only=True):
    key_id: str | None = msgspec.field(name="KeyId", default=None)
    limit: Integer | None = msgspec.field(name="Limit", default=None)
    marker: str | None = msgspec.field(name="Marker", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {
        "key_id": Member(name="KeyId", minimum=1, maximum=2048),
        "limit": Member(name="Limit", minimum=1, maximum=1000),
        "marker": Member(name="Marker", minimum=1, maximum=1024, pattern="[\\u0020-\\u00FF]*"),
    }


class AliasListEntry(Shape, frozen=True, kw_only=True):
    alias_name: str | None = msgspec.field(name="AliasName", default=None)
    alias_arn: str | None = msgspec.field(name="AliasArn", default=None)
    target_key_id: str | None = msgspec.field(name="TargetKeyId", default=None)
    creation_date: Instant | None = msgspec.field(name="CreationDate", default=None)
    last_updated_date: Instant | None = msgspec.field(name="LastUpdatedDate", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {
        "alias_name": Member(name="AliasName", minimum=1, maximum=256, pattern="^[a-zA-Z0-9:/_-]+$"),
        "alias_arn": Member(name="AliasArn", minimum=20, maximum=2048),
        "target_key_id": Member(name="TargetKeyId", minimum=1, maximum=2048),
        "creation_date": Member(name="CreationDate"),
        "last_updated_date": Member(name="LastUpdatedDate"),
    }


class ListAliasesResponse(Shape, frozen=True, kw_only=True):
    aliases: tuple[AliasListEntry, ...] | None = msgspec.field(name="Aliases", default=None)
    next_marker: str | None = msgspec.field(name="NextMarker", default=None)
    truncated: bool | None = msgspec.field(name="Truncated", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {
        "aliases": Member(name="Aliases", item=Member(name="member")),
        "next_marker": Member(name="NextMarker", minimum=1, maximum=1024, pattern="[\\u0020-\\u00FF]*"),
        "truncated": Member(name="Truncated"),
    }


class GetKeyPolicyRequest(Shape, frozen=True, kw_only=True):
    key_id: str | None = msgspec.field(name="KeyId", default=None)
    policy_name: str | None = msgspec.field(name="PolicyName", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {
        "key_id": Member(name="KeyId", required=True, minimum=1, maximum=2048),
        "policy_name": Member(name="PolicyName", minimum=1, maximum=128, pattern="[\\w]+"),
    }


class GetKeyPolicyResponse(Shape, frozen=True, kw_only=True):
    policy: str | None = msgspec.field(name="Policy", default=None)
    policy_name: str | None = msgspec.field(name="PolicyName", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {
        "policy": Member(
            name="Policy", minimum=1, maximum=131072, pattern="[\\u0009\\u000A\\u000D\\u0020-\\u00FF]+"
        ),
        "policy_name": Member(name="PolicyName", minimum=1, maximum=128, pattern="[\\w]+"),
    }


class PutKeyPolicyRequest(Shape, frozen=True, kw_only=True):
    key_id: str | None = msgspec.field(name="KeyId", default=None)
    policy_name: str | None = msgspec.field(name="PolicyName", default=None)
    policy: str | None = msgspec.field(name="Policy", default=None)
    bypass_policy_lockout_safety_check: bool | None = msgspec.field(
        name="BypassPolicyLockoutSafetyCheck", default=None
    )
    MEMBERS: ClassVar[dict[str, Member]] = {
        "key_id": Member(name="KeyId", required=True, minimum=1, maximum=2048),
        "policy_name": Member(name="PolicyName", minimum=1, maximum=128, pattern="[\\w]+"),
        "policy": Member(
            name="Policy",
            required=True,
            minimum=1,
            maximum=131072,
            pattern="[\\u0009\\u000A\\u000D\\u0020-\\u00FF]+",
        ),
        "bypass_policy_lockout_safety_check": Member(name="BypassPolicyLockoutSafetyCheck"),
    }


class ListKeyPoliciesRequest(Shape, frozen=True, kw_only=True):
    key_id: str | None = msgspec.field(name="KeyId", default=None)
    limit: Integer | None = msgspec.field(name="Limit", default=None)
    marker: str | None = msgspec.field(name="Marker", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {
        "key_id": Member(name="KeyId", required=True, minimum=1, maximum=2048),
        "limit": Member(name="Limit", minimum=1, maximum=1000),
        "marker": Member(name="Marker", minimum=1, maximum=1024, pattern="[\\u0020-\\u00FF]*"),
    }


class ListKeyPoliciesResponse(Shape, frozen=True, kw_only=True):
    policy_names: tuple[str, ...] | None = msgspec.field(name="PolicyNames", default=None)
    next_marker: str | None = msgspec.field(name="NextMarker", default=None)
    truncated: bool | None = msgspec.field(name="Truncated", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {
        "policy_names": Member(
            name="PolicyNames", item=Member(name="member", minimum=1, maximum=128, pattern="[\\w]+")
        ),
        "next_marker": Member(name="NextMarker", minimum=1, maximum=1024, pattern="[\\u0020-\\u00FF]*"),
        "truncated": Member(name="Truncated"),
    }


class TagResourceRequest(Shape, frozen=True, kw_only=True):
    key_id: str | None = msgspec.field(name="KeyId", default=None)
    tags: tuple[Tag, ...] | None = msgspec.field(name="Tags", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {
        "key_id": Member(name="KeyId", required=True, minimum=1, maximum=2048),
        "tags": Member(name="Tags", required=True, item=Member(name="member")),
    }


class UntagResourceRequest(Shape, frozen=True, kw_only=True):
    key_id: str | None = msgspec.field(name="KeyId", default=None)
    tag_keys: tuple[str, ...] | None = msgspec.field(name="TagKeys", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {
        "key_id": Member(name="KeyId", required=True, minimum=1, maximum=2048),
        "tag_keys": Member(name="TagKeys", required=True, item=Member(name="member", minimum=1, maximum=128)),
    }


class ListResourceTagsRequest(Shape, frozen=True, kw_only=True):
    key_id: str | None = msgspec.field(name="KeyId", default=None)
    limit: Integer | None = msgspec.field(name="Limit", default=None)
    marker: str | None = msgspec.field(name="Marker", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {
        "key_id": Member(name="KeyId", required=True, minimum=1, maximum=2048),
        "limit": Member(name="Limit", minimum=1, maximum=1000),
        "marker": Member(name="Marker", minimum=1, maximum=1024, pattern="[\\u0020-\\u00FF]*"),
    }


class ListResourceTagsResponse(Shape, frozen=True, kw_only=True):
    tags: tuple[Tag, ...] | None = msgspec.field(name="Tags", default=None)
    next_marker: str | None = msgspec.field(name="NextMarker", default=None)
    truncated: bool | None = msgspec.field(name="Truncated", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {
        "tags": Member(name="Tags", item=Member(name="member")),
        "next_marker": Member(name="NextMarker", minimum=1, maximum=1024, pattern="[\\u0020-\\u00FF]*"),
        "truncated": Member(name="Truncated"),
    }


class GrantConstraints(Shape, frozen=True, kw_only=True):
    encryption_context_subset: dict[str, str] | None = msgspec.field(
        name="EncryptionContextSubset", default=None
    )
    encryption_context_equals: dict[str, str] | None = msgspec.field(
        name="EncryptionContextEquals", default=None
    )
    source_arn: str | None = msgspec.field(name="SourceArn", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {
        "encryption_context_subset": Member(
            name="EncryptionContextSubset", key=Member(name="key"), item=Member(name="value")
        ),
        "encryption_context_equals": Member(
            name="EncryptionContextEquals", key=Member(name="key"), item=Member(name="value")
        ),
        "source_arn": Member(
            name="SourceArn",
            minimum=20,
            maximum=512,
            pattern="^arn:aws[a-z0-9-]*:[a-z0-9-]+:[a-z0-9-]*:[0-9]{12}:.+$",
        ),
    }


class CreateGrantRequest(Shape, frozen=True, kw_only=True):
    key_id: str | None = msgspec.field(name="KeyId", default=None)
    grantee_principal: str | None = msgspec.field(name="GranteePrincipal", default=None)
    retiring_principal: str | None = msgspec.field(name="RetiringPrincipal", default=None)
    operations: tuple[str, ...] | None = msgspec.field(name="Operations", default=None)
    constraints: GrantConstraints | None = msgspec.field(name="Constraints", default=None)
    grant_tokens: tuple[str, ...] | None = msgspec.field(name="GrantTokens", default=None)
    name: str | None = msgspec.field(name="Name", default=None)
    dry_run: bool | None = msgspec.field(name="DryRun", default=None)
    grantee_service_principal: str | None = msgspec.field(name="GranteeServicePrincipal", default=None)
    retiring_service_principal: str | None = msgspec.field(name="RetiringServicePrincipal", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {
        "key_id": Member(name="KeyId", required=True, minimum=1, maximum=2048),
        "grantee_principal": Member(
            name="GranteePrincipal", minimum=1, maximum=256, pattern="^[\\w+=,.@:/-]+$"
        ),
        "retiring_principal": Member(
            name="RetiringPrincipal", minimum=1, maximum=256, pattern="^[\\w+=,.@:/-]+$"
        ),
        "operations": Member(
            name="Operations",
            required=True,
            item=Member(
                name="member",
                values=(
                    "Decrypt",
                    "Encrypt",
                    "GenerateDataKey",
                    "GenerateDataKeyWithoutPlaintext",
                    "ReEncryptFrom",
                    "ReEncryptTo",
                    "Sign",
                    "Verify",
                    "GetPublicKey",
                    "CreateGrant",
                    "RetireGrant",
                    "DescribeKey",
                    "GenerateDataKeyPair",
                    "GenerateDataKeyPairWithoutPlaintext",
                    "GenerateMac",
                    "VerifyMac",
                    "DeriveSharedSecret",
                    "Encapsulate",
                    "Decapsulate",
                ),
            ),
        ),
        "constraints": Member(name="Constraints"),
        "grant_tokens": Member(
            name="GrantTokens", minimum=0, maximum=10, item=Member(name="member", minimum=1, maximum=8192)
        ),
        "name": Member(name="Name", minimum=1, maximum=256, pattern="^[a-zA-Z0-9:/_-]+$"),
        "dry_run": Member(name="DryRun"),
        "grantee_service_principal": Member(
            name="GranteeServicePrincipal",
            minimum=1,
            maximum=128,
            pattern="^([A-Za-z0-9\\-]+)\\.([A-Za-z0-9\\-]+)(\\.[A-Za-z0-9\\-]+)+$",
        ),
        "retiring_service_principal": Member(
            name="RetiringServicePrincipal",
            minimum=1,
            maximum=128,
            pattern="^([A-Za-z0-9\\-]+)\\.([A-Za-z0-9\\-]+)(\\.[A-Za-z0-9\\-]+)+$",
        ),
    }


class CreateGrantResponse(Shape, frozen=True, kw_only=True):
    grant_token: str | None = msgspec.field(name="GrantToken", default=None)
    grant_id: str | None = msgspec.field(name="GrantId", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {
        "grant_token": Member(name="GrantToken", minimum=1, maximum=8192),
        "grant_id": Member(name="GrantId", minimum=1, maximum=128),
    }


class ListGrantsRequest(Shape, frozen=True, kw_only=True):
    limit: Integer | None = msgspec.field(name="Limit", default=None)
    marker: str | None = msgspec.field(name="Marker", default=None)
    key_id: str | None = msgspec.field(name="KeyId", default=None)
    grant_id: str | None = msgspec.field(name="GrantId", default=None)
    grantee_principal: str | None = msgspec.field(name="GranteePrincipal", default=None)
    grantee_service_principal: str | None = msgspec.field(name="GranteeServicePrincipal", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {
        "limit": Member(name="Limit", minimum=1, maximum=1000),
        "marker": Member(name="Marker", minimum=1, maximum=1024, pattern="[\\u0020-\\u00FF]*"),
        "key_id": Member(name="KeyId", required=True, minimum=1, maximum=2048),
        "grant_id": Member(name="GrantId", minimum=1, maximum=128),
        "grantee_principal": Member(
            name="GranteePrincipal", minimum=1, maximum=256, pattern="^[\\w+=,.@:/-]+$"
        ),
        "grantee_service_principal": Member(
            name="GranteeServicePrincipal",
            minimum=1,
            maximum=128,
            pattern="^([A-Za-z0-9\\-]+)\\.([A-Za-z0-9\\-]+)(\\.[A-Za-z0-9\\-]+)+$",
        ),
    }


class GrantListEntry(Shape, frozen=True, kw_only=True):
    key_id: str | None = msgspec.field(name="KeyId", default=None)
    grant_id: str | None = msgspec.field(name="GrantId", default=None)
    name: str | None = msgspec.field(name="Name", default=None)
    creation_date: Instant | None = msgspec.field(name="CreationDate", default=None)
    grantee_principal: str | None = msgspec.field(name="GranteePrincipal", default=None)
    retiring_principal: str | None = msgspec.field(name="RetiringPrincipal", default=None)
    issuing_account: str | None = msgspec.field(name="IssuingAccount", default=None)
    operations: tuple[str, ...] | None = msgspec.field(name="Operations", default=None)
    constraints: GrantConstraints | None = msgspec.field(name="Constraints", default=None)
    grantee_service_principal: str | None = msgspec.field(name="GranteeServicePrincipal", default=None)
    retiring_service_principal: str | None = msgspec.field(name="RetiringServicePrincipal", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {
        "key_id": Member(name="KeyId", minimum=1, maximum=2048),
        "grant_id": Member(name="GrantId", minimum=1, maximum=128),
        "name": Member(name="Name", minimum=1, maximum=256, pattern="^[a-zA-Z0-9:/_-]+$"),
        "creation_date": Member(name="CreationDate"),
        "grantee_principal": Member(
            name="GranteePrincipal", minimum=1, maximum=256, pattern="^[\\w+=,.@:/-]+$"
        ),
        "retiring_principal": Member(
            name="RetiringPrincipal", minimum=1, maximum=256, pattern="^[\\w+=,.@:/-]+$"
        ),
        "issuing_account": Member(name="IssuingAccount", minimum=1, maximum=256, pattern="^[\\w+=,.@:/-]+$"),
        "operations": Member(
            name="Operations",
            item=Member(
                name="member",
                values=(
                    "Decrypt",
                    "Encrypt",
                    "GenerateDataKey",
                    "GenerateDataKeyWithoutPlaintext",
                    "ReEncryptFrom",
                    "ReEncryptTo",
                    "Sign",
                    "Verify",
                    "GetPublicKey",
                    "CreateGrant",
                    "RetireGrant",
                    "DescribeKey",
                    "GenerateDataKeyPair",
                    "GenerateDataKeyPairWithoutPlaintext",
                    "GenerateMac",
                    "VerifyMac",
                    "DeriveSharedSecret",
                    "Encapsulate",
                    "Decapsulate",
                ),
            ),
        ),
        "constraints": Member(name="Constraints"),
        "grantee_service_principal": Member(
            name="GranteeServicePrincipal",
            minimum=1,
            maximum=128,
            pattern="^([A-Za-z0-9\\-]+)\\.([A-Za-z0-9\\-]+)(\\.[A-Za-z0-9\\-]+)+$",
        ),
        "retiring_service_principal": Member(
            name="RetiringServicePrincipal",
            minimum=1,
            maximum=128,
            pattern="^([A-Za-z0-9\\-]+)\\.([A-Za-z0-9\\-]+)(\\.[A-Za-z0-9\\-]+)+$",
        ),
    }


class ListGrantsResponse(Shape, frozen=True, kw_only=True):
    grants: tuple[GrantListEntry, ...] | None = msgspec.field(name="Grants", default=None)
    next_marker: str | None = msgspec.field(name="NextMarker", default=None)
    truncated: bool | None = msgspec.field(name="Truncated", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {
        "grants": Member(name="Grants", item=Member(name="member")),
        "next_marker": Member(name="NextMarker", minimum=1, maximum=1024, pattern="[\\u0020-\\u00FF]*"),
        "truncated": Member(name="Truncated"),
    }


class ListRetirableGrantsRequest(Shape, frozen=True, kw_only=True):
    limit: Integer | None = msgspec.field(name="Limit", default=None)
    marker: str | None = msgspec.field(name="Marker", default=None)
    retiring_principal: str | None = msgspec.field(name="RetiringPrincipal", default=None)
    retiring_service_principal: str | None = msgspec.field(name="RetiringServicePrincipal", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {
        "limit": Member(name="Limit", minimum=1, maximum=1000),
        "marker": Member(name="Marker", minimum=1, maximum=1024, pattern="[\\u0020-\\u00FF]*"),
        "retiring_principal": Member(
            name="RetiringPrincipal", minimum=1, maximum=256, pattern="^[\\w+=,.@:/-]+$"
        ),
        "retiring_service_principal": Member(
            name="RetiringServicePrincipal",
            minimum=1,
            maximum=128,
            pattern="^([A-Za-z0-9\\-]+)\\.([A-Za-z0-9\\-]+)(\\.[A-Za-z0-9\\-]+)+$",
        ),
    }


class RetireGrantRequest(Shape, frozen=True, kw_only=True):
    grant_token: str | None = msgspec.field(name="GrantToken", default=None)
    key_id: str | None = msgspec.field(name="KeyId", default=None)
    grant_id: str | None = msgspec.field(name="GrantId", default=None)
    dry_run: bool | None = msgspec.field(name="DryRun", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {
        "grant_token": Member(name="GrantToken", minimum=1, maximum=8192),
        "key_id": Member(name="KeyId", minimum=1, maximum=2048),
        "grant_id": Member(name="GrantId", minimum=1, maximum=128),
        "dry_run": Member(name="DryRun"),
    }


class RevokeGrantRequest(Shape, frozen=True, kw_only=True):
    key_id: str | None = msgspec.field(name="KeyId", default=None)
    grant_id: str | None = msgspec.field(name="GrantId", default=None)
    dry_run: bool | None = msgspec.field(name="DryRun", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {
        "key_id": Member(name="KeyId", required=True, minimum=1, maximum=2048),
        "grant_id": Member(name="GrantId", required=True, minimum=1, maximum=128),
        "dry_run": Member(name="DryRun"),
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


class GenerateDataKeyWithoutPlaintextRequest(Shape, frozen=True, kw_only=True):
    key_id: str | None = msgspec.field(name="KeyId", default=None)
    encryption_context: dict[str, str] | None = msgspec.field(name="EncryptionContext", default=None)
    key_spec: str | None = msgspec.field(name="KeySpec", default=None)
    number_of_bytes: Integer | None = msgspec.field(name="NumberOfBytes", default=None)
    grant_tokens: tuple[str, ...] | None = msgspec.field(name="GrantTokens", default=None)
    dry_run: bool | None = msgspec.field(name="DryRun", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {
        "key_id": Member(name="KeyId", required=True, minimum=1, maximum=2048),
        "encryption_context": Member(
            name="EncryptionContext", key=Member(name="key"), item=Member(name="value")
        ),
        "key_spec": Member(name="KeySpec", values=("AES_256", "AES_128")),
        "number_of_bytes": Member(name="NumberOfBytes", minimum=1, maximum=1024),
        "grant_tokens": Member(
            name="GrantTokens", minimum=0, maximum=10, item=Member(name="member", minimum=1, maximum=8192)
        ),
        "dry_run": Member(name="DryRun"),
    }


class GenerateDataKeyWithoutPlaintextResponse(Shape, frozen=True, kw_only=True):
    ciphertext_blob: bytes | None = msgspec.field(name="CiphertextBlob", default=None)
    key_id: str | None = msgspec.field(name="KeyId", default=None)
    key_material_id: str | None = msgspec.field(name="KeyMaterialId", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {
        "ciphertext_blob": Member(name="CiphertextBlob", minimum=1, maximum=6144),
        "key_id": Member(name="KeyId", minimum=1, maximum=2048),
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


class ReEncryptRequest(Shape, frozen=True, kw_only=True):
    ciphertext_blob: bytes | None = msgspec.field(name="CiphertextBlob", default=None)
    source_encryption_context: dict[str, str] | None = msgspec.field(
        name="SourceEncryptionContext", default=None
    )
    source_key_id: str | None = msgspec.field(name="SourceKeyId", default=None)
    destination_key_id: str | None = msgspec.field(name="DestinationKeyId", default=None)
    destination_encryption_context: dict[str, str] | None = msgspec.field(
        name="DestinationEncryptionContext", default=None
    )
    source_encryption_algorithm: str | None = msgspec.field(name="SourceEncryptionAlgorithm", default=None)
    destination_encryption_algorithm: str | None = msgspec.field(
        name="DestinationEncryptionAlgorithm", default=None
    )
    grant_tokens: tuple[str, ...] | None = msgspec.field(name="GrantTokens", default=None)
    dry_run: bool | None = msgspec.field(name="DryRun", default=None)
    dry_run_modifiers: tuple[str, ...] | None = msgspec.field(name="DryRunModifiers", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {
        "ciphertext_blob": Member(name="CiphertextBlob", minimum=1, maximum=6144),
        "source_encryption_context": Member(
            name="SourceEncryptionContext", key=Member(name="key"), item=Member(name="value")
        ),
        "source_key_id": Member(name="SourceKeyId", minimum=1, maximum=2048),
        "destination_key_id": Member(name="DestinationKeyId", required=True, minimum=1, maximum=2048),
        "destination_encryption_context": Member(
            name="DestinationEncryptionContext", key=Member(name="key"), item=Member(name="value")
        ),
        "source_encryption_algorithm": Member(
            name="SourceEncryptionAlgorithm",
            values=("SYMMETRIC_DEFAULT", "RSAES_OAEP_SHA_1", "RSAES_OAEP_SHA_256", "SM2PKE"),
        ),
        "destination_encryption_algorithm": Member(
            name="DestinationEncryptionAlgorithm",
            values=("SYMMETRIC_DEFAULT", "RSAES_OAEP_SHA_1", "RSAES_OAEP_SHA_256", "SM2PKE"),
        ),
        "grant_tokens": Member(
            name="GrantTokens", minimum=0, maximum=10, item=Member(name="member", minimum=1, maximum=8192)
        ),
        "dry_run": Member(name="DryRun"),
        "dry_run_modifiers": Member(
            name="DryRunModifiers", item=Member(name="member", values=("IGNORE_CIPHERTEXT",))
        ),
    }


class ReEncryptResponse(Shape, frozen=True, kw_only=True):
    ciphertext_blob: bytes | None = msgspec.field(name="CiphertextBlob", default=None)
    source_key_id: str | None = msgspec.field(name="SourceKeyId", default=None)
    key_id: str | None = msgspec.field(name="KeyId", default=None)
    source_encryption_algorithm: str | None = msgspec.field(name="SourceEncryptionAlgorithm", default=None)
    destination_encryption_algorithm: str | None = msgspec.field(
        name="DestinationEncryptionAlgorithm", default=None
    )
    source_key_material_id: str | None = msgspec.field(name="SourceKeyMaterialId", default=None)
    destination_key_material_id: str | None = msgspec.field(name="DestinationKeyMaterialId", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {
        "ciphertext_blob": Member(name="CiphertextBlob", minimum=1, maximum=6144),
        "source_key_id": Member(name="SourceKeyId", minimum=1, maximum=2048),
        "key_id": Member(name="KeyId", minimum=1, maximum=2048),
        "source_encryption_algorithm": Member(
            name="SourceEncryptionAlgorithm",
            values=("SYMMETRIC_DEFAULT", "RSAES_OAEP_SHA_1", "RSAES_OAEP_SHA_256", "SM2PKE"),
        ),
        "destination_encryption_algorithm": Member(
            name="DestinationEncryptionAlgorithm",
            values=("SYMMETRIC_DEFAULT", "RSAES_OAEP_SHA_1", "RSAES_OAEP_SHA_256", "SM2PKE"),
        ),
        "source_key_material_id": Member(
            name="SourceKeyMaterialId", minimum=64, maximum=64, pattern="^[a-f0-9]+$"
        ),
        "destination_key_material_id": Member(
            name="DestinationKeyMaterialId", minimum=64, maximum=64, pattern="^[a-f0-9]+$"
        ),
    }


class GenerateMacRequest(Shape, frozen=True, kw_only=True):
    message: bytes | None = msgspec.field(name="Message", default=None)
    key_id: str | None = msgspec.field(name="KeyId", default=None)
    mac_algorithm: str | None = msgspec.field(name="MacAlgorithm", default=None)
    grant_tokens: tuple[str, ...] | None = msgspec.field(name="GrantTokens", default=None)
    dry_run: bool | None = msgspec.field(name="DryRun", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {
        "message": Member(name="Message", required=True, minimum=1, maximum=4096, sensitive=True),
        "key_id": Member(name="KeyId", required=True, minimum=1, maximum=2048),
        "mac_algorithm": Member(
            name="MacAlgorithm",
            required=True,
            values=("HMAC_SHA_224", "HMAC_SHA_256", "HMAC_SHA_384", "HMAC_SHA_512"),
        ),
        "grant_tokens": Member(
            name="GrantTokens", minimum=0, maximum=10, item=Member(name="member", minimum=1, maximum=8192)
        ),
        "dry_run": Member(name="DryRun"),
    }


class GenerateMacResponse(Shape, frozen=True, kw_only=True):
    mac: bytes | None = msgspec.field(name="Mac", default=None)
    mac_algorithm: str | None = msgspec.field(name="MacAlgorithm", default=None)
    key_id: str | None = msgspec.field(name="KeyId", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {
        "mac": Member(name="Mac", minimum=1, maximum=6144),
        "mac_algorithm": Member(
            name="MacAlgorithm", values=("HMAC_SHA_224", "HMAC_SHA_256", "HMAC_SHA_384", "HMAC_SHA_512")
        ),
        "key_id": Member(name="KeyId", minimum=1, maximum=2048),
    }


class VerifyMacRequest(Shape, frozen=True, kw_only=True):
    message: bytes | None = msgspec.field(name="Message", default=None)
    key_id: str | None = msgspec.field(name="KeyId", default=None)
    mac_algorithm: str | None = msgspec.field(name="MacAlgorithm", default=None)
    mac: bytes | None = msgspec.field(name="Mac", default=None)
    grant_tokens: tuple[str, ...] | None = msgspec.field(name="GrantTokens", default=None)
    dry_run: bool | None = msgspec.field(name="DryRun", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {
        "message": Member(name="Message", required=True, minimum=1, maximum=4096, sensitive=True),
        "key_id": Member(name="KeyId", required=True, minimum=1, maximum=2048),
        "mac_algorithm": Member(
            name="MacAlgorithm",
            required=True,
            values=("HMAC_SHA_224", "HMAC_SHA_256", "HMAC_SHA_384", "HMAC_SHA_512"),
        ),
        "mac": Member(name="Mac", required=True, minimum=1, maximum=6144),
        "grant_tokens": Member(
            name="GrantTokens", minimum=0, maximum=10, item=Member(name="member", minimum=1, maximum=8192)
        ),
        "dry_run": Member(name="DryRun"),
    }


class VerifyMacResponse(Shape, frozen=True, kw_only=True):
    key_id: str | None = msgspec.field(name="KeyId", default=None)
    mac_valid: bool | None = msgspec.field(name="MacValid", default=None)
    mac_algorithm: str | None = msgspec.field(name="MacAlgorithm", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {
        "key_id": Member(name="KeyId", minimum=1, maximum=2048),
        "mac_valid": Member(name="MacValid"),
        "mac_algorithm": Member(
            name="MacAlgorithm", values=("HMAC_SHA_224", "HMAC_SHA_256", "HMAC_SHA_384", "HMAC_SHA_512")
        ),
    }


class GenerateRandomRequest(Shape, frozen=True, kw_only=True):
    number_of_bytes: Integer | None = msgspec.field(name="NumberOfBytes", default=None)
    custom_key_store_id: str | None = msgspec.field(name="CustomKeyStoreId", default=None)
    recipient: RecipientInfo | None = msgspec.field(name="Recipient", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {
        "number_of_bytes": Member(name="NumberOfBytes", minimum=1, maximum=1024),
        "custom_key_store_id": Member(name="CustomKeyStoreId", minimum=1, maximum=64),
        "recipient": Member(name="Recipient"),
    }


class GenerateRandomResponse(Shape, frozen=True, kw_only=True):
    plaintext: bytes | None = msgspec.field(name="Plaintext", default=None)
    ciphertext_for_recipient: bytes | None = msgspec.field(name="CiphertextForRecipient", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {
        "plaintext": Member(name="Plaintext", minimum=1, maximum=4096, sensitive=True),
        "ciphertext_for_recipient": Member(name="CiphertextForRecipient", minimum=1, maximum=6144),
    }


class EnableKeyRotationRequest(Shape, frozen=True, kw_only=True):
    key_id: str | None = msgspec.field(name="KeyId", default=None)
    rotation_period_in_days: Integer | None = msgspec.field(name="RotationPeriodInDays", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {
        "key_id": Member(name="KeyId", required=True, minimum=1, maximum=2048),
        "rotation_period_in_days": Member(name="RotationPeriodInDays", minimum=90, maximum=2560),
    }


class DisableKeyRotationRequest(Shape, frozen=True, kw_only=True):
    key_id: str | None = msgspec.field(name="KeyId", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {
        "key_id": Member(name="KeyId", required=True, minimum=1, maximum=2048),
    }


class GetKeyRotationStatusRequest(Shape, frozen=True, kw_only=True):
    key_id: str | None = msgspec.field(name="KeyId", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {
        "key_id": Member(name="KeyId", required=True, minimum=1, maximum=2048),
    }


class GetKeyRotationStatusResponse(Shape, frozen=True, kw_only=True):
    key_rotation_enabled: bool | None = msgspec.field(name="KeyRotationEnabled", default=None)
    key_id: str | None = msgspec.field(name="KeyId", default=None)
    rotation_period_in_days: Integer | None = msgspec.field(name="RotationPeriodInDays", default=None)
    next_rotation_date: Instant | None = msgspec.field(name="NextRotationDate", default=None)
    on_demand_rotation_start_date: Instant | None = msgspec.field(
        name="OnDemandRotationStartDate", default=None
    )
    MEMBERS: ClassVar[dict[str, Member]] = {
        "key_rotation_enabled": Member(name="KeyRotationEnabled"),
        "key_id": Member(name="KeyId", minimum=1, maximum=2048),
        "rotation_period_in_days": Member(name="RotationPeriodInDays", minimum=90, maximum=2560),
        "next_rotation_date": Member(name="NextRotationDate"),
        "on_demand_rotation_start_date": Member(name="OnDemandRotationStartDate"),
    }


class ListKeyRotationsRequest(Shape, frozen=True, kw_only=True):
    key_id: str | None = msgspec.field(name="KeyId", default=None)
    include_key_material: str | None = msgspec.field(name="IncludeKeyMaterial", default=None)
    limit: Integer | None = msgspec.field(name="Limit", default=None)
    marker: str | None = msgspec.field(name="Marker", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {
        "key_id": Member(name="KeyId", required=True, minimum=1, maximum=2048),
        "include_key_material": Member(
            name="IncludeKeyMaterial", values=("ALL_KEY_MATERIAL", "ROTATIONS_ONLY")
        ),
        "limit": Member(name="Limit", minimum=1, maximum=1000),
        "marker": Member(name="Marker", minimum=1, maximum=1024, pattern="[\\u0020-\\u00FF]*"),
    }


class RotationsListEntry(Shape, frozen=True, kw_only=True):
    key_id: str | None = msgspec.field(name="KeyId", default=None)
    key_material_id: str | None = msgspec.field(name="KeyMaterialId", default=None)
    key_material_description: str | None = msgspec.field(name="KeyMaterialDescription", default=None)
    import_state: str | None = msgspec.field(name="ImportState", default=None)
    key_material_state: str | None = msgspec.field(name="KeyMaterialState", default=None)
    expiration_model: str | None = msgspec.field(name="ExpirationModel", default=None)
    valid_to: Instant | None = msgspec.field(name="ValidTo", default=None)
    rotation_date: Instant | None = msgspec.field(name="RotationDate", default=None)
    rotation_type: str | None = msgspec.field(name="RotationType", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {
        "key_id": Member(name="KeyId", minimum=1, maximum=2048),
        "key_material_id": Member(name="KeyMaterialId", minimum=64, maximum=64, pattern="^[a-f0-9]+$"),
        "key_material_description": Member(
            name="KeyMaterialDescription", minimum=0, maximum=256, pattern="^[a-zA-Z0-9:/_\\s.-]+$"
        ),
        "import_state": Member(name="ImportState", values=("IMPORTED", "PENDING_IMPORT")),
        "key_material_state": Member(
            name="KeyMaterialState",
            values=("NON_CURRENT", "CURRENT", "PENDING_ROTATION", "PENDING_MULTI_REGION_IMPORT_AND_ROTATION"),
        ),
        "expiration_model": Member(
            name="ExpirationModel", values=("KEY_MATERIAL_EXPIRES", "KEY_MATERIAL_DOES_NOT_EXPIRE")
        ),
        "valid_to": Member(name="ValidTo"),
        "rotation_date": Member(name="RotationDate"),
        "rotation_type": Member(name="RotationType", values=("AUTOMATIC", "ON_DEMAND")),
    }


class ListKeyRotationsResponse(Shape, frozen=True, kw_only=True):
    rotations: tuple[RotationsListEntry, ...] | None = msgspec.field(name="Rotations", default=None)
    next_marker: str | None = msgspec.field(name="NextMarker", default=None)
    truncated: bool | None = msgspec.field(name="Truncated", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {
        "rotations": Member(name="Rotations", item=Member(name="member")),
        "next_marker": Member(name="NextMarker", minimum=1, maximum=1024, pattern="[\\u0020-\\u00FF]*"),
        "truncated": Member(name="Truncated"),
    }


class RotateKeyOnDemandRequest(Shape, frozen=True, kw_only=True):
    key_id: str | None = msgspec.field(name="KeyId", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {
        "key_id": Member(name="KeyId", required=True, minimum=1, maximum=2048),
    }


class RotateKeyOnDemandResponse(Shape, frozen=True, kw_only=True):
    key_id: str | None = msgspec.field(name="KeyId", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {
        "key_id": Member(name="KeyId", minimum=1, maximum=2048),
    }


class GetParametersForImportRequest(Shape, frozen=True, kw_only=True):
    key_id: str | None = msgspec.field(name="KeyId", default=None)
    wrapping_algorithm: str | None = msgspec.field(name="WrappingAlgorithm", default=None)
    wrapping_key_spec: str | None = msgspec.field(name="WrappingKeySpec", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {
        "key_id": Member(name="KeyId", required=True, minimum=1, maximum=2048),
        "wrapping_algorithm": Member(
            name="WrappingAlgorithm",
            required=True,
            values=(
                "RSAES_PKCS1_V1_5",
                "RSAES_OAEP_SHA_1",
                "RSAES_OAEP_SHA_256",
                "RSA_AES_KEY_WRAP_SHA_1",
                "RSA_AES_KEY_WRAP_SHA_256",
                "SM2PKE",
            ),
        ),
        "wrapping_key_spec": Member(
            name="WrappingKeySpec", required=True, values=("RSA_2048", "RSA_3072", "RSA_4096", "SM2")
        ),
    }


class GetParametersForImportResponse(Shape, frozen=True, kw_only=True):
    key_id: str | None = msgspec.field(name="KeyId", default=None)
    import_token: bytes | None = msgspec.field(name="ImportToken", default=None)
    public_key: bytes | None = msgspec.field(name="PublicKey", default=None)
    parameters_valid_to: Instant | None = msgspec.field(name="ParametersValidTo", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {
        "key_id": Member(name="KeyId", minimum=1, maximum=2048),
        "import_token": Member(name="ImportToken", minimum=1, maximum=6144),
        "public_key": Member(name="PublicKey", minimum=1, maximum=4096, sensitive=True),
        "parameters_valid_to": Member(name="ParametersValidTo"),
    }


class ImportKeyMaterialRequest(Shape, frozen=True, kw_only=True):
    key_id: str | None = msgspec.field(name="KeyId", default=None)
    import_token: bytes | None = msgspec.field(name="ImportToken", default=None)
    encrypted_key_material: bytes | None = msgspec.field(name="EncryptedKeyMaterial", default=None)
    valid_to: Instant | None = msgspec.field(name="ValidTo", default=None)
    expiration_model: str | None = msgspec.field(name="ExpirationModel", default=None)
    import_type: str | None = msgspec.field(name="ImportType", default=None)
    key_material_description: str | None = msgspec.field(name="KeyMaterialDescription", default=None)
    key_material_id: str | None = msgspec.field(name="KeyMaterialId", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {
        "key_id": Member(name="KeyId", required=True, minimum=1, maximum=2048),
        "import_token": Member(name="ImportToken", required=True, minimum=1, maximum=6144),
        "encrypted_key_material": Member(name="EncryptedKeyMaterial", required=True, minimum=1, maximum=6144),
        "valid_to": Member(name="ValidTo"),
        "expiration_model": Member(
            name="ExpirationModel", values=("KEY_MATERIAL_EXPIRES", "KEY_MATERIAL_DOES_NOT_EXPIRE")
        ),
        "import_type": Member(name="ImportType", values=("NEW_KEY_MATERIAL", "EXISTING_KEY_MATERIAL")),
        "key_material_description": Member(
            name="KeyMaterialDescription", minimum=0, maximum=256, pattern="^[a-zA-Z0-9:/_\\s.-]+$"
        ),
        "key_material_id": Member(name="KeyMaterialId", minimum=64, maximum=64, pattern="^[a-f0-9]+$"),
    }


class ImportKeyMaterialResponse(Shape, frozen=True, kw_only=True):
    key_id: str | None = msgspec.field(name="KeyId", default=None)
    key_material_id: str | None = msgspec.field(name="KeyMaterialId", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {
        "key_id": Member(name="KeyId", minimum=1, maximum=2048),
        "key_material_id": Member(name="KeyMaterialId", minimum=64, maximum=64, pattern="^[a-f0-9]+$"),
    }


class DeleteImportedKeyMaterialRequest(Shape, frozen=True, kw_only=True):
    key_id: str | None = msgspec.field(name="KeyId", default=None)
    key_material_id: str | None = msgspec.field(name="KeyMaterialId", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {
        "key_id": Member(name="KeyId", required=True, minimum=1, maximum=2048),
        "key_material_id": Member(name="KeyMaterialId", minimum=64, maximum=64, pattern="^[a-f0-9]+$"),
    }


class DeleteImportedKeyMaterialResponse(Shape, frozen=True, kw_only=True):
    key_id: str | None = msgspec.field(name="KeyId", default=None)
    key_material_id: str | None = msgspec.field(name="KeyMaterialId", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {
        "key_id": Member(name="KeyId", minimum=1, maximum=2048),
        "key_material_id": Member(name="KeyMaterialId", minimum=0, maximum=64, pattern="^[a-f0-9]+$"),
    }


class ReplicateKeyRequest(Shape, frozen=True, kw_only=True):
    key_id: str | None = msgspec.field(name="KeyId", default=None)
    replica_region: str | None = msgspec.field(name="ReplicaRegion", default=None)
    policy: str | None = msgspec.field(name="Policy", default=None)
    bypass_policy_lockout_safety_check: bool | None = msgspec.field(
        name="BypassPolicyLockoutSafetyCheck", default=None
    )
    description: str | None = msgspec.field(name="Description", default=None)
    tags: tuple[Tag, ...] | None = msgspec.field(name="Tags", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {
        "key_id": Member(name="KeyId", required=True, minimum=1, maximum=2048),
        "replica_region": Member(
            name="ReplicaRegion", required=True, minimum=1, maximum=32, pattern="^([a-z]+-){2,3}\\d+$"
        ),
        "policy": Member(
            name="Policy", minimum=1, maximum=131072, pattern="[\\u0009\\u000A\\u000D\\u0020-\\u00FF]+"
        ),
        "bypass_policy_lockout_safety_check": Member(name="BypassPolicyLockoutSafetyCheck"),
        "description": Member(name="Description", minimum=0, maximum=8192),
        "tags": Member(name="Tags", item=Member(name="member")),
    }


class ReplicateKeyResponse(Shape, frozen=True, kw_only=True):
    replica_key_metadata: KeyMetadata | None = msgspec.field(name="ReplicaKeyMetadata", default=None)
    replica_policy: str | None = msgspec.field(name="ReplicaPolicy", default=None)
    replica_tags: tuple[Tag, ...] | None = msgspec.field(name="ReplicaTags", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {
        "replica_key_metadata": Member(name="ReplicaKeyMetadata"),
        "replica_policy": Member(
            name="ReplicaPolicy", minimum=1, maximum=131072, pattern="[\\u0009\\u000A\\u000D\\u0020-\\u00FF]+"
        ),
        "replica_tags": Member(name="ReplicaTags", item=Member(name="member")),
    }


class UpdatePrimaryRegionRequest(Shape, frozen=True, kw_only=True):
    key_id: str | None = msgspec.field(name="KeyId", default=None)
    primary_region: str | None = msgspec.field(name="PrimaryRegion", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {
        "key_id": Member(name="KeyId", required=True, minimum=1, maximum=2048),
        "primary_region": Member(
            name="PrimaryRegion", required=True, minimum=1, maximum=32, pattern="^([a-z]+-){2,3}\\d+$"
        ),
    }


class GenerateDataKeyPairRequest(Shape, frozen=True, kw_only=True):
    encryption_context: dict[str, str] | None = msgspec.field(name="EncryptionContext", default=None)
    key_id: str | None = msgspec.field(name="KeyId", default=None)
    key_pair_spec: str | None = msgspec.field(name="KeyPairSpec", default=None)
    grant_tokens: tuple[str, ...] | None = msgspec.field(name="GrantTokens", default=None)
    recipient: RecipientInfo | None = msgspec.field(name="Recipient", default=None)
    dry_run: bool | None = msgspec.field(name="DryRun", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {
        "encryption_context": Member(
            name="EncryptionContext", key=Member(name="key"), item=Member(name="value")
        ),
        "key_id": Member(name="KeyId", required=True, minimum=1, maximum=2048),
        "key_pair_spec": Member(
            name="KeyPairSpec",
            required=True,
            values=(
                "RSA_2048",
                "RSA_3072",
                "RSA_4096",
                "ECC_NIST_P256",
                "ECC_NIST_P384",
                "ECC_NIST_P521",
                "ECC_SECG_P256K1",
                "SM2",
                "ECC_NIST_EDWARDS25519",
                "ML_KEM_512",
                "ML_KEM_768",
                "ML_KEM_1024",
            ),
        ),
        "grant_tokens": Member(
            name="GrantTokens", minimum=0, maximum=10, item=Member(name="member", minimum=1, maximum=8192)
        ),
        "recipient": Member(name="Recipient"),
        "dry_run": Member(name="DryRun"),
    }


class GenerateDataKeyPairResponse(Shape, frozen=True, kw_only=True):
    private_key_ciphertext_blob: bytes | None = msgspec.field(name="PrivateKeyCiphertextBlob", default=None)
    private_key_plaintext: bytes | None = msgspec.field(name="PrivateKeyPlaintext", default=None)
    public_key: bytes | None = msgspec.field(name="PublicKey", default=None)
    key_id: str | None = msgspec.field(name="KeyId", default=None)
    key_pair_spec: str | None = msgspec.field(name="KeyPairSpec", default=None)
    ciphertext_for_recipient: bytes | None = msgspec.field(name="CiphertextForRecipient", default=None)
    key_material_id: str | None = msgspec.field(name="KeyMaterialId", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {
        "private_key_ciphertext_blob": Member(name="PrivateKeyCiphertextBlob", minimum=1, maximum=6144),
        "private_key_plaintext": Member(name="PrivateKeyPlaintext", minimum=1, maximum=4096, sensitive=True),
        "public_key": Member(name="PublicKey", minimum=1, maximum=8192),
        "key_id": Member(name="KeyId", minimum=1, maximum=2048),
        "key_pair_spec": Member(
            name="KeyPairSpec",
            values=(
                "RSA_2048",
                "RSA_3072",
                "RSA_4096",
                "ECC_NIST_P256",
                "ECC_NIST_P384",
                "ECC_NIST_P521",
                "ECC_SECG_P256K1",
                "SM2",
                "ECC_NIST_EDWARDS25519",
                "ML_KEM_512",
                "ML_KEM_768",
                "ML_KEM_1024",
            ),
        ),
        "ciphertext_for_recipient": Member(name="CiphertextForRecipient", minimum=1, maximum=6144),
        "key_material_id": Member(name="KeyMaterialId", minimum=64, maximum=64, pattern="^[a-f0-9]+$"),
    }


class GenerateDataKeyPairWithoutPlaintextRequest(Shape, frozen=True, kw_only=True):
    encryption_context: dict[str, str] | None = msgspec.field(name="EncryptionContext", default=None)
    key_id: str | None = msgspec.field(name="KeyId", default=None)
    key_pair_spec: str | None = msgspec.field(name="KeyPairSpec", default=None)
    grant_tokens: tuple[str, ...] | None = msgspec.field(name="GrantTokens", default=None)
    dry_run: bool | None = msgspec.field(name="DryRun", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {
        "encryption_context": Member(
            name="EncryptionContext", key=Member(name="key"), item=Member(name="value")
        ),
        "key_id": Member(name="KeyId", required=True, minimum=1, maximum=2048),
        "key_pair_spec": Member(
            name="KeyPairSpec",
            required=True,
            values=(
                "RSA_2048",
                "RSA_3072",
                "RSA_4096",
                "ECC_NIST_P256",
                "ECC_NIST_P384",
                "ECC_NIST_P521",
                "ECC_SECG_P256K1",
                "SM2",
                "ECC_NIST_EDWARDS25519",
                "ML_KEM_512",
                "ML_KEM_768",
                "ML_KEM_1024",
            ),
        ),
        "grant_tokens": Member(
            name="GrantTokens", minimum=0, maximum=10, item=Member(name="member", minimum=1, maximum=8192)
        ),
        "dry_run": Member(name="DryRun"),
    }


class GenerateDataKeyPairWithoutPlaintextResponse(Shape, frozen=True, kw_only=True):
    private_key_ciphertext_blob: bytes | None = msgspec.field(name="PrivateKeyCiphertextBlob", default=None)
    public_key: bytes | None = msgspec.field(name="PublicKey", default=None)
    key_id: str | None = msgspec.field(name="KeyId", default=None)
    key_pair_spec: str | None = msgspec.field(name="KeyPairSpec", default=None)
    key_material_id: str | None = msgspec.field(name="KeyMaterialId", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {
        "private_key_ciphertext_blob": Member(name="PrivateKeyCiphertextBlob", minimum=1, maximum=6144),
        "public_key": Member(name="PublicKey", minimum=1, maximum=8192),
        "key_id": Member(name="KeyId", minimum=1, maximum=2048),
        "key_pair_spec": Member(
            name="KeyPairSpec",
            values=(
                "RSA_2048",
                "RSA_3072",
                "RSA_4096",
                "ECC_NIST_P256",
                "ECC_NIST_P384",
                "ECC_NIST_P521",
                "ECC_SECG_P256K1",
                "SM2",
                "ECC_NIST_EDWARDS25519",
                "ML_KEM_512",
                "ML_KEM_768",
                "ML_KEM_1024",
            ),
        ),
        "key_material_id": Member(name="KeyMaterialId", minimum=64, maximum=64, pattern="^[a-f0-9]+$"),
    }


class GetPublicKeyRequest(Shape, frozen=True, kw_only=True):
    key_id: str | None = msgspec.field(name="KeyId", default=None)
    grant_tokens: tuple[str, ...] | None = msgspec.field(name="GrantTokens", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {
        "key_id": Member(name="KeyId", required=True, minimum=1, maximum=2048),
        "grant_tokens": Member(
            name="GrantTokens", minimum=0, maximum=10, item=Member(name="member", minimum=1, maximum=8192)
        ),
    }


class GetPublicKeyResponse(Shape, frozen=True, kw_only=True):
    key_id: str | None = msgspec.field(name="KeyId", default=None)
    public_key: bytes | None = msgspec.field(name="PublicKey", default=None)
    customer_master_key_spec: str | None = msgspec.field(name="CustomerMasterKeySpec", default=None)
    key_spec: str | None = msgspec.field(name="KeySpec", default=None)
    key_usage: str | None = msgspec.field(name="KeyUsage", default=None)
    encryption_algorithms: tuple[str, ...] | None = msgspec.field(name="EncryptionAlgorithms", default=None)
    signing_algorithms: tuple[str, ...] | None = msgspec.field(name="SigningAlgorithms", default=None)
    key_agreement_algorithms: tuple[str, ...] | None = msgspec.field(
        name="KeyAgreementAlgorithms", default=None
    )
    encapsulation_algorithms: tuple[str, ...] | None = msgspec.field(
        name="EncapsulationAlgorithms", default=None
    )
    MEMBERS: ClassVar[dict[str, Member]] = {
        "key_id": Member(name="KeyId", minimum=1, maximum=2048),
        "public_key": Member(name="PublicKey", minimum=1, maximum=8192),
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
    }


class SignRequest(Shape, frozen=True, kw_only=True):
    key_id: str | None = msgspec.field(name="KeyId", default=None)
    message: bytes | None = msgspec.field(name="Message", default=None)
    message_type: str | None = msgspec.field(name="MessageType", default=None)
    grant_tokens: tuple[str, ...] | None = msgspec.field(name="GrantTokens", default=None)
    signing_algorithm: str | None = msgspec.field(name="SigningAlgorithm", default=None)
    dry_run: bool | None = msgspec.field(name="DryRun", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {
        "key_id": Member(name="KeyId", required=True, minimum=1, maximum=2048),
        "message": Member(name="Message", required=True, minimum=1, maximum=4096, sensitive=True),
        "message_type": Member(name="MessageType", values=("RAW", "DIGEST", "EXTERNAL_MU")),
        "grant_tokens": Member(
            name="GrantTokens", minimum=0, maximum=10, item=Member(name="member", minimum=1, maximum=8192)
        ),
        "signing_algorithm": Member(
            name="SigningAlgorithm",
            required=True,
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
        "dry_run": Member(name="DryRun"),
    }


class SignResponse(Shape, frozen=True, kw_only=True):
    key_id: str | None = msgspec.field(name="KeyId", default=None)
    signature: bytes | None = msgspec.field(name="Signature", default=None)
    signing_algorithm: str | None = msgspec.field(name="SigningAlgorithm", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {
        "key_id": Member(name="KeyId", minimum=1, maximum=2048),
        "signature": Member(name="Signature", minimum=1, maximum=6144),
        "signing_algorithm": Member(
            name="SigningAlgorithm",
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
    }


class VerifyRequest(Shape, frozen=True, kw_only=True):
    key_id: str | None = msgspec.field(name="KeyId", default=None)
    message: bytes | None = msgspec.field(name="Message", default=None)
    message_type: str | None = msgspec.field(name="MessageType", default=None)
    signature: bytes | None = msgspec.field(name="Signature", default=None)
    signing_algorithm: str | None = msgspec.field(name="SigningAlgorithm", default=None)
    grant_tokens: tuple[str, ...] | None = msgspec.field(name="GrantTokens", default=None)
    dry_run: bool | None = msgspec.field(name="DryRun", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {
        "key_id": Member(name="KeyId", required=True, minimum=1, maximum=2048),
        "message": Member(name="Message", required=True, minimum=1, maximum=4096, sensitive=True),
        "message_type": Member(name="MessageType", values=("RAW", "DIGEST", "EXTERNAL_MU")),
        "signature": Member(name="Signature", required=True, minimum=1, maximum=6144),
        "signing_algorithm": Member(
            name="SigningAlgorithm",
            required=True,
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
        "grant_tokens": Member(
            name="GrantTokens", minimum=0, maximum=10, item=Member(name="member", minimum=1, maximum=8192)
        ),
        "dry_run": Member(name="DryRun"),
    }


class VerifyResponse(Shape, frozen=True, kw_only=True):
    key_id: str | None = msgspec.field(name="KeyId", default=None)
    signature_valid: bool | None = msgspec.field(name="SignatureValid", default=None)
    signing_algorithm: str | None = msgspec.field(name="SigningAlgorithm", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {
        "key_id": Member(name="KeyId", minimum=1, maximum=2048),
        "signature_valid": Member(name="SignatureValid"),
        "signing_algorithm": Member(
            name="SigningAlgorithm",
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
    }


class DeriveSharedSecretRequest(Shape, frozen=True, kw_only=True):
    key_id: str | None = msgspec.field(name="KeyId", default=None)
    key_agreement_algorithm: str | None = msgspec.field(name="KeyAgreementAlgorithm", default=None)
    public_key: bytes | None = msgspec.field(name="PublicKey", default=None)
    grant_tokens: tuple[str, ...] | None = msgspec.field(name="GrantTokens", default=None)
    dry_run: bool | None = msgspec.field(name="DryRun", default=None)
    recipient: RecipientInfo | None = msgspec.field(name="Recipient", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {
        "key_id": Member(name="KeyId", required=True, minimum=1, maximum=2048),
        "key_agreement_algorithm": Member(name="KeyAgreementAlgorithm", required=True, values=("ECDH",)),
        "public_key": Member(name="PublicKey", required=True, minimum=1, maximum=8192),
        "grant_tokens": Member(
            name="GrantTokens", minimum=0, maximum=10, item=Member(name="member", minimum=1, maximum=8192)
        ),
        "dry_run": Member(name="DryRun"),
        "recipient": Member(name="Recipient"),
    }


class DeriveSharedSecretResponse(Shape, frozen=True, kw_only=True):
    key_id: str | None = msgspec.field(name="KeyId", default=None)
    shared_secret: bytes | None = msgspec.field(name="SharedSecret", default=None)
    ciphertext_for_recipient: bytes | None = msgspec.field(name="CiphertextForRecipient", default=None)
    key_agreement_algorithm: str | None = msgspec.field(name="KeyAgreementAlgorithm", default=None)
    key_origin: str | None = msgspec.field(name="KeyOrigin", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {
        "key_id": Member(name="KeyId", minimum=1, maximum=2048),
        "shared_secret": Member(name="SharedSecret", minimum=1, maximum=4096, sensitive=True),
        "ciphertext_for_recipient": Member(name="CiphertextForRecipient", minimum=1, maximum=6144),
        "key_agreement_algorithm": Member(name="KeyAgreementAlgorithm", values=("ECDH",)),
        "key_origin": Member(
            name="KeyOrigin", values=("AWS_KMS", "EXTERNAL", "AWS_CLOUDHSM", "EXTERNAL_KEY_STORE")
        ),
    }


class EncapsulateRequest(Shape, frozen=True, kw_only=True):
    key_id: str | None = msgspec.field(name="KeyId", default=None)
    encapsulation_algorithm: str | None = msgspec.field(name="EncapsulationAlgorithm", default=None)
    grant_tokens: tuple[str, ...] | None = msgspec.field(name="GrantTokens", default=None)
    dry_run: bool | None = msgspec.field(name="DryRun", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {
        "key_id": Member(name="KeyId", required=True, minimum=1, maximum=2048),
        "encapsulation_algorithm": Member(name="EncapsulationAlgorithm", required=True, values=("ML_KEM",)),
        "grant_tokens": Member(
            name="GrantTokens", minimum=0, maximum=10, item=Member(name="member", minimum=1, maximum=8192)
        ),
        "dry_run": Member(name="DryRun"),
    }


class EncapsulateResponse(Shape, frozen=True, kw_only=True):
    key_id: str | None = msgspec.field(name="KeyId", default=None)
    shared_secret: bytes | None = msgspec.field(name="SharedSecret", default=None)
    shared_secret_ciphertext_blob: bytes | None = msgspec.field(
        name="SharedSecretCiphertextBlob", default=None
    )
    encapsulation_algorithm: str | None = msgspec.field(name="EncapsulationAlgorithm", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {
        "key_id": Member(name="KeyId", minimum=1, maximum=2048),
        "shared_secret": Member(name="SharedSecret", minimum=1, maximum=4096, sensitive=True),
        "shared_secret_ciphertext_blob": Member(name="SharedSecretCiphertextBlob", minimum=1, maximum=6144),
        "encapsulation_algorithm": Member(name="EncapsulationAlgorithm", values=("ML_KEM",)),
    }


class DecapsulateRequest(Shape, frozen=True, kw_only=True):
    key_id: str | None = msgspec.field(name="KeyId", default=None)
    shared_secret_ciphertext_blob: bytes | None = msgspec.field(
        name="SharedSecretCiphertextBlob", default=None
    )
    encapsulation_algorithm: str | None = msgspec.field(name="EncapsulationAlgorithm", default=None)
    grant_tokens: tuple[str, ...] | None = msgspec.field(name="GrantTokens", default=None)
    dry_run: bool | None = msgspec.field(name="DryRun", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {
        "key_id": Member(name="KeyId", required=True, minimum=1, maximum=2048),
        "shared_secret_ciphertext_blob": Member(
            name="SharedSecretCiphertextBlob", required=True, minimum=1, maximum=6144
        ),
        "encapsulation_algorithm": Member(name="EncapsulationAlgorithm", required=True, values=("ML_KEM",)),
        "grant_tokens": Member(
            name="GrantTokens", minimum=0, maximum=10, item=Member(name="member", minimum=1, maximum=8192)
        ),
        "dry_run": Member(name="DryRun"),
    }


class DecapsulateResponse(Shape, frozen=True, kw_only=True):
    key_id: str | None = msgspec.field(name="KeyId", default=None)
    shared_secret: bytes | None = msgspec.field(name="SharedSecret", default=None)
    encapsulation_algorithm: str | None = msgspec.field(name="EncapsulationAlgorithm", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {
        "key_id": Member(name="KeyId", minimum=1, maximum=2048),
        "shared_secret": Member(name="SharedSecret", minimum=1, maximum=4096, sensitive=True),
        "encapsulation_algorithm": Member(name="EncapsulationAlgorithm", values=("ML_KEM",)),
    }


class ConnectCustomKeyStoreRequest(Shape, frozen=True, kw_only=True):
    custom_key_store_id: str | None = msgspec.field(name="CustomKeyStoreId", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {
        "custom_key_store_id": Member(name="CustomKeyStoreId", required=True, minimum=1, maximum=64),
    }


class ConnectCustomKeyStoreResponse(Shape, frozen=True, kw_only=True):
    MEMBERS: ClassVar[dict[str, Member]] = {}


class XksProxyAuthenticationCredentialType(Shape, frozen=True, kw_only=True):
    access_key_id: str | None = msgspec.field(name="AccessKeyId", default=None)
    raw_secret_access_key: str | None = msgspec.field(name="RawSecretAccessKey", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {
        "access_key_id": Member(
            name="AccessKeyId", required=True, minimum=20, maximum=30, pattern="^[A-Z2-7]+$", sensitive=True
        ),
        "raw_secret_access_key": Member(
            name="RawSecretAccessKey",
            required=True,
            minimum=43,
            maximum=64,
            pattern="^[a-zA-Z0-9\\/+=]+$",
            sensitive=True,
        ),
    }


class CreateCustomKeyStoreRequest(Shape, frozen=True, kw_only=True):
    custom_key_store_name: str | None = msgspec.field(name="CustomKeyStoreName", default=None)
    cloud_hsm_cluster_id: str | None = msgspec.field(name="CloudHsmClusterId", default=None)
    trust_anchor_certificate: str | None = msgspec.field(name="TrustAnchorCertificate", default=None)
    key_store_password: str | None = msgspec.field(name="KeyStorePassword", default=None)
    custom_key_store_type: str | None = msgspec.field(name="CustomKeyStoreType", default=None)
    xks_proxy_uri_endpoint: str | None = msgspec.field(name="XksProxyUriEndpoint", default=None)
    xks_proxy_uri_path: str | None = msgspec.field(name="XksProxyUriPath", default=None)
    xks_proxy_vpc_endpoint_service_name: str | None = msgspec.field(
        name="XksProxyVpcEndpointServiceName", default=None
    )
    xks_proxy_vpc_endpoint_service_owner: str | None = msgspec.field(
        name="XksProxyVpcEndpointServiceOwner", default=None
    )
    xks_proxy_authentication_credential: XksProxyAuthenticationCredentialType | None = msgspec.field(
        name="XksProxyAuthenticationCredential", default=None
    )
    xks_proxy_connectivity: str | None = msgspec.field(name="XksProxyConnectivity", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {
        "custom_key_store_name": Member(name="CustomKeyStoreName", required=True, minimum=1, maximum=256),
        "cloud_hsm_cluster_id": Member(
            name="CloudHsmClusterId", minimum=19, maximum=24, pattern="cluster-[2-7a-zA-Z]{11,16}"
        ),
        "trust_anchor_certificate": Member(name="TrustAnchorCertificate", minimum=1, maximum=5000),
        "key_store_password": Member(name="KeyStorePassword", minimum=7, maximum=32, sensitive=True),
        "custom_key_store_type": Member(
            name="CustomKeyStoreType", values=("AWS_CLOUDHSM", "EXTERNAL_KEY_STORE")
        ),
        "xks_proxy_uri_endpoint": Member(
            name="XksProxyUriEndpoint", minimum=10, maximum=128, pattern="^https://[a-zA-Z0-9.-]+$"
        ),
        "xks_proxy_uri_path": Member(
            name="XksProxyUriPath",
            minimum=10,
            maximum=128,
            pattern="^(/[a-zA-Z0-9\\/_-]+/kms/xks/v\\d{1,2})$|^(/kms/xks/v\\d{1,2})$",
        ),
        "xks_proxy_vpc_endpoint_service_name": Member(
            name="XksProxyVpcEndpointServiceName",
            minimum=20,
            maximum=64,
            pattern="^(com|eu)\\.amazonaws\\.vpce\\.([a-z]+-){2,3}\\d+\\.vpce-svc-[0-9a-z]+$",
        ),
        "xks_proxy_vpc_endpoint_service_owner": Member(
            name="XksProxyVpcEndpointServiceOwner", minimum=12, maximum=12, pattern="[0-9]{12}"
        ),
        "xks_proxy_authentication_credential": Member(name="XksProxyAuthenticationCredential"),
        "xks_proxy_connectivity": Member(
            name="XksProxyConnectivity", values=("PUBLIC_ENDPOINT", "VPC_ENDPOINT_SERVICE")
        ),
    }


class CreateCustomKeyStoreResponse(Shape, frozen=True, kw_only=True):
    custom_key_store_id: str | None = msgspec.field(name="CustomKeyStoreId", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {
        "custom_key_store_id": Member(name="CustomKeyStoreId", minimum=1, maximum=64),
    }


class DeleteCustomKeyStoreRequest(Shape, frozen=True, kw_only=True):
    custom_key_store_id: str | None = msgspec.field(name="CustomKeyStoreId", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {
        "custom_key_store_id": Member(name="CustomKeyStoreId", required=True, minimum=1, maximum=64),
    }


class DeleteCustomKeyStoreResponse(Shape, frozen=True, kw_only=True):
    MEMBERS: ClassVar[dict[str, Member]] = {}


class DescribeCustomKeyStoresRequest(Shape, frozen=True, kw_only=True):
    custom_key_store_id: str | None = msgspec.field(name="CustomKeyStoreId", default=None)
    custom_key_store_name: str | None = msgspec.field(name="CustomKeyStoreName", default=None)
    limit: Integer | None = msgspec.field(name="Limit", default=None)
    marker: str | None = msgspec.field(name="Marker", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {
        "custom_key_store_id": Member(name="CustomKeyStoreId", minimum=1, maximum=64),
        "custom_key_store_name": Member(name="CustomKeyStoreName", minimum=1, maximum=256),
        "limit": Member(name="Limit", minimum=1, maximum=1000),
        "marker": Member(name="Marker", minimum=1, maximum=1024, pattern="[\\u0020-\\u00FF]*"),
    }


class XksProxyConfigurationType(Shape, frozen=True, kw_only=True):
    connectivity: str | None = msgspec.field(name="Connectivity", default=None)
    access_key_id: str | None = msgspec.field(name="AccessKeyId", default=None)
    uri_endpoint: str | None = msgspec.field(name="UriEndpoint", default=None)
    uri_path: str | None = msgspec.field(name="UriPath", default=None)
    vpc_endpoint_service_name: str | None = msgspec.field(name="VpcEndpointServiceName", default=None)
    vpc_endpoint_service_owner: str | None = msgspec.field(name="VpcEndpointServiceOwner", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {
        "connectivity": Member(name="Connectivity", values=("PUBLIC_ENDPOINT", "VPC_ENDPOINT_SERVICE")),
        "access_key_id": Member(
            name="AccessKeyId", minimum=20, maximum=30, pattern="^[A-Z2-7]+$", sensitive=True
        ),
        "uri_endpoint": Member(
            name="UriEndpoint", minimum=10, maximum=128, pattern="^https://[a-zA-Z0-9.-]+$"
        ),
        "uri_path": Member(
            name="UriPath",
            minimum=10,
            maximum=128,
            pattern="^(/[a-zA-Z0-9\\/_-]+/kms/xks/v\\d{1,2})$|^(/kms/xks/v\\d{1,2})$",
        ),
        "vpc_endpoint_service_name": Member(
            name="VpcEndpointServiceName",
            minimum=20,
            maximum=64,
            pattern="^(com|eu)\\.amazonaws\\.vpce\\.([a-z]+-){2,3}\\d+\\.vpce-svc-[0-9a-z]+$",
        ),
        "vpc_endpoint_service_owner": Member(
            name="VpcEndpointServiceOwner", minimum=12, maximum=12, pattern="[0-9]{12}"
        ),
    }


class CustomKeyStoresListEntry(Shape, frozen=True, kw_only=True):
    custom_key_store_id: str | None = msgspec.field(name="CustomKeyStoreId", default=None)
    custom_key_store_name: str | None = msgspec.field(name="CustomKeyStoreName", default=None)
    cloud_hsm_cluster_id: str | None = msgspec.field(name="CloudHsmClusterId", default=None)
    trust_anchor_certificate: str | None = msgspec.field(name="TrustAnchorCertificate", default=None)
    connection_state: str | None = msgspec.field(name="ConnectionState", default=None)
    connection_error_code: str | None = msgspec.field(name="ConnectionErrorCode", default=None)
    creation_date: Instant | None = msgspec.field(name="CreationDate", default=None)
    custom_key_store_type: str | None = msgspec.field(name="CustomKeyStoreType", default=None)
    xks_proxy_configuration: XksProxyConfigurationType | None = msgspec.field(
        name="XksProxyConfiguration", default=None
    )
    MEMBERS: ClassVar[dict[str, Member]] = {
        "custom_key_store_id": Member(name="CustomKeyStoreId", minimum=1, maximum=64),
        "custom_key_store_name": Member(name="CustomKeyStoreName", minimum=1, maximum=256),
        "cloud_hsm_cluster_id": Member(
            name="CloudHsmClusterId", minimum=19, maximum=24, pattern="cluster-[2-7a-zA-Z]{11,16}"
        ),
        "trust_anchor_certificate": Member(name="TrustAnchorCertificate", minimum=1, maximum=5000),
        "connection_state": Member(
            name="ConnectionState",
            values=("CONNECTED", "CONNECTING", "FAILED", "DISCONNECTED", "DISCONNECTING"),
        ),
        "connection_error_code": Member(
            name="ConnectionErrorCode",
            values=(
                "INVALID_CREDENTIALS",
                "CLUSTER_NOT_FOUND",
                "NETWORK_ERRORS",
                "INTERNAL_ERROR",
                "INSUFFICIENT_CLOUDHSM_HSMS",
                "USER_LOCKED_OUT",
                "USER_NOT_FOUND",
                "USER_LOGGED_IN",
                "SUBNET_NOT_FOUND",
                "INSUFFICIENT_FREE_ADDRESSES_IN_SUBNET",
                "XKS_PROXY_ACCESS_DENIED",
                "XKS_PROXY_NOT_REACHABLE",
                "XKS_VPC_ENDPOINT_SERVICE_NOT_FOUND",
                "XKS_PROXY_INVALID_RESPONSE",
                "XKS_PROXY_INVALID_CONFIGURATION",
                "XKS_VPC_ENDPOINT_SERVICE_INVALID_CONFIGURATION",
                "XKS_PROXY_TIMED_OUT",
                "XKS_PROXY_INVALID_TLS_CONFIGURATION",
            ),
        ),
        "creation_date": Member(name="CreationDate"),
        "custom_key_store_type": Member(
            name="CustomKeyStoreType", values=("AWS_CLOUDHSM", "EXTERNAL_KEY_STORE")
        ),
        "xks_proxy_configuration": Member(name="XksProxyConfiguration"),
    }


class DescribeCustomKeyStoresResponse(Shape, frozen=True, kw_only=True):
    custom_key_stores: tuple[CustomKeyStoresListEntry, ...] | None = msgspec.field(
        name="CustomKeyStores", default=None
    )
    next_marker: str | None = msgspec.field(name="NextMarker", default=None)
    truncated: bool | None = msgspec.field(name="Truncated", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {
        "custom_key_stores": Member(name="CustomKeyStores", item=Member(name="member")),
        "next_marker": Member(name="NextMarker", minimum=1, maximum=1024, pattern="[\\u0020-\\u00FF]*"),
        "truncated": Member(name="Truncated"),
    }


class DisconnectCustomKeyStoreRequest(Shape, frozen=True, kw_only=True):
    custom_key_store_id: str | None = msgspec.field(name="CustomKeyStoreId", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {
        "custom_key_store_id": Member(name="CustomKeyStoreId", required=True, minimum=1, maximum=64),
    }


class DisconnectCustomKeyStoreResponse(Shape, frozen=True, kw_only=True):
    MEMBERS: ClassVar[dict[str, Member]] = {}


class UpdateCustomKeyStoreRequest(Shape, frozen=True, kw_only=True):
    custom_key_store_id: str | None = msgspec.field(name="CustomKeyStoreId", default=None)
    new_custom_key_store_name: str | None = msgspec.field(name="NewCustomKeyStoreName", default=None)
    key_store_password: str | None = msgspec.field(name="KeyStorePassword", default=None)
    cloud_hsm_cluster_id: str | None = msgspec.field(name="CloudHsmClusterId", default=None)
    xks_proxy_uri_endpoint: str | None = msgspec.field(name="XksProxyUriEndpoint", default=None)
    xks_proxy_uri_path: str | None = msgspec.field(name="XksProxyUriPath", default=None)
    xks_proxy_vpc_endpoint_service_name: str | None = msgspec.field(
        name="XksProxyVpcEndpointServiceName", default=None
    )
    xks_proxy_vpc_endpoint_service_owner: str | None = msgspec.field(
        name="XksProxyVpcEndpointServiceOwner", default=None
    )
    xks_proxy_authentication_credential: XksProxyAuthenticationCredentialType | None = msgspec.field(
        name="XksProxyAuthenticationCredential", default=None
    )
    xks_proxy_connectivity: str | None = msgspec.field(name="XksProxyConnectivity", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {
        "custom_key_store_id": Member(name="CustomKeyStoreId", required=True, minimum=1, maximum=64),
        "new_custom_key_store_name": Member(name="NewCustomKeyStoreName", minimum=1, maximum=256),
        "key_store_password": Member(name="KeyStorePassword", minimum=7, maximum=32, sensitive=True),
        "cloud_hsm_cluster_id": Member(
            name="CloudHsmClusterId", minimum=19, maximum=24, pattern="cluster-[2-7a-zA-Z]{11,16}"
        ),
        "xks_proxy_uri_endpoint": Member(
            name="XksProxyUriEndpoint", minimum=10, maximum=128, pattern="^https://[a-zA-Z0-9.-]+$"
        ),
        "xks_proxy_uri_path": Member(
            name="XksProxyUriPath",
            minimum=10,
            maximum=128,
            pattern="^(/[a-zA-Z0-9\\/_-]+/kms/xks/v\\d{1,2})$|^(/kms/xks/v\\d{1,2})$",
        ),
        "xks_proxy_vpc_endpoint_service_name": Member(
            name="XksProxyVpcEndpointServiceName",
            minimum=20,
            maximum=64,
            pattern="^(com|eu)\\.amazonaws\\.vpce\\.([a-z]+-){2,3}\\d+\\.vpce-svc-[0-9a-z]+$",
        ),
        "xks_proxy_vpc_endpoint_service_owner": Member(
            name="XksProxyVpcEndpointServiceOwner", minimum=12, maximum=12, pattern="[0-9]{12}"
        ),
        "xks_proxy_authentication_credential": Member(name="XksProxyAuthenticationCredential"),
        "xks_proxy_connectivity": Member(
            name="XksProxyConnectivity", values=("PUBLIC_ENDPOINT", "VPC_ENDPOINT_SERVICE")
        ),
    }


class UpdateCustomKeyStoreResponse(Shape, frozen=True, kw_only=True):
    MEMBERS: ClassVar[dict[str, Member]] = {}


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
    also=(Also(action="kms:TagResource", member="tags"),),
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
        ConditionKey(name="kms:RequestAlias"),
    ),
)


LIST_KEYS = Operation(
    service=SERVICE,
    name="ListKeys",
    request=ListKeysRequest,
    response=ListKeysResponse,
    errors=(
        DependencyTimeoutException,
        KMSInternalException,
        InvalidMarkerException,
    ),
    action="kms:ListKeys",
    access=AccessLevel.LIST,
    paginated=True,
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


SCHEDULE_KEY_DELETION = Operation(
    service=SERVICE,
    name="ScheduleKeyDeletion",
    request=ScheduleKeyDeletionRequest,
    response=ScheduleKeyDeletionResponse,
    errors=(
        NotFoundException,
        InvalidArnException,
        DependencyTimeoutException,
        KMSInternalException,
        KMSInvalidStateException,
    ),
    action="kms:ScheduleKeyDeletion",
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
        ConditionKey(name="kms:ScheduleKeyDeletionPendingWindowInDays", member="pending_window_in_days"),
        ConditionKey(name="kms:TrailingDaysWithoutKeyUsage"),
    ),
)


CANCEL_KEY_DELETION = Operation(
    service=SERVICE,
    name="CancelKeyDeletion",
    request=CancelKeyDeletionRequest,
    response=CancelKeyDeletionResponse,
    errors=(
        NotFoundException,
        InvalidArnException,
        DependencyTimeoutException,
        KMSInternalException,
        KMSInvalidStateException,
    ),
    action="kms:CancelKeyDeletion",
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


UPDATE_KEY_DESCRIPTION = Operation(
    service=SERVICE,
    name="UpdateKeyDescription",
    request=UpdateKeyDescriptionRequest,
    response=None,
    errors=(
        NotFoundException,
        InvalidArnException,
        DependencyTimeoutException,
        KMSInternalException,
        KMSInvalidStateException,
    ),
    action="kms:UpdateKeyDescription",
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


GET_KEY_LAST_USAGE = Operation(
    service=SERVICE,
    name="GetKeyLastUsage",
    request=GetKeyLastUsageRequest,
    response=GetKeyLastUsageResponse,
    errors=(
        NotFoundException,
        InvalidArnException,
        DependencyTimeoutException,
        KMSInternalException,
    ),
    action="kms:GetKeyLastUsage",
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
    ),
)


CREATE_ALIAS = Operation(
    service=SERVICE,
    name="CreateAlias",
    request=CreateAliasRequest,
    response=None,
    errors=(
        DependencyTimeoutException,
        AlreadyExistsException,
        NotFoundException,
        InvalidAliasNameException,
        KMSInternalException,
        LimitExceededException,
        KMSInvalidStateException,
    ),
    action="kms:CreateAlias",
    access=AccessLevel.WRITE,
    resource_member="target_key_id",
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


UPDATE_ALIAS = Operation(
    service=SERVICE,
    name="UpdateAlias",
    request=UpdateAliasRequest,
    response=None,
    errors=(
        DependencyTimeoutException,
        NotFoundException,
        KMSInternalException,
        LimitExceededException,
        KMSInvalidStateException,
    ),
    action="kms:UpdateAlias",
    access=AccessLevel.WRITE,
    resource_member="target_key_id",
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


DELETE_ALIAS = Operation(
    service=SERVICE,
    name="DeleteAlias",
    request=DeleteAliasRequest,
    response=None,
    errors=(
        DependencyTimeoutException,
        NotFoundException,
        KMSInternalException,
        KMSInvalidStateException,
    ),
    action="kms:DeleteAlias",
    access=AccessLevel.WRITE,
    resource_member="alias_name",
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


LIST_ALIASES = Operation(
    service=SERVICE,
    name="ListAliases",
    request=ListAliasesRequest,
    response=ListAliasesResponse,
    errors=(
        DependencyTimeoutException,
        InvalidMarkerException,
        KMSInternalException,
        InvalidArnException,
        NotFoundException,
    ),
    action="kms:ListAliases",
    access=AccessLevel.LIST,
    paginated=True,
)


GET_KEY_POLICY = Operation(
    service=SERVICE,
    name="GetKeyPolicy",
    request=GetKeyPolicyRequest,
    response=GetKeyPolicyResponse,
    errors=(
        NotFoundException,
        InvalidArnException,
        DependencyTimeoutException,
        KMSInternalException,
        KMSInvalidStateException,
    ),
    action="kms:GetKeyPolicy",
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
    ),
)


PUT_KEY_POLICY = Operation(
    service=SERVICE,
    name="PutKeyPolicy",
    request=PutKeyPolicyRequest,
    response=None,
    errors=(
        NotFoundException,
        InvalidArnException,
        MalformedPolicyDocumentException,
        DependencyTimeoutException,
        UnsupportedOperationException,
        KMSInternalException,
        LimitExceededException,
        KMSInvalidStateException,
    ),
    action="kms:PutKeyPolicy",
    access=AccessLevel.PERMISSIONS,
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
        ConditionKey(name="kms:BypassPolicyLockoutSafetyCheck", member="bypass_policy_lockout_safety_check"),
    ),
)


LIST_KEY_POLICIES = Operation(
    service=SERVICE,
    name="ListKeyPolicies",
    request=ListKeyPoliciesRequest,
    response=ListKeyPoliciesResponse,
    errors=(
        NotFoundException,
        InvalidArnException,
        DependencyTimeoutException,
        KMSInternalException,
        KMSInvalidStateException,
    ),
    action="kms:ListKeyPolicies",
    access=AccessLevel.LIST,
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
    paginated=True,
)


TAG_RESOURCE = Operation(
    service=SERVICE,
    name="TagResource",
    request=TagResourceRequest,
    response=None,
    errors=(
        KMSInternalException,
        NotFoundException,
        InvalidArnException,
        KMSInvalidStateException,
        LimitExceededException,
        TagException,
    ),
    action="kms:TagResource",
    access=AccessLevel.TAGGING,
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
        ConditionKey(name="aws:RequestTag/${TagKey}", member="tags"),
        ConditionKey(name="aws:TagKeys", member="tags"),
    ),
)


UNTAG_RESOURCE = Operation(
    service=SERVICE,
    name="UntagResource",
    request=UntagResourceRequest,
    response=None,
    errors=(
        KMSInternalException,
        NotFoundException,
        InvalidArnException,
        KMSInvalidStateException,
        TagException,
    ),
    action="kms:UntagResource",
    access=AccessLevel.TAGGING,
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
        ConditionKey(name="aws:TagKeys", member="tag_keys"),
    ),
)


LIST_RESOURCE_TAGS = Operation(
    service=SERVICE,
    name="ListResourceTags",
    request=ListResourceTagsRequest,
    response=ListResourceTagsResponse,
    errors=(
        KMSInternalException,
        NotFoundException,
        InvalidArnException,
        InvalidMarkerException,
    ),
    action="kms:ListResourceTags",
    access=AccessLevel.LIST,
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
    paginated=True,
)


CREATE_GRANT = Operation(
    service=SERVICE,
    name="CreateGrant",
    request=CreateGrantRequest,
    response=CreateGrantResponse,
    errors=(
        NotFoundException,
        DisabledException,
        DependencyTimeoutException,
        InvalidArnException,
        KMSInternalException,
        InvalidGrantTokenException,
        LimitExceededException,
        KMSInvalidStateException,
        DryRunOperationException,
    ),
    action="kms:CreateGrant",
    access=AccessLevel.PERMISSIONS,
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
        ConditionKey(name="kms:GrantIsForAWSResource"),
        ConditionKey(name="kms:EncryptionContext:${EncryptionContextKey}"),
        ConditionKey(name="kms:EncryptionContextKeys"),
        ConditionKey(name="kms:GrantConstraintType"),
        ConditionKey(name="kms:GranteePrincipal", member="grantee_principal"),
        ConditionKey(name="kms:GrantOperations", member="operations"),
        ConditionKey(name="kms:RetiringPrincipal", member="retiring_principal"),
    ),
)


LIST_GRANTS = Operation(
    service=SERVICE,
    name="ListGrants",
    request=ListGrantsRequest,
    response=ListGrantsResponse,
    errors=(
        NotFoundException,
        DependencyTimeoutException,
        InvalidMarkerException,
        InvalidGrantIdException,
        InvalidArnException,
        KMSInternalException,
        KMSInvalidStateException,
    ),
    action="kms:ListGrants",
    access=AccessLevel.LIST,
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
        ConditionKey(name="kms:GrantIsForAWSResource"),
    ),
    paginated=True,
)


LIST_RETIRABLE_GRANTS = Operation(
    service=SERVICE,
    name="ListRetirableGrants",
    request=ListRetirableGrantsRequest,
    response=ListGrantsResponse,
    errors=(
        DependencyTimeoutException,
        InvalidMarkerException,
        InvalidArnException,
        NotFoundException,
        KMSInternalException,
    ),
    action="kms:ListRetirableGrants",
    access=AccessLevel.LIST,
    paginated=True,
)


RETIRE_GRANT = Operation(
    service=SERVICE,
    name="RetireGrant",
    request=RetireGrantRequest,
    response=None,
    errors=(
        InvalidArnException,
        InvalidGrantTokenException,
        InvalidGrantIdException,
        NotFoundException,
        DependencyTimeoutException,
        KMSInternalException,
        KMSInvalidStateException,
        DryRunOperationException,
    ),
    action="kms:RetireGrant",
    access=AccessLevel.PERMISSIONS,
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


REVOKE_GRANT = Operation(
    service=SERVICE,
    name="RevokeGrant",
    request=RevokeGrantRequest,
    response=None,
    errors=(
        NotFoundException,
        DependencyTimeoutException,
        InvalidArnException,
        InvalidGrantIdException,
        KMSInternalException,
        KMSInvalidStateException,
        DryRunOperationException,
    ),
    action="kms:RevokeGrant",
    access=AccessLevel.PERMISSIONS,
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
        ConditionKey(name="kms:GrantIsForAWSResource"),
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
        ConditionKey(name="kms:RequestAlias"),
        ConditionKey(name="kms:EncryptionContext:${EncryptionContextKey}", member="encryption_context"),
        ConditionKey(name="kms:EncryptionContextKeys", member="encryption_context"),
        ConditionKey(name="kms:EncryptionAlgorithm"),
    ),
)


GENERATE_DATA_KEY_WITHOUT_PLAINTEXT = Operation(
    service=SERVICE,
    name="GenerateDataKeyWithoutPlaintext",
    request=GenerateDataKeyWithoutPlaintextRequest,
    response=GenerateDataKeyWithoutPlaintextResponse,
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
    action="kms:GenerateDataKeyWithoutPlaintext",
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
        ConditionKey(name="kms:RequestAlias"),
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
        ConditionKey(name="kms:RequestAlias"),
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
        ConditionKey(name="kms:RequestAlias"),
        ConditionKey(name="kms:EncryptionContext:${EncryptionContextKey}", member="encryption_context"),
        ConditionKey(name="kms:EncryptionContextKeys", member="encryption_context"),
        ConditionKey(name="kms:EncryptionAlgorithm", member="encryption_algorithm"),
    ),
)


RE_ENCRYPT = Operation(
    service=SERVICE,
    name="ReEncrypt",
    request=ReEncryptRequest,
    response=ReEncryptResponse,
    errors=(
        NotFoundException,
        DisabledException,
        InvalidCiphertextException,
        KeyUnavailableException,
        IncorrectKeyException,
        DependencyTimeoutException,
        InvalidKeyUsageException,
        InvalidGrantTokenException,
        KMSInternalException,
        KMSInvalidStateException,
        DryRunOperationException,
    ),
    action="kms:ReEncryptTo",
    access=AccessLevel.WRITE,
    changes_nothing=True,
    resource_member="destination_key_id",
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
        ConditionKey(name="kms:RequestAlias"),
        ConditionKey(name="kms:EncryptionAlgorithm", member="destination_encryption_algorithm"),
        ConditionKey(
            name="kms:EncryptionContext:${EncryptionContextKey}", member="destination_encryption_context"
        ),
        ConditionKey(name="kms:EncryptionContextKeys", member="destination_encryption_context"),
        ConditionKey(name="kms:ReEncryptOnSameKey"),
    ),
)


GENERATE_MAC = Operation(
    service=SERVICE,
    name="GenerateMac",
    request=GenerateMacRequest,
    response=GenerateMacResponse,
    errors=(
        NotFoundException,
        DisabledException,
        KeyUnavailableException,
        InvalidKeyUsageException,
        InvalidGrantTokenException,
        KMSInternalException,
        KMSInvalidStateException,
        DryRunOperationException,
    ),
    action="kms:GenerateMac",
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
        ConditionKey(name="kms:RequestAlias"),
        ConditionKey(name="kms:MacAlgorithm", member="mac_algorithm"),
    ),
)


VERIFY_MAC = Operation(
    service=SERVICE,
    name="VerifyMac",
    request=VerifyMacRequest,
    response=VerifyMacResponse,
    errors=(
        NotFoundException,
        DisabledException,
        KeyUnavailableException,
        InvalidKeyUsageException,
        InvalidGrantTokenException,
        KMSInternalException,
        KMSInvalidMacException,
        KMSInvalidStateException,
        DryRunOperationException,
    ),
    action="kms:VerifyMac",
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
        ConditionKey(name="kms:RequestAlias"),
        ConditionKey(name="kms:MacAlgorithm", member="mac_algorithm"),
    ),
)


GENERATE_RANDOM = Operation(
    service=SERVICE,
    name="GenerateRandom",
    request=GenerateRandomRequest,
    response=GenerateRandomResponse,
    errors=(
        DependencyTimeoutException,
        KMSInternalException,
        UnsupportedOperationException,
        CustomKeyStoreNotFoundException,
        CustomKeyStoreInvalidStateException,
    ),
    action="kms:GenerateRandom",
    access=AccessLevel.WRITE,
    changes_nothing=True,
)


ENABLE_KEY_ROTATION = Operation(
    service=SERVICE,
    name="EnableKeyRotation",
    request=EnableKeyRotationRequest,
    response=None,
    errors=(
        NotFoundException,
        DisabledException,
        InvalidArnException,
        DependencyTimeoutException,
        KMSInternalException,
        KMSInvalidStateException,
        UnsupportedOperationException,
    ),
    action="kms:EnableKeyRotation",
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
        ConditionKey(name="kms:RotationPeriodInDays", member="rotation_period_in_days"),
    ),
)


DISABLE_KEY_ROTATION = Operation(
    service=SERVICE,
    name="DisableKeyRotation",
    request=DisableKeyRotationRequest,
    response=None,
    errors=(
        NotFoundException,
        DisabledException,
        InvalidArnException,
        DependencyTimeoutException,
        KMSInternalException,
        KMSInvalidStateException,
        UnsupportedOperationException,
    ),
    action="kms:DisableKeyRotation",
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


GET_KEY_ROTATION_STATUS = Operation(
    service=SERVICE,
    name="GetKeyRotationStatus",
    request=GetKeyRotationStatusRequest,
    response=GetKeyRotationStatusResponse,
    errors=(
        NotFoundException,
        InvalidArnException,
        DependencyTimeoutException,
        KMSInternalException,
        KMSInvalidStateException,
        UnsupportedOperationException,
    ),
    action="kms:GetKeyRotationStatus",
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
    ),
)


LIST_KEY_ROTATIONS = Operation(
    service=SERVICE,
    name="ListKeyRotations",
    request=ListKeyRotationsRequest,
    response=ListKeyRotationsResponse,
    errors=(
        NotFoundException,
        InvalidArnException,
        InvalidMarkerException,
        KMSInternalException,
        KMSInvalidStateException,
        UnsupportedOperationException,
    ),
    action="kms:ListKeyRotations",
    access=AccessLevel.LIST,
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
    paginated=True,
)


ROTATE_KEY_ON_DEMAND = Operation(
    service=SERVICE,
    name="RotateKeyOnDemand",
    request=RotateKeyOnDemandRequest,
    response=RotateKeyOnDemandResponse,
    errors=(
        NotFoundException,
        DisabledException,
        InvalidArnException,
        DependencyTimeoutException,
        KMSInternalException,
        KMSInvalidStateException,
        UnsupportedOperationException,
        LimitExceededException,
        ConflictException,
    ),
    action="kms:RotateKeyOnDemand",
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


GET_PARAMETERS_FOR_IMPORT = Operation(
    service=SERVICE,
    name="GetParametersForImport",
    request=GetParametersForImportRequest,
    response=GetParametersForImportResponse,
    errors=(
        InvalidArnException,
        UnsupportedOperationException,
        DependencyTimeoutException,
        NotFoundException,
        KMSInternalException,
        KMSInvalidStateException,
    ),
    action="kms:GetParametersForImport",
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
        ConditionKey(name="kms:WrappingAlgorithm", member="wrapping_algorithm"),
        ConditionKey(name="kms:WrappingKeySpec", member="wrapping_key_spec"),
    ),
)


IMPORT_KEY_MATERIAL = Operation(
    service=SERVICE,
    name="ImportKeyMaterial",
    request=ImportKeyMaterialRequest,
    response=ImportKeyMaterialResponse,
    errors=(
        InvalidArnException,
        UnsupportedOperationException,
        DependencyTimeoutException,
        NotFoundException,
        KMSInternalException,
        KMSInvalidStateException,
        InvalidCiphertextException,
        IncorrectKeyMaterialException,
        ExpiredImportTokenException,
        InvalidImportTokenException,
    ),
    action="kms:ImportKeyMaterial",
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
        ConditionKey(name="kms:ExpirationModel", member="expiration_model"),
        ConditionKey(name="kms:ValidTo", member="valid_to"),
    ),
)


DELETE_IMPORTED_KEY_MATERIAL = Operation(
    service=SERVICE,
    name="DeleteImportedKeyMaterial",
    request=DeleteImportedKeyMaterialRequest,
    response=DeleteImportedKeyMaterialResponse,
    errors=(
        InvalidArnException,
        UnsupportedOperationException,
        DependencyTimeoutException,
        NotFoundException,
        KMSInternalException,
        KMSInvalidStateException,
    ),
    action="kms:DeleteImportedKeyMaterial",
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


REPLICATE_KEY = Operation(
    service=SERVICE,
    name="ReplicateKey",
    request=ReplicateKeyRequest,
    response=ReplicateKeyResponse,
    errors=(
        AlreadyExistsException,
        DisabledException,
        InvalidArnException,
        KMSInvalidStateException,
        KMSInternalException,
        LimitExceededException,
        MalformedPolicyDocumentException,
        NotFoundException,
        TagException,
        UnsupportedOperationException,
    ),
    action="kms:ReplicateKey",
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
        ConditionKey(name="kms:ReplicaRegion", member="replica_region"),
    ),
)


UPDATE_PRIMARY_REGION = Operation(
    service=SERVICE,
    name="UpdatePrimaryRegion",
    request=UpdatePrimaryRegionRequest,
    response=None,
    errors=(
        DisabledException,
        InvalidArnException,
        KMSInvalidStateException,
        KMSInternalException,
        NotFoundException,
        UnsupportedOperationException,
    ),
    action="kms:UpdatePrimaryRegion",
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
        ConditionKey(name="kms:PrimaryRegion", member="primary_region"),
    ),
)


GENERATE_DATA_KEY_PAIR = Operation(
    service=SERVICE,
    name="GenerateDataKeyPair",
    request=GenerateDataKeyPairRequest,
    response=GenerateDataKeyPairResponse,
    errors=(
        NotFoundException,
        DisabledException,
        KeyUnavailableException,
        DependencyTimeoutException,
        InvalidKeyUsageException,
        InvalidGrantTokenException,
        KMSInternalException,
        KMSInvalidStateException,
        UnsupportedOperationException,
        DryRunOperationException,
    ),
    action="kms:GenerateDataKeyPair",
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
        ConditionKey(name="kms:RequestAlias"),
        ConditionKey(name="kms:EncryptionContext:${EncryptionContextKey}", member="encryption_context"),
        ConditionKey(name="kms:EncryptionContextKeys", member="encryption_context"),
        ConditionKey(name="kms:DataKeyPairSpec", member="key_pair_spec"),
    ),
)


GENERATE_DATA_KEY_PAIR_WITHOUT_PLAINTEXT = Operation(
    service=SERVICE,
    name="GenerateDataKeyPairWithoutPlaintext",
    request=GenerateDataKeyPairWithoutPlaintextRequest,
    response=GenerateDataKeyPairWithoutPlaintextResponse,
    errors=(
        NotFoundException,
        DisabledException,
        KeyUnavailableException,
        DependencyTimeoutException,
        InvalidKeyUsageException,
        InvalidGrantTokenException,
        KMSInternalException,
        KMSInvalidStateException,
        UnsupportedOperationException,
        DryRunOperationException,
    ),
    action="kms:GenerateDataKeyPairWithoutPlaintext",
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
        ConditionKey(name="kms:RequestAlias"),
        ConditionKey(name="kms:EncryptionContext:${EncryptionContextKey}", member="encryption_context"),
        ConditionKey(name="kms:EncryptionContextKeys", member="encryption_context"),
        ConditionKey(name="kms:DataKeyPairSpec", member="key_pair_spec"),
    ),
)


GET_PUBLIC_KEY = Operation(
    service=SERVICE,
    name="GetPublicKey",
    request=GetPublicKeyRequest,
    response=GetPublicKeyResponse,
    errors=(
        NotFoundException,
        DisabledException,
        KeyUnavailableException,
        DependencyTimeoutException,
        UnsupportedOperationException,
        InvalidArnException,
        InvalidGrantTokenException,
        InvalidKeyUsageException,
        KMSInternalException,
        KMSInvalidStateException,
    ),
    action="kms:GetPublicKey",
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
        ConditionKey(name="kms:RequestAlias"),
    ),
)


SIGN = Operation(
    service=SERVICE,
    name="Sign",
    request=SignRequest,
    response=SignResponse,
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
    action="kms:Sign",
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
        ConditionKey(name="kms:RequestAlias"),
        ConditionKey(name="kms:MessageType", member="message_type"),
        ConditionKey(name="kms:SigningAlgorithm", member="signing_algorithm"),
    ),
)


VERIFY = Operation(
    service=SERVICE,
    name="Verify",
    request=VerifyRequest,
    response=VerifyResponse,
    errors=(
        NotFoundException,
        DisabledException,
        KeyUnavailableException,
        DependencyTimeoutException,
        InvalidKeyUsageException,
        InvalidGrantTokenException,
        KMSInternalException,
        KMSInvalidStateException,
        KMSInvalidSignatureException,
        DryRunOperationException,
    ),
    action="kms:Verify",
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
        ConditionKey(name="kms:RequestAlias"),
        ConditionKey(name="kms:MessageType", member="message_type"),
        ConditionKey(name="kms:SigningAlgorithm", member="signing_algorithm"),
    ),
)


DERIVE_SHARED_SECRET = Operation(
    service=SERVICE,
    name="DeriveSharedSecret",
    request=DeriveSharedSecretRequest,
    response=DeriveSharedSecretResponse,
    errors=(
        NotFoundException,
        DisabledException,
        KeyUnavailableException,
        DependencyTimeoutException,
        InvalidGrantTokenException,
        InvalidKeyUsageException,
        KMSInternalException,
        KMSInvalidStateException,
        DryRunOperationException,
    ),
    action="kms:DeriveSharedSecret",
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
        ConditionKey(name="kms:RequestAlias"),
        ConditionKey(name="kms:KeyAgreementAlgorithm", member="key_agreement_algorithm"),
    ),
)


ENCAPSULATE = Operation(
    service=SERVICE,
    name="Encapsulate",
    request=EncapsulateRequest,
    response=EncapsulateResponse,
    errors=(
        NotFoundException,
        DisabledException,
        KeyUnavailableException,
        DependencyTimeoutException,
        InvalidGrantTokenException,
        InvalidKeyUsageException,
        KMSInternalException,
        KMSInvalidStateException,
        DryRunOperationException,
    ),
    action="kms:Encapsulate",
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
        ConditionKey(name="kms:RequestAlias"),
    ),
)


DECAPSULATE = Operation(
    service=SERVICE,
    name="Decapsulate",
    request=DecapsulateRequest,
    response=DecapsulateResponse,
    errors=(
        NotFoundException,
        DisabledException,
        KeyUnavailableException,
        DependencyTimeoutException,
        InvalidGrantTokenException,
        InvalidKeyUsageException,
        InvalidCiphertextException,
        KMSInternalException,
        KMSInvalidStateException,
        DryRunOperationException,
    ),
    action="kms:Decapsulate",
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
        ConditionKey(name="kms:RequestAlias"),
    ),
)


CONNECT_CUSTOM_KEY_STORE = Operation(
    service=SERVICE,
    name="ConnectCustomKeyStore",
    request=ConnectCustomKeyStoreRequest,
    response=ConnectCustomKeyStoreResponse,
    errors=(
        CloudHsmClusterNotActiveException,
        CustomKeyStoreInvalidStateException,
        CustomKeyStoreNotFoundException,
        KMSInternalException,
        CloudHsmClusterInvalidConfigurationException,
    ),
    action="kms:ConnectCustomKeyStore",
    access=AccessLevel.WRITE,
    condition_keys=(ConditionKey(name="kms:CallerAccount"),),
)


CREATE_CUSTOM_KEY_STORE = Operation(
    service=SERVICE,
    name="CreateCustomKeyStore",
    request=CreateCustomKeyStoreRequest,
    response=CreateCustomKeyStoreResponse,
    errors=(
        CloudHsmClusterInUseException,
        CustomKeyStoreNameInUseException,
        CloudHsmClusterNotFoundException,
        KMSInternalException,
        CloudHsmClusterNotActiveException,
        IncorrectTrustAnchorException,
        CloudHsmClusterInvalidConfigurationException,
        LimitExceededException,
        XksProxyUriInUseException,
        XksProxyUriEndpointInUseException,
        XksProxyUriUnreachableException,
        XksProxyIncorrectAuthenticationCredentialException,
        XksProxyVpcEndpointServiceInUseException,
        XksProxyVpcEndpointServiceNotFoundException,
        XksProxyVpcEndpointServiceInvalidConfigurationException,
        XksProxyInvalidResponseException,
        XksProxyInvalidConfigurationException,
    ),
    action="kms:CreateCustomKeyStore",
    access=AccessLevel.WRITE,
    condition_keys=(ConditionKey(name="kms:CallerAccount"),),
)


DELETE_CUSTOM_KEY_STORE = Operation(
    service=SERVICE,
    name="DeleteCustomKeyStore",
    request=DeleteCustomKeyStoreRequest,
    response=DeleteCustomKeyStoreResponse,
    errors=(
        CustomKeyStoreHasCMKsException,
        CustomKeyStoreInvalidStateException,
        CustomKeyStoreNotFoundException,
        KMSInternalException,
    ),
    action="kms:DeleteCustomKeyStore",
    access=AccessLevel.WRITE,
    condition_keys=(ConditionKey(name="kms:CallerAccount"),),
)


DESCRIBE_CUSTOM_KEY_STORES = Operation(
    service=SERVICE,
    name="DescribeCustomKeyStores",
    request=DescribeCustomKeyStoresRequest,
    response=DescribeCustomKeyStoresResponse,
    errors=(
        CustomKeyStoreNotFoundException,
        InvalidMarkerException,
        KMSInternalException,
    ),
    action="kms:DescribeCustomKeyStores",
    access=AccessLevel.READ,
    condition_keys=(ConditionKey(name="kms:CallerAccount"),),
    paginated=True,
)


DISCONNECT_CUSTOM_KEY_STORE = Operation(
    service=SERVICE,
    name="DisconnectCustomKeyStore",
    request=DisconnectCustomKeyStoreRequest,
    response=DisconnectCustomKeyStoreResponse,
    errors=(
        CustomKeyStoreInvalidStateException,
        CustomKeyStoreNotFoundException,
        KMSInternalException,
    ),
    action="kms:DisconnectCustomKeyStore",
    access=AccessLevel.WRITE,
    condition_keys=(ConditionKey(name="kms:CallerAccount"),),
)


UPDATE_CUSTOM_KEY_STORE = Operation(
    service=SERVICE,
    name="UpdateCustomKeyStore",
    request=UpdateCustomKeyStoreRequest,
    response=UpdateCustomKeyStoreResponse,
    errors=(
        CustomKeyStoreNotFoundException,
        CustomKeyStoreNameInUseException,
        CloudHsmClusterNotFoundException,
        CloudHsmClusterNotRelatedException,
        CustomKeyStoreInvalidStateException,
        KMSInternalException,
        CloudHsmClusterNotActiveException,
        CloudHsmClusterInvalidConfigurationException,
        XksProxyUriInUseException,
        XksProxyUriEndpointInUseException,
        XksProxyUriUnreachableException,
        XksProxyIncorrectAuthenticationCredentialException,
        XksProxyVpcEndpointServiceInUseException,
        XksProxyVpcEndpointServiceNotFoundException,
        XksProxyVpcEndpointServiceInvalidConfigurationException,
        XksProxyInvalidResponseException,
        XksProxyInvalidConfigurationException,
    ),
    action="kms:UpdateCustomKeyStore",
    access=AccessLevel.WRITE,
    condition_keys=(ConditionKey(name="kms:CallerAccount"),),
)


OPERATIONS: dict[str, Operation] = {
    operation.name: operation
    for operation in (
        CREATE_KEY,
        DESCRIBE_KEY,
        LIST_KEYS,
        ENABLE_KEY,
        DISABLE_KEY,
        SCHEDULE_KEY_DELETION,
        CANCEL_KEY_DELETION,
        UPDATE_KEY_DESCRIPTION,
        GET_KEY_LAST_USAGE,
        CREATE_ALIAS,
        UPDATE_ALIAS,
        DELETE_ALIAS,
        LIST_ALIASES,
        GET_KEY_POLICY,
        PUT_KEY_POLICY,
        LIST_KEY_POLICIES,
        TAG_RESOURCE,
        UNTAG_RESOURCE,
        LIST_RESOURCE_TAGS,
        CREATE_GRANT,
        LIST_GRANTS,
        LIST_RETIRABLE_GRANTS,
        RETIRE_GRANT,
        REVOKE_GRANT,
        GENERATE_DATA_KEY,
        GENERATE_DATA_KEY_WITHOUT_PLAINTEXT,
        DECRYPT,
        ENCRYPT,
        RE_ENCRYPT,
        GENERATE_MAC,
        VERIFY_MAC,
        GENERATE_RANDOM,
        ENABLE_KEY_ROTATION,
        DISABLE_KEY_ROTATION,
        GET_KEY_ROTATION_STATUS,
        LIST_KEY_ROTATIONS,
        ROTATE_KEY_ON_DEMAND,
        GET_PARAMETERS_FOR_IMPORT,
        IMPORT_KEY_MATERIAL,
        DELETE_IMPORTED_KEY_MATERIAL,
        REPLICATE_KEY,
        UPDATE_PRIMARY_REGION,
        GENERATE_DATA_KEY_PAIR,
        GENERATE_DATA_KEY_PAIR_WITHOUT_PLAINTEXT,
        GET_PUBLIC_KEY,
        SIGN,
        VERIFY,
        DERIVE_SHARED_SECRET,
        ENCAPSULATE,
        DECAPSULATE,
        CONNECT_CUSTOM_KEY_STORE,
        CREATE_CUSTOM_KEY_STORE,
        DELETE_CUSTOM_KEY_STORE,
        DESCRIBE_CUSTOM_KEY_STORES,
        DISCONNECT_CUSTOM_KEY_STORE,
        UPDATE_CUSTOM_KEY_STORE,
    )
}
