"""Requests that are nearly right: made from the shapes of botocore's models, then damaged, from a seed.

Each request is made from (seed, number) alone, so one that finds a fault can be made again without those before it.
Everything that is damaged is inside a well-formed HTTP request that is to be signed: what is wrong with HTTP itself is
the affair of `test_http_abuse.py`.

What good requests name comes from a `Pool` of few names, so that no number of requests makes the state grow without
bound. Whatever is a secret holds the canary, and only a success may show it.
"""

from __future__ import annotations

import base64
import json
import random
import re
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any
from urllib.parse import quote_plus, urlencode
from xml.etree import ElementTree as ET

import botocore.session
from botocore.model import OperationModel, ServiceModel, Shape
from tests.contract.patterns import PATTERNS
from tools.operations import unanswered

from watchword.api import table
from watchword.api.http import HTTPRequest

CANARY = "canary-7d1c52f0-never-in-a-refusal"
UNTOUCHED_SHARE = 0.25
"""How many requests stay good: without them nothing would be there to be asked for."""
MUTATIONS = (1, 1, 1, 2, 3)
"""How many a request has: one that has many seldom gets past the first."""
LIST_CHARACTERS_MAX = 400_000
"""A body has at most 1 MiB."""
WEIGHTS: Mapping[str, float] = {
    "CreateSecret": 3.0,
    "DeleteSecret": 0.3,
    "DisableKey": 0.3,
    "ScheduleKeyDeletion": 0.05,
}
"""How often an operation is asked for, where that is not 1: what is gone, or can't be used, hides what comes after it."""
RARELY = 0.05
"""The same for what makes something under a new name each time."""

JSON_TYPE = "application/x-amz-json-1.1"
REST_TYPE = "application/json"
FORM_TYPE = "application/x-www-form-urlencoded; charset=utf-8"
FORMS = ("query", "ec2")
"""Protocols whose requests are forms, and whose answers are XML."""
COMMON: Mapping[str, frozenset[str]] = {
    "json": frozenset(
        {
            "AccessDeniedException",
            "SerializationException",
            "UnknownOperationException",
            "ValidationException",
        }
    ),
    "query": frozenset({"AccessDenied", "InvalidAction", "MalformedInput", "ValidationError"}),
    # EC2's model declares no errors: these are of its page Error codes.
    "ec2": frozenset(
        {
            "UnauthorizedOperation",
            "InvalidAction",
            "InvalidParameterValue",
            "DryRunOperation",
            "MalformedInput",
            "ValidationError",
        }
    ),
}
"""Of the codes that every service may answer, those that a request with a right signature may be answered with.

Source: Common errors of each service's API reference.
"""
EARLY_CODES = frozenset(
    {"SerializationException", "ValidationException", "UnknownOperationException"}
    | {"MalformedInput", "ValidationError", "InvalidAction"}
)
"""Refusals of a request's form, with which no operation is reached."""
REGIONS = ("us-east-2",) * 5 + ("eu-west-1", "us-east-1", "us-gov-west-1", "nowhere-1")
IDENTITIES = ("fuzz-1", "fuzz-2", "Fuzz-2", "default")
"""Users, groups, roles and policies: few, so that they are met again."""
LABELS = ("AWSCURRENT", "AWSPREVIOUS", "AWSPENDING", "blue", "green")
TEXT = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_/+=.@!: "


NAMES = 8
"""Secrets of one client."""
TOKENS = tuple(str(uuid.UUID(int=n, version=4)) for n in range(8))
"""Of versions: fewer than a secret may have."""

Ask = Callable[..., Mapping[str, Any]]
"""Carries out one operation and returns its answer."""


class Members(list[tuple[str, Any]]):
    """A JSON object that may name a member twice."""


class Raw(str):
    """Text that stands in a document as it is; a byte that is no UTF-8 as Python's `surrogateescape` writes it."""

    __slots__ = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Pool:
    """What good requests name."""

    names: tuple[str, ...]
    """Of secrets, also of such as are not there yet."""
    arns: tuple[str, ...]
    key_ids: tuple[str, ...]
    ciphertexts: tuple[bytes, ...]
    page_tokens: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Mutated:
    """One request, and what was done to it."""

    number: int
    service: str
    operation: str
    done: tuple[str, ...]
    """Names of the mutations, in order; none: it is a good request."""
    content_type: str
    target: str | None
    """`X-Amz-Target`, of a JSON service."""
    path: str = "/"
    """Of a REST service the operation's."""
    query: str | None = None
    """The form of a query service that is asked with GET."""
    body: bytes = field(repr=False)

    def request(self, *, host: str, source: str = "127.0.0.1") -> HTTPRequest:
        """Return it as an HTTP request that has yet to be signed."""
        headers = [("host", host), ("content-type", self.content_type)]
        if self.target is not None:
            headers.append(("x-amz-target", self.target))
        return HTTPRequest(
            method="POST" if self.query is None else "GET",
            target=self.path if self.query is None else f"/?{self.query}",
            headers=tuple(headers),
            body=self.body,
            source=source,
        )


# --- the models -------------------------------------------------------------------------------------------


@cache
def models() -> tuple[OperationModel, ...]:
    """Every operation that is answered here, as botocore's model has it."""
    return tuple(
        _model(operation.service.name, operation.name)
        for operation in table.OPERATIONS
        if f"{operation.service.name}.{operation.name}" not in unanswered.NOT_YET
    )


@cache
def _model(service: str, operation: str) -> OperationModel:
    return _service_model(service).operation_model(operation)


@cache
def _service_model(service: str) -> ServiceModel:
    return botocore.session.get_session().get_service_model(service)


@cache
def _weights() -> tuple[float, ...]:
    return tuple(
        WEIGHTS.get(model.name, RARELY if model.name.startswith("Create") else 1.0) for model in models()
    )


# --- good requests ----------------------------------------------------------------------------------------


def pool_of(ask: Ask, *, prefix: str) -> Pool:
    """Make what the requests of one client name; no other client may name it, for each must come to its turn."""
    names = tuple(f"{prefix}/{n}" for n in range(NAMES))
    made = [
        ask("CreateSecret", Name=name, ClientRequestToken=TOKENS[0], SecretString=CANARY) for name in names
    ]
    key_id = ask("CreateKey")["KeyMetadata"]["KeyId"]
    sealed = ask("Encrypt", KeyId=key_id, Plaintext=base64.b64encode(CANARY.encode()).decode())
    listed = ask("ListSecrets", MaxResults=1)
    return Pool(
        names=names,
        arns=tuple(one["ARN"] for one in made),
        key_ids=(key_id, key_id, key_id, "alias/aws/secretsmanager"),
        ciphertexts=(base64.b64decode(sealed["CiphertextBlob"]),),
        page_tokens=(listed["NextToken"],),
    )


class Maker:
    """Makes values that obey the model, and mostly mean something."""

    def __init__(self, dice: random.Random, pool: Pool) -> None:
        self.dice = dice
        self.pool = pool
        self.optional = dice.choice((0.05, 0.2, 0.5))
        """How many of the members that may be absent are there."""

    def structure(self, shape: Shape) -> Members:
        """All that is required, and some of the rest."""
        made = Members()
        for name, member in shape.members.items():
            wanted = 0.95 if name == "ClientRequestToken" else self.optional
            if name in shape.required_members or self.dice.random() < wanted:
                made.append((name, self.value(member, name)))
        return made

    def value(self, shape: Shape, name: str) -> Any:
        meant = _MEANT_AS.get(shape.name) or _MEANT.get(name)
        if meant is not None and shape.type_name in ("string", "blob"):
            return meant(self)
        match shape.type_name:
            case "structure":
                return self.structure(shape)
            case "list":
                return [self.value(shape.member, name) for _ in range(self.dice.randint(1, 3))]
            case "map":
                return Members((f"k{n}", self.value(shape.value, name)) for n in range(2))
            case "boolean":
                return self.dice.random() < 0.5
            case "integer" | "long":
                low = shape.metadata.get("min", 7)
                return self.dice.randint(low, min(shape.metadata.get("max", max(30, low)), low + 60))
            case "float" | "double" | "timestamp":
                return self.dice.choice((0, 1_795_298_400, 1.5))
            case "blob":
                return base64.b64encode(self.dice.randbytes(self.dice.randint(1, 40))).decode()
        return self.text(shape)

    def text(self, shape: Shape) -> str:
        if getattr(shape, "enum", None):
            return str(self.dice.choice(shape.enum))
        pattern = PATTERNS.get(shape.metadata.get("pattern", ""))
        if pattern is not None:
            return self.dice.choice(pattern.good)
        low = shape.metadata.get("min", 0)
        length = self.dice.randint(low, min(shape.metadata.get("max", 60), low + 40))
        return "".join(self.dice.choices(TEXT, k=length))

    def secret_id(self) -> str:
        return self.dice.choice(self.pool.names + self.pool.arns)

    def policy(self) -> str:
        """A resource policy, of which some are good, some public and some no policy."""
        statement: dict[str, Any] = {
            "Effect": self.dice.choice(("Allow", "Deny")),
            "Principal": self.dice.choice(("*", {"AWS": "arn:aws:iam::123456789012:root"}, {"AWS": "x"})),
            "Action": self.dice.choice(("secretsmanager:GetSecretValue", ["secretsmanager:*"], "*")),
            "Resource": "*",
        }
        if self.dice.random() < 0.3:
            operator = self.dice.choice(("StringLike", "IpAddress", "DateLessThan", "Bool", "NumericEquals"))
            value = self.dice.choice(("10.0.0.0/8", "2026-11-22T00:00:00Z", "true", "7", "${aws:username}"))
            statement["Condition"] = {operator: {"aws:SourceIp": value}}
        document: Any = {"Version": "2012-10-17", "Statement": [statement] * self.dice.choice((1, 1, 3))}
        if self.dice.random() < 0.3:
            # A document inside the document is damaged in the same ways.
            inside = _as_members(document)
            damage = self.dice.choice(tuple(DAMAGES.values()))
            damage(self, inside)
            return encoded(inside).decode("utf-8", "replace")
        return json.dumps(document)

    def secret(self) -> str:
        size = self.dice.choices((1, 20, 65_536 - len(CANARY)), (90, 9, 1))[0]
        return CANARY + self.dice.choice("xy") * size


def _one_of(values: Sequence[str]) -> Callable[[Maker], str]:
    return lambda maker: maker.dice.choice(values)


_MEANT: Mapping[str, Callable[[Maker], Any]] = {
    "SecretId": Maker.secret_id,
    "SecretIdList": Maker.secret_id,
    # Of secrets, where paths are names, and of federated users, where they are none.
    "Name": lambda maker: maker.dice.choice((*maker.pool.names, *IDENTITIES)),
    "ClientRequestToken": lambda maker: maker.dice.choice(TOKENS),
    "VersionId": lambda maker: maker.dice.choice(TOKENS),
    "MoveToVersionId": lambda maker: maker.dice.choice(TOKENS),
    "RemoveFromVersionId": lambda maker: maker.dice.choice(TOKENS),
    "VersionStage": _one_of(LABELS),
    "VersionStages": _one_of(LABELS),
    "SecretString": Maker.secret,
    "SecretBinary": lambda maker: base64.b64encode(maker.secret().encode()[:65_536]).decode(),
    "Plaintext": lambda maker: base64.b64encode(maker.secret().encode()[:4_096]).decode(),
    "RotationToken": lambda _: CANARY + "-0123456789",
    "Password": lambda _: CANARY,
    "OldPassword": lambda _: CANARY,
    "NewPassword": lambda _: CANARY,
    "WebIdentityToken": lambda _: CANARY,
    "PolicyDocument": Maker.policy,
    "AssumeRolePolicyDocument": Maker.policy,
    "Policy": Maker.policy,
    "UserName": _one_of(IDENTITIES),
    "AccessKeyId": _one_of(("AKIAI44QH8DHBEXAMPLE", "ASIADS7JSGQU4WO37SRK")),
    "GroupName": _one_of(IDENTITIES),
    "RoleName": _one_of(IDENTITIES),
    "InstanceProfileName": _one_of(IDENTITIES),
    "RoleSessionName": _one_of(IDENTITIES),
    "RoleArn": _one_of(tuple(f"arn:aws:iam::123456789012:role/{name}" for name in IDENTITIES)),
    "PolicyArn": _one_of(tuple(f"arn:aws:iam::123456789012:policy/{name}" for name in IDENTITIES)),
    "RegionName": _one_of(REGIONS),
    "ResourcePolicy": Maker.policy,
    "PolicyName": _one_of(("default", "default", "other")),
    "KmsKeyId": lambda maker: maker.dice.choice(maker.pool.key_ids),
    "KeyId": lambda maker: maker.dice.choice(maker.pool.key_ids),
    "TargetKeyId": lambda maker: maker.dice.choice(maker.pool.key_ids),
    "SourceKeyId": lambda maker: maker.dice.choice(maker.pool.key_ids),
    "DestinationKeyId": lambda maker: maker.dice.choice(maker.pool.key_ids),
    "AliasName": lambda maker: f"alias/{maker.dice.choice(maker.pool.names)}",
    "GranteePrincipal": _one_of(("arn:aws:iam::123456789012:root",)),
    "RetiringPrincipal": _one_of(("arn:aws:iam::123456789012:root",)),
    "CiphertextBlob": lambda maker: base64.b64encode(maker.dice.choice(maker.pool.ciphertexts)).decode(),
    "NextToken": lambda maker: maker.dice.choice(maker.pool.page_tokens),
    "Region": _one_of(REGIONS),
    "RemoveReplicaRegions": _one_of(REGIONS),
    "ReplicaRegion": _one_of(REGIONS[:-1]),
    "PrimaryRegion": _one_of(REGIONS[:-1]),
    "Values": _one_of(("fuzz", "!fuzz", "k1", "us-east-1", "a b", "all")),
    "ScheduleExpression": _one_of(
        ("rate(10 days)", "cron(0 8 1 * ? *)", "cron(0 /4 ? * 2#1 *)", "rate(0 days)")
    ),
    "Duration": _one_of(("3h", "24h", "99h")),
    "RotationLambdaARN": _one_of(("arn:aws:lambda:us-east-1:123456789012:function:rotate", "rotate", "")),
    "TagKeys": _one_of(("k1", "k2", "aws:k", "stage")),
    "GrantTokens": _one_of(("token",)),
}
"""By the name of the member, of the list's for what is in a list; the model alone would be nonsense every time."""
_MEANT_AS: Mapping[str, Callable[[Maker], Any]] = {
    "policyVersionIdType": _one_of(("v1", "v2")),
    # GetFederationToken's `Name`; one of a secret's would never come past its pattern.
    "userNameType": _one_of(IDENTITIES),
}
"""By the shape, where two services mean two things by one name."""
_SECRET_MEMBERS = frozenset(
    {
        "SecretString", "SecretBinary", "Plaintext", "RotationToken",
        "Password", "OldPassword", "NewPassword", "WebIdentityToken",
    }
)  # fmt: skip


def _as_members(value: Any) -> Any:
    match value:
        case dict():
            return Members((name, _as_members(held)) for name, held in value.items())
        case list():
            return [_as_members(held) for held in value]
    return value


def encoded(value: Any) -> bytes:
    """Write a document, whatever is wrong with it."""
    return _text(value).encode("utf-8", "surrogateescape")


def _text(value: Any) -> str:
    match value:
        case Raw():
            return value
        case Members():
            return "{" + ",".join(f"{_text(name)}:{_text(held)}" for name, held in value) + "}"
        case list():
            return "[" + ",".join(map(_text, value)) + "]"
    # Half of a surrogate pair is written as an escape, `NaN` as such.
    return json.dumps(value)


# --- damage to a document ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Place:
    """One value in a document: where it hangs, and at which index."""

    holder: Any
    index: int

    @property
    def value(self) -> Any:
        held = self.holder[self.index]
        return held[1] if isinstance(self.holder, Members) else held

    def put(self, value: Any) -> None:
        if isinstance(self.holder, Members):
            value = (self.holder[self.index][0], value)
        self.holder[self.index] = value


def places(document: Any) -> list[Place]:
    """Every value in a document, those that hold others before what they hold."""
    found: list[Place] = []
    if isinstance(document, list):
        for index in range(len(document)):
            found.append(Place(document, index))
            found += places(found[-1].value)
    return found


def _objects(document: Members) -> list[Members]:
    return [document, *(place.value for place in places(document) if isinstance(place.value, Members))]


def _somewhere(maker: Maker, document: Members) -> Place | None:
    found = places(document)
    return maker.dice.choice(found) if found else None


def _replaced(values: Callable[[random.Random], Any]) -> Damage:
    """One value anywhere becomes another one."""

    def damage(maker: Maker, document: Members) -> None:
        place = _somewhere(maker, document)
        if place is not None:
            place.put(values(maker.dice))

    return damage


def _drop_member(maker: Maker, document: Members) -> None:
    held = maker.dice.choice(_objects(document))
    if held:
        del held[maker.dice.randrange(len(held))]


def _name_twice(maker: Maker, document: Members) -> None:
    held = maker.dice.choice(_objects(document))
    if held:
        name, value = maker.dice.choice(held)
        held.insert(maker.dice.randint(0, len(held)), (name, maker.dice.choice((value, None, "other", 7))))


def _wrong_case(maker: Maker, document: Members) -> None:
    held = maker.dice.choice(_objects(document))
    if held:
        at = maker.dice.randrange(len(held))
        name, value = held[at]
        held[at] = (maker.dice.choice((name.lower(), name.upper(), name.swapcase(), f" {name}")), value)


def _unknown_members(maker: Maker, document: Members) -> None:
    held = maker.dice.choice(_objects(document))
    for _ in range(maker.dice.choice((1, 3, 500))):
        name = maker.dice.choice(("", "__proto__", "$ref", "ſecretId", "\x00", "x" * 500)) + str(len(held))
        held.append((name, maker.dice.choice((None, 1, "x", [], {}, [[1]]))))


def _huge_list(maker: Maker, document: Members) -> None:
    lists = [place for place in places(document) if type(place.value) is list]
    if not lists:
        return _replaced(lambda _: ["x"] * 1_000)(maker, document)
    place = maker.dice.choice(lists)
    item = maker.dice.choice(place.value) if place.value else "x"
    count = maker.dice.choice((0, 21, 51, 101, 1_000, 5_000))
    # In a form each field of an item has a name before it, and a character may take twelve.
    place.put([item] * min(count, LIST_CHARACTERS_MAX // (12 * len(_text(item)) + 200)))
    return None


def _odd_text(maker: Maker, document: Members) -> None:
    texts = [place for place in places(document) if type(place.value) is str]
    if texts:
        place = maker.dice.choice(texts)
        odd = maker.dice.choice(ODD_TEXTS)
        place.put(maker.dice.choice((odd, place.value + odd, odd + place.value)))


def _raw_text(maker: Maker, document: Members) -> None:
    """Bytes that are no UTF-8, and escapes that are none, inside a text."""
    texts = [place for place in places(document) if type(place.value) is str]
    if texts:
        place = maker.dice.choice(texts)
        place.put(Raw(json.dumps(place.value)[:-1] + maker.dice.choice(RAW_TEXTS) + '"'))


def _other_length(maker: Maker, document: Members) -> None:
    texts = [place for place in places(document) if type(place.value) is str]
    if texts:
        place = maker.dice.choice(texts)
        length = maker.dice.choice(
            (0, 1, 19, 31, 33, 64, 65, 128, 129, 256, 257, 512, 513, 2_049, 4_097, 70_000)
        )
        place.put((place.value or "x") * (length // len(place.value or "x") + 1))
        place.put(place.value[:length])


def _moved_text(maker: Maker, document: Members) -> None:
    """One member's text in another; never a secret's, which a refusal of the other would rightly repeat."""
    open_texts = [
        place
        for place in places(document)
        if type(place.value) is str and CANARY not in place.value and not _is_secret(place)
    ]
    if len(open_texts) > 1:
        one, other = maker.dice.sample(open_texts, 2)
        one.put(other.value)


def _is_secret(place: Place) -> bool:
    return isinstance(place.holder, Members) and place.holder[place.index][0] in _SECRET_MEMBERS


def _other_id(maker: Maker, document: Members) -> None:
    """An identifier that is nearly one."""
    texts = [place for place in places(document) if type(place.value) is str and not _is_secret(place)]
    if texts:
        place = maker.dice.choice(texts)
        odd = maker.dice.choice((*ODD_IDS, place.value[:-1], place.value + "-AbCdEf", place.value.upper()))
        place.put(odd)


def _flipped_text(maker: Maker, document: Members) -> None:
    """One character of a token, a ciphertext or a name is another one."""
    texts = [place for place in places(document) if type(place.value) is str and place.value]
    if texts:
        place = maker.dice.choice(texts)
        at = maker.dice.randrange(len(place.value))
        place.put(place.value[:at] + maker.dice.choice("AZaz09+/=-_.:") + place.value[at + 1 :])


Damage = Callable[[Maker, Members], None]

ODD_TEXTS = (
    "\x00", "\x1f", "\x7f", "\x85", "\u2028", "\ufeff", "\uffff", "\u202e", "\u0301" * 40, "\U0001f511", "\U0010ffff",
    "\ud800", "\udfff", "\udc00\ud800", "İ", "ſ", "ß", "Ａ", "\r\n", "\\", '"', "'", "%00", "${x}", "<a>&amp;</a>", " ",
)  # fmt: skip
RAW_TEXTS = (
    "\udcff", "\udcc0\udc80", "\udced\udca0\udc80", "\udcf4\udc90\udc80\udc80", "\udcc3", "\x00", "\n", r"\u00", r"\x41",
    r"\ud83d", r"\u0000", r"\uD83D\uDD11", r"\/", "\\",
)  # fmt: skip
"""The first five: a lone byte, an overlong NUL, a surrogate, a character beyond the last one, half a character."""
ODD_IDS = (
    "arn:", "arn:aws:secretsmanager", "arn:aws:secretsmanager:us-east-1:123456789012:secret:",
    "arn:aws:secretsmanager:::secret:x-AbCdEf", "arn:aws-cn:secretsmanager:us-east-1:123456789012:secret:x-AbCdEf",
    "arn:aws:secretsmanager:us-east-1:123456789012:secret:" + "a:" * 400, "arn:aws:kms:us-east-1:123456789012:key/",
    "arn:aws:kms:us-east-1:123456789012:alias/", "arn:aws:kms:us-east-1::key/x", "alias/", "alias/aws/secretsmanager",
    "alias/aws/other", "mrk-" + "0" * 32, "00000000-0000-0000-0000-000000000000", "../../etc/passwd", "*", "%", "_", "-",
)  # fmt: skip
NUMBERS = (
    0, -1, 1, 2**31 - 1, 2**31, 2**53 + 1, 2**63 - 1, 2**63, -(2**63) - 1, 10**30, 0.5, -0.0, 1e308, Raw("1e400"),
    Raw("9" * 5_000), Raw("-1E+5"), Raw("0x10"), Raw("01"), Raw("+1"), Raw(".5"), Raw("1."), Raw("1e"),
)  # fmt: skip
CONSTANTS = (Raw("NaN"), Raw("Infinity"), Raw("-Infinity"), Raw("undefined"), Raw("True"), Raw(""), Raw("//"))
OTHER_TYPES = tuple(
    map(Raw, ('"7"', '""', "7", "1.5", "true", "[]", '["x"]', "[[]]", "[null]", "{}", '{"x":1}'))
)


def _deep(dice: random.Random) -> Raw:
    depth = dice.choice((5, 30, 31, 32, 33, 64, 1_000, 20_000))
    opened, closed = dice.choice((("[", "]"), ('{"x":', "}"), ('[{"Key":', "}]")))
    return Raw(opened * depth + "1" + closed * (depth if dice.random() < 0.8 else depth - 1))


DAMAGES: Mapping[str, Damage] = {
    "a member is missing": _drop_member,
    "another type": _replaced(lambda dice: dice.choice(OTHER_TYPES)),
    "null": _replaced(lambda _: None),
    "a number": _replaced(lambda dice: dice.choice(NUMBERS)),
    "no JSON value": _replaced(lambda dice: dice.choice(CONSTANTS)),
    "deep": _replaced(_deep),
    "a name twice": _name_twice,
    "another case": _wrong_case,
    "unknown members": _unknown_members,
    "a huge list": _huge_list,
    "odd text": _odd_text,
    "raw text": _raw_text,
    "another length": _other_length,
    "moved": _moved_text,
    "another id": _other_id,
    "a character": _flipped_text,
}


EARLY = frozenset({"another type", "a number", "no JSON value", "deep", "a name twice", "raw text"})
"""Nearly always refused while decoding."""


@cache
def _damage_weights() -> tuple[float, ...]:
    return tuple(1.0 if name in EARLY else 3.0 for name in DAMAGES)


# --- damage to bytes --------------------------------------------------------------------------------------

BODIES = (
    b"",
    b" ",
    b"[]",
    b"{}{}",
    b"null",
    b'"x"',
    b"7",
    b"{",
    b"}",
    b"\xef\xbb\xbf{}",
    b"\x00",
    b"Action=X",
    b"{}\x00",
)


def _other_bytes(dice: random.Random, body: bytes) -> bytes:
    damaged = bytearray(body)
    for _ in range(dice.randint(1, 4)):
        at = dice.randint(0, len(damaged))
        match dice.randrange(3):
            case 0 if at < len(damaged):
                damaged[at] = dice.randrange(256)
            case 1:
                del damaged[at : at + dice.randint(1, 40)]
            case _:
                damaged[at:at] = dice.randbytes(dice.randint(1, 4))
    return bytes(damaged)


BODY_DAMAGES: Mapping[str, Callable[[random.Random, bytes], bytes]] = {
    "other bytes": _other_bytes,
    "cut off": lambda dice, body: body[: dice.randint(0, len(body))],
    "another body": lambda dice, _: dice.choice(BODIES),
    "UTF-16": lambda dice, body: body.decode("latin-1").encode(
        dice.choice(("utf-16", "utf-16-le", "utf-32"))
    ),
    "blanks around": lambda dice, body: b"\r\n\t " * dice.choice((1, 50)) + body + b" " * 9,
    "twice": lambda _, body: body + body,
}
BODY_SHARE = 0.07


# --- query services ---------------------------------------------------------------------------------------

Form = list[tuple[str, str]]

FORM_DAMAGES: Mapping[str, Callable[[random.Random, Form], None]] = {
    "an unknown field": lambda dice, form: form.append((dice.choice(ODD_TEXTS[:20]), "x")),
    "a field twice": lambda dice, form: form.append(dice.choice(form)),
    "many fields": lambda dice, form: form.extend(
        (f"F{n}", "") for n in range(dice.choice((900, 1_000, 3_000)))
    ),
    "many parts": lambda dice, form: form.append((".".join("m" * dice.choice((2, 31, 33, 400))), "1")),
    "a value and members": lambda _, form: form.extend(
        [("Tags", "1"), ("Tags.member.1", "2"), ("Tags.", "")]
    ),
    "another version": lambda dice, form: form.append(
        ("Version", dice.choice(("", "2010-05-08", "x" * 900)))
    ),
    "no action": lambda _, form: form.pop(0) and None,
    "odd text": lambda dice, form: form.append(("X", dice.choice(ODD_TEXTS[:11]))),
}
RAW_FORMS = ("%", "%ff", "%c0%80=1", "&&&", "=", "a=%ed%a0%80", ";", "Action", "+", "%00=%00")


def _fields(value: Any, name: str, *, flat: bool) -> Iterator[tuple[str, str]]:
    """Write a document as the fields of a form: `Tags.member.1.Key`, or, flat, `Filter.1.Name`."""
    match value:
        case Raw():
            yield name, str(value)
        case Members():
            for part, held in value:
                yield from _fields(held, f"{name}.{part}" if name else part, flat=flat)
        case list():
            if not value:
                yield name, ""
            for number, held in enumerate(value, start=1):
                yield from _fields(held, f"{name}.{number}" if flat else f"{name}.member.{number}", flat=flat)
        case bool():
            yield name, "true" if value else "false"
        case None:
            return
        case _:
            yield name, str(value)


def _form(model: OperationModel, dice: random.Random, pool: Pool) -> tuple[str, list[str]]:
    """Return a query service's form, and what was done to it."""
    maker = Maker(dice, pool)
    document = maker.structure(model.input_shape) if model.input_shape is not None else Members()
    done = []
    damaged = dice.random() >= UNTOUCHED_SHARE
    if damaged and document and dice.random() < 0.7:
        done += sorted(set(dice.choices(tuple(DAMAGES), _damage_weights(), k=dice.choice(MUTATIONS))))
        for name in done:
            DAMAGES[name](maker, document)
    form: Form = [("Action", model.name), ("Version", str(model.metadata["apiVersion"]))]
    form += _fields(document, "", flat=model.metadata["protocol"] == "ec2")
    if damaged and not done:
        for name in dice.choices(tuple(FORM_DAMAGES), k=dice.choice(MUTATIONS)):
            if form:
                FORM_DAMAGES[name](dice, form)
                done.append(name)
    fields, left = [], LIST_CHARACTERS_MAX
    for name, value in form:
        field = f"{quote_plus(name, errors='ignore')}={quote_plus(value, errors='ignore')}"
        left -= len(field) + 1
        # What does not fit is left out: a body that is too large ends its connection, with what comes after it.
        if left < 0:
            break
        fields.append(field)
    text = "&".join(fields)
    if damaged and dice.random() < 0.2:
        text += "&" + dice.choice(RAW_FORMS)
        done.append("a raw field")
    return text, done


# --- the whole --------------------------------------------------------------------------------------------


def mutated(number: int, *, seed: int, pool: Pool) -> Mutated:
    """Make the request of this number: the same for the same seed and pool, whatever came before."""
    dice = random.Random(f"{seed}/{number}")
    model = dice.choices(models(), _weights())[0]
    if model.metadata["protocol"] in FORMS:
        form, done = _form(model, dice, pool)
        made = _request(model, FORM_TYPE, None, form.encode(), number=number, done=done)
        # Of a GET the URL is the form; the edge has a limit on it.
        return replace(made, query=form, body=b"") if dice.random() < 0.3 and len(form) < 6_000 else made
    body, done = _document(model, dice, pool)
    target = _target(model)
    content_type = JSON_TYPE if target is not None else REST_TYPE
    if done and target is not None and dice.random() < 0.03:
        target = dice.choice((target.lower(), target + " ", target.replace(".", ".."), target.swapcase()))
        done.append("another target")
    if done and dice.random() < 0.03:
        content_type = dice.choice((FORM_TYPE, "", "application/json", "text/xml", JSON_TYPE + "; charset=x"))
        done.append("another type of content")
    return _request(model, content_type, target, body, number=number, done=done)


def smallest(service: str, operation: str, *, pool: Pool) -> Mutated:
    """Make a good request with what is required and no more."""
    model = _model(service, operation)
    maker = Maker(random.Random(0), pool)
    maker.optional = 0.0
    document = maker.structure(model.input_shape) if model.input_shape is not None else Members()
    if model.metadata["protocol"] in FORMS:
        form = [("Action", operation), ("Version", str(model.metadata["apiVersion"]))]
        form += _fields(document, "", flat=model.metadata["protocol"] == "ec2")
        return _request(model, FORM_TYPE, None, urlencode(form).encode())
    target = _target(model)
    return _request(model, REST_TYPE if target is None else JSON_TYPE, target, encoded(document))


def _target(model: OperationModel) -> str | None:
    """A REST service has none: it is the path that names the operation."""
    prefix = model.metadata.get("targetPrefix")
    return None if prefix is None else f"{prefix}.{model.name}"


def _request(
    model: OperationModel,
    content_type: str,
    target: str | None,
    body: bytes,
    *,
    number: int = 0,
    done: Sequence[str] = (),
) -> Mutated:
    return Mutated(
        number=number,
        service=model.service_model.service_name,
        operation=model.name,
        done=tuple(done),
        content_type=content_type,
        target=target,
        path=model.http["requestUri"],
        body=body,
    )


def _document(model: OperationModel, dice: random.Random, pool: Pool) -> tuple[bytes, list[str]]:
    maker = Maker(dice, pool)
    document = maker.structure(model.input_shape)
    if dice.random() < UNTOUCHED_SHARE:
        return encoded(document), []
    # Each at most once, the one that multiplies last.
    drawn = dice.choices(tuple(DAMAGES), _damage_weights(), k=dice.choice(MUTATIONS))
    done = sorted(set(drawn), key=lambda name: (name == "a huge list", name))
    for name in done:
        DAMAGES[name](maker, document)
    body = encoded(document)
    if dice.random() < BODY_SHARE:
        name = dice.choice(tuple(BODY_DAMAGES))
        body = BODY_DAMAGES[name](dice, body)
        done.append(name)
    return body, done


# --- answers ----------------------------------------------------------------------------------------------

_XML_CODE = re.compile(rb"<Code>(\w+)</Code>")


@cache
def _declared(service: str, operation: str) -> frozenset[str]:
    model = _model(service, operation)
    declared = frozenset(error.error_code for error in model.error_shapes)
    declared |= COMMON.get(str(model.metadata["protocol"]), COMMON["json"])
    if service == "sts":
        # What AWS answers to session tags that conflict; the model does not have it.
        declared |= {"InvalidParameterValue"}
    # An operation that is not carried out at all says so, whether or not it declares the error.
    refused = f"{service}.{operation}" in unanswered.ALWAYS_REFUSED
    return declared | {unanswered.UNSUPPORTED} if refused else declared


def code_of(body: bytes, headers: Sequence[tuple[str, str]] = ()) -> str:
    """Return a refusal's code, in whichever protocol it is written; of something else, nothing."""
    for name, value in headers:
        if name.lower() == "x-amzn-errortype":
            return value
    in_xml = _XML_CODE.search(body)
    if in_xml is not None:
        return in_xml[1].decode()
    try:
        return str(json.loads(body)["__type"])
    except (ValueError, KeyError, TypeError):
        return ""


@cache
def _statuses(service: str, operation: str) -> Mapping[str, set[int]]:
    """The statuses that the model gives its errors; common ones that concern who asks are 403 but in JSON services."""
    model = _model(service, operation)
    declared = {
        error.error_code: {error.metadata.get("error", {}).get("httpStatusCode", 400)}
        for error in model.error_shapes
    }
    if model.metadata["protocol"] == "json":
        return declared
    common = {"AccessDenied": {403}, "AccessDeniedException": {403}, "UnauthorizedOperation": {403}}
    others = {"UnknownOperationException": {404}, "DryRunOperation": {412}}
    return common | others | declared


def wrong_with(
    asked: Mutated, *, status: int, body: bytes, headers: Sequence[tuple[str, str]] = ()
) -> str | None:
    """Say what is wrong with an answer; `None`: nothing is."""
    if status >= 500:
        return f"answered {status} {code_of(body)}"
    if status == 200:
        return _wrong_with_success(_model(asked.service, asked.operation), body)
    # Bytes that were changed anywhere can put a value where a token or a name belongs, which AWS's words repeat.
    moved = "other bytes" in asked.done
    if not moved and (CANARY.encode() in body or base64.b64encode(CANARY[:33].encode()) in body):
        return f"answered {status} and repeats a secret"
    code = code_of(body, headers)
    if code not in _declared(asked.service, asked.operation):
        return f"answered {status} with the code `{code}`, which is not declared"
    wanted = _statuses(asked.service, asked.operation).get(code, {400})
    return None if status in wanted else f"answered {status} {code}"


def _wrong_with_success(model: OperationModel, body: bytes) -> str | None:
    try:
        if model.metadata["protocol"] in FORMS:
            ET.fromstring(body)  # noqa: S314 - our own server's answer, and no test input of others
            return None
        if model.output_shape is None:
            return None if body == b"" else "a success without members has a body"
        unknown = set(json.loads(body)) - set(model.output_shape.members)
    except (ValueError, ET.ParseError) as error:
        return f"a success that can't be read: {error}"
    return f"a success with unknown members: {sorted(unknown)}" if unknown else None
