"""`[custodian]` of watchword.toml: what it may say, and what it becomes on a custodian's command line."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from watchword.custody.hardening import NotHardened, Protection, line_of, require_all
from watchword.server.deployment import (
    ACCOUNT_DEFAULT,
    CUSTODIAN_RATE_MAX,
    CustodianSettings,
    Deployment,
    HomeError,
    from_toml,
    planned,
    to_toml,
)
from watchword.server.process import Context, custodian_command

HOME = Path("/srv/watchword")
ALL = CustodianSettings(
    user="watchword-keys", strict=True, questions_per_second=500, decryptions_per_minute=70
)


def plan(held: CustodianSettings) -> Deployment:
    made = planned(
        home=HOME,
        deployment_id="d1",
        regions=("us-east-1",),
        account_id=ACCOUNT_DEFAULT,
        port=7700,
        workers=2,
    )
    regions = tuple(replace(region, transport_key=bytes(32)) for region in made.regions)
    return replace(made, regions=regions, custodian=held)


WRITTEN = {
    "nothing": CustodianSettings(),
    "strict": CustodianSettings(strict=True),
    "a user": CustodianSettings(user="watchword-keys"),
    "no data keys kept": CustodianSettings(keep_data_keys=False),
    "everything": ALL,
}


@pytest.mark.parametrize("held", WRITTEN.values(), ids=WRITTEN)
def test_it_is_read_back_as_it_was_written(held: CustodianSettings) -> None:
    assert from_toml(to_toml(plan(held)), home=HOME) == plan(held)


def test_what_is_not_set_is_not_written() -> None:
    assert "[custodian]" not in to_toml(plan(CustodianSettings()))


REFUSED = {
    "a misspelt setting": ("srtict = true", "has a setting that is not known: `srtict`"),
    "a number for a user": ("user = 7", "`user` should be a string"),
    "a word for strict": ('strict = "yes"', "`strict` should be true or false"),
    "a number for a choice": ("keep_data_keys = 0", "`keep_data_keys` should be true or false"),
    "no questions at all": ("questions_per_second = 0", "should be from 1 to"),
    "an alarm at once": ("decryptions_per_minute = 0", "should be from 1 to"),
    "more than anybody asks": (f"questions_per_second = {CUSTODIAN_RATE_MAX + 1}", "should be from 1 to"),
}


@pytest.mark.parametrize(("line", "sentence"), REFUSED.values(), ids=REFUSED)
def test_what_it_may_not_say_is_one_sentence(line: str, sentence: str) -> None:
    with pytest.raises(HomeError) as refused:
        from_toml(f"{to_toml(plan(CustodianSettings()))}\n[custodian]\n{line}\n", home=HOME)

    assert sentence in str(refused.value)


def arguments(held: CustodianSettings) -> tuple[str, ...]:
    context = Context(name="custodian", region="us-east-1", listeners={"custody": 5}, beat_fd=6, parent_fd=7)
    command = custodian_command(root=Path("root"), key_file=Path("key"), held=held)(context)
    return command[command.index("--key-file") + 2 : command.index("--beat-fd")]


def test_a_custodian_is_told_what_is_set_and_nothing_else() -> None:
    assert arguments(CustodianSettings()) == arguments(CustodianSettings(keep_data_keys=False)) == ()
    assert arguments(ALL) == (
        *("--user", "watchword-keys", "--strict"),
        *("--questions-per-second", "500", "--decryptions-per-minute", "70"),
    )


HOLDS = Protection(name="seccomp", holds=True)
FAILS = Protection(name="Landlock", holds=False, why="function not implemented")
NOT_ASKED = Protection(name="own user", holds=False, why="no `user` is set", demanded=False)


def test_protections_are_said_in_one_line() -> None:
    said = line_of((NOT_ASKED, FAILS, HOLDS))

    assert said == "own user: no (no `user` is set), Landlock: no (function not implemented), seccomp: yes"


def test_strict_demands_all_but_what_nobody_asked_for() -> None:
    require_all((NOT_ASKED, HOLDS))
    with pytest.raises(NotHardened) as refused:
        require_all((NOT_ASKED, FAILS, HOLDS))

    assert str(refused.value) == "it is strict and does not start without Landlock (function not implemented)"
