"""From an access key to a principal and a signing key, without ever seeing the secret access key.

The secret half of an access key is sealed to the Region's custodian. The verifier asks for a signing key derived for one
day, Region and service (SigV4's own derivation), which is useless for any other.
"""

from __future__ import annotations

from typing import Protocol

import msgspec

from watchword.api.call import Principal, PrincipalKind
from watchword.api.errors import UnrecognizedClientException
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
        UnrecognizedClientException: the access key is unknown or inactive, or a session token came with it: no session
            tokens are issued yet, so none can be valid. One text for all, so that nobody learns which keys exist.
    """
    held = store.access_key(presented.access_key_id)
    if held is None or not held.active or presented.session_token is not None:
        raise UnrecognizedClientException(TOKEN_INVALID)
    key = keys.signing_key(
        sealed=held.sealed_secret,
        access_key_id=held.access_key_id,
        day=presented.day,
        region=presented.region,
        service=presented.service,
    )
    return Credentials(principal=principal_of(held), key=key)


def principal_of(held: AccessKey) -> Principal:
    return Principal(
        kind=PrincipalKind.ROOT,
        arn=held.principal_arn,
        account=held.account,
        user_id=held.user_id,
        access_key_id=held.access_key_id,
    )
