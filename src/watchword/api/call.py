"""The call that an operation runs in, and how a service binds an operation to its code.

A service's operation is one function, `run(request, resource, call) -> answer`. It reads, decides and stages; it never
commits. What it may use of the world is in `Call`, handed in by the gate.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Generic, Protocol, TypeVar

import msgspec

from watchword.api.errors import ApiError
from watchword.api.operation import Operation
from watchword.api.shape import Shape

StoreT = TypeVar("StoreT")
RequestT = TypeVar("RequestT", bound=Shape)
ResourceT = TypeVar("ResourceT")


class PrincipalKind(StrEnum):
    """As CloudTrail's `userIdentity.type` has it."""

    ROOT = "Root"
    USER = "IAMUser"
    ROLE_SESSION = "AssumedRole"
    FEDERATED_USER = "FederatedUser"
    WEB_IDENTITY = "WebIdentityUser"
    """Somebody whom an identity provider vouches for, on the way to a role; of no account."""
    REGION = "Region"
    """Another Region of this deployment, known by its certificate, or this Region's own agent."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Session:
    """What temporary credentials carry. Compared by identity: whoever opened a token keeps what it found."""

    policies: tuple[str, ...] = ()
    """Session policies, as documents."""
    policy_arns: tuple[str, ...] = ()
    """Managed policies that limit it."""
    tags: tuple[tuple[str, str], ...] = ()
    """Session tags, which stand before those of the user or role."""
    transitive: frozenset[str] = frozenset()
    """Keys of session tags that the next role of a chain takes over."""
    source_identity: str | None = None
    federated_provider: str | None = None
    """`aws:FederatedProvider`: the identity provider's ARN."""
    chained: bool = False
    """Made with another role's session."""
    of_root: bool = False
    """GetSessionToken of the root user, or GetFederationToken."""
    issued_ms: int = 0
    expires_ms: int = 0
    region: str = ""
    """Where it was issued."""
    claims: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Of a web identity: what its token says, by condition key in lower case."""


class Principal(msgspec.Struct, frozen=True, kw_only=True):
    """Who calls: a root user, a user, a session, or a Region on the peer port."""

    kind: PrincipalKind
    arn: str
    account: str
    user_id: str
    """`aws:userid`: the account id of its root user; `AIDA…` of a user; `AROA…:SESSION` of a role's session."""
    access_key_id: str | None = None
    unique_id: str = ""
    """By which policies remember it: of a user `AIDA…`; of a role's session `AROA…:SESSION`; else empty."""
    issuer_arn: str = ""
    """Of a role's session the role's ARN, of a federated user the user's who vouched."""
    issuer_id: str = ""
    """The same, as policies remember it: `AROA…`, `AIDA…`."""
    name: str | None = None
    """`aws:username`: of a user, and of sessions that a user got for itself."""
    tags: tuple[tuple[str, str], ...] = ()
    """`aws:PrincipalTag/…`: of the user or role, and over them the session's."""
    session: Session | None = None
    """`None` for access keys that do not expire."""

    @property
    def remembered_as(self) -> str:
        """By which policies and grants name it: a user by its unique id, everybody else by its ARN."""
        return self.unique_id if self.kind is PrincipalKind.USER and self.unique_id else self.arn

    @property
    def acts_as(self) -> str:
        """By which it is remembered for what goes on in its name when it is gone: a session's role, not the session."""
        return self.issuer_id or self.unique_id or self.arn

    @property
    def issuer_remembered_as(self) -> str:
        """The same of who issued its session; empty if nobody did."""
        return self.issuer_id or self.issuer_arn


def root_of(account: str, *, partition: str) -> Principal:
    """The account's root user."""
    return Principal(
        kind=PrincipalKind.ROOT, arn=f"arn:{partition}:iam::{account}:root", account=account, user_id=account
    )


class Occur(Protocol):
    """Leave an event of something that the Region did by itself (CloudTrail's AwsServiceEvent), with the commit."""

    def __call__(
        self, name: str, *, account: str, arn: str, details: Mapping[str, str], reason: str | None = None
    ) -> None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """The Region that answers, and the deployment around it: fixed for the life of a process."""

    partition: str
    region: str
    dns_suffix: str
    hosted_regions: tuple[str, ...]
    """Every Region of this deployment's that is of the partition, in its order."""
    control: str = ""
    """The partition's control Region, where IAM is written; empty while it moves, and then nobody writes it."""
    opt_in: frozenset[str] = frozenset()
    """Those of `hosted_regions` that are disabled until an account enables them."""

    @property
    def is_control(self) -> bool:
        return self.control == self.region


class Change(Protocol):
    """Something staged: the stores know how to write each kind, and commit all of a request's in one transaction."""


class Invoke(Protocol):
    """Call another operation of this Region through the gate, in the same unit of work."""

    def __call__(
        self, operation: Operation, request: Shape, *, principal: Principal | None = None
    ) -> Any: ...


class WouldAllow(Protocol):
    """Whether this caller could do something to a resource that had this policy: so that nobody locks themselves out."""

    def __call__(self, policy: str, /, *, action: str, arn: str, decides_itself: bool = False) -> bool: ...


class UnknownPrincipal(Exception):
    """A policy or grant names a user or role that does not exist, in an account that this deployment holds."""

    def __init__(self, arn: str) -> None:
        super().__init__("a user or role does not exist")
        self.arn = arn


class Names(Protocol):
    """How policies and grants name users and roles: kept by unique id, shown by the ARN of today (decision 0008)."""

    def remembered(self, arn: str, /) -> str:
        """Raises UnknownPrincipal."""

    def shown(self, remembered: str, /) -> str: ...

    def policy_remembered(self, text: str, /) -> str:
        """Of a document that was found to obey the grammar. Raises UnknownPrincipal."""

    def policy_shown(self, text: str, /) -> str: ...

    def acting(self, remembered: str, /, *, account: str) -> Principal:
        """A principal of an account, as it is now, for what is done in its name without it. Raises UnknownPrincipal."""


class Call(msgspec.Struct, Generic[StoreT], frozen=True, kw_only=True):
    """One operation's share of the world. Pure rules get plain arguments instead."""

    principal: Principal
    place: Place
    now: int
    """Milliseconds since 1970 UTC; the same throughout one request."""
    entropy: Callable[[int], bytes]
    """That many random bytes."""
    store: StoreT
    stage: Callable[[Change], None]
    invoke: Invoke
    occurred: Occur
    would_allow: WouldAllow
    names: Names
    accessed: Callable[[str, str, str], None]
    """Note that (account, sid, version id) was read; the day reaches the store within a minute, never in this request."""
    via: str | None = None
    """The service that calls in the caller's name: `secretsmanager.us-east-1.amazonaws.com` (`kms:ViaService`)."""

    @property
    def account(self) -> str:
        return self.principal.account


class Granting(msgspec.Struct, frozen=True, kw_only=True):
    """A grant that permits what a request asks for."""

    grant_id: str
    grantee: str
    """Whom it permits it, as `Principal.remembered_as` has it; or the ARN of an account, whose policies decide then."""


class Found(msgspec.Struct, Generic[ResourceT], frozen=True, kw_only=True):
    """What a request means, read before policy is asked.

    When the resource is not there, `missing` is the refusal that an allowed caller sees; one who is not allowed learns
    nothing of it. `arn` is what policy decides on: the resource's ARN, or the identifier as sent where nothing was found.
    """

    resource: ResourceT
    arn: str
    missing: ApiError | None = None
    named: str | None = None
    """How a refusal names it, whether it is there or not; without it, as the request does."""
    tags: Mapping[str, str] = msgspec.field(default_factory=dict)
    also: tuple[tuple[Operation, Found[Any]], ...] = ()
    """What has to be allowed besides, each on a resource of its own: an alias and its key, say."""
    policy: str | None = None
    """The resource's own policy."""
    decides_itself: bool = False
    """A key: whom its policy does not let in has no access."""
    region: str | None = None
    """Another Region, where the permission is asked for: of what a request makes there."""
    is_role: bool = False
    """A role that is to be assumed: it decides itself, by its trust policy. A refusal never says by which statement or
    policy, for that would tell whether the role is there."""
    grants: Callable[[str], Iterable[Granting]] | None = None
    """Of a key: the grants that permit this caller, in this request, an action (`kms:Decrypt`); asked only if no policy
    allows it."""
    facts: Callable[[], Mapping[str, tuple[str, ...]]] | None = None
    """What policies may ask of it, by condition key in lower case; worked out only if one does."""


class Scope(msgspec.Struct, frozen=True, kw_only=True):
    """What `find` may know: whose request, where."""

    principal: Principal
    place: Place

    @property
    def account(self) -> str:
        return self.principal.account


@dataclass(frozen=True, slots=True, kw_only=True)
class Bound:
    """An operation and the two functions that carry it out: `find(request, scope, store)`, `run(request, resource, call)`.

    `find` also refuses what is wrong with the identifier itself, for that needs no policy to be told.
    """

    operation: Operation
    find: Callable[[Any, Scope, Any], Found[Any]]
    run: Callable[[Any, Any, Call[Any]], Shape | None]
    identify: Callable[[Any, Place, Any, int], Principal] | None = None
    """Of an operation that nobody signs: who asks, as the request itself proves, by `(request, place, store, now)`."""
