"""What the supervisor's control socket takes for a question."""

from __future__ import annotations

import pytest

from watchword.server.control import Question, QuestionRefused, Verb, parse

TAKEN = {
    b'{"do": "status"}': Question(verb=Verb.STATUS),
    b'{"do": "status", "region": null}': Question(verb=Verb.STATUS),
    b'{"do": "stop", "region": "us-east-1"}': Question(verb=Verb.STOP, region="us-east-1"),
    b'{"do": "start", "region": "us-east-1", "later": 1}': Question(verb=Verb.START, region="us-east-1"),
    b'{"do": "reload"}': Question(verb=Verb.RELOAD),
    b'{"do": "reload", "partition": "aws"}': Question(verb=Verb.RELOAD, partition="aws"),
}
REFUSED = {
    b"": "no JSON",
    b"status": "no JSON",
    b"\xff": "no JSON",
    b"[" * 100_000: "no JSON",
    b'"status"': "`do` should be",
    b"{}": "`do` should be",
    b'{"do": []}': "`do` should be",
    b'{"do": "STOP", "region": "us-east-1"}': "`do` should be",
    b'{"do": "stop"}': "`stop` needs a `region`",
    b'{"do": "start", "region": 1}': "`region` should be a string",
    b'{"do": "reload", "partition": []}': "`partition` should be a string",
}


@pytest.mark.parametrize(("line", "question"), TAKEN.items(), ids=lambda value: None)
def test_a_question_is_read(line: bytes, question: Question) -> None:
    assert parse(line) == question


@pytest.mark.parametrize(("line", "reason"), REFUSED.items(), ids=lambda value: None)
def test_anything_else_is_refused(line: bytes, reason: str) -> None:
    with pytest.raises(QuestionRefused, match=reason):
        parse(line)
