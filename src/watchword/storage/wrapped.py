"""What a Region keeps wrapped under its master, row by row: for the one who has it wrapped under another one."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass

from watchword.storage.statements import SQL


@dataclass(frozen=True, slots=True, kw_only=True)
class WrappedMaterial:
    """One version of a KMS key's material."""

    account: str
    key_id: str
    version: int
    wrapped: bytes
    """Never empty: imported material that is gone is no row of these."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WrappedAccessKey:
    """A secret access key."""

    access_key_id: str
    wrapped: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class WrappedCredential:
    """A key of an account: for its sessions, or for its passwords."""

    account: str
    kind: str
    credential_id: str
    wrapped: bytes


Wrapped = WrappedMaterial | WrappedAccessKey | WrappedCredential


@dataclass(frozen=True, slots=True, kw_only=True)
class Rewrapped:
    """A row, and what is to stand in it instead."""

    row: Wrapped
    wrapped: bytes


def materials(raw: sqlite3.Connection, *, after: WrappedMaterial | None, limit: int) -> list[WrappedMaterial]:
    """The next rows in the order of their keys; fewer than `limit` are the last."""
    place = ("", "", 0) if after is None else (after.account, after.key_id, after.version)
    return [
        WrappedMaterial(account=account, key_id=key_id, version=version, wrapped=wrapped)
        for account, key_id, version, wrapped in raw.execute(SQL["wrapped_materials"], (*place, limit))
    ]


def access_keys(
    raw: sqlite3.Connection, *, after: WrappedAccessKey | None, limit: int
) -> list[WrappedAccessKey]:
    place = "" if after is None else after.access_key_id
    return [
        WrappedAccessKey(access_key_id=access_key_id, wrapped=wrapped)
        for access_key_id, wrapped in raw.execute(SQL["wrapped_access_keys"], (place, limit))
    ]


def credentials(
    raw: sqlite3.Connection, *, after: WrappedCredential | None, limit: int
) -> list[WrappedCredential]:
    place = ("", "", "") if after is None else (after.account, after.kind, after.credential_id)
    return [
        WrappedCredential(account=account, kind=kind, credential_id=credential_id, wrapped=wrapped)
        for account, kind, credential_id, wrapped in raw.execute(SQL["wrapped_credentials"], (*place, limit))
    ]


def counted(raw: sqlite3.Connection) -> int:
    of_keys: int = raw.execute(SQL["count_wrapped_materials"]).fetchone()[0]
    of_access_keys: int = raw.execute(SQL["count_wrapped_access_keys"]).fetchone()[0]
    of_accounts: int = raw.execute(SQL["count_wrapped_credentials"]).fetchone()[0]
    return of_keys + of_access_keys + of_accounts


def save(raw: sqlite3.Connection, rows: Sequence[Rewrapped]) -> None:
    """Write them where the rows still are what was read.

    A key's stamp rises with its material: a unit of work that read the row before would write the old bytes back.
    """
    for each in rows:
        row = each.row
        if isinstance(row, WrappedMaterial):
            place = (row.account, row.key_id)
            changed = raw.execute(SQL["rewrap_material"], (each.wrapped, *place, row.version, row.wrapped))
            if changed.rowcount:
                raw.execute(SQL["touch_key"], place)
        elif isinstance(row, WrappedCredential):
            place_of_credential = (row.account, row.kind, row.credential_id)
            raw.execute(SQL["rewrap_credential"], (each.wrapped, *place_of_credential, row.wrapped))
        else:
            raw.execute(SQL["rewrap_access_key"], (each.wrapped, row.access_key_id, row.wrapped))
