"""What the rules of secrets read, and what they stage: exactly that, declared here and implemented by `storage`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from watchword.replication.model import Link
from watchword.replication.store import LinkRow, LinkStore
from watchword.secrets.model import SealedValue, Secret

Place = tuple[int | str, str]
"""Where a secret stands in an order: its sort key (never read: -1, in the order `accessed`) and its sid, which is unique."""


class Sought(Protocol):
    """As much of a secret as filters look at."""

    @property
    def name(self) -> str: ...

    @property
    def description(self) -> str | None: ...

    @property
    def tags(self) -> Mapping[str, str] | None: ...

    @property
    def primary_region(self) -> str | None: ...


class Glance(Sought, Protocol):
    """One row of a list, before the secret is read whole: a filter passes over thousands to find a few."""

    @property
    def sid(self) -> str: ...

    @property
    def place(self) -> Place: ...

    @property
    def is_deleted(self) -> bool: ...


Choose = Callable[[Iterable[Glance]], Sequence[str]]
"""Look at rows in their order, as many as are wanted, and name the sids of those to read. It runs inside a snapshot."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SecretListing:
    """Which secrets ListSecrets wants next, in one order."""

    account: str
    order: str
    """`created`, `changed`, `accessed` or `name`."""
    descending: bool
    after: Place | None
    """Where the last row stands that was looked at before."""
    limit: int
    """How many rows are looked at."""


class NamedKey(Protocol):
    """As much of a KMS key as secrets look at."""

    @property
    def arn(self) -> str: ...


class SecretStore(LinkStore, Protocol):
    """Reads of one Region's secrets. Every read is remembered, so that the commit can see whether it still holds."""

    def secret_named(self, account: str, name: str) -> Secret | None:
        """The secret that holds a name, also one that is scheduled for deletion."""

    def secret(self, account: str, sid: str) -> Secret | None: ...

    def sealed_value(self, secret: Secret, version_id: str) -> SealedValue:
        """The sealed value of a version that has one."""

    def list_secrets(self, listing: SecretListing, choose: Choose) -> Sequence[Secret]:
        """The chosen secrets of a list, in its order, all as of one commit."""

    def key_of_alias(self, account: str, alias: str) -> NamedKey | None:
        """The KMS key behind an alias, for the one question whether a version is under the account's default key."""

    def leaving_links(self, account: str, region: str) -> Sequence[LinkRow]:
        """The links of secrets to a Region that wait for the acknowledgement of their removal."""

    def secret_of_incoming(self, link_id: str) -> Secret | None: ...

    def has_room(self, account: str, *, secrets_max: int) -> bool:
        """Whether the account has fewer secrets than this, those in their recovery window counted.

        Not remembered for the commit: as many as are made at the same moment may be too many.
        """

    def due_for_purge(self, *, now: int, limit: int) -> Sequence[Secret]: ...

    def due_across(self, *, now: int, limit: int) -> Sequence[Secret]:
        """Primaries whose replica in another account is behind, and may be tried (`Secret.across_due_ms`)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SecretSaved:
    """A secret was made (`before` is None) or changed.

    If `after.revision` was raised, each of its active links is marked dirty in the same transaction, on the link as it
    stands then: a courier's claim or acknowledgement in between is no conflict.
    """

    before: Secret | None
    after: Secret
    values: Mapping[str, SealedValue] = field(default_factory=dict)
    """New sealed values, by version id."""
    dropped: frozenset[str] = frozenset()
    """Version ids whose rows go."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SecretPurged:
    """A secret is gone for good, with its versions and values; its leaving links stay until acknowledged."""

    secret: Secret


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkAdded:
    """A Region was added. At most one active link for a secret and Region: the commit refuses a second as moved."""

    secret: Secret
    link: Link
