"""The sealed root of a Region: one file that holds its master, opened by what its lock says (`lock.py`).

    magic 6 | version 2 | partition | Region | transport public key | lock | sealed contents | SHA-256

The five in the middle are length-prefixed. The contents are sealed under the root's key and bound to all that stands
before them: token key, transport private key, the master, and while everything is re-wrapped under a new one, the master
before. The checksum proves nothing against an attacker (the seal does): it tells a damaged disk from a wrong key, so that
an operator is sent to the right backup. A backup of the data folder holds the root and not its key, and opens nothing.

A root changes in one way only: the whole file is replaced at once. So what is cheap (another lock around the same master)
is one atomic step, and what takes long (another master) begins and ends with one.

A master may stay in an HSM; the contents then hold what names it (`master.py`), and the version is 3, so that a release that
knows of no HSM refuses the root instead of taking a name for a key.

Version 1 had no lock, since a key file opened every root; it is still read.

Every error is one sentence for an operator.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
from dataclasses import dataclass
from pathlib import Path

from watchword.custody import files
from watchword.custody.files import RootError as RootError
from watchword.custody.lock import KeyFile, Lock, LockKind, key_file_lock
from watchword.custody.master import InHsm, Master, key_from, key_written
from watchword.envelope import suite, transport, wrap
from watchword.envelope.fields import decoded, encoded, joined, split
from watchword.envelope.refused import EnvelopeRefused

MAGIC = b"WWROOT"
VERSION = 2
VERSION_WITHOUT_LOCK = 1
VERSION_IN_HSM = 3
PURPOSES = {VERSION: b"watchword/root/2", VERSION_IN_HSM: b"watchword/root/3"}
PURPOSE_1 = b"watchword/root/1"
CHECKSUM_BYTES = 32
ROOT_BYTES_MAX = 4_096
"""Today's roots have fewer than 700 bytes; a bigger file is none of ours."""

_HEAD_BYTES = len(MAGIC) + 1
_PARTS = 5
_LOCK_PARTS = 2
_CONTENTS_MIN = 3
_CONTENTS_MAX = 4
"""Token key, transport private key, the master, the master before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Root:
    """A root as it lies on the disk: what it says to everybody, and what is sealed in it."""

    path: Path
    version: int
    partition: bytes
    region: bytes
    public_key: bytes
    lock: Lock
    sealed: tuple[bytes, ...]

    def opened(self, key: bytes) -> Master:
        """Open it.

        Raises:
            RootError: with another key than the one that it is sealed under.
        """
        try:
            if self.version == VERSION_WITHOUT_LOCK:
                return self._opened_without_lock(key)
            suite.check_prefix(self.sealed[0])
            contents = suite.unseal(
                key,
                self.sealed[0],
                purpose=PURPOSES[self.version],
                prefix_bytes=len(suite.PREFIX),
                bound=_bound(self.partition, self.region, self.public_key, self.lock),
            )
            token_key, private_key, *masters = split(contents, parts_max=_CONTENTS_MAX)
            return Master(
                partition=decoded(self.partition),
                region=decoded(self.region),
                key=key_from(masters[0]),
                before=key_from(masters[1]) if len(masters) > 1 else None,
                transport_private_key=private_key,
                token_key=token_key or None,
            )
        except EnvelopeRefused:
            raise RootError(f"that does not open the root `{self.path}`") from None

    def _opened_without_lock(self, key: bytes) -> Master:
        sealed_master, wrapped_transport = self.sealed
        suite.check_prefix(sealed_master)
        master = suite.unseal(
            key,
            sealed_master,
            purpose=PURPOSE_1,
            prefix_bytes=len(suite.PREFIX),
            bound=joined(self.partition, self.region, self.public_key),
        )
        region = decoded(self.region)
        owner = wrap.Owner(kind=wrap.Kind.TRANSPORT_KEY, name=region, region=region, account="")
        return Master(
            partition=decoded(self.partition),
            region=region,
            key=master,
            transport_private_key=wrap.unwrap(master, wrapped_transport, owner=owner),
        )


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
    key = entropy(suite.KEY_BYTES)
    pair = transport.generate_pair(entropy)
    master = Master(
        partition=partition,
        region=region,
        key=entropy(suite.KEY_BYTES),
        transport_private_key=pair.private_key,
    )
    try:
        # The key file first: a root that nothing opens would look like a Region.
        files.write(key_file, key)
        replace(path, master, lock=key_file_lock(key), key=key, entropy=entropy)
    except RootError:
        # Neither was there before.
        for made in (path, key_file):
            with contextlib.suppress(OSError):
                made.unlink(missing_ok=True)
        raise
    return pair.public_key


def replace(path: Path, master: Master, *, lock: Lock, key: bytes, entropy: suite.Entropy) -> None:
    """Write the root anew, under a key that `lock` gives; durable on return, and at any moment the old or the new is there.

    Raises:
        RootError: it cannot be written.
    """
    public = (
        encoded(master.partition),
        encoded(master.region),
        transport.public_key_of(master.transport_private_key),
    )
    masters = (master.key,) if master.before is None else (master.key, master.before)
    in_hsm = any(isinstance(key, InHsm) for key in masters)
    version = VERSION_IN_HSM if in_hsm else VERSION
    # No token key in a root that never had another master: it is derived from that one.
    contents = joined(
        master.token_key or b"", master.transport_private_key, *(key_written(held) for held in masters)
    )
    sealed = suite.seal(
        key,
        contents,
        purpose=PURPOSES[version],
        prefix=suite.PREFIX,
        bound=_bound(*public, lock),
        entropy=entropy,
    )
    body = MAGIC + bytes((version,)) + joined(*public, lock.written(), sealed)
    files.write(path, body + hashlib.sha256(body).digest())


def read(path: Path) -> Root:
    """Read a root, closed as it is.

    Raises:
        RootError: it is missing, unreadable, damaged, or of a newer release.
    """
    content = files.read(path, what="root", bytes_max=ROOT_BYTES_MAX)
    if not content.startswith(MAGIC):
        raise RootError(f"`{path}` is not the root of a Region")
    damaged = RootError(f"root `{path}` is damaged: put it back from a backup")
    # The checksum closes the file in every version, so a flipped bit is not taken for a newer release.
    body, checksum = content[:-CHECKSUM_BYTES], content[-CHECKSUM_BYTES:]
    if len(body) < _HEAD_BYTES or hashlib.sha256(body).digest() != checksum:
        raise damaged
    version = body[len(MAGIC)]
    if version not in (*PURPOSES, VERSION_WITHOUT_LOCK):
        raise _newer(path)
    try:
        parts = split(body[_HEAD_BYTES:], parts_max=_PARTS)
        if len(parts) != _PARTS:
            raise damaged
        partition, region, public_key, *rest = parts
        lock, sealed = Lock(kind=LockKind.KEY_FILE), tuple(rest)
        if version != VERSION_WITHOUT_LOCK:
            kind, parameters = split(rest[0], parts_max=_LOCK_PARTS)
            if kind not in {known.encode() for known in LockKind}:
                raise _newer(path)
            lock, sealed = Lock(kind=LockKind(kind.decode()), parameters=parameters), (rest[1],)
    except (EnvelopeRefused, ValueError):
        raise damaged from None
    return Root(
        path=path,
        version=version,
        partition=partition,
        region=region,
        public_key=public_key,
        lock=lock,
        sealed=sealed,
    )


def unlock(path: Path, key_file: Path) -> Master:
    """Open a Region's root that a key file opens.

    Raises:
        RootError: either file is missing, unreadable or damaged, the key file is readable by others, or it is
            another's.
    """
    held = read(path)
    if held.lock.kind is not LockKind.KEY_FILE:
        raise RootError(f"root `{path}` is not opened by a key file, but by `{held.lock.kind}`")
    opener = KeyFile(path=key_file)
    key = opener.key(Lock(kind=LockKind.KEY_FILE))
    if held.lock.parameters:
        with contextlib.suppress(RootError):
            key = opener.key(held.lock)
    try:
        return held.opened(key)
    except RootError:
        raise RootError(
            f"key file `{key_file}` does not open the root `{path}`: use the key file that was made with it"
        ) from None


def _bound(partition: bytes, region: bytes, public_key: bytes, lock: Lock) -> bytes:
    return joined(partition, region, public_key, lock.written())


def _newer(path: Path) -> RootError:
    return RootError(f"root `{path}` was written by a newer release: start that release")
