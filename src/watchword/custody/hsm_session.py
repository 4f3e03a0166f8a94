"""PKCS#11, and the only place that speaks it: a session with one token, in which keys are wrapped and unwrapped.

Loaded only where an HSM is set up, and then only in a process that holds no key of a Region (`hsm_process.py`,
`hsm_apart.py`): a vendor's library is code that nobody here has read. Any call may block for ever; who calls sees to a
deadline. One thread.

Source: PKCS#11 2.40: C_Login, C_EncryptInit (CKM_AES_GCM), key attributes.
"""

from __future__ import annotations

import ctypes
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pkcs11
import pkcs11._pkcs11  # Loaded on first use otherwise, when it may be out of reach.
from pkcs11 import Attribute, GCMParams, KeyType, Mechanism, ObjectClass, TokenFlag
from pkcs11 import exceptions as refusals

from watchword.custody.hsm import WRAPPED_BYTES, HsmAway, KeyUnfit, PinRefused, Token
from watchword.envelope import suite
from watchword.envelope.refused import EnvelopeRefused, Step

if TYPE_CHECKING:
    from pkcs11._pkcs11 import lib as Library  # noqa: N812 - a class there, with a small letter

TAG_BITS = 128
KEY_BITS = 256
TRIAL = b"watchword/hsm-trial/1"

# What a key has to be that wraps a Region's keys, and what it is made as where there is none.
HELD = {Attribute.SENSITIVE: True, Attribute.EXTRACTABLE: False, Attribute.VALUE_LEN: suite.KEY_BYTES}
MADE = {
    Attribute.SENSITIVE: True,
    Attribute.EXTRACTABLE: False,
    Attribute.ENCRYPT: True,
    Attribute.DECRYPT: True,
    Attribute.WRAP: False,
    Attribute.UNWRAP: False,
    Attribute.SIGN: False,
    Attribute.VERIFY: False,
    Attribute.DERIVE: False,
}


class HsmSession:
    """A session with a token: the port `hsm.Hsm`. What fails otherwise is the HSM's, and raises HsmAway."""

    def __init__(self, session: pkcs11.Session) -> None:
        self._session = session
        self._keys: dict[str, _Key] = {}

    def make(self, *, key_label: str, bound: bytes) -> tuple[bytes, bytes]:
        held = self._key(key_label)
        key = os.urandom(suite.KEY_BYTES)
        return key, held.wrapped(key, bound=bound)

    def open(self, *, key_label: str, bound: bytes, wrapped: bytes) -> bytes:
        held = self._key(key_label)
        if len(wrapped) != WRAPPED_BYTES:
            raise EnvelopeRefused(Step.LENGTH)
        try:
            return held.opened(wrapped, bound=bound)
        except pkcs11.PKCS11Error as error:
            # A wrong tag has an error of its own in some HSMs and a general one in others: what opened before tells.
            self._try(held, after=error)
            raise EnvelopeRefused(Step.TAG) from None

    def prepare(self, *, key_label: str) -> bool:
        """Make the key where the token has none of this label; returns whether it did. Needs a session that writes."""
        with _told():
            if list(self._found(key_label)):
                self._key(key_label)
                return False
            self._session.generate_key(KeyType.AES, KEY_BITS, label=key_label, store=True, template=MADE)
        self._key(key_label)
        return True

    def _key(self, label: str) -> _Key:
        held = self._keys.get(label)
        if held is None:
            with _told():
                found = list(self._found(label))
                if len(found) != 1:
                    what = "no key" if not found else "several keys"
                    raise KeyUnfit(f"the HSM's token has {what} `{label}`")
                for attribute, wanted in HELD.items():
                    if found[0][attribute] != wanted:
                        raise KeyUnfit(
                            f"the HSM's key `{label}` is not used: it is not an AES key of {KEY_BITS} bits that never "
                            "leaves the token"
                        )
                held = _Key(found[0])
            self._keys[label] = held
        return held

    def _found(self, label: str) -> Iterator[Any]:
        # Any: which of the library's types a key has is known when it is there.
        return self._session.get_objects({Attribute.CLASS: ObjectClass.SECRET_KEY, Attribute.LABEL: label})

    def _try(self, held: _Key, *, after: pkcs11.PKCS11Error) -> None:
        """Have opened what is known to open; HsmAway if it does not."""
        try:
            if held.opened(held.trial, bound=TRIAL) == bytes(suite.KEY_BYTES):
                return
        except pkcs11.PKCS11Error:
            pass
        raise HsmAway(f"the HSM failed: {_named(after)}") from None


class _Key:
    """A key of the token, and something that it opens."""

    def __init__(self, key: Any) -> None:
        self._key = key
        self.trial = self.wrapped(bytes(suite.KEY_BYTES), bound=TRIAL)

    def wrapped(self, key: bytes, *, bound: bytes) -> bytes:
        # Random: 2^32 of them under one key would be too many (SP 800-38D, 8.3), which is a row a second for 136 years.
        nonce = os.urandom(suite.NONCE_BYTES)
        with _told():
            sealed: bytes = self._key.encrypt(
                key, mechanism=Mechanism.AES_GCM, mechanism_param=GCMParams(nonce, bound, TAG_BITS)
            )
        wrapped = nonce + sealed
        if len(wrapped) != WRAPPED_BYTES:
            raise HsmAway(
                "the HSM's AES-GCM is not the one of PKCS#11 2.40, with the tag behind the ciphertext"
            )
        return wrapped

    def opened(self, wrapped: bytes, *, bound: bytes) -> bytes:
        nonce = wrapped[: suite.NONCE_BYTES]
        key: bytes = self._key.decrypt(
            wrapped[suite.NONCE_BYTES :],
            mechanism=Mechanism.AES_GCM,
            mechanism_param=GCMParams(nonce, bound, TAG_BITS),
        )
        return key


def load(module: Path) -> Library:
    """Load a vendor's library and have it begin (C_Initialize); HsmAway.

    What it maps as code is mapped now, at once.
    """
    try:
        ctypes.CDLL(os.fspath(module), mode=os.RTLD_NOW)
    except OSError:
        # The system's own sentence may be of several lines.
        raise HsmAway(f"the HSM's library `{module}` can't be loaded") from None
    with _told():
        return pkcs11.lib(os.fspath(module))


def begin(library: Library, token: Token, *, writes: bool = False) -> HsmSession:
    """Log in to the token.

    Raises:
        PinRefused, HsmAway
    """
    with _told():
        try:
            found = library.get_token(token_label=token.label)
        except (refusals.NoSuchToken, refusals.MultipleTokensReturned) as error:
            what = "no token" if isinstance(error, refusals.NoSuchToken) else "several tokens"
            raise HsmAway(f"the HSM has {what} `{token.label}`") from None
        if found.flags & TokenFlag.USER_PIN_LOCKED:
            raise PinRefused(f"the HSM's token `{token.label}` is locked: its PIN was wrong too often")
        if found.flags & TokenFlag.USER_PIN_FINAL_TRY:
            raise PinRefused(
                f"the HSM's token `{token.label}` would be locked by one more wrong PIN: log in by hand first"
            )
        try:
            return HsmSession(found.open(rw=writes, user_pin=token.pin()))
        except (
            refusals.PinIncorrect,
            refusals.PinInvalid,
            refusals.PinLenRange,
            refusals.PinExpired,
            refusals.PinLocked,
        ) as error:
            raise PinRefused(
                f"the HSM's token `{token.label}` refuses the PIN in `{token.pin_file}` ({_named(error)})"
            ) from None


@contextmanager
def _told() -> Iterator[None]:
    try:
        yield
    except pkcs11.PKCS11Error as error:
        raise HsmAway(f"the HSM failed: {_named(error)}") from None


def _named(error: pkcs11.PKCS11Error) -> str:
    # Its type alone: a message could hold what was passed.
    return type(error).__name__
