"""The copier: keeps replicas in other accounts of this Region up with their primaries; see `secrets/cross_account_copy.py`.

It looks at once when a process has committed something, but does something only if a primary is ahead of its replica.
"""

from __future__ import annotations

from watchword.api.shapes import watchword
from watchword.server.region import Region, now_ms

LOOK_S = 0.2


def look(region: Region) -> None:
    """Copy to each replica that is behind, one commit each. Raises what the gate and the store raise."""
    while region.stores.is_due_across(now=now_ms()):
        answer: watchword.TendCrossAccountResponse = region.gate.perform(
            watchword.TEND_CROSS_ACCOUNT, watchword.TendCrossAccountRequest(), principal=region.itself
        )
        if not answer.tended:
            return
