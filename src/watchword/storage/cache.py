"""Rows that a connection has read, kept for as long as nothing was committed.

The cache never decides whether what it holds is still true: a unit asks the database's change counter first
(`sqlite.Connection.fresh_rows`), and everything goes as soon as the counter has moved or this connection has
committed.
"""

from __future__ import annotations

from collections import OrderedDict
from typing import Generic, TypeVar

from watchword.identity.directory import Directory
from watchword.identity.model import AccessKey
from watchword.keys.model import KMSKey
from watchword.secrets.model import SealedValue, Secret

KeyT = TypeVar("KeyT")
ValueT = TypeVar("ValueT")

ENTRIES_MAX = 10_000
SECRET_BYTES_MAX = 16 * 1024 * 1024
SEALED_BYTES_MAX = 32 * 1024 * 1024
IDENTITY_BYTES_MAX = 4 * 1024 * 1024

# What the objects around the texts weigh, roughly (sys.getsizeof over a Secret with its maps, CPython 3.11).
RECORD_BYTES = 1_500
VERSION_BYTES = 900
MATERIAL_BYTES = 500


class Bounded(Generic[KeyT, ValueT]):
    """A map that forgets what was not asked for longest, beyond a number of entries or of bytes."""

    __slots__ = ("_bytes", "_bytes_max", "_entries_max", "_held")

    def __init__(self, *, entries_max: int, bytes_max: int) -> None:
        self._held: OrderedDict[KeyT, tuple[ValueT, int]] = OrderedDict()
        self._entries_max = entries_max
        self._bytes_max = bytes_max
        self._bytes = 0

    def get(self, key: KeyT) -> ValueT | None:
        entry = self._held.get(key)
        if entry is None:
            return None
        self._held.move_to_end(key)
        return entry[0]

    def put(self, key: KeyT, value: ValueT, *, weight: int) -> None:
        """Keep a value; one that is heavier than the whole cache is not kept."""
        old = self._held.pop(key, None)
        if old is not None:
            self._bytes -= old[1]
        if weight > self._bytes_max:
            return
        self._held[key] = (value, weight)
        self._bytes += weight
        while self._bytes > self._bytes_max or len(self._held) > self._entries_max:
            _, (_, gone) = self._held.popitem(last=False)
            self._bytes -= gone

    def clear(self) -> None:
        if self._held:
            self._held.clear()
            self._bytes = 0

    def __len__(self) -> int:
        return len(self._held)

    @property
    def weight(self) -> int:
        return self._bytes


class RowCache:
    """What one connection has read since the last commit of anybody."""

    __slots__ = ("access_keys", "aliases", "directories", "incarnation", "keys", "names", "sealed", "secrets")

    def __init__(self) -> None:
        self.secrets: Bounded[tuple[str, str], Secret] = Bounded(
            entries_max=ENTRIES_MAX, bytes_max=SECRET_BYTES_MAX
        )
        self.names: Bounded[tuple[str, str], Secret] = Bounded(
            entries_max=ENTRIES_MAX, bytes_max=SECRET_BYTES_MAX
        )
        self.sealed: Bounded[tuple[str, str, str], tuple[str | None, SealedValue]] = Bounded(
            entries_max=ENTRIES_MAX, bytes_max=SEALED_BYTES_MAX
        )
        self.keys: Bounded[tuple[str, str], KMSKey] = Bounded(
            entries_max=ENTRIES_MAX, bytes_max=IDENTITY_BYTES_MAX
        )
        self.aliases: Bounded[tuple[str, str], KMSKey] = Bounded(
            entries_max=ENTRIES_MAX, bytes_max=IDENTITY_BYTES_MAX
        )
        self.access_keys: Bounded[str, AccessKey] = Bounded(
            entries_max=ENTRIES_MAX, bytes_max=IDENTITY_BYTES_MAX
        )
        self.directories: dict[str, Directory] = {}
        """Bounded by the accounts of the Region."""
        self.incarnation: str | None = None

    def keep_secret(self, secret: Secret) -> None:
        weight = weight_of(secret)
        self.secrets.put((secret.account, secret.sid), secret, weight=weight)
        self.names.put((secret.account, secret.name), secret, weight=weight)

    def keep_sealed(self, secret: Secret, value: SealedValue, *, content_id: str | None) -> None:
        weight = RECORD_BYTES + len(value.sealed) + sum(len(wrapped) for wrapped in value.data_keys.values())
        self.sealed.put((secret.account, secret.sid, value.version_id), (content_id, value), weight=weight)

    def keep_key(self, key: KMSKey) -> None:
        self.keys.put((key.account, key.key_id), key, weight=weight_of_key(key))

    def keep_alias(self, alias: str, key: KMSKey) -> None:
        self.aliases.put((key.account, alias), key, weight=weight_of_key(key))

    def keep_access_key(self, key: AccessKey) -> None:
        self.access_keys.put(key.access_key_id, key, weight=RECORD_BYTES)

    def clear(self) -> None:
        self.secrets.clear()
        self.names.clear()
        self.sealed.clear()
        self.keys.clear()
        self.aliases.clear()
        self.access_keys.clear()
        self.directories.clear()
        self.incarnation = None


def weight_of_key(key: KMSKey) -> int:
    """Estimate the bytes that a key with its wrapped material takes in memory."""
    return RECORD_BYTES + len(key.policy or "") + MATERIAL_BYTES * len(key.materials)


def weight_of(secret: Secret) -> int:
    """Estimate the bytes that a secret without its values takes in memory."""
    texts = len(secret.policy or "") + len(secret.description or "")
    if secret.rotation is not None:
        texts += RECORD_BYTES + sum(len(key) + len(value) + 150 for key, value in secret.rotation.metadata)
    if secret.primary_across is not None or secret.replica_across is not None:
        texts += RECORD_BYTES
    tags = sum(len(name) + len(value) + 150 for name, value in (secret.tags or {}).items())
    return (
        RECORD_BYTES + texts + tags + VERSION_BYTES * len(secret.versions) + VERSION_BYTES * len(secret.links)
    )
