"""Sealed tokens: state that a client carries for us and can neither read nor make up, such as a NextToken.

Form: `suite.py`, then base64url without padding. A token is bound to its purpose: one that a listing of
secrets gave out is refused by every other operation.
"""

from __future__ import annotations

import base64
import binascii

from watchword.envelope import suite
from watchword.envelope.fields import encoded, joined
from watchword.envelope.refused import EnvelopeRefused, Step

TOKEN_CHARACTERS_MAX = 4_096
"""Source: Secrets Manager API, NextToken (1 to 4,096 characters)."""

PAYLOAD_BYTES_MAX = TOKEN_CHARACTERS_MAX // 4 * 3 - len(suite.PREFIX) - suite.HEAD_BYTES - suite.TAG_BYTES
"""Of a token of that length."""

PURPOSE = b"watchword/token/1"


def seal_token(
    key: bytes,
    payload: bytes,
    *,
    purpose: str,
    entropy: suite.Entropy,
    characters_max: int = TOKEN_CHARACTERS_MAX,
) -> str:
    """Seal a payload for one purpose.

    Raises:
        EnvelopeRefused: the payload is longer than a token may carry.
    """
    bound = joined(encoded(purpose))
    sealed = suite.seal(key, payload, purpose=PURPOSE, prefix=suite.PREFIX, bound=bound, entropy=entropy)
    token = text_of(sealed)
    if len(token) > characters_max:
        raise EnvelopeRefused(Step.LENGTH)
    return token


def open_token(key: bytes, token: str, *, purpose: str, characters_max: int = TOKEN_CHARACTERS_MAX) -> bytes:
    """Return the payload of a token that was sealed for this purpose.

    Raises:
        EnvelopeRefused: not a token of ours, or for another purpose.
    """
    sealed = bytes_of(token, characters_max=characters_max)
    suite.check_prefix(sealed)
    bound = joined(encoded(purpose))
    return suite.unseal(key, sealed, purpose=PURPOSE, prefix_bytes=len(suite.PREFIX), bound=bound)


def text_of(sealed: bytes) -> str:
    """Write sealed bytes as a client carries them."""
    return base64.urlsafe_b64encode(sealed).rstrip(b"=").decode()


def bytes_of(token: str, *, characters_max: int) -> bytes:
    """Read what `text_of` wrote, and nothing else.

    Raises:
        EnvelopeRefused: too long, or none of its spellings.
    """
    if len(token) > characters_max:
        raise EnvelopeRefused(Step.LENGTH)
    text = encoded(token)
    try:
        sealed = base64.b64decode(text + b"=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        raise EnvelopeRefused(Step.TEXT) from None
    # base64 has several spellings of the same bytes (unused last bits, `+` for `-`): only ours is a token.
    if base64.urlsafe_b64encode(sealed).rstrip(b"=") != text:
        raise EnvelopeRefused(Step.TEXT)
    return sealed
