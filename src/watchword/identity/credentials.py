"""From an access key to a principal and a signing key, without ever seeing the secret access key.

The secret half of an access key is sealed to the Region's custodian. The verifier asks for a signing key derived for one
day, Region and service (SigV4's own derivation), which is useless for any other.

Who the principal is, is looked up anew for each request: a user that is renamed or deleted is so at once.
"""

from __future__ import annotations

from typing import Protocol

import msgspec

from watchword.api.call import Principal, PrincipalKind
from watchword.api.errors import UnrecognizedClientException
from watchword.identity.directory import Directory
from watchword.identity.model import AccessKey
from watchword.identity.store import IdentityStore
from watchword.sigv4.verify import Presented, SigningKey

TOKEN_INVALID = "The security token included in the request is invalid."  # noqa: S105 - AWS's text, no token


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


def credentials(presented: Presented, store: IdentityStore, keys: SigningKeys) -> Credentials:
    """Look the access key up in this Region's own copy of identity.

    Raises:
        UnrecognizedClientException: the access key is unknown or inactive, its user is gone, the Region is not enabled
            for its account, or a session token came with it that is none. One text for all, so that nobody learns which
            keys exist.
    """
    held = store.access_key(presented.access_key_id)
    if held is None or not held.active or presented.session_token is not None:
        raise UnrecognizedClientException(TOKEN_INVALID)
    principal = principal_of(held, store.directory(held.account))
    if principal is None:
        raise UnrecognizedClientException(TOKEN_INVALID)
    key = keys.signing_key(
        sealed=held.sealed_secret,
        access_key_id=held.access_key_id,
        day=presented.day,
        region=presented.region,
        service=presented.service,
    )
    return Credentials(principal=principal, key=key)


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
