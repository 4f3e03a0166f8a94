"""A load of writes and reads, and the client's own ledger of what was acknowledged: what no fault may lose.

Each writer is the only one that writes its secrets, one write at a time, and repeats a write of unknown outcome with the
same ClientRequestToken, as SDKs do. So it knows at every moment what a secret must hold: the last acknowledged value,
or, while a write is under way, that one or the next.
"""

from __future__ import annotations

import random
import threading
import time
import uuid
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from http.client import HTTPException
from typing import Any

from tests.integration.deployment import OHIO, VIRGINIA, Caller, Deployment, Refused, until

WRITERS = 4
PAUSE_S = 0.02
"""Between two writes of one writer: some 100 a second in all, which leaves the machine room for the fault's own work."""
VERSIONS_PER_SECRET = 40
ONE_WRITE_S_MAX = 30.0
"""From a write's first try to its acknowledgement, faults included: a process that is killed again and again is started
again after waits of up to 5 s."""
TRY_S_MAX = 15.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """One acknowledged write of a value."""

    secret_name: str
    version_id: str
    value: str


class Ledger:
    """What was acknowledged, and what was seen that should not have been. Used by several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.written: list[Written] = []
        self.current: dict[str, Written] = {}
        """By secret: the last write that was acknowledged."""
        self.wrong: list[str] = []
        self.outcomes: Counter[str] = Counter()
        """Answers and broken connections, to show that a fault was felt at all."""

    def acknowledge(self, written: Written) -> None:
        with self._lock:
            self.written.append(written)
            self.current[written.secret_name] = written

    def report(self, what: str) -> None:
        with self._lock:
            self.wrong.append(what)

    def count(self, outcome: str) -> None:
        with self._lock:
            self.outcomes[outcome] += 1

    def lost(self, caller: Caller) -> list[Written]:
        """Return every acknowledged write that this Region does not give back: its version, with its value."""
        return [one for one in self.written if _value(caller, one, version=True) != one.value]

    def stale(self, caller: Caller) -> list[Written]:
        """Return the current value of every secret that this Region does not hold as current."""
        return [one for one in self.current.values() if _value(caller, one, version=False) != one.value]


def _value(caller: Caller, written: Written, *, version: bool) -> str | None:
    asked: dict[str, Any] = {"SecretId": written.secret_name} | (
        {"VersionId": written.version_id} if version else {}
    )
    try:
        return str(caller.ask("GetSecretValue", **asked)["SecretString"])
    except Refused as refusal:
        if refusal.status >= 500:
            raise
        return None


class Writer(threading.Thread):
    """Writes, reads back, tags, and never gives a write up."""

    def __init__(
        self,
        deployment: Deployment,
        ledger: Ledger,
        *,
        name: str,
        door: bool,
        seed: int,
        ended: threading.Event,
    ) -> None:
        super().__init__(name=name, daemon=True)
        self._caller = deployment.caller(VIRGINIA, door=door, timeout_s=TRY_S_MAX)
        self._ledger = ledger
        self._random = random.Random(seed)
        self._ended = ended
        self._secret_name = ""
        self._versions = 0

    def run(self) -> None:
        with closing(self._caller):
            while not self._ended.is_set():
                try:
                    self._turn()
                except Exception as error:  # noqa: BLE001 - a thread's end must be seen by the test
                    self._ledger.report(f"{self.name}: {error!r}")
                    return
                self._ended.wait(PAUSE_S)

    def _turn(self) -> None:
        if not self._secret_name or self._versions >= VERSIONS_PER_SECRET:
            self._secret_name = f"{self.name}/{uuid.UUID(int=self._random.getrandbits(128))}"
            self._versions = 0
            self._write("CreateSecret", Name=self._secret_name, AddReplicaRegions=[{"Region": OHIO}])
        elif self._random.random() < 0.6:
            self._write("PutSecretValue", SecretId=self._secret_name)
        elif self._random.random() < 0.5:
            tag = {"Key": "turn", "Value": str(self._versions)}
            self._until_acknowledged("TagResource", SecretId=self._secret_name, Tags=[tag])
        else:
            held = self._ledger.current[self._secret_name]
            answer = self._until_acknowledged("GetSecretValue", SecretId=self._secret_name)
            if (answer["VersionId"], answer["SecretString"]) != (held.version_id, held.value):
                self._ledger.report(f"{self._secret_name}: read {answer['VersionId']}, not {held.version_id}")

    def _write(self, operation: str, **parameters: Any) -> None:
        token = str(uuid.UUID(int=self._random.getrandbits(128), version=4))
        value = f"{self._secret_name} {token}"
        answer = self._until_acknowledged(
            operation, **parameters, SecretString=value, ClientRequestToken=token
        )
        assert answer["VersionId"] == token
        self._versions += 1
        self._ledger.acknowledge(Written(secret_name=self._secret_name, version_id=token, value=value))

    def _until_acknowledged(self, operation: str, **parameters: Any) -> dict[str, Any]:
        """Ask until it is answered with success; what is no 5xx is an answer for good, and wrong here."""
        give_up = time.monotonic() + ONE_WRITE_S_MAX
        while True:
            try:
                answer = self._caller.ask(operation, **parameters)
                self._ledger.count("ok")
                return answer
            except Refused as refusal:
                self._ledger.count(f"{refusal.status}")
                if refusal.status < 500 or time.monotonic() > give_up:
                    raise
            except (OSError, HTTPException) as error:
                self._ledger.count(type(error).__name__)
                if time.monotonic() > give_up:
                    raise
            time.sleep(0.05)


@contextmanager
def load(deployment: Deployment, *, seed: int, writers: int = WRITERS) -> Iterator[Ledger]:
    """Write and read while the block runs, half of it through the front door; at its end every write is acknowledged."""
    ledger = Ledger()
    ended = threading.Event()
    threads = [
        Writer(
            deployment,
            ledger,
            name=f"load-{seed}-{number}",
            door=number % 2 == 0,
            seed=seed * 1_000 + number,
            ended=ended,
        )
        for number in range(writers)
    ]
    for thread in threads:
        thread.start()
    try:
        until(lambda: len(ledger.written) >= 2 * writers or ledger.wrong, what="a load")
        yield ledger
    finally:
        ended.set()
        for thread in threads:
            thread.join(ONE_WRITE_S_MAX + TRY_S_MAX)
    assert not any(thread.is_alive() for thread in threads), "a call hangs"


def until_all_in_sync(
    deployment: Deployment, names: Iterable[str], *, seconds_max: float, primary: str = VIRGINIA
) -> float:
    """Wait until every secret's replicas are InSync; return how long that took, in seconds."""
    left = set(names)

    def none_left() -> bool:
        with closing(deployment.caller(primary)) as caller:
            for name in sorted(left):
                said = caller.ask("DescribeSecret", SecretId=name)["ReplicationStatus"]
                if any(entry["Status"] != "InSync" for entry in said):
                    return False
                left.discard(name)
        return not left

    return until(none_left, what=f"all of {len(left)} secrets InSync", seconds_max=seconds_max)
