"""Wildcards of policies: `*` stands for any text, also for none, and `?` for any one character.

A policy's author chooses the pattern and a caller chooses the text, so no pair of them may be slow: nothing here tries
again what it tried before, and no expression is built from a pattern. Most patterns are a text with a wildcard at one
end and are settled by comparing the ends. For the rest, all patterns of a set are walked at once: each place in each
pattern is one bit of a number, and a character of the text moves all bits together. That costs a few operations on whole
numbers for a character, whatever the patterns are.

Source: IAM User Guide, JSON policy elements: Resource; Condition operators (StringLike); reliability 2.5.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from enum import Enum
from functools import lru_cache

import msgspec

SETS_REMEMBERED = 256
"""Sets of patterns that came out of variables; a principal's are the same in each of its requests."""
PARTS_REMEMBERED_MAX = 8
CHARACTERS_REMEMBERED_MAX = 4_096
"""Longer sets are made again each time, so that those remembered take at most some megabytes."""


class Wild(Enum):
    TEXT = "*"
    CHARACTER = "?"


Part = str | Wild
"""A piece of a pattern: a literal text, or a wildcard. A literal `*` is in a literal text."""

_WILD = re.compile(r"([*?])")


def parts_of(text: str) -> tuple[Part, ...]:
    """Take a pattern apart: literal texts and wildcards, in order."""
    return tuple(Wild(piece) if piece in ("*", "?") else piece for piece in _WILD.split(text) if piece)


class Glob(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One pattern, as far as it can be settled without walking it."""

    head: str
    """What stands before the first wildcard."""
    tail: str
    """What stands after the last one; empty if there is none."""
    inner: str
    """The one text between two `*`, where that is all there is."""
    characters_min: int
    stretches: bool
    """It holds a `*`; else the text is exactly as long as the pattern."""
    first: int = 0
    """Where its walk begins among the steps of its set; 0 if it needs none."""

    def fits(self, text: str) -> bool:
        """Whether the text may match, or does if this pattern needs no walk."""
        length = len(text)
        if length < self.characters_min or (length > self.characters_min and not self.stretches):
            return False
        if not (text.startswith(self.head) and text.endswith(self.tail)):
            return False
        return not self.inner or text.find(self.inner, len(self.head), length - len(self.tail)) >= 0


class Steps(msgspec.Struct, frozen=True, kw_only=True):
    """Patterns side by side in one number: a bit for each place in each of them."""

    taken: dict[str, int]
    """The places from which a character leads to the next one."""
    otherwise: int
    """The same for every character that no pattern names: `?`."""
    staying: int
    """The places at which a `*` stands: any character leaves one there."""
    ends: int

    def reach_an_end(self, text: str, *, first: int) -> bool:
        taken, otherwise, staying = self.taken, self.otherwise, self.staying
        places = first
        for character in text:
            places = ((places & taken.get(character, otherwise)) << 1) | (places & staying)
            if not places:
                return False
        return bool(places & self.ends)


class Globs(msgspec.Struct, frozen=True, kw_only=True):
    """Patterns of which one has to match."""

    globs: tuple[Glob, ...]
    steps: Steps

    def match(self, text: str) -> bool:
        first = 0
        for glob in self.globs:
            if glob.fits(text):
                if not glob.first:
                    return True
                first |= glob.first
        return first != 0 and self.steps.reach_an_end(text, first=first)


class Patterns(msgspec.Struct, frozen=True, kw_only=True):
    """Patterns of which one has to match, sorted by what it takes to find out."""

    exact: frozenset[str]
    beginnings: tuple[str, ...]
    """Those whose only wildcard is a `*` at the end, without it."""
    globs: Globs | None

    def match(self, text: str) -> bool:
        return (
            text in self.exact
            or text.startswith(self.beginnings)
            or (self.globs is not None and self.globs.match(text))
        )


def patterns(given: Iterable[Sequence[Part]]) -> Patterns:
    """Sort patterns into a set of which one has to match."""
    exact: set[str] = set()
    beginnings: set[str] = set()
    rest: list[tuple[Part, ...]] = []
    for written in given:
        whole = _joined(written)
        match whole:
            case ():
                exact.add("")
            case (str() as text,):
                exact.add(text)
            case (Wild.TEXT,):
                beginnings.add("")
            case (str() as text, Wild.TEXT):
                beginnings.add(text)
            case _:
                rest.append(whole)
    return Patterns(
        exact=frozenset(exact),
        beginnings=tuple(sorted(beginnings)),
        globs=globs(rest) if rest else None,
    )


def one_matches(given: Sequence[tuple[Part, ...]], text: str) -> bool:
    """Whether one of some patterns matches that were known only with the request."""
    if len(given) == 1 and len(given[0]) <= PARTS_REMEMBERED_MAX:
        return _remembered(tuple(given)).match(text)
    length = len(text)
    fitting = tuple(written for written in given if _places(written) <= length)
    if sum(map(_places, fitting)) > CHARACTERS_REMEMBERED_MAX:
        return globs(fitting).match(text)
    return bool(fitting) and _remembered(fitting).match(text)


@lru_cache(maxsize=SETS_REMEMBERED)
def _remembered(given: tuple[tuple[Part, ...], ...]) -> Globs:
    return globs(given)


def globs(given: Sequence[Sequence[Part]]) -> Globs:
    """Make patterns ready to be matched: the globs are in the order of the patterns."""
    wholes = [_joined(written) for written in given]
    walked = [whole for whole in wholes if _is_walked(whole)]
    places = sum(_places(whole) + 1 for whole in walked)
    taken: dict[str, bytearray] = {}
    otherwise, staying, ends = (bytearray(places // 8 + 1) for _ in range(3))
    made: list[Glob] = []
    place = 0
    for whole in wholes:
        if not _is_walked(whole):
            made.append(_glob(whole, first=0))
            continue
        made.append(_glob(whole, first=1 << place))
        for part in whole:
            if part is Wild.TEXT:
                _mark(staying, place)
                continue
            if isinstance(part, Wild):
                _mark(otherwise, place)
                place += 1
                continue
            for character in part:
                marks = taken.get(character)
                if marks is None:
                    marks = taken[character] = bytearray(places // 8 + 1)
                marks[place >> 3] |= 1 << (place & 7)
                place += 1
        _mark(ends, place)
        place += 1
    anything = _number(otherwise)
    return Globs(
        globs=tuple(made),
        steps=Steps(
            taken={character: _number(marks) | anything for character, marks in taken.items()},
            otherwise=anything,
            staying=_number(staying),
            ends=_number(ends),
        ),
    )


def _joined(written: Sequence[Part]) -> tuple[Part, ...]:
    """Neighbouring texts as one, neighbouring `*` as one, and `?` before `*`: the same pattern in its shortest form."""
    whole: list[Part] = []
    for part in written:
        last = whole[-1] if whole else None
        if isinstance(part, str):
            if not part:
                continue
            if isinstance(last, str):
                whole[-1] = last + part
                continue
        elif last is Wild.TEXT:
            if part is Wild.CHARACTER:
                whole.insert(-1, part)
            continue
        whole.append(part)
    return tuple(whole)


def _glob(whole: tuple[Part, ...], *, first: int) -> Glob:
    head = whole[0] if whole and isinstance(whole[0], str) else ""
    tail = whole[-1] if len(whole) > 1 and isinstance(whole[-1], str) else ""
    match _middle(whole):
        case (Wild.TEXT, str() as inner, Wild.TEXT):
            pass
        case _:
            inner = ""
    return Glob(
        head=head,
        tail=tail,
        inner=inner,
        characters_min=_places(whole),
        stretches=Wild.TEXT in whole,
        first=first,
    )


def _middle(whole: tuple[Part, ...]) -> tuple[Part, ...]:
    """What is left between the literal ends."""
    begin = 1 if whole and isinstance(whole[0], str) else 0
    end = len(whole) - 1 if len(whole) > 1 and isinstance(whole[-1], str) else len(whole)
    return whole[begin:end]


def _is_walked(whole: tuple[Part, ...]) -> bool:
    """Whether ends, length and one inner text do not settle it."""
    match _middle(whole):
        case (Wild.TEXT, str(), Wild.TEXT):
            return False
        case middle:
            return any(isinstance(part, str) for part in middle)


def _places(whole: tuple[Part, ...]) -> int:
    """How many characters a text has at least."""
    return sum(len(part) if isinstance(part, str) else part is Wild.CHARACTER for part in whole)


def _mark(marks: bytearray, place: int) -> None:
    marks[place >> 3] |= 1 << (place & 7)


def _number(marks: bytearray) -> int:
    return int.from_bytes(marks, "little")
