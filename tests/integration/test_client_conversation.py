"""The conversation that the tests of clients rest on: it passes values on whole, and a client's trouble as trouble."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from tests.integration.clients.environment import Program, Raised, talking
from tests.integration.deployment import VARIABLES

CLIENT = """
import datetime, sys
from botocore.exceptions import ClientError
from tests.integration.clients.conversation import converse

def refuse():
    answer = {"Error": {"Code": "Denied", "Message": "no"}, "ResponseMetadata": {"HTTPStatusCode": 403}}
    raise ClientError(answer, "Ask")

converse({
    "echo": lambda value: value,
    "epoch": lambda: datetime.datetime.fromtimestamp(1.5, datetime.timezone.utc),
    "refuse": refuse,
    "stumble": lambda: [][0],
    "end": lambda: sys.exit(0),
})
"""


@contextmanager
def client() -> Iterator[Program]:
    with talking(sys.executable, "-c", CLIENT, variables=VARIABLES) as program:
        yield program


def test_values_arrive_as_they_were_sent() -> None:
    value = {"bytes and more": [b"\x00\xff", "ü\n", None, 1.5], "bytes": "a member of this name alone"}

    with client() as program:
        assert value == program.ask("echo", value=value)
        assert b"\xff" == program.ask("echo", value=b"\xff")
        assert 1.5 == program.ask("epoch")


@pytest.mark.parametrize(
    ("function", "name", "code", "status"),
    [("refuse", "ClientError", "Denied", 403), ("stumble", "IndexError", None, None)],
)
def test_what_the_client_raises_is_raised_here(
    function: str, name: str, code: str | None, status: int | None
) -> None:
    with client() as program, pytest.raises(Raised) as caught:
        program.ask(function)

    assert (name, code, status) == (caught.value.name, caught.value.code, caught.value.status)


def test_a_client_that_ends_is_no_answer() -> None:
    with client() as program, pytest.raises(AssertionError, match="the client ended at end"):
        program.ask("end")
