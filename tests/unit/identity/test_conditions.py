"""Conditions, a row for each sentence of AWS's pages (`condition_rows.py`; facts B.3, B.4)."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from tests.unit.identity.condition_rows import CHAPTERS, NEGATED, OLD, POSITIVE, ROWS, Row, holds

from watchword.identity import conditions
from watchword.identity.conditions import instant, number
from watchword.identity.policy_document import Condition, Operator


@pytest.mark.parametrize(("row", "version"), ROWS.values(), ids=ROWS)
def test_a_condition_holds_as_aws_s_pages_say(row: Row, version: str) -> None:
    assert holds(row, version, conditions=conditions) is row[2]


def test_every_operator_has_its_rows() -> None:
    assert set(POSITIVE) | set(NEGATED) | {"Null"} == {operator.value for operator in Operator}


def test_no_row_is_lost() -> None:
    """Chapters are dicts: two rows of one name would be one."""
    assert len(ROWS) == sum(len(chapter) for chapter in (*CHAPTERS, OLD))


def test_a_key_is_asked_for_once_and_only_if_it_is_needed() -> None:
    """The context may be worked out when it is asked for."""
    asked: list[str] = []

    class Counting(dict[str, tuple[str, ...]]):
        def get(self, key: str, default: object = None, /) -> tuple[str, ...] | None:  # type: ignore[override]
            # A narrower `get` than a dict's is all that a context has.
            asked.append(key)
            return super().get(key)

    condition = Condition(
        qualifier=None, operator=Operator.STRING_EQUALS, if_exists=False, key="aws:UserId", values=("a", "b")
    )
    made = conditions.check(condition, variables=True)
    context: Mapping[str, tuple[str, ...]] = Counting({"aws:userid": ("b",)})

    assert made.holds(context)
    assert asked == ["aws:userid"]


@pytest.mark.parametrize("text", ["", "ten", "1e", "0x10", "1_000", "NaN", "Infinity", " 1", "٣"])
def test_what_is_no_number_is_not_read(text: str) -> None:
    assert number(text) is None


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2026-13",
        "2026-02-30",
        "2026-11-22T24:00Z",
        "2026-11-22T12:00:00",
        "22.11.2026",
        "12345678901234",
        "٢٠٢٦",
    ],
)
def test_what_is_no_date_is_not_read(text: str) -> None:
    assert instant(text) is None
