"""Whether a Region is enabled for an account. Source: Enable or disable AWS Regions in your account; decision 0008."""

from __future__ import annotations

import os
from dataclasses import replace

import pytest

from watchword.api.call import Place
from watchword.identity.directory import Directory, founded
from watchword.identity.model import OptStatus, Settings
from watchword.identity.opt_in import is_enabled, status_of

HERE, OHIO, CAPE_TOWN, MILAN = "us-east-1", "us-east-2", "af-south-1", "eu-south-1"
PLACE = Place(
    partition="aws",
    region=HERE,
    dns_suffix="amazonaws.com",
    hosted_regions=(HERE, OHIO, CAPE_TOWN, MILAN),
    control=HERE,
    opt_in=frozenset({CAPE_TOWN, MILAN}),
)
IN_CAPE_TOWN = replace(PLACE, region=CAPE_TOWN)
UNDER_CAPE_TOWN = replace(PLACE, control=CAPE_TOWN)


def account(**regions: OptStatus) -> Directory:
    settings = Settings(
        created_ms=0, regions={name.replace("_", "-"): status for name, status in regions.items()}
    )
    return founded(account="123456789012", partition="aws", items=[settings], now=0, entropy=os.urandom)


STATUSES = [
    (PLACE, OHIO, OptStatus.ENABLED_BY_DEFAULT),
    (PLACE, CAPE_TOWN, OptStatus.DISABLED),
    (PLACE, MILAN, OptStatus.ENABLING),
    (UNDER_CAPE_TOWN, CAPE_TOWN, OptStatus.ENABLED_BY_DEFAULT),
]


@pytest.mark.parametrize(("place", "region", "status"), STATUSES)
def test_a_region_has_the_status_that_the_account_gave_it(
    place: Place, region: str, status: OptStatus
) -> None:
    settings = account(eu_south_1=OptStatus.ENABLING, us_east_2=OptStatus.DISABLED).settings

    assert status_of(settings, region, place=place) is status


OF_ANOTHER = [
    (status, status is OptStatus.ENABLED)
    for status in OptStatus
    if status is not OptStatus.ENABLED_BY_DEFAULT
]


@pytest.mark.parametrize(("status", "enabled"), OF_ANOTHER)
def test_another_region_is_enabled_once_the_identity_has_arrived_there(
    status: OptStatus, enabled: bool
) -> None:
    assert is_enabled(account(af_south_1=status), CAPE_TOWN, place=PLACE) is enabled


def test_of_itself_a_region_believes_what_is_in_force() -> None:
    arrived = account(af_south_1=OptStatus.ENABLING)

    assert is_enabled(arrived, CAPE_TOWN, place=IN_CAPE_TOWN)
    assert not is_enabled(arrived.out_of_force(), CAPE_TOWN, place=IN_CAPE_TOWN)


NEVER_CAME = [
    (PLACE, HERE, True),
    (PLACE, OHIO, True),
    (PLACE, CAPE_TOWN, False),
    (IN_CAPE_TOWN, CAPE_TOWN, False),
]
NEVER_CAME += [(UNDER_CAPE_TOWN, CAPE_TOWN, True)]


@pytest.mark.parametrize(("place", "region", "enabled"), NEVER_CAME)
def test_an_account_without_identity_may_use_what_needs_no_enabling(
    place: Place, region: str, enabled: bool
) -> None:
    assert is_enabled(None, region, place=place) is enabled
