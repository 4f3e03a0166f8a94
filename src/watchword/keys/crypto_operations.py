"""KMS: what keys compute. Policy was asked by the gate; the key's state, owner and usage are judged here.

Source: KMS API reference; KMS developer guide, key states; facts A.2.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from watchword.api.call import Bound, Call
from watchword.api.errors import ValidationException
from watchword.api.operation import Operation
from watchword.api.shapes import kms, watchword
from watchword.envelope.fields import CONTEXT_BYTES_MAX, canonical_context
from watchword.envelope.refused import EnvelopeRefused
from watchword.envelope.value import Binding
from watchword.keys import find, refusals
from watchword.keys.find import SourceAndDestination
from watchword.keys.grant_operations import check_tokens
from watchword.keys.key_operations import default_alias_arn
from watchword.keys.model import SPECS, SYMMETRIC, KeyUsage, KMSKey, Material
from watchword.keys.store import KeyStore
from watchword.keys.use import (
    Hands,
    bytes_of,
    check_opens,
    check_usable,
    default_if_none,
    material_of,
    present,
)

DATA_KEY_BYTES = {"AES_128": 16, "AES_256": 32}


def generate_data_key(
    request: kms.GenerateDataKeyRequest, found: KMSKey | None, call: Call[KeyStore], *, hands: Hands
) -> kms.GenerateDataKeyResponse:
    """Make a data key, in the clear and sealed under the KMS key and the encryption context.

    Raises:
        ValidationException: not exactly one of KeySpec and NumberOfBytes, or a context that is too long.
        DisabledException, KMSInvalidStateException: the key's state.
        KeyUnavailable: custody is out of reach.
    """
    size = _data_key_bytes(request.key_spec, request.number_of_bytes)
    _check_recipient(request.recipient)
    key, material = _sealing(kms.GENERATE_DATA_KEY, request, found, call, hands)
    plaintext, blob = hands.custody.generate_data_key(
        material=bytes_of(material), key_arn=key.arn, context=request.encryption_context or {}, size=size
    )
    hands.used(key, "GenerateDataKey", call.now)
    return kms.GenerateDataKeyResponse(
        ciphertext_blob=blob, plaintext=plaintext, key_id=key.arn, key_material_id=material.material_id
    )


def generate_data_key_without_plaintext(
    request: kms.GenerateDataKeyWithoutPlaintextRequest,
    found: KMSKey | None,
    call: Call[KeyStore],
    *,
    hands: Hands,
) -> kms.GenerateDataKeyWithoutPlaintextResponse:
    """Make a data key that nobody sees before it is decrypted: in the clear it never leaves the custodian."""
    size = _data_key_bytes(request.key_spec, request.number_of_bytes)
    key, material = _sealing(kms.GENERATE_DATA_KEY_WITHOUT_PLAINTEXT, request, found, call, hands)
    blob = hands.custody.generate_sealed_data_key(
        material=bytes_of(material), key_arn=key.arn, context=request.encryption_context or {}, size=size
    )
    hands.used(key, "GenerateDataKeyWithoutPlaintext", call.now)
    return kms.GenerateDataKeyWithoutPlaintextResponse(
        ciphertext_blob=blob, key_id=key.arn, key_material_id=material.material_id
    )


def encrypt(
    request: kms.EncryptRequest, found: KMSKey | None, call: Call[KeyStore], *, hands: Hands
) -> kms.EncryptResponse:
    _check_algorithm(request.encryption_algorithm)
    key, material = _sealing(kms.ENCRYPT, request, found, call, hands)
    blob = hands.custody.encrypt(
        material=bytes_of(material),
        key_arn=key.arn,
        context=request.encryption_context or {},
        plaintext=request.plaintext or b"",
    )
    hands.used(key, "Encrypt", call.now)
    return kms.EncryptResponse(ciphertext_blob=blob, key_id=key.arn, encryption_algorithm=SYMMETRIC)


def _sealing(
    operation: Operation,
    request: kms.GenerateDataKeyRequest | kms.GenerateDataKeyWithoutPlaintextRequest | kms.EncryptRequest,
    found: KMSKey | None,
    call: Call[KeyStore],
    hands: Hands,
) -> tuple[KMSKey, Material]:
    """The key that a request seals under, and the material that seals."""
    _check_context(request.encryption_context)
    if request.grant_tokens:
        check_tokens(request.grant_tokens, token_key=hands.token_key)
    key = default_if_none(found, call, hands.custody)
    check_usable(key, operation, KeyUsage.ENCRYPT_DECRYPT, call)
    refusals.end_dry_run(request.dry_run)
    return key, key.materials[key.current_version]


def decrypt(
    request: kms.DecryptRequest, key: KMSKey | None, call: Call[KeyStore], *, hands: Hands
) -> kms.DecryptResponse:
    """Open a ciphertext under the key and encryption context that made it.

    Raises:
        InvalidCiphertextException: another context, truncated, or no ciphertext of this key.
        DisabledException, KMSInvalidStateException: the key's state.
    """
    _check_algorithm(request.encryption_algorithm)
    _check_recipient(request.recipient)
    if request.grant_tokens:
        check_tokens(request.grant_tokens, token_key=hands.token_key)
    if key is None:
        raise refusals.alias_missing(default_alias_arn(call))
    check_opens(key, kms.DECRYPT, call, hands)
    refusals.end_dry_run(request.dry_run)
    blob = request.ciphertext_blob or b""
    context = request.encryption_context or {}
    material = material_of(key, blob)
    arn = key.arn
    try:
        if call.via is None:
            plaintext = hands.custody.decrypt(
                material=bytes_of(material), key_arn=arn, context=context, blob=blob
            )
        else:
            plaintext = hands.data_keys.open(
                material=bytes_of(material), key_arn=arn, context=context, blob=blob, now=call.now
            )
    except EnvelopeRefused as error:
        raise kms.InvalidCiphertextException from error
    hands.used(key, "Decrypt", call.now)
    return kms.DecryptResponse(
        key_id=arn,
        plaintext=plaintext,
        encryption_algorithm=SYMMETRIC,
        key_material_id=material.material_id,
    )


def re_encrypt(
    request: kms.ReEncryptRequest, both: SourceAndDestination, call: Call[KeyStore], *, hands: Hands
) -> kms.ReEncryptResponse:
    """Open a ciphertext and seal what it holds under another key or context; the plaintext never leaves the custodian.

    Raises:
        InvalidCiphertextException: as `decrypt`.
        DisabledException, KMSInvalidStateException: the state of either key.
    """
    _check_algorithm(request.source_encryption_algorithm)
    _check_algorithm(request.destination_encryption_algorithm)
    _check_context(request.destination_encryption_context)
    check_tokens(request.grant_tokens, token_key=hands.token_key)
    source, destination = both.source, both.destination
    check_opens(source, kms.RE_ENCRYPT, call, hands)
    check_usable(destination, kms.RE_ENCRYPT, KeyUsage.ENCRYPT_DECRYPT, call)
    refusals.end_dry_run(request.dry_run)
    blob = request.ciphertext_blob or b""
    material, to_material = material_of(source, blob), destination.materials[destination.current_version]
    try:
        resealed = hands.custody.re_encrypt(
            material=bytes_of(material),
            key_arn=source.arn,
            context=request.source_encryption_context or {},
            blob=blob,
            to_material=bytes_of(to_material),
            to_key_arn=destination.arn,
            to_context=request.destination_encryption_context or {},
        )
    except EnvelopeRefused as error:
        raise kms.InvalidCiphertextException from error
    hands.used(source, "ReEncrypt", call.now)
    hands.used(destination, "ReEncrypt", call.now)
    return kms.ReEncryptResponse(
        ciphertext_blob=resealed,
        source_key_id=source.arn,
        key_id=destination.arn,
        source_encryption_algorithm=SYMMETRIC,
        destination_encryption_algorithm=SYMMETRIC,
        source_key_material_id=material.material_id,
        destination_key_material_id=to_material.material_id,
    )


def generate_mac(
    request: kms.GenerateMacRequest, found: KMSKey | None, call: Call[KeyStore], *, hands: Hands
) -> kms.GenerateMacResponse:
    key = _mac_key(kms.GENERATE_MAC, request, found, call, hands)
    mac = hands.custody.generate_mac(
        material=bytes_of(key.materials[key.current_version]),
        key_arn=key.arn,
        algorithm=request.mac_algorithm or "",
        message=request.message or b"",
    )
    hands.used(key, "GenerateMac", call.now)
    return kms.GenerateMacResponse(mac=mac, mac_algorithm=request.mac_algorithm, key_id=key.arn)


def verify_mac(
    request: kms.VerifyMacRequest, found: KMSKey | None, call: Call[KeyStore], *, hands: Hands
) -> kms.VerifyMacResponse:
    """Say that a MAC is right.

    Raises:
        KMSInvalidMacException: it is not, whatever is wrong with it.
    """
    key = _mac_key(kms.VERIFY_MAC, request, found, call, hands)
    right = hands.custody.verify_mac(
        material=bytes_of(key.materials[key.current_version]),
        key_arn=key.arn,
        algorithm=request.mac_algorithm or "",
        message=request.message or b"",
        mac=request.mac or b"",
    )
    if not right:
        raise kms.KMSInvalidMacException
    hands.used(key, "VerifyMac", call.now)
    return kms.VerifyMacResponse(key_id=key.arn, mac_valid=True, mac_algorithm=request.mac_algorithm)


def _mac_key(
    operation: Operation,
    request: kms.GenerateMacRequest | kms.VerifyMacRequest,
    found: KMSKey | None,
    call: Call[KeyStore],
    hands: Hands,
) -> KMSKey:
    check_tokens(request.grant_tokens, token_key=hands.token_key)
    key = present(found, call)
    check_usable(key, operation, KeyUsage.GENERATE_VERIFY_MAC, call)
    if SPECS[key.spec].mac_algorithm != request.mac_algorithm:
        raise kms.InvalidKeyUsageException(
            f"Algorithm {request.mac_algorithm} is incompatible with key spec {key.spec}."
        )
    refusals.end_dry_run(request.dry_run)
    return key


def generate_random(
    request: kms.GenerateRandomRequest, _found: None, _call: Call[KeyStore], *, hands: Hands
) -> kms.GenerateRandomResponse:
    _check_recipient(request.recipient)
    if request.custom_key_store_id is not None:
        raise kms.UnsupportedOperationException("custom key stores are not supported")
    if request.number_of_bytes is None:
        raise ValidationException("NumberOfBytes is required.")
    return kms.GenerateRandomResponse(plaintext=hands.custody.random(size=request.number_of_bytes))


def seal_for_region(
    request: watchword.SealForRegionRequest, key: KMSKey, call: Call[KeyStore], *, hands: Hands
) -> watchword.SealForRegionResponse:
    """Open a value under this Region's key and seal it to another Region's transport key, inside the custodian.

    The permission is kms:Decrypt of the link's principal. Source: design section 5, who moves what.
    """
    check_opens(key, kms.DECRYPT, call, hands)
    blob = request.ciphertext_blob or b""
    try:
        sealed = hands.custody.seal_for_region(
            material=bytes_of(material_of(key, blob)),
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
    hands.used(key, "Decrypt", call.now)
    return watchword.SealForRegionResponse(sealed=sealed)


def open_from_region(
    request: watchword.OpenFromRegionRequest,
    found: KMSKey | None,
    call: Call[KeyStore],
    *,
    hands: Hands,
) -> watchword.OpenFromRegionResponse:
    """Open what another Region sealed to this one and seal it under a key of this Region, inside the custodian.

    The permission is kms:GenerateDataKey (and with it kms:Encrypt) of the link's principal.

    Raises:
        InvalidCiphertextException: it was not sealed to this Region for this link, secret and version.
    """
    key = default_if_none(found, call, hands.custody)
    check_usable(key, kms.GENERATE_DATA_KEY, KeyUsage.ENCRYPT_DECRYPT, call)
    try:
        blob, sealed_value = hands.custody.open_from_region(
            sealed=request.sealed or b"",
            info=request.info or b"",
            material=bytes_of(key.materials[key.current_version]),
            key_arn=key.arn,
            context=request.encryption_context or {},
            binding=binding_of(request.binding),
        )
    except EnvelopeRefused as error:
        raise kms.InvalidCiphertextException from error
    hands.used(key, "GenerateDataKey", call.now)
    return watchword.OpenFromRegionResponse(ciphertext_blob=blob, sealed_value=sealed_value, key_id=key.arn)


def bindings(hands: Hands) -> tuple[Bound, ...]:
    either, of_ciphertext = find.find_key_or_alias, find.find_key_of_ciphertext
    rows = (
        (kms.GENERATE_DATA_KEY, either, generate_data_key),
        (kms.GENERATE_DATA_KEY_WITHOUT_PLAINTEXT, either, generate_data_key_without_plaintext),
        (kms.ENCRYPT, either, encrypt),
        (kms.DECRYPT, of_ciphertext, decrypt),
        (kms.RE_ENCRYPT, find.find_source_and_destination, re_encrypt),
        (kms.GENERATE_MAC, either, generate_mac),
        (kms.VERIFY_MAC, either, verify_mac),
        (kms.GENERATE_RANDOM, find.find_nothing, generate_random),
        (watchword.SEAL_FOR_REGION, of_ciphertext, seal_for_region),
        (watchword.OPEN_FROM_REGION, either, open_from_region),
    )
    return tuple(
        Bound(operation=operation, find=found, run=partial(run, hands=hands))
        for operation, found, run in rows
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


def _data_key_bytes(spec: str | None, number: int | None) -> int:
    if (spec is None) == (number is None):
        raise ValidationException("Please specify either number of bytes or key spec.")
    return number or DATA_KEY_BYTES[spec or "AES_256"]


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
        # None of these operations declares an error that says so; ValidationException is common to all.
        raise ValidationException("`Recipient` is not supported")
