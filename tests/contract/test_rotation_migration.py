"""The schema before rotation and after it: what was stored is read, and the release before still runs on it."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from tests.contract import storage_values as values

from watchword.secrets.model import Rotation, Secret
from watchword.secrets.store import SecretSaved
from watchword.storage.migrate import migrate, shipped
from watchword.storage.stores import SQLiteStores

# As the release before wrote them: it knows neither a type nor rotation.
INSERT_BEFORE = """
INSERT INTO secret (name, suffix, description, kms_key_id, policy, tags, revision, head_revision, stamp, created_ms,
                    changed_ms, deleted_ms, purge_ms, incoming_link_id, account, sid, accessed_day)
VALUES (?, 'AbCdEf', NULL, NULL, NULL, NULL, 1, 1, 1, 1000, 1000, NULL, NULL, NULL, ?, ?, -1)
"""
UPDATE_BEFORE = "UPDATE secret SET description = 'changed', stamp = stamp + 1 WHERE account = ? AND sid = ?"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "store.sqlite3"


def write(path: Path, statement: str, *parameters: str) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as raw:
        raw.execute(statement, parameters)


def read(path: Path, sid: str) -> Secret:
    stores = SQLiteStores(path, partition=values.PARTITION, region=values.REGION)
    found = stores.unit().secret(values.ACCOUNT, sid)
    stores.close()
    assert found is not None
    return found


def test_a_secret_of_the_schema_before_has_neither_type_nor_rotation(path: Path) -> None:
    migrate(path, migrations=shipped()[:1])
    write(path, INSERT_BEFORE, "db", values.ACCOUNT, "sid")

    migrate(path)

    found = read(path, "sid")
    assert (found.name, found.type, found.rotation) == ("db", None, None)


def test_the_release_before_makes_and_changes_secrets_on_this_schema(path: Path) -> None:
    migrate(path)
    rotated = replace(values.secret(), type="SalesforceClientSecret", rotation=Rotation(enabled=True))
    stores = SQLiteStores(path, partition=values.PARTITION, region=values.REGION)
    stores.new_incarnation(os.urandom)
    unit = stores.unit()
    unit.stage(SecretSaved(before=None, after=replace(rotated, versions={})))
    unit.commit([])
    stores.close()

    write(path, INSERT_BEFORE, "made before", values.ACCOUNT, "sid")
    write(path, UPDATE_BEFORE, values.ACCOUNT, rotated.sid)

    assert read(path, "sid").rotation is None
    kept = read(path, rotated.sid)
    assert (kept.description, kept.type, kept.rotation) == ("changed", rotated.type, rotated.rotation)
