"""Xero's own shapes, as far as they are read: lenient in, exact out.

Fields that we do not know are ignored, enums stay text, an empty text is a missing one. Numbers are
read from their digits, never through a float. A calendar date is written by Xero as the UTC
midnight of that day, `/Date(1539993600000+0000)/`, whatever the organisation's zone.
"""

from functions.xero.native.documents import (
    Allocation,
    AppliedCredit,
    AppliedPayment,
    BankTransaction,
    BankTransfer,
    Counterparty,
    Credit,
    Document,
    Invoice,
    LineItem,
    LineItemItem,
    PaidDocument,
    Payment,
    PurchaseOrder,
    Tracking,
)
from functions.xero.native.ledger import Journal, JournalLine
from functions.xero.native.masters import (
    Account,
    Address,
    Attachment,
    Contact,
    ContactPerson,
    ExternalLink,
    Item,
    Organisation,
    Phone,
    TaxComponent,
    TaxRate,
    TrackingCategory,
    Trade,
)
from functions.xero.native.owed import Balances, ContactBalances, Owed
from functions.xero.native.reading import Amount, Native, RawPage, parse_page, to_instant
from functions.xero.native.reports import Report, Row
from functions.xero.native.tenants import Connection

__all__ = [
    "Account",
    "Address",
    "Allocation",
    "Amount",
    "AppliedCredit",
    "AppliedPayment",
    "Attachment",
    "Balances",
    "BankTransaction",
    "BankTransfer",
    "Connection",
    "Contact",
    "ContactBalances",
    "ContactPerson",
    "Counterparty",
    "Credit",
    "Document",
    "ExternalLink",
    "Invoice",
    "Item",
    "Journal",
    "JournalLine",
    "LineItem",
    "LineItemItem",
    "Native",
    "Organisation",
    "Owed",
    "PaidDocument",
    "Payment",
    "Phone",
    "PurchaseOrder",
    "RawPage",
    "Report",
    "Row",
    "TaxComponent",
    "TaxRate",
    "Tracking",
    "TrackingCategory",
    "Trade",
    "parse_page",
    "to_instant",
]
