"""What the edge's tests share: an edge that really serves, in a loop of its own, and a client that speaks raw bytes."""

from __future__ import annotations

import asyncio
import json
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import uvloop

from watchword.api.http import HTTPRequest, HTTPResponse
from watchword.server.edge import BodyLimit, Dispatch, Edge, Limits, Reply
from watchword.wire.answer import edge_refusal

WAIT_S = 10.0
"""No test waits longer for anything."""

QUICK = Limits(
    header_ms=300,
    body_ms=1_000,
    body_grace_ms=300,
    idle_ms=900,
    write_ms=400,
    linger_ms=300,
    handshake_ms=300,
    sweep_ms=20,
)


def echo(request: HTTPRequest) -> HTTPResponse:
    """Answer with what was asked, as the edge understood it."""
    seen = {
        "method": request.method,
        "target": request.target,
        "headers": request.headers,
        "body": request.body.decode("latin-1"),
        "source": request.source,
        "secure": request.secure,
        "peer": request.peer,
    }
    return HTTPResponse(status=200, headers=(("Content-Type", "text/plain"),), body=json.dumps(seen).encode())


def inline(handler: Callable[[HTTPRequest], HTTPResponse]) -> Dispatch:
    def dispatch(request: HTTPRequest, reply: Reply) -> None:
        reply(handler(request))

    return dispatch


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes

    def header(self, name: str) -> str | None:
        return next((value for held, value in self.headers if held.lower() == name), None)

    @property
    def seen(self) -> Any:
        """What `echo` said."""
        return json.loads(self.body)


class Wire:
    """A raw connection, as a client that may send anything."""

    def __init__(self, sock: socket.socket) -> None:
        self.sock = sock
        self.sock.settimeout(WAIT_S)
        self._read = b""

    def __enter__(self) -> Wire:
        return self

    def __exit__(self, *_: object) -> None:
        self.sock.close()

    def send(self, data: bytes) -> Wire:
        self.sock.sendall(data)
        return self

    def line(self) -> bytes:
        while b"\r\n" not in self._read:
            self._more()
        line, _, self._read = self._read.partition(b"\r\n")
        return line

    def answer(self, *, to_head: bool = False) -> Answer:
        """Read one whole answer."""
        status = int(self.line().split(b" ")[1])
        headers = []
        while line := self.line():
            name, _, value = line.decode("latin-1").partition(": ")
            headers.append((name, value))
        size = 0 if to_head or status == 204 else int({n.lower(): v for n, v in headers}["content-length"])
        while len(self._read) < size:
            self._more()
        body, self._read = self._read[:size], self._read[size:]
        return Answer(status=status, headers=tuple(headers), body=body)

    def is_ended(self) -> bool:
        """Wait until the other side closes; false if it still sends something."""
        try:
            return self._read == b"" and self.sock.recv(1) == b""
        except ConnectionError:
            return True

    def is_silent(self, *, seconds: float) -> bool:
        """Say that nothing comes for a while, not even the end."""
        self.sock.settimeout(seconds)
        try:
            self._more()
        except TimeoutError:
            return True
        finally:
            self.sock.settimeout(WAIT_S)
        return False

    def _more(self) -> None:
        data = self.sock.recv(65_536)
        if not data:
            raise EOFError(f"the connection ended after {self._read!r}")
        self._read += data


@dataclass(slots=True, kw_only=True)
class Served:
    """A running edge."""

    edge: Edge
    loop: asyncio.AbstractEventLoop
    address: tuple[str, int] | str

    def connect(self) -> Wire:
        if isinstance(self.address, str):
            sock = socket.socket(socket.AF_UNIX)
            sock.connect(self.address)
            return Wire(sock)
        return Wire(socket.create_connection(self.address, timeout=WAIT_S))

    def ask(self, data: bytes) -> Answer:
        """Send bytes on a connection of their own and return the one answer."""
        with self.connect() as wire:
            return wire.send(data).answer()

    def drain(self, *, ms: int) -> float:
        """Drain, from outside the loop; return how long it took, in seconds."""
        began = time.monotonic()
        asyncio.run_coroutine_threadsafe(self.edge.drain(ms=ms), self.loop).result(WAIT_S)
        return time.monotonic() - began

    def retire(self, *, ms: int) -> float:
        """Drain, from outside the loop; return how long it took, in seconds."""
        began = time.monotonic()
        asyncio.run_coroutine_threadsafe(self.edge.retire(ms=ms), self.loop).result(WAIT_S)
        return time.monotonic() - began

    def eventually(self, claim: Callable[[Edge], bool]) -> bool:
        """Wait until something is true of the edge; say whether it came true."""
        return eventually(lambda: claim(self.edge))


def eventually(claim: Callable[[], bool], *, seconds: float = WAIT_S) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if claim():
            return True
        time.sleep(0.01)
    return False


def best_p99_ms(
    connect: Callable[[], Wire], data: bytes, *, windows: int = 4, window_s: float = 0.5
) -> float:
    """Ask one thing every 2 ms on one connection; return the best window's 99th percentile.

    Counted from when each was due, so that a standstill of 20 ms is ten slow requests and not one. The best window:
    what the machine does beside the test comes and goes, what the edge does is in every window.
    """
    found = []
    with connect() as wire:
        for _ in range(windows):
            took = []
            due = time.monotonic()
            end = due + window_s
            while due < end:
                time.sleep(max(0.0, due - time.monotonic()))
                assert wire.send(data).answer().status == 200
                took.append((time.monotonic() - due) * 1_000)
                due += 0.002
            found.append(sorted(took)[int(len(took) * 0.99)])
    return min(found)


def listening(path: Path | None = None) -> socket.socket:
    if path is None:
        sock = socket.socket()
        sock.bind(("127.0.0.1", 0))
    else:
        sock = socket.socket(socket.AF_UNIX)
        sock.bind(str(path))
    sock.listen(512)
    return sock


@contextmanager
def serving(
    dispatch: Dispatch | None = None,
    *,
    limits: Limits = QUICK,
    tls: ssl.SSLContext | None = None,
    path: Path | None = None,
    trusted_source_header: str | None = None,
    body_limit: BodyLimit | None = None,
    loop: asyncio.AbstractEventLoop | None = None,
) -> Iterator[Served]:
    """Serve on a port of loopback, or on a Unix socket, until the block ends; a real loop in a thread."""
    sock = listening(path)
    address = sock.getsockname()
    loop = uvloop.new_event_loop() if loop is None else loop
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    edge = Edge(
        inline(echo) if dispatch is None else dispatch,
        refusal=edge_refusal,
        limits=limits,
        tls=tls,
        trusted_source_header=trusted_source_header,
        body_limit=body_limit,
    )
    asyncio.run_coroutine_threadsafe(edge.listen(sock), loop).result(WAIT_S)
    try:
        yield Served(edge=edge, loop=loop, address=address)
    finally:
        asyncio.run_coroutine_threadsafe(edge.drain(ms=0), loop).result(WAIT_S)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(WAIT_S)
        loop.close()
