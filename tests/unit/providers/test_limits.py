"""Rate limits, judged by a clock of our own."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from local.providers.simulation.limits import Limiter, Limits, Refusal, Remaining

START = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
SMALL = Limits(per_minute=3, per_day=5, at_once=2, app_per_minute=100)


def call(limiter: Limiter, after: float, tenant: str = "a") -> Refusal | None:
    refusal = limiter.admit(tenant, START + timedelta(seconds=after))
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
    assert limiter.remaining("a", START + timedelta(seconds=6)) == Remaining(2, 0, 97)


def test_nothing_is_refused_while_limits_are_off() -> None:
    limiter = Limiter(SMALL, enabled=False)
    assert not any(call(limiter, 0) for _ in range(50))
    assert limiter.remaining("a", START) == Remaining(5, 3, 100)


def test_a_reset_forgets_the_calls() -> None:
    limiter = Limiter(SMALL)
    for after in (0, 1, 2):
        call(limiter, after)
    limiter.reset()
    assert call(limiter, 3) is None


@given(st.lists(st.floats(0, 400), max_size=60))
def test_no_window_of_a_minute_ever_holds_more_than_the_limit(times: list[float]) -> None:
    limiter = Limiter(Limits(per_minute=4))
    admitted = [after for after in sorted(times) if call(limiter, after) is None]
    for first in admitted:
        assert sum(first <= each < first + 59.999 for each in admitted) <= 4
