"""KMS: access levels and condition keys.

Source: Service Authorization Reference, Actions, resources, and condition keys for AWS Key Management
Service; KMS Developer Guide, Condition keys for AWS KMS.
"""

from __future__ import annotations

from tools.operations import RESOURCE, Facts, ServiceFacts

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

# Where a key may be named by an alias, policy may ask which alias it was.
BY_ALIAS = OF_A_KEY | {"kms:RequestAlias": "KeyId"}

OF_A_CIPHERTEXT = BY_ALIAS | {
    "kms:EncryptionContext:${EncryptionContextKey}": "EncryptionContext",
    "kms:EncryptionContextKeys": "EncryptionContext",
}

KMS = ServiceFacts(
    service="kms",
    event_source="kms.amazonaws.com",
    operations={
        "CreateKey": Facts(
            access=AccessLevel.WRITE,
            keys=OF_THE_CALL
            | {
                "kms:BypassPolicyLockoutSafetyCheck": "BypassPolicyLockoutSafetyCheck",
                "kms:KeyOrigin": "Origin",
                "kms:KeySpec": "KeySpec",
                "kms:KeyUsage": "KeyUsage",
                "kms:MultiRegion": "MultiRegion",
                "kms:MultiRegionKeyType": RESOURCE,
                "aws:RequestTag/${TagKey}": "Tags",
                "aws:TagKeys": "Tags",
            },
        ),
        "DescribeKey": Facts(access=AccessLevel.READ, resource="KeyId", keys=BY_ALIAS),
        "EnableKey": Facts(access=AccessLevel.WRITE, resource="KeyId", keys=OF_A_KEY),
        "DisableKey": Facts(access=AccessLevel.WRITE, resource="KeyId", keys=OF_A_KEY),
        # No algorithm is named by this request: the key has one.
        "GenerateDataKey": Facts(
            access=AccessLevel.WRITE,
            changes_nothing=True,
            resource="KeyId",
            keys=OF_A_CIPHERTEXT | {"kms:EncryptionAlgorithm": RESOURCE},
        ),
        "Decrypt": Facts(
            access=AccessLevel.WRITE,
            changes_nothing=True,
            resource="KeyId",
            keys=OF_A_CIPHERTEXT | {"kms:EncryptionAlgorithm": "EncryptionAlgorithm"},
        ),
        "Encrypt": Facts(
            access=AccessLevel.WRITE,
            changes_nothing=True,
            resource="KeyId",
            keys=OF_A_CIPHERTEXT | {"kms:EncryptionAlgorithm": "EncryptionAlgorithm"},
        ),
    },
)
