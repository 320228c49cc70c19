"""Schedules fire when NCRONTAB says, and never otherwise."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from local.host.ncrontab import Schedule, ScheduleError

START = datetime(2026, 11, 24, 10, 30, 15, 500, tzinfo=UTC)


@pytest.mark.parametrize(
    ("expression", "following"),
    [
        ("* * * * * *", "2026-11-24 10:30:16"),
        ("0 * * * * *", "2026-11-24 10:31:00"),
        ("* * * * *", "2026-11-24 10:31:00"),
        ("0 */5 * * * *", "2026-11-24 10:35:00"),
        ("15 30 10 * * *", "2026-11-25 10:30:15"),
        ("0 0 9-17/4 * * *", "2026-11-24 13:00:00"),
        ("0 0 0 1 1 *", "2027-01-01 00:00:00"),
        ("0 0 0 29 feb *", "2028-02-29 00:00:00"),
        ("0 0 12 * * mon-fri", "2026-11-24 12:00:00"),
        ("0 0 12 * * sun", "2026-11-29 12:00:00"),
        ("0 0 12 * * Sunday", "2026-11-29 12:00:00"),
        ("0 0 12 * January 6", "2027-01-02 12:00:00"),
        ("30,45 0 0/6 * * *", "2026-11-24 12:00:30"),
        ("0 3-3 * * * *", "2026-11-24 11:03:00"),
        ("0 0 0 13 * 5", "2027-08-13 00:00:00"),
    ],
)
def test_the_next_occurrence(expression: str, following: str) -> None:
    found = Schedule.parse(expression).after(START)
    assert found == datetime.fromisoformat(following).replace(tzinfo=UTC)


def test_a_date_that_never_comes_has_no_occurrence() -> None:
    assert Schedule.parse("0 0 0 31 2 *").after(START) is None


@pytest.mark.parametrize(
    "expression",
    [
        "",
        "* * * *",
        "* * * * * * *",
        "60 * * * * *",
        "* * 24 * * *",
        "* * * 0 * *",
        "* * * * 13 *",
        "* * * * * 7",
        "5-3 * * * * *",
        "*/0 * * * * *",
        "a * * * * *",
        "1,,2 * * * * *",
        "00:05:00",
    ],
)
def test_what_is_no_schedule_is_refused(expression: str) -> None:
    with pytest.raises(ScheduleError):
        Schedule.parse(expression)


def _field(low: int, high: int) -> st.SearchStrategy[tuple[str, frozenset[int]]]:
    """A field's text and the values it must mean."""
    number = st.integers(low, high)
    every = st.just(("*", frozenset(range(low, high + 1))))
    step = st.integers(1, 20).map(lambda n: (f"*/{n}", frozenset(range(low, high + 1, n))))
    one = number.map(lambda n: (str(n), frozenset({n})))
    span = st.tuples(number, number, st.integers(1, 9)).map(
        lambda t: (
            f"{min(t[:2])}-{max(t[:2])}/{t[2]}",
            frozenset(range(min(t[:2]), max(t[:2]) + 1, t[2])),
        )
    )
    single = st.one_of(every, step, one, span)
    return st.lists(single, min_size=1, max_size=3).map(
        lambda parts: (",".join(p[0] for p in parts), frozenset().union(*(p[1] for p in parts)))
    )


FIELDS = st.tuples(
    _field(0, 59), _field(0, 59), _field(0, 23), _field(1, 31), _field(1, 12), _field(0, 6)
)
MOMENTS = st.datetimes(datetime(2020, 1, 1), datetime(2040, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - hypothesis adds the zone


@given(FIELDS, MOMENTS)
def test_an_occurrence_fits_every_field_and_none_was_passed_over(
    fields: tuple[tuple[str, frozenset[int]], ...], moment: datetime
) -> None:
    schedule = Schedule.parse(" ".join(text for text, _ in fields))
    found = schedule.after(moment)
    if found is None:
        return
    second, minute, hour, day, month, weekday = (values for _, values in fields)

    def fits(t: datetime) -> bool:
        date = t.day in day and t.month in month and t.isoweekday() % 7 in weekday
        return date and t.hour in hour and t.minute in minute and t.second in second

    assert found > moment
    assert fits(found)
    # Look through the two minutes before it, and the first two after the moment.
    first = moment.replace(microsecond=0) + timedelta(seconds=1)
    before = (found - timedelta(seconds=n) for n in range(1, 121))
    after = (first + timedelta(seconds=n) for n in range(120))
    assert not any(moment < t < found and fits(t) for t in (*before, *after))
