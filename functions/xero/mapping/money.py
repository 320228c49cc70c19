"""Money that moved: payments, what the bank did, and transfers.

An over- or prepayment is a payment that is linked to the credit that it made. On bank accounts
money in is positive, money out negative, in the account's own currency.
"""

from __future__ import annotations

from collections.abc import Mapping

from functions.xero import native
from functions.xero.mapping.lookups import Lookups
from shared_code.errors import Reject
from shared_code.mapping import banking, documents, payments
from shared_code.mapping.exact import signed
from shared_code.mapping.reading import reads
from shared_code.mapping.routing import Route, routed
from shared_code.model import accounting
from shared_code.model.accounting import PaymentLinkType
from shared_code.model.shapes import TxnType

Kind = tuple[PaymentLinkType, bool]
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
_COMES_IN = {word for word, (_, is_usual) in _OF_CUSTOMERS.items() if is_usual} | {
    word for word, (_, is_usual) in _OF_SUPPLIERS.items() if not is_usual
}

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


def _payment(moved: Paying, lookups: Lookups) -> accounting.Payment:
    """Write what a customer paid or was paid back, and what it paid too much or ahead."""
    return payments.payment(_paid(moved, _OF_CUSTOMERS, lookups))


def _bill_payment(moved: Paying, lookups: Lookups) -> accounting.BillPayment:
    """Write what a supplier was paid or paid back, and what it was paid too much or ahead."""
    return payments.bill_payment(_paid(moved, _OF_SUPPLIERS, lookups))


def _paid(moved: Paying, kinds: Mapping[str, Kind], lookups: Lookups) -> payments.Paid:
    if moved.amount is None:
        raise Reject(f"{type(moved).__name__} cannot be mapped: it has no amount")
    settled, is_usual = kinds[moved.type or ""]
    part = payments.Part(signed(moved.amount, positive=is_usual), settled, moved.document.id)
    return payments.Paid.one(moved, moved.document, part, lookups)


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
    kind = TxnType.PAYMENTS if payment.type in _OF_CUSTOMERS else TxnType.BILL_PAYMENTS
    amount = signed(amount, positive=payment.type in _COMES_IN)
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


_BY_SIDE = (
    Route("payments", _OF_CUSTOMERS, _payment),
    Route("billPayments", _OF_SUPPLIERS, _bill_payment),
)

PAYMENTS = {
    **routed(native.Payment, *_BY_SIDE),
    "accountTransactions": map_payment_movement,
}

BANK_TRANSACTIONS = {
    **routed(
        native.BankTransaction,
        Route("directCosts", {"SPEND"}, documents.direct_cost),
        Route("directIncomes", {"RECEIVE"}, documents.direct_income),
        *_BY_SIDE,
        passed=_MOVED_BY,
    ),
    "accountTransactions": map_bank_movement,
}

map_transfer = reads(native.BankTransfer)(banking.transfer)
