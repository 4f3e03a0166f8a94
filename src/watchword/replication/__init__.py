"""One link as pure functions: what is sent, what is accepted, what is refused.

`link` is the primary's side, `incoming` the replica's, `model` the values between them, `digest` how two Regions know
that they hold the same. Nothing of these reads a clock, a store or a network; tests/unit/replication searches them.

A link carries one kind of thing (`model.Kind`). What all kinds share stands here too: `store` is what is read and staged of
links, `hands` the handshake, `cargo` by which operations the courier moves a kind. A service brings its own `Cargo`, the
operations that it names, and nothing else.
"""

from watchword.replication.incoming import heard, holds, promote, receive, receive_removal
from watchword.replication.link import committed, is_behind, lag_ms, new_link, step
from watchword.replication.model import (
    PROTOCOL_VERSION,
    Accept,
    Answered,
    Apply,
    Asked,
    Claimed,
    Committed,
    Event,
    Header,
    Holds,
    Incoming,
    Lifecycle,
    Link,
    Lost,
    Occupant,
    Refuse,
    Remove,
    Removed,
    Role,
    Send,
    Shake,
    Shook,
    Stand,
    Status,
    Unreadable,
    Verdict,
)

__all__ = [
    "PROTOCOL_VERSION",
    "Accept",
    "Answered",
    "Apply",
    "Asked",
    "Claimed",
    "Committed",
    "Event",
    "Header",
    "Holds",
    "Incoming",
    "Lifecycle",
    "Link",
    "Lost",
    "Occupant",
    "Refuse",
    "Remove",
    "Removed",
    "Role",
    "Send",
    "Shake",
    "Shook",
    "Stand",
    "Status",
    "Unreadable",
    "Verdict",
    "committed",
    "heard",
    "holds",
    "is_behind",
    "lag_ms",
    "new_link",
    "promote",
    "receive",
    "receive_removal",
    "step",
]
