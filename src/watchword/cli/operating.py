"""`start`, `stop` and `status`: questions to a supervisor that runs, and to the Regions themselves."""

from __future__ import annotations

import http.client
import json
import os
import socket
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from watchword.server.control import Question, Verb, ask
from watchword.server.deployment import Deployment, HomeError, RegionSettings
from watchword.server.groups import UP_CONTROL, region_control
from watchword.server.supervisor import PATIENCE

ANSWER_S_MAX = PATIENCE.start_s_max + 2 * PATIENCE.grace_s + 5.0
"""Longer than a supervisor ever needs: a start that waits for a stop and then fails."""
STATUS_S_MAX = 3.0
STATUS_PATH = "/-/status"
STATUS_BYTES_MAX = 65_536
STATUS_ORDER = ("InSync", "InProgress", "Failed")
NOTHING = "-"
NOTHING_RUNS = "nothing runs in `{home}`; start it with `watchword up`"


@dataclass(frozen=True, slots=True, kw_only=True)
class RegionStatus:
    """One line of `watchword status`; `None` where nobody answered."""

    name: str
    state: str
    processes_ready: int | None = None
    processes: int | None = None
    secrets: int | None = None
    links: Mapping[str, int] | None = None
    worst_lag_ms: int | None = None
    custodian: Mapping[str, object] | None = None
    """Its protections, and how often it was used for what."""
    identity: Mapping[str, object] | None = None
    """How far behind the accounts' identity is in other Regions; only the control Region has links."""
    kms: Mapping[str, object] | None = None
    """A KMS elsewhere: its name, and whether it can be used."""


def start(deployment: Deployment, region: str) -> None:
    """Start a Region of a running deployment; it answers when this returns. HomeError if it does not come
    up."""
    _ask_for_region(deployment, Question(verb=Verb.START, region=region))


def stop(deployment: Deployment, region: str) -> None:
    """Stop a Region of a running deployment; its processes have ended when this returns."""
    _ask_for_region(deployment, Question(verb=Verb.STOP, region=region))


def status(deployment: Deployment, *, as_json: bool) -> str:
    """Return what runs and how replication stands, for a person or for a script."""
    os.chdir(deployment.home)
    running = running_regions(deployment)
    regions = [_status_of(settings, running.get(settings.name)) for settings in deployment.regions]
    return (
        json_text(regions)
        if as_json
        else "\n".join((table(regions), *map(custodian_line, regions), *kms_lines(regions))).rstrip()
    )


def require_running(deployment: Deployment) -> None:
    """Refuse where no supervisor runs here, or a Region of it is not running; HomeError says what to do."""
    os.chdir(deployment.home)
    running = running_regions(deployment)
    if not running:
        raise HomeError(NOTHING_RUNS.format(home=deployment.home))
    for settings in deployment.regions:
        state = running.get(settings.name, {}).get("state", "stopped")
        if state != "running":
            raise HomeError(
                f"Region `{settings.name}` is {state}; start it with `watchword start {settings.name}`"
            )


def table(regions: Sequence[RegionStatus]) -> str:
    """Lay the Regions out as lines of even columns. Pure."""
    rows = [("REGION", "STATE", "PROCESSES", "SECRETS", "LINKS", "WORST LAG")]
    for held in regions:
        processes = NOTHING if held.processes is None else f"{held.processes_ready} of {held.processes}"
        secrets = NOTHING if held.secrets is None else str(held.secrets)
        rows.append((held.name, held.state, processes, secrets, links_text(held.links), lag_text(held)))
    return columns(rows)


def columns(rows: Sequence[Sequence[str]]) -> str:
    """Lay rows out as lines of even columns. Pure."""
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows
    )


def custodian_line(region: RegionStatus) -> str:
    """Say how the Region's custodian is protected; nothing where nobody told. Pure."""
    told = region.custodian or {}
    if not isinstance(told.get("protections"), dict):
        return ""
    lines = [f"custodian of {region.name}  {_protections_text(told.get('protections'))}"]
    if told.get("hsm"):
        held = _protections_text(told.get("hsm_protections"))
        lines.append(f"HSM of {region.name}  {told['hsm']}" + (f"; its process: {held}" if held else ""))
    return "\n".join(lines)


def _protections_text(protections: object) -> str:
    held = protections if isinstance(protections, dict) else {}
    return ", ".join(f"{name}: {why if why == 'yes' else f'no ({why})'}" for name, why in held.items())


def kms_lines(regions: Sequence[RegionStatus]) -> list[str]:
    """Say where the keys of Regions are whose keys are elsewhere, and how they stand. Pure."""
    return [
        f"kms of {held.name}  {held.kms.get('name')}, default key {held.kms.get('default_key')}: {held.kms.get('standing')}"
        for held in regions
        if held.kms is not None
    ]


def json_text(regions: Sequence[RegionStatus]) -> str:
    """Write the same as a document. Pure."""
    document = {
        held.name: {
            "state": held.state,
            "processes": held.processes,
            "processes_ready": held.processes_ready,
            "secrets": held.secrets,
            "links": None if held.links is None else dict(held.links),
            "worst_lag_ms": held.worst_lag_ms,
            "identity": None if held.identity is None else dict(held.identity),
            "custodian": None if held.custodian is None else dict(held.custodian),
            "kms": None if held.kms is None else dict(held.kms),
        }
        for held in regions
    }
    return json.dumps({"regions": document}, indent=2)


def links_text(links: Mapping[str, int] | None) -> str:
    """Write link counts, the good ones first: `10 InSync, 2 InProgress`. Pure."""
    if links is None:
        return NOTHING
    known = [name for name in STATUS_ORDER if links.get(name)]
    others = sorted(name for name in links if name not in STATUS_ORDER and links[name])
    return ", ".join(f"{links[name]} {name}" for name in (*known, *others)) or "none"


def lag_text(region: RegionStatus) -> str:
    """Write the worst lag in the unit that a person reads most easily. Pure."""
    if region.worst_lag_ms is None:
        # Nothing waits to be replicated, or nobody told.
        return NOTHING if region.links is None else "none"
    if region.worst_lag_ms < 1_000:
        return f"{region.worst_lag_ms} ms"
    seconds = region.worst_lag_ms / 1_000
    if seconds < 60:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest} s" if minutes < 60 else f"{minutes // 60} h {minutes % 60} min"


def _ask_for_region(deployment: Deployment, question: Question) -> None:
    assert question.region is not None
    settings = deployment.region(question.region)
    os.chdir(deployment.home)
    # A deployment that `up` runs has one supervisor, a Region that `serve` runs has its own.
    for path in (UP_CONTROL, region_control(settings)):
        with suppress(FileNotFoundError, ConnectionRefusedError):
            ask(path, question, seconds_max=ANSWER_S_MAX)
            return
    raise HomeError(NOTHING_RUNS.format(home=deployment.home))


def running_regions(deployment: Deployment) -> dict[str, Mapping[str, object]]:
    """Return what each supervisor here says of its Regions; no supervisor, no entry."""
    found: dict[str, Mapping[str, object]] = {}
    for path in (UP_CONTROL, *(region_control(settings) for settings in deployment.regions)):
        with suppress(FileNotFoundError, ConnectionRefusedError):
            answer = ask(path, Question(verb=Verb.STATUS), seconds_max=STATUS_S_MAX)
            regions = answer.get("regions")
            if isinstance(regions, dict):
                found |= regions
    return found


def _status_of(settings: RegionSettings, said: Mapping[str, object] | None) -> RegionStatus:
    if said is None:
        return RegionStatus(name=settings.name, state="stopped")
    state = str(said.get("state"))
    processes = said.get("processes")
    if state == "stopped" or not isinstance(processes, list):
        return RegionStatus(name=settings.name, state=state)
    ready = sum(1 for process in processes if isinstance(process, dict) and process.get("state") == "ready")
    told = region_says(settings.door_socket)
    secrets, links, lag = told.get("secrets"), told.get("links"), told.get("worst_lag_ms")
    custodian, kms, identity = told.get("custodian"), told.get("kms"), told.get("identity")
    counts = {str(name): count for name, count in links.items()} if isinstance(links, dict) else None
    return RegionStatus(
        name=settings.name,
        state=state,
        processes_ready=ready,
        processes=len(processes),
        secrets=secrets if isinstance(secrets, int) else None,
        links=counts,
        worst_lag_ms=lag if isinstance(lag, int) else None,
        custodian=custodian if isinstance(custodian, dict) else None,
        kms=kms if isinstance(kms, dict) else None,
        identity=identity if isinstance(identity, dict) else None,
    )


def region_says(door: Path, path: str = STATUS_PATH) -> Mapping[str, object]:
    """Ask a Region for its own figures, or for its health; empty if it does not answer."""
    connection = _UnixConnection(door)
    try:
        connection.request("GET", path)
        # 503 is an answer too: that of a Region that is sealed.
        document = json.loads(connection.getresponse().read(STATUS_BYTES_MAX))
    except (OSError, http.client.HTTPException, ValueError):
        return {}
    finally:
        connection.close()
    return document if isinstance(document, dict) else {}


class _UnixConnection(http.client.HTTPConnection):
    """HTTP over a Unix socket; the host name is only what the request says."""

    def __init__(self, path: Path) -> None:
        super().__init__("localhost", timeout=STATUS_S_MAX)
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(STATUS_S_MAX)
        self.sock.connect(str(self._path))
