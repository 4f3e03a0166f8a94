"""What the store keeps of a KMS elsewhere, and the memory of what it released."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as some

from watchword.envelope.ciphertext import BLOB_BYTES_MAX, KEY_ARN_BYTES_MAX
from watchword.envelope.refused import EnvelopeRefused
from watchword.keys.elsewhere import Held, Released, framed, is_elsewhere, unframed

ARN = "arn:aws:kms:us-west-2:999999999999:key/11111111-1111-4111-8111-111111111111"
OTHER_ARN = ARN.replace("1111-", "2222-", 1)
FRAME = framed(Held(key_arn=ARN, blob=b"ciphertext"))
OTHER_FRAME = framed(Held(key_arn=OTHER_ARN, blob=b"ciphertext"))
CONTEXT = {"SecretARN": "arn", "SecretVersionId": "v"}
NOW = 1_795_298_400_000
AGE_MS = 1_000
KEY = bytes(range(32))


@given(
    arn=some.text(some.characters(exclude_categories=["Cs"]), min_size=1, max_size=KEY_ARN_BYTES_MAX // 4),
    blob=some.binary(min_size=1, max_size=200),
)
def test_a_frame_is_read_back_as_it_was_written(arn: str, blob: bytes) -> None:
    held = Held(key_arn=arn, blob=blob)

    assert unframed(framed(held)) == held
    assert is_elsewhere(framed(held))


@pytest.mark.parametrize(
    "held",
    [
        Held(key_arn="", blob=b"x"),
        Held(key_arn=ARN, blob=b""),
        Held(key_arn="a" * (KEY_ARN_BYTES_MAX + 1), blob=b"x"),
        Held(key_arn=ARN, blob=bytes(BLOB_BYTES_MAX + 1)),
    ],
)
def test_what_no_kms_answers_is_not_framed(held: Held) -> None:
    with pytest.raises(EnvelopeRefused):
        framed(held)


def test_every_shorter_frame_that_lacks_a_ciphertext_is_refused() -> None:
    whole = len(FRAME) - len(b"ciphertext")
    for size in range(whole + 1):
        with pytest.raises(EnvelopeRefused):
            unframed(FRAME[:size])
    assert unframed(FRAME[: whole + 1]) == Held(key_arn=ARN, blob=b"c")


@pytest.mark.parametrize("frame", [b"WWK" + FRAME[3:], b"WWE\x02" + FRAME[4:], b"", b"\xff" * 40])
def test_what_is_no_frame_is_refused(frame: bytes) -> None:
    with pytest.raises(EnvelopeRefused):
        unframed(frame)


def memory(*, age_ms_max: int = AGE_MS, entries_max: int = 10) -> Released:
    released = Released(age_ms_max=age_ms_max, entries_max=entries_max)
    released.keep(FRAME, key_arn=ARN, context=CONTEXT, data_key=KEY, now=NOW)
    return released


def taken(released: Released, *, after_ms: int, may_ask: bool = True) -> bytes | None:
    return released.take(FRAME, context=CONTEXT, now=NOW + after_ms, may_ask=may_ask)


def test_a_released_key_is_used_for_its_age_and_not_a_millisecond_longer() -> None:
    released = memory()
    assert taken(released, after_ms=0) == KEY
    assert taken(released, after_ms=AGE_MS // 2 - 1) == KEY
    assert taken(released, after_ms=AGE_MS // 2) is None, "the first one late in its age asks"
    assert taken(released, after_ms=AGE_MS - 1) == KEY

    assert taken(released, after_ms=AGE_MS) is None


def test_one_asks_again_while_the_others_use_what_is_held() -> None:
    released = memory()
    late = AGE_MS // 2
    # Who must not wait can't be the one that asks: it is sent to where it may.
    assert [taken(released, after_ms=late, may_ask=False) for _ in range(2)] == [None, None]
    assert [taken(released, after_ms=late) for _ in range(4)] == [None, KEY, KEY, KEY]
    assert taken(released, after_ms=late, may_ask=False) == KEY

    released.keep(FRAME, key_arn=ARN, context=CONTEXT, data_key=KEY, now=NOW + late)
    assert taken(released, after_ms=AGE_MS) is None, "again, half an age after the answer was asked for"
    assert taken(released, after_ms=AGE_MS + late - 1) == KEY
    assert taken(released, after_ms=AGE_MS + late) is None


def test_a_clock_that_was_set_back_releases_nothing() -> None:
    assert taken(memory(), after_ms=-1) is None


def test_another_context_is_another_question() -> None:
    other = CONTEXT | {"SecretVersionId": "w"}
    assert memory().take(FRAME, context=other, now=NOW, may_ask=True) is None


def test_a_refused_use_forgets_every_data_key_of_that_key_alone() -> None:
    released = memory()
    released.keep(OTHER_FRAME, key_arn=OTHER_ARN, context=CONTEXT, data_key=KEY, now=NOW)

    released.forget(ARN)

    assert taken(released, after_ms=0) is None
    assert released.take(OTHER_FRAME, context=CONTEXT, now=NOW, may_ask=True) == KEY


def test_what_is_old_is_swept_and_what_is_young_stays() -> None:
    released = memory()
    released.keep(OTHER_FRAME, key_arn=OTHER_ARN, context=CONTEXT, data_key=KEY, now=NOW + AGE_MS)

    released.expire(now=NOW + AGE_MS)

    # Asked as of a moment at which both would be young enough.
    assert taken(released, after_ms=0) is None
    assert released.take(OTHER_FRAME, context=CONTEXT, now=NOW + AGE_MS, may_ask=True) == KEY


def test_a_sealed_region_keeps_nothing() -> None:
    released = memory()
    released.clear()
    assert taken(released, after_ms=0) is None


def test_an_age_of_zero_remembers_nothing() -> None:
    assert taken(memory(age_ms_max=0), after_ms=0) is None


def test_the_oldest_makes_room() -> None:
    released = memory(entries_max=1)
    released.keep(OTHER_FRAME, key_arn=OTHER_ARN, context=CONTEXT, data_key=KEY, now=NOW)

    assert taken(released, after_ms=0) is None
    assert released.take(OTHER_FRAME, context=CONTEXT, now=NOW, may_ask=True) == KEY
