"""Account balances: what was on a banking account, date by date."""

from __future__ import annotations

from shared_code.model.banking.shapes import Balance
from shared_code.model.base import Dated, Kind, Timestamp, promoted


class AccountBalance(Dated):
    """The balance of an account at a moment; it has no id but these two."""

    promoted = promoted(
        ("accountId", Kind.TEXT),
        ("date", Kind.DATETIME),
        ("balance.current", Kind.MONEY),
        ("balance.available", Kind.MONEY),
        ("balance.limit", Kind.MONEY),
    )

    account_id: str
    balance: Balance
    date: Timestamp

    @property
    def source_id(self) -> str:
        """The account, a slash, and the date, which holds none."""
        return f"{self.account_id}/{self.date.isoformat()}"
