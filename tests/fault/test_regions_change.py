"""Regions come and go, and the control Region moves, while a load runs that forgives nothing."""

from __future__ import annotations

import fcntl
import json
import os
import signal
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from tests.fault.strict_load import strict_load
from tests.integration.deployment import OHIO, VIRGINIA, Deployment, Refused, deployed, until

OREGON = "us-west-2"
LAB = "lab-north-1"


@pytest.fixture(scope="module")
def deployment() -> Iterator[Deployment]:
    with deployed() as running:
        yield running


def region(deployment: Deployment, *words: str) -> subprocess.CompletedProcess[str]:
    verb, *more = words
    # `region add --home …` alone knows `--home`: options follow the verb that takes them.
    return deployment.cli("region", verb, *more)


def is_done(tries: list[subprocess.CompletedProcess[str]], ended: subprocess.CompletedProcess[str]) -> bool:
    tries.append(ended)
    return ended.returncode == 0


def listed(deployment: Deployment) -> dict[str, dict[str, object]]:
    said = region(deployment, "list", "--json")
    assert said.returncode == 0, said.stderr
    return {line.pop("name"): line for line in json.loads(said.stdout)["regions"]}


def custodians(deployment: Deployment, *regions: str) -> list[int]:
    return [deployment.pids(name)["custodian"] for name in regions]


def test_the_load_reports_what_a_killed_worker_takes_with_it(deployment: Deployment) -> None:
    """The planted fault: without this, `nothing failed` below could pass by not looking."""
    with strict_load(deployment, (VIRGINIA,)) as tally:
        for name in ("worker-1", "worker-2"):
            os.kill(deployment.pids(VIRGINIA)[name], signal.SIGKILL)
        until(lambda: tally.failed, what="a failure")
    until(lambda: deployment.is_whole(VIRGINIA), what="whole again")

    assert tally.failed


def test_a_region_is_added_and_removed_and_no_request_fails(deployment: Deployment) -> None:
    before = custodians(deployment, VIRGINIA, OHIO)
    workers = {pid for name in (VIRGINIA, OHIO) for pid in deployment.pids(name).values()} - {*before}
    with strict_load(deployment, (VIRGINIA, OHIO)) as tally:
        added = region(deployment, "add", OREGON)
        deployment.refresh()
        with closing(deployment.caller(VIRGINIA)) as caller:
            caller.ask(
                "CreateSecret",
                Name="far",
                SecretString="v",
                AddReplicaRegions=[{"Region": OREGON}],
                ClientRequestToken="0" * 32,
            )
        deployment.until_in_sync("far", replica=OREGON)
        with closing(deployment.caller(OREGON, door=True)) as caller:
            assert caller.ask("GetSecretValue", SecretId="far")["SecretString"] == "v"
        refused = region(deployment, "remove", OREGON)
        with closing(deployment.caller(VIRGINIA)) as caller:
            caller.ask("RemoveRegionsFromReplication", SecretId="far", RemoveReplicaRegions=[OREGON])
        until(lambda: deployment.status_of(OREGON)["secrets"] == 0, what="the replica gone")
        # Refused as long as the removal of the replica is not acknowledged.
        removed: list[subprocess.CompletedProcess[str]] = []
        until(lambda: is_done(removed, region(deployment, "remove", OREGON)), what="removed")

    assert [] == tally.failed
    assert added.returncode == 0, added.stderr
    assert all("`us-east-1` replicates 1 secret or key to `us-west-2`" in one.stderr for one in removed[:-1])
    assert (refused.returncode, refused.stderr) == (
        2,
        "watchword: `us-west-2` holds 1 secret (1 replica); remove them first, or say `--force`\n",
    )
    assert list(listed(deployment)) == [VIRGINIA, OHIO]
    # A sealed Region must not be sealed again by a change of another one; all else was replaced.
    assert custodians(deployment, VIRGINIA, OHIO) == before
    now = {pid for name in (VIRGINIA, OHIO) for pid in deployment.pids(name).values()} - {*before}
    assert not now & workers
    with (
        closing(deployment.caller(VIRGINIA)) as caller,
        pytest.raises(Refused, match="Invalid replica region"),
    ):
        caller.ask("ReplicateSecretToRegions", SecretId="far", AddReplicaRegions=[{"Region": OREGON}])


def test_a_region_of_ones_own_name_with_secrets_goes_only_by_force_and_nothing_is_deleted(
    deployment: Deployment,
) -> None:
    assert region(deployment, "add", LAB).returncode == 0
    deployment.refresh()
    line = listed(deployment)[LAB]
    for home, name, away in ((LAB, "of-lab", VIRGINIA), (VIRGINIA, "of-virginia", LAB)):
        with closing(deployment.caller(home)) as caller:
            caller.ask(
                "CreateSecret",
                Name=name,
                SecretString="v",
                AddReplicaRegions=[{"Region": away}],
                ClientRequestToken="1" * 32,
            )
        deployment.until_in_sync(name, primary=home, replica=away)
    with closing(deployment.caller(LAB)) as caller:
        caller.ask("CreateKey", service="kms")

    refused = region(deployment, "remove", LAB)
    still = listed(deployment)[LAB]["state"]
    forced = region(deployment, "remove", LAB, "--force")

    assert line == {
        "partition": "aws",
        "endpoint": f"http://127.0.0.1:{deployment.port + 3}",
        "control": False,
        "opt_in": False,
        "state": "running",
        "custody": "open",
    }
    held = "2 secrets (1 primary with replicas elsewhere, 1 replica) and 1 customer managed key"
    assert held in refused.stderr
    assert (refused.returncode, still) == (2, "running")
    assert forced.returncode == 0, forced.stderr
    assert f"lost with it: {held}" in forced.stdout
    assert all(
        f"{deployment.env['account_id']} {name}" in forced.stdout for name in ("of-lab", "of-virginia")
    )
    aside = [path.name for path in (deployment.home / "regions").iterdir() if path.name.startswith(".")]
    (store,) = (deployment.home / "regions").glob(f".removed-{LAB}-*/store.sqlite3")
    assert len(aside) == 2
    assert len([*(deployment.home / "unseal").glob(f".removed-{LAB}-*.key")]) == 1
    with closing(sqlite3.connect(store)) as raw:
        assert raw.execute("SELECT COUNT(*) FROM secret").fetchone() == (2,)
    # The replica that lost its primary is promoted as ever.
    with closing(deployment.caller(VIRGINIA)) as caller:
        caller.ask("StopReplicationToReplica", SecretId="of-lab")
        caller.ask("PutSecretValue", SecretId="of-lab", SecretString="w", ClientRequestToken="2" * 32)


def test_a_region_that_was_removed_is_made_anew_in_its_place(deployment: Deployment) -> None:
    assert region(deployment, "add", OREGON).returncode == 0
    deployment.refresh()

    with closing(deployment.caller(OREGON)) as caller:
        names = [entry["Name"] for entry in caller.ask("ListSecrets")["SecretList"]]

    assert names == []
    assert region(deployment, "remove", OREGON).returncode == 0


def test_the_control_region_moves_and_then_the_old_one_may_go(deployment: Deployment) -> None:
    assert region(deployment, "add", OREGON).returncode == 0
    held = region(deployment, "remove", VIRGINIA)
    with strict_load(deployment, (VIRGINIA, OHIO)) as tally:
        moved = region(deployment, "control", OHIO)
    lines = listed(deployment)
    back = region(deployment, "control", VIRGINIA)

    assert held.returncode == 2
    assert "`us-east-1` is the control Region of `aws`" in held.stderr
    assert (moved.returncode, moved.stdout) == (0, "us-east-2 is the control Region of aws; us-east-1 was\n")
    assert [] == tally.failed
    assert [name for name, line in lines.items() if line["control"]] == [OHIO]
    assert back.returncode == 0
    assert region(deployment, "remove", OREGON).returncode == 0


def test_no_control_region_is_moved_to_one_that_is_behind(deployment: Deployment) -> None:
    """A Region that has not all that was written would lose it for everybody."""
    toml = deployment.home / "watchword.toml"
    for name, revision in ((VIRGINIA, 7), (OHIO, 6)):
        write_identity_revision(deployment.home / "regions" / name / "store.sqlite3", revision)
    before = toml.read_text()
    try:
        refused = region(deployment, "control", OHIO)
        kept = toml.read_text()
        forced = region(deployment, "control", OHIO, "--force")
        write_identity_revision(deployment.home / "regions" / OHIO / "store.sqlite3", 7)
        back = region(deployment, "control", VIRGINIA)
    finally:
        for name in (VIRGINIA, OHIO):
            write_identity_revision(deployment.home / "regions" / name / "store.sqlite3", None)

    assert refused.returncode == 2
    assert "`us-east-2` has not all that was written of 000000000000 in `us-east-1`" in refused.stderr
    assert kept == before
    assert (forced.returncode, back.returncode) == (0, 0), forced.stderr + back.stderr


def write_identity_revision(store: Path, revision: int | None) -> None:
    """Of an account that nobody uses: identity itself is not what this is about."""
    with closing(sqlite3.connect(store, timeout=10.0)) as raw, raw:
        raw.execute("DELETE FROM identity WHERE account = '000000000000'")
        if revision is not None:
            raw.execute("INSERT INTO identity VALUES ('000000000000', ?, 'c', 0, 1, NULL)", (revision,))


def test_two_changes_at_once_do_not_lose_each_other(deployment: Deployment) -> None:
    held = os.open(deployment.home, os.O_RDONLY)
    try:
        fcntl.flock(held, fcntl.LOCK_EX)
        refused = region(deployment, "add", OREGON)
    finally:
        os.close(held)

    assert refused.returncode == 2
    assert "another `watchword` is changing the deployment in" in refused.stderr
    assert OREGON not in listed(deployment)
