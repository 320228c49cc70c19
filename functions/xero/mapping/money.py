"""Money that moved: payments, what the bank did, and transfers.

An over- or prepayment is a payment that is linked to the credit that it made. On bank accounts
money in is positive, money out negative, in the account's own currency.
"""

from __future__ import annotations

from functions.xero import native
from functions.xero.mapping.lookups import Lookups
from shared_code.errors import Reject
from shared_code.mapping import banking, documents, payments, trade
from shared_code.mapping.exact import signed
from shared_code.mapping.reading import reads
from shared_code.model import accounting
from shared_code.model.accounting import PaymentLinkType
from shared_code.model.shapes import TxnType

Paying = native.Payment | native.BankTransaction

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


def _of_customer(moved: Paying, lookups: Lookups) -> accounting.Payment | None:
    """Map what a customer paid or was paid back, and what it paid too much or ahead."""
    kind = _OF_CUSTOMERS.get(moved.kind or "")
    return payments.payment(_paid(moved, kind, lookups)) if kind else None


def _of_supplier(moved: Paying, lookups: Lookups) -> accounting.BillPayment | None:
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
    return documents.direct_cost(transaction, lookups) if transaction.type == "SPEND" else None


@reads(native.BankTransaction)
def map_direct_income(
    transaction: native.BankTransaction, lookups: Lookups
) -> accounting.DirectIncome | None:
    """Map money received."""
    return documents.direct_income(transaction, lookups) if transaction.type == "RECEIVE" else None


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
    amount = signed(amount, positive=word in _COMES_IN)
    return banking.account_transaction(payment, amount, kind, lookups)


@reads(native.BankTransaction)
def map_bank_movement(
    transaction: native.BankTransaction, lookups: Lookups
) -> accounting.AccountTransaction | None:
    """Map a bank transaction; the two sides of a transfer do not say which one it is."""
    if transaction.type not in _MOVED_BY or transaction.total is None:
        return None
    kind = _MOVED_BY[transaction.type]
    amount = signed(transaction.total, positive=transaction.type.startswith("RECEIVE"))
    return banking.account_transaction(transaction, amount, kind, lookups)


map_transfer = reads(native.BankTransfer)(banking.transfer)


def _paid(moved: Paying, kind: tuple[PaymentLinkType, bool], lookups: Lookups) -> payments.Paid:
    """Show money in the currency of the one document that it is linked to."""
    if moved.amount is None:
        raise Reject(f"{type(moved).__name__} cannot be mapped: it has no amount")
    document = moved.document
    currency = lookups.currency(document.currency)
    linked_to, is_usual = kind
    amount = signed(moved.amount, positive=is_usual)
    return payments.Paid(
        id=moved.id,
        party=trade.Party.of(document.party),
        account=lookups.account_of(moved.account),
        day=moved.day,
        currency=currency,
        currency_rate=lookups.rate(moved.rate, currency),
        amount=amount,
        parts=(payments.Part(amount, linked_to, document.id),),
        reference=moved.reference,
        modified=moved.modified,
        is_deleted=moved.is_gone,
    )
