"""Bytes of one connection into complete requests, strictly.

The rules, and the attack or the client behind each:

  1. Parsing is llhttp's strict one: no bare LF, no folded header, no blank before a colon, no Content-Length
     beside Transfer-Encoding, no second Content-Length. Added here: one Host, no chunked body under HTTP/1.0,
     `chunked` as the only coding, HTTP/1.0 and 1.1 only, seven methods, a target that is a path. Two readers that
     disagree on where a request ends or whom it is for let one caller speak as another.
  2. Everything that can be sent without end has a limit: target, headers, body, and what surrounds chunks.

Deliberately not handled: `Upgrade` beside a body (400; without a body it is ignored, RFC 9110, 7.8), trailers (read
under the limits and dropped), a version spelt `RTSP/1.0`, which llhttp takes for HTTP of the same number.
"""

from __future__ import annotations

from collections import deque
from enum import IntEnum
from typing import TYPE_CHECKING

import httptools

from watchword.api.http import HTTPRequest
from watchword.server.edge_threads import log_fault

if TYPE_CHECKING:
    from watchword.server.edge import Edge

METHODS = {name.encode(): name for name in ("GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS")}

SLICE_BYTES = 16_384
"""What is parsed at a time. A read brings up to 256 KB, which may hold 9,000 small requests: between two
slices it is asked whether the connection may still be read."""

CHUNK_OVERHEAD_BYTES = 64
"""For the size line of one chunk. Without it a chunk's extensions could grow past every limit."""


class Phase(IntEnum):
    """Where reading stands. What is being answered is another matter."""

    FRESH = 0
    """Nothing has come yet."""
    IDLE = 1
    HEAD = 2
    BODY = 3
    ENDED = 4
    """No further request is taken from this connection; what still comes is thrown away."""
    LINGER = 5
    """The last answer is written, our side is closed."""


class Refused(Exception):
    """What a parser callback raises to end parsing."""

    def __init__(self, status: int, text: str) -> None:
        super().__init__(text)
        self.status = status
        self.text = text


class Reader:
    """Parses what is fed to it; the `on_…` methods are llhttp's callbacks."""

    __slots__ = (
        "_behind_door", "_body", "_body_limit", "_chunked", "_chunks", "_edge", "_fed", "_header_bytes",
        "_headers", "_hosts", "_method", "_parser", "_rested", "_source", "_speaker", "_target", "charged",
        "expects", "last", "old", "peer", "pending", "phase", "since",
    )  # fmt: skip

    def __init__(self, edge: Edge, *, source: str, behind_door: bool) -> None:
        self.phase = Phase.FRESH
        self.since = edge.now
        """When this phase began, on the edge's clock."""
        self.pending: deque[HTTPRequest] = deque()
        """Complete requests, in order; whoever takes one gives its body's charge back."""
        self.charged = 0
        """Bytes of bodies, pending or being read, that are counted with the edge."""
        self.last = False
        """The request being read, or the one read last, ends the connection."""
        self.old = False
        """It is HTTP/1.0."""
        self.expects = False
        """It waits for `100 Continue`."""
        self.peer: str | None = None
        self._edge = edge
        self._parser = httptools.HttpRequestParser(self)
        self._source = source
        self._behind_door = behind_door
        # The request being read.
        self._fed = 0
        self._rested = 0
        self._method = ""
        self._target = b""
        self._headers: list[tuple[str, str]] = []
        self._header_bytes = 0
        self._hosts = 0
        self._speaker: str | None = None
        self._chunked = False
        self._chunks = 0
        self._body: bytes | bytearray = b""
        self._body_limit = 0

    @property
    def headers(self) -> tuple[tuple[str, str], ...]:
        """Of the request being read, so far."""
        return tuple(self._headers)

    @property
    def came(self) -> int:
        """Bytes of the body since it began, or since `rest`."""
        return self._fed - self._rested

    def rest(self) -> None:
        """Begin the phase's time anew: until now nobody read what the client sent."""
        self.since = self._edge.now
        self._rested = self._fed

    def end(self) -> None:
        """Take nothing more, and forget the request being read."""
        self.phase = Phase.ENDED
        self.last = True
        self.expects = False
        self.charged -= len(self._body)
        self._edge.charge(-len(self._body))
        self._body = b""

    def forget(self) -> None:
        """Drop everything; the connection is gone."""
        self.phase = Phase.LINGER
        self.pending.clear()
        self._body = b""
        del self._parser  # it holds our callbacks, and so us

    def feed(self, data: bytes | memoryview) -> None:
        """Parse; complete requests are put into `pending`.

        Raises:
            Refused: what is being read is no request, or breaks a limit; nothing after it can be understood.
        """
        while data:
            self._fed += len(data)
            try:
                self._parser.feed_data(data)
            except httptools.HttpParserUpgrade as upgrade:
                # Ignored, as a server may; CONNECT has been refused by its method.
                data = data[upgrade.args[0] :]
                continue
            except httptools.HttpParserError as error:
                if self.phase < Phase.ENDED:
                    raise self._refused(error, data) from error
            break
        # (2) `_fed` counts from the slice after the one in which the request, or its body, began.
        limits = self._edge.limits
        if self.phase is Phase.HEAD:
            if self._fed > limits.header_bytes_max + limits.target_bytes_max or (
                len(self._headers) > limits.header_count_max
            ):
                raise Refused(431, "the request headers are too large")
        elif self._chunked and self.phase is Phase.BODY:
            overhead = self._fed - len(self._body)
            if overhead > limits.header_bytes_max + CHUNK_OVERHEAD_BYTES * self._chunks:
                raise Refused(400, "chunk extensions or trailers are too large")

    def _refused(self, error: httptools.HttpParserError, data: bytes | memoryview) -> Refused:
        # httptools reports a header when the next one begins, so the last one before the fault is missing. What
        # is found here only chooses the protocol of the refusal.
        if self.phase is Phase.HEAD:
            self._headers.extend(headers_like(bytes(data)))
        cause = error.__context__
        if isinstance(cause, Refused):
            return cause
        if cause is not None:
            log_fault(cause)
            return Refused(500, "internal failure")
        # llhttp's reasons are fixed sentences of its own; none quotes the request.
        return Refused(400, f"the request is not well-formed HTTP: {error}")

    # -- llhttp's callbacks

    def on_message_begin(self) -> None:
        if self.phase >= Phase.ENDED:
            raise Refused(400, "the connection takes no further request")
        self.phase = Phase.HEAD
        self.since = self._edge.now
        self._fed = 0
        self._target = b""
        self._headers = []
        self._header_bytes = 0
        self._hosts = 0
        self._speaker = None
        self.expects = False
        self._chunked = False
        self._chunks = 0
        self._body = b""

    def on_url(self, url: bytes) -> None:
        self._target += url
        if len(self._target) > self._edge.limits.target_bytes_max:
            raise Refused(414, "the request target is too long")

    def on_header(self, raw_name: bytes, raw_value: bytes) -> None:
        self._header_bytes += len(raw_name) + len(raw_value) + 4
        if self.phase is Phase.BODY:
            # A trailer. Nobody signs it, so nobody may act on it.
            if self._header_bytes > self._edge.limits.header_bytes_max:
                raise Refused(431, "the trailers are too large")
            return
        name = raw_name.decode("latin-1").lower()
        value = raw_value.decode("latin-1").strip(" \t")
        if name == "host":
            self._hosts += 1
        elif name == self._edge.trusted_source_header and self._behind_door:
            if self._speaker is not None:
                raise Refused(400, "the caller's address is given twice")
            self._speaker = value
            self._header_bytes -= len(raw_name) + len(raw_value) + 4  # not the client's: not counted either
            return
        self._headers.append((name, value))

    def on_headers_complete(self) -> None:
        parser, limits = self._parser, self._edge.limits
        if self._header_bytes > limits.header_bytes_max or len(self._headers) > limits.header_count_max:
            raise Refused(431, "the request headers are too large")
        version = parser.get_http_version()
        if version not in ("1.1", "1.0"):
            raise Refused(400, "only HTTP/1.1 and HTTP/1.0 are spoken here")
        self.old = version == "1.0"
        method = METHODS.get(parser.get_method())
        if method is None:
            raise Refused(400, "this method is not known here")
        self._method = method
        # (1) `http://other/…` beside a Host would name two hosts; a fragment is never sent (RFC 9112, 3.2).
        if not self._target.startswith(b"/") or b"#" in self._target:
            raise Refused(400, "the request target must be a path")
        if self._hosts != 1 and not (self._hosts == 0 and self.old):
            raise Refused(400, "exactly one Host header is needed")
        if not parser.should_keep_alive():
            self.last = True
        self.phase = Phase.BODY
        self.since = self._edge.now
        self._fed = self._rested = 0
        self._frame(parser)

    def _frame(self, parser: httptools.HttpRequestParser) -> None:
        """Judge what the headers say of the body, before any of it is read."""
        length = 0
        for name, value in self._headers:
            if name == "content-length":
                length = int(value)  # llhttp let digits through only, and only once
            elif name == "transfer-encoding":
                if value.lower() != "chunked" or self.old:
                    raise Refused(400, "this Transfer-Encoding is not supported")
                self._chunked = True
            elif name == "expect":
                if value.lower() != "100-continue":
                    raise Refused(417, "only `100-continue` can be expected")
                self.expects = not self.old
        if length == 0 and not self._chunked:
            self.expects = False
            return
        if parser.should_upgrade():
            # llhttp would take the body for the new protocol's first bytes.
            raise Refused(400, "an upgrade beside a body is not supported")
        limit_of = self._edge.body_limit
        self._body_limit = self._edge.limits.body_bytes_max if limit_of is None else limit_of(self._headers)
        if length > self._body_limit:
            raise Refused(413, "the request body is too large")
        self._header_bytes = 0  # counts the trailers from here

    def on_chunk_header(self) -> None:
        self._chunks += 1

    def on_body(self, part: bytes) -> None:
        self.expects = False
        if not self._body:
            self._body = part
        else:
            if isinstance(self._body, bytes):
                self._body = bytearray(self._body)
            self._body += part
        self.charged += len(part)
        there_is_room = self._edge.charge(len(part))
        if len(self._body) > self._body_limit:
            raise Refused(413, "the request body is too large")
        if not there_is_room:
            raise Refused(503, "too many request bodies are being read")

    def on_message_complete(self) -> None:
        source = self._source if self._speaker is None else self._speaker
        body = self._body
        self.pending.append(
            HTTPRequest(
                method=self._method,
                target=self._target.decode("latin-1"),
                headers=tuple(self._headers),
                body=body if isinstance(body, bytes) else bytes(body),
                source=source,
                secure=self._edge.secure,
                peer=self.peer,
            )
        )
        self._body = b""
        self._headers = []
        self.expects = False
        self.since = self._edge.now
        # Ended before the next byte is looked at: what follows `Connection: close` is an error to llhttp.
        self.phase = Phase.ENDED if self.last else Phase.IDLE


def headers_like(data: bytes) -> list[tuple[str, str]]:
    """Return what looks like a header in bytes that could not be parsed; good for a hint and nothing else."""
    found = []
    for line in data.split(b"\r\n"):
        name, colon, value = line.decode("latin-1").partition(":")
        if colon and name.replace("-", "").isalnum():
            found.append((name.lower(), value.strip(" \t")))
    return found
