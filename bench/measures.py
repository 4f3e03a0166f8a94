"""What is measured, and how."""

from __future__ import annotations

import http.client
import json
import socket
import threading
import time
import uuid
from contextlib import suppress
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from bench import load
from bench.bare import Bare
from bench.deployment import Deployment, cpu_s, pss_mib
from bench.load import Result, Signed

WARM_UP_S = 1.0
LAG_SECRETS = 20
LOOK_S = 0.0005


class Row(NamedTuple):
    figure: str
    setting: str
    value: str
    beside: str = ""


class Loaded(NamedTuple):
    result: Result
    cpu_us: float
    """Per request, of all processes that were asked about."""


def reads(deployment: Deployment, *, secrets: int, seconds: float, workers: int) -> list[Row]:
    """GetSecretValue with everything on, spread over many secrets, after the bare answer on the same cores."""
    region = deployment.regions[0]
    client = deployment.client(region)
    names = [f"bench/read-{number:05d}" for number in range(secrets)]
    for name in names:
        client.create_secret(Name=name, SecretString=json.dumps({"username": "app", "password": "p" * 120}))
    requests = [_signed(deployment, region, "GetSecretValue", {"SecretId": name}) for name in names]
    with Bare(workers=workers) as bare:
        _until_answered(bare)
        plain = _loaded(bare.endpoint, requests, pids=bare.pids, seconds=seconds)
    pids = deployment.processes(region)
    with_all = _loaded(deployment.endpoint(region), requests, pids=pids, seconds=seconds)
    setting = f"{workers} worker(s), {secrets} secrets, {load.CONNECTIONS} connections"
    return [
        Row("bare 400-byte answer", setting, f"{plain.result.per_second:,.0f} /s"),
        Row("bare, CPU per request", setting, f"{plain.cpu_us:.0f} µs"),
        Row(
            "GetSecretValue",
            setting,
            f"{with_all.result.per_second:,.0f} /s, {with_all.result.failed} failed",
            f"{with_all.result.per_second / plain.result.per_second:.2f} of its rate",
        ),
        Row(
            "GetSecretValue p50 / p99",
            setting,
            f"{with_all.result.p50_ms:.1f} / {with_all.result.p99_ms:.1f} ms",
            f"bare: {plain.result.p50_ms:.1f} / {plain.result.p99_ms:.1f} ms",
        ),
        Row(
            "GetSecretValue, CPU of the Region per request",
            setting,
            f"{with_all.cpu_us:.0f} µs",
            f"{with_all.cpu_us / plain.cpu_us:.1f} times its CPU",
        ),
    ]


def creates(deployment: Deployment, *, seconds: float) -> list[Row]:
    """CreateSecret with a value; each request is another name, so the load ends when they are used up."""
    region = deployment.regions[0]
    count = round(2_000 * seconds)
    requests = [
        _signed(
            deployment,
            region,
            "CreateSecret",
            {
                "Name": f"bench/create-{uuid.uuid4().hex}",
                "SecretString": "p" * 150,
                "ClientRequestToken": str(uuid.uuid4()),
            },
        )
        for _ in range(count)
    ]
    result = load.run(deployment.endpoint(region), requests, seconds=seconds, connections=16)
    done = min(result.requests, count)
    return [
        Row(
            "CreateSecret",
            "2 worker(s), 16 connections",
            f"{done / result.seconds:,.0f} /s, {result.failed} failed",
        ),
        Row("CreateSecret p50 / p99", "", f"{result.p50_ms:.1f} / {result.p99_ms:.1f} ms"),
    ]


def lag(deployment: Deployment, *, seconds: float, writes_per_second: int) -> list[Row]:
    """From the commit in the primary to the value readable in the replica, at a steady rate of writes.

    A writer puts numbered values into a few secrets, in turn; a reader asks the replica Region for those that are on
    their way, over one kept connection with requests signed beforehand, until the number is there. PutSecretValue has
    committed when it answers, so the clock starts at the answer; what is readable before it counts as zero.
    """
    primary, replica = deployment.regions[:2]
    client = deployment.client(primary)
    names = [f"bench/lag-{number}" for number in range(LAG_SECRETS)]
    for name in names:
        client.create_secret(Name=name, SecretString="0", AddReplicaRegions=[{"Region": replica}])
    _until_in_sync(deployment, names)

    on_the_way: dict[str, int] = {}
    committed: dict[tuple[str, int], float] = {}
    ended = threading.Event()
    writes = round(seconds * writes_per_second)
    writer = threading.Thread(
        target=_write, args=(client, names, writes, writes_per_second, on_the_way, committed, ended)
    )
    asking = {name: _signed(deployment, replica, "GetSecretValue", {"SecretId": name}) for name in names}
    connection = http.client.HTTPConnection(urlsplit(deployment.endpoint(replica)).netloc, timeout=10)
    seen: dict[tuple[str, int], float] = {}
    began = time.monotonic()
    writer.start()
    while not ended.is_set() or on_the_way:
        for name, turn in list(on_the_way.items()):
            connection.request("POST", "/", body=asking[name].body, headers=asking[name].headers)
            found = int(json.loads(connection.getresponse().read())["SecretString"])
            if found >= turn:
                seen[name, found] = time.monotonic()
                if on_the_way.get(name) == found:
                    del on_the_way[name]
        time.sleep(LOOK_S)
    writer.join()
    connection.close()
    rate = writes / (max(committed.values()) - began)
    lags = sorted(max(0.0, seen[write] - at) * 1_000 for write, at in committed.items() if write in seen)
    return [
        Row(
            "replication lag p50 / p99",
            f"{rate:.0f} writes/s asked for {writes_per_second}, {len(names)} secrets",
            f"{lags[len(lags) // 2]:.1f} / {lags[int(len(lags) * 0.99)]:.1f} ms",
            f"{len(lags)} writes seen, {len(committed) - len(lags)} overtaken by the next",
        )
    ]


def _write(
    client: Any,
    names: list[str],
    writes: int,
    writes_per_second: int,
    on_the_way: dict[str, int],
    committed: dict[tuple[str, int], float],
    ended: threading.Event,
) -> None:
    began = time.monotonic()
    for number in range(writes):
        name = names[number % len(names)]
        turn = number // len(names) + 1
        client.put_secret_value(SecretId=name, SecretString=str(turn))
        committed[name, turn] = time.monotonic()
        on_the_way[name] = turn
        time.sleep(max(0.0, began + (number + 1) / writes_per_second - time.monotonic()))
    ended.set()


def memory(deployment: Deployment, *, workers: int) -> Row:
    pids = deployment.processes()
    setting = f"2 Regions with {workers} worker(s), front door, supervisor: {len(pids)} processes"
    return Row("memory (PSS)", setting, f"{pss_mib(pids):.0f} MiB")


def _loaded(endpoint: str, requests: list[Signed], *, pids: list[int], seconds: float) -> Loaded:
    load.run(endpoint, requests, seconds=WARM_UP_S)
    before = cpu_s(pids)
    result = load.run(endpoint, requests, seconds=seconds)
    return Loaded(result=result, cpu_us=(cpu_s(pids) - before) / max(1, result.requests) * 1e6)


def _signed(deployment: Deployment, region: str, operation: str, body: dict[str, str]) -> Signed:
    return load.sign(
        deployment.endpoint(region),
        region=region,
        target=f"secretsmanager.{operation}",
        body=json.dumps(body),
        access_key_id=deployment.env["access_key_id"],
        secret_access_key=deployment.env["secret_access_key"],
    )


def _until_answered(bare: Bare) -> None:
    ends = time.monotonic() + 10
    while time.monotonic() < ends:
        with suppress(OSError), socket.create_connection(("127.0.0.1", bare.port), timeout=1):
            return
        time.sleep(0.05)
    raise RuntimeError("the bare server did not come up")


def _until_in_sync(deployment: Deployment, names: list[str]) -> None:
    client = deployment.client(deployment.regions[0])
    ends = time.monotonic() + 30
    for name in names:
        while client.describe_secret(SecretId=name)["ReplicationStatus"][0]["Status"] != "InSync":
            if time.monotonic() > ends:
                raise RuntimeError(f"{name} is not InSync")
            time.sleep(0.01)
