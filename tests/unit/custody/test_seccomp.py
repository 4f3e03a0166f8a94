"""The filter of calls, run by an interpreter of classic BPF: what each machine's table lets through, and what not.

That the kernel takes it and does the same is in tests/integration/test_custodian_room.py.
"""

from __future__ import annotations

import errno
import os
import socket
import struct

import pytest

from watchword.custody import seccomp
from watchword.custody.seccomp import (
    AARCH64,
    ALLOWED,
    FATAL,
    REFUSED,
    UNKNOWN,
    X86_64,
    Machine,
    Program,
    Room,
)

MACHINES = {"x86_64": X86_64, "aarch64": AARCH64}
NEVER_SEEN = 0x3FFF


def judged(program: Program, *, audit: int, number: int, arguments: tuple[int, ...] = ()) -> int:
    """Run the filter over one call. Source: <linux/filter.h>, bpf(4)."""
    seen = struct.pack("=IIQ6Q", number, audit, 0, *arguments, *[0] * (6 - len(arguments)))
    at = accumulator = 0
    while True:
        line = program[at]
        at += 1
        match line.code:
            case seccomp.LOAD:
                (accumulator,) = struct.unpack_from("=I", seen, line.k)
            case seccomp.AND:
                accumulator &= line.k
            case seccomp.JUMP_EQUAL:
                at += line.if_true if accumulator == line.k else line.if_false
            case seccomp.JUMP_GREATER_EQUAL:
                at += line.if_true if accumulator >= line.k else line.if_false
            case seccomp.RETURN:
                return line.k
            case other:
                raise AssertionError(f"no instruction of ours: {other}")


def said_of(machine: Machine, name: str, *arguments: int, room: Room = Room.CUSTODIAN) -> int:
    program = seccomp.program(machine, room=room)
    return judged(program, audit=machine.audit, number=machine.numbers[name], arguments=arguments)


READING = os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK
A_NEW_FILE = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
CALLS: dict[str, tuple[str, tuple[int, ...], int]] = {
    "a question is received": ("recvfrom", (), ALLOWED),
    "an answer is sent": ("sendto", (), ALLOWED),
    "the loop sleeps": ("epoll_pwait", (), ALLOWED),
    "randomness": ("getrandom", (), ALLOWED),
    "memory": ("mmap", (0, 4096, 3), ALLOWED),
    "memory that is executable": ("mmap", (0, 4096, 5), REFUSED),
    "memory that becomes executable": ("mprotect", (0, 4096, 7), REFUSED),
    "a thread": ("clone", (0x3D0F00,), ALLOWED),
    "a process": ("clone", (0x1200011,), FATAL),
    "a thread, asked for in the newer way": ("clone3", (), UNKNOWN),
    "a file is read": ("openat", (0, 0, READING), ALLOWED),
    "a folder is opened": ("openat", (0, 0, os.O_RDONLY | os.O_DIRECTORY), ALLOWED),
    "a file is made": ("openat", (0, 0, A_NEW_FILE), ALLOWED),
    "a file is written that may exist": ("openat", (0, 0, os.O_WRONLY | os.O_CREAT), REFUSED),
    "a file is written that exists": ("openat", (0, 0, os.O_RDWR), REFUSED),
    "a file is cut": ("openat", (0, 0, os.O_RDONLY | os.O_TRUNC), REFUSED),
    "a new file is cut, too": ("openat", (0, 0, A_NEW_FILE | os.O_TRUNC), REFUSED),
    "a file without a name": ("openat", (0, 0, os.O_TMPFILE | os.O_WRONLY), REFUSED),
    "a pair of sockets": ("socketpair", (socket.AF_UNIX,), ALLOWED),
    "a socket": ("socket", (socket.AF_UNIX,), REFUSED),
    "a socket of IPv4": ("socket", (socket.AF_INET,), FATAL),
    "a socket of IPv6": ("socket", (socket.AF_INET6,), FATAL),
    "a socket of netlink": ("socket", (16,), FATAL),
    "a connection": ("connect", (), FATAL),
    "another program": ("execve", (), FATAL),
    "another program, by a descriptor": ("execveat", (), FATAL),
    "another process is traced": ("ptrace", (), FATAL),
    "another process is read": ("process_vm_readv", (), FATAL),
    "another process is written": ("process_vm_writev", (), FATAL),
    "a ring of calls that no filter sees": ("io_uring_setup", (), FATAL),
    "a socket that does not block": ("ioctl", (3, 0x5421), ALLOWED),
    "a terminal is typed into": ("ioctl", (0, 0x5412), REFUSED),
    "flags of a descriptor": ("fcntl", (3, 3), ALLOWED),
    "a signal for a descriptor": ("fcntl", (3, 8), REFUSED),
    "a filter is put on top": ("seccomp", (), REFUSED),
}


@pytest.mark.parametrize("machine", MACHINES.values(), ids=MACHINES)
@pytest.mark.parametrize(("name", "arguments", "answer"), CALLS.values(), ids=CALLS)
def test_each_call_gets_its_answer(
    machine: Machine, name: str, arguments: tuple[int, ...], answer: int
) -> None:
    assert said_of(machine, name, *arguments) == answer


# What the rooms of an HSM's process answer differently: a library with its files, and one with its HSM elsewhere.
IN_HSM: dict[str, tuple[str, tuple[int, ...], int, int]] = {
    "a file is written that exists": ("openat", (0, 0, os.O_RDWR), ALLOWED, ALLOWED),
    "a file is cut": ("openat", (0, 0, os.O_WRONLY | os.O_TRUNC), ALLOWED, ALLOWED),
    "a file is locked": ("fcntl", (3, 7), ALLOWED, ALLOWED),
    "a folder is listed": ("getdents64", (), ALLOWED, ALLOWED),
    "a deadline is set": ("setitimer", (), ALLOWED, ALLOWED),
    "a socket of IPv4": ("socket", (socket.AF_INET,), FATAL, ALLOWED),
    "a socket of IPv6": ("socket", (socket.AF_INET6,), FATAL, ALLOWED),
    "a connection": ("connect", (), FATAL, ALLOWED),
    "a message of several parts": ("sendmsg", (), REFUSED, ALLOWED),
}
AS_EVERYWHERE = set(CALLS) - set(IN_HSM) - {"a file is written that may exist", "a new file is cut, too"}
NETLINK = "a socket of netlink"
"""An intruder in a custodian; how a library's names are looked up."""


@pytest.mark.parametrize("machine", MACHINES.values(), ids=MACHINES)
@pytest.mark.parametrize(("name", "arguments", "files", "network"), IN_HSM.values(), ids=IN_HSM)
def test_an_hsms_room_is_wider_by_what_its_library_needs(
    machine: Machine, name: str, arguments: tuple[int, ...], files: int, network: int
) -> None:
    assert said_of(machine, name, *arguments, room=Room.HSM) == files
    assert said_of(machine, name, *arguments, room=Room.HSM_NETWORK) == network
    assert said_of(machine, name, *arguments) in (REFUSED, FATAL)


@pytest.mark.parametrize("machine", MACHINES.values(), ids=MACHINES)
@pytest.mark.parametrize("what", sorted(AS_EVERYWHERE))
def test_an_hsms_room_is_no_wider_than_that(machine: Machine, what: str) -> None:
    name, arguments, answer = CALLS[what]

    assert said_of(machine, name, *arguments, room=Room.HSM) == answer
    if what != NETLINK:
        assert said_of(machine, name, *arguments, room=Room.HSM_NETWORK) == answer


@pytest.mark.parametrize("machine", MACHINES.values(), ids=MACHINES)
def test_whatever_is_not_named_is_refused(machine: Machine) -> None:
    program = seccomp.program(machine)
    named = set(machine.numbers.values())
    others = [number for number in range(600) if number not in named] + [NEVER_SEEN]

    answers = {judged(program, audit=machine.audit, number=number) for number in others}

    assert answers == {REFUSED}


@pytest.mark.parametrize("machine", MACHINES.values(), ids=MACHINES)
def test_calls_of_another_machines_table_are_fatal(machine: Machine) -> None:
    program = seccomp.program(machine)
    other = AARCH64 if machine is X86_64 else X86_64

    assert judged(program, audit=other.audit, number=machine.numbers["read"]) == FATAL
    # i386, which a process of x86_64 can call at any time.
    assert judged(program, audit=0x40000003, number=3) == FATAL


def test_x32s_second_table_is_no_way_around_the_first() -> None:
    program = seccomp.program(X86_64)

    for name in ("read", "execve", "ptrace"):
        number = X86_64.numbers[name] | seccomp.X32
        assert judged(program, audit=X86_64.audit, number=number) == FATAL


@pytest.mark.parametrize("machine", MACHINES.values(), ids=MACHINES)
@pytest.mark.parametrize("room", Room)
def test_the_kernel_takes_a_program_of_this_form(machine: Machine, room: Room) -> None:
    """BPF_MAXINSNS, jumps forward and within it, a return at the end; each instruction of eight bytes."""
    program = seccomp.program(machine, room=room)

    assert len(program) < 4_096
    assert all(
        at + 1 + max(line.if_true, line.if_false) < len(program) for at, line in enumerate(program[:-1])
    )
    assert program[-1] == seccomp.Instruction(seccomp.RETURN, REFUSED)
    assert {len(line.packed()) for line in program} == {8}


def test_the_two_kinds_of_refusal_are_errors_that_python_knows() -> None:
    assert (REFUSED & 0xFFFF, UNKNOWN & 0xFFFF) == (errno.EPERM, errno.ENOSYS)
