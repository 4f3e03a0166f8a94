"""The agent: the one process of a Region that works by itself.

Courier (replication out), peer port (replication in), reaper (deletions that fell due), keeper of keys (rotation, expiry and
destruction that fell due), registrar (accounts and their Regions), copier (replicas in other accounts), scrubber (no copy
of what was purged stays in the database's files), rewrapper (everything under a new master, after `watchword custody
rekey`), and the keeper of the trail (joins the events of changes to the segments, removes what is too old).
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import socket
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import uvloop

from watchword.api.errors import ApiError
from watchword.api.http import HTTPRequest, HTTPResponse
from watchword.api.shapes import watchword
from watchword.api.unit import StoreUnavailable
from watchword.custody.files import RootError
from watchword.custody.seal_client import SealClient
from watchword.keys.custody import KeyUnavailable
from watchword.server import cross_account, registrar
from watchword.server.api_worker import QUEUED_MAX, THREADS
from watchword.server.certificates import PeerRefused, client_context, region_of, server_context
from watchword.server.courier import Courier
from watchword.server.custody_watch import CustodyWatch
from watchword.server.deployment import Deployment, RegionSettings
from watchword.server.edge import Edge, Limits, threaded
from watchword.server.edge_threads import log_fault
from watchword.server.process import Context
from watchword.server.region import SEAL_LOOK_S, Region, close_trail, compose, heed_seal, now_ms, wake_path
from watchword.server.rewrapping import REST_S, carry_through
from watchword.server.running import DRAIN_MS, beat_until, stop_event
from watchword.trail.segment import SegmentWriter, TrailUnavailable, prune
from watchword.wire.answer import edge_refusal

REAP_S = 30.0
PURGED_MAX = 100
"""Secrets purged in one commit."""
TENDED_MAX = 100
"""Keys in one commit."""
SCRUB_S = 5.0
SCRUB_REST = 100
REWRAP_S = 5.0
JOIN_S = 1.0
WATCH_S = 5.0
JOINED_MAX = 200
"""Events of at most 256 KiB in one write."""
PRUNE_S = 3_600.0
WAKE_BYTES = 512

_log = logging.getLogger(__name__)


def run(deployment: Deployment, settings: RegionSettings, context: Context) -> int:
    """Work until SIGTERM."""
    courier: list[Courier] = []

    def committed() -> None:
        for one in courier:
            one.wake()

    region = compose(deployment, settings, process=context.name, committed=committed)
    # Before anything is sent or accepted: whoever shook hands with an earlier run of this store must do so again.
    region.stores.new_incarnation(os.urandom)
    courier.append(Courier(region, context=client_context(settings.folder)))
    uvloop.run(_serve(region, courier[0], context))
    return 0


async def _serve(region: Region, courier: Courier, context: Context) -> None:
    settings = region.settings
    answer = threaded(_answer_peer(region), threads=THREADS, queued_max=QUEUED_MAX, refusal=edge_refusal)
    limits = Limits(
        body_bytes_max=watchword.MESSAGE_BYTES_MAX,
        bodies_bytes_max=4 * watchword.MESSAGE_BYTES_MAX,
        idle_ms=300_000,
    )
    peers = Edge(answer, refusal=edge_refusal, limits=limits, tls=server_context(settings.folder))
    stopping = stop_event()
    await peers.listen(context.listener("peer"))
    ended = threading.Event()
    with _wake_socket(wake_path(settings)) as woken:
        asyncio.get_running_loop().add_reader(woken.fileno(), _wake, woken, courier)
        courier.start()
        threads = [
            _every(REAP_S, ended, "reaper", lambda: _reap(region)),
            _every(REAP_S, ended, "keeper of keys", lambda: _tend_keys(region)),
            _every(registrar.LOOK_S, ended, "registrar", registrar.Registrar(region).look),
            _every(cross_account.LOOK_S, ended, "copier", lambda: cross_account.look(region)),
            _every(SCRUB_S, ended, "scrubber", _scrubber(region)),
            _every(SEAL_LOOK_S, ended, "seal", lambda: heed_seal(region)),
            _every(REWRAP_S, ended, "rewrapper", _rewrapper(region, ended)),
            _every(JOIN_S, ended, "keeper", _keeper(region)),
            _every(WATCH_S, ended, "custody watch", CustodyWatch(region).look),
            _every(PRUNE_S, ended, "pruner", lambda: _prune(settings.folder / "trail")),
        ]
        context.ready()
        await beat_until(stopping, context)
        courier.stop()
        ended.set()
        await peers.drain(ms=DRAIN_MS)
        for thread in threads:
            await asyncio.to_thread(thread.join, 1.0)
    close_trail(region)


def _answer_peer(region: Region) -> Callable[[HTTPRequest], HTTPResponse]:
    """The gate for Regions of this very deployment: the certificate's URI names it, whatever the authority signed."""

    def answer(request: HTTPRequest) -> HTTPResponse:
        try:
            region_of(request.peer, deployment_id=region.deployment.id)
        except PeerRefused as refused:
            return edge_refusal(request.headers, 400, str(refused))
        return region.gate.answer_peer(request)

    return answer


def _reap(region: Region) -> None:
    """Purge what is past its recovery window, a batch at a time."""
    purged = PURGED_MAX
    while purged == PURGED_MAX:
        answer: watchword.PurgeSecretsResponse = region.gate.perform(
            watchword.PURGE_SECRETS,
            watchword.PurgeSecretsRequest(limit=PURGED_MAX),
            principal=region.itself,
        )
        purged = answer.purged or 0


def _tend_keys(region: Region) -> None:
    """Rotate, expire and destroy what of KMS's keys is due, a batch at a time; write when keys of both kinds were used."""
    region.key_uses.flush(region.stores)
    region.access_key_uses.flush(region.stores)
    tended = TENDED_MAX
    while tended == TENDED_MAX:
        answer: watchword.TendKeysResponse = region.gate.perform(
            watchword.TEND_KEYS, watchword.TendKeysRequest(limit=TENDED_MAX), principal=region.itself
        )
        tended = answer.tended or 0


def _scrubber(region: Region) -> Callable[[], None]:
    """Rid the database's files of what was purged, so that no backup that is taken later holds it.

    Writers wait while it works, so it rests a hundred times as long afterwards.
    """
    rested = 0.0

    def scrub() -> None:
        nonlocal rested
        began = time.monotonic()
        if began >= rested:
            try:
                region.stores.scrub()
            finally:
                # Also if it failed: on a full disk it would fail as slowly each time.
                ended = time.monotonic()
                rested = ended + SCRUB_REST * (ended - began)

    return scrub


def _rewrapper(region: Region, ended: threading.Event) -> Callable[[], None]:
    """Carry a new master through, when an operator has asked the custodian for one."""
    settings = region.settings
    custody = SealClient(settings.custody_socket)

    def look() -> None:
        try:
            if not custody.standing().rewrapping:
                return
            done = carry_through(
                region.stores,
                custody,
                partition=settings.partition,
                region=settings.name,
                rest=lambda: not ended.wait(REST_S),
            )
        except (KeyUnavailable, RootError) as error:
            _log.warning("rewrapper waits: %s", error)
            return
        if done is not None and done.refused:
            _log.error("%s rows open under neither master: the old one is kept", done.refused)
        elif done is not None:
            _log.info("everything is wrapped under the new master: %s rows", done.rows)

    return look


def _keeper(region: Region) -> Callable[[], None]:
    """Join the events that changes committed to the segments: written and synced there, then dropped from the store.

    A crash between the two writes an event twice, under the same event id; none is lost.
    """
    writer = SegmentWriter(
        region.settings.folder / "trail",
        "changes",
        boot_id=os.urandom(4).hex(),
        clock=now_ms,
        sync_ms=0,
    )

    def join() -> None:
        joined = JOINED_MAX
        while joined == JOINED_MAX:
            rows = region.stores.events(limit=JOINED_MAX)
            joined = len(rows)
            if rows:
                # One write and one sync for all of them.
                writer.append(b"\n".join(row.line for row in rows))
                region.stores.drop_events([row.event_id for row in rows])

    return join


def _prune(folder: Path) -> None:
    for name in prune(folder, now=now_ms()):
        _log.info("removed the trail's segment %s", name)


def _every(seconds: float, ended: threading.Event, name: str, work: Callable[[], None]) -> threading.Thread:
    """Do `work` again and again in a thread of its own; what fails is tried again next time."""

    def loop() -> None:
        while not ended.is_set():
            try:
                work()
            except (ApiError, StoreUnavailable, TrailUnavailable, OSError) as error:
                _log.warning("%s waits: %s", name, type(error).__name__)
            except Exception as error:  # noqa: BLE001 - a worker's loop: it must go on
                log_fault(error)
            ended.wait(seconds)

    thread = threading.Thread(target=loop, name=name, daemon=True)
    thread.start()
    return thread


def _wake(woken: socket.socket, courier: Courier) -> None:
    with contextlib.suppress(BlockingIOError):
        while True:
            woken.recv(WAKE_BYTES)
            courier.wake()


@contextlib.contextmanager
def _wake_socket(path: Path) -> Iterator[socket.socket]:
    path.unlink(missing_ok=True)
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as woken:
        woken.setblocking(False)
        woken.bind(os.fspath(path))
        path.chmod(0o600)
        yield woken
