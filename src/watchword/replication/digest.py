"""The digest of a revision: whether two Regions hold the same, without a hash of any value.

Versions are immutable and each carries a random content id, written with its value; the digest covers the ids. A stored
hash of a value would let a thief of the disk guess passwords.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from typing import TypeAlias

Plain: TypeAlias = "bool | int | str | Sequence[Plain] | Mapping[str, Plain] | None"
"""What a head may hold. No floats: two engines may write one number in two ways."""

_DOMAIN = b"watchword/revision/1"
_LENGTH_BYTES = 8


def digest(head: Mapping[str, Plain], items: Iterable[tuple[str, str, Iterable[str]]]) -> str:
    """Return the SHA-256, in hex, of a head and its (version id, content id, labels). Pure.

    Neither the order of items and labels nor that of a map's keys matters; the order of a sequence in the head does.
    Every part is preceded by its kind and length, so that no two different revisions write the same bytes.
    """
    rows = sorted((version_id, content_id, sorted(set(labels))) for version_id, content_id, labels in items)
    assert len({version_id for version_id, _, _ in rows}) == len(rows), "a version id names one version"
    return hashlib.sha256(_DOMAIN + _canonical(head) + _canonical(rows)).hexdigest()


def _canonical(value: Plain) -> bytes:
    match value:
        case None:
            return _part(b"n", b"")
        case bool():  # Before int: True is one.
            return _part(b"b", b"1" if value else b"0")
        case int():
            return _part(b"i", str(value).encode("ascii"))
        case str():
            return _part(b"s", value.encode("utf-8"))
        case Mapping():
            pairs = sorted(value.items())
            return _part(b"m", b"".join(_canonical(name) + _canonical(held) for name, held in pairs))
        case Sequence():
            return _part(b"l", b"".join(_canonical(held) for held in value))
    raise TypeError(f"`{type(value).__name__}` has no canonical form")


def _part(kind: bytes, content: bytes) -> bytes:
    return kind + len(content).to_bytes(_LENGTH_BYTES, "big") + content
