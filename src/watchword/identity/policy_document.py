"""Policy documents: the strict grammar of IAM's policy language, read into frozen values.

  1. Text of at most `DOCUMENT_CHARACTERS_MAX` of the characters that IAM allows.
  2. One JSON object that can be read in one way only.
  3. Elements in their exact spelling, each once, none unknown, with the types that the grammar gives them.
  4. Principals that this kind of policy can name.

Strict, where a lenient reader would decide on something else than its author meant: a name twice, also in another case
among condition keys; an empty list (it would match nothing, or restrict nothing); a value that its operator can't
compare (a negated operator would match it always). `"Condition": {}` is no condition, as tools write it.

Deliberately not here: whether an action, a condition key or a principal exists, what variables stand for, and what is
allowed in the end.

Source: IAM User Guide, Grammar of the IAM JSON policy language; facts B.1, B.3, B.5.
"""

from __future__ import annotations

import base64
import binascii
import ipaddress
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from watchword.regions.arn import ARN
from watchword.regions.partitions import PARTITIONS
from watchword.wire import strict_json
from watchword.wire.strict_json import NotJSON

DOCUMENT_CHARACTERS_MAX = 32_768
"""The longest policy of any service, a KMS key's; each service has its own limit below."""
STATEMENTS_MAX = 500
"""The shortest statements that fill a secret's policy are 330."""

OLD_VERSION = "2008-10-17"
VERSION = "2012-10-17"


class PolicyKind(StrEnum):
    IDENTITY = "identity"
    """Of a user, group or role: it names no principal."""
    RESOURCE = "resource"
    """Of a secret or a key: it names principals and resources."""
    TRUST = "trust"
    """Of a role: it names principals, and its resource is the role."""


class Fault(StrEnum):
    """What is wrong with a document, as far as a service tells it apart."""

    SYNTAX = "syntax"
    PRINCIPAL = "principal"
    SERVICE_PRINCIPAL = "service principal"


class PolicyRefused(ValueError):
    """The text is no policy that we accept; says why, and repeats nothing of it."""

    def __init__(self, fault: Fault, why: str) -> None:
        super().__init__(why)
        self.fault = fault


class Effect(StrEnum):
    ALLOW = "Allow"
    DENY = "Deny"


class Qualifier(StrEnum):
    """How an operator goes over the several values that a request may have for one key."""

    EVERY = "ForAllValues"
    ANY = "ForAnyValue"


class Operator(StrEnum):
    STRING_EQUALS = "StringEquals"
    STRING_NOT_EQUALS = "StringNotEquals"
    STRING_EQUALS_IGNORE_CASE = "StringEqualsIgnoreCase"
    STRING_NOT_EQUALS_IGNORE_CASE = "StringNotEqualsIgnoreCase"
    STRING_LIKE = "StringLike"
    STRING_NOT_LIKE = "StringNotLike"
    NUMERIC_EQUALS = "NumericEquals"
    NUMERIC_NOT_EQUALS = "NumericNotEquals"
    NUMERIC_LESS_THAN = "NumericLessThan"
    NUMERIC_LESS_THAN_EQUALS = "NumericLessThanEquals"
    NUMERIC_GREATER_THAN = "NumericGreaterThan"
    NUMERIC_GREATER_THAN_EQUALS = "NumericGreaterThanEquals"
    DATE_EQUALS = "DateEquals"
    DATE_NOT_EQUALS = "DateNotEquals"
    DATE_LESS_THAN = "DateLessThan"
    DATE_LESS_THAN_EQUALS = "DateLessThanEquals"
    DATE_GREATER_THAN = "DateGreaterThan"
    DATE_GREATER_THAN_EQUALS = "DateGreaterThanEquals"
    BOOL = "Bool"
    BINARY_EQUALS = "BinaryEquals"
    IP_ADDRESS = "IpAddress"
    NOT_IP_ADDRESS = "NotIpAddress"
    ARN_EQUALS = "ArnEquals"
    ARN_LIKE = "ArnLike"
    ARN_NOT_EQUALS = "ArnNotEquals"
    ARN_NOT_LIKE = "ArnNotLike"
    NULL = "Null"


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """One key under one operator. A statement applies if all its conditions hold; one holds for any of its values."""

    qualifier: Qualifier | None
    operator: Operator
    if_exists: bool
    key: str
    """As written; keys are compared without regard to case."""
    values: tuple[str, ...]
    """At least one; numbers and booleans as their JSON text."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Principals:
    """Whom a statement names, by the map's keys."""

    everybody: bool
    """`*`, alone or among `AWS`."""
    aws: tuple[str, ...] = ()
    """Account ids, and ARNs of accounts, users, roles and sessions; without `*`."""
    service: tuple[str, ...] = ()
    federated: tuple[str, ...] = ()
    canonical_user: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """One statement. Of each pair (`actions`, `not_actions`) exactly one is given; the other is empty or `None`."""

    sid: str
    """Empty if there is none; else unique in its document."""
    effect: Effect
    principals: Principals | None
    not_principals: Principals | None
    """Neither in an identity policy."""
    actions: tuple[str, ...]
    not_actions: tuple[str, ...]
    resources: tuple[str, ...]
    not_resources: tuple[str, ...]
    """Neither in a trust policy."""
    conditions: tuple[Condition, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """A document, as it was read."""

    version: str
    policy_id: str
    """Empty if there is none."""
    statements: tuple[Statement, ...]
    """At least one."""

    @property
    def has_variables(self) -> bool:
        """Whether `${…}` stands for something; in the old version it is text."""
        return self.version == VERSION


def parse(text: str, *, kind: PolicyKind) -> Policy:
    """Read a policy document.

    Pure.

    Raises:
        PolicyRefused: with the first fault.
    """
    policy = read(text, kind=kind)
    faults = principal_faults(policy, kind=kind)
    if faults:
        raise PolicyRefused(faults[0], "a principal is none that this policy can name")
    return policy


def read(text: str, *, kind: PolicyKind) -> Policy:
    """Read a document whose principals nobody has judged yet (`principal_faults` does).

    Raises:
        PolicyRefused: a syntax error.
    """
    # (1)
    if len(text) > DOCUMENT_CHARACTERS_MAX:
        raise _syntax(f"a policy has at most {DOCUMENT_CHARACTERS_MAX} characters")
    if _CHARACTERS.fullmatch(text) is None:
        raise _syntax("a policy holds a character that is not allowed")
    # (2)
    try:
        document: Mapping[str, object] = strict_json.read(text.encode())
    except NotJSON as error:
        raise _syntax("a policy is one JSON object without repeated names") from error
    # (3)
    _only(document, _DOCUMENT)
    version = document.get("Version", OLD_VERSION)
    if not isinstance(version, str) or version not in (OLD_VERSION, VERSION):
        raise _syntax(f"`Version` is `{VERSION}` or `{OLD_VERSION}`")
    policy_id = document.get("Id", "")
    if not isinstance(policy_id, str):
        raise _syntax("`Id` is a string")
    listed = _listed(document.get("Statement"), what="Statement")
    if len(listed) > STATEMENTS_MAX:
        raise _syntax(f"a policy has at most {STATEMENTS_MAX} statements")
    statements = tuple(_statement(one, kind=kind) for one in listed)
    sids = [statement.sid for statement in statements if statement.sid]
    if len(set(sids)) != len(sids):
        raise _syntax("a `Sid` is unique in its policy")
    return Policy(version=version, policy_id=policy_id, statements=statements)


def principal_faults(policy: Policy, *, kind: PolicyKind) -> tuple[Fault, ...]:
    """Judge the principals of a document (4): each fault once, in the order in which `Fault` has them."""
    found: set[Fault] = set()
    for statement in policy.statements:
        named = statement.principals or statement.not_principals
        if named is None:
            continue
        if not all(_is_principal(one) for one in named.aws) or named.canonical_user:
            found.add(Fault.PRINCIPAL)
        # An identity provider signs in to a role, never to a secret or a key.
        if named.federated and not (kind is PolicyKind.TRUST and all(map(_is_provider, named.federated))):
            found.add(Fault.PRINCIPAL)
        if not all(_SERVICE_PRINCIPAL.fullmatch(one) for one in named.service):
            found.add(Fault.SERVICE_PRINCIPAL)
    return tuple(fault for fault in Fault if fault in found)


# --- elements

_CHARACTERS = re.compile(r"[\t\n\r\u0020-\u00ff]*")
_DOCUMENT = frozenset({"Version", "Id", "Statement"})
_STATEMENT = frozenset({"Sid", "Effect", "Action", "NotAction", "Condition"})
_PRINCIPAL = frozenset({"Principal", "NotPrincipal"})
_RESOURCE = frozenset({"Resource", "NotResource"})
_ELEMENTS = {
    PolicyKind.IDENTITY: _STATEMENT | _RESOURCE,
    PolicyKind.RESOURCE: _STATEMENT | _PRINCIPAL | _RESOURCE,
    PolicyKind.TRUST: _STATEMENT | _PRINCIPAL,
}
_PRINCIPAL_KEYS = frozenset({"AWS", "Service", "Federated", "CanonicalUser"})

_IAM_SID = re.compile(r"[A-Za-z0-9]*", re.ASCII)
# A service is named whole: no wildcard stands for one, but for all of them.
_ACTION = re.compile(r"\*|(?:\*|[A-Za-z0-9-]+):[A-Za-z0-9_*?-]+", re.ASCII)
_RESOURCE_PATTERN = re.compile(r"\*|arn:[^:]+:[^:*?]+:[^:]*:[^:]*:.+")
_CONDITION_KEY = re.compile(r"[^:\s]+:.*\S")


def _statement(document: object, *, kind: PolicyKind) -> Statement:
    if not isinstance(document, dict):
        raise _syntax("a statement is an object")
    elements: Mapping[str, object] = document
    _only(elements, _ELEMENTS[kind])
    sid = elements.get("Sid", "")
    if not isinstance(sid, str):
        raise _syntax("`Sid` is a string")
    # IAM's own policies are strict; those of resources have blanks in theirs (KMS's default key policy does).
    if kind is not PolicyKind.RESOURCE and _IAM_SID.fullmatch(sid) is None:
        raise _syntax("`Sid` is letters and digits")
    effect = elements.get("Effect")
    if not isinstance(effect, str) or effect not in tuple(Effect):
        raise _syntax("`Effect` is `Allow` or `Deny`")
    principals = not_principals = None
    if kind is not PolicyKind.IDENTITY:
        given = _one_of(elements, "Principal", "NotPrincipal")
        if given == "Principal":
            principals = _principals(elements[given])
        else:
            not_principals = _principals(elements[given])
    actions, not_actions = _pair(elements, "Action", "NotAction", _ACTION)
    resources: tuple[str, ...] = ()
    not_resources: tuple[str, ...] = ()
    if kind is not PolicyKind.TRUST:
        resources, not_resources = _pair(elements, "Resource", "NotResource", _RESOURCE_PATTERN)
    return Statement(
        sid=sid,
        effect=Effect(effect),
        principals=principals,
        not_principals=not_principals,
        actions=actions,
        not_actions=not_actions,
        resources=resources,
        not_resources=not_resources,
        conditions=tuple(_conditions(elements.get("Condition", {}))),
    )


def _pair(
    elements: Mapping[str, object], name: str, negated: str, pattern: re.Pattern[str]
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The values of an element or of its negation, whichever is given."""
    given = _one_of(elements, name, negated)
    values = _texts(elements[given], what=given)
    if not all(pattern.fullmatch(value) for value in values):
        raise _syntax(f"a value of `{given}` has not its form")
    return (values, ()) if given == name else ((), values)


def _one_of(elements: Mapping[str, object], name: str, negated: str) -> str:
    if (name in elements) == (negated in elements):
        raise _syntax(f"a statement has either `{name}` or `{negated}`")
    return name if name in elements else negated


def _principals(value: object) -> Principals:
    if value == "*":
        return Principals(everybody=True)
    if not isinstance(value, dict) or not value:
        raise _syntax("a principal is `*` or a map of principals")
    _only(value, _PRINCIPAL_KEYS)
    named = {key: _texts(held, what=key) for key, held in value.items()}
    aws = named.get("AWS", ())
    return Principals(
        everybody="*" in aws,
        aws=tuple(one for one in aws if one != "*"),
        service=named.get("Service", ()),
        federated=named.get("Federated", ()),
        canonical_user=named.get("CanonicalUser", ()),
    )


def _conditions(document: object) -> Iterator[Condition]:
    if not isinstance(document, dict):
        raise _syntax("`Condition` is a map of operators")
    for written, keys in document.items():
        qualifier, operator, if_exists = _operator(written)
        if not isinstance(keys, dict) or not keys:
            raise _syntax("an operator has a map of condition keys")
        if len({key.lower() for key in keys}) != len(keys):
            raise _syntax("an operator names a condition key twice")
        for key, values in keys.items():
            if _CONDITION_KEY.fullmatch(key) is None:
                raise _syntax("a condition key has the form `service:name`")
            compared = tuple(map(_condition_value, _listed(values, what="a condition key")))
            if not all(_FORMS[operator](value) for value in compared):
                raise _syntax(f"a value is none that `{operator}` can compare")
            yield Condition(
                qualifier=qualifier, operator=operator, if_exists=if_exists, key=key, values=compared
            )


def _operator(written: str) -> tuple[Qualifier | None, Operator, bool]:
    """Take `ForAnyValue:StringLikeIfExists` apart. `Null` asks whether a key exists, so it has neither."""
    qualifier, colon, rest = written.rpartition(":")
    name = rest.removesuffix("IfExists")
    if name not in tuple(Operator) or (colon and qualifier not in tuple(Qualifier)):
        raise _syntax("a condition operator is unknown")
    operator, if_exists = Operator(name), name != rest
    if operator is Operator.NULL and (colon or if_exists):
        raise _syntax("`Null` takes no prefix and no suffix")
    return Qualifier(qualifier) if colon else None, operator, if_exists


def _condition_value(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return str(value)
    if not isinstance(value, str):
        raise _syntax("a condition's value is a string, a number or a boolean")
    return value


def _texts(value: object, *, what: str) -> tuple[str, ...]:
    texts = []
    for one in _listed(value, what=what):
        if not isinstance(one, str):
            raise _syntax(f"`{what}` is a string or a list of strings")
        texts.append(one)
    return tuple(texts)


def _listed(value: object, *, what: str) -> list[object]:
    """A list as it is, anything else as a list of one: the grammar allows both everywhere."""
    if value is None or value == []:
        raise _syntax(f"`{what}` has no value")
    return value if isinstance(value, list) else [value]


def _only(document: Mapping[str, object], known: frozenset[str]) -> None:
    if not document.keys() <= known:
        raise _syntax("a policy holds an element that is unknown in its place")


def _syntax(why: str) -> PolicyRefused:
    return PolicyRefused(Fault.SYNTAX, why)


# --- values of conditions

_NUMBER = re.compile(r"[+-]?[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?", re.ASCII)
_EPOCH = re.compile(r"-?[0-9]{1,13}(?:\.[0-9]+)?", re.ASCII)
# ISO 8601 as the W3C's note on dates has it.
_DATE = re.compile(
    r"(?P<year>[0-9]{4})(?:-(?P<month>0[1-9]|1[0-2])(?:-(?P<day>[0-9]{2})"
    r"(?:T(?:[01][0-9]|2[0-3]):[0-5][0-9](?::[0-5][0-9](?:\.[0-9]+)?)?(?:Z|[+-](?:[01][0-9]|2[0-3]):?[0-5][0-9]))?)?)?",
    re.ASCII,
)
# Python also reads netmasks and scopes, which no policy has.
_NETWORK = re.compile(r"[0-9A-Fa-f:.]+(?:/[0-9]{1,3})?", re.ASCII)


def _is_any(_value: str) -> bool:
    return True


def _is_number(value: str) -> bool:
    return _NUMBER.fullmatch(value) is not None


def _is_date(value: str) -> bool:
    written = _DATE.fullmatch(value)
    if written is None:
        return _EPOCH.fullmatch(value) is not None
    try:
        date(int(written["year"]), int(written["month"] or 1), int(written["day"] or 1))
    except ValueError:
        return False
    return True


def _is_boolean(value: str) -> bool:
    return value.lower() in ("true", "false")


def _is_boolean_or_variable(value: str) -> bool:
    return _is_boolean(value) or value.startswith("${")


def _is_base64(value: str) -> bool:
    try:
        base64.b64decode(value, validate=True)
    except (binascii.Error, ValueError):
        return False
    return True


def _is_network(value: str) -> bool:
    if _NETWORK.fullmatch(value) is None:
        return False
    try:
        ipaddress.ip_network(value, strict=False)
    except ValueError:
        return False
    return True


def _form(operator: Operator) -> Callable[[str], bool]:
    match operator:
        case Operator.BOOL:
            return _is_boolean_or_variable
        case Operator.NULL:
            return _is_boolean
        case Operator.BINARY_EQUALS:
            return _is_base64
        case Operator.IP_ADDRESS | Operator.NOT_IP_ADDRESS:
            return _is_network
        case _ if operator.startswith("Numeric"):
            return _is_number
        case _ if operator.startswith("Date"):
            return _is_date
        case _:
            return _is_any


_FORMS: Mapping[Operator, Callable[[str], bool]] = {operator: _form(operator) for operator in Operator}

# --- principals

_ACCOUNT = re.compile(r"[0-9]{12}", re.ASCII)
_NAME = re.compile(r"[\w+=,.@-]{1,64}", re.ASCII)
_WILD = re.compile(r"[*?]")
_SUFFIXES = "|".join(sorted({re.escape(partition.dns_suffix) for partition in PARTITIONS.values()}))
_SERVICE_PRINCIPAL = re.compile(rf"(?:[a-z0-9-]{{1,63}}\.){{1,8}}(?:{_SUFFIXES})", re.ASCII)
_PROVIDER_HOST = re.compile(r"(?:[a-z0-9-]{1,63}\.){1,8}[a-z]{2,63}", re.ASCII)


def _is_principal(text: str) -> bool:
    """Whether a text names an account, a user, a role or a session: whole, for wildcards stand for no part of it.

    Groups are none: they sign nothing. Neither are unique ids (`AROA…`): they are what remains of one that was deleted.
    Source: IAM User Guide, Principal; facts B.5, 8.4.
    """
    if _ACCOUNT.fullmatch(text) is not None:
        return True
    arn = _identity_arn(text)
    if arn is None:
        return False
    kind, *path, name = ["", *arn.resource.split("/")] if "/" not in arn.resource else arn.resource.split("/")
    if arn.service == "iam":
        if arn.resource == "root":
            return True
        return kind in ("user", "role") and all(path) and _NAME.fullmatch(name) is not None
    # A session has no path: its role's name, then its own.
    parts = {"assumed-role": 1, "federated-user": 0}.get(kind)
    return parts == len(path) and all(_NAME.fullmatch(one) for one in (*path, name))


def _is_provider(text: str) -> bool:
    """Whether a text names an identity provider: its ARN, or its host for those that everybody knows."""
    if _PROVIDER_HOST.fullmatch(text) is not None:
        return True
    arn = _identity_arn(text)
    if arn is None or arn.service != "iam":
        return False
    kind, _, name = arn.resource.partition("/")
    return kind in ("saml-provider", "oidc-provider") and bool(name)


def _identity_arn(text: str) -> ARN | None:
    """An ARN of IAM or STS in an account, without wildcards."""
    if _WILD.search(text) is not None:
        return None
    try:
        arn = ARN.parse(text)
    except ValueError:
        return None
    here = arn.service in ("iam", "sts") and not arn.region and arn.partition in PARTITIONS
    return arn if here and _ACCOUNT.fullmatch(arn.account) is not None else None
