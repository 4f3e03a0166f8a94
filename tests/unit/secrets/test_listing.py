"""ListSecrets: what a filter matches (facts 9.1, each row recorded from AWS unless it says otherwise), and the order."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.secrets.made import incoming, link, secret

from watchword.api.shapes.secretsmanager import Filter, InvalidParameterException
from watchword.replication.model import Lifecycle
from watchword.secrets.listing import LOOKED_FIRST_MAX, Sieve, check_filters, words
from watchword.secrets.model import Secret


def one(key: str, *values: str) -> Filter:
    return Filter(key=key, values=values)


def described(text: str | None) -> Secret:
    return secret(description=text)


TAGGED = secret(tags={"Team": "Red", "stage": "prod"})
PRIMARY = secret(links=(link("us-east-2"),))
LEAVING_ONLY = secret(links=(replace(link("us-east-2"), lifecycle=Lifecycle.LEAVING),))
ALONE = secret()
REPLICA = secret(incoming=incoming())
RICH = secret(name="SecretOne", description="the thing", tags={"Owner": "teamBlue"})

FILTERS: dict[str, tuple[Secret, list[Filter], bool]] = {
    "no filter": (ALONE, [], True),
    "name: a prefix of the whole name": (secret(name="testing1"), [one("name", "testing")], True),
    "name: the whole name": (secret(name="testing1"), [one("name", "testing1")], True),
    "name: case counts": (secret(name="testing1"), [one("name", "Testing")], False),
    "name: not in the middle": (secret(name="testing1"), [one("name", "ing")], False),
    "name: no split into words": (secret(name="testing1"), [one("name", "testing1 one")], False),
    "name: a slash means a name that begins with one": (secret(name="/a/b"), [one("name", "/")], True),
    "name: a slash elsewhere is no beginning": (secret(name="a/b"), [one("name", "/")], False),
    "name: not a slash at the start": (secret(name="a/b"), [one("name", "!/")], True),
    "name: not a slash, but one is there": (secret(name="/a/b"), [one("name", "!/")], False),
    "description: a prefix of a word": (described("a secret"), [one("description", "sec")], True),
    "description: any case": (described("a Secret"), [one("description", "SECRET")], True),
    "description: `a` finds `an secret`": (described("an secret"), [one("description", "a")], True),
    "description: `a` finds `asecret`": (described("asecret"), [one("description", "a")], True),
    "description: `a secret` finds `a secret`": (
        described("a secret"),
        [one("description", "a secret")],
        True,
    ),
    "description: `a secret` finds `an secret`": (
        described("an secret"),
        [one("description", "a secret")],
        True,
    ),
    "description: `a secret` does not find `asecret`": (
        described("asecret"),
        [one("description", "a secret")],
        False,
    ),
    "description: the order of words is free": (
        described("secret a"),
        [one("description", "a secret")],
        True,
    ),
    "description: none has no words": (described(None), [one("description", "a")], False),
    "description: not": (described("b"), [one("description", "!a")], True),
    "description: not what nothing has": (described(None), [one("description", "!c")], True),
    "tag-key: a prefix": (TAGGED, [one("tag-key", "Te")], True),
    "tag-key: case counts": (TAGGED, [one("tag-key", "team")], False),
    "tag-value: a prefix": (TAGGED, [one("tag-value", "pro")], True),
    "tag-value: case counts": (TAGGED, [one("tag-value", "red")], False),
    "tag-value: keys are no values": (TAGGED, [one("tag-value", "Team")], False),
    "tag-key: never tagged": (ALONE, [one("tag-key", "T")], False),
    "tag-key: not, never tagged": (ALONE, [one("tag-key", "!T")], True),
    "primary-region: a primary": (PRIMARY, [one("primary-region", "us-east-1")], True),
    "primary-region: a replica": (REPLICA, [one("primary-region", "us-east-2")], True),
    "primary-region: not its own": (REPLICA, [one("primary-region", "us-east-1")], False),
    "primary-region: not replicated": (ALONE, [one("primary-region", "us")], False),
    "primary-region: its last replica is leaving": (LEAVING_ONLY, [one("primary-region", "us")], False),
    "owning-service: no secret here has one": (ALONE, [one("owning-service", "rds")], False),
    "all: a camel hump": (RICH, [one("all", "One")], True),
    "all: any case": (RICH, [one("all", "one")], True),
    "all: not inside a word": (RICH, [one("all", "ret")], False),
    "all: the description": (RICH, [one("all", "thi")], True),
    "all: a tag's key": (RICH, [one("all", "own")], True),
    "all: a tag's value, at its hump": (RICH, [one("all", "blue")], True),
    "all: every word must be somewhere": (RICH, [one("all", "secret blue")], True),
    "all: a word that is nowhere": (RICH, [one("all", "secret green")], False),
    "all: a lone separator matches nothing": (RICH, [one("all", "+")], False),
    "all: not": (RICH, [one("all", "!green")], True),
    "several values of a filter: any": (ALONE, [one("name", "x", "d")], True),
    "several filters: all": (RICH, [one("name", "Sec"), one("description", "the")], True),
    "several filters: one fails": (RICH, [one("name", "Sec"), one("description", "no")], False),
    "the same key twice: all": (RICH, [one("all", "one"), one("all", "nothing")], False),
}


@pytest.mark.parametrize(("held", "filters", "found"), FILTERS.values(), ids=FILTERS)
def test_a_filter_finds(held: Secret, filters: list[Filter], found: bool) -> None:
    assert Sieve(filters).passes(held) is found


WORDS = {
    "blanks": ("two words", ["two", "words"]),
    "a camel hump": ("SecretOne", ["Secret", "One"]),
    "a lower beginning": ("mySecret", ["my", "Secret"]),
    "the last capital goes with what follows": ("COMPANYthings", ["COMPAN", "Ythings"]),
    "capitals to the end": ("mySQL", ["my", "SQL"]),
    "one kind of separator": ("prod/app/db", ["prod", "app", "db"]),
    "two kinds split nothing": ("prod/app-db", ["prod/app-db"]),
    "a separator in each of two words": ("a/b c-d", ["a", "b", "c", "d"]),
    "a lone separator": ("+", []),
    "nothing": ("", []),
}


@pytest.mark.parametrize(("text", "expected"), WORDS.values(), ids=WORDS)
def test_the_all_filter_sees_words(text: str, expected: list[str]) -> None:
    assert words(text) == expected


tags_held = st.dictionaries(
    st.text("abZ/é\U0001f511", max_size=3), st.text("abZ/é\U0001f511", max_size=3), max_size=6
)
prefixes = st.text("abZ/", max_size=3)


@given(tags=tags_held, prefix=prefixes)
def test_a_tag_is_found_by_any_beginning_of_its_key_or_value(tags: dict[str, str], prefix: str) -> None:
    held = secret(tags=tags)

    assert Sieve([one("tag-key", prefix)]).passes(held) is any(key.startswith(prefix) for key in tags)
    assert Sieve([one("tag-value", prefix)]).passes(held) is any(
        value.startswith(prefix) for value in tags.values()
    )


class Looked:
    """A row whose store counts how often it is asked."""

    name, description, tags = "n", None, None

    def __init__(self) -> None:
        self.looks = 0

    @property
    def primary_region(self) -> str | None:
        self.looks += 1
        return None


def test_a_row_s_primary_region_is_looked_up_once_whoever_asks() -> None:
    """Ten filters of ten values each would read a hundred times as much of the store for thousands of rows."""
    row = Looked()

    assert not Sieve([one("primary-region", "eu", "!eu"), one("primary-region", *["us"] * 10)]).passes(row)

    assert row.looks == 1


spoken = st.text("aAbBkKσΣİK /-.", max_size=12)
asked_for = st.text("aAbBkK /-.", min_size=1, max_size=4)


@given(text=spoken, tag=spoken, value=asked_for, crowd=st.booleans())
def test_what_is_looked_for_first_decides_nothing(text: str, tag: str, value: str, crowd: bool) -> None:
    """Beyond a number of values texts are taken apart at once: the answer is the same, whichever way it was found."""
    held = secret(name="n", description=text, tags={"t": tag})
    everywhere = [word.lower() for part in ("n", text, "t", tag) for word in words(part)]
    asked = [word.lower() for word in words(value)]
    # Values that nothing has: they change the way and not the answer.
    others = ["nobody"] * LOOKED_FIRST_MAX if crowd else []

    described_so = all(
        any(word.startswith(one) for word in text.lower().split()) for one in value.lower().split()
    )
    assert Sieve([one("description", value, *others)]).passes(held) is described_so
    found = bool(asked) and all(any(word.startswith(one) for word in everywhere) for one in asked)
    assert Sieve([one("all", value, *others)]).passes(held) is found


def test_a_filter_says_what_it_filters_by() -> None:
    with pytest.raises(InvalidParameterException) as refused:
        check_filters([Filter(values=("a",))])

    assert refused.value.message == "Invalid filter key"


@pytest.mark.parametrize("values", [None, ()])
def test_a_filter_has_values(values: tuple[str, ...] | None) -> None:
    with pytest.raises(InvalidParameterException) as refused:
        check_filters([one("name", "a"), Filter(key="description", values=values)])

    assert refused.value.message == "Invalid filter values for key: description"
