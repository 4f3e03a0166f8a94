"""The custodian as a process, with its client: what each promises while the other is killed, stopped or talks nonsense."""

from __future__ import annotations

import base64
import contextlib
import os
import resource
import select
import signal
import socket
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol

import pytest

from watchword.custody import protocol, root
from watchword.custody.client import CustodyClient
from watchword.custody.core import Keyring
from watchword.custody.protocol import Op
from watchword.envelope import value
from watchword.envelope.refused import EnvelopeRefused, Step
from watchword.envelope.value import Binding
from watchword.keys.custody import Custody, KeyUnavailable

KEY_ARN = "arn:aws:kms:us-east-1:123456789012:key/11111111-1111-4111-8111-111111111111"
CONTEXT = {
    "SecretARN": "arn:aws:secretsmanager:us-east-1:123456789012:secret:db-AbCdEf",
    "SecretVersionId": "v",
}
HERE = Binding(
    partition="aws",
    region="us-east-1",
    account="123456789012",
    secret_arn=CONTEXT["SecretARN"],
    version_id="v",
    content_id="c",
    kind="string",
)
START_SECONDS_MAX = 10.0
END_SECONDS_MAX = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where one Region's custodian lives: its files, and the socket that outlives it, as a supervisor would hold it."""

    folder: Path
    listener: socket.socket
    public_key: bytes

    @property
    def socket(self) -> Path:
        return self.folder / "custody.sock"

    def arguments(self, *more: str) -> list[str]:
        files = ("--root", str(self.folder / "root"), "--key-file", str(self.folder / "key"))
        return [sys.executable, "-m", "watchword.custody", *files, *more]


@dataclass(frozen=True, slots=True, kw_only=True)
class Running:
    """A custodian that has said `R`. Whoever holds this is its supervisor."""

    process: subprocess.Popen[bytes]
    beat: int
    parent: int

    def signal(self, number: signal.Signals) -> None:
        os.kill(self.process.pid, number)

    def ended(self) -> int:
        return self.process.wait(END_SECONDS_MAX)


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    public_key = root.create(tmp_path / "root", tmp_path / "key", region="us-east-1", entropy=os.urandom)
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as listener:
        listener.bind(str(tmp_path / "custody.sock"))
        listener.listen(16)
        yield Place(folder=tmp_path, listener=listener, public_key=public_key)


class Start(Protocol):
    def __call__(self, *more: str) -> Running: ...


def complaints(said: bytes) -> bytes:
    """Return what a custodian said besides its protections, which are its first line."""
    first, _, rest = said.partition(b"\n")
    assert first.startswith(b"watchword custodian: own user: "), said
    return rest


@pytest.fixture
def start(place: Place) -> Iterator[Start]:
    """Start custodians on the place's socket, one after the other; none outlives the test."""
    started: list[Running] = []

    def started_one(*more: str) -> Running:
        beat, beat_end = os.pipe()
        parent_end, parent = os.pipe()
        fds = (place.listener.fileno(), beat_end, parent_end)
        socket_fd, beat_fd, parent_fd = map(str, fds)
        process = subprocess.Popen(
            place.arguments("--socket-fd", socket_fd, "--beat-fd", beat_fd, "--parent-fd", parent_fd, *more),
            pass_fds=fds,
            stderr=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        os.close(beat_end)
        os.close(parent_end)
        running = Running(process=process, beat=beat, parent=parent)
        started.append(running)
        assert read_within(beat, START_SECONDS_MAX) == b"R"
        return running

    yield started_one
    for running in started:
        running.process.kill()
        running.process.communicate()
        for fd in (running.beat, running.parent):
            with contextlib.suppress(OSError):
                os.close(fd)


def read_within(fd: int, seconds: float) -> bytes | None:
    """Return what can be read, b"" at the end of file, None when nothing came in time."""
    return os.read(fd, 1) if select.select([fd], [], [], seconds)[0] else None


def seconds_of(call: Callable[[], object]) -> float:
    began = time.monotonic()
    with pytest.raises(KeyUnavailable):
        call()
    return time.monotonic() - began


# What it computes


def test_a_client_is_the_custody_that_the_rules_ask(place: Place, start: Start) -> None:
    start()
    custody: Custody = CustodyClient(place.socket)

    assert len(custody.token_key()) == 32


def test_every_call_gives_what_the_keyring_gives(place: Place, start: Start) -> None:
    start()
    client = CustodyClient(place.socket)
    keyring = Keyring(root.unlock(place.folder / "root", place.folder / "key"), entropy=os.urandom)
    client.ping()
    material = client.create_material(key_arn=KEY_ARN)
    data_key, blob = client.generate_data_key(material=material, key_arn=KEY_ARN, context=CONTEXT, size=32)
    encrypted = client.encrypt(material=material, key_arn=KEY_ARN, context={}, plaintext=b"x")
    sealed_value = value.seal(data_key, b"a value", binding=HERE, entropy=os.urandom)
    carried = client.seal_for_region(
        material=material,
        key_arn=KEY_ARN,
        context=CONTEXT,
        data_key=blob,
        sealed_value=sealed_value,
        binding=HERE,
        recipient=place.public_key,
        info=b"l1",
    )
    there = replace(HERE, version_id="w", kind="binary")
    blob_there, sealed_there = client.open_from_region(
        sealed=carried, info=b"l1", material=material, key_arn=KEY_ARN, context={}, binding=there
    )
    access_key = client.seal_access_key(access_key_id="AKIDEXAMPLE", secret_access_key="secret")
    scope = {"access_key_id": "AKIDEXAMPLE", "day": "20150830", "region": "us-east-1", "service": "iam"}

    assert keyring.decrypt(material=material, key_arn=KEY_ARN, context=CONTEXT, blob=blob) == data_key
    assert client.decrypt(material=material, key_arn=KEY_ARN, context=CONTEXT, blob=blob) == data_key
    assert client.decrypt(material=material, key_arn=KEY_ARN, context={}, blob=encrypted) == b"x"
    key_there = keyring.decrypt(material=material, key_arn=KEY_ARN, context={}, blob=blob_there)
    assert value.open_value(key_there, sealed_there, binding=there) == b"a value"
    assert client.signing_key(sealed=access_key, **scope) == keyring.signing_key(sealed=access_key, **scope)
    assert client.token_key() == keyring.token_key()


def test_a_refusal_crosses_the_socket_with_its_step_and_the_connection_lives(
    place: Place, start: Start
) -> None:
    start()
    client = CustodyClient(place.socket)
    material = client.create_material(key_arn=KEY_ARN)
    blob = client.encrypt(material=material, key_arn=KEY_ARN, context=CONTEXT, plaintext=b"x")

    with pytest.raises(EnvelopeRefused) as refused:
        client.decrypt(material=material, key_arn=KEY_ARN, context={}, blob=blob)

    assert refused.value.step is Step.TAG
    assert client.decrypt(material=material, key_arn=KEY_ARN, context=CONTEXT, blob=blob) == b"x"


def test_the_largest_value_crosses_and_what_fits_no_frame_is_refused_here(place: Place, start: Start) -> None:
    start()
    client = CustodyClient(place.socket)
    material = client.create_material(key_arn=KEY_ARN)
    data_key, blob = client.generate_data_key(material=material, key_arn=KEY_ARN, context=CONTEXT, size=32)
    largest = value.seal(data_key, bytes(value.VALUE_BYTES_MAX), binding=HERE, entropy=os.urandom)

    def carry(sealed_value: bytes) -> bytes:
        return client.seal_for_region(
            material=material,
            key_arn=KEY_ARN,
            context=CONTEXT,
            data_key=blob,
            sealed_value=sealed_value,
            binding=HERE,
            recipient=place.public_key,
            info=b"",
        )

    assert len(carry(largest)) > value.VALUE_BYTES_MAX
    with pytest.raises(EnvelopeRefused) as refused:
        carry(bytes(protocol.FRAME_BYTES_MAX))
    assert refused.value.step is Step.LENGTH


# When it dies, stops, or is not there


def test_a_custodian_that_was_killed_and_replaced_is_not_noticed_by_its_clients(
    place: Place, start: Start
) -> None:
    """kill -9 between two calls, three times; the supervisor keeps the socket, so a call waits in its queue."""
    running = start()
    client = CustodyClient(place.socket, deadline_ms=10_000)
    material = client.create_material(key_arn=KEY_ARN)
    blob = client.encrypt(material=material, key_arn=KEY_ARN, context={}, plaintext=b"x")
    for _ in range(3):
        running.signal(signal.SIGKILL)
        running.ended()
        running = start()

        assert client.decrypt(material=material, key_arn=KEY_ARN, context={}, blob=blob) == b"x"


def test_calls_made_while_it_is_being_replaced_wait_for_its_successor(place: Place, start: Start) -> None:
    running = start()
    client = CustodyClient(place.socket, deadline_ms=10_000)
    token_key = client.token_key()
    running.signal(signal.SIGKILL)
    running.ended()
    answers: list[bytes] = []
    threads = [threading.Thread(target=lambda: answers.append(client.token_key())) for _ in range(4)]
    for thread in threads:
        thread.start()

    start()
    for thread in threads:
        thread.join(10)

    assert answers == [token_key] * 4


def test_kill_9_in_the_middle_of_load_loses_no_call(place: Place, start: Start) -> None:
    running = start("--questions-per-second", "1000000")
    client = CustodyClient(place.socket, deadline_ms=10_000)
    material = client.create_material(key_arn=KEY_ARN)
    wrong: list[object] = []
    done = threading.Event()

    def load(number: int) -> None:
        plaintext = str(number).encode()
        calls = 0
        try:
            while not done.is_set() and calls < 100_000:
                blob = client.encrypt(material=material, key_arn=KEY_ARN, context={}, plaintext=plaintext)
                opened = client.decrypt(material=material, key_arn=KEY_ARN, context={}, blob=blob)
                calls += 1
                if opened != plaintext:
                    wrong.append(number)
        except (KeyUnavailable, EnvelopeRefused) as error:
            wrong.append(error)

    threads = [threading.Thread(target=load, args=(number,)) for number in range(3)]
    for thread in threads:
        thread.start()
    for _ in range(3):
        time.sleep(0.1)  # Long enough for some hundred calls; the kill then falls into the middle of one.
        running.signal(signal.SIGKILL)
        running.ended()
        running = start("--questions-per-second", "1000000")
    done.set()
    for thread in threads:
        thread.join(10)

    assert wrong == []


def test_a_custodian_that_is_gone_is_unavailable_at_the_deadline(place: Place, start: Start) -> None:
    """Nobody replaces it: the call waits in the socket's queue, and no longer than it may."""
    running = start()
    client = CustodyClient(place.socket, deadline_ms=300)
    client.ping()
    running.signal(signal.SIGKILL)
    running.ended()

    assert 0.25 < seconds_of(client.ping) < 1.5
    assert 0.25 < seconds_of(client.token_key) < 1.5


def test_a_socket_that_nobody_holds_is_unavailable_at_once(tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as listener:
        listener.bind(str(tmp_path / "dead.sock"))

    assert seconds_of(CustodyClient(tmp_path / "dead.sock").ping) < 0.5
    assert seconds_of(CustodyClient(tmp_path / "none.sock").ping) < 0.5


def test_a_stopped_custodian_is_unavailable_at_the_deadline_and_answers_nobody_else_later(
    place: Place, start: Start
) -> None:
    """SIGSTOP. After SIGCONT the late answer must not be taken for the answer to the next question."""
    running = start()
    client = CustodyClient(place.socket, deadline_ms=300)
    token_key = client.token_key()
    material = client.create_material(key_arn=KEY_ARN)
    running.signal(signal.SIGSTOP)

    assert 0.25 < seconds_of(lambda: client.create_material(key_arn=KEY_ARN)) < 1.5
    assert 0.25 < seconds_of(client.ping) < 1.5
    running.signal(signal.SIGCONT)
    assert client.token_key() == token_key
    assert client.decrypt(
        material=material,
        key_arn=KEY_ARN,
        context={},
        blob=client.encrypt(material=material, key_arn=KEY_ARN, context={}, plaintext=b"x"),
    )


def test_no_more_calls_wait_than_may_and_the_next_is_refused_at_once(place: Place, start: Start) -> None:
    running = start()
    client = CustodyClient(place.socket, deadline_ms=1_000, waiting_max=3)
    client.ping()
    running.signal(signal.SIGSTOP)
    waited: list[float] = []
    threads = [threading.Thread(target=lambda: waited.append(seconds_of(client.ping))) for _ in range(3)]
    for thread in threads:
        thread.start()
    until(
        lambda: client._process.turns.acquire(blocking=False) is False, put_back=client._process.turns.release
    )

    began = time.monotonic()
    with pytest.raises(KeyUnavailable) as refused:
        client.ping()
    assert time.monotonic() - began < 0.5
    assert str(refused.value) == "3 calls wait for the custodian already"
    for thread in threads:
        thread.join(5)
    assert all(0.8 < seconds < 3 for seconds in waited)
    assert len(waited) == 3
    running.signal(signal.SIGCONT)
    client.ping()


def until(is_so: Callable[[], bool], *, put_back: Callable[[], None]) -> None:
    """Wait, 2 s at most, until something is so; `put_back` undoes an asking that changed what was asked."""
    ends = time.monotonic() + 2
    while not is_so():
        put_back()
        assert time.monotonic() < ends
        time.sleep(0.005)


# Who talks to it


def raw(place: Place) -> socket.socket:
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    connection.settimeout(2)
    connection.connect(str(place.socket))
    return connection


PING = protocol.frame(Op.PING, ())
NONSENSE = {
    "a frame too long": struct.pack(">I", protocol.FRAME_BYTES_MAX + 1),
    "the longest length there is": b"\xff" * 4,
    "a frame too short": struct.pack(">I", 1) + b"\x01",
    "an empty frame": bytes(4),
    "another version": struct.pack(">IBB", 2, 2, Op.PING),
    "an unknown operation": struct.pack(">IBB", 2, 1, 200),
    "fields that are cut short": struct.pack(">IBBI", 6, 1, Op.PING, 9),
    "fields of another operation": protocol.frame(Op.DECRYPT, (b"a",)),
    "a context of half a pair": protocol.frame(Op.DECRYPT, (b"a", b"b", b"\0\0\0\1c", b"d")),
    "too many fields": protocol.frame(Op.PING, (b"",) * (protocol.PARTS_MAX + 1)),
    "HTTP": b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n",
}


@pytest.mark.parametrize("nonsense", NONSENSE.values(), ids=NONSENSE)
def test_who_talks_nonsense_is_cut_off_and_the_others_live(
    place: Place, start: Start, nonsense: bytes
) -> None:
    start()
    client = CustodyClient(place.socket)
    client.ping()
    with raw(place) as broken:
        broken.sendall(nonsense)

        assert broken.recv(100) == b""
    held = client._process.connections.sock
    client.ping()
    assert client._process.connections.sock is held


def test_a_frame_may_come_byte_by_byte_and_two_at_once(place: Place, start: Start) -> None:
    start()
    with raw(place) as connection:
        for at in range(len(PING)):
            connection.sendall(PING[at : at + 1])
        assert received(connection, len(PING)) == PING
        connection.sendall(PING * 2)
        assert received(connection, 2 * len(PING)) == PING * 2


def received(connection: socket.socket, size: int) -> bytes:
    taken = b""
    while len(taken) < size and (piece := connection.recv(size - len(taken))):
        taken += piece
    return taken


def test_a_client_that_takes_no_answers_holds_up_itself_alone(place: Place, start: Start) -> None:
    start("--questions-per-second", "1000000")
    client = CustodyClient(place.socket)
    token_key = client.token_key()
    questions = protocol.frame(Op.TOKEN_KEY, ()) * 100_000
    sent = 0
    with raw(place) as deaf, raw(place) as half:
        half.sendall(PING[:3])
        deaf.settimeout(0.5)
        with contextlib.suppress(TimeoutError):
            while sent < len(questions):
                sent += deaf.send(questions[sent : sent + 65_536])
        assert sent < len(questions)

        for _ in range(100):
            client.ping()

        # Nothing is lost: when it listens again it gets every answer, whole.
        deaf.settimeout(2)
        answers = protocol.frame(0, (token_key,)) * (sent // len(protocol.frame(Op.TOKEN_KEY, ())))
        assert received(deaf, len(answers)) == answers
        half.sendall(PING[3:])
        assert received(half, len(PING)) == PING


OTHER_USER = """
import os, socket, sys, time
from pathlib import Path
from watchword.custody.core import Keyring
from watchword.custody.seal import Seal
from watchword.custody.server import Custodian
seal = Seal(Path(sys.argv[1]), entropy=os.urandom, keyring_of=lambda master: Keyring(master, entropy=os.urandom))
seal.unseal(Path(sys.argv[2]).read_bytes())
listener = socket.socket(fileno=int(sys.argv[3]))
custodian = Custodian(seal, listener, peer_uids=frozenset({os.geteuid() + 1}), monotonic=time.monotonic, beat_fd=1)
custodian.serve()
"""


def test_another_user_is_refused_even_where_the_sockets_mode_would_let_him_in(place: Place) -> None:
    """The custodian here belongs to the user after ours, so that we are the other user, with no need to be root."""
    files = (str(place.folder / "root"), str(place.folder / "key"), str(place.listener.fileno()))
    with subprocess.Popen(
        [sys.executable, "-c", OTHER_USER, *files],
        pass_fds=(place.listener.fileno(),),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        try:
            assert process.stdout is not None
            assert read_within(process.stdout.fileno(), START_SECONDS_MAX) == b"R"
            with pytest.raises(KeyUnavailable):
                CustodyClient(place.socket).ping()
        finally:
            process.kill()
            _, said = process.communicate()

    assert said == b"watchword custodian: a connection of another user\n"


def test_more_clients_than_it_has_descriptors_for_are_refused_and_the_first_live(place: Place) -> None:
    """With 64 descriptors 32 are for clients; `accept` never fails for want of one, which would be a busy loop."""
    socket_fd = place.listener.fileno()
    with subprocess.Popen(
        place.arguments("--socket-fd", str(socket_fd)),
        pass_fds=(socket_fd,),
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64)),
    ) as process:
        try:
            with contextlib.ExitStack() as held:
                first = []
                for _ in range(32):
                    connection = held.enter_context(raw(place))
                    first.append(connection)
                    connection.settimeout(START_SECONDS_MAX)
                    connection.sendall(PING)
                    assert received(connection, len(PING)) == PING
                with raw(place) as one_more, contextlib.suppress(ConnectionError):
                    one_more.sendall(PING)
                    assert one_more.recv(1) == b""
                first[0].sendall(PING)
                assert received(first[0], len(PING)) == PING
            CustodyClient(place.socket).ping()
        finally:
            process.kill()


# Threads and forks


def test_a_call_that_is_interrupted_leaves_no_answer_for_the_next(place: Place, start: Start) -> None:
    """A signal's handler that raises, in the middle of a call, in the thread that waits."""
    running = start()
    client = CustodyClient(place.socket)
    token_key = client.token_key()
    running.signal(signal.SIGSTOP)

    def interrupt(number: int, frame: object) -> None:
        raise InterruptedByTest

    before = signal.signal(signal.SIGALRM, interrupt)
    signal.setitimer(signal.ITIMER_REAL, 0.1)
    try:
        with pytest.raises(InterruptedByTest):
            client.create_material(key_arn=KEY_ARN)
    finally:
        signal.signal(signal.SIGALRM, before)
    running.signal(signal.SIGCONT)

    assert client.token_key() == token_key


class InterruptedByTest(Exception):
    pass


def test_threads_get_each_their_own_answers(place: Place, start: Start) -> None:
    start()
    client = CustodyClient(place.socket)
    material = client.create_material(key_arn=KEY_ARN)
    wrong: list[int] = []

    def ask(number: int) -> None:
        for turn in range(100):
            plaintext = f"{number} {turn}".encode()
            blob = client.encrypt(material=material, key_arn=KEY_ARN, context={}, plaintext=plaintext)
            if client.decrypt(material=material, key_arn=KEY_ARN, context={}, blob=blob) != plaintext:
                wrong.append(number)

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)

    assert wrong == []


def test_a_client_made_and_used_before_a_fork_works_on_both_sides_of_it(place: Place, start: Start) -> None:
    """In the child all turns look taken (by threads that it does not have) and the connection is the parent's."""
    start()
    client = CustodyClient(place.socket, waiting_max=1)
    token_key = client.token_key()
    client._process.turns.acquire()
    ended, end = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            assert all(client.token_key() == token_key for _ in range(200))
            os.write(end, b"R")
        finally:
            os._exit(0)
    client._process.turns.release()
    try:
        mine = [client.token_key() for _ in range(200)]

        assert mine == [token_key] * 200
        assert read_within(ended, 10) == b"R"
    finally:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        os.close(ended)
        os.close(end)


# Its life under a supervisor


def test_it_says_that_it_is_ready_and_then_each_second_that_it_lives(start: Start) -> None:
    running = start()
    began = time.monotonic()

    beats = [read_within(running.beat, 2) for _ in range(2)]

    assert beats == [b".", b"."]
    assert 1.5 < time.monotonic() - began < 4
    running.signal(signal.SIGSTOP)
    assert read_within(running.beat, 1.3) is None


def test_sigterm_is_a_clean_end_even_with_clients(place: Place, start: Start) -> None:
    running = start()
    with raw(place) as connection:
        connection.sendall(PING)
        assert received(connection, len(PING)) == PING
        running.signal(signal.SIGTERM)

        assert running.ended() == 0
        assert connection.recv(1) == b""
    out, said = running.process.communicate()
    assert (out, complaints(said)) == (b"", b"")


def test_it_ends_when_its_supervisor_is_gone(start: Start) -> None:
    running = start()

    os.close(running.parent)

    assert running.ended() == 0


def test_ctrl_c_is_left_to_its_supervisor(place: Place, start: Start) -> None:
    """It reaches the whole process group; the workers are stopped first and still need keys."""
    running = start()

    running.signal(signal.SIGINT)

    CustodyClient(place.socket).ping()
    assert running.process.poll() is None


SUPERVISOR = """
import subprocess, sys, time
process = subprocess.Popen(sys.argv[2:], close_fds=False)
print(process.pid, flush=True)
time.sleep(60)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="prctl is Linux's; elsewhere the pipe alone does it")
def test_it_dies_with_its_parent_even_where_somebody_else_holds_the_pipe_open(place: Place) -> None:
    """PR_SET_PDEATHSIG: this test keeps the pipe's writing end, so only the kernel's signal can end it."""
    parent_end, parent = os.pipe()
    beat, beat_end = os.pipe()
    fds = (place.listener.fileno(), parent_end, beat_end)
    arguments = place.arguments(
        "--socket-fd", str(fds[0]), "--parent-fd", str(fds[1]), "--beat-fd", str(fds[2])
    )
    with subprocess.Popen([sys.executable, "-c", SUPERVISOR, "-", *arguments], pass_fds=fds) as supervisor:
        try:
            os.close(beat_end)
            assert read_within(beat, START_SECONDS_MAX) == b"R"
            supervisor.kill()
            supervisor.wait(END_SECONDS_MAX)

            # The end of the beats is the end of the process; a beat or two may still be in the pipe.
            assert b"" in [read_within(beat, 3) for _ in range(5)]
        finally:
            supervisor.kill()
            for fd in (parent_end, parent, beat):
                os.close(fd)


@pytest.mark.skipif(sys.platform != "linux", reason="prctl is Linux's")
def test_its_memory_is_dumped_nowhere() -> None:
    imports = "import ctypes, resource; from watchword.custody import hardening, kernel; "
    asked = imports + "hardening.forbid_dumps(kernel.Kernel()); "
    told = "print(ctypes.CDLL(None).prctl(3), resource.getrlimit(resource.RLIMIT_CORE))"  # PR_GET_DUMPABLE

    done = subprocess.run([sys.executable, "-c", asked + told], capture_output=True, check=True, timeout=10)

    assert done.stdout == b"0 (0, 0)\n"


# By hand, and what it says when it cannot start


def test_by_hand_it_makes_its_socket_for_its_owner_alone_and_removes_it(place: Place) -> None:
    path = place.folder / "own.sock"
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as left_by_a_dead_one:
        left_by_a_dead_one.bind(str(path))
    beat, beat_end = os.pipe()
    arguments = place.arguments("--socket", str(path), "--beat-fd", str(beat_end))
    with subprocess.Popen(arguments, pass_fds=(beat_end,)) as process:
        try:
            os.close(beat_end)
            assert read_within(beat, START_SECONDS_MAX) == b"R"

            CustodyClient(path).ping()
            assert path.stat().st_mode & 0o777 == 0o600
            second = subprocess.run(
                place.arguments("--socket", str(path)), capture_output=True, timeout=10, check=False
            )
            said = f"watchword custodian: socket `{path}` cannot be made: Address already in use\n"
            assert (second.returncode, second.stderr.decode()) == (2, said)
            CustodyClient(path).ping()
            process.send_signal(signal.SIGINT)
            assert process.wait(END_SECONDS_MAX) == 0
            assert not path.exists()
        finally:
            process.kill()
            os.close(beat)


TROUBLE: dict[str, tuple[Callable[[Path], object], str]] = {
    "a key file open to others": (
        lambda folder: (folder / "key").chmod(0o644),
        "key file `{folder}/key` is open to others than its owner (mode 0644): run `chmod 600 {folder}/key`",
    ),
    "another key file": (
        lambda folder: (folder / "key").write_bytes(bytes(32)),
        "key file `{folder}/key` does not open the root: use the key file that was made with it",
    ),
    "no key file": (
        lambda folder: (folder / "key").unlink(),
        "key file `{folder}/key` cannot be read: no such file or directory",
    ),
    "a damaged root": (
        lambda folder: (folder / "root").write_bytes((folder / "root").read_bytes()[:-1]),
        "root `{folder}/root` is damaged: put it back from a backup",
    ),
}


@pytest.mark.parametrize(("damage", "sentence"), TROUBLE.values(), ids=TROUBLE)
def test_a_root_that_does_not_open_is_one_sentence_and_status_2(
    place: Place, damage: Callable[[Path], object], sentence: str
) -> None:
    damage(place.folder)
    fd = place.listener.fileno()

    done = subprocess.run(
        place.arguments("--socket-fd", str(fd)), pass_fds=(fd,), capture_output=True, timeout=10, check=False
    )

    said = f"watchword custodian: {sentence.format(folder=place.folder)}\n"
    assert (done.returncode, done.stdout, complaints(done.stderr).decode()) == (2, b"", said)


def test_descriptors_that_are_not_what_they_should_be_are_one_sentence(place: Place) -> None:
    with (place.folder / "root").open() as file:
        said = {}
        for option in ("--socket-fd", "--beat-fd", "--parent-fd"):
            arguments = place.arguments(
                "--socket-fd", str(place.listener.fileno()), option, str(file.fileno())
            )
            done = subprocess.run(
                arguments,
                pass_fds=(file.fileno(), place.listener.fileno()),
                capture_output=True,
                timeout=10,
                check=False,
            )
            assert done.returncode == 2
            said[option] = done.stderr.decode().removeprefix("watchword custodian: descriptor ")

    assert said == {
        "--socket-fd": f"{file_number(said)} is not a socket that can listen\n",
        "--beat-fd": f"{file_number(said)} is not a pipe\n",
        "--parent-fd": f"{file_number(said)} is not a pipe\n",
    }


def file_number(said: dict[str, str]) -> str:
    return said["--beat-fd"].split()[0]


# What it must never do


def spellings(secret: bytes) -> list[bytes]:
    """Return how a secret could show up in text."""
    return [
        secret,
        secret.hex().encode(),
        base64.b64encode(secret).rstrip(b"="),
        repr(secret)[2:-1].encode(),
    ]


def test_it_never_says_a_key_or_a_value(place: Place, start: Start) -> None:
    running = start()
    client = CustodyClient(place.socket)
    canary = b"canary-4711-\xff\x00"
    material = client.create_material(key_arn=KEY_ARN)
    blob = client.encrypt(material=material, key_arn=KEY_ARN, context={}, plaintext=canary)
    client.decrypt(material=material, key_arn=KEY_ARN, context={}, blob=blob)
    with pytest.raises(EnvelopeRefused) as refused:
        client.decrypt(material=material, key_arn=KEY_ARN, context={"a": "b"}, blob=blob)
    with raw(place) as broken:
        broken.sendall(protocol.frame(Op.ENCRYPT, (canary, canary)))
        broken.recv(1)
    running.signal(signal.SIGSTOP)
    with pytest.raises(KeyUnavailable) as unavailable:
        CustodyClient(place.socket, deadline_ms=50).encrypt(
            material=material, key_arn=KEY_ARN, context={}, plaintext=canary
        )
    running.signal(signal.SIGCONT)
    running.signal(signal.SIGTERM)
    running.ended()
    out, said = running.process.communicate()

    shown = b"".join(
        (out, said, repr(refused.value).encode(), repr(unavailable.value).encode(), repr(client).encode())
    )
    master = root.unlock(place.folder / "root", place.folder / "key")
    assert isinstance(master.key, bytes)
    assert complaints(said) == b"watchword custodian: a question that there is not\n"
    for secret in (canary, master.key, master.transport_private_key, client_key_of(place)):
        assert not any(spelling in shown for spelling in spellings(secret))
        # The search would find it.
        assert all(spelling in shown + b" ".join(spellings(secret)) for spelling in spellings(secret))


def client_key_of(place: Place) -> bytes:
    return (place.folder / "key").read_bytes()


IMPORTED = """
import sys
import {module}
print(*sorted(name for name in sys.modules if name.partition(".")[0] in {names}))
"""
WEB = ("asyncio", "botocore", "boto3", "http", "httptools", "msgspec", "sqlite3", "ssl", "urllib3", "uvloop")


@pytest.mark.parametrize("module", ["watchword.custody.server", "watchword.custody.__main__"])
def test_the_custodian_imports_custody_and_envelope_and_no_web_code(module: str) -> None:
    names = ("watchword", *WEB)

    done = subprocess.run(
        [sys.executable, "-c", IMPORTED.format(module=module, names=names)],
        capture_output=True,
        check=True,
        timeout=10,
    )

    imported = done.stdout.decode().split()
    assert "watchword.custody.server" in imported
    others = [
        name
        for name in imported
        if name.split(".")[:2] not in (["watchword"], ["watchword", "custody"], ["watchword", "envelope"])
    ]
    assert others == []
    assert "watchword.custody.client" not in imported


def test_the_import_test_would_see_web_code() -> None:
    done = subprocess.run(
        [sys.executable, "-c", IMPORTED.format(module="watchword.api.shape", names=("watchword", *WEB))],
        capture_output=True,
        check=True,
        timeout=10,
    )

    assert {"msgspec", "watchword.api.shape"} <= set(done.stdout.decode().split())
