"""The custodian's side of its HSM: questions that another process answers, while the loop goes on with the rest.

That process (`hsm_process.py`) connects to a socket of its own, says that it is logged in or why not, and answers one
question after the other. None of it is waited for. A question of a client that needs the HSM is put aside (`Awaited`), and
performed again from its beginning when the answer is there; the answers are forgotten with it.

What bounds it: each question has a deadline, and so many wait at most. After a deadline has passed, and while nobody is
connected, the next ones are refused at once, until the HSM is heard again.

    the process says   HELLO(protections)  AWAY(why)  DONE(number, …)  REFUSED(number)  CANNOT(number, why)
    the custodian      OPEN(number, key's label, bound, wrapped)  MAKE(number, key's label, bound)
"""

from __future__ import annotations

import json
import selectors
import socket
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from enum import IntEnum
from functools import partial

from watchword.custody import peer, protocol
from watchword.custody.hsm import HsmAway
from watchword.custody.protocol import ProtocolError
from watchword.envelope.fields import encoded
from watchword.envelope.refused import EnvelopeRefused, Step

WAITING_MAX = 128
"""Questions that the HSM has not answered; at 1 ms each, the last is answered long before its deadline."""
READ_BYTES = 65_536
NUMBERS = 2**32
OK = "ok"


class Say(IntEnum):
    """What travels between the two; numbers are never used again."""

    OPEN = 1
    MAKE = 2
    HELLO = 16
    AWAY = 17
    DONE = 18
    REFUSED = 19
    CANNOT = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class HsmQuestion:
    """What the HSM is asked. As a key it says which answer is at hand: the same question needs to be asked once."""

    say: Say
    key_label: str
    bound: bytes
    wrapped: bytes = b""

    def parts(self) -> tuple[bytes, ...]:
        more = (self.wrapped,) if self.say is Say.OPEN else ()
        return (encoded(self.key_label), self.bound, *more)


HsmAnswer = list[bytes] | EnvelopeRefused | HsmAway
Answers = dict[HsmQuestion, list[bytes] | EnvelopeRefused]


class Awaited(Exception):
    """The HSM has to be asked this first."""

    def __init__(self, question: HsmQuestion) -> None:
        super().__init__("the HSM has to be asked")
        self.question = question


@dataclass(frozen=True, slots=True, kw_only=True)
class _Waiting:
    ends: float
    then: Callable[[HsmAnswer], None]


class HsmLink:
    """The connection, and who waits for an answer; to a keyring, the port `hsm.Hsm`. Used by one thread."""

    def __init__(
        self,
        listener: socket.socket,
        *,
        deadline_s: float,
        peer_uids: frozenset[int],
        monotonic: Callable[[], float],
        waiting_max: int = WAITING_MAX,
    ) -> None:
        self._listener = listener
        self._deadline_s = deadline_s
        self._peer_uids = peer_uids
        self._monotonic = monotonic
        self._waiting_max = waiting_max
        self.on_change: Callable[[str], None] = lambda state: None
        """Told how it stands, each time that this changes."""
        self._selector: selectors.BaseSelector | None = None
        self._sock: socket.socket | None = None
        self._received = bytearray()
        self._waiting: dict[int, _Waiting | None] = {}
        """By number; `None`: given up, and not answered yet."""
        self._dropped: list[_Waiting] = []
        self._number = 0
        self._silent = False
        self._at_hand: Answers = {}
        self._said = False
        self.protections: Mapping[str, str] = {}
        """What the HSM's process tells of its own room."""
        self.state = "the HSM's process has not said anything yet"
        """OK, or why not."""

    @property
    def has_verdict(self) -> bool:
        """Whether it was once said how it stands."""
        return self._said

    # The port

    def make(self, *, key_label: str, bound: bytes) -> tuple[bytes, bytes]:
        key, wrapped = self._answer_to(HsmQuestion(say=Say.MAKE, key_label=key_label, bound=bound))
        return key, wrapped

    def open(self, *, key_label: str, bound: bytes, wrapped: bytes) -> bytes:
        question = HsmQuestion(say=Say.OPEN, key_label=key_label, bound=bound, wrapped=wrapped)
        return self._answer_to(question)[0]

    def _answer_to(self, question: HsmQuestion) -> list[bytes]:
        answer = self._at_hand.get(question)
        if answer is None:
            self.require()
            raise Awaited(question)
        if isinstance(answer, EnvelopeRefused):
            raise answer
        return answer

    @contextmanager
    def at_hand(self, answers: Answers) -> Iterator[None]:
        """Answer from these while the block runs."""
        self._at_hand = answers
        try:
            yield
        finally:
            self._at_hand = {}

    # The loop's

    def register(self, selector: selectors.BaseSelector) -> None:
        self._selector = selector
        self._listener.setblocking(False)
        selector.register(self._listener, selectors.EVENT_READ, self._accept)

    def require(self) -> None:
        """Raises HsmAway where asking would be in vain."""
        if self.state != OK:
            raise HsmAway(self.state)
        if self._silent:
            raise HsmAway(self._late())
        if len(self._waiting) >= self._waiting_max:
            raise HsmAway(f"{self._waiting_max} questions wait for the HSM already")

    def ask(self, question: HsmQuestion, then: Callable[[HsmAnswer], None], *, ends: float) -> None:
        """Have `then` called with the answer, once and later: at `ends` at the latest. Raises HsmAway."""
        self.require()
        assert self._sock is not None
        self._number = (self._number + 1) % NUMBERS
        number = self._number
        try:
            frame = protocol.frame(question.say, (protocol.number(number), *question.parts()))
            # What waits is small and bounded: a process whose buffer is full does not read.
            if self._sock.send(frame) != len(frame):
                raise BlockingIOError
        except (OSError, ProtocolError):
            self._drop("the HSM's process does not read")
            raise HsmAway(self.state) from None
        self._waiting[number] = _Waiting(ends=ends, then=then)

    def deadline(self) -> float:
        """Return until when a question that is asked now waits, with all that it asks."""
        return self._monotonic() + self._deadline_s

    def wait_seconds(self) -> float | None:
        """How long until somebody has to be told; `None`: nobody waits."""
        if self._dropped:
            return 0.0
        ends = [waiting.ends for waiting in self._waiting.values() if waiting is not None]
        return max(0.0, min(ends) - self._monotonic()) if ends else None

    def expire(self) -> None:
        """Give up what waits beyond its deadline, and what was asked on a connection that is gone."""
        dropped, self._dropped = self._dropped, []
        for gone in dropped:
            gone.then(HsmAway("the HSM's process has ended"))
        now = self._monotonic()
        late = [
            (number, waiting)
            for number, waiting in self._waiting.items()
            if waiting is not None and waiting.ends <= now
        ]
        for number, waiting in late:
            self._waiting[number] = None
            if not self._silent:
                self._silent = True
                self.on_change(self._late())
            waiting.then(HsmAway(self._late()))

    def close(self) -> None:
        if self._sock is not None:
            self._sock.close()
        self._listener.close()

    def _late(self) -> str:
        return f"the HSM did not answer within {self._deadline_s * 1_000:.0f} ms"

    def _accept(self) -> None:
        assert self._selector is not None
        try:
            sock, _ = self._listener.accept()
        except OSError:
            return  # It is gone again.
        try:
            uid = peer.of(sock).uid
        except OSError:
            uid = peer.NOBODY.uid
        if uid not in self._peer_uids:
            sock.close()
            return
        # The newest: the one before is dead, or about to be killed.
        self._drop(None)
        sock.setblocking(False)
        self._sock = sock
        self._selector.register(sock, selectors.EVENT_READ, partial(self._read, sock))

    def _read(self, sock: socket.socket) -> None:
        if sock is not self._sock:
            return  # Dropped in this very turn of the loop.
        try:
            received = sock.recv(READ_BYTES)
        except BlockingIOError:
            return
        except OSError:
            received = b""
        if not received:
            self._drop("the HSM's process has ended")
            return
        self._received += received
        try:
            # What is answered may drop the connection.
            while self._sock is sock:
                length = protocol.frame_bytes(self._received)
                if length is None or len(self._received) < length:
                    return
                whole = bytes(self._received[:length])
                del self._received[:length]
                self._hear(*protocol.parse(whole))
        except (ProtocolError, ValueError):
            self._drop("the HSM's process does not speak this protocol")

    def _hear(self, say: int, parts: list[bytes]) -> None:
        match (say, parts):
            case (Say.HELLO, [protections]):
                self.protections = {
                    str(name): str(why) for name, why in dict(json.loads(protections)).items()
                }
                self._stands(OK)
            case (Say.AWAY, [why]):
                self._stands(why.decode())
            case (Say.DONE, [number, *answer]) if answer:
                self._end(number, answer)
            case (Say.REFUSED, [number]):
                self._end(number, EnvelopeRefused(Step.TAG))
            case (Say.CANNOT, [number, why]):
                self._end(number, HsmAway(why.decode()))
            case _:
                raise ProtocolError("an answer that there is not")

    def _end(self, number: bytes, answer: HsmAnswer) -> None:
        if self._silent:
            self._silent = False
            self.on_change(self.state)
        waiting = self._waiting.pop(protocol.number_from(number), None)
        if waiting is not None:
            waiting.then(answer)

    def _stands(self, state: str) -> None:
        changed = state != self.state
        self.state = state
        self._said = True
        if changed:
            self.on_change(state)

    def _drop(self, why: str | None) -> None:
        """Close the connection; whoever waits for an answer is told by `expire`."""
        if self._sock is not None:
            assert self._selector is not None
            self._selector.unregister(self._sock)
            self._sock.close()
        self._sock = None
        self._received.clear()
        self._silent = False
        if why is not None and self.state == OK:
            self._stands(why)
        elif why is None and self.state == OK:
            self.state = "the HSM's process is being replaced"
        # Told later: who has it dropped may be in the midst of something.
        self._dropped += [waiting for waiting in self._waiting.values() if waiting is not None]
        self._waiting.clear()
