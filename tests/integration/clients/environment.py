"""The environments of clients of their own, which `make test` installs, and programs that run in them."""

from __future__ import annotations

import json
import os
import select
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from tests.integration.clients.conversation import from_document, to_document
from tests.integration.deployment import VARIABLES, WAIT_S_MAX, Deployment, Refused

ROOT = Path(__file__).parents[3]
ENVIRONMENTS = ROOT / ".venvs"
INSTALLED_BY = "`make test` installs it"


class Raised(Exception):
    """What a client raised in its own environment."""

    def __init__(self, told: Mapping[str, Any]) -> None:
        super().__init__(f"{told['class']}: {told['message']}")
        self.name: str = told["class"]
        self.code: str | None = told["code"]
        self.message: str = told["message"]
        self.status: int | None = told["status"]

    def as_refused(self) -> Refused:
        """Return it as the story expects a refusal; what AWS did not say has no code and fails the story."""
        return Refused(str(self.code), self.message, status=self.status or 0)


class Environment(NamedTuple):
    """A folder below .venvs, and what is installed in it."""

    folder: str
    client: str

    def program(self, name: str) -> Path:
        """Return where a program of this environment lies; the test is skipped if nothing is installed."""
        place = ENVIRONMENTS / self.folder
        # The stamp and not the program: half an installation would look like a client.
        if not (place / ".done").exists():
            pytest.skip(f"no {self.client}: {INSTALLED_BY}")
        return place / name


AIOBOTO3 = Environment("aioboto3", "aioboto3")
ANSIBLE = Environment("ansible", "Ansible")
CUSTODIAN = Environment("custodian", "cloud-custodian")
NODE = Environment("node", "AWS SDK for JavaScript")
PYTHON = Environment("python", "library for Python applications")


def variables_of(deployment: Deployment, *, region: str, door: bool = True) -> dict[str, str]:
    """Return the whole environment of a client: an endpoint, a key and a Region, and nothing of this machine's AWS."""
    return VARIABLES | {
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_ENDPOINT_URL": deployment.endpoint(region, door=door),
        "AWS_ACCESS_KEY_ID": deployment.env["access_key_id"],
        "AWS_SECRET_ACCESS_KEY": deployment.env["secret_access_key"],
        "AWS_REGION": region,
        "AWS_DEFAULT_REGION": region,
    }


class Program:
    """A running program of `conversation.py`'s kind."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def ask(self, function: str, **arguments: object) -> Any:
        """Have one function called there; Raised when it raises."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        question = json.dumps({"ask": function, "with": arguments}, default=to_document)
        self._process.stdin.write(question + "\n")
        self._process.stdin.flush()
        # One answer to one question: nothing can be waiting in the reader's buffer.
        readable, _, _ = select.select([self._process.stdout], [], [], WAIT_S_MAX)
        assert readable, f"no answer within {WAIT_S_MAX:g} s to {function}"
        line = self._process.stdout.readline()
        assert line, f"the client ended at {function}"
        answer = json.loads(line, object_hook=from_document)
        if "raised" in answer:
            raise Raised(answer["raised"])
        return answer["said"]


@contextmanager
def talking(*command: str | Path, variables: Mapping[str, str]) -> Iterator[Program]:
    """Run a program for as long as the context lasts."""
    process = subprocess.Popen(
        [str(word) for word in command],
        cwd=ROOT,
        env=dict(variables),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    with process:
        try:
            yield Program(process)
        finally:
            process.kill()


@contextmanager
def talking_python(
    environment: Environment, module: str, *, deployment: Deployment, region: str, door: bool = True
) -> Iterator[Program]:
    """Run a module of this folder in an environment's own Python."""
    python = environment.program("bin/python")
    variables = variables_of(deployment, region=region, door=door)
    with talking(python, "-m", f"tests.integration.clients.{module}", variables=variables) as program:
        yield program
