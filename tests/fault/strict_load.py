"""A steady load that forgives nothing: every request is sent once, on kept connections, and must be answered with success.

SDKs would repeat what a broken connection took; what a change of Regions promises is that there is nothing to repeat.
"""

from __future__ import annotations

import threading
import uuid
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from http.client import HTTPException

from tests.integration.deployment import Caller, Deployment, Refused, until

PAUSE_S = 0.01
NEW_CONNECTION_EVERY = 5
"""Requests of a thread on one connection: those that are just made are at risk too."""

TURNS_PER_SECRET = 100
"""A third of them write, and a secret has at most 100 young versions."""


class Tally:
    """What was answered, and what was not. Used by several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.answered = 0
        self.failed: list[str] = []

    def count(self) -> None:
        with self._lock:
            self.answered += 1

    def report(self, what: str) -> None:
        with self._lock:
            self.failed.append(what)


@contextmanager
def strict_load(deployment: Deployment, regions: Sequence[str]) -> Iterator[Tally]:
    """Read and write in each Region while the block runs: directly and through the door, on kept and on new connections."""
    tally, ended = Tally(), threading.Event()
    threads = [
        threading.Thread(target=_ask_on, args=(deployment, region, door, keeps, tally, ended), daemon=True)
        for region in regions
        for door in (False, True)
        for keeps in (False, True)
    ]
    for thread in threads:
        thread.start()
    try:
        until(lambda: tally.answered >= 5 * len(threads) or tally.failed, what="a load")
        yield tally
        more = tally.answered + 5 * len(threads)
        until(lambda: tally.answered >= more or tally.failed, what="a load that goes on")
    finally:
        ended.set()
        for thread in threads:
            thread.join(30.0)
    assert not any(thread.is_alive() for thread in threads), "a request hangs"


def _ask_on(
    deployment: Deployment, region: str, door: bool, keeps: bool, tally: Tally, ended: threading.Event
) -> None:
    name, turn = "", 0
    with closing(deployment.caller(region, door=door)) as caller:
        while not ended.wait(PAUSE_S):
            if turn % TURNS_PER_SECRET == 0:
                name = f"load/{uuid.uuid4()}"
                _ask(caller, tally, region, "CreateSecret", Name=name, SecretString="first")
            turn += 1
            if not keeps and turn % NEW_CONNECTION_EVERY == 0:
                caller.close()
            if turn % 3:
                _ask(caller, tally, region, "GetSecretValue", SecretId=name)
            else:
                _ask(caller, tally, region, "PutSecretValue", SecretId=name, SecretString=f"turn {turn}")


def _ask(caller: Caller, tally: Tally, region: str, operation: str, **parameters: str) -> None:
    try:
        # The token: a write that was not repeated must not be refused as one that was.
        token = {} if operation == "GetSecretValue" else {"ClientRequestToken": str(uuid.uuid4())}
        caller.ask(operation, **parameters, **token)
        tally.count()
    except (Refused, OSError, HTTPException) as failure:
        tally.report(f"{region} {operation}: {failure!r}")
