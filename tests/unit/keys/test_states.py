"""The key-state table, cell by cell (KMS Developer Guide, Key states of AWS KMS keys; facts A.2)."""

from __future__ import annotations

import itertools

import pytest

from watchword.api.errors import ApiError
from watchword.api.shapes import kms
from watchword.keys import states
from watchword.keys.model import KeyState

ARN = "arn:aws:kms:us-east-1:123456789012:key/11111111-1111-4111-8111-111111111111"
COLUMNS = (
    KeyState.ENABLED,
    KeyState.DISABLED,
    KeyState.PENDING_DELETION,
    KeyState.PENDING_REPLICA_DELETION,
    KeyState.PENDING_IMPORT,
    KeyState.CREATING,
    KeyState.UPDATING,
)

# The numbers are those of the guide's notes. `3r` is note 3 for a primary key whose replicas are still there.
NOTES = {
    "1": ("DisabledException", "is disabled."),
    "1k": ("KMSInvalidStateException", "is disabled."),
    "3": ("KMSInvalidStateException", "is pending deletion."),
    "3r": ("KMSInvalidStateException", "is pending replica deletion."),
    "4": ("KMSInvalidStateException", "is not pending deletion."),
    "5": ("KMSInvalidStateException", "is pending import."),
    "6": ("UnsupportedOperationException", "origin is EXTERNAL which is not valid for this operation."),
    "14": ("KMSInvalidStateException", "is creating."),
    "15": ("KMSInvalidStateException", "is updating."),
}

TABLE = """
                                 Enabled Disabled Deletion ReplicaDeletion Import Creating Updating
Encrypt                          ok      1        3        3r              5      14       ok
Decrypt                          ok      1        3        3r              5      14       ok
ReEncrypt                        ok      1        3        3r              5      14       ok
GenerateDataKey                  ok      1        3        3r              5      14       ok
GenerateDataKeyWithoutPlaintext  ok      1        3        3r              5      14       ok
GenerateMac                      ok      1        3        3r              5      14       ok
VerifyMac                        ok      1        3        3r              5      14       ok
CreateGrant                      ok      1        3        3r              5      14       ok
ReplicateKey                     ok      1        3        3r              5      14       15
UpdatePrimaryRegion              ok      1        3        3r              5      14       ok
RotateKeyOnDemand                ok      1        3        3r              5      14       ok
EnableKey                        ok      ok       3        3r              5      14       15
DisableKey                       ok      ok       3        3r              5      14       15
EnableKeyRotation                ok      1        3        3r              6      14       ok
DisableKeyRotation               ok      1        3        3r              6      14       ok
ScheduleKeyDeletion              ok      ok       3        3r              ok     ok       15
CancelKeyDeletion                4       4        ok       ok              4      4        4
CreateAlias                      ok      ok       3        3r              ok     ok       ok
UpdateAlias                      ok      ok       3        3r              ok     ok       ok
TagResource                      ok      ok       3        3r              ok     ok       ok
UntagResource                    ok      ok       3        3r              ok     ok       ok
UpdateKeyDescription             ok      ok       3        3r              ok     ok       ok
GetParametersForImport           ok      ok       3        3r              ok     14       ok
ImportKeyMaterial                ok      1k       3        3r              ok     14       ok
DeleteImportedKeyMaterial        ok      ok       ok       ok              ok     ok       ok
DescribeKey                      ok      ok       ok       ok              ok     ok       ok
GetKeyLastUsage                  ok      ok       ok       ok              ok     ok       ok
GetKeyPolicy                     ok      ok       ok       ok              ok     ok       ok
PutKeyPolicy                     ok      ok       ok       ok              ok     ok       ok
GetKeyRotationStatus             ok      ok       ok       ok              ok     ok       ok
ListKeyPolicies                  ok      ok       ok       ok              ok     ok       ok
ListKeyRotations                 ok      ok       ok       ok              ok     ok       ok
ListGrants                       ok      ok       ok       ok              ok     ok       ok
ListResourceTags                 ok      ok       ok       ok              ok     ok       ok
RetireGrant                      ok      ok       ok       ok              ok     ok       ok
RevokeGrant                      ok      ok       ok       ok              ok     ok       ok
"""
ROWS = {line.split()[0]: line.split()[1:] for line in TABLE.strip().splitlines()[1:]}
CELLS = [
    pytest.param(operation, state, note, id=f"{operation}-{state}-{note}")
    for operation, notes in ROWS.items()
    for state, note in zip(COLUMNS, notes, strict=True)
]


@pytest.mark.parametrize(("operation", "state", "note"), CELLS)
def test_a_state_allows_an_operation_or_says_why_not(operation: str, state: KeyState, note: str) -> None:
    if note == "ok":
        states.check(operation, state, arn=ARN)
        return

    with pytest.raises(ApiError) as refused:
        states.check(operation, state, arn=ARN)

    assert (refused.value.code, refused.value.message) == (NOTES[note][0], f"{ARN} {NOTES[note][1]}")


def test_every_state_is_a_column_and_every_rule_a_row() -> None:
    assert set(COLUMNS) == set(KeyState)
    assert states.TABLE.keys() <= ROWS.keys()
    assert ROWS.keys() <= set(kms.OPERATIONS)


def test_every_refusal_is_declared_by_its_operation() -> None:
    """ReplicateKey and the like are here for the day when they answer."""
    undeclared = set()
    for (name, refusals), state in itertools.product(states.TABLE.items(), KeyState):
        if state in refusals:
            code = refusals[state](ARN).code
            if code not in {error.code for error in kms.OPERATIONS[name].errors}:
                undeclared.add((name, code))

    assert undeclared == set()
