"""Work in a short-lived fork: its refusals come back, its memory does not, and it ends with its caller."""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from watchword.server.deployment import HomeError
from watchword.server.process import apart

WAIT_S_MAX = 10.0


@pytest.fixture(autouse=True)
def no_children_left() -> Iterator[None]:
    yield
    with pytest.raises(ChildProcessError):
        os.waitpid(-1, os.WNOHANG)


def test_what_was_done_stays_and_what_was_remembered_does_not(tmp_path: Path) -> None:
    remembered: list[str] = []

    def work() -> None:
        remembered.append("a key")
        (tmp_path / "pid").write_text(str(os.getpid()))

    apart(work)

    assert remembered == []
    assert int((tmp_path / "pid").read_text()) != os.getpid()


def test_a_refusal_comes_back_word_for_word() -> None:
    def work() -> None:
        raise HomeError("`é` can't be written: " + "x" * 100_000)

    with pytest.raises(HomeError) as refused:
        apart(work)

    assert str(refused.value) == "`é` can't be written: " + "x" * 100_000


def test_a_fault_is_told_on_stderr_and_refused(capfd: pytest.CaptureFixture[str]) -> None:
    def work() -> None:
        raise RuntimeError("a fault")

    with pytest.raises(HomeError, match="what stands above says why"):
        apart(work)

    assert "RuntimeError: a fault" in capfd.readouterr().err


def test_one_that_is_killed_is_no_success() -> None:
    with pytest.raises(HomeError):
        apart(lambda: os.kill(os.getpid(), signal.SIGKILL))


def test_ctrl_c_lets_it_clear_away_first(tmp_path: Path) -> None:
    caller = os.getpid()

    def work() -> None:
        try:
            os.kill(caller, signal.SIGINT)
            time.sleep(WAIT_S_MAX)
        finally:
            (tmp_path / "cleared").touch()

    began = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        apart(work)

    assert (tmp_path / "cleared").exists()
    assert time.monotonic() - began < WAIT_S_MAX / 2


@pytest.mark.skipif(sys.platform != "linux", reason="the kernel's promise to kill a child is Linux's")
def test_it_does_not_outlive_a_caller_that_is_killed(tmp_path: Path) -> None:
    def work() -> None:
        (tmp_path / "pid").write_text(str(os.getpid()))
        time.sleep(WAIT_S_MAX)

    caller = os.fork()
    if caller == 0:
        apart(work)
        os._exit(0)
    give_up = time.monotonic() + WAIT_S_MAX
    while not (tmp_path / "pid").exists() or not (tmp_path / "pid").read_text():
        assert time.monotonic() < give_up
        time.sleep(0.01)
    worker = int((tmp_path / "pid").read_text())

    os.kill(caller, signal.SIGKILL)
    os.waitpid(caller, 0)

    give_up = time.monotonic() + 1.0
    while _lives(worker):
        assert time.monotonic() < give_up, "it lives on"
        time.sleep(0.01)


def _lives(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False
