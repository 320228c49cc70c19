"""Spend and receive money to direct costs and direct incomes.

The other kinds of bank transaction belong elsewhere: over- and prepayments are payments, the two
sides of a transfer are told by the transfer.
"""

from __future__ import annotations

from typing import Any

from functions.xero import native
from functions.xero.mapping.document import Settlement, allocations, shared_values, totals_of
from functions.xero.mapping.lines import line_values, tracked_refs
from functions.xero.mapping.lookups import Lookups
from functions.xero.mapping.reading import Unmapped, midnight, reads
from shared_code.errors import Reject
from shared_code.model import Metadata
from shared_code.model.accounting.direct_cost import DirectCost, DirectCostLine, DirectCostTracking
from shared_code.model.accounting.direct_income import DirectIncome, DirectIncomeLine
from shared_code.model.base import SupplementalData
from shared_code.model.shapes import ContactRef, ContactType

_ELSEWHERE = frozenset(
    f"{way}-{kind}"
    for way in ("RECEIVE", "SPEND")
    for kind in ("OVERPAYMENT", "PREPAYMENT", "TRANSFER")
)


@reads(native.BankTransaction)
def map_direct_cost(transaction: native.BankTransaction, lookups: Lookups) -> DirectCost | None:
    """Map money spent; a transaction of a type that nobody maps is rejected here."""
    if transaction.type == "RECEIVE" or transaction.type in _ELSEWHERE:
        return None
    if transaction.type != "SPEND":
        raise Reject("BankTransaction cannot be mapped: its type is none that is known")
    unmapped: Unmapped = {}
    lines = tuple(
        DirectCostLine(**values, tracking=_tracking(values))
        for values in line_values(transaction, lookups, unmapped)
    )
    values = _values(transaction, ContactType.SUPPLIERS, lookups) | {"line_items": lines}
    supplement = SupplementalData.of_unmapped(unmapped)
    return DirectCost.model_validate(values | {"supplemental_data": supplement})


@reads(native.BankTransaction)
def map_direct_income(transaction: native.BankTransaction, lookups: Lookups) -> DirectIncome | None:
    """Map money received."""
    if transaction.type != "RECEIVE":
        return None
    unmapped: Unmapped = {}
    lines = tuple(
        DirectIncomeLine(**values) for values in line_values(transaction, lookups, unmapped)
    )
    values = _values(transaction, ContactType.CUSTOMERS, lookups) | {"line_items": lines}
    supplement = SupplementalData.of_unmapped(unmapped)
    return DirectIncome.model_validate(values | {"supplemental_data": supplement})


def _values(
    transaction: native.BankTransaction, contact_type: ContactType, lookups: Lookups
) -> dict[str, Any]:
    """Give what both ways have in common: the money moves with the transaction itself."""
    totals, contact = totals_of(transaction), transaction.contact
    moved = Settlement(
        transaction.bank_transaction_id,
        transaction.reference,
        totals.total,
        transaction.date,
        transaction.currency_rate,
        transaction.bank_account,
    )
    return shared_values(transaction, lookups) | {
        "id": transaction.bank_transaction_id,
        "reference": transaction.reference,
        "contact_ref": ContactRef(id=contact.contact_id, data_type=contact_type)
        if contact
        else None,
        "issue_date": midnight(transaction.date),
        "payment_allocations": allocations(transaction, (moved,), lookups),
        "sub_total": totals.sub_total,
        "tax_amount": totals.tax,
        "total_amount": totals.total,
        # These types have no status: what is void is as good as deleted.
        "metadata": Metadata(is_deleted=transaction.status in ("DELETED", "VOIDED")),
    }


def _tracking(values: dict[str, Any]) -> DirectCostTracking | None:
    tracked = values["tracking_category_refs"]
    return DirectCostTracking(record_refs=tracked_refs(tracked)) if tracked else None
