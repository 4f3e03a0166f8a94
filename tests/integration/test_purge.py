"""The reaper and the scrubber of a real Region: what fell due while it was stopped is gone, from the files too."""

from __future__ import annotations

import secrets
import sqlite3
from contextlib import closing
from pathlib import Path

from tests.integration.deployment import VIRGINIA, Caller, Deployment, deployed, until

DAYS_STOPPED_MS = 8 * 86_400_000


def backup(store: Path) -> bytes:
    """The database and its log, as a copy of them would hold them."""
    log = store.with_name(f"{store.name}-wal")
    return store.read_bytes() + (log.read_bytes() if log.exists() else b"")


def is_gone(caller: Caller, name: str) -> bool:
    status, said = caller.answer("DescribeSecret", SecretId=name)
    assert status == 200 or said["__type"] == "ResourceNotFoundException", said
    return status != 200


def let_days_pass(deployment: Deployment, store: Path) -> None:
    """The Region is stopped, and started after its secret's window has passed: all moments in the store are moved back."""
    deployment.stop(VIRGINIA)
    with closing(sqlite3.connect(store, isolation_level=None)) as stranger:
        stranger.execute(
            "UPDATE secret SET deleted_ms = deleted_ms - ?, purge_ms = purge_ms - ? WHERE purge_ms IS NOT NULL",
            (DAYS_STOPPED_MS, DAYS_STOPPED_MS),
        )
    deployment.start(VIRGINIA)


def test_what_fell_due_while_a_region_was_stopped_is_gone_from_its_files() -> None:
    due, live = f"canary/{secrets.token_hex(12)}", f"canary/{secrets.token_hex(12)}"
    with deployed(regions=(VIRGINIA,), workers=1) as deployment:
        store = deployment.home / "regions" / VIRGINIA / "store.sqlite3"
        with closing(deployment.caller(VIRGINIA)) as caller:
            for name in (due, live):
                token = secrets.token_hex(16)
                caller.ask("CreateSecret", Name=name, SecretString="v", ClientRequestToken=token)
            caller.ask("DeleteSecret", SecretId=due, RecoveryWindowInDays=7)
            assert not is_gone(caller, due)
        assert due.encode() in backup(store)

        let_days_pass(deployment, store)

        with closing(deployment.caller(VIRGINIA)) as caller:
            until(lambda: is_gone(caller, due), what="the secret that fell due is purged")
            until(lambda: due.encode() not in backup(store), what="its name is in no file of the store")
            assert caller.ask("GetSecretValue", SecretId=live)["SecretString"] == "v"
        assert live.encode() in backup(store)


def test_a_rate_that_a_deployment_sets_is_kept_by_its_workers() -> None:
    """`[limits.requests_per_second]`, divided among two workers: a burst gets no more than the rate."""
    with deployed(regions=(VIRGINIA,), workers=2) as deployment:
        toml = deployment.home / "watchword.toml"
        deployment.end()
        limit = '\n[limits.requests_per_second]\n"secretsmanager:ListSecrets" = 4\n'
        toml.write_text(toml.read_text() + limit)
        deployment.up()
        told = []
        for _ in range(20):
            # A connection for each: which worker takes it is the kernel's choice.
            with closing(deployment.caller(VIRGINIA)) as caller:
                status, said = caller.answer("ListSecrets")
                told.append((status, said.get("__type"), said.get("Message")))

        through = [one for one in told if one[0] == 200]
        assert 2 <= len(through) <= 4 + 4 * 2
        assert set(told) - set(through) == {(400, "ThrottlingException", "Rate exceeded")}
