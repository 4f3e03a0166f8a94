"""Tags of a secret (facts 9.5)."""

from __future__ import annotations

import pytest

from watchword.api.shapes.secretsmanager import InvalidParameterException, Tag
from watchword.secrets.model import TAGS_MAX
from watchword.secrets.tags import as_shapes, tagged, untagged


def many(count: int, *, first: int = 0) -> list[Tag]:
    return [Tag(key=f"k{number}", value="v") for number in range(first, first + count)]


def test_a_new_tag_is_added_and_a_known_key_gets_the_new_value() -> None:
    after = tagged(
        {"team": "red", "stage": "prod"}, [Tag(key="team", value="blue"), Tag(key="Team", value="x")]
    )

    assert after == {"team": "blue", "stage": "prod", "Team": "x"}


def test_tagging_leaves_what_it_was_given_alone() -> None:
    before = {"team": "red"}

    tagged(before, [Tag(key="team", value="blue")])

    assert before == {"team": "red"}


@pytest.mark.parametrize("key", ["aws:team", "AWS:team", "Aws:"])
def test_the_prefix_aws_is_reserved_in_any_case(key: str) -> None:
    with pytest.raises(InvalidParameterException):
        tagged(None, [Tag(key=key, value="v")])


def test_aws_without_a_colon_is_a_key_like_any_other() -> None:
    assert tagged(None, [Tag(key="awsome", value="v")]) == {"awsome": "v"}


def test_one_key_twice_in_a_request_is_refused() -> None:
    with pytest.raises(InvalidParameterException):
        tagged(None, [Tag(key="a", value="1"), Tag(key="a", value="2")])


def test_fifty_tags_are_the_most_in_all() -> None:
    assert len(tagged({f"k{number}": "v" for number in range(49)}, many(1, first=49))) == TAGS_MAX
    # A known key takes no place.
    assert len(tagged({f"k{number}": "v" for number in range(50)}, many(1))) == TAGS_MAX

    with pytest.raises(InvalidParameterException):
        tagged({f"k{number}": "v" for number in range(50)}, many(1, first=50))


def test_a_tag_without_a_value_has_an_empty_one() -> None:
    assert tagged(None, [Tag(key="a")]) == {"a": ""}


def test_unknown_keys_are_ignored_when_tags_are_removed() -> None:
    assert untagged({"a": "1", "b": "2"}, ["a", "z"]) == {"b": "2"}


def test_all_tags_removed_is_not_the_same_as_never_tagged() -> None:
    """Facts 1.7 (recorded): all removed -> `Tags: []`, never tagged -> no member."""
    assert as_shapes(untagged({"a": "1"}, ["a"])) == ()
    assert as_shapes(untagged(None, ["a"])) is None


def test_tags_are_shown_as_pairs() -> None:
    assert as_shapes({"a": "1", "b": ""}) == (Tag(key="a", value="1"), Tag(key="b", value=""))
