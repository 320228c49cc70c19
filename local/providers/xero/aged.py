"""Xero's aged reports, of one contact each: its documents, and what was left to pay on a day."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal

from local.providers.books.model import ZERO
from local.providers.books.owed import Open, standing
from local.providers.xero.report_parts import Asked, cells, group, header, row
from local.providers.xero.shapes import Record
from local.providers.xero.wire import day_text


def aged_receivables(asked: Asked) -> list[Record]:
    """Tell what a customer has not paid."""
    return _aged(asked, "Number", sales=True)


def aged_payables(asked: Asked) -> list[Record]:
    """Tell what a supplier was not paid."""
    return _aged(asked, "Reference", sales=False)


def _aged(asked: Asked, number: str, *, sales: bool) -> list[Record]:
    """Tell a contact's invoices or bills; ValueError without a contact that there is."""
    contact, day = asked.text("contactId").lower(), asked.day("date", asked.today)
    if contact not in asked.book.contacts:
        raise ValueError("contactId must name a contact")
    opened = [
        each
        for each in standing(asked.book, contact, sales=sales, until=day)
        if each.due and not each.document.kind.is_credit
    ]
    opened.sort(key=lambda each: (each.document.issued_on, each.document.id))
    first = opened[0].document.issued_on if opened else day
    slips = [asked.slip if at == 0 else ZERO for at in range(len(opened))]
    rows = [_told(each, day, slip) for each, slip in zip(opened, slips, strict=True)]
    totals = _totals(opened, sum(slips, ZERO))
    return [
        header(["Date", number, "Due Date", "", "Total", "Paid", "Credited", "Due"]),
        group("", [cells("Row", day_text(first), ["Opening Balance", "", "", "", "", "", ZERO])]),
        group("", [*rows, cells("SummaryRow", "Total", ["", "", "", *totals])]),
        group("", [cells("SummaryRow", "Closing Balance", ["", "", "", *totals])]),
    ]


def _told(each: Open, day: date, slip: Decimal) -> Record:
    of = each.document
    late = (day - of.due_on).days
    texts = [
        of.number,
        day_text(of.due_on),
        f"{late} days overdue" if late > 0 else "",
        *(str(amount) for amount in (each.total, each.paid, each.credited, each.due + slip)),
    ]
    return row(day_text(of.issued_on), of.id, texts, attribute="invoiceID")


def _totals(opened: Iterable[Open], slip: Decimal) -> list[Decimal]:
    each = list(opened)
    return [
        sum((one.total for one in each), ZERO),
        sum((one.paid for one in each), ZERO),
        sum((one.credited for one in each), ZERO),
        sum((one.due for one in each), ZERO) + slip,
    ]
