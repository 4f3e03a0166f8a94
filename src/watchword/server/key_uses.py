"""When KMS keys were last used: in memory until the next flush; a use never waits for a commit."""

from __future__ import annotations

import threading

from watchword.keys.model import KMSKey, Use
from watchword.storage.stores import KeyUse, SQLiteStores

USE_ROWS = 500
"""Keys in one commit: writers wait meanwhile."""


class KeyUses:
    """The last use of each key by this process, since the last flush."""

    def __init__(self) -> None:
        self._noted: dict[str, tuple[KMSKey, str, int]] = {}
        """By the key's ARN."""
        self._lock = threading.Lock()

    def note(self, key: KMSKey, operation: str, now: int) -> None:
        self._noted[key.arn] = (key, operation, now)

    def flush(self, stores: SQLiteStores) -> None:
        """Write what is new. Raises StoreUnavailable; then the rest is written next time."""
        with self._lock:
            for noted in _batches(list(self._noted.items())):
                stores.record_key_uses(
                    [
                        KeyUse(
                            account=key.account,
                            key_id=key.key_id,
                            use=Use(operation=operation, at_ms=at_ms),
                        )
                        for _, (key, operation, at_ms) in noted
                    ]
                )
                for arn, written in noted:
                    # A later use, noted meanwhile, stays.
                    if self._noted.get(arn) is written:
                        del self._noted[arn]


_Noted = list[tuple[str, tuple[KMSKey, str, int]]]


def _batches(noted: _Noted) -> list[_Noted]:
    return [noted[start : start + USE_ROWS] for start in range(0, len(noted), USE_ROWS)]
