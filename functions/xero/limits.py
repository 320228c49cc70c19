"""Xero's limits, by its own words for them; calls for tokens and organisations are not counted."""

from __future__ import annotations

from datetime import timedelta

from functions.xero.settings import XeroSettings
from shared_code.limits import Limit, Limits, named_in

MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)


def limits(settings: XeroSettings) -> Limits:
    """Declare the limits, as high as the settings say."""
    return Limits(
        (
            Limit(name="concurrent", amount=settings.calls_at_once),
            Limit(
                name="minute",
                amount=settings.calls_per_minute,
                per=MINUTE,
                remaining="X-MinLimit-Remaining",
            ),
            Limit(
                name="day",
                amount=settings.calls_per_day,
                per=DAY,
                remaining="X-DayLimit-Remaining",
            ),
            Limit(
                name="appminute",
                amount=settings.app_calls_per_minute,
                per=MINUTE,
                scope="app",
                remaining="X-AppMinLimit-Remaining",
            ),
        ),
        exceeded=named_in("X-Rate-Limit-Problem"),
    )
