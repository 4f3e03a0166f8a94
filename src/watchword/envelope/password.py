"""Hashes of console passwords, in two halves: one that costs much and needs no key, one that costs nothing and does.

    KEY_ID:base64url(form 1 | salt 16 | memory in KiB 4 | passes 4 | lanes 4 | MAC 32)

  1. `stretch`: Argon2id of the password. Made where it may take its time, and hold its memory.
  2. `finish`: HMAC-SHA-256 of that under the account's password key, which custodians alone hold, with the account and
     the user. So hashes in a stolen store can't be tried against a list of passwords, and one that is copied to
     another user fits nothing.

The text is the same in every Region of the account, and no secret as long as its key is one.

Source: RFC 9106 (Argon2id), 3.1 and 4; OWASP Password Storage Cheat Sheet (19 MiB, 2 passes, 1 lane); RFC 2104.
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass, field

from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

from watchword.envelope import suite
from watchword.envelope.fields import encoded, joined
from watchword.envelope.refused import EnvelopeRefused, Step
from watchword.envelope.token import bytes_of, text_of

PASSWORD_BYTES_MAX = 512
"""128 characters, IAM's longest, of 4 bytes each in UTF-8."""
SALT_BYTES = 16
# 40 ms of one core. Against whoever stole a store the key does most of the work; a root has no such key beside it, which
# is why its passphrase costs more (`custody/lock.py`).
MEMORY_KIB = 19_456
PASSES = 2
LANES = 1
# A hash is read from a store that is not trusted, and its cost is paid before its MAC can be checked.
MEMORY_KIB_MAX = 65_536
PASSES_MAX = 8
LANES_MAX = 4
STRETCHED_BYTES = 32
MAC_BYTES = 32
KEY_ID_CHARACTERS_MAX = 64
TEXT_CHARACTERS_MAX = 128
PURPOSE = b"watchword/password/1"

_FORM = b"\1"
_NUMBER_BYTES = 4
_PARAMETERS_BYTES = len(_FORM) + SALT_BYTES + 3 * _NUMBER_BYTES


@dataclass(frozen=True, slots=True, kw_only=True)
class Hash:
    """A hash, taken apart."""

    key_id: str
    """Of the account's password key."""
    parameters: bytes
    """Form, salt and cost."""
    mac: bytes = field(repr=False)

    def text(self) -> str:
        return f"{self.key_id}:{text_of(self.parameters + self.mac)}"


def parse(text: str) -> Hash:
    """Take a hash apart.

    Raises:
        EnvelopeRefused: it is none.
    """
    key_id, _, rest = text.rpartition(":")
    whole = bytes_of(rest, characters_max=TEXT_CHARACTERS_MAX)
    if not 0 < len(key_id) <= KEY_ID_CHARACTERS_MAX or len(whole) != _PARAMETERS_BYTES + MAC_BYTES:
        raise EnvelopeRefused(Step.LENGTH)
    if not whole.startswith(_FORM):
        raise EnvelopeRefused(Step.FORMAT)
    return Hash(key_id=key_id, parameters=whole[:_PARAMETERS_BYTES], mac=whole[_PARAMETERS_BYTES:])


def new_parameters(salt: bytes) -> bytes:
    """Write the cost of today around a random salt."""
    if len(salt) != SALT_BYTES:
        raise EnvelopeRefused(Step.LENGTH)
    cost = (number.to_bytes(_NUMBER_BYTES, "big") for number in (MEMORY_KIB, PASSES, LANES))
    return b"".join((_FORM, salt, *cost))


def stretch(password: str, *, parameters: bytes) -> bytes:
    """(1) Return Argon2id of the password. Other threads run meanwhile.

    Raises:
        EnvelopeRefused: the password is too long, or the parameters ask for more than a password may cost.
    """
    secret = encoded(password)
    if len(secret) > PASSWORD_BYTES_MAX or len(parameters) != _PARAMETERS_BYTES:
        raise EnvelopeRefused(Step.LENGTH)
    salt, cost = parameters[len(_FORM) : len(_FORM) + SALT_BYTES], parameters[len(_FORM) + SALT_BYTES :]
    memory_kib, passes, lanes = (
        int.from_bytes(cost[at : at + _NUMBER_BYTES], "big") for at in range(0, len(cost), _NUMBER_BYTES)
    )
    fits = 1 <= passes <= PASSES_MAX and 1 <= lanes <= LANES_MAX
    # RFC 9106, 3.1: at least 8 KiB a lane.
    if not fits or not 8 * lanes <= memory_kib <= MEMORY_KIB_MAX:
        raise EnvelopeRefused(Step.LENGTH)
    argon2 = Argon2id(
        salt=salt, length=STRETCHED_BYTES, iterations=passes, lanes=lanes, memory_cost=memory_kib
    )
    return argon2.derive(secret)


def finish(key: bytes, stretched: bytes, *, parameters: bytes, account: str, user_id: str) -> bytes:
    """(2) Return the MAC of a stretched password.

    Raises:
        EnvelopeRefused: the key has not 32 bytes.
    """
    if len(key) != suite.KEY_BYTES:
        raise EnvelopeRefused(Step.KEY)
    said = joined(PURPOSE, encoded(account), encoded(user_id), parameters, stretched)
    return hmac.digest(key, said, "sha256")
