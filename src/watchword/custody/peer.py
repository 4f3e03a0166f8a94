"""Who is at the other end of a Unix socket, as the kernel says it."""

from __future__ import annotations

import ctypes
import os
import socket
import struct
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Peer:
    """The process that connected, at the moment of its `connect`."""

    uid: int
    pid: int
    """0 where the kernel does not say."""


NOBODY = Peer(uid=-1, pid=0)


def of(connection: socket.socket) -> Peer:
    """Return who connected.

    Linux: SO_PEERCRED (unix(7)). macOS and the BSDs: getpeereid(3). Both are of the moment of `connect`.

    Raises:
        OSError: the kernel does not say; the connection must then be refused.
    """
    peercred: int | None = getattr(socket, "SO_PEERCRED", None)
    if peercred is not None:
        form = struct.Struct("3i")
        pid, uid, _ = form.unpack(connection.getsockopt(socket.SOL_SOCKET, peercred, form.size))
        return Peer(uid=int(uid), pid=int(pid))
    return Peer(uid=_getpeereid(connection), pid=0)


def _getpeereid(connection: socket.socket) -> int:
    """Ask libc; Python has no name for it."""
    library = ctypes.CDLL(None, use_errno=True)
    if not hasattr(library, "getpeereid"):
        raise OSError("this system does not tell who connected")
    uid, gid = ctypes.c_uint(), ctypes.c_uint()
    if library.getpeereid(connection.fileno(), ctypes.byref(uid), ctypes.byref(gid)) != 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    return int(uid.value)
