"""Two Regions hold the same if and only if their digests are equal."""

from __future__ import annotations

from itertools import combinations
from types import MappingProxyType

import pytest

from watchword.replication.digest import Plain, digest

HEAD: dict[str, Plain] = {"description": "d", "tags": {"a": "1", "b": "2"}, "policy": None, "rotates": False}
ITEMS = [("v1", "c1", ["AWSPREVIOUS"]), ("v2", "c2", ["AWSCURRENT", "mine"])]

DIFFERENT: dict[str, tuple[dict[str, Plain], list[tuple[str, str, list[str]]]]] = {
    "as it is": (HEAD, ITEMS),
    "another description": (HEAD | {"description": "e"}, ITEMS),
    "no description": (HEAD | {"description": None}, ITEMS),
    "a description of no letters": (HEAD | {"description": ""}, ITEMS),
    "a tag's value": (HEAD | {"tags": {"a": "1", "b": "3"}}, ITEMS),
    "a tag's letters on the other side": (HEAD | {"tags": {"a1": "", "b": "2"}}, ITEMS),
    "a number for its letters": (HEAD | {"tags": {"a": 1, "b": "2"}}, ITEMS),
    "a truth for its number": (HEAD | {"rotates": 0}, ITEMS),
    "a list for a map": (HEAD | {"tags": ["a", "1", "b", "2"]}, ITEMS),
    "a version less": (HEAD, ITEMS[:1]),
    "no version": (HEAD, []),
    "another content": (HEAD, [("v1", "c9", ["AWSPREVIOUS"]), ITEMS[1]]),
    "a label less": (HEAD, [ITEMS[0], ("v2", "c2", ["AWSCURRENT"])]),
    "labels moved": (HEAD, [("v1", "c1", ["AWSCURRENT", "mine"]), ("v2", "c2", ["AWSPREVIOUS"])]),
    "two labels for one": (HEAD, [ITEMS[0], ("v2", "c2", ["AWSCURRENTmine"])]),
    "a letter from the one id in the other": (HEAD, [("v", "1c1", ["AWSPREVIOUS"]), ITEMS[1]]),
}


def test_different_revisions_have_different_digests() -> None:
    digests = {name: digest(head, items) for name, (head, items) in DIFFERENT.items()}

    assert [] == [(a, b) for a, b in combinations(digests, 2) if digests[a] == digests[b]]


def test_no_order_of_items_labels_or_keys_matters() -> None:
    head = MappingProxyType(dict(reversed(HEAD.items())))
    items = [(version, content, reversed(labels)) for version, content, labels in reversed(ITEMS)]

    assert digest(HEAD, ITEMS) == digest(head, items)


def test_the_digest_stays_what_it_is() -> None:
    """Stores on both sides keep it: another form is another protocol version."""
    assert "ad3fcf71927d23fcc22cf384ce9a76657c2d0f69d977783562eb2f719295f183" == digest(HEAD, ITEMS)


def test_a_number_that_two_engines_may_write_in_two_ways_is_refused() -> None:
    head: dict[str, object] = {"ratio": 0.1}

    with pytest.raises(TypeError, match="float"):
        digest(head, [])  # type: ignore[arg-type]  # what the types already refuse


def test_a_version_is_named_once() -> None:
    with pytest.raises(AssertionError):
        digest({}, [("v1", "c1", []), ("v1", "c2", [])])
