"""What is wrong with a resource policy, all of it at once; and whether it is public.

AWS proves with a solver whether a policy gives broad access. Here it is a rule that errs on the strict side: a policy
is public if one of its statements, looked at alone, may let in callers whom nobody chose.

  1. A Deny lets nobody in, and is not weighed against what another statement allows.
  2. An Allow by NotPrincipal is public.
  3. An Allow whose principals are all named is not.
  4. An Allow to everybody is public unless a condition pins who calls, or from where (`_PINS`).

A condition pins if it fails for a request that lacks the key (so neither IfExists nor ForAllValues), is not negated, and
each of its values stands for something fixed: a wildcard there, or a variable, may match everybody.

Source: Secrets Manager API, BlockPublicPolicy; Amazon S3 User Guide, the meaning of "public"; facts B.9, 8.5.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from watchword.identity.policy_document import (
    Condition,
    Effect,
    Fault,
    Operator,
    Policy,
    PolicyKind,
    PolicyRefused,
    Qualifier,
    Statement,
    principal_faults,
    read,
)

IPV4_PREFIX_BITS_MIN = 8
IPV6_PREFIX_BITS_MIN = 32
"""A range that is wider than these is as good as the Internet. Source: as above, S3's meaning of "public"."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Findings:
    """What was found wrong. Of a malformed document nothing else is known."""

    malformed: bool = False
    unsupported_principal: bool = False
    invalid_service_principal: bool = False
    public: bool = False


def examine(text: str) -> Findings:
    """Look for everything that is wrong with a resource policy. Pure."""
    try:
        policy = read(text, kind=PolicyKind.RESOURCE)
    except PolicyRefused:
        return Findings(malformed=True)
    faults = principal_faults(policy, kind=PolicyKind.RESOURCE)
    return Findings(
        unsupported_principal=Fault.PRINCIPAL in faults,
        invalid_service_principal=Fault.SERVICE_PRINCIPAL in faults,
        public=is_public(policy),
    )


def is_public(policy: Policy) -> bool:
    """Whether a resource policy may let in callers whom nobody chose. Pure."""
    return any(_lets_anybody_in(statement) for statement in policy.statements)


def _lets_anybody_in(statement: Statement) -> bool:
    # (1)
    if statement.effect is Effect.DENY:
        return False
    # (2)
    if statement.principals is None:
        return True
    # (3)
    if not statement.principals.everybody:
        return False
    # (4)
    return not any(_pins(condition) for condition in statement.conditions)


def _pins(condition: Condition) -> bool:
    if condition.if_exists or condition.qualifier is Qualifier.EVERY:
        return False
    is_fixed = _PINS.get(condition.key.lower())
    return is_fixed is not None and all(is_fixed(condition.operator, value) for value in condition.values)


_EXACT = (Operator.STRING_EQUALS, Operator.STRING_EQUALS_IGNORE_CASE)
_TEXT = (*_EXACT, Operator.STRING_LIKE)
_ARN = (Operator.ARN_EQUALS, Operator.ARN_LIKE)
_WILD = re.compile(r"[*?]")
_ACCOUNT = re.compile(r"[0-9]{12}", re.ASCII)


def _is_text(operator: Operator, value: str) -> bool:
    """An account, an organization, a VPC: one of them, so no wildcard."""
    return operator in _TEXT and bool(value) and "${" not in value and _WILD.search(value) is None


def _is_path(operator: Operator, value: str) -> bool:
    """A path within one organization, whose units may be left open."""
    return _is_text(operator, value.partition("/")[0])


def _is_arn(operator: Operator, value: str) -> bool:
    """One ARN, or all of one account's.

    ArnLike's wildcards stay within their field. StringLike's cross all colons, so none may come before the account.
    """
    if operator not in (*_TEXT, *_ARN) or "${" in value or not value.startswith("arn:"):
        return False
    if _WILD.search(value) is None:
        return True
    fields = value.split(":", 5)
    if len(fields) < 6 or _ACCOUNT.fullmatch(fields[4]) is None:
        return False
    return operator in _ARN or _WILD.search(":".join(fields[:5])) is None


def _is_range(operator: Operator, value: str) -> bool:
    if operator is not Operator.IP_ADDRESS:
        return False
    # The grammar has read it: an address or a network.
    network = ipaddress.ip_network(value, strict=False)
    return network.prefixlen >= (IPV4_PREFIX_BITS_MIN if network.version == 4 else IPV6_PREFIX_BITS_MIN)


_PINS: Mapping[str, Callable[[Operator, str], bool]] = {
    "aws:principalaccount": _is_text,
    "aws:principalarn": _is_arn,
    "aws:principalorgid": _is_text,
    "aws:principalorgpaths": _is_path,
    "aws:sourceaccount": _is_text,
    "aws:sourcearn": _is_arn,
    "aws:sourceip": _is_range,
    "aws:sourcevpc": _is_text,
    "aws:sourcevpce": _is_text,
    "aws:userid": _is_text,
}
"""What says who calls or from where, in lower case, and when a value of it is fixed."""
