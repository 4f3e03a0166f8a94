"""The key-state table through signed requests: every operation in every state that a key can have (facts A.2)."""

from __future__ import annotations

import json
from typing import Any

import pytest
from tests.contract.kms_values import LASTS, ROOT, in_base64, make_key
from tests.contract.region import Region

from watchword.api.shapes import kms
from watchword.keys import states
from watchword.keys.model import KeyState

PLAINTEXT = in_base64(b"plain")
POLICY = json.dumps(
    {"Statement": [{"Effect": "Allow", "Principal": {"AWS": ROOT}, "Action": "kms:*", "Resource": "*"}]}
)
MAC: dict[str, object] = {"Message": PLAINTEXT, "MacAlgorithm": "HMAC_SHA_256"}

MEMBERS: dict[str, dict[str, object]] = {
    "Encrypt": {"Plaintext": PLAINTEXT},
    "GenerateDataKey": {"KeySpec": "AES_256"},
    "GenerateDataKeyWithoutPlaintext": {"KeySpec": "AES_256"},
    "GenerateMac": MAC,
    "VerifyMac": {**MAC, "Mac": PLAINTEXT},
    "CreateGrant": {"GranteePrincipal": ROOT, "Operations": ["DescribeKey"]},
    "EnableKey": {},
    "DisableKey": {},
    "EnableKeyRotation": {},
    "DisableKeyRotation": {},
    "RotateKeyOnDemand": {},
    "ScheduleKeyDeletion": {},
    "CancelKeyDeletion": {},
    "TagResource": {"Tags": [{"TagKey": "k", "TagValue": "v"}]},
    "UntagResource": {"TagKeys": ["k"]},
    "UpdateKeyDescription": {"Description": "d"},
    "GetParametersForImport": {"WrappingAlgorithm": "RSAES_OAEP_SHA_256", "WrappingKeySpec": "RSA_2048"},
    "ImportKeyMaterial": {"ImportToken": PLAINTEXT, "EncryptedKeyMaterial": PLAINTEXT, **LASTS},
    "DescribeKey": {},
    "GetKeyLastUsage": {},
    "GetKeyPolicy": {},
    "PutKeyPolicy": {"Policy": POLICY},
    "GetKeyRotationStatus": {},
    "ListKeyPolicies": {},
    "ListKeyRotations": {},
    "ListGrants": {},
    "ListResourceTags": {},
}
ELSEWHERE = {
    "Decrypt": "needs a ciphertext: test_gate_keys.py",
    "ReEncrypt": "has two keys: test_kms_crypto.py",
    "CreateAlias": "names its key otherwise: test_kms_aliases.py",
    "UpdateAlias": "as CreateAlias",
    "RetireGrant": "needs a grant: test_kms_grants.py",
    "RevokeGrant": "as RetireGrant",
    "DeleteImportedKeyMaterial": "needs material: test_kms_material.py",
}
STATES = (KeyState.ENABLED, KeyState.DISABLED, KeyState.PENDING_DELETION, KeyState.PENDING_IMPORT)
OF_MACS = {"GenerateMac", "VerifyMac"}
OF_IMPORTS = {"GetParametersForImport", "ImportKeyMaterial"}


def key_in(region: Region, operation: str, state: KeyState) -> str:
    """A key in a state, of the kind that the operation is for."""
    kind: dict[str, Any] = {}
    if operation in OF_MACS:
        kind = {"KeySpec": "HMAC_256", "KeyUsage": "GENERATE_VERIFY_MAC"}
    if operation in OF_IMPORTS or state is KeyState.PENDING_IMPORT:
        kind["Origin"] = "EXTERNAL"
    arn = make_key(region, **kind)
    if operation in OF_IMPORTS and state is not KeyState.PENDING_IMPORT:
        region.tamper("UPDATE kms_key SET state = ?, stamp = stamp + 1", state.value)
        return arn
    if state is KeyState.DISABLED:
        region.call("DisableKey", KeyId=arn)
    if state is KeyState.PENDING_DELETION:
        region.call("ScheduleKeyDeletion", KeyId=arn)
    return arn


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("operation", MEMBERS)
def test_a_state_allows_an_operation_or_says_why_not(region: Region, operation: str, state: KeyState) -> None:
    arn = key_in(region, operation, state)
    body = json.dumps({"KeyId": arn, **MEMBERS[operation]}).encode()

    status, code, text = region.send(region.request(operation, body, service="kms")).refusal

    refusal = states.TABLE.get(operation, {}).get(state)
    if refusal is not None:
        expected = refusal(arn)
        assert (status, code, text) == (400, expected.code, expected.message)
    else:
        # What is wrong beside the state may be said; the state is none of it.
        assert code not in ("DisabledException", "KMSInvalidStateException"), text


def test_every_operation_on_a_key_is_tried_in_every_state() -> None:
    on_keys = {
        name
        for name, operation in kms.OPERATIONS.items()
        if "key_id" in operation.request.__struct_fields__ and name not in NOT_HERE
    }

    assert on_keys - {"ListAliases"} == (MEMBERS.keys() | ELSEWHERE.keys()) - {
        "ReEncrypt",
        "CreateAlias",
        "UpdateAlias",
    }
    assert states.TABLE.keys() - NOT_HERE <= MEMBERS.keys() | ELSEWHERE.keys()


NOT_HERE = {
    "ReplicateKey",
    "UpdatePrimaryRegion",
    "GenerateDataKeyPair",
    "GenerateDataKeyPairWithoutPlaintext",
    "GetPublicKey",
    "Sign",
    "Verify",
    "DeriveSharedSecret",
    "Encapsulate",
    "Decapsulate",
}
