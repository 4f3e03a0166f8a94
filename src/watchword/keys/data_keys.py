"""A bounded memory of data keys that the custodian has unwrapped, for the reads of one process.

Every use is still decided and recorded: the operation checks the key's state and policy on this Region's store before
it asks here, so a disabled key is in force with the next request. What is kept is bounded in time, uses and number, and
forgotten for a key as soon as a use of it is refused. Source: design section 6; AWS Encryption SDK, caching thresholds.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass

from watchword.keys.custody import Custody


@dataclass(frozen=True, slots=True, kw_only=True)
class CacheLimits:
    """`entries_max=0` switches the memory off: every read then goes to the custodian."""

    age_ms_max: int = 30_000
    """Swept every 30 s, so that no data key stays in memory for more than 60 s."""
    uses_max: int = 1_000
    entries_max: int = 10_000


NOTHING_KEPT = CacheLimits(entries_max=0)


class _Held:
    __slots__ = ("context", "data_key", "key_arn", "since_ms", "uses")

    def __init__(self, *, data_key: bytes, key_arn: str, context: Mapping[str, str], now: int) -> None:
        self.data_key = data_key
        self.key_arn = key_arn
        self.context = dict(context)
        self.since_ms = now
        self.uses = 1


class DataKeys:
    """Opens data keys for Secrets Manager, through the custodian or from memory."""

    def __init__(self, custody: Custody, *, limits: CacheLimits) -> None:
        self._custody = custody
        self._limits = limits
        self._held: dict[bytes, _Held] = {}
        self._lock = threading.Lock()

    def open(
        self, *, material: bytes, key_arn: str, context: Mapping[str, str], blob: bytes, now: int
    ) -> bytes:
        """Return the data key that `blob` holds under this context.

        Raises:
            EnvelopeRefused: it does not open.
            KeyUnavailable: custody is out of reach.
        """
        held = self._held.get(blob)
        if (
            held is not None
            and held.uses < self._limits.uses_max
            and 0 <= now - held.since_ms < self._limits.age_ms_max
            and held.key_arn == key_arn
            and held.context == context
        ):
            held.uses += 1
            return held.data_key
        data_key = self._custody.decrypt(material=material, key_arn=key_arn, context=context, blob=blob)
        if self._limits.entries_max > 0:
            with self._lock:
                self._held.pop(blob, None)
                while len(self._held) >= self._limits.entries_max:
                    self._held.pop(next(iter(self._held)))
                self._held[blob] = _Held(data_key=data_key, key_arn=key_arn, context=context, now=now)
        return data_key

    def forget(self, key_arn: str) -> None:
        """Drop every data key of a KMS key: its use was just refused."""
        with self._lock:
            for blob in [blob for blob, held in self._held.items() if held.key_arn == key_arn]:
                del self._held[blob]

    def clear(self) -> None:
        """Drop all: the Region was sealed."""
        with self._lock:
            self._held.clear()

    def expire(self, *, now: int) -> None:
        """Drop what is too old to be used; called now and then, so that idle keys do not stay in memory."""
        with self._lock:
            old = [b for b, held in self._held.items() if now - held.since_ms >= self._limits.age_ms_max]
            for blob in old:
                del self._held[blob]
