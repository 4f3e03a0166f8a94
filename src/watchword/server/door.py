"""The front door's process: from the deployment's description to `front_door.serve`."""

from __future__ import annotations

import asyncio

import uvloop

from watchword.server.deployment import Deployment
from watchword.server.edge import Edge
from watchword.server.front_door import Region, serve
from watchword.server.process import Context
from watchword.server.running import DRAIN_MS, beat_until, retire_when_succeeded, stop_event
from watchword.wire.answer import edge_refusal


def run(deployment: Deployment, context: Context) -> int:
    """Be the front door until SIGTERM."""
    uvloop.run(_serve(deployment, context))
    return 0


async def _serve(deployment: Deployment, context: Context) -> None:
    stopping = stop_event()
    regions = [
        Region(name=settings.name, socket_path=settings.door_socket, partition=settings.partition)
        for settings in deployment.regions
    ]

    def listening(edge: Edge) -> None:
        retire_when_succeeded(stopping, edge)
        context.ready()

    serving = asyncio.create_task(
        serve(
            [context.listener("front_door")],
            regions=regions,
            refusal=edge_refusal,
            stop=stopping,
            drain_ms=DRAIN_MS,
            listening=listening,
        )
    )
    # A door that ended by itself must not go on telling its supervisor that it lives.
    serving.add_done_callback(lambda _: stopping.set())
    await beat_until(stopping, context)
    await serving
