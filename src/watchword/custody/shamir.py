"""Shares of a root's key: any `threshold` of them give it back, fewer tell nothing about it.

Each byte of the key is the value at 0 of a random polynomial over GF(256) of degree `threshold - 1`; share x holds the
values at x. The field is AES's (x^8 + x^4 + x^3 + x + 1). Multiplication has no table and no branch that depends on a
secret, which is as far as Python can go.

A share as people hold it, 80 characters of base32 in groups of four:

    version 1 | id of the split 8 | threshold 1 | shares 1 | x 1 | values 32 | checksum 6

The checksum finds a slip of the pen, and the id keeps shares of two splits apart; neither keeps a holder from lying. That
a wrong key came of the shares is noticed by the root, whose seal commits to its key.

Source: Shamir, How to Share a Secret (1979); FIPS 197, 4.2 (the field).
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

VERSION = 1
KEY_BYTES = 32
SPLIT_ID_BYTES = 8
CHECKSUM_BYTES = 6
CHECKSUM_PURPOSE = b"watchword/share/1"
SHARES_MAX = 255
"""As many as the field has elements but 0."""
THRESHOLD_MIN = 2
TEXT_CHARACTERS_MAX = 1_024
"""Of a share's file, with what people write around it."""

_POLYNOMIAL = 0x11B
_BODY_BYTES = 1 + SPLIT_ID_BYTES + 3 + KEY_BYTES
_GROUP = 4


class ShareError(Exception):
    """A share, or a number of them, that can't be used; one sentence, without any of a share's bytes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """One person's part of a root's key."""

    split_id: bytes
    threshold: int
    shares: int
    x: int
    """1 to `shares`."""
    values: bytes = field(repr=False)

    def text(self) -> str:
        """Write it as people hold it."""
        body = bytes((VERSION,)) + self.split_id + bytes((self.threshold, self.shares, self.x)) + self.values
        letters = base64.b32encode(body + _checksum(body)).decode("ascii").lower()
        return "-".join(letters[at : at + _GROUP] for at in range(0, len(letters), _GROUP))


def parse(text: str) -> Share:
    """Read what a person typed, or a share's file: lines that begin with `#` are remarks.

    Raises:
        ShareError: it is no share, or was copied wrongly.
    """
    if len(text) > TEXT_CHARACTERS_MAX:
        raise ShareError("that is no share: it is too long")
    lines = [line for line in text.splitlines() if not line.lstrip().startswith("#")]
    letters = "".join("".join(lines).split()).replace("-", "").upper()
    try:
        whole = base64.b32decode(letters)
    except (binascii.Error, ValueError):
        whole = b""
    body, checksum = whole[:-CHECKSUM_BYTES], whole[-CHECKSUM_BYTES:]
    if len(body) != _BODY_BYTES or _checksum(body) != checksum:
        raise ShareError("that is no share, or it was copied wrongly: its checksum does not match")
    if body[0] != VERSION:
        raise ShareError("the share was made by a newer release")
    after = 1 + SPLIT_ID_BYTES
    threshold, shares, x = body[after : after + 3]
    require_numbers(threshold=threshold, shares=shares)
    if not 1 <= x <= shares:
        raise ShareError("that is no share: its number is not one of its split's")
    return Share(split_id=body[1:after], threshold=threshold, shares=shares, x=x, values=body[after + 3 :])


def require_numbers(*, threshold: int, shares: int) -> None:
    """Refuse a split that can't be, or that protects nothing; ShareError."""
    if not THRESHOLD_MIN <= threshold <= shares <= SHARES_MAX:
        raise ShareError(
            f"{threshold} of {shares} shares can't be: at least {THRESHOLD_MIN} are needed, "
            f"no more than there are, and there are at most {SHARES_MAX}"
        )


def split(key: bytes, *, threshold: int, shares: int, entropy: Callable[[int], bytes]) -> tuple[Share, ...]:
    """Divide a key of 32 bytes. Raises ShareError as `require_numbers`."""
    require_numbers(threshold=threshold, shares=shares)
    assert len(key) == KEY_BYTES
    split_id = entropy(SPLIT_ID_BYTES)
    # From the highest power to the lowest, the key itself last: Horner's order.
    coefficients = [entropy(KEY_BYTES) for _ in range(threshold - 1)] + [key]
    return tuple(
        Share(
            split_id=split_id,
            threshold=threshold,
            shares=shares,
            x=x,
            values=bytes(_value(column, at=x) for column in zip(*coefficients, strict=True)),
        )
        for x in range(1, shares + 1)
    )


def combine(shares: Sequence[Share]) -> bytes:
    """Give back the key that shares of one split stand for.

    Raises:
        ShareError: they are of two splits, one is there twice, or they are too few.
    """
    if not shares:
        raise ShareError("no share is there")
    if len({(share.split_id, share.threshold, share.shares) for share in shares}) != 1:
        raise ShareError("the shares are of different splits")
    held = shares[: shares[0].threshold]
    places = [share.x for share in held]
    if len(set(places)) != len(places):
        raise ShareError("one share is there twice")
    if len(held) < shares[0].threshold:
        raise ShareError(f"{shares[0].threshold} shares are needed, {len(held)} are there")
    key = bytes(KEY_BYTES)
    for share in held:
        # Lagrange's polynomial of this share, at 0: the product of x_j / (x_j - x_i); minus is plus here.
        weight = 1
        for place in places:
            if place != share.x:
                weight = multiply(weight, multiply(place, inverse(place ^ share.x)))
        key = bytes(before ^ multiply(weight, value) for before, value in zip(key, share.values, strict=True))
    return key


def multiply(one: int, other: int) -> int:
    """Multiply in the field, in eight steps whatever the factors. Pure."""
    product = 0
    for _ in range(8):
        product ^= -(other & 1) & one
        one = (one << 1) ^ (-(one >> 7) & _POLYNOMIAL)
        other >>= 1
    return product


def inverse(element: int) -> int:
    """Return the element's inverse, which is its 254th power; 0 for 0. Pure."""
    power = 1
    for _ in range(7):
        # 254 is 11111110 in binary: seven squares, each multiplied in.
        element = multiply(element, element)
        power = multiply(power, element)
    return power


def _value(coefficients: Sequence[int], *, at: int) -> int:
    value = 0
    for coefficient in coefficients:
        value = multiply(value, at) ^ coefficient
    return value


def _checksum(body: bytes) -> bytes:
    return hashlib.sha256(CHECKSUM_PURPOSE + body).digest()[:CHECKSUM_BYTES]
