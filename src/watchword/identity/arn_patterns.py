"""Patterns of ARNs, as `Resource` and ArnLike have them: field by field.

An ARN has six fields between colons. A wildcard of the first five stays within its field; in the last one, which may
hold colons and slashes, it stands for these too. A pattern of fewer fields matches nothing, and an identifier that is no
ARN (a name where no resource was found) is matched by no pattern.

Source: IAM User Guide, JSON policy elements: Resource; Amazon Resource Name condition operators; facts B.5.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache

import msgspec

from watchword.identity.variables import Context, Template, fixed, template
from watchword.identity.wildcards import Globs, Part, Wild, globs, one_matches, parts_of

FIELDS = 6
TEXTS_REMEMBERED = 1_024
"""ARNs that are not taken apart again: a decision compares the same one with many patterns."""


class Head(msgspec.Struct, frozen=True, kw_only=True):
    """The first five fields of a pattern; those that are `*` alone are not in it."""

    literals: tuple[tuple[int, str], ...]
    """Where a field holds no wildcard, and which one it is."""
    places: tuple[int, ...]
    """Where those are that hold some."""
    fields: Globs
    """Those, in the same order."""

    def cover(self, head: Sequence[str]) -> bool:
        for place, literal in self.literals:
            if head[place] != literal:
                return False
        for place, glob in zip(self.places, self.fields.globs, strict=True) if self.places else ():
            if not glob.fits(head[place]):
                return False
            if glob.first and not self.fields.steps.reach_an_end(head[place], first=glob.first):
                return False
        return True


class ARNGlobs(msgspec.Struct, frozen=True, kw_only=True):
    """Patterns with wildcards anywhere, of which one has to match."""

    heads: tuple[Head, ...]
    last: Globs
    """The last field of each, in the same order."""

    def match(self, head: Sequence[str], tail: str) -> bool:
        first = 0
        for covering, glob in zip(self.heads, self.last.globs, strict=True):
            if glob.fits(tail) and covering.cover(head):
                if not glob.first:
                    return True
                first |= glob.first
        return first != 0 and self.last.steps.reach_an_end(tail, first=first)


class ARNPatterns(msgspec.Struct, frozen=True, kw_only=True):
    """Patterns of ARNs of which one has to match, sorted by what it takes to find out."""

    exact: frozenset[str]
    beginnings: tuple[str, ...]
    """Those whose only wildcard is a `*` at the end of the last field, without it."""
    globs: ARNGlobs | None
    templates: tuple[tuple[Head, Template], ...]
    """Those with variables: the first five fields, and the last one."""

    def match(self, text: str, context: Context) -> bool:
        if text in self.exact or text.startswith(self.beginnings):
            return True
        if self.globs is None and not self.templates:
            return False
        fields = _fields(text)
        if fields is None:
            return False
        head, tail = fields
        if self.globs is not None and self.globs.match(head, tail):
            return True
        resolved: list[tuple[Part, ...]] = []
        for covering, last in self.templates:
            if covering.cover(head):
                # One that stands for nothing matches no resource.
                pattern = last.pattern(context)
                if pattern is not None:
                    resolved.append(pattern)
        return bool(resolved) and one_matches(resolved, tail)

    def unresolved(self, context: Context) -> bool:
        """Whether one of them holds a variable that stands for nothing."""
        return any(last.pattern(context) is None for _, last in self.templates)


def arn_patterns(texts: Iterable[str], *, variables: bool) -> ARNPatterns:
    """Sort patterns of ARNs; variables count in the last field alone."""
    exact: set[str] = set()
    beginnings: set[str] = set()
    heads: list[Head] = []
    lasts: list[tuple[Part, ...]] = []
    templates: list[tuple[Head, Template]] = []
    for text in texts:
        head, colon, tail = _halves(text)
        if not colon:
            continue
        last = template(tail, wildcards=True, variables=variables)
        pattern = fixed(last)
        if pattern is None:
            templates.append((_head(head), last))
            continue
        literal_head = "*" not in head and "?" not in head
        literal = [part for part in pattern if not isinstance(part, Wild)]
        if literal_head and len(literal) == len(pattern):
            exact.add(head + colon + "".join(literal))
        elif literal_head and pattern[-1] is Wild.TEXT and len(literal) == len(pattern) - 1:
            beginnings.add(head + colon + "".join(literal))
        else:
            heads.append(_head(head))
            lasts.append(pattern)
    return ARNPatterns(
        exact=frozenset(exact),
        beginnings=tuple(sorted(beginnings)),
        globs=ARNGlobs(heads=tuple(heads), last=globs(lasts)) if lasts else None,
        templates=tuple(templates),
    )


@lru_cache(maxsize=TEXTS_REMEMBERED)
def _fields(text: str) -> tuple[tuple[str, ...], str] | None:
    """The first five fields of an ARN, and the last one."""
    *head, tail = text.split(":", FIELDS - 1)
    return (tuple(head), tail) if len(head) == FIELDS - 1 else None


def _halves(text: str) -> tuple[str, str, str]:
    """The first five fields, the fifth colon, the last field; no colon if there are fewer fields."""
    fields = text.split(":", FIELDS - 1)
    if len(fields) != FIELDS:
        return text, "", ""
    return ":".join(fields[:-1]), ":", fields[-1]


def _head(written: str) -> Head:
    fields = list(enumerate(written.split(":")))
    # The account and the service tell most patterns apart, so they are compared first.
    literals = [(place, field) for place, field in reversed(fields) if "*" not in field and "?" not in field]
    others = [(place, field) for place, field in fields if ("*" in field or "?" in field) and field != "*"]
    return Head(
        literals=tuple(literals),
        places=tuple(place for place, _ in others),
        fields=globs([parts_of(field) for _, field in others]),
    )
