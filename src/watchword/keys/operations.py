"""KMS: one short function per operation. Policy was asked by the gate; the key's state and owner are judged here.

Source: KMS API reference; KMS developer guide, key states; facts A.2.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import partial

from watchword.api.call import Bound, Call
from watchword.api.errors import AccessDeniedException, ValidationException
from watchword.api.ids import uuid4
from watchword.api.operation import Operation
from watchword.api.shape import Instant
from watchword.api.shapes import kms, watchword
from watchword.envelope.ciphertext import header
from watchword.envelope.fields import CONTEXT_BYTES_MAX, canonical_context
from watchword.envelope.refused import EnvelopeRefused
from watchword.envelope.value import Binding
from watchword.keys import find
from watchword.keys.custody import Custody
from watchword.keys.data_keys import DataKeys
from watchword.keys.model import KeyManager, KeyState, KMSKey
from watchword.keys.store import KeySaved, KeyStore

SECRETS_KEY_DESCRIPTION = "Default key that protects my Secrets Manager data when no other key is defined"
DATA_KEY_BYTES = {"AES_128": 16, "AES_256": 32}
SYMMETRIC = "SYMMETRIC_DEFAULT"


def create_key(
    request: kms.CreateKeyRequest, _found: None, call: Call[KeyStore], *, custody: Custody
) -> kms.CreateKeyResponse:
    """Make a symmetric encryption key of this Region.

    Raises:
        UnsupportedOperationException: another kind of key than a single-Region symmetric one with material of our own.
        TagException: duplicate or reserved tag keys.
    """
    spec = request.key_spec or request.customer_master_key_spec or SYMMETRIC
    if spec != SYMMETRIC or (request.key_usage or "ENCRYPT_DECRYPT") != "ENCRYPT_DECRYPT":
        raise kms.UnsupportedOperationException(f"key spec `{spec}` is not supported; use `{SYMMETRIC}`")
    if (request.origin or "AWS_KMS") != "AWS_KMS" or request.multi_region or request.custom_key_store_id:
        raise kms.UnsupportedOperationException(
            "multi-Region keys, imported material and key stores are not supported"
        )
    tags = {tag.tag_key or "": tag.tag_value or "" for tag in request.tags or ()}
    if len(tags) != len(request.tags or ()):
        raise kms.TagException("Duplicate tag keys")
    if any(key.lower().startswith("aws:") for key in tags):
        raise kms.TagException("Tags beginning with aws: are reserved")
    key = _new_key(
        call,
        custody,
        description=request.description or "",
        manager=KeyManager.CUSTOMER,
        tags=tags,
        policy=request.policy,
    )
    call.stage(KeySaved(before=None, after=key))
    return kms.CreateKeyResponse(key_metadata=_metadata(key))


def describe_key(
    _request: kms.DescribeKeyRequest, found: KMSKey | None, call: Call[KeyStore]
) -> kms.DescribeKeyResponse:
    if found is None:
        raise kms.NotFoundException(f"Alias {_default_alias_arn(call)} is not found.")
    return kms.DescribeKeyResponse(key_metadata=_metadata(found))


def enable_key(_request: kms.EnableKeyRequest, key: KMSKey, call: Call[KeyStore]) -> None:
    _set_state(key, KeyState.ENABLED, call)


def disable_key(_request: kms.DisableKeyRequest, key: KMSKey, call: Call[KeyStore]) -> None:
    """From the commit on, nothing is sealed or opened under the key in this Region."""
    _set_state(key, KeyState.DISABLED, call)


def generate_data_key(
    request: kms.GenerateDataKeyRequest, found: KMSKey | None, call: Call[KeyStore], *, custody: Custody
) -> kms.GenerateDataKeyResponse:
    """Make a data key, in the clear and sealed under the KMS key and the encryption context.

    Raises:
        ValidationException: not exactly one of KeySpec and NumberOfBytes, or a context that is too long.
        DisabledException: the key is disabled.
        KeyUnavailable: custody is out of reach.
    """
    if (request.key_spec is None) == (request.number_of_bytes is None):
        raise ValidationException("Please specify either number of bytes or key spec.")
    _check_recipient(request.recipient)
    _check_context(request.encryption_context)
    key = _usable(_default_if_none(found, call, custody), kms.GENERATE_DATA_KEY, call)
    _end_dry_run(request.dry_run)
    size = request.number_of_bytes or DATA_KEY_BYTES[request.key_spec or "AES_256"]
    plaintext, blob = custody.generate_data_key(
        material=key.materials[key.current_version],
        key_arn=key.arn,
        context=request.encryption_context or {},
        size=size,
    )
    return kms.GenerateDataKeyResponse(ciphertext_blob=blob, plaintext=plaintext, key_id=key.arn)


def encrypt(
    request: kms.EncryptRequest, found: KMSKey | None, call: Call[KeyStore], *, custody: Custody
) -> kms.EncryptResponse:
    _check_algorithm(request.encryption_algorithm)
    _check_context(request.encryption_context)
    key = _usable(_default_if_none(found, call, custody), kms.ENCRYPT, call)
    _end_dry_run(request.dry_run)
    blob = custody.encrypt(
        material=key.materials[key.current_version],
        key_arn=key.arn,
        context=request.encryption_context or {},
        plaintext=request.plaintext or b"",
    )
    return kms.EncryptResponse(ciphertext_blob=blob, key_id=key.arn, encryption_algorithm=SYMMETRIC)


def decrypt(
    request: kms.DecryptRequest,
    key: KMSKey,
    call: Call[KeyStore],
    *,
    custody: Custody,
    data_keys: DataKeys,
) -> kms.DecryptResponse:
    """Open a ciphertext under the key and encryption context that made it.

    Raises:
        InvalidCiphertextException: another context, truncated, or no ciphertext of this key.
        DisabledException: the key is disabled.
    """
    _check_algorithm(request.encryption_algorithm)
    _check_recipient(request.recipient)
    try:
        key = _usable(key, kms.DECRYPT, call)
    except kms.DisabledException:
        data_keys.forget(key.arn)
        raise
    _end_dry_run(request.dry_run)
    blob = request.ciphertext_blob or b""
    context = request.encryption_context or {}
    material = _material_of(key, blob)
    try:
        if call.via is None:
            plaintext = custody.decrypt(material=material, key_arn=key.arn, context=context, blob=blob)
        else:
            plaintext = data_keys.open(
                material=material, key_arn=key.arn, context=context, blob=blob, now=call.now
            )
    except EnvelopeRefused as error:
        raise kms.InvalidCiphertextException from error
    return kms.DecryptResponse(key_id=key.arn, plaintext=plaintext, encryption_algorithm=SYMMETRIC)


def seal_for_region(
    request: watchword.SealForRegionRequest, key: KMSKey, call: Call[KeyStore], *, custody: Custody
) -> watchword.SealForRegionResponse:
    """Open a value under this Region's key and seal it to another Region's transport key, inside the custodian.

    The permission is kms:Decrypt of the link's principal. Source: design section 5, who moves what.
    """
    key = _usable(key, kms.DECRYPT, call)
    blob = request.ciphertext_blob or b""
    try:
        sealed = custody.seal_for_region(
            material=_material_of(key, blob),
            key_arn=key.arn,
            context=request.encryption_context or {},
            data_key=blob,
            sealed_value=request.sealed_value or b"",
            binding=binding_of(request.binding),
            recipient=request.recipient or b"",
            info=request.info or b"",
        )
    except EnvelopeRefused as error:
        raise kms.InvalidCiphertextException from error
    return watchword.SealForRegionResponse(sealed=sealed)


def open_from_region(
    request: watchword.OpenFromRegionRequest,
    found: KMSKey | None,
    call: Call[KeyStore],
    *,
    custody: Custody,
) -> watchword.OpenFromRegionResponse:
    """Open what another Region sealed to this one and seal it under a key of this Region, inside the custodian.

    The permission is kms:GenerateDataKey (and with it kms:Encrypt) of the link's principal.

    Raises:
        InvalidCiphertextException: it was not sealed to this Region for this link, secret and version.
    """
    key = _usable(_default_if_none(found, call, custody), kms.GENERATE_DATA_KEY, call)
    try:
        blob, sealed_value = custody.open_from_region(
            sealed=request.sealed or b"",
            info=request.info or b"",
            material=key.materials[key.current_version],
            key_arn=key.arn,
            context=request.encryption_context or {},
            binding=binding_of(request.binding),
        )
    except EnvelopeRefused as error:
        raise kms.InvalidCiphertextException from error
    return watchword.OpenFromRegionResponse(ciphertext_blob=blob, sealed_value=sealed_value, key_id=key.arn)


def bindings(custody: Custody, data_keys: DataKeys) -> tuple[Bound, ...]:
    """Every KMS operation, bound to this Region's custodian."""
    key, either = find.find_key, find.find_key_or_alias
    return (
        Bound(operation=kms.CREATE_KEY, find=find.find_nothing, run=partial(create_key, custody=custody)),
        Bound(operation=kms.DESCRIBE_KEY, find=either, run=describe_key),
        Bound(operation=kms.ENABLE_KEY, find=key, run=enable_key),
        Bound(operation=kms.DISABLE_KEY, find=key, run=disable_key),
        Bound(operation=kms.GENERATE_DATA_KEY, find=either, run=partial(generate_data_key, custody=custody)),
        Bound(operation=kms.ENCRYPT, find=either, run=partial(encrypt, custody=custody)),
        Bound(
            operation=kms.DECRYPT,
            find=find.find_key_of_ciphertext,
            run=partial(decrypt, custody=custody, data_keys=data_keys),
        ),
        Bound(
            operation=watchword.SEAL_FOR_REGION,
            find=find.find_key_of_ciphertext,
            run=partial(seal_for_region, custody=custody),
        ),
        Bound(
            operation=watchword.OPEN_FROM_REGION,
            find=either,
            run=partial(open_from_region, custody=custody),
        ),
    )


def binding_of(binding: watchword.ValueBinding | None) -> Binding:
    """The envelope's binding of a value, from its shape; an absent member binds to nothing that exists."""
    binding = binding or watchword.ValueBinding()
    return Binding(
        partition=binding.partition or "",
        region=binding.region or "",
        account=binding.account or "",
        secret_arn=binding.secret_arn or "",
        version_id=binding.version_id or "",
        content_id=binding.content_id or "",
        kind="binary" if binding.kind == "binary" else "string",
    )


def _new_key(
    call: Call[KeyStore],
    custody: Custody,
    *,
    description: str,
    manager: KeyManager,
    tags: dict[str, str],
    policy: str | None,
) -> KMSKey:
    key = KMSKey(
        account=call.account,
        key_id=uuid4(call.entropy(16)),
        partition=call.place.partition,
        region=call.place.region,
        description=description,
        manager=manager,
        state=KeyState.ENABLED,
        tags=tags,
        policy=policy,
        materials={},
        created_ms=call.now,
        stamp=1,
    )
    return replace(key, materials={1: custody.create_material(key_arn=key.arn)})


def _default_if_none(found: KMSKey | None, call: Call[KeyStore], custody: Custody) -> KMSKey:
    """The key found, or the account's default key, made at its first use by Secrets Manager.

    Source: Secrets Manager user guide, encryption: the AWS managed key is created at first use.
    """
    if found is not None:
        return found
    if call.via is None:
        raise kms.NotFoundException(f"Alias {_default_alias_arn(call)} is not found.")
    key = _new_key(
        call,
        custody,
        description=SECRETS_KEY_DESCRIPTION,
        manager=KeyManager.AWS,
        tags={},
        policy=None,
    )
    call.stage(KeySaved(before=None, after=key, alias=find.SECRETS_ALIAS))
    return key


def _usable(key: KMSKey, operation: Operation, call: Call[KeyStore]) -> KMSKey:
    """Refuse a key that its state or its policy keeps from cryptographic use.

    An AWS managed key's policy admits every principal of the account, but only through its service (kms:ViaService).

    Raises:
        DisabledException, AccessDeniedException. Source: KMS developer guide, key states [1].
    """
    if key.manager is KeyManager.AWS and call.via is None:
        raise AccessDeniedException(
            f"User: {call.principal.arn} is not authorized to perform: {operation.action} on resource: {key.arn}"
            f" because no resource-based policy allows the {operation.action} action"
        )
    if key.state is KeyState.DISABLED:
        raise kms.DisabledException(f"{key.arn} is disabled.")
    return key


def _material_of(key: KMSKey, blob: bytes) -> bytes:
    """The wrapped material that the blob says it was made with; old versions keep opening old ciphertexts."""
    try:
        return key.materials[header(blob).material_version]
    except KeyError as error:
        raise kms.InvalidCiphertextException from error


def _check_algorithm(algorithm: str | None) -> None:
    if algorithm not in (None, SYMMETRIC):
        raise kms.InvalidKeyUsageException(f"`{algorithm}` is not valid for a symmetric key")


def _check_context(context: Mapping[str, str] | None) -> None:
    """Refuse a context that custody would refuse to seal under; to open, such a one is merely a wrong one."""
    try:
        canonical_context(context or {})
    except EnvelopeRefused as error:
        raise ValidationException(
            f"the encryption context must not be longer than {CONTEXT_BYTES_MAX} bytes"
        ) from error


def _check_recipient(recipient: kms.RecipientInfo | None) -> None:
    """Who names an enclave means that nobody else sees the plaintext: never answer as if it had not been said."""
    if recipient is not None:
        raise kms.UnsupportedOperationException("`Recipient` is not supported")


def _end_dry_run(dry_run: bool | None) -> None:
    """Source: KMS developer guide, testing permissions: what would have succeeded ends with this error."""
    if dry_run:
        raise kms.DryRunOperationException("The request would have succeeded, but the DryRun option is set.")


def _set_state(key: KMSKey, state: KeyState, call: Call[KeyStore]) -> None:
    if key.manager is KeyManager.AWS:
        raise AccessDeniedException(
            f"User: {call.principal.arn} is not authorized to change the AWS managed key {key.arn}"
        )
    if key.state is not state:
        call.stage(KeySaved(before=key, after=replace(key, state=state, stamp=key.stamp + 1)))


def _metadata(key: KMSKey) -> kms.KeyMetadata:
    return kms.KeyMetadata(
        aws_account_id=key.account,
        key_id=key.key_id,
        arn=key.arn,
        creation_date=Instant(key.created_ms),
        enabled=key.state is KeyState.ENABLED,
        description=key.description,
        key_usage="ENCRYPT_DECRYPT",
        key_state=key.state.value,
        origin="AWS_KMS",
        key_manager=key.manager.value,
        customer_master_key_spec=SYMMETRIC,
        key_spec=SYMMETRIC,
        encryption_algorithms=(SYMMETRIC,),
        multi_region=False,
    )


def _default_alias_arn(call: Call[KeyStore]) -> str:
    return f"arn:{call.place.partition}:kms:{call.place.region}:{call.account}:{find.SECRETS_ALIAS}"
