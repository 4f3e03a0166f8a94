"""The registrar: keeps each account's links and the statuses of its Regions in line; see `identity/distribution_sending.py`.

It looks at once when a process has committed something, but does something only if an account's identity has moved, a Region
is on its way to be enabled or disabled, or `TEND_S` has passed. Replication that waited for a Region to be enabled goes on
then.
"""

from __future__ import annotations

import time

from watchword.api.shapes import watchword
from watchword.server.region import Region

LOOK_S = 0.2
TEND_S = 30.0


class Registrar:
    """Not shared between threads."""

    def __init__(self, region: Region) -> None:
        self._region = region
        self._tended: dict[str, int] | None = None
        self._waits = False
        self._tend_at = 0.0

    def look(self) -> None:
        """Tend the accounts if there may be something to do. Raises what the gate and the store raise."""
        region = self._region
        revisions = region.stores.identity_revisions()
        now = time.monotonic()
        if revisions == self._tended and not self._waits and now < self._tend_at:
            return
        answer: watchword.TendIdentityResponse = region.gate.perform(
            watchword.TEND_IDENTITY, watchword.TendIdentityRequest(), principal=region.itself
        )
        self._waits = bool(answer.waits)
        self._tended = region.stores.identity_revisions()
        self._tend_at = now + TEND_S
