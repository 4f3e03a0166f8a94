"""One request's view of its Region's store: reads that are remembered, changes that are staged, one commit.

A unit's reads are of the last commit before each of them. At commit, inside the write transaction, every row
that was read must still be what it was; if the change counter has not moved since the first read, nothing
needs to be compared. The stores of all services are one class, because their changes are durable together or
not at all.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Sequence
from contextlib import closing

from watchword.api.call import Change, Place, Principal
from watchword.api.unit import EventRow, Moved, StoreUnavailable
from watchword.identity import opt_in
from watchword.identity.directory import Directory
from watchword.identity.model import AccessKey, AccessKeyUse
from watchword.identity.store import SID as IDENTITY_SID
from watchword.identity.store import IdentityChanged
from watchword.keys.model import Alias, Grant, KMSKey, ReplicaWanted, Use
from watchword.keys.store import KeyDestroyed, KeySaved
from watchword.replication.model import Answered, Incoming, Kind, Lifecycle, Verdict
from watchword.replication.store import LinkRow, LinkStepped
from watchword.secrets.model import SealedValue, Secret
from watchword.secrets.store import Choose, SecretListing, SecretPurged
from watchword.storage import changes, reads
from watchword.storage.cache import RowCache
from watchword.storage.overlay import Overlay
from watchword.storage.sqlite import Connection
from watchword.storage.statements import SQL

# How what was read is compared at commit: by stamp where there is one, else whole.
(
    _SECRET,
    _NAME,
    _KEY,
    _ALIAS,
    _ACCESS_KEY,
    _INCOMING,
    _SECRET_OF_INCOMING,
    _INCARNATION,
    _GRANTS,
    _DIRECTORY,
) = range(10)
_Seen = tuple[int, str, str]
_BY_ADDRESS = {
    _SECRET: SQL["secret_stamp"],
    _NAME: SQL["secret_sid_of_name"],
    _KEY: SQL["key_stamp"],
    _ALIAS: SQL["key_id_of_alias"],
}


class SQLiteUnit:
    """UnitOfWork, SecretStore, KeyStore and IdentityStore on one thread's connection.

    After `commit` it is empty, as new. Every read raises StoreUnavailable when the database can't be read.
    """

    __slots__ = (
        "_commits",
        "_connection",
        "_directories",
        "_overlay",
        "_rests",
        "_rows",
        "_seat",
        "_seen",
        "_version",
    )

    def __init__(
        self, connection: Connection, *, seat: reads.Seat, directories: dict[str, Directory]
    ) -> None:
        """`directories` are kept beyond this unit, and used only at the revision that the database has."""
        self._connection = connection
        self._seat = seat
        self._directories = directories
        self._overlay: Overlay | None = None
        self._rows: RowCache | None = None
        self._seen: dict[_Seen, object] = {}
        self._rests: dict[tuple[str, str], tuple[Directory | None, Principal]] = {}
        """By account and ARN what a principal's decisions rest on: the first that was seen."""
        self._version = 0
        self._commits = 0

    def _fresh(self) -> RowCache:
        """Ask the change counter, once in a unit, before its first read: the commit compares with it."""
        rows, self._version = self._connection.fresh_rows()
        self._commits = self._connection.commits
        self._rows = rows
        return rows

    # Secrets. A row is kept in the cache as of the counter asked before it was read, never as of a later one.

    def secret_named(self, account: str, name: str) -> Secret | None:
        overlay = self._overlay
        if overlay is not None:
            staged = overlay.secret_named(account, name)
            if staged is not None:
                return staged
        rows = self._rows or self._fresh()
        held = rows.names.get((account, name))
        if held is None:
            held = self._connection.snapshot(
                lambda raw: reads.secret_named(raw, account, name, seat=self._seat)
            )
            if held is None:
                self._seen.setdefault((_NAME, account, name), None)
                return None
            rows.keep_secret(held)
        return self._remembered(held)

    def secret(self, account: str, sid: str) -> Secret | None:
        overlay = self._overlay
        if overlay is not None and overlay.knows_secret(account, sid):
            return overlay.secret(account, sid)
        rows = self._rows or self._fresh()
        held = rows.secrets.get((account, sid))
        if held is None:
            held = self._connection.snapshot(lambda raw: reads.secret(raw, account, sid, seat=self._seat))
            if held is None:
                self._seen.setdefault((_SECRET, account, sid), None)
                return None
            rows.keep_secret(held)
        return self._remembered(held)

    def _remembered(self, held: Secret) -> Secret | None:
        """Remember the first stamp that was seen, so that a second read cannot hide that the secret moved."""
        self._seen.setdefault((_SECRET, held.account, held.sid), held.stamp)
        return held if self._overlay is None else self._overlay.over(held)

    def sealed_value(self, secret: Secret, version_id: str) -> SealedValue:
        """The sealed value of a version that has one.

        Raises:
            Moved: the version is gone since `secret` was read, or holds another content.
        """
        overlay = self._overlay
        if overlay is not None:
            staged = overlay.sealed_value(secret.account, secret.sid, version_id)
            if staged is not None:
                return staged
        rows = self._rows or self._fresh()
        held = rows.sealed.get((secret.account, secret.sid, version_id))
        if held is None:
            held = self._connection.snapshot(
                lambda raw: reads.sealed_value(raw, secret.account, secret.sid, version_id)
            )
            if held is None:
                raise Moved("a version was dropped")
            rows.keep_sealed(secret, held[1], content_id=held[0])
        # A version's content never changes, so a value read later is the value, if it has the same content
        # id.
        if held[0] != secret.versions[version_id].content_id:
            raise Moved("a version was replaced")
        return held[1]

    def list_secrets(self, listing: SecretListing, choose: Choose) -> Sequence[Secret]:
        """The chosen secrets of a list, in its order, all as of one commit.

        What is looked at is of that commit; this unit's changes show in the secrets that are chosen, but add none.
        """

        def chosen(raw: sqlite3.Connection) -> Sequence[tuple[str, str]]:
            with closing(reads.glances(raw, listing, seat=self._seat)) as rows:
                return [(listing.account, sid) for sid in choose(rows)]

        return self._page(chosen)

    def has_room(self, account: str, *, secrets_max: int) -> bool:
        def read(raw: sqlite3.Connection) -> bool:
            # A row's number is never below how many rows there are, and finding the last one costs the same with any
            # number of them; counting 100,000 takes 5 ms.
            last: int = raw.execute(SQL["last_secret"]).fetchone()[0] or 0
            if last < secrets_max:
                return True
            held: int = raw.execute(SQL["secrets_of_account"], (account, secrets_max)).fetchone()[0]
            return held < secrets_max

        return self._connection.snapshot(read)

    def due_for_purge(self, *, now: int, limit: int) -> Sequence[Secret]:
        return self._page(lambda raw: reads.sids_due_for_purge(raw, now=now, limit=limit))

    def due_across(self, *, now: int, limit: int) -> Sequence[Secret]:
        return self._page(lambda raw: reads.sids_due_across(raw, now=now, limit=limit))

    def _page(self, addresses: Callable[[sqlite3.Connection], Sequence[tuple[str, str]]]) -> Sequence[Secret]:
        if self._rows is None:
            self._fresh()

        def read(raw: sqlite3.Connection) -> list[Secret]:
            # Inside the snapshot the counter is the snapshot's: what the cache holds is of the same commit.
            rows, _ = self._connection.fresh_rows()
            page = addresses(raw)
            held = {address: rows.secrets.get(address) for address in page}
            absent = [address for address, secret in held.items() if secret is None]
            for read in reads.secrets(raw, absent, seat=self._seat):
                held[read.account, read.sid] = read
                rows.keep_secret(read)
            return [secret for secret in held.values() if secret is not None]

        shown = [self._remembered(held) for held in self._connection.snapshot(read)]
        return [held for held in shown if held is not None]

    # Links. Not compared at commit: couriers and replicas move them at any time, and steps are taken on the
    # link as it stands. Adding a link or changing its lifecycle raises the stamp of its secret, which is
    # compared.

    def link(self, link_id: str) -> LinkRow | None:
        overlay = self._overlay
        row = None if overlay is None else overlay.link_added(link_id)
        if row is None:
            row = self._connection.snapshot(lambda raw: reads.link(raw, link_id))
        if row is None or overlay is None:
            return row
        return overlay.link_over(row)

    def leaving_links(self, account: str, region: str) -> Sequence[LinkRow]:
        held = self._connection.snapshot(
            lambda raw: [
                row
                for row in reads.links_in_lifecycle(raw, account, region, Lifecycle.LEAVING)
                if row.kind is Kind.SECRETS
            ]
        )
        if self._overlay is None:
            return held
        # A link that this very unit removes is not leaving before its commit: nothing waits for it yet.
        over = (self._overlay.link_over(row) for row in held)
        return [row for row in over if row is not None]

    def incoming(self, link_id: str) -> Incoming | None:
        staged = None if self._overlay is None else self._overlay.incoming(link_id)
        if staged is not None:
            return staged
        if self._rows is None:
            self._fresh()
        held = self._connection.snapshot(lambda raw: reads.incoming(raw, link_id))
        self._seen.setdefault((_INCOMING, link_id, ""), held)
        return held

    def accessed_day(self, link_id: str) -> int | None:
        """Not remembered for the commit: a day is no change of what was read."""
        return self._connection.snapshot(lambda raw: reads.accessed_day(raw, link_id))

    def secret_of_incoming(self, link_id: str) -> Secret | None:
        staged = None if self._overlay is None else self._overlay.secret_of_incoming(link_id)
        if staged is not None:
            return staged
        rows = self._rows or self._fresh()
        held = self._connection.snapshot(lambda raw: reads.secret_of_incoming(raw, link_id, seat=self._seat))
        if held is None:
            self._seen.setdefault((_SECRET_OF_INCOMING, link_id, ""), None)
            return None
        rows.keep_secret(held)
        return self._remembered(held)

    def incarnation(self) -> str:
        """Raises StoreUnavailable when the agent has never opened this store."""
        rows = self._rows or self._fresh()
        if rows.incarnation is None:
            rows.incarnation = self._connection.snapshot(reads.incarnation)
            if rows.incarnation is None:
                raise StoreUnavailable("the store has no incarnation yet: its agent has not opened it")
        self._seen.setdefault((_INCARNATION, "", ""), rows.incarnation)
        return rows.incarnation

    def has_account(self, account: str) -> bool:
        """Not remembered for the commit: accounts are only ever added."""
        return self._connection.snapshot(lambda raw: reads.has_account(raw, account))

    def is_enabled(self, account: str, region: str, *, place: Place) -> bool:
        return opt_in.is_enabled(self._read_directory(account), region, place=place)

    # Keys and identity

    def key(self, account: str, key_id: str) -> KMSKey | None:
        if self._overlay is not None and self._overlay.knows_key(account, key_id):
            return self._overlay.key(account, key_id)
        rows = self._rows or self._fresh()
        held = rows.keys.get((account, key_id))
        if held is None:
            held = self._connection.snapshot(lambda raw: reads.key(raw, account, key_id, seat=self._seat))
            if held is not None:
                rows.keep_key(held)
        self._seen.setdefault((_KEY, account, key_id), None if held is None else held.stamp)
        return held

    def key_of_alias(self, account: str, alias: str) -> KMSKey | None:
        if self._overlay is not None and self._overlay.knows_alias(account, alias):
            named = self._overlay.key_id_of_alias(account, alias)
            return None if named is None else self.key(account, named)
        rows = self._rows or self._fresh()
        held = rows.aliases.get((account, alias))
        if held is None:
            held = self._connection.snapshot(
                lambda raw: reads.key_of_alias(raw, account, alias, seat=self._seat)
            )
            if held is not None:
                rows.keep_alias(alias, held)
        if held is None:
            self._seen.setdefault((_ALIAS, account, alias), None)
            return None
        self._seen.setdefault((_ALIAS, account, alias), held.key_id)
        self._seen.setdefault((_KEY, account, held.key_id), held.stamp)
        if self._overlay is not None and self._overlay.knows_key(account, held.key_id):
            return self._overlay.key(account, held.key_id)
        return held

    def alias(self, account: str, name: str) -> Alias | None:
        if self._rows is None:
            self._fresh()
        held = self._connection.snapshot(lambda raw: reads.alias(raw, account, name))
        self._seen.setdefault((_ALIAS, account, name), None if held is None else held.key_id)
        return held

    def key_ids(self, account: str, *, after: str, limit: int) -> Sequence[str]:
        parameters = (account, after, limit)
        return self._connection.snapshot(
            lambda raw: [row[0] for row in raw.execute(SQL["key_ids"], parameters)]
        )

    def aliases(self, account: str, *, key_id: str | None, after: str, limit: int) -> Sequence[Alias]:
        return self._connection.snapshot(
            lambda raw: reads.aliases(raw, account, key_id=key_id, after=after, limit=limit)
        )

    def has_room_for_key(self, account: str, *, keys_max: int) -> bool:
        return not self._is_there(SQL["key_beyond"], account, keys_max - 1)

    def has_room_for_grant(self, account: str, key_id: str, *, grants_max: int) -> bool:
        return not self._is_there(SQL["grant_beyond"], account, key_id, grants_max - 1)

    def _is_there(self, statement: str, *parameters: str | int) -> bool:
        return self._connection.snapshot(
            lambda raw: raw.execute(statement, parameters).fetchone() is not None
        )

    def grant(self, account: str, key_id: str, grant_id: str) -> Grant | None:
        return self._connection.snapshot(lambda raw: reads.grant(raw, account, key_id, grant_id))

    def grants(
        self, account: str, key_id: str, *, grantee: str | None = None, after: str = "", limit: int
    ) -> Sequence[Grant]:
        return self._connection.snapshot(
            lambda raw: reads.grants(raw, account, key_id, grantee=grantee, after=after, limit=limit)
        )

    def grants_named(self, account: str, key_id: str, name: str) -> Sequence[Grant]:
        if self._rows is None:
            self._fresh()
        held = self._connection.snapshot(lambda raw: reads.grants_named(raw, account, key_id, name))
        # No colon is in an account id.
        self._seen.setdefault((_GRANTS, f"{account}:{key_id}", name), tuple(grant.grant_id for grant in held))
        return held

    def retirable_grants(
        self, account: str, retiring: str, *, after: tuple[str, str], limit: int
    ) -> Sequence[Grant]:
        return self._connection.snapshot(
            lambda raw: reads.retirable_grants(raw, account, retiring, after=after, limit=limit)
        )

    def last_use(self, account: str, key_id: str) -> Use | None:
        return self._connection.snapshot(lambda raw: reads.last_use(raw, account, key_id))

    def due_keys(self, *, now: int, limit: int) -> Sequence[KMSKey]:
        addresses = self._connection.snapshot(
            lambda raw: raw.execute(SQL["keys_due"], (now, limit)).fetchall()
        )
        due = (self.key(account, key_id) for account, key_id in addresses)
        return [key for key in due if key is not None]

    def links_of(self, account: str, key_id: str) -> Sequence[LinkRow]:
        held = self._connection.snapshot(lambda raw: reads.links_of_secret(raw, account, key_id))
        if self._overlay is None:
            return held
        over = (self._overlay.link_over(row) for row in held)
        return [row for row in over if row is not None]

    def incomings_of(self, account: str, key_id: str) -> Sequence[Incoming]:
        """Each is compared by the change that is staged of it; one that comes to be meanwhile is of a key that moved."""
        return self._connection.snapshot(lambda raw: reads.incomings_of(raw, account, key_id))

    def stuck_links(self, *, limit: int) -> Sequence[LinkRow]:
        return self._connection.snapshot(lambda raw: reads.links_stuck(raw, Kind.KEYS, limit=limit))

    def replica_wanted(self, account: str, key_id: str, region: str) -> ReplicaWanted | None:
        """Not remembered for the commit: it changes with its key alone."""
        return self._connection.snapshot(lambda raw: reads.replica_wanted(raw, account, key_id, region))

    def access_key(self, access_key_id: str) -> AccessKey | None:
        rows = self._rows or self._fresh()
        held = rows.access_keys.get(access_key_id)
        if held is None:
            held = self._connection.snapshot(lambda raw: reads.access_key(raw, access_key_id))
            if held is not None:
                rows.keep_access_key(held)
        self._seen.setdefault((_ACCESS_KEY, access_key_id, ""), held)
        return held

    def directory(self, account: str) -> Directory | None:
        staged = None if self._overlay is None else self._overlay.directory(account)
        if staged is not None:
            return staged
        held = self._directory(account)
        self._seen.setdefault((_DIRECTORY, account, ""), _stamp_of(held))
        return held

    def glimpse(self, account: str) -> Directory | None:
        staged = None if self._overlay is None else self._overlay.directory(account)
        return self._directory(account) if staged is None else staged

    def rests_on(self, directory: Directory | None, principal: Principal) -> None:
        self._rests.setdefault((principal.account, principal.arn), (directory, principal))

    def _directory(self, account: str) -> Directory | None:
        rows = self._rows or self._fresh()
        held = rows.directories.get(account)
        if held is None:
            held = self._read_directory(account)
            if held is not None:
                rows.directories[account] = held
        return held

    def _read_directory(self, account: str) -> Directory | None:
        known = self._directories.get(account)
        held = self._connection.snapshot(
            lambda raw: reads.directory(raw, account, seat=self._seat, known=known)
        )
        if held is not None:
            self._directories[account] = held
        return held

    def accounts(self) -> Sequence[str]:
        """Not remembered for the commit: accounts are only ever added."""
        return self._connection.snapshot(lambda raw: [row[0] for row in raw.execute(SQL["accounts"])])

    def access_keys_of(self, account: str) -> Sequence[AccessKey]:
        return self._connection.snapshot(lambda raw: reads.access_keys_of(raw, account))

    def access_key_use(self, account: str, access_key_id: str) -> AccessKeyUse | None:
        return self._connection.snapshot(lambda raw: reads.access_key_use(raw, account, access_key_id))

    def identity_links(self, account: str) -> tuple[LinkRow, ...]:
        held = self._connection.snapshot(lambda raw: reads.links_of_secret(raw, account, IDENTITY_SID))
        if self._overlay is None:
            return tuple(held)
        over = (self._overlay.link_over(row) for row in held)
        return tuple(row for row in over if row is not None)

    def accounts_waiting_for(self, region: str, *, after: int) -> Sequence[str]:
        return self._connection.snapshot(lambda raw: reads.accounts_waiting_for(raw, region, after=after))

    def links_waiting_for(self, region: str, *, account: str, after: int, limit: int) -> Sequence[LinkRow]:
        return self._connection.snapshot(
            lambda raw: reads.links_waiting_for(raw, region, account=account, after=after, limit=limit)
        )

    def identity_link(self, account: str) -> str | None:
        """Compared at commit with the directory, which changes with it."""
        row = self._connection.snapshot(lambda raw: raw.execute(SQL["identity_link"], (account,)).fetchone())
        return None if row is None else row[0]

    def account_of_incoming(self, link_id: str) -> str | None:
        """Not remembered for the commit: a link's account never changes."""
        row = self._connection.snapshot(
            lambda raw: raw.execute(SQL["account_of_incoming"], (link_id,)).fetchone()
        )
        return None if row is None else row[0]

    def sealed_credential(self, account: str, kind: str, credential_id: str) -> bytes | None:
        """Not remembered for the commit: who changes one changes the account's identity with it."""
        row = self._connection.snapshot(
            lambda raw: raw.execute(SQL["sealed_credential"], (account, kind, credential_id)).fetchone()
        )
        return None if row is None else row[0]

    # The unit of work

    @property
    def has_changes(self) -> bool:
        return self._overlay is not None

    def stage(self, change: Change) -> None:
        if self._overlay is None:
            self._overlay = Overlay()
        self._overlay.stage(change)

    def commit(self, events: Sequence[EventRow]) -> None:
        """Write every staged change and the events in one transaction; on return they are durable.

        A unit that staged nothing has nothing to compare: what it read was true when it was read.

        Raises:
            Moved: a row that was read has another stamp now, a name was taken, or a claimed link moved.
            StoreUnavailable: nothing was written.
        """
        staged = self._overlay.staged if self._overlay is not None else []
        if staged or events:
            self._connection.tx(lambda raw: self._write(raw, staged, events))
        for change in staged:
            if isinstance(change, IdentityChanged):
                # Whoever reads it next in this process finds it read; that the revision still is this one, it looks.
                self._directories[change.after.account] = change.after
        self._overlay = None
        self._rows = None
        self._seen = {}
        self._rests = {}

    def _write(self, raw: sqlite3.Connection, staged: Sequence[Change], events: Sequence[EventRow]) -> None:
        if staged:
            self._verify(raw)
            changes.write(raw, staged, seat=self._seat)
            if any(map(_forgets, staged)):
                # The name is in the event too, which has to leave the database first.
                raw.execute(SQL["mark_unscrubbed"], (str(max((event.at_ms for event in events), default=0)),))
        changes.write_events(raw, events)

    def _verify(self, raw: sqlite3.Connection) -> None:
        if not (self._seen or self._rests):
            return
        _, version = self._connection.fresh_rows()
        if (version, self._connection.commits) == (self._version, self._commits):
            return
        for (kind, first, second), value in self._seen.items():
            if _standing(raw, kind, first, second) != value:
                raise Moved("something that was read has changed")
        for (account, _), (directory, principal) in self._rests.items():
            if not _stands(raw, account, directory, principal):
                raise Moved("what a decision rests on has changed")


def _forgets(change: Change) -> bool:
    """Whether a secret goes for good, or the link that outlived it and has its name; or a key's material."""
    if isinstance(change, LinkStepped) and isinstance(change.event, Answered):
        return change.event.verdict in (Verdict.REMOVED, Verdict.PROMOTED)
    if isinstance(change, KeySaved):
        return change.before is not None and any(
            one.wrapped is not None and change.after.materials[version].wrapped != one.wrapped
            for version, one in change.before.materials.items()
        )
    return isinstance(change, SecretPurged | KeyDestroyed)


def _stamp_of(directory: Directory | None) -> tuple[int, str, int] | None:
    return None if directory is None else (directory.revision, directory.content_id, int(directory.in_force))


def _stands(raw: sqlite3.Connection, account: str, directory: Directory | None, principal: Principal) -> bool:
    """Whether what was decided about a principal would be decided now, inside the write transaction."""
    stamp = raw.execute(SQL["identity_stamp"], (account,)).fetchone()
    if stamp == _stamp_of(directory):
        return True
    if stamp is None or directory is None or bool(stamp[2]) != directory.in_force:
        return False
    for address in directory.basis_of(principal):
        held = directory.items.get(address)
        row = raw.execute(SQL["identity_item_content"], (account, *address)).fetchone()
        if (None if row is None else row[0]) != (None if held is None else held.content_id):
            return False
    return True


def _standing(raw: sqlite3.Connection, kind: int, first: str, second: str) -> object:
    """What a read that was remembered would see now, inside the write transaction."""
    if kind == _ACCESS_KEY:
        return reads.access_key(raw, first)
    if kind == _DIRECTORY:
        return raw.execute(SQL["identity_stamp"], (first,)).fetchone()
    if kind == _INCOMING:
        return reads.incoming(raw, first)
    if kind == _INCARNATION:
        return reads.incarnation(raw)
    if kind == _GRANTS:
        account, _, key_id = first.partition(":")
        return reads.grant_ids_named(raw, account, key_id, second)
    if kind == _SECRET_OF_INCOMING:
        return raw.execute(SQL["secret_sid_of_incoming"], (first,)).fetchone()
    row = raw.execute(_BY_ADDRESS[kind], (first, second)).fetchone()
    return None if row is None else row[0]
