"""List requests: what is selected, in which order, on which page."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from local.providers.books.book import Book
from local.providers.books.generate import Story, generate
from local.providers.xero.query import (
    ListQuery,
    Page,
    QueryError,
    detail_of,
    page_of,
    parse_since,
)
from local.providers.xero.resources import CONTACTS, INVOICES, ITEMS, PAYMENTS, TAX_RATES
from local.providers.xero.shapes import FULL, LIGHT, LISTED


@pytest.fixture(scope="module")
def book() -> Book:
    return generate(Story(invoices=300), 0)


def ids(book: Book, since: str | None = None, **parameters: str) -> list[str]:
    return [each.id for each in ListQuery.of(parameters, since).select(book, INVOICES)]


def test_without_parameters_all_come_in_the_order_of_last_change(book: Book) -> None:
    assert ids(book) == [each.id for each in book.invoices]
    assert ids(book, order="UpdatedDateUTC ASC") == ids(book)
    assert ids(book, order="UpdatedDateUTC DESC") == ids(book)[::-1]


@pytest.mark.parametrize(
    "text",
    [
        "2020-02-06T12:17:43",
        "2020-02-06T12:17:43Z",
        "2020-02-06T12:17:43.999Z",
        "2020-02-06T12:17:43+00:00",
        "2020-02-06T04:17:43.202-08:00",
    ],
)
def test_since_is_read_as_utc_in_whole_seconds(text: str) -> None:
    assert parse_since(text) == datetime(2020, 2, 6, 12, 17, 43, tzinfo=UTC)


def test_since_that_is_no_time_is_refused() -> None:
    with pytest.raises(QueryError):
        parse_since("yesterday")


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
    chosen = ListQuery(order="Type DESC, Date").select(book, INVOICES)
    keys = [(each.kind.is_sale, each.issued_on) for each in chosen]
    assert keys == sorted(keys, key=lambda key: (not key[0], key[1]))


def test_archived_contacts_come_only_when_asked_for(book: Book) -> None:
    usual = ListQuery().select(book, CONTACTS)
    everybody = ListQuery.of({"includeArchived": "true"}, None).select(book, CONTACTS)
    assert len(usual) < len(everybody) == len(book.contacts)
    assert not any(each.is_archived for each in usual)


def test_since_means_nothing_to_tax_rates(book: Book) -> None:
    query = ListQuery.of({}, "2030-01-01T00:00:00")
    assert len(query.select(book, TAX_RATES)) == len(book.tax_rates)
    assert not query.select(book, PAYMENTS)


@given(st.integers(1, 400))
def test_pages_partition_the_list(size: int) -> None:
    records = list(range(301))
    pages = Page(1, size).as_json(len(records))["pageCount"]
    read = [each for page in range(1, pages + 1) for each in Page(page, size).of(records)]
    assert read == records
    assert not Page(pages + 1, size).of(records)


@pytest.mark.parametrize(
    "parameters", [{"page": "0"}, {"page": "x"}, {"pageSize": "1001"}, {"page": "-1"}]
)
def test_a_page_that_cannot_be_is_refused(parameters: dict[str, str]) -> None:
    with pytest.raises(QueryError):
        page_of(parameters)


@pytest.mark.parametrize("order", ["Nobody", "UpdatedDateUTC SIDEWAYS", "Date,,Type"])
def test_an_order_that_makes_no_sense_is_refused(book: Book, order: str) -> None:
    with pytest.raises(QueryError):
        ids(book, order=order)


def test_how_much_is_told_depends_on_paging_and_summary_only() -> None:
    page = Page(1, 100)
    assert detail_of({}, INVOICES, page) == FULL
    assert detail_of({}, INVOICES, None) == LISTED
    assert detail_of({}, ITEMS, None) == FULL
    assert detail_of({"summaryOnly": "true"}, INVOICES, page) == LIGHT
    assert detail_of({"unitdp": "4"}, INVOICES, page).unit_places == 4
