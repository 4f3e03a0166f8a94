"""Which Regions a deployment has: one more, one less, another control Region. Pure; `server/home.py` does the rest.

1. A Region is added after all others, so that each partition's first stays its control Region if none is named.
2. A partition that is new to a deployment gets an account of its own: identity ends at a partition.
3. A control Region is not removed while its partition has another Region: somebody must say first which.
4. The accounts of a partition whose last Region is removed stay: when it has one again, they are its own.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from watchword.regions.partitions import PARTITIONS, is_known, partition_of
from watchword.server.deployment import (
    PEER_PORT_OFFSET,
    PORT_DEFAULT,
    REGIONS_MAX,
    WORKERS_DEFAULT,
    Account,
    Address,
    Deployment,
    HomeError,
    RegionSettings,
    account_id_after,
    address_of,
    peer_of,
    region_of_own,
    require_account_id,
    require_region_names,
    require_safe_endpoint,
    require_workers,
)

LOOPBACK = "127.0.0.1"
IsFree = Callable[[Address], bool]
"""Whether something could listen there now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A Region that is to be added, as it was asked for; `None`: as it would be by itself."""

    name: str
    partition: str | None = None
    endpoint: str | None = None
    peer: str | None = None
    workers: int = WORKERS_DEFAULT
    opt_in: bool | None = None
    certificate: Path | None = None
    certificate_key: Path | None = None
    plain_http: bool = False
    account_id: str | None = None
    """Of the partition's first account, where the deployment has none in it yet."""


def with_region(deployment: Deployment, wanted: Wanted, *, is_free: IsFree) -> Deployment:
    """Return the deployment with one more Region, its transport key empty: custody makes that.

    Raises:
        HomeError: the name is wrong or taken, its partition is not where AWS has it, or an address can't be used.
    """
    names = [settings.name for settings in deployment.regions]
    if wanted.name in names:
        raise HomeError(f"this deployment has the Region `{wanted.name}` already")
    require_region_names([*names, wanted.name])
    require_workers(wanted.workers)
    settings = region_of_own(wanted.name, workers=wanted.workers, partition=_partition_of(wanted))
    endpoint, peer = _addresses_of(deployment, wanted, is_free=is_free)
    settings = replace(
        settings,
        endpoint=endpoint,
        peer=peer,
        opt_in=settings.opt_in if wanted.opt_in is None else wanted.opt_in,
        certificate=wanted.certificate,
        certificate_key=wanted.certificate_key,
        plain_http=wanted.plain_http,
    )
    require_safe_endpoint(settings)
    # (1)
    grown = replace(deployment, regions=(*deployment.regions, settings))
    # (2)
    if not deployment.accounts_of(settings.partition):
        account = Account(id=_new_account_id(deployment, wanted), partition=settings.partition)
        return replace(grown, accounts=(*deployment.accounts, account))
    if wanted.account_id is not None:
        raise HomeError(f"the partition `{settings.partition}` has an account already: name none")
    return grown


def without_region(deployment: Deployment, name: str) -> Deployment:
    """Return the deployment without a Region.

    Raises:
        HomeError: there is no such Region, it is the only one, or its partition's others need it as control Region.
    """
    settings = deployment.region(name)
    if len(deployment.regions) == 1:
        raise HomeError(f"`{name}` is the only Region of this deployment")
    # (3)
    alone = len(deployment.regions_of(settings.partition)) == 1
    if deployment.control_region(settings.partition) == name and not alone:
        raise HomeError(
            f"`{name}` is the control Region of `{settings.partition}`: "
            "name another one first, with `watchword region control`"
        )
    return replace(deployment, regions=tuple(held for held in deployment.regions if held.name != name))


def with_control(deployment: Deployment, name: str) -> Deployment:
    """Return the deployment with another control Region in that Region's partition; HomeError if there is no such Region."""
    partition = deployment.region(name).partition
    return replace(
        deployment,
        regions=tuple(
            replace(held, control=held.name == name) if held.partition == partition else held
            for held in deployment.regions
        ),
    )


def _partition_of(wanted: Wanted) -> str:
    if wanted.partition is None:
        return partition_of(wanted.name).name
    if wanted.partition not in PARTITIONS:
        raise HomeError(
            f"`{wanted.partition}` is no partition; those that there are: {', '.join(PARTITIONS)}"
        )
    if is_known(wanted.name) and partition_of(wanted.name).name != wanted.partition:
        raise HomeError(f"`{wanted.name}` is a Region of the partition `{partition_of(wanted.name).name}`")
    return wanted.partition


def _addresses_of(deployment: Deployment, wanted: Wanted, *, is_free: IsFree) -> tuple[str, Address]:
    """Take what was asked for; of what was not, the first ports of loopback that nobody has."""
    endpoint = None if wanted.endpoint is None else address_of(wanted.endpoint)
    peer = None if wanted.peer is None else peer_of(wanted.peer)
    # By port alone: an address that listens everywhere has the port of every other one.
    taken = {address.port for held in deployment.regions for address in (held.address, held.peer)}
    if deployment.front_door is not None:
        taken.add(address_of(deployment.front_door).port)
    for asked in filter(None, (endpoint, peer)):
        if asked.is_loopback and asked.port in taken:
            raise HomeError(f"port {asked.port} is another Region's, or the front door's")
    if endpoint is not None and peer is not None:
        return wanted.endpoint or "", peer
    base = PORT_DEFAULT if deployment.front_door is None else address_of(deployment.front_door).port
    for number in range(1, REGIONS_MAX + 1):
        ours = Address(host=LOOPBACK, port=base + number)
        theirs = Address(host=LOOPBACK, port=base + PEER_PORT_OFFSET + number)
        needed = [*([] if endpoint else [ours]), *([] if peer else [theirs])]
        if all(address.port not in taken and is_free(address) for address in needed):
            return wanted.endpoint or f"http://{ours}", peer or theirs
    raise HomeError("no port is free for another Region: name them with `--endpoint` and `--peer`")


def _new_account_id(deployment: Deployment, wanted: Wanted) -> str:
    held = {account.id for account in deployment.accounts}
    if wanted.account_id is not None:
        require_account_id(wanted.account_id)
        if wanted.account_id in held:
            raise HomeError(f"`{wanted.account_id}` is an account of another partition")
        return wanted.account_id
    # One of so many is not taken.
    candidates = (account_id_after(deployment.accounts[0].id, by=by) for by in range(1, len(held) + 2))
    return next(candidate for candidate in candidates if candidate not in held)


def is_elsewhere(deployment: Deployment, settings: RegionSettings) -> bool:
    """Whether this host holds nothing of a Region: it is another host's."""
    return not (deployment.home / settings.folder).is_dir()
