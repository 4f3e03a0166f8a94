"""How many requests an account may make in a second, where a deployment says so.

A token bucket for each account and rate: it holds one second's worth, so that a burst after a rest is let through, and
fills steadily. A rate belongs to one operation, or to several that are counted together, as AWS counts them.

Each process counts for itself. `shared_by` processes of a Region divide a rate among them, each letting its part
through, for nothing may wait for another process here: together they never let through more than the rate, and a
client whose requests all come on one connection, so to one process, gets that process's part.

What an operation asks of another service in its caller's name is not counted, nor are callers that prove nobody.

Source: Secrets Manager user guide, quotas (facts 9.6).
"""

from __future__ import annotations

import threading
from collections.abc import Iterable
from dataclasses import dataclass, replace

from watchword.api.errors import ThrottlingException
from watchword.api.operation import Operation

EXCEEDED = "Rate exceeded"
"""AWS's text (facts 0.2)."""
BEHIND_MS_MAX = 5_000
"""How long ago a thread may have read the clock when it is its turn; a clock that is further behind was set back."""
_SECOND_MS = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """Requests in a second, for some operations together."""

    operations: tuple[Operation, ...]
    per_second: int
    shared_by: int = 1
    """How many processes count for themselves; each lets this part of the rate through."""

    # A process gets `per_second / shared_by` requests in a second. In whole numbers: each millisecond adds `per_second`
    # parts, and a request takes so many.

    @property
    def request_parts(self) -> int:
        return _SECOND_MS * self.shared_by

    @property
    def parts_max(self) -> int:
        """One second's worth, but at least one request: a rate below the number of processes lets some through, too."""
        return max(_SECOND_MS * self.per_second, self.request_parts)


@dataclass(frozen=True, slots=True, kw_only=True)
class Bucket:
    """What one account may still take of a rate."""

    parts: int
    at_ms: int
    """When this was so."""

    @classmethod
    def full(cls, rate: Rate, *, now: int) -> Bucket:
        return cls(parts=rate.parts_max, at_ms=now)

    def filled(self, rate: Rate, *, now: int) -> Bucket:
        """The bucket as it is later. A clock that was set back adds nothing, and the bucket goes on from there."""
        if 0 < self.at_ms - now <= BEHIND_MS_MAX:
            # Threads come out of the order in which they read the clock: going back would add the time between again.
            return self
        added = max(0, now - self.at_ms) * rate.per_second
        return Bucket(parts=min(rate.parts_max, self.parts + added), at_ms=now)

    def taken(self, rate: Rate) -> Bucket | None:
        """The bucket after one request; `None`: there is not enough for it, and nothing is taken."""
        if self.parts < rate.request_parts:
            return None
        return replace(self, parts=self.parts - rate.request_parts)

    def given_back(self, rate: Rate) -> Bucket:
        return replace(self, parts=min(rate.parts_max, self.parts + rate.request_parts))


class Rates:
    """The rates of one process, and what each account has left. May be used by several threads at once."""

    def __init__(self, rates: Iterable[Rate]) -> None:
        self._of = {operation: rate for rate in rates for operation in rate.operations}
        # As many as there are accounts and rates: only who proved to be of an account is counted.
        self._buckets: dict[tuple[str, Rate], Bucket] = {}
        self._lock = threading.Lock()

    def of(self, operation: Operation) -> Rate | None:
        """The rate that an operation is counted in, if it is limited."""
        return self._of.get(operation)

    def take(self, operation: Operation, account: str, *, now: int) -> None:
        """Count a request at `now` (milliseconds).

        Raises:
            ThrottlingException: it is one too many.
        """
        rate = self._of.get(operation)
        if rate is None:
            return
        whose = (account, rate)
        with self._lock:
            held = self._buckets.get(whose) or Bucket.full(rate, now=now)
            filled = held.filled(rate, now=now)
            left = filled.taken(rate)
            self._buckets[whose] = left or filled
        if left is None:
            raise ThrottlingException(EXCEEDED)

    def give_back(self, operation: Operation, account: str) -> None:
        """A request that was counted is begun again, and counted then."""
        rate = self._of.get(operation)
        if rate is None:
            return
        whose = (account, rate)
        with self._lock:
            held = self._buckets.get(whose)
            if held is not None:
                self._buckets[whose] = held.given_back(rate)
