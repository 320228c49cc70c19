"""What a ledger of calls says of limits: how much of each was ever used at a time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from urllib.parse import urlsplit

from local.conformance.simulator import Call
from shared_code.connector.declaration import Connector
from shared_code.limits import Limit


def counted(limit: Limit, connector: Connector, calls: Sequence[Call]) -> Sequence[Call]:
    """Pick the calls for data that a limit counts."""
    root = urlsplit(connector.source.base_url).path.partition("{")[0]
    return [
        each
        for each in calls
        if each.path.startswith(root)
        and each.grant_type is None
        and limit.applies("api", each.path, first_sync=False)
    ]


def peak(limit: Limit, calls: Sequence[Call]) -> float:
    """The most that was used of a limit: in any of its windows, of its bucket, or at once."""
    if limit.per is None:
        return max((_open_with(each, calls) for each in calls), default=0)
    if limit.window == "leaky":
        return _fullest(limit, calls)
    if limit.window == "fixed":
        return _most_between_strokes(limit, calls)
    return max((_within(limit, begin, calls) for begin in calls), default=0)


def _cost(limit: Limit, call: Call) -> int:
    return call.points if limit.cost > 1 or limit.spent else 1


def _open_with(call: Call, calls: Sequence[Call]) -> int:
    """How many calls were under way when one came, itself among them."""
    return sum(
        each.seq <= call.seq and (each.until is None or each.until >= call.seq) for each in calls
    )


def _within(limit: Limit, begin: Call, calls: Sequence[Call]) -> int:
    assert limit.per
    end = begin.at + limit.per
    return sum(_cost(limit, each) for each in calls if begin.at <= each.at < end)


def _most_between_strokes(limit: Limit, calls: Sequence[Call]) -> int:
    assert limit.per
    used: Counter[float] = Counter()
    for each in calls:
        used[each.at.timestamp() // limit.per.total_seconds()] += _cost(limit, each)
    return max(used.values(), default=0)


def _fullest(limit: Limit, calls: Sequence[Call]) -> float:
    """How full a bucket was at most, that `limit.amount` run out of in its time."""
    assert limit.per
    pace = limit.amount / limit.per.total_seconds()
    level, fullest = 0.0, 0.0
    for before, call in zip([*calls[:1], *calls], calls, strict=False):
        level = max(0.0, level - (call.at - before.at).total_seconds() * pace)
        level += _cost(limit, call)
        fullest = max(fullest, level)
    return round(fullest, 3)
