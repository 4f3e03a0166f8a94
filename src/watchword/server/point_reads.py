"""Point reads of one turn of the loop, answered together on the loop's own thread.

Handing a request to a thread and back costs more than the edge does (decision 0003), and asking the store whether
anybody has committed, and writing to the trail, cost as much for sixteen requests as for one. So the requests that one
turn of the loop brings wait for its end, and are then answered as one. Nobody waits for a request that has not come.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Sequence

from watchword.api.http import HTTPRequest, HTTPResponse
from watchword.gate.gate import is_point_read
from watchword.server.edge_limits import Dispatch, Refusal, Reply
from watchword.server.edge_threads import log_fault

TOGETHER_MAX = 16
"""Requests that are answered before the loop looks at its sockets again."""

AtOnce = Callable[[Sequence[HTTPRequest]], list[HTTPResponse | None]]


class PointReads:
    """A `Dispatch` that answers point reads at once, and leaves to `otherwise` all else and what has to wait."""

    def __init__(self, at_once: AtOnce, *, otherwise: Dispatch, refusal: Refusal) -> None:
        self._at_once = at_once
        self._otherwise = otherwise
        self._refusal = refusal
        # Bounded by the edge: a connection has one request at work.
        self._come: deque[tuple[HTTPRequest, Reply]] = deque()

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
        try:
            answers = self._at_once([request for request, _ in together])
        except Exception as error:  # noqa: BLE001 - the loop's edge: whatever happens, the callers are answered
            log_fault(error)
            for request, reply in together:
                reply(self._refusal(request.headers, 500, "internal failure"))
            return
        for (request, reply), answer in zip(together, answers, strict=True):
            if answer is None:
                self._otherwise(request, reply)
            else:
                reply(answer)
