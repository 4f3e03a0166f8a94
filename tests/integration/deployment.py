"""A real deployment for tests: made and started by the CLI, on free ports of loopback, ended by its process ids.

`deployed()` is the whole of it: `watchword init`, `watchword up`, and at the end SIGTERM and a look whether anything is
left. Every process of a run carries a mark in its environment, so that a test finds them all, whoever their parent is.
"""

from __future__ import annotations

import http.client
import json
import os
import re
import secrets
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import botocore.session
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.config import Config
from botocore.credentials import Credentials

from watchword.server.control import Question, Verb, ask

VIRGINIA = "us-east-1"
OHIO = "us-east-2"
WATCHWORD = (sys.executable, "-P", "-m", "watchword.cli.main")
WAIT_S_MAX = 30.0
"""Longer than anything here takes on a busy machine; nothing waits this long when all is well."""
LOOK_S = 0.01
MARK = "WATCHWORD_TEST_MARK"
PORTS = range(10_000, 17_000, 100)
"""Below those that the kernel gives out."""
VARIABLES = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "WATCHWORD_"))}


def until(true: Callable[[], object], *, what: str, seconds_max: float = WAIT_S_MAX) -> float:
    """Look until something is true; return how long that took, in seconds."""
    began = time.monotonic()
    while not true():
        assert time.monotonic() - began < seconds_max, f"not within {seconds_max:g} s: {what}"
        time.sleep(LOOK_S)
    return time.monotonic() - began


def watchword(*arguments: str, cwd: Path | None = None, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run one command of the CLI to its end."""
    return subprocess.run(
        [*WATCHWORD, *arguments],
        cwd=cwd,
        env=VARIABLES | variables,
        capture_output=True,
        text=True,
        timeout=WAIT_S_MAX,
    )


def base_port(*, regions: int = 2) -> int:
    """Return a port from which a deployment fits."""
    offsets = (*range(regions + 1), *range(51, 51 + regions))
    for step in range(len(PORTS)):
        base = PORTS[(os.getpid() + step) % len(PORTS)]
        if all(is_free(base + offset) for offset in offsets):
            return base
    raise AssertionError("no free ports")


def is_free(port: int) -> bool:
    """Whether a port of loopback can be taken now."""
    with closing(socket.socket()) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


class Refused(Exception):
    """What a call was refused with: AWS's code and words."""

    def __init__(self, code: str, message: str, *, status: int = 0) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message
        self.status = status


class Caller:
    """A small signed client on one kept connection: what a load can afford, and what names the raw answer.

    It retries nothing: a call whose connection breaks has an unknown outcome, and says so with OSError or
    HTTPException.
    """

    def __init__(
        self, endpoint: str, *, region: str, credentials: Credentials, timeout_s: float = WAIT_S_MAX
    ) -> None:
        self._host = urlsplit(endpoint).netloc
        self._region = region
        self._credentials = credentials
        self._timeout_s = timeout_s
        self._connection: http.client.HTTPConnection | None = None

    def ask(self, operation: str, *, service: str = "secretsmanager", **parameters: Any) -> dict[str, Any]:
        """Carry out one operation; Refused when it is refused."""
        status, said = self.answer(operation, service=service, **parameters)
        if status == 200:
            return said
        message = said.get("Message") or said.get("message") or ""
        raise Refused(str(said.get("__type", "")), str(message), status=status)

    def answer(
        self, operation: str, *, service: str = "secretsmanager", **parameters: object
    ) -> tuple[int, dict[str, Any]]:
        """Return the status and the document of the answer."""
        prefix = "TrentService" if service == "kms" else service
        body = json.dumps(parameters).encode()
        headers = self.signed_headers(f"{prefix}.{operation}", body, service=service)
        if self._connection is None:
            self._connection = http.client.HTTPConnection(self._host, timeout=self._timeout_s)
        try:
            self._connection.request("POST", "/", body=body, headers=headers)
            response = self._connection.getresponse()
            text = response.read()
        except BaseException:
            self.close()
            raise
        if response.will_close:
            self.close()
        return response.status, json.loads(text) if text else {}

    def signed_headers(self, target: str, body: bytes, *, service: str = "secretsmanager") -> dict[str, str]:
        """Return a POST's headers with the signature of botocore's own signer."""
        headers = {
            "Host": self._host,
            "X-Amz-Target": target,
            "Content-Type": "application/x-amz-json-1.1",
        }
        request = AWSRequest(method="POST", url=f"http://{self._host}/", data=body, headers=headers)
        SigV4Auth(self._credentials, service, self._region).add_auth(request)
        return dict(request.headers.items())

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None


class Deployment:
    """A deployment in a folder, and the run of `watchword up` that is under way, if one is."""

    def __init__(self, folder: Path, *, regions: Sequence[str] = (VIRGINIA, OHIO), workers: int = 2) -> None:
        self.folder = folder
        self.home = folder / "home"
        self.mark = secrets.token_hex(8)
        self.out, self.err = folder / "up.out", folder / "up.err"
        self.port = base_port(regions=len(regions))
        named = [word for region in regions for word in ("--region", region)]
        made = self.cli("init", *named, "--port", str(self.port), "--workers", str(workers))
        assert made.returncode == 0, made.stderr
        self.env: dict[str, Any] = json.loads(self.cli("env", "--json").stdout)
        self.regions = tuple(regions)
        self.session = botocore.session.Session()
        self.credentials = Credentials(self.env["access_key_id"], self.env["secret_access_key"])
        self.process: subprocess.Popen[bytes] | None = None

    # -- life

    def cli(self, verb: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        if verb in ("region", "account"):
            return watchword(verb, arguments[0], "--home", str(self.home), *arguments[1:])
        return watchword(verb, "--home", str(self.home), *arguments)

    def refresh(self) -> None:
        """Learn the Regions anew, after one was added or removed."""
        self.env = json.loads(self.cli("env", "--json").stdout)
        self.regions = tuple(self.env["regions"])

    def status_of(self, region: str) -> dict[str, Any]:
        """What `watchword status` shows of a Region."""
        told: dict[str, Any] = json.loads(self.cli("status", "--json").stdout)["regions"][region]
        return told

    def up(self, *command: str) -> float:
        """Start everything, or what another command starts; return how long it took until `ready`, in seconds."""
        began = time.monotonic()
        process = self.begin(*(command or ("up",)))
        until(lambda: self._is_ready() or process.poll() is not None, what="ready")
        assert self._is_ready(), self.log()
        return time.monotonic() - began

    def begin(self, verb: str, *arguments: str) -> subprocess.Popen[bytes]:
        """Start it and wait for nothing."""
        with self.out.open("wb") as out, self.err.open("ab") as err:
            self.process = subprocess.Popen(
                [*WATCHWORD, verb, *arguments, "--home", str(self.home)],
                env=VARIABLES | {MARK: self.mark},
                stdout=out,
                stderr=err,
                start_new_session=True,
            )
        return self.process

    def _is_ready(self) -> bool:
        return re.search(r"^ready", self.out.read_text(), re.MULTILINE) is not None

    def end(self) -> int:
        """SIGTERM, and wait until the supervisor has ended; return its exit status."""
        assert self.process is not None
        if self.process.poll() is None:
            self.process.terminate()
        try:
            return self.process.wait(timeout=WAIT_S_MAX)
        except subprocess.TimeoutExpired:
            self.process.kill()
            raise

    def clear_away(self) -> None:
        """Leave no process behind, whatever the test did."""
        if self.process is not None and self.process.poll() is None:
            self.process.kill()
            self.process.wait(timeout=WAIT_S_MAX)
        for pid in self.processes():
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)

    def require_nothing_wrong(self) -> None:
        """No process is left, and nobody's log tells of a fault of ours."""
        left = self.processes()
        assert left == set(), f"left over: {left}"
        said = self.log()
        assert "Traceback" not in said, said
        assert re.search(r"^(fault|unexpected) ", said, re.MULTILINE) is None, said

    def stop(self, region: str) -> None:
        ended = self.cli("stop", region)
        assert (ended.returncode, ended.stdout) == (0, f"{region} is stopped\n"), ended.stderr

    def start(self, region: str) -> None:
        ended = self.cli("start", region)
        assert (ended.returncode, ended.stdout) == (0, f"{region} is running\n"), ended.stderr

    def log(self) -> str:
        """What the supervisor and all processes have said so far."""
        return self.err.read_text(errors="replace")

    # -- its processes

    def status(self) -> dict[str, Any]:
        """What the supervisor says of its processes."""
        path = self.home / "run" / "control.sock"
        return ask(path, Question(verb=Verb.STATUS), seconds_max=WAIT_S_MAX)

    def pids(self, group: str) -> dict[str, int]:
        """Return the processes of a Region, or of `front-door`, that live now, by name."""
        status = self.status()
        held = (status["regions"] | status["others"])[group]
        return {one["name"]: one["pid"] for one in held["processes"] if one["pid"] is not None}

    def is_whole(self, group: str) -> bool:
        """Whether every process of a Region, or of `front-door`, has said that it is ready."""
        status = self.status()
        held = (status["regions"] | status["others"])[group]
        return all(one["state"] == "ready" for one in held["processes"])

    def processes(self) -> set[int]:
        """Return every living process of this run but the supervisor, found by the mark."""
        supervisor = None if self.process is None else self.process.pid
        found = set()
        for name in os.listdir("/proc"):
            if not name.isdigit() or int(name) == supervisor:
                continue
            try:
                environment = Path(f"/proc/{name}/environ").read_bytes()
                state = Path(f"/proc/{name}/stat").read_text().rpartition(")")[2].split()[0]
            except OSError:
                continue
            if f"{MARK}={self.mark}".encode() in environment and state != "Z":
                found.add(int(name))
        return found

    # -- its clients

    def endpoint(self, region: str, *, door: bool) -> str:
        """Return where a Region's requests go: to the front door, or to its own address."""
        return str(self.env["endpoint_url"] if door else self.env["regions"][region]["endpoint_url"])

    def caller(
        self,
        region: str,
        *,
        door: bool = False,
        timeout_s: float = WAIT_S_MAX,
        partition: str | None = None,
    ) -> Caller:
        """Return a small client of a Region, with the access key of its partition or of another one."""
        held = self.env["partitions"][partition or self.env["regions"][region]["partition"]]
        return Caller(
            self.endpoint(region, door=door),
            region=region,
            credentials=Credentials(held["access_key_id"], held["secret_access_key"]),
            timeout_s=timeout_s,
        )

    def client(
        self, region: str, *, service: str = "secretsmanager", door: bool = False, **changed: Any
    ) -> Any:
        """Return a botocore client, which is what boto3's are; `changed` goes over its arguments."""
        arguments: dict[str, Any] = {
            "region_name": region,
            "endpoint_url": self.endpoint(region, door=door),
            "aws_access_key_id": self.env["access_key_id"],
            "aws_secret_access_key": self.env["secret_access_key"],
            "config": Config(retries={"mode": "standard", "total_max_attempts": 1}, read_timeout=WAIT_S_MAX),
        }
        return self.session.create_client(service, **(arguments | changed))

    def replication(self, name: str, *, primary: str = VIRGINIA) -> dict[str, str]:
        """Return the status of each replica of a secret, by Region, as its primary's DescribeSecret says."""
        with closing(self.caller(primary)) as caller:
            described = caller.ask("DescribeSecret", SecretId=name)
        return {entry["Region"]: entry["Status"] for entry in described.get("ReplicationStatus", ())}

    def until_in_sync(
        self, name: str, *, primary: str = VIRGINIA, replica: str = OHIO, seconds_max: float = WAIT_S_MAX
    ) -> float:
        """Wait until a replica is InSync; return how long that took, in seconds."""
        return until(
            lambda: self.replication(name, primary=primary)[replica] == "InSync",
            what=f"`{name}` InSync in {replica}",
            seconds_max=seconds_max,
        )


@contextmanager
def scratch() -> Iterator[Path]:
    """Make a folder; not pytest's, for a Unix socket's path has 108 bytes and its folders are named after the test."""
    with tempfile.TemporaryDirectory(prefix="ww-") as made:
        yield Path(made)


@contextmanager
def deployed(
    *, regions: Sequence[str] = (VIRGINIA, OHIO), workers: int = 2, settings: str = ""
) -> Iterator[Deployment]:
    """Run a deployment for as long as the context lasts; nothing may be left of it, and no fault in its log.

    `settings` is put at the end of its watchword.toml, as a person would.
    """
    with scratch() as folder:
        deployment = Deployment(folder, regions=regions, workers=workers)
        with (deployment.home / "watchword.toml").open("a") as toml:
            toml.write(f"\n{settings}\n")
        try:
            deployment.up()
            yield deployment
            deployment.end()
            deployment.require_nothing_wrong()
        finally:
            deployment.clear_away()
