"""Kinds of limits: as a provider's simulator keeps them, and as a connector declares them."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from datetime import timedelta

import orjson
from starlette.requests import Request
from starlette.responses import Response

from local.providers.kit.declared import Simulated
from local.providers.kit.throttle import Bill, Json, Limited, Points
from local.providers.simulation import limits as simulated
from local.providers.simulation.limits import Quota, Refusal, Remaining
from shared_code.limits import Answered, Limit, Limits, Spent
from tests.support.simulated import DEMO

A_SECOND = timedelta(seconds=1)
ASKED, TAKEN = 22, 12
"""Points that a page is held to cost, and those that it takes."""


@dataclass(frozen=True)
class Throttled:
    """A provider with one limit, and what that comes to for pages of its lists."""

    limited: Limited
    limits: Limits
    at_once: int
    """Calls that pass in an instant."""
    calls: int
    seconds: float
    """The least that so many calls take."""

    @property
    def provider(self) -> Simulated:
        """The provider, declared."""
        return replace(DEMO, limits=self.limited)


def _refuse_the_bucket(refusal: Refusal) -> Response:
    headers = {"Retry-After": f"{refusal.retry_after}.0", "X-Bucket-Calls": "40/40"}
    return Response('{"errors": "Exceeded 2 calls per second"}', 429, headers)


def _told_of_the_bucket(left: Remaining) -> dict[str, str]:
    return {"X-Bucket-Calls": f"{40 - left['bucket']}/40"}


def _points(request: Request) -> int:
    return 2 + int(request.query_params.get("limit", 20))


def _taken(told: Json) -> int:
    rows = told["data"]
    assert isinstance(rows, list)
    return 2 + len(rows) // 2


def _told_of_points(bill: Bill) -> Json:
    throttle = {"maximumAvailable": 100, "currentlyAvailable": bill.remaining["points"]}
    cost = {"requestedQueryCost": bill.asked, "actualQueryCost": bill.taken}
    return {"extensions": {"cost": {**cost, "throttleStatus": {**throttle, "restoreRate": 10}}}}


def _refuse_points(_: Refusal) -> Response:
    error = {"message": "Throttled", "extensions": {"code": "THROTTLED"}}
    return Response(orjson.dumps({"errors": [error]}), 200, media_type="application/json")


def _spent(answered: Answered) -> Spent | None:
    cost = json.loads(answered.body).get("extensions", {}).get("cost")
    if cost is None:
        return None
    return Spent(cost["actualQueryCost"], cost["throttleStatus"]["currentlyAvailable"])


def _throttled(answered: Answered) -> str | None:
    errors = json.loads(answered.body).get("errors") or [{}]
    return "points" if errors[0].get("extensions", {}).get("code") == "THROTTLED" else None


def _only(**quota: object) -> simulated.Limits:
    return simulated.Limits.only(Quota(**quota))  # type: ignore[arg-type]


THROTTLED = {
    "so many a second": Throttled(
        Limited(_only(name="second", amount=10, seconds=1)),
        Limits((Limit(name="second", amount=10, per=A_SECOND),)),
        at_once=10,
        calls=35,
        seconds=3,
    ),
    "so many from stroke to stroke": Throttled(
        Limited(
            _only(name="top", amount=5, seconds=60, window="fixed"),
            tell=lambda left: {"X-Left": str(left["top"])},
        ),
        Limits(
            (Limit(name="top", amount=5, per=60 * A_SECOND, window="fixed", remaining="X-Left"),)
        ),
        at_once=5,
        calls=12,
        seconds=120,
    ),
    "a leaky bucket": Throttled(
        Limited(
            _only(name="bucket", amount=40, seconds=20, window="leaky"),
            refuse=_refuse_the_bucket,
            tell=_told_of_the_bucket,
        ),
        Limits((Limit(name="bucket", amount=40, per=20 * A_SECOND, window="leaky"),)),
        at_once=40,
        calls=50,
        seconds=5,
    ),
    "points that run out of a bucket": Throttled(
        Limited(
            _only(name="points", amount=100, seconds=10, window="leaky", points=True),
            refuse=_refuse_points,
            points=Points(_points, _taken, _told_of_points),
        ),
        Limits(
            (
                Limit(
                    name="points",
                    amount=100,
                    per=10 * A_SECOND,
                    window="leaky",
                    cost=ASKED,
                    spent=_spent,
                ),
            ),
            exceeded=_throttled,
        ),
        # Seven times twelve are in it, and twenty-two do not fit any more.
        at_once=7,
        calls=20,
        seconds=(20 * TAKEN + ASKED - TAKEN - 100) / 10,
    ),
}
