"""Partitions and Region codes."""

from __future__ import annotations

import re

import pytest

from watchword.regions import catalogue
from watchword.regions.partitions import (
    PARTITIONS,
    REGION_CHARACTERS_MAX,
    REGION_PATTERN,
    description,
    is_known,
    is_opt_in,
    is_region,
    partition_of,
)

HOMES = {
    "a published Region": ("us-east-1", "aws"),
    "China": ("cn-north-1", "aws-cn"),
    "GovCloud": ("us-gov-west-1", "aws-us-gov"),
    "a Region of the future, by its looks": ("us-gov-north-7", "aws-us-gov"),
    "a Region of the future in the standard partition": ("eu-moon-1", "aws"),
    "a name of one's own": ("lab-1", "aws"),
    "a long name of one's own": ("our-own-data-centre-12", "aws"),
}


@pytest.mark.parametrize(("region", "partition"), HOMES.values(), ids=HOMES)
def test_every_region_has_a_partition(region: str, partition: str) -> None:
    assert partition == partition_of(region).name


def test_what_a_deployment_says_comes_first() -> None:
    told = {"lab-1": "aws-cn", "us-east-1": "aws-iso"}

    assert partition_of("lab-1", told=told).name == "aws-cn"
    assert partition_of("us-east-1", told=told).name == "aws-iso"
    assert partition_of("us-east-2", told=told).name == "aws"


def test_a_partition_that_does_not_exist_is_refused() -> None:
    with pytest.raises(ValueError, match="no partition"):
        partition_of("lab-1", told={"lab-1": "aws-moon"})


NO_REGIONS = [
    "",
    "us",
    "us-east",
    "us-east-",
    "-1",
    "1",
    "US-EAST-1",
    "us_east_1",
    "us-east-1\n",
    "us-east-١",
]


@pytest.mark.parametrize("text", [*NO_REGIONS, "a" * REGION_CHARACTERS_MAX + "-1"])
def test_what_does_not_look_like_a_region_has_no_partition(text: str) -> None:
    assert not is_region(text)
    with pytest.raises(ValueError, match="no Region code"):
        partition_of(text)


def test_a_region_code_has_at_most_128_characters() -> None:
    longest = "a" * (REGION_CHARACTERS_MAX - 2) + "-1"

    assert is_region(longest)
    assert not is_region("a" + longest)


def test_every_published_region_is_a_region_of_one_partition() -> None:
    for partition in PARTITIONS.values():
        assert partition.implicit_region in partition.regions
        for region, said in partition.regions.items():
            assert is_region(region)
            assert re.fullmatch(REGION_PATTERN, region)
            assert is_known(region)
            assert partition is partition_of(region)
            assert said == description(region)


def test_a_region_of_own_name_is_called_by_it_and_always_enabled() -> None:
    assert description("lab-1") == "lab-1"
    assert not is_known("lab-1")
    assert not is_opt_in("lab-1")


def test_seventeen_regions_of_the_standard_partition_need_no_opting_in() -> None:
    """Account Management: those launched before 20 March 2019."""
    default = {region for region in PARTITIONS["aws"].regions if not is_opt_in(region)}

    assert len(default) == 17
    assert {"us-east-1", "us-east-2", "eu-north-1"} <= default
    assert is_opt_in("eu-south-2")
    assert set(PARTITIONS["aws"].regions) >= catalogue.OPT_IN


def test_each_partition_has_its_own_dns_suffix() -> None:
    """aws-us-gov alone shares that of aws."""
    assert PARTITIONS["aws"].dns_suffix == PARTITIONS["aws-us-gov"].dns_suffix == "amazonaws.com"
    assert PARTITIONS["aws-cn"].dns_suffix == "amazonaws.com.cn"
