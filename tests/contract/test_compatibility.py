"""`docs/compatibility.md` says what tests show: what is noted of a run, and what keeps the page from being written."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from tests.contract.region import Region
from tests.contract.witness import SUCCESS, Witness, outcome_of
from tools import generate_compatibility as tool
from tools.operations import unanswered

from watchword.api import table

SHOWN_BY = "contract/test_compatibility.py::test_all_of_it"


# What is noted


class Item:
    """As much of a pytest item as is looked at."""

    def __init__(self, name: str, *, markers: tuple[str, ...] = (), drawn: bool = False) -> None:
        self.nodeid = f"tests/contract/test_x.py::{name}"
        self._markers = markers
        self.obj = lambda: None
        if drawn:
            self.obj.is_hypothesis_test = True  # type: ignore[attr-defined]  # as Hypothesis marks a function

    def get_closest_marker(self, name: str) -> str | None:
        return name if name in self._markers else None


def report(item: Item, *, passed: bool = True) -> Any:
    outcome = "passed" if passed else "failed"
    return pytest.TestReport(item.nodeid, ("", 0, ""), {}, outcome, None, "call")  # type: ignore[arg-type]


def noted(region: Region, item: Any, *, passed: bool = True) -> dict[str, Any]:
    """Return the record of a run with one test, which asks for what is not there."""
    watching = Witness()
    watching.begin(item)
    request = region.request("DescribeSecret", b'{"SecretId": "absent"}')
    watching.note(request, region.gate.answer(request))
    watching.end()
    watching.note(request, region.gate.answer(request))
    watching.report(report(item, passed=passed))
    return watching.record()


def test_an_answer_is_noted_under_the_test_without_its_parameters(region: Region) -> None:
    record = noted(region, Item("test_y[a-b]"))

    test = "contract/test_x.py::test_y"
    assert record["passed"] == [test]
    assert record["shown"] == {"secretsmanager.DescribeSecret": {"ResourceNotFoundException": [test]}}


@pytest.mark.parametrize(
    ("item", "passed"),
    [(Item("test_y"), False), (Item("test_y", drawn=True), True), (Item("test_y", markers=("deep",)), True)],
    ids=["it failed", "drawn at random", "deep"],
)
def test_a_test_that_shows_nothing_for_good_is_left_out(region: Region, item: Item, passed: bool) -> None:
    assert noted(region, item, passed=passed)["shown"] == {}


def test_a_test_that_passed_once_and_failed_once_is_left_out(region: Region) -> None:
    watching = Witness()
    for name, passed in (("test_y[a]", True), ("test_y[b]", False)):
        watching.report(report(Item(name), passed=passed))

    assert watching.record()["passed"] == []


def test_answers_are_named_in_the_spelling_of_their_protocol(region: Region) -> None:
    unknown = region.form({"Action": "Nonsense", "Version": "2011-06-15"})
    known = region.form({"Action": "GetCallerIdentity", "Version": "2011-06-15"})

    assert outcome_of(region.gate.answer(unknown)) == "InvalidAction"
    assert outcome_of(region.gate.answer(known)) == SUCCESS


# What is written


@pytest.fixture
def lists(monkeypatch: pytest.MonkeyPatch) -> None:
    """Lists of a few entries that fit the table, whatever is in the real ones."""
    monkeypatch.setattr(unanswered, "NOT_YET", frozenset())
    absent = {
        service: sorted(set(model.operation_names) - here(service))
        for service, model in tool.models().items()
    }
    not_here = {service: {"later": ", ".join(names)} if names else {} for service, names in absent.items()}
    monkeypatch.setattr(unanswered, "NOT_HERE", not_here)
    monkeypatch.setattr(unanswered, "NEVER", {("kms", "KeyUnavailableException"): "it is 503"})
    monkeypatch.setattr(unanswered, "ALWAYS_REFUSED", {"secretsmanager.RotateSecret": "nobody to ask"})


def here(service: str) -> set[str]:
    known = {operation.name for operation in table.OPERATIONS if operation.service.name == service}
    return {name for name in known if f"{service}.{name}" not in unanswered.NOT_YET}


def whole_record() -> dict[str, Any]:
    """A record in which one test shows all that the page asks for."""
    models = tool.models()
    shown: dict[str, dict[str, list[str]]] = {}
    for service, model in models.items():
        for name in model.operation_names:
            operation = f"{service}.{name}"
            if name not in here(service):
                shown[operation] = {"UnknownOperationException": [SHOWN_BY]}
                continue
            declared = {error.error_code for error in model.operation_model(name).error_shapes}
            never = {error for of, error in unanswered.NEVER if of in (operation, service)}
            success = set() if operation in unanswered.ALWAYS_REFUSED else {SUCCESS}
            shown[operation] = {outcome: [SHOWN_BY] for outcome in (declared - never) | success}
    return {"shown": shown, "passed": [SHOWN_BY]}


def problems(record: dict[str, Any], rows: list[tool.Row]) -> list[str]:
    page = tool.Page(record, models=tool.models(), rows=rows)
    page.text()
    return page.problems


def row(*tests: str) -> tool.Row:
    return tool.Row(section="Secrets", kind="differs", what="something", tests=tests)


@pytest.mark.usefixtures("lists")
def test_a_whole_record_is_written_without_a_problem_and_always_the_same() -> None:
    pages = [tool.Page(whole_record(), models=tool.models(), rows=[row(SHOWN_BY)]) for _ in range(2)]

    first, second = (page.text() for page in pages)

    assert pages[0].problems == []
    assert first == second
    assert "| **GetSecretValue** | answers | `contract/test_compatibility.py::test_all_of_it` |" in first


Plant = Callable[[dict[str, dict[str, list[str]]]], object]

PLANTED: dict[str, tuple[Plant, str]] = {
    "an error that no test shows": (
        lambda shown: shown["secretsmanager.GetSecretValue"].pop("ResourceNotFoundException"),
        "no test shows that `secretsmanager.GetSecretValue` answers ResourceNotFoundException, and no reason says why "
        "it never does",
    ),
    "an error that is said never to be answered": (
        lambda shown: shown["kms.Encrypt"].update(KeyUnavailableException=[SHOWN_BY]),
        "`kms.Encrypt` is said never to answer KeyUnavailableException, and a test shows it",
    ),
    "an error that is not declared": (
        lambda shown: shown["kms.Encrypt"].update(PublicPolicyException=[SHOWN_BY]),
        "`kms.Encrypt` answers PublicPolicyException, which neither its model nor the common errors have",
    ),
    "a success that no test shows": (
        lambda shown: shown["secretsmanager.ListSecrets"].pop(SUCCESS),
        "no test shows a success of `secretsmanager.ListSecrets`, and no reason says why",
    ),
    "a success of what is said to be refused always": (
        lambda shown: shown["secretsmanager.RotateSecret"].update({SUCCESS: [SHOWN_BY]}),
        "`secretsmanager.RotateSecret` is said to be refused always, and a test shows a success of it",
    ),
    "an operation that is not here and answers": (
        lambda shown: shown["sts.AssumeRoot"].update({SUCCESS: [SHOWN_BY]}),
        "no test shows that `sts.AssumeRoot` is unknown here",
    ),
}


@pytest.mark.usefixtures("lists")
@pytest.mark.parametrize(("plant", "said"), PLANTED.values(), ids=PLANTED)
def test_what_the_tests_do_not_show_is_a_problem(plant: Plant, said: str) -> None:
    record = whole_record()
    plant(record["shown"])

    assert problems(record, [row(SHOWN_BY)]) == [said]


@pytest.mark.usefixtures("lists")
def test_an_operation_of_a_model_that_is_neither_implemented_nor_listed_is_a_problem(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    names = unanswered.NOT_HERE["sts"]["later"].replace("AssumeRoot", "GetCallerIdentity")
    monkeypatch.setattr(unanswered, "NOT_HERE", {**unanswered.NOT_HERE, "sts": {"later": names}})

    assert problems(whole_record(), [row(SHOWN_BY)]) == [
        "`sts.AssumeRoot` is neither implemented nor listed as not here",
        "`sts.GetCallerIdentity` is listed as not here, and is implemented or in no model",
    ]


@pytest.mark.usefixtures("lists")
def test_an_operation_that_nothing_carries_out_yet_is_not_here(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is of the table all the same; and a test that shows a success of it is a problem."""
    record = whole_record()
    monkeypatch.setattr(unanswered, "NOT_YET", frozenset({"sts.AssumeRole"}))

    assert problems(record, [row(SHOWN_BY)]) == ["no test shows that `sts.AssumeRole` is unknown here"]
    record["shown"]["sts.AssumeRole"] = {"InvalidAction": [SHOWN_BY]}
    assert (
        f"| AssumeRole | {unanswered.NOT_CARRIED_OUT} | `InvalidAction` | `{SHOWN_BY}` |"
        in tool.Page(record, models=tool.models(), rows=[row(SHOWN_BY)]).text()
    )


@pytest.mark.usefixtures("lists")
def test_operations_that_are_too_many_to_name_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    record = whole_record()
    others = {"there are no machines": unanswered.ALL_OTHERS}
    monkeypatch.setattr(unanswered, "NOT_HERE", {**unanswered.NOT_HERE, "ec2": others})
    page = tool.Page(record, models=tool.models(), rows=[row(SHOWN_BY)])

    text = page.text()

    assert page.problems == []
    assert re.search(
        r"Not here: \d{3} others, each `UnknownOperationException`: there are no machines\.", text
    )
    assert "RunInstances" not in text
    record["shown"]["ec2.RunInstances"] = {SUCCESS: [SHOWN_BY]}
    assert problems(record, [row(SHOWN_BY)]) == ["no test shows that `ec2.RunInstances` is unknown here"]


@pytest.mark.usefixtures("lists")
def test_a_reason_for_an_error_that_is_not_declared_is_a_problem(monkeypatch: pytest.MonkeyPatch) -> None:
    never = {**unanswered.NEVER, ("kms.Encrypt", "NoSuchException"): "it was renamed"}
    monkeypatch.setattr(unanswered, "NEVER", never)

    (said,) = problems(whole_record(), [row(SHOWN_BY)])

    assert "NoSuchException" in said


@pytest.mark.usefixtures("lists")
@pytest.mark.parametrize(
    ("tests", "said"),
    [
        ((), "DIVERGENCES.md names no test for: something"),
        (
            ("contract/test_compatibility.py::test_it_failed",),
            "DIVERGENCES.md names `contract/test_compatibility.py::test_it_failed`, which did not pass or is not there",
        ),
        (
            ("unit/api/test_ids.py::test_nobody_wrote",),
            "DIVERGENCES.md names `unit/api/test_ids.py::test_nobody_wrote`, which did not pass or is not there",
        ),
    ],
    ids=["no test", "one that did not pass", "one that is not there"],
)
def test_a_divergence_without_a_test_that_shows_it_is_a_problem(tests: tuple[str, ...], said: str) -> None:
    assert problems(whole_record(), [row(*tests)]) == [said]


@pytest.mark.usefixtures("lists")
def test_of_several_tests_the_most_telling_one_is_named() -> None:
    """One that speaks of the error itself, before others of its file, before those that show more besides."""
    record = whole_record()
    telling = "contract/test_declared_errors.py::test_a_token_whose_value_can_not_be_compared_is_a_failure_to_decrypt"
    silent = "contract/test_declared_errors.py::test_a_key_that_is_not_there_is_not_found"
    record["shown"]["secretsmanager.UpdateSecret"]["DecryptionFailure"] = [SHOWN_BY, silent, telling]

    text = tool.Page(record, models=tool.models(), rows=[row(SHOWN_BY)]).text()

    assert f"| UpdateSecret | `DecryptionFailure` | `{telling}` |" in text


def test_the_rows_of_divergences_are_read() -> None:
    document = """
## Secrets

| | what | why | pinned by |
| --- | --- | --- | --- |
| differs | a \\| b | because | `unit/x.py::test_a`, `contract/y.py::test_b` |

## Operations
| service | operations |
| --- | --- |
"""

    assert tool.divergences(document) == [
        tool.Row(
            section="Secrets",
            kind="differs",
            what="a \\| b",
            tests=("unit/x.py::test_a", "contract/y.py::test_b"),
        )
    ]
