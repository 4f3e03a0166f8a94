"""The evaluation of policies, a row for each sentence of AWS's pages (`decision_rows.py`; facts B.2, B.5)."""

from __future__ import annotations

import pytest
from tests.unit.identity.decision_rows import ELEMENTS, ROWS, Row, judged

from watchword.identity import compiled, decision


@pytest.mark.parametrize("row", ROWS.values(), ids=ROWS)
def test_policies_are_evaluated_as_aws_s_pages_say(row: Row) -> None:
    assert judged(row, compiled=compiled, decision=decision) == row.expected


def test_no_row_of_elements_is_lost() -> None:
    """They are made from a list, in which two of one name would be one."""
    assert len(ELEMENTS) == 41
