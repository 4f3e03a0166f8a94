"""Staged changes to rows: what a commit writes inside its transaction.

Each change carries what it was decided on, and is refused as `Moved` when the row is no longer that. Links
are different: couriers and replicas move them at any time, so a step is taken on the link as it stands in the
transaction.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import replace

from watchword.api.call import Change
from watchword.api.unit import EventRow, Moved
from watchword.identity import model as identity
from watchword.identity.store import SID as IDENTITY_SID
from watchword.identity.store import IdentityChanged
from watchword.keys.model import KMSKey
from watchword.keys.store import AliasSaved, GrantEnded, GrantMade, KeyDestroyed, KeySaved, ReplicaAsked
from watchword.replication.link import step
from watchword.replication.model import Committed, Incoming, Kind, Lifecycle, Link
from watchword.replication.store import IncomingSaved, LinkClaimed, LinkMade, LinkRow, LinkStepped
from watchword.secrets.model import SealedValue, Secret, Version
from watchword.secrets.store import LinkAdded, SecretPurged, SecretSaved
from watchword.storage import reads, rows
from watchword.storage.overlay import raises_revision, tells
from watchword.storage.statements import SQL

Address = tuple[str, str]
"""Account and sid of a secret."""


def write(raw: sqlite3.Connection, changes: Sequence[Change], *, seat: reads.Seat) -> None:
    """Write every change, in the order in which they were staged.

    Raises:
        Moved: a row is not what its change was decided on, or a name, alias or link was taken meanwhile.
    """
    # A secret that this transaction compares and stamps itself must not be stamped for its links before.
    stamped = {_address_of(change) for change in changes if isinstance(change, SecretSaved | SecretPurged)}
    # Who stages both a secret and its incoming link means one write of the link.
    apart = {change.after.link_id for change in changes if isinstance(change, IncomingSaved)}
    for change in changes:
        match change:
            case SecretSaved():
                assert (change.after.partition, change.after.region) == (seat.partition, seat.region)
                _save_secret(raw, change)
                if change.after.incoming is not None and change.after.incoming.link_id not in apart:
                    _save_own_incoming(raw, change.before, change.after, change.after.incoming)
            case SecretPurged():
                _purge_secret(raw, change.secret)
            case LinkAdded():
                _add_link(raw, change, stamped=stamped)
            case LinkMade():
                _insert_link(raw, change.row)
            case LinkStepped():
                _step_link(raw, change, stamped=stamped)
            case LinkClaimed():
                _claim_link(raw, change)
            case IncomingSaved():
                _save_incoming(raw, change)
            case KeySaved() | KeyDestroyed() | AliasSaved() | GrantMade() | GrantEnded() | ReplicaAsked():
                _write_keys(raw, change)
            case IdentityChanged():
                _save_identity(raw, change)
            case _:
                raise AssertionError(f"no store writes a `{type(change).__name__}`")


def _address_of(change: SecretSaved | SecretPurged) -> Address:
    secret = change.after if isinstance(change, SecretSaved) else change.secret
    return secret.account, secret.sid


def write_events(raw: sqlite3.Connection, events: Sequence[EventRow]) -> None:
    raw.executemany(SQL["insert_event"], [(event.event_id, event.at_ms, event.line) for event in events])


def _save_secret(raw: sqlite3.Connection, change: SecretSaved) -> None:
    before, after = change.before, change.after
    columns = rows.secret_columns(after)
    try:
        if before is None:
            raw.execute(SQL["insert_secret"], columns)
        else:
            assert after.stamp > before.stamp
            assert (after.account, after.sid) == (before.account, before.sid)
            if raw.execute(SQL["update_secret"], (*columns, before.stamp)).rowcount != 1:
                raise Moved("a secret was changed")
    except sqlite3.IntegrityError as error:
        # The unique indexes here are the name and the random sid.
        raise Moved("a secret's name was taken") from error
    _save_versions(raw, change)
    if raises_revision(change):
        _mark_links(raw, after.account, after.sid, revision=after.revision, now=after.changed_ms)


def _save_own_incoming(
    raw: sqlite3.Connection, before: Secret | None, after: Secret, incoming: Incoming
) -> None:
    known = before.incoming if before is not None else None
    if known is None or known.link_id != incoming.link_id:
        known = None
    if incoming != known:
        _save_incoming(raw, IncomingSaved(before=known, after=incoming, account=after.account))


def _save_versions(raw: sqlite3.Connection, change: SecretSaved) -> None:
    after = change.after
    address = (after.account, after.sid)
    held = change.before.versions if change.before is not None else {}
    dropped = change.dropped | (held.keys() - after.versions.keys())
    for version_id in dropped:
        raw.execute(SQL["delete_version"], (*address, version_id))
        raw.execute(SQL["delete_data_keys_of_version"], (*address, version_id))
    for version_id, version in after.versions.items():
        old = held.get(version_id) if version_id not in dropped else None
        value = change.values.get(version_id)
        _assert_opens(version, old=old, value=value)
        if old is None:
            columns = (*rows.version_columns(version), *address, version_id, version.accessed_day)
            raw.execute(SQL["insert_version"], columns)
        elif old is not version and old != replace(version, accessed_day=old.accessed_day):
            raw.execute(SQL["update_version"], (*rows.version_columns(version), *address, version_id))
        if value is not None:
            _save_value(raw, address, value)
    if after.versions.keys() - held.keys() or dropped:
        raw.execute(SQL["settle_accessed_day"], address)


def _assert_opens(version: Version, *, old: Version | None, value: SealedValue | None) -> None:
    """A version's keys are those that its value was sealed with; content comes with its value."""
    if value is not None:
        assert version.content_id is not None
        assert version.key_arns == tuple(value.data_keys)
    elif old is not None:
        assert (version.content_id, version.key_arns) == (old.content_id, old.key_arns)
    else:
        assert version.content_id is None
        assert not version.key_arns


def _save_value(raw: sqlite3.Connection, address: Address, value: SealedValue) -> None:
    raw.execute(SQL["set_sealed"], (value.sealed, *address, value.version_id))
    raw.execute(SQL["delete_data_keys_of_version"], (*address, value.version_id))
    raw.executemany(
        SQL["insert_data_key"],
        [
            (*address, value.version_id, key_arn, ordinal, wrapped)
            for ordinal, (key_arn, wrapped) in enumerate(value.data_keys.items())
        ],
    )


def _mark_links(raw: sqlite3.Connection, account: str, sid: str, *, revision: int, now: int) -> None:
    """Mark every active link dirty in the transaction of the change: intent and change are one (I2)."""
    for row in reads.links_of_secret(raw, account, sid):
        if row.link.lifecycle is Lifecycle.ACTIVE:
            after, _ = step(row.link, Committed(revision=revision), now=now)
            _write_link(raw, before=row.link, after=after)


def _purge_secret(raw: sqlite3.Connection, secret: Secret) -> None:
    address = (secret.account, secret.sid)
    if raw.execute(SQL["delete_secret"], (*address, secret.stamp)).rowcount != 1:
        raise Moved("a secret to purge was changed")
    raw.execute(SQL["delete_versions_of_secret"], address)
    raw.execute(SQL["delete_data_keys_of_secret"], address)


def _add_link(raw: sqlite3.Connection, change: LinkAdded, *, stamped: set[Address]) -> None:
    secret, link = change.secret, change.link
    address = (secret.account, secret.sid)
    if address not in stamped:
        # Who decided that this secret has no replicas (DeleteSecret does) must not commit beside this.
        if raw.execute(SQL["raise_stamp_from"], (*address, secret.stamp)).rowcount != 1:
            raise Moved("a secret to replicate was changed")
        stamped.add(address)
    _insert_link(raw, LinkRow(account=secret.account, sid=secret.sid, arn=secret.arn, link=link))


def _insert_link(raw: sqlite3.Connection, row: LinkRow) -> None:
    link, address = row.link, (row.account, row.sid)
    taken = raw.execute(SQL["active_link_to"], (*address, link.region, Lifecycle.ACTIVE.value)).fetchone()
    if taken is not None and link.lifecycle is Lifecycle.ACTIVE:
        raise Moved("a Region was added twice")
    columns = (*rows.link_columns(link), *address, row.arn, link.region, rows.kind_column(row.kind))
    raw.execute(SQL["insert_link"], columns)


def _step_link(raw: sqlite3.Connection, change: LinkStepped, *, stamped: set[Address]) -> None:
    row = reads.link(raw, change.link_id)
    if row is None:
        # Acknowledged and dropped meanwhile: there is nothing left that the event could tell.
        return
    after, _ = step(row.link, change.event, now=change.now)
    _write_link(raw, before=row.link, after=after)
    address = (row.account, row.sid)
    if row.kind is Kind.SECRETS and after.lifecycle is not row.link.lifecycle and address not in stamped:
        raw.execute(SQL["raise_stamp"], address)
        stamped.add(address)


def _claim_link(raw: sqlite3.Connection, change: LinkClaimed) -> None:
    row = reads.link(raw, change.before.link_id)
    if row is None or row.link != change.before:
        raise Moved("a link to send was moved")
    _write_link(raw, before=row.link, after=change.after)


def _write_link(raw: sqlite3.Connection, *, before: Link, after: Link) -> None:
    assert (after.link_id, after.region) == (before.link_id, before.region)
    if after.lifecycle is Lifecycle.GONE:
        raw.execute(SQL["delete_link"], (after.link_id,))
    elif after != before:
        raw.execute(SQL["update_link"], rows.link_columns(after))


def _save_incoming(raw: sqlite3.Connection, change: IncomingSaved) -> None:
    after = change.after
    if reads.incoming(raw, after.link_id) != change.before:
        raise Moved("an incoming link was changed")
    columns = rows.incoming_columns(after, account=change.account, kind=change.kind, sid=change.sid)
    raw.execute(SQL["save_incoming"], columns)


def _write_keys(
    raw: sqlite3.Connection,
    change: KeySaved | KeyDestroyed | AliasSaved | GrantMade | GrantEnded | ReplicaAsked,
) -> None:
    match change:
        case KeySaved():
            _save_key(raw, change)
        case KeyDestroyed():
            _destroy_key(raw, change.key)
        case AliasSaved():
            _save_alias(raw, change)
        case GrantMade():
            raw.execute(SQL["insert_grant"], rows.grant_columns(change.grant))
        case GrantEnded():
            raw.execute(SQL["delete_grant"], change.grant.address)
        case ReplicaAsked():
            raw.execute(SQL["save_replica_wanted"], rows.replica_wanted_columns(change.wanted))


def _save_key(raw: sqlite3.Connection, change: KeySaved) -> None:
    before, after = change.before, change.after
    columns = rows.key_columns(after)
    held = before.materials if before is not None else {}
    # A version is this material for ever: it may be gone for a while, but it never becomes another.
    assert all(after.materials[version].material_id == one.material_id for version, one in held.items())
    if before is None:
        try:
            raw.execute(SQL["insert_key"], columns)
        except sqlite3.IntegrityError as error:
            raise Moved("a key's id was taken") from error
    else:
        assert after.stamp > before.stamp
        if raw.execute(SQL["update_key"], (*columns, before.stamp)).rowcount != 1:
            raise Moved("a key was changed")
    raw.executemany(
        SQL["save_material"],
        [
            rows.material_columns(after, version)
            for version, material in after.materials.items()
            if held.get(version) != material
        ],
    )
    if change.alias is not None:
        _insert_alias(raw, after.account, change.alias, after.key_id, now=after.created_ms)
    if tells(change):
        assert after.family is not None
        _mark_links(raw, after.account, after.key_id, revision=after.family.revision, now=change.now)


def _destroy_key(raw: sqlite3.Connection, key: KMSKey) -> None:
    address = (key.account, key.key_id)
    if raw.execute(SQL["delete_key"], (*address, key.stamp)).rowcount != 1:
        raise Moved("a key to destroy was changed")
    raw.execute(SQL["delete_materials_of_key"], address)
    raw.execute(SQL["delete_aliases_of_key"], address)
    raw.execute(SQL["delete_grants_of_key"], address)
    raw.execute(SQL["delete_use_of_key"], address)
    raw.execute(SQL["delete_links_of"], address)
    raw.execute(SQL["delete_replicas_wanted"], address)


def _insert_alias(raw: sqlite3.Connection, account: str, name: str, key_id: str, *, now: int) -> None:
    try:
        raw.execute(SQL["insert_alias"], (account, name, key_id, now, now))
    except sqlite3.IntegrityError as error:
        raise Moved("a key's alias was taken") from error


def _save_alias(raw: sqlite3.Connection, change: AliasSaved) -> None:
    before, after = change.before, change.after
    if before is None:
        assert after is not None
        _insert_alias(raw, after.account, after.name, after.key_id, now=after.created_ms)
        return
    address = (before.account, before.name, before.key_id)
    if after is None:
        written = raw.execute(SQL["delete_alias"], address)
    else:
        assert (after.account, after.name) == (before.account, before.name)
        written = raw.execute(SQL["update_alias"], (after.key_id, after.updated_ms, *address))
    if written.rowcount != 1:
        raise Moved("an alias was changed")


def _save_identity(raw: sqlite3.Connection, change: IdentityChanged) -> None:
    before, after = change.before, change.after
    account = after.account
    state = (after.revision, after.content_id, after.changed_ms, int(after.in_force))
    columns = (*state, change.incoming_link_id)
    if before is None:
        raw.execute(SQL["insert_account"], (account, after.changed_ms))
        try:
            raw.execute(SQL["insert_identity"], (account, *columns))
        except sqlite3.IntegrityError as error:
            raise Moved("an account was founded") from error
        # `init` puts the root user's first key into every Region; it may be gone since.
        for key in reads.access_keys_of(raw, account):
            if key.access_key_id not in after.access_keys:
                raw.execute(SQL["delete_access_key"], (account, key.access_key_id))
    else:
        assert before.account == account
        stood = (account, before.revision, before.content_id)
        if raw.execute(SQL["update_identity"], (*columns, *stood)).rowcount != 1:
            raise Moved("an account's identity was changed")
    held = before.items if before is not None else {}
    for address in held.keys() - after.items.keys():
        raw.execute(SQL["delete_identity_item"], (account, *address))
        if address[0] is identity.Kind.ACCESS_KEY:
            raw.execute(SQL["delete_access_key"], (account, address[1]))
            raw.execute(SQL["delete_use_of_access_key"], (account, address[1]))
    for (kind, item_id), one in after.items.items():
        old = held.get((kind, item_id))
        if old is None or old.content_id != one.content_id:
            body = identity.encoded(one.item)
            row = (account, kind.value, item_id, one.revision, one.content_id, body)
            raw.execute(SQL["save_identity_item"], row)
            if isinstance(one.item, identity.AccessKeyItem):
                active = (int(one.item.active), account, item_id)
                raw.execute(SQL["set_access_key_active"], active)
    _save_credentials(raw, change)
    _mark_links(raw, account, IDENTITY_SID, revision=after.revision, now=after.changed_ms)


def _save_credentials(raw: sqlite3.Connection, change: IdentityChanged) -> None:
    after = change.after
    for access_key_id, sealed in change.secrets.items():
        key = after.access_keys[access_key_id]
        user = after.users.get(key.owner_id)
        arn = after.root_arn if user is None else after.arn_of(user)
        columns = (access_key_id, after.account, arn, key.owner_id, sealed, int(key.active))
        raw.execute(SQL["save_access_key"], columns)
    for (kind, credential_id), held in change.credentials.items():
        address = (after.account, kind, credential_id)
        if held is None:
            raw.execute(SQL["delete_sealed_credential"], address)
        else:
            raw.execute(SQL["save_sealed_credential"], (*address, held))
