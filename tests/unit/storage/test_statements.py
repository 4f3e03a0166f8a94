"""Named statements: every one has a name of its own and a sentence, and every one is used."""

from __future__ import annotations

import re
import sqlite3
from importlib import resources
from pathlib import Path

import pytest

from watchword.storage.migrate import shipped, statements_of
from watchword.storage.statements import MARK, SQL, parse

FOLDER = resources.files("watchword.storage")


def test_a_file_is_taken_apart_by_name() -> None:
    text = "-- name: one\n-- Why.\nSELECT 1\n\n-- name: two\n-- Why.\nSELECT 2,\n       3\n"

    assert parse(text) == {"one": "SELECT 1", "two": "SELECT 2,\n       3"}


def test_two_statements_of_one_name_are_refused() -> None:
    with pytest.raises(AssertionError, match="one"):
        parse("-- name: one\nSELECT 1\n-- name: one\nSELECT 2\n")


def test_every_statement_says_what_it_is_for() -> None:
    for file in (FOLDER / "sql").iterdir():
        for part in file.read_text(encoding="utf-8").split(MARK)[1:]:
            assert re.match(r"\w+\n-- [A-Z].*\.\n", part), part


def test_every_statement_is_used_and_every_used_one_exists() -> None:
    used: set[str] = set()
    for file in FOLDER.iterdir():
        if file.name.endswith(".py"):
            used |= set(re.findall(r'SQL\["(\w+)"\]', file.read_text(encoding="utf-8")))

    assert used == set(SQL)


def test_every_statement_fits_the_schema() -> None:
    """Prepared against the migrated schema, in memory: a column that is not there shows here."""
    raw = migrated()
    for name, statement in SQL.items():
        try:
            raw.execute(f"EXPLAIN {statement}", [None] * statement.count("?"))
        except sqlite3.Error as error:
            raise AssertionError(f"`{name}`: {error}") from error
    raw.close()


# Reads whose cost grows with what they return, never with what the store holds.
SCANS_ALLOWED = {
    "count_secrets": "a count, for status",
    "secrets_of_account": "a count, for a quota that was nearly reached once, and up to it",
    "count_links": "a count, for status",
    "count_wrapped_materials": "a count, for how far re-wrapping is",
    "count_wrapped_access_keys": "a count, for how far re-wrapping is",
    "count_wrapped_credentials": "a count, for how far re-wrapping is",
    "accounts": "as many as the deployment has",
    "identity_revisions": "as many as the deployment has accounts",
    "events": "oldest first, up to a limit",
}


def migrated() -> sqlite3.Connection:
    raw = sqlite3.connect(":memory:")
    for each in shipped():
        for statement in statements_of(each.sql):
            raw.execute(statement)
    return raw


def plan_of(raw: sqlite3.Connection, statement: str) -> list[str]:
    plan = raw.execute(f"EXPLAIN QUERY PLAN {statement}", [None] * statement.count("?")).fetchall()
    return [step for *_, step in plan]


def scans(plan: list[str]) -> bool:
    return any(step.startswith("SCAN") for step in plan)


def sorts(plan: list[str]) -> bool:
    return any("TEMP B-TREE" in step for step in plan)


def test_no_statement_scans_a_table_or_sorts_one() -> None:
    """distributed.md 8: primary key or (prefix, limit) index scans only."""
    raw = migrated()
    for name, statement in SQL.items():
        if name in SCANS_ALLOWED or statement.startswith("INSERT"):
            continue
        plan = plan_of(raw, statement)
        assert not scans(plan), (name, plan)
        if name.startswith(("glances_", "sids_", "links_due", "links_to", "links_in", "promotions")):
            assert not sorts(plan), (name, plan)
    raw.close()


def test_a_scan_or_a_sort_would_be_found_out() -> None:
    raw = migrated()
    assert scans(plan_of(raw, "SELECT sid FROM secret WHERE suffix = ?"))
    assert sorts(plan_of(raw, "SELECT sid FROM secret WHERE account = ? ORDER BY suffix"))
    raw.close()


def test_the_schema_is_portable() -> None:
    """distributed.md 7: TEXT, BIGINT and BLOB alone; nothing that another engine spells otherwise."""
    for each in shipped():
        text = "\n".join(line for line in each.sql.splitlines() if not line.lstrip().startswith("--"))
        types = set(re.findall(r"^    \w+ ([A-Z]+)(?: NOT NULL)?,$", text, flags=re.MULTILINE))
        assert types <= {"TEXT", "BIGINT", "BLOB"}
        for word in ("AUTOINCREMENT", "TRIGGER", "WITHOUT ROWID", "REFERENCES", "WHERE", "DEFAULT", "JSON"):
            assert word not in text


def test_every_migration_is_shipped_as_a_file() -> None:
    assert [each.version for each in shipped()] == list(range(1, len(shipped()) + 1))
    assert Path(str(FOLDER / "migrations" / "0001_first.sql")).name
