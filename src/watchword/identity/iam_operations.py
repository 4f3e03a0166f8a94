"""IAM, bound: each family of operations has a file of its own."""

from __future__ import annotations

from watchword.api.call import Bound
from watchword.identity import users


def bindings() -> tuple[Bound, ...]:
    return users.bindings()
