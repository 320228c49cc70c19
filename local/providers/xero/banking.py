"""Xero's bank transactions, bank transfers and purchase orders, made from a book."""

from local.providers.books.book import Book
from local.providers.books.files import has_files
from local.providers.books.model import Document, DocumentKind, Transfer
from local.providers.xero import codes
from local.providers.xero.documents import base
from local.providers.xero.shapes import FULL, Detail, Record
from local.providers.xero.wire import day, day_text, instant, instant_text, number, rate

TRANSFERS = (DocumentKind.TRANSFER_IN, DocumentKind.TRANSFER_OUT)


def bank_transaction(book: Book, of: Document, detail: Detail = FULL) -> Record:
    """Tell money that moved; what made an advance names it, a transfer has no contact."""
    record = base(book, of, detail) | {
        "BankTransactionID": of.id,
        "BankAccount": _bank(book, of.bank_code),
        "Type": codes.DOCUMENT_TYPES[of.kind],
        "IsReconciled": of.is_reconciled,
        "HasAttachments": has_files(of),
    }
    if of.made_id:
        is_over = of.kind.endswith("overpayment")
        record["OverpaymentID" if is_over else "PrepaymentID"] = of.made_id
    if of.kind in TRANSFERS:
        del record["Contact"]
    return record


def bank_transfer(book: Book, of: Transfer) -> Record:
    """Tell a transfer, which is known by when it was made alone."""
    return {
        "BankTransferID": of.id,
        "CreatedDateUTCString": instant_text(of.created_at),
        "CreatedDateUTC": instant(of.created_at),
        "DateString": day_text(of.moved_on),
        "Date": day(of.moved_on),
        "Status": "DELETED" if of.is_deleted else "AUTHORISED",
        "FromBankAccount": _bank(book, of.from_code),
        "ToBankAccount": _bank(book, of.to_code),
        "Amount": number(of.amount),
        "CurrencyRate": rate(of.amount / of.amount),
        "FromBankTransactionID": of.out_id,
        "ToBankTransactionID": of.in_id,
        "FromIsReconciled": of.is_reconciled,
        "ToIsReconciled": of.is_reconciled,
        "Reference": of.reference,
        "HasAttachments": False,
        "FromTracking": [],
        "ToTracking": [],
    }


def purchase_order(book: Book, of: Document, detail: Detail = FULL) -> Record:
    """Tell an order with a supplier; one that is paid has been billed."""
    record = base(book, of, detail) | {
        "PurchaseOrderID": of.id,
        "PurchaseOrderNumber": of.number,
        "Status": codes.ORDER_STATUSES[of.status],
        "DeliveryDateString": day_text(of.due_on),
        "DeliveryDate": day(of.due_on),
        "DeliveryAddress": f"{book.organisation.street}\n{book.organisation.city}",
        "AttentionTo": "Goods in",
        "Telephone": book.organisation.phone,
        "DeliveryInstructions": "Ring at the yard",
        "SentToContact": of.is_sent,
        "IsDiscounted": False,
        "HasErrors": False,
        "HasAttachments": has_files(of),
        "Type": "PURCHASEORDER",
    }
    record.pop("FullyPaidOnDate", None)
    return record


def _bank(book: Book, code: str | None) -> Record:
    account = book.accounts_by_code[code or ""]
    return {"AccountID": account.id, "Code": account.code, "Name": account.name}
