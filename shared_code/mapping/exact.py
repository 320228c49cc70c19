"""Arithmetic on money: exact, and rounded only where a rule says so."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import ROUND_HALF_UP, Context, Decimal, InvalidOperation

from shared_code.errors import Reject

ZERO = Decimal(0)
ONE = Decimal(1)

# Products of the longest numbers that are let in still fit: nothing is rounded behind our back.
EXACT = Context(prec=80, rounding=ROUND_HALF_UP)
_CENT = Decimal("0.01")
_RATE = Decimal("1e-9")
_HUNDRED = Decimal(100)
_MOST_DIGITS = 30


def to_cents(amount: Decimal) -> Decimal:
    """Round half up to two decimals."""
    return amount.quantize(_CENT, context=EXACT)


def percent_of(amount: Decimal, percent: Decimal) -> Decimal:
    """Give so many percent of an amount, not rounded."""
    return EXACT.multiply(amount, EXACT.divide(percent, _HUNDRED))


def summed(amounts: Iterable[Decimal]) -> Decimal:
    """Add amounts up."""
    total = ZERO
    for each in amounts:
        total = EXACT.add(total, each)
    return total


def signed(amount: Decimal, *, positive: bool) -> Decimal:
    """Give an amount, or its opposite."""
    return amount if positive else amount.copy_negate()


def inverse_rate(rate: Decimal) -> Decimal | None:
    """Turn foreign units per base unit into base units per foreign one, to 9 decimals.

    None where nothing is left of it.
    """
    return EXACT.divide(ONE, rate).quantize(_RATE, context=EXACT).normalize(EXACT) or None


def cross_rate(
    rate: Decimal | None, amount: Decimal | None, other: Decimal | None
) -> Decimal | None:
    """Tell how many of another currency a base unit is, from an amount in one and in the other.

    `rate` is how many of the first it is. None where anything is missing or nothing.
    """
    if not (rate and amount and other):
        return None
    return EXACT.divide(EXACT.multiply(other, rate), amount)


def figure_in(text: str | None) -> Decimal:
    """Read a figure that is written as text, where nothing is zero; `Reject` if it is no number."""
    if not text:
        return ZERO
    try:
        amount = Decimal(text)
    except InvalidOperation:
        amount = Decimal("NaN")
    if not amount.is_finite() or abs(amount.adjusted()) > _MOST_DIGITS:
        raise Reject("Report cannot be mapped: a figure is no number")
    return amount
