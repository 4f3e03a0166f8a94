"""A custodian with an intruder in it: the program that `test_custodian_room.py` starts.

    python custodian_probe.py ATTEMPT FD SYSTEM [ARGUMENTS OF THE CUSTODIAN …]

SYSTEM is `this` (the kernel as it is), `older` (one without Landlock and seccomp) or `open` (no custodian: the attempt is
made at once, which shows that without the room it succeeds). In a custodian the intruder sits in its randomness: the
attempt is made in the midst of a question, when INTRUDED bytes of it are asked for. FD gets one line of JSON: what became
of it.
"""

from __future__ import annotations

import ctypes
import errno
import json
import mmap
import os
import socket
import sys
from collections.abc import Callable
from pathlib import Path

from watchword.custody.__main__ import main
from watchword.custody.kernel import Kernel
from watchword.custody.landlock import CREATE_RULESET

INTRUDED = 77
OUTSIDE = Path("/etc/passwd")
libc = ctypes.CDLL(None, use_errno=True)


def asked(name: str, *arguments: object) -> None:
    ctypes.set_errno(0)
    if getattr(libc, name)(*arguments) < 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))


def fork() -> None:
    child = os.fork()
    if child == 0:
        os._exit(0)
    os.waitpid(child, 0)


def read_own_memory() -> None:
    """As one reads another's; of a process that one may always read."""
    held = ctypes.create_string_buffer(b"held", 4)
    taken = ctypes.create_string_buffer(4)
    local = (ctypes.c_void_p * 2)(ctypes.addressof(taken), 4)
    remote = (ctypes.c_void_p * 2)(ctypes.addressof(held), 4)
    asked("process_vm_readv", os.getpid(), local, 1, remote, 1, 0)


def folder_of_the_root() -> Path:
    return Path(sys.argv[sys.argv.index("--root") + 1]).parent


def execute() -> None:
    """Another program; from a child where there may be one, so that this one lives to tell."""
    if sys.argv[3] == "open":
        fork()
        return
    os.execv("/bin/true", ["/bin/true"])  # noqa: S606 - the attempt itself


ATTEMPTS: dict[str, Callable[[], object]] = {
    "socket of IPv4": lambda: socket.socket(socket.AF_INET).close(),
    "socket of IPv6": lambda: socket.socket(socket.AF_INET6).close(),
    "Unix socket": lambda: socket.socket(socket.AF_UNIX).close(),
    "another program": execute,
    "another process": fork,
    "trace": lambda: asked("ptrace", 0, 0, None, None),
    "read a process's memory": read_own_memory,
    "read a file elsewhere": OUTSIDE.read_bytes,
    "list a folder elsewhere": lambda: os.listdir("/"),
    "read another Region's key": lambda: (
        folder_of_the_root().parent / "elsewhere" / "other.key"
    ).read_bytes(),
    "make a file elsewhere": lambda: open(folder_of_the_root().parent / "elsewhere" / "made", "xb").close(),
    "write a file beside the root": lambda: os.close(os.open(folder_of_the_root() / "beside", os.O_WRONLY)),
    "make a folder beside the root": lambda: (folder_of_the_root() / "folder").mkdir(),
    "make a socket beside the root": lambda: os.mknod(folder_of_the_root() / "node"),
    "open a file's mode": lambda: (folder_of_the_root() / "beside").chmod(0o644),
    "signal a process": lambda: os.kill(os.getpid(), 0),
    "be dumpable again": lambda: asked("prctl", 4, 1, 0, 0, 0),
    "change a limit": lambda: asked("setrlimit", 4, ctypes.create_string_buffer(16)),
    "memory that is executable": lambda: mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_EXEC).close(),
    "a file in memory": lambda: os.close(os.memfd_create("probe")),
    "a new namespace": lambda: asked("unshare", 0x10000000),
    # What is no attempt: it must succeed in the room too.
    "read the root": lambda: (folder_of_the_root() / "root").read_bytes(),
    "replace a file beside the root": lambda: replaced(folder_of_the_root()),
    "modules": lambda: None,
}


def replaced(folder: Path) -> None:
    with open(folder / ".new", "xb") as made:
        made.write(b"x")
    os.rename(folder / ".new", folder / "replaced")
    os.unlink(folder / "replaced")


def outcome_of(attempt: str) -> str:
    try:
        ATTEMPTS[attempt]()
    except OSError as error:
        return errno.errorcode[error.errno or 0]
    if attempt == "modules":
        return " ".join(sorted({name.partition(".")[0] for name in sys.modules}))
    return "done"


class Older(Kernel):
    """A kernel that was built without Landlock and seccomp."""

    def syscall(self, number: int, *arguments: int | ctypes.Array[ctypes.c_char] | None) -> int:
        assert number >= CREATE_RULESET or number in (277, 317)
        raise OSError(errno.ENOSYS, os.strerror(errno.ENOSYS))


def run() -> int:
    attempt, fd, system, *arguments = sys.argv[1:]

    honest = os.urandom

    def random(size: int) -> bytes:
        if size == INTRUDED:
            intrude()
        return honest(size)

    def intrude() -> None:
        # Said before, too: of an attempt that ends the process nothing else is heard.
        os.write(int(fd), b"trying\n")
        os.write(int(fd), json.dumps(outcome_of(attempt)).encode() + b"\n")

    if system == "open":
        intrude()
        return 0
    if attempt == "no capabilities":
        # As a process of an ordinary user: nothing is allowed to it for being root.
        Kernel().keep_capabilities(0)
    os.urandom = random
    return main(arguments, kernel=Older() if system == "older" else None)


if __name__ == "__main__":
    sys.exit(run())
