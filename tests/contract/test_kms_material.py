"""Rotation and imported key material, by signed requests (KMS Developer Guide, Rotate KMS keys, Importing key material)."""

from __future__ import annotations

import base64
import os
from collections.abc import Callable
from typing import Any

import pytest
from tests.contract.kms_values import (
    DAY_MS,
    LASTS,
    described,
    import_material,
    in_base64,
    mac_key,
    make_key,
    parameters,
    state_of,
    tend,
    wrapped,
)
from tests.contract.region import ACCOUNT, START_MS, Region

from watchword.api.shapes import watchword
from watchword.envelope.ciphertext import header
from watchword.keys.model import Quotas

PLAINTEXT = in_base64(b"plain")
MATERIAL, OTHER = bytes(range(32)), bytes(range(32, 64))


def encrypted(region: Region, arn: str) -> str:
    blob: str = region.call("Encrypt", KeyId=arn, Plaintext=PLAINTEXT)["CiphertextBlob"]
    return blob


def version_of(blob: str) -> int:
    return header(base64.b64decode(blob)).material_version


def rotations(region: Region, arn: str, **members: object) -> list[dict[str, Any]]:
    listed: list[dict[str, Any]] = region.call("ListKeyRotations", KeyId=arn, **members)["Rotations"]
    return listed


def external(region: Region, **members: object) -> str:
    return make_key(region, Origin="EXTERNAL", **members)


# Rotation


def test_rotated_keys_open_all_that_they_ever_sealed(region: Region) -> None:
    arn = make_key(region)
    blobs = [encrypted(region, arn)]
    for _ in range(3):
        assert region.call("RotateKeyOnDemand", KeyId=arn) == {"KeyId": arn.rpartition("/")[2]}
        blobs.append(encrypted(region, arn))

    assert [version_of(blob) for blob in blobs] == [1, 2, 3, 4]
    opened = [region.call("Decrypt", CiphertextBlob=blob) for blob in blobs]
    assert [one["Plaintext"] for one in opened] == [PLAINTEXT] * 4
    assert len({one["KeyMaterialId"] for one in opened}) == 4
    assert opened[-1]["KeyMaterialId"] == described(region, arn)["CurrentKeyMaterialId"]
    for blob in blobs:
        changed = bytearray(base64.b64decode(blob))
        changed[-1] ^= 1
        refused = region.refused("Decrypt", CiphertextBlob=in_base64(bytes(changed)))
        assert refused[0] == "InvalidCiphertextException"


def test_a_ciphertext_of_a_version_that_never_was_opens_nothing(region: Region) -> None:
    first, second = make_key(region), make_key(region)
    region.call("RotateKeyOnDemand", KeyId=first)
    blob = base64.b64decode(encrypted(region, first))
    named = first.encode()
    at = blob.index(named)
    forged = blob[:at] + second.encode() + blob[at + len(named) :]

    assert region.refused("Decrypt", CiphertextBlob=in_base64(forged)) == ("InvalidCiphertextException", "")


def test_an_automatic_rotation_comes_on_its_day_and_keeps_to_the_schedule(region: Region) -> None:
    arn = make_key(region)
    blob = encrypted(region, arn)
    region.call("EnableKeyRotation", KeyId=arn, RotationPeriodInDays=90)
    key_id = arn.rpartition("/")[2]
    assert region.call("GetKeyRotationStatus", KeyId=arn) == {
        "KeyId": key_id,
        "KeyRotationEnabled": True,
        "RotationPeriodInDays": 90,
        "NextRotationDate": (START_MS + 90 * DAY_MS) / 1000,
    }

    region.clock.forward(90 * DAY_MS - 1)
    assert tend(region) == 0
    region.clock.forward(1)
    assert (tend(region), tend(region)) == (1, 0)

    (entry,) = rotations(region, arn)
    assert entry == {
        "KeyId": key_id,
        "KeyMaterialId": described(region, arn)["CurrentKeyMaterialId"],
        "KeyMaterialState": "CURRENT",
        "RotationDate": (START_MS + 90 * DAY_MS) / 1000,
        "RotationType": "AUTOMATIC",
    }
    status = region.call("GetKeyRotationStatus", KeyId=arn)
    assert status["NextRotationDate"] == (START_MS + 180 * DAY_MS) / 1000
    assert version_of(encrypted(region, arn)) == 2
    assert region.call("Decrypt", CiphertextBlob=blob)["Plaintext"] == PLAINTEXT
    event = next(event for event in region.events() if event["eventName"] == "RotateKey")
    assert event["serviceEventDetails"]["currentKeyMaterialId"] == entry["KeyMaterialId"]


def test_a_region_that_was_stopped_for_years_rotates_once(region: Region) -> None:
    arn = make_key(region)
    region.call("EnableKeyRotation", KeyId=arn)

    region.clock.forward(1_000 * DAY_MS)
    assert (tend(region), tend(region)) == (1, 0)

    status = region.call("GetKeyRotationStatus", KeyId=arn)
    assert status["NextRotationDate"] == (START_MS + 3 * 365 * DAY_MS) / 1000


def test_a_disabled_key_is_rotated_when_it_is_enabled(region: Region) -> None:
    """GetKeyRotationStatus, Disabled."""
    arn = make_key(region)
    region.call("EnableKeyRotation", KeyId=arn)
    region.call("DisableKey", KeyId=arn)
    region.clock.forward(400 * DAY_MS)
    assert tend(region) == 0
    assert region.call("GetKeyRotationStatus", KeyId=arn)["KeyRotationEnabled"] is True

    region.call("EnableKey", KeyId=arn)

    assert tend(region) == 1


def test_a_key_that_is_pending_deletion_says_that_it_is_not_rotated(region: Region) -> None:
    """GetKeyRotationStatus, Pending deletion."""
    arn = make_key(region)
    region.call("EnableKeyRotation", KeyId=arn)
    region.call("ScheduleKeyDeletion", KeyId=arn)
    key_id = arn.rpartition("/")[2]

    assert region.call("GetKeyRotationStatus", KeyId=arn) == {"KeyId": key_id, "KeyRotationEnabled": False}

    region.call("CancelKeyDeletion", KeyId=arn)
    assert region.call("GetKeyRotationStatus", KeyId=arn)["KeyRotationEnabled"] is True


def test_rotation_is_switched_off(region: Region) -> None:
    arn = make_key(region)
    region.call("EnableKeyRotation", KeyId=arn)
    region.call("DisableKeyRotation", KeyId=arn)

    region.clock.forward(400 * DAY_MS)

    assert tend(region) == 0
    assert region.call("GetKeyRotationStatus", KeyId=arn)["KeyRotationEnabled"] is False


def test_rotations_on_demand_are_so_many_and_not_one_more(region: Region) -> None:
    region.key_quotas = Quotas(on_demand_rotations_max=2)
    region.compose()
    arn = make_key(region)
    for _ in range(2):
        region.call("RotateKeyOnDemand", KeyId=arn)

    assert region.refused("RotateKeyOnDemand", KeyId=arn) == (
        "LimitExceededException",
        "The on-demand rotations limit has been reached for the given keyId. "
        f"No more on-demand rotations can be performed for this key: {arn}",
    )


def test_minutes_before_an_automatic_rotation_none_is_done_on_demand(region: Region) -> None:
    arn = make_key(region)
    region.call("EnableKeyRotation", KeyId=arn)
    region.clock.forward(365 * DAY_MS - 60_000)

    assert region.refused("RotateKeyOnDemand", KeyId=arn)[0] == "ConflictException"


def test_rotations_are_listed_page_by_page_and_all_material_if_asked_for(region: Region) -> None:
    arn = make_key(region)
    for _ in range(3):
        region.clock.forward(1_000)
        region.call("RotateKeyOnDemand", KeyId=arn)

    first = region.call("ListKeyRotations", KeyId=arn, Limit=2)
    rest = region.call("ListKeyRotations", KeyId=arn, Limit=2, Marker=first["NextMarker"])
    everything = rotations(region, arn, IncludeKeyMaterial="ALL_KEY_MATERIAL")

    shown = first["Rotations"] + rest["Rotations"]
    assert [entry["RotationDate"] for entry in shown] == [START_MS / 1000 + n for n in (1, 2, 3)]
    assert {entry["RotationType"] for entry in shown} == {"ON_DEMAND"}
    assert [entry["KeyMaterialState"] for entry in everything] == ["NON_CURRENT"] * 3 + ["CURRENT"]
    assert "RotationDate" not in everything[0]
    assert everything[1:] == shown


ROTATING = (
    "EnableKeyRotation",
    "DisableKeyRotation",
    "RotateKeyOnDemand",
    "GetKeyRotationStatus",
    "ListKeyRotations",
)


@pytest.mark.parametrize("operation", ROTATING)
def test_keys_for_macs_are_not_rotated(region: Region, operation: str) -> None:
    """Facts A.2: without a message."""
    assert region.refused(operation, KeyId=mac_key(region)) == ("UnsupportedOperationException", "")


def test_two_agents_that_rotate_at_once_rotate_once(region: Region) -> None:
    """The second finds another stamp, begins again, and nothing is due any more."""
    arn = make_key(region)
    region.call("EnableKeyRotation", KeyId=arn)
    region.clock.forward(365 * DAY_MS)
    rounds: list[int] = []
    custody = region.custody

    class Slow:
        """While it makes material, another agent does the same."""

        def __getattr__(self, name: str) -> Any:
            return getattr(custody, name)

        def create_material(self, *, key_arn: str, material_version: int = 1) -> bytes:
            if not rounds:
                rounds.append(1)
                region.custody = custody
                region.compose()
                assert tend(region) == 1
            made: bytes = custody.create_material(key_arn=key_arn, material_version=material_version)
            return made

    region.custody = Slow()
    region.compose()
    slow = region.gate
    answer: watchword.TendKeysResponse = slow.perform(
        watchword.TEND_KEYS, watchword.TendKeysRequest(limit=100), principal=region.itself
    )

    assert answer.tended == 0
    assert len(rotations(region, arn)) == 1


# Imported material

ALGORITHMS = ("RSAES_OAEP_SHA_1", "RSAES_OAEP_SHA_256", "RSA_AES_KEY_WRAP_SHA_1", "RSA_AES_KEY_WRAP_SHA_256")


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_material_is_imported_in_each_way_of_wrapping(region: Region, algorithm: str) -> None:
    arn = external(region)
    assert state_of(region, arn) == "PendingImport"
    given = parameters(region, arn, algorithm=algorithm)
    assert given["ParametersValidTo"] == (START_MS + DAY_MS) / 1000

    made = region.call(
        "ImportKeyMaterial",
        KeyId=arn,
        ImportToken=given["ImportToken"],
        EncryptedKeyMaterial=wrapped(MATERIAL, given["PublicKey"], algorithm=algorithm),
        **LASTS,
    )

    shown = described(region, arn)
    assert made == {"KeyId": arn, "KeyMaterialId": shown["CurrentKeyMaterialId"]}
    assert (shown["KeyState"], shown["Origin"]) == ("Enabled", "EXTERNAL")
    assert shown["ExpirationModel"] == "KEY_MATERIAL_DOES_NOT_EXPIRE"
    blob = encrypted(region, arn)
    assert region.call("Decrypt", CiphertextBlob=blob)["Plaintext"] == PLAINTEXT


def test_imported_material_is_nowhere_in_the_clear(region: Region) -> None:
    canary = b"canary-of-32-bytes-never-stored!"
    arn = external(region)

    import_material(region, arn, canary)

    assert canary not in region.everything_on_disk()
    assert canary not in b"".join(region.trail.lines)
    assert in_base64(canary).encode() not in region.everything_on_disk()


def test_material_that_expires_is_gone_at_its_moment_and_the_same_comes_back(region: Region) -> None:
    arn = external(region)
    until = {"ExpirationModel": "KEY_MATERIAL_EXPIRES", "ValidTo": START_MS / 1000 + 60}
    first = import_material(region, arn, MATERIAL, **until)
    blob = encrypted(region, arn)
    assert described(region, arn)["ValidTo"] == START_MS / 1000 + 60
    region.clock.forward(60_000)
    pending = ("KMSInvalidStateException", f"{arn} is pending import.")
    assert region.refused("Decrypt", CiphertextBlob=blob) == pending

    assert (tend(region), tend(region)) == (1, 0)

    assert state_of(region, arn) == "PendingImport"
    assert region.refused("Decrypt", CiphertextBlob=blob) == pending
    assert "DeleteExpiredKeyMaterial" in region.event_names()
    again = import_material(region, arn, MATERIAL)
    assert again["KeyMaterialId"] == first["KeyMaterialId"]
    assert region.call("Decrypt", CiphertextBlob=blob)["Plaintext"] == PLAINTEXT


def test_deleted_material_comes_back_and_nothing_else_does(region: Region) -> None:
    arn = external(region)
    material_id = import_material(region, arn, MATERIAL)["KeyMaterialId"]
    blob = encrypted(region, arn)

    answer = region.call("DeleteImportedKeyMaterial", KeyId=arn)

    assert answer == {"KeyId": arn, "KeyMaterialId": material_id}
    assert state_of(region, arn) == "PendingImport"
    assert not {"ValidTo", "ExpirationModel"} & described(region, arn).keys()
    given = parameters(region, arn)
    refused = region.refused(
        "ImportKeyMaterial",
        KeyId=arn,
        ImportToken=given["ImportToken"],
        EncryptedKeyMaterial=wrapped(OTHER, given["PublicKey"]),
        **LASTS,
    )
    assert refused[0] == "IncorrectKeyMaterialException"
    import_material(region, arn, MATERIAL, KeyMaterialId=material_id)
    assert region.call("Decrypt", CiphertextBlob=blob)["Plaintext"] == PLAINTEXT


def test_deleted_material_is_shredded(region: Region) -> None:
    arn = external(region)
    import_material(region, arn, MATERIAL)
    held = region.stores.unit().key(ACCOUNT, arn.rpartition("/")[2])
    assert held is not None
    sealed = held.materials[1].wrapped
    assert sealed is not None

    region.call("DeleteImportedKeyMaterial", KeyId=arn)
    region.stores.drop_events([row.event_id for row in region.stores.events(limit=10_000)])

    assert region.stores.scrub()
    assert sealed not in region.everything_on_disk()


def test_new_material_seals_after_a_rotation_on_demand(region: Region) -> None:
    arn = external(region)
    first = import_material(region, arn, MATERIAL)["KeyMaterialId"]
    blob = encrypted(region, arn)
    refused = region.refused("RotateKeyOnDemand", KeyId=arn)
    assert refused == ("KMSInvalidStateException", f"{arn} has no key material that is pending rotation.")
    new = {"ImportType": "NEW_KEY_MATERIAL", "KeyMaterialDescription": "the second"}
    second = import_material(region, arn, OTHER, **new)["KeyMaterialId"]
    assert version_of(encrypted(region, arn)) == 1
    waiting = rotations(region, arn, IncludeKeyMaterial="ALL_KEY_MATERIAL")
    assert [(one["KeyMaterialId"], one["KeyMaterialState"]) for one in waiting] == [
        (first, "CURRENT"),
        (second, "PENDING_ROTATION"),
    ]
    assert (waiting[1]["ImportState"], waiting[1]["KeyMaterialDescription"]) == ("IMPORTED", "the second")

    region.call("RotateKeyOnDemand", KeyId=arn)

    assert version_of(encrypted(region, arn)) == 2
    assert region.call("Decrypt", CiphertextBlob=blob)["KeyMaterialId"] == first
    region.call("DeleteImportedKeyMaterial", KeyId=arn, KeyMaterialId=first)
    assert state_of(region, arn) == "PendingImport"
    import_material(region, arn, MATERIAL)
    assert region.call("Decrypt", CiphertextBlob=blob)["Plaintext"] == PLAINTEXT


def test_a_key_for_macs_takes_one_material(region: Region) -> None:
    arn = external(region, KeySpec="HMAC_384", KeyUsage="GENERATE_VERIFY_MAC")
    material = os.urandom(48)

    assert import_material(region, arn, material) == {"KeyId": arn}

    said = {"KeyId": arn, "MacAlgorithm": "HMAC_SHA_384", "Message": PLAINTEXT}
    mac = region.call("GenerateMac", **said)["Mac"]
    assert region.call("DeleteImportedKeyMaterial", KeyId=arn) == {"KeyId": arn}
    import_material(region, arn, material)
    assert region.call("VerifyMac", Mac=mac, **said)["MacValid"] is True


Change = Callable[[Region, str, dict[str, Any], dict[str, Any]], None]


def another_key_s_token(region: Region, _arn: str, asked: dict[str, Any], _given: dict[str, Any]) -> None:
    asked["ImportToken"] = parameters(region, external(region))["ImportToken"]


def a_changed_token(_region: Region, _arn: str, asked: dict[str, Any], given: dict[str, Any]) -> None:
    token = bytearray(base64.b64decode(given["ImportToken"]))
    token[-1] ^= 1
    asked["ImportToken"] = in_base64(bytes(token))


def an_old_token(region: Region, _arn: str, _asked: dict[str, Any], _given: dict[str, Any]) -> None:
    region.clock.forward(DAY_MS + 1)


def changed_material(_region: Region, _arn: str, asked: dict[str, Any], _given: dict[str, Any]) -> None:
    content = bytearray(base64.b64decode(asked["EncryptedKeyMaterial"]))
    content[0] ^= 1
    asked["EncryptedKeyMaterial"] = in_base64(bytes(content))


def another_way_of_wrapping(_r: Region, _arn: str, asked: dict[str, Any], given: dict[str, Any]) -> None:
    asked["EncryptedKeyMaterial"] = wrapped(
        MATERIAL, given["PublicKey"], algorithm="RSA_AES_KEY_WRAP_SHA_256"
    )


def short_material(_region: Region, _arn: str, asked: dict[str, Any], given: dict[str, Any]) -> None:
    asked["EncryptedKeyMaterial"] = wrapped(MATERIAL[:31], given["PublicKey"])


def no_moment(_region: Region, _arn: str, asked: dict[str, Any], _given: dict[str, Any]) -> None:
    del asked["ExpirationModel"]


def a_moment_in_the_past(_region: Region, _arn: str, asked: dict[str, Any], _given: dict[str, Any]) -> None:
    asked |= {"ExpirationModel": "KEY_MATERIAL_EXPIRES", "ValidTo": START_MS / 1000}


WRONG_IMPORTS: dict[str, tuple[Change, str]] = {
    "another key's token": (another_key_s_token, "InvalidImportTokenException"),
    "a changed token": (a_changed_token, "InvalidImportTokenException"),
    "a token of yesterday": (an_old_token, "ExpiredImportTokenException"),
    "changed material": (changed_material, "InvalidCiphertextException"),
    "another way of wrapping": (another_way_of_wrapping, "InvalidCiphertextException"),
    "short material": (short_material, "IncorrectKeyMaterialException"),
    "no moment of expiry": (no_moment, "ValidationException"),
    "a moment in the past": (a_moment_in_the_past, "ValidationException"),
}


@pytest.mark.parametrize(("change", "code"), WRONG_IMPORTS.values(), ids=WRONG_IMPORTS)
def test_an_import_is_refused(region: Region, change: Change, code: str) -> None:
    arn = external(region)
    given = parameters(region, arn)
    asked: dict[str, Any] = {
        "KeyId": arn,
        "ImportToken": given["ImportToken"],
        "EncryptedKeyMaterial": wrapped(MATERIAL, given["PublicKey"]),
        **LASTS,
    }
    change(region, arn, asked, given)

    assert region.refused("ImportKeyMaterial", **asked)[0] == code
    assert state_of(region, arn) == "PendingImport"


GIVEN_UP = (("RSAES_PKCS1_V1_5", "RSA_2048"), ("RSAES_OAEP_SHA_256", "SM2"), ("SM2PKE", "SM2"))


@pytest.mark.parametrize(("algorithm", "spec"), GIVEN_UP)
def test_a_way_of_wrapping_that_is_not_here(region: Region, algorithm: str, spec: str) -> None:
    refused = region.refused(
        "GetParametersForImport", KeyId=external(region), WrappingAlgorithm=algorithm, WrappingKeySpec=spec
    )

    assert refused[0] == "UnsupportedOperationException"


def test_material_is_imported_into_keys_that_were_made_for_it(region: Region) -> None:
    """Facts A.2: the origin is not valid for this operation."""
    arn = make_key(region)
    wrong = (
        "UnsupportedOperationException",
        f"{arn} origin is AWS_KMS which is not valid for this operation.",
    )
    said = {"WrappingAlgorithm": "RSAES_OAEP_SHA_256", "WrappingKeySpec": "RSA_2048"}

    assert region.refused("GetParametersForImport", KeyId=arn, **said) == wrong
    assert region.refused("DeleteImportedKeyMaterial", KeyId=arn) == wrong
    refused = region.refused(
        "ImportKeyMaterial", KeyId=arn, ImportToken=PLAINTEXT, EncryptedKeyMaterial=PLAINTEXT, **LASTS
    )
    assert refused == wrong


def test_keys_of_imported_material_are_not_rotated_by_themselves(region: Region) -> None:
    arn = external(region)
    wrong = f"{arn} origin is EXTERNAL which is not valid for this operation."
    expected = ("UnsupportedOperationException", wrong)

    assert region.refused("EnableKeyRotation", KeyId=arn) == expected
    import_material(region, arn, MATERIAL)
    assert region.refused("EnableKeyRotation", KeyId=arn) == expected
    assert region.refused("DisableKeyRotation", KeyId=arn) == expected


def test_material_that_is_not_there_is_not_deleted(region: Region) -> None:
    arn = external(region)

    assert region.refused("DeleteImportedKeyMaterial", KeyId=arn)[0] == "KMSInvalidStateException"
    import_material(region, arn, MATERIAL)
    refused = region.refused("DeleteImportedKeyMaterial", KeyId=arn, KeyMaterialId="0" * 64)
    assert refused == ("KMSInvalidStateException", f"{arn} has no such key material.")
