"""No real window ever holds more than the limit, and nobody waits much longer than needed."""

from __future__ import annotations

import heapq
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from shared_code.budget.meters import LEASE, Meter, meter
from shared_code.limits import Limit

BEGIN = 1_893_456_000_123
LONGEST_CALL = 60_000


@dataclass(frozen=True)
class Asked:
    """A call: how long after the one before it is asked for, how long it takes, and when in it the
    provider counts it, from 0 to 1."""

    gap: int
    takes: int
    counted: float


ASKED = st.builds(
    Asked,
    gap=st.integers(0, 400) | st.integers(0, 30_000),
    takes=st.just(0) | st.integers(0, 2_000) | st.integers(0, LONGEST_CALL),
    counted=st.floats(0, 1),
)
PATTERNS = st.lists(ASKED, min_size=1, max_size=60)
WINDOWS = st.sampled_from([1, 10, 60, 3_600])


def kept(limit: Limit, before: Meter | None, now: int) -> Meter:
    """The meter as another host reads it from the row."""
    return meter(limit, json.loads(json.dumps(before.state(now))) if before else {})


def admitted(limit: Limit, asked: Sequence[Asked]) -> Iterator[tuple[int, Asked]]:
    """Go through calls in order of time, each coming again when it is told to; gives the moments
    at which they were let through."""
    opened: list[tuple[int, int]] = []
    known, at = None, BEGIN
    for call in asked:
        at += call.gap
        while True:
            while opened and opened[0][0] <= at:
                ended, taken = heapq.heappop(opened)
                known = kept(limit, known, ended)
                known.settle(taken, ended, limit.cost)
            known = kept(limit, known, at)
            free_at = known.free_at(at, limit.cost)
            if free_at <= at:
                break
            # What ends meanwhile is settled first, as it is with others at work.
            at = min(free_at, opened[0][0]) if opened and opened[0][0] > at else free_at
        heapq.heappush(opened, (at + call.takes, known.take(at)))
        yield at, call


def counted_at(moment: int, call: Asked) -> float:
    return moment + call.takes * call.counted


@given(PATTERNS, WINDOWS, st.integers(1, 7))
@example([Asked(0, 0, 0.0)] * 30, 1, 3)
@example([Asked(0, 900, 1.0), *[Asked(0, 0, 0.0)] * 12], 60, 4)
def test_no_window_of_the_provider_holds_more_than_the_limit(
    asked: list[Asked], seconds: int, most: int
) -> None:
    limit = Limit(name="l", amount=most, per=timedelta(seconds=seconds))
    times = sorted(counted_at(*each) for each in admitted(limit, asked))
    for first, last in zip(times, times[most:], strict=False):
        assert last - first > seconds * 1_000


@given(PATTERNS, WINDOWS, st.integers(1, 7))
def test_nobody_waits_longer_than_needed_by_more_than_a_sixtieth_of_the_window(
    asked: list[Asked], seconds: int, most: int
) -> None:
    limit = Limit(name="l", amount=most, per=timedelta(seconds=seconds))
    window = seconds * 1_000
    # A call that takes no time counts when it is made, and by nothing else.
    calls = [Asked(each.gap, 0, 0.0) for each in asked]
    moments = [moment for moment, _ in admitted(limit, calls)]
    wanted = BEGIN
    for number, moment in enumerate(moments):
        wanted = (moments[number - 1] if number else BEGIN) + calls[number].gap
        if number >= most:
            wanted = max(wanted, moments[number - most] + window)
        assert moment - wanted <= window / 60 + 1


@given(PATTERNS, st.sampled_from([1, 10, 60]), st.integers(1, 7), st.floats(-0.09, 0.09))
def test_no_fixed_window_holds_more_than_the_limit_although_the_clocks_differ(
    asked: list[Asked], seconds: int, most: int, skew: float
) -> None:
    limit = Limit(name="l", amount=most, per=timedelta(seconds=seconds), window="fixed")
    window = seconds * 1_000
    shift = max(-1_900.0, min(1_900.0, skew * window))
    counts: dict[int, int] = {}
    for each in admitted(limit, asked):
        stroke = int((counted_at(*each) + shift) // window)
        counts[stroke] = counts.get(stroke, 0) + 1
    assert max(counts.values()) <= most


@given(PATTERNS, st.sampled_from([1, 20, 60]), st.integers(2, 40))
def test_no_leaky_bucket_runs_over(asked: list[Asked], seconds: int, most: int) -> None:
    limit = Limit(name="l", amount=most, per=timedelta(seconds=seconds), window="leaky", cost=2)
    pace = most / (seconds * 1_000)
    level, at = 0.0, 0.0
    for now in sorted(counted_at(*each) for each in admitted(limit, asked)):
        level, at = max(0.0, level - (now - at) * pace) + limit.cost, now
        assert level <= most + 1e-6


def test_a_leaky_bucket_that_is_kept_full_lets_calls_through_at_its_pace() -> None:
    limit = Limit(name="l", amount=40, per=timedelta(seconds=20), window="leaky")
    moments = [moment for moment, _ in admitted(limit, [Asked(0, 0, 0.0)] * 100)]
    assert moments[39] == BEGIN
    assert moments[99] - BEGIN == pytest.approx(60 / 2 * 1_000, abs=70)


@given(PATTERNS, st.integers(1, 5))
def test_never_more_calls_at_once_than_the_limit(asked: list[Asked], most: int) -> None:
    limit = Limit(name="l", amount=most)
    spans = [(moment, moment + call.takes) for moment, call in admitted(limit, asked)]
    for began, _ in spans:
        assert sum(start <= began < end for start, end in spans) <= most


KINDS: list[Callable[[int], Limit]] = [
    lambda most: Limit(name="l", amount=most, per=timedelta(minutes=1)),
    lambda most: Limit(name="l", amount=most, per=timedelta(minutes=1), window="fixed"),
    lambda most: Limit(name="l", amount=most, per=timedelta(minutes=1), window="leaky"),
    lambda most: Limit(name="l", amount=most),
]
EACH_KIND = pytest.mark.parametrize("kind", KINDS, ids=["rolling", "fixed", "leaky", "at once"])


@EACH_KIND
def test_a_call_that_nobody_settles_counts_until_it_has_surely_ended_and_then_no_more(
    kind: Callable[[int], Limit],
) -> None:
    limit = kind(2)
    dead = kept(limit, None, BEGIN)
    dead.take(BEGIN)
    dead.take(BEGIN)
    there = kept(limit, dead, BEGIN + LEASE)
    assert there.free(BEGIN + LEASE) == 0
    over = there.over_at()
    assert over - BEGIN <= LEASE + 125_000
    assert kept(limit, there, over).free(over) == 2
    assert kept(limit, there, over).state(over) == {}


@EACH_KIND
def test_a_call_settled_after_its_lease_takes_nothing_from_others(
    kind: Callable[[int], Limit],
) -> None:
    limit = kind(3)
    late = kept(limit, None, BEGIN)
    taken = late.take(BEGIN)
    end = late.over_at() + 1
    there = kept(limit, late, end)
    there.take(end)
    there.settle(taken, end, 1)
    assert there.free(end) >= 1
    assert sum(there.open.values()) == 1


@EACH_KIND
def test_a_refusal_closes_the_limit_for_as_long_as_was_said(kind: Callable[[int], Limit]) -> None:
    limit = kind(5)
    refused = kept(limit, None, BEGIN)
    assert refused.refuse(BEGIN, 7_000) == BEGIN + 7_000
    there = kept(limit, refused, BEGIN + 6_999)
    assert (there.free(BEGIN + 6_999), there.free_at(BEGIN + 6_999, 1)) == (0, BEGIN + 7_000)
    assert there.free_at(BEGIN + 7_000, 1) == BEGIN + 7_000


@pytest.mark.parametrize("said", [None, 0])
def test_refusals_without_a_word_are_waited_for_ever_longer_up_to_an_hour(said: int | None) -> None:
    limit, known, waits = KINDS[0](5), None, []
    for _ in range(12):
        known = kept(limit, known, BEGIN)
        known.closed_until = 0
        waits.append((known.refuse(BEGIN, said) - BEGIN) / 1_000)
    assert waits == [5, 10, 20, 40, 80, 160, 320, 640, 1_280, 2_560, 3_600, 3_600]


def test_a_shorter_refusal_does_not_open_what_a_longer_one_closed() -> None:
    closed = kept(KINDS[0](5), None, BEGIN)
    closed.refuse(BEGIN, 90_000)
    assert closed.refuse(BEGIN, 1_000) == BEGIN + 90_000


@pytest.mark.parametrize("left", [0, 3, 9, 50])
@EACH_KIND
def test_what_the_provider_has_left_lowers_the_count_and_never_raises_it(
    kind: Callable[[int], Limit], left: int
) -> None:
    told = kept(kind(10), None, BEGIN)
    taken = told.take(BEGIN)
    told.settle(taken, BEGIN, 1)
    counts = told.limit.per is not None
    told.hear(left, BEGIN)
    assert told.free(BEGIN) == (min(left, 9) if counts else 10)


def test_what_others_have_used_by_the_stroke_is_not_charged_to_the_next_window() -> None:
    limit = Limit(name="day", amount=5_000, per=timedelta(days=1), window="fixed")
    stroke = (BEGIN // 86_400_000 + 1) * 86_400_000
    told = kept(limit, None, BEGIN)
    told.hear(0, stroke - 1_400)
    assert told.free(stroke - 1_400) == 0
    assert told.free(stroke + 43_200_000) == 5_000


def test_what_a_call_really_cost_is_what_counts() -> None:
    limit = Limit(name="points", amount=100, per=timedelta(seconds=10), cost=20)
    known = kept(limit, None, BEGIN)
    known.settle(known.take(BEGIN), BEGIN, 3)
    assert known.free(BEGIN) == 97
    known.settle(known.take(BEGIN), BEGIN, 90)
    assert known.free(BEGIN) == 7


@given(st.integers(1, 200))
def test_who_stands_far_behind_is_told_as_many_windows_as_that_takes(place: int) -> None:
    limit = Limit(name="l", amount=10, per=timedelta(minutes=1))
    known = kept(limit, None, BEGIN)
    for _ in range(10):
        known.settle(known.take(BEGIN), BEGIN, 1)
    wait = known.free_at(BEGIN, place) - BEGIN
    windows = (place - 1) // 10 + 1
    assert windows * 60_000 <= wait <= windows * 61_000


def test_a_full_row_is_small() -> None:
    limit = Limit(name="l", amount=1_000_000, per=timedelta(days=1))
    known = kept(limit, None, BEGIN)
    for second in range(0, 90_000, 10):
        now = BEGIN + second * 1_000
        known.settle(known.take(now), now, 1)
        known.state(now)
    assert len(json.dumps(known.state(now))) < 2_000
    assert known.free(now) <= 1_000_000 - 86_400 // 10
