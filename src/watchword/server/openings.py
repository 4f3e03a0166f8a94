"""Data keys that point reads wait for: asked of the custodian together, while the loop goes on.

What the reads of one turn of the loop want goes to the custodian in one write, and its answers come in one: two processes
that wake each other for every read cost several times what opening a blob does. Nobody waits for a read that has not
come; but those that come while an answer is on its way are asked for together, when it is there.

Who asks is told None, and asks a thread, where the custodian does not answer as it should: it is gone, it has broken the
connection, or it has been silent for OVERDUE_MS. Deadlines, a second try and the bound on how many wait are then those of
`custody/client.py`. While an answer is overdue nothing more is asked here; when it comes after all, everything is as before.
No state of the custodian holds up the loop: nothing here waits.
"""

from __future__ import annotations

import asyncio
import os
import socket
from collections.abc import Callable, Sequence
from pathlib import Path

from watchword.custody import protocol
from watchword.custody.client import opened_from, opening_question
from watchword.custody.protocol import ProtocolError
from watchword.envelope.refused import EnvelopeRefused
from watchword.keys.custody import Opened, Opening

OVERDUE_MS = 250
"""A custodian that works answers in about a millisecond, one on a machine that is far too busy in tens, and one that has an
HSM open each of sixteen in a hundred or two."""
READ_BYTES = 65_536

Done = Callable[[list[Opened] | None], None]
"""Takes an answer for each opening, in their order, or None: ask in a thread. Called once, in the loop's thread."""


class Openings:
    """The loop's own way to the custodian: one batch at a time. Made after the fork; used by the loop's thread alone."""

    def __init__(self, path: str | Path, *, overdue_ms: int = OVERDUE_MS) -> None:
        self._path = os.fspath(path)
        self._overdue_s = overdue_ms / 1_000
        self._sock: socket.socket | None = None
        self._received = b""
        self._owed = 0
        """Answers that are still to come on this connection, overdue ones too."""
        self._opened: list[Opened] = []
        self._done: Done | None = None
        """Whom the batch on its way is for; None: there is none, or it is overdue."""
        self._overdue_at = 0.0
        self._look_out: asyncio.TimerHandle | None = None

    @property
    def is_free(self) -> bool:
        """Whether `ask` may be called: no batch is on its way."""
        return self._done is None

    def ask(self, wanted: Sequence[Opening], done: Done) -> bool:
        """Ask for these; false: it can't be done now, and `done` will not be called."""
        assert self._done is None
        if self._owed:
            return False
        try:
            questions = b"".join(map(opening_question, wanted))
        except EnvelopeRefused:
            return False
        loop = asyncio.get_running_loop()
        try:
            if self._sock is None:
                self._sock = self._connected(loop)
            whole = self._sock.send(questions) == len(questions)
        except OSError:
            whole = False
        if not whole:
            # Also where the socket took a part: the custodian does not read, and half a question can't be taken back.
            self._break_off(loop)
            return False
        self._owed, self._done = len(wanted), done
        self._overdue_at = loop.time() + self._overdue_s
        if self._look_out is None:
            self._look_out = loop.call_later(self._overdue_s, self._look, loop)
        return True

    def close(self) -> None:
        """Close the connection; a batch on its way is told None."""
        self._give_up(asyncio.get_running_loop())

    def _connected(self, loop: asyncio.AbstractEventLoop) -> socket.socket:
        sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        sock.setblocking(False)
        try:
            # At once or not at all, as Unix sockets are: BlockingIOError says that too many wait to be let in.
            sock.connect(self._path)
        except BaseException:
            sock.close()
            raise
        loop.add_reader(sock.fileno(), self._read, loop, sock)
        return sock

    def _read(self, loop: asyncio.AbstractEventLoop, sock: socket.socket) -> None:
        try:
            # All that is there, up to its end: a connection that broke is told of once, whatever lies before the break.
            while (received := _received(sock)) is not None:
                self._take(received)
        except ProtocolError:
            self._give_up(loop)
            return
        if self._owed == 0 and self._done is not None:
            done, opened = self._done, self._opened
            self._done, self._opened = None, []
            done(opened)

    def _take(self, received: bytes) -> None:
        """Take the whole answers that are there; ProtocolError if the connection is of no use any more."""
        if not received:
            raise ProtocolError("closed")
        held = self._received + received
        at = 0
        while (length := protocol.frame_bytes(held[at : at + protocol.LENGTH_BYTES])) is not None:
            if at + length > len(held):
                break
            if not self._owed:
                raise ProtocolError("an answer that nobody asked for")
            opened = opened_from(held[at : at + length])
            at += length
            self._owed -= 1
            if self._done is not None:
                self._opened.append(opened)
        self._received = held[at:]

    def _look(self, loop: asyncio.AbstractEventLoop) -> None:
        self._look_out = None
        if self._done is None:
            return
        left_s = self._overdue_at - loop.time()
        if left_s > 0:
            self._look_out = loop.call_later(left_s, self._look, loop)
            return
        # The connection stays: the answer may still come, and shows then that the custodian is back.
        self._tell_none()

    def _give_up(self, loop: asyncio.AbstractEventLoop) -> None:
        self._break_off(loop)
        self._tell_none()

    def _break_off(self, loop: asyncio.AbstractEventLoop) -> None:
        sock, self._sock = self._sock, None
        self._received, self._owed = b"", 0
        if sock is not None:
            loop.remove_reader(sock.fileno())
            sock.close()

    def _tell_none(self) -> None:
        done, self._done, self._opened = self._done, None, []
        if done is not None:
            done(None)


def _received(sock: socket.socket) -> bytes | None:
    """What is there; nothing at its end, and None if more may come."""
    try:
        return sock.recv(READ_BYTES)
    except (BlockingIOError, InterruptedError):
        return None
    except OSError:
        return b""
