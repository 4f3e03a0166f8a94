"""Names, ARN suffixes, and what a SecretId can mean.

Source: Secrets Manager user guide, secret names and ARNs; facts 2.
"""

from __future__ import annotations

import re
from collections.abc import Callable

import msgspec

from watchword.api.errors import ValidationException

INVALID_NAME = (
    "Invalid name. Must be a valid name containing alphanumeric characters, or any of the following: -/_+=.@!"
)
SECRETS_MAX = 500_000
"""Names in use, of one account in one Region: replicas and secrets in their recovery window hold theirs too."""
SUFFIX_LENGTH = 6
_NAME = re.compile(r"[A-Za-z0-9/_+=.@!-]{1,512}", re.ASCII)
_SUFFIXED = re.compile(r"(.+)-([A-Za-z0-9]{6})", re.ASCII)
_ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"


class SecretId(msgspec.Struct, frozen=True, kw_only=True):
    """What a request's SecretId means, before anything is read.

    With a suffix only that very ARN is meant; there is never a fallback to another suffix.
    """

    name: str
    suffix: str | None
    region: str | None
    account: str | None
    partition: str | None


def check_name(name: str) -> None:
    """Refuse a name with a character that AWS does not allow.

    Raises:
        ValidationException
    """
    if not _NAME.fullmatch(name):
        raise ValidationException(INVALID_NAME)


def parse(secret_id: str) -> SecretId:
    """Take a SecretId apart: a name, a full ARN, or an ARN without its suffix.

    A name that itself ends in a hyphen and six characters is found by name and by full ARN; its partial ARN reads as a
    full one, and means another secret. AWS has the same trap.

    Raises:
        ValidationException: neither a name nor the ARN of a secret; said before anything is looked up.
    """
    if not secret_id.startswith("arn:"):
        check_name(secret_id)
        return SecretId(name=secret_id, suffix=None, region=None, account=None, partition=None)
    parts = secret_id.split(":", 6)
    if len(parts) != 7 or parts[2] != "secretsmanager" or parts[5] != "secret":
        raise ValidationException(INVALID_NAME)
    _, partition, _, region, account, _, tail = parts
    suffixed = _SUFFIXED.fullmatch(tail)
    name, suffix = (suffixed[1], suffixed[2]) if suffixed else (tail, None)
    # Of the name alone: with its suffix the longest name is longer than a name may be.
    check_name(name)
    return SecretId(name=name, suffix=suffix, region=region, account=account, partition=partition)


def new_suffix(entropy: Callable[[int], bytes]) -> str:
    """Six random letters and digits, so that a secret made again does not inherit access written for the old ARN."""
    suffix = ""
    while len(suffix) < SUFFIX_LENGTH:
        # 248 is the largest multiple of 62 in a byte: above it the first letters would come more often.
        suffix += "".join(_ALPHABET[byte % 62] for byte in entropy(8) if byte < 248)
    return suffix[:SUFFIX_LENGTH]
