"""Xero's invoices, credit notes and payments, made from a book."""

from collections.abc import Mapping
from decimal import Decimal

from local.providers.books.book import Book
from local.providers.books.files import has_files
from local.providers.books.lines import discounted
from local.providers.books.model import (
    ZERO,
    Allocation,
    Document,
    DocumentStatus,
    Line,
    LineAmounts,
    Payment,
)
from local.providers.xero import codes
from local.providers.xero.shapes import FULL, Detail, Record
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
            **_embedded_credits(book, of),
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
            "Payments": [_embedded_payment(each) for each in of.payments],
        }
    return record


def advance(book: Book, of: Document, detail: Detail = FULL) -> Record:
    """Tell an overpayment or a prepayment."""
    id_field = "OverpaymentID" if of.kind.endswith("overpayment") else "PrepaymentID"
    return base(book, of, detail) | {
        "Type": codes.DOCUMENT_TYPES[of.kind],
        id_field: of.id,
        "ID": of.id,
        "RemainingCredit": number(of.outstanding),
        "AppliedAmount": number(of.allocated),
        "Allocations": [_allocation(book, each) for each in of.allocations],
        "Payments": [_embedded_payment(each) for each in of.payments],
        "HasAttachments": False,
    }


def _document(book: Book, of: Document, detail: Detail) -> Record:
    """Tell what invoices and credit notes have in common."""
    return base(book, of, detail) | {
        "SentToContact": of.is_sent,
        "HasErrors": False,
        "HasAttachments": has_files(of),
    }


def base(book: Book, of: Document, detail: Detail) -> Record:
    """Tell what all documents have in common."""
    record: Record = {
        "Reference": of.reference,
        "CurrencyRate": rate(of.rate),
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


def _embedded_credits(book: Book, of: Document) -> Record:
    """Tell the credits that settled a document, each kind in its own list."""
    told: dict[str, list[Record]] = {"CreditNotes": [], "Prepayments": [], "Overpayments": []}
    for each in of.allocations:
        credit = book.credit(each.credit_id)
        if credit.kind.endswith("overpayment"):
            told["Overpayments"].append({"OverpaymentID": credit.id, **_applied(credit, each)})
        elif credit.kind.is_advance:
            told["Prepayments"].append({"PrepaymentID": credit.id, **_applied(credit, each)})
        else:
            named = {"CreditNoteID": credit.id, "CreditNoteNumber": credit.number}
            told["CreditNotes"].append({**named, **_applied(credit, each)})
    return dict(told)


def _applied(credit: Document, of: Allocation) -> Record:
    return {
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
