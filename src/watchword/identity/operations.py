"""STS, bound, and its operations that issue no session: one short function each."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from watchword.api.call import Bound, Call, Found, Scope
from watchword.api.errors import ValidationException
from watchword.api.shapes import sts
from watchword.envelope.refused import EnvelopeRefused
from watchword.envelope.session import PREFIX_OF_ACCESS_KEYS, account_of
from watchword.identity import web_identity
from watchword.identity.assume_role import assume_role, find_trusting
from watchword.identity.custody import Sessions
from watchword.identity.messages import open_message
from watchword.identity.own_sessions import (
    find_federated,
    find_self,
    get_federation_token,
    get_session_token,
)
from watchword.identity.store import IdentityStore
from watchword.identity.web_identity import ProviderKeys

UNKNOWN_KEY = "The access key ID is none that this deployment knows."
NO_MESSAGE = "The message is none that was encoded here, for this account."


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


def get_access_key_info(
    request: sts.GetAccessKeyInfoRequest, _found: None, call: Call[IdentityStore]
) -> sts.GetAccessKeyInfoResponse:
    """Say whose account an access key ID belongs to, active or not; a session's names it. Raises ValidationError."""
    access_key_id = request.access_key_id or ""
    held = call.store.access_key(access_key_id)
    if held is not None:
        return sts.GetAccessKeyInfoResponse(account=held.account)
    try:
        if access_key_id.startswith(PREFIX_OF_ACCESS_KEYS):
            return sts.GetAccessKeyInfoResponse(account=account_of(access_key_id))
    except EnvelopeRefused as error:
        raise ValidationException(UNKNOWN_KEY) from error
    raise ValidationException(UNKNOWN_KEY)


def decode_authorization_message(
    request: sts.DecodeAuthorizationMessageRequest,
    _found: None,
    call: Call[IdentityStore],
    *,
    token_key: Callable[[], bytes],
) -> sts.DecodeAuthorizationMessageResponse:
    """Say why a request of the caller's account was refused in this Region (`messages.py`)."""
    try:
        message = open_message(token_key(), request.encoded_message or "", account=call.account)
    except EnvelopeRefused as error:
        raise sts.InvalidAuthorizationMessageException(NO_MESSAGE) from error
    return sts.DecodeAuthorizationMessageResponse(decoded_message=message.decode())


def bindings(
    *, sessions: Sessions, token_key: Callable[[], bytes], providers: ProviderKeys
) -> tuple[Bound, ...]:
    """`token_key` is the Region's, for encoded messages; `providers` have the keys of identity providers."""
    return (
        Bound(operation=sts.ASSUME_ROLE, find=find_trusting, run=partial(assume_role, sessions=sessions)),
        Bound(
            operation=sts.ASSUME_ROLE_WITH_WEB_IDENTITY,
            find=web_identity.find_trusting,
            run=partial(web_identity.assume_role_with_web_identity, sessions=sessions),
            identify=partial(web_identity.identify, keys=providers),
        ),
        Bound(
            operation=sts.GET_SESSION_TOKEN, find=find_self, run=partial(get_session_token, sessions=sessions)
        ),
        Bound(
            operation=sts.GET_FEDERATION_TOKEN,
            find=find_federated,
            run=partial(get_federation_token, sessions=sessions),
        ),
        Bound(operation=sts.GET_CALLER_IDENTITY, find=find_nothing, run=get_caller_identity),
        Bound(operation=sts.GET_ACCESS_KEY_INFO, find=find_nothing, run=get_access_key_info),
        Bound(
            operation=sts.DECODE_AUTHORIZATION_MESSAGE,
            find=find_nothing,
            run=partial(decode_authorization_message, token_key=token_key),
        ),
    )
