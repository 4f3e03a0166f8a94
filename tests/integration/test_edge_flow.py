"""The edge, with raw sockets: order of answers, slow and absent clients, threads, crowds."""

from __future__ import annotations

import logging
import socket
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from tests.integration.edge_serving import QUICK, WAIT_S, Served, echo, eventually, inline, serving

from watchword.api.http import HTTPRequest, HTTPResponse
from watchword.server.edge import Dispatch, routed, threaded
from watchword.wire.answer import edge_refusal


class Gate:
    """A handler whose `/wait…` requests stop until they are let go; keeps what it was asked, in order."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self._open = threading.Semaphore(0)

    def let_go(self, count: int = 1) -> None:
        self._open.release(count)

    def __call__(self, request: HTTPRequest) -> HTTPResponse:
        self.asked.append(request.target)
        if request.target.startswith("/wait"):
            assert self._open.acquire(timeout=WAIT_S)
        return HTTPResponse(status=200, body=request.target.encode())


@pytest.fixture
def gate() -> Gate:
    return Gate()


@pytest.fixture
def gated(gate: Gate) -> Iterator[Served]:
    pool = threaded(gate, threads=2, queued_max=4, refusal=edge_refusal)
    with serving(pool) as served:
        yield served
        gate.let_go(1_000)
        pool.close()


def get(path: str, *lines: str) -> bytes:
    return "\r\n".join((f"GET {path} HTTP/1.1", "Host: a", *lines, "", "")).encode()


# -- order


def test_a_fast_request_behind_a_slow_one_is_answered_after_it(gate: Gate, gated: Served) -> None:
    with gated.connect() as wire:
        wire.send(get("/wait") + get("/fast"))
        early = not wire.is_silent(seconds=0.1)
        gate.let_go()
        bodies = [wire.answer().body for _ in range(2)]

    assert not early
    assert bodies == [b"/wait", b"/fast"]


def test_a_request_is_begun_when_those_before_it_are_answered(gate: Gate, gated: Served) -> None:
    """A pipelined read sees what the write before it did."""
    with gated.connect() as wire:
        wire.send(get("/wait/1") + get("/wait/2") + get("/3"))
        assert eventually(lambda: gate.asked == ["/wait/1"])
        assert wire.is_silent(seconds=0.1)
        begun = list(gate.asked)
        gate.let_go(2)
        bodies = [wire.answer().body for _ in range(3)]

    assert begun == ["/wait/1"]
    assert bodies == [b"/wait/1", b"/wait/2", b"/3"]


def test_a_malformed_request_is_refused_after_the_answers_before_it(gate: Gate, gated: Served) -> None:
    with gated.connect() as wire:
        wire.send(get("/wait/1") + get("/2") + b"GET / HTTP/1.1\r\nHost : a\r\n\r\n" + get("/4"))
        assert wire.is_silent(seconds=0.1)
        gate.let_go()
        answers = [wire.answer() for _ in range(3)]

        assert wire.is_ended()
    assert [answer.status for answer in answers] == [200, 200, 400]
    assert [answer.header("connection") for answer in answers] == [None, None, "close"]
    assert gate.asked == ["/wait/1", "/2"]


def test_a_continue_is_not_sent_before_an_answer_that_is_owed(gate: Gate, gated: Served) -> None:
    expecting = b"POST /2 HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 1\r\n\r\n"
    with gated.connect() as wire:
        wire.send(get("/wait/1") + expecting)
        assert wire.is_silent(seconds=0.1)
        gate.let_go()
        first = wire.answer()
        interim = (wire.line(), wire.line())
        second = wire.send(b"a").answer()

    assert (first.body, interim[0], second.body) == (b"/wait/1", b"HTTP/1.1 100 Continue", b"/2")


def test_many_pipelined_requests_are_answered_in_order_in_one_process(gated: Served) -> None:
    count = 3_000
    with gated.connect() as wire:
        sender = threading.Thread(
            target=wire.sock.sendall, args=(b"".join(get(f"/{at}") for at in range(count)),), daemon=True
        )
        sender.start()
        bodies = [wire.answer().body for _ in range(count)]
        sender.join(WAIT_S)

    assert bodies == [f"/{at}".encode() for at in range(count)]


def test_a_crowd_of_pipelined_requests_leaves_others_their_turn() -> None:
    def tenth_of_a_millisecond(_request: HTTPRequest) -> HTTPResponse:
        time.sleep(0.0001)
        return HTTPResponse(status=200)

    limits = replace(QUICK, write_ms=5_000)
    handler = inline(tenth_of_a_millisecond)
    with serving(handler, limits=limits) as served, served.connect() as crowd, served.connect() as other:
        crowd.send(get("/crowd") * 5_000)  # half a second of work, in a few reads
        began = time.monotonic()
        other.send(get("/other")).answer()
        waited = time.monotonic() - began
        assert served.edge.requests < 4_000, "the crowd was done too early to prove anything"

    assert waited < 0.1


# -- flow


def test_a_connection_is_not_read_while_enough_of_its_requests_wait(gate: Gate, gated: Served) -> None:
    """Bounded memory: what is not read stays with the client, once the kernel's buffers are full."""
    with gated.connect() as wire:
        wire.sock.setblocking(False)
        sent, padded = 0, get("/wait", "X: " + "a" * 4_000)
        stuck_since = time.monotonic()
        while time.monotonic() - stuck_since < 0.3 and sent < 100_000_000:
            try:
                sent += wire.sock.send(padded)
                stuck_since = time.monotonic()
            except BlockingIOError:
                time.sleep(0.01)
        deadlines_rest = wire.is_silent(seconds=1.0)

    assert sent < 20_000_000
    assert deadlines_rest
    assert len(gate.asked) == 1


def test_a_client_that_does_not_take_its_answers_is_cut_off() -> None:
    large = HTTPResponse(status=200, body=b"a" * 8_000_000)
    with serving(inline(lambda _: large)) as served, served.connect() as wire:
        wire.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
        wire.send(get("/") * 4)

        assert served.eventually(lambda edge: edge.requests == 1)
        assert served.eventually(lambda edge: edge.open_connections == 0)
        assert served.edge.requests == 1, "more was begun for a client that takes nothing"


def test_a_client_that_takes_its_answers_slowly_gets_them_whole() -> None:
    large = HTTPResponse(status=200, body=b"a" * 4_000_000)
    with (
        serving(inline(lambda _: large), limits=replace(QUICK, write_ms=5_000)) as served,
        served.connect() as wire,
    ):
        wire.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65_536)
        wire.send(get("/1") + get("/2", "Connection: close"))
        time.sleep(0.5)  # longer than `linger_ms`
        answers = [wire.answer(), wire.answer()]

    assert [len(answer.body) for answer in answers] == [4_000_000, 4_000_000]


def test_a_client_may_close_its_side_and_still_read_its_answers(gate: Gate, gated: Served) -> None:
    with gated.connect() as wire:
        wire.send(get("/wait") + get("/2") * 30)
        wire.sock.shutdown(socket.SHUT_WR)
        assert eventually(lambda: gate.asked == ["/wait"])
        gate.let_go()
        bodies = [wire.answer().body for _ in range(31)]

        assert wire.is_ended()
    assert bodies == [b"/wait"] + [b"/2"] * 30


def test_a_client_that_closes_its_side_inside_a_request_is_told(gated: Served) -> None:
    with gated.connect() as wire:
        wire.send(b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nab")
        wire.sock.shutdown(socket.SHUT_WR)

        assert wire.answer().status == 400


def test_a_client_that_goes_while_its_request_runs_harms_nobody(gate: Gate, gated: Served) -> None:
    with gated.connect() as wire:
        wire.send(get("/wait"))
        assert eventually(lambda: gate.asked == ["/wait"])
        wire.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")  # closes with a reset
    assert gated.eventually(lambda edge: edge.open_connections == 0)
    assert gated.edge.running == 1
    gate.let_go()

    assert gated.eventually(lambda edge: edge.running == 0)
    assert gated.ask(get("/next")).body == b"/next"


# -- threads


def test_a_slow_request_holds_up_no_other_connection(gate: Gate, gated: Served) -> None:
    with gated.connect() as slow:
        slow.send(get("/wait"))
        assert eventually(lambda: gate.asked == ["/wait"])

        assert gated.ask(get("/fast")).body == b"/fast"


def test_above_the_queue_s_bound_a_request_is_503_in_the_service_s_protocol(
    gate: Gate, gated: Served
) -> None:
    held = [gated.connect().send(get("/wait")) for _ in range(2)]
    assert eventually(lambda: len(gate.asked) == 2)
    held += [gated.connect().send(get("/wait")) for _ in range(4)]
    assert gated.eventually(lambda edge: edge.running == 6)

    with gated.connect() as wire:
        refused = wire.send(get("/fast", "X-Amz-Target: secretsmanager.GetSecretValue")).answer()
        gate.let_go(6)
        answered = [each.answer().status for each in held]
        after = wire.send(get("/fast")).answer()
    for each in held:
        each.sock.close()

    assert (refused.status, refused.header("connection")) == (503, None)
    assert b"ServiceUnavailable" in refused.body
    assert (answered, after.status) == ([200] * 6, 200)


def test_a_path_of_its_own_is_answered_while_all_threads_are_busy(gate: Gate) -> None:
    busy = threaded(gate, threads=1, queued_max=1, refusal=edge_refusal)
    health = threaded(lambda _: HTTPResponse(status=204), threads=1, queued_max=8, refusal=edge_refusal)
    with serving(routed({"/-/health": health}, otherwise=busy)) as served, served.connect() as wire:
        wire.send(get("/wait"))
        assert eventually(lambda: gate.asked == ["/wait"])

        answer = served.ask(get("/-/health"))
        gate.let_go()
    assert answer.status == 204


VALUE = "hunter%d" % 2  # noqa: UP031  (spelt so that no line of a traceback holds it)


def raises(_: HTTPRequest) -> HTTPResponse:
    raise ValueError(VALUE)


def splits(_: HTTPRequest) -> HTTPResponse:
    return HTTPResponse(status=200, headers=(("X", f"a\r\nSet-Cookie: {VALUE}"),))


def not_latin(_: HTTPRequest) -> HTTPResponse:
    return HTTPResponse(status=200, headers=(("X", f"\u2019{VALUE}"),))


FAULTS = {
    "raised in a thread": threaded(raises, threads=1, queued_max=1, refusal=edge_refusal),
    "raised in the loop": inline(raises),
    "a header with a line end": inline(splits),
    "a header that is not latin-1": inline(not_latin),
}


@pytest.mark.parametrize("dispatch", FAULTS.values(), ids=FAULTS)
def test_a_fault_of_ours_is_500_and_exposes_nothing(
    dispatch: Dispatch, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG), serving(dispatch) as served, served.connect() as wire:
        answers = [wire.send(get("/", "X-Amz-Target: secretsmanager.X")).answer() for _ in range(2)]

    assert [answer.status for answer in answers] == [500, 500]
    assert b"InternalFailure" in answers[0].body
    assert VALUE.encode() not in answers[0].body + repr(answers[0].headers).encode()
    assert VALUE not in caplog.text
    assert "unexpected" in caplog.text


def test_the_threads_begin_with_the_first_request_and_end_when_closed() -> None:
    """They must not exist before a fork."""
    before = threading.active_count()
    pool = threaded(echo, threads=3, queued_max=1, refusal=edge_refusal)
    assert threading.active_count() == before
    with serving(pool) as served:
        served.ask(get("/"))
        assert threading.active_count() == before + 3 + 1  # and the loop's
        pool.close()

        assert eventually(lambda: threading.active_count() == before + 1)


# -- who may connect


def test_above_the_bound_a_connection_is_told_503_and_closed() -> None:
    with serving(limits=replace(QUICK, connections_max=2)) as served:
        with served.connect() as first, served.connect() as second, served.connect() as third:
            kept = [wire.send(get("/")).answer().status for wire in (first, second)]
            refused = third.send(get("/")).answer()

            assert (kept, refused.status, refused.header("connection")) == ([200, 200], 503, "close")
            assert third.is_ended()
        assert served.eventually(lambda edge: edge.open_connections == 0)
        assert served.ask(get("/")).status == 200


def test_above_the_source_s_bound_a_connection_is_told_503_and_closed() -> None:
    with serving(limits=replace(QUICK, connections_per_loopback_max=1)) as served:
        with served.connect() as first, served.connect() as second:
            kept, refused = first.send(get("/")).answer(), second.send(get("/")).answer()
        assert served.eventually(lambda edge: edge.open_connections == 0)
        again = served.ask(get("/"))

    assert (kept.status, refused.status, again.status) == (200, 503, 200)


def test_a_crowd_above_the_bound_is_bounded_too() -> None:
    with (
        serving(limits=replace(QUICK, connections_max=1, linger_ms=2_000)) as served,
        served.connect() as inside,
    ):
        inside.send(get("/")).answer()
        crowd = [served.connect() for _ in range(80)]
        assert served.eventually(lambda edge: edge.refusals == 80)
        inside.send(get("/")).answer()
        told = sum(not wire.is_ended() for wire in crowd)
        for wire in crowd:
            wire.sock.close()

    assert told == 64


# -- the front door's socket

SOURCE = "x-watchword-source"


def test_on_a_unix_socket_the_trusted_header_names_the_caller(tmp_path: Path) -> None:
    with serving(path=tmp_path / "s", trusted_source_header=SOURCE) as served:
        told = served.ask(get("/", "X-Watchword-Source: 203.0.113.7"))
        untold = served.ask(get("/"))
        twice = served.ask(get("/", "X-Watchword-Source: 203.0.113.7", "X-Watchword-Source: 203.0.113.8"))

    assert told.seen["source"] == "203.0.113.7"
    assert told.seen["headers"] == [["host", "a"]]
    assert untold.seen["source"] == ""
    assert twice.status == 400


def test_the_caller_named_for_one_request_is_not_that_of_the_next(tmp_path: Path) -> None:
    with serving(path=tmp_path / "s", trusted_source_header=SOURCE) as served, served.connect() as wire:
        wire.send(get("/", "X-Watchword-Source: 203.0.113.7") + get("/"))
        answers = (wire.answer(), wire.answer())

    assert [answer.seen["source"] for answer in answers] == ["203.0.113.7", ""]


def test_over_tcp_nobody_can_say_who_the_caller_is() -> None:
    with serving(trusted_source_header=SOURCE) as served:
        answer = served.ask(get("/", "X-Watchword-Source: 203.0.113.7"))

    assert answer.seen["source"] == "127.0.0.1"
