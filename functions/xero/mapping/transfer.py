"""Bank transfers, each of which Xero also shows as two bank transactions."""

from __future__ import annotations

from decimal import Decimal

from functions.xero import native
from functions.xero.mapping.lookups import Lookups
from functions.xero.mapping.reading import midnight, reads
from functions.xero.mapping.references import categories
from shared_code.errors import Reject
from shared_code.model import Metadata
from shared_code.model.accounting.transfer import Transfer, TransferAccount
from shared_code.model.shapes import ReconciliationStatus, RecordRef


@reads(native.BankTransfer)
def map_transfer(transfer: native.BankTransfer, lookups: Lookups) -> Transfer:
    """Map a transfer; Xero says the amount that left, which arrives where currencies are equal."""
    if transfer.amount is None:
        raise Reject("BankTransfer cannot be mapped: it has no amount")
    left = _end(transfer.from_bank_account, transfer.amount, lookups)
    reached = _end(transfer.to_bank_account, transfer.amount, lookups)
    if left and reached and left.currency != reached.currency:
        reached = reached.model_copy(update={"amount": None})
    tracking = (*(transfer.from_tracking or ()), *(transfer.to_tracking or ()))
    return Transfer.model_validate(
        {
            "id": transfer.bank_transfer_id,
            "description": transfer.reference,
            "date": midnight(transfer.date),
            "from": left,
            "to": reached,
            "status": _status(transfer),
            "tracking_category_refs": categories(tracking),
            "source_modified_date": transfer.created_date_utc,
            "metadata": Metadata(is_deleted=transfer.status == "DELETED"),
        }
    )


def _end(
    account: native.Account | None, amount: Decimal, lookups: Lookups
) -> TransferAccount | None:
    if account is None:
        return None
    return TransferAccount(
        account_ref=RecordRef(id=account.account_id, data_type="bankAccounts"),
        currency=account.currency_code or lookups.account_currency(account.account_id),
        amount=amount,
    )


def _status(transfer: native.BankTransfer) -> ReconciliationStatus:
    """Count as reconciled what is so at both ends."""
    if transfer.status == "DELETED":
        return ReconciliationStatus.VOID
    if transfer.from_is_reconciled is None or transfer.to_is_reconciled is None:
        return ReconciliationStatus.UNKNOWN
    if transfer.from_is_reconciled and transfer.to_is_reconciled:
        return ReconciliationStatus.RECONCILED
    return ReconciliationStatus.UNRECONCILED
