"""The EC2 query protocol: the query protocol but for flat lists, lists of `item`, and refusals of its own form.

The names that it has on the wire are in the shapes: the generator spells them.

Source: Smithy, AWS EC2 query protocol; Amazon EC2 API Reference, Error codes.
"""

from __future__ import annotations

from collections.abc import Mapping

from watchword.api import errors
from watchword.api.errors import ApiError
from watchword.api.operation import Operation
from watchword.api.shape import Shape
from watchword.wire import query

NOT_VALIDATED = "AWS was not able to validate the provided access credentials"
"""All that EC2 tells whoever can't be believed."""
NOT_AUTHORIZED = "You are not authorized to perform this operation."

_SPELLED: Mapping[type[ApiError], tuple[str, int]] = {
    errors.AccessDeniedException: ("UnauthorizedOperation", 403),
    errors.ExpiredTokenException: ("RequestExpired", 400),
    errors.InvalidSignatureException: ("AuthFailure", 401),
    errors.ThrottlingException: ("RequestLimitExceeded", 503),
    errors.UnrecognizedClientException: ("AuthFailure", 401),
}
"""Code and status, where the other query services have others."""


def encode(operation: Operation, shape: Shape | None, *, request_id: str) -> bytes:
    """Write an answer."""
    inner = "" if shape is None else query.members(shape, item="item")
    mark = f"<requestId>{query.text(request_id)}</requestId>"
    name = f"{operation.name}Response"
    return f"<{name}{query.xmlns(operation.service.xml_namespace)}>{mark}{inner}</{name}>\n".encode()


def error(code: str, message: str, *, request_id: str | None) -> bytes:
    """Write a refusal; before a request is complete it has no id."""
    said = f"<Code>{query.text(code)}</Code><Message>{query.text(message)}</Message>"
    mark = "" if request_id is None else f"<RequestID>{query.text(request_id)}</RequestID>"
    return f"<Response><Errors><Error>{said}</Error></Errors>{mark}</Response>\n".encode()


def spelled(error: ApiError) -> tuple[str, int, str]:
    """Return the code, the status and the text of a refusal as EC2 has them."""
    code, status = _SPELLED.get(
        type(error), (error.query_code or error.code, error.query_status or error.status)
    )
    match error:
        case errors.AccessDeniedException():
            return code, status, f"{NOT_AUTHORIZED} {error.message}".strip()
        case errors.InvalidSignatureException() | errors.UnrecognizedClientException():
            return code, status, NOT_VALIDATED
        case _:
            return code, status, error.message
