"""What `watchword region` says, from values alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from watchword.cli.main import parser
from watchword.cli.regions import (
    RegionLine,
    accounts_behind,
    added_text,
    held_text,
    removed_text,
    table,
)
from watchword.server.deployment import ACCOUNT_DEFAULT, planned
from watchword.storage.holdings import Holdings

HELD = {
    "one secret": (Holdings(standalone=1), "1 secret (1 that stands alone)"),
    "of each kind": (
        Holdings(standalone=2, replicated=1, replicas=3),
        "6 secrets (2 that stand alone, 1 primary with replicas elsewhere, 3 replicas)",
    ),
    "keys": (Holdings(keys=2), "2 customer managed keys"),
    "both": (
        Holdings(replicated=2, keys=1),
        "2 secrets (2 primaries with replicas elsewhere) and 1 customer managed key",
    ),
}


@pytest.mark.parametrize(("held", "text"), HELD.values(), ids=HELD)
def test_what_a_region_holds_is_counted_by_kind(held: Holdings, text: str) -> None:
    assert held_text(held) == text
    assert not held.is_empty


def test_what_is_lost_is_listed_up_to_a_bound() -> None:
    lost = Holdings(standalone=25, names=tuple(f"1 s{number}" for number in range(20)))

    lines = removed_text("us-west-2", moved=[Path("regions/.removed")], lost=lost).splitlines()
    nothing = removed_text("us-west-2", moved=[], lost=Holdings())

    assert lines[:3] == [
        "us-west-2 is removed",
        "  moved aside: regions/.removed",
        "  lost with it: 25 secrets (25 that stand alone)",
    ]
    assert lines[22:24] == ["    1 s19", "    and 5 more"]
    assert "lost" not in nothing


BEHIND = {
    "nobody has anything": ({}, {}, []),
    "the same": ({"1": 3}, {"1": 3}, []),
    "further on": ({"1": 3}, {"1": 4}, []),
    "an earlier state": ({"1": 3, "2": 5}, {"1": 3, "2": 4}, ["2"]),
    "not heard of": ({"2": 1, "1": 1}, {}, ["1", "2"]),
    "one that only the other has": ({}, {"1": 9}, []),
}


@pytest.mark.parametrize(("ours", "theirs", "expected"), BEHIND.values(), ids=BEHIND)
def test_an_account_is_behind_where_an_earlier_state_is_held(
    ours: dict[str, int], theirs: dict[str, int], expected: list[str]
) -> None:
    assert accounts_behind(ours=ours, theirs=theirs) == expected


def test_the_regions_are_laid_out_evenly() -> None:
    line = RegionLine(
        name="us-east-1",
        partition="aws",
        endpoint="http://127.0.0.1:1",
        control=True,
        opt_in=False,
        state="running",
        custody="sealed",
    )

    assert table([line]).splitlines() == [
        "REGION     PARTITION  ENDPOINT            CONTROL  OPT-IN  STATE    CUSTODY",
        "us-east-1  aws        http://127.0.0.1:1  yes      -       running  sealed",
    ]


def test_who_adds_a_region_learns_what_remains_to_be_done() -> None:
    deployment = planned(
        home=Path("/srv/w"),
        deployment_id="d",
        regions=("us-east-1", "us-gov-west-1"),
        account_id=ACCOUNT_DEFAULT,
        port=7700,
        workers=2,
    )

    assert added_text(deployment, "us-east-1", runs=True) == "us-east-1 answers at http://127.0.0.1:7701"
    said = added_text(deployment, "us-gov-west-1", runs=False)
    assert "`aws-us-gov` has a profile of its own" in said
    assert "watchword serve us-gov-west-1" in said
    assert "watchword region reload" in said


def test_the_options_follow_the_verb() -> None:
    options = parser().parse_args(["region", "add", "lab-1", "--no-opt-in", "--home", "x"])

    assert (options.region_verb, options.region, options.opt_in, options.home) == ("add", "lab-1", False, "x")
    assert parser().parse_args(["region", "add", "lab-1"]).opt_in is None


@pytest.mark.parametrize("line", ["region", "region add", "region remove", "region control", "region fly x"])
def test_a_wrong_command_line_is_status_2(line: str) -> None:
    with pytest.raises(SystemExit) as refused:
        parser().parse_args(line.split())

    assert refused.value.code == 2


def test_regions_are_named_one_by_one_or_together() -> None:
    words = ["init", "--regions", "us-east-1,us-gov-west-1", "--region", "cn-north-1"]

    assert parser().parse_args(words).regions == ["us-east-1", "us-gov-west-1", "cn-north-1"]
