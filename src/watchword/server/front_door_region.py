"""The front door's client of one Region: kept connections to its Unix socket, bounded in number and in time.

The rules:

  1. A Region has so many connections and so many requests that wait for one; what is beyond is answered at once. So a
     Region that stands still holds these and nothing else, and the others lose nothing.
  2. Every request ends at its deadline, counted from its arrival, wherever it stands then.
  3. A request is sent again only if it is certain that the Region does not have it: the connection was closed before
     the write, or the write failed. (A Region begins a request only when all of it has come.) Everything else may have
     been carried out, and only the caller knows whether it may be repeated.
  4. Whatever comes on a connection on which nothing was asked ends the connection: it would be taken for the answer to
     somebody else's request.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import httptools

from watchword.api.http import HTTPResponse
from watchword.regions.partitions import DEFAULT_PARTITION

HOP_BY_HOP = frozenset(
    (
        "connection",
        "keep-alive",
        "proxy-connection",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
        "expect",
    )
)
"""Said between two neighbours only (RFC 9110, 7.6.1); no SDK signs them."""

ANSWER_FRAMING = HOP_BY_HOP | {"content-length", "date"}
"""The edge writes its own."""

Ended = Callable[["Exchange", HTTPResponse | None], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Region:
    """A Region behind the door."""

    name: str
    socket_path: Path
    partition: str = DEFAULT_PARTITION


@dataclass(frozen=True, slots=True, kw_only=True)
class RegionLimits:
    """What one Region may hold of the front door."""

    connections_max: int = 64
    waiting_max: int = 256
    """Requests that wait for one of the connections."""
    connect_ms: int = 1_000
    answer_ms: int = 10_000
    """From a request's arrival to the end of its answer."""
    answer_bytes_max: int = 2_097_152
    answer_header_bytes_max: int = 32_768
    idle_ms: int = 45_000
    """Less than the Region's edge keeps an idle connection, so that it is we who close it."""
    probe_ms: int = 1_000
    """How long a Region may take to say that it is well, and how often it is asked."""
    sweep_ms: int = 100


class Exchange:
    """One request on its way through a Region, and what becomes of it."""

    __slots__ = ("data", "deadline", "ended", "fallbacks", "head_only", "received", "retried")

    def __init__(
        self, data: bytes, *, head_only: bool, fallbacks: tuple[RegionClient, ...], ended: Ended
    ) -> None:
        self.data = data
        self.head_only = head_only
        self.fallbacks = fallbacks
        """Regions to ask instead, if this one certainly does not have the request."""
        self.ended = ended
        """Called once, with the answer or with nothing."""
        self.deadline = 0.0
        self.retried = False
        self.received = False
        """The Region may have the request."""


class RegionClient:
    """The connections to one Region."""

    def __init__(self, region: Region, *, limits: RegionLimits) -> None:
        self.region = region
        self.limits = limits
        self.answers: bool | None = None
        """Whether the Region answers, as far as its last probe or a connection that failed has shown."""
        self._closed = False
        self._loop: asyncio.AbstractEventLoop | None = None
        self._waiting: deque[Exchange] = deque()
        self._idle: list[RegionConnection] = []
        self._connections: set[RegionConnection] = set()
        self._opening: set[asyncio.Task[bool]] = set()
        self._watching: asyncio.Task[None] | None = None
        self._sweeper: asyncio.TimerHandle | None = None

    @property
    def waiting(self) -> int:
        return len(self._waiting)

    @property
    def open_connections(self) -> int:
        return len(self._connections)

    # -- life

    def start(self) -> None:
        """Begin to watch whether the Region answers."""
        self._loop = asyncio.get_running_loop()
        self._watching = self._loop.create_task(self._watch())
        self._sweep()

    def close(self) -> None:
        """End everything; requests under way end without an answer."""
        self._closed = True
        if self._watching is not None:
            self._watching.cancel()
        if self._sweeper is not None:
            self._sweeper.cancel()
        for task in tuple(self._opening):
            task.cancel()
        for connection in tuple(self._connections):
            connection.abort()
        self._end_waiting()

    # -- requests

    def send(self, exchange: Exchange) -> None:
        """Send a request on a kept connection, or on a new one, or let it wait; (1) or end it at once."""
        assert self._loop is not None
        if not exchange.deadline:
            exchange.deadline = self._loop.time() + self.limits.answer_ms / 1_000
        while self._idle:
            if self._idle.pop().carry(exchange):
                return
        # A connection that is not open yet is one that nobody waits for long.
        unopened = self.limits.connections_max - len(self._connections)
        if len(self._waiting) >= self.limits.waiting_max + unopened:
            exchange.ended(exchange, None)
            return
        self._waiting.append(exchange)
        self._open_if_wanted()

    def freed(self, connection: RegionConnection) -> None:
        """A connection has brought its answer: it takes the next request, or is kept."""
        if not self._waiting:
            self._idle.append(connection)
        elif connection.carry(self._waiting[0]):
            self._waiting.popleft()

    def lost(self, connection: RegionConnection, exchange: Exchange | None) -> None:
        """A connection has ended, perhaps with a request on it."""
        self._connections.discard(connection)
        if connection in self._idle:
            self._idle.remove(connection)
        if exchange is not None:
            if exchange.received or exchange.retried or self._closed:
                exchange.ended(exchange, None)
            else:
                # (3)
                exchange.retried = True
                self._waiting.appendleft(exchange)
        self._open_if_wanted()

    def _open_if_wanted(self) -> None:
        assert self._loop is not None
        room = self.limits.connections_max - len(self._connections) - len(self._opening)
        if room > 0 and len(self._waiting) > len(self._opening) and not self._closed:
            task = self._loop.create_task(self._open())
            self._opening.add(task)
            task.add_done_callback(self._opened)

    async def _open(self) -> bool:
        assert self._loop is not None
        path = str(self.region.socket_path)
        try:
            async with asyncio.timeout(self.limits.connect_ms / 1_000):
                await self._loop.create_unix_connection(lambda: RegionConnection(self), path)
        except OSError:
            # Refused, no such socket, its queue full, or too slow: nobody has any of what waits.
            self.answers = False
            if not self._connections:
                self._end_waiting()
            return False
        return True

    def _opened(self, task: asyncio.Task[bool]) -> None:
        self._opening.discard(task)
        # Until now it counted twice, as opening and as open. (After a failure: what waits, waits for those open.)
        if not task.cancelled() and task.result():
            self._open_if_wanted()

    def entered(self, connection: RegionConnection) -> None:
        """A new connection is made."""
        self._connections.add(connection)
        if self._waiting:
            connection.carry(self._waiting.popleft())
        else:
            self._idle.append(connection)

    def _end_waiting(self) -> None:
        ended, self._waiting = self._waiting, deque()
        for exchange in ended:
            exchange.ended(exchange, None)

    # -- time

    def _sweep(self) -> None:
        """(2) End what is past its deadline; close what has been idle too long."""
        assert self._loop is not None
        now = self._loop.time()
        # The oldest wait in front, but for those sent again, which are older still.
        while self._waiting and self._waiting[0].deadline < now:
            late = self._waiting.popleft()
            late.ended(late, None)
        for connection in tuple(self._connections):
            connection.sweep(now)
        self._sweeper = self._loop.call_later(self.limits.sweep_ms / 1_000, self._sweep)

    async def _watch(self) -> None:
        """Ask the Region again and again whether it is well, on connections apart from those of requests."""
        while True:
            try:
                async with asyncio.timeout(self.limits.probe_ms / 1_000):
                    self.answers = await _probe(self.region.socket_path)
            except (OSError, ValueError, EOFError):
                self.answers = False
            # A Region that comes up is wanted sooner than one that goes down is missed.
            await asyncio.sleep(self.limits.probe_ms / 1_000 / (1 if self.answers else 4))


async def _probe(socket_path: Path) -> bool:
    """Return whether a Region says that it is well; a Region that answers 5xx can't answer a read."""
    reader, writer = await asyncio.open_unix_connection(str(socket_path))
    try:
        writer.write(b"GET /-/health HTTP/1.1\r\nHost: \r\nConnection: close\r\n\r\n")
        status_line = await reader.readline()
        return int(status_line.split(b" ")[1]) < 500
    except IndexError:
        return False
    finally:
        writer.close()


class RegionConnection(asyncio.Protocol):
    """One kept connection to a Region; carries one request at a time."""

    __slots__ = (
        "_body", "_client", "_exchange", "_header_bytes", "_headers", "_idle_since", "_keep", "_parser", "_size",
        "_transport",
    )  # fmt: skip

    def __init__(self, client: RegionClient) -> None:
        self._client = client
        self._transport: asyncio.WriteTransport | None = None
        self._parser: httptools.HttpResponseParser | None = None
        self._exchange: Exchange | None = None
        self._idle_since = 0.0
        self._headers: list[tuple[str, str]] = []
        self._header_bytes = 0
        self._body: list[bytes] = []
        self._size = 0
        self._keep = True

    def carry(self, exchange: Exchange) -> bool:
        """Send a request; false if the connection turns out closed, and then nothing of it was sent."""
        assert self._exchange is None
        if self._transport is None or self._transport.is_closing():
            return False
        self._exchange = exchange
        exchange.received = True
        self._transport.write(exchange.data)
        return True

    def sweep(self, now: float) -> None:
        limits = self._client.limits
        if self._exchange is not None:
            if self._exchange.deadline < now:
                self.abort()
        elif now - self._idle_since > limits.idle_ms / 1_000 and self._transport is not None:
            self._transport.close()

    def abort(self) -> None:
        if self._transport is not None:
            self._transport.abort()

    # -- the transport's callbacks

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.WriteTransport, transport)  # the loop's streams are
        # Zero: written in the call, so that a failed write is known as such.
        self._transport.set_write_buffer_limits(high=0)
        self._parser = httptools.HttpResponseParser(self)
        self._idle_since = asyncio.get_running_loop().time()
        self._client.entered(self)

    def data_received(self, data: bytes) -> None:
        if self._exchange is None or self._parser is None:
            self.abort()  # (4)
            return
        try:
            self._parser.feed_data(data)
        except (httptools.HttpParserError, httptools.HttpParserUpgrade):
            self.abort()

    def connection_lost(self, error: Exception | None) -> None:
        self._transport = None
        self._parser = None
        exchange, self._exchange = self._exchange, None
        if exchange is not None and isinstance(error, BrokenPipeError):
            exchange.received = False  # (3) at least its last byte was never taken
        self._client.lost(self, exchange)

    # -- llhttp's callbacks

    def on_message_begin(self) -> None:
        if self._exchange is None:
            raise ValueError("an answer to nothing")  # (4)
        self._headers = []
        self._header_bytes = 0
        self._body = []
        self._size = 0

    def on_header(self, raw_name: bytes, raw_value: bytes) -> None:
        self._header_bytes += len(raw_name) + len(raw_value)
        if self._header_bytes > self._client.limits.answer_header_bytes_max:
            raise ValueError("the headers of the answer are too large")
        self._headers.append((raw_name.decode("latin-1"), raw_value.decode("latin-1").strip(" \t")))

    def on_headers_complete(self) -> None:
        assert self._parser is not None
        self._keep = self._parser.should_keep_alive()
        exchange = self._exchange
        if exchange is not None and exchange.head_only:
            # No body follows, and llhttp would wait for one. The edge writes the length of what it does not send.
            length = next(
                (int(value) for name, value in self._headers if name.lower() == "content-length"), 0
            )
            self._body = [bytes(min(length, self._client.limits.answer_bytes_max))]
            self._keep = False
            self._finish(exchange)

    def on_body(self, part: bytes) -> None:
        self._size += len(part)
        if self._size > self._client.limits.answer_bytes_max:
            raise ValueError("the answer is too large")
        self._body.append(part)

    def on_message_complete(self) -> None:
        assert self._parser is not None
        exchange = self._exchange
        if exchange is None or self._parser.get_status_code() < 200:
            return
        self._finish(exchange)

    def _finish(self, exchange: Exchange) -> None:
        assert self._parser is not None
        self._exchange = None
        response = HTTPResponse(
            status=self._parser.get_status_code(),
            headers=tuple(pair for pair in self._headers if pair[0].lower() not in ANSWER_FRAMING),
            body=b"".join(self._body),
        )
        self._headers, self._body = [], []
        loop = asyncio.get_running_loop()
        self._idle_since = loop.time()
        if not self._keep:
            self.abort()
        else:
            # Not within the parser, which has the rest of this read before it; see (4).
            loop.call_soon(self._free)
        exchange.ended(exchange, response)

    def _free(self) -> None:
        if self._transport is not None and not self._transport.is_closing():
            self._client.freed(self)
