"""An API worker: one process that answers a Region's clients, on its endpoint and on the front door's socket."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable

import msgspec
import uvloop

from watchword.api.http import HTTPRequest, HTTPResponse
from watchword.api.unit import StoreUnavailable
from watchword.server import forwarding
from watchword.server.certificates import endpoint_context
from watchword.server.deployment import Deployment, RegionSettings
from watchword.server.edge import Dispatch, Edge, routed, threaded
from watchword.server.edge_limits import Reply
from watchword.server.edge_threads import log_fault
from watchword.server.front_door import SOURCE_HEADER
from watchword.server.openings import Openings
from watchword.server.point_reads import PointReads
from watchword.server.process import Context
from watchword.server.region import (
    ACCESS_FLUSH_S,
    SEAL_LOOK_S,
    Region,
    Waker,
    close_trail,
    compose,
    health,
    heed_seal,
    rates_of,
    status,
    wake_path,
)
from watchword.server.running import DRAIN_MS, beat_until, retire_when_succeeded, stop_event
from watchword.wire.answer import edge_refusal

THREADS = 4
"""More only raised p99 (decision 0003)."""
QUEUED_MAX = 256

HEALTH = "/-/health"
STATUS = "/-/status"


def run(deployment: Deployment, settings: RegionSettings, context: Context) -> int:
    """Serve until SIGTERM, then finish what is in flight."""
    loops = threading.main_thread()
    region = compose(
        deployment,
        settings,
        process=context.name,
        committed=Waker(wake_path(settings)),
        may_wait=lambda: threading.current_thread() is not loops,
        rates=rates_of(deployment, settings),
    )
    uvloop.run(_serve(region, context))
    return 0


def answering(region: Region) -> Dispatch:
    """Return what answers a Region's clients, in the loop that is running."""
    # Those that wait for a KMS elsewhere have threads of their own number: no more may wait, so that THREADS are left.
    waiting_max = 0 if region.settings.kms is None else region.settings.kms.waiting_max
    threads = threaded(
        region.gate.answer, threads=THREADS + waiting_max, queued_max=QUEUED_MAX, refusal=edge_refusal
    )
    return PointReads(
        region.gate,
        openings=Openings(region.settings.custody_socket),
        ahead=region.custody.ahead,
        otherwise=threads if region.place.is_control else _forwards_apart(region, otherwise=threads),
        refusal=edge_refusal,
    )


def _forwards_apart(region: Region, *, otherwise: Dispatch) -> Dispatch:
    """What waits for the control Region has threads of its own: one that is silent must not take all from the secrets."""
    apart = threaded(
        region.gate.answer,
        threads=forwarding.FORWARDING_MAX,
        queued_max=forwarding.QUEUED_MAX,
        refusal=edge_refusal,
    )

    def dispatch(request: HTTPRequest, reply: Reply) -> None:
        (apart if forwarding.is_forwarded(request) else otherwise)(request, reply)

    return dispatch


async def _serve(region: Region, context: Context) -> None:
    settings = region.settings
    tls = None
    if settings.certificate is not None and settings.certificate_key is not None:
        tls = endpoint_context(certificate=settings.certificate, certificate_key=settings.certificate_key)
    answer = answering(region)
    # A thread of their own: a crowd of requests must not make a Region look ill.
    aside = threaded(_about(region), threads=1, queued_max=QUEUED_MAX, refusal=edge_refusal)
    public = Edge(routed({HEALTH: aside}, otherwise=answer), refusal=edge_refusal, tls=tls)
    door = Edge(
        routed({HEALTH: aside, STATUS: aside}, otherwise=answer),
        refusal=edge_refusal,
        trusted_source_header=SOURCE_HEADER,
    )
    stopping = stop_event()
    await public.listen(context.listener("api"))
    await door.listen(context.listener("door"))
    retire_when_succeeded(stopping, public, door)
    ended = threading.Event()
    housekeeper = threading.Thread(target=_keep_house, args=(region, ended), daemon=True)
    housekeeper.start()
    threading.Thread(target=_heed_seal, args=(region, ended), name="seal", daemon=True).start()
    context.ready()
    await beat_until(stopping, context)
    await asyncio.gather(public.drain(ms=DRAIN_MS), door.drain(ms=DRAIN_MS))
    ended.set()
    await asyncio.to_thread(housekeeper.join, 1.0)
    close_trail(region)


def _keep_house(region: Region, ended: threading.Event) -> None:
    """Twice a minute: write the days of last access and when keys were used, and forget data keys that are too old."""
    last = False
    while not last:
        last = ended.wait(ACCESS_FLUSH_S)
        try:
            region.forget()
            region.reads.flush(region.stores)
            region.key_uses.flush(region.stores)
            region.access_key_uses.flush(region.stores)
        except StoreUnavailable:
            # They stay in memory and are written next time.
            continue
        except Exception as error:  # noqa: BLE001 - a worker's loop: were it to end, data keys would stay in memory
            log_fault(error)


def _heed_seal(region: Region, ended: threading.Event) -> None:
    while not ended.wait(SEAL_LOOK_S):
        try:
            heed_seal(region)
        except Exception as error:  # noqa: BLE001 - a worker's loop: were it to end, a sealed Region would go on reading
            log_fault(error)


def _about(region: Region) -> Callable[[HTTPRequest], HTTPResponse]:
    def answer(request: HTTPRequest) -> HTTPResponse:
        if request.method not in ("GET", "HEAD"):
            return edge_refusal(request.headers, 400, "ask with GET")
        if request.path == STATUS:
            try:
                return _json(200, status(region))
            except StoreUnavailable:
                return edge_refusal(request.headers, 503, "the store is out of reach")
        sound, said = health(region)
        return _json(200 if sound else 503, said)

    return answer


def _json(code: int, document: object) -> HTTPResponse:
    headers = (("Content-Type", "application/json"), ("Cache-Control", "no-store"))
    return HTTPResponse(status=code, headers=headers, body=msgspec.json.encode(document) + b"\n")
