"""Money that moved: payments, what the bank did, and transfers.

An over- or prepayment is a payment that is linked to the credit that it made. On bank accounts
money in is positive, money out negative, in the account's own currency.
"""

from __future__ import annotations

from functools import partial

from functions.xero import native
from shared_code.errors import Reject
from shared_code.mapping import banking, documents, payments
from shared_code.mapping.books import Books
from shared_code.mapping.exact import signed
from shared_code.mapping.payments import Settles
from shared_code.mapping.reading import reads
from shared_code.mapping.routing import Route, routed
from shared_code.model import accounting
from shared_code.model.accounting import PaymentLinkType
from shared_code.model.shapes import TxnType

_INVOICE = Settles(PaymentLinkType.INVOICE)
_CREDIT = Settles(PaymentLinkType.CREDIT_NOTE)
_REFUND = Settles(PaymentLinkType.CREDIT_NOTE, is_usual=False)

_KINDS = {
    ("ACCRECPAYMENT", "ACCPAYPAYMENT"): _INVOICE,
    ("ARCREDITPAYMENT", "APCREDITPAYMENT"): _REFUND,
    ("AROVERPAYMENTPAYMENT", "APOVERPAYMENTPAYMENT"): _REFUND,
    ("ARPREPAYMENTPAYMENT", "APPREPAYMENTPAYMENT"): _REFUND,
    ("RECEIVE-OVERPAYMENT", "SPEND-OVERPAYMENT"): _CREDIT,
    ("RECEIVE-PREPAYMENT", "SPEND-PREPAYMENT"): _CREDIT,
}
"""Words for what customers pay, and for what suppliers are paid."""

_OF_CUSTOMERS = {word: kind for (word, _), kind in _KINDS.items()}
_OF_SUPPLIERS = {word: kind for (_, word), kind in _KINDS.items()}

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


@reads(native.Payment)
def map_payment_movement(
    payment: native.Payment, lookups: Books
) -> accounting.AccountTransaction | None:
    """Map what a payment moved on an account at a bank."""
    return payments.movement(payment, lookups, _OF_CUSTOMERS, _OF_SUPPLIERS)


@reads(native.BankTransaction)
def map_bank_movement(
    transaction: native.BankTransaction, lookups: Books
) -> accounting.AccountTransaction | None:
    """Map a bank transaction; the two sides of a transfer do not say which one it is."""
    if transaction.type not in _MOVED_BY:
        return None
    if transaction.total is None:
        raise Reject("BankTransaction cannot be mapped: it does not say what it moved")
    amount = signed(transaction.total, positive=transaction.type.startswith("RECEIVE"))
    return banking.account_transaction(transaction, amount, _MOVED_BY[transaction.type], lookups)


_BY_SIDE = (
    Route("payments", _OF_CUSTOMERS, partial(payments.from_customer, words=_OF_CUSTOMERS)),
    Route("billPayments", _OF_SUPPLIERS, partial(payments.to_supplier, words=_OF_SUPPLIERS)),
)

PAYMENTS = {**routed(native.Payment, *_BY_SIDE), "accountTransactions": map_payment_movement}

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
