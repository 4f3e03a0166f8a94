"""The replica's side of a link: what is accepted, what is refused, and what a promotion or a removal leaves behind.

All pure: one `Incoming` and one message in, the `Incoming` after it or a refusal out. The rules, in their order:

  1. Both runs of the stores have shaken hands with each other; otherwise SHAKE, before anything is compared.
  2. Promoted is promoted and removed is removed, for ever (I5, I6).
  3. An earlier epoch is fenced.
  4. A message lands only on a state that its sender knows: one that its own run sent, or the very base that it names.
     Another content under one revision is DIVERGED (I9); an older state is never applied (I4).
  5. It lands whole, or on a state that has all that it leaves out: NEED_ALL otherwise (I3).
  6. A link that is new here takes no name from anybody, but with force from a secret that stands alone (I10).

Deliberately not checked here: that every value opens and seals (the operation does, in the same transaction, and
answers KEY_UNUSABLE), and the secret's own policy (it guards callers, and replication is none).

Source: ARCHITECTURE.md (I3-I10); Secrets Manager user guide on replicas, promotion, ForceOverwriteReplicaSecret.
"""

from __future__ import annotations

from dataclasses import replace

from watchword.replication.model import (
    PROTOCOL_VERSION,
    Accept,
    Header,
    Holds,
    Incoming,
    Occupant,
    Refuse,
    Role,
    Stand,
    Verdict,
)

__all__ = [
    "PROTOCOL_VERSION",
    "Accept",
    "Header",
    "Holds",
    "Incoming",
    "Occupant",
    "Refuse",
    "Role",
    "Stand",
    "Verdict",
    "heard",
    "holds",
    "promote",
    "receive",
    "receive_removal",
]


def receive(
    incoming: Incoming | None,
    header: Header,
    *,
    primary_region: str,
    ours: str,
    met: str | None,
    occupant: Occupant | None,
) -> Accept | Refuse:
    """Decide on a message. Pure.

    `primary_region` is who the peer's certificate says it is; `ours` this run of our store; `met` the run of that
    Region's store that last shook hands with this run of ours (kept in memory: a new run has met nobody).
    """
    # (1) A message that a handshake has overtaken would change what the handshake told the primary.
    if header.version != PROTOCOL_VERSION or (header.incarnation, header.theirs) != (met, ours):
        return _refuse(incoming, Verdict.SHAKE)
    if incoming is None:
        return _receive_first(header, primary_region=primary_region, occupant=occupant)
    if incoming.primary_region != primary_region:
        return _refuse(incoming, Verdict.FENCED)
    # (2)
    if incoming.role is Role.PROMOTED:
        return _refuse(incoming, Verdict.PROMOTED)
    if incoming.role is Role.REMOVED:
        return _refuse(incoming, Verdict.FENCED)
    # (3)
    if header.epoch < incoming.epoch:
        return _refuse(incoming, Verdict.FENCED)
    return _receive_next(incoming, header)


def _receive_first(header: Header, *, primary_region: str, occupant: Occupant | None) -> Accept | Refuse:
    # (6) A replica of another link, and a primary with replicas of its own, keep their name even against force: who
    # forces in one Region must not cut the links of another.
    if occupant is not None:
        alone = occupant.link_id is None and not occupant.has_links
        if not (header.overwrite and alone):
            return _refuse(None, Verdict.NAME_TAKEN)
    # (5)
    if header.since != 0:
        return _refuse(None, Verdict.NEED_ALL)
    blank = Incoming(
        link_id=header.link_id,
        primary_region=primary_region,
        epoch=header.epoch,
        role=Role.REPLICA,
        stand=None,
        told=False,
    )
    return Accept(replaces=occupant is not None, incoming=_standing(blank, header))


def _receive_next(incoming: Incoming, header: Header) -> Accept | Refuse:
    stand = incoming.stand
    assert stand is not None, "a replica holds something"
    raised = header.epoch > incoming.epoch
    # An epoch is raised by an overwrite or by another key, and both mean everything again.
    if raised and header.since != 0:
        return _refuse(incoming, Verdict.NEED_ALL)
    if raised and header.overwrite:
        return Accept(replaces=False, incoming=_standing(incoming, header))

    # (4)
    same = (header.revision, header.digest) == (stand.revision, stand.digest)
    if same and not raised:
        return _refuse(incoming, Verdict.ALREADY)
    if header.incarnation != stand.incarnation and header.base != stand:
        return _refuse(incoming, Verdict.SHAKE)
    if header.revision < stand.revision:
        return _refuse(incoming, Verdict.SHAKE if raised else Verdict.ALREADY)
    if header.revision == stand.revision and not same:
        return _refuse(incoming, Verdict.DIVERGED)
    # (5)
    if header.since > stand.revision:
        return _refuse(incoming, Verdict.NEED_ALL)
    return Accept(replaces=False, incoming=_standing(incoming, header))


def receive_removal(
    incoming: Incoming | None, *, link_id: str, primary_region: str, epoch: int
) -> tuple[Incoming, bool, Verdict]:
    """Decide on a removal: the `Incoming` after it, whether the replica is deleted with it, and the answer. Pure.

    Afterwards no message of this link creates the secret, whether or not one ever had (I6).
    """
    if incoming is None:
        tombstone = Incoming(
            link_id=link_id,
            primary_region=primary_region,
            epoch=epoch,
            role=Role.REMOVED,
            stand=None,
            told=False,
        )
        return tombstone, False, Verdict.REMOVED
    if incoming.primary_region != primary_region:
        return incoming, False, Verdict.FENCED
    match incoming.role:
        case Role.PROMOTED:
            return incoming, False, Verdict.PROMOTED
        case Role.REMOVED:
            return incoming, False, Verdict.REMOVED
        case _:
            # A removal raises the epoch: one that does not is of a time before the last overwrite.
            if incoming.epoch >= epoch:
                return incoming, False, Verdict.FENCED
            return replace(incoming, role=Role.REMOVED, epoch=epoch), True, Verdict.REMOVED


def promote(incoming: Incoming) -> Incoming:
    """Cut the link for ever: StopReplicationToReplica. Needs nobody else (I5, I13).

    The raised epoch fences every message by itself; the role is a second lock, and what the primary is told.
    """
    assert incoming.role is Role.REPLICA, "only a replica is promoted"
    return replace(incoming, role=Role.PROMOTED, epoch=incoming.epoch + 1, told=False)


def heard(incoming: Incoming) -> Incoming:
    """Note that the primary has taken notice of the promotion."""
    return replace(incoming, told=True) if incoming.role is Role.PROMOTED else incoming


def holds(incoming: Incoming | None, *, accessed_day: int | None = None) -> Holds:
    """Say what this Region holds of a link: its half of the handshake. The caller then notes whom it has met.

    Only of links that come from the Region that asks; of any other say what an unknown link gets (`None`).
    """
    if incoming is None:
        return Holds(role=Role.UNKNOWN, epoch=0, stand=None, accessed_day=accessed_day)
    return Holds(role=incoming.role, epoch=incoming.epoch, stand=incoming.stand, accessed_day=accessed_day)


def _standing(incoming: Incoming, header: Header) -> Incoming:
    stand = Stand(incarnation=header.incarnation, revision=header.revision, digest=header.digest)
    return replace(incoming, epoch=header.epoch, stand=stand)


def _refuse(incoming: Incoming | None, verdict: Verdict) -> Refuse:
    if incoming is None:
        return Refuse(verdict=verdict, epoch=0, stand=None)
    return Refuse(verdict=verdict, epoch=incoming.epoch, stand=incoming.stand)
