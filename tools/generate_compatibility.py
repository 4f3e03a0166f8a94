"""Write `docs/compatibility.md` from botocore's models and from what the contract tests showed.

    python -m pytest tests/contract                   records what they show, in build/
    python tools/generate_compatibility.py            writes the page
    python tools/generate_compatibility.py --check    changes nothing; exit 1 with a diff if a byte would change

The page names each operation of the models, each error that an operation declares, and each divergence, with a test that
shows it. Of several tests one is named that speaks of it in its own lines, else in its file; of these the one that shows
least besides, then the first by name. Whatever is neither shown
nor listed with its reason in `tools/operations/unanswered.py`, or is both, is an error here.
"""

from __future__ import annotations

import ast
import difflib
import json
import re
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import botocore
import botocore.session

ROOT = Path(__file__).resolve().parent.parent
# Run as a script, Python looks in this folder only, where there is no `tools.operations`.
sys.path.insert(0, str(ROOT))

from tools.operations import unanswered  # noqa: E402 - after the path that makes it importable

from watchword.api import table  # noqa: E402

PAGE = Path("docs/compatibility.md")
RECORD = Path("build/shown-by-tests.json")
DIVERGENCES = Path("DIVERGENCES.md")
SUCCESS = "success"
TITLES = {
    "secretsmanager": "Secrets Manager",
    "kms": "KMS",
    "iam": "IAM",
    "sts": "STS",
    "account": "Account Management",
    "ec2": "EC2",
}
UNKNOWN = frozenset({"UnknownOperationException", "InvalidAction"})

HEADER = """<!-- Written by tools/generate_compatibility.py from botocore {botocore} and the contract tests; do not edit. -->

# What answers, and which test shows it

For whoever wants to know whether a program that works on AWS works here: every operation of the models of botocore
{botocore}, every error that an operation declares, and every divergence, each with a test that shows it (`file::test`, below
`tests/`). Why something differs is said in [DIVERGENCES.md](../DIVERGENCES.md).
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A table row of DIVERGENCES.md."""

    section: str
    kind: str
    what: str
    tests: tuple[str, ...]


class Page:
    """The page, and everything that keeps it from being written."""

    def __init__(self, record: Mapping[str, Any], *, models: Mapping[str, Any], rows: Sequence[Row]) -> None:
        self._shown: Mapping[str, Mapping[str, Sequence[str]]] = record["shown"]
        self._passed = frozenset(record["passed"])
        self._models = models
        self._rows = rows
        self._breadth: dict[str, int] = {}
        for outcomes in self._shown.values():
            for tests in outcomes.values():
                for test in tests:
                    self._breadth[test] = self._breadth.get(test, 0) + 1
        self.problems: list[str] = []
        self._reasons_used: set[tuple[str, str]] = set()

    def text(self) -> str:
        """Return the page; only one without `problems` is right."""
        lines = [HEADER.format(botocore=botocore.__version__), *self._summary()]
        for service in self._models:
            lines += ["", f"## {TITLES[service]}", "", *self._operations(service), *self._absent(service)]
        lines += ["", "## Errors that any operation may answer", "", *self._common()]
        lines += ["", "## Divergences", "", *self._divergences()]
        self.problems += [
            f"`{operation}` has a reason for never answering {error}, and no such declared error to give it for"
            for operation, error in sorted(set(unanswered.NEVER) - self._reasons_used)
        ]
        return "\n".join(lines) + "\n"

    def _summary(self) -> Iterator[str]:
        yield "| service | operations of the model | answered | refused always | not here |"
        yield "| --- | --- | --- | --- | --- |"
        for service, model in self._models.items():
            here = _here(service)
            refused = sum(f"{service}.{name}" in unanswered.ALWAYS_REFUSED for name in here)
            total = len(model.operation_names)
            yield f"| {TITLES[service]} | {total} | {len(here) - refused} | {refused} | {total - len(here)} |"

    def _operations(self, service: str) -> Iterator[str]:
        yield "| operation | answer | shown by |"
        yield "| --- | --- | --- |"
        for name in sorted(set(self._models[service].operation_names) & _here(service)):
            operation = f"{service}.{name}"
            yield f"| **{name}** | {self._success(operation)} |"
            model = self._models[service].operation_model(name)
            declared = {error.error_code for error in model.error_shapes}
            for error in sorted(declared):
                yield f"| {name} | `{error}` | {self._error(operation, error)} |"
            shown = self._shown.get(operation, {})
            known = {SUCCESS, *declared, *unanswered.COMMON}
            if operation in unanswered.ALWAYS_REFUSED:
                known.add(unanswered.UNSUPPORTED)
            for code in sorted(set(shown) - known):
                why = unanswered.UNDECLARED.get((operation, code))
                if why is None:
                    self.problems.append(
                        f"`{operation}` answers {code}, which neither its model nor the common errors have"
                    )
                yield f"| {name} | `{code}` ({why}) | {self._named(shown[code], said=code)} |"

    def _success(self, operation: str) -> str:
        tests = self._shown.get(operation, {}).get(SUCCESS)
        reason = unanswered.ALWAYS_REFUSED.get(operation)
        if (tests is None) == (reason is None):
            self.problems.append(
                f"`{operation}` is said to be refused always, and a test shows a success of it"
                if tests
                else f"no test shows a success of `{operation}`, and no reason says why"
            )
        name = operation.partition(".")[2]
        remark = f", {unanswered.REMARKS[operation]}" if operation in unanswered.REMARKS else ""
        return (
            f"answers{remark} | {self._named(tests, said=name)}" if tests else f"is always refused | {reason}"
        )

    def _error(self, operation: str, error: str) -> str:
        tests = self._shown.get(operation, {}).get(error)
        key = next(
            (
                (named, error)
                for named in (operation, operation.partition(".")[0])
                if (named, error) in unanswered.NEVER
            ),
            None,
        )
        refused = unanswered.ALWAYS_REFUSED.get(operation)
        if tests is None and key is None and refused is not None:
            return f"never: {refused}"
        if key is not None:
            self._reasons_used.add(key)
        if (tests is None) == (key is None):
            self.problems.append(
                f"`{operation}` is said never to answer {error}, and a test shows it"
                if tests
                else f"no test shows that `{operation}` answers {error}, and no reason says why it never does"
            )
        return self._named(tests, said=error) if tests else f"never: {unanswered.NEVER[key] if key else '?'}"

    def _absent(self, service: str) -> Iterator[str]:
        listed: dict[str, str] = {}
        for reason, names in unanswered.NOT_HERE[service].items():
            listed |= dict.fromkeys(names.split(", "), reason)
        listed |= dict.fromkeys(_names_not_yet(service), unanswered.NOT_CARRIED_OUT)
        absent = set(self._models[service].operation_names) - _here(service)
        all_others = listed.pop(unanswered.ALL_OTHERS, None)
        if all_others is not None:
            others = absent - set(listed)
            absent -= others
            yield from self._others(service, others, why=all_others)
        for name in sorted(absent ^ set(listed)):
            self.problems.append(
                f"`{service}.{name}` is neither implemented nor listed as not here"
                if name in absent
                else f"`{service}.{name}` is listed as not here, and is implemented or in no model"
            )
        if not absent:
            return
        yield from (
            "",
            "Not here:",
            "",
            "| operation | why | answer | shown by |",
            "| --- | --- | --- | --- |",
        )
        for name in sorted(absent & set(listed)):
            shown = self._unknown(service, name)
            if shown is not None:
                code, tests = shown
                yield f"| {name} | {listed[name]} | `{code}` | {self._named(tests, said=code)} |"

    def _others(self, service: str, names: Iterable[str], *, why: str) -> Iterator[str]:
        """Operations that are too many to be named one by one."""
        found = [shown for name in sorted(names) if (shown := self._unknown(service, name)) is not None]
        if found:
            code, tests = found[0]
            yield from (
                "",
                f"Not here: {len(found)} others, each `{code}`: {why}. {self._named(tests, said=code)}",
            )

    def _unknown(self, service: str, name: str) -> tuple[str, Sequence[str]] | None:
        """Return the one code with which an operation is said to be unknown, and the tests that show it."""
        outcomes = self._shown.get(f"{service}.{name}", {})
        if set(outcomes) - UNKNOWN or not outcomes:
            self.problems.append(f"no test shows that `{service}.{name}` is unknown here")
            return None
        return next(iter(outcomes.items()))

    def _common(self) -> Iterator[str]:
        yield "| error | shown by |"
        yield "| --- | --- |"
        found: dict[str, set[str]] = {}
        for outcomes in self._shown.values():
            for code in set(outcomes) & unanswered.COMMON:
                found.setdefault(code, set()).update(outcomes[code])
        for code in sorted(found):
            yield f"| `{code}` | {self._named(found[code], said=code)} |"

    def _divergences(self) -> Iterator[str]:
        yield "The tables of DIVERGENCES.md, without the reasons."
        section = ""
        for row in self._rows:
            if row.section != section:
                section = row.section
                yield from ("", f"### {section}", "", "| | what | shown by |", "| --- | --- | --- |")
            tests = ", ".join(f"`{test}`" for test in row.tests)
            yield f"| {row.kind} | {row.what} | {tests} |"
            self.problems += [
                f"DIVERGENCES.md names `{test}`, which did not pass or is not there"
                for test in row.tests
                if not self._is_shown(test)
            ]
            if not row.tests:
                self.problems.append(f"DIVERGENCES.md names no test for: {row.what}")

    def _is_shown(self, test: str) -> bool:
        """A contract test has passed in the run that was recorded; another one is at least there."""
        if test.startswith("contract/"):
            return test in self._passed
        file, _, name = test.partition("::")
        path = ROOT / "tests" / file
        return path.is_file() and f"def {name}(" in path.read_text(encoding="utf-8")

    def _named(self, tests: Iterable[str], *, said: str) -> str:
        """Name the test that tells most of what is `said`: an error's code, or an operation."""
        return f"`{min(tests, key=lambda test: (_distance(test, said), self._breadth[test], test))}`"


def _distance(test: str, said: str) -> int:
    """0: the test speaks of it itself; 1: its file does, in a table perhaps; 2: neither."""
    own, whole = _sources(test)
    return 0 if said in own else 1 if said in whole else 2


@cache
def _sources(test: str) -> tuple[str, str]:
    """Return the lines of a test, and those of its file."""
    file, _, name = test.partition("::")
    path = ROOT / "tests" / file
    whole = path.read_text(encoding="utf-8") if path.is_file() else ""
    for node in ast.walk(ast.parse(whole)):
        if isinstance(node, ast.FunctionDef) and node.name == name:
            first = min([node.lineno, *(decorator.lineno for decorator in node.decorator_list)])
            return "\n".join(whole.splitlines()[first - 1 : node.end_lineno]), whole
    return "", whole


def _here(service: str) -> frozenset[str]:
    known = {operation.name for operation in table.OPERATIONS if operation.service.name == service}
    return frozenset(known - _names_not_yet(service))


def _names_not_yet(service: str) -> frozenset[str]:
    """Operations of the table, without permissions, that nothing carries out yet."""
    known = {operation.name for operation in table.OPERATIONS if operation.service.name == service}
    return frozenset(name for name in known if f"{service}.{name}" in unanswered.NOT_YET)


def divergences(document: str) -> list[Row]:
    """Read the rows of DIVERGENCES.md that have a kind, a divergence, a reason and tests."""
    rows, section = [], ""
    for line in document.splitlines():
        if line.startswith("## "):
            section = line.removeprefix("## ")
        cells = [cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]]
        if len(cells) == 4 and cells[0] and not cells[0].startswith("---"):
            tests = tuple(re.findall(r"`([\w./]+\.py::test_\w+)`", cells[3]))
            rows.append(Row(section=section, kind=cells[0], what=cells[1], tests=tests))
    return rows


def models() -> dict[str, Any]:
    """Return the models of the services of which something is answered."""
    session = botocore.session.get_session()
    names = [service.name for service in table.SERVICES]
    return {name: session.get_service_model(name) for name in names if _here(name)}


def main(arguments: list[str]) -> int:
    if arguments not in ([], ["--check"]):
        print(__doc__, file=sys.stderr)
        return 2
    if not (ROOT / RECORD).is_file():
        print(f"{RECORD} is not there: a run of all of tests/contract writes it", file=sys.stderr)
        return 1
    record = json.loads((ROOT / RECORD).read_text(encoding="utf-8"))
    rows = divergences((ROOT / DIVERGENCES).read_text(encoding="utf-8"))
    page = Page(record, models=models(), rows=rows)
    wanted = page.text()
    if page.problems:
        print("\n".join(page.problems), file=sys.stderr)
        return 1
    held = (ROOT / PAGE).read_text(encoding="utf-8") if (ROOT / PAGE).exists() else ""
    if wanted == held:
        return 0
    if arguments:
        lines = difflib.unified_diff(
            held.splitlines(True), wanted.splitlines(True), str(PAGE), f"{PAGE} as generated"
        )
        sys.stdout.writelines(lines)
        print(f"{PAGE} is stale: run python tools/generate_compatibility.py", file=sys.stderr)
        return 1
    (ROOT / PAGE).write_text(wanted, encoding="utf-8")
    print(f"wrote {PAGE}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
