"""Shapes that several banking types share."""

from __future__ import annotations

from shared_code.model.base import Money, Shape


class Balance(Shape):
    """What is on an account, in its currency.

    `current` counts what is booked, `available` what can be spent; `limit` is the credit or
    overdraft that the institution grants.
    """

    current: Money
    available: Money | None = None
    limit: Money | None = None
