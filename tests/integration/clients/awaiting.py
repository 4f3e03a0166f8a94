"""aioboto3, in its own environment: any operation of any service, and two coroutines that read at once."""

from __future__ import annotations

import asyncio
from typing import Any

import aioboto3
from botocore.config import Config
from tests.integration.clients.conversation import converse

SESSION = aioboto3.Session()
RETRIES = Config(retries={"mode": "standard", "total_max_attempts": 2})


async def ask(service: str, region: str, operation: str, parameters: dict[str, Any]) -> dict[str, Any]:
    async with SESSION.client(service, region_name=region, config=RETRIES) as client:
        names = client.meta.method_to_api_mapping.items()
        method = next(python for python, api in names if api == operation)
        answer: dict[str, Any] = await getattr(client, method)(**parameters)
    answer.pop("ResponseMetadata")
    return answer


async def pages(region: str, prefix: str, page_size: int) -> list[list[str]]:
    """Return the names of ListSecrets, page by page."""
    async with SESSION.client("secretsmanager", region_name=region) as client:
        paginator = client.get_paginator("list_secrets").paginate(
            Filters=[{"Key": "name", "Values": [prefix]}], PaginationConfig={"PageSize": page_size}
        )
        return [[entry["Name"] for entry in page["SecretList"]] async for page in paginator]


async def read_at_once(regions: list[str], name: str, times: int) -> list[str]:
    """Read one secret many times in several Regions, all at the same time."""

    async def read(client: Any) -> str:
        value: str = (await client.get_secret_value(SecretId=name))["SecretString"]
        return value

    found = []
    for region in regions:
        async with SESSION.client("secretsmanager", region_name=region) as client:
            found += await asyncio.gather(*(read(client) for _ in range(times)))
    return found


if __name__ == "__main__":
    converse(
        {
            "ask": lambda **given: asyncio.run(ask(**given)),
            "pages": lambda **given: asyncio.run(pages(**given)),
            "read_at_once": lambda **given: asyncio.run(read_at_once(**given)),
        }
    )
