"""A reload of the supervisor, with real processes: successors one after another, and nobody who knocks is refused."""

from __future__ import annotations

import json
import os
import signal
import threading
import time
from pathlib import Path
from typing import Any

import pytest
from tests.integration.test_supervisor import (
    Start,
    Supervised,
    folder,
    free_port,
    start,
    until,
    who_answers,
)

from watchword.server.control import Verb
from watchword.server.deployment import HomeError

__all__ = ["folder", "start"]

EAST, WEST = "us-east-1", "us-west-2"


def entry(port: int, *parts: str, broken: tuple[str, ...] = ()) -> dict[str, Any]:
    return {"port": port, "parts": list(parts), "broken": list(broken)}


def plan_of(*, door: dict[str, Any] | None = None, **regions: dict[str, Any]) -> dict[str, Any]:
    named = {name.replace("_", "-"): held for name, held in regions.items()}
    return {"regions": named, "door": door, "patience": {"start_s_max": 3.0, "grace_s": 2.0}}


def reload(run: Supervised, plan: dict[str, Any]) -> dict[str, object]:
    (run.folder / "plan.json").write_text(json.dumps(plan), encoding="utf-8")
    return run.ask(Verb.RELOAD)


class Knocker(threading.Thread):
    """Connects again and again; what is refused, or cut off without an answer, is noted."""

    def __init__(self, port: int) -> None:
        super().__init__(daemon=True)
        self._port = port
        self._ended = threading.Event()
        self.answered: list[int] = []
        self.failed: list[str] = []

    def run(self) -> None:
        while not self._ended.is_set():
            try:
                self.answered.append(who_answers(self._port))
            except (OSError, ValueError) as failure:
                self.failed.append(repr(failure))

    def end(self) -> None:
        self._ended.set()
        self.join(10.0)
        assert not self.is_alive()


def test_a_knocker_notices_a_process_that_just_ends(start: Start) -> None:
    """The planted fault: who is stopped refuses those who knock."""
    port = free_port()
    run = start(plan_of(us_east_1=entry(port, "heir-1")))
    run.wait_ready()
    knocker = Knocker(port)
    knocker.start()
    until(lambda: bool(knocker.answered), what="an answer")

    run.ask(Verb.STOP, EAST)
    until(lambda: bool(knocker.failed), what="a refusal")
    knocker.end()


def test_every_process_gets_a_successor_and_nobody_is_refused(start: Start) -> None:
    port, door = free_port(), free_port()
    plan = plan_of(us_east_1=entry(port, "execed", "heir-1", "heir-2", "single"), door=entry(door, "heir-9"))
    run = start(plan)
    run.wait_ready()
    before = run.pids(EAST)
    knockers = [Knocker(port), Knocker(door)]
    for knocker in knockers:
        knocker.start()
    until(lambda: all(knocker.answered for knocker in knockers), what="answers")

    said = reload(run, plan)
    after = run.pids(EAST)
    time.sleep(0.1)
    until(lambda: len(run.processes()) == 5, what="the predecessors gone")
    for knocker in knockers:
        knocker.end()

    assert said == {"done": "reloaded"}
    assert [knocker.failed for knocker in knockers] == [[], []]
    # A program runs on: it may hold what people have typed.
    assert after["execed"] == before["execed"]
    assert not {before[name] for name in ("heir-1", "heir-2", "single")} & {*after.values()}
    assert knockers[0].answered[-1] in after.values()
    # One after another; what does not overlap ends before its successor begins; the door comes last.
    order = run.notes()
    assert order.index(f"{EAST}/single ends in order") < len(order) - 1 - order[::-1].index(
        f"{EAST}/single begins"
    )
    assert [line for line in order if line.endswith("begins")][-1] == "None/heir-9 begins"


def test_a_new_group_is_started_first_and_one_that_is_gone_is_stopped_last(start: Start) -> None:
    east, west = free_port(), free_port()
    run = start(plan_of(us_east_1=entry(east, "heir-1")))
    run.wait_ready()

    added = reload(run, plan_of(us_east_1=entry(east, "heir-1"), us_west_2=entry(west, "heir-5")))
    answers = (who_answers(east), who_answers(west))
    state = run.state(WEST)
    removed = reload(run, plan_of(us_west_2=entry(west, "heir-5")))

    assert (added, removed) == ({"done": "reloaded"}, {"done": "reloaded"})
    assert state == "running"
    assert all(answers)
    with pytest.raises(ConnectionRefusedError):
        who_answers(east)
    regions = run.ask(Verb.STATUS)["regions"]
    assert isinstance(regions, dict)
    assert list(regions) == [WEST]


def test_a_supervisor_that_has_no_region_left_ends(start: Start) -> None:
    run = start(plan_of(us_east_1=entry(free_port(), "heir-1", "single")))
    run.wait_ready()

    said = reload(run, plan_of())

    assert said == {"done": "reloaded"}
    assert run.process.wait(timeout=10.0) == 0
    assert run.processes() == set()


@pytest.mark.parametrize("part", ["heir-1", "single"])
def test_a_successor_that_does_not_start_is_told(start: Start, part: str) -> None:
    """What overlaps runs on; the other is started again for as long as it takes, as ever."""
    port = free_port()
    run = start(plan_of(us_east_1=entry(port, "heir-1", "single")))
    run.wait_ready()
    before = run.pids(EAST)

    with pytest.raises(HomeError, match=f"`{EAST}`: the successor of {part} does not start"):
        reload(run, plan_of(us_east_1=entry(port, "heir-1", "single", broken=(part,))))
    answered = who_answers(port)
    mended = reload(run, plan_of(us_east_1=entry(port, "heir-1", "single")))

    assert run.state(EAST) == "running"
    if part == "heir-1":
        assert answered == before["heir-1"]
    assert mended == {"done": "reloaded"}


def test_a_new_group_that_does_not_start_is_told_and_the_others_go_on(start: Start) -> None:
    port = free_port()
    run = start(plan_of(us_east_1=entry(port, "heir-1")))
    run.wait_ready()

    with pytest.raises(HomeError, match="`us-west-2` does not start"):
        reload(run, plan_of(us_east_1=entry(port, "heir-1"), us_west_2=entry(free_port(), "refusing")))

    assert run.state(EAST) == "running"
    assert run.state(WEST) == "stopped"
    assert who_answers(port)
    # It is there all the same, to be started when it is mended.
    mended = plan_of(us_east_1=entry(port, "heir-1"), us_west_2=entry(free_port(), "single"))
    assert reload(run, mended) == {"done": "reloaded"}
    assert run.ask(Verb.START, WEST) == {"done": "running"}


def test_a_plan_that_can_t_be_read_changes_nothing(start: Start) -> None:
    run = start(plan_of(us_east_1=entry(free_port(), "heir-1")))
    run.wait_ready()
    before = run.pids(EAST)
    (run.folder / "plan.json").write_text("{", encoding="utf-8")

    with pytest.raises(HomeError, match="the plan can't be read, moving None"):
        run.ask(Verb.RELOAD)

    assert run.pids(EAST) == before


def test_a_group_that_is_stopped_stays_stopped_and_starts_as_it_is_now(start: Start) -> None:
    first, second = free_port(), free_port()
    run = start(plan_of(us_east_1=entry(first, "heir-1")))
    run.wait_ready()
    run.ask(Verb.STOP, EAST)

    said = reload(run, plan_of(us_east_1=entry(second, "heir-1", "heir-2")))
    state = run.state(EAST)
    run.ask(Verb.START, EAST)

    assert (said, state) == ({"done": "reloaded"}, "stopped")
    assert who_answers(second)
    assert set(run.pids(EAST)) == {"heir-1", "heir-2"}


def test_other_sockets_count_from_the_next_start(start: Start) -> None:
    first, second = free_port(), free_port()
    run = start(plan_of(us_east_1=entry(first, "heir-1")))
    run.wait_ready()
    before = run.pid(EAST, "heir-1")

    reload(run, plan_of(us_east_1=entry(second, "heir-1")))
    answered = who_answers(first)
    with pytest.raises(ConnectionRefusedError):
        who_answers(second)
    run.ask(Verb.STOP, EAST)
    run.ask(Verb.START, EAST)

    assert answered != before
    assert who_answers(second)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL], ids=["SIGTERM", "SIGKILL"])
def test_nothing_outlives_a_supervisor_that_ends_while_it_reloads(
    start: Start, number: signal.Signals
) -> None:
    port = free_port()
    plan = plan_of(us_east_1=entry(port, "heir-1", "heir-2", "slow"))
    run = start(plan)
    run.wait_ready()
    asking = threading.Thread(target=lambda: _ask_and_ignore(run, plan), daemon=True)
    asking.start()
    until(lambda: len(run.processes()) > 3, what="a successor beside its predecessor")

    os.kill(run.process.pid, number)
    run.process.wait(timeout=10.0)

    until(lambda: not run.processes(), what="all processes gone", seconds_max=1.0)
    asking.join(10.0)


def _ask_and_ignore(run: Supervised, plan: dict[str, Any]) -> None:
    with pytest.raises((HomeError, OSError)):
        reload(run, plan)


def test_two_reloads_are_done_one_after_the_other(start: Start, folder: Path) -> None:
    port = free_port()
    plan = plan_of(us_east_1=entry(port, "heir-1", "single"))
    run = start(plan)
    run.wait_ready()
    (folder / "plan.json").write_text(json.dumps(plan), encoding="utf-8")
    said: list[dict[str, object]] = []
    asking = [threading.Thread(target=lambda: said.append(run.ask(Verb.RELOAD))) for _ in range(2)]

    for each in asking:
        each.start()
    for each in asking:
        each.join(10.0)

    assert said == [{"done": "reloaded"}] * 2
    assert sum(line == f"{EAST}/single begins" for line in run.notes()) == 3
