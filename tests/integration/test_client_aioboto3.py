"""aioboto3, whose botocore is older than the model here: the story, pages, and many reads at once."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from tests.integration.clients.environment import AIOBOTO3, Program, Raised, talking_python
from tests.integration.deployment import OHIO, VIRGINIA, Deployment, deployed
from tests.integration.story import CANT_FIND, CHAPTERS, Chapter


@pytest.fixture(scope="module")
def deployment() -> Iterator[Deployment]:
    AIOBOTO3.program("bin/python")
    with deployed() as running:
        yield running


@pytest.fixture(scope="module")
def client(deployment: Deployment) -> Iterator[Program]:
    with talking_python(AIOBOTO3, "awaiting", deployment=deployment, region=VIRGINIA) as program:
        yield program


class AsyncTeller:
    """Tells the story with awaits."""

    name = "aioboto3"

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
    chapter(AsyncTeller(client), deployment)


def test_a_list_is_read_in_pages(deployment: Deployment, client: Program) -> None:
    names = [f"aioboto3-pages/{number}" for number in range(5)]
    for name in names:
        deployment.client(OHIO).create_secret(Name=name, SecretString="x")

    pages = client.ask("pages", region=OHIO, prefix="aioboto3-pages/", page_size=2)

    assert [2, 2, 1] == [len(page) for page in pages]
    assert names == sorted(name for page in pages for name in page)


def test_many_reads_at_once_are_answered_in_both_regions(deployment: Deployment, client: Program) -> None:
    deployment.client(VIRGINIA).create_secret(
        Name="aioboto3/at-once", SecretString="same", AddReplicaRegions=[{"Region": OHIO}]
    )
    deployment.until_in_sync("aioboto3/at-once")

    found = client.ask("read_at_once", regions=[VIRGINIA, OHIO], name="aioboto3/at-once", times=40)

    assert ["same"] * 80 == found


def test_a_refusal_is_the_exception_that_the_client_names_so(client: Program) -> None:
    with pytest.raises(Raised) as caught:
        client.ask(
            "ask",
            service="secretsmanager",
            region=VIRGINIA,
            operation="GetSecretValue",
            parameters={"SecretId": "aioboto3/nowhere"},
        )

    assert ("ResourceNotFoundException", 400, CANT_FIND) == (
        caught.value.name,
        caught.value.status,
        caught.value.message,
    )
