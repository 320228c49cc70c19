"""What moved on bank accounts: payments, and the ledger's bank transactions.

Money in is positive, money out negative, in the account's own currency.
"""

from __future__ import annotations

from decimal import Decimal

from functions.xero import native
from functions.xero.mapping.amounts import base_rate
from functions.xero.mapping.lookups import Lookups
from functions.xero.mapping.reading import midnight, reads
from shared_code.errors import Reject
from shared_code.model import Metadata
from shared_code.model.accounting.account_transaction import (
    AccountTransaction,
    AccountTransactionLine,
    BankAccountRef,
)
from shared_code.model.shapes import ReconciliationStatus, TxnRef, TxnType

_GONE = ("DELETED", "VOIDED")

_OF_CUSTOMERS = ("ACCREC", "AR")
_COMES_IN = frozenset(
    {"ACCRECPAYMENT", "APCREDITPAYMENT", "APOVERPAYMENTPAYMENT", "APPREPAYMENTPAYMENT"}
)

_KINDS = {
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


@reads(native.Payment)
def map_payment_movement(payment: native.Payment, lookups: Lookups) -> AccountTransaction | None:
    """Map what a payment moved; one to or from another account than a bank moved none."""
    if payment.account is None or payment.account.account_id not in lookups.banks:
        return None
    kind = payment.payment_type or ""
    amount, document = payment.bank_amount, payment.document or native.PaidDocument()
    currency = lookups.account_currency(payment.account.account_id)
    if amount is None and document.currency_code in (None, currency):
        amount = payment.amount
    if amount is None:
        raise Reject("Payment cannot be mapped: it does not say what its bank account moved")
    of_customer = kind.startswith(_OF_CUSTOMERS)
    data_type = TxnType.PAYMENTS if of_customer else TxnType.BILL_PAYMENTS
    signed = amount if kind in _COMES_IN else amount.copy_negate()
    ref = TxnRef(id=payment.payment_id, data_type=data_type)
    # The payment's rate is that of the document's currency, which need not be the bank's.
    rate = payment.currency_rate if document.currency_code == currency else None
    return _movement(payment.model_copy(update={"currency_rate": rate}), signed, ref, lookups)


@reads(native.BankTransaction)
def map_bank_movement(
    transaction: native.BankTransaction, lookups: Lookups
) -> AccountTransaction | None:
    """Map a bank transaction; the two sides of a transfer do not say which one it is."""
    if transaction.type not in _KINDS or transaction.total is None:
        return None
    kind = _KINDS[transaction.type]
    ref = TxnRef(id=transaction.bank_transaction_id, data_type=kind) if kind else None
    comes_in = transaction.type.startswith("RECEIVE")
    amount = transaction.total if comes_in else transaction.total.copy_negate()
    return _movement(transaction, amount, ref, lookups)


def _movement(
    source: native.Payment | native.BankTransaction,
    amount: Decimal,
    ref: TxnRef | None,
    lookups: Lookups,
) -> AccountTransaction:
    """Show a movement of an amount that is signed already."""
    if isinstance(source, native.Payment):
        id_, account = source.payment_id, source.account
    else:
        id_, account = source.bank_transaction_id, source.bank_account
    account_id = account.account_id if account else None
    currency = lookups.account_currency(account_id)
    name = account.name if account else None
    return AccountTransaction(
        id=id_,
        transaction_id=id_,
        note=source.reference,
        bank_account_ref=BankAccountRef(
            id=account_id, name=name or lookups.account_names.get(account_id or "")
        ),
        date=midnight(source.date),
        status=_status(source),
        currency=currency,
        currency_rate=base_rate(source.currency_rate, currency, lookups),
        lines=(AccountTransactionLine(amount=amount, record_ref=ref),),
        total_amount=amount,
        source_modified_date=source.updated_date_utc,
        metadata=Metadata(is_deleted=source.status in _GONE),
    )


def _status(source: native.Payment | native.BankTransaction) -> ReconciliationStatus:
    if source.status in _GONE:
        return ReconciliationStatus.VOID
    if source.is_reconciled is None:
        return ReconciliationStatus.UNKNOWN
    if source.is_reconciled:
        return ReconciliationStatus.RECONCILED
    return ReconciliationStatus.UNRECONCILED
