"""`watchword region` where nothing runs, where one Region runs alone, and where it was interrupted."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from tests.integration.deployment import OHIO, VIRGINIA, WAIT_S_MAX, Deployment, scratch, until

from watchword.server.composition import composed
from watchword.server.control import Question, Verb, ask
from watchword.server.deployment import HomeError, RegionSettings, to_toml
from watchword.server.home import add_region, open_home, read_credentials, require_pieces, save
from watchword.server.home import create as create_home
from watchword.server.membership import Wanted, with_region

OREGON, GOV = "us-west-2", "us-gov-west-1"
NOW = 1_795_000_000_000
COMPOSED = composed()


@pytest.fixture
def deployment() -> Iterator[Deployment]:
    with scratch() as folder:
        made = Deployment(folder, workers=1)
        try:
            yield made
        finally:
            made.clear_away()


def test_a_region_is_added_while_nothing_runs_and_the_next_start_has_it(deployment: Deployment) -> None:
    added = deployment.cli("region", "add", GOV, "--workers", "1")
    deployment.refresh()
    deployment.up()
    with closing(deployment.caller(GOV, door=True)) as caller:
        made = caller.ask("CreateSecret", Name="s", SecretString="v", ClientRequestToken="0" * 32)

    assert added.returncode == 0, added.stderr
    assert "`aws-us-gov` has a profile of its own" in added.stdout
    assert made["ARN"].startswith(f"arn:aws-us-gov:secretsmanager:{GOV}:123456789013:")
    assert deployment.end() == 0
    deployment.require_nothing_wrong()


def test_a_region_that_runs_alone_learns_of_others_and_ends_when_it_is_removed(
    deployment: Deployment,
) -> None:
    deployment.up("serve", OHIO)
    path = deployment.home / "watchword.toml"

    added = deployment.cli("region", "add", OREGON)
    listed = json.loads(deployment.cli("region", "list", "--json").stdout)["regions"]
    with closing(deployment.caller(OHIO)) as caller:
        made = caller.ask(
            "CreateSecret",
            Name="s",
            SecretString="v",
            AddReplicaRegions=[{"Region": OREGON}],
            ClientRequestToken="0" * 32,
        )
    # As on another host, to which an operator brings it.
    text = path.read_text()
    path.write_text(text[: text.index("[regions.us-east-2]")] + text[text.index("[regions.us-west-2]") :])
    said = deployment.cli("region", "reload")

    assert added.returncode == 0, added.stderr
    assert f"watchword serve {OREGON}" in added.stdout
    assert {line["name"]: line["state"] for line in listed} == {
        VIRGINIA: "stopped",
        OHIO: "running",
        OREGON: "stopped",
    }
    assert [entry["Region"] for entry in made["ReplicationStatus"]] == [OREGON]
    assert said.stdout == "what runs here has taken up watchword.toml\n"
    assert deployment.process is not None
    assert deployment.process.wait(timeout=WAIT_S_MAX) == 0
    deployment.require_nothing_wrong()


def test_a_region_of_another_host_is_said_to_be_elsewhere_and_removed_by_force(
    deployment: Deployment,
) -> None:
    shutil.rmtree(deployment.home / "regions" / OHIO)

    listed = json.loads(deployment.cli("region", "list", "--json").stdout)["regions"]
    refused = deployment.cli("region", "remove", OHIO)
    moved = deployment.cli("region", "control", OHIO)
    forced = deployment.cli("region", "remove", OHIO, "--force")

    assert [line["state"] for line in listed] == ["stopped", "elsewhere"]
    assert (refused.returncode, moved.returncode) == (2, 2)
    assert "what it holds is not known here" in refused.stderr
    assert "can't be told here" in moved.stderr
    assert forced.returncode == 0, forced.stderr


def test_without_the_authority_no_region_is_added(deployment: Deployment) -> None:
    (deployment.home / "operator" / "ca.key").unlink()
    before = (deployment.home / "watchword.toml").read_text()

    refused = deployment.cli("region", "add", OREGON)

    assert refused.returncode == 2
    assert "ca.key` is missing: a Region is added where the deployment was made" in refused.stderr
    assert (deployment.home / "watchword.toml").read_text() == before
    assert not (deployment.home / "regions" / OREGON).exists()


class Crashed(Exception):
    """Where the power failed."""


@pytest.fixture
def home(tmp_path: Path) -> Path:
    create_home(
        tmp_path / "home",
        regions=(VIRGINIA,),
        account_id="123456789012",
        port=7700,
        workers=1,
        entropy=os.urandom,
        now=NOW,
        seal_root=COMPOSED.seal_root,
        prepare_region=COMPOSED.prepare_region,
    )
    return tmp_path / "home"


def add(home: Path, name: str, *, now: int = NOW) -> None:
    add_region(
        with_region(open_home(home), Wanted(name=name), is_free=lambda _: True),
        name,
        entropy=os.urandom,
        now=now,
        seal_root=COMPOSED.seal_root,
        prepare_region=COMPOSED.prepare_region,
    )


def crash_points(monkeypatch: pytest.MonkeyPatch, home: Path, name: str) -> int:
    """Plant a crash before each rename in turn, and add again after it; return how many there were."""
    real = Path.rename
    for point in range(20):
        renamed = 0

        def rename(self: Path, target: Path, *, point: int = point) -> Path:
            nonlocal renamed
            if renamed == point:
                raise Crashed
            renamed += 1
            return real(self, target)

        with monkeypatch.context() as patched:
            patched.setattr(Path, "rename", rename)
            try:
                add(home, name, now=NOW + point * 1_000)
            except Crashed:
                assert name not in [held.name for held in open_home(home).regions]
                continue
        return point
    raise AssertionError("it never came to an end")


def test_an_interrupted_addition_leaves_a_deployment_that_knows_nothing_of_it(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With a partition that is new, so that the credentials are written too."""
    points = crash_points(monkeypatch, home, GOV)

    deployment = open_home(home)
    require_pieces(deployment, GOV)
    assert points >= 4
    assert [held.name for held in deployment.regions] == [VIRGINIA, GOV]
    assert read_credentials(home, profile="aws-us-gov") != read_credentials(home)
    assert not [*(home / "regions").glob(".new-*"), *(home / "unseal").glob(".new-*")]


def test_what_stands_in_the_place_of_a_new_region_is_moved_aside(home: Path) -> None:
    """It may be a Region that was removed, by an operator who was interrupted."""
    (home / "regions" / OREGON).mkdir()
    (home / "regions" / OREGON / "store.sqlite3").write_text("of value")
    (home / "unseal" / f"{OREGON}.key").write_text("of value too")

    add(home, OREGON)

    (aside,) = (home / "regions").glob(f".removed-{OREGON}-*")
    (key,) = (home / "unseal").glob(f".removed-{OREGON}-*.key")
    assert (aside / "store.sqlite3").read_text() == "of value"
    assert key.read_text() == "of value too"
    require_pieces(open_home(home), OREGON)


def test_what_is_secret_of_a_new_region_is_for_its_owner_alone(home: Path) -> None:
    before = os.umask(0)
    try:
        add(home, GOV)
    finally:
        os.umask(before)

    for path in (
        home / "credentials",
        home / "unseal" / f"{GOV}.key",
        home / "regions" / GOV / "peer.key",
    ):
        assert path.stat().st_mode & 0o077 == 0, path
    assert (home / "regions" / GOV).stat().st_mode & 0o077 == 0


def opted_in(settings: RegionSettings) -> RegionSettings:
    return replace(settings, opt_in=True)


def test_a_reload_replaces_what_changed_once_and_no_custodian(deployment: Deployment) -> None:
    deployment.up()
    before = deployment.pids(VIRGINIA)
    held = open_home(deployment.home)
    save(replace(held, regions=tuple(map(opted_in, held.regions))))

    said = deployment.cli("region", "reload")
    after = deployment.pids(VIRGINIA)
    deployment.cli("region", "reload")

    assert said.stdout == "what runs here has taken up watchword.toml\n"
    assert before["custodian"] == after["custodian"]
    assert not {before["agent"], before["worker-1"]} & set(after.values())
    assert deployment.pids(VIRGINIA) == after


def test_a_change_that_was_made_while_everything_started_is_taken_up(deployment: Deployment) -> None:
    """Who adds a Region then finds no supervisor to ask."""
    process = deployment.begin("up")
    until(
        lambda: (deployment.home / "run" / "control.sock").exists(),
        what="a supervisor that has read its home",
    )
    held = open_home(deployment.home)
    text = to_toml(replace(held, regions=held.regions[:1]))
    (deployment.home / "watchword.toml").write_text(text)

    until(lambda: list(deployment.status()["regions"]) == [VIRGINIA], what="one Region less")

    assert process.poll() is None


def test_a_damaged_toml_is_not_taken_up_and_everything_goes_on(deployment: Deployment) -> None:
    deployment.up()
    path = deployment.home / "watchword.toml"
    text = path.read_text()
    pids = deployment.pids(VIRGINIA)

    path.write_text(text.replace(f"[regions.{OHIO}]", "[regions.Ohio]"))
    refused = deployment.cli("region", "reload")
    with pytest.raises(HomeError, match="`Ohio` is no Region name"):
        ask(deployment.home / "run" / "control.sock", Question(verb=Verb.RELOAD), seconds_max=WAIT_S_MAX)
    path.write_text(text)

    assert refused.returncode == 2
    assert "`Ohio` is no Region name" in refused.stderr
    assert deployment.pids(VIRGINIA) == pids
