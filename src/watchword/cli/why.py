"""`watchword why`: what policies say of a request, and which of their statements say it.

It reads the Region's own store, also while the Region runs, and changes nothing; the decision is the gate's own
(`identity/policy.py`). Of an event it tells what the policies of today say of the request of then: the trail keeps what
was asked and what became of it, and no policies. Not known here is what only a session's token holds: its policies and tags;
`--context aws:PrincipalTag/…` stands in for tags.
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from watchword.api import table
from watchword.api.call import Found, Place, Principal, PrincipalKind, Scope, root_of
from watchword.api.errors import ApiError
from watchword.api.operation import Operation
from watchword.api.shape import Shape
from watchword.api.shapes import secretsmanager as sm
from watchword.api.unit import StoreUnavailable
from watchword.cli.why_events import Told, told_of
from watchword.identity.context import Circumstances, RequestContext
from watchword.identity.decision import PoliciesOfPrincipal
from watchword.identity.directory import Directory
from watchword.identity.explanation import Considered
from watchword.identity.model import Role, User
from watchword.identity.policy import Explained, account_of, explain
from watchword.identity.variables import Context
from watchword.keys.find import named
from watchword.secrets.find import find_secret
from watchword.server.deployment import Deployment, HomeError, RegionSettings
from watchword.server.home import open_home
from watchword.server.region import now_ms, place_of, store_path
from watchword.storage.stores import SQLiteStores
from watchword.storage.unit import SQLiteUnit

ALLOWED, DENIED = 0, 1
SESSION = "why"
"""The session that a role's ARN is taken for."""
ARN_FIELDS = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """May this principal do this to that, in these circumstances?"""

    principal: str
    operation: Operation
    request: Shape
    resource: str
    circumstances: Circumstances
    given: Mapping[str, tuple[str, ...]]
    """Condition keys, in lower case, that stand before what the rest says."""


class Given:
    """A context in which some keys are said outright."""

    def __init__(self, given: Mapping[str, tuple[str, ...]], beneath: Context) -> None:
        self._given = given
        self._beneath = beneath

    def get(self, key: str, /) -> tuple[str, ...] | None:
        return self._given.get(key) or self._beneath.get(key)


def run(home: Path, options: argparse.Namespace) -> int:
    """Print the decision; return 0 if it is allowed, 1 if not.

    Raises:
        HomeError: the question makes no sense here, in one sentence.
    """
    deployment = open_home(home)
    os.chdir(home)
    told = None
    if options.event is not None:
        told = told_of(deployment, options.event, region=options.region)
        settings, question = deployment.region(told.region), _of_event(told, deployment)
    else:
        settings, question = _as_asked(deployment, options)
    stores = SQLiteStores(store_path(settings, home=home), partition=settings.partition, region=settings.name)
    try:
        unit = stores.unit()
        principal = principal_named(question.principal, unit)
        explained, found = answer(
            question, principal=principal, place=place_of(deployment, settings), unit=unit
        )
    except ApiError as refusal:
        raise HomeError(refusal.message or refusal.code) from None
    except StoreUnavailable as error:
        raise HomeError(f"Region `{settings.name}`: its database can't be read: {error}") from None
    finally:
        stores.close()
    if told is not None:
        print(f"{told.summary}\nBy the policies of now:")
    print(text(explained, question=question, principal=principal, found=found))
    return ALLOWED if explained.decision.allowed else DENIED


def answer(
    question: Question, *, principal: Principal, place: Place, unit: SQLiteUnit
) -> tuple[Explained, Found[Any]]:
    """Decide as the Region's gate would, and say by which statements."""
    found = _found(question, Scope(principal=principal, place=place), unit)
    context = RequestContext(
        operation=question.operation,
        request=question.request,
        principal=principal,
        circumstances=question.circumstances,
        account=account_of(found.arn) or principal.account,
        tags=found.tags,
        facts=found.facts,
    )
    directory = unit.directory(principal.account)
    explained = explain(
        question.operation,
        question.request,
        principal=principal,
        found=found,
        context=Given(question.given, context),
        identity=PoliciesOfPrincipal() if directory is None else directory.policies_of(principal),
    )
    return explained, found


def text(explained: Explained, *, question: Question, principal: Principal, found: Found[Any]) -> str:
    """Say the decision and what was considered, for a person. Pure."""
    decision, action = explained.decision, question.operation.action or question.operation.name
    verdict = "allowed" if decision.allowed else "denied"
    lines = [f"{verdict}: {principal.arn}, {action}, {found.arn}", f"  because: {decision.because}"]
    if decision.refusal:
        lines.append(f"  the caller reads: {decision.refusal}")
    if found.missing is not None:
        lines.append(f"  what is named is not there; who is allowed reads: {found.missing.message}")
    lines.append("considered:" if explained.considered else "considered: no statement means this action")
    lines += [f"  {_line(one)}" for one in explained.considered]
    return "\n".join(lines)


def principal_named(arn: str, unit: SQLiteUnit) -> Principal:
    """The principal that an ARN names now: an account's root user, a user, a role, or a session of a role.

    Raises:
        HomeError: it is no such ARN, or there is nobody of that name.
    """
    parts = arn.split(":", ARN_FIELDS - 1)
    if len(parts) != ARN_FIELDS or parts[0] != "arn" or parts[2] not in ("iam", "sts"):
        raise HomeError(f"`{arn}` is no ARN of a root user, a user, a role or a role's session")
    partition, account, tail = parts[1], parts[4], parts[5]
    directory = unit.directory(account)
    if tail == "root" and directory is not None:
        return root_of(account, partition=partition)
    if directory is not None and parts[2] == "iam":
        unique_id = directory.id_of_arn(arn) or ""
        if unique_id in directory.users:
            return _user(directory, directory.users[unique_id])
        if unique_id in directory.roles:
            return _session(directory, directory.roles[unique_id], SESSION)
    kind, _, rest = tail.partition("/")
    role_name, _, session = rest.partition("/")
    role = None if directory is None or kind != "assumed-role" else directory.role_named(role_name)
    if directory is None or role is None or not session:
        raise HomeError(f"nobody is called `{arn}` here")
    return _session(directory, role, session)


def operation_of(action: str) -> Operation:
    """The operation that a policy's action means. HomeError: there is none."""
    for operation in (*table.OPERATIONS, *table.PERMISSIONS):
        if operation.action is not None and operation.action.lower() == action.lower():
            return operation
    # One that needs no permission has no action; policies may name it all the same.
    called_so = table.operation_named(action)
    if called_so is None:
        raise HomeError(
            f"`{action}` is no action that is decided here, as `secretsmanager:GetSecretValue` is"
        )
    return called_so


def given_of(pairs: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """Read `KEY=VALUE`; a key that is said again has several values. HomeError: no pair. Pure."""
    given: dict[str, tuple[str, ...]] = {}
    for pair in pairs:
        key, equals, value = pair.partition("=")
        if not equals or ":" not in key:
            raise HomeError(f"`{pair}` should be a condition key and its value, as `aws:SourceIp=192.0.2.7`")
        given[key.lower()] = (*given.get(key.lower(), ()), value)
    return given


def _as_asked(deployment: Deployment, options: argparse.Namespace) -> tuple[RegionSettings, Question]:
    missing = [name for name in ("principal", "action", "resource") if getattr(options, name) is None]
    if missing:
        raise HomeError(f"`watchword why` needs `--{missing[0]}`, or `--event`")
    operation = operation_of(options.action)
    settings = _region_of(deployment, options)
    return settings, Question(
        principal=options.principal,
        operation=operation,
        request=operation.request(),
        resource=options.resource,
        circumstances=Circumstances(region=settings.name, now=now_ms()),
        given=given_of(options.context),
    )


def _of_event(told: Told, deployment: Deployment) -> Question:
    place = place_of(deployment, deployment.region(told.region))
    via = None if told.invoked_by is None else f"{told.invoked_by}.{told.region}.{place.dns_suffix}"
    return Question(
        principal=told.principal,
        operation=told.operation,
        request=told.request,
        resource=told.resource,
        circumstances=Circumstances(
            region=told.region, now=told.at_ms, source=told.source, user_agent=told.user_agent, via=via
        ),
        given={},
    )


def _region_of(deployment: Deployment, options: argparse.Namespace) -> RegionSettings:
    """The Region that is asked for, else the resource's, else the control Region of its partition."""
    if options.region is not None:
        return deployment.region(options.region)
    parts = options.resource.split(":")
    if len(parts) >= ARN_FIELDS and parts[3]:
        return deployment.region(parts[3])
    partition = options.principal.split(":")[1] if options.principal.count(":") else ""
    if partition not in deployment.partitions:
        partition = deployment.partitions[0]
    return deployment.region(deployment.control_region(partition))


def _found(question: Question, scope: Scope, unit: SQLiteUnit) -> Found[Any]:
    """What is named, as the services find it; of what they don't keep, the ARN alone."""
    resource = question.resource
    parts = resource.split(":", ARN_FIELDS - 1)
    is_arn = len(parts) == ARN_FIELDS and parts[0] == "arn"
    service = parts[2] if is_arn else question.operation.service.name
    if resource == "*":
        return Found(resource=None, arn="*")
    if service == "secretsmanager":
        return find_secret(sm.DescribeSecretRequest(secret_id=resource), scope, unit)
    if service == "kms":
        return named(resource, scope, unit, aliases=True, across=True)
    if not is_arn:
        raise HomeError(f"`{resource}` should be an ARN, or `*`")
    directory = unit.directory(parts[4])
    unique_id = None if directory is None else directory.id_of_arn(resource)
    role = None if directory is None else directory.roles.get(unique_id or "")
    if role is not None and question.operation.service.name == "sts":
        return Found(
            resource=role, arn=resource, tags=role.tags, policy=role.trust, decides_itself=True, is_role=True
        )
    user = None if directory is None else directory.users.get(unique_id or "")
    entity: User | Role | None = user or role
    return Found(resource=entity, arn=resource, tags={} if entity is None else entity.tags)


def _user(directory: Directory, user: User) -> Principal:
    return Principal(
        kind=PrincipalKind.USER,
        arn=directory.arn_of(user),
        account=directory.account,
        user_id=user.user_id,
        unique_id=user.user_id,
        name=user.name,
        tags=tuple(user.tags.items()),
    )


def _session(directory: Directory, role: Role, name: str) -> Principal:
    return Principal(
        kind=PrincipalKind.ROLE_SESSION,
        arn=f"arn:{directory.partition}:sts::{directory.account}:assumed-role/{role.name}/{name}",
        account=directory.account,
        user_id=f"{role.role_id}:{name}",
        unique_id=f"{role.role_id}:{name}",
        issuer_arn=directory.arn_of(role),
        issuer_id=role.role_id,
        tags=tuple(role.tags.items()),
    )


def _line(one: Considered) -> str:
    statement = one.statement
    sid = f" `{statement.sid}`" if statement.sid else ""
    effect = "deny" if statement.denies else "allow"
    applies = "applies" if one.applies else "does not apply"
    return f"{one.by} `{statement.policy}`, statement {statement.index + 1}{sid}: {effect}, {applies}: {one.because}"
