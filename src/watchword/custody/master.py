"""What an unlocked root holds: the key that everything else of the Region hangs from."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Master:
    """A Region's master and its transport key, in the clear. Never leaves custody; never shown."""

    partition: str
    region: str
    key: bytes
    transport_private_key: bytes

    def __repr__(self) -> str:
        return f"Master(partition={self.partition!r}, region={self.region!r}, ***)"
