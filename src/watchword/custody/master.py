"""What an unlocked root holds: the key that everything else of the Region hangs from."""

from __future__ import annotations

from dataclasses import dataclass

from watchword.envelope import suite
from watchword.envelope.fields import decoded, encoded, joined, split
from watchword.envelope.refused import EnvelopeRefused, Step

IN_HSM = b"watchword/master-in-hsm/1"
ID_BYTES = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class InHsm:
    """A master that stays in an HSM: which key of the HSM's token wraps under it. None of it is secret."""

    master_id: bytes
    """Random; bound into what is wrapped, so that two masters under one key of a token stay two."""
    key_label: str

    def written(self) -> bytes:
        return joined(IN_HSM, self.master_id, encoded(self.key_label))


MasterKey = bytes | InHsm


def key_written(key: MasterKey) -> bytes:
    return key if isinstance(key, bytes) else key.written()


def key_from(written: bytes) -> MasterKey:
    """Read what `key_written` wrote: nothing but a key has a key's length. Raises EnvelopeRefused."""
    if len(written) == suite.KEY_BYTES:
        return written
    parts = split(written, parts_max=3)
    if len(parts) != 3 or parts[0] != IN_HSM or len(parts[1]) != ID_BYTES:
        raise EnvelopeRefused(Step.FORMAT)
    return InHsm(master_id=parts[1], key_label=decoded(parts[2]))


@dataclass(frozen=True, slots=True, kw_only=True)
class Master:
    """A Region's master and its transport key, in the clear. Never leaves custody; never shown."""

    partition: str
    region: str
    key: MasterKey
    """What is wrapped is wrapped under it."""
    transport_private_key: bytes
    before: MasterKey | None = None
    """The master before, under which some of what the store holds still is; it only opens."""
    token_key: bytes | None = None
    """`None` in a Region that never had another master: it is derived from this one."""

    def __repr__(self) -> str:
        return f"Master(partition={self.partition!r}, region={self.region!r}, ***)"
