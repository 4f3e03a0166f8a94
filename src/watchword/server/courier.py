"""The courier: moves replication between this Region's gate and the others. It decides nothing and reads no value.

For each other Region one leader and a few senders, threads of the agent. The leader meets the Region (shakes hands about
every link, in batches), then hands due links to the senders; a sender asks its own gate what to send (`ReadReplica`),
asks the other Region (`ApplyReplica`), and takes the answer back (`AckReplica`). These are the operations of secrets; links
of another kind have others (`replication/cargo.py`). A Region that is down costs its own leader a connection attempt now
and then, and nobody else anything.

Waits are only ever cut short: what is due is read from the store, so a lost wake-up delays by at most `LOOK_S`.
"""

from __future__ import annotations

import contextlib
import logging
import queue
import random
import ssl
import sys
import threading
import time
from collections.abc import Iterable, Sequence
from typing import Any

from watchword.api.errors import ApiError
from watchword.api.operation import Operation
from watchword.api.shape import Shape
from watchword.api.shapes import watchword
from watchword.api.unit import StoreUnavailable
from watchword.replication.cargo import Cargo
from watchword.replication.link import LEASE_MS, RETRY_MS_MAX
from watchword.replication.model import Kind, Verdict
from watchword.server.deployment import RegionSettings
from watchword.server.edge_threads import log_fault
from watchword.server.peers import Peer, PeerFailed, PeerUnreachable
from watchword.server.region import Region, now_ms

SENDERS = 3
"""Per Region: a slow message holds up its own sender; more only crowd the writers' lock."""
DUE_ROWS = 200
SHAKE_ROWS = 200
LOOK_S = 1.0
MEET_AGAIN_S = 3_600.0
"""Idle links shake hands once an hour: days of last access come home, and a store that was set back is found, if it has not
met this one before, as it does when it is opened."""
COMPLAINT_S = 1.0
RETRY_S_MIN = 0.2
RETRY_S_MAX = 2.0
"""A Region that returns is met within this time; with the links' own back-off that leaves them well under 10 s."""

_log = logging.getLogger(__name__)


class Courier:
    """All replication out of this Region."""

    def __init__(self, region: Region, *, context: ssl.SSLContext) -> None:
        self._leaders = [
            Leader(region, settings, context=context)
            for settings in region.deployment.regions
            if settings.name != region.settings.name and settings.partition == region.settings.partition
        ]

    def start(self) -> None:
        for leader in self._leaders:
            leader.start()

    def wake(self) -> None:
        """Something was committed; may be called from any thread."""
        for leader in self._leaders:
            leader.wake()

    def stop(self) -> None:
        """Take up nothing more; what is in flight ends or is taken up again by the next agent."""
        for leader in self._leaders:
            leader.stop()


class Leader:
    """Replication to one Region."""

    def __init__(self, region: Region, settings: RegionSettings, *, context: ssl.SSLContext) -> None:
        self._region = region
        self._settings = settings
        self._context = context
        self._theirs: str | None = None
        """The run of that Region's store that all our links have shaken hands with."""
        self._heard: str | None = None
        """The run of that Region's store that has last met this Region of its own accord."""
        self._woken = threading.Event()
        self._stopping = False
        self._due: queue.SimpleQueue[tuple[Kind, str] | None] = queue.SimpleQueue()
        self._in_flight: set[str] = set()
        self._lock = threading.Lock()
        self._complain_at = 0.0
        self._handed_out_ms = sys.maxsize
        """When links were last handed out; at first later than any clock, for it is not known what an earlier one said."""
        self._jitter = random.Random()  # noqa: S311 - spreads retries, protects nothing

    def start(self) -> None:
        name = self._settings.name
        threading.Thread(target=self._lead, name=f"lead-{name}", daemon=True).start()
        for number in range(SENDERS):
            threading.Thread(target=self._send, name=f"send-{name}-{number}", daemon=True).start()

    def wake(self) -> None:
        self._woken.set()

    def stop(self) -> None:
        self._stopping = True
        self._woken.set()
        for _ in range(SENDERS):
            self._due.put(None)

    # -- the leader

    def _lead(self) -> None:
        peer = self._peer()
        failures = 0
        meet_at = 0.0
        while not self._stopping:
            try:
                if self._theirs is None or time.monotonic() >= meet_at or self._was_opened_anew():
                    self._meet(peer)
                    meet_at = time.monotonic() + MEET_AGAIN_S
                wait = self._hand_out()
                # Last, so that a Region that will not hear of a promotion keeps no link waiting.
                self._tell_promotions(peer)
                failures = 0
            except PeerUnreachable as error:
                if failures == 0:
                    _log.warning("replication waits for %s", error)
                if not isinstance(error, PeerFailed):
                    self._theirs = None
                failures += 1
                ceiling = min(RETRY_S_MAX, RETRY_S_MIN * 2 ** min(failures, 8))
                time.sleep(ceiling * (0.5 + self._jitter.random() / 2))
                continue
            except (ApiError, StoreUnavailable) as error:
                _log.warning("replication to %s waits: %s", self._settings.name, type(error).__name__)
                wait = LOOK_S
            except Exception as error:  # noqa: BLE001 - a worker's loop: it must go on
                log_fault(error)
                wait = LOOK_S
            self._woken.wait(wait)
            self._woken.clear()

    def _was_opened_anew(self) -> bool:
        """The other Region has met this one in a new run of its store, perhaps set back: look what it holds at once."""
        heard, self._heard = self._heard, self._region.met.run_of(self._settings.name)
        # Once for each: it may be one that has ended since, and whose successor does not reach this Region.
        return self._heard not in (None, heard, self._theirs)

    def _meet(self, peer: Peer) -> None:
        """Shake hands about every link to the Region, in batches; with no link, only learn its store's run."""
        stores = self._region.stores
        theirs = None
        after = ""
        while True:
            rows = stores.links_to_shake(region=self._settings.name, after_link_id=after, limit=SHAKE_ROWS)
            met = self._shake(peer, [row.link.link_id for row in rows])
            if theirs not in (None, met):
                raise PeerUnreachable(f"{self._settings.name}: its store was opened anew meanwhile")
            theirs = met
            if len(rows) < SHAKE_ROWS:
                break
            after = rows[-1].link.link_id
        if self._theirs != theirs:
            _log.info("met %s, %s", self._settings.name, "again" if self._theirs else "at last")
        self._theirs = theirs

    def _shake(self, peer: Peer, link_ids: list[str]) -> str:
        """Shake hands about some links; returns the incarnation of the Region's store."""
        ours = self._region.stores.unit().incarnation()
        answer: watchword.ShakeHandsResponse = peer.ask(
            watchword.SHAKE_HANDS,
            watchword.ShakeHandsRequest(incarnation=ours, link_ids=tuple(link_ids)),
        )
        theirs = answer.incarnation or ""
        if link_ids:
            self._perform(
                watchword.ACK_HANDS,
                watchword.AckHandsRequest(incarnation=theirs, holds=said_of(link_ids, answer.holds or ())),
            )
        return theirs

    def _tell_promotions(self, peer: Peer) -> None:
        """Tell the Region of its replicas that were promoted here; it drops their entries."""
        for row in self._region.stores.untold_promotions(DUE_ROWS, region=self._settings.name):
            note_promotion = self._region.cargoes[row.kind].note_promotion
            assert note_promotion is not None, "only what is promoted has a promotion to tell of"
            peer.ask(
                note_promotion,
                watchword.NotePromotionRequest(link_id=row.incoming.link_id, epoch=row.incoming.epoch),
            )
            self._perform(
                watchword.PROMOTION_TOLD,
                watchword.PromotionToldRequest(link_id=row.incoming.link_id),
            )

    def _hand_out(self) -> float:
        """Give due links to the senders; returns how long nothing else will be due, in seconds."""
        now = now_ms()
        stores = self._region.stores
        if now < self._handed_out_ms:
            self._shorten_waits(now)
        self._handed_out_ms = now
        for row in stores.due_links(region=self._settings.name, now=now, limit=DUE_ROWS):
            with self._lock:
                if row.link.link_id in self._in_flight:
                    continue
                self._in_flight.add(row.link.link_id)
            self._due.put((row.kind, row.link.link_id))
        due = stores.next_due_ms(region=self._settings.name, after=now)
        return LOOK_S if due is None else min(LOOK_S, max(0.001, (due - now) / 1_000))

    def _shorten_waits(self, now: int) -> None:
        """The clock was set back, perhaps before this agent began: nothing waits for longer than it may (I14).

        Waits are moments of the wall clock, for they outlive a process; none lies more than a lease ahead.
        """
        after = ""
        while rows := self._region.stores.links_to_shake(
            region=self._settings.name, after_link_id=after, limit=SHAKE_ROWS
        ):
            for row in rows:
                due = row.link.next_attempt_ms
                if due is not None and due > now + max(LEASE_MS, RETRY_MS_MAX):
                    self._take_back(self._region.cargoes[row.kind], row.link.link_id, None, None, None)
            after = rows[-1].link.link_id

    # -- the senders

    def _send(self) -> None:
        peer = self._peer()
        while (due := self._due.get()) is not None:
            kind, link_id = due
            cargo = self._region.cargoes[kind]
            try:
                self._carry(peer, cargo, link_id)
            except PeerFailed as error:
                # The Region is there: this link waits for its back-off, and the others go on (I18).
                self._complain(f"replication of link {link_id} waits: {error}")
            except PeerUnreachable:
                self._theirs = None
            except (ApiError, StoreUnavailable) as error:
                _log.warning("replication to %s waits: %s", self._settings.name, type(error).__name__)
                self._set_back(cargo, link_id)
            except Exception as error:  # noqa: BLE001 - a worker's loop: one link never ends it
                log_fault(error)
                self._set_back(cargo, link_id)
            finally:
                with self._lock:
                    self._in_flight.discard(link_id)
                # The link may be due again: what was committed meanwhile was not handed out.
                self._woken.set()
        peer.close()

    def _carry(self, peer: Peer, cargo: Cargo, link_id: str) -> None:
        """Carry one link one step further."""
        theirs = self._theirs
        if theirs is None:
            return
        read = self._perform(
            cargo.read,
            watchword.ReadReplicaRequest(
                link_id=link_id,
                theirs=theirs,
                recipient=self._settings.transport_key,
                jitter=self._jitter.random(),
            ),
        )
        try:
            if read.shake:
                self._met_again(self._shake(peer, [link_id]))
            elif read.removal is not None and cargo.remove is not None:
                answer = peer.ask(cargo.remove, read.removal)
                self._take_back(cargo, link_id, read.removal.epoch, None, answer)
            elif read.message is not None:
                answer = peer.ask(cargo.apply, read.message)
                self._take_back(cargo, link_id, read.message.epoch, read.message.theirs, answer)
                if answer.verdict == Verdict.SHAKE:
                    self._met_again(self._shake(peer, [link_id]))
        except PeerUnreachable:
            self._take_back(cargo, link_id, None, theirs, None)
            raise

    def _complain(self, what: str) -> None:
        """At most one line in `COMPLAINT_S`: an ill Region with many links must not fill the log."""
        with self._lock:
            now = time.monotonic()
            if now < self._complain_at:
                return
            self._complain_at = now + COMPLAINT_S
        _log.warning("%s", what)

    def _set_back(self, cargo: Cargo, link_id: str) -> None:
        """Let others go first: a link that fails before it is claimed stays the longest overdue, and is taken again."""
        with contextlib.suppress(Exception):
            self._take_back(cargo, link_id, None, None, None)
        time.sleep(RETRY_S_MIN)

    def _met_again(self, theirs: str) -> None:
        """A handshake about one link showed another run of the store than the rest has met: meet it with all of them."""
        if theirs != self._theirs:
            self._theirs = None

    def _take_back(
        self,
        cargo: Cargo,
        link_id: str,
        epoch: int | None,
        theirs: str | None,
        answer: watchword.ReplicaVerdict | None,
    ) -> None:
        self._perform(
            cargo.ack,
            watchword.AckReplicaRequest(
                link_id=link_id,
                epoch=epoch,
                theirs=theirs,
                answer=answer,
                jitter=self._jitter.random(),
            ),
        )

    # -- both

    def _perform(self, operation: Operation, request: Shape) -> Any:
        return self._region.gate.perform(operation, request, principal=self._region.itself)

    def _peer(self) -> Peer:
        return Peer(self._settings, context=self._context, deployment_id=self._region.deployment.id)


def said_of(link_ids: Sequence[str], holds: Iterable[watchword.Holds]) -> tuple[watchword.Holds, ...]:
    """What was said of the links that were asked about, once each: a Region may speak of its own links alone."""
    said = {held.link_id: held for held in holds}
    return tuple(said[link_id] for link_id in link_ids if link_id in said)
