"""Questions that come together on one connection: answered in order, and others get their turn in between."""

from __future__ import annotations

import os
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from watchword.custody import protocol
from watchword.custody.core import Keyring
from watchword.custody.limits import Limits, Watch
from watchword.custody.lock import KeyFile, LockKind
from watchword.custody.master import Master
from watchword.custody.protocol import Op, Outcome
from watchword.custody.root import create
from watchword.custody.seal import Seal
from watchword.custody.server import TURN_QUESTIONS, Custodian

ANSWER_S_MAX = 10.0
MANY = 50 * TURN_QUESTIONS


class Noting(Keyring):
    """A keyring that notes for whom it computes, by what each asks for."""

    def __init__(self, master: Master) -> None:
        super().__init__(master, entropy=os.urandom)
        self.sizes: list[int] = []

    def random(self, *, size: int) -> bytes:
        self.sizes.append(size)
        return super().random(size=size)


class Held:
    """A custodian in this process: what waits for it when it begins is what the test has sent."""

    def __init__(self, folder: Path) -> None:
        create(folder / "root", folder / "key", region="us-east-1", entropy=os.urandom)
        self.path = folder / "custody.sock"
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.bind(str(self.path))
        self.listener.listen()
        made: list[Noting] = []

        def keyring_of(master: Master) -> Noting:
            made.append(Noting(master))
            return made[-1]

        seal = Seal(folder / "root", entropy=os.urandom, keyring_of=keyring_of)
        seal.open_with({LockKind.KEY_FILE: KeyFile(path=folder / "key")})
        (self.keyring,) = made
        limits = Limits(questions_per_second=1_000_000)
        self.custodian = Custodian(
            seal,
            self.listener,
            peer_uids=frozenset({os.geteuid()}),
            monotonic=time.monotonic,
            watch=Watch(limits=limits),
        )

    def connected(self) -> socket.socket:
        connection = socket.socket(socket.AF_UNIX)
        connection.settimeout(ANSWER_S_MAX)
        connection.connect(str(self.path))
        return connection

    def serve_until(self, done: threading.Thread) -> None:
        """Serve on this thread, which alone may have signals, until the other one is through."""

        def end() -> None:
            done.start()
            done.join(ANSWER_S_MAX)
            self.custodian.stop()
            self.connected().close()

        ending = threading.Thread(target=end)
        ending.start()
        self.custodian.serve()
        ending.join()


@pytest.fixture
def held(tmp_path: Path) -> Iterator[Held]:
    held = Held(tmp_path)
    yield held
    held.listener.close()


def question(size: int) -> bytes:
    return protocol.frame(Op.RANDOM, (protocol.number(size),))


def answers(connection: socket.socket, *, count: int) -> list[int]:
    """Take that many answers; how long each one's random bytes are."""
    received = bytearray()
    sizes: list[int] = []
    while len(sizes) < count:
        received += connection.recv(65_536)
        while (length := protocol.frame_bytes(received)) is not None and length <= len(received):
            outcome, (random,) = protocol.parse(bytes(received[:length]))
            assert outcome == Outcome.DONE
            sizes.append(len(random))
            del received[:length]
    return sizes


def test_a_connection_with_many_questions_leaves_others_their_turn(held: Held) -> None:
    told: list[list[int]] = []
    with held.connected() as greedy, held.connected() as modest:
        greedy.sendall(question(1) * MANY)
        modest.sendall(question(2))
        taking = threading.Thread(
            target=lambda: told.extend([answers(modest, count=1), answers(greedy, count=MANY)])
        )
        held.serve_until(taking)

    assert told == [[2], [1] * MANY]
    assert held.keyring.sizes.index(2) <= 3 * TURN_QUESTIONS


def test_they_are_answered_in_their_order_however_many_come_together(held: Held) -> None:
    sizes = [1 + number % 1_000 for number in range(3 * TURN_QUESTIONS + 1)]
    told: list[int] = []
    with held.connected() as connection:
        connection.sendall(b"".join(map(question, sizes)))
        taking = threading.Thread(target=lambda: told.extend(answers(connection, count=len(sizes))))
        held.serve_until(taking)

    assert told == sizes
