"""Regions for contract tests, closed after each test; and a record of what the tests show, for `docs/compatibility.md`."""

from __future__ import annotations

from collections.abc import Generator, Iterator

import pytest
from tests.contract.region import Region, make_region, scratch
from tests.contract.witness import is_whole, witness, write


@pytest.fixture
def region() -> Iterator[Region]:
    with scratch() as folder:
        made = make_region(folder, "us-east-1")
        yield made
        made.stores.close()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, object, object]:
    witness.begin(item)
    try:
        return (yield)
    finally:
        witness.end()


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    if report.nodeid.startswith("tests/contract/"):
        witness.report(report)


def pytest_sessionfinish(session: pytest.Session) -> None:
    if is_whole(session):
        write(witness.record())
