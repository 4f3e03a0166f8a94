"""Length-prefixed fields: the only way in which several things become one string of bytes here.

Bare concatenation would let `("ab", "c")` and `("a", "bc")` be sealed for the same place. Each field is
preceded by its length in 4 bytes, big-endian, so that two different lists never become the same bytes.
"""

from __future__ import annotations

from collections.abc import Mapping

from watchword.envelope.refused import EnvelopeRefused, Step

LENGTH_BYTES = 4
CONTEXT_BYTES_MAX = 65_536
"""Of an encryption context as written here: our own limit, far above what callers send."""


def joined(*parts: bytes) -> bytes:
    """Write the fields one after the other, each behind its length."""
    return b"".join([piece for part in parts for piece in (len(part).to_bytes(LENGTH_BYTES, "big"), part)])


def split(joined_parts: bytes, *, parts_max: int) -> list[bytes]:
    """Read fields back; strict: nothing may be missing and nothing left over.

    Raises:
        EnvelopeRefused: cut short, or more than `parts_max` fields.
    """
    parts: list[bytes] = []
    at = 0
    while at < len(joined_parts):
        start = at + LENGTH_BYTES
        at = start + int.from_bytes(joined_parts[at:start], "big")
        # A length that itself was cut short ends before `start`, so this refuses it too.
        if at > len(joined_parts) or len(parts) == parts_max:
            raise EnvelopeRefused(Step.LENGTH)
        parts.append(joined_parts[start:at])
    return parts


def encoded(text: str) -> bytes:
    """Encode as UTF-8; a lone surrogate is refused, for it could not be read back."""
    try:
        return text.encode()
    except UnicodeEncodeError:
        raise EnvelopeRefused(Step.TEXT) from None


def decoded(text: bytes) -> str:
    """Decode strict UTF-8."""
    try:
        return text.decode()
    except UnicodeDecodeError:
        raise EnvelopeRefused(Step.TEXT) from None


def canonical_context(context: Mapping[str, str]) -> bytes:
    """Write an encryption context so that the order of its pairs does not matter and everything else does.

    Raises:
        EnvelopeRefused: longer than CONTEXT_BYTES_MAX, or not Unicode text.

    Source: KMS Developer Guide, encryption context (order-free, case-sensitive, exact).
    """
    pairs = sorted((encoded(name), encoded(value)) for name, value in context.items())
    written = joined(*[part for pair in pairs for part in pair])
    if len(written) > CONTEXT_BYTES_MAX:
        raise EnvelopeRefused(Step.LENGTH)
    return written
