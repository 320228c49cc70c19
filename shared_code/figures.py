"""What a provider itself says of its books: figures that records are held against."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

TRIAL_BALANCE = "trialBalance"
BANK_BALANCES = "bankBalances"
AGED_DEBTORS = "agedDebtors"
AGED_CREDITORS = "agedCreditors"


def by_document(kind: str) -> str:
    """Name the kind of figures that tell document by document what another tells by contact."""
    return f"{kind}ByDocument"


@dataclass(frozen=True, slots=True)
class Figure:
    """What an account, a contact or a document comes to.

    Of an account it is in the base currency, and a debit is positive; of a contact it is what is
    left to pay less what is left to credit, and of a document what is left to pay, each in its own
    currency.

    Args:
        takes_earnings: Whether it is the account that the profit of earlier years is added to.
        overdue: What of a contact's invoices or bills should have been paid before that day.
        contact: Whose document it is.
        due: When a document falls due.
    """

    id: str
    name: str | None
    amount: Decimal
    takes_earnings: bool = False
    overdue: Decimal | None = None
    contact: str | None = None
    due: date | None = None

    def of(self, contact: str | None) -> Figure:
        """Say whose document it is."""
        return self if contact is None else replace(self, contact=contact)

    def to_json(self) -> dict[str, Any]:
        """Give what a row can hold."""
        kept = {name: value for name, value in asdict(self).items() if value is not None}
        for name in {"amount", "overdue", "due"} & kept.keys():
            kept[name] = str(kept[name])
        return kept

    @classmethod
    def from_json(cls, kept: dict[str, Any]) -> Figure:
        """Take back what `to_json` gave."""
        overdue, due = kept.get("overdue"), kept.get("due")
        told = {
            "name": None,
            **kept,
            "amount": Decimal(kept["amount"]),
            "overdue": None if overdue is None else Decimal(overdue),
            "due": None if due is None else date.fromisoformat(due),
        }
        return cls(**told)
