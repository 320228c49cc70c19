"""Limits in words, for the people who wait."""

from __future__ import annotations

from datetime import timedelta

from shared_code.limits import Limit

_TIMES = {
    timedelta(seconds=1): "a second",
    timedelta(minutes=1): "a minute",
    timedelta(hours=1): "an hour",
    timedelta(days=1): "a day",
}


def used_up(provider: str, limit: Limit) -> str:
    """Say which limit there is to wait for."""
    whose = " for all companies together" if limit.scope == "app" else ""
    what = f"limit of {_amount(limit)}{whose}"
    if limit.of_first_syncs:
        what = f"limit on first syncs, {_amount(limit)},"
    return f"{provider}'s {what} is used up"


def refused(provider: str, limit: Limit | None) -> str:
    """Say that the provider itself refused a call."""
    return "The provider asked to wait" if limit is None else used_up(provider, limit)


def _amount(limit: Limit) -> str:
    unit = "call" if limit.spent is None and limit.cost == 1 else "point"
    unit += "" if limit.amount == 1 else "s"
    if limit.per is None:
        return f"{limit.amount:,} {unit} at once"
    time = _TIMES.get(limit.per) or f"in {limit.per.total_seconds():,g} seconds"
    return f"{limit.amount:,} {unit} {time}"
