"""A Region's root on disk: opened by its key file alone, written whole or not at all."""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from watchword.custody import root
from watchword.custody.core import Keyring
from watchword.custody.root import RootError
from watchword.envelope import transport


@dataclass(frozen=True, slots=True, kw_only=True)
class Files:
    root: Path
    key_file: Path
    public_key: bytes


@pytest.fixture
def files(tmp_path: Path) -> Files:
    (tmp_path / "data").mkdir()
    (tmp_path / "unseal").mkdir()
    path, key_file = tmp_path / "data" / "root.sealed", tmp_path / "unseal" / "us-east-1.key"
    public_key = root.create(path, key_file, region="us-east-1", entropy=os.urandom)
    return Files(root=path, key_file=key_file, public_key=public_key)


def test_a_root_opens_with_its_key_file_and_again(files: Files) -> None:
    one, again = root.unlock(files.root, files.key_file), root.unlock(files.root, files.key_file)

    assert one == again
    assert (one.partition, one.region) == ("aws", "us-east-1")
    assert transport.public_key_of(one.transport_private_key) == files.public_key


def test_what_was_wrapped_before_a_restart_opens_after_it(files: Files) -> None:
    arn = "arn:aws:kms:us-east-1:123456789012:key/k"
    before = Keyring(root.unlock(files.root, files.key_file), entropy=os.urandom)
    material = before.create_material(key_arn=arn)
    blob = before.encrypt(material=material, key_arn=arn, context={}, plaintext=b"x")

    after = Keyring(root.unlock(files.root, files.key_file), entropy=os.urandom)

    assert after.decrypt(material=material, key_arn=arn, context={}, blob=blob) == b"x"


def test_both_files_are_their_owners_alone_and_nothing_else_is_left(files: Files) -> None:
    for path in (files.root, files.key_file):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert list(path.parent.iterdir()) == [path]


def test_the_root_holds_no_key_in_the_clear(files: Files) -> None:
    """A backup of the data folder alone opens nothing."""
    content = files.root.read_bytes()
    master = root.unlock(files.root, files.key_file)
    assert isinstance(master.key, bytes)

    for key in (master.key, master.transport_private_key, files.key_file.read_bytes()):
        assert key not in content


def refusal(files: Files) -> str:
    with pytest.raises(RootError) as refused:
        root.unlock(files.root, files.key_file)
    sentence = str(refused.value)
    assert "\n" not in sentence
    assert not sentence.endswith(".")
    return sentence


def test_every_single_bit_of_a_root_that_is_flipped_is_noticed(files: Files) -> None:
    whole = files.root.read_bytes()
    sentences = set()
    for bit in range(len(whole) * 8):
        changed = bytearray(whole)
        changed[bit // 8] ^= 1 << bit % 8
        files.root.write_bytes(changed)
        sentences.add(refusal(files))

    assert sentences == {
        f"`{files.root}` is not the root of a Region",
        f"root `{files.root}` is damaged: put it back from a backup",
    }


def test_every_truncation_of_a_root_is_noticed(files: Files) -> None:
    whole = files.root.read_bytes()
    for length in range(len(whole)):
        files.root.write_bytes(whole[:length])
        refusal(files)


def test_a_root_that_was_changed_with_its_checksum_is_noticed(files: Files) -> None:
    """Whoever writes to the disk can write a checksum too; then the seals refuse it."""
    whole = bytearray(files.root.read_bytes())
    body = bytes(whole[: -root.CHECKSUM_BYTES]).replace(b"us-east-1", b"us-east-2")
    files.root.write_bytes(body + hashlib.sha256(body).digest())

    assert "does not open the root" in refusal(files)


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o666, 0o610, 0o601])
def test_a_key_file_that_is_open_to_others_is_refused(files: Files, mode: int) -> None:
    files.key_file.chmod(mode)

    assert refusal(files) == (
        f"key file `{files.key_file}` is open to others than its owner (mode {mode:04o}): "
        f"run `chmod 600 {files.key_file}`"
    )


def write_key(content: bytes) -> Callable[[Files], object]:
    return lambda files: files.key_file.write_bytes(content)


def replace_with_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


def replace_with_fifo(path: Path) -> None:
    path.unlink()
    os.mkfifo(path, 0o600)


def newer(files: Files) -> None:
    body = bytearray(files.root.read_bytes()[: -root.CHECKSUM_BYTES])
    body[len(root.MAGIC)] = max(root.PURPOSES) + 1
    files.root.write_bytes(body + hashlib.sha256(body).digest())


TROUBLE: dict[str, tuple[Callable[[Files], object], str]] = {
    "another key": (
        write_key(bytes(32)),
        "key file `{key}` does not open the root `{root}`: use the key file that was made with it",
    ),
    "a short key": (write_key(bytes(31)), "key file `{key}` is damaged: it has not 32 bytes"),
    "an empty key": (write_key(b""), "key file `{key}` is damaged: it has not 32 bytes"),
    "a long key": (write_key(bytes(33)), "key file `{key}` is damaged: it is longer than 32 bytes"),
    "no key file": (
        lambda files: files.key_file.unlink(),
        "key file `{key}` cannot be read: no such file or directory",
    ),
    "a folder for a key": (
        lambda files: replace_with_folder(files.key_file),
        "key file `{key}` is not a file",
    ),
    "a FIFO for a key": (lambda files: replace_with_fifo(files.key_file), "key file `{key}` is not a file"),
    "no root": (
        lambda files: files.root.unlink(),
        "root `{root}` cannot be read: no such file or directory",
    ),
    "an empty root": (lambda files: files.root.write_bytes(b""), "`{root}` is not the root of a Region"),
    "a long root": (
        lambda files: files.root.write_bytes(files.root.read_bytes() + bytes(4_096)),
        "root `{root}` is damaged: it is longer than 4096 bytes",
    ),
    "a newer root": (newer, "root `{root}` was written by a newer release: start that release"),
}


@pytest.mark.parametrize(("damage", "sentence"), TROUBLE.values(), ids=TROUBLE)
def test_each_trouble_has_one_sentence(
    files: Files, damage: Callable[[Files], object], sentence: str
) -> None:
    damage(files)

    assert refusal(files) == sentence.format(root=files.root, key=files.key_file)


def test_a_file_that_is_not_ours_to_read_has_one_sentence(files: Files) -> None:
    """File modes do not bind root: as root, it is tried as the user `nobody`."""
    files.root.chmod(0o000)
    user = os.geteuid()
    os.seteuid(user or 65_534)
    try:
        sentence = refusal(files)
    finally:
        os.seteuid(user)

    assert sentence == f"root `{files.root}` cannot be read: permission denied"


@pytest.mark.parametrize("held", ["root", "key_file"])
def test_nothing_is_ever_overwritten(files: Files, held: str) -> None:
    """Whoever loses a key file loses the Region's secrets."""
    removed = files.key_file if held == "root" else files.root
    removed.unlink()
    kept: Path = getattr(files, held)
    before = kept.read_bytes()

    with pytest.raises(RootError) as refused:
        root.create(files.root, files.key_file, region="us-east-1", entropy=os.urandom)

    assert str(refused.value) == f"`{kept}` exists already and is not overwritten"
    assert kept.read_bytes() == before
    assert not removed.exists()


@pytest.mark.parametrize("missing", ["data", "unseal"])
def test_a_root_that_cannot_be_written_leaves_nothing_behind(tmp_path: Path, missing: str) -> None:
    for folder in {"data", "unseal"} - {missing}:
        (tmp_path / folder).mkdir()

    with pytest.raises(RootError) as refused:
        root.create(
            tmp_path / "data" / "root.sealed",
            tmp_path / "unseal" / "r.key",
            region="us-east-1",
            entropy=os.urandom,
        )

    assert str(refused.value).endswith("cannot be written: no such file or directory")
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_what_a_crash_left_beside_a_root_is_no_hindrance(tmp_path: Path) -> None:
    for name in (".root.sealed.new", ".r.key.new"):
        (tmp_path / name).write_bytes(b"half")

    root.create(tmp_path / "root.sealed", tmp_path / "r.key", region="us-east-1", entropy=os.urandom)

    root.unlock(tmp_path / "root.sealed", tmp_path / "r.key")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["r.key", "root.sealed"]


def test_a_root_holds_a_region_of_any_partition(tmp_path: Path) -> None:
    root.create(
        tmp_path / "root", tmp_path / "key", region="cn-north-1", partition="aws-cn", entropy=os.urandom
    )

    held = root.unlock(tmp_path / "root", tmp_path / "key")

    assert (held.partition, held.region) == ("aws-cn", "cn-north-1")
