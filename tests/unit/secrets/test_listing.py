"""ListSecrets: what a filter matches (facts 9.1, each row recorded from AWS unless it says otherwise), and the order."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.unit.secrets.made import NOW, incoming, link, secret, version

from watchword.api.shapes.secretsmanager import Filter, InvalidParameterException
from watchword.replication.model import Lifecycle
from watchword.secrets.listing import check_filters, matches, position, words
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
    assert matches(held, filters) is found


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


def test_a_filter_says_what_it_filters_by() -> None:
    with pytest.raises(InvalidParameterException) as refused:
        check_filters([Filter(values=("a",))])

    assert refused.value.message == "Invalid filter key"


@pytest.mark.parametrize("values", [None, ()])
def test_a_filter_has_values(values: tuple[str, ...] | None) -> None:
    with pytest.raises(InvalidParameterException) as refused:
        check_filters([one("name", "a"), Filter(key="description", values=values)])

    assert refused.value.message == "Invalid filter values for key: description"


READ = secret(replace(version("a"), accessed_day=20_000))
POSITIONS = {
    "created": (ALONE, (NOW, ALONE.sid)),
    "changed": (replace(ALONE, changed_ms=NOW + 5), (NOW + 5, ALONE.sid)),
    "name": (ALONE, ("db", ALONE.sid)),
    "accessed": (READ, (20_000, READ.sid)),
}


@pytest.mark.parametrize(
    ("order", "held", "expected"), [(order, *row) for order, row in POSITIONS.items()], ids=POSITIONS
)
def test_a_secret_has_one_place_in_each_order(
    order: str, held: Secret, expected: tuple[int | str, str]
) -> None:
    assert position(held, order) == expected


def test_a_secret_that_was_never_read_stands_before_every_day() -> None:
    assert position(ALONE, "accessed") < position(secret(replace(version("a"), accessed_day=0)), "accessed")
