"""One connection of the edge: requests are begun and answered in order, and nothing keeps it open for ever.

The rules, and the attack or the client behind each:

  1. One request of a connection is at work at a time, the next begins when it is answered: pipelined requests are
     answered in order, and each sees what those before it have changed.
  2. Whatever is refused before it is complete ends the connection, after the answers that are owed before it: what
     follows on the wire can't be told apart from the rest of the refused request. The connection then lingers.
  3. While enough waits, or the client does not take its answers, the connection is not read; deadlines on reading
     rest.
  4. Each phase has its deadline, looked at by the edge's sweep.

What a request is, `edge_reading.py` says.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, cast

from watchword.api.http import HTTPRequest, HTTPResponse
from watchword.server.edge_answer import CONTINUE
from watchword.server.edge_reading import SLICE_BYTES, Phase, Reader, Refused
from watchword.server.edge_threads import log_fault

if TYPE_CHECKING:
    from watchword.server.edge import Edge

TURN_REQUESTS = 16
"""Requests of one connection that are begun before others get their turn."""


class Connection(asyncio.Protocol):
    """See the module's rules."""

    __slots__ = (
        "_blocked_since", "_busy", "_edge", "_eof", "_head_only", "_held", "_out", "_overflow", "_paused",
        "_reader", "_refusal", "_slice", "_transport", "_turning", "_working", "group",
    )  # fmt: skip

    def __init__(self, edge: Edge, *, source: str, group: str | None, overflow: bool) -> None:
        self.group = group
        """What this connection counts against; `None` for a Unix socket."""
        self._edge = edge
        self._reader = Reader(edge, source=source, behind_door=group is None)
        self._overflow = overflow
        self._slice = min(SLICE_BYTES, edge.limits.header_bytes_max)
        self._transport: asyncio.Transport | None = None
        # Answering.
        self._busy = False
        self._working = 0
        self._turning = False
        self._out: list[bytes] = []
        self._head_only = False
        self._refusal: HTTPResponse | None = None
        # Flow.
        self._eof = False
        self._held = memoryview(b"")
        self._paused = False
        self._blocked_since: float | None = None

    # -- the transport's callbacks

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)  # the loop's streams are
        if not self._edge.secure:
            # Zero: an answer is written in the call, and what is left over means a client that does not take it.
            # (Under TLS uvloop looks at its buffer only on the next event, and zero would look like that for ever.)
            self._transport.set_write_buffer_limits(high=0)
        self._reader.peer = peer_of(self._transport.get_extra_info("peercert"))
        if self._overflow:
            self._refuse(503, "too many connections")
            self._turn()

    def data_received(self, data: bytes) -> None:
        if self._reader.phase >= Phase.ENDED:
            return
        if not self._held and len(data) <= self._slice:
            self._parse(data)
        else:
            self._held = memoryview(bytes(self._held) + data)
        self._turn()

    def eof_received(self) -> bool:
        assert self._transport is not None
        self._eof = True
        self._turn()
        # A client may close its side and still wait for its answers. TLS can't be half closed.
        return self._owes() and self._transport.can_write_eof() and not self._transport.is_closing()

    def pause_writing(self) -> None:
        self._blocked_since = self._edge.now

    def resume_writing(self) -> None:
        self._blocked_since = None
        if self._reader.phase is Phase.LINGER:
            self._reader.since = self._edge.now
        self._turn()

    def connection_lost(self, error: Exception | None) -> None:
        self._transport = None
        self._held = memoryview(b"")
        self._edge.forget(self, charged=self._reader.charged)
        self._reader.forget()

    # -- reading

    def _parse(self, data: bytes | memoryview) -> None:
        try:
            self._reader.feed(data)
        except Refused as refused:
            self._refuse(refused.status, refused.text)

    def _refuse(self, status: int, text: str) -> None:
        """(2) Answer the request being read with a refusal, after what is owed before it, and read no further."""
        self._held = memoryview(b"")
        self._reader.end()
        self._refusal = self._edge.refuse(self._reader.headers, status, text)

    def _may_read(self) -> bool:
        """(3) Enough waits when `pipelined_max` requests do, or bodies of the size of the largest one."""
        reader, limits = self._reader, self._edge.limits
        return (
            self._blocked_since is None
            and len(reader.pending) < limits.pipelined_max
            and (not reader.pending or reader.charged <= limits.body_bytes_max)
        )

    def _end_input(self) -> None:
        """All that the client sent before it closed its side has been parsed."""
        if self._reader.phase in (Phase.HEAD, Phase.BODY):
            self._refuse(400, "the connection ended inside a request")
        elif self._reader.phase < Phase.ENDED:
            self._reader.phase = Phase.ENDED

    # -- answering

    def _owes(self) -> bool:
        return self._busy or bool(self._reader.pending) or bool(self._held) or self._refusal is not None

    def _is_gone(self) -> bool:
        return self._transport is None

    def _turn(self) -> None:
        """Go on with all that can go on: dispatch, parse what is held, close, pause or resume reading."""
        if self._turning or self._is_gone():
            return
        reader = self._reader
        self._turning = True
        begun = 0
        while begun < TURN_REQUESTS:
            if reader.pending and not self._busy and self._blocked_since is None:
                begun += 1
                self._dispatch(reader.pending.popleft())
            elif reader.phase >= Phase.ENDED:
                self._held = memoryview(b"")
                break
            elif self._held and self._may_read():
                data, self._held = self._held[: self._slice], self._held[self._slice :]
                self._parse(data)
            else:
                break
        else:
            asyncio.get_running_loop().call_soon(self._turn)
        self._turning = False
        if self._is_gone():
            return
        if self._eof and not self._held:
            self._end_input()
        if self._out:
            self._flush()
        if not self._busy and not reader.pending:
            self._settle()
        self._flow()

    def _dispatch(self, request: HTTPRequest) -> None:
        self._busy = True
        self._head_only = request.method == "HEAD"
        self._working = len(request.body)
        self._reader.charged -= self._working
        self._edge.begin()
        try:
            self._edge.dispatch(request, self._reply)
        except Exception as error:  # noqa: BLE001  (the loop's edge: whatever happens, the caller is answered)
            log_fault(error)
            if self._busy:
                self._reply(self._edge.refuse(request.headers, 500, "internal failure"))

    def _reply(self, response: HTTPResponse) -> None:
        assert self._busy, "a request was answered twice"
        self._busy = False
        self._edge.end(body_bytes=self._working)
        if self._is_gone():
            return  # the client
        reader = self._reader
        if reader.phase is Phase.IDLE:
            reader.since = self._edge.now
        ends = reader.phase >= Phase.ENDED and not reader.pending and self._refusal is None
        self._write(response, last=ends)
        if self._turning:
            # The answers of one turn become one write, but large ones: after those it shows who does not read.
            if len(self._out[-1]) > SLICE_BYTES:
                self._flush()
            return
        if reader.phase is Phase.IDLE and not (reader.pending or self._held or self._paused or self._eof):
            self._flush()
        else:
            self._turn()

    def _write(self, response: HTTPResponse, *, last: bool) -> None:
        connection = "close" if last else "keep-alive" if self._reader.old else None
        render = self._edge.writer.render
        try:
            answer = render(response, connection=connection, head_only=self._head_only)
        except ValueError as error:
            log_fault(error)
            fault = self._edge.refuse((), 500, "internal failure")
            answer = render(fault, connection=connection, head_only=self._head_only)
        self._out.append(answer)

    def _flush(self) -> None:
        assert self._transport is not None
        answers, self._out = self._out, []
        self._transport.write(answers[0] if len(answers) == 1 else b"".join(answers))

    def _settle(self) -> None:
        """Nothing is owed any more but, perhaps, a refusal, a `100 Continue` or the end."""
        assert self._transport is not None
        if self._refusal is not None:
            refusal, self._refusal = self._refusal, None
            self._head_only = False
            self._write(refusal, last=True)
            self._flush()
            self._linger()
        elif self._reader.phase is Phase.ENDED:
            self._linger()
            if self._edge.secure:
                self._transport.close()  # it says goodbye in TLS's own way, which lingering can't
        elif self._reader.expects and self._reader.phase is Phase.BODY:
            self._reader.expects = False
            self._transport.write(CONTINUE)

    def _linger(self) -> None:
        assert self._transport is not None
        self._reader.phase = Phase.LINGER
        self._reader.since = self._edge.now
        if self._eof:
            self._transport.close()
        elif self._transport.can_write_eof():
            self._transport.write_eof()

    def _flow(self) -> None:
        """(3) Pause or resume reading. What is thrown away is read too: that is what lingering is."""
        transport = self._transport
        if transport is None or transport.is_closing() or self._eof:
            return
        wanted = self._reader.phase >= Phase.ENDED or (not self._held and self._may_read())
        if wanted is not self._paused:
            return
        self._paused = not wanted
        if wanted:
            # The time in which we did not read is not the client's.
            self._reader.rest()
            transport.resume_reading()
        else:
            transport.pause_reading()

    # -- the edge's calls

    def sweep(self, now: float) -> None:
        """(4) End what has outlived its deadline; `now` is the edge's clock, in milliseconds."""
        transport, reader, limits = self._transport, self._reader, self._edge.limits
        if transport is None:
            return
        waited = now - reader.since - limits.sweep_ms
        if self._blocked_since is not None:
            if now - self._blocked_since - limits.sweep_ms > limits.write_ms:
                transport.abort()
        elif reader.phase is Phase.LINGER:
            if waited > limits.linger_ms:
                transport.abort()
        elif self._paused:
            return
        elif reader.phase is Phase.HEAD:
            if waited > limits.header_ms:
                self._refuse(408, "the request headers did not come in time")
                self._turn()
        elif reader.phase is Phase.BODY:
            slow = waited > limits.body_grace_ms and reader.came * 1_000 < waited * limits.body_rate_min
            if slow or waited > limits.body_ms:
                self._refuse(408, "the request body did not come in time")
                self._turn()
        elif not self._owes() and waited > self._idle_ms():
            # Not a word where nothing was asked: the client would take it for the answer to its next request.
            transport.close()

    def _idle_ms(self) -> int:
        limits = self._edge.limits
        return limits.header_ms if self._reader.phase is Phase.FRESH else limits.idle_ms

    def retire(self) -> None:
        """Take no further request; close as soon as nothing is owed. One that is being read may still end."""
        reader = self._reader
        reader.last = True
        if reader.phase in (Phase.HEAD, Phase.BODY, Phase.LINGER) or self._held:
            return
        reader.phase = Phase.ENDED
        if self._transport is not None and not self._owes():
            self._transport.close()

    def retire_after_next(self) -> None:
        """The next answer is the last, and says so: a client that sends just now is answered, not cut off."""
        if self._owes():
            self.retire()
        else:
            self._reader.last = True

    def abort(self) -> None:
        if self._transport is not None:
            self._transport.abort()


def peer_of(certificate: dict[str, tuple[tuple[str, str], ...]] | None) -> str | None:
    """Return the URI in a verified certificate's subject alternative name, if there is exactly one."""
    if not certificate:
        return None
    uris = [value for kind, value in certificate.get("subjectAltName", ()) if kind == "URI"]
    return uris[0] if len(uris) == 1 else None
