"""Xero's documents, and the money that settles them."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import ClassVar

from pydantic import AliasChoices, AliasPath, Field

from functions.xero.native.masters import Account
from functions.xero.native.reading import Amount, Day, Deletable, Instant, Native, Sparse, Text
from shared_code.mapping.banking import ToldTransfer
from shared_code.mapping.documents import (
    ToldCredit,
    ToldDirect,
    ToldDocument,
    ToldOrder,
    ToldOwed,
    ToldSettlement,
)
from shared_code.mapping.exact import ONE, cross_rate
from shared_code.mapping.lines import ToldLine
from shared_code.mapping.payments import ToldPaid, ToldPayment
from shared_code.mapping.reading import Named, Some
from shared_code.mapping.routing import Typed

# What Xero calls a credit by, whatever it came of.
_CREDIT_IDS = ("CreditNoteID", "OverpaymentID", "PrepaymentID")


class Counterparty(Native, Named):
    """The contact as documents refer to it."""

    id: str = Field(alias="ContactID")


class BankAccount(Native, Named):
    """The account as money that moved refers to it."""

    id: str = Field(alias="AccountID")


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


class AppliedPayment(Deletable, ToldSettlement):
    """A payment as the document shows it that was paid, in the document's currency."""

    id: str = Field(alias="PaymentID")
    day: Day = Field(default=None, alias="Date")
    rate: Amount | None = Field(default=None, alias="CurrencyRate")
    account: BankAccount | None = None


class AppliedCredit(Sparse, ToldSettlement):
    """A credit as the invoice shows it that it was set against, in the invoice's currency."""

    at_documents_rate: ClassVar[bool] = True

    id: Text = Field(default=None, validation_alias=AliasChoices(*_CREDIT_IDS))
    reference: Text = Field(default=None, alias="CreditNoteNumber")
    amount: Amount | None = Field(default=None, alias="AppliedAmount")
    day: Day = Field(default=None, alias="Date")


class Allocation(Sparse, ToldSettlement):
    """The part of a credit that settled an invoice; Xero says which one, and not which payment."""

    at_documents_rate: ClassVar[bool] = True

    id: Text = Field(
        default=None,
        validation_alias=AliasChoices("AllocationID", AliasPath("Invoice", "InvoiceID")),
    )
    reference: Text = Field(default=None, validation_alias=AliasPath("Invoice", "InvoiceNumber"))
    day: Day = Field(default=None, alias="Date")
    is_deleted: bool | None = None


class Document(Deletable, ToldDocument, Typed):
    """What all documents have in common, in their own currency."""

    party: Counterparty | None = Field(default=None, alias="Contact")
    day: Day = Field(default=None, alias="Date")
    line_amount_types: Text = None
    withheld: Amount | None = Field(default=None, alias="CISDeduction")
    lines: Some[LineItem] = Field(default_factory=list, alias="LineItems")
    currency: Text = Field(default=None, alias="CurrencyCode")
    rate: Amount | None = Field(default=None, alias="CurrencyRate")
    modified: Instant = Field(default=None, alias="UpdatedDateUTC")

    @property
    def includes_tax(self) -> bool:
        """Whether the lines' amounts have the tax in them."""
        return self.line_amount_types == "Inclusive"

    @property
    def is_untaxed(self) -> bool:
        """Whether what lines say of tax does not count."""
        return self.line_amount_types == "NoTax"


class Invoice(Document, ToldOwed):
    """A sales invoice (ACCREC) or a bill (ACCPAY)."""

    id: str = Field(alias="InvoiceID")
    number: Text = Field(default=None, alias="InvoiceNumber")
    note: Text = Field(default=None, alias="Reference")
    due_on: Day = Field(default=None, alias="DueDate")
    paid_on: Day = Field(default=None, alias="FullyPaidOnDate")
    paid: Amount | None = Field(default=None, alias="AmountPaid")
    credited: Amount | None = Field(default=None, alias="AmountCredited")
    payments: Some[AppliedPayment] = Field(default_factory=list)
    credit_notes: Some[AppliedCredit] = Field(default_factory=list)
    overpayments: Some[AppliedCredit] = Field(default_factory=list)
    prepayments: Some[AppliedCredit] = Field(default_factory=list)

    @property
    def settled_by(self) -> Sequence[ToldSettlement]:
        """The payments that stand, and the credits."""
        paid = [each for each in self.payments if not each.is_gone]
        return [*paid, *self.credit_notes, *self.overpayments, *self.prepayments]


class Credit(Sparse, Document, ToldCredit):
    """A credit note, an overpayment or a prepayment: what a contact may still use."""

    id: str = Field(validation_alias=AliasChoices(*_CREDIT_IDS))
    number: Text = Field(
        default=None, validation_alias=AliasChoices("CreditNoteNumber", "InvoiceNumber")
    )
    note: Text = Field(default=None, alias="Reference")
    allocations: Some[Allocation] = Field(default_factory=list)
    payments: Some[AppliedPayment] = Field(default_factory=list)

    @property
    def settled_by(self) -> Sequence[ToldSettlement]:
        """The payments, and what it was set against, as far as they stand."""
        paid = [each for each in self.payments if not each.is_gone]
        return [*paid, *(each for each in self.allocations if not each.is_deleted)]


class PaidDocument(Sparse, ToldPaid):
    """What a payment paid: Xero shows credit notes and the like as invoices too, by their type."""

    id: Text = Field(default=None, validation_alias=AliasChoices(*_CREDIT_IDS, "InvoiceID"))
    currency: Text = Field(default=None, alias="CurrencyCode")
    party: Counterparty | None = Field(default=None, alias="Contact")


class Moved(Native, ToldPayment):
    """Money that moved; what was made void says no more than what was deleted."""

    status: Text = None
    account: BankAccount | None = None
    day: Day = Field(default=None, alias="Date")
    rate: Amount | None = Field(default=None, alias="CurrencyRate")
    modified: Instant = Field(default=None, alias="UpdatedDateUTC")

    @property
    def is_gone(self) -> bool:
        """Whether it was deleted or made void."""
        return self.status in ("DELETED", "VOIDED")


class BankTransaction(Moved, Document, ToldDirect):
    """Money spent or received, as the ledger has it."""

    id: str = Field(alias="BankTransactionID")
    account: BankAccount | None = Field(default=None, alias="BankAccount")
    overpayment_id: Text = None
    prepayment_id: Text = None

    @property
    def paid(self) -> Decimal | None:
        """All of it."""
        return self.total

    @property
    def document(self) -> PaidDocument:
        """The credit that it made, if any."""
        made = self.overpayment_id or self.prepayment_id
        return PaidDocument(id=made, currency=self.currency, party=self.party)


class PurchaseOrder(Document, ToldOrder):
    """An order with a supplier."""

    id: str = Field(alias="PurchaseOrderID")
    number: Text = Field(default=None, alias="PurchaseOrderNumber")
    note: Text = Field(default=None, alias="Reference")
    expected_on: Day = Field(default=None, alias="ExpectedArrivalDate")
    wanted_on: Day = Field(default=None, alias="DeliveryDate")
    instructions: Text = Field(default=None, alias="DeliveryInstructions")
    deliver_to: Text = Field(default=None, alias="DeliveryAddress")
    contact_name: Text = Field(default=None, alias="AttentionTo")
    contact_phone: Text = Field(default=None, alias="Telephone")


class Payment(Moved):
    """Money that paid one document; `amount` is in that document's currency."""

    id: str = Field(alias="PaymentID")
    type: Text = Field(default=None, alias="PaymentType")
    invoice: PaidDocument | None = None
    credit_note: PaidDocument | None = None
    overpayment: PaidDocument | None = None
    prepayment: PaidDocument | None = None

    @property
    def document(self) -> PaidDocument:
        """What was paid, as far as Xero says it."""
        found = self.credit_note or self.overpayment or self.prepayment or self.invoice
        return found or PaidDocument()

    def rate_in(self, currency: str | None, base: str | None) -> Decimal | None:
        """The rate of what moved; Xero tells the document's, which may have another currency."""
        paid = self.document.currency
        if paid == currency:
            return self.rate
        if paid is None or currency == base:
            return None
        return cross_rate(ONE if paid == base else self.rate, self.amount, self.bank_amount)


class BankTransfer(Deletable, ToldTransfer):
    """Money moved between two bank accounts, in the currency of the first."""

    id: str = Field(alias="BankTransferID")
    left: Account | None = Field(default=None, alias="FromBankAccount")
    reached: Account | None = Field(default=None, alias="ToBankAccount")
    day: Day = Field(default=None, alias="Date")
    from_is_reconciled: bool | None = None
    to_is_reconciled: bool | None = None
    from_tracking: Some[Tracking] = Field(default_factory=list)
    to_tracking: Some[Tracking] = Field(default_factory=list)
    modified: Instant = Field(default=None, alias="CreatedDateUTC")

    @property
    def is_reconciled(self) -> bool | None:
        """Whether both ends are; None where Xero does not say it of both."""
        ends = (self.from_is_reconciled, self.to_is_reconciled)
        return None if None in ends else all(ends)

    @property
    def categories(self) -> Sequence[Named]:
        """What either end is tracked by."""
        return (*self.from_tracking, *self.to_tracking)
