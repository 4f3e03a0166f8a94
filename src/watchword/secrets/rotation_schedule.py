"""Rotation schedules: Secrets Manager's dialect of rate() and cron(), and the windows that they open. Pure; all in UTC.

    rate(N hours)   4 to 23; a window opens N hours after the hour that is counted from, and closes an hour later
    rate(N days)    1 to 999; a window is the whole UTC day, N days after the day that is counted from
    cron(0 HOURS DAY-OF-MONTH MONTH DAY-OF-WEEK *)
                    a window opens on each of these hours, and closes with the day, or after an hour if a day has several

Handled: the wildcards that the user guide's table lists for each field, `L`, `SUNL` and `#` alone in their field; names
in any case. Deliberately not: other minutes and years, `W`, ranges that run backwards (`FRI-MON`), blanks beyond the
one between two fields, and a schedule that leaves a year out (`29` of `FEB`): none may be more than a year apart.

Source: Secrets Manager user guide, "Rotation schedules"; RotationRulesType; facts 7.1, platform A.6.
"""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import pairwise
from typing import Literal, TypeAlias

from watchword.api.shapes.secretsmanager import InvalidParameterException
from watchword.secrets import refusals

HOUR_MS = 3_600_000
DAY_MS = 86_400_000
RATE_HOURS_MIN = 4
RATE_HOURS_MAX = 23
RATE_DAYS_MAX = 999
DURATION_HOURS_MAX = 24
AFTER_DAYS_MAX = 1_000
"""Source: AutomaticallyAfterDaysType."""
MONTHS_SOUGHT_MAX = 25
"""A schedule has a window in every year: from any month on, one comes within this one, the next year and a month."""

_RATE = re.compile(r"rate\(([0-9]{1,4}) (hours?|days?)\)", re.ASCII)
_CRON = re.compile(r"cron\(([^()]+)\)", re.ASCII)
_NUMBER = re.compile(r"[0-9]{1,2}", re.ASCII)
_MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
_WEEKDAYS = ("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT")
_EVERY_KIND_OF_YEAR = range(2001, 2029)
"""28 years in a row begin on each weekday, with and without a leap day."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    every: int
    unit: Literal["hour", "day"]


@dataclass(frozen=True, slots=True, kw_only=True)
class DaysOfMonth:
    days: frozenset[int]


@dataclass(frozen=True, slots=True, kw_only=True)
class LastDay:
    """Of the month."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Weekdays:
    days: frozenset[int]
    """1 is Sunday, 7 is Saturday."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NthWeekday:
    day: int
    nth: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LastWeekday:
    day: int


Days: TypeAlias = DaysOfMonth | LastDay | Weekdays | NthWeekday | LastWeekday


@dataclass(frozen=True, slots=True, kw_only=True)
class Cron:
    hours: tuple[int, ...]
    """Ascending, and at least four apart within a day."""
    months: frozenset[int]
    days: Days


Schedule: TypeAlias = Rate | Cron


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """When a secret may be rotated."""

    opens_ms: int
    """On an hour."""
    closes_ms: int
    """Exclusive, at most 24 hours later, and no later than the window after it opens."""


def parse(expression: str) -> Schedule:
    """Read a ScheduleExpression.

    Raises:
        InvalidParameterException: it is none, or more often than every four hours, or a rate beyond its bounds.
    """
    rate = _RATE.fullmatch(expression)
    if rate is not None:
        return _rate(int(rate[1]), "hour" if rate[2].startswith("hour") else "day")
    cron = _CRON.fullmatch(expression)
    fields = cron[1].split(" ") if cron is not None else []
    if len(fields) != 6 or (fields[0], fields[5]) != ("0", "*"):
        raise InvalidParameterException(refusals.INVALID_SCHEDULE)
    schedule = Cron(
        hours=_hours(fields[1]),
        months=_set(fields[3].upper(), low=1, high=12, names=_MONTHS),
        days=_days(fields[2].upper(), fields[4].upper()),
    )
    if not all(
        any(days_in(schedule.days, year, month) for month in schedule.months) for year in _EVERY_KIND_OF_YEAR
    ):
        raise InvalidParameterException(refusals.INVALID_SCHEDULE)
    return schedule


def hours_of(duration: str) -> int:
    """Read a Duration, `3h`, whose form the model has checked.

    Raises:
        InvalidParameterException: no hour, or more than a day.
    """
    hours = int(duration.removesuffix("h"))
    if not 1 <= hours <= DURATION_HOURS_MAX:
        raise InvalidParameterException(refusals.DURATION_RANGE)
    return hours


def check_duration(schedule: Schedule, hours: int) -> None:
    """Refuse a window that would run into the next one, or over the end of the UTC day.

    A rate in days opens at midnight, so every duration fits; of a rate in hours only the next window counts.

    Raises:
        InvalidParameterException
    """
    match schedule:
        case Rate(every=every, unit="hour") if hours > every:
            raise InvalidParameterException(refusals.DURATION_OVER_RATE)
        case Cron(hours=opening):
            if any(hours > later - earlier for earlier, later in pairwise(opening)):
                raise InvalidParameterException(refusals.DURATION_OVER_RATE)
            if opening[-1] + hours > DURATION_HOURS_MAX:
                raise InvalidParameterException(refusals.DURATION_OVER_DAY)


def window_after(schedule: Schedule, *, hours: int | None, after: int) -> Window:
    """The window that comes next, counted from a moment: a rate from its hour or day, cron from the moment itself.

    A window that is open at that moment, or opens with it, is not the next one. `hours`: the Duration, if one is set.
    """
    match schedule:
        case Rate(every=every, unit="hour"):
            opens = after - after % HOUR_MS + every * HOUR_MS
            return Window(opens_ms=opens, closes_ms=opens + (hours or 1) * HOUR_MS)
        case Rate(every=every):
            opens = after - after % DAY_MS + every * DAY_MS
            return Window(opens_ms=opens, closes_ms=opens + (hours or 24) * HOUR_MS)
        case Cron() as cron:
            opens = _opening_after(cron, after)
            end_of_day = opens - opens % DAY_MS + DAY_MS
            closes = end_of_day if len(cron.hours) == 1 else opens + HOUR_MS
            return Window(opens_ms=opens, closes_ms=closes if hours is None else opens + hours * HOUR_MS)


def days_between(schedule: Schedule, *, after: int) -> int:
    """AutomaticallyAfterDays as it follows from an expression: whole days, rounded up, from the next window to the one
    after it. AWS's samples have 1 for `rate(10 hours)` and 14 for `cron(0 16 1,15 * ? *)`.
    """
    match schedule:
        case Rate(unit="hour"):
            return 1
        case Rate(every=every):
            return every
        case Cron() as cron:
            first = _opening_after(cron, after)
            between = _opening_after(cron, first) - first
            return min(-(-between // DAY_MS), AFTER_DAYS_MAX)


def days_in(days: Days, year: int, month: int) -> list[int]:
    """The days of one month that a field means, in order."""
    last = calendar.monthrange(year, month)[1]
    match days:
        case DaysOfMonth(days=wanted):
            return sorted(day for day in wanted if day <= last)
        case LastDay():
            return [last]
        case Weekdays(days=wanted):
            return [day for day in range(1, last + 1) if _weekday(year, month, day) in wanted]
        case NthWeekday(day=weekday, nth=nth):
            found = [day for day in range(1, last + 1) if _weekday(year, month, day) == weekday]
            return found[nth - 1 : nth]
        case LastWeekday(day=weekday):
            return [day for day in range(last - 6, last + 1) if _weekday(year, month, day) == weekday]


def _weekday(year: int, month: int, day: int) -> int:
    """1 is Sunday, as AWS counts; Python's Monday is 0."""
    return (calendar.weekday(year, month, day) + 1) % 7 + 1


def _opening_after(cron: Cron, after: int) -> int:
    moment = datetime.fromtimestamp(after // 1_000, tz=UTC)
    year, month = moment.year, moment.month
    for _ in range(MONTHS_SOUGHT_MAX):
        if month in cron.months:
            for day in days_in(cron.days, year, month):
                for hour in cron.hours:
                    opens = calendar.timegm((year, month, day, hour, 0, 0)) * 1_000
                    if opens > after:
                        return opens
        year, month = year + month // 12, month % 12 + 1
    raise AssertionError("a schedule without a window in two years was let through")


def _rate(every: int, unit: Literal["hour", "day"]) -> Rate:
    if unit == "hour" and not RATE_HOURS_MIN <= every <= RATE_HOURS_MAX:
        raise InvalidParameterException(refusals.RATE_HOURS)
    if unit == "day" and not 1 <= every <= RATE_DAYS_MAX:
        raise InvalidParameterException(refusals.RATE_DAYS)
    return Rate(every=every, unit=unit)


def _hours(field: str) -> tuple[int, ...]:
    """Hours begin anew each day, so what is less than four apart is looked for within a day."""
    opening = sorted(_set(field, low=0, high=23))
    if any(later - earlier < RATE_HOURS_MIN for earlier, later in pairwise(opening)):
        raise InvalidParameterException(refusals.INVALID_SCHEDULE)
    return tuple(opening)


def _days(of_month: str, of_week: str) -> Days:
    """One of the two fields says it; the other one is `?`."""
    if (of_month == "?") == (of_week == "?"):
        raise InvalidParameterException(refusals.INVALID_SCHEDULE)
    if of_week == "?":
        if of_month == "L":
            return LastDay()
        # The guide's table has the last named day of a month here; a number would be a day of the month.
        if of_month.endswith("L") and of_month[:-1] in _WEEKDAYS:
            return LastWeekday(day=_WEEKDAYS.index(of_month[:-1]) + 1)
        return DaysOfMonth(days=_set(of_month, low=1, high=31))
    if of_week == "L":
        return Weekdays(days=frozenset({7}))
    if of_week.endswith("L"):
        return LastWeekday(day=_value(of_week[:-1], low=1, high=7, names=_WEEKDAYS))
    weekday, hash_, nth = of_week.partition("#")
    if hash_:
        return NthWeekday(day=_value(weekday, low=1, high=7, names=_WEEKDAYS), nth=_value(nth, low=1, high=5))
    return Weekdays(days=_set(of_week, low=1, high=7, names=_WEEKDAYS))


def _set(field: str, *, low: int, high: int, names: tuple[str, ...] = ()) -> frozenset[int]:
    """Values, ranges and increments, separated by commas."""
    found: set[int] = set()
    for part in field.split(","):
        base, slash, step = part.partition("/")
        first, dash, last = base.partition("-")
        if base == "*" or (base == "" and slash):
            start, end = low, high
        elif dash:
            start = _value(first, low=low, high=high, names=names)
            end = _value(last, low=start, high=high, names=names)
        else:
            start = _value(base, low=low, high=high, names=names)
            end = high if slash else start
        found.update(range(start, end + 1, _value(step, low=1, high=high) if slash else 1))
    return frozenset(found)


def _value(text: str, *, low: int, high: int, names: tuple[str, ...] = ()) -> int:
    value = names.index(text) + 1 if text in names else int(text) if _NUMBER.fullmatch(text) else low - 1
    if not low <= value <= high:
        raise InvalidParameterException(refusals.INVALID_SCHEDULE)
    return value
