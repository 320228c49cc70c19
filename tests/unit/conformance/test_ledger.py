"""How much of a limit a ledger of calls says was used."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from local.conformance.ledger import peak
from local.conformance.simulator import Call
from shared_code.limits import Limit

NOON = datetime(2030, 1, 1, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)


def call(seq: int, at: float = 0, *, until: int | None = None, points: int = 1) -> Call:
    return Call(
        *(seq, NOON + at * SECOND, "GET", "/things", "", 200, "t-1", None),
        until=until or seq,
        points=points,
    )


def at(*seconds: float) -> list[Call]:
    return [call(seq, each) for seq, each in enumerate(seconds, start=1)]


def test_any_stretch_of_a_windows_length_counts() -> None:
    limit = Limit(name="minute", amount=3, per=60 * SECOND)
    assert peak(limit, at(0, 30, 59.9, 60, 61)) == 4
    assert peak(limit, at(0, 60, 120)) == 1
    assert peak(limit, []) == 0


def test_between_strokes_of_the_clock_it_is_counted_anew() -> None:
    limit = Limit(name="top", amount=3, per=60 * SECOND, window="fixed")
    assert peak(limit, at(50, 59, 60, 61, 70)) == 3


def test_a_bucket_is_as_full_as_calls_came_faster_than_it_leaks() -> None:
    limit = Limit(name="bucket", amount=10, per=20 * SECOND, window="leaky")
    assert peak(limit, at(*[0] * 10, 2)) == 10
    assert peak(limit, at(*[0] * 10, 1)) == 10.5
    assert peak(limit, at(*range(0, 40, 2))) == 1


def test_points_count_by_what_calls_took() -> None:
    limit = Limit(name="points", amount=100, cost=20, per=60 * SECOND)
    calls = [call(1, 0, points=12), call(2, 30, points=15), call(3, 70, points=2)]
    assert peak(limit, calls) == 27


def test_calls_are_at_once_that_came_before_the_others_ended() -> None:
    limit = Limit(name="concurrent", amount=2)
    assert peak(limit, [call(1, until=2), call(2, until=3), call(3, until=3)]) == 2
    assert peak(limit, [call(1, until=3), call(2, until=3), call(3)]) == 3
    assert peak(limit, [call(1), call(2), call(3)]) == 1
