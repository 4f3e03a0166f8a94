"""What a Region holds that would be missed: asked by an operator who wants to remove it."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass

from watchword.keys.model import KeyManager
from watchword.replication.model import Lifecycle, Role
from watchword.storage.statements import SQL

PAGE_ROWS = 1_000
NAMES_MAX = 20
_ROLE_COLUMN = 3
"""Of `incoming_by_id`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Holdings:
    """Everything but what each Region makes for itself; secrets in their recovery window count."""

    standalone: int = 0
    replicated: int = 0
    """Primaries with replicas elsewhere, which would be left without one."""
    replicas: int = 0
    keys: int = 0
    """Customer managed, and not given up: they may have encrypted what lies anywhere."""
    names: tuple[str, ...] = ()
    """Of the first secrets: `ACCOUNT NAME`."""

    @property
    def secrets(self) -> int:
        return self.standalone + self.replicated + self.replicas

    @property
    def is_empty(self) -> bool:
        return not (self.secrets or self.keys)


def holdings(raw: sqlite3.Connection) -> Holdings:
    """Count what one snapshot shows."""
    kinds = {"standalone": 0, "replicated": 0, "replicas": 0}
    names: list[str] = []
    for account, sid, name, link_id in _secrets(raw):
        kinds[_kind(raw, account=account, sid=sid, link_id=link_id)] += 1
        if len(names) < NAMES_MAX:
            names.append(f"{account} {name}")
    return Holdings(**kinds, keys=sum(1 for _ in _keys(raw)), names=tuple(names))


def _kind(raw: sqlite3.Connection, *, account: str, sid: str, link_id: str | None) -> str:
    if link_id is not None:
        incoming = raw.execute(SQL["incoming_by_id"], (link_id,)).fetchone()
        if incoming is not None and incoming[_ROLE_COLUMN] == Role.REPLICA.value:
            return "replicas"
    active = (account, sid, Lifecycle.ACTIVE.value)
    return (
        "standalone" if raw.execute(SQL["active_link_of_secret"], active).fetchone() is None else "replicated"
    )


def _secrets(raw: sqlite3.Connection) -> Iterator[tuple[str, str, str, str | None]]:
    after = ("", "")
    while page := raw.execute(SQL["secrets_held"], (*after, PAGE_ROWS)).fetchall():
        yield from page
        after = (page[-1][0], page[-1][2])


def _keys(raw: sqlite3.Connection) -> Iterator[tuple[str, str]]:
    after = ("", "")
    while page := raw.execute(SQL["keys_held"], (*after, KeyManager.CUSTOMER.value, PAGE_ROWS)).fetchall():
        yield from page
        after = (page[-1][0], page[-1][1])
