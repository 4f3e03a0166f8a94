"""The custodian's loop: one thread that answers framed questions on a Unix socket and knows no other way out.

One thread, because a question costs about 15 µs of computing (100 µs with HPKE) and the rest is waking up:
with two and four clients a Decrypt cost 36 to 45 µs of CPU here, and 47 to 49 µs in a thread per connection,
which only queue for the interpreter. Questions that came together on a connection are answered in one write,
a turn of them before others get theirs. A connection that breaks the protocol is closed and the others never
notice. A client that does not take its answer holds up itself alone: nothing more is read from it until it
has.
"""

from __future__ import annotations

import os
import selectors
import signal
import socket
import sys
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial

from watchword.custody import credential_questions, peer, protocol, seal_questions
from watchword.custody.core import Keyring
from watchword.custody.hsm import HsmAway
from watchword.custody.hsm_link import Answers, Awaited, HsmAnswer, HsmLink, HsmQuestion
from watchword.custody.hsm_root import HsmRoot
from watchword.custody.imports import NotYet
from watchword.custody.limits import Watch
from watchword.custody.protocol import Op, Outcome, ProtocolError
from watchword.custody.root import RootError
from watchword.custody.seal import Seal
from watchword.envelope.fields import encoded
from watchword.envelope.refused import EnvelopeRefused

CONNECTIONS_MAX = 512
BACKLOG = 256
"""Connections that wait while the custodian is being replaced; above it clients are told at once."""
READ_BYTES = 65_536
TURN_QUESTIONS = 16
"""Of one connection that are answered before others get their turn: half a millisecond, as a rule."""
TURN_S = 0.005
"""Or in this time, where an answer takes longer than it should."""
TURN_ANSWER_BYTES = 262_144
"""Answers that wait to be written together; one alone may be longer."""
BEAT_SECONDS = 1.0
HSM_START_S_MAX = 5.0
"""How long a start waits for the first word of its HSM; without one, it goes on without it."""
HSM_START_POLL_S = 0.1
NOTE_SECONDS = 1.0
"""At most one line of complaint in this time: a broken client must not fill a disk."""
_OF_A_DAY = (Op.SIGNING_KEY, Op.OPEN_SESSION)
"""Their answers are still given when the Region is sealed."""


def perform(keyring: Keyring, op: int, parts: list[bytes]) -> tuple[bytes, ...]:
    """Answer one question.

    Raises:
        EnvelopeRefused: as the operation says.
        ProtocolError: no such operation, or fields that are not its own.
    """
    text, context = protocol.text_from, protocol.context_from
    match (op, parts):
        case (Op.PING, []):
            return ()
        case (Op.CREATE_MATERIAL, [arn]):
            return (keyring.create_material(key_arn=text(arn)),)
        case (Op.GENERATE_DATA_KEY, [material, arn, pairs, size]):
            return keyring.generate_data_key(
                material=material, key_arn=text(arn), context=context(pairs), size=protocol.number_from(size)
            )
        case (Op.ENCRYPT, [material, arn, pairs, plaintext]):
            return (
                keyring.encrypt(
                    material=material, key_arn=text(arn), context=context(pairs), plaintext=plaintext
                ),
            )
        case (Op.DECRYPT, [material, arn, pairs, blob]):
            return (keyring.decrypt(material=material, key_arn=text(arn), context=context(pairs), blob=blob),)
        case (Op.GENERATE_SEALED_DATA_KEY, [material, arn, pairs, size]):
            return (
                keyring.generate_sealed_data_key(
                    material=material,
                    key_arn=text(arn),
                    context=context(pairs),
                    size=protocol.number_from(size),
                ),
            )
        case (Op.RE_ENCRYPT, [material, arn, pairs, blob, to_material, to_arn, to_pairs]):
            return (
                keyring.re_encrypt(
                    material=material,
                    key_arn=text(arn),
                    context=context(pairs),
                    blob=blob,
                    to_material=to_material,
                    to_key_arn=text(to_arn),
                    to_context=context(to_pairs),
                ),
            )
    return _perform_on_material(keyring, op, parts)


def _perform_on_material(keyring: Keyring, op: int, parts: list[bytes]) -> tuple[bytes, ...]:
    """Answer a question of KMS that is not about ciphertexts: new versions, imported material, MACs, random bytes."""
    text, number = protocol.text_from, protocol.number_from
    match (op, parts):
        case (Op.CREATE_VERSION, [arn, version]):
            return (keyring.create_material(key_arn=text(arn), material_version=number(version)),)
        case (Op.RANDOM, [size]):
            return (keyring.random(size=number(size)),)
        case (Op.CREATE_MAC_MATERIAL, [arn, size]):
            return (keyring.create_mac_material(key_arn=text(arn), size=number(size)),)
        case (Op.GENERATE_MAC, [material, arn, algorithm, message]):
            return (
                keyring.generate_mac(
                    material=material, key_arn=text(arn), algorithm=text(algorithm), message=message
                ),
            )
        case (Op.VERIFY_MAC, [material, arn, algorithm, message, mac]):
            right = keyring.verify_mac(
                material=material, key_arn=text(arn), algorithm=text(algorithm), message=message, mac=mac
            )
            return (protocol.yes(right),)
        case (Op.IMPORT_PARAMETERS, [arn, bits, algorithm, expires]):
            return keyring.import_parameters(
                key_arn=text(arn),
                bits=number(bits),
                algorithm=text(algorithm),
                expires_ms=protocol.moment_from(expires),
            )
        case (Op.IMPORT_MATERIAL, [token, wrapped, arn, version, mac, least, most, now]):
            material, named = keyring.import_material(
                token=token,
                wrapped=wrapped,
                key_arn=text(arn),
                material_version=number(version),
                mac=protocol.yes_from(mac),
                size_min=number(least),
                size_max=number(most),
                now=protocol.moment_from(now),
            )
            return material, encoded(named)
    return _perform_beside_kms(keyring, op, parts)


def _perform_beside_kms(keyring: Keyring, op: int, parts: list[bytes]) -> tuple[bytes, ...]:
    """Answer a question of replication, of the signature check or of the sealed tokens."""
    text, context = protocol.text_from, protocol.context_from
    match (op, parts):
        case (Op.SEAL_FOR_REGION, [material, arn, pairs, data_key, sealed_value, place, recipient, info]):
            return (
                keyring.seal_for_region(
                    material=material,
                    key_arn=text(arn),
                    context=context(pairs),
                    data_key=data_key,
                    sealed_value=sealed_value,
                    binding=protocol.binding_from(place),
                    recipient=recipient,
                    info=info,
                ),
            )
        case (Op.OPEN_FROM_REGION, [sealed, info, material, arn, pairs, place]):
            return keyring.open_from_region(
                sealed=sealed,
                info=info,
                material=material,
                key_arn=text(arn),
                context=context(pairs),
                binding=protocol.binding_from(place),
            )
        case (Op.MATERIAL_FOR_REGION, [material, arn, mac, region]):
            return (
                keyring.material_for_region(
                    material=material, key_arn=text(arn), mac=protocol.yes_from(mac), region=text(region)
                ),
            )
        case (Op.MATERIAL_FROM_REGION, [sealed, arn, version, mac, region]):
            return (
                keyring.material_from_region(
                    sealed=sealed,
                    key_arn=text(arn),
                    material_version=protocol.number_from(version),
                    mac=protocol.yes_from(mac),
                    region=text(region),
                ),
            )
        case (Op.SEAL_ACCESS_KEY, [access_key_id, secret_access_key]):
            return (
                keyring.seal_access_key(
                    access_key_id=text(access_key_id), secret_access_key=text(secret_access_key)
                ),
            )
        case (Op.SIGNING_KEY, [sealed, access_key_id, day, region, service]):
            return (
                keyring.signing_key(
                    sealed=sealed,
                    access_key_id=text(access_key_id),
                    day=text(day),
                    region=text(region),
                    service=text(service),
                ),
            )
        case (Op.TOKEN_KEY, []):
            return (keyring.token_key(),)
        case (Op.REWRAP_MATERIAL, [material, arn]):
            return (keyring.rewrap_material(material=material, key_arn=text(arn)),)
        case (Op.REWRAP_ACCESS_KEY, [sealed, access_key_id]):
            return (keyring.rewrap_access_key(sealed=sealed, access_key_id=text(access_key_id)),)
    return credential_questions.perform(keyring, op, parts)


@dataclass(slots=True)
class _Owed:
    """Mutable: one answer that a connection is owed, in its place among the others."""

    answer: bytes | None = None
    """`None`: the HSM has been asked."""


class _Connection:
    """One client: what it sent of its next questions, and what it has not yet taken of its answers."""

    __slots__ = ("owed", "paused", "pid", "received", "sock", "unsent")

    def __init__(self, sock: socket.socket, *, pid: int) -> None:
        self.sock = sock
        self.pid = pid
        self.received = bytearray()
        self.unsent = b""
        self.owed: deque[_Owed] = deque()
        """Of its questions, in their order; empty after each turn where no HSM is asked."""
        self.paused = False
        """It is owed a turn of answers, and not listened to meanwhile."""

    def next_question(self) -> bytes | None:
        """Take the first whole question, if one is there; ProtocolError if it can't be one."""
        length = protocol.frame_bytes(self.received)
        if length is None or len(self.received) < length:
            return None
        question = bytes(self.received[:length])
        del self.received[:length]
        return question


@dataclass(slots=True, kw_only=True)
class _Question:
    """Mutable: a question, and what the HSM has answered for it so far."""

    whole: bytes
    op: int
    parts: list[bytes]
    answers: Answers = field(default_factory=dict)
    away: HsmAway | None = None
    ends: float | None = None


class Custodian:
    """The process's one loop over its listener, its clients, the supervisor's pipes and the signals."""

    def __init__(
        self,
        seal: Seal,
        listener: socket.socket,
        *,
        peer_uids: frozenset[int],
        monotonic: Callable[[], float],
        beat_fd: int | None = None,
        parent_fd: int | None = None,
        connections_max: int = CONNECTIONS_MAX,
        watch: Watch | None = None,
        hsm: HsmLink | None = None,
    ) -> None:
        self._seal = seal
        self._hsm = hsm
        self._hsm_root = None if hsm is None else HsmRoot(seal, hsm, say=_say)
        self._ready = False
        self._listener = listener
        self._peer_uids = peer_uids
        self._watch = watch or Watch()
        self._monotonic = monotonic
        self._beat_fd = beat_fd
        self._parent_fd = parent_fd
        self._connections_max = connections_max
        self._connections: set[_Connection] = set()
        self._behind: dict[_Connection, None] = {}
        """Those with whole questions that wait for their next turn, in order."""
        self._selector = selectors.DefaultSelector()
        self._stopping = False
        self._next_beat = 0.0
        self._next_note = 0.0

    def serve(self) -> None:
        """Answer until SIGTERM, or until the supervisor is gone; the question in hand is answered first."""
        woken, wake = socket.socketpair()
        wake.setblocking(False)
        signal.set_wakeup_fd(wake.fileno(), warn_on_full_buffer=False)
        self._listener.setblocking(False)
        self._selector.register(woken, selectors.EVENT_READ, self.stop)
        self._selector.register(self._listener, selectors.EVENT_READ, self._accept)
        if self._parent_fd is not None:
            # Nobody writes to it: readable means that its other end, the supervisor, is gone.
            self._selector.register(self._parent_fd, selectors.EVENT_READ, self.stop)
        if self._hsm is not None:
            self._hsm.register(self._selector)
        start_by = self._monotonic() + HSM_START_S_MAX
        while not self._stopping:
            if not self._ready and (self._knows_its_hsm() or self._monotonic() >= start_by):
                self._ready = True
                self._beat(b"R")
            for key, _ in self._selector.select(0 if self._behind else self._wait_seconds()):
                key.data()
            for connection in list(self._behind):
                self._proceed(connection)
            if self._hsm is not None:
                self._hsm.expire()
            if self._ready and self._beat_fd is not None and self._monotonic() >= self._next_beat:
                self._beat(b".")
        signal.set_wakeup_fd(-1)
        if self._hsm is not None:
            self._hsm.close()
        for connection in list(self._connections):
            self._close(connection)
        self._selector.close()
        woken.close()
        wake.close()

    def stop(self) -> None:
        """End the loop after the question in hand; for a signal handler, also before `serve`."""
        self._stopping = True

    def _wait_seconds(self) -> float | None:
        waits = [] if self._beat_fd is None else [max(0.0, self._next_beat - self._monotonic())]
        if not self._ready:
            waits = [HSM_START_POLL_S]
        if self._hsm is not None and (until := self._hsm.wait_seconds()) is not None:
            waits.append(until)
        return min(waits, default=None)

    def _knows_its_hsm(self) -> bool:
        """Whether it is told how the HSM stands; a start waits a moment for that, or its first reads would be refused."""
        return self._hsm_root is None or self._hsm_root.is_settled

    def _beat(self, sign: bytes) -> None:
        """Tell the supervisor that this loop turns; `R` once, when it first does."""
        if self._beat_fd is None:
            return
        self._next_beat = self._monotonic() + BEAT_SECONDS
        try:
            os.write(self._beat_fd, sign)
        except BlockingIOError:
            pass  # It does not read; the pipe is full of signs of life.
        except OSError:
            self.stop()

    def _accept(self) -> None:
        try:
            sock, _ = self._listener.accept()
        except OSError:
            return  # The client is gone again.
        try:
            client = peer.of(sock)
        except OSError:
            client = peer.NOBODY
        # The socket's mode keeps others out already; this also holds where it was made too wide.
        stranger = client.uid not in self._peer_uids
        if stranger or len(self._connections) >= self._connections_max:
            sock.close()
            self._note("a connection of another user" if stranger else "too many connections")
            return
        sock.setblocking(False)
        connection = _Connection(sock, pid=client.pid)
        self._connections.add(connection)
        self._selector.register(sock, selectors.EVENT_READ, partial(self._read, connection))

    def _read(self, connection: _Connection) -> None:
        if connection in self._behind:
            return  # What it asked before is answered first: its buffer must not grow meanwhile.
        if len(connection.owed) >= TURN_QUESTIONS:
            # They wait for the HSM. Nothing more is taken from it meanwhile, nor is it seen that it hung up.
            connection.paused = True
            self._selector.unregister(connection.sock)
            return
        try:
            received = connection.sock.recv(READ_BYTES)
        except BlockingIOError:
            return
        except OSError:
            received = b""
        if not received:
            self._close(connection)
            return
        connection.received += received
        self._proceed(connection)

    def _proceed(self, connection: _Connection) -> None:
        """Answer a turn of the whole questions that are there, once the answers before them are taken."""
        self._behind.pop(connection, None)
        if connection.unsent:
            return
        answer_bytes = 0
        over = len(connection.owed) >= TURN_QUESTIONS
        broken: ProtocolError | None = None
        ends = self._monotonic() + TURN_S
        try:
            while not over and (question := connection.next_question()) is not None:
                owed = _Owed()
                connection.owed.append(owed)
                owed.answer = self._answer(question, connection, owed)
                answer_bytes += len(owed.answer or b"")
                over = len(connection.owed) >= TURN_QUESTIONS or answer_bytes >= TURN_ANSWER_BYTES
                over = over or self._monotonic() >= ends
        except ProtocolError as error:
            broken = error
        answers: list[bytes] = []
        while connection.owed and connection.owed[0].answer is not None:
            answers.append(connection.owed.popleft().answer or b"")
        if over and not connection.owed:
            self._behind[connection] = None
        try:
            if answers:
                connection.unsent = b"".join(answers)
                self._send(connection)
        except OSError:
            self._close(connection)
            return
        if broken is not None:
            self._note(str(broken))
            self._close(connection)

    def _send(self, connection: _Connection) -> None:
        try:
            sent = connection.sock.send(connection.unsent)
        except BlockingIOError:
            sent = 0
        connection.unsent = connection.unsent[sent:]
        if connection.unsent:
            self._selector.modify(
                connection.sock, selectors.EVENT_WRITE, partial(self._send_rest, connection)
            )

    def _send_rest(self, connection: _Connection) -> None:
        try:
            connection.unsent = connection.unsent[connection.sock.send(connection.unsent) :]
        except BlockingIOError:
            return
        except OSError:
            self._close(connection)
            return
        if not connection.unsent:
            self._selector.modify(connection.sock, selectors.EVENT_READ, partial(self._read, connection))
            self._proceed(connection)

    def _answer(self, question: bytes, connection: _Connection, owed: _Owed) -> bytes | None:
        """`None`: the HSM is asked first, and `owed` gets the answer when it has answered."""
        op, parts = protocol.parse(question)
        now = self._monotonic()
        # A sign of life is always given: whoever asks too much is not to think that the custodian is gone.
        if op != Op.PING and not self._watch.admits(connection.pid, now=now):
            self._note("a process asks more than it may in a second")
            return protocol.frame(Outcome.LIMITED, ())
        if op == Op.REPORT and not parts:
            return protocol.frame(Outcome.DONE, (self._watch.report(now=now).written(),))
        return self._counted(_Question(whole=question, op=op, parts=parts), connection, owed)

    def _counted(self, question: _Question, connection: _Connection, owed: _Owed) -> bytes | None:
        try:
            answer = self._performed(question)
        except Awaited as awaited:
            try:
                self._park(question, awaited.question, connection, owed)
                return None
            except HsmAway as away:
                question.away = away
                answer = self._performed(question)
        done = protocol.outcome(answer) == Outcome.DONE
        if done and self._watch.note(question.op, question.parts, now=self._monotonic()):
            most = self._watch.limits.decryptions_per_minute
            _say(f"ALARM: more than {most} decryptions in a minute")
        return answer

    def _park(self, question: _Question, wanted: HsmQuestion, connection: _Connection, owed: _Owed) -> None:
        """Ask the HSM, and perform the question again when it has answered. Raises HsmAway."""
        assert self._hsm is not None

        def then(answer: HsmAnswer) -> None:
            if isinstance(answer, HsmAway):
                question.away = answer
            else:
                question.answers[wanted] = answer
            if connection in self._connections:
                owed.answer = self._counted(question, connection, owed)
                self._resume(connection)

        if question.ends is None:
            question.ends = self._hsm.deadline()
        self._hsm.ask(wanted, then, ends=question.ends)

    def _resume(self, connection: _Connection) -> None:
        """Go on with a connection that was owed an answer of the HSM's, as far as it now can."""
        if connection.paused:
            connection.paused = False
            self._selector.register(connection.sock, selectors.EVENT_READ, partial(self._read, connection))
        self._proceed(connection)

    def _performed(self, question: _Question) -> bytes:
        """Raises Awaited."""
        op, parts = question.op, question.parts
        keyring = self._seal.keyring
        try:
            if seal_questions.is_about_the_seal(op):
                told = seal_questions.perform(self._seal, op, parts)
                act = seal_questions.told_of(self._seal, op)
                if act is not None:
                    _say(act)
                if op == Op.SEAL and self._hsm_root is not None:
                    self._hsm_root.leave_sealed()
                return protocol.frame(Outcome.DONE, told)
            if keyring is None:
                return self._remembered(question) or protocol.frame(Outcome.SEALED, ())
            if self._hsm is None:
                answer = perform(keyring, op, parts)
            else:
                answer = self._performed_with_hsm(keyring, question, self._hsm)
            if op in _OF_A_DAY:
                self._seal.remember_signing_key(question.whole, answer)
            return protocol.frame(Outcome.DONE, answer)
        except RootError as error:
            # Somebody tries shares, or a passphrase: that belongs in the log.
            self._note(f"refused: {error}")
            return protocol.frame(Outcome.CANNOT, (str(error).encode(),))
        except HsmAway as away:
            return self._remembered(question) or protocol.frame(Outcome.AWAY, (str(away).encode(),))
        except NotYet:
            return protocol.frame(Outcome.NOT_YET, ())
        except EnvelopeRefused as refused:
            return protocol.frame(Outcome.REFUSED, (refused.step.encode(),))
        except (ProtocolError, Awaited):
            raise
        except Exception as error:  # noqa: BLE001 - the loop of a worker: one bad question must not end the custodian
            # The type alone: a message or a traceback could hold what was computed on.
            self._note(f"a fault of type {type(error).__name__}")
            return protocol.frame(Outcome.FAULT, ())

    def _performed_with_hsm(self, keyring: Keyring, question: _Question, hsm: HsmLink) -> tuple[bytes, ...]:
        if question.away is not None:
            raise question.away
        if question.op == Op.PING and self._seal.needs_hsm:
            hsm.require()
        with hsm.at_hand(question.answers):
            return perform(keyring, question.op, question.parts)

    def _remembered(self, question: _Question) -> bytes | None:
        """Return the answer that a question of the day had before; it releases no value."""
        if question.op not in _OF_A_DAY:
            return None
        remembered = self._seal.signing_key_for(question.whole)
        return None if remembered is None else protocol.frame(Outcome.DONE, remembered)

    def _close(self, connection: _Connection) -> None:
        if connection not in self._connections:
            return  # In this very turn of the loop, when what its question waited for had come.
        self._connections.discard(connection)
        self._behind.pop(connection, None)
        if not connection.paused:
            self._selector.unregister(connection.sock)
        connection.sock.close()

    def _note(self, what: str) -> None:
        now = self._monotonic()
        if now >= self._next_note:
            self._next_note = now + NOTE_SECONDS
            _say(what)


def _say(what: str) -> None:
    print(f"watchword custodian: {what}", file=sys.stderr, flush=True)
