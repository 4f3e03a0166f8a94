"""Whether a Region is sealed, and how that changes: what the custodian does for operators.

Sealed, it holds nothing of the master. What changes a root (another lock, another master) asks for a proof each time: what
opens the root now, even of a Region that is open. Any process of the custodian's user may ask it questions, and one that
could re-lock a root at will could carry the master away.

  1. Another lock: the root is replaced at once, around the same master.
  2. Shares are handed out before they count: the root is locked with them when enough of them have come back, so that
     no root is ever locked with shares that nobody has.
  3. Another master: the root holds both. What is wrapped from now on is wrapped under the new one; whoever keeps the
     store has every row re-wrapped, and then has the old one dropped. A crash at any point leaves either root.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from watchword.custody import root, shamir
from watchword.custody.core import Keyring
from watchword.custody.lock import Lock, LockKind, Opener, key_file_lock, shares_lock, split_of
from watchword.custody.master import ID_BYTES, InHsm, Master, MasterKey
from watchword.custody.root import RootError
from watchword.envelope import suite

SIGNING_KEYS_MAX = 10_000
"""As many as a worker keeps; a hundred bytes each, a session's with its claims."""
ANSWER_BYTES_MAX = 2_048
"""So that they stay below 20 MiB, whatever callers put into sessions."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How it stands with a Region's seal; nothing of it is secret."""

    sealed: bool
    kind: LockKind
    threshold: int = 0
    shares: int = 0
    given: int = 0
    """Shares that were handed in since the last attempt."""
    rewrapping: bool = False
    """A new master is in force and the old one still needed. Known when the Region is open."""
    rewrapped: int = 0
    rows: int = 0
    """How far the re-wrapping is, as it was last told."""
    refused: int = 0
    """Rows that open under neither master; while there is one, the old master is kept."""
    in_hsm: bool = False
    """The master stays in an HSM. Known when the Region is open."""


class Seal:
    """A Region's root, open or closed. Used by one thread."""

    def __init__(
        self, path: Path, *, entropy: suite.Entropy, keyring_of: Callable[[Master], Keyring]
    ) -> None:
        self._path = path
        self._entropy = entropy
        self._keyring_of = keyring_of
        self._given: dict[int, shamir.Share] = {}
        self._handed_out: tuple[Lock, bytes] | None = None
        self._progress = (0, 0, 0)
        self._signing_keys: dict[bytes, tuple[bytes, ...]] = {}
        self._again: tuple[Master, Lock, bytes] | None = None
        """While there is an old master: what the root is written with when that one is dropped."""
        self.keyring: Keyring | None = None
        """`None`: sealed."""
        self._in_hsm = False

    def __repr__(self) -> str:
        return f"Seal({str(self._path)!r})"

    def open_with(self, openers: Mapping[LockKind, Opener]) -> None:
        """Open the root with what is at hand; where nothing fits its lock, it stays sealed.

        Raises:
            RootError: what is at hand does not open it, or it can't be read.
        """
        held = root.read(self._path)
        opener = openers.get(held.lock.kind)
        if opener is not None:
            key = opener.key(held.lock)
            self._open(held.opened(key), lock=_lock_of(held, key), key=key)

    def standing(self) -> Standing:
        """Raises RootError when the root can't be read."""
        lock = root.read(self._path).lock
        threshold = shares = 0
        if lock.kind is LockKind.SHARES:
            _, threshold, shares = split_of(lock)
        rewrapped, rows, refused = self._progress
        return Standing(
            sealed=self.keyring is None,
            kind=lock.kind,
            threshold=threshold,
            shares=shares,
            given=len(self._given),
            rewrapping=self._again is not None,
            rewrapped=rewrapped,
            rows=rows,
            refused=refused,
            in_hsm=self.needs_hsm,
        )

    @property
    def path(self) -> Path:
        return self._path

    @property
    def needs_hsm(self) -> bool:
        """Whether it is open, and opens nothing without its HSM."""
        return self.keyring is not None and self._in_hsm

    def seal(self) -> None:
        """Forget the master and all that was opened under it, but for signing keys, of which each is good for a day.

        They release no value; without them nobody could be told from anybody else, and a sealed Region would not even
        list names.
        """
        self.keyring = None
        self._again = None
        self._given.clear()
        self._handed_out = None

    def unseal(self, key: bytes) -> None:
        """Open the root with its key. Raises RootError."""
        held = root.read(self._path)
        self._open(held.opened(key), lock=_lock_of(held, key), key=key)

    def unseal_by_share(self, text: str) -> None:
        """Take one share; the root opens with the last one that is needed.

        Raises:
            RootError: it is no share of this root's split, or enough are there and they do not open it; then all are
                forgotten, for nobody can tell which was wrong.
        """
        held = root.read(self._path)
        share = _share_for(held.lock, text)
        if self.keyring is not None:
            raise RootError("the Region is not sealed")
        self._given[share.x] = share
        if len(self._given) < share.threshold:
            return
        given = list(self._given.values())
        self._given.clear()
        try:
            key = shamir.combine(given)
            master = held.opened(key)
        except (RootError, shamir.ShareError):
            raise RootError(
                "these shares do not open the root: one of them is wrong, and all have to be given again"
            ) from None
        self._open(master, lock=held.lock, key=key)

    def relock(self, proof: Sequence[bytes], *, lock: Lock, key: bytes) -> None:
        """(1) Lock the root with another key, which `lock` gives. Raises RootError."""
        if lock.kind is LockKind.SHARES:
            raise RootError("shares are handed out first")
        if len(key) != suite.KEY_BYTES:
            raise RootError("a root's key has 32 bytes")
        _, _, master = self._opened_by(proof)
        self._replace(master, lock=lock, key=key)

    def hand_out_shares(self, proof: Sequence[bytes], *, threshold: int, shares: int) -> tuple[str, ...]:
        """(2) Divide a new key; nothing changes yet. Raises RootError."""
        self._opened_by(proof)
        key = self._entropy(suite.KEY_BYTES)
        try:
            split = shamir.split(key, threshold=threshold, shares=shares, entropy=self._entropy)
        except shamir.ShareError as error:
            raise RootError(str(error)) from None
        self._handed_out = (shares_lock(split[0]), key)
        return tuple(share.text() for share in split)

    def lock_with_shares(self, proof: Sequence[bytes], *, returned: Sequence[str]) -> None:
        """(2) Lock the root with the shares that were handed out, of which enough have come back. Raises RootError."""
        _, _, master = self._opened_by(proof)
        if self._handed_out is None:
            raise RootError("no shares were handed out: begin again")
        lock, key = self._handed_out
        if not hmac.compare_digest(_combined(lock, returned), key):
            raise RootError("the shares that came back are not those that were handed out: begin again")
        self._replace(master, lock=lock, key=key)
        self._handed_out = None

    def renew_master(self, proof: Sequence[bytes], *, in_hsm: str | None = None) -> None:
        """(3) Begin: make a new master and keep the old one beside it.

        `in_hsm` names the key of an HSM under which everything is to be wrapped from now on: a master that stays there.

        Raises:
            RootError: the last new master is not yet the only one, the proof is none, or there is no HSM here.
        """
        held, key, master = self._opened_by(proof)
        if self.keyring is None:
            raise RootError("the Region is sealed: unseal it first, for its store has to be re-wrapped")
        if master.before is not None:
            raise RootError("everything is still being re-wrapped under the last new master")
        # The token key stays what it was: what it sealed, and who keeps it, lives on.
        token_key = self._keyring_of(master).token_key()
        new: MasterKey = self._entropy(suite.KEY_BYTES)
        if in_hsm is not None:
            new = InHsm(master_id=self._entropy(ID_BYTES), key_label=in_hsm)
        renewed = replace(master, key=new, before=master.key, token_key=token_key)
        # A master that nobody here could use is refused before it is on the disk.
        self._keyring_of(renewed)
        self._replace(renewed, lock=_lock_of(held, key), key=key)

    def retire_master(self) -> None:
        """(3) End: drop the old master, under which nothing is left; does nothing when there is none.

        No proof: nobody is there to give one when the last row is re-wrapped. Whoever lied here would destroy what the
        store's rows hold, which whoever may write the store can do as well.

        Raises:
            RootError: the root cannot be written.
        """
        if self._again is not None:
            master, lock, key = self._again
            self._replace(replace(master, before=None), lock=lock, key=key)

    def remember_signing_key(self, question: bytes, answer: tuple[bytes, ...]) -> None:
        """Keep the answer to a question for a signing key, for when the Region is sealed; not a session's long claims."""
        if sum(map(len, answer)) > ANSWER_BYTES_MAX:
            return
        while len(self._signing_keys) >= SIGNING_KEYS_MAX:
            self._signing_keys.pop(next(iter(self._signing_keys)))
        self._signing_keys[hashlib.sha256(question).digest()] = answer

    def signing_key_for(self, question: bytes) -> tuple[bytes, ...] | None:
        """Return the answer that the same question had before; `None`: it was not asked since this process started."""
        return self._signing_keys.get(hashlib.sha256(question).digest())

    def note_progress(self, *, rewrapped: int, rows: int, refused: int) -> None:
        """Remember how far the re-wrapping is, for `standing`."""
        self._progress = (rewrapped, rows, refused)

    def _replace(self, master: Master, *, lock: Lock, key: bytes) -> None:
        root.replace(self._path, master, lock=lock, key=key, entropy=self._entropy)
        # Durable now. One that was sealed stays so: who changes a lock has not asked to open the Region.
        if self.keyring is not None:
            self._open(master, lock=lock, key=key)

    def _open(self, master: Master, *, lock: Lock, key: bytes) -> None:
        self._given.clear()
        self.keyring = self._keyring_of(master)
        self._in_hsm = isinstance(master.key, InHsm)
        # The root's key is kept as long as the root has to be written again without anybody's help.
        self._again = None if master.before is None else (master, lock, key)

    def _opened_by(self, proof: Sequence[bytes]) -> tuple[root.Root, bytes, Master]:
        """Open the root on the disk with what the caller brings: its key, or enough shares."""
        held = root.read(self._path)
        if held.lock.kind is LockKind.SHARES:
            key = _combined(held.lock, [_text(part) for part in proof])
        elif len(proof) == 1:
            key = proof[0]
        else:
            raise RootError("one key is asked for")
        return held, key, held.opened(key)


def _lock_of(held: root.Root, key: bytes) -> Lock:
    # A root of the first format has no lock of its own: it becomes one of the present format.
    return key_file_lock(key) if held.version == root.VERSION_WITHOUT_LOCK else held.lock


def _combined(lock: Lock, texts: Sequence[str]) -> bytes:
    try:
        return shamir.combine([_share_for(lock, text) for text in texts])
    except shamir.ShareError as error:
        raise RootError(str(error)) from None


def _share_for(lock: Lock, text: str) -> shamir.Share:
    """Read a share and refuse one of another split; RootError."""
    if lock.kind is not LockKind.SHARES:
        raise RootError(f"the root is opened by a {lock.kind}, not by shares")
    try:
        share = shamir.parse(text)
    except shamir.ShareError as error:
        raise RootError(str(error)) from None
    if (share.split_id, share.threshold, share.shares) != split_of(lock):
        raise RootError(
            "the share is of another split: it opens another root, or this one before its last rekey"
        )
    return share


def _text(part: bytes) -> str:
    try:
        return part.decode("ascii")
    except UnicodeDecodeError:
        raise RootError("that is no share, or it was copied wrongly: its checksum does not match") from None
