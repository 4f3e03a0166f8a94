"""An HSM as a root: what a Region asks of it, what it keeps of the answers, and in what form.

A key of the HSM's token (AES-256, never extractable) does one thing: it wraps fresh keys of 32 bytes, and unwraps them. Such
a key, here a *row key*, then seals with our own suite. So commitment, place and nonce are `suite.py`'s, whatever the HSM is
able to bind, and the HSM sees neither contents nor names. What is wrapped so is

    as a lock     the root's key: the HSM is asked when the Region starts
    as a master   a row key for each row of the store: the HSM is asked for each use, and the master never leaves it

    wrapped key   nonce 12 | key 32 | tag 16                           AES-256-GCM in the HSM (CKM_AES_GCM)
    row           format 1 | suite 2 | master id 16 | wrapped key 60 | then as in `suite.py`, under the row key

Nothing here imports PKCS#11. Why in this way, and what was rejected: decision 0009.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from watchword.custody import files
from watchword.custody.files import RootError
from watchword.custody.lock import CREDENTIAL_MODE, Lock, LockKind
from watchword.custody.master import ID_BYTES, InHsm
from watchword.envelope import suite, wrap
from watchword.envelope.fields import decoded, encoded, joined, split
from watchword.envelope.refused import EnvelopeRefused, Step

LABEL_BYTES_MAX = 64
PIN_BYTES_MAX = 256
WRAPPED_BYTES = suite.NONCE_BYTES + suite.KEY_BYTES + suite.TAG_BYTES

LOCK_PURPOSE = b"watchword/hsm-lock/1"
ROW_PURPOSE = b"watchword/hsm-row/1"
IN_HSM_PREFIX = bytes((suite.FORMAT, 2))
"""A suite that `suite.check_prefix` refuses: a row that an HSM opens is never taken for one that a master opens here."""
_HEAD_BYTES = len(IN_HSM_PREFIX) + ID_BYTES + WRAPPED_BYTES


class HsmAway(Exception):
    """The HSM does not answer, or not in time; one sentence for the operator. It may be back at any moment."""


class KeyUnfit(HsmAway):
    """The token is there, and has no such key, or none that may be used."""


class PinRefused(HsmAway):
    """The token refuses the PIN. It counts such attempts and locks itself: nobody may try again by himself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """Which token, and what opens it."""

    module: Path
    """The vendor's library."""
    label: str
    pin_file: Path
    is_credential: bool = False

    def pin(self) -> str:
        """Read the PIN; HsmAway."""
        others = CREDENTIAL_MODE if self.is_credential else 0o700
        try:
            content = files.read(self.pin_file, what="PIN file", bytes_max=PIN_BYTES_MAX, others=others)
            pin = content.decode("utf-8").removesuffix("\n").removesuffix("\r")
        except RootError as error:
            raise HsmAway(str(error)) from None
        except UnicodeDecodeError:
            raise HsmAway(f"PIN file `{self.pin_file}` is damaged: it is no text") from None
        if not pin:
            raise HsmAway(f"PIN file `{self.pin_file}` is empty")
        return pin


class Hsm(Protocol):
    """One token of an HSM. `bound` is authenticated with the key. Both raise HsmAway."""

    def make(self, *, key_label: str, bound: bytes) -> tuple[bytes, bytes]:
        """Make a key of 32 bytes; returns it in the clear, and wrapped in the HSM."""
        ...

    def open(self, *, key_label: str, bound: bytes, wrapped: bytes) -> bytes:
        """Unwrap a key; EnvelopeRefused where it was wrapped by another key or bound to something else."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class HsmOpener:
    """What gives a root's key by an HSM: the port `lock.Opener`."""

    hsm: Hsm
    key_label: str
    """For new locks; a lock names the key that it was made with."""

    def key(self, lock: Lock) -> bytes:
        key_label, wrapped = lock_parts(lock)
        try:
            return self.hsm.open(key_label=key_label, bound=joined(LOCK_PURPOSE), wrapped=wrapped)
        except HsmAway as away:
            raise RootError(str(away)) from None
        except EnvelopeRefused:
            raise refused_by(key_label) from None

    def new(self, *, held: Lock, entropy: suite.Entropy) -> tuple[Lock, bytes]:
        try:
            key, wrapped = self.hsm.make(key_label=self.key_label, bound=joined(LOCK_PURPOSE))
        except HsmAway as away:
            raise RootError(str(away)) from None
        return Lock(kind=LockKind.HSM, parameters=joined(encoded(self.key_label), wrapped)), key


def lock_parts(lock: Lock) -> tuple[str, bytes]:
    """Return which key of the token a lock was made with, and the wrapped key; RootError."""
    try:
        key_label, wrapped = split(lock.parameters, parts_max=2)
        if lock.kind is LockKind.HSM and len(wrapped) == WRAPPED_BYTES:
            return decoded(key_label), wrapped
    except (EnvelopeRefused, ValueError):
        pass
    raise RootError("the root's lock is damaged: put the root back from a backup")


def refused_by(key_label: str) -> RootError:
    return RootError(
        f"the HSM's key `{key_label}` does not open the root: it was locked with another key of that name"
    )


def wrap_row(hsm: Hsm, master: InHsm, content: bytes, *, owner: wrap.Owner, entropy: suite.Entropy) -> bytes:
    """Wrap as `wrap.wrap` does, under a master that stays in the HSM.

    Raises:
        EnvelopeRefused: too long. HsmAway.
    """
    if len(content) > wrap.CONTENT_BYTES_MAX:
        raise EnvelopeRefused(Step.LENGTH)
    row_key, wrapped = hsm.make(key_label=master.key_label, bound=_row_bound(master))
    return suite.seal(
        row_key,
        content,
        purpose=ROW_PURPOSE,
        prefix=IN_HSM_PREFIX + master.master_id + wrapped,
        bound=owner.written(),
        entropy=entropy,
    )


def unwrap_row(hsm: Hsm, master: InHsm, wrapped: bytes, *, owner: wrap.Owner) -> bytes:
    """Open what `wrap_row` made for the same owner under the same master.

    Raises:
        EnvelopeRefused: COMMITMENT, where it says itself that it is under another master, so that the HSM is not asked;
            another owner, or changed bytes. HsmAway.
    """
    if not wrapped.startswith(IN_HSM_PREFIX):
        raise EnvelopeRefused(Step.COMMITMENT)
    if len(wrapped) < _HEAD_BYTES:
        raise EnvelopeRefused(Step.LENGTH)
    at = len(IN_HSM_PREFIX) + ID_BYTES
    if wrapped[len(IN_HSM_PREFIX) : at] != master.master_id:
        raise EnvelopeRefused(Step.COMMITMENT)
    row_key = hsm.open(
        key_label=master.key_label, bound=_row_bound(master), wrapped=wrapped[at : at + WRAPPED_BYTES]
    )
    return suite.unseal(
        row_key, wrapped, purpose=ROW_PURPOSE, prefix_bytes=_HEAD_BYTES, bound=owner.written()
    )


def _row_bound(master: InHsm) -> bytes:
    return joined(ROW_PURPOSE, master.master_id)
