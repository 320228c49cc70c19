"""Parts of the kit by themselves: envelopes, filters by value, tokens."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone

import pytest
from starlette.datastructures import URL, Headers

from local.providers.kit.asked import AnyCase, Asked, BadRequest
from local.providers.kit.declared import Envelope, Sheet
from local.providers.kit.filters import Among, Holding, InOrder, SortedBy
from local.providers.kit.paging import (
    Cut,
    Numbered,
    Pages,
    Rows,
    Size,
    Tokens,
    WhenAsked,
    seal,
    unseal,
)
from local.providers.kit.sql import Sql

NOW = datetime(2026, 11, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Row:
    id: str
    colour: str


ROWS = [Row("1", "red"), Row("2", "blue"), Row("3", "red")]


def asked(**params: str) -> Asked:
    return Asked(params, Headers(), URL("http://here/list"), NOW)


def rows() -> Rows:
    return Rows(ROWS, lambda each: each.id, lambda _: NOW)


def sheet(*told: str, gone: tuple[str, ...] = ()) -> Sheet:
    cut = Cut((), 7, {"page": "3"}, "tok", "http://next", place={"page": 2, "size": 5, "pages": 4})
    return Sheet(cut, [{"id": each} for each in told], gone, asked())


def test_an_envelope_puts_each_part_where_it_is_named() -> None:
    envelope = Envelope(
        rows="d.results",
        total="d.count",
        more="more",
        cursor="next",
        url="links.next",
        gone="removed",
        gone_as=lambda gone_id: {"transaction_id": gone_id},
        place={"page": "page_context.page", "pages": "page_context.pages", "offset": "offset"},
        also=lambda each: {"shown": len(each.rows)},
    )
    assert json.loads(bytes(envelope(sheet("a", gone=("b",))).body)) == {
        "d": {"results": [{"id": "a"}], "count": 7},
        "more": True,
        "next": "tok",
        "links": {"next": "http://next"},
        "removed": [{"transaction_id": "b"}],
        "page_context": {"page": 2, "pages": 4},
        "shown": 1,
    }


def test_a_list_may_be_bare_and_an_empty_page_may_have_no_body() -> None:
    assert json.loads(bytes(Envelope()(sheet("a")).body)) == [{"id": "a"}]
    empty = Envelope(empty_status=204)(sheet())
    assert (empty.status_code, empty.body) == (204, b"")


def test_only_rows_with_one_of_the_named_values_are_left() -> None:
    among = Among("colours", lambda each: each.colour)
    assert [each.id for each in among.of(rows(), asked(colours="red, green")).records] == ["1", "3"]
    assert among.of(rows(), asked()).records == ROWS


def test_a_size_is_cut_down_or_refused() -> None:
    assert Size("limit", 10, 20).of(asked(limit="99")) == 20
    with pytest.raises(BadRequest, match="limit must be at most 20"):
        Size("limit", 10, 20, refuses=True).of(asked(limit="99"))


@pytest.mark.parametrize("token", ["", "x", "%%%", seal("offset", "3") + "!", seal("key", "a b")])
def test_a_token_that_was_never_given_out_opens_nothing(token: str) -> None:
    if not token:
        assert unseal("cursor", token, "key") == []
        return
    with pytest.raises(BadRequest, match="cursor is no token of this list"):
        unseal("cursor", token, "key")


@pytest.mark.parametrize(
    ("query", "ids"),
    [
        ("select * from Row", ["1", "2", "3"]),
        ("SELECT Id FROM Row WHERE Colour = 'red' AND Id > '1'", ["3"]),
        ("select * from Row where Colour in ('blue', 'green')", ["2"]),
        ("select * from Row order by Id desc startposition 2 maxresults 1", ["2"]),
        ("select * from Row where Colour != 'red' orderby Id", ["2"]),
    ],
)
def test_a_query_selects_what_it_says(query: str, ids: list[str]) -> None:
    sql = Sql({"Id": lambda each: each.id, "Colour": lambda each: each.colour})
    assert [each.id for each in sql.cut(rows(), asked(query=query)).records] == ids


def names(found: Rows) -> list[str]:
    return [each.id for each in found.records]


def test_a_search_looks_into_texts_in_any_case() -> None:
    search = Holding("q", lambda each: (each.colour,))
    assert names(search.of(rows(), asked(q="RE"))) == ["1", "3"]
    assert names(search.of(rows(), asked())) == ["1", "2", "3"]


def test_an_order_that_is_spelled_out_keeps_equal_ones_as_they_were() -> None:
    order = InOrder("sort", {"Colour": lambda each: each.colour, "Id": lambda each: each.id})
    assert names(order.of(rows(), asked(sort="colour desc"))) == ["1", "3", "2"]
    assert names(order.of(rows(), asked(sort="Colour, Id DESC"))) == ["2", "3", "1"]
    with pytest.raises(BadRequest, match="No property or field 'Size'"):
        order.of(rows(), asked(sort="Size"))


@dataclass(frozen=True)
class Priced:
    id: str
    amount: int | None
    changed: datetime


PRICED = [
    Priced("a", 10, NOW + timedelta(minutes=3)),
    Priced("b", -5, datetime(2026, 11, 1, 2, 1, tzinfo=timezone(timedelta(hours=2)))),
    Priced("c", 9, NOW + timedelta(minutes=5)),
    Priced("d", None, NOW),
    Priced("e", -5, NOW + timedelta(minutes=2)),
]


def priced() -> Rows:
    return Rows(PRICED, lambda each: each.id, lambda each: each.changed)


def test_a_list_is_sorted_by_values_and_not_by_how_they_are_spelled() -> None:
    orders = {"amount": lambda each: each.amount, "changed": lambda each: each.changed}
    order = SortedBy("sort", orders)
    assert names(order.of(priced(), asked(sort="amount"))) == ["b", "e", "c", "a", "d"]
    assert names(order.of(priced(), asked(sort="changed"))) == ["d", "b", "e", "a", "c"]
    assert names(order.of(priced(), asked(sort="-changed"))) == ["c", "a", "e", "b", "d"]


def test_a_token_for_a_key_loses_nothing_whatever_order_the_list_is_in() -> None:
    style, params, given = Tokens(Size("limit", 2, 2), by="key"), {"limit": "2"}, []
    for _ in PRICED:
        page = style.cut(priced(), asked(**params))
        given += [each.id for each in page.records]
        if not page.more:
            break
        params |= page.onward
    assert given == ["d", "b", "e", "a", "c"]


def test_a_list_has_pages_for_those_who_ask() -> None:
    paging = WhenAsked(Pages(Size("size", 2, 5)), ("page", "size"))
    assert len(paging.cut(rows(), asked()).records) == 3
    assert len(paging.cut(rows(), asked(page="2")).records) == 1


def test_a_numbered_list_goes_on_after_the_last_number() -> None:
    paging = Numbered("after", lambda each: int(each.id), at_once=2)
    first = paging.cut(rows(), asked())
    assert ([each.id for each in first.records], first.onward) == (["1", "2"], {"after": "2"})
    last = paging.cut(rows(), asked(after="2"))
    assert ([each.id for each in last.records], last.more) == (["3"], False)


def test_names_of_parameters_may_be_in_any_case() -> None:
    params = AnyCase({"PageSize": "5"})
    assert params["pageSize"] == params.get("PAGESIZE") == "5"
    assert ("pagesize" in params, "page" in params, len(params)) == (True, False, 1)
