"""JSON as AWS's services read it, and nothing that two parsers could read in two ways.

Refused, where Python's parser is lenient: a name twice in one object (one parser takes the first, another the
last, and a policy would be asked about the wrong one), `NaN` and `Infinity` and numbers that become them,
lone surrogates (no UTF-8 can carry them back), a byte order mark, encodings other than UTF-8, and nesting
beyond `DEPTH_MAX`. Nothing of a refused document is repeated.

Source: RFC 8259 sections 4, 6 and 8; RFC 7493 (I-JSON) section 2.
"""

from __future__ import annotations

import contextlib
import json
import math
import re
from typing import Any

import msgspec

DEPTH_MAX = 32
"""Objects and lists within one another. No shape needs more than six."""

# Strings, to be looked past: a bracket in one opens nothing. Every part is possessive and the closing quote
# may be missing, so that no text makes the scan try again from another quote.
_string = re.compile(rb'"(?:[^"\\]++|\\.)*+"?', re.DOTALL)
_brackets = bytes.maketrans(b"{}", b"[]")
_all_but_brackets = bytes(byte for byte in range(256) if byte not in b"[]{}")


class NotJSON(ValueError):
    """The text is no JSON document that we accept; says why, and repeats nothing of it."""


def read(body: bytes) -> dict[str, Any]:
    """Read a document, which must be an object.

    Raises:
        NotJSON: it is malformed, ambiguous, too deep, or no object.
    """
    if body.count(b'"') == 4 and body.startswith(b'{"') and body.endswith(b'"}') and b"\\" not in body:
        # One member with a text, which most reads are: nothing in it can occur twice, nest or escape. What this parser
        # refuses is refused below, in our words.
        with contextlib.suppress(ValueError):
            return msgspec.json.decode(body, type=dict[str, str])
    _refuse_depth(body)
    try:
        document = _decoder.decode(body.decode())
    except UnicodeDecodeError:
        raise NotJSON("the body is not UTF-8") from None
    except NotJSON:
        raise
    except ValueError:
        # Python's own words would say where, and for a number of more than 4,300 digits, how long.
        raise NotJSON("the body is not JSON") from None
    if type(document) is not dict:
        raise NotJSON("the body is not a JSON object")
    if b"\\u" in body:
        # Only an escape can bring one: UTF-8 has none.
        _refuse_surrogates(document)
    return document


def _refuse_depth(body: bytes) -> None:
    """Refuse nesting beyond `DEPTH_MAX`, before a recursive parser sees it.

    Nearly every request is let through by a count. Otherwise all but brackets is removed, and then one layer
    of empty pairs after the other; what is left after `DEPTH_MAX` layers was too deep, or never closed.
    """
    if body.count(b"[") + body.count(b"{") <= DEPTH_MAX:
        return
    left = _string.sub(b"", body).translate(_brackets, _all_but_brackets)
    for _ in range(DEPTH_MAX):
        before = len(left)
        left = left.replace(b"[]", b"")
        if not left:
            return
        if len(left) == before:
            break
    raise NotJSON(f"the body nests deeper than {DEPTH_MAX}, or does not close what it opens")


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise NotJSON("the body names a member twice")
    return members


def _finite(digits: str) -> float:
    number = float(digits)
    if math.isinf(number):
        raise NotJSON("the body holds a number that is too large")
    return number


def _constant(name: str) -> Any:
    raise NotJSON("the body holds a number that JSON does not have")


_decoder = json.JSONDecoder(object_pairs_hook=_once, parse_float=_finite, parse_constant=_constant)


def _refuse_surrogates(value: Any) -> None:
    """Refuse half of a surrogate pair in any name or text; at most `DEPTH_MAX` calls deep."""
    if type(value) is str:
        try:
            value.encode()
        except UnicodeEncodeError:
            raise NotJSON("the body holds half of a surrogate pair") from None
    elif type(value) is dict:
        for name, held in value.items():
            _refuse_surrogates(name)
            _refuse_surrogates(held)
    elif type(value) is list:
        for held in value:
            _refuse_surrogates(held)
