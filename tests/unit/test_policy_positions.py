"""Where statements stand in a policy's text."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from watchword.identity import policy_positions

ONE = {"Effect": "Allow", "Action": "*", "Resource": "*"}
TWO = {"Sid": 'a "{[" of text', "Effect": "Deny", "Action": ["*"], "Resource": "*", "Condition": {}}


def read_back(text: str) -> list[Any]:
    return [json.loads(text[span.start : span.end]) for span in policy_positions.statements(text)]


@pytest.mark.parametrize("indent", [None, 0, 4])
@pytest.mark.parametrize("statements", [ONE, [ONE], [ONE, TWO], [TWO, ONE, TWO]])
def test_each_statement_is_found_whole(statements: Any, indent: int | None) -> None:
    text = json.dumps({"Id": "Statement", "Statement": statements, "Version": "2012-10-17"}, indent=indent)

    assert read_back(text) == (statements if isinstance(statements, list) else [statements])


@given(st.text(max_size=40), st.text(max_size=40))
def test_no_text_in_a_policy_is_taken_for_a_bracket(sid: str, value: str) -> None:
    statements = [{**ONE, "Sid": sid, "Condition": {"StringEquals": {"aws:x": [value, sid]}}}, ONE]

    for text in (json.dumps({"Statement": statements}), json.dumps({"Statement": statements}, indent=1)):
        assert read_back(text) == statements


def test_lines_and_columns_count_from_one() -> None:
    text = 'ab\n\n  {"c"\n}'

    assert [policy_positions.line_and_column(text, offset) for offset in (0, 1, 3, 6, len(text))] == [
        (1, 1),
        (1, 2),
        (2, 1),
        (3, 3),
        (4, 2),
    ]


def test_a_policy_in_one_line_has_its_statement_where_aws_s_example_has_it() -> None:
    text = json.dumps({"Version": "2012-10-17", "Statement": [ONE]}, separators=(",", ":"))

    (span,) = policy_positions.statements(text)
    assert policy_positions.line_and_column(text, span.start) == (1, 38)
