"""What a person types, and what `up` says back."""

from __future__ import annotations

import shlex
from pathlib import Path

import pytest

from watchword.cli.main import parser
from watchword.cli.running import greeting, listed
from watchword.server.deployment import ACCOUNT_DEFAULT, Deployment, planned

VERBS = ("init", "up", "serve", "start", "stop", "status", "env", "tour")


def deployment_of(*regions: str) -> Deployment:
    return planned(
        home=Path("/srv/w"),
        deployment_id="d",
        regions=regions,
        account_id=ACCOUNT_DEFAULT,
        port=7700,
        workers=2,
    )


def test_every_verb_is_helped_in_a_line() -> None:
    text = parser().format_help()

    for verb in VERBS:
        assert any(line.split()[:1] == [verb] and len(line.split()) > 3 for line in text.splitlines()), verb


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_takes_a_home_and_help(verb: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as asked:
        parser().parse_args([verb, "--help"])

    assert asked.value.code == 0
    assert "--home DIR" in capsys.readouterr().out


@pytest.mark.parametrize("line", ["", "fly", "stop", "up --port many", "serve", "init --workers"])
def test_a_wrong_command_line_is_status_2(line: str) -> None:
    with pytest.raises(SystemExit) as refused:
        parser().parse_args(line.split())

    assert refused.value.code == 2


def test_regions_keep_the_order_in_which_they_were_given() -> None:
    assert parser().parse_args(["init", "--region", "us-west-2", "--region", "eu-west-1"]).regions == [
        "us-west-2",
        "eu-west-1",
    ]


def test_the_greeting_says_where_everything_is_and_ends_ready() -> None:
    lines = greeting(deployment_of("us-east-1", "us-east-2"), home_option="my data").splitlines()

    assert [line.split()[-1] for line in lines[:3]] == [f"http://127.0.0.1:770{n}" for n in range(3)]
    assert lines[6].strip().startswith('eval "$(')
    assert "env --home 'my data'" in lines[6]
    assert lines[7].strip().startswith("aws secretsmanager create-secret")
    assert lines[8].strip().startswith("aws secretsmanager get-secret-value")
    assert lines[-1].startswith("ready")
    assert sum(line.startswith("ready") for line in lines) == 1


def test_the_greeting_of_one_region_asks_for_no_replica() -> None:
    text = greeting(deployment_of("us-east-1"), home_option=None)

    assert "replica" not in text
    assert text.endswith("ready: us-east-1 answers; Ctrl-C stops")


def test_the_commands_of_the_greeting_can_be_pasted() -> None:
    for line in greeting(deployment_of("us-east-1", "us-east-2"), home_option=None).splitlines():
        if line.strip().startswith("aws"):
            assert shlex.split(line)[:2] == ["aws", "secretsmanager"]


def test_names_are_listed_as_a_person_would() -> None:
    assert [listed(("a",)), listed(("a", "b")), listed(("a", "b", "c"))] == ["a", "a and b", "a, b and c"]
