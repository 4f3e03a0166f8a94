"""Rotation: its configuration, its labels, and when the next one is due (facts 1.3, 1.20, 7)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from tests.unit.secrets.made import ACCOUNT, DAY_MS, NOW, secret, version

from watchword.api.errors import ApiError
from watchword.api.shapes.secretsmanager import InvalidParameterException, InvalidRequestException
from watchword.secrets import rotation
from watchword.secrets.model import CURRENT, PENDING, PREVIOUS, Rotation, RotationRules, Secret
from watchword.secrets.rotation import Asked, checked_rules
from watchword.secrets.versions import move_label, put_value

FUNCTION = f"arn:aws:lambda:us-east-1:{ACCOUNT}:function:rotate"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/partner"
THIRTY_DAYS = RotationRules(automatically_after_days=30)
CRON = RotationRules(schedule_expression="cron(0 16 1,15 * ? *)", duration="2h")
HOUR_MS = 3_600_000


def moment(text: str) -> int:
    return round(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp() * 1_000)


def current() -> Secret:
    """A secret with one value, `a`."""
    return secret(version("a", CURRENT))


def rotating(
    rules: RotationRules | None = THIRTY_DAYS, *, before: Secret | None = None, now: int = NOW
) -> Secret:
    """A secret whose rotation is under way: `p` waits for its value."""
    held = before or current()
    asked = Asked(lambda_arn=FUNCTION, rules=rules)
    return rotation.started(
        held, rotation.configured(held, asked, immediately=True, now=now), version_id="p", now=now
    )


def filled(before: Secret) -> Secret:
    """The function has put the value that it made."""
    return put_value(before, new=version("p", PENDING), now=NOW)


def finished(before: Secret) -> Secret:
    """The function has made it current."""
    return move_label(before, CURRENT, to_version="p", from_version="a", now=NOW)


def labels(of: Secret) -> dict[str, set[str]]:
    return {each.id: set(each.labels) for each in of.versions.values()}


def configuration(of: Secret) -> Rotation:
    assert of.rotation is not None
    return of.rotation


# Rules

RULES = {
    "nothing": ((None, None, None), None),
    "days": ((30, None, None), THIRTY_DAYS),
    "the longest days": ((1_000, None, None), RotationRules(automatically_after_days=1_000)),
    "days and a duration": ((1, None, "3h"), RotationRules(automatically_after_days=1, duration="3h")),
    "an expression": ((None, "rate(4 hours)", None), RotationRules(schedule_expression="rate(4 hours)")),
    "an expression and a duration": ((None, "cron(0 16 1,15 * ? *)", "2h"), CRON),
}


@pytest.mark.parametrize(("said", "rules"), RULES.values(), ids=RULES)
def test_rules_are_kept_as_they_were_said(
    said: tuple[int | None, str | None, str | None], rules: RotationRules | None
) -> None:
    days, expression, duration = said

    assert checked_rules(days=days, expression=expression, duration=duration) == rules


WRONG_RULES = {
    "days and an expression": (
        (30, "rate(30 days)", None),
        "You cannot specify both rotation frequency and schedule expression together.",
    ),
    "that is said before what the expression is": (
        (30, "never", "99h"),
        "You cannot specify both rotation frequency and schedule expression together.",
    ),
    "a duration of nothing": (
        (None, None, "3h"),
        "You can't specify Duration without AutomaticallyAfterDays or ScheduleExpression.",
    ),
    "no expression": ((None, "never", None), "Invalid schedule expression."),
    "the expression comes before the duration": ((None, "never", "99h"), "Invalid schedule expression."),
    "a duration beyond a day": ((30, None, "25h"), "Duration must be at least 1 hour, at most 24 hour."),
    "a duration into the next window": (
        (None, "rate(4 hours)", "5h"),
        "Duration cannot be greater than Rate in hour.",
    ),
    "a duration over midnight": (
        (None, "cron(0 16 1,15 * ? *)", "9h"),
        "Starting hour and duration must be within a day.",
    ),
}


@pytest.mark.parametrize(("said", "text"), WRONG_RULES.values(), ids=WRONG_RULES)
def test_rules_that_are_refused(said: tuple[int | None, str | None, str | None], text: str) -> None:
    days, expression, duration = said

    with pytest.raises(InvalidParameterException) as refused:
        checked_rules(days=days, expression=expression, duration=duration)

    assert refused.value.message == text


# Who rotates

GOOD_ARNS = {
    "a function": Asked(lambda_arn=FUNCTION),
    "of another account": Asked(lambda_arn=FUNCTION.replace(ACCOUNT, "210987654321")),
    "of an alias": Asked(lambda_arn=f"{FUNCTION}:live"),
    "the latest": Asked(lambda_arn=f"{FUNCTION}:$LATEST"),
    "a role": Asked(role_arn=ROLE, metadata=(("k", "v"),)),
    "a role with a path": Asked(role_arn=ROLE.replace("role/", "role/team/")),
    "as much metadata as may be": Asked(role_arn=ROLE, metadata=(("k", "v"),) * 50),
}


@pytest.mark.parametrize("asked", GOOD_ARNS.values(), ids=GOOD_ARNS)
def test_who_may_be_named(asked: Asked) -> None:
    rotation.check_asked(asked)


NO_FUNCTION_ARN = "RotationLambdaARN must be the ARN of a Lambda function."
NO_ROLE_ARN = "ExternalSecretRotationRoleArn must be the ARN of an IAM role."
FOR_PARTNER = "You can't specify RotationLambdaARN for a managed external secret."

BAD_ARNS = {
    "a function's name": (Asked(lambda_arn="rotate"), NO_FUNCTION_ARN),
    "another service's": (Asked(lambda_arn=ROLE), NO_FUNCTION_ARN),
    "a layer": (Asked(lambda_arn=FUNCTION.replace("function", "layer")), NO_FUNCTION_ARN),
    "of no account": (Asked(lambda_arn=FUNCTION.replace(ACCOUNT, "")), NO_FUNCTION_ARN),
    "a name too long": (Asked(lambda_arn=FUNCTION + "e" * 60), NO_FUNCTION_ARN),
    "a user": (Asked(role_arn=ROLE.replace("role", "user")), NO_ROLE_ARN),
    "a role's name": (Asked(role_arn="role/partner-of-mine"), NO_ROLE_ARN),
    "a function and a role": (Asked(lambda_arn=FUNCTION, role_arn=ROLE), FOR_PARTNER),
    "a function and metadata": (Asked(lambda_arn=FUNCTION, metadata=()), FOR_PARTNER),
    "too much metadata": (
        Asked(role_arn=ROLE, metadata=(("k", "v"),) * 51),
        "You can't specify more than 50 items of external rotation metadata.",
    ),
}


@pytest.mark.parametrize(("asked", "text"), BAD_ARNS.values(), ids=BAD_ARNS)
def test_who_may_not_be_named(asked: Asked, text: str) -> None:
    with pytest.raises(InvalidParameterException) as refused:
        rotation.check_asked(asked)

    assert refused.value.message == text


def test_what_a_request_leaves_out_stays() -> None:
    before = rotation.completed(finished(filled(rotating(CRON))), now=NOW)
    asked = Asked(rules=THIRTY_DAYS)

    after = rotation.configured(before, asked, immediately=True, now=NOW)

    assert after.lambda_arn == FUNCTION
    assert after.rules == THIRTY_DAYS
    kept = rotation.configured(before, Asked(), immediately=True, now=NOW)
    assert kept == replace(configuration(before), rules=replace(CRON, automatically_after_days=14))


def test_a_rotation_without_rules_is_on_and_never_due() -> None:
    after = configuration(rotating(None))

    assert (after.enabled, after.rules, after.due_ms) == (True, None, None)


PARTNERS = replace(current(), type="SalesforceClientSecret")

NOBODY: dict[str, tuple[Secret, Asked, type[ApiError], str]] = {
    "no function, now or before": (
        current(),
        Asked(rules=THIRTY_DAYS),
        InvalidRequestException,
        "No Lambda rotation function ARN is associated with this secret.",
    ),
    "a partner's role for a secret of no partner": (
        current(),
        Asked(role_arn=ROLE),
        InvalidParameterException,
        "You can't specify external rotation parameters for a secret that is not a managed external secret.",
    ),
    "a function for a partner's secret": (
        PARTNERS,
        Asked(lambda_arn=FUNCTION),
        InvalidParameterException,
        FOR_PARTNER,
    ),
    "a partner's secret without a role": (
        PARTNERS,
        Asked(rules=THIRTY_DAYS),
        InvalidRequestException,
        "No external secret rotation role ARN is associated with this secret.",
    ),
}


@pytest.mark.parametrize(("held", "asked", "kind", "text"), NOBODY.values(), ids=NOBODY)
def test_somebody_must_rotate(held: Secret, asked: Asked, kind: type[ApiError], text: str) -> None:
    with pytest.raises(kind) as refused:
        rotation.configured(held, asked, immediately=True, now=NOW)

    assert refused.value.message == text


def test_a_partner_s_secret_is_rotated_through_its_role() -> None:
    asked = Asked(role_arn=ROLE, metadata=(("apiVersion", "v65.0"),), rules=THIRTY_DAYS)

    after = rotation.configured(PARTNERS, asked, immediately=True, now=NOW)

    assert (after.lambda_arn, after.role_arn, after.metadata) == (None, ROLE, (("apiVersion", "v65.0"),))


def test_what_a_request_leaves_out_stays_for_a_partner_s_secret_too() -> None:
    asked = Asked(role_arn=ROLE, metadata=(("apiVersion", "v65.0"),))
    held = replace(PARTNERS, rotation=rotation.configured(PARTNERS, asked, immediately=True, now=NOW))

    after = rotation.configured(held, Asked(rules=THIRTY_DAYS), immediately=True, now=NOW)
    emptied = rotation.configured(held, Asked(metadata=()), immediately=True, now=NOW)

    assert (after.role_arn, after.metadata) == (ROLE, (("apiVersion", "v65.0"),))
    assert emptied.metadata == ()


def test_whoever_rotated_before_a_secret_had_a_partner_does_not_any_more() -> None:
    held = replace(rotation.completed(finished(filled(rotating())), now=NOW), type="SalesforceClientSecret")

    after = rotation.configured(held, Asked(role_arn=ROLE), immediately=True, now=NOW)

    assert (after.lambda_arn, after.role_arn) == (None, ROLE)


def test_a_role_is_forgotten_with_the_partner() -> None:
    held = replace(PARTNERS, rotation=Rotation(enabled=True, role_arn=ROLE, metadata=(("k", "v"),)))

    after = rotation.configured(
        replace(held, type=None), Asked(lambda_arn=FUNCTION), immediately=True, now=NOW
    )

    assert (after.lambda_arn, after.role_arn, after.metadata) == (FUNCTION, None, ())


# When it is due

DUE = {
    "days: the end of that UTC day, a second before": (
        THIRTY_DAYS,
        "2026-02-03 17:42:24",
        "2026-03-05 23:59:59",
    ),
    "days with a duration": (
        RotationRules(automatically_after_days=1, duration="3h"),
        "2026-11-22 10:30",
        "2026-11-23 02:59:59",
    ),
    "the 1,000 days that the model allows": (
        RotationRules(automatically_after_days=1_000),
        "2026-11-22 10:30",
        "2029-08-18 23:59:59",
    ),
    "hours: an hour's window": (
        RotationRules(schedule_expression="rate(4 hours)"),
        "2026-11-22 10:30",
        "2026-11-22 14:59:59",
    ),
    "cron with a duration": (CRON, "2022-10-02 00:00", "2022-10-15 17:59:59"),
}


@pytest.mark.parametrize(("rules", "counted_from", "due"), DUE.values(), ids=DUE)
def test_the_next_date_is_the_last_second_of_the_next_window(
    rules: RotationRules, counted_from: str, due: str
) -> None:
    """DescribeSecret: on or before this date. AWS's sample of the last row ends in 17:59:59."""
    assert rotation.next_rotation(rules, counted_from=moment(counted_from)) == moment(due)


def midnight(now: int) -> int:
    return now - now % DAY_MS


def test_who_rotates_now_counts_from_now() -> None:
    held = rotation.completed(finished(filled(rotating())), now=NOW)

    after = rotation.configured(held, Asked(), immediately=True, now=NOW + 20 * DAY_MS)

    assert after.due_ms == midnight(NOW) + 51 * DAY_MS - 1_000


def test_who_waits_goes_on_counting_from_the_last_rotation() -> None:
    """Turned off and on again, the next one may be much sooner than a whole period (DescribeSecret)."""
    held = rotation.cancelled(rotation.completed(finished(filled(rotating())), now=NOW), now=NOW + DAY_MS)

    after = rotation.configured(held, Asked(), immediately=False, now=NOW + 20 * DAY_MS)

    assert after.due_ms == midnight(NOW) + 31 * DAY_MS - 1_000


def test_what_would_be_past_is_counted_from_now() -> None:
    held = rotation.completed(finished(filled(rotating())), now=NOW)

    after = rotation.configured(held, Asked(), immediately=False, now=NOW + 40 * DAY_MS)

    assert after.due_ms == midnight(NOW) + 71 * DAY_MS - 1_000


def test_a_completed_rotation_is_dated_and_counts_anew() -> None:
    later = NOW + 5 * HOUR_MS

    after = configuration(rotation.completed(finished(filled(rotating())), now=later))

    assert (after.rotated_ms, after.version_id) == (later, None)
    assert after.due_ms == midnight(later) + 31 * DAY_MS - 1_000


# Labels

MOVES: dict[str, tuple[Secret, dict[str, set[str]]]] = {
    "a version waits for its value": (rotating(), {"a": {CURRENT}, "p": {PENDING}}),
    "the function has put it": (filled(rotating()), {"a": {CURRENT}, "p": {PENDING}}),
    "the function has made it current": (
        finished(filled(rotating())),
        {"a": {PREVIOUS}, "p": {CURRENT, PENDING}},
    ),
    "over, and AWSPENDING in nobody's way": (
        rotation.completed(finished(filled(rotating())), now=NOW),
        {"a": {PREVIOUS}, "p": {CURRENT}},
    ),
    "AWSPENDING goes on from the version that is current": (
        rotating(before=secret(version("z", PREVIOUS), version("a", CURRENT, PENDING))),
        {"z": {PREVIOUS}, "a": {CURRENT}, "p": {PENDING}},
    ),
    "a secret without a value does not get a current version that has none": (
        rotating(before=secret()),
        {"p": {PENDING}},
    ),
    "a custom label stays": (
        rotating(before=secret(version("a", CURRENT, "mine"))),
        {"a": {CURRENT, "mine"}, "p": {PENDING}},
    ),
    "cancelled, AWSPENDING stays": (
        rotation.cancelled(filled(rotating()), now=NOW),
        {"a": {CURRENT}, "p": {PENDING}},
    ),
}


@pytest.mark.parametrize(("after", "expected"), MOVES.values(), ids=MOVES)
def test_labels_of_a_rotation(after: Secret, expected: dict[str, set[str]]) -> None:
    assert labels(after) == expected


def test_a_rotation_is_one_change_of_head_and_versions() -> None:
    before = current()

    after = rotating(before=before)

    assert after.revision == after.head_revision == before.revision + 1
    assert after.stamp == before.stamp + 1
    assert after.versions["p"].revision == after.revision
    assert after.versions["p"].content_id is None


def test_a_test_leaves_the_configuration_and_no_version() -> None:
    before = current()
    asked = Asked(lambda_arn=FUNCTION, rules=THIRTY_DAYS)
    set_up = rotation.configured(before, asked, immediately=False, now=NOW)

    during = rotation.trial_started(before, set_up, trial=version("t", PENDING), now=NOW)
    after = rotation.trial_ended(during, now=NOW)

    assert labels(during) == {"a": {CURRENT}, "t": {PENDING}}
    assert configuration(during).tests
    assert labels(after) == {"a": {CURRENT}}
    assert configuration(after) == set_up
    assert after.revision == after.head_revision == during.revision + 1


BUSY: dict[str, tuple[Secret, bool]] = {
    "never rotated": (current(), False),
    "under way": (rotating(), True),
    "under way, with a value": (filled(rotating()), True),
    "over in all but name, AWSPENDING on the current version": (finished(filled(rotating())), False),
    "over": (rotation.completed(finished(filled(rotating())), now=NOW), False),
    "cancelled and not cleaned up": (rotation.cancelled(rotating(), now=NOW), True),
    "cleaned up": (
        move_label(
            rotation.cancelled(rotating(), now=NOW), PENDING, to_version=None, from_version="p", now=NOW
        ),
        False,
    ),
    "a label that somebody put there": (secret(version("a", CURRENT), version("x", PENDING)), True),
}


@pytest.mark.parametrize(("held", "busy"), BUSY.values(), ids=BUSY)
def test_a_pending_version_that_is_not_current_blocks_the_next_rotation(held: Secret, busy: bool) -> None:
    said = None

    try:
        rotation.check_idle(held)
    except InvalidRequestException as error:
        said = error.message

    assert said == (
        "A previous rotation isn't complete. That rotation will be reattempted." if busy else None
    )


TOKENS: dict[str, tuple[Secret, str, bool]] = {
    "a new one": (current(), "n", True),
    "that of a version": (current(), "a", False),
    "that of a version without a label": (secret(version("a", CURRENT), version("old")), "old", False),
    "that of a label without a value": (rotating(), "p", False),
    "that of a version that was given up before it had a value": (
        move_label(
            rotation.cancelled(rotating(), now=NOW), PENDING, to_version=None, from_version="p", now=NOW
        ),
        "p",
        True,
    ),
}


@pytest.mark.parametrize(("held", "token", "fresh"), TOKENS.values(), ids=TOKENS)
def test_a_rotation_makes_a_version_that_is_not_there(held: Secret, token: str, fresh: bool) -> None:
    said = None

    try:
        rotation.check_fresh(held, version_id=token)
    except InvalidParameterException as error:
        said = error.message

    in_use = (
        f"You can't use ClientRequestToken {token} because that value is already in use "
        f"for a version of secret {held.arn}."
    )
    assert said == (None if fresh else in_use)


UNDER_WAY: dict[str, tuple[Secret, str, bool]] = {
    "nothing": (current(), "p", False),
    "this one": (rotating(), "p", True),
    "another one": (rotating(), "q", False),
    "this one, current but not over": (finished(filled(rotating())), "p", True),
    "over": (rotation.completed(finished(filled(rotating())), now=NOW), "p", False),
    "cancelled": (rotation.cancelled(rotating(), now=NOW), "p", False),
}


@pytest.mark.parametrize(("held", "token", "expected"), UNDER_WAY.values(), ids=UNDER_WAY)
def test_a_repeated_call_is_known_by_its_token(held: Secret, token: str, expected: bool) -> None:
    assert rotation.is_under_way(held, version_id=token, tests=False) is expected
    # A test under that token would be another call.
    assert not rotation.is_under_way(held, version_id=token, tests=True)


# Cancelling


def test_cancelled_rotation_keeps_what_it_was() -> None:
    before = rotation.completed(finished(filled(rotating(CRON))), now=NOW)

    after = rotation.cancelled(before, now=NOW)

    off, on = configuration(after), configuration(before)
    assert (off.enabled, off.due_ms) == (False, None)
    assert (off.lambda_arn, off.rules, off.rotated_ms) == (on.lambda_arn, on.rules, on.rotated_ms)
    assert after.revision == after.head_revision == before.revision + 1


def test_cancelled_twice_is_cancelled_once() -> None:
    once = rotation.cancelled(rotating(), now=NOW)

    assert rotation.cancelled(once, now=NOW + 1) is once


def test_what_was_never_configured_is_not_cancelled() -> None:
    with pytest.raises(InvalidRequestException) as refused:
        rotation.cancelled(current(), now=NOW)

    assert refused.value.message == "No Lambda rotation function ARN is associated with this secret."


# Somebody else's value


def valued(*put: str, version_id: str = "n", now: int = NOW + DAY_MS) -> Callable[[Secret], Secret]:
    """Somebody puts a value, with these labels."""

    def change(before: Secret) -> Secret:
        after = put_value(before, new=version(version_id, *put), now=now)
        return rotation.revalued(after, version_id=version_id, now=now)

    return change


VALUES: dict[str, tuple[Secret, Callable[[Secret], Secret], dict[str, set[str]], str | None]] = {
    "while the version waits: it goes": (
        rotating(),
        valued(CURRENT),
        {"a": {PREVIOUS}, "n": {CURRENT}},
        None,
    ),
    "while it has a value: its label goes": (
        filled(rotating()),
        valued(CURRENT),
        {"a": {PREVIOUS}, "p": set(), "n": {CURRENT}},
        None,
    ),
    "a value that does not become current ends nothing": (
        filled(rotating()),
        valued("mine"),
        {"a": {CURRENT}, "p": {PENDING}, "n": {"mine"}},
        "p",
    ),
    "the function's own value ends nothing": (
        rotating(),
        valued(PENDING, version_id="p"),
        {"a": {CURRENT}, "p": {PENDING}},
        "p",
    ),
    "the function's own, current at once": (
        rotating(),
        valued(CURRENT, version_id="p"),
        {"a": {PREVIOUS}, "p": {CURRENT, PENDING}},
        "p",
    ),
    "after the function made it current": (
        finished(filled(rotating())),
        valued(CURRENT),
        {"a": set(), "p": {PREVIOUS}, "n": {CURRENT}},
        None,
    ),
    "a rotation that was cancelled keeps its label": (
        rotation.cancelled(filled(rotating()), now=NOW),
        valued(CURRENT),
        {"a": {PREVIOUS}, "p": {PENDING}, "n": {CURRENT}},
        None,
    ),
    "a label that somebody put there after it goes too": (
        put_value(
            rotation.completed(finished(filled(rotating())), now=NOW), new=version("x", PENDING), now=NOW
        ),
        valued(CURRENT),
        {"a": set(), "p": {PREVIOUS}, "x": set(), "n": {CURRENT}},
        None,
    ),
    "without rotation a label stays": (
        secret(version("a", CURRENT), version("x", PENDING)),
        valued(CURRENT),
        {"a": {PREVIOUS}, "x": {PENDING}, "n": {CURRENT}},
        None,
    ),
}


@pytest.mark.parametrize(("before", "put", "expected", "under_way"), VALUES.values(), ids=VALUES)
def test_somebody_else_s_current_value_ends_a_rotation(
    before: Secret, put: Callable[[Secret], Secret], expected: dict[str, set[str]], under_way: str | None
) -> None:
    """User guide, CloudTrail entries: RotationAbandoned removes AWSPENDING, so that the next rotation can succeed."""
    after = put(before)

    assert labels(after) == expected
    assert (after.rotation.version_id if after.rotation else None) == under_way
    was_under_way = before.rotation is not None and before.rotation.version_id is not None
    assert rotation.is_abandoned(before, after) is (was_under_way and under_way is None)


def test_a_test_that_is_overtaken_leaves_nothing_and_is_no_abandoned_rotation() -> None:
    before = current()
    set_up = rotation.configured(before, Asked(lambda_arn=FUNCTION), immediately=False, now=NOW)
    during = rotation.trial_started(before, set_up, trial=version("t", PENDING), now=NOW)

    after = valued(CURRENT)(during)

    assert labels(after) == {"a": {PREVIOUS}, "n": {CURRENT}}
    assert not rotation.is_abandoned(during, after)


COUNTS = {
    "where days are counted": (THIRTY_DAYS, True),
    "not with cron": (CRON, False),
    "not with a rate": (RotationRules(schedule_expression="rate(30 days)"), False),
}


@pytest.mark.parametrize(("rules", "moves"), COUNTS.values(), ids=COUNTS)
def test_a_new_value_counts_as_a_rotation(rules: RotationRules, moves: bool) -> None:
    """RotationRulesType, AutomaticallyAfterDays: a value that is put by hand is a valid rotation."""
    before = rotation.completed(finished(filled(rotating(rules))), now=NOW)

    after = valued(CURRENT, now=NOW + 3 * DAY_MS)(before)

    due, was_due = configuration(after).due_ms, configuration(before).due_ms
    assert due is not None
    assert was_due is not None
    assert due - was_due == (3 * DAY_MS if moves else 0)
    assert (after.head_revision == after.revision) is moves
    assert configuration(after).rotated_ms == NOW


# What is shown


def test_what_was_never_configured_shows_nothing() -> None:
    assert rotation.shown(current()) == rotation.Shown()


def test_both_dates_are_shown_while_rotation_is_on() -> None:
    on = rotation.completed(finished(filled(rotating())), now=NOW)
    off = rotation.cancelled(on, now=NOW)

    while_on, while_off = rotation.shown(on), rotation.shown(off)

    assert (while_on.enabled, while_on.rotated_ms) == (True, NOW)
    assert while_on.due_ms is not None
    assert (while_off.enabled, while_off.rotated_ms, while_off.due_ms) == (False, None, None)
    assert (while_off.lambda_arn, while_off.rules) == (FUNCTION, THIRTY_DAYS)
