"""Point reads of one turn of the loop are answered together; each caller gets its own answer, in the order of asking."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from contextlib import nullcontext

from watchword.api.http import HTTPRequest, HTTPResponse
from watchword.gate.gate import Asked, Waiting
from watchword.keys.custody import Opening
from watchword.server.edge_limits import Reply
from watchword.server.openings import Done
from watchword.server.point_reads import TOGETHER_MAX, WAITING_MAX, PointReads
from watchword.wire.answer import edge_refusal


def asked(name: str, *, target: str = "secretsmanager.GetSecretValue") -> HTTPRequest:
    return HTTPRequest(
        method="POST", target="/", headers=(("x-amz-target", target),), body=name.encode(), source="::1"
    )


Answers = Callable[[Sequence[HTTPRequest]], list[HTTPResponse | Waiting | None]]


class Custodian:
    """The far end of the loop's way to the custodian: notes what is asked, and answers when the test says so."""

    def __init__(self) -> None:
        self.asked: list[list[bytes]] = []
        self.is_there = True
        self._done: Done | None = None

    @property
    def is_free(self) -> bool:
        return self._done is None

    def ask(self, wanted: Sequence[Opening], done: Done) -> bool:
        assert self.is_free
        if self.is_there:
            self._done = done
            self.asked.append([opening.blob for opening in wanted])
        return self.is_there

    def answer(self) -> None:
        self._tell()(list(self.asked[-1]))

    def fall_silent(self) -> None:
        self.is_there = False
        self._tell()(None)

    def _tell(self) -> Done:
        done, self._done = self._done, None
        assert done is not None
        return done


class Loop:
    """A turn of a real loop, with what was asked in it and what came back."""

    def __init__(self, at_once: Answers) -> None:
        self.turns: list[list[bytes]] = []
        self.went_on: list[list[bytes]] = []
        self.elsewhere: list[bytes] = []
        self.answered: list[tuple[bytes, int]] = []
        self.custodian = Custodian()
        self._at_once = at_once

    def run(self, requests: Sequence[HTTPRequest], *then: Callable[[], None]) -> None:
        async def turn() -> None:
            reads = PointReads(
                self,
                openings=self.custodian,
                ahead=lambda _: nullcontext(),
                otherwise=self._otherwise,
                refusal=edge_refusal,
            )
            for request in requests:
                reads(request, self._reply(request))
            assert self.answered == [], "answered before the turn was over"
            for step in (lambda: None, *then):
                step()
                for _ in range(5):
                    await asyncio.sleep(0)

        asyncio.run(turn())

    def answer_at_once(self, requests: Sequence[HTTPRequest]) -> list[HTTPResponse | Waiting | None]:
        self.turns.append([request.body for request in requests])
        return self._at_once(requests)

    def answer_opened(self, waiting: Sequence[Waiting]) -> list[HTTPResponse | None]:
        self.went_on.append([one.opening.blob for one in waiting])
        return [None if one.opening.blob == b"changed" else HTTPResponse(status=200) for one in waiting]

    def _otherwise(self, request: HTTPRequest, reply: Reply) -> None:
        self.elsewhere.append(request.body)

    def _reply(self, request: HTTPRequest) -> Reply:
        return lambda response: self.answered.append((request.body, response.status))


def stopped(request: HTTPRequest) -> Waiting:
    """A read that waits for a key, which is named after it."""
    opening = Opening(material=b"", key_arn="", context={}, blob=request.body)
    return Waiting(opening=opening, asked=Asked(request=request, request_id=""))


def all_stopped(requests: Sequence[HTTPRequest]) -> list[HTTPResponse | Waiting | None]:
    return [stopped(request) for request in requests]


def all_answered(requests: Sequence[HTTPRequest]) -> list[HTTPResponse | Waiting | None]:
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
    def faulty(requests: Sequence[HTTPRequest]) -> list[HTTPResponse | Waiting | None]:
        if requests[0].body == b"0":
            raise RuntimeError("planted")
        return all_answered(requests)

    loop = Loop(faulty)

    loop.run([asked(str(number)) for number in range(TOGETHER_MAX + 1)])

    assert [status for _, status in loop.answered] == [500] * TOGETHER_MAX + [200]


def test_what_waits_for_a_key_is_asked_for_together_and_then_answered() -> None:
    loop = Loop(all_stopped)

    loop.run([asked("a"), asked("b")], lambda: None, loop.custodian.answer)

    assert loop.custodian.asked == [[b"a", b"b"]]
    assert loop.went_on == [[b"a", b"b"]]
    assert loop.answered == [(b"a", 200), (b"b", 200)]


def test_what_needs_no_key_waits_for_nobody_s() -> None:
    loop = Loop(
        lambda requests: [stopped(r) if r.body == b"cold" else HTTPResponse(status=200) for r in requests]
    )

    loop.run([asked("cold"), asked("warm")])

    assert loop.answered == [(b"warm", 200)]


def test_one_batch_is_on_its_way_and_the_rest_follows_it() -> None:
    loop = Loop(all_stopped)
    crowd = [asked(str(number)) for number in range(2 * TOGETHER_MAX + 1)]

    loop.run(crowd, loop.custodian.answer, loop.custodian.answer, loop.custodian.answer)

    assert [len(batch) for batch in loop.custodian.asked] == [TOGETHER_MAX, TOGETHER_MAX, 1]
    assert len(loop.answered) == len(crowd)


def test_no_more_wait_for_keys_than_may_and_the_rest_go_elsewhere() -> None:
    loop = Loop(all_stopped)
    on_their_way, more = TOGETHER_MAX, 5
    crowd = [asked(str(number)) for number in range(on_their_way + WAITING_MAX + more)]

    loop.run(crowd)

    assert loop.elsewhere == [request.body for request in crowd[-more:]]


def test_when_the_custodian_falls_silent_all_that_wait_go_elsewhere() -> None:
    loop = Loop(all_stopped)
    crowd = [asked(str(number)) for number in range(2 * TOGETHER_MAX + 1)]

    loop.run(crowd, loop.custodian.fall_silent)

    assert loop.elsewhere == [request.body for request in crowd]
    assert loop.answered == []


def test_without_a_custodian_all_go_elsewhere_at_once() -> None:
    loop = Loop(all_stopped)
    loop.custodian.is_there = False

    loop.run([asked("a"), asked("b")])

    assert loop.elsewhere == [b"a", b"b"]


def test_what_waits_for_another_key_by_then_goes_elsewhere() -> None:
    loop = Loop(all_stopped)

    loop.run([asked("changed"), asked("b")], loop.custodian.answer)

    assert loop.elsewhere == [b"changed"]
    assert loop.answered == [(b"b", 200)]
