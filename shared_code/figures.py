"""What a provider itself says of its books: figures that records are held against."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from decimal import Decimal
from typing import Any

TRIAL_BALANCE = "trialBalance"
BANK_BALANCES = "bankBalances"


@dataclass(frozen=True, slots=True)
class Figure:
    """What one account comes to, in the base currency: a debit is positive.

    `takes_earnings` marks the account that the profit of earlier years is added to.
    """

    id: str
    name: str | None
    amount: Decimal
    takes_earnings: bool = False

    def to_json(self) -> dict[str, Any]:
        """Give what a row can hold."""
        return {**asdict(self), "amount": str(self.amount)}

    @classmethod
    def from_json(cls, kept: dict[str, Any]) -> Figure:
        """Take back what `to_json` gave."""
        return cls(**{**kept, "amount": Decimal(kept["amount"])})
