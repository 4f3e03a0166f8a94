"""Where a Region's host looks for what opens its root."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from watchword.custody.lock import LockKind
from watchword.server.deployment import HomeError, RegionSettings, from_toml, planned, to_toml
from watchword.server.unsealing import KeySource, sources_of

HOME = Path("/srv/watchword")
SETTINGS: RegionSettings = planned(
    home=HOME, deployment_id="d", regions=["us-east-1"], account_id="123456789012", port=7700, workers=1
).regions[0]
SYSTEMD = {"CREDENTIALS_DIRECTORY": "/run/credentials/watchword.service"}


def test_a_key_file_is_relative_to_home_and_an_absolute_one_is_not() -> None:
    assert sources_of(SETTINGS, home=HOME, environment={}).key_file == KeySource(
        path=HOME / "unseal" / "us-east-1.key"
    )
    elsewhere = replace(SETTINGS, custody_key_file=Path("/media/usb/key"))
    assert sources_of(elsewhere, home=HOME, environment={}).key_file == KeySource(path=Path("/media/usb/key"))


def test_a_credential_lies_where_systemd_says() -> None:
    loaded = replace(SETTINGS, custody_key_file=Path("credential:root-key"))

    found = sources_of(loaded, home=HOME, environment=SYSTEMD)

    assert found.key_file == KeySource(
        path=Path("/run/credentials/watchword.service/root-key"), is_credential=True
    )


@pytest.mark.parametrize("name", ["root-key", "", ".", "..", "a/b"])
def test_a_credential_that_can_not_be_is_refused(name: str) -> None:
    environment = {} if name == "root-key" else SYSTEMD
    with pytest.raises(HomeError, match="there is no credential"):
        sources_of(
            replace(SETTINGS, custody_key_file=Path(f"credential:{name}")), home=HOME, environment=environment
        )


def test_without_a_passphrase_file_nothing_opens_a_passphrases_lock() -> None:
    assert set(sources_of(SETTINGS, home=HOME, environment={}).openers()) == {LockKind.KEY_FILE}


def test_the_settings_passphrase_file_goes_before_the_environments() -> None:
    environment = {"WATCHWORD_PASSPHRASE_FILE": "/run/passphrase"}
    said = replace(SETTINGS, custody_passphrase_file=Path("passphrase"))

    assert sources_of(SETTINGS, home=HOME, environment=environment).passphrase_file == KeySource(
        path=Path("/run/passphrase")
    )
    assert sources_of(said, home=HOME, environment=environment).passphrase_file == KeySource(
        path=HOME / "passphrase"
    )


def test_a_passphrase_file_is_written_down_and_read_back() -> None:
    deployment = planned(
        home=HOME, deployment_id="d", regions=["us-east-1"], account_id="123456789012", port=7700, workers=1
    )
    said = replace(SETTINGS, custody_passphrase_file=Path("/run/passphrase"), transport_key=bytes(32))
    deployment = replace(deployment, regions=(said,))

    assert from_toml(to_toml(deployment), home=HOME) == deployment
