"""Made-up records in Xero's shapes, as a page of them is decoded."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from functions.xero.mapping.lookups import make_lookups

Json = dict[str, Any]

UPDATED = "/Date(1714567890123+0000)/"
UPDATED_AT = "2024-05-01T12:51:30.123000Z"


def account(**changes: object) -> Json:
    return {
        "AccountID": "acc-sales",
        "Code": "200",
        "Name": "Sales",
        "Description": "",
        "Type": "REVENUE",
        "Class": "REVENUE",
        "Status": "ACTIVE",
        "TaxType": "OUTPUT2",
        "UpdatedDateUTC": UPDATED,
    } | changes


def tax_rate(**changes: object) -> Json:
    return {
        "Name": "20% (VAT on Income)",
        "TaxType": "OUTPUT2",
        "Status": "ACTIVE",
        "DisplayTaxRate": Decimal("20.0000"),
        "EffectiveRate": Decimal("20.0000"),
        "TaxComponents": [{"Name": "VAT", "Rate": Decimal("20.0000"), "IsCompound": False}],
    } | changes


def item(**changes: object) -> Json:
    return {
        "ItemID": "item-tea",
        "Code": "TEA",
        "Name": "Tea, loose",
        "Description": "Loose leaf tea",
        "PurchaseDescription": "Tea by the chest",
        "IsSold": True,
        "IsPurchased": True,
        "IsTrackedAsInventory": False,
        "SalesDetails": {
            "UnitPrice": Decimal("4.9500"),
            "AccountCode": "200",
            "TaxType": "OUTPUT2",
        },
        "PurchaseDetails": {"UnitPrice": Decimal("2.10"), "COGSAccountCode": "310"},
        "UpdatedDateUTC": UPDATED,
    } | changes


def contact(**changes: object) -> Json:
    return {
        "ContactID": "con-1",
        "ContactStatus": "ACTIVE",
        "Name": "Ridgeway Tea Rooms",
        "FirstName": "Nadia",
        "LastName": "Okafor",
        "EmailAddress": "nadia@ridgeway.example",
        "CompanyNumber": "01234567",
        "TaxNumber": "GB123456789",
        "DefaultCurrency": "EUR",
        "Addresses": [
            {"AddressType": "STREET"},
            {
                "AddressType": "POBOX",
                "AddressLine1": "1 High Street",
                "AddressLine2": "Upper floor",
                "AddressLine4": "Rear",
                "City": "Wantage",
                "PostalCode": "OX12 8AA",
                "Country": "UK",
                "Region": "",
            },
        ],
        "Phones": [
            {"PhoneType": "FAX", "PhoneNumber": "999"},
            {"PhoneType": "MOBILE", "PhoneNumber": "700 900 123"},
            {
                "PhoneType": "DEFAULT",
                "PhoneNumber": "496 0000",
                "PhoneAreaCode": "1235",
                "PhoneCountryCode": "44",
            },
            {"PhoneType": "DDI", "PhoneNumber": ""},
        ],
        "ContactPersons": [{"FirstName": "Sam", "EmailAddress": "sam@ridgeway.example"}],
        "IsCustomer": False,
        "IsSupplier": False,
        "UpdatedDateUTC": UPDATED,
    } | changes


def line(**changes: object) -> Json:
    return {
        "LineItemID": "line-1",
        "Description": "Tea",
        "Quantity": Decimal("3.0000"),
        "UnitAmount": Decimal("33.3333"),
        "LineAmount": Decimal("100.00"),
        "TaxAmount": Decimal("20.00"),
        "TaxType": "OUTPUT2",
        "AccountCode": "200",
        "ItemCode": "TEA",
        "Tracking": [
            {
                "TrackingCategoryID": "cat-region",
                "TrackingOptionID": "opt-north",
                "Name": "Region",
                "Option": "North",
            }
        ],
    } | changes


def invoice(**changes: object) -> Json:
    return {
        "Type": "ACCREC",
        "InvoiceID": "inv-1",
        "InvoiceNumber": "INV-0001",
        "Reference": "PO 77",
        "Contact": {"ContactID": "con-1", "Name": "Ridgeway Tea Rooms", "Phones": []},
        "Date": "/Date(1711843200000+0000)/",
        "DateString": "2024-03-31T00:00:00",
        "DueDate": "/Date(1714435200000+0000)/",
        "Status": "AUTHORISED",
        "LineAmountTypes": "Exclusive",
        "LineItems": [line()],
        "SubTotal": Decimal("100.00"),
        "TotalTax": Decimal("20.00"),
        "Total": Decimal("120.00"),
        "AmountDue": Decimal("120.00"),
        "AmountPaid": Decimal("0.00"),
        "AmountCredited": Decimal("0.00"),
        "CurrencyCode": "GBP",
        "CurrencyRate": Decimal("1.000000"),
        "Payments": [],
        "UpdatedDateUTC": UPDATED,
        "SomethingNew": {"deep": [1, 2]},
    } | changes


def applied_payment(**changes: object) -> Json:
    return {
        "PaymentID": "pay-1",
        "Date": "/Date(1714521600000+0000)/",
        "Amount": Decimal("20.00"),
        "Reference": "BACS",
        "CurrencyRate": Decimal("1.000000"),
        "HasAccount": False,
    } | changes


def payment(**changes: object) -> Json:
    return {
        "PaymentID": "pay-1",
        "PaymentType": "ACCRECPAYMENT",
        "Status": "AUTHORISED",
        "Date": "/Date(1714521600000+0000)/",
        "Amount": Decimal("46.00"),
        "BankAmount": Decimal("39.56"),
        "CurrencyRate": Decimal("1.162791"),
        "Reference": "",
        "Account": {"AccountID": "acc-bank", "Code": "090"},
        "Invoice": {
            "Type": "ACCREC",
            "InvoiceID": "inv-1",
            "InvoiceNumber": "INV-0001",
            "CurrencyCode": "EUR",
            "Contact": {"ContactID": "con-1", "Name": "Ridgeway Tea Rooms"},
        },
        "UpdatedDateUTC": UPDATED,
    } | changes


def credit(**changes: object) -> Json:
    kept = (
        *("Contact", "Date", "Status", "LineAmountTypes", "LineItems", "SubTotal", "TotalTax"),
        *("Total", "CurrencyCode", "CurrencyRate", "UpdatedDateUTC"),
    )
    return (
        {key: invoice()[key] for key in kept}
        | {
            "Type": "ACCRECCREDIT",
            "CreditNoteID": "cn-1",
            "CreditNoteNumber": "CN-0001",
            "Reference": "Return",
            "RemainingCredit": Decimal("120.00"),
            "Allocations": [],
            "Payments": [],
        }
        | changes
    )


def allocation(**changes: object) -> Json:
    return {
        "AllocationID": "all-1",
        "Amount": Decimal("50.00"),
        "Date": "/Date(1714521600000+0000)/",
        "Invoice": {"InvoiceID": "inv-1", "InvoiceNumber": "INV-0001"},
        "IsDeleted": False,
    } | changes


def bank_transaction(**changes: object) -> Json:
    record = {key: value for key, value in credit().items() if "Credit" not in key}
    return (
        record
        | {
            "BankTransactionID": "bt-1",
            "BankAccount": {"AccountID": "acc-bank", "Code": "090", "Name": "Current account"},
            "Type": "SPEND",
            "Reference": "Fuel",
            "IsReconciled": True,
        }
        | changes
    )


def bank_transfer(**changes: object) -> Json:
    return {
        "BankTransferID": "tr-1",
        "CreatedDateUTC": UPDATED,
        "Date": "/Date(1714521600000+0000)/",
        "Status": "AUTHORISED",
        "FromBankAccount": {"AccountID": "acc-bank", "Name": "Current account"},
        "ToBankAccount": {"AccountID": "acc-savings", "Name": "Savings"},
        "Amount": Decimal("20.00"),
        "FromBankTransactionID": "bt-8",
        "ToBankTransactionID": "bt-9",
        "FromIsReconciled": True,
        "ToIsReconciled": True,
        "Reference": "To savings",
        "FromTracking": [],
        "ToTracking": [],
    } | changes


def purchase_order(**changes: object) -> Json:
    record = {key: value for key, value in credit().items() if "Credit" not in key}
    return (
        record
        | {
            "PurchaseOrderID": "po-1",
            "PurchaseOrderNumber": "PO-0001",
            "Type": "PURCHASEORDER",
            "Reference": "Quote 7",
            "DeliveryDate": "/Date(1714521600000+0000)/",
            "DeliveryAddress": "1 Mill Lane\nWantage",
            "AttentionTo": "Goods in",
            "Telephone": "496 0001",
        }
        | changes
    )


def journal(**changes: object) -> Json:
    amount = Decimal("40.00")
    tracked = line()["Tracking"]
    return {
        "JournalID": "jou-1",
        "JournalDate": "/Date(1714521600000+0000)/",
        "JournalNumber": 7,
        "CreatedDateUTC": UPDATED,
        "Reference": "Red",
        "SourceID": "inv-1",
        "SourceType": "ACCREC",
        "JournalLines": [
            {"AccountID": "acc-debtors", "AccountName": "Debtors", "NetAmount": amount},
            {
                "AccountID": "acc-sales",
                "AccountName": "Sales",
                "Description": "Tea",
                "NetAmount": -amount,
                "TrackingCategories": tracked,
            },
        ],
    } | changes


def organisation(**changes: object) -> Json:
    return {
        "OrganisationID": "org-1",
        "Name": "Ridgeway",
        "LegalName": "Ridgeway Trading Ltd",
        "BaseCurrency": "GBP",
        "CountryCode": "GB",
        "RegistrationNumber": "07654321",
        "TaxNumber": "GB987654321",
        "FinancialYearEndDay": 31,
        "FinancialYearEndMonth": 3,
        "PeriodLockDate": "/Date(1704067200000+0000)/",
        "EndOfYearLockDate": "/Date(1680220800000+0000)/",
        "CreatedDateUTC": "/Date(1455827393000)/",
        "DateTimeUTC": "/Date(1714567890123)/",
        "Addresses": [],
        "Phones": [{"PhoneType": "OFFICE", "PhoneNumber": "496 0001"}],
        "ExternalLinks": [
            {"LinkType": "Website", "Url": "https://ridgeway.example"},
            {"LinkType": "Twitter", "Url": "https://social.example/ridgeway"},
        ],
    } | changes


LOOKUPS = make_lookups(
    {
        "Accounts": [
            account(),
            account(AccountID="acc-cogs", Code="310", Name="Cost of Goods Sold"),
            account(AccountID="acc-bank", Code="", Name="Current account", Type="BANK"),
        ],
        "TaxRates": [tax_rate()],
        "Items": [item()],
        "Organisation": [organisation()],
    }
)
