"""A record that feeds several types is read once, and rejected by each where it cannot be read."""

from __future__ import annotations

from typing import Any

import pytest

from functions.xero import native
from functions.xero.spec import RESOURCES
from shared_code.mapping.page import map_page
from shared_code.spec import Page, Resource


def resource(name: str) -> Resource:
    return next(each for each in RESOURCES if each.name == name)


def test_what_can_be_read_comes_read() -> None:
    contact: dict[str, Any] = {"ContactID": "c-1", "Name": "Acme"}
    [(key, record)] = resource("Contacts").keyed(Page([contact]))
    assert key.id == "c-1"
    assert record == native.Contact.model_validate(contact)


@pytest.mark.parametrize("name", ["Contacts", "Invoices", "Payments", "BankTransactions"])
def test_what_cannot_be_read_is_rejected_by_every_type_with_the_reason(name: str) -> None:
    listed = resource(name)
    broken = {f"{name.removesuffix('s')}ID": "x-1", "Date": "never", "Addresses": "none"}
    keyed = listed.keyed(Page([broken]))
    assert [record for _, record in keyed] == [broken]
    for feed in listed.feeds:
        mapped = map_page(feed, keyed, None)
        assert mapped.records == []
        assert [source_id for source_id, _ in mapped.rejects] == ["x-1"]
