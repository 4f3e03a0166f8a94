"""How staging labels move and which versions are kept (facts 3)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from tests.unit.secrets.made import DAY_MS, NOW, secret, version

from watchword.api.errors import ApiError
from watchword.api.shapes.secretsmanager import (
    InvalidParameterException,
    InvalidRequestException,
    LimitExceededException,
    ResourceNotFoundException,
)
from watchword.secrets.model import CURRENT, LABELS_MAX, PENDING, PREVIOUS, VERSIONS_MAX, Secret, Version
from watchword.secrets.versions import chosen, labelled, move_label, put_value

Change = Callable[[Secret], Secret]


def put(version_id: str, *labels: str, now: int = NOW) -> Change:
    return lambda before: put_value(before, new=version(version_id, *labels, created_ms=now), now=now)


def fold(changes: list[Change]) -> Secret:
    made = secret()
    for change in changes:
        made = change(made)
    return made


def labels_by_version(of: Secret) -> dict[str, set[str]]:
    return {each.id: set(each.labels) for each in of.versions.values()}


LABEL_MOVES: dict[str, tuple[list[Change], Change, dict[str, set[str]]]] = {
    "first value becomes current": ([], put("a", CURRENT), {"a": {CURRENT}}),
    "first value becomes current whatever was asked": (
        [],
        put("a", PENDING),
        {"a": {CURRENT, PENDING}},
    ),
    "a new current demotes the old one": (
        [put("a", CURRENT)],
        put("b", CURRENT),
        {"a": {PREVIOUS}, "b": {CURRENT}},
    ),
    "only one version is previous": (
        [put("a", CURRENT), put("b", CURRENT)],
        put("c", CURRENT),
        {"a": set(), "b": {PREVIOUS}, "c": {CURRENT}},
    ),
    "a pending value disturbs nothing": (
        [put("a", CURRENT)],
        put("p", PENDING),
        {"a": {CURRENT}, "p": {PENDING}},
    ),
    "a listed label leaves its former holder": (
        [put("a", CURRENT), put("p", PENDING)],
        put("q", PENDING),
        {"a": {CURRENT}, "p": set(), "q": {PENDING}},
    ),
    "current with a label of the caller's": (
        [put("a", CURRENT)],
        put("b", CURRENT, "X"),
        {"a": {PREVIOUS}, "b": {CURRENT, "X"}},
    ),
    "custom labels stay where they are": (
        [put("a", CURRENT, "X")],
        put("b", CURRENT),
        {"a": {PREVIOUS, "X"}, "b": {CURRENT}},
    ),
    "a custom label taken from the current version leaves it current": (
        [put("a", CURRENT, "X")],
        put("b", "X"),
        {"a": {CURRENT}, "b": {"X"}},
    ),
    "previous may be put on a new version while current stays": (
        [put("a", CURRENT), put("b", CURRENT)],
        put("c", PREVIOUS),
        {"a": set(), "b": {CURRENT}, "c": {PREVIOUS}},
    ),
    "previous follows current even if it is asked for as well": (
        [put("a", CURRENT), put("b", CURRENT)],
        put("c", CURRENT, PREVIOUS),
        {"a": set(), "b": {PREVIOUS}, "c": {CURRENT}},
    ),
    "previous and current on the very first value": (
        [],
        put("a", PREVIOUS),
        {"a": {CURRENT, PREVIOUS}},
    ),
    "the holder of previous is demoted from it by the current one": (
        [put("a", CURRENT), put("b", CURRENT), put("p", PENDING)],
        put("c", CURRENT, PENDING),
        {"a": set(), "b": {PREVIOUS}, "p": set(), "c": {CURRENT, PENDING}},
    ),
}


@pytest.mark.parametrize(("before", "change", "labels"), LABEL_MOVES.values(), ids=LABEL_MOVES)
def test_labels_move_with_a_new_value(
    before: list[Change], change: Change, labels: dict[str, set[str]]
) -> None:
    """PutSecretValue: a label is on one version; AWSPREVIOUS follows AWSCURRENT (facts 3.3)."""
    made = fold(before)

    after = change(made)

    assert labels == labels_by_version(after)


@pytest.mark.parametrize(("before", "change", "labels"), LABEL_MOVES.values(), ids=LABEL_MOVES)
def test_a_new_value_is_one_revision_and_stamps_only_what_it_changes(
    before: list[Change], change: Change, labels: dict[str, set[str]]
) -> None:
    """What a version's revision says decides what a message to a replica carries."""
    made = fold(before)

    after = change(made)

    assert (after.revision, after.stamp) == (made.revision + 1, made.stamp + 1)
    for held in after.versions.values():
        old = made.versions.get(held.id)
        changed = old is None or old.labels != held.labels
        assert held.revision == (after.revision if changed else old.revision if old else 0)


def test_a_placeholder_without_a_value_is_filled_and_keeps_no_second_place() -> None:
    before = secret(version("a", CURRENT), version("p", PENDING, empty=True))

    after = put("p", PENDING)(before)

    assert after.versions["p"].content_id is not None
    assert labels_by_version(after) == {"a": {CURRENT}, "p": {PENDING}}


def labels(count: int) -> list[str]:
    return [f"label{number}" for number in range(count)]


def test_twenty_labels_over_all_versions_are_the_most() -> None:
    """Facts 3.4: 20 labels summed over all versions of a secret."""
    before = secret(version("a", CURRENT, *labels(LABELS_MAX - 2)))

    after = put("b", "last")(before)

    assert sum(len(each.labels) for each in after.versions.values()) == LABELS_MAX
    with pytest.raises(LimitExceededException):
        put("c", "one too many")(after)


def test_a_label_that_moves_counts_once() -> None:
    before = secret(version("a", CURRENT, *labels(LABELS_MAX - 1)))

    after = put("b", *labels(LABELS_MAX - 1))(before)

    assert labels_by_version(after) == {"a": {CURRENT}, "b": set(labels(LABELS_MAX - 1))}


def old(number: int) -> Version:
    """An unlabelled version; the higher the number, the younger, and all older than a day."""
    return version(f"v{number:03}", created_ms=NOW - 2 * DAY_MS + number)


def test_a_hundred_versions_are_kept_and_the_oldest_without_a_label_goes() -> None:
    before = secret(*(old(number) for number in range(VERSIONS_MAX - 1)), version("now", CURRENT))

    after = put("next", CURRENT)(before)

    assert len(after.versions) == VERSIONS_MAX
    assert set(before.versions) - set(after.versions) == {"v000"}


def test_below_a_hundred_versions_none_is_removed() -> None:
    before = secret(*(old(number) for number in range(VERSIONS_MAX - 2)), version("now", CURRENT))

    after = put("next", CURRENT)(before)

    assert set(after.versions) == {*before.versions, "next"}


def test_a_labelled_version_is_never_removed_however_old() -> None:
    oldest = version("oldest", "keep", created_ms=0)
    before = secret(oldest, *(old(number) for number in range(VERSIONS_MAX - 2)), version("now", CURRENT))

    after = put("next", CURRENT)(before)

    assert "oldest" in after.versions
    assert "v000" not in after.versions


AGES = {"a day": (DAY_MS, True), "a millisecond less than a day": (DAY_MS - 1, False)}


@pytest.mark.parametrize(("age_ms", "removable"), AGES.values(), ids=AGES)
def test_a_version_younger_than_a_day_is_never_removed(age_ms: int, removable: bool) -> None:
    """Facts 3.4: instead, the hundred-and-first within a day is refused."""
    young = [version(f"y{number:03}", created_ms=NOW - age_ms) for number in range(VERSIONS_MAX - 1)]
    before = secret(*young, version("now", CURRENT))

    if removable:
        assert len(put("next", CURRENT)(before).versions) == VERSIONS_MAX
    else:
        with pytest.raises(LimitExceededException):
            put("next", CURRENT)(before)


def test_a_secret_far_above_the_quota_is_trimmed_at_once() -> None:
    before = secret(*(old(number) for number in range(VERSIONS_MAX + 50)), version("now", CURRENT))

    after = put("next", CURRENT)(before)

    assert len(after.versions) == VERSIONS_MAX


HELD = secret(
    version("a", PREVIOUS),
    version("b", CURRENT, "X"),
    version("p", PENDING, empty=True),
    version("d"),
)
CHOICES: dict[str, tuple[str | None, str | None, str]] = {
    "neither means current": (None, None, "b"),
    "by label": (None, PREVIOUS, "a"),
    "by custom label": (None, "X", "b"),
    "by id": ("a", None, "a"),
    "both that agree": ("b", "X", "b"),
    "an unlabelled one by its id": ("d", None, "d"),
}


@pytest.mark.parametrize(("version_id", "label", "expected"), CHOICES.values(), ids=CHOICES)
def test_a_read_means_one_version(version_id: str | None, label: str | None, expected: str) -> None:
    assert chosen(HELD, version_id=version_id, label=label).id == expected


NOT_FOUND = "Secrets Manager can't find the specified secret value for"
NO_CHOICES: dict[str, tuple[Secret, str | None, str | None, type[ApiError], str]] = {
    "a secret without versions": (
        secret(),
        None,
        None,
        ResourceNotFoundException,
        f"{NOT_FOUND} staging label: AWSCURRENT",
    ),
    "no version has the label": (
        HELD,
        None,
        "Y",
        ResourceNotFoundException,
        f"{NOT_FOUND} staging label: Y",
    ),
    "the label is on a version without a value": (
        HELD,
        None,
        PENDING,
        ResourceNotFoundException,
        f"{NOT_FOUND} staging label: AWSPENDING",
    ),
    "no such version": (HELD, "z", None, ResourceNotFoundException, f"{NOT_FOUND} VersionId: z"),
    "the version has no value": (
        HELD,
        "p",
        PENDING,
        ResourceNotFoundException,
        f"{NOT_FOUND} VersionId: p",
    ),
    "id and label disagree": (
        HELD,
        "a",
        CURRENT,
        InvalidRequestException,
        "You provided a VersionStage that is not associated to the provided VersionId.",
    ),
    "an unknown id with a label is an unknown id": (
        HELD,
        "z",
        CURRENT,
        ResourceNotFoundException,
        f"{NOT_FOUND} VersionId: z",
    ),
}


@pytest.mark.parametrize(
    ("held", "version_id", "label", "error", "text"), NO_CHOICES.values(), ids=NO_CHOICES
)
def test_a_read_of_nothing_says_so_in_aws_s_words(
    held: Secret, version_id: str | None, label: str | None, error: type[ApiError], text: str
) -> None:
    """Facts 0.2, 3.1, 3.5: recorded texts."""
    with pytest.raises(error) as refused:
        chosen(held, version_id=version_id, label=label)

    assert refused.value.message == text


def test_labelled_versions_are_listed_oldest_first() -> None:
    held = secret(
        version("c", CURRENT, created_ms=NOW),
        version("a", PREVIOUS, created_ms=NOW - 1),
        version("b", "X", created_ms=NOW),
        version("d", created_ms=NOW - 2),
    )

    assert [each.id for each in labelled(held)] == ["a", "b", "c"]


def test_the_holder_of_a_label_is_the_version_that_has_it() -> None:
    assert HELD.holder_of(CURRENT) == HELD.versions["b"]
    assert HELD.holder_of("Y") is None


def test_the_day_of_last_access_is_the_latest_of_any_version() -> None:
    read = secret(replace(version("a"), accessed_day=7), replace(version("b"), accessed_day=9), version("c"))

    assert read.accessed_day == 9
    assert secret(version("a")).accessed_day is None


def test_a_label_that_waits_for_its_value_keeps_its_place() -> None:
    """A rotation's placeholder gets its value by a call that names other labels."""
    made = secret(version("a", CURRENT), version("p", PENDING, empty=True))

    after = put("p", CURRENT)(made)

    assert labels_by_version(after) == {"a": {PREVIOUS}, "p": {CURRENT, PENDING}}


# UpdateSecretVersionStage


def move(label: str, *, to: str | None = None, off: str | None = None) -> Change:
    return lambda before: move_label(before, label, to_version=to, from_version=off, now=NOW + 1)


STORY = (version("a"), version("b", PREVIOUS, "X"), version("c", CURRENT), version("p", PENDING))
STAGE_MOVES: dict[str, tuple[Change, dict[str, set[str]]]] = {
    "current moves to the pending version, which keeps its label": (
        move(CURRENT, to="p", off="c"),
        {"a": set(), "b": {"X"}, "c": {PREVIOUS}, "p": {CURRENT, PENDING}},
    ),
    "current moves back, and the two labels swap": (
        move(CURRENT, to="b", off="c"),
        {"a": set(), "b": {CURRENT, "X"}, "c": {PREVIOUS}, "p": {PENDING}},
    ),
    "current moves to a deprecated version": (
        move(CURRENT, to="a", off="c"),
        {"a": {CURRENT}, "b": {"X"}, "c": {PREVIOUS}, "p": {PENDING}},
    ),
    "a label is put on a version": (
        move("Y", to="a"),
        {"a": {"Y"}, "b": {PREVIOUS, "X"}, "c": {CURRENT}, "p": {PENDING}},
    ),
    "a label is taken off": (
        move("X", off="b"),
        {"a": set(), "b": {PREVIOUS}, "c": {CURRENT}, "p": {PENDING}},
    ),
    "a label moves": (
        move("X", to="c", off="b"),
        {"a": set(), "b": {PREVIOUS}, "c": {CURRENT, "X"}, "p": {PENDING}},
    ),
    "pending is taken off": (
        move(PENDING, off="p"),
        {"a": set(), "b": {PREVIOUS, "X"}, "c": {CURRENT}, "p": set()},
    ),
    "previous is taken off": (
        move(PREVIOUS, off="b"),
        {"a": set(), "b": {"X"}, "c": {CURRENT}, "p": {PENDING}},
    ),
    "previous moves alone": (
        move(PREVIOUS, to="a", off="b"),
        {"a": {PREVIOUS}, "b": {"X"}, "c": {CURRENT}, "p": {PENDING}},
    ),
}


@pytest.mark.parametrize(("change", "labels"), STAGE_MOVES.values(), ids=STAGE_MOVES)
def test_a_label_moves_by_itself(change: Change, labels: dict[str, set[str]]) -> None:
    """UpdateSecretVersionStage: only AWSPREVIOUS follows anything (facts 3.3)."""
    before = secret(*STORY)

    after = change(before)

    assert labels_by_version(after) == labels
    assert (after.revision, after.stamp, after.changed_ms) == (2, 2, NOW + 1)
    assert after.head_revision == before.head_revision
    assert {each.id for each in after.versions.values() if each.revision == 2} == {
        each.id for each in after.versions.values() if each.labels != before.versions[each.id].labels
    }


def test_a_label_that_is_moved_to_where_it_is_changes_nothing() -> None:
    made = secret(*STORY)

    for label, held in ((CURRENT, "c"), (PREVIOUS, "b"), ("X", "b")):
        assert move(label, to=held, off=held)(made) is made


STAGE_REFUSALS: dict[str, tuple[Change, str]] = {
    "neither version": (
        move("X"),
        "You must specify MoveToVersionId, RemoveFromVersionId, or both.",
    ),
    "to a version that is not there": (move("X", to="z", off="b"), "Not a valid version: z"),
    "from a version that is not there": (move("X", to="a", off="z"), "Not a valid version: z"),
    "current without its holder": (
        move(CURRENT, to="p"),
        "The parameter RemoveFromVersionId can't be empty. Staging label AWSCURRENT is currently attached to version c,"
        " so you must explicitly reference that version in RemoveFromVersionId.",
    ),
    "a label without its holder, though it would stay": (
        move("X", to="b"),
        "The parameter RemoveFromVersionId can't be empty. Staging label X is currently attached to version b,"
        " so you must explicitly reference that version in RemoveFromVersionId.",
    ),
    "from a version that does not have it": (
        move("X", to="a", off="c"),
        "Version stage X not found in version c",
    ),
    "a label that is nowhere": (move("Y", off="c"), "Version stage Y not found in version c"),
    "current off without a target": (
        move(CURRENT, off="c"),
        "You can only move staging label AWSCURRENT to a different secret version. It can\u2019t be completely removed.",
    ),
    "current to a version without a value": (move(CURRENT, to="w", off="c"), "Not a valid version: w"),
}


@pytest.mark.parametrize(("change", "text"), STAGE_REFUSALS.values(), ids=STAGE_REFUSALS)
def test_a_label_is_not_moved(change: Change, text: str) -> None:
    """Facts 1.25."""
    made = secret(*STORY, version("w", "waits", empty=True))

    with pytest.raises(InvalidParameterException) as refused:
        change(made)

    assert refused.value.message == text


def test_a_move_counts_the_labels_of_all_versions() -> None:
    """AWSPREVIOUS is one more where there was none."""
    others = [f"X{number}" for number in range(LABELS_MAX - 2)]
    made = secret(version("a", CURRENT), version("b", *others))
    full = move("Y", to="a")(made)

    assert labels_by_version(move(CURRENT, to="b", off="a")(made))["a"] == {PREVIOUS}
    for one_too_many in (move("Z", to="a"), move(CURRENT, to="b", off="a")):
        with pytest.raises(LimitExceededException):
            one_too_many(full)
