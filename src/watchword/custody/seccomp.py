"""seccomp: which calls of the kernel this process may make from now on. No way back, for it and for what it starts.

Three answers, and why there are three:

  allowed   what the loop, the interpreter's threads and `cryptography` need once everything is imported, some only with
            certain arguments: memory that is never executable, files opened to be read or made anew
  fatal     what nothing of ours ever asks for, and an intruder first: another program, another process, its memory, a socket
            to elsewhere. The kernel ends the process, and the supervisor's log says `ended by signal 31`: an alarm
  refused   all the rest, with EPERM. A library's next release that tries something new gets a refusal that it can
            handle; to end the Region for it would be worse than what it tries

The process that speaks to an HSM has a room of its own, wider by what a vendor's library needs (`Room`); the custodian's is
the same with an HSM and without.

Numbers are of x86_64 and of the table that aarch64 shares with newer machines; another machine gets no filter, and says so.

Source: seccomp(2); <linux/bpf_common.h>, <linux/filter.h>, <linux/seccomp.h>, <linux/audit.h>, <asm/unistd_64.h>,
<asm-generic/unistd.h>, of which the numbers were taken.
"""

from __future__ import annotations

import ctypes
import errno
import os
import socket
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from watchword.custody.kernel import Kernel

SET_MODE_FILTER = 1
FLAG_TSYNC = 1
"""All threads, also those that a library has started."""

ALLOWED = 0x7FFF0000
FATAL = 0x80000000
"""SECCOMP_RET_KILL_PROCESS"""
REFUSED = 0x00050000 | errno.EPERM
UNKNOWN = 0x00050000 | errno.ENOSYS
"""Has glibc try the older call."""

LOAD = 0x20
"""BPF_LD | BPF_W | BPF_ABS"""
AND = 0x54
"""BPF_ALU | BPF_AND | BPF_K"""
JUMP_EQUAL = 0x15
JUMP_GREATER_EQUAL = 0x35
RETURN = 0x06

# struct seccomp_data: number 4 | architecture 4 | instruction pointer 8 | six arguments of 8.
AT_NUMBER = 0
AT_ARCHITECTURE = 4
AT_ARGUMENTS = 16

X32 = 0x40000000
"""x86_64's second table of calls: the same numbers with this bit, which would go around a filter by number."""

PROT_EXEC = 4
CLONE_THREAD = 0x10000
FIONBIO = 0x5421
FIOCLEX = 0x5451
F_GETFD, F_SETFD, F_GETFL, F_SETFL = 1, 2, 3, 4
F_GETLK, F_SETLK, F_SETLKW = 5, 6, 7
O_TMPFILE = 0x400000
WRITING = os.O_ACCMODE | os.O_CREAT | os.O_TRUNC | os.O_APPEND | O_TMPFILE
MAKING = os.O_CREAT | os.O_EXCL


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


# What a question needs comes first: the filter is walked from the top where the kernel remembers no answer.
_ALLOWED_EVERYWHERE = _words(
    "epoll_pwait recvfrom sendto read write close accept4 epoll_ctl futex clock_gettime getrandom brk munmap "
    "mremap madvise rt_sigreturn rt_sigprocmask rt_sigaction sigaltstack restart_syscall getpid gettid "
    "getppid getuid geteuid getgid getegid exit exit_group set_robust_list set_tid_address rseq sched_yield "
    "sched_getaffinity clock_nanosleep clock_getres nanosleep gettimeofday getrusage uname sysinfo "
    "epoll_create1 getsockopt setsockopt getsockname shutdown lseek readv writev fstat newfstatat statx fsync "
    "fdatasync unlinkat renameat2 ppoll pselect6"
)
_ALLOWED_ON_X86_64 = ("epoll_wait", "poll", "unlink", "rename", "renameat")
_ALLOWED_ON_AARCH64 = ("renameat",)
_FATAL = (
    "execve",
    "execveat",
    "ptrace",
    "process_vm_readv",
    "process_vm_writev",
    "pidfd_getfd",
    "bpf",
    "userfaultfd",
    "io_uring_setup",
    "connect",
    "bind",
)
_FATAL_ON_X86_64 = ("fork", "vfork")


# What SoftHSM adds, by a trace of its login, of keys found and of what they do: it lists and locks its token's files, and
# opens them to be written. And the deadline of each call.
_ALLOWED_IN_HSM = _words("setitimer getdents64 ftruncate")
# And a library that has its HSM elsewhere: TCP, and names asked for by UDP. By their documentation, not by a trace.
_ALLOWED_IN_HSM_NETWORK = _words("connect getpeername sendmsg recvmsg sendmmsg")


class Room(StrEnum):
    """Whose calls are filtered."""

    CUSTODIAN = "custodian"
    HSM = "hsm"
    HSM_NETWORK = "hsm-network"


@dataclass(frozen=True, slots=True, kw_only=True)
class Machine:
    """One architecture, as its kernel numbers what may be asked."""

    audit: int
    numbers: Mapping[str, int]
    allowed: tuple[str, ...]
    fatal: tuple[str, ...]
    has_x32: bool = False


def _numbered(text: str) -> dict[str, int]:
    return {name: int(number) for name, _, number in (entry.partition("=") for entry in text.split())}


X86_64 = Machine(
    audit=0xC000003E,
    numbers=_numbered(
        "read=0 write=1 close=3 fstat=5 poll=7 lseek=8 mmap=9 mprotect=10 munmap=11 brk=12 rt_sigaction=13 "
        "rt_sigprocmask=14 rt_sigreturn=15 ioctl=16 readv=19 writev=20 sched_yield=24 mremap=25 madvise=28 "
        "nanosleep=35 getpid=39 socket=41 connect=42 sendto=44 recvfrom=45 shutdown=48 bind=49 getsockname=51 "
        "socketpair=53 setsockopt=54 getsockopt=55 clone=56 fork=57 vfork=58 execve=59 exit=60 uname=63 "
        "fcntl=72 fsync=74 fdatasync=75 rename=82 unlink=87 gettimeofday=96 getrusage=98 sysinfo=99 "
        "ptrace=101 getuid=102 getgid=104 geteuid=107 getegid=108 getppid=110 sigaltstack=131 gettid=186 "
        "futex=202 sched_getaffinity=204 set_tid_address=218 restart_syscall=219 clock_gettime=228 "
        "clock_getres=229 clock_nanosleep=230 exit_group=231 epoll_wait=232 epoll_ctl=233 openat=257 "
        "newfstatat=262 unlinkat=263 renameat=264 pselect6=270 ppoll=271 set_robust_list=273 epoll_pwait=281 "
        "accept4=288 epoll_create1=291 process_vm_readv=310 process_vm_writev=311 renameat2=316 seccomp=317 "
        "getrandom=318 bpf=321 execveat=322 userfaultfd=323 statx=332 rseq=334 io_uring_setup=425 clone3=435 "
        "pidfd_getfd=438 setitimer=38 sendmsg=46 recvmsg=47 getpeername=52 ftruncate=77 getdents64=217 sendmmsg=307"
    ),
    allowed=(*_ALLOWED_ON_X86_64, *_ALLOWED_EVERYWHERE),
    fatal=(*_FATAL, *_FATAL_ON_X86_64),
    has_x32=True,
)
AARCH64 = Machine(
    audit=0xC00000B7,
    numbers=_numbered(
        "epoll_create1=20 epoll_ctl=21 epoll_pwait=22 fcntl=25 ioctl=29 unlinkat=35 renameat=38 openat=56 "
        "close=57 lseek=62 read=63 write=64 readv=65 writev=66 pselect6=72 ppoll=73 newfstatat=79 fstat=80 "
        "fsync=82 fdatasync=83 exit=93 exit_group=94 set_tid_address=96 futex=98 set_robust_list=99 "
        "nanosleep=101 clock_gettime=113 clock_getres=114 clock_nanosleep=115 ptrace=117 "
        "sched_getaffinity=123 sched_yield=124 restart_syscall=128 sigaltstack=132 rt_sigaction=134 "
        "rt_sigprocmask=135 rt_sigreturn=139 uname=160 getrusage=165 gettimeofday=169 getpid=172 getppid=173 "
        "getuid=174 geteuid=175 getgid=176 getegid=177 gettid=178 sysinfo=179 socket=198 socketpair=199 "
        "bind=200 connect=203 getsockname=204 sendto=206 recvfrom=207 setsockopt=208 getsockopt=209 "
        "shutdown=210 brk=214 munmap=215 mremap=216 clone=220 execve=221 mmap=222 mprotect=226 madvise=233 "
        "accept4=242 process_vm_readv=270 process_vm_writev=271 renameat2=276 seccomp=277 getrandom=278 "
        "bpf=280 execveat=281 userfaultfd=282 statx=291 rseq=293 io_uring_setup=425 clone3=435 "
        "pidfd_getfd=438 ftruncate=46 getdents64=61 setitimer=103 getpeername=205 sendmsg=211 recvmsg=212 "
        "sendmmsg=269"
    ),
    allowed=(*_ALLOWED_ON_AARCH64, *_ALLOWED_EVERYWHERE),
    fatal=_FATAL,
)
MACHINES: Mapping[str, Machine] = {"x86_64": X86_64, "aarch64": AARCH64}


@dataclass(frozen=True, slots=True)
class Instruction:
    """One of classic BPF. Source: <linux/filter.h>, struct sock_filter."""

    code: int
    k: int
    if_true: int = 0
    if_false: int = 0

    def packed(self) -> bytes:
        return struct.pack("=HBBI", self.code, self.if_true, self.if_false, self.k)


Program = tuple[Instruction, ...]


def program(machine: Machine, *, room: Room = Room.CUSTODIAN) -> Program:
    """Write the filter. Pure."""
    more: tuple[str, ...] = () if room is Room.CUSTODIAN else _ALLOWED_IN_HSM
    more += _ALLOWED_IN_HSM_NETWORK if room is Room.HSM_NETWORK else ()
    lines = [
        Instruction(LOAD, AT_ARCHITECTURE),
        # Calls of another table have other numbers.
        Instruction(JUMP_EQUAL, machine.audit, if_true=1),
        Instruction(RETURN, FATAL),
        Instruction(LOAD, AT_NUMBER),
    ]
    if machine.has_x32:
        lines += [Instruction(JUMP_GREATER_EQUAL, X32, if_false=1), Instruction(RETURN, FATAL)]
    for name in (*machine.allowed, *more):
        lines += _when(machine, name, Instruction(RETURN, ALLOWED))
    for name, judged in (_judged() | _judged_in(room)).items():
        lines += _when(machine, name, *judged)
    lines += _when(machine, "clone3", Instruction(RETURN, UNKNOWN))
    for name in machine.fatal:
        lines += _when(machine, name, Instruction(RETURN, FATAL))
    lines.append(Instruction(RETURN, REFUSED))
    return tuple(lines)


def install(kernel: Kernel, *, room: Room = Room.CUSTODIAN) -> None:
    """Filter the calls of this process; no new privileges must be forbidden already.

    Raises:
        OSError: the machine is not known here, or the kernel takes no filter; nothing is filtered then.
    """
    machine = MACHINES.get(kernel.machine)
    if machine is None:
        raise OSError(errno.ENOSYS, f"no table of calls for {kernel.machine}")
    lines = program(machine, room=room)
    filter_ = ctypes.create_string_buffer(b"".join(line.packed() for line in lines))
    # struct sock_fprog: how many, padded to a pointer, where.
    where = ctypes.create_string_buffer(struct.pack("=HxxxxxxQ", len(lines), ctypes.addressof(filter_)))
    left_out = kernel.syscall(machine.numbers["seccomp"], SET_MODE_FILTER, FLAG_TSYNC, where)
    if left_out:
        raise OSError(errno.EBUSY, f"thread {left_out} can't be filtered")


def _judged() -> dict[str, list[Instruction]]:
    """What is allowed with certain arguments only."""
    without_exec = [
        *_argument(2),
        Instruction(AND, PROT_EXEC),
        Instruction(JUMP_EQUAL, 0, if_false=1),
        Instruction(RETURN, ALLOWED),
        Instruction(RETURN, REFUSED),
    ]
    return {
        "mmap": without_exec,
        "mprotect": without_exec,
        # A thread, never a process.
        "clone": [
            *_argument(0),
            Instruction(AND, CLONE_THREAD),
            Instruction(JUMP_EQUAL, 0, if_true=1),
            Instruction(RETURN, ALLOWED),
            Instruction(RETURN, FATAL),
        ],
        # To read, or to make a file that was not there: nothing that exists is ever opened to be written.
        "openat": [
            *_argument(2),
            Instruction(AND, WRITING),
            Instruction(JUMP_EQUAL, 0, if_false=1),
            Instruction(RETURN, ALLOWED),
            *_argument(2),
            Instruction(AND, MAKING | os.O_TRUNC | os.O_APPEND | O_TMPFILE),
            Instruction(JUMP_EQUAL, MAKING, if_false=1),
            Instruction(RETURN, ALLOWED),
            Instruction(RETURN, REFUSED),
        ],
        # Both ends are ours, and the loop wakes itself with it.
        "socketpair": _only(0, (socket.AF_UNIX,), otherwise=FATAL),
        "socket": [
            *_argument(0),
            Instruction(JUMP_EQUAL, socket.AF_UNIX, if_false=1),
            Instruction(RETURN, REFUSED),
            Instruction(RETURN, FATAL),
        ],
        "ioctl": _only(1, (FIONBIO, FIOCLEX), otherwise=REFUSED),
        "fcntl": _only(1, (F_GETFD, F_SETFD, F_GETFL, F_SETFL), otherwise=REFUSED),
    }


def _judged_in(room: Room) -> dict[str, list[Instruction]]:
    """What an HSM's library may besides; instead of what `_judged` says of the same calls."""
    if room is Room.CUSTODIAN:
        return {}
    judged = {
        # Which files these may be, Landlock says.
        "openat": [
            *_argument(2),
            Instruction(AND, O_TMPFILE),
            Instruction(JUMP_EQUAL, 0, if_false=1),
            Instruction(RETURN, ALLOWED),
            Instruction(RETURN, REFUSED),
        ],
        "fcntl": _only(
            1, (F_GETFD, F_SETFD, F_GETFL, F_SETFL, F_GETLK, F_SETLK, F_SETLKW), otherwise=REFUSED
        ),
    }
    if room is Room.HSM_NETWORK:
        # The system's log is a Unix socket, which is refused as everywhere.
        judged["socket"] = _only(0, (socket.AF_INET, socket.AF_INET6), otherwise=REFUSED)
    return judged


def _only(index: int, values: tuple[int, ...], *, otherwise: int) -> list[Instruction]:
    lines = _argument(index)
    for value in values:
        lines += [Instruction(JUMP_EQUAL, value, if_false=1), Instruction(RETURN, ALLOWED)]
    return [*lines, Instruction(RETURN, otherwise)]


def _argument(index: int) -> list[Instruction]:
    # The lower half: both machines are little endian, and the kernel itself takes these arguments as 32 bits or has no
    # meaning for higher ones.
    return [Instruction(LOAD, AT_ARGUMENTS + 8 * index)]


def _when(machine: Machine, name: str, *judged: Instruction) -> list[Instruction]:
    return [Instruction(JUMP_EQUAL, machine.numbers[name], if_false=len(judged)), *judged]
