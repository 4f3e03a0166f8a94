"""Which key does this request mean?

A KeyId is a key id, a key ARN, an alias name or an alias ARN; aliases only where the API says so (cryptographic
operations and DescribeKey, not EnableKey and DisableKey). Source: KMS developer guide, key identifiers; facts A.2.
"""

from __future__ import annotations

import re

from watchword.api.call import Found, Scope
from watchword.api.errors import ApiError
from watchword.api.shapes import kms, watchword
from watchword.envelope.ciphertext import header
from watchword.envelope.refused import EnvelopeRefused
from watchword.keys.model import KMSKey
from watchword.keys.store import KeyStore

KEY_ID = re.compile(r"(mrk-[0-9a-f]{32}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})")
AWS_ALIAS_PREFIX = "alias/aws/"
SECRETS_ALIAS = "alias/aws/secretsmanager"
INCORRECT_KEY = "The key ID in the request does not identify a CMK that can perform this operation."


def find_nothing(_request: kms.CreateKeyRequest, _scope: Scope, _store: KeyStore) -> Found[None]:
    return Found(resource=None, arn="*")


def find_key(
    request: kms.EnableKeyRequest | kms.DisableKeyRequest, scope: Scope, store: KeyStore
) -> Found[KMSKey | None]:
    """A key by its id or ARN; an alias is refused."""
    return named(request.key_id or "", scope, store, aliases=False)


def find_key_or_alias(
    request: kms.DescribeKeyRequest
    | kms.GenerateDataKeyRequest
    | kms.EncryptRequest
    | watchword.OpenFromRegionRequest,
    scope: Scope,
    store: KeyStore,
) -> Found[KMSKey | None]:
    return named(request.key_id or "", scope, store, aliases=True)


def find_key_of_ciphertext(
    request: kms.DecryptRequest | watchword.SealForRegionRequest, scope: Scope, store: KeyStore
) -> Found[KMSKey | None]:
    """The key that a ciphertext names; a KeyId beside it must mean the same one.

    Raises:
        InvalidCiphertextException: no ciphertext of ours.
    """
    try:
        arn = header(request.ciphertext_blob or b"").key_arn
    except EnvelopeRefused as error:
        raise kms.InvalidCiphertextException from error
    found = named(arn, scope, store, aliases=False)
    if request.key_id:
        meant = named(request.key_id, scope, store, aliases=True)
        if meant.missing is not None:
            return meant
        if meant.arn != found.arn:
            # Which key an alias means is found, so only who may use that key is told.
            return _missing(meant.arn, kms.IncorrectKeyException(INCORRECT_KEY))
    return found


def named(key_id: str, scope: Scope, store: KeyStore, *, aliases: bool) -> Found[KMSKey | None]:
    """Resolve a KeyId in this Region and the caller's account."""
    place = scope.place
    prefix = f"arn:{place.partition}:kms:{place.region}:{scope.account}:"
    tail = key_id
    if key_id.startswith(f"{prefix}key/"):
        # What every ciphertext names: the ARN of a key that is here.
        key = store.key(scope.account, key_id.removeprefix(f"{prefix}key/"))
        if key is not None:
            return _found(key)
    if key_id.startswith("arn:"):
        parts = key_id.split(":", 5)
        if len(parts) != 6 or parts[2] != "kms":
            return _missing(key_id, kms.NotFoundException(f"Invalid keyId '{key_id}'"))
        if parts[3] != place.region or parts[1] != place.partition:
            return _missing(key_id, kms.NotFoundException(f"Invalid arn {parts[3]}"))
        if parts[4] != scope.account:
            return _missing(key_id, kms.NotFoundException(f"Key '{key_id}' does not exist"))
        tail = parts[5]
    if tail.startswith("alias/"):
        if not aliases:
            return _missing(key_id, kms.NotFoundException(f"Invalid keyId '{key_id}'"))
        key = store.key_of_alias(scope.account, tail)
        if key is None and tail == SECRETS_ALIAS:
            # Made at its first use by Secrets Manager; the operation decides whether this is one.
            return Found(resource=None, arn=prefix + tail)
        missing = kms.NotFoundException(f"Alias {prefix}{tail} is not found.")
        return _found(key) if key is not None else _missing(prefix + tail, missing)
    tail = tail.removeprefix("key/") if key_id.startswith("arn:") else tail
    if not KEY_ID.fullmatch(tail):
        return _missing(key_id, kms.NotFoundException(f"Invalid keyId '{key_id}'"))
    key = store.key(scope.account, tail)
    if key is not None:
        return _found(key)
    return _missing(f"{prefix}key/{tail}", kms.NotFoundException(f"Key '{prefix}key/{tail}' does not exist"))


def _found(key: KMSKey) -> Found[KMSKey | None]:
    return Found(resource=key, arn=key.arn, tags=key.tags)


def _missing(arn: str, error: ApiError) -> Found[KMSKey | None]:
    return Found(resource=None, arn=arn, missing=error)
