"""Written by tools/generate_api.py from botocore 1.44.5; do not edit.

AWS Security Token Service, 2011-06-15.
"""

from __future__ import annotations

from typing import ClassVar

import msgspec

from watchword.api.operation import AccessLevel, Operation, Protocol, Service
from watchword.api.shape import Member, Shape

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


GET_CALLER_IDENTITY = Operation(
    service=SERVICE,
    name="GetCallerIdentity",
    request=GetCallerIdentityRequest,
    response=GetCallerIdentityResponse,
    result_wrapper="GetCallerIdentityResult",
    access=AccessLevel.READ,
)


OPERATIONS: dict[str, Operation] = {operation.name: operation for operation in (GET_CALLER_IDENTITY,)}
