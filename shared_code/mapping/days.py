"""Calendar dates, as books and reports use them."""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Iterable
from datetime import date, datetime, time, timedelta

_MIDNIGHT = time.min

# What it is called for short in Britain and Australia, but not by `strptime`.
_SEPT = re.compile(r"\bSept\b", re.IGNORECASE)


def midnight(day: date | None) -> datetime | None:
    """Give a calendar date as the unified model writes it: without a zone."""
    return datetime.combine(day, _MIDNIGHT) if day else None


def month_start(day: date, *, years_ago: int = 0) -> date:
    """Give the first day of a month."""
    return day.replace(year=day.year - years_ago, day=1)


def month_end(day: date, *, years_ago: int = 0) -> date:
    """Give the last day of a month."""
    first = month_start(day, years_ago=years_ago)
    return first.replace(day=monthrange(first.year, first.month)[1])


def financial_year_start(
    as_of: date | None, end_month: int | None, end_day: int | None
) -> date | None:
    """Find the start of the financial year that runs on a day, by the day on which years end.

    A day that the month lacks is its last one. None where any is missing, or none of the calendar.
    """
    if as_of is None or end_month is None or end_day is None:
        return None
    if not (1 <= end_day <= 31 and 1 <= end_month <= 12):
        return None
    if not date.min.year + 1 < as_of.year < date.max.year:
        return None
    this_year = _day_after(as_of.year, end_month, end_day)
    return this_year if this_year <= as_of else _day_after(as_of.year - 1, end_month, end_day)


def _day_after(year: int, month: int, day: int) -> date:
    last = monthrange(year, month)[1]
    # In a leap year, books that end on 28 February end on the 29th.
    ends = last if month == 2 and day >= 28 else min(day, last)
    return date(year, month, ends) + timedelta(days=1)


def day_in(text: str, forms: Iterable[str]) -> date | None:
    """Read a day, or the last of a month, that is written in one of `strptime`'s forms."""
    text = _SEPT.sub("Sep", text)
    for form in forms:
        try:
            day = datetime.strptime(text, form).date()  # noqa: DTZ007 - a calendar date
        except ValueError:
            continue
        return day if "%d" in form else month_end(day)
    return None
