"""Custodians of two Regions hand each other the material of multi-Region keys, and nobody else any."""

from __future__ import annotations

import os

import pytest

from watchword.custody.core import Keyring
from watchword.custody.master import Master
from watchword.envelope.ciphertext import arn_in, header, name_of
from watchword.envelope.refused import EnvelopeRefused, Step
from watchword.envelope.transport import public_key_of

KEY_ID = "mrk-0123456789abcdef0123456789abcdef"
OTHER_ID = "mrk-fedcba9876543210fedcba9876543210"
CONTEXT = {"a": "b"}
VERSION = 77


def master(region: str) -> Master:
    return Master(partition="aws", region=region, key=os.urandom(32), transport_private_key=os.urandom(32))


MASTERS = {region: master(region) for region in ("us-east-1", "us-east-2", "eu-west-1")}
PEERS = {region: public_key_of(held.transport_private_key) for region, held in MASTERS.items()}
ONE, TWO, THREE = (Keyring(held, entropy=os.urandom, peers=PEERS) for held in MASTERS.values())


def arn(region: str, key_id: str = KEY_ID) -> str:
    return f"arn:aws:kms:{region}:123456789012:key/{key_id}"


HERE, THERE = arn("us-east-1"), arn("us-east-2")
MATERIAL = ONE.create_material(key_arn=HERE, material_version=VERSION)


def sent(*, mac: bool = False, material: bytes = MATERIAL) -> bytes:
    return ONE.material_for_region(material=material, key_arn=HERE, mac=mac, region="us-east-2")


def taken(
    sealed: bytes,
    *,
    by: Keyring = TWO,
    key_arn: str = THERE,
    version: int = VERSION,
    mac: bool = False,
    region: str = "us-east-1",
) -> bytes:
    return by.material_from_region(
        sealed=sealed, key_arn=key_arn, material_version=version, mac=mac, region=region
    )


def test_what_one_region_seals_the_other_opens_and_the_other_way_round() -> None:
    theirs = taken(sent())

    for sealer, material, key_arn, opener, other, other_arn in (
        (ONE, MATERIAL, HERE, TWO, theirs, THERE),
        (TWO, theirs, THERE, ONE, MATERIAL, HERE),
    ):
        blob = sealer.encrypt(material=material, key_arn=key_arn, context=CONTEXT, plaintext=b"p")

        assert b"p" == opener.decrypt(material=other, key_arn=other_arn, context=CONTEXT, blob=blob)
        assert VERSION == header(blob).material_version


def test_a_ciphertext_names_a_multi_region_key_without_a_region() -> None:
    blob = ONE.encrypt(material=MATERIAL, key_arn=HERE, context={}, plaintext=b"p")
    name = header(blob).key_arn

    assert name == f"arn:aws:kms::123456789012:key/{KEY_ID}"
    assert (HERE, THERE) == (arn_in(name, "us-east-1"), arn_in(name, "us-east-2"))
    assert name == name_of(HERE) == name_of(THERE)


@pytest.mark.parametrize(
    "key_arn", [arn("us-east-1", "11111111-1111-4111-8111-111111111111"), "mrk-1", "", "arn:aws:kms"]
)
def test_any_other_key_s_name_keeps_its_region(key_arn: str) -> None:
    assert key_arn == name_of(key_arn)


def test_macs_are_the_same_in_both_regions() -> None:
    here = ONE.create_mac_material(key_arn=HERE, size=32)
    there = taken(sent(mac=True, material=here), mac=True, version=1)
    algorithm = "HMAC_SHA_256"

    mac = ONE.generate_mac(material=here, key_arn=HERE, algorithm=algorithm, message=b"m")

    assert TWO.verify_mac(material=there, key_arn=THERE, algorithm=algorithm, message=b"m", mac=mac)


def test_the_material_of_a_key_of_one_region_stays_there_whoever_asks() -> None:
    single = arn("us-east-1", "11111111-1111-4111-8111-111111111111")
    material = ONE.create_material(key_arn=single)

    for key_arn in (single, HERE):
        with pytest.raises(EnvelopeRefused):
            ONE.material_for_region(material=material, key_arn=key_arn, mac=False, region="us-east-2")


@pytest.mark.parametrize("region", ["eu-north-1", "", PEERS["us-east-2"].hex()])
def test_material_goes_to_no_region_that_the_custodian_was_not_told_of(region: str) -> None:
    with pytest.raises(EnvelopeRefused) as refused:
        ONE.material_for_region(material=MATERIAL, key_arn=HERE, mac=False, region=region)

    assert refused.value.step is Step.KEY


def test_a_custodian_without_peers_hands_out_and_takes_nothing() -> None:
    alone = Keyring(MASTERS["us-east-1"], entropy=os.urandom)

    with pytest.raises(EnvelopeRefused):
        alone.material_for_region(material=MATERIAL, key_arn=HERE, mac=False, region="us-east-2")
    with pytest.raises(EnvelopeRefused):
        taken(sent(), by=Keyring(MASTERS["us-east-2"], entropy=os.urandom))


WRONG = {
    "another version": {"version": VERSION + 1},
    "another key": {"key_arn": arn("us-east-2", OTHER_ID)},
    "another account": {"key_arn": THERE.replace("123456789012", "210987654321")},
    "another kind": {"mac": True, "version": 1},
    "another sender": {"region": "eu-west-1"},
    "another custodian": {"by": THREE},
}


@pytest.mark.parametrize("wrong", WRONG.values(), ids=WRONG)
def test_material_is_taken_for_nothing_else(wrong: dict[str, object]) -> None:
    with pytest.raises(EnvelopeRefused):
        taken(sent(), **wrong)  # type: ignore[arg-type]  # each row names arguments of `taken`


def test_material_of_one_kind_is_not_sent_as_the_other() -> None:
    with pytest.raises(EnvelopeRefused):
        sent(mac=True)
    with pytest.raises(EnvelopeRefused):
        sent(material=ONE.create_mac_material(key_arn=HERE, size=32))


def test_a_third_region_passes_on_what_it_was_given() -> None:
    theirs = taken(sent())

    passed = TWO.material_for_region(material=theirs, key_arn=THERE, mac=False, region="eu-west-1")
    third = taken(passed, by=THREE, key_arn=arn("eu-west-1"), region="us-east-2")

    blob = ONE.encrypt(material=MATERIAL, key_arn=HERE, context=CONTEXT, plaintext=b"p")
    assert b"p" == THREE.decrypt(material=third, key_arn=arn("eu-west-1"), context=CONTEXT, blob=blob)


def test_what_was_taken_is_wrapped_again_under_a_new_master() -> None:
    held = MASTERS["us-east-2"]
    renewed = Keyring(
        Master(
            partition="aws",
            region="us-east-2",
            key=os.urandom(32),
            transport_private_key=held.transport_private_key,
            before=held.key,
            token_key=bytes(32),
        ),
        entropy=os.urandom,
    )
    theirs = taken(sent())

    again = renewed.rewrap_material(material=theirs, key_arn=THERE)

    assert again != theirs
    blob = ONE.encrypt(material=MATERIAL, key_arn=HERE, context=CONTEXT, plaintext=b"p")
    assert b"p" == renewed.decrypt(material=again, key_arn=THERE, context=CONTEXT, blob=blob)
