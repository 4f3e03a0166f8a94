"""boto3 against two running Regions: the story, through the front door and through each Region's own endpoint."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import closing
from typing import Any
from urllib.error import HTTPError
from urllib.request import urlopen

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError, EndpointConnectionError
from tests.integration.deployment import OHIO, VIRGINIA, WAIT_S_MAX, Deployment, Refused, deployed, until
from tests.integration.story import CHAPTERS, Chapter, refused

ADDRESSES = {"front-door": True, "endpoints": False}
AWAY = "eu-west-1"


@pytest.fixture(scope="module")
def deployment() -> Iterator[Deployment]:
    with deployed() as running:
        yield running


class BotoTeller:
    """Asks as a program does that was given an endpoint and a key."""

    def __init__(self, deployment: Deployment, *, name: str, door: bool, **changed: Any) -> None:
        self.name = name
        self._deployment = deployment
        self._door = door
        self._changed = changed
        self._clients: dict[tuple[str, str], Any] = {}

    def ask(
        self, operation: str, *, region: str, service: str = "secretsmanager", **parameters: object
    ) -> dict[str, Any]:
        client = self._clients.get((service, region))
        if client is None:
            client = boto3.client(
                service,
                endpoint_url=self._deployment.endpoint(region, door=self._door),
                **{
                    "region_name": region,
                    "aws_access_key_id": self._deployment.env["access_key_id"],
                    "aws_secret_access_key": self._deployment.env["secret_access_key"],
                    "config": Config(retries={"mode": "standard", "total_max_attempts": 3}),
                }
                | self._changed,
            )
            self._clients[service, region] = client
        method = client.meta.method_to_api_mapping.items()
        named = next(python for python, api in method if api == operation)
        try:
            answer: dict[str, Any] = getattr(client, named)(**parameters)
        except ClientError as error:
            said = error.response["Error"]
            status = error.response["ResponseMetadata"]["HTTPStatusCode"]
            raise Refused(said["Code"], said["Message"], status=status) from error
        answer.pop("ResponseMetadata")
        return answer


@pytest.mark.parametrize("door", ADDRESSES.values(), ids=ADDRESSES)
@pytest.mark.parametrize("chapter", CHAPTERS.values(), ids=CHAPTERS)
def test_the_story(deployment: Deployment, chapter: Chapter, door: bool) -> None:
    chapter(BotoTeller(deployment, name=f"boto3-{door}", door=door), deployment)


@pytest.mark.parametrize("door", ADDRESSES.values(), ids=ADDRESSES)
def test_a_list_is_read_in_pages(deployment: Deployment, door: bool) -> None:
    """ListSecrets: MaxResults bounds a page, the paginator finds all of them once (facts 0)."""
    client = deployment.client(OHIO, door=door)
    names = {f"pages-{door}/{number}" for number in range(7)}
    for name in names:
        client.create_secret(Name=name, SecretString="x")

    pages = client.get_paginator("list_secrets").paginate(
        Filters=[{"Key": "name", "Values": [f"pages-{door}/"]}], PaginationConfig={"PageSize": 3}
    )
    sizes = [[entry["Name"] for entry in page["SecretList"]] for page in pages]

    assert [3, 3, 1] == [len(page) for page in sizes]
    assert sorted(names) == sorted(name for page in sizes for name in page)


# -- who asks


REFUSALS: dict[str, tuple[dict[str, Any], str, str]] = {
    "a wrong signature": (
        {"aws_secret_access_key": "wrong"},
        "InvalidSignatureException",
        "The request signature we calculated does not match the signature you provided. Check your AWS Secret "
        "Access Key and signing method. Consult the service documentation for details.",
    ),
    "an unknown key": (
        {"aws_access_key_id": "AKIAAAAAAAAAAAAAAAAA"},
        "UnrecognizedClientException",
        "The security token included in the request is invalid.",
    ),
    "a foreign session token": (
        {"aws_session_token": "foreign"},
        "UnrecognizedClientException",
        "The security token included in the request is invalid.",
    ),
    "a Region that is not there": (
        {"region_name": AWAY},
        "InvalidSignatureException",
        "Credential should be scoped to a valid region.",
    ),
}


@pytest.mark.parametrize("door", ADDRESSES.values(), ids=ADDRESSES)
@pytest.mark.parametrize(("changed", "code", "message"), REFUSALS.values(), ids=REFUSALS)
def test_who_proves_nobody_is_refused_in_aws_s_words(
    deployment: Deployment, changed: dict[str, Any], code: str, message: str, door: bool
) -> None:
    """platform facts A.0: codes of JSON services; 400, so that no client fails over."""
    teller = BotoTeller(deployment, name="nobody", door=door, **changed)

    with pytest.raises(Refused) as caught:
        teller.ask("ListSecrets", region=VIRGINIA)

    assert (400, code, message) == (caught.value.status, caught.value.code, caught.value.message)


def test_a_signature_for_one_region_is_refused_by_the_other(deployment: Deployment) -> None:
    """At a Region's own address; the front door would have gone by the scope."""
    teller = BotoTeller(deployment, name="astray", door=False, region_name=OHIO)

    with refused("InvalidSignatureException", "Credential should be scoped to a valid region."):
        teller.ask("ListSecrets", region=VIRGINIA)


@pytest.mark.parametrize("door", ADDRESSES.values(), ids=ADDRESSES)
def test_a_presigned_url_is_good_until_it_expires(deployment: Deployment, door: bool) -> None:
    """SigV4 in the query: valid for X-Amz-Expires seconds, then refused with 403 in the query protocol."""
    sts = deployment.client(VIRGINIA, service="sts", door=door)
    url = sts.generate_presigned_url("get_caller_identity", ExpiresIn=2, HttpMethod="GET")

    with closing(urlopen(url, timeout=WAIT_S_MAX)) as response:  # noqa: S310 - our own address
        first = response.read().decode()
    refusals: list[str] = []
    until(lambda: _refusal_of(url, refusals), what="the URL to expire", seconds_max=5.0)

    assert f"<Account>{deployment.env['account_id']}</Account>" in first
    assert refusals[0].startswith("403 ")
    assert "<Code>SignatureDoesNotMatch</Code>" in refusals[0]
    assert "Signature expired: " in refusals[0]


def _refusal_of(url: str, refusals: list[str]) -> bool:
    try:
        with closing(urlopen(url, timeout=WAIT_S_MAX)):  # noqa: S310 - our own address
            return False
    except HTTPError as error:
        refusals.append(f"{error.code} {error.read().decode()}")
        return True


# -- a Region that is down


def test_sdks_retry_a_stopped_region_s_503_and_then_say_so(deployment: Deployment) -> None:
    """ServiceUnavailable is 5xx, which SDKs retry; a 4xx they would not."""
    client = deployment.client(
        VIRGINIA, door=True, config=Config(retries={"mode": "standard", "total_max_attempts": 3})
    )
    deployment.stop(VIRGINIA)
    try:
        with pytest.raises(ClientError) as caught:
            client.list_secrets()
        with pytest.raises(EndpointConnectionError):
            deployment.client(VIRGINIA).list_secrets()
        alive = deployment.client(OHIO, door=True).list_secrets()
    finally:
        deployment.start(VIRGINIA)

    answer = caught.value.response
    assert (503, 2) == (
        answer["ResponseMetadata"]["HTTPStatusCode"],
        answer["ResponseMetadata"]["RetryAttempts"],
    )
    assert ("ServiceUnavailable", f"the Region `{VIRGINIA}` does not answer") == (
        answer["Error"]["Code"],
        answer["Error"]["Message"],
    )
    assert "SecretList" in alive


def test_a_retrying_sdk_is_answered_when_the_region_returns(deployment: Deployment) -> None:
    client = deployment.client(
        VIRGINIA, door=True, config=Config(retries={"mode": "standard", "total_max_attempts": 10})
    )
    deployment.client(VIRGINIA).create_secret(Name="patience", SecretString="worth it")
    found: list[dict[str, Any]] = []
    answered = threading.Event()
    client.meta.events.register("response-received", lambda **_: answered.set())
    deployment.stop(VIRGINIA)
    reader = threading.Thread(target=lambda: found.append(client.get_secret_value(SecretId="patience")))
    reader.start()
    # The first try is refused: only then is the Region to return.
    assert answered.wait(WAIT_S_MAX)
    deployment.start(VIRGINIA)
    reader.join(WAIT_S_MAX)

    assert "worth it" == found[0]["SecretString"]
    assert 1 <= found[0]["ResponseMetadata"]["RetryAttempts"] <= 9


def test_the_front_door_says_which_regions_answer(deployment: Deployment) -> None:
    url = f"{deployment.env['endpoint_url']}/-/health"

    until(lambda: set(_health(url).values()) == {"ok"}, what="both to answer", seconds_max=5.0)
    deployment.stop(OHIO)
    try:
        until(lambda: _health(url)[OHIO] == "unreachable", what="the door to notice", seconds_max=5.0)
        without = _health(url)
    finally:
        deployment.start(OHIO)

    assert {VIRGINIA: "ok", OHIO: "unreachable"} == without
    until(lambda: _health(url)[OHIO] == "ok", what="the door to find it again", seconds_max=5.0)


def _health(url: str) -> dict[str, str]:
    with closing(urlopen(url, timeout=WAIT_S_MAX)) as response:  # noqa: S310 - our own address
        regions: dict[str, str] = json.load(response)["regions"]
        return regions
