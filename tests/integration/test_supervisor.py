"""The supervisor's rules, with real processes: what is killed is replaced, what is stopped has ended, nothing
is left over."""

from __future__ import annotations

import fcntl
import json
import os
import secrets
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, suppress
from pathlib import Path

import pytest

from watchword.server.control import Question, Verb, ask
from watchword.server.deployment import HomeError

PROGRAM = Path(__file__).with_name("supervised.py")
WAIT_S_MAX = 10.0
"""Longer than anything here takes on a busy machine; nothing waits this long when all is well."""
MARK = "WATCHWORD_TEST_MARK"

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="finds processes by /proc")


def until(true: Callable[[], bool], *, what: str, seconds_max: float = WAIT_S_MAX) -> None:
    give_up = time.monotonic() + seconds_max
    while not true():
        assert time.monotonic() < give_up, f"not in time: {what}"
        time.sleep(0.02)


def free_port() -> int:
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    assert isinstance(port, int)
    return port


class Supervised:
    """One run of `supervised.py`, found again by a mark in its environment that every process of it
    inherits."""

    def __init__(self, folder: Path, plan: Mapping[str, object]) -> None:
        self.folder = folder
        self.mark = secrets.token_hex(8)
        self.out = folder / f"out-{self.mark}"
        self.err = folder / f"err-{self.mark}"
        with self.out.open("wb") as out, self.err.open("wb") as err:
            self.process = subprocess.Popen(
                [sys.executable, str(PROGRAM), str(folder), json.dumps(plan)],
                env={**os.environ, MARK: self.mark},
                stdout=out,
                stderr=err,
                start_new_session=True,
            )

    def wait_ready(self) -> None:
        until(lambda: "ready" in self.out.read_text() or self.process.poll() is not None, what="ready")
        assert "ready" in self.out.read_text(), self.err.read_text()

    def processes(self) -> set[int]:
        """Return every living process of this run but the supervisor."""
        found = set()
        for name in os.listdir("/proc"):
            if not name.isdigit() or int(name) == self.process.pid:
                continue
            try:
                environment = Path(f"/proc/{name}/environ").read_bytes()
                state = Path(f"/proc/{name}/stat").read_text().rpartition(")")[2].split()[0]
            except OSError:
                continue
            if f"{MARK}={self.mark}".encode() in environment and state != "Z":
                found.add(int(name))
        return found

    def ask(self, verb: Verb, region: str | None = None) -> dict[str, object]:
        return ask(self.folder / "control.sock", Question(verb=verb, region=region), seconds_max=WAIT_S_MAX)

    def pids(self, region: str) -> dict[str, int | None]:
        regions = self.ask(Verb.STATUS)["regions"]
        assert isinstance(regions, dict)
        return {process["name"]: process["pid"] for process in regions[region]["processes"]}

    def pid(self, region: str, name: str) -> int:
        pid = self.pids(region)[name]
        assert pid is not None
        return pid

    def state(self, region: str) -> str:
        regions = self.ask(Verb.STATUS)["regions"]
        assert isinstance(regions, dict)
        return str(regions[region]["state"])

    def notes(self) -> list[str]:
        path = self.folder / "notes"
        return path.read_text().splitlines() if path.exists() else []

    def end(self) -> None:
        """Leave nothing behind, whatever the test did."""
        self.process.kill()
        self.process.wait(timeout=WAIT_S_MAX)
        for pid in self.processes():
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)


Start = Callable[..., Supervised]


@pytest.fixture
def folder() -> Iterator[Path]:
    # Not pytest's: a Unix socket's path has 108 bytes, and its folders are named after the test.
    with tempfile.TemporaryDirectory(prefix="ww-") as made:
        yield Path(made)


@pytest.fixture
def start(folder: Path) -> Iterator[Start]:
    runs: list[Supervised] = []

    def begin(plan: Mapping[str, object]) -> Supervised:
        runs.append(Supervised(folder, plan))
        return runs[-1]

    yield begin
    for run in runs:
        run.end()


def plan_of(*parts: str, port: int | None = None, **patience: float) -> dict[str, object]:
    regions = {"us-east-1": {"port": port or free_port(), "parts": list(parts)}}
    return {"regions": regions, "patience": patience}


def who_answers(port: int) -> int:
    with closing(socket.create_connection(("127.0.0.1", port), timeout=WAIT_S_MAX)) as connection:
        return int(connection.recv(64))


def test_the_harness_sees_a_process_that_outlives_its_supervisor(start: Start) -> None:
    """The planted bug: without this, every `nothing is left` below could pass by not looking."""
    run = start(plan_of("runaway"))
    run.wait_ready()
    run.process.kill()
    run.process.wait()
    time.sleep(1.0)

    left = run.processes()

    assert len(left) == 1


def test_a_supervisor_that_is_killed_takes_everything_with_it_within_a_second(start: Start) -> None:
    run = start(plan_of("worker-1", "agent", "execed", "stubborn", "slow", "roped"))
    run.wait_ready()
    assert len(run.processes()) == 6

    run.process.kill()
    run.process.wait()

    until(lambda: not run.processes(), what="all processes gone", seconds_max=1.0)


def test_what_a_killed_supervisor_left_does_not_hinder_the_next(start: Start, folder: Path) -> None:
    plan = plan_of("worker-1")
    first = start(plan)
    first.wait_ready()
    first.process.kill()
    first.process.wait()
    assert (folder / "control.sock").exists()

    second = start(plan)
    second.wait_ready()

    assert second.state("us-east-1") == "running"


def test_a_killed_process_is_replaced_and_clients_that_wait_for_it_are_answered(start: Start) -> None:
    port = free_port()
    run = start(plan_of("worker-1", "worker-2", "agent", port=port))
    run.wait_ready()
    before = {run.pid("us-east-1", name) for name in ("worker-1", "worker-2")}
    agent = run.pid("us-east-1", "agent")

    for pid in before:
        os.kill(pid, signal.SIGKILL)
    answered = {who_answers(port) for _ in range(40)}

    assert answered
    assert not answered & before
    assert run.pid("us-east-1", "agent") == agent


def test_an_execed_process_is_replaced_too(start: Start) -> None:
    run = start(plan_of("execed", "agent"))
    run.wait_ready()
    before = run.pid("us-east-1", "execed")

    os.kill(before, signal.SIGKILL)

    until(lambda: run.pids("us-east-1")["execed"] not in (before, None), what="a successor")


def test_a_silent_process_is_killed_and_replaced(start: Start) -> None:
    run = start(plan_of("silent", "agent", silence_s_max=0.7))
    run.wait_ready()
    before = run.pids("us-east-1")

    until(lambda: run.pids("us-east-1")["silent"] not in (before["silent"], None), what="a successor")

    assert "silent was silent for 0.7 s and is killed" in run.err.read_text()
    assert run.pids("us-east-1")["agent"] == before["agent"]


def test_a_stopped_process_is_killed_and_replaced(start: Start) -> None:
    """One that is stopped goes on taking connections: the kernel does that for it."""
    port = free_port()
    run = start(plan_of("worker-1", port=port, silence_s_max=0.7))
    run.wait_ready()
    before = run.pid("us-east-1", "worker-1")

    os.kill(before, signal.SIGSTOP)

    assert who_answers(port) != before


def test_a_pause_of_the_whole_machine_kills_nobody(start: Start) -> None:
    """After a suspended machine wakes, the supervisor may be first on the processor: nobody has had time to
    beat."""
    run = start(plan_of("agent", silence_s_max=2.0))
    run.wait_ready()
    agent = run.pid("us-east-1", "agent")
    for pid in (run.process.pid, agent):
        os.kill(pid, signal.SIGSTOP)
    time.sleep(4.0)

    os.kill(run.process.pid, signal.SIGCONT)
    time.sleep(0.5)
    os.kill(agent, signal.SIGCONT)
    time.sleep(0.5)

    assert run.pid("us-east-1", "agent") == agent


GIVEN_UP = {
    "one that ends again and again": ("dying", 1, "`us-east-1` does not start: dying ended with status 7", 3),
    "one that says it can't start": ("refusing", 2, "the store is not to be opened", 1),
    "one with a fault": ("faulty", 1, "RuntimeError: a fault in a role", 3),
    "one that never gets ready": ("mute", 1, "did not start within 1 s: `mute`", 1),
}


@pytest.mark.parametrize(("part", "status", "said", "tries"), GIVEN_UP.values(), ids=GIVEN_UP)
def test_a_first_start_is_given_up(start: Start, part: str, status: int, said: str, tries: int) -> None:
    run = start(plan_of("agent", part, start_s_max=1.0, restart_s_min=0.01))

    ended = run.process.wait(timeout=WAIT_S_MAX)

    assert ended == status
    assert said in run.err.read_text()
    assert run.err.read_text().count("it is started again") == max(0, tries - 1)
    assert run.out.read_text() == ""
    assert run.processes() == set()


def test_a_stopped_region_has_ended_when_stop_answers_and_runs_when_start_answers(start: Start) -> None:
    ports = {"us-east-1": free_port(), "us-east-2": free_port()}
    run = start(
        {"regions": {name: {"port": port, "parts": ["worker-1", "slow"]} for name, port in ports.items()}}
    )
    run.wait_ready()
    before = {name: set(run.pids(name).values()) for name in ports}

    stopped = run.ask(Verb.STOP, "us-east-1")
    left = run.processes()
    with pytest.raises(ConnectionRefusedError):
        who_answers(ports["us-east-1"])
    started = run.ask(Verb.START, "us-east-1")

    assert stopped == {"done": "stopped"}
    assert left == before["us-east-2"]
    assert started == {"done": "running"}
    assert who_answers(ports["us-east-1"]) not in before["us-east-1"]
    assert who_answers(ports["us-east-2"]) in before["us-east-2"]


def test_a_region_that_is_stopping_refuses_connections_instead_of_keeping_them(
    start: Start, folder: Path
) -> None:
    port = free_port()
    run = start(plan_of("worker-1", "stubborn", port=port, grace_s=2.0))
    run.wait_ready()
    with closing(socket.socket(socket.AF_UNIX)) as stopping:
        stopping.connect(str(folder / "control.sock"))
        stopping.sendall(b'{"do": "stop", "region": "us-east-1"}\n')
        until(lambda: run.pids("us-east-1")["worker-1"] is None, what="the worker's end")

    with pytest.raises(ConnectionRefusedError):
        who_answers(port)
    assert run.state("us-east-1") == "stopping"


def test_start_and_stop_may_be_repeated(start: Start) -> None:
    run = start(plan_of("agent"))
    run.wait_ready()

    answers = [run.ask(verb, "us-east-1") for verb in (Verb.START, Verb.STOP, Verb.STOP, Verb.START)]

    assert answers == [{"done": "running"}, {"done": "stopped"}, {"done": "stopped"}, {"done": "running"}]


def test_a_start_that_comes_while_stopping_is_carried_out_after_it(start: Start, folder: Path) -> None:
    run = start(plan_of("slow"))
    run.wait_ready()
    before = run.pid("us-east-1", "slow")
    with closing(socket.socket(socket.AF_UNIX)) as stopping:
        stopping.connect(str(folder / "control.sock"))
        stopping.sendall(b'{"do": "stop", "region": "us-east-1"}\n')
        until(lambda: run.state("us-east-1") == "stopping", what="stopping")

        started = run.ask(Verb.START, "us-east-1")

    assert started == {"done": "running"}
    assert run.pid("us-east-1", "slow") != before


def test_a_region_whose_port_was_taken_meanwhile_says_so_and_starts_later(start: Start) -> None:
    port = free_port()
    run = start(plan_of("worker-1", port=port))
    run.wait_ready()
    run.ask(Verb.STOP, "us-east-1")
    with closing(socket.socket()) as thief:
        thief.bind(("127.0.0.1", port))
        thief.listen()
        with pytest.raises(HomeError, match=f"port {port} is taken"):
            run.ask(Verb.START, "us-east-1")

    assert run.ask(Verb.START, "us-east-1") == {"done": "running"}


def test_a_start_that_fails_later_leaves_the_rest_running(start: Start, folder: Path) -> None:
    """A Region that had run: what fails is that Region's start, not the deployment."""
    regions = {name: {"port": free_port(), "parts": ["agent"]} for name in ("us-east-1", "us-east-2")}
    run = start({"regions": regions})
    run.wait_ready()
    run.ask(Verb.STOP, "us-east-1")
    with (folder / "us-east-1.lock").open("wb") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with pytest.raises(HomeError, match="another supervisor runs `us-east-1`"):
            run.ask(Verb.START, "us-east-1")

    assert run.state("us-east-2") == "running"


def test_everything_ends_in_order_at_sigterm(start: Start) -> None:
    """The front door first, then what serves, then custody: a request under way still has what it needs."""
    plan = plan_of("slow-custody", "slow-worker", "stubborn", grace_s=3.0)
    plan["door"] = {"port": free_port(), "parts": ["slow-door"]}
    run = start(plan)
    run.wait_ready()
    stubborn = run.pid("us-east-1", "stubborn")

    run.process.terminate()
    until(lambda: len(run.notes()) == 2, what="the door and the worker ended")
    custody_waited = len(run.processes()) == 2
    os.kill(stubborn, signal.SIGKILL)
    status = run.process.wait(timeout=WAIT_S_MAX)

    assert custody_waited
    assert status == 0
    assert run.notes() == [
        f"{name} ends in order"
        for name in ("None/slow-door", "us-east-1/slow-worker", "us-east-1/slow-custody")
    ]
    assert run.processes() == set()
    assert not (run.folder / "control.sock").exists()
    assert not (run.folder / "us-east-1.sock").exists()


def test_what_does_not_end_in_time_is_killed(start: Start) -> None:
    run = start(plan_of("stubborn", "agent", grace_s=0.5))
    run.wait_ready()
    began = time.monotonic()

    run.process.terminate()
    status = run.process.wait(timeout=WAIT_S_MAX)

    assert status == 0
    assert time.monotonic() - began < 3.0
    assert "stubborn did not end in time and is killed" in run.err.read_text()
    assert run.processes() == set()


def test_a_second_ctrl_c_kills_at_once(start: Start) -> None:
    run = start(plan_of("stubborn", grace_s=30.0))
    run.wait_ready()

    os.kill(run.process.pid, signal.SIGINT)
    until(lambda: run.state("us-east-1") == "stopping", what="stopping")
    os.kill(run.process.pid, signal.SIGINT)
    status = run.process.wait(timeout=3.0)

    assert status == 0
    assert run.processes() == set()


def test_a_second_sigterm_hurries_nobody(start: Start) -> None:
    """GNU make passes SIGTERM on to a process that the group's signal has reached already."""
    run = start(plan_of("slow"))
    run.wait_ready()

    run.process.terminate()
    until(lambda: run.state("us-east-1") == "stopping", what="stopping")
    run.process.terminate()
    run.process.wait(timeout=WAIT_S_MAX)

    assert run.notes() == ["us-east-1/slow ends in order"]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_to_the_terminal_s_group_reaches_the_supervisor_alone(
    start: Start, number: signal.Signals
) -> None:
    run = start(plan_of("slow-custody", "slow-worker"))
    run.wait_ready()

    os.killpg(run.process.pid, number)
    status = run.process.wait(timeout=WAIT_S_MAX)

    assert status == 0
    assert run.notes() == ["us-east-1/slow-worker ends in order", "us-east-1/slow-custody ends in order"]


@pytest.mark.parametrize("option", [socket.SO_REUSEADDR, socket.SO_REUSEPORT])
def test_a_taken_port_is_refused_before_anything_starts(start: Start, option: int) -> None:
    """Also one whose holder would share it: half of its connections would come to us."""
    with closing(socket.socket()) as holder:
        holder.setsockopt(socket.SOL_SOCKET, option, 1)
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        port = holder.getsockname()[1]
        run = start(plan_of("worker-1", port=port))

        status = run.process.wait(timeout=WAIT_S_MAX)

    assert status == 2
    assert run.err.read_text() == f"refused: port {port} is taken; choose another with `--port`\n"


def test_a_second_supervisor_is_refused_and_the_first_runs_on(start: Start) -> None:
    plan = plan_of("agent")
    first = start(plan)
    first.wait_ready()

    second = start(plan)
    status = second.process.wait(timeout=WAIT_S_MAX)

    assert status == 2
    assert second.err.read_text() == "refused: another supervisor runs `us-east-1`; stop that first\n"
    assert first.state("us-east-1") == "running"


def test_a_child_holds_nothing_that_is_not_its_own(start: Start) -> None:
    """Not the locks, not the other's sockets, above all not the parent pipe's write end: with that it would
    keep itself alive."""
    run = start(plan_of("worker-1", "agent", "curious"))
    run.wait_ready()
    os.kill(run.pid("us-east-1", "curious"), signal.SIGKILL)
    until(lambda: len(run.notes()) >= 8, what="notes of the first and of its successor")

    first, second = run.notes()[:4], run.notes()[4:]

    assert first == second
    assert [line.partition(" ")[2] for line in first] == [
        "extra descriptors []",
        "default handlers [True, True]",
        "blocked []",
        "own group True",
    ]


ABUSE = {
    "no JSON": b"stop\n",
    "no object": b"[]\n",
    "an unknown verb": b'{"do": "format"}\n',
    "no Region": b'{"do": "stop"}\n',
    "an unknown Region": b'{"do": "stop", "region": "eu-west-1"}\n',
    "a Region that is no text": b'{"do": "stop", "region": 7}\n',
    "deep nesting": b"[" * 3_000 + b"\n",
    "too long": b" " * 5_000,
}


def test_abuse_of_the_control_socket_is_answered_and_changes_nothing(start: Start, folder: Path) -> None:
    run = start(plan_of("agent"))
    run.wait_ready()
    answers = {}

    for name, line in ABUSE.items():
        with closing(socket.socket(socket.AF_UNIX)) as client:
            client.settimeout(WAIT_S_MAX)
            client.connect(str(folder / "control.sock"))
            client.sendall(line)
            answers[name] = json.loads(client.recv(4_096))

    assert {name: list(answer) for name, answer in answers.items()} == {name: ["error"] for name in ABUSE}
    assert run.state("us-east-1") == "running"


def test_silent_clients_of_the_control_socket_hold_nobody_up(start: Start, folder: Path) -> None:
    run = start(plan_of("agent"))
    run.wait_ready()
    silent = [socket.socket(socket.AF_UNIX) for _ in range(10)]
    for client in silent:
        client.connect(str(folder / "control.sock"))

    state = run.state("us-east-1")
    for client in silent:
        client.close()

    assert state == "running"
