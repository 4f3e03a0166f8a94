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
from collections.abc import Sequence
from pathlib import Path

from watchword.custody import hardening
from watchword.custody.core import Keyring
from watchword.custody.hardening import NotHardened, Protection, Reach
from watchword.custody.hsm_link import HsmLink
from watchword.custody.imports import Pairs
from watchword.custody.kernel import Kernel
from watchword.custody.limits import DECRYPTIONS_PER_MINUTE, QUESTIONS_PER_SECOND, Limits, Watch
from watchword.custody.lock import KeyFile, LockKind, Opener, passphrase_file
from watchword.custody.root import RootError
from watchword.custody.seal import Seal
from watchword.custody.server import BACKLOG, CONNECTIONS_MAX, Custodian

OTHER_FDS = 32
"""Standard streams, listener, pipes, selector and what a library opens: kept free of clients."""
START_BYTES = 8
HSM_DEADLINE_MS = 1_000


class CannotStart(Exception):
    """A socket or pipe cannot be used; the text is one sentence for the operator."""


def main(arguments: list[str] | None = None, *, kernel: Kernel | None = None) -> int:
    """Run the custodian until it is told to stop."""
    options = _parser().parse_args(arguments)
    supervised = options.parent_fd is not None
    # Who starts it may ask it, whoever it becomes.
    peer_uids = frozenset({os.geteuid()})
    connections_max = _connections_max()
    # Until the loop runs there is nothing to finish. Ctrl-C reaches the whole process group; under a
    # supervisor it is not ours: the workers are stopped first, and they still need keys.
    signals = (signal.SIGTERM,) if supervised else (signal.SIGTERM, signal.SIGINT)
    if supervised:
        signal.signal(signal.SIGINT, signal.SIG_IGN)
    for number in signals:
        signal.signal(number, lambda *_: sys.exit(0))
    try:
        # Before the room is closed, in which nothing begins to listen.
        hsm = _hsm_link(options, peer_uids=peer_uids)
        # Before the root is open: there must be no moment in which a dump could hold it.
        protections, listener = _closed(options, kernel or Kernel())
        # RSA pairs take seconds: they are made aside, so that no other question waits.
        pairs = Pairs().take
        seal = Seal(
            options.root,
            entropy=os.urandom,
            keyring_of=lambda master: Keyring(
                master, entropy=os.urandom, pairs=pairs, peers=dict(options.peer or ()), hsm=hsm
            ),
        )
        seal.open_with(_openers(options))
        if seal.keyring is None and hsm is None:
            print("watchword custodian: sealed; `watchword custody unseal` opens it", file=sys.stderr)
    except (RootError, CannotStart, NotHardened) as error:
        print(f"watchword custodian: {error}", file=sys.stderr)
        return 2
    custodian = Custodian(
        seal,
        listener,
        peer_uids=peer_uids,
        monotonic=time.monotonic,
        beat_fd=options.beat_fd,
        parent_fd=options.parent_fd,
        connections_max=connections_max,
        watch=_watch(options, protections, hsm),
        hsm=hsm,
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


def _closed(options: argparse.Namespace, kernel: Kernel) -> tuple[tuple[Protection, ...], socket.socket]:
    """Give up what is not needed to answer, and return how that went and the socket, which is made in between.

    Raises:
        NotHardened, CannotStart: it may not start so, or has no socket.
    """
    supervised = options.parent_fd is not None
    hardening.rehearse()
    own_user = hardening.become(kernel, options.user)
    for fd in (options.beat_fd, options.parent_fd):
        if fd is not None:
            _check_pipe(fd)
    if options.beat_fd is not None:
        os.set_blocking(options.beat_fd, False)
    listener = _inherited(options.socket_fd) if options.socket is None else _bound(options.socket)
    try:
        opened_with = [held for held in (options.key_file, options.passphrase_file) if held is not None]
        reach = Reach(
            rewritten=(options.root.parent,),
            removed=() if options.socket is None else (options.socket.parent,),
            read=[*opened_with, *(KeyFile(path=held).beside for held in opened_with)],
        )
        rest = hardening.close_room(kernel, supervised=supervised, reach=reach)
        protections = (own_user, *rest)
        print(f"watchword custodian: {hardening.line_of(protections)}", file=sys.stderr, flush=True)
        if options.strict:
            hardening.require_all(protections)
    except NotHardened:
        listener.close()
        raise
    return protections, listener


def _hsm_link(options: argparse.Namespace, *, peer_uids: frozenset[int]) -> HsmLink | None:
    if options.hsm_fd is None:
        return None
    return HsmLink(
        _inherited(options.hsm_fd),
        deadline_s=options.hsm_deadline_ms / 1_000,
        peer_uids=peer_uids,
        monotonic=time.monotonic,
    )


def _watch(options: argparse.Namespace, protections: Sequence[Protection], hsm: HsmLink | None) -> Watch:
    limits = Limits(
        questions_per_second=options.questions_per_second,
        decryptions_per_minute=options.decryptions_per_minute,
    )
    told = {held.name: "yes" if held.holds else held.why or "no" for held in protections}
    return Watch(
        limits=limits,
        protections=told,
        start=os.urandom(START_BYTES).hex(),
        hsm=None if hsm is None else lambda: (hsm.state, hsm.protections),
    )


def _openers(options: argparse.Namespace) -> dict[LockKind, Opener]:
    """Return what may open the root without anybody's help; the root's lock says which of it is asked."""
    openers: dict[LockKind, Opener] = {}
    if options.key_file is not None:
        openers[LockKind.KEY_FILE] = KeyFile(path=options.key_file, is_credential=options.credentials)
    if options.passphrase_file is not None:
        openers[LockKind.PASSPHRASE] = passphrase_file(
            options.passphrase_file, is_credential=options.credentials
        )
    return openers


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
    parser.add_argument("--key-file", type=Path, metavar="PATH", help="the key that opens it, if one does")
    parser.add_argument(
        "--passphrase-file", type=Path, metavar="PATH", help="the passphrase that opens it, if one does"
    )
    credential = "a systemd credential: its mode may show the group's right to read"
    parser.add_argument("--credentials", action="store_true", help=credential)
    parser.add_argument("--user", metavar="NAME", help="become this user first; needs root")
    parser.add_argument("--strict", action="store_true", help="do not start without every protection")
    parser.add_argument(
        "--questions-per-second", type=int, metavar="N", default=QUESTIONS_PER_SECOND, help="of one process"
    )
    parser.add_argument(
        "--decryptions-per-minute",
        type=int,
        metavar="N",
        default=DECRYPTIONS_PER_MINUTE,
        help="else an alarm",
    )
    parser.add_argument(
        "--peer",
        type=_peer,
        action="append",
        metavar="REGION=KEY",
        help="another Region's transport key in hex: material of multi-Region keys may go there",
    )
    hsm_fd = "a bound Unix socket, inherited, on which the HSM's process is waited for"
    parser.add_argument("--hsm-fd", type=int, metavar="N", help=hsm_fd)
    parser.add_argument("--hsm-deadline-ms", type=int, metavar="N", default=HSM_DEADLINE_MS)
    parser.add_argument("--beat-fd", type=int, metavar="N", help="gets `R`, then a byte a second")
    parser.add_argument("--parent-fd", type=int, metavar="N", help="end of file on it ends the custodian")
    return parser


def _peer(text: str) -> tuple[str, bytes]:
    region, _, key = text.partition("=")
    return region, bytes.fromhex(key)


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
