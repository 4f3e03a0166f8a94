"""The port to a KMS elsewhere, what the store keeps of its ciphertexts, and a short memory of the data keys it released.

A Region may use another endpoint that speaks KMS's API instead of its own custodian's keys. Its ciphertexts are opaque and
need not say which key they are under, so what the store keeps is framed:

    magic 3 | format 1 | length of key ARN 2 | key ARN | the ciphertext as it came

The frame proves nothing. It tells a ciphertext of elsewhere from one of the Region's own, and says which key Decrypt has to
name: a ciphertext that was exchanged for one under another key is refused there. Source: decision 0011; KMS API, Decrypt,
KeyId.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from watchword.api.operation import Operation
from watchword.api.shape import Shape
from watchword.envelope.ciphertext import BLOB_BYTES_MAX, KEY_ARN_BYTES_MAX
from watchword.envelope.fields import decoded, encoded
from watchword.envelope.refused import EnvelopeRefused, Step

MAGIC = b"WWE"
FORMAT = b"\x01"
DATA_KEY_BYTES = 32
ENTRIES_MAX = 10_000
REFRESH_SHARE = 0.5
"""From this part of its age on, one reader asks again while the others still use what is held: so that a secret which
many read does not send all of them elsewhere at the same moment."""

_LENGTH_BYTES = 2
_HEAD_BYTES = len(MAGIC) + len(FORMAT) + _LENGTH_BYTES


class KMSElsewhere(Protocol):
    """A KMS at another endpoint. May be shared between threads."""

    @property
    def name(self) -> str:
        """What refusals and logs call it: its endpoint and Region."""
        ...

    @property
    def default_key(self) -> str:
        """The ARN of the key of secrets that name none: an AWS managed key serves AWS's own service alone."""
        ...

    def may_wait(self) -> bool:
        """Whether the calling thread may wait for an answer; where not, `ask` raises WouldWait."""
        ...

    def ask(self, operation: Operation, request: Shape) -> Any:
        """Ask one of KMS's operations in the Region's own name, and return its answer.

        Raises:
            ApiError: KMS refuses, in its code and words.
            KeyUnavailable: no answer that can be used came within the deadline, or too many wait for one.
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """A ciphertext of elsewhere, and the key that it is said to be under."""

    key_arn: str
    blob: bytes


def is_elsewhere(blob: bytes) -> bool:
    """Whether this is a framed ciphertext of elsewhere, and none of this Region's own keys."""
    return blob.startswith(MAGIC)


def framed(held: Held) -> bytes:
    """Write what the store keeps.

    Raises:
        EnvelopeRefused: an ARN or a ciphertext that is empty or too long.
    """
    arn = encoded(held.key_arn)
    if not 0 < len(arn) <= KEY_ARN_BYTES_MAX or not 0 < len(held.blob) <= BLOB_BYTES_MAX:
        raise EnvelopeRefused(Step.LENGTH)
    return b"".join((MAGIC, FORMAT, len(arn).to_bytes(_LENGTH_BYTES, "big"), arn, held.blob))


def unframed(frame: bytes) -> Held:
    """Read what `framed` wrote.

    Raises:
        EnvelopeRefused: it is none, or cut short.
    """
    if not frame.startswith(MAGIC + FORMAT):
        raise EnvelopeRefused(Step.FORMAT)
    arn_bytes = int.from_bytes(frame[_HEAD_BYTES - _LENGTH_BYTES : _HEAD_BYTES], "big")
    end = _HEAD_BYTES + arn_bytes
    if not 0 < arn_bytes <= KEY_ARN_BYTES_MAX or not 0 < len(frame) - end <= BLOB_BYTES_MAX:
        raise EnvelopeRefused(Step.LENGTH)
    return Held(key_arn=decoded(frame[_HEAD_BYTES:end]), blob=frame[end:])


class _Entry:
    __slots__ = ("claimed", "context", "data_key", "key_arn", "since_ms")

    def __init__(self, *, data_key: bytes, key_arn: str, context: Mapping[str, str], now: int) -> None:
        self.data_key = data_key
        self.key_arn = key_arn
        self.context = dict(context)
        self.since_ms = now
        self.claimed = False
        """Somebody is asking again."""


class Released:
    """Data keys that the KMS elsewhere has released, for as long as a change there may stay unnoticed here.

    This Region's store knows nothing of a key elsewhere and counts no change of it, so age alone bounds how long a key
    that was disabled goes on opening values. Age counts from before the question was sent.
    """

    def __init__(self, *, age_ms_max: int, entries_max: int = ENTRIES_MAX) -> None:
        """`age_ms_max=0`: every read asks."""
        self._age_ms_max = age_ms_max
        self._entries_max = entries_max
        self._entries: dict[bytes, _Entry] = {}
        self._lock = threading.Lock()

    def take(self, frame: bytes, *, context: Mapping[str, str], now: int, may_ask: bool) -> bytes | None:
        """The data key, if it may be used without asking.

        `None`: ask. Of those who come while it is due to be asked for again, one who `may_ask` is told so.
        """
        entry = self._entries.get(frame)
        if entry is None or entry.context != context:
            return None
        age_ms = now - entry.since_ms
        # A clock that was set back makes it younger than it is: then it is not used either.
        if not 0 <= age_ms < self._age_ms_max:
            return None
        if age_ms < self._age_ms_max * REFRESH_SHARE or entry.claimed:
            return entry.data_key
        return None if not may_ask or self._claims(entry) else entry.data_key

    def _claims(self, entry: _Entry) -> bool:
        """Whether this is the one that asks again."""
        with self._lock:
            first = not entry.claimed
            entry.claimed = True
            return first

    def keep(
        self, frame: bytes, *, key_arn: str, context: Mapping[str, str], data_key: bytes, now: int
    ) -> None:
        """Remember; `now` is from before the question was sent."""
        if self._age_ms_max <= 0:
            return
        with self._lock:
            self._entries.pop(frame, None)
            while len(self._entries) >= self._entries_max:
                self._entries.pop(next(iter(self._entries)))
            self._entries[frame] = _Entry(data_key=data_key, key_arn=key_arn, context=context, now=now)

    def forget(self, key_arn: str) -> None:
        """Drop every data key of a KMS key: its use was just refused."""
        with self._lock:
            for frame in [frame for frame, entry in self._entries.items() if entry.key_arn == key_arn]:
                del self._entries[frame]

    def expire(self, *, now: int) -> None:
        """Drop what is too old to be used; called now and then, so that idle keys do not stay in memory."""
        with self._lock:
            for frame in [
                f for f, e in self._entries.items() if not 0 <= now - e.since_ms < self._age_ms_max
            ]:
                del self._entries[frame]

    def clear(self) -> None:
        """Drop all: the Region was sealed."""
        with self._lock:
            self._entries.clear()
