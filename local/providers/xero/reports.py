"""Xero's reports, worked out of the ledger's postings alone: rows of text, newest column first."""

from calendar import monthrange
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from local.providers.books import chart
from local.providers.books.book import Book
from local.providers.books.ledger import ledger_of
from local.providers.books.model import ZERO, Account, AccountKind
from local.providers.kit.asked import BadRequest
from local.providers.kit.declared import Resource, Telling
from local.providers.xero import codes
from local.providers.xero.aged import aged_payables, aged_receivables
from local.providers.xero.answers import envelope
from local.providers.xero.report_parts import Asked, cells, group, header, marker, row
from local.providers.xero.shapes import Record
from local.providers.xero.wire import instant

Column = Mapping[str, Decimal]
"""What accounts come to, by code; debit positive."""

EARNINGS_ID = "00000000-0000-4000-8000-000000000000"
READ_REPORTS = "accounting.reports.read"

_ASSETS = (
    ("Bank", (AccountKind.BANK,)),
    ("Current Assets", (AccountKind.RECEIVABLE, AccountKind.CURRENT_ASSET)),
    ("Fixed Assets", (AccountKind.FIXED_ASSET,)),
)
_LIABILITIES = (
    (
        "Current Liabilities",
        (AccountKind.PAYABLE, AccountKind.TAX, AccountKind.CURRENT_LIABILITY),
    ),
    ("Non-Current Liabilities", (AccountKind.LONG_TERM_LIABILITY,)),
)
_EXPENSES = (AccountKind.OVERHEAD, AccountKind.DEPRECIATION)
_EARNED = (AccountKind.REVENUE, AccountKind.OTHER_INCOME, AccountKind.DIRECT_COST, *_EXPENSES)


def balance_sheet(asked: Asked) -> list[Record]:
    """Tell what the business owns and owes at the ends of months."""
    last = asked.day("date", _month_end(asked.today))
    days = [_months_before(last, number, at_end=True) for number in range(asked.periods)]
    columns = [_position(asked.book, day) for day in days]
    assets = _sections(asked.book, _ASSETS, columns, sign=1)
    liabilities = _sections(asked.book, _LIABILITIES, columns, sign=-1)
    owned, owed = _total(assets, len(days)), _total(liabilities, len(days))
    net = [left - right for left, right in zip(owned, owed, strict=True)]
    equity = _section(asked.book, ("Equity", (AccountKind.EQUITY,)), columns, sign=-1)
    equity.rows.append(("Current Year Earnings", EARNINGS_ID, [each[""] for each in columns]))
    return [
        header(["", *(f"{day:%d %b %Y}" for day in days)]),
        marker("Assets"),
        *map(_told, assets),
        _summary("Total Assets", owned),
        marker("Liabilities"),
        *map(_told, liabilities),
        _summary("Total Liabilities", owed),
        _line("Net Assets", net),
        _told(equity),
    ]


def profit_and_loss(asked: Asked) -> list[Record]:
    """Tell what was earned and spent, a month a column."""
    until = asked.day("toDate", _month_end(asked.today))
    since = asked.day("fromDate", until.replace(day=1))
    spans = [
        (_months_before(since, number), _months_before(until, number))
        for number in range(asked.periods)
    ]
    ledger = ledger_of(asked.book)
    columns = [ledger.balances(end, start - timedelta(days=1)) for start, end in spans]
    kinds = (
        ("Income", (AccountKind.REVENUE,), -1),
        ("Less Cost of Sales", (AccountKind.DIRECT_COST,), 1),
        ("Plus Other Income", (AccountKind.OTHER_INCOME,), -1),
        ("Less Operating Expenses", _EXPENSES, 1),
    )
    income, costs, other, expenses = (
        _section(asked.book, (title, wanted), columns, sign=sign) for title, wanted, sign in kinds
    )
    gross = [a - b for a, b in zip(income.total(spans), costs.total(spans), strict=True)]
    pairs = zip(gross, other.total(spans), expenses.total(spans), strict=True)
    return [
        header(["", *(f"{end:%d %b %y}" for _, end in spans)]),
        _told(income),
        _told(costs),
        _line("Gross Profit", gross),
        _told(other),
        _told(expenses),
        _line("Net Profit", [a + b - c for a, b, c in pairs]),
    ]


def trial_balance(asked: Asked) -> list[Record]:
    """Tell what accounts came to in the month and in the year so far."""
    day = asked.day("date", asked.today)
    year, ledger = _position(asked.book, day), ledger_of(asked.book)
    slip = asked.slip
    started = year_start(asked.book, day) - timedelta(days=1)
    earned = ledger.balances(day, started)
    month = ledger.balances(day, day.replace(day=1) - timedelta(days=1))
    rows: dict[str, list[Record]] = {}
    for account in asked.book.accounts:
        column = earned if account.kind in _EARNED else year
        now = column.get(account.code, ZERO)
        if now or month.get(account.code):
            sides = [*_sides(month.get(account.code, ZERO)), *_sides(now + slip)]
            slip = ZERO
            title = codes.ACCOUNT_CLASSES[account.kind].capitalize()
            named = f"{account.name} ({account.code})"
            rows.setdefault(title, []).append(row(named, account.id, sides))
    heads = ["Account", "Debit", "Credit", "YTD Debit", "YTD Credit"]
    return [header(heads), *(group(title, each) for title, each in rows.items())]


def bank_summary(asked: Asked) -> list[Record]:
    """Tell what banks held and moved, in the base currency."""
    until = asked.day("toDate", _month_end(asked.today))
    since = asked.day("fromDate", until.replace(day=1))
    ledger, banks = ledger_of(asked.book), _of_kind(asked.book, (AccountKind.BANK,))
    opening, closing = ledger.balances(since - timedelta(days=1)), ledger.balances(until)
    moved = _moved(asked.book, since, until)
    rows, slip = [], asked.slip
    for account in banks:
        received, spent = moved.get(account.code, (ZERO, ZERO))
        before, now = opening.get(account.code, ZERO), closing.get(account.code, ZERO)
        texts = [str(each) for each in (before, received, spent, now + slip)]
        slip = ZERO
        rows.append(row(account.name, account.id, texts, attribute="accountID"))
    heads = ["Bank Accounts", "Opening Balance", "Cash Received", "Cash Spent", "Closing Balance"]
    return [header(heads), group("", rows)]


def _report(
    kind: str, name: str, make: Callable[[Asked], list[Record]], scope: str = ""
) -> Resource:
    """A report, which takes the broad scope or that of its own."""

    def told(book: Book, telling: Telling) -> Record:
        params = telling.asked.params if telling.asked else {}
        try:
            rows = make(Asked(book, params, telling.now.date(), telling.slip))
        except ValueError as error:
            raise BadRequest(str(error)) from error
        return {
            "ReportID": kind,
            "ReportName": name,
            "ReportType": kind,
            "ReportTitles": [name, book.organisation.name],
            "ReportDate": f"{telling.now:%d %B %Y}",
            "UpdatedDateUTC": instant(telling.now),
            "Fields": [],
            "Rows": rows,
        }

    return Resource(
        name=kind,
        path=f"/Reports/{kind}",
        records=lambda book: (book,),
        shape=told,
        envelope=envelope("Reports"),
        key=lambda _: kind,
        scopes=frozenset({READ_REPORTS, f"accounting.reports.{scope or kind.lower()}.read"}),
        has_single=False,
        shown=False,
    )


REPORTS = (
    _report("BalanceSheet", "Balance Sheet", balance_sheet),
    _report("ProfitAndLoss", "Profit and Loss", profit_and_loss),
    _report("TrialBalance", "Trial Balance", trial_balance),
    _report("BankSummary", "Bank Summary", bank_summary),
    _report("AgedReceivablesByContact", "Aged Receivables By Contact", aged_receivables, "aged"),
    _report("AgedPayablesByContact", "Aged Payables By Contact", aged_payables, "aged"),
)


def year_start(book: Book, day: date) -> date:
    """Give the first day of the financial year that runs on a day."""
    ends_on, month = book.organisation.year_end
    start = date(day.year, month, ends_on) + timedelta(days=1)
    return start if start <= day else date(day.year - 1, month, ends_on) + timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Section:
    """A titled part of a report: rows of name, account id and amounts."""

    title: str
    rows: list[tuple[str, str, list[Decimal]]]

    def total(self, columns: Sequence[object]) -> list[Decimal]:
        """Sum the rows, column by column."""
        return [sum((row[2][at] for row in self.rows), ZERO) for at in range(len(columns))]


def _position(book: Book, day: date) -> dict[str, Decimal]:
    """What accounts come to on a day; earlier years are in retained earnings, this one under ''."""
    ledger, kinds = ledger_of(book), {each.code: each.kind for each in book.accounts}
    started = year_start(book, day) - timedelta(days=1)
    column = dict(ledger.balances(day))
    earned = {code: amount for code, amount in column.items() if kinds[code] in _EARNED}
    before = ledger.balances(started)
    earlier = sum((before.get(code, ZERO) for code in earned), ZERO)
    retained = column.get(chart.RETAINED_EARNINGS, ZERO) + earlier
    this_year = earlier - sum(earned.values(), ZERO)
    return column | {chart.RETAINED_EARNINGS: retained, "": this_year}


def _sections(
    book: Book,
    wanted: Iterable[tuple[str, tuple[AccountKind, ...]]],
    columns: Sequence[Column],
    *,
    sign: int,
) -> list[Section]:
    return [_section(book, each, columns, sign=sign) for each in wanted]


def _section(
    book: Book, wanted: tuple[str, tuple[AccountKind, ...]], columns: Sequence[Column], *, sign: int
) -> Section:
    """Take the accounts of some kinds that have anything in any column."""
    title, kinds = wanted
    rows = []
    for account in _of_kind(book, kinds):
        # Nothing is added, so that there is no negative nought.
        amounts = [sign * column.get(account.code, ZERO) + ZERO for column in columns]
        if any(amounts):
            rows.append((account.name, account.id, amounts))
    return Section(title, rows)


def _of_kind(book: Book, kinds: tuple[AccountKind, ...]) -> list[Account]:
    found = [each for each in book.accounts if each.kind in kinds]
    return sorted(found, key=lambda each: each.code)


def _total(sections: Iterable[Section], columns: int) -> list[Decimal]:
    totals = [section.total(range(columns)) for section in sections]
    return [sum((each[at] for each in totals), ZERO) for at in range(columns)]


def _moved(book: Book, since: date, until: date) -> dict[str, tuple[Decimal, Decimal]]:
    """Sum what came in and what went out, by account code."""
    moved: dict[str, tuple[Decimal, Decimal]] = {}
    for journal in ledger_of(book).journals:
        if since <= journal.entry.posted_on <= until:
            for each in journal.entry.postings:
                received, spent = moved.get(each.account_code, (ZERO, ZERO))
                received += max(each.amount, ZERO)
                moved[each.account_code] = (received, spent + max(-each.amount, ZERO))
    return moved


def _sides(amount: Decimal) -> list[str]:
    return [str(amount), ""] if amount >= 0 else ["", str(-amount)]


def _told(section: Section) -> Record:
    rows = [
        row(name, account_id, [str(each) for each in amounts])
        for name, account_id, amounts in section.rows
    ]
    if rows:
        total = section.total(section.rows[0][2])
        rows.append(cells("SummaryRow", f"Total {section.title}", total))
    return group(section.title, rows)


def _summary(title: str, amounts: Iterable[Decimal]) -> Record:
    return group("", [cells("SummaryRow", title, amounts)])


def _line(title: str, amounts: Iterable[Decimal]) -> Record:
    return group("", [cells("Row", title, amounts)])


def _month_end(day: date) -> date:
    return day.replace(day=monthrange(day.year, day.month)[1])


def _months_before(day: date, months: int, *, at_end: bool = False) -> date:
    """Go back by months; a day that the month lacks is its last one."""
    year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    last = monthrange(year, month + 1)[1]
    return date(year, month + 1, last if at_end else min(day.day, last))
