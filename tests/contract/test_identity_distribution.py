"""An account's identity is written in the control Region and arrives whole in every enabled one, and nowhere else."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import msgspec
import pytest
from tests.contract.people import SECRET_OF_KEY, add_user, change, directory
from tests.contract.region import ACCESS_KEY_ID, ACCOUNT, CONTROL, Region
from tests.contract.several_regions import Regions, Sent, several

from watchword.api.errors import AccessDeniedException, ValidationException
from watchword.api.shapes import watchword
from watchword.identity.directory import Directory
from watchword.identity.model import AccessKeyItem, OptStatus, User
from watchword.replication.model import Kind, Lifecycle
from watchword.wire import json11

OTHER, OPT_IN = "us-east-2", "af-south-1"


@pytest.fixture
def regions() -> Iterator[Regions]:
    with several(CONTROL, OTHER, OPT_IN) as made:
        for region in made.held.values():
            region.hosted = (CONTROL, OTHER, OPT_IN)
            region.compose()
        distribute(made)
        yield made


BY_TAG = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": {
            "Effect": "Allow",
            "Action": "secretsmanager:GetSecretValue",
            "Resource": "*",
            "Condition": {"StringEquals": {"aws:ResourceTag/team": "${aws:PrincipalTag/team}"}},
        },
    }
)


def add_ann(region: Region) -> User:
    return add_user(region, "ann", policy=BY_TAG, tags={"team": "red"})


def distribute(regions: Regions) -> None:
    """What the registrar and the couriers do, until nothing is left to do."""
    for _ in range(4):
        for region in regions.held.values():
            region.gate.perform(
                watchword.TEND_IDENTITY, watchword.TendIdentityRequest(), principal=region.itself
            )
        regions.settle(ms=0)


def held(region: Region) -> Directory | None:
    return region.stores.unit().directory(ACCOUNT)


def opt(region: Region, status: OptStatus) -> None:
    """What EnableRegion and DisableRegion stage."""
    settings = directory(region).settings
    change(region, msgspec.structs.replace(settings, regions={**settings.regions, OPT_IN: status}))


def who(region: Region, name: str) -> tuple[int, str]:
    """Whether a user's key is let in; a read that needs no permission but a proven caller."""
    answer = region.send(
        region.request(
            "GetSecretValue",
            json.dumps({"SecretId": "none"}).encode(),
            access_key_id=f"AKIA{name.upper()}",
            secret_access_key=SECRET_OF_KEY,
        )
    )
    return answer.refusal[:2]


KNOWN, UNKNOWN = (400, "AccessDeniedException"), (400, "UnrecognizedClientException")


def test_a_user_made_in_the_control_region_is_known_in_every_enabled_one(regions: Regions) -> None:
    add_ann(regions[CONTROL])
    assert who(regions[OTHER], "ann") == UNKNOWN

    distribute(regions)

    assert who(regions[OTHER], "ann") == KNOWN
    assert directory(regions[OTHER]).digest == directory(regions[CONTROL]).digest
    assert directory(regions[OTHER]).items == directory(regions[CONTROL]).items


def test_one_policy_gives_access_to_the_replica_too(regions: Regions) -> None:
    add_ann(regions[CONTROL])
    regions[CONTROL].call(
        "CreateSecret",
        Name="db",
        SecretString="value",
        Tags=[{"Key": "team", "Value": "red"}],
        AddReplicaRegions=[{"Region": OTHER}],
    )
    distribute(regions)

    request = regions[OTHER].request(
        "GetSecretValue",
        b'{"SecretId": "db"}',
        access_key_id="AKIAANN",
        secret_access_key=SECRET_OF_KEY,
    )
    assert regions[OTHER].send(request).members["SecretString"] == "value"


def test_a_deleted_key_and_a_deleted_user_are_gone_everywhere(regions: Regions) -> None:
    user = add_ann(regions[CONTROL])
    distribute(regions)

    change(regions[CONTROL], remove=(directory(regions[CONTROL]).access_keys["AKIAANN"], user))
    distribute(regions)

    assert who(regions[OTHER], "ann") == UNKNOWN
    assert b"AKIAANN" not in b"".join(
        json.dumps([str(row) for row in regions[OTHER].stores.unit().access_keys_of(ACCOUNT)]).encode()
        for _ in range(1)
    )


def test_a_region_that_is_not_enabled_knows_nobody_until_it_is(regions: Regions) -> None:
    add_ann(regions[CONTROL])
    distribute(regions)
    assert not regions[OPT_IN].stores.unit().identity_link(ACCOUNT)

    opt(regions[CONTROL], OptStatus.ENABLING)
    distribute(regions)

    assert directory(regions[CONTROL]).settings.regions[OPT_IN] is OptStatus.ENABLED
    assert directory(regions[OTHER]).settings.regions[OPT_IN] is OptStatus.ENABLED
    assert who(regions[OPT_IN], "ann") == KNOWN


def test_a_region_stays_enabling_until_the_identity_has_arrived_there(regions: Regions) -> None:
    regions.down.add(OPT_IN)
    opt(regions[CONTROL], OptStatus.ENABLING)
    for _ in range(3):
        regions[CONTROL].gate.perform(
            watchword.TEND_IDENTITY, watchword.TendIdentityRequest(), principal=regions[CONTROL].itself
        )

    assert directory(regions[CONTROL]).settings.regions[OPT_IN] is OptStatus.ENABLING
    regions.down.clear()
    distribute(regions)
    assert directory(regions[CONTROL]).settings.regions[OPT_IN] is OptStatus.ENABLED


def test_disabling_a_region_stops_access_and_enabling_it_again_gives_it_back(regions: Regions) -> None:
    add_ann(regions[CONTROL])
    opt(regions[CONTROL], OptStatus.ENABLING)
    distribute(regions)

    opt(regions[CONTROL], OptStatus.DISABLING)
    distribute(regions)

    assert directory(regions[CONTROL]).settings.regions[OPT_IN] is OptStatus.DISABLED
    assert who(regions[OPT_IN], "ann") == UNKNOWN
    kept = held(regions[OPT_IN])
    assert kept is not None
    assert not kept.in_force
    assert kept.users

    opt(regions[CONTROL], OptStatus.ENABLING)
    distribute(regions)
    assert who(regions[OPT_IN], "ann") == KNOWN


def test_identity_from_a_region_that_is_not_control_is_refused(regions: Regions) -> None:
    add_ann(regions[CONTROL])
    before = directory(regions[OTHER]).revision
    regions.sent.clear()
    regions.down.add(OTHER)
    distribute_from_control(regions)
    (message,) = messages(regions)

    forged = replace(message, source=OPT_IN)
    assert regions.deliver(forged).refusal[:2] == (400, "AccessDeniedException")
    assert directory(regions[OTHER]).revision == before


def distribute_from_control(regions: Regions) -> None:
    """Read what would be sent, without sending it."""
    region = regions[CONTROL]
    regions.down.clear()
    (link_id,) = [
        row.link.link_id
        for row in region.stores.links_to_shake(OTHER, "", 100)
        if row.kind is Kind.IDENTITY and row.link.lifecycle is Lifecycle.ACTIVE
    ]
    read = regions.read(CONTROL, OTHER, link_id, kind=Kind.IDENTITY)
    regions.sent.append(
        Sent(
            source=CONTROL,
            target=OTHER,
            operation=watchword.APPLY_ACCOUNT,
            body=json11.encode(read.message),
        )
    )


def messages(regions: Regions) -> list[Sent]:
    return [sent for sent in regions.sent if sent.operation is watchword.APPLY_ACCOUNT]


DAMAGED: dict[str, Any] = {
    "another account": {"Account": "210987654321"},
    "another revision": {"Revision": 99},
    "an item left out": {"Items": []},
    "credentials left out": {"Credentials": [{"Kind": "access-key", "Id": "AKIAANN", "Sealed": "AAAA"}]},
    "an item of a kind that nobody knows": {
        "Items": [{"Kind": "flag", "Id": "x", "Revision": 2, "ContentId": "c", "Body": "e30="}]
    },
}


@pytest.mark.parametrize("damage", DAMAGED.values(), ids=DAMAGED)
def test_a_damaged_message_changes_nothing(regions: Regions, damage: dict[str, Any]) -> None:
    add_ann(regions[CONTROL])
    before = directory(regions[OTHER])
    distribute_from_control(regions)
    message = messages(regions)[-1]

    body = json.dumps({**json.loads(message.body), **damage}).encode()
    regions.deliver(replace(message, body=body))

    after = directory(regions[OTHER])
    assert (after.revision, after.content_id) == (before.revision, before.content_id)
    assert who(regions[OTHER], "ann") == UNKNOWN
    # And what is not damaged is taken: nothing that was refused stands in its way.
    assert regions.deliver(message).members["Verdict"] == "Applied"
    assert who(regions[OTHER], "ann") == KNOWN


def test_secrets_of_access_keys_travel_sealed(regions: Regions) -> None:
    add_ann(regions[CONTROL])
    regions.sent.clear()
    distribute(regions)

    assert messages(regions)
    wire = b"".join(message.body for message in messages(regions))
    assert b"AKIAANN" in wire
    assert SECRET_OF_KEY.encode() not in wire


def test_a_region_that_was_set_back_gets_the_account_again(regions: Regions) -> None:
    copy = regions.back_up(OTHER)
    add_ann(regions[CONTROL])
    distribute(regions)
    regions.put_back(OTHER, copy)
    assert who(regions[OTHER], "ann") == UNKNOWN

    regions.met.clear()
    distribute(regions)

    assert who(regions[OTHER], "ann") == KNOWN


def test_an_account_of_before_is_founded_with_its_root_users_key(region: Region) -> None:
    region.tamper("DELETE FROM identity")
    region.tamper("DELETE FROM identity_item")
    region.tamper("DELETE FROM sealed_credential")

    region.gate.perform(watchword.TEND_IDENTITY, watchword.TendIdentityRequest(), principal=region.itself)

    founded = directory(region)
    assert founded.revision == 1
    assert founded.access_keys == {
        ACCESS_KEY_ID: AccessKeyItem(
            access_key_id=ACCESS_KEY_ID, owner_id=ACCOUNT, created_ms=region.clock.now
        )
    }
    assert len(founded.settings.session_keys) == 1
    assert region.call("ListSecrets")["SecretList"] == []


def test_a_change_on_what_has_moved_is_refused_as_a_whole(region: Region) -> None:
    """Two operations at once on one account: the second runs again on what the first left."""
    before = directory(region)
    change(region, User(user_id="AIDAFIRST", name="first", created_ms=0))
    unit = region.stores.unit()
    from watchword.api.unit import Moved
    from watchword.identity.store import IdentityChanged

    late = before.changed(
        save=(User(user_id="AIDASECOND", name="second", created_ms=0, inline={"p": BY_TAG}),),
        now=region.clock.now,
        entropy=os.urandom,
    )
    unit.stage(IdentityChanged(before=before, after=late))
    with pytest.raises(Moved):
        unit.commit(())
    assert set(directory(region).users) == {"AIDAFIRST"}


# The control Region moves


def moved(regions: Regions, name: str, *, control: str) -> None:
    """What a reload does in one Region: its processes are made anew, with another control Region or, if empty, none."""
    region = regions[name]
    region.control = control
    region.compose()


def test_a_control_region_that_moves_locks_nobody_out(regions: Regions) -> None:
    """Region by Region, as processes are replaced, or hosts: the old one first, and it says goodbye to nobody."""
    add_ann(regions[CONTROL])
    distribute(regions)

    for control in ("", OTHER):
        for name in (CONTROL, OTHER, OPT_IN):
            moved(regions, name, control=control)
            distribute(regions)
            for enabled in (CONTROL, OTHER):
                assert who(regions[enabled], "ann") == KNOWN, (control, name, enabled)

    assert regions.link_ids(CONTROL, OTHER) == []
    add_user(regions[OTHER], "bob", policy=BY_TAG, tags={"team": "red"})
    distribute(regions)
    assert [who(regions[name], "bob") for name in (CONTROL, OTHER)] == [KNOWN, KNOWN]


@pytest.mark.parametrize("control", [OTHER, ""], ids=["another one is", "nobody is"])
def test_who_is_not_control_puts_nobody_out_of_force(regions: Regions, control: str) -> None:
    add_ann(regions[CONTROL])
    distribute(regions)
    (link_id,) = regions.link_ids(CONTROL, OTHER)
    goodbye = watchword.Removal(link_id=link_id, account=ACCOUNT, epoch=9, primary_region=CONTROL)
    moved(regions, OTHER, control=control)

    regions.deliver(
        Sent(
            source=CONTROL,
            target=OTHER,
            operation=watchword.REMOVE_ACCOUNT,
            body=json11.encode(goodbye),
        )
    )

    assert who(regions[OTHER], "ann") == KNOWN


def test_while_a_control_region_moves_no_link_is_touched(regions: Regions) -> None:
    before = {name: regions.link_ids(CONTROL, name) for name in (OTHER, OPT_IN)}
    moved(regions, CONTROL, control="")

    distribute(regions)

    assert {name: regions.link_ids(CONTROL, name) for name in (OTHER, OPT_IN)} == before


# Accounts that are founded while the deployment runs

NEW = "345678901234"


def found_request(region: Region, *, key: str = "AKIANEW") -> watchword.FoundAccountRequest:
    sealed = region.custody.seal_access_key(access_key_id=key, secret_access_key="s" * 40)
    return watchword.FoundAccountRequest(account=NEW, name="new", access_key_id=key, sealed=sealed)


def test_an_account_that_is_founded_reaches_every_region_with_its_root_user(regions: Regions) -> None:
    home, other = regions["us-east-1"], regions["us-east-2"]

    home.gate.perform(watchword.FOUND_ACCOUNT, found_request(home), principal=home.itself)
    distribute(regions)

    for region in (home, other):
        known = region.stores.unit().directory(NEW)
        assert known is not None
        assert known.settings.name == "new"
        asked = region.request("ListSecrets", b"{}", access_key_id="AKIANEW", secret_access_key="s" * 40)
        assert region.send(asked).status == 200


def test_an_account_is_founded_once(regions: Regions) -> None:
    home = regions["us-east-1"]
    home.gate.perform(watchword.FOUND_ACCOUNT, found_request(home), principal=home.itself)
    before = home.stores.identity_revisions()

    home.gate.perform(watchword.FOUND_ACCOUNT, found_request(home), principal=home.itself)
    with pytest.raises(ValidationException, match="the account is there already"):
        home.gate.perform(
            watchword.FOUND_ACCOUNT, found_request(home, key="AKIAOTHER"), principal=home.itself
        )

    assert home.stores.identity_revisions() == before


def test_an_account_is_founded_in_the_control_region_alone(regions: Regions) -> None:
    other = regions["us-east-2"]

    with pytest.raises(AccessDeniedException, match="in the partition's control Region alone"):
        other.gate.perform(watchword.FOUND_ACCOUNT, found_request(other), principal=other.itself)
