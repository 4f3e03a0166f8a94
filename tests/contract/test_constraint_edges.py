"""Every constraint of the models, on both sides of its edge, as bytes that a client sends.

The constraints are read from botocore's models when the tests run, nested ones too: every operation that answers, every
member, every least, greatest, pattern, enum and required member. What AWS says to each value is worked out here from
the model alone, and compared with what the decoder and the constraints say, to the letter. Some go through
the gate as well.
"""

from __future__ import annotations

import base64
import json
import re
import types
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, ClassVar

import msgspec
import pytest
from botocore.loaders import Loader
from botocore.model import ServiceModel
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.contract.region import Region

from watchword.api import constraints, table
from watchword.api.errors import ValidationException
from watchword.api.operation import Operation, Protocol
from watchword.api.shape import Member, Shape
from watchword.wire import json11

SHOWN_CHARACTERS_MAX = 4_096
"""How much of a value a refusal repeats (DIVERGENCES.md)."""
CASES_MIN = 400
"""A walk that finds nothing to try would find nothing wrong."""
GATE_STRIDE = 7
"""Of the cases, every seventh goes through the gate too."""

Check = Callable[[Shape], None]
Place = Callable[[Any], dict[str, Any]]
"""Makes a whole request, good but for one value in its place."""


# Values that a pattern lets pass, as long as asked for, and others


@dataclass(frozen=True, slots=True, kw_only=True)
class Pattern:
    good: tuple[str, ...]
    bad: tuple[str, ...]
    long: Callable[[int], str]
    """As many characters; too few for a whole value may not match."""


def repeated(text: str) -> Callable[[int], str]:
    return lambda size: (text * size)[:size]


PATTERNS = {
    r"^([a-z]+-)+\d+$": Pattern(
        good=("us-east-1", "a-0", "us-gov-west-12"),
        # The last digit is Arabic: the models' patterns are Java's, where a digit is ASCII.
        bad=("us-east-1\n", "us-east-١", "US-east-1", "us-east", "us--1", "-1", "us-east-1 "),
        long=lambda size: "-1".rjust(size, "a")[-size:] if size else "",
    ),
    r"^\!?[a-zA-Z0-9 :_@\/\+\=\.\-\!]*$": Pattern(
        good=("!prod/db", "", "a b:c_d@e/f+g=h.i-j!", "!"),
        bad=("prod\n", "a#b", "é", "a*", "\t"),
        long=repeated("a"),
    ),
    r"^[a-zA-Z0-9\-]+$": Pattern(
        good=("token-1-" * 5,), bad=("token 1" * 6, "token\n" * 6, "é" * 36), long=repeated("a1-")
    ),
    r"[0-9A-Za-z\-\_]+": Pattern(
        good=("My-policy_1",), bad=("my policy", "a\n", "é", "a.b"), long=repeated("a-_1")
    ),
    r"[0-9A-Za-z\(\)#\?\*\-\/, ]+": Pattern(
        good=("rate(10 days)", "cron(0 8/8 ? * 2#1 *)", "L-1,2"),
        bad=("rate[10]", "cron(0;1)", "é", "rate(1 day)\n", "a_b"),
        long=repeated("1"),
    ),
    r"[0-9]+h": Pattern(
        good=("3h", "24h"), bad=("3H", "h3", "3 h", "3h\n", "٣h"), long=lambda size: "h".rjust(size, "1")
    ),
    "[\\u0009\\u000A\\u000D\\u0020-\\u00FF]+": Pattern(
        good=('{"é": 1}\n', "\t\r"), bad=("a\u0100", "\u0000", "\u0008"), long=repeated("é ")
    ),
    "^[a-zA-Z0-9-_.]+$": Pattern(good=("Xks-1_.",), bad=("a b", "a\n", "é"), long=repeated("x")),
    "^[a-zA-Z0-9:/_-]+$": Pattern(good=("alias/a:b_c-1",), bad=("a b", "a.b", "é"), long=repeated("a/")),
    r"^[a-zA-Z0-9:/_\s.-]+$": Pattern(good=("of 2026.11\n",), bad=("a,b", "é"), long=repeated("a ")),
    r"[\w]+": Pattern(good=("default_1",), bad=("a-b", "é", "a\n"), long=repeated("w")),
    r"^[\w+=,.@:/-]+$": Pattern(good=("arn:aws:iam::1:role/a",), bad=("a b", "é"), long=repeated("p")),
    r"^([A-Za-z0-9\-]+)\.([A-Za-z0-9\-]+)(\.[A-Za-z0-9\-]+)+$": Pattern(
        good=("secretsmanager.amazonaws.com",), bad=("amazonaws.com", "a..b", "a.b.c."), long=repeated("a.")
    ),
    "^arn:aws[a-z0-9-]*:[a-z0-9-]+:[a-z0-9-]*:[0-9]{12}:.+$": Pattern(
        good=("arn:aws:s3::123456789012:x",),
        bad=("arn:aws:s3::12345678901:x" + "y" * 20, "arn:Aws:s3::123456789012:xx"),
        long=lambda size: "arn:aws:s3::123456789012:".ljust(size, "x")[:size],
    ),
    "[0-9]{12}": Pattern(good=("123456789012",), bad=("12345678901x", "12345678901٣"), long=repeated("1")),
    "^[a-f0-9]+$": Pattern(good=("0f" * 32,), bad=("0F" * 32, "g" * 64), long=repeated("0f")),
    "[\\u0020-\\u00FF]*": Pattern(good=("next é",), bad=("a\n", "\u0100"), long=repeated("é")),
    r"^([a-z]+-){2,3}\d+$": Pattern(
        good=("us-east-1", "us-gov-west-1"),
        bad=("us-1", "a-b-c-d-1", "us-east-١"),
        long=lambda size: "-a-1".rjust(size, "a")[-size:] if size else "",
    ),
    "cluster-[2-7a-zA-Z]{11,16}": Pattern(
        good=("cluster-234567abcde",),
        bad=("cluster-1" + "2" * 12,),
        long=lambda size: "cluster-".ljust(size, "2"),
    ),
    "^https://[a-zA-Z0-9.-]+$": Pattern(
        good=("https://xks.example",),
        bad=("http://xks.example", "https://a/b"),
        long=lambda size: "https://".ljust(size, "a"),
    ),
    r"^(/[a-zA-Z0-9\/_-]+/kms/xks/v\d{1,2})$|^(/kms/xks/v\d{1,2})$": Pattern(
        good=("/kms/xks/v1", "/a/b/kms/xks/v12"),
        bad=("/kms/xks/v123", "kms/xks/v1", "/kms/xks/v١"),
        long=lambda size: "/kms/xks/v1".rjust(size, "a").replace("a", "/", 1)[-size:],
    ),
    "^[A-Z2-7]+$": Pattern(good=("A2" * 10,), bad=("a2" * 10, "A1" * 10), long=repeated("A2")),
    r"^[a-zA-Z0-9\/+=]+$": Pattern(good=("a/+=" * 11,), bad=("a-_=" * 11,), long=repeated("a/")),
    r"^(com|eu)\.amazonaws\.vpce\.([a-z]+-){2,3}\d+\.vpce-svc-[0-9a-z]+$": Pattern(
        good=("com.amazonaws.vpce.us-east-1.vpce-svc-0a",),
        bad=("org.amazonaws.vpce.us-east-1.vpce-svc-0a", "com.amazonaws.vpce.us-1.vpce-svc-0a"),
        long=lambda size: "com.amazonaws.vpce.us-east-1.vpce-svc-".ljust(size, "0")[:size],
    ),
}


# What the model says of one value, in AWS's words


def constraint_words(shape: Any) -> list[tuple[str, Callable[[Any], bool]]]:
    """Each constraint of a model's shape, and whether a value obeys it, in the order in which AWS names them."""
    said = shape.metadata
    noun = "value" if shape.type_name in ("integer", "long") else "length"
    measure: Callable[[Any], int] = (lambda value: value) if noun == "value" else len
    words: list[tuple[str, Callable[[Any], bool]]] = []
    if "max" in said:
        words.append(
            (
                f"Member must have {noun} less than or equal to {said['max']}",
                lambda value: measure(value) <= said["max"],
            )
        )
    if "min" in said:
        words.append(
            (
                f"Member must have {noun} greater than or equal to {said['min']}",
                lambda value: measure(value) >= said["min"],
            )
        )
    if "pattern" in said:
        words.append(
            (
                f"Member must satisfy regular expression pattern: {said['pattern']}",
                lambda value: re.fullmatch(said["pattern"], value, re.ASCII) is not None,
            )
        )
    if "enum" in said:
        words.append(
            (
                f"Member must satisfy enum value set: [{', '.join(said['enum'])}]",
                lambda value: value in said["enum"],
            )
        )
    return words


def violations(shape: Any, value: Any, path: str) -> list[str]:
    """What AWS says of a value of this shape at this path, without what structures in it hold."""
    if value is None:
        return [f"Value null at '{path}' failed to satisfy constraint: Member must not be null"]
    shown = as_shown(shape, value)
    said = [
        f"{shown} at '{path}' failed to satisfy constraint: {words}"
        for words, obeys in constraint_words(shape)
        if not obeys(value)
    ]
    if shape.type_name == "list" and shape.member.type_name != "structure":
        rules = constraint_words(shape.member)
        if not all(obeys(one) for one in value for _, obeys in rules):
            rule = ", ".join(words for words, _ in rules)
            said.append(
                f"{shown} at '{path}' failed to satisfy constraint: Member must satisfy constraint: [{rule}]"
            )
    return said


def as_shown(shape: Any, value: Any) -> str:
    """Nothing of what is sensitive, bytes or a structure."""
    if shape.metadata.get("sensitive") or isinstance(value, bytes):
        return "Value"
    if isinstance(value, list):
        if any(isinstance(one, dict) for one in value):
            return "Value"
        value = f"[{', '.join(map(str, value))}]"
    return f"Value '{str(value)[:SHOWN_CHARACTERS_MAX]}'"


# Every value beside an edge


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One request with one value beside an edge, and what AWS says of it: nothing, if it obeys."""

    operation: Operation
    path: str
    document: dict[str, Any]
    said: tuple[str, ...]

    @property
    def body(self) -> bytes:
        return json.dumps(self.document, default=lambda held: base64.b64encode(held).decode()).encode()

    @property
    def text(self) -> str | None:
        if not self.said:
            return None
        noun = "error" if len(self.said) == 1 else "errors"
        return f"{len(self.said)} validation {noun} detected: {'; '.join(self.said)}"


def good(shape: Any) -> Any:
    """A value that obeys, as small as it can be."""
    said = shape.metadata
    match shape.type_name:
        case "structure":
            return {name: good(shape.members[name]) for name in shape.required_members}
        case "list":
            return [good(shape.member) for _ in range(said.get("min", 0))]
        case "map":
            return {}
        case "boolean":
            return True
        case "integer" | "long" | "timestamp":
            return said.get("min", 0)
        case "blob":
            return b"x" * max(1, said.get("min", 1))
        case "string":
            if "enum" in said:
                return said["enum"][0]
            if "pattern" in said:
                return PATTERNS[said["pattern"]].good[0]
            return "x" * max(1, said.get("min", 1))
        case other:
            raise AssertionError(f"no value of `{other}`")


def sized(shape: Any, size: int) -> Any:
    match shape.type_name:
        case "integer" | "long":
            return size
        case "blob":
            return b"x" * size
        case "list":
            return [good(shape.member)] * size
        case _:
            if "pattern" in shape.metadata:
                return PATTERNS[shape.metadata["pattern"]].long(size)
            # Two bytes in UTF-8, one character: AWS counts characters.
            return "é" * size


def beside_edges(shape: Any) -> Iterator[Any]:
    """Values on both sides of every edge of one shape."""
    said = shape.metadata
    for edge, beyond in (("max", 1), ("min", -1)):
        if edge in said:
            yield sized(shape, said[edge])
            if said[edge] + beyond >= 0 or shape.type_name in ("integer", "long"):
                yield sized(shape, said[edge] + beyond)
    if "pattern" in said:
        yield from PATTERNS[said["pattern"]].good
        yield from PATTERNS[said["pattern"]].bad
    if "enum" in said:
        yield from said["enum"]
        yield from (f"{said['enum'][0]} ", said["enum"][0].swapcase(), "")


def cases_in(operation: Operation, shape: Any, place: Place, above: str) -> Iterator[Case]:
    """Every case of a structure: its members, and what they hold."""
    for name, member in shape.members.items():
        path = above + name[0].lower() + name[1:]
        least = good(shape)

        def put(value: Any, name: str = name, least: dict[str, Any] = least) -> dict[str, Any]:
            return place({**least, name: value})

        def case(value: Any, put: Place = put, path: str = path, member: Any = member) -> Case:
            said = tuple(violations(member, value, path))
            return Case(operation=operation, path=path, document=put(value), said=said)

        if name in shape.required_members:
            without = {held: value for held, value in least.items() if held != name}
            said = tuple(violations(member, None, path))
            yield Case(operation=operation, path=path, document=place(without), said=said)
            yield case(None)
            yield case(good(member))
        yield from map(case, beside_edges(member))
        match member.type_name:
            case "structure":
                yield from cases_in(operation, member, put, f"{path}.")
            case "list" if member.member.type_name == "structure":
                first = good(member.member)

                # The second of two: the first shows that the place is counted.
                def second(value: Any, put: Place = put, first: Any = first) -> dict[str, Any]:
                    return put([first, value])

                yield from cases_in(operation, member.member, second, f"{path}.2.member.")
            case "list":
                yield from (case([value]) for value in beside_edges(member.member))
            case "map":
                assert not constraint_words(member.key)
                assert not constraint_words(member.value)


@cache
def model_of(service: str) -> ServiceModel:
    """botocore's own data only: a model in the home folder of whoever runs the tests says nothing here."""
    loader = Loader(include_default_search_paths=False, extra_search_paths=[Loader.BUILTIN_DATA_PATH])
    return ServiceModel(loader.load_service_model(service, "service-2"), service)


@cache
def cases_of(operation: Operation) -> tuple[Case, ...]:
    shape = model_of(operation.service.name).operation_model(operation.name).input_shape
    return tuple(cases_in(operation, shape, lambda document: document, ""))


JSON_OPERATIONS = [one for one in table.OPERATIONS if one.service.protocol is Protocol.JSON]


def wrongly_judged(operation: Operation, check: Check) -> list[str]:
    """Which cases of an operation are not answered as the model has it."""
    wrong = []
    for case in cases_of(operation):
        said = None
        try:
            check(json11.decode(operation, case.body))
        except ValidationException as refused:
            said = refused.message
        if said != case.text:
            wrong.append(f"{operation.name} {case.path}: {(said or 'nothing')[:300]}; not {case.text}")
    return wrong


@pytest.mark.parametrize("operation", JSON_OPERATIONS, ids=repr)
def test_every_constraint_stands_on_both_sides_of_its_edge(operation: Operation) -> None:
    assert wrongly_judged(operation, constraints.check) == []


def test_the_query_services_say_nothing_of_their_members() -> None:
    """Of STS only GetCallerIdentity answers, and it has no members: once there are more, they need cases."""
    for operation in table.OPERATIONS:
        if operation not in JSON_OPERATIONS:
            model = model_of(operation.service.name).operation_model(operation.name)
            assert not model.input_shape.members


def test_the_cases_are_many_and_stand_on_both_sides() -> None:
    cases = [case for operation in JSON_OPERATIONS for case in cases_of(operation)]

    assert len(cases) >= CASES_MIN
    assert len([case for case in cases if case.said]) >= CASES_MIN / 4
    assert any(case.path.endswith(".2.member.region") for case in cases)
    assert any(case.path.startswith("rotationRules.") for case in cases)


@pytest.mark.parametrize("pattern", PATTERNS)
def test_whatever_a_pattern_is_made_of_passes_it(pattern: str) -> None:
    class Held(Shape, frozen=True, kw_only=True):
        text: str | None = msgspec.field(name="Text", default=None)
        MEMBERS: ClassVar[dict[str, Member]] = {"text": Member(name="Text", pattern=pattern)}

    @settings(max_examples=30, deadline=None, database=None, derandomize=True)
    @given(st.from_regex(re.compile(pattern, re.ASCII), fullmatch=True))
    def passes(text: str) -> None:
        constraints.check(Held(text=text))

    passes()


def test_every_pattern_has_its_values() -> None:
    """Also those of operations that do not answer yet."""
    needed = set()
    for service in {operation.service.name for operation in JSON_OPERATIONS}:
        model = model_of(service)
        for name in model.operation_names:
            for held in reachable(model.operation_model(name).input_shape):
                needed.add(model.shape_for(held).metadata.get("pattern"))

    assert needed - {None} == PATTERNS.keys()


def reachable(shape: Any) -> set[str]:
    """The names of the shapes of a request."""
    held = {
        "structure": lambda: list(shape.members.values()),
        "list": lambda: [shape.member],
        "map": lambda: [shape.key, shape.value],
    }.get(shape.type_name, list)()
    return {shape.name}.union(*map(reachable, held))


# Through the gate


def test_the_gate_says_what_the_constraints_say(region: Region) -> None:
    """A sample: the same words arrive, and what obeys is refused for no constraint."""
    cases = [case for operation in JSON_OPERATIONS for case in cases_of(operation)]
    sample = [case for case in cases if case.said][::GATE_STRIDE] + [case for case in cases if not case.said][
        ::GATE_STRIDE
    ]

    for case in sample:
        name = case.operation.name
        answer = region.send(region.request(name, case.body, service=case.operation.service.name))
        if case.text is None:
            assert answer.status < 500, (name, case.path, answer.refusal)
            assert "failed to satisfy constraint" not in str(answer.members), (name, case.path)
        else:
            assert answer.refusal == (400, "ValidationException", case.text)


# The harness finds what is planted

MUTANTS = {
    "the longest is refused": ("least <= len(value) <= most", "least <= len(value) < most"),
    "one more is let through": ("least <= len(value) <= most", "least <= len(value) <= most + 1"),
    "one less is let through": ("least <= len(value) <= most", "least - 1 <= len(value) <= most"),
    "the greatest is refused": ("high is None or value <= high", "high is None or value < high"),
    "the least is refused": ("low is None or low <= value", "low is None or low < value"),
    "a part of a value matches": (
        "fullmatch = _regex(member.pattern).fullmatch",
        "fullmatch = _regex(member.pattern).search",
    ),
    "a digit is any script's": ("re.compile(pattern, re.ASCII)", "re.compile(pattern)"),
    "an enum is not looked at": (
        "return frozenset(member.values).__contains__ if member.values else None",
        "return None",
    ),
    "nothing is required": ("if required:\n                break", "if False:\n                break"),
    "nothing in a list is required": (
        "if required:\n                    return False",
        "if False:\n                    return False",
    ),
    "what a list holds is not looked at": (
        "return _both(_size(member), _each(member.item, item))",
        "return _size(member)",
    ),
    "a place is counted from nought": ("enumerate(value, start=1)", "enumerate(value)"),
    "a member is named as on the wire": ("path = above + _camel(member.name)", "path = above + member.name"),
    "a sensitive value is shown": ("None if member.sensitive else _shown(value)", "_shown(value)"),
    "a value is shown whole": ("self.value[:SHOWN_CHARACTERS_MAX]", "self.value"),
    "violations are not counted": ('f"{len(found)} validation', 'f"1 validation'),
}


@pytest.mark.parametrize(("there", "instead"), MUTANTS.values(), ids=MUTANTS)
def test_a_planted_fault_is_found(there: str, instead: str) -> None:
    wrong = planted(there, instead)

    assert any(wrongly_judged(operation, wrong) for operation in JSON_OPERATIONS)


def planted(there: str, instead: str) -> Check:
    """The constraints' real source with some of its text exchanged."""
    assert constraints.__file__ is not None
    source = Path(constraints.__file__).read_text(encoding="utf-8")
    assert there in source, f"the constraints no longer say `{there}`: give the mutant new words"
    mutant = types.ModuleType(constraints.__name__)
    code = compile(source.replace(there, instead), constraints.__file__, "exec")
    exec(code, mutant.__dict__)  # noqa: S102 - our own source
    check: Check = mutant.check
    return check
