"""What Xero's credit notes, overpayments and prepayments become."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from shared_code.errors import Reject
from shared_code.model import decode, encode
from tests.unit.xero_mapping import examples
from tests.unit.xero_mapping.examples import LOOKUPS, UPDATED_AT, Json
from tests.unit.xero_mapping.mappings import map_bill_credit_note, map_credit_note, map_invoice


def credit_note(**changes: object) -> dict[str, Any]:
    mapped = map_credit_note(examples.credit(**changes), LOOKUPS)
    assert mapped is not None
    return decode(encode(mapped))


def bill_credit_note(**changes: object) -> dict[str, Any]:
    mapped = map_bill_credit_note(examples.credit(**{"Type": "ACCPAYCREDIT"} | changes), LOOKUPS)
    assert mapped is not None
    return decode(encode(mapped))


def test_a_credit_note_is_mapped_whole() -> None:
    mapped = credit_note()
    (line,) = mapped.pop("lineItems")
    assert line["totalAmount"] == Decimal("120.00")
    assert mapped == {
        "id": "cn-1",
        "creditNoteNumber": "CN-0001",
        "customerRef": {"id": "con-1", "companyName": "Ridgeway Tea Rooms"},
        "issueDate": "2024-03-31T00:00:00",
        "currency": "GBP",
        "currencyRate": 1,
        "subTotal": Decimal("100.00"),
        "totalTaxAmount": Decimal("20.00"),
        "totalAmount": Decimal("120.00"),
        "totalDiscount": 0,
        "discountPercentage": 0,
        "remainingCredit": Decimal("120.00"),
        "status": "Submitted",
        "paymentAllocations": [],
        "note": "Return",
        "sourceModifiedDate": UPDATED_AT,
        "metadata": {"isDeleted": False},
    }


@pytest.mark.parametrize(
    ("kind", "of_customer"),
    [
        ("ACCRECCREDIT", True),
        ("RECEIVE-OVERPAYMENT", True),
        ("AROVERPAYMENT", True),
        ("RECEIVE-PREPAYMENT", True),
        ("ARPREPAYMENT", True),
        ("ACCPAYCREDIT", False),
        ("SPEND-OVERPAYMENT", False),
        ("APOVERPAYMENT", False),
        ("SPEND-PREPAYMENT", False),
        ("APPREPAYMENT", False),
    ],
)
def test_a_credit_belongs_to_a_customer_or_a_supplier_and_never_to_both(
    kind: str, *, of_customer: bool
) -> None:
    record = examples.credit(Type=kind)
    assert (map_credit_note(record, LOOKUPS) is not None) == of_customer
    assert (map_bill_credit_note(record, LOOKUPS) is not None) != of_customer


def test_a_supplier_credit_names_the_supplier() -> None:
    mapped = bill_credit_note()
    assert mapped["billCreditNoteNumber"] == "CN-0001"
    assert mapped["supplierRef"] == {"id": "con-1", "supplierName": "Ridgeway Tea Rooms"}
    assert mapped["lineItems"][0]["tracking"]["isBilledTo"] == "Unknown"


@pytest.mark.parametrize(
    ("kind", "id_field"), [("OVERPAYMENT", "OverpaymentID"), ("PREPAYMENT", "PrepaymentID")]
)
def test_an_over_or_prepayment_goes_by_its_own_id(kind: str, id_field: str) -> None:
    changes = {"CreditNoteID": None, "CreditNoteNumber": None, id_field: "over-1"}
    assert credit_note(Type=f"RECEIVE-{kind}", **changes)["id"] == "over-1"
    assert bill_credit_note(Type=f"SPEND-{kind}", **changes)["id"] == "over-1"


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"Status": "DRAFT"}, "Draft"),
        ({"Status": "SUBMITTED"}, "Draft"),
        ({}, "Submitted"),
        ({"RemainingCredit": 70}, "PartiallyPaid"),
        ({"Status": "PAID", "RemainingCredit": 0}, "Paid"),
        ({"Status": "VOIDED", "RemainingCredit": 0}, "Void"),
        ({"Status": "DELETED", "RemainingCredit": 0}, "Void"),
        ({"Status": "LOST"}, "Unknown"),
    ],
)
def test_the_status_tells_how_much_is_used(changes: Json, status: str) -> None:
    assert credit_note(**changes)["status"] == status
    assert bill_credit_note(**changes)["status"] == status


def test_what_a_credit_was_set_against_and_paid_back_are_its_allocations() -> None:
    deleted = examples.allocation(AllocationID="all-2", IsDeleted=True)
    mapped = credit_note(
        Allocations=[examples.allocation(), deleted],
        Payments=[examples.applied_payment(Amount=Decimal("20.00"))],
        RemainingCredit=Decimal("50.00"),
    )
    amounts = {
        each["payment"]["id"]: each["allocation"]["totalAmount"]
        for each in mapped["paymentAllocations"]
    }
    assert amounts == {"all-1": Decimal("50.00"), "pay-1": Decimal("20.00")}
    assert mapped["allocatedOnDate"] == "2024-05-01T00:00:00"


def test_an_invoice_shows_the_credits_that_settled_it() -> None:
    applied = {"AppliedAmount": Decimal("50.00"), "Date": "/Date(1714521600000+0000)/"}
    invoice = map_invoice(
        examples.invoice(
            CreditNotes=[{"CreditNoteID": "cn-1", "CreditNoteNumber": "CN-0001", **applied}],
            Overpayments=[{"OverpaymentID": "over-1", **applied}],
            Prepayments=[{"PrepaymentID": "pre-1", **applied}],
        ),
        LOOKUPS,
    )
    assert invoice is not None
    found = [each.payment.id for each in invoice.payment_allocations or ()]
    assert found == ["cn-1", "over-1", "pre-1"]


def test_a_discount_is_added_up_from_the_lines() -> None:
    line = examples.line(DiscountAmount=Decimal("7.50"))
    assert credit_note(LineItems=[line, line])["totalDiscount"] == Decimal("15.00")


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"Type": "ACCWHAT"}, "its type is none that is known"),
        ({"CreditNoteID": None}, "CreditNoteID: Field required"),
        ({"Total": None, "SubTotal": None}, "it has no total"),
    ],
)
def test_a_credit_that_cannot_be_mapped_is_rejected_with_a_reason(
    changes: Json, reason: str
) -> None:
    with pytest.raises(Reject, match=reason):
        map_credit_note(examples.credit(**changes), LOOKUPS)
