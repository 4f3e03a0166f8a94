"""AssumeRole: whoever a role's trust policy lets in gets a session of it.

  1. A role that is not there, and one that does not trust the caller, are refused alike.
  2. Nobody assumes a role as the root user, or as a federated user.
  3. The role's trust policy has to allow it; where it names only the caller's account, and across accounts, the caller's
     own policies as well (`decision.py`).
  4. Session tags and a source identity need permissions of their own, also those that a session hands on.
  5. A session of a role that is assumed with another role's session lasts an hour at most.

Source: STS API, AssumeRole; IAM User Guide, Roles terms and concepts (role chaining), Pass session tags, Monitor and
control actions taken with assumed roles; facts A.4.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

import msgspec

from watchword.api.call import Call, Found, PrincipalKind, Scope, Session
from watchword.api.errors import AccessDeniedException, ApiError, ValidationException
from watchword.api.operation import Operation
from watchword.api.shapes import sts
from watchword.identity.custody import Sessions
from watchword.identity.directory import Directory
from watchword.identity.model import Role
from watchword.identity.session_issuing import Lent, expires_ms, lend
from watchword.identity.session_parts import (
    RESERVED_TAG,
    InvalidParameterValueException,
    Passed,
    handed_on,
    is_reserved,
    packed_percent,
    passed,
)
from watchword.identity.sessions import Claims, SessionKind, claimed, encoded, of_role
from watchword.identity.store import IdentityStore

DURATION_DEFAULT_S = 3_600
CHAINED_MAX_S = 3_600

TRUSTS_NOBODY = (
    '{"Version":"2012-10-17","Statement":[{"Sid":"NoSuchRole","Effect":"Deny","Principal":"*","Action":"*"}]}'
)
"""What decides where there is no role (1)."""

INVALID_ARN = "{arn} is invalid"
NOT_AS_ROOT = "Roles may not be assumed by root accounts."
NOT_AS_FEDERATED = "Cannot call {operation} with federated credentials"
NO_DEVICE = (
    "MultiFactorAuthentication failed, unable to validate MFA code.  "
    "Please verify your MFA serial number is valid and associated with this user."
)
NO_CONTEXTS = "ProvidedContexts are none that this service can verify."
LONGER_THAN_CHAINED = (
    "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining"
)
LONGER_THAN_ROLE = "The requested DurationSeconds exceeds the MaxSessionDuration set for this role."
OTHER_SOURCE_IDENTITY = "The source identity of the calling session can't be changed."
REGION_DISABLED = (
    "STS is not activated in this region for account:{account}. "
    "Your account administrator can activate STS in this region using the IAM Console."
)

# Anything that is no role is an ARN all the same: what it names does not trust the caller.
_ARN = re.compile(r"arn:[^:]+:[^:]+:[^:]*:[^:]*:.+", re.DOTALL)


class Trusting(msgspec.Struct, frozen=True, kw_only=True):
    """A role that is to be assumed, and the account that it is in."""

    role: Role
    directory: Directory


Facts = Mapping[str, tuple[str, ...]]


def find_trusting(
    request: sts.AssumeRoleRequest, scope: Scope, store: IdentityStore
) -> Found[Trusting | None]:
    """The role, by its ARN. What the calling session hands on is asked for besides (4)."""
    principal = scope.principal
    # (2)
    if principal.kind is PrincipalKind.ROOT:
        raise AccessDeniedException(NOT_AS_ROOT)
    if principal.kind is PrincipalKind.FEDERATED_USER:
        raise AccessDeniedException(NOT_AS_FEDERATED.format(operation=sts.ASSUME_ROLE.name))
    found = role_named(request.role_arn or "", store, facts=_handed_facts(principal.session))
    session = principal.session
    also: list[Operation] = []
    if session is not None and request.tags is None and handed_on(session):
        also.append(sts.TAG_SESSION)
    if session is not None and request.source_identity is None and session.source_identity is not None:
        also.append(sts.SET_SOURCE_IDENTITY)
    return msgspec.structs.replace(found, also=tuple((operation, found) for operation in also))


def role_named(arn: str, store: IdentityStore, *, facts: Facts) -> Found[Trusting | None]:
    """A role of any account that this Region has been told of.

    Raises:
        ValidationException: it is no ARN.
    """
    if _ARN.fullmatch(arn) is None:
        raise ValidationException(INVALID_ARN.format(arn=arn))
    directory = store.directory(arn.split(":", 5)[4])
    role = None if directory is None else directory.roles.get(directory.id_of_arn(arn) or "")
    if directory is None or role is None:
        return Found(resource=None, arn=arn, policy=TRUSTS_NOBODY, decides_itself=True, is_role=True)
    missing: ApiError | None = None
    if not directory.in_force:
        missing = sts.RegionDisabledException(REGION_DISABLED.format(account=directory.account))
    return Found(
        resource=Trusting(role=role, directory=directory),
        arn=arn,
        missing=missing,
        tags=role.tags,
        policy=role.trust,
        decides_itself=True,
        is_role=True,
        facts=lambda: facts,
    )


def assume_role(
    request: sts.AssumeRoleRequest,
    trusting: Trusting | None,
    call: Call[IdentityStore],
    *,
    sessions: Sessions,
) -> sts.AssumeRoleResponse:
    """Issue a session of a role that trusts the caller.

    Raises:
        AccessDeniedException: a second factor, which nobody has here; another source identity than the session's.
        ValidationException, InvalidParameterValueException, MalformedPolicyDocumentException,
            PackedPolicyTooLargeException: what is passed to the session.
    """
    # Policy has allowed it, and `NoSuchRole` lets nobody in.
    assert trusting is not None
    calling = call.principal.session
    if request.serial_number is not None or request.token_code is not None:
        raise AccessDeniedException(NO_DEVICE)
    if request.provided_contexts is not None:
        raise ValidationException(NO_CONTEXTS)
    chained = call.principal.kind is PrincipalKind.ROLE_SESSION
    claims = claims_of(
        trusting,
        name=request.role_session_name or "",
        duration_s=duration_s(request.duration_seconds, trusting.role, chained=chained),
        given=passed(
            policy=request.policy,
            policy_arns=request.policy_arns,
            tags=request.tags,
            transitive_keys=request.transitive_tag_keys,
            calling=calling,
            directory=trusting.directory,
        ),
        source_identity=_source_identity(request.source_identity, calling),
        chained=chained,
        now=call.now,
    )
    percent = packed_percent(claims)
    lent = lend(claims, trusting.directory, call, sessions, characters_min=request.minimum_session_token_size)
    return sts.AssumeRoleResponse(
        credentials=lent.credentials,
        assumed_role_user=assumed(trusting, claims, lent, region=call.place.region),
        packed_policy_size=percent,
        source_identity=claims.source_identity,
        session_token_utilization=lent.token_percent,
        session_token_size=lent.token_characters,
    )


def claims_of(
    trusting: Trusting,
    *,
    name: str,
    duration_s: int,
    given: Passed,
    source_identity: str | None = None,
    federated_provider: str | None = None,
    chained: bool = False,
    now: int,
) -> Claims:
    """What a new session of a role claims. Pure."""
    return Claims(
        kind=SessionKind.ROLE,
        holder=trusting.role.role_id,
        name=name,
        issued_ms=now,
        expires_ms=expires_ms(now, duration_s=duration_s),
        policies=given.policies,
        policy_arns=given.policy_arns,
        tags=given.tags,
        transitive=given.transitive,
        source_identity=source_identity,
        federated_provider=federated_provider,
        chained=chained,
    )


def assumed(trusting: Trusting, claims: Claims, lent: Lent, *, region: str) -> sts.AssumedRoleUser:
    """Who the session is."""
    held = claimed(encoded(claims), region=region)
    who = of_role(
        trusting.role,
        trusting.directory,
        name=claims.name,
        session=held.session,
        access_key_id=lent.credentials.access_key_id,
    )
    return sts.AssumedRoleUser(assumed_role_id=who.user_id, arn=who.arn)


def duration_s(asked: int | None, role: Role, *, chained: bool) -> int:
    """How long a session of a role lasts (5). Pure.

    Raises:
        ValidationException: longer than it may.
    """
    wanted = DURATION_DEFAULT_S if asked is None else asked
    if chained and wanted > CHAINED_MAX_S:
        raise ValidationException(LONGER_THAN_CHAINED)
    if wanted > role.max_session_s:
        raise ValidationException(LONGER_THAN_ROLE)
    return wanted


def _source_identity(asked: str | None, calling: Session | None) -> str | None:
    handed = None if calling is None else calling.source_identity
    if asked is not None and is_reserved(asked):
        raise InvalidParameterValueException(RESERVED_TAG)
    if asked is not None and handed is not None and asked != handed:
        raise AccessDeniedException(OTHER_SOURCE_IDENTITY)
    return asked if handed is None else handed


def _handed_facts(calling: Session | None) -> Facts:
    """What the calling session hands on, by the condition keys of what the request could have said."""
    if calling is None:
        return {}
    tags = handed_on(calling)
    facts: dict[str, tuple[str, ...]] = {f"aws:requesttag/{key.lower()}": (value,) for key, value in tags}
    if tags:
        keys = tuple(key for key, _ in tags)
        facts |= {"aws:tagkeys": keys, "sts:transitivetagkeys": keys}
    if calling.source_identity is not None:
        facts["sts:sourceidentity"] = (calling.source_identity,)
    return facts
