"""What every process with a loop does beside its work: tells its supervisor that it lives, and ends when it should.

SIGTERM: finish what has begun and end. SIGUSR1 (`SUCCEEDED`): a successor takes what is new; end without anybody noticing.
"""

from __future__ import annotations

import asyncio
import signal

from watchword.server.edge import Edge
from watchword.server.process import SUCCEEDED, Context

BEAT_S = 1.0
DRAIN_MS = 5_000
"""Below the supervisor's grace, also after RETIRE_MS."""
RETIRE_MS = 2_000
"""A client that is silent for longer is one whose connection may be closed, as at any idle time."""


def stop_event() -> asyncio.Event:
    """Return an event that SIGTERM sets."""
    stopping = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stopping.set)
    return stopping


async def beat_until(stopping: asyncio.Event, context: Context) -> None:
    """Tell the supervisor once a second that the loop turns, until it is to end."""
    while not stopping.is_set():
        context.beat()
        try:
            await asyncio.wait_for(stopping.wait(), BEAT_S)
        except TimeoutError:
            continue


def retire_when_succeeded(stopping: asyncio.Event, *edges: Edge) -> None:
    """Let SUCCEEDED set `stopping`, once these edges have left their clients to the successor."""
    loop = asyncio.get_running_loop()
    retiring: list[asyncio.Task[None]] = []

    async def retire() -> None:
        await asyncio.gather(*(edge.retire(ms=RETIRE_MS) for edge in edges))
        stopping.set()

    def begin() -> None:
        # Kept: the loop itself holds tasks weakly.
        retiring.append(loop.create_task(retire()))

    loop.add_signal_handler(SUCCEEDED, begin)
