"""Whether a key may be used now, and with what: judged for every cryptographic operation, in one place.

Policy was asked by the gate; the key's state, owner, usage and material are judged here.

Source: KMS developer guide, key states; facts A.2.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from watchword.api.call import Call
from watchword.api.operation import Operation
from watchword.api.shapes import kms
from watchword.envelope.ciphertext import header
from watchword.keys import refusals, states
from watchword.keys.custody import Custody
from watchword.keys.data_keys import DataKeys
from watchword.keys.key_operations import default_alias_arn, default_key
from watchword.keys.model import KeyManager, KeyState, KeyUsage, KMSKey, Material, Origin
from watchword.keys.pages import TokenKey
from watchword.keys.store import KeyStore

SECRETS_MANAGER = "secretsmanager."
"""How `kms:ViaService` begins where the service calls that owns the AWS managed key."""

Used = Callable[[KMSKey, str, int], None]
"""Note that a key was used for an operation at a moment; it reaches the store within a minute, never in this request."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hands:
    """What cryptographic operations work with, the same for all requests of a process."""

    custody: Custody
    data_keys: DataKeys
    token_key: TokenKey
    used: Used


def present(found: KMSKey | None, call: Call[KeyStore]) -> KMSKey:
    """The key found; the default key's alias names none before Secrets Manager has made it."""
    if found is None:
        raise refusals.alias_missing(default_alias_arn(call))
    return found


def default_if_none(found: KMSKey | None, call: Call[KeyStore], custody: Custody) -> KMSKey:
    """The key found, or the account's default key, made at its first use by Secrets Manager."""
    if found is not None:
        return found
    if call.via is None or not call.via.startswith(SECRETS_MANAGER):
        raise refusals.alias_missing(default_alias_arn(call))
    return default_key(call, custody)


def check_opens(key: KMSKey, operation: Operation, call: Call[KeyStore], hands: Hands) -> None:
    """As `check_usable`; of a key that is refused, no data key stays in memory."""
    if (
        key.state is KeyState.ENABLED
        and key.usage is KeyUsage.ENCRYPT_DECRYPT
        and key.manager is KeyManager.CUSTOMER
        and key.origin is Origin.AWS_KMS
    ):
        # Nothing could refuse it: what most reads of secrets come to.
        return
    try:
        check_usable(key, operation, KeyUsage.ENCRYPT_DECRYPT, call)
    except (kms.DisabledException, kms.KMSInvalidStateException):
        hands.data_keys.forget(key.arn)
        raise


def check_usable(key: KMSKey, operation: Operation, usage: KeyUsage, call: Call[KeyStore]) -> None:
    """Refuse a key that its state, its kind or its policy keeps from cryptographic use.

    An AWS managed key's policy admits every principal of the account, but only through its service (kms:ViaService).

    Raises:
        AccessDeniedException, InvalidKeyUsageException, DisabledException, KMSInvalidStateException.
    """
    if key.manager is KeyManager.AWS and not (call.via and call.via.startswith(SECRETS_MANAGER)):
        raise refusals.not_authorized(key, operation, call.principal)
    refusals.check_usage(key, usage, operation.name)
    if key.state is not KeyState.ENABLED:
        states.check(operation.name, key.state, arn=key.arn)
    expires_ms = key.expires_ms
    if expires_ms is not None and expires_ms <= call.now:
        # Its material goes with the next round of the agent; until then it is as good as gone.
        states.check(operation.name, KeyState.PENDING_IMPORT, arn=key.arn)


def material_of(key: KMSKey, blob: bytes) -> Material:
    """The material that the blob says it was made with; old versions keep opening old ciphertexts."""
    try:
        return key.materials[header(blob).material_version]
    except KeyError as error:
        raise kms.InvalidCiphertextException from error


def bytes_of(material: Material) -> bytes:
    """The wrapped bytes; a key of which any are missing is pending import, and was refused before."""
    assert material.wrapped is not None
    return material.wrapped
