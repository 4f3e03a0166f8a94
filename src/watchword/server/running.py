"""What every process with a loop does beside its work: tells its supervisor that it lives, and ends on SIGTERM."""

from __future__ import annotations

import asyncio
import signal

from watchword.server.process import Context

BEAT_S = 1.0
DRAIN_MS = 5_000
"""Below the supervisor's grace."""


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
