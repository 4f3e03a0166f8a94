"""`python -m watchword.custody.hsm_process`: the process that speaks to an HSM for a Region's custodian.

Why it is a process of its own: a vendor's library is code that nobody here has read, and a call of it may block for ever. So
the custodian's room stays as closed as it is without an HSM, and what hangs is killed.

  1. The keeper, which the supervisor starts, holds nothing and loads no library. It forks an asker and waits for its end;
     then it forks the next one, a second later.
  2. The asker connects to the custodian, becomes the custodian's user, loads the vendor's library, closes its own room
     (`hardening.py`; its filter of calls is wider by what a library needs for its files, or its connections), reads the
     PIN, logs in, and answers one question after the other.
  3. Each call has a deadline, at which the kernel ends the asker (SIGALRM, which nobody handles). One that was stopped is
     killed by the keeper.

A PIN that the token refused is not tried again until its file has changed: a token counts wrong PINs and locks itself.

Exit status: 0 after SIGTERM or when the supervisor is gone, 2 where `--strict` forbids what the system has to offer.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import select
import signal
import socket
import sys
import time
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, NoReturn

from watchword.custody import hardening, protocol
from watchword.custody.hardening import FILES, NotHardened, Protection, Reach
from watchword.custody.hsm import HsmAway, KeyUnfit, PinRefused, Token
from watchword.custody.hsm_apart import NOT_INSTALLED
from watchword.custody.hsm_link import Say
from watchword.custody.kernel import Kernel
from watchword.custody.seccomp import Room
from watchword.envelope.fields import encoded
from watchword.envelope.refused import EnvelopeRefused

if TYPE_CHECKING:
    from watchword.custody.hsm_session import HsmSession

START_S_MAX = 15.0
"""To load a library, to find a token and to log in; a network HSM takes seconds."""
RETRY_S = 1.0
BEAT_S = 1.0
SILENCE_S_MAX = 5.0
READ_BYTES = 65_536
TASKS = Path("/proc/self/task")

GONE, AWAY, PIN_REFUSED, NOT_ALLOWED = 0, 3, 4, 2
"""How an asker ends: the custodian is gone, the HSM is away, the token refuses the PIN, `--strict`."""


def main(arguments: list[str] | None = None) -> int:
    """Keep an asker running until told to stop."""
    options = _parser().parse_args(arguments)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    keeper = Keeper(options)
    signal.signal(signal.SIGTERM, keeper.stop)
    return keeper.keep()


class Keeper:
    """Mutable: the asker of the moment, and the PIN that was refused."""

    def __init__(self, options: argparse.Namespace) -> None:
        self._options = options
        self._stopping = False
        self._ready = False
        self._next_beat = 0.0
        self._began = time.monotonic()

    def stop(self, signal_number: int, frame: FrameType | None) -> None:
        self._stopping = True

    def keep(self) -> int:
        refused: tuple[str, tuple[int, ...]] | None = None
        while not self._stopping:
            pin = _signature(self._options.pin_file)
            if refused is not None and refused[1] == pin:
                with contextlib.suppress(OSError):
                    _told_away(self._options.connect, refused[0])
            else:
                status, why = self._one_asker()
                refused = (why, pin) if status == PIN_REFUSED else None
                if status == NOT_ALLOWED:
                    return NOT_ALLOWED
            self._ready = True
            self._rest(RETRY_S)
        return 0

    def _one_asker(self) -> tuple[int, str]:
        """Fork an asker and wait for its end; returns its status, and what it said last."""
        reads, told = os.pipe()
        pid = os.fork()
        if pid == 0:
            os.close(reads)
            _ask_for_ever(self._options, told=told)
        os.close(told)
        said, heard, patience = b"", time.monotonic(), START_S_MAX + SILENCE_S_MAX
        try:
            while not self._stopping:
                readable = self._waited(reads)
                now = time.monotonic()
                if readable:
                    piece = os.read(reads, READ_BYTES)
                    if not piece:
                        break
                    # Signs of life, then why it ends.
                    said, heard = (said + piece).lstrip(b".")[-READ_BYTES:], now
                    self._ready, patience = True, SILENCE_S_MAX
                elif now - heard > patience:
                    _say("the process that asks the HSM was silent and is killed")
                    break
        finally:
            os.close(reads)
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
            _, ended = os.waitpid(pid, 0)
        status = os.waitstatus_to_exitcode(ended)
        if status == -signal.SIGALRM:
            _say("a call of the HSM did not return in time, and the process that waited for it was ended")
        return status, said.decode("utf-8", "replace")

    def _rest(self, seconds: float) -> None:
        ends = time.monotonic() + seconds
        while not self._stopping and time.monotonic() < ends:
            self._waited(None)

    def _waited(self, reads: int | None) -> bool:
        """Wait for an asker's word, for a while; sign of life for the supervisor, and look whether it is still there."""
        options = self._options
        fds = [fd for fd in (reads, options.parent_fd) if fd is not None]
        readable, _, _ = select.select(fds, [], [], 0.2)
        if options.parent_fd in readable:
            # Nobody writes to it: its other end, the supervisor, is gone.
            self._stopping = True
        now = time.monotonic()
        ready = self._ready or now - self._began > SILENCE_S_MAX
        if options.beat_fd is not None and ready and now >= self._next_beat:
            self._next_beat = now + BEAT_S
            with contextlib.suppress(BlockingIOError, BrokenPipeError):
                os.write(options.beat_fd, b".")
        return reads in readable


def _ask_for_ever(options: argparse.Namespace, *, told: int) -> NoReturn:
    """An asker's whole life, in the fork."""
    status = AWAY
    why = "its process failed"
    sock: socket.socket | None = None
    try:
        # The keeper's handler is none of this process's, and the deadline's signal is nobody's.
        for number in (signal.SIGTERM, signal.SIGALRM):
            signal.signal(number, signal.SIG_DFL)
        sock = _connected(options.connect)
        _serve(options, sock, told=told)
        status = GONE
    except NotHardened as error:
        _say(str(error))
        status, why = NOT_ALLOWED, str(error)
    except HsmAway as away:
        status, why = PIN_REFUSED if isinstance(away, PinRefused) else AWAY, str(away)
    except ImportError:
        why = NOT_INSTALLED
    except OSError:
        status = GONE  # The custodian's socket.
    except BaseException as error:  # noqa: BLE001 - the edge of a process; the type alone, for a message could hold the PIN
        why = f"its process failed: {type(error).__name__}"
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        with contextlib.suppress(OSError):
            if status != GONE:
                os.write(told, why.encode())
                if sock is not None:
                    sock.sendall(protocol.frame(Say.AWAY, (why.encode(),)))
        os._exit(status)


def _serve(options: argparse.Namespace, sock: socket.socket, *, told: int) -> None:
    """(2); returns when the custodian is gone."""
    # Here, and not above: the keeper loads nothing of it. And before another user, who may not reach it.
    from watchword.custody import hsm_session

    kernel = Kernel()
    own_user = hardening.become(kernel, options.user)
    dumps = hardening.forbid_dumps(kernel)
    hardening.die_with_parent(kernel)
    signal.setitimer(signal.ITIMER_REAL, START_S_MAX)
    token = Token(
        module=options.module,
        label=options.token,
        pin_file=options.pin_file,
        is_credential=options.credentials,
    )
    # Before the room is closed: it maps code, and may read what configures it.
    library = hsm_session.load(options.module)
    memory = hardening.lock_memory(kernel)
    privileges = hardening.forbid_new_privileges(kernel)
    files = _confined(kernel, options)
    calls = hardening.confine_calls(kernel, room=Room.HSM_NETWORK if options.network else Room.HSM)
    protections = (own_user, dumps, memory, privileges, files, calls)
    if options.strict:
        hardening.require_all(protections)
    session = hsm_session.begin(library, token)
    signal.setitimer(signal.ITIMER_REAL, 0)
    held = {one.name: "yes" if one.holds else one.why or "no" for one in protections}
    sock.sendall(protocol.frame(Say.HELLO, (json.dumps(held).encode(),)))
    _say(f"logged in; {hardening.line_of(protections)}")
    os.write(told, b".")
    sock.settimeout(BEAT_S)
    received = bytearray()
    while True:
        try:
            piece = sock.recv(READ_BYTES)
            if not piece:
                return
            received += piece
        except TimeoutError:
            pass
        os.write(told, b".")
        while (length := protocol.frame_bytes(received)) is not None and len(received) >= length:
            whole = bytes(received[:length])
            del received[:length]
            # Of each call: who waits behind this one has a deadline of its own.
            signal.setitimer(signal.ITIMER_REAL, options.deadline_ms / 1_000)
            answer = _answered(session, *protocol.parse(whole))
            signal.setitimer(signal.ITIMER_REAL, 0)
            sock.settimeout(None)
            sock.sendall(answer)
            sock.settimeout(BEAT_S)
            os.write(told, b".")


def _answered(session: HsmSession, say: int, parts: list[bytes]) -> bytes:
    """Raises HsmAway where the session is of no use any more."""
    number = parts[0]
    try:
        match (say, parts):
            case (Say.OPEN, [_, label, bound, wrapped]):
                key = session.open(key_label=protocol.text_from(label), bound=bound, wrapped=wrapped)
                return protocol.frame(Say.DONE, (number, key))
            case (Say.MAKE, [_, label, bound]):
                key, wrapped = session.make(key_label=protocol.text_from(label), bound=bound)
                return protocol.frame(Say.DONE, (number, key, wrapped))
    except EnvelopeRefused:
        return protocol.frame(Say.REFUSED, (number,))
    except KeyUnfit as unfit:
        return protocol.frame(Say.CANNOT, (number, str(unfit).encode()))
    raise protocol.ProtocolError("a question that there is not")


def _confined(kernel: Kernel, options: argparse.Namespace) -> Protection:
    threads = len(os.listdir(TASKS)) if TASKS.exists() else 1
    confined = hardening.confine_files(
        kernel,
        Reach(used=tuple(options.reach), read=(options.pin_file,)),
        network=options.network,
    )
    if confined.holds and threads > 1:
        # Landlock holds for the thread that asks for it and for those that this one starts.
        return Protection(
            name=FILES, holds=False, why="the HSM's library had started threads before", demanded=False
        )
    return confined


def _connected(path: Path) -> socket.socket:
    sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        sock.connect(os.fspath(path))
    except BaseException:
        sock.close()
        raise
    return sock


def _told_away(path: Path, why: str) -> None:
    with contextlib.closing(_connected(path)) as sock:
        sock.sendall(protocol.frame(Say.AWAY, (encoded(why),)))


def _signature(path: Path) -> tuple[int, ...]:
    """Tell whether a file was written since; nothing of its content."""
    try:
        held = path.stat()
    except OSError:
        return ()
    return (held.st_ino, held.st_mtime_ns, held.st_size)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m watchword.custody.hsm_process", description=__doc__)
    add = parser.add_argument
    add("--connect", type=Path, required=True, metavar="PATH", help="the custodian's socket for this")
    add("--module", type=Path, required=True, metavar="PATH", help="the vendor's PKCS#11 library")
    add("--token", required=True, metavar="LABEL")
    add("--pin-file", type=Path, required=True, metavar="PATH")
    add("--credentials", action="store_true", help="the PIN file is a systemd credential")
    add("--deadline-ms", type=int, required=True, metavar="N", help="of one call")
    add(
        "--reach",
        type=Path,
        action="append",
        default=[],
        metavar="PATH",
        help="what the library uses; repeat",
    )
    add("--network", action="store_true", help="the library connects to its HSM")
    add("--user", metavar="NAME", help="become this user; needs root")
    add("--strict", action="store_true", help="do not start without every protection")
    add("--beat-fd", type=int, metavar="N", help="gets a byte a second")
    add("--parent-fd", type=int, metavar="N", help="end of file on it ends this process")
    return parser


def _say(what: str) -> None:
    print(f"watchword hsm: {what}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
