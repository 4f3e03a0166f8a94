"""The call that an operation runs in, and how a service binds an operation to its code.

A service's operation is one function, `run(request, resource, call) -> answer`. It reads, decides and stages; it never
commits. What it may use of the world is in `Call`, handed in by the gate.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
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
    ROOT = "Root"
    REGION = "Region"
    """Another Region of this deployment, known by its certificate, or this Region's own agent."""


class Principal(msgspec.Struct, frozen=True, kw_only=True):
    """Who calls: an account's root user, or a Region on the peer port."""

    kind: PrincipalKind
    arn: str
    account: str
    user_id: str
    access_key_id: str | None = None


def root_of(account: str, *, partition: str) -> Principal:
    """The account's root user; in its name replication uses keys until IAM exists."""
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
    """Every Region of this deployment, in its order."""


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
    accessed: Callable[[str, str, str], None]
    """Note that (account, sid, version id) was read; the day reaches the store within a minute, never in this request."""
    via: str | None = None
    """The service that calls in the caller's name: `secretsmanager.us-east-1.amazonaws.com` (`kms:ViaService`)."""

    @property
    def account(self) -> str:
        return self.principal.account


class Found(msgspec.Struct, Generic[ResourceT], frozen=True, kw_only=True):
    """What a request means, read before policy is asked.

    When the resource is not there, `missing` is the refusal that an allowed caller sees; one who is not allowed learns
    nothing of it. `arn` is what policy decides on: the resource's ARN, or the identifier as sent where nothing was found.
    """

    resource: ResourceT
    arn: str
    missing: ApiError | None = None
    tags: Mapping[str, str] = msgspec.field(default_factory=dict)
    also: tuple[tuple[Operation, Found[Any]], ...] = ()
    """What has to be allowed besides, each on a resource of its own: an alias and its key, say."""
    policy: str | None = None
    """The resource's own policy."""
    decides_itself: bool = False
    """A key: whom its policy does not let in has no access."""
    region: str | None = None
    """Another Region, where the permission is asked for: of what a request makes there."""
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
