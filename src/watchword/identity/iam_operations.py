"""IAM, bound: each family of operations has a file of its own."""

from __future__ import annotations

from watchword.api.call import Bound
from watchword.identity import (
    access_keys,
    accounts,
    groups,
    inline_policies,
    instance_profiles,
    logins,
    managed_policies,
    oidc_providers,
    roles,
    simulation,
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
        *instance_profiles.bindings(),
        *oidc_providers.bindings(),
        *simulation.bindings(),
    )
