"""A Region whose trail can't be written answers reads with 503 and no secret; changes carry their events in their commit.

Design, "The trail": fail closed, never hang. The folder is replaced by a file, since permissions do not bind root.
"""

from __future__ import annotations

import http.client
import json
import shutil
import uuid
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from tests.integration.deployment import OHIO, VIRGINIA, Deployment, deployed, until

VALUE = f"not to be seen {uuid.uuid4()}"
NOTICED_S_MAX = 5.0
READS = 40
"""On a connection each, so that both workers are asked."""


@pytest.fixture(scope="module")
def deployment() -> Iterator[Deployment]:
    with deployed() as running:
        yield running


@contextmanager
def no_folder(folder: Path) -> Iterator[None]:
    """Take a folder away, with all that is in it, and put a file in its place."""
    shutil.rmtree(folder)
    folder.write_bytes(b"")
    try:
        yield
    finally:
        folder.unlink()
        folder.mkdir(mode=0o700)


def reads(deployment: Deployment, secret_name: str) -> list[tuple[int, str]]:
    answers = []
    for _ in range(READS):
        with closing(deployment.caller(VIRGINIA)) as caller:
            status, said = caller.answer("GetSecretValue", SecretId=secret_name)
            answers.append((status, json.dumps(said)))
    return answers


def health(deployment: Deployment) -> int:
    endpoint = urlsplit(deployment.endpoint(VIRGINIA, door=False))
    with closing(http.client.HTTPConnection(endpoint.netloc, timeout=5)) as connection:
        connection.request("GET", "/-/health")
        return connection.getresponse().status


def events(folder: Path) -> list[str]:
    return [line for segment in folder.glob("*.jsonl") for line in segment.read_text().splitlines()]


def test_without_a_trail_reads_are_503_and_changes_keep_their_events(deployment: Deployment) -> None:
    name = "trail/secret"
    folder = deployment.home / "regions" / VIRGINIA / "trail"
    with closing(deployment.caller(VIRGINIA)) as caller:
        caller.ask("CreateSecret", Name=name, SecretString=VALUE, ClientRequestToken=str(uuid.uuid4()))
        before = reads(deployment, name)

        with no_folder(folder):
            # An open segment that was taken away is noticed by the next sync, 50 ms later.
            until(
                lambda: {status for status, _ in reads(deployment, name)} == {503},
                what="both workers to notice",
                seconds_max=NOTICED_S_MAX,
            )
            without = reads(deployment, name)
            ill = {health(deployment) for _ in range(READS)}
            listed, _ = caller.answer("ListSecrets")
            absent, _ = caller.answer("GetSecretValue", SecretId="trail/no-such-secret")
            version = str(uuid.uuid4())
            caller.ask(
                "PutSecretValue", SecretId=name, SecretString=f"{VALUE} again", ClientRequestToken=version
            )
        until(
            lambda: {status for status, _ in reads(deployment, name)} == {200},
            what="reads to be answered again",
            seconds_max=NOTICED_S_MAX,
        )

    assert {200} == {status for status, _ in before}
    assert all(VALUE in said for _, said in before)
    assert {503} == {status for status, _ in without}
    assert not any(VALUE in said for _, said in without)
    # A load balancer must not go on sending reads to a Region that refuses them all.
    assert {503} == ill
    assert 200 == health(deployment)
    assert all('"__type": "ServiceUnavailable"' in said for _, said in without)
    # A refusal leaves an event too, so that it can't be given either.
    assert (503, 503) == (listed, absent)
    until(
        lambda: [line for line in events(folder) if "PutSecretValue" in line and version in line],
        what="the change's event to be joined to the trail",
        seconds_max=NOTICED_S_MAX,
    )
    assert not any(VALUE in line for line in events(folder))


def test_the_other_region_has_a_trail_of_its_own(deployment: Deployment) -> None:
    name = "trail/ohio"
    with closing(deployment.caller(OHIO)) as caller:
        caller.ask("CreateSecret", Name=name, SecretString="x", ClientRequestToken=str(uuid.uuid4()))
        with no_folder(deployment.home / "regions" / VIRGINIA / "trail"):
            status, _ = caller.answer("GetSecretValue", SecretId=name)

    assert 200 == status
