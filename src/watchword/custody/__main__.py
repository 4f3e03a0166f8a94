"""`python -m watchword.custody`: the custodian, started by the supervisor (or by hand, to try it).

Exit status: 0 after SIGTERM or when the supervisor is gone, 2 with one sentence when it cannot start.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import resource
import signal
import socket
import stat
import sys
import time
from pathlib import Path

from watchword.custody import hardening, root
from watchword.custody.core import Keyring
from watchword.custody.server import BACKLOG, CONNECTIONS_MAX, Custodian

OTHER_FDS = 32
"""Standard streams, listener, pipes, selector and what a library opens: kept free of clients."""


class CannotStart(Exception):
    """A socket or pipe cannot be used; the text is one sentence for the operator."""


def main(arguments: list[str] | None = None) -> int:
    """Run the custodian until it is told to stop."""
    options = _parser().parse_args(arguments)
    supervised = options.parent_fd is not None
    # Before the root is open: there must be no moment in which a dump could hold it.
    hardening.forbid_dumps()
    if supervised:
        hardening.die_with_parent()
    # Until the loop runs there is nothing to finish. Ctrl-C reaches the whole process group; under a
    # supervisor it is not ours: the workers are stopped first, and they still need keys.
    signals = (signal.SIGTERM,) if supervised else (signal.SIGTERM, signal.SIGINT)
    if supervised:
        signal.signal(signal.SIGINT, signal.SIG_IGN)
    for number in signals:
        signal.signal(number, lambda *_: sys.exit(0))
    try:
        master = root.unlock(options.root, options.key_file)
        for fd in (options.beat_fd, options.parent_fd):
            if fd is not None:
                _check_pipe(fd)
        if options.beat_fd is not None:
            os.set_blocking(options.beat_fd, False)
        listener = _inherited(options.socket_fd) if options.socket is None else _bound(options.socket)
    except (root.RootError, CannotStart) as error:
        print(f"watchword custodian: {error}", file=sys.stderr)
        return 2
    custodian = Custodian(
        Keyring(master, entropy=os.urandom),
        listener,
        peer_uid=os.geteuid(),
        monotonic=time.monotonic,
        beat_fd=options.beat_fd,
        parent_fd=options.parent_fd,
        connections_max=_connections_max(),
    )
    for number in signals:
        signal.signal(number, lambda *_: custodian.stop())
    try:
        custodian.serve()
    finally:
        listener.close()
        if options.socket is not None:
            options.socket.unlink(missing_ok=True)
    return 0


def _connections_max() -> int:
    """Return how many clients fit beside our own descriptors: `accept` must never fail for want of one."""
    fds_max, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return CONNECTIONS_MAX if fds_max == resource.RLIM_INFINITY else min(CONNECTIONS_MAX, fds_max - OTHER_FDS)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m watchword.custody", description=__doc__)
    where = parser.add_mutually_exclusive_group(required=True)
    where.add_argument("--socket-fd", type=int, metavar="N", help="a bound Unix socket, inherited")
    where.add_argument("--socket", type=Path, metavar="PATH", help="a Unix socket to make")
    parser.add_argument("--root", type=Path, required=True, metavar="PATH", help="the Region's sealed root")
    parser.add_argument("--key-file", type=Path, required=True, metavar="PATH", help="the key that opens it")
    parser.add_argument("--beat-fd", type=int, metavar="N", help="gets `R`, then a byte a second")
    parser.add_argument("--parent-fd", type=int, metavar="N", help="end of file on it ends the custodian")
    return parser


def _inherited(fd: int) -> socket.socket:
    try:
        listener = socket.socket(fileno=fd)
        # Again, if the supervisor has: the backlog is then this one.
        listener.listen(BACKLOG)
    except (OSError, ValueError):
        raise CannotStart(f"descriptor {fd} is not a socket that can listen") from None
    if listener.family != socket.AF_UNIX:
        raise CannotStart(f"descriptor {fd} is not a Unix socket")
    return listener


def _check_pipe(fd: int) -> None:
    try:
        mode = os.fstat(fd).st_mode
        is_pipe = stat.S_ISFIFO(mode) or stat.S_ISSOCK(mode)
    except OSError:
        is_pipe = False
    if not is_pipe:
        raise CannotStart(f"descriptor {fd} is not a pipe")


def _bound(path: Path) -> socket.socket:
    """Make the socket, for its owner alone; one that a dead custodian left is replaced."""
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    wide = os.umask(0o177)
    try:
        if path.is_socket() and not _is_answered(path):
            path.unlink()
        listener.bind(os.fspath(path))
        listener.listen(BACKLOG)
    except OSError as error:
        # "AF_UNIX path too long" has no strerror.
        raise CannotStart(f"socket `{path}` cannot be made: {error.strerror or error}") from None
    finally:
        os.umask(wide)
    return listener


def _is_answered(path: Path) -> bool:
    with contextlib.closing(socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)) as probe:
        probe.setblocking(False)
        try:
            probe.connect(os.fspath(path))
        except BlockingIOError:
            return True  # Its queue is full, so somebody holds it.
        except OSError:
            return False
        return True


if __name__ == "__main__":
    sys.exit(main())
