"""AWS JSON 1.1, and the bodies of REST services in JSON: shapes from and to the body of a POST.

Moments are numbers of epoch seconds with a fraction of milliseconds unless the model wants ISO 8601, blobs are
base64. Members that a shape does not know are ignored, as AWS ignores them; a member that is null is absent. A
value of the wrong type is a SerializationException that says where, and never what.

Source: Smithy, AWS JSON 1.1 protocol.
"""

from __future__ import annotations

import contextlib
from typing import Any

import msgspec

from watchword.api.errors import SerializationException
from watchword.api.operation import Operation
from watchword.api.shape import Instant, IsoInstant, Shape
from watchword.wire import iso, strict_json

CONTENT_TYPE = "application/x-amz-json-1.1"

INSTANT_MS_MAX = 253_402_300_799_999
"""The end of the year 9999: a moment beyond it has no date to be written as."""


def decode(operation: Operation, body: bytes) -> Shape:
    """Read an operation's request; an empty body is a request without members.

    Raises:
        SerializationException: the body is no JSON that we accept, or a member has a value of the wrong type.
    """
    request: Shape = read(operation.request, body)
    return request


def read(shape: type[Shape], body: bytes) -> Any:
    """Read one shape: of a request here, of an answer in our own clients. Returns an instance of `shape`."""
    try:
        document = strict_json.read(body) if body else {}
        return msgspec.convert(document, shape, dec_hook=_from_json)
    except strict_json.NotJSON as error:
        raise SerializationException(str(error)) from None
    except msgspec.ValidationError as error:
        # msgspec names the types and the path, with `[...]` for a map's key: nothing of the caller's.
        raise SerializationException(f"the body has a member of the wrong type: {error}") from None


def encode(shape: Shape | None) -> bytes:
    """Write an answer; an operation without one has an empty body."""
    return b"" if shape is None else _encoder.encode(shape)


def error(code: str, message: str, *, members: tuple[str, ...]) -> bytes:
    """Write a refusal, its text under each of `members`; a refusal without text has none of them."""
    return _encoder.encode({"__type": code} | _said(message, members))


def rest_error(message: str, *, members: tuple[str, ...]) -> bytes:
    """Write a REST service's refusal: its code is in a header."""
    return _encoder.encode(_said(message, members))


def _said(message: str, members: tuple[str, ...]) -> dict[str, str]:
    return dict.fromkeys(members, message) if message else {}


def _to_json(value: Any) -> float | str:
    if isinstance(value, IsoInstant):
        return iso.write(value)
    if isinstance(value, Instant):
        return value.ms / 1000
    raise NotImplementedError(f"no JSON for {type(value).__name__}")


def _from_json(kind: type, value: Any) -> Any:
    # A bool is an int to Python, and no moment to anybody.
    if kind is Instant and type(value) in (int, float) and 0 <= value * 1000 <= INSTANT_MS_MAX:
        return Instant(round(value * 1000))
    if kind is IsoInstant and type(value) is str:
        with contextlib.suppress(ValueError):
            return IsoInstant(iso.read(value))
    raise msgspec.ValidationError("Expected epoch seconds" if kind is Instant else "Expected ISO 8601")


_encoder = msgspec.json.Encoder(enc_hook=_to_json)
