"""Xero's records as unified ones: pure functions of a record and the run's lookups.

    map_...(record, lookups) -> the unified record, or None when it belongs to another data type

`record` is what `native.parse_page` gives. One that cannot be mapped raises `Reject` and says why.

Choices that the two vocabularies leave open, made once:

* An enum's unlisted word becomes `Unknown`; the word is kept in `supplementalData.content` under
  `unmapped`, by the unified property's name. So are account and item codes that no lookup knows.
* DELETED sets `metadata.isDeleted`; the status is then Void (documents) or Archived (the rest).
* SUBMITTED awaits approval and has no effect on the ledger, so it is a Draft.
* AUTHORISED is Submitted (bills: Open), or PartiallyPaid once anything was paid or credited.
* A contact is customer and supplier alike; one who asked to be erased (GDPRREQUEST) is Archived.
* POBOX is the billing address, STREET and DELIVERY are where to deliver to.
* An item that is not tracked as inventory is NonInventory; items have no status: Unknown.
* A line's `unitAmount` is as Xero gives it, tax included where the document says Inclusive.
* Over- and prepayments are credit notes that money made; the money is a payment linked to them.
* What a bank transaction of VOIDED or DELETED said is gone: its type has no status.
* A payment is in the currency of the document that it pays, so that a line and its links cancel
  out; what the bank moved in another currency is not shown.
"""

from functions.xero.mapping.account import map_account, map_bank_account
from functions.xero.mapping.account_transaction import map_bank_movement, map_payment_movement
from functions.xero.mapping.bank_transaction import map_direct_cost, map_direct_income
from functions.xero.mapping.bill import map_bill
from functions.xero.mapping.company import map_company
from functions.xero.mapping.contact import map_customer, map_supplier
from functions.xero.mapping.credit import map_bill_credit_note, map_credit_note
from functions.xero.mapping.invoice import map_invoice
from functions.xero.mapping.item import map_item
from functions.xero.mapping.journal import map_journal, map_journal_entry
from functions.xero.mapping.lookups import Lookups
from functions.xero.mapping.payment import (
    map_bill_payment,
    map_credit_paid,
    map_credit_received,
    map_payment,
)
from functions.xero.mapping.purchase_order import map_purchase_order
from functions.xero.mapping.report import (
    bank_summary,
    map_balance_sheet,
    map_profit_and_loss,
    trial_balance,
)
from functions.xero.mapping.tax_rate import map_tax_rate
from functions.xero.mapping.tracking_category import map_tracking_category
from functions.xero.mapping.transfer import map_transfer

MAPPING_VERSION = 2
"""Raised whenever a record would map differently: kept raw pages are then mapped again."""

__all__ = [
    "MAPPING_VERSION",
    "Lookups",
    "bank_summary",
    "map_account",
    "map_balance_sheet",
    "map_bank_account",
    "map_bank_movement",
    "map_bill",
    "map_bill_credit_note",
    "map_bill_payment",
    "map_company",
    "map_credit_note",
    "map_credit_paid",
    "map_credit_received",
    "map_customer",
    "map_direct_cost",
    "map_direct_income",
    "map_invoice",
    "map_item",
    "map_journal",
    "map_journal_entry",
    "map_payment",
    "map_payment_movement",
    "map_profit_and_loss",
    "map_purchase_order",
    "map_supplier",
    "map_tax_rate",
    "map_tracking_category",
    "map_transfer",
    "trial_balance",
]
