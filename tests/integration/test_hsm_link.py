"""The custodian's side of its HSM, on real sockets with a clock of the test's: deadlines, and how many wait at most."""

from __future__ import annotations

import json
import os
import selectors
import socket
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from watchword.custody import protocol
from watchword.custody.hsm import HsmAway
from watchword.custody.hsm_link import OK, Awaited, HsmAnswer, HsmLink, HsmQuestion, Say
from watchword.envelope.refused import EnvelopeRefused

DEADLINE_S = 0.5
WAITING_MAX = 4
QUESTION = HsmQuestion(say=Say.OPEN, key_label="k", bound=b"b", wrapped=bytes(60))


@dataclass(slots=True, kw_only=True)
class Both:
    """A link, and the other end of it."""

    path: Path
    selector: selectors.DefaultSelector
    link: HsmLink
    clock: list[float]
    told: list[str] = field(default_factory=list)
    """How it stood, in order."""
    answers: list[HsmAnswer] = field(default_factory=list)
    peers: list[socket.socket] = field(default_factory=list)

    def connect(self) -> socket.socket:
        sock = socket.socket(socket.AF_UNIX)
        sock.connect(os.fspath(self.path))
        sock.settimeout(5)
        self.peers.append(sock)
        self.turn()
        return sock

    def turn(self) -> None:
        """Do what the loop does, until nothing is left to do."""
        while ready := self.selector.select(0.05):
            for key, _ in ready:
                key.data()
        self.link.expire()

    def greet(self) -> socket.socket:
        sock = self.connect()
        self.say(sock, Say.HELLO, json.dumps({"seccomp": "yes"}).encode())
        return sock

    def say(self, sock: socket.socket, say: Say, *parts: bytes) -> None:
        sock.sendall(protocol.frame(say, parts))
        self.turn()

    def ask(self) -> None:
        """Ask, and keep the answer or why there is none."""
        try:
            self.link.ask(QUESTION, self.answers.append, ends=self.link.deadline())
        except HsmAway as away:
            self.answers.append(away)


@pytest.fixture
def both(tmp_path: Path) -> Iterator[Both]:
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(os.fspath(tmp_path / "hsm.sock"))
    listener.listen(4)
    clock = [100.0]
    link = HsmLink(
        listener,
        deadline_s=DEADLINE_S,
        peer_uids=frozenset({os.geteuid()}),
        monotonic=lambda: clock[0],
        waiting_max=WAITING_MAX,
    )
    with selectors.DefaultSelector() as selector:
        made = Both(path=tmp_path / "hsm.sock", selector=selector, link=link, clock=clock)
        link.on_change = made.told.append
        link.register(selector)
        yield made
        for sock in made.peers:
            sock.close()
        link.close()


def number_of(sock: socket.socket) -> bytes:
    """Take the next question and return its number."""
    received = bytearray()
    while (length := protocol.frame_bytes(received)) is None or len(received) < length:
        received += sock.recv(1 if length is None else length - len(received))
    say, parts = protocol.parse(bytes(received))
    assert (say, parts[1:]) == (Say.OPEN, [b"k", b"b", bytes(60)])
    return parts[0]


def sentence(act: object) -> str:
    assert isinstance(act, HsmAway)
    return str(act)


def test_nothing_is_asked_of_an_hsm_that_has_not_been_heard(both: Both) -> None:
    with pytest.raises(HsmAway):
        both.link.require()
    both.connect()
    with pytest.raises(HsmAway):
        both.link.open(key_label="k", bound=b"b", wrapped=bytes(60))
    both.ask()

    assert "has not said anything" in sentence(both.answers[0])
    assert not both.link.has_verdict


def test_an_answer_goes_to_who_asked_in_whatever_order_it_comes(both: Both) -> None:
    sock = both.greet()
    named: list[tuple[str, HsmAnswer]] = []
    for name in ("first", "second", "third"):
        both.link.ask(QUESTION, lambda answer, name=name: named.append((name, answer)), ends=200.0)  # type: ignore[misc]
    numbers = [number_of(sock) for _ in range(3)]

    both.say(sock, Say.DONE, numbers[2], b"3")
    both.say(sock, Say.REFUSED, numbers[0])
    both.say(sock, Say.CANNOT, numbers[1], b"no such key")

    assert [name for name, _ in named] == ["third", "first", "second"]
    assert named[0][1] == [b"3"]
    assert isinstance(named[1][1], EnvelopeRefused)
    assert sentence(named[2][1]) == "no such key"
    assert both.told == [OK]
    assert dict(both.link.protections) == {"seccomp": "yes"}


def test_so_many_wait_and_the_next_is_refused_at_once(both: Both) -> None:
    both.greet()
    for _ in range(WAITING_MAX):
        both.ask()
    assert both.answers == []

    both.ask()

    assert "4 questions wait" in sentence(both.answers[0])
    with pytest.raises(HsmAway):
        both.link.open(key_label="k", bound=b"b", wrapped=bytes(60))


def test_a_deadline_ends_all_that_wait_and_those_given_up_still_count(both: Both) -> None:
    """Or a stuck HSM would be sent a question for each attempt there is."""
    sock = both.greet()
    for _ in range(WAITING_MAX - 1):
        both.ask()
    assert both.link.wait_seconds() == pytest.approx(DEADLINE_S)
    both.clock[0] += DEADLINE_S

    both.turn()

    assert [sentence(answer) for answer in both.answers] == ["the HSM did not answer within 500 ms"] * 3
    assert both.link.wait_seconds() is None
    # Silent: the next is not even sent.
    both.ask()
    assert len(both.answers) == WAITING_MAX
    numbers = [number_of(sock) for _ in range(WAITING_MAX - 1)]
    sock.setblocking(False)
    with pytest.raises(BlockingIOError):
        sock.recv(1)
    # The first late answer is nobody's, and tells that it is there again.
    sock.setblocking(True)
    both.say(sock, Say.DONE, numbers[0], b"late")
    assert len(both.answers) == WAITING_MAX
    assert both.told == [OK, "the HSM did not answer within 500 ms", OK]
    both.ask()
    both.ask()
    assert len(both.answers) == WAITING_MAX
    both.ask()
    assert "questions wait" in sentence(both.answers[-1])


def test_who_waits_is_told_when_the_process_dies_or_says_nonsense(both: Both) -> None:
    ends: list[Callable[[socket.socket], object]] = [
        socket.socket.close,
        lambda sock: sock.sendall(b"\xff" * 64),
    ]
    for end in ends:
        sock = both.greet()
        both.ask()

        end(sock)
        both.turn()

        assert isinstance(both.answers.pop(), HsmAway)
        with pytest.raises(HsmAway):
            both.link.require()
    assert "has ended" in both.told[1]


def test_a_connection_that_is_dropped_in_the_turn_in_which_it_is_heard_is_not_read(both: Both) -> None:
    both.greet().close()
    ready = both.selector.select(1)
    assert ready
    both.ask()

    for key, _ in ready:
        key.data()

    assert "does not read" in sentence(both.answers[0])


def test_the_newest_connection_counts(both: Both) -> None:
    old = both.greet()
    both.ask()

    new = both.greet()

    assert isinstance(both.answers.pop(), HsmAway)
    both.link.require()
    both.ask()
    both.say(new, Say.DONE, number_of(new), b"key")
    assert both.answers == [[b"key"]]
    assert old.recv(65_536)
    assert old.recv(1) == b""


def test_a_process_that_does_not_read_holds_up_nobody(both: Both) -> None:
    both.greet()
    big = HsmQuestion(say=Say.OPEN, key_label="k", bound=bytes(900_000), wrapped=bytes(60))

    # The first may fit into the socket's own memory.
    with suppress(HsmAway):
        both.link.ask(big, both.answers.append, ends=both.link.deadline())
    with pytest.raises(HsmAway, match="does not read"):
        both.link.ask(big, both.answers.append, ends=both.link.deadline())


def test_an_answer_is_at_hand_for_the_question_that_it_was_given_for_alone(both: Both) -> None:
    both.greet()
    with both.link.at_hand({QUESTION: [b"key"]}):
        assert both.link.open(key_label="k", bound=b"b", wrapped=bytes(60)) == b"key"
        with pytest.raises(Awaited):
            both.link.open(key_label="k", bound=b"other", wrapped=bytes(60))
        with pytest.raises(Awaited):
            both.link.make(key_label="k", bound=b"b")

    with pytest.raises(Awaited):
        both.link.open(key_label="k", bound=b"b", wrapped=bytes(60))


def test_another_user_may_not_be_the_hsm(both: Both) -> None:
    both.link._peer_uids = frozenset({os.geteuid() + 1})

    sock = both.connect()

    assert sock.recv(1) == b""
    assert not both.link.has_verdict
