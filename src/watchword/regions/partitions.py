"""Partitions and Region codes: which partition a Region belongs to, what it is called, whether it is opt-in.

What AWS publishes is generated into `catalogue.py`. A deployment may have Regions of names of its own; they
need only look like a Region code. Nothing here knows which Regions a deployment hosts.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from watchword.regions import catalogue

REGION_PATTERN = r"^([a-z]+-)+\d+$"
"""What Secrets Manager's model calls a Region (RegionType)."""
REGION_CHARACTERS_MAX = 128
"""RegionType's longest."""
DEFAULT_PARTITION = "aws"

# Not the pattern's `$`, which lets a line feed follow; ASCII, for `\d` means any script's digits in Python.
_region = re.compile(r"(?:[a-z]+-)+\d+", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Partition:
    """A group of Regions with identity of its own; nothing is replicated from one partition to another."""

    name: str
    dns_suffix: str
    implicit_region: str
    """The Region that clients sign for where a service has one endpoint in the whole partition."""
    region_regex: str
    """What the partition's own Region codes look like: a Region of the future is placed by it."""
    regions: Mapping[str, str]
    """Region code -> description."""


PARTITIONS: Mapping[str, Partition] = {
    name: Partition(
        name=name, dns_suffix=suffix, implicit_region=implicit, region_regex=regex, regions=regions
    )
    for name, suffix, implicit, regex, regions in catalogue.PARTITIONS
}
"""By name, in the catalogue's order."""

_homes: Mapping[str, Partition] = {
    region: partition for partition in PARTITIONS.values() for region in partition.regions
}


def is_region(text: str) -> bool:
    """Say whether `text` looks like a Region code, known or not."""
    return len(text) <= REGION_CHARACTERS_MAX and _region.fullmatch(text) is not None


def partition_of(region: str, *, told: Mapping[str, str] | None = None) -> Partition:
    """Return the partition that a Region belongs to.

      1. What the deployment says: `told`, Region -> partition name.
      2. What AWS publishes.
      3. The partition whose Region codes look like this one, as SDKs guess it.
      4. `aws`.

    Raises:
        ValueError: `region` is no Region code, or the deployment names a partition that does not exist.
    """
    # (1)
    if told is not None and region in told:
        if told[region] not in PARTITIONS:
            raise ValueError(f"`{told[region]}` is no partition")
        return PARTITIONS[told[region]]
    # (2)
    known = _homes.get(region)
    if known is not None:
        return known
    if not is_region(region):
        raise ValueError(f"`{region}` is no Region code")
    # (3)
    for partition in PARTITIONS.values():
        if re.fullmatch(partition.region_regex, region, re.ASCII) is not None:
            return partition
    # (4)
    return PARTITIONS[DEFAULT_PARTITION]


def is_known(region: str) -> bool:
    """Say whether AWS publishes this Region."""
    return region in _homes


def description(region: str) -> str:
    """Return what AWS calls a Region, or the code itself where the name is a deployment's own."""
    home = _homes.get(region)
    return region if home is None else home.regions[region]


def is_opt_in(region: str) -> bool:
    """Say whether AWS leaves a Region disabled until the account enables it; no Region of own name is."""
    return region in catalogue.OPT_IN
