"""Rotation schedules: what is one, and when its windows open and close (facts 7.1; user guide, "Rotation schedules")."""

from __future__ import annotations

import calendar
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from watchword.api.shapes.secretsmanager import InvalidParameterException
from watchword.secrets.rotation_schedule import (
    Window,
    check_duration,
    days_between,
    hours_of,
    parse,
    window_after,
)

INVALID = "Invalid schedule expression."
RATE_HOURS = "Rate in hour should be least 4 and less than 24."
RATE_DAYS = "Rate in day should be greater than 0 and less than 1000."
OVER_RATE = "Duration cannot be greater than Rate in hour."
OVER_DAY = "Starting hour and duration must be within a day."
DURATION = "Duration must be at least 1 hour, at most 24 hour."


def ms(text: str) -> int:
    """A moment in UTC, as `2026-11-22 10:30`, with seconds if need be."""
    moment = datetime.fromisoformat(text).replace(tzinfo=UTC)
    return round(moment.timestamp() * 1_000)


def text(at: int) -> str:
    return datetime.fromtimestamp(at // 1_000, tz=UTC).strftime("%Y-%m-%d %H:%M")


def window(expression: str, after: str, *, hours: int | None = None) -> tuple[str, str]:
    found = window_after(parse(expression), hours=hours, after=ms(after))
    return text(found.opens_ms), text(found.closes_ms)


# 2026-11-22 is a Sunday.
NOW = "2026-11-22 10:30"

WINDOWS = {
    "a rate in hours counts from the hour": ("rate(4 hours)", NOW, "2026-11-22 14:00", "2026-11-22 15:00"),
    "and goes over midnight": ("rate(23 hours)", NOW, "2026-11-23 09:00", "2026-11-23 10:00"),
    "on the hour itself": ("rate(4 hours)", "2026-11-22 10:00", "2026-11-22 14:00", "2026-11-22 15:00"),
    "a rate in days counts from midnight": ("rate(1 day)", NOW, "2026-11-23 00:00", "2026-11-24 00:00"),
    "at midnight itself": ("rate(1 day)", "2026-11-22 00:00", "2026-11-23 00:00", "2026-11-24 00:00"),
    "over a month's end": ("rate(10 days)", NOW, "2026-12-02 00:00", "2026-12-03 00:00"),
    "the longest rate": ("rate(999 days)", NOW, "2029-08-17 00:00", "2029-08-18 00:00"),
    "the number may disagree with its unit": ("rate(1 days)", NOW, "2026-11-23 00:00", "2026-11-24 00:00"),
    "in hours too": ("rate(4 hour)", NOW, "2026-11-22 14:00", "2026-11-22 15:00"),
    "every day at ten, open now": ("cron(0 10 * * ? *)", NOW, "2026-11-23 10:00", "2026-11-24 00:00"),
    "every day at eleven": ("cron(0 11 * * ? *)", NOW, "2026-11-22 11:00", "2026-11-23 00:00"),
    "a window that opens this very moment is not the next": (
        "cron(0 10 * * ? *)",
        "2026-11-22 10:00",
        "2026-11-23 10:00",
        "2026-11-24 00:00",
    ),
    "a second before it opens": (
        "cron(0 10 * * ? *)",
        "2026-11-22 09:59:59",
        "2026-11-22 10:00",
        "2026-11-23 00:00",
    ),
    "every eight hours, from midnight": (
        "cron(0 /8 * * ? *)",
        NOW,
        "2026-11-22 16:00",
        "2026-11-22 17:00",
    ),
    "every eight hours, from eight: the day begins anew": (
        "cron(0 8/8 * * ? *)",
        "2026-11-22 16:00",
        "2026-11-23 08:00",
        "2026-11-23 09:00",
    ),
    "every ten hours, from two": (
        "cron(0 2/10 * * ? *)",
        "2026-11-22 12:00",
        "2026-11-22 22:00",
        "2026-11-22 23:00",
    ),
    "hours in a list": ("cron(0 6,18 * * ? *)", NOW, "2026-11-22 18:00", "2026-11-22 19:00"),
    "every Saturday": ("cron(0 18 ? * SAT *)", NOW, "2026-11-28 18:00", "2026-11-29 00:00"),
    "a weekday in small letters": ("cron(0 18 ? * sat *)", NOW, "2026-11-28 18:00", "2026-11-29 00:00"),
    "1 is Sunday": ("cron(0 18 ? * 1 *)", NOW, "2026-11-22 18:00", "2026-11-23 00:00"),
    "7 is Saturday": ("cron(0 18 ? * 7 *)", NOW, "2026-11-28 18:00", "2026-11-29 00:00"),
    "the last day of the week": ("cron(0 18 ? * L *)", NOW, "2026-11-28 18:00", "2026-11-29 00:00"),
    "Monday to Friday": ("cron(0 8 ? * MON-FRI *)", NOW, "2026-11-23 08:00", "2026-11-24 00:00"),
    "every second day of the week": ("cron(0 8 ? * 1/2 *)", NOW, "2026-11-24 08:00", "2026-11-25 00:00"),
    "the first of the month": ("cron(0 8 1 * ? *)", NOW, "2026-12-01 08:00", "2026-12-02 00:00"),
    "the first and the fifteenth": ("cron(0 16 1,15 * ? *)", NOW, "2026-12-01 16:00", "2026-12-02 00:00"),
    "a range of days": ("cron(0 8 10-12 * ? *)", NOW, "2026-12-10 08:00", "2026-12-11 00:00"),
    "every second day of the month begins anew": (
        "cron(0 8 1/2 * ? *)",
        "2026-12-31 08:00",
        "2027-01-01 08:00",
        "2027-01-02 00:00",
    ),
    "the last day of the month": ("cron(0 17 L * ? *)", NOW, "2026-11-30 17:00", "2026-12-01 00:00"),
    "of a February": (
        "cron(0 17 L * ? *)",
        "2027-02-01 00:00",
        "2027-02-28 17:00",
        "2027-03-01 00:00",
    ),
    "of a leap year's February": (
        "cron(0 17 L * ? *)",
        "2028-02-01 00:00",
        "2028-02-29 17:00",
        "2028-03-01 00:00",
    ),
    "of 2100, which has no leap day": (
        "cron(0 17 L * ? *)",
        "2100-02-01 00:00",
        "2100-02-28 17:00",
        "2100-03-01 00:00",
    ),
    "the 31st leaves short months out": (
        "cron(0 8 31 * ? *)",
        NOW,
        "2026-12-31 08:00",
        "2027-01-01 00:00",
    ),
    "the last Sunday of the month": ("cron(0 1 ? * SUNL *)", NOW, "2026-11-29 01:00", "2026-11-30 00:00"),
    "the last Sunday, in the day of the month": (
        "cron(0 1 SUNL * ? *)",
        NOW,
        "2026-11-29 01:00",
        "2026-11-30 00:00",
    ),
    "the last fifth day of the week": ("cron(0 1 ? * 5L *)", NOW, "2026-11-26 01:00", "2026-11-27 00:00"),
    "every three months on the first Sunday": (
        "cron(0 1 ? 1/3 SUN#1 *)",
        NOW,
        "2027-01-03 01:00",
        "2027-01-04 00:00",
    ),
    "every eleven months on the first Monday": (
        "cron(0 0 ? 1/11 2#1 *)",
        NOW,
        "2026-12-07 00:00",
        "2026-12-08 00:00",
    ),
    "a fifth Monday leaves months out": (
        "cron(0 0 ? * MON#5 *)",
        "2026-12-01 00:00",
        "2027-03-29 00:00",
        "2027-03-30 00:00",
    ),
    "months by name": (
        "cron(0 0 1 JAN,APR,JUL,OCT ? *)",
        NOW,
        "2027-01-01 00:00",
        "2027-01-02 00:00",
    ),
    "months in a range, in any case": (
        "cron(0 0 1 feb-Apr ? *)",
        NOW,
        "2027-02-01 00:00",
        "2027-02-02 00:00",
    ),
    "once a year, just missed": (
        "cron(0 0 1 1 ? *)",
        "2027-01-01 00:00",
        "2028-01-01 00:00",
        "2028-01-02 00:00",
    ),
}


@pytest.mark.parametrize(("expression", "after", "opens", "closes"), WINDOWS.values(), ids=WINDOWS)
def test_the_next_window(expression: str, after: str, opens: str, closes: str) -> None:
    assert window(expression, after) == (opens, closes)


DURATIONS = {
    "of a rate in hours": ("rate(4 hours)", 4, "2026-11-22 14:00", "2026-11-22 18:00"),
    "of a rate in days": ("rate(1 day)", 3, "2026-11-23 00:00", "2026-11-23 03:00"),
    "the whole day": ("rate(1 day)", 24, "2026-11-23 00:00", "2026-11-24 00:00"),
    "to the end of the day": ("cron(0 11 * * ? *)", 13, "2026-11-22 11:00", "2026-11-23 00:00"),
    "of hours in a list": ("cron(0 6,18 * * ? *)", 6, "2026-11-22 18:00", "2026-11-23 00:00"),
}


@pytest.mark.parametrize(("expression", "hours", "opens", "closes"), DURATIONS.values(), ids=DURATIONS)
def test_a_duration_sets_how_long_a_window_is_open(
    expression: str, hours: int, opens: str, closes: str
) -> None:
    check_duration(parse(expression), hours)

    assert window(expression, NOW, hours=hours) == (opens, closes)


LONG_DURATIONS = {
    "into the next window of a rate": ("rate(4 hours)", 5, OVER_RATE),
    "into the next window of the day": ("cron(0 /8 * * ? *)", 9, OVER_RATE),
    "over midnight": ("cron(0 11 * * ? *)", 14, OVER_DAY),
    "over midnight from the day's last window": ("cron(0 6,18 * * ? *)", 7, OVER_DAY),
    "a day that begins at one": ("cron(0 1 * * ? *)", 24, OVER_DAY),
}


@pytest.mark.parametrize(("expression", "hours", "said"), LONG_DURATIONS.values(), ids=LONG_DURATIONS)
def test_a_duration_that_is_too_long_is_refused(expression: str, hours: int, said: str) -> None:
    with pytest.raises(InvalidParameterException) as refused:
        check_duration(parse(expression), hours)

    assert refused.value.message == said


def test_a_duration_has_one_hour_at_least_and_a_day_at_most() -> None:
    assert [hours_of("1h"), hours_of("24h"), hours_of("03h")] == [1, 24, 3]

    for beyond in ("0h", "00h", "25h", "99h"):
        with pytest.raises(InvalidParameterException) as refused:
            hours_of(beyond)
        assert refused.value.message == DURATION


REFUSED = {
    "three hours": ("rate(3 hours)", RATE_HOURS),
    "one hour": ("rate(1 hour)", RATE_HOURS),
    "24 hours": ("rate(24 hours)", RATE_HOURS),
    "no day": ("rate(0 days)", RATE_DAYS),
    "1,000 days": ("rate(1000 days)", RATE_DAYS),
    "minutes": ("rate(30 minutes)", INVALID),
    "weeks": ("rate(1 week)", INVALID),
    "a fraction": ("rate(4,5 hours)", INVALID),
    "no number": ("rate(hours)", INVALID),
    "no unit": ("rate(4)", INVALID),
    "two blanks": ("rate(4  hours)", INVALID),
    "a rate that is not closed": ("rate(4 hours", INVALID),
    "text after it": ("rate(4 hours) *", INVALID),
    "nothing in it": ("cron()", INVALID),
    "neither rate nor cron": ("0 10 * * ? *", INVALID),
    "capitals": ("CRON(0 10 * * ? *)", INVALID),
    "five fields": ("cron(0 10 * * ?)", INVALID),
    "seven fields": ("cron(0 0 10 * * ? *)", INVALID),
    "two blanks between fields": ("cron(0  10 * * ? *)", INVALID),
    "another minute": ("cron(30 10 * * ? *)", INVALID),
    "every minute": ("cron(* 10 * * ? *)", INVALID),
    "a year": ("cron(0 10 * * ? 2027)", INVALID),
    "hour 24": ("cron(0 24 * * ? *)", INVALID),
    "every hour": ("cron(0 * * * ? *)", INVALID),
    "every three hours": ("cron(0 /3 * * ? *)", INVALID),
    "hours three apart": ("cron(0 6,9 * * ? *)", INVALID),
    "a range of hours": ("cron(0 6-12 * * ? *)", INVALID),
    "no question mark": ("cron(0 10 * * * *)", INVALID),
    "two question marks": ("cron(0 10 ? * ? *)", INVALID),
    "day 0": ("cron(0 10 0 * ? *)", INVALID),
    "day 32": ("cron(0 10 32 * ? *)", INVALID),
    "a weekday nearest": ("cron(0 10 15W * ? *)", INVALID),
    "the last day in a list": ("cron(0 10 1,L * ? *)", INVALID),
    "a number before L in the day of the month": ("cron(0 10 5L * ? *)", INVALID),
    "month 0": ("cron(0 10 1 0 ? *)", INVALID),
    "month 13": ("cron(0 10 1 13 ? *)", INVALID),
    "a month that nobody has": ("cron(0 10 1 JUNE ? *)", INVALID),
    "a question mark for the month": ("cron(0 10 1 ? ? *)", INVALID),
    "weekday 0": ("cron(0 10 ? * 0 *)", INVALID),
    "weekday 8": ("cron(0 10 ? * 8 *)", INVALID),
    "a sixth Monday": ("cron(0 10 ? * MON#6 *)", INVALID),
    "two of a month": ("cron(0 10 ? * MON#1,MON#3 *)", INVALID),
    "a range that runs backwards": ("cron(0 10 ? * FRI-MON *)", INVALID),
    "a step of nothing": ("cron(0 10 1/ * ? *)", INVALID),
    "a step of 0": ("cron(0 10 1/0 * ? *)", INVALID),
    "an empty item": ("cron(0 10 1,,15 * ? *)", INVALID),
    "the 30th of February": ("cron(0 10 30 2 ? *)", INVALID),
    "the 29th of February, which most years leave out": ("cron(0 10 29 2 ? *)", INVALID),
    "the 31st of months of thirty days": ("cron(0 10 31 4,6,9,11 ? *)", INVALID),
    "a fifth Monday in February": ("cron(0 10 ? 2 MON#5 *)", INVALID),
    "a fifth Monday in one month": ("cron(0 10 ? 3 MON#5 *)", INVALID),
    "what one year of 28 leaves out, 2004": ("cron(0 10 ? 1,3,4 SUN#5 *)", INVALID),
    "and 2028": ("cron(0 10 ? 1,3,4 TUE#5 *)", INVALID),
}


@pytest.mark.parametrize(("expression", "said"), REFUSED.values(), ids=REFUSED)
def test_what_is_no_schedule_is_refused(expression: str, said: str) -> None:
    with pytest.raises(InvalidParameterException) as refused:
        parse(expression)

    assert refused.value.message == said


BOUNDS = ["rate(4 hours)", "rate(23 hours)", "rate(1 day)", "rate(999 days)", "cron(0 0/4 * * ? *)"]


@pytest.mark.parametrize("expression", BOUNDS)
def test_the_bounds_themselves_are_schedules(expression: str) -> None:
    parse(expression)


DAYS_BETWEEN = {
    "a rate in hours": ("rate(10 hours)", 1),
    "a rate in days": ("rate(30 days)", 30),
    "from the first to the fifteenth": ("cron(0 16 1,15 * ? *)", 14),
    "every day": ("cron(0 10 * * ? *)", 1),
    "every eight hours": ("cron(0 /8 * * ? *)", 1),
    "every Saturday": ("cron(0 10 ? * SAT *)", 7),
    "from December's first to January's": ("cron(0 10 1 * ? *)", 31),
    "once a year": ("cron(0 10 1 1 ? *)", 365),
}


@pytest.mark.parametrize(("expression", "days"), DAYS_BETWEEN.values(), ids=DAYS_BETWEEN)
def test_days_follow_from_an_expression(expression: str, days: int) -> None:
    """RotationRulesType: calculated from the schedule; AWS's samples have the first and the third."""
    assert days_between(parse(expression), after=ms(NOW)) == days


# Against a walk from hour to hour


@given(
    hours=st.tuples(st.integers(0, 23), st.integers(4, 23)),
    months=st.sets(st.integers(1, 12), min_size=1),
    days=st.sets(st.integers(1, 28), min_size=1, max_size=4),
    weekdays=st.one_of(st.none(), st.sets(st.integers(1, 7), min_size=1)),
    after=st.integers(ms("2024-01-01 00:00") // 1_000, ms("2032-01-01 00:00") // 1_000),
)
def test_the_next_window_is_the_first_hour_that_fits(
    hours: tuple[int, int], months: set[int], days: set[int], weekdays: set[int] | None, after: int
) -> None:
    first, step = hours
    of_month = "?" if weekdays is not None else ",".join(map(str, days))
    of_week = "?" if weekdays is None else ",".join(map(str, weekdays))
    cron = f"cron(0 {first}/{step} {of_month} {','.join(map(str, months))} {of_week} *)"

    found = window_after(parse(cron), hours=1, after=after * 1_000)

    day = datetime.fromtimestamp(after, tz=UTC).date()
    opens = next(
        at
        for ahead in range(800)
        if fits(day + timedelta(days=ahead), months=months, days=days, weekdays=weekdays)
        for hour in range(first, 24, step)
        if (at := at_hour(day + timedelta(days=ahead), hour)) > after
    )
    assert found == Window(opens_ms=opens * 1_000, closes_ms=(opens + 3_600) * 1_000)


def fits(day: date, *, months: set[int], days: set[int], weekdays: set[int] | None) -> bool:
    if day.month not in months:
        return False
    return day.day in days if weekdays is None else day.isoweekday() % 7 + 1 in weekdays


def at_hour(day: date, hour: int) -> int:
    return calendar.timegm((day.year, day.month, day.day, hour, 0, 0))
