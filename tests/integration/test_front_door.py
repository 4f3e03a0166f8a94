"""The front door, before real Regions' sockets: routing, what passes unchanged, and what a Region that fails costs."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest
import uvloop
from botocore.auth import SigV4Auth, SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from tests.integration.edge_serving import (
    QUICK,
    WAIT_S,
    Answer,
    Served,
    Wire,
    best_p99_ms,
    echo,
    eventually,
    inline,
    listening,
    serving,
)
from tests.integration.test_edge_flow import Gate, get

from watchword.api.http import HTTPRequest, HTTPResponse
from watchword.server import front_door
from watchword.server.edge import Dispatch, Limits, routed, threaded
from watchword.server.front_door import Region, RegionLimits
from watchword.wire.answer import edge_refusal

EAST, WEST, NORTH = "us-east-1", "us-west-2", "eu-north-1"

SHORT = RegionLimits(answer_ms=3_000, connect_ms=2_000, probe_ms=500, sweep_ms=20)


@contextmanager
def a_door(
    paths: dict[str, Path],
    *,
    limits: RegionLimits = SHORT,
    loops: list[asyncio.AbstractEventLoop] | None = None,
) -> Iterator[tuple[str, int]]:
    """Run a front door before these sockets; yields its address, and puts its loop into `loops`."""
    sock = listening()
    address = sock.getsockname()
    loop = uvloop.new_event_loop()
    if loops is not None:
        loops.append(loop)
    stop = asyncio.Event()
    regions = [Region(name=name, socket_path=path) for name, path in paths.items()]
    main = front_door.serve(
        [sock],
        regions=regions,
        refusal=edge_refusal,
        stop=stop,
        region_limits=limits,
        drain_ms=200,
    )
    thread = threading.Thread(target=loop.run_until_complete, args=(main,), daemon=True)
    thread.start()
    try:
        yield address
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join(WAIT_S)
        assert not thread.is_alive()
        loop.close()


def connect(door: tuple[str, int]) -> Wire:
    return Wire(socket.create_connection(door, timeout=WAIT_S))


def ask(door: tuple[str, int], data: bytes) -> Answer:
    with connect(door) as wire:
        return wire.send(data).answer()


def named(region: str) -> Dispatch:
    """A Region that echoes, and says which it is."""

    def handle(request: HTTPRequest) -> HTTPResponse:
        answer = echo(request)
        return msgspec.structs.replace(answer, headers=(*answer.headers, ("X-Region", region)))

    return inline(handle)


@contextmanager
def a_region(path: Path, dispatch: Dispatch, *, limits: Limits = QUICK) -> Iterator[Served]:
    with serving(
        dispatch, path=path, limits=limits, trusted_source_header=front_door.SOURCE_HEADER
    ) as served:
        yield served


@pytest.fixture(scope="module")
def paths(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("door")
    return {EAST: folder / "east", WEST: folder / "west"}


@pytest.fixture(scope="module")
def regions(paths: dict[str, Path]) -> Iterator[dict[str, Served]]:
    with ExitStack() as stack:
        yield {name: stack.enter_context(a_region(path, named(name))) for name, path in paths.items()}


@pytest.fixture(scope="module")
def door(regions: dict[str, Served], paths: dict[str, Path]) -> Iterator[tuple[str, int]]:
    with a_door(paths) as address:
        yield address


def scope(region: str) -> str:
    return f"Authorization: AWS4-HMAC-SHA256 Credential=AKIAEXAMPLE/20261121/{region}/secretsmanager/aws4_request, SignedHeaders=host, Signature=0"  # noqa: E501


PRESIGNED = (
    "/?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIAEXAMPLE%2F20261121%2F{}%2Fsts%2Faws4_request"
)

ROUTES = {
    "the scope in Authorization": (get("/", scope(WEST)), WEST),
    "the scope in the query": (get(PRESIGNED.format(WEST)), WEST),
    "a label of the Host": (
        b"GET / HTTP/1.1\r\nHost: secretsmanager.us-west-2.amazonaws.com:7700\r\n\r\n",
        WEST,
    ),
    "the Host in capitals": (b"GET / HTTP/1.1\r\nHost: US-WEST-2.localhost\r\n\r\n", WEST),
    "the scope before the Host": (
        b"GET / HTTP/1.1\r\nHost: us-west-2.localhost\r\n" + scope(EAST).encode() + b"\r\n\r\n",
        EAST,
    ),
    "nothing: the first": (get("/"), EAST),
    "a part of a label is none": (b"GET / HTTP/1.1\r\nHost: us-west-2x.localhost\r\n\r\n", EAST),
    "a scope that is not hosted: the first": (
        b"GET / HTTP/1.1\r\nHost: us-west-2.localhost\r\n" + scope("ap-south-1").encode() + b"\r\n\r\n",
        EAST,
    ),
    "a scope that is none: as without": (get("/", "Authorization: AWS4-HMAC-SHA256 Credential=a/b"), EAST),
    "HTTP/1.0 without a Host": (b"GET / HTTP/1.0\r\n\r\n", EAST),
}


@pytest.mark.parametrize(("sent", "region"), ROUTES.values(), ids=ROUTES)
def test_a_request_goes_to_the_region_that_it_names(door: tuple[str, int], sent: bytes, region: str) -> None:
    answer = ask(door, sent)

    assert (answer.status, answer.header("x-region")) == (200, region)


UNCHANGED = {
    "a raw target": b"POST /a%2Fb/..//?x=%20&y=+ HTTP/1.1\r\nHost: a:1\r\nContent-Length: 3\r\n\r\na\xff\0",
    "headers in order, twice, in latin-1": (
        b"POST / HTTP/1.1\r\nX-B: 1  2\r\nHost: A\r\nX-a: \xe9\r\nX-B:\r\nContent-Length: 0\r\nUser-Agent: x\r\n\r\n"
    ),
    "no body": b"GET /?a HTTP/1.1\r\nHost: a\r\n\r\n",
}


@pytest.mark.parametrize("sent", UNCHANGED.values(), ids=UNCHANGED)
def test_target_headers_and_body_pass_unchanged(
    door: tuple[str, int], regions: dict[str, Served], sent: bytes
) -> None:
    direct, through = regions[EAST].ask(sent).seen, ask(door, sent).seen

    assert through == {**direct, "source": "127.0.0.1"}


@pytest.mark.parametrize("auth", [SigV4Auth, SigV4QueryAuth])
def test_what_a_signer_signs_arrives(door: tuple[str, int], auth: type[SigV4Auth]) -> None:
    """The Region sees each signed header with the value that was signed, and the target as it was sent."""
    request = AWSRequest(
        method="POST",
        url="http://127.0.0.1:7700/?a=b%20c",
        data=b'{"SecretId":"a"}',
        headers={"X-Amz-Target": "a.B"},
    )
    auth(Credentials("AKIAEXAMPLE", "example"), "secretsmanager", WEST).add_auth(request)
    prepared = request.prepare()
    lines = [f"{name}: {value}" for name, value in prepared.headers.items() if name.lower() != "host"]
    target = str(prepared.url).removeprefix("http://127.0.0.1:7700")
    body = bytes(prepared.body or b"")
    head = "\r\n".join([f"POST {target} HTTP/1.1", "Host: 127.0.0.1:7700", *lines, "", ""])

    answer = ask(door, head.encode() + body)

    assert answer.header("x-region") == WEST
    assert answer.seen["target"] == target
    assert answer.seen["body"] == body.decode()
    assert [tuple(pair) for pair in answer.seen["headers"]] == [
        ("host", "127.0.0.1:7700"),
        *((line.split(": ", 1)[0].lower(), line.split(": ", 1)[1]) for line in lines),
    ]


def test_a_chunked_body_arrives_whole(door: tuple[str, int]) -> None:
    sent = b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n3\r\nabc\r\n0\r\n\r\n"

    answer = ask(door, sent)

    assert answer.seen["body"] == "abc"
    assert answer.seen["headers"] == [["host", "a"], ["content-length", "3"]]


def test_a_client_cannot_say_who_it_is(door: tuple[str, int]) -> None:
    answer = ask(door, get("/", "X-Watchword-Source: 203.0.113.7", "x-watchword-source: 203.0.113.8"))

    assert answer.seen["source"] == "127.0.0.1"
    assert answer.seen["headers"] == [["host", "a"]]


def test_a_request_at_the_limits_of_the_door_is_within_those_of_the_region(door: tuple[str, int]) -> None:
    headers = Limits().header_bytes_max - len("Host: a\r\n")
    answer = ask(door, get("/", "X: " + "a" * (headers - len("X: \r\n"))))
    body = b"a" * Limits().body_bytes_max
    large = ask(door, b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: %d\r\n\r\n" % len(body) + body)

    assert answer.status == 200
    assert len(large.seen["body"]) == len(body)


def test_the_answer_comes_back_as_it_was(door: tuple[str, int], tmp_path: Path) -> None:
    held = HTTPResponse(
        status=418, headers=(("X-A", "1"), ("Content-Type", "t/t"), ("X-A", "\xe9")), body=b"\0\xff" * 200_000
    )
    with a_region(tmp_path / "s", inline(lambda _: held)), a_door({EAST: tmp_path / "s"}) as address:
        answers = [ask(address, get("/")) for _ in range(2)]

    for answer in answers:
        named = [pair for pair in answer.headers if pair[0] not in ("Date", "Content-Length")]
        assert (answer.status, named, answer.body) == (418, list(held.headers), held.body)
        assert [name for name, _ in answer.headers].count("Date") == 1


def test_head_and_no_content_are_answered(tmp_path: Path) -> None:
    def handle(request: HTTPRequest) -> HTTPResponse:
        return (
            HTTPResponse(status=204) if request.target == "/none" else HTTPResponse(status=200, body=b"abc")
        )

    with (
        a_region(tmp_path / "s", inline(handle)),
        a_door({EAST: tmp_path / "s"}) as address,
        connect(address) as wire,
    ):
        head = wire.send(get("/").replace(b"GET", b"HEAD")).answer(to_head=True)
        none = wire.send(get("/none")).answer()
        whole = wire.send(get("/")).answer()

    assert (head.status, head.header("content-length"), none.status, whole.body) == (200, "3", 204, b"abc")


# -- Regions that fail


def test_a_region_that_is_down_is_503_in_the_service_s_protocol(
    regions: dict[str, Served], paths: dict[str, Path], tmp_path: Path
) -> None:
    """SDKs fail over on 5xx only."""
    abandoned = tmp_path / "closed"
    listening(abandoned).close()
    ways = {"gone": tmp_path / "none", "refused": abandoned, EAST: paths[EAST]}
    with a_door(ways) as door:
        json_answers = [
            ask(door, get("/", scope(name), "X-Amz-Target: secretsmanager.X")) for name in ("gone", "refused")
        ]
        signed = scope("gone").replace("secretsmanager", "sts")
        form = ask(door, get("/", signed, "Content-Type: application/x-www-form-urlencoded"))
        other = ask(door, get("/", scope(EAST)))

    for answer in json_answers:
        assert answer.status == 503
        assert json.loads(answer.body)["__type"] == "ServiceUnavailable"
    assert (form.status, form.header("content-type")) == (503, "text/xml")
    assert other.status == 200


def test_without_a_region_the_first_that_answers_is_asked(
    regions: dict[str, Served], paths: dict[str, Path], tmp_path: Path
) -> None:
    with a_door({NORTH: tmp_path / "none", WEST: paths[WEST], EAST: paths[EAST]}) as door:
        answers = [ask(door, get("/")), ask(door, get("/", scope("ap-south-1")))]

    assert [answer.header("x-region") for answer in answers] == [WEST, WEST]


def test_without_a_region_the_next_is_asked_when_the_first_has_just_gone(tmp_path: Path) -> None:
    """It was thought to answer, and certainly does not have the request."""
    east, west = tmp_path / "east", tmp_path / "west"
    # One probe, and then none for a minute.
    with a_region(west, named(WEST)), ExitStack() as stack:
        first = stack.enter_context(ExitStack())
        first.enter_context(a_region(east, named(EAST)))
        door = stack.enter_context(a_door({EAST: east, WEST: west}, limits=replace(SHORT, probe_ms=60_000)))
        assert eventually(lambda: health(door) == {EAST: "ok", WEST: "ok"})
        first.close()

        assert ask(door, get("/")).header("x-region") == WEST
        assert ask(door, get("/", scope(EAST))).status == 503


def test_with_no_region_at_all_it_is_503(tmp_path: Path) -> None:
    with a_door({EAST: tmp_path / "a", WEST: tmp_path / "b"}) as door:
        answer = ask(door, get("/", "X-Amz-Target: secretsmanager.X"))

    assert answer.status == 503


def health(door: tuple[str, int]) -> dict[str, str]:
    states: dict[str, str] = json.loads(ask(door, get("/-/health")).body)["regions"]
    return states


def test_health_says_which_regions_answer(tmp_path: Path) -> None:
    east, west = tmp_path / "east", tmp_path / "west"
    with a_region(east, named(EAST)), a_door({EAST: east, WEST: west}) as door:
        assert eventually(lambda: health(door) == {EAST: "ok", WEST: "unreachable"})
        with a_region(west, named(WEST)):
            assert eventually(lambda: health(door) == {EAST: "ok", WEST: "ok"})
        assert eventually(lambda: health(door) == {EAST: "ok", WEST: "unreachable"})


def test_a_region_that_is_not_well_is_passed_over_where_none_is_named(tmp_path: Path) -> None:
    """5xx on its own `/-/health`: it can't answer a read."""

    def ill(request: HTTPRequest) -> HTTPResponse:
        return HTTPResponse(status=503)

    east, west = tmp_path / "east", tmp_path / "west"
    with (
        a_region(east, inline(ill)),
        a_region(west, named(WEST)),
        a_door({EAST: east, WEST: west}) as door,
    ):
        assert eventually(lambda: health(door) == {EAST: "unreachable", WEST: "ok"})

        assert ask(door, get("/")).header("x-region") == WEST
        assert ask(door, get("/", scope(EAST))).status == 503


def test_a_region_that_comes_back_is_used_again(tmp_path: Path) -> None:
    path = tmp_path / "s"
    with a_door({EAST: path}) as door, connect(door) as wire:
        statuses = []
        for _ in range(2):
            with a_region(path, named(EAST)):
                statuses.append(wire.send(get("/")).answer().status)
            statuses.append(wire.send(get("/")).answer().status)
            path.unlink()

    assert statuses == [200, 503, 200, 503]


def test_kept_connections_are_used_again(tmp_path: Path) -> None:
    with a_region(tmp_path / "s", named(EAST)) as region, a_door({EAST: tmp_path / "s"}) as door:
        for _ in range(50):
            assert ask(door, get("/")).status == 200
        assert region.edge.open_connections <= 2  # one, and perhaps a probe's


class Misbehaving:
    """A Region's socket behind which each connection is treated by the next of some functions."""

    def __init__(self, path: Path, *steps: str) -> None:
        self.requests: list[bytes] = []
        self.carriers: list[socket.socket] = []
        """The connection that brought each request."""
        self._sock = listening(path)
        self._steps = list(steps)
        threading.Thread(target=self._run, daemon=True).start()

    def _run(self) -> None:
        while self._steps:
            client, _ = self._sock.accept()
            threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        with client, suppress(OSError):
            self._misbehave(client)

    def _misbehave(self, client: socket.socket) -> None:
        ok = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
        while data := client.recv(65_536):
            if data.startswith(b"GET /-/health"):
                client.sendall(ok)
                break
            self.requests.append(data)
            self.carriers.append(client)
            step = self._steps.pop(0)
            if step == "answer":
                client.sendall(ok)
            elif step == "answer and close":
                client.sendall(ok)
                break
            elif step == "answer twice":
                client.sendall(ok + ok.replace(b"ok", b"no"))
            elif step == "answer, and again later":
                client.sendall(ok)
                time.sleep(0.05)
                client.sendall(ok.replace(b"ok", b"no"))
            elif step == "half an answer":
                client.sendall(ok[:-1])
                break
            elif step == "garbage":
                client.sendall(b"\0\0\0\0\r\n\r\n")
            elif step == "close":
                break
            elif step == "too much":
                client.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 3000000\r\n\r\n" + b"a" * 3_000_000)
                break
            elif step == "too many headers":
                client.sendall(ok.replace(b"\r\n", b"\r\n" + b"X: aaaaaaaaaaaaaaaa\r\n" * 5_000, 1))


MISDEEDS = ["close", "half an answer", "garbage", "too much", "too many headers"]


@pytest.mark.parametrize("misdeed", MISDEEDS)
def test_an_answer_that_is_none_is_503_and_not_asked_for_twice(tmp_path: Path, misdeed: str) -> None:
    """It may have been carried out: only the caller knows whether it may be repeated."""
    region = Misbehaving(tmp_path / "s", misdeed, "answer", "")
    with a_door({EAST: tmp_path / "s"}) as door:
        first, second = ask(door, get("/1")), ask(door, get("/2"))

    assert (first.status, second.status) == (503, 200)
    assert [data.split()[1] for data in region.requests] == [b"/1", b"/2"]


def test_a_connection_closed_after_its_answer_costs_no_request(tmp_path: Path) -> None:
    region = Misbehaving(tmp_path / "s", *["answer and close"] * 30, "")
    with a_door({EAST: tmp_path / "s"}) as door, connect(door) as wire:
        statuses = []
        for _ in range(30):
            statuses.append(wire.send(get("/")).answer().status)
            time.sleep(0.005)

    assert statuses == [200] * 30
    assert len(region.requests) == 30


@pytest.mark.parametrize("misdeed", ["answer twice", "answer, and again later"])
def test_a_second_answer_is_given_to_nobody(tmp_path: Path, misdeed: str) -> None:
    region = Misbehaving(tmp_path / "s", misdeed, "answer", "")
    with a_door({EAST: tmp_path / "s"}) as door:
        bodies = [ask(door, get("/1")).body]
        time.sleep(0.15)
        bodies.append(ask(door, get("/2")).body)

    assert bodies == [b"ok", b"ok"]
    assert region.carriers[0] is not region.carriers[1], "a connection that can't be trusted was used again"


def test_a_region_s_connections_and_waiting_requests_are_bounded(tmp_path: Path) -> None:
    gate = Gate()
    east, west = tmp_path / "east", tmp_path / "west"
    pool = threaded(gate, threads=16, queued_max=64, refusal=edge_refusal)
    limits = replace(SHORT, connections_max=3, waiting_max=2, answer_ms=5_000)
    with (
        a_region(east, pool) as region,
        a_region(west, named(WEST)),
        a_door({EAST: east, WEST: west}, limits=limits) as door,
    ):
        held = [connect(door).send(get(f"/wait/{at}", scope(EAST))) for at in range(3)]
        assert eventually(lambda: len([path for path in gate.asked if path.startswith("/wait")]) == 3)
        held += [connect(door).send(get(f"/wait/{at}", scope(EAST))) for at in range(3, 5)]
        time.sleep(0.1)
        began = time.monotonic()
        beyond = ask(door, get("/beyond", scope(EAST)))
        other = ask(door, get("/", scope(WEST)))
        took = time.monotonic() - began
        connections = region.edge.open_connections
        gate.let_go(100)
        answers = [wire.answer() for wire in held]
        for wire in held:
            wire.sock.close()
        pool.close()

    assert (beyond.status, other.status) == (503, 200)
    assert took < 0.5
    assert connections <= 4  # three, and perhaps a probe's
    assert [(answer.status, answer.body) for answer in answers] == [
        (200, b"/wait/%d" % at) for at in range(5)
    ]
    assert "/beyond" not in gate.asked


REGION_PROGRAM = """
import asyncio, socket, sys
import uvloop
from watchword.api.http import HTTPResponse
from watchword.server.edge import Edge
from watchword.wire.answer import edge_refusal

async def main():
    sock = socket.socket(socket.AF_UNIX)
    sock.bind(sys.argv[1])
    edge = Edge(lambda _, reply: reply(HTTPResponse(status=200, body=b"region")), refusal=edge_refusal)
    await edge.listen(sock)
    print("ready", flush=True)
    await asyncio.sleep(600)

uvloop.run(main())
"""


@contextmanager
def a_region_process(path: Path) -> Iterator[subprocess.Popen[str]]:
    environment = {"PYTHONPATH": str(Path(__file__).parents[2] / "src"), "PATH": os.environ["PATH"]}
    process = subprocess.Popen(
        [sys.executable, "-c", REGION_PROGRAM, str(path)], stdout=subprocess.PIPE, text=True, env=environment
    )
    assert process.stdout is not None
    try:
        assert process.stdout.readline() == "ready\n"
        yield process
    finally:
        process.kill()
        process.wait(WAIT_S)
        process.stdout.close()


def test_a_stopped_region_costs_the_others_nothing(tmp_path: Path) -> None:
    """SIGSTOP: its socket takes connections and requests, and never answers."""
    east, west = tmp_path / "east", tmp_path / "west"
    limits = replace(SHORT, answer_ms=1_500, connections_max=16, waiting_max=32)
    with (
        a_region_process(east) as stopped,
        a_region_process(west),
        a_door({EAST: east, WEST: west}, limits=limits) as door,
    ):
        to_stopped, to_other = get("/", scope(EAST)), get("/", scope(WEST))
        assert ask(door, to_stopped).status == 200
        before = best_p99_ms(lambda: connect(door), to_other)
        stopped.send_signal(signal.SIGSTOP)
        began = time.monotonic()
        crowd = [connect(door).send(to_stopped) for _ in range(200)]
        during = best_p99_ms(lambda: connect(door), to_other)
        assert eventually(lambda: health(door) == {EAST: "unreachable", WEST: "ok"})
        unnamed = ask(door, get("/"))
        statuses = [wire.answer().status for wire in crowd]
        took = time.monotonic() - began
        stopped.send_signal(signal.SIGCONT)
        for wire in crowd:
            wire.sock.close()
        assert eventually(lambda: health(door) == {EAST: "ok", WEST: "ok"})
        again = ask(door, to_stopped)

    assert statuses == [503] * 200
    assert took < 1.5 + 1.0
    assert (unnamed.status, again.status) == (200, 200)
    # A wait for the stopped Region would be 1,500 ms; the door and this client share one interpreter here.
    assert during < max(2 * before, before + 5)


def test_a_region_killed_while_it_works_is_503_and_the_next_serves(tmp_path: Path) -> None:
    path = tmp_path / "s"
    with a_door({EAST: path}, limits=replace(SHORT, answer_ms=5_000)) as door, connect(door) as wire:
        with a_region_process(path) as process:
            assert wire.send(get("/")).answer().status == 200
            process.send_signal(signal.SIGSTOP)
            wire.send(get("/"))
            time.sleep(0.1)
            process.kill()
            began = time.monotonic()
            killed = wire.answer()
            took = time.monotonic() - began
        path.unlink()
        with a_region_process(path):
            after = wire.send(get("/")).answer()

    assert (killed.status, after.status) == (503, 200)
    assert took < 1.0


def test_a_request_is_answered_though_every_kept_connection_died(tmp_path: Path) -> None:
    """Those that died while nothing was on them are known as dead, or their write fails: nothing is lost."""
    path = tmp_path / "s"
    with a_door({EAST: path}) as door:
        with a_region_process(path):
            wires = [connect(door).send(get("/")) for _ in range(10)]
            assert [wire.answer().status for wire in wires] == [200] * 10
        path.unlink()
        with a_region_process(path):
            statuses = [wire.send(get("/")).answer().status for wire in wires]
        for wire in wires:
            wire.sock.close()

    assert statuses == [200] * 10


def test_a_request_whose_write_failed_is_sent_again(tmp_path: Path) -> None:
    """The Region closed after the request arrived at the door and before the door wrote it: it never had it."""
    path = tmp_path / "s"
    loops: list[asyncio.AbstractEventLoop] = []
    sock = listening(path)
    sock.settimeout(WAIT_S)
    answer = b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n"
    # Few probes: each would be one more connection to accept here.
    with (
        a_door({EAST: path}, limits=replace(SHORT, probe_ms=60_000), loops=loops) as door,
        connect(door) as wire,
    ):
        probe, _ = sock.accept()
        wire.send(get("/1"))
        kept, _ = sock.accept()
        assert kept.recv(65_536).startswith(b"GET /1 ")
        kept.sendall(answer + b"1")
        first = wire.answer()
        # The door stands still; so it finds both, first the request and then that the Region has closed.
        loops[0].call_soon_threadsafe(time.sleep, 0.3)
        time.sleep(0.1)
        wire.send(get("/2"))
        kept.close()
        fresh, _ = sock.accept()
        assert fresh.recv(65_536).startswith(b"GET /2 ")
        fresh.sendall(answer + b"2")
        second = wire.answer()
        for each in (probe, fresh, sock):
            each.close()

    assert (first.body, second.body) == (b"1", b"2")


def test_a_client_that_goes_leaves_its_connection_to_the_next(tmp_path: Path) -> None:
    gate = Gate()
    pool = threaded(gate, threads=1, queued_max=8, refusal=edge_refusal)
    health = routed({"/-/health": inline(echo)}, otherwise=pool)
    limits = replace(SHORT, connections_max=1, answer_ms=5_000)
    with a_region(tmp_path / "s", health), a_door({EAST: tmp_path / "s"}, limits=limits) as door:
        with connect(door) as wire:
            wire.send(get("/wait"))
            assert eventually(lambda: gate.asked == ["/wait"])
        gate.let_go()
        answer = ask(door, get("/next"))
        pool.close()

    assert answer.body == b"/next"


def test_an_ended_door_answers_what_is_under_way_and_closes(tmp_path: Path) -> None:
    gate = Gate()
    pool = threaded(gate, threads=1, queued_max=8, refusal=edge_refusal)
    with a_region(tmp_path / "s", pool), ExitStack() as stack:
        door = stack.enter_context(a_door({EAST: tmp_path / "s"}))
        wire = stack.enter_context(connect(door))
        wire.send(get("/wait"))
        assert eventually(lambda: "/wait" in gate.asked)
        threading.Timer(0.1, gate.let_go).start()
        stack.pop_all().close()
        pool.close()

        with pytest.raises(OSError, match="refused"):
            connect(door)
