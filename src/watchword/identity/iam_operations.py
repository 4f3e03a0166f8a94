"""IAM, bound: each family of operations has a file of its own."""

from __future__ import annotations

from watchword.api.call import Bound
from watchword.identity import (
    access_keys,
    accounts,
    groups,
    inline_policies,
    logins,
    managed_policies,
    roles,
    users,
)
from watchword.identity.custody import IdentityCustody


def bindings(custody: IdentityCustody) -> tuple[Bound, ...]:
    return (
        *users.bindings(),
        *access_keys.bindings(custody),
        *logins.bindings(custody),
        *groups.bindings(),
        *accounts.bindings(),
        *roles.bindings(),
        *inline_policies.bindings(),
        *managed_policies.bindings(),
    )
