"""A pass counts what it lists, each record once, and knows what the provider counts beside it."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from random import Random

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from shared_code.fetch.paging import (
    START,
    AfterId,
    Agreeing,
    Answer,
    Ask,
    Count,
    Fields,
    Key,
    Links,
    ModifiedSince,
    Pages,
    Paging,
    Since,
    SyncTokens,
    Tokens,
    Turn,
    Windows,
    count_on,
    follow,
    no_more,
    short_page,
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
)

SIZE = 3
PAGE = Fields({}, number="page", size="size")
AFTER = Fields({}, after="after", size="size")
BY_SECOND = Fields(
    {}, number="page", size="size", since=Since("since", form="%Y-%m-%dT%H:%M:%S+00:00")
)

STRATEGIES: dict[str, tuple[Paging, Serve]] = {
    "pages": (Pages(PAGE, SIZE, no_more), by_count),
    "pages until they agree": (Agreeing(Pages(PAGE, SIZE, no_more), most=99), by_count),
    "offset": (Pages(Fields({}, offset="offset", size="size"), SIZE, no_more), by_offset),
    "tokens": (Tokens(AFTER, SIZE), by_counting_token),
    "links": (Links(Fields({}, size="size"), SIZE), by_counting_link),
    "after an id": (AfterId(AFTER, SIZE, no_more), by_id),
    "by second": (ModifiedSince({}, SIZE, BY_SECOND), by_count),
}


def ledger_of(paging: Paging, seconds: list[int]) -> Ledger:
    """Records that changed at these seconds."""
    order: Order = "oldest change first" if isinstance(paging, ModifiedSince) else "id"
    rows = {str(n): BEGIN + timedelta(seconds=second) for n, second in enumerate(seconds)}
    return Ledger(order, rows)


def counting(serve: Serve) -> Serve:
    """A provider that says how many records each request has."""

    def answer(ledger: Ledger, ask: Ask) -> Answer:
        given = serve(ledger, ask)
        left = ledger.listed(ask)
        if after := ask.params.get("after"):
            by_number = serve is by_id
            left = [key for key in left if int(key.id) > int(after)] if by_number else left
        return replace(given, total=len(left))

    return answer


def count_pass(paging: Paging, serve: Serve, ledger: Ledger, random: Random | None = None) -> Count:
    """Read to the end as a sync does, with changes between the answers if there is a `random`."""
    count, cursor = Count(), paging.merge([START], NOW)
    for _ in range(2_000):
        answer = serve(ledger, paging.ask(cursor))
        before, cursor = cursor, follow(paging, cursor, answer)
        count = count_on(count, Turn(paging, before, answer, cursor))
        if cursor.get("done"):
            return Count.from_json(count.to_json())
        if random:
            ledger.change(random, SIZE - 1)
    raise AssertionError("the pass does not end")


SECONDS = st.lists(st.integers(0, 9), max_size=25)


@pytest.mark.parametrize("name", STRATEGIES)
@given(seconds=SECONDS)
@settings(max_examples=30, deadline=None)
def test_a_quiet_list_is_counted_record_by_record_and_tallies(
    name: str, seconds: list[int]
) -> None:
    paging, serve = STRATEGIES[name]
    count = count_pass(paging, counting(serve), ledger_of(paging, seconds))
    assert (count.total, count.missing) == (len(seconds), 0)


@pytest.mark.parametrize("name", STRATEGIES)
@given(seconds=st.lists(st.integers(0, 9), min_size=1, max_size=25), data=st.data())
@settings(max_examples=30, deadline=None)
def test_records_that_are_counted_and_withheld_are_missing(
    name: str, seconds: list[int], data: st.DataObject
) -> None:
    paging, serve = STRATEGIES[name]
    ledger = ledger_of(paging, seconds)
    withheld = data.draw(st.sets(st.sampled_from(sorted(ledger.rows)), min_size=1))
    kept = Ledger(ledger.order, {k: v for k, v in ledger.rows.items() if k not in withheld})

    def answer(_: Ledger, ask: Ask) -> Answer:
        return replace(serve(kept, ask), total=counting(serve)(ledger, ask).total)

    count = count_pass(paging, answer, ledger)
    assert (count.total, count.missing) == (len(kept.rows), len(withheld))


@given(seconds=SECONDS, seed=st.integers(0, 2**16))
@settings(max_examples=60, deadline=None)
def test_edits_and_additions_to_a_list_sorted_by_change_make_no_mismatch(
    seconds: list[int], seed: int
) -> None:
    paging, random = STRATEGIES["by second"][0], Random(seed)
    ledger = ledger_of(paging, seconds)

    def answer(_: Ledger, ask: Ask) -> Answer:
        given = counting(by_count)(ledger, ask)
        if ledger.left > 0:
            ledger.left -= 1
            ledger.edit(random.choice(sorted(ledger.rows))) if ledger.rows else ledger.insert()
        return given

    assert count_pass(paging, answer, ledger).missing == 0


@given(seconds=SECONDS, seed=st.integers(0, 2**16))
@settings(max_examples=60, deadline=None)
def test_a_list_that_was_read_until_it_rested_tallies_whatever_happened_before(
    seconds: list[int], seed: int
) -> None:
    paging = STRATEGIES["pages until they agree"][0]
    ledger = ledger_of(paging, seconds)
    begun_with: dict[str, datetime] = {}

    def answer(ledger: Ledger, ask: Ask) -> Answer:
        if ask.params["page"] == "1":
            begun_with.clear()
            begun_with.update(ledger.rows)
        return counting(by_count)(ledger, ask)

    count = count_pass(paging, answer, ledger, Random(seed))
    # Two passes may agree by chance, and a row go that the last of them has listed.
    assume(begun_with == ledger.rows)
    assert (count.total, count.missing) == (len(ledger.rows), 0)


def test_windows_are_counted_each_for_itself() -> None:
    def span(lower: datetime, upper: datetime) -> dict[str, str]:
        return {"from": lower.isoformat(), "to": (upper - timedelta(seconds=1)).isoformat()}

    paging = Windows(
        Pages(PAGE, SIZE, no_more), span, timedelta(days=70), timedelta(days=7), timedelta(days=1)
    )
    ledger = Ledger("id", {str(n): BEGIN for n in range(60)})
    assert count_pass(paging, by_count, ledger).total == 60
    assert count_pass(paging, by_count, ledger).missing == 0

    def boastful(ledger: Ledger, ask: Ask) -> Answer:
        """Counts one more in each window that has any."""
        given = by_count(ledger, ask)
        return replace(given, total=len(ledger.listed(ask)) + bool(given.keys))

    windows = count_pass(paging, boastful, ledger)
    assert windows.total == 60
    assert windows.missing == len(
        {(BEGIN + timedelta(days=n) - (NOW - timedelta(days=70))).days // 7 for n in range(50)}
    )


def test_a_feed_of_changes_counts_what_it_listed_and_nothing_beside() -> None:
    paging = SyncTokens(AFTER, SIZE, short_page)
    ledger = ledger_of(paging, [0] * 7)
    count = count_pass(paging, lambda book, ask: replace(by_version(book, ask), total=None), ledger)
    assert (count.total, count.missing) == (7, 0)


def test_a_crowded_second_that_has_to_be_read_again_is_counted_once() -> None:
    """More than a page within a second; while it is read for the first time, one is edited."""
    paging = ModifiedSince({}, 2)
    rows, edited = [Key(name, BEGIN) for name in "abcd"], Key("a", BEGIN + timedelta(seconds=5))
    pages = [
        rows[:2],
        *(rows[:2], [rows[3], edited]),
        *(rows[1:3], [rows[3], edited]),
        *(rows[1:3], [rows[3], edited]),
        [edited],
    ]
    count, cursor = Count(), START
    for keys in pages:
        before, cursor = cursor, paging.advance(cursor, Answer(keys))
        count = count_on(count, Turn(paging, before, Answer(keys), cursor))
    assert cursor.get("done")
    assert count.total == 4
