"""When access keys were last used: in memory until the next flush; a use never waits for a commit."""

from __future__ import annotations

import threading
from itertools import islice

from watchword.api.call import Principal
from watchword.identity.model import AccessKeyUse
from watchword.storage.stores import SQLiteStores

USE_ROWS = 500
"""Keys in one commit: writers wait meanwhile."""


class AccessKeyUses:
    """The last use of each access key by this process, since the last flush. Sessions' keys are none of the account's."""

    def __init__(self) -> None:
        self._noted: dict[tuple[str, str], AccessKeyUse] = {}
        """By account and access key id."""
        self._lock = threading.Lock()

    def note(self, principal: Principal, service: str, now: int) -> None:
        if principal.session is None and principal.access_key_id is not None:
            self._noted[principal.account, principal.access_key_id] = AccessKeyUse(service=service, at_ms=now)

    def flush(self, stores: SQLiteStores) -> None:
        """Write what is new. Raises StoreUnavailable; then the rest is written next time."""
        with self._lock:
            noted = iter(list(self._noted.items()))
            while batch := dict(islice(noted, USE_ROWS)):
                stores.record_access_key_uses(batch)
                for address, written in batch.items():
                    # A later use, noted meanwhile, stays.
                    if self._noted.get(address) is written:
                        del self._noted[address]
