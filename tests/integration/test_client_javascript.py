"""@aws-sdk/client-secrets-manager, version 3, in Node: the story, its paginator, its classes of exceptions."""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.integration.clients.environment import NODE, Program, Raised, talking, variables_of
from tests.integration.deployment import OHIO, VIRGINIA, Deployment, Refused, deployed
from tests.integration.story import CANT_FIND, CHAPTERS, ON_REPLICA, Chapter

PROGRAM = Path(__file__).parent / "clients" / "javascript.mjs"


@pytest.fixture(scope="module")
def deployment() -> Iterator[Deployment]:
    NODE.program("node_modules")
    with deployed() as running:
        yield running


@pytest.fixture(scope="module")
def client(deployment: Deployment) -> Iterator[Program]:
    node = shutil.which("node")
    assert node is not None, "its packages are installed, and it is not"
    variables = variables_of(deployment, region=VIRGINIA) | {"SDK_FOLDER": str(NODE.program("."))}
    with talking(node, PROGRAM, variables=variables) as program:
        yield program


class JavaScriptTeller:
    """Tells the story with `client.send(new …Command(…))`."""

    name = "javascript"

    def __init__(self, client: Program) -> None:
        self._client = client

    def ask(
        self, operation: str, *, region: str, service: str = "secretsmanager", **parameters: object
    ) -> dict[str, Any]:
        try:
            answer: dict[str, Any] = self._client.ask(
                "ask", service=service, region=region, operation=operation, parameters=parameters
            )
        except Raised as raised:
            raise raised.as_refused() from raised
        return answer


@pytest.mark.parametrize("chapter", CHAPTERS.values(), ids=CHAPTERS)
def test_the_story(deployment: Deployment, client: Program, chapter: Chapter) -> None:
    chapter(JavaScriptTeller(client), deployment)


def test_a_list_is_read_in_pages(deployment: Deployment, client: Program) -> None:
    names = [f"javascript-pages/{number}" for number in range(5)]
    for name in names:
        deployment.client(OHIO).create_secret(Name=name, SecretString="x")

    pages = client.ask("pages", region=OHIO, prefix="javascript-pages/", page_size=2)

    assert [2, 2, 1] == [len(page) for page in pages]
    assert names == sorted(name for page in pages for name in page)


def test_dates_are_dates(client: Program) -> None:
    """JSON 1.1: seconds since 1970, which the SDK makes a Date of; anything else would be no moment here."""
    began = time.time()
    teller = JavaScriptTeller(client)
    teller.ask("CreateSecret", region=VIRGINIA, Name="javascript/dates", SecretString="x")

    described = teller.ask("DescribeSecret", region=VIRGINIA, SecretId="javascript/dates")
    deleted = teller.ask("DeleteSecret", region=VIRGINIA, SecretId="javascript/dates", RecoveryWindowInDays=7)

    assert began - 1 <= described["CreatedDate"] <= time.time() + 1
    assert 7 * 86_400 - 1 <= deleted["DeletionDate"] - began <= 7 * 86_400 + 30


def test_a_batch_holds_what_was_found_and_what_was_not(client: Program) -> None:
    """BatchGetSecretValue: values, and for each that can't be read an error, in an answer of 200."""
    teller = JavaScriptTeller(client)
    teller.ask("CreateSecret", region=VIRGINIA, Name="javascript/batch", SecretString="found")

    said = teller.ask(
        "BatchGetSecretValue", region=VIRGINIA, SecretIdList=["javascript/batch", "javascript/nowhere"]
    )

    assert [("javascript/batch", "found")] == [
        (value["Name"], value["SecretString"]) for value in said["SecretValues"]
    ]
    assert [("javascript/nowhere", "ResourceNotFoundException", CANT_FIND)] == [
        (error["SecretId"], error["ErrorCode"], error["Message"]) for error in said["Errors"]
    ]


REFUSALS: dict[str, tuple[str, str, dict[str, Any], str]] = {
    "a secret that is not there": (
        VIRGINIA,
        "GetSecretValue",
        {"SecretId": "javascript/nowhere"},
        "ResourceNotFoundException",
    ),
    "a name that is taken": (
        VIRGINIA,
        "CreateSecret",
        {"Name": "javascript/classes", "SecretString": "other"},
        "ResourceExistsException",
    ),
    "a change at a replica": (
        OHIO,
        "PutSecretValue",
        {"SecretId": "javascript/classes", "SecretString": "x"},
        "InvalidParameterException",
    ),
    "a token that was changed": (
        VIRGINIA,
        "ListSecrets",
        {"NextToken": "changed"},
        "InvalidNextTokenException",
    ),
}


@pytest.fixture(scope="module")
def replicated(deployment: Deployment) -> None:
    deployment.client(VIRGINIA).create_secret(
        Name="javascript/classes", SecretString="x", AddReplicaRegions=[{"Region": OHIO}]
    )
    deployment.until_in_sync("javascript/classes")


@pytest.mark.usefixtures("replicated")
@pytest.mark.parametrize(("region", "operation", "parameters", "named"), REFUSALS.values(), ids=REFUSALS)
def test_a_refusal_is_of_the_class_that_the_sdk_has_for_it(
    client: Program, region: str, operation: str, parameters: dict[str, Any], named: str
) -> None:
    """Programs write `instanceof`; a 400 is nothing that is tried again."""
    said = client.ask(
        "classes_of_refusal", region=region, operation=operation, parameters=parameters, **{"class": named}
    )

    assert {"is_named": True, "is_of_service": True, "fault": "client", "retried": 0} == said


@pytest.mark.usefixtures("replicated")
def test_a_refusal_has_aws_s_words(client: Program) -> None:
    with pytest.raises(Refused) as caught:
        JavaScriptTeller(client).ask(
            "TagResource", region=OHIO, SecretId="javascript/classes", Tags=[{"Key": "k", "Value": "v"}]
        )

    assert (400, ON_REPLICA) == (caught.value.status, caught.value.message)
