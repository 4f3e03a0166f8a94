"""The commands beside a deployment that runs: what they print, their exit statuses, what they leave behind."""

from __future__ import annotations

import json
import os
import re
import shlex
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pytest
from tests.integration.deployment import (
    MARK,
    OHIO,
    VARIABLES,
    VIRGINIA,
    WAIT_S_MAX,
    WATCHWORD,
    Deployment,
    deployed,
    scratch,
    until,
    watchword,
)

READY_S_MAX = 5.0
SECRETS = 30


@pytest.fixture(scope="module")
def deployment() -> Iterator[Deployment]:
    with deployed() as running:
        yield running


def create(deployment: Deployment, name: str, *, replicated: bool = True, value: str = "x") -> None:
    replicas = {"AddReplicaRegions": [{"Region": OHIO}]} if replicated else {}
    deployment.client(VIRGINIA).create_secret(Name=name, SecretString=value, **replicas)


def rows(deployment: Deployment) -> dict[str, list[str]]:
    """What `watchword status` prints, by Region: its columns."""
    ended = deployment.cli("status")
    assert (ended.returncode, ended.stderr) == (0, "")
    header, *lines = ended.stdout.splitlines()
    assert ["REGION", "STATE", "PROCESSES", "SECRETS", "LINKS", "WORST LAG"] == re.split(r"  +", header)
    # Below the table each custodian says how it is protected (test_custodian_deployed.py).
    in_table = [line for line in lines if not line.startswith("custodian of ")]
    return {row[0]: row[1:] for row in (re.split(r"  +", line) for line in in_table)}


def document_of(deployment: Deployment) -> dict[str, Any]:
    """The same as `watchword status --json` has it."""
    regions: dict[str, Any] = json.loads(deployment.cli("status", "--json").stdout)["regions"]
    return regions


def test_status_counts_secrets_links_and_lag() -> None:
    with deployed() as deployment:
        create(deployment, "one")
        create(deployment, "two")
        create(deployment, "alone", replicated=False)
        for name in ("one", "two"):
            deployment.until_in_sync(name)
        in_sync = rows(deployment)
        deployment.stop(OHIO)
        deployment.client(VIRGINIA).put_secret_value(SecretId="one", SecretString="y")
        until(lambda: document_of(deployment)[VIRGINIA]["worst_lag_ms"] > 1_000, what="a lag of a second")
        behind = rows(deployment)
        document = document_of(deployment)
        deployment.start(OHIO)
        deployment.until_in_sync("one")

        assert {
            VIRGINIA: ["running", "4 of 4", "3", "2 InSync", "none"],
            OHIO: ["running", "4 of 4", "2", "none", "none"],
        } == in_sync
        assert ["running", "4 of 4", "3", "1 InSync, 1 InProgress"] == behind[VIRGINIA][:4]
        assert re.fullmatch(r"[1-9]\d*\.\d s", behind[VIRGINIA][4])
        assert "stopped" == behind[OHIO][0]
        assert {"InSync": 1, "InProgress": 1} == document[VIRGINIA]["links"]
        assert "none" == rows(deployment)[VIRGINIA][4]


def test_start_and_stop_may_be_repeated_and_name_what_is_true(deployment: Deployment) -> None:
    before = deployment.pids(OHIO)
    stopped = [deployment.cli("stop", OHIO) for _ in range(2)]
    left = deployment.pids(OHIO)
    started = [deployment.cli("start", OHIO) for _ in range(2)]

    assert {(0, f"{OHIO} is stopped\n", "")} == {(one.returncode, one.stdout, one.stderr) for one in stopped}
    assert {(0, f"{OHIO} is running\n", "")} == {(one.returncode, one.stdout, one.stderr) for one in started}
    assert {} == left
    assert list(before) == list(deployment.pids(OHIO))
    assert not set(before.values()) & set(deployment.pids(OHIO).values())


@pytest.mark.parametrize("verb", ["start", "stop", "serve", "env --region"])
def test_a_region_that_is_not_there_is_named_with_those_that_are(deployment: Deployment, verb: str) -> None:
    first, *rest = verb.split()

    ended = deployment.cli(first, *rest, "eu-west-9")

    assert (2, "") == (ended.returncode, ended.stdout)
    assert (
        "watchword: this deployment has no Region `eu-west-9`; it has `us-east-1`, `us-east-2`\n"
        == ended.stderr
    )


@pytest.mark.parametrize(
    "words", [[], ["format"], ["up", "--port", "high"], ["stop"], ["status", "--region", "us-east-1"]]
)
def test_a_command_line_that_is_none_is_status_2_and_usage(words: list[str]) -> None:
    ended = watchword(*words)

    assert (2, "") == (ended.returncode, ended.stdout)
    assert ended.stderr.startswith("usage: watchword")
    assert "Traceback" not in ended.stderr


def test_a_shell_evaluates_env_and_its_programs_reach_the_deployment(deployment: Deployment) -> None:
    """As the README says it, in sh, with variables in the way that belong to another account."""
    create(deployment, "from-the-shell", value="found")
    env = shlex.join([*WATCHWORD, "env", "--home", str(deployment.home)])
    program = (
        "import boto3; "
        "print(boto3.client('secretsmanager').get_secret_value(SecretId='from-the-shell')['SecretString'])"
    )
    script = f'eval "$({env})" && {shlex.join([sys.executable, "-c", program])}'

    ended = subprocess.run(
        ["sh", "-eu", "-c", script],
        env=VARIABLES | {"AWS_PROFILE": "other", "AWS_SESSION_TOKEN": "stale", "AWS_REGION": "eu-west-1"},
        capture_output=True,
        text=True,
        timeout=WAIT_S_MAX,
    )

    assert ("found\n", "", 0) == (ended.stdout, ended.stderr, ended.returncode)


def test_a_second_start_finds_every_secret_again_within_seconds() -> None:
    with deployed() as deployment:
        values = {f"again/{number}": f"value {number}" for number in range(SECRETS)}
        for name, value in values.items():
            create(deployment, name, value=value)
        for name in values:
            deployment.until_in_sync(name)
        assert 0 == deployment.end()
        left = deployment.processes()

        ready_s = deployment.up()

        found = {}
        for region in (VIRGINIA, OHIO):
            with closing(deployment.caller(region)) as caller:
                found[region] = {
                    name: caller.ask("GetSecretValue", SecretId=name)["SecretString"] for name in values
                }
        assert set() == left
        assert ready_s < READY_S_MAX
        assert {VIRGINIA: values, OHIO: values} == found


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=lambda one: one.name)
def test_a_signal_ends_every_process_and_takes_the_sockets_away(number: signal.Signals) -> None:
    """To the whole group, as a terminal sends Ctrl-C."""
    with deployed() as deployment:
        assert deployment.process is not None
        running = deployment.processes()

        os.killpg(deployment.process.pid, number)
        status = deployment.process.wait(timeout=WAIT_S_MAX)

        assert len(running) == 9
        assert 0 == status
        assert set() == deployment.processes()
        assert [] == [path for path in deployment.home.rglob("*.sock") if path.name != "wake.sock"]


@pytest.mark.parametrize(
    "after_s",
    [0.4, 0.9, *(pytest.param(one / 10, marks=pytest.mark.deep) for one in (1, 2, 3, 5, 6, 7, 8, 11))],
)
def test_a_start_that_is_interrupted_leaves_nothing_half(after_s: float) -> None:
    """SIGTERM to an `up` that makes its deployment first: no process stays, and the next one starts as if new."""
    with scratch() as folder:
        first = Deployment(folder)
        home = folder / "fresh"
        process = subprocess.Popen(
            [*WATCHWORD, "up", "--home", str(home), "--port", str(first.port)],
            env=VARIABLES | {MARK: first.mark},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        try:
            time.sleep(after_s)  # The moments are the test: in the interpreter, in the making, in the start.
            process.terminate()
            status = process.wait(timeout=WAIT_S_MAX)
            until(lambda: not first.processes(), what="its processes gone", seconds_max=2.0)
        finally:
            process.kill()
            process.wait()
            first.clear_away()

        assert status in (0, 143, -signal.SIGTERM)
        assert not (home / ".new").exists()
        assert (home / "watchword.toml").exists() or not home.exists() or not any(home.iterdir())


# -- the tour


def test_the_tour_tells_each_step_and_leaves_the_deployment_as_it_was(deployment: Deployment) -> None:
    before = rows(deployment)

    ended = deployment.cli("tour")

    assert (0, "") == (ended.returncode, ended.stderr)
    assert ["1", "2", "3", "4", "5", "6", "7"] == re.findall(r"^(\d)\. ", ended.stdout, re.MULTILINE)
    told = re.sub(r"\d+ ms", "N ms", ended.stdout)
    for line in (
        "1. Create a secret in Virginia (us-east-1), with a replica in Ohio (us-east-2)",
        "   ReplicationStatus: InProgress",
        "   InSync after N ms",
        "   readable in us-east-2 N ms after PutSecretValue was sent",
        "   a write to the replica is refused: Operation not permitted on a replica secret. "
        "Call must be made in primary secret's region.",
        "4. Stop Virginia (us-east-1): its processes really end",
        "   StopReplicationToReplica answered after N ms",
        "   us-east-1: standalone, its value is the second one",
        "   us-east-2: standalone, its value is the third one",
        "Done: a secret in two Regions, one Region lost, the other promoted and written.",
    ):
        assert line in told.splitlines(), ended.stdout
    assert before == rows(deployment)


def test_a_tour_that_is_interrupted_cleans_up(deployment: Deployment) -> None:
    """Ctrl-C while Virginia is stopped: it runs again afterwards, and the tour's secret is nowhere."""
    before = rows(deployment)
    tour = subprocess.Popen(
        [*WATCHWORD, "tour", "--home", str(deployment.home)],
        env=VARIABLES | {"PYTHONUNBUFFERED": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        until(lambda: rows(deployment)[VIRGINIA][0] != "running", what="Virginia to be stopped")
        tour.send_signal(signal.SIGINT)
        told, complaint = tour.communicate(timeout=WAIT_S_MAX)
    finally:
        tour.kill()
        tour.wait()

    assert 130 == tour.returncode, complaint
    assert "Cleaning up" in told
    assert "Traceback" not in complaint
    assert before == rows(deployment)


def test_a_tour_needs_what_it_walks_through() -> None:
    with scratch() as folder:
        deployment = Deployment(folder)
        alone = folder / "alone"
        assert 0 == watchword("init", "--home", str(alone), "--region", VIRGINIA).returncode

        nothing_runs = deployment.cli("tour")
        deployment.up()
        try:
            deployment.stop(OHIO)
            one_is_stopped = deployment.cli("tour")
        finally:
            deployment.end()
            deployment.clear_away()

        assert (2, "") == (nothing_runs.returncode, nothing_runs.stdout)
        assert (
            f"watchword: nothing runs in `{deployment.home}`; start it with `watchword up`\n"
            == nothing_runs.stderr
        )
        assert (2, "") == (one_is_stopped.returncode, one_is_stopped.stdout)
        assert (
            f"watchword: Region `{OHIO}` is stopped; start it with `watchword start {OHIO}`\n"
            == one_is_stopped.stderr
        )
