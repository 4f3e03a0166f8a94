"""Which secret does this request mean? Source: facts 2.3."""

from __future__ import annotations

from functools import partial
from typing import Protocol

import msgspec

from watchword.api.call import Found, Scope
from watchword.api.shapes import secretsmanager as sm
from watchword.api.shapes.secretsmanager import InvalidRequestException
from watchword.secrets import conditions, names, policies, refusals
from watchword.secrets.model import Secret
from watchword.secrets.store import SecretStore


class NamesSecret(Protocol):
    """A request that names one secret."""

    @property
    def secret_id(self) -> str | None: ...


class MakesVersion(NamesSecret, Protocol):
    """A request that names one secret and may make a version of it."""

    @property
    def client_request_token(self) -> str | None: ...


def find_nothing(_request: object, _scope: Scope, _store: SecretStore) -> Found[None]:
    return Found(resource=None, arn="*")


def find_secret(request: NamesSecret, scope: Scope, store: SecretStore) -> Found[Secret | None]:
    """The secret, by name, by full ARN, or by an ARN without its suffix; by ARN also one of another account.

    Whether the caller may know of that is for both accounts' policies to say (decision 0008).

    Raises:
        ValidationException: the identifier is neither a name nor an ARN.
    """
    secret_id = request.secret_id or ""
    meant = names.parse(secret_id)
    secret = None
    if _is_here(meant, scope):
        secret = store.secret_named(scope.account if meant.account is None else meant.account, meant.name)
    if secret is None or meant.suffix not in (None, secret.suffix):
        return Found(resource=None, arn=secret_id, missing=refusals.not_found())
    return Found(
        resource=secret,
        arn=secret.arn,
        tags=secret.tags or {},
        policy=policies.deciding(secret),
        facts=partial(conditions.of_secret, secret),
    )


def find_own_secret(request: NamesSecret, scope: Scope, store: SecretStore) -> Found[Secret | None]:
    """As `find_secret`, of the caller's account alone: what it may do no other account can permit."""
    secret_id = request.secret_id or ""
    if names.parse(secret_id).account in (None, scope.account):
        return find_secret(request, scope, store)
    return Found(resource=None, arn=secret_id, missing=refusals.not_found())


def find_secret_to_update(
    request: sm.UpdateSecretRequest, scope: Scope, store: SecretStore
) -> Found[Secret | None]:
    """As `find_secret_to_put`; policy may also ask for the key that the request names."""
    found = find_secret_to_put(request, scope, store)
    of_secret = found.facts
    # A key that is named without an account is one of the secret's.
    account = scope.account if found.resource is None else found.resource.account

    def facts() -> conditions.Facts:
        of_key = conditions.of_key(request, scope.place, store, account=account)
        return {**(of_secret() if of_secret else {}), **of_key}

    return msgspec.structs.replace(found, facts=facts)


def find_secret_to_put(request: MakesVersion, scope: Scope, store: SecretStore) -> Found[Secret | None]:
    """As `find_secret`; a missing token is told before whether the secret exists (facts 1.16, 1.24)."""
    if request.client_request_token is None:
        raise InvalidRequestException(refusals.NEED_TOKEN)
    return find_secret(request, scope, store)


def find_secret_or_none(
    request: sm.DeleteSecretRequest, scope: Scope, store: SecretStore
) -> Found[Secret | None]:
    """As `find_secret`, but a forced deletion of what is not there is no error. Source: facts 1.6."""
    found = find_secret(request, scope, store)
    if found.resource is None and request.force_delete_without_recovery:
        return Found(resource=None, arn=found.arn)
    return found


def find_name(request: sm.CreateSecretRequest, scope: Scope, store: SecretStore) -> Found[Secret | None]:
    """Whatever holds the name that is to be created, and the ARN that policy decides on."""
    name = request.name or ""
    names.check_name(name)
    place = scope.place
    arn = f"arn:{place.partition}:secretsmanager:{place.region}:{scope.account}:secret:{name}"
    held = store.secret_named(scope.account, name)
    return Found(
        resource=held,
        arn=arn,
        facts=lambda: conditions.of_key(request, place, store, account=scope.account),
    )


def _is_here(meant: names.SecretId, scope: Scope) -> bool:
    """An ARN of another Region or partition names nothing here; a bare name always means this Region."""
    place = scope.place
    return meant.region is None or (meant.partition, meant.region) == (place.partition, place.region)
