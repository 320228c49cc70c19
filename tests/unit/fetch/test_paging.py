"""A pass by key loses nothing, whatever is edited while it runs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, timezone
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared_code.errors import Abort
from shared_code.fetch.paging import START, Answer, Cursor, Key, ModifiedSince, Whole

BEGIN = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass
class Books:
    """A provider's list: sorted by last change, edits move a record to its end."""

    changed: dict[str, datetime]
    now: datetime
    edited: set[str] = field(default_factory=set)

    def edit(self, record: str) -> None:
        self.now += timedelta(seconds=1)
        self.changed[record] = self.now
        self.edited.add(record)

    def page(self, since: str | None, number: int, size: int) -> list[Key]:
        floor = datetime.fromisoformat(since) if since else BEGIN - timedelta(days=1)
        rows = sorted((when, name) for name, when in self.changed.items() if when >= floor)
        return [Key(name, when) for when, name in rows[(number - 1) * size : number * size]]


def read(
    books: Books, paging: ModifiedSince, edits: Callable[[], None], cursor: Cursor = START
) -> set[str]:
    """Read to the end, with some edits before each page; the ids seen."""
    seen: set[str] = set()
    for _ in range(500):
        ask = paging.ask(cursor)
        page = books.page(
            ask.headers.get("If-Modified-Since"), int(ask.params["page"]), paging.page_size
        )
        seen |= {key.id for key in page}
        cursor = paging.advance(cursor, Answer(page))
        if cursor.get("done"):
            return seen
        edits()
    pytest.fail("the pass does not end")


@given(
    seconds=st.lists(st.integers(0, 6), min_size=1, max_size=60),
    size=st.integers(2, 9),
    seed=st.integers(0, 2**16),
    most=st.integers(0, 4),
)
@settings(max_examples=300, deadline=None)
def test_no_record_is_missed_while_the_books_change(
    seconds: list[int], size: int, seed: int, most: int
) -> None:
    random = Random(seed)
    books = Books(
        {f"r{i}": BEGIN + timedelta(seconds=s) for i, s in enumerate(seconds)},
        BEGIN + timedelta(seconds=10),
    )
    left = [40]

    def edits() -> None:
        for _ in range(min(left[0], random.randint(0, most))):
            left[0] -= 1
            books.edit(random.choice(sorted(books.changed)))

    assert read(books, ModifiedSince({}, size), edits) == set(books.changed)


def test_what_slides_over_the_border_behind_a_crowded_second_is_not_missed() -> None:
    names = ("r0", "r1", "r2")
    books = Books(dict.fromkeys(names, BEGIN), BEGIN + timedelta(hours=1))
    # One is new during the second reading of that second; then a place before it becomes free.
    happenings = iter([[], [], ["late"], ["r0"]])

    def edits() -> None:
        for name in next(happenings, []):
            books.edit(name)

    assert read(books, ModifiedSince({}, 3), edits) == {*names, "late"}


def test_a_second_that_was_crowded_at_the_end_is_where_the_next_pass_begins() -> None:
    paging, cursor = ModifiedSince({}, 2), START
    books = Books(dict.fromkeys(("r0", "r1", "r2"), BEGIN), BEGIN)
    while not cursor.get("done"):
        ask = paging.ask(cursor)
        page = books.page(ask.headers.get("If-Modified-Since"), int(ask.params["page"]), 2)
        cursor = paging.advance(cursor, Answer(page))
    # More may be written within it yet.
    assert paging.merge([cursor], BEGIN) == {"since": "2026-01-01T00:00:00Z"}


def test_page_numbers_alone_would_have_missed_one() -> None:
    """The model can fail: counting pages through the same edits loses a record."""
    books = Books({f"r{i}": BEGIN + timedelta(seconds=i) for i in range(6)}, BEGIN)
    books.now = BEGIN + timedelta(seconds=10)
    seen = {key.id for key in books.page(None, 1, 2)}
    books.edit("r0")
    for number in (2, 3):
        seen |= {key.id for key in books.page(None, number, 2)}
    assert "r2" not in seen


def test_a_second_pass_asks_only_for_what_changed() -> None:
    paging = ModifiedSince({}, 2)
    books = Books({f"r{i}": BEGIN + timedelta(seconds=i) for i in range(6)}, BEGIN)
    cursor = START
    while not cursor.get("done"):
        ask = paging.ask(cursor)
        cursor = paging.advance(
            cursor,
            Answer(books.page(ask.headers.get("If-Modified-Since"), int(ask.params["page"]), 2)),
        )
    again = paging.merge([cursor], BEGIN)
    assert paging.ask(again).headers == {"If-Modified-Since": "2026-01-01T00:00:05Z"}


def test_a_type_that_was_never_read_makes_the_pass_full() -> None:
    assert ModifiedSince({}, 2).merge([{"since": "2026-01-01T00:00:05Z"}, {}], BEGIN) == START


def test_the_oldest_cursor_of_two_types_wins() -> None:
    older, newer = {"since": "2026-01-01T00:00:05Z"}, {"since": "2026-02-01T00:00:05Z"}
    assert ModifiedSince({}, 2).merge([newer, older], BEGIN) == older


def test_an_unsorted_page_is_refused() -> None:
    keys = [Key("a", BEGIN + timedelta(seconds=5)), Key("b", BEGIN)]
    with pytest.raises(Abort, match="order"):
        ModifiedSince({}, 2).advance(START, Answer(keys))


def test_a_record_without_its_last_change_is_refused() -> None:
    with pytest.raises(Abort, match="last change"):
        ModifiedSince({}, 2).advance(START, Answer([Key("a")]))


def test_an_empty_list_ends_the_pass() -> None:
    assert ModifiedSince({}, 2).advance(START, Answer([])) == {"since": None, "done": True}


def test_a_whole_resource_is_one_page() -> None:
    whole = Whole({"includeArchived": "true"})
    assert whole.ask(START).params == {"includeArchived": "true"}
    assert whole.advance(START, Answer([Key("a")])) == {"done": True}
    assert whole.merge([{"done": True}], BEGIN) == START


@pytest.mark.parametrize("hours", [-11, 0, 5.75])
def test_a_cursor_names_the_second_in_utc_whatever_zone_the_provider_writes_in(
    hours: float,
) -> None:
    moment = datetime(2026, 3, 31, 23, 59, 59, 999_999, timezone(timedelta(hours=hours)))
    after = ModifiedSince({}, 1).advance(START, Answer([Key("r1", moment)]))
    assert after == {"since": moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")}
