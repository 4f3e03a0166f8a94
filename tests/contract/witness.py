"""What contract tests have shown: which operation answered what, in which test. `docs/compatibility.md` is made from it.

Every request that goes through `Region.send` while a test runs is noted; of a test that passed the notes are kept. A test
that is drawn at random (Hypothesis), or runs with `--deep` alone, shows nothing that the next run will show again, so it is
left out.

The record is written at the end of a run of all contract tests that passed, and of no other: a part would show too
little.
"""

from __future__ import annotations

import json
import os
import re
from collections import defaultdict
from collections.abc import Mapping
from functools import cache
from pathlib import Path

import botocore.session
import pytest

from watchword.api import table
from watchword.api.http import HTTPRequest, HTTPResponse
from watchword.api.operation import Protocol
from watchword.gate.route import Unroutable, route

ROOT = Path(__file__).resolve().parents[2]
RECORD = ROOT / "build" / "shown-by-tests.json"
SUCCESS = "success"

_IN_XML = re.compile(rb"<Code>(\w+)</Code>")


class Witness:
    """Takes notes of one run."""

    def __init__(self) -> None:
        self._test: str | None = None
        self._noted: dict[str, set[tuple[str, str]]] = defaultdict(set)
        self._failed: set[str] = set()
        self._ran: set[str] = set()
        self.reported: set[str] = set()
        """Node ids of what was not only collected, but ran or was skipped."""

    def begin(self, item: pytest.Item) -> None:
        """A test begins; what follows is noted under its name, without its parameters."""
        drawn = getattr(getattr(item, "obj", None), "is_hypothesis_test", False)
        self._test = None if drawn or item.get_closest_marker("deep") is not None else named(item.nodeid)

    def end(self) -> None:
        self._test = None

    def note(self, request: HTTPRequest, response: HTTPResponse) -> None:
        """Note what a request was answered with, under the operation that it names."""
        asked = operation_of(request)
        if self._test is not None and asked is not None:
            self._noted[self._test].add((asked, outcome_of(response)))

    def report(self, report: pytest.TestReport) -> None:
        name = named(report.nodeid)
        self.reported.add(report.nodeid)
        if report.failed:
            self._failed.add(name)
        elif report.when == "call" and report.passed:
            self._ran.add(name)

    def record(self) -> dict[str, object]:
        """What was shown, by operation and answer, and every test that passed."""
        passed = self._ran - self._failed
        shown: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
        for test in sorted(passed):
            for operation, outcome in sorted(self._noted.get(test, ())):
                shown[operation][outcome].append(test)
        return {"passed": sorted(passed), "shown": {name: shown[name] for name in sorted(shown)}}


def named(node_id: str) -> str:
    """Name a test as documents do: below `tests/`, without its parameters."""
    return node_id.partition("[")[0].removeprefix("tests/")


def operation_of(request: HTTPRequest) -> str | None:
    """Name what a request asks for, also if there is no such operation here: `kms.Sign`."""
    try:
        operation = route(request)
    except Unroutable:
        return _not_here(request)
    return f"{operation.service.name}.{operation.name}"


def _not_here(request: HTTPRequest) -> str | None:
    target = request.header("x-amz-target")
    if target is not None:
        service = table.service_of_target(target)
        return None if service is None else f"{service.name}.{target.partition('.')[2]}"
    if request.path != "/":
        return _by_path().get(request.path)
    form = dict(pair.partition("=")[::2] for pair in request.body.decode("latin-1").split("&"))
    service = table.service_of_version(form.get("Version", ""))
    return None if service is None else f"{service.name}.{form.get('Action', '')}"


@cache
def _by_path() -> Mapping[str, str]:
    """The operations of REST services' models, by path."""
    session = botocore.session.get_session()
    rest = [service for service in table.SERVICES if service.protocol is Protocol.REST_JSON]
    return {
        session.get_service_model(service.name)
        .operation_model(name)
        .http["requestUri"]: f"{service.name}.{name}"
        for service in rest
        for name in session.get_service_model(service.name).operation_names
    }


def outcome_of(response: HTTPResponse) -> str:
    """Return an error's code in the spelling of its service, or `SUCCESS`."""
    if response.status == 200:
        return SUCCESS
    in_header = dict(response.headers).get("x-amzn-ErrorType")
    if in_header is not None:
        return in_header
    in_xml = _IN_XML.search(response.body)
    return in_xml[1].decode() if in_xml is not None else str(json.loads(response.body).get("__type", ""))


def is_whole(session: pytest.Session) -> bool:
    """Whether a run was of all contract tests, and none failed."""
    options = session.config.option
    chosen = options.keyword or options.markexpr or options.deselect or getattr(options, "lf", False)
    parts = any("::" in argument for argument in session.config.args)
    ours = [item for item in session.items if item.nodeid.startswith("tests/contract/")]
    every = set(Path(__file__).parent.glob("test_*.py"))
    if chosen or parts or session.testsfailed or not every <= {item.path for item in ours}:
        return False
    return all(item.nodeid in witness.reported for item in ours)


def write(record: dict[str, object], path: Path = RECORD) -> None:
    path.parent.mkdir(exist_ok=True)
    unfinished = path.with_suffix(f".{os.getpid()}")
    unfinished.write_text(json.dumps(record, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    unfinished.replace(path)


witness = Witness()
"""Of this process's run."""
