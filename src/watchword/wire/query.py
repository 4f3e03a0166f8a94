"""The AWS query protocol: shapes from a form, in a body or a URL, to XML.

A form names a member by its path: `Tags.member.1.Key=a`. Lists and maps are counted from 1. Members that a
shape does not know are ignored, and so are `Action`, `Version` and what a presigned URL adds. A name that
comes twice is refused: one reader takes the first, another the last.

Handled: what the generated shapes hold, also in EC2's form, whose lists are flat: `RegionName.1=us-east-1`.
Deliberately not: flattened lists and renamed members elsewhere, which the generator refuses to generate.

Source: Smithy, AWS query protocol; AWS EC2 query protocol.
"""

from __future__ import annotations

import base64
import binascii
import math
import re
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any
from urllib.parse import parse_qsl
from xml.sax.saxutils import escape

import msgspec
from msgspec import inspect

from watchword.api.errors import SerializationException
from watchword.api.operation import Operation, Protocol
from watchword.api.shape import Instant, Shape
from watchword.wire import iso

FORM_TYPE = "application/x-www-form-urlencoded"
CONTENT_TYPE = "text/xml"

FIELDS_MAX = 1_000
"""Names in one form."""
DEPTH_MAX = 32
"""Dots in one name, as in JSON's nesting."""

_whole = re.compile(r"-?\d{1,19}", re.ASCII)
_fraction = re.compile(r"-?\d{1,40}(?:\.\d{1,40})?(?:[eE][+-]?\d{1,3})?", re.ASCII)
# XML 1.0 cannot hold these at all, not even escaped.
_not_xml = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def fields(form: str | bytes) -> dict[str, str]:
    """Read a form, from a body or from the query of a URL.

    Raises:
        SerializationException: it is no form in UTF-8, has more than `FIELDS_MAX` names, or a name twice.
    """
    try:
        text = form.decode("ascii") if isinstance(form, bytes) else form
        pairs = parse_qsl(text, keep_blank_values=True, errors="strict", max_num_fields=FIELDS_MAX)
    except ValueError:
        # Not ASCII, percent signs that are no UTF-8, or too many.
        raise SerializationException("the request is not a form") from None
    read = dict(pairs)
    if len(read) != len(pairs):
        raise SerializationException("the form names a member twice")
    return read


def decode(operation: Operation, form: str | bytes) -> Shape:
    """Read an operation's request from a form.

    Raises:
        SerializationException: it is no form, or a member has a value of the wrong type.
    """
    flat = operation.service.protocol is Protocol.EC2
    request = _reader(operation.request, flat)(_tree(fields(form)), "")
    assert isinstance(request, operation.request)
    return request


# --- a form -----------------------------------------------------------------------------------------------

_Tree = dict[str, Any]
"""A form by the parts of its names: text at the leaves, trees above."""

_Read = Callable[[Any, str], Any]
"""From text or a tree, and its path for the words of a refusal, to a value."""


def _tree(form: Mapping[str, str]) -> _Tree:
    root: _Tree = {}
    for name, value in form.items():
        *above, last = name.split(".")
        if len(above) > DEPTH_MAX:
            raise SerializationException("the form has a name with too many parts")
        branch = root
        for part in above:
            branch = branch.setdefault(part, {})
            if not isinstance(branch, dict):
                raise SerializationException("the form gives one name a value and members")
        if last in branch:
            raise SerializationException("the form gives one name a value and members")
        branch[last] = value
    return root


@cache
def _reader(shape: type[Shape], flat: bool) -> _Read:
    """Compile how a structure is read; `flat`: the members of lists are named by their number alone."""
    readers = {
        field.encode_name: (field.name, _reader_of(inspect.type_info(field.type), flat=flat))
        for field in msgspec.structs.fields(shape)
    }

    def read(tree: Any, path: str) -> Shape:
        held = {}
        for wire_name, (name, reader) in readers.items():
            if wire_name in _branch(tree, path):
                held[name] = reader(tree[wire_name], f"{path}.{wire_name}" if path else wire_name)
        return shape(**held)

    return read


def _reader_of(kind: inspect.Type, *, flat: bool) -> _Read:
    match kind:
        case inspect.UnionType(types=(inner, inspect.NoneType())):
            return _reader_of(inner, flat=flat)
        case inspect.StructType(cls=shape):
            return _reader(shape, flat)
        case inspect.VarTupleType(item_type=item):
            return _list(_reader_of(item, flat=flat), flat=flat)
        case inspect.DictType(value_type=value):
            return _map(_reader_of(value, flat=flat))
        case inspect.IntType(ge=low, le=high):
            return _integer(low, high)
        case inspect.CustomType():
            return _leaf(_moment)
        case _:
            return _leaf(_LEAVES[type(kind)])


def _branch(tree: Any, path: str) -> _Tree:
    if not isinstance(tree, dict):
        raise _wrong(path)
    return tree


def _counted(tree: Any, path: str) -> list[Any]:
    """Return the members of a list or map, which are named 1, 2, 3 and so on without a gap."""
    branch = _branch(tree, path)
    counted = [branch[str(index)] for index in range(1, len(branch) + 1) if str(index) in branch]
    if len(counted) != len(branch):
        raise _wrong(path)
    return counted


def _list(reader: _Read, *, flat: bool) -> _Read:
    def read(tree: Any, path: str) -> tuple[Any, ...]:
        if tree == "":
            # How a client sends an empty list: `Tags=`.
            return ()
        held = tree if flat else _branch(tree, path).get("member", "")
        return tuple(reader(one, path) for one in _counted(held, path))

    return read


def _map(reader: _Read) -> _Read:
    def read(tree: Any, path: str) -> dict[str, Any]:
        if tree == "":
            return {}
        entries: dict[str, Any] = {}
        for entry in _counted(_branch(tree, path).get("entry", ""), path):
            pair = _branch(entry, path)
            key = pair.get("key")
            if not isinstance(key, str) or key in entries or "value" not in pair:
                raise _wrong(path)
            entries[key] = reader(pair["value"], path)
        return entries

    return read


def _leaf(convert: Callable[[str], Any]) -> _Read:
    def read(text: Any, path: str) -> Any:
        if not isinstance(text, str):
            raise _wrong(path)
        try:
            return convert(text)
        except ValueError:
            raise _wrong(path) from None

    return read


def _integer(low: int | None, high: int | None) -> _Read:
    def convert(text: str) -> int:
        if _whole.fullmatch(text) is None:
            raise ValueError
        number = int(text)
        if (low is not None and number < low) or (high is not None and number > high):
            raise ValueError
        return number

    return _leaf(convert)


def _bool(text: str) -> bool:
    if text not in ("true", "false"):
        raise ValueError
    return text == "true"


def _float(text: str) -> float:
    if _fraction.fullmatch(text) is None or math.isinf(number := float(text)):
        raise ValueError
    return number


def _blob(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except binascii.Error:
        raise ValueError from None


def _moment(text: str) -> Instant:
    return Instant(iso.read(text))


_LEAVES: Mapping[type, Callable[[str], Any]] = {
    inspect.StrType: str,
    inspect.BoolType: _bool,
    inspect.FloatType: _float,
    inspect.BytesType: _blob,
}


def _wrong(path: str) -> SerializationException:
    # The path is made of names that a shape knows, never of the caller's.
    return SerializationException(f"the form has a member of the wrong type at `{path}`")


# --- XML --------------------------------------------------------------------------------------------------


def encode(operation: Operation, shape: Shape | None, *, request_id: str) -> bytes:
    """Write an answer."""
    inner = "" if shape is None else members(shape)
    if operation.result_wrapper is not None:
        inner = f"<{operation.result_wrapper}>{inner}</{operation.result_wrapper}>"
    metadata = f"<ResponseMetadata><RequestId>{text(request_id)}</RequestId></ResponseMetadata>"
    name = f"{operation.name}Response"
    return f"<{name}{xmlns(operation.service.xml_namespace)}>{inner}{metadata}</{name}>\n".encode()


def error(code: str, message: str, *, status: int, request_id: str | None, namespace: str | None) -> bytes:
    """Write a refusal; before a request is complete it has no id."""
    blame = "Sender" if status < 500 else "Receiver"
    said = f"<Type>{blame}</Type><Code>{text(code)}</Code><Message>{text(message)}</Message>"
    mark = "" if request_id is None else f"<RequestId>{text(request_id)}</RequestId>"
    return f"<ErrorResponse{xmlns(namespace)}><Error>{said}</Error>{mark}</ErrorResponse>\n".encode()


def xmlns(namespace: str | None) -> str:
    return "" if namespace is None else f' xmlns="{text(namespace)}"'


def members(shape: Shape, *, item: str = "member") -> str:
    """Write what is in a structure; `item` is what stands around each member of a list."""
    written = []
    for name, wire_name in zip(shape.__struct_fields__, shape.__struct_encode_fields__, strict=True):
        value = getattr(shape, name)
        if value is not None:
            written.append(f"<{wire_name}>{_value(value, item)}</{wire_name}>")
    return "".join(written)


def _value(value: Any, item: str) -> str:
    match value:
        case Shape():
            return members(value, item=item)
        case bool():
            return "true" if value else "false"
        case str():
            return text(value)
        case bytes():
            return base64.b64encode(value).decode()
        case Instant():
            return iso.write(value)
        case tuple():
            return "".join(f"<{item}>{_value(one, item)}</{item}>" for one in value)
        case dict():
            return "".join(
                f"<entry><key>{text(key)}</key><value>{_value(one, item)}</value></entry>"
                for key, one in value.items()
            )
        case _:
            return str(value)


def text(plain: str) -> str:
    """Write a text into XML."""
    # A carriage return would come back as a line feed if it were not escaped (XML 1.0 section 2.11).
    return escape(_not_xml.sub("\ufffd", plain), {'"': "&quot;", "\r": "&#13;"})
