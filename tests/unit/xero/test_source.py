"""Xero's source says what the platform needs, and no more."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from functions.xero import connector
from functions.xero.settings import XeroSettings
from functions.xero.spec import RESOURCES, data_source, fault
from shared_code.catalogue import XERO
from shared_code.connect.auth.declared import OAuth
from shared_code.errors import Reauthorise
from shared_code.fetch.paging import START, Answer, Cursor, ModifiedSince

SOURCE = data_source("https://api.example")


def test_every_data_type_of_the_catalogue_is_fed() -> None:
    fed = [feed.data_type for resource in RESOURCES for feed in resource.feeds]
    assert set(fed) == set(XERO.data_types)


def test_lookups_are_read_before_what_refers_to_them() -> None:
    names = [resource.name for resource in RESOURCES]
    for resource in RESOURCES:
        assert all(names.index(each) < names.index(resource.name) for each in resource.lookups)


def test_one_type_alone_needs_its_list_and_the_lookups() -> None:
    needed = [resource.name for resource in SOURCE.needed_for(["invoices"])]
    assert needed == ["Organisation", "TaxRates", "Chart", "Items", "Invoices"]


def test_a_simple_type_needs_one_call() -> None:
    assert [resource.name for resource in SOURCE.needed_for(["taxRates"])] == ["TaxRates"]


def test_lists_that_change_are_read_by_key() -> None:
    by_key = {each.name for each in RESOURCES if isinstance(each.paging, ModifiedSince)}
    assert by_key == {
        *("Contacts", "Invoices", "CreditNotes", "Overpayments", "Prepayments", "Payments"),
        *("BankTransactions", "PurchaseOrders", "ContactBalances"),
    }
    for resource in RESOURCES:
        if resource.name in by_key:
            assert resource.paging.ask(START).params["order"] == "UpdatedDateUTC ASC"


def test_a_page_gives_records_with_id_and_change() -> None:
    body = json.dumps(
        {
            "Invoices": [{"InvoiceID": "i-1", "UpdatedDateUTC": "/Date(1767225600500+0000)/"}],
            "pagination": {"itemCount": 7},
        }
    ).encode()
    resource = SOURCE.resource("Invoices")
    page = resource.parse(body)
    assert page.total == 7
    key = resource.key(page.records[0])
    assert key.id == "i-1"
    assert key.modified == datetime(2026, 1, 1, 0, 0, 0, 500_000, tzinfo=UTC)


@pytest.mark.parametrize(
    "body",
    [b"<html>Log in</html>", b'{"Invoices": [{"Inv', b"{}", b"[]", b'{"Invoices": 3}', b"\xff\xfe"],
)
def test_a_body_that_is_no_page_is_a_value_error(body: bytes) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - any ValueError is the promise
        SOURCE.resource("Invoices").parse(body)


def test_a_disconnected_tenant_means_to_link_again() -> None:
    assert isinstance(fault(403, b'{"Detail": "AuthenticationUnsuccessful"}'), Reauthorise)
    assert fault(403, b'{"Detail": "insufficient scope"}') is None
    assert fault(500, b"AuthenticationUnsuccessful") is None


def test_every_call_names_its_tenant() -> None:
    assert SOURCE.tenant_headers("t-1") == {"Xero-tenant-id": "t-1"}


def journals_page(*numbers: object) -> bytes:
    found = [{"JournalID": f"j-{each}", "JournalNumber": each} for each in numbers]
    return json.dumps({"Journals": found}).encode()


def read_on(cursor: Cursor, body: bytes) -> Cursor:
    resource = SOURCE.resource("Journals")
    page = resource.parse(body)
    keys = [resource.key(each) for each in page.records]
    return resource.paging.advance(cursor, Answer(keys, next=page.next))


def test_journals_go_on_after_the_last_number_and_so_does_the_next_pass() -> None:
    paging = SOURCE.resource("Journals").paging
    assert paging.ask(START).params == {}
    middle = read_on(START, journals_page(*range(1, 101)))
    assert not middle.get("done")
    assert paging.ask(middle).params == {"offset": "100"}
    end = read_on(middle, journals_page(101, 104))
    assert end["done"]
    again = paging.merge([end], datetime(2026, 1, 1, tzinfo=UTC))
    assert paging.ask(again).params == {"offset": "104"}
    idle = read_on(again, journals_page())
    assert paging.ask(paging.merge([idle], datetime.now(UTC))).params == {"offset": "104"}


def test_a_journal_without_a_number_makes_the_page_unreadable() -> None:
    with pytest.raises(ValueError, match="without a JournalNumber"):
        SOURCE.resource("Journals").parse(journals_page(1, None))


def test_journals_are_asked_for_only_where_the_app_may() -> None:
    scope = SOURCE.resource("Journals").scopes
    for journals in (False, True):
        auth = connector(XeroSettings(journals=journals)).auth
        assert isinstance(auth, OAuth)
        assert (scope <= {*auth.scopes}) is journals
