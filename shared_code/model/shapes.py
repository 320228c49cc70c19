"""Shapes that several data types hold: references, addresses, allocations, tracking."""

from __future__ import annotations

from enum import StrEnum

from shared_code.model.base import Money, Number, Shape, Timestamp


class Status(StrEnum):
    """Whether something is in use: a customer, an item, a tax rate, a journal."""

    UNKNOWN = "Unknown"
    ACTIVE = "Active"
    ARCHIVED = "Archived"


class ReconciliationStatus(StrEnum):
    """Whether a movement on an account has been matched with the bank's statement."""

    UNKNOWN = "Unknown"
    UNRECONCILED = "Unreconciled"
    RECONCILED = "Reconciled"
    VOID = "Void"


class CreditNoteStatus(StrEnum):
    """How much of a credit note is used up; a draft has no effect on the ledger."""

    UNKNOWN = "Unknown"
    DRAFT = "Draft"
    SUBMITTED = "Submitted"
    PARTIALLY_PAID = "PartiallyPaid"
    PAID = "Paid"
    VOID = "Void"


class OrderStatus(StrEnum):
    """How far an order has come; a closed one awaits nothing."""

    UNKNOWN = "Unknown"
    DRAFT = "Draft"
    OPEN = "Open"
    CLOSED = "Closed"
    VOID = "Void"


class AccountRef(Shape):
    """A nominal account."""

    id: str | None = None
    name: str | None = None


class TaxRateRef(Shape):
    """A tax rate; the effective rate is a percentage."""

    id: str | None = None
    name: str | None = None
    effective_tax_rate: Number | None = None


class ItemRef(Shape):
    """A product or service."""

    id: str
    name: str | None = None


class TrackingCategoryRef(Shape):
    """A tracking category, of which lines carry the leaves."""

    id: str
    name: str | None = None


class CustomerRef(Shape):
    """A customer."""

    id: str
    company_name: str | None = None


class SupplierRef(Shape):
    """A supplier."""

    id: str
    supplier_name: str | None = None


class ContactType(StrEnum):
    """The data type of a contact."""

    CUSTOMERS = "customers"
    SUPPLIERS = "suppliers"


class ContactRef(Shape):
    """A customer or a supplier."""

    id: str
    data_type: ContactType | None = None


class ProjectRef(Shape):
    """A project."""

    id: str
    name: str | None = None


class PaymentMethodRef(Shape):
    """A payment method."""

    id: str
    name: str | None = None


class RecordRef(Shape):
    """A record of the data type whose key is `data_type`."""

    id: str | None = None
    data_type: str | None = None


class TxnType(StrEnum):
    """The data type of a transaction that an entry in the books may point at."""

    BANK_TRANSACTIONS = "bankTransactions"
    BILL_CREDIT_NOTES = "billCreditNotes"
    BILL_PAYMENTS = "billPayments"
    BILLS = "bills"
    CREDIT_NOTES = "creditNotes"
    DIRECT_COSTS = "directCosts"
    DIRECT_INCOMES = "directIncomes"
    INVOICES = "invoices"
    JOURNAL_ENTRIES = "journalEntries"
    PAYMENTS = "payments"
    TRANSFERS = "transfers"


class TxnRef(Shape):
    """The transaction that an entry in the books was made for."""

    id: str | None = None
    data_type: TxnType | None = None


class PurchaseOrderRef(Shape):
    """A purchase order."""

    id: str | None = None
    purchase_order_number: str | None = None


class SalesOrderType(StrEnum):
    """The data type of a sales order."""

    SALES_ORDERS = "salesOrders"


class SalesOrderRef(Shape):
    """A sales order."""

    id: str | None = None
    data_type: SalesOrderType | None = None


class PurchaseType(StrEnum):
    """The data type of a document whose lines others are made from."""

    BILLS = "bills"
    PURCHASE_ORDERS = "purchaseOrders"


class PurchaseLineRef(Shape):
    """The line of a bill or purchase order that this one was made from."""

    id: str | None = None
    data_type: PurchaseType | None = None
    line_number: str | None = None


class WithholdingTax(Shape):
    """Tax that the payer keeps back."""

    name: str
    amount: Money


class AddressType(StrEnum):
    """What an address is for."""

    UNKNOWN = "Unknown"
    BILLING = "Billing"
    DELIVERY = "Delivery"


class Address(Shape):
    """A postal address."""

    type: AddressType
    line1: str | None = None
    line2: str | None = None
    city: str | None = None
    region: str | None = None
    country: str | None = None
    postal_code: str | None = None


class ShipToContact(Shape):
    """Who takes a delivery."""

    name: str | None = None
    email: str | None = None
    phone: str | None = None


class ShipTo(Shape):
    """Where an order is delivered to."""

    contact: ShipToContact | None = None
    address: Address | None = None


class PhoneType(StrEnum):
    """What a telephone number reaches."""

    UNKNOWN = "Unknown"
    PRIMARY = "Primary"
    LANDLINE = "Landline"
    MOBILE = "Mobile"
    FAX = "Fax"


class PhoneNumber(Shape):
    """A telephone number as the source writes it."""

    type: PhoneType
    number: str | None = None


class WebLinkType(StrEnum):
    """What a link leads to."""

    UNKNOWN = "Unknown"
    WEBSITE = "Website"
    SOCIAL = "Social"


class WebLink(Shape):
    """A page of the company."""

    type: WebLinkType
    url: str | None = None


class ValidDataTypeLink(Shape):
    """Which properties (`links`, such as `Invoices.LineItems.AccountRef.Id`) may point here."""

    property: str | None = None
    links: tuple[str, ...] | None = None


class AllocatedPayment(Shape):
    """The payment that was allocated; its total is in the payment's currency."""

    id: str | None = None
    note: str | None = None
    reference: str | None = None
    account_ref: AccountRef | None = None
    currency: str | None = None
    currency_rate: Number | None = None
    paid_on_date: Timestamp | None = None
    total_amount: Money | None = None


class Allocation(Shape):
    """How much of the payment went to this document, in the document's currency."""

    currency: str | None = None
    currency_rate: Number | None = None
    allocated_on_date: Timestamp | None = None
    total_amount: Money | None = None


class PaymentAllocation(Shape):
    """Money that settled (part of) a document."""

    payment: AllocatedPayment
    allocation: Allocation


class PaidAmount(Shape):
    """The part of a payment's line that belongs to one record, in that record's currency.

    Times `currency_rate` it is in the payment's currency.
    """

    id: str | None = None
    amount: Money | None = None
    currency_rate: Number | None = None


class BilledTo(StrEnum):
    """To whom what was bought is charged on."""

    UNKNOWN = "Unknown"
    NOT_APPLICABLE = "NotApplicable"
    CUSTOMER = "Customer"
    PROJECT = "Project"


class SoldBilledTo(StrEnum):
    """To what a sale is charged beside its customer."""

    UNKNOWN = "Unknown"
    NOT_APPLICABLE = "NotApplicable"
    PROJECT = "Project"


class PayableTracking(Shape):
    """What a purchase line is tracked by."""

    category_refs: tuple[TrackingCategoryRef, ...]
    is_billed_to: BilledTo
    is_rebilled_to: BilledTo
    customer_ref: CustomerRef | None = None
    project_ref: ProjectRef | None = None


class ReceivableTracking(Shape):
    """What a sales line is tracked by."""

    category_refs: tuple[TrackingCategoryRef, ...]
    is_billed_to: SoldBilledTo
    is_rebilled_to: SoldBilledTo
    customer_ref: CustomerRef | None = None
    project_ref: ProjectRef | None = None
    record_ref: RecordRef | None = None


class TrackedType(StrEnum):
    """The data type of what a line may be tracked by."""

    CUSTOMERS = "customers"
    SUPPLIERS = "suppliers"
    TRACKING_CATEGORIES = "trackingCategories"


class TrackedRef(Shape):
    """A contact or category that a line is tracked by."""

    id: str | None = None
    data_type: TrackedType | None = None


class RecordTracking(Shape):
    """What a line of goods is tracked by."""

    record_refs: tuple[TrackedRef, ...] | None = None


NO_CURRENCY = "XXX"
"""What ISO 4217 writes where there is no currency."""
