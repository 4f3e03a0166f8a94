"""How long a change of identity takes to be in force in another Region than the one that wrote it.

The clock starts when IAM has answered in the control Region, and stops when the other Region first decides on the change:
it refuses a key that was switched off, and allows or denies by a policy that was replaced. Asked over one kept connection.
"""

from __future__ import annotations

import json
import statistics
import time
from collections.abc import Callable
from functools import partial
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

from bench.deployment import Deployment
from bench.measures import Row

LOOK_S = 0.001
SECONDS_MAX = 10.0
READ = "secretsmanager:ListSecrets"


def identity(deployment: Deployment, *, times: int) -> list[Row]:
    """Switch an access key off and on, and replace a policy, again and again."""
    control, other = deployment.regions[:2]
    iam = _client(deployment, control, "iam")
    iam.create_user(UserName="bench")
    key = iam.create_access_key(UserName="bench")["AccessKey"]
    iam.put_user_policy(UserName="bench", PolicyName="p", PolicyDocument=_policy("Allow"))
    there = _client(deployment, other, "secretsmanager", key=key)
    _wait(partial(_answers, there, ""))
    keys, policies = [], []
    for _ in range(times):
        for status, code in (("Inactive", "UnrecognizedClientException"), ("Active", "")):
            iam.update_access_key(UserName="bench", AccessKeyId=key["AccessKeyId"], Status=status)
            keys.append(_wait(partial(_answers, there, code)))
        for effect, code in (("Deny", "AccessDeniedException"), ("Allow", "")):
            iam.put_user_policy(UserName="bench", PolicyName="p", PolicyDocument=_policy(effect))
            policies.append(_wait(partial(_answers, there, code)))
    return [
        _row("an access key switched off or on, in force in the other Region", keys),
        _row("a replaced policy, in force in the other Region", policies),
    ]


def _row(figure: str, seconds: list[float]) -> Row:
    ordered = sorted(seconds)
    p99 = ordered[min(len(ordered) - 1, round(0.99 * len(ordered)))]
    return Row(
        figure,
        f"{len(seconds)} changes, p50 / p99 / longest",
        f"{statistics.median(seconds) * 1e3:.0f} / {p99 * 1e3:.0f} / {ordered[-1] * 1e3:.0f} ms",
    )


def _policy(effect: str) -> str:
    statement = {"Effect": effect, "Action": READ, "Resource": "*"}
    return json.dumps({"Version": "2012-10-17", "Statement": statement})


def _client(deployment: Deployment, region: str, service: str, *, key: dict[str, str] | None = None) -> Any:
    held = key or {
        "AccessKeyId": deployment.env["access_key_id"],
        "SecretAccessKey": deployment.env["secret_access_key"],
    }
    return boto3.client(
        service,
        region_name=region,
        endpoint_url=deployment.endpoint(region),
        aws_access_key_id=held["AccessKeyId"],
        aws_secret_access_key=held["SecretAccessKey"],
        config=Config(retries={"total_max_attempts": 1}),
    )


def _answers(client: Any, code: str) -> bool:
    return _code(client) == code


def _code(client: Any) -> str:
    try:
        client.list_secrets(MaxResults=1)
    except ClientError as error:
        return str(error.response["Error"]["Code"])
    return ""


def _wait(true: Callable[[], bool]) -> float:
    began = time.monotonic()
    while not true():
        if time.monotonic() - began > SECONDS_MAX:
            raise TimeoutError("a change of identity did not arrive")
        time.sleep(LOOK_S)
    return time.monotonic() - began
