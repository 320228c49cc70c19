"""What Xero's bank transactions, bank transfers and purchase orders become."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from shared_code.errors import Reject
from shared_code.mapping.books import Books
from shared_code.model import Shape, decode, encode
from tests.unit.xero_mapping import examples
from tests.unit.xero_mapping.examples import LOOKUPS, UPDATED_AT, Json
from tests.unit.xero_mapping.mappings import (
    map_credit_paid,
    map_credit_received,
    map_direct_cost,
    map_direct_income,
    map_purchase_order,
    map_transfer,
)

MAPPINGS = {
    "directCosts": map_direct_cost,
    "directIncomes": map_direct_income,
    "payments": map_credit_received,
    "billPayments": map_credit_paid,
}
MOVED = {
    "currency": "GBP",
    "currencyRate": 1,
    "totalAmount": Decimal("120.00"),
}


def wire(record: Shape | None) -> dict[str, Any]:
    assert record is not None
    return decode(encode(record))


def test_money_spent_is_a_direct_cost_and_its_own_payment() -> None:
    mapped = wire(map_direct_cost(examples.bank_transaction(), LOOKUPS))
    (line,) = mapped.pop("lineItems")
    assert line["tracking"] == {
        "recordRefs": [{"id": "opt-north", "dataType": "trackingCategories"}]
    }
    day = "2024-03-31T00:00:00"
    assert mapped == {
        "id": "bt-1",
        "reference": "Fuel",
        "contactRef": {"id": "con-1", "dataType": "suppliers"},
        "issueDate": day,
        "subTotal": Decimal("100.00"),
        "taxAmount": Decimal("20.00"),
        **MOVED,
        "paymentAllocations": [
            {
                "payment": {
                    "id": "bt-1",
                    "reference": "Fuel",
                    "accountRef": {"id": "acc-bank", "name": "Current account"},
                    "paidOnDate": day,
                    **MOVED,
                },
                "allocation": {"allocatedOnDate": day, **MOVED},
            }
        ],
        "sourceModifiedDate": UPDATED_AT,
        "metadata": {"isDeleted": False},
    }


def test_money_received_is_a_direct_income() -> None:
    mapped = wire(map_direct_income(examples.bank_transaction(Type="RECEIVE"), LOOKUPS))
    assert mapped["contactRef"] == {"id": "con-1", "dataType": "customers"}
    assert mapped["totalAmount"] == Decimal("120.00")


@pytest.mark.parametrize(
    ("kind", "data_type"),
    [
        ("SPEND", "directCosts"),
        ("RECEIVE", "directIncomes"),
        ("RECEIVE-OVERPAYMENT", "payments"),
        ("RECEIVE-PREPAYMENT", "payments"),
        ("SPEND-OVERPAYMENT", "billPayments"),
        ("SPEND-PREPAYMENT", "billPayments"),
        ("SPEND-TRANSFER", None),
        ("RECEIVE-TRANSFER", None),
    ],
)
def test_a_bank_transaction_belongs_to_one_type_at_most(kind: str, data_type: str | None) -> None:
    record = examples.bank_transaction(Type=kind)
    found = [name for name, mapping in MAPPINGS.items() if mapping(record, LOOKUPS) is not None]
    assert found == ([data_type] if data_type else [])


@pytest.mark.parametrize("status", ["DELETED", "VOIDED"])
def test_money_that_did_not_move_is_marked_deleted(status: str) -> None:
    record = examples.bank_transaction(Status=status)
    assert wire(map_direct_cost(record, LOOKUPS))["metadata"] == {"isDeleted": True}


def test_an_overpayment_is_a_payment_of_the_credit_that_it_made() -> None:
    record = examples.bank_transaction(Type="RECEIVE-OVERPAYMENT", OverpaymentID="over-1")
    mapped, amount = wire(map_credit_received(record, LOOKUPS)), Decimal("120.00")
    assert mapped["accountRef"] == {"id": "acc-bank", "name": "Current account"}
    assert mapped["totalAmount"] == amount
    (line,) = mapped["lines"]
    assert line["links"] == [{"type": "CreditNote", "id": "over-1", "amount": -amount}]


def test_a_transfer_leaves_one_bank_and_reaches_the_other() -> None:
    amount = Decimal("20.00")
    assert wire(map_transfer(examples.bank_transfer(), LOOKUPS)) == {
        "id": "tr-1",
        "description": "To savings",
        "date": "2024-05-01T00:00:00",
        "from": {
            "accountRef": {"id": "acc-bank", "dataType": "bankAccounts"},
            "currency": "GBP",
            "amount": amount,
        },
        "to": {
            "accountRef": {"id": "acc-savings", "dataType": "bankAccounts"},
            "currency": "GBP",
            "amount": amount,
        },
        "status": "Reconciled",
        "trackingCategoryRefs": [],
        "sourceModifiedDate": UPDATED_AT,
        "metadata": {"isDeleted": False},
    }


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"ToIsReconciled": False}, "Unreconciled"),
        ({"ToIsReconciled": None}, "Unknown"),
        ({"Status": "DELETED"}, "Void"),
    ],
)
def test_a_transfer_is_reconciled_at_both_ends_or_not(changes: Json, status: str) -> None:
    mapped = wire(map_transfer(examples.bank_transfer(**changes), LOOKUPS))
    assert mapped["status"] == status
    assert mapped["metadata"] == {"isDeleted": status == "Void"}


def test_what_reaches_a_bank_in_another_currency_is_not_guessed() -> None:
    euro = {"AccountID": "acc-euro", "CurrencyCode": "EUR"}
    mapped = wire(map_transfer(examples.bank_transfer(ToBankAccount=euro), LOOKUPS))
    assert mapped["from"]["amount"] == Decimal("20.00")
    assert mapped["to"] == {
        "accountRef": {"id": "acc-euro", "dataType": "bankAccounts"},
        "currency": "EUR",
    }


def test_a_purchase_order_says_when_and_where_goods_are_expected() -> None:
    mapped = wire(map_purchase_order(examples.purchase_order(), LOOKUPS))
    assert len(mapped.pop("lineItems")) == 1
    assert mapped == {
        "id": "po-1",
        "purchaseOrderNumber": "PO-0001",
        "issueDate": "2024-03-31T00:00:00",
        "expectedDeliveryDate": "2024-05-01T00:00:00",
        "note": "Quote 7",
        "shipTo": {
            "contact": {"name": "Goods in", "phone": "496 0001"},
            "address": {"type": "Delivery", "line1": "1 Mill Lane\nWantage"},
        },
        "supplierRef": {"id": "con-1", "supplierName": "Ridgeway Tea Rooms"},
        "status": "Open",
        "subTotal": Decimal("100.00"),
        "totalTaxAmount": Decimal("20.00"),
        **MOVED,
        "sourceModifiedDate": UPDATED_AT,
        "metadata": {"isDeleted": False},
    }


@pytest.mark.parametrize(
    ("word", "status"),
    [
        ("DRAFT", "Draft"),
        ("SUBMITTED", "Draft"),
        ("BILLED", "Closed"),
        ("DELETED", "Void"),
        ("LOST", "Unknown"),
    ],
)
def test_an_order_that_is_billed_awaits_nothing(word: str, status: str) -> None:
    mapped = wire(map_purchase_order(examples.purchase_order(Status=word), LOOKUPS))
    assert mapped["status"] == status
    assert mapped["metadata"] == {"isDeleted": word == "DELETED"}


@pytest.mark.parametrize(
    ("mapping", "record", "reason"),
    [
        (map_direct_cost, examples.bank_transaction(Type="GIFT"), "its type is none"),
        (map_direct_cost, examples.bank_transaction(Total=None, SubTotal=None), "it has no total"),
        (map_transfer, examples.bank_transfer(Amount=None), "it has no amount"),
        (map_purchase_order, examples.purchase_order(PurchaseOrderID=None), "PurchaseOrderID"),
    ],
)
def test_what_cannot_be_mapped_is_rejected_with_a_reason(
    mapping: Callable[[Json, Books], Shape | None], record: Json, reason: str
) -> None:
    with pytest.raises(Reject, match=reason):
        mapping(record, LOOKUPS)
