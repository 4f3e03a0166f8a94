"""What the rules of keys read, and what they stage."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from watchword.keys.model import Alias, Grant, KMSKey, ReplicaWanted, Use
from watchword.replication.model import Incoming
from watchword.replication.store import LinkRow, LinkStore


class KeyNames(Protocol):
    """As much of the store as finding a key takes, and whom it was granted."""

    def key(self, account: str, key_id: str) -> KMSKey | None: ...

    def key_of_alias(self, account: str, alias: str) -> KMSKey | None: ...

    def aliases(self, account: str, *, key_id: str | None, after: str, limit: int) -> Sequence[Alias]:
        """An account's aliases by name, or those of one key."""

    def grants(
        self, account: str, key_id: str, *, grantee: str | None = None, after: str = "", limit: int
    ) -> Sequence[Grant]:
        """A key's grants by id, or those of one grantee."""


class KeyStore(KeyNames, LinkStore, Protocol):
    """Reads of one Region's KMS keys; single keys and aliases show what the same request staged before."""

    def alias(self, account: str, name: str) -> Alias | None: ...

    def key_ids(self, account: str, *, after: str, limit: int) -> Sequence[str]:
        """The ids of an account's keys, in their order, after one that was the last of a page."""

    def grant(self, account: str, key_id: str, grant_id: str) -> Grant | None: ...

    def grants_named(self, account: str, key_id: str, name: str) -> Sequence[Grant]:
        """A key's grants of one name; the commit sees whether another one was made meanwhile."""

    def retirable_grants(
        self, account: str, retiring: str, *, after: tuple[str, str], limit: int
    ) -> Sequence[Grant]:
        """The grants of an account that a principal may retire, by key and id."""

    def has_room_for_key(self, account: str, *, keys_max: int) -> bool:
        """This and the next are not remembered for the commit: as many as are made at the same moment may be too many."""

    def has_room_for_grant(self, account: str, key_id: str, *, grants_max: int) -> bool: ...

    def last_use(self, account: str, key_id: str) -> Use | None:
        """The last cryptographic operation that was written down; a use reaches the store within a minute."""

    def due_keys(self, *, now: int, limit: int) -> Sequence[KMSKey]:
        """Keys of all accounts that this Region has to do something about: rotate, expire, destroy."""

    def links_of(self, account: str, key_id: str) -> Sequence[LinkRow]:
        """The links by which this Region tells others of a multi-Region key."""

    def incomings_of(self, account: str, key_id: str) -> Sequence[Incoming]:
        """The links by which other Regions tell this one of a multi-Region key."""

    def stuck_links(self, *, limit: int) -> Sequence[LinkRow]:
        """Links of keys that have failed and are not tried again."""

    def replica_wanted(self, account: str, key_id: str, region: str) -> ReplicaWanted | None:
        """What ReplicateKey asked for here, as long as the Region has the replica."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeySaved:
    """A key was made (`before` is None) or changed; `alias` names a new key in the same transaction.

    If its family's revision was raised, each of its active links is marked dirty in the same transaction.
    """

    before: KMSKey | None
    after: KMSKey
    alias: str | None = None
    now: int = 0
    """When its links are marked from; of a key of one Region it means nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyDestroyed:
    """A key is gone for good, with its material, aliases and grants, and the links by which it told others."""

    key: KMSKey


@dataclass(frozen=True, slots=True, kw_only=True)
class AliasSaved:
    """An alias was made (`before` is None), points elsewhere, or goes (`after` is None)."""

    before: Alias | None
    after: Alias | None


@dataclass(frozen=True, slots=True, kw_only=True)
class GrantMade:
    grant: Grant


@dataclass(frozen=True, slots=True, kw_only=True)
class GrantEnded:
    """Retired or revoked; one that is gone already is no conflict."""

    grant: Grant


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplicaAsked:
    """A replica is to be made in a Region; what was asked for an earlier one there is replaced."""

    wanted: ReplicaWanted
