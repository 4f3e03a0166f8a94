"""The edge's bare answer: 400 bytes, decided by nobody, from as many processes as there are API workers.

This is what everything else is measured against: the same edge, the same sockets, no gate.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import signal
import socket
import sys
from types import TracebackType

import uvloop

from watchword.api.http import HTTPRequest, HTTPResponse
from watchword.server.edge import Edge, Reply
from watchword.wire.answer import edge_refusal

ANSWER = HTTPResponse(
    status=200,
    headers=(("Content-Type", "application/x-amz-json-1.1"), ("x-amzn-RequestId", "0" * 36)),
    body=b"x" * 400,
)


class Bare:
    """Processes that answer 400 bytes on one port, for as long as the context lasts."""

    def __init__(self, *, workers: int) -> None:
        self._held = bound(0)
        self.port: int = self._held.getsockname()[1]
        spawn = multiprocessing.get_context("spawn")
        self._processes = [spawn.Process(target=_serve, args=(self.port,)) for _ in range(workers)]

    def __enter__(self) -> Bare:
        for process in self._processes:
            process.start()
        self._held.close()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for process in self._processes:
            process.terminate()
            process.join(10)

    @property
    def pids(self) -> list[int]:
        return [process.pid for process in self._processes if process.pid is not None]

    @property
    def endpoint(self) -> str:
        return f"http://127.0.0.1:{self.port}"


def _answer(_request: HTTPRequest, reply: Reply) -> None:
    reply(ANSWER)


def bound(port: int) -> socket.socket:
    """A socket on a port that several processes have; 0: on a free one."""
    sock = socket.socket()
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    sock.bind(("127.0.0.1", port))
    return sock


def _serve(port: int) -> None:
    async def serve() -> None:
        ended = asyncio.Event()
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, ended.set)
        edge = Edge(_answer, refusal=edge_refusal)
        await edge.listen(bound(port))
        await ended.wait()
        await edge.drain(ms=500)

    uvloop.run(serve())
    sys.exit(0)
