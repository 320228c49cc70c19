"""Invoices: what customers owe."""

from __future__ import annotations

from enum import StrEnum

from shared_code.model.accounting.lines import ReceivableLine
from shared_code.model.base import Kind, Money, Number, SupplementedRecord, Timestamp, promoted
from shared_code.model.shapes import CustomerRef, PaymentAllocation, SalesOrderRef, WithholdingTax


class InvoiceStatus(StrEnum):
    """How far an invoice has come; a draft has no effect on the ledger."""

    UNKNOWN = "Unknown"
    DRAFT = "Draft"
    SUBMITTED = "Submitted"
    PARTIALLY_PAID = "PartiallyPaid"
    PAID = "Paid"
    VOID = "Void"


class InvoiceLine(ReceivableLine):
    """A line; `sub_total` is after discount and before tax, `total_amount` includes tax."""


class Invoice(SupplementedRecord):
    """A sales invoice, in its own currency.

    `currency_rate` times an amount is the amount in the base currency.
    """

    promoted = promoted(
        ("invoiceNumber", Kind.TEXT),
        ("customerRef.id", Kind.TEXT),
        ("customerRef.companyName", Kind.TEXT),
        ("issueDate", Kind.DATETIME),
        ("dueDate", Kind.DATETIME),
        ("paidOnDate", Kind.DATETIME),
        ("currency", Kind.TEXT),
        ("totalAmount", Kind.MONEY),
        ("amountDue", Kind.MONEY),
        ("status", Kind.TEXT),
    )

    issue_date: Timestamp
    total_tax_amount: Money
    total_amount: Money
    amount_due: Money
    status: InvoiceStatus
    invoice_number: str | None = None
    customer_ref: CustomerRef | None = None
    sales_order_refs: tuple[SalesOrderRef, ...] | None = None
    due_date: Timestamp | None = None
    paid_on_date: Timestamp | None = None
    currency: str | None = None
    currency_rate: Number | None = None
    line_items: tuple[InvoiceLine, ...] | None = None
    payment_allocations: tuple[PaymentAllocation, ...] | None = None
    withholding_tax: tuple[WithholdingTax, ...] | None = None
    total_discount: Money | None = None
    sub_total: Money | None = None
    additional_tax_amount: Money | None = None
    additional_tax_percentage: Number | None = None
    discount_percentage: Number | None = None
    note: str | None = None
