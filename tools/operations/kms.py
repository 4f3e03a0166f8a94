"""KMS: access levels and condition keys.

Source: Service Authorization Reference, Actions, resources, and condition keys for AWS Key Management
Service; KMS Developer Guide, Condition keys for AWS KMS.
"""

from __future__ import annotations

from collections.abc import Mapping

from tools.operations import OF_TAGS, RESOURCE, Facts, ServiceFacts

from watchword.api.operation import AccessLevel

OF_THE_CALL = {"kms:CallerAccount": RESOURCE, "kms:ViaService": RESOURCE}

OF_A_KEY = OF_THE_CALL | {
    "kms:KeyOrigin": RESOURCE,
    "kms:KeySpec": RESOURCE,
    "kms:KeyUsage": RESOURCE,
    "kms:MultiRegion": RESOURCE,
    "kms:MultiRegionKeyType": RESOURCE,
    "kms:ResourceAliases": RESOURCE,
    "aws:ResourceTag/${TagKey}": RESOURCE,
}

# Where a key may be named by an alias, policy may ask which alias it was; an id or ARN is none.
BY_ALIAS = OF_A_KEY | {"kms:RequestAlias": RESOURCE}

OF_A_CIPHERTEXT = BY_ALIAS | {
    "kms:EncryptionContext:${EncryptionContextKey}": "EncryptionContext",
    "kms:EncryptionContextKeys": "EncryptionContext",
}

OF_A_GRANT = OF_A_KEY | {"kms:GrantIsForAWSResource": RESOURCE}


def change(**keys: str | None) -> Facts:
    """A key is changed; it is named by its id or ARN."""
    named = {f"kms:{name}": member for name, member in keys.items()}
    return Facts(access=AccessLevel.WRITE, resource="KeyId", keys=OF_A_KEY | named)


def use(keys: Mapping[str, str | None]) -> Facts:
    """A key is used, which CloudTrail records as read-only."""
    return Facts(access=AccessLevel.WRITE, changes_nothing=True, resource="KeyId", keys=keys)


def look(access: AccessLevel = AccessLevel.READ) -> Facts:
    return Facts(access=access, resource="KeyId", keys=OF_A_KEY)


def of_a_store() -> Facts:
    return Facts(access=AccessLevel.WRITE, keys={"kms:CallerAccount": RESOURCE})


KMS = ServiceFacts(
    service="kms",
    event_source="kms.amazonaws.com",
    operations={
        "CreateKey": Facts(
            access=AccessLevel.WRITE,
            also={"TagResource": "Tags"},
            keys=OF_THE_CALL
            | {
                "kms:BypassPolicyLockoutSafetyCheck": "BypassPolicyLockoutSafetyCheck",
                "kms:KeyOrigin": "Origin",
                "kms:KeySpec": "KeySpec",
                "kms:KeyUsage": "KeyUsage",
                "kms:MultiRegion": "MultiRegion",
                "kms:MultiRegionKeyType": RESOURCE,
            }
            | OF_TAGS,
        ),
        "DescribeKey": Facts(access=AccessLevel.READ, resource="KeyId", keys=BY_ALIAS),
        "ListKeys": Facts(access=AccessLevel.LIST),
        "EnableKey": change(),
        "DisableKey": change(),
        "ScheduleKeyDeletion": change(
            ScheduleKeyDeletionPendingWindowInDays="PendingWindowInDays", TrailingDaysWithoutKeyUsage=RESOURCE
        ),
        "CancelKeyDeletion": change(),
        "UpdateKeyDescription": change(),
        "GetKeyLastUsage": look(),
        # Aliases
        "CreateAlias": Facts(access=AccessLevel.WRITE, resource="TargetKeyId", keys=OF_A_KEY),
        "UpdateAlias": Facts(access=AccessLevel.WRITE, resource="TargetKeyId", keys=OF_A_KEY),
        "DeleteAlias": Facts(access=AccessLevel.WRITE, resource="AliasName", keys=OF_A_KEY),
        "ListAliases": Facts(access=AccessLevel.LIST),
        # Policies and tags
        "GetKeyPolicy": look(),
        "PutKeyPolicy": Facts(
            access=AccessLevel.PERMISSIONS,
            resource="KeyId",
            keys=OF_A_KEY | {"kms:BypassPolicyLockoutSafetyCheck": "BypassPolicyLockoutSafetyCheck"},
        ),
        "ListKeyPolicies": look(AccessLevel.LIST),
        "TagResource": Facts(access=AccessLevel.TAGGING, resource="KeyId", keys=OF_A_KEY | OF_TAGS),
        "UntagResource": Facts(
            access=AccessLevel.TAGGING, resource="KeyId", keys=OF_A_KEY | {"aws:TagKeys": "TagKeys"}
        ),
        "ListResourceTags": look(AccessLevel.LIST),
        # Grants
        "CreateGrant": Facts(
            access=AccessLevel.PERMISSIONS,
            resource="KeyId",
            keys=OF_A_GRANT
            | {
                "kms:EncryptionContext:${EncryptionContextKey}": RESOURCE,
                "kms:EncryptionContextKeys": RESOURCE,
                "kms:GrantConstraintType": RESOURCE,
                "kms:GranteePrincipal": "GranteePrincipal",
                "kms:GrantOperations": "Operations",
                "kms:RetiringPrincipal": "RetiringPrincipal",
            },
        ),
        "ListGrants": Facts(access=AccessLevel.LIST, resource="KeyId", keys=OF_A_GRANT),
        "ListRetirableGrants": Facts(access=AccessLevel.LIST),
        "RetireGrant": Facts(access=AccessLevel.PERMISSIONS, resource="KeyId", keys=OF_A_KEY),
        "RevokeGrant": Facts(access=AccessLevel.PERMISSIONS, resource="KeyId", keys=OF_A_GRANT),
        # Cryptography. Where no algorithm is named by the request, the key has one.
        "GenerateDataKey": use(OF_A_CIPHERTEXT | {"kms:EncryptionAlgorithm": RESOURCE}),
        "GenerateDataKeyWithoutPlaintext": use(OF_A_CIPHERTEXT | {"kms:EncryptionAlgorithm": RESOURCE}),
        "Decrypt": use(OF_A_CIPHERTEXT | {"kms:EncryptionAlgorithm": "EncryptionAlgorithm"}),
        "Encrypt": use(OF_A_CIPHERTEXT | {"kms:EncryptionAlgorithm": "EncryptionAlgorithm"}),
        # Two permissions and none of its own name: this one on the key that seals, kms:ReEncryptFrom on the one that opens.
        "ReEncrypt": Facts(
            access=AccessLevel.WRITE,
            changes_nothing=True,
            action="ReEncryptTo",
            resource="DestinationKeyId",
            keys=OF_A_KEY
            | {
                "kms:RequestAlias": RESOURCE,
                "kms:EncryptionAlgorithm": "DestinationEncryptionAlgorithm",
                "kms:EncryptionContext:${EncryptionContextKey}": "DestinationEncryptionContext",
                "kms:EncryptionContextKeys": "DestinationEncryptionContext",
                "kms:ReEncryptOnSameKey": RESOURCE,
            },
        ),
        "GenerateMac": use(BY_ALIAS | {"kms:MacAlgorithm": "MacAlgorithm"}),
        "VerifyMac": use(BY_ALIAS | {"kms:MacAlgorithm": "MacAlgorithm"}),
        "GenerateRandom": Facts(access=AccessLevel.WRITE, changes_nothing=True),
        # Material
        "EnableKeyRotation": change(RotationPeriodInDays="RotationPeriodInDays"),
        "DisableKeyRotation": change(),
        "GetKeyRotationStatus": look(),
        "ListKeyRotations": look(AccessLevel.LIST),
        "RotateKeyOnDemand": change(),
        "GetParametersForImport": Facts(
            access=AccessLevel.READ,
            resource="KeyId",
            keys=OF_A_KEY
            | {"kms:WrappingAlgorithm": "WrappingAlgorithm", "kms:WrappingKeySpec": "WrappingKeySpec"},
        ),
        "ImportKeyMaterial": change(ExpirationModel="ExpirationModel", ValidTo="ValidTo"),
        "DeleteImportedKeyMaterial": change(),
        # Multi-Region keys
        "ReplicateKey": change(ReplicaRegion="ReplicaRegion"),
        "UpdatePrimaryRegion": change(PrimaryRegion="PrimaryRegion"),
        # Answered UnsupportedOperationException: asymmetric keys, custom key stores.
        "GenerateDataKeyPair": use(OF_A_CIPHERTEXT | {"kms:DataKeyPairSpec": "KeyPairSpec"}),
        "GenerateDataKeyPairWithoutPlaintext": use(OF_A_CIPHERTEXT | {"kms:DataKeyPairSpec": "KeyPairSpec"}),
        "GetPublicKey": Facts(access=AccessLevel.READ, resource="KeyId", keys=BY_ALIAS),
        "Sign": use(
            BY_ALIAS | {"kms:MessageType": "MessageType", "kms:SigningAlgorithm": "SigningAlgorithm"}
        ),
        "Verify": use(
            BY_ALIAS | {"kms:MessageType": "MessageType", "kms:SigningAlgorithm": "SigningAlgorithm"}
        ),
        "DeriveSharedSecret": use(BY_ALIAS | {"kms:KeyAgreementAlgorithm": "KeyAgreementAlgorithm"}),
        "Encapsulate": use(BY_ALIAS),
        "Decapsulate": use(BY_ALIAS),
        "ConnectCustomKeyStore": of_a_store(),
        "CreateCustomKeyStore": of_a_store(),
        "DeleteCustomKeyStore": of_a_store(),
        "DescribeCustomKeyStores": Facts(access=AccessLevel.READ, keys={"kms:CallerAccount": RESOURCE}),
        "DisconnectCustomKeyStore": of_a_store(),
        "UpdateCustomKeyStore": of_a_store(),
    },
)
