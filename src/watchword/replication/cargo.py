"""By which operations a kind of thing is replicated: what the courier asks, at home and of the other Region.

What travels differs by kind; when it travels, and what is made of the answer, does not. A courier finds a link's cargo
by its kind and moves bytes. The handshake is one for all kinds (`hands.py`), for what has met are two runs of two stores.
"""

from __future__ import annotations

from dataclasses import dataclass

from watchword.api.operation import Operation
from watchword.replication.model import Kind


@dataclass(frozen=True, slots=True, kw_only=True)
class Cargo:
    """The operations of one kind. The shapes of all but `read` and `apply` are the same for every kind."""

    kind: Kind
    read: Operation
    """Of this Region: claim a link, and say what to send. `ReadReplicaRequest`; answers `shake`, `message` or `removal`."""
    apply: Operation
    """Of the other Region: the message that `read` gave. It has `epoch` and `theirs`; the answer is a `ReplicaVerdict`."""
    remove: Operation | None
    """Of the other Region: the removal that `read` gave; `None`: links of this kind are never asked to leave."""
    ack: Operation
    """Of this Region: take the verdict, or note that none came. `AckReplicaRequest`."""
    note_promotion: Operation | None
    """Of the Region that sends: its link has ended here. `NotePromotionRequest`. `None`: this kind is never promoted."""
