"""The sealed root of a Region: one file that holds its master, opened by a key file that lies elsewhere.

    magic 6 | version 1 | partition | Region | transport public key | sealed master | transport key | SHA-256

The five in the middle are length-prefixed. The master is sealed under the key file's 32 random bytes, the
transport key is wrapped under the master. The checksum proves nothing against an attacker (the seals do): it
tells a damaged disk from a wrong key file, so that an operator is sent to the right backup. A backup of the
data folder holds the root and not the key file, and opens nothing.

Every error is one sentence for an operator.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import stat
from pathlib import Path

from watchword.custody.master import Master
from watchword.envelope import suite, transport, wrap
from watchword.envelope.fields import decoded, encoded, joined, split
from watchword.envelope.refused import EnvelopeRefused

MAGIC = b"WWROOT"
VERSION = 1
PURPOSE = b"watchword/root/1"
CHECKSUM_BYTES = 32
ROOT_BYTES_MAX = 4_096
"""Today's roots have fewer than 500 bytes; a bigger file is none of ours."""

_HEAD_BYTES = len(MAGIC) + 1
_PARTS = 5


class RootError(Exception):
    """A root that cannot be made or opened; the text is one sentence for the operator and holds no key."""


def create(
    path: Path, key_file: Path, *, region: str, partition: str = "aws", entropy: suite.Entropy
) -> bytes:
    """Make a Region's root and the key file that opens it; returns the Region's transport public key.

    Both are durable on return and readable by their owner alone. When it fails it leaves neither. Nothing is
    ever overwritten: whoever loses a key file loses the Region's secrets.

    Raises:
        RootError: one of the two exists, or cannot be written.
    """
    for held in (path, key_file):
        if os.path.lexists(held):
            raise RootError(f"`{held}` exists already and is not overwritten")
    key, master = entropy(suite.KEY_BYTES), entropy(suite.KEY_BYTES)
    pair = transport.generate_pair(entropy)
    public = (encoded(partition), encoded(region), pair.public_key)
    sealed_master = suite.seal(
        key, master, purpose=PURPOSE, prefix=suite.PREFIX, bound=joined(*public), entropy=entropy
    )
    wrapped_transport = wrap.wrap(master, pair.private_key, owner=_transport_owner(region), entropy=entropy)
    body = MAGIC + bytes((VERSION,)) + joined(*public, sealed_master, wrapped_transport)
    try:
        # The key file first: a root that nothing opens would look like a Region.
        _write_new(key_file, key)
        _write_new(path, body + hashlib.sha256(body).digest())
    except RootError:
        # Neither was there before.
        for made in (path, key_file):
            with contextlib.suppress(OSError):
                made.unlink(missing_ok=True)
        raise
    return pair.public_key


def unlock(path: Path, key_file: Path) -> Master:
    """Open a Region's root.

    Raises:
        RootError: either file is missing, unreadable or damaged, the key file is readable by others, or it is
            another's.
    """
    partition, region, public_key, sealed_master, wrapped_transport = _read_root(path)
    key = _read_key(key_file)
    try:
        suite.check_prefix(sealed_master)
        master = suite.unseal(
            key,
            sealed_master,
            purpose=PURPOSE,
            prefix_bytes=len(suite.PREFIX),
            bound=joined(partition, region, public_key),
        )
        private_key = wrap.unwrap(master, wrapped_transport, owner=_transport_owner(decoded(region)))
    except EnvelopeRefused:
        raise RootError(
            f"key file `{key_file}` does not open the root `{path}`: use the key file that was made with it"
        ) from None
    return Master(
        partition=decoded(partition),
        region=decoded(region),
        key=master,
        transport_private_key=private_key,
    )


def _transport_owner(region: str) -> wrap.Owner:
    return wrap.Owner(kind=wrap.Kind.TRANSPORT_KEY, name=region, region=region, account="")


def _read_root(path: Path) -> list[bytes]:
    content = _read(path, what="root", bytes_max=ROOT_BYTES_MAX)
    if not content.startswith(MAGIC):
        raise RootError(f"`{path}` is not the root of a Region")
    damaged = RootError(f"root `{path}` is damaged: put it back from a backup")
    # The checksum closes the file in every version, so a flipped bit is not taken for a newer release.
    body, checksum = content[:-CHECKSUM_BYTES], content[-CHECKSUM_BYTES:]
    if len(body) < _HEAD_BYTES or hashlib.sha256(body).digest() != checksum:
        raise damaged
    if body[len(MAGIC)] != VERSION:
        raise RootError(f"root `{path}` was written by a newer release: start that release")
    try:
        parts = split(body[_HEAD_BYTES:], parts_max=_PARTS)
    except EnvelopeRefused:
        raise damaged from None
    if len(parts) != _PARTS:
        raise damaged
    return parts


def _read_key(key_file: Path) -> bytes:
    key = _read(key_file, what="key file", bytes_max=suite.KEY_BYTES, private=True)
    if len(key) != suite.KEY_BYTES:
        raise RootError(f"key file `{key_file}` is damaged: it has not {suite.KEY_BYTES} bytes")
    return key


def _read(path: Path, *, what: str, bytes_max: int, private: bool = False) -> bytes:
    """Read a small regular file; one byte further than it may be long, so that a longer one is noticed."""
    try:
        # Not blocking: opening a FIFO would wait for its writer.
        fd = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
    except OSError as error:
        raise RootError(f"{what} `{path}` cannot be read: {_said(error)}") from None
    try:
        # Asked of the open file, not of the name: what is read is what was checked.
        mode = os.fstat(fd).st_mode
        if not stat.S_ISREG(mode):
            raise RootError(f"{what} `{path}` is not a file")
        if private and mode & 0o077:
            raise RootError(
                f"{what} `{path}` is open to others than its owner (mode {stat.S_IMODE(mode):04o}): "
                f"run `chmod 600 {path}`"
            )
        content = os.read(fd, bytes_max + 1)
    except OSError as error:
        raise RootError(f"{what} `{path}` cannot be read: {_said(error)}") from None
    finally:
        os.close(fd)
    if len(content) > bytes_max:
        raise RootError(f"{what} `{path}` is damaged: it is longer than {bytes_max} bytes")
    return content


def _write_new(path: Path, content: bytes) -> None:
    """Write a file, whole or not at all, durable on return, mode 0600.

    1. Written beside its place and synced: a crash leaves no half file under the name.
    2. Renamed. (A rename overwrites; `create` has looked, and its caller keeps two of them apart.)
    3. The folder is synced: without it a power cut may forget the name.
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
        # (2)
        beside.rename(path)
        # (3)
        folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
    except OSError as error:
        with contextlib.suppress(OSError):
            beside.unlink(missing_ok=True)
        raise RootError(f"`{path}` cannot be written: {_said(error)}") from None


def _said(error: OSError) -> str:
    return (error.strerror or type(error).__name__).lower()
