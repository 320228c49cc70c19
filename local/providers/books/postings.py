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
from local.providers.books.model import (
    ZERO,
    Allocation,
    Document,
    DocumentKind,
    Line,
    ManualJournal,
    ManualLine,
    Payment,
    Transfer,
    cents,
)

Told = Line | ManualLine


@dataclass(frozen=True, slots=True)
class Posting:
    """One side of an entry: `amount` in the base currency, debit positive.

    In receivables and payables it names its document; elsewhere the line that caused it, if any.
    """

    account_code: str
    amount: Decimal
    document_id: str | None = None
    line: Told | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """A balanced journal entry and the record that caused it; `of` is the document it settles."""

    posted_on: date
    source: str
    source_id: str
    postings: tuple[Posting, ...]
    of: DocumentKind | None = None


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
    """Yield every entry of the ledger; made anew on each call."""
    for documents in (book.documents(), book.bank_transactions):
        for document in documents:
            yield from document_entries(book, document)
    for transfer in book.transfers:
        yield from transfer_entries(transfer)
    for journal in book.manual_journals:
        yield from manual_entries(journal)


def trial_balance(book: Book) -> dict[str, Decimal]:
    """Sum all entries by account code; the values sum to zero."""
    return sum_postings(posting for entry in entries(book) for posting in entry.postings)


def sum_postings(postings: Iterable[Posting]) -> dict[str, Decimal]:
    """Sum postings by account code, in the order of the codes."""
    balances: defaultdict[str, Decimal] = defaultdict(lambda: ZERO)
    for posting in postings:
        balances[posting.account_code] += posting.amount
    return dict(sorted(balances.items()))


def document_entries(book: Book, document: Document) -> Iterator[Entry]:
    """Yield what a document posted, and what settled it."""
    if not document.status.is_posted:
        return
    kind = document.kind
    if kind.is_advance and document.made_id is None:
        yield _advance_entry(document)
    elif kind in (DocumentKind.RECEIVED, DocumentKind.SPENT):
        yield _money_entry(document)
    elif not document.bank_code:
        yield _document_entry(document)
    yield from _settlement_entries(book, document)


def transfer_entries(transfer: Transfer) -> Iterator[Entry]:
    """Post a transfer between two banks, unless it was deleted."""
    if not transfer.is_deleted:
        postings = (
            Posting(transfer.to_code, transfer.amount),
            Posting(transfer.from_code, -transfer.amount),
        )
        yield Entry(transfer.moved_on, "transfer", transfer.id, postings)


def manual_entries(journal: ManualJournal) -> Iterator[Entry]:
    """Post an entry made by hand, unless it is a draft."""
    if not journal.is_draft:
        postings = (Posting(each.account_code, each.amount, line=each) for each in journal.lines)
        yield Entry(journal.posted_on, "manual", journal.id, tuple(postings))


def _control_account(document: Document) -> str:
    return chart.RECEIVABLES if document.kind.is_sale else chart.PAYABLES


def _sign(document: Document) -> int:
    """Give 1 where the document debits its control account, else -1."""
    return 1 if document.kind.is_sale != document.kind.is_credit else -1


def _control(document: Document, amount: Decimal) -> Posting:
    return Posting(_control_account(document), amount, document.id)


def _document_entry(document: Document) -> Entry:
    sign = _sign(document)
    postings = (_control(document, sign * base_total(document)), *_lines(document, -sign))
    return Entry(document.issued_on, document.kind, document.id, postings)


def _advance_entry(document: Document) -> Entry:
    """Post an advance: the bank against receivables or payables."""
    total, sign = base_total(document), _sign(document)
    bank = Posting(document.bank_code or "", -sign * total)
    postings = (bank, _control(document, sign * total))
    return Entry(document.issued_on, document.kind, document.id, postings)


def _money_entry(document: Document) -> Entry:
    """Post money spent or received: the bank against the lines."""
    sign = 1 if document.kind is DocumentKind.RECEIVED else -1
    bank = Posting(document.bank_code or "", sign * base_total(document))
    return Entry(document.issued_on, document.kind, document.id, (bank, *_lines(document, -sign)))


def _lines(document: Document, sign: int) -> Iterator[Posting]:
    for line in document.lines:
        yield Posting(line.account_code, sign * in_base(line.net, document.rate), line=line)
        if line.tax:
            yield Posting(chart.SALES_TAX, sign * in_base(line.tax, document.rate))


def _settlement_entries(book: Book, document: Document) -> Iterator[Entry]:
    """Yield what payments and credits clear; the last one clears the rounding as well.

    An allocation is told by the document that it settles; of a credit only money that went back.
    """
    is_credit = document.kind.is_credit
    settled = document.allocated if is_credit else ZERO
    allocations = () if is_credit else document.allocations
    settlements: tuple[Payment | Allocation, ...] = (*allocations, *document.payments)
    for settlement in settlements:
        before, settled = base_settled(document, settled), settled + settlement.amount
        cleared = base_settled(document, settled) - before
        if isinstance(settlement, Payment):
            yield _payment_entry(document, settlement, cleared)
        else:
            credit = book.credit(settlement.credit_id)
            yield _allocation_entry(document, credit, settlement, cleared)


def _payment_entry(document: Document, payment: Payment, cleared: Decimal) -> Entry:
    sign = _sign(document)
    banked = in_base(payment.amount, payment.rate)
    postings = [
        Posting(payment.account_code, sign * banked),
        _control(document, -sign * cleared),
    ]
    if gain := cleared - banked:
        postings.append(Posting(chart.CURRENCY_GAINS, sign * gain))
    return Entry(payment.paid_on, "payment", payment.id, tuple(postings), document.kind)


def _allocation_entry(
    document: Document, credit: Document, allocation: Allocation, cleared: Decimal
) -> Entry:
    """Move within the control account; what rounding makes differ is a currency gain."""
    sign = _sign(document)
    position = credit.allocations.index(allocation)
    before = sum((each.amount for each in credit.allocations[:position]), ZERO)
    used = base_settled(credit, before + allocation.amount) - base_settled(credit, before)
    postings = [_control(document, -sign * cleared), _control(credit, sign * used)]
    if gain := cleared - used:
        postings.append(Posting(chart.CURRENCY_GAINS, sign * gain))
    day, id_ = allocation.allocated_on, allocation.id
    return Entry(day, "allocation", id_, tuple(postings), document.kind)
