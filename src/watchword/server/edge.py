"""The HTTP edge of the API, the peer port and the front door: who may connect, deadlines, drain.

It reads a whole request under limits before anything else of ours runs, so that a slow client holds up
nobody. It decides nothing about requests; `edge_connection.py` says what it refuses. All of it runs in the
loop's thread.
"""

from __future__ import annotations

import asyncio
import errno
import logging
import socket
import ssl
from collections.abc import Sequence

from watchword.api.http import HTTPResponse
from watchword.server.edge_answer import Writer
from watchword.server.edge_connection import Connection
from watchword.server.edge_limits import (
    BodyLimit,
    Dispatch,
    Limits,
    Refusal,
    Reply,
    is_loopback,
    source_group,
)
from watchword.server.edge_threads import routed, threaded

__all__ = ["BodyLimit", "Dispatch", "Edge", "Limits", "Refusal", "Reply", "routed", "threaded"]

log = logging.getLogger(__name__)

ACCEPTS_A_TURN = 32
"""A crowd at the door must not keep the loop from those who are in."""

OVERFLOWING_MAX = 64
"""How many connections above the bound are told 503; beyond that they are only closed."""

BACKLOG = 1_024
"""Connections that the kernel keeps for us; those that find it full try again after a second."""

RETIRING_LOOK_S = 0.02

ACCEPT_PAUSE_S = 1.0
"""After running out of file descriptors: the socket stays readable, so asking again at once would spin."""


class Edge:
    """Serves HTTP/1.1 on any number of sockets, and hands each complete request to `dispatch`.

    `refusal` writes the edge's own refusals; `body_limit` says how large a request's body may be, by its
    headers, where that is not `limits.body_bytes_max`. `trusted_source_header` (lower case) names the
    caller's address; it is believed on Unix sockets only, and there it is taken out of the request. With
    `tls` every connection is TLS.
    """

    def __init__(
        self,
        dispatch: Dispatch,
        *,
        refusal: Refusal,
        limits: Limits | None = None,
        tls: ssl.SSLContext | None = None,
        trusted_source_header: str | None = None,
        body_limit: BodyLimit | None = None,
    ) -> None:
        self.dispatch = dispatch
        self.limits = Limits() if limits is None else limits
        self.trusted_source_header = trusted_source_header
        self.body_limit = body_limit
        self.writer = Writer()
        self.now = 0.0
        """The edge's clock, in milliseconds: moves with each sweep, and not while the process is stopped."""
        self.requests = 0
        """Complete requests that were handed to `dispatch`."""
        self.refusals = 0
        """Requests and connections that the edge itself refused."""
        self.running = 0
        """Requests at work; also those whose client has gone."""
        self.bodies_bytes = 0
        """Of request bodies that are held until they are answered."""
        self.retiring = False
        self.draining = False
        self._refusal = refusal
        self._tls = tls
        self._connections: set[Connection] = set()
        self._groups: dict[str, int] = {}
        self._overflowing: set[Connection] = set()
        self._listening: list[socket.socket] = []
        self._connecting: set[asyncio.Task[None]] = set()
        self._sweeper: asyncio.TimerHandle | None = None
        self._swept_at = 0.0
        self._quiet: asyncio.Event | None = None

    @property
    def secure(self) -> bool:
        return self._tls is not None

    @property
    def open_connections(self) -> int:
        return len(self._connections)

    # -- life

    async def listen(self, sock: socket.socket) -> None:
        """Accept connections on a bound socket, TCP or Unix, and own it; may be called for several."""
        loop = asyncio.get_running_loop()
        sock.setblocking(False)
        sock.listen(BACKLOG)
        self._listening.append(sock)
        loop.add_reader(sock.fileno(), self._accept, loop, sock)
        if self._sweeper is None:
            self._swept_at = loop.time()
            self._sweeper = loop.call_later(self.limits.sweep_ms / 1_000, self._sweep, loop)

    async def retire(self, *, ms: int) -> None:
        """Leave the listening sockets to a successor, and each connection after its next answer, which says so.

        So no client finds a connection closed on which it has just sent something. Returns when no connection is left, or
        after `ms`; `drain` ends the rest.
        """
        loop = asyncio.get_running_loop()
        self.retiring = True
        self._stop_listening(loop)
        for connection in tuple(self._connections):
            connection.retire_after_next()
        until = loop.time() + ms / 1_000
        while self._connections and not self.draining and loop.time() < until:
            await asyncio.sleep(RETIRING_LOOK_S)

    async def drain(self, *, ms: int) -> None:
        """Accept nothing more, let what has begun end, close everything; takes at most `ms`, whoever stalls.

        Connections that wait in a listening socket's queue are left to whoever else holds that socket.
        """
        loop = asyncio.get_running_loop()
        self.draining = True
        self._quiet = asyncio.Event()
        self._stop_listening(loop)
        for connection in tuple(self._connections):
            connection.retire()
        self._note_quiet()
        try:
            await asyncio.wait_for(self._quiet.wait(), ms / 1_000)
        except TimeoutError:
            if self._connections or self.running:
                log.warning(
                    "drain: %d connections and %d requests did not end in time",
                    len(self._connections),
                    self.running,
                )
        for task in tuple(self._connecting):
            task.cancel()
        for connection in tuple(self._connections | self._overflowing):
            connection.abort()
        if self._sweeper is not None:
            self._sweeper.cancel()
            self._sweeper = None
        # A turn of the loop in which the aborted transports close.
        await asyncio.sleep(0)

    def _stop_listening(self, loop: asyncio.AbstractEventLoop) -> None:
        for sock in self._listening:
            loop.remove_reader(sock.fileno())
            sock.close()
        self._listening.clear()

    # -- accepting

    def _accept(self, loop: asyncio.AbstractEventLoop, sock: socket.socket) -> None:
        for _ in range(ACCEPTS_A_TURN):
            try:
                client, address = sock.accept()
            except (BlockingIOError, InterruptedError, ConnectionAbortedError):
                return
            except OSError as error:
                if error.errno not in (errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM):
                    raise
                log.warning("no connection can be accepted: %s", error.strerror)
                loop.remove_reader(sock.fileno())
                loop.call_later(ACCEPT_PAUSE_S, self._accept_again, loop, sock)
                return
            client.setblocking(False)
            if sock.family == socket.AF_UNIX:
                self._admit(loop, client, source="", group=None)
            else:
                source = str(address[0])
                self._admit(loop, client, source=source, group=source_group(source))

    def _accept_again(self, loop: asyncio.AbstractEventLoop, sock: socket.socket) -> None:
        if sock in self._listening:
            loop.add_reader(sock.fileno(), self._accept, loop, sock)

    def _admit(
        self, loop: asyncio.AbstractEventLoop, client: socket.socket, *, source: str, group: str | None
    ) -> None:
        overflow = self._is_full(group)
        # Under TLS a refusal that can be read would cost a handshake, which is what the bound saves.
        if overflow and (self._tls is not None or len(self._overflowing) >= OVERFLOWING_MAX):
            self.refusals += 1
            client.close()
            return
        connection = Connection(self, source=source, group=group, overflow=overflow)
        if overflow:
            self._overflowing.add(connection)
        else:
            self._connections.add(connection)
            if group is not None:
                self._groups[group] = self._groups.get(group, 0) + 1
        task = loop.create_task(self._connect(loop, client, connection))
        self._connecting.add(task)
        task.add_done_callback(self._connecting.discard)

    def _is_full(self, group: str | None) -> bool:
        limits = self.limits
        if len(self._connections) >= limits.connections_max:
            return True
        if group is None:
            return False
        bound = (
            limits.connections_per_loopback_max if is_loopback(group) else limits.connections_per_source_max
        )
        return self._groups.get(group, 0) >= bound

    async def _connect(
        self, loop: asyncio.AbstractEventLoop, client: socket.socket, connection: Connection
    ) -> None:
        """Make a connection of an accepted socket, in a task, so that a TLS handshake counts as one."""
        tls = self._tls
        try:
            await loop.connect_accepted_socket(
                lambda: connection,
                client,
                ssl=tls,
                ssl_handshake_timeout=None if tls is None else self.limits.handshake_ms / 1_000,
                ssl_shutdown_timeout=None if tls is None else self.limits.linger_ms / 1_000,
            )
        except (OSError, asyncio.CancelledError) as error:
            # No certificate, the wrong one, no TLS at all, too slow, gone: all of these are OSErrors.
            client.close()
            if isinstance(error, OSError):
                self.refusals += 1
            self.forget(connection, charged=0)
        else:
            if self.draining:
                connection.retire()
            elif self.retiring:
                connection.retire_after_next()

    # -- what connections call

    def refuse(self, headers: Sequence[tuple[str, str]], status: int, text: str) -> HTTPResponse:
        self.refusals += 1
        return self._refusal(headers, status, text)

    def charge(self, body_bytes: int) -> bool:
        """Count bytes of bodies that are held; false says that those of all connections are too many."""
        self.bodies_bytes += body_bytes
        return self.bodies_bytes <= self.limits.bodies_bytes_max

    def begin(self) -> None:
        self.requests += 1
        self.running += 1

    def end(self, *, body_bytes: int) -> None:
        self.running -= 1
        self.bodies_bytes -= body_bytes
        if self.draining:
            self._note_quiet()

    def forget(self, connection: Connection, *, charged: int) -> None:
        self.bodies_bytes -= charged
        self._overflowing.discard(connection)
        if connection not in self._connections:
            return
        self._connections.remove(connection)
        group = connection.group
        if group is not None:
            left = self._groups[group] - 1
            if left:
                self._groups[group] = left
            else:
                del self._groups[group]
        if self.draining:
            self._note_quiet()

    # -- time

    def _sweep(self, loop: asyncio.AbstractEventLoop) -> None:
        sweep_ms = self.limits.sweep_ms
        at = loop.time()
        # A process that was stopped, or a loop held up, must not end clients whose bytes wait unread.
        self.now += min((at - self._swept_at) * 1_000, 2 * sweep_ms)
        self._swept_at = at
        for connection in tuple(self._connections):
            connection.sweep(self.now)
        for connection in tuple(self._overflowing):
            connection.sweep(self.now)
        self._sweeper = loop.call_later(sweep_ms / 1_000, self._sweep, loop)

    def _note_quiet(self) -> None:
        if not self._connections and not self.running and self._quiet is not None:
            self._quiet.set()
