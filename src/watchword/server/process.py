"""One process of a Region, seen from inside: its birth, what it is handed, its end with its supervisor.

A `Role` is a function that runs in a fork of the supervisor; a `Program` is exec'd, so that it holds nothing
of the supervisor's memory (the custodian). Both are handed their listening sockets and two pipes:
  - the beat pipe: the first byte says that the process is ready, each later one that its main loop turns (one
    a second);
  - the parent pipe: its write end is in the supervisor alone, so end of file there means that the supervisor
    is gone.

What a child does before its role runs, in this order:
  1. Leaves the terminal's process group: Ctrl-C reaches the supervisor alone, which stops its children in
     order.
  2. Asks the kernel for SIGKILL when the supervisor dies (Linux), then looks whether it died before that.
  3. Puts signals back to their defaults; they were blocked since before the fork, so none is lost or misled.
  4. Closes every descriptor that is not its own: other listeners, locks, the parent pipe's write end.
  5. Watches the parent pipe from a thread, wherever the kernel has no (2), and as a second rope where it has.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import socket
import sys
import threading
import traceback
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from pathlib import Path
from types import MappingProxyType
from typing import NoReturn

from watchword.custody.hsm import Token
from watchword.server.deployment import CustodianSettings, HomeError, HsmSettings

SIGNALS = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGCHLD)
"""The ones that the supervisor handles, and that a child puts back."""
SUCCEEDED = signal.SIGUSR1
"""Sent to a process that `overlaps`, when its successor is ready."""
PR_SET_PDEATHSIG = 1
"""linux/prctl.h"""
EXIT_FAULT = 1
EXIT_REFUSED = 2
"""Said by a process that can't start whatever is tried again; it has printed one sentence."""
EXIT_ORPHANED = 3

# Loaded once, before any fork: nothing that looks for a file or takes a lock runs in a child before its role.
_libc = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


class Stage(IntEnum):
    """The order in which processes are stopped: those that send work before those that do it."""

    FRONT_DOOR = 0
    SERVING = 1
    CUSTODY = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """What a process is handed. The working folder is HOME."""

    name: str
    """`worker-1`, `agent`, …; unique in its Region."""
    region: str | None
    """`None` for the front door."""
    listeners: Mapping[str, int]
    """Descriptors of bound, listening, non-blocking sockets, by the names that the part asked for."""
    beat_fd: int
    """Non-blocking."""
    parent_fd: int

    def listener(self, name: str) -> socket.socket:
        """Return a listening socket; asked once for each name, since the object closes the descriptor."""
        return socket.socket(fileno=self.listeners[name])

    def ready(self) -> None:
        """Say that this process answers; called once, before `beat`."""
        self._write(b"R")

    def beat(self) -> None:
        """Say that the main loop turns; called from it once a second. Never blocks, never raises."""
        self._write(b".")

    def _write(self, byte: bytes) -> None:
        # A full pipe means that the supervisor is paused: it will find enough bytes when it wakes. A broken
        # one means that it is gone, and the watch on the parent pipe ends us.
        with contextlib.suppress(BlockingIOError, BrokenPipeError):
            os.write(self.beat_fd, byte)


Run = Callable[[Context], int | None]
"""A role's whole life: returns its exit status (None: 0).

It installs its own handler for SIGTERM, which means: finish what is in flight and return within the grace.
"""
Command = Callable[[Context], tuple[str, ...]]
"""The command line of a program, whose descriptors are the context's numbers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Role:
    """A process that is forked from the supervisor."""

    name: str
    run: Run = field(repr=False)
    listeners: Mapping[str, str] = field(default_factory=dict)
    """Its own name for each socket -> the group's: `{"api": "api-1", "door": "door"}`."""
    stage: Stage = Stage.SERVING
    overlaps: bool = False
    """It may run beside its successor for a while, and knows SUCCEEDED."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """A process that is exec'd: it takes the numbers of its descriptors on its command line."""

    name: str
    command: Command = field(repr=False)
    listeners: Mapping[str, str] = field(default_factory=dict)
    stage: Stage = Stage.CUSTODY


Part = Role | Program


class ParentPipe:
    """The pipe whose write end nobody but the supervisor holds."""

    def __init__(self) -> None:
        self.read_fd, self.write_fd = os.pipe()
        self.supervisor = os.getpid()

    def close(self) -> None:
        os.close(self.read_fd)
        os.close(self.write_fd)


def spawn(
    part: Part, *, region: str | None, listeners: Mapping[str, int], parent: ParentPipe
) -> tuple[int, int]:
    """Start a process; return its pid and the read end of its beat pipe (non-blocking).

    `listeners` are the group's, by the group's names. The caller has no threads: a fork would leave their
    locks held.

    Raises:
        OSError: the machine has no process, descriptor or memory to spare.
    """
    beat_read, beat_write = os.pipe()
    os.set_blocking(beat_read, False)
    os.set_blocking(beat_write, False)
    context = Context(
        name=part.name,
        region=region,
        listeners={own: listeners[shared] for own, shared in part.listeners.items()},
        beat_fd=beat_write,
        parent_fd=parent.read_fd,
    )
    _flush()
    blocked = signal.pthread_sigmask(signal.SIG_BLOCK, SIGNALS)
    try:
        pid = os.fork()
        if pid == 0:
            _live(part, context, supervisor=parent.supervisor, unblocked=blocked)
    except OSError:
        os.close(beat_read)
        raise
    finally:
        # Reached in the supervisor alone: `_live` never returns.
        signal.pthread_sigmask(signal.SIG_SETMASK, blocked)
        os.close(beat_write)
    return pid, beat_read


def _live(part: Part, context: Context, *, supervisor: int, unblocked: Iterable[int]) -> NoReturn:
    status = EXIT_FAULT
    try:
        _settle(context, supervisor=supervisor)
        if isinstance(part, Role):
            threading.Thread(
                target=_watch, args=(context.parent_fd,), name="parent-watch", daemon=True
            ).start()
            signal.pthread_sigmask(signal.SIG_SETMASK, unblocked)
            status = part.run(context) or 0
        else:
            for descriptor in (context.beat_fd, context.parent_fd, *context.listeners.values()):
                os.set_inheritable(descriptor, True)
            command = part.command(context)
            signal.pthread_sigmask(signal.SIG_SETMASK, unblocked)
            os.execv(command[0], command)  # noqa: S606 - a fixed list of our own, and no shell is the point
    except SystemExit as stop:
        status = stop.code if isinstance(stop.code, int) else EXIT_FAULT
    except BaseException:  # noqa: BLE001 - the edge of a process: what is not caught here would unwind into the supervisor's frames
        traceback.print_exc()
    finally:
        # Not sys.exit: the supervisor's frames, exit handlers and buffers are on this stack too.
        _flush()
        os._exit(status)


def _settle(context: Context, *, supervisor: int) -> None:
    # (1)
    os.setpgid(0, 0)
    # (2)
    _die_with(supervisor)
    # (3)
    signal.set_wakeup_fd(-1)
    for number in SIGNALS:
        signal.signal(number, signal.SIG_DFL)
    # What a role prints is for the log: stdout belongs to the command that a person typed.
    os.dup2(2, 1)
    with open(os.devnull, "rb") as nothing:
        os.dup2(nothing.fileno(), 0)
    # (4) The supervisor's Python objects still name these numbers. They stay referenced from its frames,
    # which this process never leaves, so none of them is finalized and closes a number that was given out
    # again.
    _close_all_but({0, 1, 2, context.beat_fd, context.parent_fd, *context.listeners.values()})


def _die_with(parent: int) -> None:
    if _libc is not None:
        _libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:
        os._exit(EXIT_ORPHANED)


def _flush() -> None:
    """Empty the buffers before a fork: text that waits there would be printed by both processes."""
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(OSError, ValueError):
            stream.flush()


def _close_all_but(kept: set[int]) -> None:
    low = 0
    for descriptor in sorted(kept):
        # An empty range starting at 0 closes everything: CPython 3.11 asks close_range(2) for 0 to -1, unsigned.
        if descriptor > low:
            os.closerange(low, descriptor)
        low = descriptor + 1
    os.closerange(low, os.sysconf("SC_OPEN_MAX"))


def _watch(parent_fd: int) -> None:
    with contextlib.suppress(OSError):
        os.read(parent_fd, 1)
    os._exit(EXIT_ORPHANED)


def apart(work: Callable[[], None]) -> None:
    """Do `work` in a short-lived fork of this process and wait for it.

    For what opens a Region's root: the processes that are forked later would inherit what is left of its keys in memory.

    Raises:
        HomeError: `work` raised one, or failed otherwise and said so on stderr.
    """
    reads, writes = os.pipe()
    caller = os.getpid()
    _flush()
    blocked = signal.pthread_sigmask(signal.SIG_BLOCK, SIGNALS)
    pid = os.fork()
    if pid == 0:
        _work_apart(work, writes=writes, caller=caller, unblocked=blocked)
    os.close(writes)
    try:
        signal.pthread_sigmask(signal.SIG_SETMASK, blocked)
        with os.fdopen(reads, "rb") as said:
            sentence = said.read().decode("utf-8")
    except BaseException:
        # Ctrl-C: let it clear away what it has begun.
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGTERM)
        os.waitpid(pid, 0)
        raise
    _, status = os.waitpid(pid, 0)
    if sentence or status:
        raise HomeError(sentence or "that failed; what stands above says why")


def _work_apart(work: Callable[[], None], *, writes: int, caller: int, unblocked: Iterable[int]) -> NoReturn:
    status = EXIT_FAULT
    try:
        # The caller alone hears Ctrl-C and what is sent to the group, and passes on what it decides.
        os.setpgid(0, 0)
        _die_with(caller)
        signal.set_wakeup_fd(-1)
        for number in SIGNALS:
            signal.signal(number, signal.SIG_DFL)
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(EXIT_FAULT))
        signal.pthread_sigmask(signal.SIG_SETMASK, unblocked)
        work()
        status = 0
    except HomeError as refusal:
        os.write(writes, str(refusal).encode("utf-8"))
    except SystemExit:
        pass
    except BaseException:  # noqa: BLE001 - the edge of a process, as in `_live`
        traceback.print_exc()
    finally:
        _flush()
        os._exit(status)


def custodian_command(
    *,
    root: Path,
    key_file: Path,
    passphrase_file: Path | None = None,
    are_credentials: bool = False,
    held: CustodianSettings = CustodianSettings(),  # noqa: B008 - a frozen value
    peers: Mapping[str, bytes] = MappingProxyType({}),
) -> Command:
    """Return how a Region's custodian is started; its socket is the one that the part calls `custody`.

    `peers` are the transport keys of the other Regions of its partition. The custodian has them from its start, so that
    nobody who asks it can name another.
    """
    more: tuple[str, ...] = ()
    more += () if passphrase_file is None else ("--passphrase-file", str(passphrase_file))
    more += () if held.user is None else ("--user", held.user)
    more += ("--strict",) if held.strict else ()
    for option, rate in (
        ("--questions-per-second", held.questions_per_second),
        ("--decryptions-per-minute", held.decryptions_per_minute),
    ):
        more += () if rate is None else (option, str(rate))
    for region, key in peers.items():
        more += ("--peer", f"{region}={key.hex()}")

    def hsm(context: Context) -> tuple[str, ...]:
        if held.hsm is None:
            return ()
        return (
            *("--hsm-fd", str(context.listeners["hsm"])),
            *("--hsm-deadline-ms", str(held.hsm.deadline_ms)),
        )

    def command(context: Context) -> tuple[str, ...]:
        # -P: with -m alone Python looks for modules in the working folder first, which is HOME.
        return (
            *(sys.executable, "-P", "-m", "watchword.custody"),
            *("--socket-fd", str(context.listeners["custody"])),
            *("--root", str(root)),
            *("--key-file", str(key_file)),
            *more,
            *(("--credentials",) if are_credentials else ()),
            *hsm(context),
            *("--beat-fd", str(context.beat_fd)),
            *("--parent-fd", str(context.parent_fd)),
        )

    return command


def hsm_command(*, socket_path: Path, token: Token, hsm: HsmSettings, held: CustodianSettings) -> Command:
    """Return how the process is started that speaks to the HSM of a Region's custodian."""
    more: tuple[str, ...] = ()
    more += ("--credentials",) if token.is_credential else ()
    more += ("--network",) if hsm.network else ()
    more += () if held.user is None else ("--user", held.user)
    more += ("--strict",) if held.strict else ()
    for path in hsm.reach:
        more += ("--reach", str(path))

    def command(context: Context) -> tuple[str, ...]:
        return (
            *(sys.executable, "-P", "-m", "watchword.custody.hsm_process"),
            *("--connect", str(socket_path)),
            *("--module", str(token.module)),
            *("--token", token.label),
            *("--pin-file", str(token.pin_file)),
            *("--deadline-ms", str(hsm.deadline_ms)),
            *more,
            *("--beat-fd", str(context.beat_fd)),
            *("--parent-fd", str(context.parent_fd)),
        )

    return command
