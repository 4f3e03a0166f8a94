"""Shares of a key: enough of them give it back, fewer tell nothing, and none is taken for another's."""

from __future__ import annotations

import itertools
import os
from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from watchword.custody.shamir import (
    KEY_BYTES,
    SHARES_MAX,
    Share,
    ShareError,
    combine,
    inverse,
    multiply,
    parse,
    split,
)

KEY = bytes(range(KEY_BYTES))

# FIPS 197, 4.2 and 4.2.1: the worked examples of the field.
PRODUCTS = {
    (0x57, 0x83): 0xC1,
    (0x57, 0x13): 0xFE,
    (0x57, 0x02): 0xAE,
    (0x57, 0x04): 0x47,
    (0x57, 0x10): 0x07,
}


def carried(one: int, other: int) -> int:
    """The same product by long division, as polynomials: another way than the one under test."""
    product = 0
    for place in range(8):
        if other >> place & 1:
            product ^= one << place
    for place in range(14, 7, -1):
        if product >> place & 1:
            product ^= 0x11B << (place - 8)
    return product


@pytest.mark.parametrize(("factors", "product"), PRODUCTS.items())
def test_the_field_is_the_published_one(factors: tuple[int, int], product: int) -> None:
    assert multiply(*factors) == product


def test_every_product_is_right() -> None:
    assert all(multiply(one, other) == carried(one, other) for one in range(256) for other in range(256))


def test_every_element_but_0_has_its_inverse() -> None:
    assert all(multiply(element, inverse(element)) == 1 for element in range(1, 256))
    assert inverse(0) == 0


def test_any_three_of_five_shares_give_the_key_back_in_any_order() -> None:
    shares = split(KEY, threshold=3, shares=5, entropy=os.urandom)

    for chosen in itertools.permutations(shares, 3):
        assert combine(chosen) == KEY


def test_fewer_shares_than_are_needed_are_refused() -> None:
    shares = split(KEY, threshold=3, shares=5, entropy=os.urandom)

    with pytest.raises(ShareError, match="3 shares are needed, 2 are there"):
        combine(shares[:2])


def always(byte: int) -> Callable[[int], bytes]:
    return lambda size: bytes((byte,)) * size


@pytest.mark.parametrize("byte", [0, 1, 0x57, 0xFF])
def test_one_share_of_two_fits_every_key_equally_well(byte: int) -> None:
    """Perfect secrecy, exhaustively for one byte: each key leads to each share by exactly one polynomial."""
    key = bytes((byte,)) * KEY_BYTES
    seen = [split(key, threshold=2, shares=2, entropy=always(slope))[0].values[0] for slope in range(256)]

    assert sorted(seen) == list(range(256))


@given(
    key=st.binary(min_size=KEY_BYTES, max_size=KEY_BYTES),
    numbers=st.tuples(st.integers(2, 12), st.integers(2, 12)).map(sorted),
    rotated=st.integers(0, 11),
)
@settings(max_examples=50, deadline=None)
def test_whatever_the_key_and_the_numbers_enough_shares_give_it_back(
    key: bytes, numbers: list[int], rotated: int
) -> None:
    threshold, count = numbers
    shares = split(key, threshold=threshold, shares=count, entropy=os.urandom)
    shares = shares[rotated % count :] + shares[: rotated % count]

    assert combine(shares[:threshold]) == key


def test_as_many_shares_as_the_field_has_elements_can_be_made() -> None:
    shares = split(KEY, threshold=2, shares=SHARES_MAX, entropy=os.urandom)

    assert combine((shares[0], shares[-1])) == KEY


@pytest.mark.parametrize(("threshold", "shares"), [(1, 1), (1, 5), (0, 5), (6, 5), (2, 256), (-1, 3)])
def test_a_split_that_protects_nothing_or_can_not_be_is_refused(threshold: int, shares: int) -> None:
    with pytest.raises(ShareError, match="can't be"):
        split(KEY, threshold=threshold, shares=shares, entropy=os.urandom)


def test_shares_of_two_splits_are_never_mixed() -> None:
    """Of one key even: two splits of it have different polynomials."""
    one, other = (split(KEY, threshold=2, shares=3, entropy=os.urandom) for _ in range(2))

    with pytest.raises(ShareError, match="different splits"):
        combine((one[0], other[1]))


def test_one_share_twice_is_refused() -> None:
    shares = split(KEY, threshold=2, shares=3, entropy=os.urandom)

    with pytest.raises(ShareError, match="twice"):
        combine((shares[0], shares[0]))


def test_a_share_that_lies_gives_another_key() -> None:
    """It is the root that notices: its seal commits to its key."""
    shares = split(KEY, threshold=2, shares=3, entropy=os.urandom)
    lying = replace(shares[0], values=bytes(KEY_BYTES))

    assert combine((lying, shares[1])) != KEY


# As people hold them


def a_share() -> Share:
    return split(KEY, threshold=3, shares=5, entropy=os.urandom)[1]


def test_a_share_is_read_as_it_was_written() -> None:
    share = a_share()

    assert parse(share.text()) == share
    assert len(share.text()) == 80 + 19


SPELLINGS: dict[str, Callable[[str], str]] = {
    "in capitals": lambda text: text.upper(),
    "without hyphens": lambda text: text.replace("-", ""),
    "with blanks": lambda text: text.replace("-", "  "),
    "on several lines": lambda text: f"{text[:40]}\n{text[40:]}\n",
    "below a remark": lambda text: f"# share 2 of 5\n\n{text}\r\n",
}


@pytest.mark.parametrize("spelling", SPELLINGS.values(), ids=SPELLINGS)
def test_how_a_share_is_written_down_does_not_matter(spelling: Callable[[str], str]) -> None:
    share = a_share()

    assert parse(spelling(share.text())) == share


def test_every_slip_of_one_letter_is_noticed() -> None:
    text = a_share().text()
    for at, letter in enumerate(text):
        if letter == "-":
            continue
        slip = "b" if letter == "a" else "a"
        with pytest.raises(ShareError, match="copied wrongly"):
            parse(text[:at] + slip + text[at + 1 :])


@pytest.mark.parametrize("text", ["", "-", "a", "aaaa" * 20, "é" * 80, "# a remark alone\n", "1" * 80])
def test_what_is_no_share_is_refused(text: str) -> None:
    with pytest.raises(ShareError, match="that is no share"):
        parse(text)


def test_what_is_longer_than_any_share_is_refused() -> None:
    with pytest.raises(ShareError, match="too long"):
        parse("a" * 2_000)


def test_no_error_and_no_repr_shows_what_a_share_holds() -> None:
    share = a_share()
    shown = [repr(share)]
    for text in (share.text()[:-1] + "1", share.text() * 20):
        with pytest.raises(ShareError) as refused:
            parse(text)
        shown.append(str(refused.value))

    assert not [said for said in shown if share.text()[30:60] in said or repr(share.values) in said]
