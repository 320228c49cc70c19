"""Tie-out of aged debtors and creditors: contact by contact, and where they differ, by period."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal

from shared_code.figures import Figure
from shared_code.reports.aged import Ageing, Bucket, buckets
from shared_code.reports.open_items import Document, OpenItem
from shared_code.reports.owed import Standing, falls_due, standings
from shared_code.reports.tie_out import (
    ZERO,
    TieOutAmounts,
    TieOutDocument,
    TieOutLine,
    TieOutPeriod,
    cents,
)

CREDIT = (
    "Each document is the same in the provider's aged report: "
    "what differs is credit, or was paid for no document"
)


@dataclass(frozen=True, slots=True)
class Told:
    """What the provider said on a day: of contacts, and of the documents of some of them."""

    day: date
    contacts: Sequence[Figure]
    documents: Sequence[Figure] = ()


def compare_contacts(
    documents: Iterable[Document], told: Told, reason: str | None
) -> tuple[TieOutLine, ...]:
    """Set contacts side by side, those that differ first; `reason` is given to these."""
    by_contact: dict[str | None, list[Figure]] = {}
    for figure in told.documents:
        by_contact.setdefault(figure.contact, []).append(figure)
    lines = [
        _line(each, told.day, by_contact.get(each.id), reason)
        for each in standings(documents, told.contacts)
    ]
    return tuple(sorted(lines, key=lambda line: (not differs(line), line.name or "")))


def differs(line: TieOutLine) -> bool:
    """Whether ours is not theirs, in all or in what is overdue."""
    return bool(line.difference or (line.overdue and line.overdue.difference))


def _line(
    standing: Standing, day: date, theirs: Sequence[Figure] | None, reason: str | None
) -> TieOutLine:
    ours, told = standing.ours(day), standing.theirs
    gap = ours.less(told)
    differ = any(gap)
    periods = _periods(standing.items, theirs, day) if differ and theirs is not None else None
    if differ and periods and not any(each.difference for each in periods):
        reason = reason or CREDIT
    return TieOutLine(
        contact_id=standing.id or None,
        name=standing.name,
        ours=ours.outstanding,
        theirs=told.outstanding if standing.figure else None,
        difference=gap.outstanding,
        overdue=_amounts(ours.overdue, told.overdue),
        periods=periods,
        reason=reason if differ else None,
    )


def _periods(
    items: Iterable[OpenItem], theirs: Iterable[Figure], day: date
) -> tuple[TieOutPeriod, ...]:
    """Set documents side by side, by when they fall due."""
    mine = {each.document_id: each for each in items if falls_due(each)}
    told = {each.id: each for each in theirs}
    pairs = [(mine.get(each), told.get(each)) for each in dict.fromkeys((*told, *mine))]
    return tuple(_period(each, pairs) for each in buckets(Ageing(day)))


Pair = tuple[OpenItem | None, Figure | None]


def _period(bucket: Bucket, pairs: Iterable[Pair]) -> TieOutPeriod:
    within = [each for each in pairs if bucket.holds(_due(each))]
    found = [_document(each) for each in within]
    ours = sum((each.ours or ZERO for each in found), ZERO)
    theirs = sum((each.theirs or ZERO for each in found), ZERO)
    return TieOutPeriod(
        **_both(ours, theirs),
        from_date=_midnight(bucket.first),
        to_date=_midnight(bucket.last),
        documents=tuple(each for each in found if each.difference),
    )


def _due(pair: Pair) -> date:
    """When it falls due: by our records, else by the provider; if nobody says, long ago."""
    item, figure = pair
    if item is not None:
        return item.due
    return figure.due if figure and figure.due else date.min


def _document(pair: Pair) -> TieOutDocument:
    item, figure = pair
    due = _due(pair)
    return TieOutDocument(
        **_both(item.amount if item else None, figure.amount if figure else None),
        id=item.document_id if item else figure.id if figure else None,
        name=figure.name if figure else None,
        due_date=None if due == date.min else _midnight(due),
    )


def _amounts(ours: Decimal, theirs: Decimal) -> TieOutAmounts:
    return TieOutAmounts(**_both(ours, theirs))


def _both(ours: Decimal | None, theirs: Decimal | None) -> Mapping[str, Decimal | None]:
    mine = None if ours is None else cents(ours)
    told = None if theirs is None else cents(theirs)
    return {"ours": mine, "theirs": told, "difference": (mine or ZERO) - (told or ZERO)}


def _midnight(day: date | None) -> datetime | None:
    return None if day is None else datetime.combine(day, time())
