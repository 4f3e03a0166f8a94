"""The policy decision: may this principal do this to that resource?

This is the one place that the gate asks. It knows what is decided without a policy, and puts together what `decision.py`
decides on: the principal's own policies, from its account's `Directory`, and the resource's. The root user needs no policy
of its own; the policies of secrets and keys bind it all the same.

  1. Operations between Regions are for Regions, and for nobody else.
  2. A Region asks for nothing but these operations in its own name.
  3. An operation that AWS lets everybody call (GetCallerIdentity) is allowed.
  4. The root user may always take the policy of one of its account's secrets away: a policy that denies everything to
     everybody could not be mended otherwise.
  5. All else is decided on policies; a policy that can't be read allows nobody anything.

Source: IAM User Guide, policy evaluation logic; reliability: authorize before anything found is revealed.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any

import msgspec

from watchword.api.call import Found, Principal, PrincipalKind
from watchword.api.errors import AccessDeniedException
from watchword.api.operation import Operation
from watchword.api.shape import Shape
from watchword.identity import explanation
from watchword.identity.compiled import Caller, CallerKind, PolicySet, caller, compiled, outsider, policy_set
from watchword.identity.decision import Asked, Granted, PoliciesOfPrincipal, ResourceSide, Side
from watchword.identity.decision import Decision as Decided
from watchword.identity.decision import decide as decide_on_policies
from watchword.identity.explanation import Considered
from watchword.identity.policy_document import PolicyKind, PolicyRefused, read
from watchword.identity.variables import Context

ACCOUNTS_REMEMBERED = 4_096
"""Resources whose account is not looked for again."""
CALLERS_REMEMBERED = 4_096
POLICIES_REMEMBERED = 1_024
"""Of at most 32 KiB each, as text and made ready."""

BETWEEN_REGIONS = "watchword:"
"""The actions of our own operations; KMS's part in replication has AWS's actions and is decided like any other."""
ALWAYS_ROOTS = "secretsmanager:DeleteResourcePolicy"
POLICY_NAME = "default"
"""The one policy that a secret or a key has."""
TRUST_NAME = "trust"


class Decision(msgspec.Struct, frozen=True, kw_only=True):
    """What was decided, and why; the reason goes to the trail, the refusal to the caller."""

    allowed: bool
    because: str
    refusal: str = ""


ALLOWED_TO_ROOT = Decision(allowed=True, because="the root user of the account")


def decide(
    operation: Operation,
    request: Shape,
    *,
    principal: Principal,
    found: Found[Any],
    context: Callable[[], Context],
    identity: Callable[[], PoliciesOfPrincipal],
) -> Decision:
    """Decide whether policy allows `operation` on what was found. Pure, but for policies kept ready.

    `context` and `identity`, the principal's own policies, are asked for only if a policy has to be. `request` says which
    permissions are needed besides.
    """
    action = operation.action
    # (1), (2)
    between_regions = action is not None and action.startswith(BETWEEN_REGIONS)
    if between_regions or principal.kind is PrincipalKind.REGION:
        if between_regions and principal.kind is PrincipalKind.REGION:
            return Decision(allowed=True, because="an operation between Regions, asked by a Region")
        return Decision(
            allowed=False,
            because="operations between Regions are for Regions alone",
            refusal=_unknown_to_policies(principal, action, found.arn),
        )
    # (3)
    if action is None:
        return Decision(allowed=True, because="needs no permission")
    # (4)
    own = account_of(found.arn) in (None, principal.account)
    is_root = principal.kind is PrincipalKind.ROOT and principal.session is None
    if is_root and own and (found.policy is None or action == ALWAYS_ROOTS):
        return ALLOWED_TO_ROOT
    # (5)
    policies = identity()
    shown = found.named or _as_sent(operation, request) or found.arn
    decision = _on_policies(
        action, principal=principal, found=found, context=context, identity=policies, shown=shown
    )
    for also in operation.also:
        if decision.allowed and getattr(request, also.member) is not None:
            decision = _on_policies(
                also.action, principal=principal, found=found, context=context, identity=policies, shown=shown
            )
    return decision


class Explained(msgspec.Struct, frozen=True, kw_only=True):
    """A decision, and every statement that means the action, whether it was needed for that or not."""

    decision: Decision
    considered: tuple[Considered, ...]


def explain(
    operation: Operation,
    request: Shape,
    *,
    principal: Principal,
    found: Found[Any],
    context: Context,
    identity: PoliciesOfPrincipal,
) -> Explained:
    """Decide as `decide` does, for somebody who keeps the policies and asks why. Pure, as that is."""
    decision = decide(
        operation,
        request,
        principal=principal,
        found=found,
        context=lambda: context,
        identity=lambda: identity,
    )
    action = operation.action
    if action is None or principal.kind is PrincipalKind.REGION:
        return Explained(decision=decision, considered=())
    try:
        side = _side(found)
    except PolicyRefused:
        return Explained(decision=decision, considered=())
    asked = Asked(action=action, resource=found.arn, caller=_caller(principal), context=context)
    return Explained(
        decision=decision, considered=explanation.considered(asked, identity=identity, resource=side)
    )


def refusal(decision: Decision) -> AccessDeniedException:
    """AWS's wording of a denial. Source: facts, access-denied wording."""
    return AccessDeniedException(decision.refusal)


def would_allow(
    text: str,
    *,
    principal: Principal,
    action: str,
    resource: str,
    decides_itself: bool,
    context: Context,
    identity: PoliciesOfPrincipal,
) -> bool:
    """Whether a principal could do something to a resource that had this policy; for the checks against locking oneself out.

    Pure. A policy that can't be read allows nothing.
    """
    found: Found[None] = Found(resource=None, arn=resource, policy=text, decides_itself=decides_itself)
    decision = _on_policies(
        action, principal=principal, found=found, context=lambda: context, identity=identity, shown=resource
    )
    return decision.allowed


def account_of(resource: str) -> str | None:
    """The account that an ARN names; `None` for `*`, a name or anything else that means the caller's own account."""
    return _account_of(resource)


def _on_policies(
    action: str,
    *,
    principal: Principal,
    found: Found[Any],
    context: Callable[[], Context],
    identity: PoliciesOfPrincipal,
    shown: str,
) -> Decision:
    """`shown` is how the refusal names the resource."""
    try:
        side = _side(found)
    except PolicyRefused:
        return Decision(
            allowed=False,
            because="the resource's policy can't be read",
            refusal=_unknown_to_policies(principal, action, shown),
        )
    asked = Asked(action=action, resource=found.arn, caller=_caller(principal), context=context())
    decided = decide_on_policies(asked, identity=identity, resource=side)
    if not decided.allowed and not decided.explicit and found.grants is not None:
        # Grants only allow, so they are read where nothing else has decided.
        held = tuple(Granted(grant_id=one.grant_id, grantee=one.grantee) for one in found.grants(action))
        if held:
            granted = msgspec.structs.replace(side, grants=held)
            decided = decide_on_policies(asked, identity=identity, resource=granted)
    said = ""
    if not decided.allowed:
        said = (
            _unknown_to_policies(principal, action, shown)
            if found.is_role
            else explanation.refusal_text(asked, _told(decided, side, asked), shown=shown)
        )
    return Decision(allowed=decided.allowed, because=explanation.because(asked, decided), refusal=said)


def _side(found: Found[Any]) -> ResourceSide:
    """Raises PolicyRefused: its policy can't be read."""
    policy = None if found.policy is None else _ready(found.policy, is_role=found.is_role)
    return ResourceSide(
        account=account_of(found.arn),
        policy=policy,
        decides_itself=found.decides_itself and policy is not None,
        is_role=found.is_role,
    )


def _told(decided: Decided, side: ResourceSide, asked: Asked) -> Decided:
    """What a refusal tells of a decision. Across accounts an explicit deny of the resource's reads like no policy at all,
    for only what is there can have one."""
    if decided.by is Side.RESOURCE and side.account not in (None, asked.caller.account):
        return msgspec.structs.replace(decided, statement=None)
    return decided


def _as_sent(operation: Operation, request: Shape) -> str | None:
    """How the caller named the resource. A refusal says no more: what it adds would tell whether the thing is there."""
    if operation.resource_member is None or not isinstance(request, operation.request):
        return None
    sent = getattr(request, operation.resource_member)
    return sent if isinstance(sent, str) and sent else None


def _unknown_to_policies(principal: Principal, action: str | None, arn: str) -> str:
    if principal.kind is PrincipalKind.WEB_IDENTITY:
        return f"Not authorized to perform {action}"
    on = "" if arn == "*" else f" on resource: {arn}"
    return f"User: {principal.arn} is not authorized to perform: {action}{on}"


_KINDS = {
    PrincipalKind.ROOT: CallerKind.ROOT,
    PrincipalKind.USER: CallerKind.USER,
    PrincipalKind.ROLE_SESSION: CallerKind.ROLE_SESSION,
    PrincipalKind.FEDERATED_USER: CallerKind.FEDERATED_USER,
}


def _caller(principal: Principal) -> Caller:
    if principal.kind is PrincipalKind.WEB_IDENTITY:
        return outsider(CallerKind.WEB_IDENTITY, principal.arn)
    kind = _KINDS[principal.kind]
    unique_id = principal.unique_id if principal.kind is PrincipalKind.USER else ""
    return _named(kind, principal.arn, principal.issuer_arn, unique_id, principal.issuer_id)


@lru_cache(maxsize=CALLERS_REMEMBERED)
def _named(kind: CallerKind, arn: str, issuer_arn: str, unique_id: str, issuer_id: str) -> Caller:
    return caller(kind, arn, issuer_arn=issuer_arn, unique_id=unique_id, issuer_id=issuer_id)


@lru_cache(maxsize=POLICIES_REMEMBERED)
def _ready(text: str, *, is_role: bool) -> PolicySet:
    kind, name = (PolicyKind.TRUST, TRUST_NAME) if is_role else (PolicyKind.RESOURCE, POLICY_NAME)
    return policy_set([compiled(read(text, kind=kind), name=name)])


@lru_cache(maxsize=ACCOUNTS_REMEMBERED)
def _account_of(resource: str) -> str | None:
    parts = resource.split(":", 5)
    if len(parts) < 6 or parts[0] != "arn":
        return None
    # AWS's managed policies are everybody's.
    return None if parts[4] in ("", "aws") else parts[4]
