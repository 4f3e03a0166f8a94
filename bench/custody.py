"""What it costs that key material is held by another process: GetSecretValue in four compositions, side by side.

One Region of a real deployment, with its store and its custodian; beside it API workers of the bench's own over the same
store, one load after the other, round and round, so that whatever else the machine does hits all of them:

  1. custody in memory: the Region's root is opened in the worker itself, which no product process does;
  2. the custodian in its own process, and the bounded memory of data keys: the product;
  3. custody in memory, and no data key kept: each read unwraps;
  4. the custodian in its own process, and nothing kept (`keep_data_keys = false`): each read has it asked.

The cost is CPU of workers and custodian together, 2 beside 1 and 4 beside 3; rates of a shared machine say more of its
neighbours. Once with one worker, once with two, and 3 and 4 also for a lone client, whose reads nobody's come together with.
And because a memory of data keys must not outlive a key: how long reads go on after DisableKey and ScheduleKeyDeletion have
answered.
"""

from __future__ import annotations

import asyncio
import json
import multiprocessing
import os
import signal
import sys
import threading
import time
from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace
from multiprocessing.synchronize import Semaphore
from pathlib import Path
from statistics import median
from types import TracebackType
from typing import Any, NamedTuple
from unittest.mock import patch

import boto3
import uvloop
from botocore.config import Config
from botocore.exceptions import ClientError

from bench import load
from bench.bare import bound
from bench.deployment import Deployment, cpu_s
from bench.load import Signed
from bench.measures import Row
from watchword.custody import root
from watchword.custody.core import Keyring
from watchword.server import region as composition
from watchword.server.api_worker import answering
from watchword.server.edge import Edge
from watchword.server.home import open_home
from watchword.wire.answer import edge_refusal

IN_FORCE_MS_MAX = 1_000.0
READERS = 8
READ_ON_S = 1.5
"""How long the readers go on after a key was disabled: longer than it may take."""
WARM_UP_S = 1.0
WARM_UPS_MAX = 5
START_S_MAX = 20.0


@dataclass(frozen=True, kw_only=True)
class Composition:
    """How a worker of the bench reaches custody."""

    name: str
    in_memory: bool = False
    keeps_data_keys: bool = True


IN_MEMORY = Composition(name="custody in memory", in_memory=True)
KEPT = Composition(name="custodian, data keys kept")
IN_MEMORY_NOT_KEPT = Composition(
    name="custody in memory, nothing kept", in_memory=True, keeps_data_keys=False
)
NOT_KEPT = Composition(name="custodian, nothing kept", keeps_data_keys=False)
COMPOSITIONS = (IN_MEMORY, KEPT, IN_MEMORY_NOT_KEPT, NOT_KEPT)
WANTED: Mapping[Composition, tuple[Composition, float]] = {
    KEPT: (IN_MEMORY, 1.3),
    NOT_KEPT: (IN_MEMORY_NOT_KEPT, 2.0),
}
"""Beside which one, and at most how many times its cost."""


@dataclass(frozen=True, kw_only=True)
class Setting:
    """How many answer, how many ask at once, and what of it is measured."""

    workers: int
    connections: int = load.CONNECTIONS
    compositions: tuple[Composition, ...] = COMPOSITIONS

    def __str__(self) -> str:
        asked = "1 client" if self.connections == 1 else f"{self.connections} connections"
        return f"{self.workers} worker{'s' if self.workers > 1 else ''}, {asked}"


SETTINGS = (
    Setting(workers=1),
    Setting(workers=2),
    Setting(workers=1, connections=1, compositions=(IN_MEMORY_NOT_KEPT, NOT_KEPT)),
)


def measure(folder: Path, *, quick: bool = False) -> list[Row]:
    """The rows of the table; needs `wrk`."""
    secrets, rounds, seconds = (20, 1, 1.0) if quick else (1_000, 4, 2.0)
    with Deployment(folder / "home-custody", workers=2) as deployment:
        names = _made(deployment, count=secrets)
        rows = [
            row
            for setting in SETTINGS
            for row in _reads(deployment, setting, names, rounds=rounds, seconds=seconds)
        ]
        return [*rows, *_in_force(deployment)]


# -- reads


def _made(deployment: Deployment, *, count: int) -> list[str]:
    client = _client(deployment, "secretsmanager")
    names = [f"bench/custody-{number:05d}" for number in range(count)]
    for name in names:
        client.create_secret(Name=name, SecretString=json.dumps({"username": "app", "password": "p" * 120}))
    return names


def _reads(
    deployment: Deployment, setting: Setting, names: list[str], *, rounds: int, seconds: float
) -> list[Row]:
    region = deployment.regions[0]
    custodian = [pid for pid in deployment.processes(region) if _is_custodian(pid, region)]
    compositions = setting.compositions
    loads: dict[Composition, list[Loaded]] = {composed: [] for composed in compositions}
    for turn in range(rounds):
        # Each is first in some rounds: what comes first finds a quieter machine.
        at = turn % len(compositions)
        for composed in compositions[at:] + compositions[:at]:
            with Workers(deployment, composed, count=setting.workers) as workers:
                requests = [_signed(deployment, workers.endpoint, name) for name in names]
                pids = [*workers.pids, *custodian]
                loads[composed].append(
                    _loaded(
                        workers.endpoint,
                        requests,
                        pids=pids,
                        seconds=seconds,
                        connections=setting.connections,
                    )
                )
    told = f"{setting}, {len(names)} secrets, median of {rounds}"
    return [_row(loads, composed, told) for composed in compositions]


class Loaded(NamedTuple):
    cpu_us: float
    """Per request, of workers and custodian."""
    per_second: float
    p50_ms: float
    failed: int


def _loaded(
    endpoint: str, requests: list[Signed], *, pids: list[int], seconds: float, connections: int
) -> Loaded:
    # Until each secret was read at least once, what is kept is not: a load of some seconds would show how it is filled.
    for _ in range(WARM_UPS_MAX):
        if load.run(endpoint, requests, seconds=WARM_UP_S).requests > len(requests):
            break
    before = cpu_s(pids)
    result = load.run(endpoint, requests, seconds=seconds, connections=connections)
    return Loaded(
        cpu_us=(cpu_s(pids) - before) / max(1, result.requests) * 1e6,
        per_second=result.per_second,
        p50_ms=result.p50_ms,
        failed=result.failed,
    )


def _row(loads: Mapping[Composition, list[Loaded]], composed: Composition, setting: str) -> Row:
    taken = loads[composed]
    beside = ""
    if composed in WANTED and WANTED[composed][0] in loads:
        base, limit = WANTED[composed]
        # Of one round: what the machine did to the one, it did to the other.
        ratio = median(
            one.cpu_us / other.cpu_us for one, other in zip(taken, loads[base], strict=True) if other.cpu_us
        )
        beside = f"{ratio:.2f} times in memory, wanted {limit:.1f}{' **' if ratio > limit else ''}"
    cpu_us, per_second = median(one.cpu_us for one in taken), median(one.per_second for one in taken)
    failed = sum(one.failed for one in taken)
    p50_ms = median(one.p50_ms for one in taken)
    value = f"{cpu_us:.0f} µs CPU, {per_second:,.0f} /s, p50 {p50_ms:.1f} ms, {failed} failed"
    return Row(f"GetSecretValue, {composed.name}", setting, value, beside)


def _is_custodian(pid: int, region: str) -> bool:
    command = Path(f"/proc/{pid}/cmdline").read_text()
    return "watchword.custody" in command and region in command


def _signed(deployment: Deployment, endpoint: str, name: str) -> Signed:
    return load.sign(
        endpoint,
        region=deployment.regions[0],
        target="secretsmanager.GetSecretValue",
        body=json.dumps({"SecretId": name}),
        access_key_id=deployment.env["access_key_id"],
        secret_access_key=deployment.env["secret_access_key"],
    )


class Workers:
    """API workers of the bench over a Region's store, on one port, for as long as the context lasts."""

    def __init__(self, deployment: Deployment, composed: Composition, *, count: int) -> None:
        self._held = bound(0)
        port = self._held.getsockname()[1]
        self.endpoint = f"http://127.0.0.1:{port}"
        spawn = multiprocessing.get_context("spawn")
        self._ready = spawn.Semaphore(0)
        self._processes = [
            spawn.Process(
                target=_serve, args=(deployment.home, deployment.regions[0], port, composed, self._ready)
            )
            for _ in range(count)
        ]

    def __enter__(self) -> Workers:
        for process in self._processes:
            process.start()
        for _ in self._processes:
            if not self._ready.acquire(timeout=START_S_MAX):
                raise RuntimeError("the bench's workers did not come up")
        self._held.close()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for process in self._processes:
            process.terminate()
        for process in self._processes:
            process.join(START_S_MAX)

    @property
    def pids(self) -> list[int]:
        return [process.pid for process in self._processes if process.pid is not None]


class InMemory(Keyring):
    """A Region's keyring in the place of the way to it."""

    def ahead(self, _opened: object) -> AbstractContextManager[None]:
        """Never asked: a keyring lets nobody wait."""
        return nullcontext()

    def ping(self) -> None:
        """Return at once: there is nobody to wait for."""


def _serve(home: Path, name: str, port: int, composed: Composition, ready: Semaphore) -> None:
    """The body of a bench's worker: what `api_worker.py` serves, without its housekeeping."""
    deployment = open_home(home)
    settings = next(one for one in deployment.regions if one.name == name)
    # As the product's processes do: paths of the settings are relative.
    os.chdir(home)
    loops = threading.main_thread()
    held = replace(deployment.custodian, keep_data_keys=composed.keeps_data_keys)
    deployment = replace(deployment, custodian=held)

    def compose() -> composition.Region:
        return composition.compose(
            deployment,
            settings,
            process=f"bench-{os.getpid()}",
            committed=lambda: None,
            may_wait=lambda: threading.current_thread() is not loops,
        )

    if composed.in_memory:
        keyring = InMemory(
            root.unlock(settings.folder / "root.sealed", home / "unseal" / f"{name}.key"), entropy=os.urandom
        )
        # No product process holds keys and serves clients, so `compose` has no way to say it.
        with patch.object(composition, "CustodyClient", lambda *_, **__: keyring):
            region = compose()
    else:
        region = compose()

    async def serve() -> None:
        ended = asyncio.Event()
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, ended.set)
        edge = Edge(answering(region), refusal=edge_refusal)
        await edge.listen(bound(port))
        ready.release()
        await ended.wait()
        await edge.drain(ms=500)

    uvloop.run(serve())
    composition.close_trail(region)
    sys.exit(0)


# -- a key that was disabled


def _in_force(deployment: Deployment) -> list[Row]:
    """How long the Region's own workers, both of them busy reading, go on after the key is of no use."""
    kms, client = _client(deployment, "kms"), _client(deployment, "secretsmanager")
    rows = []
    for figure, disable in (
        ("a disabled key is in force", kms.disable_key),
        ("a key that is to be deleted is in force", kms.schedule_key_deletion),
    ):
        key = kms.create_key()["KeyMetadata"]["KeyId"]
        name = f"bench/disabled-{key}"
        client.create_secret(Name=name, SecretString="p" * 120, KmsKeyId=key)
        readers = [Reader(deployment, name) for _ in range(READERS)]
        for reader in readers:
            reader.start()
        while any(reader.reads < 50 for reader in readers):
            time.sleep(0.01)
        disable(KeyId=key)
        answered = time.monotonic()
        time.sleep(READ_ON_S)
        for reader in readers:
            reader.ended.set()
        for reader in readers:
            reader.join()
        # A read counts by its start: one that began before the answer may see the key as it was.
        late_ms = max(0.0, *(reader.last_begun - answered for reader in readers)) * 1_000
        refused = sum(reader.refused for reader in readers)
        missed = " **" if late_ms > IN_FORCE_MS_MAX or not refused else ""
        rows.append(
            Row(
                figure,
                f"2 workers, {READERS} readers",
                f"{late_ms:.1f} ms after the answer{missed}",
                f"{refused} reads refused, wanted within {IN_FORCE_MS_MAX:,.0f} ms",
            )
        )
    return rows


class Reader(threading.Thread):
    """Reads one secret again and again on a connection of its own."""

    def __init__(self, deployment: Deployment, name: str) -> None:
        super().__init__(daemon=True)
        self._client = _client(deployment, "secretsmanager")
        self._name = name
        self.ended = threading.Event()
        self.reads = 0
        self.refused = 0
        self.last_begun = 0.0
        """When the last read began that gave the value."""

    def run(self) -> None:
        while not self.ended.is_set():
            begun = time.monotonic()
            try:
                self._client.get_secret_value(SecretId=self._name)
            except ClientError as refusal:
                # Anything else is no answer about a key: the thread ends, and the row says that nothing was refused.
                if refusal.response["ResponseMetadata"]["HTTPStatusCode"] != 400:
                    raise
                self.refused += 1
            else:
                self.last_begun = begun
                self.reads += 1


def _client(deployment: Deployment, service: str) -> Any:
    region = deployment.regions[0]
    return boto3.client(
        service,
        region_name=region,
        endpoint_url=deployment.endpoint(region),
        aws_access_key_id=deployment.env["access_key_id"],
        aws_secret_access_key=deployment.env["secret_access_key"],
        config=Config(retries={"total_max_attempts": 1}),
    )
