"""Carries a new master through: everything that the store holds under the old one is wrapped anew, then the old one goes.

  1. The root holds both masters, since an operator asked for a new one (`custody/seal.py`).
  2. A pass over all rows, in batches: the custodian re-wraps, one commit writes them. A row that is so already costs
     a question and no write, so a pass may be cut off anywhere and begun again.
  3. A rest, longer than a unit of work lives: one that began before the new master may still have brought a row that
     is wrapped under the old one, behind the pass.
  4. Passes and rests, until a pass finds nothing left to do. Only then is the old master dropped.

No clock and no mark on the disk says how far this is: the rows and the root do. Nothing is in the clear here.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from watchword.custody.seal_client import SealClient
from watchword.envelope.refused import EnvelopeRefused
from watchword.envelope.transport import CredentialKind
from watchword.storage.stores import SQLiteStores
from watchword.storage.wrapped import (
    Rewrapped,
    Wrapped,
    WrappedAccessKey,
    WrappedCredential,
)

BATCH_ROWS = 200
BATCH_REST_S = 0.05
"""Between batches: 4,000 rows a second are plenty, and leave the custodian to those who wait for an answer."""
REST_S = 60.0
"""A request ends within its deadlines, which are far shorter; a process that is silent for 10 s is killed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pass:
    """What one pass over all rows found."""

    rows: int
    rewrapped: int
    refused: int
    """Under neither master: damaged, or another store's."""


def carry_through(
    stores: SQLiteStores,
    custody: SealClient,
    *,
    partition: str,
    region: str,
    rest: Callable[[], bool],
    batch_rows: int = BATCH_ROWS,
    batch_rest_s: float = BATCH_REST_S,
) -> Pass | None:
    """Re-wrap what is not under the new master and drop the old one; returns the last pass, `None` if interrupted.

    `rest` waits (3) and says whether to go on. While a row opens under neither master, the old one stays.

    Raises:
        KeyUnavailable, StoreUnavailable, RootError: begin again later.
    """

    def over_all() -> Pass:
        return one_pass(
            stores,
            custody,
            partition=partition,
            region=region,
            batch_rows=batch_rows,
            batch_rest_s=batch_rest_s,
        )

    over_all()
    while rest():
        last = over_all()
        if last.rewrapped == 0:
            if last.refused == 0:
                custody.retire_master()
            return last
    return None


def one_pass(
    stores: SQLiteStores,
    custody: SealClient,
    *,
    partition: str,
    region: str,
    batch_rows: int,
    batch_rest_s: float,
) -> Pass:
    """(2) Re-wrap every row that is not under the new master yet."""
    total = stores.count_wrapped()
    done = Pass(rows=0, rewrapped=0, refused=0)

    def take(rows: Sequence[Wrapped]) -> None:
        nonlocal done
        changed: list[Rewrapped] = []
        refused = 0
        for row in rows:
            try:
                wrapped = _rewrapped(row, custody, partition=partition, region=region)
            except EnvelopeRefused:
                refused += 1
                continue
            if wrapped != row.wrapped:
                changed.append(Rewrapped(row=row, wrapped=wrapped))
        stores.save_rewrapped(changed)
        done = Pass(
            rows=done.rows + len(rows),
            rewrapped=done.rewrapped + len(changed),
            refused=done.refused + refused,
        )
        custody.note_progress(
            rewrapped=done.rows - done.refused, rows=max(total, done.rows), refused=done.refused
        )
        time.sleep(batch_rest_s)

    materials = stores.wrapped_materials(after=None, limit=batch_rows)
    while materials:
        take(materials)
        materials = stores.wrapped_materials(after=materials[-1], limit=batch_rows)
    access_keys = stores.wrapped_access_keys(after=None, limit=batch_rows)
    while access_keys:
        take(access_keys)
        access_keys = stores.wrapped_access_keys(after=access_keys[-1], limit=batch_rows)
    credentials = stores.wrapped_credentials(after=None, limit=batch_rows)
    while credentials:
        take(credentials)
        credentials = stores.wrapped_credentials(after=credentials[-1], limit=batch_rows)
    return done


def _rewrapped(row: Wrapped, custody: SealClient, *, partition: str, region: str) -> bytes:
    if isinstance(row, WrappedAccessKey):
        return custody.rewrap_access_key(sealed=row.wrapped, access_key_id=row.access_key_id)
    if isinstance(row, WrappedCredential):
        return custody.rewrap_credential(
            sealed=row.wrapped,
            kind=CredentialKind(row.kind),
            account=row.account,
            key_id=row.credential_id,
        )
    key_arn = f"arn:{partition}:kms:{region}:{row.account}:key/{row.key_id}"
    return custody.rewrap_material(material=row.wrapped, key_arn=key_arn)
