"""Xero's documents, and the money that settles them."""

from __future__ import annotations

from decimal import Decimal

from pydantic import Field

from functions.xero.native.masters import Account
from functions.xero.native.reading import Amount, Day, Instant, Native, Text
from shared_code.mapping.lines import ToldLine
from shared_code.mapping.reading import Named, Some


class Counterparty(Native, Named):
    """The contact as documents refer to it."""

    id: str = Field(alias="ContactID")


class Tracking(Native, Named):
    """The option of a tracking category that a line carries: a leaf of the category tree."""

    id: Text = Field(default=None, alias="TrackingOptionID")
    name: Text = Field(default=None, alias="Option")


class LineItemItem(Native, Named):
    """The item as lines refer to it."""

    id: Text = Field(default=None, alias="ItemID")


class LineItem(Native, ToldLine):
    """A line; its amount is after discount, and includes tax where the document says so."""

    amount: Amount | None = Field(default=None, alias="LineAmount")
    discount_percentage: Amount | None = Field(default=None, alias="DiscountRate")
    account_key: Text = Field(default=None, alias="AccountCode")
    tax_rate_key: Text = Field(default=None, alias="TaxType")
    item_key: Text = Field(default=None, alias="ItemCode")
    item: LineItemItem | None = None
    categories: Some[Tracking] = Field(default_factory=list, alias="Tracking")


class AppliedPayment(Native):
    """A payment as the document shows it that was paid, in the document's currency."""

    payment_id: str
    date: Day = None
    amount: Amount | None = None
    currency_rate: Amount | None = None
    reference: Text = None
    status: Text = None
    account: Account | None = None


class AppliedCredit(Native):
    """A credit as the invoice shows it that it was set against, in the invoice's currency."""

    credit_note_id: Text = None
    overpayment_id: Text = None
    prepayment_id: Text = None
    credit_note_number: Text = None
    applied_amount: Amount | None = None
    date: Day = None

    @property
    def id(self) -> str | None:
        """Whichever id it has."""
        return self.credit_note_id or self.overpayment_id or self.prepayment_id


class Document(Native):
    """What all documents have in common, in their own currency."""

    type: Text = None
    status: Text = None
    reference: Text = None
    contact: Counterparty | None = None
    date: Day = None
    line_amount_types: Text = None
    line_items: Some[LineItem] = Field(default_factory=list)
    sub_total: Amount | None = None
    total_tax: Amount | None = None
    total: Amount | None = None
    total_discount: Amount | None = None
    cis_deduction: Amount | None = None
    currency_code: Text = None
    currency_rate: Amount | None = None
    updated_date_utc: Instant = None


class Invoice(Document):
    """A sales invoice (ACCREC) or a bill (ACCPAY)."""

    id: str = Field(alias="InvoiceID")
    number: Text = Field(default=None, alias="InvoiceNumber")
    due_date: Day = None
    fully_paid_on_date: Day = None
    amount_due: Amount | None = None
    amount_paid: Amount | None = None
    amount_credited: Amount | None = None
    payments: Some[AppliedPayment] = Field(default_factory=list)
    credit_notes: Some[AppliedCredit] = Field(default_factory=list)
    overpayments: Some[AppliedCredit] = Field(default_factory=list)
    prepayments: Some[AppliedCredit] = Field(default_factory=list)


class PaidDocument(Native):
    """What a payment paid: Xero shows credit notes and the like as invoices too, by their type."""

    type: Text = None
    invoice_id: Text = None
    invoice_number: Text = None
    credit_note_id: Text = None
    overpayment_id: Text = None
    prepayment_id: Text = None
    currency_code: Text = None
    contact: Counterparty | None = None

    @property
    def id(self) -> str | None:
        """Whichever id it has."""
        return self.credit_note_id or self.overpayment_id or self.prepayment_id or self.invoice_id


class Allocation(Native):
    """The part of a credit that settled an invoice."""

    allocation_id: Text = None
    amount: Amount | None = None
    date: Day = None
    is_deleted: bool | None = None
    invoice: PaidDocument | None = None


class Credit(Document):
    """A credit note, an overpayment or a prepayment: what a contact may still use."""

    credit_note_id: Text = None
    overpayment_id: Text = None
    prepayment_id: Text = None
    credit_note_number: Text = None
    invoice_number: Text = None
    remaining_credit: Amount | None = None
    allocations: Some[Allocation] = Field(default_factory=list)
    payments: Some[AppliedPayment] = Field(default_factory=list)

    @property
    def id(self) -> str | None:
        """Whichever id it has."""
        return self.credit_note_id or self.overpayment_id or self.prepayment_id


class BankTransaction(Document):
    """Money spent or received, as the ledger has it."""

    id: str = Field(alias="BankTransactionID")
    account: Account | None = Field(default=None, alias="BankAccount")
    overpayment_id: Text = None
    prepayment_id: Text = None
    is_reconciled: bool | None = None

    @property
    def kind(self) -> str | None:
        """What it is, as a payment has it."""
        return self.type

    def rate_in(self, currency: str | None) -> Decimal | None:
        """The rate of what moved, on an account in a currency."""
        del currency
        return self.currency_rate

    @property
    def amount(self) -> Decimal | None:
        """What moved, in the transaction's currency."""
        return self.total

    @property
    def document(self) -> PaidDocument:
        """The credit that it made, if any."""
        return PaidDocument(
            overpayment_id=self.overpayment_id,
            prepayment_id=self.prepayment_id,
            currency_code=self.currency_code,
            contact=self.contact,
        )


class PurchaseOrder(Document):
    """An order with a supplier."""

    id: str = Field(alias="PurchaseOrderID")
    number: Text = Field(default=None, alias="PurchaseOrderNumber")
    delivery_date: Day = None
    expected_arrival_date: Day = None
    delivery_address: Text = None
    attention_to: Text = None
    telephone: Text = None
    delivery_instructions: Text = None


class Payment(Native):
    """Money that paid one document; `amount` is in that document's currency."""

    id: str = Field(alias="PaymentID")
    kind: Text = Field(default=None, alias="PaymentType")
    status: Text = None
    date: Day = None
    amount: Amount | None = None
    bank_amount: Amount | None = None
    currency_rate: Amount | None = None
    reference: Text = None
    is_reconciled: bool | None = None
    account: Account | None = None
    invoice: PaidDocument | None = None
    credit_note: PaidDocument | None = None
    overpayment: PaidDocument | None = None
    prepayment: PaidDocument | None = None
    updated_date_utc: Instant = None

    @property
    def document(self) -> PaidDocument:
        """What was paid, as far as Xero says it."""
        found = self.credit_note or self.overpayment or self.prepayment or self.invoice
        return found or PaidDocument()

    def moved_in(self, currency: str | None) -> Decimal | None:
        """What an account in a currency moved; None where Xero does not say."""
        if self.bank_amount is None and self.document.currency_code in (None, currency):
            return self.amount
        return self.bank_amount

    def rate_in(self, currency: str | None) -> Decimal | None:
        """The rate of what moved, which is told where the document has the account's currency."""
        return self.currency_rate if self.document.currency_code == currency else None


class BankTransfer(Native):
    """Money moved between two bank accounts, in the currency of the first."""

    bank_transfer_id: str
    status: Text = None
    from_bank_account: Account | None = None
    to_bank_account: Account | None = None
    amount: Amount | None = None
    date: Day = None
    reference: Text = None
    from_is_reconciled: bool | None = None
    to_is_reconciled: bool | None = None
    from_tracking: Some[Tracking] = Field(default_factory=list)
    to_tracking: Some[Tracking] = Field(default_factory=list)
    created_date_utc: Instant = None
