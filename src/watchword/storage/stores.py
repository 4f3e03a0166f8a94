"""A Region's stores on SQLite: what a process composes its Region's state from, and what the agent and status
ask.

Made before or after a fork, in any thread: each thread opens its own connection when it first needs one.
"""

from __future__ import annotations

import os
import sqlite3
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from watchword.api.unit import EventRow, StoreUnavailable
from watchword.identity.directory import Directory
from watchword.identity.model import AccessKey, AccessKeyUse
from watchword.keys.model import Use
from watchword.replication.model import Incoming, Kind, Lifecycle, Role
from watchword.replication.store import LinkRow
from watchword.storage import reads, rows, wrapped
from watchword.storage.holdings import Holdings, holdings
from watchword.storage.sqlite import Connection, end_process
from watchword.storage.statements import SQL
from watchword.storage.unit import SQLiteUnit

INCARNATION_BYTES = 16
SCRUBBED_BYTES_MAX = 268_435_456
"""About 150,000 secrets; rewriting them takes 2 s, in which writers wait, and as many bytes of memory."""


@dataclass(frozen=True, slots=True, kw_only=True)
class IncomingRow:
    """What this Region knows of a link that replicates to it, and whose it is."""

    account: str
    incoming: Incoming
    kind: Kind = Kind.SECRETS


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """A version was read on a day (days since 1970 UTC)."""

    account: str
    sid: str
    version_id: str
    day: int


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyUse:
    """A KMS key was used for a cryptographic operation."""

    account: str
    key_id: str
    use: Use


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """How much a Region holds and how far behind its replicas are."""

    secrets: int
    links: Mapping[Kind, Mapping[str, int]]
    """Active links by what they carry and by status; those of secrets are what the API shows."""
    leaving: int
    """Links whose removal the replica has not acknowledged."""
    dirty_since_ms: Mapping[Kind, int]
    """Commit time of the oldest change that some Region has not acknowledged, by what it is; the worst lag is its age."""


class _OfThread(threading.local):
    connection: Connection | None = None


class SQLiteStores:
    """The stores of one Region. Every method raises StoreUnavailable when the database is out of reach."""

    def __init__(
        self, path: Path, *, partition: str, region: str, halt: Callable[[str], None] = end_process
    ) -> None:
        """Remember where the database is; nothing is opened yet.

        `halt` ends the process, after an I/O error at COMMIT.
        """
        self._path = path
        self._seat = reads.Seat(partition=partition, region=region)
        self._halt = halt
        self._of_thread = _OfThread()
        self._directories: dict[str, Directory] = {}
        """Of each account the last that was read, by any thread: whoever finds its revision unmoved need not read it."""
        # Connections from before a fork: closing one here would drop the parent's locks on the database.
        self._inherited: list[Connection] = []

    def unit(self) -> SQLiteUnit:
        """Begin a unit of work on this thread's own connection."""
        return SQLiteUnit(self._connection(), seat=self._seat, directories=self._directories)

    @contextmanager
    def turn(self) -> Iterator[None]:
        held = self._connection().turn
        try:
            held.__enter__()
        except OSError as error:
            raise StoreUnavailable(f"the store's turn can't be taken: {error.strerror}") from error
        try:
            yield
        finally:
            held.__exit__()

    def close(self) -> None:
        """Close this thread's connection."""
        held = self._of_thread.connection
        if held is not None and held.process_id == os.getpid():
            held.close()
            self._of_thread.connection = None

    def _connection(self) -> Connection:
        held = self._of_thread.connection
        if held is not None and held.usable and held.process_id == os.getpid():
            return held
        if held is not None:
            if held.process_id == os.getpid():
                held.close()
            else:
                self._inherited.append(held)
            self._of_thread.connection = None
        opened = Connection(self._path, halt=self._halt)
        self._of_thread.connection = opened
        return opened

    # What the agent and status read

    def due_links(self, *, region: str, now: int, limit: int) -> list[LinkRow]:
        """The links to a Region that wait for its courier, the longest overdue first."""
        return self._links(SQL["links_due"], (region, now, limit))

    def links_to_shake(self, region: str, after_link_id: str, limit: int) -> list[LinkRow]:
        """A page of all links to a Region; `after_link_id` is the last of the page before, or empty."""
        return self._links(SQL["links_to_region"], (region, after_link_id, limit))

    def _links(self, statement: str, parameters: tuple[str | int, ...]) -> list[LinkRow]:
        return self._connection().snapshot(
            lambda raw: [rows.link_row_of(*row) for row in raw.execute(statement, parameters)]
        )

    def next_due_ms(self, *, region: str, after: int) -> int | None:
        """When, later than `after`, the next link to a Region is due; None: nothing waits."""

        def read(raw: sqlite3.Connection) -> int | None:
            due: int | None = raw.execute(SQL["next_due_ms"], (region, after)).fetchone()[0]
            return due

        return self._connection().snapshot(read)

    def untold_promotions(self, limit: int, *, region: str | None = None) -> list[IncomingRow]:
        """Promotions here that the primary has not acknowledged; with `region`, those of that primary alone."""
        role = Role.PROMOTED.value
        statement = SQL["promotions_untold"] if region is None else SQL["promotions_untold_to"]
        parameters = (role, limit) if region is None else (region, role, limit)
        return self._connection().snapshot(
            lambda raw: [
                IncomingRow(account=account, incoming=rows.incoming_of(*columns), kind=rows.kind_of(kind))
                for (*columns, account, kind) in raw.execute(statement, parameters)
            ]
        )

    def counts(self) -> Counts:
        def read(raw: sqlite3.Connection) -> Counts:
            secrets: int = raw.execute(SQL["count_secrets"]).fetchone()[0]
            links: dict[Kind, dict[str, int]] = {kind: {} for kind in Kind}
            dirty: dict[Kind, int] = {}
            leaving = 0
            for carried, lifecycle, status, count, dirty_since_ms in raw.execute(SQL["count_links"]):
                kind = rows.kind_of(carried)
                if lifecycle != Lifecycle.ACTIVE.value:
                    leaving += count
                    continue
                links[kind][status] = count
                if dirty_since_ms is not None:
                    dirty[kind] = min(dirty_since_ms, dirty.get(kind, dirty_since_ms))
            return Counts(secrets=secrets, links=links, leaving=leaving, dirty_since_ms=dirty)

        return self._connection().snapshot(read)

    def events(self, limit: int) -> list[EventRow]:
        """The oldest events that the agent has not moved to a segment, oldest first."""
        return self._connection().snapshot(
            lambda raw: [
                EventRow(event_id=event_id, at_ms=at_ms, line=line)
                for event_id, at_ms, line in raw.execute(SQL["events"], (limit,))
            ]
        )

    def is_due_across(self, *, now: int) -> bool:
        """Whether a replica in another account of its primary is behind, and may be tried."""
        return bool(self._connection().snapshot(lambda raw: reads.sids_due_across(raw, now=now, limit=1)))

    def identity_revisions(self) -> dict[str, int]:
        """At which revision each account's identity stands here."""
        return self._connection().snapshot(
            lambda raw: dict(raw.execute(SQL["identity_revisions"]).fetchall())
        )

    def holdings(self) -> Holdings:
        """What would be missed if this Region were gone."""
        return self._connection().snapshot(holdings)

    def accounts(self) -> list[str]:
        return self._connection().snapshot(lambda raw: [row[0] for row in raw.execute(SQL["accounts"])])

    def readable(self) -> bool:
        """Whether this Region's store answers a read now; for health, so it never raises StoreUnavailable."""
        try:
            self._connection().snapshot(reads.incarnation)
        except StoreUnavailable:
            return False
        return True

    # What the agent and init write, each durable on return

    def new_incarnation(self, entropy: Callable[[int], bytes]) -> str:
        """Begin a new incarnation; the agent does so each time it opens the store."""
        incarnation = entropy(INCARNATION_BYTES).hex()
        self._connection().tx(lambda raw: raw.execute(SQL["save_incarnation"], (incarnation,)))
        return incarnation

    def record_access(self, accesses: Sequence[Access]) -> None:
        """Write the last days on which versions were read, outside their secrets' revision and stamp.

        A version that is gone is passed over; a day never goes back.
        """

        def write(raw: sqlite3.Connection) -> None:
            for access in accesses:
                address = (access.account, access.sid)
                parameters = (access.day, *address, access.version_id, access.day)
                if raw.execute(SQL["set_accessed_day_of_version"], parameters).rowcount:
                    raw.execute(SQL["settle_accessed_day"], address)

        if accesses:
            self._connection().tx(write)

    def record_key_uses(self, uses: Sequence[KeyUse]) -> None:
        """Write the last uses of keys, outside their stamp.

        A key that is gone is passed over; an earlier use than the one that is written changes nothing.
        """
        parameters = [(each.use.operation, each.use.at_ms, each.account, each.key_id) for each in uses]
        if parameters:
            self._connection().tx(lambda raw: raw.executemany(SQL["save_use"], parameters))

    def record_access_key_uses(self, uses: Mapping[tuple[str, str], AccessKeyUse]) -> None:
        """Write the last uses of access keys, by account and access key id.

        A key that is gone is passed over; an earlier use than the one that is written changes nothing.
        """
        parameters = [(use.service, use.at_ms, *address) for address, use in uses.items()]
        if parameters:
            self._connection().tx(lambda raw: raw.executemany(SQL["save_use_of_access_key"], parameters))

    def drop_events(self, event_ids: Sequence[str]) -> None:
        """Forget events that a synced segment holds."""
        if event_ids:
            parameters = [(event_id,) for event_id in event_ids]
            self._connection().tx(lambda raw: raw.executemany(SQL["delete_event"], parameters))

    def scrub(self) -> bool:
        """Leave no copy of what was purged in the database's file or its log; return whether nothing is left to do.

        Deleted rows are overwritten at once, but the log holds them until it is emptied, and SQLite leaves copies in
        the unused part of a page that was split (about one row in a thousand), which only rewriting the file removes.
        A file of more than SCRUBBED_BYTES_MAX is not rewritten: writers would wait too long.

        Source: sqlite.org, PRAGMA secure_delete, VACUUM, PRAGMA wal_checkpoint.
        """

        def work(raw: sqlite3.Connection) -> bool:
            marked = raw.execute(SQL["unscrubbed"]).fetchone()
            if marked is None:
                return True
            # Before anything is written: were it in vain, the log would grow by the whole file each time.
            if not _log_emptied(raw):
                return False
            pages: int = raw.execute("PRAGMA page_count").fetchone()[0]
            page_bytes: int = raw.execute("PRAGMA page_size").fetchone()[0]
            if pages * page_bytes <= SCRUBBED_BYTES_MAX:
                raw.execute("VACUUM")
            # After the file was rewritten: while secrets are purged all the time some event still names the last one, and
            # those before it have to go all the same.
            oldest: int | None = raw.execute(SQL["oldest_event"]).fetchone()[0]
            if not _log_emptied(raw) or (oldest is not None and oldest <= int(marked[0])):
                return False
            raw.execute(SQL["clear_unscrubbed"])
            return True

        return self._connection().alone(work)

    # What is wrapped under the Region's master

    def wrapped_materials(
        self, *, after: wrapped.WrappedMaterial | None, limit: int
    ) -> list[wrapped.WrappedMaterial]:
        return self._connection().snapshot(lambda raw: wrapped.materials(raw, after=after, limit=limit))

    def wrapped_access_keys(
        self, *, after: wrapped.WrappedAccessKey | None, limit: int
    ) -> list[wrapped.WrappedAccessKey]:
        return self._connection().snapshot(lambda raw: wrapped.access_keys(raw, after=after, limit=limit))

    def wrapped_credentials(
        self, *, after: wrapped.WrappedCredential | None, limit: int
    ) -> list[wrapped.WrappedCredential]:
        return self._connection().snapshot(lambda raw: wrapped.credentials(raw, after=after, limit=limit))

    def count_wrapped(self) -> int:
        return self._connection().snapshot(wrapped.counted)

    def save_rewrapped(self, rows: Sequence[wrapped.Rewrapped]) -> None:
        """Write rows as they are under another master; one that has changed since it was read is passed over."""
        if rows:
            self._connection().tx(lambda raw: wrapped.save(raw, rows))

    def add_account(self, account: str, *, now: int) -> None:
        self._connection().tx(lambda raw: raw.execute(SQL["insert_account"], (account, now)))

    def add_access_key(self, key: AccessKey) -> None:
        """Make an access key, or replace the one of that id."""
        columns = (
            key.access_key_id,
            key.account,
            key.principal_arn,
            key.user_id,
            key.sealed_secret,
            int(key.active),
        )
        self._connection().tx(lambda raw: raw.execute(SQL["save_access_key"], columns))


def _log_emptied(raw: sqlite3.Connection) -> bool:
    """Move the log into the file and cut it to nothing; not while somebody reads an older state."""
    is_read: int = raw.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
    return not is_read
