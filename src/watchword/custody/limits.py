"""How much the custodian answers: a rate for each process that asks, a count of every use, and an alarm.

The rate is generous, for whoever reads honestly must never meet it; what it bounds is how fast a process that was taken over
empties a Region, and how far it starves the others. Nobody is refused by the alarm: it tells that more was decrypted in a
minute than a Region of this kind should, and people decide.

Pure: the moment is an argument, in seconds of a clock that never goes back.
"""

from __future__ import annotations

import heapq
import json
from collections import Counter, deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from watchword.custody.protocol import Op

QUESTIONS_PER_SECOND = 20_000
"""Of one process. A worker that keeps no data keys asked 4,100 (bench, `custody`), four threads that do nothing else
13,000 to 25,000."""
DECRYPTIONS_PER_MINUTE = 60_000
BURST_S = 1.0
MINUTE_S = 60.0
PEERS_MAX = 1_024
"""Processes whose buckets are kept: twice the connections that there may be."""
KEYS_MAX = 10_000
"""Keys that are counted each for itself."""
KEYS_TOLD_MAX = 1_000
"""An answer with this many is 200 KB, a fifth of a frame."""
KEY_ARN_BYTES_MAX = 256
ALARMS_TOLD_MAX = 16
OTHERS = b"others"

_DECRYPTIONS = frozenset(
    {Op.DECRYPT, Op.RE_ENCRYPT, Op.SEAL_FOR_REGION, Op.MATERIAL_FOR_REGION, Op.CARRY_CREDENTIAL}
)
"""What opens something that was sealed before: for the caller, or for another Region."""
_OF_A_KEY = frozenset(
    {
        *(_DECRYPTIONS - {Op.CARRY_CREDENTIAL}),
        Op.GENERATE_DATA_KEY,
        Op.GENERATE_SEALED_DATA_KEY,
        Op.ENCRYPT,
        Op.GENERATE_MAC,
        Op.VERIFY_MAC,
        Op.REWRAP_MATERIAL,
        Op.MATERIAL_FROM_REGION,
    }
)
"""Their second field is the key's ARN."""
_OPEN_FROM_REGION_ARN = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What an operator may set."""

    questions_per_second: int = QUESTIONS_PER_SECOND
    """Of one process that asks."""
    decryptions_per_minute: int = DECRYPTIONS_PER_MINUTE
    """Of all of them together; the next one is an alarm."""


@dataclass(slots=True)
class _Bucket:
    """Mutable: what one process may still ask."""

    tokens: float
    filled: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What the custodian tells of itself; nothing of it is secret."""

    protections: Mapping[str, str]
    """By name: `yes`, or why not."""
    uses: Mapping[str, int]
    """By operation, since it started."""
    keys: Sequence[tuple[str, str, int]]
    """Operation, key ARN, uses: those that were used most."""
    limited: int = 0
    """Questions that were refused because a process asked too many."""
    alarms: int = 0
    """Minutes in which more was decrypted than `decryptions_per_minute`."""
    alarms_told: Sequence[tuple[int, int]] = ()
    """The last of them: as its how-many-eth, and how many seconds ago."""
    decryptions_per_minute: int = DECRYPTIONS_PER_MINUTE
    start: str = ""
    """Names this start of the custodian, since its counts begin with it."""
    hsm: str = ""
    """`ok`, or why its HSM does not answer; empty where there is none."""
    hsm_protections: Mapping[str, str] = field(default_factory=dict)
    """Of the process that speaks to the HSM, as `protections`."""

    def written(self) -> bytes:
        document = {name: getattr(self, name) for name in self.__slots__}
        return json.dumps(document, separators=(",", ":")).encode()


def report_from(written: bytes) -> Report:
    """Read what `written` wrote; ValueError if it is none."""
    document = json.loads(written)
    if not isinstance(document, dict):
        raise ValueError("no report")
    try:
        keys = [(str(op), str(arn), int(count)) for op, arn, count in document.pop("keys")]
        alarms = [(int(number), int(age_s)) for number, age_s in document.pop("alarms_told")]
        return Report(keys=keys, alarms_told=alarms, **document)
    except (KeyError, TypeError):
        raise ValueError("no report") from None


@dataclass(slots=True, kw_only=True)
class Watch:
    """Mutable: what was asked since the custodian started. Used by one thread."""

    limits: Limits = field(default_factory=Limits)
    protections: Mapping[str, str] = field(default_factory=dict)
    start: str = ""
    hsm: Callable[[], tuple[str, Mapping[str, str]]] | None = None
    """How its HSM stands, and the protections of the process that speaks to it."""
    _buckets: dict[int, _Bucket] = field(default_factory=dict)
    _uses: Counter[tuple[int, bytes]] = field(default_factory=Counter)
    _limited: int = 0
    _alarms: int = 0
    _alarmed: deque[tuple[int, float]] = field(default_factory=lambda: deque(maxlen=ALARMS_TOLD_MAX))
    _minute: float = float("-inf")
    """When the present minute began."""
    _decrypted: int = 0
    """Within it."""

    def admits(self, pid: int, *, now: float) -> bool:
        """Whether the process may ask once more now; if so, that is taken from its bucket."""
        rate = self.limits.questions_per_second
        bucket = self._buckets.get(pid)
        if bucket is None:
            bucket = self._bucket(pid, now=now)
        bucket.tokens = min(rate * BURST_S, bucket.tokens + (now - bucket.filled) * rate)
        bucket.filled = now
        if bucket.tokens < 1:
            self._limited += 1
            return False
        bucket.tokens -= 1
        return True

    def note(self, op: int, parts: Sequence[bytes], *, now: float) -> bool:
        """Count one use; True when it is the one that raises the alarm, once a minute at most."""
        use = (op, _key_of(op, parts))
        if use not in self._uses and len(self._uses) >= KEYS_MAX:
            use = (op, OTHERS)
        self._uses[use] += 1
        if op not in _DECRYPTIONS:
            return False
        if now - self._minute >= MINUTE_S:
            self._minute, self._decrypted = now, 0
        self._decrypted += 1
        if self._decrypted != self.limits.decryptions_per_minute + 1:
            return False
        self._alarms += 1
        self._alarmed.append((self._alarms, now))
        return True

    def report(self, *, now: float) -> Report:
        uses: Counter[str] = Counter()
        for (op, _), count in self._uses.items():
            uses[_named(op)] += count
        # Not `most_common`, which imports heapq when it is first asked, behind closed doors.
        of_keys = ((use, count) for use, count in self._uses.items() if use[1])
        told = heapq.nlargest(KEYS_TOLD_MAX, of_keys, key=lambda counted: counted[1])
        hsm, hsm_protections = ("", {}) if self.hsm is None else self.hsm()
        return Report(
            hsm=hsm,
            hsm_protections=hsm_protections,
            protections=self.protections,
            uses=uses,
            keys=[(_named(op), arn.decode("utf-8", "replace"), count) for (op, arn), count in told],
            limited=self._limited,
            alarms=self._alarms,
            alarms_told=[(number, int(now - at)) for number, at in self._alarmed],
            decryptions_per_minute=self.limits.decryptions_per_minute,
            start=self.start,
        )

    def _bucket(self, pid: int, *, now: float) -> _Bucket:
        # By process and not by connection, and kept when its connections close: to connect again gains nothing.
        if len(self._buckets) >= PEERS_MAX:
            idle = min(self._buckets, key=lambda held: self._buckets[held].filled)
            del self._buckets[idle]
        bucket = self._buckets[pid] = _Bucket(self.limits.questions_per_second * BURST_S, now)
        return bucket


def _key_of(op: int, parts: Sequence[bytes]) -> bytes:
    if op in _OF_A_KEY:
        arn = parts[1]
    elif op == Op.OPEN_FROM_REGION:
        arn = parts[_OPEN_FROM_REGION_ARN]
    else:
        return b""
    return arn if len(arn) <= KEY_ARN_BYTES_MAX else OTHERS


def _named(op: int) -> str:
    return Op(op).name.lower().replace("_", "-")
