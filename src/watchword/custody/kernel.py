"""The kernel's calls that Python has no name for, by ctypes."""

from __future__ import annotations

import ctypes
import errno
import os
import platform
import struct
import sys

# Source: <linux/capability.h>: version 3 and process 0, this one; then effective, permitted, inheritable, twice.
CAPABILITIES_HEAD = struct.pack("=Ii", 0x20080522, 0)
CAPABILITIES = struct.Struct("=6I")


class Kernel:
    """Linux, as it is asked to close the room; every call raises OSError where it is refused or unknown."""

    def __init__(self) -> None:
        self._libc = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None

    @property
    def machine(self) -> str:
        return platform.machine()

    def prctl(self, option: int, value: int = 0) -> int:
        """prctl(2), with what it does not use set to 0, as some options demand."""
        return self._asked("prctl", option, value)

    def mlockall(self, flags: int) -> None:
        self._asked("mlockall", ctypes.c_int(flags))

    def capabilities(self) -> int:
        """Return the effective capabilities of this process. Source: capget(2)."""
        held = ctypes.create_string_buffer(CAPABILITIES.size)
        self._asked("capget", _buffer(CAPABILITIES_HEAD), held)
        low, _, _, high, _, _ = CAPABILITIES.unpack(held.raw)
        return int(low | high << 32)

    def keep_capabilities(self, kept: int) -> None:
        """Give up all capabilities but these, of the first 32. Source: capset(2)."""
        self._asked("capset", _buffer(CAPABILITIES_HEAD), _buffer(CAPABILITIES.pack(kept, kept, 0, 0, 0, 0)))

    def syscall(self, number: int, *arguments: int | ctypes.Array[ctypes.c_char] | None) -> int:
        """syscall(2). Integers are as wide as a register, `None` is a null pointer."""
        return self._asked("syscall", number, *arguments)

    def _asked(self, name: str, *arguments: int | ctypes.c_int | ctypes.Array[ctypes.c_char] | None) -> int:
        if self._libc is None:
            raise OSError(errno.ENOSYS, os.strerror(errno.ENOSYS))
        # All four behind the option: a variadic C function takes what is not passed from a register as it stands.
        wide = [ctypes.c_ulong(one) if isinstance(one, int) else one for one in arguments]
        if name == "prctl":
            wide += [ctypes.c_ulong(0)] * (5 - len(wide))
        answer: int = getattr(self._libc, name)(*wide)
        if answer < 0:
            number = ctypes.get_errno()
            raise OSError(number, os.strerror(number))
        return answer


def _buffer(content: bytes) -> ctypes.Array[ctypes.c_char]:
    return ctypes.create_string_buffer(content, len(content))
