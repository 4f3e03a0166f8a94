"""Identifiers made of random bytes that are handed in."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

BATCH_IDS = 256

_VARIANT = {digit: "89ab"[int(digit, 16) & 3] for digit in "0123456789abcdef"}


def uuid4(random: bytes) -> str:
    """Write 16 random bytes as a version 4 UUID. Source: RFC 9562 section 5.4."""
    (written,) = uuids4(random)
    return written


def uuids4(random: bytes) -> list[str]:
    """Write every 16 random bytes as a version 4 UUID."""
    t = random.hex()
    return [
        f"{t[at : at + 8]}-{t[at + 8 : at + 12]}-4{t[at + 13 : at + 16]}"
        f"-{_VARIANT[t[at + 16]]}{t[at + 17 : at + 20]}-{t[at + 20 : at + 32]}"
        for at in range(0, len(t), 32)
    ]


class Ids:
    """Random ids of requests and events, from random bytes that are asked for in batches.

    One system call for each id stood at a seventh of a read's profile. Ids are no secrets; whatever seals asks for its own
    random bytes. May be shared between threads; made after a fork, or parent and child would give the same ids.
    """

    def __init__(self, entropy: Callable[[int], bytes]) -> None:
        self._entropy = entropy
        self._ready: deque[str] = deque()

    def __call__(self) -> str:
        while True:
            try:
                return self._ready.popleft()
            except IndexError:
                self._ready.extend(uuids4(self._entropy(16 * BATCH_IDS)))
