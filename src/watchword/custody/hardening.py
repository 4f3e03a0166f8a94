"""What a process that holds keys asks of the kernel before it opens them.

Not promised: that memory is zeroed or never swapped, or anything against root on a running host. Best effort
where the kernel has no such call; the sealed root does not depend on it.
"""

from __future__ import annotations

import contextlib
import ctypes
import resource
import signal
import sys

# Source: prctl(2), <linux/prctl.h>.
PR_SET_PDEATHSIG = 1
PR_SET_DUMPABLE = 4


def forbid_dumps() -> None:
    """Leave no core file, and let no other process of this user read the memory (ptrace, /proc/PID/mem)."""
    with contextlib.suppress(OSError, ValueError):
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_DUMPABLE, 0, 0, 0, 0)


def die_with_parent() -> None:
    """End when the thread that started this process ends; a second lock beside the supervisor's pipe."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, int(signal.SIGKILL), 0, 0, 0)
