"""Multi-Region keys between Regions: the same id and material, told from custodian to custodian; all else independent.

Source: KMS Developer Guide, Multi-Region keys in AWS KMS; KMS API, ReplicateKey, UpdatePrimaryRegion; decision 0010.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from typing import Any

import pytest
from tests.contract.kms_values import LASTS, import_material, parameters, tend, wrapped
from tests.contract.region import ACCOUNT, DAY_MS, ROOT_ARN, Region
from tests.contract.several_regions import Regions, several

from watchword.api.shapes import watchword
from watchword.keys.model import KMSKey
from watchword.replication.model import Kind, Status

ONE, TWO, THREE = "us-east-1", "us-east-2", "eu-west-1"
ELSEWHERE = "us-gov-west-1"
ABSENT = "mrk-" + "0" * 32
NO_PRIMARY = "{arn} is not a multi-region primary key."
NO_REGION_OF_KEY = "a Region in which this key can be replicated"
PLAIN = base64.b64encode(b"attack at dawn").decode()


@pytest.fixture
def regions() -> Iterator[Regions]:
    with several(ONE, TWO, THREE) as made:
        yield made


def created(region: Region, **members: object) -> str:
    metadata = region.call("CreateKey", MultiRegion=True, **members)["KeyMetadata"]
    return str(metadata["KeyId"])


def replicated(regions: Regions, *targets: str, **members: object) -> str:
    """A key of the first Region with replicas in others, settled."""
    key_id = created(regions[ONE], **members)
    for target in targets or (TWO,):
        regions[ONE].call("ReplicateKey", KeyId=key_id, ReplicaRegion=target)
    regions.settle()
    return key_id


def described(region: Region, key_id: str) -> dict[str, Any]:
    metadata: dict[str, Any] = region.call("DescribeKey", KeyId=key_id)["KeyMetadata"]
    return metadata


def record(region: Region, key_id: str) -> KMSKey:
    key = region.stores.unit().key(ACCOUNT, key_id)
    assert key is not None
    return key


def arn(region: str, key_id: str) -> str:
    return f"arn:aws:kms:{region}:{ACCOUNT}:key/{key_id}"


def roles(regions: Regions, key_id: str) -> dict[str, tuple[str, str]]:
    """By Region: what its key says that it is, and where it says that the primary is."""
    found = {}
    for name, region in regions.held.items():
        answer = region.ask("DescribeKey", KeyId=key_id)
        if answer.status == 200:
            shown = answer.members["KeyMetadata"]["MultiRegionConfiguration"]
            found[name] = (shown["MultiRegionKeyType"], shown["PrimaryKey"]["Region"])
    return found


def sealed(region: Region, key_id: str, **members: object) -> str:
    return str(region.call("Encrypt", KeyId=key_id, Plaintext=PLAIN, **members)["CiphertextBlob"])


def opens_everywhere(regions: Regions, blob: str, *names: str) -> None:
    for name in names or tuple(regions.held):
        assert PLAIN == regions[name].call("Decrypt", CiphertextBlob=blob)["Plaintext"], name


def materials(region: Region, key_id: str) -> list[str]:
    listed = region.call("ListKeyRotations", KeyId=key_id, IncludeKeyMaterial="ALL_KEY_MATERIAL")
    return [one["KeyMaterialId"] for one in listed["Rotations"]]


def seal_id(region: Region, key_id: str) -> str:
    """The id of the material that seals now."""
    return str(described(region, key_id)["CurrentKeyMaterialId"])


def in_sync(regions: Regions, key_id: str) -> bool:
    rows = [row for region in regions.held.values() for row in region.stores.unit().links_of(ACCOUNT, key_id)]
    return all(row.link.status is Status.IN_SYNC and row.kind is Kind.KEYS for row in rows)


def allowed(*actions: str) -> dict[str, object]:
    return {"Effect": "Allow", "Principal": {"AWS": ROOT_ARN}, "Action": list(actions), "Resource": "*"}


def denied_when(condition: dict[str, dict[str, str]], *actions: str) -> dict[str, object]:
    return {
        "Effect": "Deny",
        "Principal": "*",
        "Action": list(actions),
        "Resource": "*",
        "Condition": condition,
    }


def policy_of(*statements: dict[str, object]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


# Made, and made again elsewhere


def test_a_multi_region_key_is_primary_where_it_is_made(regions: Regions) -> None:
    metadata = regions[ONE].call("CreateKey", MultiRegion=True)["KeyMetadata"]

    key_id = metadata["KeyId"]
    assert key_id.startswith("mrk-")
    assert len(key_id) == len("mrk-") + 32
    assert metadata["MultiRegion"] is True
    assert metadata["MultiRegionConfiguration"] == {
        "MultiRegionKeyType": "PRIMARY",
        "PrimaryKey": {"Arn": arn(ONE, key_id), "Region": ONE},
        "ReplicaKeys": [],
    }


def test_a_replica_is_creating_when_it_is_asked_for_and_enabled_when_it_is_made(regions: Regions) -> None:
    key_id = created(regions[ONE], Description="of the primary", Tags=[{"TagKey": "a", "TagValue": "1"}])

    answer = regions[ONE].call(
        "ReplicateKey",
        KeyId=key_id,
        ReplicaRegion=TWO,
        Description="of the replica",
        Tags=[{"TagKey": "b", "TagValue": "2"}],
    )

    shown = answer["ReplicaKeyMetadata"]
    assert (shown["KeyState"], shown["Enabled"], shown["Arn"]) == ("Creating", False, arn(TWO, key_id))
    assert shown["Description"] == "of the replica"
    assert shown["MultiRegionConfiguration"] == {
        "MultiRegionKeyType": "REPLICA",
        "PrimaryKey": {"Arn": arn(ONE, key_id), "Region": ONE},
        "ReplicaKeys": [{"Arn": arn(TWO, key_id), "Region": TWO}],
    }
    assert answer["ReplicaTags"] == [{"TagKey": "b", "TagValue": "2"}]
    assert json.loads(answer["ReplicaPolicy"])["Statement"][0]["Principal"] == {"AWS": ROOT_ARN}

    regions.settle()

    replica = described(regions[TWO], key_id)
    assert (replica["KeyState"], replica["Description"]) == ("Enabled", "of the replica")
    assert replica["MultiRegionConfiguration"] == shown["MultiRegionConfiguration"]
    tags = regions[TWO].ask("ListResourceTags", KeyId=key_id)
    assert tags.status != 200 or tags.members
    assert seal_id(regions[ONE], key_id) == seal_id(regions[TWO], key_id)
    assert in_sync(regions, key_id)


def test_what_one_region_seals_every_other_opens(regions: Regions) -> None:
    key_id = replicated(regions, TWO, THREE)

    for name in (ONE, TWO, THREE):
        opens_everywhere(regions, sealed(regions[name], key_id))


def test_a_replica_opens_with_its_own_arn_and_answers_it(regions: Regions) -> None:
    key_id = replicated(regions)
    blob = sealed(regions[ONE], key_id)

    answer = regions[TWO].call("Decrypt", CiphertextBlob=blob, KeyId=arn(TWO, key_id))

    assert (PLAIN, arn(TWO, key_id)) == (answer["Plaintext"], answer["KeyId"])
    assert (
        regions[TWO].refused("Decrypt", CiphertextBlob=blob, KeyId=arn(ONE, key_id))[0] == "NotFoundException"
    )


def test_a_key_of_one_region_opens_nowhere_else(regions: Regions) -> None:
    key_id = regions[ONE].call("CreateKey")["KeyMetadata"]["KeyId"]
    blob = sealed(regions[ONE], key_id)

    assert regions[TWO].refused("Decrypt", CiphertextBlob=blob)[0] == "NotFoundException"


def test_macs_are_verified_in_every_region(regions: Regions) -> None:
    key_id = replicated(regions, KeySpec="HMAC_256", KeyUsage="GENERATE_VERIFY_MAC")
    said = {"KeyId": key_id, "MacAlgorithm": "HMAC_SHA_256", "Message": PLAIN}

    mac = regions[ONE].call("GenerateMac", **said)["Mac"]

    assert regions[TWO].call("VerifyMac", **said, Mac=mac)["MacValid"] is True


def test_data_keys_and_re_encryption_cross_regions(regions: Regions) -> None:
    key_id = replicated(regions)
    made = regions[ONE].call("GenerateDataKey", KeyId=key_id, KeySpec="AES_256", EncryptionContext={"a": "b"})

    moved = regions[TWO].call(
        "ReEncrypt",
        CiphertextBlob=made["CiphertextBlob"],
        SourceEncryptionContext={"a": "b"},
        DestinationKeyId=key_id,
        DestinationEncryptionContext={"c": "d"},
    )

    opened = regions[ONE].call(
        "Decrypt", CiphertextBlob=moved["CiphertextBlob"], EncryptionContext={"c": "d"}
    )
    assert made["Plaintext"] == opened["Plaintext"]


def test_what_is_a_region_s_own_is_not_told(regions: Regions) -> None:
    key_id = replicated(regions, Description="first")
    one, two = regions[ONE], regions[TWO]
    policy = policy_of(allowed("kms:*"))
    one.call("UpdateKeyDescription", KeyId=key_id, Description="here")
    one.call("PutKeyPolicy", KeyId=key_id, Policy=policy)
    one.call("CreateAlias", AliasName="alias/here", TargetKeyId=key_id)
    one.call("CreateGrant", KeyId=key_id, GranteePrincipal=ROOT_ARN, Operations=["Decrypt"])
    one.call("DisableKey", KeyId=key_id)
    regions.settle()

    assert described(two, key_id)["KeyState"] == "Enabled"
    assert described(two, key_id)["Description"] == ""
    assert two.call("ListAliases", KeyId=key_id)["Aliases"] == []
    assert two.call("ListGrants", KeyId=key_id)["Grants"] == []
    assert policy != two.call("GetKeyPolicy", KeyId=key_id)["Policy"]
    opens_everywhere(regions, sealed(two, key_id), TWO)


def test_a_policy_of_a_replica_is_the_one_that_was_asked_for(regions: Regions) -> None:
    policy = policy_of(allowed("kms:*"), denied_when({}, "kms:Encrypt"))
    key_id = created(regions[ONE])
    answer = regions[ONE].call("ReplicateKey", KeyId=key_id, ReplicaRegion=TWO, Policy=policy)
    regions.settle()

    assert policy == answer["ReplicaPolicy"] == regions[TWO].call("GetKeyPolicy", KeyId=key_id)["Policy"]
    assert regions[TWO].refused("Encrypt", KeyId=key_id, Plaintext=PLAIN)[0] == "AccessDeniedException"
    sealed(regions[ONE], key_id)


def test_secrets_manager_uses_a_multi_region_key_like_any_other(regions: Regions) -> None:
    key_id = replicated(regions)
    one, two = regions[ONE], regions[TWO]
    one.call("CreateAlias", AliasName="alias/shared", TargetKeyId=key_id)
    two.call("CreateAlias", AliasName="alias/shared", TargetKeyId=key_id)

    one.call(
        "CreateSecret",
        Name="db",
        SecretString="s3cret",
        KmsKeyId="alias/shared",
        AddReplicaRegions=[{"Region": TWO, "KmsKeyId": "alias/shared"}],
    )
    regions.settle()

    assert "s3cret" == one.call("GetSecretValue", SecretId="db")["SecretString"]
    assert "s3cret" == two.call("GetSecretValue", SecretId="db")["SecretString"]
    two.call("DisableKey", KeyId=key_id)
    assert "s3cret" == one.call("GetSecretValue", SecretId="db")["SecretString"]
    assert two.refused("GetSecretValue", SecretId="db")[0] == "DecryptionFailure"


def test_the_events_of_a_replica_name_whence_it_came(regions: Regions) -> None:
    replicated(regions)

    assert "ReplicateKey" in regions[ONE].event_names()
    names = regions[TWO].event_names()
    assert {"CreateKey", "SynchronizeMultiRegionKey"} <= set(names)


# Refused


def test_what_can_not_be_replicated_is_refused(regions: Regions) -> None:
    one, two = regions[ONE], regions[TWO]
    single = one.call("CreateKey")["KeyMetadata"]["KeyId"]
    key_id = replicated(regions)
    unsupported, exists = "UnsupportedOperationException", "AlreadyExistsException"

    for region, asked, target, refusal in (
        (one, single, TWO, (unsupported, NO_PRIMARY.format(arn=arn(ONE, single)))),
        (two, key_id, THREE, (unsupported, NO_PRIMARY.format(arn=arn(TWO, key_id)))),
        (one, key_id, TWO, (exists, f"{arn(TWO, key_id)} already exists.")),
        (one, key_id, ONE, (exists, f"{arn(ONE, key_id)} already exists.")),
        (one, key_id, ELSEWHERE, (unsupported, f"{ELSEWHERE} is not {NO_REGION_OF_KEY}")),
    ):
        assert refusal == region.refused("ReplicateKey", KeyId=asked, ReplicaRegion=target)


REPLICATION_REFUSALS: dict[str, tuple[dict[str, object], str]] = {
    "no such key": ({"KeyId": ABSENT}, "NotFoundException"),
    "an ARN of another Region": ({"KeyId": arn(TWO, ABSENT)}, "NotFoundException"),
    "a tag twice": ({"Tags": [{"TagKey": "a", "TagValue": ""}] * 2}, "TagException"),
    "no policy": ({"Policy": "{"}, "MalformedPolicyDocumentException"),
    "a policy that locks out": (
        {"Policy": policy_of(allowed("kms:Decrypt"))},
        "MalformedPolicyDocumentException",
    ),
    "a policy that is too long": (
        {"Policy": policy_of(allowed("kms:*")) + " " * 32_768},
        "LimitExceededException",
    ),
}


@pytest.mark.parametrize(("members", "code"), REPLICATION_REFUSALS.values(), ids=REPLICATION_REFUSALS)
def test_a_replication_that_is_refused(regions: Regions, members: dict[str, object], code: str) -> None:
    key_id = created(regions[ONE])

    assert (
        code == regions[ONE].refused("ReplicateKey", **{"KeyId": key_id, "ReplicaRegion": TWO, **members})[0]
    )
    regions.settle()
    assert roles(regions, key_id) == {ONE: ("PRIMARY", ONE)}


@pytest.mark.parametrize(
    ("operation", "member"),
    [("ReplicateKey", {"ReplicaRegion": THREE}), ("UpdatePrimaryRegion", {"PrimaryRegion": TWO})],
)
def test_the_state_of_the_primary_refuses(regions: Regions, operation: str, member: dict[str, str]) -> None:
    key_id = replicated(regions)
    one = regions[ONE]

    one.call("DisableKey", KeyId=key_id)
    assert one.refused(operation, KeyId=key_id, **member)[0] == "DisabledException"
    one.call("ScheduleKeyDeletion", KeyId=key_id)
    assert one.refused(operation, KeyId=key_id, **member) == (
        "KMSInvalidStateException",
        f"{arn(ONE, key_id)} is pending replica deletion.",
    )


@pytest.mark.parametrize("operation", ["EnableKeyRotation", "DisableKeyRotation", "RotateKeyOnDemand"])
def test_what_is_shared_is_changed_at_the_primary_alone(regions: Regions, operation: str) -> None:
    key_id = replicated(regions)

    assert regions[TWO].refused(operation, KeyId=key_id) == (
        "UnsupportedOperationException",
        f"{arn(TWO, key_id)} is not a multi-region primary key.",
    )


DENIED = ["kms:Encrypt", "kms:ReplicateKey", "kms:UpdatePrimaryRegion"]
KINDS = {
    "a primary": ({"StringEquals": {"kms:MultiRegionKeyType": "PRIMARY"}}, True, False),
    "a replica": ({"StringEquals": {"kms:MultiRegionKeyType": "REPLICA"}}, False, True),
    "of several Regions": ({"Bool": {"kms:MultiRegion": "true"}}, True, True),
    "of one Region": ({"Bool": {"kms:MultiRegion": "false"}}, False, False),
}


@pytest.mark.parametrize(("condition", "here", "there"), KINDS.values(), ids=KINDS)
def test_policies_tell_what_a_key_is(
    regions: Regions, condition: dict[str, dict[str, str]], here: bool, there: bool
) -> None:
    """KMS Developer Guide, condition keys kms:MultiRegion and kms:MultiRegionKeyType."""
    key_id = replicated(regions)
    for name, denied in ((ONE, here), (TWO, there)):
        policy = policy_of(allowed("kms:*"), denied_when(condition, *DENIED))
        regions[name].call("PutKeyPolicy", KeyId=key_id, Policy=policy)

        answer = regions[name].ask("Encrypt", KeyId=key_id, Plaintext=PLAIN)
        assert denied == (answer.refusal[1] == "AccessDeniedException")


def test_policies_tell_to_which_region_a_key_is_to_go(regions: Regions) -> None:
    """KMS Developer Guide, condition keys kms:ReplicaRegion and kms:PrimaryRegion."""
    key_id = replicated(regions)
    one = regions[ONE]
    for name, operation, member in (
        ("kms:ReplicaRegion", "ReplicateKey", "ReplicaRegion"),
        ("kms:PrimaryRegion", "UpdatePrimaryRegion", "PrimaryRegion"),
    ):
        condition = {"StringEquals": {name: THREE}}
        policy = policy_of(allowed("kms:*"), denied_when(condition, *DENIED))
        one.call("PutKeyPolicy", KeyId=key_id, Policy=policy)

        assert one.refused(operation, KeyId=key_id, **{member: THREE})[0] == "AccessDeniedException"
        assert one.ask(operation, KeyId=key_id, **{member: ONE}).refusal[1] != "AccessDeniedException"


# Rotation


def test_a_rotation_on_demand_reaches_every_region_before_it_seals(regions: Regions) -> None:
    """KMS Developer Guide, Rotating multi-Region keys: no data is encrypted before all related keys have the material."""
    key_id = replicated(regions, TWO, THREE)
    one = regions[ONE]
    old = seal_id(one, key_id)
    before = sealed(one, key_id)
    regions.down.add(THREE)
    one.call("RotateKeyOnDemand", KeyId=key_id)
    regions.settle()

    assert len(materials(one, key_id)) == len(materials(regions[TWO], key_id)) == 2
    assert {old} == {seal_id(regions[name], key_id) for name in regions.held}
    opens_everywhere(regions, sealed(one, key_id), ONE, TWO)
    assert one.refused("RotateKeyOnDemand", KeyId=key_id)[0] == "ConflictException"

    regions.down.clear()
    regions.settle()

    new = seal_id(one, key_id)
    assert new != old
    assert {new} == {seal_id(regions[name], key_id) for name in regions.held}
    for name in regions.held:
        opens_everywhere(regions, sealed(regions[name], key_id))
    opens_everywhere(regions, before)
    assert in_sync(regions, key_id)


def test_automatic_rotation_is_set_at_the_primary_and_shown_everywhere(regions: Regions) -> None:
    key_id = replicated(regions)
    one, two = regions[ONE], regions[TWO]
    one.call("EnableKeyRotation", KeyId=key_id, RotationPeriodInDays=90)
    regions.settle()

    status = two.call("GetKeyRotationStatus", KeyId=key_id)
    assert (status["KeyRotationEnabled"], status["RotationPeriodInDays"]) == (True, 90)
    assert one.call("GetKeyRotationStatus", KeyId=key_id)["NextRotationDate"] == status["NextRotationDate"]

    regions.clock.forward(91 * DAY_MS)
    old = seal_id(two, key_id)
    tend(two)
    assert len(materials(two, key_id)) == 1
    tend(one)
    regions.settle()

    assert old != seal_id(two, key_id) == seal_id(one, key_id)
    rotations = two.call("ListKeyRotations", KeyId=key_id)["Rotations"]
    assert [one["RotationType"] for one in rotations] == ["AUTOMATIC"]
    opens_everywhere(regions, sealed(two, key_id), ONE, TWO)

    one.call("DisableKeyRotation", KeyId=key_id)
    regions.settle()
    assert two.call("GetKeyRotationStatus", KeyId=key_id)["KeyRotationEnabled"] is False


def test_a_replica_that_is_made_later_opens_what_was_sealed_before_every_rotation(regions: Regions) -> None:
    key_id = created(regions[ONE])
    blobs = [sealed(regions[ONE], key_id)]
    for _ in range(3):
        regions[ONE].call("RotateKeyOnDemand", KeyId=key_id)
        blobs.append(sealed(regions[ONE], key_id))

    regions[ONE].call("ReplicateKey", KeyId=key_id, ReplicaRegion=TWO)
    regions.settle()

    for blob in blobs:
        opens_everywhere(regions, blob, ONE, TWO)
    assert materials(regions[ONE], key_id) == materials(regions[TWO], key_id)


# The primary moves


def test_the_primary_moves_and_everything_follows(regions: Regions) -> None:
    key_id = replicated(regions, TWO, THREE)
    one, two = regions[ONE], regions[TWO]

    one.call("UpdatePrimaryRegion", KeyId=key_id, PrimaryRegion=TWO)

    assert described(one, key_id)["KeyState"] == "Updating"
    assert one.refused("DisableKey", KeyId=key_id)[0] == "KMSInvalidStateException"
    opens_everywhere(regions, sealed(one, key_id))

    regions.settle()

    assert roles(regions, key_id) == {ONE: ("REPLICA", TWO), TWO: ("PRIMARY", TWO), THREE: ("REPLICA", TWO)}
    assert {"Enabled"} == {described(regions[name], key_id)["KeyState"] for name in regions.held}
    assert one.refused("RotateKeyOnDemand", KeyId=key_id)[0] == "UnsupportedOperationException"
    two.call("RotateKeyOnDemand", KeyId=key_id)
    regions.settle()
    assert 2 == len(materials(one, key_id)) == len(materials(regions[THREE], key_id))
    opens_everywhere(regions, sealed(two, key_id))


def test_where_the_primary_can_not_go(regions: Regions) -> None:
    key_id = replicated(regions)
    one, two = regions[ONE], regions[TWO]

    assert one.refused("UpdatePrimaryRegion", KeyId=key_id, PrimaryRegion=THREE) == (
        "NotFoundException",
        f"Key '{arn(THREE, key_id)}' does not exist",
    )
    assert one.refused("UpdatePrimaryRegion", KeyId=key_id, PrimaryRegion=ONE) == (
        "UnsupportedOperationException",
        f"{arn(ONE, key_id)} is the multi-region primary key.",
    )
    assert (
        two.refused("UpdatePrimaryRegion", KeyId=key_id, PrimaryRegion=TWO)[0]
        == "UnsupportedOperationException"
    )
    single = one.call("CreateKey")["KeyMetadata"]["KeyId"]
    assert (
        one.refused("UpdatePrimaryRegion", KeyId=single, PrimaryRegion=TWO)[0]
        == "UnsupportedOperationException"
    )
    assert one.refused("UpdatePrimaryRegion", KeyId=ABSENT, PrimaryRegion=TWO)[0] == "NotFoundException"
    regions.down.add(THREE)
    one.call("ReplicateKey", KeyId=key_id, ReplicaRegion=THREE)
    regions.settle()
    assert one.refused("UpdatePrimaryRegion", KeyId=key_id, PrimaryRegion=THREE) == (
        "KMSInvalidStateException",
        f"{arn(THREE, key_id)} is creating.",
    )


def test_a_replica_that_may_not_be_primary_gives_it_back(regions: Regions) -> None:
    """UpdatePrimaryRegion needs its permission on the replica too, and a replica that is disabled is refused."""
    key_id = replicated(regions, TWO, THREE)
    one, two = regions[ONE], regions[TWO]
    two.call("DisableKey", KeyId=key_id)

    one.call("UpdatePrimaryRegion", KeyId=key_id, PrimaryRegion=TWO)
    regions.settle()

    assert {("PRIMARY", ONE), ("REPLICA", ONE)} == set(roles(regions, key_id).values())
    assert described(one, key_id)["KeyState"] == "Enabled"

    two.call("EnableKey", KeyId=key_id)
    two.call(
        "PutKeyPolicy",
        KeyId=key_id,
        Policy=policy_of(allowed("kms:*"), denied_when({}, "kms:UpdatePrimaryRegion")),
    )
    one.call("UpdatePrimaryRegion", KeyId=key_id, PrimaryRegion=TWO)
    regions.settle()

    assert ("PRIMARY", ONE) == roles(regions, key_id)[ONE]


def test_a_primary_on_its_way_to_a_region_that_is_gone_is_taken_back(regions: Regions) -> None:
    key_id = replicated(regions, TWO, THREE)
    one = regions[ONE]
    regions.down.add(TWO)
    one.call("UpdatePrimaryRegion", KeyId=key_id, PrimaryRegion=TWO)
    regions.settle()
    assert described(one, key_id)["KeyState"] == "Updating"
    assert roles(regions, key_id)[THREE] == ("REPLICA", TWO)

    one.call("UpdatePrimaryRegion", KeyId=key_id, PrimaryRegion=ONE)
    regions.settle()
    assert (described(one, key_id)["KeyState"], roles(regions, key_id)[THREE]) == (
        "Enabled",
        ("REPLICA", ONE),
    )
    one.call("EnableKeyRotation", KeyId=key_id)

    regions.down.clear()
    regions.settle()
    assert roles(regions, key_id) == {ONE: ("PRIMARY", ONE), TWO: ("REPLICA", ONE), THREE: ("REPLICA", ONE)}
    assert in_sync(regions, key_id)


def test_a_primary_on_its_way_may_go_elsewhere(regions: Regions) -> None:
    key_id = replicated(regions, TWO, THREE)
    one = regions[ONE]
    regions.down.add(TWO)
    one.call("UpdatePrimaryRegion", KeyId=key_id, PrimaryRegion=TWO)
    one.call("UpdatePrimaryRegion", KeyId=key_id, PrimaryRegion=THREE)
    regions.settle()
    assert roles(regions, key_id)[THREE] == ("PRIMARY", THREE)

    regions.down.clear()
    regions.settle()

    assert {where for _, where in roles(regions, key_id).values()} == {THREE}


# Deletion


def test_a_replica_is_destroyed_at_the_end_of_its_window_and_is_not_listed_any_more(regions: Regions) -> None:
    key_id = replicated(regions, TWO, THREE)
    two = regions[TWO]
    blob = sealed(two, key_id)
    two.call("ScheduleKeyDeletion", KeyId=key_id, PendingWindowInDays=7)
    regions.clock.forward(7 * DAY_MS + 1)
    tend(two)
    regions.settle()

    assert two.refused("DescribeKey", KeyId=key_id)[0] == "NotFoundException"
    for name in (ONE, THREE):
        shown = described(regions[name], key_id)["MultiRegionConfiguration"]["ReplicaKeys"]
        assert [THREE] == [one["Region"] for one in shown]
    opens_everywhere(regions, blob, ONE, THREE)
    assert two.refused("Decrypt", CiphertextBlob=blob)[0] == "NotFoundException"

    regions[ONE].call("ReplicateKey", KeyId=key_id, ReplicaRegion=TWO)
    regions.settle()
    opens_everywhere(regions, blob)
    assert in_sync(regions, key_id)


def test_a_primary_waits_for_its_replicas_and_then_for_its_window(regions: Regions) -> None:
    key_id = replicated(regions)
    one, two = regions[ONE], regions[TWO]

    answer = one.call("ScheduleKeyDeletion", KeyId=key_id, PendingWindowInDays=10)

    assert (answer["KeyState"], answer["PendingWindowInDays"]) == ("PendingReplicaDeletion", 10)
    assert "DeletionDate" not in answer
    shown = described(one, key_id)
    assert (shown["KeyState"], shown["PendingDeletionWindowInDays"]) == ("PendingReplicaDeletion", 10)
    assert one.refused("Encrypt", KeyId=key_id, Plaintext=PLAIN) == (
        "KMSInvalidStateException",
        f"{arn(ONE, key_id)} is pending replica deletion.",
    )
    regions.clock.forward(365 * DAY_MS)
    tend(one)
    assert described(one, key_id)["KeyState"] == "PendingReplicaDeletion"

    two.call("ScheduleKeyDeletion", KeyId=key_id, PendingWindowInDays=7)
    regions.clock.forward(7 * DAY_MS + 1)
    tend(two)
    regions.settle()

    shown = described(one, key_id)
    assert shown["KeyState"] == "PendingDeletion"
    assert "PendingDeletionWindowInDays" not in shown
    regions.clock.forward(10 * DAY_MS - 60_000)
    tend(one)
    described(one, key_id)
    regions.clock.forward(120_000)
    tend(one)
    assert one.refused("DescribeKey", KeyId=key_id)[0] == "NotFoundException"


def test_the_deletion_of_a_primary_can_be_cancelled_while_it_waits(regions: Regions) -> None:
    key_id = replicated(regions)
    one = regions[ONE]
    one.call("ScheduleKeyDeletion", KeyId=key_id)
    one.call("CancelKeyDeletion", KeyId=key_id)

    shown = described(one, key_id)
    assert shown["KeyState"] == "Disabled"
    assert "PendingDeletionWindowInDays" not in shown


def test_a_destroyed_replica_is_told_of_however_late(regions: Regions) -> None:
    key_id = replicated(regions)
    one, two = regions[ONE], regions[TWO]
    one.call("ScheduleKeyDeletion", KeyId=key_id)
    two.call("ScheduleKeyDeletion", KeyId=key_id, PendingWindowInDays=7)
    regions.clock.forward(7 * DAY_MS + 1)
    regions.down.add(ONE)
    tend(two)
    regions.settle()
    assert described(one, key_id)["KeyState"] == "PendingReplicaDeletion"

    regions.down.clear()
    regions.settle()

    assert described(one, key_id)["KeyState"] == "PendingDeletion"


def test_a_late_message_never_makes_a_destroyed_replica_again(regions: Regions) -> None:
    key_id = replicated(regions)
    two = regions[TWO]
    sent = [message for message in regions.sent if message.operation is watchword.APPLY_KEY]
    two.call("ScheduleKeyDeletion", KeyId=key_id, PendingWindowInDays=7)
    regions.clock.forward(7 * DAY_MS + 1)
    tend(two)
    for message in sent:
        regions.deliver(message)
    regions.settle()
    for message in sent:
        regions.deliver(message)

    assert two.refused("DescribeKey", KeyId=key_id)[0] == "NotFoundException"


# Imported material


def import_refused(region: Region, key_id: str, material: bytes, **members: object) -> tuple[str, str]:
    given = parameters(region, key_id)
    return region.refused(
        "ImportKeyMaterial",
        KeyId=key_id,
        ImportToken=given["ImportToken"],
        EncryptedKeyMaterial=wrapped(material, given["PublicKey"]),
        **{**LASTS, **members},
    )


def test_a_replica_of_imported_material_waits_for_the_same_material(regions: Regions) -> None:
    one, two = regions[ONE], regions[TWO]
    key_id = created(one, Origin="EXTERNAL")
    assert one.refused("ReplicateKey", KeyId=key_id, ReplicaRegion=TWO)[0] == "KMSInvalidStateException"
    import_material(one, key_id, b"m" * 32)
    one.call("ReplicateKey", KeyId=key_id, ReplicaRegion=TWO)
    regions.settle()
    blob = sealed(one, key_id)

    assert described(two, key_id)["KeyState"] == "PendingImport"
    assert import_refused(two, key_id, b"x" * 32)[0] == "IncorrectKeyMaterialException"
    assert (
        import_refused(two, key_id, b"m" * 32, ImportType="NEW_KEY_MATERIAL")[0]
        == "UnsupportedOperationException"
    )
    import_material(two, key_id, b"m" * 32)

    assert described(two, key_id)["KeyState"] == "Enabled"
    opens_everywhere(regions, blob, ONE, TWO)
    two.call("DeleteImportedKeyMaterial", KeyId=key_id)
    regions.settle()
    assert (described(one, key_id)["KeyState"], described(two, key_id)["KeyState"]) == (
        "Enabled",
        "PendingImport",
    )
    assert one.refused("RotateKeyOnDemand", KeyId=key_id)[0] == "UnsupportedOperationException"
