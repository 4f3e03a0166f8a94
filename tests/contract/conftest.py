"""Regions for contract tests, closed after each test."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from tests.contract.region import Region, make_region, scratch


@pytest.fixture
def region() -> Iterator[Region]:
    with scratch() as folder:
        made = make_region(folder, "us-east-1")
        yield made
        made.stores.close()
