"""What is said about a decision: to the caller in AWS's words, to the trail and the operator in full.

The caller learns the type of the policy that refused, and no more; which statement did, and by which value of which
condition, is for those who keep the policies. A value that a condition was compared with stands in an explanation,
shortened: policies compare names, tags and addresses, never what a secret holds.

Source: IAM User Guide, Troubleshoot access denied error messages; facts B.7.
"""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from watchword.identity.compiled import CallerKind, Compiled, PolicySet, Reach
from watchword.identity.conditions import Check
from watchword.identity.decision import Asked, Decision, PoliciesOfPrincipal, ResourceSide, Side
from watchword.identity.variables import Context

VALUE_CHARACTERS_MAX = 128
VALUES_MAX = 8
CONDITIONS_MAX = 8
"""An explanation stands in the trail, and a policy's author must not be able to fill it."""

_ARTICLES = {
    Side.IDENTITY: "an",
    Side.RESOURCE: "a",
    Side.TRUST: "the",
    Side.BOUNDARY: "a",
    Side.SESSION: "a",
}


class Considered(msgspec.Struct, frozen=True, kw_only=True):
    """One statement that means the action, and what it said."""

    by: Side
    statement: Compiled
    applies: bool
    because: str


def refusal_text(asked: Asked, decision: Decision, *, shown: str | None = None) -> str:
    """AWS's message of a refusal: who, what, on which resource, and the one type of policy that refused. Pure.

    `shown` is the resource as the caller named it.
    """
    assert not decision.allowed
    shown = shown or asked.resource
    on = "" if shown == "*" else f" on resource: {shown}"
    return (
        f"User: {asked.caller.arn} is not authorized to perform: {asked.action}{on}"
        f" {refusal_reason(asked, decision)}"
    )


def refusal_reason(asked: Asked, decision: Decision) -> str:
    """The end of that message: `because no …` or `with an explicit deny in …`. Pure."""
    if decision.explicit:
        return f"with an explicit deny in {_ARTICLES[decision.by]} {decision.by}"
    return f"because no {decision.by} allows the {asked.action} action"


def because(asked: Asked, decision: Decision) -> str:
    """Why it was decided so, in one line, for the trail. Pure."""
    if decision.by is Side.ROOT:
        return "the root user of the account"
    if decision.grant_id is not None:
        return f"allowed by grant {decision.grant_id}"
    if decision.statement is None:
        return f"no {decision.by} allows it"
    effect = "allowed" if decision.allowed else "explicit deny"
    compared = _all_compared(decision.statement, asked.context)
    return f"{effect} by {decision.by} {_place(decision.statement)}" + (f": {compared}" if compared else "")


def considered(
    asked: Asked, *, identity: PoliciesOfPrincipal, resource: ResourceSide
) -> tuple[Considered, ...]:
    """Every statement that means the action, and why it applies or does not, in the order of a decision. Pure."""
    return tuple(
        msgspec.structs.replace(_judged(asked, statement, bounded=identity.boundary is not None), by=by)
        for by, policies in _sides(identity, resource)
        for statement in policies.statements
        if statement.means(asked.action)
    )


def _sides(identity: PoliciesOfPrincipal, resource: ResourceSide) -> Iterator[tuple[Side, PolicySet]]:
    yield Side.IDENTITY, identity.identity
    if identity.boundary is not None:
        yield Side.BOUNDARY, identity.boundary
    if identity.session is not None:
        yield Side.SESSION, identity.session
    if resource.policy is not None:
        yield Side.TRUST if resource.is_role else Side.RESOURCE, resource.policy


def _judged(asked: Asked, statement: Compiled, *, bounded: bool) -> Considered:
    """The first thing that keeps a statement from applying, or what made it apply."""
    applies, why = False, _unnamed(asked, statement, bounded=bounded)
    if why is None and not statement.covers(asked.resource, asked.context):
        why = "does not cover the resource"
    if why is None:
        failed = next((check for check in statement.checks if not check.holds(asked.context)), None)
        why = None if failed is None else f"does not hold: {_compared(failed, asked.context)}"
    if why is None:
        applies = True
        why = _all_compared(statement, asked.context) or "unconditional"
    return Considered(by=Side.IDENTITY, statement=statement, applies=applies, because=why)


def _unnamed(asked: Asked, statement: Compiled, *, bounded: bool) -> str | None:
    """Why a statement of a resource's policy does not mean the caller."""
    if statement.principals is None and statement.not_principals is None:
        return None
    if statement.denies:
        named = statement.refuses(asked.caller, bounded=bounded)
    else:
        named = statement.grants(asked.caller) is not Reach.NOT
    kind = asked.caller.kind
    return None if named else f"does not name the {kind if kind is not CallerKind.ANONYMOUS else 'caller'}"


def _place(statement: Compiled) -> str:
    sid = f" `{statement.sid}`" if statement.sid else ""
    return f"`{statement.policy}`, statement {statement.index + 1}{sid}"


def _all_compared(statement: Compiled, context: Context) -> str:
    shown = "; ".join(_compared(check, context) for check in statement.checks[:CONDITIONS_MAX])
    more = len(statement.checks) - CONDITIONS_MAX
    return shown if more <= 0 else f"{shown}; and {more} more"


def _compared(check: Check, context: Context) -> str:
    condition = check.condition
    qualifier = f"{condition.qualifier}:" if condition.qualifier is not None else ""
    written = f"{qualifier}{condition.operator}{'IfExists' if condition.if_exists else ''}"
    given = context.get(check.key)
    has = f"the request has {_values(given)}" if given else "the request has none"
    return f"{written} {condition.key} {_values(condition.values)}, {has}"


def _values(values: tuple[str, ...]) -> str:
    shown = ", ".join(
        f"`{value if len(value) <= VALUE_CHARACTERS_MAX else value[:VALUE_CHARACTERS_MAX] + '…'}`"
        for value in values[:VALUES_MAX]
    )
    return shown + (f" and {len(values) - VALUES_MAX} more" if len(values) > VALUES_MAX else "")
