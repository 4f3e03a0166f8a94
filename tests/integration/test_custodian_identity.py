"""Identity through the custodian's process: the same answers over its socket, and no waiting for passwords."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest

from watchword.custody import root
from watchword.custody.identity_client import IdentityClient
from watchword.custody.seal_client import SealClient
from watchword.envelope.refused import EnvelopeRefused, Step
from watchword.envelope.session import CLAIMS_BYTES_MAX, Issued, Opened
from watchword.envelope.transport import CredentialCarriage, CredentialKind
from watchword.identity.custody import IdentityCustody
from watchword.keys.custody import KeySealed, KeyUnavailable, WouldWait
from watchword.server.sessions import CustodySessions
from watchword.sigv4.key import SigningKey, derive

HERE, THERE = "us-east-1", "us-east-2"
ACCOUNT = "123456789012"
PASSWORD = "a password never to be found"
CLAIMS = b'{"canary": "claims never to be found"}'
READ_SECONDS_MAX = 0.5
"""Of a custodian beside four threads that hash, on a busy machine; alone it takes under a millisecond."""


@dataclass(slots=True, kw_only=True)
class Region:
    """A Region's custodian, which may be replaced."""

    name: str
    folder: Path
    public_key: bytes
    listener: socket.socket
    process: subprocess.Popen[bytes] | None = None

    @property
    def socket(self) -> Path:
        return self.folder / "custody.sock"

    @property
    def log(self) -> Path:
        return self.folder / "log"

    def client(self, *, hashes_max: int = 2) -> IdentityClient:
        return IdentityClient(self.socket, hashes_max=hashes_max)

    def start(self) -> None:
        beat, beat_end = os.pipe()
        fds = (self.listener.fileno(), beat_end)
        files = ("--root", str(self.folder / "root"), "--key-file", str(self.folder / "key"))
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [
                    *(sys.executable, "-m", "watchword.custody", *files),
                    *("--socket-fd", str(fds[0]), "--beat-fd", str(fds[1])),
                ],
                pass_fds=fds,
                stderr=log,
            )
        os.close(beat_end)
        assert os.read(beat, 1) == b"R", self.log.read_text()
        # It ends when nobody reads its beats.
        self._beat = beat

    def stop(self) -> None:
        assert self.process is not None
        self.process.terminate()
        assert self.process.wait(10) == 0
        os.close(self._beat)

    _beat: int = -1


@pytest.fixture
def regions(tmp_path: Path) -> Iterator[tuple[Region, Region]]:
    """Two Regions, each with a custodian in its closed room."""
    with ExitStack() as held:
        made = []
        for name in (HERE, THERE):
            folder = tmp_path / name
            folder.mkdir()
            public = root.create(folder / "root", folder / "key", region=name, entropy=os.urandom)
            listener = held.enter_context(socket.socket(socket.AF_UNIX, socket.SOCK_STREAM))
            listener.bind(str(folder / "custody.sock"))
            listener.listen(16)
            region = Region(name=name, folder=folder, public_key=public, listener=listener)
            region.start()
            held.callback(region.stop)
            made.append(region)
        yield made[0], made[1]


def carried(source: Region, target: Region, sealed: bytes, kind: CredentialKind, credential_id: str) -> bytes:
    info = CredentialCarriage(
        protocol_version=1,
        link_id="l1",
        epoch=1,
        revision=1,
        content_id="c1",
        source_region=source.name,
        target_region=target.name,
    ).info()
    message = source.client().carry_credential(
        sealed,
        kind=kind,
        account=ACCOUNT,
        credential_id=credential_id,
        recipient=target.public_key,
        info=info,
    )
    return target.client().take_credential(
        message, kind=kind, account=ACCOUNT, credential_id=credential_id, info=info
    )


def opened(custody: IdentityCustody, session_key: bytes, issued: Issued, issuers: dict[str, bytes]) -> Opened:
    return custody.open_session(
        session_key,
        account=ACCOUNT,
        token=issued.token,
        access_key_id=issued.access_key_id,
        day="20261122",
        region=HERE,
        service="kms",
        issuers=issuers,
    )


def test_every_question_of_identity_is_answered_over_the_socket(regions: tuple[Region, Region]) -> None:
    """From one Region's custodian to another's, with the longest claims."""
    here, there = regions
    custody, custody_there = here.client(), there.client()
    issuers = {HERE: custody.issuer_key(), THERE: custody_there.issuer_key()}

    secret, sealed = custody.make_access_key(access_key_id="AKIA1")
    sealed_there = carried(here, there, sealed, CredentialKind.ACCESS_KEY, "AKIA1")
    signing_key = custody_there.signing_key(
        sealed=sealed_there, access_key_id="AKIA1", day="20261122", region=HERE, service="kms"
    )
    assert signing_key == derive(secret, day="20261122", region=HERE, service="kms")

    session_key = custody.make_session_key(account=ACCOUNT, key_id="k1")
    session_key_there = carried(here, there, session_key, CredentialKind.SESSION_KEY, "k1")
    issued = custody.issue_session(session_key, account=ACCOUNT, key_id="k1", claims=bytes(CLAIMS_BYTES_MAX))
    for asked, key in ((custody, session_key), (custody_there, session_key_there)):
        held = opened(asked, key, issued, issuers)
        assert held.signing_key == derive(
            issued.secret_access_key, day="20261122", region=HERE, service="kms"
        )
        assert (held.claims, held.region) == (bytes(CLAIMS_BYTES_MAX), HERE)

    password_key = custody.make_password_key(account=ACCOUNT, key_id="p1")
    password_key_there = carried(here, there, password_key, CredentialKind.PASSWORD_KEY, "p1")
    hashed = custody.seal_password(
        password_key, account=ACCOUNT, key_id="p1", user_id="AIDA1", password=PASSWORD
    )
    for password, right in ((PASSWORD, True), (PASSWORD[:-1], False)):
        assert right is custody_there.check_password(
            password_key_there, account=ACCOUNT, user_id="AIDA1", password=password, hashed=hashed
        )


def test_what_the_custodian_refuses_is_refused_over_the_socket(regions: tuple[Region, Region]) -> None:
    """Also behind closed doors, where nothing can be loaded any more: a wrong signature, a wrong key, no token at all."""
    here, there = regions
    custody = here.client()
    session_key = custody.make_session_key(account=ACCOUNT, key_id="k1")
    issued = custody.issue_session(session_key, account=ACCOUNT, key_id="k1", claims=CLAIMS)
    right = {HERE: custody.issuer_key()}

    for issuers, step in (
        ({}, Step.KEY),
        ({HERE: b"short"}, Step.KEY),
        ({HERE: there.client().issuer_key()}, Step.SIGNATURE),
    ):
        with pytest.raises(EnvelopeRefused) as refused:
            opened(custody, session_key, issued, issuers)
        assert refused.value.step is step
    with pytest.raises(EnvelopeRefused):
        opened(there.client(), session_key, issued, right)
    with pytest.raises(EnvelopeRefused):
        custody.issue_session(session_key, account=ACCOUNT, key_id="k2", claims=CLAIMS)
    with pytest.raises(EnvelopeRefused):
        custody.issue_session(session_key, account=ACCOUNT, key_id="k1", claims=bytes(CLAIMS_BYTES_MAX + 1))
    assert opened(custody, session_key, issued, right).claims == CLAIMS


def test_a_custodian_that_is_replaced_signs_with_the_same_key(regions: tuple[Region, Region]) -> None:
    here, _ = regions
    custody = here.client()
    issuer_key = custody.issuer_key()
    session_key = custody.make_session_key(account=ACCOUNT, key_id="k1")
    issued = custody.issue_session(session_key, account=ACCOUNT, key_id="k1", claims=CLAIMS)

    here.stop()
    here.start()

    assert custody.issuer_key() == issuer_key
    assert opened(custody, session_key, issued, {HERE: issuer_key}).claims == CLAIMS


def test_the_key_it_signs_with_stays_when_the_master_is_renewed(regions: tuple[Region, Region]) -> None:
    here, _ = regions
    custody, seal = here.client(), SealClient(here.socket)
    issuer_key = custody.issuer_key()
    session_key = custody.make_session_key(account=ACCOUNT, key_id="k1")
    issued = custody.issue_session(session_key, account=ACCOUNT, key_id="k1", claims=CLAIMS)

    seal.renew_master([(here.folder / "key").read_bytes()])
    rewrapped = seal.rewrap_credential(
        sealed=session_key, kind=CredentialKind.SESSION_KEY, account=ACCOUNT, key_id="k1"
    )
    seal.retire_master()

    assert custody.issuer_key() == issuer_key
    assert opened(custody, rewrapped, issued, {HERE: issuer_key}).claims == CLAIMS
    with pytest.raises(EnvelopeRefused):
        opened(custody, session_key, issued, {HERE: issuer_key})


def test_in_a_sealed_region_whoever_was_known_today_still_is(regions: tuple[Region, Region]) -> None:
    """As with access keys (decision 0006); nobody new, and no session of long claims, which nobody keeps for that."""
    here, _ = regions
    custody = here.client()
    issuers = {HERE: custody.issuer_key()}
    session_key = custody.make_session_key(account=ACCOUNT, key_id="k1")
    known, new, long = (
        custody.issue_session(session_key, account=ACCOUNT, key_id="k1", claims=claims)
        for claims in (CLAIMS, CLAIMS, bytes(CLAIMS_BYTES_MAX))
    )
    before = opened(custody, session_key, known, issuers)
    opened(custody, session_key, long, issuers)

    SealClient(here.socket).seal()

    assert opened(custody, session_key, known, issuers) == before
    for session in (new, long):
        with pytest.raises(KeySealed):
            opened(custody, session_key, session, issuers)
    with pytest.raises(KeySealed):
        custody.issue_session(session_key, account=ACCOUNT, key_id="k1", claims=CLAIMS)


def test_passwords_are_hashed_while_others_go_on_asking(regions: tuple[Region, Region]) -> None:
    """In the threads of who asks: the custodian's one thread answers a reader in its usual time."""
    here, _ = regions
    custody = here.client(hashes_max=4)
    key = custody.make_password_key(account=ACCOUNT, key_id="p1")
    done = threading.Event()

    def hash_on() -> None:
        while not done.is_set():
            custody.seal_password(key, account=ACCOUNT, key_id="p1", user_id="u", password=PASSWORD)

    hashing = [threading.Thread(target=hash_on) for _ in range(4)]
    for thread in hashing:
        thread.start()
    slowest = 0.0
    try:
        for _ in range(50):
            began = time.monotonic()
            custody.random(size=16)
            slowest = max(slowest, time.monotonic() - began)
            time.sleep(0.01)
    finally:
        done.set()
        for thread in hashing:
            thread.join()

    assert slowest < READ_SECONDS_MAX


def test_more_hashes_at_once_than_a_process_makes_are_refused_at_once(regions: tuple[Region, Region]) -> None:
    here, _ = regions
    custody = here.client(hashes_max=1)
    key = custody.make_password_key(account=ACCOUNT, key_id="p1")
    outcomes: list[str] = []
    together = threading.Barrier(6)

    def hash_once() -> None:
        together.wait()
        try:
            custody.seal_password(key, account=ACCOUNT, key_id="p1", user_id="u", password=PASSWORD)
            outcomes.append("hashed")
        except KeyUnavailable as error:
            outcomes.append(str(error))

    threads = [threading.Thread(target=hash_once) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert set(outcomes) == {"hashed", "1 passwords are being hashed already"}
    # And the next one finds room.
    hash_alone = custody.seal_password(key, account=ACCOUNT, key_id="p1", user_id="u", password=PASSWORD)
    assert hash_alone.startswith("p1:")


def test_a_loop_is_never_held_up_by_a_hash(regions: tuple[Region, Region]) -> None:
    """A worker tries each request on its loop's thread first; what would take long there is begun again in another."""
    here, _ = regions
    waits = here.client()
    key = waits.make_password_key(account=ACCOUNT, key_id="p1")
    hashed = waits.seal_password(key, account=ACCOUNT, key_id="p1", user_id="u", password=PASSWORD)
    loop = IdentityClient(here.socket, may_wait=lambda: False)

    with pytest.raises(WouldWait):
        loop.seal_password(key, account=ACCOUNT, key_id="p1", user_id="u", password=PASSWORD)
    began = time.thread_time()
    with pytest.raises(WouldWait):
        loop.check_password(key, account=ACCOUNT, user_id="u", password=PASSWORD, hashed=hashed)
    assert time.thread_time() - began < 0.01


def test_a_session_that_was_open_before_costs_no_question(regions: tuple[Region, Region]) -> None:
    here, _ = regions
    custody = here.client()
    sessions = CustodySessions(custody, region=HERE, issuers={HERE: custody.issuer_key()})
    session_key = custody.make_session_key(account=ACCOUNT, key_id="k1")
    issued = sessions.issue(session_key, account=ACCOUNT, key_id="k1", claims=CLAIMS)

    for _ in range(100):
        held = sessions.open(
            session_key,
            account=ACCOUNT,
            token=issued.token,
            access_key_id=issued.access_key_id,
            day="20261122",
            region=HERE,
            service="kms",
        )

    assert custody.report().uses["open-session"] == 1
    key = SigningKey(derive(issued.secret_access_key, day="20261122", region=HERE, service="kms"))
    assert held.key.sign(b"x") == key.sign(b"x")


def test_carrying_credentials_away_counts_as_opening_them(regions: tuple[Region, Region]) -> None:
    """Whoever carries all of a store's keys to a Region of his own is to be seen."""
    here, there = regions
    sealed = here.client().make_access_key(access_key_id="AKIA1")[1]
    for _ in range(3):
        carried(here, there, sealed, CredentialKind.ACCESS_KEY, "AKIA1")

    assert here.client().report().uses["carry-credential"] == 3
    assert here.client().report().keys == []


def test_nothing_secret_is_left_behind_or_said(regions: tuple[Region, Region]) -> None:
    """Not in what is kept or carried, not in a custodian's log or report, not in a fault."""
    here, there = regions
    custody = here.client()
    secret, sealed = custody.make_access_key(access_key_id="AKIA1")
    session_key = custody.make_session_key(account=ACCOUNT, key_id="k1")
    issued = custody.issue_session(session_key, account=ACCOUNT, key_id="k1", claims=CLAIMS)
    held = opened(custody, session_key, issued, {HERE: custody.issuer_key()})
    password_key = custody.make_password_key(account=ACCOUNT, key_id="p1")
    hashed = custody.seal_password(
        password_key, account=ACCOUNT, key_id="p1", user_id="AIDA1", password=PASSWORD
    )
    message = custody.carry_credential(
        sealed,
        kind=CredentialKind.ACCESS_KEY,
        account=ACCOUNT,
        credential_id="AKIA1",
        recipient=there.public_key,
        info=b"",
    )
    said = []
    for wrong in (session_key[:-1], sealed, password_key):
        with pytest.raises(EnvelopeRefused) as refused:
            opened(custody, wrong, issued, {HERE: custody.issuer_key()})
        said.append(f"{refused.value!r} {refused.value}")
    files = b"".join(path.read_bytes() for path in here.folder.rglob("*") if path.is_file())
    shown = f"{custody!r} {issued!r} {held!r} {custody.report()!r} {said} {hashed}".encode()
    kept = sealed + session_key + password_key + message + issued.token.encode() + files + shown

    for canary in (secret, issued.secret_access_key, PASSWORD, CLAIMS.decode()):
        assert canary.encode() not in kept
    assert issued.token.encode() not in files + shown
    # What is meant to be there is found.
    assert issued.token.encode() in kept
    assert b"Landlock" in files
