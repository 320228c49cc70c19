"""Rate limits, judged by a clock of our own."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from local.providers.simulation.limits import Limiter, Limits, Quota, Refusal, Window

START = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
SMALL = Limits(per_minute=3, per_day=5, at_once=2, app_per_minute=100)


def call(limiter: Limiter, after: float, tenant: str = "a", points: int = 1) -> Refusal | None:
    refusal = limiter.admit(tenant, START + timedelta(seconds=after), points)
    if refusal is None:
        limiter.release(tenant)
    return refusal


def test_a_minute_holds_so_many_calls_and_then_says_when_the_oldest_leaves() -> None:
    limiter = Limiter(SMALL)
    assert [call(limiter, after) for after in (0, 10, 20)] == [None, None, None]
    assert call(limiter, 30) == Refusal("minute", 30)
    assert call(limiter, 59.5) == Refusal("minute", 1)
    assert call(limiter, 60) is None


def test_a_day_outlasts_the_minutes() -> None:
    limiter = Limiter(SMALL)
    assert [call(limiter, hour * 3600) for hour in range(5)] == [None] * 5
    assert call(limiter, 5 * 3600) == Refusal("day", 19 * 3600)
    assert call(limiter, 24 * 3600) is None


def test_calls_at_once_are_limited_until_one_is_done() -> None:
    limiter = Limiter(SMALL)
    assert limiter.admit("a", START) is None
    assert limiter.admit("a", START) is None
    assert limiter.admit("a", START) == Refusal("concurrent", 1)
    limiter.release("a")
    assert limiter.admit("a", START) is None


def test_tenants_do_not_spend_each_others_calls_but_share_the_apps() -> None:
    limiter = Limiter(Limits(per_minute=2, app_per_minute=3))
    assert [call(limiter, 0, each) for each in ("a", "a", "b")] == [None, None, None]
    assert call(limiter, 1, "b") == Refusal("appminute", 59)


def test_refused_calls_do_not_count() -> None:
    limiter = Limiter(SMALL)
    for after in (0, 1, 2, 3, 4, 5):
        call(limiter, after)
    left = {"day": 2, "minute": 0, "appminute": 97, "concurrent": 2}
    assert limiter.remaining("a", START + timedelta(seconds=6)) == left


def test_nothing_is_refused_while_limits_are_off() -> None:
    limiter = Limiter(SMALL, enabled=False)
    assert not any(call(limiter, 0) for _ in range(50))
    left = {"day": 5, "minute": 3, "appminute": 100, "concurrent": 2}
    assert limiter.remaining("a", START) == left


def test_a_reset_forgets_the_calls() -> None:
    limiter = Limiter(SMALL)
    for after in (0, 1, 2):
        call(limiter, after)
    limiter.reset()
    assert call(limiter, 3) is None


def only(**quota: Any) -> Limiter:  # noqa: ANN401 - the quota checks them itself
    return Limiter(Limits.only(Quota(name="it", **quota)))


def test_a_second_holds_so_many_calls() -> None:
    limiter = only(amount=2, seconds=1)
    assert [call(limiter, after) for after in (0, 0.9)] == [None, None]
    assert call(limiter, 0.95) == Refusal("it", 1)
    assert call(limiter, 1) is None
    assert call(limiter, 1.5) == Refusal("it", 1)


def test_a_fixed_window_begins_anew_on_the_stroke() -> None:
    limiter = only(amount=2, seconds=60, window="fixed")
    assert [call(limiter, after) for after in (50, 59)] == [None, None]
    assert call(limiter, 59.5) == Refusal("it", 1)
    assert [call(limiter, after) for after in (60, 61)] == [None, None]
    assert call(limiter, 62) == Refusal("it", 58)


def test_a_bucket_takes_what_it_holds_at_once_and_then_what_leaks() -> None:
    limiter = only(amount=40, seconds=20, window="leaky")
    assert [call(limiter, 0) for _ in range(40)] == [None] * 40
    assert call(limiter, 0.25) == Refusal("it", 1)
    assert [call(limiter, 0.5), call(limiter, 0.5)] == [None, Refusal("it", 1)]
    assert limiter.remaining("a", START + timedelta(seconds=10.5)) == {"it": 20}
    assert [call(limiter, 60) for _ in range(40)] == [None] * 40


@pytest.mark.parametrize("window", ["rolling", "fixed", "leaky"])
def test_points_that_a_call_did_not_take_are_given_back(window: Window) -> None:
    limiter = only(amount=100, seconds=60, window=window, points=True)
    assert limiter.admit("a", START, 80) is None
    assert limiter.remaining("a", START) == {"it": 20}
    limiter.release("a", 50)
    assert limiter.remaining("a", START) == {"it": 70}
    assert call(limiter, 0, points=70) is None
    assert call(limiter, 0, points=1) is not None


def test_a_refusal_tells_when_enough_points_are_free() -> None:
    rolling = only(amount=100, seconds=60, points=True)
    assert [call(rolling, after, points=50) for after in (0, 10)] == [None, None]
    assert call(rolling, 20, points=50) == Refusal("it", 40)
    assert call(rolling, 20, points=60) == Refusal("it", 50)
    leaky = only(amount=100, seconds=50, window="leaky", points=True)
    assert call(leaky, 0, points=100) is None
    assert call(leaky, 0, points=30) == Refusal("it", 15)
    assert call(leaky, 15, points=30) is None


def test_all_tenants_share_a_bucket_of_the_app() -> None:
    limiter = only(amount=2, seconds=2, window="leaky", of_app=True)
    assert [call(limiter, 0, each) for each in ("a", "b")] == [None, None]
    assert call(limiter, 0, "c") == Refusal("it", 1)


def test_amounts_change_by_name_and_what_was_counted_stays() -> None:
    bucket = Quota(name="bucket", amount=40, seconds=20, window="leaky")
    limiter = Limiter(Limits(per_minute=5, more=(bucket,)))
    assert [call(limiter, 0), call(limiter, 0)] == [None, None]
    limiter.limits = limiter.limits.with_amounts({"minute": 3, "bucket": 2})
    assert call(limiter, 0) == Refusal("bucket", 10)
    limiter.limits = limiter.limits.with_amounts({"bucket": 9, "minute": 2})
    assert call(limiter, 0) == Refusal("minute", 60)
    with pytest.raises(ValueError, match="hour"):
        limiter.limits.with_amounts({"hour": 1})


@given(st.lists(st.floats(0, 400), max_size=60))
def test_no_window_of_a_minute_ever_holds_more_than_the_limit(times: list[float]) -> None:
    limiter = Limiter(Limits(per_minute=4))
    admitted = [after for after in sorted(times) if call(limiter, after) is None]
    for first in admitted:
        assert sum(first <= each < first + 59.999 for each in admitted) <= 4
