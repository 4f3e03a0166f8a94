"""Lists while others write, and their tokens, through the gate (facts 1.2, 1.13, 9.1 and 9.2).

A page goes on from a place in an order, not from a number of rows, so what is made or deleted meanwhile moves nobody else.
What moves by itself, in an order by the date of its change or access, may be seen where it was, where it is, or in both.
"""

from __future__ import annotations

import itertools
import json
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.contract.region import (
    Answer,
    Region,
    make_region,
    scratch,
    token,
)

from watchword.identity.model import AccessKey
from watchword.secrets import listing

BAD_TOKEN = ("InvalidNextTokenException", "The NextToken value is not valid.")
PAGES_MAX = 500
WAIT_S = 30.0
OTHER_ACCOUNT = "210987654321"
OTHER_KEY_ID, OTHER_SECRET = "AKIAI44QH8DHBEXAMPLE", "je7MtGbClwBF/2Zp9Utk/h3yCo8nvbEXAMPLEKEY"
"""AWS's other example key, published as such."""


@contextmanager
def a_region(name: str = "us-east-1") -> Iterator[Region]:
    with scratch() as folder:
        made = make_region(folder, name)
        yield made
        made.stores.close()


def names(page: dict[str, Any]) -> list[str]:
    return [secret["Name"] for secret in page["SecretList"]]


def pages(region: Region, *, between: Callable[[], None], **asked: object) -> list[str]:
    """The names of all pages, with something done before each next one."""
    seen: list[str] = []
    next_token: str | None = None
    for _ in range(PAGES_MAX):
        page = region.call("ListSecrets", NextToken=next_token, **asked)
        seen += names(page)
        next_token = page.get("NextToken")
        if next_token is None:
            return seen
        between()
    raise AssertionError("the pages do not end")


def assert_each_once(seen: Iterable[str], *, stayed: set[str], was_there: set[str]) -> None:
    """Nobody twice, nobody who stayed left out, nobody who never was."""
    listed = list(seen)
    assert len(listed) == len(set(listed))
    assert stayed <= set(listed)
    assert set(listed) <= was_there


# Pages while others write

ORDERS = ("created-date", "last-changed-date", "last-accessed-date", "name")
FILTERS: dict[str, list[dict[str, object]]] = {
    "none": [],
    "all of them": [{"Key": "name", "Values": ["s"]}],
    "half of them": [{"Key": "tag-value", "Values": ["even"]}],
}
changes = st.lists(
    st.tuples(st.sampled_from(("make", "delete", "mark", "restore")), st.integers(0, 99)), max_size=4
)


class Crowd:
    """Secrets that stay, and others that come and go; names say which they are."""

    def __init__(self, region: Region, *, staying: int, going: int) -> None:
        self._region = region
        self._serial = itertools.count()
        self.stayed: set[str] = set()
        self.was_there: set[str] = set()
        self._there: list[str] = []
        self._marked: list[str] = []
        for number in range(staying + going):
            name = self.make()
            if number % (staying + going) < staying:
                self.stayed.add(name)
                self._there.remove(name)

    def make(self) -> str:
        number = next(self._serial)
        # Neither the order of making nor its opposite; and some in the same millisecond.
        name = f"s{number * 37 % 101:03}-{number}"
        self._region.clock.forward(number % 2)
        self._region.call(
            "CreateSecret", Name=name, Tags=[{"Key": "kind", "Value": ("even", "odd")[number % 2]}]
        )
        self.was_there.add(name)
        self._there.append(name)
        return name

    def change(self, kind: str, which: int) -> None:
        if kind == "make":
            self.make()
        elif kind == "restore" and self._marked:
            name = self._marked.pop(which % len(self._marked))
            self._region.call("RestoreSecret", SecretId=name)
            self._there.append(name)
        elif kind in ("delete", "mark") and self._there:
            name = self._there.pop(which % len(self._there))
            if kind == "delete":
                self._region.call("DeleteSecret", SecretId=name, ForceDeleteWithoutRecovery=True)
            else:
                self._region.call("DeleteSecret", SecretId=name)
                self._marked.append(name)

    def stayed_and(self, tag: str) -> set[str]:
        return {name for name in self.stayed if int(name.partition("-")[2]) % 2 == (tag == "odd")}


@settings(max_examples=60, deadline=None)
@given(
    key=st.sampled_from(("created-date", "name")),
    order=st.sampled_from(("asc", "desc")),
    filters=st.sampled_from(sorted(FILTERS)),
    size=st.integers(1, 5),
    between=st.lists(changes, max_size=12),
)
def test_pages_hold_each_secret_that_stays_once_whatever_comes_and_goes(
    key: str, order: str, filters: str, size: int, between: list[list[tuple[str, int]]]
) -> None:
    with a_region() as region:
        crowd = Crowd(region, staying=8, going=5)
        steps = iter(between)

        def change() -> None:
            for kind, which in next(steps, []):
                crowd.change(kind, which)

        seen = pages(
            region,
            between=change,
            SortBy=key,
            SortOrder=order,
            MaxResults=size,
            Filters=FILTERS[filters] or None,
        )

        stayed = crowd.stayed_and("even") if filters == "half of them" else crowd.stayed
        assert_each_once(seen, stayed=stayed, was_there=crowd.was_there)


@settings(max_examples=30, deadline=None)
@given(
    key=st.sampled_from(("last-changed-date", "last-accessed-date")),
    order=st.sampled_from(("asc", "desc")),
    size=st.integers(1, 5),
    between=st.lists(st.lists(st.sampled_from(("make", "delete")), max_size=3), max_size=12),
)
def test_in_orders_that_move_those_that_do_not_move_are_held_once_too(
    key: str, order: str, size: int, between: list[list[str]]
) -> None:
    with a_region() as region:
        crowd = Crowd(region, staying=8, going=5)
        steps = iter(between)

        def change() -> None:
            for kind in next(steps, []):
                crowd.change(kind, 0)

        seen = pages(region, between=change, SortBy=key, SortOrder=order, MaxResults=size)

        assert_each_once(seen, stayed=crowd.stayed, was_there=crowd.was_there)


def test_a_list_that_counts_rows_would_be_found_out(region: Region) -> None:
    """The harness catches a planted fault: pages cut by their number, as an offset cuts them."""
    for name in ("a", "b", "c", "d"):
        region.call("CreateSecret", Name=name)
    seen = names(region.call("ListSecrets", SortBy="name"))[:2]
    region.call("DeleteSecret", SecretId="a", ForceDeleteWithoutRecovery=True)
    seen += names(region.call("ListSecrets", SortBy="name"))[2:]

    with pytest.raises(AssertionError):
        assert_each_once(seen, stayed={"b", "c", "d"}, was_there={"a", "b", "c", "d"})
    with pytest.raises(AssertionError):
        assert_each_once(["b", "b"], stayed={"b"}, was_there={"b"})


@pytest.mark.parametrize("key", ORDERS)
def test_pages_hold_each_secret_that_stays_once_while_threads_make_and_delete_others(
    region: Region, key: str
) -> None:
    """Real threads, each with its own connection: a page is of one commit, and commits fall between and beside pages."""
    stayed = {f"stay-{number:03}" for number in range(40)}
    for name in sorted(stayed):
        region.call("CreateSecret", Name=name)
    ended = threading.Event()
    changed: list[int] = []

    def come_and_go(which: int) -> None:
        count = 0
        while not ended.is_set():
            name = f"{('a', 'stay-020', 'z')[count % 3]}-{which}-{count}"
            region.call("CreateSecret", Name=name)
            region.call("DeleteSecret", SecretId=name, ForceDeleteWithoutRecovery=True)
            count += 1
        changed.append(count)
        region.stores.close()

    threads = [threading.Thread(target=come_and_go, args=(which,)) for which in range(2)]
    for thread in threads:
        thread.start()
    try:
        rounds = [
            pages(region, between=lambda: None, SortBy=key, SortOrder=order, MaxResults=3)
            for order in ("asc", "desc") * 2
        ]
    finally:
        ended.set()
        for thread in threads:
            thread.join(WAIT_S)

    assert len(changed) == 2
    assert all(changed)
    for seen in rounds:
        held = [name for name in seen if name in stayed]
        assert sorted(held) == sorted(stayed)
        assert len(seen) == len(set(seen))


def test_a_page_of_those_that_nobody_sees_ends_early_and_not_the_list(
    region: Region, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A thousand secrets in their recovery window are looked at as rows that no filter lets through."""
    monkeypatch.setattr(listing, "SCANNED_MAX", 4)
    monkeypatch.setattr(listing, "SCATTERED_MAX", 3)
    for number in range(12):
        region.clock.forward(1)
        region.call("CreateSecret", Name=f"s{number:02}")
        if number not in (0, 11):
            region.call("DeleteSecret", SecretId=f"s{number:02}")
    counted: dict[str, int] = {}

    for key in ("created-date", "name"):
        counted[key] = 0

        def count(key: str = key) -> None:
            counted[key] += 1

        assert pages(region, between=count, SortBy=key) == ["s00", "s11"]

    # Twelve rows: four at a time, three at a time.
    assert counted == {"created-date": 2, "name": 3}


def test_a_full_page_before_those_that_nobody_sees_is_the_last(region: Region) -> None:
    for name in ("a", "b", "c"):
        region.clock.forward(1)
        region.call("CreateSecret", Name=name)
    region.call("DeleteSecret", SecretId="c")

    assert "NextToken" not in region.call("ListSecrets", MaxResults=2)
    assert "NextToken" in region.call("ListSecrets", MaxResults=2, IncludePlannedDeletion=True)


# Tokens


def listed(region: Region) -> dict[str, dict[str, object]]:
    """Secrets enough for a second page of each operation that has pages, and how it is asked for."""
    for name in ("a1", "a2", "a3"):
        region.call("CreateSecret", Name=name, SecretString="v")
    region.call("PutSecretValue", SecretId="a1", SecretString="w")
    return {
        "ListSecrets": {"MaxResults": 1, "Filters": [{"Key": "name", "Values": ["a"]}]},
        "BatchGetSecretValue": {"MaxResults": 1, "Filters": [{"Key": "name", "Values": ["a"]}]},
        "ListSecretVersionIds": {"MaxResults": 1, "SecretId": "a1"},
    }


PAGED = ("ListSecrets", "BatchGetSecretValue", "ListSecretVersionIds")


@pytest.mark.parametrize("operation", PAGED)
def test_a_token_with_any_one_character_changed_is_none(region: Region, operation: str) -> None:
    asked = listed(region)[operation]
    next_token: str = region.call(operation, **asked)["NextToken"]

    for at, character in enumerate(next_token):
        for other in ("A", "B", chr(ord(character) ^ 1)):
            if other != character:
                touched = next_token[:at] + other + next_token[at + 1 :]
                assert region.refused(operation, NextToken=touched, **asked) == BAD_TOKEN, (at, other)
    # What was asked of a touched one says nothing of the true one.
    assert region.ask(operation, NextToken=next_token, **asked).status == 200


@pytest.mark.parametrize("operation", PAGED)
def test_a_token_that_was_cut_or_drawn_out_is_none(region: Region, operation: str) -> None:
    asked = listed(region)[operation]
    next_token: str = region.call(operation, **asked)["NextToken"]
    lengths = [next_token[:size] for size in range(1, len(next_token))]

    for touched in (*lengths, next_token + "A", next_token + "=", next_token * 2, " " + next_token):
        assert region.refused(operation, NextToken=touched, **asked) == BAD_TOKEN


@pytest.mark.parametrize("operation", PAGED)
def test_a_token_says_nothing_of_where_the_page_ended(region: Region, operation: str) -> None:
    """Opaque: two tokens of one page have nothing in common beyond the head, so neither holds a name in some spelling."""
    asked = listed(region)[operation]

    one, other = (region.call(operation, **asked)["NextToken"] for _ in range(2))

    assert one != other
    assert one[8:] != other[8:]
    assert sum(left == right for left, right in zip(one[8:], other[8:], strict=True)) < len(one) // 4


@pytest.mark.parametrize("operation", PAGED)
def test_a_token_is_of_its_own_operation_alone(region: Region, operation: str) -> None:
    asked = listed(region)
    next_token = region.call(operation, **asked[operation])["NextToken"]

    for other in set(PAGED) - {operation}:
        assert region.refused(other, NextToken=next_token, **asked[other]) == BAD_TOKEN


@pytest.mark.parametrize("operation", PAGED)
def test_a_token_is_of_its_own_region_alone(region: Region, operation: str) -> None:
    """Even where secrets, names and queries are the same, for each Region seals with a key of its own."""
    next_token = region.call(operation, **listed(region)[operation])["NextToken"]
    with a_region("us-east-2") as other:
        assert other.refused(operation, NextToken=next_token, **listed(other)[operation]) == BAD_TOKEN


@pytest.mark.parametrize("operation", ["ListSecrets", "BatchGetSecretValue"])
def test_a_token_is_of_its_own_account_alone(region: Region, operation: str) -> None:
    """Another account's list begins where it begins, not behind somebody else's secret."""
    asked = listed(region)[operation]
    next_token = region.call(operation, **asked)["NextToken"]
    add_account(region)

    answer = ask_as_other(region, operation, NextToken=next_token, **asked)

    assert answer.refusal == (400, *BAD_TOKEN)
    assert ask_as_other(region, operation, **asked).status == 200


def add_account(region: Region) -> None:
    sealed = region.custody.seal_access_key(access_key_id=OTHER_KEY_ID, secret_access_key=OTHER_SECRET)
    region.stores.add_account(OTHER_ACCOUNT, now=region.clock.now)
    region.stores.add_access_key(
        AccessKey(
            access_key_id=OTHER_KEY_ID,
            account=OTHER_ACCOUNT,
            principal_arn=f"arn:aws:iam::{OTHER_ACCOUNT}:root",
            user_id=OTHER_ACCOUNT,
            sealed_secret=sealed,
            active=True,
        )
    )


def ask_as_other(region: Region, operation: str, **members: object) -> Answer:
    body = json.dumps(members).encode()
    return region.send(
        region.request(operation, body, access_key_id=OTHER_KEY_ID, secret_access_key=OTHER_SECRET)
    )


# A hundred versions


@pytest.mark.parametrize("size", [1, 7, 50, 99, 100])
def test_a_hundred_versions_are_paged_each_once_in_order(region: Region, size: int) -> None:
    """Facts 3: a secret has a hundred versions at most; none is dropped that is younger than a day."""
    region.call("CreateSecret", Name="db")
    made = []
    for number in range(100):
        # Two in each millisecond: the order does not rest on the moment alone.
        region.clock.forward(number % 2)
        made.append(token())
        region.call("PutSecretValue", SecretId="db", SecretString="v", ClientRequestToken=made[-1])
    seen: list[str] = []
    next_token: str | None = None
    for _ in range(PAGES_MAX):
        page = region.call(
            "ListSecretVersionIds",
            SecretId="db",
            IncludeDeprecated=True,
            MaxResults=size,
            NextToken=next_token,
        )
        assert len(page["Versions"]) <= size
        seen += [version["VersionId"] for version in page["Versions"]]
        next_token = page.get("NextToken")
        if next_token is None:
            break

    assert len(seen) == len(set(seen)) == 100
    assert set(seen) == set(made)
    assert seen[-1] == made[-1] or seen[-2] == made[-1]
