"""What a document comes to, and what settled it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from shared_code.errors import Reject
from shared_code.mapping.days import midnight
from shared_code.mapping.exact import EXACT, ZERO
from shared_code.mapping.sharing import Unmade
from shared_code.model.shapes import AccountRef


@dataclass(frozen=True, slots=True)
class Totals:
    """A document's amounts in its currency; `total = sub_total + tax`."""

    sub_total: Decimal
    tax: Decimal
    total: Decimal

    @classmethod
    def of(
        cls, sub_total: Decimal | None, tax: Decimal | None, total: Decimal | None, name: str
    ) -> Totals:
        """Work out one that is missing; `Reject` names the document where there is no total."""
        if total is None and sub_total is not None:
            total = EXACT.add(sub_total, tax or ZERO)
        if total is None:
            raise Reject(f"{name} cannot be mapped: it has no total")
        if sub_total is None:
            sub_total = EXACT.subtract(total, tax or ZERO)
        if tax is None:
            tax = EXACT.subtract(total, sub_total)
        return cls(sub_total, tax, total)


@dataclass(frozen=True, slots=True)
class Settlement:
    """What settled a part of a document, in the document's currency.

    `rate` times the amount is in the base currency.
    """

    id: str | None
    reference: str | None
    amount: Decimal | None
    day: date | None
    rate: Decimal | None
    account: AccountRef | None = None

    def allocation(self, currency: str) -> Unmade:
        """Show it as the payment that was allocated, all of it, to the document."""
        day = midnight(self.day)
        told = {
            "currency": currency,
            "currency_rate": self.rate,
            "total_amount": self.amount,
        }
        return {
            "payment": {
                **told,
                "id": self.id,
                "reference": self.reference,
                "account_ref": self.account,
                "paid_on_date": day,
            },
            "allocation": {**told, "allocated_on_date": day},
        }


def allocations(settlements: Iterable[Settlement], currency: str) -> tuple[Unmade, ...]:
    """Show what settled a document."""
    return tuple(each.allocation(currency) for each in settlements)
