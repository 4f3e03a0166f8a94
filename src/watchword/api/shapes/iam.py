"""Written by tools/generate_api.py from botocore 1.44.5; do not edit.

AWS Identity and Access Management, 2010-05-08.
"""

from __future__ import annotations

from typing import ClassVar

import msgspec

from watchword.api.errors import ApiError
from watchword.api.operation import AccessLevel, Also, ConditionKey, Operation, Protocol, Service
from watchword.api.shape import Instant, Integer, Member, Shape

SERVICE = Service(
    name="iam",
    signing_name="iam",
    protocol=Protocol.QUERY,
    xml_namespace="https://iam.amazonaws.com/doc/2010-05-08/",
    api_version="2010-05-08",
    error_message_member="message",
    event_source="iam.amazonaws.com",
    any_region=True,
    account_state=True,
)


class LimitExceededException(ApiError):
    code = "LimitExceeded"
    status = 409


class EntityAlreadyExistsException(ApiError):
    code = "EntityAlreadyExists"
    status = 409


class NoSuchEntityException(ApiError):
    code = "NoSuchEntity"
    status = 404


class InvalidInputException(ApiError):
    code = "InvalidInput"


class ConcurrentModificationException(ApiError):
    code = "ConcurrentModification"
    status = 409


class ServiceFailureException(ApiError):
    code = "ServiceFailure"
    status = 500


class EntityTemporarilyUnmodifiableException(ApiError):
    code = "EntityTemporarilyUnmodifiable"
    status = 409


class DeleteConflictException(ApiError):
    code = "DeleteConflict"
    status = 409


class PolicyNotAttachableException(ApiError):
    code = "PolicyNotAttachable"


class PasswordPolicyViolationException(ApiError):
    code = "PasswordPolicyViolation"


class InvalidUserTypeException(ApiError):
    code = "InvalidUserType"


class MalformedPolicyDocumentException(ApiError):
    code = "MalformedPolicyDocument"


class UnmodifiableEntityException(ApiError):
    code = "UnmodifiableEntity"


class PolicyEvaluationException(ApiError):
    code = "PolicyEvaluation"
    status = 500


class OpenIdIdpCommunicationErrorException(ApiError):
    code = "OpenIdIdpCommunicationError"


class Tag(Shape, frozen=True, kw_only=True):
    key: str | None = msgspec.field(name="Key", default=None)
    value: str | None = msgspec.field(name="Value", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {
        "key": Member(
            name="Key", required=True, minimum=1, maximum=128, pattern="[\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]+"
        ),
        "value": Member(
            name="Value", required=True, minimum=0, maximum=256, pattern="[\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]*"
        ),
    }


class CreateUserRequest(Shape, frozen=True, kw_only=True):
    path: str | None = msgspec.field(name="Path", default=None)
    user_name: str | None = msgspec.field(name="UserName", default=None)
    permissions_boundary: str | None = msgspec.field(name="PermissionsBoundary", default=None)
    tags: tuple[Tag, ...] | None = msgspec.field(name="Tags", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {
        "path": Member(
            name="Path", minimum=1, maximum=512, pattern="(\\u002F)|(\\u002F[\\u0021-\\u007E]+\\u002F)"
        ),
        "user_name": Member(name="UserName", required=True, minimum=1, maximum=64, pattern="[\\w+=,.@-]+"),
        "permissions_boundary": Member(name="PermissionsBoundary", minimum=20, maximum=2048),
        "tags": Member(name="Tags", maximum=50, item=Member(name="member")),
    }


class AttachedPermissionsBoundary(Shape, frozen=True, kw_only=True):
    permissions_boundary_type: str | None = msgspec.field(name="PermissionsBoundaryType", default=None)
    permissions_boundary_arn: str | None = msgspec.field(name="PermissionsBoundaryArn", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {
        "permissions_boundary_type": Member(
            name="PermissionsBoundaryType", values=("PermissionsBoundaryPolicy",)
        ),
        "permissions_boundary_arn": Member(name="PermissionsBoundaryArn", minimum=20, maximum=2048),
    }


class User(Shape, frozen=True, kw_only=True):
    path: str | None = msgspec.field(name="Path", default=None)
    user_name: str | None = msgspec.field(name="UserName", default=None)
    user_id: str | None = msgspec.field(name="UserId", default=None)
    arn: str | None = msgspec.field(name="Arn", default=None)
    create_date: Instant | None = msgspec.field(name="CreateDate", default=None)
    password_last_used: Instant | None = msgspec.field(name="PasswordLastUsed", default=None)
    permissions_boundary: AttachedPermissionsBoundary | None = msgspec.field(
        name="PermissionsBoundary", default=None
    )
    tags: tuple[Tag, ...] | None = msgspec.field(name="Tags", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {
        "path": Member(
            name="Path",
            required=True,
            minimum=1,
            maximum=512,
            pattern="(\\u002F)|(\\u002F[\\u0021-\\u007E]+\\u002F)",
        ),
        "user_name": Member(name="UserName", required=True, minimum=1, maximum=64, pattern="[\\w+=,.@-]+"),
        "user_id": Member(name="UserId", required=True, minimum=16, maximum=128, pattern="[\\w]+"),
        "arn": Member(name="Arn", required=True, minimum=20, maximum=2048),
        "create_date": Member(name="CreateDate", required=True),
        "password_last_used": Member(name="PasswordLastUsed"),
        "permissions_boundary": Member(name="PermissionsBoundary"),
        "tags": Member(name="Tags", maximum=50, item=Member(name="member")),
    }


class CreateUserResponse(Shape, frozen=True, kw_only=True):
    user: User | None = msgspec.field(name="User", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {
        "user": Member(name="User"),
    }


class GetUserRequest(Shape, frozen=True, kw_only=True):
    user_name: str | None = msgspec.field(name="UserName", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {
        "user_name": Member(name="UserName", minimum=1, maximum=128, pattern="[\\w+=,.@-]+"),
    }


class GetUserResponse(Shape, frozen=True, kw_only=True):
    user: User | None = msgspec.field(name="User", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {
        "user": Member(name="User", required=True),
    }


class UpdateUserRequest(Shape, frozen=True, kw_only=True):
    user_name: str | None = msgspec.field(name="UserName", default=None)
    new_path: str | None = msgspec.field(name="NewPath", default=None)
    new_user_name: str | None = msgspec.field(name="NewUserName", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {
        "user_name": Member(name="UserName", required=True, minimum=1, maximum=128, pattern="[\\w+=,.@-]+"),
        "new_path": Member(
            name="NewPath", minimum=1, maximum=512, pattern="(\\u002F)|(\\u002F[\\u0021-\\u007E]+\\u002F)"
        ),
        "new_user_name": Member(name="NewUserName", minimum=1, maximum=64, pattern="[\\w+=,.@-]+"),
    }


class DeleteUserRequest(Shape, frozen=True, kw_only=True):
    user_name: str | None = msgspec.field(name="UserName", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {
        "user_name": Member(name="UserName", required=True, minimum=1, maximum=128, pattern="[\\w+=,.@-]+"),
    }


class ListUsersRequest(Shape, frozen=True, kw_only=True):
    path_prefix: str | None = msgspec.field(name="PathPrefix", default=None)
    marker: str | None = msgspec.field(name="Marker", default=None)
    max_items: Integer | None = msgspec.field(name="MaxItems", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {
        "path_prefix": Member(name="PathPrefix", minimum=1, maximum=512, pattern="\\u002F[\\u0021-\\u007F]*"),
        "marker": Member(name="Marker", minimum=1, maximum=320, pattern="[\\u0020-\\u00FF]+"),
        "max_items": Member(name="MaxItems", minimum=1, maximum=1000),
    }


class ListUsersResponse(Shape, frozen=True, kw_only=True):
    users: tuple[User, ...] | None = msgspec.field(name="Users", default=None)
    is_truncated: bool | None = msgspec.field(name="IsTruncated", default=None)
    marker: str | None = msgspec.field(name="Marker", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {
        "users": Member(name="Users", required=True, item=Member(name="member")),
        "is_truncated": Member(name="IsTruncated"),
        "marker": Member(name="Marker"),
    }


class TagUserRequest(Shape, frozen=True, kw_only=True):
    user_name: str | None = msgspec.field(name="UserName", default=None)
    tags: tuple[Tag, ...] | None = msgspec.field(name="Tags", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {
        "user_name": Member(name="UserName", required=True, minimum=1, maximum=128, pattern="[\\w+=,.@-]+"),
        "tags": Member(name="Tags", required=True, maximum=50, item=Member(name="member")),
    }


class UntagUserRequest(Shape, frozen=True, kw_only=True):
    user_name: str | None = msgspec.field(name="UserName", default=None)
    tag_keys: tuple[str, ...] | None = msgspec.field(name="TagKeys", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {
        "user_name": Member(name="UserName", required=True, minimum=1, maximum=128, pattern="[\\w+=,.@-]+"),
        "tag_keys": Member(
            name="TagKeys",
            required=True,
            maximum=50,
            item=Member(name="member", minimum=1, maximum=128, pattern="[\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]+"),
        ),
    }


class ListUserTagsRequest(Shape, frozen=True, kw_only=True):
    user_name: str | None = msgspec.field(name="UserName", default=None)
    marker: str | None = msgspec.field(name="Marker", default=None)
    max_items: Integer | None = msgspec.field(name="MaxItems", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {
        "user_name": Member(name="UserName", required=True, minimum=1, maximum=128, pattern="[\\w+=,.@-]+"),
        "marker": Member(name="Marker", minimum=1, maximum=320, pattern="[\\u0020-\\u00FF]+"),
        "max_items": Member(name="MaxItems", minimum=1, maximum=1000),
    }


class ListUserTagsResponse(Shape, frozen=True, kw_only=True):
    tags: tuple[Tag, ...] | None = msgspec.field(name="Tags", default=None)
    is_truncated: bool | None = msgspec.field(name="IsTruncated", default=None)
    marker: str | None = msgspec.field(name="Marker", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {
        "tags": Member(name="Tags", required=True, maximum=50, item=Member(name="member")),
        "is_truncated": Member(name="IsTruncated"),
        "marker": Member(name="Marker"),
    }


class PutUserPermissionsBoundaryRequest(Shape, frozen=True, kw_only=True):
    user_name: str | None = msgspec.field(name="UserName", default=None)
    permissions_boundary: str | None = msgspec.field(name="PermissionsBoundary", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {
        "user_name": Member(name="UserName", required=True, minimum=1, maximum=64, pattern="[\\w+=,.@-]+"),
        "permissions_boundary": Member(name="PermissionsBoundary", required=True, minimum=20, maximum=2048),
    }


class DeleteUserPermissionsBoundaryRequest(Shape, frozen=True, kw_only=True):
    user_name: str | None = msgspec.field(name="UserName", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {
        "user_name": Member(name="UserName", required=True, minimum=1, maximum=64, pattern="[\\w+=,.@-]+"),
    }


class CreateAccessKeyRequest(Shape, frozen=True, kw_only=True):
    user_name: str | None = msgspec.field(name="UserName", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {
        "user_name": Member(name="UserName", minimum=1, maximum=128, pattern="[\\w+=,.@-]+"),
    }


class AccessKey(Shape, frozen=True, kw_only=True):
    user_name: str | None = msgspec.field(name="UserName", default=None)
    access_key_id: str | None = msgspec.field(name="AccessKeyId", default=None)
    status: str | None = msgspec.field(name="Status", default=None)
    secret_access_key: str | None = msgspec.field(name="SecretAccessKey", default=None)
    create_date: Instant | None = msgspec.field(name="CreateDate", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {
        "user_name": Member(name="UserName", required=True, minimum=1, maximum=64, pattern="[\\w+=,.@-]+"),
        "access_key_id": Member(name="AccessKeyId", required=True, minimum=16, maximum=128, pattern="[\\w]+"),
        "status": Member(name="Status", required=True, values=("Active", "Inactive", "Expired")),
        "secret_access_key": Member(name="SecretAccessKey", required=True, sensitive=True),
        "create_date": Member(name="CreateDate"),
    }


class CreateAccessKeyResponse(Shape, frozen=True, kw_only=True):
    access_key: AccessKey | None = msgspec.field(name="AccessKey", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {
        "access_key": Member(name="AccessKey", required=True),
    }


class ListAccessKeysRequest(Shape, frozen=True, kw_only=True):
    user_name: str | None = msgspec.field(name="UserName", default=None)
    marker: str | None = msgspec.field(name="Marker", default=None)
    max_items: Integer | None = msgspec.field(name="MaxItems", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {
        "user_name": Member(name="UserName", minimum=1, maximum=128, pattern="[\\w+=,.@-]+"),
        "marker": Member(name="Marker", minimum=1, maximum=320, pattern="[\\u0020-\\u00FF]+"),
        "max_items": Member(name="MaxItems", minimum=1, maximum=1000),
    }


class AccessKeyMetadata(Shape, frozen=True, kw_only=True):
    user_name: str | None = msgspec.field(name="UserName", default=None)
    access_key_id: str | None = msgspec.field(name="AccessKeyId", default=None)
    status: str | None = msgspec.field(name="Status", default=None)
    create_date: Instant | None = msgspec.field(name="CreateDate", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {
        "user_name": Member(name="UserName", minimum=1, maximum=64, pattern="[\\w+=,.@-]+"),
        "access_key_id": Member(name="AccessKeyId", minimum=16, maximum=128, pattern="[\\w]+"),
        "status": Member(name="Status", values=("Active", "Inactive", "Expired")),
        "create_date": Member(name="CreateDate"),
    }


class ListAccessKeysResponse(Shape, frozen=True, kw_only=True):
    access_key_metadata: tuple[AccessKeyMetadata, ...] | None = msgspec.field(
        name="AccessKeyMetadata", default=None
    )
    is_truncated: bool | None = msgspec.field(name="IsTruncated", default=None)
    marker: str | None = msgspec.field(name="Marker", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {
        "access_key_metadata": Member(name="AccessKeyMetadata", required=True, item=Member(name="member")),
        "is_truncated": Member(name="IsTruncated"),
        "marker": Member(name="Marker"),
    }


class UpdateAccessKeyRequest(Shape, frozen=True, kw_only=True):
    user_name: str | None = msgspec.field(name="UserName", default=None)
    access_key_id: str | None = msgspec.field(name="AccessKeyId", default=None)
    status: str | None = msgspec.field(name="Status", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {
        "user_name": Member(name="UserName", minimum=1, maximum=128, pattern="[\\w+=,.@-]+"),
        "access_key_id": Member(name="AccessKeyId", required=True, minimum=16, maximum=128, pattern="[\\w]+"),
        "status": Member(name="Status", required=True, values=("Active", "Inactive", "Expired")),
    }


class DeleteAccessKeyRequest(Shape, frozen=True, kw_only=True):
    user_name: str | None = msgspec.field(name="UserName", default=None)
    access_key_id: str | None = msgspec.field(name="AccessKeyId", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {
        "user_name": Member(name="UserName", minimum=1, maximum=128, pattern="[\\w+=,.@-]+"),
        "access_key_id": Member(name="AccessKeyId", required=True, minimum=16, maximum=128, pattern="[\\w]+"),
    }


class GetAccessKeyLastUsedRequest(Shape, frozen=True, kw_only=True):
    access_key_id: str | None = msgspec.field(name="AccessKeyId", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {
        "access_key_id": Member(name="AccessKeyId", required=True, minimum=16, maximum=128, pattern="[\\w]+"),
    }


class AccessKeyLastUsed(Shape, frozen=True, kw_only=True):
    last_used_date: Instant | None = msgspec.field(name="LastUsedDate", default=None)
    service_name: str | None = msgspec.field(name="ServiceName", default=None)
    region: str | None = msgspec.field(name="Region", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {
        "last_used_date": Member(name="LastUsedDate"),
        "service_name": Member(name="ServiceName", required=True),
        "region": Member(name="Region", required=True),
    }


class GetAccessKeyLastUsedResponse(Shape, frozen=True, kw_only=True):
    user_name: str | None = msgspec.field(name="UserName", default=None)
    access_key_last_used: AccessKeyLastUsed | None = msgspec.field(name="AccessKeyLastUsed", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {
        "user_name": Member(name="UserName", minimum=1, maximum=128, pattern="[\\w+=,.@-]+"),
        "access_key_last_used": Member(name="AccessKeyLastUsed"),
    }


class CreateLoginProfileRequest(Shape, frozen=True, kw_only=True):
    user_name: str | None = msgspec.field(name="UserName", default=None)
    password: str | None = msgspec.field(name="Password", default=None)
    password_reset_required: bool | None = msgspec.field(name="PasswordResetRequired", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {
        "user_name": Member(name="UserName", minimum=1, maximum=64, pattern="[\\w+=,.@-]+"),
        "password": Member(
            name="Password",
            minimum=1,
            maximum=128,
            pattern="[\\u0009\\u000A\\u000D\\u0020-\\u00FF]+",
            sensitive=True,
        ),
        "password_reset_required": Member(name="PasswordResetRequired"),
    }


class LoginProfile(Shape, frozen=True, kw_only=True):
    user_name: str | None = msgspec.field(name="UserName", default=None)
    create_date: Instant | None = msgspec.field(name="CreateDate", default=None)
    password_reset_required: bool | None = msgspec.field(name="PasswordResetRequired", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {
        "user_name": Member(name="UserName", required=True, minimum=1, maximum=64, pattern="[\\w+=,.@-]+"),
        "create_date": Member(name="CreateDate", required=True),
        "password_reset_required": Member(name="PasswordResetRequired"),
    }


class CreateLoginProfileResponse(Shape, frozen=True, kw_only=True):
    login_profile: LoginProfile | None = msgspec.field(name="LoginProfile", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {
        "login_profile": Member(name="LoginProfile", required=True),
    }


class GetLoginProfileRequest(Shape, frozen=True, kw_only=True):
    user_name: str | None = msgspec.field(name="UserName", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {
        "user_name": Member(name="UserName", minimum=1, maximum=64, pattern="[\\w+=,.@-]+"),
    }


class GetLoginProfileResponse(Shape, frozen=True, kw_only=True):
    login_profile: LoginProfile | None = msgspec.field(name="LoginProfile", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {
        "login_profile": Member(name="LoginProfile", required=True),
    }


class UpdateLoginProfileRequest(Shape, frozen=True, kw_only=True):
    user_name: str | None = msgspec.field(name="UserName", default=None)
    password: str | None = msgspec.field(name="Password", default=None)
    password_reset_required: bool | None = msgspec.field(name="PasswordResetRequired", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {
        "user_name": Member(name="UserName", required=True, minimum=1, maximum=64, pattern="[\\w+=,.@-]+"),
        "password": Member(
            name="Password",
            minimum=1,
            maximum=128,
            pattern="[\\u0009\\u000A\\u000D\\u0020-\\u00FF]+",
            sensitive=True,
        ),
        "password_reset_required": Member(name="PasswordResetRequired"),
    }


class DeleteLoginProfileRequest(Shape, frozen=True, kw_only=True):
    user_name: str | None = msgspec.field(name="UserName", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {
        "user_name": Member(name="UserName", minimum=1, maximum=64, pattern="[\\w+=,.@-]+"),
    }


class ChangePasswordRequest(Shape, frozen=True, kw_only=True):
    old_password: str | None = msgspec.field(name="OldPassword", default=None)
    new_password: str | None = msgspec.field(name="NewPassword", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {
        "old_password": Member(
            name="OldPassword",
            required=True,
            minimum=1,
            maximum=128,
            pattern="[\\u0009\\u000A\\u000D\\u0020-\\u00FF]+",
            sensitive=True,
        ),
        "new_password": Member(
            name="NewPassword",
            required=True,
            minimum=1,
            maximum=128,
            pattern="[\\u0009\\u000A\\u000D\\u0020-\\u00FF]+",
            sensitive=True,
        ),
    }


class PasswordPolicy(Shape, frozen=True, kw_only=True):
    minimum_password_length: Integer | None = msgspec.field(name="MinimumPasswordLength", default=None)
    require_symbols: bool | None = msgspec.field(name="RequireSymbols", default=None)
    require_numbers: bool | None = msgspec.field(name="RequireNumbers", default=None)
    require_uppercase_characters: bool | None = msgspec.field(name="RequireUppercaseCharacters", default=None)
    require_lowercase_characters: bool | None = msgspec.field(name="RequireLowercaseCharacters", default=None)
    allow_users_to_change_password: bool | None = msgspec.field(
        name="AllowUsersToChangePassword", default=None
    )
    expire_passwords: bool | None = msgspec.field(name="ExpirePasswords", default=None)
    max_password_age: Integer | None = msgspec.field(name="MaxPasswordAge", default=None)
    password_reuse_prevention: Integer | None = msgspec.field(name="PasswordReusePrevention", default=None)
    hard_expiry: bool | None = msgspec.field(name="HardExpiry", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {
        "minimum_password_length": Member(name="MinimumPasswordLength", minimum=6, maximum=128),
        "require_symbols": Member(name="RequireSymbols"),
        "require_numbers": Member(name="RequireNumbers"),
        "require_uppercase_characters": Member(name="RequireUppercaseCharacters"),
        "require_lowercase_characters": Member(name="RequireLowercaseCharacters"),
        "allow_users_to_change_password": Member(name="AllowUsersToChangePassword"),
        "expire_passwords": Member(name="ExpirePasswords"),
        "max_password_age": Member(name="MaxPasswordAge", minimum=1, maximum=1095),
        "password_reuse_prevention": Member(name="PasswordReusePrevention", minimum=1, maximum=24),
        "hard_expiry": Member(name="HardExpiry"),
    }


class GetAccountPasswordPolicyResponse(Shape, frozen=True, kw_only=True):
    password_policy: PasswordPolicy | None = msgspec.field(name="PasswordPolicy", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {
        "password_policy": Member(name="PasswordPolicy", required=True),
    }


class UpdateAccountPasswordPolicyRequest(Shape, frozen=True, kw_only=True):
    minimum_password_length: Integer | None = msgspec.field(name="MinimumPasswordLength", default=None)
    require_symbols: bool | None = msgspec.field(name="RequireSymbols", default=None)
    require_numbers: bool | None = msgspec.field(name="RequireNumbers", default=None)
    require_uppercase_characters: bool | None = msgspec.field(name="RequireUppercaseCharacters", default=None)
    require_lowercase_characters: bool | None = msgspec.field(name="RequireLowercaseCharacters", default=None)
    allow_users_to_change_password: bool | None = msgspec.field(
        name="AllowUsersToChangePassword", default=None
    )
    max_password_age: Integer | None = msgspec.field(name="MaxPasswordAge", default=None)
    password_reuse_prevention: Integer | None = msgspec.field(name="PasswordReusePrevention", default=None)
    hard_expiry: bool | None = msgspec.field(name="HardExpiry", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {
        "minimum_password_length": Member(name="MinimumPasswordLength", minimum=6, maximum=128),
        "require_symbols": Member(name="RequireSymbols"),
        "require_numbers": Member(name="RequireNumbers"),
        "require_uppercase_characters": Member(name="RequireUppercaseCharacters"),
        "require_lowercase_characters": Member(name="RequireLowercaseCharacters"),
        "allow_users_to_change_password": Member(name="AllowUsersToChangePassword"),
        "max_password_age": Member(name="MaxPasswordAge", minimum=1, maximum=1095),
        "password_reuse_prevention": Member(name="PasswordReusePrevention", minimum=1, maximum=24),
        "hard_expiry": Member(name="HardExpiry"),
    }


class CreateGroupRequest(Shape, frozen=True, kw_only=True):
    path: str | None = msgspec.field(name="Path", default=None)
    group_name: str | None = msgspec.field(name="GroupName", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {
        "path": Member(
            name="Path", minimum=1, maximum=512, pattern="(\\u002F)|(\\u002F[\\u0021-\\u007E]+\\u002F)"
        ),
        "group_name": Member(name="GroupName", required=True, minimum=1, maximum=128, pattern="[\\w+=,.@-]+"),
    }


class Group(Shape, frozen=True, kw_only=True):
    path: str | None = msgspec.field(name="Path", default=None)
    group_name: str | None = msgspec.field(name="GroupName", default=None)
    group_id: str | None = msgspec.field(name="GroupId", default=None)
    arn: str | None = msgspec.field(name="Arn", default=None)
    create_date: Instant | None = msgspec.field(name="CreateDate", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {
        "path": Member(
            name="Path",
            required=True,
            minimum=1,
            maximum=512,
            pattern="(\\u002F)|(\\u002F[\\u0021-\\u007E]+\\u002F)",
        ),
        "group_name": Member(name="GroupName", required=True, minimum=1, maximum=128, pattern="[\\w+=,.@-]+"),
        "group_id": Member(name="GroupId", required=True, minimum=16, maximum=128, pattern="[\\w]+"),
        "arn": Member(name="Arn", required=True, minimum=20, maximum=2048),
        "create_date": Member(name="CreateDate", required=True),
    }


class CreateGroupResponse(Shape, frozen=True, kw_only=True):
    group: Group | None = msgspec.field(name="Group", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {
        "group": Member(name="Group", required=True),
    }


class GetGroupRequest(Shape, frozen=True, kw_only=True):
    group_name: str | None = msgspec.field(name="GroupName", default=None)
    marker: str | None = msgspec.field(name="Marker", default=None)
    max_items: Integer | None = msgspec.field(name="MaxItems", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {
        "group_name": Member(name="GroupName", required=True, minimum=1, maximum=128, pattern="[\\w+=,.@-]+"),
        "marker": Member(name="Marker", minimum=1, maximum=320, pattern="[\\u0020-\\u00FF]+"),
        "max_items": Member(name="MaxItems", minimum=1, maximum=1000),
    }


class GetGroupResponse(Shape, frozen=True, kw_only=True):
    group: Group | None = msgspec.field(name="Group", default=None)
    users: tuple[User, ...] | None = msgspec.field(name="Users", default=None)
    is_truncated: bool | None = msgspec.field(name="IsTruncated", default=None)
    marker: str | None = msgspec.field(name="Marker", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {
        "group": Member(name="Group", required=True),
        "users": Member(name="Users", required=True, item=Member(name="member")),
        "is_truncated": Member(name="IsTruncated"),
        "marker": Member(name="Marker"),
    }


class UpdateGroupRequest(Shape, frozen=True, kw_only=True):
    group_name: str | None = msgspec.field(name="GroupName", default=None)
    new_path: str | None = msgspec.field(name="NewPath", default=None)
    new_group_name: str | None = msgspec.field(name="NewGroupName", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {
        "group_name": Member(name="GroupName", required=True, minimum=1, maximum=128, pattern="[\\w+=,.@-]+"),
        "new_path": Member(
            name="NewPath", minimum=1, maximum=512, pattern="(\\u002F)|(\\u002F[\\u0021-\\u007E]+\\u002F)"
        ),
        "new_group_name": Member(name="NewGroupName", minimum=1, maximum=128, pattern="[\\w+=,.@-]+"),
    }


class DeleteGroupRequest(Shape, frozen=True, kw_only=True):
    group_name: str | None = msgspec.field(name="GroupName", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {
        "group_name": Member(name="GroupName", required=True, minimum=1, maximum=128, pattern="[\\w+=,.@-]+"),
    }


class ListGroupsRequest(Shape, frozen=True, kw_only=True):
    path_prefix: str | None = msgspec.field(name="PathPrefix", default=None)
    marker: str | None = msgspec.field(name="Marker", default=None)
    max_items: Integer | None = msgspec.field(name="MaxItems", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {
        "path_prefix": Member(name="PathPrefix", minimum=1, maximum=512, pattern="\\u002F[\\u0021-\\u007F]*"),
        "marker": Member(name="Marker", minimum=1, maximum=320, pattern="[\\u0020-\\u00FF]+"),
        "max_items": Member(name="MaxItems", minimum=1, maximum=1000),
    }


class ListGroupsResponse(Shape, frozen=True, kw_only=True):
    groups: tuple[Group, ...] | None = msgspec.field(name="Groups", default=None)
    is_truncated: bool | None = msgspec.field(name="IsTruncated", default=None)
    marker: str | None = msgspec.field(name="Marker", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {
        "groups": Member(name="Groups", required=True, item=Member(name="member")),
        "is_truncated": Member(name="IsTruncated"),
        "marker": Member(name="Marker"),
    }


class ListGroupsForUserRequest(Shape, frozen=True, kw_only=True):
    user_name: str | None = msgspec.field(name="UserName", default=None)
    marker: str | None = msgspec.field(name="Marker", default=None)
    max_items: Integer | None = msgspec.field(name="MaxItems", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {
        "user_name": Member(name="UserName", required=True, minimum=1, maximum=128, pattern="[\\w+=,.@-]+"),
        "marker": Member(name="Marker", minimum=1, maximum=320, pattern="[\\u0020-\\u00FF]+"),
        "max_items": Member(name="MaxItems", minimum=1, maximum=1000),
    }


class ListGroupsForUserResponse(Shape, frozen=True, kw_only=True):
    groups: tuple[Group, ...] | None = msgspec.field(name="Groups", default=None)
    is_truncated: bool | None = msgspec.field(name="IsTruncated", default=None)
    marker: str | None = msgspec.field(name="Marker", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {
        "groups": Member(name="Groups", required=True, item=Member(name="member")),
        "is_truncated": Member(name="IsTruncated"),
        "marker": Member(name="Marker"),
    }


class AddUserToGroupRequest(Shape, frozen=True, kw_only=True):
    group_name: str | None = msgspec.field(name="GroupName", default=None)
    user_name: str | None = msgspec.field(name="UserName", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {
        "group_name": Member(name="GroupName", required=True, minimum=1, maximum=128, pattern="[\\w+=,.@-]+"),
        "user_name": Member(name="UserName", required=True, minimum=1, maximum=128, pattern="[\\w+=,.@-]+"),
    }


class RemoveUserFromGroupRequest(Shape, frozen=True, kw_only=True):
    group_name: str | None = msgspec.field(name="GroupName", default=None)
    user_name: str | None = msgspec.field(name="UserName", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {
        "group_name": Member(name="GroupName", required=True, minimum=1, maximum=128, pattern="[\\w+=,.@-]+"),
        "user_name": Member(name="UserName", required=True, minimum=1, maximum=128, pattern="[\\w+=,.@-]+"),
    }


class CreateRoleRequest(Shape, frozen=True, kw_only=True):
    path: str | None = msgspec.field(name="Path", default=None)
    role_name: str | None = msgspec.field(name="RoleName", default=None)
    assume_role_policy_document: str | None = msgspec.field(name="AssumeRolePolicyDocument", default=None)
    description: str | None = msgspec.field(name="Description", default=None)
    max_session_duration: Integer | None = msgspec.field(name="MaxSessionDuration", default=None)
    permissions_boundary: str | None = msgspec.field(name="PermissionsBoundary", default=None)
    tags: tuple[Tag, ...] | None = msgspec.field(name="Tags", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {
        "path": Member(
            name="Path", minimum=1, maximum=512, pattern="(\\u002F)|(\\u002F[\\u0021-\\u007E]+\\u002F)"
        ),
        "role_name": Member(name="RoleName", required=True, minimum=1, maximum=64, pattern="[\\w+=,.@-]+"),
        "assume_role_policy_document": Member(
            name="AssumeRolePolicyDocument",
            required=True,
            minimum=1,
            maximum=131072,
            pattern="[\\u0009\\u000A\\u000D\\u0020-\\u00FF]+",
        ),
        "description": Member(
            name="Description", maximum=1000, pattern="[\\u0009\\u000A\\u000D\\u0020-\\u007E\\u00A1-\\u00FF]*"
        ),
        "max_session_duration": Member(name="MaxSessionDuration", minimum=3600, maximum=43200),
        "permissions_boundary": Member(name="PermissionsBoundary", minimum=20, maximum=2048),
        "tags": Member(name="Tags", maximum=50, item=Member(name="member")),
    }


class RoleLastUsed(Shape, frozen=True, kw_only=True):
    last_used_date: Instant | None = msgspec.field(name="LastUsedDate", default=None)
    region: str | None = msgspec.field(name="Region", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {
        "last_used_date": Member(name="LastUsedDate"),
        "region": Member(name="Region"),
    }


class SourceRoleTemplate(Shape, frozen=True, kw_only=True):
    template_arn: str | None = msgspec.field(name="TemplateArn", default=None)
    template_minor_version: Integer | None = msgspec.field(name="TemplateMinorVersion", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {
        "template_arn": Member(name="TemplateArn", required=True, minimum=20, maximum=2048),
        "template_minor_version": Member(name="TemplateMinorVersion", required=True),
    }


class Role(Shape, frozen=True, kw_only=True):
    path: str | None = msgspec.field(name="Path", default=None)
    role_name: str | None = msgspec.field(name="RoleName", default=None)
    role_id: str | None = msgspec.field(name="RoleId", default=None)
    arn: str | None = msgspec.field(name="Arn", default=None)
    create_date: Instant | None = msgspec.field(name="CreateDate", default=None)
    assume_role_policy_document: str | None = msgspec.field(name="AssumeRolePolicyDocument", default=None)
    description: str | None = msgspec.field(name="Description", default=None)
    max_session_duration: Integer | None = msgspec.field(name="MaxSessionDuration", default=None)
    permissions_boundary: AttachedPermissionsBoundary | None = msgspec.field(
        name="PermissionsBoundary", default=None
    )
    tags: tuple[Tag, ...] | None = msgspec.field(name="Tags", default=None)
    role_last_used: RoleLastUsed | None = msgspec.field(name="RoleLastUsed", default=None)
    source_role_template: SourceRoleTemplate | None = msgspec.field(name="SourceRoleTemplate", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {
        "path": Member(
            name="Path",
            required=True,
            minimum=1,
            maximum=512,
            pattern="(\\u002F)|(\\u002F[\\u0021-\\u007E]+\\u002F)",
        ),
        "role_name": Member(name="RoleName", required=True, minimum=1, maximum=64, pattern="[\\w+=,.@-]+"),
        "role_id": Member(name="RoleId", required=True, minimum=16, maximum=128, pattern="[\\w]+"),
        "arn": Member(name="Arn", required=True, minimum=20, maximum=2048),
        "create_date": Member(name="CreateDate", required=True),
        "assume_role_policy_document": Member(
            name="AssumeRolePolicyDocument",
            minimum=1,
            maximum=131072,
            pattern="[\\u0009\\u000A\\u000D\\u0020-\\u00FF]+",
        ),
        "description": Member(
            name="Description", maximum=1000, pattern="[\\u0009\\u000A\\u000D\\u0020-\\u007E\\u00A1-\\u00FF]*"
        ),
        "max_session_duration": Member(name="MaxSessionDuration", minimum=3600, maximum=43200),
        "permissions_boundary": Member(name="PermissionsBoundary"),
        "tags": Member(name="Tags", maximum=50, item=Member(name="member")),
        "role_last_used": Member(name="RoleLastUsed"),
        "source_role_template": Member(name="SourceRoleTemplate"),
    }


class CreateRoleResponse(Shape, frozen=True, kw_only=True):
    role: Role | None = msgspec.field(name="Role", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {
        "role": Member(name="Role", required=True),
    }


class GetRoleRequest(Shape, frozen=True, kw_only=True):
    role_name: str | None = msgspec.field(name="RoleName", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {
        "role_name": Member(name="RoleName", required=True, minimum=1, maximum=64, pattern="[\\w+=,.@-]+"),
    }


class GetRoleResponse(Shape, frozen=True, kw_only=True):
    role: Role | None = msgspec.field(name="Role", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {
        "role": Member(name="Role", required=True),
    }


class UpdateRoleRequest(Shape, frozen=True, kw_only=True):
    role_name: str | None = msgspec.field(name="RoleName", default=None)
    description: str | None = msgspec.field(name="Description", default=None)
    max_session_duration: Integer | None = msgspec.field(name="MaxSessionDuration", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {
        "role_name": Member(name="RoleName", required=True, minimum=1, maximum=64, pattern="[\\w+=,.@-]+"),
        "description": Member(
            name="Description", maximum=1000, pattern="[\\u0009\\u000A\\u000D\\u0020-\\u007E\\u00A1-\\u00FF]*"
        ),
        "max_session_duration": Member(name="MaxSessionDuration", minimum=3600, maximum=43200),
    }


class UpdateRoleResponse(Shape, frozen=True, kw_only=True):
    MEMBERS: ClassVar[dict[str, Member]] = {}


class UpdateRoleDescriptionRequest(Shape, frozen=True, kw_only=True):
    role_name: str | None = msgspec.field(name="RoleName", default=None)
    description: str | None = msgspec.field(name="Description", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {
        "role_name": Member(name="RoleName", required=True, minimum=1, maximum=64, pattern="[\\w+=,.@-]+"),
        "description": Member(
            name="Description",
            required=True,
            maximum=1000,
            pattern="[\\u0009\\u000A\\u000D\\u0020-\\u007E\\u00A1-\\u00FF]*",
        ),
    }


class UpdateRoleDescriptionResponse(Shape, frozen=True, kw_only=True):
    role: Role | None = msgspec.field(name="Role", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {
        "role": Member(name="Role"),
    }


class UpdateAssumeRolePolicyRequest(Shape, frozen=True, kw_only=True):
    role_name: str | None = msgspec.field(name="RoleName", default=None)
    policy_document: str | None = msgspec.field(name="PolicyDocument", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {
        "role_name": Member(name="RoleName", required=True, minimum=1, maximum=64, pattern="[\\w+=,.@-]+"),
        "policy_document": Member(
            name="PolicyDocument",
            required=True,
            minimum=1,
            maximum=131072,
            pattern="[\\u0009\\u000A\\u000D\\u0020-\\u00FF]+",
        ),
    }


class DeleteRoleRequest(Shape, frozen=True, kw_only=True):
    role_name: str | None = msgspec.field(name="RoleName", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {
        "role_name": Member(name="RoleName", required=True, minimum=1, maximum=64, pattern="[\\w+=,.@-]+"),
    }


class ListRolesRequest(Shape, frozen=True, kw_only=True):
    path_prefix: str | None = msgspec.field(name="PathPrefix", default=None)
    marker: str | None = msgspec.field(name="Marker", default=None)
    max_items: Integer | None = msgspec.field(name="MaxItems", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {
        "path_prefix": Member(name="PathPrefix", minimum=1, maximum=512, pattern="\\u002F[\\u0021-\\u007F]*"),
        "marker": Member(name="Marker", minimum=1, maximum=320, pattern="[\\u0020-\\u00FF]+"),
        "max_items": Member(name="MaxItems", minimum=1, maximum=1000),
    }


class ListRolesResponse(Shape, frozen=True, kw_only=True):
    roles: tuple[Role, ...] | None = msgspec.field(name="Roles", default=None)
    is_truncated: bool | None = msgspec.field(name="IsTruncated", default=None)
    marker: str | None = msgspec.field(name="Marker", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {
        "roles": Member(name="Roles", required=True, item=Member(name="member")),
        "is_truncated": Member(name="IsTruncated"),
        "marker": Member(name="Marker"),
    }


class TagRoleRequest(Shape, frozen=True, kw_only=True):
    role_name: str | None = msgspec.field(name="RoleName", default=None)
    tags: tuple[Tag, ...] | None = msgspec.field(name="Tags", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {
        "role_name": Member(name="RoleName", required=True, minimum=1, maximum=64, pattern="[\\w+=,.@-]+"),
        "tags": Member(name="Tags", required=True, maximum=50, item=Member(name="member")),
    }


class UntagRoleRequest(Shape, frozen=True, kw_only=True):
    role_name: str | None = msgspec.field(name="RoleName", default=None)
    tag_keys: tuple[str, ...] | None = msgspec.field(name="TagKeys", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {
        "role_name": Member(name="RoleName", required=True, minimum=1, maximum=64, pattern="[\\w+=,.@-]+"),
        "tag_keys": Member(
            name="TagKeys",
            required=True,
            maximum=50,
            item=Member(name="member", minimum=1, maximum=128, pattern="[\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]+"),
        ),
    }


class ListRoleTagsRequest(Shape, frozen=True, kw_only=True):
    role_name: str | None = msgspec.field(name="RoleName", default=None)
    marker: str | None = msgspec.field(name="Marker", default=None)
    max_items: Integer | None = msgspec.field(name="MaxItems", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {
        "role_name": Member(name="RoleName", required=True, minimum=1, maximum=64, pattern="[\\w+=,.@-]+"),
        "marker": Member(name="Marker", minimum=1, maximum=320, pattern="[\\u0020-\\u00FF]+"),
        "max_items": Member(name="MaxItems", minimum=1, maximum=1000),
    }


class ListRoleTagsResponse(Shape, frozen=True, kw_only=True):
    tags: tuple[Tag, ...] | None = msgspec.field(name="Tags", default=None)
    is_truncated: bool | None = msgspec.field(name="IsTruncated", default=None)
    marker: str | None = msgspec.field(name="Marker", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {
        "tags": Member(name="Tags", required=True, maximum=50, item=Member(name="member")),
        "is_truncated": Member(name="IsTruncated"),
        "marker": Member(name="Marker"),
    }


class PutRolePermissionsBoundaryRequest(Shape, frozen=True, kw_only=True):
    role_name: str | None = msgspec.field(name="RoleName", default=None)
    permissions_boundary: str | None = msgspec.field(name="PermissionsBoundary", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {
        "role_name": Member(name="RoleName", required=True, minimum=1, maximum=64, pattern="[\\w+=,.@-]+"),
        "permissions_boundary": Member(name="PermissionsBoundary", required=True, minimum=20, maximum=2048),
    }


class DeleteRolePermissionsBoundaryRequest(Shape, frozen=True, kw_only=True):
    role_name: str | None = msgspec.field(name="RoleName", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {
        "role_name": Member(name="RoleName", required=True, minimum=1, maximum=64, pattern="[\\w+=,.@-]+"),
    }


class CreateServiceLinkedRoleRequest(Shape, frozen=True, kw_only=True):
    aws_service_name: str | None = msgspec.field(name="AWSServiceName", default=None)
    description: str | None = msgspec.field(name="Description", default=None)
    custom_suffix: str | None = msgspec.field(name="CustomSuffix", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {
        "aws_service_name": Member(
            name="AWSServiceName", required=True, minimum=1, maximum=128, pattern="[\\w+=,.@-]+"
        ),
        "description": Member(
            name="Description", maximum=1000, pattern="[\\u0009\\u000A\\u000D\\u0020-\\u007E\\u00A1-\\u00FF]*"
        ),
        "custom_suffix": Member(name="CustomSuffix", minimum=1, maximum=64, pattern="[\\w+=,.@-]+"),
    }


class CreateServiceLinkedRoleResponse(Shape, frozen=True, kw_only=True):
    role: Role | None = msgspec.field(name="Role", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {
        "role": Member(name="Role"),
    }


class DeleteServiceLinkedRoleRequest(Shape, frozen=True, kw_only=True):
    role_name: str | None = msgspec.field(name="RoleName", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {
        "role_name": Member(name="RoleName", required=True, minimum=1, maximum=64, pattern="[\\w+=,.@-]+"),
    }


class DeleteServiceLinkedRoleResponse(Shape, frozen=True, kw_only=True):
    deletion_task_id: str | None = msgspec.field(name="DeletionTaskId", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {
        "deletion_task_id": Member(name="DeletionTaskId", required=True, minimum=1, maximum=1000),
    }


class GetServiceLinkedRoleDeletionStatusRequest(Shape, frozen=True, kw_only=True):
    deletion_task_id: str | None = msgspec.field(name="DeletionTaskId", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {
        "deletion_task_id": Member(name="DeletionTaskId", required=True, minimum=1, maximum=1000),
    }


class RoleUsageType(Shape, frozen=True, kw_only=True):
    region: str | None = msgspec.field(name="Region", default=None)
    resources: tuple[str, ...] | None = msgspec.field(name="Resources", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {
        "region": Member(name="Region", minimum=1, maximum=100),
        "resources": Member(name="Resources", item=Member(name="member", minimum=20, maximum=2048)),
    }


class DeletionTaskFailureReasonType(Shape, frozen=True, kw_only=True):
    reason: str | None = msgspec.field(name="Reason", default=None)
    role_usage_list: tuple[RoleUsageType, ...] | None = msgspec.field(name="RoleUsageList", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {
        "reason": Member(name="Reason", maximum=1000),
        "role_usage_list": Member(name="RoleUsageList", item=Member(name="member")),
    }


class GetServiceLinkedRoleDeletionStatusResponse(Shape, frozen=True, kw_only=True):
    status: str | None = msgspec.field(name="Status", default=None)
    reason: DeletionTaskFailureReasonType | None = msgspec.field(name="Reason", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {
        "status": Member(
            name="Status", required=True, values=("SUCCEEDED", "IN_PROGRESS", "FAILED", "NOT_STARTED")
        ),
        "reason": Member(name="Reason"),
    }


class PutUserPolicyRequest(Shape, frozen=True, kw_only=True):
    user_name: str | None = msgspec.field(name="UserName", default=None)
    policy_name: str | None = msgspec.field(name="PolicyName", default=None)
    policy_document: str | None = msgspec.field(name="PolicyDocument", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {
        "user_name": Member(name="UserName", required=True, minimum=1, maximum=128, pattern="[\\w+=,.@-]+"),
        "policy_name": Member(
            name="PolicyName", required=True, minimum=1, maximum=128, pattern="[\\w+=,.@-]+"
        ),
        "policy_document": Member(
            name="PolicyDocument",
            required=True,
            minimum=1,
            maximum=131072,
            pattern="[\\u0009\\u000A\\u000D\\u0020-\\u00FF]+",
        ),
    }


class GetUserPolicyRequest(Shape, frozen=True, kw_only=True):
    user_name: str | None = msgspec.field(name="UserName", default=None)
    policy_name: str | None = msgspec.field(name="PolicyName", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {
        "user_name": Member(name="UserName", required=True, minimum=1, maximum=128, pattern="[\\w+=,.@-]+"),
        "policy_name": Member(
            name="PolicyName", required=True, minimum=1, maximum=128, pattern="[\\w+=,.@-]+"
        ),
    }


class GetUserPolicyResponse(Shape, frozen=True, kw_only=True):
    user_name: str | None = msgspec.field(name="UserName", default=None)
    policy_name: str | None = msgspec.field(name="PolicyName", default=None)
    policy_document: str | None = msgspec.field(name="PolicyDocument", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {
        "user_name": Member(name="UserName", required=True, minimum=1, maximum=128, pattern="[\\w+=,.@-]+"),
        "policy_name": Member(
            name="PolicyName", required=True, minimum=1, maximum=128, pattern="[\\w+=,.@-]+"
        ),
        "policy_document": Member(
            name="PolicyDocument",
            required=True,
            minimum=1,
            maximum=131072,
            pattern="[\\u0009\\u000A\\u000D\\u0020-\\u00FF]+",
        ),
    }


class DeleteUserPolicyRequest(Shape, frozen=True, kw_only=True):
    user_name: str | None = msgspec.field(name="UserName", default=None)
    policy_name: str | None = msgspec.field(name="PolicyName", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {
        "user_name": Member(name="UserName", required=True, minimum=1, maximum=128, pattern="[\\w+=,.@-]+"),
        "policy_name": Member(
            name="PolicyName", required=True, minimum=1, maximum=128, pattern="[\\w+=,.@-]+"
        ),
    }


class ListUserPoliciesRequest(Shape, frozen=True, kw_only=True):
    user_name: str | None = msgspec.field(name="UserName", default=None)
    marker: str | None = msgspec.field(name="Marker", default=None)
    max_items: Integer | None = msgspec.field(name="MaxItems", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {
        "user_name": Member(name="UserName", required=True, minimum=1, maximum=128, pattern="[\\w+=,.@-]+"),
        "marker": Member(name="Marker", minimum=1, maximum=320, pattern="[\\u0020-\\u00FF]+"),
        "max_items": Member(name="MaxItems", minimum=1, maximum=1000),
    }


class ListUserPoliciesResponse(Shape, frozen=True, kw_only=True):
    policy_names: tuple[str, ...] | None = msgspec.field(name="PolicyNames", default=None)
    is_truncated: bool | None = msgspec.field(name="IsTruncated", default=None)
    marker: str | None = msgspec.field(name="Marker", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {
        "policy_names": Member(
            name="PolicyNames",
            required=True,
            item=Member(name="member", minimum=1, maximum=128, pattern="[\\w+=,.@-]+"),
        ),
        "is_truncated": Member(name="IsTruncated"),
        "marker": Member(name="Marker"),
    }


class PutGroupPolicyRequest(Shape, frozen=True, kw_only=True):
    group_name: str | None = msgspec.field(name="GroupName", default=None)
    policy_name: str | None = msgspec.field(name="PolicyName", default=None)
    policy_document: str | None = msgspec.field(name="PolicyDocument", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {
        "group_name": Member(name="GroupName", required=True, minimum=1, maximum=128, pattern="[\\w+=,.@-]+"),
        "policy_name": Member(
            name="PolicyName", required=True, minimum=1, maximum=128, pattern="[\\w+=,.@-]+"
        ),
        "policy_document": Member(
            name="PolicyDocument",
            required=True,
            minimum=1,
            maximum=131072,
            pattern="[\\u0009\\u000A\\u000D\\u0020-\\u00FF]+",
        ),
    }


class GetGroupPolicyRequest(Shape, frozen=True, kw_only=True):
    group_name: str | None = msgspec.field(name="GroupName", default=None)
    policy_name: str | None = msgspec.field(name="PolicyName", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {
        "group_name": Member(name="GroupName", required=True, minimum=1, maximum=128, pattern="[\\w+=,.@-]+"),
        "policy_name": Member(
            name="PolicyName", required=True, minimum=1, maximum=128, pattern="[\\w+=,.@-]+"
        ),
    }


class GetGroupPolicyResponse(Shape, frozen=True, kw_only=True):
    group_name: str | None = msgspec.field(name="GroupName", default=None)
    policy_name: str | None = msgspec.field(name="PolicyName", default=None)
    policy_document: str | None = msgspec.field(name="PolicyDocument", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {
        "group_name": Member(name="GroupName", required=True, minimum=1, maximum=128, pattern="[\\w+=,.@-]+"),
        "policy_name": Member(
            name="PolicyName", required=True, minimum=1, maximum=128, pattern="[\\w+=,.@-]+"
        ),
        "policy_document": Member(
            name="PolicyDocument",
            required=True,
            minimum=1,
            maximum=131072,
            pattern="[\\u0009\\u000A\\u000D\\u0020-\\u00FF]+",
        ),
    }


class DeleteGroupPolicyRequest(Shape, frozen=True, kw_only=True):
    group_name: str | None = msgspec.field(name="GroupName", default=None)
    policy_name: str | None = msgspec.field(name="PolicyName", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {
        "group_name": Member(name="GroupName", required=True, minimum=1, maximum=128, pattern="[\\w+=,.@-]+"),
        "policy_name": Member(
            name="PolicyName", required=True, minimum=1, maximum=128, pattern="[\\w+=,.@-]+"
        ),
    }


class ListGroupPoliciesRequest(Shape, frozen=True, kw_only=True):
    group_name: str | None = msgspec.field(name="GroupName", default=None)
    marker: str | None = msgspec.field(name="Marker", default=None)
    max_items: Integer | None = msgspec.field(name="MaxItems", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {
        "group_name": Member(name="GroupName", required=True, minimum=1, maximum=128, pattern="[\\w+=,.@-]+"),
        "marker": Member(name="Marker", minimum=1, maximum=320, pattern="[\\u0020-\\u00FF]+"),
        "max_items": Member(name="MaxItems", minimum=1, maximum=1000),
    }


class ListGroupPoliciesResponse(Shape, frozen=True, kw_only=True):
    policy_names: tuple[str, ...] | None = msgspec.field(name="PolicyNames", default=None)
    is_truncated: bool | None = msgspec.field(name="IsTruncated", default=None)
    marker: str | None = msgspec.field(name="Marker", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {
        "policy_names": Member(
            name="PolicyNames",
            required=True,
            item=Member(name="member", minimum=1, maximum=128, pattern="[\\w+=,.@-]+"),
        ),
        "is_truncated": Member(name="IsTruncated"),
        "marker": Member(name="Marker"),
    }


class PutRolePolicyRequest(Shape, frozen=True, kw_only=True):
    role_name: str | None = msgspec.field(name="RoleName", default=None)
    policy_name: str | None = msgspec.field(name="PolicyName", default=None)
    policy_document: str | None = msgspec.field(name="PolicyDocument", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {
        "role_name": Member(name="RoleName", required=True, minimum=1, maximum=64, pattern="[\\w+=,.@-]+"),
        "policy_name": Member(
            name="PolicyName", required=True, minimum=1, maximum=128, pattern="[\\w+=,.@-]+"
        ),
        "policy_document": Member(
            name="PolicyDocument",
            required=True,
            minimum=1,
            maximum=131072,
            pattern="[\\u0009\\u000A\\u000D\\u0020-\\u00FF]+",
        ),
    }


class GetRolePolicyRequest(Shape, frozen=True, kw_only=True):
    role_name: str | None = msgspec.field(name="RoleName", default=None)
    policy_name: str | None = msgspec.field(name="PolicyName", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {
        "role_name": Member(name="RoleName", required=True, minimum=1, maximum=64, pattern="[\\w+=,.@-]+"),
        "policy_name": Member(
            name="PolicyName", required=True, minimum=1, maximum=128, pattern="[\\w+=,.@-]+"
        ),
    }


class GetRolePolicyResponse(Shape, frozen=True, kw_only=True):
    role_name: str | None = msgspec.field(name="RoleName", default=None)
    policy_name: str | None = msgspec.field(name="PolicyName", default=None)
    policy_document: str | None = msgspec.field(name="PolicyDocument", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {
        "role_name": Member(name="RoleName", required=True, minimum=1, maximum=64, pattern="[\\w+=,.@-]+"),
        "policy_name": Member(
            name="PolicyName", required=True, minimum=1, maximum=128, pattern="[\\w+=,.@-]+"
        ),
        "policy_document": Member(
            name="PolicyDocument",
            required=True,
            minimum=1,
            maximum=131072,
            pattern="[\\u0009\\u000A\\u000D\\u0020-\\u00FF]+",
        ),
    }


class DeleteRolePolicyRequest(Shape, frozen=True, kw_only=True):
    role_name: str | None = msgspec.field(name="RoleName", default=None)
    policy_name: str | None = msgspec.field(name="PolicyName", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {
        "role_name": Member(name="RoleName", required=True, minimum=1, maximum=64, pattern="[\\w+=,.@-]+"),
        "policy_name": Member(
            name="PolicyName", required=True, minimum=1, maximum=128, pattern="[\\w+=,.@-]+"
        ),
    }


class ListRolePoliciesRequest(Shape, frozen=True, kw_only=True):
    role_name: str | None = msgspec.field(name="RoleName", default=None)
    marker: str | None = msgspec.field(name="Marker", default=None)
    max_items: Integer | None = msgspec.field(name="MaxItems", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {
        "role_name": Member(name="RoleName", required=True, minimum=1, maximum=64, pattern="[\\w+=,.@-]+"),
        "marker": Member(name="Marker", minimum=1, maximum=320, pattern="[\\u0020-\\u00FF]+"),
        "max_items": Member(name="MaxItems", minimum=1, maximum=1000),
    }


class ListRolePoliciesResponse(Shape, frozen=True, kw_only=True):
    policy_names: tuple[str, ...] | None = msgspec.field(name="PolicyNames", default=None)
    is_truncated: bool | None = msgspec.field(name="IsTruncated", default=None)
    marker: str | None = msgspec.field(name="Marker", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {
        "policy_names": Member(
            name="PolicyNames",
            required=True,
            item=Member(name="member", minimum=1, maximum=128, pattern="[\\w+=,.@-]+"),
        ),
        "is_truncated": Member(name="IsTruncated"),
        "marker": Member(name="Marker"),
    }


class CreatePolicyRequest(Shape, frozen=True, kw_only=True):
    policy_name: str | None = msgspec.field(name="PolicyName", default=None)
    path: str | None = msgspec.field(name="Path", default=None)
    policy_document: str | None = msgspec.field(name="PolicyDocument", default=None)
    description: str | None = msgspec.field(name="Description", default=None)
    tags: tuple[Tag, ...] | None = msgspec.field(name="Tags", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {
        "policy_name": Member(
            name="PolicyName", required=True, minimum=1, maximum=128, pattern="[\\w+=,.@-]+"
        ),
        "path": Member(name="Path", minimum=1, maximum=512, pattern="((/[A-Za-z0-9\\.,\\+@=_-]+)*)/"),
        "policy_document": Member(
            name="PolicyDocument",
            required=True,
            minimum=1,
            maximum=131072,
            pattern="[\\u0009\\u000A\\u000D\\u0020-\\u00FF]+",
        ),
        "description": Member(name="Description", maximum=1000),
        "tags": Member(name="Tags", maximum=50, item=Member(name="member")),
    }


class Policy(Shape, frozen=True, kw_only=True):
    policy_name: str | None = msgspec.field(name="PolicyName", default=None)
    policy_id: str | None = msgspec.field(name="PolicyId", default=None)
    arn: str | None = msgspec.field(name="Arn", default=None)
    path: str | None = msgspec.field(name="Path", default=None)
    default_version_id: str | None = msgspec.field(name="DefaultVersionId", default=None)
    attachment_count: Integer | None = msgspec.field(name="AttachmentCount", default=None)
    permissions_boundary_usage_count: Integer | None = msgspec.field(
        name="PermissionsBoundaryUsageCount", default=None
    )
    is_attachable: bool | None = msgspec.field(name="IsAttachable", default=None)
    description: str | None = msgspec.field(name="Description", default=None)
    create_date: Instant | None = msgspec.field(name="CreateDate", default=None)
    update_date: Instant | None = msgspec.field(name="UpdateDate", default=None)
    tags: tuple[Tag, ...] | None = msgspec.field(name="Tags", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {
        "policy_name": Member(name="PolicyName", minimum=1, maximum=128, pattern="[\\w+=,.@-]+"),
        "policy_id": Member(name="PolicyId", minimum=16, maximum=128, pattern="[\\w]+"),
        "arn": Member(name="Arn", minimum=20, maximum=2048),
        "path": Member(name="Path", minimum=1, maximum=512, pattern="((/[A-Za-z0-9\\.,\\+@=_-]+)*)/"),
        "default_version_id": Member(name="DefaultVersionId", pattern="v[1-9][0-9]*(\\.[A-Za-z0-9-]*)?"),
        "attachment_count": Member(name="AttachmentCount"),
        "permissions_boundary_usage_count": Member(name="PermissionsBoundaryUsageCount"),
        "is_attachable": Member(name="IsAttachable"),
        "description": Member(name="Description", maximum=1000),
        "create_date": Member(name="CreateDate"),
        "update_date": Member(name="UpdateDate"),
        "tags": Member(name="Tags", maximum=50, item=Member(name="member")),
    }


class CreatePolicyResponse(Shape, frozen=True, kw_only=True):
    policy: Policy | None = msgspec.field(name="Policy", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {
        "policy": Member(name="Policy"),
    }


class GetPolicyRequest(Shape, frozen=True, kw_only=True):
    policy_arn: str | None = msgspec.field(name="PolicyArn", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {
        "policy_arn": Member(name="PolicyArn", required=True, minimum=20, maximum=2048),
    }


class GetPolicyResponse(Shape, frozen=True, kw_only=True):
    policy: Policy | None = msgspec.field(name="Policy", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {
        "policy": Member(name="Policy"),
    }


class DeletePolicyRequest(Shape, frozen=True, kw_only=True):
    policy_arn: str | None = msgspec.field(name="PolicyArn", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {
        "policy_arn": Member(name="PolicyArn", required=True, minimum=20, maximum=2048),
    }


class ListPoliciesRequest(Shape, frozen=True, kw_only=True):
    scope: str | None = msgspec.field(name="Scope", default=None)
    only_attached: bool | None = msgspec.field(name="OnlyAttached", default=None)
    path_prefix: str | None = msgspec.field(name="PathPrefix", default=None)
    policy_usage_filter: str | None = msgspec.field(name="PolicyUsageFilter", default=None)
    marker: str | None = msgspec.field(name="Marker", default=None)
    max_items: Integer | None = msgspec.field(name="MaxItems", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {
        "scope": Member(name="Scope", values=("All", "AWS", "Local")),
        "only_attached": Member(name="OnlyAttached"),
        "path_prefix": Member(
            name="PathPrefix", minimum=1, maximum=512, pattern="((/[A-Za-z0-9\\.,\\+@=_-]+)*)/"
        ),
        "policy_usage_filter": Member(
            name="PolicyUsageFilter", values=("PermissionsPolicy", "PermissionsBoundary")
        ),
        "marker": Member(name="Marker", minimum=1, maximum=320, pattern="[\\u0020-\\u00FF]+"),
        "max_items": Member(name="MaxItems", minimum=1, maximum=1000),
    }


class ListPoliciesResponse(Shape, frozen=True, kw_only=True):
    policies: tuple[Policy, ...] | None = msgspec.field(name="Policies", default=None)
    is_truncated: bool | None = msgspec.field(name="IsTruncated", default=None)
    marker: str | None = msgspec.field(name="Marker", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {
        "policies": Member(name="Policies", item=Member(name="member")),
        "is_truncated": Member(name="IsTruncated"),
        "marker": Member(name="Marker"),
    }


class CreatePolicyVersionRequest(Shape, frozen=True, kw_only=True):
    policy_arn: str | None = msgspec.field(name="PolicyArn", default=None)
    policy_document: str | None = msgspec.field(name="PolicyDocument", default=None)
    set_as_default: bool | None = msgspec.field(name="SetAsDefault", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {
        "policy_arn": Member(name="PolicyArn", required=True, minimum=20, maximum=2048),
        "policy_document": Member(
            name="PolicyDocument",
            required=True,
            minimum=1,
            maximum=131072,
            pattern="[\\u0009\\u000A\\u000D\\u0020-\\u00FF]+",
        ),
        "set_as_default": Member(name="SetAsDefault"),
    }


class PolicyVersion(Shape, frozen=True, kw_only=True):
    document: str | None = msgspec.field(name="Document", default=None)
    version_id: str | None = msgspec.field(name="VersionId", default=None)
    is_default_version: bool | None = msgspec.field(name="IsDefaultVersion", default=None)
    create_date: Instant | None = msgspec.field(name="CreateDate", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {
        "document": Member(
            name="Document", minimum=1, maximum=131072, pattern="[\\u0009\\u000A\\u000D\\u0020-\\u00FF]+"
        ),
        "version_id": Member(name="VersionId", pattern="v[1-9][0-9]*(\\.[A-Za-z0-9-]*)?"),
        "is_default_version": Member(name="IsDefaultVersion"),
        "create_date": Member(name="CreateDate"),
    }


class CreatePolicyVersionResponse(Shape, frozen=True, kw_only=True):
    policy_version: PolicyVersion | None = msgspec.field(name="PolicyVersion", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {
        "policy_version": Member(name="PolicyVersion"),
    }


class GetPolicyVersionRequest(Shape, frozen=True, kw_only=True):
    policy_arn: str | None = msgspec.field(name="PolicyArn", default=None)
    version_id: str | None = msgspec.field(name="VersionId", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {
        "policy_arn": Member(name="PolicyArn", required=True, minimum=20, maximum=2048),
        "version_id": Member(name="VersionId", required=True, pattern="v[1-9][0-9]*(\\.[A-Za-z0-9-]*)?"),
    }


class GetPolicyVersionResponse(Shape, frozen=True, kw_only=True):
    policy_version: PolicyVersion | None = msgspec.field(name="PolicyVersion", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {
        "policy_version": Member(name="PolicyVersion"),
    }


class ListPolicyVersionsRequest(Shape, frozen=True, kw_only=True):
    policy_arn: str | None = msgspec.field(name="PolicyArn", default=None)
    marker: str | None = msgspec.field(name="Marker", default=None)
    max_items: Integer | None = msgspec.field(name="MaxItems", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {
        "policy_arn": Member(name="PolicyArn", required=True, minimum=20, maximum=2048),
        "marker": Member(name="Marker", minimum=1, maximum=320, pattern="[\\u0020-\\u00FF]+"),
        "max_items": Member(name="MaxItems", minimum=1, maximum=1000),
    }


class ListPolicyVersionsResponse(Shape, frozen=True, kw_only=True):
    versions: tuple[PolicyVersion, ...] | None = msgspec.field(name="Versions", default=None)
    is_truncated: bool | None = msgspec.field(name="IsTruncated", default=None)
    marker: str | None = msgspec.field(name="Marker", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {
        "versions": Member(name="Versions", item=Member(name="member")),
        "is_truncated": Member(name="IsTruncated"),
        "marker": Member(name="Marker"),
    }


class SetDefaultPolicyVersionRequest(Shape, frozen=True, kw_only=True):
    policy_arn: str | None = msgspec.field(name="PolicyArn", default=None)
    version_id: str | None = msgspec.field(name="VersionId", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {
        "policy_arn": Member(name="PolicyArn", required=True, minimum=20, maximum=2048),
        "version_id": Member(name="VersionId", required=True, pattern="v[1-9][0-9]*(\\.[A-Za-z0-9-]*)?"),
    }


class DeletePolicyVersionRequest(Shape, frozen=True, kw_only=True):
    policy_arn: str | None = msgspec.field(name="PolicyArn", default=None)
    version_id: str | None = msgspec.field(name="VersionId", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {
        "policy_arn": Member(name="PolicyArn", required=True, minimum=20, maximum=2048),
        "version_id": Member(name="VersionId", required=True, pattern="v[1-9][0-9]*(\\.[A-Za-z0-9-]*)?"),
    }


class TagPolicyRequest(Shape, frozen=True, kw_only=True):
    policy_arn: str | None = msgspec.field(name="PolicyArn", default=None)
    tags: tuple[Tag, ...] | None = msgspec.field(name="Tags", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {
        "policy_arn": Member(name="PolicyArn", required=True, minimum=20, maximum=2048),
        "tags": Member(name="Tags", required=True, maximum=50, item=Member(name="member")),
    }


class UntagPolicyRequest(Shape, frozen=True, kw_only=True):
    policy_arn: str | None = msgspec.field(name="PolicyArn", default=None)
    tag_keys: tuple[str, ...] | None = msgspec.field(name="TagKeys", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {
        "policy_arn": Member(name="PolicyArn", required=True, minimum=20, maximum=2048),
        "tag_keys": Member(
            name="TagKeys",
            required=True,
            maximum=50,
            item=Member(name="member", minimum=1, maximum=128, pattern="[\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]+"),
        ),
    }


class ListPolicyTagsRequest(Shape, frozen=True, kw_only=True):
    policy_arn: str | None = msgspec.field(name="PolicyArn", default=None)
    marker: str | None = msgspec.field(name="Marker", default=None)
    max_items: Integer | None = msgspec.field(name="MaxItems", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {
        "policy_arn": Member(name="PolicyArn", required=True, minimum=20, maximum=2048),
        "marker": Member(name="Marker", minimum=1, maximum=320, pattern="[\\u0020-\\u00FF]+"),
        "max_items": Member(name="MaxItems", minimum=1, maximum=1000),
    }


class ListPolicyTagsResponse(Shape, frozen=True, kw_only=True):
    tags: tuple[Tag, ...] | None = msgspec.field(name="Tags", default=None)
    is_truncated: bool | None = msgspec.field(name="IsTruncated", default=None)
    marker: str | None = msgspec.field(name="Marker", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {
        "tags": Member(name="Tags", required=True, maximum=50, item=Member(name="member")),
        "is_truncated": Member(name="IsTruncated"),
        "marker": Member(name="Marker"),
    }


class AttachUserPolicyRequest(Shape, frozen=True, kw_only=True):
    user_name: str | None = msgspec.field(name="UserName", default=None)
    policy_arn: str | None = msgspec.field(name="PolicyArn", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {
        "user_name": Member(name="UserName", required=True, minimum=1, maximum=64, pattern="[\\w+=,.@-]+"),
        "policy_arn": Member(name="PolicyArn", required=True, minimum=20, maximum=2048),
    }


class DetachUserPolicyRequest(Shape, frozen=True, kw_only=True):
    user_name: str | None = msgspec.field(name="UserName", default=None)
    policy_arn: str | None = msgspec.field(name="PolicyArn", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {
        "user_name": Member(name="UserName", required=True, minimum=1, maximum=64, pattern="[\\w+=,.@-]+"),
        "policy_arn": Member(name="PolicyArn", required=True, minimum=20, maximum=2048),
    }


class ListAttachedUserPoliciesRequest(Shape, frozen=True, kw_only=True):
    user_name: str | None = msgspec.field(name="UserName", default=None)
    path_prefix: str | None = msgspec.field(name="PathPrefix", default=None)
    marker: str | None = msgspec.field(name="Marker", default=None)
    max_items: Integer | None = msgspec.field(name="MaxItems", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {
        "user_name": Member(name="UserName", required=True, minimum=1, maximum=64, pattern="[\\w+=,.@-]+"),
        "path_prefix": Member(
            name="PathPrefix", minimum=1, maximum=512, pattern="((/[A-Za-z0-9\\.,\\+@=_-]+)*)/"
        ),
        "marker": Member(name="Marker", minimum=1, maximum=320, pattern="[\\u0020-\\u00FF]+"),
        "max_items": Member(name="MaxItems", minimum=1, maximum=1000),
    }


class AttachedPolicy(Shape, frozen=True, kw_only=True):
    policy_name: str | None = msgspec.field(name="PolicyName", default=None)
    policy_arn: str | None = msgspec.field(name="PolicyArn", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {
        "policy_name": Member(name="PolicyName", minimum=1, maximum=128, pattern="[\\w+=,.@-]+"),
        "policy_arn": Member(name="PolicyArn", minimum=20, maximum=2048),
    }


class ListAttachedUserPoliciesResponse(Shape, frozen=True, kw_only=True):
    attached_policies: tuple[AttachedPolicy, ...] | None = msgspec.field(
        name="AttachedPolicies", default=None
    )
    is_truncated: bool | None = msgspec.field(name="IsTruncated", default=None)
    marker: str | None = msgspec.field(name="Marker", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {
        "attached_policies": Member(name="AttachedPolicies", item=Member(name="member")),
        "is_truncated": Member(name="IsTruncated"),
        "marker": Member(name="Marker"),
    }


class AttachGroupPolicyRequest(Shape, frozen=True, kw_only=True):
    group_name: str | None = msgspec.field(name="GroupName", default=None)
    policy_arn: str | None = msgspec.field(name="PolicyArn", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {
        "group_name": Member(name="GroupName", required=True, minimum=1, maximum=128, pattern="[\\w+=,.@-]+"),
        "policy_arn": Member(name="PolicyArn", required=True, minimum=20, maximum=2048),
    }


class DetachGroupPolicyRequest(Shape, frozen=True, kw_only=True):
    group_name: str | None = msgspec.field(name="GroupName", default=None)
    policy_arn: str | None = msgspec.field(name="PolicyArn", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {
        "group_name": Member(name="GroupName", required=True, minimum=1, maximum=128, pattern="[\\w+=,.@-]+"),
        "policy_arn": Member(name="PolicyArn", required=True, minimum=20, maximum=2048),
    }


class ListAttachedGroupPoliciesRequest(Shape, frozen=True, kw_only=True):
    group_name: str | None = msgspec.field(name="GroupName", default=None)
    path_prefix: str | None = msgspec.field(name="PathPrefix", default=None)
    marker: str | None = msgspec.field(name="Marker", default=None)
    max_items: Integer | None = msgspec.field(name="MaxItems", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {
        "group_name": Member(name="GroupName", required=True, minimum=1, maximum=128, pattern="[\\w+=,.@-]+"),
        "path_prefix": Member(
            name="PathPrefix", minimum=1, maximum=512, pattern="((/[A-Za-z0-9\\.,\\+@=_-]+)*)/"
        ),
        "marker": Member(name="Marker", minimum=1, maximum=320, pattern="[\\u0020-\\u00FF]+"),
        "max_items": Member(name="MaxItems", minimum=1, maximum=1000),
    }


class ListAttachedGroupPoliciesResponse(Shape, frozen=True, kw_only=True):
    attached_policies: tuple[AttachedPolicy, ...] | None = msgspec.field(
        name="AttachedPolicies", default=None
    )
    is_truncated: bool | None = msgspec.field(name="IsTruncated", default=None)
    marker: str | None = msgspec.field(name="Marker", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {
        "attached_policies": Member(name="AttachedPolicies", item=Member(name="member")),
        "is_truncated": Member(name="IsTruncated"),
        "marker": Member(name="Marker"),
    }


class AttachRolePolicyRequest(Shape, frozen=True, kw_only=True):
    role_name: str | None = msgspec.field(name="RoleName", default=None)
    policy_arn: str | None = msgspec.field(name="PolicyArn", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {
        "role_name": Member(name="RoleName", required=True, minimum=1, maximum=64, pattern="[\\w+=,.@-]+"),
        "policy_arn": Member(name="PolicyArn", required=True, minimum=20, maximum=2048),
    }


class DetachRolePolicyRequest(Shape, frozen=True, kw_only=True):
    role_name: str | None = msgspec.field(name="RoleName", default=None)
    policy_arn: str | None = msgspec.field(name="PolicyArn", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {
        "role_name": Member(name="RoleName", required=True, minimum=1, maximum=64, pattern="[\\w+=,.@-]+"),
        "policy_arn": Member(name="PolicyArn", required=True, minimum=20, maximum=2048),
    }


class ListAttachedRolePoliciesRequest(Shape, frozen=True, kw_only=True):
    role_name: str | None = msgspec.field(name="RoleName", default=None)
    path_prefix: str | None = msgspec.field(name="PathPrefix", default=None)
    marker: str | None = msgspec.field(name="Marker", default=None)
    max_items: Integer | None = msgspec.field(name="MaxItems", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {
        "role_name": Member(name="RoleName", required=True, minimum=1, maximum=64, pattern="[\\w+=,.@-]+"),
        "path_prefix": Member(
            name="PathPrefix", minimum=1, maximum=512, pattern="((/[A-Za-z0-9\\.,\\+@=_-]+)*)/"
        ),
        "marker": Member(name="Marker", minimum=1, maximum=320, pattern="[\\u0020-\\u00FF]+"),
        "max_items": Member(name="MaxItems", minimum=1, maximum=1000),
    }


class ListAttachedRolePoliciesResponse(Shape, frozen=True, kw_only=True):
    attached_policies: tuple[AttachedPolicy, ...] | None = msgspec.field(
        name="AttachedPolicies", default=None
    )
    is_truncated: bool | None = msgspec.field(name="IsTruncated", default=None)
    marker: str | None = msgspec.field(name="Marker", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {
        "attached_policies": Member(name="AttachedPolicies", item=Member(name="member")),
        "is_truncated": Member(name="IsTruncated"),
        "marker": Member(name="Marker"),
    }


class ListEntitiesForPolicyRequest(Shape, frozen=True, kw_only=True):
    policy_arn: str | None = msgspec.field(name="PolicyArn", default=None)
    entity_filter: str | None = msgspec.field(name="EntityFilter", default=None)
    path_prefix: str | None = msgspec.field(name="PathPrefix", default=None)
    policy_usage_filter: str | None = msgspec.field(name="PolicyUsageFilter", default=None)
    marker: str | None = msgspec.field(name="Marker", default=None)
    max_items: Integer | None = msgspec.field(name="MaxItems", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {
        "policy_arn": Member(name="PolicyArn", required=True, minimum=20, maximum=2048),
        "entity_filter": Member(
            name="EntityFilter", values=("User", "Role", "Group", "LocalManagedPolicy", "AWSManagedPolicy")
        ),
        "path_prefix": Member(
            name="PathPrefix", minimum=1, maximum=512, pattern="(\\u002F)|(\\u002F[\\u0021-\\u007E]+\\u002F)"
        ),
        "policy_usage_filter": Member(
            name="PolicyUsageFilter", values=("PermissionsPolicy", "PermissionsBoundary")
        ),
        "marker": Member(name="Marker", minimum=1, maximum=320, pattern="[\\u0020-\\u00FF]+"),
        "max_items": Member(name="MaxItems", minimum=1, maximum=1000),
    }


class PolicyGroup(Shape, frozen=True, kw_only=True):
    group_name: str | None = msgspec.field(name="GroupName", default=None)
    group_id: str | None = msgspec.field(name="GroupId", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {
        "group_name": Member(name="GroupName", minimum=1, maximum=128, pattern="[\\w+=,.@-]+"),
        "group_id": Member(name="GroupId", minimum=16, maximum=128, pattern="[\\w]+"),
    }


class PolicyUser(Shape, frozen=True, kw_only=True):
    user_name: str | None = msgspec.field(name="UserName", default=None)
    user_id: str | None = msgspec.field(name="UserId", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {
        "user_name": Member(name="UserName", minimum=1, maximum=64, pattern="[\\w+=,.@-]+"),
        "user_id": Member(name="UserId", minimum=16, maximum=128, pattern="[\\w]+"),
    }


class PolicyRole(Shape, frozen=True, kw_only=True):
    role_name: str | None = msgspec.field(name="RoleName", default=None)
    role_id: str | None = msgspec.field(name="RoleId", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {
        "role_name": Member(name="RoleName", minimum=1, maximum=64, pattern="[\\w+=,.@-]+"),
        "role_id": Member(name="RoleId", minimum=16, maximum=128, pattern="[\\w]+"),
    }


class ListEntitiesForPolicyResponse(Shape, frozen=True, kw_only=True):
    policy_groups: tuple[PolicyGroup, ...] | None = msgspec.field(name="PolicyGroups", default=None)
    policy_users: tuple[PolicyUser, ...] | None = msgspec.field(name="PolicyUsers", default=None)
    policy_roles: tuple[PolicyRole, ...] | None = msgspec.field(name="PolicyRoles", default=None)
    is_truncated: bool | None = msgspec.field(name="IsTruncated", default=None)
    marker: str | None = msgspec.field(name="Marker", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {
        "policy_groups": Member(name="PolicyGroups", item=Member(name="member")),
        "policy_users": Member(name="PolicyUsers", item=Member(name="member")),
        "policy_roles": Member(name="PolicyRoles", item=Member(name="member")),
        "is_truncated": Member(name="IsTruncated"),
        "marker": Member(name="Marker"),
    }


class OrderedOrganizationPolicyType(Shape, frozen=True, kw_only=True):
    service_control_policy_input_list: tuple[str, ...] | None = msgspec.field(
        name="ServiceControlPolicyInputList", default=None
    )
    MEMBERS: ClassVar[dict[str, Member]] = {
        "service_control_policy_input_list": Member(
            name="ServiceControlPolicyInputList",
            item=Member(
                name="member", minimum=1, maximum=131072, pattern="[\\u0009\\u000A\\u000D\\u0020-\\u00FF]+"
            ),
        ),
    }


class ContextEntry(Shape, frozen=True, kw_only=True):
    context_key_name: str | None = msgspec.field(name="ContextKeyName", default=None)
    context_key_values: tuple[str, ...] | None = msgspec.field(name="ContextKeyValues", default=None)
    context_key_type: str | None = msgspec.field(name="ContextKeyType", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {
        "context_key_name": Member(name="ContextKeyName", minimum=5, maximum=256),
        "context_key_values": Member(name="ContextKeyValues", item=Member(name="member")),
        "context_key_type": Member(
            name="ContextKeyType",
            values=(
                "string",
                "stringList",
                "numeric",
                "numericList",
                "boolean",
                "booleanList",
                "ip",
                "ipList",
                "binary",
                "binaryList",
                "date",
                "dateList",
            ),
        ),
    }


class SimulateCustomPolicyRequest(Shape, frozen=True, kw_only=True):
    policy_input_list: tuple[str, ...] | None = msgspec.field(name="PolicyInputList", default=None)
    permissions_boundary_policy_input_list: tuple[str, ...] | None = msgspec.field(
        name="PermissionsBoundaryPolicyInputList", default=None
    )
    ordered_organization_policy_input_list: tuple[OrderedOrganizationPolicyType, ...] | None = msgspec.field(
        name="OrderedOrganizationPolicyInputList", default=None
    )
    action_names: tuple[str, ...] | None = msgspec.field(name="ActionNames", default=None)
    resource_arns: tuple[str, ...] | None = msgspec.field(name="ResourceArns", default=None)
    resource_policy: str | None = msgspec.field(name="ResourcePolicy", default=None)
    resource_owner: str | None = msgspec.field(name="ResourceOwner", default=None)
    caller_arn: str | None = msgspec.field(name="CallerArn", default=None)
    context_entries: tuple[ContextEntry, ...] | None = msgspec.field(name="ContextEntries", default=None)
    resource_handling_option: str | None = msgspec.field(name="ResourceHandlingOption", default=None)
    max_items: Integer | None = msgspec.field(name="MaxItems", default=None)
    marker: str | None = msgspec.field(name="Marker", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {
        "policy_input_list": Member(
            name="PolicyInputList",
            required=True,
            item=Member(
                name="member", minimum=1, maximum=131072, pattern="[\\u0009\\u000A\\u000D\\u0020-\\u00FF]+"
            ),
        ),
        "permissions_boundary_policy_input_list": Member(
            name="PermissionsBoundaryPolicyInputList",
            item=Member(
                name="member", minimum=1, maximum=131072, pattern="[\\u0009\\u000A\\u000D\\u0020-\\u00FF]+"
            ),
        ),
        "ordered_organization_policy_input_list": Member(
            name="OrderedOrganizationPolicyInputList", maximum=7, item=Member(name="member")
        ),
        "action_names": Member(
            name="ActionNames", required=True, item=Member(name="member", minimum=3, maximum=128)
        ),
        "resource_arns": Member(name="ResourceArns", item=Member(name="member", minimum=1, maximum=2048)),
        "resource_policy": Member(
            name="ResourcePolicy",
            minimum=1,
            maximum=131072,
            pattern="[\\u0009\\u000A\\u000D\\u0020-\\u00FF]+",
        ),
        "resource_owner": Member(name="ResourceOwner", minimum=1, maximum=2048),
        "caller_arn": Member(name="CallerArn", minimum=1, maximum=2048),
        "context_entries": Member(name="ContextEntries", item=Member(name="member")),
        "resource_handling_option": Member(name="ResourceHandlingOption", minimum=1, maximum=64),
        "max_items": Member(name="MaxItems", minimum=1, maximum=1000),
        "marker": Member(name="Marker", minimum=1, maximum=320, pattern="[\\u0020-\\u00FF]+"),
    }


class Position(Shape, frozen=True, kw_only=True):
    line: Integer | None = msgspec.field(name="Line", default=None)
    column: Integer | None = msgspec.field(name="Column", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {
        "line": Member(name="Line"),
        "column": Member(name="Column"),
    }


class Statement(Shape, frozen=True, kw_only=True):
    source_policy_id: str | None = msgspec.field(name="SourcePolicyId", default=None)
    source_policy_type: str | None = msgspec.field(name="SourcePolicyType", default=None)
    start_position: Position | None = msgspec.field(name="StartPosition", default=None)
    end_position: Position | None = msgspec.field(name="EndPosition", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {
        "source_policy_id": Member(name="SourcePolicyId"),
        "source_policy_type": Member(
            name="SourcePolicyType",
            values=("user", "group", "role", "aws-managed", "user-managed", "resource", "none"),
        ),
        "start_position": Member(name="StartPosition"),
        "end_position": Member(name="EndPosition"),
    }


class OrganizationsDecisionDetail(Shape, frozen=True, kw_only=True):
    allowed_by_organizations: bool | None = msgspec.field(name="AllowedByOrganizations", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {
        "allowed_by_organizations": Member(name="AllowedByOrganizations"),
    }


class PermissionsBoundaryDecisionDetail(Shape, frozen=True, kw_only=True):
    allowed_by_permissions_boundary: bool | None = msgspec.field(
        name="AllowedByPermissionsBoundary", default=None
    )
    MEMBERS: ClassVar[dict[str, Member]] = {
        "allowed_by_permissions_boundary": Member(name="AllowedByPermissionsBoundary"),
    }


class ResourceSpecificResult(Shape, frozen=True, kw_only=True):
    eval_resource_name: str | None = msgspec.field(name="EvalResourceName", default=None)
    eval_resource_decision: str | None = msgspec.field(name="EvalResourceDecision", default=None)
    matched_statements: tuple[Statement, ...] | None = msgspec.field(name="MatchedStatements", default=None)
    missing_context_values: tuple[str, ...] | None = msgspec.field(name="MissingContextValues", default=None)
    eval_decision_details: dict[str, str] | None = msgspec.field(name="EvalDecisionDetails", default=None)
    permissions_boundary_decision_detail: PermissionsBoundaryDecisionDetail | None = msgspec.field(
        name="PermissionsBoundaryDecisionDetail", default=None
    )
    MEMBERS: ClassVar[dict[str, Member]] = {
        "eval_resource_name": Member(name="EvalResourceName", required=True, minimum=1, maximum=2048),
        "eval_resource_decision": Member(
            name="EvalResourceDecision", required=True, values=("allowed", "explicitDeny", "implicitDeny")
        ),
        "matched_statements": Member(name="MatchedStatements", item=Member(name="member")),
        "missing_context_values": Member(
            name="MissingContextValues", item=Member(name="member", minimum=5, maximum=256)
        ),
        "eval_decision_details": Member(
            name="EvalDecisionDetails",
            key=Member(name="key", minimum=3, maximum=256),
            item=Member(name="value", values=("allowed", "explicitDeny", "implicitDeny")),
        ),
        "permissions_boundary_decision_detail": Member(name="PermissionsBoundaryDecisionDetail"),
    }


class EvaluationResult(Shape, frozen=True, kw_only=True):
    eval_action_name: str | None = msgspec.field(name="EvalActionName", default=None)
    eval_resource_name: str | None = msgspec.field(name="EvalResourceName", default=None)
    eval_decision: str | None = msgspec.field(name="EvalDecision", default=None)
    matched_statements: tuple[Statement, ...] | None = msgspec.field(name="MatchedStatements", default=None)
    missing_context_values: tuple[str, ...] | None = msgspec.field(name="MissingContextValues", default=None)
    organizations_decision_detail: OrganizationsDecisionDetail | None = msgspec.field(
        name="OrganizationsDecisionDetail", default=None
    )
    permissions_boundary_decision_detail: PermissionsBoundaryDecisionDetail | None = msgspec.field(
        name="PermissionsBoundaryDecisionDetail", default=None
    )
    eval_decision_details: dict[str, str] | None = msgspec.field(name="EvalDecisionDetails", default=None)
    resource_specific_results: tuple[ResourceSpecificResult, ...] | None = msgspec.field(
        name="ResourceSpecificResults", default=None
    )
    MEMBERS: ClassVar[dict[str, Member]] = {
        "eval_action_name": Member(name="EvalActionName", required=True, minimum=3, maximum=128),
        "eval_resource_name": Member(name="EvalResourceName", minimum=1, maximum=2048),
        "eval_decision": Member(
            name="EvalDecision", required=True, values=("allowed", "explicitDeny", "implicitDeny")
        ),
        "matched_statements": Member(name="MatchedStatements", item=Member(name="member")),
        "missing_context_values": Member(
            name="MissingContextValues", item=Member(name="member", minimum=5, maximum=256)
        ),
        "organizations_decision_detail": Member(name="OrganizationsDecisionDetail"),
        "permissions_boundary_decision_detail": Member(name="PermissionsBoundaryDecisionDetail"),
        "eval_decision_details": Member(
            name="EvalDecisionDetails",
            key=Member(name="key", minimum=3, maximum=256),
            item=Member(name="value", values=("allowed", "explicitDeny", "implicitDeny")),
        ),
        "resource_specific_results": Member(name="ResourceSpecificResults", item=Member(name="member")),
    }


class SimulatePolicyResponse(Shape, frozen=True, kw_only=True):
    evaluation_results: tuple[EvaluationResult, ...] | None = msgspec.field(
        name="EvaluationResults", default=None
    )
    is_truncated: bool | None = msgspec.field(name="IsTruncated", default=None)
    marker: str | None = msgspec.field(name="Marker", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {
        "evaluation_results": Member(name="EvaluationResults", item=Member(name="member")),
        "is_truncated": Member(name="IsTruncated"),
        "marker": Member(name="Marker"),
    }


class InlinePolicyIdentifierType(Shape, frozen=True, kw_only=True):
    policy_name: str | None = msgspec.field(name="PolicyName", default=None)
    attachment_type: str | None = msgspec.field(name="AttachmentType", default=None)
    attachment_name: str | None = msgspec.field(name="AttachmentName", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {
        "policy_name": Member(
            name="PolicyName", required=True, minimum=1, maximum=128, pattern="[\\w+=,.@-]+"
        ),
        "attachment_type": Member(name="AttachmentType", required=True, values=("user", "group", "role")),
        "attachment_name": Member(
            name="AttachmentName", required=True, minimum=1, maximum=128, pattern="[\\w+=,.@-]+"
        ),
    }


class PolicyIdentifier(Shape, frozen=True, kw_only=True):
    policy_type: str | None = msgspec.field(name="PolicyType", default=None)
    policy_arn: str | None = msgspec.field(name="PolicyArn", default=None)
    inline_policy_identifier: InlinePolicyIdentifierType | None = msgspec.field(
        name="InlinePolicyIdentifier", default=None
    )
    MEMBERS: ClassVar[dict[str, Member]] = {
        "policy_type": Member(
            name="PolicyType",
            values=("inline", "aws-managed", "user-managed", "permission-boundary", "scp", "rcp"),
        ),
        "policy_arn": Member(name="PolicyArn", minimum=20, maximum=2048),
        "inline_policy_identifier": Member(name="InlinePolicyIdentifier"),
    }


class SimulatePrincipalPolicyRequest(Shape, frozen=True, kw_only=True):
    policy_source_arn: str | None = msgspec.field(name="PolicySourceArn", default=None)
    policy_input_list: tuple[str, ...] | None = msgspec.field(name="PolicyInputList", default=None)
    permissions_boundary_policy_input_list: tuple[str, ...] | None = msgspec.field(
        name="PermissionsBoundaryPolicyInputList", default=None
    )
    policy_exclusion_list: tuple[PolicyIdentifier, ...] | None = msgspec.field(
        name="PolicyExclusionList", default=None
    )
    action_names: tuple[str, ...] | None = msgspec.field(name="ActionNames", default=None)
    resource_arns: tuple[str, ...] | None = msgspec.field(name="ResourceArns", default=None)
    resource_policy: str | None = msgspec.field(name="ResourcePolicy", default=None)
    resource_owner: str | None = msgspec.field(name="ResourceOwner", default=None)
    caller_arn: str | None = msgspec.field(name="CallerArn", default=None)
    context_entries: tuple[ContextEntry, ...] | None = msgspec.field(name="ContextEntries", default=None)
    resource_handling_option: str | None = msgspec.field(name="ResourceHandlingOption", default=None)
    max_items: Integer | None = msgspec.field(name="MaxItems", default=None)
    marker: str | None = msgspec.field(name="Marker", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {
        "policy_source_arn": Member(name="PolicySourceArn", required=True, minimum=20, maximum=2048),
        "policy_input_list": Member(
            name="PolicyInputList",
            item=Member(
                name="member", minimum=1, maximum=131072, pattern="[\\u0009\\u000A\\u000D\\u0020-\\u00FF]+"
            ),
        ),
        "permissions_boundary_policy_input_list": Member(
            name="PermissionsBoundaryPolicyInputList",
            item=Member(
                name="member", minimum=1, maximum=131072, pattern="[\\u0009\\u000A\\u000D\\u0020-\\u00FF]+"
            ),
        ),
        "policy_exclusion_list": Member(name="PolicyExclusionList", maximum=256, item=Member(name="member")),
        "action_names": Member(
            name="ActionNames", required=True, item=Member(name="member", minimum=3, maximum=128)
        ),
        "resource_arns": Member(name="ResourceArns", item=Member(name="member", minimum=1, maximum=2048)),
        "resource_policy": Member(
            name="ResourcePolicy",
            minimum=1,
            maximum=131072,
            pattern="[\\u0009\\u000A\\u000D\\u0020-\\u00FF]+",
        ),
        "resource_owner": Member(name="ResourceOwner", minimum=1, maximum=2048),
        "caller_arn": Member(name="CallerArn", minimum=1, maximum=2048),
        "context_entries": Member(name="ContextEntries", item=Member(name="member")),
        "resource_handling_option": Member(name="ResourceHandlingOption", minimum=1, maximum=64),
        "max_items": Member(name="MaxItems", minimum=1, maximum=1000),
        "marker": Member(name="Marker", minimum=1, maximum=320, pattern="[\\u0020-\\u00FF]+"),
    }


class GetContextKeysForCustomPolicyRequest(Shape, frozen=True, kw_only=True):
    policy_input_list: tuple[str, ...] | None = msgspec.field(name="PolicyInputList", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {
        "policy_input_list": Member(
            name="PolicyInputList",
            required=True,
            item=Member(
                name="member", minimum=1, maximum=131072, pattern="[\\u0009\\u000A\\u000D\\u0020-\\u00FF]+"
            ),
        ),
    }


class GetContextKeysForPolicyResponse(Shape, frozen=True, kw_only=True):
    context_key_names: tuple[str, ...] | None = msgspec.field(name="ContextKeyNames", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {
        "context_key_names": Member(
            name="ContextKeyNames", item=Member(name="member", minimum=5, maximum=256)
        ),
    }


class GetContextKeysForPrincipalPolicyRequest(Shape, frozen=True, kw_only=True):
    policy_source_arn: str | None = msgspec.field(name="PolicySourceArn", default=None)
    policy_input_list: tuple[str, ...] | None = msgspec.field(name="PolicyInputList", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {
        "policy_source_arn": Member(name="PolicySourceArn", required=True, minimum=20, maximum=2048),
        "policy_input_list": Member(
            name="PolicyInputList",
            item=Member(
                name="member", minimum=1, maximum=131072, pattern="[\\u0009\\u000A\\u000D\\u0020-\\u00FF]+"
            ),
        ),
    }


class GetAccountSummaryResponse(Shape, frozen=True, kw_only=True):
    summary_map: dict[str, Integer] | None = msgspec.field(name="SummaryMap", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {
        "summary_map": Member(
            name="SummaryMap",
            key=Member(
                name="key",
                values=(
                    "Users",
                    "UsersQuota",
                    "Groups",
                    "GroupsQuota",
                    "ServerCertificates",
                    "ServerCertificatesQuota",
                    "UserPolicySizeQuota",
                    "GroupPolicySizeQuota",
                    "GroupsPerUserQuota",
                    "SigningCertificatesPerUserQuota",
                    "AccessKeysPerUserQuota",
                    "MFADevices",
                    "MFADevicesInUse",
                    "AccountMFAEnabled",
                    "AccountAccessKeysPresent",
                    "AccountPasswordPresent",
                    "AccountSigningCertificatesPresent",
                    "AttachedPoliciesPerGroupQuota",
                    "AttachedPoliciesPerRoleQuota",
                    "AttachedPoliciesPerUserQuota",
                    "Policies",
                    "PoliciesQuota",
                    "PolicySizeQuota",
                    "PolicyVersionsInUse",
                    "PolicyVersionsInUseQuota",
                    "VersionsPerPolicyQuota",
                    "GlobalEndpointTokenVersion",
                    "AssumeRolePolicySizeQuota",
                    "InstanceProfiles",
                    "InstanceProfilesQuota",
                    "Providers",
                    "RolePolicySizeQuota",
                    "Roles",
                    "RolesQuota",
                ),
            ),
            item=Member(name="value"),
        ),
    }


class GetAccountAuthorizationDetailsRequest(Shape, frozen=True, kw_only=True):
    filter: tuple[str, ...] | None = msgspec.field(name="Filter", default=None)
    max_items: Integer | None = msgspec.field(name="MaxItems", default=None)
    marker: str | None = msgspec.field(name="Marker", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {
        "filter": Member(
            name="Filter",
            item=Member(
                name="member", values=("User", "Role", "Group", "LocalManagedPolicy", "AWSManagedPolicy")
            ),
        ),
        "max_items": Member(name="MaxItems", minimum=1, maximum=1000),
        "marker": Member(name="Marker", minimum=1, maximum=320, pattern="[\\u0020-\\u00FF]+"),
    }


class PolicyDetail(Shape, frozen=True, kw_only=True):
    policy_name: str | None = msgspec.field(name="PolicyName", default=None)
    policy_document: str | None = msgspec.field(name="PolicyDocument", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {
        "policy_name": Member(name="PolicyName", minimum=1, maximum=128, pattern="[\\w+=,.@-]+"),
        "policy_document": Member(
            name="PolicyDocument",
            minimum=1,
            maximum=131072,
            pattern="[\\u0009\\u000A\\u000D\\u0020-\\u00FF]+",
        ),
    }


class UserDetail(Shape, frozen=True, kw_only=True):
    path: str | None = msgspec.field(name="Path", default=None)
    user_name: str | None = msgspec.field(name="UserName", default=None)
    user_id: str | None = msgspec.field(name="UserId", default=None)
    arn: str | None = msgspec.field(name="Arn", default=None)
    create_date: Instant | None = msgspec.field(name="CreateDate", default=None)
    user_policy_list: tuple[PolicyDetail, ...] | None = msgspec.field(name="UserPolicyList", default=None)
    group_list: tuple[str, ...] | None = msgspec.field(name="GroupList", default=None)
    attached_managed_policies: tuple[AttachedPolicy, ...] | None = msgspec.field(
        name="AttachedManagedPolicies", default=None
    )
    permissions_boundary: AttachedPermissionsBoundary | None = msgspec.field(
        name="PermissionsBoundary", default=None
    )
    tags: tuple[Tag, ...] | None = msgspec.field(name="Tags", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {
        "path": Member(
            name="Path", minimum=1, maximum=512, pattern="(\\u002F)|(\\u002F[\\u0021-\\u007E]+\\u002F)"
        ),
        "user_name": Member(name="UserName", minimum=1, maximum=64, pattern="[\\w+=,.@-]+"),
        "user_id": Member(name="UserId", minimum=16, maximum=128, pattern="[\\w]+"),
        "arn": Member(name="Arn", minimum=20, maximum=2048),
        "create_date": Member(name="CreateDate"),
        "user_policy_list": Member(name="UserPolicyList", item=Member(name="member")),
        "group_list": Member(
            name="GroupList", item=Member(name="member", minimum=1, maximum=128, pattern="[\\w+=,.@-]+")
        ),
        "attached_managed_policies": Member(name="AttachedManagedPolicies", item=Member(name="member")),
        "permissions_boundary": Member(name="PermissionsBoundary"),
        "tags": Member(name="Tags", maximum=50, item=Member(name="member")),
    }


class GroupDetail(Shape, frozen=True, kw_only=True):
    path: str | None = msgspec.field(name="Path", default=None)
    group_name: str | None = msgspec.field(name="GroupName", default=None)
    group_id: str | None = msgspec.field(name="GroupId", default=None)
    arn: str | None = msgspec.field(name="Arn", default=None)
    create_date: Instant | None = msgspec.field(name="CreateDate", default=None)
    group_policy_list: tuple[PolicyDetail, ...] | None = msgspec.field(name="GroupPolicyList", default=None)
    attached_managed_policies: tuple[AttachedPolicy, ...] | None = msgspec.field(
        name="AttachedManagedPolicies", default=None
    )
    MEMBERS: ClassVar[dict[str, Member]] = {
        "path": Member(
            name="Path", minimum=1, maximum=512, pattern="(\\u002F)|(\\u002F[\\u0021-\\u007E]+\\u002F)"
        ),
        "group_name": Member(name="GroupName", minimum=1, maximum=128, pattern="[\\w+=,.@-]+"),
        "group_id": Member(name="GroupId", minimum=16, maximum=128, pattern="[\\w]+"),
        "arn": Member(name="Arn", minimum=20, maximum=2048),
        "create_date": Member(name="CreateDate"),
        "group_policy_list": Member(name="GroupPolicyList", item=Member(name="member")),
        "attached_managed_policies": Member(name="AttachedManagedPolicies", item=Member(name="member")),
    }


class InstanceProfile(Shape, frozen=True, kw_only=True):
    path: str | None = msgspec.field(name="Path", default=None)
    instance_profile_name: str | None = msgspec.field(name="InstanceProfileName", default=None)
    instance_profile_id: str | None = msgspec.field(name="InstanceProfileId", default=None)
    arn: str | None = msgspec.field(name="Arn", default=None)
    create_date: Instant | None = msgspec.field(name="CreateDate", default=None)
    roles: tuple[Role, ...] | None = msgspec.field(name="Roles", default=None)
    tags: tuple[Tag, ...] | None = msgspec.field(name="Tags", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {
        "path": Member(
            name="Path",
            required=True,
            minimum=1,
            maximum=512,
            pattern="(\\u002F)|(\\u002F[\\u0021-\\u007E]+\\u002F)",
        ),
        "instance_profile_name": Member(
            name="InstanceProfileName", required=True, minimum=1, maximum=128, pattern="[\\w+=,.@-]+"
        ),
        "instance_profile_id": Member(
            name="InstanceProfileId", required=True, minimum=16, maximum=128, pattern="[\\w]+"
        ),
        "arn": Member(name="Arn", required=True, minimum=20, maximum=2048),
        "create_date": Member(name="CreateDate", required=True),
        "roles": Member(name="Roles", required=True, item=Member(name="member")),
        "tags": Member(name="Tags", maximum=50, item=Member(name="member")),
    }


class RoleDetail(Shape, frozen=True, kw_only=True):
    path: str | None = msgspec.field(name="Path", default=None)
    role_name: str | None = msgspec.field(name="RoleName", default=None)
    role_id: str | None = msgspec.field(name="RoleId", default=None)
    arn: str | None = msgspec.field(name="Arn", default=None)
    create_date: Instant | None = msgspec.field(name="CreateDate", default=None)
    assume_role_policy_document: str | None = msgspec.field(name="AssumeRolePolicyDocument", default=None)
    instance_profile_list: tuple[InstanceProfile, ...] | None = msgspec.field(
        name="InstanceProfileList", default=None
    )
    role_policy_list: tuple[PolicyDetail, ...] | None = msgspec.field(name="RolePolicyList", default=None)
    attached_managed_policies: tuple[AttachedPolicy, ...] | None = msgspec.field(
        name="AttachedManagedPolicies", default=None
    )
    permissions_boundary: AttachedPermissionsBoundary | None = msgspec.field(
        name="PermissionsBoundary", default=None
    )
    tags: tuple[Tag, ...] | None = msgspec.field(name="Tags", default=None)
    role_last_used: RoleLastUsed | None = msgspec.field(name="RoleLastUsed", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {
        "path": Member(
            name="Path", minimum=1, maximum=512, pattern="(\\u002F)|(\\u002F[\\u0021-\\u007E]+\\u002F)"
        ),
        "role_name": Member(name="RoleName", minimum=1, maximum=64, pattern="[\\w+=,.@-]+"),
        "role_id": Member(name="RoleId", minimum=16, maximum=128, pattern="[\\w]+"),
        "arn": Member(name="Arn", minimum=20, maximum=2048),
        "create_date": Member(name="CreateDate"),
        "assume_role_policy_document": Member(
            name="AssumeRolePolicyDocument",
            minimum=1,
            maximum=131072,
            pattern="[\\u0009\\u000A\\u000D\\u0020-\\u00FF]+",
        ),
        "instance_profile_list": Member(name="InstanceProfileList", item=Member(name="member")),
        "role_policy_list": Member(name="RolePolicyList", item=Member(name="member")),
        "attached_managed_policies": Member(name="AttachedManagedPolicies", item=Member(name="member")),
        "permissions_boundary": Member(name="PermissionsBoundary"),
        "tags": Member(name="Tags", maximum=50, item=Member(name="member")),
        "role_last_used": Member(name="RoleLastUsed"),
    }


class ManagedPolicyDetail(Shape, frozen=True, kw_only=True):
    policy_name: str | None = msgspec.field(name="PolicyName", default=None)
    policy_id: str | None = msgspec.field(name="PolicyId", default=None)
    arn: str | None = msgspec.field(name="Arn", default=None)
    path: str | None = msgspec.field(name="Path", default=None)
    default_version_id: str | None = msgspec.field(name="DefaultVersionId", default=None)
    attachment_count: Integer | None = msgspec.field(name="AttachmentCount", default=None)
    permissions_boundary_usage_count: Integer | None = msgspec.field(
        name="PermissionsBoundaryUsageCount", default=None
    )
    is_attachable: bool | None = msgspec.field(name="IsAttachable", default=None)
    description: str | None = msgspec.field(name="Description", default=None)
    create_date: Instant | None = msgspec.field(name="CreateDate", default=None)
    update_date: Instant | None = msgspec.field(name="UpdateDate", default=None)
    policy_version_list: tuple[PolicyVersion, ...] | None = msgspec.field(
        name="PolicyVersionList", default=None
    )
    MEMBERS: ClassVar[dict[str, Member]] = {
        "policy_name": Member(name="PolicyName", minimum=1, maximum=128, pattern="[\\w+=,.@-]+"),
        "policy_id": Member(name="PolicyId", minimum=16, maximum=128, pattern="[\\w]+"),
        "arn": Member(name="Arn", minimum=20, maximum=2048),
        "path": Member(name="Path", minimum=1, maximum=512, pattern="((/[A-Za-z0-9\\.,\\+@=_-]+)*)/"),
        "default_version_id": Member(name="DefaultVersionId", pattern="v[1-9][0-9]*(\\.[A-Za-z0-9-]*)?"),
        "attachment_count": Member(name="AttachmentCount"),
        "permissions_boundary_usage_count": Member(name="PermissionsBoundaryUsageCount"),
        "is_attachable": Member(name="IsAttachable"),
        "description": Member(name="Description", maximum=1000),
        "create_date": Member(name="CreateDate"),
        "update_date": Member(name="UpdateDate"),
        "policy_version_list": Member(name="PolicyVersionList", item=Member(name="member")),
    }


class GetAccountAuthorizationDetailsResponse(Shape, frozen=True, kw_only=True):
    user_detail_list: tuple[UserDetail, ...] | None = msgspec.field(name="UserDetailList", default=None)
    group_detail_list: tuple[GroupDetail, ...] | None = msgspec.field(name="GroupDetailList", default=None)
    role_detail_list: tuple[RoleDetail, ...] | None = msgspec.field(name="RoleDetailList", default=None)
    policies: tuple[ManagedPolicyDetail, ...] | None = msgspec.field(name="Policies", default=None)
    is_truncated: bool | None = msgspec.field(name="IsTruncated", default=None)
    marker: str | None = msgspec.field(name="Marker", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {
        "user_detail_list": Member(name="UserDetailList", item=Member(name="member")),
        "group_detail_list": Member(name="GroupDetailList", item=Member(name="member")),
        "role_detail_list": Member(name="RoleDetailList", item=Member(name="member")),
        "policies": Member(name="Policies", item=Member(name="member")),
        "is_truncated": Member(name="IsTruncated"),
        "marker": Member(name="Marker"),
    }


class CreateAccountAliasRequest(Shape, frozen=True, kw_only=True):
    account_alias: str | None = msgspec.field(name="AccountAlias", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {
        "account_alias": Member(
            name="AccountAlias",
            required=True,
            minimum=3,
            maximum=63,
            pattern="^[a-z0-9]([a-z0-9]|-(?!-)){1,61}[a-z0-9]$",
        ),
    }


class ListAccountAliasesRequest(Shape, frozen=True, kw_only=True):
    marker: str | None = msgspec.field(name="Marker", default=None)
    max_items: Integer | None = msgspec.field(name="MaxItems", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {
        "marker": Member(name="Marker", minimum=1, maximum=320, pattern="[\\u0020-\\u00FF]+"),
        "max_items": Member(name="MaxItems", minimum=1, maximum=1000),
    }


class ListAccountAliasesResponse(Shape, frozen=True, kw_only=True):
    account_aliases: tuple[str, ...] | None = msgspec.field(name="AccountAliases", default=None)
    is_truncated: bool | None = msgspec.field(name="IsTruncated", default=None)
    marker: str | None = msgspec.field(name="Marker", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {
        "account_aliases": Member(
            name="AccountAliases",
            required=True,
            item=Member(
                name="member", minimum=3, maximum=63, pattern="^[a-z0-9]([a-z0-9]|-(?!-)){1,61}[a-z0-9]$"
            ),
        ),
        "is_truncated": Member(name="IsTruncated"),
        "marker": Member(name="Marker"),
    }


class DeleteAccountAliasRequest(Shape, frozen=True, kw_only=True):
    account_alias: str | None = msgspec.field(name="AccountAlias", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {
        "account_alias": Member(
            name="AccountAlias",
            required=True,
            minimum=3,
            maximum=63,
            pattern="^[a-z0-9]([a-z0-9]|-(?!-)){1,61}[a-z0-9]$",
        ),
    }


class CreateInstanceProfileRequest(Shape, frozen=True, kw_only=True):
    instance_profile_name: str | None = msgspec.field(name="InstanceProfileName", default=None)
    path: str | None = msgspec.field(name="Path", default=None)
    tags: tuple[Tag, ...] | None = msgspec.field(name="Tags", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {
        "instance_profile_name": Member(
            name="InstanceProfileName", required=True, minimum=1, maximum=128, pattern="[\\w+=,.@-]+"
        ),
        "path": Member(
            name="Path", minimum=1, maximum=512, pattern="(\\u002F)|(\\u002F[\\u0021-\\u007E]+\\u002F)"
        ),
        "tags": Member(name="Tags", maximum=50, item=Member(name="member")),
    }


class CreateInstanceProfileResponse(Shape, frozen=True, kw_only=True):
    instance_profile: InstanceProfile | None = msgspec.field(name="InstanceProfile", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {
        "instance_profile": Member(name="InstanceProfile", required=True),
    }


class GetInstanceProfileRequest(Shape, frozen=True, kw_only=True):
    instance_profile_name: str | None = msgspec.field(name="InstanceProfileName", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {
        "instance_profile_name": Member(
            name="InstanceProfileName", required=True, minimum=1, maximum=128, pattern="[\\w+=,.@-]+"
        ),
    }


class GetInstanceProfileResponse(Shape, frozen=True, kw_only=True):
    instance_profile: InstanceProfile | None = msgspec.field(name="InstanceProfile", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {
        "instance_profile": Member(name="InstanceProfile", required=True),
    }


class DeleteInstanceProfileRequest(Shape, frozen=True, kw_only=True):
    instance_profile_name: str | None = msgspec.field(name="InstanceProfileName", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {
        "instance_profile_name": Member(
            name="InstanceProfileName", required=True, minimum=1, maximum=128, pattern="[\\w+=,.@-]+"
        ),
    }


class ListInstanceProfilesRequest(Shape, frozen=True, kw_only=True):
    path_prefix: str | None = msgspec.field(name="PathPrefix", default=None)
    marker: str | None = msgspec.field(name="Marker", default=None)
    max_items: Integer | None = msgspec.field(name="MaxItems", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {
        "path_prefix": Member(name="PathPrefix", minimum=1, maximum=512, pattern="\\u002F[\\u0021-\\u007F]*"),
        "marker": Member(name="Marker", minimum=1, maximum=320, pattern="[\\u0020-\\u00FF]+"),
        "max_items": Member(name="MaxItems", minimum=1, maximum=1000),
    }


class ListInstanceProfilesResponse(Shape, frozen=True, kw_only=True):
    instance_profiles: tuple[InstanceProfile, ...] | None = msgspec.field(
        name="InstanceProfiles", default=None
    )
    is_truncated: bool | None = msgspec.field(name="IsTruncated", default=None)
    marker: str | None = msgspec.field(name="Marker", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {
        "instance_profiles": Member(name="InstanceProfiles", required=True, item=Member(name="member")),
        "is_truncated": Member(name="IsTruncated"),
        "marker": Member(name="Marker"),
    }


class ListInstanceProfilesForRoleRequest(Shape, frozen=True, kw_only=True):
    role_name: str | None = msgspec.field(name="RoleName", default=None)
    marker: str | None = msgspec.field(name="Marker", default=None)
    max_items: Integer | None = msgspec.field(name="MaxItems", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {
        "role_name": Member(name="RoleName", required=True, minimum=1, maximum=64, pattern="[\\w+=,.@-]+"),
        "marker": Member(name="Marker", minimum=1, maximum=320, pattern="[\\u0020-\\u00FF]+"),
        "max_items": Member(name="MaxItems", minimum=1, maximum=1000),
    }


class ListInstanceProfilesForRoleResponse(Shape, frozen=True, kw_only=True):
    instance_profiles: tuple[InstanceProfile, ...] | None = msgspec.field(
        name="InstanceProfiles", default=None
    )
    is_truncated: bool | None = msgspec.field(name="IsTruncated", default=None)
    marker: str | None = msgspec.field(name="Marker", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {
        "instance_profiles": Member(name="InstanceProfiles", required=True, item=Member(name="member")),
        "is_truncated": Member(name="IsTruncated"),
        "marker": Member(name="Marker"),
    }


class AddRoleToInstanceProfileRequest(Shape, frozen=True, kw_only=True):
    instance_profile_name: str | None = msgspec.field(name="InstanceProfileName", default=None)
    role_name: str | None = msgspec.field(name="RoleName", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {
        "instance_profile_name": Member(
            name="InstanceProfileName", required=True, minimum=1, maximum=128, pattern="[\\w+=,.@-]+"
        ),
        "role_name": Member(name="RoleName", required=True, minimum=1, maximum=64, pattern="[\\w+=,.@-]+"),
    }


class RemoveRoleFromInstanceProfileRequest(Shape, frozen=True, kw_only=True):
    instance_profile_name: str | None = msgspec.field(name="InstanceProfileName", default=None)
    role_name: str | None = msgspec.field(name="RoleName", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {
        "instance_profile_name": Member(
            name="InstanceProfileName", required=True, minimum=1, maximum=128, pattern="[\\w+=,.@-]+"
        ),
        "role_name": Member(name="RoleName", required=True, minimum=1, maximum=64, pattern="[\\w+=,.@-]+"),
    }


class TagInstanceProfileRequest(Shape, frozen=True, kw_only=True):
    instance_profile_name: str | None = msgspec.field(name="InstanceProfileName", default=None)
    tags: tuple[Tag, ...] | None = msgspec.field(name="Tags", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {
        "instance_profile_name": Member(
            name="InstanceProfileName", required=True, minimum=1, maximum=128, pattern="[\\w+=,.@-]+"
        ),
        "tags": Member(name="Tags", required=True, maximum=50, item=Member(name="member")),
    }


class UntagInstanceProfileRequest(Shape, frozen=True, kw_only=True):
    instance_profile_name: str | None = msgspec.field(name="InstanceProfileName", default=None)
    tag_keys: tuple[str, ...] | None = msgspec.field(name="TagKeys", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {
        "instance_profile_name": Member(
            name="InstanceProfileName", required=True, minimum=1, maximum=128, pattern="[\\w+=,.@-]+"
        ),
        "tag_keys": Member(
            name="TagKeys",
            required=True,
            maximum=50,
            item=Member(name="member", minimum=1, maximum=128, pattern="[\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]+"),
        ),
    }


class ListInstanceProfileTagsRequest(Shape, frozen=True, kw_only=True):
    instance_profile_name: str | None = msgspec.field(name="InstanceProfileName", default=None)
    marker: str | None = msgspec.field(name="Marker", default=None)
    max_items: Integer | None = msgspec.field(name="MaxItems", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {
        "instance_profile_name": Member(
            name="InstanceProfileName", required=True, minimum=1, maximum=128, pattern="[\\w+=,.@-]+"
        ),
        "marker": Member(name="Marker", minimum=1, maximum=320, pattern="[\\u0020-\\u00FF]+"),
        "max_items": Member(name="MaxItems", minimum=1, maximum=1000),
    }


class ListInstanceProfileTagsResponse(Shape, frozen=True, kw_only=True):
    tags: tuple[Tag, ...] | None = msgspec.field(name="Tags", default=None)
    is_truncated: bool | None = msgspec.field(name="IsTruncated", default=None)
    marker: str | None = msgspec.field(name="Marker", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {
        "tags": Member(name="Tags", required=True, maximum=50, item=Member(name="member")),
        "is_truncated": Member(name="IsTruncated"),
        "marker": Member(name="Marker"),
    }


class CreateOpenIDConnectProviderRequest(Shape, frozen=True, kw_only=True):
    url: str | None = msgspec.field(name="Url", default=None)
    client_id_list: tuple[str, ...] | None = msgspec.field(name="ClientIDList", default=None)
    thumbprint_list: tuple[str, ...] | None = msgspec.field(name="ThumbprintList", default=None)
    tags: tuple[Tag, ...] | None = msgspec.field(name="Tags", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {
        "url": Member(name="Url", required=True, minimum=1, maximum=255),
        "client_id_list": Member(name="ClientIDList", item=Member(name="member", minimum=1, maximum=255)),
        "thumbprint_list": Member(name="ThumbprintList", item=Member(name="member", minimum=40, maximum=40)),
        "tags": Member(name="Tags", maximum=50, item=Member(name="member")),
    }


class CreateOpenIDConnectProviderResponse(Shape, frozen=True, kw_only=True):
    open_id_connect_provider_arn: str | None = msgspec.field(name="OpenIDConnectProviderArn", default=None)
    tags: tuple[Tag, ...] | None = msgspec.field(name="Tags", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {
        "open_id_connect_provider_arn": Member(name="OpenIDConnectProviderArn", minimum=20, maximum=2048),
        "tags": Member(name="Tags", maximum=50, item=Member(name="member")),
    }


class GetOpenIDConnectProviderRequest(Shape, frozen=True, kw_only=True):
    open_id_connect_provider_arn: str | None = msgspec.field(name="OpenIDConnectProviderArn", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {
        "open_id_connect_provider_arn": Member(
            name="OpenIDConnectProviderArn", required=True, minimum=20, maximum=2048
        ),
    }


class GetOpenIDConnectProviderResponse(Shape, frozen=True, kw_only=True):
    url: str | None = msgspec.field(name="Url", default=None)
    client_id_list: tuple[str, ...] | None = msgspec.field(name="ClientIDList", default=None)
    thumbprint_list: tuple[str, ...] | None = msgspec.field(name="ThumbprintList", default=None)
    create_date: Instant | None = msgspec.field(name="CreateDate", default=None)
    tags: tuple[Tag, ...] | None = msgspec.field(name="Tags", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {
        "url": Member(name="Url", minimum=1, maximum=255),
        "client_id_list": Member(name="ClientIDList", item=Member(name="member", minimum=1, maximum=255)),
        "thumbprint_list": Member(name="ThumbprintList", item=Member(name="member", minimum=40, maximum=40)),
        "create_date": Member(name="CreateDate"),
        "tags": Member(name="Tags", maximum=50, item=Member(name="member")),
    }


class DeleteOpenIDConnectProviderRequest(Shape, frozen=True, kw_only=True):
    open_id_connect_provider_arn: str | None = msgspec.field(name="OpenIDConnectProviderArn", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {
        "open_id_connect_provider_arn": Member(
            name="OpenIDConnectProviderArn", required=True, minimum=20, maximum=2048
        ),
    }


class ListOpenIDConnectProvidersRequest(Shape, frozen=True, kw_only=True):
    MEMBERS: ClassVar[dict[str, Member]] = {}


class OpenIDConnectProviderListEntry(Shape, frozen=True, kw_only=True):
    arn: str | None = msgspec.field(name="Arn", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {
        "arn": Member(name="Arn", minimum=20, maximum=2048),
    }


class ListOpenIDConnectProvidersResponse(Shape, frozen=True, kw_only=True):
    open_id_connect_provider_list: tuple[OpenIDConnectProviderListEntry, ...] | None = msgspec.field(
        name="OpenIDConnectProviderList", default=None
    )
    MEMBERS: ClassVar[dict[str, Member]] = {
        "open_id_connect_provider_list": Member(name="OpenIDConnectProviderList", item=Member(name="member")),
    }


class AddClientIDToOpenIDConnectProviderRequest(Shape, frozen=True, kw_only=True):
    open_id_connect_provider_arn: str | None = msgspec.field(name="OpenIDConnectProviderArn", default=None)
    client_id: str | None = msgspec.field(name="ClientID", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {
        "open_id_connect_provider_arn": Member(
            name="OpenIDConnectProviderArn", required=True, minimum=20, maximum=2048
        ),
        "client_id": Member(name="ClientID", required=True, minimum=1, maximum=255),
    }


class RemoveClientIDFromOpenIDConnectProviderRequest(Shape, frozen=True, kw_only=True):
    open_id_connect_provider_arn: str | None = msgspec.field(name="OpenIDConnectProviderArn", default=None)
    client_id: str | None = msgspec.field(name="ClientID", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {
        "open_id_connect_provider_arn": Member(
            name="OpenIDConnectProviderArn", required=True, minimum=20, maximum=2048
        ),
        "client_id": Member(name="ClientID", required=True, minimum=1, maximum=255),
    }


class UpdateOpenIDConnectProviderThumbprintRequest(Shape, frozen=True, kw_only=True):
    open_id_connect_provider_arn: str | None = msgspec.field(name="OpenIDConnectProviderArn", default=None)
    thumbprint_list: tuple[str, ...] | None = msgspec.field(name="ThumbprintList", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {
        "open_id_connect_provider_arn": Member(
            name="OpenIDConnectProviderArn", required=True, minimum=20, maximum=2048
        ),
        "thumbprint_list": Member(
            name="ThumbprintList", required=True, item=Member(name="member", minimum=40, maximum=40)
        ),
    }


class TagOpenIDConnectProviderRequest(Shape, frozen=True, kw_only=True):
    open_id_connect_provider_arn: str | None = msgspec.field(name="OpenIDConnectProviderArn", default=None)
    tags: tuple[Tag, ...] | None = msgspec.field(name="Tags", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {
        "open_id_connect_provider_arn": Member(
            name="OpenIDConnectProviderArn", required=True, minimum=20, maximum=2048
        ),
        "tags": Member(name="Tags", required=True, maximum=50, item=Member(name="member")),
    }


class UntagOpenIDConnectProviderRequest(Shape, frozen=True, kw_only=True):
    open_id_connect_provider_arn: str | None = msgspec.field(name="OpenIDConnectProviderArn", default=None)
    tag_keys: tuple[str, ...] | None = msgspec.field(name="TagKeys", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {
        "open_id_connect_provider_arn": Member(
            name="OpenIDConnectProviderArn", required=True, minimum=20, maximum=2048
        ),
        "tag_keys": Member(
            name="TagKeys",
            required=True,
            maximum=50,
            item=Member(name="member", minimum=1, maximum=128, pattern="[\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]+"),
        ),
    }


class ListOpenIDConnectProviderTagsRequest(Shape, frozen=True, kw_only=True):
    open_id_connect_provider_arn: str | None = msgspec.field(name="OpenIDConnectProviderArn", default=None)
    marker: str | None = msgspec.field(name="Marker", default=None)
    max_items: Integer | None = msgspec.field(name="MaxItems", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {
        "open_id_connect_provider_arn": Member(
            name="OpenIDConnectProviderArn", required=True, minimum=20, maximum=2048
        ),
        "marker": Member(name="Marker", minimum=1, maximum=320, pattern="[\\u0020-\\u00FF]+"),
        "max_items": Member(name="MaxItems", minimum=1, maximum=1000),
    }


class ListOpenIDConnectProviderTagsResponse(Shape, frozen=True, kw_only=True):
    tags: tuple[Tag, ...] | None = msgspec.field(name="Tags", default=None)
    is_truncated: bool | None = msgspec.field(name="IsTruncated", default=None)
    marker: str | None = msgspec.field(name="Marker", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {
        "tags": Member(name="Tags", required=True, maximum=50, item=Member(name="member")),
        "is_truncated": Member(name="IsTruncated"),
        "marker": Member(name="Marker"),
    }


class GetAccountPasswordPolicyRequest(Shape, frozen=True, kw_only=True):
    MEMBERS: ClassVar[dict[str, Member]] = {}


class DeleteAccountPasswordPolicyRequest(Shape, frozen=True, kw_only=True):
    MEMBERS: ClassVar[dict[str, Member]] = {}


class GetAccountSummaryRequest(Shape, frozen=True, kw_only=True):
    MEMBERS: ClassVar[dict[str, Member]] = {}


CREATE_USER = Operation(
    service=SERVICE,
    name="CreateUser",
    request=CreateUserRequest,
    response=CreateUserResponse,
    errors=(
        LimitExceededException,
        EntityAlreadyExistsException,
        NoSuchEntityException,
        InvalidInputException,
        ConcurrentModificationException,
        ServiceFailureException,
    ),
    result_wrapper="CreateUserResult",
    action="iam:CreateUser",
    access=AccessLevel.WRITE,
    condition_keys=(
        ConditionKey(name="aws:ResourceTag/${TagKey}"),
        ConditionKey(name="iam:ResourceTag/${TagKey}"),
        ConditionKey(name="iam:PermissionsBoundary", member="permissions_boundary"),
        ConditionKey(name="aws:RequestTag/${TagKey}", member="tags"),
        ConditionKey(name="aws:TagKeys", member="tags"),
    ),
    also=(Also(action="iam:TagUser", member="tags"),),
)


GET_USER = Operation(
    service=SERVICE,
    name="GetUser",
    request=GetUserRequest,
    response=GetUserResponse,
    errors=(
        NoSuchEntityException,
        ServiceFailureException,
    ),
    result_wrapper="GetUserResult",
    action="iam:GetUser",
    access=AccessLevel.READ,
    resource_member="user_name",
    condition_keys=(
        ConditionKey(name="aws:ResourceTag/${TagKey}"),
        ConditionKey(name="iam:ResourceTag/${TagKey}"),
    ),
)


UPDATE_USER = Operation(
    service=SERVICE,
    name="UpdateUser",
    request=UpdateUserRequest,
    response=None,
    errors=(
        NoSuchEntityException,
        LimitExceededException,
        EntityAlreadyExistsException,
        EntityTemporarilyUnmodifiableException,
        ConcurrentModificationException,
        ServiceFailureException,
    ),
    action="iam:UpdateUser",
    access=AccessLevel.WRITE,
    resource_member="user_name",
    condition_keys=(
        ConditionKey(name="aws:ResourceTag/${TagKey}"),
        ConditionKey(name="iam:ResourceTag/${TagKey}"),
    ),
)


DELETE_USER = Operation(
    service=SERVICE,
    name="DeleteUser",
    request=DeleteUserRequest,
    response=None,
    errors=(
        LimitExceededException,
        NoSuchEntityException,
        DeleteConflictException,
        ConcurrentModificationException,
        ServiceFailureException,
    ),
    action="iam:DeleteUser",
    access=AccessLevel.WRITE,
    resource_member="user_name",
    condition_keys=(
        ConditionKey(name="aws:ResourceTag/${TagKey}"),
        ConditionKey(name="iam:ResourceTag/${TagKey}"),
    ),
)


LIST_USERS = Operation(
    service=SERVICE,
    name="ListUsers",
    request=ListUsersRequest,
    response=ListUsersResponse,
    errors=(ServiceFailureException,),
    result_wrapper="ListUsersResult",
    action="iam:ListUsers",
    access=AccessLevel.LIST,
    paginated=True,
)


TAG_USER = Operation(
    service=SERVICE,
    name="TagUser",
    request=TagUserRequest,
    response=None,
    errors=(
        NoSuchEntityException,
        LimitExceededException,
        InvalidInputException,
        ConcurrentModificationException,
        ServiceFailureException,
    ),
    action="iam:TagUser",
    access=AccessLevel.TAGGING,
    resource_member="user_name",
    condition_keys=(
        ConditionKey(name="aws:ResourceTag/${TagKey}"),
        ConditionKey(name="iam:ResourceTag/${TagKey}"),
        ConditionKey(name="aws:RequestTag/${TagKey}", member="tags"),
        ConditionKey(name="aws:TagKeys", member="tags"),
    ),
)


UNTAG_USER = Operation(
    service=SERVICE,
    name="UntagUser",
    request=UntagUserRequest,
    response=None,
    errors=(
        NoSuchEntityException,
        ConcurrentModificationException,
        ServiceFailureException,
    ),
    action="iam:UntagUser",
    access=AccessLevel.TAGGING,
    resource_member="user_name",
    condition_keys=(
        ConditionKey(name="aws:ResourceTag/${TagKey}"),
        ConditionKey(name="iam:ResourceTag/${TagKey}"),
        ConditionKey(name="aws:TagKeys", member="tag_keys"),
    ),
)


LIST_USER_TAGS = Operation(
    service=SERVICE,
    name="ListUserTags",
    request=ListUserTagsRequest,
    response=ListUserTagsResponse,
    errors=(
        NoSuchEntityException,
        ServiceFailureException,
    ),
    result_wrapper="ListUserTagsResult",
    action="iam:ListUserTags",
    access=AccessLevel.LIST,
    resource_member="user_name",
    condition_keys=(
        ConditionKey(name="aws:ResourceTag/${TagKey}"),
        ConditionKey(name="iam:ResourceTag/${TagKey}"),
    ),
    paginated=True,
)


PUT_USER_PERMISSIONS_BOUNDARY = Operation(
    service=SERVICE,
    name="PutUserPermissionsBoundary",
    request=PutUserPermissionsBoundaryRequest,
    response=None,
    errors=(
        NoSuchEntityException,
        InvalidInputException,
        PolicyNotAttachableException,
        ServiceFailureException,
    ),
    action="iam:PutUserPermissionsBoundary",
    access=AccessLevel.PERMISSIONS,
    resource_member="user_name",
    condition_keys=(
        ConditionKey(name="aws:ResourceTag/${TagKey}"),
        ConditionKey(name="iam:ResourceTag/${TagKey}"),
        ConditionKey(name="iam:PermissionsBoundary", member="permissions_boundary"),
    ),
)


DELETE_USER_PERMISSIONS_BOUNDARY = Operation(
    service=SERVICE,
    name="DeleteUserPermissionsBoundary",
    request=DeleteUserPermissionsBoundaryRequest,
    response=None,
    errors=(
        NoSuchEntityException,
        ServiceFailureException,
    ),
    action="iam:DeleteUserPermissionsBoundary",
    access=AccessLevel.PERMISSIONS,
    resource_member="user_name",
    condition_keys=(
        ConditionKey(name="aws:ResourceTag/${TagKey}"),
        ConditionKey(name="iam:ResourceTag/${TagKey}"),
        ConditionKey(name="iam:PermissionsBoundary"),
    ),
)


CREATE_ACCESS_KEY = Operation(
    service=SERVICE,
    name="CreateAccessKey",
    request=CreateAccessKeyRequest,
    response=CreateAccessKeyResponse,
    errors=(
        NoSuchEntityException,
        LimitExceededException,
        ServiceFailureException,
    ),
    result_wrapper="CreateAccessKeyResult",
    action="iam:CreateAccessKey",
    access=AccessLevel.WRITE,
    resource_member="user_name",
    condition_keys=(
        ConditionKey(name="aws:ResourceTag/${TagKey}"),
        ConditionKey(name="iam:ResourceTag/${TagKey}"),
    ),
)


LIST_ACCESS_KEYS = Operation(
    service=SERVICE,
    name="ListAccessKeys",
    request=ListAccessKeysRequest,
    response=ListAccessKeysResponse,
    errors=(
        NoSuchEntityException,
        ServiceFailureException,
    ),
    result_wrapper="ListAccessKeysResult",
    action="iam:ListAccessKeys",
    access=AccessLevel.LIST,
    resource_member="user_name",
    condition_keys=(
        ConditionKey(name="aws:ResourceTag/${TagKey}"),
        ConditionKey(name="iam:ResourceTag/${TagKey}"),
    ),
    paginated=True,
)


UPDATE_ACCESS_KEY = Operation(
    service=SERVICE,
    name="UpdateAccessKey",
    request=UpdateAccessKeyRequest,
    response=None,
    errors=(
        NoSuchEntityException,
        LimitExceededException,
        ServiceFailureException,
        InvalidInputException,
    ),
    action="iam:UpdateAccessKey",
    access=AccessLevel.WRITE,
    resource_member="user_name",
    condition_keys=(
        ConditionKey(name="aws:ResourceTag/${TagKey}"),
        ConditionKey(name="iam:ResourceTag/${TagKey}"),
    ),
)


DELETE_ACCESS_KEY = Operation(
    service=SERVICE,
    name="DeleteAccessKey",
    request=DeleteAccessKeyRequest,
    response=None,
    errors=(
        NoSuchEntityException,
        LimitExceededException,
        ServiceFailureException,
    ),
    action="iam:DeleteAccessKey",
    access=AccessLevel.WRITE,
    resource_member="user_name",
    condition_keys=(
        ConditionKey(name="aws:ResourceTag/${TagKey}"),
        ConditionKey(name="iam:ResourceTag/${TagKey}"),
    ),
)


GET_ACCESS_KEY_LAST_USED = Operation(
    service=SERVICE,
    name="GetAccessKeyLastUsed",
    request=GetAccessKeyLastUsedRequest,
    response=GetAccessKeyLastUsedResponse,
    result_wrapper="GetAccessKeyLastUsedResult",
    action="iam:GetAccessKeyLastUsed",
    access=AccessLevel.READ,
    resource_member="access_key_id",
    condition_keys=(
        ConditionKey(name="aws:ResourceTag/${TagKey}"),
        ConditionKey(name="iam:ResourceTag/${TagKey}"),
    ),
)


CREATE_LOGIN_PROFILE = Operation(
    service=SERVICE,
    name="CreateLoginProfile",
    request=CreateLoginProfileRequest,
    response=CreateLoginProfileResponse,
    errors=(
        EntityAlreadyExistsException,
        NoSuchEntityException,
        PasswordPolicyViolationException,
        LimitExceededException,
        ServiceFailureException,
    ),
    result_wrapper="CreateLoginProfileResult",
    action="iam:CreateLoginProfile",
    access=AccessLevel.WRITE,
    resource_member="user_name",
    condition_keys=(
        ConditionKey(name="aws:ResourceTag/${TagKey}"),
        ConditionKey(name="iam:ResourceTag/${TagKey}"),
    ),
)


GET_LOGIN_PROFILE = Operation(
    service=SERVICE,
    name="GetLoginProfile",
    request=GetLoginProfileRequest,
    response=GetLoginProfileResponse,
    errors=(
        NoSuchEntityException,
        ServiceFailureException,
    ),
    result_wrapper="GetLoginProfileResult",
    action="iam:GetLoginProfile",
    access=AccessLevel.LIST,
    resource_member="user_name",
    condition_keys=(
        ConditionKey(name="aws:ResourceTag/${TagKey}"),
        ConditionKey(name="iam:ResourceTag/${TagKey}"),
    ),
)


UPDATE_LOGIN_PROFILE = Operation(
    service=SERVICE,
    name="UpdateLoginProfile",
    request=UpdateLoginProfileRequest,
    response=None,
    errors=(
        EntityTemporarilyUnmodifiableException,
        NoSuchEntityException,
        PasswordPolicyViolationException,
        LimitExceededException,
        ServiceFailureException,
    ),
    action="iam:UpdateLoginProfile",
    access=AccessLevel.WRITE,
    resource_member="user_name",
    condition_keys=(
        ConditionKey(name="aws:ResourceTag/${TagKey}"),
        ConditionKey(name="iam:ResourceTag/${TagKey}"),
    ),
)


DELETE_LOGIN_PROFILE = Operation(
    service=SERVICE,
    name="DeleteLoginProfile",
    request=DeleteLoginProfileRequest,
    response=None,
    errors=(
        EntityTemporarilyUnmodifiableException,
        NoSuchEntityException,
        LimitExceededException,
        ServiceFailureException,
    ),
    action="iam:DeleteLoginProfile",
    access=AccessLevel.WRITE,
    resource_member="user_name",
    condition_keys=(
        ConditionKey(name="aws:ResourceTag/${TagKey}"),
        ConditionKey(name="iam:ResourceTag/${TagKey}"),
    ),
)


CHANGE_PASSWORD = Operation(
    service=SERVICE,
    name="ChangePassword",
    request=ChangePasswordRequest,
    response=None,
    errors=(
        NoSuchEntityException,
        InvalidUserTypeException,
        LimitExceededException,
        EntityTemporarilyUnmodifiableException,
        PasswordPolicyViolationException,
        ServiceFailureException,
    ),
    action="iam:ChangePassword",
    access=AccessLevel.WRITE,
    condition_keys=(
        ConditionKey(name="aws:ResourceTag/${TagKey}"),
        ConditionKey(name="iam:ResourceTag/${TagKey}"),
    ),
)


GET_ACCOUNT_PASSWORD_POLICY = Operation(
    service=SERVICE,
    name="GetAccountPasswordPolicy",
    request=GetAccountPasswordPolicyRequest,
    response=GetAccountPasswordPolicyResponse,
    errors=(
        NoSuchEntityException,
        ServiceFailureException,
    ),
    result_wrapper="GetAccountPasswordPolicyResult",
    action="iam:GetAccountPasswordPolicy",
    access=AccessLevel.READ,
)


UPDATE_ACCOUNT_PASSWORD_POLICY = Operation(
    service=SERVICE,
    name="UpdateAccountPasswordPolicy",
    request=UpdateAccountPasswordPolicyRequest,
    response=None,
    errors=(
        NoSuchEntityException,
        MalformedPolicyDocumentException,
        LimitExceededException,
        ServiceFailureException,
    ),
    action="iam:UpdateAccountPasswordPolicy",
    access=AccessLevel.WRITE,
)


DELETE_ACCOUNT_PASSWORD_POLICY = Operation(
    service=SERVICE,
    name="DeleteAccountPasswordPolicy",
    request=DeleteAccountPasswordPolicyRequest,
    response=None,
    errors=(
        NoSuchEntityException,
        LimitExceededException,
        ServiceFailureException,
    ),
    action="iam:DeleteAccountPasswordPolicy",
    access=AccessLevel.PERMISSIONS,
)


CREATE_GROUP = Operation(
    service=SERVICE,
    name="CreateGroup",
    request=CreateGroupRequest,
    response=CreateGroupResponse,
    errors=(
        LimitExceededException,
        EntityAlreadyExistsException,
        NoSuchEntityException,
        ServiceFailureException,
    ),
    result_wrapper="CreateGroupResult",
    action="iam:CreateGroup",
    access=AccessLevel.WRITE,
)


GET_GROUP = Operation(
    service=SERVICE,
    name="GetGroup",
    request=GetGroupRequest,
    response=GetGroupResponse,
    errors=(
        NoSuchEntityException,
        ServiceFailureException,
    ),
    result_wrapper="GetGroupResult",
    action="iam:GetGroup",
    access=AccessLevel.READ,
    resource_member="group_name",
    paginated=True,
)


UPDATE_GROUP = Operation(
    service=SERVICE,
    name="UpdateGroup",
    request=UpdateGroupRequest,
    response=None,
    errors=(
        NoSuchEntityException,
        EntityAlreadyExistsException,
        LimitExceededException,
        ServiceFailureException,
    ),
    action="iam:UpdateGroup",
    access=AccessLevel.WRITE,
    resource_member="group_name",
)


DELETE_GROUP = Operation(
    service=SERVICE,
    name="DeleteGroup",
    request=DeleteGroupRequest,
    response=None,
    errors=(
        NoSuchEntityException,
        DeleteConflictException,
        LimitExceededException,
        ServiceFailureException,
    ),
    action="iam:DeleteGroup",
    access=AccessLevel.WRITE,
    resource_member="group_name",
)


LIST_GROUPS = Operation(
    service=SERVICE,
    name="ListGroups",
    request=ListGroupsRequest,
    response=ListGroupsResponse,
    errors=(ServiceFailureException,),
    result_wrapper="ListGroupsResult",
    action="iam:ListGroups",
    access=AccessLevel.LIST,
    paginated=True,
)


LIST_GROUPS_FOR_USER = Operation(
    service=SERVICE,
    name="ListGroupsForUser",
    request=ListGroupsForUserRequest,
    response=ListGroupsForUserResponse,
    errors=(
        NoSuchEntityException,
        ServiceFailureException,
    ),
    result_wrapper="ListGroupsForUserResult",
    action="iam:ListGroupsForUser",
    access=AccessLevel.LIST,
    resource_member="user_name",
    condition_keys=(
        ConditionKey(name="aws:ResourceTag/${TagKey}"),
        ConditionKey(name="iam:ResourceTag/${TagKey}"),
    ),
    paginated=True,
)


ADD_USER_TO_GROUP = Operation(
    service=SERVICE,
    name="AddUserToGroup",
    request=AddUserToGroupRequest,
    response=None,
    errors=(
        NoSuchEntityException,
        LimitExceededException,
        ServiceFailureException,
    ),
    action="iam:AddUserToGroup",
    access=AccessLevel.WRITE,
    resource_member="group_name",
)


REMOVE_USER_FROM_GROUP = Operation(
    service=SERVICE,
    name="RemoveUserFromGroup",
    request=RemoveUserFromGroupRequest,
    response=None,
    errors=(
        NoSuchEntityException,
        LimitExceededException,
        ServiceFailureException,
    ),
    action="iam:RemoveUserFromGroup",
    access=AccessLevel.WRITE,
    resource_member="group_name",
)


CREATE_ROLE = Operation(
    service=SERVICE,
    name="CreateRole",
    request=CreateRoleRequest,
    response=CreateRoleResponse,
    errors=(
        LimitExceededException,
        InvalidInputException,
        EntityAlreadyExistsException,
        MalformedPolicyDocumentException,
        ConcurrentModificationException,
        ServiceFailureException,
    ),
    result_wrapper="CreateRoleResult",
    action="iam:CreateRole",
    access=AccessLevel.WRITE,
    condition_keys=(
        ConditionKey(name="aws:ResourceTag/${TagKey}"),
        ConditionKey(name="iam:ResourceTag/${TagKey}"),
        ConditionKey(name="iam:PermissionsBoundary", member="permissions_boundary"),
        ConditionKey(name="iam:RoleTemplateARN"),
        ConditionKey(name="aws:RequestTag/${TagKey}", member="tags"),
        ConditionKey(name="aws:TagKeys", member="tags"),
    ),
    also=(Also(action="iam:TagRole", member="tags"),),
)


GET_ROLE = Operation(
    service=SERVICE,
    name="GetRole",
    request=GetRoleRequest,
    response=GetRoleResponse,
    errors=(
        NoSuchEntityException,
        ServiceFailureException,
    ),
    result_wrapper="GetRoleResult",
    action="iam:GetRole",
    access=AccessLevel.READ,
    resource_member="role_name",
    condition_keys=(
        ConditionKey(name="aws:ResourceTag/${TagKey}"),
        ConditionKey(name="iam:ResourceTag/${TagKey}"),
        ConditionKey(name="iam:PermissionsBoundary"),
        ConditionKey(name="iam:RoleTemplateARN"),
    ),
)


UPDATE_ROLE = Operation(
    service=SERVICE,
    name="UpdateRole",
    request=UpdateRoleRequest,
    response=UpdateRoleResponse,
    errors=(
        UnmodifiableEntityException,
        NoSuchEntityException,
        ServiceFailureException,
    ),
    result_wrapper="UpdateRoleResult",
    action="iam:UpdateRole",
    access=AccessLevel.WRITE,
    resource_member="role_name",
    condition_keys=(
        ConditionKey(name="aws:ResourceTag/${TagKey}"),
        ConditionKey(name="iam:ResourceTag/${TagKey}"),
        ConditionKey(name="iam:PermissionsBoundary"),
    ),
)


UPDATE_ROLE_DESCRIPTION = Operation(
    service=SERVICE,
    name="UpdateRoleDescription",
    request=UpdateRoleDescriptionRequest,
    response=UpdateRoleDescriptionResponse,
    errors=(
        NoSuchEntityException,
        UnmodifiableEntityException,
        ServiceFailureException,
    ),
    result_wrapper="UpdateRoleDescriptionResult",
    action="iam:UpdateRoleDescription",
    access=AccessLevel.WRITE,
    resource_member="role_name",
    condition_keys=(
        ConditionKey(name="aws:ResourceTag/${TagKey}"),
        ConditionKey(name="iam:ResourceTag/${TagKey}"),
        ConditionKey(name="iam:PermissionsBoundary"),
    ),
)


UPDATE_ASSUME_ROLE_POLICY = Operation(
    service=SERVICE,
    name="UpdateAssumeRolePolicy",
    request=UpdateAssumeRolePolicyRequest,
    response=None,
    errors=(
        NoSuchEntityException,
        MalformedPolicyDocumentException,
        LimitExceededException,
        UnmodifiableEntityException,
        ServiceFailureException,
    ),
    action="iam:UpdateAssumeRolePolicy",
    access=AccessLevel.PERMISSIONS,
    resource_member="role_name",
    condition_keys=(
        ConditionKey(name="aws:ResourceTag/${TagKey}"),
        ConditionKey(name="iam:ResourceTag/${TagKey}"),
        ConditionKey(name="iam:PermissionsBoundary"),
    ),
)


DELETE_ROLE = Operation(
    service=SERVICE,
    name="DeleteRole",
    request=DeleteRoleRequest,
    response=None,
    errors=(
        NoSuchEntityException,
        DeleteConflictException,
        LimitExceededException,
        UnmodifiableEntityException,
        ConcurrentModificationException,
        ServiceFailureException,
    ),
    action="iam:DeleteRole",
    access=AccessLevel.WRITE,
    resource_member="role_name",
    condition_keys=(
        ConditionKey(name="aws:ResourceTag/${TagKey}"),
        ConditionKey(name="iam:ResourceTag/${TagKey}"),
        ConditionKey(name="iam:PermissionsBoundary"),
    ),
)


LIST_ROLES = Operation(
    service=SERVICE,
    name="ListRoles",
    request=ListRolesRequest,
    response=ListRolesResponse,
    errors=(ServiceFailureException,),
    result_wrapper="ListRolesResult",
    action="iam:ListRoles",
    access=AccessLevel.LIST,
    paginated=True,
)


TAG_ROLE = Operation(
    service=SERVICE,
    name="TagRole",
    request=TagRoleRequest,
    response=None,
    errors=(
        NoSuchEntityException,
        LimitExceededException,
        InvalidInputException,
        ConcurrentModificationException,
        ServiceFailureException,
    ),
    action="iam:TagRole",
    access=AccessLevel.TAGGING,
    resource_member="role_name",
    condition_keys=(
        ConditionKey(name="aws:ResourceTag/${TagKey}"),
        ConditionKey(name="iam:ResourceTag/${TagKey}"),
        ConditionKey(name="iam:RoleTemplateARN"),
        ConditionKey(name="aws:RequestTag/${TagKey}", member="tags"),
        ConditionKey(name="aws:TagKeys", member="tags"),
    ),
)


UNTAG_ROLE = Operation(
    service=SERVICE,
    name="UntagRole",
    request=UntagRoleRequest,
    response=None,
    errors=(
        NoSuchEntityException,
        ConcurrentModificationException,
        ServiceFailureException,
    ),
    action="iam:UntagRole",
    access=AccessLevel.TAGGING,
    resource_member="role_name",
    condition_keys=(
        ConditionKey(name="aws:ResourceTag/${TagKey}"),
        ConditionKey(name="iam:ResourceTag/${TagKey}"),
        ConditionKey(name="aws:TagKeys", member="tag_keys"),
    ),
)


LIST_ROLE_TAGS = Operation(
    service=SERVICE,
    name="ListRoleTags",
    request=ListRoleTagsRequest,
    response=ListRoleTagsResponse,
    errors=(
        NoSuchEntityException,
        ServiceFailureException,
    ),
    result_wrapper="ListRoleTagsResult",
    action="iam:ListRoleTags",
    access=AccessLevel.LIST,
    resource_member="role_name",
    condition_keys=(
        ConditionKey(name="aws:ResourceTag/${TagKey}"),
        ConditionKey(name="iam:ResourceTag/${TagKey}"),
    ),
    paginated=True,
)


PUT_ROLE_PERMISSIONS_BOUNDARY = Operation(
    service=SERVICE,
    name="PutRolePermissionsBoundary",
    request=PutRolePermissionsBoundaryRequest,
    response=None,
    errors=(
        NoSuchEntityException,
        InvalidInputException,
        UnmodifiableEntityException,
        PolicyNotAttachableException,
        ServiceFailureException,
    ),
    action="iam:PutRolePermissionsBoundary",
    access=AccessLevel.PERMISSIONS,
    resource_member="role_name",
    condition_keys=(
        ConditionKey(name="aws:ResourceTag/${TagKey}"),
        ConditionKey(name="iam:ResourceTag/${TagKey}"),
        ConditionKey(name="iam:PermissionsBoundary", member="permissions_boundary"),
        ConditionKey(name="iam:RoleTemplateARN"),
    ),
)


DELETE_ROLE_PERMISSIONS_BOUNDARY = Operation(
    service=SERVICE,
    name="DeleteRolePermissionsBoundary",
    request=DeleteRolePermissionsBoundaryRequest,
    response=None,
    errors=(
        NoSuchEntityException,
        UnmodifiableEntityException,
        ServiceFailureException,
    ),
    action="iam:DeleteRolePermissionsBoundary",
    access=AccessLevel.PERMISSIONS,
    resource_member="role_name",
    condition_keys=(
        ConditionKey(name="aws:ResourceTag/${TagKey}"),
        ConditionKey(name="iam:ResourceTag/${TagKey}"),
        ConditionKey(name="iam:PermissionsBoundary"),
    ),
)


CREATE_SERVICE_LINKED_ROLE = Operation(
    service=SERVICE,
    name="CreateServiceLinkedRole",
    request=CreateServiceLinkedRoleRequest,
    response=CreateServiceLinkedRoleResponse,
    errors=(
        InvalidInputException,
        LimitExceededException,
        NoSuchEntityException,
        ServiceFailureException,
    ),
    result_wrapper="CreateServiceLinkedRoleResult",
    action="iam:CreateServiceLinkedRole",
    access=AccessLevel.WRITE,
    condition_keys=(
        ConditionKey(name="aws:ResourceTag/${TagKey}"),
        ConditionKey(name="iam:ResourceTag/${TagKey}"),
        ConditionKey(name="iam:AWSServiceName", member="aws_service_name"),
    ),
)


DELETE_SERVICE_LINKED_ROLE = Operation(
    service=SERVICE,
    name="DeleteServiceLinkedRole",
    request=DeleteServiceLinkedRoleRequest,
    response=DeleteServiceLinkedRoleResponse,
    errors=(
        NoSuchEntityException,
        LimitExceededException,
        ServiceFailureException,
    ),
    result_wrapper="DeleteServiceLinkedRoleResult",
    action="iam:DeleteServiceLinkedRole",
    access=AccessLevel.WRITE,
    resource_member="role_name",
    condition_keys=(
        ConditionKey(name="aws:ResourceTag/${TagKey}"),
        ConditionKey(name="iam:ResourceTag/${TagKey}"),
    ),
)


GET_SERVICE_LINKED_ROLE_DELETION_STATUS = Operation(
    service=SERVICE,
    name="GetServiceLinkedRoleDeletionStatus",
    request=GetServiceLinkedRoleDeletionStatusRequest,
    response=GetServiceLinkedRoleDeletionStatusResponse,
    errors=(
        NoSuchEntityException,
        InvalidInputException,
        ServiceFailureException,
    ),
    result_wrapper="GetServiceLinkedRoleDeletionStatusResult",
    action="iam:GetServiceLinkedRoleDeletionStatus",
    access=AccessLevel.READ,
    resource_member="deletion_task_id",
    condition_keys=(
        ConditionKey(name="aws:ResourceTag/${TagKey}"),
        ConditionKey(name="iam:ResourceTag/${TagKey}"),
    ),
)


PUT_USER_POLICY = Operation(
    service=SERVICE,
    name="PutUserPolicy",
    request=PutUserPolicyRequest,
    response=None,
    errors=(
        LimitExceededException,
        MalformedPolicyDocumentException,
        NoSuchEntityException,
        ServiceFailureException,
    ),
    action="iam:PutUserPolicy",
    access=AccessLevel.PERMISSIONS,
    resource_member="user_name",
    condition_keys=(
        ConditionKey(name="aws:ResourceTag/${TagKey}"),
        ConditionKey(name="iam:ResourceTag/${TagKey}"),
        ConditionKey(name="iam:PermissionsBoundary"),
    ),
)


GET_USER_POLICY = Operation(
    service=SERVICE,
    name="GetUserPolicy",
    request=GetUserPolicyRequest,
    response=GetUserPolicyResponse,
    errors=(
        NoSuchEntityException,
        ServiceFailureException,
    ),
    result_wrapper="GetUserPolicyResult",
    action="iam:GetUserPolicy",
    access=AccessLevel.READ,
    resource_member="user_name",
    condition_keys=(
        ConditionKey(name="aws:ResourceTag/${TagKey}"),
        ConditionKey(name="iam:ResourceTag/${TagKey}"),
    ),
)


DELETE_USER_POLICY = Operation(
    service=SERVICE,
    name="DeleteUserPolicy",
    request=DeleteUserPolicyRequest,
    response=None,
    errors=(
        NoSuchEntityException,
        LimitExceededException,
        ServiceFailureException,
    ),
    action="iam:DeleteUserPolicy",
    access=AccessLevel.PERMISSIONS,
    resource_member="user_name",
    condition_keys=(
        ConditionKey(name="aws:ResourceTag/${TagKey}"),
        ConditionKey(name="iam:ResourceTag/${TagKey}"),
        ConditionKey(name="iam:PermissionsBoundary"),
    ),
)


LIST_USER_POLICIES = Operation(
    service=SERVICE,
    name="ListUserPolicies",
    request=ListUserPoliciesRequest,
    response=ListUserPoliciesResponse,
    errors=(
        NoSuchEntityException,
        ServiceFailureException,
    ),
    result_wrapper="ListUserPoliciesResult",
    action="iam:ListUserPolicies",
    access=AccessLevel.LIST,
    resource_member="user_name",
    condition_keys=(
        ConditionKey(name="aws:ResourceTag/${TagKey}"),
        ConditionKey(name="iam:ResourceTag/${TagKey}"),
    ),
    paginated=True,
)


PUT_GROUP_POLICY = Operation(
    service=SERVICE,
    name="PutGroupPolicy",
    request=PutGroupPolicyRequest,
    response=None,
    errors=(
        LimitExceededException,
        MalformedPolicyDocumentException,
        NoSuchEntityException,
        ServiceFailureException,
    ),
    action="iam:PutGroupPolicy",
    access=AccessLevel.PERMISSIONS,
    resource_member="group_name",
)


GET_GROUP_POLICY = Operation(
    service=SERVICE,
    name="GetGroupPolicy",
    request=GetGroupPolicyRequest,
    response=GetGroupPolicyResponse,
    errors=(
        NoSuchEntityException,
        ServiceFailureException,
    ),
    result_wrapper="GetGroupPolicyResult",
    action="iam:GetGroupPolicy",
    access=AccessLevel.READ,
    resource_member="group_name",
)


DELETE_GROUP_POLICY = Operation(
    service=SERVICE,
    name="DeleteGroupPolicy",
    request=DeleteGroupPolicyRequest,
    response=None,
    errors=(
        NoSuchEntityException,
        LimitExceededException,
        ServiceFailureException,
    ),
    action="iam:DeleteGroupPolicy",
    access=AccessLevel.PERMISSIONS,
    resource_member="group_name",
)


LIST_GROUP_POLICIES = Operation(
    service=SERVICE,
    name="ListGroupPolicies",
    request=ListGroupPoliciesRequest,
    response=ListGroupPoliciesResponse,
    errors=(
        NoSuchEntityException,
        ServiceFailureException,
    ),
    result_wrapper="ListGroupPoliciesResult",
    action="iam:ListGroupPolicies",
    access=AccessLevel.LIST,
    resource_member="group_name",
    paginated=True,
)


PUT_ROLE_POLICY = Operation(
    service=SERVICE,
    name="PutRolePolicy",
    request=PutRolePolicyRequest,
    response=None,
    errors=(
        LimitExceededException,
        MalformedPolicyDocumentException,
        NoSuchEntityException,
        UnmodifiableEntityException,
        ServiceFailureException,
    ),
    action="iam:PutRolePolicy",
    access=AccessLevel.PERMISSIONS,
    resource_member="role_name",
    condition_keys=(
        ConditionKey(name="aws:ResourceTag/${TagKey}"),
        ConditionKey(name="iam:ResourceTag/${TagKey}"),
        ConditionKey(name="iam:PermissionsBoundary"),
        ConditionKey(name="iam:RoleTemplateARN"),
    ),
)


GET_ROLE_POLICY = Operation(
    service=SERVICE,
    name="GetRolePolicy",
    request=GetRolePolicyRequest,
    response=GetRolePolicyResponse,
    errors=(
        NoSuchEntityException,
        ServiceFailureException,
    ),
    result_wrapper="GetRolePolicyResult",
    action="iam:GetRolePolicy",
    access=AccessLevel.READ,
    resource_member="role_name",
    condition_keys=(
        ConditionKey(name="aws:ResourceTag/${TagKey}"),
        ConditionKey(name="iam:ResourceTag/${TagKey}"),
    ),
)


DELETE_ROLE_POLICY = Operation(
    service=SERVICE,
    name="DeleteRolePolicy",
    request=DeleteRolePolicyRequest,
    response=None,
    errors=(
        NoSuchEntityException,
        LimitExceededException,
        UnmodifiableEntityException,
        ServiceFailureException,
    ),
    action="iam:DeleteRolePolicy",
    access=AccessLevel.PERMISSIONS,
    resource_member="role_name",
    condition_keys=(
        ConditionKey(name="aws:ResourceTag/${TagKey}"),
        ConditionKey(name="iam:ResourceTag/${TagKey}"),
        ConditionKey(name="iam:PermissionsBoundary"),
    ),
)


LIST_ROLE_POLICIES = Operation(
    service=SERVICE,
    name="ListRolePolicies",
    request=ListRolePoliciesRequest,
    response=ListRolePoliciesResponse,
    errors=(
        NoSuchEntityException,
        ServiceFailureException,
    ),
    result_wrapper="ListRolePoliciesResult",
    action="iam:ListRolePolicies",
    access=AccessLevel.LIST,
    resource_member="role_name",
    condition_keys=(
        ConditionKey(name="aws:ResourceTag/${TagKey}"),
        ConditionKey(name="iam:ResourceTag/${TagKey}"),
    ),
    paginated=True,
)


CREATE_POLICY = Operation(
    service=SERVICE,
    name="CreatePolicy",
    request=CreatePolicyRequest,
    response=CreatePolicyResponse,
    errors=(
        InvalidInputException,
        LimitExceededException,
        EntityAlreadyExistsException,
        MalformedPolicyDocumentException,
        ConcurrentModificationException,
        ServiceFailureException,
    ),
    result_wrapper="CreatePolicyResult",
    action="iam:CreatePolicy",
    access=AccessLevel.PERMISSIONS,
    condition_keys=(
        ConditionKey(name="aws:ResourceTag/${TagKey}"),
        ConditionKey(name="aws:RequestTag/${TagKey}", member="tags"),
        ConditionKey(name="aws:TagKeys", member="tags"),
    ),
    also=(Also(action="iam:TagPolicy", member="tags"),),
)


GET_POLICY = Operation(
    service=SERVICE,
    name="GetPolicy",
    request=GetPolicyRequest,
    response=GetPolicyResponse,
    errors=(
        NoSuchEntityException,
        InvalidInputException,
        ServiceFailureException,
    ),
    result_wrapper="GetPolicyResult",
    action="iam:GetPolicy",
    access=AccessLevel.READ,
    resource_member="policy_arn",
    condition_keys=(ConditionKey(name="aws:ResourceTag/${TagKey}"),),
)


DELETE_POLICY = Operation(
    service=SERVICE,
    name="DeletePolicy",
    request=DeletePolicyRequest,
    response=None,
    errors=(
        NoSuchEntityException,
        LimitExceededException,
        InvalidInputException,
        DeleteConflictException,
        ServiceFailureException,
    ),
    action="iam:DeletePolicy",
    access=AccessLevel.PERMISSIONS,
    resource_member="policy_arn",
    condition_keys=(ConditionKey(name="aws:ResourceTag/${TagKey}"),),
)


LIST_POLICIES = Operation(
    service=SERVICE,
    name="ListPolicies",
    request=ListPoliciesRequest,
    response=ListPoliciesResponse,
    errors=(ServiceFailureException,),
    result_wrapper="ListPoliciesResult",
    action="iam:ListPolicies",
    access=AccessLevel.LIST,
    paginated=True,
)


CREATE_POLICY_VERSION = Operation(
    service=SERVICE,
    name="CreatePolicyVersion",
    request=CreatePolicyVersionRequest,
    response=CreatePolicyVersionResponse,
    errors=(
        NoSuchEntityException,
        MalformedPolicyDocumentException,
        InvalidInputException,
        LimitExceededException,
        ServiceFailureException,
    ),
    result_wrapper="CreatePolicyVersionResult",
    action="iam:CreatePolicyVersion",
    access=AccessLevel.PERMISSIONS,
    resource_member="policy_arn",
    condition_keys=(ConditionKey(name="aws:ResourceTag/${TagKey}"),),
)


GET_POLICY_VERSION = Operation(
    service=SERVICE,
    name="GetPolicyVersion",
    request=GetPolicyVersionRequest,
    response=GetPolicyVersionResponse,
    errors=(
        NoSuchEntityException,
        InvalidInputException,
        ServiceFailureException,
    ),
    result_wrapper="GetPolicyVersionResult",
    action="iam:GetPolicyVersion",
    access=AccessLevel.READ,
    resource_member="policy_arn",
    condition_keys=(ConditionKey(name="aws:ResourceTag/${TagKey}"),),
)


LIST_POLICY_VERSIONS = Operation(
    service=SERVICE,
    name="ListPolicyVersions",
    request=ListPolicyVersionsRequest,
    response=ListPolicyVersionsResponse,
    errors=(
        NoSuchEntityException,
        InvalidInputException,
        ServiceFailureException,
    ),
    result_wrapper="ListPolicyVersionsResult",
    action="iam:ListPolicyVersions",
    access=AccessLevel.LIST,
    resource_member="policy_arn",
    condition_keys=(ConditionKey(name="aws:ResourceTag/${TagKey}"),),
    paginated=True,
)


SET_DEFAULT_POLICY_VERSION = Operation(
    service=SERVICE,
    name="SetDefaultPolicyVersion",
    request=SetDefaultPolicyVersionRequest,
    response=None,
    errors=(
        NoSuchEntityException,
        InvalidInputException,
        LimitExceededException,
        ServiceFailureException,
    ),
    action="iam:SetDefaultPolicyVersion",
    access=AccessLevel.PERMISSIONS,
    resource_member="policy_arn",
    condition_keys=(ConditionKey(name="aws:ResourceTag/${TagKey}"),),
)


DELETE_POLICY_VERSION = Operation(
    service=SERVICE,
    name="DeletePolicyVersion",
    request=DeletePolicyVersionRequest,
    response=None,
    errors=(
        NoSuchEntityException,
        LimitExceededException,
        InvalidInputException,
        DeleteConflictException,
        ServiceFailureException,
    ),
    action="iam:DeletePolicyVersion",
    access=AccessLevel.PERMISSIONS,
    resource_member="policy_arn",
    condition_keys=(ConditionKey(name="aws:ResourceTag/${TagKey}"),),
)


TAG_POLICY = Operation(
    service=SERVICE,
    name="TagPolicy",
    request=TagPolicyRequest,
    response=None,
    errors=(
        NoSuchEntityException,
        LimitExceededException,
        InvalidInputException,
        ConcurrentModificationException,
        ServiceFailureException,
    ),
    action="iam:TagPolicy",
    access=AccessLevel.TAGGING,
    resource_member="policy_arn",
    condition_keys=(
        ConditionKey(name="aws:ResourceTag/${TagKey}"),
        ConditionKey(name="aws:RequestTag/${TagKey}", member="tags"),
        ConditionKey(name="aws:TagKeys", member="tags"),
    ),
)


UNTAG_POLICY = Operation(
    service=SERVICE,
    name="UntagPolicy",
    request=UntagPolicyRequest,
    response=None,
    errors=(
        NoSuchEntityException,
        InvalidInputException,
        ConcurrentModificationException,
        ServiceFailureException,
    ),
    action="iam:UntagPolicy",
    access=AccessLevel.TAGGING,
    resource_member="policy_arn",
    condition_keys=(
        ConditionKey(name="aws:ResourceTag/${TagKey}"),
        ConditionKey(name="aws:TagKeys", member="tag_keys"),
    ),
)


LIST_POLICY_TAGS = Operation(
    service=SERVICE,
    name="ListPolicyTags",
    request=ListPolicyTagsRequest,
    response=ListPolicyTagsResponse,
    errors=(
        NoSuchEntityException,
        ServiceFailureException,
        InvalidInputException,
    ),
    result_wrapper="ListPolicyTagsResult",
    action="iam:ListPolicyTags",
    access=AccessLevel.LIST,
    resource_member="policy_arn",
    condition_keys=(ConditionKey(name="aws:ResourceTag/${TagKey}"),),
    paginated=True,
)


ATTACH_USER_POLICY = Operation(
    service=SERVICE,
    name="AttachUserPolicy",
    request=AttachUserPolicyRequest,
    response=None,
    errors=(
        NoSuchEntityException,
        LimitExceededException,
        InvalidInputException,
        PolicyNotAttachableException,
        ServiceFailureException,
    ),
    action="iam:AttachUserPolicy",
    access=AccessLevel.PERMISSIONS,
    resource_member="user_name",
    condition_keys=(
        ConditionKey(name="aws:ResourceTag/${TagKey}"),
        ConditionKey(name="iam:ResourceTag/${TagKey}"),
        ConditionKey(name="iam:PermissionsBoundary"),
        ConditionKey(name="iam:PolicyARN", member="policy_arn"),
    ),
)


DETACH_USER_POLICY = Operation(
    service=SERVICE,
    name="DetachUserPolicy",
    request=DetachUserPolicyRequest,
    response=None,
    errors=(
        NoSuchEntityException,
        LimitExceededException,
        InvalidInputException,
        ServiceFailureException,
    ),
    action="iam:DetachUserPolicy",
    access=AccessLevel.PERMISSIONS,
    resource_member="user_name",
    condition_keys=(
        ConditionKey(name="aws:ResourceTag/${TagKey}"),
        ConditionKey(name="iam:ResourceTag/${TagKey}"),
        ConditionKey(name="iam:PermissionsBoundary"),
        ConditionKey(name="iam:PolicyARN", member="policy_arn"),
    ),
)


LIST_ATTACHED_USER_POLICIES = Operation(
    service=SERVICE,
    name="ListAttachedUserPolicies",
    request=ListAttachedUserPoliciesRequest,
    response=ListAttachedUserPoliciesResponse,
    errors=(
        NoSuchEntityException,
        InvalidInputException,
        ServiceFailureException,
    ),
    result_wrapper="ListAttachedUserPoliciesResult",
    action="iam:ListAttachedUserPolicies",
    access=AccessLevel.LIST,
    resource_member="user_name",
    condition_keys=(
        ConditionKey(name="aws:ResourceTag/${TagKey}"),
        ConditionKey(name="iam:ResourceTag/${TagKey}"),
    ),
    paginated=True,
)


ATTACH_GROUP_POLICY = Operation(
    service=SERVICE,
    name="AttachGroupPolicy",
    request=AttachGroupPolicyRequest,
    response=None,
    errors=(
        NoSuchEntityException,
        LimitExceededException,
        InvalidInputException,
        PolicyNotAttachableException,
        ServiceFailureException,
    ),
    action="iam:AttachGroupPolicy",
    access=AccessLevel.PERMISSIONS,
    resource_member="group_name",
    condition_keys=(ConditionKey(name="iam:PolicyARN", member="policy_arn"),),
)


DETACH_GROUP_POLICY = Operation(
    service=SERVICE,
    name="DetachGroupPolicy",
    request=DetachGroupPolicyRequest,
    response=None,
    errors=(
        NoSuchEntityException,
        LimitExceededException,
        InvalidInputException,
        ServiceFailureException,
    ),
    action="iam:DetachGroupPolicy",
    access=AccessLevel.PERMISSIONS,
    resource_member="group_name",
    condition_keys=(ConditionKey(name="iam:PolicyARN", member="policy_arn"),),
)


LIST_ATTACHED_GROUP_POLICIES = Operation(
    service=SERVICE,
    name="ListAttachedGroupPolicies",
    request=ListAttachedGroupPoliciesRequest,
    response=ListAttachedGroupPoliciesResponse,
    errors=(
        NoSuchEntityException,
        InvalidInputException,
        ServiceFailureException,
    ),
    result_wrapper="ListAttachedGroupPoliciesResult",
    action="iam:ListAttachedGroupPolicies",
    access=AccessLevel.LIST,
    resource_member="group_name",
    paginated=True,
)


ATTACH_ROLE_POLICY = Operation(
    service=SERVICE,
    name="AttachRolePolicy",
    request=AttachRolePolicyRequest,
    response=None,
    errors=(
        NoSuchEntityException,
        LimitExceededException,
        InvalidInputException,
        UnmodifiableEntityException,
        PolicyNotAttachableException,
        ServiceFailureException,
    ),
    action="iam:AttachRolePolicy",
    access=AccessLevel.PERMISSIONS,
    resource_member="role_name",
    condition_keys=(
        ConditionKey(name="aws:ResourceTag/${TagKey}"),
        ConditionKey(name="iam:ResourceTag/${TagKey}"),
        ConditionKey(name="iam:PermissionsBoundary"),
        ConditionKey(name="iam:PolicyARN", member="policy_arn"),
        ConditionKey(name="iam:RoleTemplateARN"),
    ),
)


DETACH_ROLE_POLICY = Operation(
    service=SERVICE,
    name="DetachRolePolicy",
    request=DetachRolePolicyRequest,
    response=None,
    errors=(
        NoSuchEntityException,
        LimitExceededException,
        InvalidInputException,
        UnmodifiableEntityException,
        ServiceFailureException,
    ),
    action="iam:DetachRolePolicy",
    access=AccessLevel.PERMISSIONS,
    resource_member="role_name",
    condition_keys=(
        ConditionKey(name="aws:ResourceTag/${TagKey}"),
        ConditionKey(name="iam:ResourceTag/${TagKey}"),
        ConditionKey(name="iam:PermissionsBoundary"),
        ConditionKey(name="iam:PolicyARN", member="policy_arn"),
    ),
)


LIST_ATTACHED_ROLE_POLICIES = Operation(
    service=SERVICE,
    name="ListAttachedRolePolicies",
    request=ListAttachedRolePoliciesRequest,
    response=ListAttachedRolePoliciesResponse,
    errors=(
        NoSuchEntityException,
        InvalidInputException,
        ServiceFailureException,
    ),
    result_wrapper="ListAttachedRolePoliciesResult",
    action="iam:ListAttachedRolePolicies",
    access=AccessLevel.LIST,
    resource_member="role_name",
    condition_keys=(
        ConditionKey(name="aws:ResourceTag/${TagKey}"),
        ConditionKey(name="iam:ResourceTag/${TagKey}"),
    ),
    paginated=True,
)


LIST_ENTITIES_FOR_POLICY = Operation(
    service=SERVICE,
    name="ListEntitiesForPolicy",
    request=ListEntitiesForPolicyRequest,
    response=ListEntitiesForPolicyResponse,
    errors=(
        NoSuchEntityException,
        InvalidInputException,
        ServiceFailureException,
    ),
    result_wrapper="ListEntitiesForPolicyResult",
    action="iam:ListEntitiesForPolicy",
    access=AccessLevel.LIST,
    resource_member="policy_arn",
    condition_keys=(ConditionKey(name="aws:ResourceTag/${TagKey}"),),
    paginated=True,
)


SIMULATE_CUSTOM_POLICY = Operation(
    service=SERVICE,
    name="SimulateCustomPolicy",
    request=SimulateCustomPolicyRequest,
    response=SimulatePolicyResponse,
    errors=(
        InvalidInputException,
        PolicyEvaluationException,
    ),
    result_wrapper="SimulateCustomPolicyResult",
    action="iam:SimulateCustomPolicy",
    access=AccessLevel.READ,
    paginated=True,
)


SIMULATE_PRINCIPAL_POLICY = Operation(
    service=SERVICE,
    name="SimulatePrincipalPolicy",
    request=SimulatePrincipalPolicyRequest,
    response=SimulatePolicyResponse,
    errors=(
        NoSuchEntityException,
        InvalidInputException,
        PolicyEvaluationException,
    ),
    result_wrapper="SimulatePrincipalPolicyResult",
    action="iam:SimulatePrincipalPolicy",
    access=AccessLevel.READ,
    resource_member="policy_source_arn",
    condition_keys=(
        ConditionKey(name="aws:ResourceTag/${TagKey}"),
        ConditionKey(name="iam:ResourceTag/${TagKey}"),
    ),
    paginated=True,
)


GET_CONTEXT_KEYS_FOR_CUSTOM_POLICY = Operation(
    service=SERVICE,
    name="GetContextKeysForCustomPolicy",
    request=GetContextKeysForCustomPolicyRequest,
    response=GetContextKeysForPolicyResponse,
    errors=(InvalidInputException,),
    result_wrapper="GetContextKeysForCustomPolicyResult",
    action="iam:GetContextKeysForCustomPolicy",
    access=AccessLevel.READ,
)


GET_CONTEXT_KEYS_FOR_PRINCIPAL_POLICY = Operation(
    service=SERVICE,
    name="GetContextKeysForPrincipalPolicy",
    request=GetContextKeysForPrincipalPolicyRequest,
    response=GetContextKeysForPolicyResponse,
    errors=(
        NoSuchEntityException,
        InvalidInputException,
    ),
    result_wrapper="GetContextKeysForPrincipalPolicyResult",
    action="iam:GetContextKeysForPrincipalPolicy",
    access=AccessLevel.READ,
    resource_member="policy_source_arn",
    condition_keys=(
        ConditionKey(name="aws:ResourceTag/${TagKey}"),
        ConditionKey(name="iam:ResourceTag/${TagKey}"),
    ),
)


GET_ACCOUNT_SUMMARY = Operation(
    service=SERVICE,
    name="GetAccountSummary",
    request=GetAccountSummaryRequest,
    response=GetAccountSummaryResponse,
    errors=(ServiceFailureException,),
    result_wrapper="GetAccountSummaryResult",
    action="iam:GetAccountSummary",
    access=AccessLevel.LIST,
)


GET_ACCOUNT_AUTHORIZATION_DETAILS = Operation(
    service=SERVICE,
    name="GetAccountAuthorizationDetails",
    request=GetAccountAuthorizationDetailsRequest,
    response=GetAccountAuthorizationDetailsResponse,
    errors=(ServiceFailureException,),
    result_wrapper="GetAccountAuthorizationDetailsResult",
    action="iam:GetAccountAuthorizationDetails",
    access=AccessLevel.READ,
    paginated=True,
)


CREATE_ACCOUNT_ALIAS = Operation(
    service=SERVICE,
    name="CreateAccountAlias",
    request=CreateAccountAliasRequest,
    response=None,
    errors=(
        ConcurrentModificationException,
        EntityAlreadyExistsException,
        LimitExceededException,
        ServiceFailureException,
    ),
    action="iam:CreateAccountAlias",
    access=AccessLevel.WRITE,
)


LIST_ACCOUNT_ALIASES = Operation(
    service=SERVICE,
    name="ListAccountAliases",
    request=ListAccountAliasesRequest,
    response=ListAccountAliasesResponse,
    errors=(ServiceFailureException,),
    result_wrapper="ListAccountAliasesResult",
    action="iam:ListAccountAliases",
    access=AccessLevel.LIST,
    paginated=True,
)


DELETE_ACCOUNT_ALIAS = Operation(
    service=SERVICE,
    name="DeleteAccountAlias",
    request=DeleteAccountAliasRequest,
    response=None,
    errors=(
        ConcurrentModificationException,
        NoSuchEntityException,
        LimitExceededException,
        ServiceFailureException,
    ),
    action="iam:DeleteAccountAlias",
    access=AccessLevel.WRITE,
)


CREATE_INSTANCE_PROFILE = Operation(
    service=SERVICE,
    name="CreateInstanceProfile",
    request=CreateInstanceProfileRequest,
    response=CreateInstanceProfileResponse,
    errors=(
        EntityAlreadyExistsException,
        InvalidInputException,
        LimitExceededException,
        ConcurrentModificationException,
        ServiceFailureException,
    ),
    result_wrapper="CreateInstanceProfileResult",
    action="iam:CreateInstanceProfile",
    access=AccessLevel.WRITE,
    condition_keys=(
        ConditionKey(name="aws:ResourceTag/${TagKey}"),
        ConditionKey(name="aws:RequestTag/${TagKey}", member="tags"),
        ConditionKey(name="aws:TagKeys", member="tags"),
    ),
    also=(Also(action="iam:TagInstanceProfile", member="tags"),),
)


GET_INSTANCE_PROFILE = Operation(
    service=SERVICE,
    name="GetInstanceProfile",
    request=GetInstanceProfileRequest,
    response=GetInstanceProfileResponse,
    errors=(
        NoSuchEntityException,
        ServiceFailureException,
    ),
    result_wrapper="GetInstanceProfileResult",
    action="iam:GetInstanceProfile",
    access=AccessLevel.READ,
    resource_member="instance_profile_name",
    condition_keys=(ConditionKey(name="aws:ResourceTag/${TagKey}"),),
)


DELETE_INSTANCE_PROFILE = Operation(
    service=SERVICE,
    name="DeleteInstanceProfile",
    request=DeleteInstanceProfileRequest,
    response=None,
    errors=(
        NoSuchEntityException,
        DeleteConflictException,
        LimitExceededException,
        ServiceFailureException,
    ),
    action="iam:DeleteInstanceProfile",
    access=AccessLevel.WRITE,
    resource_member="instance_profile_name",
    condition_keys=(ConditionKey(name="aws:ResourceTag/${TagKey}"),),
)


LIST_INSTANCE_PROFILES = Operation(
    service=SERVICE,
    name="ListInstanceProfiles",
    request=ListInstanceProfilesRequest,
    response=ListInstanceProfilesResponse,
    errors=(ServiceFailureException,),
    result_wrapper="ListInstanceProfilesResult",
    action="iam:ListInstanceProfiles",
    access=AccessLevel.LIST,
    paginated=True,
)


LIST_INSTANCE_PROFILES_FOR_ROLE = Operation(
    service=SERVICE,
    name="ListInstanceProfilesForRole",
    request=ListInstanceProfilesForRoleRequest,
    response=ListInstanceProfilesForRoleResponse,
    errors=(
        NoSuchEntityException,
        ServiceFailureException,
    ),
    result_wrapper="ListInstanceProfilesForRoleResult",
    action="iam:ListInstanceProfilesForRole",
    access=AccessLevel.LIST,
    resource_member="role_name",
    condition_keys=(
        ConditionKey(name="aws:ResourceTag/${TagKey}"),
        ConditionKey(name="iam:ResourceTag/${TagKey}"),
    ),
    paginated=True,
)


ADD_ROLE_TO_INSTANCE_PROFILE = Operation(
    service=SERVICE,
    name="AddRoleToInstanceProfile",
    request=AddRoleToInstanceProfileRequest,
    response=None,
    errors=(
        NoSuchEntityException,
        EntityAlreadyExistsException,
        LimitExceededException,
        UnmodifiableEntityException,
        ServiceFailureException,
    ),
    action="iam:AddRoleToInstanceProfile",
    access=AccessLevel.WRITE,
    resource_member="instance_profile_name",
    condition_keys=(ConditionKey(name="aws:ResourceTag/${TagKey}"),),
)


REMOVE_ROLE_FROM_INSTANCE_PROFILE = Operation(
    service=SERVICE,
    name="RemoveRoleFromInstanceProfile",
    request=RemoveRoleFromInstanceProfileRequest,
    response=None,
    errors=(
        NoSuchEntityException,
        LimitExceededException,
        UnmodifiableEntityException,
        ServiceFailureException,
    ),
    action="iam:RemoveRoleFromInstanceProfile",
    access=AccessLevel.WRITE,
    resource_member="instance_profile_name",
    condition_keys=(ConditionKey(name="aws:ResourceTag/${TagKey}"),),
)


TAG_INSTANCE_PROFILE = Operation(
    service=SERVICE,
    name="TagInstanceProfile",
    request=TagInstanceProfileRequest,
    response=None,
    errors=(
        NoSuchEntityException,
        InvalidInputException,
        LimitExceededException,
        ConcurrentModificationException,
        ServiceFailureException,
    ),
    action="iam:TagInstanceProfile",
    access=AccessLevel.TAGGING,
    resource_member="instance_profile_name",
    condition_keys=(
        ConditionKey(name="aws:ResourceTag/${TagKey}"),
        ConditionKey(name="aws:RequestTag/${TagKey}", member="tags"),
        ConditionKey(name="aws:TagKeys", member="tags"),
    ),
)


UNTAG_INSTANCE_PROFILE = Operation(
    service=SERVICE,
    name="UntagInstanceProfile",
    request=UntagInstanceProfileRequest,
    response=None,
    errors=(
        NoSuchEntityException,
        InvalidInputException,
        ConcurrentModificationException,
        ServiceFailureException,
    ),
    action="iam:UntagInstanceProfile",
    access=AccessLevel.TAGGING,
    resource_member="instance_profile_name",
    condition_keys=(
        ConditionKey(name="aws:ResourceTag/${TagKey}"),
        ConditionKey(name="aws:TagKeys", member="tag_keys"),
    ),
)


LIST_INSTANCE_PROFILE_TAGS = Operation(
    service=SERVICE,
    name="ListInstanceProfileTags",
    request=ListInstanceProfileTagsRequest,
    response=ListInstanceProfileTagsResponse,
    errors=(
        NoSuchEntityException,
        ServiceFailureException,
    ),
    result_wrapper="ListInstanceProfileTagsResult",
    action="iam:ListInstanceProfileTags",
    access=AccessLevel.LIST,
    resource_member="instance_profile_name",
    condition_keys=(ConditionKey(name="aws:ResourceTag/${TagKey}"),),
    paginated=True,
)


CREATE_OPEN_ID_CONNECT_PROVIDER = Operation(
    service=SERVICE,
    name="CreateOpenIDConnectProvider",
    request=CreateOpenIDConnectProviderRequest,
    response=CreateOpenIDConnectProviderResponse,
    errors=(
        InvalidInputException,
        EntityAlreadyExistsException,
        LimitExceededException,
        ConcurrentModificationException,
        ServiceFailureException,
        OpenIdIdpCommunicationErrorException,
    ),
    result_wrapper="CreateOpenIDConnectProviderResult",
    action="iam:CreateOpenIDConnectProvider",
    access=AccessLevel.WRITE,
    condition_keys=(
        ConditionKey(name="aws:ResourceTag/${TagKey}"),
        ConditionKey(name="aws:RequestTag/${TagKey}", member="tags"),
        ConditionKey(name="aws:TagKeys", member="tags"),
    ),
    also=(Also(action="iam:TagOpenIDConnectProvider", member="tags"),),
)


GET_OPEN_ID_CONNECT_PROVIDER = Operation(
    service=SERVICE,
    name="GetOpenIDConnectProvider",
    request=GetOpenIDConnectProviderRequest,
    response=GetOpenIDConnectProviderResponse,
    errors=(
        InvalidInputException,
        NoSuchEntityException,
        ServiceFailureException,
    ),
    result_wrapper="GetOpenIDConnectProviderResult",
    action="iam:GetOpenIDConnectProvider",
    access=AccessLevel.READ,
    resource_member="open_id_connect_provider_arn",
    condition_keys=(ConditionKey(name="aws:ResourceTag/${TagKey}"),),
)


DELETE_OPEN_ID_CONNECT_PROVIDER = Operation(
    service=SERVICE,
    name="DeleteOpenIDConnectProvider",
    request=DeleteOpenIDConnectProviderRequest,
    response=None,
    errors=(
        InvalidInputException,
        NoSuchEntityException,
        ServiceFailureException,
    ),
    action="iam:DeleteOpenIDConnectProvider",
    access=AccessLevel.WRITE,
    resource_member="open_id_connect_provider_arn",
    condition_keys=(ConditionKey(name="aws:ResourceTag/${TagKey}"),),
)


LIST_OPEN_ID_CONNECT_PROVIDERS = Operation(
    service=SERVICE,
    name="ListOpenIDConnectProviders",
    request=ListOpenIDConnectProvidersRequest,
    response=ListOpenIDConnectProvidersResponse,
    errors=(ServiceFailureException,),
    result_wrapper="ListOpenIDConnectProvidersResult",
    action="iam:ListOpenIDConnectProviders",
    access=AccessLevel.LIST,
)


ADD_CLIENT_ID_TO_OPEN_ID_CONNECT_PROVIDER = Operation(
    service=SERVICE,
    name="AddClientIDToOpenIDConnectProvider",
    request=AddClientIDToOpenIDConnectProviderRequest,
    response=None,
    errors=(
        ConcurrentModificationException,
        InvalidInputException,
        NoSuchEntityException,
        LimitExceededException,
        ServiceFailureException,
    ),
    action="iam:AddClientIDToOpenIDConnectProvider",
    access=AccessLevel.WRITE,
    resource_member="open_id_connect_provider_arn",
    condition_keys=(ConditionKey(name="aws:ResourceTag/${TagKey}"),),
)


REMOVE_CLIENT_ID_FROM_OPEN_ID_CONNECT_PROVIDER = Operation(
    service=SERVICE,
    name="RemoveClientIDFromOpenIDConnectProvider",
    request=RemoveClientIDFromOpenIDConnectProviderRequest,
    response=None,
    errors=(
        ConcurrentModificationException,
        InvalidInputException,
        NoSuchEntityException,
        ServiceFailureException,
    ),
    action="iam:RemoveClientIDFromOpenIDConnectProvider",
    access=AccessLevel.WRITE,
    resource_member="open_id_connect_provider_arn",
    condition_keys=(ConditionKey(name="aws:ResourceTag/${TagKey}"),),
)


UPDATE_OPEN_ID_CONNECT_PROVIDER_THUMBPRINT = Operation(
    service=SERVICE,
    name="UpdateOpenIDConnectProviderThumbprint",
    request=UpdateOpenIDConnectProviderThumbprintRequest,
    response=None,
    errors=(
        ConcurrentModificationException,
        InvalidInputException,
        NoSuchEntityException,
        ServiceFailureException,
    ),
    action="iam:UpdateOpenIDConnectProviderThumbprint",
    access=AccessLevel.WRITE,
    resource_member="open_id_connect_provider_arn",
    condition_keys=(ConditionKey(name="aws:ResourceTag/${TagKey}"),),
)


TAG_OPEN_ID_CONNECT_PROVIDER = Operation(
    service=SERVICE,
    name="TagOpenIDConnectProvider",
    request=TagOpenIDConnectProviderRequest,
    response=None,
    errors=(
        NoSuchEntityException,
        LimitExceededException,
        InvalidInputException,
        ConcurrentModificationException,
        ServiceFailureException,
    ),
    action="iam:TagOpenIDConnectProvider",
    access=AccessLevel.TAGGING,
    resource_member="open_id_connect_provider_arn",
    condition_keys=(
        ConditionKey(name="aws:ResourceTag/${TagKey}"),
        ConditionKey(name="aws:RequestTag/${TagKey}", member="tags"),
        ConditionKey(name="aws:TagKeys", member="tags"),
    ),
)


UNTAG_OPEN_ID_CONNECT_PROVIDER = Operation(
    service=SERVICE,
    name="UntagOpenIDConnectProvider",
    request=UntagOpenIDConnectProviderRequest,
    response=None,
    errors=(
        NoSuchEntityException,
        InvalidInputException,
        ConcurrentModificationException,
        ServiceFailureException,
    ),
    action="iam:UntagOpenIDConnectProvider",
    access=AccessLevel.TAGGING,
    resource_member="open_id_connect_provider_arn",
    condition_keys=(
        ConditionKey(name="aws:ResourceTag/${TagKey}"),
        ConditionKey(name="aws:TagKeys", member="tag_keys"),
    ),
)


LIST_OPEN_ID_CONNECT_PROVIDER_TAGS = Operation(
    service=SERVICE,
    name="ListOpenIDConnectProviderTags",
    request=ListOpenIDConnectProviderTagsRequest,
    response=ListOpenIDConnectProviderTagsResponse,
    errors=(
        NoSuchEntityException,
        ServiceFailureException,
        InvalidInputException,
    ),
    result_wrapper="ListOpenIDConnectProviderTagsResult",
    action="iam:ListOpenIDConnectProviderTags",
    access=AccessLevel.LIST,
    resource_member="open_id_connect_provider_arn",
    condition_keys=(ConditionKey(name="aws:ResourceTag/${TagKey}"),),
    paginated=True,
)


OPERATIONS: dict[str, Operation] = {
    operation.name: operation
    for operation in (
        CREATE_USER,
        GET_USER,
        UPDATE_USER,
        DELETE_USER,
        LIST_USERS,
        TAG_USER,
        UNTAG_USER,
        LIST_USER_TAGS,
        PUT_USER_PERMISSIONS_BOUNDARY,
        DELETE_USER_PERMISSIONS_BOUNDARY,
        CREATE_ACCESS_KEY,
        LIST_ACCESS_KEYS,
        UPDATE_ACCESS_KEY,
        DELETE_ACCESS_KEY,
        GET_ACCESS_KEY_LAST_USED,
        CREATE_LOGIN_PROFILE,
        GET_LOGIN_PROFILE,
        UPDATE_LOGIN_PROFILE,
        DELETE_LOGIN_PROFILE,
        CHANGE_PASSWORD,
        GET_ACCOUNT_PASSWORD_POLICY,
        UPDATE_ACCOUNT_PASSWORD_POLICY,
        DELETE_ACCOUNT_PASSWORD_POLICY,
        CREATE_GROUP,
        GET_GROUP,
        UPDATE_GROUP,
        DELETE_GROUP,
        LIST_GROUPS,
        LIST_GROUPS_FOR_USER,
        ADD_USER_TO_GROUP,
        REMOVE_USER_FROM_GROUP,
        CREATE_ROLE,
        GET_ROLE,
        UPDATE_ROLE,
        UPDATE_ROLE_DESCRIPTION,
        UPDATE_ASSUME_ROLE_POLICY,
        DELETE_ROLE,
        LIST_ROLES,
        TAG_ROLE,
        UNTAG_ROLE,
        LIST_ROLE_TAGS,
        PUT_ROLE_PERMISSIONS_BOUNDARY,
        DELETE_ROLE_PERMISSIONS_BOUNDARY,
        CREATE_SERVICE_LINKED_ROLE,
        DELETE_SERVICE_LINKED_ROLE,
        GET_SERVICE_LINKED_ROLE_DELETION_STATUS,
        PUT_USER_POLICY,
        GET_USER_POLICY,
        DELETE_USER_POLICY,
        LIST_USER_POLICIES,
        PUT_GROUP_POLICY,
        GET_GROUP_POLICY,
        DELETE_GROUP_POLICY,
        LIST_GROUP_POLICIES,
        PUT_ROLE_POLICY,
        GET_ROLE_POLICY,
        DELETE_ROLE_POLICY,
        LIST_ROLE_POLICIES,
        CREATE_POLICY,
        GET_POLICY,
        DELETE_POLICY,
        LIST_POLICIES,
        CREATE_POLICY_VERSION,
        GET_POLICY_VERSION,
        LIST_POLICY_VERSIONS,
        SET_DEFAULT_POLICY_VERSION,
        DELETE_POLICY_VERSION,
        TAG_POLICY,
        UNTAG_POLICY,
        LIST_POLICY_TAGS,
        ATTACH_USER_POLICY,
        DETACH_USER_POLICY,
        LIST_ATTACHED_USER_POLICIES,
        ATTACH_GROUP_POLICY,
        DETACH_GROUP_POLICY,
        LIST_ATTACHED_GROUP_POLICIES,
        ATTACH_ROLE_POLICY,
        DETACH_ROLE_POLICY,
        LIST_ATTACHED_ROLE_POLICIES,
        LIST_ENTITIES_FOR_POLICY,
        SIMULATE_CUSTOM_POLICY,
        SIMULATE_PRINCIPAL_POLICY,
        GET_CONTEXT_KEYS_FOR_CUSTOM_POLICY,
        GET_CONTEXT_KEYS_FOR_PRINCIPAL_POLICY,
        GET_ACCOUNT_SUMMARY,
        GET_ACCOUNT_AUTHORIZATION_DETAILS,
        CREATE_ACCOUNT_ALIAS,
        LIST_ACCOUNT_ALIASES,
        DELETE_ACCOUNT_ALIAS,
        CREATE_INSTANCE_PROFILE,
        GET_INSTANCE_PROFILE,
        DELETE_INSTANCE_PROFILE,
        LIST_INSTANCE_PROFILES,
        LIST_INSTANCE_PROFILES_FOR_ROLE,
        ADD_ROLE_TO_INSTANCE_PROFILE,
        REMOVE_ROLE_FROM_INSTANCE_PROFILE,
        TAG_INSTANCE_PROFILE,
        UNTAG_INSTANCE_PROFILE,
        LIST_INSTANCE_PROFILE_TAGS,
        CREATE_OPEN_ID_CONNECT_PROVIDER,
        GET_OPEN_ID_CONNECT_PROVIDER,
        DELETE_OPEN_ID_CONNECT_PROVIDER,
        LIST_OPEN_ID_CONNECT_PROVIDERS,
        ADD_CLIENT_ID_TO_OPEN_ID_CONNECT_PROVIDER,
        REMOVE_CLIENT_ID_FROM_OPEN_ID_CONNECT_PROVIDER,
        UPDATE_OPEN_ID_CONNECT_PROVIDER_THUMBPRINT,
        TAG_OPEN_ID_CONNECT_PROVIDER,
        UNTAG_OPEN_ID_CONNECT_PROVIDER,
        LIST_OPEN_ID_CONNECT_PROVIDER_TAGS,
    )
}


PASS_ROLE = Operation(
    service=SERVICE,
    name="PassRole",
    request=Shape,
    response=None,
    action="iam:PassRole",
    access=AccessLevel.WRITE,
    condition_keys=(
        ConditionKey(name="aws:ResourceTag/${TagKey}"),
        ConditionKey(name="iam:ResourceTag/${TagKey}"),
        ConditionKey(name="iam:AssociatedResourceArn"),
        ConditionKey(name="iam:PassedToService"),
    ),
)


PERMISSIONS: tuple[Operation, ...] = (PASS_ROLE,)
"""Actions of policies that no operation has the name of."""
