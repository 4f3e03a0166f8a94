"""Secrets in the clear are nowhere: not in the database, its log, the trail, what processes print, or their environments.

Reliability, 4.7 and I15. Canaries are planted through every way in, also through requests that are refused.
"""

from __future__ import annotations

import base64
import json
import secrets
import socket
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from tests.fault.load import until_all_in_sync
from tests.integration.deployment import OHIO, VIRGINIA, Deployment, deployed, until

COUNT = 8


@pytest.fixture(scope="module")
def deployment() -> Iterator[Deployment]:
    with deployed() as running:
        yield running


def spellings(canary: bytes) -> list[bytes]:
    """Every way in which a value may be written by accident: raw, hex, base64 at each of three offsets, UTF-16, JSON."""
    spelled = [
        canary,
        canary.hex().encode(),
        canary.hex().upper().encode(),
        canary.decode().encode("utf-16-le"),
    ]
    for offset in range(3):
        encoded = base64.b64encode(bytes(offset) + canary + bytes(3))
        # Without the characters at both ends that its neighbours have a part in.
        spelled.append(encoded[4 if offset else 0 : len(encoded) - 8])
    return spelled


def found(canaries: Sequence[bytes], deployment: Deployment, *, but: Sequence[Path] = ()) -> list[str]:
    """Return where a canary stands: in which file of the deployment, or in what of which process."""
    needles = [(canary[:6].decode(), needle) for canary in canaries for needle in spellings(canary)]
    places = [path for path in sorted(deployment.folder.rglob("*")) if path.is_file() and path not in but]
    assert deployment.process is not None
    pids = {deployment.process.pid, *deployment.processes()}
    places += [Path(f"/proc/{pid}/{what}") for pid in sorted(pids) for what in ("environ", "cmdline")]
    hits = []
    for path in places:
        content = path.read_bytes()
        hits += [f"{path}: {canary}" for canary, needle in needles if needle in content]
    return hits


def canary() -> bytes:
    return f"canary{secrets.token_hex(16)}".encode()


def test_values_are_in_no_file_and_no_environment(deployment: Deployment) -> None:
    planted = [canary() for _ in range(COUNT)]
    strings, binary, refused = planted[:3], planted[3], planted[4:]
    with closing(deployment.caller(VIRGINIA)) as caller, closing(deployment.caller(OHIO)) as ohio:
        for number, one in enumerate(strings):
            caller.ask(
                "CreateSecret",
                Name=f"canary/{number}",
                SecretString=one.decode(),
                ClientRequestToken=secrets.token_hex(16),
                AddReplicaRegions=[{"Region": OHIO}],
            )
        caller.ask(
            "PutSecretValue",
            SecretId="canary/0",
            SecretBinary=base64.b64encode(binary).decode(),
            ClientRequestToken=secrets.token_hex(16),
        )
        until_all_in_sync(deployment, [f"canary/{number}" for number in range(3)], seconds_max=10.0)
        for asked in (caller, ohio):
            for number in range(3):
                asked.ask("GetSecretValue", SecretId=f"canary/{number}")
        statuses = [
            # A replica, a name that is taken, a value of the wrong type beside one that is right, a wrong signature.
            ohio.answer("PutSecretValue", SecretId="canary/1", SecretString=refused[0].decode())[0],
            caller.answer("CreateSecret", Name="canary/0", SecretString=refused[1].decode())[0],
            caller.answer("PutSecretValue", SecretId=7, SecretString=refused[2].decode())[0],
            _wrongly_signed(deployment, refused[3]),
        ]
    # What is to be written about it has been: the agent joins the events of changes to the trail.
    until(lambda: _joined(deployment, VIRGINIA) >= 4, what="the events of four changes in the trail")

    assert [400] * 4 == statuses
    assert [] == found(planted, deployment)


def _joined(deployment: Deployment, region: str) -> int:
    """Return how many changes of secrets that succeeded have their event in a Region's trail."""
    trail = deployment.home / "regions" / region / "trail"
    lines = [
        json.loads(line) for segment in trail.glob("*.jsonl") for line in segment.read_text().splitlines()
    ]
    return sum(
        line["eventName"] in ("CreateSecret", "PutSecretValue") and "errorCode" not in line for line in lines
    )


def test_the_secret_access_key_is_in_its_own_file_alone(deployment: Deployment) -> None:
    key = deployment.env["secret_access_key"].encode()
    file = deployment.home / "credentials"

    assert [] == found([key], deployment, but=[file])
    assert [f"{file}: {key[:6].decode()}"] == found([key], deployment)


def _wrongly_signed(deployment: Deployment, value: bytes) -> int:
    """Send a value with a signature that is not its own, and malformed at that; return the status."""
    body = b'{"SecretString": "' + value + b'", "SecretString": NaN}'
    caller = deployment.caller(VIRGINIA)
    headers = caller.signed_headers("secretsmanager.CreateSecret", b"{}")
    lines = "".join(f"{name}: {header}\r\n" for name, header in headers.items() if name != "Content-Length")
    port = urlsplit(deployment.endpoint(VIRGINIA, door=False)).port
    with closing(socket.create_connection(("127.0.0.1", port), timeout=10.0)) as wire:
        wire.sendall(f"POST / HTTP/1.1\r\n{lines}Content-Length: {len(body)}\r\n\r\n".encode() + body)
        return int(wire.recv(65_536).split(b" ")[1])


def test_the_scan_finds_what_is_planted(deployment: Deployment) -> None:
    """In each spelling, deep in the folder; and in the environment of a process, where the run's own mark stands."""
    one = canary()
    planted = deployment.home / "regions" / OHIO / "trail" / "planted"
    missed = []
    for content in (
        one,
        one.hex().encode(),
        one.decode().encode("utf-16-le"),
        *(base64.b64encode(b"x" * offset + one + b"yz") for offset in range(3)),
        json.dumps({"SecretString": one.decode()}).encode(),
    ):
        planted.write_bytes(bytes(5_000) + content + bytes(5_000))
        if not found([one], deployment):
            missed.append(content)
    planted.unlink()

    assert [] == missed
    assert [] == found([one], deployment)
    assert [] != found([deployment.mark.encode()], deployment)
