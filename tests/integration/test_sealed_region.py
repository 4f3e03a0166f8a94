"""A sealed Region: what still answers, who opens it, and what a thief of its folder gets."""

from __future__ import annotations

import http.client
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import uuid
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from tests.integration.deployment import (
    VARIABLES,
    VIRGINIA,
    WATCHWORD,
    Caller,
    Deployment,
    scratch,
    until,
)

from watchword.custody import root
from watchword.custody.lock import KeyFile, LockKind
from watchword.server.composition import composed
from watchword.server.deployment import HomeError
from watchword.server.home import open_home

PASSPHRASE = "a passphrase that is long"
VALUE = "never-to-be-found-in-a-stolen-folder"
SEALED_S_MAX = 3.0
"""A worker looks every second whether the Region is sealed."""


def custody(deployment: Deployment, verb: str, *more: str | Path) -> subprocess.CompletedProcess[str]:
    words = [*WATCHWORD, "custody", verb, VIRGINIA, "--home", str(deployment.home), *map(str, more)]
    return subprocess.run(words, capture_output=True, text=True, timeout=30, stdin=subprocess.DEVNULL)


def done(deployment: Deployment, verb: str, *more: str | Path) -> str:
    ended = custody(deployment, verb, *more)
    assert (ended.returncode, ended.stderr) == (0, ""), ended.stderr
    return ended.stdout


def refused(deployment: Deployment, verb: str, *more: str | Path) -> str:
    ended = custody(deployment, verb, *more)
    assert ended.returncode == 2
    assert re.fullmatch(r"watchword: [^\n]+\n", ended.stderr), ended.stderr
    return ended.stderr


def share(deployment: Deployment, x: int, *, folder: str = "shares") -> tuple[str, Path]:
    return "--share-file", deployment.folder / folder / f"{VIRGINIA}.{x}-of-5.share"


def health(deployment: Deployment) -> tuple[int, dict[str, str]]:
    host = deployment.endpoint(VIRGINIA, door=False).removeprefix("http://")
    with closing(http.client.HTTPConnection(host, timeout=10)) as connection:
        connection.request("GET", "/-/health")
        answer = connection.getresponse()
        return answer.status, json.loads(answer.read())


def create_secret(caller: Caller) -> None:
    caller.ask(
        "CreateSecret",
        Name="db",
        SecretString=VALUE,
        Tags=[{"Key": "team", "Value": "blue"}],
        ClientRequestToken=str(uuid.uuid4()),
    )


def status_of(caller: Caller, operation: str, **parameters: str) -> int:
    return caller.answer(operation, **parameters)[0]


@pytest.fixture
def deployment() -> Iterator[Deployment]:
    with scratch() as folder:
        made = Deployment(folder, regions=(VIRGINIA,), workers=2)
        try:
            yield made
            if made.process is not None:
                made.end()
                made.require_nothing_wrong()
        finally:
            made.clear_away()


def test_a_region_starts_sealed_and_three_of_five_people_open_it(deployment: Deployment) -> None:
    said = done(deployment, "init", "--to", "shares", "--out", deployment.folder / "shares")
    assert "3 of 5 shares" in said
    (deployment.home / "unseal" / f"{VIRGINIA}.key").unlink()
    deployment.up()
    pids = deployment.pids(VIRGINIA)

    assert health(deployment)[1]["custody"] == "sealed"
    assert health(deployment)[0] == 503
    with closing(deployment.caller(VIRGINIA)) as caller:
        # Nobody can be told from anybody else yet: what a signature is checked with is under the master too.
        assert status_of(caller, "ListSecrets") == 503
        for x in (2, 5):
            done(deployment, "unseal", *share(deployment, x))
        wrong = deployment.folder / "wrong"
        wrong.write_text(share(deployment, 1)[1].read_text().replace("a", "b"))
        wrong.chmod(0o600)
        assert "copied wrongly" in refused(deployment, "unseal", "--share-file", wrong)
        assert status_of(caller, "ListSecrets") == 503
        assert "2 of 3 shares are given" in done(deployment, "status")
        assert done(deployment, "unseal", *share(deployment, 4)) == f"{VIRGINIA} is open\n"

        create_secret(caller)
        assert caller.ask("GetSecretValue", SecretId="db")["SecretString"] == VALUE
    assert health(deployment) == (200, health(deployment)[1])
    # It was never taken for ill.
    assert deployment.pids(VIRGINIA) == pids

    # A custodian that dies takes the master with it; its successor waits for three people again.
    os.kill(pids["custodian"], signal.SIGKILL)
    until(lambda: health(deployment)[1]["custody"] == "sealed", what="sealed again")
    three = [word for x in (1, 2, 3) for word in share(deployment, x)]
    assert done(deployment, "unseal", *three) == f"{VIRGINIA} is open\n"
    with closing(deployment.caller(VIRGINIA)) as caller:
        assert caller.ask("GetSecretValue", SecretId="db")["SecretString"] == VALUE


def test_a_region_that_is_sealed_again_goes_on_with_what_needs_no_key(deployment: Deployment) -> None:
    deployment.up()
    with closing(deployment.caller(VIRGINIA)) as caller:
        create_secret(caller)
        caller.ask("GetSecretValue", SecretId="db")
        pids = deployment.pids(VIRGINIA)

        assert done(deployment, "seal") == f"{VIRGINIA} is sealed\n"

        until(
            lambda: status_of(caller, "GetSecretValue", SecretId="db") == 503,
            what="no value from memory either",
            seconds_max=SEALED_S_MAX,
        )
        # Every worker: who was known today is known to all of them.
        for _ in range(8):
            with closing(deployment.caller(VIRGINIA)) as another:
                assert another.ask("DescribeSecret", SecretId="db")["Name"] == "db"
                assert [one["Name"] for one in another.ask("ListSecrets")["SecretList"]] == ["db"]
                another.ask("TagResource", SecretId="db", Tags=[{"Key": "team", "Value": "blue"}])
                written = {"SecretString": "another", "ClientRequestToken": str(uuid.uuid4())}
                assert status_of(another, "GetSecretValue", SecretId="db") == 503
                assert status_of(another, "PutSecretValue", SecretId="db", **written) == 503
                another.ask("DeleteSecret", SecretId="db")
                another.ask("RestoreSecret", SecretId="db")
        assert deployment.pids(VIRGINIA) == pids

        done(deployment, "unseal")
        assert caller.ask("GetSecretValue", SecretId="db")["SecretString"] == VALUE
        assert health(deployment)[1]["custody"] == "ok"


def test_a_passphrase_in_a_file_opens_a_region_at_its_start(deployment: Deployment) -> None:
    path = deployment.folder / "passphrase"
    path.write_text(PASSPHRASE + "\n")
    path.chmod(0o600)
    done(deployment, "init", "--to", "passphrase", "--new-passphrase-file", path)
    (deployment.home / "unseal" / f"{VIRGINIA}.key").unlink()
    settings = deployment.home / "watchword.toml"
    settings.write_text(
        settings.read_text().replace(
            "custody_key_file =", f'custody_passphrase_file = "{path}"\ncustody_key_file ='
        )
    )

    deployment.up()

    with closing(deployment.caller(VIRGINIA)) as caller:
        create_secret(caller)
    deployment.end()
    path.write_text("another passphrase\n")
    ended = subprocess.run(
        [*WATCHWORD, "up", "--home", str(deployment.home)], capture_output=True, text=True, timeout=30
    )
    assert (ended.returncode, ended.stderr.count("\n")) == (2, 1)
    assert "does not open the root" in ended.stderr


def test_a_key_file_may_be_a_credential_of_systemds(
    deployment: Deployment, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Source: systemd.exec(5): a file in $CREDENTIALS_DIRECTORY, whose mode may show the group's right to read."""
    credentials = deployment.folder / "credentials"
    credentials.mkdir()
    (deployment.home / "unseal" / f"{VIRGINIA}.key").rename(credentials / "root-key")
    (credentials / "root-key").chmod(0o440)
    settings = deployment.home / "watchword.toml"
    settings.write_text(settings.read_text().replace(f'"unseal/{VIRGINIA}.key"', '"credential:root-key"'))
    ended = subprocess.run(
        [*WATCHWORD, "up", "--home", str(deployment.home)],
        env=VARIABLES,
        capture_output=True,
        text=True,
        timeout=30,
    )
    assert (ended.returncode, ended.stderr.count("\n")) == (2, 1)
    assert "there is no credential `root-key`" in ended.stderr

    monkeypatch.setitem(VARIABLES, "CREDENTIALS_DIRECTORY", str(credentials))
    deployment.up()

    assert health(deployment)[1]["custody"] == "ok"


def test_what_opens_a_running_region_is_changed_and_a_new_master_is_begun(deployment: Deployment) -> None:
    deployment.up()
    with closing(deployment.caller(VIRGINIA)) as caller:
        create_secret(caller)
        assert "say what is to change" in refused(deployment, "rekey")
        assert "nobody to ask" in refused(deployment, "rekey", "--to", "passphrase")
        done(deployment, "rekey", "--master", "--to", "shares", "--out", deployment.folder / "shares")

        until(lambda: rewrapped(deployment) == rows_of(deployment) > 0, what="all rows re-wrapped")
        assert "still being re-wrapped" in refused(
            deployment, "rekey", "--master", *(word for x in (1, 2, 3) for word in share(deployment, x))
        )
        assert caller.ask("GetSecretValue", SecretId="db")["SecretString"] == VALUE
        # The second split, by the proof of the first; then the shares of the first are nobody's.
        first = [word for x in (1, 3, 5) for word in share(deployment, x)]
        done(deployment, "rekey", "--to", "shares", "--out", deployment.folder / "again", *first)
        done(deployment, "seal")
        assert "another split" in refused(deployment, "unseal", *first)
        second = [word for x in (1, 3, 5) for word in share(deployment, x, folder="again")]
        assert done(deployment, "unseal", *second) == f"{VIRGINIA} is open\n"
        assert caller.ask("GetSecretValue", SecretId="db")["SecretString"] == VALUE
        assert json.loads(done(deployment, "status", "--json"))["rewrapping"] is True


def rewrapped(deployment: Deployment) -> int:
    return int(json.loads(done(deployment, "status", "--json"))["rewrapped"])


def rows_of(deployment: Deployment) -> int:
    return int(json.loads(done(deployment, "status", "--json"))["rows"])


def test_a_stolen_folder_without_its_root_key_gives_names_and_no_value(deployment: Deployment) -> None:
    """The thief has the Region's folder, this very program, and a key of his own."""
    deployment.up()
    with closing(deployment.caller(VIRGINIA)) as caller:
        create_secret(caller)
        caller.ask("GetSecretValue", SecretId="db")
    deployment.end()
    stolen = deployment.folder / "stolen"
    shutil.copytree(deployment.home / "regions", stolen / "regions", ignore=shutil.ignore_patterns("*.sock"))
    shutil.copy(deployment.home / "watchword.toml", stolen)

    # By any file of it: every 32 bytes anywhere are tried as the root's key.
    settings = open_home(stolen).region(VIRGINIA)
    held = root.read(stolen / settings.custody_root)
    assert held.lock.kind is LockKind.KEY_FILE
    for path in (path for path in stolen.rglob("*") if path.is_file()):
        content = path.read_bytes()
        assert VALUE.encode() not in content
        assert deployment.env["secret_access_key"].encode() not in content
    for candidate in candidates(stolen / settings.folder):
        with pytest.raises(root.RootError):
            held.opened(candidate)
    # By the program: it does not start without the key file, nor with one that the thief makes.
    opener = KeyFile(path=stolen / settings.custody_key_file)
    opener.path.parent.mkdir()
    for key in (None, bytes(32)):
        if key is not None:
            opener.path.write_bytes(key)
            opener.path.chmod(0o600)
        with pytest.raises(HomeError, match=r"cannot be read|does not open the root"):
            composed().open_store(open_home(stolen), settings, migrate=False)
    # What he does get, as SECURITY.md says.
    database = (stolen / settings.folder / "store.sqlite3").read_bytes()
    wal = stolen / settings.folder / "store.sqlite3-wal"
    database += wal.read_bytes() if wal.exists() else b""
    assert b"db" in database
    assert b"blue" in database


def candidates(folder: Path) -> Iterator[bytes]:
    """The small files' every 32 bytes: a key that lay beside its root would be among them."""
    for path in sorted(folder.iterdir()):
        if path.is_file() and path.stat().st_size <= 4_096:
            content = path.read_bytes()
            for at in range(len(content) - 31):
                yield content[at : at + 32]


def test_the_search_for_a_key_beside_its_root_finds_a_planted_one(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    path, key_file = tmp_path / "folder" / "root.sealed", tmp_path / "folder" / "left-behind"
    root.create(path, key_file, region=VIRGINIA, entropy=lambda size: bytes(range(size)))
    key_file.write_bytes(b"some words before " + key_file.read_bytes() + b" and after")

    held = root.read(path)

    assert any(_opens(held, candidate) for candidate in candidates(tmp_path / "folder"))


def _opens(held: root.Root, key: bytes) -> bool:
    try:
        held.opened(key)
    except root.RootError:
        return False
    return True


def test_nothing_that_opens_a_root_is_taken_from_the_command_line() -> None:
    """Every process of a machine may read another's arguments."""
    for verb in ("init", "unseal", "rekey"):
        shown = subprocess.run(
            [sys.executable, "-P", "-m", "watchword.cli.main", "custody", verb, "--help"],
            capture_output=True,
            text=True,
            timeout=30,
        ).stdout
        options = set(re.findall(r"--[a-z-]+", shown))
        assert {option for option in options if re.search("share|pass|key", option)} <= {
            "--shares",
            "--share-file",
            "--passphrase-file",
            "--new-passphrase-file",
        }


def test_a_person_is_told_what_to_do_where_it_can_not_be_done(deployment: Deployment) -> None:
    assert "does not answer" in refused(deployment, "seal")
    assert "does not answer" in refused(deployment, "status")
    assert "--out DIR" in refused(deployment, "init", "--to", "shares")
    full = deployment.folder / "full"
    full.mkdir()
    (full / "a").touch()
    assert "not empty" in refused(deployment, "init", "--to", "shares", "--out", full)
    done(deployment, "init", "--to", "shares", "--out", deployment.folder / "shares")
    assert "custody rekey" in refused(
        deployment, "init", "--to", "shares", "--out", deployment.folder / "others"
    )


def signing_keys(deployment: Deployment) -> list[bytes | None]:
    return [held.signing_key for held in open_home(deployment.home).regions]


def test_an_earlier_release_s_region_gets_its_signing_key_when_its_root_is_opened(
    deployment: Deployment,
) -> None:
    """At its start where something at hand opens it, else by whoever unseals it."""
    made = signing_keys(deployment)
    settings = deployment.home / "watchword.toml"
    earlier = "".join(
        line for line in settings.read_text().splitlines(keepends=True) if "signing_key" not in line
    )
    settings.write_text(earlier)
    deployment.up()
    assert signing_keys(deployment) == made
    deployment.end()

    settings.write_text(earlier)
    passphrase = deployment.folder / "passphrase"
    passphrase.write_text(PASSPHRASE + "\n")
    passphrase.chmod(0o600)
    done(deployment, "init", "--to", "passphrase", "--new-passphrase-file", passphrase)
    deployment.up("serve", VIRGINIA)
    assert signing_keys(deployment) == [None]

    said = done(deployment, "unseal", "--passphrase-file", passphrase)

    assert said == (
        f"{VIRGINIA} is open\n"
        "its signing key is in watchword.toml now: start it again, and it issues sessions\n"
    )
    assert signing_keys(deployment) == made
