"""What a request for many instances asks for: filters, page size, where to go on."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping

from multidict import MultiMapping

from local.host.durable.engine import Query, Status
from local.host.durable.history import moment

CONTINUATION = "x-ms-continuation-token"
PAGE = 100
MOST = 2**31 - 1  # instances on a page
STATUSES = (
    "Pending",
    "Running",
    "ContinuedAsNew",
    "Completed",
    "Failed",
    "Canceled",
    "Terminated",
    "Suspended",
)


class CallError(Exception):
    """The request cannot be understood; the text says why."""


def page_size(values: Mapping[str, str]) -> int:
    """Read `top`: how many instances a page has, 100 unless told."""
    text = values.get("top") or str(PAGE)
    if not text.isdecimal() or not 0 < int(text) <= MOST:
        raise CallError(f"top is no number of instances: {text}")
    return int(text)


def read_query(values: MultiMapping[str], token: str | None = None) -> Query:
    """Read the filters of a list, and the token of the page before.

    Raises:
        CallError: one of them cannot be read.
    """
    return Query(
        created_from=_time(values, "createdTimeFrom", 0),
        created_to=_time(values, "createdTimeTo", 1e12),
        statuses=_statuses(",".join(values.getall("runtimeStatus", []))),
        prefix=values.get("instanceIdPrefix") or "",
        after=_place(token) if token else None,
    )


def read_purge(values: MultiMapping[str]) -> Query:
    """Read the filters of a purge; a time to begin with is needed, as on the real host.

    Raises:
        CallError: one of them is missing, cannot be read, or has no effect on the real host.
    """
    if not values.get("createdTimeFrom"):
        raise CallError("Please say from which time on (createdTimeFrom) instances are purged.")
    if values.get("instanceIdPrefix"):
        # The real host ignores it, and purges whatever the other filters let through.
        raise CallError(
            "instanceIdPrefix does not narrow a purge down; purge instance by instance."
        )
    return read_query(values)


def token_after(last: Status) -> str:
    """Write the token that asks for what comes after this instance."""
    return base64.b64encode(json.dumps([last.created, last.id]).encode()).decode()


def _place(token: str) -> tuple[float, str]:
    try:
        created, id_ = json.loads(base64.b64decode(token, validate=True))
        return float(created), str(id_)
    except (TypeError, ValueError) as error:
        raise CallError(f"{CONTINUATION} is none that this host gave: {token}") from error


def _time(values: Mapping[str, str], name: str, default: float) -> float:
    text = values.get(name)
    try:
        return moment(text.replace(" ", "+")).timestamp() if text else default
    except ValueError as error:
        raise CallError(f"{name} is no time: {text}") from error


def _statuses(text: str) -> tuple[str, ...]:
    wanted = tuple(word.strip() for word in text.split(",") if word.strip())
    for word in wanted:
        if word not in STATUSES:
            raise CallError(f"runtimeStatus '{word}' is none of {', '.join(STATUSES)}.")
    return wanted
