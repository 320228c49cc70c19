"""Xero's reports, as resources: two years of statements, in two answers of twelve months."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date, timedelta
from functools import partial

from functions.xero import native
from functions.xero.mapping import ledger, owed
from shared_code.fetch.paging import Dated, Each, Key
from shared_code.figures import (
    AGED_CREDITORS,
    AGED_DEBTORS,
    BANK_BALANCES,
    TRIAL_BALANCE,
    by_document,
)
from shared_code.mapping.days import month_end, month_start
from shared_code.spec import Check, Feed, Page, Resource

PATH = "/api.xro/2.0/Reports/"

Params = Callable[[date], Mapping[str, str]]

_COMPARED = {"periods": "11", "timeframe": "MONTH", "standardLayout": "true"}


def report(name: str, params: Params, *feeds: Feed, kind: str = "") -> Resource:
    """A report of a kind, which takes the broad scope or that of its own."""
    kind = kind or name
    return Resource(
        name=name,
        path=PATH + kind,
        paging=Dated(params),
        parse=parse,
        key=lambda record: Key(str(record["ReportType"])),
        feeds=feeds,
        lookups=("Organisation", "Chart", f"Earlier{name}") if feeds else (),
        scopes=frozenset({"accounting.reports.read", f"accounting.reports.{kind.lower()}.read"}),
    )


def parse(body: bytes) -> Page:
    """Read a report; ValueError if it is none, or more than one."""
    page = native.parse_page(body, "Reports")
    if len(page.records) != 1:
        raise ValueError("expected one report")
    return Page(page.records)


def _balance_sheet(day: date, *, years_ago: int = 0) -> Mapping[str, str]:
    return {"date": month_end(day, years_ago=years_ago).isoformat(), **_COMPARED}


def _profit_and_loss(day: date, *, years_ago: int = 0) -> Mapping[str, str]:
    """Ask for a month of 31 days: Xero ends the others on the same day of the month, or their last.

    After a shorter month always comes such a one; that it lies ahead does no harm.
    """
    last = month_end(day, years_ago=years_ago)
    if last.day < 31:
        last = month_end(last + timedelta(days=1))
    return {"fromDate": month_start(last).isoformat(), "toDate": last.isoformat(), **_COMPARED}


def _this_month(day: date) -> Mapping[str, str]:
    return {"fromDate": month_start(day).isoformat(), "toDate": day.isoformat()}


def _aged(name: str, kind: str, *data_types: str) -> Resource:
    """A report on the documents of one contact after another."""
    return replace(
        report(name, lambda _: {}),
        paging=Each(lambda contact, day: {"contactId": contact, "date": day.isoformat()}),
        checks=(Check(by_document(kind), data_types, owed.aged, explains=kind),),
        scopes=frozenset({"accounting.reports.read", "accounting.reports.aged.read"}),
    )


_SALES, _PURCHASES = ("invoices", "creditNotes"), ("bills", "billCreditNotes")

BALANCES = (
    Check(AGED_DEBTORS, _SALES, owed.receivable),
    Check(AGED_CREDITORS, _PURCHASES, owed.payable),
)
"""What Xero says beside each contact."""

CHECKS = (
    replace(
        report("TrialBalance", lambda day: {"date": day.isoformat()}),
        checks=(Check(TRIAL_BALANCE, ("journalEntries",), ledger.trial_balance),),
        lookups=("Chart",),
    ),
    replace(
        report("BankSummary", _this_month),
        checks=(Check(BANK_BALANCES, ("accountTransactions",), ledger.bank_summary),),
    ),
)
"""What Xero says of its books, to hold records against."""

AGED = (
    _aged("AgedReceivablesByContact", AGED_DEBTORS, *_SALES),
    _aged("AgedPayablesByContact", AGED_CREDITORS, *_PURCHASES),
)
"""What it says more of contacts that differ: a call each, so only of some."""

EARLIER_STATEMENTS = (
    report("EarlierBalanceSheet", partial(_balance_sheet, years_ago=1), kind="BalanceSheet"),
    report("EarlierProfitAndLoss", partial(_profit_and_loss, years_ago=1), kind="ProfitAndLoss"),
)

STATEMENTS = (
    report("BalanceSheet", _balance_sheet, Feed("balanceSheet", ledger.map_balance_sheet)),
    report("ProfitAndLoss", _profit_and_loss, Feed("profitAndLoss", ledger.map_profit_and_loss)),
)
