"""`watchword account …`: a deployment's accounts, one more while everything goes on, and what an operator changes of one.

How an account is made, so that an attempt that was interrupted anywhere goes on when it is said again:
  1. Its root user's access key is written to HOME/credentials, as a profile with the account's name. It is made once.
  2. The partition's control Region founds the account with that key. Its custodian has sealed it; the Region's agent then
     brings the account to every Region that is enabled for it.
  3. watchword.toml names the account.

What changes an account goes through the gate of its partition's control Region. The verb composes that Region in its own
process, as each of the Region's processes does, and asks the running custodian.
"""

from __future__ import annotations

import argparse
import json
import os
import secrets
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from watchword.api.errors import ApiError
from watchword.api.shapes import watchword
from watchword.api.unit import StoreUnavailable
from watchword.cli import operating
from watchword.keys.custody import KeySealed, KeyUnavailable
from watchword.server.deployment import (
    Account,
    Deployment,
    HomeError,
    RegionSettings,
    account_id_after,
    require_account_id,
    require_account_name,
)
from watchword.server.home import (
    Credentials,
    credentials_of_new_account,
    locked_home,
    open_home,
    profile_of,
    save,
)
from watchword.server.membership import is_elsewhere
from watchword.server.region import Region, Waker, close_trail, compose, store_path, wake_path
from watchword.storage.stores import SQLiteStores

PROCESS = "cli"
"""As the trail names who wrote an event."""
KNOWN_S_MAX = 5.0
"""Every Region that runs has heard of it by then, or is too far behind to be waited for."""
LOOK_S = 0.05
NOTHING = "-"


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountLine:
    """One line of `watchword account list`."""

    id: str
    name: str | None
    partition: str
    profile: str | None
    """In HOME/credentials; `None` where an account of a partition's was made before accounts had names."""


def run(home: Path, options: argparse.Namespace) -> int:
    """Carry out one verb.

    Raises:
        HomeError: it can't be done, in one sentence.
    """
    deployment = open_home(home)
    os.chdir(home)
    match options.account_verb:
        case "list":
            print(listed(deployment, as_json=options.json))
        case "create":
            _create(home, options)
        case _:
            print(
                renew_sessions(
                    deployment, options.account, partition=options.partition, end_old=options.end_old
                )
            )
    return 0


def _create(home: Path, options: argparse.Namespace) -> None:
    with locked_home(home):
        # Read again: it may have changed until we had the lock.
        deployment = open_home(home)
        account = wanted(
            deployment, name=options.name, partition=options.partition, account_id=options.account_id
        )
        profile = account.name or account.id
        held = credentials_of_new_account(deployment, profile, entropy=secrets.token_bytes)
        found(deployment, account, held)
        if account not in deployment.accounts:
            deployment = replace(deployment, accounts=(*deployment.accounts, account))
            save(deployment)
    late = _late(deployment, account)
    print(created_text(home, account, profile=profile, late=late))


def listed(deployment: Deployment, *, as_json: bool) -> str:
    """Return the accounts for a person or for a script."""
    lines = [
        AccountLine(
            id=account.id,
            name=account.name,
            partition=account.partition,
            profile=_profile(deployment, account),
        )
        for account in deployment.accounts
    ]
    if as_json:
        return json.dumps(
            {
                "accounts": [
                    {"id": line.id, "name": line.name, "partition": line.partition, "profile": line.profile}
                    for line in lines
                ]
            },
            indent=2,
        )
    return table(lines)


def table(lines: Sequence[AccountLine]) -> str:
    """Lay the accounts out as lines of even columns. Pure."""
    rows = [("ACCOUNT", "NAME", "PARTITION", "PROFILE")]
    rows += [(line.id, line.name or NOTHING, line.partition, line.profile or NOTHING) for line in lines]
    return operating.columns(rows)


def wanted(
    deployment: Deployment, *, name: str | None, partition: str | None, account_id: str | None
) -> Account:
    """Return the account that is to be made, or that is made already and was asked for by the same words. Pure.

    Raises:
        HomeError: a name or id can't be used or is another account's, or there is no such partition here.
    """
    partition = partition or deployment.partitions[0]
    if partition not in deployment.partitions:
        raise HomeError(f"this deployment has no Region of the partition `{partition}`")
    if name is not None:
        require_account_name(name)
        for account in deployment.accounts:
            if account.name == name and account.partition == partition and account_id in (None, account.id):
                return account
            if account.name == name:
                raise HomeError(f"`{name}` is the account `{account.id}`")
    ids = {account.id for account in deployment.accounts}
    if account_id is not None:
        require_account_id(account_id)
        if account_id in ids:
            raise HomeError(f"this deployment has the account `{account_id}` already")
    else:
        # One of so many is not taken.
        candidates = (account_id_after(deployment.accounts[0].id, by=by) for by in range(1, len(ids) + 2))
        account_id = next(candidate for candidate in candidates if candidate not in ids)
    return Account(id=account_id, partition=partition, name=name or account_id)


def found(deployment: Deployment, account: Account, credentials: Credentials) -> None:
    """Have the control Region found the account; once it has, asking again changes nothing.

    Raises:
        HomeError: the control Region does not run here, is sealed, or has the account with another key.
    """
    region = control_region(deployment, account.partition)
    name = region.place.region
    try:
        sealed = region.custody.seal_access_key(
            access_key_id=credentials.access_key_id, secret_access_key=credentials.secret_access_key
        )
        request = watchword.FoundAccountRequest(
            account=account.id, name=account.name, access_key_id=credentials.access_key_id, sealed=sealed
        )
        region.gate.perform(watchword.FOUND_ACCOUNT, request, principal=region.itself)
    except KeySealed:
        raise HomeError(f"`{name}`, the control Region, is sealed: unseal it first") from None
    except KeyUnavailable:
        raise HomeError(f"`{name}`, the control Region, can't use its keys now: try again") from None
    except ApiError as refusal:
        raise HomeError(f"`{name}` does not found `{account.id}`: {refusal.message}") from None
    finally:
        close_trail(region)
        region.stores.close()


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


def created_text(home: Path, account: Account, *, profile: str, late: Sequence[str]) -> str:
    """Say what was made and how it is used. Pure."""
    lines = [
        f"{account.id} is an account of {account.partition}; its root user's access key is the profile "
        f"`{profile}` of {home / 'credentials'}",
        f"  AWS_SHARED_CREDENTIALS_FILE={home / 'credentials'} AWS_PROFILE={profile} aws sts get-caller-identity",
    ]
    if late:
        lines.append(
            f"  not known yet in {', '.join(late)}: it comes from the control Region, which has to run"
        )
    return "\n".join(lines)


def _profile(deployment: Deployment, account: Account) -> str | None:
    if account.name is not None:
        return account.name
    first = deployment.accounts_of(account.partition)[0]
    return profile_of(deployment, account.partition) if account == first else None


def _late(deployment: Deployment, account: Account) -> list[str]:
    """Wait a while for the Regions of this host that need no enabling; return those that have not heard of it."""
    waiting = [
        settings
        for settings in deployment.regions_of(account.partition)
        if not settings.opt_in and not is_elsewhere(deployment, settings)
    ]
    give_up = time.monotonic() + KNOWN_S_MAX
    while True:
        waiting = [settings for settings in waiting if not _knows(deployment, settings, account)]
        if not waiting or time.monotonic() > give_up:
            return [settings.name for settings in waiting]
        time.sleep(LOOK_S)


def _knows(deployment: Deployment, settings: RegionSettings, account: Account) -> bool:
    stores = SQLiteStores(
        store_path(settings, home=deployment.home), partition=settings.partition, region=settings.name
    )
    try:
        return account.id in stores.identity_revisions()
    except StoreUnavailable:
        return False
    finally:
        stores.close()
