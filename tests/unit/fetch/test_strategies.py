"""Each strategy asks in its provider's words, sees the end, and leaves circles."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared_code.errors import Abort
from shared_code.fetch.paging import (
    MAX_PAGES,
    START,
    AfterId,
    Agreeing,
    Answer,
    ChangeCapture,
    Cursor,
    End,
    Fields,
    GraphQl,
    Key,
    Links,
    ModifiedSince,
    Pages,
    Paging,
    Place,
    Since,
    Sql,
    StartPosition,
    Stuck,
    SyncTokens,
    Tokens,
    Whole,
    Windows,
    empty_page,
    follow,
    last_page_in,
    no_more,
    no_next,
    short_page,
    total_reached,
)

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
CHANGED = datetime(2026, 2, 1, tzinfo=UTC)
PAGE = Fields({}, number="page", size="per_page", since=Since("updated_since"))
AFTER = Fields({}, after="after", size="limit")


def keys(*names: str) -> list[Key]:
    return [Key(name, CHANGED) for name in names]


def walk(paging: Paging, answers: Sequence[Answer], cursor: Cursor | None = None) -> Cursor:
    """Feed answers to a strategy as a sync does; the cursor it is left with."""
    cursor = paging.merge([START], NOW) if cursor is None else cursor
    for answer in answers:
        assert not cursor.get("done"), "the pass is over before its last answer"
        json.dumps(cursor)
        paging.ask(cursor)
        cursor = follow(paging, cursor, answer)
    return cursor


@pytest.mark.parametrize(
    ("paging", "cursor", "params", "headers"),
    [
        (Pages(PAGE, 200), {"number": 2}, {"page": "3", "per_page": "200"}, {}),
        (
            Pages(Fields({"sort": "id"}, offset="start", size="limit"), 50),
            {"number": 2},
            {"sort": "id", "start": "100", "limit": "50"},
            {},
        ),
        (Tokens(AFTER, 10), {"token": "t"}, {"after": "t", "limit": "10"}, {}),
        (AfterId(AFTER, 10), {}, {"limit": "10"}, {}),
        (
            Pages(PAGE, 9, incremental=True),
            {"since": "2026-02-01T02:00:00+02:00"},
            {"page": "1", "per_page": "9", "updated_since": "2026-02-01T00:00:00Z"},
            {},
        ),
        (
            Links(Fields({}, since=Since("If-Modified-Since", "header")), 1, incremental=True),
            {"since": "2026-02-01T00:00:00+00:00"},
            {},
            {"If-Modified-Since": "2026-02-01T00:00:00Z"},
        ),
        (
            ModifiedSince(
                {}, 5, Fields({}, since=Since("$filter", wrap="Changed ge datetime'{}'"))
            ),
            {"since": "2026-02-01T00:00:00Z"},
            {"$filter": "Changed ge datetime'2026-02-01T00:00:00Z'"},
            {},
        ),
        (
            ModifiedSince({}, 1000, StartPosition("Invoice")),
            {"page": 2, "since": "2026-02-01T00:00:00Z"},
            {
                "query": "select * from Invoice"
                " where MetaData.LastUpdatedTime >= '2026-02-01T00:00:00Z'"
                " orderby MetaData.LastUpdatedTime startposition 1001 maxresults 1000"
            },
            {},
        ),
    ],
)
def test_a_place_is_asked_for_in_the_providers_words(
    paging: Paging, cursor: Cursor, params: dict[str, str], headers: dict[str, str]
) -> None:
    ask = paging.ask(cursor)
    assert (ask.params, ask.headers, ask.body) == (params, headers, None)


def test_sql_goes_on_by_key_and_sends_no_offset() -> None:
    sql = Sql("SELECT id FROM transaction", "id", "lastmodifieddate", headers={"Prefer": "t"})
    paging = AfterId(sql, 1000, no_more, incremental=True)
    ask = paging.ask({"after": "41", "since": "2026-02-01T00:00:00Z"})
    assert (ask.params, ask.headers) == ({"limit": "1000"}, {"Prefer": "t"})
    assert ask.body == {
        "q": "SELECT id FROM transaction WHERE id > 41 AND lastmodifieddate >="
        " TO_DATE('2026-02-01 00:00:00', 'YYYY-MM-DD HH24:MI:SS') ORDER BY id"
    }
    assert paging.ask(START).body == {"q": "SELECT id FROM transaction ORDER BY id"}


@pytest.mark.parametrize("id_", ["1 OR 1=1", "1;--", "", "x'", "abc", "9" * 101])
def test_an_id_that_says_more_than_an_id_enters_no_query(id_: str) -> None:
    with pytest.raises(Stuck):
        AfterId(Sql("SELECT id FROM t", "id"), 10).ask({"after": id_})


def test_a_graphql_list_is_asked_for_by_its_variables() -> None:
    paging = Tokens(GraphQl("query Q", {"sort": "ID"}, Since("since")), 250, incremental=True)
    ask = paging.ask({"token": "c1", "since": "2026-02-01T00:00:00Z"})
    variables = {"sort": "ID", "first": 250, "after": "c1", "since": "2026-02-01T00:00:00Z"}
    assert ask.body == {"query": "query Q", "variables": variables}


@pytest.mark.parametrize(
    ("end", "answer", "last"),
    [
        (short_page, Answer(keys("a", "b")), False),
        (short_page, Answer(keys("a")), True),
        (short_page, Answer(keys("a"), rows=2), False),
        (empty_page, Answer(keys("a")), False),
        (empty_page, Answer([]), True),
        (no_more, Answer([], more=True), False),
        (no_more, Answer(keys("a", "b"), more=False), True),
        (no_next, Answer(keys("a"), next="x"), False),
        (no_next, Answer(keys("a", "b")), True),
        (total_reached, Answer(keys("a"), total=9), False),
        (total_reached, Answer(keys("a"), total=7), True),
        (last_page_in("X-Pages"), Answer(keys("a"), headers={"X-Pages": "5"}), False),
        (last_page_in("X-Pages"), Answer(keys("a", "b"), headers={"X-Pages": "4"}), True),
    ],
)
def test_the_end_is_seen_by_the_providers_own_sign(end: End, answer: Answer, *, last: bool) -> None:
    assert end(answer, Place(2, number=3)) is last


@pytest.mark.parametrize(
    ("end", "answer"),
    [
        (short_page, Answer(keys("a"), total=1000)),
        (empty_page, Answer([], total=1000)),
        (total_reached, Answer([], total=1000)),
        (total_reached, Answer(keys("a"))),
        (no_more, Answer(keys("a"))),
        (last_page_in("X-Pages"), Answer(keys("a"))),
        (last_page_in("X-Pages"), Answer(keys("a"), headers={"X-Pages": "many"})),
    ],
)
def test_a_list_that_contradicts_itself_is_no_complete_list(end: End, answer: Answer) -> None:
    with pytest.raises(Stuck):
        end(answer, Place(2, number=3))


def test_a_page_past_the_end_that_repeats_the_last_is_a_circle() -> None:
    last = Answer(keys("c", "d"))
    with pytest.raises(Stuck, match="same page twice in a row"):
        walk(Pages(PAGE, 2), [Answer(keys("a", "b")), last, last])


def test_a_list_by_change_that_always_gives_the_same_page_is_left() -> None:
    same = Answer(keys("a", "b"))
    with pytest.raises(Stuck, match="same page twice in a row"):
        walk(ModifiedSince({}, 2), [same, same, same])


@pytest.mark.parametrize(
    "paging", [Tokens(AFTER, 2), SyncTokens(AFTER, 2), Links(AFTER, 2)], ids=["t", "s", "l"]
)
def test_a_next_that_is_the_same_again_is_left_at_once(paging: Paging) -> None:
    with pytest.raises(Stuck, match="same page again"):
        walk(paging, [Answer(keys("a"), next="/x"), Answer(keys("b"), next="/x")])


@pytest.mark.parametrize(
    "paging", [Tokens(AFTER, 2), SyncTokens(AFTER, 2), Links(AFTER, 2)], ids=["t", "s", "l"]
)
@given(circle=st.integers(2, 7), before=st.integers(0, 7))
@settings(max_examples=40, deadline=None)
def test_a_circle_of_any_length_is_found(paging: Paging, circle: int, before: int) -> None:
    names = [f"/{n}" for n in range(before)] + [f"/c{n % circle}" for n in range(60)]
    answers = [Answer(keys(name), next=name) for name in names]
    with pytest.raises(Stuck, match="circle"):
        walk(paging, answers)


def test_an_id_that_is_not_moved_on_from_is_left_at_once() -> None:
    with pytest.raises(Stuck, match="after an id"):
        walk(AfterId(AFTER, 2), [Answer(keys("a", "b")), Answer(keys("a", "b"))])


def test_a_list_without_end_is_left_after_so_many_pages() -> None:
    trail = {"pages": MAX_PAGES - 1, "state": ""}
    with pytest.raises(Stuck, match="more than"):
        follow(Tokens(AFTER, 2), {"trail": trail}, Answer(keys("a"), next="x"))


def test_pages_may_be_empty_before_the_end_where_a_flag_or_token_says_so() -> None:
    empty = [Answer([], next=f"t{n}", more=True) for n in range(3)]
    assert walk(Tokens(AFTER, 2), [*empty, Answer(keys("a"))])["done"]
    assert walk(Pages(PAGE, 2, no_more), [*empty, Answer([], more=False)])["done"]


def test_the_link_header_leads_on_and_keeps_the_first_requests_headers() -> None:
    paging = Links(Fields({}, headers={"Prefer": "odata.maxpagesize=2"}), 2)
    cursor = walk(
        paging,
        [Answer(keys("a"), headers={"link": '<https://x.example/2>; rel="next", </1>; rel=prev'})],
    )
    ask = paging.ask(cursor)
    assert (ask.url, ask.headers) == ("https://x.example/2", {"Prefer": "odata.maxpagesize=2"})
    assert walk(paging, [Answer([], headers={"link": "</1>; rel=prev"})], cursor)["done"]


def test_a_link_longer_than_any_address_is_refused() -> None:
    with pytest.raises(Stuck, match="longer"):
        walk(Links(AFTER, 2), [Answer(keys("a"), next="/" + "x" * 9_000)])


INCREMENTAL: list[Paging] = [
    Pages(PAGE, 2, incremental=True),
    AfterId(PAGE, 2, incremental=True),
    Tokens(PAGE, 2, incremental=True),
    Links(PAGE, 2, incremental=True),
    Agreeing(Pages(PAGE, 2, incremental=True)),
]


@pytest.mark.parametrize("paging", INCREMENTAL, ids=lambda each: type(each).__name__)
def test_the_next_pass_begins_where_the_last_one_began_and_a_little_before(paging: Paging) -> None:
    answers = [Answer(keys("a"))] * (2 if isinstance(paging, Agreeing) else 1)
    done = walk(paging, answers)
    again = paging.ask(paging.merge([done], NOW + timedelta(days=1)))
    assert again.params["updated_since"] == "2026-03-01T11:50:00Z"


@pytest.mark.parametrize("paging", INCREMENTAL, ids=lambda each: type(each).__name__)
def test_a_type_never_read_before_needs_everything(paging: Paging) -> None:
    done = walk(paging, [Answer([])] * (2 if isinstance(paging, Agreeing) else 1))
    assert "updated_since" not in paging.ask(paging.merge([done, START], NOW)).params


@pytest.mark.parametrize("paging", [Pages(PAGE, 2), Tokens(AFTER, 2), Whole({"all": "1"})])
def test_a_list_that_is_always_whole_remembers_nothing(paging: Paging) -> None:
    done = walk(paging, [Answer(keys("a"))])
    assert paging.merge([done], NOW) == START


def test_the_last_token_is_where_the_next_pass_begins() -> None:
    feed = SyncTokens(AFTER, 2, no_more)
    done = walk(feed, [Answer(keys("a"), "t1", more=True), Answer([], "t2", more=False)])
    assert feed.ask(feed.merge([done, done], NOW)).params["after"] == "t2"
    # A token of another moment, or none: nobody can say which is earlier.
    assert feed.merge([done, {"token": "t1"}], NOW) == START
    assert feed.merge([done, START], NOW) == START


def test_an_end_without_a_token_keeps_the_last_one() -> None:
    feed = SyncTokens(AFTER, 2, short_page)
    done = walk(feed, [Answer(keys("a"), "7")])
    again = walk(feed, [Answer([])], feed.merge([done], NOW))
    assert again == {"token": "7", "done": True}


def span(lower: datetime, upper: datetime) -> dict[str, str]:
    return {"from": lower.isoformat(), "to": upper.isoformat()}


def test_windows_leave_no_gap_and_end_now() -> None:
    paging = Windows(
        Pages(PAGE, 2), span, timedelta(days=70), timedelta(days=31), timedelta(hours=3)
    )
    cursor, asked = paging.merge([START], NOW), []
    while not cursor.get("done"):
        asked.append(paging.ask(cursor).params)
        full = asked[-1]["page"] == "1" and len(asked) == 1
        answer = Answer(keys("a", "b") if full else keys("c"))
        cursor = follow(paging, cursor, answer)
    windows = [(each["from"], each["to"]) for each in asked]
    assert windows[0] == windows[1], "a window is read to its end before the next is opened"
    assert windows[0][0] == (NOW - timedelta(days=70)).isoformat()
    assert [lower for lower, _ in windows[2:]] == [upper for _, upper in windows[1:-1]]
    assert windows[-1][1] == NOW.isoformat()
    later = NOW + timedelta(days=1)
    again = paging.ask(paging.merge([cursor], later)).params
    assert again["from"] == (NOW - timedelta(hours=3)).isoformat()
    assert again["to"] == later.isoformat()


CAPTURE = ChangeCapture(
    Fields({}, since=Since("changedSince")), 2, reach=timedelta(days=30), overlap=timedelta(0)
)


def test_a_change_feed_begins_with_the_first_pass_and_goes_on_from_there() -> None:
    first = CAPTURE.merge([START], NOW)
    assert CAPTURE.ask(first).params == {"changedSince": "2026-03-01T12:00:00Z"}
    done = walk(CAPTURE, [Answer(keys("a"))], first)
    again = CAPTURE.merge([done], NOW + timedelta(days=1))
    assert CAPTURE.ask(again).params == {"changedSince": "2026-03-01T12:00:00Z"}


def test_a_change_feed_is_asked_no_further_back_than_it_reaches() -> None:
    old = {"since": "2025-01-01T00:00:00+00:00", "done": True}
    since = CAPTURE.ask(CAPTURE.merge([old], NOW)).params["changedSince"]
    assert since == "2026-01-30T12:00:00Z"


def test_a_full_answer_of_a_change_feed_is_gone_on_from_if_it_is_sorted() -> None:
    sorted_page = [Key("a", CHANGED), Key("b", CHANGED + timedelta(seconds=5))]
    cursor = walk(CAPTURE, [Answer(sorted_page)])
    assert CAPTURE.ask(cursor).params == {"changedSince": "2026-02-01T00:00:05Z"}
    with pytest.raises(Abort, match="order"):
        walk(CAPTURE, [Answer(sorted_page[::-1])])


def test_a_change_feed_that_one_second_fills_is_not_taken_for_read() -> None:
    cursor = {"since": "2026-02-01T00:00:00Z"}
    with pytest.raises(Stuck, match="More changed at once"):
        walk(CAPTURE, [Answer(keys("a", "b"))], cursor)
