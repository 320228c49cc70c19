"""What an answer means for the meters: what the call cost, what is left, what is refused."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from http import HTTPStatus
from math import ceil

from shared_code.budget.meters import Meter
from shared_code.fetch.provider import retry_after
from shared_code.limits import Answered, Limits
from shared_code.store.moments import from_micros


def settle(meter: Meter, taken: int, answered: Answered | None, now: int) -> None:
    """Close a call with one meter; without an answer it cost what was reserved."""
    limit = meter.limit
    spent = limit.spent(answered) if answered and limit.spent else None
    meter.settle(taken, now, limit.cost if spent is None else spent.cost)
    if answered is None or limit.of_first_syncs:
        return
    lefts = [_number(answered.headers.get(limit.remaining)) if limit.remaining else None]
    lefts.append(spent.left if spent else None)
    for left in lefts:
        if left is not None:
            meter.hear(left, now)


def refusing(limits: Limits, meters: Sequence[Meter], answered: Answered) -> Sequence[Meter]:
    """The meters of the limit that refused the call; none where none did.

    Of a limit that nobody knows, all are that count for the connection alone.
    """
    name = limits.exceeded(answered)
    if name is None and answered.status != HTTPStatus.TOO_MANY_REQUESTS:
        return ()
    known = [meter for meter in meters if meter.limit.name == name]
    asked = [meter for meter in meters if meter.limit.scope == "connection"]
    own = [meter for meter in asked if not meter.limit.of_first_syncs]
    return known or own or meters


def close(meters: Iterable[Meter], answered: Answered, now: int) -> int:
    """Close limits that refused a call; gives the moment at which all are open again."""
    wait = retry_after(answered.headers.get("Retry-After"), from_micros(now * 1_000))
    milliseconds = None if wait is None else ceil(wait * 1_000)
    return max(meter.refuse(now, milliseconds) for meter in meters)


def calm(meters: Iterable[Meter]) -> None:
    """Forget refusals: the provider has let a call through."""
    for meter in meters:
        meter.refusals = 0


def _number(text: str | None) -> int | None:
    """A header's number; None for what is none, or below zero."""
    return int(text) if text and text.isascii() and text.isdigit() else None
