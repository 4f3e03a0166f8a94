"""What a secret is: frozen values, with their invariants at the fields."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum

from watchword.envelope.value import ValueKind
from watchword.replication.model import Incoming, Lifecycle, Link, Role

CURRENT = "AWSCURRENT"
PREVIOUS = "AWSPREVIOUS"
PENDING = "AWSPENDING"

DEFAULT_KEY_ALIAS = "alias/aws/secretsmanager"

VALUE_BYTES_MAX = 65_536
LABELS_MAX = 20
VERSIONS_MAX = 100
TAGS_MAX = 50
DATA_KEYS_MAX = 10
"""KMS keys that open one version: the present one, and those that the secret had before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """One version of a secret. Its value is immutable; only its labels move."""

    id: str
    """The ClientRequestToken of the call that made it, 32 to 64 characters."""
    content_id: str | None
    """128 random bits in hex, new for each value written, the same in every Region; `None`: a label without a value yet."""
    kind: ValueKind | None
    labels: frozenset[str]
    """A label is on at most one version of a secret."""
    created_ms: int
    revision: int
    """The secret's revision at which this version last changed."""
    key_arns: tuple[str, ...]
    """The KMS keys of this Region under which its data key is held; any one opens it."""
    accessed_day: int | None = None
    """Days since 1970 UTC; of this Region's reads only, written outside the revision."""

    def without(self, labels: frozenset[str], *, revision: int) -> Version:
        if not self.labels & labels:
            return self
        return replace(self, labels=self.labels - labels, revision=revision)

    def labelled(self, label: str, *, revision: int) -> Version:
        if label in self.labels:
            return self
        return replace(self, labels=self.labels | {label}, revision=revision)


@dataclass(frozen=True, slots=True, kw_only=True)
class RotationRules:
    """When a secret is rotated. Source: RotationRulesType."""

    automatically_after_days: int | None = None
    """The caller's; with an expression, what followed from it when the next date was last set."""
    schedule_expression: str | None = None
    """Decides, if it is there. There is always one of the two."""
    duration: str | None = None
    """As the caller gave it, `3h`; `None`: as long as the schedule's windows are by themselves."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rotation:
    """How a secret is rotated. It is kept when rotation is turned off, to be turned on again."""

    enabled: bool
    lambda_arn: str | None = None
    """The function that rotates; `None` for a managed external secret."""
    rules: RotationRules | None = None
    """`None`: only when it is asked for."""
    role_arn: str | None = None
    """Of a managed external secret alone, as is `metadata`: how a partner is reached."""
    metadata: tuple[tuple[str, str], ...] = ()
    rotated_ms: int | None = None
    """When a rotation was last completed; a value that somebody else put is none."""
    due_ms: int | None = None
    """The next rotation comes on or before it; in the past after failures. `None`: off, or no rules."""
    version_id: str | None = None
    """The version that the rotation or test under way makes; `None`: none is. The primary's affair: it does not travel."""
    tests: bool = False
    """What is under way is a test of the configuration: its version goes again."""


class AcrossState(StrEnum):
    """How a replica stands to its primary in another account."""

    PENDING = "Pending"
    """Made; the primary's account has not associated it yet."""
    LINKED = "Linked"
    DETACHED = "Detached"


@dataclass(frozen=True, slots=True, kw_only=True)
class PrimaryAcross:
    """What a replica knows of its primary in another account; how far the values are is the primary's to say."""

    arn: str
    state: AcrossState = AcrossState.PENDING


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplicaAcross:
    """What a primary knows of its replica in another account."""

    arn: str
    principal: str
    """In whose name keys are used (`Principal.acts_as`): who associated it, or the role that was named for it."""
    role: str | None = None
    """The same, if a role was named."""
    acked: int = 0
    """The primary's revision that the replica has."""
    tried: int = 0
    """The one that could not be copied last."""
    message: str | None = None
    """Why not; `None`: the last copy succeeded, or none was tried yet."""
    failures: int = 0
    """In a row."""
    retry_ms: int = 0
    detached: bool = False
    """The replica's account has ended it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Secret:
    """A secret as one Region holds it. A replica is a full local record, read like any other."""

    account: str
    sid: str
    """Random, of this Region; names a row, never shown."""
    partition: str
    region: str
    name: str
    suffix: str
    """The six characters after the name in the ARN; the same in every Region."""
    description: str | None
    kms_key_id: str | None
    """As the caller gave it; `None`: the account's `alias/aws/secretsmanager`."""
    policy: str | None
    tags: Mapping[str, str] | None
    """`None`: never tagged, which DescribeSecret tells apart from all tags removed."""
    versions: Mapping[str, Version]
    revision: int
    """Counts the changes that replicas must see; raised by one with each."""
    head_revision: int
    """The revision at which anything but a version last changed."""
    stamp: int
    """Raised by every write to this record, links added or removed too; commits compare it."""
    created_ms: int
    changed_ms: int
    deleted_ms: int | None = None
    """When DeleteSecret was called; `None`: not scheduled for deletion."""
    purge_ms: int | None = None
    type: str | None = None
    """The partner that holds a managed external secret, in AWS's spelling."""
    rotation: Rotation | None = None
    """`None`: never configured."""
    incoming: Incoming | None = None
    """The link that made this record, for a replica and for what once was one."""
    links: tuple[Link, ...] = field(default=())
    """Of a primary: in the order in which Regions were added; leaving ones too."""
    primary_across: PrimaryAcross | None = None
    """Of a replica of another account's secret. As `replica_across`, this Region's affair: it does not travel."""
    replica_across: ReplicaAcross | None = None
    """Of a secret with a replica in another account."""

    @property
    def arn(self) -> str:
        return self.arn_in(self.region)

    def arn_in(self, region: str) -> str:
        """The ARN of this secret's copy in another Region: only the Region differs."""
        return f"arn:{self.partition}:secretsmanager:{region}:{self.account}:secret:{self.name}-{self.suffix}"

    @property
    def is_replica(self) -> bool:
        return self.incoming is not None and self.incoming.role is Role.REPLICA

    @property
    def has_replica_across(self) -> bool:
        """A replica in another account gets this secret's values; one that its account has detached does not."""
        return self.replica_across is not None and not self.replica_across.detached

    @property
    def across_due_ms(self) -> int | None:
        """When values are to be copied to the replica in another account; `None`: it has all of them, or there is none.

        It follows from the revision, so every commit of a change makes it due.
        """
        link = self.replica_across
        if link is None or link.detached or link.acked == self.revision:
            return None
        return link.retry_ms if link.tried == self.revision else 0

    @property
    def primary_region(self) -> str | None:
        """The Region that is written, for a secret that is replicated; this Region for a primary."""
        if self.incoming is not None and self.incoming.role is Role.REPLICA:
            return self.incoming.primary_region
        return self.region if self.active_links else None

    @property
    def active_links(self) -> tuple[Link, ...]:
        """The replicas that the API shows; a leaving link is invisible until the replica has acknowledged."""
        return tuple(link for link in self.links if link.lifecycle is Lifecycle.ACTIVE)

    @property
    def accessed_day(self) -> int | None:
        return max(
            (v.accessed_day for v in self.versions.values() if v.accessed_day is not None), default=None
        )

    def holder_of(self, label: str) -> Version | None:
        for version in self.versions.values():
            if label in version.labels:
                return version
        return None


@dataclass(frozen=True, slots=True, kw_only=True)
class SealedValue:
    """A version's value as the store keeps it: sealed under a data key, which KMS keys of this Region hold."""

    version_id: str
    sealed: bytes
    data_keys: Mapping[str, bytes]
    """By key ARN, in the order in which they are tried: the data key as KMS returned it."""
