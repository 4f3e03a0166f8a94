"""Identifiers made of random bytes that are handed in."""

from __future__ import annotations

_VARIANTS = "89ab"


def uuid4(random: bytes) -> str:
    """Write 16 random bytes as a version 4 UUID. Source: RFC 9562 section 5.4."""
    text = random.hex()
    variant = _VARIANTS[random[8] & 3]
    return f"{text[:8]}-{text[8:12]}-4{text[13:16]}-{variant}{text[17:20]}-{text[20:]}"
