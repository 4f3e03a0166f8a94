"""What points AWS tools at a deployment: shell exports, or the same as JSON for scripts."""

from __future__ import annotations

import json
import shlex
from collections.abc import Mapping

from watchword.server.deployment import Deployment, HomeError, RegionSettings
from watchword.server.home import profile_of, read_credentials

IN_THE_WAY = ("AWS_PROFILE", "AWS_DEFAULT_PROFILE", "AWS_SESSION_TOKEN", "AWS_SECURITY_TOKEN")
"""Another account's, still taken beside ours: a stale token alone makes every call fail."""


def text(
    deployment: Deployment,
    variables: Mapping[str, str],
    *,
    region: str | None,
    as_json: bool,
    partition: str | None = None,
) -> str:
    """Return the exports, or the document; both hold secret access keys, which is their purpose.

    The endpoint is the front door, which serves every Region; without one it is the Region's own. The access key is
    that of the Region's partition; the document has those of all partitions.

    Raises:
        HomeError: no such Region or partition, or the credentials can't be read.
    """
    settings = _region_of(deployment, region=region, partition=partition)
    credentials = read_credentials(deployment.home, profile=profile_of(deployment, settings.partition))
    endpoint = deployment.front_door or settings.endpoint
    if as_json:
        document = {
            "endpoint_url": endpoint,
            **_account(deployment, settings.partition),
            "regions": {
                held.name: {"endpoint_url": held.endpoint, "partition": held.partition}
                for held in deployment.regions
            },
            "partitions": {each: _account(deployment, each) for each in deployment.partitions},
        }
        return json.dumps(document, indent=2)
    exports = {
        "AWS_ENDPOINT_URL": endpoint,
        "AWS_ACCESS_KEY_ID": credentials.access_key_id,
        "AWS_SECRET_ACCESS_KEY": credentials.secret_access_key,
        "AWS_DEFAULT_REGION": settings.name,
        "AWS_REGION": settings.name,
    }
    lines = [f"export {name}={shlex.quote(value)}" for name, value in exports.items()]
    set_now = [name for name in IN_THE_WAY if name in variables]
    if set_now:
        lines.append(f"unset {' '.join(set_now)}")
    return "\n".join(lines)


def _region_of(deployment: Deployment, *, region: str | None, partition: str | None) -> RegionSettings:
    if region is not None:
        settings = deployment.region(region)
        if partition not in (None, settings.partition):
            raise HomeError(f"`{region}` is a Region of the partition `{settings.partition}`")
        return settings
    held = deployment.regions if partition is None else deployment.regions_of(partition)
    if not held:
        raise HomeError(f"this deployment has no Region of the partition `{partition}`")
    return held[0]


def _account(deployment: Deployment, partition: str) -> dict[str, str]:
    credentials = read_credentials(deployment.home, profile=profile_of(deployment, partition))
    return {
        "access_key_id": credentials.access_key_id,
        "secret_access_key": credentials.secret_access_key,
        "account_id": deployment.accounts_of(partition)[0].id,
    }
