"""Reports that have a row for each account, such as a trial balance: what they say, as figures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from shared_code.errors import Reject
from shared_code.figures import Figure
from shared_code.mapping.books import Accounts
from shared_code.mapping.exact import EXACT, ZERO
from shared_code.mapping.statements import Row


@dataclass(frozen=True, slots=True)
class Table:
    """What the columns are called that hold figures, and the rows that are about accounts."""

    heads: Sequence[str]
    rows: Sequence[Row]

    def column(self, head: str) -> int:
        """Find a column by its head; `Reject` where there is none."""
        if head not in self.heads:
            raise Reject(f"Report cannot be read: it has no column {head}")
        return self.heads.index(head)

    def balances(self, head: str) -> list[Figure]:
        """Read what each account comes to from one column."""
        column = self.column(head)
        return [Figure(row.account_id or "", row.name, row.amount(column)) for row in self.rows]

    def trial_balance(self, debit: str, credit: str, accounts: Accounts) -> list[Figure]:
        """Read what each account comes to from a column of debits and one of credits.

        Accounts that come to nothing may have no row; the one that takes earnings is told anyway.
        """
        debits, credits_ = self.column(debit), self.column(credit)
        found = [
            Figure(
                row.account_id or "",
                row.name,
                EXACT.subtract(row.amount(debits), row.amount(credits_)),
                takes_earnings=accounts.get(row.account_id).takes_earnings,
            )
            for row in self.rows
        ]
        if any(each.takes_earnings for each in found):
            return found
        takers = [each for each in accounts.listed if each.takes_earnings]
        return found + [Figure(each.id, each.name, ZERO, takes_earnings=True) for each in takers]
