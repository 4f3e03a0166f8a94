"""GetRandomPassword's rules. Pure: randomness is an argument.

Every password that obeys the request is equally likely. Drawing one character of each required type and shuffling them
into the rest would be simpler, and would favour passwords that hold few of the large types.

Source: Secrets Manager API, GetRandomPassword; facts 1.9 (texts), 9.4.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import combinations

from watchword.api.shapes import secretsmanager as sm
from watchword.api.shapes.secretsmanager import InvalidParameterException
from watchword.secrets import refusals

LENGTH_DEFAULT = 32
LOWERCASE = "abcdefghijklmnopqrstuvwxyz"
UPPERCASE = LOWERCASE.upper()
NUMBERS = "0123456789"
PUNCTUATION = "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~"
SPACE = " "

Entropy = Callable[[int], bytes]


def password(request: sm.GetRandomPasswordRequest, *, entropy: Entropy) -> str:
    """Draw a password. A space may be in it if asked for, and never has to be.

    Raises:
        InvalidParameterException: no character is left, none of a required type, or fewer characters than types.
    """
    types = _types(request)
    space = SPACE if request.include_space and SPACE not in (request.exclude_characters or "") else ""
    length = LENGTH_DEFAULT if request.password_length is None else request.password_length
    if not any(types) and not space:
        raise InvalidParameterException(refusals.ALL_EXCLUDED)
    if request.require_each_included_type is False:
        return "".join(_uniform("".join(types) + space, length, entropy))
    if not all(types):
        raise InvalidParameterException(refusals.TYPE_EXCLUDED)
    if length < len(types):
        raise InvalidParameterException(refusals.PASSWORD_TOO_SHORT)
    return _with_each(types, space, length, entropy)


def _types(request: sm.GetRandomPasswordRequest) -> list[str]:
    """The types of character that are not switched off, each without what is excluded."""
    included = (
        (LOWERCASE, request.exclude_lowercase),
        (UPPERCASE, request.exclude_uppercase),
        (NUMBERS, request.exclude_numbers),
        (PUNCTUATION, request.exclude_punctuation),
    )
    excluded = frozenset(request.exclude_characters or "")
    return [
        "".join(char for char in characters if char not in excluded)
        for characters, switched_off in included
        if not switched_off
    ]


def _with_each(types: Sequence[str], space: str, length: int, entropy: Entropy) -> str:
    """Draw uniformly from the passwords that hold each type: character by character, each weighed with the number of
    ways in which the password can still be finished.
    """
    everything = "".join(types) + space
    missing = list(types)
    drawn: list[str] = []
    counts = _Counts(types, len(everything), length)
    while missing:
        whole = counts.ways(missing)
        counts.shorten()
        index = _below(whole, entropy)
        for group in [*types, space]:
            after = [one for one in missing if one != group]
            ways = counts.ways(after)
            if index < len(group) * ways:
                drawn.append(group[index // ways])
                missing = after
                break
            index -= len(group) * ways
    # Whatever follows is allowed now.
    return "".join(drawn + _uniform(everything, length - len(drawn), entropy))


class _Counts:
    """How many ways there are to finish a password of which so many characters are open."""

    def __init__(self, types: Sequence[str], size: int, length: int) -> None:
        self._size = size
        self._open = length
        # size ** length for each alphabet that leaves some types out. A power of thousands of digits is worked out
        # once, and divided for every character that is drawn.
        sizes = {size - sum(map(len, left_out)) for left_out in _subsets(types)}
        self._powers = {one: one**length for one in sizes}

    def shorten(self) -> None:
        self._open -= 1
        for one, power in self._powers.items():
            self._powers[one] = power // one if one else int(self._open == 0)

    def ways(self, missing: Sequence[str]) -> int:
        """By inclusion and exclusion: all, less those without one of the missing types, and so on."""
        return sum(
            (-1) ** len(left_out) * self._powers[self._size - sum(map(len, left_out))]
            for left_out in _subsets(missing)
        )


def _subsets(types: Sequence[str]) -> list[tuple[str, ...]]:
    return [chosen for size in range(len(types) + 1) for chosen in combinations(types, size)]


def _below(limit: int, entropy: Entropy) -> int:
    """A number from 0 to `limit` - 1, each equally likely: what is too large is drawn again, at most every second time."""
    assert limit > 0, "a password was asked for that can't be"
    bits = (limit - 1).bit_length()
    while True:
        drawn = int.from_bytes(entropy((bits + 7) // 8)) >> (-bits % 8)
        if drawn < limit:
            return drawn


def _uniform(characters: str, length: int, entropy: Entropy) -> list[str]:
    size = len(characters)
    # The largest multiple of the size in a byte: above it the first characters would come more often.
    fair = 256 - 256 % size
    drawn: list[str] = []
    while len(drawn) < length:
        drawn += [characters[byte % size] for byte in entropy(length - len(drawn)) if byte < fair]
    return drawn
