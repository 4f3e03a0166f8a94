"""One supervisor per `serve` or `up`: starts processes, replaces those that die or fall silent, stops them.

Plain synchronous code on one thread, because it forks: a selector over the processes' beat pipes, the
signals' wake-up pipe and the control socket. It binds every listening socket and keeps it open, so that what
knocks while a process is replaced waits in the kernel's queue for the successor.

Rules:
  1. A process that ends while its group should run is replaced: at once, and after a growing wait when it
     keeps ending.
  2. A process that is silent for `silence_s_max` is killed, and (1) applies: one that is stopped or stuck
     still takes connections.
  3. A group runs when all its processes have said that they are ready; until it has run once, three ends of
     one process, a refusal (exit status 2) or `start_s_max` give the start up, and the whole group is
     stopped.
  4. A group stops stage by stage (`Stage`): SIGTERM, then the next stage when the last of this one has ended;
     at `grace_s` from the beginning SIGKILL for whatever is left.
  5. SIGTERM, SIGINT or SIGHUP stop everything, the front door before the Regions; a second SIGINT kills at
     once. A second SIGTERM does not: make and init systems may send it to the process and to its group.
  6. Nothing outlives the supervisor: `server/process.py` says how.
  7. Groups come, change and go without the others' service noticing (`reload`): those that are new start first; then
     each process of the others has a successor, one after another in a group, the front door's last; then those that
     are gone stop. What `overlaps` runs on until its successor is ready, and then leaves its clients to it. A program
     keeps running (a custodian that people have opened stays open) and what is changed of it counts at its next start;
     so do sockets and the number of processes. A successor that does not start leaves its predecessor where it is.

Deliberately absent: a limit to how often (1) happens once a group has run. A Region that is broken for an
hour and then repaired should run again without a person.
"""

from __future__ import annotations

import gc
import os
import resource
import selectors
import signal
import socket
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from watchword.server.control import ControlServer, Question, Reply, Verb
from watchword.server.deployment import HomeError
from watchword.server.home import hold
from watchword.server.listeners import Listener, TCPListener, UnixListener, bind, release, require_free
from watchword.server.process import (
    EXIT_FAULT,
    EXIT_REFUSED,
    SIGNALS,
    SUCCEEDED,
    ParentPipe,
    Part,
    Program,
    Stage,
    spawn,
)

START_TRIES_MAX = 3
TICK_S_MAX = 1.0
PAUSE_S = 2.0
"""A turn of the loop that takes this much too long means that this process was paused, not its children."""
BEATS_READ_MAX = 4_096
DESCRIPTORS_WANTED = 16_384
"""The usual soft limit of 1,024 is less than the connections that one API worker may hold."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How long a supervisor waits for what, in seconds."""

    silence_s_max: float = 10.0
    """Ten beats: a machine that swaps keeps its healthy workers, and clients do not wait long on a stuck
    one."""
    start_s_max: float = 30.0
    """From fork to ready, on a slow and busy machine."""
    grace_s: float = 8.0
    """From the first SIGTERM to SIGKILL; `docker stop` waits 10 s before it kills the supervisor itself."""
    restart_s_min: float = 0.1
    restart_s_max: float = 4.0
    """A Region whose process was killed is whole again within 5 s, also when it was killed before."""
    settled_s: float = 10.0
    """A process that lived this long died of something new: its successor starts without a wait."""


PATIENCE = Patience()


class State(StrEnum):
    STOPPED = "stopped"
    STARTING = "starting"
    RUNNING = "running"
    STOPPING = "stopping"


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Processes that start and stop together: a Region's, or the front door alone."""

    name: str
    region: str | None
    """`None`: not a Region, so `start` and `stop` do not name it, and it is stopped before the Regions."""
    parts: tuple[Part, ...]
    """In the order in which they are started."""
    listeners: tuple[Listener, ...]
    lock: Path | None = None
    """Held while the group runs, so that no other supervisor runs it too."""
    prepare: Callable[[], None] | None = field(default=None, repr=False)
    """Called under the lock before the processes start; HomeError keeps the group from starting."""


Reload = Callable[[str | None], Sequence[Group] | None]
"""Return the groups that should run from now on, `None` where nothing has changed; HomeError if they can't be told.

The argument is the partition whose control Region moves just now, if one does.
"""


def restart_wait_s(deaths: int, *, patience: Patience = PATIENCE) -> float:
    """Return the wait before a process starts again; `deaths` came before, in quick succession. Pure."""
    if deaths == 0:
        return 0.0
    # 2.0 ** 1024 is an OverflowError, and a process may well die so often before somebody looks.
    return min(patience.restart_s_max, patience.restart_s_min * 2.0 ** min(deaths - 1, 16))


@dataclass(slots=True, kw_only=True, eq=False)
class _Process:
    """Mutable: where one part of a group stands."""

    part: Part
    pid: int | None = None
    beat_fd: int = -1
    started: float = 0.0
    heard: float = 0.0
    is_ready: bool = False
    asked_to_end: bool = False
    killed: bool = False
    deaths: int = 0
    """In quick succession; 0 again once a life lasted `settled_s`."""
    replaced: int = 0
    due: float | None = None
    """When to start it again; `None`: it runs, or should not."""
    kill_at: float = 0.0
    """For one that has a successor."""


@dataclass(slots=True, kw_only=True, eq=False)
class _Succession:
    """One process and the one that takes its place."""

    before: _Process
    after: _Process
    beside: bool
    """Both run until the second is ready; else the first ends before the second starts."""
    by: float


@dataclass(slots=True, kw_only=True, eq=False)
class _Running:
    """Mutable: where one group stands."""

    group: Group
    processes: list[_Process]
    latest: Group | None = None
    """What the group has become; all of it counts when it is opened again."""
    stale: bool = False
    """Its processes are not those of `latest` yet."""
    parts_due: deque[Part] = field(default_factory=deque)
    """Those that still get a successor, in order."""
    succession: _Succession | None = None
    retired: list[_Process] = field(default_factory=list)
    """Their successors are ready, and they end."""
    state: State = State.STOPPED
    wanted: bool = False
    bound: dict[str, tuple[Listener, socket.socket]] = field(default_factory=dict)
    lock_fd: int | None = None
    start_by: float = 0.0
    kill_at: float = 0.0
    failure: str | None = None
    refused: bool = False
    """The failure is one that trying again can't mend."""
    waiters: list[tuple[State, Reply]] = field(default_factory=list)

    @property
    def alive(self) -> list[_Process]:
        """Every process that has not ended, whatever its place."""
        beside = [] if self.succession is None or not self.succession.beside else [self.succession.after]
        held = (*self.processes, *beside, *self.retired)
        return [process for process in held if process.pid is not None]

    @property
    def is_settled(self) -> bool:
        """Whether nothing of it waits for a successor, or for being started or stopped."""
        if self.state is State.RUNNING:
            return not (self.stale or self.parts_due or self.succession)
        return self.state is State.STOPPED


@dataclass(slots=True, kw_only=True, eq=False)
class _Reloading:
    """Mutable: how far (7) is."""

    replies: list[Reply]
    latest: dict[str, Group]
    fresh: list[_Running]
    gone: list[_Running]
    failures: list[str] = field(default_factory=list)
    told: set[bool] = field(default_factory=set)
    """Whether Regions (true) and the front door (false) were told of their change."""


class Supervisor:
    """Runs groups until it is told to stop; the working folder is HOME, which keeps socket paths short."""

    def __init__(
        self,
        groups: Sequence[Group],
        *,
        control: Path,
        reload: Reload | None = None,
        clock: Callable[[], float] = time.monotonic,
        patience: Patience = PATIENCE,
    ) -> None:
        self._groups = [_running_of(group) for group in groups]
        self._reload = reload
        self._reloads_asked: deque[tuple[Question, Reply]] = deque()
        self._reloading: _Reloading | None = None
        self._control_listener = UnixListener(name="control", path=control)
        self._clock = clock
        self._patience = patience
        self._selector = selectors.DefaultSelector()
        self._stopping = False
        self._interrupts = 0
        self._turned = clock()
        self._children_ended = False
        self._was_ready = False
        self._exit_status = 0
        self._parent = ParentPipe()

    def run(self, *, on_ready: Callable[[], None]) -> int:
        """Run until a signal stops everything; return the exit status: 0, or what a failed start says.

        `on_ready` is called once, when every group runs.

        Raises:
            HomeError: a port is taken, or another supervisor runs one of the groups; nothing was started.
        """
        os.umask(0o077)
        _set_limits()
        # What is imported by now is the same in all children: frozen, its pages stay unwritten and shared.
        gc.collect()
        gc.freeze()
        with self._signals():
            control: ControlServer | None = None
            listening: socket.socket | None = None
            try:
                for running in self._groups:
                    self._open(running)
                listening = bind(self._control_listener)
                control = ControlServer(listening, self._selector, self._asked)
                for running in self._groups:
                    self._start(running)
                while not (self._stopping and all(held.state is State.STOPPED for held in self._groups)):
                    self._turn(control)
                    if not self._was_ready and all(held.state is State.RUNNING for held in self._groups):
                        self._was_ready = True
                        on_ready()
                        if self._reload is not None:
                            # Whoever changed watchword.toml while we started found nobody to ask.
                            self._reloads_asked.append((Question(verb=Verb.RELOAD), lambda _: None))
            finally:
                self._end(control)
                if listening is not None:
                    release(self._control_listener, listening)
        return self._exit_status

    # The loop

    def _turn(self, control: ControlServer) -> None:
        events = self._selector.select(self._wait_s(now=self._clock()))
        now = self._clock()
        # Beats first, judgement after: after a pause of ours the pipes are full of proof that the children
        # lived.
        for key, _ in events:
            key.data(now)
        if now - self._turned > TICK_S_MAX + PAUSE_S:
            for running in self._groups:
                for process in running.alive:
                    process.heard = now
        self._turned = now
        if self._children_ended:
            self._children_ended = False
            self._reap(now=now)
        for running in self._groups:
            self._tend(running, now=now)
        if self._stopping:
            self._go_on_stopping(now=now)
        self._go_on_reloading(now=now)
        control.close_overdue(now=now)

    def _wait_s(self, *, now: float) -> float:
        moments = [
            process.due
            for running in self._groups
            for process in running.processes
            if process.due is not None
        ]
        # One that is past has been acted on: what is killed and not yet gone is waited for, not spun on.
        moments += [
            running.kill_at
            for running in self._groups
            if running.state is State.STOPPING and running.kill_at > now
        ]
        if self._reloads_asked and self._was_ready and self._reloading is None:
            return 0.0
        return max(0.0, min([TICK_S_MAX, *(moment - now for moment in moments)]))

    def _tend(self, running: _Running, *, now: float) -> None:
        if running.state is State.STOPPING:
            self._advance_stop(running, now=now)
            return
        for process in running.processes:
            if process.pid is not None:
                self._kill_if_silent(running, process, now=now)
            elif process.due is not None and now >= process.due:
                process.replaced += 1
                self._launch(running, process, now=now)
        for process in running.retired:
            if now >= process.kill_at and not process.killed:
                process.killed = True
                _send(process, signal.SIGKILL)
        if running.state is State.RUNNING:
            self._go_on_succeeding(running, now=now)
        if running.state is State.STARTING:
            if all(process.is_ready for process in running.processes):
                running.state = State.RUNNING
                self._say(running, "running")
                self._tell(running)
            elif now >= running.start_by:
                late = ", ".join(
                    f"`{process.part.name}`" for process in running.processes if not process.is_ready
                )
                self._give_up(
                    running,
                    f"`{running.group.name}` did not start within {self._patience.start_s_max:g} s: {late}",
                )

    def _kill_if_silent(self, running: _Running, process: _Process, *, now: float) -> None:
        limit = self._patience.silence_s_max if process.is_ready else self._patience.start_s_max
        if process.killed or now - process.heard <= limit:
            return
        process.killed = True
        self._say(running, f"{process.part.name} was silent for {limit:g} s and is killed")
        _send(process, signal.SIGKILL)

    # Starting

    def _open(self, running: _Running) -> None:
        """Take the group's lock and bind its sockets, all or none."""
        if running.latest is not None:
            running.group, running.latest, running.stale = running.latest, None, False
            running.processes = [_Process(part=part) for part in running.group.parts]
        group = running.group
        try:
            if group.lock is not None:
                taken = f"another supervisor runs `{group.name}`; stop that first"
                running.lock_fd = hold(group.lock, taken=taken)
            addresses = [
                listener.address for listener in group.listeners if isinstance(listener, TCPListener)
            ]
            require_free(dict.fromkeys(addresses))
            for listener in group.listeners:
                running.bound[listener.name] = (listener, bind(listener))
            if group.prepare is not None:
                group.prepare()
        except BaseException:
            self._close(running)
            raise

    def _start(self, running: _Running) -> None:
        now = self._clock()
        running.wanted = True
        running.state = State.STARTING
        running.start_by = now + self._patience.start_s_max
        running.failure = None
        running.refused = False
        self._say(running, f"starting {', '.join(process.part.name for process in running.processes)}")
        for process in running.processes:
            process.deaths = process.replaced = 0
            self._launch(running, process, now=now)

    def _launch(self, running: _Running, process: _Process, *, now: float) -> None:
        process.due = None
        process.is_ready = process.asked_to_end = process.killed = False
        process.started = process.heard = now
        listeners = {name: bound.fileno() for name, (_, bound) in running.bound.items()}
        try:
            process.pid, process.beat_fd = spawn(
                process.part, region=running.group.region, listeners=listeners, parent=self._parent
            )
        except OSError as error:
            self._ended(running, process, f"could not be started ({error.strerror})", refused=False, now=now)
            return
        self._selector.register(
            process.beat_fd, selectors.EVENT_READ, lambda now: self._hear(process, now=now)
        )

    def _hear(self, process: _Process, *, now: float) -> None:
        try:
            beats = os.read(process.beat_fd, BEATS_READ_MAX)
        except BlockingIOError:
            return
        if not beats:
            # Its end is closed: it is dying, and SIGCHLD follows; or it closed the pipe, and silence will
            # judge it.
            self._selector.unregister(process.beat_fd)
            return
        process.heard = now
        process.is_ready = True

    # Ending

    def _reap(self, *, now: float) -> None:
        for running in self._groups:
            for process in running.alive:
                assert process.pid is not None
                pid, status = os.waitpid(process.pid, os.WNOHANG)
                if pid == 0:
                    continue
                code = os.waitstatus_to_exitcode(status)
                how = f"ended by signal {-code}" if code < 0 else f"ended with status {code}"
                with suppress(KeyError):
                    self._selector.unregister(process.beat_fd)
                os.close(process.beat_fd)
                process.pid, process.beat_fd = None, -1
                self._ended(
                    running, process, how, refused=code == EXIT_REFUSED and not process.is_ready, now=now
                )

    def _ended(self, running: _Running, process: _Process, how: str, *, refused: bool, now: float) -> None:
        process.is_ready = False
        if process in running.retired:
            running.retired.remove(process)
            return
        if running.state in (State.STOPPING, State.STOPPED):
            return
        succession = running.succession
        if succession is not None and not succession.beside and process is succession.before:
            running.processes[running.processes.index(process)] = succession.after
            self._launch(running, succession.after, now=now)
            return
        if now - process.started >= self._patience.settled_s:
            process.deaths = 0
        wait = restart_wait_s(process.deaths, patience=self._patience)
        process.deaths += 1
        process.due = now + wait
        after = f"after {wait:.1f} s" if wait else "at once"
        if running.state is State.STARTING and (refused or process.deaths >= START_TRIES_MAX):
            running.refused = refused
            self._give_up(running, f"`{running.group.name}` does not start: {process.part.name} {how}")
        else:
            self._say(running, f"{process.part.name} {how}; it is started again {after}")

    def _give_up(self, running: _Running, failure: str) -> None:
        running.failure = failure
        self._stop(running, now=self._clock())

    def _stop(self, running: _Running, *, now: float) -> None:
        running.wanted = False
        if running.state in (State.STOPPING, State.STOPPED):
            return
        running.state = State.STOPPING
        running.kill_at = now + self._patience.grace_s
        running.parts_due.clear()
        if running.succession is not None and running.succession.beside:
            running.retired.append(running.succession.after)
        running.succession = None
        for process in running.processes:
            process.due = None
        # Our copies first: once the workers close theirs, the kernel refuses instead of letting clients wait
        # for nobody. The custodian's stays, for workers call it until they have ended.
        kept = {
            name
            for part in running.group.parts
            if part.stage is Stage.CUSTODY
            for name in part.listeners.values()
        }
        for name in [name for name in running.bound if name not in kept]:
            release(*running.bound.pop(name))

    def _advance_stop(self, running: _Running, *, now: float) -> None:
        alive = running.alive
        if not alive:
            self._stopped(running)
            return
        stage = min(process.part.stage for process in alive)
        for process in alive:
            if now >= running.kill_at and not process.killed:
                process.killed = True
                self._say(running, f"{process.part.name} did not end in time and is killed")
                _send(process, signal.SIGKILL)
            elif process.part.stage is stage and not process.asked_to_end:
                process.asked_to_end = True
                _send(process, signal.SIGTERM)

    def _stopped(self, running: _Running) -> None:
        self._close(running)
        running.state = State.STOPPED
        running.retired.clear()
        self._say(running, "stopped" if running.failure is None else running.failure)
        self._tell(running)
        if running.failure is not None and not self._was_ready:
            self._exit_status = EXIT_REFUSED if running.refused else EXIT_FAULT
            self._stopping = True
        elif running.wanted and not self._stopping:
            # Asked for again while it was stopping.
            self._reopen(running)

    def _go_on_stopping(self, *, now: float) -> None:
        """Stop the front door, then, when it has ended, the Regions."""
        doors = [running for running in self._groups if running.group.region is None]
        for running in doors:
            self._stop(running, now=now)
        if all(running.state is State.STOPPED for running in doors):
            for running in self._groups:
                self._stop(running, now=now)
        if self._interrupts > 1:
            for running in self._groups:
                running.kill_at = now

    # Successors (7)

    def _go_on_reloading(self, *, now: float) -> None:
        reloading = self._reloading
        if reloading is None:
            if self._reloads_asked and (self._was_ready or self._stopping):
                self._begin_reloading()
            return
        if self._stopping:
            self._end_reloading("everything is being stopped")
            return
        if not all(running.is_settled for running in reloading.fresh):
            return
        for regions in (True, False):
            concerned = [held for held in self._groups if (held.group.region is not None) is regions]
            if regions not in reloading.told:
                reloading.told.add(regions)
                for running in concerned:
                    running.latest = reloading.latest.get(running.group.name, running.latest)
                    running.stale = running.latest is not None
            for running in concerned:
                if running.state is State.RUNNING:
                    self._go_on_succeeding(running, now=now)
            if not all(running.is_settled for running in concerned):
                return
        for running in reloading.gone:
            self._stop(running, now=now)
        if all(running.state is State.STOPPED for running in reloading.gone):
            self._end_reloading(None)

    def _begin_reloading(self) -> None:
        question, reply = self._reloads_asked.popleft()
        if self._stopping:
            reply({"error": "everything is being stopped"})
            return
        assert self._reload is not None
        try:
            wanted = self._reload(question.partition)
        except HomeError as refusal:
            reply({"error": str(refusal)})
            return
        if wanted is None:
            reply({"done": "reloaded"})
            return
        latest = {group.name: group for group in wanted}
        names = {running.group.name for running in self._groups}
        fresh = [_running_of(group) for name, group in latest.items() if name not in names]
        self._reloading = _Reloading(
            replies=[reply],
            latest={name: group for name, group in latest.items() if name in names},
            fresh=fresh,
            gone=[running for running in self._groups if running.group.name not in latest],
        )
        for running in fresh:
            self._groups.append(running)
            running.wanted = True
            self._reopen(running)

    def _end_reloading(self, failure: str | None) -> None:
        reloading, self._reloading = self._reloading, None
        assert reloading is not None
        failures = [held.failure for held in reloading.fresh if held.failure is not None]
        failures += [*reloading.failures, *([] if failure is None else [failure])]
        if failure is None:
            self._groups = [held for held in self._groups if held not in reloading.gone]
            if all(held.group.region is None for held in self._groups):
                self._stopping = True
        for reply in reloading.replies:
            reply({"error": "; ".join(failures)} if failures else {"done": "reloaded"})

    def _go_on_succeeding(self, running: _Running, *, now: float) -> None:
        """Give the group's processes successors, one after another."""
        if running.stale:
            self._begin_succeeding(running)
        while True:
            if running.succession is None:
                if not running.parts_due:
                    return
                running.succession = self._succession_to(running, running.parts_due.popleft(), now=now)
            elif not self._is_succeeded(running, running.succession, now=now):
                return

    def _begin_succeeding(self, running: _Running) -> None:
        assert running.latest is not None
        running.stale = False
        latest = running.latest
        if latest.listeners == running.group.listeners and _names(latest) == _names(running.group):
            running.group, running.latest = latest, None
        else:
            self._say(running, "has other sockets or processes now: they count when it is started again")
        running.parts_due.extend(latest.parts)

    def _succession_to(self, running: _Running, part: Part, *, now: float) -> _Succession | None:
        before = next((held for held in running.processes if held.part.name == part.name), None)
        if before is None or not set(part.listeners.values()) <= set(running.bound):
            return None
        if isinstance(part, Program):
            before.part = part
            return None
        succession = _Succession(
            before=before,
            after=_Process(part=part),
            beside=part.overlaps,
            by=now + self._patience.start_s_max,
        )
        if part.overlaps:
            self._launch(running, succession.after, now=now)
        elif before.pid is not None:
            before.asked_to_end = True
            before.kill_at = now + self._patience.grace_s
            _send(before, signal.SIGTERM)
        else:
            # It died, and waits for its next start: that is the successor's.
            running.processes[running.processes.index(before)] = succession.after
            self._launch(running, succession.after, now=now)
        return succession

    def _is_succeeded(self, running: _Running, succession: _Succession, *, now: float) -> bool:
        """Go on with one; true when there is nothing more to do about it."""
        before, after = succession.before, succession.after
        if after.is_ready:
            after.replaced = before.replaced
            if succession.beside:
                self._retire(running, succession, now=now)
            running.succession = None
            return True
        if before.asked_to_end and before.pid is not None and now >= before.kill_at and not before.killed:
            before.killed = True
            _send(before, signal.SIGKILL)
        if (
            after.due is not None
            and succession.beside
            and now >= after.due
            and after.deaths < START_TRIES_MAX
        ):
            self._launch(running, after, now=now)
        if now < succession.by and not (succession.beside and after.deaths >= START_TRIES_MAX):
            return False
        if self._reloading is not None:
            self._reloading.failures.append(
                f"`{running.group.name}`: the successor of {before.part.name} does not start"
            )
        if succession.beside and after.pid is not None:
            after.killed, after.kill_at = True, now
            running.retired.append(after)
            _send(after, signal.SIGKILL)
        running.parts_due.clear()
        running.succession = None
        return True

    def _retire(self, running: _Running, succession: _Succession, *, now: float) -> None:
        before = succession.before
        running.processes[running.processes.index(before)] = succession.after
        if before.pid is not None:
            before.kill_at = now + self._patience.grace_s
            running.retired.append(before)
            _send(before, SUCCEEDED)

    def _close(self, running: _Running) -> None:
        for listener, bound in running.bound.values():
            release(listener, bound)
        running.bound.clear()
        if running.lock_fd is not None:
            os.close(running.lock_fd)
            running.lock_fd = None

    def _end(self, control: ControlServer | None) -> None:
        """Leave nothing behind, whatever ended the loop."""
        for running in self._groups:
            for process in running.alive:
                _send(process, signal.SIGKILL)
            for process in running.alive:
                assert process.pid is not None
                os.waitpid(process.pid, 0)
                process.pid = None
            self._close(running)
            self._tell(running)
        if control is not None:
            control.close()
        self._parent.close()
        self._selector.close()

    # Questions

    def _asked(self, question: Question, reply: Reply) -> None:
        if question.verb is Verb.STATUS:
            reply(self._status())
            return
        if question.verb is Verb.RELOAD:
            if self._reload is None:
                reply({"error": "what runs here is not read anew"})
            else:
                self._reloads_asked.append((question, reply))
            return
        named = [
            held
            for held in self._groups
            if held.group.region is not None and held.group.region == question.region
        ]
        if not named:
            reply({"error": f"no Region `{question.region}` is run here"})
        elif self._stopping:
            reply({"error": "everything is being stopped"})
        elif question.verb is Verb.STOP:
            self._asked_to_stop(named[0], reply)
        else:
            self._asked_to_start(named[0], reply)

    def _asked_to_stop(self, running: _Running, reply: Reply) -> None:
        running.waiters.append((State.STOPPED, reply))
        self._stop(running, now=self._clock())
        if running.state is State.STOPPED:
            self._tell(running)

    def _asked_to_start(self, running: _Running, reply: Reply) -> None:
        running.waiters.append((State.RUNNING, reply))
        running.wanted = True
        if running.state is State.RUNNING:
            self._tell(running)
        elif running.state is State.STOPPED:
            self._reopen(running)

    def _reopen(self, running: _Running) -> None:
        try:
            self._open(running)
        except HomeError as refusal:
            running.wanted = False
            running.failure = str(refusal)
            self._say(running, running.failure)
            self._tell(running)
            return
        self._start(running)

    def _tell(self, running: _Running) -> None:
        """Answer those who waited for what is now true, or for what now will not be."""
        waiting, running.waiters = running.waiters, []
        for awaited, reply in waiting:
            if running.state is awaited:
                reply({"done": awaited.value})
            elif (
                awaited is State.RUNNING
                and running.state is State.STOPPED
                and running.wanted
                and not self._stopping
            ):
                running.waiters.append((awaited, reply))
            else:
                reply({"error": running.failure or f"`{running.group.name}` is {running.state.value}"})

    def _status(self) -> dict[str, object]:
        regions = {
            held.group.name: _status_of(held) for held in self._groups if held.group.region is not None
        }
        others = {held.group.name: _status_of(held) for held in self._groups if held.group.region is None}
        return {"supervisor": os.getpid(), "ready": self._was_ready, "regions": regions, "others": others}

    # Signals and words

    @contextmanager
    def _signals(self) -> Iterator[None]:
        woken, wake = socket.socketpair()
        woken.setblocking(False)
        wake.setblocking(False)
        before = {number: signal.getsignal(number) for number in SIGNALS}
        # Started with nohup: a terminal that goes away is no reason to stop.
        caught = [
            number for number in SIGNALS if not (number is signal.SIGHUP and before[number] is signal.SIG_IGN)
        ]
        signal.set_wakeup_fd(wake.fileno(), warn_on_full_buffer=False)
        for number in caught:
            # The number is read from the pipe; without a handler in Python nothing would be written there.
            signal.signal(number, lambda *_: None)
        self._selector.register(woken, selectors.EVENT_READ, lambda _: self._signalled(woken))
        try:
            yield
        finally:
            signal.set_wakeup_fd(-1)
            for number in caught:
                signal.signal(number, before[number])
            woken.close()
            wake.close()

    def _signalled(self, woken: socket.socket) -> None:
        for number in woken.recv(256):
            if number == signal.SIGCHLD:
                self._children_ended = True
            else:
                self._stopping = True
                self._interrupts += number == signal.SIGINT

    def _say(self, running: _Running, what: str) -> None:
        line = what if what.startswith("`") else f"{running.group.name}: {what}"
        # A log that nobody reads any more must not end the processes that it speaks of.
        with suppress(OSError):
            os.write(2, f"watchword: {line}\n".encode())


def _running_of(group: Group) -> _Running:
    return _Running(group=group, processes=[_Process(part=part) for part in group.parts])


def _names(group: Group) -> list[str]:
    return [part.name for part in group.parts]


def _status_of(running: _Running) -> dict[str, object]:
    processes = [
        {
            "name": process.part.name,
            "pid": process.pid,
            "state": "ready" if process.is_ready else "starting" if process.pid is not None else "ended",
            "replaced": process.replaced,
        }
        for process in running.processes
    ]
    return {"state": running.state.value, "processes": processes, "failure": running.failure}


def _send(process: _Process, number: signal.Signals) -> None:
    # It is our child and not yet reaped, so the number can't have gone to another process.
    assert process.pid is not None
    with suppress(ProcessLookupError):
        os.kill(process.pid, number)


def _set_limits() -> None:
    """More descriptors for the children, and no core files: they would hold secrets."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = DESCRIPTORS_WANTED if hard == resource.RLIM_INFINITY else min(hard, DESCRIPTORS_WANTED)
    with suppress(OSError, ValueError):
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
    with suppress(OSError, ValueError):
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
