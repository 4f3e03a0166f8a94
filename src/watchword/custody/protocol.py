"""What travels on the custodian's socket: one frame a question, one frame an answer.

    question   length 4 | version 1 | operation 1 | fields, length-prefixed
    answer     length 4 | version 1 | outcome 1   | fields, length-prefixed

The length counts what follows it. Questions may follow one another on a connection before the first is
answered: each is judged and counted for itself, and they are answered in their order. Both ends are of one
release as a rule; during an upgrade they may not be, and then the version says so before a field is read
wrongly.
"""

from __future__ import annotations

from enum import IntEnum

from watchword.envelope.fields import CONTEXT_BYTES_MAX, decoded, joined, split
from watchword.envelope.refused import EnvelopeRefused
from watchword.envelope.value import Binding, ValueKind

VERSION = 1
FRAME_BYTES_MAX = 1_048_576
"""The largest value is 262,144 bytes; what else a frame holds stays far below the rest of this."""
PARTS_MAX = 16
"""No operation has more fields than eight."""

CONTEXT_PARTS_MAX = CONTEXT_BYTES_MAX // 4
"""As many fields as the longest encryption context has room for: whatever could be written can be read."""
BINDING_PARTS = 7

LENGTH_BYTES = 4
HEAD_BYTES = 2
"""Version and code: the shortest frame, after its length."""
NUMBER_BYTES = 4
MOMENT_BYTES = 8


class Op(IntEnum):
    """The operations of the port `Custody`, and a sign of life. Numbers are never used again."""

    PING = 0
    CREATE_MATERIAL = 1
    GENERATE_DATA_KEY = 2
    ENCRYPT = 3
    DECRYPT = 4
    SEAL_FOR_REGION = 5
    OPEN_FROM_REGION = 6
    SEAL_ACCESS_KEY = 7
    SIGNING_KEY = 8
    TOKEN_KEY = 9
    CREATE_VERSION = 10
    """CREATE_MATERIAL of another version than the first."""
    GENERATE_SEALED_DATA_KEY = 11
    RE_ENCRYPT = 12
    RANDOM = 13
    CREATE_MAC_MATERIAL = 14
    GENERATE_MAC = 15
    VERIFY_MAC = 16
    IMPORT_PARAMETERS = 17
    IMPORT_MATERIAL = 18

    MATERIAL_FOR_REGION = 24
    MATERIAL_FROM_REGION = 25

    # For identity (credentials.py).
    MAKE_ACCESS_KEY = 32
    MAKE_SESSION_KEY = 33
    MAKE_PASSWORD_KEY = 34
    CARRY_CREDENTIAL = 35
    TAKE_CREDENTIAL = 36
    ISSUER_KEY = 37
    ISSUE_SESSION = 38
    OPEN_SESSION = 39
    FINISH_PASSWORD = 40
    COMPARE_PASSWORD = 41

    # About the seal itself (seal.py); answered by a sealed custodian too.
    STANDING = 64
    SEAL = 65
    UNSEAL = 66
    UNSEAL_BY_SHARE = 67
    RELOCK = 68
    HAND_OUT_SHARES = 69
    LOCK_WITH_SHARES = 70
    RENEW_MASTER = 71
    RETIRE_MASTER = 72
    NOTE_PROGRESS = 73
    REWRAP_MATERIAL = 74
    """This one and the next two need the master."""
    REWRAP_ACCESS_KEY = 75
    REWRAP_CREDENTIAL = 76

    REPORT = 96
    """What the custodian tells of itself (limits.py); answered by a sealed one too."""


class Outcome(IntEnum):
    DONE = 0
    REFUSED = 1
    """EnvelopeRefused; the one field is the step."""
    FAULT = 2
    """A fault of the custodian's own, of which it says nothing."""
    NOT_YET = 3
    """What was asked for is being made: ask again."""
    SEALED = 4
    """The Region is sealed: nothing that needs a key is answered until somebody unseals it."""
    CANNOT = 5
    """RootError; the one field is its sentence."""
    LIMITED = 6
    """This process has asked more than it may in a second (limits.py); the question was not looked at."""
    AWAY = 7
    """HsmAway; the one field is its sentence."""


class ProtocolError(Exception):
    """The other end does not speak this protocol; its connection is closed."""


def frame(code: int, parts: tuple[bytes, ...]) -> bytes:
    """Write a question or an answer.

    Raises:
        ProtocolError: longer than a frame may be.
    """
    fields = joined(*parts)
    length = HEAD_BYTES + len(fields)
    if length > FRAME_BYTES_MAX:
        raise ProtocolError("too long for a frame")
    return length.to_bytes(LENGTH_BYTES, "big") + bytes((VERSION, code)) + fields


def frame_bytes(received: bytes | bytearray) -> int | None:
    """Return how long the first frame is, its length included; None while that is not yet known.

    Raises:
        ProtocolError: longer than a frame may be, or too short to be one. Said before its body is waited for.
    """
    if len(received) < LENGTH_BYTES:
        return None
    length = int.from_bytes(received[:LENGTH_BYTES], "big")
    if not HEAD_BYTES <= length <= FRAME_BYTES_MAX:
        raise ProtocolError("a frame of an impossible length")
    return LENGTH_BYTES + length


def parse(whole: bytes) -> tuple[int, list[bytes]]:
    """Read one whole frame; returns its code and fields.

    Raises:
        ProtocolError: another version, or fields that are cut short.
    """
    if whole[LENGTH_BYTES] != VERSION:
        raise ProtocolError("a frame of another version")
    try:
        parts = split(whole[LENGTH_BYTES + HEAD_BYTES :], parts_max=PARTS_MAX)
    except EnvelopeRefused:
        raise ProtocolError("a frame whose fields do not fit it") from None
    return whole[LENGTH_BYTES + 1], parts


def outcome(answer: bytes) -> int:
    """Return the outcome of an answer that `frame` wrote."""
    return answer[LENGTH_BYTES + 1]


def number(count: int) -> bytes:
    return count.to_bytes(NUMBER_BYTES, "big")


def number_from(written: bytes) -> int:
    if len(written) != NUMBER_BYTES:
        raise ProtocolError("a number of another size")
    return int.from_bytes(written, "big")


def moment(ms: int) -> bytes:
    return ms.to_bytes(MOMENT_BYTES, "big")


def moment_from(written: bytes) -> int:
    if len(written) != MOMENT_BYTES:
        raise ProtocolError("a moment of another size")
    return int.from_bytes(written, "big")


def yes(said: bool) -> bytes:
    return b"\1" if said else b"\0"


def yes_from(written: bytes) -> bool:
    if written not in (b"\0", b"\1"):
        raise ProtocolError("neither yes nor no")
    return written == b"\1"


def text_from(written: bytes) -> str:
    try:
        return decoded(written)
    except EnvelopeRefused:
        raise ProtocolError("a text that is not UTF-8") from None


def context_from(written: bytes) -> dict[str, str]:
    """Read an encryption context that `canonical_context` wrote."""
    parts = _fields(written, parts_max=CONTEXT_PARTS_MAX)
    if len(parts) % 2:
        raise ProtocolError("an encryption context of half a pair")
    texts = [text_from(part) for part in parts]
    return dict(zip(texts[::2], texts[1::2], strict=True))


def binding_from(written: bytes) -> Binding:
    """Read a place that `Binding.written` wrote."""
    parts = _fields(written, parts_max=BINDING_PARTS)
    if len(parts) != BINDING_PARTS:
        raise ProtocolError("a place of other fields")
    partition, region, account, secret_arn, version_id, content_id, kind = map(text_from, parts)
    return Binding(
        partition=partition,
        region=region,
        account=account,
        secret_arn=secret_arn,
        version_id=version_id,
        content_id=content_id,
        kind=_kind_from(kind),
    )


def _kind_from(kind: str) -> ValueKind:
    if kind == "string":
        return "string"
    if kind == "binary":
        return "binary"
    raise ProtocolError("a kind of value that there is not")


def _fields(written: bytes, *, parts_max: int) -> list[bytes]:
    try:
        return split(written, parts_max=parts_max)
    except EnvelopeRefused:
        raise ProtocolError("fields that do not fit") from None
