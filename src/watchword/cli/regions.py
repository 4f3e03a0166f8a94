"""`watchword region …`: a deployment's Regions, one more, one less, another control Region, without stopping the others.

What a verb changes is watchword.toml; the supervisors of this host are then asked to take it up (`server/supervisor.py`, 7),
and the verb returns when they have. Where none runs, the next start does. On other hosts, an operator brings them
watchword.toml and says `watchword region reload` there.
"""

from __future__ import annotations

import argparse
import json
import os
import secrets
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from watchword.api.unit import StoreUnavailable
from watchword.cli import operating
from watchword.replication.model import Kind
from watchword.server.control import Question, Verb, ask
from watchword.server.deployment import Address, Deployment, HomeError, RegionSettings
from watchword.server.groups import UP_CONTROL, Composition
from watchword.server.home import add_region, locked_home, open_home, save, set_aside
from watchword.server.listeners import require_free
from watchword.server.membership import Wanted, is_elsewhere, with_control, with_region, without_region
from watchword.server.region import store_path
from watchword.storage import migrate as schema
from watchword.storage.holdings import Holdings
from watchword.storage.stores import SQLiteStores

REGIONS = Path("regions")
SOCKET = "control.sock"
"""As `server/groups.py` names it."""
RELOAD_S_MAX = 300.0
"""Forty Regions, each process after the one before it, on a slow machine."""
CAUGHT_UP_S_MAX = 5.0
"""Identity that was written before the control Region stopped taking writes has arrived by then, or something is wrong."""
LOOK_S = 0.05
LINKS_PAGE = 500
NOTHING = "-"
_HEALTH_PATH = "/-/health"


@dataclass(frozen=True, slots=True, kw_only=True)
class RegionLine:
    """One line of `watchword region list`."""

    name: str
    partition: str
    endpoint: str
    control: bool
    opt_in: bool
    state: str
    """As its supervisor says; `stopped` where none runs it, `elsewhere` if this host holds nothing of it."""
    custody: str | None
    """`open`, `sealed` or `unreachable`; `None` where nobody answered."""


def run(home: Path, options: argparse.Namespace, composition: Composition) -> int:
    """Carry out one verb.

    Raises:
        HomeError: it can't be done, in one sentence.
    """
    deployment = open_home(home)
    os.chdir(home)
    match options.region_verb:
        case "list":
            print(listed(deployment, as_json=options.json))
        case "reload":
            asked = take_up()
            print("what runs here has taken up watchword.toml" if asked else "nothing runs here")
        case changing:
            with locked_home(home):
                # Read again: it may have changed until we had the lock.
                deployment = open_home(home)
                if changing == "add":
                    _add(deployment, options, composition)
                elif changing == "remove":
                    _remove(deployment, options.region, force=options.force)
                else:
                    _control(deployment, options.region, force=options.force)
    return 0


def take_up(*, moving: str | None = None) -> int:
    """Have every supervisor of this host take up watchword.toml; return how many run. The working folder is HOME.

    `moving` is the partition whose control Region moves meanwhile.

    Raises:
        HomeError: one of them can't take it up, or not all of it; the others have.
    """
    asked, failures = 0, []
    # By their sockets: one may run a Region that watchword.toml does not name any more.
    for path in (UP_CONTROL, *sorted(REGIONS.glob(f"*/{SOCKET}"))):
        with suppress(FileNotFoundError, ConnectionRefusedError):
            try:
                ask(path, Question(verb=Verb.RELOAD, partition=moving), seconds_max=RELOAD_S_MAX)
            except HomeError as failure:
                failures.append(str(failure))
            asked += 1
    if failures:
        raise HomeError("; ".join(failures))
    return asked


# list


def listed(deployment: Deployment, *, as_json: bool) -> str:
    """Return the Regions for a person or for a script."""
    running = operating.running_regions(deployment)
    lines = [_line_of(deployment, settings, running.get(settings.name)) for settings in deployment.regions]
    if as_json:
        return json.dumps({"regions": [asdict(line) for line in lines]}, indent=2)
    return table(lines)


def table(lines: Sequence[RegionLine]) -> str:
    """Lay the Regions out as lines of even columns. Pure."""
    rows = [("REGION", "PARTITION", "ENDPOINT", "CONTROL", "OPT-IN", "STATE", "CUSTODY")]
    rows += [
        (
            line.name,
            line.partition,
            line.endpoint,
            "yes" if line.control else NOTHING,
            "yes" if line.opt_in else NOTHING,
            line.state,
            line.custody or NOTHING,
        )
        for line in lines
    ]
    return operating.columns(rows)


def _line_of(deployment: Deployment, settings: RegionSettings, said: object) -> RegionLine:
    state = str(said["state"]) if isinstance(said, dict) else "stopped"
    if state == "stopped" and is_elsewhere(deployment, settings):
        state = "elsewhere"
    told = operating.region_says(settings.door_socket, _HEALTH_PATH) if state == "running" else {}
    custody = told.get("custody")
    return RegionLine(
        name=settings.name,
        partition=settings.partition,
        endpoint=settings.endpoint,
        control=deployment.control_region(settings.partition) == settings.name,
        opt_in=settings.opt_in,
        state=state,
        custody="open" if custody == "ok" else str(custody) if custody else None,
    )


# add


def _add(deployment: Deployment, options: argparse.Namespace, composition: Composition) -> None:
    wanted = Wanted(
        name=options.region,
        partition=options.partition,
        endpoint=options.endpoint,
        peer=options.peer,
        workers=options.workers,
        opt_in=options.opt_in,
        certificate=options.certificate,
        certificate_key=options.certificate_key,
        plain_http=options.plain_http,
        account_id=options.account_id,
    )
    planned = with_region(deployment, wanted, is_free=_is_free)
    settings = planned.region(wanted.name)
    if UP_CONTROL.exists():
        # It would run here; asked before anything is made.
        require_free((settings.address, settings.peer))
    grown = add_region(
        planned,
        wanted.name,
        entropy=secrets.token_bytes,
        now=_now_ms(),
        seal_root=composition.seal_root,
        prepare_region=composition.prepare_region,
    )
    try:
        asked = take_up()
    except HomeError as failure:
        raise HomeError(f"`{wanted.name}` is made and not in service: {failure}") from None
    runs = UP_CONTROL.exists() and asked > 0
    print(added_text(grown, wanted.name, runs=runs))
    if runs and not settings.opt_in and not _is_known(grown, wanted.name):
        print("  its accounts have not arrived yet: they come from the control Region, which has to run")


def _is_known(deployment: Deployment, name: str) -> bool:
    """Wait a while for the accounts that the control Region sends to a Region that is new."""
    control = deployment.control_region(deployment.region(name).partition)
    if is_elsewhere(deployment, deployment.region(control)):
        return False
    give_up = time.monotonic() + CAUGHT_UP_S_MAX
    while True:
        ours = _identity_revisions(deployment, control)
        if ours and not accounts_behind(ours=ours, theirs=_identity_revisions(deployment, name)):
            return True
        if time.monotonic() > give_up:
            return False
        time.sleep(LOOK_S)


def added_text(deployment: Deployment, name: str, *, runs: bool) -> str:
    """Say what was made and what remains to be done. Pure."""
    settings = deployment.region(name)
    if runs:
        return f"{name} answers at {settings.endpoint}"
    lines = [f"{name} is made; it will answer at {settings.endpoint}"]
    if len(deployment.regions_of(settings.partition)) == 1:
        lines.append(f"  its partition `{settings.partition}` has a profile of its own in credentials")
    lines += [
        "  on one machine:    `watchword up` runs it with all others",
        f"  on one of its own: move {settings.folder}/ and {settings.custody_key_file} there, copy watchword.toml,",
        f"                     and start it with `watchword serve {name}`",
        "  every other host:  copy watchword.toml there, and say `watchword region reload`",
    ]
    return "\n".join(lines)


def _is_free(address: Address) -> bool:
    try:
        require_free((address,))
    except HomeError:
        return False
    return True


# remove


def _remove(deployment: Deployment, name: str, *, force: bool) -> None:
    """Take a Region out of the deployment.

    1. What it holds is looked at while it still runs: most refusals need no stop.
    2. It is stopped, so that nothing more comes in, and looked at again; what is refused now starts it again.
    3. watchword.toml names it no more, and the other Regions' processes learn it.
    4. Its files are moved aside.
    """
    shrunk = without_region(deployment, name)
    settings = deployment.region(name)
    # (1)
    if not force:
        _require_nothing_lost(deployment, settings)
    # (2)
    stopped = operating.running_regions(deployment).get(name, {}).get("state") in ("running", "starting")
    if stopped:
        operating.stop(deployment, name)
    try:
        if not force:
            _require_nothing_lost(deployment, settings)
        lost = None if is_elsewhere(deployment, settings) else _holdings(deployment, settings)
        # (3)
        save(shrunk)
    except BaseException:
        if stopped:
            operating.start(deployment, name)
        raise
    try:
        take_up()
    finally:
        # (4)
        moved = set_aside(deployment.home, settings, now=_now_ms())
    print(removed_text(name, moved=moved, lost=lost))


def removed_text(name: str, *, moved: Sequence[Path], lost: Holdings | None) -> str:
    """Say what is where, and what nobody has any more. Pure."""
    lines = [f"{name} is removed", *(f"  moved aside: {place}" for place in moved)]
    if lost is not None and not lost.is_empty:
        lines.append(f"  lost with it: {held_text(lost)}")
        lines += [f"    {held}" for held in lost.names]
        if lost.secrets > len(lost.names):
            lines.append(f"    and {lost.secrets - len(lost.names)} more")
    lines.append("  every other host: copy watchword.toml there, and say `watchword region reload`")
    return "\n".join(lines)


def held_text(held: Holdings) -> str:
    """Say it for a person: `2 secrets (1 primary with replicas elsewhere, 1 replica) and 1 key`. Pure."""
    kinds = (
        (held.standalone, "that stands alone", "that stand alone"),
        (held.replicated, "primary with replicas elsewhere", "primaries with replicas elsewhere"),
        (held.replicas, "replica", "replicas"),
    )
    detail = ", ".join(f"{count} {one if count == 1 else many}" for count, one, many in kinds if count)
    said = []
    if held.secrets:
        said.append(f"{held.secrets} secret{'' if held.secrets == 1 else 's'} ({detail})")
    if held.keys:
        said.append(f"{held.keys} customer managed key{'' if held.keys == 1 else 's'}")
    return " and ".join(said)


def _require_nothing_lost(deployment: Deployment, settings: RegionSettings) -> None:
    name = settings.name
    if is_elsewhere(deployment, settings):
        raise HomeError(
            f"`{name}` is another host's, and what it holds is not known here: look there, then say `--force`"
        )
    held = _holdings(deployment, settings)
    if not held.is_empty:
        raise HomeError(f"`{name}` holds {held_text(held)}; remove them first, or say `--force`")
    for other in deployment.regions_of(settings.partition):
        if other.name != name and not is_elsewhere(deployment, other):
            rows = _stores(deployment, other).links_to_shake(name, "", LINKS_PAGE)
            # Identity is the Regions' own affair: its link ends by itself when the deployment hosts the Region no more.
            links = sum(row.kind is not Kind.IDENTITY for row in rows)
            if links:
                many = "at least " if len(rows) == LINKS_PAGE else ""
                what = "secret or key" if links == 1 else "secrets and keys"
                raise HomeError(
                    f"`{other.name}` replicates {many}{links} {what} to `{name}`; "
                    "remove the Region from their replication first, or say `--force`"
                )


def _holdings(deployment: Deployment, settings: RegionSettings) -> Holdings:
    try:
        return _stores(deployment, settings).holdings()
    except StoreUnavailable as error:
        raise HomeError(f"Region `{settings.name}`: its database can't be read: {error}") from None


def _stores(deployment: Deployment, settings: RegionSettings) -> SQLiteStores:
    path = store_path(settings, home=deployment.home)
    try:
        schema.check(path, command="watchword up")
    except schema.SchemaError as error:
        raise HomeError(f"Region `{settings.name}`: {error}") from None
    return SQLiteStores(path, partition=settings.partition, region=settings.name)


# control


def _control(deployment: Deployment, name: str, *, force: bool) -> None:
    """Move the control Region of a partition.

      1. The new one has all that was written, or soon will have.
      2. Nobody of this host is control Region any more: what is written from now on is refused, for a while.
      3. The new one has all that was written.
      4. watchword.toml names it, and everybody learns it.
    Without (2), two Regions would take writes for as long as their processes are replaced, and one half would be lost.
    """
    partition = deployment.region(name).partition
    before = deployment.control_region(partition)
    after = with_control(deployment, name)
    if before == name:
        save(after)
        take_up()
        print(f"{name} is the control Region of {partition}")
        return
    # (1)
    if not force:
        _until_caught_up(deployment, before=before, after=name)
    try:
        # (2)
        take_up(moving=partition)
        # (3)
        if not force:
            _until_caught_up(deployment, before=before, after=name)
        # (4)
        save(after)
    finally:
        take_up()
    print(f"{name} is the control Region of {partition}; {before} was")
    if any(is_elsewhere(deployment, held) for held in deployment.regions_of(partition)):
        print("  every other host: copy watchword.toml there, and say `watchword region reload`")


def _until_caught_up(deployment: Deployment, *, before: str, after: str) -> None:
    for name in (before, after):
        if is_elsewhere(deployment, deployment.region(name)):
            raise HomeError(
                f"`{name}` is another host's, and whether `{after}` has all of {before}'s identity can't be told here; "
                "say `--force` if it has"
            )
    give_up = time.monotonic() + CAUGHT_UP_S_MAX
    while late := accounts_behind(
        ours=_identity_revisions(deployment, before), theirs=_identity_revisions(deployment, after)
    ):
        if time.monotonic() > give_up:
            raise HomeError(
                f"`{after}` has not all that was written of {', '.join(late)} in `{before}`; "
                "start both and wait, or say `--force` to lose it"
            )
        time.sleep(LOOK_S)


def accounts_behind(*, ours: dict[str, int], theirs: dict[str, int]) -> list[str]:
    """Return the accounts of which the other Region has an earlier state, or none. Pure."""
    return sorted(account for account, revision in ours.items() if theirs.get(account, 0) < revision)


def _identity_revisions(deployment: Deployment, name: str) -> dict[str, int]:
    try:
        return _stores(deployment, deployment.region(name)).identity_revisions()
    except StoreUnavailable as error:
        raise HomeError(f"Region `{name}`: its database can't be read: {error}") from None


def _now_ms() -> int:
    return time.time_ns() // 1_000_000
