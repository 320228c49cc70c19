"""What moved on bank accounts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from shared_code.mapping.days import midnight
from shared_code.model import Metadata
from shared_code.model.accounting.account_transaction import (
    AccountTransaction,
    AccountTransactionLine,
    BankAccountRef,
)
from shared_code.model.accounting.transfer import Transfer, TransferAccount
from shared_code.model.shapes import (
    AccountRef,
    ReconciliationStatus,
    RecordRef,
    TrackingCategoryRef,
    TxnRef,
    TxnType,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Movement:
    """Money that one record moved on a bank account, in the account's own currency."""

    id: str
    moved_by: TxnType | None
    """The type of the record, which has the movement's id; None where it has another."""
    account: AccountRef | None
    day: date | None
    amount: Decimal
    """Positive where money came in."""
    currency: str | None
    currency_rate: Decimal | None = None
    note: str | None = None
    is_reconciled: bool | None = None
    """None where the provider does not say."""
    is_gone: bool = False
    """Whether it was deleted or made void."""
    modified: datetime | None = None


def account_transaction(movement: Movement) -> AccountTransaction:
    """Write a movement as a transaction that consists of the one record."""
    account, moved_by = movement.account, movement.moved_by
    ref = TxnRef(id=movement.id, data_type=moved_by) if moved_by else None
    return AccountTransaction(
        id=movement.id,
        transaction_id=movement.id,
        note=movement.note,
        bank_account_ref=BankAccountRef(id=account and account.id, name=account and account.name),
        date=midnight(movement.day),
        status=reconciliation(movement.is_reconciled, is_gone=movement.is_gone),
        currency=movement.currency,
        currency_rate=movement.currency_rate,
        lines=(AccountTransactionLine(amount=movement.amount, record_ref=ref),),
        total_amount=movement.amount,
        source_modified_date=movement.modified,
        metadata=Metadata(is_deleted=movement.is_gone),
    )


@dataclass(frozen=True, slots=True)
class End:
    """An account at a bank that money left or reached."""

    account_id: str
    currency: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Transferred:
    """Money that was moved between two of the company's own accounts."""

    id: str
    left: End | None
    reached: End | None
    day: date | None
    amount: Decimal
    """What left, in the currency of the account that it left."""
    amount_reached: Decimal | None = None
    """None where the provider does not say: it is the same, if the currency is."""
    note: str | None = None
    is_reconciled: bool | None = None
    """At both ends; None where the provider does not say."""
    is_gone: bool = False
    tracked_by: tuple[TrackingCategoryRef, ...] | None = None
    """None where the provider knows no categories."""
    modified: datetime | None = None


def transfer(moved: Transferred) -> Transfer:
    """Write a transfer; what arrived in another currency is left out where nobody says it."""
    left, reached, arrived = moved.left, moved.reached, moved.amount_reached
    if arrived is None and not (left and reached and left.currency != reached.currency):
        arrived = moved.amount
    return Transfer(
        id=moved.id,
        description=moved.note,
        date=midnight(moved.day),
        from_=left and _account_of(left, moved.amount),
        to=reached and _account_of(reached, arrived),
        status=reconciliation(moved.is_reconciled, is_gone=moved.is_gone),
        tracking_category_refs=moved.tracked_by,
        source_modified_date=moved.modified,
        metadata=Metadata(is_deleted=moved.is_gone),
    )


def _account_of(end: End, amount: Decimal | None) -> TransferAccount:
    account = RecordRef(id=end.account_id, data_type="bankAccounts")
    return TransferAccount(account_ref=account, currency=end.currency, amount=amount)


def reconciliation(is_reconciled: bool | None, *, is_gone: bool) -> ReconciliationStatus:  # noqa: FBT001
    """Say whether a movement was matched with the bank's statement; None is not known."""
    if is_gone:
        return ReconciliationStatus.VOID
    if is_reconciled is None:
        return ReconciliationStatus.UNKNOWN
    return ReconciliationStatus.RECONCILED if is_reconciled else ReconciliationStatus.UNRECONCILED
