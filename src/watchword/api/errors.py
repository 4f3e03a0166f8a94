"""Refusals: what a caller is told, in AWS's code and AWS's words.

An `ApiError` is raised by a rule and written by `wire`. The errors that a service's model declares are generated into
`api/shapes/<service>.py`; here are the ones common to all services (`facts`: SigV4 and common errors). A JSON service
and a query service spell the same refusal differently, so each class carries both spellings.
"""

from __future__ import annotations

from typing import ClassVar


class ApiError(Exception):
    """A refusal with AWS's code. The message never contains a value, key or token of a secret."""

    code: ClassVar[str] = "InternalFailure"
    status: ClassVar[int] = 400
    query_code: ClassVar[str | None] = None
    """The spelling of query services, where it differs."""
    query_status: ClassVar[int | None] = None
    """Its status there and in REST services, where it differs."""

    def __init__(self, message: str = "") -> None:
        super().__init__(message)
        self.message = message


class AccessDeniedException(ApiError):
    code = "AccessDeniedException"
    query_code = "AccessDenied"
    query_status = 403


class ExpiredTokenException(ApiError):
    code = "ExpiredTokenException"
    query_code = "ExpiredToken"
    query_status = 403


class IncompleteSignatureException(ApiError):
    code = "IncompleteSignatureException"
    query_code = "IncompleteSignature"


class InvalidSignatureException(ApiError):
    """Wrong signature, outside the time window, or a scope that names another Region or service."""

    code = "InvalidSignatureException"
    query_code = "SignatureDoesNotMatch"
    query_status = 403


class MissingAuthenticationTokenException(ApiError):
    code = "MissingAuthenticationTokenException"
    query_code = "MissingAuthenticationToken"
    query_status = 403


class UnrecognizedClientException(ApiError):
    """Unknown access key, a token that does not open, or a Region that the account has not enabled."""

    code = "UnrecognizedClientException"
    query_code = "InvalidClientTokenId"
    query_status = 403


class SerializationException(ApiError):
    """The body is not a document of the operation's protocol."""

    code = "SerializationException"
    query_code = "MalformedInput"


class ThrottlingException(ApiError):
    code = "ThrottlingException"
    query_code = "Throttling"


class UnknownOperationException(ApiError):
    code = "UnknownOperationException"
    query_code = "InvalidAction"


class ValidationException(ApiError):
    code = "ValidationException"
    query_code = "ValidationError"


class RequestEntityTooLargeException(ApiError):
    code = "RequestEntityTooLargeException"
    status = 413


class InternalFailure(ApiError):
    """A fault of ours. The message carries a reference for the operator and nothing else."""

    code = "InternalFailure"
    status = 500


class ServiceUnavailable(ApiError):
    """Degraded: custody, store or trail is out of reach. Clients fail over on 5xx only, so this is never a 4xx."""

    code = "ServiceUnavailable"
    status = 503
