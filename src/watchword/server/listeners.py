"""The sockets that a supervisor binds and keeps open.

A client that knocks while a process is replaced waits for the successor instead of being refused.
"""

from __future__ import annotations

import errno
import socket
from collections.abc import Iterable
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path

from watchword.server.deployment import Address, HomeError

BACKLOG = 1_024
"""Connections that wait for a process; the kernel's own bound (net.core.somaxconn) may be lower."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TCPListener:
    """Listens on an address; of `shared` ones several have one port, and the kernel spreads connections."""

    name: str
    address: Address
    shared: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class UnixListener:
    """Listens on a path relative to HOME, which only this user reaches."""

    name: str
    path: Path


Listener = TCPListener | UnixListener


def require_free(addresses: Iterable[Address]) -> None:
    """Refuse if something else listens on one of these addresses; HomeError names the first that is taken.

    Asked before the shared bind: SO_REUSEPORT would let us join another program of this user on its port, and
    take half of its connections.
    """
    for address in addresses:
        with closing(_socket(address)) as probe:
            _bind(probe, address)


def bind(listener: Listener) -> socket.socket:
    """Bind and listen; a Unix socket's file from an earlier run is replaced (the caller holds the lock).

    Raises:
        HomeError: the address is taken or not ours, or the path can't be made.
    """
    if isinstance(listener, UnixListener):
        return _bind_unix(listener)
    bound = _socket(listener.address)
    try:
        if listener.shared:
            bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        _bind(bound, listener.address)
        bound.listen(BACKLOG)
    except BaseException:
        bound.close()
        raise
    bound.setblocking(False)
    return bound


def release(listener: Listener, bound: socket.socket) -> None:
    """Close a listening socket and remove its file."""
    bound.close()
    if isinstance(listener, UnixListener):
        with suppress(OSError):
            listener.path.unlink()


def _socket(address: Address) -> socket.socket:
    family = socket.AF_INET6 if ":" in address.host else socket.AF_INET
    made = socket.socket(family, socket.SOCK_STREAM)
    # Connections of an earlier run that wait out their last minute hold no port; a program that listens does.
    made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    return made


def _bind(unbound: socket.socket, address: Address) -> None:
    try:
        unbound.bind((address.host, address.port))
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise HomeError(f"port {address.port} is taken; choose another with `--port`") from None
        raise HomeError(f"can't listen on `{address}`: {error.strerror or error}") from None


def _bind_unix(listener: UnixListener) -> socket.socket:
    made = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        with suppress(FileNotFoundError):
            listener.path.unlink()
        made.bind(str(listener.path))
        # The folder is 0700 and the umask 077; this says it once more where neither holds.
        listener.path.chmod(0o600)
        made.listen(BACKLOG)
    except OSError as error:
        made.close()
        raise HomeError(f"can't listen on `{listener.path}`: {error.strerror or error}") from None
    made.setblocking(False)
    return made
