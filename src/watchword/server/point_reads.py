"""Point reads of one turn of the loop, answered together on the loop's own thread.

Handing a request to a thread and back costs more than the edge does (decision 0003), and asking the store whether
anybody has committed, and writing to the trail, cost as much for sixteen requests as for one. So the requests that one
turn of the loop brings wait for its end, and are then answered as one. Nobody waits for a request that has not come.

A read whose data key the custodian has to open stops there, and goes on with the others that did, when the custodian has
answered (`openings.py`).
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager
from functools import partial
from typing import Protocol

from watchword.api.http import HTTPRequest, HTTPResponse
from watchword.gate.gate import Waiting, is_point_read
from watchword.keys.custody import Opened, Opening
from watchword.server.edge_limits import Dispatch, Refusal, Reply
from watchword.server.edge_threads import log_fault
from watchword.server.openings import Done

TOGETHER_MAX = 16
"""Requests that are answered before the loop looks at its sockets again."""

WAITING_MAX = 64
"""Reads that wait for data keys; as many as wait for the custodian in threads. One more goes to the threads, whose queue is
bounded: with a custodian that is as slow as it may be, these four batches take a second."""

Ahead = Callable[[Iterable[tuple[Opening, Opened]]], AbstractContextManager[None]]
"""Has custody give what was opened, for as long as the context lasts."""


class AtOnce(Protocol):
    """The gate, as far as point reads need it."""

    def answer_at_once(self, requests: Sequence[HTTPRequest]) -> list[HTTPResponse | Waiting | None]: ...

    def answer_opened(self, waiting: Sequence[Waiting]) -> list[HTTPResponse | None]: ...


class Asker(Protocol):
    """The way to the custodian (`openings.py`)."""

    @property
    def is_free(self) -> bool: ...

    def ask(self, wanted: Sequence[Opening], done: Done) -> bool: ...


_Asked = tuple[HTTPRequest, Reply]


class PointReads:
    """A `Dispatch` that answers point reads on the loop; all else, and what can't be answered so, goes to `otherwise`."""

    def __init__(
        self, gate: AtOnce, *, openings: Asker, ahead: Ahead, otherwise: Dispatch, refusal: Refusal
    ) -> None:
        self._gate = gate
        self._openings = openings
        self._ahead = ahead
        self._otherwise = otherwise
        self._refusal = refusal
        # Bounded by the edge: a connection has one request at work.
        self._come: deque[_Asked] = deque()
        self._waiting: deque[tuple[_Asked, Waiting]] = deque()

    def __call__(self, request: HTTPRequest, reply: Reply) -> None:
        if not is_point_read(request):
            self._otherwise(request, reply)
            return
        if not self._come:
            asyncio.get_running_loop().call_soon(self._answer)
        self._come.append((request, reply))

    def _answer(self) -> None:
        come = self._come
        together = [come.popleft() for _ in range(min(len(come), TOGETHER_MAX))]
        if come:
            asyncio.get_running_loop().call_soon(self._answer)
        self._reply(together, lambda: self._gate.answer_at_once([request for request, _ in together]))
        self._ask()

    def _ask(self) -> None:
        """Ask for what reads wait for, if nothing is on its way."""
        waiting = self._waiting
        while waiting and self._openings.is_free:
            batch = [waiting.popleft() for _ in range(min(len(waiting), TOGETHER_MAX))]
            if not self._openings.ask([one.opening for _, one in batch], partial(self._opened, batch)):
                self._elsewhere([asked for asked, _ in batch])

    def _opened(self, batch: Sequence[tuple[_Asked, Waiting]], answers: Sequence[Opened] | None) -> None:
        together = [asked for asked, _ in batch]
        stopped = [one for _, one in batch]
        if answers is None:
            self._elsewhere(together)
        else:
            with self._ahead(zip([one.opening for one in stopped], answers, strict=True)):
                self._reply(together, lambda: self._gate.answer_opened(stopped))
        self._ask()

    def _elsewhere(self, together: Sequence[_Asked]) -> None:
        for request, reply in together:
            self._otherwise(request, reply)

    def _reply(
        self,
        together: Sequence[_Asked],
        answer: Callable[[], Sequence[HTTPResponse | Waiting | None]],
    ) -> None:
        try:
            answers = answer()
        except Exception as error:  # noqa: BLE001 - the loop's edge: whatever happens, the callers are answered
            log_fault(error)
            for request, reply in together:
                reply(self._refusal(request.headers, 500, "internal failure"))
            return
        for asked, said in zip(together, answers, strict=True):
            request, reply = asked
            if isinstance(said, HTTPResponse):
                reply(said)
            elif said is not None and len(self._waiting) < WAITING_MAX:
                self._waiting.append((asked, said))
            else:
                self._otherwise(request, reply)
