"""From an access key or a session token to a principal and a signing key, without ever seeing the secret access key.

The secret half of an access key is sealed to the Region's custodian, that of a session is in its token. The verifier asks
for a signing key derived for one day, Region and service (SigV4's own derivation), which is useless for any other.

Who the principal is, is looked up anew for each request: a user that is renamed or deleted is so at once. So are the end
of a session, and whether the Region that issued it still counts.
"""

from __future__ import annotations

from typing import Protocol

import msgspec

from watchword.api.call import Place, Principal, PrincipalKind
from watchword.api.errors import ExpiredTokenException, UnrecognizedClientException
from watchword.envelope.refused import EnvelopeRefused
from watchword.envelope.session import PREFIX_OF_ACCESS_KEYS, account_of, header
from watchword.envelope.transport import CredentialKind
from watchword.identity import sessions as session_rules
from watchword.identity.custody import Sessions
from watchword.identity.directory import Directory
from watchword.identity.model import AccessKey
from watchword.identity.opt_in import is_usable, status_of
from watchword.identity.store import IdentityStore
from watchword.sigv4.verify import Presented, SigningKey

TOKEN_INVALID = "The security token included in the request is invalid."  # noqa: S105 - AWS's text, no token
TOKEN_EXPIRED = "The security token included in the request is expired"  # noqa: S105 - AWS's text, no token

IAM = "iam"
"""As scopes of signatures name it."""


class SigningKeys(Protocol):
    """The port to custody: derive the signing key of (access key, day, Region, service)."""

    def signing_key(
        self, *, sealed: bytes, access_key_id: str, day: str, region: str, service: str
    ) -> SigningKey:
        """Raises KeyUnavailable when custody is out of reach."""


class Credentials(msgspec.Struct, frozen=True, kw_only=True):
    """Who an access key stands for, and the key its signatures are verified with."""

    principal: Principal
    key: SigningKey


def credentials(
    presented: Presented,
    store: IdentityStore,
    keys: SigningKeys,
    sessions: Sessions,
    *,
    place: Place,
    now: int,
) -> Credentials:
    """Look the access key up in this Region's own copy of identity, or open the session that it belongs to.

    Raises:
        UnrecognizedClientException: the access key is unknown or inactive, its user or role is gone, the Region is not
            enabled for its account, or a session token came with it that is none. One text for all, so that nobody
            learns which keys exist.
        ExpiredTokenException: the session is over.
    """
    if presented.access_key_id.startswith(PREFIX_OF_ACCESS_KEYS):
        return _of_session(presented, store, sessions, place=place, now=now)
    held = store.access_key(presented.access_key_id)
    if held is None or not held.active or presented.session_token is not None:
        raise UnrecognizedClientException(TOKEN_INVALID)
    directory = store.glimpse(held.account)
    principal = principal_of(held, directory)
    if principal is None:
        raise UnrecognizedClientException(TOKEN_INVALID)
    store.rests_on(directory, principal)
    key = keys.signing_key(
        sealed=held.sealed_secret,
        access_key_id=held.access_key_id,
        day=presented.day,
        region=presented.region,
        service=presented.service,
    )
    return Credentials(principal=principal, key=key)


def _of_session(
    presented: Presented, store: IdentityStore, sessions: Sessions, *, place: Place, now: int
) -> Credentials:
    """The access key id says whose account it is, the token's header which of its session keys; both are then proven."""
    token = presented.session_token or ""
    try:
        account, key_id = account_of(presented.access_key_id), header(token).key_id
        directory = store.glimpse(account)
        known = (
            directory is not None
            and directory.in_force
            and any(key.key_id == key_id for key in directory.settings.session_keys)
        )
        sealed = store.sealed_credential(account, CredentialKind.SESSION_KEY, key_id) if known else None
        if directory is None or sealed is None:
            raise UnrecognizedClientException(TOKEN_INVALID)
        opened = sessions.open(
            sealed,
            account=account,
            token=token,
            access_key_id=presented.access_key_id,
            day=presented.day,
            region=presented.region,
            service=presented.service,
        )
        held = session_rules.claimed(opened.claims, region=opened.region)
    except (EnvelopeRefused, ValueError) as error:
        raise UnrecognizedClientException(TOKEN_INVALID) from error
    issuer = status_of(directory.settings, opened.region, place=place)
    if opened.region not in place.hosted_regions or not is_usable(issuer):
        raise UnrecognizedClientException(TOKEN_INVALID)
    principal = session_rules.principal_of(held, directory, access_key_id=presented.access_key_id)
    if principal is None or not _may_call(principal, presented.service):
        raise UnrecognizedClientException(TOKEN_INVALID)
    if now >= held.claims.expires_ms:
        raise ExpiredTokenException(TOKEN_EXPIRED)
    store.rests_on(directory, principal)
    return Credentials(principal=principal, key=opened.key)


def _may_call(principal: Principal, service: str) -> bool:
    """IAM is closed to what GetSessionToken and GetFederationToken give: nobody signs in with a second factor here.

    Source: IAM User Guide, Comparing the AWS STS API operations.
    """
    return service != IAM or principal.kind is PrincipalKind.ROLE_SESSION


def principal_of(held: AccessKey, directory: Directory | None) -> Principal | None:
    """Whom an access key stands for; `None`: nobody, here and now.

    A Region that has not been sent its account's identity yet knows the root user alone.
    """
    if directory is not None and not directory.in_force:
        return None
    if held.user_id == held.account:
        return Principal(
            kind=PrincipalKind.ROOT,
            arn=held.principal_arn,
            account=held.account,
            user_id=held.user_id,
            access_key_id=held.access_key_id,
        )
    user = None if directory is None else directory.users.get(held.user_id)
    if directory is None or user is None:
        return None
    return Principal(
        kind=PrincipalKind.USER,
        arn=directory.arn_of(user),
        account=held.account,
        user_id=user.user_id,
        access_key_id=held.access_key_id,
        unique_id=user.user_id,
        name=user.name,
        tags=tuple(user.tags.items()),
    )
