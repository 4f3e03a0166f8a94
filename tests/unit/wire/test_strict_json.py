"""JSON that two parsers could read in two ways is refused, before anything is decoded."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from watchword.wire.strict_json import DEPTH_MAX, NotJSON, read

CANARY = "hunter2"


def lists(depth: int) -> bytes:
    """A document that nests so deep, its own object included."""
    return b'{"a":' + b"[" * (depth - 1) + b"]" * (depth - 1) + b"}"


def objects(depth: int) -> bytes:
    return b'{"a":' * depth + b"1" + b"}" * depth


READ = {
    "an object": (b'{"a": 1}', {"a": 1}),
    "an empty object": (b"{}", {}),
    "blanks around it": (b' \t\r\n{"a":\n1}\n', {"a": 1}),
    "all types": (
        b'{"s":"x","i":-1,"f":1.5e3,"t":true,"n":null,"l":[1,[]],"o":{}}',
        {"s": "x", "i": -1, "f": 1500.0, "t": True, "n": None, "l": [1, []], "o": {}},
    ),
    "letters beyond ASCII": ('{"é":"日本\U0001f600"}'.encode(), {"é": "日本\U0001f600"}),
    "a whole surrogate pair": (rb'{"a":"\ud83d\ude00"}', {"a": "\U0001f600"}),
    "an escaped backslash before a u": (rb'{"a":"\\ud800"}', {"a": r"\ud800"}),
    "an escaped zero": (rb'{"a":"\u0000"}', {"a": "\0"}),
    "one name in two objects": (b'{"a":{"a":1},"b":{"a":2}}', {"a": {"a": 1}, "b": {"a": 2}}),
    "names that differ in case": (b'{"a":1,"A":2}', {"a": 1, "A": 2}),
    "a big number that is whole": (b'{"a":1' + b"0" * 400 + b"}", {"a": 10**400}),
    "many brackets, none of them deep": (b'{"a":[' + b"[]," * 99 + b"[]]}", {"a": [[]] * 100}),
    "many brackets in a string": (b'{"a":"' + b"[{" * 99 + b'"}', {"a": "[{" * 99}),
    "brackets after an escaped quote": (rb'{"a":"\"' + b"[" * 99 + b'"}', {"a": '"' + "[" * 99}),
    "brackets after an escaped backslash": (
        b'{"a":"\\\\","b":"' + b"[" * 99 + b'"}',
        {"a": "\\", "b": "[" * 99},
    ),
}


@pytest.mark.parametrize(("body", "document"), READ.values(), ids=READ)
def test_a_plain_document_is_read(body: bytes, document: dict[str, object]) -> None:
    assert document == read(body)


REFUSED = {
    # ambiguous
    "a name twice": (f'{{"a":"{CANARY}","a":2}}'.encode(), "twice"),
    "a name twice, deeper": (f'{{"b":[{{"a":"{CANARY}","a":2}}]}}'.encode(), "twice"),
    "a name twice, once escaped": (rb'{"a":1,"\u0061":2}', "twice"),
    "NaN": (b'{"a":NaN}', "number"),
    "Infinity": (b'{"a":[Infinity]}', "number"),
    "-Infinity": (b'{"a":-Infinity}', "number"),
    "a fraction that becomes infinite": (b'{"a":1e999}', "too large"),
    "a negative one": (b'{"a":-1.0e999}', "too large"),
    "a lone high surrogate": (rb'{"a":"\ud800"}', "surrogate"),
    "a lone low surrogate": (rb'{"a":"\udc00x"}', "surrogate"),
    "surrogates in the wrong order": (rb'{"a":"\ude00\ud83d"}', "surrogate"),
    "a lone surrogate in a name": (rb'{"\ud800":1}', "surrogate"),
    "a lone surrogate in a deep name": (rb'{"a":[{"b":{"\ud800":1}}]}', "surrogate"),
    "a lone surrogate in upper case": (rb'{"a":["\uDBFF"]}', "surrogate"),
    # encodings
    "a byte order mark": (b'\xef\xbb\xbf{"a":1}', "not JSON"),
    "UTF-16": ('{"a":1}'.encode("utf-16"), "not UTF-8"),
    "UTF-16 without mark": ('{"a":1}'.encode("utf-16-le"), "not JSON"),
    "latin-1": ('{"a":"é"}'.encode("latin-1"), "not UTF-8"),
    "an overlong form": (b'{"a":"\xc0\xaf"}', "not UTF-8"),
    "a surrogate in UTF-8": (b'{"a":"\xed\xa0\x80"}', "not UTF-8"),
    "UTF-8 that ends early": (b'{"a":"\xe2\x82"}', "not UTF-8"),
    # no JSON
    "nothing": (b"", "not JSON"),
    "blanks": (b"  ", "not JSON"),
    "a word": (CANARY.encode(), "not JSON"),
    "something after it": (b'{"a":1} {}', "not JSON"),
    "a comma too many": (b'{"a":1,}', "not JSON"),
    "single quotes": (b"{'a':1}", "not JSON"),
    "a comment": (b'{"a":1}//', "not JSON"),
    "a leading zero": (b'{"a":01}', "not JSON"),
    "a plus": (b'{"a":+1}', "not JSON"),
    "a bare point": (b'{"a":1.}', "not JSON"),
    "hexadecimal": (b'{"a":0x10}', "not JSON"),
    "a line feed in a string": (b'{"a":"\n"}', "not JSON"),
    "a zero byte in a string": (b'{"a":"\0"}', "not JSON"),
    "an unknown escape": (rb'{"a":"\x41"}', "not JSON"),
    "half an escape": (rb'{"a":"\u12"}', "not JSON"),
    "an open string": (f'{{"a":"{CANARY}'.encode(), "not JSON"),
    "an open object": (b'{"a":1', "not JSON"),
    "a number of 5,000 digits": (b'{"a":' + b"1" * 5_000 + b"}", "not JSON"),
    # no object
    "a list": (b"[]", "not a JSON object"),
    "a string": (f'"{CANARY}"'.encode(), "not a JSON object"),
    "a number": (b"1", "not a JSON object"),
    "null": (b"null", "not a JSON object"),
    # depth
    "33 lists": (lists(DEPTH_MAX + 1), "deeper than 32"),
    "33 objects": (objects(DEPTH_MAX + 1), "deeper than 32"),
    "33 by turns": (b'{"a":[' * 17 + b"]}" * 17, "deeper than 32"),
    "1 MiB of [": (b"[" * 1_048_576, "deeper than 32"),
    "1 MiB of {": (b'{"a":' * 209_715, "deeper than 32"),
    "deep behind a string of brackets": (b'{"b":"]]]]","a":' + lists(DEPTH_MAX) + b"}", "deeper than 32"),
    "1 MiB of escaped quotes that never close": (
        b"[" * 40 + b'"' + b'\\"' * 524_000,
        "deeper than 32",
    ),
}


@pytest.mark.parametrize(("body", "words"), REFUSED.values(), ids=REFUSED)
def test_a_document_that_is_none_or_ambiguous_is_refused_and_not_repeated(body: bytes, words: str) -> None:
    with pytest.raises(NotJSON, match=words) as refused:
        read(body)

    assert CANARY not in str(refused.value)
    assert refused.value.__cause__ is None


@pytest.mark.parametrize("nested", [lists, objects])
def test_32_levels_are_read(nested: object) -> None:
    body = lists(DEPTH_MAX) if nested is lists else objects(DEPTH_MAX)

    assert json.loads(body) == read(body)


def test_depth_is_refused_whatever_stands_beside_it() -> None:
    """Shallow pairs before, between and after do not hide a deep one, nor make a shallow one deep."""
    filler = b"[[],{}]," * 50
    deep = b'{"a":[' + filler + b"[" * 31 + b"]" * 31 + b"," + filler + b"1]}"
    shallow = b'{"a":[' + filler + b"[" * 30 + b"]" * 30 + b"," + filler + b"1]}"

    with pytest.raises(NotJSON, match="deeper than 32"):
        read(deep)
    assert json.loads(shallow) == read(shallow)


def test_the_lenient_parser_would_have_read_what_is_refused() -> None:
    """The table's worst rows are not refused by accident: Python's own parser takes them."""
    for row in ("a name twice", "NaN", "a lone high surrogate", "a lone surrogate in a name", "1 MiB of ["):
        body = REFUSED[row][0] if row != "1 MiB of [" else lists(DEPTH_MAX + 1)
        assert json.loads(body)


@given(
    name=st.text(alphabet=st.characters(exclude_characters='"\\', exclude_categories=["Cs"]), max_size=12),
    value=st.text(alphabet=st.characters(exclude_characters='"\\', exclude_categories=["Cs"]), max_size=12),
)
def test_one_member_with_a_text_is_read_as_any_other_document_is(name: str, value: str) -> None:
    """Most reads are such a body, and take a shorter way; a blank in front sends the same document the long one."""
    body = f'{{"{name}":"{value}"}}'.encode()

    outcomes = [_outcome(body), _outcome(b" " + body)]

    assert outcomes[0] == outcomes[1]


def _outcome(body: bytes) -> dict[str, Any] | str:
    try:
        return read(body)
    except NotJSON as refused:
        return str(refused)
