"""Every record that is there all the time is read, whatever happens to the others meanwhile."""

from __future__ import annotations

from datetime import datetime, timedelta
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared_code.fetch.paging import (
    START,
    AfterId,
    Agreeing,
    Answer,
    Fields,
    Links,
    Pages,
    Paging,
    Since,
    SyncTokens,
    Tokens,
    Windows,
    follow,
    no_more,
    short_page,
    total_reached,
)
from tests.support.changing import (
    BEGIN,
    NOW,
    Ledger,
    Order,
    Serve,
    by_count,
    by_counting_link,
    by_counting_token,
    by_id,
    by_offset,
    by_version,
    read,
    read_on,
)

SIZE = 4
PAGE = Fields({}, number="page", size="size")
OFFSET = Fields({}, offset="offset", size="size")
AFTER = Fields({}, after="after", size="size")
LINK = Fields({}, size="size")

COUNTED: dict[str, tuple[Paging, Serve]] = {
    "page and size": (Pages(PAGE, SIZE), by_count),
    "page, has more": (Pages(PAGE, SIZE, no_more), by_count),
    "page, total": (Pages(PAGE, SIZE, total_reached), by_count),
    "offset and limit": (Pages(OFFSET, SIZE), by_offset),
    "token over an offset": (Tokens(AFTER, SIZE), by_counting_token),
    "link over an offset": (Links(LINK, SIZE), by_counting_link),
}
ORDERS: tuple[Order, ...] = ("id", "newest id first", "oldest change first", "newest change first")


def ledger_of(order: Order, count: int) -> Ledger:
    return Ledger(order, {str(n): BEGIN + timedelta(seconds=n) for n in range(count)})


def lost(paging: Paging, serve: Serve, ledger: Ledger, *, seed: int) -> set[str]:
    random = Random(seed)
    # A change a record: as many new ones as a page has would look like the same page again.
    seen = read(paging, serve, ledger, lambda: ledger.change(random, SIZE - 1))
    return ledger.always - seen


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("shape", COUNTED)
@given(count=st.integers(0, 40), seed=st.integers(0, 2**16))
@settings(max_examples=40, deadline=None)
def test_a_counted_list_read_until_two_readings_agree_loses_nothing(
    shape: str, order: Order, count: int, seed: int
) -> None:
    paging, serve = COUNTED[shape]
    assert not lost(Agreeing(paging, most=99), serve, ledger_of(order, count), seed=seed)


@pytest.mark.parametrize("shape", COUNTED)
def test_a_counted_list_read_once_does_lose_records(shape: str) -> None:
    """The model can fail: the same changes, read in one pass."""
    paging, serve = COUNTED[shape]
    found = [lost(paging, serve, ledger_of("id", 40), seed=seed) for seed in range(50)]
    assert any(found)


@pytest.mark.parametrize("order", ["id", "newest id first"])
@pytest.mark.parametrize("end", [short_page, no_more])
@given(count=st.integers(0, 40), seed=st.integers(0, 2**16))
@settings(max_examples=60, deadline=None)
def test_a_pass_after_an_immutable_id_loses_nothing(
    end: object, order: Order, count: int, seed: int
) -> None:
    rule = short_page if end is short_page else no_more
    assert not lost(AfterId(AFTER, SIZE, rule), by_id, ledger_of(order, count), seed=seed)


@given(count=st.integers(0, 40), seed=st.integers(0, 2**16))
@settings(max_examples=60, deadline=None)
def test_a_feed_by_row_version_loses_nothing(count: int, seed: int) -> None:
    feed = SyncTokens(AFTER, SIZE, short_page)
    assert not lost(feed, by_version, ledger_of("id", count), seed=seed)


FILTERED: dict[str, tuple[Paging, Serve]] = {
    "page": (
        Agreeing(
            Pages(
                Fields({}, number="page", size="size", since=Since("since")),
                SIZE,
                incremental=True,
                overlap=timedelta(0),
            ),
            most=99,
        ),
        by_count,
    ),
    "after an id": (
        AfterId(
            Fields({}, after="after", size="size", since=Since("since")),
            SIZE,
            incremental=True,
            overlap=timedelta(0),
        ),
        by_id,
    ),
    "row version": (SyncTokens(AFTER, SIZE, short_page), by_version),
}


@pytest.mark.parametrize("shape", FILTERED)
@given(count=st.integers(0, 30), seed=st.integers(0, 2**16))
@settings(max_examples=60, deadline=None)
def test_what_changes_in_one_pass_is_read_by_the_next_at_the_latest(
    shape: str, count: int, seed: int
) -> None:
    (paging, serve), random = FILTERED[shape], Random(seed)
    ledger, known = ledger_of("id", count), dict[str, datetime]()
    cursor = START
    for changes in (SIZE - 1, SIZE - 1, 0):
        seen, cursor = read_on(
            paging,
            serve,
            ledger,
            lambda most=changes: ledger.change(random, most),  # type: ignore[misc]
            begun=paging.merge([cursor], ledger.now),
        )
        known |= seen
    # After a pass at rest nothing is known otherwise than it is.
    assert {name: known.get(name) for name in ledger.rows} == ledger.rows


def span(lower: datetime, upper: datetime) -> dict[str, str]:
    return {"from": lower.isoformat(), "to": upper.isoformat()}


@given(count=st.integers(0, 60), seed=st.integers(0, 2**16))
@settings(max_examples=60, deadline=None)
def test_windows_lose_nothing_within_nor_between_them(count: int, seed: int) -> None:
    week = timedelta(days=7)
    paging = Windows(Agreeing(Pages(PAGE, SIZE), most=99), span, timedelta(days=59), week, week)
    assert not lost(paging, by_count, ledger_of("id", count), seed=seed)


def test_windows_over_a_list_that_is_counted_once_do_lose_records() -> None:
    """The model can fail here too."""
    week = timedelta(days=7)
    paging = Windows(Pages(PAGE, SIZE), span, timedelta(days=59), week, week)
    assert any(lost(paging, by_count, ledger_of("id", 60), seed=seed) for seed in range(50))


def test_a_list_at_rest_is_read_exactly_twice() -> None:
    pages: list[Answer] = []
    ledger = ledger_of("id", 10)
    paging = Agreeing(Pages(PAGE, SIZE))
    cursor = paging.merge([START], NOW)
    while not cursor.get("done"):
        pages.append(by_count(ledger, paging.ask(cursor)))
        cursor = follow(paging, cursor, pages[-1])
    assert [len(page.keys) for page in pages] == [4, 4, 2] * 2
    assert not cursor.get("unsure")


def test_a_list_that_never_rests_is_given_up_and_proves_nothing() -> None:
    ledger = ledger_of("newest id first", 10)
    paging = Agreeing(Pages(PAGE, SIZE), most=3)
    cursor = paging.merge([START], NOW)
    while not cursor.get("done"):
        cursor = follow(paging, cursor, by_count(ledger, paging.ask(cursor)))
        ledger.insert()
    assert cursor["unsure"] is True


def test_changes_that_never_rest_are_asked_for_again_from_where_the_pass_began() -> None:
    ledger = ledger_of("id", 10)
    paging = Agreeing(
        Pages(Fields({}, number="page", size="size", since=Since("since")), SIZE, incremental=True),
        most=3,
    )
    before = {"inner": {"since": BEGIN.isoformat(), "done": True}, "done": True}
    cursor = paging.merge([before], NOW)
    while not cursor.get("done"):
        cursor = follow(paging, cursor, by_count(ledger, paging.ask(cursor)))
        ledger.insert()
    again = paging.ask(paging.merge([cursor], NOW + timedelta(days=1)))
    assert datetime.fromisoformat(again.params["since"]) == BEGIN
