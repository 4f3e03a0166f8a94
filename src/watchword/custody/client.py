"""The way to the custodian for every process that asks it: the port `Custody` over the Unix socket.

One connection per thread, opened at its first call and after a fork. The custodian may be replaced at any
time: a call on a broken connection is made once more on a new one, since all calls may be repeated. A call
takes no longer than its deadline, and no more than `waiting_max` of them wait at once in a process; then
KeyUnavailable, at once. After a deadline has passed, one call at a time finds out whether the custodian answers again,
with a shorter one, and the others are refused at once: requests that queue for a thread would otherwise each wait for the
deadlines of all before them (40 reads on 2 workers of 4 threads: 10 s instead of 2.5).
"""

from __future__ import annotations

import errno
import os
import socket
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from watchword.custody import protocol
from watchword.custody.files import RootError
from watchword.custody.limits import Report, report_from
from watchword.custody.protocol import Op, Outcome, ProtocolError
from watchword.envelope.fields import canonical_context, decoded, encoded
from watchword.envelope.refused import EnvelopeRefused, Step
from watchword.envelope.value import Binding
from watchword.keys.custody import KeySealed, KeyUnavailable, Opened, Opening, WouldWait

DEADLINE_MS = 2_000
PROBE_MS = 500
"""How long a call waits for a custodian that let a deadline pass; one that works answers in well under a millisecond."""
WAITING_MAX = 64
READ_BYTES = 65_536

PAIR_MS_MAX = 15_000
"""An RSA pair of 4,096 bits was made in 1 to 6 s beside other work."""
PAIR_POLL_MS = 50

_STEPS = {step.encode(): step for step in Step}


class _NotYet(Exception):
    """The custodian is making what was asked for."""


class _Connections(threading.local):
    """This thread's connection, if it has one."""

    sock: socket.socket | None = None


class _Process:
    """What must not cross a fork: a lock may be held there by a thread that the child does not have."""

    __slots__ = ("connections", "pid", "probe", "silent", "turns")

    def __init__(self, *, pid: int, waiting_max: int) -> None:
        self.pid = pid
        self.turns = threading.Semaphore(waiting_max)
        self.connections = _Connections()
        self.silent = False
        """A deadline has passed, and nothing has been answered since."""
        self.probe = threading.Lock()
        """Held by the one call that asks a silent custodian."""


class CustodyClient:
    """Custody, as the other processes of a Region see it. May be shared between threads."""

    def __init__(
        self,
        path: str | Path,
        *,
        deadline_ms: int = DEADLINE_MS,
        waiting_max: int = WAITING_MAX,
        monotonic: Callable[[], float] = time.monotonic,
        may_wait: Callable[[], bool] = lambda: True,
    ) -> None:
        """`may_wait` says whether the calling thread may wait for an answer; where not, a call raises WouldWait."""
        self._path = os.fspath(path)
        self._deadline_ms = deadline_ms
        self._waiting_max = waiting_max
        self._monotonic = monotonic
        self._may_wait = may_wait
        self._ahead: dict[bytes, list[tuple[Opening, Opened]]] = {}
        """By blob; only the thread that may not wait looks here."""
        self._process = _Process(pid=os.getpid(), waiting_max=waiting_max)

    def __repr__(self) -> str:
        return f"CustodyClient({self._path!r})"

    def ping(self) -> None:
        """Return when the custodian has answered; KeySealed if it is sealed. For `/-/health`."""
        self._ask(Op.PING, (), answers=0)

    def report(self) -> Report:
        """Return what the custodian tells of itself: its protections, and how often it was used for what."""
        try:
            return report_from(self._ask(Op.REPORT, (), answers=1)[0])
        except ValueError:
            raise KeyUnavailable("the custodian's report can't be read") from None

    def create_material(self, *, key_arn: str, material_version: int = 1) -> bytes:
        if material_version == 1:
            return self._ask(Op.CREATE_MATERIAL, (encoded(key_arn),), answers=1)[0]
        parts = (encoded(key_arn), protocol.number(material_version))
        return self._ask(Op.CREATE_VERSION, parts, answers=1)[0]

    def create_mac_material(self, *, key_arn: str, size: int) -> bytes:
        parts = (encoded(key_arn), protocol.number(size))
        return self._ask(Op.CREATE_MAC_MATERIAL, parts, answers=1)[0]

    def import_parameters(
        self, *, key_arn: str, bits: int, algorithm: str, expires_ms: int
    ) -> tuple[bytes, bytes]:
        """Ask until the pair is made, for as long as PAIR_MS_MAX: the next one who asks then finds it ready."""
        parts = (encoded(key_arn), protocol.number(bits), encoded(algorithm), protocol.moment(expires_ms))
        ends = self._monotonic() + PAIR_MS_MAX / 1_000
        while True:
            try:
                public, token = self._ask(Op.IMPORT_PARAMETERS, parts, answers=2)
            except _NotYet:
                if self._monotonic() >= ends:
                    raise KeyUnavailable("the custodian is still making an RSA pair") from None
                time.sleep(PAIR_POLL_MS / 1_000)
            else:
                return public, token

    def import_material(
        self,
        *,
        token: bytes,
        wrapped: bytes,
        key_arn: str,
        material_version: int,
        mac: bool,
        size_min: int,
        size_max: int,
        now: int,
    ) -> tuple[bytes, str]:
        parts = (
            token,
            wrapped,
            encoded(key_arn),
            protocol.number(material_version),
            protocol.yes(mac),
            protocol.number(size_min),
            protocol.number(size_max),
            protocol.moment(now),
        )
        material, material_id = self._ask(Op.IMPORT_MATERIAL, parts, answers=2)
        return material, decoded(material_id)

    def generate_mac(self, *, material: bytes, key_arn: str, algorithm: str, message: bytes) -> bytes:
        parts = (material, encoded(key_arn), encoded(algorithm), message)
        return self._ask(Op.GENERATE_MAC, parts, answers=1)[0]

    def verify_mac(
        self, *, material: bytes, key_arn: str, algorithm: str, message: bytes, mac: bytes
    ) -> bool:
        parts = (material, encoded(key_arn), encoded(algorithm), message, mac)
        return self._ask(Op.VERIFY_MAC, parts, answers=1)[0] == protocol.yes(True)

    def random(self, *, size: int) -> bytes:
        return self._ask(Op.RANDOM, (protocol.number(size),), answers=1)[0]

    def generate_data_key(
        self, *, material: bytes, key_arn: str, context: Mapping[str, str], size: int
    ) -> tuple[bytes, bytes]:
        parts = (material, encoded(key_arn), canonical_context(context), protocol.number(size))
        data_key, blob = self._ask(Op.GENERATE_DATA_KEY, parts, answers=2)
        return data_key, blob

    def generate_sealed_data_key(
        self, *, material: bytes, key_arn: str, context: Mapping[str, str], size: int
    ) -> bytes:
        parts = (material, encoded(key_arn), canonical_context(context), protocol.number(size))
        return self._ask(Op.GENERATE_SEALED_DATA_KEY, parts, answers=1)[0]

    def re_encrypt(
        self,
        *,
        material: bytes,
        key_arn: str,
        context: Mapping[str, str],
        blob: bytes,
        to_material: bytes,
        to_key_arn: str,
        to_context: Mapping[str, str],
    ) -> bytes:
        parts = (
            material,
            encoded(key_arn),
            canonical_context(context),
            blob,
            to_material,
            encoded(to_key_arn),
            canonical_context(to_context),
        )
        return self._ask(Op.RE_ENCRYPT, parts, answers=1)[0]

    def encrypt(
        self, *, material: bytes, key_arn: str, context: Mapping[str, str], plaintext: bytes
    ) -> bytes:
        parts = (material, encoded(key_arn), canonical_context(context), plaintext)
        return self._ask(Op.ENCRYPT, parts, answers=1)[0]

    def decrypt(self, *, material: bytes, key_arn: str, context: Mapping[str, str], blob: bytes) -> bytes:
        if not self._may_wait():
            return self._opened_ahead(Opening(material=material, key_arn=key_arn, context=context, blob=blob))
        parts = (material, encoded(key_arn), canonical_context(context), blob)
        return self._ask(Op.DECRYPT, parts, answers=1)[0]

    @contextmanager
    def ahead(self, opened: Iterable[tuple[Opening, Opened]]) -> Iterator[None]:
        """Have `decrypt` give these, each once, to the thread that may not wait; what is left over is forgotten."""
        for opening, answer in opened:
            self._ahead.setdefault(opening.blob, []).append((opening, answer))
        try:
            yield
        finally:
            self._ahead.clear()

    def _opened_ahead(self, opening: Opening) -> bytes:
        held = self._ahead.get(opening.blob, ())
        for at, (asked, answer) in enumerate(held):
            # The whole question: a blob under another context or key would be another answer.
            if asked == opening:
                del self._ahead[opening.blob][at]
                if isinstance(answer, bytes):
                    return answer
                raise answer
        raise WouldWait(opening)

    def seal_for_region(
        self,
        *,
        material: bytes,
        key_arn: str,
        context: Mapping[str, str],
        data_key: bytes,
        sealed_value: bytes,
        binding: Binding,
        recipient: bytes,
        info: bytes,
    ) -> bytes:
        parts = (
            material,
            encoded(key_arn),
            canonical_context(context),
            data_key,
            sealed_value,
            binding.written(),
            recipient,
            info,
        )
        return self._ask(Op.SEAL_FOR_REGION, parts, answers=1)[0]

    def open_from_region(
        self,
        *,
        sealed: bytes,
        info: bytes,
        material: bytes,
        key_arn: str,
        context: Mapping[str, str],
        binding: Binding,
    ) -> tuple[bytes, bytes]:
        parts = (sealed, info, material, encoded(key_arn), canonical_context(context), binding.written())
        blob, sealed_value = self._ask(Op.OPEN_FROM_REGION, parts, answers=2)
        return blob, sealed_value

    def material_for_region(self, *, material: bytes, key_arn: str, mac: bool, region: str) -> bytes:
        parts = (material, encoded(key_arn), protocol.yes(mac), encoded(region))
        return self._ask(Op.MATERIAL_FOR_REGION, parts, answers=1)[0]

    def material_from_region(
        self, *, sealed: bytes, key_arn: str, material_version: int, mac: bool, region: str
    ) -> bytes:
        parts = (
            sealed,
            encoded(key_arn),
            protocol.number(material_version),
            protocol.yes(mac),
            encoded(region),
        )
        return self._ask(Op.MATERIAL_FROM_REGION, parts, answers=1)[0]

    def seal_access_key(self, *, access_key_id: str, secret_access_key: str) -> bytes:
        parts = (encoded(access_key_id), encoded(secret_access_key))
        return self._ask(Op.SEAL_ACCESS_KEY, parts, answers=1)[0]

    def signing_key(self, *, sealed: bytes, access_key_id: str, day: str, region: str, service: str) -> bytes:
        parts = (sealed, encoded(access_key_id), encoded(day), encoded(region), encoded(service))
        return self._ask(Op.SIGNING_KEY, parts, answers=1)[0]

    def token_key(self) -> bytes:
        return self._ask(Op.TOKEN_KEY, (), answers=1)[0]

    def close(self) -> None:
        """Close the calling thread's connection; a later call opens another."""
        connections = self._process.connections
        sock, connections.sock = connections.sock, None
        if sock is not None:
            sock.close()

    def _ask(self, op: Op, parts: tuple[bytes, ...], *, answers: int) -> list[bytes]:
        if not self._may_wait():
            raise WouldWait
        try:
            question = protocol.frame(op, parts)
        except ProtocolError:
            raise EnvelopeRefused(Step.LENGTH) from None
        process = self._process
        if process.pid != os.getpid():
            # Forked since: the parent's connections are the parent's; two askers on one would read each
            # other's answers.
            process = self._process = _Process(pid=os.getpid(), waiting_max=self._waiting_max)
        if not process.turns.acquire(blocking=False):
            raise KeyUnavailable(f"{self._waiting_max} calls wait for the custodian already")
        try:
            if process.silent:
                outcome, answer = self._probed(process, question)
            else:
                outcome, answer = self._answered(process, question, deadline_ms=self._deadline_ms)
        finally:
            process.turns.release()
        return _told(outcome, answer, answers=answers)

    def _probed(self, process: _Process, question: bytes) -> tuple[int, list[bytes]]:
        """Ask a custodian that was silent, unless another call is doing so."""
        if not process.probe.acquire(blocking=False):
            raise KeyUnavailable("the custodian is silent")
        try:
            return self._answered(process, question, deadline_ms=min(PROBE_MS, self._deadline_ms))
        finally:
            process.probe.release()

    def _answered(self, process: _Process, question: bytes, *, deadline_ms: int) -> tuple[int, list[bytes]]:
        """Ask, once more if the connection is broken: the custodian that held it may have been replaced."""
        ends = self._monotonic() + deadline_ms / 1_000
        try:
            try:
                answer = self._exchanged(process, question, ends=ends)
            except ConnectionError:
                answer = self._exchanged(process, question, ends=ends)
            process.silent = False
            return answer
        except TimeoutError:
            process.silent = True
            raise KeyUnavailable(f"the custodian did not answer within {deadline_ms} ms") from None
        except (OSError, ProtocolError) as error:
            raise KeyUnavailable(f"the custodian is out of reach: {_said(error)}") from None

    def _exchanged(self, process: _Process, question: bytes, *, ends: float) -> tuple[int, list[bytes]]:
        """Send one question and take its answer.

        Whatever interrupts the two, the connection is not used again: its answer may still come, and the next
        question must not find it there.
        """
        connections = process.connections
        sock, connections.sock = connections.sock, None
        fresh = sock is None
        if sock is None:
            sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            if fresh:
                self._limit(sock, ends=ends)
                sock.connect(self._path)
            answer = self._taken(sock, question, ends=ends)
        except BaseException:
            sock.close()
            raise
        connections.sock = sock
        return answer

    def _taken(self, sock: socket.socket, question: bytes, *, ends: float) -> tuple[int, list[bytes]]:
        self._limit(sock, ends=ends)
        # Python counts the timeout over all writes of `sendall`.
        sock.sendall(question)
        received = bytearray()
        length: int | None = None
        while length is None or len(received) < length:
            self._limit(sock, ends=ends)
            piece = sock.recv(READ_BYTES)
            if not piece:
                raise ConnectionResetError(errno.ECONNRESET, "closed")
            received += piece
            length = protocol.frame_bytes(received)
        if len(received) != length:
            raise ProtocolError("more than one answer")
        return protocol.parse(bytes(received))

    def _limit(self, sock: socket.socket, *, ends: float) -> None:
        left = ends - self._monotonic()
        # Zero would mean "do not wait" to the socket, and a negative number is an error.
        if left <= 0:
            raise TimeoutError
        sock.settimeout(left)


def opening_question(opening: Opening) -> bytes:
    """Write the frame of `decrypt`, for whoever asks without waiting.

    Raises:
        EnvelopeRefused: it is longer than a frame may be, or holds what is no text.
    """
    context = canonical_context(opening.context)
    try:
        return protocol.frame(Op.DECRYPT, (opening.material, encoded(opening.key_arn), context, opening.blob))
    except ProtocolError:
        raise EnvelopeRefused(Step.LENGTH) from None


def opened_from(answer: bytes) -> Opened:
    """Read the frame that answers `opening_question`; ProtocolError if it is none."""
    try:
        return _told(*protocol.parse(answer), answers=1)[0]
    except (EnvelopeRefused, KeyUnavailable) as refused:
        return refused
    except (RootError, _NotYet):
        return KeyUnavailable("the custodian answered something else")


def _told(outcome: int, answer: list[bytes], *, answers: int) -> list[bytes]:
    """Return what an answer holds, or raise what it says."""
    if outcome == Outcome.DONE and len(answer) == answers:
        return answer
    if outcome == Outcome.REFUSED and len(answer) == 1 and answer[0] in _STEPS:
        raise EnvelopeRefused(_STEPS[answer[0]])
    if outcome == Outcome.NOT_YET:
        raise _NotYet
    if outcome == Outcome.LIMITED:
        raise KeyUnavailable("this process has asked the custodian more than it may in a second")
    if outcome == Outcome.SEALED:
        raise KeySealed("the Region is sealed")
    if outcome == Outcome.CANNOT and len(answer) == 1:
        raise RootError(decoded(answer[0]))
    if outcome == Outcome.AWAY and len(answer) == 1:
        raise KeyUnavailable(decoded(answer[0]))
    raise KeyUnavailable("the custodian failed")


def _said(error: OSError | ProtocolError) -> str:
    strerror = getattr(error, "strerror", None)
    return str(strerror).lower() if strerror else str(error) or type(error).__name__
