"""What an answer means for the meters: what the call cost, what is left, what is refused."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from http import HTTPStatus
from math import ceil

from shared_code.budget.lots import Lot
from shared_code.budget.meters import Meter
from shared_code.fetch.provider import retry_after
from shared_code.limits import Answered, Limits
from shared_code.store.moments import from_micros


def settle(meter: Meter, lot: Lot, now: int) -> None:
    """Close calls with one meter, and believe a provider that told what is left."""
    name = meter.limit.name
    meter.settle(lot.taken[name], now, lot.costs[name], lot.calls)
    if name in lot.lefts:
        meter.hear(lot.lefts[name], now)


def refusing(limits: Limits, meters: Sequence[Meter], answered: Answered) -> Sequence[Meter]:
    """The meters of the limit that refused the call; none where none did.

    Of a limit that nobody knows, all are that count for the connection alone.
    """
    name = limits.exceeded_by(answered)
    if name is None and answered.status != HTTPStatus.TOO_MANY_REQUESTS:
        return ()
    known = [meter for meter in meters if meter.limit.name == name]
    asked = [meter for meter in meters if meter.limit.scope == "connection"]
    own = [meter for meter in asked if not meter.limit.of_first_syncs]
    return known or own or meters


def shut(meters: Iterable[Meter], answered: Answered, now: int) -> int:
    """Close limits that refused a call; gives the moment at which all are open again."""
    wait = retry_after(answered.headers.get("Retry-After"), from_micros(now * 1_000))
    milliseconds = None if wait is None else ceil(wait * 1_000)
    return max(meter.refuse(now, milliseconds) for meter in meters)
