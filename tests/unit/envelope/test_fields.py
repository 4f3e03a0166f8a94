"""Length-prefixed fields: two different lists never become the same bytes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from watchword.envelope.fields import CONTEXT_BYTES_MAX, canonical_context, decoded, encoded, joined, split
from watchword.envelope.refused import EnvelopeRefused, Step

LISTS = st.lists(st.binary(max_size=9), max_size=5)


@given(LISTS, LISTS)
def test_two_lists_become_the_same_bytes_only_if_they_are_the_same(
    one: list[bytes], other: list[bytes]
) -> None:
    assert (joined(*one) == joined(*other)) == (one == other)


@given(LISTS)
def test_what_was_joined_is_split_again(parts: list[bytes]) -> None:
    assert split(joined(*parts), parts_max=len(parts)) == parts


@given(st.lists(st.binary(max_size=9), min_size=1, max_size=5), st.data())
def test_fields_that_are_cut_short_anywhere_inside_one_are_refused(
    parts: list[bytes], data: st.DataObject
) -> None:
    whole = joined(*parts)
    borders = {len(joined(*parts[:count])) for count in range(len(parts) + 1)}
    cut = data.draw(st.sampled_from([at for at in range(len(whole)) if at not in borders]))

    with pytest.raises(EnvelopeRefused) as refused:
        split(whole[:cut], parts_max=10)

    assert refused.value.step is Step.LENGTH


def test_more_fields_than_allowed_are_refused() -> None:
    with pytest.raises(EnvelopeRefused):
        split(joined(b"a", b"b", b"c"), parts_max=2)


def test_text_that_is_not_unicode_is_refused_both_ways() -> None:
    with pytest.raises(EnvelopeRefused):
        encoded("\ud800")
    with pytest.raises(EnvelopeRefused):
        decoded(b"\xff")


CONTEXTS = st.dictionaries(st.text(max_size=3), st.text(max_size=3), max_size=3)


@given(CONTEXTS, CONTEXTS)
def test_two_contexts_are_written_alike_only_if_they_are_equal(
    one: dict[str, str], other: dict[str, str]
) -> None:
    assert (canonical_context(one) == canonical_context(other)) == (one == other)


def test_an_encryption_context_that_is_too_long_is_refused() -> None:
    assert len(canonical_context({"n": "v" * (CONTEXT_BYTES_MAX - 9)})) == CONTEXT_BYTES_MAX
    with pytest.raises(EnvelopeRefused) as refused:
        canonical_context({"n": "v" * (CONTEXT_BYTES_MAX - 8)})

    assert refused.value.step is Step.LENGTH


def test_the_order_of_a_contexts_pairs_does_not_matter() -> None:
    """KMS: the encryption context is a map; clients send it in any order."""
    one = {"SecretARN": "a", "SecretVersionId": "b"}

    assert canonical_context(one) == canonical_context(dict(reversed(one.items())))
