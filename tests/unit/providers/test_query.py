"""List requests: what is selected, in which order, on which page."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.datastructures import URL, Headers

from local.providers.books.book import Book
from local.providers.books.generate import Story, generate
from local.providers.kit.asked import AnyCase, Asked, BadRequest
from local.providers.kit.declared import Resource, Telling
from local.providers.kit.paging import Cut, Rows
from local.providers.kit.selecting import select
from local.providers.xero.resources import (
    CONTACTS,
    INVOICES,
    PAGES,
    PAYMENTS,
    TAX_RATES,
    detail_of,
)
from local.providers.xero.shapes import FULL, LIGHT, LISTED

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)


@pytest.fixture(scope="module")
def book() -> Book:
    return generate(Story(invoices=300), 0)


def asked(since: str | None = None, **parameters: str) -> Asked:
    headers = Headers({"If-Modified-Since": since} if since else {})
    return Asked(AnyCase(parameters), headers, URL("http://xero.test/"), NOW)


def chosen(
    book: Book, resource: Resource, since: str | None = None, **parameters: str
) -> Sequence[Any]:
    return select(resource, book, asked(since, **parameters)).records


def ids(book: Book, since: str | None = None, **parameters: str) -> list[str]:
    return [each.id for each in chosen(book, INVOICES, since, **parameters)]


def test_without_parameters_all_come_in_the_order_of_last_change(book: Book) -> None:
    assert ids(book) == [each.id for each in book.invoices]
    assert ids(book, order="UpdatedDateUTC ASC") == ids(book)
    assert ids(book, order="UpdatedDateUTC DESC") == ids(book)[::-1]


@pytest.mark.parametrize("form", ["{}", "{}Z", "{}.999Z", "{}+00:00"])
def test_since_is_read_as_utc_in_whole_seconds(book: Book, form: str) -> None:
    second = list(book.invoices)[150].updated_at.strftime("%Y-%m-%dT%H:%M:%S")
    assert ids(book, form.format(second)) == ids(book, f"{second}Z")
    assert len(ids(book, form.format(second))) < len(book.invoices)


def test_since_may_name_another_zone(book: Book) -> None:
    moment = list(book.invoices)[150].updated_at
    there = moment.astimezone(timezone(timedelta(hours=-8)))
    assert ids(book, there.isoformat()) == ids(book, moment.isoformat())


def test_since_that_is_no_time_is_refused(book: Book) -> None:
    with pytest.raises(BadRequest):
        ids(book, "yesterday")


def test_since_takes_in_the_whole_second_it_names(book: Book) -> None:
    records = list(book.invoices)
    moment = records[150].updated_at
    assert moment.microsecond
    since = moment.strftime("%Y-%m-%dT%H:%M:%S")
    found = ids(book, since)
    assert found[0] in {each.id for each in records[:151]}
    assert records[150].id in found
    later = (moment + timedelta(seconds=1)).strftime("%Y-%m-%dT%H:%M:%SZ")
    assert records[150].id not in ids(book, later)


def test_parameters_narrow_the_list(book: Book) -> None:
    records = list(book.invoices)
    some = records[3:6]
    assert ids(book, IDs=",".join(each.id for each in some)) == [each.id for each in some]
    assert set(ids(book, InvoiceNumbers=some[0].number)) == {
        each.id for each in records if each.number == some[0].number
    }
    contact = some[0].contact_id
    assert ids(book, ContactIDs=contact) == [e.id for e in records if e.contact_id == contact]
    drafts = [each.id for each in records if each.status == "draft"]
    assert drafts
    assert ids(book, Statuses="draft") == drafts
    assert ids(book, statuses="DRAFT,VOIDED") != drafts
    sales = [each.id for each in records if each.kind.is_sale]
    assert ids(book, where='Type=="ACCREC"') == sales
    assert ids(book, searchTerm="inv-0001")


def test_orders_may_name_several_fields(book: Book) -> None:
    found = chosen(book, INVOICES, order="Type DESC, Date")
    keys = [(each.kind.is_sale, each.issued_on) for each in found]
    assert keys == sorted(keys, key=lambda key: (not key[0], key[1]))


def test_archived_contacts_come_only_when_asked_for(book: Book) -> None:
    usual = chosen(book, CONTACTS)
    everybody = chosen(book, CONTACTS, includeArchived="true")
    assert len(usual) < len(everybody) == len(book.contacts)
    assert not any(each.is_archived for each in usual)


def test_since_means_nothing_to_tax_rates(book: Book) -> None:
    assert len(chosen(book, TAX_RATES, "2030-01-01T00:00:00")) == len(book.tax_rates)
    assert not chosen(book, PAYMENTS, "2030-01-01T00:00:00")


def page(**parameters: str) -> Cut:
    rows = Rows(list(range(301)), str, lambda _: NOW)
    return PAGES.cut(rows, asked(**parameters))


@given(st.integers(1, 400))
def test_pages_partition_the_list(size: int) -> None:
    pages = page(pageSize=str(size)).place["pages"]
    read = [
        each
        for number in range(1, pages + 1)
        for each in page(page=str(number), pageSize=str(size)).records
    ]
    assert read == list(range(301))
    assert not page(page=str(pages + 1), pageSize=str(size)).records


def test_without_a_page_all_come_at_once() -> None:
    assert len(page().records) == 301
    assert not page().place
    assert len(page(PAGE="1").records) == 100


@pytest.mark.parametrize(
    "parameters", [{"page": "0"}, {"page": "x"}, {"pageSize": "1001"}, {"page": "-1"}]
)
def test_a_page_that_cannot_be_is_refused(parameters: dict[str, str]) -> None:
    with pytest.raises(BadRequest):
        page(**parameters)


@pytest.mark.parametrize("order", ["Nobody", "UpdatedDateUTC SIDEWAYS", "Date,,Type"])
def test_an_order_that_makes_no_sense_is_refused(book: Book, order: str) -> None:
    with pytest.raises(BadRequest):
        ids(book, order=order)


def test_how_much_is_told_depends_on_paging_and_summary_only(book: Book) -> None:
    def told(**parameters: str) -> Telling:
        return Telling(book, NOW, asked(**parameters))

    assert detail_of(Telling(book, NOW)) == FULL
    assert detail_of(told(page="1")) == FULL
    assert detail_of(told()) == LISTED
    assert detail_of(told(), summaries=False) == FULL
    assert detail_of(told(page="1", summaryOnly="true")) == LIGHT
    assert detail_of(told(page="1", unitdp="4")).unit_places == 4
