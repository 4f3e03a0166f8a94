"""What Python applications read their secrets with, against two running Regions.

aws-secretsmanager-caching (AWS's cache), aws-lambda-powertools (`parameters`), pydantic-settings (a settings source).
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from tests.integration.clients.environment import PYTHON, Program, Raised, talking_python
from tests.integration.deployment import OHIO, VIRGINIA, Deployment, deployed
from tests.integration.story import CANT_FIND, MARKED


@pytest.fixture(scope="module")
def deployment() -> Iterator[Deployment]:
    PYTHON.program("bin/python")
    with deployed() as running:
        yield running


@pytest.fixture(scope="module")
def virginia(deployment: Deployment) -> Iterator[Program]:
    with talking_python(PYTHON, "applications", deployment=deployment, region=VIRGINIA) as program:
        yield program


@pytest.fixture(scope="module")
def ohio(deployment: Deployment) -> Iterator[Program]:
    """At the Region's own endpoint, as an application is configured that is to survive the loss of the other."""
    with talking_python(PYTHON, "applications", deployment=deployment, region=OHIO, door=False) as program:
        yield program


def create(deployment: Deployment, name: str, value: str | bytes, **more: Any) -> dict[str, Any]:
    kind = "SecretString" if isinstance(value, str) else "SecretBinary"
    created: dict[str, Any] = deployment.client(VIRGINIA).create_secret(Name=name, **{kind: value}, **more)
    return created


# aws-secretsmanager-caching: DescribeSecret names the version, GetSecretValue reads it


def test_a_cached_value_stays_until_it_is_refreshed(deployment: Deployment, virginia: Program) -> None:
    create(deployment, "caching/value", "first")
    before = virginia.ask("cached", name="caching/value")
    deployment.client(VIRGINIA).put_secret_value(SecretId="caching/value", SecretString="second")

    kept = virginia.ask("cached", name="caching/value")
    done = virginia.ask("refreshed", name="caching/value")

    assert ("first", "first", True) == (before, kept, done)
    assert "second" == virginia.ask("cached", name="caching/value")
    assert "first" == virginia.ask("cached", name="caching/value", stage="AWSPREVIOUS")


def test_a_cache_in_the_replica_s_region_serves_when_the_primary_s_is_lost(
    deployment: Deployment, ohio: Program
) -> None:
    create(deployment, "caching/lost", bytes(range(256)), AddReplicaRegions=[{"Region": OHIO}])
    deployment.until_in_sync("caching/lost")

    deployment.stop(VIRGINIA)
    try:
        found = ohio.ask("cached_binary", name="caching/lost")
    finally:
        deployment.start(VIRGINIA)

    assert bytes(range(256)) == found


def test_secrets_are_injected_by_decorators(deployment: Deployment, virginia: Program) -> None:
    create(deployment, "caching/whole", "a certificate")
    create(deployment, "caching/parts", json.dumps({"username": "app", "password": "hunter2"}))

    assert ["a certificate", "app", "hunter2"] == virginia.ask(
        "injected", whole="caching/whole", parts="caching/parts"
    )


def test_the_cache_passes_refusals_on(virginia: Program) -> None:
    with pytest.raises(Raised) as caught:
        virginia.ask("cached", name="caching/nowhere")

    assert ("ResourceNotFoundException", CANT_FIND) == (caught.value.name, caught.value.message)


# aws-lambda-powertools


def test_a_parameter_is_read_and_transformed(deployment: Deployment, virginia: Program) -> None:
    create(deployment, "powertools/json", json.dumps({"user": "app", "ports": [1, 2]}))

    assert {"user": "app", "ports": [1, 2]} == virginia.ask("get_json", name="powertools/json")


def test_a_parameter_that_is_set_is_made_first_and_then_changed(
    deployment: Deployment, virginia: Program
) -> None:
    """set_secret: PutSecretValue, and CreateSecret if that is refused with ResourceNotFoundException."""
    made = virginia.ask("set_secret", name="powertools/set", value="first")
    changed = virginia.ask("set_secret", name="powertools/set", value="second")
    again = virginia.ask("set_secret", name="powertools/set", value="second", client_request_token=changed)

    stages = deployment.client(VIRGINIA).describe_secret(SecretId="powertools/set")["VersionIdsToStages"]
    assert {made: ["AWSPREVIOUS"], changed: ["AWSCURRENT"]} == stages
    assert changed == again
    assert "second" == virginia.ask("get_secret", name="powertools/set", force_fetch=True)


def test_parameters_are_read_in_a_batch_from_the_replica(deployment: Deployment, ohio: Program) -> None:
    """get_secrets_by_name: BatchGetSecretValue with a name filter, page after page."""
    wanted = {f"powertools-batch-{number}": f"value {number}" for number in range(3)}
    for name, value in wanted.items():
        create(deployment, name, value, AddReplicaRegions=[{"Region": OHIO}])
    for name in wanted:
        deployment.until_in_sync(name)

    assert wanted == ohio.ask("get_secrets_by_name", names=list(wanted), MaxResults=2)


def test_a_parameter_that_can_t_be_read_is_its_own_exception(
    deployment: Deployment, virginia: Program
) -> None:
    create(deployment, "powertools/deleted", "x")
    deployment.client(VIRGINIA).delete_secret(SecretId="powertools/deleted")

    with pytest.raises(Raised) as caught:
        virginia.ask("get_secret", name="powertools/deleted")

    assert "GetParameterError" == caught.value.name
    assert f"(InvalidRequestException) when calling the GetSecretValue operation: {MARKED}" in (
        caught.value.message
    )


def test_a_parameter_of_the_wrong_form_is_its_own_exception(
    deployment: Deployment, virginia: Program
) -> None:
    create(deployment, "powertools/text", "no JSON")

    with pytest.raises(Raised) as caught:
        virginia.ask("get_json", name="powertools/text")

    assert "TransformParameterError" == caught.value.name


def test_a_change_at_a_replica_is_its_own_exception(deployment: Deployment, ohio: Program) -> None:
    create(deployment, "powertools/replica", "x", AddReplicaRegions=[{"Region": OHIO}])
    deployment.until_in_sync("powertools/replica")

    with pytest.raises(Raised) as caught:
        ohio.ask("set_secret", name="powertools/replica", value="y")

    assert "SetSecretError" == caught.value.name
    assert "(InvalidParameterException)" in caught.value.message


# pydantic-settings

DECLARED = {"password": "hunter2", "database--host": "db.example", "database--port": "5432"}


def test_settings_are_read_from_a_secret_in_either_region(
    deployment: Deployment, virginia: Program, ohio: Program
) -> None:
    create(deployment, "settings/app", json.dumps(DECLARED), AddReplicaRegions=[{"Region": OHIO}])
    deployment.until_in_sync("settings/app")

    read = [program.ask("settings", secret_id="settings/app") for program in (virginia, ohio)]

    assert [("hunter2", "db.example", 5432)] * 2 == [
        (found["password"], found["host"], found["port"]) for found in read
    ]
    assert "hunter2" not in read[0]["shown"]


def test_settings_of_an_earlier_version_are_read_by_its_id(deployment: Deployment, ohio: Program) -> None:
    first = create(
        deployment, "settings/versions", json.dumps(DECLARED), AddReplicaRegions=[{"Region": OHIO}]
    )
    later = json.dumps(DECLARED | {"password": "changed"})
    deployment.client(VIRGINIA).put_secret_value(SecretId="settings/versions", SecretString=later)
    deployment.until_in_sync("settings/versions")

    found = [
        ohio.ask("settings", secret_id="settings/versions", version_id=version_id)["password"]
        for version_id in (None, first["VersionId"])
    ]

    assert ["changed", "hunter2"] == found


def test_settings_without_their_secret_are_refused(virginia: Program) -> None:
    with pytest.raises(Raised) as caught:
        virginia.ask("settings", secret_id="settings/nowhere")

    assert ("ResourceNotFoundException", CANT_FIND) == (caught.value.name, caught.value.message)


def test_settings_that_do_not_fit_are_named_without_their_value(
    deployment: Deployment, virginia: Program
) -> None:
    create(deployment, "settings/wrong", json.dumps(DECLARED | {"database--port": "none"}))

    with pytest.raises(Raised) as caught:
        virginia.ask("settings", secret_id="settings/wrong")

    assert "ValidationError" == caught.value.name
    assert "database.port" in caught.value.message
