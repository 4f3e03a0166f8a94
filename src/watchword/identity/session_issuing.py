"""A session is issued: its claims are sealed under the account's session key, and signed by this Region.

A session key that was just made is not used at once: the other Regions have to have it before they see a token of it.

Source: decision 0008.
"""

from __future__ import annotations

from dataclasses import dataclass

import msgspec

from watchword.api.call import Call
from watchword.api.errors import ServiceUnavailable
from watchword.api.shape import Instant
from watchword.api.shapes import sts
from watchword.envelope.session import TOKEN_CHARACTERS_MAX, Issued
from watchword.envelope.transport import CredentialKind
from watchword.identity.custody import Sessions
from watchword.identity.directory import Directory
from watchword.identity.sessions import Claims, encoded
from watchword.identity.store import IdentityStore

KEY_SETTLES_MS = 300_000
"""A Region that is further behind than this refuses sessions of the new key until it has caught up."""
NO_KEY = "the account's session key has not arrived in this Region yet; try again, or ask another Region"


@dataclass(frozen=True, slots=True, kw_only=True)
class Lent:
    """Temporary credentials, as answers have them."""

    credentials: sts.Credentials
    token_characters: int
    token_percent: int
    """Of the longest token."""


def expires_ms(now: int, *, duration_s: int) -> int:
    """When a session that begins now is over: at a whole second, as answers say it."""
    return (now // 1000 + duration_s) * 1000


def lend(
    claims: Claims,
    directory: Directory,
    call: Call[IdentityStore],
    sessions: Sessions,
    *,
    characters_min: int | None,
) -> Lent:
    """Issue a session of the directory's account, with a token of at least so many characters.

    Raises:
        ServiceUnavailable: this Region has no session key of the account.
    """
    key_id, sealed = _key(directory, call)

    def issued(claims: Claims) -> Issued:
        return sessions.issue(sealed, account=directory.account, key_id=key_id, claims=encoded(claims))

    lent = issued(claims)
    short = (characters_min or 0) - len(lent.token)
    if short > 0:
        # Three bytes are four characters; three more name the padding.
        lent = issued(msgspec.structs.replace(claims, padding=bytes(-(-short * 3 // 4))))
    credentials = sts.Credentials(
        access_key_id=lent.access_key_id,
        secret_access_key=lent.secret_access_key,
        session_token=lent.token,
        expiration=Instant(claims.expires_ms),
    )
    return Lent(
        credentials=credentials,
        token_characters=len(lent.token),
        token_percent=-(-100 * len(lent.token) // TOKEN_CHARACTERS_MAX),
    )


def _key(directory: Directory, call: Call[IdentityStore]) -> tuple[str, bytes]:
    """The newest session key that has settled; if none has, the oldest, which the others are the likeliest to have."""
    oldest = None
    for key in directory.settings.session_keys:
        sealed = call.store.sealed_credential(directory.account, CredentialKind.SESSION_KEY, key.key_id)
        if sealed is None:
            continue
        if call.now - key.created_ms >= KEY_SETTLES_MS:
            return key.key_id, sealed
        oldest = (key.key_id, sealed)
    if oldest is None:
        raise ServiceUnavailable(NO_KEY)
    return oldest
