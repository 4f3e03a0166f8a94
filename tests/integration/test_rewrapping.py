"""A new master is carried through a whole store while everything that takes part in it is killed."""

from __future__ import annotations

import contextlib
import os
import random
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from watchword.custody import root
from watchword.custody.core import Keyring
from watchword.custody.seal_client import SealClient
from watchword.envelope.refused import EnvelopeRefused
from watchword.envelope.transport import CredentialKind
from watchword.identity.model import AccessKey
from watchword.server.rewrapping import carry_through, one_pass
from watchword.storage import migrate
from watchword.storage.stores import SQLiteStores
from watchword.storage.wrapped import Rewrapped

ACCOUNT = "123456789012"
KEYS = 12
ROWS = KEYS + 4
"""With an access key, two session keys and a password key."""
BATCH_ROWS = 5
START_S_MAX = 10.0


@dataclass(slots=True, kw_only=True)
class Region:
    """A store full of wrapped rows, and a custodian that may be killed at any time."""

    folder: Path
    listener: socket.socket
    process: subprocess.Popen[bytes] | None = None
    before: dict[str, bytes] = field(default_factory=dict)
    """What was wrapped under the first master, by what it belongs to."""

    @property
    def root(self) -> Path:
        return self.folder / "root"

    @property
    def key_file(self) -> Path:
        return self.folder / "key"

    @property
    def custody(self) -> SealClient:
        return SealClient(self.folder / "custody.sock")

    def stores(self) -> SQLiteStores:
        return SQLiteStores(self.folder / "store.sqlite3", partition="aws", region="us-east-1")

    def keyring(self) -> Keyring:
        return Keyring(root.unlock(self.root, self.key_file), entropy=os.urandom)

    def start(self) -> None:
        beat, beat_end = os.pipe()
        fds = (self.listener.fileno(), beat_end)
        self.process = subprocess.Popen(
            [
                *(sys.executable, "-m", "watchword.custody", "--socket-fd", str(fds[0])),
                *("--beat-fd", str(fds[1]), "--root", str(self.root), "--key-file", str(self.key_file)),
            ],
            pass_fds=fds,
        )
        os.close(beat_end)
        try:
            assert os.read(beat, 1) == b"R"
        finally:
            # Nobody reads its beats from now on, and it ends when it notices.
            self._beat = beat

    def kill(self) -> None:
        assert self.process is not None
        self.process.kill()
        self.process.wait(START_S_MAX)
        os.close(self._beat)
        self.process = None

    _beat: int = -1

    def rows(self) -> dict[str, bytes]:
        """Every wrapped row that the store holds, by what it belongs to."""
        with contextlib.closing(sqlite3.connect(self.folder / "store.sqlite3")) as raw:
            found = {
                arn_of(key_id): wrapped
                for key_id, wrapped in raw.execute("SELECT key_id, wrapped FROM kms_material")
            }
            found |= {
                f"{kind} {key_id}": sealed
                for kind, key_id, sealed in raw.execute("SELECT kind, id, sealed FROM sealed_credential")
            }
            return found | dict(raw.execute("SELECT access_key_id, sealed_secret FROM access_key"))

    def unopened(self) -> list[str]:
        """Rows that nothing which the root holds opens."""
        keyring = self.keyring()
        return [name for name, wrapped in self.rows().items() if not opens(keyring, name, wrapped)]


def opens(keyring: Keyring, name: str, wrapped: bytes) -> bool:
    try:
        if name.startswith("arn:"):
            keyring.rewrap_material(material=wrapped, key_arn=name)
        elif " " in name:
            kind, _, key_id = name.partition(" ")
            keyring.rewrap_credential(
                sealed=wrapped, kind=CredentialKind(kind), account=ACCOUNT, key_id=key_id
            )
        else:
            keyring.rewrap_access_key(sealed=wrapped, access_key_id=name)
    except EnvelopeRefused:
        return False
    return True


def arn_of(key_id: str) -> str:
    return f"arn:aws:kms:us-east-1:{ACCOUNT}:key/{key_id}"


def add_key(region: Region, key_id: str, wrapped: bytes) -> None:
    with contextlib.closing(sqlite3.connect(region.folder / "store.sqlite3")) as raw, raw:
        raw.execute(
            "INSERT INTO kms_key (account, key_id, description, manager, state, tags, created_ms, stamp) "
            "VALUES (?, ?, '', 'CUSTOMER', 'Enabled', '{}', 0, 1)",
            (ACCOUNT, key_id),
        )
        raw.execute(
            "INSERT INTO kms_material (account, key_id, version, wrapped) VALUES (?, ?, 1, ?)",
            (ACCOUNT, key_id, wrapped),
        )


def add_account_keys(region: Region, keyring: Keyring) -> None:
    made = keyring.credentials
    rows = [
        (ACCOUNT, "session-key", f"k{n}", made.make_session_key(account=ACCOUNT, key_id=f"k{n}"))
        for n in (1, 2)
    ]
    rows.append((ACCOUNT, "password-key", "k1", made.make_password_key(account=ACCOUNT, key_id="k1")))
    with contextlib.closing(sqlite3.connect(region.folder / "store.sqlite3")) as raw, raw:
        raw.executemany("INSERT INTO sealed_credential (account, kind, id, sealed) VALUES (?, ?, ?, ?)", rows)


def made(folder: Path, *, listener: socket.socket) -> Region:
    region = Region(folder=folder, listener=listener)
    root.create(region.root, region.key_file, region="us-east-1", entropy=os.urandom)
    migrate.migrate(folder / "store.sqlite3")
    keyring, stores = region.keyring(), region.stores()
    stores.add_account(ACCOUNT, now=0)
    stores.add_access_key(
        AccessKey(
            access_key_id="AKIAIOSFODNN7EXAMPLE",
            account=ACCOUNT,
            principal_arn=f"arn:aws:iam::{ACCOUNT}:root",
            user_id=ACCOUNT,
            sealed_secret=keyring.seal_access_key(
                access_key_id="AKIAIOSFODNN7EXAMPLE", secret_access_key="never a real one"
            ),
            active=True,
        )
    )
    stores.close()
    for number in range(KEYS):
        arn = arn_of(f"key-{number:02}")
        # Every third is an HMAC key: its material is of another kind.
        mac = number % 3 == 0
        wrapped = (
            keyring.create_mac_material(key_arn=arn, size=32) if mac else keyring.create_material(key_arn=arn)
        )
        add_key(region, f"key-{number:02}", wrapped)
    # Imported material that is gone.
    add_key(region, "key-gone", b"")
    add_account_keys(region, keyring)
    region.before = {name: wrapped for name, wrapped in region.rows().items() if wrapped}
    return region


@pytest.fixture
def region(tmp_path: Path) -> Iterator[Region]:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as listener:
        listener.bind(str(tmp_path / "custody.sock"))
        listener.listen(16)
        held = made(tmp_path, listener=listener)
        held.start()
        yield held
        if held.process is not None:
            held.kill()


def proof(region: Region) -> list[bytes]:
    return [region.key_file.read_bytes()]


def carry(region: Region, *, rest: Callable[[], bool] = lambda: True) -> None:
    carry_through(
        region.stores(),
        region.custody,
        partition="aws",
        region="us-east-1",
        rest=rest,
        batch_rows=BATCH_ROWS,
        batch_rest_s=0,
    )


def require_carried_through(region: Region) -> None:
    rows = {name: wrapped for name, wrapped in region.rows().items() if wrapped}
    assert region.unopened() == ["arn:aws:kms:us-east-1:123456789012:key/key-gone"]
    assert rows.keys() == region.before.keys()
    keyring = region.keyring()
    assert not [name for name, wrapped in region.before.items() if opens(keyring, name, wrapped)]
    assert not region.custody.standing().rewrapping


def test_everything_is_wrapped_under_the_new_master_and_the_old_one_goes(region: Region) -> None:
    region.custody.renew_master(proof(region))
    assert not [name for name in region.unopened() if not name.endswith("gone")]

    carry(region)

    require_carried_through(region)


def test_how_far_it_is_can_be_asked(region: Region) -> None:
    region.custody.renew_master(proof(region))
    one_pass(
        region.stores(),
        region.custody,
        partition="aws",
        region="us-east-1",
        batch_rows=BATCH_ROWS,
        batch_rest_s=0,
    )

    standing = region.custody.standing()

    assert (standing.rewrapping, standing.rewrapped, standing.rows) == (True, ROWS, ROWS)


def test_a_row_that_came_behind_the_pass_is_waited_for(region: Region) -> None:
    """A request that began before the new master may commit what is wrapped under the old one after the pass."""
    late = region.keyring().create_material(key_arn=arn_of("key-0-late"))
    region.custody.renew_master(proof(region))
    rested: list[None] = []

    def rest() -> bool:
        if not rested:
            add_key(region, "key-0-late", late)
            region.before[arn_of("key-0-late")] = late
        rested.append(None)
        return True

    carry(region, rest=rest)

    assert len(rested) == 2
    require_carried_through(region)


def test_the_harness_catches_a_master_that_is_retired_after_one_pass(region: Region) -> None:
    late = region.keyring().create_material(key_arn=arn_of("key-0-late"))
    region.custody.renew_master(proof(region))
    one_pass(
        region.stores(),
        region.custody,
        partition="aws",
        region="us-east-1",
        batch_rows=BATCH_ROWS,
        batch_rest_s=0,
    )
    add_key(region, "key-0-late", late)

    region.custody.retire_master()

    assert arn_of("key-0-late") in region.unopened()


def test_a_unit_of_work_that_read_a_key_before_does_not_write_its_old_material_back(region: Region) -> None:
    """Its commit compares the key's stamp, which has risen."""
    region.custody.renew_master(proof(region))

    carry(region)

    with contextlib.closing(sqlite3.connect(region.folder / "store.sqlite3")) as raw:
        stamps = dict(raw.execute("SELECT key_id, stamp FROM kms_key"))
    assert {stamp for key_id, stamp in stamps.items() if key_id != "key-gone"} == {2}
    assert stamps["key-gone"] == 1


def test_a_row_that_changed_since_it_was_read_is_not_overwritten(region: Region) -> None:
    stores = region.stores()
    row = stores.wrapped_materials(after=None, limit=1)[0]
    with contextlib.closing(sqlite3.connect(region.folder / "store.sqlite3")) as raw, raw:
        raw.execute("UPDATE kms_material SET wrapped = x'01' WHERE key_id = ?", (row.key_id,))

    stores.save_rewrapped([Rewrapped(row=row, wrapped=b"re-wrapped")])

    assert region.rows()[arn_of(row.key_id)] == b"\x01"


def test_while_a_row_opens_under_neither_master_the_old_one_stays(region: Region) -> None:
    region.custody.renew_master(proof(region))
    add_key(region, "key-damaged", b"\x01\x01" + bytes(100))

    carry(region)

    standing = region.custody.standing()
    assert (standing.rewrapping, standing.refused, standing.rewrapped) == (True, 1, ROWS)


# Killed


class DyingClient(SealClient):
    """Its process is killed before or after a question to the custodian."""

    step: Callable[[], None] = staticmethod(lambda: None)

    def _ask(self, *arguments: object, **keywords: object) -> list[bytes]:
        type(self).step()
        # The arguments are passed on as they came.
        answer = super()._ask(*arguments, **keywords)  # type: ignore[arg-type]
        type(self).step()
        return answer


class DyingStores(SQLiteStores):
    """Its process is killed before or after a commit."""

    def save_rewrapped(self, rows: object) -> None:
        DyingClient.step()
        # As above.
        super().save_rewrapped(rows)  # type: ignore[arg-type]
        DyingClient.step()


def carried_until(region: Region, *, step: int) -> bool:
    """Carry it through in a process that is killed at a step; return whether it was."""
    pid = os.fork()
    if pid == 0:
        status, left = 1, [step]

        def count() -> None:
            left[0] -= 1
            if left[0] == 0:
                os.kill(os.getpid(), signal.SIGKILL)

        try:
            DyingClient.step = staticmethod(count)
            carry_through(
                DyingStores(region.folder / "store.sqlite3", partition="aws", region="us-east-1"),
                DyingClient(region.folder / "custody.sock"),
                partition="aws",
                region="us-east-1",
                rest=lambda: True,
                batch_rows=BATCH_ROWS,
                batch_rest_s=0,
            )
            status = 0
        finally:
            os._exit(status)
    code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    assert code in (0, -signal.SIGKILL)
    return code != 0


def test_a_kill_at_every_step_loses_nothing_and_it_comes_to_its_end(region: Region) -> None:
    """Each death one step later than the last, over one store: what was done stays done, what was not is done next."""
    deaths = 0
    region.custody.renew_master(proof(region))
    for step in range(1, 400):
        if not carried_until(region, step=step):
            break
        deaths += 1
        assert not [name for name in region.unopened() if not name.endswith("gone")], step
        if not region.custody.standing().rewrapping:
            # It died after its last question; the next round begins with another master.
            region.before = {name: wrapped for name, wrapped in region.rows().items() if wrapped}
            region.custody.renew_master(proof(region))
    else:
        raise AssertionError("it never came to an end")

    assert deaths > 2 * ROWS
    require_carried_through(region)


DEATHS = 6


def rest_a_little() -> bool:
    """Longer than a pass takes here, so that deaths meet all of it."""
    time.sleep(0.05)
    return True


def killed_at_random(region: Region, *, chance: random.Random) -> bool:
    """Carry it through in a process of its own, and kill that, the custodian or both; return whether it died."""
    pid = os.fork()
    if pid == 0:
        status = 1
        with contextlib.suppress(Exception):
            carry(region, rest=rest_a_little)
            status = 0
        os._exit(status)
    time.sleep(chance.uniform(0.0, 0.07))
    if chance.random() < 0.5:
        region.kill()
        region.start()
    if chance.random() < 0.8:
        os.kill(pid, signal.SIGKILL)
    return os.waitpid(pid, 0)[1] != 0


def test_with_agent_and_custodian_killed_at_random_nothing_is_lost(region: Region) -> None:
    chance = random.Random(20)
    deaths = 0
    ends = time.monotonic() + 60
    while deaths < DEATHS:
        region.before = {name: wrapped for name, wrapped in region.rows().items() if wrapped}
        region.custody.renew_master(proof(region))
        while region.custody.standing().rewrapping:
            assert time.monotonic() < ends
            deaths += killed_at_random(region, chance=chance)
            assert not [name for name in region.unopened() if not name.endswith("gone")]
        # The last death may have come after the end.
        require_carried_through(region)
