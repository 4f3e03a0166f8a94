"""The AWS CLI v1 against two running Regions: the story with its real options, as a person types it."""

from __future__ import annotations

import json
import os
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.integration.deployment import (
    OHIO,
    VARIABLES,
    VIRGINIA,
    WAIT_S_MAX,
    Deployment,
    Refused,
    deployed,
    watchword,
)
from tests.integration.story import CHAPTERS, Chapter

ROOT = Path(__file__).parents[2]
AWS = Path(os.environ.get("WATCHWORD_TEST_AWS") or ROOT / ".venvs" / "awscli" / "bin" / "aws")
SAID = re.compile(
    r"An error occurred \((?P<code>\w+)\) when calling the \w+ operation(?: \([^)]*\))?: (?P<message>.*)"
)

pytestmark = pytest.mark.skipif(
    not AWS.is_file(), reason="no AWS CLI: `make test` installs it, WATCHWORD_TEST_AWS names another"
)


@pytest.fixture(scope="module")
def deployment() -> Iterator[Deployment]:
    with deployed() as running:
        yield running


def aws(*words: str, variables: dict[str, str]) -> subprocess.CompletedProcess[str]:
    nowhere = {"AWS_CONFIG_FILE": os.devnull, "AWS_SHARED_CREDENTIALS_FILE": os.devnull}
    return subprocess.run(
        [str(AWS), *words],
        env=VARIABLES | nowhere | variables,
        capture_output=True,
        text=True,
        timeout=WAIT_S_MAX,
    )


def kebab(name: str) -> str:
    """`ForceDeleteWithoutRecovery` -> `force-delete-without-recovery`: how the CLI spells operations and options."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "-", name).lower()


class CLITeller:
    """Asks with the CLI's options; `door` or not is the endpoint in its environment."""

    def __init__(self, deployment: Deployment, folder: Path, *, name: str, door: bool) -> None:
        self.name = name
        self._deployment = deployment
        self._folder = folder
        self._door = door

    def ask(
        self, operation: str, *, region: str, service: str = "secretsmanager", **parameters: object
    ) -> dict[str, Any]:
        variables = {
            "AWS_ACCESS_KEY_ID": self._deployment.env["access_key_id"],
            "AWS_SECRET_ACCESS_KEY": self._deployment.env["secret_access_key"],
            "AWS_MAX_ATTEMPTS": "2",
            "AWS_ENDPOINT_URL": self._deployment.endpoint(region, door=self._door),
        }
        options = [word for name, value in parameters.items() for word in self._option(name, value)]
        ended = aws(service, kebab(operation), "--region", region, *options, variables=variables)
        if ended.returncode != 0:
            said = SAID.search(ended.stderr)
            assert said is not None, ended.stderr
            raise Refused(said["code"], said["message"])
        answer: dict[str, Any] = json.loads(ended.stdout) if ended.stdout else {}
        return answer

    def _option(self, name: str, value: object) -> tuple[str, ...]:
        option = f"--{kebab(name)}"
        if isinstance(value, bool):
            return (option,) if value else (f"--no-{kebab(name)}",)
        if isinstance(value, bytes):
            file = self._folder / "value"
            file.write_bytes(value)
            return (option, f"fileb://{file}")
        if isinstance(value, list):
            # A list of words, or the CLI's shorthand for structures: `Key=team,Value=blue`.
            return (option, *(_shorthand(one) for one in value))
        return (option, str(value))


def _shorthand(value: object) -> str:
    if isinstance(value, dict):
        return ",".join(f"{name}={inner}" for name, inner in value.items())
    return str(value)


@pytest.mark.parametrize("chapter", CHAPTERS.values(), ids=CHAPTERS)
def test_the_story_through_the_front_door(deployment: Deployment, chapter: Chapter, tmp_path: Path) -> None:
    chapter(CLITeller(deployment, tmp_path, name="cli-door", door=True), deployment)


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
    CHAPTERS[name](CLITeller(deployment, tmp_path, name="cli-region", door=False), deployment)


def test_a_list_is_read_in_pages(deployment: Deployment, tmp_path: Path) -> None:
    """--page-size sets MaxResults; --max-items ends early and hands out a token to go on with."""
    teller = CLITeller(deployment, tmp_path, name="cli-pages", door=True)
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
    right = aws("secretsmanager", "list-secrets", variables=exported)

    wrong = aws("secretsmanager", "list-secrets", variables=exported | changed)

    assert (0, "") == (right.returncode, right.stderr)
    assert wrong.returncode != 0
    assert f"({code})" in wrong.stderr


def test_a_stopped_region_is_503_after_the_cli_s_own_retries(deployment: Deployment, tmp_path: Path) -> None:
    teller = CLITeller(deployment, tmp_path, name="cli-down", door=True)
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
