"""Links in a Region's store: what the operations of every kind read, and what they stage; implemented by `storage`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from watchword.api.call import Place
from watchword.replication.model import Event, Incoming, Kind, Link


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkRow:
    """A link and the thing it belongs to; it outlives a secret until a removal is acknowledged."""

    account: str
    sid: str
    """Which thing of its kind: a secret's sid, a key's id."""
    arn: str
    """The thing's ARN here, where it is sent from."""
    link: Link
    kind: Kind = Kind.SECRETS


class LinkStore(Protocol):
    """Reads of one Region's links, in both directions, of every kind."""

    def link(self, link_id: str) -> LinkRow | None: ...

    def incoming(self, link_id: str) -> Incoming | None:
        """What this Region knows of a link that replicates to it, removed and promoted ones too."""

    def accessed_day(self, link_id: str) -> int | None:
        """When what a link replicates to this Region was last read here, in days since 1970 UTC; `None`: never."""

    def has_account(self, account: str) -> bool:
        """Whether this Region has the account: a peer may not make one by naming it."""

    def is_enabled(self, account: str, region: str, *, place: Place) -> bool:
        """Whether the account may use a Region, this one or another, as far as this one knows.

        Not remembered for the commit: what is sent or taken just before a Region is disabled does no harm.
        """

    def incarnation(self) -> str:
        """Random, new whenever the agent opens the store; a store that was set back shows by it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkMade:
    """A link of something that the same commit compares and writes itself: a key.

    At most one active link for a thing and Region: the commit refuses a second as moved.
    """

    row: LinkRow


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkStepped:
    """An event befell a link; the step is taken on the link as it stands in the transaction.

    A link that is GONE after the step is deleted.
    """

    link_id: str
    event: Event
    now: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkClaimed:
    """The courier took a link for sending. The commit refuses it as moved unless the row still equals `before`."""

    before: Link
    after: Link


@dataclass(frozen=True, slots=True, kw_only=True)
class IncomingSaved:
    """What this Region knows of a link that replicates to it changed (a tombstone, `told`, or what a message brought)."""

    before: Incoming | None
    after: Incoming
    account: str
    kind: Kind = Kind.SECRETS
    sid: str | None = None
    """Which thing of its kind; a secret names its link itself."""
