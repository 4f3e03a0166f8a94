"""What an unlocked root holds: the key that everything else of the Region hangs from."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Master:
    """A Region's master and its transport key, in the clear. Never leaves custody; never shown."""

    partition: str
    region: str
    key: bytes
    """What is wrapped is wrapped under it."""
    transport_private_key: bytes
    before: bytes | None = None
    """The master before, under which some of what the store holds still is; it only opens."""
    token_key: bytes | None = None
    """`None` in a Region that never had another master: it is derived from this one."""

    def __repr__(self) -> str:
        return f"Master(partition={self.partition!r}, region={self.region!r}, ***)"
