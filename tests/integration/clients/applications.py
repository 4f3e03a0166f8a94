"""What Python applications read their secrets with: AWS's caching client, Powertools for Lambda, pydantic-settings."""

from __future__ import annotations

import os
from functools import partial
from typing import Any

from aws_lambda_powertools.utilities import parameters
from aws_secretsmanager_caching import (
    InjectKeywordedSecretString,
    InjectSecretString,
    SecretCache,
    SecretCacheConfig,
)
from pydantic import BaseModel, SecretStr
from pydantic_settings import AWSSecretsManagerSettingsSource, BaseSettings
from tests.integration.clients.conversation import converse

CACHE = SecretCache(config=SecretCacheConfig(secret_refresh_interval=3_600))


def cached(name: str, stage: str | None = None) -> Any:
    return CACHE.get_secret_string(name, version_stage=stage)


def cached_binary(name: str) -> Any:
    return CACHE.get_secret_binary(name)


def refreshed(name: str) -> Any:
    return CACHE.refresh_secret_now(name)


def injected(whole: str, parts: str) -> list[str]:
    """Call a function that was decorated twice: with one secret, and with two members of another."""

    def connect(certificate: str, *, user: str, word: str) -> list[str]:
        return [certificate, user, word]

    with_parts = InjectKeywordedSecretString(parts, CACHE, user="username", word="password")(connect)
    found: list[str] = InjectSecretString(whole, CACHE)(with_parts)()
    return found


class Database(BaseModel):  # type: ignore[misc]  # pydantic is in this program's environment, and not in the checker's
    host: str
    port: int


class Settings(BaseSettings):  # type: ignore[misc]  # as above
    """As an application declares them."""

    password: SecretStr
    database: Database


def settings(secret_id: str, version_id: str | None = None) -> dict[str, Any]:
    """Return an application's settings, read from one secret and checked."""

    class Sourced(Settings):
        @classmethod
        def settings_customise_sources(cls, settings_cls: Any, **_: Any) -> tuple[Any, ...]:
            return (
                AWSSecretsManagerSettingsSource(
                    settings_cls,
                    secret_id,
                    region_name=os.environ["AWS_REGION"],
                    endpoint_url=os.environ["AWS_ENDPOINT_URL"],
                    version_id=version_id,
                ),
            )

    read = Sourced()
    return {
        "password": read.password.get_secret_value(),
        "host": read.database.host,
        "port": read.database.port,
        "shown": repr(read),
    }


if __name__ == "__main__":
    converse(
        {
            "cached": cached,
            "cached_binary": cached_binary,
            "refreshed": refreshed,
            "injected": injected,
            "settings": settings,
            "get_secret": parameters.get_secret,
            "get_json": partial(parameters.get_secret, transform="json"),
            "get_secrets_by_name": parameters.get_secrets_by_name,
            "set_secret": lambda **given: parameters.set_secret(**given)["VersionId"],
        }
    )
