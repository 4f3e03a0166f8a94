"""The README's commands, run as they are written: the shell blocks are taken from README.md itself, and from
docs/unsealing.md.

They run in a folder that looks like a checkout. Without --deep its `.venv` is the one that runs these tests, so that
nothing is installed; with --deep it is a fresh clone, and `make run` installs everything as it does for a new user.
"""

from __future__ import annotations

import os
import pty
import re
import select
import shlex
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest
from tests.integration.deployment import (
    MARK,
    VARIABLES,
    WAIT_S_MAX,
    base_port,
    is_free,
    scratch,
    until,
    watchword,
)

ROOT = Path(__file__).parents[2]
AWS = Path(os.environ.get("WATCHWORD_TEST_AWS") or ROOT / ".venvs" / "awscli" / "bin" / "aws")


def blocks_of(document: str) -> tuple[str, ...]:
    return tuple(re.findall(r"^```sh\n(.*?)^```$", (ROOT / document).read_text(), re.M | re.S))


BLOCKS = blocks_of("README.md")
UNSEALING = blocks_of("docs/unsealing.md")
INLINE = ".venv/bin/watchword tour"
PORTS = (7_700, 7_701, 7_702, 7_751, 7_752)
"""Those of a deployment that nobody gave another port."""
INSTALL_S_MAX = 300.0
STEPS_S_MAX = 120.0


def test_the_blocks_are_the_ones_that_are_run_here() -> None:
    """A block that is added to the README needs a test; here is how it says so."""
    first_words = [block.split("\n")[0].split("  ")[0] for block in (*BLOCKS, *UNSEALING)]

    assert [
        "make run",
        'eval "$(.venv/bin/watchword env)"',
        ".venv/bin/watchword stop us-east-1",
        'as() (export AWS_ACCESS_KEY_ID=$(echo "$1" | cut -f1) AWS_SECRET_ACCESS_KEY=$(echo "$1" | cut -f2) '
        'AWS_SESSION_TOKEN=$(echo "$1" | cut -f3); shift; aws "$@")',
        "make install",
        ".venv/bin/watchword region list --home DIR",
        ".venv/bin/watchword custody init us-east-1 --home DIR --to shares --out SHARES",
    ] == first_words
    assert f"`{INLINE}`" in (ROOT / "README.md").read_text()


@pytest.fixture
def checkout() -> Iterator[Path]:
    """A folder like a fresh checkout in which `make install` has run."""
    with scratch() as folder:
        for name in ("Makefile", "README.md", "pyproject.toml", "requirements", "src", "tools"):
            (folder / name).symlink_to(ROOT / name)
        (folder / ".venv").mkdir()
        (folder / ".venv" / "bin").symlink_to(Path(sys.executable).parent)
        for stamp in (".run", ".dev"):
            # Newer than the locks: what they name is installed where these tests run.
            (folder / ".venv" / stamp).touch()
        yield folder


def require_aws_cli() -> None:
    if not AWS.is_file():
        pytest.skip("no AWS CLI: `make test` installs it, WATCHWORD_TEST_AWS names another")


def place(folder: Path) -> None:
    """Make the deployment on other ports first, if somebody has the ones that it would take."""
    if not all(is_free(port) for port in PORTS):
        ended = watchword("init", "--home", str(folder / "data"), "--port", str(base_port()))
        assert ended.returncode == 0, ended.stderr


@contextmanager
def running(command: str, *, cwd: Path, seconds_max: float = WAIT_S_MAX) -> Iterator[list[str]]:
    """Run a command of its own terminal until it is ready; Ctrl-C ends it. Yields what it printed."""
    out, err = cwd / "out.txt", cwd / "err.txt"
    with out.open("wb") as printed, err.open("wb") as complained:
        process = subprocess.Popen(
            ["sh", "-c", f"exec {command}"],
            cwd=cwd,
            env=VARIABLES | {MARK: str(cwd)},
            stdout=printed,
            stderr=complained,
            start_new_session=True,
        )
    try:
        until(
            lambda: re.search("^ready", out.read_text(), re.M) or process.poll() is not None,
            what=f"`{command}` ready",
            seconds_max=seconds_max,
        )
        assert process.poll() is None, err.read_text()
        yield out.read_text().splitlines()
        os.killpg(process.pid, signal.SIGINT)
        process.wait(timeout=WAIT_S_MAX)
    finally:
        if process.poll() is None:
            # make has a child of its own: the whole group, which is ours alone.
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def in_a_terminal(
    script: str, *, cwd: Path, until_one_fails: bool = True
) -> subprocess.CompletedProcess[str]:
    """Run lines as a person types them, one after the other; the first that fails ends it, unless some are meant to."""
    return subprocess.run(
        ["sh", "-eu" if until_one_fails else "-u", "-c", script],
        cwd=cwd,
        env=VARIABLES
        | {
            "PATH": f"{AWS.parent}:{os.environ['PATH']}",
            "AWS_CONFIG_FILE": os.devnull,
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        },
        capture_output=True,
        text=True,
        timeout=STEPS_S_MAX,
    )


def require_first_minute(folder: Path, *, seconds_max: float = WAIT_S_MAX) -> None:
    """`make run` in one terminal, all else in another; then again: every secret is found."""
    run, try_it, lose_it, *_ = BLOCKS
    with running(run.strip(), cwd=folder, seconds_max=seconds_max) as greeting:
        said = in_a_terminal(f"{try_it}{lose_it}{INLINE}", cwd=folder)
    with running(run.strip(), cwd=folder):
        again = in_a_terminal(
            f"{try_it.splitlines()[0]}\n"
            "aws secretsmanager get-secret-value --secret-id db/password --query SecretString --output text\n"
            "aws secretsmanager get-secret-value --secret-id db/password --query SecretString --output text "
            "--region us-east-2",
            cwd=folder,
        )

    assert 0 == said.returncode, said.stderr
    assert 3 <= sum("http://127.0.0.1:" in line for line in greeting)
    assert 2 == sum(line.startswith("  aws ") for line in greeting)
    # What the README says that these commands print.
    created, read = said.stdout.split("}\n{", 2)[:2]
    assert '"Status": "InProgress"' in created
    assert '"SecretString": "hunter2"' in read
    assert '"ARN": "arn:aws:secretsmanager:us-east-2:' in read
    assert "us-east-1 is stopped\n" in said.stdout
    assert "us-east-1 is running\n" in said.stdout
    assert said.stdout.endswith("the other promoted and written.\n")
    assert (0, "hunter2\nnew\n") == (again.returncode, again.stdout), again.stderr


def test_the_first_minute(checkout: Path) -> None:
    require_aws_cli()
    place(checkout)

    require_first_minute(checkout)


@pytest.mark.deep
def test_the_first_minute_from_a_clean_clone() -> None:
    """Tried as a new user would: `make run` installs all that it needs."""
    require_aws_cli()
    if shutil.which("git") is None or not (ROOT / ".git").exists():
        pytest.skip("not in a git checkout")
    with scratch() as folder:
        clone = folder / "watchword"
        subprocess.run(["git", "clone", "--quiet", str(ROOT), str(clone)], check=True, timeout=INSTALL_S_MAX)
        if not all(is_free(port) for port in PORTS):
            pytest.skip("somebody has the ports that a new user's deployment would take")

        require_first_minute(clone, seconds_max=INSTALL_S_MAX)


def test_users_roles_and_an_opt_in_region(checkout: Path) -> None:
    """The last line is typed until it is answered: enabling a Region takes a moment."""
    require_aws_cli()
    home = checkout / "data"
    made = watchword("init", "--home", str(home), "--port", str(base_port(regions=3)))
    assert made.returncode == 0, made.stderr
    *lines, last = (line.split("  #")[0] for line in BLOCKS[3].splitlines())

    with running(".venv/bin/watchword up --home data", cwd=checkout):
        said = in_a_terminal(
            "\n".join((BLOCKS[1].splitlines()[0], *lines, f"until {last}; do sleep 0.1; done")),
            cwd=checkout,
            until_one_fails=False,
        )

    assert said.returncode == 0, said.stderr
    read = re.findall(r'"ARN": "arn:aws:secretsmanager:([^:]+)[^{}]+"SecretString": "(\w+)"', said.stdout)
    assert read == [
        ("us-east-1", "rosebud"),
        ("us-east-2", "rosebud"),
        ("us-east-1", "sesame"),
        ("af-south-1", "rosebud"),
    ]
    # What is refused: another team's secret, and a Region that is not enabled; what the last line had to wait for, too.
    refused = re.findall(r"An error occurred \((\w+)\) when calling the (\w+)", said.stderr)
    assert refused[:2] == [
        ("AccessDeniedException", "GetSecretValue"),
        ("UnrecognizedClientException", "ListSecrets"),
    ]
    assert {operation for _, operation in refused[2:]} <= {"GetSecretValue"}


def test_the_commands_for_scripts(checkout: Path) -> None:
    """By parts; DIR is a folder of ours and 7800 a free port, all else is as written."""
    home, port = checkout / "parts", base_port()
    commands = [
        line.split("  #")[0].strip().replace("DIR", str(home)).replace("7800", str(port))
        for line in BLOCKS[4].splitlines()
    ]
    long_running = [command for command in commands if command.split()[1] in ("up", "serve")]
    others = [command for command in commands if command not in long_running]
    init = next(at for at, command in enumerate(others) if " init " in command)

    before = [in_a_terminal(command, cwd=checkout) for command in others[: init + 1]]
    up, serve = long_running
    with running(up, cwd=checkout) as said:
        beside = [in_a_terminal(command, cwd=checkout) for command in others[init + 1 :]]
    with running(serve, cwd=checkout) as served:
        pass

    assert (" up ", " serve ") == (f" {up.split()[1]} ", f" {serve.split()[1]} ")
    for ended in (*before, *beside):
        assert 0 == ended.returncode, (ended.args, ended.stderr)
    assert f"http://127.0.0.1:{port}" in " ".join(said)
    assert served[-1].startswith("ready: us-east-1 answers at http://127.0.0.1:")
    for member in ("endpoint_url", "access_key_id", "secret_access_key", "account_id", "regions"):
        assert f'"{member}"' in beside[0].stdout


def test_regions_come_and_go(checkout: Path) -> None:
    home = checkout / "parts"
    commands = [line.split("  #")[0].strip().replace("DIR", str(home)) for line in BLOCKS[5].splitlines()]
    made = watchword("init", "--home", str(home), "--port", str(base_port(regions=3)))
    assert made.returncode == 0, made.stderr

    with running(f".venv/bin/watchword up --home {home}", cwd=checkout):
        ended = [in_a_terminal(command, cwd=checkout) for command in commands]
        listed = in_a_terminal(commands[0], cwd=checkout)

    assert [one.returncode for one in ended] == [0] * 5, [one.stderr for one in ended]
    assert "AWS_REGION=us-gov-west-1" in ended[2].stdout
    assert [line.split()[0] for line in listed.stdout.splitlines()] == [
        "REGION",
        "us-east-2",
        "us-gov-west-1",
    ]


def typed(command: str, answers: Sequence[str], *, cwd: Path) -> str:
    """Run a command in a terminal of its own and type an answer at each prompt; return what the terminal showed."""
    words = shlex.split(command)
    pid, terminal = pty.fork()
    if pid == 0:
        os.chdir(cwd)
        os.execve(words[0], words, VARIABLES)  # noqa: S606 - the README's words, split
    shown, left = b"", list(answers)
    ends = time.monotonic() + WAIT_S_MAX
    try:
        while time.monotonic() < ends:
            if not select.select([terminal], [], [], 0.1)[0]:
                continue
            try:
                piece = os.read(terminal, 4_096)
            except OSError:
                break  # Its other end is closed: the command has ended.
            shown += piece
            if left and shown.endswith(b": "):
                os.write(terminal, left.pop(0).encode() + b"\n")
    finally:
        os.close(terminal)
        if time.monotonic() >= ends:
            os.kill(pid, signal.SIGKILL)
        status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    assert (status, left) == (0, []), shown.decode()
    return shown.decode().replace("\r\n", "\n")


def test_a_region_is_unsealed_by_people(checkout: Path) -> None:
    """DIR is a folder of ours and SHARES another; what is asked for is typed in a terminal, and never shown there."""
    home, folder = checkout / "parts", checkout / "shares"
    commands = [
        line.split("  #")[0].strip().replace("DIR", str(home)).replace("SHARES", str(folder))
        for line in UNSEALING[0].splitlines()
    ]
    init, status, unseal, rekey, seal = commands
    made = watchword("init", "--home", str(home), "--port", str(base_port()))
    assert made.returncode == 0, made.stderr
    handed_out = in_a_terminal(init, cwd=checkout)
    assert handed_out.returncode == 0, handed_out.stderr
    shares = [path.read_text().splitlines()[1] for path in sorted(folder.iterdir())]

    with running(f".venv/bin/watchword up --home {home}", cwd=checkout):
        sealed = in_a_terminal(status, cwd=checkout)
        given = [typed(unseal, [share], cwd=checkout) for share in shares[:3]]
        passphrase = "a passphrase that is long"
        changed = typed(rekey, [*shares[2:], passphrase, passphrase], cwd=checkout)
        closed = in_a_terminal(seal, cwd=checkout)
        opened = typed(unseal, [passphrase], cwd=checkout)

    assert sealed.stdout == "us-east-1 is sealed; it is opened by 3 of 5 shares\n"
    assert [said.splitlines()[-1] for said in given] == [
        "us-east-1 is sealed; 1 of 3 shares are given",
        "us-east-1 is sealed; 2 of 3 shares are given",
        "us-east-1 is open",
    ]
    assert "us-east-1 is opened by the passphrase from now on" in changed
    assert (closed.stdout, opened.splitlines()[-1]) == ("us-east-1 is sealed\n", "us-east-1 is open")
    shown = "".join((*given, changed, opened))
    assert not [typed_in for typed_in in (*shares, passphrase) if typed_in in shown]
