"""Declared lists: the platform's own strategies read each style of paging to its end."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

import httpx
import pytest

from shared_code.fetch.paging import (
    START,
    AfterId,
    Agreeing,
    Answer,
    Ask,
    ChangeCapture,
    Cursor,
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
    SyncTokens,
    Tokens,
    Whole,
    Windows,
    follow,
    last_page_in,
    no_more,
    no_next,
    total_reached,
)
from tests.support.simulated import DEMO, STORY, Caller, called, number_of

AFTER = Fields({}, after="cursor", size="limit")
SINCE = Since("since", form="%Y-%m-%dT%H:%M:%S.%fZ")
NOW = datetime(2026, 11, 1, tzinfo=UTC)


def _posted(place: Place) -> Ask:
    return Ask(body={"cursor": place.after, "options": {"count": place.size}})


def _span(lower: datetime, upper: datetime) -> dict[str, str]:
    return {"from": lower.isoformat(), "to": upper.isoformat()}


SUITEQL = Sql("SELECT id FROM transaction", "id", "lastmodifieddate")
INVOICES = "query($first: Int, $after: String, $since: DateTime) { invoices { nodes { id } } }"
GRAPHQL = GraphQl(INVOICES, {}, SINCE)

STYLES: dict[str, Paging] = {
    "whole": Whole({}),
    "pages": Agreeing(Pages(Fields({}, number="page", size="limit"), 50, last_page_in("x-pages"))),
    "offsets": Agreeing(Pages(Fields({}, offset="offset", size="limit"), 50, total_reached)),
    "tokens": Tokens(AFTER, 50, no_next),
    "counting_tokens": Agreeing(Tokens(AFTER, 50, no_next)),
    "keyset": AfterId(Fields({}, after="starting_after", size="limit"), 50, no_more),
    "newest_first": AfterId(Fields({}, after="starting_after", size="limit"), 50, no_more),
    "header_links": Links(Fields({}, size="limit"), 50),
    "body_links": Agreeing(Links(Fields({}, size="limit"), 50)),
    "by_change": ModifiedSince(
        {}, 50, Fields({}, number="page", size="limit", since=Since("If-Modified-Since", "header"))
    ),
    "query": ModifiedSince({}, 50, StartPosition("Invoice")),
    "windows": Windows(
        Pages(Fields({}, offset="offset", size="limit"), 50, no_more),
        _span,
        history=timedelta(days=1200),
        length=timedelta(days=30),
        overlap=timedelta(days=1),
    ),
    "posted": Tokens(_posted, 50, no_next),
    "suiteql": AfterId(SUITEQL, 50, no_more),
    "graphql": Tokens(GRAPHQL, 50, no_more),
}


@dataclass
class Reader:
    """Reads a list as the platform does; `between` happens before each page but the first."""

    caller: Caller
    name: str
    paging: Paging
    between: Callable[[], object] = lambda: None
    deleted: tuple[str, ...] = ()
    seen: list[Key] = field(default_factory=list)

    def read(self, cursor: Cursor = START) -> tuple[dict[str, Key], Cursor]:
        """Read a pass to its end."""
        found: dict[str, Key] = {}
        cursor = self.paging.merge([cursor], self.caller.simulator.clock.now())
        while not cursor.get("done"):
            answer = self._answer(self.paging.ask(cursor))
            found |= {each.id: each for each in answer.keys}
            self.seen += answer.keys
            cursor = follow(self.paging, cursor, answer)
            self.between()
        return found, cursor

    def _answer(self, ask: Ask) -> Answer:
        url = ask.url or f"/v1/{self.name}"
        method = "GET" if ask.body is None else "POST"
        got = self.caller.http.request(
            method,
            url,
            headers={**self.caller.headers, **ask.headers},
            params=None if ask.url else dict(ask.params),
            json=ask.body,
        )
        assert got.status_code == 200, got.text
        return self._parsed(got)

    def _parsed(self, got: httpx.Response) -> Answer:
        page = _plain(got.json())
        rows = page.get("data", [])
        self.deleted += tuple(each["id"] for each in page.get("removed", ()))
        keys = [Key(str(each["id"]), datetime.fromisoformat(each["changed"])) for each in rows]
        rows_of_page = len(keys) + len(page.get("removed", ()))
        return Answer(
            keys,
            page.get("next") or page.get("links", {}).get("next"),
            page.get("has_more"),
            page.get("total"),
            rows_of_page,
            dict(got.headers),
        )


def _plain(page: Any) -> Any:  # noqa: ANN401 - JSON
    """Bring a page of any dialect to the words that most lists here use."""
    match page:
        case {"QueryResponse": {"Invoice": rows}}:
            return {"data": rows}
        case {"items": rows, "hasMore": more, "totalResults": total}:
            return {"data": rows, "has_more": more, "total": total}
        case {"data": {"invoices": {"nodes": rows, "pageInfo": place}}}:
            return {"data": rows, "has_more": place["hasNextPage"], "next": place.get("endCursor")}
    return page


@pytest.fixture
def caller() -> Iterator[Caller]:
    caller = called(DEMO)
    with caller.http:
        yield caller


def ids(caller: Caller, name: str = "") -> set[str]:
    return {*changes(caller, name)}


def changes(caller: Caller, name: str) -> dict[str, datetime]:
    """When each invoice last changed, by the id that a list has of it."""
    invoices = caller.simulator.world.companies[0].book.invoices
    return {id_in(name, each.id): each.updated_at for each in invoices}


def id_in(name: str, record_id: str) -> str:
    """The id that a list has of a record."""
    return str(number_of(record_id)) if name == "suiteql" else record_id


@pytest.mark.parametrize("name", STYLES)
def test_every_style_is_read_to_its_end_by_the_platforms_strategy_for_it(
    caller: Caller, name: str
) -> None:
    found, _ = Reader(caller, name, STYLES[name]).read()
    assert set(found) == ids(caller, name)
    assert len(found) == STORY.invoices


@pytest.mark.parametrize("name", ["suiteql", "graphql"])
def test_a_queried_list_ends_with_its_last_page(caller: Caller, name: str) -> None:
    reader = Reader(caller, name, STYLES[name])
    reader.read()
    assert len(caller.simulator.calls) == -(-STORY.invoices // 50)
    assert len(reader.seen) == len({each.id for each in reader.seen}) == STORY.invoices


KEYED = (
    "tokens",
    "keyset",
    "newest_first",
    "header_links",
    "by_change",
    "query",
    "posted",
    "suiteql",
    "graphql",
)


@pytest.mark.parametrize("name", KEYED)
def test_a_keyed_style_loses_nothing_while_records_are_edited(caller: Caller, name: str) -> None:
    before = ids(caller, name)

    def edit() -> None:
        if len(caller.simulator.calls) < 12:
            caller.simulator.move_rows(None, 3)

    found, _ = Reader(caller, name, STYLES[name], edit).read()
    assert before <= set(found)


def test_counted_pages_lose_records_while_others_are_edited(caller: Caller) -> None:
    once = Pages(Fields({}, number="page", size="limit"), 50, last_page_in("x-pages"))
    found, _ = Reader(caller, "pages", once, lambda: caller.simulator.move_rows(None, 5)).read()
    assert set(found) < ids(caller)


AT_ONCE: dict[str, Any] = {"incremental": True, "overlap": timedelta(0)}
INCREMENTAL: dict[str, Paging] = {
    "by_change": STYLES["by_change"],
    "query": STYLES["query"],
    "tokens": Tokens(Fields({}, after="cursor", size="limit", since=SINCE), 50, no_next, **AT_ONCE),
    "body_links": Links(Fields({}, size="limit", since=SINCE), 50, **AT_ONCE),
    "suiteql": AfterId(SUITEQL, 50, no_more, **AT_ONCE),
    "graphql": Tokens(GRAPHQL, 50, no_more, **AT_ONCE),
}


@pytest.mark.parametrize(("name", "paging"), INCREMENTAL.items())
def test_the_next_pass_brings_what_changed(caller: Caller, name: str, paging: Paging) -> None:
    reader = Reader(caller, name, paging)
    _, cursor = reader.read()
    [changed] = caller.edit("touch")
    found, _ = reader.read(cursor)
    assert id_in(name, changed) in found
    assert len(found) < STORY.invoices


@pytest.mark.parametrize("name", [each for each in INCREMENTAL if each in KEYED])
def test_what_changes_while_a_pass_reads_is_in_it_or_in_the_next(caller: Caller, name: str) -> None:
    seeds = count()
    reader = Reader(caller, name, INCREMENTAL[name])
    reader.between = lambda: caller.edit("touch", count=5, seed=next(seeds) % 9)
    first, cursor = reader.read()
    reader.between = lambda: None
    then, _ = reader.read(cursor)
    told = {each.id: each.modified for each in (first | then).values()}
    assert told == changes(caller, name)


def test_a_feed_tells_what_changed_and_what_vanished_since_its_token(caller: Caller) -> None:
    reader = Reader(caller, "feed", SyncTokens(AFTER, 50, no_more))
    found, cursor = reader.read()
    assert set(found) == {each["id"] for each in caller.get("/v1/items").json()["data"]}
    [gone] = caller.edit("delete-item")
    [changed] = caller.edit("update-item", seed=9)
    found, cursor = reader.read(cursor)
    assert (set(found), reader.deleted) == ({changed}, (gone,))
    assert reader.read(cursor) == ({}, cursor)


def test_captured_changes_name_deleted_documents(caller: Caller) -> None:
    draft = next(
        each for each in caller.simulator.world.companies[0].book.invoices if each.status == "draft"
    )
    capture = ChangeCapture(Fields({}, since=SINCE), most=1_000, reach=timedelta(days=30))
    reader = Reader(caller, "changes", capture)
    _, cursor = reader.read()
    caller.edit("void", ids=[draft.id])
    [touched] = caller.edit("touch", seed=5)
    found, _ = reader.read(cursor)
    assert draft.id in reader.deleted
    assert touched in found
    assert draft.id not in found


def test_what_vanished_is_in_no_list_and_has_a_tombstone(caller: Caller) -> None:
    [gone] = caller.edit("delete-item")
    assert gone not in {each["id"] for each in caller.get("/v1/items").json()["data"]}
    assert caller.get(f"/v1/items/{gone}").status_code == 404
    assert gone in {each["id"] for each in caller.get("/v1/tombstones").json()["data"]}


def test_a_deleted_document_shows_only_where_the_list_still_tells_of_it(caller: Caller) -> None:
    book = caller.simulator.world.companies[0].book
    deleted = {each.id for each in book.invoices if each.status == "deleted"}
    assert deleted
    told = {each["id"] for each in caller.get("/v1/whole").json()["data"]}
    present = {each["id"] for each in caller.get("/v1/present").json()["data"]}
    assert told - present == deleted


def test_a_feed_that_forgets_refuses_what_is_too_old(caller: Caller) -> None:
    refused = caller.get("/v1/tombstones", since="2020-01-01T00:00:00Z")
    assert refused.status_code == 400
    assert "30 days" in refused.json()["error"]["message"]


@pytest.mark.parametrize(
    ("path", "params", "sentence"),
    [
        ("pages", {"page": "0"}, "page must be a whole number from 1"),
        ("pages", {"limit": "x"}, "limit must be a whole number"),
        ("tokens", {"cursor": "never-given"}, "cursor is no token of this list"),
        ("windows", {}, "from is missing"),
        ("windows", {"from": "2026-01-01", "to": "2026-03-01"}, "at most 31 days"),
        ("query", {"query": "drop table Invoice"}, "is no query"),
        ("query", {"query": "select * from Nothing"}, "no entity nothing"),
        ("query", {"query": "select * from Invoice where Colour = 'red'"}, "no property Colour"),
        ("changes", {}, "since is missing"),
        ("changes", {"since": "yesterday"}, "must be a date and time"),
        ("sorted", {"sort": "colour"}, "must be one of total"),
    ],
)
def test_a_wrong_parameter_is_refused_with_a_sentence(
    caller: Caller, path: str, params: dict[str, str], sentence: str
) -> None:
    refused = caller.get(f"/v1/{path}", **params)
    assert refused.status_code == 400
    assert sentence in refused.json()["error"]["message"]


def test_a_query_filters_sorts_and_counts_places_from_one(caller: Caller) -> None:
    wanted = "select * from Contact where Active = true order by Name startposition 2 maxresults 3"
    rows = caller.get("/v1/query", query=wanted).json()["QueryResponse"]["Contact"]
    book = caller.simulator.world.companies[0].book
    active = sorted(
        (each for each in book.contacts if not each.is_archived),
        key=lambda each: (each.name, each.id),
    )
    assert [each["id"] for each in rows] == [each.id for each in active[1:4]]


def test_lists_are_sorted_and_narrowed_as_asked(caller: Caller) -> None:
    book = caller.simulator.world.companies[0].book
    shown = caller.get("/v1/sorted", sort="-total", limit="5").json()
    there = [each for each in book.invoices if each.status != "draft"]
    dearest = sorted(there, key=lambda each: each.total, reverse=True)
    assert [each["id"] for each in shown["data"]] == [each.id for each in dearest[:5]]
    everything = caller.get("/v1/sorted", drafts="yes").json()["total"]
    assert everything == STORY.invoices > shown["total"]


def test_a_page_is_never_longer_than_the_provider_allows(caller: Caller) -> None:
    assert len(caller.get("/v1/pages", limit="5000").json()["data"]) == 50


def test_a_single_record_is_what_the_list_shows_of_it(caller: Caller) -> None:
    [first, *_] = caller.get("/v1/whole").json()["data"]
    assert caller.get(f"/v1/whole/{first['id']}").json() == first
    assert caller.get("/v1/whole/nothing").status_code == 404
