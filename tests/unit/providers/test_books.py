"""The books: whatever the seed, they agree with themselves."""

from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from local.providers.books import chart
from local.providers.books.book import Book
from local.providers.books.facts import sides
from local.providers.books.generate import STORY_ENDS, Story, generate
from local.providers.books.model import (
    ZERO,
    Document,
    DocumentKind,
    DocumentStatus,
    LineAmounts,
    cents,
)
from local.providers.books.owed import balances, standing
from local.providers.books.postings import (
    base_outstanding,
    base_settled,
    base_total,
    entries,
    in_base,
    trial_balance,
)

TODAY = date(2026, 11, 24)
stories = st.builds(Story, seed=st.integers(0, 10_000), invoices=st.integers(1, 150))
many = settings(max_examples=25, deadline=None)


def documents(book: Book) -> list[Document]:
    return list(book.documents())


@pytest.fixture(scope="module")
def book() -> Book:
    return generate(Story(invoices=3000), 0)


@many
@given(stories, st.integers(0, 5))
def test_every_entry_and_so_the_trial_balance_sums_to_zero(story: Story, number: int) -> None:
    book = generate(story, number)
    assert all(sum(posting.amount for posting in each.postings) == 0 for each in entries(book))
    assert sum(trial_balance(book).values()) == 0


@many
@given(stories)
def test_control_accounts_hold_what_documents_leave_outstanding(story: Story) -> None:
    book = generate(story, 0)
    balance = trial_balance(book)
    receivable = payable = ZERO
    for each in documents(book):
        amount = -base_outstanding(each) if each.kind.is_credit else base_outstanding(each)
        receivable += amount if each.kind.is_sale else ZERO
        payable += ZERO if each.kind.is_sale else amount
    assert balance.get(chart.RECEIVABLES, ZERO) == receivable
    assert balance.get(chart.PAYABLES, ZERO) == -payable


@many
@given(stories)
def test_contact_balances_add_up_to_what_documents_leave_outstanding(story: Story) -> None:
    book = generate(story, 0)
    sums = [balances(book, contact.id, TODAY) for contact in book.contacts]
    sides = [
        [each for each in documents(book) if each.status.is_posted and each.kind.is_sale == sales]
        for sales in (True, False)
    ]
    for at, found in enumerate(sides):
        signed = (-each.outstanding if each.kind.is_credit else each.outstanding for each in found)
        late = (e.outstanding for e in found if not e.kind.is_credit and e.due_on < TODAY)
        assert sum((each[at].outstanding for each in sums), ZERO) == sum(signed, ZERO)
        assert sum((each[at].overdue for each in sums), ZERO) == sum(late, ZERO)


@many
@given(stories)
def test_what_is_open_in_base_currency_is_what_the_control_accounts_hold(story: Story) -> None:
    book = generate(story, 0)
    held: dict[str | None, Decimal] = {}
    for entry in entries(book):
        for posting in entry.postings:
            held[posting.document_id] = held.get(posting.document_id, ZERO) + posting.amount
    for contact, sales in product(book.contacts, (True, False)):
        for each in standing(book, contact.id, sales=sales):
            if each.document.rate == 1:
                signed = each.due if sales else -each.due
                assert held.get(each.document.id, ZERO) == signed


@many
@given(stories)
def test_totals_payments_and_credits_of_a_document_agree(story: Story) -> None:
    book = generate(story, 0)
    for each in documents(book):
        assert each.total == sum((line.net + line.tax for line in each.lines), ZERO)
        assert each.total == cents(each.total)
        assert ZERO <= each.outstanding <= each.total
        if each.status in (DocumentStatus.VOIDED, DocumentStatus.DELETED):
            assert not each.payments
            assert not each.allocations
        else:
            assert each.paid + each.allocated + each.outstanding == each.total
        if each.total and each.status.is_posted:
            assert (each.status is DocumentStatus.PAID) == (each.outstanding == 0)


@many
@given(stories)
def test_tax_of_a_line_follows_its_rate_and_the_mode_of_its_document(story: Story) -> None:
    book = generate(story, 0)
    for each in documents(book):
        for line in each.lines:
            percent = book.tax_rates[line.tax_code].percent
            if each.line_amounts is LineAmounts.NO_TAX:
                assert line.tax == 0
            elif each.line_amounts is LineAmounts.EXCLUSIVE:
                assert line.tax == cents(line.net * percent / 100)
            else:
                assert line.tax == cents((line.net + line.tax) * percent / (100 + percent))


def test_money_in_the_bank_is_what_moved_through_it(book: Book) -> None:
    moved = dict.fromkeys((chart.CURRENT_ACCOUNT, chart.SAVINGS_ACCOUNT), ZERO)
    for each in book.bank_transactions:
        if each.status.is_posted and each.bank_code:
            comes_in = each.kind.is_sale or each.kind is DocumentKind.TRANSFER_IN
            moved[each.bank_code] += each.total if comes_in else -each.total
    for payment in book.payments:
        if not payment.is_deleted and payment.account_code in moved:
            document = book.document(payment.document_id)
            comes_in = document.kind.is_sale != document.kind.is_credit
            moved[payment.account_code] += payment.bank_amount if comes_in else -payment.bank_amount
    balance = trial_balance(book)
    assert moved == {code: balance[code] for code in moved}


def test_the_same_seed_tells_the_same_story_and_another_seed_another() -> None:
    first, again, other = (generate(Story(seed, 60), 1) for seed in (7, 7, 8))
    assert list(first.invoices) == list(again.invoices)
    assert list(first.contacts) == list(again.contacts)
    assert list(first.invoices) != list(other.invoices)


def test_payments_live_in_their_documents_unless_they_were_deleted(book: Book) -> None:
    embedded = {payment.id for each in documents(book) for payment in each.payments}
    living = {payment.id for payment in book.payments if not payment.is_deleted}
    assert embedded == living
    assert len(living) < len(book.payments)


def test_allocations_are_known_to_both_sides(book: Book) -> None:
    given_away = {e for each in documents(book) if each.kind.is_credit for e in each.allocations}
    received = {each for invoice in book.invoices for each in invoice.allocations}
    assert given_away == received
    assert given_away


def test_a_story_has_every_kind_of_case(book: Book) -> None:
    invoices = list(book.invoices)
    assert {each.status for each in invoices} == set(DocumentStatus)
    assert {each.currency for each in invoices} == {"GBP", "EUR", "USD"}
    assert {each.line_amounts for each in invoices} == set(LineAmounts)
    assert any(each.outstanding and each.paid for each in invoices), "partly paid"
    beside = [*book.overpayments, *book.prepayments, *book.bank_transactions]
    assert {each.kind for each in beside} == set(DocumentKind) - {
        *(each.kind for each in (*invoices, *book.credits)),
        DocumentKind.ORDER,
    }
    assert any(each.payments for each in (*book.credits, *book.overpayments)), "paid back"
    assert any(each.is_draft for each in book.manual_journals)
    assert any(line.discount_rate for each in invoices for line in each.lines)
    assert any(line.tracking for each in invoices for line in each.lines)
    assert any(contact.is_archived for contact in book.contacts)
    assert any(sides(book, contact) == (True, True) for contact in book.contacts)
    assert any(sides(book, contact) == (False, False) for contact in book.contacts)
    assert len({contact.name for contact in book.contacts}) == len(book.contacts)


def test_invoices_counts_invoices_and_bills_together(book: Book) -> None:
    assert len(book.invoices) == 3000
    assert len({each.kind for each in book.invoices}) == 2


def test_changes_are_spread_over_the_years_to_the_millisecond(book: Book) -> None:
    moments = [each.updated_at for each in book.invoices]
    assert len(set(moments)) > 2950
    assert all(moment.microsecond % 1000 == 0 for moment in moments)
    assert {moment.year for moment in moments} == {2023, 2024, 2025, 2026}
    assert max(moments) < datetime(STORY_ENDS.year, 11, 1, tzinfo=UTC)


def test_a_bulk_import_shares_one_instant() -> None:
    book = generate(Story(invoices=400, bulk_import=250), 0)
    instants = [each.updated_at for each in book.invoices]
    assert max(instants.count(each) for each in set(instants)) == 250


def test_a_foreign_document_paid_in_full_leaves_nothing_in_the_base_currency(book: Book) -> None:
    foreign = [each for each in book.invoices if each.rate != 1]
    paid = [each for each in foreign if each.status is DocumentStatus.PAID]
    assert paid
    assert all(base_outstanding(each) == 0 for each in paid)
    for each in foreign:
        near = in_base(each.total, each.rate)
        assert abs(base_total(each) - near) <= Decimal("0.01") * 2 * len(each.lines)
        assert base_settled(each, each.total) == base_total(each)
