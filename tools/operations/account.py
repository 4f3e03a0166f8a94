"""Account Management: access levels and condition keys.

Source: Service Authorization Reference, Actions, resources, and condition keys for AWS Account Management.
"""

from __future__ import annotations

from collections.abc import Mapping

from tools.operations import Facts, ServiceFacts

from watchword.api.operation import AccessLevel

OF_A_REGION: Mapping[str, str | None] = {"account:TargetRegion": "RegionName"}

# `AccountId` names another account of an organization; without it the resource is the caller's own.
ACCOUNT = ServiceFacts(
    service="account",
    event_source="account.amazonaws.com",
    any_region=True,
    account_state=True,
    operations={
        "ListRegions": Facts(access=AccessLevel.LIST, resource="AccountId"),
        "GetRegionOptStatus": Facts(access=AccessLevel.READ, resource="AccountId", keys=OF_A_REGION),
        "EnableRegion": Facts(access=AccessLevel.WRITE, resource="AccountId", keys=OF_A_REGION),
        "DisableRegion": Facts(access=AccessLevel.WRITE, resource="AccountId", keys=OF_A_REGION),
        "GetAccountInformation": Facts(access=AccessLevel.READ, resource="AccountId"),
        "PutAccountName": Facts(access=AccessLevel.WRITE, resource="AccountId"),
    },
)
