"""What policies may ask of users, groups, roles and the like. Source: Service Authorization Reference, IAM."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

from watchword.identity.model import Group, InstanceProfile, Role, User

Facts = Mapping[str, tuple[str, ...]]


def of_entity(held: User | Group | Role | InstanceProfile) -> Callable[[], Facts]:
    return partial(_of_entity, held)


def of_passed_role(*, service: str, associated: str) -> Callable[[], Facts]:
    """What iam:PassRole may ask: which service gets the role, for which of its resources."""
    facts = {"iam:passedtoservice": (service,), "iam:associatedresourcearn": (associated,)}
    return lambda: facts


def _of_entity(held: User | Group | Role | InstanceProfile) -> Facts:
    boundary = getattr(held, "boundary", None)
    return {} if boundary is None else {"iam:permissionsboundary": (boundary,)}
