"""Multi-Region keys when Regions are down, answers are lost and stores are set back: nothing is lost, one primary is left.

The order of what happens is drawn at random in the last test; the others are the cases that a reader asks for.
"""

from __future__ import annotations

import base64
import random
from collections.abc import Iterator
from functools import partial
from typing import Any

import pytest
from tests.contract.kms_values import tend
from tests.contract.region import ACCOUNT, DAY_MS
from tests.contract.several_regions import Regions, several
from tests.contract.test_multi_region_keys import (
    ONE,
    PLAIN,
    THREE,
    TWO,
    created,
    described,
    in_sync,
    materials,
    opens_everywhere,
    record,
    replicated,
    roles,
    seal_id,
    sealed,
)

from watchword.api.call import Bound
from watchword.api.shapes import watchword
from watchword.keys import family_sending
from watchword.replication.model import Kind


@pytest.fixture
def regions() -> Iterator[Regions]:
    with several(ONE, TWO, THREE) as made:
        yield made


def agreed(regions: Regions, key_id: str) -> str:
    """The Region that all say is the primary, once they have heard each other; and that they have the same."""
    for _ in range(3):
        regions.settle()
        for region in regions.held.values():
            tend(region)
    regions.settle()
    found = roles(regions, key_id)
    assert 1 == sum(role == "PRIMARY" for role, _ in found.values()), found
    assert 1 == len({primary for _, primary in found.values()})
    assert 1 == len({tuple(materials(regions[name], key_id)) for name in found})
    assert 1 == len({seal_id(regions[name], key_id) for name in found})
    assert in_sync(regions, key_id)
    return next(primary for _, primary in found.values())


def test_an_answer_that_is_lost_changes_nothing(regions: Regions) -> None:
    key_id = created(regions[ONE])
    regions.answers_lost = 3
    regions[ONE].call("ReplicateKey", KeyId=key_id, ReplicaRegion=TWO)

    assert ONE == agreed(regions, key_id)
    assert 1 == len(materials(regions[TWO], key_id))


def test_a_region_that_is_down_has_its_replica_when_it_returns(regions: Regions) -> None:
    regions.down.add(TWO)
    key_id = created(regions[ONE])
    answer = regions[ONE].call("ReplicateKey", KeyId=key_id, ReplicaRegion=TWO)
    regions.settle()
    assert answer["ReplicaKeyMetadata"]["KeyState"] == "Creating"
    assert (
        regions[ONE].refused("ReplicateKey", KeyId=key_id, ReplicaRegion=TWO)[0] == "AlreadyExistsException"
    )

    regions.down.clear()

    assert ONE == agreed(regions, key_id)
    assert described(regions[TWO], key_id)["KeyState"] == "Enabled"


def test_two_regions_that_are_heard_at_once_do_not_miss_each_other(regions: Regions) -> None:
    """Of two acknowledgements in two threads neither sees the other: new material seals all the same."""
    key_id = replicated(regions, TWO, THREE)
    one = regions[ONE]
    old = seal_id(one, key_id)
    one.call("RotateKeyOnDemand", KeyId=key_id)
    acks = []
    for target in (TWO, THREE):
        (link_id,) = regions.link_ids(ONE, target)
        message = regions.read(ONE, target, link_id, kind=Kind.KEYS).message
        answer = regions.ask(ONE, target, watchword.APPLY_KEY, message)
        acks.append(
            partial(regions.take_back, ONE, link_id, message.epoch, message.theirs, answer, kind=Kind.KEYS)
        )
    first, second = acks
    begun: list[bool] = []

    def slow(request: Any, found: Any, call: Any) -> None:
        """The second is taken while the first has read and not yet committed."""
        family_sending.ack_key(request, found, call)
        if not begun:
            begun.append(True)
            second()

    one.faults = (Bound(operation=watchword.ACK_KEY, find=family_sending.find_outgoing, run=slow),)
    one.compose()
    first()

    assert old != seal_id(one, key_id)


def test_a_primary_that_was_set_back_learns_what_it_had_made(regions: Regions) -> None:
    """Material is in every Region before anything is sealed with it, so what it sealed opens again."""
    key_id = replicated(regions, TWO, THREE)
    one = regions[ONE]
    copy = regions.back_up(ONE)
    one.call("RotateKeyOnDemand", KeyId=key_id)
    one.call("EnableKeyRotation", KeyId=key_id)
    regions.settle()
    blob = sealed(one, key_id)
    new = seal_id(one, key_id)

    regions.put_back(ONE, copy)
    assert 1 == len(materials(one, key_id))

    assert ONE == agreed(regions, key_id)
    assert new == seal_id(one, key_id)
    assert one.call("GetKeyRotationStatus", KeyId=key_id)["KeyRotationEnabled"] is True
    opens_everywhere(regions, blob)


def test_a_primary_that_was_set_back_and_rotated_again_has_both_materials(regions: Regions) -> None:
    key_id = replicated(regions)
    one, two = regions[ONE], regions[TWO]
    copy = regions.back_up(ONE)
    one.call("RotateKeyOnDemand", KeyId=key_id)
    regions.settle()
    first = sealed(two, key_id)

    regions.down.add(TWO)
    regions.put_back(ONE, copy)
    one.call("RotateKeyOnDemand", KeyId=key_id)
    second = sealed(one, key_id)
    regions.down.clear()

    assert ONE == agreed(regions, key_id)
    assert 3 == len(materials(one, key_id))
    for blob in (first, second, sealed(one, key_id)):
        opens_everywhere(regions, blob, ONE, TWO)


def test_a_replica_that_was_set_back_hears_everything_again(regions: Regions) -> None:
    key_id = replicated(regions, TWO, THREE)
    copy = regions.back_up(TWO)
    regions[ONE].call("RotateKeyOnDemand", KeyId=key_id)
    regions.settle()
    blob = sealed(regions[ONE], key_id)

    regions.put_back(TWO, copy)

    assert ONE == agreed(regions, key_id)
    opens_everywhere(regions, blob)


def test_a_replica_that_was_set_back_to_before_it_was_made_is_made_again(regions: Regions) -> None:
    key_id = created(regions[ONE])
    copy = regions.back_up(TWO)
    regions[ONE].call("ReplicateKey", KeyId=key_id, ReplicaRegion=TWO, Description="mine")
    regions.settle()
    blob = sealed(regions[TWO], key_id)

    regions.put_back(TWO, copy)

    assert ONE == agreed(regions, key_id)
    assert described(regions[TWO], key_id)["Description"] == "mine"
    opens_everywhere(regions, blob, ONE, TWO)


def test_a_former_primary_that_was_set_back_hears_that_it_is_none(regions: Regions) -> None:
    key_id = replicated(regions, TWO, THREE)
    copy = regions.back_up(ONE)
    regions[ONE].call("UpdatePrimaryRegion", KeyId=key_id, PrimaryRegion=TWO)
    regions.settle()

    regions.put_back(ONE, copy)
    assert roles(regions, key_id)[ONE] == ("PRIMARY", ONE)

    assert TWO == agreed(regions, key_id)


def test_a_new_primary_that_was_set_back_is_told_that_it_is_one(regions: Regions) -> None:
    key_id = replicated(regions, TWO, THREE)
    copy = regions.back_up(TWO)
    regions[ONE].call("UpdatePrimaryRegion", KeyId=key_id, PrimaryRegion=TWO)
    regions.settle()
    regions[TWO].call("RotateKeyOnDemand", KeyId=key_id)
    regions.settle()
    blob = sealed(regions[TWO], key_id)

    regions.put_back(TWO, copy)
    assert roles(regions, key_id)[TWO] == ("REPLICA", ONE)

    assert TWO == agreed(regions, key_id)
    opens_everywhere(regions, blob)


def test_two_primaries_of_one_term_agree(regions: Regions) -> None:
    """A primary that was set back gives the primary elsewhere than it did before."""
    key_id = replicated(regions, TWO, THREE)
    one = regions[ONE]
    copy = regions.back_up(ONE)
    one.call("UpdatePrimaryRegion", KeyId=key_id, PrimaryRegion=TWO)
    regions.settle()
    regions[TWO].call("RotateKeyOnDemand", KeyId=key_id)

    regions.down.add(TWO)
    regions.put_back(ONE, copy)
    one.call("UpdatePrimaryRegion", KeyId=key_id, PrimaryRegion=THREE)
    regions.settle()
    regions.down.clear()

    assert agreed(regions, key_id) in (TWO, THREE)
    assert 2 == len(materials(one, key_id))


def test_a_replica_that_is_destroyed_before_it_hears_gives_the_primary_back(regions: Regions) -> None:
    key_id = replicated(regions, TWO, THREE)
    one, two = regions[ONE], regions[TWO]
    two.call("ScheduleKeyDeletion", KeyId=key_id, PendingWindowInDays=7)
    regions.down.add(TWO)
    one.call("UpdatePrimaryRegion", KeyId=key_id, PrimaryRegion=TWO)
    regions.settle()
    regions.clock.forward(7 * DAY_MS + 1)
    tend(two)
    regions.down.clear()

    assert ONE == agreed(regions, key_id)
    assert described(one, key_id)["KeyState"] == "Enabled"


def test_a_destroyed_replica_that_comes_back_with_a_backup_works_alone_until_it_is_asked_for(
    regions: Regions,
) -> None:
    """It is no part of the key any more, and nobody makes it one but ReplicateKey."""
    key_id = replicated(regions)
    one, two = regions[ONE], regions[TWO]
    blob = sealed(one, key_id)
    copy = regions.back_up(TWO)
    two.call("ScheduleKeyDeletion", KeyId=key_id, PendingWindowInDays=7)
    regions.clock.forward(7 * DAY_MS + 1)
    tend(two)
    regions.settle()

    regions.put_back(TWO, copy)
    one.call("RotateKeyOnDemand", KeyId=key_id)
    for _ in range(3):
        regions.settle()
        tend(two)

    opens_everywhere(regions, blob, TWO)
    assert two.refused("Decrypt", CiphertextBlob=sealed(one, key_id))[0] == "InvalidCiphertextException"
    assert "ReplicaKeys" in described(one, key_id)["MultiRegionConfiguration"]
    assert described(one, key_id)["MultiRegionConfiguration"]["ReplicaKeys"] == []

    one.call("ReplicateKey", KeyId=key_id, ReplicaRegion=TWO)
    assert ONE == agreed(regions, key_id)
    opens_everywhere(regions, sealed(one, key_id), ONE, TWO)


def test_a_region_that_has_no_part_in_a_key_is_told_nothing_and_makes_nothing_of_it(regions: Regions) -> None:
    """A Region whose host was taken over makes up a message: it can't make itself one of the key's Regions."""
    key_id = replicated(regions)
    message = next(sent for sent in reversed(regions.sent) if sent.operation is watchword.APPLY_KEY)
    regions[THREE].call("CreateSecret", Name="any", SecretString="v", AddReplicaRegions=[{"Region": ONE}])
    regions.settle()
    before = record(regions[ONE], key_id)
    forged = message.body.replace(
        f'"PrimaryRegion":"{message.source}","KeyId"'.encode(), f'"PrimaryRegion":"{THREE}","KeyId"'.encode()
    )
    assert forged != message.body
    unit = regions[THREE].stores.unit()
    for old, new in (
        (json_text(message.body, "LinkId"), b"f" * 32),
        (json_text(message.body, "Incarnation"), unit.incarnation().encode()),
        (json_text(message.body, "Theirs"), regions[ONE].stores.unit().incarnation().encode()),
        (b'"Region":"us-east-1","Count":1', b'"Region":"eu-west-1","Count":1'),
    ):
        forged = forged.replace(old, new)

    answer = regions.deliver(
        type(message)(source=THREE, target=ONE, operation=message.operation, body=forged)
    )

    assert answer.members["Verdict"] == "KeyUnusable"
    assert before == record(regions[ONE], key_id)


def json_text(body: bytes, name: str) -> bytes:
    return body.split(f'"{name}":"'.encode(), 1)[1].split(b'"', 1)[0]


def test_no_material_is_in_a_store_a_message_or_the_trail(regions: Regions) -> None:
    """Imported material is known to the test; what a custodian makes is looked for by what it computes."""
    key_id = replicated(regions)
    region = regions[ONE]
    key = record(region, key_id)
    keyring = region.custody
    opened = keyring._unwrapped(key.materials[1].wrapped, key.arn).key
    spellings = {opened, base64.b64encode(opened), opened.hex().encode(), base64.urlsafe_b64encode(opened)}
    regions[ONE].call("RotateKeyOnDemand", KeyId=key_id)
    regions.settle()

    for each in regions.held.values():
        told = each.everything_on_disk() + b"".join(each.trail.lines)
        assert not any(spelling in told for spelling in spellings)
    sent = b"".join(message.body for message in regions.sent)
    assert not any(spelling in sent for spelling in spellings)
    planted = sent + base64.b64encode(opened)
    assert any(spelling in planted for spelling in spellings)


SEEDS = range(12)


@pytest.mark.parametrize("seed", SEEDS)
def test_whatever_happens_nothing_is_lost_and_one_primary_is_left(regions: Regions, seed: int) -> None:
    """Each Region is asked, cut off, restarted and set back in an order that is drawn; then all faults end."""
    draw = random.Random(seed)
    names = (ONE, TWO, THREE)
    key_id = replicated(regions, TWO, THREE)
    copies = {name: regions.back_up(name) for name in names}
    blobs = [sealed(regions[name], key_id) for name in names]
    for _ in range(25):
        name = draw.choice(names)
        region = regions[name]
        match draw.randrange(8):
            case 0:
                region.ask("RotateKeyOnDemand", KeyId=key_id)
            case 1:
                region.ask("UpdatePrimaryRegion", KeyId=key_id, PrimaryRegion=draw.choice(names))
            case 2:
                region.ask("EnableKeyRotation", KeyId=key_id, RotationPeriodInDays=draw.randint(90, 2_560))
            case 3:
                regions.down ^= {name}
            case 4:
                regions.answers_lost += 1
            case 5:
                regions.restart(name)
            case 6 if draw.random() < 0.3:
                regions.put_back(name, copies[name])
            case _:
                regions.settle(ms=draw.randrange(3_000))
        # What is sealed with all Regions in reach opens for ever, whichever store is set back.
        if not regions.down:
            regions.settle()
            blobs.append(sealed(region, key_id))
    regions.down.clear()
    regions.answers_lost = 0

    agreed(regions, key_id)
    for blob in blobs:
        opens_everywhere(regions, blob)


def test_the_harness_sees_material_that_is_lost(regions: Regions) -> None:
    """A planted fault: a Region that forgets a version of its material is seen by what does not open."""
    key_id = replicated(regions)
    regions[ONE].call("RotateKeyOnDemand", KeyId=key_id)
    regions.settle()
    blob = sealed(regions[ONE], key_id)
    regions[TWO].tamper(
        "DELETE FROM kms_material WHERE key_id = ? AND version > 1 AND account = ?", key_id, ACCOUNT
    )

    assert regions[TWO].refused("Decrypt", CiphertextBlob=blob)[0] == "InvalidCiphertextException"
    assert PLAIN
