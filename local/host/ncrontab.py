"""NCRONTAB: six fields, seconds first (or five, seconds then 0), and the next occurrence."""

from __future__ import annotations

import calendar
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

_MONTHS = {name.lower(): number for number, name in enumerate(calendar.month_abbr) if name}
_DAYS = {name.lower(): (number + 1) % 7 for number, name in enumerate(calendar.day_abbr)}
_HORIZON = timedelta(days=366 * 9)  # 29 February can be eight years away


class ScheduleError(ValueError):
    """The text is no NCRONTAB expression."""


@dataclass(frozen=True, slots=True)
class Schedule:
    """A parsed expression: the allowed values of each field, ascending; weekday 0 is Sunday."""

    seconds: tuple[int, ...]
    minutes: tuple[int, ...]
    hours: tuple[int, ...]
    days: frozenset[int]
    months: frozenset[int]
    weekdays: frozenset[int]

    @classmethod
    def parse(cls, text: str) -> Schedule:
        """Read an expression.

        Raises:
            ScheduleError: it has another number of fields, or a value out of range.
        """
        fields = text.split()
        if len(fields) == 5:
            fields = ["0", *fields]
        if len(fields) != 6:
            raise ScheduleError(f"'{text}' is no schedule: six fields are expected, seconds first.")
        second, minute, hour, day, month, weekday = fields
        return cls(
            _values(second, 0, 59),
            _values(minute, 0, 59),
            _values(hour, 0, 23),
            frozenset(_values(day, 1, 31)),
            frozenset(_values(month, 1, 12, _MONTHS)),
            frozenset(_values(weekday, 0, 6, _DAYS)),
        )

    def after(self, moment: datetime) -> datetime | None:
        """Find the first occurrence after `moment`, in its time zone; None if there is none."""
        start = moment.replace(microsecond=0) + timedelta(seconds=1)
        for day in self._dates(start.date()):
            floor = (start.hour, start.minute, start.second) if day == start.date() else (0, 0, 0)
            time = self._first_time(floor)
            if time is not None:
                return datetime(day.year, day.month, day.day, *time, tzinfo=moment.tzinfo)
        return None

    def _dates(self, first: date) -> Iterator[date]:
        for offset in range(_HORIZON.days):
            day = first + timedelta(days=offset)
            matches = day.month in self.months and day.day in self.days
            if matches and day.isoweekday() % 7 in self.weekdays:
                yield day

    def _first_time(self, floor: tuple[int, int, int]) -> tuple[int, int, int] | None:
        for hour in (h for h in self.hours if h >= floor[0]):
            for minute in self.minutes:
                for second in self.seconds:
                    if (hour, minute, second) >= floor:
                        return hour, minute, second
        return None


def _values(
    text: str, low: int, high: int, names: Mapping[str, int] | None = None
) -> tuple[int, ...]:
    found: set[int] = set()
    for part in text.lower().split(","):
        span, slash, step = part.partition("/")
        try:
            start, end = _span(span, (low, high), names or {}, open_ended=bool(slash))
            every = int(step) if slash else 1
        except ValueError as error:
            raise ScheduleError(f"'{part}' is no value of a schedule.") from error
        if not low <= start <= end <= high or every < 1:
            raise ScheduleError(f"'{part}' is out of range: {low} to {high} are allowed.")
        found.update(range(start, end + 1, every))
    return tuple(sorted(found))


def _span(
    text: str, whole: tuple[int, int], names: Mapping[str, int], *, open_ended: bool
) -> tuple[int, int]:
    if text == "*":
        return whole
    first, dash, last = text.partition("-")
    start = _number(first, names)
    if dash:
        return start, _number(last, names)
    return start, whole[1] if open_ended else start


def _number(text: str, names: Mapping[str, int]) -> int:
    return names[text[:3]] if text[:3] in names else int(text)
