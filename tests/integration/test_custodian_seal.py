"""What opens a root, and how that is changed: by files, passphrases and people, with the disk of a machine that may die."""

from __future__ import annotations

import hashlib
import os
import random
import signal
import stat
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import pytest

from watchword.custody import lock as locks
from watchword.custody import root, shamir
from watchword.custody.core import Keyring
from watchword.custody.lock import KeyFile, LockKind, Passphrase, passphrase_file
from watchword.custody.master import Master
from watchword.custody.root import RootError
from watchword.custody.seal import Seal
from watchword.envelope import suite, transport, wrap
from watchword.envelope.fields import joined
from watchword.envelope.refused import EnvelopeRefused

KEY_ARN = "arn:aws:kms:us-east-1:123456789012:key/11111111-1111-4111-8111-111111111111"
ACCESS_KEY_ID = "AKIAIOSFODNN7EXAMPLE"
PASSPHRASE = b"a passphrase that is long"


def keyring_of(master: Master) -> Keyring:
    return Keyring(master, entropy=os.urandom)


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A Region's root, what opens it, and what was wrapped under its first master."""

    folder: Path
    material: bytes
    sealed: bytes

    @property
    def root(self) -> Path:
        return self.folder / "root.sealed"

    @property
    def key_file(self) -> KeyFile:
        return KeyFile(path=self.folder / "unseal" / "us-east-1.key")

    @property
    def proof(self) -> list[bytes]:
        return [self.key_file.key(root.read(self.root).lock)]

    def seal(self) -> Seal:
        return Seal(self.root, entropy=os.urandom, keyring_of=keyring_of)

    def opened(self) -> Seal:
        seal = self.seal()
        seal.open_with({LockKind.KEY_FILE: self.key_file})
        return seal

    def require_usable(self, seal: Seal) -> None:
        """What the store holds opens, whichever master it is under."""
        keyring = seal.keyring
        assert keyring is not None
        blob = keyring.encrypt(material=self.material, key_arn=KEY_ARN, context={}, plaintext=b"x")
        assert keyring.decrypt(material=self.material, key_arn=KEY_ARN, context={}, blob=blob) == b"x"
        keyring.rewrap_access_key(sealed=self.sealed, access_key_id=ACCESS_KEY_ID)


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return made(tmp_path)


def made(folder: Path) -> Place:
    (folder / "unseal").mkdir(parents=True)
    path, key_file = folder / "root.sealed", folder / "unseal" / "us-east-1.key"
    root.create(path, key_file, region="us-east-1", entropy=os.urandom)
    keyring = keyring_of(root.unlock(path, key_file))
    return Place(
        folder=folder,
        material=keyring.create_material(key_arn=KEY_ARN),
        sealed=keyring.seal_access_key(access_key_id=ACCESS_KEY_ID, secret_access_key="never a real one"),
    )


def split_into(seal: Seal, proof: Sequence[bytes], *, threshold: int = 3, shares: int = 5) -> tuple[str, ...]:
    handed_out = seal.hand_out_shares(proof, threshold=threshold, shares=shares)
    seal.lock_with_shares(proof, returned=handed_out[:threshold])
    return handed_out


def refusal(act: Callable[[], object]) -> str:
    with pytest.raises(RootError) as refused:
        act()
    sentence = str(refused.value)
    assert "\n" not in sentence
    assert not sentence.endswith(".")
    return sentence


# Locks


def test_a_root_that_a_passphrase_opens_opens_with_it_and_with_nothing_else(place: Place) -> None:
    known, wrong = Passphrase(read=lambda: PASSPHRASE), Passphrase(read=lambda: PASSPHRASE + b"!")
    lock, key = known.new(held=root.read(place.root).lock, entropy=os.urandom)
    before = place.proof

    place.opened().relock(before, lock=lock, key=key)

    seal = place.seal()
    seal.open_with({LockKind.KEY_FILE: place.key_file})
    assert seal.keyring is None
    assert "does not open" in refusal(lambda: place.seal().open_with({LockKind.PASSPHRASE: wrong}))
    assert "does not open" in refusal(lambda: place.seal().unseal(before[0]))
    seal.open_with({LockKind.PASSPHRASE: known})
    place.require_usable(seal)


def test_a_passphrase_file_may_end_with_a_line_end_and_is_its_owners_alone(place: Place) -> None:
    path = place.folder / "passphrase"
    path.write_bytes(PASSPHRASE + b"\n")
    path.chmod(0o640)
    assert "open to others" in refusal(passphrase_file(path).read)
    # What systemd hands over may show the group's right to read, for an access control list.
    assert passphrase_file(path, is_credential=True).read() == PASSPHRASE
    path.chmod(0o604)
    assert "open to others" in refusal(passphrase_file(path, is_credential=True).read)
    path.chmod(0o600)

    assert passphrase_file(path).read() == PASSPHRASE


def test_three_of_five_people_open_what_two_do_not(place: Place) -> None:
    shares = split_into(place.opened(), place.proof)

    seal = place.seal()
    seal.open_with({LockKind.KEY_FILE: place.key_file})
    for given, text in enumerate((shares[4], shares[0]), start=1):
        seal.unseal_by_share(text)
        assert (seal.keyring, seal.standing().given) == (None, given)
    # The same person again is no third one.
    seal.unseal_by_share(shares[0])
    assert seal.keyring is None
    seal.unseal_by_share(shares[2])

    place.require_usable(seal)
    standing = seal.standing()
    assert (standing.sealed, standing.threshold, standing.shares, standing.given) == (False, 3, 5, 0)


def test_a_share_of_another_split_is_refused_and_spoils_nothing(place: Place, tmp_path: Path) -> None:
    old = split_into(place.opened(), place.proof)
    seal = place.seal()
    new = split_into(seal, [share.encode() for share in old[:3]])

    seal.unseal_by_share(new[0])
    assert "another split" in refusal(lambda: seal.unseal_by_share(old[1]))
    assert "copied wrongly" in refusal(lambda: seal.unseal_by_share(new[1][:-1] + "1"))
    seal.unseal_by_share(new[1])
    seal.unseal_by_share(new[2])

    place.require_usable(seal)


def test_a_share_that_lies_is_found_out_and_all_are_asked_for_again(place: Place) -> None:
    shares = split_into(place.opened(), place.proof)
    true = shamir.parse(shares[2])
    lying = shamir.Share(
        split_id=true.split_id, threshold=true.threshold, shares=true.shares, x=true.x, values=bytes(32)
    ).text()
    seal = place.seal()
    for text in shares[:2]:
        seal.unseal_by_share(text)

    assert "one of them is wrong" in refusal(lambda: seal.unseal_by_share(lying))

    assert (seal.keyring, seal.standing().given) == (None, 0)
    for text in shares[:3]:
        seal.unseal_by_share(text)
    place.require_usable(seal)


def test_a_root_is_never_locked_with_shares_that_did_not_come_back(place: Place) -> None:
    seal, before = place.opened(), place.root.read_bytes()
    handed_out = seal.hand_out_shares(place.proof, threshold=2, shares=3)
    others = seal.hand_out_shares(place.proof, threshold=2, shares=3)

    said = [
        refusal(partial(seal.lock_with_shares, place.proof, returned=returned))
        for returned in ((), others[:1], handed_out[:2], ("nonsense",))
    ]

    assert len(said) == 4
    assert place.root.read_bytes() == before
    seal.lock_with_shares(place.proof, returned=others[1:])
    assert root.read(place.root).lock.kind is LockKind.SHARES


def test_no_change_of_a_root_without_a_proof_even_while_it_is_open(place: Place) -> None:
    """Whoever runs as the custodian's user may ask it anything; the master does not leave with a new lock."""
    seal, before = place.opened(), place.root.read_bytes()
    key = os.urandom(32)
    lock = locks.key_file_lock(key)

    for proof in ([], [os.urandom(32)], [b""], [os.urandom(32)] * 2):
        refusal(partial(seal.relock, proof, lock=lock, key=key))
        refusal(partial(seal.hand_out_shares, proof, threshold=2, shares=2))
        refusal(partial(seal.lock_with_shares, proof, returned=()))
        refusal(partial(seal.renew_master, proof))

    assert place.root.read_bytes() == before


def test_a_root_of_the_first_format_opens_and_becomes_one_of_the_present_format(tmp_path: Path) -> None:
    place = made(tmp_path)
    master = root.unlock(place.root, place.key_file.path)
    key = place.key_file.path.read_bytes()
    write_first_format(place.root, master, key)
    assert root.read(place.root).version == root.VERSION_WITHOUT_LOCK

    place.require_usable(place.opened())
    place.opened().renew_master(place.proof)

    assert root.read(place.root).version == root.VERSION
    place.require_usable(place.opened())


def write_first_format(path: Path, master: Master, key: bytes) -> None:
    """As it was written before there were locks: version 1, master and transport key sealed one in the other."""
    assert isinstance(master.key, bytes)
    public = (b"aws", b"us-east-1", transport.public_key_of(master.transport_private_key))
    sealed = suite.seal(
        key,
        master.key,
        purpose=b"watchword/root/1",
        prefix=suite.PREFIX,
        bound=joined(*public),
        entropy=os.urandom,
    )
    owner = wrap.Owner(kind=wrap.Kind.TRANSPORT_KEY, name="us-east-1", region="us-east-1", account="")
    wrapped = wrap.wrap(master.key, master.transport_private_key, owner=owner, entropy=os.urandom)
    body = b"WWROOT\x01" + joined(*public, sealed, wrapped)
    path.write_bytes(body + hashlib.sha256(body).digest())


def test_a_lock_that_is_exchanged_in_the_file_is_noticed(place: Place) -> None:
    """It is bound into the seal: an attacker can't make a passphrase cheap or a threshold low."""
    known = Passphrase(read=lambda: PASSPHRASE)
    lock, key = known.new(held=root.read(place.root).lock, entropy=os.urandom)
    master = root.unlock(place.root, place.key_file.path)
    root.replace(place.root, master, lock=lock, key=key, entropy=os.urandom)
    held = root.read(place.root)

    other = locks.Lock(kind=LockKind.PASSPHRASE, parameters=lock.parameters[:16] + bytes(12))
    with pytest.raises(RootError):
        replace(held, lock=other).opened(key)
    held.opened(key)


# Another master


def test_under_a_new_master_the_old_rows_open_until_it_is_retired(place: Place) -> None:
    seal = place.opened()
    assert seal.keyring is not None
    token_key = seal.keyring.token_key()

    seal.renew_master(place.proof)

    place.require_usable(seal)
    place.require_usable(place.opened())
    assert place.opened().standing().rewrapping
    material = seal.keyring.rewrap_material(material=place.material, key_arn=KEY_ARN)
    assert material != place.material
    assert seal.keyring.rewrap_material(material=material, key_arn=KEY_ARN) == material
    assert "still being re-wrapped" in refusal(lambda: seal.renew_master(place.proof))
    seal.retire_master()
    for open_now in (seal, place.opened()):
        keyring = open_now.keyring
        assert keyring is not None
        assert not open_now.standing().rewrapping
        assert keyring.token_key() == token_key
        keyring.encrypt(material=material, key_arn=KEY_ARN, context={}, plaintext=b"x")
        with pytest.raises(EnvelopeRefused):
            keyring.encrypt(material=place.material, key_arn=KEY_ARN, context={}, plaintext=b"x")


def test_a_lock_that_changes_meanwhile_keeps_both_masters(place: Place) -> None:
    seal = place.opened()
    seal.renew_master(place.proof)
    shares = split_into(seal, place.proof, threshold=2, shares=2)

    again = place.seal()
    for text in shares:
        again.unseal_by_share(text)

    assert again.standing().rewrapping
    place.require_usable(again)
    # The one that was open all the time writes the root under its new lock too.
    seal.retire_master()
    last = place.seal()
    for text in shares:
        last.unseal_by_share(text)
    assert not last.standing().rewrapping


def test_a_sealed_region_gets_no_new_master(place: Place) -> None:
    seal = place.opened()
    seal.seal()

    assert "unseal it first" in refusal(lambda: seal.renew_master(place.proof))


# A machine that dies


def killed_at(event: int) -> None:
    """Have this process killed as by kill -9 at its `event`-th change of the file system."""
    left = [event]

    def count(name: str, arguments: tuple[object, ...]) -> None:
        changes = name in ("os.rename", "os.remove", "os.truncate")
        # For `open` the flags say whether it may make or change a file.
        if name == "open" and isinstance(arguments[2], int):
            changes = bool(arguments[2] & (os.O_WRONLY | os.O_RDWR | os.O_DIRECTORY))
        if changes:
            left[0] -= 1
            if left[0] == 0:
                os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(count)


def dies(act: Callable[[], None], *, event: int) -> bool:
    pid = os.fork()
    if pid == 0:
        status = 1
        try:
            killed_at(event)
            act()
            status = 0
        finally:
            os._exit(status)
    code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    assert code in (0, -signal.SIGKILL)
    return code != 0


def another_key_file(place: Place) -> None:
    seal = place.opened()
    lock, key = place.key_file.new(held=root.read(place.root).lock, entropy=os.urandom)
    seal.relock(place.proof, lock=lock, key=key)
    place.key_file.settle(lock)


def overwriting(place: Place) -> None:
    """The planted bug: the new key takes the old one's place before the root is locked with it."""
    seal, proof = place.opened(), place.proof
    key = os.urandom(32)
    place.key_file.path.write_bytes(key)
    seal.relock(proof, lock=locks.key_file_lock(key), key=key)


def another_master(place: Place) -> None:
    seal = place.opened()
    if not seal.standing().rewrapping:
        seal.renew_master(place.proof)
    assert seal.keyring is not None
    seal.keyring.rewrap_material(material=place.material, key_arn=KEY_ARN)


def crash_everywhere(folder: Path, act: Callable[[Place], None]) -> tuple[int, int]:
    """Die at every change there is, each time in a place of its own; return how often, and how many roots were lost."""
    lost = 0
    for event in range(1, 100):
        place = made(folder / str(event))
        if not dies(partial(act, place), event=event):
            return event - 1, lost
        try:
            place.require_usable(place.opened())
            # Begun again, it comes to its end.
            act(place)
            place.require_usable(place.opened())
        except RootError:
            lost += 1
    raise AssertionError("it never came to an end")


@pytest.mark.parametrize("act", [another_key_file, another_master])
def test_a_kill_at_any_change_leaves_a_root_that_opens(tmp_path: Path, act: Callable[[Place], None]) -> None:
    deaths, lost = crash_everywhere(tmp_path, act)

    assert deaths >= 3
    assert lost == 0


def test_the_harness_catches_a_key_that_is_overwritten_first(tmp_path: Path) -> None:
    _, lost = crash_everywhere(tmp_path, overwriting)

    assert lost > 0


def test_after_any_number_of_changes_one_file_opens_the_root_and_it_is_its_owners_alone(place: Place) -> None:
    order = random.Random(1)
    for _ in range(6):
        order.choice((another_key_file, another_master))(place)

    assert sorted(path.name for path in (place.folder / "unseal").iterdir()) == ["us-east-1.key"]
    assert stat.S_IMODE(place.key_file.path.stat().st_mode) == 0o600
    place.require_usable(place.opened())
