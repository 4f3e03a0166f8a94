"""Raw HTTP abuse of a real Region and of the front door: a clean 4xx in the service's protocol, and nobody is lost.

Each request goes to both, over a connection of its own. The workers' ids are the same before and after, and their log
tells of no fault.
"""

from __future__ import annotations

import json
import os
import random
import re
import signal
import socket
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from dataclasses import dataclass
from urllib.parse import urlsplit

import pytest
from tests.integration.deployment import OHIO, VIRGINIA, Deployment, deployed, until

ADDRESSES = {"region": False, "front-door": True}
WAIT_S = 10.0
CREATE = "secretsmanager.CreateSecret"
MUTATIONS = 300
SLOW = 500
SLOW_S_MAX = 30.0


@pytest.fixture(scope="module")
def deployment() -> Iterator[Deployment]:
    with deployed() as running:
        yield running


@pytest.fixture(autouse=True)
def _nobody_is_lost(deployment: Deployment) -> Iterator[None]:
    """After every test: the same processes, and a good client is answered."""
    before = everybody(deployment)
    yield
    with closing(deployment.caller(VIRGINIA, door=True)) as caller:
        caller.ask("ListSecrets")
    assert everybody(deployment) == before
    assert "Traceback" not in deployment.log()
    assert re.search(r"^(fault|unexpected) ", deployment.log(), re.MULTILINE) is None, deployment.log()


def everybody(deployment: Deployment) -> dict[str, dict[str, int]]:
    """Return every process by group and name."""
    return {group: deployment.pids(group) for group in (VIRGINIA, OHIO, "front-door")}


def test_the_harness_sees_a_worker_that_was_lost() -> None:
    """The planted fault: it is replaced so soon that no client would tell."""
    with deployed() as own:
        before = everybody(own)
        killed = before[VIRGINIA]["worker-1"]
        os.kill(killed, signal.SIGKILL)
        until(lambda: own.pids(VIRGINIA).get("worker-1") not in (killed, None), what="a successor")

        assert everybody(own) != before


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """What came back on a connection until it was closed or fell silent."""

    raw: bytes

    @property
    def status(self) -> int:
        return int(self.raw.split(b" ", 2)[1]) if self.raw.startswith(b"HTTP/1.1 ") else 0

    @property
    def body(self) -> bytes:
        return self.raw.partition(b"\r\n\r\n")[2]

    @property
    def code(self) -> str:
        """The error's code, in whichever protocol it is written."""
        in_xml = re.search(rb"<Code>(\w+)</Code>", self.body)
        if in_xml is not None:
            return in_xml[1].decode()
        return str(json.loads(self.body)["__type"])


def send(deployment: Deployment, request: bytes, *, door: bool) -> Answered:
    """Send bytes, say that no more will come, and take all that comes back."""
    port = urlsplit(deployment.endpoint(VIRGINIA, door=door)).port
    received = bytearray()
    with closing(socket.create_connection(("127.0.0.1", port), timeout=WAIT_S)) as wire:
        # An early answer and a close may come while we still write.
        with suppress(BrokenPipeError, ConnectionResetError):
            wire.sendall(request)
        with suppress(OSError):
            wire.shutdown(socket.SHUT_WR)
        with suppress(ConnectionResetError):
            while piece := wire.recv(65_536):
                received += piece
    return Answered(raw=bytes(received))


def signed(deployment: Deployment, body: bytes, *, door: bool, target: str = CREATE) -> bytes:
    """A request whose signature is right, whatever its body is."""
    headers = deployment.caller(VIRGINIA, door=door).signed_headers(target, body)
    lines = "".join(
        f"{name}: {value}\r\n" for name, value in headers.items() if name.lower() != "content-length"
    )
    return f"POST / HTTP/1.1\r\n{lines}Content-Length: {len(body)}\r\n\r\n".encode() + body


def member(value: bytes) -> bytes:
    return b'{"Name": "abuse", "ClientRequestToken": "%s", "SecretString": %s}' % (
        str(uuid.uuid4()).encode(),
        value,
    )


BODIES: dict[str, tuple[bytes, int, str]] = {
    "no JSON": (b"Name=abuse", 400, "SerializationException"),
    "half a document": (b'{"Name": "abuse"', 400, "SerializationException"),
    "two documents": (b"{}{}", 400, "SerializationException"),
    "a list": (b"[]", 400, "SerializationException"),
    "a text": (b'"abuse"', 400, "SerializationException"),
    "a name twice": (b'{"Name": "abuse", "Name": "other"}', 400, "SerializationException"),
    "NaN": (member(b"NaN"), 400, "SerializationException"),
    "Infinity": (member(b"-Infinity"), 400, "SerializationException"),
    "a number for a text": (member(b"7"), 400, "SerializationException"),
    "a list for a text": (member(b'["x"]'), 400, "SerializationException"),
    "an object for a list": (b'{"Name": "abuse", "Tags": {"Key": "k"}}', 400, "SerializationException"),
    "bad base64": (b'{"Name": "abuse", "SecretBinary": "!"}', 400, "SerializationException"),
    "bad UTF-8": (member(b'"\xff\xfe"'), 400, "SerializationException"),
    "half a surrogate pair": (member(rb'"\ud800"'), 400, "SerializationException"),
    "deep nesting": (b'{"Name":' + b"[" * 5_000 + b"]" * 5_000 + b"}", 400, "SerializationException"),
    "a number of 5,000 digits": (member(b"9" * 5_000), 400, "SerializationException"),
    "NUL in the name": (b'{"Name": "a\\u0000b", "SecretString": "x"}', 400, "ValidationException"),
    "a name too long": (b'{"Name": "%s", "SecretString": "x"}' % (b"n" * 513), 400, "ValidationException"),
    "a value of 65,537 bytes": (member(b'"%s"' % (b"v" * 65_537)), 400, "ValidationException"),
    "a body of 1 MiB and one byte": (b" " * 1_048_577, 413, "RequestEntityTooLargeException"),
}


@pytest.mark.parametrize("door", ADDRESSES.values(), ids=ADDRESSES)
@pytest.mark.parametrize(("body", "status", "code"), BODIES.values(), ids=BODIES)
def test_a_body_that_is_no_request_is_refused(
    deployment: Deployment, body: bytes, status: int, code: str, door: bool
) -> None:
    answered = send(deployment, signed(deployment, body, door=door), door=door)

    assert (status, code) == (answered.status, answered.code)
    assert b"Content-Type: application/x-amz-json-1.1" in answered.raw


@pytest.mark.parametrize("door", ADDRESSES.values(), ids=ADDRESSES)
def test_the_largest_legal_body_is_taken(deployment: Deployment, door: bool) -> None:
    """65,536 control characters are 393,216 bytes of JSON; the bound is on the value, not on its spelling."""
    with closing(deployment.caller(VIRGINIA, door=door)) as caller:
        name = f"largest/{door}"
        value = "\x01" * 65_536
        caller.ask("CreateSecret", Name=name, SecretString=value, ClientRequestToken=str(uuid.uuid4()))

        assert value == caller.ask("GetSecretValue", SecretId=name)["SecretString"]


TARGETS = {
    "an unknown operation": "secretsmanager.FormatDisk",
    "an unknown service": "dynamodb.GetItem",
    "one of our own, between Regions": "Watchword.ApplyReplica",
    "no service": "GetSecretValue",
    "nothing": "",
    "far too much": "secretsmanager." + "x" * 4_000,
    "no ASCII": "secretsmanager.G\xe9tSecretValue",
}


@pytest.mark.parametrize("door", ADDRESSES.values(), ids=ADDRESSES)
@pytest.mark.parametrize("target", TARGETS.values(), ids=TARGETS)
def test_what_no_operation_is_named_by_is_unknown_and_never_html(
    deployment: Deployment, target: str, door: bool
) -> None:
    request = (
        f"POST / HTTP/1.1\r\nHost: x\r\nX-Amz-Target: {target}\r\nContent-Length: 2\r\n\r\n{{}}"
    ).encode("latin-1")

    answered = send(deployment, request, door=door)

    assert (400, "UnknownOperationException") == (answered.status, answered.code)


JSON_LINE = b"X-Amz-Target: secretsmanager.ListSecrets\r\n"
FORM_LINE = b"Content-Type: application/x-www-form-urlencoded\r\n"
HEAD = b"POST / HTTP/1.1\r\n" + JSON_LINE
MALFORMED = "MalformedHttpRequestException"

REQUESTS: dict[str, tuple[bytes, int, str]] = {
    "two Hosts": (HEAD + b"Host: a\r\nHost: b\r\nContent-Length: 2\r\n\r\n{}", 400, MALFORMED),
    "no Host": (HEAD + b"Content-Length: 2\r\n\r\n{}", 400, MALFORMED),
    "a length beside chunks": (
        HEAD + b"Host: a\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n",
        400,
        MALFORMED,
    ),
    "two lengths": (
        HEAD + b"Host: a\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{}",
        400,
        MALFORMED,
    ),
    "a negative length": (HEAD + b"Host: a\r\nContent-Length: -1\r\n\r\n", 400, MALFORMED),
    "a length that is none": (HEAD + b"Host: a\r\nContent-Length: 0x2\r\n\r\n{}", 400, MALFORMED),
    "chunks that are none": (
        HEAD + b"Host: a\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n",
        400,
        MALFORMED,
    ),
    "bare line feeds": (b"POST / HTTP/1.1\nHost: a\nContent-Length: 2\n\n{}", 400, MALFORMED),
    "a blank in a header's name": (HEAD + b"Host: a\r\nX Y: 1\r\n\r\n", 400, MALFORMED),
    "a folded header": (HEAD + b"Host: a\r\nX-Y: 1\r\n 2\r\n\r\n", 400, MALFORMED),
    "NUL in a header": (HEAD + b"Host: a\r\nX-Y: 1\x002\r\n\r\n", 400, MALFORMED),
    "headers of 20 KB": (HEAD + b"Host: a\r\nX-Y: " + b"v" * 20_000 + b"\r\n\r\n", 431, MALFORMED),
    "200 headers": (HEAD + b"Host: a\r\n" + b"X-Y: 1\r\n" * 200 + b"\r\n", 431, MALFORMED),
    "a target of 10 KB": (
        b"POST /" + b"p" * 10_000 + b" HTTP/1.1\r\n" + JSON_LINE + b"Host: a\r\n\r\n",
        414,
        MALFORMED,
    ),
    "no HTTP": (b"hello\r\n\r\n", 400, MALFORMED),
    "HTTP/2": (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 400, MALFORMED),
    "a TLS greeting": (b"\x16\x03\x01\x00\xc4\x01\x00\x00\xc0\x03\x03" + bytes(180), 400, MALFORMED),
    "a body that is announced too large": (
        HEAD + b"Host: a\r\nContent-Length: 99999999999\r\n\r\n",
        413,
        "RequestEntityTooLargeException",
    ),
    "two Hosts, of a query service": (
        b"POST / HTTP/1.1\r\n" + FORM_LINE + b"Host: a\r\nHost: b\r\nContent-Length: 2\r\n\r\nx=",
        400,
        MALFORMED,
    ),
    "no signature": (
        HEAD + b"Host: a\r\nContent-Length: 2\r\n\r\n{}",
        400,
        "MissingAuthenticationTokenException",
    ),
    "a signature of nothing": (
        HEAD + b"Host: a\r\nAuthorization: AWS4-HMAC-SHA256\r\nContent-Length: 2\r\n\r\n{}",
        400,
        "IncompleteSignatureException",
    ),
}


@pytest.mark.parametrize("door", ADDRESSES.values(), ids=ADDRESSES)
@pytest.mark.parametrize(("request_bytes", "status", "code"), REQUESTS.values(), ids=REQUESTS)
def test_what_is_no_request_is_refused_in_the_service_s_protocol(
    deployment: Deployment, request_bytes: bytes, status: int, code: str, door: bool
) -> None:
    answered = send(deployment, request_bytes, door=door)

    assert (status, code) == (answered.status, answered.code)
    is_xml = answered.body.startswith(b"<")
    assert is_xml == (FORM_LINE in request_bytes)
    assert answered.raw.count(b"HTTP/1.1 ") == 1


def test_mutated_requests_are_never_a_fault(deployment: Deployment) -> None:
    """Bytes of a good request are changed, left out, doubled; whatever comes, it is no 5xx."""
    dice = random.Random(20_261_121)
    good = signed(deployment, b'{"Name": "mutated", "SecretString": "x"}', door=False)
    statuses = []
    for _ in range(MUTATIONS):
        request = bytearray(good)
        for _ in range(dice.randint(1, 6)):
            at = dice.randrange(len(request))
            dice.choice(
                (
                    lambda at=at, request=request: request.__setitem__(at, dice.randrange(256)),
                    lambda at=at, request=request: request.__delitem__(slice(at, at + dice.randint(1, 40))),
                    lambda at=at, request=request: request.insert(at, request[at]),
                )
            )()
        statuses.append(send(deployment, bytes(request), door=dice.random() < 0.5).status)

    # 0: what was cut off before its end is given up without an answer.
    assert {status for status in statuses if status >= 500} == set()
    assert sum(400 <= status < 500 for status in statuses) > MUTATIONS / 2


@pytest.mark.deep
def test_500_slow_connections_are_closed_at_their_deadlines_and_cost_a_good_client_little(
    deployment: Deployment,
) -> None:
    """A third stop in the header, a third in the body, a third send one byte a second."""
    name = "slow/secret"
    with closing(deployment.caller(VIRGINIA)) as caller:
        caller.ask("CreateSecret", Name=name, SecretString="x", ClientRequestToken=str(uuid.uuid4()))

        def read() -> None:
            caller.ask("GetSecretValue", SecretId=name)

        before_s = _p99_s(read)
        port = urlsplit(deployment.endpoint(VIRGINIA, door=False)).port
        wires = [socket.create_connection(("127.0.0.1", port), timeout=WAIT_S) for _ in range(SLOW)]
        began = time.monotonic()
        ended = threading.Event()
        for number, wire in enumerate(wires):
            stops_in_body = number % 3 == 1
            wire.sendall(HEAD + b"Host: a\r\n" + (b"Content-Length: 9\r\n\r\n{" if stops_in_body else b""))
        dripping = threading.Thread(target=_drip, args=(wires[2::3], ended), daemon=True)
        dripping.start()
        during_s = _p99_s(read)
        try:
            for wire in wires:
                wire.settimeout(max(0.1, began + SLOW_S_MAX - time.monotonic()))
                with suppress(ConnectionResetError):
                    while wire.recv(4_096):
                        pass
        finally:
            ended.set()
            dripping.join()
            for wire in wires:
                wire.close()

    # The bound of the promise, and one hiccup of a machine that others use too.
    assert during_s < 2 * before_s + 0.02


def _p99_s(ask: Callable[[], object]) -> float:
    took = []
    for _ in range(300):
        began = time.monotonic()
        ask()
        took.append(time.monotonic() - began)
        time.sleep(0.005)
    return sorted(took)[int(len(took) * 0.99)]


def _drip(wires: list[socket.socket], ended: threading.Event) -> None:
    while not ended.wait(1.0):
        for wire in wires:
            with suppress(OSError):
                wire.send(b"X")
