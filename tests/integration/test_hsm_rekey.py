"""Rekeys to an HSM and away from it, on a machine that dies at any moment: a root and its rows always open.

The same deaths as in `test_custodian_seal.py`, with what a real SoftHSM holds.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pytest
from tests.integration import hsm as hsms
from tests.integration.deployment import scratch
from tests.integration.hsm import KEY
from tests.integration.test_custodian_seal import ACCESS_KEY_ID, KEY_ARN, dies

from watchword.custody import root
from watchword.custody.core import Keyring
from watchword.custody.hsm import HsmOpener
from watchword.custody.hsm_apart import HsmApart
from watchword.custody.lock import KeyFile, LockKind
from watchword.custody.root import RootError
from watchword.custody.seal import Seal
from watchword.envelope.refused import EnvelopeRefused

pytestmark = pytest.mark.skipif(
    not hsms.is_installed(), reason=f"{hsms.NEEDED} are not installed, which `make test` does"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A Region's root, what may open it, and what was wrapped under its first master."""

    folder: Path
    hsm: HsmApart
    material: bytes
    sealed: bytes

    @property
    def root(self) -> Path:
        return self.folder / "root.sealed"

    @property
    def key_file(self) -> KeyFile:
        return KeyFile(path=self.folder / "us-east-1.key")

    @property
    def opener(self) -> HsmOpener:
        return HsmOpener(hsm=self.hsm, key_label=KEY)

    @property
    def proof(self) -> list[bytes]:
        lock = root.read(self.root).lock
        return [self.opener.key(lock) if lock.kind is LockKind.HSM else self.key_file.key(lock)]

    def opened(self) -> Seal:
        seal = Seal(
            self.root,
            entropy=os.urandom,
            keyring_of=lambda master: Keyring(master, entropy=os.urandom, hsm=self.hsm),
        )
        seal.open_with({LockKind.KEY_FILE: self.key_file, LockKind.HSM: self.opener})
        return seal

    def require_usable(self) -> None:
        keyring = self.opened().keyring
        assert keyring is not None
        blob = keyring.encrypt(material=self.material, key_arn=KEY_ARN, context={}, plaintext=b"x")
        assert keyring.decrypt(material=self.material, key_arn=KEY_ARN, context={}, blob=blob) == b"x"
        keyring.rewrap_access_key(sealed=self.sealed, access_key_id=ACCESS_KEY_ID)


@pytest.fixture(scope="module")
def hsm() -> Iterator[HsmApart]:
    with scratch() as folder:
        held = hsms.made(folder)
        os.environ.update(held.environment)
        try:
            apart = HsmApart(token=held.token())
            assert apart.prepare(key_label=KEY)
            yield apart
        finally:
            for name in held.environment:
                del os.environ[name]


def made(folder: Path, hsm: HsmApart, *, in_hsm: bool) -> Place:
    """Make a Region; with its first master in a file, or, as its second, in the HSM."""
    folder.mkdir()
    path, key_file = folder / "root.sealed", folder / "us-east-1.key"
    root.create(path, key_file, region="us-east-1", entropy=os.urandom)
    place = Place(folder=folder, hsm=hsm, material=b"", sealed=b"")
    seal = place.opened()
    if in_hsm:
        seal.renew_master(place.proof, in_hsm=KEY)
        seal.retire_master()
    assert seal.keyring is not None
    return Place(
        folder=folder,
        hsm=hsm,
        material=seal.keyring.create_material(key_arn=KEY_ARN),
        sealed=seal.keyring.seal_access_key(
            access_key_id=ACCESS_KEY_ID, secret_access_key="never a real one"
        ),
    )


def lock_with_the_hsm(place: Place) -> None:
    seal, proof = place.opened(), place.proof
    lock, key = place.opener.new(held=root.read(place.root).lock, entropy=os.urandom)
    seal.relock(proof, lock=lock, key=key)


def lock_with_a_file(place: Place) -> None:
    lock_with_the_hsm(place)
    seal, proof = place.opened(), place.proof
    lock, key = place.key_file.new(held=root.read(place.root).lock, entropy=os.urandom)
    seal.relock(proof, lock=lock, key=key)
    place.key_file.settle(lock)


def renew(place: Place, *, in_hsm: str | None) -> None:
    seal = place.opened()
    if not seal.standing().rewrapping:
        seal.renew_master(place.proof, in_hsm=in_hsm)
    assert seal.keyring is not None
    seal.keyring.rewrap_material(material=place.material, key_arn=KEY_ARN)


def retire_too_early(place: Place) -> None:
    """The planted bug: the old master goes while a row is still wrapped under it."""
    renew(place, in_hsm=KEY)
    place.opened().retire_master()


def lost_by_deaths(
    folder: Path, hsm: HsmApart, act: Callable[[Place], None], *, in_hsm: bool
) -> tuple[int, int]:
    """Die at every change there is, each time in a place of its own; return how often, and how many roots were lost."""
    lost = 0
    for event in range(1, 50):
        place = made(folder / str(event), hsm, in_hsm=in_hsm)
        died = dies(partial(act, place), event=event)
        try:
            place.require_usable()
            if not died:
                return event - 1, lost
            # Begun again, it comes to its end.
            act(place)
            place.require_usable()
        except (RootError, EnvelopeRefused):
            lost += 1
            if not died:
                return event - 1, lost
    raise AssertionError("it never came to an end")


ACTS: dict[str, tuple[Callable[[Place], None], bool]] = {
    "another lock: the HSM's": (lock_with_the_hsm, False),
    "another lock: a key file instead of the HSM's": (lock_with_a_file, True),
    "another master: into the HSM": (partial(renew, in_hsm=KEY), False),
    "another master: out of the HSM": (partial(renew, in_hsm=None), True),
    "another master: in the HSM as before": (partial(renew, in_hsm=KEY), True),
}


@pytest.mark.parametrize(("act", "in_hsm"), ACTS.values(), ids=ACTS)
def test_a_kill_at_any_change_leaves_a_root_that_opens(
    tmp_path: Path, hsm: HsmApart, act: Callable[[Place], None], in_hsm: bool
) -> None:
    deaths, lost = lost_by_deaths(tmp_path, hsm, act, in_hsm=in_hsm)

    assert deaths >= 3
    assert lost == 0


def test_the_harness_catches_a_master_that_goes_too_early(tmp_path: Path, hsm: HsmApart) -> None:
    _, lost = lost_by_deaths(tmp_path, hsm, retire_too_early, in_hsm=False)

    assert lost > 0


def test_when_the_old_master_is_gone_the_hsms_rows_open_with_nothing_else(
    tmp_path: Path, hsm: HsmApart
) -> None:
    place = made(tmp_path / "place", hsm, in_hsm=False)
    seal = place.opened()
    seal.renew_master(place.proof, in_hsm=KEY)
    assert seal.keyring is not None
    material = seal.keyring.rewrap_material(material=place.material, key_arn=KEY_ARN)
    token_key = seal.keyring.token_key()
    seal.retire_master()

    again = place.opened()

    assert again.standing().in_hsm
    assert not again.standing().rewrapping
    assert again.keyring is not None
    assert again.keyring.token_key() == token_key
    again.keyring.encrypt(material=material, key_arn=KEY_ARN, context={}, plaintext=b"x")
    with pytest.raises(EnvelopeRefused):
        again.keyring.encrypt(material=place.material, key_arn=KEY_ARN, context={}, plaintext=b"x")


def test_a_release_that_knows_no_hsm_refuses_such_a_root(tmp_path: Path, hsm: HsmApart) -> None:
    """By its version, before anything of it is taken for a key."""
    place = made(tmp_path / "place", hsm, in_hsm=True)

    assert root.read(place.root).version == root.VERSION_IN_HSM
    assert root.VERSION_IN_HSM > root.VERSION
    renew(place, in_hsm=None)
    place.opened().retire_master()
    assert root.read(place.root).version == root.VERSION
