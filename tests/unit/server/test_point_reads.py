"""Point reads of one turn of the loop are answered together; each caller gets its own answer, in the order of asking."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

from watchword.api.http import HTTPRequest, HTTPResponse
from watchword.server.edge_limits import Reply
from watchword.server.point_reads import TOGETHER_MAX, PointReads
from watchword.wire.answer import edge_refusal


def asked(name: str, *, target: str = "secretsmanager.GetSecretValue") -> HTTPRequest:
    return HTTPRequest(
        method="POST", target="/", headers=(("x-amz-target", target),), body=name.encode(), source="::1"
    )


class Loop:
    """A turn of a real loop, with what was asked in it and what came back."""

    def __init__(self, at_once: Callable[[Sequence[HTTPRequest]], list[HTTPResponse | None]]) -> None:
        self.turns: list[list[bytes]] = []
        self.elsewhere: list[bytes] = []
        self.answered: list[tuple[bytes, int]] = []
        self._at_once = at_once

    def run(self, requests: Sequence[HTTPRequest]) -> None:
        async def turn() -> None:
            reads = PointReads(self._answer, otherwise=self._otherwise, refusal=edge_refusal)
            for request in requests:
                reads(request, self._reply(request))
            assert self.answered == [], "answered before the turn was over"
            for _ in range(5):
                await asyncio.sleep(0)

        asyncio.run(turn())

    def _answer(self, requests: Sequence[HTTPRequest]) -> list[HTTPResponse | None]:
        self.turns.append([request.body for request in requests])
        return self._at_once(requests)

    def _otherwise(self, request: HTTPRequest, reply: Reply) -> None:
        self.elsewhere.append(request.body)

    def _reply(self, request: HTTPRequest) -> Reply:
        return lambda response: self.answered.append((request.body, response.status))


def all_answered(requests: Sequence[HTTPRequest]) -> list[HTTPResponse | None]:
    return [HTTPResponse(status=200) for _ in requests]


def test_what_one_turn_brings_is_answered_together_and_in_order() -> None:
    loop = Loop(all_answered)

    loop.run([asked("a"), asked("b"), asked("c")])

    assert loop.turns == [[b"a", b"b", b"c"]]
    assert loop.answered == [(b"a", 200), (b"b", 200), (b"c", 200)]


def test_a_crowd_is_answered_in_several_turns() -> None:
    loop = Loop(all_answered)

    loop.run([asked(str(number)) for number in range(2 * TOGETHER_MAX + 1)])

    assert [len(turn) for turn in loop.turns] == [TOGETHER_MAX, TOGETHER_MAX, 1]
    assert len(loop.answered) == 2 * TOGETHER_MAX + 1


def test_what_has_to_wait_and_what_is_no_point_read_go_elsewhere() -> None:
    loop = Loop(lambda requests: [None if r.body == b"cold" else HTTPResponse(status=200) for r in requests])

    loop.run([asked("cold"), asked("list", target="secretsmanager.ListSecrets"), asked("warm")])

    assert loop.elsewhere == [b"list", b"cold"]
    assert loop.answered == [(b"warm", 200)]


def test_a_fault_answers_all_of_its_turn_and_the_next_turn_goes_on() -> None:
    def faulty(requests: Sequence[HTTPRequest]) -> list[HTTPResponse | None]:
        if requests[0].body == b"0":
            raise RuntimeError("planted")
        return all_answered(requests)

    loop = Loop(faulty)

    loop.run([asked(str(number)) for number in range(TOGETHER_MAX + 1)])

    assert [status for _, status in loop.answered] == [500] * TOGETHER_MAX + [200]
