"""Landlock: which files this process may reach from now on. No way back, for it and for what it starts.

A rule on a folder holds for everything below it and lives on when a file in it is replaced; a rule on a file holds for that
very file. What may be asked of a descriptor that is open already is not touched.

Source: landlock(7), <linux/landlock.h>; the three calls have the same numbers on every machine.
"""

from __future__ import annotations

import contextlib
import ctypes
import errno
import os
import struct
from collections.abc import Sequence
from pathlib import Path

from watchword.custody.kernel import Kernel

CREATE_RULESET = 444
ADD_RULE = 445
RESTRICT_SELF = 446
ASK_VERSION = 1
RULE_PATH_BENEATH = 1

EXECUTE = 1 << 0
WRITE_FILE = 1 << 1
READ_FILE = 1 << 2
READ_DIR = 1 << 3
REMOVE_FILE = 1 << 5
MAKE_REG = 1 << 8
TRUNCATE = 1 << 14
"""Since version 3; before, nothing forbids it."""
FILES_BITS = {1: 13, 2: 14, 3: 15, 4: 15, 5: 16}
"""By version: how many rights about files there are; all of them are taken away."""
FILES_BITS_LAST = 16
NET_SINCE = 4
NET = 0b11
"""To bind and to connect TCP."""
SCOPED_SINCE = 6
SCOPED = 0b11
"""To reach abstract Unix sockets and to send signals, beyond this process's own."""


def version(kernel: Kernel) -> int:
    """Return the version that the kernel has; OSError where it has none, or was started without it."""
    return kernel.syscall(CREATE_RULESET, None, 0, ASK_VERSION)


def restrict(
    kernel: Kernel,
    *,
    rewritten: Sequence[Path] = (),
    removed: Sequence[Path] = (),
    read: Sequence[Path] = (),
    used: Sequence[Path] = (),
    network: bool = False,
) -> None:
    """Leave this process no files but these; no new privileges must be forbidden already.

    In folders that are `rewritten` files are read, made and replaced, in those of `removed` they are removed. Of `read`,
    which are files, those that are there are read. What is `used`, files or folders, is read and written. With `network`
    TCP is left as it is.

    Raises:
        OSError: the kernel has no Landlock; nothing is restricted then.
    """
    held = version(kernel)
    files = (1 << FILES_BITS.get(held, FILES_BITS_LAST)) - 1
    attributes = struct.pack("=Q", files)
    if held >= NET_SINCE:
        attributes += struct.pack("=Q", 0 if network else NET)
    if held >= SCOPED_SINCE:
        attributes += struct.pack("=Q", SCOPED)
    ruleset = kernel.syscall(CREATE_RULESET, _buffer(attributes), len(attributes), 0)
    try:
        for folder in rewritten:
            _add(kernel, ruleset, folder, READ_FILE | READ_DIR | WRITE_FILE | MAKE_REG | REMOVE_FILE)
        for folder in removed:
            _add(kernel, ruleset, folder, REMOVE_FILE)
        for file in read:
            # What is not there is not reached later either.
            with contextlib.suppress(FileNotFoundError):
                _add(kernel, ruleset, file, READ_FILE)
        for path in used:
            with contextlib.suppress(FileNotFoundError):
                rights = READ_FILE | WRITE_FILE | TRUNCATE
                if path.is_dir():
                    rights |= READ_DIR | MAKE_REG | REMOVE_FILE
                _add(kernel, ruleset, path, rights & files)
        kernel.syscall(RESTRICT_SELF, ruleset, 0)
    finally:
        os.close(ruleset)


def _add(kernel: Kernel, ruleset: int, path: Path, rights: int) -> None:
    # O_PATH: the right to name it is enough.
    held = os.open(path, os.O_PATH | os.O_CLOEXEC)
    try:
        kernel.syscall(ADD_RULE, ruleset, RULE_PATH_BENEATH, _buffer(struct.pack("=Qi", rights, held)), 0)
    except OSError as error:
        # A file that turned out to be a folder, or the other way round, is no way round this.
        if error.errno != errno.EINVAL:
            raise
    finally:
        os.close(held)


def _buffer(content: bytes) -> ctypes.Array[ctypes.c_char]:
    return ctypes.create_string_buffer(content, len(content))
