"""Wildcards: what matches, found in time that is linear in the text, whatever the pattern is (facts B.5)."""

from __future__ import annotations

import time
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from watchword.identity.wildcards import Wild, globs, parts_of, patterns

MATCHES: dict[str, tuple[str, str, bool]] = {
    "a text": ("abc", "abc", True),
    "more than the text": ("abc", "abcd", False),
    "less than the text": ("abc", "ab", False),
    "nothing": ("", "", True),
    "nothing and something": ("", "a", False),
    "*": ("*", "", True),
    "* and anything": ("*", "a\n:/ü", True),
    "?": ("?", "a", True),
    "? is not nothing": ("?", "", False),
    "? is not two": ("?", "ab", False),
    "at the end": ("a*", "abc", True),
    "at the beginning": ("*c", "abc", True),
    "on both sides": ("*b*", "abc", True),
    "in the middle": ("a*c", "abbc", True),
    "the ends must not overlap": ("ab*ba", "aba", False),
    "the ends may touch": ("ab*ba", "abba", True),
    "the inner text must not be in the ends": ("ab*b*", "ab", False),
    "* and ?": ("*?", "", False),
    "? and *": ("?*", "a", True),
    "three characters at least": ("*?*?*?*", "ab", False),
    "several inner texts, in order": ("*a*b*c*", "xaxbxcx", True),
    "several inner texts, out of order": ("*a*c*b*", "xaxbxcx", False),
    "a ? within": ("*a?c*", "xxabcxx", True),
    "a ? within that is missing": ("*a?c*", "xxacxx", False),
    "the first try may fail": ("*aab*", "aaab", True),
    "and with ?": ("*a?b*", "aaaab", True),
    "a regular expression is text": ("a.c[d]+$", "abcd", False),
    "and matches itself": ("a.c[d]+$", "a.c[d]+$", True),
    "a backslash is text": ("a\\*", "a\\x", True),
}


@pytest.mark.parametrize(("pattern", "text", "matches"), MATCHES.values(), ids=MATCHES)
def test_a_pattern_matches(pattern: str, text: str, matches: bool) -> None:
    assert patterns([parts_of(pattern)]).match(text) is matches
    # Beside another one that is walked as well, in front of it and behind.
    assert patterns([parts_of("*q?q*"), parts_of(pattern)]).match(text) is matches
    assert patterns([parts_of(pattern), parts_of("*q?q*")]).match(text) is matches


def slowly(pattern: str, text: str) -> bool:
    """The definition, with nothing clever in it."""

    @cache
    def rest(i: int, j: int) -> bool:
        if i == len(pattern):
            return j == len(text)
        if pattern[i] == "*":
            return rest(i + 1, j) or (j < len(text) and rest(i, j + 1))
        return j < len(text) and pattern[i] in ("?", text[j]) and rest(i + 1, j + 1)

    return rest(0, 0)


PATTERNS = st.text(alphabet="ab*?:", max_size=10)


@settings(max_examples=100, deadline=None)
@given(st.lists(PATTERNS, min_size=1, max_size=4), st.text(alphabet="ab:c", max_size=12))
def test_a_set_of_patterns_matches_what_one_of_them_does(texts: list[str], text: str) -> None:
    expected = any(slowly(pattern, text) for pattern in texts)

    assert patterns(map(parts_of, texts)).match(text) is expected
    assert globs([parts_of(pattern) for pattern in texts]).match(text) is expected


def test_a_literal_wildcard_is_a_character() -> None:
    pattern = patterns([("a", "*", Wild.TEXT)])

    assert pattern.match("a*b")
    assert not pattern.match("ab")


HOSTILE = {
    "many stars": ["*a" * 10_000],
    "stars and questions": ["*a?" * 6_000],
    "questions": ["*" + "a?" * 1_000 + "b"],
    "many patterns": ["*a?b*"] * 4_000,
    "many different patterns": [f"*a?{number}*" for number in range(3_000)],
    "nested repeats": ["a*" * 5_000 + "b"],
}


@pytest.mark.parametrize("texts", HOSTILE.values(), ids=HOSTILE)
def test_no_pattern_makes_a_text_slow(texts: list[str]) -> None:
    """20 KiB of wildcards, against the longest text of a request that a condition reads: 50 ms on a slow machine, where
    trying again would take longer than anybody waits."""
    made = patterns(map(parts_of, texts))
    began = time.process_time()

    for text in ("a" * 2_048, "ab" * 1_024, "a" * 2_047 + "b"):
        made.match(text)

    assert time.process_time() - began < 0.05
