"""Frames: read as they were written, or refused."""

from __future__ import annotations

import os
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from watchword.custody import protocol
from watchword.custody.core import Keyring
from watchword.custody.master import Master
from watchword.custody.protocol import Op, ProtocolError
from watchword.custody.server import perform
from watchword.envelope.fields import canonical_context, joined
from watchword.envelope.refused import EnvelopeRefused
from watchword.envelope.value import Binding, ValueKind

KEYS = Keyring(
    Master(partition="aws", region="us-east-1", key=bytes(32), transport_private_key=bytes(range(32))),
    entropy=os.urandom,
)
PARTS = st.lists(st.binary(max_size=20), max_size=6)


@given(st.integers(0, 255), PARTS)
def test_a_frame_is_read_as_it_was_written(code: int, parts: list[bytes]) -> None:
    whole = protocol.frame(code, tuple(parts))

    assert protocol.frame_bytes(whole) == len(whole)
    assert protocol.frame_bytes(whole + b"more") == len(whole)
    assert protocol.parse(whole) == (code, parts)


@pytest.mark.parametrize("received", [b"", b"\0", b"\0\0\0"])
def test_a_length_that_is_not_yet_there_is_waited_for(received: bytes) -> None:
    assert protocol.frame_bytes(received) is None


@pytest.mark.parametrize("length", [0, 1, protocol.FRAME_BYTES_MAX + 1, 2**32 - 1])
def test_a_frame_of_an_impossible_length_is_refused_before_its_body_comes(length: int) -> None:
    with pytest.raises(ProtocolError):
        protocol.frame_bytes(length.to_bytes(4, "big"))


def test_the_longest_frame_is_written_and_none_longer() -> None:
    most = protocol.FRAME_BYTES_MAX - protocol.HEAD_BYTES - 4

    assert protocol.frame_bytes(protocol.frame(0, (bytes(most),))) == 4 + protocol.FRAME_BYTES_MAX
    with pytest.raises(ProtocolError):
        protocol.frame(0, (bytes(most + 1),))


@pytest.mark.parametrize("version", [0, 2, 255])
def test_another_version_is_refused(version: int) -> None:
    whole = bytearray(protocol.frame(Op.PING, ()))
    whole[4] = version

    with pytest.raises(ProtocolError):
        protocol.parse(bytes(whole))


def test_fields_that_do_not_fit_their_frame_are_refused() -> None:
    with pytest.raises(ProtocolError):
        protocol.parse(b"\0\0\0\6" + bytes((protocol.VERSION, 0)) + b"\0\0\0\1")


@given(st.dictionaries(st.text(max_size=5), st.text(max_size=5), max_size=4))
def test_an_encryption_context_is_read_as_it_was_written(context: dict[str, str]) -> None:
    assert protocol.context_from(canonical_context(context)) == context


def test_a_context_of_as_many_pairs_as_can_be_written_can_be_read() -> None:
    context = {f"{number:x}": "" for number in range(5_400)}

    assert protocol.context_from(canonical_context(context)) == context


@given(st.lists(st.text(max_size=5), min_size=6, max_size=6), st.sampled_from(get_args(ValueKind)))
def test_a_place_is_read_as_it_was_written(texts: list[str], kind: ValueKind) -> None:
    partition, region, account, secret_arn, version_id, content_id = texts
    binding = Binding(
        partition=partition,
        region=region,
        account=account,
        secret_arn=secret_arn,
        version_id=version_id,
        content_id=content_id,
        kind=kind,
    )

    assert protocol.binding_from(binding.written()) == binding


NOT_FIELDS = {
    "half a pair": lambda: protocol.context_from(joined(b"a")),
    "a pair cut short": lambda: protocol.context_from(joined(b"a", b"b")[:-1]),
    "a context of bytes": lambda: protocol.context_from(joined(b"\xff", b"b")),
    "a place of six": lambda: protocol.binding_from(joined(*[b"a"] * 6)),
    "a place of another kind": lambda: protocol.binding_from(joined(*[b"a"] * 7)),
    "a short number": lambda: protocol.number_from(b"\0\0\1"),
    "a long number": lambda: protocol.number_from(b"\0\0\0\0\1"),
}


@pytest.mark.parametrize("name", NOT_FIELDS)
def test_what_is_not_the_field_it_stands_for_is_refused(name: str) -> None:
    read: object = NOT_FIELDS[name]
    assert callable(read)

    with pytest.raises(ProtocolError):
        read()


@given(st.integers(0, 255), st.lists(st.binary(max_size=60), max_size=8))
def test_no_question_ends_in_anything_but_an_answer_or_a_refusal(op: int, parts: list[bytes]) -> None:
    try:
        answer = perform(KEYS, op, parts)
    except (EnvelopeRefused, ProtocolError):
        return
    assert all(isinstance(part, bytes) for part in answer)


@pytest.mark.parametrize("op", list(Op), ids=[op.name for op in Op])
def test_every_operation_refuses_fields_that_are_not_its_own(op: Op) -> None:
    with pytest.raises(ProtocolError):
        perform(KEYS, op, [b""] * 9)
