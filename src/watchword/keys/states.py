"""Which operation a key's state allows: one table. Pure.

What is not in the table works in every state: DescribeKey, GetKeyPolicy and PutKeyPolicy, all lists, DeleteAlias,
RetireGrant and RevokeGrant, GetKeyRotationStatus, GetKeyLastUsage. UpdateAlias asks for the state of the new target alone.

Source: KMS Developer Guide, Key states of AWS KMS keys; facts A.2.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from watchword.api.errors import ApiError
from watchword.api.shapes import kms
from watchword.keys.model import KeyState

Refusal = Callable[[str], ApiError]
"""Makes the refusal from the key's ARN."""


def _disabled(arn: str) -> ApiError:
    return kms.DisabledException(f"{arn} is disabled.")


def _is(what: str) -> Refusal:
    return lambda arn: kms.KMSInvalidStateException(f"{arn} is {what}.")


def wrong_origin(arn: str, origin: str) -> ApiError:
    return kms.UnsupportedOperationException(
        f"{arn} origin is {origin} which is not valid for this operation."
    )


def _external(arn: str) -> ApiError:
    return wrong_origin(arn, "EXTERNAL")


_disabled_state = _is("disabled")
_pending_deletion = _is("pending deletion")
_pending_replica_deletion = _is("pending replica deletion")
_pending_import = _is("pending import")
_creating = _is("creating")
_updating = _is("updating")
_not_pending_deletion = _is("not pending deletion")

_DELETED: Mapping[KeyState, Refusal] = {
    KeyState.PENDING_DELETION: _pending_deletion,
    KeyState.PENDING_REPLICA_DELETION: _pending_replica_deletion,
}
_USE: Mapping[KeyState, Refusal] = {
    KeyState.DISABLED: _disabled,
    **_DELETED,
    KeyState.PENDING_IMPORT: _pending_import,
    KeyState.CREATING: _creating,
}
_SWITCH: Mapping[KeyState, Refusal] = {
    **_DELETED,
    KeyState.PENDING_IMPORT: _pending_import,
    KeyState.CREATING: _creating,
    KeyState.UPDATING: _updating,
}
_ROTATION: Mapping[KeyState, Refusal] = {
    KeyState.DISABLED: _disabled,
    **_DELETED,
    KeyState.PENDING_IMPORT: _external,
    KeyState.CREATING: _creating,
}
# PendingReplicaDeletion can be cancelled like PendingDeletion.
_CANCEL: Mapping[KeyState, Refusal] = dict.fromkeys(
    (
        KeyState.ENABLED,
        KeyState.DISABLED,
        KeyState.PENDING_IMPORT,
        KeyState.CREATING,
        KeyState.UPDATING,
    ),
    _not_pending_deletion,
)
_IMPORT: Mapping[KeyState, Refusal] = {**_DELETED, KeyState.CREATING: _creating}

TABLE: Mapping[str, Mapping[KeyState, Refusal]] = {
    **dict.fromkeys(
        (
            "Encrypt",
            "Decrypt",
            "ReEncrypt",
            "GenerateDataKey",
            "GenerateDataKeyWithoutPlaintext",
            "GenerateMac",
            "VerifyMac",
            "CreateGrant",
            "UpdatePrimaryRegion",
            "RotateKeyOnDemand",
        ),
        _USE,
    ),
    "ReplicateKey": {**_USE, KeyState.UPDATING: _updating},
    **dict.fromkeys(("EnableKey", "DisableKey"), _SWITCH),
    **dict.fromkeys(("EnableKeyRotation", "DisableKeyRotation"), _ROTATION),
    "ScheduleKeyDeletion": {**_DELETED, KeyState.UPDATING: _updating},
    "CancelKeyDeletion": _CANCEL,
    **dict.fromkeys(
        ("CreateAlias", "UpdateAlias", "TagResource", "UntagResource", "UpdateKeyDescription"), _DELETED
    ),
    "GetParametersForImport": _IMPORT,
    # The model names the states in which material can be imported: PendingImport and Enabled.
    "ImportKeyMaterial": {**_IMPORT, KeyState.DISABLED: _disabled_state},
}
"""By operation and state: how it is refused; an absent state allows it."""

_ANYTHING: Mapping[KeyState, Refusal] = {}


def check(operation: str, state: KeyState, *, arn: str) -> None:
    """Refuse an operation that the key's state does not allow.

    Raises:
        DisabledException, KMSInvalidStateException, UnsupportedOperationException: as the table says.
    """
    refusal = TABLE.get(operation, _ANYTHING).get(state)
    if refusal is not None:
        raise refusal(arn)
