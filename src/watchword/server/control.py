"""The supervisor's control socket: one line of JSON in, one line out; only this user reaches it.

    {"do": "status"}                         ->  {"supervisor": 41, "regions": {"us-east-1": {…}}, …}
    {"do": "stop", "region": "us-east-1"}    ->  {"done": "stopped"}, when its last process has ended
    {"do": "start", "region": "us-east-1"}   ->  {"done": "running"}, when all its processes are ready
    {"do": "reload"}                         ->  {"done": "reloaded"}, when all runs as watchword.toml has it now
    {"do": "reload", "partition": "aws"}     ->  the same, and meanwhile no Region is control Region of `aws`
    anything that can't be done              ->  {"error": "one sentence"}

The answer to all but `status` comes when it is true, so a script needs no polling.
"""

from __future__ import annotations

import json
import selectors
import socket
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from watchword.server.deployment import HomeError

LINE_BYTES_MAX = 4_096
ANSWER_BYTES_MAX = 1_048_576
CONNECTIONS_MAX = 16
READ_S_MAX = 5.0
"""A client that has not sent its line by then is cut off; our own sends it at once."""


class Verb(StrEnum):
    STATUS = "status"
    START = "start"
    STOP = "stop"
    RELOAD = "reload"


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    verb: Verb
    region: str | None = None
    partition: str | None = None
    """Whose control Region moves."""


class QuestionRefused(Exception):
    """What was sent is no question; the message says what is wrong with it."""


Answer = Mapping[str, object]
Reply = Callable[[Answer], None]
Handler = Callable[[Question, Reply], None]
"""Answers once, now or later."""


def ask(path: Path, question: Question, *, seconds_max: float) -> dict[str, object]:
    """Ask the supervisor whose control socket is at `path`; return its answer.

    Raises:
        FileNotFoundError, ConnectionRefusedError: no supervisor runs here.
        HomeError: it refused, said so in one sentence, or did not answer in time.
    """
    asked = {"do": question.verb.value, "region": question.region, "partition": question.partition}
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
        connection.settimeout(seconds_max)
        connection.connect(str(path))
        received = bytearray()
        try:
            connection.sendall(_line(asked))
            while not received.endswith(b"\n") and len(received) < ANSWER_BYTES_MAX:
                piece = connection.recv(65_536)
                if not piece:
                    break
                received += piece
        except TimeoutError:
            raise HomeError(f"the supervisor did not answer within {seconds_max:.0f} s") from None
        except (BrokenPipeError, ConnectionResetError):
            received.clear()
    try:
        answer = json.loads(received)
    except ValueError:
        raise HomeError("the supervisor ended before it answered") from None
    if not isinstance(answer, dict):
        raise HomeError("the supervisor's answer can't be read")
    if "error" in answer:
        raise HomeError(str(answer["error"]))
    return answer


def parse(line: bytes) -> Question:
    """Read a question; QuestionRefused if it is none. Pure."""
    try:
        document = json.loads(line)
    except (ValueError, RecursionError):
        raise QuestionRefused("that is no JSON") from None
    if not isinstance(document, dict) or document.get("do") not in list(Verb):
        raise QuestionRefused("`do` should be `status`, `start`, `stop` or `reload`")
    region, partition = document.get("region"), document.get("partition")
    for name, value in (("region", region), ("partition", partition)):
        if value is not None and not isinstance(value, str):
            raise QuestionRefused(f"`{name}` should be a string")
    verb = Verb(document["do"])
    if verb in (Verb.START, Verb.STOP) and region is None:
        raise QuestionRefused(f"`{verb.value}` needs a `region`")
    return Question(verb=verb, region=region, partition=partition)


@dataclass(slots=True, kw_only=True)
class _Connection:
    """Mutable: one client's line as it comes in."""

    stream: socket.socket
    opened: float
    received: bytearray = field(default_factory=bytearray)
    asked: bool = False


class ControlServer:
    """Takes questions inside the supervisor's own loop; holds no thread and never blocks."""

    def __init__(self, listening: socket.socket, selector: selectors.BaseSelector, handle: Handler) -> None:
        self._listening = listening
        self._selector = selector
        self._handle = handle
        self._connections: list[_Connection] = []
        selector.register(listening, selectors.EVENT_READ, self._accept)

    def close_overdue(self, *, now: float) -> None:
        """Cut off clients that have not asked in time."""
        for connection in list(self._connections):
            if not connection.asked and now - connection.opened > READ_S_MAX:
                self._close(connection)

    def close(self) -> None:
        for connection in list(self._connections):
            self._close(connection)
        self._selector.unregister(self._listening)

    def _accept(self, now: float) -> None:
        with suppress(OSError):
            stream, _ = self._listening.accept()
            stream.setblocking(False)
            if len(self._connections) >= CONNECTIONS_MAX:
                stream.close()
                return
            connection = _Connection(stream=stream, opened=now)
            self._connections.append(connection)
            self._selector.register(stream, selectors.EVENT_READ, lambda _: self._read(connection))

    def _read(self, connection: _Connection) -> None:
        try:
            piece = connection.stream.recv(LINE_BYTES_MAX)
        except BlockingIOError:
            return
        except OSError:
            piece = b""
        if not piece or connection.asked:
            # Gone, or talking on after its one line: neither is owed an answer. What it asked for goes on.
            self._close(connection)
            return
        connection.received += piece
        line, end, _ = connection.received.partition(b"\n")
        if not end and len(line) <= LINE_BYTES_MAX:
            return
        connection.asked = True
        try:
            if len(line) > LINE_BYTES_MAX:
                raise QuestionRefused("that is too long")
            question = parse(bytes(line))
        except QuestionRefused as refusal:
            self._answer(connection, {"error": str(refusal)})
            return
        self._handle(question, lambda answer: self._answer(connection, answer))

    def _answer(self, connection: _Connection, answer: Answer) -> None:
        if connection not in self._connections:
            return
        # A few kilobytes into an empty socket buffer: either they fit or the client does not read.
        with suppress(OSError):
            connection.stream.sendall(_line(answer))
        self._close(connection)

    def _close(self, connection: _Connection) -> None:
        if connection in self._connections:
            self._connections.remove(connection)
            self._selector.unregister(connection.stream)
            connection.stream.close()


def _line(document: Answer) -> bytes:
    return json.dumps(document).encode("utf-8") + b"\n"
