"""A home folder is made whole or not at all: laid out right, refused in one sentence, safe against a crash at
any point."""

from __future__ import annotations

import os
import signal
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from watchword.server import home as home_module
from watchword.server.composition import composed
from watchword.server.deployment import (
    ACCOUNT_DEFAULT,
    Account,
    Deployment,
    HomeError,
    RegionSettings,
    with_base_port,
)
from watchword.server.home import (
    Credentials,
    add_signing_keys,
    create,
    hold,
    home_folder,
    is_deployed,
    open_home,
    read_credentials,
    recover,
    require_pieces,
    save,
)
from watchword.server.unsealing import check, signing_key

NOW = 1_795_000_000_000
REGIONS = ("us-east-1", "us-east-2")
COMPOSED = composed()


def make(home: Path, **changed: object) -> Deployment:
    arguments: dict[str, object] = {
        "regions": REGIONS,
        "account_id": ACCOUNT_DEFAULT,
        "port": 7700,
        "workers": 2,
        "entropy": os.urandom,
        "now": NOW,
        "seal_root": COMPOSED.seal_root,
        "prepare_region": COMPOSED.prepare_region,
    }
    # Each test changes one argument, to a value of its type or to one that must be refused.
    return create(home, **(arguments | changed))  # type: ignore[arg-type]


def tree(home: Path) -> list[str]:
    return sorted(str(path.relative_to(home)) for path in home.rglob("*"))


def test_a_deployment_is_laid_out_as_documented_and_opens_as_it_was_made(tmp_path: Path) -> None:
    home = tmp_path / "data"

    made = make(home)

    assert open_home(home) == made
    assert made.home == home
    for region in REGIONS:
        require_pieces(made, region)
        assert len(made.region(region).transport_key) == 32
        assert made.region(region).signing_key == signing_key(made.region(region), home=home)
    assert len({made.region(region).signing_key for region in REGIONS}) == 2
    assert set(os.listdir(home)) == {"watchword.toml", "credentials", "regions", "unseal", "operator", "run"}
    assert set(os.listdir(home / "operator")) == {"ca.crt", "ca.key"}
    assert set(os.listdir(home / "unseal")) == {"us-east-1.key", "us-east-2.key"}


def of_an_earlier_release(home: Path) -> Deployment:
    """A deployment whose watchword.toml knows of no signing keys; as it should be."""
    made = make(home)
    lines = (home / "watchword.toml").read_text().splitlines(keepends=True)
    (home / "watchword.toml").write_text("".join(line for line in lines if "signing_key" not in line))
    return made


def test_an_earlier_release_s_deployment_gets_the_signing_keys_of_the_roots_that_open(tmp_path: Path) -> None:
    home = tmp_path / "data"
    made = of_an_earlier_release(home)
    assert [held.signing_key for held in open_home(home).regions] == [None, None]
    # As on a host that has another Region's settings, and not its root.
    key_file = home / made.region("us-east-2").custody_key_file
    key_file.rename(tmp_path / "elsewhere.key")

    COMPOSED.add_signing_keys(open_home(home))

    assert [held.signing_key for held in open_home(home).regions] == [made.regions[0].signing_key, None]
    (tmp_path / "elsewhere.key").rename(key_file)
    COMPOSED.add_signing_keys(open_home(home))
    assert open_home(home) == made
    before = (home / "watchword.toml").stat()
    COMPOSED.add_signing_keys(open_home(home))
    assert (home / "watchword.toml").stat().st_ino == before.st_ino


def test_a_signing_key_that_is_there_is_never_replaced(tmp_path: Path) -> None:
    """Two that start apart may both have read the file before either wrote."""
    home = tmp_path / "data"
    of_an_earlier_release(home)

    add_signing_keys(home, {"us-east-1": b"1" * 32})
    added = add_signing_keys(home, {"us-east-1": b"2" * 32, "us-east-2": b"2" * 32})

    assert [held.signing_key for held in added.regions] == [b"1" * 32, b"2" * 32]
    assert open_home(home) == added


def test_a_signing_key_that_is_not_the_root_s_is_one_sentence(tmp_path: Path) -> None:
    """Every session that the Region issued would be refused everywhere."""
    made = make(tmp_path / "data")
    first, second = made.regions

    check(first, home=made.home)
    with pytest.raises(HomeError, match=r"^its `signing_key` in watchword.toml is not that of its root"):
        check(replace(first, signing_key=second.signing_key), home=made.home)


def test_what_is_secret_is_for_its_owner_alone(tmp_path: Path) -> None:
    """Whatever the umask: it is not ours to trust."""
    home = tmp_path / "data"
    before = os.umask(0)
    try:
        make(home)
    finally:
        os.umask(before)

    private = [home / "credentials", home / "operator" / "ca.key"]
    private += [home / "unseal" / f"{region}.key" for region in REGIONS]
    private += [home / "regions" / region / "peer.key" for region in REGIONS]
    folders = [
        home,
        home / "operator",
        home / "unseal",
        home / "run",
        *(home / "regions" / region for region in REGIONS),
    ]
    assert {path: oct(stat.S_IMODE(path.stat().st_mode)) for path in private} == dict.fromkeys(
        private, "0o600"
    )
    assert {path: oct(stat.S_IMODE(path.stat().st_mode)) for path in folders} == dict.fromkeys(
        folders, "0o700"
    )


def test_no_region_s_folder_holds_another_s_key_or_the_authority_s(tmp_path: Path) -> None:
    home = tmp_path / "data"
    make(home)
    keys = {path: path.read_bytes() for path in home.rglob("*.key")}

    for region in REGIONS:
        others = [key for path, key in keys.items() if path != home / "regions" / region / "peer.key"]
        held = [path.read_bytes() for path in (home / "regions" / region).rglob("*") if path.is_file()]
        assert not [key for key in others for content in held if key in content]


def test_the_access_key_looks_like_aws_s_and_two_deployments_share_nothing(tmp_path: Path) -> None:
    first, second = make(tmp_path / "a"), make(tmp_path / "b")

    one, other = read_credentials(first.home), read_credentials(second.home)

    assert (len(one.access_key_id), one.access_key_id[:4], len(one.secret_access_key)) == (20, "AKIA", 40)
    assert one.access_key_id.isalnum()
    assert one.access_key_id.isupper()
    assert one != other
    assert first.id != second.id
    assert {held.transport_key for held in first.regions}.isdisjoint(
        held.transport_key for held in second.regions
    )
    assert one.secret_access_key not in repr(one)


def test_an_empty_folder_and_a_fresh_mount_point_will_do(tmp_path: Path) -> None:
    (tmp_path / "lost+found").mkdir()

    make(tmp_path)

    assert is_deployed(tmp_path)


REFUSED: dict[str, tuple[dict[str, object], str]] = {
    "a wrong Region name": ({"regions": ("Ohio",)}, "`Ohio` is no Region name"),
    "a Region twice": ({"regions": ("us-east-1", "us-east-1")}, "named twice"),
    "a wrong account id": ({"account_id": "12345"}, "`12345` is no account id"),
    "a wrong port": ({"port": 80}, "port 80 can't be used"),
}


@pytest.mark.parametrize(("changed", "sentence"), REFUSED.values(), ids=REFUSED)
def test_a_wrong_argument_is_refused_and_makes_nothing(
    tmp_path: Path, changed: dict[str, object], sentence: str
) -> None:
    with pytest.raises(HomeError, match=sentence):
        make(tmp_path / "deep" / "data", **changed)

    assert tree(tmp_path) == []


def test_a_folder_with_something_else_in_it_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "thesis.tex").write_text("years of work")

    with pytest.raises(HomeError, match=r"not empty: it holds `thesis.tex`"):
        make(tmp_path)

    assert tree(tmp_path) == ["thesis.tex"]


def test_an_existing_deployment_is_left_alone(tmp_path: Path) -> None:
    make(tmp_path)
    before = tree(tmp_path)

    with pytest.raises(HomeError, match="already holds a deployment"):
        make(tmp_path)

    assert tree(tmp_path) == before


def test_a_file_in_the_place_of_the_folder_or_above_it_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")

    for home in (tmp_path / "file", tmp_path / "file" / "data"):
        with pytest.raises(HomeError, match="not a folder"):
            make(home)

    assert tree(tmp_path) == ["file"]


def test_an_unwritable_folder_is_refused_in_one_sentence(tmp_path: Path) -> None:
    """Root may write anywhere but where the kernel makes the files: /sys stands for a read-only disk."""
    if os.geteuid() == 0:
        homes = [Path("/sys/kernel"), Path("/sys/kernel/watchword")]
    else:
        tmp_path.chmod(0o500)
        homes = [tmp_path, tmp_path / "data"]

    for home in homes:
        with pytest.raises(HomeError) as refused:
            make(home)
        assert str(home) in str(refused.value)
        assert "\n" not in str(refused.value)


class Struck(Exception):
    """Stands for any failure of what `create` calls."""


def strike(error: BaseException) -> Callable[[Deployment, RegionSettings, Account, Credentials], None]:
    def prepare(
        deployment: Deployment, settings: RegionSettings, account: Account, credentials: Credentials
    ) -> None:
        COMPOSED.prepare_region(deployment, settings, account, credentials)
        if settings.name == REGIONS[-1]:
            raise error

    return prepare


@pytest.mark.parametrize(
    "error", [Struck(), KeyboardInterrupt(), OSError(28, "No space left on device"), SystemExit(143)]
)
@pytest.mark.parametrize("existed", [True, False])
def test_a_failure_half_way_leaves_the_folder_as_it_was(
    tmp_path: Path, error: BaseException, existed: bool
) -> None:
    home = tmp_path / "deep" / "data"
    if existed:
        home.mkdir(parents=True)
    before = tree(tmp_path)

    with pytest.raises((type(error), HomeError)):
        make(home, prepare_region=strike(error))

    assert tree(tmp_path) == before


def test_a_second_attempt_at_the_same_time_is_refused(tmp_path: Path) -> None:
    home = tmp_path / "data"
    seen: list[str] = []

    def prepare(
        deployment: Deployment, settings: RegionSettings, account: Account, credentials: Credentials
    ) -> None:
        COMPOSED.prepare_region(deployment, settings, account, credentials)
        with pytest.raises(HomeError) as refused:
            make(home)
        seen.append(str(refused.value))

    make(home, prepare_region=prepare)

    assert seen == [f"another `watchword` is making a deployment in `{home}`"] * len(REGIONS)
    assert is_deployed(home)


@contextmanager
def killed_at(event: int) -> Iterator[None]:
    """Let this process be killed as by kill -9 at its `event`-th change of the file system."""
    left = [event]

    def count(name: str, arguments: tuple[object, ...]) -> None:
        # For `open` the flags say whether it may make or change a file.
        changes = name in ("os.rename", "os.mkdir", "os.rmdir", "os.remove", "sqlite3.connect")
        if changes or (
            name == "open" and isinstance(arguments[2], int) and arguments[2] & (os.O_WRONLY | os.O_RDWR)
        ):
            left[0] -= 1
            if left[0] == 0:
                os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(count)
    yield


def toml_first(home: Path) -> None:
    """The planted bug: watchword.toml is in its place before what it speaks of."""
    staging = home / ".new"
    for entry in sorted(staging.iterdir(), key=lambda entry: entry.name != "watchword.toml"):
        entry.rename(home / entry.name)
    staging.rmdir()


def crash(home: Path, *, event: int, planted: bool = False) -> bool:
    """Make a deployment in a fork that dies at `event`; say whether it did."""
    pid = os.fork()
    if pid == 0:
        status = 1
        try:
            if planted:
                home_module._move_in = toml_first
            with killed_at(event):
                recover(home)
                if not is_deployed(home):
                    make(home, regions=("us-east-1",))
            status = 0
        finally:
            os._exit(status)
    code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    assert code in (0, -signal.SIGKILL)
    return code != 0


EVENTS_MAX = 500


def crash_everywhere(folder: Path, *, planted: bool = False) -> dict[str, int]:
    """Crash at every change there is, each time in a folder of its own, and do what `up` does next; count
    what was found."""
    found = {"nothing or a part": 0, "all": 0, "a deployment that is not whole": 0}
    for event in range(1, EVENTS_MAX):
        home = folder / str(event) / "data"
        if not crash(home, event=event, planted=planted):
            return found
        recover(home)
        found["all" if is_deployed(home) else "nothing or a part"] += 1
        if not is_deployed(home):
            make(home, regions=("us-east-1",))
        try:
            require_pieces(open_home(home), "us-east-1")
            read_credentials(home)
            assert ".new" not in os.listdir(home)
        except (HomeError, AssertionError):
            found["a deployment that is not whole"] += 1
            if planted:
                return found
    raise AssertionError("it never came to an end")


def test_after_a_crash_at_any_change_the_next_attempt_finds_all_or_makes_it(tmp_path: Path) -> None:
    found = crash_everywhere(tmp_path)

    assert found["a deployment that is not whole"] == 0
    # Witnesses: crashes of both kinds were met.
    assert found["nothing or a part"] > 20
    assert found["all"] >= 1


def test_the_harness_catches_a_toml_that_is_moved_in_first(tmp_path: Path) -> None:
    assert crash_everywhere(tmp_path, planted=True)["a deployment that is not whole"] > 0


def test_a_crash_of_the_recovery_is_recovered_from_too(tmp_path: Path) -> None:
    home = tmp_path / "data"
    crashed = [
        crash(home, event=event) for event in (*range(40, 60), *range(1, EVENTS_MAX)) if not is_deployed(home)
    ]

    assert sum(crashed) > 20
    require_pieces(open_home(home), "us-east-1")


def test_recovery_never_touches_a_folder_that_was_not_interrupted(tmp_path: Path) -> None:
    """Somebody who loses watchword.toml must not lose the secrets to the next `up`."""
    make(tmp_path)
    (tmp_path / "watchword.toml").unlink()
    before = tree(tmp_path)

    recover(tmp_path)
    with pytest.raises(HomeError, match="no deployment and not empty"):
        make(tmp_path)

    assert tree(tmp_path) == before


def test_ports_move_in_one_step_and_nothing_else_changes(tmp_path: Path) -> None:
    made = make(tmp_path)
    before = {name: (tmp_path / name).read_bytes() for name in tree(tmp_path) if (tmp_path / name).is_file()}

    save(with_base_port(made, 9000))

    after = {name: (tmp_path / name).read_bytes() for name in tree(tmp_path) if (tmp_path / name).is_file()}
    assert open_home(tmp_path) == with_base_port(made, 9000)
    assert {name for name in after if after[name] != before.get(name)} == {"watchword.toml"}


def test_a_torn_rewrite_leaves_the_old_toml(tmp_path: Path) -> None:
    made = make(tmp_path)
    (tmp_path / "watchword.toml.new").write_text("version = ")

    recover(tmp_path)
    opened = open_home(tmp_path)
    save(with_base_port(made, 9000))

    assert opened == made
    assert open_home(tmp_path) == with_base_port(made, 9000)


def test_a_folder_without_a_deployment_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")

    for home, sentence in (
        (tmp_path, "no deployment in"),
        (tmp_path / "none", "no deployment in"),
        (tmp_path / "file", "not a folder"),
    ):
        with pytest.raises(HomeError, match=sentence):
            open_home(home)


PIECES = (
    "unseal/us-east-1.key",
    "regions/us-east-1/root.sealed",
    "regions/us-east-1/peer.key",
    "regions/us-east-1/peer.crt",
    "regions/us-east-1/ca.crt",
    "regions/us-east-1/store.sqlite3",
)


@pytest.mark.parametrize("piece", PIECES)
def test_a_missing_piece_is_named_and_stops_that_region_alone(tmp_path: Path, piece: str) -> None:
    made = make(tmp_path)
    (tmp_path / piece).unlink()

    with pytest.raises(HomeError, match=f"`us-east-1` is damaged: .*{piece}` is missing"):
        require_pieces(made, "us-east-1")
    require_pieces(made, "us-east-2")


@pytest.mark.parametrize("piece", ["unseal/us-east-1.key", "regions/us-east-1/peer.key"])
@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o601])
def test_a_key_that_others_may_use_is_refused(tmp_path: Path, piece: str, mode: int) -> None:
    made = make(tmp_path, regions=("us-east-1",))
    (tmp_path / piece).chmod(mode)

    with pytest.raises(HomeError, match="may be read by others"):
        require_pieces(made, "us-east-1")


def test_the_key_file_may_lie_on_another_mount(tmp_path: Path) -> None:
    made = make(tmp_path / "data", regions=("us-east-1",))
    elsewhere = tmp_path / "stick.key"
    (made.home / made.regions[0].custody_key_file).rename(elsewhere)
    save(replace(made, regions=(replace(made.regions[0], custody_key_file=elsewhere),)))

    require_pieces(open_home(made.home), "us-east-1")


CREDENTIALS = {
    "garbage": b"\x00\xff",
    "no section": b"aws_access_key_id = AKIA\n",
    "no secret": b"[default]\naws_access_key_id = AKIA\n",
    "another profile": b"[work]\naws_access_key_id = A\naws_secret_access_key = hunter2\n",
    "a line too many": b"[default]\naws_secret_access_key = hunter2\nhunter2\n",
}


@pytest.mark.parametrize("content", CREDENTIALS.values(), ids=CREDENTIALS)
def test_damaged_credentials_are_refused_without_being_quoted(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "credentials").write_bytes(content)
    (tmp_path / "credentials").chmod(0o600)

    with pytest.raises(HomeError) as refused:
        read_credentials(tmp_path)

    assert str(refused.value) == f"`{tmp_path / 'credentials'}` is damaged"
    assert refused.value.__cause__ is None


def test_credentials_that_others_may_read_are_refused(tmp_path: Path) -> None:
    make(tmp_path)
    (tmp_path / "credentials").chmod(0o644)

    with pytest.raises(HomeError, match="may be read by others"):
        read_credentials(tmp_path)


def test_a_percent_sign_in_a_key_is_a_percent_sign(tmp_path: Path) -> None:
    (tmp_path / "credentials").write_text(
        "[default]\naws_access_key_id = A\naws_secret_access_key = a%(b)s%\n"
    )
    (tmp_path / "credentials").chmod(0o600)

    assert read_credentials(tmp_path).secret_access_key == "a%(b)s%"


def test_a_lock_is_held_until_its_process_ends(tmp_path: Path) -> None:
    lock = tmp_path / "lock"
    program = "import sys, time\nfrom watchword.server.home import hold\nfrom pathlib import Path\n"
    program += "hold(Path(sys.argv[1]), taken='x'); print('held', flush=True); time.sleep(20)"
    with subprocess.Popen([sys.executable, "-c", program, str(lock)], stdout=subprocess.PIPE) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"held\n"
        with pytest.raises(HomeError, match="it is taken"):
            hold(lock, taken="it is taken")
        holder.kill()

    os.close(hold(lock, taken="it is taken"))


HOMES = {
    "the option": ("opt", {"WATCHWORD_HOME": "env"}, "opt"),
    "the variable": (None, {"WATCHWORD_HOME": "env"}, "env"),
    "an empty variable": (None, {"WATCHWORD_HOME": ""}, "data"),
    "neither": (None, {}, "data"),
    "an absolute path": ("/srv/w", {}, "/srv/w"),
}


@pytest.mark.parametrize(("option", "variables", "expected"), HOMES.values(), ids=HOMES)
def test_home_is_the_option_else_the_variable_else_data(
    option: str | None,
    variables: dict[str, str],
    expected: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)

    assert home_folder(option, variables) == tmp_path / expected
