"""`watchword status` for a person and for a script, from figures alone."""

from __future__ import annotations

import json

import pytest

from watchword.cli.operating import RegionStatus, json_text, kms_lines, lag_text, links_text, table


def region(**said: object) -> RegionStatus:
    # Each row names the figures that it is about.
    return RegionStatus(**({"name": "us-east-1", "state": "running"} | said))  # type: ignore[arg-type]


LAGS: dict[str, tuple[dict[str, int] | None, int | None, str]] = {
    "nobody told": (None, None, "-"),
    "nothing waits": ({}, None, "none"),
    "at once": ({}, 0, "0 ms"),
    "under a second": ({}, 999, "999 ms"),
    "a second": ({}, 1_000, "1.0 s"),
    "under a minute": ({}, 59_900, "59.9 s"),
    "a minute": ({}, 60_000, "1 min 0 s"),
    "under an hour": ({}, 3_599_000, "59 min 59 s"),
    "an hour": ({}, 3_600_000, "1 h 0 min"),
    "two days": ({}, 172_860_000, "48 h 1 min"),
}


@pytest.mark.parametrize(("links", "lag", "expected"), LAGS.values(), ids=LAGS)
def test_a_lag_is_written_in_the_unit_that_fits(
    links: dict[str, int] | None, lag: int | None, expected: str
) -> None:
    assert lag_text(region(links=links, worst_lag_ms=lag)) == expected


LINKS = {
    "nobody told": (None, "-"),
    "no links": ({}, "none"),
    "counts of nothing": ({"InSync": 0}, "none"),
    "one kind": ({"InSync": 3}, "3 InSync"),
    "the good ones first": ({"Failed": 1, "InProgress": 2, "InSync": 3}, "3 InSync, 2 InProgress, 1 Failed"),
    "a status of a later version": ({"Later": 4, "Failed": 1}, "1 Failed, 4 Later"),
}


@pytest.mark.parametrize(("links", "expected"), LINKS.values(), ids=LINKS)
def test_links_are_counted_by_status(links: dict[str, int] | None, expected: str) -> None:
    assert links_text(links) == expected


def test_the_table_is_even_and_says_what_is_not_known() -> None:
    up = region(
        processes=4, processes_ready=3, secrets=12, links={"InSync": 10, "InProgress": 2}, worst_lag_ms=1_240
    )
    down = region(name="us-east-2", state="stopped")

    assert table([up, down]).splitlines() == [
        "REGION     STATE    PROCESSES  SECRETS  LINKS                    WORST LAG",
        "us-east-1  running  3 of 4     12       10 InSync, 2 InProgress  1.2 s",
        "us-east-2  stopped  -          -        -                        -",
    ]


def test_the_document_holds_the_same_figures() -> None:
    up = region(processes=4, processes_ready=4, secrets=0, links={"InSync": 1}, worst_lag_ms=5)

    assert json.loads(json_text([up, region(name="us-east-2", state="stopped")])) == {
        "regions": {
            "us-east-1": {
                "state": "running",
                "processes": 4,
                "processes_ready": 4,
                "secrets": 0,
                "links": {"InSync": 1},
                "worst_lag_ms": 5,
                "identity": None,
                "custodian": None,
                "kms": None,
            },
            "us-east-2": {
                "state": "stopped",
                "processes": None,
                "processes_ready": None,
                "secrets": None,
                "links": None,
                "worst_lag_ms": None,
                "identity": None,
                "custodian": None,
                "kms": None,
            },
        }
    }


def test_a_kms_elsewhere_has_a_line_and_others_have_none() -> None:
    elsewhere = region(
        kms={"name": "https://kms.example (us-west-2)", "default_key": "arn", "standing": "ok"}
    )

    assert kms_lines([elsewhere, region(name="us-east-2")]) == [
        "kms of us-east-1  https://kms.example (us-west-2), default key arn: ok"
    ]
