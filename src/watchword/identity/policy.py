"""The policy decision: may this principal do this to that resource?

Until IAM exists an account has one principal, its root user, and the answer needs no policy document. This is the one
place that decides, so it is also the seam where policies come in: callers already hand over everything a policy reads.

  1. Operations between Regions are for Regions, and for nobody else.
  2. A Region asks for nothing but these operations in its own name.
  3. An operation that AWS lets everybody call (GetCallerIdentity) is allowed.
  4. The root user may do everything within its own account.
  5. All else is refused.

Source: IAM User Guide, policy evaluation logic; reliability: authorize before anything found is revealed.
"""

from __future__ import annotations

from functools import lru_cache

import msgspec

from watchword.api.call import Principal, PrincipalKind
from watchword.api.errors import AccessDeniedException
from watchword.api.operation import Operation

ACCOUNTS_REMEMBERED = 4_096
"""Resources whose account is not looked for again."""

BETWEEN_REGIONS = "watchword:"
"""The actions of our own operations; KMS's part in replication has AWS's actions and is decided like any other."""


class Decision(msgspec.Struct, frozen=True, kw_only=True):
    """What was decided, and why; the reason goes to the trail, never to the caller."""

    allowed: bool
    because: str


def decide(operation: Operation, *, principal: Principal, resource: str) -> Decision:
    """Decide whether policy allows `operation` on `resource` (an ARN, or an identifier as sent where nothing was found).

    Pure.
    """
    # (1), (2)
    between_regions = operation.action is not None and operation.action.startswith(BETWEEN_REGIONS)
    if between_regions or principal.kind is PrincipalKind.REGION:
        if between_regions and principal.kind is PrincipalKind.REGION:
            return Decision(allowed=True, because="an operation between Regions, asked by a Region")
        return Decision(allowed=False, because="operations between Regions are for Regions alone")
    # (3)
    if operation.action is None:
        return Decision(allowed=True, because="needs no permission")
    # (4)
    if principal.kind is PrincipalKind.ROOT and _account_of(resource) in (None, principal.account):
        return Decision(allowed=True, because="the root user of the account")
    # (5)
    return Decision(allowed=False, because="no statement allows it")


def refusal(operation: Operation, *, principal: Principal, resource: str) -> AccessDeniedException:
    """AWS's wording of a denial: across accounts it is the resource's policy that would have to allow it.

    Source: facts, access-denied wording.
    """
    on = "" if resource == "*" else f" on resource: {resource}"
    kind = "identity" if _account_of(resource) in (None, principal.account) else "resource"
    return AccessDeniedException(
        f"User: {principal.arn} is not authorized to perform: {operation.action}{on}"
        f" because no {kind}-based policy allows the {operation.action} action"
    )


@lru_cache(maxsize=ACCOUNTS_REMEMBERED)
def _account_of(resource: str) -> str | None:
    """The account that an ARN names; `None` for `*`, a name or anything else that means the caller's own account."""
    parts = resource.split(":", 5)
    if len(parts) < 6 or parts[0] != "arn":
        return None
    return parts[4] or None
