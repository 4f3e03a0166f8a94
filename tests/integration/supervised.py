"""A deployment of tiny processes under the real supervisor: the program that `test_supervisor.py` starts and
hurts.

    python supervised.py FOLDER PLAN

PLAN is JSON: {"regions": {"us-east-1": {"port": 40001, "parts": ["worker", …]}}, "door": null | port,
"patience": {…}}. It prints `ready` when everything runs. Part names are `KIND` or `KIND-n`; the kinds are in
`KINDS`. A reload takes up FOLDER/plan.json; a plan with `"broken": [names]` makes these parts die in their next life.
"""

from __future__ import annotations

import ctypes
import json
import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from watchword.server.deployment import Address, HomeError
from watchword.server.listeners import Listener, TCPListener, UnixListener
from watchword.server.process import EXIT_REFUSED, SUCCEEDED, Context, Part, Program, Role, Stage
from watchword.server.supervisor import Group, Patience, Supervisor

CONTROL = Path("control.sock")
EXECED = """
import contextlib, os, sys, time
while True:
    with contextlib.suppress(BrokenPipeError):
        os.write(int(sys.argv[1]), b".")
    time.sleep(0.2)
"""
"""Watches nothing: the kernel alone ends it with the supervisor."""


def note(context: Context, what: str) -> None:
    """Append to FOLDER/notes: what a part saw, for the test to read."""
    with open("notes", "a", encoding="utf-8") as notes:
        notes.write(f"{context.region}/{context.name} {what}\n")


def answer_pids(context: Context) -> int:
    """Answer every connection with this process's pid; end in order at SIGTERM."""
    told: list[int] = []
    signal.signal(signal.SIGTERM, lambda number, _: told.append(number))
    listening = context.listener("api")
    context.ready()
    while not told:
        readable, _, _ = select.select([listening], [], [], 0.1)
        context.beat()
        if readable:
            connection, _ = listening.accept()
            with connection:
                connection.sendall(str(os.getpid()).encode())
    note(context, "ends in order")
    return 0


def retire_late(context: Context) -> int:
    """Take no connection after SUCCEEDED, and end half a second later, or in order at SIGTERM."""
    told: list[int] = []
    for number in (signal.SIGTERM, SUCCEEDED):
        signal.signal(number, lambda number, _: told.append(number))
    listening = context.listener("api")
    note(context, "begins")
    context.ready()
    while not told:
        readable, _, _ = select.select([listening], [], [], 0.02)
        context.beat()
        # Two processes listen: the other may have been faster.
        with suppress(BlockingIOError):
            if readable and not told:
                connection, _ = listening.accept()
                with connection:
                    connection.sendall(str(os.getpid()).encode())
    if told == [SUCCEEDED]:
        time.sleep(0.5)
    note(context, "retires" if told[0] == SUCCEEDED else "ends in order")
    return 0


def beat(context: Context) -> int:
    context.ready()
    while True:
        time.sleep(0.1)
        context.beat()


def fall_silent(context: Context) -> int:
    context.ready()
    signal.pause()
    return 0


def never_get_ready(context: Context) -> int:
    signal.pause()
    return 0


def die(context: Context) -> int:
    return 7


def get_ready_and_die(context: Context) -> int:
    context.ready()
    return 7


def raise_fault(context: Context) -> int:
    raise RuntimeError("a fault in a role")


def refuse(context: Context) -> int:
    print("the store is not to be opened", file=sys.stderr)
    return EXIT_REFUSED


def ignore_sigterm(context: Context) -> int:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    return beat(context)


def stop_late(context: Context) -> int:
    """End 0.3 s after SIGTERM, so that an order of ends can be seen."""
    told: list[int] = []
    signal.signal(signal.SIGTERM, lambda number, _: told.append(number))
    context.ready()
    while not told:
        time.sleep(0.05)
        context.beat()
    time.sleep(0.3)
    note(context, "ends in order")
    return 0


def look_around(context: Context) -> int:
    """Write down what this process has been given: descriptors, signal handlers, working folder."""
    kept = {0, 1, 2, context.beat_fd, context.parent_fd, *context.listeners.values()}
    # What listing the folder itself opens is closed again by the time that it is looked at.
    held = {int(name) for name in os.listdir("/proc/self/fd") if os.path.exists(f"/proc/self/fd/{name}")}
    note(context, f"extra descriptors {sorted(held - kept)}")
    handlers = {
        number.name: signal.getsignal(number) is signal.SIG_DFL for number in (signal.SIGTERM, signal.SIGCHLD)
    }
    note(context, f"default handlers {sorted(handlers.values())}")
    note(context, f"blocked {sorted(signal.pthread_sigmask(signal.SIG_BLOCK, []))}")
    note(context, f"own group {os.getpgid(0) == os.getpid()}")
    return beat(context)


def trust_the_pipe(context: Context) -> int:
    """Take back the kernel's promise to kill us, so that the parent pipe alone is left, as on macOS."""
    pr_set_pdeathsig = 1
    assert ctypes.CDLL(None).prctl(pr_set_pdeathsig, 0, 0, 0, 0) == 0
    return beat(context)


def run_away(context: Context) -> int:
    """The planted bug: leaves behind a process that does not watch its supervisor."""
    subprocess.Popen([sys.executable, "-c", "import time; time.sleep(20)"], start_new_session=True)
    return beat(context)


def note_and_beat(context: Context) -> int:
    told: list[int] = []
    signal.signal(signal.SIGTERM, lambda number, _: told.append(number))
    note(context, "begins")
    context.ready()
    while not told:
        time.sleep(0.02)
        context.beat()
    note(context, "ends in order")
    return 0


KINDS: Mapping[str, Callable[[Context], int]] = {
    "worker": answer_pids,
    "agent": beat,
    "heir": retire_late,
    "single": note_and_beat,
    "silent": fall_silent,
    "mute": never_get_ready,
    "dying": die,
    "fickle": get_ready_and_die,
    "faulty": raise_fault,
    "refusing": refuse,
    "stubborn": ignore_sigterm,
    "slow": stop_late,
    "curious": look_around,
    "roped": trust_the_pipe,
    "runaway": run_away,
}


LISTENING = ("worker", "heir")


def part_of(name: str, *, region: str | None, broken: bool = False) -> Part:
    kind = name.partition("-")[0]
    if kind == "execed":
        return Program(
            name=name,
            command=lambda context: (
                sys.executable,
                "-c",
                EXECED,
                str(context.beat_fd),
                str(context.parent_fd),
            ),
        )
    stage = (
        Stage.FRONT_DOOR if region is None else Stage.CUSTODY if name.endswith("custody") else Stage.SERVING
    )
    return Role(
        name=name,
        run=die if broken else KINDS[kind],
        listeners={"api": name} if kind in LISTENING else {},
        stage=stage,
        overlaps=kind == "heir",
    )


def group_of(name: str, plan: Mapping[str, object], *, region: str | None) -> Group:
    names = plan["parts"]
    port = plan["port"]
    assert isinstance(names, list)
    assert isinstance(port, int)
    address = Address(host="127.0.0.1", port=port)
    listeners: list[Listener] = [
        TCPListener(name=part, address=address, shared=True) for part in names if part.startswith(LISTENING)
    ]
    listeners.append(UnixListener(name="door", path=Path(f"{name}.sock")))
    broken = plan.get("broken", ())
    assert isinstance(broken, list | tuple)
    parts = tuple(part_of(part, region=region, broken=part in broken) for part in names)
    return Group(name=name, region=region, parts=parts, listeners=tuple(listeners), lock=Path(f"{name}.lock"))


def groups_of(plan: Mapping[str, Any]) -> list[Group]:
    groups = [group_of(name, entry, region=name) for name, entry in plan["regions"].items()]
    if plan.get("door"):
        groups.append(group_of("front-door", plan["door"], region=None))
    return groups


def read_plan(moving: str | None) -> list[Group] | None:
    """Without a plan nothing has changed."""
    try:
        return groups_of(json.loads(Path("plan.json").read_text(encoding="utf-8")))
    except FileNotFoundError:
        return None
    except ValueError:
        raise HomeError(f"the plan can't be read, moving {moving}") from None


def main(folder: str, plan_text: str) -> int:
    plan = json.loads(plan_text)
    os.chdir(folder)
    supervisor = Supervisor(
        groups_of(plan),
        control=CONTROL,
        patience=Patience(**plan.get("patience", {})),
        reload=read_plan,
    )
    try:
        return supervisor.run(on_ready=lambda: print("ready", flush=True))
    except HomeError as refusal:
        print(f"refused: {refusal}", file=sys.stderr)
        return EXIT_REFUSED


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
