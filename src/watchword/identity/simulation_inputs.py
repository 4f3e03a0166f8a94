"""What a simulation is told besides policies: values of condition keys, and policies to leave out. Pure.

Source: IAM API reference, ContextEntry and PolicyIdentifier.
"""

from __future__ import annotations

import base64
import binascii
import ipaddress
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from watchword.api.shapes import iam
from watchword.identity.conditions import instant, number
from watchword.identity.simulated import SourceKind
from watchword.identity.wildcards import parts_of, patterns

LIST = "List"
_MANAGED_ARN = re.compile(r"arn:[^:*?]+:iam::(?:[0-9]{12}|aws):policy/[\x21-\x7e]+", re.ASCII)
_INLINE = frozenset({SourceKind.USER, SourceKind.GROUP, SourceKind.ROLE})


def context_of(entries: Iterable[iam.ContextEntry]) -> dict[str, tuple[str, ...]]:
    """Values by condition key in lower case.

    Raises:
        InvalidInputException: an entry without a name or value, or with a value that is none of its type.
    """
    found: dict[str, tuple[str, ...]] = {}
    for entry in entries:
        name, values, type_ = entry.context_key_name, entry.context_key_values or (), entry.context_key_type
        if not name or not values or not type_:
            raise iam.InvalidInputException("A context entry has a name, a type and values.")
        if len(values) > 1 and not type_.endswith(LIST):
            raise iam.InvalidInputException(f"Context key {name} of type {type_} has one value.")
        if not all(map(_FORMS[type_.removesuffix(LIST)], values)):
            raise iam.InvalidInputException(f"A value of context key {name} is no {type_}.")
        found[name.lower()] = values
    return found


def _is_address(value: str) -> bool:
    try:
        ipaddress.ip_network(value, strict=False)
    except ValueError:
        return False
    return True


def _is_base64(value: str) -> bool:
    try:
        base64.b64decode(value, validate=True)
    except (binascii.Error, ValueError):
        return False
    return True


_FORMS: Mapping[str, Callable[[str], bool]] = {
    "string": lambda _value: True,
    "numeric": lambda value: number(value) is not None,
    "boolean": lambda value: value.lower() in ("true", "false"),
    "ip": _is_address,
    "binary": _is_base64,
    "date": lambda value: instant(value) is not None,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Excluded:
    """Policies to leave out: of a type, of an ARN, or inline ones of a name. One of the three is given."""

    policy_type: str | None
    arn: str | None
    inline: iam.InlinePolicyIdentifierType | None

    @classmethod
    def of(cls, entry: iam.PolicyIdentifier) -> Excluded:
        """Read an identifier.

        Raises:
            InvalidInputException: it names nothing, or several things, or its ARN is no managed policy's.
        """
        given = (entry.policy_type, entry.policy_arn, entry.inline_policy_identifier)
        if sum(one is not None for one in given) != 1:
            raise iam.InvalidInputException("A policy identifier is a type, an ARN or an inline policy.")
        arn = entry.policy_arn
        if arn is not None and (_MANAGED_ARN.fullmatch(arn) is None or arn.count("*") > 1):
            raise iam.InvalidInputException(f"ARN {arn} is not valid.")
        return cls(policy_type=entry.policy_type, arn=arn, inline=entry.inline_policy_identifier)

    def covers(self, *, kind: SourceKind, name: str, arn: str | None, holder: str) -> bool:
        """Whether it means a policy: an inline one by its name, or a managed one by its ARN."""
        if self.policy_type is not None:
            return self.policy_type == ("inline" if kind in _INLINE else kind)
        if self.arn is not None:
            return arn is not None and _like(self.arn, arn)
        inline = self.inline
        assert inline is not None
        same = arn is None and (inline.attachment_type, inline.policy_name) == (kind, name)
        return same and _like(inline.attachment_name or "", holder)


def _like(pattern: str, text: str) -> bool:
    return patterns([parts_of(pattern)]).match(text)
