"""Xero's own shapes, as far as they are read: lenient in, exact out.

Fields that we do not know are ignored, enums stay text, an empty text is a missing one. Numbers are
read from their digits, never through a float. A calendar date is written by Xero as the UTC
midnight of that day, `/Date(1539993600000+0000)/`, whatever the organisation's zone.
"""

from functions.xero.native.documents import (
    BankTransaction,
    BankTransfer,
    Credit,
    Invoice,
    Payment,
    PurchaseOrder,
)
from functions.xero.native.ledger import Journal
from functions.xero.native.masters import (
    Account,
    Attachment,
    Contact,
    Item,
    Organisation,
    TaxRate,
    TrackingCategory,
)
from functions.xero.native.owed import Balances, ContactBalances, Owed
from functions.xero.native.reading import Native, parse_page, to_instant
from functions.xero.native.reports import Report, TrialBalance
from functions.xero.native.tenants import Connection

__all__ = [
    "Account",
    "Attachment",
    "Balances",
    "BankTransaction",
    "BankTransfer",
    "Connection",
    "Contact",
    "ContactBalances",
    "Credit",
    "Invoice",
    "Item",
    "Journal",
    "Native",
    "Organisation",
    "Owed",
    "Payment",
    "PurchaseOrder",
    "Report",
    "TaxRate",
    "TrackingCategory",
    "TrialBalance",
    "parse_page",
    "to_instant",
]
