"""Identifiers made of random bytes that are handed in."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

BATCH_IDS = 256

_VARIANTS = "89ab"


def uuid4(random: bytes) -> str:
    """Write 16 random bytes as a version 4 UUID. Source: RFC 9562 section 5.4."""
    text = random.hex()
    variant = _VARIANTS[random[8] & 3]
    return f"{text[:8]}-{text[8:12]}-4{text[13:16]}-{variant}{text[17:20]}-{text[20:]}"


class Ids:
    """Random ids of requests and events, from random bytes that are asked for in batches.

    One system call for each id took a seventh of a read's time. Ids are no secrets; whatever seals asks for its own
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
                random = self._entropy(16 * BATCH_IDS)
                self._ready.extend(uuid4(random[at : at + 16]) for at in range(0, len(random), 16))
