"""The AWS CLI v2, as Debian has it: part of the story with --endpoint-url, which is older than the variable for it."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.integration.clients.aws_cli import CLITeller
from tests.integration.clients.environment import INSTALLED_BY
from tests.integration.deployment import OHIO, WAIT_S_MAX, Deployment, Refused, deployed
from tests.integration.story import (
    CANT_FIND,
    Chapter,
    a_region_is_lost_and_its_replica_promoted,
    a_replica_is_a_full_copy,
    bytes_stay_bytes,
)

AWS = Path(os.environ.get("WATCHWORD_TEST_AWS2") or "/usr/bin/aws")
CHAPTERS: dict[str, Chapter] = {
    chapter.__name__: chapter
    for chapter in (
        a_replica_is_a_full_copy,
        a_region_is_lost_and_its_replica_promoted,
        bytes_stay_bytes,
    )
}
"""Each word of the CLI costs the start of a Python, and version 1 tells the rest with the same options."""


def require_version_2() -> None:
    """Skip unless it is one: in some distributions the package of this name is version 1."""
    said = ""
    if AWS.is_file():
        said = subprocess.run([AWS, "--version"], capture_output=True, text=True, timeout=WAIT_S_MAX).stdout
    if not said.startswith("aws-cli/2."):
        pytest.skip(f"no AWS CLI v2: {INSTALLED_BY}, WATCHWORD_TEST_AWS2 names another")


@pytest.fixture(scope="module")
def deployment() -> Iterator[Deployment]:
    require_version_2()
    with deployed() as running:
        yield running


def told_by(deployment: Deployment, folder: Path, *, door: bool) -> CLITeller:
    return CLITeller(AWS, deployment, folder, name="awscli2", door=door, endpoint_option=True)


@pytest.mark.parametrize("chapter", CHAPTERS.values(), ids=CHAPTERS)
def test_the_story(deployment: Deployment, chapter: Chapter, tmp_path: Path) -> None:
    chapter(told_by(deployment, tmp_path, door=True), deployment)


def test_a_list_is_read_in_pages(deployment: Deployment, tmp_path: Path) -> None:
    """At the Region's own endpoint; the CLI reads page after page and prints one list."""
    names = [f"awscli2-pages/{number}" for number in range(5)]
    for name in names:
        deployment.client(OHIO).create_secret(Name=name, SecretString="x")

    listed = told_by(deployment, tmp_path, door=False).ask(
        "ListSecrets", region=OHIO, Filters=[{"Key": "name", "Values": "awscli2-pages/"}], PageSize=2
    )

    assert names == sorted(entry["Name"] for entry in listed["SecretList"])


def test_a_refusal_is_printed_in_aws_s_words(deployment: Deployment, tmp_path: Path) -> None:
    with pytest.raises(Refused) as caught:
        told_by(deployment, tmp_path, door=True).ask(
            "GetSecretValue", region=OHIO, SecretId="awscli2/nowhere"
        )

    assert ("ResourceNotFoundException", CANT_FIND) == (caught.value.code, caught.value.message)
