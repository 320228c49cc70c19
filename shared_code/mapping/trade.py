"""Documents of both sides of the books, sales and purchases, in one shape.

A connector fills a `Document` in; which property of which type each value becomes is written here.
Amounts are in the document's own currency.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from shared_code.mapping.days import midnight
from shared_code.mapping.exact import EXACT, ZERO, summed
from shared_code.mapping.lines import (
    LineValues,
    bill_credit_note_lines,
    bill_lines,
    direct_cost_lines,
    receivable_lines,
)
from shared_code.mapping.reading import Named
from shared_code.mapping.settling import Settlement, Totals, allocations
from shared_code.mapping.sharing import customer_ref, metadata, supplier_ref
from shared_code.mapping.words import Unmapped
from shared_code.model.accounting.bill import Bill, BillStatus
from shared_code.model.accounting.bill_credit_note import BillCreditNote
from shared_code.model.accounting.credit_note import CreditNote
from shared_code.model.accounting.direct_cost import DirectCost
from shared_code.model.accounting.direct_income import DirectIncome
from shared_code.model.accounting.invoice import Invoice, InvoiceStatus
from shared_code.model.accounting.purchase_order import PurchaseOrder
from shared_code.model.base import SupplementalData
from shared_code.model.shapes import (
    ContactRef,
    ContactType,
    CreditNoteStatus,
    CustomerRef,
    OrderStatus,
    ShipTo,
    SupplierRef,
    WithholdingTax,
)

_BILL_STATUSES = {
    each: BillStatus.OPEN if each is InvoiceStatus.SUBMITTED else BillStatus(each.value)
    for each in InvoiceStatus
}
_CREDIT_STATUSES = {each: CreditNoteStatus(each.value) for each in InvoiceStatus}


@dataclass(frozen=True, slots=True)
class Party:
    """Who buys or sells."""

    id: str
    name: str | None = None

    @classmethod
    def of(cls, told: Named | None) -> Party | None:
        """Name whom a document names by an id."""
        return None if told is None or told.id is None else cls(told.id, told.name)

    @property
    def customer(self) -> CustomerRef:
        """The party as a customer."""
        return customer_ref(id=self.id, company_name=self.name)

    @property
    def supplier(self) -> SupplierRef:
        """The party as a supplier."""
        return supplier_ref(id=self.id, supplier_name=self.name)


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """What all documents have; `currency_rate` times an amount is in the base currency.

    `status` is an invoice's, whatever the document is: `SUBMITTED` has its effect on the ledger.
    """

    id: str
    number: str | None
    party: Party | None
    currency: str
    currency_rate: Decimal | None
    issued_on: date | None
    totals: Totals
    lines: Sequence[LineValues]
    unmapped: Unmapped
    """What was found to be unmapped, in the lines too."""
    settlements: Sequence[Settlement] | None = None
    """None where the provider does not say what settled it."""
    status: InvoiceStatus = InvoiceStatus.UNKNOWN
    withheld: Sequence[WithholdingTax] | None = None
    total_discount: Decimal | None = None
    """None where the provider does not add it up."""
    note: str | None = None
    modified: datetime | None = None
    is_deleted: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Owed(Document):
    """An invoice or a bill: what is to be paid."""

    due_on: date | None = None
    paid_on: date | None = None
    amount_due: Decimal | None = None
    """What is yet to be paid; None where it is the total less what is settled."""
    settled: Decimal = ZERO
    """What was paid and credited."""

    @property
    def due(self) -> Decimal:
        """What is yet to be paid."""
        if self.amount_due is not None:
            return self.amount_due
        return EXACT.subtract(self.totals.total, self.settled)

    @property
    def standing(self) -> InvoiceStatus:
        """The status; what was submitted and is settled in part is partially paid."""
        if self.status is not InvoiceStatus.SUBMITTED:
            return self.status
        partly = self.settled > 0 or abs(self.due) < abs(self.totals.total)
        return InvoiceStatus.PARTIALLY_PAID if partly else self.status


@dataclass(frozen=True, slots=True, kw_only=True)
class Credit(Document):
    """A credit note, or money that was paid too much or ahead: what may still be used."""

    remaining_credit: Decimal | None = None
    """None where nothing of it is used."""

    @property
    def remaining(self) -> Decimal:
        """What may still be used."""
        return self.totals.total if self.remaining_credit is None else self.remaining_credit

    @property
    def standing(self) -> CreditNoteStatus:
        """The status; what was submitted and is used in part is partially paid."""
        used = abs(self.remaining) < abs(self.totals.total)
        if self.status is InvoiceStatus.SUBMITTED and used:
            return CreditNoteStatus.PARTIALLY_PAID
        return _CREDIT_STATUSES[self.status]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ordered(Document):
    """An order, which has no effect on the ledger; `order_status` is its status."""

    order_status: OrderStatus
    expected_on: date | None = None
    delivered_on: date | None = None
    due_on: date | None = None
    ship_to: ShipTo | None = None


def invoice(document: Owed) -> Invoice:
    """Write a document that a customer is to pay."""
    return Invoice(
        **_common(document),
        invoice_number=document.number,
        customer_ref=document.party and document.party.customer,
        due_date=midnight(document.due_on),
        paid_on_date=midnight(document.paid_on),
        line_items=receivable_lines(document.lines),
        withholding_tax=document.withheld,
        total_discount=document.total_discount,
        total_tax_amount=document.totals.tax,
        amount_due=document.due,
        status=document.standing,
        note=document.note,
    )


def bill(document: Owed) -> Bill:
    """Write a document that a supplier is to be paid; its number there is our reference."""
    return Bill(
        **_common(document),
        reference=document.number,
        supplier_ref=document.party and document.party.supplier,
        due_date=midnight(document.due_on),
        line_items=bill_lines(document.lines),
        withholding_tax=document.withheld,
        tax_amount=document.totals.tax,
        amount_due=document.due,
        status=_BILL_STATUSES[document.standing],
        note=document.note,
    )


def credit_note(document: Credit) -> CreditNote:
    """Write what a customer may still use."""
    return CreditNote(
        **_common(document),
        **_credited(document),
        credit_note_number=document.number,
        customer_ref=document.party and document.party.customer,
        line_items=receivable_lines(document.lines),
    )


def bill_credit_note(document: Credit) -> BillCreditNote:
    """Write what a supplier still has to grant."""
    return BillCreditNote(
        **_common(document),
        **_credited(document),
        bill_credit_note_number=document.number,
        supplier_ref=document.party and document.party.supplier,
        line_items=bill_credit_note_lines(document.lines),
    )


def direct_cost(document: Document) -> DirectCost:
    """Write what was bought and paid at once; its number is our reference."""
    return DirectCost(
        **_common(document),
        reference=document.number,
        contact_ref=_contact(document.party, ContactType.SUPPLIERS),
        line_items=direct_cost_lines(document.lines),
        tax_amount=document.totals.tax,
        note=document.note,
    )


def direct_income(document: Document) -> DirectIncome:
    """Write what was sold and paid at once; its number is our reference."""
    return DirectIncome(
        **_common(document),
        reference=document.number,
        contact_ref=_contact(document.party, ContactType.CUSTOMERS),
        line_items=tuple(document.lines),
        tax_amount=document.totals.tax,
        note=document.note,
    )


def purchase_order(document: Ordered) -> PurchaseOrder:
    """Write what was ordered from a supplier; the type has no place for unmapped words."""
    return PurchaseOrder(
        **_basics(document),
        purchase_order_number=document.number,
        supplier_ref=document.party and document.party.supplier,
        payment_due_date=midnight(document.due_on),
        expected_delivery_date=midnight(document.expected_on),
        delivery_date=midnight(document.delivered_on),
        ship_to=document.ship_to,
        line_items=tuple(document.lines),
        total_discount=document.total_discount,
        total_tax_amount=document.totals.tax,
        status=document.order_status,
        note=document.note,
    )


def _basics(document: Document) -> dict[str, Any]:
    """Give what all types call by the same name."""
    return {
        "id": document.id,
        "currency": document.currency,
        "currency_rate": document.currency_rate,
        "issue_date": midnight(document.issued_on),
        "sub_total": document.totals.sub_total,
        "total_amount": document.totals.total,
        "source_modified_date": document.modified,
        "metadata": metadata(is_deleted=document.is_deleted),
    }


def _common(document: Document) -> dict[str, Any]:
    """Give what all types but orders call by the same name."""
    return {
        **_basics(document),
        "payment_allocations": None
        if document.settlements is None
        else allocations(document.settlements, document.currency),
        "supplemental_data": SupplementalData.of_unmapped(document.unmapped),
    }


def _credited(document: Credit) -> dict[str, Any]:
    """Give what both sides' credits call by the same name."""
    days = [each.day for each in document.settlements or () if each.day]
    return {
        "withholding_tax": document.withheld,
        "total_tax_amount": document.totals.tax,
        "total_discount": _discount_of(document),
        "discount_percentage": ZERO,
        "remaining_credit": document.remaining,
        "status": document.standing,
        "allocated_on_date": midnight(max(days, default=None)),
        "note": document.note,
    }


def _discount_of(document: Credit) -> Decimal:
    """Give the discount, worked out from the lines where the provider gives none."""
    if document.total_discount is None:
        return summed(line["discount_amount"] or ZERO for line in document.lines)
    return document.total_discount or ZERO


def _contact(party: Party | None, kind: ContactType) -> ContactRef | None:
    return ContactRef(id=party.id, data_type=kind) if party else None
