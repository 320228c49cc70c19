"""The arithmetic of document lines."""

from dataclasses import replace
from decimal import Decimal

from local.providers.books.model import ZERO, Line, LineAmounts, cents

HUNDRED = Decimal(100)


def price(
    amount: Decimal, *, percent: Decimal, line_amounts: LineAmounts
) -> tuple[Decimal, Decimal]:
    """Split the rounded amount of a line into net and tax, as the document's mode says."""
    if line_amounts is LineAmounts.NO_TAX or not percent:
        return amount, ZERO
    if line_amounts is LineAmounts.INCLUSIVE:
        tax = cents(amount * percent / (HUNDRED + percent))
        return amount - tax, tax
    return amount, cents(amount * percent / HUNDRED)


def discounted(quantity: Decimal, unit_price: Decimal, discount_rate: Decimal | None) -> Decimal:
    """Give quantity times price less the discount (percent), to the cent."""
    amount = quantity * unit_price
    if discount_rate:
        amount = amount * (HUNDRED - discount_rate) / HUNDRED
    return cents(amount)


def repriced(
    line: Line, unit_price: Decimal, *, percent: Decimal, line_amounts: LineAmounts
) -> Line:
    """Give the line at another unit price, its net and tax following."""
    amount = discounted(line.quantity, unit_price, line.discount_rate)
    net, tax = price(amount, percent=percent, line_amounts=line_amounts)
    return replace(line, unit_price=unit_price, net=net, tax=tax)
