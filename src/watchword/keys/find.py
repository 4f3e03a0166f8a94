"""Which key does this request mean?

A KeyId is a key id, a key ARN, an alias name or an alias ARN; aliases only where the API says so (cryptographic
operations and DescribeKey, not EnableKey and DisableKey). Source: KMS developer guide, key identifiers; facts A.2.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Protocol

import msgspec

from watchword.api.call import Found, Granting, PrincipalKind, Scope
from watchword.api.errors import ApiError, ValidationException
from watchword.api.operation import ConditionKey
from watchword.api.shape import Shape
from watchword.api.shapes import kms, watchword
from watchword.envelope import ciphertext
from watchword.envelope.ciphertext import header
from watchword.envelope.refused import EnvelopeRefused
from watchword.keys import conditions, grants, policies
from watchword.keys.model import Alias, Grant, KeyManager, KMSKey
from watchword.keys.refusals import ALIAS_OF_ALIAS, ALIAS_PREFIX_MISSING, INCORRECT_KEY, alias_missing
from watchword.keys.store import KeyNames, KeyStore

KEY_ID = re.compile(r"(mrk-[0-9a-f]{32}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})")
AWS_ALIAS_PREFIX = "alias/aws/"
SECRETS_ALIAS = "alias/aws/secretsmanager"
replace_found = msgspec.structs.replace

GRANTS_READ = 100
"""At once. Most have one or two; nobody has more than a key's quota."""
GRANT_ID = re.compile(r"[0-9a-f]{64}")
WRONG_GRANT_ID = "a grant id has 64 hexadecimal digits"

OpenGrantToken = Callable[[str], tuple[str, str, str]]
"""Account, key id and grant id of the grant that a token was given out with; InvalidGrantTokenException if none was."""


def _of_source(key: ConditionKey) -> ConditionKey:
    member = key.member
    return key if member is None else replace(key, member=member.replace("destination_", "source_"))


RE_ENCRYPT_FROM = replace(
    kms.RE_ENCRYPT,
    action="kms:ReEncryptFrom",
    resource_member="source_key_id",
    condition_keys=tuple(map(_of_source, kms.RE_ENCRYPT.condition_keys)),
)
"""The permission on the key that opens; ReEncrypt itself asks for the one on the key that seals."""


CREATE_REPLICA = replace(
    kms.CREATE_KEY,
    condition_keys=tuple(
        key if key.member in kms.ReplicateKeyRequest.__struct_fields__ else replace(key, member=None)
        for key in kms.CREATE_KEY.condition_keys
    ),
)
"""The permission that ReplicateKey needs in the replica's Region; what its request does not say, the primary key does."""
_WITH_CONTEXT = (
    kms.EncryptRequest,
    kms.GenerateDataKeyRequest,
    kms.GenerateDataKeyWithoutPlaintextRequest,
    watchword.OpenFromRegionRequest,
)
"""Requests that name a key and have an encryption context, which grants may constrain."""


class NamesKey(Protocol):
    """A request that names a key by its id or ARN."""

    @property
    def key_id(self) -> str | None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class AliasAndKey:
    """What a change of an alias is about: the alias as it stands, and the key that it shall name."""

    name: str
    alias: Alias | None
    key: KMSKey | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceAndDestination:
    source: KMSKey
    destination: KMSKey


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyAndGrant:
    key: KMSKey
    grant: Grant


def find_nothing(_request: Shape, _scope: Scope, _store: KeyNames) -> Found[None]:
    return Found(resource=None, arn="*")


def find_key(request: NamesKey, scope: Scope, store: KeyNames) -> Found[KMSKey | None]:
    """A key by its id or ARN; an alias is refused."""
    return named(request.key_id or "", scope, store, aliases=False)


def find_key_across(request: NamesKey, scope: Scope, store: KeyNames) -> Found[KMSKey | None]:
    """As `find_key`; by its ARN also a key of another account. Source: KMS API, "Cross-account use" of each operation."""
    return named(request.key_id or "", scope, store, aliases=False, across=True)


def find_key_to_make(request: kms.CreateKeyRequest, _scope: Scope, _store: KeyStore) -> Found[None]:
    return Found(resource=None, arn="*", facts=lambda: conditions.of_new_key(request))


def find_key_to_replicate(
    request: kms.ReplicateKeyRequest, scope: Scope, store: KeyNames
) -> Found[KMSKey | None]:
    """The primary key; the replica needs the permission to make a key in its Region (ReplicateKey, required permissions)."""
    found = named(request.key_id or "", scope, store, aliases=False)
    key = found.resource
    if key is None:
        return found
    made: Found[None] = Found(
        resource=None,
        arn="*",
        region=request.replica_region,
        facts=lambda: conditions.of_replica(key),
    )
    return replace_found(found, also=((CREATE_REPLICA, made),))


def arn_in(key: KMSKey, region: str) -> str:
    """The ARN of a multi-Region key in one of its Regions."""
    return f"arn:{key.partition}:kms:{region}:{key.account}:key/{key.key_id}"


def find_key_to_grant(request: kms.CreateGrantRequest, scope: Scope, store: KeyNames) -> Found[KMSKey | None]:
    found = named(request.key_id or "", scope, store, aliases=False, across=True)
    key, of_key = found.resource, found.facts
    if key is None:
        return found
    return replace_found(
        found,
        grants=_grants_to(scope, key, store, wanted=grants.asked_for(request, key)),
        facts=lambda: {**(of_key() if of_key else {}), **conditions.of_grant(request)},
    )


def find_key_or_alias(request: NamesKey, scope: Scope, store: KeyNames) -> Found[KMSKey | None]:
    context = request.encryption_context if isinstance(request, _WITH_CONTEXT) else None
    return named(request.key_id or "", scope, store, aliases=True, context=context, across=True)


def find_key_if_named(request: kms.ListAliasesRequest, scope: Scope, store: KeyStore) -> Found[KMSKey | None]:
    """The permission to list aliases is on no key, whichever is named."""
    if request.key_id is None:
        return Found(resource=None, arn="*")
    found = named(request.key_id, scope, store, aliases=False)
    return Found(resource=found.resource, arn="*", missing=found.missing)


def find_key_of_ciphertext(
    request: kms.DecryptRequest | watchword.SealForRegionRequest, scope: Scope, store: KeyNames
) -> Found[KMSKey | None]:
    """The key that a ciphertext names; a KeyId beside it must mean the same one.

    Raises:
        InvalidCiphertextException: no ciphertext of ours.
    """
    context = request.encryption_context
    if isinstance(request, kms.DecryptRequest) and request.dry_run and _is_without_ciphertext(request):
        return named(request.key_id or "", scope, store, aliases=True, context=context, across=True)
    return _of_ciphertext(request.ciphertext_blob, request.key_id, scope, store, context=context)


def _is_without_ciphertext(request: kms.DecryptRequest | kms.ReEncryptRequest) -> bool:
    """A dry run may be asked for without a ciphertext; then it has to name the key. Source: DryRunModifiers."""
    return bool(request.dry_run) and "IGNORE_CIPHERTEXT" in (request.dry_run_modifiers or ())


def _of_ciphertext(
    blob: bytes | None,
    key_id: str | None,
    scope: Scope,
    store: KeyNames,
    *,
    context: Mapping[str, str] | None,
) -> Found[KMSKey | None]:
    try:
        arn = ciphertext.arn_in(header(blob or b"").key_arn, scope.place.region)
    except EnvelopeRefused as error:
        raise kms.InvalidCiphertextException from error
    found = named(arn, scope, store, aliases=False, context=context, across=True)
    if key_id:
        meant = named(key_id, scope, store, aliases=True, across=True)
        if meant.missing is not None:
            return meant
        if meant.arn != found.arn:
            # Which key an alias means is found, so only who may use that key is told.
            return _missing(meant.arn, kms.IncorrectKeyException(INCORRECT_KEY))
    return found


def find_source_and_destination(
    request: kms.ReEncryptRequest, scope: Scope, store: KeyNames
) -> Found[SourceAndDestination | None]:
    """The key that a ciphertext names and the one that it shall be under; each has its own permission."""
    context = request.source_encryption_context
    if _is_without_ciphertext(request):
        source = named(request.source_key_id or "", scope, store, aliases=True, context=context, across=True)
    else:
        source = _of_ciphertext(request.ciphertext_blob, request.source_key_id, scope, store, context=context)
    destination = named(
        request.destination_key_id or "",
        scope,
        store,
        aliases=True,
        context=request.destination_encryption_context,
        across=True,
    )
    missing = source.missing or destination.missing
    both = None
    if source.resource is not None and destination.resource is not None:
        both = SourceAndDestination(source=source.resource, destination=destination.resource)
    elif missing is None:
        # The default key's alias, and nobody but Secrets Manager makes that key.
        missing = alias_missing(destination.arn if destination.resource is None else source.arn)
    return Found(
        resource=both,
        arn=destination.arn,
        missing=missing,
        tags=destination.tags,
        policy=destination.policy,
        decides_itself=True,
        grants=destination.grants,
        facts=_on_same_key(destination, source),
        also=((RE_ENCRYPT_FROM, replace_found(source, facts=_on_same_key(source, destination))),),
    )


def find_alias_and_target(
    request: kms.CreateAliasRequest | kms.UpdateAliasRequest, scope: Scope, store: KeyStore
) -> Found[AliasAndKey]:
    """An alias, also one that is not there yet, and the key that it shall name; the permission is on both, and on the
    key that it names now.

    Raises:
        ValidationException: no name of an alias, or an alias as the target.
    """
    name = request.alias_name or ""
    arn = alias_arn(name, scope)
    target_id = request.target_key_id or ""
    if _tail_of(target_id).startswith("alias/"):
        raise ValidationException(ALIAS_OF_ALIAS)
    target = named(target_id, scope, store, aliases=False)
    held = store.alias(scope.account, name)
    operation = kms.UPDATE_ALIAS if isinstance(request, kms.UpdateAliasRequest) else kms.CREATE_ALIAS
    keys = [target]
    missing = target.missing
    if operation is kms.UPDATE_ALIAS and held is not None:
        keys.append(named(held.key_id, scope, store, aliases=False))
    elif operation is kms.UPDATE_ALIAS:
        missing = alias_missing(arn)
    return Found(
        resource=AliasAndKey(name=name, alias=held, key=target.resource),
        arn=arn,
        missing=missing,
        also=tuple((operation, one) for one in keys),
    )


def find_alias(request: kms.DeleteAliasRequest, scope: Scope, store: KeyStore) -> Found[Alias | None]:
    name = request.alias_name or ""
    arn = alias_arn(name, scope)
    held = store.alias(scope.account, name)
    if held is None:
        return Found(resource=None, arn=arn, missing=alias_missing(arn))
    key = named(held.key_id, scope, store, aliases=False)
    return Found(resource=held, arn=arn, also=((kms.DELETE_ALIAS, key),))


def find_grant(request: kms.RevokeGrantRequest, scope: Scope, store: KeyStore) -> Found[KeyAndGrant | None]:
    return _grant_of(request.key_id or "", request.grant_id or "", scope, store)


def find_grant_to_retire(
    request: kms.RetireGrantRequest, scope: Scope, store: KeyStore, *, open_token: OpenGrantToken
) -> Found[KeyAndGrant | None]:
    """A grant by its token, or by its key and id.

    The key's policy has no say: the grant says who may retire it, and an account's policies may let others of the account
    of the key. Source: KMS Developer Guide, Retiring and revoking grants.

    Raises:
        ValidationException: not exactly one of the two. InvalidGrantTokenException: no token of a grant.
    """
    by_id = request.key_id is not None or request.grant_id is not None
    if by_id == (request.grant_token is not None):
        raise ValidationException("a grant is named by its GrantToken, or by KeyId and GrantId")
    if request.grant_token is None:
        if request.key_id is None or request.grant_id is None:
            raise ValidationException("a grant is named by its GrantToken, or by KeyId and GrantId")
        return _retirable(_grant_of(request.key_id, request.grant_id, scope, store), scope)
    account, key_id, grant_id = open_token(request.grant_token)
    place = scope.place
    arn = f"arn:{place.partition}:kms:{place.region}:{account}:key/{key_id}"
    return _retirable(_grant_of(arn, grant_id, scope, store), scope)


def _retirable(found: Found[KeyAndGrant | None], scope: Scope) -> Found[KeyAndGrant | None]:
    if found.resource is None:
        return found
    partition = scope.place.partition
    grants_of = partial(grants.retiring, grant=found.resource.grant, partition=partition)
    return replace_found(found, policy=None, decides_itself=False, grants=grants_of)


def _grant_of(key_id: str, grant_id: str, scope: Scope, store: KeyStore) -> Found[KeyAndGrant | None]:
    found = named(key_id, scope, store, aliases=False, across=True)
    key = found.resource
    if key is None:
        return Found(resource=None, arn=found.arn, missing=found.missing)
    if GRANT_ID.fullmatch(grant_id) is None:
        error = kms.InvalidGrantIdException(WRONG_GRANT_ID)
        return Found(resource=None, arn=found.arn, missing=error)
    grant = store.grant(key.account, key.key_id, grant_id)
    if grant is None:
        return _missing_grant(found.arn, grant_id)
    return Found(
        resource=KeyAndGrant(key=key, grant=grant),
        arn=found.arn,
        tags=found.tags,
        policy=found.policy,
        decides_itself=True,
        facts=found.facts,
    )


def _missing_grant(arn: str, grant_id: str) -> Found[KeyAndGrant | None]:
    return Found(resource=None, arn=arn, missing=kms.NotFoundException(f"Grant ID {grant_id} not found"))


def alias_arn(name: str, scope: Scope) -> str:
    """The ARN of an alias by its name.

    Raises:
        ValidationException: it does not begin as an alias does (facts A.2, recorded).
    """
    if not name.startswith("alias/"):
        raise ValidationException(ALIAS_PREFIX_MISSING)
    return f"arn:{scope.place.partition}:kms:{scope.place.region}:{scope.account}:{name}"


def _tail_of(key_id: str) -> str:
    return key_id.split(":", 5)[-1] if key_id.startswith("arn:") else key_id


def named(
    key_id: str,
    scope: Scope,
    store: KeyNames,
    *,
    aliases: bool,
    context: Mapping[str, str] | None = None,
    across: bool = False,
) -> Found[KMSKey | None]:
    """Resolve a KeyId in this Region and the caller's account; grants are judged by the request's encryption context.

    `across`: an ARN may name a key of another account, of which policy decides before anything is told.
    """
    place, account = scope.place, scope.account
    prefix = f"arn:{place.partition}:kms:{place.region}:{account}:"
    tail = key_id
    if key_id.startswith(f"{prefix}key/"):
        # What every ciphertext names: the ARN of a key that is here.
        key = store.key(scope.account, key_id.removeprefix(f"{prefix}key/"))
        if key is not None:
            return _found(key, key_id, scope, store, context)
    if key_id.startswith("arn:"):
        parts = key_id.split(":", 5)
        if len(parts) != 6 or parts[2] != "kms":
            return _missing(key_id, kms.NotFoundException(f"Invalid keyId '{key_id}'"))
        if parts[3] != place.region or parts[1] != place.partition:
            return _missing(key_id, kms.NotFoundException(f"Invalid arn {parts[3]}"))
        if parts[4] != account and not across:
            return _missing(key_id, kms.NotFoundException(f"Key '{key_id}' does not exist"))
        account, tail = parts[4], parts[5]
        prefix = f"arn:{place.partition}:kms:{place.region}:{account}:"
    if tail.startswith("alias/"):
        if not aliases:
            return _missing(key_id, kms.NotFoundException(f"Invalid keyId '{key_id}'"))
        key = store.key_of_alias(account, tail)
        if key is None and tail == SECRETS_ALIAS:
            # Made at its first use by Secrets Manager; the operation decides whether this is one. Policy is what the key's
            # will be, so that it need not be the root user who uses it first.
            policy = policies.secrets_manager_default(
                account=scope.account,
                partition=place.partition,
                region=place.region,
                dns_suffix=place.dns_suffix,
            )
            of_root = scope.principal.kind is PrincipalKind.ROOT
            return Found(
                resource=None,
                arn=prefix + tail,
                policy=None if of_root else policy,
                decides_itself=not of_root,
            )
        return (
            _found(key, key_id, scope, store, context)
            if key is not None
            else _missing(prefix + tail, alias_missing(prefix + tail))
        )
    tail = tail.removeprefix("key/") if key_id.startswith("arn:") else tail
    if not KEY_ID.fullmatch(tail):
        return _missing(key_id, kms.NotFoundException(f"Invalid keyId '{key_id}'"))
    key = store.key(account, tail)
    if key is not None:
        return _found(key, key_id, scope, store, context)
    return _missing(f"{prefix}key/{tail}", kms.NotFoundException(f"Key '{prefix}key/{tail}' does not exist"))


def _found(
    key: KMSKey, named: str, scope: Scope, store: KeyNames, context: Mapping[str, str] | None
) -> Found[KMSKey | None]:
    policy = key.policy
    if key.manager is KeyManager.AWS and scope.principal.kind is not PrincipalKind.ROOT:
        # The root user needs no policy but the default one, and who reads secrets as root asks for this most often.
        policy = policies.policy_of(key, dns_suffix=scope.place.dns_suffix)
    return Found(
        resource=key,
        arn=key.arn,
        tags=key.tags,
        policy=policy,
        decides_itself=True,
        grants=_grants_to(scope, key, store, context=context),
        facts=partial(conditions.of_key, key, named=named, store=store),
    )


def _grants_to(
    scope: Scope,
    key: KMSKey,
    store: KeyNames,
    *,
    context: Mapping[str, str] | None = None,
    wanted: Grant | None = None,
) -> Callable[[str], Iterable[Granting]]:
    return partial(
        grants.granting,
        principal=scope.principal,
        grants_of=partial(_grants_of, key, store),
        context=context,
        wanted=wanted,
    )


def _grants_of(key: KMSKey, store: KeyNames, grantee: str) -> Iterator[Grant]:
    """A key's grants to one grantee, a page at a time."""
    after = ""
    while page := store.grants(key.account, key.key_id, grantee=grantee, after=after, limit=GRANTS_READ):
        yield from page
        if len(page) < GRANTS_READ:
            return
        after = page[-1].grant_id


def _on_same_key(found: Found[KMSKey | None], other: Found[KMSKey | None]) -> Callable[[], conditions.Facts]:
    """What policies may ask of one key of a ReEncrypt: also whether it is the other one too."""
    same = "true" if found.arn == other.arn else "false"
    return lambda: {**(found.facts() if found.facts else {}), "kms:reencryptonsamekey": (same,)}


def _missing(arn: str, error: ApiError) -> Found[KMSKey | None]:
    return Found(resource=None, arn=arn, missing=error)
