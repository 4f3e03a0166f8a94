"""GetSessionToken and GetFederationToken: a user, or the root user, gets temporary credentials for itself or for others.

  1. Only who has long-term credentials asks for them.
  2. The root user's last an hour at most, whatever is asked for.
  3. A federated user may do what the user who vouched may, within the session's policies; without any, nothing, but for
     what policies of resources allow it by its name (`decision.py`).

Source: STS API, GetSessionToken, GetFederationToken; IAM User Guide, Comparing the AWS STS API operations.
"""

from __future__ import annotations

from watchword.api.call import Call, Found, Principal, PrincipalKind, Scope
from watchword.api.errors import AccessDeniedException
from watchword.api.operation import Operation
from watchword.api.shapes import sts
from watchword.identity.assume_role import NO_DEVICE
from watchword.identity.custody import Sessions
from watchword.identity.entities import directory_of
from watchword.identity.session_issuing import expires_ms, lend
from watchword.identity.session_parts import packed_percent, passed
from watchword.identity.sessions import Claims, SessionKind
from watchword.identity.store import IdentityStore

DURATION_DEFAULT_S = 43_200
ROOT_DURATION_MAX_S = 3_600
WITH_SESSION = "Cannot call {operation} with session credentials"


def find_self(_request: object, scope: Scope, _store: IdentityStore) -> Found[None]:
    _require_long_term(scope.principal, sts.GET_SESSION_TOKEN)
    return Found(resource=None, arn="*")


def find_federated(
    request: sts.GetFederationTokenRequest, scope: Scope, _store: IdentityStore
) -> Found[None]:
    """Policy decides on who is vouched for."""
    _require_long_term(scope.principal, sts.GET_FEDERATION_TOKEN)
    return Found(
        resource=None,
        arn=f"arn:{scope.place.partition}:sts::{scope.account}:federated-user/{request.name}",
    )


def get_session_token(
    request: sts.GetSessionTokenRequest,
    _found: None,
    call: Call[IdentityStore],
    *,
    sessions: Sessions,
) -> sts.GetSessionTokenResponse:
    """Issue a session of the caller itself. Raises AccessDenied: a second factor, which nobody has here."""
    if request.serial_number is not None or request.token_code is not None:
        raise AccessDeniedException(NO_DEVICE)
    claims = Claims(
        kind=SessionKind.OWN,
        holder=call.principal.user_id,
        issued_ms=call.now,
        expires_ms=_expires_ms(request.duration_seconds, call),
    )
    lent = lend(
        claims,
        directory_of(call.account, call.store),
        call,
        sessions,
        characters_min=request.minimum_session_token_size,
    )
    return sts.GetSessionTokenResponse(
        credentials=lent.credentials,
        session_token_utilization=lent.token_percent,
        session_token_size=lent.token_characters,
    )


def get_federation_token(
    request: sts.GetFederationTokenRequest,
    _found: None,
    call: Call[IdentityStore],
    *,
    sessions: Sessions,
) -> sts.GetFederationTokenResponse:
    """Issue a session of somebody for whom the caller vouches.

    Raises:
        ValidationException, InvalidParameterValueException, MalformedPolicyDocumentException,
            PackedPolicyTooLargeException: what is passed to the session.
    """
    directory = directory_of(call.account, call.store)
    name = request.name or ""
    given = passed(
        policy=request.policy, policy_arns=request.policy_arns, tags=request.tags, directory=directory
    )
    claims = Claims(
        kind=SessionKind.FEDERATED,
        holder=call.principal.user_id,
        name=name,
        issued_ms=call.now,
        expires_ms=_expires_ms(request.duration_seconds, call),
        policies=given.policies,
        policy_arns=given.policy_arns,
        tags=given.tags,
    )
    percent = packed_percent(claims)
    lent = lend(claims, directory, call, sessions, characters_min=request.minimum_session_token_size)
    return sts.GetFederationTokenResponse(
        credentials=lent.credentials,
        federated_user=sts.FederatedUser(
            federated_user_id=f"{call.account}:{name}",
            arn=f"arn:{call.place.partition}:sts::{call.account}:federated-user/{name}",
        ),
        packed_policy_size=percent,
        session_token_utilization=lent.token_percent,
        session_token_size=lent.token_characters,
    )


def _require_long_term(principal: Principal, operation: Operation) -> None:
    if principal.session is not None:
        raise AccessDeniedException(WITH_SESSION.format(operation=operation.name))


def _expires_ms(asked: int | None, call: Call[IdentityStore]) -> int:
    duration_s = DURATION_DEFAULT_S if asked is None else asked
    if call.principal.kind is PrincipalKind.ROOT:
        duration_s = min(duration_s, ROOT_DURATION_MAX_S)
    return expires_ms(call.now, duration_s=duration_s)
