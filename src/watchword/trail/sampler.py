"""How many events unknown callers may cause. Pure.

Anybody can send requests with an invented access key. Each such request is counted, and at most ten in any
second leave an event: enough to see who tries, too few to fill the disk or to hide something behind.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

SAMPLES_PER_SECOND = 10
_SECOND_MS = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Sampler:
    """A bucket of ten tokens, each of which comes back one second after it was taken.

    A bucket that refills steadily would let twenty through in its first second: ten that it held and ten that
    came in.
    """

    seen: int = 0
    """Requests of unknown callers since the process began; the counter that the design asks for."""
    taken_ms: tuple[int, ...] = ()
    """When the tokens that are not back yet were taken, in order; at most ten."""

    def offer(self, *, now: int) -> tuple[Sampler, bool]:
        """Count one request at `now` and say whether it leaves an event; the caller keeps the new value.

        `now` in milliseconds. A clock that was set back returns all tokens: otherwise nothing would be
        sampled until it caught up.
        """
        out = tuple(taken for taken in self.taken_ms if now - _SECOND_MS < taken <= now)
        sampled = len(out) < SAMPLES_PER_SECOND
        return replace(self, seen=self.seen + 1, taken_ms=(*out, now) if sampled else out), sampled
