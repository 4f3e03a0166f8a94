"""People of a deployment's account, made with boto3 through IAM, and the clients that they call with."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from functools import partial
from typing import Any

from botocore.exceptions import ClientError
from tests.integration.deployment import Deployment, until

DENIED = "AccessDeniedException"
UNKNOWN = "UnrecognizedClientException"


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """A user with an access key."""

    deployment: Deployment
    name: str
    access_key_id: str
    secret_access_key: str

    def client(self, region: str, service: str = "secretsmanager") -> Any:
        return self.deployment.client(
            region,
            service=service,
            aws_access_key_id=self.access_key_id,
            aws_secret_access_key=self.secret_access_key,
        )

    def __repr__(self) -> str:
        return f"Person({self.name})"


def policy(*statements: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def allow(action: str | list[str], resource: str = "*", **condition: Any) -> dict[str, Any]:
    """A statement; `ForAllValues__StringEquals` is the operator with a colon."""
    said: dict[str, Any] = {"Effect": "Allow", "Action": action, "Resource": resource}
    operators = {operator.replace("__", ":"): values for operator, values in condition.items()}
    return said | ({"Condition": operators} if operators else {})


def deny(action: str | list[str], resource: str = "*", **condition: Any) -> dict[str, Any]:
    return allow(action, resource, **condition) | {"Effect": "Deny"}


def person(
    deployment: Deployment,
    name: str,
    *statements: dict[str, Any],
    tags: dict[str, str] | None = None,
    through: str | None = None,
) -> Person:
    """Make a user, its policy and its access key, through the named Region, and wait until all Regions know it."""
    iam = deployment.client(through or deployment.regions[0], service="iam")
    listed = [{"Key": key, "Value": value} for key, value in (tags or {}).items()]
    iam.create_user(UserName=name, Tags=listed)
    if statements:
        iam.put_user_policy(UserName=name, PolicyName="p", PolicyDocument=policy(*statements))
    key = iam.create_access_key(UserName=name)["AccessKey"]
    made = Person(
        deployment=deployment,
        name=name,
        access_key_id=key["AccessKeyId"],
        secret_access_key=key["SecretAccessKey"],
    )
    for region in deployment.regions:
        until(partial(is_known, made, region), what=f"{name} known in {region}")
    return made


def is_known(who: Person, region: str) -> bool:
    try:
        who.client(region, "sts").get_caller_identity()
    except ClientError:
        return False
    return True


def is_unknown(who: Person, region: str) -> bool:
    return not is_known(who, region)


def set_policy(deployment: Deployment, name: str, *statements: dict[str, Any]) -> None:
    """Replace a user's policy, and give the other Regions the time that they are allowed."""
    iam = deployment.client(deployment.regions[0], service="iam")
    iam.put_user_policy(UserName=name, PolicyName="p", PolicyDocument=policy(*statements))
    time.sleep(1.0)


def refused(call: Any, **members: Any) -> str:
    """The code with which a call is refused; empty if it is not."""
    try:
        call(**members)
    except ClientError as error:
        return str(error.response["Error"]["Code"])
    return ""
