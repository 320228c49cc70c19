"""Double entry: what each record of a book does to the ledger, in the base currency.

A posting is signed, debit positive, and the postings of an entry sum to zero. Foreign documents are
entered at their own rate and payments at theirs; the difference goes to realised currency gains.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from local.providers.books import chart
from local.providers.books.book import Book
from local.providers.books.model import ZERO, Allocation, Document, Payment, cents

SHARE_CAPITAL = Decimal("25000.00")


@dataclass(frozen=True, slots=True)
class Posting:
    """One side of an entry: `amount` in the base currency, debit positive."""

    account_code: str
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Entry:
    """A balanced journal entry and the record that caused it."""

    posted_on: date
    source: str
    source_id: str
    postings: tuple[Posting, ...]


def in_base(amount: Decimal, rate: Decimal) -> Decimal:
    """Turn an amount into the base currency; `rate` is foreign units for one base unit."""
    return amount if rate == 1 else cents(amount / rate)


def base_total(document: Document) -> Decimal:
    """Sum what the document's lines come to in the base currency, each line rounded."""
    if document.rate == 1:
        return document.total
    rate = document.rate
    return sum((in_base(line.net, rate) + in_base(line.tax, rate) for line in document.lines), ZERO)


def base_settled(document: Document, settled: Decimal) -> Decimal:
    """Give the part of the base total that `settled` (in the document's currency) clears."""
    if document.rate == 1:
        return settled
    return cents(base_total(document) * settled / document.total) if document.total else ZERO


def base_outstanding(document: Document) -> Decimal:
    """Give what a posted document leaves in receivables or payables; never negative, else zero."""
    if not document.status.is_posted:
        return ZERO
    return base_total(document) - base_settled(document, document.paid + document.allocated)


def entries(book: Book) -> Iterator[Entry]:
    """Yield every entry of the ledger, the opening one first; made anew on each call."""
    created = book.organisation.created_at.date()
    opening = (
        Posting(chart.CURRENT_ACCOUNT, SHARE_CAPITAL),
        Posting(chart.SHARE_CAPITAL, -SHARE_CAPITAL),
    )
    yield Entry(created, "opening", book.organisation.id, opening)
    for timeline in (book.invoices, book.credits):
        for document in timeline:
            if document.status.is_posted:
                yield _document_entry(document)
    for document in book.invoices:
        if document.status.is_posted:
            yield from _settlement_entries(book, document)


def trial_balance(book: Book) -> dict[str, Decimal]:
    """Sum all entries by account code; the values sum to zero."""
    return sum_postings(posting for entry in entries(book) for posting in entry.postings)


def sum_postings(postings: Iterable[Posting]) -> dict[str, Decimal]:
    """Sum postings by account code, in the order of the codes."""
    balances: defaultdict[str, Decimal] = defaultdict(lambda: ZERO)
    for posting in postings:
        balances[posting.account_code] += posting.amount
    return dict(sorted(balances.items()))


def _control_account(document: Document) -> str:
    return chart.RECEIVABLES if document.kind.is_sale else chart.PAYABLES


def _sign(document: Document) -> int:
    """Give 1 where the document debits its control account, else -1."""
    return 1 if document.kind.is_sale != document.kind.is_credit else -1


def _document_entry(document: Document) -> Entry:
    sign, rate = _sign(document), document.rate
    postings = [Posting(_control_account(document), sign * base_total(document))]
    for line in document.lines:
        postings.append(Posting(line.account_code, -sign * in_base(line.net, rate)))
        if line.tax:
            postings.append(Posting(chart.SALES_TAX, -sign * in_base(line.tax, rate)))
    return Entry(document.issued_on, document.kind, document.id, tuple(postings))


def _settlement_entries(book: Book, document: Document) -> Iterator[Entry]:
    """Yield what payments and credits clear; the last one clears the rounding as well."""
    settled = ZERO
    settlements: tuple[Payment | Allocation, ...] = (*document.allocations, *document.payments)
    for settlement in settlements:
        before, settled = base_settled(document, settled), settled + settlement.amount
        cleared = base_settled(document, settled) - before
        if isinstance(settlement, Payment):
            yield _payment_entry(document, settlement, cleared)
        else:
            credit = book.credits[settlement.credit_id]
            yield _allocation_entry(document, credit, settlement, cleared)


def _payment_entry(document: Document, payment: Payment, cleared: Decimal) -> Entry:
    sign = _sign(document)
    banked = in_base(payment.amount, payment.rate)
    postings = [
        Posting(payment.account_code, sign * banked),
        Posting(_control_account(document), -sign * cleared),
    ]
    if gain := cleared - banked:
        postings.append(Posting(chart.CURRENCY_GAINS, sign * gain))
    return Entry(payment.paid_on, "payment", payment.id, tuple(postings))


def _allocation_entry(
    document: Document, credit: Document, allocation: Allocation, cleared: Decimal
) -> Entry:
    """Move within the control account; what rounding makes differ is a currency gain."""
    sign, control = _sign(document), _control_account(document)
    position = credit.allocations.index(allocation)
    before = sum((each.amount for each in credit.allocations[:position]), ZERO)
    used = base_settled(credit, before + allocation.amount) - base_settled(credit, before)
    postings = [Posting(control, -sign * cleared), Posting(control, sign * used)]
    if gain := cleared - used:
        postings.append(Posting(chart.CURRENCY_GAINS, sign * gain))
    return Entry(allocation.allocated_on, "allocation", allocation.id, tuple(postings))
