"""Every constraint of the models, on both sides of its edge, as bytes that a client sends.

The constraints are read from botocore's models when the tests run, nested ones too: every operation that answers, every
member, every least, greatest, pattern, enum and required member. What AWS says to each value is worked out here from
the model alone, and compared with what the decoder and the constraints say, to the letter. Some go through
the gate as well.

A query service's request is written as JSON here too: what its form reads as, `test_wire_botocore.py` holds.
"""

from __future__ import annotations

import base64
import json
import re
import sys
import types
import unicodedata
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
from tests.contract.patterns import LETTERS, PATTERNS
from tests.contract.region import Region
from tools.operations.sts import STS

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


# What the model says of one value, in AWS's words


def obeys_pattern(pattern: str, value: str) -> bool:
    """Whether a whole value matches; of a class with `\\p`, which Python's `re` does not know, character by character."""
    if r"\p" not in pattern:
        return re.fullmatch(pattern, value, re.ASCII) is not None
    assert pattern[:-1] == LETTERS
    wanted = len(value) > 0 or pattern.endswith("*")
    return wanted and all(unicodedata.category(one)[0] in "LZN" or one in "_.:/=+-@" for one in value)


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
                lambda value: obeys_pattern(said["pattern"], value),
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
    hidden = shape.metadata.get("sensitive") or shape.name in STS.sensitive
    if hidden or isinstance(value, bytes):
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
    if shape is None:
        return ()
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


@pytest.mark.parametrize("operation", table.OPERATIONS, ids=repr)
def test_every_constraint_stands_on_both_sides_of_its_edge(operation: Operation) -> None:
    assert wrongly_judged(operation, constraints.check) == []


def test_the_cases_are_many_and_stand_on_both_sides() -> None:
    cases = [case for operation in JSON_OPERATIONS for case in cases_of(operation)]

    assert len(cases) >= CASES_MIN
    assert len([case for case in cases if case.said]) >= CASES_MIN / 4
    assert any(case.path.endswith(".2.member.region") for case in cases)
    assert any(case.path.startswith("rotationRules.") for case in cases)
    of_iam = [case for operation in table.OPERATIONS for case in cases_of(operation)]
    assert any(case.path == "tags.2.member.key" and r"\p{L}" in (case.text or "") for case in of_iam)


@pytest.mark.parametrize("pattern", PATTERNS)
def test_whatever_a_pattern_is_made_of_passes_it(pattern: str) -> None:
    class Held(Shape, frozen=True, kw_only=True):
        text: str | None = msgspec.field(name="Text", default=None)
        MEMBERS: ClassVar[dict[str, Member]] = {"text": Member(name="Text", pattern=pattern)}

    @settings(max_examples=30, deadline=None, database=None, derandomize=True)
    @given(st.from_regex(in_python(pattern), fullmatch=True))
    def passes(text: str) -> None:
        constraints.check(Held(text=text))

    passes()


def in_python(pattern: str) -> re.Pattern[str]:
    """A pattern that Hypothesis can draw from; where it has `\\p`, letters that nobody doubts."""
    return re.compile(pattern.replace(r"\p{L}\p{Z}\p{N}", "a-zäöüß日本語 0-9٣"), re.ASCII)


def test_no_pattern_with_unicode_in_it_has_ascii_beside_it() -> None:
    """Where `\\p` is, `\\w` and `\\d` would be Unicode's too."""
    for pattern in PATTERNS:
        if r"\p" in pattern:
            assert not re.search(r"\\[wWdDsSbB]", pattern)


def test_every_character_of_unicode_is_judged_as_its_category_has_it() -> None:
    class Held(Shape, frozen=True, kw_only=True):
        text: str | None = msgspec.field(name="Text", default=None)
        MEMBERS: ClassVar[dict[str, Member]] = {"text": Member(name="Text", pattern=LETTERS + "+")}

    ((_, _, fits),) = constraints.prepare(Held)
    assert fits is not None
    characters = [chr(code) for code in range(sys.maxunicode + 1) if not 0xD800 <= code <= 0xDFFF]

    wrong = [one for one in characters if fits(one) != obeys_pattern(LETTERS + "+", one)]

    assert wrong == []


def test_every_pattern_has_its_values() -> None:
    """Also those of operations of Secrets Manager and KMS that do not answer yet."""
    needed = set()
    for service in table.SERVICES:
        model = model_of(service.name)
        here = {operation.name for operation in table.OPERATIONS if operation.service is service}
        for name in model.operation_names if service.protocol is Protocol.JSON else here:
            for held in reachable(model.operation_model(name).input_shape):
                needed.add(model.shape_for(held).metadata.get("pattern"))

    assert needed - {None} == PATTERNS.keys()


def reachable(shape: Any) -> set[str]:
    """The names of the shapes of a request."""
    if shape is None:
        return set()
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
    "a digit is any script's": ("else re.ASCII", "else re.NOFLAG"),
    "a letter is a letter of ASCII": ("re.NOFLAG if", "re.ASCII if"),
    "a separator is a space": ("\\u00a0\\u1680", "\\u1680"),
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

    assert any(wrongly_judged(operation, wrong) for operation in table.OPERATIONS)


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
