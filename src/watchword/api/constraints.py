"""Constraints of the AWS model (required, length, range, pattern, enum): checked at once, reported together.

A request that obeys costs one pass over the members that say something; only one that does not is looked at
again to find the words. A shape is compiled when it is first seen: a process that compiled all of them when it
starts would start 50 ms later, and most never see most.

Handled: what the model says of a member, through structures, lists and maps. Deliberately not: rules that the
model does not carry (bytes of a value, `RecoveryWindowInDays` between 7 and 30), which belong to each
service.

Source: the words are those of AWS's recorded ValidationExceptions (`facts`), the order of a list's is that of
ACM, Lambda and Cognito: longest, shortest, pattern.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import msgspec
from msgspec import inspect

from watchword.api.errors import ValidationException
from watchword.api.shape import Instant, Member, Shape

SHOWN_VIOLATIONS_MAX = 100
"""How many are spelled out. All are counted: 1 MiB can hold 100,000 bad tags, and the answer need not."""
SHOWN_CHARACTERS_MAX = 4_096
"""How much of an offending value is repeated."""

Fits = Callable[[Any], bool]


def check(request: Shape) -> None:
    """Refuse a request that violates a constraint of its model.

    Raises:
        ValidationException: names every violation in AWS's words, and no value of a sensitive member.
    """
    for field, required, fits in _plans.get(type(request)) or prepare(type(request)):
        value = getattr(request, field)
        if value is None:
            if required:
                break
        elif fits is not None and not fits(value):
            break
    else:
        return
    raise ValidationException(_text(list(violations(request))))


@dataclass(frozen=True, slots=True, kw_only=True)
class Violation:
    """One constraint that one member does not satisfy."""

    path: str
    """As AWS spells it: `addReplicaRegions.1.member.region`."""
    constraint: str
    value: str | None = None
    """The value as it may be shown; `None` where it may not (sensitive), or cannot (bytes, structures)."""
    absent: bool = False

    def __str__(self) -> str:
        if self.absent:
            shown = "Value null"
        elif self.value is None:
            shown = "Value"
        else:
            shown = f"Value '{self.value[:SHOWN_CHARACTERS_MAX]}'"
        return f"{shown} at '{self.path}' failed to satisfy constraint: {self.constraint}"


def violations(request: Shape, *, above: str = "") -> Iterator[Violation]:
    """Find every violation, in the model's order of members."""
    for field, member in type(request).MEMBERS.items():
        value = getattr(request, field)
        path = above + _camel(member.name)
        if value is not None:
            yield from _of_member(value, member, path)
        elif member.required:
            yield Violation(path=path, constraint="Member must not be null", absent=True)


def prepare(shape: type[Shape]) -> _Plan:
    """Compile the constraints of a shape and of all that it holds; the result is kept."""
    plan = _plans.get(shape)
    if plan is None:
        plan = _plans[shape] = _compile(shape)
    return plan


# --- the fast pass
# -------------------------------------------------------------------------------------------------

_Plan = tuple[tuple[str, bool, Fits | None], ...]
"""Python field, required, and a test of what is there; a member that says nothing is not listed."""

_plans: dict[type[Shape], _Plan] = {}
_patterns: dict[str, re.Pattern[str]] = {}


def _compile(shape: type[Shape]) -> _Plan:
    rows = []
    for field in msgspec.structs.fields(shape):
        member = shape.MEMBERS.get(field.name)
        if member is None:
            continue
        fits = _fits(member, inspect.type_info(field.type))
        if member.required or fits is not None:
            rows.append((field.name, member.required, fits))
    return tuple(rows)


def _fits(member: Member, kind: inspect.Type) -> Fits | None:
    """Return a test of one present value, or `None` where every value will do."""
    match kind:
        case inspect.UnionType(types=(inner, inspect.NoneType())):
            return _fits(member, inner)
        case inspect.StructType(cls=shape):
            return _structure(shape)
        case inspect.VarTupleType(item_type=item):
            return _both(_size(member), _each(member.item, item))
        case inspect.DictType(key_type=key, value_type=value):
            entries = _entries(member.key, key, member.item, value)
            return _both(_size(member), entries)
        case inspect.IntType() | inspect.FloatType():
            return _range(member)
        case _:
            return _both(_both(_size(member), _pattern(member)), _enum(member))


def _both(first: Fits | None, second: Fits | None) -> Fits | None:
    if first is None or second is None:
        return first or second
    one, other = first, second
    return lambda value: one(value) and other(value)


def _size(member: Member) -> Fits | None:
    """Length of a string in characters, of a blob in bytes, of a list or map in members."""
    low, high = member.minimum, member.maximum
    if high is not None:
        least, most = low or 0, high
        return lambda value: least <= len(value) <= most
    if low:
        least = low
        return lambda value: least <= len(value)
    return None


def _range(member: Member) -> Fits | None:
    low, high = member.minimum, member.maximum
    if low is None and high is None:
        return None
    return lambda value: (low is None or low <= value) and (high is None or value <= high)


def _pattern(member: Member) -> Fits | None:
    if member.pattern is None:
        return None
    fullmatch = _regex(member.pattern).fullmatch
    return lambda value: fullmatch(value) is not None


def _enum(member: Member) -> Fits | None:
    return frozenset(member.values).__contains__ if member.values else None


def _structure(shape: type) -> Fits | None:
    assert issubclass(shape, Shape)
    plan = prepare(shape)
    if not plan:
        return None

    def fits(value: Any) -> bool:
        for field, required, inner in plan:
            held = getattr(value, field)
            if held is None:
                if required:
                    return False
            elif inner is not None and not inner(held):
                return False
        return True

    return fits


def _each(member: Member | None, kind: inspect.Type) -> Fits | None:
    one = None if member is None else _fits(member, kind)
    if one is None:
        return None
    test = one
    return lambda values: all(map(test, values))


def _entries(
    key: Member | None, key_kind: inspect.Type, item: Member | None, item_kind: inspect.Type
) -> Fits | None:
    keys = _each(key, key_kind)
    items = _each(item, item_kind)
    if keys is None and items is None:
        return None
    return lambda entries: (
        (keys is None or keys(entries.keys())) and (items is None or items(entries.values()))
    )


def _regex(pattern: str) -> re.Pattern[str]:
    """Compile a pattern of the model, which AWS matches against the whole value.

    The models' patterns are Java's: there `\\d` and `\\w` are ASCII. Patterns come from the models alone,
    never from a caller.
    """
    compiled = _patterns.get(pattern)
    if compiled is None:
        ascii_or_not = re.NOFLAG if _LETTERS in pattern else re.ASCII
        said = pattern.replace(_LETTERS, _LETTERS_HERE).replace(_PATH, _PATH_HERE)
        compiled = _patterns[pattern] = re.compile(said, ascii_or_not)
    return compiled


_LETTERS = r"\p{L}\p{Z}\p{N}_"
"""How the models of IAM and STS say which letters, separators and numbers a tag may have. Python's `re` knows no `\\p`: any
other use of it is an error when it is compiled."""
_LETTERS_HERE = "\\w\u0020\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000"
"""Where it is not ASCII, Python's `\\w` is `\\p{L}`, `\\p{N}` and `_`, exactly; the rest is all of `\\p{Z}`."""
_PATH = r"((/[A-Za-z0-9\.,\+@=_-]+)*)/"
_PATH_HERE = r"(?:/[A-Za-z0-9\.,\+@=_-]++)*+/"
"""A policy's path. It matches the same, and gives nothing back: as it stands in the model, 1 MiB of `/a/a` took 87 MiB."""


# --- the words
# -----------------------------------------------------------------------------------------------------


def _of_member(value: Any, member: Member, path: str) -> Iterator[Violation]:
    shown = None if member.sensitive else _shown(value)
    for said, obeyed in _of_value(value, member):
        if not obeyed:
            yield Violation(path=path, constraint=said, value=shown)
    match value:
        case Shape():
            yield from violations(value, above=f"{path}.")
        case tuple() if value and isinstance(value[0], Shape):
            for index, one in enumerate(value, start=1):
                yield from violations(one, above=f"{path}.{index}.member.")
        case tuple() if member.item is not None:
            # AWS does not say which member of a list of plain values it was: it shows the list and the whole
            # rule.
            yield from _of_each(value, member.item, "Member", path=path, shown=shown)
        case dict():
            if member.key is not None:
                yield from _of_each(value.keys(), member.key, "Map keys", path=path, shown=shown)
            if member.item is not None and any(isinstance(one, Shape) for one in value.values()):
                for key, one in value.items():
                    yield from violations(one, above=f"{path}.{key}.member.")
            elif member.item is not None:
                yield from _of_each(value.values(), member.item, "Map value", path=path, shown=shown)


def _of_each(
    values: Any, member: Member, subject: str, *, path: str, shown: str | None
) -> Iterator[Violation]:
    if all(obeyed for value in values for _, obeyed in _of_value(value, member)):
        return
    rule = ", ".join(said for said, _ in _of_value(next(iter(values)), member))
    yield Violation(path=path, constraint=f"{subject} must satisfy constraint: [{rule}]", value=shown)


def _of_value(value: Any, member: Member) -> Iterator[tuple[str, bool]]:
    """Yield each constraint on one value in AWS's words, and whether it is obeyed."""
    if isinstance(value, int | float):
        measured, noun = value, "value"
    elif isinstance(value, Shape | Instant):
        # Neither has a length; no model bounds a moment.
        return
    else:
        measured, noun = len(value), "length"
    if member.maximum is not None:
        yield f"Member must have {noun} less than or equal to {member.maximum}", measured <= member.maximum
    if member.minimum is not None:
        yield f"Member must have {noun} greater than or equal to {member.minimum}", measured >= member.minimum
    if member.pattern is not None:
        obeyed = _regex(member.pattern).fullmatch(value) is not None
        yield f"Member must satisfy regular expression pattern: {member.pattern}", obeyed
    if member.values:
        yield f"Member must satisfy enum value set: [{', '.join(member.values)}]", value in member.values


def _shown(value: Any) -> str | None:
    """Write a value as AWS's Java does; bytes and structures are not shown."""
    match value:
        case bool():
            return "true" if value else "false"
        case str() | int() | float():
            return str(value)
        case tuple() if all(isinstance(one, str | int | float) for one in value):
            return f"[{', '.join(map(str, value))}]"
        case dict() if all(isinstance(one, str | int | float) for one in value.values()):
            return f"{{{', '.join(f'{key}={one}' for key, one in value.items())}}}"
        case _:
            return None


def _camel(name: str) -> str:
    # Only the first letter: AWS says `aRN` and `sSESpecification`.
    return name[:1].lower() + name[1:]


def _text(found: list[Violation]) -> str:
    noun = "error" if len(found) == 1 else "errors"
    listed = "; ".join(map(str, found[:SHOWN_VIOLATIONS_MAX]))
    return f"{len(found)} validation {noun} detected: {listed}"
