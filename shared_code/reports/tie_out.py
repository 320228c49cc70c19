"""Tie-out: what the records that were read come to, beside what the provider says.

Here accounts are compared, in `tie_out_contacts` what contacts owe or are owed. Of accounts debits
are positive, all is in the base currency and to the cent. Income and expenses count from the
beginning of the financial year; what earlier years earned is in the account that takes earnings.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from shared_code.figures import Figure
from shared_code.model.base import Money, Shape, Timestamp

CENT = Decimal("0.01")
ZERO = Decimal(0)
EARNED = frozenset({"Income", "Expense"})


class TieOutAmounts(Shape):
    """Ours and the provider's amount, where there is any, and ours less theirs."""

    difference: Money
    ours: Money | None = None
    theirs: Money | None = None


class TieOutDocument(TieOutAmounts):
    """An invoice or a bill of which one side says something else than the other."""

    id: str | None = None
    name: str | None = None
    due_date: Timestamp | None = None


class TieOutPeriod(TieOutAmounts):
    """What is left to pay of documents that fall due in a period, both days included.

    The first period is what is not overdue; the last one holds all that is older.
    """

    documents: tuple[TieOutDocument, ...]
    from_date: Timestamp | None = None
    to_date: Timestamp | None = None


class TieOutLine(TieOutAmounts):
    """An account or a contact, and why it differs, if that is known.

    A contact's amounts are in its documents' own currencies, credit taken off. `overdue` is what of
    the documents should have been paid by then, without credit; `periods` tell more where the
    provider was asked for its aged report.
    """

    account_id: str | None = None
    contact_id: str | None = None
    name: str | None = None
    overdue: TieOutAmounts | None = None
    periods: tuple[TieOutPeriod, ...] | None = None
    reason: str | None = None


class TieOutSection(Shape):
    """One of the provider's reports, as of the end of `date`.

    It ties where no account and no contact differs. Where nothing can be compared there are no
    lines, and `reason` says why.
    """

    report: str
    ties: bool
    lines: tuple[TieOutLine, ...]
    date: Timestamp | None = None
    reason: str | None = None


class TieOutReport(Shape):
    """All that was compared, as computed at the moment `generated`."""

    generated: Timestamp
    sections: tuple[TieOutSection, ...]


@dataclass(frozen=True, slots=True)
class Chart:
    """What is known of the accounts: types by id, and the first day of some financial year."""

    types: Mapping[str, str] = field(default_factory=dict)
    year_start: date | None = None


@dataclass(frozen=True, slots=True)
class Sums:
    """What the records of accounts add up to, by account id."""

    amounts: Mapping[str, Decimal]
    reasons: Mapping[str, str] = field(default_factory=dict)
    """Why some accounts' may lack something."""


def posted(entries: Iterable[Mapping[str, Any]], day: date, chart: Chart) -> Sums:
    """Sum journal entries up to a day by account id; what earlier years earned stands under ''."""
    started = _year_of(chart.year_start, day)
    sums: dict[str, Decimal] = {}
    for entry in entries:
        on = str(entry.get("postedOn", ""))[:10]
        if on > day.isoformat() or entry.get("metadata", {}).get("isDeleted"):
            continue
        for line in entry.get("journalLines", ()):
            account = line.get("accountRef", {}).get("id", "")
            is_earlier = chart.types.get(account) in EARNED and on < started
            key = "" if is_earlier else account
            sums[key] = sums.get(key, ZERO) + Decimal(line["netAmount"])
    return Sums(sums)


def banked(movements: Iterable[Mapping[str, Any]], day: date) -> Sums:
    """Sum movements on bank accounts up to a day, each at its own rate, by account id.

    Those in a currency that tell none are in a foreign one, and cannot be counted.
    """
    sums: dict[str, Decimal] = {}
    unrated: Counter[str] = Counter()
    for each in movements:
        if str(each.get("date", ""))[:10] > day.isoformat() or each["metadata"].get("isDeleted"):
            continue
        account = each.get("bankAccountRef", {}).get("id", "")
        usual = None if each.get("currency") else 1
        amount, rate = Decimal(each.get("totalAmount", 0)), each.get("currencyRate", usual)
        unrated[account] += bool(amount) and rate is None
        sums[account] = sums.get(account, ZERO) + cents(amount * Decimal(rate or 0))
    reasons = {
        account: f"{count} of its movements in another currency tell no rate"
        for account, count in unrated.items()
        if count
    }
    return Sums(sums, reasons)


def compare(ours: Sums, theirs: Sequence[Figure], reason: str | None) -> tuple[TieOutLine, ...]:
    """Set accounts side by side, those that differ first.

    To these the reason of their own sum is given, else `reason`.
    """
    mine, reasons = dict(ours.amounts), ours.reasons
    earlier = mine.pop("", ZERO)
    lines = []
    for figure in theirs:
        amount = mine.pop(figure.id, ZERO) + (earlier if figure.takes_earnings else ZERO)
        why = reasons.get(figure.id, reason)
        lines.append(_line(figure.id, figure.name, amount, figure.amount, why))
        earlier = ZERO if figure.takes_earnings else earlier
    if earlier:
        lines.append(_line(None, "Earnings of earlier years", earlier, None, reason))
    lines += [
        _line(id_, None, amount, None, reasons.get(id_, reason))
        for id_, amount in mine.items()
        if amount
    ]
    return tuple(sorted(lines, key=lambda line: (not line.difference, line.name or "")))


def _line(
    id_: str | None, name: str | None, ours: Decimal, theirs: Decimal | None, reason: str | None
) -> TieOutLine:
    difference = cents(ours) - cents(theirs or ZERO)
    return TieOutLine(
        account_id=id_,
        name=name,
        ours=cents(ours),
        theirs=theirs,
        difference=difference,
        reason=reason if difference else None,
    )


def _year_of(some_start: date | None, day: date) -> str:
    """Give the first day of the financial year that runs on a day; the beginning if unknown."""
    if some_start is None:
        return ""
    month_day = some_start.strftime("%m-%d")
    year = day.year if day.strftime("%m-%d") >= month_day else day.year - 1
    return f"{year:04}-{month_day}"


def cents(amount: Decimal) -> Decimal:
    """Round to the cent."""
    return amount.quantize(CENT, ROUND_HALF_UP)
