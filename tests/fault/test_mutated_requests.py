"""100,000 requests that are nearly right, to the real processes of a Region: none is answered 5xx, and nobody is lost.

They are signed, so that they get past the signature, and made from a seed, which a complaint names beside the request's
number. Each client keeps a few requests under way on its connection and has names of its own: were two to change one
secret at once, one of them might rightly be told to try again.
"""

from __future__ import annotations

import os
import re
import select
import signal
import socket
import sqlite3
import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import pytest
from tests.fault import mutations
from tests.fault.mutations import Mutated, Pool
from tests.integration.deployment import VIRGINIA, Caller, Deployment, deployed, scratch, until

from watchword.api.http import HTTPResponse
from watchword.sigv4.sign import sign

SEED = int(os.environ.get("WATCHWORD_TEST_SEED", "20261122"))
COUNT = 100_000
CLIENTS = 4
CHAPTER = 200
"""Requests of one connection: with a new one a client comes to another worker."""
WINDOW_BYTES = 60_000
WINDOW_REQUESTS = 16
"""What is under way on a connection; a request that is larger goes alone."""
WAIT_S = 30.0
SHOWN_MAX = 20
SECRETS_MAX = 1_000
"""Some of the damaged names are names too: a finite number of them."""
KEYS_MAX = 300
KMS = frozenset(model.name for model in mutations.models() if model.service_model.service_name == "kms")


@dataclass(kw_only=True)
class Run:
    """What the clients have seen. Used by several threads; each adds, none reads before the end."""

    wrong: list[str] = field(default_factory=list)
    seen: Counter[tuple[str, str]] = field(default_factory=Counter)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def note(self, asked: Sequence[Mutated], answers: Sequence[HTTPResponse]) -> None:
        outcomes = [
            (one.operation, "success" if got.status == 200 else mutations.code_of(got.body, got.headers))
            for one, got in zip(asked, answers, strict=False)
        ]
        complaints = [
            f"{one}: {said}"
            for one, got in zip(asked, answers, strict=False)
            if (said := mutations.wrong_with(one, status=got.status, body=got.body, headers=got.headers))
            is not None
        ]
        if len(answers) < len(asked):
            complaints.append(f"{asked[len(answers)]}: the connection ended without an answer")
        with self.lock:
            self.seen.update(outcomes)
            self.wrong += complaints


class Client(threading.Thread):
    """Sends its share of the requests: every `CLIENTS`th."""

    def __init__(self, deployment: Deployment, run: Run, *, first: int, count: int, pool: Pool) -> None:
        super().__init__(name=f"client-{first}", daemon=True)
        self._address = urlsplit(deployment.endpoint(VIRGINIA, door=False))
        self._credentials = deployment.credentials
        self._run = run
        self._numbers = range(first, count, CLIENTS)
        self._pool = pool

    def run(self) -> None:
        try:
            for start in range(0, len(self._numbers), CHAPTER):
                if len(self._run.wrong) > SHOWN_MAX:
                    return
                self._chapter(self._numbers[start : start + CHAPTER])
        except Exception as error:  # noqa: BLE001 - a thread's end must be seen by the test
            self._run.wrong.append(f"{self.name}: {error!r}")

    def _chapter(self, numbers: range) -> None:
        asked = [mutations.mutated(number, seed=SEED, pool=self._pool) for number in numbers]
        now = time.time_ns() // 1_000_000
        texts = [self._signed(one, now=now) for one in asked]
        with closing(socket.create_connection((self._address.hostname, self._address.port))) as wire:
            answers = exchanged(wire, texts)
        self._run.note(asked, answers)

    def _signed(self, asked: Mutated, *, now: int) -> bytes:
        request = sign(
            asked.request(host=self._address.netloc),
            access_key_id=self._credentials.access_key,
            secret_access_key=self._credentials.secret_key,
            region=VIRGINIA,
            service=asked.service,
            now=now,
        )
        lines = "".join(f"{name}: {value}\r\n" for name, value in request.headers)
        head = f"{request.method} {request.target} HTTP/1.1\r\n{lines}Content-Length: {len(request.body)}\r\n\r\n"
        return head.encode("latin-1") + request.body


def exchanged(wire: socket.socket, requests: Sequence[bytes]) -> list[HTTPResponse]:
    """Send requests and read their answers, a window ahead of them; return those that came before the connection ended.

    It reads while it writes: a peer that is not read stops reading.
    """
    wire.setblocking(False)
    waiting = list(reversed(requests))
    out, received, answers = bytearray(), bytearray(), list[HTTPResponse]()
    sent = 0
    while len(answers) < len(requests):
        while waiting and sent - len(answers) < WINDOW_REQUESTS and (not out or len(out) < WINDOW_BYTES):
            out += waiting.pop()
            sent += 1
        readable, writable, _ = select.select([wire], [wire] if out else [], [], WAIT_S)
        assert readable or writable, "no answer in time"
        if writable:
            try:
                del out[: wire.send(out)]
            except OSError:
                out.clear()
        if readable:
            try:
                piece = wire.recv(1 << 18)
            except OSError:
                piece = b""
            if not piece:
                break
            received += piece
            answers += taken(received)
    return answers


_LENGTH = re.compile(rb"\r\ncontent-length: (\d+)\r\n", re.IGNORECASE)
_CODE = re.compile(rb"\r\n(x-amzn-errortype): (\w+)\r\n", re.IGNORECASE)


def taken(received: bytearray) -> Iterator[HTTPResponse]:
    """Take every whole answer off the front of what was received; of its headers, the one that can be a refusal's code."""
    while (end := received.find(b"\r\n\r\n") + 4) > 3:
        length = _LENGTH.search(received, 0, end)
        assert length is not None, bytes(received[:end])
        whole = end + int(length[1])
        if len(received) < whole:
            return
        code = _CODE.search(received, 0, end)
        headers = () if code is None else ((code[1].decode(), code[2].decode()),)
        yield HTTPResponse(status=int(received[9:12]), headers=headers, body=bytes(received[end:whole]))
        del received[:whole]


def pools(deployment: Deployment) -> list[Pool]:
    with closing(deployment.caller(VIRGINIA)) as caller:

        def ask(operation: str, **members: Any) -> dict[str, Any]:
            return caller.ask(operation, service="kms" if operation in KMS else "secretsmanager", **members)

        return [mutations.pool_of(ask, prefix=f"fuzz-{number}") for number in range(CLIENTS)]


def sent_to(deployment: Deployment, *, count: int, prepared: Sequence[Pool]) -> Run:
    """Send that many requests from several clients."""
    run = Run()
    clients = [
        Client(deployment, run, first=number, count=count, pool=pool) for number, pool in enumerate(prepared)
    ]
    for client in clients:
        client.start()
    for client in clients:
        client.join()
    return run


def require_nothing_wrong(run: Run) -> None:
    shown = "\n".join(run.wrong[:SHOWN_MAX])
    assert run.wrong == [], f"with WATCHWORD_TEST_SEED={SEED}:\n{shown}"


def faults_in(log: str) -> list[str]:
    """What the log tells of faults, and of processes that ended and were started again."""
    return re.findall(
        r"^.*(?:Traceback|\bfault |\bunexpected |started again|is killed).*$", log, re.MULTILINE
    )


def test_100_000_mutated_requests_are_no_fault_and_lose_nobody() -> None:
    with deployed(regions=(VIRGINIA,)) as deployment:
        prepared = pools(deployment)
        before = deployment.pids(VIRGINIA)
        run = sent_to(deployment, count=COUNT, prepared=prepared)
        after = deployment.pids(VIRGINIA)
        log = deployment.log()
        with closing(deployment.caller(VIRGINIA)) as caller:
            secrets = len(every_secret(caller))
        with closing(store_of(deployment)) as store:
            (keys,) = store.execute("SELECT count(*) FROM kms_key").fetchone()

    require_nothing_wrong(run)
    assert before == after
    assert faults_in(log) == []
    assert sum(run.seen.values()) == COUNT
    # Requests that all ended at the first check would have shown nothing.
    deep = {operation for operation, outcome in run.seen if outcome not in mutations.EARLY_CODES}
    assert {model.name for model in mutations.models()} - deep == set()
    assert sum(n for (_, outcome), n in run.seen.items() if outcome == "success") > COUNT / 20
    # And the state has not grown with their number.
    assert secrets < SECRETS_MAX
    assert keys < KEYS_MAX


def every_secret(caller: Caller) -> list[Any]:
    page = caller.ask("ListSecrets", IncludePlannedDeletion=True)
    found = list(page["SecretList"])
    while "NextToken" in page:
        page = caller.ask("ListSecrets", IncludePlannedDeletion=True, NextToken=page["NextToken"])
        found += page["SecretList"]
    return found


def store_of(deployment: Deployment) -> sqlite3.Connection:
    path = deployment.home / "regions" / VIRGINIA / "store.sqlite3"
    return sqlite3.connect(path, isolation_level=None)


@contextmanager
def faulty_deployment() -> Iterator[Deployment]:
    """As `deployed`, of which nobody expects a clean log."""
    with scratch() as folder:
        deployment = Deployment(folder, regions=(VIRGINIA,))
        try:
            deployment.up()
            yield deployment
            deployment.end()
        finally:
            deployment.clear_away()


def test_the_harness_finds_a_fault_and_a_lost_worker() -> None:
    """Planted: values that do not open, which is a fault of ours, and a worker that is killed meanwhile."""
    with faulty_deployment() as deployment:
        prepared = pools(deployment)
        before = deployment.pids(VIRGINIA)
        with closing(store_of(deployment)) as store:
            store.execute("UPDATE secret_version SET sealed = substr(sealed, 1, length(sealed) - 1)")

        faulty = sent_to(deployment, count=2_000, prepared=prepared)
        told = faults_in(deployment.log())
        os.kill(before["worker-1"], signal.SIGKILL)
        until(
            lambda: deployment.pids(VIRGINIA).get("worker-1") not in (before["worker-1"], None),
            what="one more",
        )

        assert faulty.wrong
        assert all(one.endswith("answered 500 InternalServiceError") for one in faulty.wrong)
        assert told
        assert len(faults_in(deployment.log())) > len(told)
        assert deployment.pids(VIRGINIA) != before


@pytest.mark.parametrize("cut", [0, 1, 30, 100])
def test_an_answer_is_taken_when_it_is_whole(cut: int) -> None:
    whole = b"HTTP/1.1 400 Bad Request\r\nx-amzn-ErrorType: Conflict\r\nContent-Length: 2\r\n\r\n{}"
    received = bytearray((whole * 2)[: len(whole) * 2 - cut])

    answers = list(taken(received))

    wanted = HTTPResponse(status=400, headers=(("x-amzn-ErrorType", "Conflict"),), body=b"{}")
    assert answers == [wanted] * (2 if cut == 0 else 1 if cut < len(whole) else 0)
