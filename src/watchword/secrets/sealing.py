"""A secret's value between the clear and the store: each version sealed under a data key of its own.

KMS is called as AWS calls it, in the caller's name: the encryption context is {SecretARN, SecretVersionId}, and a key
that is set or changed is tried first with the version id `RequestToValidateKeyAccess`. Source: Secrets Manager user
guide, "Secret encryption and decryption"; facts 6.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, replace

from watchword.api.call import Call, Names, Principal, UnknownPrincipal
from watchword.api.errors import AccessDeniedException, ApiError, InternalFailure, ValidationException
from watchword.api.shapes import kms
from watchword.api.shapes.secretsmanager import (
    DecryptionFailure,
    EncryptionFailure,
    InvalidParameterException,
    InvalidRequestException,
)
from watchword.envelope import value as envelope
from watchword.envelope.refused import EnvelopeRefused
from watchword.envelope.value import Binding, Opener, ValueKind
from watchword.secrets import refusals
from watchword.secrets.model import (
    DATA_KEYS_MAX,
    DEFAULT_KEY_ALIAS,
    VALUE_BYTES_MAX,
    SealedValue,
    Secret,
    Version,
)
from watchword.secrets.store import SecretStore

PROBE_VERSION_ID = "RequestToValidateKeyAccess"
OPENERS_MAX = 10_000
GONE = "the user or role in whose name this replica was asked for is gone: ask for the replica again"


@dataclass(frozen=True, slots=True, kw_only=True)
class Value:
    """A value in the clear, on its way in or out. Its repr shows nothing of it."""

    kind: ValueKind
    content: bytes

    def __repr__(self) -> str:
        return f"Value(kind={self.kind!r}, content=***)"


class Openers:
    """Remembers the cipher that a data key leads to, so that a value read again costs no key derivation.

    It is asked with the data key that KMS has just released for this very use, so it opens nothing by itself.
    """

    def __init__(self, *, entries_max: int = OPENERS_MAX) -> None:
        """`entries_max=0`: remember nothing."""
        self._entries_max = entries_max
        self._held: dict[bytes, Opener] = {}
        self._lock = threading.Lock()

    def open(self, data_key: bytes, sealed: bytes, *, binding: Binding) -> bytes:
        opener = self._held.get(data_key)
        if opener is None:
            opener = Opener(data_key)
            if self._entries_max > 0:
                with self._lock:
                    while len(self._held) >= self._entries_max:
                        self._held.pop(next(iter(self._held)))
                    self._held[data_key] = opener
        return opener.open(sealed, binding=binding)

    def clear(self) -> None:
        """Forget all; called each minute, so that no data key outlives KMS's memory of it by more."""
        with self._lock:
            self._held.clear()


def value_of(*, string: str | None, binary: bytes | None) -> Value | None:
    """The value that a request carries, or None.

    Raises:
        InvalidParameterException: both kinds at once.
        ValidationException: longer than 65,536 bytes; the model counts characters, the quota bytes (facts 3.4).
    """
    if string is not None and binary is not None:
        raise InvalidParameterException(refusals.BOTH_VALUES)
    if string is None and binary is None:
        return None
    content = string.encode() if string is not None else binary or b""
    if len(content) > VALUE_BYTES_MAX:
        member = "secretString" if string is not None else "secretBinary"
        raise ValidationException(
            f"1 validation error detected: Value at '{member}' failed to satisfy constraint: "
            f"Member must have length less than or equal to {VALUE_BYTES_MAX}"
        )
    return Value(kind="string" if string is not None else "binary", content=content)


def binding_of(secret: Secret, *, version_id: str, content_id: str, kind: ValueKind) -> Binding:
    return Binding(
        partition=secret.partition,
        region=secret.region,
        account=secret.account,
        secret_arn=secret.arn,
        version_id=version_id,
        content_id=content_id,
        kind=kind,
    )


def context_of(arn: str, version_id: str) -> dict[str, str]:
    """KMS's encryption context, always these two pairs. Source: facts 6.1."""
    return {"SecretARN": arn, "SecretVersionId": version_id}


def try_key(secret: Secret, call: Call[SecretStore]) -> str:
    """Try the secret's key as AWS does when it is set: seal and open once, throw the result away, return its ARN.

    Raises:
        EncryptionFailure: the key does not exist, is disabled, or is no key that seals.
        AccessDeniedException: the caller may not use it.
    """
    context = context_of(secret.arn, PROBE_VERSION_ID)
    blob, _, key_arn = _generate(_key_of(secret, call), context, call)
    _through_kms(
        lambda: call.invoke(
            kms.DECRYPT, kms.DecryptRequest(ciphertext_blob=blob, encryption_context=context)
        ),
        EncryptionFailure,
        "encrypt",
    )
    return key_arn


def seal_version(
    secret: Secret, value: Value, *, version_id: str, labels: frozenset[str], call: Call[SecretStore]
) -> tuple[Version, SealedValue]:
    """Seal a new value under a fresh data key of the secret's KMS key.

    Raises:
        EncryptionFailure, AccessDeniedException: as `try_key`.
    """
    content_id = call.entropy(16).hex()
    blob, data_key, key_arn = _generate(_key_of(secret, call), context_of(secret.arn, version_id), call)
    sealed = envelope.seal(
        data_key,
        value.content,
        binding=binding_of(secret, version_id=version_id, content_id=content_id, kind=value.kind),
        entropy=call.entropy,
    )
    version = Version(
        id=version_id,
        content_id=content_id,
        kind=value.kind,
        labels=labels,
        created_ms=call.now,
        revision=secret.revision,
        key_arns=(key_arn,),
    )
    return version, SealedValue(version_id=version_id, sealed=sealed, data_keys={key_arn: blob})


def open_version(secret: Secret, version: Version, call: Call[SecretStore], *, openers: Openers) -> Value:
    """Open a version's value with the caller's own right to its key.

    Raises:
        DecryptionFailure: no key that holds it is usable; the text is that of the last one tried (facts 6.5).
        AccessDeniedException: the caller may not use the key.
        InvalidRequestException: as `_check_shared`.
    """
    _check_shared(secret, call)
    if version.content_id is None or version.kind is None:
        raise InternalFailure("a version without a value was opened")
    held = call.store.sealed_value(secret, version.id)
    data_key = _data_key(secret, held, call)
    binding = binding_of(secret, version_id=version.id, content_id=version.content_id, kind=version.kind)
    try:
        content = openers.open(data_key, held.sealed, binding=binding)
    except EnvelopeRefused as error:
        # The key is right and the value does not open: the row was altered. That is ours to answer for, not the caller's.
        raise InternalFailure("a stored value does not open") from error
    return Value(kind=version.kind, content=content)


def reseal(secret: Secret, version: Version, *, key_arn: str, call: Call[SecretStore]) -> SealedValue | None:
    """Seal a version's data key under another KMS key too; the copies under the old keys stay, and are tried after it.

    None: it stands first already, or KMS refuses. Without kms:Decrypt on the old key or kms:Encrypt on the new one a
    change of the key succeeds, and leaves the version as it is. Source: UpdateSecret, KmsKeyId; facts 6.4.
    """
    held = call.store.sealed_value(secret, version.id)
    if next(iter(held.data_keys), None) == key_arn:
        return None
    blob = held.data_keys.get(key_arn)
    if blob is None:
        try:
            request = kms.EncryptRequest(
                key_id=key_arn,
                plaintext=_data_key(secret, held, call),
                encryption_context=context_of(secret.arn, version.id),
            )
            answer: kms.EncryptResponse = call.invoke(kms.ENCRYPT, request)
        except ApiError as error:
            if error.status >= 500:
                raise
            return None
        blob = answer.ciphertext_blob or b""
    older = [(arn, sealed) for arn, sealed in held.data_keys.items() if arn != key_arn]
    return replace(held, data_keys={key_arn: blob} | dict(older[: DATA_KEYS_MAX - 1]))


def seal_across(
    primary: Secret, version: Version, replica: Secret, *, principal: Principal, call: Call[SecretStore]
) -> SealedValue:
    """A version's value, opened and sealed again for the replica in another account, under a data key of its own.

    In this principal's name, with kms:Decrypt on the primary's key and kms:Encrypt on the replica's. Source: Secrets
    Manager API, AssociateCrossAccountReplica.

    Raises:
        ApiError: one of the keys can't be used.
    """
    if version.content_id is None or version.kind is None:
        raise InternalFailure("a version without a value was opened")
    held = call.store.sealed_value(primary, version.id)
    identity = {"version_id": version.id, "content_id": version.content_id}
    try:
        opener = Opener(_data_key(primary, held, call, principal=principal))
        content = opener.open(held.sealed, binding=binding_of(primary, kind=version.kind, **identity))
    except EnvelopeRefused as error:
        raise InternalFailure("a stored value does not open") from error
    data_key = call.entropy(32)
    answer: kms.EncryptResponse = call.invoke(
        kms.ENCRYPT,
        kms.EncryptRequest(
            key_id=_key_arn(replica),
            plaintext=data_key,
            encryption_context=context_of(replica.arn, version.id),
        ),
        principal=principal,
    )
    sealed = envelope.seal(
        data_key,
        content,
        binding=binding_of(replica, kind=version.kind, **identity),
        entropy=call.entropy,
    )
    keys = {answer.key_id or "": answer.ciphertext_blob or b""}
    return SealedValue(version_id=version.id, sealed=sealed, data_keys=keys)


def try_keys_across(
    primary: Secret,
    version: Version | None,
    replica: Secret,
    *,
    principal: Principal,
    call: Call[SecretStore],
) -> None:
    """Ask KMS in dry runs for what `seal_across` needs; of a primary without a value, for the replica's key alone.

    Raises:
        AccessDeniedException: this principal may not use one of the keys.
        InvalidRequestException: one of them can't be used.
    """
    probe = kms.EncryptRequest(
        key_id=_key_arn(replica),
        plaintext=bytes(32),
        encryption_context=context_of(replica.arn, PROBE_VERSION_ID),
        dry_run=True,
    )
    _dry_run(lambda: call.invoke(kms.ENCRYPT, probe, principal=principal))
    if version is None or version.content_id is None:
        return
    held = call.store.sealed_value(primary, version.id)
    try:
        _data_key(primary, held, call, principal=principal, dry_run=True)
    except DecryptionFailure as error:
        raise InvalidRequestException(error.message) from error


def _dry_run(ask: Callable[[], object]) -> None:
    try:
        ask()
    except kms.DryRunOperationException:
        return
    except AccessDeniedException as error:
        raise AccessDeniedException(refusals.KMS_DENIED) from error
    except ApiError as error:
        text = f"Secrets Manager can't encrypt the secret value: {kms_reason(error)}"
        raise InvalidRequestException(text) from error


def _check_shared(secret: Secret, call: Call[SecretStore]) -> None:
    """Raises InvalidRequestException: another account's secret is under that account's default key, which nobody shares."""
    if secret.account != call.account and secret.kms_key_id is None:
        raise InvalidRequestException(refusals.DEFAULT_KEY_ACROSS)


def _key_of(secret: Secret, call: Call[SecretStore]) -> str:
    """The secret's key, as KMS is asked for it: an id or alias without an account is of the secret's, not the caller's.

    Raises:
        InvalidRequestException: as `_check_shared`.
    """
    _check_shared(secret, call)
    if secret.account == call.account:
        return secret.kms_key_id or DEFAULT_KEY_ALIAS
    return _key_arn(secret)


def _key_arn(secret: Secret) -> str:
    """The secret's key with its account, as anybody may name it."""
    held = secret.kms_key_id or DEFAULT_KEY_ALIAS
    if held.startswith("arn:"):
        return held
    tail = held if held.startswith("alias/") else f"key/{held}"
    return f"arn:{secret.partition}:kms:{secret.region}:{secret.account}:{tail}"


def _data_key(
    secret: Secret,
    held: SealedValue,
    call: Call[SecretStore],
    *,
    principal: Principal | None = None,
    dry_run: bool | None = None,
) -> bytes:
    """In the caller's name, or another's. A dry run that would have succeeded gives nothing."""
    refused: ApiError = DecryptionFailure(
        "Secrets Manager can't decrypt the secret value: it has no data key."
    )
    context = context_of(secret.arn, held.version_id)
    for blob in held.data_keys.values():
        request = kms.DecryptRequest(ciphertext_blob=blob, encryption_context=context, dry_run=dry_run)
        try:
            answer: kms.DecryptResponse = call.invoke(kms.DECRYPT, request, principal=principal)
        except kms.DryRunOperationException:
            return b""
        except AccessDeniedException:
            refused = AccessDeniedException(refusals.KMS_DENIED)
        except ApiError as error:
            refused = DecryptionFailure(
                f"Secrets Manager can't decrypt the secret value: {kms_reason(error)}"
            )
        else:
            return answer.plaintext or b""
    raise refused


def _generate(key_id: str, context: dict[str, str], call: Call[SecretStore]) -> tuple[bytes, bytes, str]:
    request = kms.GenerateDataKeyRequest(key_id=key_id, key_spec="AES_256", encryption_context=context)
    answer = _through_kms(lambda: call.invoke(kms.GENERATE_DATA_KEY, request), EncryptionFailure, "encrypt")
    return answer.ciphertext_blob or b"", answer.plaintext or b"", answer.key_id or ""


def _through_kms(
    ask: Callable[[], kms.GenerateDataKeyResponse], failure: type[ApiError], verb: str
) -> kms.GenerateDataKeyResponse:
    try:
        return ask()
    except AccessDeniedException as error:
        raise AccessDeniedException(refusals.KMS_DENIED) from error
    except ApiError as error:
        raise failure(f"Secrets Manager can't {verb} the secret value: {kms_reason(error)}") from error


def acting(remembered: str, account: str, names: Names) -> Principal:
    """In whose name replication uses keys: whoever asked for the replica last, as it is now.

    Raises:
        AccessDeniedException: it is gone, and with it its rights; somebody else has to ask for the replica again.
    """
    try:
        return names.acting(remembered, account=account)
    except UnknownPrincipal as unknown:
        raise AccessDeniedException(GONE) from unknown


def kms_reason(error: ApiError) -> str:
    """How Secrets Manager quotes KMS. Source: the sample in facts 6.5, less its request id and proxy."""
    return f"{error.message} (Service: AWSKMS; Status Code: {error.status}; Error Code: {error.code})"
