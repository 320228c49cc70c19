"""Money that moved: payments, what the bank did, and transfers.

An over- or prepayment is a payment that is linked to the credit that it made. On bank accounts
money in is positive, money out negative, in the account's own currency.
"""

from __future__ import annotations

from decimal import Decimal

from functions.xero import native
from functions.xero.mapping.documents import document_values
from functions.xero.mapping.lookups import Lookups
from shared_code.errors import Reject
from shared_code.mapping import banking, payments, trade
from shared_code.mapping.exact import signed
from shared_code.mapping.lines import category_refs
from shared_code.mapping.reading import reads
from shared_code.mapping.settling import Settlement
from shared_code.model import accounting
from shared_code.model.accounting import PaymentLinkType
from shared_code.model.shapes import TxnType

Moved = native.Payment | native.BankTransaction

_GONE = ("DELETED", "VOIDED")

_KINDS = {
    ("ACCRECPAYMENT", "ACCPAYPAYMENT"): (PaymentLinkType.INVOICE, True),
    ("ARCREDITPAYMENT", "APCREDITPAYMENT"): (PaymentLinkType.CREDIT_NOTE, False),
    ("AROVERPAYMENTPAYMENT", "APOVERPAYMENTPAYMENT"): (PaymentLinkType.CREDIT_NOTE, False),
    ("ARPREPAYMENTPAYMENT", "APPREPAYMENTPAYMENT"): (PaymentLinkType.CREDIT_NOTE, False),
    ("RECEIVE-OVERPAYMENT", "SPEND-OVERPAYMENT"): (PaymentLinkType.CREDIT_NOTE, True),
    ("RECEIVE-PREPAYMENT", "SPEND-PREPAYMENT"): (PaymentLinkType.CREDIT_NOTE, True),
}
"""Of customers and suppliers: what is settled, and whether money goes the usual way or back."""

_OF_CUSTOMERS = {word: kind for (word, _), kind in _KINDS.items()}
_OF_SUPPLIERS = {word: kind for (_, word), kind in _KINDS.items()}
_KNOWN = _OF_CUSTOMERS | _OF_SUPPLIERS
_COMES_IN = frozenset(
    word for word, (_, is_usual) in _KNOWN.items() if (word in _OF_CUSTOMERS) is is_usual
)

_MOVED_BY = {
    "SPEND": TxnType.DIRECT_COSTS,
    "RECEIVE": TxnType.DIRECT_INCOMES,
    "SPEND-OVERPAYMENT": TxnType.BILL_PAYMENTS,
    "SPEND-PREPAYMENT": TxnType.BILL_PAYMENTS,
    "RECEIVE-OVERPAYMENT": TxnType.PAYMENTS,
    "RECEIVE-PREPAYMENT": TxnType.PAYMENTS,
    # A transfer goes by another id than its two sides.
    "SPEND-TRANSFER": None,
    "RECEIVE-TRANSFER": None,
}
"""What a bank transaction is."""


def _of_customer(moved: Moved, lookups: Lookups) -> accounting.Payment | None:
    """Map what a customer paid or was paid back, and what it paid too much or ahead."""
    kind = _OF_CUSTOMERS.get(moved.kind or "")
    return payments.payment(_paid(moved, kind, lookups)) if kind else None


def _of_supplier(moved: Moved, lookups: Lookups) -> accounting.BillPayment | None:
    """Map what a supplier was paid or paid back, and what it was paid too much or ahead."""
    kind = _OF_SUPPLIERS.get(moved.kind or "")
    return payments.bill_payment(_paid(moved, kind, lookups)) if kind else None


@reads(native.Payment)
def map_payment(payment: native.Payment, lookups: Lookups) -> accounting.Payment | None:
    """Map a customer's payment; one of a type that nobody maps is rejected here."""
    if payment.kind not in _KNOWN:
        raise Reject("Payment cannot be mapped: its type is none that is known")
    return _of_customer(payment, lookups)


map_bill_payment = reads(native.Payment)(_of_supplier)
map_credit_received = reads(native.BankTransaction)(_of_customer)
map_credit_paid = reads(native.BankTransaction)(_of_supplier)


@reads(native.BankTransaction)
def map_direct_cost(
    transaction: native.BankTransaction, lookups: Lookups
) -> accounting.DirectCost | None:
    """Map money spent; a transaction of a type that nobody maps is rejected here."""
    if transaction.type not in _MOVED_BY:
        raise Reject("BankTransaction cannot be mapped: its type is none that is known")
    return trade.direct_cost(_direct(transaction, lookups)) if transaction.type == "SPEND" else None


@reads(native.BankTransaction)
def map_direct_income(
    transaction: native.BankTransaction, lookups: Lookups
) -> accounting.DirectIncome | None:
    """Map money received."""
    if transaction.type != "RECEIVE":
        return None
    return trade.direct_income(_direct(transaction, lookups))


@reads(native.Payment)
def map_payment_movement(
    payment: native.Payment, lookups: Lookups
) -> accounting.AccountTransaction | None:
    """Map what a payment moved; one to or from another account than a bank moved none."""
    if payment.account is None or not lookups.accounts.get(payment.account.id).is_bank:
        return None
    amount = payment.moved_in(lookups.account_currency(payment.account))
    if amount is None:
        raise Reject("Payment cannot be mapped: it does not say what its bank account moved")
    word = payment.kind or ""
    kind = TxnType.PAYMENTS if word in _OF_CUSTOMERS else TxnType.BILL_PAYMENTS
    return _movement(payment, signed(amount, positive=word in _COMES_IN), kind, lookups)


@reads(native.BankTransaction)
def map_bank_movement(
    transaction: native.BankTransaction, lookups: Lookups
) -> accounting.AccountTransaction | None:
    """Map a bank transaction; the two sides of a transfer do not say which one it is."""
    if transaction.type not in _MOVED_BY or transaction.total is None:
        return None
    amount = signed(transaction.total, positive=transaction.type.startswith("RECEIVE"))
    return _movement(transaction, amount, _MOVED_BY[transaction.type], lookups)


@reads(native.BankTransfer)
def map_transfer(transfer: native.BankTransfer, lookups: Lookups) -> accounting.Transfer:
    """Map a transfer, of which Xero says the amount that left."""
    if transfer.amount is None:
        raise Reject("BankTransfer cannot be mapped: it has no amount")
    ends = (transfer.from_is_reconciled, transfer.to_is_reconciled)
    return banking.transfer(
        banking.Transferred(
            id=transfer.bank_transfer_id,
            left=_end(transfer.from_bank_account, lookups),
            reached=_end(transfer.to_bank_account, lookups),
            day=transfer.date,
            amount=transfer.amount,
            note=transfer.reference,
            is_reconciled=None if None in ends else all(ends),
            is_gone=transfer.status == "DELETED",
            tracked_by=category_refs((*transfer.from_tracking, *transfer.to_tracking)),
            modified=transfer.created_date_utc,
        )
    )


def _paid(moved: Moved, kind: tuple[PaymentLinkType, bool], lookups: Lookups) -> payments.Paid:
    """Show money in the currency of the one document that it is linked to."""
    if moved.amount is None:
        raise Reject(f"{type(moved).__name__} cannot be mapped: it has no amount")
    document = moved.document
    currency = lookups.currency(document.currency_code)
    linked_to, is_usual = kind
    amount = signed(moved.amount, positive=is_usual)
    part = payments.Part(amount, linked_to, document.id)
    return payments.Paid(
        id=moved.id,
        party=trade.Party.of(document.contact),
        account=lookups.account_of(moved.account),
        day=moved.date,
        currency=currency,
        currency_rate=lookups.inverse_rate(moved.currency_rate, currency),
        amount=amount,
        parts=(part,),
        reference=moved.reference,
        modified=moved.updated_date_utc,
        is_deleted=moved.status in _GONE,
    )


def _direct(transaction: native.BankTransaction, lookups: Lookups) -> trade.Document:
    """Show what was bought or sold and paid at once: the money moves with the document itself."""
    values = document_values(transaction, lookups)
    moved = Settlement(
        transaction.id,
        transaction.reference,
        values["totals"].total,
        transaction.date,
        values["currency_rate"],
        lookups.account_of(transaction.account),
    )
    # These types have no status: what is void is as good as deleted.
    values["is_deleted"] = transaction.status in _GONE
    return trade.Document(
        **values, id=transaction.id, number=transaction.reference, settlements=(moved,)
    )


def _movement(
    moved: Moved, amount: Decimal, kind: TxnType | None, lookups: Lookups
) -> accounting.AccountTransaction:
    """Show a movement of an amount that is signed already."""
    currency = lookups.account_currency(moved.account)
    return banking.account_transaction(
        banking.Movement(
            id=moved.id,
            moved_by=kind,
            account=lookups.account_of(moved.account),
            day=moved.date,
            amount=amount,
            currency=currency,
            currency_rate=lookups.inverse_rate(moved.rate_in(currency), currency),
            note=moved.reference,
            is_reconciled=moved.is_reconciled,
            is_gone=moved.status in _GONE,
            modified=moved.updated_date_utc,
        )
    )


def _end(account: native.Account | None, lookups: Lookups) -> banking.End | None:
    if account is None:
        return None
    return banking.End(account.id, account.currency or lookups.account_currency(account))
