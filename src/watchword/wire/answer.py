"""Answers and refusals as HTTP responses, in the protocol of the service that was asked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from watchword.api import table
from watchword.api.errors import ApiError
from watchword.api.http import HTTPResponse
from watchword.api.operation import Operation, Protocol, Service
from watchword.api.shape import Shape
from watchword.wire import json11, query

REQUEST_ID_HEADER = "x-amzn-RequestId"

_JSON_HEADERS = (("Content-Type", json11.CONTENT_TYPE),)
_XML_HEADERS = (("Content-Type", query.CONTENT_TYPE),)

# Errors that a model declares have one text member, spelled as the model says; those common to all services
# have been seen with either spelling, so they carry both.
_modelled = tuple({error for operation in table.OPERATIONS for error in operation.errors})
_BOTH_SPELLINGS = ("Message", "message")

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
    if operation.service.protocol is Protocol.JSON:
        headers = (*_JSON_HEADERS, (REQUEST_ID_HEADER, request_id))
        return HTTPResponse(status=200, headers=headers, body=json11.encode(shape))
    headers = (*_XML_HEADERS, (REQUEST_ID_HEADER, request_id))
    return HTTPResponse(
        status=200, headers=headers, body=query.encode(operation, shape, request_id=request_id)
    )


def refusal(asked: Service | Protocol | None, error: ApiError, request_id: str) -> HTTPResponse:
    """Write a refusal as the service spells it, or as its protocol does while the service is not known."""
    protocol = asked.protocol if isinstance(asked, Service) else asked
    if protocol is Protocol.QUERY:
        status = error.query_status or error.status
        body = query.error(
            error.query_code or error.code,
            error.message,
            status=status,
            request_id=request_id,
            namespace=asked.xml_namespace if isinstance(asked, Service) else None,
        )
        return HTTPResponse(
            status=status, headers=(*_XML_HEADERS, (REQUEST_ID_HEADER, request_id)), body=body
        )
    members: tuple[str, ...] = _BOTH_SPELLINGS
    if isinstance(asked, Service) and isinstance(error, _modelled):
        members = (asked.error_message_member,)
    return HTTPResponse(
        status=error.status,
        headers=(*_JSON_HEADERS, (REQUEST_ID_HEADER, request_id)),
        body=json11.error(error.code, error.message, members=members),
    )


def edge_refusal(
    headers: Sequence[tuple[str, str]], status: int, text: str, *, request_id: str | None = None
) -> HTTPResponse:
    """Write a refusal made before a request was complete, in the protocol that its headers reveal so far.

    `X-Amz-Target` belongs to JSON services, a form to query services; with neither it is JSON. The code is
    that of the status.
    """
    code = _EDGE_CODES.get(status, _EDGE_CODES[400] if status < 500 else _EDGE_CODES[500])
    mark = () if request_id is None else ((REQUEST_ID_HEADER, request_id),)
    if _is_query(headers):
        body = query.error(code, text, status=status, request_id=request_id, namespace=None)
        return HTTPResponse(status=status, headers=(*_XML_HEADERS, *mark), body=body)
    body = json11.error(code, text, members=_BOTH_SPELLINGS)
    return HTTPResponse(status=status, headers=(*_JSON_HEADERS, *mark), body=body)


def _is_query(headers: Sequence[tuple[str, str]]) -> bool:
    form = False
    for name, value in headers:
        match name.lower():
            case "x-amz-target":
                return False
            case "content-type":
                form = value.strip().lower().startswith(query.FORM_TYPE)
    return form
