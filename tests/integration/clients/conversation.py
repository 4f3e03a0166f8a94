"""How a test talks to a client that lives in another environment: one JSON document a line, both ways.

A program in that environment offers functions to `converse`; the test asks for one of them at a time and judges what it
says. Nothing but the standard library may be imported here: it is all that every environment has.

    -> {"ask": "get_secret", "with": {"name": "db"}}
    <- {"said": {"user": "app"}}    or    {"raised": {"class": "…", "code": "…", "message": "…", "status": 400}}

Bytes are {"bytes": BASE64}, a moment is {"moment": SECONDS}.
"""

from __future__ import annotations

import base64
import json
import sys
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any


def converse(functions: Mapping[str, Callable[..., Any]]) -> None:
    """Answer one line after the other until the input ends."""
    for line in sys.stdin:
        asked = json.loads(line, object_hook=from_document)
        try:
            answer = {"said": functions[asked["ask"]](**asked["with"])}
        except Exception as error:  # noqa: BLE001 - how a client fails is what the test wants to know
            answer = {"raised": told(error)}
        print(json.dumps(answer, default=to_document), flush=True)


def told(error: BaseException) -> dict[str, object]:
    """Name the class of an exception, its words, and what AWS said if botocore raised it."""
    response: dict[str, Any] = getattr(error, "response", {})
    said = response.get("Error", {})
    return {
        "class": type(error).__name__,
        "code": said.get("Code"),
        "message": said.get("Message", str(error)),
        "status": response.get("ResponseMetadata", {}).get("HTTPStatusCode"),
    }


def to_document(value: object) -> dict[str, object]:
    """What json has no form for."""
    if isinstance(value, bytes):
        return {"bytes": base64.b64encode(value).decode()}
    assert isinstance(value, datetime), type(value)
    return {"moment": value.timestamp()}


def from_document(document: dict[str, Any]) -> Any:
    """`to_document`, read back; a moment stays a number, which a test can compare."""
    if document.keys() == {"bytes"}:
        return base64.b64decode(document["bytes"])
    if document.keys() == {"moment"}:
        return document["moment"]
    return document
