"""Small files that hold keys: read whole or not at all, written whole or not at all."""

from __future__ import annotations

import contextlib
import os
import stat
from pathlib import Path


class RootError(Exception):
    """A root that can't be made, opened or changed; the text is one sentence for the operator and holds no key."""


def read(path: Path, *, what: str, bytes_max: int, others: int = 0o777) -> bytes:
    """Read a small regular file; one byte further than it may be long, so that a longer one is noticed.

    `others`: which bits of its mode it may have. Errors name the file as `what`.

    Raises:
        RootError: it is missing, unreadable, too long, no file, or open to others.
    """
    try:
        # Not blocking: opening a FIFO would wait for its writer.
        fd = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
    except OSError as error:
        raise RootError(f"{what} `{path}` cannot be read: {said(error)}") from None
    try:
        # Asked of the open file, not of the name: what is read is what was checked.
        mode = os.fstat(fd).st_mode
        if not stat.S_ISREG(mode):
            raise RootError(f"{what} `{path}` is not a file")
        if stat.S_IMODE(mode) & ~others & 0o777:
            raise RootError(
                f"{what} `{path}` is open to others than its owner (mode {stat.S_IMODE(mode):04o}): "
                f"run `chmod 600 {path}`"
            )
        content = os.read(fd, bytes_max + 1)
    except OSError as error:
        raise RootError(f"{what} `{path}` cannot be read: {said(error)}") from None
    finally:
        os.close(fd)
    if len(content) > bytes_max:
        raise RootError(f"{what} `{path}` is damaged: it is longer than {bytes_max} bytes")
    return content


def write(path: Path, content: bytes) -> None:
    """Write a file, whole or not at all, durable on return, mode 0600; one that is there is replaced.

    1. Written beside its place and synced: a crash leaves no half file under the name.
    2. Renamed.
    3. The folder is synced: without it a power cut may forget the name.

    Raises:
        RootError: it cannot be written; then what was there before still is, but for a failure in (3), after which
        either may be.
    """
    beside = path.with_name(f".{path.name}.new")
    try:
        # (1)
        beside.unlink(missing_ok=True)
        fd = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        with os.fdopen(fd, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(fd)
        # (2) and (3)
        move(beside, path)
    except OSError as error:
        with contextlib.suppress(OSError):
            beside.unlink(missing_ok=True)
        raise RootError(f"`{path}` cannot be written: {said(error)}") from None


def move(path: Path, to: Path) -> None:
    """Rename a file within its folder, durable on return; OSError."""
    path.rename(to)
    folder = os.open(to.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def said(error: OSError) -> str:
    return (error.strerror or type(error).__name__).lower()
