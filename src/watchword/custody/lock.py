"""What a root is locked with: the port `Opener`, and the openers that are files or in somebody's head.

A root is sealed under 32 bytes, its key. Its lock says, in public and bound into the seal, what gives that key:

    key-file     a file with the key, elsewhere than the data; the lock holds its fingerprint
    passphrase   Argon2id of a passphrase; the lock holds salt and cost
    shares       `threshold` of the people who hold a share (`shamir.py`); the lock holds the split's id and numbers
    hsm          a key of an HSM (`hsm.py`); the lock holds that key's label and the root's key wrapped by it
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Protocol

from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

from watchword.custody import files, shamir
from watchword.custody.files import RootError
from watchword.envelope import suite
from watchword.envelope.fields import encoded, joined

FINGERPRINT_PURPOSE = b"watchword/key-file/1"
FINGERPRINT_BYTES = 16
PASSPHRASE_BYTES_MIN = 12
PASSPHRASE_BYTES_MAX = 1_024
PARAMETERS_BYTES_MAX = 2_048
CREDENTIAL_MODE = 0o740
"""systemd may hand a credential over by an access control list, which shows as the group's right to read."""

# RFC 9106, 4, the second recommendation: 64 MiB, 3 passes, 4 lanes; 0.5 s where it was tried.
MEMORY_KIB = 65_536
PASSES = 3
LANES = 4
# A lock is read from a disk that is not trusted, and its cost is paid before its seal can be checked.
MEMORY_KIB_MAX = 1_048_576
PASSES_MAX = 16
LANES_MAX = 16
SALT_BYTES = 16

_NUMBER_BYTES = 4


class LockKind(StrEnum):
    KEY_FILE = "key-file"
    PASSPHRASE = "passphrase"  # noqa: S105 - the name of a kind
    SHARES = "shares"
    HSM = "hsm"


@dataclass(frozen=True, slots=True, kw_only=True)
class Lock:
    """What gives a root's key. None of it is secret."""

    kind: LockKind
    parameters: bytes = b""

    def written(self) -> bytes:
        return joined(encoded(self.kind), self.parameters)


class Opener(Protocol):
    """What gives keys for locks of one kind. Both raise RootError."""

    def key(self, lock: Lock) -> bytes:
        """Return the key of a root that is locked so."""
        ...

    def new(self, *, held: Lock, entropy: suite.Entropy) -> tuple[Lock, bytes]:
        """Make a lock and its key for a root that is `held` by another one; it can be opened from now on."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyFile:
    """32 random bytes in a file elsewhere: another mount, a systemd credential.

    A new key is first written beside the old one, which the root still needs; `settle` puts it in its place when the
    root is locked with it. Whatever is interrupted, one of the two files opens the root.
    """

    path: Path
    is_credential: bool = False

    @property
    def beside(self) -> Path:
        return self.path.with_name(f"{self.path.name}.next")

    def key(self, lock: Lock) -> bytes:
        if lock.parameters and self.beside.exists():
            beside = self._read(self.beside)
            if fingerprint(beside) == lock.parameters:
                return beside
        key = self._read(self.path)
        # A root of the first format has no fingerprint: its seal alone tells.
        if lock.parameters and fingerprint(key) != lock.parameters:
            raise RootError(
                f"key file `{self.path}` does not open the root: use the key file that was made with it"
            )
        return key

    def new(self, *, held: Lock, entropy: suite.Entropy) -> tuple[Lock, bytes]:
        if self.is_credential:
            raise RootError("a credential is not written here: make it, then name it as a key file")
        # What lies beside may be what opens the root now.
        self.settle(held)
        key = entropy(suite.KEY_BYTES)
        files.write(self.beside, key)
        return key_file_lock(key), key

    def settle(self, lock: Lock) -> None:
        """Put the key that opens the root in its place, if it lies beside; RootError."""
        if lock.kind is not LockKind.KEY_FILE or self.is_credential or not self.beside.exists():
            return
        if fingerprint(self._read(self.beside)) == lock.parameters:
            try:
                files.move(self.beside, self.path)
            except OSError as error:
                raise RootError(f"`{self.path}` cannot be written: {files.said(error)}") from None

    def _read(self, path: Path) -> bytes:
        others = CREDENTIAL_MODE if self.is_credential else 0o700
        key = files.read(path, what="key file", bytes_max=suite.KEY_BYTES, others=others)
        if len(key) != suite.KEY_BYTES:
            raise RootError(f"key file `{path}` is damaged: it has not {suite.KEY_BYTES} bytes")
        return key


@dataclass(frozen=True, slots=True, kw_only=True)
class Passphrase:
    """What somebody knows, or a file says."""

    read: Callable[[], bytes] = field(repr=False)

    def key(self, lock: Lock) -> bytes:
        salt, cost = lock.parameters[:SALT_BYTES], lock.parameters[SALT_BYTES:]
        if len(salt) != SALT_BYTES or len(cost) != 3 * _NUMBER_BYTES:
            raise RootError("the root's lock is damaged: put the root back from a backup")
        memory_kib, passes, lanes = (
            int.from_bytes(cost[at : at + _NUMBER_BYTES], "big") for at in range(0, len(cost), _NUMBER_BYTES)
        )
        fits = 1 <= passes <= PASSES_MAX and 1 <= lanes <= LANES_MAX
        if not fits or not 8 * lanes <= memory_kib <= MEMORY_KIB_MAX:
            raise RootError("the root's lock asks for more than a passphrase may cost")
        argon2 = Argon2id(
            salt=salt, length=suite.KEY_BYTES, iterations=passes, lanes=lanes, memory_cost=memory_kib
        )
        try:
            return argon2.derive(self.read())
        except MemoryError:
            raise RootError(
                f"a passphrase takes {memory_kib // 1_024} MiB of memory, which are not there"
            ) from None

    def new(self, *, held: Lock, entropy: suite.Entropy) -> tuple[Lock, bytes]:
        if len(self.read()) < PASSPHRASE_BYTES_MIN:
            raise RootError(f"the passphrase is too short: it should have {PASSPHRASE_BYTES_MIN} characters")
        cost = b"".join(number.to_bytes(_NUMBER_BYTES, "big") for number in (MEMORY_KIB, PASSES, LANES))
        lock = Lock(kind=LockKind.PASSPHRASE, parameters=entropy(SALT_BYTES) + cost)
        return lock, self.key(lock)


def passphrase_file(path: Path, *, is_credential: bool = False) -> Passphrase:
    """Take the passphrase from a file, read when it is needed; one line end at its end is none of it."""

    def read() -> bytes:
        others = CREDENTIAL_MODE if is_credential else 0o700
        text = files.read(path, what="passphrase file", bytes_max=PASSPHRASE_BYTES_MAX, others=others)
        text = text.removesuffix(b"\n").removesuffix(b"\r")
        if not text:
            raise RootError(f"passphrase file `{path}` is empty")
        return text

    return Passphrase(read=read)


def key_file_lock(key: bytes) -> Lock:
    return Lock(kind=LockKind.KEY_FILE, parameters=fingerprint(key))


def fingerprint(key: bytes) -> bytes:
    """Tell keys apart without telling anything of them."""
    return suite.hkdf(key, salt=bytes(suite.SALT_BYTES), info=FINGERPRINT_PURPOSE, size=FINGERPRINT_BYTES)


def shares_lock(share: shamir.Share) -> Lock:
    parameters = share.split_id + bytes((share.threshold, share.shares))
    return Lock(kind=LockKind.SHARES, parameters=parameters)


def split_of(lock: Lock) -> tuple[bytes, int, int]:
    """Return a shares lock's split id, threshold and number of shares; RootError."""
    if lock.kind is not LockKind.SHARES or len(lock.parameters) != shamir.SPLIT_ID_BYTES + 2:
        raise RootError("the root's lock is damaged: put the root back from a backup")
    return lock.parameters[: shamir.SPLIT_ID_BYTES], lock.parameters[-2], lock.parameters[-1]
