"""What two Regions' agents ask about links of every kind: the handshake, and that an end was heard of.

What a link carries does not matter here: a handshake compares what was sent with what is held, and both ends keep that
for each link in the same form. Source: design section 5; `link.py` and `incoming.py` have the rules.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from types import MappingProxyType
from typing import Any

from watchword.api.call import Bound, Call, Found, Scope
from watchword.api.shape import Shape
from watchword.api.shapes import watchword
from watchword.replication import incoming as incoming_rules
from watchword.replication.met import Met
from watchword.replication.model import (
    Answered,
    Event,
    Holds,
    Incoming,
    Kind,
    Lost,
    Role,
    Shook,
    Stand,
    Verdict,
)
from watchword.replication.store import IncomingSaved, LinkRow, LinkStepped, LinkStore

Step = Callable[[LinkRow, Event, Call[Any]], None]
"""Stage a step of a link, with what follows from it for the thing that it carries."""
NOTHING_FOLLOWS: Mapping[Kind, Step] = MappingProxyType({})

_VERDICTS = frozenset(verdict.value for verdict in Verdict)
_ROLES = frozenset(role.value for role in Role)


def shake_hands(
    request: watchword.ShakeHandsRequest, _found: None, call: Call[LinkStore], *, met: Met
) -> watchword.ShakeHandsResponse:
    """Say what this Region holds of each link, and its store's incarnation; from now on, the two have met.

    Of a link that comes from another Region than the one that asks, this Region says what it says of an unknown one.
    """
    peer = call.principal.user_id
    ours = call.store.incarnation()
    held = []
    for link_id in request.link_ids or ():
        incoming = call.store.incoming(link_id)
        if incoming is not None and incoming.primary_region != peer:
            incoming = None
        accessed_day = None if incoming is None else call.store.accessed_day(link_id)
        held.append(_holds(link_id, incoming, accessed_day=accessed_day))
    met.note(peer, ours=ours, theirs=request.incarnation or "")
    return watchword.ShakeHandsResponse(incarnation=ours, holds=tuple(held))


def _holds(link_id: str, incoming: Incoming | None, *, accessed_day: int | None) -> watchword.Holds:
    holds = incoming_rules.holds(incoming, accessed_day=accessed_day)
    return watchword.Holds(
        link_id=link_id,
        role=holds.role.value,
        epoch=holds.epoch,
        stand=stand_shape(holds.stand),
        accessed_day=holds.accessed_day,
    )


def ack_hands(
    request: watchword.AckHandsRequest, _found: None, call: Call[LinkStore], *, steps: Mapping[Kind, Step]
) -> None:
    """Compare what the other Region holds with what was sent and acknowledged, link by link.

    What makes no sense of a link is passed over: that link asks again, and the others of the batch go on.
    """
    ours = call.store.incarnation()
    for held in request.holds or ():
        stand = stand_of(held.stand)
        if held.role not in _ROLES or (held.role == Role.REPLICA and stand is None):
            continue
        holds = Holds(
            role=Role(held.role), epoch=held.epoch or 0, stand=stand, accessed_day=held.accessed_day
        )
        event = Shook(ours=ours, theirs=request.incarnation or "", holds=holds)
        row = call.store.link(held.link_id or "") if steps else None
        step = steps.get(row.kind) if row is not None else None
        if row is not None and step is not None:
            step(row, event, call)
        else:
            call.stage(LinkStepped(link_id=held.link_id or "", event=event, now=call.now))


def promotion_told(request: watchword.PromotionToldRequest, _found: None, call: Call[LinkStore]) -> None:
    """The Region that sends has taken notice that its link ended here."""
    incoming = call.store.incoming(request.link_id or "")
    if incoming is not None:
        # The account stays what it was when the link was first heard of.
        after = incoming_rules.heard(incoming)
        call.stage(IncomingSaved(before=incoming, after=after, account=""))


def bindings(*, met: Met, steps: Mapping[Kind, Step] = NOTHING_FOLLOWS) -> tuple[Bound, ...]:
    """What is asked by the other Region's agent, and by this Region's own.

    `steps` are of the kinds whose things change with what befalls their links.
    """
    return (
        Bound(operation=watchword.SHAKE_HANDS, find=find_nothing, run=partial(shake_hands, met=met)),
        Bound(operation=watchword.ACK_HANDS, find=find_nothing, run=partial(ack_hands, steps=steps)),
        Bound(operation=watchword.PROMOTION_TOLD, find=find_nothing, run=promotion_told),
    )


def find_nothing(_request: Shape, _scope: Scope, _store: LinkStore) -> Found[None]:
    return Found(resource=None, arn="*")


def event_of(request: watchword.AckReplicaRequest) -> Answered | Lost:
    """What an answer means to the link; one that makes no sense is as good as none."""
    answer = request.answer
    jitter = request.jitter or 0.0
    if answer is None or answer.verdict not in _VERDICTS:
        return Lost(jitter=jitter)
    verdict = Verdict(answer.verdict)
    stand = stand_of(answer.stand)
    if verdict in (Verdict.APPLIED, Verdict.ALREADY) and stand is None:
        return Lost(jitter=jitter)
    return Answered(
        epoch=request.epoch or 0,
        theirs=request.theirs,
        verdict=verdict,
        stand=stand,
        their_epoch=answer.epoch or 0,
        message=answer.message,
        accessed_day=answer.accessed_day,
        jitter=jitter,
    )


def ended(row: LinkRow, *, epoch: int | None) -> Answered:
    """The event by which the other Region says, unasked, that a link has ended there."""
    return Answered(
        epoch=row.link.epoch,
        theirs=None,
        verdict=Verdict.PROMOTED,
        stand=None,
        their_epoch=epoch or 0,
        message=None,
        accessed_day=None,
        jitter=0.0,
    )


def stand_of(shape: watchword.Stand | None) -> Stand | None:
    if shape is None:
        return None
    return Stand(incarnation=shape.incarnation or "", revision=shape.revision or 0, digest=shape.digest or "")


def stand_shape(stand: Stand | None) -> watchword.Stand | None:
    if stand is None:
        return None
    return watchword.Stand(incarnation=stand.incarnation, revision=stand.revision, digest=stand.digest)
