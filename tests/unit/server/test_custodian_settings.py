"""`[custodian]` of watchword.toml: what it may say, and what it becomes on a custodian's command line."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from watchword.custody.hardening import NotHardened, Protection, line_of, require_all
from watchword.custody.hsm import Token
from watchword.server.deployment import (
    ACCOUNT_DEFAULT,
    CUSTODIAN_RATE_MAX,
    CustodianSettings,
    Deployment,
    HomeError,
    HsmMode,
    HsmSettings,
    from_toml,
    planned,
    to_toml,
)
from watchword.server.process import Context, custodian_command, hsm_command

HOME = Path("/srv/watchword")
ALL = CustodianSettings(
    user="watchword-keys", strict=True, questions_per_second=500, decryptions_per_minute=70
)

HSM = HsmSettings(
    module=Path("/usr/lib/hsm.so"), token="a token", key="region-root", pin_file=Path("/run/pin")
)
HSM_ALL = HsmSettings(
    module=Path("/usr/lib/hsm.so"),
    token="t",
    key="k",
    pin_file=Path("credential:pin"),
    mode=HsmMode.EVERY,
    reach=(Path("/var/lib/tokens"), Path("/etc/hsm.conf")),
    network=True,
    deadline_ms=700,
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
    "an HSM": CustodianSettings(hsm=HSM),
    "an HSM and everything": replace(ALL, hsm=HSM_ALL),
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


HSM_TABLE = 'module = "/m.so"\ntoken = "t"\nkey = "k"\npin_file = "/p"\n'
HSM_REFUSED = {
    "a misspelt setting": (f'{HSM_TABLE}pin = "1234"', "has a setting that is not known: `pin`"),
    "no module": (HSM_TABLE.replace("module", "modul"), "`module` is missing"),
    "a mode that there is not": (f'{HSM_TABLE}mode = "never"', "`mode` should be `start` or `every`"),
    "a deadline beyond a worker's": (f"{HSM_TABLE}deadline_ms = 2000", "should be from 50 to 1500"),
    "no deadline": (f"{HSM_TABLE}deadline_ms = 0", "should be from 50 to 1500"),
    "a module looked for": (HSM_TABLE.replace("/m.so", "m.so"), "a path that is not absolute: `m.so`"),
    "a reach looked for": (f'{HSM_TABLE}reach = "/a:b"', "a path that is not absolute: `b`"),
    "a token without a label": (HSM_TABLE.replace('"t"', '""'), "`token` should have 1 to 32 bytes"),
    "a label that is too long": (
        HSM_TABLE.replace('"k"', f'"{"k" * 33}"'),
        "`key` should have 1 to 32 bytes",
    ),
}


@pytest.mark.parametrize(("table", "sentence"), HSM_REFUSED.values(), ids=HSM_REFUSED)
def test_what_it_may_not_say_of_an_hsm_is_one_sentence(table: str, sentence: str) -> None:
    with pytest.raises(HomeError) as refused:
        from_toml(f"{to_toml(plan(CustodianSettings()))}\n[custodian.hsm]\n{table}\n", home=HOME)

    assert sentence in str(refused.value)


def test_the_process_that_speaks_to_an_hsm_is_told_where_its_pin_is_and_never_what() -> None:
    context = Context(name="hsm", region="us-east-1", listeners={}, beat_fd=6, parent_fd=7)
    token = Token(module=HSM_ALL.module, label="t", pin_file=Path("/run/credentials/pin"), is_credential=True)
    made = hsm_command(socket_path=Path("hsm.sock"), token=token, hsm=HSM_ALL, held=replace(ALL, hsm=HSM_ALL))

    command = made(context)

    assert command[command.index("--connect") :] == (
        *("--connect", "hsm.sock", "--module", "/usr/lib/hsm.so", "--token", "t"),
        *("--pin-file", "/run/credentials/pin", "--deadline-ms", "700", "--credentials", "--network"),
        *("--user", "watchword-keys", "--strict", "--reach", "/var/lib/tokens", "--reach", "/etc/hsm.conf"),
        *("--beat-fd", "6", "--parent-fd", "7"),
    )


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
