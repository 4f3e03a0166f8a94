"""`--deep`: tests that take long run with it, and are named as not run without it."""

from __future__ import annotations

import signal

import pytest

WITHOUT = "takes long; --deep runs it"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--deep", action="store_true", help="also run the tests that take long")


@pytest.fixture(scope="session")
def deep(request: pytest.FixtureRequest) -> bool:
    """Whether a test that has the choice should take the longer way."""
    return bool(request.config.getoption("--deep"))


def pytest_configure() -> None:
    """A shell that starts a run in the background has it ignore Ctrl-C, and so would all that the tests start."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if config.getoption("--deep"):
        return
    for item in items:
        if item.get_closest_marker("deep") is not None:
            item.add_marker(pytest.mark.skip(reason=WITHOUT))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say it in one line of its own: a skip is easily read as a pass."""
    left_out = [
        report
        for report in terminalreporter.stats.get("skipped", ())
        if isinstance(report.longrepr, tuple) and WITHOUT in report.longrepr[2]
    ]
    if left_out:
        terminalreporter.write_line(f"not run: {len(left_out)} tests that take long; --deep runs them")
