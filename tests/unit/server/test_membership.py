"""Which Regions a deployment has: one more, one less, another control Region, planned without touching a disk."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from watchword.server.deployment import (
    ACCOUNT_DEFAULT,
    REGIONS_MAX,
    Account,
    Address,
    Deployment,
    HomeError,
    from_toml,
    planned,
    to_toml,
)
from watchword.server.membership import Wanted, with_control, with_region, without_region
from watchword.server.region import place_of

HOME = Path("/srv/watchword")


def plan(*regions: str) -> Deployment:
    made = planned(
        home=HOME, deployment_id="d", regions=regions, account_id=ACCOUNT_DEFAULT, port=7700, workers=2
    )
    return replace(made, regions=tuple(replace(held, transport_key=bytes(32)) for held in made.regions))


def grown(deployment: Deployment, name: str, *taken: int, **wanted: object) -> Deployment:
    # Each row names the members that it is about.
    asked = Wanted(name=name, **wanted)  # type: ignore[arg-type]
    return with_region(deployment, asked, is_free=lambda address: address.port not in taken)


def test_a_region_is_added_after_the_others_on_the_next_ports() -> None:
    after = grown(plan("us-east-1", "us-east-2"), "eu-west-1")

    added = after.regions[2]
    assert (added.name, added.endpoint, str(added.peer)) == (
        "eu-west-1",
        "http://127.0.0.1:7703",
        "127.0.0.1:7753",
    )
    assert after.regions[:2] == plan("us-east-1", "us-east-2").regions
    assert after.accounts == plan("us-east-1").accounts
    assert after.control_region("aws") == "us-east-1"


PORTS = {
    "a gap is filled": (("us-east-1", "us-east-2"), "us-east-1", (), 7701),
    "what somebody else has is passed over": (("us-east-1",), None, (7702,), 7703),
    "and so is a peer port": (("us-east-1",), None, (7752, 7753), 7704),
}


@pytest.mark.parametrize(("regions", "without", "taken", "port"), PORTS.values(), ids=PORTS)
def test_ports_are_the_first_pair_that_nobody_has(
    regions: tuple[str, ...], without: str | None, taken: tuple[int, ...], port: int
) -> None:
    before = plan(*regions)
    if without is not None:
        before = without_region(with_control(before, regions[-1]), without)

    added = grown(before, "eu-west-1", *taken).regions[-1]

    assert (added.address.port, added.peer.port) == (port, port + 50)


def test_addresses_that_were_asked_for_are_taken_as_they_are() -> None:
    added = grown(
        plan("us-east-1"),
        "eu-west-1",
        endpoint="https://10.0.0.7:443",
        peer="10.0.0.7:7751",
        certificate=Path("tls/crt"),
        certificate_key=Path("tls/key"),
    ).regions[-1]

    assert (added.endpoint, added.peer) == ("https://10.0.0.7:443", Address(host="10.0.0.7", port=7751))


def test_a_new_partition_brings_an_account_of_its_own() -> None:
    after = grown(plan("us-east-1"), "us-gov-west-1")
    named = grown(plan("us-east-1"), "cn-north-1", account_id="000000000042")

    assert after.accounts[1:] == (Account(id="123456789013", partition="aws-us-gov"),)
    assert named.accounts[1:] == (Account(id="000000000042", partition="aws-cn"),)
    assert (
        from_toml(
            to_toml(
                replace(after, regions=tuple(replace(r, transport_key=bytes(32)) for r in after.regions))
            ),
            home=HOME,
        ).accounts
        == after.accounts
    )


def test_a_region_of_one_s_own_name_is_of_aws_unless_it_is_told() -> None:
    by_itself = grown(plan("us-east-1"), "lab-north-1").regions[-1]
    told = grown(plan("us-east-1"), "lab-north-1", partition="aws-us-gov", opt_in=True).regions[-1]
    published = grown(plan("us-east-1"), "af-south-1").regions[-1]

    assert [(held.partition, held.opt_in) for held in (by_itself, told, published)] == [
        ("aws", False),
        ("aws-us-gov", True),
        ("aws", True),
    ]


REFUSED = {
    "one that is there": ("us-east-1", {}, "has the Region `us-east-1` already"),
    "a name of another form": ("Ohio", {}, "`Ohio` is no Region name"),
    "a name with a folder in it": ("../us-east-9", {}, "is no Region name"),
    "a partition that does not exist": ("lab-1", {"partition": "azure"}, "`azure` is no partition"),
    "a Region where AWS does not have it": (
        "us-west-2",
        {"partition": "aws-cn"},
        "`us-west-2` is a Region of the partition `aws`",
    ),
    "http to other machines": ("us-west-2", {"endpoint": "http://10.0.0.7:80"}, "without TLS"),
    "no endpoint": ("us-west-2", {"endpoint": "10.0.0.7"}, "is no endpoint"),
    "no peer": ("us-west-2", {"peer": "10.0.0.7"}, "`peer` should read `HOST:PORT`"),
    "another Region's port": ("us-west-2", {"endpoint": "http://127.0.0.1:7701"}, "port 7701 is another"),
    "another Region's peer port": ("us-west-2", {"peer": "127.0.0.1:7751"}, "port 7751 is another"),
    "the front door's port": ("us-west-2", {"endpoint": "http://127.0.0.1:7700"}, "port 7700 is another"),
    "an account where there is one": ("us-west-2", {"account_id": "1" * 12}, "has an account already"),
    "another partition's account": (
        "cn-north-1",
        {"account_id": ACCOUNT_DEFAULT},
        "is an account of another partition",
    ),
    "no account": ("cn-north-1", {"account_id": "12"}, "`12` is no account id"),
    "no workers": ("us-west-2", {"workers": 0}, "1 to 64 API workers"),
}


@pytest.mark.parametrize(("name", "wanted", "sentence"), REFUSED.values(), ids=REFUSED)
def test_what_can_t_be_added_is_refused_in_one_sentence(
    name: str, wanted: dict[str, object], sentence: str
) -> None:
    with pytest.raises(HomeError) as refused:
        grown(plan("us-east-1", "us-east-2"), name, **wanted)

    assert sentence in str(refused.value)
    assert "\n" not in str(refused.value)


def test_no_more_regions_than_fit_and_no_port_where_none_is_free() -> None:
    full = plan(*(f"us-east-{number}" for number in range(REGIONS_MAX)))

    with pytest.raises(HomeError, match="1 to 40 Regions, not 41"):
        grown(full, "eu-west-1")
    with pytest.raises(HomeError, match="no port is free"):
        grown(plan("us-east-1"), "eu-west-1", *range(7701, 7800))


def test_a_region_is_removed_and_its_partition_s_account_stays() -> None:
    before = plan("us-east-1", "us-gov-west-1")

    after = without_region(before, "us-gov-west-1")

    assert [held.name for held in after.regions] == ["us-east-1"]
    assert after.accounts == before.accounts
    assert grown(after, "us-gov-east-1").accounts == before.accounts


NOT_REMOVED = {
    "the only one": (("us-east-1",), "us-east-1", "is the only Region"),
    "one that is not there": (("us-east-1", "us-east-2"), "eu-west-1", "no Region `eu-west-1`"),
    "the control Region of others": (
        ("us-east-1", "us-east-2"),
        "us-east-1",
        "`us-east-1` is the control Region of `aws`",
    ),
}


@pytest.mark.parametrize(("regions", "name", "sentence"), NOT_REMOVED.values(), ids=NOT_REMOVED)
def test_what_can_t_be_removed_is_refused(regions: tuple[str, ...], name: str, sentence: str) -> None:
    with pytest.raises(HomeError, match=sentence):
        without_region(plan(*regions), name)


def test_the_control_region_moves_within_its_partition() -> None:
    before = plan("us-east-1", "us-gov-west-1", "us-east-2")

    moved = with_control(before, "us-east-2")
    back = with_control(moved, "us-east-1")

    assert [moved.control_region(each) for each in moved.partitions] == ["us-east-2", "us-gov-west-1"]
    assert [back.control_region(each) for each in back.partitions] == ["us-east-1", "us-gov-west-1"]
    assert from_toml(to_toml(moved), home=HOME) == moved
    assert without_region(moved, "us-east-1").control_region("aws") == "us-east-2"


def test_a_region_sees_its_own_partition_alone() -> None:
    deployment = plan("us-east-1", "us-gov-west-1", "af-south-1", "us-gov-east-1")

    east, gov = (place_of(deployment, deployment.region(name)) for name in ("us-east-1", "us-gov-east-1"))

    assert (east.hosted_regions, east.control, east.opt_in) == (
        ("us-east-1", "af-south-1"),
        "us-east-1",
        frozenset({"af-south-1"}),
    )
    assert (gov.hosted_regions, gov.control, gov.opt_in) == (
        ("us-gov-west-1", "us-gov-east-1"),
        "us-gov-west-1",
        frozenset(),
    )


def test_while_a_control_region_moves_its_partition_has_none() -> None:
    deployment = replace(plan("us-east-1", "us-gov-west-1"), without_control=frozenset({"aws"}))

    assert place_of(deployment, deployment.region("us-east-1")).control == ""
    assert place_of(deployment, deployment.region("us-gov-west-1")).control == "us-gov-west-1"
    assert from_toml(to_toml(deployment), home=HOME).without_control == frozenset()
