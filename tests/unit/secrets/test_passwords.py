"""GetRandomPassword's rules (facts 1.9, 9.4)."""

from __future__ import annotations

import string
from collections import Counter
from collections.abc import Callable
from random import Random

import pytest
from tests.unit.secrets.made import bytes_in_turn

from watchword.api.shapes.secretsmanager import GetRandomPasswordRequest, InvalidParameterException
from watchword.secrets.passwords import Entropy, password

TYPES = {
    "lowercase": set(string.ascii_lowercase),
    "uppercase": set(string.ascii_uppercase),
    "numbers": set(string.digits),
    "punctuation": set("!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~"),
}
TOO_SHORT = "Password length is too short based on the required types."
TYPE_EXCLUDED = "All characters of the desired type have been excluded"
ALL_EXCLUDED = "All characters have been excluded from selection"


def asked(
    *,
    length: int | None = None,
    off: str = "",
    excluded: str | None = None,
    space: bool | None = None,
    each: bool | None = None,
) -> GetRandomPasswordRequest:
    """A request; `off` names the types that are switched off."""
    return GetRandomPasswordRequest(
        password_length=length,
        exclude_characters=excluded,
        exclude_lowercase="lowercase" in off or None,
        exclude_uppercase="uppercase" in off or None,
        exclude_numbers="numbers" in off or None,
        exclude_punctuation="punctuation" in off or None,
        include_space=space,
        require_each_included_type=each,
    )


def draws(request: GetRandomPasswordRequest, *, times: int, seed: int = 1) -> list[str]:
    entropy = Random(seed).randbytes
    return [password(request, entropy=entropy) for _ in range(times)]


def test_the_types_are_those_of_aws() -> None:
    """Facts 9.4: 32 marks of punctuation, and no space."""
    held = set("".join(draws(asked(length=4_096), times=4)))

    assert held == set().union(*TYPES.values())
    assert len(TYPES["punctuation"]) == 32


LENGTHS = {None: 32, 4: 4, 5: 5, 32: 32, 4_096: 4_096}


@pytest.mark.parametrize(("length", "expected"), LENGTHS.items())
def test_a_password_is_as_long_as_asked(length: int | None, expected: int) -> None:
    assert [len(drawn) for drawn in draws(asked(length=length), times=3)] == [expected] * 3


@pytest.mark.parametrize("off", ["", "numbers", "punctuation lowercase", "lowercase uppercase numbers"])
@pytest.mark.parametrize("space", [False, True])
def test_each_type_that_is_not_switched_off_is_in_every_password(off: str, space: bool) -> None:
    included = {name: characters for name, characters in TYPES.items() if name not in off}

    for drawn in draws(asked(length=len(included), off=off, space=space), times=200):
        assert all(set(drawn) & characters for characters in included.values()), drawn
        assert set(drawn) <= set().union(*included.values())


def test_a_space_may_be_in_a_password_and_never_has_to_be() -> None:
    drawn = draws(asked(length=8, space=True), times=200)

    assert 0 < sum(" " in one for one in drawn) < 200
    assert not any(one.count(" ") for one in draws(asked(length=8, space=True, excluded=" "), times=200))


def test_excluded_characters_are_in_no_password() -> None:
    excluded = "aeiouAEIOU01!\"'\\é"

    assert not set("".join(draws(asked(excluded=excluded), times=100))) & set(excluded)


def test_without_that_requirement_a_type_may_be_missing() -> None:
    drawn = draws(asked(length=4, each=False), times=100)

    assert any(not set(one) & TYPES["numbers"] for one in drawn)
    assert draws(asked(length=1, each=False), times=1) != [""]


ALL_OFF = "lowercase uppercase numbers punctuation"
EVERYTHING = "".join(sorted(set().union(*TYPES.values())))
REFUSALS: dict[str, tuple[GetRandomPasswordRequest, str]] = {
    "three characters for four types": (asked(length=3), TOO_SHORT),
    "one character for two types": (asked(length=1, off="lowercase uppercase"), TOO_SHORT),
    "a space is no help": (asked(length=3, space=True), TOO_SHORT),
    "no digit is left": (asked(excluded=string.digits), TYPE_EXCLUDED),
    "no digit is left, told before the length": (asked(length=1, excluded=string.digits), TYPE_EXCLUDED),
    "every type is switched off": (asked(off=ALL_OFF), ALL_EXCLUDED),
    "every character is excluded": (asked(excluded=EVERYTHING), ALL_EXCLUDED),
    "and none is required": (asked(excluded=EVERYTHING, each=False), ALL_EXCLUDED),
    "the space as well": (asked(off=ALL_OFF, space=True, excluded=" "), ALL_EXCLUDED),
    "a space is left, but no type is": (asked(excluded=EVERYTHING, space=True), TYPE_EXCLUDED),
}


@pytest.mark.parametrize(("request_", "text"), REFUSALS.values(), ids=REFUSALS)
def test_a_password_that_can_not_be_is_refused(request_: GetRandomPasswordRequest, text: str) -> None:
    with pytest.raises(InvalidParameterException) as refused:
        password(request_, entropy=bytes_in_turn())

    assert refused.value.message == text


def test_what_is_just_allowed_is_drawn() -> None:
    assert len(draws(asked(length=4), times=1)[0]) == 4
    assert draws(asked(length=3, off=ALL_OFF, space=True), times=1) == ["   "]
    one_of_each = asked(length=2, off="numbers punctuation", excluded=letters_but("aZ"))
    assert set(draws(one_of_each, times=50)) == {"aZ", "Za"}


def letters_but(kept: str) -> str:
    return "".join(char for char in string.ascii_letters if char not in kept)


# Every password is equally likely


def test_no_byte_favours_a_character() -> None:
    """256 is no multiple of 94: the first characters of the alphabet would come more often."""
    drawn = password(asked(length=376, each=False), entropy=bytes_in_turn())

    assert set(Counter(drawn).values()) == {4}


def spread(draw: Callable[[Entropy], str], *, expected: int, times: int) -> float:
    """Chi squared over all passwords of four characters, of which two types (`a` and `b`, `A`) have to be there."""
    entropy = Random(7).randbytes
    seen = Counter(draw(entropy) for _ in range(times))
    assert len(seen) == expected
    mean = times / expected
    return sum((count - mean) ** 2 for count in seen.values()) / mean


PASSWORDS = 3**4 - 2**4 - 1**4
"""Of three characters, less those without the capital and the one of capitals alone."""
CHI_SQUARED_MAX = 103.4
"""63 degrees of freedom: an honest drawing is beyond it once in a thousand seeds."""


def test_every_password_that_obeys_is_equally_likely() -> None:
    request = asked(length=4, off="numbers punctuation", excluded=letters_but("abA"))

    found = spread(lambda entropy: password(request, entropy=entropy), expected=PASSWORDS, times=19_200)

    assert found < CHI_SQUARED_MAX


def test_a_drawing_that_favours_some_passwords_would_be_found_out() -> None:
    """The planted bug: one of each type, the rest at will, and shuffled."""

    def shuffled(entropy: Entropy) -> str:
        byte = Random(entropy(8))
        characters = [byte.choice("ab"), "A", byte.choice("abA"), byte.choice("abA")]
        byte.shuffle(characters)
        return "".join(characters)

    assert spread(shuffled, expected=PASSWORDS, times=19_200) > CHI_SQUARED_MAX
