"""The AWS CLI v1 against two running Regions: the story with its real options, as a person types it."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.integration.clients.aws_cli import CLITeller, aws
from tests.integration.deployment import OHIO, VIRGINIA, Deployment, Refused, deployed, watchword
from tests.integration.story import CHAPTERS, Chapter

ROOT = Path(__file__).parents[2]
AWS = Path(os.environ.get("WATCHWORD_TEST_AWS") or ROOT / ".venvs" / "awscli" / "bin" / "aws")

pytestmark = pytest.mark.skipif(
    not AWS.is_file(), reason="no AWS CLI: `make test` installs it, WATCHWORD_TEST_AWS names another"
)


@pytest.fixture(scope="module")
def deployment() -> Iterator[Deployment]:
    with deployed() as running:
        yield running


@pytest.mark.parametrize("chapter", CHAPTERS.values(), ids=CHAPTERS)
def test_the_story_through_the_front_door(deployment: Deployment, chapter: Chapter, tmp_path: Path) -> None:
    chapter(CLITeller(AWS, deployment, tmp_path, name="cli-door", door=True), deployment)


ALSO_AT_ENDPOINTS = ("a_replica_is_a_full_copy", "a_region_is_lost_and_its_replica_promoted")
"""The rest only with --deep: each word of the CLI costs the start of a Python, and boto3 tells it all there as well."""


@pytest.mark.parametrize(
    "name",
    [
        pytest.param(name, marks=() if name in ALSO_AT_ENDPOINTS else pytest.mark.deep, id=name)
        for name in CHAPTERS
    ],
)
def test_the_story_at_each_region_s_endpoint(deployment: Deployment, name: str, tmp_path: Path) -> None:
    CHAPTERS[name](CLITeller(AWS, deployment, tmp_path, name="cli-region", door=False), deployment)


def test_a_list_is_read_in_pages(deployment: Deployment, tmp_path: Path) -> None:
    """--page-size sets MaxResults; --max-items ends early and hands out a token to go on with."""
    teller = CLITeller(AWS, deployment, tmp_path, name="cli-pages", door=True)
    client = deployment.client(OHIO)
    names = sorted(f"cli-pages/{number}" for number in range(5))
    for name in names:
        client.create_secret(Name=name, SecretString="x")
    asked: dict[str, Any] = {
        "Filters": [{"Key": "name", "Values": "cli-pages/"}],
        "PageSize": 2,
        "MaxItems": 3,
    }

    first = teller.ask("ListSecrets", region=OHIO, **asked)
    rest = teller.ask("ListSecrets", region=OHIO, **asked, StartingToken=first["NextToken"])

    found = [entry["Name"] for page in (first, rest) for entry in page["SecretList"]]
    assert (3, 2) == (len(first["SecretList"]), len(rest["SecretList"]))
    assert names == sorted(found)


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"AWS_SECRET_ACCESS_KEY": "wrong"}, "InvalidSignatureException"),
        ({"AWS_ACCESS_KEY_ID": "AKIAAAAAAAAAAAAAAAAA"}, "UnrecognizedClientException"),
        ({"AWS_DEFAULT_REGION": "eu-west-1", "AWS_REGION": "eu-west-1"}, "InvalidSignatureException"),
    ],
    ids=["a wrong signature", "an unknown key", "a Region that is not there"],
)
def test_who_proves_nobody_is_told_so(deployment: Deployment, changed: dict[str, str], code: str) -> None:
    """The environment is that of `eval "$(watchword env)"`, with one variable wrong."""
    said = watchword("env", "--home", str(deployment.home)).stdout
    exported = dict(re.findall(r"^export (\w+)=(\S+)$", said, re.MULTILINE))
    right = aws(AWS, "secretsmanager", "list-secrets", variables=exported)

    wrong = aws(AWS, "secretsmanager", "list-secrets", variables=exported | changed)

    assert (0, "") == (right.returncode, right.stderr)
    assert wrong.returncode != 0
    assert f"({code})" in wrong.stderr


def test_a_stopped_region_is_503_after_the_cli_s_own_retries(deployment: Deployment, tmp_path: Path) -> None:
    teller = CLITeller(AWS, deployment, tmp_path, name="cli-down", door=True)
    deployment.stop(VIRGINIA)
    try:
        with pytest.raises(Refused) as caught:
            teller.ask("ListSecrets", region=VIRGINIA)
    finally:
        deployment.start(VIRGINIA)

    assert ("ServiceUnavailable", f"the Region `{VIRGINIA}` does not answer") == (
        caught.value.code,
        caught.value.message,
    )
