"""KMS in a Region whose keys are elsewhere: what Secrets Manager asks goes there, and nothing new is sealed here.

  1. What Secrets Manager and replication ask is asked of the KMS elsewhere, in this Region's name there.
  2. What this Region's own keys sealed before they still open, and their owners look after them as before.
  3. A caller who asks KMS directly to make a key, or to seal under one, is refused and told where the keys are. Nothing of a
     caller's own is passed on: with this Region's credentials there it would be allowed what the caller may not.

For replication a value is in the clear in the two custodians alone, as everywhere. A data key from elsewhere has to pass
through this process, so it is carried to the custodian and back under material that the custodian makes for one call
and nobody stores. Source: decision 0011.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import Any

import msgspec

from watchword.api.call import Bound, Call, Found, PrincipalKind, Scope
from watchword.api.errors import ApiError
from watchword.api.ids import uuid4
from watchword.api.operation import Operation
from watchword.api.shape import Shape
from watchword.api.shapes import kms, watchword
from watchword.envelope.refused import EnvelopeRefused
from watchword.keys import policies
from watchword.keys.crypto_operations import binding_of
from watchword.keys.custody import Custody, KeyUnavailable
from watchword.keys.elsewhere import (
    DATA_KEY_BYTES,
    Held,
    KMSElsewhere,
    Released,
    framed,
    is_elsewhere,
    unframed,
)
from watchword.keys.find import SECRETS_ALIAS, find_nothing
from watchword.keys.store import KeyStore

NOT_HERE: tuple[Operation, ...] = (
    kms.CREATE_KEY,
    kms.REPLICATE_KEY,
    kms.CREATE_ALIAS,
    kms.UPDATE_ALIAS,
    kms.CREATE_GRANT,
    kms.GENERATE_DATA_KEY_WITHOUT_PLAINTEXT,
    kms.RE_ENCRYPT,
    kms.GENERATE_MAC,
)
"""What would make a key, a name or a right for one, or seal under one; nothing of ours asks for these."""

ARN_COLONS = 5
ACCOUNTS_REMEMBERED = 1_024

Find = Callable[[Any, Scope, Any], Found[Any]]
Run = Callable[[Any, Any, Call[Any]], Shape | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Elsewhere:
    """What these operations work with, the same for all requests of a process."""

    kms: KMSElsewhere
    released: Released
    custody: Custody


def generate_data_key(
    request: kms.GenerateDataKeyRequest, key_id: str, call: Call[KeyStore], *, elsewhere: Elsewhere
) -> kms.GenerateDataKeyResponse:
    """A data key, in the clear and sealed elsewhere.

    Raises:
        UnsupportedOperationException: a caller asks for itself.
        KeyUnavailable: no answer, or one that can't be used.
        ApiError: as KMS says.
    """
    _check_via(call, elsewhere)
    asked = kms.GenerateDataKeyRequest(
        key_id=key_id, key_spec="AES_256", encryption_context=request.encryption_context
    )
    answer: kms.GenerateDataKeyResponse = elsewhere.kms.ask(kms.GENERATE_DATA_KEY, asked)
    data_key = _usable(answer.plaintext, elsewhere)
    return kms.GenerateDataKeyResponse(
        ciphertext_blob=_framed(answer.key_id, answer.ciphertext_blob, elsewhere),
        plaintext=data_key,
        key_id=answer.key_id,
    )


def encrypt(
    request: kms.EncryptRequest, key_id: str, call: Call[KeyStore], *, elsewhere: Elsewhere
) -> kms.EncryptResponse:
    """A data key that another key sealed before, sealed elsewhere."""
    _check_via(call, elsewhere)
    return _encrypted(key_id, request.plaintext or b"", request.encryption_context or {}, elsewhere)


def decrypt(
    request: kms.DecryptRequest, held: Held, call: Call[KeyStore], *, elsewhere: Elsewhere
) -> kms.DecryptResponse:
    """A data key that is sealed elsewhere; one that was released a moment ago is not asked for again."""
    _check_via(call, elsewhere)
    frame, context = request.ciphertext_blob or b"", request.encryption_context or {}
    released = elsewhere.released
    data_key = released.take(frame, context=context, now=call.now, may_ask=elsewhere.kms.may_wait())
    if data_key is None:
        try:
            data_key = _decrypted(held, context, elsewhere)
        except kms.InvalidCiphertextException:
            raise
        except ApiError:
            # What one use is refused, no other one of this key is to be spared.
            released.forget(held.key_arn)
            raise
        released.keep(frame, key_arn=held.key_arn, context=context, data_key=data_key, now=call.now)
    return kms.DecryptResponse(key_id=held.key_arn, plaintext=data_key)


def seal_for_region(
    request: watchword.SealForRegionRequest, held: Held, call: Call[KeyStore], *, elsewhere: Elsewhere
) -> watchword.SealForRegionResponse:
    """Have the custodian open a value with its data key from elsewhere and seal it to another Region."""
    context = request.encryption_context or {}
    data_key = _decrypted(held, context, elsewhere)
    custody = elsewhere.custody
    carrier = _carrier(call)
    material = custody.create_material(key_arn=carrier)
    try:
        sealed = custody.seal_for_region(
            material=material,
            key_arn=carrier,
            context=context,
            data_key=custody.encrypt(material=material, key_arn=carrier, context=context, plaintext=data_key),
            sealed_value=request.sealed_value or b"",
            binding=binding_of(request.binding),
            recipient=request.recipient or b"",
            info=request.info or b"",
        )
    except EnvelopeRefused as error:
        raise kms.InvalidCiphertextException from error
    return watchword.SealForRegionResponse(sealed=sealed)


def open_from_region(
    request: watchword.OpenFromRegionRequest, key_id: str, call: Call[KeyStore], *, elsewhere: Elsewhere
) -> watchword.OpenFromRegionResponse:
    """Have the custodian take over a value under a data key that it makes, and seal that data key elsewhere.

    The permission there is kms:Encrypt, which a replica's key needs on AWS too (facts 6.3).
    """
    context = request.encryption_context or {}
    custody = elsewhere.custody
    carrier = _carrier(call)
    material = custody.create_material(key_arn=carrier)
    try:
        blob, sealed_value = custody.open_from_region(
            sealed=request.sealed or b"",
            info=request.info or b"",
            material=material,
            key_arn=carrier,
            context=context,
            binding=binding_of(request.binding),
        )
        data_key = custody.decrypt(material=material, key_arn=carrier, context=context, blob=blob)
    except EnvelopeRefused as error:
        raise kms.InvalidCiphertextException from error
    answer = _encrypted(key_id, data_key, context, elsewhere)
    return watchword.OpenFromRegionResponse(
        ciphertext_blob=answer.ciphertext_blob, sealed_value=sealed_value, key_id=answer.key_id
    )


def bindings(own: Iterable[Bound], elsewhere: Elsewhere) -> tuple[Bound, ...]:
    """The operations of a Region's own KMS, as they are answered where the keys are elsewhere."""
    named = partial(_find_named, elsewhere=elsewhere)
    to_seal: dict[Operation, Callable[..., Shape]] = {
        kms.GENERATE_DATA_KEY: generate_data_key,
        kms.ENCRYPT: encrypt,
        watchword.OPEN_FROM_REGION: open_from_region,
    }
    to_open: dict[Operation, Callable[..., Shape]] = {
        kms.DECRYPT: decrypt,
        watchword.SEAL_FOR_REGION: seal_for_region,
    }
    refused = partial(_refuse, elsewhere=elsewhere)

    def bound_of(bound: Bound) -> Bound:
        operation = bound.operation
        if operation in to_seal:
            run = partial(to_seal[operation], elsewhere=elsewhere)
            return Bound(operation=operation, find=named, run=run)
        if operation in to_open:
            run = partial(to_open[operation], elsewhere=elsewhere)
            return Bound(
                operation=operation,
                find=partial(_find_of_ciphertext, own=bound.find, elsewhere=elsewhere),
                run=partial(_run_where_it_is, elsewhere=run, own=bound.run),
            )
        if operation in NOT_HERE:
            return Bound(operation=operation, find=find_nothing, run=refused)
        return bound

    return tuple(map(bound_of, own))


def _find_named(
    request: kms.GenerateDataKeyRequest | kms.EncryptRequest | watchword.OpenFromRegionRequest,
    scope: Scope,
    _store: KeyStore,
    *,
    elsewhere: Elsewhere,
) -> Found[str]:
    """A key as the KMS elsewhere understands its name; the default key's alias means the one that is set."""
    key_id = request.key_id or ""
    return _named(elsewhere.kms.default_key if key_id == SECRETS_ALIAS else key_id, scope, elsewhere)


def _find_of_ciphertext(
    request: kms.DecryptRequest | watchword.SealForRegionRequest,
    scope: Scope,
    store: KeyStore,
    *,
    own: Find,
    elsewhere: Elsewhere,
) -> Found[Any]:
    blob = request.ciphertext_blob or b""
    if not is_elsewhere(blob):
        return own(request, scope, store)
    try:
        held = unframed(blob)
    except EnvelopeRefused as error:
        raise kms.InvalidCiphertextException from error
    return msgspec.structs.replace(_named(held.key_arn, scope, elsewhere), resource=held)


def _run_where_it_is(
    request: Shape, found: Any, call: Call[KeyStore], *, elsewhere: Run, own: Run
) -> Shape | None:
    return (elsewhere if isinstance(found, Held) else own)(request, found, call)


def _named(key_id: str, scope: Scope, elsewhere: Elsewhere) -> Found[str]:
    """A key elsewhere, and what of it this Region's policies decide; the policies there decide besides, on the Region.

    The default key stands for the account's `aws/secretsmanager`: whoever may use a secret may use it through the service.
    Of any other key this Region knows no policy, so that of the caller's own account decides.
    """
    place = scope.place
    if key_id == elsewhere.kms.default_key:
        policy = None
        if scope.principal.kind is not PrincipalKind.ROOT:
            policy = _of_default_key(scope.account, place.partition, place.region, place.dns_suffix)
        arn = f"arn:{place.partition}:kms:{place.region}:{scope.account}:{SECRETS_ALIAS}"
        return Found(resource=key_id, arn=arn, policy=policy, decides_itself=True)
    arn = _arn_of(key_id, elsewhere)
    if arn.split(":", 5)[4] == scope.account:
        return Found(resource=key_id, arn=arn)
    policy = policies.letting_in(account=scope.account, partition=place.partition)
    return Found(resource=key_id, arn=arn, policy=policy)


def _arn_of(key_id: str, elsewhere: Elsewhere) -> str:
    """The ARN of a key or alias by any of its names: where no account is said, there, it is the default key's."""
    if key_id.count(":") >= ARN_COLONS:
        return key_id
    tail = key_id if key_id.startswith("alias/") else f"key/{key_id}"
    return f"{elsewhere.kms.default_key.rpartition(':')[0]}:{tail}"


@lru_cache(maxsize=ACCOUNTS_REMEMBERED)
def _of_default_key(account: str, partition: str, region: str, dns_suffix: str) -> str:
    return policies.secrets_manager_default(
        account=account, partition=partition, region=region, dns_suffix=dns_suffix
    )


def _refuse(_request: Shape, _found: None, _call: Call[KeyStore], *, elsewhere: Elsewhere) -> None:
    raise _not_here(elsewhere)


def _check_via(call: Call[KeyStore], elsewhere: Elsewhere) -> None:
    if call.via is None:
        raise _not_here(elsewhere)


def _not_here(elsewhere: Elsewhere) -> ApiError:
    return kms.UnsupportedOperationException(
        f"This Region's keys are kept elsewhere: ask the KMS at {elsewhere.kms.name}."
    )


def _decrypted(held: Held, context: Mapping[str, str], elsewhere: Elsewhere) -> bytes:
    asked = kms.DecryptRequest(
        ciphertext_blob=held.blob, key_id=held.key_arn, encryption_context=dict(context)
    )
    answer: kms.DecryptResponse = elsewhere.kms.ask(kms.DECRYPT, asked)
    return _usable(answer.plaintext, elsewhere)


def _encrypted(
    key_id: str, data_key: bytes, context: Mapping[str, str], elsewhere: Elsewhere
) -> kms.EncryptResponse:
    asked = kms.EncryptRequest(key_id=key_id, plaintext=data_key, encryption_context=dict(context))
    answer: kms.EncryptResponse = elsewhere.kms.ask(kms.ENCRYPT, asked)
    blob = _framed(answer.key_id, answer.ciphertext_blob, elsewhere)
    return kms.EncryptResponse(ciphertext_blob=blob, key_id=answer.key_id)


def _usable(data_key: bytes | None, elsewhere: Elsewhere) -> bytes:
    """Nothing is sealed under less than a whole data key, whatever came."""
    if data_key is None or len(data_key) != DATA_KEY_BYTES:
        raise KeyUnavailable(f"{elsewhere.kms.name} released no data key of {DATA_KEY_BYTES} bytes")
    return data_key


def _framed(key_arn: str | None, blob: bytes | None, elsewhere: Elsewhere) -> bytes:
    """What is stored names a key by its ARN: an alias may mean another key tomorrow."""
    parts = (key_arn or "").split(":", 5)
    try:
        if len(parts) == 6 and parts[2] == "kms" and parts[5].startswith("key/"):
            return framed(Held(key_arn=key_arn or "", blob=blob or b""))
    except EnvelopeRefused:
        pass
    raise KeyUnavailable(f"{elsewhere.kms.name} answered with no ciphertext, or not under which key")


def _carrier(call: Call[KeyStore]) -> str:
    """The ARN of a key that there is for one call, and in no store."""
    place = call.place
    return f"arn:{place.partition}:kms:{place.region}:{call.account}:key/{uuid4(call.entropy(16))}"
