"""A real HSM in software for tests: SoftHSM with a token of its own, and a library before it that fails when it is told to.

The library (`hsm_faults.c`, compiled here) is what `watchword.toml` names; it hands every call on to SoftHSM's. What it is to do
wrong stands in a file beside the token: nothing, `slow MILLISECONDS`, `hang`, `fail`.
"""

from __future__ import annotations

import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

SOFTHSM = Path("/usr/lib/softhsm/libsofthsm2.so")
FAULTS = Path(__file__).parent / "hsm_faults.c"
TOKEN = "watchword-test"
KEY = "region-root"
PIN = "pin-that-is-only-for-tests"
CONFIGURATION = "SOFTHSM2_CONF"
WAIT_S_MAX = 60.0
NEEDED = "SoftHSM (Debian: softhsm2) and a C compiler (cc)"


def is_installed() -> bool:
    return SOFTHSM.exists() and all(shutil.which(name) for name in ("softhsm2-util", "cc"))


@dataclass(frozen=True, slots=True, kw_only=True)
class SoftHsm:
    """One token in a folder, and what opens it."""

    folder: Path

    @property
    def configuration(self) -> Path:
        return self.folder / "softhsm2.conf"

    @property
    def tokens(self) -> Path:
        return self.folder / "tokens"

    @property
    def pin_file(self) -> Path:
        return self.folder / "pin"

    @property
    def module(self) -> Path:
        return self.folder / "faults.so"

    @property
    def fault(self) -> Path:
        return self.folder / "fault"

    @property
    def environment(self) -> dict[str, str]:
        return {CONFIGURATION: str(self.configuration)}

    def set_pin(self, pin: str) -> None:
        self.pin_file.write_text(pin + "\n")
        self.pin_file.chmod(0o600)

    def fail(self, how: str) -> None:
        """`slow MILLISECONDS`, `hang`, `fail`; empty: no more."""
        beside = self.fault.with_suffix(".new")
        beside.write_text(how)
        beside.rename(self.fault)

    def take_away(self) -> None:
        """As if the HSM were pulled out."""
        self.tokens.rename(self.folder / "tokens.away")

    def bring_back(self) -> None:
        (self.folder / "tokens.away").rename(self.tokens)

    def settings(self, *, mode: str = "start", deadline_ms: int = 1_000) -> str:
        """As `watchword.toml` has it."""
        return (
            f'\n[custodian.hsm]\nmodule = "{self.module}"\ntoken = "{TOKEN}"\nkey = "{KEY}"\n'
            f'pin_file = "{self.pin_file}"\nmode = "{mode}"\nreach = "{self.tokens}:{self.fault}"\n'
            f"deadline_ms = {deadline_ms}\n"
        )


def made(folder: Path) -> SoftHsm:
    """Make a token in an empty folder."""
    hsm = SoftHsm(folder=folder)
    hsm.tokens.mkdir()
    hsm.configuration.write_text(
        f"directories.tokendir = {hsm.tokens}\nobjectstore.backend = file\nlog.level = ERROR\n"
    )
    hsm.set_pin(PIN)
    hsm.fail("")
    name = f'-DBEHIND="{SOFTHSM}"', f'-DFAULT="{hsm.fault}"'
    run(
        "cc", "-shared", "-fPIC", "-O1", "-Wall", "-Werror", *name, "-o", str(hsm.module), str(FAULTS), "-ldl"
    )
    run(
        *("softhsm2-util", "--init-token", "--free", "--label", TOKEN),
        *("--so-pin", "so-" + PIN, "--pin", PIN),
        environment=hsm.environment,
    )
    return hsm


def run(*command: str, environment: dict[str, str] | None = None) -> str:
    ended = subprocess.run(
        command,
        capture_output=True,
        text=True,
        timeout=WAIT_S_MAX,
        env={"PATH": "/usr/bin:/bin"} | (environment or {}),
    )
    assert ended.returncode == 0, ended.stderr
    return ended.stdout
