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

PURPOSE = b"watchword/token/1"


def seal_token(key: bytes, payload: bytes, *, purpose: str, entropy: suite.Entropy) -> str:
    """Seal a payload for one purpose.

    Raises:
        EnvelopeRefused: the payload is longer than a token may carry.
    """
    if len(payload) > PAYLOAD_BYTES_MAX:
        raise EnvelopeRefused(Step.LENGTH)
    bound = joined(encoded(purpose))
    sealed = suite.seal(key, payload, purpose=PURPOSE, prefix=suite.PREFIX, bound=bound, entropy=entropy)
    return base64.urlsafe_b64encode(sealed).rstrip(b"=").decode()


def open_token(key: bytes, token: str, *, purpose: str) -> bytes:
    """Return the payload of a token that was sealed for this purpose.

    Raises:
        EnvelopeRefused: not a token of ours, or for another purpose.
    """
    if len(token) > TOKEN_CHARACTERS_MAX:
        raise EnvelopeRefused(Step.LENGTH)
    text = encoded(token)
    try:
        sealed = base64.b64decode(text + b"=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        raise EnvelopeRefused(Step.TEXT) from None
    # base64 has several spellings of the same bytes (unused last bits, `+` for `-`): only ours is a token.
    if base64.urlsafe_b64encode(sealed).rstrip(b"=") != text:
        raise EnvelopeRefused(Step.TEXT)
    suite.check_prefix(sealed)
    bound = joined(encoded(purpose))
    return suite.unseal(key, sealed, purpose=PURPOSE, prefix_bytes=len(suite.PREFIX), bound=bound)
