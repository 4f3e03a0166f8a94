"""The closed room: what the custodian gives up before it opens a key.

In this order, each step without a way back:

  1. Another user, where it was started as root and told which (`become`).
  2. No core files, and no other process of its user that reads its memory (ptrace, /proc/PID/mem).
  3. Memory that is not swapped, where the limit on locked memory allows it.
  4. No new privileges through programs, which (5) and (6) need.
  5. Files: those that it must reach, and no others (`landlock.py`).
  6. Calls of the kernel: no program, no network, no other process (`seccomp.py`).

Each says whether it holds. Where one does not, the custodian works on without it, or under `strict` not at all: decision
0007. Not promised: that memory is zeroed, or anything against root on a running host.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import pwd
import resource
import signal
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

from watchword.custody import landlock, seccomp
from watchword.custody.kernel import Kernel
from watchword.envelope import transport
from watchword.envelope.consignment import Consignment, open_material, seal_material
from watchword.envelope.refused import EnvelopeRefused

# Source: prctl(2), <linux/prctl.h>; mlockall(2), <asm-generic/mman.h>.
PR_SET_PDEATHSIG = 1
PR_GET_DUMPABLE = 3
PR_SET_DUMPABLE = 4
PR_SET_KEEPCAPS = 8
PR_SET_NO_NEW_PRIVS = 38
CAP_IPC_LOCK = 1 << 14
MCL_CURRENT, MCL_FUTURE, MCL_ONFAULT = 1, 2, 4

OWN_USER = "own user"
NO_DUMPS = "no dumps"
MEMORY_LOCKED = "memory locked"
NO_NEW_PRIVILEGES = "no new privileges"
FILES = "Landlock"
CALLS = "seccomp"


class NotHardened(Exception):
    """The custodian may not start as it is asked to; one sentence for the operator."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Protection:
    """One thing that was asked of the system, and whether it holds."""

    name: str
    holds: bool
    why: str = ""
    """Why not, for a person."""
    demanded: bool = True
    """`strict` does not start without it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """Which files the custodian needs once it runs."""

    rewritten: Sequence[Path] = field(default=())
    """Folders: of the root, which is replaced as a whole."""
    removed: Sequence[Path] = field(default=())
    """Folders: of a socket that it made itself."""
    read: Sequence[Path] = field(default=())
    """Files: what opens the root."""
    used: Sequence[Path] = field(default=())
    """Files and folders: of an HSM's library, which reads and writes them."""


def close_room(kernel: Kernel, *, supervised: bool, reach: Reach) -> tuple[Protection, ...]:
    """Do (2) to (6) and say how it went; nothing secret is in memory yet, and no other thread runs."""
    dumps = forbid_dumps(kernel)
    if supervised:
        # After `become`: the kernel forgets it with a change of user.
        die_with_parent(kernel)
    locked = lock_memory(kernel)
    privileges = forbid_new_privileges(kernel)
    return (dumps, locked, privileges, confine_files(kernel, reach), confine_calls(kernel))


def require_all(protections: Sequence[Protection]) -> None:
    """What `strict` means. Raises NotHardened, which names everything that is missing."""
    missing = [held for held in protections if held.demanded and not held.holds]
    if missing:
        raise NotHardened(
            "it is strict and does not start without "
            + ", ".join(f"{held.name} ({held.why})" for held in missing)
        )


def line_of(protections: Sequence[Protection]) -> str:
    """Say all of it in one line of the log. Pure."""
    return ", ".join(f"{held.name}: {'yes' if held.holds else f'no ({held.why})'}" for held in protections)


def become(kernel: Kernel, user: str | None) -> Protection:
    """Change to a user of its own, groups and all, for good.

    Raises:
        NotHardened: there is no such user, or it is root.
    """
    if user is None:
        return Protection(name=OWN_USER, holds=False, why="no `user` is set", demanded=False)
    try:
        entry = pwd.getpwnam(user)
    except KeyError:
        raise NotHardened(f"there is no user `{user}`") from None
    if entry.pw_uid == 0:
        raise NotHardened(f"`{user}` is root, which is no user of its own")
    if os.geteuid() == entry.pw_uid:
        return Protection(name=OWN_USER, holds=False, why=f"`{user}` is who started it")
    if os.geteuid() != 0:
        return Protection(name=OWN_USER, holds=False, why="only root may start it as another user")
    try:
        # Of root's powers it keeps the one to lock memory beyond the limit, where root itself has it.
        kept = kernel.capabilities() & CAP_IPC_LOCK
        kernel.prctl(PR_SET_KEEPCAPS, 1)
        os.setgroups([])
        os.setresgid(entry.pw_gid, entry.pw_gid, entry.pw_gid)
        os.setresuid(entry.pw_uid, entry.pw_uid, entry.pw_uid)
        kernel.keep_capabilities(kept)
    except OSError as error:
        # A process that is half another user must not go on.
        raise NotHardened(f"it can't become `{user}`: {_said(error)}") from None
    return Protection(name=OWN_USER, holds=True)


def forbid_dumps(kernel: Kernel) -> Protection:
    """Leave no core file, and let no other process of this user read the memory (ptrace, /proc/PID/mem)."""
    try:
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        # A core pattern that is a program gets the memory whatever the limit: this holds it off.
        kernel.prctl(PR_SET_DUMPABLE, 0)
        holds = kernel.prctl(PR_GET_DUMPABLE) == 0
    except (OSError, ValueError) as error:
        return Protection(name=NO_DUMPS, holds=False, why=_said(error))
    return Protection(name=NO_DUMPS, holds=holds)


def die_with_parent(kernel: Kernel) -> None:
    """End when the thread that started this process ends; a second lock beside the supervisor's pipe."""
    # Where the kernel has no such call the pipe alone does it.
    with contextlib.suppress(OSError):
        kernel.prctl(PR_SET_PDEATHSIG, int(signal.SIGKILL))


def lock_memory(kernel: Kernel) -> Protection:
    """Keep all memory, also what is asked for later, out of the swap.

    All or nothing: with a limit that is too low, a later request for memory would fail instead of the start.
    """
    try:
        soft, _ = resource.getrlimit(resource.RLIMIT_MEMLOCK)
        if soft != resource.RLIM_INFINITY and not kernel.capabilities() & CAP_IPC_LOCK:
            limit = f"the limit on locked memory is {soft // 1024} KiB, and should be `unlimited`"
            return Protection(name=MEMORY_LOCKED, holds=False, why=limit)
        # ONFAULT: each page once it is used; a thread's stack of 8 MiB is mostly never.
        kernel.mlockall(MCL_CURRENT | MCL_FUTURE | MCL_ONFAULT)
    except (OSError, ValueError) as error:
        return Protection(name=MEMORY_LOCKED, holds=False, why=_said(error))
    return Protection(name=MEMORY_LOCKED, holds=True)


def forbid_new_privileges(kernel: Kernel) -> Protection:
    try:
        kernel.prctl(PR_SET_NO_NEW_PRIVS, 1)
    except OSError as error:
        return Protection(name=NO_NEW_PRIVILEGES, holds=False, why=_said(error))
    return Protection(name=NO_NEW_PRIVILEGES, holds=True)


def confine_files(kernel: Kernel, reach: Reach, *, network: bool = False) -> Protection:
    try:
        landlock.restrict(
            kernel,
            rewritten=reach.rewritten,
            removed=reach.removed,
            read=reach.read,
            used=reach.used,
            network=network,
        )
    except OSError as error:
        return Protection(name=FILES, holds=False, why=_said(error))
    return Protection(name=FILES, holds=True)


def confine_calls(kernel: Kernel, *, room: seccomp.Room = seccomp.Room.CUSTODIAN) -> Protection:
    try:
        seccomp.install(kernel, room=room)
    except OSError as error:
        return Protection(name=CALLS, holds=False, why=_said(error))
    return Protection(name=CALLS, holds=True)


def rehearse() -> None:
    """Have everything loaded that is loaded on first use, with keys of no use; before another user and Landlock."""
    # `cryptography` imports some of its modules when they are first needed: for HPKE, and for refusals.
    pair = transport.generate_pair(os.urandom)
    sealed = transport.seal_to(pair.public_key, b"", info=b"")
    transport.open_sealed(pair.private_key, sealed, info=b"")
    with contextlib.suppress(EnvelopeRefused):
        transport.open_sealed(pair.private_key, sealed, info=b"another")
    _rehearse_consignment(pair)
    signer = Ed25519PrivateKey.from_private_bytes(bytes(32))
    with contextlib.suppress(InvalidSignature):
        signer.public_key().verify(signer.sign(b""), b"another")
    Argon2id(salt=bytes(16), length=32, iterations=1, lanes=1, memory_cost=8).derive(b"")
    # glibc loads it when a thread is ended from outside, as the interpreter's are at its end, and aborts where it can't.
    with contextlib.suppress(OSError):
        ctypes.CDLL("libgcc_s.so.1")


def _rehearse_consignment(pair: transport.Pair) -> None:
    consigned = Consignment(
        partition="", account="", key_id="", material_version=1, mac=False, source_region="", target_region=""
    )
    sealed = seal_material(
        bytes(32),
        consignment=consigned,
        private_key=pair.private_key,
        recipient=pair.public_key,
        entropy=os.urandom,
    )
    open_material(sealed, consignment=consigned, private_key=pair.private_key, sender=pair.public_key)
    with contextlib.suppress(EnvelopeRefused):
        # No point that a secret is agreed on with.
        open_material(sealed, consignment=consigned, private_key=pair.private_key, sender=bytes(32))


def _said(error: Exception) -> str:
    text = error.strerror if isinstance(error, OSError) else str(error)
    return (text or type(error).__name__).lower()
