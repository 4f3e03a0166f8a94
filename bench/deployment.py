"""A deployment for the bench: real processes in a folder of its own, on free ports, ended by their ids."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from types import TracebackType
from typing import Any

import boto3
from botocore.config import Config

READY_S_MAX = 30.0
STOP_S_MAX = 20.0


class Deployment:
    """`watchword init` and `watchword up`, for as long as the context lasts."""

    def __init__(self, home: Path, *, workers: int) -> None:
        self.home = home
        self.port = _free_ports()
        _watchword("init", "--home", str(home), "--port", str(self.port), "--workers", str(workers))
        began = time.monotonic()
        self._log = (home.parent / f"{home.name}.log").open("w+")
        self._process = subprocess.Popen(
            [sys.executable, "-m", "watchword.cli.main", "up", "--home", str(home)],
            stdout=self._log,
            stderr=subprocess.STDOUT,
        )
        self._wait_for_ready()
        self.ready_s = time.monotonic() - began
        self.env: dict[str, Any] = json.loads(_watchword("env", "--home", str(home), "--json"))
        self.regions: list[str] = list(self.env["regions"])

    def __enter__(self) -> Deployment:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.send_signal(signal.SIGTERM)
        try:
            self._process.wait(STOP_S_MAX)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._log.close()

    def endpoint(self, region: str) -> str:
        return str(self.env["regions"][region]["endpoint_url"])

    def client(self, region: str) -> Any:
        return boto3.client(
            "secretsmanager",
            region_name=region,
            endpoint_url=self.endpoint(region),
            aws_access_key_id=self.env["access_key_id"],
            aws_secret_access_key=self.env["secret_access_key"],
            config=Config(max_pool_connections=16, retries={"max_attempts": 2}),
        )

    def processes(self, pattern: str = "") -> list[int]:
        """The ids of this deployment's processes; with a pattern, those whose open files or command match it."""
        children = _descendants(self._process.pid)
        return [self._process.pid, *children] if not pattern else [p for p in children if _is_of(p, pattern)]

    def _wait_for_ready(self) -> None:
        ends = time.monotonic() + READY_S_MAX
        path = Path(self._log.name)
        while not re.search(r"^ready", path.read_text(), re.MULTILINE):
            if self._process.poll() is not None or time.monotonic() > ends:
                self._process.kill()
                raise RuntimeError(f"the deployment did not come up:\n{path.read_text()}")
            time.sleep(0.02)


def cpu_s(pids: list[int]) -> float:
    """User and system time that these processes have used so far. Linux."""
    ticks = 0
    for pid in pids:
        try:
            fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")


def pss_mib(pids: list[int]) -> float:
    """Proportional set size of these processes together: shared pages count once. Linux."""
    kib = 0
    for pid in pids:
        try:
            rollup = Path(f"/proc/{pid}/smaps_rollup").read_text()
        except OSError:
            continue
        kib += int(re.search(r"^Pss:\s+(\d+)", rollup, re.MULTILINE)[1])  # type: ignore[index]  # always there
    return kib / 1024


def _watchword(*arguments: str) -> str:
    command = [sys.executable, "-m", "watchword.cli.main", *arguments]
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout


def _descendants(pid: int) -> list[int]:
    try:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except OSError:
        return []
    found = [int(child) for child in children]
    return found + [deeper for child in found for deeper in _descendants(child)]


def _is_of(pid: int, region: str) -> bool:
    """Whether a process belongs to a Region: it holds a socket or file of that Region's folder open."""
    try:
        names = [os.readlink(f"/proc/{pid}/fd/{fd}") for fd in os.listdir(f"/proc/{pid}/fd")]
        command = Path(f"/proc/{pid}/cmdline").read_text()
    except OSError:
        return False
    return region in command or any(f"/{region}/" in name for name in names)


def _free_ports() -> int:
    """A base port with room for a deployment's: the front door, its Regions and their peer ports."""
    for base in range(17_700, 60_000, 100):
        held: list[socket.socket] = []
        try:
            for port in (*range(base, base + 4), *range(base + 50, base + 54)):
                one = socket.socket()
                held.append(one)
                one.bind(("127.0.0.1", port))
        except OSError:
            continue
        else:
            return base
        finally:
            for one in held:
                one.close()
    raise RuntimeError("no free ports")
