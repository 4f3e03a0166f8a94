"""Secrets Manager: access levels and condition keys.

Source: Service Authorization Reference, Actions, resources, and condition keys for AWS Secrets Manager.
"""

from __future__ import annotations

from tools.operations import RESOURCE, Facts, ServiceFacts

from watchword.api.operation import AccessLevel

# Filled from the secret that was found, for whatever names a secret.
OF_A_SECRET = {
    "secretsmanager:SecretId": "SecretId",
    "secretsmanager:SecretPrimaryRegion": RESOURCE,
    "secretsmanager:resource/AllowRotationLambdaArn": RESOURCE,
    "secretsmanager:resource/Type": RESOURCE,
    "secretsmanager:ResourceTag/tag-key": RESOURCE,
    "aws:ResourceTag/${TagKey}": RESOURCE,
}

SECRETS_MANAGER = ServiceFacts(
    service="secretsmanager",
    event_source="secretsmanager.amazonaws.com",
    operations={
        "CreateSecret": Facts(
            access=AccessLevel.WRITE,
            also={
                "TagResource": "Tags",
                "ReplicateSecretToRegions": "AddReplicaRegions",
                "PutResourcePolicy": "CrossAccountPrimaryARN",
            },
            keys={
                "secretsmanager:Name": "Name",
                "secretsmanager:Description": "Description",
                "secretsmanager:KmsKeyId": "KmsKeyId",
                "secretsmanager:KmsKeyArn": RESOURCE,
                "secretsmanager:Type": "Type",
                "secretsmanager:AddReplicaRegions": "AddReplicaRegions",
                "secretsmanager:ForceOverwriteReplicaSecret": "ForceOverwriteReplicaSecret",
                "secretsmanager:ResourceTag/tag-key": RESOURCE,
                "aws:ResourceTag/${TagKey}": RESOURCE,
                "aws:RequestTag/${TagKey}": "Tags",
                "aws:TagKeys": "Tags",
            },
        ),
        "GetSecretValue": Facts(
            access=AccessLevel.READ,
            resource="SecretId",
            keys=OF_A_SECRET
            | {"secretsmanager:VersionId": "VersionId", "secretsmanager:VersionStage": "VersionStage"},
        ),
        "PutSecretValue": Facts(access=AccessLevel.WRITE, resource="SecretId", keys=OF_A_SECRET),
        "UpdateSecret": Facts(
            access=AccessLevel.WRITE,
            resource="SecretId",
            keys=OF_A_SECRET
            | {
                "secretsmanager:Description": "Description",
                "secretsmanager:KmsKeyId": "KmsKeyId",
                "secretsmanager:KmsKeyArn": RESOURCE,
                "secretsmanager:Type": "Type",
            },
        ),
        "UpdateSecretVersionStage": Facts(
            access=AccessLevel.WRITE,
            resource="SecretId",
            keys=OF_A_SECRET | {"secretsmanager:VersionStage": "VersionStage"},
        ),
        "DescribeSecret": Facts(access=AccessLevel.READ, resource="SecretId", keys=OF_A_SECRET),
        "ListSecrets": Facts(access=AccessLevel.LIST),
        "ListSecretVersionIds": Facts(access=AccessLevel.READ, resource="SecretId", keys=OF_A_SECRET),
        "BatchGetSecretValue": Facts(access=AccessLevel.LIST, also={"ListSecrets": "Filters"}),
        "GetRandomPassword": Facts(access=AccessLevel.READ),
        "DeleteSecret": Facts(
            access=AccessLevel.WRITE,
            resource="SecretId",
            keys=OF_A_SECRET
            | {
                "secretsmanager:RecoveryWindowInDays": "RecoveryWindowInDays",
                "secretsmanager:ForceDeleteWithoutRecovery": "ForceDeleteWithoutRecovery",
            },
        ),
        "RestoreSecret": Facts(access=AccessLevel.WRITE, resource="SecretId", keys=OF_A_SECRET),
        "RotateSecret": Facts(
            access=AccessLevel.WRITE,
            resource="SecretId",
            keys=OF_A_SECRET
            | {
                "secretsmanager:RotationLambdaARN": "RotationLambdaARN",
                "secretsmanager:ModifyRotationRules": "RotationRules",
                "secretsmanager:RotateImmediately": "RotateImmediately",
                "secretsmanager:ExternalSecretRotationRoleArn": "ExternalSecretRotationRoleArn",
            },
        ),
        "CancelRotateSecret": Facts(access=AccessLevel.WRITE, resource="SecretId", keys=OF_A_SECRET),
        "TagResource": Facts(
            access=AccessLevel.TAGGING,
            resource="SecretId",
            keys=OF_A_SECRET | {"aws:RequestTag/${TagKey}": "Tags", "aws:TagKeys": "Tags"},
        ),
        "UntagResource": Facts(
            access=AccessLevel.TAGGING, resource="SecretId", keys=OF_A_SECRET | {"aws:TagKeys": "TagKeys"}
        ),
        # `secretsmanager:PolicyName` is newer than the reference's snapshot; the user guide names it for policies.
        "PutResourcePolicy": Facts(
            access=AccessLevel.PERMISSIONS,
            resource="SecretId",
            keys=OF_A_SECRET
            | {
                "secretsmanager:BlockPublicPolicy": "BlockPublicPolicy",
                "secretsmanager:PolicyName": "PolicyName",
            },
        ),
        "GetResourcePolicy": Facts(
            access=AccessLevel.READ,
            resource="SecretId",
            keys=OF_A_SECRET | {"secretsmanager:PolicyName": "PolicyName"},
        ),
        "DeleteResourcePolicy": Facts(
            access=AccessLevel.PERMISSIONS,
            resource="SecretId",
            keys=OF_A_SECRET | {"secretsmanager:PolicyName": "PolicyName"},
        ),
        "ValidateResourcePolicy": Facts(
            access=AccessLevel.PERMISSIONS,
            resource="SecretId",
            also={"PutResourcePolicy": "ResourcePolicy"},
            keys=OF_A_SECRET,
        ),
        "ListResourcePolicies": Facts(access=AccessLevel.LIST, resource="SecretId", keys=OF_A_SECRET),
        "ReplicateSecretToRegions": Facts(
            access=AccessLevel.WRITE,
            resource="SecretId",
            keys=OF_A_SECRET
            | {
                "secretsmanager:AddReplicaRegions": "AddReplicaRegions",
                "secretsmanager:ForceOverwriteReplicaSecret": "ForceOverwriteReplicaSecret",
            },
        ),
        "RemoveRegionsFromReplication": Facts(
            access=AccessLevel.WRITE, resource="SecretId", keys=OF_A_SECRET
        ),
        "StopReplicationToReplica": Facts(access=AccessLevel.WRITE, resource="SecretId", keys=OF_A_SECRET),
        # Newer than the reference's snapshot.
        "AssociateCrossAccountReplica": Facts(
            access=AccessLevel.WRITE, resource="SecretId", keys=OF_A_SECRET
        ),
        "DisassociateCrossAccountReplica": Facts(
            access=AccessLevel.WRITE, resource="SecretId", keys=OF_A_SECRET
        ),
    },
)
