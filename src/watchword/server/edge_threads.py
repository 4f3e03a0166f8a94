"""The small pool of threads in which plain synchronous code answers requests while the loop reads on."""

from __future__ import annotations

import asyncio
import logging
import threading
import traceback
from collections import deque
from collections.abc import Callable, Mapping
from queue import SimpleQueue

from watchword.api.http import HTTPRequest, HTTPResponse
from watchword.server.edge_limits import Dispatch, Refusal, Reply

log = logging.getLogger(__name__)

Handler = Callable[[HTTPRequest], HTTPResponse]


class Threads:
    """A `Dispatch` that runs a handler in a few threads, which start with the first request: after any fork.

    Invariant: `reply` is called in the loop's thread, once for each request that was taken in.
    """

    def __init__(self, handler: Handler, *, threads: int, queued_max: int, refusal: Refusal) -> None:
        self._handler = handler
        self._count = threads
        self._queued_max = queued_max
        self._refusal = refusal
        self._waiting: SimpleQueue[tuple[HTTPRequest, Reply] | None] = SimpleQueue()
        self._done: deque[tuple[Reply, HTTPResponse]] = deque()
        self._woken = False
        self._loop: asyncio.AbstractEventLoop | None = None

    @property
    def waiting(self) -> int:
        """How many requests wait for a thread."""
        return self._waiting.qsize()

    def __call__(self, request: HTTPRequest, reply: Reply) -> None:
        if self._loop is None:
            self._start()
        if self._waiting.qsize() >= self._queued_max:
            reply(self._refusal(request.headers, 503, "too many requests are waiting"))
            return
        self._waiting.put((request, reply))

    def close(self) -> None:
        """Let the threads end when they have done what waits; does not wait for them."""
        if self._loop is not None:
            for _ in range(self._count):
                self._waiting.put(None)

    def _start(self) -> None:
        self._loop = asyncio.get_running_loop()
        for number in range(self._count):
            # Daemons: a handler that hangs must not keep the process from ending.
            threading.Thread(target=self._work, name=f"request-{number}", daemon=True).start()

    def _work(self) -> None:
        while (taken := self._waiting.get()) is not None:
            request, reply = taken
            try:
                response = self._handler(request)
            except Exception as error:  # noqa: BLE001  (a worker's loop: one request never ends the thread)
                log_fault(error)
                response = self._refusal(request.headers, 500, "internal failure")
            self._done.append((reply, response))
            # One wake-up for all answers that are ready: each costs a system call, and a turn of the loop.
            if not self._woken:
                self._woken = True
                try:
                    assert self._loop is not None
                    self._loop.call_soon_threadsafe(self._hand_back)
                except RuntimeError:
                    return  # the loop is closed: the process is ending and nobody is there to be answered
            # Held while waiting for the next, these would keep a body, and with it a secret, in memory.
            del request, reply, taken, response

    def _hand_back(self) -> None:
        # Before the answers are taken: a thread that appends after this line wakes the loop again.
        self._woken = False
        for _ in range(len(self._done)):
            reply, response = self._done.popleft()
            reply(response)


def threaded(handler: Handler, *, threads: int, queued_max: int, refusal: Refusal) -> Threads:
    """Return a `Dispatch` that answers in `threads` threads, or 503 while `queued_max` requests wait.

    A handler does not raise. If it does all the same, the caller gets 500 and the log the place, but no
    message.
    """
    return Threads(handler, threads=threads, queued_max=queued_max, refusal=refusal)


def routed(paths: Mapping[str, Dispatch], *, otherwise: Dispatch) -> Dispatch:
    """Return a `Dispatch` that gives some paths one of their own, so that no crowd of others starves them."""

    def dispatch(request: HTTPRequest, reply: Reply) -> None:
        (paths.get(request.path) or otherwise)(request, reply)

    return dispatch


def log_fault(error: BaseException) -> None:
    """Log where an unexpected error arose and its type. Its message is left out: it may quote a value."""
    frames = "".join(traceback.format_tb(error.__traceback__))
    log.error("unexpected %s.%s\n%s", type(error).__module__, type(error).__qualname__, frames)
