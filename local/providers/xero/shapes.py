"""Xero's records, made from a book."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from local.providers.books.book import Book
from local.providers.books.facts import balances, sides
from local.providers.books.lines import discounted
from local.providers.books.model import (
    ZERO,
    Account,
    Allocation,
    Contact,
    Document,
    DocumentStatus,
    Item,
    Line,
    LineAmounts,
    Organisation,
    Payment,
    TaxRate,
)
from local.providers.xero import codes
from local.providers.xero.wire import (
    day,
    day_text,
    instant,
    instant_text,
    number,
    quantity,
    rate,
    unit_price,
)

Record = dict[str, object]


@dataclass(frozen=True, slots=True)
class Detail:
    """How much of a record is told: with lines, with computed fields, at how many places."""

    lines: bool = True
    computed: bool = True
    unit_places: int = 2


FULL, LISTED, LIGHT = Detail(), Detail(lines=False), Detail(lines=False, computed=False)


def organisation(owner: Organisation) -> Record:
    """Tell the organisation."""
    day_of_month, month = owner.year_end
    return {
        "Name": owner.name,
        "LegalName": owner.legal_name,
        "PaysTax": True,
        "Version": "UK",
        "OrganisationType": "COMPANY",
        "BaseCurrency": owner.base_currency,
        "CountryCode": owner.country,
        "IsDemoCompany": False,
        "OrganisationStatus": "ACTIVE",
        "RegistrationNumber": owner.registration_number,
        "TaxNumber": owner.tax_number,
        "FinancialYearEndDay": day_of_month,
        "FinancialYearEndMonth": month,
        "SalesTaxBasis": "ACCRUALS",
        "SalesTaxPeriod": "QUARTERLY2",
        "DefaultSalesTax": "Tax Exclusive",
        "DefaultPurchasesTax": "Tax Exclusive",
        "CreatedDateUTC": instant(owner.created_at),
        "OrganisationEntityType": "COMPANY",
        "Timezone": "GMTSTANDARDTIME",
        "ShortCode": f"!{owner.id[:5]}",
        "OrganisationID": owner.id,
        "Edition": "BUSINESS",
        "Class": "PREMIUM",
        "LineOfBusiness": owner.trade,
        "Addresses": [
            {
                "AddressType": "STREET",
                "AddressLine1": owner.street,
                "City": owner.city,
                "Region": "",
                "PostalCode": owner.postcode,
                "Country": "United Kingdom",
            }
        ],
        "Phones": [{"PhoneType": "OFFICE", "PhoneNumber": owner.phone, "PhoneCountryCode": "44"}],
        "ExternalLinks": [],
        "PaymentTerms": {},
    }


def account(of: Account) -> Record:
    """Tell a ledger account; only bank accounts have bank fields."""
    record: Record = {
        "AccountID": of.id,
        "Code": of.code,
        "Name": of.name,
        "Status": "ARCHIVED" if of.is_archived else "ACTIVE",
        "Type": codes.ACCOUNT_TYPES[of.kind],
        "TaxType": codes.TAX_TYPES[of.tax_code],
        "Class": codes.ACCOUNT_CLASSES[of.kind],
        "EnablePaymentsToAccount": of.takes_payments,
        "ShowInExpenseClaims": False,
        "ReportingCode": codes.REPORTING_CODES[of.kind],
        "HasAttachments": False,
        "UpdatedDateUTC": instant(of.updated_at),
        "AddToWatchlist": False,
    }
    if of.role:
        record["SystemAccount"] = codes.SYSTEM_ACCOUNTS[of.role]
    if of.bank_number:
        record |= {
            "BankAccountNumber": of.bank_number,
            "BankAccountType": "BANK",
            "CurrencyCode": of.currency,
        }
    else:
        record["Description"] = of.description
    return record


def tax_rate(of: TaxRate) -> Record:
    """Tell a tax rate, which has no id."""
    percent = quantity(of.percent)
    return {
        "Name": of.name,
        "TaxType": codes.TAX_TYPES[of.code],
        "ReportTaxType": codes.REPORT_TAX_TYPES[of.code],
        "CanApplyToAssets": of.on_purchases,
        "CanApplyToEquity": True,
        "CanApplyToExpenses": of.on_purchases,
        "CanApplyToLiabilities": True,
        "CanApplyToRevenue": of.on_sales,
        "DisplayTaxRate": percent,
        "EffectiveRate": percent,
        "Status": "ACTIVE",
        "TaxComponents": [
            {"Name": "VAT", "Rate": percent, "IsCompound": False, "IsNonRecoverable": False}
        ],
    }


def item(of: Item, detail: Detail = FULL) -> Record:
    """Tell an item; a side without a price has empty details."""
    return {
        "ItemID": of.id,
        "Code": of.code,
        "Name": of.name,
        "Description": of.description,
        "PurchaseDescription": of.description if of.purchase_price is not None else "",
        "UpdatedDateUTC": instant(of.updated_at),
        "PurchaseDetails": _price(
            of.purchase_price, (of.purchase_account, of.purchase_tax), detail.unit_places
        ),
        "SalesDetails": _price(of.sale_price, (of.sale_account, of.sale_tax), detail.unit_places),
        "IsTrackedAsInventory": False,
        "IsSold": of.sale_price is not None,
        "IsPurchased": of.purchase_price is not None,
    }


def _price(price: Decimal | None, defaults: tuple[str, str], places: int) -> Record:
    if price is None:
        return {}
    account_code, tax_code = defaults
    return {
        "UnitPrice": unit_price(price, places),
        "AccountCode": account_code,
        "TaxType": codes.TAX_TYPES[tax_code],
    }


def contact(book: Book, of: Contact, *, today: date, detail: Detail = FULL) -> Record:
    """Tell a contact; the light form leaves out balances, addresses and phones."""
    is_customer, is_supplier = sides(book, of)
    record: Record = {
        "ContactID": of.id,
        "AccountNumber": of.account_number,
        "ContactStatus": "ARCHIVED" if of.is_archived else "ACTIVE",
        "Name": of.name,
        "FirstName": of.first_name,
        "LastName": of.last_name,
        "CompanyNumber": of.company_number,
        "EmailAddress": of.email,
        "BankAccountDetails": "",
        "TaxNumber": of.tax_number,
        "UpdatedDateUTC": instant(of.updated_at),
        "IsSupplier": is_supplier,
        "IsCustomer": is_customer,
        "DefaultCurrency": of.currency,
        "HasAttachments": False,
        "HasValidationErrors": False,
    }
    if detail.computed:
        record |= {
            "Addresses": _addresses(of),
            "Phones": _phones(of),
            "ContactGroups": [],
            "ContactPersons": [],
            "SalesTrackingCategories": [],
            "PurchasesTrackingCategories": [],
            **_balances(book, of, today),
        }
    return record


def _addresses(of: Contact) -> list[Record]:
    street = {
        "AddressType": "STREET",
        "AddressLine1": of.street,
        "City": of.city,
        "Region": of.region,
        "PostalCode": of.postcode,
        "Country": of.country,
        "AttentionTo": f"{of.first_name} {of.last_name}",
    }
    empty = dict.fromkeys(("City", "Region", "PostalCode", "Country"), "")
    return [dict(street), {"AddressType": "POBOX", **empty}]


def _phones(of: Contact) -> list[Record]:
    numbers = {"DEFAULT": of.phone, "DDI": "", "FAX": "", "MOBILE": of.mobile}
    return [
        {
            "PhoneType": kind,
            "PhoneNumber": text,
            "PhoneAreaCode": "020" if kind == "DEFAULT" else "",
            "PhoneCountryCode": "44" if text else "",
        }
        for kind, text in numbers.items()
    ]


def _balances(book: Book, of: Contact, today: date) -> Record:
    """Tell the balances; a contact without documents has none."""
    if not book.documents_of.get(of.id):
        return {}
    receivable, payable = balances(book, of, today)
    return {
        "Balances": {
            "AccountsReceivable": {
                "Outstanding": number(receivable.outstanding),
                "Overdue": number(receivable.overdue),
            },
            "AccountsPayable": {
                "Outstanding": number(payable.outstanding),
                "Overdue": number(payable.overdue),
            },
        }
    }


def document(book: Book, of: Document, detail: Detail = FULL) -> Record:
    """Tell an invoice, a bill or a credit note."""
    return credit_note(book, of, detail) if of.kind.is_credit else invoice(book, of, detail)


def invoice(book: Book, of: Document, detail: Detail = FULL) -> Record:
    """Tell an invoice or a bill."""
    record = _document(book, of, detail) | {
        "Type": codes.DOCUMENT_TYPES[of.kind],
        "InvoiceID": of.id,
        "InvoiceNumber": of.number,
        "AmountDue": number(of.outstanding),
        "AmountPaid": number(of.paid),
        "AmountCredited": number(of.allocated),
        "IsDiscounted": any(line.discount_rate for line in of.lines),
        "DueDateString": day_text(of.due_on),
        "DueDate": day(of.due_on),
    }
    if detail.computed:
        record |= {
            "Payments": [_embedded_payment(each) for each in of.payments],
            "CreditNotes": [_embedded_credit(book, each) for each in of.allocations],
            "Prepayments": [],
            "Overpayments": [],
        }
    if discount := _total_discount(of):
        record["TotalDiscount"] = number(discount)
    return record


def credit_note(book: Book, of: Document, detail: Detail = FULL) -> Record:
    """Tell a credit note of a customer or a supplier."""
    record = _document(book, of, detail) | {
        "Type": codes.DOCUMENT_TYPES[of.kind],
        "CreditNoteID": of.id,
        "CreditNoteNumber": of.number,
        "ID": of.id,
        "RemainingCredit": number(of.outstanding),
        "AppliedAmount": number(of.allocated),
    }
    if detail.computed:
        record |= {
            "Allocations": [_allocation(book, each) for each in of.allocations],
            "Payments": [],
        }
    return record


def _document(book: Book, of: Document, detail: Detail) -> Record:
    """Tell what invoices and credit notes have in common."""
    record: Record = {
        "Reference": of.reference,
        "SentToContact": of.is_sent,
        "CurrencyRate": rate(of.rate),
        "HasErrors": False,
        "HasAttachments": False,
        "Contact": _embedded_contact(book, of.contact_id),
        "DateString": day_text(of.issued_on),
        "Date": day(of.issued_on),
        "Status": codes.DOCUMENT_STATUSES[of.status],
        "LineAmountTypes": codes.LINE_AMOUNT_TYPES[of.line_amounts],
        "LineItems": [_line(book, of, each, detail) for each in of.lines] if detail.lines else [],
        "SubTotal": number(of.net),
        "TotalTax": number(of.tax),
        "Total": number(of.total),
        "UpdatedDateUTC": instant(of.updated_at),
        "UpdatedDateUTCString": instant_text(of.updated_at),
        "CurrencyCode": of.currency,
    }
    if of.status is DocumentStatus.PAID:
        paid_on = max(
            (
                *(payment.paid_on for payment in of.payments),
                *(each.allocated_on for each in of.allocations),
            ),
            default=of.issued_on,
        )
        record["FullyPaidOnDate"] = day(paid_on)
    return record


def _line(book: Book, of: Document, line: Line, detail: Detail) -> Record:
    inclusive = of.line_amounts is LineAmounts.INCLUSIVE
    record: Record = {
        "Description": line.description,
        "UnitAmount": unit_price(line.unit_price, detail.unit_places),
        "TaxType": codes.TAX_TYPES[line.tax_code],
        "TaxAmount": number(line.tax),
        "LineAmount": number(line.net + line.tax if inclusive else line.net),
        "AccountCode": line.account_code,
        "AccountID": book.accounts_by_code[line.account_code].id,
        "Quantity": quantity(line.quantity),
        "LineItemID": line.id,
        "Tracking": [],
        "ValidationErrors": [],
    }
    if line.tracking:
        category_id, category = book.tracking_category
        record["Tracking"] = [
            {
                "Name": category,
                "Option": line.tracking.name,
                "TrackingCategoryID": category_id,
                "TrackingOptionID": line.tracking.id,
            }
        ]
    if line.item_code:
        record["ItemCode"] = line.item_code
        if of_item := book.items_by_code.get(line.item_code):
            record["Item"] = {"ItemID": of_item.id, "Name": of_item.name, "Code": of_item.code}
    if line.discount_rate:
        record["DiscountRate"] = quantity(line.discount_rate)
    return record


def _total_discount(of: Document) -> Decimal:
    """Sum what the discounts took off the lines."""
    return sum(
        (
            discounted(line.quantity, line.unit_price, None)
            - discounted(line.quantity, line.unit_price, line.discount_rate)
            for line in of.lines
            if line.discount_rate
        ),
        ZERO,
    )


def payment(book: Book, of: Payment, *, full: bool = False) -> Record:
    """Tell a payment, its document in short or, with `full`, with lines."""
    paid = book.document(of.document_id)
    bank = book.accounts_by_code[of.account_code]
    return {
        "PaymentID": of.id,
        "Date": day(of.paid_on),
        "BankAmount": number(of.bank_amount),
        "Amount": number(of.amount),
        "Reference": of.reference,
        "CurrencyRate": rate(of.rate),
        "PaymentType": codes.PAYMENT_TYPES[paid.kind],
        "Status": "DELETED" if of.is_deleted else "AUTHORISED",
        "UpdatedDateUTC": instant(of.updated_at),
        "UpdatedDateUTCString": instant_text(of.updated_at),
        "HasAccount": True,
        "IsReconciled": of.is_reconciled,
        "Account": {"AccountID": bank.id, "Code": bank.code},
        "Invoice": invoice(book, paid) if full else _embedded_invoice(book, paid),
        "HasValidationErrors": False,
    }


def _embedded_payment(of: Payment) -> Record:
    return {
        "PaymentID": of.id,
        "Date": day(of.paid_on),
        "Amount": number(of.amount),
        "Reference": of.reference,
        "CurrencyRate": rate(of.rate),
        "HasAccount": False,
        "HasValidationErrors": False,
    }


def _embedded_credit(book: Book, of: Allocation) -> Record:
    credit = book.credits[of.credit_id]
    return {
        "CreditNoteID": credit.id,
        "CreditNoteNumber": credit.number,
        "ID": credit.id,
        "AppliedAmount": number(of.amount),
        "Date": day(of.allocated_on),
        "Total": number(credit.total),
        "LineItems": [],
        "HasErrors": False,
    }


def _allocation(book: Book, of: Allocation) -> Record:
    settled = book.invoices[of.document_id]
    return {
        "AllocationID": of.id,
        "Amount": number(of.amount),
        "Date": day(of.allocated_on),
        "Invoice": {"InvoiceID": settled.id, "InvoiceNumber": settled.number},
        "IsDeleted": False,
    }


def _embedded_invoice(book: Book, of: Document) -> Record:
    return {
        "Type": codes.DOCUMENT_TYPES[of.kind],
        "InvoiceID": of.id,
        "InvoiceNumber": of.number,
        "Payments": [],
        "CreditNotes": [],
        "Prepayments": [],
        "Overpayments": [],
        "HasErrors": False,
        "IsDiscounted": False,
        "Contact": _embedded_contact(book, of.contact_id),
        "LineItems": [],
        "CurrencyCode": of.currency,
    }


def _embedded_contact(book: Book, contact_id: str) -> Record:
    empty: Mapping[str, object] = {
        "Addresses": [],
        "Phones": [],
        "ContactGroups": [],
        "ContactPersons": [],
        "HasValidationErrors": False,
    }
    return {"ContactID": contact_id, "Name": book.contacts[contact_id].name, **empty}


def tracking_category(book: Book) -> Record:
    """Tell the one tracking category with its options."""
    category_id, name = book.tracking_category
    return {
        "Name": name,
        "Status": "ACTIVE",
        "TrackingCategoryID": category_id,
        "Options": [
            {
                "TrackingOptionID": option.id,
                "Name": option.name,
                "Status": "ACTIVE",
                "HasValidationErrors": False,
                "IsDeleted": False,
                "IsArchived": False,
                "IsActive": True,
            }
            for option in book.tracking_options
        ],
    }
