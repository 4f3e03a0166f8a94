"""The custodian's protocol against whoever does not keep to it: raw bytes, seeded, on a real custodian.

After each flood the same process answers as before, and nothing that was answered meanwhile holds any of its keys.
"""

from __future__ import annotations

import os
import random
import select
import socket
import struct
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import pytest

from watchword.custody import protocol, root
from watchword.custody.client import CustodyClient
from watchword.custody.protocol import Op, Outcome
from watchword.envelope.fields import joined

FRAMES = 10_000
SEED = 20_261_122
ANSWER_SECONDS_MAX = 5.0
KEY_ARN = b"arn:aws:kms:us-east-1:123456789012:key/11111111-1111-4111-8111-111111111111"
GIVES_A_KEY_BY_DESIGN = (Op.TOKEN_KEY,)
"""Without a field it is no nonsense but a question, whose answer is the key for sealed tokens."""
FIELDS: dict[int, int] = {
    Op.PING: 0,
    Op.CREATE_MATERIAL: 1,
    Op.GENERATE_DATA_KEY: 4,
    Op.ENCRYPT: 4,
    Op.DECRYPT: 4,
    Op.SEAL_FOR_REGION: 8,
    Op.OPEN_FROM_REGION: 6,
    Op.SEAL_ACCESS_KEY: 2,
    Op.SIGNING_KEY: 5,
    Op.CREATE_VERSION: 2,
    Op.GENERATE_SEALED_DATA_KEY: 4,
    Op.RE_ENCRYPT: 7,
    Op.RANDOM: 1,
    Op.CREATE_MAC_MATERIAL: 2,
    Op.GENERATE_MAC: 4,
    Op.VERIFY_MAC: 5,
    Op.IMPORT_PARAMETERS: 4,
    Op.IMPORT_MATERIAL: 8,
    Op.REPORT: 0,
}
"""How many each has, so that much of the nonsense gets as far as what it says."""
CLOSES_THE_REGION = (Op.SEAL,)
"""Without a field that is what an operator asks for, and everything after it is refused."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """A custodian, and what nobody may ever read in its answers."""

    process: subprocess.Popen[bytes]
    path: Path
    secrets: tuple[bytes, ...]
    material: bytes
    blob: bytes

    def connected(self) -> socket.socket:
        connection = socket.socket(socket.AF_UNIX)
        connection.settimeout(ANSWER_SECONDS_MAX)
        connection.connect(str(self.path))
        return connection

    def is_sound(self) -> bool:
        """Whether the very process still answers, and rightly."""
        client = CustodyClient(self.path, deadline_ms=5_000)
        opened = client.decrypt(material=self.material, key_arn=KEY_ARN.decode(), context={}, blob=self.blob)
        return self.process.poll() is None and opened == b"a plaintext of a canary"


@pytest.fixture(scope="module")
def held(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Held]:
    folder = tmp_path_factory.mktemp("custodian")
    root.create(folder / "root", folder / "key", region="us-east-1", entropy=os.urandom)
    beat, beats = os.pipe()
    process = subprocess.Popen(
        [
            *(sys.executable, "-m", "watchword.custody", "--socket", str(folder / "socket")),
            *("--root", str(folder / "root"), "--key-file", str(folder / "key"), "--beat-fd", str(beats)),
            *("--questions-per-second", "1000000"),
        ],
        pass_fds=(beats,),
        stderr=subprocess.DEVNULL,
    )
    try:
        os.close(beats)
        assert select.select([beat], [], [], 10)[0]
        assert os.read(beat, 1) == b"R"
        client = CustodyClient(folder / "socket")
        material = client.create_material(key_arn=KEY_ARN.decode())
        plaintext = b"a plaintext of a canary"
        blob = client.encrypt(material=material, key_arn=KEY_ARN.decode(), context={}, plaintext=plaintext)
        master = root.unlock(folder / "root", folder / "key")
        assert isinstance(master.key, bytes)
        yield Held(
            process=process,
            path=folder / "socket",
            secrets=(
                master.key,
                master.transport_private_key,
                client.token_key(),
                (folder / "key").read_bytes(),
                plaintext,
            ),
            material=material,
            blob=blob,
        )
    finally:
        process.kill()
        process.wait()
        os.close(beat)


def answers_to(connection: socket.socket, sent: bytes) -> bytes:
    """Send, say that no more comes, and take everything that is said until the other end closes."""
    taken = b""
    with suppress(ConnectionError, BrokenPipeError):
        connection.sendall(sent)
        connection.shutdown(socket.SHUT_WR)
        while piece := connection.recv(65_536):
            taken += piece
    return taken


def outcomes_in(said: bytes | bytearray) -> Iterator[int]:
    while said:
        length = protocol.frame_bytes(said)
        assert length is not None
        yield protocol.outcome(bytes(said[:length]))
        said = said[length:]


def nonsense(draw: random.Random, held: Held) -> bytes:
    """One frame that is wrong somewhere, as a rule in a way that gets far."""
    op = draw.choice([*map(int, Op), draw.randrange(256)])
    known = (
        held.material,
        held.blob,
        KEY_ARN,
        KEY_ARN,
        b"",
        b"",
        struct.pack(">I", draw.randrange(64)),
        draw.randbytes(40),
    )
    count = FIELDS.get(op, 1) if draw.random() < 0.7 else draw.randrange(9)
    parts = [draw.choice(known) for _ in range(count)]
    bare = op in (*GIVES_A_KEY_BY_DESIGN, *CLOSES_THE_REGION)
    fields = joined(*parts or [b""]) if bare else joined(*parts)
    # A length of 2 would make a question of them.
    match 5 if bare else draw.randrange(12):
        case 0:  # bytes
            return draw.randbytes(draw.randrange(1, 200))
        case 1:  # a length that is not its own
            length = draw.choice([0, 1, 2, len(fields), 2**31, 2**32 - 1, protocol.FRAME_BYTES_MAX + 1])
            return struct.pack(">IBB", length, protocol.VERSION, op) + fields
        case 2:  # another version
            return struct.pack(">IBB", 2 + len(fields), draw.choice([0, 2, 255]), op) + fields
        case 3:  # cut short
            whole = struct.pack(">IBB", 2 + len(fields), protocol.VERSION, op) + fields
            return whole[: draw.randrange(len(whole))]
        case 4:  # fields that lie about their length
            lying = struct.pack(">I", draw.choice([2**32 - 1, 2**31, len(fields) + 1])) + fields
            return struct.pack(">IBB", 2 + len(lying), protocol.VERSION, op) + lying
        case _:  # in form, and of another operation
            return struct.pack(">IBB", 2 + len(fields), protocol.VERSION, op) + fields


def test_ten_thousand_frames_of_nonsense_neither_end_it_nor_make_it_talk(held: Held) -> None:
    draw = random.Random(SEED)
    said = bytearray()
    for _ in range(FRAMES):
        with held.connected() as connection:
            said += answers_to(connection, nonsense(draw, held))

    assert held.is_sound()
    # It was reached: many frames were answered, with a refusal or with nothing of value.
    outcomes = Counter(outcomes_in(said))
    assert outcomes[Outcome.REFUSED] > 100
    assert outcomes[Outcome.DONE] > 50
    assert not any(secret in said for secret in held.secrets)


def test_nonsense_behind_good_questions_gets_those_answered_and_no_more(held: Held) -> None:
    draw = random.Random(SEED + 1)
    ping = protocol.frame(Op.PING, ())
    for _ in range(200):
        bad = struct.pack(">I", draw.choice([0, 1, protocol.FRAME_BYTES_MAX + 1, 2**32 - 1]))
        with held.connected() as connection:
            said = answers_to(connection, ping * 3 + bad + ping * 3)

        assert said == protocol.frame(Outcome.DONE, ()) * 3
    assert held.is_sound()


BOUNDS: dict[str, tuple[bytes, bool]] = {
    "the longest frame that may be is waited for": (struct.pack(">I", protocol.FRAME_BYTES_MAX), True),
    "one byte more is not": (struct.pack(">I", protocol.FRAME_BYTES_MAX + 1), False),
    "the shortest frame is waited for": (struct.pack(">I", 2), True),
    "one byte less is not": (struct.pack(">I", 1), False),
    "no frame at all is not": (struct.pack(">I", 0), False),
    "half a length is waited for": (b"\0\0", True),
}


@pytest.mark.parametrize(("sent", "waits"), BOUNDS.values(), ids=BOUNDS)
def test_a_length_is_judged_before_its_frame_is_waited_for(held: Held, sent: bytes, waits: bool) -> None:
    with held.connected() as connection:
        connection.sendall(sent)
        readable = bool(select.select([connection], [], [], 0.1 if waits else ANSWER_SECONDS_MAX)[0])

        assert readable is not waits
        if not waits:
            assert connection.recv(1) == b""
    assert held.is_sound()


@pytest.mark.parametrize("count", [protocol.PARTS_MAX, protocol.PARTS_MAX + 1])
def test_more_fields_than_there_may_be_close_the_connection(held: Held, count: int) -> None:
    """So do fewer that are none of the operation's; neither is answered."""
    with held.connected() as connection:
        assert answers_to(connection, protocol.frame(Op.PING, (b"",) * count)) == b""
    assert held.is_sound()


@pytest.mark.parametrize("version", [version for version in range(256) if version != protocol.VERSION][::17])
def test_another_version_is_closed_without_an_answer(held: Held, version: int) -> None:
    with held.connected() as connection:
        assert answers_to(connection, struct.pack(">IBB", 2, version, Op.TOKEN_KEY)) == b""
    assert held.is_sound()


def test_a_plaintext_longer_than_kms_allows_is_refused_by_the_custodian_itself(held: Held) -> None:
    """What asks is a worker that may be taken over: its own checks count for nothing."""
    long = protocol.frame(Op.ENCRYPT, (held.material, KEY_ARN, b"", bytes(4_097)))
    with held.connected() as connection:
        said = answers_to(connection, long)

    assert protocol.outcome(said) == Outcome.REFUSED
    assert held.is_sound()


def test_the_search_for_keys_would_find_one(held: Held) -> None:
    with held.connected() as connection:
        said = answers_to(connection, protocol.frame(Op.TOKEN_KEY, ()))

    assert any(secret in said for secret in held.secrets)
