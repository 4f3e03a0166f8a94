"""`init`, `up` and `serve`: a deployment is made, its processes run until a person or a signal stops them."""

from __future__ import annotations

import os
import secrets
import shlex
import shutil
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack, suppress
from dataclasses import replace
from functools import partial
from pathlib import Path

from watchword.server.deployment import (
    ACCOUNT_DEFAULT,
    PORT_DEFAULT,
    WORKERS_DEFAULT,
    Deployment,
    HomeError,
    RegionSettings,
    planned,
    with_base_port,
)
from watchword.server.groups import UP_CONTROL, UP_LOCK, Composition, addresses_of, region_control
from watchword.server.home import (
    HOME_VARIABLE,
    REGIONS_DEFAULT,
    create,
    is_deployed,
    locked,
    open_home,
    recover,
    require_pieces,
    save,
)
from watchword.server.listeners import require_free
from watchword.server.process import apart
from watchword.server.supervisor import Group, Reload, Supervisor

SECRET_NAME = "first"  # noqa: S105 - the name of the example's secret


def make(
    home: Path,
    composition: Composition,
    *,
    regions: tuple[str, ...],
    account_id: str,
    port: int,
    workers: int,
) -> None:
    """Make a deployment, with this machine's clock and randomness; HomeError as `create` says."""
    create(
        home,
        regions=regions,
        account_id=account_id,
        port=port,
        workers=workers,
        entropy=secrets.token_bytes,
        now=time.time_ns() // 1_000_000,
        seal_root=composition.seal_root,
        prepare_region=composition.prepare_region,
    )


def up(
    home: Path, composition: Composition, *, port: int | None, home_option: str | None, strict: bool = False
) -> int:
    """Run every Region and the front door until a signal; make the deployment first where there is none."""
    recover(home)
    if not is_deployed(home):
        _create_for_up(home, composition, port=PORT_DEFAULT if port is None else port)
    deployment = open_home(home)
    (home / UP_LOCK).parent.mkdir(mode=0o700, exist_ok=True)
    with locked(home / UP_LOCK, taken=f"`watchword up` already runs in `{home}`"):
        deployment = _strictly(_with_signing_keys(_placed(deployment, port=port), composition), strict=strict)
        text = greeting(deployment, home_option=home_option)
        os.chdir(home)
        groups = _whole(deployment, composition)
        reload = _reload_of(deployment, strict=strict, groups_of=lambda latest: _whole(latest, composition))
        supervisor = Supervisor(groups, control=UP_CONTROL, reload=reload)
        return supervisor.run(on_ready=lambda: _say(text))


def serve(home: Path, composition: Composition, *, region: str, strict: bool = False) -> int:
    """Run one Region until a signal; an older schema is refused, for other hosts may share the store."""
    deployment = _strictly(_with_signing_keys(open_home(home), composition), strict=strict)
    settings = deployment.region(region)

    def groups_of(latest: Deployment) -> list[Group]:
        """Where the Region was removed, nothing is left to run."""
        named = [held for held in latest.regions if held.name == region]
        return [_region(latest, held, composition, migrate=False) for held in named]

    groups = groups_of(deployment)
    os.chdir(home)
    ready = f"ready: {region} answers at {settings.endpoint}; Ctrl-C stops it"
    reload = _reload_of(deployment, strict=strict, groups_of=groups_of)
    supervisor = Supervisor(groups, control=region_control(settings), reload=reload)
    return supervisor.run(on_ready=lambda: _say(ready))


def _reload_of(
    deployment: Deployment, *, strict: bool, groups_of: Callable[[Deployment], list[Group]]
) -> Reload:
    """Return how a supervisor reads its home anew; it remembers what it has read."""
    current = deployment

    def reload(moving: str | None) -> list[Group] | None:
        nonlocal current
        without_control = frozenset() if moving is None else frozenset((moving,))
        latest = replace(
            _strictly(open_home(deployment.home), strict=strict), without_control=without_control
        )
        if latest == current:
            return None
        groups = groups_of(latest)
        current = latest
        return groups

    return reload


def _whole(deployment: Deployment, composition: Composition) -> list[Group]:
    groups = [_region(deployment, settings, composition, migrate=True) for settings in deployment.regions]
    if deployment.front_door is not None:
        groups.append(composition.front_door_group(deployment))
    return groups


def _with_signing_keys(deployment: Deployment, composition: Composition) -> Deployment:
    """Return the deployment with the signing keys of all Regions whose roots can be opened here."""
    if all(settings.signing_key is not None for settings in deployment.regions):
        return deployment
    try:
        apart(partial(composition.add_signing_keys, deployment))
        return open_home(deployment.home)
    except HomeError as error:
        # All else works without them, as it did before.
        print(f"watchword: no signing key was added, so no session can be issued: {error}", file=sys.stderr)
        return deployment


def _strictly(deployment: Deployment, *, strict: bool) -> Deployment:
    """Return the deployment with strict custodians, if it is asked for here or in its settings."""
    held = deployment.custodian
    return replace(deployment, custodian=replace(held, strict=strict or held.strict))


def _region(
    deployment: Deployment, settings: RegionSettings, composition: Composition, *, migrate: bool
) -> Group:
    require_pieces(deployment, settings.name)
    # Under the Region's lock: a schema must not change under another supervisor's processes.
    prepare = partial(composition.open_store, deployment, settings, migrate=migrate)
    return replace(composition.region_group(deployment, settings), prepare=partial(apart, prepare))


def _create_for_up(home: Path, composition: Composition, *, port: int) -> None:
    # Asked before anything is made: a port that is taken should not leave a folder behind that remembers it.
    plan = planned(
        home=home,
        deployment_id="",
        regions=REGIONS_DEFAULT,
        account_id=ACCOUNT_DEFAULT,
        port=port,
        workers=WORKERS_DEFAULT,
    )
    require_free(addresses_of(plan))
    apart(
        partial(
            make,
            home,
            composition,
            regions=REGIONS_DEFAULT,
            account_id=ACCOUNT_DEFAULT,
            port=port,
            workers=WORKERS_DEFAULT,
        )
    )


def _placed(deployment: Deployment, *, port: int | None) -> Deployment:
    """Return the deployment on the ports asked for, written down if they are others than before."""
    moved = deployment if port is None else with_base_port(deployment, port)
    if moved == deployment:
        return deployment
    with ExitStack() as held:
        # A Region that `serve` runs stays where it is.
        for settings in deployment.regions:
            taken = f"another supervisor runs `{settings.name}`; stop that before its ports move"
            held.enter_context(locked(deployment.home / settings.lock, taken=taken))
        require_free(addresses_of(moved))
        save(moved)
    return moved


def greeting(deployment: Deployment, *, home_option: str | None) -> str:
    """Return what `up` prints when everything answers; its last line begins with `ready`."""
    names = [settings.name for settings in deployment.regions]
    lines = []
    if deployment.front_door is not None:
        lines.append(f"  {'front door':<16} {deployment.front_door}")
    lines += [f"  {settings.name:<16} {settings.endpoint}" for settings in deployment.regions]
    lines += ["", "Point AWS tools here, in another terminal, and try them:", ""]
    # Under $WATCHWORD_HOME too: the other terminal may not have it.
    home = home_option or (str(deployment.home) if os.environ.get(HOME_VARIABLE) else None)
    lines.append(f'  eval "$({command_line("env", home)})"')
    # Nothing is replicated from one partition to another.
    near = [settings.name for settings in deployment.regions_of(deployment.regions[0].partition)]
    replicas = "".join(f" --add-replica-regions Region={name}" for name in near[1:2])
    create_secret = f"aws secretsmanager create-secret --name {SECRET_NAME} --secret-string hello"
    lines.append(f"  {create_secret} --region {names[0]}{replicas}")
    lines.append(f"  aws secretsmanager get-secret-value --secret-id {SECRET_NAME} --region {near[:2][-1]}")
    lines += ["", f"ready: {listed(names)} answer{'s' if len(names) == 1 else ''}; Ctrl-C stops"]
    return "\n".join(lines)


def command_line(verb: str, home: str | None) -> str:
    """Return a command line to paste: with the path by which this program was called."""
    called = sys.argv[0]
    found = shutil.which("watchword")
    on_path = found is not None and Path(found).absolute() == Path(called).absolute()
    words = ["watchword" if on_path or Path(called).name != "watchword" else called, verb]
    return shlex.join(words if home is None else [*words, "--home", home])


def listed(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def _say(text: str) -> None:
    # A reader that has gone away is no reason to stop what now runs.
    with suppress(BrokenPipeError):
        print(text, flush=True)
