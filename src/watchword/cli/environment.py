"""What points AWS tools at a deployment: shell exports, or the same as JSON for scripts."""

from __future__ import annotations

import json
import shlex
from collections.abc import Mapping

from watchword.server.deployment import Deployment
from watchword.server.home import read_credentials

IN_THE_WAY = ("AWS_PROFILE", "AWS_DEFAULT_PROFILE", "AWS_SESSION_TOKEN", "AWS_SECURITY_TOKEN")
"""Another account's, still taken beside ours: a stale token alone makes every call fail."""


def text(deployment: Deployment, variables: Mapping[str, str], *, region: str | None, as_json: bool) -> str:
    """Return the exports, or the document; both hold the secret access key, which is their purpose.

    The endpoint is the front door, which serves every Region; without one it is the Region's own.

    Raises:
        HomeError: no such Region, or the credentials can't be read.
    """
    settings = deployment.regions[0] if region is None else deployment.region(region)
    credentials = read_credentials(deployment.home)
    endpoint = deployment.front_door or settings.endpoint
    if as_json:
        document = {
            "endpoint_url": endpoint,
            "access_key_id": credentials.access_key_id,
            "secret_access_key": credentials.secret_access_key,
            "account_id": deployment.accounts[0].id,
            "regions": {held.name: {"endpoint_url": held.endpoint} for held in deployment.regions},
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
