"""The AWS CLI, of either version, as a person types it."""

from __future__ import annotations

import json
import os
import re
import subprocess
from pathlib import Path
from typing import Any

from tests.integration.deployment import VARIABLES, WAIT_S_MAX, Deployment, Refused

SAID = re.compile(
    r"An error occurred \((?P<code>\w+)\) when calling the \w+ operation(?: \([^)]*\))?: (?P<message>.*)"
)


def aws(program: Path, *words: str, variables: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """Run one command of it, with the credentials and the endpoint that are given and none of this machine's."""
    nowhere = {"AWS_CONFIG_FILE": os.devnull, "AWS_SHARED_CREDENTIALS_FILE": os.devnull}
    return subprocess.run(
        [str(program), *words],
        env=VARIABLES | nowhere | variables,
        capture_output=True,
        text=True,
        timeout=WAIT_S_MAX,
    )


def kebab(name: str) -> str:
    """`ForceDeleteWithoutRecovery` -> `force-delete-without-recovery`: how the CLI spells operations and options."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "-", name).lower()


class CLITeller:
    """Asks with the CLI's options; the endpoint, `door` or not, is in its environment or an option as well."""

    def __init__(
        self,
        program: Path,
        deployment: Deployment,
        folder: Path,
        *,
        name: str,
        door: bool,
        endpoint_option: bool = False,
    ) -> None:
        self.name = name
        self._program = program
        self._endpoint_option = endpoint_option
        self._deployment = deployment
        self._folder = folder
        self._door = door

    def ask(
        self, operation: str, *, region: str, service: str = "secretsmanager", **parameters: object
    ) -> dict[str, Any]:
        endpoint = self._deployment.endpoint(region, door=self._door)
        variables = {
            "AWS_ACCESS_KEY_ID": self._deployment.env["access_key_id"],
            "AWS_SECRET_ACCESS_KEY": self._deployment.env["secret_access_key"],
            "AWS_MAX_ATTEMPTS": "2",
        }
        if not self._endpoint_option:
            variables["AWS_ENDPOINT_URL"] = endpoint
        options = [word for name, value in parameters.items() for word in self._option(name, value)]
        if self._endpoint_option:
            options += ("--endpoint-url", endpoint)
        ended = aws(
            self._program, service, kebab(operation), "--region", region, *options, variables=variables
        )
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
