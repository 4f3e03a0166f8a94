"""Requests as shapes, in the protocol of the service that was asked."""

from __future__ import annotations

from watchword.api.http import HTTPRequest
from watchword.api.operation import Operation, Protocol
from watchword.api.shape import Shape
from watchword.wire import json11, query


def form_of(request: HTTPRequest) -> str | bytes:
    """Return where a query service's form is: the URL's query of a GET (a presigned URL), else the body.

    One place and never both, so that whoever routes by `Action` reads the form that is decoded later.
    """
    return request.query if request.method == "GET" else request.body


def decode(operation: Operation, request: HTTPRequest) -> Shape:
    """Read an operation's request.

    Raises:
        SerializationException: it is not a document of the service's protocol, or a member has a value of the
        wrong
            type.
    """
    if operation.service.protocol in (Protocol.JSON, Protocol.REST_JSON):
        return json11.decode(operation, request.body)
    return query.decode(operation, form_of(request))
