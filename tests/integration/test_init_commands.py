"""`watchword …` as a person meets it: real commands, real deployments, their sentences and exit statuses."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

WATCHWORD = (sys.executable, "-P", "-m", "watchword.cli.main")
WAIT_S_MAX = 30.0
VARIABLES = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "WATCHWORD_"))}


def watchword(*arguments: str, cwd: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*WATCHWORD, *arguments],
        cwd=cwd,
        env=VARIABLES | variables,
        capture_output=True,
        text=True,
        timeout=WAIT_S_MAX,
    )


def base_port() -> int:
    """Return a port from which a deployment of two Regions fits, out of the way of the ports that the kernel
    gives out."""
    for base in range(20_000 + os.getpid() % 5_000, 32_000, 100):
        if all(_is_free(base + offset) for offset in (0, 1, 2, 51, 52)):
            return base
    raise AssertionError("no free ports")


def _is_free(port: int) -> bool:
    with closing(socket.socket()) as probe:
        return probe.connect_ex(("127.0.0.1", port)) != 0


@pytest.fixture
def folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="ww-") as made:
        yield Path(made)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a deployment in `data`; to be copied, not changed."""
    folder = tmp_path_factory.mktemp("made")
    assert watchword("init", cwd=folder).returncode == 0
    return folder


class Up:
    """A running `watchword up` or `serve`."""

    def __init__(self, *arguments: str, cwd: Path) -> None:
        self.out, self.err = cwd / "up.out", cwd / "up.err"
        with self.out.open("w") as out, self.err.open("w") as err:
            self.process = subprocess.Popen(
                [*WATCHWORD, *arguments],
                cwd=cwd,
                env=VARIABLES,
                stdout=out,
                stderr=err,
                start_new_session=True,
            )

    def wait_ready(self) -> list[str]:
        give_up = time.monotonic() + WAIT_S_MAX
        while time.monotonic() < give_up and self.process.poll() is None:
            if re.search(r"^ready", self.out.read_text(), re.MULTILINE):
                return self.out.read_text().splitlines()
            time.sleep(0.05)
        raise AssertionError(f"never ready: {self.err.read_text()}")

    def end(self) -> int:
        if self.process.poll() is None:
            self.process.terminate()
        try:
            return self.process.wait(timeout=WAIT_S_MAX)
        except subprocess.TimeoutExpired:
            self.process.kill()
            raise


@pytest.fixture
def run(folder: Path) -> Iterator[Callable[..., Up]]:
    runs: list[Up] = []

    def begin(*arguments: str) -> Up:
        runs.append(Up(*arguments, cwd=folder))
        return runs[-1]

    yield begin
    for up in runs:
        up.end()


SENTENCES: dict[str, tuple[tuple[str, ...], str]] = {
    "a wrong Region name": (("init", "--region", "Ohio"), "`Ohio` is no Region name; `us-east-1` is one"),
    "a Region twice": (
        ("init", "--region", "us-east-1", "--region", "us-east-1"),
        "the Region `us-east-1` is named twice",
    ),
    "a wrong account id": (
        ("init", "--account-id", "1234"),
        "`1234` is no account id; an account id has 12 digits",
    ),
    "a privileged port": (("up", "--port", "80"), "port 80 can't be used; choose one from 1024 to 65445"),
    "a file for a folder": (("up", "--home", "file"), "`{}/file` is not a folder"),
    "a folder below a file": (
        ("init", "--home", "file/data"),
        "`{}/file/data` can't be made: something above it is not a folder",
    ),
    "no deployment": (("env",), "there is no deployment in `{}/data`; make one with `watchword init`"),
    "no deployment to serve": (
        ("serve", "us-east-1"),
        "there is no deployment in `{}/data`; make one with `watchword init`",
    ),
    "foreign content": (
        ("up", "--home", "."),
        "`{}` is no deployment and not empty: it holds `file`; name an empty or new folder",
    ),
}


@pytest.mark.parametrize(("arguments", "sentence"), SENTENCES.values(), ids=SENTENCES)
def test_what_can_t_be_done_is_said_in_one_sentence(
    folder: Path, arguments: tuple[str, ...], sentence: str
) -> None:
    (folder / "file").write_text("")

    ended = watchword(*arguments, cwd=folder)

    assert (ended.returncode, ended.stdout) == (2, "")
    assert ended.stderr == f"watchword: {sentence.format(folder)}\n"
    assert os.listdir(folder) == ["file"]


DAMAGE = {
    "newer": (
        "version = 1",
        "version = 9",
        "is of version 9, this Watchword reads version 1: use a newer Watchword",
    ),
    "damaged": ("[[accounts]]", "[[accounts", "is damaged"),
}


@pytest.mark.parametrize(("old", "new", "sentence"), DAMAGE.values(), ids=DAMAGE)
@pytest.mark.parametrize("command", ["up", "serve us-east-1", "env", "status", "stop us-east-1", "tour"])
def test_a_newer_or_damaged_folder_is_refused_and_left_as_it_is(
    folder: Path, made: Path, old: str, new: str, sentence: str, command: str
) -> None:
    shutil.copytree(made / "data", folder / "data")
    toml = folder / "data" / "watchword.toml"
    toml.write_text(toml.read_text().replace(old, new))
    before = toml.read_text()

    ended = watchword(*command.split(), cwd=folder)

    assert (ended.returncode, ended.stdout) == (2, "")
    assert sentence in ended.stderr
    assert ended.stderr.count("\n") == 1
    assert toml.read_text() == before


def test_init_tells_what_to_do_next_and_does_nothing_twice(folder: Path) -> None:
    first = watchword(
        "init", "--home", "my data", "--region", "eu-west-1", "--account-id", "000000000042", cwd=folder
    )
    second = watchword("init", "--home", "my data", cwd=folder)

    assert first.returncode == 0
    assert first.stdout == "made a deployment with eu-west-1; start it with `watchword up --home 'my data'`\n"
    assert second.returncode == 2
    assert "already holds a deployment" in second.stderr


def test_a_killed_init_is_made_good_by_the_next(folder: Path) -> None:
    with subprocess.Popen([*WATCHWORD, "init"], cwd=folder, env=VARIABLES) as started:
        give_up = time.monotonic() + WAIT_S_MAX
        while not (folder / "data" / ".new").exists() and started.poll() is None:
            assert time.monotonic() < give_up
        started.kill()

    ended = watchword("init", cwd=folder)

    assert ended.returncode == 0 or "already holds" in ended.stderr
    assert watchword("env", cwd=folder).returncode == 0


def test_a_terminated_init_leaves_nothing(folder: Path) -> None:
    with subprocess.Popen([*WATCHWORD, "init"], cwd=folder, env=VARIABLES) as started:
        give_up = time.monotonic() + WAIT_S_MAX
        while not (folder / "data" / ".new").exists() and started.poll() is None:
            assert time.monotonic() < give_up
        started.terminate()
        status = started.wait(timeout=WAIT_S_MAX)

    # Too fast to be caught half-way is no failure either.
    assert (status, os.listdir(folder)) in ((143, []), (0, ["data"]))


def exports(text: str, *, then: str) -> str:
    """Let a real shell take the exports, and say what it has afterwards."""
    return subprocess.run(
        ["sh", "-c", f"{text}\n{then}"], capture_output=True, text=True, check=True, env={}
    ).stdout


def test_env_is_what_a_shell_takes(folder: Path) -> None:
    watchword("init", "--port", "7900", cwd=folder)
    document = json.loads(watchword("env", "--json", cwd=folder).stdout)

    plain = watchword("env", cwd=folder, AWS_SESSION_TOKEN="stale")
    ohio = watchword("env", "--region", "us-east-2", cwd=folder)
    nowhere = watchword("env", "--region", "eu-west-1", cwd=folder)

    names = (
        "AWS_ENDPOINT_URL",
        "AWS_ACCESS_KEY_ID",
        "AWS_SECRET_ACCESS_KEY",
        "AWS_DEFAULT_REGION",
        "AWS_REGION",
    )
    said = "; ".join(f'echo "${name}"' for name in names)
    keys = [document["access_key_id"], document["secret_access_key"]]
    assert exports(plain.stdout, then=said).splitlines() == [
        "http://127.0.0.1:7900",
        *keys,
        "us-east-1",
        "us-east-1",
    ]
    assert exports(ohio.stdout, then=said).splitlines() == [
        "http://127.0.0.1:7900",
        *keys,
        "us-east-2",
        "us-east-2",
    ]
    assert exports(f"AWS_SESSION_TOKEN=stale\n{plain.stdout}", then='echo "[$AWS_SESSION_TOKEN]"') == "[]\n"
    assert "unset" not in ohio.stdout
    assert (nowhere.returncode, nowhere.stdout) == (2, "")
    assert document["account_id"] == "123456789012"
    assert document["endpoint_url"] == "http://127.0.0.1:7900"
    assert document["regions"] == {
        "us-east-1": {"endpoint_url": "http://127.0.0.1:7901", "partition": "aws"},
        "us-east-2": {"endpoint_url": "http://127.0.0.1:7902", "partition": "aws"},
    }
    assert document["partitions"] == {
        "aws": {
            "access_key_id": keys[0],
            "secret_access_key": keys[1],
            "account_id": "123456789012",
        }
    }


def test_the_variable_names_the_home(folder: Path) -> None:
    watchword("init", "--home", "elsewhere", cwd=folder)

    assert watchword("env", cwd=folder, WATCHWORD_HOME="elsewhere").returncode == 0


@pytest.mark.parametrize("offset", [0, 1, 2, 51, 52])
def test_a_taken_port_is_refused_and_no_folder_is_made(folder: Path, offset: int) -> None:
    base = base_port()
    with closing(socket.socket()) as holder:
        holder.bind(("127.0.0.1", base + offset))
        holder.listen()

        ended = watchword("up", "--port", str(base), cwd=folder)

    assert (ended.returncode, ended.stdout) == (2, "")
    assert ended.stderr == f"watchword: port {base + offset} is taken; choose another with `--port`\n"
    assert os.listdir(folder) == []


def test_nothing_runs_until_it_is_started(folder: Path) -> None:
    watchword("init", cwd=folder)

    status = watchword("status", cwd=folder)
    stop = watchword("stop", "us-east-1", cwd=folder)
    unknown = watchword("stop", "eu-west-1", cwd=folder)

    assert status.returncode == 0
    assert [line.split()[:2] for line in status.stdout.splitlines()[1:]] == [
        ["us-east-1", "stopped"],
        ["us-east-2", "stopped"],
    ]
    assert (stop.returncode, stop.stdout) == (2, "")
    assert stop.stderr == f"watchword: nothing runs in `{folder}/data`; start it with `watchword up`\n"
    assert unknown.returncode == 2
    assert "no Region `eu-west-1`; it has `us-east-1`, `us-east-2`" in unknown.stderr


def answers(port: int) -> bool:
    with closing(socket.socket()) as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def test_a_deployment_is_started_looked_at_stopped_in_parts_and_found_again(
    folder: Path, run: Callable[..., Up]
) -> None:
    base = base_port()
    first = run("up", "--port", str(base))
    lines = first.wait_ready()
    key = json.loads(watchword("env", "--json", cwd=folder).stdout)

    assert {f"http://127.0.0.1:{base + offset}" for offset in range(3)} <= {
        word for line in lines for word in line.split()
    }
    assert key["endpoint_url"] == f"http://127.0.0.1:{base}"
    assert all(answers(base + offset) for offset in (0, 1, 2, 51, 52))

    second = watchword("up", cwd=folder)
    assert (second.returncode, second.stderr) == (
        2,
        f"watchword: `watchword up` already runs in `{folder}/data`\n",
    )
    alone = watchword("serve", "us-east-1", cwd=folder)
    assert (alone.returncode, alone.stderr) == (
        2,
        "watchword: another supervisor runs `us-east-1`; stop that first\n",
    )

    assert watchword("stop", "us-east-1", cwd=folder).stdout == "us-east-1 is stopped\n"
    assert (answers(base + 1), answers(base + 2)) == (False, True)
    status = json.loads(watchword("status", "--json", cwd=folder).stdout)["regions"]
    assert (status["us-east-1"]["state"], status["us-east-2"]["state"]) == ("stopped", "running")
    assert status["us-east-2"]["processes"] == status["us-east-2"]["processes_ready"] == 4
    assert watchword("start", "us-east-1", cwd=folder).stdout == "us-east-1 is running\n"
    assert answers(base + 1)

    first.process.send_signal(signal.SIGINT)
    assert first.process.wait(timeout=WAIT_S_MAX) == 0
    assert not any(answers(base + offset) for offset in (0, 1, 2, 51, 52))
    run("up").wait_ready()
    assert json.loads(watchword("env", "--json", cwd=folder).stdout) == key


def test_one_region_is_served_alone_and_answers_start_and_stop(folder: Path, run: Callable[..., Up]) -> None:
    """Its folder, the toml and its key file are all that its host needs."""
    base = base_port()
    watchword("init", "--port", str(base), cwd=folder)
    for needless in (
        "operator/ca.key",
        "unseal/us-east-1.key",
        "regions/us-east-1/peer.key",
        "regions/us-east-1/root.sealed",
    ):
        (folder / "data" / needless).unlink()
    served = run("serve", "us-east-2")
    served.wait_ready()

    assert (answers(base), answers(base + 1), answers(base + 2)) == (False, False, True)
    assert watchword("stop", "us-east-2", cwd=folder).returncode == 0
    assert not answers(base + 2)
    assert watchword("start", "us-east-2", cwd=folder).returncode == 0
    assert served.end() == 0


def test_ports_move_with_the_port_option_and_stay_moved(folder: Path, run: Callable[..., Up]) -> None:
    watchword("init", cwd=folder)
    base = base_port()

    run("up", "--port", str(base)).wait_ready()

    assert (
        json.loads(watchword("env", "--json", cwd=folder).stdout)["endpoint_url"]
        == f"http://127.0.0.1:{base}"
    )


def test_a_port_that_is_taken_moves_nothing(folder: Path) -> None:
    watchword("init", cwd=folder)
    before = (folder / "data" / "watchword.toml").read_text()
    base = base_port()
    with closing(socket.socket()) as holder:
        holder.bind(("127.0.0.1", base + 2))
        holder.listen()

        ended = watchword("up", "--port", str(base), cwd=folder)

    assert ended.returncode == 2
    assert (folder / "data" / "watchword.toml").read_text() == before


def test_a_sealed_root_that_does_not_open_is_said_once(folder: Path) -> None:
    base = base_port()
    watchword("init", "--port", str(base), cwd=folder)
    unseal = folder / "data" / "unseal"
    (unseal / "us-east-1.key").write_bytes((unseal / "us-east-2.key").read_bytes())

    ended = watchword("up", cwd=folder)

    assert (ended.returncode, ended.stdout) == (2, "")
    assert ended.stderr.count("\n") == 1
    assert "us-east-1" in ended.stderr
    assert not any(answers(base + offset) for offset in (0, 1, 2))
