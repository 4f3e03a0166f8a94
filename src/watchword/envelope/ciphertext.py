"""KMS ciphertext blobs: what Encrypt and GenerateDataKey return and Decrypt takes.

    magic 3 | format 1 | suite 1 | length of key ARN 2 | key ARN | material version 4 | then as in `suite.py`

The head names the key, so that Decrypt needs none. Until the blob is open that name is a hint that anybody
can have written: policy is asked about it, and then the blob either opens under that key or is refused. The
encryption context is associated data, as in AWS.

A multi-Region key is named without a Region (`name_of`): what was sealed in one opens in every other that has the key.

Source: KMS Developer Guide, encryption context; KMS API, Encrypt (plaintext up to 4,096 bytes) and Decrypt
(blob up to 6,144).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from watchword.envelope import suite
from watchword.envelope.fields import canonical_context, decoded, encoded, joined
from watchword.envelope.refused import EnvelopeRefused, Step

MAGIC = b"WWK"
PLAINTEXT_BYTES_MAX = 4_096
BLOB_BYTES_MAX = 6_144
KEY_ARN_BYTES_MAX = 512
"""A key ARN has about 90 bytes; this keeps the largest blob below BLOB_BYTES_MAX with room to spare."""

HEADERS_MAX = 4_096
"""Headers remembered: at most 24 MiB of blobs, as a rule under 2."""

PURPOSE = b"watchword/kms/1"

_ARN_LENGTH_BYTES = 2
_VERSION_BYTES = 4
_FIXED_BYTES = len(MAGIC) + len(suite.PREFIX) + _ARN_LENGTH_BYTES


MULTI_REGION = "mrk-"
"""How the id of a multi-Region key begins, and no other. Source: KMS Developer Guide, Multi-Region keys."""
_REGION_FIELD = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """What a blob says about itself: a hint, not yet authenticated."""

    key_arn: str
    """As `name_of` writes it."""
    material_version: int


def name_of(key_arn: str) -> str:
    """Return how a blob names a key: by its ARN, which for a multi-Region key is without its Region."""
    # The first look is for the many keys of one Region: every read of a secret comes by here.
    if MULTI_REGION not in key_arn or not key_arn.rpartition("/")[2].startswith(MULTI_REGION):
        return key_arn
    fields = key_arn.split(":", 5)
    if len(fields) > _REGION_FIELD:
        fields[_REGION_FIELD] = ""
    return ":".join(fields)


def arn_in(name: str, region: str) -> str:
    """Return the ARN in a Region of the key that a blob names; the ARN itself, if it has a Region."""
    if "::" not in name:
        return name
    fields = name.split(":", 5)
    if len(fields) <= _REGION_FIELD or fields[_REGION_FIELD]:
        return name
    fields[_REGION_FIELD] = region
    return ":".join(fields)


@lru_cache(maxsize=HEADERS_MAX)
def header(blob: bytes) -> Header:
    """Read which key a blob names, strictly; nothing about it is proven before the blob is open.

    Remembered, for every read of a secret asks; a blob is no secret.

    Raises:
        EnvelopeRefused: not a blob of ours, or cut short.
    """
    return _parse(blob)[0]


def _parse(blob: bytes) -> tuple[Header, int]:
    """Return the header and the number of bytes of the prefix that holds it."""
    if len(blob) > BLOB_BYTES_MAX:
        raise EnvelopeRefused(Step.LENGTH)
    if not blob.startswith(MAGIC):
        raise EnvelopeRefused(Step.FORMAT)
    suite.check_prefix(blob, at=len(MAGIC))
    arn_bytes = int.from_bytes(blob[_FIXED_BYTES - _ARN_LENGTH_BYTES : _FIXED_BYTES], "big")
    arn_end = _FIXED_BYTES + arn_bytes
    prefix_bytes = arn_end + _VERSION_BYTES
    if arn_bytes > KEY_ARN_BYTES_MAX or len(blob) < prefix_bytes:
        raise EnvelopeRefused(Step.LENGTH)
    return (
        Header(
            key_arn=decoded(blob[_FIXED_BYTES:arn_end]),
            material_version=int.from_bytes(blob[arn_end:prefix_bytes], "big"),
        ),
        prefix_bytes,
    )


def seal(
    material: bytes,
    plaintext: bytes,
    *,
    key_arn: str,
    material_version: int,
    context: Mapping[str, str],
    entropy: suite.Entropy,
) -> bytes:
    """Encrypt up to 4,096 bytes under a KMS key's material, with the encryption context bound to it.

    Raises:
        EnvelopeRefused: too long, or the material has not 32 bytes.
    """
    arn = encoded(name_of(key_arn))
    if len(plaintext) > PLAINTEXT_BYTES_MAX or len(arn) > KEY_ARN_BYTES_MAX:
        raise EnvelopeRefused(Step.LENGTH)
    prefix = b"".join(
        (
            MAGIC,
            suite.PREFIX,
            len(arn).to_bytes(_ARN_LENGTH_BYTES, "big"),
            arn,
            material_version.to_bytes(_VERSION_BYTES, "big"),
        )
    )
    bound = joined(canonical_context(context))
    blob = suite.seal(material, plaintext, purpose=PURPOSE, prefix=prefix, bound=bound, entropy=entropy)
    assert len(blob) <= BLOB_BYTES_MAX
    return blob


def open_ciphertext(material: bytes, blob: bytes, *, context: Mapping[str, str]) -> bytes:
    """Decrypt a blob; whether `material` belongs to the key that the blob names is for the caller to check.

    Raises:
        EnvelopeRefused: another key, another encryption context, or changed bytes.
    """
    _, prefix_bytes = _parse(blob)
    bound = joined(canonical_context(context))
    return suite.unseal(material, blob, purpose=PURPOSE, prefix_bytes=prefix_bytes, bound=bound)
