"""Written by tools/generate_api.py from botocore 1.44.5; do not edit.

AWS Secrets Manager, 2017-10-17.
"""

from __future__ import annotations

from typing import ClassVar

import msgspec

from watchword.api.errors import ApiError
from watchword.api.operation import AccessLevel, Also, ConditionKey, Operation, Protocol, Service
from watchword.api.shape import Instant, Integer, Long, Member, Shape

SERVICE = Service(
    name="secretsmanager",
    signing_name="secretsmanager",
    protocol=Protocol.JSON,
    target_prefix="secretsmanager",
    api_version="2017-10-17",
    error_message_member="Message",
    event_source="secretsmanager.amazonaws.com",
)


class InvalidParameterException(ApiError):
    code = "InvalidParameterException"


class InvalidRequestException(ApiError):
    code = "InvalidRequestException"


class LimitExceededException(ApiError):
    code = "LimitExceededException"


class EncryptionFailure(ApiError):
    code = "EncryptionFailure"


class ResourceExistsException(ApiError):
    code = "ResourceExistsException"


class ResourceNotFoundException(ApiError):
    code = "ResourceNotFoundException"


class MalformedPolicyDocumentException(ApiError):
    code = "MalformedPolicyDocumentException"


class InternalServiceError(ApiError):
    code = "InternalServiceError"
    status = 500


class PreconditionNotMetException(ApiError):
    code = "PreconditionNotMetException"


class DecryptionFailure(ApiError):
    code = "DecryptionFailure"


class InvalidNextTokenException(ApiError):
    code = "InvalidNextTokenException"


class PublicPolicyException(ApiError):
    code = "PublicPolicyException"


class Tag(Shape, frozen=True, kw_only=True):
    key: str | None = msgspec.field(name="Key", default=None)
    value: str | None = msgspec.field(name="Value", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {
        "key": Member(name="Key", minimum=1, maximum=128),
        "value": Member(name="Value", minimum=0, maximum=256),
    }


class ReplicaRegionType(Shape, frozen=True, kw_only=True):
    region: str | None = msgspec.field(name="Region", default=None)
    kms_key_id: str | None = msgspec.field(name="KmsKeyId", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {
        "region": Member(name="Region", minimum=1, maximum=128, pattern="^([a-z]+-)+\\d+$"),
        "kms_key_id": Member(name="KmsKeyId", minimum=0, maximum=2048),
    }


class CreateSecretRequest(Shape, frozen=True, kw_only=True):
    name: str | None = msgspec.field(name="Name", default=None)
    client_request_token: str | None = msgspec.field(name="ClientRequestToken", default=None)
    description: str | None = msgspec.field(name="Description", default=None)
    kms_key_id: str | None = msgspec.field(name="KmsKeyId", default=None)
    secret_binary: bytes | None = msgspec.field(name="SecretBinary", default=None)
    secret_string: str | None = msgspec.field(name="SecretString", default=None)
    tags: tuple[Tag, ...] | None = msgspec.field(name="Tags", default=None)
    add_replica_regions: tuple[ReplicaRegionType, ...] | None = msgspec.field(
        name="AddReplicaRegions", default=None
    )
    force_overwrite_replica_secret: bool | None = msgspec.field(
        name="ForceOverwriteReplicaSecret", default=None
    )
    type: str | None = msgspec.field(name="Type", default=None)
    cross_account_primary_arn: str | None = msgspec.field(name="CrossAccountPrimaryARN", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {
        "name": Member(name="Name", required=True, minimum=1, maximum=512),
        "client_request_token": Member(name="ClientRequestToken", minimum=32, maximum=64),
        "description": Member(name="Description", maximum=2048),
        "kms_key_id": Member(name="KmsKeyId", minimum=0, maximum=2048),
        "secret_binary": Member(name="SecretBinary", minimum=1, maximum=65536, sensitive=True),
        "secret_string": Member(name="SecretString", minimum=1, maximum=65536, sensitive=True),
        "tags": Member(name="Tags", item=Member(name="member")),
        "add_replica_regions": Member(name="AddReplicaRegions", minimum=1, item=Member(name="member")),
        "force_overwrite_replica_secret": Member(name="ForceOverwriteReplicaSecret"),
        "type": Member(name="Type", minimum=0, maximum=256),
        "cross_account_primary_arn": Member(name="CrossAccountPrimaryARN", minimum=20, maximum=2048),
    }


class ReplicationStatusType(Shape, frozen=True, kw_only=True):
    region: str | None = msgspec.field(name="Region", default=None)
    kms_key_id: str | None = msgspec.field(name="KmsKeyId", default=None)
    status: str | None = msgspec.field(name="Status", default=None)
    status_message: str | None = msgspec.field(name="StatusMessage", default=None)
    last_accessed_date: Instant | None = msgspec.field(name="LastAccessedDate", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {
        "region": Member(name="Region", minimum=1, maximum=128, pattern="^([a-z]+-)+\\d+$"),
        "kms_key_id": Member(name="KmsKeyId", minimum=0, maximum=2048),
        "status": Member(name="Status", values=("InSync", "Failed", "InProgress", "Pending", "Detached")),
        "status_message": Member(name="StatusMessage", minimum=1, maximum=4096),
        "last_accessed_date": Member(name="LastAccessedDate"),
    }


class CreateSecretResponse(Shape, frozen=True, kw_only=True):
    arn: str | None = msgspec.field(name="ARN", default=None)
    name: str | None = msgspec.field(name="Name", default=None)
    version_id: str | None = msgspec.field(name="VersionId", default=None)
    replication_status: tuple[ReplicationStatusType, ...] | None = msgspec.field(
        name="ReplicationStatus", default=None
    )
    MEMBERS: ClassVar[dict[str, Member]] = {
        "arn": Member(name="ARN", minimum=20, maximum=2048),
        "name": Member(name="Name", minimum=1, maximum=256),
        "version_id": Member(name="VersionId", minimum=32, maximum=64),
        "replication_status": Member(name="ReplicationStatus", item=Member(name="member")),
    }


class GetSecretValueRequest(Shape, frozen=True, kw_only=True):
    secret_id: str | None = msgspec.field(name="SecretId", default=None)
    version_id: str | None = msgspec.field(name="VersionId", default=None)
    version_stage: str | None = msgspec.field(name="VersionStage", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {
        "secret_id": Member(name="SecretId", required=True, minimum=1, maximum=2048),
        "version_id": Member(name="VersionId", minimum=32, maximum=64),
        "version_stage": Member(name="VersionStage", minimum=1, maximum=256),
    }


class GetSecretValueResponse(Shape, frozen=True, kw_only=True):
    arn: str | None = msgspec.field(name="ARN", default=None)
    name: str | None = msgspec.field(name="Name", default=None)
    version_id: str | None = msgspec.field(name="VersionId", default=None)
    secret_binary: bytes | None = msgspec.field(name="SecretBinary", default=None)
    secret_string: str | None = msgspec.field(name="SecretString", default=None)
    version_stages: tuple[str, ...] | None = msgspec.field(name="VersionStages", default=None)
    created_date: Instant | None = msgspec.field(name="CreatedDate", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {
        "arn": Member(name="ARN", minimum=20, maximum=2048),
        "name": Member(name="Name", minimum=1, maximum=256),
        "version_id": Member(name="VersionId", minimum=32, maximum=64),
        "secret_binary": Member(name="SecretBinary", minimum=1, maximum=65536, sensitive=True),
        "secret_string": Member(name="SecretString", minimum=1, maximum=65536, sensitive=True),
        "version_stages": Member(
            name="VersionStages", minimum=1, maximum=20, item=Member(name="member", minimum=1, maximum=256)
        ),
        "created_date": Member(name="CreatedDate"),
    }


class PutSecretValueRequest(Shape, frozen=True, kw_only=True):
    secret_id: str | None = msgspec.field(name="SecretId", default=None)
    client_request_token: str | None = msgspec.field(name="ClientRequestToken", default=None)
    secret_binary: bytes | None = msgspec.field(name="SecretBinary", default=None)
    secret_string: str | None = msgspec.field(name="SecretString", default=None)
    version_stages: tuple[str, ...] | None = msgspec.field(name="VersionStages", default=None)
    rotation_token: str | None = msgspec.field(name="RotationToken", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {
        "secret_id": Member(name="SecretId", required=True, minimum=1, maximum=2048),
        "client_request_token": Member(name="ClientRequestToken", minimum=32, maximum=64),
        "secret_binary": Member(name="SecretBinary", minimum=1, maximum=65536, sensitive=True),
        "secret_string": Member(name="SecretString", minimum=1, maximum=65536, sensitive=True),
        "version_stages": Member(
            name="VersionStages", minimum=1, maximum=20, item=Member(name="member", minimum=1, maximum=256)
        ),
        "rotation_token": Member(
            name="RotationToken", minimum=36, maximum=256, pattern="^[a-zA-Z0-9\\-]+$", sensitive=True
        ),
    }


class PutSecretValueResponse(Shape, frozen=True, kw_only=True):
    arn: str | None = msgspec.field(name="ARN", default=None)
    name: str | None = msgspec.field(name="Name", default=None)
    version_id: str | None = msgspec.field(name="VersionId", default=None)
    version_stages: tuple[str, ...] | None = msgspec.field(name="VersionStages", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {
        "arn": Member(name="ARN", minimum=20, maximum=2048),
        "name": Member(name="Name", minimum=1, maximum=256),
        "version_id": Member(name="VersionId", minimum=32, maximum=64),
        "version_stages": Member(
            name="VersionStages", minimum=1, maximum=20, item=Member(name="member", minimum=1, maximum=256)
        ),
    }


class UpdateSecretRequest(Shape, frozen=True, kw_only=True):
    secret_id: str | None = msgspec.field(name="SecretId", default=None)
    client_request_token: str | None = msgspec.field(name="ClientRequestToken", default=None)
    description: str | None = msgspec.field(name="Description", default=None)
    kms_key_id: str | None = msgspec.field(name="KmsKeyId", default=None)
    secret_binary: bytes | None = msgspec.field(name="SecretBinary", default=None)
    secret_string: str | None = msgspec.field(name="SecretString", default=None)
    type: str | None = msgspec.field(name="Type", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {
        "secret_id": Member(name="SecretId", required=True, minimum=1, maximum=2048),
        "client_request_token": Member(name="ClientRequestToken", minimum=32, maximum=64),
        "description": Member(name="Description", maximum=2048),
        "kms_key_id": Member(name="KmsKeyId", minimum=0, maximum=2048),
        "secret_binary": Member(name="SecretBinary", minimum=1, maximum=65536, sensitive=True),
        "secret_string": Member(name="SecretString", minimum=1, maximum=65536, sensitive=True),
        "type": Member(name="Type", minimum=0, maximum=256),
    }


class UpdateSecretResponse(Shape, frozen=True, kw_only=True):
    arn: str | None = msgspec.field(name="ARN", default=None)
    name: str | None = msgspec.field(name="Name", default=None)
    version_id: str | None = msgspec.field(name="VersionId", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {
        "arn": Member(name="ARN", minimum=20, maximum=2048),
        "name": Member(name="Name", minimum=1, maximum=256),
        "version_id": Member(name="VersionId", minimum=32, maximum=64),
    }


class UpdateSecretVersionStageRequest(Shape, frozen=True, kw_only=True):
    secret_id: str | None = msgspec.field(name="SecretId", default=None)
    version_stage: str | None = msgspec.field(name="VersionStage", default=None)
    remove_from_version_id: str | None = msgspec.field(name="RemoveFromVersionId", default=None)
    move_to_version_id: str | None = msgspec.field(name="MoveToVersionId", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {
        "secret_id": Member(name="SecretId", required=True, minimum=1, maximum=2048),
        "version_stage": Member(name="VersionStage", required=True, minimum=1, maximum=256),
        "remove_from_version_id": Member(name="RemoveFromVersionId", minimum=32, maximum=64),
        "move_to_version_id": Member(name="MoveToVersionId", minimum=32, maximum=64),
    }


class UpdateSecretVersionStageResponse(Shape, frozen=True, kw_only=True):
    arn: str | None = msgspec.field(name="ARN", default=None)
    name: str | None = msgspec.field(name="Name", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {
        "arn": Member(name="ARN", minimum=20, maximum=2048),
        "name": Member(name="Name", minimum=1, maximum=256),
    }


class DescribeSecretRequest(Shape, frozen=True, kw_only=True):
    secret_id: str | None = msgspec.field(name="SecretId", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {
        "secret_id": Member(name="SecretId", required=True, minimum=1, maximum=2048),
    }


class RotationRulesType(Shape, frozen=True, kw_only=True):
    automatically_after_days: Long | None = msgspec.field(name="AutomaticallyAfterDays", default=None)
    duration: str | None = msgspec.field(name="Duration", default=None)
    schedule_expression: str | None = msgspec.field(name="ScheduleExpression", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {
        "automatically_after_days": Member(name="AutomaticallyAfterDays", minimum=1, maximum=1000),
        "duration": Member(name="Duration", minimum=2, maximum=3, pattern="[0-9]+h"),
        "schedule_expression": Member(
            name="ScheduleExpression", minimum=1, maximum=256, pattern="[0-9A-Za-z\\(\\)#\\?\\*\\-\\/, ]+"
        ),
    }


class ExternalSecretRotationMetadataItem(Shape, frozen=True, kw_only=True):
    key: str | None = msgspec.field(name="Key", default=None)
    value: str | None = msgspec.field(name="Value", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {
        "key": Member(name="Key", minimum=1, maximum=256),
        "value": Member(name="Value", minimum=1, maximum=2048),
    }


class CrossAccountPrimaryType(Shape, frozen=True, kw_only=True):
    primary_secret_arn: str | None = msgspec.field(name="PrimarySecretARN", default=None)
    replication_status: str | None = msgspec.field(name="ReplicationStatus", default=None)
    status_message: str | None = msgspec.field(name="StatusMessage", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {
        "primary_secret_arn": Member(name="PrimarySecretARN", minimum=20, maximum=2048),
        "replication_status": Member(
            name="ReplicationStatus", values=("InSync", "Failed", "InProgress", "Pending", "Detached")
        ),
        "status_message": Member(name="StatusMessage", minimum=1, maximum=4096),
    }


class CrossAccountReplicaEntry(Shape, frozen=True, kw_only=True):
    replica_secret_arn: str | None = msgspec.field(name="ReplicaSecretARN", default=None)
    replication_role_arn: str | None = msgspec.field(name="ReplicationRoleARN", default=None)
    replication_status: str | None = msgspec.field(name="ReplicationStatus", default=None)
    status_message: str | None = msgspec.field(name="StatusMessage", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {
        "replica_secret_arn": Member(name="ReplicaSecretARN", minimum=20, maximum=2048),
        "replication_role_arn": Member(name="ReplicationRoleARN", minimum=20, maximum=2048),
        "replication_status": Member(
            name="ReplicationStatus", values=("InSync", "Failed", "InProgress", "Pending", "Detached")
        ),
        "status_message": Member(name="StatusMessage", minimum=1, maximum=4096),
    }


class DescribeSecretResponse(Shape, frozen=True, kw_only=True):
    arn: str | None = msgspec.field(name="ARN", default=None)
    name: str | None = msgspec.field(name="Name", default=None)
    type: str | None = msgspec.field(name="Type", default=None)
    description: str | None = msgspec.field(name="Description", default=None)
    kms_key_id: str | None = msgspec.field(name="KmsKeyId", default=None)
    rotation_enabled: bool | None = msgspec.field(name="RotationEnabled", default=None)
    rotation_lambda_arn: str | None = msgspec.field(name="RotationLambdaARN", default=None)
    rotation_rules: RotationRulesType | None = msgspec.field(name="RotationRules", default=None)
    external_secret_rotation_metadata: tuple[ExternalSecretRotationMetadataItem, ...] | None = msgspec.field(
        name="ExternalSecretRotationMetadata", default=None
    )
    external_secret_rotation_role_arn: str | None = msgspec.field(
        name="ExternalSecretRotationRoleArn", default=None
    )
    last_rotated_date: Instant | None = msgspec.field(name="LastRotatedDate", default=None)
    last_changed_date: Instant | None = msgspec.field(name="LastChangedDate", default=None)
    last_accessed_date: Instant | None = msgspec.field(name="LastAccessedDate", default=None)
    deleted_date: Instant | None = msgspec.field(name="DeletedDate", default=None)
    next_rotation_date: Instant | None = msgspec.field(name="NextRotationDate", default=None)
    tags: tuple[Tag, ...] | None = msgspec.field(name="Tags", default=None)
    version_ids_to_stages: dict[str, tuple[str, ...]] | None = msgspec.field(
        name="VersionIdsToStages", default=None
    )
    owning_service: str | None = msgspec.field(name="OwningService", default=None)
    created_date: Instant | None = msgspec.field(name="CreatedDate", default=None)
    primary_region: str | None = msgspec.field(name="PrimaryRegion", default=None)
    replication_status: tuple[ReplicationStatusType, ...] | None = msgspec.field(
        name="ReplicationStatus", default=None
    )
    cross_account_primary: CrossAccountPrimaryType | None = msgspec.field(
        name="CrossAccountPrimary", default=None
    )
    cross_account_replicas: tuple[CrossAccountReplicaEntry, ...] | None = msgspec.field(
        name="CrossAccountReplicas", default=None
    )
    MEMBERS: ClassVar[dict[str, Member]] = {
        "arn": Member(name="ARN", minimum=20, maximum=2048),
        "name": Member(name="Name", minimum=1, maximum=256),
        "type": Member(name="Type", minimum=0, maximum=256),
        "description": Member(name="Description", maximum=2048),
        "kms_key_id": Member(name="KmsKeyId", minimum=0, maximum=2048),
        "rotation_enabled": Member(name="RotationEnabled"),
        "rotation_lambda_arn": Member(name="RotationLambdaARN", minimum=0, maximum=2048),
        "rotation_rules": Member(name="RotationRules"),
        "external_secret_rotation_metadata": Member(
            name="ExternalSecretRotationMetadata", item=Member(name="member")
        ),
        "external_secret_rotation_role_arn": Member(
            name="ExternalSecretRotationRoleArn", minimum=20, maximum=2048
        ),
        "last_rotated_date": Member(name="LastRotatedDate"),
        "last_changed_date": Member(name="LastChangedDate"),
        "last_accessed_date": Member(name="LastAccessedDate"),
        "deleted_date": Member(name="DeletedDate"),
        "next_rotation_date": Member(name="NextRotationDate"),
        "tags": Member(name="Tags", item=Member(name="member")),
        "version_ids_to_stages": Member(
            name="VersionIdsToStages",
            key=Member(name="key", minimum=32, maximum=64),
            item=Member(
                name="value", minimum=1, maximum=20, item=Member(name="member", minimum=1, maximum=256)
            ),
        ),
        "owning_service": Member(name="OwningService", minimum=1, maximum=128),
        "created_date": Member(name="CreatedDate"),
        "primary_region": Member(name="PrimaryRegion", minimum=1, maximum=128, pattern="^([a-z]+-)+\\d+$"),
        "replication_status": Member(name="ReplicationStatus", item=Member(name="member")),
        "cross_account_primary": Member(name="CrossAccountPrimary"),
        "cross_account_replicas": Member(
            name="CrossAccountReplicas", minimum=1, maximum=100, item=Member(name="member")
        ),
    }


class Filter(Shape, frozen=True, kw_only=True):
    key: str | None = msgspec.field(name="Key", default=None)
    values: tuple[str, ...] | None = msgspec.field(name="Values", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {
        "key": Member(
            name="Key",
            values=("description", "name", "tag-key", "tag-value", "primary-region", "owning-service", "all"),
        ),
        "values": Member(
            name="Values",
            minimum=1,
            maximum=10,
            item=Member(name="member", maximum=512, pattern="^\\!?[a-zA-Z0-9 :_@\\/\\+\\=\\.\\-\\!]*$"),
        ),
    }


class ListSecretsRequest(Shape, frozen=True, kw_only=True):
    include_planned_deletion: bool | None = msgspec.field(name="IncludePlannedDeletion", default=None)
    max_results: Integer | None = msgspec.field(name="MaxResults", default=None)
    next_token: str | None = msgspec.field(name="NextToken", default=None)
    filters: tuple[Filter, ...] | None = msgspec.field(name="Filters", default=None)
    sort_order: str | None = msgspec.field(name="SortOrder", default=None)
    sort_by: str | None = msgspec.field(name="SortBy", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {
        "include_planned_deletion": Member(name="IncludePlannedDeletion"),
        "max_results": Member(name="MaxResults", minimum=1, maximum=100),
        "next_token": Member(name="NextToken", minimum=1, maximum=4096),
        "filters": Member(name="Filters", maximum=10, item=Member(name="member")),
        "sort_order": Member(name="SortOrder", values=("asc", "desc")),
        "sort_by": Member(
            name="SortBy", values=("created-date", "last-accessed-date", "last-changed-date", "name")
        ),
    }


class SecretListEntry(Shape, frozen=True, kw_only=True):
    arn: str | None = msgspec.field(name="ARN", default=None)
    name: str | None = msgspec.field(name="Name", default=None)
    type: str | None = msgspec.field(name="Type", default=None)
    description: str | None = msgspec.field(name="Description", default=None)
    kms_key_id: str | None = msgspec.field(name="KmsKeyId", default=None)
    rotation_enabled: bool | None = msgspec.field(name="RotationEnabled", default=None)
    rotation_lambda_arn: str | None = msgspec.field(name="RotationLambdaARN", default=None)
    rotation_rules: RotationRulesType | None = msgspec.field(name="RotationRules", default=None)
    external_secret_rotation_metadata: tuple[ExternalSecretRotationMetadataItem, ...] | None = msgspec.field(
        name="ExternalSecretRotationMetadata", default=None
    )
    external_secret_rotation_role_arn: str | None = msgspec.field(
        name="ExternalSecretRotationRoleArn", default=None
    )
    last_rotated_date: Instant | None = msgspec.field(name="LastRotatedDate", default=None)
    last_changed_date: Instant | None = msgspec.field(name="LastChangedDate", default=None)
    last_accessed_date: Instant | None = msgspec.field(name="LastAccessedDate", default=None)
    deleted_date: Instant | None = msgspec.field(name="DeletedDate", default=None)
    next_rotation_date: Instant | None = msgspec.field(name="NextRotationDate", default=None)
    tags: tuple[Tag, ...] | None = msgspec.field(name="Tags", default=None)
    secret_versions_to_stages: dict[str, tuple[str, ...]] | None = msgspec.field(
        name="SecretVersionsToStages", default=None
    )
    owning_service: str | None = msgspec.field(name="OwningService", default=None)
    created_date: Instant | None = msgspec.field(name="CreatedDate", default=None)
    primary_region: str | None = msgspec.field(name="PrimaryRegion", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {
        "arn": Member(name="ARN", minimum=20, maximum=2048),
        "name": Member(name="Name", minimum=1, maximum=256),
        "type": Member(name="Type", minimum=0, maximum=256),
        "description": Member(name="Description", maximum=2048),
        "kms_key_id": Member(name="KmsKeyId", minimum=0, maximum=2048),
        "rotation_enabled": Member(name="RotationEnabled"),
        "rotation_lambda_arn": Member(name="RotationLambdaARN", minimum=0, maximum=2048),
        "rotation_rules": Member(name="RotationRules"),
        "external_secret_rotation_metadata": Member(
            name="ExternalSecretRotationMetadata", item=Member(name="member")
        ),
        "external_secret_rotation_role_arn": Member(
            name="ExternalSecretRotationRoleArn", minimum=20, maximum=2048
        ),
        "last_rotated_date": Member(name="LastRotatedDate"),
        "last_changed_date": Member(name="LastChangedDate"),
        "last_accessed_date": Member(name="LastAccessedDate"),
        "deleted_date": Member(name="DeletedDate"),
        "next_rotation_date": Member(name="NextRotationDate"),
        "tags": Member(name="Tags", item=Member(name="member")),
        "secret_versions_to_stages": Member(
            name="SecretVersionsToStages",
            key=Member(name="key", minimum=32, maximum=64),
            item=Member(
                name="value", minimum=1, maximum=20, item=Member(name="member", minimum=1, maximum=256)
            ),
        ),
        "owning_service": Member(name="OwningService", minimum=1, maximum=128),
        "created_date": Member(name="CreatedDate"),
        "primary_region": Member(name="PrimaryRegion", minimum=1, maximum=128, pattern="^([a-z]+-)+\\d+$"),
    }


class ListSecretsResponse(Shape, frozen=True, kw_only=True):
    secret_list: tuple[SecretListEntry, ...] | None = msgspec.field(name="SecretList", default=None)
    next_token: str | None = msgspec.field(name="NextToken", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {
        "secret_list": Member(name="SecretList", item=Member(name="member")),
        "next_token": Member(name="NextToken", minimum=1, maximum=4096),
    }


class ListSecretVersionIdsRequest(Shape, frozen=True, kw_only=True):
    secret_id: str | None = msgspec.field(name="SecretId", default=None)
    max_results: Integer | None = msgspec.field(name="MaxResults", default=None)
    next_token: str | None = msgspec.field(name="NextToken", default=None)
    include_deprecated: bool | None = msgspec.field(name="IncludeDeprecated", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {
        "secret_id": Member(name="SecretId", required=True, minimum=1, maximum=2048),
        "max_results": Member(name="MaxResults", minimum=1, maximum=100),
        "next_token": Member(name="NextToken", minimum=1, maximum=4096),
        "include_deprecated": Member(name="IncludeDeprecated"),
    }


class SecretVersionsListEntry(Shape, frozen=True, kw_only=True):
    version_id: str | None = msgspec.field(name="VersionId", default=None)
    version_stages: tuple[str, ...] | None = msgspec.field(name="VersionStages", default=None)
    last_accessed_date: Instant | None = msgspec.field(name="LastAccessedDate", default=None)
    created_date: Instant | None = msgspec.field(name="CreatedDate", default=None)
    kms_key_ids: tuple[str, ...] | None = msgspec.field(name="KmsKeyIds", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {
        "version_id": Member(name="VersionId", minimum=32, maximum=64),
        "version_stages": Member(
            name="VersionStages", minimum=1, maximum=20, item=Member(name="member", minimum=1, maximum=256)
        ),
        "last_accessed_date": Member(name="LastAccessedDate"),
        "created_date": Member(name="CreatedDate"),
        "kms_key_ids": Member(name="KmsKeyIds", item=Member(name="member", minimum=0, maximum=2048)),
    }


class ListSecretVersionIdsResponse(Shape, frozen=True, kw_only=True):
    versions: tuple[SecretVersionsListEntry, ...] | None = msgspec.field(name="Versions", default=None)
    next_token: str | None = msgspec.field(name="NextToken", default=None)
    arn: str | None = msgspec.field(name="ARN", default=None)
    name: str | None = msgspec.field(name="Name", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {
        "versions": Member(name="Versions", item=Member(name="member")),
        "next_token": Member(name="NextToken", minimum=1, maximum=4096),
        "arn": Member(name="ARN", minimum=20, maximum=2048),
        "name": Member(name="Name", minimum=1, maximum=256),
    }


class BatchGetSecretValueRequest(Shape, frozen=True, kw_only=True):
    secret_id_list: tuple[str, ...] | None = msgspec.field(name="SecretIdList", default=None)
    filters: tuple[Filter, ...] | None = msgspec.field(name="Filters", default=None)
    max_results: Integer | None = msgspec.field(name="MaxResults", default=None)
    next_token: str | None = msgspec.field(name="NextToken", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {
        "secret_id_list": Member(
            name="SecretIdList", minimum=1, maximum=20, item=Member(name="member", minimum=1, maximum=2048)
        ),
        "filters": Member(name="Filters", maximum=10, item=Member(name="member")),
        "max_results": Member(name="MaxResults", minimum=1, maximum=20),
        "next_token": Member(name="NextToken", minimum=1, maximum=4096),
    }


class SecretValueEntry(Shape, frozen=True, kw_only=True):
    arn: str | None = msgspec.field(name="ARN", default=None)
    name: str | None = msgspec.field(name="Name", default=None)
    version_id: str | None = msgspec.field(name="VersionId", default=None)
    secret_binary: bytes | None = msgspec.field(name="SecretBinary", default=None)
    secret_string: str | None = msgspec.field(name="SecretString", default=None)
    version_stages: tuple[str, ...] | None = msgspec.field(name="VersionStages", default=None)
    created_date: Instant | None = msgspec.field(name="CreatedDate", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {
        "arn": Member(name="ARN", minimum=20, maximum=2048),
        "name": Member(name="Name", minimum=1, maximum=256),
        "version_id": Member(name="VersionId", minimum=32, maximum=64),
        "secret_binary": Member(name="SecretBinary", minimum=1, maximum=65536, sensitive=True),
        "secret_string": Member(name="SecretString", minimum=1, maximum=65536, sensitive=True),
        "version_stages": Member(
            name="VersionStages", minimum=1, maximum=20, item=Member(name="member", minimum=1, maximum=256)
        ),
        "created_date": Member(name="CreatedDate"),
    }


class APIErrorType(Shape, frozen=True, kw_only=True):
    secret_id: str | None = msgspec.field(name="SecretId", default=None)
    error_code: str | None = msgspec.field(name="ErrorCode", default=None)
    message: str | None = msgspec.field(name="Message", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {
        "secret_id": Member(name="SecretId", minimum=1, maximum=2048),
        "error_code": Member(name="ErrorCode"),
        "message": Member(name="Message"),
    }


class BatchGetSecretValueResponse(Shape, frozen=True, kw_only=True):
    secret_values: tuple[SecretValueEntry, ...] | None = msgspec.field(name="SecretValues", default=None)
    next_token: str | None = msgspec.field(name="NextToken", default=None)
    errors: tuple[APIErrorType, ...] | None = msgspec.field(name="Errors", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {
        "secret_values": Member(name="SecretValues", item=Member(name="member")),
        "next_token": Member(name="NextToken", minimum=1, maximum=4096),
        "errors": Member(name="Errors", item=Member(name="member")),
    }


class GetRandomPasswordRequest(Shape, frozen=True, kw_only=True):
    password_length: Long | None = msgspec.field(name="PasswordLength", default=None)
    exclude_characters: str | None = msgspec.field(name="ExcludeCharacters", default=None)
    exclude_numbers: bool | None = msgspec.field(name="ExcludeNumbers", default=None)
    exclude_punctuation: bool | None = msgspec.field(name="ExcludePunctuation", default=None)
    exclude_uppercase: bool | None = msgspec.field(name="ExcludeUppercase", default=None)
    exclude_lowercase: bool | None = msgspec.field(name="ExcludeLowercase", default=None)
    include_space: bool | None = msgspec.field(name="IncludeSpace", default=None)
    require_each_included_type: bool | None = msgspec.field(name="RequireEachIncludedType", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {
        "password_length": Member(name="PasswordLength", minimum=1, maximum=4096),
        "exclude_characters": Member(name="ExcludeCharacters", minimum=0, maximum=4096),
        "exclude_numbers": Member(name="ExcludeNumbers"),
        "exclude_punctuation": Member(name="ExcludePunctuation"),
        "exclude_uppercase": Member(name="ExcludeUppercase"),
        "exclude_lowercase": Member(name="ExcludeLowercase"),
        "include_space": Member(name="IncludeSpace"),
        "require_each_included_type": Member(name="RequireEachIncludedType"),
    }


class GetRandomPasswordResponse(Shape, frozen=True, kw_only=True):
    random_password: str | None = msgspec.field(name="RandomPassword", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {
        "random_password": Member(name="RandomPassword", minimum=0, maximum=4096, sensitive=True),
    }


class DeleteSecretRequest(Shape, frozen=True, kw_only=True):
    secret_id: str | None = msgspec.field(name="SecretId", default=None)
    recovery_window_in_days: Long | None = msgspec.field(name="RecoveryWindowInDays", default=None)
    force_delete_without_recovery: bool | None = msgspec.field(
        name="ForceDeleteWithoutRecovery", default=None
    )
    MEMBERS: ClassVar[dict[str, Member]] = {
        "secret_id": Member(name="SecretId", required=True, minimum=1, maximum=2048),
        "recovery_window_in_days": Member(name="RecoveryWindowInDays"),
        "force_delete_without_recovery": Member(name="ForceDeleteWithoutRecovery"),
    }


class DeleteSecretResponse(Shape, frozen=True, kw_only=True):
    arn: str | None = msgspec.field(name="ARN", default=None)
    name: str | None = msgspec.field(name="Name", default=None)
    deletion_date: Instant | None = msgspec.field(name="DeletionDate", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {
        "arn": Member(name="ARN", minimum=20, maximum=2048),
        "name": Member(name="Name", minimum=1, maximum=256),
        "deletion_date": Member(name="DeletionDate"),
    }


class RestoreSecretRequest(Shape, frozen=True, kw_only=True):
    secret_id: str | None = msgspec.field(name="SecretId", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {
        "secret_id": Member(name="SecretId", required=True, minimum=1, maximum=2048),
    }


class RestoreSecretResponse(Shape, frozen=True, kw_only=True):
    arn: str | None = msgspec.field(name="ARN", default=None)
    name: str | None = msgspec.field(name="Name", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {
        "arn": Member(name="ARN", minimum=20, maximum=2048),
        "name": Member(name="Name", minimum=1, maximum=256),
    }


class RotateSecretRequest(Shape, frozen=True, kw_only=True):
    secret_id: str | None = msgspec.field(name="SecretId", default=None)
    client_request_token: str | None = msgspec.field(name="ClientRequestToken", default=None)
    rotation_lambda_arn: str | None = msgspec.field(name="RotationLambdaARN", default=None)
    rotation_rules: RotationRulesType | None = msgspec.field(name="RotationRules", default=None)
    external_secret_rotation_metadata: tuple[ExternalSecretRotationMetadataItem, ...] | None = msgspec.field(
        name="ExternalSecretRotationMetadata", default=None
    )
    external_secret_rotation_role_arn: str | None = msgspec.field(
        name="ExternalSecretRotationRoleArn", default=None
    )
    rotate_immediately: bool | None = msgspec.field(name="RotateImmediately", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {
        "secret_id": Member(name="SecretId", required=True, minimum=1, maximum=2048),
        "client_request_token": Member(name="ClientRequestToken", minimum=32, maximum=64),
        "rotation_lambda_arn": Member(name="RotationLambdaARN", minimum=0, maximum=2048),
        "rotation_rules": Member(name="RotationRules"),
        "external_secret_rotation_metadata": Member(
            name="ExternalSecretRotationMetadata", item=Member(name="member")
        ),
        "external_secret_rotation_role_arn": Member(
            name="ExternalSecretRotationRoleArn", minimum=20, maximum=2048
        ),
        "rotate_immediately": Member(name="RotateImmediately"),
    }


class RotateSecretResponse(Shape, frozen=True, kw_only=True):
    arn: str | None = msgspec.field(name="ARN", default=None)
    name: str | None = msgspec.field(name="Name", default=None)
    version_id: str | None = msgspec.field(name="VersionId", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {
        "arn": Member(name="ARN", minimum=20, maximum=2048),
        "name": Member(name="Name", minimum=1, maximum=256),
        "version_id": Member(name="VersionId", minimum=32, maximum=64),
    }


class CancelRotateSecretRequest(Shape, frozen=True, kw_only=True):
    secret_id: str | None = msgspec.field(name="SecretId", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {
        "secret_id": Member(name="SecretId", required=True, minimum=1, maximum=2048),
    }


class CancelRotateSecretResponse(Shape, frozen=True, kw_only=True):
    arn: str | None = msgspec.field(name="ARN", default=None)
    name: str | None = msgspec.field(name="Name", default=None)
    version_id: str | None = msgspec.field(name="VersionId", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {
        "arn": Member(name="ARN", minimum=20, maximum=2048),
        "name": Member(name="Name", minimum=1, maximum=256),
        "version_id": Member(name="VersionId", minimum=32, maximum=64),
    }


class TagResourceRequest(Shape, frozen=True, kw_only=True):
    secret_id: str | None = msgspec.field(name="SecretId", default=None)
    tags: tuple[Tag, ...] | None = msgspec.field(name="Tags", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {
        "secret_id": Member(name="SecretId", required=True, minimum=1, maximum=2048),
        "tags": Member(name="Tags", required=True, item=Member(name="member")),
    }


class UntagResourceRequest(Shape, frozen=True, kw_only=True):
    secret_id: str | None = msgspec.field(name="SecretId", default=None)
    tag_keys: tuple[str, ...] | None = msgspec.field(name="TagKeys", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {
        "secret_id": Member(name="SecretId", required=True, minimum=1, maximum=2048),
        "tag_keys": Member(name="TagKeys", required=True, item=Member(name="member", minimum=1, maximum=128)),
    }


class PutResourcePolicyRequest(Shape, frozen=True, kw_only=True):
    secret_id: str | None = msgspec.field(name="SecretId", default=None)
    resource_policy: str | None = msgspec.field(name="ResourcePolicy", default=None)
    policy_name: str | None = msgspec.field(name="PolicyName", default=None)
    block_public_policy: bool | None = msgspec.field(name="BlockPublicPolicy", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {
        "secret_id": Member(name="SecretId", required=True, minimum=1, maximum=2048),
        "resource_policy": Member(name="ResourcePolicy", required=True, minimum=1, maximum=20480),
        "policy_name": Member(name="PolicyName", minimum=1, maximum=64, pattern="[0-9A-Za-z\\-\\_]+"),
        "block_public_policy": Member(name="BlockPublicPolicy"),
    }


class PutResourcePolicyResponse(Shape, frozen=True, kw_only=True):
    arn: str | None = msgspec.field(name="ARN", default=None)
    name: str | None = msgspec.field(name="Name", default=None)
    policy_name: str | None = msgspec.field(name="PolicyName", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {
        "arn": Member(name="ARN", minimum=20, maximum=2048),
        "name": Member(name="Name", minimum=1, maximum=512),
        "policy_name": Member(name="PolicyName", minimum=1, maximum=64, pattern="[0-9A-Za-z\\-\\_]+"),
    }


class GetResourcePolicyRequest(Shape, frozen=True, kw_only=True):
    secret_id: str | None = msgspec.field(name="SecretId", default=None)
    policy_name: str | None = msgspec.field(name="PolicyName", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {
        "secret_id": Member(name="SecretId", required=True, minimum=1, maximum=2048),
        "policy_name": Member(name="PolicyName", minimum=1, maximum=64, pattern="[0-9A-Za-z\\-\\_]+"),
    }


class GetResourcePolicyResponse(Shape, frozen=True, kw_only=True):
    arn: str | None = msgspec.field(name="ARN", default=None)
    name: str | None = msgspec.field(name="Name", default=None)
    resource_policy: str | None = msgspec.field(name="ResourcePolicy", default=None)
    policy_name: str | None = msgspec.field(name="PolicyName", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {
        "arn": Member(name="ARN", minimum=20, maximum=2048),
        "name": Member(name="Name", minimum=1, maximum=512),
        "resource_policy": Member(name="ResourcePolicy", minimum=1, maximum=20480),
        "policy_name": Member(name="PolicyName", minimum=1, maximum=64, pattern="[0-9A-Za-z\\-\\_]+"),
    }


class DeleteResourcePolicyRequest(Shape, frozen=True, kw_only=True):
    secret_id: str | None = msgspec.field(name="SecretId", default=None)
    policy_name: str | None = msgspec.field(name="PolicyName", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {
        "secret_id": Member(name="SecretId", required=True, minimum=1, maximum=2048),
        "policy_name": Member(name="PolicyName", minimum=1, maximum=64, pattern="[0-9A-Za-z\\-\\_]+"),
    }


class DeleteResourcePolicyResponse(Shape, frozen=True, kw_only=True):
    arn: str | None = msgspec.field(name="ARN", default=None)
    name: str | None = msgspec.field(name="Name", default=None)
    policy_name: str | None = msgspec.field(name="PolicyName", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {
        "arn": Member(name="ARN", minimum=20, maximum=2048),
        "name": Member(name="Name", minimum=1, maximum=512),
        "policy_name": Member(name="PolicyName", minimum=1, maximum=64, pattern="[0-9A-Za-z\\-\\_]+"),
    }


class ValidateResourcePolicyRequest(Shape, frozen=True, kw_only=True):
    secret_id: str | None = msgspec.field(name="SecretId", default=None)
    resource_policy: str | None = msgspec.field(name="ResourcePolicy", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {
        "secret_id": Member(name="SecretId", minimum=1, maximum=2048),
        "resource_policy": Member(name="ResourcePolicy", required=True, minimum=1, maximum=20480),
    }


class ValidationErrorsEntry(Shape, frozen=True, kw_only=True):
    check_name: str | None = msgspec.field(name="CheckName", default=None)
    error_message: str | None = msgspec.field(name="ErrorMessage", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {
        "check_name": Member(name="CheckName", minimum=1, maximum=512),
        "error_message": Member(name="ErrorMessage"),
    }


class ValidateResourcePolicyResponse(Shape, frozen=True, kw_only=True):
    policy_validation_passed: bool | None = msgspec.field(name="PolicyValidationPassed", default=None)
    validation_errors: tuple[ValidationErrorsEntry, ...] | None = msgspec.field(
        name="ValidationErrors", default=None
    )
    MEMBERS: ClassVar[dict[str, Member]] = {
        "policy_validation_passed": Member(name="PolicyValidationPassed"),
        "validation_errors": Member(name="ValidationErrors", item=Member(name="member")),
    }


class ListResourcePoliciesRequest(Shape, frozen=True, kw_only=True):
    secret_id: str | None = msgspec.field(name="SecretId", default=None)
    max_results: Integer | None = msgspec.field(name="MaxResults", default=None)
    next_token: str | None = msgspec.field(name="NextToken", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {
        "secret_id": Member(name="SecretId", required=True, minimum=1, maximum=2048),
        "max_results": Member(name="MaxResults", minimum=1, maximum=100),
        "next_token": Member(name="NextToken", minimum=1, maximum=4096),
    }


class ResourcePolicySummary(Shape, frozen=True, kw_only=True):
    policy_name: str | None = msgspec.field(name="PolicyName", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {
        "policy_name": Member(name="PolicyName", minimum=1, maximum=64, pattern="[0-9A-Za-z\\-\\_]+"),
    }


class ListResourcePoliciesResponse(Shape, frozen=True, kw_only=True):
    resource_policies: tuple[ResourcePolicySummary, ...] | None = msgspec.field(
        name="ResourcePolicies", default=None
    )
    next_token: str | None = msgspec.field(name="NextToken", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {
        "resource_policies": Member(
            name="ResourcePolicies", required=True, minimum=0, maximum=100, item=Member(name="member")
        ),
        "next_token": Member(name="NextToken", minimum=1, maximum=4096),
    }


class ReplicateSecretToRegionsRequest(Shape, frozen=True, kw_only=True):
    secret_id: str | None = msgspec.field(name="SecretId", default=None)
    add_replica_regions: tuple[ReplicaRegionType, ...] | None = msgspec.field(
        name="AddReplicaRegions", default=None
    )
    force_overwrite_replica_secret: bool | None = msgspec.field(
        name="ForceOverwriteReplicaSecret", default=None
    )
    MEMBERS: ClassVar[dict[str, Member]] = {
        "secret_id": Member(name="SecretId", required=True, minimum=1, maximum=2048),
        "add_replica_regions": Member(
            name="AddReplicaRegions", required=True, minimum=1, item=Member(name="member")
        ),
        "force_overwrite_replica_secret": Member(name="ForceOverwriteReplicaSecret"),
    }


class ReplicateSecretToRegionsResponse(Shape, frozen=True, kw_only=True):
    arn: str | None = msgspec.field(name="ARN", default=None)
    replication_status: tuple[ReplicationStatusType, ...] | None = msgspec.field(
        name="ReplicationStatus", default=None
    )
    MEMBERS: ClassVar[dict[str, Member]] = {
        "arn": Member(name="ARN", minimum=20, maximum=2048),
        "replication_status": Member(name="ReplicationStatus", item=Member(name="member")),
    }


class RemoveRegionsFromReplicationRequest(Shape, frozen=True, kw_only=True):
    secret_id: str | None = msgspec.field(name="SecretId", default=None)
    remove_replica_regions: tuple[str, ...] | None = msgspec.field(name="RemoveReplicaRegions", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {
        "secret_id": Member(name="SecretId", required=True, minimum=1, maximum=2048),
        "remove_replica_regions": Member(
            name="RemoveReplicaRegions",
            required=True,
            minimum=1,
            item=Member(name="member", minimum=1, maximum=128, pattern="^([a-z]+-)+\\d+$"),
        ),
    }


class RemoveRegionsFromReplicationResponse(Shape, frozen=True, kw_only=True):
    arn: str | None = msgspec.field(name="ARN", default=None)
    replication_status: tuple[ReplicationStatusType, ...] | None = msgspec.field(
        name="ReplicationStatus", default=None
    )
    MEMBERS: ClassVar[dict[str, Member]] = {
        "arn": Member(name="ARN", minimum=20, maximum=2048),
        "replication_status": Member(name="ReplicationStatus", item=Member(name="member")),
    }


class StopReplicationToReplicaRequest(Shape, frozen=True, kw_only=True):
    secret_id: str | None = msgspec.field(name="SecretId", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {
        "secret_id": Member(name="SecretId", required=True, minimum=1, maximum=2048),
    }


class StopReplicationToReplicaResponse(Shape, frozen=True, kw_only=True):
    arn: str | None = msgspec.field(name="ARN", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {
        "arn": Member(name="ARN", minimum=20, maximum=2048),
    }


class AssociateCrossAccountReplicaRequest(Shape, frozen=True, kw_only=True):
    secret_id: str | None = msgspec.field(name="SecretId", default=None)
    cross_account_replica_arn: str | None = msgspec.field(name="CrossAccountReplicaARN", default=None)
    replica_restriction: str | None = msgspec.field(name="ReplicaRestriction", default=None)
    replication_role_arn: str | None = msgspec.field(name="ReplicationRoleARN", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {
        "secret_id": Member(name="SecretId", required=True, minimum=1, maximum=2048),
        "cross_account_replica_arn": Member(
            name="CrossAccountReplicaARN", required=True, minimum=20, maximum=2048
        ),
        "replica_restriction": Member(name="ReplicaRestriction", values=("SameOrg", "NoRestriction")),
        "replication_role_arn": Member(name="ReplicationRoleARN", minimum=20, maximum=2048),
    }


class AssociateCrossAccountReplicaResponse(Shape, frozen=True, kw_only=True):
    arn: str | None = msgspec.field(name="ARN", default=None)
    cross_account_replica_arn: str | None = msgspec.field(name="CrossAccountReplicaARN", default=None)
    replication_status: str | None = msgspec.field(name="ReplicationStatus", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {
        "arn": Member(name="ARN", minimum=20, maximum=2048),
        "cross_account_replica_arn": Member(name="CrossAccountReplicaARN", minimum=20, maximum=2048),
        "replication_status": Member(
            name="ReplicationStatus", values=("InSync", "Failed", "InProgress", "Pending", "Detached")
        ),
    }


class DisassociateCrossAccountReplicaRequest(Shape, frozen=True, kw_only=True):
    secret_id: str | None = msgspec.field(name="SecretId", default=None)
    cross_account_replica_arn: str | None = msgspec.field(name="CrossAccountReplicaARN", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {
        "secret_id": Member(name="SecretId", required=True, minimum=1, maximum=2048),
        "cross_account_replica_arn": Member(
            name="CrossAccountReplicaARN", required=True, minimum=20, maximum=2048
        ),
    }


class DisassociateCrossAccountReplicaResponse(Shape, frozen=True, kw_only=True):
    arn: str | None = msgspec.field(name="ARN", default=None)
    cross_account_replica_arn: str | None = msgspec.field(name="CrossAccountReplicaARN", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {
        "arn": Member(name="ARN", minimum=20, maximum=2048),
        "cross_account_replica_arn": Member(name="CrossAccountReplicaARN", minimum=20, maximum=2048),
    }


CREATE_SECRET = Operation(
    service=SERVICE,
    name="CreateSecret",
    request=CreateSecretRequest,
    response=CreateSecretResponse,
    errors=(
        InvalidParameterException,
        InvalidRequestException,
        LimitExceededException,
        EncryptionFailure,
        ResourceExistsException,
        ResourceNotFoundException,
        MalformedPolicyDocumentException,
        InternalServiceError,
        PreconditionNotMetException,
        DecryptionFailure,
    ),
    action="secretsmanager:CreateSecret",
    access=AccessLevel.WRITE,
    condition_keys=(
        ConditionKey(name="secretsmanager:Name", member="name"),
        ConditionKey(name="secretsmanager:Description", member="description"),
        ConditionKey(name="secretsmanager:KmsKeyId", member="kms_key_id"),
        ConditionKey(name="secretsmanager:KmsKeyArn"),
        ConditionKey(name="secretsmanager:Type", member="type"),
        ConditionKey(name="secretsmanager:AddReplicaRegions", member="add_replica_regions"),
        ConditionKey(
            name="secretsmanager:ForceOverwriteReplicaSecret", member="force_overwrite_replica_secret"
        ),
        ConditionKey(name="secretsmanager:ResourceTag/tag-key"),
        ConditionKey(name="aws:ResourceTag/${TagKey}"),
        ConditionKey(name="aws:RequestTag/${TagKey}", member="tags"),
        ConditionKey(name="aws:TagKeys", member="tags"),
    ),
    also=(
        Also(action="secretsmanager:TagResource", member="tags"),
        Also(action="secretsmanager:ReplicateSecretToRegions", member="add_replica_regions"),
        Also(action="secretsmanager:PutResourcePolicy", member="cross_account_primary_arn"),
    ),
)


GET_SECRET_VALUE = Operation(
    service=SERVICE,
    name="GetSecretValue",
    request=GetSecretValueRequest,
    response=GetSecretValueResponse,
    errors=(
        ResourceNotFoundException,
        InvalidParameterException,
        InvalidRequestException,
        DecryptionFailure,
        InternalServiceError,
    ),
    action="secretsmanager:GetSecretValue",
    access=AccessLevel.READ,
    resource_member="secret_id",
    condition_keys=(
        ConditionKey(name="secretsmanager:SecretId", member="secret_id"),
        ConditionKey(name="secretsmanager:SecretPrimaryRegion"),
        ConditionKey(name="secretsmanager:resource/AllowRotationLambdaArn"),
        ConditionKey(name="secretsmanager:resource/Type"),
        ConditionKey(name="secretsmanager:ResourceTag/tag-key"),
        ConditionKey(name="aws:ResourceTag/${TagKey}"),
        ConditionKey(name="secretsmanager:VersionId", member="version_id"),
        ConditionKey(name="secretsmanager:VersionStage", member="version_stage"),
    ),
)


PUT_SECRET_VALUE = Operation(
    service=SERVICE,
    name="PutSecretValue",
    request=PutSecretValueRequest,
    response=PutSecretValueResponse,
    errors=(
        InvalidParameterException,
        InvalidRequestException,
        LimitExceededException,
        EncryptionFailure,
        ResourceExistsException,
        ResourceNotFoundException,
        InternalServiceError,
        DecryptionFailure,
    ),
    action="secretsmanager:PutSecretValue",
    access=AccessLevel.WRITE,
    resource_member="secret_id",
    condition_keys=(
        ConditionKey(name="secretsmanager:SecretId", member="secret_id"),
        ConditionKey(name="secretsmanager:SecretPrimaryRegion"),
        ConditionKey(name="secretsmanager:resource/AllowRotationLambdaArn"),
        ConditionKey(name="secretsmanager:resource/Type"),
        ConditionKey(name="secretsmanager:ResourceTag/tag-key"),
        ConditionKey(name="aws:ResourceTag/${TagKey}"),
    ),
)


UPDATE_SECRET = Operation(
    service=SERVICE,
    name="UpdateSecret",
    request=UpdateSecretRequest,
    response=UpdateSecretResponse,
    errors=(
        InvalidParameterException,
        InvalidRequestException,
        LimitExceededException,
        EncryptionFailure,
        ResourceExistsException,
        ResourceNotFoundException,
        MalformedPolicyDocumentException,
        InternalServiceError,
        PreconditionNotMetException,
        DecryptionFailure,
    ),
    action="secretsmanager:UpdateSecret",
    access=AccessLevel.WRITE,
    resource_member="secret_id",
    condition_keys=(
        ConditionKey(name="secretsmanager:SecretId", member="secret_id"),
        ConditionKey(name="secretsmanager:SecretPrimaryRegion"),
        ConditionKey(name="secretsmanager:resource/AllowRotationLambdaArn"),
        ConditionKey(name="secretsmanager:resource/Type"),
        ConditionKey(name="secretsmanager:ResourceTag/tag-key"),
        ConditionKey(name="aws:ResourceTag/${TagKey}"),
        ConditionKey(name="secretsmanager:Description", member="description"),
        ConditionKey(name="secretsmanager:KmsKeyId", member="kms_key_id"),
        ConditionKey(name="secretsmanager:KmsKeyArn"),
        ConditionKey(name="secretsmanager:Type", member="type"),
    ),
)


UPDATE_SECRET_VERSION_STAGE = Operation(
    service=SERVICE,
    name="UpdateSecretVersionStage",
    request=UpdateSecretVersionStageRequest,
    response=UpdateSecretVersionStageResponse,
    errors=(
        ResourceNotFoundException,
        InvalidParameterException,
        InvalidRequestException,
        LimitExceededException,
        InternalServiceError,
    ),
    action="secretsmanager:UpdateSecretVersionStage",
    access=AccessLevel.WRITE,
    resource_member="secret_id",
    condition_keys=(
        ConditionKey(name="secretsmanager:SecretId", member="secret_id"),
        ConditionKey(name="secretsmanager:SecretPrimaryRegion"),
        ConditionKey(name="secretsmanager:resource/AllowRotationLambdaArn"),
        ConditionKey(name="secretsmanager:resource/Type"),
        ConditionKey(name="secretsmanager:ResourceTag/tag-key"),
        ConditionKey(name="aws:ResourceTag/${TagKey}"),
        ConditionKey(name="secretsmanager:VersionStage", member="version_stage"),
    ),
)


DESCRIBE_SECRET = Operation(
    service=SERVICE,
    name="DescribeSecret",
    request=DescribeSecretRequest,
    response=DescribeSecretResponse,
    errors=(
        ResourceNotFoundException,
        InternalServiceError,
        InvalidParameterException,
    ),
    action="secretsmanager:DescribeSecret",
    access=AccessLevel.READ,
    resource_member="secret_id",
    condition_keys=(
        ConditionKey(name="secretsmanager:SecretId", member="secret_id"),
        ConditionKey(name="secretsmanager:SecretPrimaryRegion"),
        ConditionKey(name="secretsmanager:resource/AllowRotationLambdaArn"),
        ConditionKey(name="secretsmanager:resource/Type"),
        ConditionKey(name="secretsmanager:ResourceTag/tag-key"),
        ConditionKey(name="aws:ResourceTag/${TagKey}"),
    ),
)


LIST_SECRETS = Operation(
    service=SERVICE,
    name="ListSecrets",
    request=ListSecretsRequest,
    response=ListSecretsResponse,
    errors=(
        InvalidParameterException,
        InvalidRequestException,
        InvalidNextTokenException,
        InternalServiceError,
    ),
    action="secretsmanager:ListSecrets",
    access=AccessLevel.LIST,
    paginated=True,
)


LIST_SECRET_VERSION_IDS = Operation(
    service=SERVICE,
    name="ListSecretVersionIds",
    request=ListSecretVersionIdsRequest,
    response=ListSecretVersionIdsResponse,
    errors=(
        InvalidNextTokenException,
        ResourceNotFoundException,
        InternalServiceError,
        InvalidParameterException,
    ),
    action="secretsmanager:ListSecretVersionIds",
    access=AccessLevel.READ,
    resource_member="secret_id",
    condition_keys=(
        ConditionKey(name="secretsmanager:SecretId", member="secret_id"),
        ConditionKey(name="secretsmanager:SecretPrimaryRegion"),
        ConditionKey(name="secretsmanager:resource/AllowRotationLambdaArn"),
        ConditionKey(name="secretsmanager:resource/Type"),
        ConditionKey(name="secretsmanager:ResourceTag/tag-key"),
        ConditionKey(name="aws:ResourceTag/${TagKey}"),
    ),
)


BATCH_GET_SECRET_VALUE = Operation(
    service=SERVICE,
    name="BatchGetSecretValue",
    request=BatchGetSecretValueRequest,
    response=BatchGetSecretValueResponse,
    errors=(
        ResourceNotFoundException,
        InvalidParameterException,
        InvalidRequestException,
        DecryptionFailure,
        InternalServiceError,
        InvalidNextTokenException,
    ),
    action="secretsmanager:BatchGetSecretValue",
    access=AccessLevel.LIST,
    also=(Also(action="secretsmanager:ListSecrets", member="filters"),),
)


GET_RANDOM_PASSWORD = Operation(
    service=SERVICE,
    name="GetRandomPassword",
    request=GetRandomPasswordRequest,
    response=GetRandomPasswordResponse,
    errors=(
        InvalidParameterException,
        InvalidRequestException,
        InternalServiceError,
    ),
    action="secretsmanager:GetRandomPassword",
    access=AccessLevel.READ,
)


DELETE_SECRET = Operation(
    service=SERVICE,
    name="DeleteSecret",
    request=DeleteSecretRequest,
    response=DeleteSecretResponse,
    errors=(
        ResourceNotFoundException,
        InvalidParameterException,
        InvalidRequestException,
        InternalServiceError,
    ),
    action="secretsmanager:DeleteSecret",
    access=AccessLevel.WRITE,
    resource_member="secret_id",
    condition_keys=(
        ConditionKey(name="secretsmanager:SecretId", member="secret_id"),
        ConditionKey(name="secretsmanager:SecretPrimaryRegion"),
        ConditionKey(name="secretsmanager:resource/AllowRotationLambdaArn"),
        ConditionKey(name="secretsmanager:resource/Type"),
        ConditionKey(name="secretsmanager:ResourceTag/tag-key"),
        ConditionKey(name="aws:ResourceTag/${TagKey}"),
        ConditionKey(name="secretsmanager:RecoveryWindowInDays", member="recovery_window_in_days"),
        ConditionKey(
            name="secretsmanager:ForceDeleteWithoutRecovery", member="force_delete_without_recovery"
        ),
    ),
)


RESTORE_SECRET = Operation(
    service=SERVICE,
    name="RestoreSecret",
    request=RestoreSecretRequest,
    response=RestoreSecretResponse,
    errors=(
        ResourceNotFoundException,
        InvalidParameterException,
        InvalidRequestException,
        InternalServiceError,
    ),
    action="secretsmanager:RestoreSecret",
    access=AccessLevel.WRITE,
    resource_member="secret_id",
    condition_keys=(
        ConditionKey(name="secretsmanager:SecretId", member="secret_id"),
        ConditionKey(name="secretsmanager:SecretPrimaryRegion"),
        ConditionKey(name="secretsmanager:resource/AllowRotationLambdaArn"),
        ConditionKey(name="secretsmanager:resource/Type"),
        ConditionKey(name="secretsmanager:ResourceTag/tag-key"),
        ConditionKey(name="aws:ResourceTag/${TagKey}"),
    ),
)


ROTATE_SECRET = Operation(
    service=SERVICE,
    name="RotateSecret",
    request=RotateSecretRequest,
    response=RotateSecretResponse,
    errors=(
        ResourceNotFoundException,
        InvalidParameterException,
        InternalServiceError,
        InvalidRequestException,
    ),
    action="secretsmanager:RotateSecret",
    access=AccessLevel.WRITE,
    resource_member="secret_id",
    condition_keys=(
        ConditionKey(name="secretsmanager:SecretId", member="secret_id"),
        ConditionKey(name="secretsmanager:SecretPrimaryRegion"),
        ConditionKey(name="secretsmanager:resource/AllowRotationLambdaArn"),
        ConditionKey(name="secretsmanager:resource/Type"),
        ConditionKey(name="secretsmanager:ResourceTag/tag-key"),
        ConditionKey(name="aws:ResourceTag/${TagKey}"),
        ConditionKey(name="secretsmanager:RotationLambdaARN", member="rotation_lambda_arn"),
        ConditionKey(name="secretsmanager:ModifyRotationRules", member="rotation_rules"),
        ConditionKey(name="secretsmanager:RotateImmediately", member="rotate_immediately"),
        ConditionKey(
            name="secretsmanager:ExternalSecretRotationRoleArn", member="external_secret_rotation_role_arn"
        ),
    ),
)


CANCEL_ROTATE_SECRET = Operation(
    service=SERVICE,
    name="CancelRotateSecret",
    request=CancelRotateSecretRequest,
    response=CancelRotateSecretResponse,
    errors=(
        ResourceNotFoundException,
        InvalidParameterException,
        InternalServiceError,
        InvalidRequestException,
    ),
    action="secretsmanager:CancelRotateSecret",
    access=AccessLevel.WRITE,
    resource_member="secret_id",
    condition_keys=(
        ConditionKey(name="secretsmanager:SecretId", member="secret_id"),
        ConditionKey(name="secretsmanager:SecretPrimaryRegion"),
        ConditionKey(name="secretsmanager:resource/AllowRotationLambdaArn"),
        ConditionKey(name="secretsmanager:resource/Type"),
        ConditionKey(name="secretsmanager:ResourceTag/tag-key"),
        ConditionKey(name="aws:ResourceTag/${TagKey}"),
    ),
)


TAG_RESOURCE = Operation(
    service=SERVICE,
    name="TagResource",
    request=TagResourceRequest,
    response=None,
    errors=(
        ResourceNotFoundException,
        InvalidRequestException,
        InvalidParameterException,
        InternalServiceError,
    ),
    action="secretsmanager:TagResource",
    access=AccessLevel.TAGGING,
    resource_member="secret_id",
    condition_keys=(
        ConditionKey(name="secretsmanager:SecretId", member="secret_id"),
        ConditionKey(name="secretsmanager:SecretPrimaryRegion"),
        ConditionKey(name="secretsmanager:resource/AllowRotationLambdaArn"),
        ConditionKey(name="secretsmanager:resource/Type"),
        ConditionKey(name="secretsmanager:ResourceTag/tag-key"),
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
        ResourceNotFoundException,
        InvalidRequestException,
        InvalidParameterException,
        InternalServiceError,
    ),
    action="secretsmanager:UntagResource",
    access=AccessLevel.TAGGING,
    resource_member="secret_id",
    condition_keys=(
        ConditionKey(name="secretsmanager:SecretId", member="secret_id"),
        ConditionKey(name="secretsmanager:SecretPrimaryRegion"),
        ConditionKey(name="secretsmanager:resource/AllowRotationLambdaArn"),
        ConditionKey(name="secretsmanager:resource/Type"),
        ConditionKey(name="secretsmanager:ResourceTag/tag-key"),
        ConditionKey(name="aws:ResourceTag/${TagKey}"),
        ConditionKey(name="aws:TagKeys", member="tag_keys"),
    ),
)


PUT_RESOURCE_POLICY = Operation(
    service=SERVICE,
    name="PutResourcePolicy",
    request=PutResourcePolicyRequest,
    response=PutResourcePolicyResponse,
    errors=(
        MalformedPolicyDocumentException,
        ResourceNotFoundException,
        InvalidParameterException,
        InternalServiceError,
        InvalidRequestException,
        PublicPolicyException,
    ),
    action="secretsmanager:PutResourcePolicy",
    access=AccessLevel.PERMISSIONS,
    resource_member="secret_id",
    condition_keys=(
        ConditionKey(name="secretsmanager:SecretId", member="secret_id"),
        ConditionKey(name="secretsmanager:SecretPrimaryRegion"),
        ConditionKey(name="secretsmanager:resource/AllowRotationLambdaArn"),
        ConditionKey(name="secretsmanager:resource/Type"),
        ConditionKey(name="secretsmanager:ResourceTag/tag-key"),
        ConditionKey(name="aws:ResourceTag/${TagKey}"),
        ConditionKey(name="secretsmanager:BlockPublicPolicy", member="block_public_policy"),
        ConditionKey(name="secretsmanager:PolicyName", member="policy_name"),
    ),
)


GET_RESOURCE_POLICY = Operation(
    service=SERVICE,
    name="GetResourcePolicy",
    request=GetResourcePolicyRequest,
    response=GetResourcePolicyResponse,
    errors=(
        ResourceNotFoundException,
        InternalServiceError,
        InvalidRequestException,
        InvalidParameterException,
    ),
    action="secretsmanager:GetResourcePolicy",
    access=AccessLevel.READ,
    resource_member="secret_id",
    condition_keys=(
        ConditionKey(name="secretsmanager:SecretId", member="secret_id"),
        ConditionKey(name="secretsmanager:SecretPrimaryRegion"),
        ConditionKey(name="secretsmanager:resource/AllowRotationLambdaArn"),
        ConditionKey(name="secretsmanager:resource/Type"),
        ConditionKey(name="secretsmanager:ResourceTag/tag-key"),
        ConditionKey(name="aws:ResourceTag/${TagKey}"),
        ConditionKey(name="secretsmanager:PolicyName", member="policy_name"),
    ),
)


DELETE_RESOURCE_POLICY = Operation(
    service=SERVICE,
    name="DeleteResourcePolicy",
    request=DeleteResourcePolicyRequest,
    response=DeleteResourcePolicyResponse,
    errors=(
        ResourceNotFoundException,
        InternalServiceError,
        InvalidRequestException,
        InvalidParameterException,
    ),
    action="secretsmanager:DeleteResourcePolicy",
    access=AccessLevel.PERMISSIONS,
    resource_member="secret_id",
    condition_keys=(
        ConditionKey(name="secretsmanager:SecretId", member="secret_id"),
        ConditionKey(name="secretsmanager:SecretPrimaryRegion"),
        ConditionKey(name="secretsmanager:resource/AllowRotationLambdaArn"),
        ConditionKey(name="secretsmanager:resource/Type"),
        ConditionKey(name="secretsmanager:ResourceTag/tag-key"),
        ConditionKey(name="aws:ResourceTag/${TagKey}"),
        ConditionKey(name="secretsmanager:PolicyName", member="policy_name"),
    ),
)


VALIDATE_RESOURCE_POLICY = Operation(
    service=SERVICE,
    name="ValidateResourcePolicy",
    request=ValidateResourcePolicyRequest,
    response=ValidateResourcePolicyResponse,
    errors=(
        MalformedPolicyDocumentException,
        ResourceNotFoundException,
        InvalidParameterException,
        InternalServiceError,
        InvalidRequestException,
    ),
    action="secretsmanager:ValidateResourcePolicy",
    access=AccessLevel.PERMISSIONS,
    resource_member="secret_id",
    condition_keys=(
        ConditionKey(name="secretsmanager:SecretId", member="secret_id"),
        ConditionKey(name="secretsmanager:SecretPrimaryRegion"),
        ConditionKey(name="secretsmanager:resource/AllowRotationLambdaArn"),
        ConditionKey(name="secretsmanager:resource/Type"),
        ConditionKey(name="secretsmanager:ResourceTag/tag-key"),
        ConditionKey(name="aws:ResourceTag/${TagKey}"),
    ),
    also=(Also(action="secretsmanager:PutResourcePolicy", member="resource_policy"),),
)


LIST_RESOURCE_POLICIES = Operation(
    service=SERVICE,
    name="ListResourcePolicies",
    request=ListResourcePoliciesRequest,
    response=ListResourcePoliciesResponse,
    errors=(
        ResourceNotFoundException,
        InvalidNextTokenException,
        InternalServiceError,
        InvalidRequestException,
        InvalidParameterException,
    ),
    action="secretsmanager:ListResourcePolicies",
    access=AccessLevel.LIST,
    resource_member="secret_id",
    condition_keys=(
        ConditionKey(name="secretsmanager:SecretId", member="secret_id"),
        ConditionKey(name="secretsmanager:SecretPrimaryRegion"),
        ConditionKey(name="secretsmanager:resource/AllowRotationLambdaArn"),
        ConditionKey(name="secretsmanager:resource/Type"),
        ConditionKey(name="secretsmanager:ResourceTag/tag-key"),
        ConditionKey(name="aws:ResourceTag/${TagKey}"),
    ),
    paginated=True,
)


REPLICATE_SECRET_TO_REGIONS = Operation(
    service=SERVICE,
    name="ReplicateSecretToRegions",
    request=ReplicateSecretToRegionsRequest,
    response=ReplicateSecretToRegionsResponse,
    errors=(
        ResourceNotFoundException,
        InvalidRequestException,
        InvalidParameterException,
        InternalServiceError,
    ),
    action="secretsmanager:ReplicateSecretToRegions",
    access=AccessLevel.WRITE,
    resource_member="secret_id",
    condition_keys=(
        ConditionKey(name="secretsmanager:SecretId", member="secret_id"),
        ConditionKey(name="secretsmanager:SecretPrimaryRegion"),
        ConditionKey(name="secretsmanager:resource/AllowRotationLambdaArn"),
        ConditionKey(name="secretsmanager:resource/Type"),
        ConditionKey(name="secretsmanager:ResourceTag/tag-key"),
        ConditionKey(name="aws:ResourceTag/${TagKey}"),
        ConditionKey(name="secretsmanager:AddReplicaRegions", member="add_replica_regions"),
        ConditionKey(
            name="secretsmanager:ForceOverwriteReplicaSecret", member="force_overwrite_replica_secret"
        ),
    ),
)


REMOVE_REGIONS_FROM_REPLICATION = Operation(
    service=SERVICE,
    name="RemoveRegionsFromReplication",
    request=RemoveRegionsFromReplicationRequest,
    response=RemoveRegionsFromReplicationResponse,
    errors=(
        ResourceNotFoundException,
        InvalidRequestException,
        InvalidParameterException,
        InternalServiceError,
    ),
    action="secretsmanager:RemoveRegionsFromReplication",
    access=AccessLevel.WRITE,
    resource_member="secret_id",
    condition_keys=(
        ConditionKey(name="secretsmanager:SecretId", member="secret_id"),
        ConditionKey(name="secretsmanager:SecretPrimaryRegion"),
        ConditionKey(name="secretsmanager:resource/AllowRotationLambdaArn"),
        ConditionKey(name="secretsmanager:resource/Type"),
        ConditionKey(name="secretsmanager:ResourceTag/tag-key"),
        ConditionKey(name="aws:ResourceTag/${TagKey}"),
    ),
)


STOP_REPLICATION_TO_REPLICA = Operation(
    service=SERVICE,
    name="StopReplicationToReplica",
    request=StopReplicationToReplicaRequest,
    response=StopReplicationToReplicaResponse,
    errors=(
        ResourceNotFoundException,
        InvalidRequestException,
        InvalidParameterException,
        InternalServiceError,
    ),
    action="secretsmanager:StopReplicationToReplica",
    access=AccessLevel.WRITE,
    resource_member="secret_id",
    condition_keys=(
        ConditionKey(name="secretsmanager:SecretId", member="secret_id"),
        ConditionKey(name="secretsmanager:SecretPrimaryRegion"),
        ConditionKey(name="secretsmanager:resource/AllowRotationLambdaArn"),
        ConditionKey(name="secretsmanager:resource/Type"),
        ConditionKey(name="secretsmanager:ResourceTag/tag-key"),
        ConditionKey(name="aws:ResourceTag/${TagKey}"),
    ),
)


ASSOCIATE_CROSS_ACCOUNT_REPLICA = Operation(
    service=SERVICE,
    name="AssociateCrossAccountReplica",
    request=AssociateCrossAccountReplicaRequest,
    response=AssociateCrossAccountReplicaResponse,
    errors=(
        ResourceNotFoundException,
        InvalidRequestException,
        InvalidParameterException,
        LimitExceededException,
        InternalServiceError,
    ),
    action="secretsmanager:AssociateCrossAccountReplica",
    access=AccessLevel.WRITE,
    resource_member="secret_id",
    condition_keys=(
        ConditionKey(name="secretsmanager:SecretId", member="secret_id"),
        ConditionKey(name="secretsmanager:SecretPrimaryRegion"),
        ConditionKey(name="secretsmanager:resource/AllowRotationLambdaArn"),
        ConditionKey(name="secretsmanager:resource/Type"),
        ConditionKey(name="secretsmanager:ResourceTag/tag-key"),
        ConditionKey(name="aws:ResourceTag/${TagKey}"),
    ),
)


DISASSOCIATE_CROSS_ACCOUNT_REPLICA = Operation(
    service=SERVICE,
    name="DisassociateCrossAccountReplica",
    request=DisassociateCrossAccountReplicaRequest,
    response=DisassociateCrossAccountReplicaResponse,
    errors=(
        ResourceNotFoundException,
        InvalidRequestException,
        InvalidParameterException,
        InternalServiceError,
    ),
    action="secretsmanager:DisassociateCrossAccountReplica",
    access=AccessLevel.WRITE,
    resource_member="secret_id",
    condition_keys=(
        ConditionKey(name="secretsmanager:SecretId", member="secret_id"),
        ConditionKey(name="secretsmanager:SecretPrimaryRegion"),
        ConditionKey(name="secretsmanager:resource/AllowRotationLambdaArn"),
        ConditionKey(name="secretsmanager:resource/Type"),
        ConditionKey(name="secretsmanager:ResourceTag/tag-key"),
        ConditionKey(name="aws:ResourceTag/${TagKey}"),
    ),
)


OPERATIONS: dict[str, Operation] = {
    operation.name: operation
    for operation in (
        CREATE_SECRET,
        GET_SECRET_VALUE,
        PUT_SECRET_VALUE,
        UPDATE_SECRET,
        UPDATE_SECRET_VERSION_STAGE,
        DESCRIBE_SECRET,
        LIST_SECRETS,
        LIST_SECRET_VERSION_IDS,
        BATCH_GET_SECRET_VALUE,
        GET_RANDOM_PASSWORD,
        DELETE_SECRET,
        RESTORE_SECRET,
        ROTATE_SECRET,
        CANCEL_ROTATE_SECRET,
        TAG_RESOURCE,
        UNTAG_RESOURCE,
        PUT_RESOURCE_POLICY,
        GET_RESOURCE_POLICY,
        DELETE_RESOURCE_POLICY,
        VALIDATE_RESOURCE_POLICY,
        LIST_RESOURCE_POLICIES,
        REPLICATE_SECRET_TO_REGIONS,
        REMOVE_REGIONS_FROM_REPLICATION,
        STOP_REPLICATION_TO_REPLICA,
        ASSOCIATE_CROSS_ACCOUNT_REPLICA,
        DISASSOCIATE_CROSS_ACCOUNT_REPLICA,
    )
}
