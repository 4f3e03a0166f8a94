"""Step 1 of the gate: a request names one operation of one service. Pure."""

from __future__ import annotations

from watchword.api import table
from watchword.api.errors import ApiError, UnknownOperationException
from watchword.api.http import HTTPRequest
from watchword.api.operation import Operation, Protocol, Service
from watchword.wire import query
from watchword.wire.question import form_of
from watchword.wire.spoken import spoken


class Unroutable(Exception):
    """No operation is named; `asked` says in which protocol, or service, to say so."""

    def __init__(self, asked: Service | Protocol | None, error: ApiError) -> None:
        super().__init__(error.code)
        self.asked = asked
        self.error = error


def route(request: HTTPRequest, *, internal: bool = False) -> Operation:
    """Return the operation that a request names.

    A JSON service is named by `X-Amz-Target`; a REST service by the path; a query service by `Version` and `Action`, in the
    body of a POST or in the URL of a GET. `internal` admits our own operations, on the peer port alone.

    Raises:
        Unroutable: UnknownOperationException, as AWS answers whatever it does not know; never HTML, never 5xx.
    """
    target = request.header("x-amz-target")
    if target is not None:
        operation = table.by_target(target, internal=internal)
        if operation is None or (internal and not operation.service.internal):
            raise Unroutable(table.service_of_target(target) or Protocol.JSON, UnknownOperationException())
        if request.method != "POST" or request.path != "/" or request.query:
            raise Unroutable(operation.service, UnknownOperationException())
        return operation
    operation = table.by_path(request.path)
    if operation is not None:
        if request.method != "POST" or request.query:
            raise Unroutable(operation.service, UnknownOperationException())
        return operation
    content_type = (request.header("content-type") or "").lower()
    if request.method == "GET" or content_type.startswith(query.FORM_TYPE):
        return _by_action(request)
    raise Unroutable(spoken(request.headers), UnknownOperationException())


def _by_action(request: HTTPRequest) -> Operation:
    # The form of a GET is in the URL, and no header tells of it.
    spoken_ = Protocol.QUERY if request.method == "GET" else spoken(request.headers)
    if request.path != "/" or request.method not in ("GET", "POST"):
        raise Unroutable(spoken_, UnknownOperationException())
    try:
        form = query.fields(form_of(request))
    except ApiError as error:
        raise Unroutable(spoken_, error) from error
    action, version = form.get("Action", ""), form.get("Version", "")
    service = table.service_of_version(version)
    operation = None if service is None else table.by_action(service.name, version, action)
    if operation is None:
        # What AWS says of it. Names of the caller's own invention are not repeated.
        raise Unroutable(
            service or spoken_,
            UnknownOperationException("Could not find operation for that action and version"),
        )
    return operation
