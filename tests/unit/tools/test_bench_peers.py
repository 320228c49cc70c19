"""What other extractors are asked to read is what a sync reads."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest

from functions.xero.spec import RESOURCES
from tools.bench_peers.lists import (
    CountsDifferError,
    check_counts,
    counted,
    lists,
    with_schemas,
)
from tools.bench_peers.running import PEERS
from tools.bench_peers.schemas import schema_of
from tools.bench_sync import SOURCE, KeptPage

DAY = date(2026, 11, 27)


def test_peers_read_every_list_but_the_reports_on_single_contacts() -> None:
    asked = {each.name for each in lists(DAY)}

    assert {each.name for each in RESOURCES} - asked == {
        "AgedReceivablesByContact",
        "AgedPayablesByContact",
    }


def test_journals_go_on_after_the_last_one() -> None:
    (journals,) = (each for each in lists(DAY) if each.name == "Journals")

    assert journals.after is not None
    assert (journals.after.param, journals.after.field) == ("offset", "JournalNumber")
    assert journals.size == 100


def test_a_list_that_is_read_twice_has_its_records_under_one_name() -> None:
    found = {each.name: each for each in lists(DAY)}

    assert found["ContactBalances"].path == found["Contacts"].path
    assert found["ContactBalances"].collection == found["Contacts"].collection == "Contacts"


def test_a_record_on_two_pages_counts_once() -> None:
    assert counted([_payments("1", "2"), _payments("2", "3")]) == {"Payments": 3}


def test_a_record_that_is_read_as_several_counts_as_the_provider_has_it() -> None:
    categories = b'{"TrackingCategories": [{"TrackingCategoryID": "1", "Options": [{}, {}]}]}'

    found = counted([KeptPage(SOURCE.resource("TrackingCategories"), categories)])

    assert found == {"TrackingCategories": 1}


def test_a_peer_that_read_less_of_a_list_is_named() -> None:
    check_counts({"CreditNotes": 2}, "dlt", {"credit_notes": 2})

    with pytest.raises(CountsDifferError, match=r"dlt .* creditnotes: 1 instead of 2"):
        check_counts({"CreditNotes": 2}, "dlt", {"credit_notes": 1})


def test_a_list_that_only_a_peer_has_read_is_named() -> None:
    with pytest.raises(CountsDifferError, match="items: 1 instead of 0"):
        check_counts({}, "dlt", {"Items": 1})


def test_a_schema_has_every_property_that_a_record_has() -> None:
    found = schema_of(
        [
            {"Id": "1", "Paid": None, "Contact": {"Name": "Ann"}, "Lines": [{"Tax": 1.5}]},
            {"Id": "2", "Paid": True, "Contact": {"Age": 7}, "Lines": [], "Never": None},
        ]
    )

    assert found == {
        "type": ["object", "null"],
        "properties": {
            "Id": {"type": ["string", "null"]},
            "Paid": {"type": ["boolean", "null"]},
            "Contact": {
                "type": ["object", "null"],
                "properties": {
                    "Name": {"type": ["string", "null"]},
                    "Age": {"type": ["number", "null"]},
                },
            },
            "Lines": {
                "type": ["array", "null"],
                "items": {
                    "type": ["object", "null"],
                    "properties": {"Tax": {"type": ["number", "null"]}},
                },
            },
            "Never": {"type": ["string", "null"]},
        },
    }


def test_lists_have_the_schemas_of_what_a_sync_kept_of_them() -> None:
    kept = [_payments("1"), KeptPage(SOURCE.resource("Items"), b'{"Items": [{"Code": "A"}]}')]

    found = {each.name: each.schema for each in with_schemas(lists(DAY), kept)}

    assert [*found["Payments"]["properties"]] == ["PaymentID"]
    assert [*found["Items"]["properties"]] == ["Code"]


def test_only_the_peer_that_is_said_to_have_none_goes_without_schemas(tmp_path: Path) -> None:
    asked = with_schemas(lists(DAY), [_payments("1")])

    without = [
        peer.name
        for peer in PEERS
        if not any(each.schema for each in peer.task("", {}, asked, tmp_path).lists)
    ]

    assert without == ["singer-sdk, no schemas"]


def _payments(*ids: str) -> KeptPage:
    body = json.dumps({"Payments": [{"PaymentID": each} for each in ids]})
    return KeptPage(SOURCE.resource("Payments"), body.encode())
