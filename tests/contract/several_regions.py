"""Several Regions in one process, and a courier between them that moves bytes when a test says so.

What a Region asks of another goes as bytes through the other's peer port, with its certificate's URI. The order of
calls is that of the server's courier: meet, tell of promotions, then carry what is due. Time is the test's.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.contract.region import Answer, Clock, Region, make_region, peer_uri, scratch

from watchword.api.http import HTTPRequest
from watchword.api.operation import Operation
from watchword.api.shape import Shape
from watchword.api.shapes import watchword
from watchword.envelope.transport import public_key_of
from watchword.replication.model import Kind, Verdict
from watchword.server.region import CARGOES
from watchword.wire import json11

ROUNDS_MAX = 200
"""No test needs more; a link that never settles ends here."""
SETTLED_MS = 20_000
"""How far a test's clock goes on for back-offs and leases; both end within 5 s each."""
JITTER = 0.5


class Unreachable(Exception):
    """No answer came; what was asked may have been done."""


@dataclass(frozen=True, kw_only=True)
class Sent:
    """One message between Regions, as it went over the wire."""

    source: str
    target: str
    operation: Operation
    body: bytes


@dataclass(kw_only=True)
class Regions:
    clock: Clock
    held: dict[str, Region]
    met: dict[tuple[str, str], str | None] = field(default_factory=dict)
    """By (source, target): the run of the target's store that the source's courier has met."""
    down: set[str] = field(default_factory=set)
    answers_lost: int = 0
    """How many of the next answers do not come back, though what was asked is done."""
    sent: list[Sent] = field(default_factory=list)

    def __getitem__(self, name: str) -> Region:
        return self.held[name]

    # The wire

    def deliver(self, message: Sent) -> Answer:
        """Hand a message to its target's peer port, now or much later."""
        request = HTTPRequest(
            method="POST",
            target="/",
            headers=(
                ("host", "peer"),
                ("content-type", json11.CONTENT_TYPE),
                ("x-amz-target", f"Watchword.{message.operation.name}"),
            ),
            body=message.body,
            source="192.0.2.9",
            secure=True,
            peer=peer_uri(message.source),
        )
        return Answer(response=self.held[message.target].gate.answer_peer(request))

    def ask(self, source: str, target: str, operation: Operation, request: Shape) -> Any:
        if target in self.down or source in self.down:
            raise Unreachable
        message = Sent(source=source, target=target, operation=operation, body=json11.encode(request))
        self.sent.append(message)
        answer = self.deliver(message)
        if answer.status != 200:
            raise Unreachable
        if self.answers_lost:
            self.answers_lost -= 1
            raise Unreachable
        return None if operation.response is None else json11.read(operation.response, answer.body)

    def link_ids(self, source: str, target: str) -> list[str]:
        """Every link from one Region to another, leaving ones too, in the order in which they were added."""
        rows = self.held[source].stores.links_to_shake(target, "", 1_000)
        return [row.link.link_id for row in sorted(rows, key=lambda row: row.link.ordinal)]

    # The courier of one Region to another

    def carry(self, source: str, target: str) -> None:
        """Whatever is due now."""
        try:
            run = self.held[source].met.run_of(target)
            if run is not None and run != self.met.get((source, target)):
                self.met[source, target] = None
            if self.met.get((source, target)) is None:
                self._meet(source, target)
            self._tell_promotions(source, target)
            for row in self.held[source].stores.due_links(region=target, now=self.clock.now, limit=100):
                self.carry_link(source, target, row.link.link_id, kind=row.kind)
        except Unreachable:
            self.met[source, target] = None

    def _perform(self, source: str, operation: Operation, request: Shape) -> Any:
        region = self.held[source]
        return region.gate.perform(operation, request, principal=region.itself)

    def _meet(self, source: str, target: str) -> None:
        rows = self.held[source].stores.links_to_shake(target, "", 1_000)
        self.met[source, target] = self._shake(source, target, [row.link.link_id for row in rows])

    def _shake(self, source: str, target: str, link_ids: Sequence[str]) -> str:
        ours = self.held[source].stores.unit().incarnation()
        asked = watchword.ShakeHandsRequest(incarnation=ours, link_ids=tuple(link_ids))
        answer: watchword.ShakeHandsResponse = self.ask(source, target, watchword.SHAKE_HANDS, asked)
        if link_ids:
            hands = watchword.AckHandsRequest(incarnation=answer.incarnation, holds=answer.holds)
            self._perform(source, watchword.ACK_HANDS, hands)
        return answer.incarnation or ""

    def _tell_promotions(self, source: str, target: str) -> None:
        for row in self.held[source].stores.untold_promotions(100):
            if row.incoming.primary_region == target:
                link_id = row.incoming.link_id
                note = watchword.NotePromotionRequest(link_id=link_id, epoch=row.incoming.epoch)
                note_promotion = CARGOES[row.kind].note_promotion
                assert note_promotion is not None
                self.ask(source, target, note_promotion, note)
                told = watchword.PromotionToldRequest(link_id=link_id)
                self._perform(source, watchword.PROMOTION_TOLD, told)

    def carry_link(self, source: str, target: str, link_id: str, *, kind: Kind = Kind.SECRETS) -> None:
        """One link one step further, if it is due."""
        theirs = self.met.get((source, target))
        if theirs is None:
            return
        cargo = CARGOES[kind]
        read = self.read(source, target, link_id, kind=kind)
        try:
            if read.shake:
                self._met_again(source, target, self._shake(source, target, [link_id]))
            elif read.removal is not None and cargo.remove is not None:
                answer = self.ask(source, target, cargo.remove, read.removal)
                self.take_back(source, link_id, read.removal.epoch, None, answer, kind=kind)
            elif read.message is not None:
                answer = self.ask(source, target, cargo.apply, read.message)
                self.take_back(source, link_id, read.message.epoch, read.message.theirs, answer, kind=kind)
                if answer.verdict == Verdict.SHAKE:
                    self._met_again(source, target, self._shake(source, target, [link_id]))
        except Unreachable:
            self.take_back(source, link_id, None, theirs, None, kind=kind)
            raise

    def read(self, source: str, target: str, link_id: str, *, kind: Kind = Kind.SECRETS) -> Any:
        """Claim a link for sending, sealed to the target's custodian."""
        return self._perform(
            source,
            CARGOES[kind].read,
            watchword.ReadReplicaRequest(
                link_id=link_id,
                theirs=self.met.get((source, target)),
                recipient=public_key_of(self.held[target].master.transport_private_key),
                jitter=JITTER,
            ),
        )

    def _met_again(self, source: str, target: str, theirs: str) -> None:
        if theirs != self.met.get((source, target)):
            self.met[source, target] = None

    def take_back(
        self,
        source: str,
        link_id: str,
        epoch: int | None,
        theirs: str | None,
        answer: watchword.ReplicaVerdict | None,
        *,
        kind: Kind = Kind.SECRETS,
    ) -> None:
        """Hand an answer, or none, to the Region that sent the message."""
        request = watchword.AckReplicaRequest(
            link_id=link_id, epoch=epoch, theirs=theirs, answer=answer, jitter=JITTER
        )
        self._perform(source, CARGOES[kind].ack, request)

    # All of them

    def settle(self, *, ms: int = SETTLED_MS) -> None:
        """Carry everything, and let the clock run to what is due later, until nothing is due for this long."""
        end = self.clock.now + ms
        for _ in range(ROUNDS_MAX):
            ways = [(one, other) for one in self.held for other in self.held if one != other]
            for source, target in ways:
                if source not in self.down:
                    self.carry(source, target)
            due = [self._next_due(*way) for way in ways if way[0] not in self.down]
            soonest = min((when for when in due if when is not None), default=None)
            if soonest is None or soonest > end:
                return
            self.clock.now = max(self.clock.now, soonest)
        if not self.down:
            raise AssertionError("the links never settle")

    def _next_due(self, source: str, target: str) -> int | None:
        stores = self.held[source].stores
        if stores.due_links(region=target, now=self.clock.now, limit=1):
            return self.clock.now
        return stores.next_due_ms(region=target, after=self.clock.now)

    # What befalls a Region

    def restart(self, name: str) -> None:
        """The agent of a Region starts anew: another incarnation, and it has met nobody."""
        region = self.held[name]
        region.compose()
        region.stores.new_incarnation(os.urandom)
        for source, target in list(self.met):
            if source == name:
                self.met[source, target] = None

    def back_up(self, name: str) -> Path:
        """Copy a Region's database; what is committed, and nothing after."""
        region = self.held[name]
        copy = region.path.parent.parent / f"{name}.backup"
        with closing(sqlite3.connect(region.path)) as live, closing(sqlite3.connect(copy)) as kept:
            live.backup(kept)
        return copy

    def put_back(self, name: str, copy: Path) -> None:
        """A Region is set back to a copy of its database, and started."""
        region = self.held[name]
        region.stores.close()
        for file in region.path.parent.iterdir():
            file.unlink()
        shutil.copy(copy, region.path)
        region.stores = region.open_stores()
        self.restart(name)


@contextmanager
def several(*names: str) -> Iterator[Regions]:
    with scratch() as folder:
        clock = Clock()
        made = Regions(clock=clock, held={name: make_region(folder, name, clock=clock) for name in names})
        for region in made.held.values():
            for other in made.held.values():
                region.peers[other.name] = public_key_of(other.master.transport_private_key)
        yield made
        for region in made.held.values():
            region.stores.close()
