"""Values as a snapshot holds them: each function is a few point reads inside a transaction."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from watchword.envelope.value import ValueKind
from watchword.identity.model import AccessKey
from watchword.keys.model import KMSKey
from watchword.replication.model import Incoming, Lifecycle
from watchword.secrets.model import SealedValue, Secret, Version
from watchword.secrets.store import LinkRow, SecretListing
from watchword.storage.rows import (
    access_key_of,
    incoming_of,
    key_of,
    link_row_of,
    tags_of,
    version_of,
)
from watchword.storage.statements import SQL

BIGINT_MAX = 9_223_372_036_854_775_807
LAST_CHARACTER = "\U0010ffff"
"""Sorts after every name: texts are compared by their UTF-8 bytes."""

_ORDERS = {
    "created": (SQL["sids_by_created"], SQL["sids_by_created_descending"]),
    "changed": (SQL["sids_by_changed"], SQL["sids_by_changed_descending"]),
    "accessed": (SQL["sids_by_accessed"], SQL["sids_by_accessed_descending"]),
    "name": (SQL["sids_by_name"], SQL["sids_by_name_descending"]),
}


_HEAD = 15
"""How many columns of `secret_by_name` are the secret's own; the others are the incoming link's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seat:
    """Whose store this is: every record in it is of this partition and Region, so no row repeats them."""

    partition: str
    region: str


def secret_named(raw: sqlite3.Connection, account: str, name: str, *, seat: Seat) -> Secret | None:
    row = raw.execute(SQL["secret_by_name"], (account, name)).fetchone()
    return None if row is None else _secret(raw, *row[:_HEAD], incoming=_joined(*row[_HEAD:]), seat=seat)


def secret(raw: sqlite3.Connection, account: str, sid: str, *, seat: Seat) -> Secret | None:
    row = raw.execute(SQL["secret_by_sid"], (account, sid)).fetchone()
    return None if row is None else _secret(raw, *row[:_HEAD], incoming=_joined(*row[_HEAD:]), seat=seat)


def secret_of_incoming(raw: sqlite3.Connection, link_id: str, *, seat: Seat) -> Secret | None:
    row = raw.execute(SQL["secret_sid_of_incoming"], (link_id,)).fetchone()
    return None if row is None else secret(raw, *row, seat=seat)


def _secret(
    raw: sqlite3.Connection,
    account: str,
    sid: str,
    name: str,
    suffix: str,
    description: str | None,
    kms_key_id: str | None,
    policy: str | None,
    tags: str | None,
    revision: int,
    head_revision: int,
    stamp: int,
    created_ms: int,
    changed_ms: int,
    deleted_ms: int | None,
    purge_ms: int | None,
    *,
    incoming: Incoming | None,
    seat: Seat,
) -> Secret:
    return Secret(
        account=account,
        sid=sid,
        partition=seat.partition,
        region=seat.region,
        name=name,
        suffix=suffix,
        description=description,
        kms_key_id=kms_key_id,
        policy=policy,
        tags=None if tags is None else tags_of(tags),
        versions=_versions(raw, account, sid),
        revision=revision,
        head_revision=head_revision,
        stamp=stamp,
        created_ms=created_ms,
        changed_ms=changed_ms,
        deleted_ms=deleted_ms,
        purge_ms=purge_ms,
        incoming=incoming,
        links=tuple(row.link for row in links_of_secret(raw, account, sid)),
    )


def _joined(
    link_id: str | None, *columns: *tuple[str, int, str, str | None, int | None, str | None, int]
) -> Incoming | None:
    return None if link_id is None else incoming_of(link_id, *columns)


def _versions(raw: sqlite3.Connection, account: str, sid: str) -> Mapping[str, Version]:
    heads: dict[str, tuple[str | None, ValueKind | None, str, int, int, int | None]] = {}
    arns: dict[str, list[str]] = {}
    for version_id, content_id, kind, labels, created_ms, revision, accessed_day, key_arn in raw.execute(
        SQL["versions_of_secret"], (account, sid)
    ):
        heads[version_id] = (content_id, kind, labels, created_ms, revision, accessed_day)
        held = arns.setdefault(version_id, [])
        if key_arn is not None:
            held.append(key_arn)
    return {
        version_id: version_of(version_id, *head, key_arns=tuple(arns[version_id]))
        for version_id, head in heads.items()
    }


def sealed_value(
    raw: sqlite3.Connection, account: str, sid: str, version_id: str
) -> tuple[str | None, SealedValue] | None:
    """The value of a version, with its content id; None: there is no such version, or it has no value."""
    row = raw.execute(SQL["sealed_of_version"], (account, sid, version_id)).fetchone()
    if row is None or row[0] is None:
        return None
    data_keys = dict(raw.execute(SQL["data_keys_of_version"], (account, sid, version_id)))
    return row[1], SealedValue(version_id=version_id, sealed=row[0], data_keys=data_keys)


def sids_of(raw: sqlite3.Connection, listing: SecretListing) -> Sequence[str]:
    """A page's secrets. The sort key of one that was never read is -1 in the order `accessed`."""
    ascending, descending = _ORDERS[listing.order]
    statement = descending if listing.descending else ascending
    after = listing.after if listing.after is not None else _before_first(listing)
    parameters = (listing.account, *after, int(listing.include_deleted), listing.limit)
    return [sid for (sid,) in raw.execute(statement, parameters)]


def _before_first(listing: SecretListing) -> tuple[int | str, str]:
    """A position that every row comes after."""
    if listing.order == "name":
        return (LAST_CHARACTER, "") if listing.descending else ("", "")
    return (BIGINT_MAX, "") if listing.descending else (-1, "")


def sids_due_for_purge(raw: sqlite3.Connection, *, now: int, limit: int) -> Sequence[tuple[str, str]]:
    return raw.execute(SQL["sids_due_for_purge"], (now, limit)).fetchall()


def link(raw: sqlite3.Connection, link_id: str) -> LinkRow | None:
    row = raw.execute(SQL["link_by_id"], (link_id,)).fetchone()
    return None if row is None else link_row_of(*row)


def links_of_secret(raw: sqlite3.Connection, account: str, sid: str) -> Sequence[LinkRow]:
    return [link_row_of(*row) for row in raw.execute(SQL["links_of_secret"], (account, sid))]


def links_in_lifecycle(
    raw: sqlite3.Connection, account: str, region: str, lifecycle: Lifecycle
) -> Sequence[LinkRow]:
    parameters = (account, region, lifecycle.value)
    return [link_row_of(*row) for row in raw.execute(SQL["links_in_lifecycle"], parameters)]


def incoming(raw: sqlite3.Connection, link_id: str) -> Incoming | None:
    row = raw.execute(SQL["incoming_by_id"], (link_id,)).fetchone()
    return None if row is None else incoming_of(*row)


def has_account(raw: sqlite3.Connection, account: str) -> bool:
    return raw.execute(SQL["account_is_there"], (account,)).fetchone() is not None


def incarnation(raw: sqlite3.Connection) -> str | None:
    row = raw.execute(SQL["incarnation"]).fetchone()
    return None if row is None else str(row[0])


def key(raw: sqlite3.Connection, account: str, key_id: str, *, seat: Seat) -> KMSKey | None:
    row = raw.execute(SQL["key_by_id"], (account, key_id)).fetchone()
    if row is None:
        return None
    materials = dict(raw.execute(SQL["materials_of_key"], (account, key_id)))
    return key_of(*row, partition=seat.partition, region=seat.region, materials=materials)


def key_of_alias(raw: sqlite3.Connection, account: str, alias: str, *, seat: Seat) -> KMSKey | None:
    row = raw.execute(SQL["key_id_of_alias"], (account, alias)).fetchone()
    return None if row is None else key(raw, account, row[0], seat=seat)


def access_key(raw: sqlite3.Connection, access_key_id: str) -> AccessKey | None:
    row = raw.execute(SQL["access_key_by_id"], (access_key_id,)).fetchone()
    return None if row is None else access_key_of(*row)
