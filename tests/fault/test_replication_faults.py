"""Replication between real Regions, under what happens to Regions: never a blend, never backwards, never over a promotion.

Reliability, I3-I5, I8-I11, I14. Every secret here is written in steps, so that each state can be told from all others:
step n puts the value `n`, then sets the tag `step` to `n`. A replica may stand between the two, and nowhere else.
"""

from __future__ import annotations

import shutil
import threading
import time
import uuid
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from tests.fault.load import until_all_in_sync
from tests.integration.deployment import OHIO, VIRGINIA, Caller, Deployment, Refused, deployed, until

OREGON = "us-west-2"
SECRETS = 20
STEPS = 25
"""20 secrets of 25 steps of 2 writes are the 1,000 writes of the promise."""
WRITERS = 4
CATCH_UP_S_MAX = 10.0
PROMOTE_S_MAX = 1.0
WATCHED_S = 2.0
HEAL_S_MAX = 15.0
"""A link's back-off is 5 s at most; twice that, and the machine's own load."""


@pytest.fixture(scope="module")
def deployment() -> Iterator[Deployment]:
    with deployed(regions=(VIRGINIA, OHIO, OREGON), workers=1) as running:
        yield running


def token(secret_name: str, step: int) -> str:
    """The version id of a step: known in advance, so that a version tells its step."""
    return str(uuid.uuid5(uuid.NAMESPACE_URL, f"{secret_name}/{step}"))


def create(caller: Caller, secret_name: str, *, replicas: Sequence[Mapping[str, str]]) -> None:
    """Step 0."""
    caller.ask(
        "CreateSecret",
        Name=secret_name,
        SecretString="0",
        ClientRequestToken=token(secret_name, 0),
        Tags=[{"Key": "step", "Value": "0"}],
        AddReplicaRegions=list(replicas),
    )


def take_step(caller: Caller, secret_name: str, step: int) -> None:
    caller.ask(
        "PutSecretValue",
        SecretId=secret_name,
        SecretString=str(step),
        ClientRequestToken=token(secret_name, step),
    )
    caller.ask("TagResource", SecretId=secret_name, Tags=[{"Key": "step", "Value": str(step)}])


def state_of(described: Mapping[str, Any]) -> tuple[int, int] | str:
    """Return (step of the value, step of the tag) of one DescribeSecret, or what is wrong with it."""
    name = described["Name"]
    steps = {token(name, step): step for step in range(STEPS + 200)}
    held = {
        label: steps[version]
        for version, labels in described["VersionIdsToStages"].items()
        for label in labels
    }
    current, previous = held["AWSCURRENT"], held.get("AWSPREVIOUS")
    tag = int(next(one["Value"] for one in described["Tags"] if one["Key"] == "step"))
    if previous != (current - 1 if current else None):
        return f"{name}: current is of step {current}, previous of step {previous}"
    if tag not in (current, current - 1):
        return f"{name}: the value is of step {current}, the tag of step {tag}"
    return current, tag


def value_of(caller: Caller, secret_name: str) -> str:
    return str(caller.ask("GetSecretValue", SecretId=secret_name)["SecretString"])


class Watching(threading.Thread):
    """Looks at replicas all the time: every state that is seen must be one that the primary had, and never an older one."""

    def __init__(self, deployment: Deployment, names: Sequence[str], *, region: str = OHIO) -> None:
        super().__init__(daemon=True)
        self._caller = deployment.caller(region, timeout_s=5.0)
        self._names = names
        self.ended = threading.Event()
        self.wrong: list[str] = []
        self.states: set[tuple[str, tuple[int, int]]] = set()

    def run(self) -> None:
        last: dict[str, tuple[int, int]] = {}
        with closing(self._caller):
            while not self.ended.is_set():
                for name in self._names:
                    self._look(name, last)
                time.sleep(0.001)

    def _look(self, name: str, last: dict[str, tuple[int, int]]) -> None:
        try:
            described = self._caller.ask("DescribeSecret", SecretId=name)
            value = self._caller.ask("GetSecretValue", SecretId=name)
        except (OSError, Refused):
            # The Region is down, or on its way up; what it answers is what counts.
            time.sleep(0.02)
            return
        state = state_of(described)
        if isinstance(state, str):
            self.wrong.append(state)
        elif state < last.get(name, (0, 0)):
            self.wrong.append(f"{name}: went back from {last[name]} to {state}")
        elif value["VersionId"] != token(name, int(value["SecretString"])):
            self.wrong.append(f"{name}: version {value['VersionId']} holds another's value")
        else:
            last[name] = state
            self.states.add((name, state))

    def stop(self) -> None:
        self.ended.set()
        self.join(10.0)


BLENDS: dict[str, tuple[int, int | None, int, tuple[int, int] | str]] = {
    "a whole state": (3, 2, 3, (3, 3)),
    "the value is ahead by the write under way": (3, 2, 2, (3, 2)),
    "the first state": (0, None, 0, (0, 0)),
    "a tag from the future": (3, 2, 4, "x: the value is of step 3, the tag of step 4"),
    "a tag that was left behind": (3, 2, 1, "x: the value is of step 3, the tag of step 1"),
    "labels of two states": (3, 1, 3, "x: current is of step 3, previous of step 1"),
}


@pytest.mark.parametrize(("current", "previous", "tag", "expected"), BLENDS.values(), ids=BLENDS)
def test_the_watch_tells_a_blend_from_a_state(
    current: int, previous: int | None, tag: int, expected: tuple[int, int] | str
) -> None:
    """The planted faults: without this, `no blend` below could pass by not looking."""
    versions = {token("x", current): ["AWSCURRENT"]}
    if previous is not None:
        versions[token("x", previous)] = ["AWSPREVIOUS"]

    found = state_of(
        {"Name": "x", "VersionIdsToStages": versions, "Tags": [{"Key": "step", "Value": str(tag)}]}
    )

    assert expected == found


def test_a_thousand_writes_while_the_replica_is_down_arrive_as_the_last_state(deployment: Deployment) -> None:
    names = [f"thousand/{number}" for number in range(SECRETS)]
    with closing(deployment.caller(VIRGINIA)) as caller:
        for name in names:
            create(caller, name, replicas=[{"Region": OHIO}])
    until_all_in_sync(deployment, names, seconds_max=CATCH_UP_S_MAX)

    deployment.stop(OHIO)
    _write_steps(deployment, names, range(1, STEPS + 1))
    meanwhile = {deployment.replication(name)[OHIO] for name in names}
    watching = Watching(deployment, names)
    watching.start()
    deployment.start(OHIO)
    returned = time.monotonic()
    # What is written while it catches up may overtake what waits.
    _write_steps(deployment, names[:5], range(STEPS + 1, STEPS + 4))
    until_all_in_sync(deployment, names, seconds_max=CATCH_UP_S_MAX)
    caught_up_s = time.monotonic() - returned
    watching.stop()

    assert {"InProgress"} == meanwhile
    assert caught_up_s < CATCH_UP_S_MAX
    assert [] == watching.wrong
    assert len(watching.states) > SECRETS, "nothing was seen while it caught up, so nothing is proven"
    last = {name: STEPS + (3 if name in names[:5] else 0) for name in names}
    with closing(deployment.caller(OHIO)) as caller:
        assert {name: (step, step) for name, step in last.items()} == {
            name: state_of(caller.ask("DescribeSecret", SecretId=name)) for name in names
        }
        assert {name: str(step) for name, step in last.items()} == {
            name: value_of(caller, name) for name in names
        }


def _write_steps(deployment: Deployment, names: Sequence[str], steps: range) -> None:
    """Take the steps of all secrets, each secret's in order, on a few threads."""
    failed: list[BaseException] = []

    def write(mine: Sequence[str]) -> None:
        try:
            with closing(deployment.caller(VIRGINIA)) as caller:
                for step in steps:
                    for name in mine:
                        take_step(caller, name, step)
        except BaseException as error:  # noqa: BLE001 - seen by the test
            failed.append(error)

    threads = [threading.Thread(target=write, args=(names[number::WRITERS],)) for number in range(WRITERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [] == failed


def test_a_replica_that_is_watched_while_its_primary_is_written_shows_no_blend(
    deployment: Deployment,
) -> None:
    names = [f"watched/{number}" for number in range(3)]
    with closing(deployment.caller(VIRGINIA)) as caller:
        for name in names:
            create(caller, name, replicas=[{"Region": OHIO}])
    until_all_in_sync(deployment, names, seconds_max=CATCH_UP_S_MAX)
    watching = Watching(deployment, names)
    watching.start()

    _write_steps(deployment, names, range(1, STEPS + 1))
    until_all_in_sync(deployment, names, seconds_max=CATCH_UP_S_MAX)
    watching.stop()

    assert [] == watching.wrong
    assert len(watching.states) > 2 * len(names)


def test_a_promoted_copy_never_changes_whatever_the_old_primary_does(deployment: Deployment) -> None:
    """Promoted with the primary gone, in under a second; the primary then returns and writes on."""
    name = "promoted/alone"
    with closing(deployment.caller(VIRGINIA)) as caller:
        create(caller, name, replicas=[{"Region": OHIO}, {"Region": OREGON}])
        take_step(caller, name, 1)
    until_all_in_sync(deployment, [name], seconds_max=CATCH_UP_S_MAX)
    deployment.stop(VIRGINIA)
    with closing(deployment.caller(OHIO)) as ohio:
        began = time.monotonic()
        ohio.ask("StopReplicationToReplica", SecretId=name)
        promoted_s = time.monotonic() - began
        before = ohio.ask("DescribeSecret", SecretId=name)

        deployment.start(VIRGINIA)
        with closing(deployment.caller(VIRGINIA)) as caller:
            for step in range(2, 12):
                take_step(caller, name, step)
        until(
            lambda: deployment.replication(name) == {OREGON: "InSync"},
            what="Ohio's entry gone and Oregon in sync",
            seconds_max=CATCH_UP_S_MAX,
        )
        after = ohio.ask("DescribeSecret", SecretId=name)
        value = value_of(ohio, name)

    before.pop("LastAccessedDate", None)
    after.pop("LastAccessedDate", None)
    assert promoted_s < PROMOTE_S_MAX
    assert before == after
    assert "1" == value
    assert "11" == _value(deployment, OREGON, name)


def _value(deployment: Deployment, region: str, secret_name: str) -> str:
    with closing(deployment.caller(region)) as caller:
        return value_of(caller, secret_name)


def test_a_promotion_under_a_stream_of_changes_is_the_last_of_them(deployment: Deployment) -> None:
    """Messages are on the wire and in the other Region's hands when the promotion is committed."""
    name = "promoted/in-the-stream"
    with closing(deployment.caller(VIRGINIA)) as caller:
        create(caller, name, replicas=[{"Region": OHIO}])
    until_all_in_sync(deployment, [name], seconds_max=CATCH_UP_S_MAX)
    writing = threading.Thread(target=_write_steps, args=(deployment, [name], range(1, 80)))
    with closing(deployment.caller(OHIO)) as ohio:
        writing.start()
        until(lambda: value_of(ohio, name) != "0", what="the first change to arrive")

        ohio.ask("StopReplicationToReplica", SecretId=name)
        at_once = state_of(ohio.ask("DescribeSecret", SecretId=name))
        was_writing = writing.is_alive()
        ends = time.monotonic() + WATCHED_S
        later = set()
        while time.monotonic() < ends:
            later.add(state_of(ohio.ask("DescribeSecret", SecretId=name)))
        writing.join()
        later.add(state_of(ohio.ask("DescribeSecret", SecretId=name)))

    assert was_writing, "the stream had ended before the promotion, so nothing is proven"
    assert {at_once} == later
    assert not isinstance(at_once, str), at_once
    assert "79" == _value(deployment, VIRGINIA, name)
    assert {} == deployment.replication(name)


def test_a_primary_that_is_set_back_to_a_backup_turns_failed_and_changes_nothing(
    deployment: Deployment,
) -> None:
    """Reliability, scenario 8: it would use its revisions again for other changes. What had not moved since goes on."""
    moved, written_again, still = "backup/moved", "backup/written-again", "backup/still"
    store = deployment.home / "regions" / VIRGINIA / "store.sqlite3"
    kept = deployment.folder / "backup"
    with closing(deployment.caller(VIRGINIA)) as caller:
        for name in (moved, written_again, still):
            create(caller, name, replicas=[{"Region": OHIO}])
    until_all_in_sync(deployment, (moved, written_again, still), seconds_max=CATCH_UP_S_MAX)
    deployment.stop(VIRGINIA)
    _copy_store(store, kept)
    deployment.start(VIRGINIA)
    with closing(deployment.caller(VIRGINIA)) as caller:
        take_step(caller, moved, 1)
        take_step(caller, written_again, 1)
    until_all_in_sync(deployment, (moved, written_again, still), seconds_max=CATCH_UP_S_MAX)

    deployment.stop(VIRGINIA)
    _copy_store(kept / store.name, store.parent)
    deployment.start(VIRGINIA)
    with closing(deployment.caller(VIRGINIA)) as caller:
        for step in range(2, 6):
            # Other changes under the same revisions, and then beyond those that the replica has applied.
            caller.ask(
                "PutSecretValue",
                SecretId=written_again,
                SecretString="another history",
                ClientRequestToken=token(written_again, 100 + step),
            )
    until(
        lambda: (
            {name: deployment.replication(name)[OHIO] for name in (moved, written_again, still)}
            == {moved: "Failed", written_again: "Failed", still: "InSync"}
        ),
        what="what had moved to be Failed",
        seconds_max=CATCH_UP_S_MAX,
    )
    with closing(deployment.caller(VIRGINIA)) as caller:
        entry = caller.ask("DescribeSecret", SecretId=moved)["ReplicationStatus"][0]
        take_step(caller, still, 1)
    until_all_in_sync(deployment, [still], seconds_max=CATCH_UP_S_MAX)

    with closing(deployment.caller(OHIO)) as ohio:
        states = {
            name: state_of(ohio.ask("DescribeSecret", SecretId=name))
            for name in (moved, written_again, still)
        }
        assert {moved: (1, 1), written_again: (1, 1), still: (1, 1)} == states
        assert ["1", "1"] == [value_of(ohio, name) for name in (moved, written_again)]
    assert entry["StatusMessage"].startswith(
        f"Replication failed: the replica in region {OHIO} has a history that is unknown here"
    )


def _copy_store(database: Path, folder: Path) -> None:
    """Copy a database that nobody has open, with its log if there is one, over what is in a folder."""
    folder.mkdir(exist_ok=True)
    for suffix in ("", "-wal", "-shm"):
        source, target = Path(f"{database}{suffix}"), folder / f"{database.name}{suffix}"
        target.unlink(missing_ok=True)
        if source.exists():
            shutil.copyfile(source, target)
            target.chmod(0o600)


def test_a_name_that_is_taken_fails_that_region_alone_until_it_is_overwritten(deployment: Deployment) -> None:
    """Facts 5.4: the call succeeds, the entry says why, the other Regions go on; 5.5: force replaces it."""
    name = "taken"
    with closing(deployment.caller(OHIO)) as ohio:
        ohio.ask("CreateSecret", Name=name, SecretString="mine", ClientRequestToken=str(uuid.uuid4()))
        with closing(deployment.caller(VIRGINIA)) as caller:
            create(caller, name, replicas=[{"Region": OHIO}, {"Region": OREGON}])
            until(
                lambda: deployment.replication(name) == {OHIO: "Failed", OREGON: "InSync"},
                what="Ohio to fail and Oregon to go on",
                seconds_max=CATCH_UP_S_MAX,
            )
            entries = caller.ask("DescribeSecret", SecretId=name)["ReplicationStatus"]
            untouched = value_of(ohio, name)
            caller.ask(
                "ReplicateSecretToRegions",
                SecretId=name,
                AddReplicaRegions=[{"Region": OHIO}],
                ForceOverwriteReplicaSecret=True,
            )
            until_all_in_sync(deployment, [name], seconds_max=CATCH_UP_S_MAX)

        assert "mine" == untouched
        assert [f"Replication failed: Secret name {name} already exists in region {OHIO}."] == [
            entry["StatusMessage"] for entry in entries if entry["Region"] == OHIO
        ]
        assert "0" == value_of(ohio, name)


def test_a_replica_s_key_that_is_disabled_fails_its_region_and_heals_by_itself(
    deployment: Deployment,
) -> None:
    """Reliability, I11: a status, not a loss; when the key returns, replication goes on without a person."""
    name = "replica-key"
    with closing(deployment.caller(OHIO)) as ohio, closing(deployment.caller(VIRGINIA)) as caller:
        key = ohio.ask("CreateKey", service="kms")["KeyMetadata"]
        create(caller, name, replicas=[{"Region": OHIO, "KmsKeyId": key["KeyId"]}, {"Region": OREGON}])
        until_all_in_sync(deployment, [name], seconds_max=CATCH_UP_S_MAX)
        ohio.ask("DisableKey", service="kms", KeyId=key["KeyId"])
        take_step(caller, name, 1)
        until(
            lambda: deployment.replication(name) == {OHIO: "Failed", OREGON: "InSync"},
            what="Ohio to fail and Oregon to go on",
            seconds_max=CATCH_UP_S_MAX,
        )
        entries = caller.ask("DescribeSecret", SecretId=name)["ReplicationStatus"]
        with pytest.raises(Refused) as unreadable:
            value_of(ohio, name)

        ohio.ask("EnableKey", service="kms", KeyId=key["KeyId"])
        last_good = value_of(ohio, name)
        until_all_in_sync(deployment, [name], seconds_max=HEAL_S_MAX)

        message = next(entry["StatusMessage"] for entry in entries if entry["Region"] == OHIO)
        assert message.startswith("Replication failed: ")
        assert f"{key['Arn']} is disabled." in message
        assert (400, "DecryptionFailure") == (unreadable.value.status, unreadable.value.code)
        assert last_good in ("0", "1")
        assert "1" == value_of(ohio, name)
