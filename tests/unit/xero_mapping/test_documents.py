"""What Xero's invoices and bills become."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from shared_code.errors import Reject
from shared_code.mapping.books import Books
from shared_code.model import decode, encode
from tests.unit.xero_mapping import examples
from tests.unit.xero_mapping.examples import LOOKUPS, UPDATED_AT, Json
from tests.unit.xero_mapping.mappings import map_bill, map_invoice


def invoice(**changes: object) -> dict[str, Any]:
    mapped = map_invoice(examples.invoice(**changes), LOOKUPS)
    assert mapped is not None
    return decode(encode(mapped))


def bill(**changes: object) -> dict[str, Any]:
    mapped = map_bill(examples.invoice(Type="ACCPAY", **changes), LOOKUPS)
    assert mapped is not None
    return decode(encode(mapped))


def test_a_sales_invoice_is_mapped_whole() -> None:
    assert invoice() == {
        "id": "inv-1",
        "invoiceNumber": "INV-0001",
        "customerRef": {"id": "con-1", "companyName": "Ridgeway Tea Rooms"},
        "issueDate": "2024-03-31T00:00:00",
        "dueDate": "2024-04-30T00:00:00",
        "currency": "GBP",
        "currencyRate": 1,
        "lineItems": [
            {
                "description": "Tea",
                "unitAmount": Decimal("33.3333"),
                "quantity": Decimal("3.0000"),
                "subTotal": Decimal("100.00"),
                "taxAmount": Decimal("20.00"),
                "totalAmount": Decimal("120.00"),
                "accountRef": {"id": "acc-sales", "name": "Sales"},
                "taxRateRef": {
                    "id": "OUTPUT2",
                    "name": "20% (VAT on Income)",
                    "effectiveTaxRate": Decimal("20.0000"),
                },
                "itemRef": {"id": "item-tea", "name": "Tea, loose"},
                "trackingCategoryRefs": [{"id": "opt-north", "name": "North"}],
                "tracking": {
                    "categoryRefs": [{"id": "opt-north", "name": "North"}],
                    "isBilledTo": "NotApplicable",
                    "isRebilledTo": "NotApplicable",
                },
                "isDirectIncome": False,
            }
        ],
        "paymentAllocations": [],
        "subTotal": Decimal("100.00"),
        "totalTaxAmount": Decimal("20.00"),
        "totalAmount": Decimal("120.00"),
        "amountDue": Decimal("120.00"),
        "status": "Submitted",
        "note": "PO 77",
        "sourceModifiedDate": UPDATED_AT,
        "metadata": {"isDeleted": False},
    }


def test_a_bill_keeps_the_suppliers_number_as_its_reference() -> None:
    mapped = bill()
    assert mapped["reference"] == "INV-0001"
    assert mapped["supplierRef"] == {"id": "con-1", "supplierName": "Ridgeway Tea Rooms"}
    assert mapped["status"] == "Open"
    assert mapped["taxAmount"] == Decimal("20.00")
    assert mapped["lineItems"][0]["isDirectCost"] is False


def test_a_document_is_an_invoice_or_a_bill_and_never_both() -> None:
    assert map_invoice(examples.invoice(Type="ACCPAY"), LOOKUPS) is None
    assert map_bill(examples.invoice(Type="ACCREC"), LOOKUPS) is None
    assert map_invoice(examples.invoice(Type="ACCRECCREDIT"), LOOKUPS) is None


@pytest.mark.parametrize("kind", ["ACCWHAT", None])
def test_a_document_of_an_unknown_type_is_rejected_once(kind: str | None) -> None:
    with pytest.raises(Reject, match="its type is none that is known"):
        map_invoice(examples.invoice(Type=kind), LOOKUPS)
    assert map_bill(examples.invoice(Type=kind), LOOKUPS) is None


@pytest.mark.parametrize(
    ("changes", "of_invoice", "of_bill"),
    [
        ({"Status": "DRAFT"}, "Draft", "Draft"),
        ({"Status": "SUBMITTED"}, "Draft", "Draft"),
        ({"Status": "AUTHORISED"}, "Submitted", "Open"),
        ({"AmountPaid": 20, "AmountDue": 100}, "PartiallyPaid", "PartiallyPaid"),
        ({"AmountCredited": 20, "AmountDue": 100}, "PartiallyPaid", "PartiallyPaid"),
        ({"AmountPaid": None, "AmountDue": 100}, "PartiallyPaid", "PartiallyPaid"),
        ({"Status": "PAID", "AmountPaid": 120, "AmountDue": 0}, "Paid", "Paid"),
        ({"Status": "VOIDED", "AmountDue": 0}, "Void", "Void"),
        ({"Status": "DELETED", "AmountDue": 0}, "Void", "Void"),
        ({"Status": "LOST"}, "Unknown", "Unknown"),
        ({"Status": None}, "Unknown", "Unknown"),
    ],
)
def test_the_status_tells_how_far_a_document_has_come(
    changes: Json, of_invoice: str, of_bill: str
) -> None:
    assert invoice(**changes)["status"] == of_invoice
    assert bill(**changes)["status"] == of_bill


def test_only_a_deleted_document_is_marked_deleted() -> None:
    assert invoice(Status="DELETED")["metadata"] == {"isDeleted": True}
    assert invoice(Status="VOIDED")["metadata"] == {"isDeleted": False}


def test_the_word_for_an_unknown_status_is_kept() -> None:
    assert invoice(Status="LOST")["supplementalData"] == {
        "content": {"unmapped": {"status": "LOST"}}
    }


@pytest.mark.parametrize(
    ("types", "tax", "sub_total", "total"),
    [
        ("Exclusive", "20.00", "100.00", "120.00"),
        ("Inclusive", "16.67", "83.33", "100.00"),
        ("NoTax", "0.00", "100.00", "100.00"),
        (None, "20.00", "100.00", "120.00"),
    ],
)
def test_a_line_amount_is_read_the_way_the_document_writes_tax(
    types: str | None, tax: str, sub_total: str, total: str
) -> None:
    mapped = invoice(LineAmountTypes=types, LineItems=[examples.line(TaxAmount=Decimal(tax))])
    line = mapped["lineItems"][0]
    assert line["subTotal"] == Decimal(sub_total)
    assert line["taxAmount"] == Decimal(tax)
    assert line["totalAmount"] == Decimal(total)


@pytest.mark.parametrize(
    ("changes", "amount", "percentage"),
    [
        ({"DiscountRate": Decimal("10.00")}, Decimal("10.00"), Decimal("10.00")),
        ({"DiscountRate": 0}, None, 0),
        ({"DiscountAmount": Decimal("7.50")}, Decimal("7.50"), None),
        ({}, None, None),
    ],
)
def test_a_discount_is_an_amount_and_perhaps_a_percentage(
    changes: Json, amount: Decimal | None, percentage: Decimal | None
) -> None:
    line = invoice(LineItems=[examples.line(**changes)])["lineItems"][0]
    assert line.get("discountAmount") == amount
    assert line.get("discountPercentage") == percentage


def test_a_comment_is_a_line_of_nothing() -> None:
    (line,) = invoice(LineItems=[{"Description": "Thank you"}])["lineItems"]
    assert line == {
        "description": "Thank you",
        "unitAmount": 0,
        "quantity": 0,
        "subTotal": 0,
        "taxAmount": 0,
        "totalAmount": 0,
        "trackingCategoryRefs": [],
        "isDirectIncome": False,
    }


@pytest.mark.parametrize(
    ("rate", "expected"),
    [
        ("1.000000", "1"),
        ("1.280410", "0.780999836"),
        ("0.5", "2"),
        ("30000", "0.000033333"),
        ("0", None),
        ("99999999999", None),
    ],
)
def test_the_rate_turns_foreign_into_base(rate: str, expected: str | None) -> None:
    mapped = invoice(CurrencyCode="USD", CurrencyRate=Decimal(rate))
    assert mapped.get("currencyRate") == (Decimal(expected) if expected else None)


def test_the_base_currency_has_rate_one_even_if_xero_gives_none() -> None:
    assert invoice(CurrencyRate=None)["currencyRate"] == 1
    assert "currencyRate" not in invoice(CurrencyRate=None, CurrencyCode="USD")


def test_embedded_payments_become_allocations_in_the_documents_currency() -> None:
    payments = [
        examples.applied_payment(Account={"AccountID": "acc-bank"}),
        examples.applied_payment(PaymentID="pay-2", Status="DELETED"),
    ]
    mapped = invoice(Payments=payments, CurrencyCode="EUR")
    shared = {"currency": "EUR", "currencyRate": 1, "totalAmount": Decimal("20.00")}
    assert mapped["paymentAllocations"] == [
        {
            "payment": {
                "id": "pay-1",
                "reference": "BACS",
                "accountRef": {"id": "acc-bank", "name": "Current account"},
                "paidOnDate": "2024-05-01T00:00:00",
            }
            | shared,
            "allocation": {"allocatedOnDate": "2024-05-01T00:00:00"} | shared,
        }
    ]


def test_a_line_refers_by_id_where_xero_gives_ids() -> None:
    line = examples.line(
        AccountID="acc-bank", Item={"ItemID": "item-x", "Name": "X", "Code": "X"}, TaxType="NEW"
    )
    mapped = invoice(LineItems=[line])["lineItems"][0]
    assert mapped["accountRef"] == {"id": "acc-bank", "name": "Current account"}
    assert mapped["itemRef"] == {"id": "item-x", "name": "X"}
    assert mapped["taxRateRef"] == {"id": "NEW"}


def test_a_code_that_no_lookup_knows_is_kept() -> None:
    mapped = map_invoice(examples.invoice(), Books())
    assert mapped is not None
    document = decode(encode(mapped))
    assert document["supplementalData"]["content"]["unmapped"] == {
        "accountCode": "200",
        "itemCode": "TEA",
    }
    assert not {"accountRef", "itemRef"} & document["lineItems"][0].keys()


def test_what_is_missing_of_the_totals_is_worked_out() -> None:
    totals = {"Total": None, "AmountDue": None, "AmountPaid": 50}
    mapped = invoice(**totals)
    assert mapped["totalAmount"] == Decimal("120.00")
    assert mapped["amountDue"] == Decimal("70.00")
    assert invoice(SubTotal=None)["subTotal"] == Decimal("100.00")
    assert invoice(TotalTax=None)["totalTaxAmount"] == Decimal("20.00")


def test_cis_is_shown_as_tax_that_is_withheld() -> None:
    assert bill(CISDeduction=Decimal("20.00"))["withholdingTax"] == [
        {"name": "CIS deduction", "amount": Decimal("20.00")}
    ]
    assert "withholdingTax" not in bill(CISDeduction=0)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"Total": None, "SubTotal": None}, "it has no total"),
        ({"InvoiceID": None}, "InvoiceID"),
        ({"Date": None}, "issue"),
        ({"Total": "a lot"}, "Total"),
        ({"LineItems": [{"Quantity": []}]}, r"LineItems\.0\.Quantity"),
        ({"InvoiceNumber": "\ud800"}, "InvoiceNumber"),
    ],
)
def test_a_document_that_cannot_be_mapped_is_rejected_with_a_reason(
    changes: Json, reason: str
) -> None:
    with pytest.raises(Reject, match=reason):
        map_invoice(examples.invoice(**changes), LOOKUPS)


def test_a_reason_shows_no_values() -> None:
    with pytest.raises(Reject) as caught:
        map_invoice(examples.invoice(Total="secret figure"), LOOKUPS)
    assert "secret" not in caught.value.public
