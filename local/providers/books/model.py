"""Provider-neutral records of a small business.

Amounts are ``Decimal`` in the currency of their document, rounded to the cent. Records are frozen:
an edit puts a new record in the place of the old one, so a page being written never changes.
"""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from functools import cached_property

CENT = Decimal("0.01")
ZERO = Decimal("0.00")


def cents(amount: Decimal) -> Decimal:
    """Round to two decimal places, halves away from zero as accountants do."""
    return amount.quantize(CENT, ROUND_HALF_UP)


class AccountKind(StrEnum):
    """Where an account stands in the chart."""

    BANK = "bank"
    RECEIVABLE = "receivable"
    PAYABLE = "payable"
    TAX = "tax"
    CURRENT_ASSET = "current_asset"
    FIXED_ASSET = "fixed_asset"
    CURRENT_LIABILITY = "current_liability"
    LONG_TERM_LIABILITY = "long_term_liability"
    EQUITY = "equity"
    REVENUE = "revenue"
    OTHER_INCOME = "other_income"
    DIRECT_COST = "direct_cost"
    OVERHEAD = "overhead"
    DEPRECIATION = "depreciation"


class DocumentKind(StrEnum):
    """What a document is; sales documents live in receivables, the others in payables.

    An advance is a credit that money made: paid too much (over) or too early (pre). Money spent or
    received and orders live in neither.
    """

    INVOICE = "invoice"
    BILL = "bill"
    CREDIT_NOTE = "credit_note"
    SUPPLIER_CREDIT = "supplier_credit"
    CUSTOMER_OVERPAYMENT = "customer_overpayment"
    SUPPLIER_OVERPAYMENT = "supplier_overpayment"
    CUSTOMER_PREPAYMENT = "customer_prepayment"
    SUPPLIER_PREPAYMENT = "supplier_prepayment"
    RECEIVED = "received"
    SPENT = "spent"
    TRANSFER_IN = "transfer_in"
    TRANSFER_OUT = "transfer_out"
    ORDER = "order"

    @property
    def is_sale(self) -> bool:
        """Tell documents of customers from documents of suppliers."""
        return self in _SALES

    @property
    def is_credit(self) -> bool:
        """Tell credits from the documents they are set against."""
        return self.is_advance or self in (DocumentKind.CREDIT_NOTE, DocumentKind.SUPPLIER_CREDIT)

    @property
    def is_advance(self) -> bool:
        """Tell credits that money made."""
        return self in _ADVANCES


_ADVANCES = frozenset(kind for kind in DocumentKind if kind.endswith("payment"))
_SALES = frozenset(
    {
        DocumentKind.INVOICE,
        DocumentKind.CREDIT_NOTE,
        DocumentKind.CUSTOMER_OVERPAYMENT,
        DocumentKind.CUSTOMER_PREPAYMENT,
        DocumentKind.RECEIVED,
    }
)


class DocumentStatus(StrEnum):
    """The life of a document; only approved and paid ones are in the ledger."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    APPROVED = "approved"
    PAID = "paid"
    VOIDED = "voided"
    DELETED = "deleted"

    @property
    def is_posted(self) -> bool:
        """Tell whether documents of this status are in the ledger."""
        return self in (DocumentStatus.APPROVED, DocumentStatus.PAID)


class LineAmounts(StrEnum):
    """How the unit prices of a document are meant."""

    EXCLUSIVE = "exclusive"
    INCLUSIVE = "inclusive"
    NO_TAX = "no_tax"


@dataclass(frozen=True, slots=True)
class Organisation:
    """The business itself; `base_currency` is the currency of its ledger."""

    id: str
    name: str
    legal_name: str
    trade: str
    registration_number: str
    tax_number: str
    street: str
    city: str
    postcode: str
    phone: str
    email: str
    created_at: datetime
    base_currency: str = "GBP"
    country: str = "GB"
    year_end: tuple[int, int] = (31, 3)


@dataclass(frozen=True, slots=True)
class Account:
    """A ledger account, found by its `code`; `tax_code` is its default tax rate."""

    id: str
    code: str
    name: str
    kind: AccountKind
    tax_code: str
    description: str
    updated_at: datetime
    role: str | None = None
    bank_number: str | None = None
    currency: str | None = None
    takes_payments: bool = False
    is_archived: bool = False


@dataclass(frozen=True, slots=True)
class TaxRate:
    """A tax rate, found by its `code`; `percent` is 20 for 20 %."""

    code: str
    name: str
    percent: Decimal
    on_sales: bool
    on_purchases: bool


@dataclass(frozen=True, slots=True)
class TrackingOption:
    """One value of the business's only tracking category."""

    id: str
    name: str


@dataclass(frozen=True, slots=True)
class Contact:
    """A customer, a supplier, or both; nothing but documents makes it one of them."""

    id: str
    name: str
    first_name: str
    last_name: str
    email: str
    phone: str
    mobile: str
    street: str
    city: str
    region: str
    postcode: str
    country: str
    currency: str
    account_number: str
    tax_number: str
    company_number: str
    updated_at: datetime
    is_archived: bool = False


@dataclass(frozen=True, slots=True)
class Item:
    """Something sold, bought, or both; a side that is not used has no price."""

    id: str
    code: str
    name: str
    description: str
    sale_price: Decimal | None
    sale_account: str
    sale_tax: str
    purchase_price: Decimal | None
    purchase_account: str
    purchase_tax: str
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class Line:
    """A line; `net` and `tax` are rounded to the cent after `discount_rate` (percent) is taken."""

    id: str
    description: str
    quantity: Decimal
    unit_price: Decimal
    account_code: str
    tax_code: str
    net: Decimal
    tax: Decimal
    item_code: str | None = None
    discount_rate: Decimal | None = None
    tracking: TrackingOption | None = None


@dataclass(frozen=True, slots=True)
class Payment:
    """Money for one document: `amount` in the document's currency, `bank_amount` in the bank's.

    `rate` is units of the document's currency for one unit of the base currency.
    """

    id: str
    document_id: str
    account_code: str
    paid_on: date
    amount: Decimal
    bank_amount: Decimal
    rate: Decimal
    reference: str
    updated_at: datetime
    is_reconciled: bool = False
    is_deleted: bool = False


@dataclass(frozen=True, slots=True)
class Allocation:
    """A part of a credit that settles a document of the same contact and currency."""

    id: str
    credit_id: str
    document_id: str
    amount: Decimal
    allocated_on: date


@dataclass(frozen=True, slots=True)
class Transfer:
    """Money moved between two banks in the base currency; both sides are bank transactions too."""

    id: str
    out_id: str
    in_id: str
    from_code: str
    to_code: str
    amount: Decimal
    moved_on: date
    reference: str
    created_at: datetime
    updated_at: datetime
    is_reconciled: bool = False
    is_deleted: bool = False


@dataclass(frozen=True, slots=True)
class ManualLine:
    """A posting by hand: `amount` in the base currency, debit positive."""

    account_code: str
    amount: Decimal
    description: str
    tracking: TrackingOption | None = None


@dataclass(frozen=True, slots=True)
class ManualJournal:
    """An entry made by hand; a draft is not in the ledger."""

    id: str
    narration: str
    posted_on: date
    lines: tuple[ManualLine, ...]
    updated_at: datetime
    is_draft: bool = False


@dataclass(frozen=True)
class Document:
    """An invoice, a bill, a credit, money that moved, or an order.

    `bank_code` is the account that money went through, `made_id` the advance that it made. `rate`
    is units of `currency` for one unit of the base currency. `payments` holds live payments
    only. A credit's `allocations` are what it gave, a document's what it got.
    """

    id: str
    kind: DocumentKind
    number: str
    reference: str
    contact_id: str
    status: DocumentStatus
    issued_on: date
    due_on: date
    currency: str
    rate: Decimal
    line_amounts: LineAmounts
    lines: tuple[Line, ...]
    updated_at: datetime
    is_sent: bool = False
    payments: tuple[Payment, ...] = ()
    allocations: tuple[Allocation, ...] = ()
    bank_code: str | None = None
    made_id: str | None = None
    is_reconciled: bool = False

    @cached_property
    def net(self) -> Decimal:
        """Sum the lines before tax."""
        return sum((line.net for line in self.lines), ZERO)

    @cached_property
    def tax(self) -> Decimal:
        """Sum the tax of the lines."""
        return sum((line.tax for line in self.lines), ZERO)

    @property
    def total(self) -> Decimal:
        """Give what the document is worth, tax included."""
        return self.net + self.tax

    @property
    def paid(self) -> Decimal:
        """Sum the payments."""
        return sum((payment.amount for payment in self.payments), ZERO)

    @property
    def allocated(self) -> Decimal:
        """Sum what credits settled or, of a credit, what it settled."""
        return sum((allocation.amount for allocation in self.allocations), ZERO)

    @property
    def outstanding(self) -> Decimal:
        """Give what is still to be paid or, of a credit, still to be used; drafts count in full."""
        if self.status in (DocumentStatus.VOIDED, DocumentStatus.DELETED):
            return ZERO
        return self.total - self.paid - self.allocated
