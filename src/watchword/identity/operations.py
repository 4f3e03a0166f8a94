"""STS: one short function per operation."""

from __future__ import annotations

from functools import partial

from watchword.api.call import Bound, Call, Found, Scope
from watchword.api.shapes import sts
from watchword.identity.assume_role import assume_role, find_trusting
from watchword.identity.custody import Sessions
from watchword.identity.store import IdentityStore


def find_nothing(_request: object, _scope: Scope, _store: IdentityStore) -> Found[None]:
    return Found(resource=None, arn="*")


def get_caller_identity(
    _request: sts.GetCallerIdentityRequest, _found: None, call: Call[IdentityStore]
) -> sts.GetCallerIdentityResponse:
    """Say who calls. Needs no permission, even an explicit deny is ignored. Source: STS API, GetCallerIdentity."""
    principal = call.principal
    return sts.GetCallerIdentityResponse(
        user_id=principal.user_id, account=principal.account, arn=principal.arn
    )


def bindings(*, sessions: Sessions) -> tuple[Bound, ...]:
    return (
        Bound(operation=sts.ASSUME_ROLE, find=find_trusting, run=partial(assume_role, sessions=sessions)),
        Bound(operation=sts.GET_CALLER_IDENTITY, find=find_nothing, run=get_caller_identity),
    )
