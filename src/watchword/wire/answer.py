"""Answers and refusals as HTTP responses, in the protocol of the service that was asked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec

from watchword.api import table
from watchword.api.errors import ApiError, UnknownOperationException
from watchword.api.http import HTTPResponse
from watchword.api.operation import Operation, Protocol, Service
from watchword.api.shape import Shape
from watchword.wire import ec2, json11, query
from watchword.wire.spoken import REST_TYPE, spoken

REQUEST_ID_HEADER = "x-amzn-RequestId"
ERROR_HEADER = "x-amzn-ErrorType"
"""Where a REST service's refusal has its code."""

_CONTENT_TYPES: Mapping[Protocol, tuple[str, str]] = {
    Protocol.JSON: ("Content-Type", json11.CONTENT_TYPE),
    Protocol.REST_JSON: ("Content-Type", REST_TYPE),
    Protocol.QUERY: ("Content-Type", query.CONTENT_TYPE),
    Protocol.EC2: ("Content-Type", query.CONTENT_TYPE),
}

# Errors that a model declares have one text member, spelled as the model says; those common to all services
# have been seen with either spelling, so they carry both.
_modelled = tuple({error for operation in table.OPERATIONS for error in operation.errors})
_BOTH_SPELLINGS = ("Message", "message")

_NO_SUCH_PATH = 404
"""What a REST service answers where the others have 400: no operation has this path."""

_EDGE_CODES: Mapping[int, str] = {
    400: "MalformedHttpRequestException",
    408: "RequestTimeoutException",
    413: "RequestEntityTooLargeException",
    414: "MalformedHttpRequestException",
    431: "MalformedHttpRequestException",
    500: "InternalFailure",
    503: "ServiceUnavailable",
}
"""Source: Common errors of each service's API reference; 414 and 431 are not in it and read as their kin."""


def answer(operation: Operation, shape: Shape | None, request_id: str) -> HTTPResponse:
    """Write the answer of an operation that succeeded."""
    protocol = operation.service.protocol
    match protocol:
        case Protocol.JSON | Protocol.REST_JSON:
            body = json11.encode(shape)
        case Protocol.QUERY:
            body = query.encode(operation, shape, request_id=request_id)
        case Protocol.EC2:
            body = ec2.encode(operation, shape, request_id=request_id)
    return _response(protocol, 200, body, request_id)


def refusal(asked: Service | Protocol | None, error: ApiError, request_id: str) -> HTTPResponse:
    """Write a refusal as the service spells it, or as its protocol does while the service is not known."""
    service = asked if isinstance(asked, Service) else None
    protocol = service.protocol if service is not None else asked or Protocol.JSON
    assert isinstance(protocol, Protocol)
    code, status, text = _spelled(protocol, error)
    members: tuple[str, ...] = _BOTH_SPELLINGS
    if service is not None and isinstance(error, _modelled):
        members = (service.error_message_member,)
    return _refused(protocol, code, text, status=status, request_id=request_id, of=service, members=members)


def _spelled(protocol: Protocol, error: ApiError) -> tuple[str, int, str]:
    """Return the code, the status and the text of a refusal as its protocol has them."""
    match protocol:
        case Protocol.JSON:
            return error.code, error.status, error.message
        case Protocol.REST_JSON if isinstance(error, UnknownOperationException):
            return error.code, _NO_SUCH_PATH, error.message
        case Protocol.REST_JSON:
            return error.code, error.query_status or error.status, error.message
        case Protocol.QUERY:
            return error.query_code or error.code, error.query_status or error.status, error.message
        case Protocol.EC2:
            return ec2.spelled(error)


def edge_refusal(
    headers: Sequence[tuple[str, str]], status: int, text: str, *, request_id: str | None = None
) -> HTTPResponse:
    """Write a refusal made before a request was complete, in the protocol that its headers reveal so far.

    The code is that of the status.
    """
    code = _EDGE_CODES.get(status, _EDGE_CODES[400] if status < 500 else _EDGE_CODES[500])
    return _refused(spoken(headers), code, text, status=status, request_id=request_id)


def _refused(
    protocol: Protocol,
    code: str,
    text: str,
    *,
    status: int,
    request_id: str | None,
    of: Service | None = None,
    members: tuple[str, ...] = _BOTH_SPELLINGS,
) -> HTTPResponse:
    """Write a refusal whose code, status and text are what its protocol has."""
    match protocol:
        case Protocol.JSON:
            body = json11.error(code, text, members=members)
        case Protocol.REST_JSON:
            body = json11.rest_error(text, members=members)
        case Protocol.QUERY:
            namespace = None if of is None else of.xml_namespace
            body = query.error(code, text, status=status, request_id=request_id, namespace=namespace)
        case Protocol.EC2:
            body = ec2.error(code, text, request_id=request_id)
    response = _response(protocol, status, body, request_id)
    if protocol is Protocol.REST_JSON:
        return msgspec.structs.replace(response, headers=(*response.headers, (ERROR_HEADER, code)))
    return response


def _response(protocol: Protocol, status: int, body: bytes, request_id: str | None) -> HTTPResponse:
    mark = () if request_id is None else ((REQUEST_ID_HEADER, request_id),)
    return HTTPResponse(status=status, headers=(_CONTENT_TYPES[protocol], *mark), body=body)
