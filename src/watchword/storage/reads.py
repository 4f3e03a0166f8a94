"""Values as a snapshot holds them: each function is a few point reads inside a transaction."""

from __future__ import annotations

import sqlite3
from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter

from watchword.envelope.value import ValueKind
from watchword.identity.directory import Directory, Held
from watchword.identity.model import AccessKey, AccessKeyUse, Kind, decoded
from watchword.keys.model import Alias, Grant, KMSKey, ReplicaWanted, Use
from watchword.replication.model import Incoming, Lifecycle, Link, Role, Status
from watchword.replication.model import Kind as LinkKind
from watchword.replication.store import LinkRow
from watchword.secrets.model import SealedValue, Secret, Version
from watchword.secrets.store import Place, SecretListing
from watchword.storage.rows import (
    access_key_of,
    alias_of,
    grant_of,
    incoming_of,
    key_of,
    link_row_of,
    material_of,
    primary_across_of,
    replica_across_of,
    replica_wanted_of,
    rotation_of,
    tags_of,
    version_of,
)
from watchword.storage.statements import SQL

BIGINT_MAX = 9_223_372_036_854_775_807
LAST_CHARACTER = "\U0010ffff"
"""Sorts after every name: texts are compared by their UTF-8 bytes."""

_ORDERS = {
    "created": (SQL["glances_by_created"], SQL["glances_by_created_descending"]),
    "changed": (SQL["glances_by_changed"], SQL["glances_by_changed_descending"]),
    "accessed": (SQL["glances_by_accessed"], SQL["glances_by_accessed_descending"]),
    "name": (SQL["glances_by_name"], SQL["glances_by_name_descending"]),
}

TOGETHER = 25
"""How many secrets' versions or links are read by one statement, which names so many sids."""
_TOGETHER = "(" + ", ".join("?" * TOGETHER) + ")"
_VERSIONS_OF_SECRETS = SQL["versions_of_secrets"].replace("(?)", _TOGETHER)
_LINKS_OF_SECRETS = SQL["links_of_secrets"].replace("(?)", _TOGETHER)

_HEAD = 19
"""How many columns of `secret_by_name` are the secret's own; the others are the incoming link's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seat:
    """Whose store this is: every record in it is of this partition and Region, so no row repeats them."""

    partition: str
    region: str


def secret_named(raw: sqlite3.Connection, account: str, name: str, *, seat: Seat) -> Secret | None:
    return _alone(raw, raw.execute(SQL["secret_by_name"], (account, name)), seat=seat)


def secret(raw: sqlite3.Connection, account: str, sid: str, *, seat: Seat) -> Secret | None:
    return _alone(raw, raw.execute(SQL["secret_by_sid"], (account, sid)), seat=seat)


def secret_of_incoming(raw: sqlite3.Connection, link_id: str, *, seat: Seat) -> Secret | None:
    row = raw.execute(SQL["secret_sid_of_incoming"], (link_id,)).fetchone()
    return None if row is None else secret(raw, *row, seat=seat)


def secrets(raw: sqlite3.Connection, addresses: Sequence[tuple[str, str]], *, seat: Seat) -> Iterator[Secret]:
    """Many secrets, by account and sid; one that is not there is passed over."""
    for account, found in groupby(addresses, key=itemgetter(0)):
        sids = [sid for _, sid in found]
        for at in range(0, len(sids), TOGETHER):
            yield from _together(raw, account, sids[at : at + TOGETHER], seat=seat)


def _together(raw: sqlite3.Connection, account: str, sids: Sequence[str], *, seat: Seat) -> Iterator[Secret]:
    # Filled up with the last one: a sid that is named twice is read once.
    parameters = (account, *sids, *(sids[-1] for _ in range(TOGETHER - len(sids))))
    versions: dict[str, list[_VersionRow]] = {sid: [] for sid in sids}
    for row in raw.execute(_VERSIONS_OF_SECRETS, parameters):
        versions[row[0]].append(row[1:])
    links: dict[str, list[Link]] = {sid: [] for sid in sids}
    for columns in raw.execute(_LINKS_OF_SECRETS, parameters):
        held = link_row_of(*columns)
        links[held.sid].append(held.link)
    for sid in sids:
        row = raw.execute(SQL["secret_by_sid"], (account, sid)).fetchone()
        if row is not None:
            yield _secret(
                *row[:_HEAD],
                incoming=_joined(*row[_HEAD:]),
                versions=_versions(versions[sid]),
                links=tuple(links[sid]),
                seat=seat,
            )


def _alone(raw: sqlite3.Connection, found: sqlite3.Cursor, *, seat: Seat) -> Secret | None:
    row = found.fetchone()
    if row is None:
        return None
    account, sid = row[:2]
    return _secret(
        *row[:_HEAD],
        incoming=_joined(*row[_HEAD:]),
        versions=_versions(raw.execute(SQL["versions_of_secret"], (account, sid))),
        links=tuple(held.link for held in links_of_secret(raw, account, sid)),
        seat=seat,
    )


def _secret(
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
    type_: str | None,
    rotation: str | None,
    primary_across: str | None,
    replica_across: str | None,
    *,
    incoming: Incoming | None,
    versions: Mapping[str, Version],
    links: tuple[Link, ...],
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
        versions=versions,
        revision=revision,
        head_revision=head_revision,
        stamp=stamp,
        created_ms=created_ms,
        changed_ms=changed_ms,
        deleted_ms=deleted_ms,
        purge_ms=purge_ms,
        type=type_,
        rotation=None if rotation is None else rotation_of(rotation),
        incoming=incoming,
        links=links,
        primary_across=None if primary_across is None else primary_across_of(primary_across),
        replica_across=None if replica_across is None else replica_across_of(replica_across),
    )


def _joined(
    link_id: str | None, *columns: *tuple[str, int, str, str | None, int | None, str | None, int]
) -> Incoming | None:
    return None if link_id is None else incoming_of(link_id, *columns)


_VersionRow = tuple[str, str | None, ValueKind | None, str, int, int, int | None, str | None]
"""The columns of `versions_of_secret`."""


def _versions(rows: Iterable[_VersionRow]) -> Mapping[str, Version]:
    heads: dict[str, tuple[str | None, ValueKind | None, str, int, int, int | None]] = {}
    arns: dict[str, list[str]] = {}
    for version_id, content_id, kind, labels, created_ms, revision, accessed_day, key_arn in rows:
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


_GlanceRow = tuple[int | str, str, str, str | None, str | None, int | None, str | None]
"""Sort key, sid, name, description, tags, deleted_ms, incoming_link_id."""


class SecretGlance:
    """One row of a list, as far as filters look at it, in the snapshot in which it was read.

    Tags are taken apart, and links are asked for, when a filter wants them: most never are.
    """

    __slots__ = ("_account", "_raw", "_row", "_seat")

    def __init__(self, raw: sqlite3.Connection, row: _GlanceRow, *, account: str, seat: Seat) -> None:
        self._raw = raw
        self._row = row
        self._account = account
        self._seat = seat

    @property
    def sid(self) -> str:
        return self._row[1]

    @property
    def place(self) -> Place:
        return self._row[:2]

    @property
    def name(self) -> str:
        return self._row[2]

    @property
    def description(self) -> str | None:
        return self._row[3]

    @property
    def tags(self) -> Mapping[str, str] | None:
        text = self._row[4]
        return None if text is None else tags_of(text)

    @property
    def is_deleted(self) -> bool:
        return self._row[5] is not None

    @property
    def primary_region(self) -> str | None:
        """As `Secret.primary_region` says it."""
        link_id = self._row[6]
        made_by = None if link_id is None else incoming(self._raw, link_id)
        if made_by is not None and made_by.role is Role.REPLICA:
            return made_by.primary_region
        parameters = (self._account, self.sid, Lifecycle.ACTIVE.value)
        is_primary = self._raw.execute(SQL["active_link_of_secret"], parameters).fetchone() is not None
        return self._seat.region if is_primary else None


def glances(
    raw: sqlite3.Connection, listing: SecretListing, *, seat: Seat
) -> Generator[SecretGlance, None, None]:
    """A list's rows, read one by one as they are asked for."""
    ascending, descending = _ORDERS[listing.order]
    statement = descending if listing.descending else ascending
    after = listing.after if listing.after is not None else _before_first(listing)
    parameters = (listing.account, *after, listing.limit)
    with closing(raw.execute(statement, parameters)) as rows:
        for row in rows:
            yield SecretGlance(raw, row, account=listing.account, seat=seat)


def _before_first(listing: SecretListing) -> tuple[int | str, str]:
    """A position that every row comes after."""
    if listing.order == "name":
        return (LAST_CHARACTER, "") if listing.descending else ("", "")
    return (BIGINT_MAX, "") if listing.descending else (-1, "")


def sids_due_across(raw: sqlite3.Connection, *, now: int, limit: int) -> Sequence[tuple[str, str]]:
    return raw.execute(SQL["sids_due_across"], (now, limit)).fetchall()


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


def accessed_day(raw: sqlite3.Connection, link_id: str) -> int | None:
    """When what a link replicates to this Region was last read here; None: never, or nothing that is read."""
    row = raw.execute(SQL["accessed_day_of_incoming"], (link_id,)).fetchone()
    return None if row is None or row[0] < 0 else int(row[0])


def links_stuck(raw: sqlite3.Connection, kind: LinkKind, *, limit: int) -> Sequence[LinkRow]:
    parameters = (kind.value, Status.FAILED.value, limit)
    return [link_row_of(*row) for row in raw.execute(SQL["links_stuck"], parameters)]


def accounts_waiting_for(raw: sqlite3.Connection, region: str, *, after: int) -> Sequence[str]:
    return [row[0] for row in raw.execute(SQL["accounts_waiting_for"], (region, after))]


def links_waiting_for(
    raw: sqlite3.Connection, region: str, *, account: str, after: int, limit: int
) -> Sequence[LinkRow]:
    parameters = (region, after, account, limit)
    return [link_row_of(*row) for row in raw.execute(SQL["links_waiting_for"], parameters)]


def incomings_of(raw: sqlite3.Connection, account: str, sid: str) -> Sequence[Incoming]:
    return [incoming_of(*row) for row in raw.execute(SQL["incomings_of"], (account, sid))]


def replica_wanted(raw: sqlite3.Connection, account: str, key_id: str, region: str) -> ReplicaWanted | None:
    row = raw.execute(SQL["replica_wanted"], (account, key_id, region)).fetchone()
    return None if row is None else replica_wanted_of(*row)


def has_account(raw: sqlite3.Connection, account: str) -> bool:
    return raw.execute(SQL["account_is_there"], (account,)).fetchone() is not None


def incarnation(raw: sqlite3.Connection) -> str | None:
    row = raw.execute(SQL["incarnation"]).fetchone()
    return None if row is None else str(row[0])


def key(raw: sqlite3.Connection, account: str, key_id: str, *, seat: Seat) -> KMSKey | None:
    row = raw.execute(SQL["key_by_id"], (account, key_id)).fetchone()
    if row is None:
        return None
    materials = {
        columns[0]: material_of(key_id, *columns)
        for columns in raw.execute(SQL["materials_of_key"], (account, key_id))
    }
    return key_of(*row, partition=seat.partition, region=seat.region, materials=materials)


def key_of_alias(raw: sqlite3.Connection, account: str, alias: str, *, seat: Seat) -> KMSKey | None:
    row = raw.execute(SQL["key_id_of_alias"], (account, alias)).fetchone()
    return None if row is None else key(raw, account, row[0], seat=seat)


def alias(raw: sqlite3.Connection, account: str, name: str) -> Alias | None:
    row = raw.execute(SQL["alias_by_name"], (account, name)).fetchone()
    return None if row is None else alias_of(*row)


def aliases(
    raw: sqlite3.Connection, account: str, *, key_id: str | None, after: str, limit: int
) -> Sequence[Alias]:
    if key_id is None:
        found = raw.execute(SQL["aliases"], (account, after, limit))
    else:
        found = raw.execute(SQL["aliases_of_key"], (account, key_id, after, limit))
    return [alias_of(*row) for row in found]


def grant(raw: sqlite3.Connection, account: str, key_id: str, grant_id: str) -> Grant | None:
    row = raw.execute(SQL["grant_by_id"], (account, key_id, grant_id)).fetchone()
    return None if row is None else grant_of(*row)


def grants(
    raw: sqlite3.Connection, account: str, key_id: str, *, grantee: str | None, after: str, limit: int
) -> Sequence[Grant]:
    if grantee is None:
        found = raw.execute(SQL["grants_of_key"], (account, key_id, after, limit))
    else:
        found = raw.execute(SQL["grants_of_grantee"], (account, key_id, grantee, after, limit))
    return [grant_of(*row) for row in found]


def grants_named(raw: sqlite3.Connection, account: str, key_id: str, name: str) -> Sequence[Grant]:
    return [grant_of(*row) for row in raw.execute(SQL["grants_named"], (account, key_id, name))]


def grant_ids_named(raw: sqlite3.Connection, account: str, key_id: str, name: str) -> tuple[str, ...]:
    return tuple(row[0] for row in raw.execute(SQL["grant_ids_named"], (account, key_id, name)))


def retirable_grants(
    raw: sqlite3.Connection, account: str, retiring: str, *, after: tuple[str, str], limit: int
) -> Sequence[Grant]:
    parameters = (account, retiring, *after, limit)
    return [grant_of(*row) for row in raw.execute(SQL["grants_retirable"], parameters)]


def last_use(raw: sqlite3.Connection, account: str, key_id: str) -> Use | None:
    row = raw.execute(SQL["use_of_key"], (account, key_id)).fetchone()
    return None if row is None else Use(operation=row[0], at_ms=row[1])


def directory(
    raw: sqlite3.Connection, account: str, *, seat: Seat, known: Directory | None
) -> Directory | None:
    """An account's identity; what `known` holds of the same content is not read again."""
    row = raw.execute(SQL["identity_of_account"], (account,)).fetchone()
    if row is None:
        return None
    revision, content_id, changed_ms, in_force = row
    if known is not None and (known.revision, known.content_id, known.in_force) == (
        revision,
        content_id,
        bool(in_force),
    ):
        return known
    held = known.items if known is not None else {}
    items: dict[tuple[Kind, str], Held] = {}
    for name, item_id, at_revision, content, body in raw.execute(SQL["identity_items"], (account,)):
        kind = Kind(name)
        one = held.get((kind, item_id))
        if one is None or (one.content_id, one.revision) != (content, at_revision):
            one = Held(
                item=decoded(kind, body), revision=at_revision, content_id=content, body_bytes=len(body)
            )
        items[kind, item_id] = one
    return Directory(
        account=account,
        partition=seat.partition,
        revision=revision,
        content_id=content_id,
        changed_ms=changed_ms,
        in_force=bool(in_force),
        items=items,
    )


def access_keys_of(raw: sqlite3.Connection, account: str) -> Sequence[AccessKey]:
    return [access_key_of(*row) for row in raw.execute(SQL["access_keys_of_account"], (account,))]


def access_key_use(raw: sqlite3.Connection, account: str, access_key_id: str) -> AccessKeyUse | None:
    row = raw.execute(SQL["use_of_access_key"], (account, access_key_id)).fetchone()
    return None if row is None else AccessKeyUse(service=row[0], at_ms=row[1])


def access_key(raw: sqlite3.Connection, access_key_id: str) -> AccessKey | None:
    row = raw.execute(SQL["access_key_by_id"], (access_key_id,)).fetchone()
    return None if row is None else access_key_of(*row)
