"""What moved on bank accounts."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal

from shared_code.errors import Reject
from shared_code.mapping.accounts import ToldAccount
from shared_code.mapping.books import Books
from shared_code.mapping.days import midnight
from shared_code.mapping.lines import category_refs
from shared_code.mapping.reading import Amount, Named, Native, Text
from shared_code.mapping.sharing import Unmade, bank_account_ref, metadata
from shared_code.model.accounting.account_transaction import AccountTransaction
from shared_code.model.accounting.transfer import Transfer, TransferAccount
from shared_code.model.shapes import (
    ReconciliationStatus,
    RecordRef,
    TxnType,
)


class ToldMovement(Native):
    """Money that moved on an account at a bank, as a provider tells it.

    Its shape inherits this, and says its names as aliases; properties are for it to write anew.
    """

    id: str
    account: Named | None = None
    day: date | None = None
    rate: Amount | None = None
    reference: Text = None
    is_reconciled: bool | None = None
    """None where the provider does not say."""
    modified: datetime | None = None

    @property
    def is_gone(self) -> bool:
        """Whether it was deleted or made void."""
        return False

    def rate_in(self, currency: str | None, base: str | None) -> Decimal | None:
        """What is told of the rate to the base currency, on an account in a currency."""
        del currency, base
        return self.rate


class ToldTransfer(Native):
    """Money that was moved between two of the company's own accounts, as a provider tells it."""

    id: str
    left: ToldAccount | None = None
    reached: ToldAccount | None = None
    day: date | None = None
    amount: Amount | None = None
    """What left, in the currency of the account that it left."""
    amount_reached: Amount | None = None
    """None where the provider does not say: it is the same, if the currency is."""
    reference: Text = None
    modified: datetime | None = None

    @property
    def is_reconciled(self) -> bool | None:
        """Whether it was matched with the bank's statements at both ends; None is not known."""
        return None

    @property
    def is_gone(self) -> bool:
        """Whether it was deleted or made void."""
        return False

    @property
    def categories(self) -> Sequence[Named] | None:
        """What it is tracked by; None where the provider knows no categories."""
        return None


def account_transaction(
    told: ToldMovement, amount: Decimal, moved_by: TxnType | None, books: Books
) -> AccountTransaction:
    """Write a movement as a transaction that consists of the one record.

    The amount is in the account's own currency, and positive where money came in. `moved_by` is the
    type of the record, which has the movement's id; None where it has another.
    """
    account, currency = books.account_of(told.account), books.account_currency(told.account)
    line: Unmade = {
        "amount": amount,
        "record_ref": {"id": told.id, "data_type": moved_by} if moved_by else None,
    }
    return AccountTransaction(
        id=told.id,
        transaction_id=told.id,
        note=told.reference,
        bank_account_ref=bank_account_ref(id=account and account.id, name=account and account.name),
        date=midnight(told.day),
        status=reconciliation(told.is_reconciled, is_gone=told.is_gone),
        currency=currency,
        currency_rate=books.rate(told.rate_in(currency, books.base_currency), currency),
        lines=(line,),
        total_amount=amount,
        source_modified_date=told.modified,
        metadata=metadata(is_deleted=told.is_gone),
    )


def transfer(told: ToldTransfer, books: Books) -> Transfer:
    """Write a transfer; `Reject` where it has no amount.

    What arrived in another currency is left out where nobody says it.
    """
    if told.amount is None:
        raise Reject(f"{type(told).__name__} cannot be mapped: it has no amount")
    currencies = {_currency(each, books) for each in (told.left, told.reached) if each}
    arrived, tracked = told.amount_reached, told.categories
    if arrived is None and len(currencies) < 2:
        arrived = told.amount
    return Transfer(
        id=told.id,
        description=told.reference,
        date=midnight(told.day),
        from_=told.left and _end(told.left, told.amount, books),
        to=told.reached and _end(told.reached, arrived, books),
        status=reconciliation(told.is_reconciled, is_gone=told.is_gone),
        tracking_category_refs=None if tracked is None else category_refs(tracked),
        source_modified_date=told.modified,
        metadata=metadata(is_deleted=told.is_gone),
    )


def _end(told: ToldAccount, amount: Decimal | None, books: Books) -> TransferAccount:
    account = RecordRef(id=told.id, data_type="bankAccounts")
    return TransferAccount(account_ref=account, currency=_currency(told, books), amount=amount)


def _currency(told: ToldAccount, books: Books) -> str | None:
    return told.currency or books.account_currency(told)


def reconciliation(is_reconciled: bool | None, *, is_gone: bool) -> ReconciliationStatus:  # noqa: FBT001
    """Say whether a movement was matched with the bank's statement; None is not known."""
    if is_gone:
        return ReconciliationStatus.VOID
    if is_reconciled is None:
        return ReconciliationStatus.UNKNOWN
    return ReconciliationStatus.RECONCILED if is_reconciled else ReconciliationStatus.UNRECONCILED
