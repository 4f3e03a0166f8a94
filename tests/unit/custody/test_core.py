"""What the custodian computes, without its process."""

from __future__ import annotations

import os
from dataclasses import replace

import pytest

from watchword.custody.core import Keyring
from watchword.custody.master import Master
from watchword.envelope import ciphertext, transport, value
from watchword.envelope.refused import EnvelopeRefused, Step
from watchword.envelope.value import Binding
from watchword.keys.custody import Custody

KEY_ARN = "arn:aws:kms:us-east-1:123456789012:key/11111111-1111-4111-8111-111111111111"
OTHER_ARN = "arn:aws:kms:us-east-1:123456789012:key/22222222-2222-4222-8222-222222222222"
CONTEXT = {
    "SecretARN": "arn:aws:secretsmanager:us-east-1:123456789012:secret:db-AbCdEf",
    "SecretVersionId": "v",
}
HERE = Binding(
    partition="aws",
    region="us-east-1",
    account="123456789012",
    secret_arn=CONTEXT["SecretARN"],
    version_id="v",
    content_id="c",
    kind="string",
)
THERE = replace(HERE, region="us-east-2", secret_arn=HERE.secret_arn.replace("us-east-1", "us-east-2"))
INFO = b"l1 e1 r1"
# AWS's own example key, published as such.
ACCESS_KEY_ID, SECRET_ACCESS_KEY = "AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"


def master(region: str = "us-east-1") -> Master:
    return Master(
        partition="aws",
        region=region,
        key=os.urandom(32),
        transport_private_key=os.urandom(32),
    )


MASTER = master()
KEYS = Keyring(MASTER, entropy=os.urandom)
MATERIAL = KEYS.create_material(key_arn=KEY_ARN)


def test_a_keyring_is_the_custody_that_the_rules_ask() -> None:
    """The type checker holds the two together; the custodian imports nothing of the rules."""
    custody: Custody = KEYS

    assert custody.token_key()


def test_a_data_key_comes_back_from_its_blob() -> None:
    data_key, blob = KEYS.generate_data_key(material=MATERIAL, key_arn=KEY_ARN, context=CONTEXT, size=32)

    assert KEYS.decrypt(material=MATERIAL, key_arn=KEY_ARN, context=CONTEXT, blob=blob) == data_key
    assert ciphertext.header(blob) == ciphertext.Header(key_arn=KEY_ARN, material_version=1)


@pytest.mark.parametrize("size", [1, 16, 64, 1_024])
def test_a_data_key_has_the_size_that_was_asked_for(size: int) -> None:
    """KMS API, GenerateDataKey: NumberOfBytes, 1 to 1,024."""
    data_key, _ = KEYS.generate_data_key(material=MATERIAL, key_arn=KEY_ARN, context={}, size=size)

    assert len(data_key) == size


@pytest.mark.parametrize("size", [-1, 0, 1_025])
def test_no_data_key_has_another_size(size: int) -> None:
    with pytest.raises(EnvelopeRefused):
        KEYS.generate_data_key(material=MATERIAL, key_arn=KEY_ARN, context={}, size=size)


def test_material_opens_for_its_key_alone() -> None:
    """A row of the keys' table that is copied over another one opens nothing."""
    for _ in range(2):  # The second time through what was kept unwrapped.
        KEYS.encrypt(material=MATERIAL, key_arn=KEY_ARN, context={}, plaintext=b"x")
        with pytest.raises(EnvelopeRefused) as refused:
            KEYS.encrypt(material=MATERIAL, key_arn=OTHER_ARN, context={}, plaintext=b"x")
        assert refused.value.step is Step.TAG


def test_material_opens_in_its_region_alone() -> None:
    """The same master in a Region of another name: nothing of one Region's store is of use in another."""
    elsewhere = Keyring(replace(MASTER, region="us-east-2"), entropy=os.urandom)

    with pytest.raises(EnvelopeRefused):
        elsewhere.encrypt(material=MATERIAL, key_arn=KEY_ARN, context={}, plaintext=b"x")
    with pytest.raises(EnvelopeRefused):
        Keyring(master(), entropy=os.urandom).encrypt(
            material=MATERIAL, key_arn=KEY_ARN, context={}, plaintext=b"x"
        )


def test_a_blob_is_decrypted_under_the_key_that_it_names_alone() -> None:
    other = KEYS.create_material(key_arn=OTHER_ARN)
    blob = KEYS.encrypt(material=MATERIAL, key_arn=KEY_ARN, context={}, plaintext=b"x")

    with pytest.raises(EnvelopeRefused) as refused:
        KEYS.decrypt(material=other, key_arn=OTHER_ARN, context={}, blob=blob)

    assert refused.value.step is Step.KEY


def test_a_blob_is_decrypted_under_its_version_of_the_material_alone() -> None:
    second = KEYS.create_material(key_arn=KEY_ARN, material_version=2)
    blob = KEYS.encrypt(material=second, key_arn=KEY_ARN, context={}, plaintext=b"x")

    assert ciphertext.header(blob).material_version == 2
    assert KEYS.decrypt(material=second, key_arn=KEY_ARN, context={}, blob=blob) == b"x"
    with pytest.raises(EnvelopeRefused) as refused:
        KEYS.decrypt(material=MATERIAL, key_arn=KEY_ARN, context={}, blob=blob)
    assert refused.value.step is Step.KEY


def test_a_key_that_has_no_arn_has_no_material() -> None:
    with pytest.raises(EnvelopeRefused):
        KEYS.create_material(key_arn="alias/mine")


def test_a_value_moves_to_another_region_and_is_read_there_under_that_regions_key() -> None:
    there = master("us-east-2")
    keys_there = Keyring(there, entropy=os.urandom)
    arn_there = KEY_ARN.replace("us-east-1", "us-east-2")
    material_there = keys_there.create_material(key_arn=arn_there)
    data_key, blob = KEYS.generate_data_key(material=MATERIAL, key_arn=KEY_ARN, context=CONTEXT, size=32)
    sealed_value = value.seal(data_key, b"a value", binding=HERE, entropy=os.urandom)

    carried = KEYS.seal_for_region(
        material=MATERIAL,
        key_arn=KEY_ARN,
        context=CONTEXT,
        data_key=blob,
        sealed_value=sealed_value,
        binding=HERE,
        recipient=transport.public_key_of(there.transport_private_key),
        info=INFO,
    )
    blob_there, sealed_there = keys_there.open_from_region(
        sealed=carried, info=INFO, material=material_there, key_arn=arn_there, context={}, binding=THERE
    )
    data_key_there = keys_there.decrypt(
        material=material_there, key_arn=arn_there, context={}, blob=blob_there
    )

    assert value.open_value(data_key_there, sealed_there, binding=THERE) == b"a value"
    assert data_key_there != data_key
    for refusing, carriage in ((keys_there, b"l1 e2 r1"), (KEYS, INFO)):
        with pytest.raises(EnvelopeRefused):
            refusing.open_from_region(
                sealed=carried,
                info=carriage,
                material=material_there,
                key_arn=arn_there,
                context={},
                binding=THERE,
            )


def test_a_value_that_lies_in_the_wrong_place_is_not_carried_anywhere() -> None:
    data_key, blob = KEYS.generate_data_key(material=MATERIAL, key_arn=KEY_ARN, context=CONTEXT, size=32)
    sealed_value = value.seal(data_key, b"a value", binding=HERE, entropy=os.urandom)

    with pytest.raises(EnvelopeRefused) as refused:
        KEYS.seal_for_region(
            material=MATERIAL,
            key_arn=KEY_ARN,
            context=CONTEXT,
            data_key=blob,
            sealed_value=sealed_value,
            binding=replace(HERE, version_id="w"),
            recipient=transport.generate_pair(os.urandom).public_key,
            info=INFO,
        )

    assert refused.value.step is Step.TAG


def test_a_signing_key_is_the_one_of_awss_example() -> None:
    """The worked example of the AWS General Reference: iam, us-east-1, 2015-08-30."""
    sealed = KEYS.seal_access_key(
        access_key_id="AKIDEXAMPLE", secret_access_key="wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"
    )

    key = KEYS.signing_key(
        sealed=sealed, access_key_id="AKIDEXAMPLE", day="20150830", region="us-east-1", service="iam"
    )

    assert key.hex() == "c4afb1cc5771d871763a393e44b703571b55cc28424d1a5e86da6ed3c154a4b9"


def test_an_access_key_opens_under_its_own_id_alone() -> None:
    sealed = KEYS.seal_access_key(access_key_id=ACCESS_KEY_ID, secret_access_key=SECRET_ACCESS_KEY)

    with pytest.raises(EnvelopeRefused) as refused:
        KEYS.signing_key(
            sealed=sealed, access_key_id="AKIDEXAMPLE", day="20150830", region="us-east-1", service="iam"
        )

    assert refused.value.step is Step.TAG
    assert SECRET_ACCESS_KEY.encode() not in sealed


def test_wrapped_material_is_no_access_key() -> None:
    """Another kind: or whoever writes to the store could have key material used as a signing key."""
    with pytest.raises(EnvelopeRefused):
        KEYS.signing_key(
            sealed=MATERIAL, access_key_id=KEY_ARN, day="20150830", region="us-east-1", service="iam"
        )


def test_the_token_key_is_the_same_after_a_restart_and_another_in_each_region() -> None:
    again = Keyring(replace(MASTER), entropy=os.urandom)
    elsewhere = Keyring(replace(MASTER, region="us-east-2"), entropy=os.urandom)

    assert KEYS.token_key() == again.token_key()
    assert KEYS.token_key() != elsewhere.token_key()
    assert len(KEYS.token_key()) == 32
    assert KEYS.token_key() != MASTER.key


def test_more_keys_than_are_kept_unwrapped_still_work() -> None:
    small = Keyring(MASTER, entropy=os.urandom, materials_max=2)
    arns = [KEY_ARN[:-1] + digit for digit in "23456"]
    materials = {arn: small.create_material(key_arn=arn) for arn in arns}
    blobs = {
        arn: small.encrypt(material=materials[arn], key_arn=arn, context={}, plaintext=arn.encode())
        for arn in arns
    }

    for arn in (*arns, *reversed(arns)):
        opened = small.decrypt(material=materials[arn], key_arn=arn, context={}, blob=blobs[arn])
        assert opened == arn.encode()


def test_nothing_that_holds_a_key_shows_it() -> None:
    held = KEYS._unwrapped(MATERIAL, KEY_ARN)

    shown = f"{MASTER!r} {MASTER} {KEYS!r} {KEYS} {held!r} {held}"

    assert shown.count("***") == 6
    assert isinstance(MASTER.key, bytes)
    for key in (MASTER.key, MASTER.transport_private_key, held.key):
        assert repr(key)[2:-1] not in shown
        assert key.hex() not in shown
