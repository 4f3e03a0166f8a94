"""Conditions: does a request have what a statement asks for?

  1. A key that the request lacks, or has no value for: `ForAllValues` holds, `ForAnyValue` does not, `…IfExists` holds;
     otherwise an operator fails and a negated one holds.
  2. `ForAllValues` holds if each value of the request does, `ForAnyValue` if one does.
  3. Without them a key has one value. If it has several, an operator holds for any of them, a negated one for none.
  4. A value of the request holds if it matches one value of the policy; for a negated operator, if it matches none.

What the policy compares with is read once, when it is made ready: numbers, instants, networks, bytes. What the request
has is read when it is compared; a text that is not of the operator's type matches nothing.

Source: IAM User Guide, Condition operators; Conditions with multiple context keys or values; facts B.3.
"""

from __future__ import annotations

import base64
import binascii
import ipaddress
import operator as compare
import re
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Context as DecimalContext
from decimal import Decimal

import msgspec

from watchword.identity.arn_patterns import arn_patterns
from watchword.identity.policy_document import Condition, Operator, Qualifier
from watchword.identity.variables import Context, Template, fixed, joined, template
from watchword.identity.wildcards import Part, one_matches, patterns

Matches = Callable[[str, Context], bool]
"""Whether one value of the request matches one of the policy's; negation comes later."""


class Check(msgspec.Struct, frozen=True, kw_only=True):
    """One condition of a statement, made ready."""

    condition: Condition
    """As it was written, for whoever asks why."""
    key: str
    """In lower case."""
    qualifier: Qualifier | None
    negated: bool
    when_missing: bool
    matches: Matches

    def holds(self, context: Context) -> bool:
        given = context.get(self.key)
        # (1)
        if not given:
            return self.when_missing
        # (2)
        if self.qualifier is Qualifier.EVERY:
            return all(self.matches(value, context) is not self.negated for value in given)
        if self.qualifier is Qualifier.ANY:
            return any(self.matches(value, context) is not self.negated for value in given)
        # (3)
        if len(given) == 1:
            return self.matches(given[0], context) is not self.negated
        return any(self.matches(value, context) for value in given) is not self.negated


_NEGATED = {
    Operator.STRING_NOT_EQUALS: Operator.STRING_EQUALS,
    Operator.STRING_NOT_EQUALS_IGNORE_CASE: Operator.STRING_EQUALS_IGNORE_CASE,
    Operator.STRING_NOT_LIKE: Operator.STRING_LIKE,
    Operator.NUMERIC_NOT_EQUALS: Operator.NUMERIC_EQUALS,
    Operator.DATE_NOT_EQUALS: Operator.DATE_EQUALS,
    Operator.NOT_IP_ADDRESS: Operator.IP_ADDRESS,
    Operator.ARN_NOT_EQUALS: Operator.ARN_EQUALS,
    Operator.ARN_NOT_LIKE: Operator.ARN_LIKE,
}


def check(condition: Condition, *, variables: bool) -> Check:
    """Make a condition ready. `variables`: whether its policy's version has them."""
    positive = _NEGATED.get(condition.operator, condition.operator)
    negated = positive is not condition.operator
    return Check(
        condition=condition,
        key=condition.key.lower(),
        qualifier=condition.qualifier,
        negated=negated,
        when_missing=_when_missing(condition, negated=negated),
        matches=_matches(positive, condition.values, variables=variables),
    )


def _when_missing(condition: Condition, *, negated: bool) -> bool:
    if condition.operator is Operator.NULL:
        return "true" in _booleans(condition.values)
    if condition.qualifier is not None:
        # Also with IfExists: it adds nothing to the one and takes nothing from the other.
        return condition.qualifier is Qualifier.EVERY
    return condition.if_exists or negated


def _matches(positive: Operator, values: tuple[str, ...], *, variables: bool) -> Matches:
    match positive:
        case Operator.STRING_EQUALS:
            return _equal(values, variables=variables, folded=False)
        case Operator.STRING_EQUALS_IGNORE_CASE:
            return _equal(values, variables=variables, folded=True)
        case Operator.STRING_LIKE:
            return _like(values, variables=variables)
        case Operator.ARN_EQUALS | Operator.ARN_LIKE:
            return arn_patterns(values, variables=variables).match
        case Operator.BOOL:
            return _equal(values, variables=variables, folded=True)
        case Operator.NULL:
            present = "false" in _booleans(values)
            return lambda _value, _context: present
        case Operator.BINARY_EQUALS:
            return _equal_bytes(values)
        case Operator.IP_ADDRESS:
            return _within(values)
        case _ if positive in _NUMERIC:
            return _compared(values, read=number, holds=_NUMERIC[positive])
        case _:
            return _compared(values, read=instant, holds=_DATES[positive])


# --- texts


def _equal(values: Sequence[str], *, variables: bool, folded: bool) -> Matches:
    known, templates = _split(values, wildcards=False, variables=variables)
    texts = frozenset(_folded(joined(pattern), folded=folded) for pattern in known)

    def matches(value: str, context: Context) -> bool:
        text = _folded(value, folded=folded)
        if text in texts:
            return True
        resolved = (one.pattern(context) for one in templates)
        return any(
            pattern is not None and _folded(joined(pattern), folded=folded) == text for pattern in resolved
        )

    return matches


def _like(values: Sequence[str], *, variables: bool) -> Matches:
    known, templates = _split(values, wildcards=True, variables=variables)
    fixed_patterns = patterns(known)

    def matches(value: str, context: Context) -> bool:
        if fixed_patterns.match(value):
            return True
        resolved = [pattern for one in templates if (pattern := one.pattern(context)) is not None]
        return bool(resolved) and one_matches(resolved, value)

    return matches


def _split(
    values: Sequence[str], *, wildcards: bool, variables: bool
) -> tuple[list[tuple[Part, ...]], list[Template]]:
    """What is the same in every request, and what holds variables."""
    known: list[tuple[Part, ...]] = []
    templates: list[Template] = []
    for value in values:
        made = template(value, wildcards=wildcards, variables=variables)
        pattern = fixed(made)
        if pattern is None:
            templates.append(made)
        else:
            known.append(pattern)
    return known, templates


def _folded(text: str, *, folded: bool) -> str:
    return text.lower() if folded else text


def _booleans(values: Sequence[str]) -> frozenset[str]:
    return frozenset(value.lower() for value in values)


# --- numbers, dates, bytes, networks


_DIGITS_MAX = 64
_NUMBERS = DecimalContext(prec=_DIGITS_MAX, traps=[])
_NUMBER = re.compile(r"[+-]?[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?", re.ASCII)
_EPOCH_S = re.compile(r"-?[0-9]{1,13}(?:\.[0-9]+)?", re.ASCII)
_DATE = re.compile(
    r"(?P<year>[0-9]{4})(?:-(?P<month>[0-9]{2})(?:-(?P<day>[0-9]{2})"
    r"(?:T(?P<hour>[0-9]{2}):(?P<minute>[0-9]{2})(?::(?P<second>[0-9]{2})(?P<fraction>\.[0-9]+)?)?"
    r"(?P<zone>Z|[+-][0-9]{2}:?[0-9]{2}))?)?)?",
    re.ASCII,
)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

_NUMERIC: dict[Operator, Callable[[Decimal, Decimal], bool]] = {
    Operator.NUMERIC_EQUALS: compare.eq,
    Operator.NUMERIC_LESS_THAN: compare.lt,
    Operator.NUMERIC_LESS_THAN_EQUALS: compare.le,
    Operator.NUMERIC_GREATER_THAN: compare.gt,
    Operator.NUMERIC_GREATER_THAN_EQUALS: compare.ge,
}
_DATES: dict[Operator, Callable[[Decimal, Decimal], bool]] = {
    Operator.DATE_EQUALS: compare.eq,
    Operator.DATE_LESS_THAN: compare.lt,
    Operator.DATE_LESS_THAN_EQUALS: compare.le,
    Operator.DATE_GREATER_THAN: compare.gt,
    Operator.DATE_GREATER_THAN_EQUALS: compare.ge,
}


def number(text: str) -> Decimal | None:
    """Read an integer or a decimal number. It is kept exact up to 64 digits; one too large to hold is infinite."""
    return _NUMBERS.create_decimal(text) if _NUMBER.fullmatch(text) is not None else None


def instant(text: str) -> Decimal | None:
    """Read a date of ISO 8601 or seconds since 1970, as seconds since 1970; four digits are a year."""
    written = _DATE.fullmatch(text)
    if written is None:
        return Decimal(text) if _EPOCH_S.fullmatch(text) is not None else None
    try:
        moment = datetime(
            int(written["year"]),
            int(written["month"] or 1),
            int(written["day"] or 1),
            int(written["hour"] or 0),
            int(written["minute"] or 0),
            int(written["second"] or 0),
            tzinfo=UTC,
        )
    except ValueError:
        return None
    seconds = (moment - _EPOCH) // timedelta(seconds=1) - _offset_s(written["zone"] or "Z")
    return seconds + Decimal(f"0{written['fraction'] or ''}")


def _offset_s(zone: str) -> int:
    if zone == "Z":
        return 0
    offset = int(zone[1:3]) * 3_600 + int(zone[-2:]) * 60
    return -offset if zone[0] == "-" else offset


def _compared(
    values: Sequence[str],
    *,
    read: Callable[[str], Decimal | None],
    holds: Callable[[Decimal, Decimal], bool],
) -> Matches:
    known = [one for one in map(read, values) if one is not None]

    def matches(value: str, _context: Context) -> bool:
        given = read(value)
        return given is not None and any(holds(given, one) for one in known)

    return matches


def _equal_bytes(values: Sequence[str]) -> Matches:
    known = frozenset(map(_bytes, values))

    def matches(value: str, _context: Context) -> bool:
        given = _bytes(value)
        return given is not None and given in known

    return matches


def _bytes(text: str) -> bytes | None:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return None


def _within(values: Sequence[str]) -> Matches:
    """Whether an address is in one of the networks. An IPv4 address in IPv6's clothes is that IPv4 address."""
    networks = [ipaddress.ip_network(value, strict=False) for value in values]
    ranges = [
        (one.version, int(one.network_address), int(one.network_address) + one.num_addresses)
        for one in networks
    ]

    def matches(value: str, _context: Context) -> bool:
        try:
            address = ipaddress.ip_address(value)
        except ValueError:
            return False
        if address.version == 6 and address.ipv4_mapped is not None:
            address = address.ipv4_mapped
        place = int(address)
        return any(address.version == version and low <= place < high for version, low, high in ranges)

    return matches
