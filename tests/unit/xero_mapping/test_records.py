"""What each of Xero's records becomes."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from shared_code.errors import Reject
from shared_code.mapping.books import Books
from shared_code.model import Shape, decode, encode
from tests.unit.xero_mapping import examples
from tests.unit.xero_mapping.examples import LOOKUPS, UPDATED_AT, Json
from tests.unit.xero_mapping.mappings import (
    map_account,
    map_bank_account,
    map_bill_payment,
    map_company,
    map_customer,
    map_item,
    map_payment,
    map_supplier,
    map_tax_rate,
    map_tracking_category,
)


def wire(record: Shape | None) -> dict[str, Any]:
    assert record is not None
    return decode(encode(record))


def test_an_account_becomes_an_entry_of_the_chart() -> None:
    assert wire(map_account(examples.account(), LOOKUPS)) == {
        "id": "acc-sales",
        "nominalCode": "200",
        "name": "Sales",
        "fullyQualifiedCategory": "Income.Revenue",
        "fullyQualifiedName": "Income.Revenue.Sales",
        "currency": "GBP",
        "type": "Income",
        "status": "Active",
        "isBankAccount": False,
        "sourceModifiedDate": UPDATED_AT,
        "metadata": {"isDeleted": False},
    }


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        (
            {"Type": "BANK", "Class": "ASSET", "CurrencyCode": "EUR"},
            {
                "isBankAccount": True,
                "currency": "EUR",
                "fullyQualifiedCategory": "Asset.Bank",
            },
        ),
        (
            {"Type": "TERMLIAB", "Class": "LIABILITY"},
            {"fullyQualifiedCategory": "Liability.NonCurrent"},
        ),
        ({"Status": "ARCHIVED"}, {"status": "Archived", "metadata": {"isDeleted": False}}),
        ({"Status": "DELETED"}, {"status": "Archived", "metadata": {"isDeleted": True}}),
        (
            {"Status": "RESTING"},
            {
                "status": "Unknown",
                "supplementalData": {"content": {"unmapped": {"status": "RESTING"}}},
            },
        ),
        (
            {"Type": "WAGESPAYABLE", "Class": "LIABILITY"},
            {
                "fullyQualifiedCategory": "Liability",
                "supplementalData": {
                    "content": {"unmapped": {"fullyQualifiedCategory": "WAGESPAYABLE"}}
                },
            },
        ),
    ],
)
def test_account_words_are_translated(changes: Json, expected: Json) -> None:
    mapped = wire(map_account(examples.account(**changes), LOOKUPS))
    assert {name: mapped.get(name) for name in expected} == expected


def test_an_account_of_an_unknown_class_has_no_category() -> None:
    mapped = wire(map_account(examples.account(Class="COSMIC"), LOOKUPS))
    assert mapped["type"] == "Unknown"
    assert not {"fullyQualifiedCategory", "fullyQualifiedName"} & mapped.keys()
    assert mapped["supplementalData"]["content"]["unmapped"] == {"type": "COSMIC"}


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, {"accountType": "Debit", "sortCode": "204491", "accountNumber": "83617264"}),
        ({"BankAccountType": "CREDITCARD"}, {"accountType": "Credit"}),
        ({"BankAccountType": ""}, {"accountType": "Unknown"}),
        ({"BankAccountNumber": "12-3456"}, {"sortCode": None, "accountNumber": "12-3456"}),
        ({"Status": "ARCHIVED"}, {"status": "Archived"}),
    ],
)
def test_an_account_at_a_bank_is_a_bank_account_too(changes: Json, expected: Json) -> None:
    bank = {"Type": "BANK", "BankAccountType": "BANK", "BankAccountNumber": "20449183617264"}
    mapped = wire(map_bank_account(examples.account(**(bank | changes)), LOOKUPS))
    assert {name: mapped.get(name) for name in expected} == expected
    assert (mapped["id"], mapped["accountName"], mapped["nominalCode"]) == (
        *("acc-sales", "Sales", "200"),
    )
    assert map_bank_account(examples.account(), LOOKUPS) is None


def test_a_british_number_is_not_looked_for_elsewhere() -> None:
    account = examples.account(Type="BANK", BankAccountNumber="20449183617264")
    assert wire(map_bank_account(account, Books()))["accountNumber"] == "20449183617264"


@pytest.mark.parametrize(
    ("changes", "status", "deleted"),
    [
        ({}, "Active", False),
        ({"Status": "ARCHIVED"}, "Archived", False),
        ({"Status": "DELETED"}, "Archived", True),
        ({"Status": "RESTING"}, "Unknown", False),
    ],
)
def test_a_tracking_option_lies_below_its_category(
    changes: Json, status: str, *, deleted: bool
) -> None:
    option = {"ID": "opt-1", "ParentID": "cat-1", "Name": "North", "Status": "ACTIVE"} | changes
    assert wire(map_tracking_category(option, LOOKUPS)) == {
        "id": "opt-1",
        "parentId": "cat-1",
        "name": "North",
        "hasChildren": False,
        "status": status,
        "metadata": {"isDeleted": deleted},
    }


def test_without_an_organisation_the_currency_is_none() -> None:
    assert wire(map_account(examples.account(), Books()))["currency"] == "XXX"


def test_a_tax_rate_goes_by_its_type() -> None:
    rate = Decimal("20.0000")
    assert wire(map_tax_rate(examples.tax_rate(), LOOKUPS)) == {
        "id": "OUTPUT2",
        "code": "OUTPUT2",
        "name": "20% (VAT on Income)",
        "status": "Active",
        "effectiveTaxRate": rate,
        "totalTaxRate": rate,
        "components": [{"name": "VAT", "rate": rate, "isCompound": False}],
        "metadata": {"isDeleted": False},
    }


def test_parts_add_up_without_compounding_where_the_total_is_missing() -> None:
    parts = [
        {"Name": "A", "Rate": 5},
        {"Name": "B", "Rate": Decimal("9.975"), "IsCompound": True},
    ]
    rate = examples.tax_rate(DisplayTaxRate=None, TaxComponents=parts, Status="DELETED")
    mapped = wire(map_tax_rate(rate, LOOKUPS))
    assert mapped["totalTaxRate"] == Decimal("14.975")
    assert mapped["components"][1]["isCompound"] is True
    assert mapped["metadata"] == {"isDeleted": True}


def test_an_item_finds_its_accounts_by_code() -> None:
    mapped = wire(map_item(examples.item(), LOOKUPS))
    assert mapped["itemStatus"] == "Unknown"
    assert mapped["type"] == "NonInventory"
    assert (mapped["isBillItem"], mapped["isInvoiceItem"]) == (True, True)
    assert mapped["invoiceItem"] == {
        "description": "Loose leaf tea",
        "unitPrice": Decimal("4.9500"),
        "accountRef": {"id": "acc-sales", "name": "Sales"},
        "taxRateRef": {
            "id": "OUTPUT2",
            "name": "20% (VAT on Income)",
            "effectiveTaxRate": Decimal("20.0000"),
        },
    }
    assert mapped["billItem"]["accountRef"] == {"id": "acc-cogs", "name": "Cost of Goods Sold"}


def test_an_item_that_is_not_sold_has_no_sales_side() -> None:
    item = examples.item(
        IsSold=False, IsTrackedAsInventory=True, PurchaseDetails={"AccountCode": "X9"}
    )
    mapped = wire(map_item(item, LOOKUPS))
    assert mapped["type"] == "Inventory"
    assert mapped["isInvoiceItem"] is False
    assert "invoiceItem" not in mapped
    assert mapped["billItem"] == {"description": "Tea by the chest"}
    assert mapped["supplementalData"]["content"]["unmapped"] == {"accountCode": "X9"}


def test_every_contact_is_a_customer_and_a_supplier() -> None:
    shared = {
        "id": "con-1",
        "status": "Active",
        "contactName": "Nadia Okafor",
        "emailAddress": "nadia@ridgeway.example",
        "phone": "44 1235 496 0000",
        "addresses": [
            {
                "type": "Billing",
                "line1": "1 High Street",
                "line2": "Upper floor, Rear",
                "city": "Wantage",
                "postalCode": "OX12 8AA",
                "country": "UK",
            }
        ],
        "registrationNumber": "01234567",
        "taxNumber": "GB123456789",
        "defaultCurrency": "EUR",
        "sourceModifiedDate": UPDATED_AT,
        "metadata": {"isDeleted": False},
    }
    person = {"name": "Sam", "email": "sam@ridgeway.example", "status": "Unknown"}
    assert wire(map_customer(examples.contact(), LOOKUPS)) == shared | {
        "customerName": "Ridgeway Tea Rooms",
        "contacts": [person],
    }
    assert wire(map_supplier(examples.contact(), LOOKUPS)) == shared | {
        "supplierName": "Ridgeway Tea Rooms"
    }


@pytest.mark.parametrize(
    ("word", "status"),
    [("ARCHIVED", "Archived"), ("GDPRREQUEST", "Archived"), ("NEW", "Unknown"), (None, "Unknown")],
)
def test_a_contact_that_is_not_active_is_no_active_customer(word: str | None, status: str) -> None:
    mapped = wire(map_customer(examples.contact(ContactStatus=word), LOOKUPS))
    assert mapped["status"] == status
    assert ("supplementalData" in mapped) == (word == "NEW")


def test_a_payment_and_its_link_cancel_out_in_the_invoices_currency() -> None:
    amount = Decimal("46.00")
    assert wire(map_payment(examples.payment(), LOOKUPS)) == {
        "id": "pay-1",
        "date": "2024-05-01T00:00:00",
        "customerRef": {"id": "con-1", "companyName": "Ridgeway Tea Rooms"},
        "accountRef": {"id": "acc-bank", "name": "Current account"},
        "totalAmount": amount,
        "currency": "EUR",
        "currencyRate": Decimal("0.859999776"),
        "lines": [
            {
                "amount": amount,
                "links": [{"type": "Invoice", "id": "inv-1", "amount": -amount}],
                "allocatedOnDate": "2024-05-01T00:00:00",
            }
        ],
        "sourceModifiedDate": UPDATED_AT,
        "metadata": {"isDeleted": False},
    }


@pytest.mark.parametrize(
    ("changes", "link"),
    [
        (
            {
                "PaymentType": "ARCREDITPAYMENT",
                "Invoice": {"Type": "ACCRECCREDIT", "InvoiceID": "cn-1"},
            },
            {"type": "CreditNote", "id": "cn-1"},
        ),
        (
            {"PaymentType": "AROVERPAYMENTPAYMENT", "Overpayment": {"OverpaymentID": "over-1"}},
            {"type": "CreditNote", "id": "over-1"},
        ),
        (
            {"PaymentType": "ARPREPAYMENTPAYMENT", "Prepayment": {"PrepaymentID": "pre-1"}},
            {"type": "CreditNote", "id": "pre-1"},
        ),
    ],
)
def test_money_that_goes_back_is_negative(changes: Json, link: Json) -> None:
    mapped = wire(map_payment(examples.payment(**changes), LOOKUPS))
    assert mapped["totalAmount"] == mapped["lines"][0]["amount"] == Decimal("-46.00")
    assert mapped["lines"][0]["links"] == [link | {"amount": Decimal("46.00")}]


@pytest.mark.parametrize(
    ("kind", "link", "sign"),
    [
        ("ACCPAYPAYMENT", "Bill", 1),
        ("APCREDITPAYMENT", "CreditNote", -1),
        ("APOVERPAYMENTPAYMENT", "CreditNote", -1),
        ("APPREPAYMENTPAYMENT", "CreditNote", -1),
    ],
)
def test_a_payment_to_a_supplier_is_a_bill_payment_alone(kind: str, link: str, sign: int) -> None:
    record = examples.payment(PaymentType=kind)
    assert map_payment(record, LOOKUPS) is None
    mapped, amount = wire(map_bill_payment(record, LOOKUPS)), sign * Decimal("46.00")
    assert mapped["supplierRef"] == {"id": "con-1", "supplierName": "Ridgeway Tea Rooms"}
    assert mapped["totalAmount"] == amount
    assert mapped["lines"][0]["links"] == [{"type": link, "id": "inv-1", "amount": -amount}]
    assert map_bill_payment(examples.payment(), LOOKUPS) is None


def test_a_deleted_payment_is_kept_and_marked() -> None:
    mapped = wire(map_payment(examples.payment(Status="DELETED"), LOOKUPS))
    assert mapped["metadata"] == {"isDeleted": True}


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"PaymentType": "GIFT"}, "its type is none that is known"),
        ({"PaymentType": None}, "its type is none that is known"),
        ({"Amount": None}, "it has no amount"),
        ({"PaymentID": None}, "PaymentID"),
        ({"Date": None}, "date"),
        ({"Date": "/Date(x)/"}, "Date"),
    ],
)
def test_a_payment_that_cannot_be_mapped_is_rejected_with_a_reason(
    changes: Json, reason: str
) -> None:
    with pytest.raises(Reject, match=reason):
        map_payment(examples.payment(**changes), LOOKUPS)


def test_an_organisation_becomes_the_company() -> None:
    assert wire(map_company(examples.organisation(), LOOKUPS)) == {
        "companyName": "Ridgeway",
        "accountingPlatformRef": "org-1",
        "companyLegalName": "Ridgeway Trading Ltd",
        "addresses": [],
        "phoneNumbers": [{"type": "Landline", "number": "496 0001"}],
        "webLinks": [
            {"type": "Website", "url": "https://ridgeway.example"},
            {"type": "Social", "url": "https://social.example/ridgeway"},
        ],
        "ledgerLockDate": "2024-01-01T00:00:00",
        "registrationNumber": "07654321",
        "taxNumber": "GB987654321",
        "financialYearStartDate": "2024-04-01T00:00:00",
        "baseCurrency": "GBP",
        "createdDate": "2016-02-18T20:29:53Z",
    }


@pytest.mark.parametrize(
    ("day", "month", "as_of", "start"),
    [
        (31, 3, "2024-03-31T23:59:59Z", "2023-04-01"),
        (31, 3, "2024-04-01T00:00:00Z", "2024-04-01"),
        (31, 12, "2024-07-01T00:00:00Z", "2024-01-01"),
        (31, 12, "2024-01-01T00:00:00Z", "2024-01-01"),
        (28, 2, "2024-07-01T00:00:00Z", "2024-03-01"),
        (29, 2, "2023-07-01T00:00:00Z", "2023-03-01"),
        (5, 4, "2024-04-05T12:00:00Z", "2023-04-06"),
        (31, 6, "2024-07-01T00:00:00Z", "2024-07-01"),
        (0, 3, "2024-07-01T00:00:00Z", None),
        (31, 13, "2024-07-01T00:00:00Z", None),
        (None, 3, "2024-07-01T00:00:00Z", None),
        (31, 3, "0001-01-01T00:00:00Z", None),
    ],
)
def test_the_financial_year_is_the_one_that_ran_when_xero_answered(
    day: int | None, month: int, as_of: str, start: str | None
) -> None:
    organisation = examples.organisation(
        FinancialYearEndDay=day, FinancialYearEndMonth=month, DateTimeUTC=as_of
    )
    mapped = wire(map_company(organisation, LOOKUPS))
    assert mapped.get("financialYearStartDate") == (f"{start}T00:00:00" if start else None)
