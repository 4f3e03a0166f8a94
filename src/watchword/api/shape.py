"""The base of every generated shape: a frozen Struct that never shows a sensitive member.

A shape carries types only; what AWS calls constraints (required, length, range, pattern, enum) is data in `MEMBERS`,
because AWS reports all violations of a request at once and a decoder stops at the first (`api/constraints.py`).
Every member is optional for the same reason: a missing one is a violation to report, not a decoding error.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any, ClassVar

import msgspec

# A number beyond its type's width is no value of that type: refused while decoding, not as a constraint.
Integer = Annotated[int, msgspec.Meta(ge=-(2**31), le=2**31 - 1)]
Long = Annotated[int, msgspec.Meta(ge=-(2**63), le=2**63 - 1)]


class Instant:
    """A moment, in milliseconds since 1970 UTC; each protocol writes it in its own way (JSON 1.1: epoch seconds)."""

    __slots__ = ("ms",)

    def __init__(self, ms: int) -> None:
        self.ms = ms

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Instant) and other.ms == self.ms

    def __hash__(self) -> int:
        return hash(self.ms)

    def __repr__(self) -> str:
        return f"Instant({self.ms})"


class IsoInstant(Instant):
    """A moment that a JSON model wants written as ISO 8601 (`timestampFormat`), where others are epoch seconds."""

    __slots__ = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """What the AWS model says of one member beyond its type.

    `minimum` and `maximum` bound a number's value, a string's or blob's length, or a list's or map's size.
    For a list or map, `item` (and `key`) say the same of what it holds.
    """

    name: str
    """The model's: `SecretId`; also on the wire, but in EC2."""
    required: bool = False
    minimum: int | None = None
    maximum: int | None = None
    pattern: str | None = None
    values: tuple[str, ...] = ()
    """The enum's values, in the model's order."""
    sensitive: bool = False
    item: Member | None = None
    key: Member | None = None


class Shape(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A request, an answer or a part of one, named and typed as in the AWS model."""

    MEMBERS: ClassVar[dict[str, Member]] = {}
    """By Python field name, in the model's order."""

    def __rich_repr__(self) -> list[tuple[str, Any]]:
        """The members that are there, sensitive ones masked; msgspec's own would show them to who prints with `rich`."""
        shown: list[tuple[str, Any]] = []
        for field in self.__struct_fields__:
            value: Any = getattr(self, field)
            member = self.MEMBERS.get(field)
            if value is not None:
                shown.append((field, Masked() if member is not None and member.sensitive else value))
        return shown

    def __repr__(self) -> str:
        return (
            f"{type(self).__name__}({', '.join(f'{name}={value!r}' for name, value in self.__rich_repr__())})"
        )

    __str__ = __repr__


class Masked:
    """Stands where a sensitive value is."""

    def __repr__(self) -> str:
        return "***"
