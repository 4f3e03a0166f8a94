"""The values of a link, at both ends: frozen, compared by value, without a clock, a store or a network.

At the primary there is one `Link` per (secret, replica Region); at the replica one `Incoming` per link. Events go into
`link.step`, sends come out of it; a `Header` goes into `incoming.receive`, an `Accept` or a `Refuse` comes out.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

PROTOCOL_VERSION = 1
"""Of messages between Regions. A message of another version is answered SHAKE: versions are agreed on in the handshake."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stand:
    """What a replica holds: a revision of a secret, and the run of the primary's store that sent it."""

    incarnation: str
    """Random, new whenever the primary's agent opens its store: a store that was set back has another one."""
    revision: int
    digest: str
    """`digest.digest` of the revision: equal digests, equal content, for content ids are random."""

    def same_state(self, other: Stand | None) -> bool:
        """Say whether both are the same revision with the same content, whoever sent it."""
        return other is not None and (self.revision, self.digest) == (other.revision, other.digest)


class Kind(StrEnum):
    """What a link carries. Each has operations of its own to read, apply and acknowledge (`cargo.py`)."""

    SECRETS = "secrets"
    KEYS = "keys"
    """Multi-Region keys: what their Regions share of them."""
    IDENTITY = "identity"
    """Accounts: who there is, and what they may do."""


class Role(StrEnum):
    """What a Region is for a link that leads to it."""

    UNKNOWN = "unknown"
    """It has no record of the link. Only ever an answer to a handshake, never stored."""
    REPLICA = "replica"
    PROMOTED = "promoted"
    """The secret stands alone; no message of the link changes it, for ever."""
    REMOVED = "removed"
    """A tombstone: no message of the link creates the secret again, for ever."""


class Verdict(StrEnum):
    """A replica Region's answer to a message."""

    APPLIED = "Applied"
    ALREADY = "Already"
    """It stands at that revision or a later one."""
    NEED_ALL = "NeedAll"
    """It stands before the revision from which the message counts; everything, please."""
    SHAKE = "Shake"
    """One side's run of its store is new to the other: shake hands first."""
    FENCED = "Fenced"
    """The message is of an earlier epoch, or the link was removed here."""
    PROMOTED = "Promoted"
    DIVERGED = "Diverged"
    """It holds another content under the same revision."""
    NAME_TAKEN = "NameTaken"
    KEY_UNUSABLE = "KeyUnusable"
    """A key can't be used there now, or the account has no room there: a status, and it heals when that does."""
    REMOVED = "Removed"
    """The removal has been carried out, or there was nothing to remove; a tombstone stands in either case."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Holds:
    """A replica Region's half of the handshake about one link."""

    role: Role
    epoch: int
    """0 if the link is unknown."""
    stand: Stand | None
    """Not `None` where the role is REPLICA."""
    accessed_day: int | None
    """The day the secret was last read there, in days since 1970 UTC."""


class Lifecycle(StrEnum):
    ACTIVE = "Active"
    LEAVING = "Leaving"
    """Removed, invisible to the API, kept until the replica Region has acknowledged; it may outlive its secret."""
    GONE = "Gone"
    """Nothing is owed any more: the caller deletes it."""


class Status(StrEnum):
    """As DescribeSecret shows it (ReplicationStatusType.Status)."""

    IN_PROGRESS = "InProgress"
    IN_SYNC = "InSync"
    FAILED = "Failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """The primary's side of (secret, replica Region). Removing and adding a Region again makes a second one beside it."""

    link_id: str
    """Random, never used again."""
    region: str
    epoch: int
    """Only grows: an overwrite, another key and a removal raise it here, a promotion raises it there."""
    ordinal: int
    """The order in which Regions were added."""
    principal_arn: str
    """Who made or last changed the link, as `Principal.acts_as` has it: keys are used in this principal's name."""
    kms_key_id: str | None
    overwrite: bool
    """A force that the replica has not carried out yet. It always goes with `whole`."""
    lifecycle: Lifecycle
    status: Status
    """IN_SYNC only while `acked` is the written revision and its acknowledgement is durable here (I8)."""
    message: str | None
    """DescribeSecret's StatusMessage; `None` while InProgress."""
    written: int
    """The secret's revision; raised in the commit of each change (I2)."""
    sent: Stand | None
    """The state last claimed for sending while its outcome is in doubt; an acknowledgement or a handshake ends the doubt."""
    acked: Stand | None
    """What the replica is known to hold; the base of the next message."""
    shaken: tuple[str, str] | None
    """The runs of our and their store that last shook hands; `None`: shake hands before the next message."""
    whole: bool
    """The next message carries everything. True as long as the replica has not taken an epoch raised here."""
    dirty_since_ms: int | None
    """Commit time of the oldest change not acknowledged; `None` if and only if an active link is InSync."""
    dirty_after_send_ms: int | None
    """Commit time of the oldest change that the message in doubt does not carry."""
    attempts: int
    """Since the last success, of messages and handshakes."""
    next_attempt_ms: int | None
    """`None`: nothing to do, or, if Failed, nothing before a person acts."""
    accessed_day: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Committed:
    """The secret changed: in the same transaction."""

    revision: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Claimed:
    """The courier wants to send; revision and digest are read in the transaction that saves the claim.

    For a link that is leaving, revision and digest mean nothing: its secret may be gone.
    """

    ours: str
    theirs: str | None
    """`None`: the courier has not met this run of the replica's store."""
    revision: int
    digest: str
    jitter: float
    """In [0, 1)."""
    behind: bool = False
    """An older link of this secret to this Region is still leaving: its replica would be in this one's way."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shook:
    """The replica Region answered a handshake that our run `ours` asked for."""

    ours: str
    theirs: str
    holds: Holds


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """The replica Region answered a message."""

    epoch: int
    """Of the message."""
    theirs: str | None
    """The run of the replica's store that the message was meant for (`Apply.theirs`); `None`: it was a removal."""
    verdict: Verdict
    stand: Stand | None
    """What the replica holds after it."""
    their_epoch: int
    message: str | None
    """In AWS's words: why it was refused."""
    accessed_day: int | None
    jitter: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Unreadable:
    """The values do not open at the primary (its key is disabled), or may not leave it: what was claimed was not sent."""

    message: str
    jitter: float
    rarely: bool = False
    """Its Region hears of it when that ends, and then asks again: there is no use in trying often."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lost:
    """No answer came to a message or a handshake: it may or may not have been carried out."""

    jitter: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Removed:
    """RemoveRegionsFromReplication."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """ReplicateSecretToRegions for a Region that already has a link."""

    kms_key_id: str | None
    overwrite: bool
    principal_arn: str


Event: TypeAlias = Committed | Claimed | Shook | Answered | Unreadable | Lost | Removed | Asked


@dataclass(frozen=True, slots=True, kw_only=True)
class Shake:
    """Ask the replica Region what it holds of this link, and answer with `Shook`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Apply:
    """Send the secret's items that changed after `since`, and the ids of all that exist, at `revision`."""

    epoch: int
    incarnation: str
    theirs: str
    base: Stand | None
    since: int
    revision: int
    digest: str
    overwrite: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Remove:
    """Ask the replica Region to delete the replica and to keep a tombstone."""

    epoch: int


Send: TypeAlias = Shake | Apply | Remove


@dataclass(frozen=True, slots=True, kw_only=True)
class Incoming:
    """The replica's side of a link. It outlives the replica, as a tombstone or the memory of a promotion."""

    link_id: str
    primary_region: str
    """Only this Region's messages count (its name is in its certificate)."""
    epoch: int
    """Only grows, but for a store that was set back, which the next handshake finds."""
    role: Role
    """Never UNKNOWN."""
    stand: Stand | None
    """What was applied last; not `None` while the role is REPLICA."""
    told: bool
    """The primary has heard of the promotion."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """What a message says of itself."""

    version: int
    link_id: str
    epoch: int
    incarnation: str
    """Of the primary's store."""
    theirs: str
    """Of the replica's store, as the primary learned it in the handshake."""
    base: Stand | None
    """What the primary believes the replica to hold."""
    since: int
    """The message carries all items changed after this revision; 0: everything."""
    revision: int
    digest: str
    overwrite: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Occupant:
    """Who has the message's secret name in the replica Region at present."""

    link_id: str | None
    """The link whose replica it is; `None`: it stands alone."""
    has_links: bool
    """It is a primary with replicas of its own; a removal that is under way is finished without it, and does not count."""
    same_arn: bool
    """For the words of the refusal only."""
    scheduled_for_deletion: bool
    """For the words of the refusal only: until it is purged, it has its name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Accept:
    """Apply the message in one transaction with `incoming`; if a value does not re-seal, nothing of it happens."""

    replaces: bool
    """The occupant goes in the same transaction (I10)."""
    incoming: Incoming


@dataclass(frozen=True, slots=True, kw_only=True)
class Refuse:
    """Change nothing and answer this."""

    verdict: Verdict
    epoch: int
    """The replica's."""
    stand: Stand | None
