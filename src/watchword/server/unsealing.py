"""Where a Region's custodian finds what opens its root: a key file, a passphrase's file, a credential of systemd's.

Which of them is needed, the root itself says (`custody/lock.py`); where none is at hand, the Region starts sealed.

Source: systemd.exec(5), LoadCredential=, $CREDENTIALS_DIRECTORY.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from watchword.custody import root
from watchword.custody.credentials import issuer_key
from watchword.custody.hsm import Token
from watchword.custody.lock import KeyFile, LockKind, Opener, passphrase_file
from watchword.custody.master import Master
from watchword.server.deployment import HomeError, HsmSettings, RegionSettings

CREDENTIAL = "credential:"
CREDENTIALS_VARIABLE = "CREDENTIALS_DIRECTORY"
PASSPHRASE_VARIABLE = "WATCHWORD_PASSPHRASE_FILE"  # noqa: S105 - the name of a variable that names a file


@dataclass(frozen=True, slots=True, kw_only=True)
class KeySource:
    """A file as a setting names it."""

    path: Path
    is_credential: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class KeySources:
    """What a Region's host has at hand."""

    key_file: KeySource
    passphrase_file: KeySource | None

    def openers(self) -> dict[LockKind, Opener]:
        found: dict[LockKind, Opener] = {LockKind.KEY_FILE: self.key_file_opener()}
        if self.passphrase_file is not None:
            source = self.passphrase_file
            found[LockKind.PASSPHRASE] = passphrase_file(source.path, is_credential=source.is_credential)
        return found

    def key_file_opener(self) -> KeyFile:
        return KeyFile(path=self.key_file.path, is_credential=self.key_file.is_credential)


def sources_of(
    settings: RegionSettings, *, home: Path | None = None, environment: Mapping[str, str] = os.environ
) -> KeySources:
    """Return where to look; relative to HOME, or below `home`.

    Raises:
        HomeError: a credential is named, and systemd has started nothing here.
    """
    said = settings.custody_passphrase_file or environment.get(PASSPHRASE_VARIABLE)
    return KeySources(
        key_file=source_of(settings.custody_key_file, home=home, environment=environment),
        passphrase_file=None if not said else source_of(Path(said), home=home, environment=environment),
    )


def token_of(
    hsm: HsmSettings, *, home: Path | None = None, environment: Mapping[str, str] = os.environ
) -> Token:
    """Return which token to log in to; HomeError as `sources_of`."""
    pin = source_of(hsm.pin_file, home=home, environment=environment)
    return Token(module=hsm.module, label=hsm.token, pin_file=pin.path, is_credential=pin.is_credential)


def check(settings: RegionSettings, *, home: Path) -> None:
    """Try the root with what is at hand; one that nothing at hand opens is a sealed Region's, and good.

    An HSM is not asked: it may be away for a moment, and counts the PINs that are wrong.

    Raises:
        HomeError: the root is damaged, what is at hand does not open it, or it signs with another key than
            watchword.toml says.
    """
    try:
        master = _opened(settings, home=home)
    except root.RootError as error:
        raise HomeError(str(error)) from None
    wanted = settings.signing_key
    if wanted is not None and master is not None and _signing_key_of(master) != wanted:
        raise HomeError("its `signing_key` in watchword.toml is not that of its root: put the right one back")


def signing_key(settings: RegionSettings, *, home: Path) -> bytes | None:
    """Return what this Region signs sessions with, its public half; `None`: nothing at hand opens its root."""
    try:
        master = _opened(settings, home=home)
    except (root.RootError, HomeError):
        return None
    return None if master is None else _signing_key_of(master)


def _opened(settings: RegionSettings, *, home: Path) -> Master | None:
    held = root.read(home / settings.custody_root)
    opener = sources_of(settings, home=home).openers().get(held.lock.kind)
    return None if opener is None else held.opened(opener.key(held.lock))


def _signing_key_of(master: Master) -> bytes:
    return issuer_key(master.transport_private_key, partition=master.partition, region=master.region)


def needs_key_file(settings: RegionSettings, *, home: Path) -> bool:
    """Whether a file of this host has to be there; a root that can't be read is judged by whoever opens it."""
    if str(settings.custody_key_file).startswith(CREDENTIAL):
        return False
    try:
        return root.read(home / settings.custody_root).lock.kind is LockKind.KEY_FILE
    except root.RootError:
        return True


def source_of(
    named: Path, *, home: Path | None = None, environment: Mapping[str, str] = os.environ
) -> KeySource:
    """Return where a file is that a setting names; HomeError if it is a credential, and systemd has started nothing."""
    text = str(named)
    if not text.startswith(CREDENTIAL):
        return KeySource(path=named if home is None else home / named)
    name, folder = text.removeprefix(CREDENTIAL), environment.get(CREDENTIALS_VARIABLE)
    if not folder or "/" in name or name in ("", ".", ".."):
        raise HomeError(f"there is no credential `{name}`: systemd hands it over to a service that loads it")
    return KeySource(path=Path(folder) / name, is_credential=True)
