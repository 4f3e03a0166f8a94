"""A client that is not installed is named as not run: a skip is easily read as a pass."""

from __future__ import annotations

from collections import Counter

import pytest
from tests.integration.clients.environment import INSTALLED_BY


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    reasons = [
        report.longrepr[2].removeprefix("Skipped: ")
        for report in terminalreporter.stats.get("skipped", ())
        if isinstance(report.longrepr, tuple)
    ]
    for reason, times in Counter(reason for reason in reasons if INSTALLED_BY in reason).items():
        terminalreporter.write_line(f"not run: {times} tests of a client: {reason}")
