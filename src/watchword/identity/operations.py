"""STS: one short function per operation."""

from __future__ import annotations

from watchword.api.call import Bound, Call, Found, Scope
from watchword.api.shapes import sts
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


def bindings() -> tuple[Bound, ...]:
    return (Bound(operation=sts.GET_CALLER_IDENTITY, find=find_nothing, run=get_caller_identity),)
