"""The decision on policies: may this caller do this to that resource?

  1. An explicit deny wins, whichever policy it stands in: of the principal, its boundary, its session, the resource.
     Across accounts the resource's side is asked first, and whom it does not let in learns of its refusal alone: the
     caller's own policies may ask for tags of what was found, and so must not be heard before.
  2. Who has no policies of its own (a service, a web identity, nobody known) is allowed by the resource's policy alone.
  3. A grant on a key allows its grantee: whoever is named itself finally, the session of a named role within (7). One to
     an account hands the decision to the account's policies, as a key's policy that names it would.
  4. Across accounts the resource's policy must allow (see 1), and then the principal's own policies as well.
  5. Where a resource decides for itself (a key, a role) its policy must allow. What names only the account hands the
     decision to the account's policies.
  6. Within an account a resource's policy that names the caller itself (or everybody) is final; one that names the
     session's role, or the user who vouched for it, is so within (7).
  7. Else the principal's own policies must allow, and its permissions boundary and its session's policies, where there
     are any. The root user needs no policy. A federated user has a session policy or no permissions of its own.

A boundary does not limit service-linked roles. Which policy type a refusal names, if several refuse: in the order above.

Deliberately not here: organizations' policies, what needs no permission at all (GetCallerIdentity), operations between
Regions, and which operations other accounts can call.

Source: IAM User Guide, Policy evaluation logic, Cross-account policy evaluation logic, Permissions boundaries, Session
policies; KMS Developer Guide, Troubleshooting key access; facts B.2.
"""

from __future__ import annotations

from enum import StrEnum

import msgspec

from watchword.identity.compiled import NOTHING, Caller, CallerKind, Compiled, PolicySet, Reach
from watchword.identity.variables import Context

SERVICE_LINKED = ":role/aws-service-role/"


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """One request, as policies see it."""

    action: str
    """As the operations table has it: `secretsmanager:GetSecretValue`."""
    resource: str
    """An ARN, `*`, or the identifier as sent where nothing was found."""
    caller: Caller
    context: Context


class PoliciesOfPrincipal(msgspec.Struct, frozen=True, kw_only=True):
    """What a principal's own account says about it."""

    identity: PolicySet = NOTHING
    """Inline, managed and its groups'; of a federated user those of the user who vouched."""
    boundary: PolicySet | None = None
    session: PolicySet | None = None


class Granted(msgspec.Struct, frozen=True, kw_only=True):
    """A grant on a key whose operations and constraints fit the request already."""

    grant_id: str
    grantee: str
    """Its grantee principal, as `Caller.named` has it; or the ARN of an account."""


class ResourceSide(msgspec.Struct, frozen=True, kw_only=True):
    """What the resource says about who may use it."""

    account: str | None = None
    """`None`: the caller's own."""
    policy: PolicySet | None = None
    decides_itself: bool = False
    """A key or a role: nobody has access whom its policy does not let in."""
    is_role: bool = False
    """Its policy is a trust policy, and refusals say so."""
    grants: tuple[Granted, ...] = ()


OWN = ResourceSide()
"""A resource of the caller's account that has no policy, and operations on `*`."""


class Side(StrEnum):
    """What decided, in AWS's words."""

    IDENTITY = "identity-based policy"
    RESOURCE = "resource-based policy"
    TRUST = "role trust policy"
    BOUNDARY = "permissions boundary"
    SESSION = "session policy"
    GRANT = "grant"
    ROOT = "root user"


class Decision(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """What was decided, and what decided it."""

    allowed: bool
    by: Side
    statement: Compiled | None = None
    """The statement that allowed or denied; `None` if none did."""
    grant_id: str | None = None

    @property
    def explicit(self) -> bool:
        """Whether a Deny was found; a refusal without one is implicit."""
        return not self.allowed and self.statement is not None


def decide(asked: Asked, *, identity: PoliciesOfPrincipal, resource: ResourceSide = OWN) -> Decision:
    """Decide on a request. Pure, but for what sets of policies remember."""
    who = asked.caller
    identity = _own(who, identity)
    # (1)
    crosses = bool(who.account) and resource.account not in (None, who.account)
    if crosses:
        kept_out = _kept_out(asked, identity, resource)
        if kept_out is not None:
            return kept_out
    denied = _denied(asked, identity, resource)
    if denied is not None:
        return denied
    reach, granting = _reach(asked, resource)
    by = Side.TRUST if resource.is_role else Side.RESOURCE
    from_resource = Decision(allowed=reach is not Reach.NOT, by=by, statement=granting)
    # (2)
    if not who.account:
        return from_resource
    # (3)
    for granted in resource.grants:
        allowed = Decision(allowed=True, by=Side.GRANT, grant_id=granted.grant_id)
        if granted.grantee == who.named:
            return allowed
        if who.issuer_named and granted.grantee == who.issuer_named:
            return _limited(asked, identity, allowed)
        if granted.grantee == who.account_arn:
            reach = max(reach, Reach.ACCOUNT)
    # (5)
    if resource.decides_itself and reach is Reach.NOT:
        return from_resource
    # (6)
    if not crosses:
        if reach is Reach.DIRECT:
            return from_resource
        if reach is Reach.ISSUER:
            return _limited(asked, identity, from_resource)
    # (7)
    return _by_identity(asked, identity)


def _own(who: Caller, identity: PoliciesOfPrincipal) -> PoliciesOfPrincipal:
    """The policies of a principal that count for this kind of it."""
    if who.kind is CallerKind.FEDERATED_USER and identity.session is None:
        return PoliciesOfPrincipal(identity=identity.identity, boundary=identity.boundary, session=NOTHING)
    if identity.boundary is not None and SERVICE_LINKED in who.issuer_arn:
        return PoliciesOfPrincipal(identity=identity.identity, session=identity.session)
    return identity


def _denied(asked: Asked, identity: PoliciesOfPrincipal, resource: ResourceSide) -> Decision | None:
    for by, policies in (
        (Side.IDENTITY, identity.identity),
        (Side.BOUNDARY, identity.boundary),
        (Side.SESSION, identity.session),
    ):
        if policies is None:
            continue
        for statement in policies.relevant(asked.action).denies:
            if statement.applies(asked.resource, asked.context):
                return Decision(allowed=False, by=by, statement=statement)
    return _denied_by_resource(asked, identity, resource)


def _denied_by_resource(
    asked: Asked, identity: PoliciesOfPrincipal, resource: ResourceSide
) -> Decision | None:
    if resource.policy is None:
        return None
    bounded = identity.boundary is not None
    for statement in resource.policy.relevant(asked.action).denies:
        if statement.refuses(asked.caller, bounded=bounded) and statement.applies(
            asked.resource, asked.context
        ):
            by = Side.TRUST if resource.is_role else Side.RESOURCE
            return Decision(allowed=False, by=by, statement=statement)
    return None


def _kept_out(asked: Asked, identity: PoliciesOfPrincipal, resource: ResourceSide) -> Decision | None:
    """The refusal of another account's resource; `None` if it, or a grant on it, lets the caller in."""
    denied = _denied_by_resource(asked, identity, resource)
    if denied is not None:
        return denied
    who = asked.caller
    if any(one.grantee in (who.named, who.issuer_named, who.account_arn) for one in resource.grants):
        return None
    reach, _ = _reach(asked, resource)
    by = Side.TRUST if resource.is_role else Side.RESOURCE
    return Decision(allowed=False, by=by) if reach is Reach.NOT else None


def _reach(asked: Asked, resource: ResourceSide) -> tuple[Reach, Compiled | None]:
    """How closely the resource's policy lets the caller in, and by which statement."""
    closest, granting = Reach.NOT, None
    if resource.policy is None:
        return closest, granting
    for statement in resource.policy.relevant(asked.action).allows:
        reach = statement.grants(asked.caller)
        if reach > closest and statement.applies(asked.resource, asked.context):
            closest, granting = reach, statement
    return closest, granting


def _by_identity(asked: Asked, identity: PoliciesOfPrincipal) -> Decision:
    if asked.caller.kind is CallerKind.ROOT:
        return Decision(allowed=True, by=Side.ROOT)
    statement = _allowing(asked, identity.identity)
    allowed = Decision(allowed=statement is not None, by=Side.IDENTITY, statement=statement)
    return _limited(asked, identity, allowed) if allowed.allowed else allowed


def _limited(asked: Asked, identity: PoliciesOfPrincipal, allowed: Decision) -> Decision:
    """What was allowed, if boundary and session allow it too."""
    if identity.boundary is not None and _allowing(asked, identity.boundary) is None:
        return Decision(allowed=False, by=Side.BOUNDARY)
    if identity.session is not None and _allowing(asked, identity.session) is None:
        return Decision(allowed=False, by=Side.SESSION)
    return allowed


def _allowing(asked: Asked, policies: PolicySet) -> Compiled | None:
    for statement in policies.relevant(asked.action).allows:
        if statement.applies(asked.resource, asked.context):
            return statement
    return None
