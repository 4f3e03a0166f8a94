"""`watchword account …`: what an operator changes of an account, through the gate of its partition's control Region.

The verb composes that Region in its own process, as each of the Region's processes does, and asks the running custodian.
"""

from __future__ import annotations

import argparse
import os
from pathlib import Path

from watchword.api.errors import ApiError
from watchword.api.shapes import watchword
from watchword.cli import operating
from watchword.server.deployment import Deployment, HomeError
from watchword.server.home import open_home
from watchword.server.region import Region, Waker, close_trail, compose, wake_path

PROCESS = "cli"
"""As the trail names who wrote an event."""


def run(home: Path, options: argparse.Namespace) -> int:
    """Do what was typed behind `watchword account`."""
    deployment = open_home(home)
    print(renew_sessions(deployment, options.account, partition=options.partition, end_old=options.end_old))
    return 0


def renew_sessions(deployment: Deployment, account: str, *, partition: str | None, end_old: bool) -> str:
    """Renew an account's session key; return what to say of it.

    Raises:
        HomeError: there is no such account, or its control Region does not run here.
    """
    partition = partition_of_account(deployment, account, partition=partition)
    region = control_region(deployment, partition)
    request = watchword.RenewSessionsRequest(account=account, end_old=end_old)
    try:
        region.gate.perform(watchword.RENEW_SESSIONS, request, principal=region.itself)
    except ApiError as error:
        raise HomeError(f"the session key of {account} was not renewed: {error.message}") from None
    finally:
        close_trail(region)
        region.stores.close()
    if end_old:
        return f"{account} has another session key, and none of its sessions is left"
    return f"{account} has another session key; its sessions go on until they expire"


def partition_of_account(deployment: Deployment, account: str, *, partition: str | None) -> str:
    """The partition of the account with this id. HomeError: none, or several."""
    held = [
        one.partition
        for one in deployment.accounts
        if one.id == account and partition in (None, one.partition)
    ]
    if not held:
        raise HomeError(f"this deployment has no account `{account}`")
    if len(held) > 1:
        raise HomeError(f"several partitions have an account `{account}`: say which with `--partition`")
    return held[0]


def control_region(deployment: Deployment, partition: str) -> Region:
    """The control Region of a partition, composed in this process. HomeError: it does not run here."""
    os.chdir(deployment.home)
    name = deployment.control_region(partition)
    if operating.running_regions(deployment).get(name, {}).get("state") != "running":
        raise HomeError(f"the control Region `{name}` does not run here: say this where it does")
    settings = deployment.region(name)
    return compose(deployment, settings, process=PROCESS, committed=Waker(wake_path(settings)))
