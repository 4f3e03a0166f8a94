"""A sealed value opens under its data key, in its place, unchanged; and in no other case."""

from __future__ import annotations

import itertools
import os
from dataclasses import fields, replace

import pytest

from watchword.envelope import suite, value
from watchword.envelope.refused import EnvelopeRefused, Step
from watchword.envelope.value import Binding, Opener

DATA_KEY = bytes(range(32))
PLAINTEXT = b"correct horse battery staple"
HERE = Binding(
    partition="aws",
    region="us-east-1",
    account="123456789012",
    secret_arn="arn:aws:secretsmanager:us-east-1:123456789012:secret:db-AbCdEf",
    version_id="11111111-1111-4111-8111-111111111111",
    content_id="0f" * 16,
    kind="string",
)
ELSEWHERE = Binding(
    partition="aws-cn",
    region="us-east-2",
    account="210987654321",
    secret_arn="arn:aws:secretsmanager:us-east-1:123456789012:secret:db-GhIjKl",
    version_id="22222222-2222-4222-8222-222222222222",
    content_id="f0" * 16,
    kind="binary",
)
FIELDS = tuple(field.name for field in fields(Binding))
SEALED = value.seal(DATA_KEY, PLAINTEXT, binding=HERE, entropy=os.urandom)


def refused_at(sealed: bytes, *, data_key: bytes = DATA_KEY, binding: Binding = HERE) -> Step:
    with pytest.raises(EnvelopeRefused) as refused:
        value.open_value(data_key, sealed, binding=binding)
    return refused.value.step


def moved(binding: Binding, names: tuple[str, ...], *, to: Binding) -> Binding:
    return replace(binding, **{name: getattr(to, name) for name in names})


@pytest.mark.parametrize(
    "plaintext",
    [b"", b"\0", PLAINTEXT, bytes(value.VALUE_BYTES_MAX)],
    ids=["empty", "nul", "text", "largest"],
)
def test_a_value_opens_in_its_place(plaintext: bytes) -> None:
    sealed = value.seal(DATA_KEY, plaintext, binding=HERE, entropy=os.urandom)

    assert value.open_value(DATA_KEY, sealed, binding=HERE) == plaintext


@pytest.mark.parametrize(
    "names",
    [names for count in range(1, len(FIELDS) + 1) for names in itertools.combinations(FIELDS, count)],
    ids="+".join,
)
def test_a_value_does_not_open_in_any_other_place(names: tuple[str, ...]) -> None:
    """The swap matrix: each field of the place alone, each pair, and every larger set of them."""
    assert refused_at(SEALED, binding=moved(HERE, names, to=ELSEWHERE)) is Step.TAG


@pytest.mark.parametrize(("one", "other"), list(itertools.permutations(FIELDS[:-1], 2)))
def test_what_stands_in_one_field_does_not_count_in_another(one: str, other: str) -> None:
    """Two fields change places; then one takes a character of the other, so that their sum stays the same."""
    left, right = getattr(HERE, one), getattr(HERE, other)

    assert refused_at(SEALED, binding=replace(HERE, **{one: right, other: left})) is Step.TAG
    assert refused_at(SEALED, binding=replace(HERE, **{one: left + right[0], other: right[1:]})) is Step.TAG


def test_a_value_does_not_open_under_another_data_key() -> None:
    """For each bit of the key."""
    for bit in range(256):
        other = (int.from_bytes(DATA_KEY, "big") ^ (1 << bit)).to_bytes(32, "big")

        assert refused_at(SEALED, data_key=other) is Step.COMMITMENT


def test_every_single_bit_that_is_flipped_is_noticed() -> None:
    for bit in range(len(SEALED) * 8):
        changed = bytearray(SEALED)
        changed[bit // 8] ^= 1 << bit % 8

        refused_at(bytes(changed))


def test_every_truncation_and_every_extension_is_noticed() -> None:
    for length in range(len(SEALED)):
        refused_at(SEALED[:length])
    for more in (b"\0", SEALED[-16:], SEALED):
        refused_at(SEALED + more)


UNKNOWN = {
    "format 0": (bytes((0, 1)), Step.FORMAT),
    "format 2": (bytes((2, 1)), Step.FORMAT),
    "suite 0": (bytes((1, 0)), Step.SUITE),
    "suite 2": (bytes((1, 2)), Step.SUITE),
}


@pytest.mark.parametrize(("prefix", "step"), UNKNOWN.values(), ids=UNKNOWN)
def test_a_format_or_suite_that_is_not_ours_is_refused_before_any_key_is_used(
    prefix: bytes, step: Step
) -> None:
    """Even where it was sealed so: there is no path for another suite, so nobody can choose a weaker one."""
    forged = suite.seal(
        DATA_KEY,
        PLAINTEXT,
        purpose=value.PURPOSE,
        prefix=prefix,
        bound=HERE.written(),
        entropy=os.urandom,
    )

    assert refused_at(forged) is step


def test_an_envelope_of_another_purpose_is_refused() -> None:
    forged = suite.seal(
        DATA_KEY,
        PLAINTEXT,
        purpose=b"watchword/token/1",
        prefix=suite.PREFIX,
        bound=HERE.written(),
        entropy=os.urandom,
    )

    assert refused_at(forged) is Step.COMMITMENT


@pytest.mark.parametrize("size", [0, 16, 24, 31, 33])
def test_a_data_key_of_another_size_is_refused(size: int) -> None:
    """AES would take 16 and 24 bytes; that would be another suite."""
    assert refused_at(SEALED, data_key=bytes(size)) is Step.KEY
    with pytest.raises(EnvelopeRefused):
        value.seal(bytes(size), PLAINTEXT, binding=HERE, entropy=os.urandom)


def test_a_value_that_is_too_long_is_not_sealed() -> None:
    with pytest.raises(EnvelopeRefused) as refused:
        value.seal(DATA_KEY, bytes(value.VALUE_BYTES_MAX + 1), binding=HERE, entropy=os.urandom)

    assert refused.value.step is Step.LENGTH


def test_an_opener_that_has_opened_one_value_still_checks_everything_of_the_next() -> None:
    opener = Opener(DATA_KEY)
    other = value.seal(DATA_KEY, b"another", binding=ELSEWHERE, entropy=os.urandom)

    assert opener.open(SEALED, binding=HERE) == PLAINTEXT
    assert opener.open(SEALED, binding=replace(HERE)) == PLAINTEXT
    for names in itertools.combinations(FIELDS, 1):
        with pytest.raises(EnvelopeRefused):
            opener.open(SEALED, binding=moved(HERE, names, to=ELSEWHERE))
    for bit in range(len(SEALED) * 8):
        assert opener.open(SEALED, binding=HERE) == PLAINTEXT
        changed = bytearray(SEALED)
        changed[bit // 8] ^= 1 << bit % 8
        with pytest.raises(EnvelopeRefused):
            opener.open(bytes(changed), binding=HERE)
    assert opener.open(other, binding=ELSEWHERE) == b"another"
    assert opener.open(SEALED, binding=HERE) == PLAINTEXT


def test_an_opener_refuses_what_is_cut_short_after_it_was_prepared() -> None:
    opener = Opener(DATA_KEY)
    opener.open(SEALED, binding=HERE)

    for length in range(len(SEALED)):
        with pytest.raises(EnvelopeRefused):
            opener.open(SEALED[:length], binding=HERE)


def test_neither_an_opener_nor_a_refusal_shows_a_key_or_a_value() -> None:
    opener = Opener(DATA_KEY)
    opener.open(SEALED, binding=HERE)
    with pytest.raises(EnvelopeRefused) as refused:
        opener.open(SEALED, binding=ELSEWHERE)

    shown = f"{opener!r} {opener} {opener._prepared!r} {refused.value!r} {refused.value}"

    assert "***" in shown
    for hidden in (DATA_KEY, PLAINTEXT):
        assert repr(hidden)[2:-1] not in shown
        assert hidden.hex() not in shown
