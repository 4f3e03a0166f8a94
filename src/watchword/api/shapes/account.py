"""Written by tools/generate_api.py from botocore 1.44.5; do not edit.

AWS Account, 2021-02-01.
"""

from __future__ import annotations

from typing import ClassVar

import msgspec

from watchword.api.errors import ApiError
from watchword.api.operation import AccessLevel, ConditionKey, Operation, Protocol, Service
from watchword.api.shape import Integer, IsoInstant, Member, Shape

SERVICE = Service(
    name="account",
    signing_name="account",
    protocol=Protocol.REST_JSON,
    api_version="2021-02-01",
    error_message_member="message",
    event_source="account.amazonaws.com",
    any_region=True,
    account_state=True,
)


class AccessDeniedException(ApiError):
    code = "AccessDeniedException"
    status = 403


class ValidationException(ApiError):
    code = "ValidationException"


class TooManyRequestsException(ApiError):
    code = "TooManyRequestsException"
    status = 429


class InternalServerException(ApiError):
    code = "InternalServerException"
    status = 500


class ConflictException(ApiError):
    code = "ConflictException"
    status = 409


class ListRegionsRequest(Shape, frozen=True, kw_only=True):
    account_id: str | None = msgspec.field(name="AccountId", default=None)
    max_results: Integer | None = msgspec.field(name="MaxResults", default=None)
    next_token: str | None = msgspec.field(name="NextToken", default=None)
    region_opt_status_contains: tuple[str, ...] | None = msgspec.field(
        name="RegionOptStatusContains", default=None
    )
    MEMBERS: ClassVar[dict[str, Member]] = {
        "account_id": Member(name="AccountId", pattern="\\d{12}"),
        "max_results": Member(name="MaxResults", minimum=1, maximum=50),
        "next_token": Member(name="NextToken", minimum=0, maximum=1000),
        "region_opt_status_contains": Member(
            name="RegionOptStatusContains",
            item=Member(
                name="member", values=("ENABLED", "ENABLING", "DISABLING", "DISABLED", "ENABLED_BY_DEFAULT")
            ),
        ),
    }


class Region(Shape, frozen=True, kw_only=True):
    region_name: str | None = msgspec.field(name="RegionName", default=None)
    region_opt_status: str | None = msgspec.field(name="RegionOptStatus", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {
        "region_name": Member(name="RegionName", minimum=1, maximum=50),
        "region_opt_status": Member(
            name="RegionOptStatus",
            values=("ENABLED", "ENABLING", "DISABLING", "DISABLED", "ENABLED_BY_DEFAULT"),
        ),
    }


class ListRegionsResponse(Shape, frozen=True, kw_only=True):
    next_token: str | None = msgspec.field(name="NextToken", default=None)
    regions: tuple[Region, ...] | None = msgspec.field(name="Regions", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {
        "next_token": Member(name="NextToken"),
        "regions": Member(name="Regions", item=Member(name="member")),
    }


class GetRegionOptStatusRequest(Shape, frozen=True, kw_only=True):
    account_id: str | None = msgspec.field(name="AccountId", default=None)
    region_name: str | None = msgspec.field(name="RegionName", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {
        "account_id": Member(name="AccountId", pattern="\\d{12}"),
        "region_name": Member(name="RegionName", required=True, minimum=1, maximum=50),
    }


class GetRegionOptStatusResponse(Shape, frozen=True, kw_only=True):
    region_name: str | None = msgspec.field(name="RegionName", default=None)
    region_opt_status: str | None = msgspec.field(name="RegionOptStatus", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {
        "region_name": Member(name="RegionName", minimum=1, maximum=50),
        "region_opt_status": Member(
            name="RegionOptStatus",
            values=("ENABLED", "ENABLING", "DISABLING", "DISABLED", "ENABLED_BY_DEFAULT"),
        ),
    }


class EnableRegionRequest(Shape, frozen=True, kw_only=True):
    account_id: str | None = msgspec.field(name="AccountId", default=None)
    region_name: str | None = msgspec.field(name="RegionName", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {
        "account_id": Member(name="AccountId", pattern="\\d{12}"),
        "region_name": Member(name="RegionName", required=True, minimum=1, maximum=50),
    }


class DisableRegionRequest(Shape, frozen=True, kw_only=True):
    account_id: str | None = msgspec.field(name="AccountId", default=None)
    region_name: str | None = msgspec.field(name="RegionName", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {
        "account_id": Member(name="AccountId", pattern="\\d{12}"),
        "region_name": Member(name="RegionName", required=True, minimum=1, maximum=50),
    }


class GetAccountInformationRequest(Shape, frozen=True, kw_only=True):
    account_id: str | None = msgspec.field(name="AccountId", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {
        "account_id": Member(name="AccountId", pattern="\\d{12}"),
    }


class GetAccountInformationResponse(Shape, frozen=True, kw_only=True):
    account_id: str | None = msgspec.field(name="AccountId", default=None)
    account_name: str | None = msgspec.field(name="AccountName", default=None)
    account_created_date: IsoInstant | None = msgspec.field(name="AccountCreatedDate", default=None)
    account_state: str | None = msgspec.field(name="AccountState", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {
        "account_id": Member(name="AccountId", pattern="\\d{12}"),
        "account_name": Member(
            name="AccountName", minimum=1, maximum=50, pattern="[ -;=?-~]+", sensitive=True
        ),
        "account_created_date": Member(name="AccountCreatedDate"),
        "account_state": Member(
            name="AccountState", values=("PENDING_ACTIVATION", "ACTIVE", "SUSPENDED", "CLOSED")
        ),
    }


class PutAccountNameRequest(Shape, frozen=True, kw_only=True):
    account_name: str | None = msgspec.field(name="AccountName", default=None)
    account_id: str | None = msgspec.field(name="AccountId", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {
        "account_name": Member(
            name="AccountName", required=True, minimum=1, maximum=50, pattern="[ -;=?-~]+", sensitive=True
        ),
        "account_id": Member(name="AccountId", pattern="\\d{12}"),
    }


LIST_REGIONS = Operation(
    service=SERVICE,
    name="ListRegions",
    request=ListRegionsRequest,
    response=ListRegionsResponse,
    errors=(
        AccessDeniedException,
        ValidationException,
        TooManyRequestsException,
        InternalServerException,
    ),
    path="/listRegions",
    action="account:ListRegions",
    access=AccessLevel.LIST,
    resource_member="account_id",
    paginated=True,
)


GET_REGION_OPT_STATUS = Operation(
    service=SERVICE,
    name="GetRegionOptStatus",
    request=GetRegionOptStatusRequest,
    response=GetRegionOptStatusResponse,
    errors=(
        AccessDeniedException,
        ValidationException,
        TooManyRequestsException,
        InternalServerException,
    ),
    path="/getRegionOptStatus",
    action="account:GetRegionOptStatus",
    access=AccessLevel.READ,
    resource_member="account_id",
    condition_keys=(ConditionKey(name="account:TargetRegion", member="region_name"),),
)


ENABLE_REGION = Operation(
    service=SERVICE,
    name="EnableRegion",
    request=EnableRegionRequest,
    response=None,
    errors=(
        AccessDeniedException,
        ValidationException,
        ConflictException,
        TooManyRequestsException,
        InternalServerException,
    ),
    path="/enableRegion",
    action="account:EnableRegion",
    access=AccessLevel.WRITE,
    resource_member="account_id",
    condition_keys=(ConditionKey(name="account:TargetRegion", member="region_name"),),
)


DISABLE_REGION = Operation(
    service=SERVICE,
    name="DisableRegion",
    request=DisableRegionRequest,
    response=None,
    errors=(
        AccessDeniedException,
        ValidationException,
        ConflictException,
        TooManyRequestsException,
        InternalServerException,
    ),
    path="/disableRegion",
    action="account:DisableRegion",
    access=AccessLevel.WRITE,
    resource_member="account_id",
    condition_keys=(ConditionKey(name="account:TargetRegion", member="region_name"),),
)


GET_ACCOUNT_INFORMATION = Operation(
    service=SERVICE,
    name="GetAccountInformation",
    request=GetAccountInformationRequest,
    response=GetAccountInformationResponse,
    errors=(
        AccessDeniedException,
        ValidationException,
        TooManyRequestsException,
        InternalServerException,
    ),
    path="/getAccountInformation",
    action="account:GetAccountInformation",
    access=AccessLevel.READ,
    resource_member="account_id",
)


PUT_ACCOUNT_NAME = Operation(
    service=SERVICE,
    name="PutAccountName",
    request=PutAccountNameRequest,
    response=None,
    errors=(
        AccessDeniedException,
        ValidationException,
        TooManyRequestsException,
        InternalServerException,
    ),
    path="/putAccountName",
    action="account:PutAccountName",
    access=AccessLevel.WRITE,
    resource_member="account_id",
)


OPERATIONS: dict[str, Operation] = {
    operation.name: operation
    for operation in (
        LIST_REGIONS,
        GET_REGION_OPT_STATUS,
        ENABLE_REGION,
        DISABLE_REGION,
        GET_ACCOUNT_INFORMATION,
        PUT_ACCOUNT_NAME,
    )
}
