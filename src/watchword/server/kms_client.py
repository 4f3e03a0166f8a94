"""The way to a KMS elsewhere: its API over HTTP/1.1 and SigV4, within a deadline, by a bounded number at a time.

  1. A question has one deadline for all of it: a name to look up, a connection, a handshake, the answer. It is asked in a
     thread of the client's own, because nothing else bounds all of these; who asked goes on when the deadline has passed.
  2. So many are asked at a time, and as many wait for their turn; the next one is refused at once.
  3. After a deadline has passed, or nobody was there, one question at a time finds out whether the KMS answers again, and
     the others are refused at once. The first answer ends that.
  4. Every question may be repeated. One is, once: after a kept connection turned out closed, after a 5xx, or throttled.

What comes back is a refusal in KMS's code and words if it is about the key. All else (the network, a 5xx, this Region's
credentials there, nonsense) is the Region's trouble and not its caller's: KeyUnavailable, which becomes a 503.

Not handled: proxies and redirects; credentials from instance metadata (whatever renews a file does).
"""

from __future__ import annotations

import contextlib
import http.client
import logging
import random
import re
import socket
import ssl
import threading
import time
from collections.abc import Callable
from pathlib import Path
from queue import SimpleQueue
from typing import Any

import msgspec

from watchword.api import constraints
from watchword.api.errors import AccessDeniedException, ApiError, ValidationException
from watchword.api.http import HTTPRequest
from watchword.api.operation import Operation
from watchword.api.shape import Shape
from watchword.api.shapes import kms
from watchword.keys.custody import KeySealed, KeyUnavailable, WouldWait
from watchword.server.deployment import HomeError, KMSSettings
from watchword.server.edge_threads import log_fault
from watchword.server.kms_credentials import AccessKeyFile
from watchword.server.unsealing import source_of
from watchword.sigv4.sign import sign
from watchword.wire import json11

ANSWER_BYTES_MAX = 65_536
"""A DescribeKey's is the longest, a few KiB."""
TEXT_CHARACTERS_MAX = 1_024
"""Of what KMS says when it refuses, which callers are told."""
BELIEVED_S = 30.0
LOOK_MS_MAX = 2_000
"""Of what health and status wait for."""
ATTEMPTS_MAX = 2
TIMEOUT_S_MIN = 0.001
"""Zero would mean "do not wait" to a socket."""
PAUSE_S_MIN = 0.05
PAUSE_S_MAX = 0.15
"""Before a question is repeated that a KMS was too busy for."""
IDLE_S_MAX = 20.0
"""A connection that was kept longer is not used again: its other end may be about to close it."""

OPERATIONS = (kms.GENERATE_DATA_KEY, kms.ENCRYPT, kms.DECRYPT, kms.DESCRIBE_KEY)
_DECLARED = {error for operation in OPERATIONS for error in operation.errors if error.status < 500}
REFUSALS: dict[str, type[ApiError]] = {
    error.code: error for error in _DECLARED | {AccessDeniedException, ValidationException}
}
"""What is about the key, or this Region's right to it."""
OF_THE_CREDENTIALS = frozenset(
    {
        "ExpiredTokenException",
        "IncompleteSignatureException",
        "InvalidClientTokenId",
        "InvalidSignatureException",
        "MissingAuthenticationTokenException",
        "UnrecognizedClientException",
    }
)
THROTTLED = frozenset({"ThrottlingException", "TooManyRequestsException", "RequestLimitExceeded"})
CODE = re.compile(r"[A-Za-z][A-Za-z0-9]{0,63}")

_log = logging.getLogger(__name__)


class _Unreachable(Exception):
    """Nobody answered. Says why, without anything of what was asked."""


class _Again(Exception):
    """No answer to this question, and perhaps one to the next. Says why."""


class _Closed(_Again):
    """A connection that was kept had been closed: there is nothing to wait for."""


class _Question:
    """One question on its way, until it is answered or given up."""

    __slots__ = (
        "answer",
        "begun",
        "connection",
        "done",
        "ends",
        "failure",
        "given_up",
        "operation",
        "request",
    )

    def __init__(self, *, operation: Operation, request: Shape, ends: float) -> None:
        self.operation = operation
        self.request = request
        self.ends = ends
        self.done = threading.Event()
        self.answer: Any = None
        self.failure: Exception | None = None
        self.connection: http.client.HTTPConnection | None = None
        self.begun = False
        self.given_up = False

    def give_up(self) -> None:
        """Nobody waits any more: whatever it hangs in is cut off, so that its thread is free again."""
        self.given_up = True
        connection = self.connection
        sock = None if connection is None else connection.sock
        if sock is not None:
            with contextlib.suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)


class KMSClient:
    """A KMS elsewhere, asked in a Region's own name. May be shared between threads; nothing is opened before it is asked."""

    def __init__(
        self,
        settings: KMSSettings,
        *,
        home: Path | None = None,
        clock: Callable[[], int],
        may_wait: Callable[[], bool] = lambda: True,
    ) -> None:
        """`clock` dates the signatures.

        Raises:
            HomeError: its credentials or authorities can't be read.
        """
        self._settings = settings
        self._clock = clock
        self._may_wait = may_wait
        self._access_key = AccessKeyFile(source_of(settings.credentials, home=home))
        self._access_key.access_key()
        self._tls = _context(settings, home=home) if settings.is_secure else None
        self._turns = threading.Semaphore(settings.waiting_max)
        self._questions: SimpleQueue[_Question] = SimpleQueue()
        self._threads = 0
        self._starting = threading.Lock()
        self._idle: list[tuple[http.client.HTTPConnection, float]] = []
        self._jitter = random.Random()  # noqa: S311 - spreads retries, protects nothing
        self._silent = False
        """The last question was not answered."""
        self._heard = -BELIEVED_S
        """When something was last answered."""
        self._probe = threading.Lock()
        """Held by the one question that a silent KMS is asked."""
        self._sealed = False

    def __repr__(self) -> str:
        return f"KMSClient({self.name!r})"

    @property
    def name(self) -> str:
        return f"{self._settings.endpoint} ({self._settings.region})"

    @property
    def default_key(self) -> str:
        return self._settings.default_key

    def may_wait(self) -> bool:
        return self._may_wait()

    def seal(self, sealed: bool) -> None:
        """A sealed Region answers nothing that needs a key, wherever the key is."""
        self._sealed = sealed

    def ask(self, operation: Operation, request: Shape) -> Any:
        """As `KMSElsewhere` says."""
        return self._ask(operation, request, deadline_ms=self._settings.deadline_ms)

    def _ask(self, operation: Operation, request: Shape, *, deadline_ms: int) -> Any:
        if not self._may_wait():
            raise WouldWait
        if self._sealed:
            raise KeySealed("the Region is sealed")
        if not self._turns.acquire(blocking=False):
            raise KeyUnavailable(f"{self._settings.waiting_max} questions wait for {self.name} already")
        try:
            if not self._silent:
                return self._answered(operation, request, deadline_ms=deadline_ms)
            if not self._probe.acquire(blocking=False):
                raise KeyUnavailable(f"{self.name} is silent")
            try:
                return self._answered(operation, request, deadline_ms=deadline_ms)
            finally:
                self._probe.release()
        finally:
            self._turns.release()

    def standing(self) -> str:
        """`ok`, or why no key can be used; asks for the default key."""
        try:
            answer = self._described()
        except ApiError as error:
            return f"the default key is refused: {error.code}"
        except KeyUnavailable as unavailable:
            return str(unavailable)
        key = answer.key_metadata or kms.KeyMetadata()
        if key.key_manager == "AWS":
            return "the default key is managed by AWS, and serves AWS's own service alone"
        return "ok" if key.key_state == "Enabled" else f"the default key is {key.key_state}"

    def is_reachable(self) -> bool:
        """Whether it answers; one that did a moment ago is believed, for each question may cost money."""
        if self._silent or time.monotonic() - self._heard > BELIEVED_S:
            with contextlib.suppress(ApiError, KeyUnavailable):
                self._described()
        return not self._silent

    def _described(self) -> kms.DescribeKeyResponse:
        answer: kms.DescribeKeyResponse = self._ask(
            kms.DESCRIBE_KEY,
            kms.DescribeKeyRequest(key_id=self.default_key),
            deadline_ms=min(LOOK_MS_MAX, self._settings.deadline_ms),
        )
        return answer

    def _answered(self, operation: Operation, request: Shape, *, deadline_ms: int) -> Any:
        question = _Question(
            operation=operation, request=request, ends=time.monotonic() + deadline_ms / 1_000
        )
        self._start_threads()
        self._questions.put(question)
        if not question.done.wait(max(0.0, question.ends - time.monotonic())):
            question.give_up()
            # One that never came to its turn tells nothing: those that have the threads will.
            self._silent = self._silent or question.begun
            raise KeyUnavailable(f"{self.name} did not answer within {deadline_ms} ms")
        if question.failure is not None:
            raise question.failure
        return question.answer

    # -- the threads

    def _start_threads(self) -> None:
        if self._threads < self._settings.concurrency:
            with self._starting:
                while self._threads < self._settings.concurrency:
                    self._threads += 1
                    name = f"kms-{self._threads}"
                    # Daemons: a look-up of a name that hangs must not keep the process from ending.
                    threading.Thread(target=self._work, name=name, daemon=True).start()

    def _work(self) -> None:
        while True:
            question = self._questions.get()
            if not question.given_up:
                self._carry(question)
            question.done.set()
            # Held while waiting for the next, it would keep a data key in memory.
            del question

    def _carry(self, question: _Question) -> None:
        question.begun = True
        try:
            question.answer = self._asked(question)
        except _Unreachable as unreachable:
            # One that was given up was cut off here, and whoever gave it up has judged already.
            self._silent = self._silent or not question.given_up
            question.failure = KeyUnavailable(f"{self.name} is out of reach: {unreachable}")
        except (_Again, HomeError) as error:
            question.failure = KeyUnavailable(f"{self.name}: {error}")
        except (ApiError, KeyUnavailable) as error:
            question.failure = error
        except Exception as error:  # noqa: BLE001 - a worker's loop: one question never ends it
            log_fault(error)
            question.failure = KeyUnavailable(f"{self.name}: the question failed")

    def _asked(self, question: _Question) -> Any:
        for attempt in range(1, ATTEMPTS_MAX + 1):
            try:
                return self._once(question)
            except _Again as again:
                pause_s = (
                    0.0 if isinstance(again, _Closed) else self._jitter.uniform(PAUSE_S_MIN, PAUSE_S_MAX)
                )
                if attempt == ATTEMPTS_MAX or time.monotonic() + pause_s >= question.ends:
                    raise
                time.sleep(pause_s)
        raise AssertionError("an attempt returns or raises")

    def _once(self, question: _Question) -> Any:
        operation = question.operation
        signed = self._signed(operation, question.request)
        kept = self._kept()
        connection = question.connection = kept or self._new(question)
        try:
            if kept is None:
                connection.connect()
            if question.given_up:
                raise TimeoutError
            status, errortype, body, closes = _exchanged(connection, signed, ends=question.ends)
        except (OSError, http.client.HTTPException) as error:
            connection.close()
            if kept is not None and not isinstance(error, TimeoutError):
                # The others were kept as long, and their other end is the same.
                self._close_kept()
                raise _Closed("a kept connection was closed") from None
            # ssl's and http.client's texts are about certificates and protocols, not about what was asked.
            raise _Unreachable(str(error) or type(error).__name__) from None
        finally:
            question.connection = None
        if closes or question.given_up:
            connection.close()
        else:
            self._idle.append((connection, time.monotonic()))
        self._silent = False
        self._heard = time.monotonic()
        if status == 200:
            return self._read(operation, body)
        raise self._refusal(status, errortype, body)

    def _new(self, question: _Question) -> http.client.HTTPConnection:
        address = self._settings.address
        left = max(TIMEOUT_S_MIN, question.ends - time.monotonic())
        if self._tls is None:
            return http.client.HTTPConnection(address.host, address.port, timeout=left)
        return http.client.HTTPSConnection(address.host, address.port, timeout=left, context=self._tls)

    def _kept(self) -> http.client.HTTPConnection | None:
        """A connection that was kept; the last one used is the first to be used again."""
        with contextlib.suppress(IndexError):
            while True:
                connection, since = self._idle.pop()
                if time.monotonic() - since < IDLE_S_MAX:
                    return connection
                connection.close()
        return None

    def _close_kept(self) -> None:
        with contextlib.suppress(IndexError):
            while True:
                self._idle.pop()[0].close()

    def _signed(self, operation: Operation, request: Shape) -> HTTPRequest:
        access_key = self._access_key.access_key()
        unsigned = HTTPRequest(
            method="POST",
            target="/",
            headers=(
                ("host", self._settings.endpoint.partition("://")[2]),
                ("content-type", json11.CONTENT_TYPE),
                ("x-amz-target", f"{operation.service.target_prefix}.{operation.name}"),
            ),
            body=json11.encode(request),
            source="",
        )
        return sign(
            unsigned,
            access_key_id=access_key.access_key_id,
            secret_access_key=access_key.secret_access_key,
            session_token=access_key.session_token,
            region=self._settings.region,
            service=operation.service.signing_name,
            now=self._clock(),
        )

    # -- what it says

    def _read(self, operation: Operation, body: bytes) -> Any:
        assert operation.response is not None
        try:
            if len(body) > ANSWER_BYTES_MAX:
                raise ValidationException
            said: Shape = json11.read(operation.response, body)
            constraints.check(said)
        except ApiError as error:
            # Not the text: it may repeat what was said.
            raise KeyUnavailable(f"{self.name}: its answer is refused, {error.code}") from None
        return said

    def _refusal(self, status: int, errortype: str, body: bytes) -> Exception:
        code, text = _said(errortype, body)
        if code in THROTTLED or status >= 500 or status == 429:
            return _Again(f"answered {status} {code}")
        if code in OF_THE_CREDENTIALS:
            return KeyUnavailable(f"{self.name} refuses this Region's credentials: {code}")
        refusal = REFUSALS.get(code)
        if refusal is None:
            return KeyUnavailable(f"{self.name} answered {status} {code}")
        return refusal(text)


def _exchanged(
    connection: http.client.HTTPConnection, signed: HTTPRequest, *, ends: float
) -> tuple[int, str, bytes, bool]:
    """Send a request and take the answer: its status, `x-amzn-errortype`, body, and whether the connection ends with it."""
    connection.sock.settimeout(max(TIMEOUT_S_MIN, ends - time.monotonic()))
    connection.putrequest(signed.method, signed.target, skip_host=True, skip_accept_encoding=True)
    for name, value in signed.headers:
        connection.putheader(name, value)
    connection.putheader("content-length", str(len(signed.body)))
    connection.endheaders(signed.body)
    response = connection.getresponse()
    body = response.read(ANSWER_BYTES_MAX + 1)
    closes = response.will_close or len(body) > ANSWER_BYTES_MAX
    return response.status, response.getheader("x-amzn-errortype", ""), body, closes


def _said(errortype: str, body: bytes) -> tuple[str, str]:
    """Code and text of a refusal. A code may stand behind a namespace and before an address: `com.amazon#Code:http…`."""
    try:
        document = msgspec.json.decode(body) if body else {}
    except msgspec.DecodeError:
        document = {}
    members = document if isinstance(document, dict) else {}
    named = str(members.get("__type") or members.get("code") or errortype)
    code = named.rpartition("#")[2].partition(":")[0]
    text = str(members.get("message") or members.get("Message") or "")[:TEXT_CHARACTERS_MAX]
    return (code if CODE.fullmatch(code) else "without a code"), text


def _context(settings: KMSSettings, *, home: Path | None) -> ssl.SSLContext:
    """TLS 1.2 or newer, the certificate checked for the endpoint's name."""
    ca = settings.ca
    path = None if ca is None else ca if home is None else home / ca
    try:
        context = ssl.create_default_context(cafile=path)
    except OSError as error:
        raise HomeError(f"`{path}` is no file of certificates that can be read") from error
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context
