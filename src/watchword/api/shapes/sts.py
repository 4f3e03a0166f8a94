"""Written by tools/generate_api.py from botocore 1.44.5; do not edit.

AWS Security Token Service, 2011-06-15.
"""

from __future__ import annotations

from typing import ClassVar

import msgspec

from watchword.api.errors import ApiError
from watchword.api.operation import AccessLevel, Also, ConditionKey, Operation, Protocol, Service
from watchword.api.shape import Instant, Integer, Member, Shape

SERVICE = Service(
    name="sts",
    signing_name="sts",
    protocol=Protocol.QUERY,
    xml_namespace="https://sts.amazonaws.com/doc/2011-06-15/",
    api_version="2011-06-15",
    error_message_member="message",
    event_source="sts.amazonaws.com",
    any_region=True,
)


class MalformedPolicyDocumentException(ApiError):
    code = "MalformedPolicyDocument"


class PackedPolicyTooLargeException(ApiError):
    code = "PackedPolicyTooLarge"


class RegionDisabledException(ApiError):
    code = "RegionDisabledException"
    status = 403


class ExpiredTokenException(ApiError):
    code = "ExpiredTokenException"


class IDPRejectedClaimException(ApiError):
    code = "IDPRejectedClaim"
    status = 403


class IDPCommunicationErrorException(ApiError):
    code = "IDPCommunicationError"


class InvalidIdentityTokenException(ApiError):
    code = "InvalidIdentityToken"


class InvalidAuthorizationMessageException(ApiError):
    code = "InvalidAuthorizationMessageException"


class PolicyDescriptorType(Shape, frozen=True, kw_only=True):
    arn: str | None = msgspec.field(name="arn", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {
        "arn": Member(
            name="arn",
            minimum=20,
            maximum=2048,
            pattern="[\\u0009\\u000A\\u000D\\u0020-\\u007E\\u0085\\u00A0-\\uD7FF\\uE000-\\uFFFD\\u10000-\\u10FFFF]+",
        ),
    }


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


class ProvidedContext(Shape, frozen=True, kw_only=True):
    provider_arn: str | None = msgspec.field(name="ProviderArn", default=None)
    context_assertion: str | None = msgspec.field(name="ContextAssertion", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {
        "provider_arn": Member(
            name="ProviderArn",
            minimum=20,
            maximum=2048,
            pattern="[\\u0009\\u000A\\u000D\\u0020-\\u007E\\u0085\\u00A0-\\uD7FF\\uE000-\\uFFFD\\u10000-\\u10FFFF]+",
        ),
        "context_assertion": Member(name="ContextAssertion", minimum=4, maximum=2048),
    }


class AssumeRoleRequest(Shape, frozen=True, kw_only=True):
    role_arn: str | None = msgspec.field(name="RoleArn", default=None)
    role_session_name: str | None = msgspec.field(name="RoleSessionName", default=None)
    policy_arns: tuple[PolicyDescriptorType, ...] | None = msgspec.field(name="PolicyArns", default=None)
    policy: str | None = msgspec.field(name="Policy", default=None)
    duration_seconds: Integer | None = msgspec.field(name="DurationSeconds", default=None)
    tags: tuple[Tag, ...] | None = msgspec.field(name="Tags", default=None)
    transitive_tag_keys: tuple[str, ...] | None = msgspec.field(name="TransitiveTagKeys", default=None)
    external_id: str | None = msgspec.field(name="ExternalId", default=None)
    serial_number: str | None = msgspec.field(name="SerialNumber", default=None)
    token_code: str | None = msgspec.field(name="TokenCode", default=None)
    source_identity: str | None = msgspec.field(name="SourceIdentity", default=None)
    provided_contexts: tuple[ProvidedContext, ...] | None = msgspec.field(
        name="ProvidedContexts", default=None
    )
    minimum_session_token_size: Integer | None = msgspec.field(name="MinimumSessionTokenSize", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {
        "role_arn": Member(
            name="RoleArn",
            required=True,
            minimum=20,
            maximum=2048,
            pattern="[\\u0009\\u000A\\u000D\\u0020-\\u007E\\u0085\\u00A0-\\uD7FF\\uE000-\\uFFFD\\u10000-\\u10FFFF]+",
        ),
        "role_session_name": Member(
            name="RoleSessionName", required=True, minimum=2, maximum=64, pattern="[\\w+=,.@-]*"
        ),
        "policy_arns": Member(name="PolicyArns", item=Member(name="member")),
        "policy": Member(name="Policy", minimum=1, pattern="[\\u0009\\u000A\\u000D\\u0020-\\u00FF]+"),
        "duration_seconds": Member(name="DurationSeconds", minimum=900, maximum=43200),
        "tags": Member(name="Tags", maximum=50, item=Member(name="member")),
        "transitive_tag_keys": Member(
            name="TransitiveTagKeys",
            maximum=50,
            item=Member(name="member", minimum=1, maximum=128, pattern="[\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]+"),
        ),
        "external_id": Member(name="ExternalId", minimum=2, maximum=1224, pattern="[\\w+=,.@:\\/-]*"),
        "serial_number": Member(name="SerialNumber", minimum=9, maximum=256, pattern="[\\w+=/:,.@-]*"),
        "token_code": Member(name="TokenCode", minimum=6, maximum=6, pattern="[\\d]*", sensitive=True),
        "source_identity": Member(name="SourceIdentity", minimum=2, maximum=64, pattern="[\\w+=,.@-]*"),
        "provided_contexts": Member(
            name="ProvidedContexts", minimum=1, maximum=5, item=Member(name="member")
        ),
        "minimum_session_token_size": Member(name="MinimumSessionTokenSize", minimum=0, maximum=4096),
    }


class Credentials(Shape, frozen=True, kw_only=True):
    access_key_id: str | None = msgspec.field(name="AccessKeyId", default=None)
    secret_access_key: str | None = msgspec.field(name="SecretAccessKey", default=None)
    session_token: str | None = msgspec.field(name="SessionToken", default=None)
    expiration: Instant | None = msgspec.field(name="Expiration", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {
        "access_key_id": Member(name="AccessKeyId", required=True, minimum=16, maximum=128, pattern="[\\w]*"),
        "secret_access_key": Member(name="SecretAccessKey", required=True, sensitive=True),
        "session_token": Member(name="SessionToken", required=True, sensitive=True),
        "expiration": Member(name="Expiration", required=True),
    }


class AssumedRoleUser(Shape, frozen=True, kw_only=True):
    assumed_role_id: str | None = msgspec.field(name="AssumedRoleId", default=None)
    arn: str | None = msgspec.field(name="Arn", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {
        "assumed_role_id": Member(
            name="AssumedRoleId", required=True, minimum=2, maximum=193, pattern="[\\w+=,.@:-]*"
        ),
        "arn": Member(
            name="Arn",
            required=True,
            minimum=20,
            maximum=2048,
            pattern="[\\u0009\\u000A\\u000D\\u0020-\\u007E\\u0085\\u00A0-\\uD7FF\\uE000-\\uFFFD\\u10000-\\u10FFFF]+",
        ),
    }


class AssumeRoleResponse(Shape, frozen=True, kw_only=True):
    credentials: Credentials | None = msgspec.field(name="Credentials", default=None)
    assumed_role_user: AssumedRoleUser | None = msgspec.field(name="AssumedRoleUser", default=None)
    packed_policy_size: Integer | None = msgspec.field(name="PackedPolicySize", default=None)
    source_identity: str | None = msgspec.field(name="SourceIdentity", default=None)
    session_token_utilization: Integer | None = msgspec.field(name="SessionTokenUtilization", default=None)
    session_token_size: Integer | None = msgspec.field(name="SessionTokenSize", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {
        "credentials": Member(name="Credentials"),
        "assumed_role_user": Member(name="AssumedRoleUser"),
        "packed_policy_size": Member(name="PackedPolicySize", minimum=0),
        "source_identity": Member(name="SourceIdentity", minimum=2, maximum=64, pattern="[\\w+=,.@-]*"),
        "session_token_utilization": Member(name="SessionTokenUtilization", minimum=0),
        "session_token_size": Member(name="SessionTokenSize", minimum=0),
    }


class AssumeRoleWithWebIdentityRequest(Shape, frozen=True, kw_only=True):
    role_arn: str | None = msgspec.field(name="RoleArn", default=None)
    role_session_name: str | None = msgspec.field(name="RoleSessionName", default=None)
    web_identity_token: str | None = msgspec.field(name="WebIdentityToken", default=None)
    provider_id: str | None = msgspec.field(name="ProviderId", default=None)
    policy_arns: tuple[PolicyDescriptorType, ...] | None = msgspec.field(name="PolicyArns", default=None)
    policy: str | None = msgspec.field(name="Policy", default=None)
    duration_seconds: Integer | None = msgspec.field(name="DurationSeconds", default=None)
    minimum_session_token_size: Integer | None = msgspec.field(name="MinimumSessionTokenSize", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {
        "role_arn": Member(
            name="RoleArn",
            required=True,
            minimum=20,
            maximum=2048,
            pattern="[\\u0009\\u000A\\u000D\\u0020-\\u007E\\u0085\\u00A0-\\uD7FF\\uE000-\\uFFFD\\u10000-\\u10FFFF]+",
        ),
        "role_session_name": Member(
            name="RoleSessionName", required=True, minimum=2, maximum=64, pattern="[\\w+=,.@-]*"
        ),
        "web_identity_token": Member(
            name="WebIdentityToken", required=True, minimum=4, maximum=20000, sensitive=True
        ),
        "provider_id": Member(name="ProviderId", minimum=4, maximum=2048),
        "policy_arns": Member(name="PolicyArns", item=Member(name="member")),
        "policy": Member(
            name="Policy", minimum=1, maximum=2048, pattern="[\\u0009\\u000A\\u000D\\u0020-\\u00FF]+"
        ),
        "duration_seconds": Member(name="DurationSeconds", minimum=900, maximum=43200),
        "minimum_session_token_size": Member(name="MinimumSessionTokenSize", minimum=0, maximum=4096),
    }


class AssumeRoleWithWebIdentityResponse(Shape, frozen=True, kw_only=True):
    credentials: Credentials | None = msgspec.field(name="Credentials", default=None)
    subject_from_web_identity_token: str | None = msgspec.field(
        name="SubjectFromWebIdentityToken", default=None
    )
    assumed_role_user: AssumedRoleUser | None = msgspec.field(name="AssumedRoleUser", default=None)
    packed_policy_size: Integer | None = msgspec.field(name="PackedPolicySize", default=None)
    provider: str | None = msgspec.field(name="Provider", default=None)
    audience: str | None = msgspec.field(name="Audience", default=None)
    source_identity: str | None = msgspec.field(name="SourceIdentity", default=None)
    session_token_utilization: Integer | None = msgspec.field(name="SessionTokenUtilization", default=None)
    session_token_size: Integer | None = msgspec.field(name="SessionTokenSize", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {
        "credentials": Member(name="Credentials"),
        "subject_from_web_identity_token": Member(name="SubjectFromWebIdentityToken", minimum=6, maximum=255),
        "assumed_role_user": Member(name="AssumedRoleUser"),
        "packed_policy_size": Member(name="PackedPolicySize", minimum=0),
        "provider": Member(name="Provider"),
        "audience": Member(name="Audience"),
        "source_identity": Member(name="SourceIdentity", minimum=2, maximum=64, pattern="[\\w+=,.@-]*"),
        "session_token_utilization": Member(name="SessionTokenUtilization", minimum=0),
        "session_token_size": Member(name="SessionTokenSize", minimum=0),
    }


class GetSessionTokenRequest(Shape, frozen=True, kw_only=True):
    duration_seconds: Integer | None = msgspec.field(name="DurationSeconds", default=None)
    serial_number: str | None = msgspec.field(name="SerialNumber", default=None)
    token_code: str | None = msgspec.field(name="TokenCode", default=None)
    minimum_session_token_size: Integer | None = msgspec.field(name="MinimumSessionTokenSize", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {
        "duration_seconds": Member(name="DurationSeconds", minimum=900, maximum=129600),
        "serial_number": Member(name="SerialNumber", minimum=9, maximum=256, pattern="[\\w+=/:,.@-]*"),
        "token_code": Member(name="TokenCode", minimum=6, maximum=6, pattern="[\\d]*", sensitive=True),
        "minimum_session_token_size": Member(name="MinimumSessionTokenSize", minimum=0, maximum=4096),
    }


class GetSessionTokenResponse(Shape, frozen=True, kw_only=True):
    credentials: Credentials | None = msgspec.field(name="Credentials", default=None)
    session_token_utilization: Integer | None = msgspec.field(name="SessionTokenUtilization", default=None)
    session_token_size: Integer | None = msgspec.field(name="SessionTokenSize", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {
        "credentials": Member(name="Credentials"),
        "session_token_utilization": Member(name="SessionTokenUtilization", minimum=0),
        "session_token_size": Member(name="SessionTokenSize", minimum=0),
    }


class GetFederationTokenRequest(Shape, frozen=True, kw_only=True):
    name: str | None = msgspec.field(name="Name", default=None)
    policy: str | None = msgspec.field(name="Policy", default=None)
    policy_arns: tuple[PolicyDescriptorType, ...] | None = msgspec.field(name="PolicyArns", default=None)
    duration_seconds: Integer | None = msgspec.field(name="DurationSeconds", default=None)
    tags: tuple[Tag, ...] | None = msgspec.field(name="Tags", default=None)
    minimum_session_token_size: Integer | None = msgspec.field(name="MinimumSessionTokenSize", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {
        "name": Member(name="Name", required=True, minimum=2, maximum=32, pattern="[\\w+=,.@-]*"),
        "policy": Member(
            name="Policy", minimum=1, maximum=2048, pattern="[\\u0009\\u000A\\u000D\\u0020-\\u00FF]+"
        ),
        "policy_arns": Member(name="PolicyArns", item=Member(name="member")),
        "duration_seconds": Member(name="DurationSeconds", minimum=900, maximum=129600),
        "tags": Member(name="Tags", maximum=50, item=Member(name="member")),
        "minimum_session_token_size": Member(name="MinimumSessionTokenSize", minimum=0, maximum=4096),
    }


class FederatedUser(Shape, frozen=True, kw_only=True):
    federated_user_id: str | None = msgspec.field(name="FederatedUserId", default=None)
    arn: str | None = msgspec.field(name="Arn", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {
        "federated_user_id": Member(
            name="FederatedUserId", required=True, minimum=2, maximum=193, pattern="[\\w+=,.@\\:-]*"
        ),
        "arn": Member(
            name="Arn",
            required=True,
            minimum=20,
            maximum=2048,
            pattern="[\\u0009\\u000A\\u000D\\u0020-\\u007E\\u0085\\u00A0-\\uD7FF\\uE000-\\uFFFD\\u10000-\\u10FFFF]+",
        ),
    }


class GetFederationTokenResponse(Shape, frozen=True, kw_only=True):
    credentials: Credentials | None = msgspec.field(name="Credentials", default=None)
    federated_user: FederatedUser | None = msgspec.field(name="FederatedUser", default=None)
    packed_policy_size: Integer | None = msgspec.field(name="PackedPolicySize", default=None)
    session_token_utilization: Integer | None = msgspec.field(name="SessionTokenUtilization", default=None)
    session_token_size: Integer | None = msgspec.field(name="SessionTokenSize", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {
        "credentials": Member(name="Credentials"),
        "federated_user": Member(name="FederatedUser"),
        "packed_policy_size": Member(name="PackedPolicySize", minimum=0),
        "session_token_utilization": Member(name="SessionTokenUtilization", minimum=0),
        "session_token_size": Member(name="SessionTokenSize", minimum=0),
    }


class GetAccessKeyInfoRequest(Shape, frozen=True, kw_only=True):
    access_key_id: str | None = msgspec.field(name="AccessKeyId", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {
        "access_key_id": Member(name="AccessKeyId", required=True, minimum=16, maximum=128, pattern="[\\w]*"),
    }


class GetAccessKeyInfoResponse(Shape, frozen=True, kw_only=True):
    account: str | None = msgspec.field(name="Account", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {
        "account": Member(name="Account"),
    }


class GetCallerIdentityRequest(Shape, frozen=True, kw_only=True):
    MEMBERS: ClassVar[dict[str, Member]] = {}


class GetCallerIdentityResponse(Shape, frozen=True, kw_only=True):
    user_id: str | None = msgspec.field(name="UserId", default=None)
    account: str | None = msgspec.field(name="Account", default=None)
    arn: str | None = msgspec.field(name="Arn", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {
        "user_id": Member(name="UserId"),
        "account": Member(name="Account"),
        "arn": Member(
            name="Arn",
            minimum=20,
            maximum=2048,
            pattern="[\\u0009\\u000A\\u000D\\u0020-\\u007E\\u0085\\u00A0-\\uD7FF\\uE000-\\uFFFD\\u10000-\\u10FFFF]+",
        ),
    }


class DecodeAuthorizationMessageRequest(Shape, frozen=True, kw_only=True):
    encoded_message: str | None = msgspec.field(name="EncodedMessage", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {
        "encoded_message": Member(name="EncodedMessage", required=True, minimum=1, maximum=10240),
    }


class DecodeAuthorizationMessageResponse(Shape, frozen=True, kw_only=True):
    decoded_message: str | None = msgspec.field(name="DecodedMessage", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {
        "decoded_message": Member(name="DecodedMessage"),
    }


ASSUME_ROLE = Operation(
    service=SERVICE,
    name="AssumeRole",
    request=AssumeRoleRequest,
    response=AssumeRoleResponse,
    errors=(
        MalformedPolicyDocumentException,
        PackedPolicyTooLargeException,
        RegionDisabledException,
        ExpiredTokenException,
    ),
    result_wrapper="AssumeRoleResult",
    action="sts:AssumeRole",
    access=AccessLevel.WRITE,
    changes_nothing=True,
    resource_member="role_arn",
    condition_keys=(
        ConditionKey(name="aws:ResourceTag/${TagKey}"),
        ConditionKey(name="iam:ResourceTag/${TagKey}"),
        ConditionKey(name="aws:RequestTag/${TagKey}", member="tags"),
        ConditionKey(name="aws:TagKeys", member="tags"),
        ConditionKey(name="sts:ExternalId", member="external_id"),
        ConditionKey(name="sts:RoleSessionName", member="role_session_name"),
        ConditionKey(name="sts:SourceIdentity", member="source_identity"),
        ConditionKey(name="sts:TransitiveTagKeys", member="transitive_tag_keys"),
    ),
    also=(
        Also(action="sts:TagSession", member="tags"),
        Also(action="sts:SetSourceIdentity", member="source_identity"),
    ),
)


ASSUME_ROLE_WITH_WEB_IDENTITY = Operation(
    service=SERVICE,
    name="AssumeRoleWithWebIdentity",
    request=AssumeRoleWithWebIdentityRequest,
    response=AssumeRoleWithWebIdentityResponse,
    errors=(
        MalformedPolicyDocumentException,
        PackedPolicyTooLargeException,
        IDPRejectedClaimException,
        IDPCommunicationErrorException,
        InvalidIdentityTokenException,
        ExpiredTokenException,
        RegionDisabledException,
    ),
    result_wrapper="AssumeRoleWithWebIdentityResult",
    signed=False,
    action="sts:AssumeRoleWithWebIdentity",
    access=AccessLevel.WRITE,
    changes_nothing=True,
    resource_member="role_arn",
    condition_keys=(
        ConditionKey(name="aws:ResourceTag/${TagKey}"),
        ConditionKey(name="iam:ResourceTag/${TagKey}"),
        ConditionKey(name="aws:RequestTag/${TagKey}"),
        ConditionKey(name="aws:TagKeys"),
        ConditionKey(name="sts:RoleAuthorizedByIdp"),
        ConditionKey(name="sts:RoleSessionName", member="role_session_name"),
        ConditionKey(name="sts:SourceIdentity"),
        ConditionKey(name="sts:TransitiveTagKeys"),
    ),
)


GET_SESSION_TOKEN = Operation(
    service=SERVICE,
    name="GetSessionToken",
    request=GetSessionTokenRequest,
    response=GetSessionTokenResponse,
    errors=(RegionDisabledException,),
    result_wrapper="GetSessionTokenResult",
    access=AccessLevel.READ,
)


GET_FEDERATION_TOKEN = Operation(
    service=SERVICE,
    name="GetFederationToken",
    request=GetFederationTokenRequest,
    response=GetFederationTokenResponse,
    errors=(
        MalformedPolicyDocumentException,
        PackedPolicyTooLargeException,
        RegionDisabledException,
    ),
    result_wrapper="GetFederationTokenResult",
    action="sts:GetFederationToken",
    access=AccessLevel.WRITE,
    changes_nothing=True,
    condition_keys=(
        ConditionKey(name="aws:RequestTag/${TagKey}", member="tags"),
        ConditionKey(name="aws:TagKeys", member="tags"),
    ),
    also=(Also(action="sts:TagSession", member="tags"),),
)


GET_ACCESS_KEY_INFO = Operation(
    service=SERVICE,
    name="GetAccessKeyInfo",
    request=GetAccessKeyInfoRequest,
    response=GetAccessKeyInfoResponse,
    result_wrapper="GetAccessKeyInfoResult",
    action="sts:GetAccessKeyInfo",
    access=AccessLevel.READ,
)


GET_CALLER_IDENTITY = Operation(
    service=SERVICE,
    name="GetCallerIdentity",
    request=GetCallerIdentityRequest,
    response=GetCallerIdentityResponse,
    result_wrapper="GetCallerIdentityResult",
    access=AccessLevel.READ,
)


DECODE_AUTHORIZATION_MESSAGE = Operation(
    service=SERVICE,
    name="DecodeAuthorizationMessage",
    request=DecodeAuthorizationMessageRequest,
    response=DecodeAuthorizationMessageResponse,
    errors=(InvalidAuthorizationMessageException,),
    result_wrapper="DecodeAuthorizationMessageResult",
    action="sts:DecodeAuthorizationMessage",
    access=AccessLevel.WRITE,
    changes_nothing=True,
)


OPERATIONS: dict[str, Operation] = {
    operation.name: operation
    for operation in (
        ASSUME_ROLE,
        ASSUME_ROLE_WITH_WEB_IDENTITY,
        GET_SESSION_TOKEN,
        GET_FEDERATION_TOKEN,
        GET_ACCESS_KEY_INFO,
        GET_CALLER_IDENTITY,
        DECODE_AUTHORIZATION_MESSAGE,
    )
}


TAG_SESSION = Operation(
    service=SERVICE,
    name="TagSession",
    request=Shape,
    response=None,
    action="sts:TagSession",
    access=AccessLevel.TAGGING,
    condition_keys=(
        ConditionKey(name="aws:ResourceTag/${TagKey}"),
        ConditionKey(name="iam:ResourceTag/${TagKey}"),
        ConditionKey(name="aws:RequestTag/${TagKey}"),
        ConditionKey(name="aws:TagKeys"),
        ConditionKey(name="sts:TransitiveTagKeys"),
    ),
)


SET_SOURCE_IDENTITY = Operation(
    service=SERVICE,
    name="SetSourceIdentity",
    request=Shape,
    response=None,
    action="sts:SetSourceIdentity",
    access=AccessLevel.WRITE,
    condition_keys=(
        ConditionKey(name="aws:ResourceTag/${TagKey}"),
        ConditionKey(name="iam:ResourceTag/${TagKey}"),
        ConditionKey(name="sts:SourceIdentity"),
    ),
)


PERMISSIONS: tuple[Operation, ...] = (
    TAG_SESSION,
    SET_SOURCE_IDENTITY,
)
"""Actions of policies that no operation has the name of."""
