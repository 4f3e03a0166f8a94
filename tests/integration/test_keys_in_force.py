"""A key that was disabled, or is to be deleted, opens nothing any more within a second, whatever workers keep of it.

Real processes, both workers busy reading; with the memory of data keys and without it (`keep_data_keys = false`).
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import closing

import pytest
from tests.integration.deployment import VIRGINIA, Deployment, Refused, deployed, until

IN_FORCE_S_MAX = 1.0
READERS = 6
READ_ON_S = 1.5
"""Longer than a key may take to be out of use."""


@pytest.fixture(scope="module", params=["true", "false"], ids=["kept", "not kept"])
def deployment(request: pytest.FixtureRequest) -> Iterator[Deployment]:
    settings = f"[custodian]\nkeep_data_keys = {request.param}"
    with deployed(regions=(VIRGINIA,), settings=settings) as running:
        yield running


class Reader(threading.Thread):
    """Reads one secret again and again on a connection of its own, until it is told to end."""

    def __init__(self, deployment: Deployment, name: str) -> None:
        super().__init__(daemon=True)
        self._caller = deployment.caller(VIRGINIA)
        self._name = name
        self.ended = threading.Event()
        self.reads = 0
        self.last_begun = 0.0
        """When the last read began that gave the value."""
        self.refusals: set[tuple[int, str]] = set()

    def run(self) -> None:
        with closing(self._caller):
            while not self.ended.is_set():
                begun = time.monotonic()
                try:
                    self._caller.ask("GetSecretValue", SecretId=self._name)
                except Refused as refusal:
                    self.refusals.add((refusal.status, refusal.code))
                else:
                    self.last_begun = begun
                    self.reads += 1


def crowd(deployment: Deployment, name: str) -> list[Reader]:
    """Readers that have all read by now, and go on."""
    readers = [Reader(deployment, name) for _ in range(READERS)]
    for reader in readers:
        reader.start()
    until(lambda: all(reader.reads > 5 for reader in readers), what="everybody to read")
    return readers


def late_s(readers: Sequence[Reader], *, since: float) -> float:
    """How long after `since` reads still began that gave the value."""
    time.sleep(READ_ON_S)
    for reader in readers:
        reader.ended.set()
    for reader in readers:
        reader.join()
    return max(0.0, *(reader.last_begun - since for reader in readers))


@pytest.mark.parametrize(
    ("operation", "arguments"),
    [("DisableKey", {}), ("ScheduleKeyDeletion", {"PendingWindowInDays": 7})],
    ids=["disabled", "to be deleted"],
)
def test_a_key_is_out_of_use_within_a_second_and_in_use_again_when_it_may(
    deployment: Deployment, operation: str, arguments: dict[str, int]
) -> None:
    with closing(deployment.caller(VIRGINIA)) as caller:
        key = caller.ask("CreateKey", service="kms")["KeyMetadata"]["KeyId"]
        name = f"in-force/{operation}"
        caller.ask(
            "CreateSecret", Name=name, SecretString="v", KmsKeyId=key, ClientRequestToken="0" * 31 + "1"
        )
        readers = crowd(deployment, name)

        caller.ask(operation, service="kms", KeyId=key, **arguments)
        late = late_s(readers, since=time.monotonic())

        assert late < IN_FORCE_S_MAX
        assert {(400, "DecryptionFailure")} == set().union(*(reader.refusals for reader in readers))
        assert all(reader.refusals for reader in readers)
        if operation == "ScheduleKeyDeletion":
            caller.ask("CancelKeyDeletion", service="kms", KeyId=key)
        caller.ask("EnableKey", service="kms", KeyId=key)
        assert caller.ask("GetSecretValue", SecretId=name)["SecretString"] == "v"


def test_the_setting_says_whether_reads_have_the_custodian_asked(
    deployment: Deployment, request: pytest.FixtureRequest
) -> None:
    """What the two runs of this file differ in: every read is a use of the custodian, or few are."""
    kept = "[kept]" in request.node.name
    reads = 60
    with closing(deployment.caller(VIRGINIA)) as caller:
        caller.ask("CreateSecret", Name="counted", SecretString="v", ClientRequestToken="0" * 31 + "2")
        before = decryptions(deployment)
        for _ in range(reads):
            caller.ask("GetSecretValue", SecretId="counted")
        asked = decryptions(deployment) - before

    assert (asked <= 2) if kept else (asked == reads)


def decryptions(deployment: Deployment) -> int:
    document = json.loads(deployment.cli("status", "--json").stdout)["regions"][VIRGINIA]
    return int(document["custodian"]["uses"].get("decrypt", 0))
