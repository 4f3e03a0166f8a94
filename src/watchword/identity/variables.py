"""Policy variables: `${key}`, `${key, 'a default'}`, and `${*}`, `${?}`, `${$}` for characters that mean something else.

A variable stands for what the request has for a condition key. Its value is text: a wildcard in it is a character like
any other, for whoever chose the value (a session's name, a tag) did not write the policy. Keys with several values stand
for nothing, and neither does a key that the request lacks, unless there is a default. An empty value is none: AWS's pages
leave it open, and `${aws:PrincipalTag/team}*` must not stand for everything because a tag was left empty.

Source: IAM User Guide, Policy elements: variables and tags; facts B.4.
"""

from __future__ import annotations

import re
from typing import Protocol

import msgspec

from watchword.identity.wildcards import Part, Wild, parts_of

SEVERAL_VALUES = frozenset(
    {
        "aws:calledvia",
        "aws:principalorgpaths",
        "aws:principalservicenameslist",
        "aws:resourceorgpaths",
        "aws:sourceorgpaths",
        "aws:tagkeys",
        "cloudformation:resourcetypes",
        "iam:accountpropertynamespaces",
        "kms:encryptioncontextkeys",
        "kms:grantoperations",
        "kms:resourcealiases",
        "lambda:layer",
        "lambda:securitygroupids",
        "lambda:subnetids",
        "secretsmanager:addreplicaregions",
        "sts:identitytokenaudience",
        "sts:transitivetagkeys",
    }
)
"""Condition keys that may have several values, in lower case. Source: Service Authorization Reference, "ArrayOf…"."""


class Context(Protocol):
    """What a request has for a condition key; a mapping is one.

    Keys are in lower case, also what follows `aws:ResourceTag/`. It is asked for nothing that no statement needs, so a
    value may be worked out when it is asked for.
    """

    def get(self, key: str, /) -> tuple[str, ...] | None:
        """All values; `None` or none if the request lacks the key."""


class Variable(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    key: str
    """In lower case: keys are compared without regard to case."""
    default: str | None

    def value(self, context: Context) -> str | None:
        """What it stands for in a request; `None` if it stands for nothing."""
        values = None if self.key in SEVERAL_VALUES else context.get(self.key)
        return values[0] if values and len(values) == 1 and values[0] else self.default


class Template(msgspec.Struct, frozen=True, kw_only=True):
    """A text with variables in it, and with wildcards if they mean something where it stands."""

    parts: tuple[Part | Variable, ...]

    def pattern(self, context: Context) -> tuple[Part, ...] | None:
        """The pattern that it is in a request; `None` if a variable stands for nothing."""
        made: list[Part] = []
        for part in self.parts:
            if isinstance(part, Variable):
                value = part.value(context)
                if value is None:
                    return None
                made.append(value)
            else:
                made.append(part)
        return tuple(made)


_WITH_DEFAULT = re.compile(r"([^,]+), *'([^']*)'")


def template(text: str, *, wildcards: bool, variables: bool) -> Template:
    """Take a text apart.

    Without `variables` (policies of the old version) `${…}` is text like any other; without `wildcards` (StringEquals)
    so are `*` and `?`. What opens and never closes is text as well.
    """
    parts: list[Part | Variable] = []
    done = 0
    # One look for each end, so that a text of nothing but beginnings is read once.
    while variables and (begin := text.find("${", done)) >= 0 and (end := text.find("}", begin)) >= 0:
        parts += _plain(text[done:begin], wildcards=wildcards)
        parts.append(_stands_for(text[begin + 2 : end]))
        done = end + 1
    parts += _plain(text[done:], wildcards=wildcards)
    return Template(parts=tuple(parts))


def fixed(made: Template) -> tuple[Part, ...] | None:
    """The pattern that a text is in every request; `None` if it holds a variable."""
    whole: list[Part] = []
    for part in made.parts:
        if isinstance(part, Variable):
            return None
        whole.append(part)
    return tuple(whole)


def joined(pattern: tuple[Part, ...]) -> str:
    """The text of a pattern that was taken apart without wildcards."""
    return "".join(part for part in pattern if not isinstance(part, Wild))


def _stands_for(inside: str) -> Part | Variable:
    if inside in ("*", "?", "$"):
        return inside
    both = _WITH_DEFAULT.fullmatch(inside)
    if both is not None:
        return Variable(key=both[1].rstrip().lower(), default=both[2])
    return Variable(key=inside.lower(), default=None)


def _plain(text: str, *, wildcards: bool) -> tuple[Part, ...]:
    if wildcards:
        return parts_of(text)
    return (text,) if text else ()
