"""Secrets and versions for tables of rules: only what a row says is out of the ordinary."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from itertools import count

from watchword.api.call import Place
from watchword.replication import link as links
from watchword.replication.model import Incoming, Link, Role, Stand, Status
from watchword.secrets.model import Secret, Version

ACCOUNT = "123456789012"
NOW = 1_790_000_000_000
DAY_MS = 86_400_000
KEY_ARN = f"arn:aws:kms:us-east-1:{ACCOUNT}:key/11111111-1111-4111-8111-111111111111"
PLACE = Place(
    partition="aws",
    region="us-east-1",
    dns_suffix="amazonaws.com",
    hosted_regions=("us-east-1", "us-east-2", "eu-west-1"),
)


def version(version_id: str, *labels: str, created_ms: int = NOW, empty: bool = False) -> Version:
    """A version with a value, or (`empty`) a label without one."""
    return Version(
        id=version_id,
        content_id=None if empty else f"content of {version_id}",
        kind=None if empty else "string",
        labels=frozenset(labels),
        created_ms=created_ms,
        revision=1,
        key_arns=() if empty else (KEY_ARN,),
    )


def secret(
    *versions: Version,
    name: str = "db",
    description: str | None = None,
    tags: Mapping[str, str] | None = None,
    links: tuple[Link, ...] = (),
    incoming: Incoming | None = None,
) -> Secret:
    return Secret(
        account=ACCOUNT,
        sid="5" * 32,
        partition="aws",
        region="us-east-1",
        name=name,
        suffix="AbCdEf",
        description=description,
        kms_key_id=None,
        policy=None,
        tags=tags,
        versions={each.id: each for each in versions},
        revision=1,
        head_revision=1,
        stamp=1,
        created_ms=NOW,
        changed_ms=NOW,
        incoming=incoming,
        links=links,
    )


def link(region: str, *, ordinal: int = 0, kms_key_id: str | None = None) -> Link:
    """A link as it is when its Region was just added: InProgress."""
    return links.new_link(
        link_id=f"link to {region}",
        region=region,
        ordinal=ordinal,
        principal_arn=f"arn:aws:iam::{ACCOUNT}:root",
        kms_key_id=kms_key_id,
        overwrite=False,
        revision=1,
        now=NOW,
    )


def in_sync(made: Link) -> Link:
    return replace(made, status=Status.IN_SYNC, message=links.SUCCEEDED_MESSAGE, dirty_since_ms=None)


def failed(made: Link, message: str) -> Link:
    return replace(made, status=Status.FAILED, message=message)


def incoming(role: Role = Role.REPLICA, *, link_id: str = "from there") -> Incoming:
    return Incoming(
        link_id=link_id,
        primary_region="us-east-2",
        epoch=1,
        role=role,
        stand=Stand(incarnation="theirs", revision=1, digest="digest"),
        told=False,
    )


def bytes_in_turn(first: Iterable[int] = ()) -> Callable[[int], bytes]:
    """Entropy that gives these bytes first and then 0, 1, 2, … for ever."""
    given = list(first)
    after = count()

    def entropy(size: int) -> bytes:
        return bytes(given.pop(0) if given else next(after) % 256 for _ in range(size))

    return entropy
