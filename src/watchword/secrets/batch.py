"""BatchGetSecretValue: many reads in one request, each as if it were asked for alone.

Every secret goes through GetSecretValue and back through the gate in the caller's name, so that policy decides on each
and the trail shows each. What one of them is refused for stands in `Errors`, and the others go on; a fault, or custody
out of reach, fails the whole request, for clients fail over on 5xx alone.

Source: Secrets Manager API, BatchGetSecretValue; facts 1.2, 9.3.
"""

from __future__ import annotations

from collections.abc import Sequence

from watchword.api.call import Call
from watchword.api.errors import ApiError
from watchword.api.shapes import secretsmanager as sm
from watchword.api.shapes.secretsmanager import InvalidNextTokenException, InvalidParameterException
from watchword.envelope.refused import EnvelopeRefused
from watchword.envelope.token import open_token, seal_token
from watchword.secrets import refusals
from watchword.secrets.listing import TokenKey
from watchword.secrets.store import SecretStore

PAGE_DEFAULT = 20
"""The most that one page may hold."""


def batch_get_secret_value(
    request: sm.BatchGetSecretValueRequest, _found: None, call: Call[SecretStore], *, token_key: TokenKey
) -> sm.BatchGetSecretValueResponse:
    """Read the current value of each secret that is listed, or of a page of those that filters find.

    Raises:
        InvalidParameterException: both a list and filters, or neither; a page's size without filters.
        InvalidNextTokenException: the token was not made by this Region for this very query.
    """
    # No filter at all is none given: it would mean every secret of the account.
    if bool(request.secret_id_list) == bool(request.filters):
        raise InvalidParameterException(refusals.IDS_OR_FILTERS)
    if not request.filters:
        if request.max_results is not None:
            raise InvalidParameterException(refusals.PAGE_WITHOUT_FILTERS)
        if request.next_token is not None:
            # A list has one page: no token was ever given for it.
            raise InvalidNextTokenException(refusals.BAD_PAGE_TOKEN)
        # What is listed twice is read once.
        return _read(list(dict.fromkeys(request.secret_id_list or ())), None, call)
    secret_ids, next_token = _filtered(request, call, token_key=token_key)
    return _read(secret_ids, next_token, call)


def _filtered(
    request: sm.BatchGetSecretValueRequest, call: Call[SecretStore], *, token_key: TokenKey
) -> tuple[list[str], str | None]:
    """The ARNs of one page, through ListSecrets: whoever uses filters needs that permission too (facts 8.2).

    ListSecrets binds its token to filters and account. It is sealed once more, for it must open here alone.
    """
    purpose = f"BatchGetSecretValue/{call.account}"
    token = None
    if request.next_token is not None:
        try:
            token = open_token(token_key(), request.next_token, purpose=purpose).decode()
        except EnvelopeRefused as error:
            raise InvalidNextTokenException(refusals.BAD_PAGE_TOKEN) from error
    listed: sm.ListSecretsResponse = call.invoke(
        sm.LIST_SECRETS,
        sm.ListSecretsRequest(
            filters=request.filters, max_results=request.max_results or PAGE_DEFAULT, next_token=token
        ),
    )
    after = None
    if listed.next_token is not None:
        after = seal_token(token_key(), listed.next_token.encode(), purpose=purpose, entropy=call.entropy)
    return [entry.arn or "" for entry in listed.secret_list or ()], after


def _read(
    secret_ids: Sequence[str], next_token: str | None, call: Call[SecretStore]
) -> sm.BatchGetSecretValueResponse:
    values: list[sm.SecretValueEntry] = []
    errors: list[sm.APIErrorType] = []
    for secret_id in secret_ids:
        try:
            read: sm.GetSecretValueResponse = call.invoke(
                sm.GET_SECRET_VALUE, sm.GetSecretValueRequest(secret_id=secret_id)
            )
        except ApiError as error:
            if error.status >= 500:
                raise
            errors.append(sm.APIErrorType(secret_id=secret_id, error_code=error.code, message=error.message))
        else:
            values.append(
                sm.SecretValueEntry(
                    arn=read.arn,
                    name=read.name,
                    version_id=read.version_id,
                    secret_binary=read.secret_binary,
                    secret_string=read.secret_string,
                    version_stages=read.version_stages,
                    created_date=read.created_date,
                )
            )
    return sm.BatchGetSecretValueResponse(
        secret_values=tuple(values), next_token=next_token, errors=tuple(errors)
    )
