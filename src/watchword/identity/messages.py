"""Encoded messages: why a request was refused, for whoever may ask DecodeAuthorizationMessage.

A message is sealed to the Region that made it, and to the account of the caller that it was made for: another account's is
refused like one that is none.

Source: STS API, DecodeAuthorizationMessage (EncodedMessage, 1 to 10,240 characters).
"""

from __future__ import annotations

from watchword.envelope import suite
from watchword.envelope.token import open_token, seal_token

MESSAGE_CHARACTERS_MAX = 10_240
PURPOSE = "sts:DecodeAuthorizationMessage"


def seal_message(token_key: bytes, message: bytes, *, account: str, entropy: suite.Entropy) -> str:
    """Encode a message of up to 7,500 bytes.

    Raises:
        EnvelopeRefused: it is longer than an encoded message may be.
    """
    return seal_token(
        token_key,
        message,
        purpose=f"{PURPOSE}/{account}",
        entropy=entropy,
        characters_max=MESSAGE_CHARACTERS_MAX,
    )


def open_message(token_key: bytes, text: str, *, account: str) -> bytes:
    """Decode a message.

    Raises:
        EnvelopeRefused: none of this Region's, or another account's.
    """
    return open_token(token_key, text, purpose=f"{PURPOSE}/{account}", characters_max=MESSAGE_CHARACTERS_MAX)
