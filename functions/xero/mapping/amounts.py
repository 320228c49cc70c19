"""Arithmetic on money: exact, and rounded only where a rule says so."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Context, Decimal

from functions.xero.mapping.lookups import Lookups

ZERO = Decimal(0)

# Products of the longest numbers that are let in still fit: nothing is rounded behind our back.
EXACT = Context(prec=80, rounding=ROUND_HALF_UP)
_CENT = Decimal("0.01")
_RATE = Decimal("1e-9")


def to_cents(amount: Decimal) -> Decimal:
    """Round half up to two decimals, as Xero does."""
    return amount.quantize(_CENT, context=EXACT)


def base_rate(rate: Decimal | None, currency: str | None, lookups: Lookups) -> Decimal | None:
    """Turn Xero's foreign units per base unit into the factor from foreign to base, to 9 decimals.

    None where Xero gives no rate for a foreign currency, or one that leaves nothing of it.
    """
    if not rate or rate < 0:
        at_home = currency is not None and currency == lookups.base_currency
        return Decimal(1) if at_home else None
    inverted = EXACT.divide(Decimal(1), rate).quantize(_RATE, context=EXACT)
    return inverted.normalize(EXACT) or None
