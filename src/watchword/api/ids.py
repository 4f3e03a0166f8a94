"""Identifiers made of random bytes that are handed in."""

from __future__ import annotations


def uuid4(random: bytes) -> str:
    """Write 16 random bytes as a version 4 UUID. Source: RFC 9562 section 5.4."""
    value = int.from_bytes(random, "big") & ~(0xF000 << 64) & ~(0xC000 << 48) | 4 << 76 | 2 << 62
    text = f"{value:032x}"
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"
