"""Policies made ready to be decided by: read once, asked a thousand times.

A statement is made ready when its policy is stored or first used. A principal's policies together are a `PolicySet`, which
finds the statements for an action once and remembers them, so that a decision looks only at statements that may apply.

A caller whose unique id is known is named by that id alone, and its role or user likewise: a policy that was kept holds
ids (`policy_principals.py`), and where it holds the ARN of a user or role after all, that was written about somebody
else, of an account that was not held here. Without an id, as in a simulation, callers are named by their ARNs.

Source: IAM User Guide, JSON policy elements: Action, Resource, Principal, NotPrincipal; facts B.2, B.5; decision 0008.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import IntEnum, StrEnum

import msgspec

from watchword.identity.arn_patterns import ARNPatterns, arn_patterns
from watchword.identity.conditions import Check, check
from watchword.identity.policy_document import Effect, Policy, Principals, Statement
from watchword.identity.variables import Context
from watchword.identity.wildcards import Patterns, parts_of, patterns

ACTIONS_REMEMBERED = 512
"""Actions whose statements a set remembers; the operations table has fewer, so only a simulation can name more."""


class CallerKind(StrEnum):
    ROOT = "root user"
    USER = "user"
    ROLE_SESSION = "role session"
    FEDERATED_USER = "federated user"
    SERVICE = "service"
    WEB_IDENTITY = "web identity"
    """Somebody whom an identity provider vouches for, on the way to a role."""
    ANONYMOUS = "anonymous"


class Caller(msgspec.Struct, frozen=True, kw_only=True):
    """Who asks, as policies can name them."""

    kind: CallerKind
    arn: str
    """A service's principal (`lambda.amazonaws.com`) and an identity provider stand for themselves."""
    account: str = ""
    """Empty for those that belong to no account."""
    account_arn: str = ""
    """`arn:aws:iam::123456789012:root`."""
    issuer_arn: str = ""
    """Of a role session its role, of a federated user the user who vouched."""
    named: str
    """As what policies and grants name it: the unique id of a user, where it is known; else the ARN."""
    issuer_named: str = ""
    """As what they name its issuer."""


def caller(
    kind: CallerKind, arn: str, *, issuer_arn: str = "", unique_id: str = "", issuer_id: str = ""
) -> Caller:
    """Name a caller that belongs to the account of its ARN: root user, user, role session or federated user.

    `unique_id` is a user's: sessions and root users are named by their ARNs.
    """
    _, partition, _, _, account, _ = arn.split(":", 5)
    return Caller(
        kind=kind,
        arn=arn,
        account=account,
        account_arn=f"arn:{partition}:iam::{account}:root",
        issuer_arn=issuer_arn,
        named=unique_id or arn,
        issuer_named=issuer_id or issuer_arn,
    )


def outsider(kind: CallerKind, arn: str = "") -> Caller:
    """Name a caller that belongs to no account: a service, a web identity (by its provider), nobody known."""
    return Caller(kind=kind, arn=arn, named=arn)


ANONYMOUS = outsider(CallerKind.ANONYMOUS)


class Reach(IntEnum):
    """How closely a statement's principal names a caller; the closer, the less can limit what it grants."""

    NOT = 0
    ACCOUNT = 1
    """Its account, which so may decide by its own policies."""
    ISSUER = 2
    """The role of its session, or the user who vouched for it."""
    DIRECT = 3
    """Itself, or everybody."""


class Named(msgspec.Struct, frozen=True, kw_only=True):
    """Whom a statement names."""

    everybody: bool
    aws: frozenset[str]
    service: frozenset[str]
    federated: frozenset[str]

    def reach(self, who: Caller) -> Reach:
        match who.kind:
            case CallerKind.SERVICE:
                return Reach.DIRECT if self.everybody or who.arn in self.service else Reach.NOT
            case CallerKind.WEB_IDENTITY:
                # Not everybody: a role that trusts `*` has not chosen an identity provider.
                return Reach.DIRECT if who.arn in self.federated else Reach.NOT
            case CallerKind.ANONYMOUS:
                return Reach.DIRECT if self.everybody else Reach.NOT
        if self.everybody or who.named in self.aws:
            return Reach.DIRECT
        if who.issuer_named in self.aws:
            return Reach.ISSUER
        return Reach.ACCOUNT if who.account_arn in self.aws or who.account in self.aws else Reach.NOT

    def touches(self, who: Caller) -> bool:
        """Whether a Deny means this caller: by any of its names."""
        return self.everybody or self.reach(who) is not Reach.NOT

    def spares(self, who: Caller) -> bool:
        """Whether a Deny by NotPrincipal leaves this caller out: each of its names has to be there."""
        match who.kind:
            case CallerKind.SERVICE | CallerKind.WEB_IDENTITY | CallerKind.ANONYMOUS:
                return self.touches(who)
        if self.everybody:
            return True
        names = (who.named, who.issuer_named) if who.issuer_named else (who.named,)
        account = who.account_arn in self.aws or who.account in self.aws
        # The root user is its account.
        return account and (who.kind is CallerKind.ROOT or all(name in self.aws for name in names))


class Compiled(msgspec.Struct, frozen=True, kw_only=True):
    """One statement, made ready."""

    policy: str
    """The name or ARN of its policy, as whoever asks why should read it."""
    index: int
    """Its place in its policy, from 0."""
    sid: str
    denies: bool
    actions: Patterns
    not_actions: bool
    everything: bool
    """Its resource is `*`, or it is a trust policy's."""
    resources: ARNPatterns
    not_resources: bool
    principals: Named | None
    not_principals: Named | None
    checks: tuple[Check, ...]

    def means(self, action: str) -> bool:
        return self.actions.match(action.lower()) is not self.not_actions

    def covers(self, resource: str, context: Context) -> bool:
        if self.everything:
            return not self.not_resources
        if self.resources.match(resource, context):
            return not self.not_resources
        # A pattern with a variable that stands for nothing matches no resource. Then nobody knows what the author meant
        # to leave out: an Allow allows nothing, a Deny leaves nothing out.
        return self.not_resources and (self.denies or not self.resources.unresolved(context))

    def applies(self, resource: str, context: Context) -> bool:
        """Whether it applies to a request for an action that it means, leaving principals aside."""
        if not self.covers(resource, context):
            return False
        for one in self.checks:  # noqa: SIM110 - a generator costs more than most checks
            if not one.holds(context):
                return False
        return True

    def grants(self, who: Caller) -> Reach:
        """How closely an Allow of a resource's policy names a caller."""
        if self.principals is not None:
            return self.principals.reach(who)
        if self.not_principals is None or self.not_principals.touches(who):
            return Reach.NOT
        return Reach.DIRECT

    def refuses(self, who: Caller, *, bounded: bool) -> bool:
        """Whether a Deny of a resource's policy means a caller; `bounded`: it has a permissions boundary.

        NotPrincipal denies whoever has a boundary, named or not. Source: JSON policy elements: NotPrincipal.
        """
        if self.principals is not None:
            return self.principals.touches(who)
        return self.not_principals is None or bounded or not self.not_principals.spares(who)


class Relevant(msgspec.Struct, frozen=True, kw_only=True):
    """A set's statements that mean one action, in order."""

    denies: tuple[Compiled, ...]
    allows: tuple[Compiled, ...]


class PolicySet(msgspec.Struct, frozen=True, kw_only=True):
    """Policies of which one has to allow: all of a principal's, or the one of a resource."""

    statements: tuple[Compiled, ...]
    remembered: dict[str, Relevant] = msgspec.field(default_factory=dict)
    """What `relevant` found; it holds nothing that `statements` does not say."""

    def relevant(self, action: str) -> Relevant:
        found = self.remembered.get(action)
        if found is None:
            meant = [statement for statement in self.statements if statement.means(action)]
            found = Relevant(
                denies=tuple(one for one in meant if one.denies),
                allows=tuple(one for one in meant if not one.denies),
            )
            if len(self.remembered) >= ACTIONS_REMEMBERED:
                self.remembered.clear()
            self.remembered[action] = found
        return found


def policy_set(policies: Iterable[tuple[Compiled, ...]]) -> PolicySet:
    """Put compiled policies together."""
    return PolicySet(statements=tuple(statement for policy in policies for statement in policy))


NOTHING = PolicySet(statements=())


def compiled(policy: Policy, *, name: str) -> tuple[Compiled, ...]:
    """Make the statements of a policy ready. Pure."""
    return tuple(
        _compiled(statement, name=name, index=index, variables=policy.has_variables)
        for index, statement in enumerate(policy.statements)
    )


def _compiled(statement: Statement, *, name: str, index: int, variables: bool) -> Compiled:
    resources = statement.resources or statement.not_resources
    actions = statement.actions or statement.not_actions
    return Compiled(
        policy=name,
        index=index,
        sid=statement.sid,
        denies=statement.effect is Effect.DENY,
        actions=patterns(parts_of(action.lower()) for action in actions),
        not_actions=bool(statement.not_actions),
        everything="*" in resources or not resources,
        resources=arn_patterns(resources, variables=variables),
        not_resources=bool(statement.not_resources),
        principals=_named(statement.principals),
        not_principals=_named(statement.not_principals),
        checks=tuple(check(condition, variables=variables) for condition in statement.conditions),
    )


def _named(principals: Principals | None) -> Named | None:
    if principals is None:
        return None
    return Named(
        everybody=principals.everybody,
        aws=frozenset(principals.aws),
        service=frozenset(principals.service),
        federated=frozenset(principals.federated),
    )
