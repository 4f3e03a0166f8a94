"""Written by tools/generate_api.py from botocore 1.44.5; do not edit.

Amazon Elastic Compute Cloud, 2016-11-15.
"""

from __future__ import annotations

from typing import ClassVar

import msgspec

from watchword.api.operation import AccessLevel, ConditionKey, Operation, Protocol, Service
from watchword.api.shape import Member, Shape

SERVICE = Service(
    name="ec2",
    signing_name="ec2",
    protocol=Protocol.EC2,
    xml_namespace="http://ec2.amazonaws.com/doc/2016-11-15",
    api_version="2016-11-15",
    error_message_member="message",
    event_source="ec2.amazonaws.com",
)


class Filter(Shape, frozen=True, kw_only=True):
    name: str | None = msgspec.field(name="Name", default=None)
    values: tuple[str, ...] | None = msgspec.field(name="Value", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {
        "name": Member(name="Name"),
        "values": Member(name="Values", item=Member(name="member")),
    }


class DescribeRegionsRequest(Shape, frozen=True, kw_only=True):
    region_names: tuple[str, ...] | None = msgspec.field(name="RegionName", default=None)
    all_regions: bool | None = msgspec.field(name="AllRegions", default=None)
    dry_run: bool | None = msgspec.field(name="DryRun", default=None)
    filters: tuple[Filter, ...] | None = msgspec.field(name="Filter", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {
        "region_names": Member(name="RegionNames", item=Member(name="member")),
        "all_regions": Member(name="AllRegions"),
        "dry_run": Member(name="DryRun"),
        "filters": Member(name="Filters", item=Member(name="member")),
    }


class RegionGeography(Shape, frozen=True, kw_only=True):
    name: str | None = msgspec.field(name="name", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {
        "name": Member(name="Name"),
    }


class Region(Shape, frozen=True, kw_only=True):
    opt_in_status: str | None = msgspec.field(name="optInStatus", default=None)
    geography: tuple[RegionGeography, ...] | None = msgspec.field(name="geographySet", default=None)
    region_name: str | None = msgspec.field(name="regionName", default=None)
    endpoint: str | None = msgspec.field(name="regionEndpoint", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {
        "opt_in_status": Member(name="OptInStatus"),
        "geography": Member(name="Geography", item=Member(name="member")),
        "region_name": Member(name="RegionName"),
        "endpoint": Member(name="Endpoint"),
    }


class DescribeRegionsResult(Shape, frozen=True, kw_only=True):
    regions: tuple[Region, ...] | None = msgspec.field(name="regionInfo", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {
        "regions": Member(name="Regions", item=Member(name="member")),
    }


DESCRIBE_REGIONS = Operation(
    service=SERVICE,
    name="DescribeRegions",
    request=DescribeRegionsRequest,
    response=DescribeRegionsResult,
    action="ec2:DescribeRegions",
    access=AccessLevel.LIST,
    condition_keys=(ConditionKey(name="ec2:Region"),),
)


OPERATIONS: dict[str, Operation] = {operation.name: operation for operation in (DESCRIBE_REGIONS,)}
