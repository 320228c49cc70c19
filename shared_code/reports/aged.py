"""Aged reports: open items by contact, currency and how long they have been due."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from itertools import groupby

from shared_code.model.accounting.aged_reports import (
    AgedCreditor,
    AgedCreditorReport,
    AgedCurrencyOutstanding,
    AgedDebtor,
    AgedDebtorReport,
    AgedOutstandingAmount,
    AgedOutstandingAmountDetail,
)
from shared_code.reports.open_items import OpenItem


@dataclass(frozen=True, slots=True)
class Ageing:
    """How to age: `periods` of `days` each go back from the day before `day`.

    What falls due on `day` or later is not overdue and stands before them; the last period holds
    all that is older, too.
    """

    day: date
    periods: int = 4
    days: int = 30


@dataclass(frozen=True, slots=True)
class Bucket:
    """The due dates from `first` to `last`, both included; None is without end."""

    first: date | None
    last: date | None

    def holds(self, day: date) -> bool:
        """Whether a day is one of them."""
        begun = self.first is None or self.first <= day
        return begun and (self.last is None or day <= self.last)


def buckets(ageing: Ageing) -> list[Bucket]:
    """What is not due yet, then the periods, the newest first."""
    found = [Bucket(ageing.day, None)]
    last = ageing.day - timedelta(days=1)
    for _ in range(ageing.periods):
        first = last - timedelta(days=ageing.days - 1)
        found.append(Bucket(first, last))
        last = first - timedelta(days=1)
    found[-1] = Bucket(None, found[-1].last)
    return found


def aged_debtors(items: Iterable[OpenItem], ageing: Ageing, now: datetime) -> AgedDebtorReport:
    """What each customer owed; those without open items are left out."""
    return AgedDebtorReport(
        generated=now,
        report_date=_midnight(ageing.day),
        data=tuple(
            AgedDebtor(
                customer_id=first.contact_id,
                customer_name=first.contact_name,
                aged_currency_outstanding=_by_currency(of_one, ageing),
            )
            for first, of_one in _by_contact(items)
        ),
    )


def aged_creditors(items: Iterable[OpenItem], ageing: Ageing, now: datetime) -> AgedCreditorReport:
    """What each supplier was owed; those without open items are left out."""
    return AgedCreditorReport(
        generated=now,
        report_date=_midnight(ageing.day),
        data=tuple(
            AgedCreditor(
                supplier_id=first.contact_id,
                supplier_name=first.contact_name,
                aged_currency_outstanding=_by_currency(of_one, ageing),
            )
            for first, of_one in _by_contact(items)
        ),
    )


def _by_contact(items: Iterable[OpenItem]) -> list[tuple[OpenItem, list[OpenItem]]]:
    ordered = sorted(items, key=lambda item: item.contact_id)
    groups = (list(group) for _, group in groupby(ordered, key=lambda item: item.contact_id))
    return sorted(((group[0], group) for group in groups), key=lambda each: _by_name(each[0]))


def _by_name(item: OpenItem) -> tuple[str, str]:
    return (item.contact_name or "").lower(), item.contact_id


def _by_currency(items: Sequence[OpenItem], ageing: Ageing) -> tuple[AgedCurrencyOutstanding, ...]:
    return tuple(
        AgedCurrencyOutstanding(
            currency=currency,
            aged_outstanding_amounts=tuple(
                _amount(bucket, [item for item in items if item.currency == currency])
                for bucket in buckets(ageing)
            ),
        )
        for currency in sorted({item.currency for item in items})
    )


def _amount(bucket: Bucket, items: Iterable[OpenItem]) -> AgedOutstandingAmount:
    details: dict[str, Decimal] = {}
    for item in items:
        if bucket.holds(item.due):
            details[item.source] = details.get(item.source, Decimal(0)) + item.amount
    return AgedOutstandingAmount(
        from_date=_moment(bucket.first),
        to_date=_moment(bucket.last),
        amount=sum(details.values(), Decimal(0)),
        details=_details(details),
    )


def _details(amounts: Mapping[str, Decimal]) -> tuple[AgedOutstandingAmountDetail, ...]:
    return tuple(
        AgedOutstandingAmountDetail(name=name, amount=amount)
        for name, amount in sorted(amounts.items())
    )


def _moment(day: date | None) -> datetime | None:
    return None if day is None else _midnight(day)


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time())
