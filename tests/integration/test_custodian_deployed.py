"""Custodians in a deployment: `--strict`, a user of their own, what `status` shows, alarms in the trail."""

from __future__ import annotations

import json
import os
import pwd
import signal
import stat
from pathlib import Path
from typing import Any

import pytest
from tests.integration.deployment import VIRGINIA, Deployment, scratch, until

from watchword.server.deployment import HomeError, RegionSettings
from watchword.server.home import open_home
from watchword.server.own_user import hand_over

NOBODY = "nobody"
PROTECTIONS = ["own user", "no dumps", "memory locked", "no new privileges", "Landlock", "seccomp"]
as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file away")


def say(deployment: Deployment, table: str) -> None:
    """Put a table into watchword.toml, as a person would."""
    path = deployment.home / "watchword.toml"
    path.write_text(f"{path.read_text()}\n{table}\n")


def custodian_of(deployment: Deployment) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(deployment.cli("status", "--json").stdout)["regions"][VIRGINIA]
    return document["custodian"] or {}


def events_of(deployment: Deployment, name: str) -> list[dict[str, Any]]:
    lines = [
        line
        for path in sorted((deployment.home / "regions" / VIRGINIA / "trail").glob("*.jsonl"))
        for line in path.read_text().splitlines()
    ]
    return [event for event in map(json.loads, lines) if event["eventName"] == name]


def test_status_shows_protections_and_uses_and_an_alarm_becomes_one_event() -> None:
    with scratch() as folder:
        deployment = Deployment(folder, regions=(VIRGINIA,), workers=1)
        try:
            say(deployment, "[custodian]\ndecryptions_per_minute = 3")
            deployment.up()
            caller = deployment.caller(VIRGINIA)
            key = caller.ask("CreateKey", service="kms")["KeyMetadata"]["Arn"]
            blobs = [
                caller.ask("Encrypt", service="kms", KeyId=key, Plaintext="eA==")["CiphertextBlob"]
                for _ in range(8)
            ]
            for blob in blobs:
                assert caller.ask("Decrypt", service="kms", CiphertextBlob=blob)["Plaintext"] == "eA=="
            caller.close()
            until(lambda: events_of(deployment, "BulkDecryption"), what="the alarm's event")
            told = custodian_of(deployment)
            shown = deployment.cli("status").stdout
            deployment.end()
            events = events_of(deployment, "BulkDecryption")
            log = deployment.log()
        finally:
            deployment.clear_away()

    assert list(told["protections"]) == PROTECTIONS
    assert told["uses"]["decrypt"] >= 8
    assert ["encrypt", key, 8] in told["keys"]
    assert (told["alarms"], told["limited"]) == (1, 0)
    assert f"custodian of {VIRGINIA}  own user: no (no `user` is set), no dumps: yes" in shown
    (event,) = events
    assert (event["eventType"], event["eventSource"]) == ("AwsServiceEvent", "kms.amazonaws.com")
    assert event["serviceEventDetails"]["decryptionsPerMinute"] == "3"
    assert "ALARM: more than 3 decryptions in a minute" in log


@as_root
def test_a_strict_deployment_with_a_user_for_its_custodians_works() -> None:
    with scratch() as folder:
        # That user has to pass through what the test's own folder lies in.
        folder.chmod(0o711)
        deployment = Deployment(folder, regions=(VIRGINIA,), workers=1)
        try:
            say(deployment, f'[custodian]\nuser = "{NOBODY}"')
            deployment.up("up", "--strict")
            caller = deployment.caller(VIRGINIA)
            caller.ask("CreateSecret", Name="one", SecretString="x", ClientRequestToken="t" * 32)
            read = caller.ask("GetSecretValue", SecretId="one")["SecretString"]
            caller.close()
            told = custodian_of(deployment)
            before = deployment.pids(VIRGINIA)["custodian"]
            # As an operator's rekey leaves it: made anew, by root.
            os.chown(deployment.home / "unseal" / f"{VIRGINIA}.key", 0, 0)
            os.kill(before, signal.SIGKILL)
            until(lambda: deployment.pids(VIRGINIA)["custodian"] not in (None, before), what="another one")
            until(lambda: custodian_of(deployment), what="its report")
            pid = deployment.pids(VIRGINIA)["custodian"]
            owner = dict(
                line.partition(":")[::2] for line in Path(f"/proc/{pid}/status").read_text().splitlines()
            )["Uid"].split()
            deployment.end()
        finally:
            deployment.clear_away()

    assert read == "x"
    assert set(told["protections"].values()) == {"yes"}
    assert owner == [str(pwd.getpwnam(NOBODY).pw_uid)] * 4


def settings_in(home: Path) -> RegionSettings:
    return open_home(home).region(VIRGINIA)


@as_root
def test_the_custodians_user_is_given_its_files_and_a_way_to_them_and_nothing_else() -> None:
    with scratch() as folder:
        home = Deployment(folder, regions=(VIRGINIA,), workers=1).home
        before = {path: path.stat() for path in home.rglob("*")}

        hand_over(settings_in(home), home=home, user=NOBODY)

        nobody = pwd.getpwnam(NOBODY)
        region = home / "regions" / VIRGINIA
        own = {region / "root.sealed", home / "unseal" / f"{VIRGINIA}.key"}
        way = {home / "regions", home / "unseal", region}
        for path, was in before.items():
            now = path.stat()
            mode = stat.S_IMODE(now.st_mode)
            if path in own:
                assert (now.st_uid, mode) == (nobody.pw_uid, 0o600)
            elif path in way:
                assert (now.st_uid, now.st_gid) == (0, nobody.pw_gid)
                assert mode == (0o1770 if path == region else 0o710)
            else:
                assert (now.st_uid, now.st_gid, now.st_mode) == (was.st_uid, was.st_gid, was.st_mode)


@as_root
@pytest.mark.parametrize("trap", ["symbolic link", "second name"])
def test_a_name_that_was_put_there_for_another_file_gives_nothing_away(trap: str) -> None:
    """The custodian's user may make names beside its root: one of root's files must not become its own."""
    with scratch() as folder:
        home = Deployment(folder, regions=(VIRGINIA,), workers=1).home
        region = home / "regions" / VIRGINIA
        store = region / "store.sqlite3"
        (region / "root.sealed").unlink()
        if trap == "symbolic link":
            (region / "root.sealed").symlink_to(store)
        else:
            (region / "root.sealed").hardlink_to(store)

        with pytest.raises(HomeError, match="can't be given to the custodian"):
            hand_over(settings_in(home), home=home, user=NOBODY)

        assert store.stat().st_uid == 0


def test_a_user_that_there_is_not_is_one_sentence() -> None:
    with scratch() as folder:
        home = Deployment(folder, regions=(VIRGINIA,), workers=1).home

        with pytest.raises(HomeError, match="names a user that there is not: `no-such-user`"):
            hand_over(settings_in(home), home=home, user="no-such-user")
