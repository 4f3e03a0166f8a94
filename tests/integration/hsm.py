"""A real HSM in software for tests: SoftHSM with a token of its own, and a library before it that fails when told to.

The library (`hsm_faults.c`, compiled here) is what `watchword.toml` names; it hands every call on to SoftHSM's. What it is
to do wrong stands in a file beside the token, and another one tells which calls there were.
"""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.integration.deployment import MARK, VARIABLES, VIRGINIA, WATCHWORD, Deployment, scratch

from watchword.custody.hsm import Token

SOFTHSM = Path("/usr/lib/softhsm/libsofthsm2.so")
FAULTS = Path(__file__).parent / "hsm_faults.c"
TOKEN = "watchword-test"
KEY = "region-root"
PIN = "pin-that-is-only-for-tests"
CONFIGURATION = "SOFTHSM2_CONF"
WAIT_S_MAX = 60.0
NEEDED = "SoftHSM, pkcs11-tool and a C compiler (Debian: softhsm2, opensc, gcc)"


def is_installed() -> bool:
    return SOFTHSM.exists() and all(shutil.which(name) for name in ("softhsm2-util", "pkcs11-tool", "cc"))


@dataclass(frozen=True, slots=True, kw_only=True)
class SoftHsm:
    """One token in a folder, and what opens it."""

    folder: Path

    @property
    def configuration(self) -> Path:
        return self.folder / "softhsm2.conf"

    @property
    def tokens(self) -> Path:
        return self.folder / "at" / "tokens"

    @property
    def pin_file(self) -> Path:
        return self.folder / "pin"

    @property
    def module(self) -> Path:
        return self.folder / "faults.so"

    @property
    def fault(self) -> Path:
        return self.folder / "at" / "fault"

    @property
    def calls(self) -> Path:
        return self.folder / "calls"

    @property
    def environment(self) -> dict[str, str]:
        return {CONFIGURATION: str(self.configuration)}

    def set_pin(self, pin: str) -> None:
        self.pin_file.write_text(pin + "\n")
        self.pin_file.chmod(0o600)

    def fail(self, how: str) -> None:
        """Do what `hsm_faults.c` says that it can do; empty: no more."""
        beside = self.fault.with_suffix(".new")
        beside.write_text(how)
        beside.rename(self.fault)

    def count(self, letter: str) -> int:
        """Return how many calls there were: L of C_Login, E of C_Encrypt, D of C_Decrypt."""
        return self.calls.read_text().count(letter)

    def take_away(self) -> None:
        """As if the HSM were pulled out."""
        self.tokens.rename(self.tokens.with_name("tokens.away"))

    def bring_back(self) -> None:
        self.tokens.with_name("tokens.away").rename(self.tokens)

    def settings(self, *, mode: str = "start", key: str = KEY, deadline_ms: int = 1_000) -> str:
        """As `watchword.toml` has it."""
        # The folder with the token's: what is taken away and brought back is another folder of that name.
        reach = f"{self.folder / 'at'}:{self.calls}"
        return (
            f'\n[custodian.hsm]\nmodule = "{self.module}"\ntoken = "{TOKEN}"\nkey = "{key}"\n'
            f'pin_file = "{self.pin_file}"\nmode = "{mode}"\nreach = "{reach}"\ndeadline_ms = {deadline_ms}\n'
        )

    def token(self, *, pin_file: Path | None = None) -> Token:
        return Token(module=self.module, label=TOKEN, pin_file=pin_file or self.pin_file)


def made(folder: Path) -> SoftHsm:
    """Make a token in an empty folder."""
    hsm = SoftHsm(folder=folder)
    hsm.tokens.mkdir(parents=True)
    hsm.calls.touch()
    hsm.configuration.write_text(
        f"directories.tokendir = {hsm.tokens}\nobjectstore.backend = file\nlog.level = ERROR\n"
    )
    hsm.set_pin(PIN)
    hsm.fail("")
    names = {"BEHIND": SOFTHSM, "FAULT": hsm.fault, "CALLS": hsm.calls}
    defined = [f'-D{name}="{path}"' for name, path in names.items()]
    run("cc", "-shared", "-fPIC", "-O1", "-Wall", "-Werror", *defined, "-o", str(hsm.module), str(FAULTS))
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


class HsmDeployment(Deployment):
    """One Region whose `watchword.toml` names an HSM; what opens it is still its key file."""

    def __init__(
        self, folder: Path, *, mode: str = "start", workers: int = 2, deadline_ms: int = 1_000
    ) -> None:
        (folder / "hsm").mkdir()
        self.hsm = made(folder / "hsm")
        VARIABLES.update(self.hsm.environment)
        super().__init__(folder, regions=(VIRGINIA,), workers=workers)
        self.written = self.toml.read_text()
        self.say(mode=mode, deadline_ms=deadline_ms)

    @property
    def toml(self) -> Path:
        return self.home / "watchword.toml"

    def say(self, *, mode: str, key: str = KEY, deadline_ms: int = 1_000, custodian: str = "") -> None:
        """Write `watchword.toml` anew, as a person would."""
        table = f"\n[custodian]\n{custodian}\n" if custodian else ""
        self.toml.write_text(
            self.written + table + self.hsm.settings(mode=mode, key=key, deadline_ms=deadline_ms)
        )

    def custody(self, verb: str, *more: str | Path) -> subprocess.CompletedProcess[str]:
        words = [*WATCHWORD, "custody", verb, VIRGINIA, "--home", str(self.home), *map(str, more)]
        return subprocess.run(
            words,
            env=VARIABLES | {MARK: self.mark},
            capture_output=True,
            text=True,
            timeout=WAIT_S_MAX,
            stdin=subprocess.DEVNULL,
        )

    def done(self, verb: str, *more: str | Path) -> str:
        ended = self.custody(verb, *more)
        assert (ended.returncode, ended.stderr) == (0, ""), ended.stderr
        return ended.stdout

    def standing(self) -> dict[str, Any]:
        standing: dict[str, Any] = json.loads(self.done("status", "--json"))
        return standing

    def forget_key_file(self) -> None:
        (self.home / "unseal" / f"{VIRGINIA}.key").unlink()

    def askers(self) -> list[int]:
        """The processes that the keeper has forked to speak to the HSM."""
        keeper = self.pids(VIRGINIA)["hsm"]
        children = Path(f"/proc/{keeper}/task/{keeper}/children").read_text()
        return [int(pid) for pid in children.split()]


@contextmanager
def hsm_deployment(
    *, mode: str = "start", workers: int = 2, deadline_ms: int = 1_000
) -> Iterator[HsmDeployment]:
    """Make a deployment with an HSM; nothing may be left of it, and no fault in its log."""
    with scratch() as folder:
        deployment = HsmDeployment(folder, mode=mode, workers=workers, deadline_ms=deadline_ms)
        try:
            yield deployment
            if deployment.process is not None:
                deployment.end()
                deployment.require_nothing_wrong()
                assert PIN not in deployment.log()
        finally:
            deployment.clear_away()
            for name in deployment.hsm.environment:
                VARIABLES.pop(name, None)
