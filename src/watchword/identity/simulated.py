"""A simulated request: what policies would decide on it, and all that is said of it afterwards. Pure.

It is decided by `decision.decide`, which decides real requests. Callers are named by their ARNs, since nobody signs; the
condition keys are those that whoever asks has given, and what is known of the caller where he has given none.

Deliberately not here: organizations' policies, and a resource's own policy unless it is given.

Source: IAM API reference, SimulateCustomPolicy, SimulatePrincipalPolicy, EvaluationResult; facts B.2.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from watchword.identity import explanation
from watchword.identity.compiled import Caller, Compiled, PolicySet, compiled, policy_set
from watchword.identity.decision import Asked, Decision, PoliciesOfPrincipal, ResourceSide, Side, decide
from watchword.identity.policy_document import Policy, PolicyKind, Statement, read
from watchword.identity.variables import Variable, template

BOUNDARY = "boundary"


class SourceKind(StrEnum):
    """Where a policy comes from. Source: IAM API, Statement, SourcePolicyType."""

    USER = "user"
    GROUP = "group"
    ROLE = "role"
    AWS_MANAGED = "aws-managed"
    USER_MANAGED = "user-managed"
    RESOURCE = "resource"
    NONE = "none"
    """Given with the request."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A policy of a simulation."""

    policy_id: str
    kind: SourceKind
    document: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Matched:
    """A statement that made the decision."""

    source: Source
    index: int
    """Its place in the policy, from 0."""


class Verdict(StrEnum):
    """Source: IAM API, EvalDecision."""

    ALLOWED = "allowed"
    EXPLICIT_DENY = "explicitDeny"
    IMPLICIT_DENY = "implicitDeny"


STRICTEST_LAST = (Verdict.ALLOWED, Verdict.IMPLICIT_DENY, Verdict.EXPLICIT_DENY)


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What was found of one action on one resource."""

    resource: str
    verdict: Verdict
    matched: tuple[Matched, ...]
    missing: tuple[str, ...]
    """Condition keys that statements about this action name, as they write them, and the request lacks."""
    within_boundary: bool | None
    """`None`: there is no boundary."""
    details: Mapping[str, Verdict]
    """By type of policy; across accounts alone."""


class Simulation:
    """Policies and a caller, made ready to be asked about many actions and resources."""

    def __init__(
        self,
        *,
        caller: Caller,
        identity: Iterable[Source],
        boundary: str | None,
        resource_policy: str | None,
        context: Mapping[str, tuple[str, ...]],
    ) -> None:
        """`context`: by condition key in lower case.

        Raises:
            PolicyRefused: a document is no policy.
        """
        self._caller = caller
        self._context = context
        self._sources: dict[str, Source] = {}
        """By the names that statements have here: those of two policies may be the same."""
        self._keys: dict[tuple[str, int], tuple[str, ...]] = {}
        """The condition keys of each statement."""
        self._identity = PoliciesOfPrincipal(
            identity=policy_set(
                self._ready(source, PolicyKind.IDENTITY, name=str(number))
                for number, source in enumerate(identity)
            ),
            boundary=None
            if boundary is None
            else policy_set([compiled(read(boundary, kind=PolicyKind.IDENTITY), name=BOUNDARY)]),
        )
        self._resource_policy: PolicySet | None = None
        if resource_policy is not None:
            source = Source(policy_id="ResourcePolicy", kind=SourceKind.RESOURCE, document=resource_policy)
            ready = self._ready(source, PolicyKind.RESOURCE, name=source.policy_id)
            self._resource_policy = policy_set([ready])

    def _ready(self, source: Source, kind: PolicyKind, *, name: str) -> tuple[Compiled, ...]:
        policy = read(source.document, kind=kind)
        self._sources[name] = source
        for index, statement in enumerate(policy.statements):
            self._keys[name, index] = tuple(_keys(statement, variables=policy.has_variables))
        return compiled(policy, name=name)

    def ask(self, action: str, resource: str, *, owner: str | None) -> Result:
        """Decide on a request; `owner` is the account of the resource."""
        asked = Asked(action=action, resource=resource, caller=self._caller, context=self._context)
        side = ResourceSide(
            account=owner,
            policy=self._resource_policy,
            # As everywhere: whom a key's policy does not let in has no access.
            decides_itself=self._resource_policy is not None and _is_key(resource),
        )
        decided = decide(asked, identity=self._identity, resource=side)
        verdict = verdict_of(decided)
        crosses = owner is not None and owner != self._caller.account
        return Result(
            resource=resource,
            verdict=verdict,
            matched=tuple(self._matched(asked, verdict, side)),
            missing=tuple(self._missing(action)),
            within_boundary=self._within_boundary(asked),
            details=self._details(asked, side) if crosses else {},
        )

    def _matched(self, asked: Asked, verdict: Verdict, side: ResourceSide) -> Iterator[Matched]:
        """The statements that apply and say what was decided: of the principal and the resource, not of the boundary."""
        if verdict is Verdict.IMPLICIT_DENY:
            return
        for one in explanation.considered(asked, identity=self._identity, resource=side):
            said = one.statement.denies is (verdict is Verdict.EXPLICIT_DENY)
            source = self._sources.get(one.statement.policy)
            if one.applies and said and source is not None:
                yield Matched(source=source, index=one.statement.index)

    def _missing(self, action: str) -> Iterator[str]:
        policies = (self._identity.identity, self._resource_policy)
        found: dict[str, None] = {}
        for policy in policies:
            for statement in () if policy is None else policy.statements:
                if statement.means(action):
                    found |= dict.fromkeys(self._keys[statement.policy, statement.index])
        yield from (key for key in found if not self._context.get(key.lower()))

    def _within_boundary(self, asked: Asked) -> bool | None:
        boundary = self._identity.boundary
        if boundary is None:
            return None
        return decide(asked, identity=PoliciesOfPrincipal(identity=boundary)).allowed

    def _details(self, asked: Asked, side: ResourceSide) -> Mapping[str, Verdict]:
        """AWS documents what this map is for, and not its keys; these are the names that its pages use."""
        own = decide(asked, identity=PoliciesOfPrincipal(identity=self._identity.identity))
        details = {"IAM Policy": verdict_of(own)}
        if self._identity.boundary is not None:
            bounded = decide(asked, identity=PoliciesOfPrincipal(identity=self._identity.boundary))
            details["Permissions Boundary Policy"] = verdict_of(bounded)
        let_in = decide(asked, identity=PoliciesOfPrincipal(), resource=side)
        # With nothing of its own the principal is always refused in the end; by the resource only if that is what refused.
        passed = not let_in.explicit and let_in.by is not Side.RESOURCE
        details["Resource Policy"] = Verdict.ALLOWED if passed else verdict_of(let_in)
        return details


def verdict_of(decision: Decision) -> Verdict:
    if decision.allowed:
        return Verdict.ALLOWED
    return Verdict.EXPLICIT_DENY if decision.explicit else Verdict.IMPLICIT_DENY


def strictest(verdicts: Iterable[Verdict]) -> Verdict:
    """One decision for several resources."""
    return max(verdicts, key=STRICTEST_LAST.index)


def context_keys(policy: Policy) -> tuple[str, ...]:
    """Every condition key that a policy names, in its conditions and its variables, as it is written first. Pure."""
    found: dict[str, str] = {}
    for statement in policy.statements:
        for key in _keys(statement, variables=policy.has_variables):
            found.setdefault(key.lower(), key)
    return tuple(found.values())


def _keys(statement: Statement, *, variables: bool) -> Iterator[str]:
    texts = [*statement.resources, *statement.not_resources]
    for condition in statement.conditions:
        yield condition.key
        texts += condition.values
    for text in texts if variables else ():
        for part in template(text, wildcards=False, variables=True).parts:
            if isinstance(part, Variable):
                # A variable is kept in lower case; its author's spelling stands in the text.
                at = text.lower().index(part.key)
                yield text[at : at + len(part.key)]


def _is_key(resource: str) -> bool:
    parts = resource.split(":", 5)
    return len(parts) == 6 and parts[2] == "kms" and parts[5].startswith("key/")
