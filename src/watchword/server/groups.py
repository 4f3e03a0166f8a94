"""Which processes and sockets a Region is made of, and the front door: what a supervisor is told to run."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import Protocol

from watchword.server.deployment import Address, CustodianSettings, Deployment, RegionSettings, address_of
from watchword.server.home import PrepareRegion, SealRoot
from watchword.server.listeners import Listener, TCPListener, UnixListener
from watchword.server.own_user import hand_over
from watchword.server.process import (
    Command,
    Context,
    Part,
    Program,
    Role,
    Run,
    Stage,
    custodian_command,
    hsm_command,
)
from watchword.server.supervisor import Group
from watchword.server.unsealing import sources_of, token_of

UP_CONTROL = Path("run") / "control.sock"
UP_LOCK = Path("run") / "lock"
FRONT_DOOR = "front-door"


class OpenStore(Protocol):
    """Look at a Region's database before its processes start, and close it; HomeError if it can't be used.

    With `migrate` an older schema is brought up to date after a copy of the database was made, without it
    refused.
    """

    def __call__(self, deployment: Deployment, settings: RegionSettings, *, migrate: bool) -> None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Composition:
    """What the commands need of the rest of the server: how a Region is made, opened and run."""

    seal_root: SealRoot
    prepare_region: PrepareRegion
    add_signing_keys: Callable[[Deployment], None]
    """Complete the watchword.toml of an earlier release; opens roots, so it is done apart."""
    open_store: OpenStore
    region_group: Callable[[Deployment, RegionSettings], Group]
    front_door_group: Callable[[Deployment], Group]


def addresses_of(deployment: Deployment) -> tuple[Address, ...]:
    """Return every address that `watchword up` listens on."""
    door = () if deployment.front_door is None else (address_of(deployment.front_door),)
    return (*door, *(address for held in deployment.regions for address in (held.address, held.peer)))


def region_control(settings: RegionSettings) -> Path:
    """Return where `watchword serve` listens for `start`, `stop` and `status`, relative to HOME."""
    return settings.folder / "control.sock"


def region_group(
    settings: RegionSettings,
    *,
    worker: Run,
    agent: Run,
    held: CustodianSettings = CustodianSettings(),  # noqa: B008 - a frozen value
    peers: Mapping[str, bytes] = MappingProxyType({}),
) -> Group:
    """Return a Region's group: the custodian, the process that speaks to its HSM, the API workers, the agent.

    Sockets by the names that each process knows: a worker has `api` (its own share of the endpoint's port)
    and `door`
    (the front door's Unix socket, one for all workers), the agent `peer`, the custodian `custody`, and `hsm` where
    there is one.
    """
    numbers = range(1, settings.workers + 1)
    sources = sources_of(settings)
    passphrase_file = sources.passphrase_file
    listeners: list[Listener] = [UnixListener(name="custody", path=settings.custody_socket)]
    listeners.append(UnixListener(name="door", path=settings.door_socket))
    listeners.append(TCPListener(name="peer", address=settings.peer))
    # One each, not one for all: the connections that wait for a killed worker wait for its successor alone,
    # and the kernel spreads by connection, where with one shared socket the last worker to fall asleep is
    # woken first.
    listeners += [
        TCPListener(name=f"api-{number}", address=settings.address, shared=True) for number in numbers
    ]
    command = custodian_command(
        root=settings.custody_root,
        key_file=sources.key_file.path,
        passphrase_file=None if passphrase_file is None else passphrase_file.path,
        are_credentials=sources.key_file.is_credential
        or (passphrase_file is not None and passphrase_file.is_credential),
        held=held,
        peers=peers,
    )
    custodian = Program(
        name="custodian",
        command=partial(_handed_over, command, settings=settings, held=held),
        listeners={"custody": "custody"} | ({} if held.hsm is None else {"hsm": "hsm"}),
    )
    parts: list[Part] = [custodian]
    if held.hsm is not None:
        listeners.append(UnixListener(name="hsm", path=settings.hsm_socket))
        speaks = hsm_command(
            socket_path=settings.hsm_socket, token=token_of(held.hsm), hsm=held.hsm, held=held
        )
        parts.append(Program(name="hsm", command=speaks))
    parts += [
        Role(
            name=f"worker-{number}",
            run=worker,
            listeners={"api": f"api-{number}", "door": "door"},
            overlaps=True,
        )
        for number in numbers
    ]
    # Alone: a second one would begin a new incarnation of the store behind the first one's back.
    parts.append(Role(name="agent", run=agent, listeners={"peer": "peer"}))
    return Group(
        name=settings.name,
        region=settings.name,
        parts=tuple(parts),
        listeners=tuple(listeners),
        lock=settings.lock,
    )


def _handed_over(
    command: Command, context: Context, *, settings: RegionSettings, held: CustodianSettings
) -> tuple[str, ...]:
    if held.user is not None:
        more = () if held.hsm is None else (held.hsm.pin_file,)
        hand_over(settings, home=Path(), user=held.user, more=more)
    return command(context)


def front_door_group(deployment: Deployment, *, run: Run) -> Group:
    """Return the front door's group: one process with the socket `front_door`."""
    assert deployment.front_door is not None
    listener = TCPListener(name="front_door", address=address_of(deployment.front_door))
    door = Role(
        name=FRONT_DOOR,
        run=run,
        listeners={"front_door": "front_door"},
        stage=Stage.FRONT_DOOR,
        overlaps=True,
    )
    return Group(name=FRONT_DOOR, region=None, parts=(door,), listeners=(listener,))
